// CUDA source of kernels, from the same instructions, reductions and stores as the C of the CPU.
#pragma once

#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// A kernel as CUDA source, with all that a launch needs. Each phase is one __global__ function,
/// `AXON_KERNEL_0`, `AXON_KERNEL_1`, ...; they are launched in this order on one stream, each with
/// one argument, a struct passed by value that has 8 bytes an entry:
///
///     device addresses of the buffers; `ints`, patched by `slot_ints`; the scalars' bits;
///     the address of an int32_t, the status
///
/// where an empty list has one entry of padding.
struct EmittedCuda {
  std::string source;  // after cuda_prelude(); empty: see `reason`
  std::string reason;  // why there is no source
  std::vector<int64_t> ints;
  std::vector<Emitted::SlotInt> slot_ints;
  struct Launch {
    int64_t blocks;  // grid.x; grid.y and grid.z are 1. 0: there is nothing to launch
    int32_t block_x, block_y;
    int32_t shared_bytes;  // dynamic shared memory
  };
  std::vector<Launch> launches;  // by phase
};

/// Phases of loops: maps, rows, columns, windows. Depends on nothing but the kernel.
EmittedCuda emit_cuda(const Kernel& kernel);

/// What a translation unit of such kernels starts with; the functions they call. For NVRTC, nvcc
/// and clang, C++17, without contraction (`--fmad=false`): maps then give the CPU's bits, but for
/// the double-precision functions that both take from their libraries.
std::string cuda_prelude();

}  // namespace axon
