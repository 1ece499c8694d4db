// float16 and bfloat16 as storage: conversions from and to double, rounding to nearest, ties to
// even.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace axon {

inline float float_from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t bits_from_float(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// The float32 nearest to `value`, rounded to odd: rounding that once more to fewer bits is then
/// correct.
inline float round_to_odd(double value) {
  const auto nearest = static_cast<float>(value);
  const double error = value - static_cast<double>(nearest);
  uint32_t bits = bits_from_float(nearest);
  if (error == 0 || std::isnan(error) || std::isinf(nearest) || (bits & 1u) != 0) {
    return nearest;
  }
  const bool away = (error > 0) == (nearest >= 0 && !std::signbit(nearest));
  bits = away ? bits + 1 : bits - 1;
  return float_from_bits(bits);
}

struct BFloat {
  uint16_t bits = 0;

  BFloat() = default;
  template <class Number>
  explicit BFloat(Number number) {
    const float value = round_to_odd(static_cast<double>(number));
    const uint32_t wide = bits_from_float(value);
    bits = std::isnan(value) ? static_cast<uint16_t>(wide >> 16 | 0x40u)
                             : static_cast<uint16_t>((wide + 0x7fffu + (wide >> 16 & 1u)) >> 16);
  }
  explicit operator double() const { return float_from_bits(static_cast<uint32_t>(bits) << 16); }
  explicit operator int64_t() const { return static_cast<int64_t>(static_cast<double>(*this)); }
};

struct Half {
  uint16_t bits = 0;

  Half() = default;
  template <class Number>
  explicit Half(Number number) {
    const auto value = static_cast<double>(number);
    const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000u : 0);
    const double size = std::fabs(value);
    if (std::isnan(value)) {
      bits = sign | 0x7e00u;
    } else if (size >= 65520.0) {
      bits = sign | 0x7c00u;
    } else {
      // One unit in the last place is 2^-24 for subnormals, 2^(exponent - 10) above; nearbyint
      // rounds ties to even, and a carry into the exponent lands on the right number by itself.
      int exponent = -14;
      if (size >= 0x1p-14) {
        std::frexp(size, &exponent);
        exponent -= 1;
      }
      const auto units = static_cast<uint32_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
      const uint32_t base = static_cast<uint32_t>(exponent + 14) << 10;
      bits = static_cast<uint16_t>(sign | (base + units));
    }
  }
  explicit operator double() const {
    const int exponent = bits >> 10 & 0x1f;
    const int fraction = bits & 0x3ff;
    double size;
    if (exponent == 0x1f) {
      size = fraction != 0 ? NAN : INFINITY;
    } else if (exponent == 0) {
      size = std::ldexp(fraction, -24);
    } else {
      size = std::ldexp(fraction + 1024, exponent - 25);
    }
    return (bits & 0x8000u) != 0 ? -size : size;
  }
  explicit operator int64_t() const { return static_cast<int64_t>(static_cast<double>(*this)); }
};

}  // namespace axon
