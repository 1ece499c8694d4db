// Pointwise formulas of ops.yaml over contiguous operands. Generated from ops.yaml; do not edit.
#include "device/cuda/math.cuh"

extern "C" __global__ void axon_map_add_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 + v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_add_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 + v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_sub_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 - v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_sub_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 - v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_mul_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 * v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_mul_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 * v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_div_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 / v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_div_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 / v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_floor_divide_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_floordiv_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_floor_divide_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_floordiv_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_remainder_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_mod_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_remainder_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_mod_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_fmod_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_fmod_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_fmod_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_fmod_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_pow_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_pow_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_pow_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_pow_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_neg_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = (-v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_neg_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = (-v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_abs_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_abs_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_abs_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_abs_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_abs_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sign_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_abs_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sign_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_sign_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_sign_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sign_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_sign_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_square_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = (v0 * v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_square_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = (v0 * v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_square_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.0000000000000p+1f;
    const float v1 = b0[i];
    const float v2 = b1[i];
    const float v3 = (v1 * v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_square_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.0000000000000p+1;
    const double v1 = b0[i];
    const double v2 = b1[i];
    const double v3 = (v1 * v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_reciprocal_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = (1 / v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_reciprocal_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = (1 / v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_reciprocal_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v1 * v1);
    const float v3 = (v0 * v2);
    const float v4 = (-v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_reciprocal_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v1 * v1);
    const double v3 = (v0 * v2);
    const double v4 = (-v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_hypot_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_hypot_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_hypot_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_hypot_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_logaddexp_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 == v1);
    const float v3 = 0x1.62e4300000000p-1f;
    const float v4 = (v0 + v3);
    const float v5 = ax_maximum_f32(v0, v1);
    const float v6 = (v0 - v1);
    const float v7 = ax_abs_f32(v6);
    const float v8 = (-v7);
    const float v9 = ax_exp_f32(v8);
    const float v10 = ax_log1p_f32(v9);
    const float v11 = (v5 + v10);
    const float v12 = (v2 ? v4 : v11);
    b2[i] = v12;
  }
}

extern "C" __global__ void axon_map_logaddexp_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 == v1);
    const double v3 = 0x1.62e42fefa39efp-1;
    const double v4 = (v0 + v3);
    const double v5 = ax_maximum_f64(v0, v1);
    const double v6 = (v0 - v1);
    const double v7 = ax_abs_f64(v6);
    const double v8 = (-v7);
    const double v9 = ax_exp_f64(v8);
    const double v10 = ax_log1p_f64(v9);
    const double v11 = (v5 + v10);
    const double v12 = (v2 ? v4 : v11);
    b2[i] = v12;
  }
}

extern "C" __global__ void axon_map_copysign_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_copysign_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_copysign_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_copysign_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_nextafter_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_nextafter_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_nextafter_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_nextafter_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_lerp_f32(const float* __restrict__ b0, const float* __restrict__ b1, const float* __restrict__ b2, float* __restrict__ b3, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_lerp_f64(const double* __restrict__ b0, const double* __restrict__ b1, const double* __restrict__ b2, double* __restrict__ b3, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_maximum_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_maximum_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_maximum_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_maximum_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_minimum_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_minimum_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_minimum_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_minimum_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_clip_f32(const float* __restrict__ b0, const float* __restrict__ b1, const float* __restrict__ b2, float* __restrict__ b3, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_clip_f64(const double* __restrict__ b0, const double* __restrict__ b1, const double* __restrict__ b2, double* __restrict__ b3, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_exp_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_exp_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_exp_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_exp_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_exp2_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_exp2_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_exp2_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_exp2_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_exp2_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.62e4300000000p-1f;
    const float v1 = b0[i];
    const float v2 = b1[i];
    const float v3 = (v1 * v2);
    const float v4 = (v0 * v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_exp2_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.62e42fefa39efp-1;
    const double v1 = b0[i];
    const double v2 = b1[i];
    const double v3 = (v1 * v2);
    const double v4 = (v0 * v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_expm1_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_expm1_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_expm1_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_expm1_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_expm1_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_exp_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_expm1_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_exp_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_log_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_log_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_log_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log2_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_log2_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log2_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_log2_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log2_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.7154760000000p+0f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = b1[i];
    const float v4 = (v2 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_log2_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.71547652b82fep+0;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = b1[i];
    const double v4 = (v2 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_log10_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_log10_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log10_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_log10_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log10_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.bcb7b20000000p-2f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = b1[i];
    const float v4 = (v2 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_log10_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.bcb7b1526e50dp-2;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = b1[i];
    const double v4 = (v2 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_log1p_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_log1p_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log1p_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_log1p_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_log1p_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v1 + v2);
    const float v4 = (v0 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_log1p_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v1 + v2);
    const double v4 = (v0 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_sqrt_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_sqrt_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sqrt_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_sqrt_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sqrt_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.0000000000000p-1f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = b1[i];
    const float v4 = (v2 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_sqrt_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.0000000000000p-1;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = b1[i];
    const double v4 = (v2 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_rsqrt_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_rsqrt_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_rsqrt_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_rsqrt_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_rsqrt_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_rsqrt_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_sin_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_sin_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sin_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_sin_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sin_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_cos_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_sin_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_cos_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_cos_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_cos_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_cos_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_cos_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_cos_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sin_f32(v1);
    const float v3 = (v0 * v2);
    const float v4 = (-v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_cos_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sin_f64(v1);
    const double v3 = (v0 * v2);
    const double v4 = (-v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_tan_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_tan_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_tan_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_tan_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_tan_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (v1 + v3);
    const float v5 = (v0 * v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_tan_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (v1 + v3);
    const double v5 = (v0 * v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_asin_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_asin_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_asin_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_asin_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_asin_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_asin_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_acos_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_acos_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_acos_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_acos_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_acos_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_acos_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_atan_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_atan_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_atan_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_atan_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_atan_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (v1 + v3);
    const float v5 = (v0 / v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_atan_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (v1 + v3);
    const double v5 = (v0 / v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_atan2_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_atan2_f32(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_atan2_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_atan2_f64(v0, v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_sinh_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_sinh_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sinh_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_sinh_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_sinh_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_cosh_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_sinh_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_cosh_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_cosh_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_cosh_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_cosh_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_cosh_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_cosh_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_sinh_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_cosh_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_sinh_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_tanh_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_tanh_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_tanh_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_tanh_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_tanh_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (v1 - v3);
    const float v5 = (v0 * v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_tanh_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (v1 - v3);
    const double v5 = (v0 * v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_asinh_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_asinh_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_asinh_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_asinh_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_asinh_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = ax_hypot_f32(v1, v2);
    const float v4 = (v0 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_asinh_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = ax_hypot_f64(v1, v2);
    const double v4 = (v0 / v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_acosh_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_acosh_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_acosh_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_acosh_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_acosh_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_acosh_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_atanh_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_atanh_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_atanh_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_atanh_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_atanh_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_atanh_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_erf_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_erf_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_erf_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_erf_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_erf_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.20dd760000000p+0f;
    const float v1 = b0[i];
    const float v2 = b1[i];
    const float v3 = (v2 * v2);
    const float v4 = (-v3);
    const float v5 = ax_exp_f32(v4);
    const float v6 = (v1 * v5);
    const float v7 = (v0 * v6);
    b2[i] = v7;
  }
}

extern "C" __global__ void axon_map_erf_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.20dd750429b6dp+0;
    const double v1 = b0[i];
    const double v2 = b1[i];
    const double v3 = (v2 * v2);
    const double v4 = (-v3);
    const double v5 = ax_exp_f64(v4);
    const double v6 = (v1 * v5);
    const double v7 = (v0 * v6);
    b2[i] = v7;
  }
}

extern "C" __global__ void axon_map_erfc_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_erfc_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_erfc_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_erfc_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_erfc_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.20dd760000000p+0f;
    const float v1 = b0[i];
    const float v2 = (v1 * v1);
    const float v3 = (-v2);
    const float v4 = ax_exp_f32(v3);
    const float v5 = b1[i];
    const float v6 = (v4 * v5);
    const float v7 = (v0 * v6);
    const float v8 = (-v7);
    b2[i] = v8;
  }
}

extern "C" __global__ void axon_map_erfc_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.20dd750429b6dp+0;
    const double v1 = b0[i];
    const double v2 = (v1 * v1);
    const double v3 = (-v2);
    const double v4 = ax_exp_f64(v3);
    const double v5 = b1[i];
    const double v6 = (v4 * v5);
    const double v7 = (v0 * v6);
    const double v8 = (-v7);
    b2[i] = v8;
  }
}

extern "C" __global__ void axon_map_lgamma_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_lgamma_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_lgamma_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_lgamma_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_lgamma_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_digamma_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_lgamma_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_digamma_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_digamma_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_digamma_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_digamma_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_digamma_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_digamma_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = ax_trigamma_f32(v1);
    const float v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_digamma_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = ax_trigamma_f64(v1);
    const double v3 = (v0 * v2);
    b2[i] = v3;
  }
}

extern "C" __global__ void axon_map_floor_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_floor_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_floor_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_floor_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_ceil_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_ceil_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_ceil_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_ceil_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_round_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_round_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_round_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_round_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_trunc_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = ax_trunc_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_trunc_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = ax_trunc_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_eq_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 == v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_eq_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 == v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_ne_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 != v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_ne_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 != v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_lt_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 < v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_lt_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 < v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_le_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 <= v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_le_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 <= v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_gt_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 > v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_gt_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 > v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_ge_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const _Bool v2 = (v0 >= v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_ge_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const _Bool v2 = (v0 >= v1);
    b2[i] = v2;
  }
}

extern "C" __global__ void axon_map_logical_and_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const float v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 && v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_logical_and_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const double v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 && v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_logical_or_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const float v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 || v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_logical_or_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const double v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 || v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_logical_xor_f32(const float* __restrict__ b0, const float* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const float v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 != v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_logical_xor_f64(const double* __restrict__ b0, const double* __restrict__ b1, uint8_t* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const double v2 = b1[i];
    const _Bool v3 = (v2 != 0);
    const _Bool v4 = (v1 != v3);
    b2[i] = v4;
  }
}

extern "C" __global__ void axon_map_logical_not_f32(const float* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const _Bool v2 = (!v1);
    b1[i] = v2;
  }
}

extern "C" __global__ void axon_map_logical_not_f64(const double* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = (v0 != 0);
    const _Bool v2 = (!v1);
    b1[i] = v2;
  }
}

extern "C" __global__ void axon_map_isnan_f32(const float* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = ax_isnan_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_isnan_f64(const double* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = ax_isnan_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_isinf_f32(const float* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = ax_isinf_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_isinf_f64(const double* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = ax_isinf_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_isfinite_f32(const float* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const _Bool v1 = ax_isfinite_f32(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_isfinite_f64(const double* __restrict__ b0, uint8_t* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const _Bool v1 = ax_isfinite_f64(v0);
    b1[i] = v1;
  }
}

extern "C" __global__ void axon_map_cast_grad_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    b1[i] = v0;
  }
}

extern "C" __global__ void axon_map_cast_grad_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    b1[i] = v0;
  }
}

extern "C" __global__ void axon_map_relu_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 <= v1);
    const float v3 = (v2 ? v1 : v0);
    b1[i] = v3;
  }
}

extern "C" __global__ void axon_map_relu_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 <= v1);
    const double v3 = (v2 ? v1 : v0);
    b1[i] = v3;
  }
}

extern "C" __global__ void axon_map_relu_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 <= v1);
    const float v3 = 0x0.0p+0f;
    const float v4 = b1[i];
    const float v5 = (v2 ? v3 : v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_relu_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 <= v1);
    const double v3 = 0x0.0p+0;
    const double v4 = b1[i];
    const double v5 = (v2 ? v3 : v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_leaky_relu_f32(const float* __restrict__ b0, float* __restrict__ b1, double slope, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = (float)slope;
    const float v4 = (v3 * v0);
    const float v5 = (v2 ? v0 : v4);
    b1[i] = v5;
  }
}

extern "C" __global__ void axon_map_leaky_relu_f64(const double* __restrict__ b0, double* __restrict__ b1, double slope, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = (double)slope;
    const double v4 = (v3 * v0);
    const double v5 = (v2 ? v0 : v4);
    b1[i] = v5;
  }
}

extern "C" __global__ void axon_map_leaky_relu_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, double slope, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = b1[i];
    const float v4 = (float)slope;
    const float v5 = (v3 * v4);
    const float v6 = (v2 ? v3 : v5);
    b2[i] = v6;
  }
}

extern "C" __global__ void axon_map_leaky_relu_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, double slope, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = b1[i];
    const double v4 = (double)slope;
    const double v5 = (v3 * v4);
    const double v6 = (v2 ? v3 : v5);
    b2[i] = v6;
  }
}

extern "C" __global__ void axon_map_elu_f32(const float* __restrict__ b0, float* __restrict__ b1, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = (float)alpha;
    const float v4 = ax_expm1_f32(v0);
    const float v5 = (v3 * v4);
    const float v6 = (v2 ? v0 : v5);
    b1[i] = v6;
  }
}

extern "C" __global__ void axon_map_elu_f64(const double* __restrict__ b0, double* __restrict__ b1, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = (double)alpha;
    const double v4 = ax_expm1_f64(v0);
    const double v5 = (v3 * v4);
    const double v6 = (v2 ? v0 : v5);
    b1[i] = v6;
  }
}

