// Builds instruction lists: equal instructions exist once, and whole expressions are copied from
// one list into another under a change of axes.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "graph/expr.h"

namespace axon {

size_t hash_of(const Instr& instr);
size_t hash_of(const Affine& a);

/// An SSA list without repetitions.
class BodyBuilder {
 public:
  BodyBuilder() = default;
  explicit BodyBuilder(std::vector<Instr> body);

  /// The number of `instr`, which is appended unless an equal one exists. Folds casts to the
  /// operand's own dtype.
  int add(Instr instr);
  int prim(Prim prim, DType dtype, int a, int b = -1, int c = -1);
  int constant(DType dtype, int64_t value);
  /// True iff 0 <= index < extent for all guards, as a bool instruction.
  int in_bounds(const std::vector<Guard>& guards);

  const std::vector<Instr>& body() const { return body_; }
  std::vector<Instr> take() { return std::move(body_); }

 private:
  std::vector<Instr> body_;
  std::unordered_multimap<size_t, int> by_hash_;
};

/// How an expression is copied.
struct CopyRules {
  /// Axis i of the source is this affine form in the target.
  const std::vector<Affine>& axes;
  /// Called for each load with its address and operands already in the target's terms; answers the
  /// instruction to use, or -1 to copy it.
  std::function<int(const Instr&)> on_load;
};

/// The affine form `a` with its axes replaced and its instructions renumbered.
Affine remap(const Affine& a, const std::vector<Affine>& axes, const std::vector<int>& instrs);

/// Copies instruction `root` of `from`, and all that it needs, into `to`; returns its number there.
int copy_expression(const std::vector<Instr>& from, int root, const CopyRules& rules,
                    BodyBuilder& to);
/// The same for several roots: the number of each, in order.
std::vector<int> copy_expressions(const std::vector<Instr>& from, const std::vector<int>& roots,
                                  const CopyRules& rules, BodyBuilder& to);

/// Marks `root` and every instruction that it needs, through operands, addresses and guards.
void mark_needed(const std::vector<Instr>& body, int root, std::vector<bool>& needed);

/// Calls visit(affine) for the address and each guard of an instruction.
template <class F>
void for_each_affine(const Instr& instr, F visit) {
  visit(instr.address);
  for (const Guard& guard : instr.bounds) visit(guard.index);
}

}  // namespace axon
