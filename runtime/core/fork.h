// Locks that survive fork().
#pragma once

#include <mutex>

namespace axon {

/// A mutex that fork() waits for, so that a child finds it free and what it guards whole. For what
/// lives as long as the process and is locked for a moment, never while another such mutex or the
/// GIL is waited for.
class ForkSafeMutex : public std::mutex {
 public:
  ForkSafeMutex();
  ForkSafeMutex(const ForkSafeMutex&) = delete;
  ForkSafeMutex& operator=(const ForkSafeMutex&) = delete;
};

}  // namespace axon
