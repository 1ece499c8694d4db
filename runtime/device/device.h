// What a backend is: memory, a way to turn kernels into something launchable, and launches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// A kernel made ready for one device. `run` may be called from the flushing thread only.
class Launchable {
 public:
  virtual ~Launchable() = default;
  /// `buffers` by slot; `scalars` by scalar slot (bits of a double or an int64). Sets *status on an
  /// index out of range.
  virtual void run(void* const* buffers, const int64_t* scalars, int32_t* status) = 0;
  /// "executor", "ahead-of-time" or "compiled": which tier would run now.
  virtual const char* tier() const = 0;
  /// The generated source, without #line directives; empty if there is none.
  virtual std::string source() const = 0;
  virtual const Kernel& kernel() const = 0;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual const char* name() const = 0;
  /// Throws MemoryError. Blocks are 64-byte aligned.
  virtual void* allocate(size_t bytes) = 0;
  virtual void release(void* block, size_t bytes) = 0;
  /// Prepares kernels; compiled code may be swapped in later. Kernels of one call are compiled in
  /// one batch.
  virtual std::vector<std::shared_ptr<Launchable>> prepare(const std::vector<Kernel>& kernels) = 0;
};

/// Counters of this process, over all devices.
struct KernelStats {
  int64_t kernels_compiled = 0;  // by a compiler, not read from the disk cache
  int64_t kernels_launched = 0;
  int64_t executor_runs = 0;  // launches that no compiled code served
  double compile_ms = 0;      // spent in compilers
};
KernelStats kernel_stats();

/// The device by name; throws ValueError that lists those built in.
Device& device(const std::string& name);

}  // namespace axon
