// Groups statements into kernels. Fusion looks at statements only: their axes, loads and stores.
//
// Statements are met in order. Each joins the last group that one of its inputs comes from, or a
// later group that reads the same data, if the legality rules of `try_join` allow; else it becomes
// recomputed at its readers if that is cheap; else it starts a group. Groups run in the order they
// were started, and every group depends on earlier ones only.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/kernel.h"
#include "plan/bind.h"

namespace axon {

/// A statement inside a phase: its axis i is axis `axes[i]` of the phase.
struct Member {
  int statement;
  std::vector<int> axes;
};

/// The loops that a phase will have, while it grows. Axes in logical order, parallel and reduced
/// mixed.
struct Space {
  std::vector<Axis> axes;
  std::vector<Member> members;
  bool lanes = true;  // order of its reductions
  int direction = 0;  // of its reductions and scans: 1 forwards, -1 backwards, 0 none
  bool contract = false;
  bool scatter = false;
};

struct Group {
  std::vector<Space> phases;
  int statements = 0;
  bool closed = false;               // true iff nothing may join
  std::vector<std::string> reasons;  // why neighbours are not in it
};

/// Roles of the axes of a statement that is a sum of products of two operands.
struct Contraction {
  /// axes of the statement; n has the contiguous axis of the store last
  std::vector<int> batch, m, n, k;
  std::vector<int> a_factors, b_factors;  // instructions whose products are the operands
};
/// True iff the statement is worth a contract kernel.
bool find_contraction(const Statement& s, Contraction& roles);

struct Fused {
  std::vector<Statement> statements;  // those that are left, bodies after inlining
  std::vector<Group> groups;
  int first_update = 0;  // groups from here on overwrite leaves that die
};

/// `wanted`: values that must be stored; `dying`: leaves whose buffer nobody else will read after
/// this flush.
Fused fuse(Bound& bound, const std::vector<bool>& wanted, const std::vector<bool>& dying);

}  // namespace axon
