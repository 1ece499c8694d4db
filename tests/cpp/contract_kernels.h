// Contract kernels built by hand: matrix products, convolutions and their gradients as index maps.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "kernel/kernel.h"

namespace axon::testing {

/// Builds a kernel of one contract phase. Axes are numbered as they are added: all parallel ones
/// before the reduced ones.
class ContractBuilder {
 public:
  Kernel kernel;
  std::vector<int64_t> elements;  // of each buffer

  ContractBuilder() {
    kernel.kind = KernelKind::contract;
    kernel.phases.resize(1);
    phase().contract = true;
    phase().levels = 1;
  }

  Phase& phase() { return kernel.phases[0]; }

  int parallel(int64_t extent, char role) {
    const int axis = static_cast<int>(phase().parallel.size());
    phase().parallel.push_back({extent, false, false});
    (role == 'b' ? phase().batch : role == 'm' ? phase().m : phase().n).push_back(axis);
    return axis;
  }
  int reduced(int64_t extent, bool baked = false) {
    phase().reduced.push_back({extent, true, baked});
    return static_cast<int>(phase().parallel.size() + phase().reduced.size()) - 1;
  }

  int buffer(DType t, int64_t count, bool written = false) {
    elements.push_back(count);
    kernel.buffers.push_back({t, static_cast<ValueId>(kernel.buffers.size()), written, !written});
    return static_cast<int>(kernel.buffers.size()) - 1;
  }

  int add(Instr in) {
    phase().body.push_back(std::move(in));
    return static_cast<int>(phase().body.size()) - 1;
  }
  int load(int slot, Affine address, std::vector<Guard> bounds = {}) {
    Instr in{InstrKind::load, kernel.buffers[slot].dtype};
    in.index = slot;
    in.address = std::move(address);
    in.bounds = std::move(bounds);
    return add(in);
  }
  int prim(Prim p, DType t, int a, int b = -1, int c = -1) {
    Instr in{InstrKind::prim, t};
    in.prim = p;
    in.args[0] = a;
    in.args[1] = b;
    in.args[2] = c;
    return add(in);
  }
  int constant(DType t, double number) {
    Instr in{InstrKind::constant, t};
    in.number = number;
    in.integer = static_cast<int64_t>(number);
    return add(in);
  }
  int floordiv(Affine form, int64_t by) {
    Instr in{InstrKind::floordiv, DType::int64};
    in.address = std::move(form);
    in.integer = by;
    return add(in);
  }
  int cast(DType t, int a) {
    Instr in{InstrKind::cast, t};
    in.args[0] = a;
    return add(in);
  }
  int result(DType t) {
    Instr in{InstrKind::result, t};
    in.index = 0;
    const int value = add(in);
    phase().reductions.push_back({Combine::sum, -1, value, 0, t});
    return value;
  }
  void operands(int a, int b) {
    phase().a = a;
    phase().b = b;
  }
  int store(DType t, int64_t count, Affine address, int value) {
    const int slot = buffer(t, count, true);
    phase().stores.push_back({slot, std::move(address), value, false, Combine::set, -1});
    return slot;
  }
};

inline Affine form(std::initializer_list<std::pair<int, int64_t>> terms, int64_t constant = 0) {
  Affine a(constant);
  for (const auto& [axis, coef] : terms) a += Affine::axis(axis, coef);
  return a;
}

struct MatmulSpec {
  int64_t batch = 1, m = 1, n = 1, k = 1;
  bool transpose_a = false, transpose_b = false;
  bool broadcast_a = false, broadcast_b = false;  // over the batch
  DType dtype = DType::float32;
};

/// Slots: 0 a, 1 b, 2 y.
inline ContractBuilder matmul(const MatmulSpec& s) {
  ContractBuilder c;
  const int batch = c.parallel(s.batch, 'b');
  const int m = c.parallel(s.m, 'm');
  const int n = c.parallel(s.n, 'n');
  const int k = c.reduced(s.k);
  const int a = c.buffer(s.dtype, (s.broadcast_a ? 1 : s.batch) * s.m * s.k);
  const int b = c.buffer(s.dtype, (s.broadcast_b ? 1 : s.batch) * s.k * s.n);
  Affine at_a = s.transpose_a ? form({{k, s.m}, {m, 1}}) : form({{m, s.k}, {k, 1}});
  Affine at_b = s.transpose_b ? form({{n, s.k}, {k, 1}}) : form({{k, s.n}, {n, 1}});
  if (!s.broadcast_a) at_a += Affine::axis(batch, s.m * s.k);
  if (!s.broadcast_b) at_b += Affine::axis(batch, s.k * s.n);
  const int a_value = c.load(a, at_a);
  c.operands(a_value, c.load(b, at_b));
  const int y = c.result(s.dtype);
  c.store(s.dtype, s.batch * s.m * s.n, form({{batch, s.m * s.n}, {m, s.n}, {n, 1}}), y);
  return c;
}

struct ConvSpec {
  int64_t images = 1, groups = 1, in = 1, out = 1;  // channels in and out of a group
  int64_t height = 1, width = 1, window = 3, stride = 1, padding = 1, dilation = 1;

