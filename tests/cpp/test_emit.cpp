// Compiled kernels against the naive interpreter, bit for bit.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "core/error.h"
#include "device/device.h"
#include "expect.h"
#include "kernel/cache.h"
#include "kernel/compile.h"
#include "kernel/emit.h"
#include "kernel_builder.h"
#include "reference.h"

using namespace axon;
using axon::testing::Builder;
using axon::testing::expect;
using axon::testing::failures;
using axon::testing::form;

namespace {

constexpr DType f32 = DType::float32;
bool same(DType t, const char* a, const char* b, int64_t count, int64_t* first) {
  for (int64_t i = 0; i < count; ++i) {
    const size_t n = size_of(t);
    if (__builtin_memcmp(a + i * n, b + i * n, n) == 0) continue;
    const reference::Cell x = reference::read(t, a, i);
    const reference::Cell y = reference::read(t, b, i);
    if (is_float(t) && x.real != x.real && y.real != y.real) continue;
    *first = i;
    return false;
  }
  return true;
}

std::string source_of_last;

/// The units of each phase in reverse order and in pieces: order and division must not matter.
void run_compiled(const Emitted& emitted, KernelFn function, void* const* buffers,
                  const int64_t* scalars, int32_t* status) {
  std::vector<int64_t> ints = emitted.ints;
  for (const Emitted::SlotInt& s : emitted.slot_ints) ints[s.at] += s.coef * scalars[s.slot];
  std::vector<char> scratch(emitted.scratch_bytes + 64);
  void* aligned =
      reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64);
  const KernelArgs args{buffers, ints.data(), scalars, aligned, status};
  for (size_t p = 0; p < emitted.phases.size(); ++p) {
    const int64_t units = emitted.phases[p].units;
    const int64_t piece = std::max<int64_t>(1, units / 3);
    for (int64_t end = units; end > 0; end -= piece) {
      function(&args, static_cast<int32_t>(p), std::max<int64_t>(0, end - piece), end);
    }
  }
}

struct Case {
  std::string name;
  Builder built;
  bool special;
  int32_t expected_status;
  Emitted emitted;
};

std::vector<Case> cases;  // waiting for `run_cases`, which compiles all at once

void check(const std::string& name, const Builder& b, bool special = true,
           int32_t expected_status = 0) {
  cases.push_back({name, b, special, expected_status, emit(b.kernel)});
  source_of_last = cases.back().emitted.source;
}

/// Runs the kernel, and compares every buffer and the status word with the interpreter's.
void run_case(const Case& one, const Code& code) {
  const auto& [name, b, special, expected_status, emitted] = one;
  if (code.state != Code::State::ready) {
    expect(false, name + ": " + code.error + "\n" + emitted.source);
    return;
  }
  std::vector<std::vector<char>> expected;
  for (size_t i = 0; i < b.kernel.buffers.size(); ++i) {
    expected.push_back(
        testing::random_bytes(b.kernel.buffers[i].dtype, b.elements[i], uint32_t(i + 7), special));
  }
  std::vector<std::vector<char>> actual = expected;
  const auto pointers = [](std::vector<std::vector<char>>& all) {
    std::vector<void*> found;
    for (auto& one : all) found.push_back(one.data());
    return found;
  };
  int32_t status[2] = {0, 0};
  reference::run(b.kernel, pointers(expected).data(), b.scalars.data(), &status[0]);
  run_compiled(emitted, code.function, pointers(actual).data(), b.scalars.data(), &status[1]);
  expect(status[0] == expected_status && status[1] == expected_status,
         name + ": status " + std::to_string(status[1]) + ", interpreter " +
             std::to_string(status[0]));
  for (size_t i = 0; i < expected.size(); ++i) {
    int64_t at = 0;
    const DType t = b.kernel.buffers[i].dtype;
    if (same(t, expected[i].data(), actual[i].data(), b.elements[i], &at)) continue;
    const reference::Cell x = reference::read(t, expected[i].data(), at);
    const reference::Cell y = reference::read(t, actual[i].data(), at);
    expect(false, name + ": buffer " + std::to_string(i) + " element " + std::to_string(at) +
                      " is " + std::to_string(is_float(t) ? y.real : double(y.integer)) +
                      ", should be " + std::to_string(is_float(t) ? x.real : double(x.integer)) +
                      "\n" + emitted.source);
  }
}

