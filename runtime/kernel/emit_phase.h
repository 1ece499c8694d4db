// What every printer of loop phases shares: which instructions a place of the nest needs, how
// reductions accumulate, and what is stored. The nest around them - loops of a CPU, threads of a
// GPU - is the business of those who derive from it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernel/emit.h"

namespace axon {

using Instrs = std::vector<int32_t>;

/// The number in an accumulator that has met no element, as text.
inline const std::string kNoNumber = "9223372036854775807LL";

/// True iff the reduction gives the number of an element: it accumulates (value, number) pairs.
bool keeps_number(const Reduction& r);

class PhasePrinter {
 public:
  /// `vector`: the parallel axis that is innermost of all loops; -1: none.
  PhasePrinter(const Kernel& kernel, int number, Ints& ints, int32_t vector);
  virtual ~PhasePrinter() = default;

 protected:
  int32_t size() const { return static_cast<int32_t>(phase_.body.size()); }

  /// What the reductions and point stores of a level read; what the row stores read.
  Instrs roots(int32_t level) const;
  Instrs row_roots() const;
  /// What `roots` need, in evaluation order, of the instructions to `include`. What can be read is
  /// not expanded.
  Instrs closure(const Instrs& roots, const std::function<bool(int32_t)>& include) const;

  /// The name of a runtime integer of this phase.
  std::string integer(const std::string& what, int64_t value);
  std::string extent(int32_t axis);
  /// Row-major number of the point within the reduced axes.
  std::string reduced_number() const;

  /// What the accumulator holds: of a (value, number) pair, the value.
  DType dtype_of(const Reduction& r) const;
  virtual std::string accumulator(size_t r) const { return "a" + std::to_string(r); }
  /// Keeps the better of two (value, number) pairs; NaN is best, of equals the smaller number.
  std::string pair_update(const Reduction& r, const std::string& into, const std::string& index,
                          const std::string& value, const std::string& number) const;
  /// Adds the values of this point to the accumulators of a level.
  std::string accumulate(int32_t level, const std::string& indent);
  /// `const float v9 = ...;`: the result of a reduction from what accumulated it, the text `last`.
  std::string result(const Reduction& r, const std::string& last) const;
  virtual std::string stores(bool point, int32_t level, const std::string& indent);

  /// The line of one instruction: computed, or read where `text_` says.
  virtual std::string instruction(int32_t i, const std::string& indent);
  std::string instructions(const Instrs& instrs, const std::string& indent);
  /// One level of one point: all reduced loops with accumulators of their own.
  virtual std::string level_of_point(int32_t level, const std::string& indent) = 0;
  /// Everything that belongs to one point of the parallel axes: of the row instructions those in
  /// `rows`, each as soon as what it reads is known.
  std::string point(const Instrs& rows, const std::string& indent);

  const Kernel& kernel_;
  const Phase& phase_;
  Ints& ints_;
  size_t first_int_;
  BodyPrinter printer_;
  int32_t parallel_;
  int32_t reduced_;
  std::vector<bool> depends_vector_;
  std::vector<int32_t> depth_;  // 1 + the innermost reduced axis it depends on; 0: none
  std::vector<int32_t> ready_;  // 1 + the last level whose results it depends on; 0: none
  /// how to read a value that is not computed in place; empty: computed
  std::vector<std::string> text_;
  /// what the phase computes: all that its reductions and stores need
  Instrs needed_;

 private:
  void analyse(int32_t vector);
};

}  // namespace axon
