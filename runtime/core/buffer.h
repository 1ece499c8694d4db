// Memory blocks: counted, reused by size class, never zeroed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace axon {

class Device;

/// A block on a device. Shared by every value that reads it; exclusively owned iff use_count() == 1.
struct Buffer {
  Device* device;
  void* data;      // 64-byte aligned; null iff bytes == 0
  size_t bytes;    // what was asked for

  Buffer(Device& device, size_t bytes);  // throws MemoryError
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
};

}  // namespace axon
