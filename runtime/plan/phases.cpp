#include "plan/phases.h"

#include <algorithm>
#include <numeric>

#include "plan/body.h"
#include "plan/inline.h"

namespace axon {

namespace {

/// One exact division by `divisor` of h + shift - step·r, a kept and a reduced axis.
struct Division {
  int instr;
  int kept;
  int reduced;
  int64_t divisor;
  int64_t shift;
};

/// True iff the guard demands that the division leaves no rest.
bool is_exact(const Guard& guard, const std::vector<Instr>& body, int division) {
  const Instr& floor = body[division];
  return guard.extent == 1 &&
         guard.index == floor.address + Affine::instr(division, -floor.integer);
}

bool is_guarded(const Instr& load, const std::vector<Instr>& body, int division) {
  return load.kind == InstrKind::load && load.args[0] < 0 &&
         std::any_of(load.bounds.begin(), load.bounds.end(),
                     [&](const Guard& guard) { return is_exact(guard, body, division); });
}

/// True iff instruction `i` is 0 once the marked loads are.
bool vanishes(const std::vector<Instr>& body, int i, const std::vector<bool>& zero) {
  const Instr& instr = body[i];
  const auto operand = [&](int k) { return vanishes(body, instr.args[k], zero); };
  if (instr.kind == InstrKind::constant) return instr.number == 0 && instr.integer == 0;
  if (instr.kind == InstrKind::load) return zero[i];
  if (instr.kind == InstrKind::cast) return operand(0);
  if (instr.kind != InstrKind::prim) return false;
  switch (instr.prim) {
    case Prim::mul:
      return operand(0) || operand(1);
    case Prim::div:
    case Prim::neg:
      return operand(0);
    case Prim::add:
    case Prim::sub:
      return operand(0) && operand(1);
    case Prim::select:
      return operand(1) && operand(2);
    default:
      return false;
  }
}

/// The division at instruction `i`, if the sum can be taken phase by phase.
bool divides(const Statement& s, int i, Division& found) {
  const Instr& floor = s.body[i];
  const auto& terms = floor.address.terms;
  if (floor.kind != InstrKind::floordiv || terms.size() != 2 || !floor.address.slots.empty()) {
    return false;
  }
  found = {i, -1, -1, floor.integer, floor.address.constant};
  int64_t step = 0;
  for (const Term& term : terms) {
    if (term.var < 0) return false;
    if (s.axes[term.var].reduced) {
      found.reduced = term.var;
      step = -term.coef;
    } else if (term.coef == 1) {
      found.kept = term.var;
    }
  }
  const bool in_step = step > 0 && step % found.divisor == 1 % found.divisor;
  if (found.kept < 0 || !in_step) return false;
  for (const Instr& instr : s.body) {
    if (std::count(std::begin(instr.args), std::end(instr.args), i) > 0) return false;
  }
  std::vector<bool> zero(s.body.size());
  for (size_t k = 0; k < s.body.size(); ++k) zero[k] = is_guarded(s.body[k], s.body, i);
  return vanishes(s.body, s.result, zero);
}

/// The divisions of a sum, no axis in two of them.
std::vector<Division> divisions_of(const Statement& s) {
  std::vector<Division> result;
  if (s.combine != Combine::sum || !stores_densely(s) || s.elements == 0) return result;
  for (size_t i = 0; i < s.body.size(); ++i) {
    Division found;
    if (!divides(s, static_cast<int>(i), found)) continue;
    const bool again = std::any_of(result.begin(), result.end(), [&](const Division& other) {
      return other.kept == found.kept || other.reduced == found.reduced;
    });
    if (!again) result.push_back(found);
  }
  return result;
}

class Phases {
 public:
  Phases(const Statement& s, const std::vector<Division>& divisions, Bound& bound)
      : s_(s), divisions_(divisions), bound_(bound) {}

  /// The sums phase by phase and, unless they fill the value as they are, the statement that puts
  /// them in their places.
  void rewrite(std::vector<Statement>& out) {
    for (const Division& d : divisions_) {
      const int64_t extent = s_.axes[d.kept].extent;
      aligned_ = aligned_ && d.shift == 0 && extent % d.divisor == 0;
    }
    make_axes();
    sums_.node = s_.node;
    sums_.dtype = s_.dtype;
    sums_.combine = Combine::set;
    for (const Axis& axis : sums_.axes) {
      if (axis.reduced) sums_.combine = Combine::sum;
    }
    copy_body();
    store();
    out.push_back(std::move(sums_));
    if (!aligned_) out.push_back(std::move(places_));
  }

