// Replaces a load of a value by the expression that computes it.
#pragma once

#include <optional>
#include <vector>

#include "graph/statement.h"

namespace axon {

/// Bounds of an affine form over its whole domain, both included. Empty when a slot or an unbounded
/// instruction takes part.
struct Interval {
  int64_t low;
  int64_t high;
};
std::optional<Interval> interval_of(const Affine& a, const std::vector<Axis>& axes,
                                    const std::vector<Instr>& body);

/// True iff some term of the form is an index that data gives.
bool gathers(const Affine& form, const std::vector<Instr>& body);

/// The producer's axes as affine forms in the consumer such that producer.store(axes) ==
/// load.address, using that the producer's store enumerates its value row-major. Empty if there
/// are none of that form (a reshape that merges axes).
std::optional<std::vector<Affine>> axes_at(const Statement& producer, const Instr& load,
                                           const Statement& consumer);

/// True iff each element of the value is stored once and `store` is a mixed-radix number
/// of the axes.
bool stores_densely(const Statement& producer);

/// Replaces every load of producer.value in `consumer`; false (and `consumer` unchanged) if some
/// load has no axes_at, the check of a gathered index would be lost, or the body would exceed
/// `max_body` instructions.
bool inline_producer(const Statement& producer, Statement& consumer, size_t max_body);

}  // namespace axon
