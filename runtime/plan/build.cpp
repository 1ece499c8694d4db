#include "plan/build.h"

#include <algorithm>
#include <unordered_map>

#include "plan/body.h"
#include "plan/simplify.h"

namespace axon {

namespace {

/// Builds one kernel; the slots of buffers and scalars are shared by its phases.
class KernelBuilder {
 public:
  KernelBuilder(const Group& group, const Fused& fused, const Bound& bound,
                const std::vector<bool>& stored)
      : group_(group), fused_(fused), bound_(bound), stored_(stored) {}

  Kernel build() {
    for (const Space& space : group_.phases) {
      if (space.scatter) add_fill(fused_.statements[space.members.front().statement]);
      add_phase(space);
    }
    const bool scatters = group_.phases.front().scatter;
    kernel_.kind = scatters ? KernelKind::scatter : kind_of(kernel_.phases.front());
    return std::move(kernel_);
  }

 private:
  static KernelKind kind_of(const Phase& phase) {
    if (phase.contract) return KernelKind::contract;
    if (has_scan(phase)) return KernelKind::scan;
    if (phase.reduced.empty()) return KernelKind::map;
    if (phase.lanes) return KernelKind::row;
    const bool window = std::all_of(phase.reduced.begin(), phase.reduced.end(),
                                    [](const Axis& axis) { return axis.baked; });
    return window ? KernelKind::nest : KernelKind::column;
  }

  int buffer_slot(ValueId value, bool writes) {
    auto [it, is_new] = buffers_.emplace(value, static_cast<int>(kernel_.buffers.size()));
    if (is_new) kernel_.buffers.push_back({bound_.values[value].dtype, value, false, false});
    BufferSlot& slot = kernel_.buffers[it->second];
    (writes ? slot.written : slot.read) = true;
    return it->second;
  }

  int scalar_slot(int source) {
    auto [it, is_new] = scalars_.emplace(source, static_cast<int>(kernel_.scalars.size()));
    if (is_new) kernel_.scalars.push_back({bound_.scalars[source].dtype, source, 0, 0});
    return it->second;
  }

  void number_slots(Affine& a) {
    for (Term& t : a.slots) t.var = scalar_slot(t.var);
  }

  /// The statement's body with scalars numbered as the kernel's.
  std::vector<Instr> with_kernel_scalars(const std::vector<Instr>& body) {
    std::vector<Instr> result = body;
    for (Instr& instr : result) {
      if (instr.kind == InstrKind::scalar) instr.index = scalar_slot(instr.index);
      if (instr.kind == InstrKind::uniform) {
        const int first = scalar_slot(instr.index);
        scalar_slot(instr.index + 1);
        instr.index = first;
      }
      instr.inside.clear();
      number_slots(instr.address);
      for (Guard& guard : instr.bounds) number_slots(guard.index);
    }
    return result;
  }

  void add_phase(const Space& space) {
    phase_ = Phase{};
    builder_ = BodyBuilder{};
    computed_.clear();
    phase_.lanes = space.lanes;
    phase_.scatter = space.scatter;
    phase_.contract = space.contract;
    phase_.backwards = space.direction < 0;
    std::vector<int> place(space.axes.size());
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t i = 0; i < space.axes.size(); ++i) {
        if (space.axes[i].reduced != (pass == 1)) continue;
        place[i] = static_cast<int>(phase_.parallel.size() + phase_.reduced.size());
        (pass == 1 ? phase_.reduced : phase_.parallel).push_back(space.axes[i]);
      }
    }
    for (size_t i = 0; i < space.members.size(); ++i) {
      const Member& member = space.members[i];
      std::vector<Affine> axes;
      for (int axis : member.axes) axes.push_back(Affine::axis(place[axis]));
      const bool is_sum = space.contract && i == 0;
      is_sum ? add_contraction(member, axes) : add_member(member, axes);
      kernel_.statements.push_back(member.statement);
    }
    phase_.body = builder_.take();
    flatten();
    assign_levels();
    kernel_.phases.push_back(std::move(phase_));
  }

  /// A scattered value starts as what its combination leaves alone.
  void add_fill(const Statement& s) {
    Phase fill;
    builder_ = BodyBuilder{};
    const int start = builder_.add(identity_of(s.combine, s.dtype));
    Affine address;
    if (s.elements != 1) {
      fill.parallel.push_back(Axis{s.elements});
      address = Affine::axis(0);
    }
    fill.stores.push_back({buffer_slot(s.value, true), address, start, false, Combine::set, 0});
    fill.body = builder_.take();
    kernel_.phases.push_back(std::move(fill));
  }

  CopyRules rules(const std::vector<Affine>& axes) {
    const auto copy_load = [this](const Instr& load) {
      auto it = computed_.find(load.index);
      if (it != computed_.end()) return it->second;
      Instr copy = load;
      copy.index = buffer_slot(load.index, false);
      return builder_.add(std::move(copy));
    };
    return {axes, copy_load};
  }

