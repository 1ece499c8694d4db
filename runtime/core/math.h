// Scalar functions of kernels, in plain C99 that is valid C++ and CUDA, without includes: part of
// the executor, and the text in front of every kernel that is compiled at run time. A backend whose
// compiler lacks gcc's builtins or needs more than `static inline` defines AX_FN before.
//
// ax_NAME_SUFFIX with the suffixes of dtype.h. 16-bit floats are stored as uint16_t and computed as
// float: convert with ax_f32_from_f16 and ax_f16_from_f32 (bf16 alike). Common float32 functions
// have neither calls nor branches, so that loops over them are vectorised; where float would lose
// digits they compute in double. Every fused multiply-add is written out, so all instruction sets
// give the same bits (compile with -ffp-contract=off, without -ffast-math). Integer functions never
// trap.
#ifndef AXON_MATH_H
#define AXON_MATH_H

#ifndef AX_FN
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
#define AX_FN static inline __attribute__((unused))
#endif
#define AX_INF __builtin_inff()
#define AX_NAN __builtin_nanf("")

AX_FN uint32_t ax_bits_f32(float x) {
  uint32_t u;
  __builtin_memcpy(&u, &x, 4);
  return u;
}
AX_FN float ax_float(uint32_t u) {
  float x;
  __builtin_memcpy(&x, &u, 4);
  return x;
}
AX_FN uint64_t ax_bits_f64(double x) {
  uint64_t u;
  __builtin_memcpy(&u, &x, 8);
  return u;
}
AX_FN double ax_double(uint64_t u) {
  double x;
  __builtin_memcpy(&x, &u, 8);
  return x;
}

/* Conversions. 16-bit floats round half to even. */
AX_FN float ax_f32_from_f16(uint16_t h) {
  uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13;
  float x = ax_float(magnitude) * 0x1p112f;
  uint32_t u = ax_bits_f32(x) | (magnitude >= 0x0f800000u ? 0x7f800000u : 0u);
  return ax_float(u | (uint32_t)(h & 0x8000) << 16);
}
AX_FN uint16_t ax_f16_from_f32(float x) {
  uint32_t u = ax_bits_f32(x);
  uint32_t a = u & 0x7fffffffu;
  uint32_t normal = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1)) >> 13;
  uint32_t small = ax_bits_f32(ax_float(a) + 0.5f) - 0x3f000000u;
  uint32_t special = a > 0x7f800000u ? 0x7e00u : 0x7c00u;
  uint32_t h = a < 0x38800000u ? small : normal;
  h = a >= 0x47800000u ? special : h;
  return (uint16_t)(h | ((u >> 16) & 0x8000u));
}
AX_FN float ax_f32_from_bf16(uint16_t h) { return ax_float((uint32_t)h << 16); }
AX_FN uint16_t ax_bf16_from_f32(float x) {
  uint32_t u = ax_bits_f32(x);
  uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1)) >> 16;
  return (uint16_t)((u & 0x7fffffffu) > 0x7f800000u ? (u >> 16) | 0x40u : rounded);
}
/* The float nearest to x that the 16-bit dtype has. */
AX_FN float ax_round_f16(float x) { return ax_f32_from_f16(ax_f16_from_f32(x)); }
AX_FN float ax_round_bf16(float x) { return ax_f32_from_bf16(ax_bf16_from_f32(x)); }

/* Floats to integers: truncated, saturated, NaN gives 0. `top` is the least float above. */
#define AX_TO_INT(S, T, low, high, bottom, top)                 \
  AX_FN T ax_##S##_from_f32(float x) {                          \
    T y = (T)(x > bottom##f && x < top##f ? x : 0.0f);          \
    return x >= top##f ? (T)high : x <= bottom##f ? (T)low : y; \
  }                                                             \
  AX_FN T ax_##S##_from_f64(double x) {                         \
    T y = (T)(x > bottom && x < top ? x : 0.0);                 \
    return x >= top ? (T)high : x <= bottom ? (T)low : y;       \
  }
AX_TO_INT(i8, int8_t, -128, 127, -128.0, 128.0)
AX_TO_INT(i16, int16_t, -32768, 32767, -32768.0, 32768.0)
AX_TO_INT(i32, int32_t, (-2147483647 - 1), 2147483647, -2147483648.0, 2147483648.0)
AX_TO_INT(i64, int64_t, (-9223372036854775807LL - 1), 9223372036854775807LL, -9223372036854775808.0,
          9223372036854775808.0)
AX_TO_INT(u8, uint8_t, 0, 255, 0.0, 256.0)
AX_TO_INT(u16, uint16_t, 0, 65535, 0.0, 65536.0)
AX_TO_INT(u32, uint32_t, 0, 4294967295u, 0.0, 4294967296.0)
AX_TO_INT(u64, uint64_t, 0, 18446744073709551615ull, 0.0, 18446744073709551616.0)

