// Elementary functions of float32: at most 2 units in the last place from the exact result. Part of
// math.h. Common ones have neither calls nor branches, so that loops over them are vectorised;
// where float would lose digits they compute in double.
#ifndef AXON_MATH_F32_H
#define AXON_MATH_F32_H

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
/* By exp(-|x|), which does not overflow where the result is small; the quotient is corrected by its
   remainder. */
AX_FN float ax_sigmoid_f32(float x) {
  float e = ax_exp_f32(-__builtin_fabsf(x));
  float top = x < 0.0f ? e : 1.0f;
  float bottom = 1.0f + e;
  float inverse = 1.0f / bottom;
  float r = top * inverse;
  float rest = __builtin_fmaf(-r, bottom, top) - r * ((1.0f - bottom) + e);
  return __builtin_fmaf(rest, inverse, r);
}
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
AX_FN double ax_erfc_kernel(double t) {
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
  return p * ax_exp_kernel(-t * t) / (1.0 + 2.0 * t);
}
AX_FN float ax_erfc_f32(float x) {
  double tail = ax_erfc_kernel(__builtin_fabs((double)x));
  return (float)(x < 0.0f ? 2.0 - tail : tail);
}
/* The normal distribution function. */
AX_FN float ax_ndtr_f32(float x) {
  double tail = 0.5 * ax_erfc_kernel(__builtin_fabs((double)x) * 0.7071067811865476);
  return (float)(x < 0.0f ? tail : 1.0 - tail);
}

/* By way of float64. */
#define AX_BY_DOUBLE(name) \
  AX_FN float ax_##name##_f32(float x) { return (float)ax_##name##_f64((double)x); }
AX_BY_DOUBLE(asin)
AX_BY_DOUBLE(acos)
AX_BY_DOUBLE(atan)
AX_BY_DOUBLE(lgamma)
AX_BY_DOUBLE(digamma)
AX_FN float ax_polygamma_f32(float n, float x) { return (float)ax_polygamma_f64((double)n, x); }
AX_FN float ax_atan2_f32(float y, float x) { return (float)ax_atan2_f64((double)y, (double)x); }
AX_FN float ax_hypot_f32(float x, float y) {
  double r = __builtin_sqrt((double)x * x + (double)y * y);
  float infinite = __builtin_fabsf(x) == AX_INF || __builtin_fabsf(y) == AX_INF ? AX_INF : 0.0f;
  return infinite > 0.0f ? infinite : (float)r;
}
#endif
