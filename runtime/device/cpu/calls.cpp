#include "device/cpu/calls.h"

#include <map>
#include <mutex>
#include <utility>

#include "core/error.h"
#include "core/fork.h"

namespace axon {

namespace {

struct Calls {
  ForkSafeMutex mutex;
  std::map<std::string, CallFunction> functions;
};

Calls& calls() {
  static Calls* const instance =
      new Calls{{}, {{"sort", sort_call}, {"searchsorted", searchsorted_call}}};
  return *instance;
}

}  // namespace

void register_call(const std::string& kind, CallFunction function) {
  const std::lock_guard<std::mutex> lock(calls().mutex);
  calls().functions[kind] = std::move(function);
}

void run_call(const Kernel& kernel, void* const* buffers) {
  CallFunction function;
  std::string known;
  {
    const std::lock_guard<std::mutex> lock(calls().mutex);
    for (const auto& [kind, candidate] : calls().functions) {
      if (kind == kernel.call.kind) function = candidate;
      known += (known.empty() ? "" : ", ") + kind;
    }
  }
  if (!function) {
    throw Error("axon." + kernel.call.op + ": the CPU has no opaque kernel '" + kernel.call.kind +
                "'; known: " + known);
  }
  function(kernel, buffers);
}

}  // namespace axon
