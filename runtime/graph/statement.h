// Bound statements: one loop nest each, concrete ranks and extents, every access one affine form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/expr.h"

namespace axon {

struct Axis {
  int64_t extent;  // > 1, or 0 for an empty domain
  bool reduced = false;
  bool baked = false;  // true iff the extent is structure (a declared window) and may be unrolled
};

/// A value of a pending graph or plan: always contiguous, row-major.
using ValueId = int32_t;

/// Y[store] combine= body[result] for the points of axes.
struct Statement {
  std::vector<Axis> axes;  // the ordered domain, no axis of extent 1
  /// SSA in evaluation order, hash-consed; loads name values by ValueId in `index`
  std::vector<Instr> body;
  int32_t result = -1;  // the instruction whose value is stored
  Combine combine = Combine::set;
  /// true iff two points with different non-reduced coordinates may store to one element
  bool scatter = false;
  ValueId value = -1;  // what is written, as a whole by this statement
  Affine store;   // address of the element; over non-reduced axes (and gathered indices if scatter)
  DType dtype{};  // of the value
  int64_t elements = 0;  // of the value
  int32_t call = -1;     // >= 0: not a loop nest but that opaque call of the flush (plan/bind.h)
  int32_t node = -1;     // the node that it came from, for explain and errors
};

/// For people: "v3[4*i0 + i1] sum= %2  for i0 < 8, i1 < 4, r2 < 16" and one line an instruction.
std::string to_string(const Statement& s);
/// "4*i0 + i1 + 2*%3 + s0 - 1"; an axis that `axes` marks as reduced is r2, any other i2.
std::string to_string(const Affine& a, const std::vector<Axis>& axes);

}  // namespace axon
