#include "core/dtype.h"

#include <array>
#include <string>

#include "core/error.h"

namespace axon {

namespace {

struct DTypeInfo {
  std::string_view name;
  std::string_view suffix;
  std::string_view c_type;
  size_t bytes;
};

// In the order of DType. The 16-bit floats are stored as their bits.
constexpr std::array<DTypeInfo, kDTypes> kInfo{{
    {"bool", "b8", "uint8_t", 1},
    {"int8", "i8", "int8_t", 1},
    {"int16", "i16", "int16_t", 2},
    {"int32", "i32", "int32_t", 4},
    {"int64", "i64", "int64_t", 8},
    {"uint8", "u8", "uint8_t", 1},
    {"uint16", "u16", "uint16_t", 2},
    {"uint32", "u32", "uint32_t", 4},
    {"uint64", "u64", "uint64_t", 8},
    {"float16", "f16", "uint16_t", 2},
    {"bfloat16", "bf16", "uint16_t", 2},
    {"float32", "f32", "float", 4},
    {"float64", "f64", "double", 8},
}};

const DTypeInfo& info_of(DType t) { return kInfo[static_cast<size_t>(t)]; }

bool is_unsigned(DType t) { return t >= DType::uint8 && t <= DType::uint64; }

DType signed_of(size_t bytes) {
  switch (bytes) {
    case 1:
      return DType::int8;
    case 2:
      return DType::int16;
    case 4:
      return DType::int32;
    default:
      return DType::int64;
  }
}

DType promote_integers(DType a, DType b) {
  if (is_unsigned(a) == is_unsigned(b)) return size_of(a) >= size_of(b) ? a : b;
  const DType with_sign = is_unsigned(a) ? b : a;
  const DType without = is_unsigned(a) ? a : b;
  if (size_of(with_sign) > size_of(without)) return with_sign;
  return signed_of(2 * size_of(without));
}

}  // namespace

size_t size_of(DType t) { return info_of(t).bytes; }
std::string_view name_of(DType t) { return info_of(t).name; }
std::string_view suffix_of(DType t) { return info_of(t).suffix; }
std::string_view c_type_of(DType t) { return info_of(t).c_type; }

DType dtype_from_name(std::string_view name) {
  std::string known;
  for (int i = 0; i < kDTypes; ++i) {
    if (kInfo[i].name == name) return static_cast<DType>(i);
    known += (i ? ", " : "") + std::string(kInfo[i].name);
  }
  throw ValueError("axon: unknown dtype '" + std::string(name) + "'; expected one of " + known);
}

bool is_float(DType t) { return t >= DType::float16; }
bool is_integer(DType t) { return t >= DType::int8 && t <= DType::uint64; }

bool holds(DType t, int64_t number) {
  const size_t bits = 8 * size_of(t);
  if (is_unsigned(t)) return number >= 0 && (bits == 64 || number >> bits == 0);
  return number >> (bits - 1) == 0 || number >> (bits - 1) == -1;
}

DType promote(DType a, DType b) {
  if (a == b || b == DType::bool_) return a;
  if (a == DType::bool_) return b;
  if (is_float(a) != is_float(b)) return is_float(a) ? a : b;
  if (!is_float(a)) return promote_integers(a, b);
  if (size_of(a) == size_of(b)) return DType::float32;  // float16 with bfloat16
  return size_of(a) > size_of(b) ? a : b;
}

DType promote_weak(DType strong, DType weak) {
  if (is_float(weak)) return float_of(strong);
  if (strong == DType::bool_ && is_integer(weak)) return DType::int64;
  return strong;
}

DType computed_in(DType t) {
  return t == DType::float16 || t == DType::bfloat16 ? DType::float32 : t;
}

DType float_of(DType t) { return is_float(t) ? t : DType::float32; }

}  // namespace axon
