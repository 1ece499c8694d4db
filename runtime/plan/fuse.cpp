#include "plan/fuse.h"

#include <algorithm>
#include <map>

#include "plan/body.h"
#include "plan/inline.h"
#include "plan/scan.h"
#include "plan/simplify.h"

namespace axon {

namespace {

// A kernel of more statements compiles slowly and gains nothing.
constexpr int kMaxStatements = 128;
// A recomputed producer may make its reader this long.
constexpr size_t kMaxInlinedBody = 96;
constexpr int kMaxCheapPrims = 8;
// Rows divided among threads: fewer than this need short rows.
constexpr int64_t kManyRows = 64;
constexpr int64_t kShortRow = 16384;
// A second phase of a kernel (the mean of a loss, ...) is for little work.
constexpr int64_t kMaxTailPoints = 65536;

int64_t points_of(const std::vector<Axis>& axes, bool reduced) {
  int64_t result = 1;
  for (const Axis& axis : axes) {
    if (axis.reduced == reduced) result *= axis.extent;
  }
  return result;
}

bool has_reduced(const std::vector<Axis>& axes) {
  return std::any_of(axes.begin(), axes.end(), [](const Axis& a) { return a.reduced; });
}

bool is_cheap(Prim prim) {
  switch (prim) {
    case Prim::add:
    case Prim::sub:
    case Prim::mul:
    case Prim::neg:
    case Prim::abs:
    case Prim::square:
    case Prim::maximum:
    case Prim::minimum:
    case Prim::eq:
    case Prim::ne:
    case Prim::lt:
    case Prim::le:
    case Prim::gt:
    case Prim::ge:
    case Prim::logical_and:
    case Prim::logical_or:
    case Prim::logical_not:
    case Prim::select:
    case Prim::sign:
      return true;
    default:
      return false;
  }
}

/// True iff recomputing the statement at each reader costs about as little as loading its value.
bool is_cheap(const Statement& s) {
  int prims = 0;
  for (const Instr& instr : s.body) {
    if (instr.kind == InstrKind::gather || instr.kind == InstrKind::uniform ||
        instr.kind == InstrKind::floordiv) {
      return false;
    }
    if (instr.kind == InstrKind::prim && (!is_cheap(instr.prim) || ++prims > kMaxCheapPrims)) {
      return false;
    }
  }
  return true;
}

/// True iff the statement only moves or creates data: views, broadcasts, fills.
bool is_view(const Statement& s) {
  return std::none_of(s.body.begin(), s.body.end(), [](const Instr& instr) {
    return instr.kind == InstrKind::prim || instr.kind == InstrKind::gather ||
           instr.kind == InstrKind::uniform || instr.kind == InstrKind::floordiv;
  });
}

/// Where the value of a statement is computed.
struct Place {
  int group = -1;
  int phase = -1;
  int member = -1;
};

class Fuser {
 public:
  Fuser(Bound& bound, const std::vector<bool>& wanted, const std::vector<bool>& dying)
      : bound_(bound),
        wanted_(bound.values.size(), false),
        dying_(dying),
        place_(bound.values.size()),
        virtual_(bound.values.size(), -1),
        last_reader_(bound.values.size(), -1) {
    for (size_t v = 0; v < wanted.size(); ++v) {
      if (wanted[v]) wanted_[root_of(bound.values, static_cast<ValueId>(v))] = true;
    }
    dying_.resize(bound.values.size(), false);
  }

  Fused run() {
    std::vector<int> updates;
    const std::vector<bool> is_update = find_updates();
    out_.statements = std::move(bound_.statements);
    for (Statement& s : out_.statements) find_scan(s);
    find_readers();
    for (int i = 0; i < static_cast<int>(out_.statements.size()); ++i) {
      if (is_update[i]) {
        updates.push_back(i);
      } else {
        place(i);
      }
    }
    // In-place updates run last, so that an interrupted flush leaves every leaf as it was.
    first_update_group_ = static_cast<int>(out_.groups.size());
    for (int i : updates) place(i);
    out_.first_update = first_update_group_;
    return std::move(out_);
  }

 private:
  Statement& statement(int i) { return out_.statements[i]; }

  /// True iff the statement alone reads, element for element, a sum of products of this flush: then
  /// it is worth more there than in place of a leaf.
  bool finishes_contraction(const Statement& s) const {
    return std::any_of(s.body.begin(), s.body.end(), [&](const Instr& load) {
      if (load.kind != InstrKind::load || !(load.address == s.store) || wanted_[load.index]) {
        return false;
      }
      Contraction roles;
      int reads = 0;
      bool contracted = false;
      for (const Statement& other : bound_.statements) {
        contracted = contracted || (other.value == load.index && find_contraction(other, roles));
        reads += std::any_of(other.body.begin(), other.body.end(), [&](const Instr& in) {
          return in.kind == InstrKind::load && in.index == load.index;
        });
      }
      return contracted && reads == 1;
    });
  }