  int cast(int value, DType dtype) {
    Instr instr;
    instr.kind = InstrKind::cast;
    instr.dtype = dtype;
    instr.args[0] = value;
    return builder_.add(std::move(instr));
  }

  int result_instr(int reduction, DType dtype) {
    Instr instr;
    instr.kind = InstrKind::result;
    instr.dtype = dtype;
    instr.index = reduction;
    return builder_.add(std::move(instr));
  }

  void add_member(const Member& member, const std::vector<Affine>& axes) {
    const Statement& s = fused_.statements[member.statement];
    const std::vector<Instr> body = with_kernel_scalars(s.body);
    std::vector<int> roots{s.result};
    for (const Term& t : s.store.terms) {
      if (t.var < 0) roots.push_back(~t.var);
    }
    const std::vector<int> copied = copy_expressions(body, roots, rules(axes), builder_);
    std::vector<int> number(body.size(), -1);
    for (size_t i = 0; i < roots.size(); ++i) number[roots[i]] = copied[i];
    Affine address = remap(s.store, axes, number);
    number_slots(address);
    int value = copied[0];
    if (s.combine != Combine::set && !s.scatter) {
      const bool picks = s.combine == Combine::argmax || s.combine == Combine::argmin;
      const DType accumulator = accumulator_of(s.combine, s.dtype);
      if (!picks) value = cast(value, accumulator);
      const int reduction = static_cast<int>(phase_.reductions.size());
      const int result = result_instr(reduction, accumulator);
      phase_.reductions.push_back({s.combine, value, result, 0, accumulator});
      value = result;
    }
    value = cast(value, s.dtype);
    if (!s.scatter) computed_[s.value] = value;
    if (stored_[s.value] || s.scatter) {
      const Combine combine = s.scatter ? s.combine : Combine::set;
      phase_.stores.push_back(
          {buffer_slot(s.value, true), std::move(address), value, false, combine, 0});
    }
  }

  /// Operand expressions as `a` and `b`; the sum is `result` 0.
  void add_contraction(const Member& member, const std::vector<Affine>& axes) {
    const Statement& s = fused_.statements[member.statement];
    Contraction roles;
    find_contraction(s, roles);
    const std::vector<Instr> body = with_kernel_scalars(s.body);
    const DType accumulator = accumulator_of(s.combine, s.dtype);
    auto product = [&](const std::vector<int>& factors) {
      int result = -1;
      for (int factor : copy_expressions(body, factors, rules(axes), builder_)) {
        factor = cast(factor, accumulator);
        result = result < 0 ? factor : builder_.prim(Prim::mul, accumulator, result, factor);
      }
      return result;
    };
    phase_.a = product(roles.a_factors);
    phase_.b = product(roles.b_factors);
    auto in_phase = [&](const std::vector<int>& list) {
      std::vector<int32_t> result;
      for (int axis : list) result.push_back(axes[axis].terms.front().var);
      return result;
    };
    phase_.batch = in_phase(roles.batch);
    phase_.m = in_phase(roles.m);
    phase_.n = in_phase(roles.n);
    const int value = cast(result_instr(0, accumulator), s.dtype);
    computed_[s.value] = value;
    if (stored_[s.value]) {
      Affine address = remap(s.store, axes, {});
      phase_.stores.push_back(
          {buffer_slot(s.value, true), std::move(address), value, false, Combine::set, 0});
    }
  }

  /// One axis instead of several where every access is the point's row-major number or constant, so
  /// that maps of any shape have one source.
  void flatten() {
    if (!phase_.reduced.empty() || phase_.contract || phase_.scatter || phase_.stores.empty())
      return;
    const std::vector<Term> dense = phase_.stores.front().address.terms;
    if (dense.size() != phase_.parallel.size()) return;
    int64_t stride = 1;
    for (size_t i = dense.size(); i-- > 0;) {
      if (dense[i].var != static_cast<int>(i) || dense[i].coef != stride) return;
      stride *= phase_.parallel[i].extent;
    }
    auto is_flat = [&](const Affine& a) { return a.terms.empty() || a.terms == dense; };
    for (const Store& store : phase_.stores) {
      if (!is_flat(store.address)) return;
    }
    for (const Instr& instr : phase_.body) {
      bool flat = true;
      for_each_affine(instr, [&](const Affine& a) { flat = flat && is_flat(a); });
      if (!flat) return;
    }
    auto rewrite = [&](Affine& a) {
      if (!a.terms.empty()) a.terms = {Term{0, 1}};
    };
    for (Store& store : phase_.stores) rewrite(store.address);
    for (Instr& instr : phase_.body) {
      rewrite(instr.address);
      for (Guard& guard : instr.bounds) rewrite(guard.index);
    }
    if (!dense.empty()) phase_.parallel = {Axis{stride}};
  }

