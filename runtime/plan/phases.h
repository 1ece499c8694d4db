// Sums over points of which only every c-th counts, as sums over those alone.
#pragma once

#include "plan/bind.h"

namespace axon {

/// Rewrites sums whose loads divide exactly, as the gradient of a strided window or a transposed
/// convolution does: y[h] = Σ_r w[r] · x[(h + p - r) / c], where the others of c terms are zero.
/// With h + p = c·a + f and r = c·t + f it is y[c·a + f - p] = Σ_t w[c·t + f] · x[a - t]: for each
/// phase f a sum without division over a c-th of the points.
void split_phases(Bound& bound);

}  // namespace axon
