#include "graph/affine.h"

#include <algorithm>

namespace axon {

namespace {

void add_terms(std::vector<Term>& to, const std::vector<Term>& from) {
  for (const Term& term : from) {
    auto at = std::lower_bound(to.begin(), to.end(), term,
                               [](const Term& a, const Term& b) { return a.var < b.var; });
    if (at == to.end() || at->var != term.var) {
      to.insert(at, term);
    } else if ((at->coef += term.coef) == 0) {
      to.erase(at);
    }
  }
}

void scale(std::vector<Term>& terms, int64_t k) {
  for (Term& term : terms) term.coef *= k;
}

}  // namespace

Affine Affine::axis(int axis, int64_t coef) {
  Affine a;
  if (coef != 0) a.terms.push_back({axis, coef});
  return a;
}

Affine Affine::slot(int slot, int64_t coef) {
  Affine a;
  if (coef != 0) a.slots.push_back({slot, coef});
  return a;
}

int64_t Affine::coef_of(int var) const {
  for (const Term& term : terms) {
    if (term.var == var) return term.coef;
  }
  return 0;
}

Affine& Affine::operator+=(const Affine& o) {
  constant += o.constant;
  add_terms(terms, o.terms);
  add_terms(slots, o.slots);
  return *this;
}

Affine& Affine::operator*=(int64_t k) {
  if (k == 0) return *this = Affine();
  constant *= k;
  scale(terms, k);
  scale(slots, k);
  return *this;
}

}  // namespace axon
