// The cold tier against the naive interpreter, bit for bit, on random kernels; instruction sets
// against each other; the thread pool, the allocator and the sort.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>

#include "core/buffer.h"
#include "core/error.h"
#include "core/threads.h"
#include "device/cpu/calls.h"
#include "expect.h"
#include "kernel/executor.h"
#include "kernel/tile_ops.h"
#include "kernel_builder.h"
#include "reference.h"

using namespace axon;
using axon::testing::Builder;
using axon::testing::expect;
using axon::testing::failures;
using axon::testing::form;
using axon::testing::random_bytes;

namespace {

constexpr DType f32 = DType::float32;
using Memory = std::vector<std::vector<char>>;

std::vector<void*> pointers(Memory& memory) {
  std::vector<void*> found;
  for (auto& one : memory) found.push_back(one.data());
  return found;
}

bool same(DType t, const char* a, const char* b, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (std::memcmp(a + i * size_of(t), b + i * size_of(t), size_of(t)) == 0) continue;
    const double x = reference::read(t, a, i).real;
    const double y = reference::read(t, b, i).real;
    if (!is_float(t) || x == x || y == y) return false;
  }
  return true;
}

/// Runs a kernel in the interpreter and, with several numbers of threads, in the executor.
void check(const std::string& name, const Builder& b, uint32_t seed = 7) {
  Memory expected;
  for (size_t i = 0; i < b.kernel.buffers.size(); ++i) {
    expected.push_back(
        random_bytes(b.kernel.buffers[i].dtype, b.elements[i], seed + uint32_t(i), true));
  }
  const Memory initial = expected;
  int32_t expected_status = 0;
  reference::run(b.kernel, pointers(expected).data(), b.scalars.data(), &expected_status);
  Executor executor(b.kernel);
  for (int count : {1, 2, 5}) {
    set_threads(count);
    Memory actual = initial;
    int32_t status = 0;
    executor.run(pointers(actual).data(), b.scalars.data(), &status);
    const std::string what = name + " on " + std::to_string(count) + " threads";
    expect((status != 0) == (expected_status != 0), what + ": status");
    for (size_t i = 0; i < actual.size(); ++i) {
      expect(same(b.kernel.buffers[i].dtype, expected[i].data(), actual[i].data(), b.elements[i]),
             what + ": buffer " + std::to_string(i));
    }
  }
}

// ----------------------------------------------------------------------------- random kernels

/// A phase with random axes and a random body over them: every kind of load, several levels, row
/// and point stores.
class RandomKernel {
 public:
  explicit RandomKernel(uint32_t seed) : random_(seed) {}

  Builder make() {
    const int kinds = 4;
    const int kind = pick(kinds);  // map, lanes, sequential, scatter
    const int parallel = kind == 2 || kind == 3 ? 1 + pick(3) : pick(4);
    for (int i = 0; i < parallel; ++i) b_.phase().parallel.push_back({extent()});
    if (kind == 1 || kind == 2) {
      scans_ = pick(2) == 0;
      const int reduced = scans_ ? 1 : 1 + pick(2);
      for (int i = 0; i < reduced; ++i) b_.phase().reduced.push_back({extent(), true});
    }
    b_.phase().lanes = kind == 1;
    b_.phase().backwards = scans_ && pick(2) == 0;
    b_.phase().scatter = kind == 3;
    rows_ = all_axes(false);
    points_ = all_axes(true);
    if (kind == 3) {
      scatter();
    } else if (kind == 0) {
      for (int i = 0; i < 1 + pick(3); ++i) store(expression(rows_, 3), rows_, false, 0);
    } else if (b_.phase().backwards) {
      for (int i = 0; i < 1 + pick(3); ++i) store(expression(points_, 2), points_, true, 0);
      store(scan(), points_, true, 0);
    } else {
      reductions();
    }
    return std::move(b_);
  }

 private:
  using Axes = std::vector<int>;