  /// By value: true iff who computes it in place may meet an index out of range.
  std::vector<bool> find_gathering() const {
    std::vector<bool> result(bound_.values.size(), false);
    for (const Statement& s : bound_.statements) {
      if (s.call >= 0 || s.combine != Combine::set || wanted_[s.value]) continue;
      result[s.value] = gathers(s, result);
    }
    return result;
  }

  static bool gathers(const Statement& s, const std::vector<bool>& gathering) {
    return std::any_of(s.body.begin(), s.body.end(), [&](const Instr& in) {
      return in.kind == InstrKind::gather || (in.kind == InstrKind::load && gathering[in.index]);
    });
  }

  /// Maps whose results only updates read and that read, element for element, a leaf that dies:
  /// parameter updates. None gathers: an index out of range is told before any leaf is overwritten.
  std::vector<bool> find_updates() const {
    const auto& statements = bound_.statements;
    const std::vector<bool> gathering = find_gathering();
    std::vector<bool> read_elsewhere(bound_.values.size(), false);
    std::vector<bool> feeds_update(bound_.values.size(), false);
    std::vector<bool> result(statements.size(), false);
    for (size_t i = statements.size(); i-- > 0;) {
      const Statement& s = statements[i];
      const bool may_update = s.call < 0 && s.combine == Combine::set && !s.scatter &&
                              !read_elsewhere[s.value] && !gathers(s, gathering);
      auto at_own_place = [&](const Instr& in) {
        return in.kind == InstrKind::load && in.address == s.store &&
               bound_.values[in.index].elements == s.elements;
      };
      const bool overwrites = std::any_of(s.body.begin(), s.body.end(), [&](const Instr& in) {
        return at_own_place(in) && dying_[in.index];
      });
      const bool is_part = feeds_update[s.value] || (wanted_[s.value] && overwrites);
      result[i] = may_update && is_part && !finishes_contraction(s);
      if (s.call >= 0) {
        for (ValueId input : bound_.calls[s.call].inputs) read_elsewhere[input] = true;
      }
      for (const Instr& instr : s.body) {
        if (instr.kind != InstrKind::load) continue;
        if (!result[i]) read_elsewhere[instr.index] = true;
        if (result[i] && at_own_place(instr)) feeds_update[instr.index] = true;
      }
    }
    return result;
  }

  void place(int i) {
    if (statement(i).call >= 0) {
      for (ValueId input : bound_.calls[statement(i).call].inputs) materialise(input);
      const int group = start(i);
      out_.groups[group].closed = true;
      for (ValueId output : bound_.calls[statement(i).call].outputs) place_[output] = {group, 0, 0};
      return;
    }
    take_in_producers(i);
    Statement& s = statement(i);
    find_scan(s);  // what was taken in may show that it is one
    const bool keep = wanted_[s.value];
    const bool may_recompute =
        s.combine == Combine::set && !has_reduced(s.axes) && !keep && stores_densely(s);
    if (may_recompute && is_view(s)) {
      virtual_[s.value] = i;
      return;
    }
    std::string reason;
    if (join_some_group(i, reason)) return;
    if (may_recompute && (is_cheap(s) || is_read_once(i))) {
      virtual_[s.value] = i;
      return;
    }
    const int group = start(i);
    if (!reason.empty()) out_.groups[group].reasons.push_back(reason);
  }

  /// Which statement alone reads each value, if there is one: not counting views, which only pass
  /// it on.
  void find_readers() {
    only_reader_.assign(bound_.values.size(), kNobody);
    auto add = [&](ValueId value, int reader) {
      int& only = only_reader_[value];
      only = only == kNobody || only == reader ? reader : kMany;
    };
    for (int i = static_cast<int>(out_.statements.size()); i-- > 0;) {
      const Statement& s = statement(i);
      if (s.call >= 0) {
        for (ValueId input : bound_.calls[s.call].inputs) add(input, kMany);
        continue;
      }
      const bool passes_on = !wanted_[s.value] && is_view(s) && s.combine == Combine::set;
      for (const Instr& instr : s.body) {
        if (instr.kind == InstrKind::load) add(instr.index, passes_on ? only_reader_[s.value] : i);
      }
    }
  }

