// Sorting along an axis, and searching in what is sorted.
//
// Each element becomes an unsigned key whose order is that of the elements, with its place beside
// it: no two items are equal, so every way of sorting gives the one stable order. Long lines are
// sorted digit by digit; one long line is cut among the threads and merged.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/math.h"
#include "core/threads.h"
#include "device/cpu/calls.h"

namespace axon {

namespace {

constexpr int kDigitBits = 11;
constexpr int64_t kShort = 256;           // elements that a comparison sort orders faster
constexpr int64_t kLong = 1 << 16;        // elements of a line that several threads sort
constexpr int64_t kPackable = 1ll << 32;  // places that fit beside a key of 32 bits

// ------------------------------------------------------------------------------------------ keys

/// The key of an element: unsigned, in the order of the elements, NaN the largest, -0 equal to 0.
template <class T>
auto key_of(T x) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  constexpr Bits sign = Bits(1) << (sizeof(Bits) * 8 - 1);
  if constexpr (std::is_floating_point_v<T>) {
    if (x != x) return ~Bits(0);
    x += T(0);  // -0 becomes 0
    Bits bits;
    std::memcpy(&bits, &x, sizeof bits);
    return static_cast<Bits>((bits & sign) != 0 ? ~bits : bits | sign);
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<Bits>(static_cast<Bits>(x) ^ sign);
  } else {
    return static_cast<Bits>(x);
  }
}

/// A key of 32 bits and a place of 32 bits, in one number.
struct Packed {
  uint64_t bits;

  static Packed make(uint32_t key, int64_t place) {
    return {uint64_t(key) << 32 | uint64_t(place)};
  }
  static constexpr int key_bits = 32;
  int64_t place() const { return static_cast<uint32_t>(bits); }
  uint64_t key() const { return bits >> 32; }
  bool operator<(const Packed& o) const { return bits < o.bits; }
};

struct Wide {
  uint64_t sorted;
  int64_t at;

