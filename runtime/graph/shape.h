// Shapes and dtypes: solves the dims of a program's inputs, once when recording (errors carry the
// user's line) and again in bind.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "graph/node.h"

namespace axon {

/// How many elements a tensor of these extents has.
int64_t elements_of(const Dims& dims);

/// What is known of an input: from a tensor, a number (dims empty, weak) or absent.
struct InputInfo {
  bool present = true;
  bool weak = false;  // a Python number
  DType dtype{};
  Dims dims;
};

/// The axes of a program for concrete inputs and attributes.
struct Axes {
  std::vector<int64_t> group;            // extents of `*`, outermost first
  std::map<std::string, int64_t> named;  // extents of named dims
  std::vector<int64_t> shape;            // extents of the (shape s) group, -1 resolved
  std::vector<Dims> output_dims;         // by output
  std::vector<DType> output_dtypes;
};

/// Reads attributes by name out of a node's `ints` and `scalars`.
class AttrReader {
 public:
  AttrReader(const Program& program, const std::vector<int64_t>& ints,
             const std::vector<ScalarEntry>& scalars);
  /// int, int2, int3, flag, axis, dtype; an entry of a list
  int64_t integer(const std::string& name, int element = 0) const;
  /// axes, ints, shape; an axis, int2 or int3 too
  std::vector<int64_t> list(const std::string& name) const;
  /// index in scalars: real, offsets, rng
  int scalar(const std::string& name, int element = 0) const;
  int length(const std::string& name) const;  // entries of an attribute of any type
  bool has(const std::string& name) const;
  /// True iff the attribute's value lies in `ints`.
  bool is_integer(const std::string& name) const;
  AttrType type(const std::string& name) const;
  const ScalarEntry& entry(int scalar) const { return scalars_[scalar]; }

 private:
  struct Place {
    int32_t at;      // of the first entry, in ints or scalars
    int32_t length;  // entries
  };
  int find(const std::string& name) const;  // -1: none
  const Place& place(const std::string& name, int element) const;

  const Program& program_;
  const std::vector<int64_t>& ints_;
  const std::vector<ScalarEntry>& scalars_;
  std::vector<Place> places_;  // by attribute
};

/// Throws ValueError/TypeError: "axon.matmul: a has shape (3, 4), b has shape (5, 6); expected
/// a.shape[-1] == b.shape[-2] (k: 4 != 5)" with a remedy where there is one. Axis attributes are
/// normalised by the caller beforehand (see record.h).
Axes solve(const Program& program, const std::vector<InputInfo>& inputs, const AttrReader& attrs);

/// What promotion asks of an input or value.
struct TypeInfo {
  bool present;
  bool weak;
  DType dtype;
};

/// The dtype that a DTYPE form gives: (like x), (promote a b), (float a), (accum x), (attr NAME), a
/// name. `info_of` tells what is known of an input or value.
DType dtype_of_form(const Program& program, const Form& form, const AttrReader& attrs,
                    const std::function<TypeInfo(const std::string&)>& info_of);

}  // namespace axon
