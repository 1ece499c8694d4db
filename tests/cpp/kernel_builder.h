// Builds kernels by hand, for tests.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon::testing {

inline Affine form(std::vector<Term> terms, int64_t constant = 0) {
  Affine a(constant);
  for (const Term& t : terms) {
    if (t.coef != 0) a += t.var >= 0 ? Affine::axis(t.var, t.coef) : Affine::instr(~t.var, t.coef);
  }
  return a;
}

/// One phase of a kernel and the buffers it names.
class Builder {
 public:
  Kernel kernel;
  std::vector<int64_t> elements;  // of each buffer
  std::vector<int64_t> scalars;

  Builder() { kernel.phases.emplace_back(); }

  Phase& phase() { return kernel.phases.back(); }
  void next_phase() { kernel.phases.emplace_back(); }

  int32_t buffer(DType t, int64_t count) {
    kernel.buffers.push_back({t, static_cast<ValueId>(kernel.buffers.size())});
    elements.push_back(count);
    return static_cast<int32_t>(kernel.buffers.size()) - 1;
  }
  int32_t real_scalar(double x) {
    kernel.scalars.push_back({DType::float64, 0});
    int64_t bits;
    __builtin_memcpy(&bits, &x, 8);
    scalars.push_back(bits);
    return static_cast<int32_t>(scalars.size()) - 1;
  }
  int32_t int_scalar(int64_t x) {
    kernel.scalars.push_back({DType::int64, 0});
    scalars.push_back(x);
    return static_cast<int32_t>(scalars.size()) - 1;
  }

  static Instr instr(InstrKind kind, DType t) {
    Instr in;
    in.kind = kind;
    in.dtype = t;
    return in;
  }
  int32_t add(Instr in) {
    phase().body.push_back(std::move(in));
    return static_cast<int32_t>(phase().body.size()) - 1;
  }
  int32_t load(int32_t slot, Affine address, std::vector<Guard> bounds = {},
               int32_t otherwise = -1) {
    kernel.buffers[slot].read = true;
    Instr in = instr(InstrKind::load, kernel.buffers[slot].dtype);
    in.index = slot;
    in.address = std::move(address);
    in.bounds = std::move(bounds);
    in.args[0] = otherwise;
    return add(in);
  }
  int32_t prim(Prim p, std::vector<int32_t> args) {
    const DType operand = phase().body[args.back()].dtype;
    const PrimResult result = info(p).result;
    Instr in = instr(InstrKind::prim, result == PrimResult::pred ? DType::bool_ : operand);
    in.prim = p;
    for (size_t i = 0; i < args.size(); ++i) in.args[i] = args[i];
    return add(in);
  }
  int32_t number(DType t, double x) {
    Instr in = instr(InstrKind::constant, t);
    in.number = x;
    if (!is_float(t)) in.integer = static_cast<int64_t>(x);
    return add(in);
  }
  int32_t scalar(int32_t slot, DType t) {
    Instr in = instr(InstrKind::scalar, t);
    in.index = slot;
    return add(in);
  }
  int32_t index(Affine address) {
    Instr in = instr(InstrKind::affine, DType::int64);
    in.address = std::move(address);
    return add(in);
  }
  int32_t floordiv(Affine address, int64_t divisor) {
    Instr in = instr(InstrKind::floordiv, DType::int64);
    in.address = std::move(address);
    in.integer = divisor;
    return add(in);
  }
  int32_t cast(int32_t value, DType t) {
    Instr in = instr(InstrKind::cast, t);
    in.args[0] = value;
    return add(in);
  }
  int32_t gather(int32_t value, int64_t extent) {
    Instr in = instr(InstrKind::gather, DType::int64);
    in.args[0] = value;
    in.integer = extent;
    return add(in);
  }
  int32_t uniform(int32_t counter, int32_t key) {
    Instr in = instr(InstrKind::uniform, DType::float32);
    in.args[0] = counter;
    in.index = key;
    return add(in);
  }
  /// Adds a reduction and gives its `result` instruction.
  int32_t reduce(Combine combine, int32_t value, int32_t level = 0) {
    const bool pair = combine == Combine::argmax || combine == Combine::argmin;
    const bool logical = combine == Combine::any || combine == Combine::all;
    const DType t = logical ? DType::bool_ : phase().body[value].dtype;
    Instr in = instr(InstrKind::result, pair ? DType::int64 : t);
    in.index = static_cast<int32_t>(phase().reductions.size());
    const int32_t result = add(in);
    phase().reductions.push_back({combine, value, result, level, pair ? DType::int64 : t});
    phase().levels = std::max(phase().levels, level + 1);
    return result;
  }
  /// A scan along the phase's one reduced axis, in the direction of the phase.
  /// With a factor (of the value's dtype) it is a recurrence.
  int32_t scan(Combine combine, int32_t value, bool exclusive = false, int32_t factor = -1) {
    Instr in = instr(InstrKind::scan, phase().body[value].dtype);
    in.combine = combine;
    in.args[0] = value;
    in.args[1] = factor;
    in.integer = exclusive;
    in.address = Affine::axis(static_cast<int>(phase().parallel.size()));
    if (phase().backwards) {
      in.address = in.address * -1 + Affine(phase().reduced[0].extent - 1);
    }
    return add(in);
  }
  void store(int32_t slot, Affine address, int32_t value, bool point = false, int32_t level = 0,
             Combine combine = Combine::set) {
    kernel.buffers[slot].written = true;
    phase().stores.push_back({slot, std::move(address), value, point, combine, level});
    if (point) phase().levels = std::max(phase().levels, level + 1);
  }
};

/// Reproducible contents: a buffer of `count` elements of dtype t; floats with some special values
/// if `special`.
inline std::vector<char> random_bytes(DType t, int64_t count, uint32_t seed, bool special = false) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0f, 2.0f);
  std::vector<char> bytes(count * size_of(t) + 64);
  for (int64_t i = 0; i < count; ++i) {
    char* at = bytes.data() + i * size_of(t);
    float x = normal(generator);
    if (special && generator() % 16 == 0) {
      const float values[] = {0.0f, -0.0f, __builtin_inff(), -__builtin_inff(), __builtin_nanf("")};
      x = values[generator() % 5];
    }
    const double wide = x;
    const uint32_t bits = generator();
    if (t == DType::float32) {
      __builtin_memcpy(at, &x, 4);
    } else if (t == DType::float64) {
      __builtin_memcpy(at, &wide, 8);
    } else if (t == DType::float16 || t == DType::bfloat16) {
      const uint16_t half =
          t == DType::float16 ? 0x3c00 | (bits & 0x83ff) : 0x3f80 | (bits & 0x80ff);
      __builtin_memcpy(at, &half, 2);
    } else if (t == DType::bool_) {
      *at = bits & 1;
    } else {
      const int64_t small = int64_t(bits % 41) - (t >= DType::uint8 ? 0 : 20);
      __builtin_memcpy(at, &small, size_of(t));
    }
  }
  return bytes;
}

}  // namespace axon::testing
