/* Pointwise formulas of ops.yaml over contiguous operands. Generated from ops.yaml; do not edit. */
#include "core/math.h"
#include "device/cpu/map_table.h"

static void add_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 + v1);
    b2[i] = v2;
  }
}

static void add_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 + v1);
    b2[i] = v2;
  }
}

static void sub_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 - v1);
    b2[i] = v2;
  }
}

static void sub_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 - v1);
    b2[i] = v2;
  }
}

static void mul_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 * v1);
    b2[i] = v2;
  }
}

static void mul_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 * v1);
    b2[i] = v2;
  }
}

static void div_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 / v1);
    b2[i] = v2;
  }
}

static void div_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 / v1);
    b2[i] = v2;
  }
}

static void floor_divide_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_floordiv_f32(v0, v1);
    b2[i] = v2;
  }
}

static void floor_divide_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_floordiv_f64(v0, v1);
    b2[i] = v2;
  }
}

static void remainder_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_mod_f32(v0, v1);
    b2[i] = v2;
  }
}

static void remainder_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_mod_f64(v0, v1);
    b2[i] = v2;
  }
}

static void fmod_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_fmod_f32(v0, v1);
    b2[i] = v2;
  }
}

static void fmod_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_fmod_f64(v0, v1);
    b2[i] = v2;
  }
}

static void pow_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_pow_f32(v0, v1);
    b2[i] = v2;
  }
}

static void pow_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_pow_f64(v0, v1);
    b2[i] = v2;
  }
}

static void neg_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (-v0);
    b1[i] = v1;
  }
}

static void neg_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (-v0);
    b1[i] = v1;
  }
}

static void abs_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_abs_f32(v0);
    b1[i] = v1;
  }
}

static void abs_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_abs_f64(v0);
    b1[i] = v1;
  }
}

static void abs_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sign_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void abs_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sign_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void sign_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_sign_f32(v0);
    b1[i] = v1;
  }
}

static void sign_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_sign_f64(v0);
    b1[i] = v1;
  }
}

static void square_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (v0 * v0);
    b1[i] = v1;
  }
}

static void square_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (v0 * v0);
    b1[i] = v1;
  }
}

static void square_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.0000000000000p+1f;
    const float v1 = b0[i];
    const float v2 = b1[i];
    const float v3 = (v1 * v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void square_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.0000000000000p+1;
    const double v1 = b0[i];
    const double v2 = b1[i];
    const double v3 = (v1 * v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void reciprocal_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (1 / v0);
    b1[i] = v1;
  }
}

static void reciprocal_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (1 / v0);
    b1[i] = v1;
  }
}

static void reciprocal_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v1 * v1);
    const float v3 = (v0 * v2);
    const float v4 = (-v3);
    b2[i] = v4;
  }
}

static void reciprocal_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v1 * v1);
    const double v3 = (v0 * v2);
    const double v4 = (-v3);
    b2[i] = v4;
  }
}

static void hypot_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_hypot_f32(v0, v1);
    b2[i] = v2;
  }
}

static void hypot_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_hypot_f64(v0, v1);
    b2[i] = v2;
  }
}

static void logaddexp_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_maximum_f32(v0, v1);
    const _Bool v3 = (v0 == v1);
    const float v4 = (v0 - v1);
    const float v5 = 0x0.0p+0f;
    const _Bool v6 = (v4 != v5);
    const _Bool v7 = (v3 && v6);
    const float v8 = (v7 ? v5 : v4);
    const float v9 = ax_abs_f32(v8);
    const float v10 = (-v9);
    const float v11 = ax_exp_f32(v10);
    const float v12 = ax_log1p_f32(v11);
    const float v13 = (v2 + v12);
    b2[i] = v13;
  }
}

static void logaddexp_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_maximum_f64(v0, v1);
    const _Bool v3 = (v0 == v1);
    const double v4 = (v0 - v1);
    const double v5 = 0x0.0p+0;
    const _Bool v6 = (v4 != v5);
    const _Bool v7 = (v3 && v6);
    const double v8 = (v7 ? v5 : v4);
    const double v9 = ax_abs_f64(v8);
    const double v10 = (-v9);
    const double v11 = ax_exp_f64(v10);
    const double v12 = ax_log1p_f64(v11);
    const double v13 = (v2 + v12);
    b2[i] = v13;
  }
}

static void copysign_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_copysign_f32(v0, v1);
    b2[i] = v2;
  }
}

static void copysign_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_copysign_f64(v0, v1);
    b2[i] = v2;
  }
}

static void nextafter_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_nextafter_f32(v0, v1);
    b2[i] = v2;
  }
}

static void nextafter_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_nextafter_f64(v0, v1);
    b2[i] = v2;
  }
}

static void lerp_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  const float* restrict const b2 = buffers[2];
  float* restrict const b3 = buffers[3];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p-1f;
    const _Bool v2 = (v0 < v1);
    const float v3 = b1[i];
    const float v4 = b2[i];
    const float v5 = (v4 - v3);
    const float v6 = (v0 * v5);
    const float v7 = (v3 + v6);
    const float v8 = 0x1.0000000000000p+0f;
    const float v9 = (v8 - v0);
    const float v10 = (v9 * v5);
    const float v11 = (v4 - v10);
    const float v12 = (v2 ? v7 : v11);
    b3[i] = v12;
  }
}

static void lerp_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  const double* restrict const b2 = buffers[2];
  double* restrict const b3 = buffers[3];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p-1;
    const _Bool v2 = (v0 < v1);
    const double v3 = b1[i];
    const double v4 = b2[i];
    const double v5 = (v4 - v3);
    const double v6 = (v0 * v5);
    const double v7 = (v3 + v6);
    const double v8 = 0x1.0000000000000p+0;
    const double v9 = (v8 - v0);
    const double v10 = (v9 * v5);
    const double v11 = (v4 - v10);
    const double v12 = (v2 ? v7 : v11);
    b3[i] = v12;
  }
}

static void maximum_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_maximum_f32(v0, v1);
    b2[i] = v2;
  }
}

static void maximum_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_maximum_f64(v0, v1);
    b2[i] = v2;
  }
}

static void minimum_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_minimum_f32(v0, v1);
    b2[i] = v2;
  }
}

static void minimum_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_minimum_f64(v0, v1);
    b2[i] = v2;
  }
}

static void clip_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  const float* restrict const b2 = buffers[2];
  float* restrict const b3 = buffers[3];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 < v1);
    const float v3 = (v2 ? v1 : v0);
    const float v4 = b2[i];
    const _Bool v5 = (v3 > v4);
    const float v6 = (v5 ? v4 : v3);
    b3[i] = v6;
  }
}

static void clip_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  const double* restrict const b2 = buffers[2];
  double* restrict const b3 = buffers[3];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 < v1);
    const double v3 = (v2 ? v1 : v0);
    const double v4 = b2[i];
    const _Bool v5 = (v3 > v4);
    const double v6 = (v5 ? v4 : v3);
    b3[i] = v6;
  }
}

static void exp_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_exp_f32(v0);
    b1[i] = v1;
  }
}

static void exp_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_exp_f64(v0);
    b1[i] = v1;
  }
}

static void exp2_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_exp2_f32(v0);
    b1[i] = v1;
  }
}

static void exp2_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_exp2_f64(v0);
    b1[i] = v1;
  }
}

static void exp2_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.62e4300000000p-1f;
    const float v1 = b0[i];
    const float v2 = b1[i];
    const float v3 = (v1 * v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void exp2_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.62e42fefa39efp-1;
    const double v1 = b0[i];
    const double v2 = b1[i];
    const double v3 = (v1 * v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void expm1_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_expm1_f32(v0);
    b1[i] = v1;
  }
}

static void expm1_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_expm1_f64(v0);
    b1[i] = v1;
  }
}

static void expm1_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_exp_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void expm1_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_exp_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void log_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_log_f32(v0);
    b1[i] = v1;
  }
}

static void log_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_log_f64(v0);
    b1[i] = v1;
  }
}

static void log2_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_log2_f32(v0);
    b1[i] = v1;
  }
}

static void log2_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_log2_f64(v0);
    b1[i] = v1;
  }
}

static void log2_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.7154760000000p+0f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = b1[i];
    const float v4 = (v2 / v3);
    b2[i] = v4;
  }
}

static void log2_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.71547652b82fep+0;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = b1[i];
    const double v4 = (v2 / v3);
    b2[i] = v4;
  }
}

static void log10_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_log10_f32(v0);
    b1[i] = v1;
  }
}

static void log10_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_log10_f64(v0);
    b1[i] = v1;
  }
}

static void log10_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.bcb7b20000000p-2f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = b1[i];
    const float v4 = (v2 / v3);
    b2[i] = v4;
  }
}

static void log10_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.bcb7b1526e50dp-2;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = b1[i];
    const double v4 = (v2 / v3);
    b2[i] = v4;
  }
}

static void log1p_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_log1p_f32(v0);
    b1[i] = v1;
  }
}

static void log1p_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_log1p_f64(v0);
    b1[i] = v1;
  }
}

static void log1p_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v1 + v2);
    const float v4 = (v0 / v3);
    b2[i] = v4;
  }
}

static void log1p_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v1 + v2);
    const double v4 = (v0 / v3);
    b2[i] = v4;
  }
}

static void sqrt_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_sqrt_f32(v0);
    b1[i] = v1;
  }
}

static void sqrt_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_sqrt_f64(v0);
    b1[i] = v1;
  }
}

