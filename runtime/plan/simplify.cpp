#include "plan/simplify.h"

#include <unordered_map>

#include "plan/body.h"
#include "plan/phases.h"

namespace axon {

namespace {

// A reduction is split when it has at most this many results, each over at least
// this many elements.
constexpr int64_t kFewResults = 32;
constexpr int64_t kLongReduction = 32768;
// The parts of a split reduction: enough for many threads, few enough to combine quickly.
constexpr int64_t kMaxParts = 1024;

size_t hash_of(const Statement& s) {
  size_t seed = static_cast<size_t>(s.combine) + 131 * s.axes.size() + 17 * s.body.size();
  for (const Axis& axis : s.axes)
    seed = seed * 31 + static_cast<size_t>(axis.extent) * 2 + axis.reduced;
  for (const Instr& instr : s.body) seed = seed * 31 + hash_of(instr);
  return seed * 31 + hash_of(s.store);
}

bool same_axes(const Statement& a, const Statement& b) {
  if (a.axes.size() != b.axes.size()) return false;
  for (size_t i = 0; i < a.axes.size(); ++i) {
    if (a.axes[i].extent != b.axes[i].extent || a.axes[i].reduced != b.axes[i].reduced)
      return false;
  }
  return true;
}

bool same_computation(const Statement& a, const Statement& b) {
  return a.combine == b.combine && a.scatter == b.scatter && a.dtype == b.dtype &&
         a.elements == b.elements && a.result == b.result && a.store == b.store &&
         same_axes(a, b) && a.body == b.body;
}

void resolve_loads(Bound& bound, Statement& s) {
  for (Instr& instr : s.body) {
    if (instr.kind == InstrKind::load) instr.index = root_of(bound.values, instr.index);
  }
}

/// True iff an earlier call computes the same; its outputs then stand for those of `call`.
bool merge_call(Bound& bound, const std::vector<Statement>& earlier, BoundCall& call) {
  for (ValueId& input : call.inputs) input = root_of(bound.values, input);
  for (const Statement& s : earlier) {
    if (s.call < 0) continue;
    const BoundCall& other = bound.calls[s.call];
    if (other.inputs != call.inputs || !(other.call == call.call)) continue;
    for (size_t i = 0; i < call.outputs.size(); ++i) {
      bound.values[call.outputs[i]].alias = other.outputs[i];
    }
    return true;
  }
  return false;
}

/// Merges equal statements; the merged value becomes an alias of the first one's.
void merge_equal(Bound& bound) {
  std::unordered_multimap<size_t, size_t> by_hash;
  std::vector<Statement> kept;
  kept.reserve(bound.statements.size());
  for (Statement& s : bound.statements) {
    if (s.call >= 0) {
      if (!merge_call(bound, kept, bound.calls[s.call])) kept.push_back(std::move(s));
      continue;
    }
    resolve_loads(bound, s);
    const size_t hash = hash_of(s);
    auto [first, last] = by_hash.equal_range(hash);
    auto it = first;
    while (it != last && !same_computation(kept[it->second], s)) ++it;
    if (it != last) {
      bound.values[s.value].alias = kept[it->second].value;
      continue;
    }
    by_hash.emplace(hash, kept.size());
    kept.push_back(std::move(s));
  }
  bound.statements = std::move(kept);
}

void remove_dead(Bound& bound, const std::vector<bool>& wanted) {
  std::vector<bool> needed(bound.values.size(), false);
  for (size_t v = 0; v < wanted.size(); ++v) {
    if (wanted[v]) needed[root_of(bound.values, static_cast<ValueId>(v))] = true;
  }
  std::vector<bool> live(bound.statements.size(), false);
  for (size_t i = bound.statements.size(); i-- > 0;) {
    const Statement& s = bound.statements[i];
    if (s.call >= 0) {
      const BoundCall& call = bound.calls[s.call];
      for (ValueId output : call.outputs) live[i] = live[i] || needed[output];
      if (!live[i]) continue;
      for (ValueId input : call.inputs) needed[input] = true;
      continue;
    }
    live[i] = needed[s.value];
    if (!live[i]) continue;
    for (const Instr& instr : s.body) {
      if (instr.kind == InstrKind::load) needed[instr.index] = true;
    }
  }
  size_t end = 0;
  for (size_t i = 0; i < bound.statements.size(); ++i) {
    if (!live[i]) continue;
    if (end != i) bound.statements[end] = std::move(bound.statements[i]);
    ++end;
  }
  bound.statements.resize(end);
}

/// The largest divisor of n that is at most `most`.
int64_t largest_divisor(int64_t n, int64_t most) {
  for (int64_t d = std::min(n, most); d > 1; --d) {
    if (n % d == 0) return d;
  }
  return 1;
}

/// The position of the reduced axis to divide among parts and the number of parts, or parts == 1 to
/// leave the statement alone.
struct Split {
  int axis = -1;
  int64_t parts = 1;
};

Split split_of(const Statement& s) {
  const bool splits = s.combine == Combine::sum || s.combine == Combine::max ||
                      s.combine == Combine::min || s.combine == Combine::prod;
  if (!splits || s.scatter || s.call >= 0) return {};
  int64_t results = 1, reduced = 1;
  int outermost = -1;
  for (size_t i = 0; i < s.axes.size(); ++i) {
    (s.axes[i].reduced ? reduced : results) *= s.axes[i].extent;
    if (s.axes[i].reduced && outermost < 0) outermost = static_cast<int>(i);
  }
  if (results > kFewResults || reduced < kLongReduction) return {};
  const int64_t extent = s.axes[outermost].extent;
  return {outermost, largest_divisor(extent, std::min(kMaxParts, reduced / 4096))};
}

/// partial[part, results] over the rest, then the results over the parts.
void split_long_reductions(Bound& bound) {
  std::vector<Statement> result;
  result.reserve(bound.statements.size());
  for (Statement& s : bound.statements) {
    const Split split = split_of(s);
    if (split.parts == 1) {
      result.push_back(std::move(s));
      continue;
    }
    const int64_t inner = s.axes[split.axis].extent / split.parts;
    const ValueId partial = static_cast<ValueId>(bound.values.size());
    const DType dtype = computed_in(s.dtype);
    bound.values.push_back({dtype, s.elements * split.parts});

    Statement last;  // over (part, results), part reduced
    last.axes.push_back({split.parts, true});
    Statement first = s;
    first.value = partial;
    first.dtype = dtype;
    first.elements = s.elements * split.parts;
    first.axes[split.axis].reduced = false;
    first.axes[split.axis].extent = split.parts;
    std::vector<Affine> axes;
    for (int i = 0; i < static_cast<int>(s.axes.size()); ++i) {
      axes.push_back(Affine::axis(i < split.axis || inner == 1 ? i : i + (i > split.axis)));
    }
    if (inner > 1) {
      first.axes.insert(first.axes.begin() + split.axis + 1, Axis{inner, true});
      axes[split.axis] = Affine::axis(split.axis, inner) + Affine::axis(split.axis + 1);
    }
    BodyBuilder builder;
    first.result = copy_expression(s.body, s.result, CopyRules{axes, nullptr}, builder);
    first.body = builder.take();
    first.store = remap(s.store, axes, {}) + Affine::axis(split.axis, s.elements);

    Instr load;
    load.kind = InstrKind::load;
    load.dtype = dtype;
    load.index = partial;
    load.address = Affine::axis(0, s.elements);
    for (size_t i = 0; i < s.axes.size(); ++i) {
      if (s.axes[i].reduced) continue;
      const int axis = static_cast<int>(last.axes.size());
      last.axes.push_back(s.axes[i]);
      const int64_t stride = s.store.coef_of(static_cast<int>(i));
      load.address += Affine::axis(axis, stride);
      last.store += Affine::axis(axis, stride);
    }
    last.body.push_back(load);
    last.result = 0;
    last.combine = s.combine;
    last.value = s.value;
    last.dtype = s.dtype;
    last.elements = s.elements;
    last.node = s.node;
    result.push_back(std::move(first));
    result.push_back(std::move(last));
  }
  bound.statements = std::move(result);
}

}  // namespace

ValueId root_of(const std::vector<BoundValue>& values, ValueId value) {
  while (values[value].alias >= 0) value = values[value].alias;
  return value;
}

void simplify(Bound& bound, const std::vector<bool>& wanted) {
  merge_equal(bound);
  remove_dead(bound, wanted);
  split_phases(bound);
  split_long_reductions(bound);
}

}  // namespace axon
