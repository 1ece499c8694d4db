// Recording: checks an op's shapes and dtypes and appends one node to this thread's graph. Nothing
// is computed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/node.h"

namespace axon {

/// As many nodes may be pending before recording asks for a flush: far more than a training step,
/// and few enough that a longer chain is pieces of one plan. Counted in recorded nodes, so the cut
/// falls at the same place in every run.
inline constexpr size_t kPendingLimit = size_t{1} << 17;

/// Counts `value` for the node that reads it.
Operand value_operand(Value* value);
/// A Python number: appends `entry` to the node's scalars.
Operand number_operand(Node& node, ScalarEntry entry);
Operand ghost_operand(DType dtype, Dims dims);

/// Shape and dtype of an operand (of a number: no dims, weak).
const Dims& dims_of(const Operand& operand);
DType dtype_of(const Operand& operand);

/// The rank of the program's group `*` for these inputs; 0 if no input has one.
int group_rank(const Program& program, const std::vector<Operand>& inputs);

/// 0 <= result < rank, or an IndexError: "axon.sum: axis 3 is out of range for x of shape (2, 3)".
int64_t normalize_axis(const Program& program, const std::vector<Operand>& inputs,
                       const std::string& attr, int64_t axis, int rank);
/// Normalised, sorted; an axis named twice is a ValueError.
std::vector<int64_t> normalize_axes(const Program& program, const std::vector<Operand>& inputs,
                                    const std::string& attr, std::vector<int64_t> axes, int rank);

/// Strings as attributes: the same text has the same id for as long as the process lives.
int64_t intern(std::string_view text);
const std::string& interned(int64_t id);

/// Solves the shapes and gives `node` its outputs.
void add_outputs(Node& node);

/// Solves the shapes, gives `node` its outputs and appends it to this thread's graph, whose mutex
/// the caller holds. The inputs must be leaves, materialised, or pending in this same graph. On an
/// exception nothing was recorded.
Node& record(NodePtr node);

/// Nodes recorded by the process so far.
int64_t nodes_recorded();

/// "(2, 3)", "(4,)", "()"
std::string shape_text(const Dims& dims);

}  // namespace axon