  /// True iff one statement reads the value, at no more points than it has elements: then computing
  /// it there costs nothing.
  bool is_read_once(int i) {
    const int reader = only_reader_[statement(i).value];
    if (reader < 0) return false;
    const Statement& r = statement(reader);
    Contraction roles;
    return points_of(r.axes, false) * points_of(r.axes, true) <= statement(i).elements &&
           !r.scatter && !find_contraction(r, roles);
  }

  /// Replaces loads of recomputed values; materialises those that cannot be replaced.
  void take_in_producers(int i) {
    std::vector<ValueId> loads;
    for (const Instr& instr : statement(i).body) {
      if (instr.kind == InstrKind::load) loads.push_back(instr.index);
    }
    for (ValueId v : loads) {
      if (virtual_[v] < 0) continue;
      if (!inline_producer(statement(virtual_[v]), statement(i), kMaxInlinedBody)) materialise(v);
    }
  }

  /// Gives a recomputed value a buffer after all.
  void materialise(ValueId v) {
    if (virtual_[v] < 0) return;
    const int producer = virtual_[v];
    virtual_[v] = -1;
    std::string reason;
    if (!join_some_group(producer, reason)) start(producer);
  }

  int start(int i) {
    const Statement& s = statement(i);
    Group group;
    Space space;
    space.axes = s.axes;
    space.scatter = s.scatter;
    Contraction roles;
    space.contract = find_contraction(s, roles);
    space.lanes = s.axes.empty() || s.axes.back().reduced;
    space.direction = direction_of(s);
    group.closed = s.scatter;
    group.phases.push_back(std::move(space));
    out_.groups.push_back(std::move(group));
    const int number = static_cast<int>(out_.groups.size()) - 1;
    std::vector<int> identity(s.axes.size());
    for (size_t a = 0; a < identity.size(); ++a) identity[a] = static_cast<int>(a);
    enter(i, number, 0, std::move(identity));
    return number;
  }

  void enter(int i, int group, int phase, std::vector<int> axes) {
    Group& g = out_.groups[group];
    Space& space = g.phases[phase];
    space.members.push_back({i, std::move(axes)});
    ++g.statements;
    const Statement& s = statement(i);
    if (s.value >= 0) {
      place_[s.value] = {group, phase, static_cast<int>(space.members.size()) - 1};
    }
    for (const Instr& instr : s.body) {
      if (instr.kind == InstrKind::load) last_reader_[instr.index] = group;
    }
  }

  bool join_some_group(int i, std::string& reason) {
    const Statement& s = statement(i);
    int producer = -1, sibling = -1;
    for (const Instr& instr : s.body) {
      if (instr.kind != InstrKind::load) continue;
      producer = std::max(producer, place_[instr.index].group);
      sibling = std::max(sibling, last_reader_[instr.index]);
    }
    if (producer >= first_update_group_ || first_update_group_ == kNone) {
      if (producer >= 0 && try_join(i, producer, reason)) return true;
    }
    const bool sibling_allowed = first_update_group_ == kNone || sibling >= first_update_group_;
    std::string unused;
    return sibling > producer && sibling_allowed && try_join(i, sibling, unused);
  }

  bool try_join(int i, int group, std::string& reason) {
    Group& g = out_.groups[group];
    const Statement& s = statement(i);
    if (g.closed || s.scatter) {
      const bool opaque = statement(g.phases.front().members.front().statement).call >= 0;
      reason = opaque ? "an opaque kernel stands alone"
                      : "a kernel with data-dependent stores stands alone";
      return false;
    }
    if (g.statements >= kMaxStatements) {
      reason = "the kernel before it is full";
      return false;
    }
    const int last = static_cast<int>(g.phases.size()) - 1;
    for (int phase = last; phase >= 0; --phase) {
      if (reads_later_phase(s, group, phase)) continue;
      if (join_phase(i, group, phase, reason)) return true;
    }
    return join_as_tail(i, group);
  }

  bool reads_later_phase(const Statement& s, int group, int phase) const {
    return std::any_of(s.body.begin(), s.body.end(), [&](const Instr& instr) {
      return instr.kind == InstrKind::load && place_[instr.index].group == group &&
             place_[instr.index].phase > phase;
    });
  }

