// The float32 functions of kernels against libm in double: largest error in ulp over all
// magnitudes, and the special values.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <limits>

#include "core/math.h"

namespace {

int failures = 0;

#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) {                                           \
      std::printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                 \
    }                                                             \
  } while (0)

bool same_bits(float a, float b) { return (a != a && b != b) || ax_bits_f32(a) == ax_bits_f32(b); }

/// Distance of `got` from the exact `want` in units of the last place of the float nearest to
/// `want`.
double ulps(float got, double want) {
  const float nearest = static_cast<float>(want);
  if (got != got || want != want) return (got != got) == (want != want) ? 0 : 1e9;
  if (got == nearest)
    return std::isinf(got)
               ? 0
               : std::fabs(got - want) /
                     std::ldexp(1.0, std::max(std::ilogb(want == 0 ? 1.0 : want), -126) - 23);
  if (std::isinf(got) || std::isinf(nearest)) {
    const double limit = std::isinf(got) ? want : static_cast<double>(got);
    return std::fabs(limit) > 3.4028234e38 && std::signbit(got) == std::signbit(want) ? 1 : 1e9;
  }
  return std::fabs(got - want) /
         std::ldexp(1.0, std::max(std::ilogb(want == 0 ? got : want), -126) - 23);
}

template <class Got, class Want>
void measure(const char* name, Got got, Want want, double bound, float low, float high) {
  double worst = 0;
  float at = 0;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 509) {
    const float x = ax_float(static_cast<uint32_t>(bits));
    if (!(x >= low && x <= high)) continue;
    const double error = ulps(got(x), want(static_cast<double>(x)));
    if (error > worst) {
      worst = error;
      at = x;
    }
  }
  std::printf("%-8s max %.3f ulp at %a (%g)\n", name, worst, at, at);
  if (!(worst <= bound)) {
    std::printf("  above its bound of %g\n", bound);
    ++failures;
  }
}

void accuracy() {
  const float inf = std::numeric_limits<float>::infinity();
  using D = double;
  measure("exp", ax_exp_f32, [](D x) { return std::exp(x); }, 1.0, -inf, inf);
  measure("expm1", ax_expm1_f32, [](D x) { return std::expm1(x); }, 1.1, -inf, inf);
  measure("exp2", ax_exp2_f32, [](D x) { return std::exp2(x); }, 0.501, -inf, inf);
  measure("log", ax_log_f32, [](D x) { return std::log(x); }, 1.0, -inf, inf);
  measure("log1p", ax_log1p_f32, [](D x) { return std::log1p(x); }, 0.6, -inf, inf);
  measure("log2", ax_log2_f32, [](D x) { return std::log2(x); }, 0.501, -inf, inf);
  measure("log10", ax_log10_f32, [](D x) { return std::log10(x); }, 0.501, -inf, inf);
  measure("tanh", ax_tanh_f32, [](D x) { return std::tanh(x); }, 1.5, -inf, inf);
  measure("erf", ax_erf_f32, [](D x) { return std::erf(x); }, 1.0, -inf, inf);
  measure("erfc", ax_erfc_f32, [](D x) { return std::erfc(x); }, 0.6, -inf, inf);
  measure("sin", ax_sin_f32, [](D x) { return std::sin(x); }, 0.6, -1e13f, 1e13f);
  measure("cos", ax_cos_f32, [](D x) { return std::cos(x); }, 0.6, -1e13f, 1e13f);
  measure("tan", ax_tan_f32, [](D x) { return std::tan(x); }, 0.6, -1e13f, 1e13f);
  measure("sinh", ax_sinh_f32, [](D x) { return std::sinh(x); }, 0.6, -inf, inf);
  measure("cosh", ax_cosh_f32, [](D x) { return std::cosh(x); }, 0.6, -inf, inf);
  measure("asinh", ax_asinh_f32, [](D x) { return std::asinh(x); }, 0.6, -inf, inf);
  measure("acosh", ax_acosh_f32, [](D x) { return std::acosh(x); }, 0.6, -inf, inf);
  measure("atanh", ax_atanh_f32, [](D x) { return std::atanh(x); }, 0.6, -inf, inf);
  measure("rsqrt", ax_rsqrt_f32, [](D x) { return 1 / std::sqrt(x); }, 0.6, -inf, inf);
  measure("lgamma", ax_lgamma_f32, [](D x) { return std::lgamma(x); }, 0.6, -inf, inf);
}

