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

// Reflection, recurrence, asymptotic series: as in core/math.h.
AX_FN double ax_digamma_f64(double x) {
  double y = 0.0;
  if (x == 0.0) return copysign((double)INFINITY, -x);
  if (x < 0.0) {
    if (x == floor(x)) return NAN;
    y = -3.141592653589793 / tan(3.141592653589793 * fmod(x, 1.0));
    x = 1.0 - x;
  }
  for (; x < 12.0; x += 1.0) y -= 1.0 / x;
  const double z = 1.0 / (x * x);
  double p = 691.0 / 32760.0 - z / 12.0;
  p = 1.0 / 240.0 - z * (1.0 / 132.0 - z * p);
  p = 1.0 / 120.0 - z * (1.0 / 252.0 - z * p);
  return y + log(x) - 0.5 / x - z * (1.0 / 12.0 - z * p);
}
AX_FN float ax_digamma_f32(float x) { return (float)ax_digamma_f64(x); }
AX_FN double ax_trigamma_f64(double x) {
  double y = 0.0, sign = 1.0;
  if (x <= 0.0 && x == floor(x)) return isinf(x) ? (double)NAN : (double)INFINITY;
  if (x < 0.0) {
    const double s = 3.141592653589793 / sin(3.141592653589793 * fmod(x, 1.0));
    y = s * s;
    sign = -1.0;
    x = 1.0 - x;
  }
  for (; x < 12.0; x += 1.0) y += sign / (x * x);
  const double z = 1.0 / (x * x);
  double p = 1.0 / 30.0 - z * (5.0 / 66.0 - z * (691.0 / 2730.0));
  p = 1.0 / 30.0 - z * (1.0 / 42.0 - z * p);
  return y + sign * (1.0 / x + z * (0.5 + (1.0 / 6.0 - z * p) / x));
}
AX_FN float ax_trigamma_f32(float x) { return (float)ax_trigamma_f64(x); }
