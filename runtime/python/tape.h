// The tape: one node a recorded op through which gradients flow. Python walks it.
#pragma once

#include <vector>

#include "python/call.h"

namespace axon {

/// Where the gradient of an input goes.
struct Edge {
  PyObject* source = nullptr;  // owned: a TapeNode, or a leaf Tensor; nullptr: nowhere
  int32_t output = 0;          // which output of the TapeNode
};

struct Saved {
  Operand::Kind kind = Operand::Kind::absent;
  Held value;
  Ghost ghost{};
  ScalarEntry number{};
};

struct TapeNode {
  const Op* op = nullptr;
  int32_t origin = kNoOrigin;  // where it was recorded, as Node::origin
  std::vector<Edge> edges;     // by output of the gradient program
  std::vector<Saved> saved;    // by input of the gradient program; cotangents stay empty
  std::vector<int64_t> ints;
  std::vector<ScalarEntry> scalars;
  std::vector<Ghost> outputs;
  bool released = false;        // true iff what was saved has been freed
  PyObject* restore = nullptr;  // owned: called before what was dropped of `saved` is read

  TapeNode() = default;
  TapeNode(const TapeNode&) = delete;
  TapeNode& operator=(const TapeNode&) = delete;
  ~TapeNode();
};

/// An empty tape node of `op`, which has a gradient.
nb::object new_tape(Op& op);
/// Fills it from `node`, just recorded from `inputs` (nullptr where an input is no tensor). Runs no
/// Python code.
void fill_tape(nb::handle tape, const Node& node, Tensor* const* inputs, const nb::handle* objects);
/// Tells the list of `collect_tape`, if there is one, of a new node. Runs no Python code.
void announce_tape(nb::handle tape);

}  // namespace axon
