// Expressions of one statement as typed instructions.
//
// A number or a real attribute has no dtype of its own: it takes that of its neighbours, and only
// when it meets them is an instruction made of it. Numbers alone compute as Python does: float64,
// int64, bool.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/bind.h"
#include "plan/bind_domain.h"
#include "plan/body.h"

namespace axon {

/// What a name stands for in a load.
struct NamedValue {
  enum class Kind : uint8_t {
    tensor,
    number,    // scalar `entry` of the node, weak
    constant,  // of an absent input, weak
    ghost,     // only its dtype may be used
  };
  Kind kind = Kind::tensor;
  ValueId id = -1;
  DType dtype{};
  std::optional<DType> promoted{};  // what its elements are cast to before all else
  Dims dims;                        // as an index sees them
  bool broadcasts = false;          // true iff declared with `*`
  int entry = -1;
  double constant = 0;
};

/// A number of the scalar table: entry `entry` of node `node`, or, with node -1, a constant.
struct ScalarSource {
  ScalarEntry value{};
  int32_t node = -1;
  int32_t entry = 0;
};

/// The scalar slots that one program needs, each once.
class SlotTable {
 public:
  SlotTable(Bound& bound, const std::vector<ScalarSource>& sources)
      : bound_(bound), sources_(sources) {}
  /// Slot of the program's scalar `entry`.
  int of_entry(int entry);
  /// Slot of a number that follows from the shapes, as an int64 or a double.
  int of_constant(int64_t value, bool as_double);
  /// An index that must be inside with whatever numbers.
  void require(Bound::Range range) { bound_.ranges.push_back(std::move(range)); }
  DType dtype(int slot) const { return bound_.scalars[slot].dtype; }
  DType entry_dtype(int entry) const { return sources_[entry].value.dtype; }

 private:
  int add(std::pair<int, int64_t> key, Bound::Scalar scalar);

  Bound& bound_;
  const std::vector<ScalarSource>& sources_;
  std::map<std::pair<int, int64_t>, int> slots_;
};

/// An expression's value before and after it is an instruction.
struct Typed {
  enum class Kind : uint8_t { instr, number, scalar, count };
  Kind kind = Kind::instr;
  int id = -1;  // instruction, or entry of the node's scalars
  DType dtype{};
  bool weak = false;
  double number = 0;    // kind number: the value, also when it is an integer
  int64_t integer = 0;  // kind number of an integer or bool dtype; kind count
};

class ExprBinder {
 public:
  ExprBinder(const Program& program, const Terms& terms, Domain& domain, SlotTable& slots,
             const std::map<std::string, NamedValue>& values)
      : program_(program), terms_(terms), domain_(domain), slots_(slots), values_(values) {}

  Typed expr(const Form& form);
  /// The instruction that computes `value` as `dtype`.
  int as(const Typed& value, DType dtype);
  /// The address of the element of a value with these dims that an index names; appends the bounds
  /// that are not certain.
  Affine address(const std::vector<Form>& index, const NamedValue& value,
                 std::vector<Guard>& bounds);
  BodyBuilder& body() { return body_; }

 private:
  /// One index of a load or store: its value and the term that it came from.
  struct Index {
    Affine value;
    TermAxis axis;
  };

  [[noreturn]] void fail(const std::string& what) const;
  TypeInfo type_of(const std::string& name) const;
  Typed literal(const Form& form) const;
  Typed name(const std::string& text);
  Typed apply(const Form& form);
  Typed load(const Form& form, const Form* fallback);
  Typed outside(Instr load, const Typed& fallback);
  Typed promoted(const Typed& loaded, const NamedValue& value);
  Typed select(const Form& form);
  Typed conjunction(const Form& form);
  Typed recurrence(const Form& form, bool forward);
  Typed prim(Prim prim, std::vector<Typed> args);
  std::optional<Typed> fold(Prim prim, const std::vector<Typed>& args) const;
  std::optional<Typed> identity(Prim prim, const std::vector<Typed>& args, DType dtype);
  Typed instr(int id) const;
  Typed integer_value(const Affine& a);
  int cast(int id, DType dtype);

  std::vector<Index> indices(const std::vector<Form>& index, const NamedValue& value,
                             std::vector<Guard>& exact);
  Affine index_of(const TermAxis& axis, int64_t extent, std::vector<Guard>& exact);
  void align(std::vector<Index>& indices, Dims& dims) const;
  bool is_stretched(const TermAxis& axis, const NamedValue& value, int64_t extent) const;
  Affine integer(const Form& form, int64_t extent, std::vector<Guard>& exact);
  Affine integer_name(const std::string& text);
  Affine linear(const Form& form);
  Affine per_axis(const Form& form, int place);
  Affine gather(const Form& form, int64_t extent);
  Affine multiply(const Affine& a, const Affine& b) const;
  Affine divide(Affine a, const Affine& by, std::vector<Guard>* exact);
  bool always_inside(const Guard& guard) const;
  void require_inside(const std::string& name, const Guard& bound) const;

  const Program& program_;
  const Terms& terms_;
  Domain& domain_;
  SlotTable& slots_;
  const std::map<std::string, NamedValue>& values_;
  BodyBuilder body_;
};

}  // namespace axon