/* Kernels in double for float functions: relative error below 1e-14. */
AX_FN double ax_exp2_kernel(double x) {
  x = x < -300.0 ? -300.0 : x;
  x = x > 300.0 ? 300.0 : x;
  double shifted = x + 0x1.8p52;
  double f = x - (shifted - 0x1.8p52);
  double p = 4.4558179083360645e-10;
  p = __builtin_fma(p, f, 7.074194297288521e-09);
  p = __builtin_fma(p, f, 1.0178057087733941e-07);
  p = __builtin_fma(p, f, 1.3215432535912375e-06);
  p = __builtin_fma(p, f, 1.5252733841556773e-05);
  p = __builtin_fma(p, f, 0.00015403530463724353);
  p = __builtin_fma(p, f, 0.001333355814640647);
  p = __builtin_fma(p, f, 0.009618129107587256);
  p = __builtin_fma(p, f, 0.055504108664821625);
  p = __builtin_fma(p, f, 0.24022650695910158);
  p = __builtin_fma(p, f, 0.6931471805599453);
  p = __builtin_fma(p, f, 1.0);
  return p * ax_double((ax_bits_f64(shifted) + 1023) << 52);
}
AX_FN double ax_exp_kernel(double x) { return ax_exp2_kernel(x * 1.4426950408889634); }
/* Of x >= 0 (no subnormal double), else NaN. */
AX_FN double ax_log_kernel(double x) {
  uint64_t u = ax_bits_f64(x);
  uint64_t offset = u - 0x3fe6a09e667f3bcdull;
  double m = ax_double(u - (offset & 0xfff0000000000000ull)) - 1.0;
  uint64_t exponent = (offset + 0x4000000000000000ull) >> 52;
  double e = ax_double(exponent | 0x4330000000000000ull) - 0x1.00000000004p52;
  double s = m / (2.0 + m);
  double z = s * s;
  double p = 0.0731197830410594;
  p = __builtin_fma(p, z, 0.07665556293980084);
  p = __builtin_fma(p, z, 0.0909145374883561);
  p = __builtin_fma(p, z, 0.11111105440966464);
  p = __builtin_fma(p, z, 0.14285714313764397);
  p = __builtin_fma(p, z, 0.19999999999948034);
  p = __builtin_fma(p, z, 0.3333333333333335);
  double r = __builtin_fma(2.0 * s * z, p, 2.0 * s);
  r = __builtin_fma(e, 0.6931471805599453, r);
  r = x < __builtin_inf() ? r : x;
  r = x == 0.0 ? -__builtin_inf() : r;
  return x < 0.0 ? __builtin_nan("") : r;
}

/* Exponentials and logarithms. */
AX_FN float ax_exp_f32(float a) {
  float x = a < -104.0f ? -104.0f : a;
  x = x > 89.0f ? 89.0f : x;
  float shifted = __builtin_fmaf(x, 1.44269502f, 12582912.0f);
  float n = shifted - 12582912.0f;
  float f = __builtin_fmaf(n, -0.693145752f, x);
  f = __builtin_fmaf(n, -1.42860677e-6f, f);
  float p = 1.97350979e-4f;
  p = __builtin_fmaf(p, f, 1.39309070e-3f);
  p = __builtin_fmaf(p, f, 8.33343994e-3f);
  p = __builtin_fmaf(p, f, 4.16668020e-2f);
  p = __builtin_fmaf(p, f, 0.166666716f);
  p = __builtin_fmaf(p, f, 0.49999997f);
  p = __builtin_fmaf(p, f * f, f) + 1.0f;
  int32_t i = (int32_t)(ax_bits_f32(shifted) - 0x4b400000u);
  int32_t half = i >> 1; /* two steps: 2^i alone may not be a normal float */
  float low = ax_float((uint32_t)(half + 127) << 23);
  return p * low * ax_float((uint32_t)(i - half + 127) << 23);
}
AX_FN float ax_expm1_f32(float a) {
  float x = a < -30.0f ? -30.0f : a;
  x = x > 89.0f ? 89.0f : x;
  float shifted = __builtin_fmaf(x, 1.44269502f, 12582912.0f);
  float n = shifted - 12582912.0f;
  float f = __builtin_fmaf(n, -0.693145752f, x);
  f = __builtin_fmaf(n, -1.42860677e-6f, f);
  float p = 1.97350979e-4f;
  p = __builtin_fmaf(p, f, 1.39309070e-3f);
  p = __builtin_fmaf(p, f, 8.33343994e-3f);
  p = __builtin_fmaf(p, f, 4.16668020e-2f);
  p = __builtin_fmaf(p, f, 0.166666716f);
  p = __builtin_fmaf(p, f, 0.49999997f);
  float u = n == 1.0f ? f + 0.5f : f;
  float v = __builtin_fmaf(p, f * f, u);
  float t = ax_float((ax_bits_f32(shifted) - 0x4b400000u + 126u) << 23); /* 2^n / 2 */
  float y = t - 0.5f;
  float low = (t - y) - 0.5f;
  float r = __builtin_fmaf(v, t, low) + y;
  r = n == 0.0f ? v : r + r;
  r = n == 1.0f ? v + v : r;
  r = a > 88.7228394f ? AX_INF : r;
  return a == 0.0f ? a : r;
}
AX_FN float ax_sigmoid_f32(float x) { return 1.0f / (1.0f + ax_exp_f32(-x)); }
AX_FN double ax_sigmoid_f64(double x) { return 1.0 / (1.0 + __builtin_exp(-x)); }
AX_FN float ax_exp2_f32(float x) { return (float)ax_exp2_kernel((double)x); }
AX_FN float ax_log_f32(float a) {
  float scaled = a < 0x1p-126f ? a * 8388608.0f : a;
  float i = a < 0x1p-126f ? -23.0f : 0.0f;
  int32_t u = (int32_t)ax_bits_f32(scaled);
  int32_t e = (int32_t)((uint32_t)(u - 0x3f2aaaab) & 0xff800000u);
  float m = ax_float((uint32_t)(u - e)) - 1.0f;
  i = __builtin_fmaf((float)e, 0x1p-23f, i);
  float s = m * m;
  float r = -0.130310059f;
  float t = 0.140869141f;
  r = __builtin_fmaf(r, s, -0.121483512f);
  t = __builtin_fmaf(t, s, 0.139814854f);
  r = __builtin_fmaf(r, s, -0.166846126f);
  t = __builtin_fmaf(t, s, 0.200120345f);
  r = __builtin_fmaf(r, s, -0.249996200f);
  r = __builtin_fmaf(t, m, r);
  r = __builtin_fmaf(r, m, 0.333331972f);
  r = __builtin_fmaf(r, m, -0.5f);
  r = __builtin_fmaf(r, s, m);
  r = __builtin_fmaf(i, 0.693147182f, r);
  r = a < AX_INF ? r : a;
  r = a == 0.0f ? -AX_INF : r;
  return a < 0.0f ? AX_NAN : r;
}
AX_FN float ax_log2_f32(float x) { return (float)(ax_log_kernel(x) * 1.4426950408889634); }
AX_FN float ax_log10_f32(float x) { return (float)(ax_log_kernel(x) * 0.4342944819032518); }
AX_FN float ax_log1p_f32(float x) {
  double r = ax_log_kernel(1.0 + (double)x);
  return __builtin_fabsf(x) < 1e-8f ? x : (float)r;
}
AX_FN float ax_sqrt_f32(float x) { return __builtin_sqrtf(x); }
AX_FN float ax_rsqrt_f32(float x) { return (float)(1.0 / __builtin_sqrt((double)x)); }
AX_FN float ax_pow_f32(float x, float y) {
  float a = __builtin_fabsf(x);
  double p = a == 1.0f ? 0.0 : (double)y * ax_log_kernel(a);
  float r = (float)ax_exp_kernel(p);
  r = y != y ? y : r;
  float integer = __builtin_floorf(y);
  float half = 0.5f * y;
  float odd = integer == y && __builtin_floorf(half) != half ? -1.0f : 1.0f;
  r = x < 0.0f && a < AX_INF && integer != y ? AX_NAN : r;
  r = ax_bits_f32(x) >> 31 ? r * odd : r;
  return y == 0.0f || x == 1.0f ? 1.0f : r;
}

