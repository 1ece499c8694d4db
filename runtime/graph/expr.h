// The scalar language: an SSA list of instructions, shared by statements and kernels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "graph/affine.h"

namespace axon {

/// The scalar primitives, generated from codegen/primitives.py: add, exp, lt, select ...
enum class Prim : uint16_t {
#define AXON_PRIMITIVE(name, arity, result, text) name,
#include "primitives.inc"
#undef AXON_PRIMITIVE
};

/// A line of a file with entries, such as ops.yaml.
struct SourceLine {
  std::string file;
  int32_t line;
};
/// The number of a line, the same for equal ones, and back. Kept as long as the process lives.
int32_t number_of(const SourceLine& line);
const SourceLine& source_line(int32_t number);

/// What dtype a primitive gives for operands that all have dtype T.
enum class PrimResult : uint8_t {
  same,  // T
  flt,   // float_of(T); operands are cast to it first
  own,   // the same, and 16-bit floats are not computed in float32
  pred,  // bool
  int_,  // int64
};

struct PrimInfo {
  const char* name;
  int arity;
  PrimResult result;
  /// C expression over $0 $1 $2; '@' stands for the operand dtype's suffix, '%' for its C type
  const char* c_text;
};
const PrimInfo& info(Prim p);
/// Throws ValueError if unknown.
Prim prim_from_name(std::string_view name);

/// How points that fall on the same element combine.
enum class Combine : uint8_t { set, sum, max, min, prod, argmax, argmin, any, all };
/// "sum"
const char* name_of(Combine c);
/// What a reduction to dtype t adds up in: 16-bit floats in float32.
DType accumulator_of(Combine c, DType t);

enum class InstrKind : uint8_t {
  constant,  // `number` (or `integer` when the dtype is an integer or bool)
  scalar,    // scalar slot `index` of the statement or kernel, read as `dtype`
  affine,    // the int64 value of affine form `address`
  floordiv,  // floor(address / integer): an int64 index; `integer` > 0
  /// element `address` of value/buffer `index`, guarded by `bounds`, else args[0] (0 if that
  /// is negative)
  load,
  prim,  // `prim` over args; operands already have one dtype (select: args[0] is bool)
  cast,  // args[0] to `dtype`
  /// args[0] (an integer) as an index of an axis with `integer` elements: negative counts from the
  /// end; out of range sets the status word and yields 0
  gather,
  /// float32 in [0, 1) from counter args[0] (int64), key in scalar slots `index` and `index`+1
  uniform,
  result,  // kernels only: the value of reduction `index` of this phase
  /// args[0] of all points along a reduced axis up to this one, combined as `combine` says, in
  /// their order; `integer` 1: without this one. `address` is the point's number in that order: the
  /// axis, or backwards its extent - 1 - the axis. The dtype is that of the accumulator. Of a sum
  /// args[1], if not negative, multiplies what came before: s = args[1] * s + args[0].
  scan,
};

struct Instr {
  InstrKind kind;
  DType dtype;
  Prim prim{};
  Combine combine = Combine::set;
  int32_t args[3] = {-1, -1, -1};
  int32_t index = -1;
  double number = 0;
  int64_t integer = 0;
  Affine address;
  std::vector<Guard> bounds;
  /// loads: bounds that hold although intervals do not show it (slice offsets); no part of equality
  std::vector<Guard> inside;
  int32_t line = -1;  // of the formula it comes from (source_line); no part of equality
  bool operator==(const Instr& o) const;
};

/// The instructions that `instr` reads: operands, then those that its address and guards name.
std::vector<int32_t> operands_of(const Instr& instr);
/// The instructions that `roots` need, themselves included, in evaluation order.
std::vector<int32_t> closure_of(const std::vector<Instr>& body, const std::vector<int32_t>& roots);

/// The constant that a reduction in dtype t starts from.
Instr identity_of(Combine c, DType t);

}  // namespace axon