static void sqrt_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.0000000000000p-1f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = b1[i];
    const float v4 = (v2 / v3);
    b2[i] = v4;
  }
}

static void sqrt_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.0000000000000p-1;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = b1[i];
    const double v4 = (v2 / v3);
    b2[i] = v4;
  }
}

static void rsqrt_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_rsqrt_f32(v0);
    b1[i] = v1;
  }
}

static void rsqrt_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_rsqrt_f64(v0);
    b1[i] = v1;
  }
}

static void rsqrt_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.0000000000000p-1f;
    const float v1 = b0[i];
    const float v2 = (v1 * v1);
    const float v3 = (v2 * v1);
    const float v4 = b1[i];
    const float v5 = (v3 * v4);
    const float v6 = (v0 * v5);
    const float v7 = (-v6);
    b2[i] = v7;
  }
}

static void rsqrt_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.0000000000000p-1;
    const double v1 = b0[i];
    const double v2 = (v1 * v1);
    const double v3 = (v2 * v1);
    const double v4 = b1[i];
    const double v5 = (v3 * v4);
    const double v6 = (v0 * v5);
    const double v7 = (-v6);
    b2[i] = v7;
  }
}

static void sin_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_sin_f32(v0);
    b1[i] = v1;
  }
}

static void sin_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_sin_f64(v0);
    b1[i] = v1;
  }
}

static void sin_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_cos_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void sin_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_cos_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void cos_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_cos_f32(v0);
    b1[i] = v1;
  }
}

static void cos_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_cos_f64(v0);
    b1[i] = v1;
  }
}

static void cos_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sin_f32(v1);
    const float v3 = (v0 * v2);
    const float v4 = (-v3);
    b2[i] = v4;
  }
}

static void cos_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sin_f64(v1);
    const double v3 = (v0 * v2);
    const double v4 = (-v3);
    b2[i] = v4;
  }
}

static void tan_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_tan_f32(v0);
    b1[i] = v1;
  }
}

static void tan_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_tan_f64(v0);
    b1[i] = v1;
  }
}

static void tan_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (v1 + v3);
    const float v5 = (v0 * v4);
    b2[i] = v5;
  }
}

static void tan_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (v1 + v3);
    const double v5 = (v0 * v4);
    b2[i] = v5;
  }
}

static void asin_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_asin_f32(v0);
    b1[i] = v1;
  }
}

static void asin_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_asin_f64(v0);
    b1[i] = v1;
  }
}

static void asin_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v1 - v2);
    const float v4 = (v1 + v2);
    const float v5 = (v3 * v4);
    const float v6 = ax_rsqrt_f32(v5);
    const float v7 = (v0 * v6);
    b2[i] = v7;
  }
}

static void asin_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v1 - v2);
    const double v4 = (v1 + v2);
    const double v5 = (v3 * v4);
    const double v6 = ax_rsqrt_f64(v5);
    const double v7 = (v0 * v6);
    b2[i] = v7;
  }
}

static void acos_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_acos_f32(v0);
    b1[i] = v1;
  }
}

static void acos_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_acos_f64(v0);
    b1[i] = v1;
  }
}

static void acos_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v1 - v2);
    const float v4 = (v1 + v2);
    const float v5 = (v3 * v4);
    const float v6 = ax_rsqrt_f32(v5);
    const float v7 = (v0 * v6);
    const float v8 = (-v7);
    b2[i] = v8;
  }
}

static void acos_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v1 - v2);
    const double v4 = (v1 + v2);
    const double v5 = (v3 * v4);
    const double v6 = ax_rsqrt_f64(v5);
    const double v7 = (v0 * v6);
    const double v8 = (-v7);
    b2[i] = v8;
  }
}

static void atan_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_atan_f32(v0);
    b1[i] = v1;
  }
}

static void atan_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_atan_f64(v0);
    b1[i] = v1;
  }
}

static void atan_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (v1 + v3);
    const float v5 = (v0 / v4);
    b2[i] = v5;
  }
}

static void atan_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (v1 + v3);
    const double v5 = (v0 / v4);
    b2[i] = v5;
  }
}

static void atan2_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_atan2_f32(v0, v1);
    b2[i] = v2;
  }
}

static void atan2_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_atan2_f64(v0, v1);
    b2[i] = v2;
  }
}

static void sinh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_sinh_f32(v0);
    b1[i] = v1;
  }
}

static void sinh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_sinh_f64(v0);
    b1[i] = v1;
  }
}

static void sinh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_cosh_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void sinh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_cosh_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void cosh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_cosh_f32(v0);
    b1[i] = v1;
  }
}

static void cosh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_cosh_f64(v0);
    b1[i] = v1;
  }
}

static void cosh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sinh_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void cosh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sinh_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void tanh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_tanh_f32(v0);
    b1[i] = v1;
  }
}

static void tanh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_tanh_f64(v0);
    b1[i] = v1;
  }
}

static void tanh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (v1 - v3);
    const float v5 = (v0 * v4);
    b2[i] = v5;
  }
}

static void tanh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (v1 - v3);
    const double v5 = (v0 * v4);
    b2[i] = v5;
  }
}

static void asinh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_asinh_f32(v0);
    b1[i] = v1;
  }
}

static void asinh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_asinh_f64(v0);
    b1[i] = v1;
  }
}

static void asinh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = ax_hypot_f32(v1, v2);
    const float v4 = (v0 / v3);
    b2[i] = v4;
  }
}

static void asinh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = ax_hypot_f64(v1, v2);
    const double v4 = (v0 / v3);
    b2[i] = v4;
  }
}

static void acosh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_acosh_f32(v0);
    b1[i] = v1;
  }
}

static void acosh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_acosh_f64(v0);
    b1[i] = v1;
  }
}

static void acosh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = 0x1.0000000000000p+0f;
    const float v3 = (v1 - v2);
    const float v4 = ax_rsqrt_f32(v3);
    const float v5 = (v0 * v4);
    const float v6 = (v1 + v2);
    const float v7 = ax_rsqrt_f32(v6);
    const float v8 = (v5 * v7);
    b2[i] = v8;
  }
}

static void acosh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = 0x1.0000000000000p+0;
    const double v3 = (v1 - v2);
    const double v4 = ax_rsqrt_f64(v3);
    const double v5 = (v0 * v4);
    const double v6 = (v1 + v2);
    const double v7 = ax_rsqrt_f64(v6);
    const double v8 = (v5 * v7);
    b2[i] = v8;
  }
}

static void atanh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_atanh_f32(v0);
    b1[i] = v1;
  }
}

static void atanh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_atanh_f64(v0);
    b1[i] = v1;
  }
}

static void atanh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v1 - v2);
    const float v4 = (v1 + v2);
    const float v5 = (v3 * v4);
    const float v6 = (v0 / v5);
    b2[i] = v6;
  }
}

static void atanh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v1 - v2);
    const double v4 = (v1 + v2);
    const double v5 = (v3 * v4);
    const double v6 = (v0 / v5);
    b2[i] = v6;
  }
}

static void erf_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_erf_f32(v0);
    b1[i] = v1;
  }
}

static void erf_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_erf_f64(v0);
    b1[i] = v1;
  }
}

static void erf_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.20dd760000000p+0f;
    const float v1 = b0[i];
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (-v3);
    const float v5 = ax_exp_f32(v4);
    const float v6 = (v1 * v5);
    const float v7 = (-0x1.0000000000000p+0f);
    const float v8 = ax_fma_f32(v2, v2, v4);
    const float v9 = ax_finite_f32(v8);
    const float v10 = 0x1.0000000000000p+0f;
    const float v11 = ax_fma_f32(v7, v9, v10);
    const float v12 = (v6 * v11);
    const float v13 = (v0 * v12);
    b2[i] = v13;
  }
}

static void erf_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.20dd750429b6dp+0;
    const double v1 = b0[i];
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (-v3);
    const double v5 = ax_exp_f64(v4);
    const double v6 = (v1 * v5);
    const double v7 = (-0x1.0000000000000p+0);
    const double v8 = ax_fma_f64(v2, v2, v4);
    const double v9 = ax_finite_f64(v8);
    const double v10 = 0x1.0000000000000p+0;
    const double v11 = ax_fma_f64(v7, v9, v10);
    const double v12 = (v6 * v11);
    const double v13 = (v0 * v12);
    b2[i] = v13;
  }
}

static void erfc_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_erfc_f32(v0);
    b1[i] = v1;
  }
}

static void erfc_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_erfc_f64(v0);
    b1[i] = v1;
  }
}

static void erfc_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.20dd760000000p+0f;
    const float v1 = b0[i];
    const float v2 = (v1 * v1);
    const float v3 = (-v2);
    const float v4 = ax_exp_f32(v3);
    const float v5 = (-0x1.0000000000000p+0f);
    const float v6 = ax_fma_f32(v1, v1, v3);
    const float v7 = ax_finite_f32(v6);
    const float v8 = 0x1.0000000000000p+0f;
    const float v9 = ax_fma_f32(v5, v7, v8);
    const float v10 = (v4 * v9);
    const float v11 = b1[i];
    const float v12 = (v10 * v11);
    const float v13 = (v0 * v12);
    const float v14 = (-v13);
    b2[i] = v14;
  }
}

