// Loop phases as CUDA threads.
//
// points   a thread a point of the parallel axes, its reductions (windows) one after the other
// rows     the threads along x share a point: neighbours read neighbours of the reduced axes
// columns  the threads along y share a point: neighbours along x read neighbouring points
//
// How many threads share a point is a number of the launch, never of the text. A team accumulates
// every members-th element of the flattened reduced axes, then combines in a fixed order: results
// are the same on every run and every device.
#include "device/cuda/emit.h"

#include <algorithm>

#include "kernel/emit_axes.h"
#include "kernel/emit_phase.h"

namespace axon {

extern const char* const kScalarText;

namespace {

constexpr char kPrelude[] =
#include "device/cuda/skeletons/prelude.inc"
    ;
constexpr char kReductions[] =
#include "device/cuda/skeletons/reductions.inc"
    ;
constexpr char kPoints[] =
#include "device/cuda/skeletons/points.inc"
    ;
constexpr char kTeams[] =
#include "device/cuda/skeletons/teams.inc"
    ;

constexpr int64_t kWarp = 32;
constexpr int64_t kPointThreads = 256;
constexpr int64_t kTeamThreads = 512;
constexpr int64_t kFewTeamThreads = 256;  // of a block of several teams
// Enough to fill any device; loops over points stride by the grid.
constexpr int64_t kMostBlocks = 65536;
// Elements that a member of a team should have, if there are that many.
constexpr int64_t kElementsOfMember = 4;
constexpr int64_t kManyColumns = 2048;
// What a kernel may be given by value.
constexpr size_t kMostArgumentBytes = 32764;
constexpr size_t kLargestAccumulator = 16;  // a pair

int64_t product(const std::vector<Axis>& axes) {
  int64_t n = 1;
  for (const Axis& a : axes) n *= a.extent;
  return n;
}

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t next_power_of_two(int64_t n) {
  int64_t power = 1;
  while (power < n) power *= 2;
  return power;
}

/// True iff `name` stands in `text` as a word.
bool names(const std::string& text, const std::string& name) {
  const auto part_of_word = [](char c) { return std::isalnum(c) != 0 || c == '_'; };
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    if ((at == 0 || !part_of_word(text[at - 1])) &&
        (end == text.size() || !part_of_word(text[end]))) {
      return true;
    }
  }
  return false;
}

class ThreadPrinter : public PhasePrinter {
 public:
  ThreadPrinter(const Kernel& kernel, int number, Ints& ints)
      : PhasePrinter(kernel, number, ints, -1), nest_(plan_loops(kernel, phase_)) {}

  /// The function, its parameter left open.
  std::string print(const std::string& name);
  EmittedCuda::Launch launch() const;

 private:
  bool points() const { return nest_.form == LoopForm::points; }
  bool rows() const { return nest_.form == LoopForm::lanes; }

  std::string level_of_point(int32_t level, const std::string& indent) override;
  std::string combined_by_team(const Reduction& r, size_t index) const;
  std::string guarded(const std::string& condition, const std::string& statements,
                      const std::string& indent) const;
  std::string stores(bool point, int32_t level, const std::string& indent) override;
  std::string decode(const std::vector<int32_t>& axes, const std::string& number,
                     const std::string& body, const std::string& indent);
  std::string count(const std::vector<int32_t>& axes);
  std::vector<int32_t> reduced_axes() const;

