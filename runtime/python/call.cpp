// From Python arguments to a recorded node and back to tensors.
#include "python/call.h"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "graph/record.h"
#include "python/attributes.h"
#include "python/tape.h"

namespace axon {
namespace {

constexpr size_t kMaxInputs = 64;

// Borrowed: the module's attributes own them.
PyObject* deriver = nullptr;
PyObject* locator = nullptr;
PyObject* observer = nullptr;
PyObject* batcher = nullptr;

thread_local int32_t random_level = 0;

// ---------------------------------------------------------------------------------------- inputs

[[noreturn]] void refuse_input(const Program& program, const InputDecl& decl, nb::handle value) {
  const char* remedy =
      nb::hasattr(value, "__array__") || PyList_Check(value.ptr()) || PyTuple_Check(value.ptr())
          ? "; make one with axon.tensor(...)"
          : "";
  throw TypeError("axon." + program.name + ": " + decl.name +
                  " must be a Tensor or a number, not " + type_text(value) + remedy);
}

struct Arguments {
  std::array<Tensor*, kMaxInputs> tensors;  // nullptr where the input is no tensor
  bool differentiable = false;              // true iff some tensor requires gradients
  int32_t level = 0;                        // the highest of a value that is read
};

bool draws(const Program& program) {
  return std::any_of(program.attrs.begin(), program.attrs.end(),
                     [](const AttrDecl& attr) { return attr.type == AttrType::rng; });
}

/// A tensor of another thread's graph is computed first: nodes only read their own graph.
Operand tensor_operand(const Tensor& tensor) {
  const Node* node = producer(*tensor.value);
  if (node == nullptr && tensor.value->level == 0) check_computed(*tensor.value);
  const bool ours = node == nullptr || node->graph == &current_graph();
  return value_operand(ours ? tensor.value.get() : realise(tensor.value).get());
}

Operand read_input(Node& node, const InputDecl& decl, nb::handle value,
                   std::vector<std::pair<size_t, ScalarEntry>>& numbers, Tensor*& tensor) {
  tensor = value.is_valid() ? as_tensor(value) : nullptr;
  if (tensor != nullptr) {
    if (decl.ghost) {
      return ghost_operand(tensor->value->dtype, tensor->value->dims);
    }
    return tensor_operand(*tensor);
  }
  ScalarEntry entry{};
  if (!value.is_valid() || value.is_none()) {
    if (!decl.fallback.has_value()) {
      throw TypeError("axon." + node.program->name + ": " + decl.name +
                      " is missing; it must be a Tensor or a number");
    }
    return Operand();
  }
  if (read_number(value, entry)) {
    numbers.emplace_back(node.inputs.size(), entry);
    Operand operand;
    operand.kind = Operand::Kind::number;
    operand.dtype = entry.dtype;
    return operand;
  }
  Ghost* ghost = nullptr;
  if (decl.ghost && nb::try_cast(value, ghost) && ghost != nullptr) {
    return ghost_operand(ghost->dtype, ghost->dims);
  }
  refuse_input(*node.program, decl, value);
}

/// A Python integer beside tensors of integers takes their dtype; where that lacks it, it would
/// wrap to another number.
void check_numbers_fit(const Node& node,
                       const std::vector<std::pair<size_t, ScalarEntry>>& numbers) {
  DType strong = DType::bool_;
  for (const Operand& input : node.inputs) {
    if (input.kind == Operand::Kind::value) strong = promote(strong, dtype_of(input));
  }
  if (!is_integer(strong)) return;
  for (const auto& [input, entry] : numbers) {
    if (entry.dtype != DType::int64 || holds(strong, entry.bits)) continue;
    throw OverflowError("axon." + node.program->name + ": " + node.program->inputs[input].name +
                        " is " + std::to_string(entry.bits) + ", which the dtype " +
                        std::string(name_of(strong)) +
                        " of the tensor beside it does not hold; convert the tensor first: "
                        "x.astype('int64')");
  }
}

void read_arguments(const Op& op, Node& node, const nb::handle* inputs, const nb::handle* attrs,
                    Arguments& arguments) {
  const Program& program = *op.program;
  std::vector<std::pair<size_t, ScalarEntry>> numbers;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    Tensor*& tensor = arguments.tensors[i];
    node.inputs.push_back(read_input(node, program.inputs[i], inputs[i], numbers, tensor));
    arguments.differentiable |= tensor != nullptr && tensor->requires_grad;
    if (node.inputs.back().kind == Operand::Kind::value) {
      arguments.level = std::max(arguments.level, tensor->value->level);
    }
  }
  if (!numbers.empty()) check_numbers_fit(node, numbers);
  if (random_level != 0 && draws(program)) {
    arguments.level = std::max(arguments.level, random_level);
  }
  read_attributes(op, node, attrs);
  // Numbers come after the attributes in the node's scalar table.
  for (const auto& [input, entry] : numbers) {
    node.inputs[input].scalar = static_cast<int32_t>(node.scalars.size());
    node.scalars.push_back(entry);
  }
}

// ------------------------------------------------------------------------------------- gradients

GradRule::Read read_of(const Program& program, const InputDecl& decl) {
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    if (program.inputs[i].name == decl.name) {
      return {GradRule::Read::From::input, static_cast<int32_t>(i), decl.ghost};
    }
  }
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    if (program.outputs[i].name == decl.name) {
      return {GradRule::Read::From::output, static_cast<int32_t>(i), decl.ghost};
    }
  }
  throw ValueError("axon." + program.name + ": its gradient program reads " + decl.name +
                   ", which is neither an input nor an output of it");
}

