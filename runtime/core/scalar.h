// Scalar functions of kernels, in plain C99 that is valid C++ and CUDA, without includes: part of
// the executor, and the text in front of every kernel that is compiled at run time. A backend whose
// compiler lacks gcc's builtins or needs more than `static inline` defines AX_FN before.
//
// ax_NAME_SUFFIX with the suffixes of dtype.h. 16-bit floats are stored as uint16_t and computed as
// float: convert with ax_f32_from_f16 and ax_f16_from_f32 (bf16 alike). Every fused multiply-add is
// written out, so all instruction sets give the same bits (compile with -ffp-contract=off, without
// -ffast-math). Integer functions never trap. Elementary functions are in math_f64.h and
// math_f32.h.
#ifndef AXON_SCALAR_H
#define AXON_SCALAR_H

#ifndef AX_FN
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
#define AX_FN static inline __attribute__((unused))
#endif
#define AX_INF __builtin_inff()
#define AX_NAN __builtin_nanf("")

AX_FN uint32_t ax_bits_f32(float x) {
  uint32_t u;
  __builtin_memcpy(&u, &x, 4);
  return u;
}
AX_FN float ax_float(uint32_t u) {
  float x;
  __builtin_memcpy(&x, &u, 4);
  return x;
}
AX_FN uint64_t ax_bits_f64(double x) {
  uint64_t u;
  __builtin_memcpy(&u, &x, 8);
  return u;
}
AX_FN double ax_double(uint64_t u) {
  double x;
  __builtin_memcpy(&x, &u, 8);
  return x;
}

/* Conversions. 16-bit floats round half to even. */
AX_FN float ax_f32_from_f16(uint16_t h) {
  uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13;
  float x = ax_float(magnitude) * 0x1p112f;
  uint32_t u = ax_bits_f32(x) | (magnitude >= 0x0f800000u ? 0x7f800000u : 0u);
  return ax_float(u | (uint32_t)(h & 0x8000) << 16);
}
AX_FN uint16_t ax_f16_from_f32(float x) {
  uint32_t u = ax_bits_f32(x);
  uint32_t a = u & 0x7fffffffu;
  uint32_t normal = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1)) >> 13;
  uint32_t small = ax_bits_f32(ax_float(a) + 0.5f) - 0x3f000000u;
  uint32_t special = a > 0x7f800000u ? 0x7e00u : 0x7c00u;
  uint32_t h = a < 0x38800000u ? small : normal;
  h = a >= 0x47800000u ? special : h;
  return (uint16_t)(h | ((u >> 16) & 0x8000u));
}
AX_FN float ax_f32_from_bf16(uint16_t h) { return ax_float((uint32_t)h << 16); }
AX_FN uint16_t ax_bf16_from_f32(float x) {
  uint32_t u = ax_bits_f32(x);
  uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1)) >> 16;
  return (uint16_t)((u & 0x7fffffffu) > 0x7f800000u ? (u >> 16) | 0x40u : rounded);
}
/* The float nearest to x that the 16-bit dtype has. */
AX_FN float ax_round_f16(float x) { return ax_f32_from_f16(ax_f16_from_f32(x)); }
AX_FN float ax_round_bf16(float x) { return ax_f32_from_bf16(ax_bf16_from_f32(x)); }

/* Floats to integers: truncated, saturated, NaN gives 0. `top` is the least float above. */
#define AX_TO_INT(S, T, low, high, bottom, top)                 \
  AX_FN T ax_##S##_from_f32(float x) {                          \
    T y = (T)(x > bottom##f && x < top##f ? x : 0.0f);          \
    return x >= top##f ? (T)high : x <= bottom##f ? (T)low : y; \
  }                                                             \
  AX_FN T ax_##S##_from_f64(double x) {                         \
    T y = (T)(x > bottom && x < top ? x : 0.0);                 \
    return x >= top ? (T)high : x <= bottom ? (T)low : y;       \
  }
AX_TO_INT(i8, int8_t, -128, 127, -128.0, 128.0)
AX_TO_INT(i16, int16_t, -32768, 32767, -32768.0, 32768.0)
AX_TO_INT(i32, int32_t, (-2147483647 - 1), 2147483647, -2147483648.0, 2147483648.0)
AX_TO_INT(i64, int64_t, (-9223372036854775807LL - 1), 9223372036854775807LL, -9223372036854775808.0,
          9223372036854775808.0)
