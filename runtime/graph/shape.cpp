// Solves a program's dims: first the rank of the group, then its extents, then the named dims.
// Exact terms (rest, keep, sub, ...) must match; only `*` broadcasts.
#include "graph/shape.h"

#include <algorithm>

#include "core/error.h"
#include "graph/record.h"
#include "graph/terms.h"

namespace axon {

AttrReader::AttrReader(const Program& program, const std::vector<int64_t>& ints,
                       const std::vector<ScalarEntry>& scalars)
    : program_(program), ints_(ints), scalars_(scalars) {
  places_.reserve(program.attrs.size());
  int32_t in_ints = 0;
  int32_t in_scalars = 0;
  for (const AttrDecl& attr : program.attrs) {
    switch (attr.type) {
      case AttrType::real:
        places_.push_back({in_scalars++, 1});
        break;
      case AttrType::rng:
        places_.push_back({in_scalars, 2});
        in_scalars += 2;
        break;
      case AttrType::offsets:
        places_.push_back({in_scalars, static_cast<int32_t>(ints.at(in_ints++))});
        in_scalars += places_.back().length;
        break;
      case AttrType::int2:
      case AttrType::int3:
        places_.push_back({in_ints, attr.type == AttrType::int2 ? 2 : 3});
        in_ints += places_.back().length;
        break;
      case AttrType::axes:
      case AttrType::ints:
      case AttrType::shape:
        places_.push_back({in_ints + 1, static_cast<int32_t>(ints.at(in_ints))});
        in_ints += 1 + places_.back().length;
        break;
      default:
        places_.push_back({in_ints++, 1});
    }
  }
}

int AttrReader::find(const std::string& name) const {
  for (size_t i = 0; i < program_.attrs.size(); ++i) {
    if (program_.attrs[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

const AttrReader::Place& AttrReader::place(const std::string& name, int element) const {
  const int i = find(name);
  if (i < 0) throw ValueError(prefix_of(program_) + "no attribute is named " + name);
  if (element < 0 || element >= std::max(places_[i].length, 1)) {
    throw ValueError(prefix_of(program_) + name + " has no entry " + std::to_string(element));
  }
  return places_[i];
}

bool AttrReader::has(const std::string& name) const { return find(name) >= 0; }

AttrType AttrReader::type(const std::string& name) const {
  place(name, 0);
  return program_.attrs[find(name)].type;
}

bool AttrReader::is_integer(const std::string& name) const {
  const AttrType t = type(name);
  return t != AttrType::real && t != AttrType::offsets && t != AttrType::rng;
}

int64_t AttrReader::integer(const std::string& name, int element) const {
  return ints_.at(place(name, element).at + element);
}

std::vector<int64_t> AttrReader::list(const std::string& name) const {
  const Place& p = place(name, 0);
  return {ints_.begin() + p.at, ints_.begin() + p.at + p.length};
}

int AttrReader::scalar(const std::string& name, int element) const {
  return place(name, element).at + element;
}

int AttrReader::length(const std::string& name) const { return place(name, 0).length; }

namespace {

/// "(..., i, k)"
std::string text_of(const Form& form) {
  switch (form.kind) {
    case Form::Kind::integer:
      return std::to_string(form.integer);
    case Form::Kind::real:
      return std::to_string(form.real);
    case Form::Kind::boolean:
      return form.integer ? "true" : "false";
    case Form::Kind::list:
      break;
    default:
      return form.text == "*" ? "..." : form.text;
  }
  std::string text = "(";
  if (is_product(form)) {
    for (size_t i = 1; i < form.items.size(); ++i) text += (i > 1 ? "*" : "") + form.items[i].text;
    return text + ")";
  }
  for (size_t i = 0; i < form.items.size(); ++i) {
    const Form& item = form.items[i];
    text += (i ? " " : "") + (i == 0 ? item.text : text_of(item));
  }
  return text + ")";
}

std::string dims_text(const std::vector<Form>& dims) {
  std::string text;
  for (const Form& dim : dims) text += (text.empty() ? "(" : ", ") + text_of(dim);
  return text.empty() ? "()" : text + (dims.size() == 1 ? ",)" : ")");
}

bool in_class(const InputInfo& info, const std::string& cls) {
  if (cls == "any") return true;
  const bool integral = !is_float(info.dtype);
  if (info.weak) {
    if (cls == "bool") return info.dtype == DType::bool_;
    return integral || (cls != "int" && cls != "integral");
  }
  if (cls == "num") return info.dtype != DType::bool_;
  if (cls == "float") return is_float(info.dtype);
  if (cls == "integral") return integral;
  if (cls == "int") return is_integer(info.dtype);
  return name_of(info.dtype) == cls;
}

class Solver {
 public:
  Solver(const Program& program, const std::vector<InputInfo>& inputs, const AttrReader& attrs)
      : program_(program), inputs_(inputs), attrs_(attrs), terms_(program, inputs, attrs, axes_) {}

  Axes run() {
    if (inputs_.size() != program_.inputs.size()) {
      fail("expected " + std::to_string(program_.inputs.size()) + " inputs, got " +
           std::to_string(inputs_.size()));
    }
    check_classes();
    check_conditions(false);
    if (program_.pointwise) {
      broadcast();
    } else {
      find_group();
      find_shape();
      find_named();
    }
    check_conditions(true);
    for (const OutputDecl& out : program_.outputs) {
      axes_.output_dims.push_back(program_.pointwise ? axes_.group : terms_.dims(out.dims));
      axes_.output_dtypes.push_back(dtype_of_form(
          program_, out.dtype, attrs_, [&](const std::string& name) { return type_of(name); }));
      for (int64_t extent : axes_.output_dims.back()) {
        if (extent < 0)
          fail(out.name + " would have shape " + shape_text(axes_.output_dims.back()) +
               "; no extent can be negative");
      }
    }
    for (const StatementDecl& s : program_.statements) {
      check_reduction(s);
      check_elements(s.expr);
    }
    return std::move(axes_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    std::string shapes;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (!inputs_[i].present || inputs_[i].weak) continue;
      shapes += (shapes.empty() ? "" : ", ") + program_.inputs[i].name + " has shape " +
                shape_text(inputs_[i].dims);
    }
    throw ValueError(prefix_of(program_) + shapes + (shapes.empty() ? "" : "; ") + what);
  }

  /// Those of attributes alone come first: no extent is computed from a stride of 0.
  void check_conditions(bool of_extents) const {
    for (const CheckDecl& check : program_.checks) {
      if (needs_extents(check.condition) == of_extents && terms_.number(check.condition) == 0) {
        refuse(check);
      }
    }
  }

  bool needs_extents(const Form& form) const {
    if (form.kind == Form::Kind::name) return !attrs_.has(form.text.substr(0, form.text.find('.')));
    if (form.kind != Form::Kind::list) return false;
    return form.is("count") || std::any_of(form.items.begin() + 1, form.items.end(),
                                           [&](const Form& item) { return needs_extents(item); });
  }

  [[noreturn]] void refuse(const CheckDecl& check) const {
    std::string values;
    for (const AttrDecl& attr : program_.attrs) {
      if (!mentions(check.condition, attr.name)) continue;
      values += "; " + attr.name + " is ";
      if (attr.type == AttrType::int2 || attr.type == AttrType::int3) {
        values += shape_text(attrs_.list(attr.name));
        continue;
      }
      Form name;
      name.kind = Form::Kind::name;
      name.text = attr.name;
      const double number = terms_.number(name);
      const bool whole = attrs_.is_integer(attr.name) || attr.type == AttrType::offsets;
      values += whole ? std::to_string(static_cast<int64_t>(number)) : std::to_string(number);
    }
    fail(check.message + values);
  }

  static bool mentions(const Form& form, const std::string& name) {
    if (form.kind == Form::Kind::name) return form.text.substr(0, form.text.find('.')) == name;
    return std::any_of(form.items.begin(), form.items.end(),
                       [&](const Form& item) { return mentions(item, name); });
  }

  void check_classes() const {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const InputDecl& decl = program_.inputs[i];
      const InputInfo& info = inputs_[i];
      if (!info.present) {
        if (decl.fallback || decl.ghost) continue;
        throw TypeError(prefix_of(program_) + decl.name + " is missing");
      }
      if (in_class(info, decl.cls) || is_mask_of_numbers(i)) continue;
      static const std::map<std::string, std::pair<const char*, const char*>> expected = {
          {"num", {"a numeric dtype", "int32"}},
          {"float", {"a floating-point dtype", "float32"}},
          {"integral", {"bool or an integer dtype", "int64"}},
          {"int", {"an integer dtype", "int64"}}};
      const auto known = expected.find(decl.cls);
      const std::string wanted = known == expected.end() ? decl.cls : known->second.first;
      const std::string remedy = known == expected.end() ? decl.cls : known->second.second;
      throw TypeError(prefix_of(program_) + decl.name + " has dtype " +
                      std::string(name_of(info.dtype)) + "; expected " + wanted +
                      "; convert it first: " + decl.name + ".astype('" + remedy + "')");
    }
  }

  /// True iff input i is bool and stands beside numbers, as 0 and 1 of their dtype, and the result
  /// is not of its own.
  bool is_mask_of_numbers(size_t i) const {
    const auto is_bool = [&](size_t j) { return inputs_[j].dtype == DType::bool_; };
    if (program_.inputs[i].cls != "num" || !is_bool(i)) return false;
    const bool decides =
        std::all_of(program_.outputs.begin(), program_.outputs.end(), [&](const OutputDecl& out) {
          return out.dtype.is("like") && out.dtype.items.at(1).text == program_.inputs[i].name;
        });
    if (decides) return false;
    for (size_t j = 0; j < inputs_.size(); ++j) {
      if (inputs_[j].present && program_.inputs[j].cls == "num" && !is_bool(j)) return true;
    }
    return false;
  }

  TypeInfo type_of(const std::string& name) const {
    const int i = terms_.input(name);
    if (i < 0) fail("no input is named " + name);
    return {inputs_[i].present, inputs_[i].weak, inputs_[i].dtype};
  }

  static bool is_broadcast(const Form& term) { return is_name(term, "*"); }

  /// Terms that lie on the group and fix its rank or extents.
  static bool is_exact(const Form& term) {
    return term.is("rest") || term.is("keep") || term.is("sub") || term.is("perm");
  }

  /// The number of dims of input i that its terms other than `except` stand for.
  int fixed_dims(int i, const Form* except) const {
    int fixed = 0;
    for (const Form& term : program_.inputs[i].dims) {
      if (&term != except) fixed += terms_.size(term).value_or(0);
    }
    return fixed;
  }

  /// The group of a pointwise program: this runs for most recorded ops, so it looks at no terms.
  void broadcast() {
    size_t rank = 0;
    for (const InputInfo& info : inputs_) rank = std::max(rank, info.dims.size());
    axes_.group.assign(rank, 1);
    std::vector<bool> exact(rank, false);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const Dims& dims = inputs_[i].dims;
      for (size_t d = 0; d < dims.size(); ++d) {
        unify_axis(static_cast<int>(i), static_cast<int>(rank - dims.size() + d), dims[d], exact,
                   false);
      }
    }
  }

  void find_group() {
    size_t rank = 0;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (!inputs_[i].present) continue;
      for (const Form& term : program_.inputs[i].dims) {
        if (!is_broadcast(term) && !is_exact(term)) continue;
        int mine = static_cast<int>(inputs_[i].dims.size()) - fixed_dims(i, &term);
        const bool drops =
            term.is("rest") || (term.is("keep") && !attrs_.integer(term.items[2].text));
        if (drops) mine += static_cast<int>(terms_.selected(term.items[1].text).size());
        if (mine < 0) fail_rank(i);
        rank = std::max(rank, static_cast<size_t>(mine));
      }
    }
    axes_.group.assign(rank, 1);
    std::vector<bool> exact(rank, false);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].present) check_rank(i);
    }
    for (const bool pass : {false, true}) {
      for (size_t i = 0; i < inputs_.size(); ++i) {
        if (inputs_[i].present) unify_group(i, pass, exact);
      }
    }
  }

