// The definitions behind tile_ops.h. Included by one source file an instruction set, which defines
// AXON_TILE_TABLE, the name of its table; each is compiled with flags of its own, so everything
// here has internal linkage.
#include <stdint.h>

#include "core/math.h"
#include "core/random.h"
#include "kernel/tile_ops.h"

namespace axon {
namespace {

// ------------------------------------------------------------------------------- primitives

#define AX_LOOP_1(out_t, a_t, b_t, expr) \
  for (int64_t i = 0; i < n; ++i) {      \
    const a_t a = xa[i];                 \
    o[i] = static_cast<out_t>(expr);     \
  }
#define AX_LOOP_2(out_t, a_t, b_t, expr) \
  for (int64_t i = 0; i < n; ++i) {      \
    const a_t a = xa[i];                 \
    const b_t b = xb[i];                 \
    o[i] = static_cast<out_t>(expr);     \
  }
#define AX_LOOP_3(out_t, a_t, b_t, expr) \
  for (int64_t i = 0; i < n; ++i) {      \
    const a_t a = xa[i];                 \
    const b_t b = xb[i];                 \
    const b_t c = xc[i];                 \
    o[i] = static_cast<out_t>(expr);     \
  }
#define AX_TILE(prim, suffix, arity, out_t, a_t, b_t, expr)                                    \
  void prim##_##suffix(void* out, const void* pa, const void* pb, const void* pc, int64_t n) { \
    out_t* __restrict o = static_cast<out_t*>(out);                                            \
    [[maybe_unused]] const a_t* xa = static_cast<const a_t*>(pa);                              \
    [[maybe_unused]] const b_t* xb = static_cast<const b_t*>(pb);                              \
    [[maybe_unused]] const b_t* xc = static_cast<const b_t*>(pc);                              \
    AX_LOOP_##arity(out_t, a_t, b_t, expr)                                                     \
  }
#include "tile_ops.inc"
#undef AX_TILE

// ----------------------------------------------------------------------------------- dtypes

/// A dtype: R in registers, M in memory.
template <DType D>
struct Type;
#define AX_PLAIN_TYPE(dtype, type)    \
  template <>                         \
  struct Type<DType::dtype> {         \
    using R = type;                   \
    using M = type;                   \
    static R in(M x) { return x; }    \
    static M out(R x) { return x; }   \
    static R round(R x) { return x; } \
  };
AX_PLAIN_TYPE(int8, int8_t)
AX_PLAIN_TYPE(int16, int16_t)
AX_PLAIN_TYPE(int32, int32_t)
AX_PLAIN_TYPE(int64, int64_t)
AX_PLAIN_TYPE(uint8, uint8_t)
AX_PLAIN_TYPE(uint16, uint16_t)
AX_PLAIN_TYPE(uint32, uint32_t)
AX_PLAIN_TYPE(uint64, uint64_t)
AX_PLAIN_TYPE(float32, float)
AX_PLAIN_TYPE(float64, double)
template <>
struct Type<DType::bool_> {
  using R = uint8_t;
  using M = uint8_t;
  static R in(M x) { return x != 0; }
  static M out(R x) { return x; }
  static R round(R x) { return x; }
};
template <>
struct Type<DType::float16> {
  using R = float;
  using M = uint16_t;
  static R in(M x) { return ax_f32_from_f16(x); }
  static M out(R x) { return ax_f16_from_f32(x); }
  static R round(R x) { return ax_round_f16(x); }
};
template <>
struct Type<DType::bfloat16> {
  using R = float;
  using M = uint16_t;
  static R in(M x) { return ax_f32_from_bf16(x); }
  static M out(R x) { return ax_bf16_from_f32(x); }
  static R round(R x) { return ax_round_bf16(x); }
};

template <DType D>
using Reg = typename Type<D>::R;
template <DType D>
using Mem = typename Type<D>::M;

constexpr bool is_floating(DType t) {
  return t == DType::float16 || t == DType::bfloat16 || t == DType::float32 || t == DType::float64;
}

// ------------------------------------------------------------------------------ conversions

#define AX_SATURATE(dtype, type, suffix)                                     \
  inline type saturate(type*, float x) { return ax_##suffix##_from_f32(x); } \
  inline type saturate(type*, double x) { return ax_##suffix##_from_f64(x); }
AX_SATURATE(int8, int8_t, i8)
AX_SATURATE(int16, int16_t, i16)
AX_SATURATE(int32, int32_t, i32)
AX_SATURATE(int64, int64_t, i64)
AX_SATURATE(uint8, uint8_t, u8)
AX_SATURATE(uint16, uint16_t, u16)
AX_SATURATE(uint32, uint32_t, u32)
AX_SATURATE(uint64, uint64_t, u64)

template <DType From, DType To>
void cast_tile(void* out, const void* pa, const void*, const void*, int64_t n) {
  Reg<To>* __restrict o = static_cast<Reg<To>*>(out);
  const Reg<From>* a = static_cast<const Reg<From>*>(pa);
  for (int64_t i = 0; i < n; ++i) {
    if constexpr (To == DType::bool_) {
      o[i] = a[i] != 0;
    } else if constexpr (is_floating(From) && !is_floating(To)) {
      o[i] = saturate(static_cast<Reg<To>*>(nullptr), a[i]);
    } else {
      o[i] = Type<To>::round(static_cast<Reg<To>>(a[i]));
    }
  }
}

template <DType D>
void round_tile(void* pa, int64_t n) {
  Reg<D>* a = static_cast<Reg<D>*>(pa);
  for (int64_t i = 0; i < n; ++i) a[i] = Type<D>::round(a[i]);
}

// ----------------------------------------------------------------------------------- memory

template <DType D>
void splat_tile(void* out, const void* a, int64_t n) {
  Reg<D>* o = static_cast<Reg<D>*>(out);
  const Reg<D> x = *static_cast<const Reg<D>*>(a);
  for (int64_t i = 0; i < n; ++i) o[i] = x;
}

template <DType D>
void load_tile(void* out, const void* base, int64_t stride, int64_t n) {
  Reg<D>* __restrict o = static_cast<Reg<D>*>(out);
  const Mem<D>* b = static_cast<const Mem<D>*>(base);
  if (stride == 1) {
    for (int64_t i = 0; i < n; ++i) o[i] = Type<D>::in(b[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) o[i] = Type<D>::in(b[i * stride]);
  }
}

template <DType D>
void load_indexed_tile(void* out, const void* base, const int64_t* index, const uint8_t* mask,
                       const void* fallback, int64_t n) {
  Reg<D>* __restrict o = static_cast<Reg<D>*>(out);
  const Mem<D>* b = static_cast<const Mem<D>*>(base);
  const Reg<D>* f = static_cast<const Reg<D>*>(fallback);
  if (mask == nullptr) {
    for (int64_t i = 0; i < n; ++i) o[i] = Type<D>::in(b[index[i]]);
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    o[i] = mask[i] ? Type<D>::in(b[index[i]]) : f != nullptr ? f[i] : Reg<D>(0);
  }
}

template <DType D>
void store_tile(void* base, int64_t stride, const void* pa, int64_t n) {
  Mem<D>* b = static_cast<Mem<D>*>(base);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  if (stride == 1) {
    for (int64_t i = 0; i < n; ++i) b[i] = Type<D>::out(a[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) b[i * stride] = Type<D>::out(a[i]);
  }
}

// ------------------------------------------------------------------------------- reductions

template <DType D>
constexpr bool is_signed_integer = !is_floating(D) && D != DType::bool_ && Reg<D>(-1) < Reg<D>(0);

template <DType D>
Reg<D> lowest() {
  if constexpr (is_floating(D)) return -static_cast<Reg<D>>(AX_INF);
  if constexpr (is_signed_integer<D>) return Reg<D>(uint64_t{1} << (8 * sizeof(Reg<D>) - 1));
  return 0;
}

template <DType D>
Reg<D> highest() {
  if constexpr (is_floating(D)) return static_cast<Reg<D>>(AX_INF);
  if constexpr (D == DType::bool_) return 1;
  return static_cast<Reg<D>>(~static_cast<uint64_t>(lowest<D>()));
}

template <Combine C, DType D>
Reg<D> identity_of() {
  if constexpr (C == Combine::max || C == Combine::argmax) return lowest<D>();
  if constexpr (C == Combine::min || C == Combine::argmin) return highest<D>();
  return C == Combine::prod || C == Combine::all ? 1 : 0;
}

/// A NaN wins and stays; of equals the first stays.
template <Combine C, DType D>
inline Reg<D> combine(Reg<D> old, Reg<D> fresh) {
  using R = Reg<D>;
  if constexpr (C == Combine::set) return fresh;
  if constexpr (C == Combine::any) return R((old != 0) | (fresh != 0));
  if constexpr (C == Combine::all) return R((old != 0) & (fresh != 0));
  if constexpr (D == DType::bool_) {
    return C == Combine::sum || C == Combine::max ? old | fresh : old & fresh;
  }
  if constexpr (C == Combine::sum) return Type<D>::round(R(old + fresh));
  if constexpr (C == Combine::prod) return Type<D>::round(R(old * fresh));
  const bool better = C == Combine::max ? fresh > old : fresh < old;
  return better | (fresh != fresh) ? fresh : old;
}

template <Combine C, DType D>
void identity_tile(void* sums, int64_t n) {
  for (int64_t i = 0; i < n; ++i) static_cast<Reg<D>*>(sums)[i] = identity_of<C, D>();
}

template <Combine C, DType D>
void scatter_tile(void* base, const int64_t* index, const void* pa, int64_t n) {
  Mem<D>* b = static_cast<Mem<D>*>(base);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  for (int64_t i = 0; i < n; ++i) {
    Mem<D>& element = b[index[i]];
    element = Type<D>::out(combine<C, D>(Type<D>::in(element), a[i]));
  }
}

template <Combine C, DType D>
void fold_tile(void* sums, const void* pa, int64_t n) {
  Reg<D>* __restrict s = static_cast<Reg<D>*>(sums);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  for (int64_t i = 0; i < n; ++i) s[i] = combine<C, D>(s[i], a[i]);
}

template <Combine C, DType D>
void fold_lanes_tile(void* sums, const void* pa, int64_t n) {
  Reg<D>* __restrict s = static_cast<Reg<D>*>(sums);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  Reg<D> lanes[kLanes];
  for (int l = 0; l < kLanes; ++l) lanes[l] = s[l];
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lanes[l] = combine<C, D>(lanes[l], a[i + l]);
  }
  for (int l = 0; l < kLanes; ++l) s[l] = lanes[l];
  for (int l = 0; i + l < n; ++l) s[l] = combine<C, D>(s[l], a[i + l]);
}

template <Combine C, DType D, bool Back>
void scan_tile(void* psum, void* pout, const void* pa, bool exclusive, int64_t n) {
  Reg<D> sum = *static_cast<Reg<D>*>(psum);
  Reg<D>* __restrict out = static_cast<Reg<D>*>(pout);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  for (int64_t k = 0; k < n; ++k) {
    const int64_t i = Back ? n - 1 - k : k;
    const Reg<D> before = sum;
    sum = combine<C, D>(sum, a[i]);
    out[i] = exclusive ? before : sum;
  }
  *static_cast<Reg<D>*>(psum) = sum;
}

template <DType D, bool Back>
void recurrence_tile(void* psum, void* pout, const void* pfactor, const void* pa, int64_t n) {
  Reg<D> sum = *static_cast<Reg<D>*>(psum);
  Reg<D>* __restrict out = static_cast<Reg<D>*>(pout);
  const Reg<D>* factor = static_cast<const Reg<D>*>(pfactor);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  for (int64_t k = 0; k < n; ++k) {
    const int64_t i = Back ? n - 1 - k : k;
    sum = combine<Combine::sum, D>(combine<Combine::prod, D>(factor[i], sum), a[i]);
    out[i] = sum;
  }
  *static_cast<Reg<D>*>(psum) = sum;
}

template <Combine C, DType D>
void tree_tile(void* sums) {
  Reg<D>* s = static_cast<Reg<D>*>(sums);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int l = 0; l < width; ++l) s[l] = combine<C, D>(s[l], s[l + width]);
  }
}

/// Keeps the better of two (value, number) pairs: NaN is best, of equals the smaller number.
template <Combine C, DType D>
inline void combine_pair(Reg<D>& old, int64_t& at, Reg<D> fresh, int64_t number) {
  const bool nan = fresh != fresh;
  const bool old_nan = old != old;
  const bool beats = C == Combine::argmax ? fresh > old : fresh < old;
  const bool equals = (fresh == old) | (nan & old_nan);
  if (beats | (nan & !old_nan) | (equals & (number < at))) {
    old = fresh;
    at = number;
  }
}

template <Combine C, DType D>
void fold_pair_tile(void* sums, int64_t* at, const void* pa, int64_t number, int64_t n) {
  Reg<D>* __restrict s = static_cast<Reg<D>*>(sums);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  for (int64_t i = 0; i < n; ++i) combine_pair<C, D>(s[i], at[i], a[i], number);
}

template <Combine C, DType D>
void fold_pair_lanes_tile(void* sums, int64_t* at, const void* pa, int64_t number, int64_t n) {
  Reg<D>* __restrict s = static_cast<Reg<D>*>(sums);
  const Reg<D>* a = static_cast<const Reg<D>*>(pa);
  for (int64_t i = 0; i < n; ++i) {
    combine_pair<C, D>(s[i % kLanes], at[i % kLanes], a[i], number + i);
  }
}

template <Combine C, DType D>
void tree_pair_tile(void* sums, int64_t* at) {
  Reg<D>* s = static_cast<Reg<D>*>(sums);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int l = 0; l < width; ++l) combine_pair<C, D>(s[l], at[l], s[l + width], at[l + width]);
  }
}