extern "C" __global__ void axon_map_elu_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = b1[i];
    const float v4 = (float)alpha;
    const float v5 = (v3 * v4);
    const float v6 = ax_exp_f32(v0);
    const float v7 = (v5 * v6);
    const float v8 = (v2 ? v3 : v7);
    b2[i] = v8;
  }
}

extern "C" __global__ void axon_map_elu_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = b1[i];
    const double v4 = (double)alpha;
    const double v5 = (v3 * v4);
    const double v6 = ax_exp_f64(v0);
    const double v7 = (v5 * v6);
    const double v8 = (v2 ? v3 : v7);
    b2[i] = v8;
  }
}

extern "C" __global__ void axon_map_celu_f32(const float* __restrict__ b0, float* __restrict__ b1, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = (float)alpha;
    const float v4 = (v0 / v3);
    const float v5 = ax_expm1_f32(v4);
    const float v6 = (v3 * v5);
    const float v7 = (v2 ? v0 : v6);
    b1[i] = v7;
  }
}

extern "C" __global__ void axon_map_celu_f64(const double* __restrict__ b0, double* __restrict__ b1, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = (double)alpha;
    const double v4 = (v0 / v3);
    const double v5 = ax_expm1_f64(v4);
    const double v6 = (v3 * v5);
    const double v7 = (v2 ? v0 : v6);
    b1[i] = v7;
  }
}

