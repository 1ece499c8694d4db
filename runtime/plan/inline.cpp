#include "plan/inline.h"

#include <algorithm>

#include "plan/body.h"

namespace axon {

namespace {

std::optional<Interval> interval_of_var(int var, const std::vector<Axis>& axes,
                                        const std::vector<Instr>& body) {
  if (var >= 0) return Interval{0, std::max<int64_t>(axes[var].extent - 1, 0)};
  const Instr& instr = body[~var];
  switch (instr.kind) {
    case InstrKind::gather:
      return Interval{0, instr.integer - 1};
    case InstrKind::affine:
      return interval_of(instr.address, axes, body);
    case InstrKind::floordiv: {
      auto inner = interval_of(instr.address, axes, body);
      if (!inner) return std::nullopt;
      auto floor = [&](int64_t x) {
        return x >= 0 ? x / instr.integer : -((-x + instr.integer - 1) / instr.integer);
      };
      return Interval{floor(inner->low), floor(inner->high)};
    }
    default:
      return std::nullopt;
  }
}

/// The producer's axes, those of the largest stride first.
std::vector<std::pair<int, int64_t>> axes_by_stride(const Statement& producer) {
  std::vector<std::pair<int, int64_t>> result;
  for (const Term& t : producer.store.terms) result.emplace_back(t.var, t.coef);
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.second > b.second; });
  return result;
}

/// The digit of `rest` at an axis of this stride and extent, which is subtracted from `rest`.
std::optional<Affine> take_digit(Affine& rest, int64_t stride, int64_t extent, const Instr& load,
                                 const Statement& consumer) {
  for (const std::vector<Guard>* known : {&load.bounds, &load.inside}) {
    for (const Guard& guard : *known) {
      if (guard.extent != extent || guard.index.terms.empty()) continue;
      const auto& terms = guard.index.terms;
      const bool matches = std::all_of(terms.begin(), terms.end(), [&](const Term& t) {
        return rest.coef_of(t.var) == t.coef * stride;
      });
      if (!matches) continue;
      rest += guard.index * -stride;
      return guard.index;
    }
  }
  Affine digit, remainder;
  for (const Term& t : rest.terms) {
    (t.coef % stride == 0 ? digit : remainder).terms.push_back(t);
  }
  for (const Term& t : rest.slots) {
    (t.coef % stride == 0 ? digit : remainder).slots.push_back(t);
  }
  for (Term& t : digit.terms) t.coef /= stride;
  for (Term& t : digit.slots) t.coef /= stride;
  const auto within = interval_of(remainder, consumer.axes, consumer.body);
  if (!within) return std::nullopt;
  const int64_t low = rest.constant + within->low;
  const int64_t high = rest.constant + within->high;
  digit.constant = low >= 0 ? low / stride : -((-low + stride - 1) / stride);
  remainder.constant = rest.constant - digit.constant * stride;
  if (high - digit.constant * stride >= stride) return std::nullopt;
  // Without slots the digit must be a number of the axis, or an outer one carries over.
  auto range = interval_of(digit, consumer.axes, consumer.body);
  if (range && load.bounds.empty() && (range->low < 0 || range->high >= extent)) {
    return std::nullopt;
  }
  rest = std::move(remainder);
  return digit;
}

/// True iff inlining would drop a gathered index, and with it the check of its range: the producer
/// does not depend on the axis that the index selects from.
bool loses_gather(const Statement& producer, const std::vector<Affine>& axes,
                  const std::vector<Instr>& body) {
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    const auto selects = [axis](const Affine& form) {
      return form.coef_of(static_cast<int>(axis)) != 0;
    };
    const bool read =
        std::any_of(producer.body.begin(), producer.body.end(), [&](const Instr& instr) {
          return selects(instr.address) ||
                 std::any_of(instr.bounds.begin(), instr.bounds.end(),
                             [&](const Guard& guard) { return selects(guard.index); });
        });
    if (!read && gathers(axes[axis], body)) return true;
  }
  return false;
}

}  // namespace

bool gathers(const Affine& form, const std::vector<Instr>& body) {
  return std::any_of(form.terms.begin(), form.terms.end(), [&](const Term& term) {
    return term.var < 0 && body[~term.var].kind == InstrKind::gather;
  });
}

