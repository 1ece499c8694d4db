// Maps that were compiled with the library: one function for each pointwise formula of ops.yaml
// over contiguous operands of one shape. They serve until run-time compiled code is there, and
// where there is no compiler.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// A kernel that is exactly one of those maps.
struct AheadOfTime {
  /// Elements [begin, end); `buffers` are the loaded ones in order of first appearance, then the
  /// stored one.
  void (*function)(void* const* buffers, int64_t begin, int64_t end);
  std::vector<int32_t> slots;
  int64_t elements;
};

/// The canonical text of a kernel that stores one expression of contiguous loads, else empty;
/// `slots` and `elements` as above. codegen/kernels.py prints the same text: "float32 (add
/// float32#0 (mul float32#1 float32:2))".
std::string map_key(const Kernel& kernel, std::vector<int32_t>* slots, int64_t* elements);

std::optional<AheadOfTime> find_ahead_of_time(const Kernel& kernel);
void run_ahead_of_time(const AheadOfTime& map, void* const* buffers);

}  // namespace axon
