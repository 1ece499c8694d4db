// Recording costs well under a microsecond because solved shapes are remembered: a small table a
// thread, keyed by everything that `solve` reads (program, structural attributes, dtypes and dims
// of the inputs; the numbers too where a check reads them).
#include "graph/record.h"

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>

#include "core/error.h"
#include "core/fork.h"
#include "graph/shape.h"

namespace axon {
namespace {

struct OutputInfo {
  DType dtype;
  Dims dims;
};

struct Solved {
  std::vector<int64_t> key;
  std::vector<OutputInfo> outputs;
};

constexpr size_t kSolvedEntries = 1024;  // direct-mapped; a step of a model uses a few hundred

uint64_t hash_of(const std::vector<int64_t>& key) {
  uint64_t hash = 0x9e3779b97f4a7c15u;
  for (int64_t word : key) {
    hash = (hash ^ static_cast<uint64_t>(word)) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  return hash;
}

void append_key(const Node& node, std::vector<int64_t>& key) {
  key.push_back(node.program->id);
  for (const Operand& input : node.inputs) {
    if (input.kind == Operand::Kind::absent) {
      key.push_back(-1);
      continue;
    }
    const Dims& dims = dims_of(input);
    const bool weak = input.kind == Operand::Kind::number;
    key.push_back(static_cast<int64_t>(dims.size()) << 16 | int64_t{weak} << 8 |
                  static_cast<int64_t>(dtype_of(input)));
    key.insert(key.end(), dims.begin(), dims.end());
  }
  key.insert(key.end(), node.ints.begin(), node.ints.end());
  if (!node.program->checks.empty()) {
    for (const ScalarEntry& entry : node.scalars) {
      key.push_back(entry.bits);
    }
  }
}

std::vector<OutputInfo> solve_outputs(const Node& node) {
  std::vector<InputInfo> infos;
  infos.reserve(node.inputs.size());
  for (const Operand& input : node.inputs) {
    InputInfo info;
    info.present = input.kind != Operand::Kind::absent;
    info.weak = input.kind == Operand::Kind::number;
    if (info.present) {
      info.dtype = dtype_of(input);
      info.dims = dims_of(input);
    }
    infos.push_back(std::move(info));
  }
  Axes axes = solve(*node.program, infos, AttrReader(*node.program, node.ints, node.scalars));
  std::vector<OutputInfo> outputs;
  for (size_t i = 0; i < axes.output_dims.size(); ++i) {
    outputs.push_back({axes.output_dtypes[i], std::move(axes.output_dims[i])});
  }
  return outputs;
}

/// The outputs' shapes and dtypes; valid until this thread's next call.
const std::vector<OutputInfo>& outputs_of(const Node& node) {
  thread_local std::vector<Solved> table(kSolvedEntries);
  thread_local std::vector<int64_t> key;
  key.clear();
  append_key(node, key);
  Solved& entry = table[hash_of(key) % kSolvedEntries];
  if (entry.key != key) {
    std::vector<OutputInfo> outputs = solve_outputs(node);
    entry.outputs = std::move(outputs);
    entry.key = key;
  }
  return entry.outputs;
}

/// True iff the term stands for as many axes as the group has.
bool is_group(const Form& term) {
  return (term.kind == Form::Kind::name && term.text == "*") || term.is("sub") || term.is("perm");
}

/// The input that gives the group its rank: the first of the greatest rank. -1: no input has the
/// group.
int widest_input(const Program& program, const std::vector<Operand>& inputs, int* rank) {
  int widest = -1;
  *rank = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<Form>& dims = program.inputs[i].dims;
    if (inputs[i].kind == Operand::Kind::absent ||
        std::none_of(dims.begin(), dims.end(), is_group)) {
      continue;
    }
    const int named = static_cast<int>(dims.size()) - 1;
    const int own = std::max(0, static_cast<int>(dims_of(inputs[i]).size()) - named);
    if (widest < 0 || own > *rank) {
      widest = static_cast<int>(i);
      *rank = own;
    }
  }
  return widest;
}

struct Strings {
  ForkSafeMutex mutex;
  std::deque<std::string> texts;
  std::unordered_map<std::string_view, int64_t> ids;
};

Strings& strings() {
  static Strings& instance = *new Strings;
  return instance;
}

std::atomic<int64_t> recorded{0};

}  // namespace

Operand value_operand(Value* value) {
  Operand operand;
  operand.kind = Operand::Kind::value;
  operand.dtype = value->dtype;
  operand.value = value;
  retain(value);
  return operand;
}

Operand number_operand(Node& node, ScalarEntry entry) {
  Operand operand;
  operand.kind = Operand::Kind::number;
  operand.dtype = entry.dtype;
  operand.scalar = static_cast<int32_t>(node.scalars.size());
  node.scalars.push_back(entry);
  return operand;
}

Operand ghost_operand(DType dtype, Dims dims) {
  Operand operand;
  operand.kind = Operand::Kind::ghost;
  operand.dtype = dtype;
  operand.dims = std::move(dims);
  return operand;
}

const Dims& dims_of(const Operand& operand) {
  return operand.kind == Operand::Kind::value ? operand.value->dims : operand.dims;
}

DType dtype_of(const Operand& operand) { return operand.dtype; }

int group_rank(const Program& program, const std::vector<Operand>& inputs) {
  int rank = 0;
  widest_input(program, inputs, &rank);
  return rank;
}

int64_t normalize_axis(const Program& program, const std::vector<Operand>& inputs,
                       const std::string& attr, int64_t axis, int rank) {
  if (axis >= -rank && axis < rank) {
    return axis < 0 ? axis + rank : axis;
  }
  int widest_rank = 0;
  const int widest = widest_input(program, inputs, &widest_rank);
  std::string message =
      "axon." + program.name + ": " + attr + " " + std::to_string(axis) + " is out of range";
  if (widest >= 0) {
    message +=
        " for " + program.inputs[widest].name + " of shape " + shape_text(dims_of(inputs[widest]));
  }
  if (rank == 0) {
    message += ", which has no axis to select";
  } else {
    message += "; expected " + std::to_string(-rank) + " <= " + attr + " < " + std::to_string(rank);
  }
  throw IndexError(message);
}

std::vector<int64_t> normalize_axes(const Program& program, const std::vector<Operand>& inputs,
                                    const std::string& attr, std::vector<int64_t> axes, int rank) {
  for (int64_t& axis : axes) {
    axis = normalize_axis(program, inputs, attr, axis, rank);
  }
  std::sort(axes.begin(), axes.end());
  const auto twice = std::adjacent_find(axes.begin(), axes.end());
  if (twice != axes.end()) {
    throw ValueError("axon." + program.name + ": " + attr + " names axis " +
                     std::to_string(*twice) + " twice; expected each axis at most once");
  }
  return axes;
}

int64_t intern(std::string_view text) {
  Strings& all = strings();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto known = all.ids.find(text);
  if (known != all.ids.end()) {
    return known->second;
  }
  const auto id = static_cast<int64_t>(all.texts.size());
  all.texts.emplace_back(text);
  all.ids.emplace(all.texts.back(), id);
  return id;
}

const std::string& interned(int64_t id) {
  Strings& all = strings();
  std::lock_guard<std::mutex> lock(all.mutex);
  return all.texts.at(static_cast<size_t>(id));
}

void add_outputs(Node& node) {
  for (const OutputInfo& info : outputs_of(node)) {
    Value* output = new_value(info.dtype, info.dims);
    output->output = static_cast<int16_t>(node.outputs.size());
    output->node = &node;
    retain(output);
    node.outputs.push_back(output);
  }
}

Node& record(NodePtr node) {
  add_outputs(*node);
  Graph& graph = current_graph();
  if (graph.nodes.size() >= graph.prune_at) {
    prune(graph);
  }
  node->graph = &graph;
  graph.nodes.push_back(node.get());
  recorded.fetch_add(1, std::memory_order_relaxed);
  return *node.release();
}

int64_t nodes_recorded() { return recorded.load(std::memory_order_relaxed); }

std::string shape_text(const Dims& dims) {
  std::string text = "(";
  for (size_t i = 0; i < dims.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(dims[i]);
  }
  return text + (dims.size() == 1 ? ",)" : ")");
}

}  // namespace axon