/* Trigonometric functions. Huge numbers are integers times 2^23, 2^46, 2^69 or 2^92, which equals a
   small number modulo 2 pi: x is multiplied by the quotient of the two, `factor` and its rounding
   error, and then reduced by multiples of pi / 2. */
AX_FN double ax_reduce(float x, uint32_t* quadrant) {
  float a = __builtin_fabsf(x);
  double factor = a < 0x1p69f ? 3.212223315536612e-07 : 2.2783716275881416e-14;
  double error = a < 0x1p69f ? 2.0978668476975608e-23 : 1.1782856941981142e-30;
  factor = a < 0x1p92f ? factor : -1.2793965511530976e-21;
  error = a < 0x1p92f ? error : 2.5675674302466744e-38;
  factor = a < 0x1p115f ? factor : 3.5603635063478227e-28;
  error = a < 0x1p115f ? error : -1.1672267436545844e-44;
  factor = a < 0x1p46f ? 1.0 : factor;
  error = a < 0x1p46f ? 0.0 : error;
  double y = (double)x * factor;
  double rest = __builtin_fma((double)x, error, __builtin_fma((double)x, factor, -y));
  double shifted = __builtin_fma(y, 0.6366197723675814, 0x1.8p52);
  double n = shifted - 0x1.8p52;
  double r = __builtin_fma(n, -1.5707963267948966, y);
  r = __builtin_fma(n, -6.123233995736766e-17, r + rest);
  *quadrant = (uint32_t)ax_bits_f64(shifted);
  return r;
}
AX_FN double ax_sin_kernel(double r) {
  double z = r * r;
  double p = 2.724990115829391e-06;
  p = __builtin_fma(p, z, -0.0001984008654531293);
  p = __builtin_fma(p, z, 0.008333331874358352);
  p = __builtin_fma(p, z, -0.16666666663854385);
  return __builtin_fma(p, z * r, r);
}
AX_FN double ax_cos_kernel(double r) {
  double z = r * r;
  double p = -2.7237114750035875e-07;
  p = __builtin_fma(p, z, 2.479986191302088e-05);
  p = __builtin_fma(p, z, -0.001388888509048323);
  p = __builtin_fma(p, z, 0.041666666637386655);
  p = __builtin_fma(p, z, -0.4999999999996388);
  return __builtin_fma(p, z, 1.0);
}
AX_FN float ax_sin_f32(float x) {
  uint32_t q;
  double r = ax_reduce(x, &q);
  float s = (float)ax_sin_kernel(r);
  float c = (float)ax_cos_kernel(r);
  float y = ax_float(ax_bits_f32(q & 1 ? c : s) ^ (q & 2) << 30);
  return x == 0.0f ? x : y;
}
AX_FN float ax_cos_f32(float x) {
  uint32_t q;
  double r = ax_reduce(x, &q);
  float s = (float)ax_sin_kernel(r);
  float c = (float)ax_cos_kernel(r);
  return ax_float(ax_bits_f32(q & 1 ? s : c) ^ ((q + 1) & 2) << 30);
}
AX_FN float ax_tan_f32(float x) {
  uint32_t q;
  double r = ax_reduce(x, &q);
  double s = ax_sin_kernel(r);
  double c = ax_cos_kernel(r);
  double top = q & 1 ? -c : s;
  double bottom = q & 1 ? s : c;
  return x == 0.0f ? x : (float)(top / bottom);
}

