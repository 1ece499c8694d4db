#include "plan/scan.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "plan/body.h"
#include "plan/inline.h"

namespace axon {

namespace {

bool is_scannable(Combine c) {
  switch (c) {
    case Combine::sum:
    case Combine::prod:
    case Combine::max:
    case Combine::min:
    case Combine::any:
    case Combine::all:
      return true;
    default:
      return false;
  }
}

/// True iff combining with the constant changes nothing.
bool is_identity(const Instr& instr, Combine c) {
  if (instr.kind != InstrKind::constant) return false;
  const Instr identity = identity_of(c, instr.dtype);
  return instr.number == identity.number && instr.integer == identity.integer;
}

/// Which points of `reduced` take part in the one that is stored at `stored`.
struct Range {
  int reduced;
  int stored;
  bool forward;
  bool exclusive;
};

/// The operands of a comparison as affine forms of axes: their difference.
std::optional<Affine> difference_of(const std::vector<Instr>& body, const Instr& comparison) {
  Affine difference;
  for (int i = 0; i < 2; ++i) {
    const Instr& operand = body[comparison.args[i]];
    const int64_t sign = i == 0 ? 1 : -1;
    if (operand.kind == InstrKind::constant && operand.dtype == DType::int64) {
      difference += Affine(operand.integer * sign);
    } else if (operand.kind == InstrKind::affine && operand.dtype == DType::int64) {
      difference += operand.address * sign;
    } else {
      return std::nullopt;
    }
  }
  return difference;
}

/// Reads `r - s + offset <= 0` and the like; `holds` says whether the points are those for which
/// the comparison is true.
std::optional<Range> range_of(const Statement& s, const Instr& comparison, bool holds) {
  if (comparison.kind != InstrKind::prim) return std::nullopt;
  bool less = comparison.prim == Prim::lt || comparison.prim == Prim::le;
  bool strict = comparison.prim == Prim::lt || comparison.prim == Prim::gt;
  if (!less && comparison.prim != Prim::gt && comparison.prim != Prim::ge) return std::nullopt;
  const std::optional<Affine> difference = difference_of(s.body, comparison);
  if (!difference || !difference->slots.empty() || difference->terms.size() != 2) {
    return std::nullopt;
  }
  Term r = difference->terms[0];
  Term stored = difference->terms[1];
  if (r.var < 0 || stored.var < 0 || r.coef != -stored.coef || std::abs(r.coef) != 1) {
    return std::nullopt;
  }
  if (!s.axes[r.var].reduced) std::swap(r, stored);
  if (!s.axes[r.var].reduced || s.axes[stored.var].reduced) return std::nullopt;
  if (s.axes[r.var].extent != s.axes[stored.var].extent) return std::nullopt;
  if (!holds) {
    less = !less;
    strict = !strict;
  }
  const bool forward = less == (r.coef > 0);
  // r <= s - ahead, or r >= s + ahead
  const int64_t ahead = (less ? 1 : -1) * difference->constant + (strict ? 1 : 0);
  if (ahead != 0 && ahead != 1) return std::nullopt;
  return Range{r.var, stored.var, forward, ahead == 1};
}

/// True iff the integer `value` is never below `bound`.
bool is_at_least(const Statement& s, int value, int64_t bound) {
  const Instr& instr = s.body[value];
  if (!is_integer(instr.dtype)) return false;
  switch (instr.kind) {
    case InstrKind::constant:
      return instr.integer >= bound;
    case InstrKind::affine: {
      const std::optional<Interval> interval = interval_of(instr.address, s.axes, s.body);
      return instr.dtype == DType::int64 && interval && interval->low >= bound;
    }
    case InstrKind::prim:
      return instr.prim == Prim::select && is_at_least(s, instr.args[1], bound) &&
             is_at_least(s, instr.args[2], bound);
    default:
      return false;
  }
}

/// True iff `other`, which stands for the points out of range, never changes the result: it is the
/// identity, or for an extremum no better than what is in range (`value` at the point itself, say).
bool is_neutral(const Statement& s, int other, int value, const Range& range) {
  const Instr& instr = s.body[other];
  if (is_identity(instr, s.combine)) return true;
  const bool largest = s.combine == Combine::max;
  if (!largest && s.combine != Combine::min) return false;
  if (range.exclusive) return false;
  if (largest && instr.kind == InstrKind::constant && is_integer(instr.dtype)) {
    return instr.dtype == DType::int64 && is_at_least(s, value, instr.integer);
  }
  std::vector<Affine> axes;
  for (int i = 0; i < static_cast<int>(s.axes.size()); ++i) axes.push_back(Affine::axis(i));
  BodyBuilder builder;
  const int there = copy_expression(s.body, other, CopyRules{axes, nullptr}, builder);
  axes[range.reduced] = axes[range.stored];
  return copy_expression(s.body, value, CopyRules{axes, nullptr}, builder) == there;
}

/// The instruction that is combined, the casts after it (the last first) and its range.
struct Found {
  int value;
  std::vector<DType> casts;
  Range range;
};

std::optional<Found> find_range(const Statement& s) {
  Found found{};
  int root = s.result;
  const auto keeps_identity = [&](const Instr& cast) {
    const bool floats = is_float(cast.dtype) && is_float(s.body[cast.args[0]].dtype);
    return floats || s.combine == Combine::sum || s.combine == Combine::prod;
  };
  while (s.body[root].kind == InstrKind::cast && keeps_identity(s.body[root])) {
    found.casts.push_back(s.body[root].dtype);
    root = s.body[root].args[0];
  }
  const Instr& choice = s.body[root];
  if (choice.kind != InstrKind::prim || choice.prim != Prim::select) return std::nullopt;
  for (const bool holds : {true, false}) {
    const std::optional<Range> range = range_of(s, s.body[choice.args[0]], holds);
    if (!range) continue;
    found.value = choice.args[holds ? 1 : 2];
    found.range = *range;
    if (is_neutral(s, choice.args[holds ? 2 : 1], found.value, *range)) return found;
  }
  return std::nullopt;
}

bool depends_on(const std::vector<Instr>& body, int root, int axis) {
  const std::vector<int32_t> needed = closure_of(body, {root});
  return std::any_of(needed.begin(), needed.end(), [&](int32_t i) {
    bool depends = false;
    for_each_affine(body[i], [&](const Affine& a) { depends |= a.coef_of(axis) != 0; });
    return depends;
  });
}

int cast(BodyBuilder& builder, int value, DType dtype) {
  Instr instr;
  instr.kind = InstrKind::cast;
  instr.dtype = dtype;
  instr.args[0] = value;
  return builder.add(std::move(instr));
}

}  // namespace

void find_scan(Statement& s) {
  if (!is_scannable(s.combine) || s.scatter) return;
  if (std::count_if(s.axes.begin(), s.axes.end(), [](const Axis& a) { return a.reduced; }) != 1) {
    return;
  }
  const std::optional<Found> found = find_range(s);
  if (!found || depends_on(s.body, found->value, found->range.stored)) return;
  const Range& range = found->range;

  std::vector<Axis> axes;
  std::vector<Affine> places(s.axes.size());
  for (int i = 0; i < static_cast<int>(s.axes.size()); ++i) {
    if (i == range.reduced) continue;
    const int place = static_cast<int>(axes.size());
    places[i] = Affine::axis(place);
    axes.push_back(s.axes[i]);
    if (i != range.stored) continue;
    axes.back().reduced = true;
    places[range.reduced] = places[i];
  }
  BodyBuilder builder;
  int value = copy_expression(s.body, found->value, CopyRules{places, nullptr}, builder);
  for (size_t c = found->casts.size(); c-- > 0;) value = cast(builder, value, found->casts[c]);
  const DType accumulator = accumulator_of(s.combine, s.dtype);
  Instr scan;
  scan.kind = InstrKind::scan;
  scan.dtype = accumulator;
  scan.combine = s.combine;
  scan.args[0] = cast(builder, value, accumulator);
  scan.integer = range.exclusive;
  scan.address = places[range.reduced];
  if (!range.forward) {
    scan.address = scan.address * -1 + Affine(s.axes[range.reduced].extent - 1);
  }
  s.result = cast(builder, builder.add(std::move(scan)), s.dtype);
  s.store = remap(s.store, places, {});
  s.body = builder.take();
  s.axes = std::move(axes);
  s.combine = Combine::set;
}

int direction_of(const Statement& s) {
  if (s.combine != Combine::set) return 1;
  for (const Instr& instr : s.body) {
    if (instr.kind == InstrKind::scan) return instr.address.terms.front().coef > 0 ? 1 : -1;
  }
  return 0;
}

}  // namespace axon