void run_cases() {
  std::vector<std::string> sources;
  for (const Case& one : cases) sources.push_back(one.emitted.source);
  const std::vector<std::shared_ptr<Code>> codes = compile(sources, Jit::wait);
  for (size_t i = 0; i < cases.size(); ++i) run_case(cases[i], *codes[i]);
}

Builder map_kernel(int64_t n, DType t = f32) {
  Builder b;
  const int32_t x = b.buffer(t, n), y = b.buffer(t, n), out = b.buffer(t, n);
  b.phase().parallel = {{n}};
  const int32_t v =
      b.prim(Prim::add, {b.prim(Prim::mul, {b.load(x, form({{0, 1}})), b.load(y, form({{0, 1}}))}),
                         b.number(t, 1.25)});
  b.store(out, form({{0, 1}}), v);
  return b;
}

void test_map() {
  for (int64_t n : {1, 5, 64, 4095, 4097, 20000}) check("map " + std::to_string(n), map_kernel(n));
  for (DType t : {DType::float64, DType::float16, DType::bfloat16, DType::int8, DType::int32,
                  DType::int64, DType::uint8, DType::uint32}) {
    check("map " + std::string(name_of(t)), map_kernel(1000, t));
  }
  expect(emit(map_kernel(1000).kernel).source == emit(map_kernel(77).kernel).source,
         "two extents have one source");
  // Three axes; a transposed and a broadcast operand, a column and a slice whose offset is a
  // scalar.
  Builder b;
  const int64_t n0 = 3, n1 = 40, n2 = 70;
  const int32_t x = b.buffer(f32, n0 * n1 * n2), row = b.buffer(f32, n2),
                column = b.buffer(f32, n1);
  const int32_t out = b.buffer(f32, n0 * n1 * n2), slice = b.buffer(f32, 200);
  const int32_t offset = b.int_scalar(17), alpha = b.real_scalar(0.1);
  b.phase().parallel = {{n0}, {n1}, {n2}};
  Affine sliced = form({{2, 2}});
  sliced.slots = {{offset, 1}};
  int32_t v = b.prim(
      Prim::add, {b.load(x, form({{0, n1 * n2}, {1, 1}, {2, n1}})), b.load(row, form({{2, 1}}))});
  v = b.prim(Prim::mul, {v, b.prim(Prim::exp, {b.load(column, form({{1, 1}}))})});
  v = b.prim(Prim::maximum, {v, b.prim(Prim::mul, {b.load(slice, sliced), b.scalar(alpha, f32)})});
  b.store(out, form({{0, n1 * n2}, {1, n2}, {2, 1}}), v);
  check("map of three axes", b);
}

void test_mixed() {
  Builder b;
  const int64_t n = 777;
  const int32_t x = b.buffer(f32, n), i = b.buffer(DType::int32, n),
                flag = b.buffer(DType::bool_, n);
  const int32_t out = b.buffer(DType::float64, n), mask = b.buffer(DType::bool_, n),
                half = b.buffer(DType::float16, n);
  const int32_t key = b.int_scalar(42);
  b.int_scalar(-3);
  const int32_t whole = b.buffer(DType::int64, n);
  b.phase().parallel = {{n}};
  const Affine p = form({{0, 1}});
  const int32_t vx = b.load(x, p), vi = b.load(i, p), vf = b.load(flag, p);
  const int32_t above = b.prim(Prim::gt, {vx, b.cast(vi, f32)});
  b.store(mask, p, b.prim(Prim::logical_and, {above, b.prim(Prim::logical_not, {vf})}));
  const int32_t random = b.uniform(b.index(form({{0, 1}}, 5)), key);
  const int32_t chosen = b.prim(Prim::select, {above, b.prim(Prim::erf, {vx}), random});
  b.store(out, p, b.cast(chosen, DType::float64));
  b.store(half, p, b.prim(Prim::tanh, {b.cast(vx, DType::float16)}));
  b.store(whole, p, b.cast(vx, DType::int64));
  check("mixed dtypes", b);
}

