// The cold tier of contractions: packed panels, precompiled micro-kernels; bodies run as bytecode.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/math.h"
#include "kernel/contract.h"
#include "kernel/contract_strip.h"
#include "kernel/executor.h"

namespace axon {

namespace {

struct Launch {
  void* const* buffers;
  const int64_t* scalars;
  int32_t* status;
};

int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return q - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t evaluate(const Affine& form, const int64_t* coords, const int64_t* scalars) {
  int64_t value = form.constant;
  for (const Term& t : form.terms) value += t.coef * coords[t.var];
  for (const Term& t : form.slots) value += t.coef * scalars[t.var];
  return value;
}

/// Coordinates of the axes of one role, walked in row-major order.
class Walk {
 public:
  Walk(const std::vector<MergedAxis>& axes, int64_t* coords) : axes_(axes), coords_(coords) {}

  void seek(int64_t linear) {
    for (size_t i = axes_.size(); i-- > 0;) {
      coords_[axes_[i].axis] = i > 0 ? linear % axes_[i].extent : linear;
      if (i > 0) linear /= axes_[i].extent;
    }
  }
  /// Points up to the end of the innermost axis, at most `most`.
  int64_t left(int64_t most) const {
    return axes_.empty() ? most : std::min(most, axes_.back().extent - coords_[axes_.back().axis]);
  }
  void advance(int64_t by) {
    if (axes_.empty()) return;
    coords_[axes_.back().axis] += by;
    for (size_t i = axes_.size() - 1; i > 0 && coords_[axes_[i].axis] == axes_[i].extent; --i) {
      coords_[axes_[i].axis] = 0;
      ++coords_[axes_[i - 1].axis];
    }
  }

 private:
  const std::vector<MergedAxis>& axes_;
  int64_t* coords_;
};

int32_t innermost(const std::vector<MergedAxis>& axes) {
  return axes.empty() ? -1 : axes.back().axis;
}

/// Copies elements of dtype `from`, as registers hold it, to T.
template <class T>
void convert(DType from, const void* in, int64_t n, T* out) {
  const auto copy = [&](auto zero) {
    const auto* typed = static_cast<const decltype(zero)*>(in);
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(typed[i]);
  };
  switch (from) {
    case DType::bool_:
    case DType::uint8:
      return copy(uint8_t{});
    case DType::int8:
      return copy(int8_t{});
    case DType::int16:
      return copy(int16_t{});
    case DType::int32:
      return copy(int32_t{});
    case DType::int64:
      return copy(int64_t{});
    case DType::uint16:
      return copy(uint16_t{});
    case DType::uint32:
      return copy(uint32_t{});
    case DType::uint64:
      return copy(uint64_t{});
    case DType::float16:
    case DType::bfloat16:
    case DType::float32:
      return copy(float{});
    case DType::float64:
      return copy(double{});
  }
}

}  // namespace

struct ContractRunner::State {
  Kernel kernel;
  ContractPlan plan;
  BodyRunner a, b, store;

  State(const Kernel& whole, const Phase& contraction)
      : kernel(only(whole, contraction)),
        plan(kernel, phase(), false),
        a(kernel, phase(), innermost(plan.a.run()), {plan.a.value}, {}),
        b(kernel, phase(), innermost(plan.b.run()), {plan.b.value}, {}),
        store(kernel, phase(), innermost(plan.n), {}, all_stores()) {}

  static Kernel only(const Kernel& whole, const Phase& contraction) {
    Kernel kernel = whole;
    kernel.phases = {contraction};
    return kernel;
  }
  const Phase& phase() const { return kernel.phases[0]; }
  std::vector<int32_t> all_stores() const {
    std::vector<int32_t> stores(phase().stores.size());
    for (size_t i = 0; i < stores.size(); ++i) stores[i] = static_cast<int32_t>(i);
    return stores;
  }

  template <class T>
  void run(int64_t begin, int64_t end, const Launch& launch) const;
};

namespace {

/// One thread's work on a range of tiles.
template <class T>
class Worker {
 public:
  Worker(const ContractPlan& plan, const Phase& phase, const Launch& launch)
      : plan_(plan),
        phase_(phase),
        launch_(launch),
        strip_(strip<T>()),
        coords_(phase.parallel.size() + phase.reduced.size() + 1, 0),
        scratch_(plan.scratch_bytes / sizeof(T) + 16) {
    panels_ = scratch_.data();
    const size_t misaligned = reinterpret_cast<uintptr_t>(panels_) % 64;
    if (misaligned != 0) panels_ += (64 - misaligned) / sizeof(T);
  }

  struct Body {
    const BodyRunner& runner;
    BodyRunner::Frame& frame;
  };

