// Indices of loads and stores: terms and integer expressions to affine forms.
#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "plan/bind_expr.h"
#include "plan/inline.h"

namespace axon {

bool ExprBinder::always_inside(const Guard& guard) const {
  for (const Axis& axis : domain_.axes()) {
    if (axis.extent == 0) return true;  // of no point
  }
  const auto range = interval_of(guard.index, domain_.axes(), body_.body());
  return range && range->low >= 0 && range->high < guard.extent;
}

/// Refuses a load without a guard that certainly leaves its value at some point of the domain; one
/// that numbers move is checked when they are known.
void ExprBinder::require_inside(const std::string& name, const Guard& bound) const {
  const std::vector<Term>& terms = bound.index.terms;
  if (!std::all_of(terms.begin(), terms.end(), [](const Term& term) { return term.var >= 0; })) {
    return;  // its range is only an estimate
  }
  Affine fixed = bound.index;
  fixed.slots.clear();
  const auto range = interval_of(fixed, domain_.axes(), body_.body());
  if (!range) return;
  const Bound::Range required{bound.index.slots, range->low,          range->high,
                              bound.extent,      prefix_of(program_), name};
  if (required.slots.empty()) {
    check_range(required, {});
  } else {
    slots_.require(required);
  }
}

Affine ExprBinder::address(const std::vector<Form>& index, const NamedValue& value,
                           std::vector<Guard>& bounds) {
  std::vector<Guard> all;
  std::vector<Index> parts = indices(index, value, all);
  Affine address;
  if (parts.size() == 1 && parts[0].axis.kind == TermAxis::Kind::flat) {
    address = parts[0].value;
    all.push_back({address, elements_of(value.dims)});
  } else {
    Dims dims = value.dims;
    align(parts, dims);
    int64_t stride = 1;
    for (size_t d = dims.size(); d-- > 0;) {
      if (!is_stretched(parts[d].axis, value, dims[d])) {
        domain_.note_compound(parts[d].value);
        all.push_back({parts[d].value, dims[d]});
        // A gathered index stays where it can only be 0: its being in range is checked with it.
        if (dims[d] != 1 || gathers(parts[d].value, body_.body())) {
          address += parts[d].value * stride;
        }
      }
      stride *= dims[d];
    }
  }
  for (Guard& guard : all) {
    if (!always_inside(guard)) bounds.push_back(std::move(guard));
  }
  return address;
}

std::vector<ExprBinder::Index> ExprBinder::indices(const std::vector<Form>& index,
                                                   const NamedValue& value,
                                                   std::vector<Guard>& exact) {
  const std::vector<TermAxis> axes = terms_.expand(index);
  // An index that gathers needs the extent of its dim: dims are matched from the end, as
  // broadcasting does.
  const size_t rank = value.dims.size();
  std::vector<Index> result;
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t from_end = axes.size() - i;
    const int64_t extent = from_end <= rank ? value.dims[rank - from_end] : 1;
    result.push_back({index_of(axes[i], extent, exact), axes[i]});
  }
  return result;
}

Affine ExprBinder::index_of(const TermAxis& axis, int64_t extent, std::vector<Guard>& exact) {
  Affine value;
  switch (axis.kind) {
    case TermAxis::Kind::group:
      value = domain_.group(axis.axis);
      break;
    case TermAxis::Kind::shape:
      value = domain_.shape(axis.axis);
      break;
    case TermAxis::Kind::unit:
      break;
    default:
      value = integer(*axis.form, extent, exact);
  }
  if (axis.lin == nullptr) return value;
  const Affine scale = per_axis(axis.lin->items.at(2), axis.place);
  const Affine offset = per_axis(axis.lin->items.at(3), axis.place);
  if (axis.lin->is("lin")) return multiply(value, scale) + offset;
  return divide(value + offset * -1, scale, &exact);
}

/// Makes the two lists equally long: an axis kept with extent 1 may lack its index, an axis of the
/// group its dim.
void ExprBinder::align(std::vector<Index>& indices, Dims& dims) const {
  while (dims.size() > indices.size()) {
    const auto unit = std::find(dims.begin(), dims.end(), 1);
    if (unit == dims.end()) fail("a value is indexed with fewer indices than it has axes");
    dims.erase(unit);
  }
  while (indices.size() > dims.size()) {
    auto spare = std::find_if(indices.begin(), indices.end(), [](const Index& index) {
      return index.axis.kind == TermAxis::Kind::unit;
    });
    if (spare == indices.end()) {
      spare = std::find_if(indices.begin(), indices.end(),
                           [](const Index& index) { return index.axis.axis >= 0; });
    }
    if (spare == indices.end()) fail("a value is indexed with more indices than it has axes");
    indices.erase(spare);
  }
}

/// True iff this dim of extent 1 is broadcast along its axis. A form of an axis (`lin`) is no
/// broadcast: its numbers may lie outside the dim, as padding's do.
bool ExprBinder::is_stretched(const TermAxis& axis, const NamedValue& value, int64_t extent) const {
  if (extent != 1 || !value.broadcasts || axis.axis < 0 || axis.lin != nullptr) return false;
  const Axes& axes = terms_.axes();
  const bool shape = axis.kind == TermAxis::Kind::shape;
  return (shape ? axes.shape : axes.group)[axis.axis] != 1;
}

