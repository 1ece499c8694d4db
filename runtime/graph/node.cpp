// Storage of the pending graph.
//
// Values and nodes come from slabs: blocks that are never given back to the system, with a free
// list a thread and a shared one behind it. A recycled object keeps the capacity of its vectors, so
// that a repeated step asks malloc for nothing.
#include "graph/node.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <unordered_set>

#include "core/fork.h"

namespace axon {
namespace {

template <class T>
class Slab {
 public:
  static T* take() {
    std::vector<T*>& free = local().free;
    if (free.empty()) {
      refill(free);
    }
    T* object = free.back();
    free.pop_back();
    in_use().fetch_add(1, std::memory_order_relaxed);
    return object;
  }

  static void give(T* object) {
    std::vector<T*>& free = local().free;
    free.push_back(object);
    in_use().fetch_sub(1, std::memory_order_relaxed);
    if (free.size() >= 4 * kBatch) {
      spill(free, 2 * kBatch);
    }
  }

  static std::atomic<int64_t>& in_use() {
    static std::atomic<int64_t> count{0};
    return count;
  }

 private:
  static constexpr size_t kBatch = 256;

  struct Shared {
    ForkSafeMutex mutex;
    std::vector<T*> free;
    std::vector<std::unique_ptr<T[]>> blocks;
  };

  /// Objects that a thread frees go to its own list; what is left when it ends, to the shared one.
  struct Local {
    std::vector<T*> free;
    ~Local() { spill(free, 0); }
  };

  // Never destroyed: handles may die after the statics of this file.
  static Shared& shared() {
    static Shared& instance = *new Shared;
    return instance;
  }

  static Local& local() {
    thread_local Local instance;
    return instance;
  }

  static void refill(std::vector<T*>& free) {
    Shared& all = shared();
    std::lock_guard<std::mutex> lock(all.mutex);
    if (all.free.empty()) {
      all.blocks.emplace_back(new T[kBatch]);
      T* block = all.blocks.back().get();
      for (size_t i = kBatch; i-- > 0;) {
        all.free.push_back(block + i);
      }
    }
    const size_t count = std::min(kBatch, all.free.size());
    free.insert(free.end(), all.free.end() - count, all.free.end());
    all.free.resize(all.free.size() - count);
  }

  static void spill(std::vector<T*>& free, size_t keep) {
    Shared& all = shared();
    std::lock_guard<std::mutex> lock(all.mutex);
    all.free.insert(all.free.end(), free.begin() + keep, free.end());
    free.resize(keep);
  }
};

void orphan_graphs();

struct GraphPool {
  ForkSafeMutex mutex;
  std::vector<Graph*> all;
  std::vector<Graph*> idle;  // of threads that have ended, for the threads to come
};

GraphPool& graph_pool() {
  static GraphPool& pool = *[] {
    auto* made = new GraphPool;
    pthread_atfork(nullptr, nullptr, orphan_graphs);  // after its mutex is free again
    return made;
  }();
  return pool;
}

/// Needs the pool's mutex, or no other thread.
Graph* new_graph(GraphPool& pool) {
  pool.all.push_back(new Graph);
  return pool.all.back();
}

struct ThreadGraph {
  Graph* own;
  Graph* current;

  ThreadGraph() {
    GraphPool& pool = graph_pool();
    std::lock_guard<std::mutex> lock(pool.mutex);
    if (pool.idle.empty()) {
      own = new_graph(pool);
    } else {
      own = pool.idle.back();
      pool.idle.pop_back();
    }
    current = own;
  }

