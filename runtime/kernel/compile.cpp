// The compiler service: one background thread, one batch a translation unit.
//
// A batch is compiled as one shared object, sealed in the disk cache under the key of each of its
// kernels and loaded. A kernel's key covers everything that its machine code depends on. After
// fork() the child has no background thread: it takes over what was pending and starts a thread of
// its own when it next asks for code. At exit a running compiler is killed.
#include "kernel/compile.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <mutex>
#include <new>
#include <set>
#include <sstream>
#include <thread>
#include <unordered_map>

#include "core/fork.h"
#include "core/interrupt.h"
#include "kernel/cache.h"
#include "kernel/emit.h"
#include "kernel/skeletons.h"
#include "kernel/spawn.h"

namespace axon {

extern const char* const kScalarText;

namespace {

constexpr size_t kBatch = 48;  // kernels in one translation unit at most: far from the time limit
// Kernels kept loaded that no plan needs any more.
constexpr size_t kMaxIdle = 512;
constexpr char kFormat[] = "axon kernel 1";
constexpr char kEntry[] = "AXON_KERNEL";

/// Seconds that a batch may take.
double time_limit() {
  const char* text = std::getenv("AXON_CC_TIMEOUT");
  const double seconds = text != nullptr ? std::atof(text) : 0;
  return seconds > 0 ? seconds : 120;
}

/// How the compiler is called, and what tells it from others. All that the environment says is read
/// once, for other threads may change it while the compiler's thread runs.
struct Toolchain {
  std::vector<std::string> tried;
  std::vector<std::string> command;  // its first word is a path; empty: no compiler was found
  std::string identity;
  std::vector<std::string> flags;
  std::vector<std::string> environment;
  double seconds = 0;  // that a batch may take
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// Path, size and time of the compiler: as good as its version, without running it.
std::string identity_of(const std::vector<std::string>& command, const std::string& path) {
  std::string text;
  for (const std::string& word : command) text += word + " ";
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    text += path + " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mtime);
  }
  return text;
}

std::string cpu_features() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) return line;
  }
  return "";
}

/// Reassociation, contraction and finite-only are never allowed: all tiers agree bit for bit. Those
/// of $AXON_CFLAGS come last.
std::vector<std::string> find_flags() {
  std::vector<std::string> all = {"-x",
                                  "c",
                                  "-std=gnu11",
                                  "-O3",
                                  "-march=native",
                                  "-fPIC",
                                  "-shared",
                                  "-fno-math-errno",
                                  "-fno-trapping-math",
                                  "-ffp-contract=off",
                                  "-fwrapv",
                                  "-fno-semantic-interposition",
                                  "-w"};
#if defined(__x86_64__)
  all.push_back("-mprefer-vector-width=512");
#endif
  if (const char* more = std::getenv("AXON_CFLAGS")) {
    for (std::string& word : words_of(more)) all.push_back(std::move(word));
  }
  return all;
}

/// The first C compiler that there is. Needs `environment` and `tried` of the toolchain.
void find_compiler(Toolchain& tools, const std::atomic<bool>& stop) {
  for (const std::string& candidate : tools.tried) {
    std::vector<std::string> command = words_of(candidate);
    const std::string path = command.empty() ? "" : find_program_path(command[0]);
    if (path.empty()) continue;
    tools.identity = identity_of(command, path);
    command[0] = path;
    if (command.size() > 2 && command[1] == "-m") {
      const std::vector<std::string> version = {path, "-m", command[2], "version"};
      const Outcome outcome = run_command(version, tools.environment, "", 20, stop);
      if (!outcome.ok) continue;
      tools.identity += outcome.output;
    }
    tools.command = std::move(command);
    return;
  }
}

Toolchain find_toolchain(const std::atomic<bool>& stop) {
  Toolchain tools;
  tools.environment = environment_now();
  tools.flags = find_flags();
  tools.seconds = time_limit();
  if (const char* chosen = std::getenv("AXON_CC"); chosen && *chosen) {
    tools.tried = {chosen};
  } else {
    tools.tried = {"cc", "gcc", "clang", "python3 -m ziglang cc", "python -m ziglang cc"};
  }
  find_compiler(tools, stop);
  return tools;
}

std::string replace_entry(std::string text, const std::string& name) {
  for (size_t at = text.find(kEntry); at != std::string::npos; at = text.find(kEntry, at)) {
    text.replace(at, sizeof kEntry - 1, name);
    at += name.size();
  }
  return text;
}

/// Jump threading makes branches of selections, and no loop with branches is vectorized. A flag for
/// that would be refused by clang.
constexpr char kPragmas[] = "#pragma GCC optimize(\"no-thread-jumps\")\n";

std::string common_text() { return std::string(kPragmas) + kScalarText + skeletons::prelude; }

