// Compiled kernels are unloaded some time after nothing needs them, and come back from the disk.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "expect.h"
#include "kernel/compile.h"

using namespace axon;
using axon::testing::expect;
using axon::testing::failures;

namespace {

/// Kernels that store numbers from `first` on.
std::vector<std::string> sources_from(int64_t first, int count) {
  std::vector<std::string> sources;
  for (int64_t number = first; number < first + count; ++number) {
    sources.push_back(
        "void AXON_KERNEL(const KernelArgs* args, int32_t phase, int64_t begin, int64_t end) "
        "{\n  *(int64_t*)args->buffers[0] = " +
        std::to_string(number) + ";\n}\n");
  }
  return sources;
}

int64_t stored_by(const Code& code) {
  int64_t stored = -1;
  void* buffer = &stored;
  KernelArgs args{};
  args.buffers = &buffer;
  if (KernelFn function = code.function) function(&args, 0, 0, 1);
  return stored;
}

/// Shared objects of the cache that are mapped.
size_t loaded() {
  const std::string folder = std::getenv("AXON_CACHE_DIR");
  std::set<std::string> paths;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const size_t at = line.find(folder);
    if (at != std::string::npos) paths.insert(line.substr(at));
  }
  return paths.size();
}

}  // namespace

int main() {
  constexpr int kMany = 600;
  std::vector<std::shared_ptr<Code>> codes = compile(sources_from(0, kMany), Jit::wait);
  for (int i = 0; i < kMany; ++i) expect(stored_by(*codes[i]) == i, "each code is its own");
  const size_t before = loaded();
  expect(before > 8, "kernels are compiled in batches, each a library");

  std::shared_ptr<Code> kept = codes.front();
  codes.clear();
  compile(sources_from(kMany, 1), Jit::wait);
  expect(loaded() <= 2, "libraries without a kernel in use are unloaded");
  expect(stored_by(*kept) == 0, "a kernel in use stays");

  const CompileStats compiled = compile_stats();
  codes = compile(sources_from(kMany - 1, 1), Jit::wait);
  expect(stored_by(*codes.front()) == kMany - 1, "what was unloaded is loaded again");
  expect(compile_stats().kernels == compiled.kernels, "and not compiled again");
  expect(compile_stats().disk_hits == compiled.disk_hits + 1, "but read from the disk");
  std::printf("%zu libraries, %d failures\n", before, failures);
  return failures != 0;
}
