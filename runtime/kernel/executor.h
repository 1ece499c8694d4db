// The cold tier: runs any kernel without a compiler, by vector bytecode over tiles of points.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// Elements of the longest run that bytecode is evaluated on; a multiple of the 16 lanes of
/// reductions.
inline constexpr int64_t kTile = 512;

struct BodyCode;   // compiled bytecode, immutable
struct BodyFrame;  // registers of one thread

/// Part of a phase's body, evaluated over runs of consecutive points of one axis while the other
/// axes stand still. Immutable once built; any number of threads may each use their own Frame.
class BodyRunner {
 public:
  /// Evaluates the instructions `values` and performs the stores `phase.stores[i]` for i in
  /// `stores`. `axis` is that of the runs, numbered as in Store::address; -1: every run is one
  /// point. `result` instructions are inputs (see `run`), and vary along the run iff
  /// `results_vary`.
  BodyRunner(const Kernel& kernel, const Phase& phase, int32_t axis,
             const std::vector<int32_t>& values, const std::vector<int32_t>& stores,
             bool results_vary = true);
  ~BodyRunner();
  BodyRunner(BodyRunner&&) noexcept;

  /// One thread's registers, bound to the arguments of one launch.
  class Frame {
   public:
    ~Frame();
    Frame(Frame&&) noexcept;

   private:
    friend class BodyRunner;
    explicit Frame(std::unique_ptr<BodyFrame> frame);
    std::unique_ptr<BodyFrame> frame_;
  };
  Frame frame(void* const* buffers, const int64_t* scalars, int32_t* status) const;

  /// Evaluates `n` points, 0 < n <= kTile. `coords` has the coordinate of every axis of the phase
  /// (parallel axes, then reduced); coords[axis] is that of the run's first point. `results[r]` is
  /// the tile (or the one value if !results_vary) of `result` r, in register types; may be null if
  /// no evaluated instruction reads results.
  void run(Frame& frame, const int64_t* coords, int64_t n,
           const void* const* results = nullptr) const;

  /// The tile of values[i] after `run`: n elements, valid until the next `run`; it may point into a
  /// buffer. Registers hold float16 and bfloat16 as float, bool as uint8_t 0 or 1, every other
  /// dtype as its C type.
  const void* value(const Frame& frame, int32_t i) const;

 private:
  std::shared_ptr<const BodyCode> code_;
};

/// A kernel in the cold tier. Results do not depend on the number of threads and equal those of
/// compiled code bit for bit.
class Executor {
 public:
  explicit Executor(const Kernel& kernel);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// As Launchable::run. Safe to call from one thread at a time.
  void run(void* const* buffers, const int64_t* scalars, int32_t* status);

 private:
  struct PhaseRunner;
  std::vector<std::unique_ptr<PhaseRunner>> phases_;
  std::unique_ptr<Kernel> call_;  // set iff the kernel is opaque
};

}  // namespace axon
