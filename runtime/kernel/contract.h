// Contractions: C[b, m, n] = sum over k of A[b, m, k] * B[b, k, n], with operands that are
// expressions and an epilogue.
//
// Matrix products, convolutions and the gradients of both are one loop nest here. A work unit is
// one or more tiles of C (a block of m by a block of n). For each block of k the operands' bodies
// fill panels in the thread's scratch (so that transposes and im2col are index maps of loads, never
// copies of their own), a micro-kernel multiplies the panels, and after the last block the epilogue
// runs over the tile and stores. Panels are filled along whichever of their two directions has unit
// stride in memory: A lies as [m][k] or [k][m], as it comes; B as [k][n], after a transposition in
// cache if need be, or as overlapping windows of its source (WindowPlan). Blocks depend on extents
// alone, so results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel/emit.h"
#include "kernel/kernel.h"

namespace axon {

/// One loop over an axis, or over several that were merged into it: those others then stand at 0
/// and `extent` is the product.
struct MergedAxis {
  int32_t axis;
  int64_t extent;
  bool baked;
};

/// How one operand gets into its panel.
struct OperandPlan {
  int32_t value = -1;            // instruction of the phase
  std::vector<int32_t> needed;   // instructions to evaluate, in order
  std::vector<MergedAxis> free;  // m for A, n for B, outermost first
  std::vector<MergedAxis> k;
  bool plain = false;       // true iff it is one load of the sum's dtype, 0 outside its bounds
  bool along_k = false;     // true iff consecutive elements of a run differ in k
  bool in_place = false;    // true iff the micro-kernel reads the buffer itself; then:
  int64_t free_stride = 0;  // elements from one row to the next
  int64_t k_stride = 0;

  const std::vector<MergedAxis>& run() const { return along_k ? k : free; }
  const std::vector<MergedAxis>& line() const { return along_k ? free : k; }
};

/// Windows of a convolution overlap: an element of B's source stands in several rows of B. Where
/// that is so, a panel is the part of the source that it touches, copied once with zeros outside
/// the load's bounds.
/// A line is a run along the innermost axis of n, a row one of the copy, a channel all rows of one
/// point of the outer axes of k. Element (k, n) stands at line_at[line of n] + column of n +
/// k_at[k].
struct WindowPlan {
  int64_t lines = 0;              // of a panel; 0: B is packed
  int64_t columns = 0;            // of a line
  int64_t width = 0;              // of a line in C: whole vectors
  std::vector<MergedAxis> outer;  // of k: channels
  std::vector<MergedAxis> inner;  // of k: the points of a window
  std::vector<int64_t> steps;     // of inner: elements of the copy
  int64_t points = 1;             // of a window
  int row_bound = -1;             // which bound of the load is that of rows, of columns; -1: none
  int column_bound = -1;
  int64_t step = 1;        // rows from one line to the next
  int64_t row_stride = 0;  // elements of the source from one row to the next
  int64_t overlap = 0;     // rows of a window, less one
  int64_t reach = 0;       // columns of a window, less one
  int64_t row_first = 0;   // row and column of the point k = 0 in its window
  int64_t column_first = 0;
  int64_t pitch = 0;  // elements from one row to the next
  int64_t channel_pitch = 0;
};

/// Blocking and roles of one contract phase.
struct ContractPlan {
  /// `windows`: whether B may be copied as windows, which the cold tier does not.
  ContractPlan(const Kernel& kernel, const Phase& phase, bool windows);

  DType sum;            // of the accumulator: float32, float64, uint32 or uint64
  int32_t result = -1;  // the `result` instruction, -1 if nothing reads it
  OperandPlan a, b;
  WindowPlan window;              // of b
  std::vector<MergedAxis> batch;  // outermost first
  std::vector<MergedAxis> m, n;   // of the epilogue; rows and columns of C
  std::vector<int32_t> epilogue;  // instructions to evaluate, in order
  int64_t batches, rows, columns, depth;
  int64_t row_block, column_block, depth_block;  // of a tile
  int64_t panel;                                 // columns of B in scratch at a time
  int64_t tiles;                                 // over batches, rows and columns
  int64_t tiles_per_unit;
  int64_t units;
  /// Elements from one line to the next, each an odd number of cache lines so that lines spread
  /// over the cache's sets.
  int64_t a_pitch, b_pitch, turn_pitch, c_pitch;
  /// Elements of scratch before each panel.
  int64_t b_offset, turn_offset, c_offset, k_at_offset, line_at_offset;
  size_t scratch_bytes;

 private:
  void choose_blocks();
  void choose_panels();
  void lay_out_scratch();
};

/// The text of phase `number`, like emit_loops.
EmittedPhase emit_contract(const Kernel& kernel, int number, const std::string& name, Ints& ints);

/// A contract phase in the cold tier. Immutable once built.
class ContractRunner {
 public:
  /// Keeps no reference to `kernel`.
  ContractRunner(const Kernel& kernel, const Phase& phase);
  ~ContractRunner();
  ContractRunner(ContractRunner&&) noexcept;

  int64_t units() const;
  /// Runs work units [begin, end) on the calling thread.
  void run(int64_t begin, int64_t end, void* const* buffers, const int64_t* scalars,
           int32_t* status) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace axon
