// Scans: reductions over the points up to, or from, the one that is stored.
//
//     Y[s] op= r <= s ? e(r) : identity of op        in O(n²) points becomes
//     Y[r]  =  scan op (e(r))                        in O(n)
//
// with the reduced axis in the place of the stored one. The other comparisons give scans that leave
// out the point itself or that run backwards.
#pragma once

#include "graph/statement.h"

namespace axon {

/// Rewrites a statement of that form; any other is left as it is.
void find_scan(Statement& s);

/// The direction in which the reduced axes must run: 1 forwards, -1 backwards, 0 either (a map).
int direction_of(const Statement& s);

}  // namespace axon