 private:
  const Division* division_of(int axis) const {
    for (const Division& d : divisions_) {
      if (d.kept == axis || d.reduced == axis) return &d;
    }
    return nullptr;
  }

  /// A new axis; extent 1 needs none.
  Affine add(int64_t extent, bool reduced, bool baked) {
    if (extent == 1) return Affine();
    sums_.axes.push_back({extent, reduced, baked});
    return Affine::axis(static_cast<int>(sums_.axes.size()) - 1);
  }

  static int64_t rounds(const Division& d, int64_t extent) {
    return (extent - 1 + d.shift) / d.divisor + 1;
  }

  /// Phases first, unless they are aligned: then each stays beside its axis.
  void make_axes() {
    std::vector<Affine> phase(s_.axes.size());
    for (const Division& d : divisions_) {
      if (!aligned_) phase[d.kept] = phase[d.reduced] = add(d.divisor, false, false);
    }
    for (size_t i = 0; i < s_.axes.size(); ++i) {
      const Axis& axis = s_.axes[i];
      const Division* d = division_of(static_cast<int>(i));
      if (d == nullptr) {
        axes_.push_back(add(axis.extent, axis.reduced, axis.baked));
      } else if (axis.reduced) {
        const int64_t count = (axis.extent - 1) / d->divisor + 1;
        axes_.push_back(add(count, true, axis.baked) * d->divisor);
      } else {
        axes_.push_back(add(rounds(*d, axis.extent), false, axis.baked) * d->divisor);
        if (aligned_) phase[d->kept] = phase[d->reduced] = add(d->divisor, false, false);
      }
    }
    for (const Division& d : divisions_) {
      axes_[d.kept] += phase[d.kept] + Affine(-d.shift);
      axes_[d.reduced] += phase[d.kept];
      phases_.push_back(phase[d.kept]);
    }
  }

  Affine moved(const Affine& a) const {
    Affine result(a.constant);
    result.slots = a.slots;
    for (const Term& t : a.terms) result += (t.var >= 0 ? axes_[t.var] : forms_[~t.var]) * t.coef;
    return result;
  }

  void copy_body() {
    std::vector<std::vector<bool>> limited;
    for (const Division& d : divisions_) limited.push_back(limited_loads(d));
    BodyBuilder body;
    std::vector<int> number;
    for (size_t i = 0; i < s_.body.size(); ++i) {
      Instr instr = s_.body[i];
      for (int32_t& arg : instr.args) arg = arg < 0 ? arg : number[arg];
      instr.address = moved(instr.address);
      move_guards(instr.bounds, body);
      move_guards(instr.inside, body);
      if (instr.kind == InstrKind::load) limit(instr, s_.body[i], i, limited, body);
      const bool divided =
          std::any_of(divisions_.begin(), divisions_.end(),
                      [&](const Division& d) { return d.instr == static_cast<int>(i); });
      if (divided) {
        forms_.push_back(quotient(instr.address, instr.integer));
        number.push_back(-1);
      } else {
        number.push_back(body.add(std::move(instr)));
        forms_.push_back(Affine::instr(number.back()));
      }
    }
    sums_.result = number[s_.result];
    sums_.body = body.take();
  }

  static Affine quotient(const Affine& a, int64_t divisor) {
    Affine result(a.constant / divisor);
    for (const Term& t : a.terms) result += Affine::axis(t.var, t.coef / divisor);
    return result;
  }

  /// Guards in the new axes, those left out that always hold.
  void move_guards(std::vector<Guard>& guards, const BodyBuilder& body) const {
    std::vector<Guard> kept;
    for (const Guard& guard : guards) add_guard({moved(guard.index), guard.extent}, kept, body);
    guards = std::move(kept);
  }

  void add_guard(Guard guard, std::vector<Guard>& guards, const BodyBuilder& body) const {
    const auto range = interval_of(guard.index, sums_.axes, body.body());
    if (!range || range->low < 0 || range->high >= guard.extent) guards.push_back(std::move(guard));
  }