Affine ExprBinder::integer(const Form& form, int64_t extent, std::vector<Guard>& exact) {
  if (form.kind == Form::Kind::integer || form.kind == Form::Kind::boolean) {
    return Affine(form.integer);
  }
  if (form.kind == Form::Kind::name) return integer_name(form.text);
  if (form.kind != Form::Kind::list || form.items.empty()) fail("an index is not an integer");
  if (form.is("at")) return domain_.at(form.items.at(1).text);
  if (form.is("index")) return integer(form.items.at(1), extent, exact);
  if (form.is("count")) return Affine(terms_.count(form));
  if (form.is("linear")) return linear(form);
  if (form.is("gather")) return gather(form.items.at(1), extent);
  const std::string& op = form.items[0].text;
  if (op != "+" && op != "-" && op != "*" && op != "//" && op != "exact") {
    return Affine::instr(as(expr(form), DType::int64));
  }
  Affine value = integer(form.items.at(1), extent, exact);
  if (form.items.size() == 2) return op == "-" ? value * -1 : value;
  for (size_t i = 2; i < form.items.size(); ++i) {
    const Affine next = integer(form.items[i], extent, exact);
    if (op == "+") {
      value += next;
    } else if (op == "-") {
      value += next * -1;
    } else if (op == "*") {
      value = multiply(value, next);
    } else {
      value = divide(std::move(value), next, op == "exact" ? &exact : nullptr);
    }
  }
  return value;
}

Affine ExprBinder::integer_name(const std::string& text) {
  if (const Affine* axis = domain_.named(text)) return *axis;
  if (const auto value = terms_.lookup(text)) return Affine(*value);
  const size_t dot = text.find('.');
  const std::string attr = text.substr(0, dot);
  if (!terms_.attrs().has(attr) || terms_.attrs().type(attr) != AttrType::offsets) {
    fail(text + " is no axis, extent or integer attribute");
  }
  const int element = dot == std::string::npos ? 0 : std::atoi(text.c_str() + dot + 1);
  return Affine::slot(slots_.of_entry(terms_.attrs().scalar(attr, element)));
}

/// The row-major number of the point within the axes of (linear TERM...).
Affine ExprBinder::linear(const Form& form) {
  Affine number;
  std::vector<Guard> exact;
  for (const TermAxis& axis : terms_.expand_arguments(form)) {
    const int64_t extent = terms_.extent(axis);
    number *= extent;
    number += index_of(axis, extent, exact);
  }
  return number;
}

/// A scale or offset of (lin ...): a number for all axes, or the entry of a list attribute.
Affine ExprBinder::per_axis(const Form& form, int place) {
  if (form.kind == Form::Kind::integer) return Affine(form.integer);
  const AttrReader& attrs = terms_.attrs();
  if (form.kind != Form::Kind::name || !attrs.has(form.text)) {
    std::vector<Guard> exact;
    return integer(form, 1, exact);
  }
  const int entry = attrs.length(form.text) == 1 ? 0 : place;
  if (attrs.is_integer(form.text)) return Affine(attrs.integer(form.text, entry));
  return Affine::slot(slots_.of_entry(attrs.scalar(form.text, entry)));
}

Affine ExprBinder::gather(const Form& form, int64_t extent) {
  Instr instr;
  instr.kind = InstrKind::gather;
  instr.dtype = DType::int64;
  instr.args[0] = as(expr(form), DType::int64);
  instr.integer = extent;
  return Affine::instr(body_.add(std::move(instr)));
}

Affine ExprBinder::multiply(const Affine& a, const Affine& b) const {
  if (b.is_constant()) return a * b.constant;
  if (a.is_constant()) return b * a.constant;
  fail("an index is not affine: it multiplies two axes");
}

/// floor(a / by). What divides evenly leaves the division; only the rest needs an instruction.
Affine ExprBinder::divide(Affine a, const Affine& by, std::vector<Guard>* exact) {
  if (!by.is_constant() || by.constant == 0) fail("an index is divided by something not constant");
  const int64_t c = std::abs(by.constant);
  if (by.constant < 0) a *= -1;
  if (c == 1) return a;
  Affine quotient(floor_divide(a.constant, c));
  Affine rest(a.constant - quotient.constant * c);
  for (const Term& term : a.terms) {
    if (term.coef % c == 0) {
      quotient += Affine::axis(term.var, term.coef / c);
    } else {
      rest += Affine::axis(term.var, term.coef);
    }
  }
  rest.slots = a.slots;
  if (rest.is_constant()) {
    if (exact != nullptr && rest.constant != 0) exact->push_back({Affine(-1), 1});
    return quotient;
  }
  domain_.note_compound(rest);
  const auto range = interval_of(rest, domain_.axes(), body_.body());
  if (range && floor_divide(range->low, c) == floor_divide(range->high, c)) {
    const int64_t floor = floor_divide(range->low, c);
    if (exact != nullptr) exact->push_back({rest + Affine(-floor * c), 1});
    return quotient + Affine(floor);
  }
  Instr instr;
  instr.kind = InstrKind::floordiv;
  instr.dtype = DType::int64;
  instr.address = rest;
  instr.integer = c;
  const Affine floor = Affine::instr(body_.add(std::move(instr)));
  if (exact != nullptr) exact->push_back({rest + floor * -c, 1});
  return quotient + floor;
}

}  // namespace axon
