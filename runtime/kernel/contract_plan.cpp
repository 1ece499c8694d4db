// Roles, directions and block sizes of a contraction.
#include <algorithm>

#include "core/error.h"
#include "kernel/contract.h"

namespace axon {

namespace {

// A panel of B (depth x columns) and one of A stay in a 512 KiB L2 beside the tile of C; a
// 16-column strip of B stays in L1.
constexpr int64_t kRowBlock = 192;
constexpr int64_t kPanel = 128;
// Panels of B that one panel of A meets, if A has to be copied.
constexpr int64_t kPanelsPerCopy = 4;
constexpr int64_t kDepthBlock = 256;
// Rows of both micro-kernels (6 and 12) divide this; a strip of columns never exceeds kColumnStep.
constexpr int64_t kRowStep = 12;
constexpr int64_t kColumnStep = 32;
// Multiply-adds below which a tile is not worth a dispatch of its own.
constexpr int64_t kUnitWork = int64_t{1} << 17;
constexpr int64_t kEnoughUnits = 8;
// Rows farther apart than this (in elements) fall on few cache sets: copying them is faster.
constexpr int64_t kLargestStrideInPlace = 1536;
// Runs shorter than this do not pay for their set-up.
constexpr int64_t kShortRun = 8;
constexpr int64_t kLine = 64;
// Lines of windows, and windows, are no larger than this, so that a tile of C and its channels stay
// in L2.
constexpr int64_t kLongestLine = 256;
constexpr int64_t kMostRows = 16;

int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }
int64_t blocks(int64_t n, int64_t block) { return (n + block - 1) / block; }

/// A block of at most `most` that divides n into nearly equal parts, each a multiple of `step`.
int64_t even_block(int64_t n, int64_t most, int64_t step) {
  if (n == 0) return step;
  const int64_t parts = blocks(n, most);
  return std::min(round_up(blocks(n, parts), step), round_up(n, step));
}

int64_t product(const std::vector<MergedAxis>& axes) {
  int64_t n = 1;
  for (const MergedAxis& a : axes) n *= a.extent;
  return n;
}

void collect(const Instr& in, std::vector<const Affine*>& forms) {
  forms.push_back(&in.address);
  for (const Guard& g : in.bounds) forms.push_back(&g.index);
}

/// Merges neighbouring axes where every form sees them as one.
std::vector<MergedAxis> merge(const std::vector<MergedAxis>& axes,
                              const std::vector<const Affine*>& forms) {
  std::vector<MergedAxis> merged;
  for (size_t i = axes.size(); i-- > 0;) {
    const auto continues = [&](const Affine* f) {
      return f->coef_of(axes[i].axis) == f->coef_of(merged.back().axis) * merged.back().extent;
    };
    if (!merged.empty() && std::all_of(forms.begin(), forms.end(), continues)) {
      merged.back().extent *= axes[i].extent;
      merged.back().baked = merged.back().baked && axes[i].baked;
    } else {
      merged.push_back(axes[i]);
    }
  }
  std::reverse(merged.begin(), merged.end());
  return merged;
}

/// How well loads run along the innermost axis: loads with unit stride less those with
/// a larger one.
int unit_loads(const Phase& phase, const std::vector<int32_t>& needed,
               const std::vector<MergedAxis>& axes) {
  const bool is_short = axes.empty() || axes.back().extent < kShortRun;
  int score = 0;
  for (int32_t i : needed) {
    if (phase.body[i].kind != InstrKind::load) continue;
    const int64_t coef = phase.body[i].address.coef_of(axes.back().axis);
    score += is_short ? -2 : coef == 1 ? 1 : coef == 0 ? 0 : -1;
  }
  return score;
}

class Planner {
 public:
  Planner(const Kernel& kernel, const Phase& phase) : kernel_(kernel), phase_(phase) {
    for (int32_t i = 0; i < static_cast<int32_t>(phase.reduced.size()); ++i) {
      k_.push_back(axis(static_cast<int32_t>(phase.parallel.size()) + i));
    }
  }

  std::vector<MergedAxis> role(const std::vector<int32_t>& numbers) const {
    std::vector<MergedAxis> axes;
    for (int32_t i : numbers) axes.push_back(axis(i));
    return axes;
  }

