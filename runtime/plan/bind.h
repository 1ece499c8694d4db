// Instantiates programs: node by node into statements over contiguous values.
#pragma once

#include <string>
#include <vector>

#include "graph/node.h"
#include "graph/shape.h"
#include "graph/statement.h"
#include "kernel/kernel.h"

namespace axon {

/// An opaque kernel and what it reads and writes.
struct BoundCall {
  OpaqueCall call;
  std::vector<ValueId> inputs, outputs;
};

/// The table of values of one flush. Leaves have a Value with a buffer; pending results have a
/// Value with a node; temporaries have none.
struct BoundValue {
  DType dtype{};
  int64_t elements = 0;
  Value* value = nullptr;
  int32_t alias = -1;  // >= 0: the same buffer as that value (a reshape)
};

/// A flush's graph as statements, in order. Scalar slots of instructions index `scalars`.
struct Bound {
  std::vector<BoundValue> values;
  std::vector<Statement> statements;
  std::vector<BoundCall> calls;  // Statement::call indexes this
  struct Scalar {
    /// >= 0: scalars[entry] of that node of the graph, so that replays read the new number
    int32_t node;
    int32_t entry;
    int64_t constant;  // node < 0: bits; counts and extents
    DType dtype;       // float64 or int64
  };
  std::vector<Scalar> scalars;
  /// An index of a load without a guard: low .. high, moved by slots, must be within the extent.
  struct Range {
    std::vector<Term> slots;
    int64_t low, high, extent;
    std::string program, value;
  };
  std::vector<Range> ranges;
};
/// Refuses numbers with which the index leaves its value; `bits` are those of `scalars`.
void check_range(const Bound::Range& range, const std::vector<int64_t>& bits);

/// Appends the statements of `node` (number `index` of the graph). `ids` are the ValueIds of its
/// inputs (-1: not a value) and outputs.
void bind(const Node& node, int32_t index, const std::vector<ValueId>& inputs,
          const std::vector<ValueId>& outputs, Bound& out);

}  // namespace axon
