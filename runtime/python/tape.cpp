// Tape nodes: what a gradient reads is held here, as values and never as handles, so that an output
// saved for backward does not keep its own handle alive. Reading it makes a new handle with the
// same place on the tape, which is what higher orders need.
#include "python/tape.h"

#include <nanobind/stl/string.h>

#include "core/error.h"
#include "graph/record.h"

namespace axon {
namespace {

/// The place on the tape of an input: itself if it is a leaf.
Edge edge_of(const Tensor& input, nb::handle object) {
  Edge edge;
  if (input.requires_grad) {
    edge.source = input.source != nullptr ? input.source : object.ptr();
    edge.output = input.source != nullptr ? input.output : 0;
    Py_INCREF(edge.source);
  }
  return edge;
}

Saved save(const Node& node, const GradRule::Read& read) {
  Saved saved;
  if (read.from == GradRule::Read::From::output) {
    Value* output = node.outputs[read.index];
    saved.kind = read.ghost ? Operand::Kind::ghost : Operand::Kind::value;
    if (read.ghost) {
      saved.ghost = {output->dtype, output->dims};
    } else {
      saved.value = Held(output);
    }
    return saved;
  }
  const Operand& input = node.inputs[read.index];
  saved.kind = input.kind;
  if (input.kind == Operand::Kind::number) {
    saved.number = node.scalars[input.scalar];
  } else if (input.kind == Operand::Kind::value && !read.ghost) {
    saved.value = Held(input.value);
  } else if (input.kind != Operand::Kind::absent) {
    saved.kind = Operand::Kind::ghost;
    saved.ghost = {dtype_of(input), dims_of(input)};
  }
  return saved;
}

PyObject*& collector() {
  thread_local PyObject* list = nullptr;  // owned
  return list;
}

void require_saved(const TapeNode& self) {
  if (self.released) {
    throw Error("axon." + self.op->program->name +
                ": what backward reads has been freed by an earlier backward; call that one with "
                "retain_graph=True");
  }
}

/// A saved value as a tensor in its old place on the tape.
nb::object saved_tensor(nb::handle self, const TapeNode& tape, const GradRule::Read& read,
                        const Held& value) {
  if (read.from == GradRule::Read::From::output) {
    return is_float(value->dtype) ? wrap(value, self, read.index) : wrap(value);
  }
  const std::vector<int32_t>& inputs = tape.op->grad->edges;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Edge& edge = tape.edges[i];
    if (inputs[i] != read.index || edge.source == nullptr) {
      continue;
    }
    Tensor* leaf = as_tensor(edge.source);
    if (leaf != nullptr && leaf->value.get() == value.get()) {
      return nb::borrow(edge.source);
    }
    return wrap(value, edge.source, edge.output);
  }
  return wrap(value);
}

nb::object saved_object(nb::handle self, const TapeNode& tape, size_t i) {
  const Saved& saved = tape.saved[i];
  switch (saved.kind) {
    case Operand::Kind::value:
      return saved_tensor(self, tape, tape.op->grad->reads[i], saved.value);
    case Operand::Kind::number:
      return number_object(saved.number);
    case Operand::Kind::ghost:
      return nb::cast(saved.ghost);
    case Operand::Kind::absent:
      break;
  }
  return nb::none();
}

/// What was saved, computed again if it was dropped.
const TapeNode& readable(nb::handle self) {
  TapeNode& tape = *nb::inst_ptr<TapeNode>(self);
  require_saved(tape);
  if (tape.restore != nullptr) {
    const nb::object restore = nb::steal(std::exchange(tape.restore, nullptr));
    try {
      restore();
    } catch (...) {
      if (tape.restore == nullptr) {
        tape.restore = restore.inc_ref().ptr();
      }
      throw;
    }
  }
  return tape;
}

nb::dict saved_dict(nb::handle self) {
  const TapeNode& tape = readable(self);
  nb::dict saved;
  const GradRule& rule = *tape.op->grad;
  for (size_t i = 0; i < rule.reads.size(); ++i) {
    if (rule.reads[i].from != GradRule::Read::From::cotangent) {
      saved[rule.program->inputs[i].name.c_str()] = saved_object(self, tape, i);
    }
  }
  return saved;
}

nb::object attribute(nb::handle self, const std::string& name) {
  const TapeNode& tape = *nb::inst_ptr<TapeNode>(self);
  const GradRule& rule = *tape.op->grad;
  for (size_t i = 0; i < rule.reads.size(); ++i) {
    if (rule.reads[i].from != GradRule::Read::From::cotangent &&
        rule.program->inputs[i].name == name) {
      return saved_object(self, readable(self), i);
    }
  }
  nb::dict attrs = attrs_dict(*tape.op->program, tape.ints, tape.scalars);
  if (attrs.contains(name.c_str())) {
    require_saved(tape);
    return attrs[name.c_str()];
  }
  const std::string message = "axon." + tape.op->program->name + ": its tape node has no " + name +
                              "; see .saved and .attrs for what backward may read";
  throw nb::attribute_error(message.c_str());
}

nb::tuple edges_tuple(const TapeNode& self) {
  nb::list edges;
  for (const Edge& edge : self.edges) {
    if (edge.source == nullptr) {
      edges.append(nb::none());
    } else if (as_tensor(edge.source) != nullptr) {
      edges.append(nb::borrow(edge.source));
    } else {
      edges.append(nb::make_tuple(nb::borrow(edge.source), edge.output));
    }
  }
  return nb::tuple(edges);
}

nb::tuple outputs_tuple(const TapeNode& self) {
  nb::list outputs;
  for (const Ghost& output : self.outputs) {
    outputs.append(nb::make_tuple(tuple_of(output.dims), dtype_object(output.dtype)));
  }
  return nb::tuple(outputs);
}

nb::list cotangent_outputs(const TapeNode& self) {
  nb::list outputs;
  for (const GradRule::Read& read : self.op->grad->reads) {
    if (read.from == GradRule::Read::From::cotangent) {
      outputs.append(read.index);
    }
  }
  return outputs;
}

void release_saved(TapeNode& self) {
  self.saved.clear();
  self.released = true;
  dispose(std::exchange(self.restore, nullptr));
}

/// Drops the values that were saved; `restore` is called before they are read again and must then
/// call `take_saved`.
void drop_saved(TapeNode& self, nb::handle restore) {
  for (Saved& saved : self.saved) {
    saved.value = Held();
  }
  dispose(std::exchange(self.restore, restore.inc_ref().ptr()));
}

/// Takes what `other`, a node of the same op, has saved.
void take_saved(TapeNode& self, nb::handle other) {
  const TapeNode& source = readable(other);
  if (source.op != self.op) {
    throw ValueError("axon.TapeNode.take_saved: a node of axon." + self.op->program->name +
                     " cannot take what one of axon." + source.op->program->name + " saved");
  }
  self.saved = source.saved;
  dispose(std::exchange(self.restore, nullptr));
}

std::string node_text(const TapeNode& self) {
  std::string text = "<TapeNode " + self.op->program->name + ":";
  for (const Ghost& output : self.outputs) {
    text += " " + std::string(name_of(output.dtype)) + shape_text(output.dims);
  }
  return text + (self.origin == kNoOrigin ? ">" : ", recorded at " + interned(self.origin) + ">");
}

nb::object edge_object(nb::handle tensor) {
  const Tensor* t = as_tensor(tensor);
  if (t == nullptr || !t->requires_grad) {
    return nb::none();
  }
  if (t->source == nullptr || as_tensor(t->source) != nullptr) {
    return nb::borrow(t->source == nullptr ? tensor : nb::handle(t->source));
  }
  return nb::make_tuple(nb::borrow(t->source), t->output);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (nb::inst_ready(self)) {
    const TapeNode& tape = *nb::inst_ptr<TapeNode>(self);
    Py_VISIT(tape.restore);
    for (const Edge& edge : tape.edges) {
      Py_VISIT(edge.source);
    }
  }
  return 0;
}

int clear_references(PyObject* self) {
  dispose(std::exchange(nb::inst_ptr<TapeNode>(self)->restore, nullptr));
  for (Edge& edge : nb::inst_ptr<TapeNode>(self)->edges) {
    dispose(std::exchange(edge.source, nullptr));
  }
  return 0;
}

PyType_Slot tape_slots[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_references)},
    {0, nullptr},
};

}  // namespace