  void check_rank(int i) const {
    const int rank = static_cast<int>(inputs_[i].dims.size());
    bool flexible = false;
    for (const Form& term : program_.inputs[i].dims) flexible |= is_broadcast(term);
    const int fixed = fixed_dims(i, nullptr);
    if (flexible ? rank < fixed : rank != fixed) fail_rank(i);
  }

  [[noreturn]] void fail_rank(int i) const {
    const InputDecl& decl = program_.inputs[i];
    fail("expected " + decl.name + " to have the axes " + dims_text(decl.dims));
  }

  /// Takes the extents of `*` terms (exact_pass false) or checks those of the others against them.
  void unify_group(int i, bool exact_pass, std::vector<bool>& exact) {
    const Dims& dims = inputs_[i].dims;
    const int rank = static_cast<int>(axes_.group.size());
    int at = 0;
    for (const Form& term : program_.inputs[i].dims) {
      if (is_broadcast(term)) {
        const int mine = static_cast<int>(dims.size()) - fixed_dims(i, &term);
        for (int d = 0; d < mine && !exact_pass; ++d) {
          unify_axis(i, rank - mine + d, dims[at + d], exact, false);
        }
        at += mine;
      } else if (is_exact(term) || term.is("sel")) {
        std::vector<TermAxis> axes;
        terms_.expand(term, axes);
        for (const TermAxis& axis : axes) {
          if (exact_pass && axis.kind == TermAxis::Kind::group) {
            unify_axis(i, axis.axis, dims[at], exact, true);
          } else if (exact_pass && axis.kind == TermAxis::Kind::unit && dims[at] != 1) {
            fail_rank(i);
          }
          ++at;
        }
      } else {
        at += *terms_.size(term);
      }
    }
  }