// -------------------------------------------------------------------------------- addresses

void ramp(int64_t* out, int64_t base, int64_t step, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = base + i * step;
}

void add_scaled(int64_t* __restrict out, const int64_t* a, int64_t coef, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] += a[i] * coef;
}

void floordiv_index(int64_t* a, int64_t divisor, int64_t n) {
  for (int64_t i = 0; i < n; ++i) a[i] = ax_floordiv_i64(a[i], divisor);
}

void within(uint8_t* __restrict mask, const int64_t* a, int64_t extent, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    mask[i] &= static_cast<uint64_t>(a[i]) < static_cast<uint64_t>(extent);
  }
}

bool wrap_index(int64_t* __restrict out, const int64_t* a, int64_t extent, int64_t n) {
  bool all = true;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t index = a[i] < 0 ? a[i] + extent : a[i];
    const bool inside = static_cast<uint64_t>(index) < static_cast<uint64_t>(extent);
    out[i] = inside ? index : 0;
    all &= inside;
  }
  return all;
}

void uniform_tile(float* __restrict out, uint64_t key, const int64_t* counter, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    out[i] = ax_uniform_mixed(key, static_cast<uint64_t>(counter[i]));
  }
}

// ------------------------------------------------------------------------------------ table

template <DType From>
void add_casts(TileOps& t) {
  TileFn* const to = t.cast[static_cast<int>(From)];
#define AX_CAST(dtype) to[static_cast<int>(DType::dtype)] = cast_tile<From, DType::dtype>;
  AX_CAST(bool_)
  AX_CAST(int8)
  AX_CAST(int16)
  AX_CAST(int32)
  AX_CAST(int64)
  AX_CAST(uint8)
  AX_CAST(uint16)
  AX_CAST(uint32)
  AX_CAST(uint64)
  AX_CAST(float16)
  AX_CAST(bfloat16)
  AX_CAST(float32)
  AX_CAST(float64)
#undef AX_CAST
}