static void erfc_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.20dd750429b6dp+0;
    const double v1 = b0[i];
    const double v2 = (v1 * v1);
    const double v3 = (-v2);
    const double v4 = ax_exp_f64(v3);
    const double v5 = (-0x1.0000000000000p+0);
    const double v6 = ax_fma_f64(v1, v1, v3);
    const double v7 = ax_finite_f64(v6);
    const double v8 = 0x1.0000000000000p+0;
    const double v9 = ax_fma_f64(v5, v7, v8);
    const double v10 = (v4 * v9);
    const double v11 = b1[i];
    const double v12 = (v10 * v11);
    const double v13 = (v0 * v12);
    const double v14 = (-v13);
    b2[i] = v14;
  }
}

static void ndtri_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.40d9320000000p+1f;
    const float v2 = (v0 * v1);
    const float v3 = 0x1.0000000000000p-1f;
    const float v4 = b1[i];
    const float v5 = (v4 * v4);
    const float v6 = (v3 * v5);
    const float v7 = ax_exp_f32(v6);
    const float v8 = (v2 * v7);
    const float v9 = 0x1.0000000000000p+0f;
    const float v10 = (-v5);
    const float v11 = ax_fma_f32(v4, v4, v10);
    const float v12 = ax_finite_f32(v11);
    const float v13 = (v3 * v12);
    const float v14 = (v9 + v13);
    const float v15 = (v8 * v14);
    b2[i] = v15;
  }
}

static void ndtri_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.40d931ff62705p+1;
    const double v2 = (v0 * v1);
    const double v3 = 0x1.0000000000000p-1;
    const double v4 = b1[i];
    const double v5 = (v4 * v4);
    const double v6 = (v3 * v5);
    const double v7 = ax_exp_f64(v6);
    const double v8 = (v2 * v7);
    const double v9 = 0x1.0000000000000p+0;
    const double v10 = (-v5);
    const double v11 = ax_fma_f64(v4, v4, v10);
    const double v12 = ax_finite_f64(v11);
    const double v13 = (v3 * v12);
    const double v14 = (v9 + v13);
    const double v15 = (v8 * v14);
    b2[i] = v15;
  }
}

static void lgamma_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_lgamma_f32(v0);
    b1[i] = v1;
  }
}

static void lgamma_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_lgamma_f64(v0);
    b1[i] = v1;
  }
}

static void lgamma_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_digamma_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void lgamma_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_digamma_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void digamma_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_digamma_f32(v0);
    b1[i] = v1;
  }
}

static void digamma_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_digamma_f64(v0);
    b1[i] = v1;
  }
}

static void digamma_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = ax_polygamma_f32(v1, v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void digamma_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = ax_polygamma_f64(v1, v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void floor_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_floor_f32(v0);
    b1[i] = v1;
  }
}

static void floor_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_floor_f64(v0);
    b1[i] = v1;
  }
}

static void ceil_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_ceil_f32(v0);
    b1[i] = v1;
  }
}

static void ceil_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_ceil_f64(v0);
    b1[i] = v1;
  }
}

static void round_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_round_f32(v0);
    b1[i] = v1;
  }
}

static void round_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_round_f64(v0);
    b1[i] = v1;
  }
}

static void trunc_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_trunc_f32(v0);
    b1[i] = v1;
  }
}

static void trunc_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_trunc_f64(v0);
    b1[i] = v1;
  }
}

static void eq_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 == v1);
    b2[i] = v2;
  }
}

static void eq_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 == v1);
    b2[i] = v2;
  }
}

static void ne_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 != v1);
    b2[i] = v2;
  }
}

static void ne_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 != v1);
    b2[i] = v2;
  }
}

static void lt_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 < v1);
    b2[i] = v2;
  }
}

static void lt_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 < v1);
    b2[i] = v2;
  }
}

static void le_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 <= v1);
    b2[i] = v2;
  }
}

static void le_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 <= v1);
    b2[i] = v2;
  }
}

static void gt_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 > v1);
    b2[i] = v2;
  }
}

static void gt_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 > v1);
    b2[i] = v2;
  }
}

static void ge_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 >= v1);
    b2[i] = v2;
  }
}

static void ge_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 >= v1);
    b2[i] = v2;
  }
}

static void logical_and_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const float v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 && v3);
    b2[i] = v4;
  }
}

static void logical_and_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const double v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 && v3);
    b2[i] = v4;
  }
}

static void logical_or_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const float v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 || v3);
    b2[i] = v4;
  }
}

static void logical_or_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const double v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 || v3);
    b2[i] = v4;
  }
}

static void logical_xor_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const float v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 != v3);
    b2[i] = v4;
  }
}

static void logical_xor_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  uint8_t* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const double v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 != v3);
    b2[i] = v4;
  }
}

static void logical_not_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const _Bool v2 = (!v1);
    b1[i] = v2;
  }
}

static void logical_not_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const _Bool v2 = (!v1);
    b1[i] = v2;
  }
}

static void isnan_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = ax_isnan_f32(v0);
    b1[i] = v1;
  }
}

static void isnan_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = ax_isnan_f64(v0);
    b1[i] = v1;
  }
}

static void isinf_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = ax_isinf_f32(v0);
    b1[i] = v1;
  }
}

static void isinf_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = ax_isinf_f64(v0);
    b1[i] = v1;
  }
}

static void isfinite_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const _Bool v1 = ax_isfinite_f32(v0);
    b1[i] = v1;
  }
}

static void isfinite_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const _Bool v1 = ax_isfinite_f64(v0);
    b1[i] = v1;
  }
}

static void signbit_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.0000000000000p+0f;
    const float v1 = b0[i];
    const float v2 = ax_copysign_f32(v0, v1);
    const float v3 = 0x0.0p+0f;
    const _Bool v4 = (v2 < v3);
    b1[i] = v4;
  }
}

static void signbit_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  uint8_t* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.0000000000000p+0;
    const double v1 = b0[i];
    const double v2 = ax_copysign_f64(v0, v1);
    const double v3 = 0x0.0p+0;
    const _Bool v4 = (v2 < v3);
    b1[i] = v4;
  }
}

static void cast_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    b1[i] = v0;
  }
}

static void cast_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    b1[i] = v0;
  }
}

static void relu_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 <= v1);
    const float v3 = (v2 ? v1 : v0);
    b1[i] = v3;
  }
}

static void relu_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 <= v1);
    const double v3 = (v2 ? v1 : v0);
    b1[i] = v3;
  }
}

static void relu_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = b1[i];
    const float v5 = (v2 ? v3 : v4);
    b2[i] = v5;
  }
}

static void relu_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = b1[i];
    const double v5 = (v2 ? v3 : v4);
    b2[i] = v5;
  }
}

static void prelu_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = b1[i];
    const float v4 = (v3 * v0);
    const float v5 = (v2 ? v0 : v4);
    b2[i] = v5;
  }
}

static void prelu_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = b1[i];
    const double v4 = (v3 * v0);
    const double v5 = (v2 ? v0 : v4);
    b2[i] = v5;
  }
}

static void relu6_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x1.8000000000000p+2f;
    const _Bool v4 = (v0 >= v3);
    const float v5 = (v4 ? v3 : v0);
    const float v6 = (v2 ? v1 : v5);
    b1[i] = v6;
  }
}

static void relu6_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x1.8000000000000p+2;
    const _Bool v4 = (v0 >= v3);
    const double v5 = (v4 ? v3 : v0);
    const double v6 = (v2 ? v1 : v5);
    b1[i] = v6;
  }
}

static void relu6_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = 0x1.8000000000000p+2f;
    const _Bool v5 = (v0 >= v4);
    const float v6 = b1[i];
    const float v7 = (v5 ? v3 : v6);
    const float v8 = (v2 ? v3 : v7);
    b2[i] = v8;
  }
}

static void relu6_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = 0x1.8000000000000p+2;
    const _Bool v5 = (v0 >= v4);
    const double v6 = b1[i];
    const double v7 = (v5 ? v3 : v6);
    const double v8 = (v2 ? v3 : v7);
    b2[i] = v8;
  }
}

static void hardsigmoid_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (-0x1.8000000000000p+1f);
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = 0x1.8000000000000p+1f;
    const _Bool v5 = (v0 >= v4);
    const float v6 = 0x1.0000000000000p+0f;
    const float v7 = (v0 + v4);
    const float v8 = 0x1.8000000000000p+2f;
    const float v9 = (v7 / v8);
    const float v10 = (v5 ? v6 : v9);
    const float v11 = (v2 ? v3 : v10);
    b1[i] = v11;
  }
}

static void hardsigmoid_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (-0x1.8000000000000p+1);
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = 0x1.8000000000000p+1;
    const _Bool v5 = (v0 >= v4);
    const double v6 = 0x1.0000000000000p+0;
    const double v7 = (v0 + v4);
    const double v8 = 0x1.8000000000000p+2;
    const double v9 = (v7 / v8);
    const double v10 = (v5 ? v6 : v9);
    const double v11 = (v2 ? v3 : v10);
    b1[i] = v11;
  }
}

static void hardsigmoid_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (-0x1.8000000000000p+1f);
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = 0x1.8000000000000p+1f;
    const _Bool v5 = (v0 >= v4);
    const float v6 = 0x1.5555560000000p-3f;
    const float v7 = b1[i];
    const float v8 = (v6 * v7);
    const float v9 = (v5 ? v3 : v8);
    const float v10 = (v2 ? v3 : v9);
    b2[i] = v10;
  }
}

static void hardsigmoid_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (-0x1.8000000000000p+1);
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = 0x1.8000000000000p+1;
    const _Bool v5 = (v0 >= v4);
    const double v6 = 0x1.5555555555555p-3;
    const double v7 = b1[i];
    const double v8 = (v6 * v7);
    const double v9 = (v5 ? v3 : v8);
    const double v10 = (v2 ? v3 : v9);
    b2[i] = v10;
  }
}

