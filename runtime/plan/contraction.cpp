// Recognises sums of products.
#include <algorithm>
#include <bitset>

#include "plan/body.h"
#include "plan/fuse.h"

namespace axon {

namespace {

// Fewer multiplications than this are done by plain loops.
constexpr int64_t kMinProducts = 4096;

using AxisSet = uint64_t;

/// The axes that an instruction depends on, directly or through operands.
std::vector<AxisSet> dependencies(const std::vector<Instr>& body) {
  std::vector<AxisSet> result(body.size(), 0);
  for (size_t i = 0; i < body.size(); ++i) {
    for (int32_t arg : body[i].args) {
      if (arg >= 0) result[i] |= result[arg];
    }
    for_each_affine(body[i], [&](const Affine& a) {
      for (const Term& t : a.terms) {
        result[i] |= t.var >= 0 ? AxisSet{1} << t.var : result[~t.var];
      }
    });
  }
  return result;
}

/// The factors of the product at `root`.
std::vector<int> factors_of(const Statement& s) {
  std::vector<int> result, open{s.result};
  while (!open.empty()) {
    const int i = open.back();
    open.pop_back();
    const Instr& instr = s.body[i];
    if (instr.kind == InstrKind::prim && instr.prim == Prim::mul) {
      open.push_back(instr.args[1]);
      open.push_back(instr.args[0]);
    } else {
      result.push_back(i);
    }
  }
  return result;
}

int64_t points(const Statement& s, const std::vector<int>& axes) {
  int64_t result = 1;
  for (int axis : axes) result *= s.axes[axis].extent;
  return result;
}

bool subset(AxisSet a, AxisSet b) { return (a & ~b) == 0; }

}  // namespace

bool find_contraction(const Statement& s, Contraction& roles) {
  if (s.combine != Combine::sum || s.scatter || s.axes.size() > 60) return false;
  std::vector<int> factors = factors_of(s);
  if (factors.size() < 2) return false;
  const std::vector<AxisSet> uses = dependencies(s.body);
  const auto axes_of = [&](int factor) { return std::bitset<64>(uses[factor]).count(); };
  std::stable_sort(factors.begin(), factors.end(),
                   [&](int x, int y) { return axes_of(x) > axes_of(y); });
  AxisSet a = uses[factors[0]], b = 0;
  roles = {};
  roles.a_factors.push_back(factors[0]);
  for (size_t i = 1; i < factors.size(); ++i) {
    const AxisSet f = uses[factors[i]];
    if (subset(f, a)) {
      roles.a_factors.push_back(factors[i]);
    } else if (roles.b_factors.empty() || subset(f, b)) {
      roles.b_factors.push_back(factors[i]);
      b |= f;
    } else {
      return false;
    }
  }
  if (roles.b_factors.empty()) return false;

  int contiguous = -1;
  for (int i = 0; i < static_cast<int>(s.axes.size()); ++i) {
    if (!s.axes[i].reduced && s.store.coef_of(i) == 1) contiguous = i;
  }
  if (contiguous >= 0 && !(b >> contiguous & 1)) {
    std::swap(a, b);
    std::swap(roles.a_factors, roles.b_factors);
  }
  for (int i = 0; i < static_cast<int>(s.axes.size()); ++i) {
    const bool in_a = a >> i & 1, in_b = b >> i & 1;
    if (s.axes[i].extent == 0 || (!in_a && !in_b)) return false;
    if (s.axes[i].reduced) {
      roles.k.push_back(i);
    } else {
      (in_a && in_b ? roles.batch : in_a ? roles.m : roles.n).push_back(i);
    }
  }
  if (roles.m.empty() || roles.n.empty() || roles.k.empty()) return false;
  auto by_stride = [&](int x, int y) { return s.store.coef_of(x) > s.store.coef_of(y); };
  std::stable_sort(roles.m.begin(), roles.m.end(), by_stride);
  std::stable_sort(roles.n.begin(), roles.n.end(), by_stride);
  return points(s, roles.m) * points(s, roles.n) * points(s, roles.k) >= kMinProducts;
}

}  // namespace axon
