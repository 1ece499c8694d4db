// Contractions in both tiers against a naive loop in float64 (integers: exactly).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "contract_kernels.h"
#include "kernel/compile.h"
#include "kernel/contract.h"
#include "kernel_builder.h"
#include "reference.h"

using namespace axon;
using namespace axon::testing;

namespace {

constexpr DType f32 = DType::float32;
int failures = 0;

using Buffers = std::vector<std::vector<char>>;

std::vector<void*> pointers(Buffers& buffers) {
  std::vector<void*> all;
  for (std::vector<char>& b : buffers) all.push_back(b.data());
  return all;
}

/// The kernel with every float in float64, for the oracle.
Kernel widened(Kernel kernel) {
  const auto widen = [](DType& t) { t = is_float(t) ? DType::float64 : t; };
  for (BufferSlot& b : kernel.buffers) widen(b.dtype);
  for (Instr& in : kernel.phases[0].body) widen(in.dtype);
  for (Reduction& r : kernel.phases[0].reductions) widen(r.dtype);
  return kernel;
}

/// Runs the oracle on the contents of `from`, or on their absolute values: then it gives the scale
/// of rounding errors.
Buffers oracle(const ContractBuilder& c, const Kernel& wide, const Buffers& from, bool absolute) {
  Buffers to(from.size());
  for (size_t i = 0; i < from.size(); ++i) {
    const DType t = c.kernel.buffers[i].dtype;
    to[i].resize(c.elements[i] * size_of(wide.buffers[i].dtype) + 64);
    for (int64_t e = 0; e < c.elements[i]; ++e) {
      reference::Cell cell = reference::read(t, from[i].data(), e);
      if (absolute) cell.real = std::fabs(cell.real);
      reference::write(wide.buffers[i].dtype, to[i].data(), e, cell);
    }
  }
  int32_t status = 0;
  reference::run(wide, pointers(to).data(), nullptr, &status);
  return to;
}

double epsilon(DType t) {
  switch (t) {
    case DType::float64:
      return 0x1p-53;
    case DType::float16:
      return 0x1p-11;
    case DType::bfloat16:
      return 0x1p-8;
    default:
      return 0x1p-24;
  }
}

struct Oracle {
  Buffers value, scale;
  Kernel wide;
  int64_t depth;
};

void compare(const std::string& name, const ContractBuilder& c, const Oracle& o,
             const Buffers& got) {
  for (size_t i = 0; i < got.size(); ++i) {
    const DType t = c.kernel.buffers[i].dtype;
    const DType wide = o.wide.buffers[i].dtype;
    for (int64_t e = 0; e < c.elements[i]; ++e) {
      const reference::Cell have = reference::read(t, got[i].data(), e);
      const reference::Cell want = reference::read(wide, o.value[i].data(), e);
      const double scale = reference::read(wide, o.scale[i].data(), e).real;
      // Two roundings of a stored 16-bit sum and its epilogue; else those of a sum in float32 or
      // float64.
      const bool half = t == DType::float16 || t == DType::bfloat16;
      const double steps = half ? 3 : 4 + 2 * std::sqrt(static_cast<double>(o.depth));
      const double precision =
          std::max(epsilon(t), epsilon(c.kernel.phases[0].body[c.kernel.phases[0].a].dtype));
      const bool good = is_float(t) ? std::fabs(have.real - want.real) <= precision * steps * scale
                                    : have.integer == want.integer;
      if (good) continue;
      ++failures;
      std::printf("FAILED %s: buffer %zu element %lld is %.9g (%lld), expected %.9g (%lld)\n",
                  name.c_str(), i, static_cast<long long>(e), have.real,
                  static_cast<long long>(have.integer), want.real,
                  static_cast<long long>(want.integer));
      return;
    }
  }
}

/// Units in reverse order and in pieces: neither may matter.
template <class Run>
void run_units(int64_t units, Run run) {
  const int64_t piece = std::max<int64_t>(1, units / 3);
  for (int64_t end = units; end > 0; end -= piece) run(std::max<int64_t>(0, end - piece), end);
}

void run_compiled(const std::string& name, const ContractBuilder& c, Buffers& buffers) {
  const Emitted emitted = emit(c.kernel);
  const std::shared_ptr<Code> code = compile({emitted.source}, Jit::wait)[0];
  if (code->state != Code::State::ready) {
    ++failures;
    std::printf("FAILED %s: %s\n%s\n", name.c_str(), code->error.c_str(), emitted.source.c_str());
    return;
  }
  // Nothing may depend on what scratch holds: all bits set are NaNs.
  std::vector<char> scratch(emitted.scratch_bytes + 64, char(0xff));
  const uintptr_t aligned = (reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64;
  const std::vector<void*> all = pointers(buffers);
  int32_t status = 0;
  const KernelArgs args{all.data(), emitted.ints.data(), nullptr, reinterpret_cast<void*>(aligned),
                        &status};
  run_units(emitted.phases[0].units,
            [&](int64_t begin, int64_t end) { code->function(&args, 0, begin, end); });
}

void run_cold(const ContractBuilder& c, Buffers& buffers) {
  const ContractRunner runner(c.kernel, c.kernel.phases[0]);
  const std::vector<void*> all = pointers(buffers);
  int32_t status = 0;
  run_units(runner.units(), [&](int64_t begin, int64_t end) {
    runner.run(begin, end, all.data(), nullptr, &status);
  });
}

void check(const std::string& name, const ContractBuilder& c) {
  Buffers contents;
  for (size_t i = 0; i < c.kernel.buffers.size(); ++i) {
    contents.push_back(
        random_bytes(c.kernel.buffers[i].dtype, c.elements[i], static_cast<uint32_t>(i + 3)));
  }
  Oracle o;
  o.wide = widened(c.kernel);
  o.depth = 1;
  for (const Axis& a : c.kernel.phases[0].reduced) o.depth *= a.extent;
  o.value = oracle(c, o.wide, contents, false);
  o.scale = oracle(c, o.wide, contents, true);
  Buffers compiled = contents;
  run_compiled(name, c, compiled);
  compare(name + ", compiled", c, o, compiled);
  Buffers cold = contents;
  run_cold(c, cold);
  compare(name + ", cold", c, o, cold);
}

void matrix_products() {
  for (int64_t m : {1, 7, 17, 65}) {
    for (int64_t n : {1, 7, 17, 65}) {
      MatmulSpec s;
      s.m = m;
      s.n = n;
      s.k = m == 7 ? 300 : 33;
      s.transpose_a = n == 7 || n == 65;
      s.transpose_b = m == 17 || m == 65;
      check("matmul " + std::to_string(m) + "x" + std::to_string(n), matmul(s));
    }
  }
  for (int transposes = 0; transposes < 4; ++transposes) {
    MatmulSpec s;
    s.batch = 3;
    s.m = 205;
    s.n = 137;
    s.k = 270;
    s.transpose_a = transposes & 1;
    s.transpose_b = transposes & 2;
    s.broadcast_a = transposes == 1;
    s.broadcast_b = transposes == 2;
    check("batched matmul, transposes " + std::to_string(transposes), matmul(s));
  }
  MatmulSpec tiny;
  tiny.batch = 500;
  tiny.m = 3;
  tiny.n = 5;
  tiny.k = 4;
  check("many tiny products", matmul(tiny));
  for (DType t : {DType::float64, DType::float16, DType::bfloat16, DType::int8, DType::uint8,
                  DType::int16, DType::int32, DType::uint32, DType::int64, DType::uint64}) {
    MatmulSpec s;
    s.m = 19;
    s.n = 37;
    s.k = 50;
    s.transpose_b = true;
    s.dtype = t;
    check("matmul of " + std::string(name_of(t)), matmul(s));
  }
}

void empty_extents() {
  for (int which = 0; which < 4; ++which) {
    MatmulSpec s;
    s.batch = which == 0 ? 0 : 2;
    s.m = which == 1 ? 0 : 5;
    s.n = which == 2 ? 0 : 6;
    s.k = which == 3 ? 0 : 7;
    check("matmul with empty extent " + std::to_string(which), matmul(s));
  }
  ConvSpec s;
  s.out = 3;
  s.height = 4;
  s.width = 14;
  s.in = 0;
  check("convolution of no channels", conv_forward(s));
}

void convolutions() {
  std::vector<ConvSpec> specs;
  const auto spec = [&](int64_t stride, int64_t padding, int64_t dilation, int64_t groups,
                        int64_t window) {
    ConvSpec s;
    s.images = 2;
    s.groups = groups;
    s.in = 5;
    s.out = 9;
    s.height = 13;
    s.width = 18;
    s.window = window;
    s.stride = stride;
    s.padding = padding;
    s.dilation = dilation;
    specs.push_back(s);
  };
  spec(1, 1, 1, 1, 3);
  spec(2, 1, 1, 1, 3);
  spec(1, 2, 2, 2, 3);
  spec(3, 0, 1, 2, 5);
  spec(2, 3, 2, 1, 3);
  spec(1, 0, 1, 3, 1);
  for (const ConvSpec& s : specs) {
    const std::string name = "stride " + std::to_string(s.stride) + " padding " +
                             std::to_string(s.padding) + " dilation " + std::to_string(s.dilation) +
                             " groups " + std::to_string(s.groups) + " window " +
                             std::to_string(s.window);
    check("convolution, " + name, conv_forward(s));
    check("convolution's data gradient, " + name, conv_data_gradient(s));
    check("convolution's weight gradient, " + name, conv_weight_gradient(s));
  }
}

void check_windows(const std::string& name, const ContractBuilder& c) {
  if (ContractPlan(c.kernel, c.kernel.phases[0], true).window.lines == 0) {
    ++failures;
    std::printf("FAILED %s: no windows\n", name.c_str());
  }
  check(name, c);
}

/// Lines of whole vectors, or nearly, are copied as windows. Panels end within an image, with it,
/// and behind several of them.
void windows() {
  for (int64_t width : {14, 16, 28, 48, 150}) {
    for (int64_t height : {1, 2, 5}) {
      ConvSpec s;
      s.images = 3;
      s.groups = width == 16 ? 2 : 1;
      s.in = 12;
      s.out = 11;
      s.height = height;
      s.width = width;
      s.window = height == 5 ? 5 : 3;
      s.dilation = width == 28 ? 2 : 1;
      s.padding = s.dilation * (s.window / 2);
      const std::string name =
          "windows, " + std::to_string(height) + "x" + std::to_string(width) + ", ";
      check_windows(name + "convolution", conv_forward(s));
      check_windows(name + "data gradient", conv_data_gradient(s));
      s.padding = 0;  // then there are no bounds
      s.height += s.dilation * (s.window - 1);
      s.width += s.dilation * (s.window - 1);
      check_windows(name + "convolution without padding", conv_forward(s));
    }
  }
}

/// The product of relu(x) - 0.5 (padded with 2) and w, plus bias, stored before and after its
/// square, and a transposed copy.
void prologue_and_epilogue() {
  const int64_t rows = 37, columns = 70, depth = 41;
  ContractBuilder c;
  const int m = c.parallel(rows, 'm');
  const int n = c.parallel(columns, 'n');
  const int k = c.reduced(depth);
  const int x = c.buffer(f32, rows * depth);
  const int w = c.buffer(f32, depth * columns);
  const int bias = c.buffer(f32, columns);
  const int residual = c.buffer(f32, rows * columns);
  const int zero = c.constant(f32, 0);
  const int two = c.constant(f32, 2);
  // Row m reads x shifted by m: part of it lies outside, where the fallback stands.
  const Affine shifted = axon::testing::form({{k, 1}, {m, 1}}, -9);
  Affine at = shifted;
  at += axon::testing::form({{m, depth}});
  const int padded = c.load(x, at, {{shifted, depth}});
  c.phase().body[padded].args[0] = two;
  const int relu = c.prim(Prim::maximum, f32, padded, zero);
  const int a = c.prim(Prim::sub, f32, relu, c.constant(f32, 0.5));
  const int b = c.prim(Prim::mul, f32, c.load(w, axon::testing::form({{k, columns}, {n, 1}})), two);
  c.operands(a, b);
  const int sum = c.result(f32);
  const Affine out = axon::testing::form({{m, columns}, {n, 1}});
  const int biased = c.prim(Prim::add, f32, sum, c.load(bias, axon::testing::form({{n, 1}})));
  const int squared = c.prim(Prim::mul, f32, biased, c.constant(f32, 0.125));
  const int added = c.prim(Prim::add, f32, squared, c.load(residual, out));
  c.store(f32, rows * columns, out, biased);
  c.store(f32, rows * columns, out, added);
  c.store(f32, rows * columns, axon::testing::form({{n, rows}, {m, 1}}), sum);
  c.store(DType::float64, rows * columns, out, c.cast(DType::float64, added));
  check("prologue and epilogue", c);
}

/// Blocks depend on extents alone, so every division into units gives the same bits.
void same_bits_for_any_division() {
  MatmulSpec s;
  s.m = 300;
  s.n = 260;
  s.k = 600;
  const ContractBuilder c = matmul(s);
  Buffers contents;
  for (size_t i = 0; i < c.elements.size(); ++i) {
    contents.push_back(random_bytes(f32, c.elements[i], static_cast<uint32_t>(i)));
  }
  const ContractRunner runner(c.kernel, c.kernel.phases[0]);
  int32_t status = 0;
  Buffers whole = contents;
  runner.run(0, runner.units(), pointers(whole).data(), nullptr, &status);
  Buffers pieces = contents;
  for (int64_t u = runner.units(); u-- > 0;) {
    runner.run(u, u + 1, pointers(pieces).data(), nullptr, &status);
  }
  if (runner.units() < 2 || whole != pieces) {
    ++failures;
    std::printf("FAILED same bits for any division\n");
  }
}

}  // namespace

int main() {
  matrix_products();
  empty_extents();
  convolutions();
  windows();
  prologue_and_epilogue();
  same_bits_for_any_division();
  std::printf(failures == 0 ? "contract: ok\n" : "contract: %d failures\n", failures);
  return failures != 0;
}