static void hardswish_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (-0x1.8000000000000p+1f);
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = 0x1.8000000000000p+1f;
    const _Bool v5 = (v0 >= v4);
    const float v6 = (v0 + v4);
    const float v7 = (v0 * v6);
    const float v8 = 0x1.8000000000000p+2f;
    const float v9 = (v7 / v8);
    const float v10 = (v5 ? v0 : v9);
    const float v11 = (v2 ? v3 : v10);
    b1[i] = v11;
  }
}

static void hardswish_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (-0x1.8000000000000p+1);
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = 0x1.8000000000000p+1;
    const _Bool v5 = (v0 >= v4);
    const double v6 = (v0 + v4);
    const double v7 = (v0 * v6);
    const double v8 = 0x1.8000000000000p+2;
    const double v9 = (v7 / v8);
    const double v10 = (v5 ? v0 : v9);
    const double v11 = (v2 ? v3 : v10);
    b1[i] = v11;
  }
}

static void hardswish_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (-0x1.8000000000000p+1f);
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = 0x1.8000000000000p+1f;
    const _Bool v5 = (v0 >= v4);
    const float v6 = b1[i];
    const float v7 = 0x1.5555560000000p-3f;
    const float v8 = (v0 + v4);
    const float v9 = (v7 * v8);
    const float v10 = (v7 * v0);
    const float v11 = (v9 + v10);
    const float v12 = (v6 * v11);
    const float v13 = (v5 ? v6 : v12);
    const float v14 = (v2 ? v3 : v13);
    b2[i] = v14;
  }
}

static void hardswish_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (-0x1.8000000000000p+1);
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = 0x1.8000000000000p+1;
    const _Bool v5 = (v0 >= v4);
    const double v6 = b1[i];
    const double v7 = 0x1.5555555555555p-3;
    const double v8 = (v0 + v4);
    const double v9 = (v7 * v8);
    const double v10 = (v7 * v0);
    const double v11 = (v9 + v10);
    const double v12 = (v6 * v11);
    const double v13 = (v5 ? v6 : v12);
    const double v14 = (v2 ? v3 : v13);
    b2[i] = v14;
  }
}

static void selu_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = 0x1.0cfabe0000000p+0f;
    const float v1 = b0[i];
    const float v2 = 0x0.0p+0f;
    const _Bool v3 = (v1 > v2);
    const float v4 = 0x1.ac5afa0000000p+0f;
    const float v5 = ax_expm1_f32(v1);
    const float v6 = (v4 * v5);
    const float v7 = (v3 ? v1 : v6);
    const float v8 = (v0 * v7);
    b1[i] = v8;
  }
}

static void selu_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = 0x1.0cfabd6a91132p+0;
    const double v1 = b0[i];
    const double v2 = 0x0.0p+0;
    const _Bool v3 = (v1 > v2);
    const double v4 = 0x1.ac5afad782cf1p+0;
    const double v5 = ax_expm1_f64(v1);
    const double v6 = (v4 * v5);
    const double v7 = (v3 ? v1 : v6);
    const double v8 = (v0 * v7);
    b1[i] = v8;
  }
}

static void selu_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = 0x1.0cfabe0000000p+0f;
    const float v4 = b1[i];
    const float v5 = (v3 * v4);
    const float v6 = 0x1.c212cc0000000p+0f;
    const float v7 = ax_exp_f32(v0);
    const float v8 = (v4 * v7);
    const float v9 = (v6 * v8);
    const float v10 = (v2 ? v5 : v9);
    b2[i] = v10;
  }
}

static void selu_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = 0x1.0cfabd6a91132p+0;
    const double v4 = b1[i];
    const double v5 = (v3 * v4);
    const double v6 = 0x1.c212cc640f030p+0;
    const double v7 = ax_exp_f64(v0);
    const double v8 = (v4 * v7);
    const double v9 = (v6 * v8);
    const double v10 = (v2 ? v5 : v9);
    b2[i] = v10;
  }
}

static void sigmoid_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_sigmoid_f32(v0);
    b1[i] = v1;
  }
}

static void sigmoid_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_sigmoid_f64(v0);
    b1[i] = v1;
  }
}

static void sigmoid_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 * v1);
    const float v3 = 0x1.0000000000000p+0f;
    const float v4 = (v3 - v1);
    const float v5 = (v2 * v4);
    b2[i] = v5;
  }
}

static void sigmoid_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 * v1);
    const double v3 = 0x1.0000000000000p+0;
    const double v4 = (v3 - v1);
    const double v5 = (v2 * v4);
    b2[i] = v5;
  }
}

static void log_sigmoid_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = (-v0);
    const float v2 = 0x0.0p+0f;
    const float v3 = ax_maximum_f32(v1, v2);
    const float v4 = ax_abs_f32(v0);
    const float v5 = (-v4);
    const float v6 = ax_exp_f32(v5);
    const float v7 = ax_log1p_f32(v6);
    const float v8 = (v3 + v7);
    const float v9 = (-v8);
    b1[i] = v9;
  }
}

static void log_sigmoid_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = (-v0);
    const double v2 = 0x0.0p+0;
    const double v3 = ax_maximum_f64(v1, v2);
    const double v4 = ax_abs_f64(v0);
    const double v5 = (-v4);
    const double v6 = ax_exp_f64(v5);
    const double v7 = ax_log1p_f64(v6);
    const double v8 = (v3 + v7);
    const double v9 = (-v8);
    b1[i] = v9;
  }
}

static void log_sigmoid_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (-v1);
    const float v3 = ax_sigmoid_f32(v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void log_sigmoid_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (-v1);
    const double v3 = ax_sigmoid_f64(v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void silu_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_sigmoid_f32(v0);
    const float v2 = (v0 * v1);
    b1[i] = v2;
  }
}

static void silu_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_sigmoid_f64(v0);
    const double v2 = (v0 * v1);
    b1[i] = v2;
  }
}

static void silu_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sigmoid_f32(v1);
    const float v3 = (v0 * v2);
    const float v4 = 0x1.0000000000000p+0f;
    const float v5 = (-v1);
    const float v6 = ax_sigmoid_f32(v5);
    const float v7 = (v1 * v6);
    const float v8 = (v4 + v7);
    const float v9 = (v3 * v8);
    b2[i] = v9;
  }
}

static void silu_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sigmoid_f64(v1);
    const double v3 = (v0 * v2);
    const double v4 = 0x1.0000000000000p+0;
    const double v5 = (-v1);
    const double v6 = ax_sigmoid_f64(v5);
    const double v7 = (v1 * v6);
    const double v8 = (v4 + v7);
    const double v9 = (v3 * v8);
    b2[i] = v9;
  }
}

static void mish_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const float v2 = ax_maximum_f32(v0, v1);
    const float v3 = ax_abs_f32(v0);
    const float v4 = (-v3);
    const float v5 = ax_exp_f32(v4);
    const float v6 = ax_log1p_f32(v5);
    const float v7 = (v2 + v6);
    const float v8 = ax_tanh_f32(v7);
    const float v9 = (v0 * v8);
    b1[i] = v9;
  }
}

static void mish_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const double v2 = ax_maximum_f64(v0, v1);
    const double v3 = ax_abs_f64(v0);
    const double v4 = (-v3);
    const double v5 = ax_exp_f64(v4);
    const double v6 = ax_log1p_f64(v5);
    const double v7 = (v2 + v6);
    const double v8 = ax_tanh_f64(v7);
    const double v9 = (v0 * v8);
    b1[i] = v9;
  }
}

static void mish_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = 0x0.0p+0f;
    const float v3 = ax_maximum_f32(v1, v2);
    const float v4 = ax_abs_f32(v1);
    const float v5 = (-v4);
    const float v6 = ax_exp_f32(v5);
    const float v7 = ax_log1p_f32(v6);
    const float v8 = (v3 + v7);
    const float v9 = ax_tanh_f32(v8);
    const float v10 = ax_sigmoid_f32(v1);
    const float v11 = (v1 * v10);
    const float v12 = ax_cosh_f32(v8);
    const float v13 = (v12 * v12);
    const float v14 = (v11 / v13);
    const float v15 = (v9 + v14);
    const float v16 = (v0 * v15);
    b2[i] = v16;
  }
}

static void mish_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = 0x0.0p+0;
    const double v3 = ax_maximum_f64(v1, v2);
    const double v4 = ax_abs_f64(v1);
    const double v5 = (-v4);
    const double v6 = ax_exp_f64(v5);
    const double v7 = ax_log1p_f64(v6);
    const double v8 = (v3 + v7);
    const double v9 = ax_tanh_f64(v8);
    const double v10 = ax_sigmoid_f64(v1);
    const double v11 = (v1 * v10);
    const double v12 = ax_cosh_f64(v8);
    const double v13 = (v12 * v12);
    const double v14 = (v11 / v13);
    const double v15 = (v9 + v14);
    const double v16 = (v0 * v15);
    b2[i] = v16;
  }
}

static void gelu_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_ndtr_f32(v0);
    const float v2 = (v0 * v1);
    b1[i] = v2;
  }
}

static void gelu_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_ndtr_f64(v0);
    const double v2 = (v0 * v1);
    b1[i] = v2;
  }
}