  ~ThreadGraph() {
    GraphPool& pool = graph_pool();
    std::lock_guard<std::mutex> lock(pool.mutex);
    pool.idle.push_back(own);
  }
};

ThreadGraph& thread_graph() {
  thread_local ThreadGraph graph;
  return graph;
}

/// In a child of fork(): a graph that another thread was changing stays as it is for ever.
void orphan_graphs() {
  GraphPool& pool = graph_pool();
  for (Graph* graph : pool.all) {
    graph->is_orphan |= !graph->mutex.try_lock();
    new (&graph->mutex) std::mutex;
  }
  const auto is_orphan = [](const Graph* graph) { return graph->is_orphan; };
  pool.idle.erase(std::remove_if(pool.idle.begin(), pool.idle.end(), is_orphan), pool.idle.end());
  ThreadGraph& here = thread_graph();
  if (here.own->is_orphan) here.own = here.current = new_graph(pool);
}

template <class Dropped>
void drop_if(Graph& graph, Dropped dropped) {
  const auto lost = std::stable_partition(graph.nodes.begin(), graph.nodes.end(),
                                          [&](const Node* node) { return !dropped(node); });
  std::for_each(lost, graph.nodes.end(), Recycle());
  graph.nodes.erase(lost, graph.nodes.end());
}

bool is_dead(const Node& node) {
  return std::none_of(node.outputs.begin(), node.outputs.end(),
                      [](Value* v) { return is_read(*v); });
}

}  // namespace

Graph& current_graph() { return *thread_graph().current; }

GraphScope::GraphScope(Graph& graph) : previous_(thread_graph().current) {
  thread_graph().current = &graph;
}

GraphScope::~GraphScope() { thread_graph().current = previous_; }

Value* new_value(DType dtype, const Dims& dims) {
  Value* value = Slab<Value>::take();
  value->dtype = dtype;
  value->dims = dims;
  value->elements = 1;
  for (int64_t extent : dims) {
    value->elements *= extent;
  }
  return value;
}

Value* new_leaf(DType dtype, Dims dims, std::shared_ptr<Buffer> buffer) {
  Value* value = new_value(dtype, dims);
  value->buffer = std::move(buffer);
  return value;
}

void retain(Value* value) { value->refs.fetch_add(1, std::memory_order_relaxed); }

void release(Value* value) {
  if (value->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  value->buffer.reset();
  value->node = nullptr;
  value->output = 0;
  value->plan_id = -1;
  value->level = 0;
  Slab<Value>::give(value);
}

Node* producer(const Value& value) { return __atomic_load_n(&value.node, __ATOMIC_ACQUIRE); }

void materialise(Value& value, std::shared_ptr<Buffer> buffer) {
  value.buffer = std::move(buffer);
  __atomic_store_n(&value.node, nullptr, __ATOMIC_RELEASE);
}

bool is_read(const Value& value) { return value.refs.load(std::memory_order_acquire) > 1; }

void keep_backup(Value* value) {
  retain(value);
  value->backups.fetch_add(1, std::memory_order_relaxed);
}

void drop_backup(Value* value) {
  value->backups.fetch_sub(1, std::memory_order_relaxed);
  release(value);
}

Held::Held(Value* value) : value_(value) {
  if (value_ != nullptr) {
    retain(value_);
    value_->held.fetch_add(1, std::memory_order_relaxed);
  }
}

Held::~Held() {
  if (value_ != nullptr) {
    value_->held.fetch_sub(1, std::memory_order_acq_rel);
    release(value_);
  }
}

NodePtr new_node(const Program& program) {
  NodePtr node(Slab<Node>::take());
  node->program = &program;
  return node;
}

void Recycle::operator()(Node* node) const {
  for (Operand& input : node->inputs) {
    if (input.value != nullptr) {
      release(input.value);
    }
  }
  for (Value* output : node->outputs) {
    __atomic_store_n(&output->node, nullptr, __ATOMIC_RELEASE);
    release(output);
  }
  node->program = nullptr;
  node->origin = kNoOrigin;
  node->inputs.clear();
  node->outputs.clear();
  node->ints.clear();
  node->scalars.clear();
  Slab<Node>::give(node);
}

void prune(Graph& graph) {
  // Consumers come after producers, so one pass backwards sees every count final.
  size_t to = graph.nodes.size();
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    Node* node = graph.nodes[i];
    if (is_dead(*node)) {
      Recycle()(node);
    } else {
      graph.nodes[--to] = node;
    }
  }
  graph.nodes.erase(graph.nodes.begin(), graph.nodes.begin() + to);
  graph.prune_at = std::max<size_t>(4096, 2 * graph.nodes.size());
}

void clear(Graph& graph) {
  for (Node* node : graph.nodes) {
    Recycle()(node);
  }
  graph.nodes.clear();
  graph.prune_at = 4096;
}

void clear_but_backups(Graph& graph) {
  std::unordered_set<const Node*> needed;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node* node = graph.nodes[i];
    const bool backup =
        std::any_of(node->outputs.begin(), node->outputs.end(), [](const Value* value) {
          return value->node != nullptr && value->backups.load(std::memory_order_relaxed) > 0;
        });
    if (!backup && needed.count(node) == 0) continue;
    needed.insert(node);
    for (const Operand& input : node->inputs) {
      if (input.value != nullptr && input.value->node != nullptr) needed.insert(input.value->node);
    }
  }
  drop_if(graph, [&](const Node* node) { return needed.count(node) == 0; });
}

void drop_with_readers(Graph& graph, const Node* node) {
  std::unordered_set<const Node*> dropped{node};
  for (const Node* reader : graph.nodes) {
    const bool reads =
        std::any_of(reader->inputs.begin(), reader->inputs.end(), [&](const Operand& input) {
          return input.value != nullptr && dropped.count(input.value->node) > 0;
        });
    if (reads) dropped.insert(reader);
  }
  drop_if(graph, [&](const Node* each) { return dropped.count(each) > 0; });
}

Census census() { return {Slab<Value>::in_use().load(), Slab<Node>::in_use().load()}; }

}  // namespace axon