Builder softmax(int64_t rows, int64_t n) {
  Builder b;
  const int32_t x = b.buffer(f32, rows * n), y = b.buffer(f32, rows * n);
  b.phase().parallel = {{rows}};
  b.phase().reduced = {{n, true}};
  b.phase().lanes = true;
  const Affine p = form({{0, n}, {1, 1}});
  const int32_t v = b.load(x, p);
  const int32_t most = b.prim(Prim::finite, {b.reduce(Combine::max, v, 0)});
  const int32_t e = b.prim(Prim::exp, {b.prim(Prim::sub, {v, most})});
  const int32_t sum = b.reduce(Combine::sum, e, 1);
  b.store(y, p, b.prim(Prim::div, {e, sum}), true, 2);
  return b;
}

void test_rows() {
  for (int64_t n : {1, 7, 16, 33, 1000, 20000}) {
    check("softmax of " + std::to_string(n), softmax(n > 10000 ? 3 : 70, n), n % 2 == 0);
  }
  // Mean and variance over two reduced axes around a parallel one; row stores and affine weights.
  Builder b;
  const int64_t rows = 9, n0 = 5, n1 = 37;
  const int32_t x = b.buffer(f32, n0 * rows * n1), w = b.buffer(f32, n0 * n1);
  const int32_t y = b.buffer(f32, n0 * rows * n1), mean_out = b.buffer(f32, rows);
  b.phase().parallel = {{rows}};
  b.phase().reduced = {{n0, true}, {n1, true}};
  b.phase().lanes = true;
  const Affine p = form({{0, n1}, {1, rows * n1}, {2, 1}});
  const int32_t v = b.load(x, p);
  const int32_t count = b.number(f32, double(n0 * n1));
  const int32_t mean = b.prim(Prim::div, {b.reduce(Combine::sum, v, 0), count});
  const int32_t centred = b.prim(Prim::sub, {v, mean});
  const int32_t variance =
      b.prim(Prim::div, {b.reduce(Combine::sum, b.prim(Prim::square, {centred}), 1), count});
  const int32_t scale = b.prim(Prim::rsqrt, {b.prim(Prim::add, {variance, b.number(f32, 1e-5)})});
  const int32_t weighted =
      b.prim(Prim::mul, {b.prim(Prim::mul, {centred, scale}), b.load(w, form({{1, n1}, {2, 1}}))});
  b.store(y, p, weighted, true, 2);
  b.store(mean_out, form({{0, 1}}), mean);
  check("layer norm of two axes", b, false);
}