static void gelu_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_ndtr_f32(v1);
    const float v3 = 0x1.9884540000000p-2f;
    const float v4 = 0x1.0000000000000p-1f;
    const float v5 = (v1 * v1);
    const float v6 = (v4 * v5);
    const float v7 = (-v6);
    const float v8 = ax_exp_f32(v7);
    const float v9 = (v1 * v8);
    const float v10 = (-0x1.0000000000000p-1f);
    const float v11 = (-v5);
    const float v12 = ax_fma_f32(v1, v1, v11);
    const float v13 = ax_finite_f32(v12);
    const float v14 = 0x1.0000000000000p+0f;
    const float v15 = ax_fma_f32(v10, v13, v14);
    const float v16 = (v9 * v15);
    const float v17 = (v3 * v16);
    const float v18 = (v2 + v17);
    const float v19 = (v0 * v18);
    b2[i] = v19;
  }
}

static void gelu_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_ndtr_f64(v1);
    const double v3 = 0x1.9884533d43651p-2;
    const double v4 = 0x1.0000000000000p-1;
    const double v5 = (v1 * v1);
    const double v6 = (v4 * v5);
    const double v7 = (-v6);
    const double v8 = ax_exp_f64(v7);
    const double v9 = (v1 * v8);
    const double v10 = (-0x1.0000000000000p-1);
    const double v11 = (-v5);
    const double v12 = ax_fma_f64(v1, v1, v11);
    const double v13 = ax_finite_f64(v12);
    const double v14 = 0x1.0000000000000p+0;
    const double v15 = ax_fma_f64(v10, v13, v14);
    const double v16 = (v9 * v15);
    const double v17 = (v3 * v16);
    const double v18 = (v2 + v17);
    const double v19 = (v0 * v18);
    b2[i] = v19;
  }
}

static void gelu_tanh_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.9884540000000p+0f;
    const float v2 = (v1 * v0);
    const float v3 = 0x1.0000000000000p+0f;
    const float v4 = 0x1.6e4e260000000p-5f;
    const float v5 = (v4 * v0);
    const float v6 = (v5 * v0);
    const float v7 = (v3 + v6);
    const float v8 = (v2 * v7);
    const float v9 = ax_sigmoid_f32(v8);
    const float v10 = (v0 * v9);
    b1[i] = v10;
  }
}

static void gelu_tanh_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.9884533d43651p+0;
    const double v2 = (v1 * v0);
    const double v3 = 0x1.0000000000000p+0;
    const double v4 = 0x1.6e4e26d4801f7p-5;
    const double v5 = (v4 * v0);
    const double v6 = (v5 * v0);
    const double v7 = (v3 + v6);
    const double v8 = (v2 * v7);
    const double v9 = ax_sigmoid_f64(v8);
    const double v10 = (v0 * v9);
    b1[i] = v10;
  }
}

static void gelu_tanh_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.9884540000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v1 * v2);
    const float v4 = 0x1.0000000000000p+0f;
    const float v5 = 0x1.6e4e260000000p-5f;
    const float v6 = (v5 * v2);
    const float v7 = (v6 * v2);
    const float v8 = (v4 + v7);
    const float v9 = (v3 * v8);
    const float v10 = ax_sigmoid_f32(v9);
    const float v11 = (v0 * v10);
    const float v12 = 0x1.12ba9e0000000p-3f;
    const float v13 = (v12 * v2);
    const float v14 = (v13 * v2);
    const float v15 = (v4 + v14);
    const float v16 = (v1 * v15);
    const float v17 = (v2 * v16);
    const float v18 = (-v9);
    const float v19 = ax_sigmoid_f32(v18);
    const float v20 = (v17 * v19);
    const float v21 = (v4 + v20);
    const float v22 = (v11 * v21);
    b2[i] = v22;
  }
}

static void gelu_tanh_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.9884533d43651p+0;
    const double v2 = b1[i];
    const double v3 = (v1 * v2);
    const double v4 = 0x1.0000000000000p+0;
    const double v5 = 0x1.6e4e26d4801f7p-5;
    const double v6 = (v5 * v2);
    const double v7 = (v6 * v2);
    const double v8 = (v4 + v7);
    const double v9 = (v3 * v8);
    const double v10 = ax_sigmoid_f64(v9);
    const double v11 = (v0 * v10);
    const double v12 = 0x1.12ba9d1f60179p-3;
    const double v13 = (v12 * v2);
    const double v14 = (v13 * v2);
    const double v15 = (v4 + v14);
    const double v16 = (v1 * v15);
    const double v17 = (v2 * v16);
    const double v18 = (-v9);
    const double v19 = ax_sigmoid_f64(v18);
    const double v20 = (v17 * v19);
    const double v21 = (v4 + v20);
    const double v22 = (v11 * v21);
    b2[i] = v22;
  }
}

static void softplus_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const float v2 = ax_maximum_f32(v0, v1);
    const float v3 = ax_abs_f32(v0);
    const float v4 = (-v3);
    const float v5 = ax_exp_f32(v4);
    const float v6 = ax_log1p_f32(v5);
    const float v7 = (v2 + v6);
    b1[i] = v7;
  }
}

static void softplus_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const double v2 = ax_maximum_f64(v0, v1);
    const double v3 = ax_abs_f64(v0);
    const double v4 = (-v3);
    const double v5 = ax_exp_f64(v4);
    const double v6 = ax_log1p_f64(v5);
    const double v7 = (v2 + v6);
    b1[i] = v7;
  }
}

static void softplus_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sigmoid_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void softplus_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sigmoid_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

static void softsign_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = ax_abs_f32(v0);
    const float v3 = (v1 + v2);
    const float v4 = (v0 / v3);
    b1[i] = v4;
  }
}

static void softsign_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = ax_abs_f64(v0);
    const double v3 = (v1 + v2);
    const double v4 = (v0 / v3);
    b1[i] = v4;
  }
}

static void softsign_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = ax_abs_f32(v2);
    const float v4 = (v1 + v3);
    const float v5 = (v4 * v4);
    const float v6 = (v0 / v5);
    b2[i] = v6;
  }
}

static void softsign_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = ax_abs_f64(v2);
    const double v4 = (v1 + v3);
    const double v5 = (v4 * v4);
    const double v6 = (v0 / v5);
    b2[i] = v6;
  }
}

static void tanhshrink_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  float* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = ax_tanh_f32(v0);
    const float v2 = (v0 - v1);
    b1[i] = v2;
  }
}

static void tanhshrink_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  double* restrict const b1 = buffers[1];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = ax_tanh_f64(v0);
    const double v2 = (v0 - v1);
    b1[i] = v2;
  }
}

static void tanhshrink_grad_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_tanh_f32(v1);
    const float v3 = (v2 * v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void tanhshrink_grad_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_tanh_f64(v1);
    const double v3 = (v2 * v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

static void mse_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 - v1);
    const float v3 = (v2 * v2);
    b2[i] = v3;
  }
}

static void mse_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 - v1);
    const double v3 = (v2 * v2);
    b2[i] = v3;
  }
}

static void l1_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 - v1);
    const float v3 = ax_abs_f32(v2);
    b2[i] = v3;
  }
}

static void l1_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 - v1);
    const double v3 = ax_abs_f64(v2);
    b2[i] = v3;
  }
}

static void bce_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  float* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_log_f32(v1);
    const float v3 = (-0x1.9000000000000p+6f);
    const float v4 = ax_maximum_f32(v2, v3);
    const float v5 = (v0 * v4);
    const float v6 = 0x1.0000000000000p+0f;
    const float v7 = (v6 - v0);
    const float v8 = (-v1);
    const float v9 = ax_log1p_f32(v8);
    const float v10 = ax_maximum_f32(v9, v3);
    const float v11 = (v7 * v10);
    const float v12 = (v5 + v11);
    const float v13 = (-v12);
    b2[i] = v13;
  }
}

static void bce_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  double* restrict const b2 = buffers[2];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_log_f64(v1);
    const double v3 = (-0x1.9000000000000p+6);
    const double v4 = ax_maximum_f64(v2, v3);
    const double v5 = (v0 * v4);
    const double v6 = 0x1.0000000000000p+0;
    const double v7 = (v6 - v0);
    const double v8 = (-v1);
    const double v9 = ax_log1p_f64(v8);
    const double v10 = ax_maximum_f64(v9, v3);
    const double v11 = (v7 * v10);
    const double v12 = (v5 + v11);
    const double v13 = (-v12);
    b2[i] = v13;
  }
}

static void bce_with_logits_f32(void* const* buffers, int64_t begin, int64_t end) {
  const float* restrict const b0 = buffers[0];
  const float* restrict const b1 = buffers[1];
  const float* restrict const b2 = buffers[2];
  float* restrict const b3 = buffers[3];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 * v1);
    const float v3 = b2[i];
    const float v4 = ax_abs_f32(v3);
    const float v5 = (-v4);
    const float v6 = ax_exp_f32(v5);
    const float v7 = ax_log1p_f32(v6);
    const float v8 = (-v3);
    const float v9 = 0x0.0p+0f;
    const float v10 = ax_maximum_f32(v8, v9);
    const float v11 = (v7 + v10);
    const float v12 = (v2 * v11);
    const float v13 = 0x1.0000000000000p+0f;
    const float v14 = (v13 - v1);
    const float v15 = ax_maximum_f32(v3, v9);
    const float v16 = (v7 + v15);
    const float v17 = (v14 * v16);
    const float v18 = (v12 + v17);
    b3[i] = v18;
  }
}

