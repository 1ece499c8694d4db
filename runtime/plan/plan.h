// Plans: how a pending graph of a given signature is computed, kept and replayed.
//
// A flush describes the pending graph by its signature (programs, structure, shapes, dtypes, which
// leaves die, which results are held). A known signature replays its plan: bind leaves and scalars,
// run the launches. An unknown one is bound to statements, simplified, fused and laid out first.
// Each launch runs the fused kernel as soon as its compiled form is there, and until then the
// executor on that same kernel.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "device/device.h"
#include "graph/node.h"
#include "plan/bind.h"

namespace axon {

/// Where a launch finds a buffer.
struct BufferRef {
  enum class Kind : uint8_t { leaf, output, arena } kind;
  int32_t index;  // leaf or output number
  size_t offset;  // arena: bytes
  bool written;   // true iff the launch computes it
};

/// What is told of a kernel by axon.explain.
struct KernelNote {
  KernelKind kind;
  /// names of the ops whose statements it runs, in order, each once in a row
  std::vector<std::string> ops;
  std::vector<int32_t> nodes;  // of the graph: those whose statements it runs
  std::string shape;           // "[128, 512] x [784]": parallel and reduced extents
  int64_t bytes_read = 0;
  int64_t bytes_written = 0;
  int64_t flops = 0;
  std::vector<std::string> reasons;  // why neighbours are not in it
};

/// One kernel with its arguments; `parts` of a launch have equal code and touch disjoint data.
struct Part {
  std::shared_ptr<Launchable> code;
  std::vector<BufferRef> buffers;
  std::vector<int32_t> scalars;  // entries of Plan::scalars
};
struct Launch {
  std::vector<Part> parts;
  /// true iff it overwrites leaves: runs after every other launch and every check
  bool update = false;
  KernelNote note;
};

/// How a held value gets its buffer.
struct OutputPlan {
  int32_t node;    // of the graph
  int32_t output;  // of the node
  int32_t source;  // buffer number: `fresh` entry, or ~leaf when it shares or takes a leaf's buffer
};
struct FreshBuffer {
  size_t bytes;
  int32_t donor = -1;  // >= 0: the leaf whose buffer is taken over
};

struct Plan {
  std::vector<int64_t> signature;
  std::vector<Bound::Scalar> scalars;
  std::vector<Bound::Range> ranges;
  std::vector<Launch> launches;
  std::vector<FreshBuffer> fresh;  // outputs' buffers by number
  std::vector<OutputPlan> outputs;
  size_t arena_bytes = 0;
};

/// The pending graph as a flush sees it: values numbered, leaves found, signature written.
struct Snapshot {
  std::vector<Node*> nodes;
  std::vector<ValueId> leaves;                        // in the order they were met
  std::vector<std::vector<ValueId>> inputs, outputs;  // by node: the ids bind takes
  std::vector<Value*> values;                         // by id
  std::vector<bool> held, dying;                      // by id
  std::vector<int64_t> signature;
};
/// Prunes `graph` first. The graph's mutex is held by the caller.
Snapshot take_snapshot(Graph& graph);
/// In words, the first thing in which the graph is not what had the signature `known`.
std::string difference(const Snapshot& snapshot, const std::vector<int64_t>& known);

/// Held by who flushes or plans: kernels use every thread, and leaves that two graphs share carry a
/// number while they are planned.
std::mutex& flush_turn();

/// Thrown by who plans a graph one of whose ops cannot be: the other ops can.
struct NodeFault {
  const Node* node;
  std::exception_ptr cause;
};

std::shared_ptr<const Plan> make_plan(const Snapshot& snapshot, Device& device);
/// The plan of that signature, made if it is not known.
std::shared_ptr<const Plan> plan_for(const Snapshot& snapshot, Device& device);

/// The numbers of this graph that the plan's kernels read, as bits; refuses those with which an
/// index leaves its value.
std::vector<int64_t> read_scalars(const Plan& plan, const Snapshot& snapshot);

/// Computes every held value of this thread's graph; nothing is pending afterwards. The graph's
/// mutex is held by the caller. When it throws, the leaves it would have overwritten are as before;
/// what is computed is handed over, backups and what would have replaced a leaf stay recorded.
void flush();

struct PlanStats {
  int64_t plans_built = 0;
  int64_t plans_replayed = 0;
  int64_t launches = 0;
};
PlanStats plan_stats();
/// Why each of the latest plans was made and none replayed; the last one last.
std::vector<std::string> plan_misses();

/// How long a launch took.
struct LaunchTime {
  std::shared_ptr<const Plan> plan;
  int32_t launch;
  double seconds;
};
/// While it is on, every launch of this process is timed.
void set_profiling(bool on);
/// The launches timed since the last call.
std::vector<LaunchTime> take_profile();

}  // namespace axon
