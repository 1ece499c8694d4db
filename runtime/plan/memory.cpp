#include "plan/memory.h"

namespace axon {

namespace {

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

size_t Arena::take(size_t bytes) {
  bytes = aligned(bytes);
  auto best = holes_.end();
  for (auto it = holes_.begin(); it != holes_.end(); ++it) {
    if (it->second >= bytes && (best == holes_.end() || it->second < best->second)) best = it;
  }
  if (best == holes_.end()) {
    // Grow from the last hole if that one touches the end.
    size_t offset = size_;
    if (!holes_.empty()) {
      auto last = std::prev(holes_.end());
      if (last->first + last->second == size_) {
        offset = last->first;
        holes_.erase(last);
      }
    }
    size_ = offset + bytes;
    return offset;
  }
  const size_t offset = best->first;
  const size_t rest = best->second - bytes;
  holes_.erase(best);
  if (rest > 0) holes_[offset + bytes] = rest;
  return offset;
}

void Arena::give_back(size_t offset, size_t bytes) {
  bytes = aligned(bytes);
  if (bytes == 0) return;
  auto it = holes_.emplace(offset, bytes).first;
  auto next = std::next(it);
  if (next != holes_.end() && it->first + it->second == next->first) {
    it->second += next->second;
    holes_.erase(next);
  }
  if (it != holes_.begin()) {
    auto previous = std::prev(it);
    if (previous->first + previous->second == it->first) {
      previous->second += it->second;
      holes_.erase(it);
    }
  }
}

}  // namespace axon