  int pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  int64_t extent() {
    const int64_t choices[] = {1, 2, 3, 5, 16, 17, 33, 70, 130, 600};
    int64_t n = choices[pick(10)];
    while (n * points_so_far_ > 3000) n = (n + 1) / 2;
    if (pick(60) == 0) n = 0;
    points_so_far_ *= std::max<int64_t>(n, 1);
    return n;
  }
  int64_t extent_of(int axis) const {
    const Phase& p = b_.kernel.phases.back();
    const int parallel = static_cast<int>(p.parallel.size());
    return axis < parallel ? p.parallel[axis].extent : p.reduced[axis - parallel].extent;
  }
  Axes all_axes(bool reduced) const {
    const Phase& p = b_.kernel.phases.back();
    Axes axes(p.parallel.size() + (reduced ? p.reduced.size() : 0));
    for (size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
    return axes;
  }
  DType dtype() {
    const DType choices[] = {
        f32, f32, f32, DType::float64, DType::float16, DType::int32, DType::int64, DType::uint8};
    return choices[pick(8)];
  }

  /// Row-major address of the axes in a random order, some left out if `partly`; the number of
  /// elements that takes.
  Affine address(Axes axes, bool partly, int64_t* elements) {
    std::shuffle(axes.begin(), axes.end(), random_);
    Affine a;
    int64_t stride = 1;
    for (int axis : axes) {
      if (partly && pick(3) == 0) continue;
      a += Affine::axis(axis, stride);
      stride *= std::max<int64_t>(extent_of(axis), 1);
    }
    *elements = stride;
    return a;
  }

  int32_t load(const Axes& axes) {
    int64_t elements = 0;
    Affine at = address(axes, true, &elements);
    const int way = pick(5);
    if (way == 1) {  // backwards
      at *= -1;
      at.constant += elements - 1;
    } else if (way == 2) {  // shifted by a scalar, with a bound
      const int32_t slot = b_.int_scalar(pick(7) - 3);
      at.slots = {{slot, 1}};
      return guarded(at, elements);
    } else if (way == 3 && !axes.empty()) {  // through a floor division and a bound
      const int axis = axes[pick(static_cast<int>(axes.size()))];
      const int32_t half = b_.floordiv(form({{axis, 1}}, -2), 1 + pick(3));
      return guarded(form({{~half, 1 + pick(2)}}, pick(3)), extent_of(axis) + 1);
    } else if (way == 4) {  // through an index that is data
      const int64_t limit = pick(8) == 0 ? 15 : 25;
      const int32_t index = b_.load(b_.buffer(DType::int64, elements), at);
      const int32_t row = b_.gather(index, limit);
      return b_.load(b_.buffer(f32, limit * 3), form({{~row, 3}}, 1));
    }
    return b_.load(b_.buffer(dtype(), elements), at);
  }

  int32_t guarded(const Affine& at, int64_t elements) {
    const DType t = dtype();
    const int32_t otherwise = pick(2) ? b_.number(t, 3) : -1;
    return b_.load(b_.buffer(t, elements), at, {{at, elements}}, otherwise);
  }

  int32_t as(int32_t value, DType t) {
    return b_.phase().body[value].dtype == t ? value : b_.cast(value, t);
  }

  int32_t leaf(const Axes& axes) {
    if (!known_.empty() && pick(3) == 0) return known_[pick(static_cast<int>(known_.size()))];
    if (&axes == &points_ && !shared_.empty() && pick(2)) {
      return shared_[pick(static_cast<int>(shared_.size()))];
    }
    switch (pick(6)) {
      case 0:
        return b_.number(dtype(), pick(9) - 4);
      case 1:
        return b_.scalar(b_.real_scalar(0.375 * pick(20)), f32);
      case 2: {
        int64_t elements = 0;
        return b_.index(address(axes, true, &elements));
      }
      case 3: {
        int64_t elements = 0;
        const int32_t counter = b_.index(address(axes, true, &elements));
        const int32_t key = b_.int_scalar(pick(1000));
        b_.int_scalar(pick(1000));
        return b_.uniform(counter, key);
      }
      default:
        return load(axes);
    }
  }

  int32_t scan() {
    const Combine kinds[] = {Combine::sum, Combine::max, Combine::min, Combine::prod};
    int32_t value = load(points_);
    if (pick(2)) value = b_.prim(Prim::tanh, {as(value, f32)});
    if (b_.phase().body[value].dtype == DType::float16) value = as(value, f32);
    if (pick(4) == 0) return b_.scan(Combine::sum, value, false, value);
    return b_.scan(kinds[pick(4)], value, pick(3) == 0);
  }

  int32_t expression(const Axes& axes, int depth) {
    if (scans_ && &axes == &points_ && pick(4) == 0) return scan();
    if (depth == 0) return leaf(axes);
    const int32_t a = expression(axes, depth - 1);
    const Prim unary[] = {Prim::neg, Prim::abs, Prim::square};
    const Prim real[] = {Prim::exp, Prim::tanh, Prim::erf, Prim::sqrt, Prim::reciprocal};
    const Prim binary[] = {Prim::add, Prim::sub, Prim::mul, Prim::maximum, Prim::minimum};
    switch (pick(5)) {
      case 0:
        return b_.prim(unary[pick(3)], {as(a, f32)});
      case 1:
        return b_.prim(real[pick(5)], {as(a, pick(3) ? f32 : DType::float64)});
      case 2: {
        const int32_t c = expression(axes, depth - 1);
        const DType t = b_.phase().body[a].dtype;
        const int32_t condition = b_.prim(Prim::lt, {a, as(c, t)});
        return b_.prim(Prim::select, {condition, a, as(c, t)});
      }
      default: {
        const DType t = b_.phase().body[a].dtype == DType::bool_ ? f32 : b_.phase().body[a].dtype;
        return b_.prim(binary[pick(5)], {as(a, t), as(expression(axes, depth - 1), t)});
      }
    }
  }

  void store(int32_t value, const Axes& axes, bool point, int32_t level) {
    int64_t elements = 0;
    const Affine at = address(axes, false, &elements);
    b_.store(b_.buffer(dtype(), elements), at, value, point, level);
  }

  void reductions() {
    const Combine kinds[] = {Combine::sum, Combine::max,    Combine::min,    Combine::prod,
                             Combine::any, Combine::argmax, Combine::argmin, Combine::all};
    const int levels = 1 + pick(3);
    bool depends = false;
    for (int level = 0; level < levels; ++level) {
      std::vector<int32_t> results;
      for (int r = 0; r < 1 + pick(2); ++r) {
        const Combine c = kinds[pick(8)];
        int32_t value = expression(points_, 2);
        shared_.push_back(value);
        if (b_.phase().body[value].dtype == DType::uint8 && c == Combine::prod)
          value = as(value, f32);
        results.push_back(b_.reduce(c, value, level));
      }
      depends = pick(3) == 0;
      if (depends) store(expression(points_, 2), points_, true, level);
      known_.insert(known_.end(), results.begin(), results.end());
    }
    if (pick(2)) {
      store(expression(points_, 2), points_, true, levels);
    }
    store(known_.back(), rows_, false, 0);
    store(expression(rows_, 2), rows_, false, 0);
  }

  void scatter() {
    int64_t elements = 0;
    const Affine at = address(rows_, true, &elements);
    const int64_t limit = 25;
    const int32_t row = b_.gather(b_.load(b_.buffer(DType::int64, elements), at), limit);
    const int axis = rows_[pick(static_cast<int>(rows_.size()))];
    const int64_t width = std::max<int64_t>(extent_of(axis), 1);
    const Affine ways[] = {form({{~row, 1}}), form({{~row, 1}, {axis, limit}}),
                           form({{~row, width}, {axis, 1}}), form({{~row, 1}, {axis, 1}})};
    const Affine& to = ways[pick(4)];  // colliding, apart, apart, colliding across the axis
    const Combine kinds[] = {Combine::sum, Combine::max, Combine::min, Combine::set};
    const DType t = pick(2) ? f32 : DType::int32;
    b_.store(b_.buffer(t, limit * (width + 1)), to, as(expression(rows_, 2), t), false, 0,
             kinds[pick(4)]);
  }

  std::mt19937 random_;
  Builder b_;
  bool scans_ = false;  // along the one reduced axis
  int64_t points_so_far_ = 1;
  Axes rows_, points_;
  std::vector<int32_t> known_;   // results of lower levels
  std::vector<int32_t> shared_;  // point values that lower levels evaluate too
};

void test_random(int count) {
  for (int seed = 0; seed < count; ++seed) {
    const int before = failures;
    check("random kernel " + std::to_string(seed), RandomKernel(static_cast<uint32_t>(seed)).make(),
          static_cast<uint32_t>(seed));
    if (failures > before + 20) return;
  }
}

/// y = p and p = p - 1 in one pass: y is the old p, whether p has one slot or two.
void test_in_place() {
  for (bool aliased : {false, true}) {
    Builder b;
    const int64_t n = 1000;
    const int32_t p = b.buffer(f32, n), out = aliased ? b.buffer(f32, n) : p, y = b.buffer(f32, n);
    b.phase().parallel = {{n}};
    const int32_t old = b.load(p, form({{0, 1}}));
    b.store(out, form({{0, 1}}), b.prim(Prim::sub, {old, b.number(f32, 1)}));
    b.store(y, form({{0, 1}}), old);
    const std::vector<char> before = random_bytes(f32, n, 3);
    std::vector<char> updated = before, kept(before.size());
    std::vector<void*> buffers(b.kernel.buffers.size(), updated.data());
    buffers.back() = kept.data();
    int32_t status = 0;
    Executor(b.kernel).run(buffers.data(), nullptr, &status);
    expect(same(f32, kept.data(), before.data(), n),
           "an update in place keeps the old value for other stores");
    const double first = reference::read(f32, before.data(), 0).real;
    expect(reference::read(f32, updated.data(), 0).real == static_cast<float>(first - 1),
           "an update in place");
  }
}

// --------------------------------------------------------------------------- instruction sets

/// Every primitive and conversion gives the same bits in every table, on ordinary and on special
/// numbers.
void test_instruction_sets() {
  const TileOps* tables[3];
  const int count = all_tile_ops(tables);
  constexpr int64_t n = 1003;
  const auto compare = [&](const std::string& what, const auto& run, DType out) {
    std::vector<char> expected(n * 8, 0);
    run(*tables[0], expected.data());
    for (int i = 1; i < count; ++i) {
      std::vector<char> actual(n * 8, 0);
      run(*tables[i], actual.data());
      expect(same(out, expected.data(), actual.data(), n), what + " on " + tables[i]->name);
    }
  };
  const auto in_register = [](DType t) {
    return t == DType::float16 || t == DType::bfloat16 ? f32 : t;
  };
  const auto operand = [&](DType t, uint32_t seed) {
    return random_bytes(in_register(t), n, seed, true);
  };
  for (int d = 0; d < kDTypes; ++d) {
    const DType t = static_cast<DType>(d);
    const std::vector<char> a = operand(t, 1), b = operand(t, 2), c = operand(t, 3);
    const std::vector<char> choice = operand(DType::bool_, 4);
    for (int p = 0; p < kPrims; ++p) {
      if (tables[0]->prim[p][d] == nullptr) continue;
      const PrimInfo& prim = info(static_cast<Prim>(p));
      const bool select = static_cast<Prim>(p) == Prim::select;
      const DType out = prim.result == PrimResult::pred ? DType::bool_ : in_register(t);
      compare(
          std::string(prim.name) + " of " + std::string(name_of(t)),
          [&](const TileOps& ops, char* to) {
            ops.prim[p][d](to, select ? choice.data() : a.data(), b.data(), c.data(), n);
          },
          out);
    }
    for (int to = 0; to < kDTypes; ++to) {
      compare(
          "cast of " + std::string(name_of(t)),
          [&](const TileOps& ops, char* out) {
            ops.cast[d][to](out, a.data(), nullptr, nullptr, n);
          },
          in_register(static_cast<DType>(to)));
    }
    compare(
        "sum of " + std::string(name_of(t)),
        [&](const TileOps& ops, char* out) {
          const int sum = static_cast<int>(Combine::sum);
          ops.identity[sum][d](out, kLanes);
          ops.fold_lanes[sum][d](out, a.data(), n);
          ops.tree[sum][d](out);
        },
        in_register(t));
  }
  std::printf("instruction sets compared: %d\n", count);
}

// ------------------------------------------------------------------------------- body runner

void test_body_runner() {
  // exp(x[2 i + 1]) + result, stored to y[i]; runs of 40 points with another axis standing at 3.
  Builder b;
  const int64_t rows = 5, n = 100;
  const int32_t x = b.buffer(f32, rows * 2 * n), y = b.buffer(f32, rows * n);
  b.phase().parallel = {{rows}, {n}};
  const int32_t loaded = b.load(x, form({{0, 2 * n}, {1, 2}}, 1));
  Instr sum = Builder::instr(InstrKind::result, f32);
  sum.index = 0;
  const int32_t result = b.add(sum);
  const int32_t value = b.prim(Prim::add, {b.prim(Prim::exp, {loaded}), result});
  const int32_t row = b.load(b.buffer(f32, rows), form({{0, 1}}));
  b.store(y, form({{0, n}, {1, 1}}), value);
  Memory memory;
  for (size_t i = 0; i < b.kernel.buffers.size(); ++i) {
    memory.push_back(random_bytes(f32, b.elements[i], uint32_t(i)));
  }
  const std::vector<float> results(kTile, 0.5f);
  const BodyRunner runner(b.kernel, b.phase(), 1, {value, row}, {0});
  const auto buffers = pointers(memory);
  int32_t status = 0;
  BodyRunner::Frame frame = runner.frame(buffers.data(), nullptr, &status);
  const int64_t coords[] = {3, 20};
  const void* const tiles[] = {results.data()};
  runner.run(frame, coords, 40, tiles);
  const auto element = [&](int32_t slot, int64_t i) {
    return static_cast<float>(reference::read(f32, buffers[slot], i).real);
  };
  for (int64_t i = 0; i < 40; ++i) {
    const float want = ax_exp_f32(element(x, 3 * 2 * n + 2 * (20 + i) + 1)) + 0.5f;
    expect(static_cast<const float*>(runner.value(frame, 0))[i] == want, "body runner: value");
    expect(static_cast<const float*>(runner.value(frame, 1))[i] == element(2, 3),
           "body runner: a value that does not vary is a full tile");
    expect(element(y, 3 * n + 20 + i) == want, "body runner: store");
  }
}

// --------------------------------------------------------------------------------------- sort

void test_sort() {
  for (DType t : {f32, DType::float16, DType::int32, DType::uint64}) {
    for (bool largest : {false, true}) {
      for (int64_t k : {int64_t{0}, int64_t{4}, int64_t{50}}) {
        const int64_t outer = 3, n = 50, inner = 4;
        Kernel kernel;
        kernel.kind = KernelKind::call;
        kernel.call.kind = "sort";
        kernel.call.attrs = {{"k", k}, {"axis", int64_t{1}}, {"largest", largest}};
        kernel.call.inputs = {{"x", {outer, n, inner}}};
        kernel.buffers = {{t, 0}, {t, 1}, {DType::int64, 2}};
        Memory memory = {random_bytes(t, outer * n * inner, 5, true),
                         random_bytes(t, outer * n * inner, 6),
                         random_bytes(DType::int64, outer * n * inner, 7)};
        Executor(kernel).run(pointers(memory).data(), nullptr, nullptr);
        const auto key = [&](int64_t at) {
          const reference::Cell c = reference::read(t, memory[0].data(), at);
          return is_float(t) ? c.real : static_cast<double>(c.integer);
        };
        for (int64_t line = 0; line < outer * inner; ++line) {
          const int64_t start = line / inner * n * inner + line % inner;
          std::vector<int64_t> order(n);
          for (int64_t i = 0; i < n; ++i) order[i] = i;
          std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
            const double x = key(start + a * inner), y = key(start + b * inner);
            const double left = x != x ? 1e300 : std::min(x, 1e299),
                         right = y != y ? 1e300 : std::min(y, 1e299);
            return largest ? left > right : left < right;
          });
          for (int64_t i = 0; i < k; ++i) {
            const int64_t at = line / inner * k * inner + line % inner + i * inner;
            expect(reference::read(DType::int64, memory[2].data(), at).integer == order[i],
                   "sort: index");
            expect(same(t, memory[1].data() + at * size_of(t),
                        memory[0].data() + (start + order[i] * inner) * size_of(t), 1),
                   "sort: value");
          }
        }
      }
    }
  }
}