/// Every combination over the last (lanes) or the first axis of a matrix.
void test_reductions() {
  for (bool lanes : {true, false}) {
    for (DType t : {f32, DType::float64, DType::float16, DType::int8, DType::int32, DType::uint8,
                    DType::bool_}) {
      Builder b;
      const int64_t rows = 21, columns = 77;
      const int64_t kept = lanes ? rows : columns, gone = lanes ? columns : rows;
      const int32_t x = b.buffer(t, rows * columns);
      b.phase().parallel = {{kept}};
      b.phase().reduced = {{gone, true}};
      b.phase().lanes = lanes;
      const int32_t v =
          b.load(x, lanes ? form({{0, columns}, {1, 1}}) : form({{0, 1}, {1, columns}}));
      const int32_t wide = t == DType::bool_ ? b.cast(v, DType::int64) : v;
      for (Combine c : {Combine::sum, Combine::prod, Combine::max, Combine::min, Combine::argmax,
                        Combine::argmin, Combine::any, Combine::all}) {
        const int32_t result = b.reduce(c, c == Combine::sum || c == Combine::prod ? wide : v, 0);
        const int32_t out = b.buffer(b.phase().body[result].dtype, kept);
        b.store(out, form({{0, 1}}), result);
      }
      check(
          std::string("reductions of ") + std::string(name_of(t)) + (lanes ? " rows" : " columns"),
          b);
    }
  }
  // An empty reduced axis gives the identity, an empty parallel axis does nothing.
  for (int64_t rows : {0, 4}) {
    Builder b;
    const int32_t x = b.buffer(f32, 0), out = b.buffer(f32, 4);
    b.phase().parallel = {{rows}};
    b.phase().reduced = {{rows == 0 ? int64_t{5} : int64_t{0}, true}};
    b.phase().lanes = true;
    b.store(out, form({{0, 1}}), b.reduce(Combine::sum, b.load(x, form({{0, 5}, {1, 1}}))));
    check("an empty axis", b);
  }
}

void test_columns() {
  // Softmax over the first axis: three levels, values kept in a scratch block, a row value that
  // reduced loops read.
  for (int64_t n : {3, 200, 900}) {
    Builder b;
    const int64_t columns = 130;
    const int32_t x = b.buffer(f32, n * columns), y = b.buffer(f32, n * columns),
                  sums = b.buffer(f32, columns);
    b.phase().parallel = {{columns}};
    b.phase().reduced = {{n, true}};
    const Affine p = form({{0, 1}, {1, columns}});
    const int32_t v = b.load(x, p);
    const int32_t most = b.prim(Prim::finite, {b.reduce(Combine::max, v, 0)});
    const int32_t e = b.prim(Prim::exp, {b.prim(Prim::sub, {v, most})});
    const int32_t sum = b.reduce(Combine::sum, e, 1);
    b.store(y, p, b.prim(Prim::div, {e, sum}), true, 2);
    b.store(sums, form({{0, 1}}), b.prim(Prim::log, {sum}));
    check("softmax of columns of " + std::to_string(n), b);
  }
  // Statistics of channels: reduced axes on both sides, parallel axis in the middle, channel
  // outermost in the loop.
  Builder b;
  const int64_t images = 4, channels = 6, pixels = 50;
  const int32_t x = b.buffer(f32, images * channels * pixels), out = b.buffer(f32, images * pixels);
  b.phase().parallel = {{images}, {pixels}};
  b.phase().reduced = {{channels, true}};
  const int32_t v = b.load(x, form({{0, channels * pixels}, {1, 1}, {2, pixels}}));
  b.store(out, form({{0, pixels}, {1, 1}}), b.reduce(Combine::sum, b.prim(Prim::square, {v})));
  check("sum of channels", b);
}

