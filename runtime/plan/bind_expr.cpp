#include "plan/bind_expr.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "core/error.h"

namespace axon {

namespace {

constexpr DType kWeakReal = DType::float64;

Typed number_of(double value) {
  Typed t;
  t.kind = Typed::Kind::number;
  t.dtype = kWeakReal;
  t.weak = true;
  t.number = value;
  return t;
}

Typed number_of(int64_t value, DType dtype = DType::int64) {
  Typed t = number_of(static_cast<double>(value));
  t.dtype = dtype;
  t.integer = value;
  return t;
}

bool is_number(const Typed& t, double value) {
  return t.kind == Typed::Kind::number && t.number == value;
}

/// True iff every value of `from` has an equal one in `to`.
bool is_lossless(DType from, DType to) {
  if (from == to || from == DType::bool_) return true;
  if (promote(from, to) != to) return false;
  return is_float(from) == is_float(to) || size_of(from) < size_of(to);
}

int64_t saturate(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9.2233720368547758e18) return std::numeric_limits<int64_t>::max();
  if (value <= -9.2233720368547758e18) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

Instr constant_of(const Typed& t, DType dtype) {
  Instr instr;
  instr.kind = InstrKind::constant;
  instr.dtype = dtype;
  if (is_float(dtype)) {
    instr.number = dtype == DType::float64 ? t.number : static_cast<float>(t.number);
  } else if (dtype == DType::bool_) {
    instr.integer = t.number != 0;
  } else {
    instr.integer = is_float(t.dtype) ? saturate(t.number) : t.integer;
  }
  return instr;
}

/// The dtype in which operands meet, and whether all of them are weak.
struct Common {
  DType dtype = DType::bool_;
  bool weak = true;
};

Common common_of(const std::vector<Typed>& args, size_t first) {
  Common strong{DType::bool_, true};
  Common weak;
  bool any_weak = false;
  for (size_t i = first; i < args.size(); ++i) {
    if (args[i].weak) {
      weak.dtype = any_weak ? promote(weak.dtype, args[i].dtype) : args[i].dtype;
      any_weak = true;
    } else {
      strong.dtype = strong.weak ? args[i].dtype : promote(strong.dtype, args[i].dtype);
      strong.weak = false;
    }
  }
  if (strong.weak) return weak;
  if (any_weak) strong.dtype = promote_weak(strong.dtype, weak.dtype);
  return strong;
}

}  // namespace

int SlotTable::add(std::pair<int, int64_t> key, Bound::Scalar scalar) {
  const auto [at, fresh] = slots_.emplace(key, static_cast<int>(bound_.scalars.size()));
  if (fresh) bound_.scalars.push_back(scalar);
  return at->second;
}

int SlotTable::of_entry(int entry) {
  const ScalarSource& source = sources_[entry];
  const DType dtype = is_float(source.value.dtype) ? DType::float64 : DType::int64;
  return add({0, entry}, {source.node, source.entry, source.value.bits, dtype});
}

int SlotTable::of_constant(int64_t value, bool as_double) {
  if (!as_double) return add({1, value}, {-1, 0, value, DType::int64});
  const double real = static_cast<double>(value);
  int64_t bits;
  std::memcpy(&bits, &real, sizeof bits);
  return add({2, value}, {-1, 0, bits, DType::float64});
}

void ExprBinder::fail(const std::string& what) const {
  throw ValueError(prefix_of(program_) + what);
}

Typed ExprBinder::instr(int id) const {
  Typed t;
  t.id = id;
  t.dtype = body_.body()[id].dtype;
  return t;
}

// ----------------------------------------------------------------------------------------
// conversion

int ExprBinder::as(const Typed& value, DType dtype) {
  switch (value.kind) {
    case Typed::Kind::instr:
      return cast(value.id, dtype);
    case Typed::Kind::number:
      return body_.add(constant_of(value, dtype));
    default:
      break;
  }
  const bool real = value.kind == Typed::Kind::count ? is_float(dtype) : is_float(value.dtype);
  Instr scalar;
  scalar.kind = InstrKind::scalar;
  scalar.index = value.kind == Typed::Kind::count ? slots_.of_constant(value.integer, real)
                                                  : slots_.of_entry(value.id);
  // A slot is read as its own kind of number; anything else is a cast.
  if (real) {
    scalar.dtype = is_float(dtype) ? dtype : DType::float64;
  } else {
    scalar.dtype = is_float(dtype) || dtype == DType::bool_ ? value.dtype : dtype;
  }
  return cast(body_.add(std::move(scalar)), dtype);
}

int ExprBinder::cast(int id, DType dtype) {
  const Instr& from = body_.body()[id];
  if (from.dtype == dtype) return id;
  if (from.kind == InstrKind::constant) {
    Typed t = is_float(from.dtype) ? number_of(from.number) : number_of(from.integer);
    return body_.add(constant_of(t, dtype));
  }
  if (from.kind == InstrKind::cast && is_lossless(body_.body()[from.args[0]].dtype, from.dtype)) {
    return cast(from.args[0], dtype);
  }
  Instr instr;
  instr.kind = InstrKind::cast;
  instr.dtype = dtype;
  instr.args[0] = id;
  return body_.add(std::move(instr));
}

// ---------------------------------------------------------------------------------------
// expressions

Typed ExprBinder::literal(const Form& form) const {
  if (form.kind == Form::Kind::real) return number_of(form.real);
  return number_of(form.integer, form.kind == Form::Kind::boolean ? DType::bool_ : DType::int64);
}

Typed ExprBinder::expr(const Form& form) {
  if (form.kind == Form::Kind::name) return name(form.text);
  if (form.kind == Form::Kind::string) fail("a string is not a value");
  if (form.kind != Form::Kind::list) return literal(form);
  if (form.items.empty() || form.items[0].kind != Form::Kind::name) fail("expected (PRIM ...)");
  return apply(form);
}

Typed ExprBinder::name(const std::string& text) {
  const AttrReader& attrs = terms_.attrs();
  const size_t dot = text.find('.');
  const std::string attr = text.substr(0, dot);
  if (!attrs.has(attr)) return integer_value(integer_name(text));
  const int element = dot == std::string::npos ? 0 : std::atoi(text.c_str() + dot + 1);
  if (attrs.is_integer(attr)) {
    const DType dtype = attrs.type(attr) == AttrType::flag ? DType::bool_ : DType::int64;
    return number_of(attrs.integer(attr, element), dtype);
  }
  Typed t;
  t.kind = Typed::Kind::scalar;
  t.id = attrs.scalar(attr, element);
  t.dtype = slots_.entry_dtype(t.id);
  t.weak = true;
  return t;
}

Typed ExprBinder::integer_value(const Affine& a) {
  if (a.is_constant()) return instr(body_.constant(DType::int64, a.constant));
  Instr affine;
  affine.kind = InstrKind::affine;
  affine.dtype = DType::int64;
  affine.address = a;
  return instr(body_.add(std::move(affine)));
}

Typed ExprBinder::apply(const Form& form) {
  const std::string& head = form.items[0].text;
  if (head == "load") return load(form, nullptr);
  if (head == "guard") return load(form.items.at(1), &form.items.at(2));
  if (head == "detach") return expr(form.items.at(1));
  if (head == "select") return select(form);
  if (head == "recurrence") return recurrence(form, true);
  if (head == "recurrence_back") return recurrence(form, false);
  if (head == "and" || head == "conj") return conjunction(form);
  if (head == "cast") {
    const DType dtype = dtype_of_form(program_, form.items.at(1), terms_.attrs(),
                                      [&](const std::string& name) { return type_of(name); });
    return instr(as(expr(form.items.at(2)), dtype));
  }
  if (head == "count") {
    Typed t;
    t.kind = Typed::Kind::count;
    t.dtype = DType::int64;
    t.weak = true;
    t.integer = terms_.count(form);
    return t;
  }
  if (head == "index" || head == "at" || head == "linear") {
    std::vector<Guard> exact;
    return integer_value(integer(form, 1, exact));
  }
  if (head == "uniform") {
    const int key = terms_.attrs().scalar(form.items.at(1).text);
    Instr uniform;
    uniform.kind = InstrKind::uniform;
    uniform.dtype = DType::float32;
    uniform.args[0] = as(expr(form.items.at(2)), DType::int64);
    uniform.index = slots_.of_entry(key);
    if (slots_.of_entry(key + 1) != uniform.index + 1) fail("the words of a key are apart");
    return instr(body_.add(std::move(uniform)));
  }
  static const std::map<std::string, Prim> signs = {
      {"+", Prim::add}, {"-", Prim::sub}, {"*", Prim::mul}, {"//", Prim::floordiv}};
  const auto sign = signs.find(head);
  const Prim prim_of = sign == signs.end() ? prim_from_name(head) : sign->second;
  std::vector<Typed> args;
  for (size_t i = 1; i < form.items.size(); ++i) args.push_back(expr(form.items[i]));
  if (info(prim_of).arity != static_cast<int>(args.size())) {
    fail(head + " takes " + std::to_string(info(prim_of).arity) + " operands");
  }
  return prim(prim_of, std::move(args));
}

TypeInfo ExprBinder::type_of(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) fail("no value is named " + name);
  const NamedValue& value = found->second;
  return {value.kind != NamedValue::Kind::constant, value.kind == NamedValue::Kind::number,
          value.dtype};
}

