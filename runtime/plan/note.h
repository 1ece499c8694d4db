// What axon.explain tells of a kernel.
#pragma once

#include "plan/fuse.h"
#include "plan/plan.h"

namespace axon {

KernelNote note_of(const Kernel& kernel, const Group& group, const Fused& fused, const Bound& bound,
                   const Snapshot& snapshot);

/// Equal for kernels whose code is equal whatever their extents, buffers and numbers.
std::string structure_of(const Kernel& kernel);

}  // namespace axon
