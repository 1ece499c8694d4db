// The layout of temporaries in one block, by when they are alive.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

namespace axon {

/// Gives out offsets of a growing block and takes them back.
class Arena {
 public:
  /// The offset of `bytes` bytes, 64-byte aligned: the smallest hole that fits.
  size_t take(size_t bytes);
  void give_back(size_t offset, size_t bytes);
  /// Bytes that the block must have.
  size_t size() const { return size_; }

 private:
  std::map<size_t, size_t> holes_;  // offset -> bytes; never adjacent
  size_t size_ = 0;
};

}  // namespace axon