extern "C" __global__ void axon_map_celu_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x0.0p+0f;
    const _Bool v2 = (v0 > v1);
    const float v3 = b1[i];
    const float v4 = (float)alpha;
    const float v5 = (v0 / v4);
    const float v6 = ax_exp_f32(v5);
    const float v7 = (v3 * v6);
    const float v8 = (v2 ? v3 : v7);
    b2[i] = v8;
  }
}

extern "C" __global__ void axon_map_celu_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, double alpha, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x0.0p+0;
    const _Bool v2 = (v0 > v1);
    const double v3 = b1[i];
    const double v4 = (double)alpha;
    const double v5 = (v0 / v4);
    const double v6 = ax_exp_f64(v5);
    const double v7 = (v3 * v6);
    const double v8 = (v2 ? v3 : v7);
    b2[i] = v8;
  }
}

extern "C" __global__ void axon_map_sigmoid_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.0000000000000p+0f;
    const float v1 = b0[i];
    const float v2 = (-v1);
    const float v3 = ax_exp_f32(v2);
    const float v4 = (v0 + v3);
    const float v5 = (v0 / v4);
    b1[i] = v5;
  }
}

extern "C" __global__ void axon_map_sigmoid_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.0000000000000p+0;
    const double v1 = b0[i];
    const double v2 = (-v1);
    const double v3 = ax_exp_f64(v2);
    const double v4 = (v0 + v3);
    const double v5 = (v0 / v4);
    b1[i] = v5;
  }
}

