// Turns a group of statements into a kernel: one SSA body a phase, loads of what the phase computes
// replaced by the instruction itself.
#pragma once

#include <vector>

#include "kernel/kernel.h"
#include "plan/bind.h"
#include "plan/fuse.h"

namespace axon {

/// `stored`: values that need a buffer (wanted, or read by another group or phase).
Kernel build_kernel(const Group& group, const Fused& fused, const Bound& bound,
                    const std::vector<bool>& stored);

/// Which values need a buffer: wanted ones and those read outside the phase that computes them.
std::vector<bool> find_stored(const Fused& fused, const Bound& bound,
                              const std::vector<bool>& wanted);

}  // namespace axon
