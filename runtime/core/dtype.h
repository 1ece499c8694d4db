// The element types and what can be asked of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace axon {

/// In the array API's promotion order within a kind. The numbers are stored in signatures.
enum class DType : uint8_t {
  bool_,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  bfloat16,
  float32,
  float64,
};
inline constexpr int kDTypes = 13;

/// Bytes of one element.
size_t size_of(DType t);
/// "float32"
std::string_view name_of(DType t);
/// Suffix of C functions and kernels: "f32", "i64", "b8".
std::string_view suffix_of(DType t);
/// The C type of a stored element: "float", "int64_t", "uint8_t" for bool.
std::string_view c_type_of(DType t);
/// Throws a ValueError naming `name` and the known dtypes.
DType dtype_from_name(std::string_view name);

bool is_float(DType t);
/// True iff signed or unsigned integer; bool is not.
bool is_integer(DType t);
/// True iff an element of the integer dtype can be `number`.
bool holds(DType t, int64_t number);

/// The array API's promotion, extended by: integer with float gives the float, bool with anything
/// gives the other.
DType promote(DType a, DType b);
/// A weak operand (a Python number) of dtype `weak` beside a strong one: keeps `strong` unless the
/// kind must rise.
DType promote_weak(DType strong, DType weak);
/// What division and elementary functions compute in: itself for floats, else float32.
DType float_of(DType t);
/// What arithmetic and sums of a dtype are carried out in: float32 for 16-bit floats, else itself.
DType computed_in(DType t);

}  // namespace axon