static void bce_with_logits_f64(void* const* buffers, int64_t begin, int64_t end) {
  const double* restrict const b0 = buffers[0];
  const double* restrict const b1 = buffers[1];
  const double* restrict const b2 = buffers[2];
  double* restrict const b3 = buffers[3];
  #pragma GCC ivdep
  for (int64_t i = begin; i < end; ++i) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 * v1);
    const double v3 = b2[i];
    const double v4 = ax_abs_f64(v3);
    const double v5 = (-v4);
    const double v6 = ax_exp_f64(v5);
    const double v7 = ax_log1p_f64(v6);
    const double v8 = (-v3);
    const double v9 = 0x0.0p+0;
    const double v10 = ax_maximum_f64(v8, v9);
    const double v11 = (v7 + v10);
    const double v12 = (v2 * v11);
    const double v13 = 0x1.0000000000000p+0;
    const double v14 = (v13 - v1);
    const double v15 = ax_maximum_f64(v3, v9);
    const double v16 = (v7 + v15);
    const double v17 = (v14 * v16);
    const double v18 = (v12 + v17);
    b3[i] = v18;
  }
}

const struct AxonMap AXON_MAPS[] = {
  {"float32 (add float32#0 float32#1)", add_f32},
  {"float64 (add float64#0 float64#1)", add_f64},
  {"float32 (sub float32#0 float32#1)", sub_f32},
  {"float64 (sub float64#0 float64#1)", sub_f64},
  {"float32 (mul float32#0 float32#1)", mul_f32},
  {"float64 (mul float64#0 float64#1)", mul_f64},
  {"float32 (div float32#0 float32#1)", div_f32},
  {"float64 (div float64#0 float64#1)", div_f64},
  {"float32 (floordiv float32#0 float32#1)", floor_divide_f32},
  {"float64 (floordiv float64#0 float64#1)", floor_divide_f64},
  {"float32 (mod float32#0 float32#1)", remainder_f32},
  {"float64 (mod float64#0 float64#1)", remainder_f64},
  {"float32 (fmod float32#0 float32#1)", fmod_f32},
  {"float64 (fmod float64#0 float64#1)", fmod_f64},
  {"float32 (pow float32#0 float32#1)", pow_f32},
  {"float64 (pow float64#0 float64#1)", pow_f64},
  {"float32 (neg float32#0)", neg_f32},
  {"float64 (neg float64#0)", neg_f64},
  {"float32 (abs float32#0)", abs_f32},
  {"float64 (abs float64#0)", abs_f64},
  {"float32 (mul float32#0 (sign float32#1))", abs_grad_f32},
  {"float64 (mul float64#0 (sign float64#1))", abs_grad_f64},
  {"float32 (sign float32#0)", sign_f32},
  {"float64 (sign float64#0)", sign_f64},
  {"float32 (square float32#0)", square_f32},
  {"float64 (square float64#0)", square_f64},
  {"float32 (mul float32:2 (mul float32#0 float32#1))", square_grad_f32},
  {"float64 (mul float64:2 (mul float64#0 float64#1))", square_grad_f64},
  {"float32 (reciprocal float32#0)", reciprocal_f32},
  {"float64 (reciprocal float64#0)", reciprocal_f64},
  {"float32 (neg (mul float32#0 (square float32#1)))", reciprocal_grad_f32},
  {"float64 (neg (mul float64#0 (square float64#1)))", reciprocal_grad_f64},
  {"float32 (hypot float32#0 float32#1)", hypot_f32},
  {"float64 (hypot float64#0 float64#1)", hypot_f64},
  {"float32 (add (maximum float32#0 float32#1) (log1p (exp (neg (abs (select (logical_and (eq float32#0 float32#1) (ne (sub float32#0 float32#1) float32:0)) float32:0 (sub float32#0 float32#1)))))))", logaddexp_f32},
  {"float64 (add (maximum float64#0 float64#1) (log1p (exp (neg (abs (select (logical_and (eq float64#0 float64#1) (ne (sub float64#0 float64#1) float64:0)) float64:0 (sub float64#0 float64#1)))))))", logaddexp_f64},
  {"float32 (copysign float32#0 float32#1)", copysign_f32},
  {"float64 (copysign float64#0 float64#1)", copysign_f64},
  {"float32 (nextafter float32#0 float32#1)", nextafter_f32},
  {"float64 (nextafter float64#0 float64#1)", nextafter_f64},
  {"float32 (select (lt float32#0 float32:0.5) (add float32#1 (mul float32#0 (sub float32#2 float32#1))) (sub float32#2 (mul (sub float32:1 float32#0) (sub float32#2 float32#1))))", lerp_f32},
  {"float64 (select (lt float64#0 float64:0.5) (add float64#1 (mul float64#0 (sub float64#2 float64#1))) (sub float64#2 (mul (sub float64:1 float64#0) (sub float64#2 float64#1))))", lerp_f64},
  {"float32 (maximum float32#0 float32#1)", maximum_f32},
  {"float64 (maximum float64#0 float64#1)", maximum_f64},
  {"float32 (minimum float32#0 float32#1)", minimum_f32},
  {"float64 (minimum float64#0 float64#1)", minimum_f64},
  {"float32 (select (gt (select (lt float32#0 float32#1) float32#1 float32#0) float32#2) float32#2 (select (lt float32#0 float32#1) float32#1 float32#0))", clip_f32},
  {"float64 (select (gt (select (lt float64#0 float64#1) float64#1 float64#0) float64#2) float64#2 (select (lt float64#0 float64#1) float64#1 float64#0))", clip_f64},
  {"float32 (exp float32#0)", exp_f32},
  {"float64 (exp float64#0)", exp_f64},
  {"float32 (exp2 float32#0)", exp2_f32},
  {"float64 (exp2 float64#0)", exp2_f64},
  {"float32 (mul float32:0.69314718055994529 (mul float32#0 float32#1))", exp2_grad_f32},
  {"float64 (mul float64:0.69314718055994529 (mul float64#0 float64#1))", exp2_grad_f64},
  {"float32 (expm1 float32#0)", expm1_f32},
  {"float64 (expm1 float64#0)", expm1_f64},
  {"float32 (mul float32#0 (exp float32#1))", expm1_grad_f32},
  {"float64 (mul float64#0 (exp float64#1))", expm1_grad_f64},
  {"float32 (log float32#0)", log_f32},
  {"float64 (log float64#0)", log_f64},
  {"float32 (log2 float32#0)", log2_f32},
  {"float64 (log2 float64#0)", log2_f64},
  {"float32 (div (mul float32:1.4426950408889634 float32#0) float32#1)", log2_grad_f32},
  {"float64 (div (mul float64:1.4426950408889634 float64#0) float64#1)", log2_grad_f64},
  {"float32 (log10 float32#0)", log10_f32},
  {"float64 (log10 float64#0)", log10_f64},
  {"float32 (div (mul float32:0.43429448190325176 float32#0) float32#1)", log10_grad_f32},
  {"float64 (div (mul float64:0.43429448190325176 float64#0) float64#1)", log10_grad_f64},
  {"float32 (log1p float32#0)", log1p_f32},
  {"float64 (log1p float64#0)", log1p_f64},
  {"float32 (div float32#0 (add float32:1 float32#1))", log1p_grad_f32},
  {"float64 (div float64#0 (add float64:1 float64#1))", log1p_grad_f64},
  {"float32 (sqrt float32#0)", sqrt_f32},
  {"float64 (sqrt float64#0)", sqrt_f64},
  {"float32 (div (mul float32:0.5 float32#0) float32#1)", sqrt_grad_f32},
  {"float64 (div (mul float64:0.5 float64#0) float64#1)", sqrt_grad_f64},
  {"float32 (rsqrt float32#0)", rsqrt_f32},
  {"float64 (rsqrt float64#0)", rsqrt_f64},
  {"float32 (neg (mul float32:0.5 (mul (mul (square float32#0) float32#0) float32#1)))", rsqrt_grad_f32},
  {"float64 (neg (mul float64:0.5 (mul (mul (square float64#0) float64#0) float64#1)))", rsqrt_grad_f64},
  {"float32 (sin float32#0)", sin_f32},
  {"float64 (sin float64#0)", sin_f64},
  {"float32 (mul float32#0 (cos float32#1))", sin_grad_f32},
  {"float64 (mul float64#0 (cos float64#1))", sin_grad_f64},
  {"float32 (cos float32#0)", cos_f32},
  {"float64 (cos float64#0)", cos_f64},
  {"float32 (neg (mul float32#0 (sin float32#1)))", cos_grad_f32},
  {"float64 (neg (mul float64#0 (sin float64#1)))", cos_grad_f64},
  {"float32 (tan float32#0)", tan_f32},
  {"float64 (tan float64#0)", tan_f64},
  {"float32 (mul float32#0 (add float32:1 (square float32#1)))", tan_grad_f32},
  {"float64 (mul float64#0 (add float64:1 (square float64#1)))", tan_grad_f64},
  {"float32 (asin float32#0)", asin_f32},
  {"float64 (asin float64#0)", asin_f64},
  {"float32 (mul float32#0 (rsqrt (mul (sub float32:1 float32#1) (add float32:1 float32#1))))", asin_grad_f32},
  {"float64 (mul float64#0 (rsqrt (mul (sub float64:1 float64#1) (add float64:1 float64#1))))", asin_grad_f64},
  {"float32 (acos float32#0)", acos_f32},
  {"float64 (acos float64#0)", acos_f64},
  {"float32 (neg (mul float32#0 (rsqrt (mul (sub float32:1 float32#1) (add float32:1 float32#1)))))", acos_grad_f32},
  {"float64 (neg (mul float64#0 (rsqrt (mul (sub float64:1 float64#1) (add float64:1 float64#1)))))", acos_grad_f64},
  {"float32 (atan float32#0)", atan_f32},
  {"float64 (atan float64#0)", atan_f64},
  {"float32 (div float32#0 (add float32:1 (square float32#1)))", atan_grad_f32},
  {"float64 (div float64#0 (add float64:1 (square float64#1)))", atan_grad_f64},
  {"float32 (atan2 float32#0 float32#1)", atan2_f32},
  {"float64 (atan2 float64#0 float64#1)", atan2_f64},
  {"float32 (sinh float32#0)", sinh_f32},
  {"float64 (sinh float64#0)", sinh_f64},
  {"float32 (mul float32#0 (cosh float32#1))", sinh_grad_f32},
  {"float64 (mul float64#0 (cosh float64#1))", sinh_grad_f64},
  {"float32 (cosh float32#0)", cosh_f32},
  {"float64 (cosh float64#0)", cosh_f64},
  {"float32 (mul float32#0 (sinh float32#1))", cosh_grad_f32},
  {"float64 (mul float64#0 (sinh float64#1))", cosh_grad_f64},
  {"float32 (tanh float32#0)", tanh_f32},
  {"float64 (tanh float64#0)", tanh_f64},
  {"float32 (mul float32#0 (sub float32:1 (square float32#1)))", tanh_grad_f32},
  {"float64 (mul float64#0 (sub float64:1 (square float64#1)))", tanh_grad_f64},
  {"float32 (asinh float32#0)", asinh_f32},
  {"float64 (asinh float64#0)", asinh_f64},
  {"float32 (div float32#0 (hypot float32:1 float32#1))", asinh_grad_f32},
  {"float64 (div float64#0 (hypot float64:1 float64#1))", asinh_grad_f64},
  {"float32 (acosh float32#0)", acosh_f32},
  {"float64 (acosh float64#0)", acosh_f64},
  {"float32 (mul (mul float32#0 (rsqrt (sub float32#1 float32:1))) (rsqrt (add float32#1 float32:1)))", acosh_grad_f32},
  {"float64 (mul (mul float64#0 (rsqrt (sub float64#1 float64:1))) (rsqrt (add float64#1 float64:1)))", acosh_grad_f64},
  {"float32 (atanh float32#0)", atanh_f32},
  {"float64 (atanh float64#0)", atanh_f64},
  {"float32 (div float32#0 (mul (sub float32:1 float32#1) (add float32:1 float32#1)))", atanh_grad_f32},
  {"float64 (div float64#0 (mul (sub float64:1 float64#1) (add float64:1 float64#1)))", atanh_grad_f64},
  {"float32 (erf float32#0)", erf_f32},
  {"float64 (erf float64#0)", erf_f64},
  {"float32 (mul float32:1.1283791670955126 (mul (mul float32#0 (exp (neg (square float32#1)))) (fma float32:-1 (finite (fma float32#1 float32#1 (neg (square float32#1)))) float32:1)))", erf_grad_f32},
  {"float64 (mul float64:1.1283791670955126 (mul (mul float64#0 (exp (neg (square float64#1)))) (fma float64:-1 (finite (fma float64#1 float64#1 (neg (square float64#1)))) float64:1)))", erf_grad_f64},
  {"float32 (erfc float32#0)", erfc_f32},
  {"float64 (erfc float64#0)", erfc_f64},
  {"float32 (neg (mul float32:1.1283791670955126 (mul (mul (exp (neg (square float32#0))) (fma float32:-1 (finite (fma float32#0 float32#0 (neg (square float32#0)))) float32:1)) float32#1)))", erfc_grad_f32},
  {"float64 (neg (mul float64:1.1283791670955126 (mul (mul (exp (neg (square float64#0))) (fma float64:-1 (finite (fma float64#0 float64#0 (neg (square float64#0)))) float64:1)) float64#1)))", erfc_grad_f64},
  {"float32 (mul (mul (mul float32#0 float32:2.5066282746310002) (exp (mul float32:0.5 (mul float32#1 float32#1)))) (add float32:1 (mul float32:0.5 (finite (fma float32#1 float32#1 (neg (mul float32#1 float32#1)))))))", ndtri_grad_f32},
  {"float64 (mul (mul (mul float64#0 float64:2.5066282746310002) (exp (mul float64:0.5 (mul float64#1 float64#1)))) (add float64:1 (mul float64:0.5 (finite (fma float64#1 float64#1 (neg (mul float64#1 float64#1)))))))", ndtri_grad_f64},
  {"float32 (lgamma float32#0)", lgamma_f32},
  {"float64 (lgamma float64#0)", lgamma_f64},
  {"float32 (mul float32#0 (digamma float32#1))", lgamma_grad_f32},
  {"float64 (mul float64#0 (digamma float64#1))", lgamma_grad_f64},
  {"float32 (digamma float32#0)", digamma_f32},
  {"float64 (digamma float64#0)", digamma_f64},
  {"float32 (mul float32#0 (polygamma float32:1 float32#1))", digamma_grad_f32},
  {"float64 (mul float64#0 (polygamma float64:1 float64#1))", digamma_grad_f64},
  {"float32 (floor float32#0)", floor_f32},
  {"float64 (floor float64#0)", floor_f64},
  {"float32 (ceil float32#0)", ceil_f32},
  {"float64 (ceil float64#0)", ceil_f64},
  {"float32 (round float32#0)", round_f32},
  {"float64 (round float64#0)", round_f64},
  {"float32 (trunc float32#0)", trunc_f32},
  {"float64 (trunc float64#0)", trunc_f64},
  {"bool (eq float32#0 float32#1)", eq_f32},
  {"bool (eq float64#0 float64#1)", eq_f64},
  {"bool (ne float32#0 float32#1)", ne_f32},
  {"bool (ne float64#0 float64#1)", ne_f64},
  {"bool (lt float32#0 float32#1)", lt_f32},
  {"bool (lt float64#0 float64#1)", lt_f64},
  {"bool (le float32#0 float32#1)", le_f32},
  {"bool (le float64#0 float64#1)", le_f64},
  {"bool (gt float32#0 float32#1)", gt_f32},
  {"bool (gt float64#0 float64#1)", gt_f64},
  {"bool (ge float32#0 float32#1)", ge_f32},
  {"bool (ge float64#0 float64#1)", ge_f64},
  {"bool (logical_and (cast bool float32#0) (cast bool float32#1))", logical_and_f32},
  {"bool (logical_and (cast bool float64#0) (cast bool float64#1))", logical_and_f64},
  {"bool (logical_or (cast bool float32#0) (cast bool float32#1))", logical_or_f32},
  {"bool (logical_or (cast bool float64#0) (cast bool float64#1))", logical_or_f64},
  {"bool (ne (cast bool float32#0) (cast bool float32#1))", logical_xor_f32},
  {"bool (ne (cast bool float64#0) (cast bool float64#1))", logical_xor_f64},
  {"bool (logical_not (cast bool float32#0))", logical_not_f32},
  {"bool (logical_not (cast bool float64#0))", logical_not_f64},
  {"bool (isnan float32#0)", isnan_f32},
  {"bool (isnan float64#0)", isnan_f64},
  {"bool (isinf float32#0)", isinf_f32},
  {"bool (isinf float64#0)", isinf_f64},
  {"bool (isfinite float32#0)", isfinite_f32},
  {"bool (isfinite float64#0)", isfinite_f64},
  {"bool (lt (copysign float32:1 float32#0) float32:0)", signbit_f32},
  {"bool (lt (copysign float64:1 float64#0) float64:0)", signbit_f64},
  {"float32 float32#0", cast_grad_f32},
  {"float64 float64#0", cast_grad_f64},
  {"float32 (select (le float32#0 float32:0) float32:0 float32#0)", relu_f32},
  {"float64 (select (le float64#0 float64:0) float64:0 float64#0)", relu_f64},
  {"float32 (select (le float32#0 float32:0) float32:0 float32#1)", relu_grad_f32},
  {"float64 (select (le float64#0 float64:0) float64:0 float64#1)", relu_grad_f64},
  {"float32 (select (gt float32#0 float32:0) float32#0 (mul float32#1 float32#0))", prelu_f32},
  {"float64 (select (gt float64#0 float64:0) float64#0 (mul float64#1 float64#0))", prelu_f64},
  {"float32 (select (le float32#0 float32:0) float32:0 (select (ge float32#0 float32:6) float32:6 float32#0))", relu6_f32},
  {"float64 (select (le float64#0 float64:0) float64:0 (select (ge float64#0 float64:6) float64:6 float64#0))", relu6_f64},
  {"float32 (select (le float32#0 float32:0) float32:0 (select (ge float32#0 float32:6) float32:0 float32#1))", relu6_grad_f32},
  {"float64 (select (le float64#0 float64:0) float64:0 (select (ge float64#0 float64:6) float64:0 float64#1))", relu6_grad_f64},
  {"float32 (select (le float32#0 float32:-3) float32:0 (select (ge float32#0 float32:3) float32:1 (div (add float32#0 float32:3) float32:6)))", hardsigmoid_f32},
  {"float64 (select (le float64#0 float64:-3) float64:0 (select (ge float64#0 float64:3) float64:1 (div (add float64#0 float64:3) float64:6)))", hardsigmoid_f64},
  {"float32 (select (le float32#0 float32:-3) float32:0 (select (ge float32#0 float32:3) float32:0 (mul float32:0.16666666666666666 float32#1)))", hardsigmoid_grad_f32},
  {"float64 (select (le float64#0 float64:-3) float64:0 (select (ge float64#0 float64:3) float64:0 (mul float64:0.16666666666666666 float64#1)))", hardsigmoid_grad_f64},
  {"float32 (select (le float32#0 float32:-3) float32:0 (select (ge float32#0 float32:3) float32#0 (div (mul float32#0 (add float32#0 float32:3)) float32:6)))", hardswish_f32},
  {"float64 (select (le float64#0 float64:-3) float64:0 (select (ge float64#0 float64:3) float64#0 (div (mul float64#0 (add float64#0 float64:3)) float64:6)))", hardswish_f64},
  {"float32 (select (le float32#0 float32:-3) float32:0 (select (ge float32#0 float32:3) float32#1 (mul float32#1 (add (mul float32:0.16666666666666666 (add float32#0 float32:3)) (mul float32:0.16666666666666666 float32#0)))))", hardswish_grad_f32},
  {"float64 (select (le float64#0 float64:-3) float64:0 (select (ge float64#0 float64:3) float64#1 (mul float64#1 (add (mul float64:0.16666666666666666 (add float64#0 float64:3)) (mul float64:0.16666666666666666 float64#0)))))", hardswish_grad_f64},
  {"float32 (mul float32:1.0507009873554805 (select (gt float32#0 float32:0) float32#0 (mul float32:1.6732632423543772 (expm1 float32#0))))", selu_f32},
  {"float64 (mul float64:1.0507009873554805 (select (gt float64#0 float64:0) float64#0 (mul float64:1.6732632423543772 (expm1 float64#0))))", selu_f64},
  {"float32 (select (gt float32#0 float32:0) (mul float32:1.0507009873554805 float32#1) (mul float32:1.7580993408473766 (mul float32#1 (exp float32#0))))", selu_grad_f32},
  {"float64 (select (gt float64#0 float64:0) (mul float64:1.0507009873554805 float64#1) (mul float64:1.7580993408473766 (mul float64#1 (exp float64#0))))", selu_grad_f64},
  {"float32 (sigmoid float32#0)", sigmoid_f32},
  {"float64 (sigmoid float64#0)", sigmoid_f64},
  {"float32 (mul (mul float32#0 float32#1) (sub float32:1 float32#1))", sigmoid_grad_f32},
  {"float64 (mul (mul float64#0 float64#1) (sub float64:1 float64#1))", sigmoid_grad_f64},
  {"float32 (neg (add (maximum (neg float32#0) float32:0) (log1p (exp (neg (abs float32#0))))))", log_sigmoid_f32},
  {"float64 (neg (add (maximum (neg float64#0) float64:0) (log1p (exp (neg (abs float64#0))))))", log_sigmoid_f64},
  {"float32 (mul float32#0 (sigmoid (neg float32#1)))", log_sigmoid_grad_f32},
  {"float64 (mul float64#0 (sigmoid (neg float64#1)))", log_sigmoid_grad_f64},
  {"float32 (mul float32#0 (sigmoid float32#0))", silu_f32},
  {"float64 (mul float64#0 (sigmoid float64#0))", silu_f64},
  {"float32 (mul (mul float32#0 (sigmoid float32#1)) (add float32:1 (mul float32#1 (sigmoid (neg float32#1)))))", silu_grad_f32},
  {"float64 (mul (mul float64#0 (sigmoid float64#1)) (add float64:1 (mul float64#1 (sigmoid (neg float64#1)))))", silu_grad_f64},
  {"float32 (mul float32#0 (tanh (add (maximum float32#0 float32:0) (log1p (exp (neg (abs float32#0)))))))", mish_f32},
  {"float64 (mul float64#0 (tanh (add (maximum float64#0 float64:0) (log1p (exp (neg (abs float64#0)))))))", mish_f64},
  {"float32 (mul float32#0 (add (tanh (add (maximum float32#1 float32:0) (log1p (exp (neg (abs float32#1)))))) (div (mul float32#1 (sigmoid float32#1)) (square (cosh (add (maximum float32#1 float32:0) (log1p (exp (neg (abs float32#1))))))))))", mish_grad_f32},
  {"float64 (mul float64#0 (add (tanh (add (maximum float64#1 float64:0) (log1p (exp (neg (abs float64#1)))))) (div (mul float64#1 (sigmoid float64#1)) (square (cosh (add (maximum float64#1 float64:0) (log1p (exp (neg (abs float64#1))))))))))", mish_grad_f64},
  {"float32 (mul float32#0 (ndtr float32#0))", gelu_f32},
  {"float64 (mul float64#0 (ndtr float64#0))", gelu_f64},
  {"float32 (mul float32#0 (add (ndtr float32#1) (mul float32:0.3989422804014327 (mul (mul float32#1 (exp (neg (mul float32:0.5 (square float32#1))))) (fma float32:-0.5 (finite (fma float32#1 float32#1 (neg (square float32#1)))) float32:1)))))", gelu_grad_f32},
  {"float64 (mul float64#0 (add (ndtr float64#1) (mul float64:0.3989422804014327 (mul (mul float64#1 (exp (neg (mul float64:0.5 (square float64#1))))) (fma float64:-0.5 (finite (fma float64#1 float64#1 (neg (square float64#1)))) float64:1)))))", gelu_grad_f64},
  {"float32 (mul float32#0 (sigmoid (mul (mul float32:1.5957691216057308 float32#0) (add float32:1 (mul (mul float32:0.044714999999999998 float32#0) float32#0)))))", gelu_tanh_f32},
  {"float64 (mul float64#0 (sigmoid (mul (mul float64:1.5957691216057308 float64#0) (add float64:1 (mul (mul float64:0.044714999999999998 float64#0) float64#0)))))", gelu_tanh_f64},
  {"float32 (mul (mul float32#0 (sigmoid (mul (mul float32:1.5957691216057308 float32#1) (add float32:1 (mul (mul float32:0.044714999999999998 float32#1) float32#1))))) (add float32:1 (mul (mul float32#1 (mul float32:1.5957691216057308 (add float32:1 (mul (mul float32:0.13414499999999999 float32#1) float32#1)))) (sigmoid (neg (mul (mul float32:1.5957691216057308 float32#1) (add float32:1 (mul (mul float32:0.044714999999999998 float32#1) float32#1))))))))", gelu_tanh_grad_f32},
  {"float64 (mul (mul float64#0 (sigmoid (mul (mul float64:1.5957691216057308 float64#1) (add float64:1 (mul (mul float64:0.044714999999999998 float64#1) float64#1))))) (add float64:1 (mul (mul float64#1 (mul float64:1.5957691216057308 (add float64:1 (mul (mul float64:0.13414499999999999 float64#1) float64#1)))) (sigmoid (neg (mul (mul float64:1.5957691216057308 float64#1) (add float64:1 (mul (mul float64:0.044714999999999998 float64#1) float64#1))))))))", gelu_tanh_grad_f64},
  {"float32 (add (maximum float32#0 float32:0) (log1p (exp (neg (abs float32#0)))))", softplus_f32},
  {"float64 (add (maximum float64#0 float64:0) (log1p (exp (neg (abs float64#0)))))", softplus_f64},
  {"float32 (mul float32#0 (sigmoid float32#1))", softplus_grad_f32},
  {"float64 (mul float64#0 (sigmoid float64#1))", softplus_grad_f64},
  {"float32 (div float32#0 (add float32:1 (abs float32#0)))", softsign_f32},
  {"float64 (div float64#0 (add float64:1 (abs float64#0)))", softsign_f64},
  {"float32 (div float32#0 (square (add float32:1 (abs float32#1))))", softsign_grad_f32},
  {"float64 (div float64#0 (square (add float64:1 (abs float64#1))))", softsign_grad_f64},
  {"float32 (sub float32#0 (tanh float32#0))", tanhshrink_f32},
  {"float64 (sub float64#0 (tanh float64#0))", tanhshrink_f64},
  {"float32 (mul float32#0 (square (tanh float32#1)))", tanhshrink_grad_f32},
  {"float64 (mul float64#0 (square (tanh float64#1)))", tanhshrink_grad_f64},
  {"float32 (square (sub float32#0 float32#1))", mse_f32},
  {"float64 (square (sub float64#0 float64#1))", mse_f64},
  {"float32 (abs (sub float32#0 float32#1))", l1_f32},
  {"float64 (abs (sub float64#0 float64#1))", l1_f64},
  {"float32 (neg (add (mul float32#0 (maximum (log float32#1) float32:-100)) (mul (sub float32:1 float32#0) (maximum (log1p (neg float32#1)) float32:-100))))", bce_f32},
  {"float64 (neg (add (mul float64#0 (maximum (log float64#1) float64:-100)) (mul (sub float64:1 float64#0) (maximum (log1p (neg float64#1)) float64:-100))))", bce_f64},
  {"float32 (add (mul (mul float32#0 float32#1) (add (log1p (exp (neg (abs float32#2)))) (maximum (neg float32#2) float32:0))) (mul (sub float32:1 float32#1) (add (log1p (exp (neg (abs float32#2)))) (maximum float32#2 float32:0))))", bce_with_logits_f32},
  {"float64 (add (mul (mul float64#0 float64#1) (add (log1p (exp (neg (abs float64#2)))) (maximum (neg float64#2) float64:0))) (mul (sub float64:1 float64#1) (add (log1p (exp (neg (abs float64#2)))) (maximum float64#2 float64:0))))", bce_with_logits_f64},
  {0, 0},
};