AX_TO_INT(u8, uint8_t, 0, 255, 0.0, 256.0)
AX_TO_INT(u16, uint16_t, 0, 65535, 0.0, 65536.0)
AX_TO_INT(u32, uint32_t, 0, 4294967295u, 0.0, 4294967296.0)
AX_TO_INT(u64, uint64_t, 0, 18446744073709551615ull, 0.0, 18446744073709551616.0)

/* Arithmetic, rounding and classification of floats. maximum and minimum propagate NaN; round goes
   half to even; mod has the sign of the divisor, as in Python. */
#define AX_FLOAT(S, T, F)                                                                     \
  AX_FN T ax_floor_##S(T x) { return __builtin_floor##F(x); }                                 \
  AX_FN T ax_ceil_##S(T x) { return __builtin_ceil##F(x); }                                   \
  AX_FN T ax_round_##S(T x) { return __builtin_rint##F(x); }                                  \
  AX_FN T ax_trunc_##S(T x) { return __builtin_trunc##F(x); }                                 \
  AX_FN T ax_abs_##S(T x) { return __builtin_fabs##F(x); }                                    \
  AX_FN T ax_copysign_##S(T x, T y) { return __builtin_copysign##F(x, y); }                   \
  AX_FN T ax_fma_##S(T x, T y, T z) { return __builtin_fma##F(x, y, z); }                     \
  AX_FN T ax_maximum_##S(T x, T y) { return x > y || x != x ? x : y; }                        \
  AX_FN T ax_minimum_##S(T x, T y) { return x < y || x != x ? x : y; }                        \
  AX_FN T ax_sign_##S(T x) { return x > 0 ? (T)1 : x < 0 ? (T)(-1) : x; }                     \
  AX_FN uint8_t ax_isnan_##S(T x) { return x != x; }                                          \
  AX_FN uint8_t ax_isinf_##S(T x) { return __builtin_fabs##F(x) == __builtin_inf##F(); }      \
  AX_FN uint8_t ax_isfinite_##S(T x) { return __builtin_fabs##F(x) < __builtin_inf##F(); }    \
  AX_FN T ax_finite_##S(T x) { return __builtin_fabs##F(x) < __builtin_inf##F() ? x : (T)0; } \
  AX_FN T ax_fmod_##S(T x, T y) { return __builtin_fmod##F(x, y); }                           \
  AX_FN T ax_floordiv_##S(T x, T y) {                                                         \
    T q = __builtin_floor##F(x / y);                                                          \
    T r = __builtin_fma##F(-q, y, x);                                                         \
    q = r != 0 && r == r && (r < 0) != (y < 0) ? q - 1 : q; /* x / y rounded up to q */       \
    return q == 0 && x != 0 && (x < 0) != (y < 0) ? -1 : q; /* or to -0 */                    \
  }                                                                                           \
  AX_FN T ax_mod_##S(T x, T y) {                                                              \
    T r = __builtin_fmod##F(x, y);                                                            \
    return r == 0 ? __builtin_copysign##F(r, y) : (r < 0) != (y < 0) ? r + y : r;             \
  }
AX_FLOAT(f32, float, f)
AX_FLOAT(f64, double, )