extern "C" __global__ void axon_map_sigmoid_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = b1[i];
    const float v2 = (v0 * v1);
    const float v3 = 0x1.0000000000000p+0f;
    const float v4 = (v3 - v1);
    const float v5 = (v2 * v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_sigmoid_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = b1[i];
    const double v2 = (v0 * v1);
    const double v3 = 0x1.0000000000000p+0;
    const double v4 = (v3 - v1);
    const double v5 = (v2 * v4);
    b2[i] = v5;
  }
}

extern "C" __global__ void axon_map_silu_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = (-v0);
    const float v3 = ax_exp_f32(v2);
    const float v4 = (v1 + v3);
    const float v5 = (v0 / v4);
    b1[i] = v5;
  }
}

extern "C" __global__ void axon_map_silu_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = (-v0);
    const double v3 = ax_exp_f64(v2);
    const double v4 = (v1 + v3);
    const double v5 = (v0 / v4);
    b1[i] = v5;
  }
}

extern "C" __global__ void axon_map_silu_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (-v2);
    const float v4 = ax_exp_f32(v3);
    const float v5 = (v1 + v4);
    const float v6 = (v1 / v5);
    const float v7 = (v0 * v6);
    const float v8 = (v1 - v6);
    const float v9 = (v2 * v8);
    const float v10 = (v1 + v9);
    const float v11 = (v7 * v10);
    b2[i] = v11;
  }
}