// -------------------------------------------------------------------------- threads and memory

void test_threads() {
  for (int count : {1, 2, 3, 8}) {
    set_threads(count);
    expect(threads() == count, "set_threads is believed");
    for (int64_t units : {0, 1, 7, 1000}) {
      for (int repeat = 0; repeat < 200; ++repeat) {
        std::vector<std::atomic<int>> seen(static_cast<size_t>(units));
        std::atomic<bool> inside{true};
        parallel_for(units, [&](int64_t begin, int64_t end, int thread) {
          if (thread < 0 || thread >= count) inside = false;
          parallel_for(end - begin, [&](int64_t from, int64_t to, int) {  // nested: serial
            for (int64_t i = from; i < to; ++i) ++seen[static_cast<size_t>(begin + i)];
          });
        });
        expect(inside, "thread numbers are below threads()");
        expect(std::all_of(seen.begin(), seen.end(), [](auto& n) { return n == 1; }),
               "every unit is run once");
      }
    }
  }
  // Callers on several threads at once.
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        parallel_for(64, [&](int64_t begin, int64_t end, int) { total += end - begin; });
      }
    });
  }
  for (std::thread& c : callers) c.join();
  expect(total == 4 * 300 * 64, "callers on several threads");
  // A forked child has workers of its own.
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    std::atomic<int64_t> sum{0};
    for (int i = 0; i < 100; ++i) {
      parallel_for(1000, [&](int64_t begin, int64_t end, int) { sum += end - begin; });
    }
    _exit(sum == 100000 && threads() == 8 ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  expect(status == 0, "a forked child computes");
  bool refused = false;
  try {
    set_threads(0);
  } catch (const ValueError&) {
    refused = true;
  }
  expect(refused, "set_threads(0) is refused");
}

