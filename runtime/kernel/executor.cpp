// The cold tier: how phases are divided into work units, and the loops around runs of points.
//
// Runs go along the innermost reduced axis when reductions are in lanes order, else along a
// parallel axis, so that accumulators are tiles. A phase is compiled to sections: 1 evaluates what
// belongs to a row and depends on no reduction; then for each level one that runs for each run of
// the reduced axes and one that runs for the row afterwards. A work unit is a number of consecutive
// steps: a step is a row, or a block of the runs' axis within one.
#include "kernel/executor.h"

#include <algorithm>
#include <numeric>

#include "core/threads.h"
#include "device/cpu/calls.h"
#include "kernel/contract.h"
#include "kernel/executor_body.h"

namespace axon {

// ------------------------------------------------------------------------------- BodyRunner

BodyRunner::BodyRunner(const Kernel& kernel, const Phase& phase, int32_t axis,
                       const std::vector<int32_t>& values, const std::vector<int32_t>& stores,
                       bool results_vary) {
  BodyCompiler compiler(kernel, phase, axis, results_vary);
  if (axis >= 0) compiler.set_width(kTile);
  std::vector<int32_t> roots = values;
  for (int32_t s : stores) {
    for (int32_t r : BodyCompiler::roots_of(phase.stores[s])) roots.push_back(r);
  }
  const std::vector<bool> needed = compiler.closure(roots);
  compiler.begin_section();
  for (size_t i = 0; i < needed.size(); ++i) {
    if (needed[i] && phase.body[i].kind == InstrKind::result) {
      compiler.input(static_cast<int32_t>(i));
    }
  }
  compiler.evaluate(needed);
  std::vector<int32_t> wanted;
  for (int32_t v : values) wanted.push_back(compiler.keep(v));
  for (int32_t s : stores) compiler.store(phase.stores[s]);
  std::shared_ptr<BodyCode> code = compiler.finish();
  code->wanted = std::move(wanted);
  code_ = std::move(code);
}

BodyRunner::~BodyRunner() = default;
BodyRunner::BodyRunner(BodyRunner&&) noexcept = default;

BodyRunner::Frame::Frame(std::unique_ptr<BodyFrame> frame) : frame_(std::move(frame)) {}
BodyRunner::Frame::~Frame() = default;
BodyRunner::Frame::Frame(Frame&&) noexcept = default;

BodyRunner::Frame BodyRunner::frame(void* const* buffers, const int64_t* scalars,
                                    int32_t* status) const {
  auto frame = std::make_unique<BodyFrame>(*code_);
  frame->bind(buffers, scalars, status);
  return Frame(std::move(frame));
}

void BodyRunner::run(Frame& frame, const int64_t* coords, int64_t n,
                     const void* const* results) const {
  BodyFrame& f = *frame.frame_;
  for (size_t r = 0; r < code_->results.size(); ++r) {
    if (code_->results[r] < 0) continue;
    f.pointers[code_->results[r]] = static_cast<char*>(const_cast<void*>(results[r]));
  }
  f.run(1, coords, n, n);
}

const void* BodyRunner::value(const Frame& frame, int32_t i) const {
  return frame.frame_->pointers[code_->wanted[i]];
}

// ------------------------------------------------------------------------------------ phases

namespace {

constexpr int64_t kUnitPoints = 32768;  // a work unit has at least about so many points
constexpr int64_t kShortRun = 32;       // runs below this are not worth their bytecode
constexpr int64_t kNarrowBlock = 64;    // of columns, when there are few of them

struct LoopAxis {
  int32_t axis;
  int64_t extent;
};

int64_t points_of(const std::vector<LoopAxis>& axes) {
  int64_t points = 1;
  for (const LoopAxis& a : axes) points *= a.extent;
  return points;
}

/// Sets the coordinates of `axes` to the point with row-major number `number`.
void decode(const std::vector<LoopAxis>& axes, int64_t number, int64_t* coords) {
  for (size_t a = axes.size(); a-- > 0;) {
    coords[axes[a].axis] = number % axes[a].extent;
    number /= axes[a].extent;
  }
}

/// Moves to the next point in row-major order, from the last to the first.
void step_on(const std::vector<LoopAxis>& axes, int64_t* coords) {
  for (size_t a = axes.size(); a-- > 0;) {
    if (++coords[axes[a].axis] < axes[a].extent) return;
    coords[axes[a].axis] = 0;
  }
}

}  // namespace

/// One phase, compiled.
struct Executor::PhaseRunner {
  PhaseRunner(const Kernel& kernel, const Phase& phase);
  void run(void* const* buffers, const int64_t* scalars, int32_t* status);

