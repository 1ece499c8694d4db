// Integer functions of the addresses in kernels, in plain C99 that is valid C++ and CUDA. Part of
// the text in front of every kernel that is compiled at run time, after core/math.h.
#ifndef AXON_INDEX_H
#define AXON_INDEX_H

AX_FN int64_t ax_min(int64_t a, int64_t b) { return a < b ? a : b; }
AX_FN int64_t ax_max(int64_t a, int64_t b) { return a > b ? a : b; }
/* ceil(a / b) for b > 0 */
AX_FN int64_t ax_ceildiv(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return q + (a % b > 0);
}
/* floor(a / b) for b > 0 */
AX_FN int64_t ax_index_floordiv(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return q - (a % b < 0);
}
/* An index of an axis of n elements; out of range it is 0 and the status names the gather. */
AX_FN int64_t ax_gather(int64_t index, int64_t n, int32_t* status, int32_t number) {
  const int64_t at = index < 0 ? index + n : index;
  if ((uint64_t)at < (uint64_t)n) return at;
  *status = number;
  return 0;
}

#endif