/* Hyperbolic functions and their inverses. Below 1e-5 the formula loses its digits; y = x. */
AX_FN float ax_sinh_f32(float x) {
  double e = ax_exp_kernel(x);
  float r = (float)(0.5 * (e - 1.0 / e));
  return __builtin_fabsf(x) < 1e-5f ? x : r;
}
AX_FN float ax_cosh_f32(float x) {
  double e = ax_exp_kernel(x);
  return (float)(0.5 * (e + 1.0 / e));
}
AX_FN float ax_tanh_f32(float x) {
  float a = __builtin_fabsf(x);
  float s = x * x;
  float p = 0.00230834199f;
  p = __builtin_fmaf(p, s, -0.00835759967f);
  p = __builtin_fmaf(p, s, 0.0217730550f);
  p = __builtin_fmaf(p, s, -0.0539597638f);
  p = __builtin_fmaf(p, s, 0.133333057f);
  p = __builtin_fmaf(p, s, -0.333333332f);
  p = __builtin_fmaf(p * s, a, a);
  float large = 1.0f - 2.0f / (ax_exp_f32(2.0f * a) + 1.0f);
  return __builtin_copysignf(a < 0.62f ? p : large, x);
}
AX_FN float ax_asinh_f32(float x) {
  double a = __builtin_fabs((double)x);
  float r = (float)ax_log_kernel(a + __builtin_sqrt(a * a + 1.0));
  r = __builtin_copysignf(r, x);
  return a < 1e-5 ? x : r;
}
AX_FN float ax_acosh_f32(float x) {
  double a = (double)x;
  return x < 1.0f ? AX_NAN : (float)ax_log_kernel(a + __builtin_sqrt(a * a - 1.0));
}
AX_FN float ax_atanh_f32(float x) {
  double a = (double)x;
  float r = (float)(0.5 * ax_log_kernel((1.0 + a) / (1.0 - a)));
  r = __builtin_fabsf(x) > 1.0f ? AX_NAN : r;
  return __builtin_fabsf(x) < 1e-5f ? x : r;
}

/* Error functions. */
AX_FN float ax_erf_f32(float x) {
  float a = __builtin_fabsf(x);
  float s = x * x;
  float t = a > 4.0f ? 4.0f : a;
  float w = t * t;
  float q = __builtin_fmaf(-1.72853470e-5f, t, 3.83197126e-4f);
  float u = __builtin_fmaf(-3.88396438e-3f, t, 2.42546219e-2f);
  q = __builtin_fmaf(q, w, u);
  q = __builtin_fmaf(q, t, -0.106777877f);
  q = __builtin_fmaf(q, t, -0.634846687f);
  q = __builtin_fmaf(q, t, -0.128717512f);
  q = __builtin_fmaf(q, t, -t);
  float large = __builtin_copysignf(1.0f - ax_exp_f32(q), x);
  float p = -5.96761703e-4f;
  p = __builtin_fmaf(p, s, 4.99119423e-3f);
  p = __builtin_fmaf(p, s, -2.67681349e-2f);
  p = __builtin_fmaf(p, s, 0.112819925f);
  p = __builtin_fmaf(p, s, -0.376125336f);
  p = __builtin_fmaf(p, s, 0.128379166f);
  p = __builtin_fmaf(p, x, x);
  return a > 0.927734375f ? large : p;
}
/* exp(-t^2) times a polynomial for exp(t^2) erfc(t) (1 + 2 t): all digits of the tail. */
AX_FN float ax_erfc_f32(float x) {
  double t = __builtin_fabs((double)x);
  t = t > 10.3 ? 10.3 : t;
  double q = (t - 3.0) / (t + 3.0);
  double p = -5.0091944678831705e-06;
  p = __builtin_fma(p, q, -2.0066596738012432e-05);
  p = __builtin_fma(p, q, 8.433987571867935e-06);
  p = __builtin_fma(p, q, 0.0001268285018483443);
  p = __builtin_fma(p, q, -0.00010601032514305641);
  p = __builtin_fma(p, q, -0.0007806477957885273);
  p = __builtin_fma(p, q, 0.0018887093828669614);
  p = __builtin_fma(p, q, 0.002529544754029796);
  p = __builtin_fma(p, q, -0.023770495647087303);
  p = __builtin_fma(p, q, 0.0683080145178474);
  p = __builtin_fma(p, q, -0.11927366582155619);
  p = __builtin_fma(p, q, 0.1296451591294906);
  p = __builtin_fma(p, q, -0.04756229426946331);
  p = __builtin_fma(p, q, -0.13562110612820344);
  p = __builtin_fma(p, q, 1.2530080582692873);
  double tail = p * ax_exp_kernel(-t * t) / (1.0 + 2.0 * t);
  return (float)(x < 0.0f ? 2.0 - tail : tail);
}

/* float32 by way of libm's double, and float64. */
#define AX_LIBM(name) \
  AX_FN double ax_##name##_f64(double x) { return __builtin_##name(x); }
#define AX_LIBM_BOTH(name) \
  AX_LIBM(name)            \
  AX_FN float ax_##name##_f32(float x) { return (float)__builtin_##name((double)x); }
AX_LIBM(log)
AX_LIBM(log2)
AX_LIBM(log10)
AX_LIBM(log1p)
AX_LIBM(sqrt)
AX_LIBM(sin)
AX_LIBM(cos)
AX_LIBM(tan)
AX_LIBM(asinh)
AX_LIBM(acosh)
AX_LIBM(atanh)
AX_LIBM_BOTH(asin)
AX_LIBM_BOTH(acos)
AX_LIBM_BOTH(atan)
AX_LIBM_BOTH(lgamma)
AX_FN double ax_rsqrt_f64(double x) { return 1.0 / __builtin_sqrt(x); }
AX_FN double ax_pow_f64(double x, double y) { return __builtin_pow(x, y); }
AX_FN double ax_atan2_f64(double y, double x) { return __builtin_atan2(y, x); }
AX_FN float ax_atan2_f32(float y, float x) { return (float)__builtin_atan2((double)y, (double)x); }
AX_FN double ax_hypot_f64(double x, double y) { return __builtin_hypot(x, y); }
AX_FN float ax_hypot_f32(float x, float y) {
  double r = __builtin_sqrt((double)x * x + (double)y * y);
  float infinite = __builtin_fabsf(x) == AX_INF || __builtin_fabsf(y) == AX_INF ? AX_INF : 0.0f;
  return infinite > 0.0f ? infinite : (float)r;
}

