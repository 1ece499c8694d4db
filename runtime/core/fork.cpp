#include "core/fork.h"

#include <pthread.h>

#include <vector>

namespace axon {

namespace {

struct Registry {
  std::mutex mutex;
  std::vector<std::mutex*> locks;

  void hold() {
    mutex.lock();
    for (std::mutex* lock : locks) lock->lock();
  }

  void release() {
    for (std::mutex* lock : locks) lock->unlock();
    mutex.unlock();
  }
};

Registry& registry() {
  static Registry& instance = *[] {
    pthread_atfork([] { registry().hold(); }, [] { registry().release(); },
                   [] { registry().release(); });
    return new Registry;
  }();
  return instance;
}

}  // namespace

ForkSafeMutex::ForkSafeMutex() {
  Registry& all = registry();
  const std::lock_guard<std::mutex> lock(all.mutex);
  all.locks.push_back(this);
}

}  // namespace axon