TapeNode::~TapeNode() {
  dispose(restore);
  for (Edge& edge : edges) {
    dispose(edge.source);
  }
}

nb::object new_tape(Op& op) {
  nb::object object = nb::inst_alloc(nb::type<TapeNode>());
  TapeNode* tape = new (nb::inst_ptr<TapeNode>(object)) TapeNode;
  nb::inst_mark_ready(object);
  tape->op = &op;
  return object;
}

void fill_tape(nb::handle object, const Node& node, Tensor* const* inputs,
               const nb::handle* objects) {
  TapeNode* tape = nb::inst_ptr<TapeNode>(object);
  const GradRule& rule = *tape->op->grad;
  tape->edges.reserve(rule.edges.size());
  for (int32_t input : rule.edges) {
    tape->edges.push_back(inputs[input] != nullptr ? edge_of(*inputs[input], objects[input])
                                                   : Edge());
  }
  tape->saved.reserve(rule.reads.size());
  for (const GradRule::Read& read : rule.reads) {
    tape->saved.push_back(read.from == GradRule::Read::From::cotangent ? Saved()
                                                                       : save(node, read));
  }
  tape->origin = node.origin;
  tape->ints = node.ints;
  tape->scalars = node.scalars;
  tape->outputs.reserve(node.outputs.size());
  for (const Value* output : node.outputs) {
    tape->outputs.push_back({output->dtype, output->dims});
  }
}