/* exp(x + low) = 2^n (1 + v + *tail), n the integer in the low bits of *shifted; |v| < 0.42. */
AX_FN double ax_exp_parts_f64(double x, double low, double* shifted, double* tail) {
  *shifted = __builtin_fma(x, 1.4426950408889634, 0x1.8p52);
  double n = *shifted - 0x1.8p52;
  double exact = __builtin_fma(n, -0.6931471805599453, x);
  low = __builtin_fma(n, -2.3190468138462996e-17, low);
  double f = exact + low;
  low += exact - f;
  double p = 2.0914686968086876e-09;
  p = __builtin_fma(p, f, 2.5105217004720745e-08);
  p = __builtin_fma(p, f, 2.75572736431103e-07);
  p = __builtin_fma(p, f, 2.7557255400206422e-06);
  p = __builtin_fma(p, f, 2.4801587325547743e-05);
  p = __builtin_fma(p, f, 0.00019841269874820627);
  p = __builtin_fma(p, f, 0.0013888888888883748);
  p = __builtin_fma(p, f, 0.008333333333326136);
  p = __builtin_fma(p, f, 0.04166666666666667);
  p = __builtin_fma(p, f, 0.1666666666666667);
  p = __builtin_fma(p, f, 0.5);
  double square = f * f;
  double v = __builtin_fma(p, square, f);
  *tail = __builtin_fma(p, square, f - v) + low;
  return v;
}
/* r 2^n in two steps, as 2^n alone may not be a normal number; |n| < 2046. */
AX_FN double ax_scale_f64(double r, double shifted) {
  uint64_t n = ax_bits_f64(shifted) - 0x4338000000000000ull + 2046;
  uint64_t half = n >> 1;
  return r * ax_double(half << 52) * ax_double((n - half) << 52);
}
AX_FN double ax_power_of_two(double shifted, uint64_t bias) {
  return ax_double((ax_bits_f64(shifted) + bias) << 52);
}
AX_FN double ax_exp_f64(double x) {
  double shifted, tail;
  x = x < -746.0 ? -746.0 : x;
  x = x > 710.0 ? 710.0 : x;
  double v = ax_exp_parts_f64(x, 0.0, &shifted, &tail);
  return ax_scale_f64(1.0 + (v + tail), shifted);
}
AX_FN double ax_exp2_f64(double x) {
  x = x < -1080.0 ? -1080.0 : x;
  x = x > 1030.0 ? 1030.0 : x;
  double shifted = x + 0x1.8p52;
  double f = x - (shifted - 0x1.8p52);
  double p = 4.4541068401718915e-10;
  p = __builtin_fma(p, f, 7.070984300546448e-09);
  p = __builtin_fma(p, f, 1.0178067252442298e-07);
  p = __builtin_fma(p, f, 1.321545160506755e-06);
  p = __builtin_fma(p, f, 1.5252733820815906e-05);
  p = __builtin_fma(p, f, 0.0001540353042481424);
  p = __builtin_fma(p, f, 0.0013333558146423204);
  p = __builtin_fma(p, f, 0.00961812910761865);
  p = __builtin_fma(p, f, 0.05550410866482158);
  p = __builtin_fma(p, f, 0.24022650695910075);
  p = __builtin_fma(p, f, 2.3190468138462996e-17);
  return ax_scale_f64(1.0 + __builtin_fma(0.6931471805599453, f, p * f), shifted);
}
AX_FN double ax_expm1_f64(double a) {
  double shifted, tail;
  double x = a < -60.0 ? -60.0 : a;
  x = x > 710.0 ? 710.0 : x;
  double v = ax_exp_parts_f64(x, 0.0, &shifted, &tail);
  double half = ax_power_of_two(shifted, 1022); /* 2^n / 2 */
  double y = half - 0.5;
  double low = (half - y) - 0.5;
  double scaled = half * v;
  double r = y + scaled;
  double z = r - y;
  low += (y - (r - z)) + (scaled - z) + half * tail;
  r += low;
  r = r + r;
  return __builtin_fabs(a) < 0x1p-54 ? a : r;
}

/* Hyperbolic functions, by a quarter of the exponential: the largest result does not overflow. */
AX_FN double ax_sinh_f64(double x) {
  double shifted, tail;
  double a = __builtin_fabs(x);
  a = a > 710.7 ? 710.7 : a;
  double v = ax_exp_parts_f64(a, 0.0, &shifted, &tail);
  double quarter = ax_power_of_two(shifted, 1021);
  double base = quarter - 0.25;
  double scaled = quarter * v;
  double high = base + scaled; /* expm1(a) / 4 */
  double low = (base - high) + scaled + quarter * tail;
  double r = 2.0 * (high + (high / (4.0 * high + 1.0) + low));
  return __builtin_copysign(__builtin_fabs(x) < 0x1p-27 ? __builtin_fabs(x) : r, x);
}
AX_FN double ax_cosh_f64(double x) {
  double shifted, tail;
  double a = __builtin_fabs(x);
  a = a > 710.7 ? 710.7 : a;
  double v = ax_exp_parts_f64(a, 0.0, &shifted, &tail);
  double quarter = ax_power_of_two(shifted, 1021) * (1.0 + (v + tail));
  return 2.0 * (quarter + 0.0625 / quarter);
}
/* expm1(2 a) / (expm1(2 a) + 2), the quotient corrected by its remainder. */
AX_FN double ax_tanh_f64(double x) {
  double shifted, tail;
  double a = 2.0 * __builtin_fabs(x);
  a = a > 60.0 ? 60.0 : a;
  double v = ax_exp_parts_f64(a, 0.0, &shifted, &tail);
  double power = ax_power_of_two(shifted, 1023);
  double scaled = power * v;
  tail *= power;
  double less = power - 1.0;
  double more = power + 1.0;
  double top = less + scaled;
  double top_low = (less - top) + scaled + (tail + ((power - less) - 1.0));
  double bottom = more + scaled;
  double bottom_low = (more - bottom) + scaled + (tail + ((power - more) + 1.0));
  double inverse = 1.0 / bottom;
  double q = top * inverse;
  double rest = __builtin_fma(-q, bottom, top) + (top_low - q * bottom_low);
  return __builtin_copysign(__builtin_fma(rest, inverse, q), x);
}

