// Opaque kernels of the CPU: those that are no loop nest.
#pragma once

#include <functional>
#include <string>

#include "kernel/kernel.h"

namespace axon {

/// Computes one call: `buffers` are its inputs, then its outputs, of the dtypes of
/// `kernel.buffers`.
using CallFunction = std::function<void(const Kernel& kernel, void* const* buffers)>;

/// Makes `function` the kernel of this kind, in place of any other.
void register_call(const std::string& kind, CallFunction function);

/// Runs a kernel of kind `call`; throws Error if its kind is not registered.
void run_call(const Kernel& kernel, void* const* buffers);

/// sort   inputs: x; outputs: values (dtype of x), indices (int64); attributes: axis, and either
///        k and largest, or descending.
///        The first k elements of x along `axis` (all of them without k), in descending order if
///        `largest` or `descending`, else ascending; the outputs have extent k there. Stable: equal
///        elements keep their order. NaN counts as the largest value.
void sort_call(const Kernel& kernel, void* const* buffers);

/// searchsorted   inputs: boundaries (..., n), ascending, and x (..., k) with the same rows and
///        dtype; outputs: int64 (..., k); attributes: right.
///        How many boundaries of its row are less than each x, or, with `right`, not more.
void searchsorted_call(const Kernel& kernel, void* const* buffers);

}  // namespace axon