Typed ExprBinder::load(const Form& form, const Form* fallback) {
  const std::string& name = form.items.at(1).text;
  const auto found = values_.find(name);
  if (found == values_.end()) fail(name + " is read before it is written");
  const NamedValue& value = found->second;
  if (value.kind == NamedValue::Kind::constant) return number_of(value.constant);
  if (value.kind == NamedValue::Kind::ghost) fail("the value of the ghost " + name + " is read");
  if (value.kind == NamedValue::Kind::number) {
    Typed t;
    t.kind = Typed::Kind::scalar;
    t.id = value.entry;
    t.dtype = value.dtype;
    t.weak = true;
    return t;
  }
  Instr instruction;
  instruction.kind = InstrKind::load;
  instruction.dtype = value.dtype;
  instruction.index = value.id;
  std::vector<Guard> bounds;
  instruction.address = address(form.items.at(2).items, value, bounds);
  if (fallback == nullptr || bounds.empty()) {
    for (const Guard& bound : bounds) require_inside(name, bound);
    instruction.inside = std::move(bounds);
    return promoted(instr(body_.add(std::move(instruction))), value);
  }
  instruction.bounds = std::move(bounds);
  return promoted(outside(std::move(instruction), expr(*fallback)), value);
}

Typed ExprBinder::promoted(const Typed& loaded, const NamedValue& value) {
  if (!value.promoted || loaded.dtype != value.dtype) return loaded;
  return instr(as(loaded, *value.promoted));
}