  void tile(int64_t number, const Body& a, const Body& b, const Body& store) {
    const int64_t row_blocks = (plan_.rows + plan_.row_block - 1) / plan_.row_block;
    const int64_t column_blocks = (plan_.columns + plan_.column_block - 1) / plan_.column_block;
    const int64_t row_first = number % row_blocks * plan_.row_block;
    const int64_t column_first = number / row_blocks % column_blocks * plan_.column_block;
    const int64_t rows = std::min(plan_.row_block, plan_.rows - row_first);
    const int64_t columns = std::min(plan_.column_block, plan_.columns - column_first);
    std::fill(coords_.begin(), coords_.end(), 0);
    Walk(plan_.batch, coords_.data()).seek(number / row_blocks / column_blocks);
    T* const c = panels_ + plan_.c_offset;
    if (plan_.depth == 0) std::fill(c, c + rows * plan_.c_pitch, T{0});
    for (int64_t k = 0; k < plan_.depth; k += plan_.depth_block) {
      const int64_t depth = std::min(plan_.depth_block, plan_.depth - k);
      if (!plan_.a.in_place) {
        fill(plan_.a, a, row_first, rows, k, depth, panels_, plan_.a_pitch);
      }
      for (int64_t j = 0; j < columns; j += plan_.panel) {
        const int64_t width = std::min(plan_.panel, columns - j);
        fill_b(b, column_first + j, width, k, depth);
        multiply(row_first, rows, k, depth, width, c + j);
      }
    }
    finish(store, row_first, rows, column_first, columns, c);
  }

 private:
  void fill(const OperandPlan& o, const Body& body, int64_t free_first, int64_t frees,
            int64_t k_first, int64_t depth, T* panel, int64_t pitch) {
    const int64_t run_first = o.along_k ? k_first : free_first;
    const int64_t runs = o.along_k ? depth : frees;
    const int64_t line_first = o.along_k ? free_first : k_first;
    const int64_t lines = o.along_k ? frees : depth;
    Walk run(o.run(), coords_.data());
    Walk line(o.line(), coords_.data());
    run.seek(run_first);
    for (int64_t done = 0; done < runs;) {
      const int64_t count = std::min(run.left(runs - done), kTile);
      line.seek(line_first);
      for (int64_t l = 0; l < lines; ++l) {
        T* const out = panel + l * pitch + done;
        if (o.plain) {
          copy(phase_.body[o.value], innermost(o.run()), count, out);
        } else {
          body.runner.run(body.frame, coords_.data(), count);
          convert(phase_.body[o.value].dtype, body.runner.value(body.frame, 0), count, out);
        }
        line.advance(1);
      }
      done += count;
      run.advance(count);
    }
    // The line coordinates must not be seen by the other operand.
    run.seek(0);
    line.seek(0);
  }

  /// One run of a load, zero where its bounds do not hold.
  void copy(const Instr& load, int32_t axis, int64_t count, T* out) {
    int64_t low = 0;
    int64_t high = count;
    for (const Guard& g : load.bounds) {
      const int64_t base = evaluate(g.index, coords_.data(), launch_.scalars);
      const int64_t step = axis < 0 ? 0 : g.index.coef_of(axis);
      if (step == 0) {
        if (base < 0 || base >= g.extent) high = 0;
      } else if (step > 0) {
        low = std::max(low, -floor_divide(base, step));
        high = std::min(high, -floor_divide(base - g.extent, step));
      } else {
        low = std::max(low, floor_divide(base - g.extent, -step) + 1);
        high = std::min(high, floor_divide(base, -step) + 1);
      }
    }
    low = std::min(low, count);
    high = std::max(high, low);
    const T* const in = static_cast<const T*>(launch_.buffers[load.index]);
    const int64_t at = evaluate(load.address, coords_.data(), launch_.scalars);
    const int64_t stride = axis < 0 ? 0 : load.address.coef_of(axis);
    std::fill(out, out + low, T{0});
    if (stride == 1) {
      if (high > low) std::memcpy(out + low, in + at + low, (high - low) * sizeof(T));
    } else {
      for (int64_t t = low; t < high; ++t) out[t] = in[at + t * stride];
    }
    std::fill(out + high, out + count, T{0});
  }

  void fill_b(const Body& body, int64_t column_first, int64_t width, int64_t k, int64_t depth) {
    T* const b = panels_ + plan_.b_offset;
    const int64_t padded = (width + strip_.columns - 1) / strip_.columns * strip_.columns;
    if (!plan_.b.along_k) {
      fill(plan_.b, body, column_first, width, k, depth, b, plan_.b_pitch);
      for (int64_t r = 0; r < depth; ++r) {
        std::fill(b + r * plan_.b_pitch + width, b + r * plan_.b_pitch + padded, T{0});
      }
      return;
    }
    T* const turn = panels_ + plan_.turn_offset;
    fill(plan_.b, body, column_first, width, k, depth, turn, plan_.turn_pitch);
    for (int64_t j = width; j < padded; ++j) {
      std::fill(turn + j * plan_.turn_pitch, turn + j * plan_.turn_pitch + depth, T{0});
    }
    for (int64_t j = 0; j < padded; j += 8) {
      for (int64_t r = 0; r < depth; ++r) {
        for (int64_t i = 0; i < 8; ++i) {
          b[r * plan_.b_pitch + j + i] = turn[(j + i) * plan_.turn_pitch + r];
        }
      }
    }
  }

