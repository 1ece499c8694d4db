// One node to statements. The parts: bind_domain.cpp (axes), bind_index.cpp (addresses),
// bind_expr.cpp (typed instructions).
#include "plan/bind.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "plan/bind_expr.h"

namespace axon {

namespace {

int64_t elements_of(const Dims& dims) {
  int64_t elements = 1;
  for (int64_t extent : dims) elements *= extent;
  return elements;
}

std::vector<InputInfo> infos_of(const Node& node) {
  std::vector<InputInfo> infos;
  for (const Operand& operand : node.inputs) {
    switch (operand.kind) {
      case Operand::Kind::value:
        infos.push_back({true, false, operand.value->dtype, operand.value->dims});
        break;
      case Operand::Kind::number:
        infos.push_back({true, true, operand.dtype, {}});
        break;
      case Operand::Kind::ghost:
        infos.push_back({true, false, operand.dtype, operand.dims});
        break;
      case Operand::Kind::absent:
        infos.push_back({false, false, DType::float32, {}});
    }
  }
  return infos;
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
  return value.weak && is_float(value.dtype) ? DType::float32 : value.dtype;
}

class NodeBinder {
 public:
  NodeBinder(const Node& node, int32_t index, const std::vector<ValueId>& inputs,
             const std::vector<ValueId>& outputs, Bound& out)
      : program_(*node.program),
        node_(node),
        index_(index),
        outputs_(outputs),
        out_(out),
        infos_(infos_of(node)),
        attrs_(program_, node.ints, node.scalars),
        axes_(solve(program_, infos_, attrs_)),
        terms_(program_, infos_, attrs_, axes_),
        slots_(out, node, index) {
    name_inputs(inputs);
  }

  void run() {
    const std::vector<bool> live = live_statements();
    for (size_t i = 0; i < live.size(); ++i) {
      const StatementDecl& s = program_.statements[i];
      if (!live[i]) continue;
      if (s.kind == StatementDecl::Kind::call) {
        opaque(s);
      } else {
        statement(s);
      }
    }
  }

 private:
  void name_inputs(const std::vector<ValueId>& ids) {
    for (size_t i = 0; i < program_.inputs.size(); ++i) {
      const InputDecl& decl = program_.inputs[i];
      const Operand& operand = node_.inputs[i];
      NamedValue value;
      value.id = ids[i];
      value.dtype = infos_[i].dtype;
      switch (operand.kind) {
        case Operand::Kind::value:
          value.kind = NamedValue::Kind::tensor;
          break;
        case Operand::Kind::number:
          value.kind = NamedValue::Kind::number;
          value.entry = operand.scalar;
          break;
        case Operand::Kind::ghost:
          value.kind = NamedValue::Kind::ghost;
          break;
        case Operand::Kind::absent:
          value.kind = NamedValue::Kind::constant;
          value.constant = decl.fallback.value_or(0);
      }
      if (infos_[i].present) value.dims = terms_.index_dims(static_cast<int>(i));
      value.broadcasts = std::any_of(decl.dims.begin(), decl.dims.end(),
                                     [](const Form& term) { return is_name(term, "*"); });
      values_[decl.name] = std::move(value);
    }
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
  std::vector<bool> live_statements() const {
    std::set<std::string> wanted;
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
      domain.of_store(s.index, s.domain);
    }
    ExprBinder binder(program_, terms_, domain, slots_, values_);
    const Typed value = binder.expr(s.expr);
    const NamedValue to = target(s.value, s, &value);

    Statement statement;
    statement.scatter = scatter;
    statement.value = to.id;
    statement.dtype = to.dtype;
    statement.elements = elements_of(to.dims);
    statement.node = index_;
    const bool single = s.kind == StatementDecl::Kind::reduce && !domain.has_reduced();
    statement.combine = single ? Combine::set : s.combine;
    statement.result = result(s, value, to.dtype, single, binder);
    std::vector<Guard> bounds;
    statement.store = binder.address(s.index, to, bounds);
    if (scatter && !bounds.empty()) drop_outside(bounds, statement, binder);
    domain.mark_windows();
    statement.axes = domain.axes();
    statement.body = binder.body().take();
    prune(statement);
    values_[s.value] = to;
    if (!make_alias(statement)) out_.statements.push_back(std::move(statement));
  }

  /// The instruction that is combined: of the dtype stored, but for those that give a number of a
  /// point.
  int result(const StatementDecl& s, const Typed& value, DType stored, bool single,
             ExprBinder& binder) const {
    const bool winner = s.combine == Combine::argmax || s.combine == Combine::argmin;
    if (!winner) return binder.as(value, stored);
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
    OpaqueCall call;
    call.kind = s.call;
    for (const std::string& name : s.inputs) call.inputs.push_back(operand(name));
    for (const std::string& attr : s.attrs) {
      const AttrType type = attrs_.type(attr);
      const std::vector<int64_t> entries = attrs_.list(attr);
      if (type == AttrType::axes || type == AttrType::ints || type == AttrType::shape) {
        call.ints.push_back(static_cast<int64_t>(entries.size()));
      }
      call.ints.insert(call.ints.end(), entries.begin(), entries.end());
    }
    const Dims& dims = values_.at(s.inputs.at(0)).dims;
    call.ints.push_back(static_cast<int64_t>(dims.size()));
    call.ints.insert(call.ints.end(), dims.begin(), dims.end());

    Statement statement;
    for (const std::string& name : s.outputs) {
      values_[name] = target(name, s, nullptr);
      call.outputs.push_back(values_[name].id);
    }
    const NamedValue& first = values_.at(s.outputs[0]);
    statement.value = first.id;
    statement.dtype = first.dtype;
    statement.elements = elements_of(first.dims);
    statement.node = index_;
    statement.call = static_cast<int32_t>(out_.calls.size());
    out_.calls.push_back(std::move(call));
    out_.statements.push_back(std::move(statement));
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

  const Program& program_;
  const Node& node_;
  int32_t index_;
  const std::vector<ValueId>& outputs_;
  Bound& out_;
  std::vector<InputInfo> infos_;
  AttrReader attrs_;
  Axes axes_;
  Terms terms_;
  SlotTable slots_;
  std::map<std::string, NamedValue> values_;
};

}  // namespace

void bind(const Node& node, int32_t index, const std::vector<ValueId>& inputs,
          const std::vector<ValueId>& outputs, Bound& out) {
  NodeBinder(node, index, inputs, outputs, out).run();
}

}  // namespace axon