  /// The loads that must give 0 where the reduced axis has left its extent: those along that axis
  /// if they are factors of the sum, else those that the division guards.
  std::vector<bool> limited_loads(const Division& d) const {
    std::vector<bool> along, guarded;
    for (const Instr& load : s_.body) {
      const bool is_load = load.kind == InstrKind::load && load.args[0] < 0;
      along.push_back(is_load && load.address.coef_of(d.reduced) != 0);
      guarded.push_back(is_guarded(load, s_.body, d.instr));
    }
    return vanishes(s_.body, s_.result, along) ? along : guarded;
  }

  /// Keeps a load along an axis of a division inside the extent that the axis had.
  void limit(Instr& load, const Instr& before, size_t i,
             const std::vector<std::vector<bool>>& limited, const BodyBuilder& body) const {
    for (size_t k = 0; k < divisions_.size(); ++k) {
      for (const int axis : {divisions_[k].kept, divisions_[k].reduced}) {
        const bool must = limited[k][i] && axis == divisions_[k].reduced;
        if (!must && before.address.coef_of(axis) == 0) continue;
        add_guard({axes_[axis], s_.axes[axis].extent}, load.bounds, body);
      }
    }
  }

  void store() {
    sums_.elements = 1;
    for (const Axis& axis : sums_.axes) sums_.elements *= axis.reduced ? 1 : axis.extent;
    if (aligned_) {
      sums_.value = s_.value;
      sums_.store = moved(s_.store);
      return;
    }
    sums_.value = static_cast<ValueId>(bound_.values.size());
    bound_.values.push_back({s_.dtype, sums_.elements, nullptr, -1});
    int64_t stride = sums_.elements;
    const auto take = [&](const Affine& axis, int64_t extent) {
      stride /= extent;
      sums_.store += axis * stride;
      return stride;
    };
    Instr load;
    load.kind = InstrKind::load;
    load.dtype = s_.dtype;
    load.index = sums_.value;
    std::vector<int64_t> phase_strides;
    for (size_t k = 0; k < divisions_.size(); ++k) {
      phase_strides.push_back(take(phases_[k], divisions_[k].divisor));
    }
    std::vector<int> kept(s_.axes.size());
    std::iota(kept.begin(), kept.end(), 0);
    kept.erase(std::remove_if(kept.begin(), kept.end(), [&](int i) { return s_.axes[i].reduced; }),
               kept.end());
    std::stable_sort(kept.begin(), kept.end(),
                     [&](int a, int b) { return s_.store.coef_of(a) > s_.store.coef_of(b); });
    BodyBuilder body;
    for (const int axis : kept) {
      const Affine at = Affine::axis(static_cast<int>(places_.axes.size()));
      places_.axes.push_back({s_.axes[axis].extent, false, s_.axes[axis].baked});
      places_.store += at * s_.store.coef_of(axis);
      const Division* d = division_of(axis);
      if (d == nullptr) {
        load.address += at * take(axes_[axis], s_.axes[axis].extent);
        continue;
      }
      const Affine shifted = at + Affine(d->shift);
      Instr floor;
      floor.kind = InstrKind::floordiv;
      floor.dtype = DType::int64;
      floor.address = shifted;
      floor.integer = d->divisor;
      const Affine round = Affine::instr(body.add(std::move(floor)));
      const size_t k = d - divisions_.data();
      const Affine whole = quotient(axes_[axis] + phases_[k] * -1 + Affine(d->shift), d->divisor);
      load.address += round * take(whole, rounds(*d, s_.axes[axis].extent));
      load.address += (shifted + round * -d->divisor) * phase_strides[k];
    }
    places_.result = body.add(std::move(load));
    places_.body = body.take();
    places_.combine = Combine::set;
    places_.value = s_.value;
    places_.dtype = s_.dtype;
    places_.elements = s_.elements;
    places_.node = s_.node;
  }

  const Statement& s_;
  const std::vector<Division>& divisions_;
  Bound& bound_;
  bool aligned_ = true;         // true iff every phase has as many rounds and nothing is shifted
  std::vector<Affine> axes_;    // of the statement, in those of the sums
  std::vector<Affine> phases_;  // by division
  std::vector<Affine> forms_;   // what an index means by an instruction
  Statement sums_, places_;
};

}  // namespace

void split_phases(Bound& bound) {
  std::vector<Statement> result;
  result.reserve(bound.statements.size());
  for (Statement& s : bound.statements) {
    const std::vector<Division> divisions = divisions_of(s);
    if (divisions.empty()) {
      result.push_back(std::move(s));
    } else {
      Phases(s, divisions, bound).rewrite(result);
    }
  }
  bound.statements = std::move(result);
}

}  // namespace axon
