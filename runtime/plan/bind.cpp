// One node to statements. The parts: bind_domain.cpp (axes), bind_index.cpp (addresses),
// bind_expr.cpp (typed instructions).
#include "plan/bind.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "core/error.h"
#include "graph/record.h"
#include "plan/bind_expr.h"

namespace axon {

namespace {

/// A program with what it is applied to: that of a node, or of an `apply` statement.
struct Application {
  const Program& program;
  int32_t node;                    // number in the graph
  std::vector<InputInfo> infos;    // by input
  std::vector<NamedValue> inputs;  // by input; dims and `broadcasts` follow from the program
  std::vector<int64_t> ints;       // as Node::ints
  std::vector<ScalarSource> scalars;
  std::vector<ValueId> outputs;  // -1: not wanted
};

Application application_of(const Node& node, int32_t index, const std::vector<ValueId>& inputs,
                           const std::vector<ValueId>& outputs) {
  Application a{*node.program, index, {}, {}, node.ints, {}, outputs};
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Operand& operand = node.inputs[i];
    NamedValue value;
    value.id = inputs[i];
    switch (operand.kind) {
      case Operand::Kind::value:
        value.kind = NamedValue::Kind::tensor;
        a.infos.push_back({true, false, operand.value->dtype, operand.value->dims});
        break;
      case Operand::Kind::number:
        value.kind = NamedValue::Kind::number;
        value.entry = operand.scalar;
        a.infos.push_back({true, true, operand.dtype, {}});
        break;
      case Operand::Kind::ghost:
        value.kind = NamedValue::Kind::ghost;
        a.infos.push_back({true, false, operand.dtype, operand.dims});
        break;
      case Operand::Kind::absent:
        value.kind = NamedValue::Kind::constant;
        value.constant = node.program->inputs[i].fallback.value_or(0);
        a.infos.push_back({false, false, DType::float32, {}});
    }
    value.dtype = a.infos.back().dtype;
    a.inputs.push_back(std::move(value));
  }
  for (size_t entry = 0; entry < node.scalars.size(); ++entry) {
    a.scalars.push_back({node.scalars[entry], index, static_cast<int32_t>(entry)});
  }
  return a;
}

std::vector<ScalarEntry> entries_of(const std::vector<ScalarSource>& sources) {
  std::vector<ScalarEntry> entries;
  for (const ScalarSource& source : sources) entries.push_back(source.value);
  return entries;
}

void add_loads(const Form& form, std::set<std::string>& names) {
  if (form.is("load")) names.insert(form.items.at(1).text);
  for (const Form& item : form.items) add_loads(item, names);
}

/// The dtype that a temporary takes from its expression.
DType temporary_dtype(const StatementDecl& s, const Typed& value) {
  if (s.combine == Combine::argmax || s.combine == Combine::argmin) return DType::int64;
  if (s.combine == Combine::any || s.combine == Combine::all) return DType::bool_;
  const bool counted = s.combine == Combine::sum || s.combine == Combine::prod;
  if (counted && value.dtype == DType::bool_) return DType::int64;
  if (counted && !value.weak) return computed_in(value.dtype);
  return value.weak && is_float(value.dtype) ? DType::float32 : value.dtype;
}

class Binder {
 public:
  Binder(Application application, Bound& out)
      : applied_(std::move(application)),
        program_(applied_.program),
        outputs_(applied_.outputs),
        out_(out),
        infos_(applied_.infos),
        entries_(entries_of(applied_.scalars)),
        attrs_(program_, applied_.ints, entries_),
        axes_(solve(program_, infos_, attrs_)),
        terms_(program_, infos_, attrs_, axes_),
        slots_(out, applied_.scalars) {
    name_inputs();
    for (const StatementDecl& s : program_.statements) add_loads(s.expr, read_);
  }

  void run() {
    const std::vector<bool> live = live_statements();
    for (size_t i = 0; i < live.size(); ++i) {
      const StatementDecl& s = program_.statements[i];
      if (!live[i]) continue;
      if (s.kind == StatementDecl::Kind::call) {
        opaque(s);
      } else if (s.kind == StatementDecl::Kind::apply) {
        apply(s);
      } else {
        statement(s);
      }
    }
  }

 private:
  void name_inputs() {
    for (size_t i = 0; i < program_.inputs.size(); ++i) {
      const InputDecl& decl = program_.inputs[i];
      NamedValue& value = values_[decl.name] = applied_.inputs[i];
      if (infos_[i].present) {
        value.dims = terms_.index_dims(static_cast<int>(i));
        shapes_[decl.name] = infos_[i].dims;
      }
      value.broadcasts = std::any_of(decl.dims.begin(), decl.dims.end(),
                                     [](const Form& term) { return is_name(term, "*"); });
      value.promoted = promoted_dtype(decl.name);
    }
  }

