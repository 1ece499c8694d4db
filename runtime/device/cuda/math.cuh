// Scalar functions of kernels on CUDA devices, by the names that codegen/primitives.py gives them.
#pragma once

#include <cstdint>

typedef bool _Bool;
#define AX_FN static __device__ __forceinline__

// NAME in double and NAMEf in float are CUDA's own.
#define AX_UNARY(name) \
  AX_FN float ax_##name##_f32(float x) { return name##f(x); } \
  AX_FN double ax_##name##_f64(double x) { return name(x); }
#define AX_BINARY(name, function) \
  AX_FN float ax_##name##_f32(float x, float y) { return function##f(x, y); } \
  AX_FN double ax_##name##_f64(double x, double y) { return function(x, y); }

AX_UNARY(exp) AX_UNARY(exp2) AX_UNARY(expm1)
AX_UNARY(log) AX_UNARY(log2) AX_UNARY(log10) AX_UNARY(log1p)
AX_UNARY(sqrt) AX_UNARY(rsqrt)
AX_UNARY(sin) AX_UNARY(cos) AX_UNARY(tan) AX_UNARY(asin) AX_UNARY(acos) AX_UNARY(atan)
AX_UNARY(sinh) AX_UNARY(cosh) AX_UNARY(tanh) AX_UNARY(asinh) AX_UNARY(acosh) AX_UNARY(atanh)
AX_UNARY(erf) AX_UNARY(erfc) AX_UNARY(lgamma)
AX_UNARY(floor) AX_UNARY(ceil) AX_UNARY(trunc)
AX_BINARY(pow, pow)
AX_BINARY(atan2, atan2)
AX_BINARY(hypot, hypot)
AX_BINARY(copysign, copysign)
AX_BINARY(fmod, fmod)
AX_BINARY(nextafter, nextafter)

// Half to even, NaN propagated, the divisor's sign: as in core/math.h.
#define AX_FLOAT(S, T, F) \
  AX_FN T ax_abs_##S(T x) { return fabs##F(x); } \
  AX_FN T ax_round_##S(T x) { return rint##F(x); } \
  AX_FN T ax_sign_##S(T x) { return x > 0 ? (T)1 : x < 0 ? (T)-1 : x; } \
  AX_FN T ax_maximum_##S(T x, T y) { return x > y || x != x ? x : y; } \
  AX_FN T ax_minimum_##S(T x, T y) { return x < y || x != x ? x : y; } \
  AX_FN T ax_fma_##S(T x, T y, T z) { return fma##F(x, y, z); } \
  AX_FN T ax_sigmoid_##S(T x) { return 1 / (1 + exp##F(-x)); } \
  AX_FN bool ax_isnan_##S(T x) { return x != x; } \
  AX_FN bool ax_isinf_##S(T x) { return isinf(x); } \
  AX_FN bool ax_isfinite_##S(T x) { return isfinite(x); } \
  AX_FN T ax_finite_##S(T x) { return isfinite(x) ? x : (T)0; } \
  AX_FN T ax_floordiv_##S(T x, T y) { return floor##F(x / y); } \
  AX_FN T ax_mod_##S(T x, T y) { \
    const T r = fmod##F(x, y); \
    return r == 0 ? copysign##F(r, y) : (r < 0) != (y < 0) ? r + y : r; \
  }
AX_FLOAT(f32, float, f)
AX_FLOAT(f64, double, )