/* Integers. Division by zero gives 0; shifts by less than 0 or the width shift all bits out. */
#define AX_INTEGER(S, T, U, bits, negative)                                                  \
  AX_FN T ax_floor_##S(T x) { return x; }                                                    \
  AX_FN T ax_ceil_##S(T x) { return x; }                                                     \
  AX_FN T ax_round_##S(T x) { return x; }                                                    \
  AX_FN T ax_trunc_##S(T x) { return x; }                                                    \
  AX_FN T ax_finite_##S(T x) { return x; }                                                   \
  AX_FN uint8_t ax_isnan_##S(T x) { return (void)x, 0; }                                     \
  AX_FN uint8_t ax_isinf_##S(T x) { return (void)x, 0; }                                     \
  AX_FN uint8_t ax_isfinite_##S(T x) { return (void)x, 1; }                                  \
  AX_FN T ax_maximum_##S(T x, T y) { return x > y ? x : y; }                                 \
  AX_FN T ax_minimum_##S(T x, T y) { return x < y ? x : y; }                                 \
  AX_FN T ax_abs_##S(T x) { return negative(x) ? (T)(0 - (U)x) : x; }                        \
  AX_FN T ax_sign_##S(T x) { return negative(x) ? (T)(-1) : (T)(x != 0); }                   \
  AX_FN T ax_fma_##S(T x, T y, T z) { return (T)((uint64_t)x * (uint64_t)y + (uint64_t)z); } \
  AX_FN T ax_fmod_##S(T x, T y) {                                                            \
    return y == 0 || (negative(y) && y == (T)(-1)) ? (T)0 : (T)(x % (y == 0 ? (T)1 : y));    \
  }                                                                                          \
  AX_FN T ax_mod_##S(T x, T y) {                                                             \
    T r = ax_fmod_##S(x, y);                                                                 \
    return r != 0 && negative(r) != negative(y) ? (T)(r + y) : r;                            \
  }                                                                                          \
  AX_FN T ax_floordiv_##S(T x, T y) {                                                        \
    if (y == 0) return 0;                                                                    \
    if (negative(y) && y == (T)(-1)) return (T)(0 - (U)x);                                   \
    T q = (T)(x / y);                                                                        \
    return q * y != x && negative(x) != negative(y) ? (T)(q - 1) : q;                        \
  }                                                                                          \
  AX_FN T ax_pow_##S(T x, T y) {                                                             \
    uint64_t r = 1, b = (uint64_t)x;                                                         \
    if (negative(y)) return 0;                                                               \
    for (; y; y = (T)(y >> 1), b *= b) r *= y & 1 ? b : 1;                                   \
    return (T)r;                                                                             \
  }                                                                                          \
  AX_FN T ax_bitwise_not_##S(T x) { return (T)~x; }                                          \
  AX_FN T ax_shift_left_##S(T x, T y) {                                                      \
    return (uint64_t)y < bits ? (T)((uint64_t)x << (y & (bits - 1))) : (T)0;                 \
  }                                                                                          \
  AX_FN T ax_shift_right_##S(T x, T y) {                                                     \
    T all = negative(x) ? (T)(-1) : (T)0;                                                    \
    return (uint64_t)y < bits ? (T)(x >> (y & (bits - 1))) : all;                            \
  }
#define AX_SIGNED(x) ((x) < 0)
#define AX_UNSIGNED(x) 0
AX_INTEGER(i8, int8_t, uint8_t, 8, AX_SIGNED)
AX_INTEGER(i16, int16_t, uint16_t, 16, AX_SIGNED)
AX_INTEGER(i32, int32_t, uint32_t, 32, AX_SIGNED)
AX_INTEGER(i64, int64_t, uint64_t, 64, AX_SIGNED)
AX_INTEGER(u8, uint8_t, uint8_t, 8, AX_UNSIGNED)
AX_INTEGER(u16, uint16_t, uint16_t, 16, AX_UNSIGNED)
AX_INTEGER(u32, uint32_t, uint32_t, 32, AX_UNSIGNED)
AX_INTEGER(u64, uint64_t, uint64_t, 64, AX_UNSIGNED)
#define AX_BOOL(name, expr) \
  AX_FN uint8_t ax_##name##_b8(uint8_t x) { return (uint8_t)(expr); }
#define AX_BOOL2(name, expr) \
  AX_FN uint8_t ax_##name##_b8(uint8_t x, uint8_t y) { return (uint8_t)(expr); }
AX_BOOL(floor, x)
AX_BOOL(ceil, x)
AX_BOOL(round, x)
AX_BOOL(trunc, x)
AX_BOOL(finite, x)
AX_BOOL(abs, x)
AX_BOOL(sign, x)
AX_BOOL(bitwise_not, !x)
AX_BOOL(isnan, ((void)x, 0))
AX_BOOL(isinf, ((void)x, 0))
AX_BOOL(isfinite, ((void)x, 1))
AX_BOOL2(maximum, x | y)
AX_BOOL2(minimum, (x & y))
AX_BOOL2(floordiv, (x & y))
AX_BOOL2(pow, x | !y)
AX_BOOL2(fmod, ((void)x, (void)y, 0))
AX_BOOL2(mod, ((void)x, (void)y, 0))
AX_BOOL2(shift_left, x & !y)
AX_BOOL2(shift_right, x & !y)
AX_FN uint8_t ax_fma_b8(uint8_t x, uint8_t y, uint8_t z) { return (x & y) | z; }
#endif