  OperandPlan operand(int32_t value, const std::vector<int32_t>& free, DType sum) const {
    const Instr& in = phase_.body[value];
    OperandPlan o;
    o.value = value;
    o.needed = closure_of(phase_.body, {value});
    o.plain = o.needed.size() == 1 && in.kind == InstrKind::load && in.dtype == sum &&
              kernel_.buffers[in.index].dtype == sum;
    std::vector<const Affine*> forms;
    for (int32_t i : o.needed) collect(phase_.body[i], forms);
    o.free = merge(role(free), forms);
    o.k = merge(k_, forms);
    return o;
  }

  int score_free(const OperandPlan& o) const { return unit_loads(phase_, o.needed, o.free); }
  int score_k(const OperandPlan& o) const { return unit_loads(phase_, o.needed, o.k); }

  void read_in_place(OperandPlan& a) const {
    const Instr& in = phase_.body[a.value];
    if (!a.plain || !in.bounds.empty() || a.free.size() > 1 || a.k.size() > 1) return;
    a.free_stride = a.free.empty() ? 0 : in.address.coef_of(a.free[0].axis);
    a.k_stride = a.k.empty() ? 0 : in.address.coef_of(a.k[0].axis);
    a.in_place =
        a.k_stride <= 1 && a.k_stride >= 0 && std::abs(a.free_stride) <= kLargestStrideInPlace;
  }

  /// Whether B can be copied as windows, and how.
  WindowPlan windows(const OperandPlan& b, DType sum) const {
    WindowPlan w;
    const Instr& in = phase_.body[b.value];
    if (!b.plain || b.along_k || b.free.size() < 2) return {};
    const int32_t column = b.free.back().axis;
    const int32_t line = b.free[b.free.size() - 2].axis;
    if (in.address.coef_of(column) != 1 || !find_bounds(in, line, column, w)) return {};
    if (w.row_bound >= 0) w.step = in.bounds[w.row_bound].index.coef_of(line);
    const int64_t stride = in.address.coef_of(line);
    if (w.step <= 0 || stride <= 0 || stride % w.step != 0) return {};
    w.row_stride = stride / w.step;
    w.columns = b.free.back().extent;
    std::vector<Point> points;
    for (const MergedAxis& k : b.k) {
      const Point p = point(in, w, k);
      if (p.row == 0 && p.column == 0) {
        if (!w.inner.empty()) return {};  // channels are the outer axes
        w.outer.push_back(k);
        continue;
      }
      if (in.address.coef_of(k.axis) != p.row * w.row_stride + p.column) return {};
      w.inner.push_back(k);
      points.push_back(p);
      extend(p.row, k.extent, w.overlap, w.row_first);
      extend(p.column, k.extent, w.reach, w.column_first);
    }
    w.points = product(w.inner);
    const int64_t vector = kLine / static_cast<int64_t>(size_of(sum));
    w.width = round_up(w.columns, vector);
    const bool wasteful = 4 * w.width > 5 * w.columns || w.columns > kLongestLine;
    const bool empty = w.inner.empty() || product(b.k) == 0 || product(b.free) == 0;
    if (empty || w.points > kDepthBlock || wasteful) return {};
    w.pitch = round_up(w.width + w.reach, vector);
    for (const Point& p : points) w.steps.push_back(p.row * w.pitch + p.column);
    const bool odd = w.width % (2 * vector) != 0;  // then an even number of lines fills strips
    w.lines = std::max<int64_t>(kPanel / w.width, 1 + odd);
    if (odd) w.lines -= w.lines % 2;
    const int64_t images = blocks(w.lines - 1, b.free[b.free.size() - 2].extent) + 1;
    const int64_t rows = w.lines * w.step + images * std::max<int64_t>(w.overlap + 1 - w.step, 0);
    if (rows * w.pitch > w.lines * w.width * w.points) return {};  // packing copies less
    w.channel_pitch = rows * w.pitch + vector;
    w.lines = std::min(w.lines, product(b.free) / w.columns);
    return w;
  }

 private:
  static int64_t coef(const Instr& in, int bound, int32_t axis) {
    return bound < 0 ? 0 : in.bounds[bound].index.coef_of(axis);
  }
  static int64_t bounds_of(const Instr& in, int32_t axis) {
    return std::count_if(in.bounds.begin(), in.bounds.end(),
                         [&](const Guard& g) { return g.index.coef_of(axis) != 0; });
  }

