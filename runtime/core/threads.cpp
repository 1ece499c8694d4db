#include "core/threads.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"

// A job lives in the pool and is announced by a new `epoch`. A thread joins by raising `joined`,
// unless the caller has closed the job; lowering it to 0 opens the job and publishes its fields.
// Who has joined claims chunks from `next` until none is left. The caller claims too; when nothing
// is left it closes the job and waits only for threads that have joined, which are running by then.
// A worker that is still asleep finds the job closed and goes back to sleep.
//
// Workers that find nothing to do spin for a while, since the next job of a step follows within
// microseconds, then park. They do not spin when there are more threads than CPUs: they would take
// the time of those that work.

namespace axon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSpin = std::chrono::microseconds(500);
constexpr int64_t kChunksPerThread = 4;
constexpr int kClosed = 1 << 30;  // added to `joined` when a job takes no more threads

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int usable_cpus() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  const unsigned n = std::thread::hardware_concurrency();
  return n > 0 ? static_cast<int>(n) : 1;
}

int default_threads() {
  if (const char* text = std::getenv("AXON_THREADS")) {
    const int n = std::atoi(text);
    if (n >= 1) return std::min(n, kMaxThreads);
  }
  return std::min(usable_cpus(), kMaxThreads);
}

thread_local bool inside_job = false;

class Pool {
 public:
  Pool() : wanted_(default_threads()) {}

  int size() const { return wanted_.load(std::memory_order_relaxed); }

  void resize(int n) {
    std::lock_guard<std::mutex> turn(caller_);
    stop();
    wanted_ = n;
  }

  void run(int64_t units, RangeFn fn) {
    std::unique_lock<std::mutex> turn(caller_, std::defer_lock);
    if (size() == 1 || units <= 1 || inside_job || !turn.try_lock()) {
      if (units > 0) fn(0, units, 0);
      return;
    }
    const int n = size();
    if (workers_.empty()) start(n - 1);
    fn_ = &fn;
    units_ = units;
    chunk_ = std::max<int64_t>(1, units / (n * kChunksPerThread));
    next_.store(0, std::memory_order_relaxed);
    joined_.store(0, std::memory_order_release);
    epoch_.fetch_add(1, std::memory_order_seq_cst);
    if (parked_.load(std::memory_order_seq_cst) > 0) wake();
    inside_job = true;
    work(0);
    inside_job = false;
    close();
  }

  void before_fork() { caller_.lock(); }
  void after_fork_in_parent() { caller_.unlock(); }

 private:
  void start(int n) {
    spin_ = wanted_ <= usable_cpus();
    stopping_ = false;
    for (int i = 0; i < n; ++i) workers_.emplace_back([this, i] { worker(i + 1); });
  }

  void stop() {
    {
      std::lock_guard<std::mutex> lock(park_);
      stopping_ = true;
    }
    unpark_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
  }

  void wake() {
    { std::lock_guard<std::mutex> lock(park_); }
    unpark_.notify_all();
  }

  void work(int thread) {
    for (;;) {
      const int64_t begin = next_.fetch_add(chunk_, std::memory_order_relaxed);
      if (begin >= units_) return;
      (*fn_)(begin, std::min(begin + chunk_, units_), thread);
    }
  }

  /// Takes no more threads and waits for those that have joined.
  void close() {
    if (joined_.fetch_add(kClosed, std::memory_order_acq_rel) == 0) return;
    for (int spins = 0; joined_.load(std::memory_order_acquire) != kClosed; ++spins) {
      if (spin_ && spins < 10000) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

  void worker(int thread) {
    inside_job = true;
    uint64_t seen = 0;
    while (await_job(seen)) {
      int joined = joined_.load(std::memory_order_relaxed);
      while (joined < kClosed &&
             !joined_.compare_exchange_weak(joined, joined + 1, std::memory_order_acq_rel)) {
      }
      if (joined >= kClosed) continue;
      work(thread);
      joined_.fetch_sub(1, std::memory_order_release);
    }
  }

  /// Waits for an epoch other than `seen`; false when the pool stops.
  bool await_job(uint64_t& seen) {
    const auto idle_since = Clock::now();
    for (int i = 0; spin_ && !stopping_.load(std::memory_order_relaxed); ++i) {
      const uint64_t epoch = epoch_.load(std::memory_order_acquire);
      if (epoch != seen) {
        seen = epoch;
        return true;
      }
      pause();
      if (i % 64 == 63 && Clock::now() - idle_since > kSpin) break;
    }
    std::unique_lock<std::mutex> lock(park_);
    parked_.fetch_add(1, std::memory_order_seq_cst);
    unpark_.wait(lock, [&] { return stopping_ || epoch_.load(std::memory_order_seq_cst) != seen; });
    parked_.fetch_sub(1, std::memory_order_relaxed);
    seen = epoch_.load(std::memory_order_acquire);
    return !stopping_;
  }

  std::mutex caller_;  // held while a job runs
  std::atomic<int> wanted_;
  std::vector<std::thread> workers_;
  bool spin_ = false;  // true iff every thread may have a CPU of its own

  // The job; written by the caller before the epoch is raised.
  const RangeFn* fn_ = nullptr;
  int64_t units_ = 0;
  int64_t chunk_ = 1;
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<int> joined_{kClosed};
  alignas(64) std::atomic<uint64_t> epoch_{0};

  std::mutex park_;
  std::condition_variable unpark_;
  std::atomic<int> parked_{0};
  std::atomic<bool> stopping_{false};
};

Pool* pool_of_process = nullptr;

/// A child has none of the parent's workers: it leaves that pool behind, whose locks nobody will
/// release, and starts its own workers when they are first needed.
void forget_pool_in_child() {
  const int n = pool_of_process->size();
  pool_of_process = new Pool;
  pool_of_process->resize(n);
  inside_job = false;
}

Pool& pool() {
  static const bool made = [] {
    pool_of_process = new Pool;  // never destroyed: workers may outlive static objects
    pthread_atfork([] { pool_of_process->before_fork(); },
                   [] { pool_of_process->after_fork_in_parent(); }, forget_pool_in_child);
    return true;
  }();
  (void)made;
  return *pool_of_process;
}

}  // namespace

void parallel_for(int64_t units, RangeFn fn) { pool().run(units, fn); }

int threads() { return pool().size(); }

void set_threads(int n) {
  if (n < 1 || n > kMaxThreads) {
    throw ValueError("axon.set_threads: expected 1 to " + std::to_string(kMaxThreads) +
                     " threads, got " + std::to_string(n));
  }
  pool().resize(n);
}

}  // namespace axon