  void unify_axis(int i, int axis, int64_t extent, std::vector<bool>& exact, bool now_exact) {
    int64_t& known = axes_.group[axis];
    const bool may_widen = known == 1 && !exact[axis];
    exact[axis] = exact[axis] || now_exact;
    if (known == extent || (extent == 1 && !now_exact)) return;
    if (may_widen) {
      known = extent;
      return;
    }
    const int from_end = axis - static_cast<int>(axes_.group.size());
    fail("axis " + std::to_string(from_end) + " of " + program_.inputs[i].name + " has extent " +
         std::to_string(extent) + " where " + std::to_string(known) + " was expected" +
         (now_exact ? "; these axes do not broadcast"
                    : "; extents must be equal or 1: reshape or transpose one of them"));
  }

  /// Named dims of inputs and `where`, each as soon as the names in it are known.
  void find_named() {
    std::vector<bool> done(inputs_.size() + program_.where.size(), false);
    size_t open = done.size();
    for (bool progress = true; progress;) {
      const size_t before = open;
      const size_t known = axes_.named.size();
      for (size_t k = 0; k < done.size(); ++k) {
        if (done[k]) continue;
        done[k] = k < program_.where.size() ? evaluate_where(program_.where[k])
                                            : unify_named(k - program_.where.size());
        open -= done[k];
      }
      progress = open < before || axes_.named.size() > known;
    }
    if (open != 0) fail("the extents of its named axes are not determined by the inputs");
  }