std::optional<Interval> interval_of(const Affine& a, const std::vector<Axis>& axes,
                                    const std::vector<Instr>& body) {
  if (!a.slots.empty()) return std::nullopt;
  Interval result{a.constant, a.constant};
  for (const Term& t : a.terms) {
    auto range = interval_of_var(t.var, axes, body);
    if (!range) return std::nullopt;
    result.low += t.coef * (t.coef > 0 ? range->low : range->high);
    result.high += t.coef * (t.coef > 0 ? range->high : range->low);
  }
  return result;
}

bool stores_densely(const Statement& producer) {
  if (producer.scatter || producer.call >= 0) return false;
  int64_t stride = 1;
  auto axes = axes_by_stride(producer);
  for (auto it = axes.rbegin(); it != axes.rend(); ++it) {
    if (it->first < 0 || it->second != stride) return false;
    stride *= producer.axes[it->first].extent;
  }
  return stride == producer.elements;
}

std::optional<std::vector<Affine>> axes_at(const Statement& producer, const Instr& load,
                                           const Statement& consumer) {
  std::vector<Affine> result(producer.axes.size());
  Affine rest = load.address;
  for (auto [axis, stride] : axes_by_stride(producer)) {
    auto digit = take_digit(rest, stride, producer.axes[axis].extent, load, consumer);
    if (!digit) return std::nullopt;
    result[axis] = std::move(*digit);
  }
  if (!rest.is_constant() || rest.constant != 0) return std::nullopt;
  return result;
}

bool inline_producer(const Statement& producer, Statement& consumer, size_t max_body) {
  BodyBuilder builder;
  std::vector<Affine> identity;
  for (size_t i = 0; i < consumer.axes.size(); ++i) {
    identity.push_back(Affine::axis(static_cast<int>(i)));
  }
  // The producer's expression is copied at each load; its axes are forms over the consumer's
  // variables, which `builder` numbers.
  Statement scope;
  scope.axes = consumer.axes;
  bool possible = true;
  const auto copy_load = [&](const Instr& load) {
    if (load.index != producer.value || !possible) return -1;
    scope.body = builder.body();
    auto axes = axes_at(producer, load, scope);
    if (!axes || loses_gather(producer, *axes, scope.body)) {
      possible = false;
      return -1;
    }
    const Instr& root = producer.body[producer.result];
    const bool is_view =
        root.kind == InstrKind::load && root.bounds.empty() && root.dtype == load.dtype;
    const auto guard_load = [&](const Instr& inner_load) {
      if (load.bounds.empty()) return -1;
      Instr guarded = inner_load;
      if (is_view) guarded.args[0] = load.args[0];
      for (const Guard& guard : load.bounds) {
        if (std::find(guarded.bounds.begin(), guarded.bounds.end(), guard) ==
            guarded.bounds.end()) {
          guarded.bounds.push_back(guard);
        }
      }
      return builder.add(std::move(guarded));
    };
    const CopyRules inner{*axes, guard_load};
    int value = copy_expression(producer.body, producer.result, inner, builder);
    Instr cast;
    cast.kind = InstrKind::cast;
    cast.dtype = producer.dtype;
    cast.args[0] = value;
    value = builder.add(std::move(cast));
    if (load.bounds.empty() || is_view) return value;
    const int fallback = load.args[0] >= 0 ? load.args[0] : builder.constant(load.dtype, 0);
    return builder.prim(Prim::select, load.dtype, builder.in_bounds(load.bounds), value, fallback);
  };
  const CopyRules rules{identity, copy_load};
  std::vector<int> roots{consumer.result};
  for (const Term& t : consumer.store.terms) {
    if (t.var < 0) roots.push_back(~t.var);
  }
  const std::vector<int> copied = copy_expressions(consumer.body, roots, rules, builder);
  if (!possible || builder.body().size() > max_body) return false;
  std::vector<int> number(consumer.body.size(), -1);
  for (size_t i = 0; i < roots.size(); ++i) number[roots[i]] = copied[i];
  consumer.store = remap(consumer.store, identity, number);
  consumer.body = builder.take();
  consumer.result = copied[0];
  return true;
}

}  // namespace axon