  struct Point {
    int64_t row = 0, column = 0;
  };
  /// By how many rows and columns a window's points differ along an axis of k; by none if they
  /// would lie far apart. Bounds tell what is a row; without them it is what the address repeats.
  static Point point(const Instr& in, const WindowPlan& w, const MergedAxis& k) {
    const int64_t bounded = bounds_of(in, k.axis);
    if (bounded == 1) return {coef(in, w.row_bound, k.axis), coef(in, w.column_bound, k.axis)};
    const int64_t step = in.address.coef_of(k.axis);
    if (bounded > 1 || step <= 0) return {};
    const int64_t reach = step * (k.extent - 1);
    if (w.column_bound < 0 && reach < kLongestLine && reach + w.columns <= w.row_stride) {
      return {0, step};
    }
    const int64_t rows = step / w.row_stride;
    if (w.row_bound < 0 && step % w.row_stride == 0 && rows * (k.extent - 1) < kMostRows) {
      return {rows, 0};
    }
    return {};
  }

  /// The bounds of rows and of columns, if there are any; false if there are too many.
  static bool find_bounds(const Instr& in, int32_t line, int32_t column, WindowPlan& w) {
    if (bounds_of(in, line) > 1 || bounds_of(in, column) > 1) return false;
    for (int i = 0; i < static_cast<int>(in.bounds.size()); ++i) {
      const Affine& index = in.bounds[i].index;
      if (index.coef_of(line) != 0) w.row_bound = i;
      if (index.coef_of(column) != 0) w.column_bound = i;
    }
    if (w.column_bound < 0) return true;
    return w.row_bound != w.column_bound && coef(in, w.column_bound, column) == 1;
  }

  /// Makes room for an axis of windows, of which 0 may be the last element.
  static void extend(int64_t coef, int64_t extent, int64_t& size, int64_t& first) {
    size += std::abs(coef) * (extent - 1);
    if (coef < 0) first -= coef * (extent - 1);
  }

  MergedAxis axis(int32_t i) const {
    const int32_t parallel = static_cast<int32_t>(phase_.parallel.size());
    const Axis& a = i < parallel ? phase_.parallel[i] : phase_.reduced[i - parallel];
    return {i, a.extent, a.baked};
  }

  const Kernel& kernel_;
  const Phase& phase_;
  std::vector<MergedAxis> k_;
};

DType accumulator(DType t) {
  if (is_float(t)) return t == DType::float64 ? t : DType::float32;
  return size_of(t) == 8 ? DType::uint64 : DType::uint32;
}

}  // namespace

ContractPlan::ContractPlan(const Kernel& kernel, const Phase& phase, bool windows) {
  const Planner planner(kernel, phase);
  sum = accumulator(phase.body[phase.a].dtype);
  for (size_t i = 0; i < phase.body.size(); ++i) {
    if (phase.body[i].kind == InstrKind::result) result = static_cast<int32_t>(i);
  }
  if (result >= 0) sum = accumulator(phase.body[result].dtype);

  // Either operand may be the one that lies along vectors. Weigh multiply-adds, wasted lanes,
  // transpositions and strided stores.
  const auto weigh = [&](const std::vector<int32_t>& m_axes, const std::vector<int32_t>& n_axes,
                         int32_t b_value) {
    const OperandPlan o = planner.operand(b_value, n_axes, sum);
    const double m = static_cast<double>(round_up(product(planner.role(m_axes)), 6));
    const double n = static_cast<double>(round_up(product(planner.role(n_axes)), 16));
    const double k = static_cast<double>(product(o.k));
    double cost = m * n * k / 16;
    if (planner.score_k(o) > planner.score_free(o)) cost += n * k / 2 * (1 + m / kRowBlock);
    for (const Store& s : phase.stores) {
      const int64_t coef = n_axes.empty() ? 0 : s.address.coef_of(n_axes.back());
      if (coef != 1) cost += m * n * 2;
    }
    return cost;
  };
  const bool swapped = weigh(phase.n, phase.m, phase.a) < weigh(phase.m, phase.n, phase.b);
  const std::vector<int32_t>& m_axes = swapped ? phase.n : phase.m;
  const std::vector<int32_t>& n_axes = swapped ? phase.m : phase.n;
  a = planner.operand(swapped ? phase.b : phase.a, m_axes, sum);
  b = planner.operand(swapped ? phase.a : phase.b, n_axes, sum);
  a.along_k = planner.score_k(a) >= planner.score_free(a);
  b.along_k = planner.score_k(b) > planner.score_free(b);
  planner.read_in_place(a);
  if (windows) window = planner.windows(b, sum);

  std::vector<const Affine*> forms;
  std::vector<int32_t> roots;
  for (const Store& s : phase.stores) {
    forms.push_back(&s.address);
    roots.push_back(s.value);
    for (const Term& t : s.address.terms) {
      if (t.var < 0) roots.push_back(~t.var);
    }
  }
  epilogue = closure_of(phase.body, roots);
  for (int32_t i : epilogue) collect(phase.body[i], forms);
  batch = planner.role(phase.batch);
  m = merge(planner.role(m_axes), forms);
  n = merge(planner.role(n_axes), forms);
  choose_blocks();
  lay_out_scratch();
}