  /// Inputs whose dtypes a result promotes are cast to its dtype first, as if by hand.
  std::optional<DType> promoted_dtype(const std::string& input) const {
    for (size_t o = 0; o < program_.outputs.size(); ++o) {
      const Form& form = program_.outputs[o].dtype;
      if (!form.is("promote") && !form.is("float")) continue;
      const bool named = std::any_of(form.items.begin() + 1, form.items.end(),
                                     [&](const Form& item) { return item.text == input; });
      if (named && form.items.size() > 2) return axes_.output_dtypes[o];
    }
    return std::nullopt;
  }

  int output_of(const std::string& name) const {
    for (size_t i = 0; i < program_.outputs.size(); ++i) {
      if (program_.outputs[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  /// True iff it is the gradient of an input that is absent.
  bool is_gradient_of_nothing(const OutputDecl& out) const {
    if (!out.dtype.is("like")) return false;
    const int of = terms_.input(out.dtype.items.at(1).text);
    return of >= 0 && !infos_[of].present;
  }

  /// Statements that a wanted output needs.
  std::vector<bool> live_statements() {
    std::set<std::string>& wanted = wanted_;
    for (size_t i = 0; i < program_.outputs.size(); ++i) {
      if (outputs_[i] >= 0 && !is_gradient_of_nothing(program_.outputs[i])) {
        wanted.insert(program_.outputs[i].name);
      }
    }
    std::vector<bool> live(program_.statements.size(), false);
    for (size_t i = live.size(); i-- > 0;) {
      const StatementDecl& s = program_.statements[i];
      live[i] = wanted.count(s.value) > 0;
      for (const std::string& name : s.outputs) live[i] = live[i] || wanted.count(name) > 0;
      if (!live[i]) continue;
      add_loads(s.expr, wanted);
      for (const Form& index : s.index) add_loads(index, wanted);
      wanted.insert(s.inputs.begin(), s.inputs.end());
    }
    return live;
  }

  /// Extents of a temporary that is first written by `s`.
  Dims temporary_dims(const StatementDecl& s) const {
    Dims dims;
    for (const TermAxis& axis : terms_.expand(s.index)) {
      const bool replaced =
          axis.kind == TermAxis::Kind::expr && axis.axis >= 0 && axis.dim == nullptr;
      const bool in_group = s.kind == StatementDecl::Kind::scatter && replaced;
      dims.push_back(in_group ? axes_.group[axis.axis] : terms_.extent(axis));
    }
    return dims;
  }

  /// What `s` writes; a temporary gets its ValueId here. `value` is what it stores (null for opaque
  /// calls).
  NamedValue target(const std::string& name, const StatementDecl& s, const Typed* value) {
    const int output = output_of(name);
    NamedValue target;
    if (output >= 0) {
      target.dtype = axes_.output_dtypes[output];
      target.dims = terms_.dims(split_products(program_.outputs[output].dims));
      target.id = outputs_[output];
    } else {
      if (value == nullptr) {
        throw ValueError(prefix_of(program_) + "an opaque call writes to the temporary " + name);
      }
      target.dtype = temporary_dtype(s, *value);
      target.dims = temporary_dims(s);
    }
    if (target.id < 0) target.id = temporary(target.dtype, elements_of(target.dims));
    return target;
  }

  ValueId temporary(DType dtype, int64_t elements) {
    out_.values.push_back({dtype, elements, nullptr, -1});
    return static_cast<ValueId>(out_.values.size()) - 1;
  }

  void statement(const StatementDecl& s) {
    Domain domain(program_, terms_);
    const bool scatter = s.kind == StatementDecl::Kind::scatter;
    if (scatter) {
      domain.of_points(s.domain);
    } else {
      domain.of_store(s.index, s.domain, s.expr);
    }
    ExprBinder binder(program_, terms_, domain, slots_, values_);
    const Typed value = binder.expr(s.expr);
    const NamedValue written = target(s.value, s, &value);
    NamedValue to = written;
    // A 16-bit float is rounded once: not before each addition, nor before it is read below.
    const bool goes_on = (scatter && s.combine == Combine::sum) || read_.count(s.value) > 0;
    if (goes_on && output_of(s.value) >= 0 && computed_in(to.dtype) != to.dtype) {
      to.dtype = computed_in(to.dtype);
      to.id = temporary(to.dtype, elements_of(to.dims));
    }

    Statement statement;
    statement.scatter = scatter;
    statement.value = to.id;
    statement.dtype = to.dtype;
    statement.elements = elements_of(to.dims);
    statement.node = applied_.node;
    const bool single = s.kind == StatementDecl::Kind::reduce && !domain.has_reduced();
    statement.combine = single ? Combine::set : s.combine;
    statement.result = result(s, value, to.dtype, single, binder);
    std::vector<Guard> bounds;
    statement.store = binder.address(s.index, to, bounds);
    if (scatter && !bounds.empty()) drop_outside(bounds, statement, binder);
    domain.mark_windows();
    statement.axes = domain.axes();
    statement.body = binder.body().take();
    for (Instr& instr : statement.body) {
      instr.line = s.line;
      if (instr.kind == InstrKind::scan) statement.axes[instr.address.terms[0].var].reduced = true;
    }
    prune(statement);
    values_[s.value] = to;
    shapes_[s.value] = to.dims;
    if (!make_alias(statement)) out_.statements.push_back(std::move(statement));
    if (to.id != written.id) convert(to, written);
  }

  /// Stores a value once more, in another dtype.
  void convert(const NamedValue& from, const NamedValue& to) {
    Statement statement;
    statement.value = to.id;
    statement.dtype = to.dtype;
    statement.elements = elements_of(to.dims);
    statement.node = applied_.node;
    Instr load;
    load.kind = InstrKind::load;
    load.dtype = from.dtype;
    load.index = from.id;
    if (statement.elements != 1) {
      statement.axes.push_back({statement.elements});
      load.address = statement.store = Affine::axis(0);
    }
    Instr cast;
    cast.kind = InstrKind::cast;
    cast.dtype = to.dtype;
    cast.args[0] = 0;
    statement.body = {std::move(load), std::move(cast)};
    statement.result = 1;
    out_.statements.push_back(std::move(statement));
  }

  /// The instruction that is combined: of the dtype stored, or wider where several are combined;
  /// for those that give a number of a point, of its own.
  int result(const StatementDecl& s, const Typed& value, DType stored, bool single,
             ExprBinder& binder) const {
    const bool winner = s.combine == Combine::argmax || s.combine == Combine::argmin;
    const bool combines = s.kind == StatementDecl::Kind::reduce && !single;
    if (!winner) return binder.as(value, combines ? computed_in(stored) : stored);
    if (single) return binder.body().constant(stored, 0);
    const bool weak_real = value.weak && is_float(value.dtype);
    return binder.as(value, weak_real ? DType::float32 : value.dtype);
  }

  /// A point that falls outside the value adds zero to its first element instead.
  void drop_outside(const std::vector<Guard>& bounds, Statement& statement,
                    ExprBinder& binder) const {
    if (statement.combine != Combine::sum) {
      throw ValueError(prefix_of(program_) + "only a sum may scatter outside its value");
    }
    BodyBuilder& body = binder.body();
    const int inside = body.in_bounds(bounds);
    Instr at;
    at.kind = InstrKind::affine;
    at.dtype = DType::int64;
    at.address = statement.store;
    const int address = body.add(std::move(at));
    const int first = body.constant(DType::int64, 0);
    const int zero = body.constant(statement.dtype, 0);
    statement.store = Affine::instr(body.prim(Prim::select, DType::int64, inside, address, first));
    statement.result = body.prim(Prim::select, statement.dtype, inside, statement.result, zero);
  }

  /// Removes instructions that folding left without a reader.
  static void prune(Statement& s) {
    std::vector<int> roots = {s.result};
    for (const Term& term : s.store.terms) {
      if (term.var < 0) roots.push_back(~term.var);
    }
    std::vector<Affine> same;
    for (size_t i = 0; i < s.axes.size(); ++i) same.push_back(Affine::axis(static_cast<int>(i)));
    BodyBuilder to;
    const std::vector<int> moved = copy_expressions(s.body, roots, {same, nullptr}, to);
    std::vector<int> number(s.body.size(), -1);
    for (size_t i = 0; i < roots.size(); ++i) number[roots[i]] = moved[i];
    s.store = remap(s.store, same, number);
    s.result = moved[0];
    s.body = to.take();
  }

  /// A copy element by element of a whole value is that value's buffer under another name.
  bool make_alias(const Statement& s) {
    const Instr& load = s.body[s.result];
    if (s.combine != Combine::set || s.scatter || load.kind != InstrKind::load) return false;
    BoundValue& to = out_.values[s.value];
    const BoundValue& from = out_.values[load.index];
    int64_t points = 1;
    for (const Axis& axis : s.axes) points *= axis.extent;
    if (!load.bounds.empty() || !(load.address == s.store) || load.dtype != s.dtype ||
        from.elements != s.elements || points != s.elements) {
      return false;
    }
    to.alias = from.alias >= 0 ? from.alias : load.index;
    return true;
  }

  void opaque(const StatementDecl& s) {
    BoundCall bound;
    bound.call.kind = s.call;
    bound.call.op = program_.name;
    for (const std::string& name : s.inputs) {
      const auto shape = shapes_.find(name);
      bound.call.inputs.push_back({name, shape == shapes_.end() ? Dims() : shape->second});
      bound.inputs.push_back(operand(name));
    }
    for (const std::string& attr : s.attrs) bound.call.attrs.emplace_back(attr, attr_of(attr));

    Statement statement;
    for (const std::string& name : s.outputs) {
      values_[name] = target(name, s, nullptr);
      bound.call.outputs.push_back({name, axes_.output_dims[output_of(name)]});
      bound.outputs.push_back(values_[name].id);
    }
    const NamedValue& first = values_.at(s.outputs[0]);
    statement.value = first.id;
    statement.dtype = first.dtype;
    statement.elements = elements_of(first.dims);
    statement.node = applied_.node;
    statement.call = static_cast<int32_t>(out_.calls.size());
    out_.calls.push_back(std::move(bound));
    out_.statements.push_back(std::move(statement));
  }

  OpaqueCall::Attr attr_of(const std::string& name) const {
    switch (attrs_.type(name)) {
      case AttrType::flag:
        return attrs_.integer(name) != 0;
      case AttrType::int_:
      case AttrType::axis:
        return attrs_.integer(name);
      case AttrType::dtype:
        return std::string(name_of(static_cast<DType>(attrs_.integer(name))));
      case AttrType::str:
        return interned(attrs_.integer(name));
      case AttrType::int2:
      case AttrType::axes:
      case AttrType::ints:
      case AttrType::shape:
        return attrs_.list(name);
      default:
        throw ValueError(prefix_of(program_) + name +
                         " is a number of the scalar table, which no opaque kernel is given");
    }
  }

  /// Another program in this one's place: its statements, on values of this program.
  void apply(const StatementDecl& s) {
    const Program* callee = find_program(s.call);
    if (callee == nullptr) {
      throw ValueError(prefix_of(program_) + "it applies " + s.call + ", which is not registered");
    }
    Application application{*callee, applied_.node, {}, {}, {}, {}, {}};
    attributes(s, application);
    for (size_t i = 0; i < callee->inputs.size(); ++i) pass(s.inputs.at(i), i, application);
    for (const std::string& name : s.outputs) {
      application.outputs.push_back(-1);
      if (wanted_.count(name) > 0) application.outputs.back() = temporary(DType::float32, 0);
    }
    Binder binder(std::move(application), out_);
    for (size_t i = 0; i < s.outputs.size(); ++i) {
      const ValueId id = binder.outputs_[i];
      if (id < 0) continue;
      NamedValue value;
      value.id = id;
      value.dtype = binder.axes_.output_dtypes[i];
      value.dims = terms_.dims(s.indices.at(i));
      const Dims& dims = binder.axes_.output_dims[i];
      if (elements_of(dims) != elements_of(value.dims)) {
        throw ValueError(prefix_of(program_) + s.call + " gives " + shape_text(dims) + " where " +
                         shape_text(value.dims) + " was declared");
      }
      // Now that its dtype and extents are known.
      out_.values[id].dtype = value.dtype;
      out_.values[id].elements = elements_of(dims);
      values_[s.outputs[i]] = value;
      shapes_[s.outputs[i]] = dims;
    }
    binder.run();
  }

  /// Input `i` of what is applied: the value `name` of this program, "none" for one left out.
  void pass(const std::string& name, size_t i, Application& to) {
    NamedValue value;
    InputInfo info{false, false, DType::float32, {}};
    if (name == "none") {
      value.kind = NamedValue::Kind::constant;
    } else {
      value = values_.at(name);
      info.present = value.kind != NamedValue::Kind::constant;
      info.weak = value.kind == NamedValue::Kind::number;
      info.dtype = value.dtype;
      if (info.present && !info.weak) info.dims = shapes_.at(name);
    }
    if (info.weak) {
      to.scalars.push_back(applied_.scalars[value.entry]);
      value.entry = static_cast<int>(to.scalars.size()) - 1;
    }
    if (!info.present) value.constant = to.program.inputs[i].fallback.value_or(0);
    to.inputs.push_back(std::move(value));
    to.infos.push_back(std::move(info));
  }

  /// The attributes of what is applied: attributes of this program, or constants.
  void attributes(const StatementDecl& s, Application& to) const {
    for (size_t i = 0; i < to.program.attrs.size(); ++i) {
      const Form& form = s.args.at(i);
      const AttrType type = to.program.attrs[i].type;
      const bool named = form.kind == Form::Kind::name && attrs_.has(form.text);
      switch (type) {
        case AttrType::real:
        case AttrType::rng:
        case AttrType::offsets:
          scalars(form, type, to);
          break;
        case AttrType::str:
          to.ints.push_back(named ? attrs_.integer(form.text) : intern(form.text));
          break;
        case AttrType::dtype:
          to.ints.push_back(named ? attrs_.integer(form.text)
                                  : static_cast<int64_t>(dtype_from_name(form.text)));
          break;
        case AttrType::axes:
        case AttrType::ints:
        case AttrType::shape:
        case AttrType::int2: {
          const std::vector<int64_t> entries = list(form);
          if (type != AttrType::int2) to.ints.push_back(static_cast<int64_t>(entries.size()));
          to.ints.insert(to.ints.end(), entries.begin(), entries.end());
          break;
        }
        default:
          to.ints.push_back(terms_.integer(form));
      }
    }
  }

  std::vector<int64_t> list(const Form& form) const {
    if (form.kind == Form::Kind::name) return attrs_.list(form.text);
    std::vector<int64_t> entries;
    for (const Form& item : form.items) entries.push_back(item.integer);
    return entries;
  }

  void scalars(const Form& form, AttrType type, Application& to) const {
    if (form.kind != Form::Kind::name) {
      if (type != AttrType::real) throw ValueError(prefix_of(program_) + "expected an attribute");
      ScalarSource source;
      source.value.dtype = DType::float64;
      const double real = form.kind == Form::Kind::real ? form.real : double(form.integer);
      std::memcpy(&source.value.bits, &real, sizeof real);
      to.scalars.push_back(source);
      return;
    }
    const int length = attrs_.length(form.text);
    if (type == AttrType::offsets) to.ints.push_back(length);
    for (int i = 0; i < length; ++i) {
      to.scalars.push_back(applied_.scalars[attrs_.scalar(form.text, i)]);
    }
  }

  /// The value that an opaque kernel reads: a number is stored first.
  ValueId operand(const std::string& name) {
    const auto found = values_.find(name);
    if (found == values_.end()) throw ValueError(prefix_of(program_) + "no value is named " + name);
    const NamedValue& value = found->second;
    if (value.kind == NamedValue::Kind::tensor) return value.id;
    if (value.kind == NamedValue::Kind::ghost) return -1;
    StatementDecl copy;
    copy.kind = StatementDecl::Kind::set;
    copy.value = "(" + name + ")";
    copy.expr.items.resize(3);
    copy.expr.items[0].kind = copy.expr.items[1].kind = Form::Kind::name;
    copy.expr.items[0].text = "load";
    copy.expr.items[1].text = name;
    statement(copy);
    return values_.at(copy.value).id;
  }

  const Application applied_;
  const Program& program_;
  const std::vector<ValueId>& outputs_;
  Bound& out_;
  const std::vector<InputInfo>& infos_;
  const std::vector<ScalarEntry> entries_;
  AttrReader attrs_;
  Axes axes_;
  Terms terms_;
  SlotTable slots_;
  std::map<std::string, NamedValue> values_;
  std::map<std::string, Dims> shapes_;  // of the present inputs and of what was written
  std::set<std::string> wanted_;        // what live statements and wanted outputs need
  std::set<std::string> read_;          // by a statement
};

}  // namespace

void check_range(const Bound::Range& range, const std::vector<int64_t>& bits) {
  int64_t moved = 0;
  for (const Term& slot : range.slots) moved += slot.coef * bits[slot.var];
  const int64_t low = range.low + moved;
  const int64_t high = range.high + moved;
  if (low >= 0 && high < range.extent) return;
  throw ValueError(range.program + "an index of " + range.value + " runs from " +
                   std::to_string(low) + " to " + std::to_string(high) + " along an axis of " +
                   std::to_string(range.extent) + " elements; " +
                   (range.slots.empty() ? "the formula needs guard(" + range.value + "[...], 0)"
                                        : "give offsets within it"));
}

void bind(const Node& node, int32_t index, const std::vector<ValueId>& inputs,
          const std::vector<ValueId>& outputs, Bound& out) {
  Binder(application_of(node, index, inputs, outputs), out).run();
}

}  // namespace axon