/// Scans of rows and of columns, of every combination: what they read and what reads them computed
/// point by point or in chunks, and a reduction of a scan.
void test_scans() {
  const Combine combines[] = {Combine::sum, Combine::prod, Combine::max, Combine::min};
  for (int way = 0; way < 32; ++way) {
    const bool lanes = way & 1, backwards = way & 2, exclusive = way & 4, expensive = way & 8;
    const DType t = way & 16 ? DType::int32 : f32;
    Builder b;
    const int64_t rows = lanes ? 7 : 201, columns = lanes ? 201 : 70;
    const int64_t lines = lanes ? rows : columns, length = lanes ? columns : rows;
    const int32_t x = b.buffer(t, rows * columns), out = b.buffer(f32, lines);
    b.phase().parallel = {{lines}};
    b.phase().reduced = {{length, true}};
    b.phase().lanes = lanes;
    b.phase().backwards = backwards;
    const Affine p = lanes ? form({{0, columns}, {1, 1}}) : form({{0, 1}, {1, columns}});
    const auto widen = [&](int32_t value) {
      return expensive ? b.prim(Prim::tanh, {t == f32 ? value : b.cast(value, f32)}) : value;
    };
    const int32_t v = widen(b.load(x, p));
    const DType computed = b.phase().body[v].dtype;
    int32_t all = -1;
    for (Combine c : combines) {
      const int32_t scan = b.scan(c, v, exclusive);
      b.store(b.buffer(computed, rows * columns), p, widen(scan), true, 0);
      all = c == Combine::sum ? scan : all;
    }
    const int32_t decay = b.prim(Prim::tanh, {computed == f32 ? v : b.cast(v, f32)});
    const int32_t decayed = b.scan(Combine::sum, decay, false, decay);
    b.store(b.buffer(f32, rows * columns), p, decayed, true, 0);
    const int32_t chained = b.scan(Combine::sum, widen(all));
    b.store(b.buffer(f32, rows * columns), p, chained, true, 0);
    if (!backwards) {
      const int32_t most = b.reduce(Combine::max, all, 0);
      const int32_t rest = b.prim(Prim::sub, {all, most});
      b.store(b.buffer(computed, rows * columns), p, rest, true, 1);
      b.store(out, form({{0, 1}}), most);
    }
    check("scans " + std::to_string(way), b, !expensive);
  }
}

/// Pooling windows with padding, and their index of the winner.
void test_windows() {
  for (int64_t stride : {1, 2}) {
    Builder b;
    const int64_t images = 3, h = 9, w = 150, oh = (h + 2 - 3) / stride + 1,
                  ow = (w + 2 - 3) / stride + 1;
    const int32_t x = b.buffer(f32, images * h * w), y = b.buffer(f32, images * oh * ow);
    const int32_t at = b.buffer(DType::int64, images * oh * ow);
    b.phase().parallel = {{images}, {oh}, {ow}};
    b.phase().reduced = {{3, true, true}, {3, true, true}};
    const Affine row = form({{1, stride}, {3, 1}}, -1), column = form({{2, stride}, {4, 1}}, -1);
    const int32_t low = b.number(f32, -INFINITY);
    const int32_t v =
        b.load(x, form({{0, h * w}, {1, stride * w}, {2, stride}, {3, w}, {4, 1}}, -w - 1),
               {{row, h}, {column, w}}, low);
    b.store(y, form({{0, oh * ow}, {1, ow}, {2, 1}}), b.reduce(Combine::max, v));
    b.store(at, form({{0, oh * ow}, {1, ow}, {2, 1}}), b.reduce(Combine::argmax, v));
    check("pooling with stride " + std::to_string(stride), b);
  }
}

void test_bounds() {
  // A padded map: offset forwards, backwards (a flip) and a bound on the outer axis.
  Builder b;
  const int64_t n = 300, rows = 4;
  const int32_t x = b.buffer(f32, rows * n), y = b.buffer(f32, (rows + 2) * (n + 20));
  b.phase().parallel = {{rows + 2}, {n + 20}};
  const Affine row = form({{0, 1}}, -1);
  const int32_t shifted =
      b.load(x, form({{0, n}, {1, 1}}, -n - 10), {{row, rows}, {form({{1, 1}}, -10), n}});
  const int32_t flipped = b.load(x, form({{0, n}, {1, -1}}, -n + n + 5),
                                 {{row, rows}, {form({{1, -1}}, n + 5), n}}, b.number(f32, 3));
  b.store(y, form({{0, n + 20}, {1, 1}}), b.prim(Prim::add, {shifted, flipped}));
  check("a padded map", b);
  // A padded convolution as a plain nest: sequential over channels and a window, and in lanes
  // order.
  for (bool lanes : {false, true}) {
    Builder c;
    const int64_t channels = 5, w = 60, out = 60, taps = 37;
    const int32_t in = c.buffer(f32, channels * w), weight = c.buffer(f32, channels * taps),
                  z = c.buffer(f32, out);
    c.phase().parallel = {{out}};
    c.phase().reduced = {{channels, true}, {taps, true}};
    c.phase().lanes = lanes;
    const Affine column = form({{0, 1}, {2, 1}}, -18);
    const int32_t v = c.load(in, form({{0, 1}, {1, w}, {2, 1}}, -18), {{column, w}});
    const int32_t u = c.load(weight, form({{1, taps}, {2, 1}}));
    c.store(z, form({{0, 1}}), c.reduce(Combine::sum, c.prim(Prim::mul, {v, u})));
    check(std::string("a padded nest, ") + (lanes ? "lanes" : "sequential"), c);
  }
  // Stride phases of an inverted scatter: index = floor(i / 2), valid for even i only.
  Builder d;
  const int32_t g = d.buffer(f32, 50), dx = d.buffer(f32, 101);
  d.phase().parallel = {{101}};
  const int32_t half = d.floordiv(form({{0, 1}}, -1), 2);
  const Affine parity = form({{0, 1}, {~half, -2}}, -1);
  d.store(dx, form({{0, 1}}),
          d.load(g, form({{~half, 1}}), {{parity, 1}, {form({{~half, 1}}), 50}}));
  check("stride phases", d);
}

