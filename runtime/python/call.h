// The one door through which every op is recorded: the generated functions and `_runtime.call`
// alike.
#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "python/tensor.h"

namespace axon {

/// How the tape of an op follows from its gradient program.
struct GradRule {
  struct Read {
    enum class From : uint8_t { cotangent, input, output };
    From from;
    int32_t index;  // which cotangent, input or output
    bool ghost;     // true iff only shape and dtype are read
  };
  const Program* program;      // NAME.grad
  std::vector<Read> reads;     // by input of NAME.grad
  std::vector<int32_t> edges;  // by output of NAME.grad: the input of NAME whose gradient it is
};

/// A program as Python calls it. One a program, never freed.
struct Op {
  const Program* program;
  std::vector<nb::object> defaults;  // by attribute; null: required
  std::vector<int32_t> same_as;      // by attribute: whose value it has by default, or -1
  bool grad_known = false;  // true iff `grad` has been looked for; nullptr then means there is none
  std::unique_ptr<GradRule> grad;
};

Op& op_of(const Program& program);
/// Throws ValueError naming the nearest registered program.
Op& op_of(const char* name);

/// The op's gradient, derived by the Python hook if it is not registered yet; nullptr if it has
/// none.
const GradRule* grad_rule(Op& op);

/// Records the op. `inputs` and `attrs` in the order of the program; a null attribute takes its
/// default, a null input is absent.
nb::object call(Op& op, const nb::handle* inputs, const nb::handle* attrs);
inline nb::object call(Op& op, std::initializer_list<nb::handle> inputs,
                       std::initializer_list<nb::handle> attrs) {
  return call(op, inputs.begin(), attrs.begin());
}
/// An op of two operands that also takes a list as the first: combined in pairs, as a balanced
/// tree.
nb::object call_folded(Op& op, const nb::handle* inputs, const nb::handle* attrs);
inline nb::object call_folded(Op& op, std::initializer_list<nb::handle> inputs,
                              std::initializer_list<nb::handle> attrs) {
  return call_folded(op, inputs.begin(), attrs.begin());
}

/// Attributes as Python values, by name.
nb::dict attrs_dict(const Program& program, const std::vector<int64_t>& ints,
                    const std::vector<ScalarEntry>& scalars);

/// This thread's: true iff ops on tensors that require gradients are put on the tape.
bool& grad_mode();

/// Generated: binds one function an op.
void bind_ops(nb::module_& m);

}  // namespace axon
