// Launches on the CPU: compiled code once it is there, else ahead-of-time code, else the executor.
#include "device/cpu/cpu_device.h"

#include <atomic>
#include <optional>
#include <vector>

#include "core/buffer.h"
#include "core/threads.h"
#include "device/cpu/ahead_of_time.h"
#include "device/cpu/calls.h"
#include "kernel/compile.h"
#include "kernel/emit.h"
#include "kernel/executor.h"

namespace axon {

namespace {

std::atomic<int64_t> launches{0};
std::atomic<int64_t> executor_runs{0};

/// A block of host memory for the length of a launch.
class Scratch {
 public:
  explicit Scratch(size_t bytes) : bytes_(bytes), block_(host_memory::allocate(bytes)) {}
  ~Scratch() { host_memory::release(block_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  char* data() const { return static_cast<char*>(block_); }

 private:
  size_t bytes_;
  void* block_;
};

class CpuKernel : public Launchable {
 public:
  CpuKernel(const Kernel& kernel, Emitted emitted)
      : kernel_(kernel), emitted_(std::move(emitted)), ahead_(find_ahead_of_time(kernel)) {}

  const std::string& text() const { return emitted_.source; }
  void set_code(std::shared_ptr<Code> code) { code_ = std::move(code); }

  void run(void* const* buffers, const int64_t* scalars, int32_t* status) override {
    ++launches;
    if (const KernelFn function = code_->function)
      return run_compiled(function, buffers, scalars, status);
    if (ahead_) return run_ahead_of_time(*ahead_, buffers);
    ++executor_runs;
    if (executor_ == nullptr) executor_ = std::make_unique<Executor>(kernel_);
    executor_->run(buffers, scalars, status);
  }

  const char* tier() const override {
    if (code_->function != nullptr) return "compiled";
    return ahead_ ? "ahead-of-time" : "executor";
  }

  std::string source() const override { return without_lines(emitted_.source); }
  const Kernel& kernel() const override { return kernel_; }

 private:
  void run_compiled(KernelFn function, void* const* buffers, const int64_t* scalars,
                    int32_t* status) {
    const int64_t* ints = emitted_.ints.data();
    if (!emitted_.slot_ints.empty()) {
      patched_ = emitted_.ints;
      for (const Emitted::SlotInt& s : emitted_.slot_ints)
        patched_[s.at] += s.coef * scalars[s.slot];
      ints = patched_.data();
    }
    const size_t bytes = (emitted_.scratch_bytes + 63) / 64 * 64;
    const Scratch scratch(bytes * size_t(threads()));
    for (size_t phase = 0; phase < emitted_.phases.size(); ++phase) {
      const int32_t number = static_cast<int32_t>(phase);
      parallel_for(emitted_.phases[phase].units, [&](int64_t begin, int64_t end, int thread) {
        const KernelArgs args{buffers, ints, scalars, scratch.data() + bytes * size_t(thread),
                              status};
        function(&args, number, begin, end);
      });
    }
  }

  Kernel kernel_;
  Emitted emitted_;
  std::optional<AheadOfTime> ahead_;
  std::shared_ptr<Code> code_;
  std::unique_ptr<Executor> executor_;
  std::vector<int64_t> patched_;
};

/// An opaque kernel that the library itself has.
class CpuCall : public Launchable {
 public:
  explicit CpuCall(const Kernel& kernel) : kernel_(kernel) {}

  void run(void* const* buffers, const int64_t*, int32_t*) override {
    ++launches;
    run_call(kernel_, buffers);
  }
  const char* tier() const override { return "ahead-of-time"; }
  std::string source() const override { return ""; }
  const Kernel& kernel() const override { return kernel_; }

 private:
  Kernel kernel_;
};

class CpuDevice : public Device {
 public:
  const char* name() const override { return "cpu"; }
  void* allocate(size_t bytes) override { return host_memory::allocate(bytes); }
  void release(void* block, size_t bytes) override { host_memory::release(block, bytes); }

  std::vector<std::shared_ptr<Launchable>> prepare(const std::vector<Kernel>& kernels) override {
    std::vector<std::shared_ptr<Launchable>> ready;
    std::vector<std::shared_ptr<CpuKernel>> generated;
    std::vector<std::string> sources;
    for (const Kernel& kernel : kernels) {
      if (kernel.kind == KernelKind::call) {
        ready.push_back(std::make_shared<CpuCall>(kernel));
        continue;
      }
      generated.push_back(std::make_shared<CpuKernel>(kernel, emit(kernel)));
      sources.push_back(generated.back()->text());
      ready.push_back(generated.back());
    }
    const std::vector<std::shared_ptr<Code>> codes = compile(sources, jit_mode());
    for (size_t i = 0; i < codes.size(); ++i) generated[i]->set_code(codes[i]);
    return ready;
  }
};

}  // namespace

Device& cpu_device() {
  static auto* instance = new CpuDevice;
  return *instance;
}

KernelStats kernel_stats() {
  const CompileStats compiled = compile_stats();
  return {compiled.kernels, launches, executor_runs, compiled.milliseconds};
}

}  // namespace axon
