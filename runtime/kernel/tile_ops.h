// The executor's loops over tiles: tables of functions, one table an instruction set.
//
// Registers are arrays of the register type of a dtype: float for 16-bit floats, uint8_t 0 or 1 for
// bool, else the C type of the dtype. A function reads and writes `n` elements; operands may be any
// memory, results never overlap operands.
#pragma once

#include <cstdint>

#include "graph/expr.h"

namespace axon {

inline constexpr int kPrims = 0
#define AXON_PRIMITIVE(name, arity, result, text) +1
#include "primitives.inc"
#undef AXON_PRIMITIVE
    ;
inline constexpr int kCombines = 9;
/// Lanes of a reduction along the innermost axis (docs/ir.md, section 3).
inline constexpr int kLanes = 16;

using TileFn = void (*)(void* out, const void* a, const void* b, const void* c, int64_t n);

struct TileOps {
  const char* name;  // of the instruction set
  /// By primitive and operand dtype; null where the primitive is not defined. For 16-bit floats
  /// without the rounding.
  TileFn prim[kPrims][kDTypes];
  /// out = a, converted from the first dtype to the second.
  TileFn cast[kDTypes][kDTypes];
  /// a = a rounded to the 16-bit float; null for other dtypes.
  void (*round[kDTypes])(void* a, int64_t n);

  // By dtype: memory and registers.
  /// out[i] = *a
  void (*splat[kDTypes])(void* out, const void* a, int64_t n);
  /// out[i] = base[i * stride]
  void (*load[kDTypes])(void* out, const void* base, int64_t stride, int64_t n);
  /// out[i] = mask[i] ? base[index[i]] : fallback[i]; null mask: all; null fallback: 0.
  void (*load_indexed[kDTypes])(void* out, const void* base, const int64_t* index,
                                const uint8_t* mask, const void* fallback, int64_t n);
  /// base[i * stride] = a[i]
  void (*store[kDTypes])(void* base, int64_t stride, const void* a, int64_t n);
  /// base[index[i]] = combined with a[i], in the order of i.
  void (*scatter[kCombines][kDTypes])(void* base, const int64_t* index, const void* a, int64_t n);

  // Reductions by combine and dtype; null for argmax and argmin, which have their own.
  /// Fills with what the reduction starts from.
  void (*identity[kCombines][kDTypes])(void* sums, int64_t n);
  /// sums[i] = combine(sums[i], a[i])
  void (*fold[kCombines][kDTypes])(void* sums, const void* a, int64_t n);
  /// sums[i mod 16] = combine(sums[i mod 16], a[i]), in the order of i.
  void (*fold_lanes[kCombines][kDTypes])(void* sums, const void* a, int64_t n);
  /// out[i] = *sum combined with a[0 .. i], or if exclusive a[0 .. i - 1]; *sum with all of them.
  void (*scan[kCombines][kDTypes])(void* sum, void* out, const void* a, bool exclusive, int64_t n);
  /// The same from the last element on.
  void (*scan_back[kCombines][kDTypes])(void* sum, void* out, const void* a, bool exclusive,
                                        int64_t n);
  /// out[i] = *sum = factor[i] * *sum + a[i]
  void (*recurrence[kDTypes])(void* sum, void* out, const void* factor, const void* a, int64_t n);
  /// The same from the last element on.
  void (*recurrence_back[kDTypes])(void* sum, void* out, const void* factor, const void* a,
                                   int64_t n);
  /// Combines the 16 lanes as a tree into sums[0].
  void (*tree[kCombines][kDTypes])(void* sums);
  /// Pairs (sums[i], at[i]) with (a[i], number)
  void (*fold_pair[2][kDTypes])(void* sums, int64_t* at, const void* a, int64_t number, int64_t n);
  /// Pairs of lane i mod 16 with (a[i], number + i)
  void (*fold_pair_lanes[2][kDTypes])(void* sums, int64_t* at, const void* a, int64_t number,
                                      int64_t n);
  void (*tree_pair[2][kDTypes])(void* sums, int64_t* at);

  // Integers of addresses.
  /// out[i] = base + i * step
  void (*ramp)(int64_t* out, int64_t base, int64_t step, int64_t n);
  /// out[i] += a[i] * coef
  void (*add_scaled)(int64_t* out, const int64_t* a, int64_t coef, int64_t n);
  /// a[i] = floor(a[i] / divisor)
  void (*floordiv)(int64_t* a, int64_t divisor, int64_t n);
  /// mask[i] &= 0 <= a[i] < extent
  void (*within)(uint8_t* mask, const int64_t* a, int64_t extent, int64_t n);
  /// Indices of an axis: negative ones count from the end. Returns false and gives 0 where one is
  /// out of range.
  bool (*wrap_index)(int64_t* out, const int64_t* a, int64_t extent, int64_t n);
  /// out[i] = ax_uniform_mixed(key, counter[i])
  void (*uniform)(float* out, uint64_t key, const int64_t* counter, int64_t n);
};

/// The table of the best instruction set that this CPU has.
const TileOps& tile_ops();
/// Every table that runs on this CPU, the plainest first: they give the same bits. Returns how
/// many.
int all_tile_ops(const TileOps* tables[3]);

}  // namespace axon
