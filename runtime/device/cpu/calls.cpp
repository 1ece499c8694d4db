#include "device/cpu/calls.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>

#include "core/error.h"
#include "core/math.h"
#include "core/threads.h"

namespace axon {

namespace {

/// The lines of x along the sorted axis: element i of a line is at start + i * stride.
struct Lines {
  int64_t count;
  int64_t extent;
  int64_t stride;

  int64_t start(int64_t line, int64_t length) const {
    return line / stride * stride * length + line % stride;
  }
};

/// True iff a comes before b: descending or ascending, NaN as the largest.
template <class T>
bool comes_before(T a, T b, bool largest) {
  if (a != a || b != b) return largest ? b == b && a != a : a == a && b != b;
  return largest ? a > b : a < b;
}

/// `Key` reads an element as something that compares.
template <class T, class Key>
void sort_lines(const Lines& lines, int64_t k, bool largest, const T* x, T* values,
                int64_t* indices, Key key) {
  parallel_for(lines.count, [&](int64_t begin, int64_t end, int) {
    std::vector<int64_t> order(static_cast<size_t>(lines.extent));
    for (int64_t line = begin; line < end; ++line) {
      const T* const from = x + lines.start(line, lines.extent);
      const auto before = [&](int64_t a, int64_t b) {
        const auto left = key(from[a * lines.stride]);
        const auto right = key(from[b * lines.stride]);
        if (comes_before(left, right, largest)) return true;
        return !comes_before(right, left, largest) && a < b;
      };
      std::iota(order.begin(), order.end(), int64_t{0});
      std::partial_sort(order.begin(), order.begin() + k, order.end(), before);
      const int64_t to = lines.start(line, k);
      for (int64_t i = 0; i < k; ++i) {
        values[to + i * lines.stride] = from[order[i] * lines.stride];
        indices[to + i * lines.stride] = order[i];
      }
    }
  });
}

template <class T>
T itself(T x) {
  return x;
}

template <class T>
T attribute(const OpaqueCall& call, const std::string& name, T otherwise) {
  const OpaqueCall::Attr* attr = call.find(name);
  return attr == nullptr ? otherwise : std::get<T>(*attr);
}

}  // namespace

void sort_call(const Kernel& kernel, void* const* buffers) {
  const OpaqueCall& call = kernel.call;
  const std::vector<int64_t>& dims = call.inputs.at(0).dims;
  const auto rank = static_cast<int64_t>(dims.size());
  const int64_t axis = attribute<int64_t>(call, "axis", 0);
  const bool largest = attribute(call, "largest", attribute(call, "descending", false));
  Lines lines{1, rank == 0 ? 1 : dims[axis], 1};
  for (int64_t d = 0; d < rank; ++d) {
    if (d != axis) lines.count *= dims[d];
    if (d > axis) lines.stride *= dims[d];
  }
  const int64_t k = attribute(call, "k", lines.extent);
  if (k > lines.extent || k < 0) {
    throw ValueError("axon." + call.op + ": k is " + std::to_string(k) + ", but the axis has " +
                     std::to_string(lines.extent) + " elements; expected 0 <= k <= extent");
  }
  const auto run = [&](auto* x, auto key) {
    using T = std::remove_pointer_t<decltype(x)>;
    sort_lines<T>(lines, k, largest, static_cast<const T*>(buffers[0]), static_cast<T*>(buffers[1]),
                  static_cast<int64_t*>(buffers[2]), key);
  };
  switch (kernel.buffers[0].dtype) {
    case DType::bool_:
    case DType::uint8:
      return run(static_cast<uint8_t*>(nullptr), itself<uint8_t>);
    case DType::int8:
      return run(static_cast<int8_t*>(nullptr), itself<int8_t>);
    case DType::int16:
      return run(static_cast<int16_t*>(nullptr), itself<int16_t>);
    case DType::int32:
      return run(static_cast<int32_t*>(nullptr), itself<int32_t>);
    case DType::int64:
      return run(static_cast<int64_t*>(nullptr), itself<int64_t>);
    case DType::uint16:
      return run(static_cast<uint16_t*>(nullptr), itself<uint16_t>);
    case DType::uint32:
      return run(static_cast<uint32_t*>(nullptr), itself<uint32_t>);
    case DType::uint64:
      return run(static_cast<uint64_t*>(nullptr), itself<uint64_t>);
    case DType::float16:
      return run(static_cast<uint16_t*>(nullptr), ax_f32_from_f16);
    case DType::bfloat16:
      return run(static_cast<uint16_t*>(nullptr), ax_f32_from_bf16);
    case DType::float32:
      return run(static_cast<float*>(nullptr), itself<float>);
    case DType::float64:
      return run(static_cast<double*>(nullptr), itself<double>);
  }
}

namespace {

struct Calls {
  std::mutex mutex;
  std::map<std::string, CallFunction> functions;
};

Calls& calls() {
  static Calls* const instance = new Calls{{}, {{"sort", sort_call}}};
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