extern "C" __global__ void axon_map_silu_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (-v2);
    const double v4 = ax_exp_f64(v3);
    const double v5 = (v1 + v4);
    const double v6 = (v1 / v5);
    const double v7 = (v0 * v6);
    const double v8 = (v1 - v6);
    const double v9 = (v2 * v8);
    const double v10 = (v1 + v9);
    const double v11 = (v7 * v10);
    b2[i] = v11;
  }
}

extern "C" __global__ void axon_map_gelu_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = 0x1.0000000000000p-1f;
    const float v1 = b0[i];
    const float v2 = (v0 * v1);
    const float v3 = (-v1);
    const float v4 = 0x1.6a09e60000000p-1f;
    const float v5 = (v3 * v4);
    const float v6 = ax_erfc_f32(v5);
    const float v7 = (v2 * v6);
    b1[i] = v7;
  }
}

extern "C" __global__ void axon_map_gelu_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = 0x1.0000000000000p-1;
    const double v1 = b0[i];
    const double v2 = (v0 * v1);
    const double v3 = (-v1);
    const double v4 = 0x1.6a09e667f3bcdp-1;
    const double v5 = (v3 * v4);
    const double v6 = ax_erfc_f64(v5);
    const double v7 = (v2 * v6);
    b1[i] = v7;
  }
}

extern "C" __global__ void axon_map_gelu_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p-1f;
    const float v2 = b1[i];
    const float v3 = (-v2);
    const float v4 = 0x1.6a09e60000000p-1f;
    const float v5 = (v3 * v4);
    const float v6 = ax_erfc_f32(v5);
    const float v7 = (v1 * v6);
    const float v8 = 0x1.9884540000000p-2f;
    const float v9 = (-0x1.0000000000000p-1f);
    const float v10 = (v9 * v2);
    const float v11 = (v10 * v2);
    const float v12 = ax_exp_f32(v11);
    const float v13 = (v8 * v12);
    const float v14 = (v2 * v13);
    const float v15 = (v7 + v14);
    const float v16 = (v0 * v15);
    b2[i] = v16;
  }
}

extern "C" __global__ void axon_map_gelu_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p-1;
    const double v2 = b1[i];
    const double v3 = (-v2);
    const double v4 = 0x1.6a09e667f3bcdp-1;
    const double v5 = (v3 * v4);
    const double v6 = ax_erfc_f64(v5);
    const double v7 = (v1 * v6);
    const double v8 = 0x1.9884533d43651p-2;
    const double v9 = (-0x1.0000000000000p-1);
    const double v10 = (v9 * v2);
    const double v11 = (v10 * v2);
    const double v12 = ax_exp_f64(v11);
    const double v13 = (v8 * v12);
    const double v14 = (v2 * v13);
    const double v15 = (v7 + v14);
    const double v16 = (v0 * v15);
    b2[i] = v16;
  }
}

extern "C" __global__ void axon_map_softplus_f32(const float* __restrict__ b0, float* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_softplus_f64(const double* __restrict__ b0, double* __restrict__ b1, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
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

extern "C" __global__ void axon_map_softplus_grad_f32(const float* __restrict__ b0, const float* __restrict__ b1, float* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const float v0 = b0[i];
    const float v1 = 0x1.0000000000000p+0f;
    const float v2 = b1[i];
    const float v3 = (-v2);
    const float v4 = ax_exp_f32(v3);
    const float v5 = (v1 + v4);
    const float v6 = (v0 / v5);
    b2[i] = v6;
  }
}

extern "C" __global__ void axon_map_softplus_grad_f64(const double* __restrict__ b0, const double* __restrict__ b1, double* __restrict__ b2, int64_t n) {
  const int64_t stride = (int64_t)gridDim.x * blockDim.x;
  for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    const double v0 = b0[i];
    const double v1 = 0x1.0000000000000p+0;
    const double v2 = b1[i];
    const double v3 = (-v2);
    const double v4 = ax_exp_f64(v3);
    const double v5 = (v1 + v4);
    const double v6 = (v0 / v5);
    b2[i] = v6;
  }
}