  static Wide make(uint64_t key, int64_t place) { return {key, place}; }
  static constexpr int key_bits = 64;
  int64_t place() const { return at; }
  uint64_t key() const { return sorted; }
  bool operator<(const Wide& o) const { return sorted != o.sorted ? sorted < o.sorted : at < o.at; }
};

// --------------------------------------------------------------------------------------- sorting

/// Sorts items whose places ascend, by their keys, one digit after another from the lowest.
template <class Item>
void radix_sort(Item* items, Item* scratch, int64_t n) {
  constexpr int digits = (Item::key_bits + kDigitBits - 1) / kDigitBits;
  constexpr uint64_t mask = (1u << kDigitBits) - 1;
  static thread_local std::array<std::array<int64_t, mask + 1>, digits> counts;
  for (auto& count : counts) count.fill(0);
  for (int64_t i = 0; i < n; ++i) {
    for (int d = 0; d < digits; ++d) ++counts[d][items[i].key() >> (d * kDigitBits) & mask];
  }
  Item* from = items;
  Item* to = scratch;
  for (int d = 0; d < digits; ++d) {
    const int shift = d * kDigitBits;
    auto& count = counts[d];
    if (count[from[0].key() >> shift & mask] == n) continue;  // all have the same digit
    int64_t begin = 0;
    for (int64_t& c : count) begin += std::exchange(c, begin);
    for (int64_t i = 0; i < n; ++i) to[count[from[i].key() >> shift & mask]++] = from[i];
    std::swap(from, to);
  }
  if (from != items) std::copy(from, from + n, items);
}

template <class Item>
void sort_items(Item* items, Item* scratch, int64_t n) {
  if (n < kShort) {
    std::sort(items, items + n);
  } else {
    radix_sort(items, scratch, n);
  }
}

/// The first k items in order; those behind them are in no order.
template <class Item>
void sort_first(Item* items, Item* scratch, int64_t n, int64_t k) {
  if (k < n / 8) {
    std::nth_element(items, items + k, items + n);
    n = k;
  }
  sort_items(items, scratch, n);
}

/// How many of the first `count` elements of two merged runs are those of the first run.
template <class Item>
int64_t split_of(const Item* a, int64_t n, const Item* b, int64_t m, int64_t count) {
  int64_t low = std::max<int64_t>(0, count - m);
  int64_t high = std::min(n, count);
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (a[middle] < b[count - middle - 1]) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Sorts one line with all threads: parts of it, which are then merged two by two.
template <class Item>
void sort_parallel(Item* items, Item* scratch, int64_t n) {
  const int64_t parts = threads();
  const auto bound = [&](int64_t part) { return n * std::min(part, parts) / parts; };
  parallel_for(parts, [&](int64_t begin, int64_t end, int) {
    for (int64_t p = begin; p < end; ++p) {
      sort_items(items + bound(p), scratch + bound(p), bound(p + 1) - bound(p));
    }
  });
  Item* from = items;
  Item* to = scratch;
  for (int64_t width = 1; width < parts; width *= 2) {
    for (int64_t part = 0; part < parts; part += 2 * width) {
      const int64_t start = bound(part);
      const int64_t middle = bound(part + width);
      const int64_t end = bound(part + 2 * width);
      const Item* const a = from + start;
      const Item* const b = from + middle;
      const int64_t left = middle - start;
      const int64_t right = end - middle;
      parallel_for(parts, [&](int64_t first, int64_t last, int) {
        const int64_t low = (end - start) * first / parts;
        const int64_t high = (end - start) * last / parts;
        const int64_t i = split_of(a, left, b, right, low);
        const int64_t j = split_of(a, left, b, right, high);
        std::merge(a + i, a + j, b + (low - i), b + (high - j), to + start + low);
      });
    }
    std::swap(from, to);
  }
  if (from != items) std::copy(from, from + n, items);
}

/// The lines of x along the sorted axis: element i of a line is at start + i * stride.
struct Lines {
  int64_t count;
  int64_t extent;
  int64_t stride;

  int64_t start(int64_t line, int64_t length) const {
    return line / stride * stride * length + line % stride;
  }
};

/// `Read` gives an element as a number that has a key.
template <class Item, class T, class Read>
void sort_lines(const Lines& lines, int64_t k, bool largest, const T* x, T* values,
                int64_t* indices, Read read) {
  const int64_t n = lines.extent;
  const auto read_line = [&](int64_t line, int64_t begin, int64_t end, Item* items) {
    const T* const from = x + lines.start(line, n);
    for (int64_t i = begin; i < end; ++i) {
      const auto key = key_of(read(from[i * lines.stride]));
      items[i] = Item::make(largest ? static_cast<decltype(key)>(~key) : key, i);
    }
  };
  const auto write_line = [&](int64_t line, int64_t begin, int64_t end, const Item* items) {
    const T* const from = x + lines.start(line, n);
    const int64_t to = lines.start(line, k);
    for (int64_t i = begin; i < end; ++i) {
      values[to + i * lines.stride] = from[items[i].place() * lines.stride];
      indices[to + i * lines.stride] = items[i].place();
    }
  };
  const auto size = static_cast<size_t>(n);
  if (n >= kLong && lines.count < threads() && k >= n / 8) {
    std::vector<Item> items(2 * size);
    for (int64_t line = 0; line < lines.count; ++line) {
      parallel_for(
          n, [&](int64_t begin, int64_t end, int) { read_line(line, begin, end, items.data()); });
      sort_parallel(items.data(), items.data() + n, n);
      parallel_for(
          k, [&](int64_t begin, int64_t end, int) { write_line(line, begin, end, items.data()); });
    }
    return;
  }
  std::vector<Item> items(2 * size * static_cast<size_t>(threads()));
  parallel_for(lines.count, [&](int64_t begin, int64_t end, int thread) {
    Item* const mine = items.data() + 2 * n * thread;
    for (int64_t line = begin; line < end; ++line) {
      read_line(line, 0, n, mine);
      sort_first(mine, mine + n, n, k);
      write_line(line, 0, k, mine);
    }
  });
}

// --------------------------------------------------------------------------------------- dtypes

template <class T>
T itself(T x) {
  return x;
}

/// Calls `run` with a null pointer to the type of an element, and what reads it as a number.
template <class Run>
void by_dtype(DType dtype, Run run) {
  switch (dtype) {
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

/// For each row of `whole`, the row of `part` that is broadcast to it.
std::vector<int64_t> rows_of(const std::vector<int64_t>& part, const std::vector<int64_t>& whole,
                             int64_t rows) {
  std::vector<int64_t> result(static_cast<size_t>(rows));
  const size_t missing = whole.size() - part.size();
  for (int64_t row = 0; row < rows; ++row) {
    int64_t rest = row;
    int64_t scale = 1;
    for (size_t d = whole.size() - 1; d-- > 0;) {
      const int64_t at = rest % whole[d];
      rest /= whole[d];
      if (d < missing) continue;
      if (part[d - missing] != 1) result[row] += at * scale;
      scale *= part[d - missing];
    }
  }
  return result;
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
  if (k == 0 || lines.count == 0) return;
  by_dtype(kernel.buffers[0].dtype, [&](auto* type, auto read) {
    using T = std::remove_pointer_t<decltype(type)>;
    const auto* x = static_cast<const T*>(buffers[0]);
    auto* values = static_cast<T*>(buffers[1]);
    auto* indices = static_cast<int64_t*>(buffers[2]);
    if constexpr (sizeof(key_of(read(T()))) == 4) {
      if (lines.extent < kPackable) {
        return sort_lines<Packed>(lines, k, largest, x, values, indices, read);
      }
    }
    sort_lines<Wide>(lines, k, largest, x, values, indices, read);
  });
}

void searchsorted_call(const Kernel& kernel, void* const* buffers) {
  const OpaqueCall& call = kernel.call;
  const bool right = attribute(call, "right", false);
  if (kernel.buffers[0].dtype != kernel.buffers[1].dtype) {
    throw TypeError("axon." + call.op + ": " + call.inputs[0].name + " has dtype " +
                    std::string(name_of(kernel.buffers[0].dtype)) + ", " + call.inputs[1].name +
                    " has dtype " + std::string(name_of(kernel.buffers[1].dtype)) +
                    "; expected one dtype: convert one of them");
  }
  const int64_t n = call.inputs[0].dims.back();
  const std::vector<int64_t>& dims = call.outputs[0].dims;
  const int64_t width = dims.back();
  int64_t rows = 1;
  for (size_t d = 0; d + 1 < dims.size(); ++d) rows *= dims[d];
  const std::vector<int64_t> boundary_row = rows_of(call.inputs[0].dims, dims, rows);
  const std::vector<int64_t> x_row = rows_of(call.inputs[1].dims, dims, rows);
  by_dtype(kernel.buffers[0].dtype, [&](auto* type, auto read) {
    using T = std::remove_pointer_t<decltype(type)>;
    const auto* boundaries = static_cast<const T*>(buffers[0]);
    const auto* x = static_cast<const T*>(buffers[1]);
    auto* places = static_cast<int64_t*>(buffers[2]);
    parallel_for(rows * width, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        const T* const row = boundaries + boundary_row[i / width] * n;
        const auto key = key_of(read(x[x_row[i / width] * width + i % width]));
        const auto before = [&](T boundary) {
          const auto other = key_of(read(boundary));
          return right ? other <= key : other < key;
        };
        places[i] = std::partition_point(row, row + n, before) - row;
      }
    });
  });
}

}  // namespace axon