/* Error functions. exp(t^2) erfc(t) (1 + 1.125 t) is a polynomial of (t - 4) / (t + 4). */
AX_FN double ax_erfc_f64(double x) {
  double shifted, tail;
  double t = __builtin_fabs(x);
  t = t > 27.3 ? 27.3 : t;
  double q = (t - 4.0) / (t + 4.0);
  double p = 1.3869492809518837e-10;
  p = __builtin_fma(p, q, 1.0929164459062001e-09);
  p = __builtin_fma(p, q, 1.1360403855365405e-09);
  p = __builtin_fma(p, q, -8.354461439254876e-09);
  p = __builtin_fma(p, q, -1.192165414933601e-08);
  p = __builtin_fma(p, q, 5.6760131377359066e-08);
  p = __builtin_fma(p, q, 5.454650867779674e-08);
  p = __builtin_fma(p, q, -4.2326810495805743e-07);
  p = __builtin_fma(p, q, 3.9702774505300194e-08);
  p = __builtin_fma(p, q, 3.0333517446030272e-06);
  p = __builtin_fma(p, q, -5.023502388593556e-06);
  p = __builtin_fma(p, q, -1.4557334521654461e-05);
  p = __builtin_fma(p, q, 7.485621888918769e-05);
  p = __builtin_fma(p, q, -7.752672763993198e-05);
  p = __builtin_fma(p, q, -0.0004357681856449308);
  p = __builtin_fma(p, q, 0.0024808651294040383);
  p = __builtin_fma(p, q, -0.007334860077344472);
  p = __builtin_fma(p, q, 0.015287501101250545);
  p = __builtin_fma(p, q, -0.023617493542061094);
  p = __builtin_fma(p, q, 0.025115050344182707);
  p = __builtin_fma(p, q, -0.009163084533414616);
  p = __builtin_fma(p, q, -0.033558201786808045);
  p = __builtin_fma(p, q, 0.1043409138344647);
  p = __builtin_fma(p, q, -0.1918791495553915);
  p = __builtin_fma(p, q, 0.7534970169378377);
  double square = t * t;
  double v = ax_exp_parts_f64(-square, -__builtin_fma(t, t, -square), &shifted, &tail);
  double e = 1.0 + v;
  double e_low = (1.0 - e) + v + tail;
  double top = p * e;
  double top_low = __builtin_fma(p, e, -top) + p * e_low;
  double slope = 1.125 * t;
  double bottom = 1.0 + slope;
  double bottom_low = slope < 1.0 ? (1.0 - bottom) + slope : (slope - bottom) + 1.0;
  bottom_low += __builtin_fma(1.125, t, -slope);
  double r = top / bottom;
  r += (__builtin_fma(-r, bottom, top) + (top_low - r * bottom_low)) / bottom;
  r = ax_scale_f64(r, shifted);
  return x < 0.0 ? 2.0 - r : r;
}
AX_FN double ax_erf_f64(double x) {
  double a = __builtin_fabs(x);
  double s = x * x;
  double p = 1.2437564917505584e-08;
  p = __builtin_fma(p, s, -1.615959996296719e-07);
  p = __builtin_fma(p, s, 1.645201845120971e-06);
  p = __builtin_fma(p, s, -1.4925349794271993e-05);
  p = __builtin_fma(p, s, 0.00012055327425787669);
  p = __builtin_fma(p, s, -0.0008548326960808415);
  p = __builtin_fma(p, s, 0.005223977625036021);
  p = __builtin_fma(p, s, -0.026866170645117867);
  p = __builtin_fma(p, s, 0.11283791670955108);
  p = __builtin_fma(p, s, -0.37612638903183754);
  p = __builtin_fma(p, s, 0.1283791670955126);
  p = __builtin_fma(p, x, x);
  double large = __builtin_copysign(1.0 - ax_erfc_f64(a), x);
  return a > 0.65 ? large : p;
}

/* Of x > 0. Below 3 by a rational function without the root u0 + 1, above by the asymptotic form
   log(x) - 1 / (2 x) - G(1 / x^2) / x^2 (DLMF 5.11). */