void test_gather_and_scatter() {
  for (int64_t limit : {60, 12}) {  // indices lie in [-20, 20]
    Builder b;
    const int64_t n = 70, width = 33;
    const int32_t table = b.buffer(f32, limit * width), index = b.buffer(DType::int64, n),
                  out = b.buffer(f32, n * width);
    b.phase().parallel = {{n}, {width}};
    const int32_t at = b.gather(b.load(index, form({{0, 1}})), limit);
    b.store(out, form({{0, width}, {1, 1}}), b.load(table, form({{~at, width}, {1, 1}})));
    check("gather from " + std::to_string(limit), b, false, limit == 12 ? 1 : 0);
  }
  // Columns apart (partitioned), one long row of collisions (serial), and images apart.
  for (int kind = 0; kind < 3; ++kind) {
    Builder b;
    const int64_t n = 500, width = 40, limit = 30;
    const int32_t index = b.buffer(DType::int32, n), g = b.buffer(f32, n * width),
                  dt = b.buffer(f32, limit * width);
    b.phase().scatter = true;
    b.phase().parallel = {{n}, {width}};
    if (kind == 2) b.phase().parallel = {{width}, {n}};
    const int32_t item = kind == 2 ? 1 : 0;
    const int32_t at = b.gather(b.load(index, form({{item, 1}})), limit);
    const int32_t v = b.load(g, form({{item, width}, {1 - item, 1}}));
    const Affine apart = form({{~at, width}, {1, 1}}), together = form({{~at, 1}}),
                 images = form({{~at, 1}, {0, limit}});
    b.store(dt,
            kind == 0   ? apart
            : kind == 1 ? together
                        : images,
            v, false, 0, kind == 1 ? Combine::max : Combine::sum);
    check("scatter " + std::to_string(kind), b, false);
    expect(kind == 1 || emit(b.kernel).phases[0].units > 0, "a scatter has units");
  }
}

void test_phases() {
  Builder b;
  const int64_t rows = 64, n = 100;
  const int32_t x = b.buffer(f32, rows * n), sums = b.buffer(f32, rows),
                y = b.buffer(f32, rows * n);
  b.phase().parallel = {{rows}};
  b.phase().reduced = {{n, true}};
  b.phase().lanes = true;
  b.store(sums, form({{0, 1}}), b.reduce(Combine::sum, b.load(x, form({{0, n}, {1, 1}}))));
  b.next_phase();
  b.phase().parallel = {{rows}, {n}};
  b.store(y, form({{0, n}, {1, 1}}),
          b.prim(Prim::div, {b.load(x, form({{0, n}, {1, 1}})), b.load(sums, form({{0, 1}}))}));
  check("two phases", b);
  // In place: one slot is read and written.
  Builder c;
  const int32_t p = c.buffer(f32, 5000), step = c.buffer(f32, 5000);
  c.phase().parallel = {{5000}};
  c.store(p, form({{0, 1}}),
          c.prim(Prim::sub, {c.load(p, form({{0, 1}})), c.load(step, form({{0, 1}}))}));
  check("in place", c);
}

