#include "graph/terms.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/error.h"

namespace axon {

namespace {

[[noreturn]] void fail(const Program& program, const std::string& what) {
  throw ValueError(prefix_of(program) + what);
}

TermAxis on_group(int axis) { return {TermAxis::Kind::group, axis}; }

/// An integer expression that stands for axis `axis` of the group, or for none (-1).
TermAxis expression(int axis, const Form& form) {
  if (!form.is("in")) return {TermAxis::Kind::expr, axis, &form};
  TermAxis inside = {TermAxis::Kind::expr, axis, &form.items[2]};
  inside.dim = &form.items[1];
  return inside;
}

double from_bits(ScalarEntry entry) {
  if (!is_float(entry.dtype)) return static_cast<double>(entry.bits);
  double value;
  std::memcpy(&value, &entry.bits, sizeof value);
  return value;
}

}  // namespace

bool is_name(const Form& form, std::string_view text) {
  return form.kind == Form::Kind::name && form.text == text;
}

bool is_product(const Form& form) {
  return form.is("*") && std::all_of(form.items.begin(), form.items.end(), [](const Form& item) {
           return item.kind == Form::Kind::name;
         });
}

std::vector<Form> split_products(const std::vector<Form>& dims) {
  std::vector<Form> split;
  for (const Form& dim : dims) {
    if (is_product(dim)) {
      split.insert(split.end(), dim.items.begin() + 1, dim.items.end());
    } else {
      split.push_back(dim);
    }
  }
  return split;
}

int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

std::string prefix_of(const Program& program) { return "axon." + program.name + ": "; }

int Terms::input(const std::string& name) const {
  for (size_t i = 0; i < program_.inputs.size(); ++i) {
    if (program_.inputs[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::vector<int64_t> Terms::selected(const std::string& attr) const { return attrs_.list(attr); }

bool Terms::is_selected(const std::string& attr, int axis) const {
  const std::vector<int64_t> axes = selected(attr);
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

std::optional<int> Terms::size(const Form& term) const {
  if (term.kind != Form::Kind::list) {
    if (is_name(term, "*")) return std::nullopt;
    return 1;
  }
  const int rank = static_cast<int>(axes_.group.size());
  const auto picked = [&] { return static_cast<int>(selected(term.items[1].text).size()); };
  if (term.is("sel")) return picked();
  if (term.is("rest")) return rank - picked();
  if (term.is("keep")) return attrs_.integer(term.items[2].text) ? rank : rank - picked();
  if (term.is("sub") || term.is("perm")) return rank;
  if (term.is("shape")) return static_cast<int>(attrs_.list(term.items[1].text).size());
  if (term.is("own")) return static_cast<int>(own(term.items[1].text).size());
  return 1;
}

std::vector<OwnDim> Terms::own(const std::string& name) const {
  const int i = input(name);
  if (i < 0) fail(program_, "no input is named " + name);
  std::vector<OwnDim> result;
  if (!inputs_[i].present) return result;
  const Dims& dims = inputs_[i].dims;
  const std::vector<Form>& terms = program_.inputs[i].dims;
  int fixed = 0;
  for (const Form& term : terms) {
    if (!is_name(term, "*") && !term.is("own")) fixed += *size(term);
  }
  const int rank = static_cast<int>(axes_.group.size());
  const int mine = static_cast<int>(dims.size()) - fixed;
  int at = 0;
  for (const Form& term : terms) {
    if (is_name(term, "*") || term.is("own")) {
      for (int d = 0; d < mine; ++d) result.push_back({rank - mine + d, dims[at++]});
      continue;
    }
    std::vector<TermAxis> axes;
    expand(term, axes);
    for (const TermAxis& axis : axes) {
      if (axis.kind == TermAxis::Kind::group) result.push_back({axis.axis, dims[at]});
      ++at;
    }
  }
  return result;
}

void Terms::expand(const Form& term, std::vector<TermAxis>& out) const {
  if (is_name(term, "*")) {
    for (size_t i = 0; i < axes_.group.size(); ++i) out.push_back(on_group(static_cast<int>(i)));
    return;
  }
  if (term.kind != Form::Kind::list || term.items.empty()) {
    out.push_back({TermAxis::Kind::expr, -1, &term});
    return;
  }
  if (term.is("shape")) {
    const int rank = static_cast<int>(axes_.shape.size());
    for (int i = 0; i < rank; ++i) out.push_back({TermAxis::Kind::shape, i});
  } else if (term.is("lin") || term.is("unlin")) {
    const size_t first = out.size();
    expand(term.items[1], out);
    for (size_t i = first; i < out.size(); ++i) {
      out[i].lin = &term;
      out[i].place = static_cast<int>(i - first);
    }
  } else if (term.is("flat")) {
    out.push_back({TermAxis::Kind::flat, -1, &term.items[1]});
  } else if (term.is("in")) {
    out.push_back(expression(-1, term));
  } else {
    expand_group(term, out);
  }
}

void Terms::expand_group(const Form& term, std::vector<TermAxis>& out) const {
  const int rank = static_cast<int>(axes_.group.size());
  if (term.is("own")) {
    for (const OwnDim& dim : own(term.items[1].text)) {
      const bool extends = dim.extent == axes_.group[dim.axis];
      out.push_back(extends ? on_group(dim.axis) : TermAxis{TermAxis::Kind::unit, dim.axis});
    }
  } else if (term.is("bcast")) {
    std::vector<bool> extends(rank, false);
    for (const OwnDim& dim : own(term.items[1].text)) {
      if (dim.extent == axes_.group[dim.axis]) extends[dim.axis] = true;
    }
    for (int i = 0; i < rank; ++i) {
      if (!extends[i]) out.push_back(on_group(i));
    }
  } else if (term.is("perm")) {
    for (int64_t p : attrs_.list(term.items[1].text)) {
      out.push_back(on_group(static_cast<int>(p < 0 ? p + rank : p)));
    }
  } else if (term.is("sel") || term.is("rest") || term.is("keep") || term.is("sub")) {
    const std::vector<int64_t> picked = selected(term.items[1].text);
    const bool keep = term.is("keep") && attrs_.integer(term.items[2].text) != 0;
    for (int i = 0; i < rank; ++i) {
      const bool is_picked = std::find(picked.begin(), picked.end(), i) != picked.end();
      if (is_picked == term.is("sel")) {
        out.push_back(on_group(i));
      } else if (is_picked && term.is("sub")) {
        out.push_back(expression(i, term.items[2]));
      } else if (is_picked && keep) {
        out.push_back({TermAxis::Kind::unit, i});
      }
    }
  } else {
    out.push_back({TermAxis::Kind::expr, -1, &term});
  }
}

std::vector<TermAxis> Terms::expand(const std::vector<Form>& terms) const {
  std::vector<TermAxis> out;
  for (const Form& term : terms) expand(term, out);
  return out;
}

std::vector<TermAxis> Terms::expand_arguments(const Form& form) const {
  std::vector<TermAxis> out;
  for (size_t i = 1; i < form.items.size(); ++i) expand(form.items[i], out);
  return out;
}

int64_t Terms::extent(const TermAxis& axis) const {
  switch (axis.kind) {
    case TermAxis::Kind::group:
      return axes_.group[axis.axis];
    case TermAxis::Kind::shape:
      return axes_.shape[axis.axis];
    case TermAxis::Kind::unit:
      return 1;
    default:
      return integer(axis.dim != nullptr ? *axis.dim : *axis.form);
  }
}

Dims Terms::dims(const std::vector<Form>& terms) const {
  Dims dims;
  for (const TermAxis& axis : expand(terms)) dims.push_back(extent(axis));
  return dims;
}

Dims Terms::index_dims(int i) const {
  const Dims& dims = inputs_[i].dims;
  const std::vector<Form>& terms = program_.inputs[i].dims;
  int fixed = 0;
  for (const Form& term : terms) fixed += size(term).value_or(0);
  Dims split;
  size_t at = 0;
  for (const Form& term : terms) {
    if (is_product(term)) {
      for (size_t k = 1; k < term.items.size(); ++k) split.push_back(integer(term.items[k]));
      ++at;
      continue;
    }
    const int rank = size(term).value_or(static_cast<int>(dims.size()) - fixed);
    for (int d = 0; d < rank; ++d) split.push_back(dims[at++]);
  }
  return split;
}

int64_t Terms::count(const Form& form) const {
  int64_t points = 1;
  for (const TermAxis& axis : expand_arguments(form)) points *= extent(axis);
  return points;
}

std::optional<int64_t> Terms::lookup(const std::string& name) const {
  const auto named = axes_.named.find(name);
  if (named != axes_.named.end()) return named->second;
  const size_t dot = name.find('.');
  if (dot != std::string::npos) {
    const std::string attr = name.substr(0, dot);
    if (!attrs_.has(attr) || !attrs_.is_integer(attr)) return std::nullopt;
    return attrs_.integer(attr, std::atoi(name.c_str() + dot + 1));
  }
  if (attrs_.has(name) && attrs_.is_integer(name) && attrs_.length(name) == 1)
    return attrs_.integer(name);
  return std::nullopt;
}

int64_t Terms::integer(const Form& form) const {
  if (form.kind == Form::Kind::integer || form.kind == Form::Kind::boolean) return form.integer;
  if (form.kind == Form::Kind::name) {
    if (const auto value = lookup(form.text)) return *value;
    fail(program_, "the extent of " + form.text + " is not known");
  }
  if (form.kind != Form::Kind::list || form.items.empty()) fail(program_, "expected an integer");
  return form.is("count") ? count(form) : fold(form);
}

int64_t Terms::fold(const Form& form) const {
  const std::string& op = form.items[0].text;
  int64_t value = integer(form.items.at(1));
  if (form.items.size() == 2 && op == "-") return -value;
  for (size_t i = 2; i < form.items.size(); ++i) {
    const int64_t next = integer(form.items[i]);
    if (op == "+") {
      value += next;
    } else if (op == "-") {
      value -= next;
    } else if (op == "*") {
      value *= next;
    } else if (op == "//" && next != 0) {
      value = floor_divide(value, next);
    } else if (op == "min") {
      value = std::min(value, next);
    } else {
      fail(program_, "(" + op + " ... " + std::to_string(next) + ") cannot stand in an extent");
    }
  }
  return value;
}

std::optional<double> Terms::attribute(const std::string& name) const {
  const size_t dot = name.find('.');
  const std::string attr = name.substr(0, dot);
  if (!attrs_.has(attr) || attrs_.is_integer(attr)) return std::nullopt;
  const int element = dot == std::string::npos ? 0 : std::atoi(name.c_str() + dot + 1);
  return from_bits(attrs_.entry(attrs_.scalar(attr, element)));
}

namespace {

struct Operator {
  const char* names[2];  // as a sign and as a primitive
  double (*apply)(double, double);
};

const Operator kOperators[] = {
    {{"==", "eq"}, [](double a, double b) -> double { return a == b; }},
    {{"!=", "ne"}, [](double a, double b) -> double { return a != b; }},
    {{"<", "lt"}, [](double a, double b) -> double { return a < b; }},
    {{"<=", "le"}, [](double a, double b) -> double { return a <= b; }},
    {{">", "gt"}, [](double a, double b) -> double { return a > b; }},
    {{">=", "ge"}, [](double a, double b) -> double { return a >= b; }},
    {{"and", "logical_and"}, [](double a, double b) -> double { return a != 0 && b != 0; }},
    {{"conj", "conj"}, [](double a, double b) -> double { return a != 0 && b != 0; }},
    {{"or", "logical_or"}, [](double a, double b) -> double { return a != 0 || b != 0; }},
    {{"+", "add"}, [](double a, double b) { return a + b; }},
    {{"-", "sub"}, [](double a, double b) { return a - b; }},
    {{"*", "mul"}, [](double a, double b) { return a * b; }},
    {{"/", "div"}, [](double a, double b) { return a / b; }},
    {{"//", "floordiv"}, [](double a, double b) { return std::floor(a / b); }},
    {{"%", "mod"}, [](double a, double b) { return a - std::floor(a / b) * b; }},
    {{"max", "maximum"}, [](double a, double b) { return a > b ? a : b; }},
    {{"min", "minimum"}, [](double a, double b) { return a < b ? a : b; }},
};

}  // namespace

double Terms::number(const Form& form) const {
  if (form.kind == Form::Kind::real) return form.real;
  if (form.kind == Form::Kind::name) {
    if (const auto value = attribute(form.text)) return *value;
  }
  if (form.kind != Form::Kind::list || form.is("count")) {
    return static_cast<double>(integer(form));
  }
  const std::string& op = form.items.at(0).text;
  double value = number(form.items.at(1));
  if (form.items.size() == 2) {
    if (op == "-" || op == "neg") return -value;
    if (op == "not" || op == "logical_not") return value == 0;
    if (op == "abs") return std::fabs(value);
    if (op == "isfinite") return std::isfinite(value);
    return value;  // (and c)
  }
  for (const Operator& known : kOperators) {
    if (op != known.names[0] && op != known.names[1]) continue;
    for (size_t i = 2; i < form.items.size(); ++i) {
      value = known.apply(value, number(form.items[i]));
    }
    return value;
  }
  fail(program_, "(" + op + " ...) cannot stand in a check");
}

}  // namespace axon