void ContractPlan::choose_blocks() {
  batches = product(batch);
  rows = product(m);
  columns = product(n);
  depth = product(a.k);
  row_block = even_block(rows, kRowBlock, kRowStep);
  choose_panels();
  const int64_t panels = std::clamp<int64_t>(kPanelsPerCopy * kPanel / panel, 1, kPanelsPerCopy);
  column_block = a.in_place ? panel : std::min(panel * panels, even_block(columns, columns, panel));
  const auto count = [&] {
    return batches * blocks(rows, row_block) * blocks(columns, column_block);
  };
  const auto divisible = [&] {
    return count() < kEnoughUnits && row_block * column_block * depth >= 2 * kUnitWork;
  };
  while (column_block > panel && divisible()) column_block -= panel;
  while (row_block > 2 * kRowStep && divisible()) {
    const int64_t smaller = even_block(rows, row_block / 2 + kRowStep, kRowStep);
    if (smaller >= row_block) break;  // rounding up to the step came back to the same block
    row_block = smaller;
  }
  tiles = count();
  const int64_t work = std::max<int64_t>(row_block * column_block * std::max<int64_t>(depth, 1), 1);
  tiles_per_unit = std::max<int64_t>(1, kUnitWork / work);
  units = blocks(tiles, tiles_per_unit);
}

void ContractPlan::choose_panels() {
  if (window.lines == 0) {
    depth_block = even_block(depth, kDepthBlock, 4);
    panel = even_block(columns, kPanel, kColumnStep);
    return;
  }
  depth_block = window.points * even_block(depth / window.points, kDepthBlock / window.points, 1);
  panel = window.lines * window.columns;
}

void ContractPlan::lay_out_scratch() {
  const int64_t line = kLine / static_cast<int64_t>(size_of(sum));
  const auto pitch = [&](int64_t n) { return round_up(n, 2 * line) + line; };
  a_pitch = pitch(a.along_k ? depth_block : row_block);
  b_pitch = pitch(panel);
  turn_pitch = pitch(depth_block);
  const int64_t a_lines = a.in_place ? 0 : a.along_k ? row_block : depth_block;
  b_offset = a_lines * a_pitch;
  const int64_t c_columns = round_up(column_block, panel);
  int64_t b_size = depth_block * b_pitch;
  int64_t numbers = 0;  // elements that hold k_at and line_at
  if (window.lines != 0) {
    c_pitch = pitch(c_columns / window.columns * window.width);
    b_size = depth_block / window.points * window.channel_pitch;
    numbers = round_up(2 * depth_block, line) + round_up(2 * (window.lines + 1), line);
  } else {
    c_pitch = pitch(c_columns);
  }
  turn_offset = b_offset + b_size;
  c_offset = turn_offset + (b.along_k ? panel * turn_pitch : 0);
  k_at_offset = c_offset + row_block * c_pitch;
  line_at_offset = k_at_offset + round_up(2 * depth_block, line);
  scratch_bytes = static_cast<size_t>(k_at_offset + numbers) * size_of(sum);
}

}  // namespace axon
