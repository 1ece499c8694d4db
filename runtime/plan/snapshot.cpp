// The pending graph described by numbers: equal signatures are computed by equal plans.
#include "core/error.h"
#include "plan/plan.h"

namespace axon {

namespace {

class SnapshotTaker {
 public:
  explicit SnapshotTaker(Graph& graph) { snapshot_.nodes = graph.nodes; }

  Snapshot take() {
    try {
      for (Node* node : snapshot_.nodes) add_node(*node);
      add_leaves();
    } catch (...) {
      forget_numbers();
      throw;
    }
    forget_numbers();
    return std::move(snapshot_);
  }

 private:
  void forget_numbers() {
    for (Value* value : snapshot_.values) value->plan_id = -1;
  }

  void write(int64_t number) { snapshot_.signature.push_back(number); }

  void write(const Dims& dims) {
    write(static_cast<int64_t>(dims.size()));
    for (int64_t extent : dims) write(extent);
  }

  ValueId number(Value* value) {
    if (value->plan_id < 0) {
      value->plan_id = static_cast<int32_t>(snapshot_.values.size());
      snapshot_.values.push_back(value);
      uses_.push_back(0);
      if (value->node == nullptr) snapshot_.leaves.push_back(value->plan_id);
    }
    return value->plan_id;
  }

  void add_node(const Node& node) {
    write(node.program->id);
    write(static_cast<int64_t>(node.ints.size()));
    for (int64_t number : node.ints) write(number);
    std::vector<ValueId> inputs;
    for (const Operand& operand : node.inputs) {
      inputs.push_back(add_operand(operand));
    }
    std::vector<ValueId> outputs;
    for (Value* value : node.outputs) {
      const ValueId id = number(value);
      outputs.push_back(id);
      write(value->held.load(std::memory_order_relaxed) > 0);
    }
    snapshot_.inputs.push_back(std::move(inputs));
    snapshot_.outputs.push_back(std::move(outputs));
  }

  ValueId add_operand(const Operand& operand) {
    write(static_cast<int64_t>(operand.kind));
    switch (operand.kind) {
      case Operand::Kind::value: {
        const ValueId id = number(operand.value);
        ++uses_[id];
        write(id);
        return id;
      }
      case Operand::Kind::number:
        write(static_cast<int64_t>(operand.dtype));
        return -1;
      case Operand::Kind::ghost:
        write(static_cast<int64_t>(operand.dtype));
        write(operand.dims);
        return -1;
      case Operand::Kind::absent:
        return -1;
    }
    return -1;
  }

  /// A leaf dies here iff only this graph's nodes still refer to it and nobody else to its buffer.
  void add_leaves() {
    snapshot_.held.resize(snapshot_.values.size(), false);
    snapshot_.dying.resize(snapshot_.values.size(), false);
    for (Value* value : snapshot_.values) {
      const bool held = value->held.load(std::memory_order_relaxed) > 0;
      if (value->node != nullptr) {
        snapshot_.held[value->plan_id] = held;
        continue;
      }
      if (value->buffer == nullptr) {
        throw Error(
            "axon: a tensor that is needed here was never computed, because the flush that should "
            "have done so failed; record it again");
      }
      const bool dying = !held &&
                         value->refs.load(std::memory_order_relaxed) == uses_[value->plan_id] &&
                         value->buffer.use_count() == 1;
      snapshot_.dying[value->plan_id] = dying;
      write(value->plan_id);
      write(static_cast<int64_t>(value->dtype) * 2 + dying);
      write(value->dims);
    }
  }

  Snapshot snapshot_;
  std::vector<int32_t> uses_;  // by id: operands of this graph that read it
};

}  // namespace

Snapshot take_snapshot(Graph& graph) {
  prune(graph);
  return SnapshotTaker(graph).take();
}

}  // namespace axon
