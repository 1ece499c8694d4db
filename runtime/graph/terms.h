// What the terms of docs/ir.md mean for concrete inputs: which axes they stand for, and how far
// those reach.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/shape.h"

namespace axon {

/// One axis, dim or index that a term stands for.
struct TermAxis {
  enum class Kind : uint8_t {
    group,  // axis `axis` of `*`
    shape,  // axis `axis` of (shape s)
    unit,   // an axis of extent 1: its index is 0
    expr,   // a named axis or an integer expression: `form`
    flat,   // (flat E): `form` is E
  };
  Kind kind;
  int axis = -1;  // of the group also where a term of the group puts something else there
  const Form* form = nullptr;
  const Form* lin = nullptr;  // (lin T scale offset) or (unlin T scale offset) around it
  int place = 0;              // which entry of a list scale or offset
  const Form* dim = nullptr;  // (in k E): the axis k whose extent E runs over
};

/// An axis of the group on which an input has a dim, and that dim's extent.
struct OwnDim {
  int axis;
  int64_t extent;
};

/// Evaluates terms and dim expressions. Borrows everything; `axes` may still be filled while it is
/// used.
class Terms {
 public:
  Terms(const Program& program, const std::vector<InputInfo>& inputs, const AttrReader& attrs,
        const Axes& axes)
      : program_(program), inputs_(inputs), attrs_(attrs), axes_(axes) {}

  /// Appends what `term` stands for, in its order.
  void expand(const Form& term, std::vector<TermAxis>& out) const;
  std::vector<TermAxis> expand(const std::vector<Form>& terms) const;
  /// Of the terms of a form (HEAD TERM...).
  std::vector<TermAxis> expand_arguments(const Form& form) const;
  /// How many axes `term` stands for; nothing for `*`, whose share depends on the rank.
  std::optional<int> size(const Form& term) const;

  int64_t extent(const TermAxis& axis) const;
  Dims dims(const std::vector<Form>& terms) const;
  /// The extents that an index of input `i` addresses: a product of names counts as its factors.
  Dims index_dims(int i) const;
  /// The points of the terms of a form (HEAD TERM...).
  int64_t count(const Form& form) const;

  /// A dim expression: extents, attributes, + - * // min, count.
  int64_t integer(const Form& form) const;
  /// The extent of a named dim or the value of an integer attribute (`g`, `stride.0`), if it is
  /// known.
  std::optional<int64_t> lookup(const std::string& name) const;
  /// A condition or number of a check.
  double number(const Form& form) const;

  /// The group's axes that an axis or axes attribute selects, ascending.
  std::vector<int64_t> selected(const std::string& attr) const;
  bool is_selected(const std::string& attr, int axis) const;
  /// The dims of input `name` that lie on axes of the group.
  std::vector<OwnDim> own(const std::string& name) const;
  int input(const std::string& name) const;  // -1: none of this name

  const Axes& axes() const { return axes_; }
  const AttrReader& attrs() const { return attrs_; }

 private:
  void expand_group(const Form& term, std::vector<TermAxis>& out) const;
  int64_t fold(const Form& form) const;
  std::optional<double> attribute(const std::string& name) const;

  const Program& program_;
  const std::vector<InputInfo>& inputs_;
  const AttrReader& attrs_;
  const Axes& axes_;
};

/// True iff the form is a product of names, `(* g c)`, which is one dim to the user and several to
/// an index.
bool is_product(const Form& form);
/// Dims as an index sees them.
std::vector<Form> split_products(const std::vector<Form>& dims);
/// True iff the form is the name `text`.
bool is_name(const Form& form, std::string_view text);
/// floor(a / b), b != 0.
int64_t floor_divide(int64_t a, int64_t b);
/// "axon.matmul: "
std::string prefix_of(const Program& program);

}  // namespace axon