void collect_names(const Form& form, std::unordered_set<std::string>& names) {
  if (form.kind == Form::Kind::name) {
    names.insert(form.text);
  }
  for (const Form& item : form.items) {
    collect_names(item, names);
  }
}

/// Names of cotangents and gradients: `d` before the value's name, repeated while that is taken
/// (docs/ir.md, Gradients).
class GradNames {
 public:
  explicit GradNames(const Program& program) {
    for (const InputDecl& input : program.inputs) {
      take(input.name, input.dims);
    }
    for (const OutputDecl& output : program.outputs) {
      take(output.name, output.dims);
    }
    for (const StatementDecl& statement : program.statements) {
      taken_.insert(statement.value);
      taken_.insert(statement.outputs.begin(), statement.outputs.end());
    }
    for (const AttrDecl& attr : program.attrs) {
      taken_.insert(attr.name);
    }
    for (const auto& [name, extent] : program.where) {
      taken_.insert(name);
    }
  }

  std::string next(const std::string& value) const {
    std::string name = "d" + value;
    while (taken_.count(name) != 0) {
      name = "d" + name;
    }
    return name;
  }

  void take(const std::string& name) { taken_.insert(name); }

 private:
  void take(const std::string& name, const std::vector<Form>& dims) {
    taken_.insert(name);
    for (const Form& dim : dims) {
      collect_names(dim, taken_);
    }
  }

  std::unordered_set<std::string> taken_;
};

bool may_be_float(const InputDecl& input) {
  const bool discrete = input.cls == "int" || input.cls == "bool" ||
                        input.cls.compare(0, 3, "int") == 0 || input.cls.compare(0, 4, "uint") == 0;
  return !input.ghost && !discrete;
}

std::unique_ptr<GradRule> make_rule(const Program& program, const Program& grad) {
  auto rule = std::make_unique<GradRule>();
  rule->program = &grad;
  GradNames names(program);
  // Cotangents come first, in the order of the outputs; an output that is not float has none.
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    const size_t at = rule->reads.size();
    const std::string name = names.next(program.outputs[i].name);
    if (at < grad.inputs.size() && grad.inputs[at].name == name) {
      names.take(name);
      rule->reads.push_back({GradRule::Read::From::cotangent, static_cast<int32_t>(i), false});
    }
  }
  for (size_t i = rule->reads.size(); i < grad.inputs.size(); ++i) {
    rule->reads.push_back(read_of(program, grad.inputs[i]));
  }
  std::unordered_map<std::string, int32_t> input_of;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    if (may_be_float(program.inputs[i])) {
      const std::string name = names.next(program.inputs[i].name);
      names.take(name);
      input_of[name] = static_cast<int32_t>(i);
    }
  }
  for (const OutputDecl& output : grad.outputs) {
    const auto input = input_of.find(output.name);
    if (input == input_of.end()) {
      throw ValueError("axon." + program.name + ": its gradient program gives " + output.name +
                       ", which is the gradient of none of its inputs");
    }
    rule->edges.push_back(input->second);
  }
  return rule;
}