void powers() {
  double worst = 0;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 40009) {
    const float x = ax_float(static_cast<uint32_t>(bits));
    for (float y : {-2.0f, -0.5f, 0.3f, 1.0f, 2.5f, 3.0f, 7.0f, -33.0f, 100.25f, 1e-4f}) {
      const double error =
          ulps(ax_pow_f32(x, y), std::pow(static_cast<double>(x), static_cast<double>(y)));
      if (error > worst) worst = error;
    }
  }
  std::printf("%-8s max %.3f ulp\n", "pow", worst);
  CHECK(worst <= 0.6);
  const float inf = std::numeric_limits<float>::infinity();
  const float special[] = {0.0f,  -0.0f, 1.0f, -1.0f, 0.5f,          -0.5f,       2.0f,
                           -2.0f, 3.0f,  inf,  -inf,  std::nanf(""), 16777217.0f, -2.5f};
  for (float x : special) {
    for (float y : special) {
      const float got = ax_pow_f32(x, y);
      const float want =
          static_cast<float>(std::pow(static_cast<double>(x), static_cast<double>(y)));
      if (!same_bits(got, want)) {
        std::printf("pow(%g, %g) = %g, not %g\n", x, y, got, want);
        ++failures;
      }
    }
  }
}

/// Odd functions keep the sign of zero; infinities and NaN are those of IEEE 754.
void specials() {
  const float inf = std::numeric_limits<float>::infinity();
  float (*const odd[])(float) = {ax_expm1_f32, ax_log1p_f32, ax_tanh_f32, ax_erf_f32,
                                 ax_sin_f32,   ax_tan_f32,   ax_sinh_f32, ax_asinh_f32,
                                 ax_atanh_f32, ax_asin_f32,  ax_atan_f32};
  for (auto f : odd) {
    CHECK(same_bits(f(-0.0f), -0.0f));
    CHECK(same_bits(f(0.0f), 0.0f));
    CHECK(f(1e-40f) >= 1e-40f && f(1e-40f) < 1.2e-40f);
  }
  float (*const all[])(float) = {
      ax_exp_f32,   ax_expm1_f32, ax_exp2_f32,    ax_log_f32,   ax_log1p_f32, ax_log2_f32,
      ax_log10_f32, ax_tanh_f32,  ax_erf_f32,     ax_erfc_f32,  ax_sin_f32,   ax_cos_f32,
      ax_tan_f32,   ax_sinh_f32,  ax_cosh_f32,    ax_asinh_f32, ax_acosh_f32, ax_atanh_f32,
      ax_rsqrt_f32, ax_asin_f32,  ax_digamma_f32, ax_sign_f32,  ax_round_f32};
  for (auto f : all) CHECK(std::isnan(f(std::nanf(""))));
  CHECK(ax_exp_f32(inf) == inf && ax_exp_f32(-inf) == 0);
  CHECK(ax_expm1_f32(inf) == inf && ax_expm1_f32(-inf) == -1);
  CHECK(ax_log_f32(0) == -inf && ax_log_f32(inf) == inf && std::isnan(ax_log_f32(-1)));
  CHECK(ax_log1p_f32(-1) == -inf && std::isnan(ax_log1p_f32(-1.5f)));
  CHECK(ax_tanh_f32(inf) == 1 && ax_tanh_f32(-inf) == -1);
  CHECK(ax_erf_f32(inf) == 1 && ax_erf_f32(-inf) == -1);
  CHECK(ax_erfc_f32(inf) == 0 && ax_erfc_f32(-inf) == 2);
  CHECK(std::isnan(ax_sin_f32(inf)) && std::isnan(ax_cos_f32(-inf)) && std::isnan(ax_tan_f32(inf)));
  CHECK(std::fabs(ax_sin_f32(3e38f)) <= 1);
  CHECK(ax_rsqrt_f32(0) == inf && ax_rsqrt_f32(inf) == 0);
  CHECK(ax_hypot_f32(3e38f, 4e37f) > 3e38f && ax_hypot_f32(inf, std::nanf("")) == inf);
  CHECK(ax_hypot_f32(1e-45f, 0) == 1e-45f);
  CHECK(std::isnan(ax_maximum_f32(std::nanf(""), 1)) &&
        std::isnan(ax_maximum_f32(1, std::nanf(""))));
  CHECK(std::isnan(ax_minimum_f32(std::nanf(""), 1)) &&
        std::isnan(ax_minimum_f32(1, std::nanf(""))));
  CHECK(same_bits(ax_sign_f32(-0.0f), -0.0f) && ax_sign_f32(-3) == -1);
  CHECK(ax_round_f32(2.5f) == 2 && ax_round_f32(-3.5f) == -4 &&
        same_bits(ax_round_f32(-0.2f), -0.0f));
  CHECK(ax_mod_f32(-7, 3) == 2 && ax_mod_f32(7, -3) == -2 && same_bits(ax_mod_f32(6, -3), -0.0f));
  CHECK(ax_floordiv_f32(-7, 2) == -4);
  CHECK(ax_finite_f32(inf) == 0 && ax_finite_f32(-3) == -3 && ax_finite_f32(std::nanf("")) == 0);
  CHECK(std::fabs(ax_digamma_f64(1.0) + 0.5772156649015329) < 1e-15);
  CHECK(std::fabs(ax_digamma_f64(-2.5) - 1.103156640645243) < 1e-14);
  CHECK(ax_digamma_f32(0.0f) == -inf && ax_digamma_f32(-0.0f) == inf &&
        std::isnan(ax_digamma_f32(-2)));
}