  bool evaluate_where(const std::pair<std::string, Form>& where) {
    const auto& [name, form] = where;
    if (unknowns(form) != 0) return false;
    const int64_t value = terms_.integer(form);
    if (value < 0) fail(name + " would be " + std::to_string(value) + "; expected at least 0");
    const auto [at, fresh] = axes_.named.emplace(name, value);
    if (!fresh && at->second != value) {
      fail("expected " + name + " == " + std::to_string(value) + ", got " +
           std::to_string(at->second));
    }
    return true;
  }

  bool unify_named(int i) {
    if (!inputs_[i].present) return true;
    const Dims& dims = inputs_[i].dims;
    bool solved = true;
    int at = 0;
    for (const Form& term : program_.inputs[i].dims) {
      if (is_broadcast(term)) {
        at += static_cast<int>(dims.size()) - fixed_dims(i, &term);
      } else if (term.is("sub")) {
        for (size_t d = 0; d < axes_.group.size(); ++d, ++at) {
          if (terms_.is_selected(term.items[1].text, static_cast<int>(d))) {
            solved &= unify_dim(i, at, term.items[2], dims[at]);
          }
        }
      } else if (is_exact(term) || term.is("sel") || term.is("shape") || term.is("own")) {
        at += *terms_.size(term);
      } else {
        solved &= unify_dim(i, at, term, dims[at]);
        ++at;
      }
    }
    return solved;
  }