/// True iff a gradient flows to one of the inputs: it requires one and the rule gives it one.
bool reaches_input(const GradRule& rule, const Arguments& arguments) {
  for (int32_t input : rule.edges) {
    if (arguments.tensors[input] != nullptr && arguments.tensors[input]->requires_grad) {
      return true;
    }
  }
  return false;
}

nb::object wrap_outputs(const std::vector<Held>& values, nb::handle tape) {
  auto output = [&](size_t i) {
    const bool traced = tape.is_valid() && is_float(values[i]->dtype);
    return traced ? wrap(values[i], tape, static_cast<int32_t>(i)) : wrap(values[i]);
  };
  if (values.size() == 1) {
    return output(0);
  }
  nb::list outputs;
  for (size_t i = 0; i < values.size(); ++i) {
    outputs.append(output(i));
  }
  return nb::tuple(outputs);
}

/// Where the user's code is, if somebody wants to know.
int32_t origin_of_call() {
  if (locator == nullptr) {
    return kNoOrigin;
  }
  const nb::object where = nb::borrow(locator)();
  return static_cast<int32_t>(intern(nb::cast<std::string>(where)));
}

/// Inputs of an op as Python gave them; None for those that are absent.
nb::list list_of(const nb::handle* inputs, size_t count) {
  nb::list given;
  for (size_t i = 0; i < count; ++i) {
    given.append(inputs[i].is_valid() ? nb::borrow(inputs[i]) : nb::none());
  }
  return given;
}

/// Shows a recorded op to the observer, if there is one; ops that it records itself are not shown.
void observe(const Op& op, const nb::handle* inputs, nb::handle result) {
  thread_local bool observing = false;
  if (observer == nullptr || observing) {
    return;
  }
  const nb::list given = list_of(inputs, op.program->inputs.size());
  struct Within {
    Within() { observing = true; }
    ~Within() { observing = false; }
  } within;
  nb::borrow(observer)(op.program->name, given, result);
}

/// What was called for one example is called for the whole batch.
void call_on_batch(int32_t level, const Node& node, const nb::handle* inputs,
                   const std::vector<Held>& outputs, nb::handle result) {
  for (const Held& output : outputs) {
    output->level = level;
  }
  nb::borrow(batcher)(level, node.program->name, list_of(inputs, node.inputs.size()),
                      attrs_dict(*node.program, node.ints, node.scalars), result);
}

nb::object call_by_name(const char* name, nb::sequence inputs, nb::dict attrs, bool folded) {
  Op& op = op_of(name);
  const Program& program = *op.program;
  std::vector<nb::object> held;
  std::vector<nb::handle> in(program.inputs.size());
  std::vector<nb::handle> at(program.attrs.size());
  for (nb::handle input : inputs) {
    if (held.size() == in.size()) {
      throw TypeError("axon." + program.name + ": takes " + std::to_string(in.size()) +
                      " inputs, more were given");
    }
    in[held.size()] = input;
    held.push_back(nb::borrow(input));
  }
  for (auto [key, value] : attrs) {
    const std::string attr = nb::cast<std::string>(key);
    size_t i = 0;
    while (i < program.attrs.size() && program.attrs[i].name != attr) {
      ++i;
    }
    if (i == program.attrs.size()) {
      std::string known;
      for (const AttrDecl& decl : program.attrs) {
        known += (known.empty() ? "" : ", ") + decl.name;
      }
      throw TypeError("axon." + program.name + ": unknown attribute " + attr +
                      "; known: " + (known.empty() ? "none" : known));
    }
    at[i] = value;
  }
  return folded ? call_folded(op, in.data(), at.data()) : call(op, in.data(), at.data());
}

std::string register_by_text(const std::string& text) {
  const Program& program = register_program(text);
  const std::string suffix = ".grad";
  const std::string& name = program.name;
  if (name.size() > suffix.size() &&
      name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
    const Program* base = find_program(name.substr(0, name.size() - suffix.size()));
    if (base != nullptr) {
      op_of(*base).grad_known = op_of(*base).grad != nullptr;
    }
  }
  return name;
}

}  // namespace

