// Which micro-kernel of the cold tier this CPU runs.
#include "kernel/contract_strip.h"

namespace axon {

namespace {

#define AXON_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))

#define STRIP_NAME base_f32
#define STRIP_TYPE float
#define STRIP_BYTES 16
#define STRIP_ROWS 6
#define STRIP_FMA AXON_MULTIPLY_ADD
#include "kernel/contract_strip.inc"

#define STRIP_NAME base_f64
#define STRIP_TYPE double
#define STRIP_BYTES 16
#define STRIP_ROWS 6
#define STRIP_FMA AXON_MULTIPLY_ADD
#include "kernel/contract_strip.inc"

#define STRIP_NAME base_u32
#define STRIP_TYPE uint32_t
#define STRIP_BYTES 16
#define STRIP_ROWS 6
#define STRIP_FMA AXON_MULTIPLY_ADD
#include "kernel/contract_strip.inc"

#define STRIP_NAME base_u64
#define STRIP_TYPE uint64_t
#define STRIP_BYTES 16
#define STRIP_ROWS 6
#define STRIP_FMA AXON_MULTIPLY_ADD
#include "kernel/contract_strip.inc"

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx2,fma")

#define STRIP_NAME avx2_f32
#define STRIP_TYPE float
#define STRIP_BYTES 32
#define STRIP_ROWS 6
#define STRIP_FMA(a, b, c) __builtin_ia32_vfmaddps256(a, b, c)
#include "kernel/contract_strip.inc"

#define STRIP_NAME avx2_f64
#define STRIP_TYPE double
#define STRIP_BYTES 32
#define STRIP_ROWS 6
#define STRIP_FMA(a, b, c) __builtin_ia32_vfmaddpd256(a, b, c)
#include "kernel/contract_strip.inc"

#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,fma")

#define STRIP_NAME avx512_f32
#define STRIP_TYPE float
#define STRIP_BYTES 64
#define STRIP_ROWS 12
#define STRIP_FMA(a, b, c) __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4)
#include "kernel/contract_strip.inc"

#define STRIP_NAME avx512_f64
#define STRIP_TYPE double
#define STRIP_BYTES 64
#define STRIP_ROWS 12
#define STRIP_FMA(a, b, c) __builtin_ia32_vfmaddpd512_mask(a, b, c, -1, 4)
#include "kernel/contract_strip.inc"

#pragma GCC pop_options

#define AXON_PICK(SUFFIX)                                                \
  if (__builtin_cpu_supports("avx512f")) {                               \
    return {avx512_##SUFFIX::strip, 2 * avx512_##SUFFIX::kLanes};        \
  }                                                                      \
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { \
    return {avx2_##SUFFIX::strip, 2 * avx2_##SUFFIX::kLanes};            \
  }
#else
#define AXON_PICK(SUFFIX)
#endif

}  // namespace

template <>
Strip<float> strip<float>() {
  AXON_PICK(f32)
  return {base_f32::strip, 2 * base_f32::kLanes};
}

template <>
Strip<double> strip<double>() {
  AXON_PICK(f64)
  return {base_f64::strip, 2 * base_f64::kLanes};
}

template <>
Strip<uint32_t> strip<uint32_t>() {
  return {base_u32::strip, 2 * base_u32::kLanes};
}

template <>
Strip<uint64_t> strip<uint64_t>() {
  return {base_u64::strip, 2 * base_u64::kLanes};
}

}  // namespace axon