  /// Makes `form` have the value `extent`; false if more than one of its names is still unknown.
  bool unify_dim(int i, int at, const Form& form, int64_t extent) {
    const int open = unknowns(form);
    if (open > 1) return false;
    if (open == 0) {
      const int64_t known = terms_.integer(form);
      if (known != extent) fail_dim(i, at, form, known, extent);
      return true;
    }
    if (form.kind == Form::Kind::name) {
      axes_.named.emplace(form.text, extent);
      return true;
    }
    const std::string& op = form.items[0].text;
    const Form* unknown = nullptr;
    int64_t rest = op == "*" ? 1 : 0;
    for (size_t k = 1; k < form.items.size(); ++k) {
      if (unknowns(form.items[k])) {
        unknown = &form.items[k];
      } else if (op == "*") {
        rest *= terms_.integer(form.items[k]);
      } else {
        rest += terms_.integer(form.items[k]);
      }
    }
    if (op == "+") return unify_dim(i, at, *unknown, extent - rest);
    if (op == "-" && unknown == &form.items[1]) return unify_dim(i, at, *unknown, extent + rest);
    if (op != "*") return false;
    if (rest == 0 || extent % rest != 0) {
      fail("axis " + std::to_string(at) + " of " + program_.inputs[i].name + " has extent " +
           std::to_string(extent) + "; expected a multiple of " + std::to_string(rest) + " (" +
           text_of(form) + ")");
    }
    return unify_dim(i, at, *unknown, extent / rest);
  }

  int unknowns(const Form& form) const {
    if (form.kind == Form::Kind::name) return terms_.lookup(form.text) ? 0 : 1;
    int open = 0;
    if (form.is("count")) {
      for (const TermAxis& axis : terms_.expand_arguments(form)) {
        if (axis.kind == TermAxis::Kind::expr) open += unknowns(*axis.form);
      }
      return open;
    }
    for (size_t k = 1; k < form.items.size(); ++k) open += unknowns(form.items[k]);
    return open;
  }

  [[noreturn]] void fail_dim(int i, int at, const Form& form, int64_t known, int64_t extent) const {
    const std::string here = place_text(i, at);
    const std::string values =
        " (" + text_of(form) + ": " + std::to_string(known) + " != " + std::to_string(extent) + ")";
    for (int j = 0; j <= i; ++j) {
      const int other = inputs_[j].present ? dim_of_name(j, form) : -1;
      if (other < 0 || (j == i && other >= at)) continue;
      fail("expected " + place_text(j, other) + " == " + here + values);
    }
    fail("expected " + here + " == " + std::to_string(known) + values);
  }

  /// The dim of input j that is just this name, or -1.
  int dim_of_name(int j, const Form& form) const {
    int at = 0;
    for (const Form& term : program_.inputs[j].dims) {
      if (form.kind == Form::Kind::name && is_name(term, form.text)) return at;
      at += terms_.size(term).value_or(static_cast<int>(inputs_[j].dims.size()) -
                                       fixed_dims(j, &term));
    }
    return -1;
  }

  /// "a.shape[-1]": counted from the end where a group stands before it.
  std::string place_text(int i, int at) const {
    const std::vector<Form>& dims = program_.inputs[i].dims;
    const int rank = static_cast<int>(inputs_[i].dims.size());
    const bool from_end = !dims.empty() && dims[0].text == "*";
    return program_.inputs[i].name + ".shape[" + std::to_string(from_end ? at - rank : at) + "]";
  }

  /// The extents of (shape s): from an input that has it, else -1 by the number of elements.
  void find_shape() {
    for (const AttrDecl& attr : program_.attrs) {
      if (attr.type == AttrType::shape) axes_.shape = attrs_.list(attr.name);
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
      int at = 0;
      for (const Form& term : program_.inputs[i].dims) {
        if (!inputs_[i].present) break;
        const int rank = terms_.size(term).value_or(static_cast<int>(inputs_[i].dims.size()) -
                                                    fixed_dims(i, &term));
        if (term.is("shape")) match_shape(i, at);
        at += rank;
      }
    }
    const auto open = std::find(axes_.shape.begin(), axes_.shape.end(), -1);
    if (open == axes_.shape.end()) return;
    int64_t others = 1;
    const auto first = std::find_if(inputs_.begin(), inputs_.end(),
                                    [](const InputInfo& info) { return info.present; });
    if (first == inputs_.end()) return;  // nothing tells it, so it is refused as negative
    const int64_t elements = elements_of(first->dims);
    for (int64_t extent : axes_.shape) others *= extent == -1 ? 1 : extent;
    const bool one = std::count(axes_.shape.begin(), axes_.shape.end(), -1) == 1;
    if (!one || others == 0 || elements % others != 0) {
      fail("cannot resolve -1 in the shape " + shape_text(axes_.shape) + " for " +
           std::to_string(elements) + " elements; name every extent but at most one");
    }
    *open = elements / others;
  }

