// What the emitter decides about a phase's axes before it prints anything.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// Elements of a block of columns: accumulators stay in the first-level cache.
inline constexpr int64_t kLargestColumnBlock = 512;

/// How the loops of a phase nest.
enum class LoopForm : uint8_t {
  points,   // reduced loops (if any) inside the loop over the vector axis: maps, windows, scatters
  lanes,    // a row at a time, 16 accumulators a reduction
  columns,  // the vector axis innermost, accumulators in a block of it
};

struct LoopNest {
  LoopForm form;
  int32_t vector = -1;         // parallel axis that is innermost and blocked; -1: none
  std::vector<int32_t> outer;  // the other parallel axes, outermost first
  size_t block_digit = 0;      // the loop over blocks comes before outer[block_digit]
  bool independent = true;     // true iff points of the vector axis may run in any order
  int64_t block = 1;           // elements of a block of the vector axis
  int64_t grain = 1;           // tiles (a block, or a row) of a work unit
  int64_t tiles = 1;
};

/// Merges adjacent axes wherever every address allows it; gives the same values in the same order.
Phase collapse_axes(const Phase& phase);

/// A short innermost axis of a map becomes a loop that is unrolled within the loop over the next
/// one, which has enough points for vectors.
Phase unroll_short_axis(Phase phase);

LoopNest plan_loops(const Kernel& kernel, const Phase& phase);

/// True iff evaluating the instruction costs far more than a load.
bool is_expensive(const Instr& instr);

}  // namespace axon
