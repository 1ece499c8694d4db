// Runs CUDA kernels on the CPU: what stands before their text when g++ compiles it. The threads of
// a block are fibers. One that comes to a barrier or a shuffle waits until all of its block or warp
// have come, to the same one; if that cannot be, the program ends with what went wrong.
#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#define __global__
#define __device__
#define __shared__
#define __forceinline__ inline
#define __grid_constant__
#define __launch_bounds__(threads)
#define __align__(bytes) __attribute__((aligned(bytes)))

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
static dim3 gridDim, blockDim, blockIdx, threadIdx;

constexpr int kSharedBytes = 48 << 10;
alignas(16) unsigned char ax_shared[kSharedBytes + 1];

namespace emulator {

constexpr int kWarp = 32;
constexpr size_t kStackBytes = 64 << 10;
constexpr unsigned char kPoison = 0xA5;

[[noreturn]] inline void fail(const char* why) {
  std::fprintf(stderr, "CUDA emulator: %s\n", why);
  std::abort();
}

/// Where threads wait for each other.
struct Meeting {
  int arrived = 0;
  int generation = 0;
  int line = 0;  // of the source, which all must have come to
};

struct Fiber {
  ucontext_t context;
  dim3 index;
  bool done = false;
  std::vector<char> stack = std::vector<char>(kStackBytes);
};

struct Warp {
  Meeting meeting;
  uint32_t values[kWarp];
};

static std::vector<Fiber> fibers;
static std::vector<Warp> warps;
static Meeting block;
static ucontext_t scheduler;
static size_t current, threads, done;
static int64_t progress;
static std::function<void()> body;

inline void meet(Meeting& m, int size, int line) {
  if (m.arrived > 0 && m.line != line) fail("threads wait for each other in different places");
  m.line = line;
  const int generation = m.generation;
  if (++m.arrived == size) {
    m.arrived = 0;
    ++m.generation;
    ++progress;
    return;
  }
  while (m.generation == generation) swapcontext(&fibers[current].context, &scheduler);
}

inline void barrier(int line) { meet(block, static_cast<int>(threads), line); }

inline uint32_t shuffle(unsigned mask, uint32_t value, int source, int line) {
  if (mask != 0xffffffffu) fail("a shuffle of part of a warp");
  Warp& warp = warps[current / kWarp];
  warp.values[current % kWarp] = value;
  meet(warp.meeting, kWarp, line);
  const uint32_t received = warp.values[source];
  meet(warp.meeting, kWarp, line);
  return received;
}

inline uint32_t shuffle_down(unsigned mask, uint32_t value, int down, int width, int line) {
  const int lane = current % kWarp;
  return shuffle(mask, value, lane % width + down < width ? lane + down : lane, line);
}

inline uint32_t shuffle_from(unsigned mask, uint32_t value, int from, int width, int line) {
  const int lane = current % kWarp;
  return shuffle(mask, value, lane / width * width + from % width, line);
}

inline void run_fiber() {
  body();
  fibers[current].done = true;
  ++done;
  ++progress;
}

/// Lets the threads of a warp run until each is done or waits for another warp. A warp runs as far
/// ahead as it can, so that a missing barrier shows.
inline void run_warp(size_t first) {
  for (int64_t before = progress - 1; progress != before;) {
    before = progress;
    for (current = first; current < first + kWarp; ++current) {
      if (fibers[current].done) continue;
      threadIdx = fibers[current].index;
      swapcontext(&scheduler, &fibers[current].context);
    }
  }
}

inline void run_block() {
  done = 0;
  block = Meeting();
  warps.assign(threads / kWarp, Warp());
  for (size_t t = 0; t < threads; ++t) {
    Fiber& f = fibers[t];
    f.done = false;
    f.index.x = t % blockDim.x;
    f.index.y = t / blockDim.x;
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack.data();
    f.context.uc_stack.ss_size = f.stack.size();
    f.context.uc_link = &scheduler;
    makecontext(&f.context, run_fiber, 0);
  }
  while (done < threads) {
    const int64_t before = progress;
    for (size_t first = 0; first < threads; first += kWarp) run_warp(first);
    if (progress == before) fail("threads wait for some that never come");
  }
}

template <typename Args>
void launch(void (*kernel)(Args), const void* args, int64_t blocks, int x, int y, int shared) {
  gridDim.x = static_cast<unsigned>(blocks);
  blockDim.x = x;
  blockDim.y = y;
  threads = size_t(x) * y;
  if (threads % kWarp != 0 || threads > 1024) fail("a block has whole warps, 32 at most");
  if (shared > kSharedBytes) fail("too much shared memory");
  if (fibers.size() < threads) fibers.resize(threads);
  body = [&] { kernel(*static_cast<const Args*>(args)); };
  for (int64_t b = 0; b < blocks; ++b) {
    blockIdx.x = static_cast<unsigned>(b);
    blockIdx.y = blockIdx.z = 0;
    std::memset(ax_shared, kPoison, sizeof ax_shared);
    run_block();
    for (int i = shared; i <= kSharedBytes; ++i) {
      if (ax_shared[i] != kPoison) fail("shared memory beyond what the launch asked for");
    }
  }
}

}  // namespace emulator

#define __syncthreads() emulator::barrier(__LINE__)
#define __shfl_down_sync(mask, value, down, width) \
  emulator::shuffle_down(mask, value, down, width, __LINE__)
#define __shfl_sync(mask, value, from, width) \
  emulator::shuffle_from(mask, value, from, width, __LINE__)