  void match_shape(int i, int at) {
    for (int64_t& extent : axes_.shape) {
      const int64_t mine = inputs_[i].dims[at];
      if (extent != -1 && extent != mine) {
        fail("expected " + place_text(i, at) + " == " + std::to_string(extent) + " (the shape is " +
             shape_text(axes_.shape) + ")");
      }
      extent = mine;
      ++at;
    }
  }

  /// The extremum of nothing has no value; where it is only a step of the computation it is the
  /// identity.
  void check_reduction(const StatementDecl& s) const {
    if (s.kind != StatementDecl::Kind::reduce) return;
    const bool extremum = s.combine == Combine::max || s.combine == Combine::min ||
                          s.combine == Combine::argmax || s.combine == Combine::argmin;
    const bool is_output = std::any_of(program_.outputs.begin(), program_.outputs.end(),
                                       [&](const OutputDecl& out) { return out.name == s.value; });
    if (!extremum || !is_output) return;
    int64_t reduced = 1;
    int64_t stored = 1;
    for (int64_t extent : terms_.dims(s.domain)) reduced *= extent;
    for (int64_t extent : terms_.dims(s.index)) stored *= extent;
    if (reduced == 0 && stored != 0) {
      fail(std::string("the ") + name_of(s.combine) +
           " of no elements is not defined; reduce over an axis that is not empty");
    }
  }

  /// What is read element for element in another shape, `(load x ((flat (linear TERM...))))`, has
  /// as many elements as that shape.
  void check_elements(const Form& form) const {
    for (const Form& item : form.items) check_elements(item);
    if (!form.is("load") || form.items.size() < 3 || form.items[2].items.size() != 1) return;
    const Form& index = form.items[2].items[0];
    if (!index.is("flat") || !index.items[1].is("linear")) return;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (program_.inputs[i].name != form.items[1].text || !inputs_[i].present) continue;
      const std::vector<Form>& linear = index.items[1].items;
      const Dims dims = terms_.dims({linear.begin() + 1, linear.end()});
      const int64_t wanted = elements_of(dims);
      const int64_t there = elements_of(inputs_[i].dims);
      if (wanted == there) continue;
      fail(std::to_string(there) + " elements do not fill the shape " + shape_text(dims) +
           ", which has " + std::to_string(wanted));
    }
  }

  const Program& program_;
  const std::vector<InputInfo>& inputs_;
  const AttrReader& attrs_;
  Axes axes_;
  Terms terms_;
};

/// Absent inputs have no say; numbers are weak beside tensors.
class Promotion {
 public:
  void add(TypeInfo info) {
    if (!info.present) return;
    if (info.weak) {
      weak_ = has_weak_ ? promote(weak_, info.dtype) : info.dtype;
      has_weak_ = true;
    } else {
      strong_ = has_strong_ ? promote(strong_, info.dtype) : info.dtype;
      has_strong_ = true;
    }
  }
  DType dtype() const {
    if (!has_weak_) return strong_;
    if (has_strong_) return promote_weak(strong_, weak_);
    return is_float(weak_) ? DType::float32 : weak_;
  }

 private:
  bool has_strong_ = false;
  bool has_weak_ = false;
  DType strong_ = DType::float32;
  DType weak_ = DType::float32;
};

/// What sums of `t` accumulate in, as NumPy has it.
DType accumulator_of(DType t) {
  if (t == DType::bool_) return DType::int64;
  if (!is_integer(t)) return t;
  return t >= DType::uint8 ? DType::uint64 : DType::int64;
}

}  // namespace

int64_t elements_of(const Dims& dims) {
  int64_t elements = 1;
  for (int64_t extent : dims) elements *= extent;
  return elements;
}

DType dtype_of_form(const Program& program, const Form& form, const AttrReader& attrs,
                    const std::function<TypeInfo(const std::string&)>& info_of) {
  if (form.kind == Form::Kind::name) return dtype_from_name(form.text);
  if (form.is("attr")) return static_cast<DType>(attrs.integer(form.items.at(1).text));
  Promotion promotion;
  for (size_t k = 1; k < form.items.size(); ++k) promotion.add(info_of(form.items[k].text));
  if (form.is("float")) return float_of(promotion.dtype());
  if (form.is("accum")) return accumulator_of(promotion.dtype());
  if (form.is("like") || form.is("promote")) return promotion.dtype();
  throw ValueError(prefix_of(program) + "unknown form of a dtype");
}

Axes solve(const Program& program, const std::vector<InputInfo>& inputs, const AttrReader& attrs) {
  return Solver(program, inputs, attrs).run();
}

}  // namespace axon