void test_memory() {
  using namespace host_memory;
  trim();
  const Counters before = counters();
  for (size_t bytes : {size_t{1}, size_t{64}, size_t{1000}, size_t{100000}, size_t{5} << 20}) {
    char* const first = static_cast<char*>(allocate(bytes));
    expect(reinterpret_cast<uintptr_t>(first) % 64 == 0, "blocks are aligned");
    std::memset(first, 1, bytes);
    expect(counters().bytes_in_use == before.bytes_in_use + bytes, "bytes in use");
    release(first, bytes);
    const size_t requests = counters().system_requests;
    void* const again = allocate(bytes);
    expect(again == first && counters().system_requests == requests, "a released block is reused");
    release(again, bytes);
  }
  expect(counters().cached_bytes > (size_t{5} << 20), "released blocks are cached");
  expect(counters().peak_bytes >= before.bytes_in_use + (size_t{5} << 20), "the peak is kept");
  trim();
  reset_peak();
  expect(counters().cached_bytes == 0 && counters().peak_bytes == before.bytes_in_use,
         "trim and reset_peak");
  expect(allocate(0) == nullptr, "no bytes, no block");
  release(nullptr, 0);
  std::string message;
  try {
    allocate(size_t{1} << 60);
  } catch (const MemoryError& error) {
    message = error.what();
  }
  expect(message.find("1.0 EiB asked for") != std::string::npos,
         "out of memory names the bytes: " + message);
}

}  // namespace

int main(int argc, char** argv) {
  test_threads();
  test_memory();
  test_random(argc > 1 ? std::atoi(argv[1]) : 1500);
  test_in_place();
  test_body_runner();
  test_sort();
  test_instruction_sets();
  std::printf(failures == 0 ? "executor: all passed\n" : "%d failures\n", failures);
  return failures != 0;
}
