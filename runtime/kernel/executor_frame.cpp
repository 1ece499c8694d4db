// Running vector bytecode over one run of points.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/math.h"
#include "core/random.h"
#include "kernel/executor_body.h"

namespace axon {

namespace {

int index_of(DType t) { return static_cast<int>(t); }
int index_of(Combine c) { return static_cast<int>(c); }
/// Tables of pairs have argmax first, then argmin.
int pair_of(Combine c) { return c == Combine::argmin; }

int64_t floor_divide(int64_t a, int64_t b) { return ax_floordiv_i64(a, b); }

/// Shrinks [lo, hi) to the i for which 0 <= first + i * step < extent.
void clip(int64_t first, int64_t step, int64_t extent, int64_t& lo, int64_t& hi) {
  if (step == 0) {
    if (first < 0 || first >= extent) hi = lo;
    return;
  }
  if (step < 0) {  // the same points, counted from the other end of the extent
    first = extent - 1 - first;
    step = -step;
  }
  lo = std::max(lo, -floor_divide(first, step));
  hi = std::min(hi, -floor_divide(first - extent, step));
}

}  // namespace

void BodyFrame::Free::operator()(char* p) const { std::free(p); }

BodyFrame::BodyFrame(const BodyCode& body)
    : code(body),
      pointers(body.offsets.size()),
      ops_(tile_ops()),
      storage_(static_cast<char*>(std::aligned_alloc(64, body.bytes + 64))),
      bases_(body.forms.size()),
      in_place_(body.buffers),
      index_(body.width),
      mask_(body.width) {
  if (storage_ == nullptr) throw std::bad_alloc();
  for (size_t v = 0; v < pointers.size(); ++v) pointers[v] = storage_.get() + body.offsets[v];
}

void BodyFrame::bind(void* const* buffers, const int64_t* scalars, int32_t* status) {
  buffers_ = buffers;
  scalars_ = scalars;
  status_ = status;
  for (size_t f = 0; f < bases_.size(); ++f) {
    bases_[f] = code.forms[f].constant;
    for (const Term& t : code.forms[f].slots) bases_[f] += t.coef * scalars[t.var];
  }
  // A tile must not point into memory that a store of the same pass may change, even under another
  // slot.
  for (int32_t b = 0; b < code.buffers; ++b) {
    in_place_[b] = true;
    for (int32_t w = 0; w < code.buffers; ++w) {
      if (code.written[w] && buffers[w] == buffers[b]) in_place_[b] = false;
    }
  }
  run(0, nullptr, 1, code.width);
}

int64_t BodyFrame::at(int32_t form, const int64_t* coords) const {
  const AddressForm& f = code.forms[form];
  int64_t sum = bases_[form];
  for (const Term& t : f.axes) sum += t.coef * coords[t.var];
  for (const Term& t : f.uniform) {
    sum += t.coef * *reinterpret_cast<const int64_t*>(pointers[t.var]);
  }
  return sum;
}

/// The form at each point of the run, in scratch.
int64_t* BodyFrame::indices(int32_t form, const int64_t* coords, int64_t n) {
  ops_.ramp(index_.data(), at(form, coords), code.forms[form].step, n);
  for (const Term& t : code.forms[form].varying) {
    ops_.add_scaled(index_.data(), value<int64_t>(t.var), t.coef, n);
  }
  return index_.data();
}

void BodyFrame::run(int32_t section, const int64_t* coords, int64_t n, int64_t span) {
  for (const TileOp& op : code.sections[section]) execute(op, coords, op.varying ? n : 1, span);
}

void BodyFrame::execute(const TileOp& op, const int64_t* coords, int64_t n, int64_t span) {
  switch (op.code) {
    case OpCode::prim:
    case OpCode::cast: {
      const auto arg = [&](int i) { return op.args[i] < 0 ? nullptr : pointers[op.args[i]]; };
      op.fn(pointers[op.dst], arg(0), arg(1), arg(2), n);
      if (op.round != nullptr) op.round(pointers[op.dst], n);
      break;
    }
    case OpCode::load:
      if (op.indexed) {
        load_masked(op, coords, n);
      } else {
        load(op, coords, n);
      }
      break;
    case OpCode::store:
      store(op, coords, n);
      break;
    case OpCode::fold:
      fold(op, coords, n);
      break;
    case OpCode::scan:
      scan(op, n);
      break;
    case OpCode::splat:
      ops_.splat[index_of(op.dtype)](pointers[op.dst], pointers[op.args[0]], span);
      break;
    case OpCode::affine:
    case OpCode::floordiv: {
      int64_t* const form = indices(op.form, coords, n);
      if (op.code == OpCode::floordiv) ops_.floordiv(form, op.integer, n);
      std::copy_n(form, n, value<int64_t>(op.dst));
      break;
    }
    case OpCode::gather:
      if (!ops_.wrap_index(value<int64_t>(op.dst), value<int64_t>(op.args[0]), op.integer, n)) {
        __atomic_store_n(status_, op.number, __ATOMIC_RELAXED);
      }
      break;
    case OpCode::uniform: {
      const uint64_t key = ax_uniform_key(static_cast<uint64_t>(scalars_[op.slot]),
                                          static_cast<uint64_t>(scalars_[op.slot + 1]));
      ops_.uniform(value<float>(op.dst), key, value<int64_t>(op.args[0]), n);
      break;
    }
    case OpCode::scalar:
      std::memcpy(pointers[op.dst], &scalars_[op.slot], sizeof(int64_t));
      break;
    case OpCode::constant:
      constant(op);
      break;
  }
}

/// Constants take the way of a cast, so that a float16 constant is one that float16 has.
void BodyFrame::constant(const TileOp& op) {
  const bool real = is_float(op.dtype);
  const void* const from = real ? static_cast<const void*>(&op.real) : &op.integer;
  const DType wide = real ? DType::float64 : DType::int64;
  ops_.cast[index_of(wide)][index_of(op.dtype)](pointers[op.dst], from, nullptr, nullptr, 1);
}

/// Addresses in even steps: the part of the run within bounds is one strided read, or none at all
/// but a pointer.
void BodyFrame::load(const TileOp& op, const int64_t* coords, int64_t n) {
  const int64_t first = at(op.form, coords);
  const int64_t step = code.forms[op.form].step;
  int64_t lo = 0;
  int64_t hi = n;
  for (const TileBound& b : op.bounds) {
    clip(at(b.form, coords), code.forms[b.form].step, b.extent, lo, hi);
  }
  const int dtype = index_of(op.dtype);
  const size_t stored = size_of(op.dtype);
  const char* const base = static_cast<const char*>(buffers_[op.slot]);
  const bool half = op.dtype == DType::float16 || op.dtype == DType::bfloat16;
  if (lo == 0 && hi == n && (step == 1 || n == 1) && !half && in_place_[op.slot]) {
    pointers[op.dst] = const_cast<char*>(base) + first * static_cast<int64_t>(stored);
    return;
  }
  char* const out = storage_.get() + code.offsets[op.dst];
  pointers[op.dst] = out;
  if (lo == 0 && hi == n) {
    ops_.load[dtype](out, base + first * static_cast<int64_t>(stored), step, n);
    return;
  }
  const size_t size = half ? sizeof(float) : stored;
  lo = std::min(lo, n);  // bounds that only points beyond the run would keep
  hi = std::clamp(hi, lo, n);
  const auto outside = [&](int64_t from, int64_t to) {
    char* const at = out + from * size;
    const size_t bytes = static_cast<size_t>(to - from) * size;
    if (op.args[0] < 0) {
      std::memset(at, 0, bytes);
    } else {
      std::memcpy(at, pointers[op.args[0]] + from * size, bytes);
    }
  };
  outside(0, lo);
  if (lo < hi) {
    const int64_t start = first + lo * step;
    ops_.load[dtype](out + lo * size, base + start * static_cast<int64_t>(stored), step, hi - lo);
  }
  outside(hi, n);
}

void BodyFrame::load_masked(const TileOp& op, const int64_t* coords, int64_t n) {
  uint8_t* mask = nullptr;
  if (!op.bounds.empty()) {
    mask = mask_.data();
    std::memset(mask, 1, static_cast<size_t>(n));
    for (const TileBound& b : op.bounds) ops_.within(mask, indices(b.form, coords, n), b.extent, n);
  }
  const void* const fallback = op.args[0] < 0 ? nullptr : pointers[op.args[0]];
  ops_.load_indexed[index_of(op.dtype)](pointers[op.dst], buffers_[op.slot],
                                        indices(op.form, coords, n), mask, fallback, n);
}

void BodyFrame::store(const TileOp& op, const int64_t* coords, int64_t n) {
  char* const base = static_cast<char*>(buffers_[op.slot]);
  const char* const from = pointers[op.args[0]];
  if (op.indexed) {
    ops_.scatter[index_of(op.combine)][index_of(op.dtype)](base, indices(op.form, coords, n), from,
                                                           n);
    return;
  }
  const int64_t first = at(op.form, coords) * static_cast<int64_t>(size_of(op.dtype));
  ops_.store[index_of(op.dtype)](base + first, code.forms[op.form].step, from, n);
}

void BodyFrame::fold(const TileOp& op, const int64_t* coords, int64_t n) {
  const Accumulator& into = code.accumulators[op.slot];
  const int c = index_of(op.combine);
  const int d = index_of(op.dtype);
  char* const sums = pointers[into.sums];
  const char* const from = pointers[op.args[0]];
  if (into.numbers < 0) {
    (code.lanes ? ops_.fold_lanes : ops_.fold)[c][d](sums, from, n);
    return;
  }
  const auto& fold_pair = code.lanes ? ops_.fold_pair_lanes : ops_.fold_pair;
  fold_pair[pair_of(op.combine)][d](sums, value<int64_t>(into.numbers), from, at(op.form, coords),
                                    n);
}

/// Along the runs, or (accumulators are tiles then) across them.
void BodyFrame::scan(const TileOp& op, int64_t n) {
  const Accumulator& into = code.accumulators[op.slot];
  const int c = index_of(op.combine);
  const int d = index_of(op.dtype);
  char* const sums = pointers[into.sums];
  char* const out = pointers[op.dst];
  const char* const from = pointers[op.args[0]];
  const char* const factor = op.args[1] < 0 ? nullptr : pointers[op.args[1]];
  if (code.lanes && factor != nullptr) {
    (code.backwards ? ops_.recurrence_back : ops_.recurrence)[d](sums, out, factor, from, n);
    return;
  }
  if (code.lanes) {
    (code.backwards ? ops_.scan_back : ops_.scan)[c][d](sums, out, from, op.integer != 0, n);
    return;
  }
  const size_t bytes = static_cast<size_t>(n) * size_of(op.dtype);
  if (op.integer != 0) std::memcpy(out, sums, bytes);
  if (factor != nullptr) ops_.fold[index_of(Combine::prod)][d](sums, factor, n);
  ops_.fold[c][d](sums, from, n);
  if (op.integer == 0) std::memcpy(out, sums, bytes);
}

void BodyFrame::begin_reduction(int32_t r, int64_t n) {
  const Accumulator& a = code.accumulators[r];
  const int64_t count = code.lanes ? kLanes : n;
  ops_.identity[index_of(a.combine)][index_of(a.dtype)](pointers[a.sums], count);
  if (a.numbers >= 0) std::fill_n(value<int64_t>(a.numbers), count, INT64_MAX);
}

void BodyFrame::end_reduction(int32_t r) {
  if (!code.lanes) return;
  const Accumulator& a = code.accumulators[r];
  if (a.numbers >= 0) {
    ops_.tree_pair[pair_of(a.combine)][index_of(a.dtype)](pointers[a.sums],
                                                          value<int64_t>(a.numbers));
  } else {
    ops_.tree[index_of(a.combine)][index_of(a.dtype)](pointers[a.sums]);
  }
}

}  // namespace axon