  LoopNest nest_;
};

/// How many points the axes have, as text.
std::string ThreadPrinter::count(const std::vector<int32_t>& axes) {
  std::string text;
  for (int32_t axis : axes) text += (text.empty() ? "" : " * ") + extent(axis);
  return axes.empty() ? "1" : axes.size() == 1 ? text : "(" + text + ")";
}

/// The coordinates that `body` reads, of the point with that row-major number.
std::string ThreadPrinter::decode(const std::vector<int32_t>& axes, const std::string& number,
                                  const std::string& body, const std::string& indent) {
  std::string text;
  std::string rest = number;
  for (size_t a = axes.size(); a-- > 0;) {
    const std::string i = printer_.axes[axes[a]];
    const std::string n = extent(axes[a]);
    if (names(body, i)) {
      text += indent + "const int64_t " + i + " = " + rest + (a > 0 ? " % " + n : "") + ";\n";
    }
    rest = rest + " / " + n;
  }
  return text;
}

std::vector<int32_t> ThreadPrinter::reduced_axes() const {
  std::vector<int32_t> axes;
  for (int32_t r = 0; r < reduced_; ++r) axes.push_back(parallel_ + r);
  return axes;
}

std::string ThreadPrinter::guarded(const std::string& condition, const std::string& statements,
                                   const std::string& indent) const {
  if (statements.empty() || condition.empty()) return statements;
  return indent + "if (" + condition + ") {\n" + statements + indent + "}\n";
}

std::string ThreadPrinter::stores(bool point, int32_t level, const std::string& indent) {
  const std::string member = rows() ? "threadIdx.x" : "threadIdx.y";
  const std::string condition = points() ? "" : point ? "inside" : "inside && " + member + " == 0";
  const std::string in = condition.empty() ? indent : indent + "  ";
  return guarded(condition, PhasePrinter::stores(point, level, in), indent);
}

/// What every thread of a team gets for its accumulator.
std::string ThreadPrinter::combined_by_team(const Reduction& r, size_t index) const {
  const std::string a = accumulator(index);
  const std::string value = BodyPrinter::register_type(dtype_of(r));
  const std::string type = keeps_number(r) ? "AxPair<" + value + ">" : value;
  const std::string body =
      keeps_number(r) ? pair_update(r, "x.value", "x.number", "y.value", "y.number") + " return x;"
                      : "return " + BodyPrinter::combined(r.combine, r.dtype, "x", "y") + ";";
  const std::string mine = keeps_number(r) ? type + "{" + a + ", at" + a + "}" : a;
  return std::string(rows() ? "ax_reduce_x" : "ax_reduce_y") + "(" + mine + ", [](" + type +
         " x, " + type + " y) -> " + type + " { " + body + " })" +
         (keeps_number(r) ? ".number" : "");
}

std::string ThreadPrinter::level_of_point(int32_t level, const std::string& indent) {
  std::string text;
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    if (red.level != level) continue;
    const std::string a = accumulator(r);
    text += indent + BodyPrinter::register_type(dtype_of(red)) + " " + a + " = " +
            BodyPrinter::identity(red.combine, dtype_of(red)) + ";\n";
    if (keeps_number(red)) text += indent + "int64_t at" + a + " = " + kNoNumber + ";\n";
  }
  const std::string in = indent + "  ";
  const Instrs inner = closure(roots(level), [&](int32_t i) { return depth_[i] > 0; });
  const std::string body =
      instructions(inner, in) + accumulate(level, in) + stores(true, level, in);
  const std::string x = rows() ? "x" : "y";
  const std::string from = points() ? "0" : "threadIdx." + x;
  const std::string step = points() ? "++r" : "r += blockDim." + x;
  text += indent + "for (int64_t r = " + from + "; r < " + count(reduced_axes()) + "; " + step +
          ") {\n" + decode(reduced_axes(), "r", body, in) + body + indent + "}\n";
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    if (red.level != level) continue;
    const std::string own = (keeps_number(red) ? "at" : "") + accumulator(r);
    text += indent + result(red, points() ? own : combined_by_team(red, r));
  }
  return text;
}

std::string ThreadPrinter::print(const std::string& name) {
  Instrs per_point;
  for (int32_t i : needed_) {
    if (depth_[i] == 0) per_point.push_back(i);
  }
  const std::string body = point(per_point, "    ");
  std::vector<int32_t> axes = nest_.outer;
  if (nest_.vector >= 0) axes.push_back(nest_.vector);
  const std::string coordinates = decode(axes, "point", body, "    ");
  const std::string clamped = "const int64_t point = inside ? own : " + count(axes) + " - 1;";
  std::map<std::string, std::string> slots = {
      {"NAME", name},
      {"ARGS", "@ARGS@"},
      {"POINTS", count(axes)},
      {"POINT", coordinates.empty() ? "" : "    " + clamped},
      {"DECODE", coordinates},
      {"BODY", body},
      {"DECLARATIONS", printer_.declarations()}};
  slots["INTS"] = ints_.declarations(first_int_);
  slots["THREADS"] = std::to_string(points() ? kPointThreads : kTeamThreads);
  slots["ALONG"] = rows() ? "x" : "y";
  slots["ACROSS"] = rows() ? "y" : "x";
  return fill(1 + (points() ? kPoints : kTeams), slots);
}