  int64_t size(int64_t n) const {
    return (n + 2 * padding - dilation * (window - 1) - 1) / stride + 1;
  }
  int64_t out_height() const { return size(height); }
  int64_t out_width() const { return size(width); }
  /// Row-major strides of x [image, group, in, height, width], w [group, out, in, r, s] and y
  /// [image, group, out, h, v].
  int64_t x_plane() const { return height * width; }
  int64_t y_plane() const { return out_height() * out_width(); }
  int64_t taps() const { return window * window; }
  int64_t x_elements() const { return images * groups * in * x_plane(); }
  int64_t y_elements() const { return images * groups * out * y_plane(); }
  int64_t w_elements() const { return groups * out * in * taps(); }
};

/// Slots: 0 w, 1 x, 2 y.
inline ContractBuilder conv_forward(const ConvSpec& s) {
  ContractBuilder c;
  const int image = c.parallel(s.images, 'n');
  const int g = c.parallel(s.groups, 'b');
  const int o = c.parallel(s.out, 'm');
  const int h = c.parallel(s.out_height(), 'n');
  const int v = c.parallel(s.out_width(), 'n');
  const int ch = c.reduced(s.in);
  const int r = c.reduced(s.window, true);
  const int t = c.reduced(s.window, true);
  const int w = c.buffer(DType::float32, s.w_elements());
  const int x = c.buffer(DType::float32, s.x_elements());
  const int a = c.load(w, form({{g, s.out * s.in * s.taps()},
                                {o, s.in * s.taps()},
                                {ch, s.taps()},
                                {r, s.window},
                                {t, 1}}));
  const Affine row = form({{h, s.stride}, {r, s.dilation}}, -s.padding);
  const Affine column = form({{v, s.stride}, {t, s.dilation}}, -s.padding);
  Affine at =
      form({{image, s.groups * s.in * s.x_plane()}, {g, s.in * s.x_plane()}, {ch, s.x_plane()}});
  at += row * s.width;
  at += column;
  c.operands(a, c.load(x, at, {{row, s.height}, {column, s.width}}));
  const int y = c.result(DType::float32);
  c.store(DType::float32, s.y_elements(),
          form({{image, s.groups * s.out * s.y_plane()},
                {g, s.out * s.y_plane()},
                {o, s.y_plane()},
                {h, s.out_width()},
                {v, 1}}),
          y);
  return c;
}

/// dx[h] = sum over taps r with h + padding - r*dilation = stride * q of w[r] * dy[q]. Slots: 0 w,
/// 1 dy, 2 dx.
inline ContractBuilder conv_data_gradient(const ConvSpec& s) {
  ContractBuilder c;
  const int image = c.parallel(s.images, 'n');
  const int g = c.parallel(s.groups, 'b');
  const int ch = c.parallel(s.in, 'm');
  const int h = c.parallel(s.height, 'n');
  const int v = c.parallel(s.width, 'n');
  const int o = c.reduced(s.out);
  const int r = c.reduced(s.window, true);
  const int t = c.reduced(s.window, true);
  const int w = c.buffer(DType::float32, s.w_elements());
  const int dy = c.buffer(DType::float32, s.y_elements());
  const int a = c.load(w, form({{g, s.out * s.in * s.taps()},
                                {o, s.in * s.taps()},
                                {ch, s.taps()},
                                {r, s.window},
                                {t, 1}}));
  const Affine row_scaled = form({{h, 1}, {r, -s.dilation}}, s.padding);
  const Affine column_scaled = form({{v, 1}, {t, -s.dilation}}, s.padding);
  Affine row = row_scaled, column = column_scaled;
  std::vector<Guard> bounds;
  if (s.stride > 1) {
    row = Affine::instr(c.floordiv(row_scaled, s.stride));
    column = Affine::instr(c.floordiv(column_scaled, s.stride));
    bounds.push_back({row_scaled + row * -s.stride, 1});
    bounds.push_back({column_scaled + column * -s.stride, 1});
  }
  bounds.push_back({row, s.out_height()});
  bounds.push_back({column, s.out_width()});
  Affine at =
      form({{image, s.groups * s.out * s.y_plane()}, {g, s.out * s.y_plane()}, {o, s.y_plane()}});
  at += row * s.out_width();
  at += column;
  c.operands(a, c.load(dy, at, bounds));
  const int dx = c.result(DType::float32);
  c.store(DType::float32, s.x_elements(),
          form({{image, s.groups * s.in * s.x_plane()},
                {g, s.in * s.x_plane()},
                {ch, s.x_plane()},
                {h, s.width},
                {v, 1}}),
          dx);
  return c;
}

/// Slots: 0 dy, 1 x, 2 dw.
inline ContractBuilder conv_weight_gradient(const ConvSpec& s) {
  ContractBuilder c;
  const int g = c.parallel(s.groups, 'b');
  const int o = c.parallel(s.out, 'm');
  const int ch = c.parallel(s.in, 'n');
  const int r = c.parallel(s.window, 'n');
  const int t = c.parallel(s.window, 'n');
  const int image = c.reduced(s.images);
  const int h = c.reduced(s.out_height());
  const int v = c.reduced(s.out_width());
  const int dy = c.buffer(DType::float32, s.y_elements());
  const int x = c.buffer(DType::float32, s.x_elements());
  const int a = c.load(dy, form({{image, s.groups * s.out * s.y_plane()},
                                 {g, s.out * s.y_plane()},
                                 {o, s.y_plane()},
                                 {h, s.out_width()},
                                 {v, 1}}));
  const Affine row = form({{h, s.stride}, {r, s.dilation}}, -s.padding);
  const Affine column = form({{v, s.stride}, {t, s.dilation}}, -s.padding);
  Affine at =
      form({{image, s.groups * s.in * s.x_plane()}, {g, s.in * s.x_plane()}, {ch, s.x_plane()}});
  at += row * s.width;
  at += column;
  c.operands(a, c.load(x, at, {{row, s.height}, {column, s.width}}));
  const int dw = c.result(DType::float32);
  c.store(DType::float32, s.w_elements(),
          form({{g, s.out * s.in * s.taps()},
                {o, s.in * s.taps()},
                {ch, s.taps()},
                {r, s.window},
                {t, 1}}),
          dw);
  return c;
}

}  // namespace axon::testing