void announce_tape(nb::handle tape) {
  if (collector() != nullptr) {
    PyList_Append(collector(), tape.ptr());
  }
}

void bind_tape(nb::module_& m) {
  nb::class_<TapeNode>(m, "TapeNode", nb::is_weak_referenceable(), nb::type_slots(tape_slots),
                       "A recorded op that gradients flow through.")
      .def_prop_ro(
          "op", [](const TapeNode& self) { return self.op->program->name; },
          "The name of its program.")
      .def_prop_ro("edges", edges_tuple,
                   "Where the gradients go, by output of the gradient program: (TapeNode, output "
                   "number), a leaf Tensor, or None.")
      .def_prop_ro("outputs", outputs_tuple,
                   "(shape, dtype) of each output, for cotangents that are zero.")
      .def_prop_ro("cotangents", cotangent_outputs,
                   "The numbers of the outputs whose cotangents the gradient reads, in order.")
      .def_prop_ro(
          "saved", [](nb::handle self) { return saved_dict(self); },
          "What the gradient reads, by name.")
      .def_prop_ro(
          "attrs",
          [](const TapeNode& self) {
            return attrs_dict(*self.op->program, self.ints, self.scalars);
          },
          "The op's attributes, by name, normalised.")
      .def_ro("released", &TapeNode::released, "True iff what was saved has been freed.")
      .def_prop_ro(
          "origin",
          [](const TapeNode& self) {
            return self.origin == kNoOrigin ? nb::none() : nb::cast(interned(self.origin));
          },
          "Where it was recorded, while `axon.detect_anomaly()` was on; else None.")
      .def("release", release_saved, "Frees what was saved.")
      .def("drop_saved", drop_saved, nb::arg("restore"),
           "Frees the saved values until they are read: then `restore()` is called first, which "
           "must call `take_saved`.")
      .def("take_saved", take_saved, nb::arg("other"),
           "Takes what another node of the same op has saved.")
      .def("__getattr__", attribute, nb::arg("name"))
      .def("__repr__", node_text);
  m.def("edge", edge_object, nb::arg("tensor"),
        "Where gradients of a tensor go: (node, output number), a leaf Tensor, or None.");
  m.def(
      "on_tape",
      [](const Tensor& tensor, nb::handle node, int32_t output) {
        return wrap(tensor.value, node, output);
      },
      nb::arg("tensor"), nb::arg("node"), nb::arg("output"),
      "The value of `tensor` as an output of a tape node.");
  m.def("announce_tape", announce_tape, nb::arg("node"),
        "Tells the list of `collect_tape` of a tape node made in Python.");
  m.def(
      "collect_tape",
      [](nb::handle list) {
        PyObject* before =
            std::exchange(collector(), list.is_none() ? nullptr : list.inc_ref().ptr());
        return before == nullptr ? nb::none() : nb::steal(before);
      },
      nb::arg("list").none(),
      "Appends the tape nodes of this thread to a list from now on, and returns the list before.");
}

}  // namespace axon