EmittedCuda::Launch ThreadPrinter::launch() const {
  const int64_t all = product(phase_.parallel);
  const int64_t members = next_power_of_two(ceil_div(product(phase_.reduced), kElementsOfMember));
  int64_t x = kPointThreads;
  int64_t y = 1;
  if (rows()) {
    x = std::clamp<int64_t>(members, 1, kTeamThreads);
    y = std::max<int64_t>(kFewTeamThreads / x, 1);
  } else if (!points()) {
    x = all < kManyColumns ? kWarp / 4 : kWarp;
    y = std::clamp<int64_t>(members, kWarp / x, kTeamThreads / x);
  }
  const int64_t points_of_block = rows() ? y : x;
  const int64_t accumulators = points() || (rows() && x <= kWarp) ? 0
                               : rows()                           ? x * y / kWarp
                                                                  : x * y;
  const int64_t blocks = std::min(ceil_div(all, points_of_block), kMostBlocks);
  return {blocks, static_cast<int32_t>(x), static_cast<int32_t>(y),
          static_cast<int32_t>(accumulators * kLargestAccumulator)};
}

/// Why a phase has no CUDA source yet; empty if it has.
std::string reason_of(const Phase& phase) {
  if (phase.contract) return "contractions have no CUDA source yet";
  if (phase.scatter) return "scatters have no CUDA source yet";
  if (has_scan(phase)) return "scans have no CUDA source yet";
  return "";
}

/// Merges axes without regard to lanes: a team strides over all reduced axes as one.
Phase flattened(Phase phase) {
  const bool lanes = phase.lanes;
  phase.lanes = false;
  phase = collapse_axes(phase);
  phase.lanes = lanes;
  return phase;
}

}  // namespace

EmittedCuda emit_cuda(const Kernel& kernel) {
  EmittedCuda done;
  if (kernel.kind == KernelKind::call) done.reason = "opaque kernels have no CUDA source";
  for (const Phase& phase : kernel.phases) {
    if (done.reason.empty()) done.reason = reason_of(phase);
  }
  if (!done.reason.empty()) return done;
  Kernel merged = kernel;
  for (Phase& phase : merged.phases) phase = flattened(phase);
  Ints ints;
  std::string text;
  for (size_t p = 0; p < merged.phases.size(); ++p) {
    ThreadPrinter printer(merged, static_cast<int>(p), ints);
    text += printer.print("AXON_KERNEL_" + std::to_string(p));
    done.launches.push_back(printer.launch());
  }
  const size_t counts[] = {kernel.buffers.size(), ints.size(), kernel.scalars.size()};
  std::string args;
  size_t bytes = sizeof(int64_t);
  for (size_t n : counts) {
    const size_t entries = std::max<size_t>(n, 1);
    args += (args.empty() ? "" : ", ") + std::to_string(entries);
    bytes += entries * sizeof(int64_t);
  }
  if (bytes > kMostArgumentBytes) {
    done.reason = "it needs " + std::to_string(bytes) + " bytes of arguments; CUDA passes " +
                  std::to_string(kMostArgumentBytes);
    done.launches.clear();
    return done;
  }
  done.source = with_true_lines(fill(text, {{"ARGS", "KernelArgs<" + args + ">"}}));
  done.ints = ints.values;
  done.slot_ints = ints.slots;
  return done;
}

std::string cuda_prelude() { return std::string(1 + kPrelude) + kScalarText + (1 + kReductions); }

}  // namespace axon