Op& op_of(const Program& program) {
  static std::vector<std::unique_ptr<Op>>& ops = *new std::vector<std::unique_ptr<Op>>;
  const auto id = static_cast<size_t>(program.id);
  if (id >= ops.size()) {
    ops.resize(id + 1);
  }
  if (ops[id] == nullptr) {
    if (program.inputs.size() > kMaxInputs) {
      throw ValueError("axon." + program.name + ": at most " + std::to_string(kMaxInputs) +
                       " inputs are possible");
    }
    ops[id] = std::make_unique<Op>();
    ops[id]->program = &program;
    for (const AttrDecl& decl : program.attrs) {
      ops[id]->defaults.push_back(default_of(program, decl));
      ops[id]->same_as.push_back(same_as(program, decl));
    }
  }
  return *ops[id];
}

Op& op_of(const char* name) {
  const Program* program = find_program(name);
  if (program == nullptr) {
    throw ValueError("axon: there is no program " + std::string(name) + "; register it first");
  }
  return op_of(*program);
}

const GradRule* grad_rule(Op& op) {
  if (op.grad_known) {
    return op.grad.get();
  }
  const std::string name = op.program->name + ".grad";
  const Program* grad = find_program(name);
  if (grad == nullptr && deriver != nullptr) {
    const nb::handle derive = deriver;
    derive(op.program->name);
    if (op.grad_known) return op.grad.get();  // another thread was in between
    grad = find_program(name);
  }
  if (grad != nullptr) {
    op.grad = make_rule(*op.program, *grad);
  }
  op.grad_known = true;
  return op.grad.get();
}

bool& grad_mode() {
  thread_local bool enabled = true;
  return enabled;
}

nb::object call(Op& op, const nb::handle* inputs, const nb::handle* attrs) {
  Arguments arguments;
  NodePtr draft = new_node(*op.program);
  read_arguments(op, *draft, inputs, attrs, arguments);
  const GradRule* rule = grad_mode() && arguments.differentiable ? grad_rule(op) : nullptr;
  const nb::object tape =
      rule != nullptr && reaches_input(*rule, arguments) ? new_tape(op) : nb::object();
  draft->origin = origin_of_call();
  Graph& graph = current_graph();
  size_t pending = 0;
  std::vector<Held> outputs;
  const auto finish = [&](const Node& node) {
    if (tape.is_valid()) {
      fill_tape(tape, node, arguments.tensors.data(), inputs);
    }
    for (Value* value : node.outputs) {
      outputs.emplace_back(value);
    }
  };
  if (arguments.level != 0) {
    add_outputs(*draft);
    finish(*draft);
  } else {
    // Nothing in here may run Python code, which could record and wait for this very lock.
    GraphLock lock(graph);
    finish(record(std::move(draft)));
    pending = graph.nodes.size();
  }
  if (tape.is_valid()) {
    announce_tape(tape);
  }
  nb::object result = wrap_outputs(outputs, tape);
  if (arguments.level != 0) {
    call_on_batch(arguments.level, *draft, inputs, outputs, result);
    return result;
  }
  observe(op, inputs, result);
  if (pending >= kPendingLimit) {
    flush_graph(graph);
  }
  return result;
}

nb::object call_folded(Op& op, const nb::handle* inputs, const nb::handle* attrs) {
  const nb::handle first = inputs[0];
  const nb::handle second = inputs[1];
  if (!first.is_valid() || (!PyList_Check(first.ptr()) && !PyTuple_Check(first.ptr()))) {
    return call(op, inputs, attrs);
  }
  const std::string where = "axon." + op.program->name + ": ";
  if (second.is_valid() && !second.is_none()) {
    throw TypeError(
        where +
        "a list of tensors stands for all operands; give what follows by keyword, such as axis=1");
  }
  std::vector<nb::object> operands;
  for (nb::handle operand : first) {
    operands.push_back(nb::borrow(operand));
  }
  if (operands.empty()) {
    throw ValueError(where + "expected at least one tensor, got an empty list");
  }
  while (operands.size() > 1) {
    std::vector<nb::object> pairs;
    for (size_t i = 0; i + 1 < operands.size(); i += 2) {
      const nb::handle pair[] = {operands[i], operands[i + 1]};
      pairs.push_back(call(op, pair, attrs));
    }
    if (operands.size() % 2 == 1) {
      pairs.push_back(operands.back());
    }
    operands = std::move(pairs);
  }
  return operands[0];
}

