// The thread pool of the CPU: callers and workers claim shares of a job, so nobody waits for a
// thread that sleeps.
#pragma once

#include <cstdint>

namespace axon {

inline constexpr int kMaxThreads = 256;

/// A reference to a callable `void(int64_t begin, int64_t end, int thread)`. `thread` < threads()
/// is not shared by two ranges of one parallel_for that run at the same time.
class RangeFn {
 public:
  template <class F>
  RangeFn(const F& f)  // NOLINT: implicit, so that lambdas can be passed
      : object_(&f), call_([](const void* object, int64_t begin, int64_t end, int thread) {
          (*static_cast<const F*>(object))(begin, end, thread);
        }) {}
  void operator()(int64_t begin, int64_t end, int thread) const {
    call_(object_, begin, end, thread);
  }

 private:
  const void* object_;
  void (*call_)(const void*, int64_t, int64_t, int);
};

/// Calls `fn` for disjoint ranges that cover [0, units), on the calling thread and idle workers,
/// and returns when all are done. Serial when called from inside itself or while another thread's
/// job runs. `fn` must not throw. Which thread gets which range differs from run to run: results
/// must not depend on it.
void parallel_for(int64_t units, RangeFn fn);

/// How many threads parallel_for uses: what set_threads said, else $AXON_THREADS, else the CPUs
/// that this process may run on.
int threads();
/// Throws ValueError unless 1 <= n <= kMaxThreads. Not from inside parallel_for.
void set_threads(int n);

}  // namespace axon