template <Combine C, DType D>
void add_combine(TileOps& t) {
  const int c = static_cast<int>(C);
  const int d = static_cast<int>(D);
  t.scatter[c][d] = scatter_tile<C, D>;
  t.identity[c][d] = identity_tile<C, D>;
  t.fold[c][d] = fold_tile<C, D>;
  t.fold_lanes[c][d] = fold_lanes_tile<C, D>;
  t.scan[c][d] = scan_tile<C, D, false>;
  t.scan_back[c][d] = scan_tile<C, D, true>;
  t.tree[c][d] = tree_tile<C, D>;
}

template <Combine C, DType D>
void add_pair(TileOps& t) {
  const int c = C == Combine::argmin;
  const int d = static_cast<int>(D);
  t.identity[static_cast<int>(C)][d] = identity_tile<C, D>;
  t.fold_pair[c][d] = fold_pair_tile<C, D>;
  t.fold_pair_lanes[c][d] = fold_pair_lanes_tile<C, D>;
  t.tree_pair[c][d] = tree_pair_tile<C, D>;
}

template <DType D>
void add_dtype(TileOps& t) {
  const int d = static_cast<int>(D);
  add_casts<D>(t);
  t.splat[d] = splat_tile<D>;
  t.load[d] = load_tile<D>;
  t.load_indexed[d] = load_indexed_tile<D>;
  t.store[d] = store_tile<D>;
  t.recurrence[d] = recurrence_tile<D, false>;
  t.recurrence_back[d] = recurrence_tile<D, true>;
  if constexpr (D == DType::float16 || D == DType::bfloat16) t.round[d] = round_tile<D>;
  add_combine<Combine::set, D>(t);
  add_combine<Combine::sum, D>(t);
  add_combine<Combine::max, D>(t);
  add_combine<Combine::min, D>(t);
  add_combine<Combine::prod, D>(t);
  add_combine<Combine::any, D>(t);
  add_combine<Combine::all, D>(t);
  add_pair<Combine::argmax, D>(t);
  add_pair<Combine::argmin, D>(t);
}