  void multiply(int64_t row_first, int64_t rows, int64_t k, int64_t depth, int64_t width, T* c) {
    const T* a = panels_;
    int64_t a_row = plan_.a.along_k ? plan_.a_pitch : 1;
    int64_t a_k = plan_.a.along_k ? 1 : plan_.a_pitch;
    if (plan_.a.in_place) {
      const Instr& load = phase_.body[plan_.a.value];
      a_row = plan_.a.free_stride;
      a_k = plan_.a.k_stride;
      a = static_cast<const T*>(launch_.buffers[load.index]) +
          evaluate(load.address, coords_.data(), launch_.scalars) + row_first * a_row + k * a_k;
    }
    for (int64_t j = 0; j < width; j += strip_.columns) {
      strip_.fn(rows, depth, a, a_row, a_k, panels_ + plan_.b_offset + j, plan_.b_pitch, c + j,
                plan_.c_pitch, k == 0);
    }
  }

  void finish(const Body& body, int64_t row_first, int64_t rows, int64_t column_first,
              int64_t columns, const T* c) {
    Walk row(plan_.m, coords_.data());
    Walk column(plan_.n, coords_.data());
    row.seek(row_first);
    for (int64_t r = 0; r < rows; ++r) {
      column.seek(column_first);
      for (int64_t done = 0; done < columns;) {
        const int64_t count = std::min(column.left(columns - done), kTile);
        const void* sums[1] = {registers(c + r * plan_.c_pitch + done, count)};
        body.runner.run(body.frame, coords_.data(), count, sums);
        done += count;
        column.advance(count);
      }
      row.advance(1);
    }
  }

  /// Sums as the registers of the `result` instruction's dtype.
  const void* registers(const T* sums, int64_t n) {
    if (plan_.result < 0) return sums;
    const DType t = phase_.body[plan_.result].dtype;
    const auto narrow = [&](auto zero) -> const void* {
      auto* out = reinterpret_cast<decltype(zero)*>(narrow_);
      for (int64_t i = 0; i < n; ++i) out[i] = static_cast<decltype(zero)>(sums[i]);
      return out;
    };
    switch (t) {
      case DType::bool_:
        for (int64_t i = 0; i < n; ++i) reinterpret_cast<uint8_t*>(narrow_)[i] = sums[i] != 0;
        return narrow_;
      case DType::float16:
        return rounded(sums, n, ax_round_f16);
      case DType::bfloat16:
        return rounded(sums, n, ax_round_bf16);
      case DType::int8:
      case DType::uint8:
        return narrow(uint8_t{});
      case DType::int16:
      case DType::uint16:
        return narrow(uint16_t{});
      default:
        return sums;
    }
  }

  template <class Round>
  const void* rounded(const T* sums, int64_t n, Round round) {
    float* const out = reinterpret_cast<float*>(narrow_);
    for (int64_t i = 0; i < n; ++i) out[i] = round(static_cast<float>(sums[i]));
    return out;
  }

  const ContractPlan& plan_;
  const Phase& phase_;
  const Launch& launch_;
  const Strip<T> strip_;
  std::vector<int64_t> coords_;
  std::vector<T> scratch_;
  T* panels_;
  alignas(64) unsigned char narrow_[kTile * sizeof(float)];
};

}  // namespace

template <class T>
void ContractRunner::State::run(int64_t begin, int64_t end, const Launch& launch) const {
  BodyRunner::Frame a_frame = a.frame(launch.buffers, launch.scalars, launch.status);
  BodyRunner::Frame b_frame = b.frame(launch.buffers, launch.scalars, launch.status);
  BodyRunner::Frame store_frame = store.frame(launch.buffers, launch.scalars, launch.status);
  Worker<T> worker(plan, phase(), launch);
  const int64_t stop = std::min(end * plan.tiles_per_unit, plan.tiles);
  for (int64_t tile = begin * plan.tiles_per_unit; tile < stop; ++tile) {
    worker.tile(tile, {a, a_frame}, {b, b_frame}, {store, store_frame});
  }
}

ContractRunner::ContractRunner(const Kernel& kernel, const Phase& phase)
    : state_(std::make_unique<State>(kernel, phase)) {}
ContractRunner::~ContractRunner() = default;
ContractRunner::ContractRunner(ContractRunner&&) noexcept = default;

int64_t ContractRunner::units() const { return state_->plan.units; }

void ContractRunner::run(int64_t begin, int64_t end, void* const* buffers, const int64_t* scalars,
                         int32_t* status) const {
  const Launch launch{buffers, scalars, status};
  switch (state_->plan.sum) {
    case DType::float32:
      return state_->run<float>(begin, end, launch);
    case DType::float64:
      return state_->run<double>(begin, end, launch);
    case DType::uint32:
      return state_->run<uint32_t>(begin, end, launch);
    default:
      return state_->run<uint64_t>(begin, end, launch);
  }
}

}  // namespace axon
