// A naive interpreter of kernels, written from the comment of kernel/kernel.h: the oracle of the
// emitter and of the executor.
//
// One point at a time, every instruction anew at each use. Registers are a Cell: floats as double
// (every float32 is one exactly), everything else as int64. Covers the primitives that tests use
// and throws for others; contract phases sum in order of k.
#pragma once

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/math.h"
#include "core/random.h"
#include "kernel/kernel.h"

namespace axon::reference {

struct Cell {
  double real = 0;
  int64_t integer = 0;
};

inline bool is_real(DType t) { return is_float(t); }

inline double round_to(DType t, double x) {
  if (t == DType::float32) return static_cast<float>(x);
  if (t == DType::float16) return ax_round_f16(static_cast<float>(x));
  if (t == DType::bfloat16) return ax_round_bf16(static_cast<float>(x));
  return x;
}

inline int64_t wrap_to(DType t, int64_t x) {
  switch (t) {
    case DType::bool_:
      return x != 0;
    case DType::int8:
      return static_cast<int8_t>(x);
    case DType::int16:
      return static_cast<int16_t>(x);
    case DType::int32:
      return static_cast<int32_t>(x);
    case DType::uint8:
      return static_cast<uint8_t>(x);
    case DType::uint16:
      return static_cast<uint16_t>(x);
    case DType::uint32:
      return static_cast<uint32_t>(x);
    default:
      return x;
  }
}

inline Cell convert(Cell c, DType from, DType to) {
  if (from == to) return c;
  Cell r;
  if (is_real(to)) {
    const double wide = from == DType::uint64 ? double(uint64_t(c.integer)) : double(c.integer);
    const double narrow =
        from == DType::uint64 ? double(float(uint64_t(c.integer))) : double(float(c.integer));
    r.real = is_real(from) ? c.real : to == DType::float64 ? wide : narrow;
    if (is_real(from) && to != DType::float64) r.real = static_cast<float>(r.real);
    r.real = round_to(to, r.real);
  } else if (to == DType::bool_) {
    r.integer = is_real(from) ? c.real != 0 : c.integer != 0;
  } else if (is_real(from)) {
    switch (to) {
      case DType::int8:
        r.integer = ax_i8_from_f64(c.real);
        break;
      case DType::int16:
        r.integer = ax_i16_from_f64(c.real);
        break;
      case DType::int32:
        r.integer = ax_i32_from_f64(c.real);
        break;
      case DType::uint8:
        r.integer = ax_u8_from_f64(c.real);
        break;
      case DType::uint16:
        r.integer = ax_u16_from_f64(c.real);
        break;
      case DType::uint32:
        r.integer = ax_u32_from_f64(c.real);
        break;
      case DType::uint64:
        r.integer = int64_t(ax_u64_from_f64(c.real));
        break;
      default:
        r.integer = ax_i64_from_f64(c.real);
    }
  } else {
    r.integer = wrap_to(to, c.integer);
  }
  return r;
}

inline Cell read(DType t, const void* data, int64_t at) {
  Cell c;
  const auto get = [&](auto zero) {
    std::memcpy(&zero, static_cast<const char*>(data) + at * int64_t(sizeof zero), sizeof zero);
    return zero;
  };
  switch (t) {
    case DType::float32:
      c.real = get(0.0f);
      break;
    case DType::float64:
      c.real = get(0.0);
      break;
    case DType::float16:
      c.real = ax_f32_from_f16(get(uint16_t{}));
      break;
    case DType::bfloat16:
      c.real = ax_f32_from_bf16(get(uint16_t{}));
      break;
    case DType::bool_:
      c.integer = get(uint8_t{}) != 0;
      break;
    case DType::int8:
      c.integer = get(int8_t{});
      break;
    case DType::int16:
      c.integer = get(int16_t{});
      break;
    case DType::int32:
      c.integer = get(int32_t{});
      break;
    case DType::uint8:
      c.integer = get(uint8_t{});
      break;
    case DType::uint16:
      c.integer = get(uint16_t{});
      break;
    case DType::uint32:
      c.integer = get(uint32_t{});
      break;
    default:
      c.integer = get(int64_t{});
  }
  return c;
}

inline void write(DType t, void* data, int64_t at, Cell c) {
  const auto put = [&](auto value) {
    std::memcpy(static_cast<char*>(data) + at * int64_t(sizeof value), &value, sizeof value);
  };
  switch (t) {
    case DType::float32:
      put(static_cast<float>(c.real));
      break;
    case DType::float64:
      put(c.real);
      break;
    case DType::float16:
      put(ax_f16_from_f32(static_cast<float>(c.real)));
      break;
    case DType::bfloat16:
      put(ax_bf16_from_f32(static_cast<float>(c.real)));
      break;
    case DType::bool_:
    case DType::int8:
    case DType::uint8:
      put(static_cast<uint8_t>(c.integer));
      break;
    case DType::int16:
    case DType::uint16:
      put(static_cast<uint16_t>(c.integer));
      break;
    case DType::int32:
    case DType::uint32:
      put(static_cast<uint32_t>(c.integer));
      break;
    default:
      put(c.integer);
  }
}

/// `f` in the precision of t: float operands for float32 and below, else double.
template <class F>
Cell real_function(DType t, F f) {
  Cell c;
  c.real = t == DType::float64 ? double(f(double{})) : round_to(t, double(f(float{})));
  return c;
}

#define AXON_REFERENCE_UNARY(name)                               \
  case Prim::name:                                               \
    return real_function(t, [&](auto z) {                        \
      return call(                                               \
          z, a.real, [](float x) { return ax_##name##_f32(x); }, \
          [](double x) { return ax_##name##_f64(x); });          \
    });

template <class F, class D>
float call(float, double x, F f, D) {
  return f(static_cast<float>(x));
}
template <class F, class D>
double call(double, double x, F, D d) {
  return d(x);
}

inline Cell primitive(Prim prim, DType t, Cell a, Cell b, Cell c) {
  const bool real = is_real(t);
  const auto truth = [](bool v) { return Cell{0, v}; };
  const auto arithmetic = [&](auto f) {
    if (!real) return Cell{0, wrap_to(t, int64_t(f(uint64_t(a.integer), uint64_t(b.integer))))};
    return real_function(t, [&](auto z) { return f(decltype(z)(a.real), decltype(z)(b.real)); });
  };
  const auto compare = [&](auto f) {
    if (real) return truth(f(a.real, b.real));
    return t == DType::uint64 ? truth(f(uint64_t(a.integer), uint64_t(b.integer)))
                              : truth(f(a.integer, b.integer));
  };
  switch (prim) {
    case Prim::add:
      return arithmetic([](auto x, auto y) { return x + y; });
    case Prim::sub:
      return arithmetic([](auto x, auto y) { return x - y; });
    case Prim::mul:
      return arithmetic([](auto x, auto y) { return x * y; });
    case Prim::square:
      b = a;
      return arithmetic([](auto x, auto y) { return x * y; });
    case Prim::div:
      return real_function(t, [&](auto z) { return decltype(z)(a.real) / decltype(z)(b.real); });
    case Prim::reciprocal:
      return real_function(t, [&](auto z) { return 1 / decltype(z)(a.real); });
    case Prim::neg:
      return real ? Cell{-a.real, 0} : Cell{0, wrap_to(t, -a.integer)};
    case Prim::eq:
      return compare([](auto x, auto y) { return x == y; });
    case Prim::ne:
      return compare([](auto x, auto y) { return x != y; });
    case Prim::lt:
      return compare([](auto x, auto y) { return x < y; });
    case Prim::le:
      return compare([](auto x, auto y) { return x <= y; });
    case Prim::gt:
      return compare([](auto x, auto y) { return x > y; });
    case Prim::ge:
      return compare([](auto x, auto y) { return x >= y; });
    case Prim::logical_and:
      return truth(a.integer && b.integer);
    case Prim::logical_or:
      return truth(a.integer || b.integer);
    case Prim::logical_not:
      return truth(!a.integer);
    case Prim::select:
      return a.integer ? b : c;
    case Prim::maximum:
      return real ? (a.real > b.real || a.real != a.real ? a : b) : (a.integer > b.integer ? a : b);
    case Prim::minimum:
      return real ? (a.real < b.real || a.real != a.real ? a : b) : (a.integer < b.integer ? a : b);
      AXON_REFERENCE_UNARY(exp)
      AXON_REFERENCE_UNARY(log)
      AXON_REFERENCE_UNARY(tanh)
      AXON_REFERENCE_UNARY(erf)
      AXON_REFERENCE_UNARY(sqrt)
      AXON_REFERENCE_UNARY(rsqrt)
      AXON_REFERENCE_UNARY(abs)
      AXON_REFERENCE_UNARY(floor)
      AXON_REFERENCE_UNARY(finite)
    default:
      throw Error("reference: primitive " + std::string(info(prim).name) + " is not covered");
  }
}
#undef AXON_REFERENCE_UNARY

inline int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// One phase over the buffers and scalars of a launch.
class PhaseInterpreter {
 public:
  PhaseInterpreter(const Kernel& kernel, int number, void* const* buffers, const int64_t* scalars,
                   int32_t* status)
      : kernel_(kernel),
        phase_(kernel.phases[number]),
        buffers_(buffers),
        scalars_(scalars),
        status_(status) {
    for (int p = 0; p < number; ++p) {
      for (const Instr& in : kernel.phases[p].body) gathers_before_ += in.kind == InstrKind::gather;
    }
    results_.resize(phase_.reductions.size());
  }

  void run() {
    coords_.assign(phase_.parallel.size() + phase_.reduced.size(), 0);
    loop(phase_.parallel, 0, 0, [&] { point(); });
  }

 private:
  void loop(const std::vector<Axis>& axes, size_t depth, size_t offset,
            const std::function<void()>& body) {
    if (depth == axes.size()) return body();
    for (int64_t i = 0; i < axes[depth].extent; ++i) {
      coords_[offset + depth] = i;
      loop(axes, depth + 1, offset, body);
    }
    coords_[offset + depth] = 0;
  }

  void point() {
    if (phase_.contract) return contract_point();
    for (int32_t level = 0; level < phase_.levels; ++level) {
      begin(level);
      int64_t number = 0;
      loop(phase_.reduced, 0, phase_.parallel.size(), [&] {
        for (size_t r = 0; r < phase_.reductions.size(); ++r) {
          if (phase_.reductions[r].level == level) accumulate(r, number);
        }
        for (const Store& s : phase_.stores) {
          if (s.point && s.level == level) store(s);
        }
        ++number;
      });
      finish(level);
    }
    for (const Store& s : phase_.stores) {
      if (!s.point) store(s);
    }
  }

  void contract_point() {
    const DType t = phase_.body[phase_.a].dtype;
    results_.assign(1, Cell{});
    loop(phase_.reduced, 0, phase_.parallel.size(), [&] {
      const Cell product = primitive(Prim::mul, t, value(phase_.a), value(phase_.b), {});
      results_[0] = primitive(Prim::add, t, results_[0], product, {});
    });
    for (const Store& s : phase_.stores) store(s);
  }

  struct Accumulator {
    Cell value;
    int64_t number = std::numeric_limits<int64_t>::max();
  };

  int lanes() const { return phase_.lanes ? 16 : 1; }

  /// What the accumulator holds: of a (value, number) pair, the value.
  DType dtype_of(const Reduction& r) const {
    const bool pair = r.combine == Combine::argmax || r.combine == Combine::argmin;
    return pair ? phase_.body[r.value].dtype : r.dtype;
  }

  Cell identity(const Reduction& r) const {
    const DType t = dtype_of(r);
    const double inf = std::numeric_limits<double>::infinity();
    const bool is_signed =
        t == DType::int8 || t == DType::int16 || t == DType::int32 || t == DType::int64;
    const int bits = static_cast<int>(size_of(t)) * 8;
    switch (r.combine) {
      case Combine::max:
      case Combine::argmax:
        return {-inf, is_signed ? int64_t(~uint64_t{0} << (bits - 1)) : 0};
      case Combine::min:
      case Combine::argmin:
        if (t == DType::bool_) return {inf, 1};
        return {inf, is_signed ? int64_t((uint64_t{1} << (bits - 1)) - 1) : wrap_to(t, -1)};
      case Combine::prod:
      case Combine::all:
        return {1, 1};
      default:
        return {};
    }
  }

  void begin(int32_t level) {
    accumulators_.resize(phase_.reductions.size());
    for (size_t r = 0; r < phase_.reductions.size(); ++r) {
      if (phase_.reductions[r].level != level) continue;
      accumulators_[r].assign(lanes(), Accumulator{identity(phase_.reductions[r])});
    }
  }

  void accumulate(size_t r, int64_t number) {
    const Reduction& red = phase_.reductions[r];
    const int lane = phase_.lanes ? int(coords_.back() % 16) : 0;
    const bool logical = red.combine == Combine::any || red.combine == Combine::all;
    const DType from = phase_.body[red.value].dtype;
    const Cell fresh = convert(value(red.value), from, logical ? DType::bool_ : dtype_of(red));
    combine(red, accumulators_[r][lane], {fresh, number});
  }

  /// `fresh` comes after `old`.
  void combine(const Reduction& red, Accumulator& old, const Accumulator& fresh) const {
    const bool real = is_real(dtype_of(red));
    if (red.combine == Combine::argmax || red.combine == Combine::argmin) {
      const bool up = red.combine == Combine::argmax;
      const bool fresh_nan = real && std::isnan(fresh.value.real);
      const bool old_nan = real && std::isnan(old.value.real);
      bool better = fresh_nan && !old_nan;
      bool equal = fresh_nan && old_nan;
      if (!fresh_nan && !old_nan) {
        const double f = real ? fresh.value.real : double(fresh.value.integer);
        const double o = real ? old.value.real : double(old.value.integer);
        better = up ? f > o : f < o;
        equal = f == o;
      }
      if (better || (equal && fresh.number < old.number)) old = fresh;
      return;
    }
    old.value = combine_values(red.combine, red.dtype, old.value, fresh.value);
  }

  static Cell combine_values(Combine combine, DType t, Cell old, Cell fresh) {
    switch (combine) {
      case Combine::sum:
        return primitive(Prim::add, t, old, fresh, {});
      case Combine::prod:
        return primitive(Prim::mul, t, old, fresh, {});
      case Combine::max:
        if (!is_real(t)) return fresh.integer > old.integer ? fresh : old;
        return fresh.real > old.real || std::isnan(fresh.real) ? fresh : old;
      case Combine::min:
        if (!is_real(t)) return fresh.integer < old.integer ? fresh : old;
        return fresh.real < old.real || std::isnan(fresh.real) ? fresh : old;
      case Combine::any:
        return {0, old.integer | fresh.integer};
      case Combine::all:
        return {0, old.integer & fresh.integer};
      default:
        return fresh;
    }
  }

  void finish(int32_t level) {
    for (size_t r = 0; r < phase_.reductions.size(); ++r) {
      const Reduction& red = phase_.reductions[r];
      if (red.level != level) continue;
      std::vector<Accumulator>& lane = accumulators_[r];
      for (int w = lanes() / 2; w > 0; w /= 2) {
        for (int l = 0; l < w; ++l) combine(red, lane[l], lane[l + w]);
      }
      const bool pair = red.combine == Combine::argmax || red.combine == Combine::argmin;
      results_[r] = pair ? Cell{0, lane[0].number} : lane[0].value;
    }
  }

  void store(const Store& s) {
    const DType t = kernel_.buffers[s.slot].dtype;
    const Cell fresh = convert(value(s.value), phase_.body[s.value].dtype, t);
    const int64_t at = affine(s.address);
    const Cell old = s.combine == Combine::set ? Cell{} : read(t, buffers_[s.slot], at);
    write(t, buffers_[s.slot], at, combine_values(s.combine, t, old, fresh));
  }

  int64_t affine(const Affine& form) {
    int64_t sum = form.constant;
    for (const Term& t : form.terms) {
      sum += t.coef * (t.var >= 0 ? coords_[t.var] : value(~t.var).integer);
    }
    for (const Term& t : form.slots) sum += t.coef * scalars_[t.var];
    return sum;
  }

  Cell value(int32_t i) {
    const Instr& in = phase_.body[i];
    switch (in.kind) {
      case InstrKind::constant:
        return is_real(in.dtype) ? Cell{round_to(in.dtype, in.number), 0}
                                 : Cell{0, wrap_to(in.dtype, in.integer)};
      case InstrKind::scalar: {
        const bool real = is_real(kernel_.scalars[in.index].dtype);
        Cell c{0, scalars_[in.index]};
        if (real) std::memcpy(&c.real, &scalars_[in.index], 8);
        return convert(c, real ? DType::float64 : DType::int64, in.dtype);
      }
      case InstrKind::affine:
        return convert({0, affine(in.address)}, DType::int64, in.dtype);
      case InstrKind::floordiv:
        return {0, floor_divide(affine(in.address), in.integer)};
      case InstrKind::load: {
        for (const Guard& g : in.bounds) {
          const int64_t index = affine(g.index);
          if (index < 0 || index >= g.extent) return in.args[0] < 0 ? Cell{} : value(in.args[0]);
        }
        const DType t = kernel_.buffers[in.index].dtype;
        return convert(read(t, buffers_[in.index], affine(in.address)), t, in.dtype);
      }
      case InstrKind::prim: {
        Cell args[3];
        for (int a = 0; a < info(in.prim).arity; ++a) args[a] = value(in.args[a]);
        const DType t = phase_.body[in.args[info(in.prim).arity - 1]].dtype;
        return primitive(in.prim, t, args[0], args[1], args[2]);
      }
      case InstrKind::cast:
        return convert(value(in.args[0]), phase_.body[in.args[0]].dtype, in.dtype);
      case InstrKind::gather: {
        const int64_t index = value(in.args[0]).integer;
        const int64_t at = index < 0 ? index + in.integer : index;
        if (at >= 0 && at < in.integer) return {0, at};
        int32_t number = gathers_before_;
        for (int32_t j = 0; j < i; ++j) number += phase_.body[j].kind == InstrKind::gather;
        *status_ = number + 1;
        return {};
      }
      case InstrKind::uniform:
        return {ax_uniform(uint64_t(scalars_[in.index]), uint64_t(scalars_[in.index + 1]),
                           uint64_t(value(in.args[0]).integer)),
                0};
      case InstrKind::result:
        return results_[in.index];
      case InstrKind::scan:
        return scan(in);
    }
    return {};
  }

  /// From the start at each point: the operand at every step up to this one.
  Cell scan(const Instr& in) {
    const Term step = in.address.terms.front();
    const int64_t here = coords_[step.var];
    const int64_t last = affine(in.address) - in.integer;
    const Instr start = identity_of(in.combine, in.dtype);
    Cell sum{start.number, start.integer};
    for (int64_t i = 0; i <= last; ++i) {
      coords_[step.var] = step.coef > 0 ? i : in.address.constant - i;
      if (in.args[1] >= 0) {
        sum = combine_values(Combine::prod, in.dtype, value(in.args[1]), sum);
      }
      sum = combine_values(in.combine, in.dtype, sum, value(in.args[0]));
    }
    coords_[step.var] = here;
    value(in.args[0]);  // evaluated even if left out: it may set the status word
    return sum;
  }

  const Kernel& kernel_;
  const Phase& phase_;
  void* const* buffers_;
  const int64_t* scalars_;
  int32_t* status_;
  int32_t gathers_before_ = 0;
  std::vector<int64_t> coords_;
  std::vector<std::vector<Accumulator>> accumulators_;
  std::vector<Cell> results_;
};

inline void run(const Kernel& kernel, void* const* buffers, const int64_t* scalars,
                int32_t* status) {
  for (size_t p = 0; p < kernel.phases.size(); ++p) {
    PhaseInterpreter(kernel, static_cast<int>(p), buffers, scalars, status).run();
  }
}

}  // namespace axon::reference