void add_primitives(TileOps& t) {
  constexpr DType b8 = DType::bool_, i8 = DType::int8, i16 = DType::int16, i32 = DType::int32,
                  i64 = DType::int64, u8 = DType::uint8, u16 = DType::uint16, u32 = DType::uint32,
                  u64 = DType::uint64, f16 = DType::float16, bf16 = DType::bfloat16,
                  f32 = DType::float32, f64 = DType::float64;
#define AX_TILE(prim_name, suffix, ...) \
  t.prim[static_cast<int>(Prim::prim_name)][static_cast<int>(suffix)] = prim_name##_##suffix;
#include "tile_ops.inc"
#undef AX_TILE
  for (auto& by_dtype : t.prim) {
    for (DType half : {f16, bf16}) {
      auto& function = by_dtype[static_cast<int>(half)];
      if (function == nullptr) function = by_dtype[static_cast<int>(f32)];
    }
  }
}

}  // namespace

void AXON_TILE_TABLE(TileOps& t) {
  add_primitives(t);
  add_dtype<DType::bool_>(t);
  add_dtype<DType::int8>(t);
  add_dtype<DType::int16>(t);
  add_dtype<DType::int32>(t);
  add_dtype<DType::int64>(t);
  add_dtype<DType::uint8>(t);
  add_dtype<DType::uint16>(t);
  add_dtype<DType::uint32>(t);
  add_dtype<DType::uint64>(t);
  add_dtype<DType::float16>(t);
  add_dtype<DType::bfloat16>(t);
  add_dtype<DType::float32>(t);
  add_dtype<DType::float64>(t);
  t.ramp = ramp;
  t.add_scaled = add_scaled;
  t.floordiv = floordiv_index;
  t.within = within;
  t.wrap_index = wrap_index;
  t.uniform = uniform_tile;
}

}  // namespace axon