AX_FN double ax_digamma_positive(double x) {
  if (x < 3.0) {
    double u = x < 1.0 ? x : x - 1.0;
    double p = -5.492412098955648e-06;
    p = __builtin_fma(p, u, -0.0004108826567418395);
    p = __builtin_fma(p, u, -0.00856216223745524);
    p = __builtin_fma(p, u, -0.07058773851878859);
    p = __builtin_fma(p, u, -0.24378778884913682);
    p = __builtin_fma(p, u, -0.2524912945584762);
    p = __builtin_fma(p, u, 0.290905509590345);
    p = __builtin_fma(p, u, 0.5003801375034054);
    double q = 7.3778476243478865e-06;
    q = __builtin_fma(q, u, 0.0006000004112100302);
    q = __builtin_fma(q, u, 0.014396602345897333);
    q = __builtin_fma(q, u, 0.14810832904594673);
    q = __builtin_fma(q, u, 0.7470495002328587);
    q = __builtin_fma(q, u, 1.9022022748824643);
    q = __builtin_fma(q, u, 2.2894571233542136);
    q = __builtin_fma(q, u, 1.0);
    double distance = u - 0.46163214496836236;
    double low = (0.46163214496836236 - (u - distance)) + -1.5522348162858677e-17;
    double y = 0.75 * distance;
    double r = p / q;
    y += distance * r + (__builtin_fma(0.75, distance, -y) - low * (0.75 + r));
    double inverse = 1.0 / x;
    double rest = inverse < __builtin_inf() ? __builtin_fma(-inverse, x, 1.0) * inverse : 0.0;
    return x < 1.0 ? (y - rest) - inverse : y;
  }
  double z = 1.0 / (x * x);
  double g = -21.29861333615139;
  g = __builtin_fma(g, z, 17.26188376063617);
  g = __builtin_fma(g, z, -6.706334097433162);
  g = __builtin_fma(g, z, 1.7458633558520562);
  g = __builtin_fma(g, z, -0.37430045081475766);
  g = __builtin_fma(g, z, 0.08064047398050744);
  g = __builtin_fma(g, z, -0.02101916489696948);
  g = __builtin_fma(g, z, 0.007574430608818495);
  g = __builtin_fma(g, z, -0.004166652178650304);
  g = __builtin_fma(g, z, 0.003968253884920039);
  g = __builtin_fma(g, z, -0.008333333333142599);
  g = __builtin_fma(g, z, 0.08333333333333326);
  return __builtin_log(x) - (0.5 / x + g * z);
}
/* Reflected for x < 0 (DLMF 5.5.4). */
AX_FN double ax_digamma_f64(double x) {
  if (x == 0.0) return __builtin_copysign(__builtin_inf(), -x);
  if (x > 0.0 || x != x) return x < __builtin_inf() ? ax_digamma_positive(x) : x;
  double part = x - __builtin_rint(x);
  if (part == 0.0 || x == -__builtin_inf()) return __builtin_nan("");
  return ax_digamma_positive(1.0 - x) - 3.141592653589793 / __builtin_tan(3.141592653589793 * part);
}
AX_FN float ax_digamma_f32(float x) { return (float)ax_digamma_f64((double)x); }
/* The same for its derivative (DLMF 5.15). */
AX_FN double ax_trigamma_f64(double x) {
  double y = 0.0, sign = 1.0;
  if (x <= 0.0 && x == __builtin_floor(x))
    return x < -0x1p1023 ? __builtin_nan("") : __builtin_inf();
  if (x < 0.0) {
    double s = 3.141592653589793 / __builtin_sin(3.141592653589793 * __builtin_fmod(x, 1.0));
    y = s * s;
    sign = -1.0;
    x = 1.0 - x;
  }
  for (; x < 12.0; x += 1.0) y += sign / (x * x);
  double z = 1.0 / (x * x);
  double p = 1.0 / 30.0 - z * (5.0 / 66.0 - z * (691.0 / 2730.0));
  p = 1.0 / 30.0 - z * (1.0 / 42.0 - z * p);
  return y + sign * (1.0 / x + z * (0.5 + (1.0 / 6.0 - z * p) / x));
}
AX_FN float ax_trigamma_f32(float x) { return (float)ax_trigamma_f64((double)x); }

/* The float next to x in the direction of y: of equals y, so that -0 goes to 0. */
#define AX_NEXTAFTER(S, T, U, from_bits, least)          \
  AX_FN T ax_nextafter_##S(T x, T y) {                   \
    U u = ax_bits_##S(x);                                \
    T r = from_bits((x < y) == (x > 0) ? u + 1 : u - 1); \
    r = x == 0 ? (y > 0 ? (T)least : -(T)least) : r;     \
    r = x == y ? y : r;                                  \
    return x != x || y != y ? x + y : r;                 \
  }
AX_NEXTAFTER(f32, float, uint32_t, ax_float, 0x1p-149)
AX_NEXTAFTER(f64, double, uint64_t, ax_double, 0x1p-1074)

/* Arithmetic, rounding and classification of floats. maximum and minimum propagate NaN; round goes
   half to even; mod has the sign of the divisor, as in Python. */
#define AX_FLOAT(S, T, F)                                                                     \
  AX_FN T ax_floor_##S(T x) { return __builtin_floor##F(x); }                                 \
  AX_FN T ax_ceil_##S(T x) { return __builtin_ceil##F(x); }                                   \
  AX_FN T ax_round_##S(T x) { return __builtin_rint##F(x); }                                  \
  AX_FN T ax_trunc_##S(T x) { return __builtin_trunc##F(x); }                                 \
  AX_FN T ax_abs_##S(T x) { return __builtin_fabs##F(x); }                                    \
  AX_FN T ax_copysign_##S(T x, T y) { return __builtin_copysign##F(x, y); }                   \
  AX_FN T ax_fma_##S(T x, T y, T z) { return __builtin_fma##F(x, y, z); }                     \
  AX_FN T ax_maximum_##S(T x, T y) { return x > y || x != x ? x : y; }                        \
  AX_FN T ax_minimum_##S(T x, T y) { return x < y || x != x ? x : y; }                        \
  AX_FN T ax_sign_##S(T x) { return x > 0 ? (T)1 : x < 0 ? (T)(-1) : x; }                     \
  AX_FN uint8_t ax_isnan_##S(T x) { return x != x; }                                          \
  AX_FN uint8_t ax_isinf_##S(T x) { return __builtin_fabs##F(x) == __builtin_inf##F(); }      \
  AX_FN uint8_t ax_isfinite_##S(T x) { return __builtin_fabs##F(x) < __builtin_inf##F(); }    \
  AX_FN T ax_finite_##S(T x) { return __builtin_fabs##F(x) < __builtin_inf##F() ? x : (T)0; } \
  AX_FN T ax_fmod_##S(T x, T y) { return __builtin_fmod##F(x, y); }                           \
  AX_FN T ax_floordiv_##S(T x, T y) {                                                         \
    T q = __builtin_floor##F(x / y);                                                          \
    T r = __builtin_fma##F(-q, y, x);                                                         \
    q = r != 0 && r == r && (r < 0) != (y < 0) ? q - 1 : q; /* x / y rounded up to q */       \
    return q == 0 && x != 0 && (x < 0) != (y < 0) ? -1 : q; /* or to -0 */                    \
  }                                                                                           \
  AX_FN T ax_mod_##S(T x, T y) {                                                              \
    T r = __builtin_fmod##F(x, y);                                                            \
    return r == 0 ? __builtin_copysign##F(r, y) : (r < 0) != (y < 0) ? r + y : r;             \
  }
