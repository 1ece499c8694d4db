// The pending graph: what recording writes and a flush reads.
//
// A Value is one result of one recorded node, or a leaf with a buffer. It has two counts: `refs` keeps it alive (handles, tape, nodes
// that read it); `held` is the part of them that comes from outside the graph (handles, tape). At a flush exactly the values
// with held > 0 are materialised, then every node of the thread's graph is dropped. Release is iterative.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/buffer.h"
#include "core/dtype.h"
#include "graph/program.h"

namespace axon {

using Dims = std::vector<int64_t>;

struct Node;

struct Value {
  std::atomic<int32_t> refs{0};
  std::atomic<int32_t> held{0};
  DType dtype{};
  int16_t output = 0;           // which output of `node`
  Node* node = nullptr;         // pending producer; nullptr once materialised
  std::shared_ptr<Buffer> buffer;  // set once materialised: contiguous, row-major
  Dims dims;
  int64_t elements = 0;
  int32_t plan_id = -1;         // scratch of the flush: ValueId
};

/// An attribute's value as it is recorded. Structure goes to `ints` (an axes set or ints list is prefixed by its length; axes are
/// normalised to 0 <= axis < group rank and sorted; a dtype is its number; a string its interned id); real, offsets and
/// rng go to the node's scalars. How many offsets there are is structure: an offsets list puts its length in `ints`.
struct ScalarEntry {
  DType dtype;       // float64 for real, int64 for offsets and rng; for number operands: bool_, int64 or float64 (weak)
  int64_t bits;      // of the double or the int64
};

/// What an input of a node is.
struct Operand {
  enum class Kind : uint8_t { value, number, ghost, absent };
  Kind kind = Kind::absent;
  Value* value = nullptr;   // kind value: counted in Value::refs
  int32_t scalar = -1;      // kind number: index in Node::scalars
  Dims dims;                // kind ghost
  DType dtype{};            // kind ghost, number
};

/// A recorded op. `ints` hold the attributes that are structure, in the order of the declaration; `scalars` the numbers.
struct Node {
  const Program* program = nullptr;
  std::vector<Operand> inputs;
  std::vector<Value*> outputs;       // not counted; nullptr once released
  std::vector<int64_t> ints;
  std::vector<ScalarEntry> scalars;  // attributes of scalar types in the order of the declaration, then number operands
};

/// The pending nodes of one thread, in the order they were recorded (which is topological).
struct Graph {
  std::vector<Node*> nodes;
};

/// This thread's graph.
Graph& current_graph();

}  // namespace axon