using Batch = std::vector<std::shared_ptr<Code>>;

class Compiler {
 public:
  Batch request(const std::vector<std::string>& sources, Jit mode);
  void wait();
  CompileStats stats();

  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();
  void stop();

 private:
  void work();
  void compile_batch(const Batch& batch);
  void prepare_tools();
  bool load(Code& code, const std::string& path, const std::string& key);
  std::string key_of(const std::string& source) const;
  void fail(const Batch& batch, const std::string& kind, const std::string& why);
  /// Unloads what no kernel holds. Needs the lock.
  void forget_idle();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> queue_;
  Batch running_;
  std::unordered_map<std::string, std::shared_ptr<Code>> known_;
  size_t sweep_at_ = kMaxIdle;  // entries of `known_`
  CompileStats stats_;
  bool thread_runs_ = false;
  std::thread thread_;
  std::atomic<bool> stop_{false};

  std::once_flag tools_once_;
  Toolchain tools_;
  std::string environment_;  // what machine code depends on besides the source
  std::unique_ptr<DiskCache> cache_;
};

void Compiler::prepare_tools() {
  std::call_once(tools_once_, [&] {
    tools_ = find_toolchain(stop_);
    cache_ = std::make_unique<DiskCache>();
    environment_ = std::string(kFormat) + "\n" + tools_.identity + "\n" + cpu_features() + "\n";
    for (const std::string& flag : tools_.flags) environment_ += flag + " ";
    environment_ = digest(environment_ + common_text());
  });
}

/// Moving an entry in its file changes no kernel.
std::string Compiler::key_of(const std::string& source) const {
  return digest(environment_ + without_lines(source));
}

bool Compiler::load(Code& code, const std::string& path, const std::string& key) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return false;
  // Also where the symbol is missing: its path would stay its own, whatever is written there.
  std::shared_ptr<void> library(handle, dlclose);
  void* symbol = dlsym(handle, ("axon_" + key).c_str());
  if (symbol == nullptr) return false;
  code.library = std::move(library);
  code.function = reinterpret_cast<KernelFn>(symbol);
  code.state = Code::State::ready;
  return true;
}

void Compiler::forget_idle() {
  if (known_.size() < sweep_at_) return;
  for (auto entry = known_.begin(); entry != known_.end();) {
    entry = entry->second.use_count() == 1 ? known_.erase(entry) : std::next(entry);
  }
  sweep_at_ = known_.size() + kMaxIdle;
}

Batch Compiler::request(const std::vector<std::string>& sources, Jit mode) {
  Batch all;
  Batch missing;
  if (mode != Jit::off) prepare_tools();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stop_) mode = Jit::off;  // a thread that outlives the interpreter
    forget_idle();
    for (const std::string& source : sources) {
      const std::string text = without_lines(source);
      std::shared_ptr<Code>& code = known_[text];
      const bool fresh = code == nullptr;
      if (fresh) code = std::make_shared<Code>(source);
      all.push_back(code);
      if (mode == Jit::off) {
        if (fresh) known_.erase(text);  // so that a later mode may compile it
        continue;
      }
      if (!fresh) continue;
      const std::string key = key_of(source);
      const std::string path = cache_->find(key);
      if (!path.empty() && load(*code, path, key)) {
        ++stats_.disk_hits;
      } else {
        missing.push_back(code);
      }
    }
    if (!missing.empty()) {
      for (size_t at = 0; at < missing.size(); at += kBatch) {
        const auto first = missing.begin() + static_cast<std::ptrdiff_t>(at);
        const size_t count = std::min(kBatch, missing.size() - at);
        queue_.emplace_back(first, first + static_cast<std::ptrdiff_t>(count));
      }
      if (!thread_runs_) {
        thread_runs_ = true;
        thread_ = std::thread([this] { work(); });
      }
      changed_.notify_all();
    }
  }
  if (mode == Jit::wait) wait();
  return all;
}

void Compiler::wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!thread_runs_ && !queue_.empty() && !stop_) {  // inherited from before a fork
    thread_runs_ = true;
    thread_ = std::thread([this] { work(); });
  }
  const auto done = [&] { return stop_ || (queue_.empty() && running_.empty()); };
  while (!changed_.wait_for(lock, std::chrono::milliseconds(50), done)) {
    lock.unlock();
    check_interrupt("while kernels were compiled");
    lock.lock();
  }
}

CompileStats Compiler::stats() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stats_;
}

void Compiler::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    running_ = std::move(queue_.front());
    queue_.pop_front();
    const Batch batch = running_;
    lock.unlock();
    const auto start = std::chrono::steady_clock::now();
    compile_batch(batch);
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - start;
    lock.lock();
    stats_.milliseconds += spent.count();
    for (const auto& code : batch) stats_.kernels += code->state == Code::State::ready;
    running_.clear();
    changed_.notify_all();
  }
}

