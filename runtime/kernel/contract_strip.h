// Precompiled micro-kernels of contractions, by element type and instruction set.
#pragma once

#include <cstdint>

namespace axon {

/// c[row][j] (+)= sum over k < depth of a[row * a_row + k * a_k] * b[k * b_k + j] for all rows and
/// `columns` values of j.
template <class T>
struct Strip {
  using Fn = void (*)(int64_t rows, int64_t depth, const T* a, int64_t a_row, int64_t a_k,
                      const T* b, int64_t b_k, T* c, int64_t c_row, bool first);
  Fn fn;
  int64_t columns;
};

/// The fastest that this CPU runs. T: float, double, uint32_t or uint64_t.
template <class T>
Strip<T> strip();

}  // namespace axon