void half_precision() {
  for (uint32_t h = 0; h < 65536; ++h) {
    const float x = ax_f32_from_f16(static_cast<uint16_t>(h));
    const int exponent = (h >> 10) & 31, fraction = h & 1023;
    double want =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) want = fraction ? std::nan("") : INFINITY;
    if (h & 0x8000) want = -want;
    if (!same_bits(x, static_cast<float>(want))) CHECK(!"float16 to float32");
    if (x == x && ax_f16_from_f32(x) != h) CHECK(!"float16 and back");
    const float b = ax_f32_from_bf16(static_cast<uint16_t>(h));
    if (b == b && ax_bf16_from_f32(b) != h) CHECK(!"bfloat16 and back");
  }
  CHECK(ax_f16_from_f32(65519.996f) == 0x7bff && ax_f16_from_f32(65520.0f) == 0x7c00);
  CHECK(ax_f16_from_f32(0x1p-25f) == 0 && ax_f16_from_f32(0x1.000002p-25f) == 1);
  CHECK(ax_f16_from_f32(2049.0f) == 0x6800 && ax_f16_from_f32(2051.0f) == 0x6802);
  CHECK(ax_f16_from_f32(0x1.ff8p-15f) == 0x3ff && ax_f16_from_f32(0x1.ffcp-15f) == 0x400);
  CHECK(std::isnan(ax_round_f16(std::nanf(""))) && std::isnan(ax_round_bf16(ax_float(0x7f800001))));
  CHECK(ax_bf16_from_f32(ax_float(0x3f808000)) == 0x3f80 &&
        ax_bf16_from_f32(ax_float(0x3f818000)) == 0x3f82);
}

void integers() {
  const int64_t low = std::numeric_limits<int64_t>::min();
  CHECK(ax_floordiv_i64(-7, 2) == -4 && ax_floordiv_i64(7, -2) == -4 &&
        ax_floordiv_i64(low, -1) == low);
  CHECK(ax_floordiv_i64(5, 0) == 0 && ax_mod_i64(5, 0) == 0 && ax_fmod_i32(5, 0) == 0);
  CHECK(ax_mod_i32(-7, 3) == 2 && ax_mod_i32(7, -3) == -2 && ax_mod_i64(low, -1) == 0);
  CHECK(ax_mod_u8(250, 7) == 5 && ax_floordiv_u64(~uint64_t{0}, 2) == ~uint64_t{0} / 2);
  CHECK(ax_floordiv_u32(7, 4294967295u) == 0 && ax_mod_u32(7, 4294967295u) == 7);
  CHECK(ax_pow_i32(-3, 3) == -27 && ax_pow_i32(2, -1) == 0 && ax_pow_u8(2, 9) == 0 &&
        ax_pow_i64(0, 0) == 1);
  CHECK(ax_shift_left_i32(1, 31) == std::numeric_limits<int32_t>::min() &&
        ax_shift_left_i8(1, 8) == 0);
  CHECK(ax_shift_right_i32(-8, 1) == -4 && ax_shift_right_i32(-8, 99) == -1);
  CHECK(ax_shift_right_u16(65535, 16) == 0);
  CHECK(ax_abs_i8(-128) == -128 && ax_sign_i16(-5) == -1 && ax_sign_u32(5) == 1);
  CHECK(ax_i32_from_f32(3e9f) == 2147483647 && ax_i32_from_f32(-3.9f) == -3 &&
        ax_i32_from_f32(std::nanf("")) == 0);
  CHECK(ax_u8_from_f64(-1.0) == 0 && ax_u8_from_f64(255.9) == 255 && ax_u8_from_f64(1e300) == 255);
  CHECK(ax_i64_from_f64(-1e300) == low && ax_u64_from_f32(1e19f) == 9999999980506447872ull);
}

}  // namespace

int main() {
  accuracy();
  powers();
  specials();
  half_precision();
  integers();
  std::printf(failures ? "%d failures\n" : "math: all passed\n", failures);
  return failures != 0;
}
