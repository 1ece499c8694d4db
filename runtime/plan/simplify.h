// Makes a flush's statements fewer before any of them is fused: the same for both tiers, so that
// results do not depend on the tier.
#pragma once

#include <vector>

#include "plan/bind.h"

namespace axon {

/// Follows aliases to the value that has the buffer.
ValueId root_of(const std::vector<BoundValue>& values, ValueId value);

/// Rewrites `bound` in place: aliases resolved, statements that compute the same merged (the later
/// value becomes an alias), statements that no wanted value needs removed, long reductions with few
/// results split in two. `wanted` says which values must exist afterwards.
void simplify(Bound& bound, const std::vector<bool>& wanted);

}  // namespace axon
