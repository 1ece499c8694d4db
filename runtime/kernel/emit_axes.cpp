// Axes of a phase: merging, order, blocks and work units.
#include "kernel/emit_axes.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "kernel/emit.h"

namespace axon {

namespace {

constexpr int64_t kUnitWork = 32 << 10;     // bytes, or what takes as long
constexpr int64_t kExpensiveWork = 16;      // of one expensive instruction
constexpr int64_t kLargestMapBlock = 4096;  // elements
constexpr int64_t kTransposeBlock = 32;
constexpr int64_t kLargestWindow = 64;   // points that are unrolled
constexpr int64_t kLargestUnrolled = 8;  // of a map's innermost axis

void for_each_form(Phase& phase, const std::function<void(Affine&)>& visit) {
  for (Instr& in : phase.body) {
    visit(in.address);
    for (Guard& g : in.bounds) visit(g.index);
  }
  for (Store& s : phase.stores) visit(s.address);
}

/// Merges axis `at` into `at + 1`, which all forms allow.
void merge(Phase& phase, int32_t at) {
  for_each_form(phase, [&](Affine& form) {
    std::vector<Term> terms;
    for (Term t : form.terms) {
      if (t.var == at) continue;
      if (t.var > at) --t.var;
      terms.push_back(t);
    }
    form.terms = std::move(terms);
  });
  const int32_t parallel = static_cast<int32_t>(phase.parallel.size());
  std::vector<Axis>& axes = at < parallel ? phase.parallel : phase.reduced;
  const size_t i = at < parallel ? at : at - parallel;
  axes[i + 1].extent *= axes[i].extent;
  axes.erase(axes.begin() + i);
}

bool may_merge(Phase& phase, int32_t at) {
  const int32_t parallel = static_cast<int32_t>(phase.parallel.size());
  const int32_t all = parallel + static_cast<int32_t>(phase.reduced.size());
  // Lanes restart with each run of the innermost reduced axis.
  if (at + 1 == parallel || (phase.lanes && at + 2 == all && at >= parallel)) return false;
  const Axis& outer = at < parallel ? phase.parallel[at] : phase.reduced[at - parallel];
  const Axis& inner = at < parallel ? phase.parallel[at + 1] : phase.reduced[at + 1 - parallel];
  if (outer.baked != inner.baked) return false;
  bool allowed = true;
  for_each_form(phase, [&](Affine& form) {
    allowed &= form.coef_of(at) == form.coef_of(at + 1) * inner.extent;
  });
  return allowed;
}

/// Every address of the phase that memory is accessed at.
std::vector<const Affine*> accesses(const Phase& phase) {
  std::vector<const Affine*> found;
  for (const Instr& in : phase.body) {
    if (in.kind == InstrKind::load) found.push_back(&in.address);
  }
  for (const Store& s : phase.stores) found.push_back(&s.address);
  return found;
}

int32_t best_vector_axis(const Phase& phase) {
  const int32_t last = static_cast<int32_t>(phase.parallel.size()) - 1;
  const auto score = [&](int32_t axis) {
    int64_t points = 0;
    for (const Affine* a : accesses(phase)) {
      const int64_t coef = a->coef_of(axis);
      points += coef == 1 ? 2 : coef == 0;
    }
    for (const Store& s : phase.stores) points += s.address.coef_of(axis) == 1;
    return points;
  };
  int32_t best = last;
  for (int32_t axis = last - 1; axis >= 0; --axis) {
    if (phase.parallel[axis].extent >= 16 && score(axis) > score(best)) best = axis;
  }
  return best;
}

int64_t product(const std::vector<Axis>& axes) {
  int64_t n = 1;
  for (const Axis& a : axes) n *= a.extent;
  return n;
}

/// Work of one point of all axes, in bytes.
int64_t point_work(const Kernel& kernel, const Phase& phase) {
  int64_t work = 0;
  for (const Instr& in : phase.body) {
    if (in.kind == InstrKind::load) work += size_of(in.dtype);
    if (is_expensive(in)) work += kExpensiveWork;
  }
  for (const Store& s : phase.stores) work += size_of(kernel.buffers[s.slot].dtype);
  return std::max<int64_t>(work, 4);
}

/// An axis such that points with different coordinates never store to one element; -1: none.
int32_t partition_axis(const Phase& phase) {
  for (int32_t axis = static_cast<int32_t>(phase.parallel.size()) - 1; axis >= 0; --axis) {
    const int64_t extent = phase.parallel[axis].extent;
    const bool separates =
        std::all_of(phase.stores.begin(), phase.stores.end(), [&](const Store& store) {
          const int64_t coef = std::abs(store.address.coef_of(axis));
          int64_t divisor = 0;
          int64_t reach = 0;
          for (const Term& t : store.address.terms) {
            if (t.var == axis) continue;
            divisor = std::gcd(divisor, std::abs(t.coef));
            int64_t span = -1;
            if (t.var >= 0) {
              const size_t parallel = phase.parallel.size();
              span = size_t(t.var) < parallel ? phase.parallel[t.var].extent
                                              : phase.reduced[t.var - parallel].extent;
            } else if (phase.body[~t.var].kind == InstrKind::gather) {
              span = phase.body[~t.var].integer;
            }
            reach = span < 0 || reach < 0 ? -1 : reach + std::abs(t.coef) * (span - 1);
          }
          if (coef == 0) return false;
          const bool inside_one_step = divisor == 0 || coef * (extent - 1) < divisor;
          return inside_one_step || (reach >= 0 && reach < coef);
        });
    if (separates) return axis;
  }
  return -1;
}

/// The axis along which some access is contiguous that strides along the vector axis; -1: none.
int32_t transposed_axis(const Phase& phase, const LoopNest& nest) {
  for (const Affine* a : accesses(phase)) {
    if (std::abs(a->coef_of(nest.vector)) < 2) continue;
    for (int32_t axis : nest.outer) {
      if (a->coef_of(axis) == 1 && phase.parallel[axis].extent >= 16) return axis;
    }
  }
  return -1;
}

void plan_blocks(const Kernel& kernel, const Phase& phase, LoopNest& nest) {
  const int64_t work = point_work(kernel, phase);
  const int64_t inner = product(phase.reduced);
  int64_t rows = 1;
  for (int32_t axis : nest.outer) rows *= phase.parallel[axis].extent;
  nest.tiles = rows;
  int64_t tile_work = work * std::max<int64_t>(inner, 1);
  if (nest.vector >= 0) {
    const int64_t extent = phase.parallel[nest.vector].extent;
    const bool columns = nest.form == LoopForm::columns;
    int64_t block = columns ? extent / 8 : kUnitWork / tile_work;
    block = std::clamp<int64_t>((block + 63) / 64 * 64, 64,
                                columns ? kLargestColumnBlock : kLargestMapBlock);
    const int32_t transposed = nest.independent ? transposed_axis(phase, nest) : -1;
    nest.block_digit = nest.outer.size();
    if (transposed >= 0 && !phase.scatter) {
      nest.outer.erase(std::find(nest.outer.begin(), nest.outer.end(), transposed));
      nest.outer.push_back(transposed);
      --nest.block_digit;
      if (!columns) block = kTransposeBlock;
    }
    nest.block = block;
    nest.tiles *= (extent + block - 1) / block;
    tile_work *= std::max<int64_t>(1, std::min(block, extent));
  }
  nest.grain = std::max<int64_t>(1, kUnitWork / tile_work);
  if (!phase.scatter) return;
  // Points of one destination stay in one unit, in row-major order.
  const int32_t partition = partition_axis(phase);
  nest.grain = std::max<int64_t>(nest.tiles, 1);
  if (partition < 0) return;
  if (partition == nest.vector) {
    nest.block_digit = 0;
    nest.grain = std::max<int64_t>(rows, 1);
  } else {
    const int64_t slices = std::max<int64_t>(phase.parallel[partition].extent, 1);
    const int64_t slice = std::max<int64_t>(nest.tiles / slices, 1);
    nest.grain = slice * std::max<int64_t>(1, kUnitWork / (slice * tile_work));
  }
}

}  // namespace

bool is_expensive(const Instr& instr) {
  if (instr.kind == InstrKind::uniform) return true;
  if (instr.kind != InstrKind::prim) return false;
  switch (instr.prim) {
    case Prim::abs:
    case Prim::sign:
    case Prim::maximum:
    case Prim::minimum:
    case Prim::fma:
    case Prim::floor:
    case Prim::ceil:
    case Prim::round:
    case Prim::trunc:
    case Prim::isnan:
    case Prim::isinf:
    case Prim::isfinite:
    case Prim::finite:
    case Prim::copysign:
      return false;
    default:
      break;
  }
  const char* text = info(instr.prim).c_text;
  return std::strstr(text, "ax_") != nullptr || std::strchr(text, '/') != nullptr;
}

Phase collapse_axes(const Phase& phase) {
  Phase merged = phase;
  const auto axes = [&] { return merged.parallel.size() + merged.reduced.size(); };
  for (int32_t at = static_cast<int32_t>(axes()) - 2; at >= 0; --at) {
    if (may_merge(merged, at)) merge(merged, at);
  }
  return merged;
}

Phase unroll_short_axis(Phase phase) {
  std::vector<Axis>& axes = phase.parallel;
  if (!phase.reduced.empty() || phase.scatter || phase.contract || axes.size() < 2) return phase;
  if (axes.back().extent > kLargestUnrolled || axes[axes.size() - 2].extent < 8) return phase;
  // Its number stays: reduced axes come after parallel ones.
  phase.reduced = {axes.back()};
  phase.reduced.back().baked = true;
  axes.pop_back();
  phase.levels = 1;
  for (Store& store : phase.stores) store.point = true;
  return phase;
}

LoopNest plan_loops(const Kernel& kernel, const Phase& phase) {
  LoopNest nest{};
  const int32_t parallel = static_cast<int32_t>(phase.parallel.size());
  const bool window = product(phase.reduced) <= kLargestWindow &&
                      std::all_of(phase.reduced.begin(), phase.reduced.end(),
                                  [](const Axis& a) { return a.baked; });
  if (phase.lanes && !phase.reduced.empty()) {
    nest.form = LoopForm::lanes;
  } else if (phase.scatter || window || parallel == 0) {
    nest.form = LoopForm::points;
  } else {
    nest.form = LoopForm::columns;
  }
  std::vector<int32_t> order(parallel);
  std::iota(order.begin(), order.end(), 0);
  if (phase.scatter) {
    // A partition axis may move: points that differ in it never meet.
    const int32_t partition = partition_axis(phase);
    if (partition >= 0) {
      const bool contiguous = phase.stores.front().address.coef_of(partition) == 1;
      order.erase(order.begin() + partition);
      order.insert(contiguous ? order.end() : order.begin(), partition);
    }
    nest.independent = partition >= 0 && partition == order.back();
  } else if (parallel > 0 && nest.form != LoopForm::lanes) {
    const int32_t best = best_vector_axis(phase);
    order.erase(order.begin() + best);
    order.push_back(best);
  }
  if (nest.form != LoopForm::lanes && parallel > 0) {
    nest.vector = order.back();
    order.pop_back();
  }
  nest.outer = order;
  plan_blocks(kernel, phase, nest);
  return nest;
}

}  // namespace axon
