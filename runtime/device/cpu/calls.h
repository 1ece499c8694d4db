// Opaque kernels of the CPU: those that are no loop nest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// Runs a kernel of kind `call`. `buffers` are the inputs, then the outputs, of the kernel's slots;
/// `call_ints` hold the attributes, then rank and dims of input 0 (plan/bind.h). Throws Error for
/// an unknown kind.
///
/// sort   inputs: x; outputs: values (dtype of x), indices (int64); ints: k, axis, largest, rank,
/// dims...
///        The first k elements of x along `axis`, in descending order if `largest`, else ascending;
///        the outputs have extent k there. Stable: equal elements keep their order. NaN counts as
///        the largest value.
void run_call(const Kernel& kernel, void* const* buffers);

}  // namespace axon
