// Elementary functions of float64: at most 2 units in the last place from the exact result. Part of
// math.h. Common ones have neither calls nor branches, so that loops over them are vectorised.
#ifndef AXON_MATH_F64_H
#define AXON_MATH_F64_H

/* libm's. */
#define AX_LIBM(name) \
  AX_FN double ax_##name##_f64(double x) { return __builtin_##name(x); }
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
AX_LIBM(asin)
AX_LIBM(acos)
AX_LIBM(atan)
AX_FN double ax_rsqrt_f64(double x) { return 1.0 / __builtin_sqrt(x); }
AX_FN double ax_pow_f64(double x, double y) { return __builtin_pow(x, y); }
AX_FN double ax_atan2_f64(double y, double x) { return __builtin_atan2(y, x); }
AX_FN double ax_hypot_f64(double x, double y) { return __builtin_hypot(x, y); }

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
AX_FN double ax_sigmoid_f64(double x) {
  double e = ax_exp_f64(-__builtin_fabs(x));
  double top = x < 0.0 ? e : 1.0;
  double bottom = 1.0 + e;
  double inverse = 1.0 / bottom;
  double r = top * inverse;
  double rest = __builtin_fma(-r, bottom, top) - r * ((1.0 - bottom) + e);
  return __builtin_fma(rest, inverse, r);
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

/* Error functions. exp(t^2) erfc(t) (1 + 1.125 t) is a polynomial of (t - 4) / (t + 4). Of t >= 0
   and its square with twice the digits. */
AX_FN double ax_erfc_tail_f64(double t, double low, double square, double square_low) {
  double shifted, tail;
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
  double v = ax_exp_parts_f64(-square, -square_low, &shifted, &tail);
  double e = 1.0 + v;
  double e_low = (1.0 - e) + v + tail;
  double top = p * e;
  double top_low = __builtin_fma(p, e, -top) + p * e_low;
  double slope = 1.125 * t;
  double bottom = 1.0 + slope;
  double bottom_low = slope < 1.0 ? (1.0 - bottom) + slope : (slope - bottom) + 1.0;
  bottom_low += __builtin_fma(1.125, t, -slope) + 1.125 * low;
  double r = top / bottom;
  r += (__builtin_fma(-r, bottom, top) + (top_low - r * bottom_low)) / bottom;
  return ax_scale_f64(r, shifted);
}
AX_FN double ax_erfc_f64(double x) {
  double t = __builtin_fabs(x);
  t = t > 27.3 ? 27.3 : t;
  double square = t * t;
  double tail = ax_erfc_tail_f64(t, 0.0, square, __builtin_fma(t, t, -square));
  return x < 0.0 ? 2.0 - tail : tail;
}
AX_FN double ax_ndtr_f64(double x) {
  double a = __builtin_fabs(x);
  a = a > 38.6 ? 38.6 : a;
  double square = a * a;
  double square_low = __builtin_fma(a, a, -square);
  double t = a * 0.7071067811865476;
  double low = __builtin_fma(a, 0.7071067811865476, -t) - a * 4.833646656726457e-17;
  double tail = 0.5 * ax_erfc_tail_f64(t, low, 0.5 * square, 0.5 * square_low);
  return x < 0.0 ? tail : 1.0 - tail;
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

/* log(x) of a finite x > 0 with twice the digits. With s = f / (2 + f) for the fraction 1 + f of x,
   log(1 + f) = 2 s + 2/3 s^3 + ...; all but the last terms are sums of two doubles. */
AX_FN double ax_log_parts_f64(double x, double* low) {
  double scaled = x < 0x1p-1022 ? x * 0x1p54 : x;
  uint64_t u = ax_bits_f64(scaled);
  uint64_t offset = u - 0x3fe6a09e667f3bcdull;
  double f = ax_double(u - (offset & 0xfff0000000000000ull)) - 1.0;
  uint64_t exponent = (offset + 0x4000000000000000ull) >> 52;
  double k = ax_double(exponent | 0x4330000000000000ull) - 0x1.00000000004p52;
  k = x < 0x1p-1022 ? k - 54.0 : k;
  double d = 2.0 + f;
  double inverse = 1.0 / d;
  double s = f * inverse;
  double s_low = (__builtin_fma(-s, d, f) - s * ((2.0 - d) + f)) * inverse;
  double z = s * s;
  double z_low = __builtin_fma(s, s, -z) + 2.0 * s * s_low;
  double p = 0.1291471218393509;
  p = __builtin_fma(p, z, 0.13285868837545742);
  p = __builtin_fma(p, z, 0.15385577463308145);
  p = __builtin_fma(p, z, 0.18181808210921882);
  p = __builtin_fma(p, z, 0.22222222271326808);
  p = __builtin_fma(p, z, 0.2857142857133801);
  p = __builtin_fma(p, z, 0.4000000000000003);
  double third = z * 0.6666666666666666;
  double rest = __builtin_fma(z, 0.6666666666666666, -third);
  rest += z * 3.700743415417188e-17 + z_low * 0.6666666666666666;
  rest = __builtin_fma(z * z, p, rest);
  double w = third + rest;
  double w_low = (third - w) + rest;
  double v = s * w;
  double v_low = __builtin_fma(s, w, -v) + s * w_low + s_low * w;
  double high = 2.0 * s + v;
  double high_low = (2.0 * s - high) + v + (v_low + 2.0 * s_low);
  double base = k * 0.6931471805598903;
  double r = base + high;
  *low = (base - r) + high + (high_low + k * 5.497923018708371e-14);
  return r;
}
/* Of x > 0. Up to 3 by a rational function without the roots 1 and 2, to which products reduce up
   to 8; beyond by Stirling's series (DLMF 5.11). */
AX_FN double ax_lgamma_positive(double x) {
  double log_low;
  if (x >= 8.0) {
    if (x > 2.5563481638716906e305) return __builtin_inf();
    double log_x = ax_log_parts_f64(x, &log_low);
    double a = x - 0.5;
    double product = a * log_x;
    double product_low = __builtin_fma(a, log_x, -product) + a * log_low;
    double y = product - x;
    double inverse = 1.0 / x;
    double z = inverse * inverse;
    double p = 0.005065905360156125;
    p = __builtin_fma(p, z, -0.0018903829938877147);
    p = __builtin_fma(p, z, 0.0008414700852503147);
    p = __builtin_fma(p, z, -0.0005952365845057049);
    p = __builtin_fma(p, z, 0.0007936507897524059);
    p = __builtin_fma(p, z, -0.002777777777773988);
    p = __builtin_fma(p, z, 0.08333333333333333);
    return y + (((product - y) - x) + (product_low + (0.9189385332046728 + p * inverse)));
  }
  double factor = 1.0;
  while (x >= 3.0) {
    x -= 1.0;
    factor *= x;
  }
  double u = x < 1.0 ? x : x - 1.0;
  double p = -1.0652439049049398e-05;
  p = __builtin_fma(p, u, -0.0006608466761638176);
  p = __builtin_fma(p, u, -0.011180531909109948);
  p = __builtin_fma(p, u, -0.07553337719517089);
  p = __builtin_fma(p, u, -0.22870607977460383);
  p = __builtin_fma(p, u, -0.2839086497818988);
  p = __builtin_fma(p, u, -0.010266889645589713);
  p = __builtin_fma(p, u, 0.2488064101965777);
  p = __builtin_fma(p, u, 0.13971566490153287);
  double q = 2.470185221908798e-05;
  q = __builtin_fma(q, u, 0.001746368100645188);
  q = __builtin_fma(q, u, 0.0361388444712132);
  q = __builtin_fma(q, u, 0.3239769173460571);
  q = __builtin_fma(q, u, 1.4771004522959172);
  q = __builtin_fma(q, u, 3.672221755210793);
  q = __builtin_fma(q, u, 5.021257900661301);
  q = __builtin_fma(q, u, 3.536165962974542);
  q = __builtin_fma(q, u, 1.0);
  double r = p / q;
  double product = u * (u - 1.0);
  double product_low = __builtin_fma(u, u - 1.0, -product);
  double y = 0.4375 * product;
  double rest = __builtin_fma(0.4375, product, -y) + product_low * (0.4375 + r);
  y += product * r + rest;
  double log_factor = ax_log_parts_f64(x < 1.0 ? x : factor, &log_low);
  return x < 1.0 ? (y - log_low) - log_factor : log_factor + (y + log_low);
}
/* Reflected for x < 0 (DLMF 5.5.3). */
AX_FN double ax_lgamma_f64(double x) {
  double part = x - __builtin_rint(x);
  if (x != x) return x;
  if (x == 0.0 || __builtin_fabs(x) == __builtin_inf() || (x < 0.0 && part == 0.0)) {
    return __builtin_inf();
  }
  if (x > 0.0) return ax_lgamma_positive(x);
  double s = __builtin_fabs(__builtin_sin(3.141592653589793 * part));
  return __builtin_log(3.141592653589793 / s) - ax_lgamma_positive(1.0 - x);
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
/* x to the power -s, s a whole number; 1 / x^2 is rounded twice only. */
AX_FN double ax_inverse_power(double x, double s) {
  double p = x;
  for (double k = 1.0; k < s; k += 1.0) p *= x;
  return 1.0 / p;
}
/* The sum of (x + k)^-s over k >= 0 (DLMF 25.11.43) for x > 0 and s = 2, 3, ... */
AX_FN double ax_hurwitz_zeta(double s, double x) {
  double head = 0.0;
  for (; x < 12.0 + s; x += 1.0) head += ax_inverse_power(x, s);
  double z = 1.0 / (x * x);
  double p = 1.0 / 74724249600.0 * ((s + 12.0) * (s + 11.0)) * z - 691.0 / 1307674368000.0;
  p = p * ((s + 10.0) * (s + 9.0)) * z + 1.0 / 47900160.0;
  p = p * ((s + 8.0) * (s + 7.0)) * z - 1.0 / 1209600.0;
  p = p * ((s + 6.0) * (s + 5.0)) * z + 1.0 / 30240.0;
  p = p * ((s + 4.0) * (s + 3.0)) * z - 1.0 / 720.0;
  p = p * ((s + 2.0) * (s + 1.0)) * z + 1.0 / 12.0;
  double inverse = 1.0 / x;
  double tail = 1.0 / (s - 1.0) + inverse * (0.5 + inverse * (s * p));
  return head + ax_inverse_power(x, s - 1.0) * tail;
}
/* Derivative n of digamma, (-1)^(n + 1) n! times the sum of (x + k)^-(n + 1) over k >= 0. For x < 0
   that is the sum over all k without that over k < 0 (DLMF 5.15). */
AX_FN double ax_polygamma_f64(double n, double x) {
  if (n == 0.0) return ax_digamma_f64(x);
  if (!(n > 0.0 && n <= 170.0 && n == __builtin_floor(n)) || x != x || x == -__builtin_inf()) {
    return __builtin_nan("");
  }
  double s = n + 1.0;
  double sign = __builtin_floor(0.5 * s) == 0.5 * s ? 1.0 : -1.0;
  double factor = sign;
  for (double k = 2.0; k <= n; k += 1.0) factor *= k;
  if (x > 0.0) return factor * ax_hurwitz_zeta(s, x);
  double f = x - __builtin_rint(x);
  if (f == 0.0) {
    if (sign > 0.0) return __builtin_inf();
    return x == 0.0 ? __builtin_copysign(__builtin_inf(), -x) : __builtin_nan("");
  }
  double below = ax_hurwitz_zeta(s, 1.0 - f) - ax_hurwitz_zeta(s, 1.0 - x);
  return factor * (ax_inverse_power(f, s) + (ax_hurwitz_zeta(s, 1.0 + f) + sign * below));
}

/* The float next to x in the direction of y: of equals y, so that -0 goes to 0. */
#define AX_NEXTAFTER(S, T, U, to_bits, from_bits, least) \
  AX_FN T ax_nextafter_##S(T x, T y) {                   \
    U u = to_bits(x);                                    \
    T r = from_bits((x < y) == (x > 0) ? u + 1 : u - 1); \
    r = x == 0 ? (y > 0 ? (T)least : -(T)least) : r;     \
    r = x == y ? y : r;                                  \
    return x != x || y != y ? x + y : r;                 \
  }
AX_NEXTAFTER(f16, float, uint16_t, ax_f16_from_f32, ax_f32_from_f16, 0x1p-24)
AX_NEXTAFTER(bf16, float, uint16_t, ax_bf16_from_f32, ax_f32_from_bf16, 0x1p-133)
AX_NEXTAFTER(f32, float, uint32_t, ax_bits_f32, ax_float, 0x1p-149)
AX_NEXTAFTER(f64, double, uint64_t, ax_bits_f64, ax_double, 0x1p-1074)
#endif