  /// Which pass over the reduced axes each reduction and store belongs to.
  void assign_levels() {
    const int parallel = static_cast<int>(phase_.parallel.size());
    const auto& body = phase_.body;
    std::vector<bool> point(body.size(), false);
    std::vector<int> level(body.size(), 0);
    std::vector<int> reduction_of(body.size(), -1);
    for (size_t r = 0; r < phase_.reductions.size(); ++r) {
      reduction_of[phase_.reductions[r].result] = static_cast<int>(r);
    }
    auto depends = [&](const Affine& a, bool& is_point, int& at_least) {
      for (const Term& t : a.terms) {
        if (t.var >= 0) {
          is_point = is_point || t.var >= parallel;
        } else {
          is_point = is_point || point[~t.var];
          at_least = std::max(at_least, level[~t.var]);
        }
      }
    };
    for (size_t i = 0; i < body.size(); ++i) {
      bool is_point = false;
      int at_least = 0;
      if (reduction_of[i] >= 0) {
        // Built after the reduction's operand, so its level is known.
        Reduction& r = phase_.reductions[reduction_of[i]];
        r.level = level[r.value];
        level[i] = r.level + 1;
        continue;
      }
      for (int32_t arg : body[i].args) {
        if (arg < 0) continue;
        is_point = is_point || point[arg];
        at_least = std::max(at_least, level[arg]);
      }
      for_each_affine(body[i], [&](const Affine& a) { depends(a, is_point, at_least); });
      point[i] = is_point;
      level[i] = at_least;
    }
    phase_.levels = phase_.reduced.empty() ? 0 : 1;
    for (const Reduction& r : phase_.reductions) {
      phase_.levels = std::max(phase_.levels, r.level + 1);
    }
    if (phase_.contract) return;
    for (Store& store : phase_.stores) {
      bool is_point = point[store.value];
      int at_least = level[store.value];
      depends(store.address, is_point, at_least);
      store.point = is_point;
      store.level = at_least;
      if (is_point) phase_.levels = std::max(phase_.levels, at_least + 1);
    }
  }

  const Group& group_;
  const Fused& fused_;
  const Bound& bound_;
  const std::vector<bool>& stored_;
  Kernel kernel_;
  Phase phase_;
  BodyBuilder builder_;
  std::unordered_map<ValueId, int> computed_;  // values of this phase: their instruction
  std::unordered_map<ValueId, int> buffers_;
  std::unordered_map<int, int> scalars_;
};

Kernel call_kernel(const Group& group, const Fused& fused, const Bound& bound) {
  const int number = group.phases.front().members.front().statement;
  const Statement& s = fused.statements[number];
  const BoundCall& call = bound.calls[s.call];
  Kernel kernel;
  kernel.kind = KernelKind::call;
  kernel.call = call.call;
  kernel.statements.push_back(number);
  for (ValueId input : call.inputs) {
    kernel.buffers.push_back({bound.values[input].dtype, input, false, true});
  }
  for (ValueId output : call.outputs) {
    kernel.buffers.push_back({bound.values[output].dtype, output, true, false});
  }
  return kernel;
}

}  // namespace

Kernel build_kernel(const Group& group, const Fused& fused, const Bound& bound,
                    const std::vector<bool>& stored) {
  const int first = group.phases.front().members.front().statement;
  if (fused.statements[first].call >= 0) return call_kernel(group, fused, bound);
  return KernelBuilder(group, fused, bound, stored).build();
}

std::vector<bool> find_stored(const Fused& fused, const Bound& bound,
                              const std::vector<bool>& wanted) {
  struct Home {
    int group = -1, phase = -1;
  };
  std::vector<Home> home(bound.values.size());
  std::vector<bool> stored(bound.values.size(), false);
  for (size_t v = 0; v < wanted.size(); ++v) {
    if (wanted[v]) stored[root_of(bound.values, static_cast<ValueId>(v))] = true;
  }
  for (int g = 0; g < static_cast<int>(fused.groups.size()); ++g) {
    const Group& group = fused.groups[g];
    for (int p = 0; p < static_cast<int>(group.phases.size()); ++p) {
      for (const Member& member : group.phases[p].members) {
        const Statement& s = fused.statements[member.statement];
        if (s.call >= 0) {
          for (ValueId input : bound.calls[s.call].inputs) stored[input] = true;
          for (ValueId output : bound.calls[s.call].outputs) stored[output] = true;
          continue;
        }
        for (const Instr& instr : s.body) {
          if (instr.kind != InstrKind::load) continue;
          const Home& at = home[instr.index];
          if (at.group != g || at.phase != p) stored[instr.index] = true;
        }
        home[s.value] = {g, p};
      }
    }
  }
  return stored;
}

}  // namespace axon