 private:
  void choose_axes(const Phase& phase);
  void choose_units(const Phase& phase);
  void compile(const Kernel& kernel, const Phase& phase);
  int32_t independent_axis(const Phase& phase) const;
  void run_units(BodyFrame& frame, int64_t begin, int64_t end) const;
  void run_point(BodyFrame& frame, int64_t* coords, int64_t n) const;
  void run_level(BodyFrame& frame, int32_t level, int64_t* coords, int64_t n) const;
  void run_scatter(BodyFrame& frame, int64_t begin, int64_t end) const;
  int64_t split_units() const;

  std::unique_ptr<ContractRunner> contract_;
  bool scatter_ = false;
  bool lanes_ = false;
  bool backwards_ = false;
  int32_t axes_ = 0;             // of the phase
  LoopAxis run_{-1, 1};          // the axis of the runs
  std::vector<LoopAxis> outer_;  // parallel axes but that; of a scatter, all axes but that
  std::vector<LoopAxis> inner_;  // reduced axes but that
  int32_t split_ = -1;           // scatter: the axis that is divided among threads; -1: none
  int64_t block_ = 1;            // points of a run at most
  int64_t blocks_ = 1;           // runs of a step's axis
  int64_t steps_ = 0;
  int64_t steps_per_unit_ = 1;
  int32_t levels_ = 0;
  std::vector<std::vector<int32_t>> reductions_;  // by level
  std::vector<std::vector<int32_t>> scans_;       // by level
  std::vector<bool> active_;                      // by level: true iff it has anything to do
  std::shared_ptr<const BodyCode> code_;
  std::vector<std::unique_ptr<BodyFrame>> frames_;  // by thread, made when needed
};

Executor::PhaseRunner::PhaseRunner(const Kernel& kernel, const Phase& phase) {
  if (phase.contract) {
    contract_ = std::make_unique<ContractRunner>(kernel, phase);
    return;
  }
  scatter_ = phase.scatter;
  lanes_ = phase.lanes && !phase.reduced.empty() && (!phase.reductions.empty() || has_scan(phase));
  backwards_ = phase.backwards;
  levels_ = phase.reduced.empty() || scatter_ ? 0 : phase.levels;
  choose_axes(phase);
  choose_units(phase);
  compile(kernel, phase);
}

void Executor::PhaseRunner::choose_axes(const Phase& phase) {
  const int32_t parallel = static_cast<int32_t>(phase.parallel.size());
  axes_ = parallel + static_cast<int32_t>(phase.reduced.size());
  std::vector<LoopAxis> loops;
  for (const Axis& a : phase.parallel)
    loops.push_back({static_cast<int32_t>(loops.size()), a.extent});
  for (const Axis& a : phase.reduced)
    loops.push_back({static_cast<int32_t>(loops.size()), a.extent});
  const int32_t owned =
      scatter_ ? axes_ : parallel;  // axes that a run may go along, unless in lanes
  if (lanes_) {
    run_ = loops.back();
  } else if (owned > 0) {
    run_ = loops[owned - 1];
    // Points of different parallel coordinates are independent, so a longer axis will do as well.
    for (int32_t a = 0; a < owned && !scatter_; ++a) {
      if (run_.extent < kShortRun && loops[a].extent >= 4 * run_.extent) run_ = loops[a];
    }
  }
  for (const LoopAxis& a : loops) {
    if (a.axis == run_.axis) continue;
    (a.axis < owned ? outer_ : inner_).push_back(a);
  }
}

void Executor::PhaseRunner::choose_units(const Phase& phase) {
  block_ = std::max<int64_t>(1, std::min(run_.extent, kTile));
  const bool along_parallel = run_.axis >= 0 && !lanes_;
  if (along_parallel && levels_ > 0) {
    const int64_t rows = points_of(outer_);
    while (block_ > kNarrowBlock && rows * (run_.extent / block_) < 16) block_ /= 2;
  }
  if (scatter_) {
    split_ = independent_axis(phase);
    if (split_ >= 0 && split_ == run_.axis)
      block_ = std::min(block_, std::max(kNarrowBlock, run_.extent / 8));
  }
  blocks_ = along_parallel ? (run_.extent + block_ - 1) / block_ : 1;
  steps_ = points_of(outer_) * blocks_;
  const int64_t step = (lanes_ ? run_.extent : block_) * points_of(inner_);
  steps_per_unit_ = std::max<int64_t>(1, kUnitPoints / std::max<int64_t>(1, step));
}

/// An axis whose coordinates store to disjoint elements, the longest: threads that divide it never
/// meet, and each element still gets its points in order. All other terms of an address are either
/// multiples of what the axis spans or too small to reach its next coordinate.
int32_t Executor::PhaseRunner::independent_axis(const Phase& phase) const {
  std::vector<LoopAxis> all = outer_;
  all.push_back(run_);
  const auto extent_of = [&](const Term& t) -> int64_t {
    if (t.var < 0) {
      const Instr& in = phase.body[~t.var];
      return in.kind == InstrKind::gather ? in.integer : int64_t{1} << 40;
    }
    return std::find_if(all.begin(), all.end(), [&](const LoopAxis& a) { return a.axis == t.var; })
        ->extent;
  };
  const auto disjoint = [&](const Affine& address, const LoopAxis& axis) {
    const int64_t coef = std::abs(address.coef_of(axis.axis));
    if (coef == 0) return false;
    int64_t reach = 0;
    for (const Term& t : address.terms) {
      if (t.var == axis.axis || t.coef % (coef * axis.extent) == 0) continue;
      reach += std::abs(t.coef) * (extent_of(t) - 1);
      if (reach >= coef) return false;
    }
    return true;
  };
  LoopAxis best{-1, 1};
  for (const LoopAxis& a : all) {
    if (a.axis < 0 || a.extent <= best.extent) continue;
    const bool everywhere = std::all_of(phase.stores.begin(), phase.stores.end(),
                                        [&](const Store& s) { return disjoint(s.address, a); });
    if (everywhere) best = a;
  }
  return best.axis;
}

void Executor::PhaseRunner::compile(const Kernel& kernel, const Phase& phase) {
  BodyCompiler compiler(kernel, phase, run_.axis, !lanes_);
  if (lanes_) compiler.set_lanes();
  compiler.set_width(block_);
  const size_t stores = phase.stores.size();
  const auto in_row = [&](const Store& s) { return levels_ == 0 || !s.point; };

  std::vector<int32_t> roots;
  for (const Reduction& r : phase.reductions) roots.push_back(r.value);
  for (const Store& s : phase.stores) {
    for (int32_t r : BodyCompiler::roots_of(s)) roots.push_back(r);
  }
  const std::vector<bool> all = compiler.closure(roots);
  const auto evaluate_rows = [&](int32_t ready) {
    std::vector<bool> rows(all.size(), false);
    for (size_t i = 0; i < all.size(); ++i) {
      const int32_t instr = static_cast<int32_t>(i);
      const bool row = levels_ == 0 || !compiler.is_point(instr);
      rows[i] = all[i] && row && compiler.ready(instr) <= ready;
    }
    compiler.evaluate(rows);
  };

  compiler.begin_section();
  evaluate_rows(0);
  reductions_.resize(levels_);
  scans_.resize(levels_);
  active_.resize(levels_);
  for (int32_t level = 0; level < levels_; ++level) {
    std::vector<int32_t> needed;
    std::vector<int32_t> stored;
    for (size_t r = 0; r < phase.reductions.size(); ++r) {
      if (phase.reductions[r].level != level) continue;
      reductions_[level].push_back(static_cast<int32_t>(r));
      needed.push_back(phase.reductions[r].value);
    }
    for (size_t s = 0; s < stores; ++s) {
      const Store& store = phase.stores[s];
      if (in_row(store) || store.level != level) continue;
      stored.push_back(static_cast<int32_t>(s));
      for (int32_t r : BodyCompiler::roots_of(store)) needed.push_back(r);
    }
    active_[level] = !needed.empty();
    compiler.begin_section();
    compiler.forget_points();
    compiler.evaluate(compiler.closure(needed));
    scans_[level] = compiler.take_scans();
    for (int32_t r : reductions_[level]) compiler.fold(r);
    for (int32_t s : stored) compiler.store(phase.stores[s]);
    compiler.begin_section();
    for (int32_t r : reductions_[level]) compiler.reduce(r);
    evaluate_rows(level + 1);
  }
  for (const Store& s : phase.stores) {
    if (in_row(s)) compiler.store(s);
  }
  code_ = compiler.finish();
}

void Executor::PhaseRunner::run_level(BodyFrame& frame, int32_t level, int64_t* coords,
                                      int64_t n) const {
  const int32_t section = 2 + 2 * level;
  const int64_t rows = points_of(inner_);
  const int64_t runs = lanes_ ? (run_.extent + block_ - 1) / block_ : 1;
  const auto in_order = [&](int64_t i, int64_t count) { return backwards_ ? count - 1 - i : i; };
  for (int64_t row = 0; row < rows; ++row) {
    decode(inner_, in_order(row, rows), coords);
    for (int64_t run = 0; run < runs; ++run) {
      int64_t length = n;
      if (lanes_) {
        coords[run_.axis] = in_order(run, runs) * block_;
        length = std::min(block_, run_.extent - coords[run_.axis]);
      }
      frame.run(section, coords, length, length);
    }
  }
}

/// Everything of the n points from `coords` on: one point in lanes order, else a run.
void Executor::PhaseRunner::run_point(BodyFrame& frame, int64_t* coords, int64_t n) const {
  const int64_t span = lanes_ ? block_ : n;
  frame.run(1, coords, n, span);
  for (int32_t level = 0; level < levels_; ++level) {
    for (int32_t r : reductions_[level]) frame.begin_reduction(r, n);
    for (int32_t s : scans_[level]) frame.begin_reduction(s, n);
    if (active_[level]) run_level(frame, level, coords, n);
    for (int32_t r : reductions_[level]) frame.end_reduction(r);
    frame.run(3 + 2 * level, coords, n, span);
  }
}

void Executor::PhaseRunner::run_units(BodyFrame& frame, int64_t begin, int64_t end) const {
  std::vector<int64_t> coords(static_cast<size_t>(axes_) + 1, 0);
  const int64_t first = begin * steps_per_unit_;
  const int64_t last = std::min(end * steps_per_unit_, steps_);
  int64_t block = first % blocks_;
  decode(outer_, first / blocks_, coords.data());
  for (int64_t step = first; step < last; ++step) {
    int64_t n = 1;
    if (run_.axis >= 0 && !lanes_) {
      coords[run_.axis] = block * block_;
      n = std::min(block_, run_.extent - block * block_);
    }
    run_point(frame, coords.data(), n);
    if (++block < blocks_) continue;
    block = 0;
    step_on(outer_, coords.data());
  }
}

/// All points in row-major order, but only those whose coordinate of the divided axis is in [begin,
/// end); if that is the axis of the runs, only its blocks [begin, end). Undivided: all.
void Executor::PhaseRunner::run_scatter(BodyFrame& frame, int64_t begin, int64_t end) const {
  std::vector<int64_t> coords(static_cast<size_t>(axes_) + 1, 0);
  std::vector<LoopAxis> loops = outer_;
  int64_t from = 0;
  int64_t to = blocks_;
  if (split_ >= 0 && split_ == run_.axis) {
    from = begin;
    to = end;
  }
  for (LoopAxis& a : loops) {
    if (a.axis == split_) a.extent = end - begin;
  }
  const int64_t rows = points_of(loops);
  std::vector<int64_t> local(coords.size(), 0);
  for (int64_t row = 0; row < rows; ++row) {
    std::copy(local.begin(), local.end(), coords.begin());
    if (split_ >= 0 && split_ != run_.axis) coords[split_] += begin;
    for (int64_t block = from; block < to; ++block) {
      const int64_t n = std::min(block_, run_.extent - block * block_);
      if (run_.axis >= 0) coords[run_.axis] = block * block_;
      frame.run(1, coords.data(), n, n);
    }
    step_on(loops, local.data());
  }
}

void Executor::PhaseRunner::run(void* const* buffers, const int64_t* scalars, int32_t* status) {
  if (contract_ != nullptr) {
    parallel_for(contract_->units(), [&](int64_t begin, int64_t end, int) {
      contract_->run(begin, end, buffers, scalars, status);
    });
    return;
  }
  if (steps_ == 0 || (scatter_ && run_.extent == 0)) return;
  frames_.resize(kMaxThreads);
  int64_t units = (steps_ + steps_per_unit_ - 1) / steps_per_unit_;
  if (scatter_) units = split_units();
  parallel_for(units, [&](int64_t begin, int64_t end, int thread) {
    std::unique_ptr<BodyFrame>& frame = frames_[thread];
    if (frame == nullptr) frame = std::make_unique<BodyFrame>(*code_);
    frame->bind(buffers, scalars, status);
    if (scatter_) {
      run_scatter(*frame, begin, end);
    } else {
      run_units(*frame, begin, end);
    }
  });
}

/// How many parts threads may take of a scatter.
int64_t Executor::PhaseRunner::split_units() const {
  if (split_ < 0) return 1;
  if (split_ == run_.axis) return blocks_;
  return std::find_if(outer_.begin(), outer_.end(),
                      [&](const LoopAxis& a) { return a.axis == split_; })
      ->extent;
}

// ---------------------------------------------------------------------------------- Executor

Executor::Executor(const Kernel& kernel) {
  if (kernel.kind == KernelKind::call) {
    call_ = std::make_unique<Kernel>(kernel);
    return;
  }
  for (const Phase& phase : kernel.phases) {
    phases_.push_back(std::make_unique<PhaseRunner>(kernel, phase));
  }
}

Executor::~Executor() = default;

void Executor::run(void* const* buffers, const int64_t* scalars, int32_t* status) {
  if (call_ != nullptr) return run_call(*call_, buffers);
  for (const auto& phase : phases_) phase->run(buffers, scalars, status);
}

}  // namespace axon
