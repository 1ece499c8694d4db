// Affine forms: how every address and every bound is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace axon {

/// One summand coef·variable. `var` >= 0 is an axis; `var` < 0 is the integer instruction ~var (a
/// floor-division or a gathered index).
struct Term {
  int32_t var;
  int64_t coef;
  bool operator==(const Term& o) const { return var == o.var && coef == o.coef; }
};

/// const + Σ terms + Σ slots: terms sorted by var, no zero coefficients, no var twice. `slots` are
/// integers of the scalar table (slice offsets), so that a changed number is not a changed
/// structure.
struct Affine {
  int64_t constant = 0;
  std::vector<Term> terms;
  std::vector<Term> slots;  // var = scalar slot

  Affine() = default;
  explicit Affine(int64_t c) : constant(c) {}
  static Affine axis(int axis, int64_t coef = 1);
  static Affine instr(int instr, int64_t coef = 1) { return axis(~instr, coef); }
  static Affine slot(int slot, int64_t coef = 1);

  bool is_constant() const { return terms.empty() && slots.empty(); }
  int64_t coef_of(int var) const;
  Affine& operator+=(const Affine& o);
  Affine& operator*=(int64_t k);
  friend Affine operator+(Affine a, const Affine& b) { return a += b; }
  friend Affine operator*(Affine a, int64_t k) { return a *= k; }
  bool operator==(const Affine& o) const {
    return constant == o.constant && terms == o.terms && slots == o.slots;
  }
};

/// 0 <= index < extent must hold, else the load yields its fallback.
struct Guard {
  Affine index;
  int64_t extent;
  bool operator==(const Guard& o) const { return index == o.index && extent == o.extent; }
};

}  // namespace axon
