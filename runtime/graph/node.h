// The pending graph: what recording writes and a flush reads.
//
// A Value is one result of one recorded node, or a leaf with a buffer. It has two counts: `refs`
// keeps it alive (handles, tape, its own pending node, nodes that read it); `held` is the part of
// them that comes from outside the graph (handles, tape). At a flush exactly the values with held >
// 0 are materialised, then every node of the thread's graph is dropped.
//
// Dropping a handle only counts down: a pending value stays with its node until the graph is pruned
// or dropped, which are loops over a list. So release never recurses, and a handle may die in any
// thread while the graph is being flushed in another. Counts go up only in the recording thread: a
// flush that has seen held > 0 may later see 0, never the other way round.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/dtype.h"
#include "graph/program.h"

namespace axon {

using Dims = std::vector<int64_t>;

struct Node;
struct Graph;

struct Value {
  std::atomic<int32_t> refs{0};
  std::atomic<int32_t> held{0};
  /// the part of `refs` that wants the value back only if a flush fails: no reason to compute it,
  /// or not to overwrite it
  std::atomic<int32_t> backups{0};
  DType dtype{};
  int16_t output = 0;              // which output of `node`
  Node* node = nullptr;            // pending producer; nullptr once materialised
  std::shared_ptr<Buffer> buffer;  // set once materialised: contiguous, row-major
  Dims dims;
  int64_t elements = 0;
  int32_t plan_id = -1;  // scratch of the flush: ValueId
  int32_t level = 0;     // not 0: it stands for one example of a batch and is never computed
};
static_assert(sizeof(Value) <= 80, "millions of values may be pending");

/// An attribute's value as it is recorded. Structure goes to `ints` (an axes set or ints list is
/// prefixed by its length; axes are normalised to 0 <= axis < group rank and sorted; a dtype is its
/// number; a string its interned id); real, offsets and rng go to the node's scalars (the length of
/// an offsets list is structure: it goes to `ints`).
struct ScalarEntry {
  DType dtype;  // float64 for real, int64 for offsets and rng; for number operands: bool_, int64 or
                // float64 (weak)
  int64_t bits;  // of the double or the int64
};

/// What an input of a node is.
struct Operand {
  enum class Kind : uint8_t { value, number, ghost, absent };
  Kind kind = Kind::absent;
  DType dtype{};           // kind ghost, number
  int32_t scalar = -1;     // kind number: index in Node::scalars
  Value* value = nullptr;  // kind value: counted in Value::refs
  Dims dims;               // kind ghost
};
static_assert(sizeof(Operand) <= 40, "copied for every input of every op");

inline constexpr int32_t kNoOrigin = -1;

/// A recorded op. `ints` hold the attributes that are structure, in the order of the declaration;
/// `scalars` the numbers.
struct Node {
  const Program* program = nullptr;
  Graph* graph = nullptr;
  std::vector<Operand> inputs;
  std::vector<Value*> outputs;  // each counted once in Value::refs by this node
  std::vector<int64_t> ints;
  std::vector<ScalarEntry>
      scalars;  // attributes of scalar types in the order of the declaration, then number operands
  int32_t origin = kNoOrigin;  // the interned text of where it was recorded, if that was asked for
};
static_assert(sizeof(Node) <= 120, "millions of nodes may be pending");

/// The pending nodes of one thread, in the order they were recorded (which is topological).
struct Graph {
  std::vector<Node*> nodes;
  std::mutex mutex;        // held while the graph is appended to, flushed or dropped
  size_t prune_at = 4096;  // nodes; recording prunes dead nodes when it gets there
  bool is_orphan = false;  // another thread was changing it when this process was forked
};

/// This thread's graph. A thread that ends leaves its graph, with what is pending, to the next
/// thread that starts.
Graph& current_graph();

/// Makes `graph` this thread's graph for a while: how a thread flushes what another one recorded.
/// Needs `graph.mutex`.
class GraphScope {
 public:
  explicit GraphScope(Graph& graph);
  ~GraphScope();
  GraphScope(const GraphScope&) = delete;
  GraphScope& operator=(const GraphScope&) = delete;

 private:
  Graph* previous_;
};

// ---------------------------------------------------------------------------------------- values

/// A materialised value, refs 0. `buffer` holds its elements row-major.
Value* new_leaf(DType dtype, Dims dims, std::shared_ptr<Buffer> buffer);
/// A value without a producer yet, refs 0.
Value* new_value(DType dtype, const Dims& dims);

void retain(Value* value);
/// Gives the value's memory back when nothing refers to it.
void release(Value* value);

/// The pending producer, or nullptr once `buffer` may be read; safe beside a flush in another
/// thread.
Node* producer(const Value& value);
/// Ends pending: sets the buffer, then clears `node`.
void materialise(Value& value, std::shared_ptr<Buffer> buffer);
/// True iff something other than its own node refers to this pending value.
bool is_read(const Value& value);

/// Counted in `refs` and `backups`.
void keep_backup(Value* value);
void drop_backup(Value* value);

/// A reference from outside the graph: counted in `refs` and in `held`.
class Held {
 public:
  Held() = default;
  explicit Held(Value* value);
  Held(Held&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Held(const Held& other) : Held(other.value_) {}
  Held& operator=(Held other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Held();
  Value* get() const { return value_; }
  Value* operator->() const { return value_; }
  Value& operator*() const { return *value_; }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  Value* value_ = nullptr;
};

// ----------------------------------------------------------------------------------------- nodes

/// Gives a node's memory, and its references to inputs and outputs, back.
struct Recycle {
  void operator()(Node* node) const;
};
using NodePtr = std::unique_ptr<Node, Recycle>;

/// An empty node of `program`, in no graph yet.
NodePtr new_node(const Program& program);

/// Drops every node none of whose outputs is read by a handle, the tape or a live node. Call it
/// before planning.
void prune(Graph& graph);
/// Drops every node. Values that are still referred to and have no buffer are lost: reading them is
/// an error.
void clear(Graph& graph);
/// After a failed flush: drops every node but those that pending backups are computed from.
void clear_but_backups(Graph& graph);
/// Drops `node` and every node that reads what it would have computed.
void drop_with_readers(Graph& graph, const Node* node);

/// Values and nodes in use by the process, for leak tests.
struct Census {
  int64_t values, nodes;
};
Census census();

}  // namespace axon
