// Memory blocks: counted, reused by size class, never zeroed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace axon {

class Device;

/// A block on a device. Shared by every value that reads it; exclusively owned iff use_count()
/// == 1.
struct Buffer {
  Device* device;
  void* data;    // 64-byte aligned; null iff bytes == 0
  size_t bytes;  // what was asked for

  Buffer(Device& device, size_t bytes);  // throws MemoryError
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
};

/// The caching allocator of host memory, behind Device::allocate and release of the CPU.
/// Thread-safe.
namespace host_memory {

/// A 64-byte aligned block; null iff bytes == 0. Throws MemoryError.
void* allocate(size_t bytes);
/// Takes back a block of `bytes` from `allocate`, to be reused.
void release(void* block, size_t bytes) noexcept;

struct Counters {
  size_t bytes_in_use;     // of live blocks, as asked for
  size_t peak_bytes;       // the largest bytes_in_use since reset_peak
  size_t cached_bytes;     // of released blocks that are kept for reuse
  size_t system_requests;  // how often the operating system or malloc was asked for a block
};
Counters counters();
void reset_peak();
/// Gives all cached blocks back to the operating system.
void trim();

}  // namespace host_memory

}  // namespace axon