/// A guarded load with its fallback.
Typed ExprBinder::outside(Instr load, const Typed& fallback) {
  Typed loaded;
  loaded.dtype = load.dtype;
  const Common common = common_of({loaded, fallback}, 0);
  const bool whole = fallback.kind == Typed::Kind::number && is_integer(load.dtype) &&
                     fallback.number == std::trunc(fallback.number) &&
                     std::isfinite(fallback.number);
  if (common.dtype == load.dtype || whole) {
    if (!is_number(fallback, 0) || std::signbit(fallback.number)) {
      load.args[0] = as(fallback, load.dtype);
    }
    return instr(body_.add(std::move(load)));
  }
  const int inside = body_.in_bounds(load.bounds);
  const int at = body_.add(std::move(load));
  return instr(body_.prim(Prim::select, common.dtype, inside, cast(at, common.dtype),
                          as(fallback, common.dtype)));
}

Typed ExprBinder::select(const Form& form) {
  if (form.items.size() != 4) fail("select takes 3 operands");
  Typed condition = expr(form.items[1]);
  if (condition.kind == Typed::Kind::number) {
    // The other branch still takes part in the dtype; without it, its instructions are pruned.
    const std::vector<Typed> both = {expr(form.items[2]), expr(form.items[3])};
    const Typed& chosen = both[condition.number != 0 ? 0 : 1];
    const Common common = common_of(both, 0);
    if (common.weak || (!chosen.weak && chosen.dtype == common.dtype)) return chosen;
    return instr(as(chosen, common.dtype));
  }
  Typed yes = expr(form.items[2]);
  Typed no = expr(form.items[3]);
  return prim(Prim::select, {std::move(condition), std::move(yes), std::move(no)});
}

Typed ExprBinder::conjunction(const Form& form) {
  Typed all = number_of(1, DType::bool_);
  for (size_t i = 1; i < form.items.size(); ++i) {
    Typed next = expr(form.items[i]);
    if (is_number(next, 1) && next.dtype == DType::bool_) continue;
    all = i == 1 || is_number(all, 1) ? next : prim(Prim::logical_and, {all, next});
  }
  return all;
}

/// The values s = a * s + b of all points along an axis, from 0 on, in ascending order or back.
Typed ExprBinder::recurrence(const Form& form, bool forward) {
  if (form.items.size() != 4) fail("recurrence takes an axis and 2 operands");
  std::vector<Guard> exact;
  const Affine axis = integer(form.items[1], 1, exact);
  const std::vector<Typed> args = {expr(form.items[2]), expr(form.items[3])};
  const DType dtype = computed_in(common_of(args, 0).dtype);
  const int factor = as(args[0], dtype);
  const int summand = as(args[1], dtype);
  if (axis.is_constant()) {  // one point
    const int product = body_.prim(Prim::mul, dtype, factor, body_.constant(dtype, 0));
    return instr(body_.prim(Prim::add, dtype, product, summand));
  }
  Instr scan;
  scan.kind = InstrKind::scan;
  scan.dtype = dtype;
  scan.combine = Combine::sum;
  scan.args[0] = summand;
  scan.args[1] = factor;
  scan.address = forward ? axis : axis * -1 + Affine(domain_.axes()[axis.terms[0].var].extent - 1);
  return instr(body_.add(std::move(scan)));
}