/// The same map in each tier, chosen as the mode says.
void test_device() {
  Builder b;
  const int64_t n = 30000;
  const int32_t x = b.buffer(f32, n), y = b.buffer(f32, n), out = b.buffer(f32, n);
  b.phase().parallel = {{100}, {300}};
  const Affine p = form({{0, 300}, {1, 1}});
  b.store(out, p, b.prim(Prim::mul, {b.load(x, p), b.load(y, p)}));
  Builder shifted = b;
  shifted.kernel.phases[0].body[0].address = form({{0, 300}, {1, 1}}, 1);
  const auto run = [&](const char* mode, const Builder& built, const std::string& tier) {
    setenv("AXON_JIT", mode, 1);
    const std::shared_ptr<Launchable> code = device("cpu").prepare({built.kernel})[0];
    expect(code->tier() == tier, std::string("tier ") + code->tier() + " in mode " + mode);
    std::vector<std::vector<char>> buffers;
    std::vector<void*> pointers;
    for (uint32_t i = 0; i < 3; ++i) buffers.push_back(testing::random_bytes(f32, n, i, true));
    for (auto& one : buffers) pointers.push_back(one.data());
    int32_t status = 0;
    code->run(pointers.data(), nullptr, &status);
    return buffers[2];
  };
  int64_t at = 0;
  const std::vector<char> ahead = run("off", b, "ahead-of-time");
  expect(same(f32, ahead.data(), run("wait", b, "compiled").data(), n, &at),
         "ahead-of-time equals compiled");
  const std::vector<char> executed = run("off", shifted, "executor");
  expect(same(f32, executed.data(), run("wait", shifted, "compiled").data(), n, &at),
         "the executor equals compiled");
  const KernelStats stats = kernel_stats();
  expect(stats.kernels_launched == 4 && stats.executor_runs == 1, "launches are counted");
}

/// Whatever happens to the compiler or the cache, no exception leaves and one warning tells.
void test_failures() {
  static int warnings = 0;
  set_warning_handler([](const char*) { ++warnings; });
  for (int i = 0; i < 2; ++i) {
    const auto code = compile({"this is not C " + std::to_string(i)}, Jit::wait)[0];
    expect(code->state == Code::State::failed && !code->error.empty(),
           "a failing compiler is reported");
  }
  expect(warnings == 1, "one warning, not " + std::to_string(warnings));
  set_warning_handler(nullptr);
  // A damaged entry is not loaded.
  const DiskCache cache;
  const std::string path = cache.temporary();
  std::FILE* file = std::fopen(path.c_str(), "wb");
  std::fputs("some machine code", file);
  std::fclose(file);
  expect(cache.add(path, {"key-a", "key-b"}), "entries are added");
  expect(!cache.find("key-a").empty() && !cache.find("key-b").empty(), "entries are found");
  file = std::fopen(cache.find("key-a").c_str(), "r+b");
  std::fputs("other", file);
  std::fclose(file);
  expect(cache.find("key-a").empty(), "a damaged entry is refused");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::pair<std::string, std::function<void()>>> tests = {
      {"map", test_map},
      {"mixed", test_mixed},
      {"rows", test_rows},
      {"reductions", test_reductions},
      {"columns", test_columns},
      {"windows", test_windows},
      {"scans", test_scans},
      {"bounds", test_bounds},
      {"gather", test_gather_and_scatter},
      {"phases", test_phases},
      {"device", test_device},
      {"failures", test_failures}};
  for (const auto& [name, test] : tests) {
    if (argc > 1 && name != argv[1]) continue;
    test();
  }
  run_cases();
  if (argc > 2) std::printf("%s\n", source_of_last.c_str());
  std::printf(failures == 0 ? "passed\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