void Compiler::fail(const Batch& batch, const std::string& kind, const std::string& why) {
  for (const auto& code : batch) {
    code->error = why;
    code->state = Code::State::failed;
  }
  if (!stop_) warn_once(kind, why);
}

void Compiler::compile_batch(const Batch& batch) {
  if (tools_.command.empty()) {
    std::string tried;
    for (const std::string& one : tools_.tried) tried += (tried.empty() ? "" : ", ") + one;
    return fail(batch, "no compiler",
                "no C compiler was found (tried " + tried +
                    "); kernels run in the slower executor. Install gcc or clang, or `pip install "
                    "ziglang`, or set AXON_CC.");
  }
  std::string unit = common_text();
  std::vector<std::string> keys;
  for (const auto& code : batch) {
    keys.push_back(key_of(code->source));
    unit += replace_entry(code->source, "axon_" + keys.back());
  }
  const std::string object = cache_->temporary();
  std::vector<std::string> command = tools_.command;
  for (const std::string& flag : tools_.flags) command.push_back(flag);
  for (const std::string& word :
       {std::string("-o"), object, std::string("-"), std::string("-lm")}) {
    command.push_back(word);
  }
  const Outcome outcome = run_command(command, tools_.environment, unit, tools_.seconds, stop_);
  if (!outcome.ok) {
    std::remove(object.c_str());
    return fail(batch, "compiler failed",
                "the C compiler `" + tools_.command[0] +
                    "` failed; those kernels run in the slower executor. It said: " +
                    outcome.output.substr(0, 2000));
  }
  if (!cache_->add(object, keys)) {
    std::remove(object.c_str());
    return fail(batch, "cache failed",
                "compiled kernels cannot be written to " + cache_->directory() +
                    "; set AXON_CACHE_DIR to a directory with free space");
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    if (load(*batch[i], cache_->directory() + "/" + keys[i] + ".so", keys[i])) continue;
    const char* reason = dlerror();
    fail({batch[i]}, "load failed",
         std::string("a compiled kernel cannot be loaded: ") + (reason ? reason : "no symbol"));
  }
  cache_->trim();
}

void Compiler::after_fork_in_child() {
  // Only the forking thread exists here: the old lock, condition and thread object are dead.
  new (&mutex_) std::mutex;
  new (&changed_) std::condition_variable;
  new (&thread_) std::thread;
  thread_runs_ = false;
  if (!running_.empty()) {
    queue_.push_front(std::move(running_));
    running_.clear();
  }
}

void Compiler::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  if (thread_runs_ && thread_.joinable()) thread_.join();
  const std::lock_guard<std::mutex> lock(mutex_);
  cache_.reset();
}

/// Never destroyed: other threads may still ask for code while the process exits.
Compiler& compiler() {
  static Compiler* instance = [] {
    auto* made = new Compiler;
    pthread_atfork([] { compiler().before_fork(); }, [] { compiler().after_fork_in_parent(); },
                   [] { compiler().after_fork_in_child(); });
    std::atexit([] { compiler().stop(); });
    return made;
  }();
  return *instance;
}

std::atomic<void (*)(const char*)> warning_handler{nullptr};

}  // namespace

Jit jit_mode() {
  const char* mode = std::getenv("AXON_JIT");
  if (mode != nullptr && std::strcmp(mode, "off") == 0) return Jit::off;
  if (mode != nullptr && std::strcmp(mode, "wait") == 0) return Jit::wait;
  if (mode != nullptr && *mode != '\0' && std::strcmp(mode, "async") != 0) {
    warn_once("AXON_JIT",
              "AXON_JIT=" + std::string(mode) + " is not off, wait or async; using async");
  }
  return Jit::async;
}

std::vector<std::shared_ptr<Code>> compile(const std::vector<std::string>& sources, Jit mode) {
  return compiler().request(sources, mode);
}

void wait_for_compiler() { compiler().wait(); }

std::string translation_unit(const std::string& source, const std::string& name) {
  return common_text() + replace_entry(source, name);
}

CompileStats compile_stats() { return compiler().stats(); }

void set_warning_handler(void (*handler)(const char* message)) { warning_handler = handler; }

void warn_once(const std::string& key, const std::string& message) {
  static auto& mutex = *new ForkSafeMutex;
  static auto* seen = new std::set<std::string>;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!seen->insert(key).second) return;
  }
  if (auto handler = warning_handler.load()) {
    handler(message.c_str());
  } else {
    std::fprintf(stderr, "axon: warning: %s\n", message.c_str());
  }
}

}  // namespace axon