  /// A reduction of little work over what the group computed, and what follows from it, becomes one
  /// more phase of the same kernel.
  bool join_as_tail(int i, int group) {
    const Statement& s = statement(i);
    Group& g = out_.groups[group];
    Contraction roles;
    if (!has_reduced(s.axes) || g.phases.size() > 2 || find_contraction(s, roles)) return false;
    if (points_of(s.axes, true) * points_of(s.axes, false) > kMaxTailPoints) return false;
    const bool reads_group = std::any_of(s.body.begin(), s.body.end(), [&](const Instr& instr) {
      return instr.kind == InstrKind::load && place_[instr.index].group == group;
    });
    if (!reads_group) return false;
    Space space;
    space.axes = s.axes;
    space.lanes = s.axes.empty() || s.axes.back().reduced;
    space.direction = direction_of(s);
    g.phases.push_back(std::move(space));
    std::vector<int> identity(s.axes.size());
    for (size_t a = 0; a < identity.size(); ++a) identity[a] = static_cast<int>(a);
    enter(i, group, static_cast<int>(g.phases.size()) - 1, std::move(identity));
    return true;
  }

  /// Finds the phase's axis for each of the statement's axes: first by the values that the phase
  /// computes (their addresses must agree), then by data that both read, then in order by extent.
  /// -1: no such axis. False: a value of the phase is read at other points than it is computed.
  bool match_axes(const Statement& s, int group, int phase, std::vector<int>& map, bool& linked,
                  std::string& reason) const {
    const Space& space = out_.groups[group].phases[phase];
    map.assign(s.axes.size(), -1);
    std::vector<bool> used(space.axes.size(), false);
    auto assign = [&](int axis, int target) {
      if (map[axis] == target) return true;
      if (map[axis] >= 0 || used[target]) return false;
      if (s.axes[axis].extent != space.axes[target].extent) return false;
      map[axis] = target;
      used[target] = true;
      return true;
    };
    for (const Instr& load : s.body) {
      if (load.kind != InstrKind::load) continue;
      const Place& at = place_[load.index];
      if (at.group != group || at.phase != phase) continue;
      const Member& member = space.members[at.member];
      const Affine& store = out_.statements[member.statement].store;
      bool same = load.bounds.empty() && load.address.slots == store.slots &&
                  load.address.constant == store.constant &&
                  load.address.terms.size() == store.terms.size();
      for (const Term& t : load.address.terms) {
        auto it = std::find_if(store.terms.begin(), store.terms.end(),
                               [&](const Term& u) { return u.coef == t.coef; });
        same = same && t.var >= 0 && it != store.terms.end() && it->var >= 0 &&
               assign(t.var, member.axes[it->var]);
      }
      if (!same) {
        reason = "reads a value of the kernel before it at other points than it is computed";
        return false;
      }
      linked = true;
    }
    match_by_shared_loads(s, space, assign, linked);
    size_t next = 0;
    for (size_t axis = 0; axis < s.axes.size(); ++axis) {
      if (map[axis] >= 0) continue;
      size_t target = next;
      while (target < space.axes.size() &&
             (used[target] || space.axes[target].extent != s.axes[axis].extent)) {
        ++target;
      }
      if (target == space.axes.size()) continue;
      assign(static_cast<int>(axis), static_cast<int>(target));
      next = target + 1;
    }
    return true;
  }

  template <class Assign>
  void match_by_shared_loads(const Statement& s, const Space& space, Assign assign,
                             bool& linked) const {
    for (const Instr& load : s.body) {
      if (load.kind != InstrKind::load) continue;
      for (const Member& member : space.members) {
        if (&member - space.members.data() > 8) break;  // siblings that matter are near the start
        for (const Instr& other : out_.statements[member.statement].body) {
          if (other.kind != InstrKind::load || other.index != load.index) continue;
          if (other.address.terms.size() != load.address.terms.size()) continue;
          for (const Term& t : load.address.terms) {
            for (const Term& u : other.address.terms) {
              if (t.coef == u.coef && t.var >= 0 && u.var >= 0) assign(t.var, member.axes[u.var]);
            }
          }
          linked = true;
        }
      }
    }
  }

