#include "device/cpu/ahead_of_time.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "core/threads.h"
#include "device/cpu/map_table.h"
#include "kernel/emit_axes.h"

namespace axon {

namespace {

constexpr int64_t kBlock = 8192;  // elements of a work unit

/// Prints an expression; fails on whatever is not a load at the point, a constant or a primitive.
class KeyPrinter {
 public:
  KeyPrinter(const Kernel& kernel, const Phase& phase) : kernel_(kernel), phase_(phase) {}

  bool print(int32_t instr) {
    const Instr& in = phase_.body[instr];
    text += text.empty() || text.back() == '(' ? "" : " ";
    if (in.kind == InstrKind::load) {
      if (!in.bounds.empty() || !at_point(in.address)) return false;
      if (kernel_.buffers[in.index].dtype != in.dtype) return false;
      auto found = std::find(slots.begin(), slots.end(), in.index);
      const size_t number = static_cast<size_t>(found - slots.begin());
      if (found == slots.end()) slots.push_back(in.index);
      text += std::string(name_of(in.dtype)) + "#" + std::to_string(number);
      return true;
    }
    if (in.kind == InstrKind::constant && is_float(in.dtype)) {
      char number[40];
      std::snprintf(number, sizeof number, "%.17g", in.number);
      text += std::string(name_of(in.dtype)) + ":" + number;
      return true;
    }
    if (in.kind != InstrKind::prim) return false;
    text += std::string("(") + info(in.prim).name;
    for (int a = 0; a < info(in.prim).arity; ++a) {
      if (!print(in.args[a])) return false;
    }
    text += ")";
    return text.size() < kLongest;
  }

  static bool at_point(const Affine& form) { return form == Affine::axis(0); }

  std::string text;
  std::vector<int32_t> slots;

 private:
  static constexpr size_t kLongest = 2000;  // shared subexpressions print at each use
  const Kernel& kernel_;
  const Phase& phase_;
};

const AxonMap* table() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return axon_maps_v4;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2")) {
    return axon_maps_v3;
  }
#endif
  return axon_maps_base;
}

}  // namespace

std::string map_key(const Kernel& kernel, std::vector<int32_t>* slots, int64_t* elements) {
  if (kernel.phases.size() != 1 || !kernel.scalars.empty()) return "";
  const Phase& original = kernel.phases[0];
  if (original.contract || original.scatter || !original.reduced.empty()) return "";
  const Phase phase = collapse_axes(original);
  if (phase.parallel.size() != 1 || phase.stores.size() != 1) return "";
  const Store& store = phase.stores[0];
  const DType stored = kernel.buffers[store.slot].dtype;
  if (!KeyPrinter::at_point(store.address) || phase.body[store.value].dtype != stored) return "";
  KeyPrinter printer(kernel, phase);
  printer.text = name_of(stored);
  if (!printer.print(store.value)) return "";
  *slots = printer.slots;
  slots->push_back(store.slot);
  *elements = phase.parallel[0].extent;
  return printer.text;
}

std::optional<AheadOfTime> find_ahead_of_time(const Kernel& kernel) {
  static const auto* maps = [] {
    auto* by_key = new std::unordered_map<std::string, decltype(AxonMap::function)>;
    for (const AxonMap* m = table(); m->key != nullptr; ++m) by_key->emplace(m->key, m->function);
    return by_key;
  }();
  AheadOfTime map{};
  const std::string key = map_key(kernel, &map.slots, &map.elements);
  if (key.empty()) return std::nullopt;
  // In place: the compiled loops assume that what they store is not what they load.
  for (size_t i = 0; i + 1 < map.slots.size(); ++i) {
    if (map.slots[i] == map.slots.back()) return std::nullopt;
  }
  const auto found = maps->find(key);
  if (found == maps->end()) return std::nullopt;
  map.function = found->second;
  return map;
}

void run_ahead_of_time(const AheadOfTime& map, void* const* buffers) {
  void* ordered[16];
  for (size_t i = 0; i < map.slots.size(); ++i) ordered[i] = buffers[map.slots[i]];
  parallel_for((map.elements + kBlock - 1) / kBlock, [&](int64_t begin, int64_t end, int) {
    map.function(ordered, begin * kBlock, std::min(end * kBlock, map.elements));
  });
}

}  // namespace axon
