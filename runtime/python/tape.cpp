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

nb::dict saved_dict(nb::handle self) {
  const TapeNode& tape = *nb::inst_ptr<TapeNode>(self);
  require_saved(tape);
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
      require_saved(tape);
      return saved_object(self, tape, i);
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
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (nb::inst_ready(self)) {
    for (const Edge& edge : nb::inst_ptr<TapeNode>(self)->edges) {
      Py_VISIT(edge.source);
    }
  }
  return 0;
}

int clear_references(PyObject* self) {
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
  tape->ints = node.ints;
  tape->scalars = node.scalars;
  tape->outputs.reserve(node.outputs.size());
  for (const Value* output : node.outputs) {
    tape->outputs.push_back({output->dtype, output->dims});
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
      .def("release", release_saved, "Frees what was saved.")
      .def("__getattr__", attribute, nb::arg("name"))
      .def("__repr__",
           [](const TapeNode& self) { return "<TapeNode " + self.op->program->name + ">"; });
}

}  // namespace axon