  bool join_phase(int i, int group, int phase, std::string& reason) {
    const Statement& s = statement(i);
    Space& space = out_.groups[group].phases[phase];
    std::vector<int> map;
    bool linked = false;
    if (!match_axes(s, group, phase, map, linked, reason)) return false;
    if (!linked) {
      reason = "shares no data with the kernel before it";
      return false;
    }
    std::vector<bool> covered(space.axes.size(), false);
    std::vector<int> extra;
    for (size_t axis = 0; axis < map.size(); ++axis) {
      if (map[axis] >= 0) {
        covered[map[axis]] = true;
      } else {
        extra.push_back(static_cast<int>(axis));
      }
    }
    Contraction roles;
    const bool contracts = find_contraction(s, roles);
    const int direction = direction_of(s);
    const bool opposed = direction != 0 && space.direction == -direction;
    const bool fits = contracts || opposed ? false
                      : space.contract     ? fits_epilogue(s, space, covered, extra)
                      : direction != 0     ? fits_reduction(s, space, map, covered, extra)
                                           : fits_map(s, space, covered, extra);
    if (!fits) {
      reason = contracts ? "sums of products start a kernel of their own"
               : opposed ? "runs along its axis in the other direction than the kernel before it"
                         : "its loops differ from those of the kernel before it";
      return false;
    }
    if (has_reduced(s.axes) && !space.contract) {
      space.lanes = s.axes.back().reduced;
      for (size_t axis = 0; axis < map.size(); ++axis) {
        if (map[axis] >= 0 && s.axes[axis].reduced) space.axes[map[axis]].reduced = true;
      }
    }
    if (direction != 0) space.direction = direction;
    if (!extra.empty()) space.lanes = s.axes.back().reduced || !has_reduced(s.axes);
    for (int axis : extra) {
      map[axis] = static_cast<int>(space.axes.size());
      Axis added = s.axes[axis];
      added.reduced = true;
      space.axes.push_back(added);
    }
    enter(i, group, phase, std::move(map));
    return true;
  }

  static bool fits_epilogue(const Statement& s, const Space& space,
                            const std::vector<bool>& covered, const std::vector<int>& extra) {
    if (has_reduced(s.axes) || !extra.empty()) return false;
    // An axis of the statement that only has the extent of k is no axis of the product.
    for (size_t axis = 0; axis < covered.size(); ++axis) {
      if (covered[axis] == space.axes[axis].reduced) return false;
    }
    return true;
  }

  /// True iff so many rows of that length can be divided among threads.
  static bool rows_pay(int64_t rows, int64_t row) { return rows >= kManyRows || row <= kShortRow; }

  /// A map over all the phase's axes, over its parallel axes, or over more axes of which the
  /// innermost is new (its rows).
  static bool fits_map(const Statement& s, const Space& space, const std::vector<bool>& covered,
                       const std::vector<int>& extra) {
    const bool reduces = has_reduced(space.axes);
    bool covers_all = true, covers_parallel = true, covers_reduced = false;
    for (size_t axis = 0; axis < covered.size(); ++axis) {
      covers_all = covers_all && covered[axis];
      if (space.axes[axis].reduced) {
        covers_reduced = covers_reduced || covered[axis];
      } else {
        covers_parallel = covers_parallel && covered[axis];
      }
    }
    if (extra.empty()) return covers_all || (reduces && covers_parallel && !covers_reduced);
    if (!covers_all || reduces) return false;
    if (extra.back() != static_cast<int>(s.axes.size()) - 1) return false;
    int64_t row = 1;
    for (int axis : extra) row *= s.axes[axis].extent;
    return rows_pay(points_of(space.axes, false), row);
  }

  /// A reduction over all the phase's axes in the same roles, or (a phase of maps) over new axes.
  static bool fits_reduction(const Statement& s, const Space& space, const std::vector<int>& map,
                             const std::vector<bool>& covered, const std::vector<int>& extra) {
    if (!std::all_of(covered.begin(), covered.end(), [](bool c) { return c; })) return false;
    const bool reduces = has_reduced(space.axes);
    const bool lanes = s.axes.back().reduced;
    if (reduces && (lanes != space.lanes || !extra.empty())) return false;
    int previous = -1;
    for (size_t axis = 0; axis < map.size(); ++axis) {
      const bool is_extra = map[axis] < 0;
      if (is_extra && !s.axes[axis].reduced) return false;
      if (!is_extra && !extra.empty() && s.axes[axis].reduced) return false;
      if (!is_extra && reduces && s.axes[axis].reduced != space.axes[map[axis]].reduced)
        return false;
      if (is_extra || !s.axes[axis].reduced) continue;
      if (map[axis] < previous) return false;  // the order of the sum would change
      previous = map[axis];
    }
    return rows_pay(points_of(s.axes, false), points_of(s.axes, true));
  }

  static constexpr int kNone = 1 << 30;
  static constexpr int kNobody = -1, kMany = -2;  // of only_reader_

  Bound& bound_;
  std::vector<bool> wanted_, dying_;
  std::vector<Place> place_;      // by value
  std::vector<int> virtual_;      // by value: the statement to recompute it from, or -1
  std::vector<int> only_reader_;  // by value: a statement, kNobody or kMany
  std::vector<int> last_reader_;  // by value: the last group that loads it
  int first_update_group_ = kNone;
  Fused out_;
};

}  // namespace

Fused fuse(Bound& bound, const std::vector<bool>& wanted, const std::vector<bool>& dying) {
  return Fuser(bound, wanted, dying).run();
}

}  // namespace axon
