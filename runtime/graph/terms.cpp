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

int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return q * b > a ? q - 1 : q;
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
  } else if (term.is("lin")) {
    const size_t first = out.size();
    expand(term.items[1], out);
    for (size_t i = first; i < out.size(); ++i) {
      out[i].lin = &term;
      out[i].place = static_cast<int>(i - first);
    }
  } else if (term.is("flat")) {
    out.push_back({TermAxis::Kind::flat, -1, &term.items[1]});
  } else {
    expand_group(term, out);
  }
}

void Terms::expand_group(const Form& term, std::vector<TermAxis>& out) const {
  const int rank = static_cast<int>(axes_.group.size());
  if (term.is("own")) {
    for (const OwnDim& dim : own(term.items[1].text)) {
      const bool extends = dim.extent == axes_.group[dim.axis];
      out.push_back(extends ? on_group(dim.axis) : TermAxis{TermAxis::Kind::unit});
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
        out.push_back({TermAxis::Kind::expr, -1, &term.items[2]});
      } else if (is_picked && keep) {
        out.push_back({TermAxis::Kind::unit});
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

int64_t Terms::extent(const TermAxis& axis) const {
  switch (axis.kind) {
    case TermAxis::Kind::group:
      return axes_.group[axis.axis];
    case TermAxis::Kind::shape:
      return axes_.shape[axis.axis];
    case TermAxis::Kind::unit:
      return 1;
    default:
      return integer(*axis.form);
  }
}

Dims Terms::dims(const std::vector<Form>& terms) const {
  Dims dims;
  for (const TermAxis& axis : expand(terms)) dims.push_back(extent(axis));
  return dims;
}

int64_t Terms::count(const Form& form) const {
  std::vector<TermAxis> axes;
  for (size_t i = 1; i < form.items.size(); ++i) expand(form.items[i], axes);
  int64_t points = 1;
  for (const TermAxis& axis : axes) points *= extent(axis);
  return points;
}

std::optional<int64_t> Terms::lookup(const std::string& name) const {
  const auto named = axes_.named.find(name);
  if (named != axes_.named.end()) return named->second;
  const size_t dot = name.find('.');
  if (dot != std::string::npos) {
    const std::string attr = name.substr(0, dot);
    if (!attrs_.has(attr)) return std::nullopt;
    return attrs_.integer(attr, std::atoi(name.c_str() + dot + 1));
  }
  if (attrs_.has(name) && attrs_.is_integer(name)) return attrs_.integer(name);
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
  if (form.items.size() == 2 && (op == "-" || op == "neg")) return -value;
  for (size_t i = 2; i < form.items.size(); ++i) {
    const int64_t next = integer(form.items[i]);
    if (op == "+") {
      value += next;
    } else if (op == "-") {
      value -= next;
    } else if (op == "*") {
      value *= next;
    } else if (op == "//" || op == "%") {
      if (next <= 0) fail(program_, "division by " + std::to_string(next) + " in an extent");
      const int64_t quotient = floor_divide(value, next);
      value = op == "//" ? quotient : value - quotient * next;
    } else if (op == "max" || op == "maximum") {
      value = std::max(value, next);
    } else if (op == "min" || op == "minimum") {
      value = std::min(value, next);
    } else {
      fail(program_, "'" + op + "' cannot stand in an extent");
    }
  }
  return value;
}

double Terms::number(const Form& form) const {
  if (form.kind == Form::Kind::real) return form.real;
  if (form.kind == Form::Kind::name) {
    if (const auto value = lookup(form.text)) return static_cast<double>(*value);
    if (attrs_.has(form.text)) return from_bits(attrs_.entry(attrs_.scalar(form.text)));
  }
  if (form.kind != Form::Kind::list || form.is("count")) {
    return static_cast<double>(integer(form));
  }
  const std::string& op = form.items.at(0).text;
  const auto arg = [&](size_t i) { return number(form.items.at(i)); };
  if (op == "and" || op == "conj" || op == "logical_and") {
    return std::all_of(form.items.begin() + 1, form.items.end(),
                       [&](const Form& f) { return number(f) != 0; });
  }
  if (op == "or" || op == "logical_or") {
    return std::any_of(form.items.begin() + 1, form.items.end(),
                       [&](const Form& f) { return number(f) != 0; });
  }
  if (op == "not" || op == "logical_not") return arg(1) == 0;
  if (op == "select") return arg(1) != 0 ? arg(2) : arg(3);
  if (op == "isfinite") return std::isfinite(arg(1));
  if (op == "abs") return std::fabs(arg(1));
  if (op == "neg") return -arg(1);
  if (op == "==" || op == "eq") return arg(1) == arg(2);
  if (op == "!=" || op == "ne") return arg(1) != arg(2);
  if (op == "<" || op == "lt") return arg(1) < arg(2);
  if (op == "<=" || op == "le") return arg(1) <= arg(2);
  if (op == ">" || op == "gt") return arg(1) > arg(2);
  if (op == ">=" || op == "ge") return arg(1) >= arg(2);
  if (op == "add") return arg(1) + arg(2);
  if (op == "sub") return arg(1) - arg(2);
  if (op == "mul") return arg(1) * arg(2);
  if (op == "/" || op == "div") return arg(1) / arg(2);
  if (form.items.size() == 2) return op == "-" ? -arg(1) : static_cast<double>(integer(form));
  if (op == "+") return arg(1) + arg(2);
  if (op == "-") return arg(1) - arg(2);
  if (op == "*") return arg(1) * arg(2);
  if (op == "mod" || op == "%") return arg(1) - std::floor(arg(1) / arg(2)) * arg(2);
  if (op == "//" || op == "floordiv") return std::floor(arg(1) / arg(2));
  return static_cast<double>(integer(form));
}

}  // namespace axon
