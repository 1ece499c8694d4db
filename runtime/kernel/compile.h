// From C source to functions: finds a compiler, runs it in the background, loads what it made.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace axon {

/// $AXON_JIT: off never compiles; wait compiles before the first run; async (the default) compiles
/// while the executor runs.
enum class Jit : uint8_t { off, wait, async };
Jit jit_mode();

/// The machine code of one source text, shared by all kernels that have it. Some time after the
/// last of them is gone, it is unloaded.
struct Code {
  enum class State : uint8_t { pending, ready, failed };

  explicit Code(std::string text) : source(std::move(text)) {}

  const std::string source;                 // as Emitted::source, #line directives of the first
  std::atomic<KernelFn> function{nullptr};  // set once ready
  std::atomic<State> state{State::pending};
  std::shared_ptr<void> library;  // holds `function`; unloaded with the last code in it
  std::string error;              // of the compiler; written before the state becomes failed
};

/// The code of each source, at once: from memory, from disk, or pending while one batch of what is
/// missing is compiled. In mode `wait` nothing is pending on return. Never throws: whatever goes
/// wrong, the state is failed and one warning says why.
std::vector<std::shared_ptr<Code>> compile(const std::vector<std::string>& sources, Jit mode);

/// Waits until nothing is pending.
void wait_for_compiler();

/// The translation unit of one source as the compiler sees it.
std::string translation_unit(const std::string& source, const std::string& name);

struct CompileStats {
  int64_t kernels = 0;  // that a compiler has compiled
  int64_t disk_hits = 0;
  double milliseconds = 0;  // spent in compilers
};
CompileStats compile_stats();

/// Prints "axon: warning: ..." to stderr, or hands it to the handler; each `key` once a process.
void warn_once(const std::string& key, const std::string& message);
/// May be called from any thread. nullptr: stderr.
void set_warning_handler(void (*handler)(const char* message));

}  // namespace axon