nb::dict attrs_dict(const Program& program, const std::vector<int64_t>& ints,
                    const std::vector<ScalarEntry>& scalars) {
  nb::dict attrs;
  size_t at = 0;
  size_t scalar = 0;
  auto list = [&] {
    const auto begin = ints.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    const auto length = static_cast<std::ptrdiff_t>(ints[at]);
    at += static_cast<size_t>(length) + 1;
    return tuple_of({begin, begin + length});
  };
  auto numbers = [&](size_t count) {
    std::vector<int64_t> entries;
    for (size_t i = 0; i < count; ++i) {
      entries.push_back(scalars[scalar++].bits);
    }
    return tuple_of(entries);
  };
  auto value = [&](AttrType type) -> nb::object {
    switch (type) {
      case AttrType::real:
        return number_object(scalars[scalar++]);
      case AttrType::offsets:
        return numbers(static_cast<size_t>(ints[at++]));
      case AttrType::rng:
        return numbers(2);
      case AttrType::int2:
        at += 2;
        return tuple_of({ints[at - 2], ints[at - 1]});
      case AttrType::int3:
        at += 3;
        return tuple_of({ints[at - 3], ints[at - 2], ints[at - 1]});
      case AttrType::flag:
        return nb::bool_(ints[at++] != 0);
      case AttrType::axes:
      case AttrType::ints:
      case AttrType::shape:
        return list();
      case AttrType::dtype:
        return dtype_object(static_cast<DType>(ints[at++]));
      case AttrType::str:
        return nb::cast(interned(ints[at++]));
      case AttrType::int_:
      case AttrType::axis:
        break;
    }
    return nb::int_(ints[at++]);
  };
  for (const AttrDecl& decl : program.attrs) {
    attrs[decl.name.c_str()] = value(decl.type);
  }
  return attrs;
}

void bind_call(nb::module_& m) {
  m.def("register", register_by_text, nb::arg("text"),
        "Adds a program to the registry and returns its name; the same text again is the same "
        "program.");
  m.def("call", call_by_name, nb::arg("name"), nb::arg("inputs"), nb::arg("attrs") = nb::dict(),
        nb::arg("folded") = false,
        "Records the program `name`: a Tensor, or a tuple of them. With `folded` a list as the "
        "first of two inputs is combined in pairs.");
  m.def(
      "program_text", [](const char* name) { return op_of(name).program->text; }, nb::arg("name"),
      "The text that a program was registered with.");
  m.def(
      "is_registered", [](const char* name) { return find_program(name) != nullptr; },
      nb::arg("name"));
  bind_hook(
      m, "set_deriver", "_deriver", deriver,
      "Sets the function that registers NAME.grad when it is first needed, given NAME; returns "
      "the one before, as the functions below do.");
  bind_hook(m, "set_locator", "_locator", locator,
            "Sets a function that says, as text, where an op is being recorded; None: not kept.");
  bind_hook(m, "set_observer", "_observer", observer,
            "Sets a function that gets (name, inputs, result) of every op after it was recorded.");
  bind_hook(m, "set_batcher", "_batcher", batcher,
            "Sets the function that is called for ops on examples of a batch: (level, name, "
            "inputs, attrs, result).");
  m.def(
      "set_random_level", [](int32_t level) { return std::exchange(random_level, level); },
      nb::arg("level"),
      "Makes ops that draw numbers, in this thread, ops on examples of this level; 0: no more. "
      "Returns the level before.");
  m.def("grad_enabled", [] { return grad_mode(); }, "True iff this thread puts ops on the tape.");
  m.def(
      "set_grad_enabled", [](bool enabled) { return std::exchange(grad_mode(), enabled); },
      nb::arg("enabled"),
      "Sets whether this thread puts ops on the tape and returns what was set before.");
}

}  // namespace axon