AX_FLOAT(f32, float, f)
AX_FLOAT(f64, double, )

/* Integers. Division by zero gives 0; shifts by less than 0 or the width shift all bits out. */
#define AX_INTEGER(S, T, U, bits, negative)                                                  \
  AX_FN T ax_floor_##S(T x) { return x; }                                                    \
  AX_FN T ax_ceil_##S(T x) { return x; }                                                     \
  AX_FN T ax_round_##S(T x) { return x; }                                                    \
  AX_FN T ax_trunc_##S(T x) { return x; }                                                    \
  AX_FN T ax_finite_##S(T x) { return x; }                                                   \
  AX_FN uint8_t ax_isnan_##S(T x) { return (void)x, 0; }                                     \
  AX_FN uint8_t ax_isinf_##S(T x) { return (void)x, 0; }                                     \
  AX_FN uint8_t ax_isfinite_##S(T x) { return (void)x, 1; }                                  \
  AX_FN T ax_maximum_##S(T x, T y) { return x > y ? x : y; }                                 \
  AX_FN T ax_minimum_##S(T x, T y) { return x < y ? x : y; }                                 \
  AX_FN T ax_abs_##S(T x) { return negative(x) ? (T)(0 - (U)x) : x; }                        \
  AX_FN T ax_sign_##S(T x) { return negative(x) ? (T)(-1) : (T)(x != 0); }                   \
  AX_FN T ax_fma_##S(T x, T y, T z) { return (T)((uint64_t)x * (uint64_t)y + (uint64_t)z); } \
  AX_FN T ax_fmod_##S(T x, T y) {                                                            \
    return y == 0 || (negative(y) && y == (T)(-1)) ? (T)0 : (T)(x % (y == 0 ? (T)1 : y));    \
  }                                                                                          \
  AX_FN T ax_mod_##S(T x, T y) {                                                             \
    T r = ax_fmod_##S(x, y);                                                                 \
    return r != 0 && negative(r) != negative(y) ? (T)(r + y) : r;                            \
  }                                                                                          \
  AX_FN T ax_floordiv_##S(T x, T y) {                                                        \
    if (y == 0) return 0;                                                                    \
    if (negative(y) && y == (T)(-1)) return (T)(0 - (U)x);                                   \
    T q = (T)(x / y);                                                                        \
    return q * y != x && negative(x) != negative(y) ? (T)(q - 1) : q;                        \
  }                                                                                          \
  AX_FN T ax_pow_##S(T x, T y) {                                                             \
    uint64_t r = 1, b = (uint64_t)x;                                                         \
    if (negative(y)) return 0;                                                               \
    for (; y; y = (T)(y >> 1), b *= b) r *= y & 1 ? b : 1;                                   \
    return (T)r;                                                                             \
  }                                                                                          \
  AX_FN T ax_bitwise_not_##S(T x) { return (T)~x; }                                          \
  AX_FN T ax_shift_left_##S(T x, T y) {                                                      \
    return (uint64_t)y < bits ? (T)((uint64_t)x << (y & (bits - 1))) : (T)0;                 \
  }                                                                                          \
  AX_FN T ax_shift_right_##S(T x, T y) {                                                     \
    T all = negative(x) ? (T)(-1) : (T)0;                                                    \
    return (uint64_t)y < bits ? (T)(x >> (y & (bits - 1))) : all;                            \
  }
#define AX_SIGNED(x) ((x) < 0)
#define AX_UNSIGNED(x) 0
AX_INTEGER(i8, int8_t, uint8_t, 8, AX_SIGNED)
AX_INTEGER(i16, int16_t, uint16_t, 16, AX_SIGNED)
AX_INTEGER(i32, int32_t, uint32_t, 32, AX_SIGNED)
AX_INTEGER(i64, int64_t, uint64_t, 64, AX_SIGNED)
AX_INTEGER(u8, uint8_t, uint8_t, 8, AX_UNSIGNED)
AX_INTEGER(u16, uint16_t, uint16_t, 16, AX_UNSIGNED)
AX_INTEGER(u32, uint32_t, uint32_t, 32, AX_UNSIGNED)
AX_INTEGER(u64, uint64_t, uint64_t, 64, AX_UNSIGNED)
#define AX_BOOL(name, expr) \
  AX_FN uint8_t ax_##name##_b8(uint8_t x) { return (uint8_t)(expr); }
#define AX_BOOL2(name, expr) \
  AX_FN uint8_t ax_##name##_b8(uint8_t x, uint8_t y) { return (uint8_t)(expr); }
AX_BOOL(floor, x)
AX_BOOL(ceil, x)
AX_BOOL(round, x)
AX_BOOL(trunc, x)
AX_BOOL(finite, x)
AX_BOOL(abs, x)
AX_BOOL(sign, x)
AX_BOOL(bitwise_not, !x)
AX_BOOL(isnan, ((void)x, 0))
AX_BOOL(isinf, ((void)x, 0))
AX_BOOL(isfinite, ((void)x, 1))
AX_BOOL2(maximum, x | y)
AX_BOOL2(minimum, (x & y))
AX_BOOL2(floordiv, (x & y))
AX_BOOL2(pow, x | !y)
AX_BOOL2(fmod, ((void)x, (void)y, 0))
AX_BOOL2(mod, ((void)x, (void)y, 0))
AX_BOOL2(shift_left, x & !y)
AX_BOOL2(shift_right, x & !y)
AX_FN uint8_t ax_fma_b8(uint8_t x, uint8_t y, uint8_t z) { return (x & y) | z; }
#endif