// ----------------------------------------------------------------------------------------
// primitives

Typed ExprBinder::prim(Prim p, std::vector<Typed> args) {
  if (const auto folded = fold(p, args)) return *folded;
  const PrimInfo& about = info(p);
  const size_t first = p == Prim::select ? 1 : 0;
  Common common = common_of(args, first);
  const bool real = about.result == PrimResult::flt || about.result == PrimResult::own;
  if (real && !is_float(common.dtype)) {
    common.dtype = common.weak ? kWeakReal : DType::float32;
  }
  // 16-bit floats are rounded where they are stored, not after each operation.
  if (p != Prim::select && about.result != PrimResult::own) {
    common.dtype = computed_in(common.dtype);
  }
  if (const auto same = identity(p, args, common.dtype)) return *same;
  Instr instruction;
  instruction.kind = InstrKind::prim;
  instruction.prim = p;
  instruction.dtype = common.dtype;
  if (about.result == PrimResult::pred) instruction.dtype = DType::bool_;
  if (about.result == PrimResult::int_) instruction.dtype = DType::int64;
  for (size_t i = 0; i < args.size(); ++i) {
    instruction.args[i] = as(args[i], i < first ? DType::bool_ : common.dtype);
  }
  if (p == Prim::select && instruction.args[1] == instruction.args[2]) {
    return instr(instruction.args[1]);
  }
  Typed result = instr(body_.add(std::move(instruction)));
  result.weak = common.weak;
  return result;
}

/// Numbers written in the program fold; anything else is left to the kernels' own arithmetic.
std::optional<Typed> ExprBinder::fold(Prim p, const std::vector<Typed>& args) const {
  for (const Typed& arg : args) {
    if (arg.kind != Typed::Kind::number) return std::nullopt;
  }
  const bool real =
      std::any_of(args.begin(), args.end(), [](const Typed& arg) { return is_float(arg.dtype); });
  const double a = args[0].number;
  const double b = args.size() > 1 ? args[1].number : 0;
  const auto truth = [](bool value) { return number_of(value, DType::bool_); };
  const auto arithmetic = [&](double value, int64_t integer) {
    return real ? number_of(value) : number_of(integer);
  };
  const int64_t i = args[0].integer;
  const int64_t j = args.size() > 1 ? args[1].integer : 0;
  switch (p) {
    case Prim::add:
      return arithmetic(a + b, i + j);
    case Prim::sub:
      return arithmetic(a - b, i - j);
    case Prim::mul:
      return arithmetic(a * b, i * j);
    case Prim::div:
      return number_of(a / b);
    case Prim::neg:
      return arithmetic(-a, -i);
    case Prim::eq:
      return truth(a == b);
    case Prim::ne:
      return truth(a != b);
    case Prim::lt:
      return truth(a < b);
    case Prim::le:
      return truth(a <= b);
    case Prim::gt:
      return truth(a > b);
    case Prim::ge:
      return truth(a >= b);
    case Prim::logical_and:
      return truth(a != 0 && b != 0);
    case Prim::logical_or:
      return truth(a != 0 || b != 0);
    case Prim::logical_not:
      return truth(a == 0);
    default:
      return std::nullopt;
  }
}

/// x + 0, x - 0, x * 1 and x / 1, which absent inputs leave behind.
std::optional<Typed> ExprBinder::identity(Prim p, const std::vector<Typed>& args, DType dtype) {
  const auto keep = [&](const Typed& x) -> std::optional<Typed> {
    if (x.dtype == dtype) return x;
    if (x.weak) return std::nullopt;
    return instr(as(x, dtype));
  };
  const bool sum = p == Prim::add;
  const bool product = p == Prim::mul;
  if ((sum && is_number(args[1], 0)) || (p == Prim::sub && is_number(args[1], 0))) {
    return keep(args[0]);
  }
  if ((product || p == Prim::div) && is_number(args[1], 1)) return keep(args[0]);
  if ((sum && is_number(args[0], 0)) || (product && is_number(args[0], 1))) return keep(args[1]);
  return std::nullopt;
}

}  // namespace axon
