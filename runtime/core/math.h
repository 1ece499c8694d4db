// All scalar functions of kernels.
#pragma once
// clang-format off: each needs those above it
#include "core/scalar.h"
#include "core/math_f64.h"
#include "core/math_f32.h"
// clang-format on
