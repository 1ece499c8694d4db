// The pending graph described by numbers: equal signatures are computed by equal plans.
#include <algorithm>
#include <cstdint>
#include <string>

#include "graph/record.h"
#include "plan/plan.h"

namespace axon {

namespace {

class SnapshotTaker {
 public:
  explicit SnapshotTaker(std::vector<Node*> nodes) { snapshot_.nodes = std::move(nodes); }

  /// What number `word` of the signature says, where a nearly equal signature has `known`.
  std::string difference(size_t word, int64_t known) {
    word_ = word;
    known_ = known;
    take();
    return difference_;
  }

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

  /// `told(known)`: what it means that the number is not `known`.
  template <class Told>
  void write(int64_t number, Told told) {
    if (snapshot_.signature.size() == word_) difference_ = told(known_);
    snapshot_.signature.push_back(number);
  }

  template <class Whose>
  void write(const Dims& dims, Whose whose) {
    write(static_cast<int64_t>(dims.size()), [&](int64_t known) {
      return whose() + " has " + std::to_string(dims.size()) + " axes, not " +
             std::to_string(known);
    });
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      write(dims[axis], [&](int64_t known) {
        return "axis " + std::to_string(axis) + " of " + whose() + " has extent " +
               std::to_string(dims[axis]) + ", not " + std::to_string(known);
      });
    }
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

  static std::string text_of(const Node& node, size_t number) {
    return "node " + std::to_string(number) + " (" + node.program->name + ")";
  }

  void add_node(const Node& node) {
    const size_t at = snapshot_.inputs.size();
    write(node.program->id,
          [&](int64_t) { return text_of(node, at) + " stands where another op was, or none"; });
    const auto attribute = [&](int64_t known) {
      return "an attribute of " + text_of(node, at) + " is not " + std::to_string(known) +
             " any more";
    };
    write(static_cast<int64_t>(node.ints.size()), attribute);
    for (int64_t number : node.ints) write(number, attribute);
    std::vector<ValueId> inputs;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Operand& operand = node.inputs[i];
      inputs.push_back(add_operand(
          operand, [&] { return "input " + std::to_string(i) + " of " + text_of(node, at); }));
    }
    std::vector<ValueId> outputs;
    for (Value* value : node.outputs) {
      const ValueId id = number(value);
      outputs.push_back(id);
      const bool held = value->held.load(std::memory_order_relaxed) > 0;
      write(held, [&](int64_t) {
        return "the result of " + text_of(node, at) + (held ? " is" : " is not") + " held now";
      });
    }
    snapshot_.inputs.push_back(std::move(inputs));
    snapshot_.outputs.push_back(std::move(outputs));
  }

  template <class Which>
  ValueId add_operand(const Operand& operand, Which which) {
    const auto other = [&](int64_t) { return which() + " is another value or number"; };
    write(static_cast<int64_t>(operand.kind), other);
    switch (operand.kind) {
      case Operand::Kind::value: {
        const ValueId id = number(operand.value);
        ++uses_[id];
        write(id, other);
        return id;
      }
      case Operand::Kind::number:
        write(static_cast<int64_t>(operand.dtype), other);
        return -1;
      case Operand::Kind::ghost:
        write(static_cast<int64_t>(operand.dtype), other);
        write(operand.dims, which);
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
    int number = 0;
    for (Value* value : snapshot_.values) {
      // What others have read of a leaf that they let go comes before it is overwritten.
      const bool held = value->held.load(std::memory_order_acquire) > 0;
      if (value->node != nullptr) {
        snapshot_.held[value->plan_id] = held;
        continue;
      }
      const bool dying =
          !held &&
          value->refs.load(std::memory_order_acquire) ==
              uses_[value->plan_id] + value->backups.load(std::memory_order_relaxed) &&
          value->buffer.use_count() == 1;
      snapshot_.dying[value->plan_id] = dying;
      const auto leaf = [&] {
        return "leaf " + std::to_string(number) + ", " + std::string(name_of(value->dtype)) +
               " of shape " + shape_text(value->dims) + ",";
      };
      write(value->plan_id, [&](int64_t) { return leaf() + " is met elsewhere"; });
      write(static_cast<int64_t>(value->dtype), [&](int64_t known) {
        return leaf() + " was " + std::string(name_of(static_cast<DType>(known)));
      });
      write(dying, [&](int64_t) {
        return leaf() + (dying ? " is exclusively owned now" : " is no longer exclusively owned");
      });
      write(value->dims, leaf);
      ++number;
    }
  }

  Snapshot snapshot_;
  std::vector<int32_t> uses_;  // by id: operands of this graph that read it
  size_t word_ = SIZE_MAX;     // of the signature, to be told how it differs from `known_`
  int64_t known_ = 0;
  std::string difference_;
};

}  // namespace

Snapshot take_snapshot(Graph& graph) {
  prune(graph);
  return SnapshotTaker(graph.nodes).take();
}

std::string difference(const Snapshot& snapshot, const std::vector<int64_t>& known) {
  const auto [ours, theirs] = std::mismatch(snapshot.signature.begin(), snapshot.signature.end(),
                                            known.begin(), known.end());
  if (ours == snapshot.signature.end() || theirs == known.end()) {
    return "the graph has " + std::to_string(snapshot.nodes.size()) +
           " nodes, not as many as were known";
  }
  const size_t word = static_cast<size_t>(ours - snapshot.signature.begin());
  return SnapshotTaker(snapshot.nodes).difference(word, *theirs);
}

}  // namespace axon
