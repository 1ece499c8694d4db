// The domain of one statement: which axes it has, in which order, and what the terms of an index
// are in them.
#pragma once

#include <string>
#include <vector>

#include "graph/statement.h"
#include "graph/terms.h"

namespace axon {

class Domain {
 public:
  Domain(const Program& program, const Terms& terms) : program_(program), terms_(terms) {}

  /// Of a set or reduce of `expr`: the axes of its store and those reduced, ordered as docs/ir.md
  /// says.
  void of_store(const std::vector<Form>& stored, const std::vector<Form>& reduced,
                const Form& expr);
  /// Of a scatter.
  void of_points(const std::vector<Form>& terms);

  const std::vector<Axis>& axes() const { return axes_; }
  bool has_reduced() const;

  /// The coordinate along an axis of the group, of (shape s), or of that name; 0 if it has
  /// extent 1.
  Affine group(int axis) const;
  Affine shape(int axis) const;
  /// Null if the name is no axis of this domain.
  const Affine* named(const std::string& name) const;
  /// The coordinate of (at a): along the axis that `attr` selects, or what stands in its place.
  Affine at(const std::string& attr) const;

  /// Tells that these axes occur together in one index: the shortest whose extent is declared, not
  /// computed, is taken for a window that slides along the others.
  void note_compound(const Affine& index);
  /// Marks the axes that are declared windows.
  void mark_windows();

 private:
  enum class Kind : uint8_t { group, shape, named };
  struct Item {
    Kind kind;
    int axis;  // of the group or shape; named: the group's axis that it replaces, or -1
    std::string name;
    int64_t extent;
    bool reduced;
    bool window = false;
    int place = -1;  // in axes_; -1: extent 1
    Affine coordinate = Affine();
  };

  void collect(const std::vector<Form>& terms, bool reduced, std::vector<Item>& out) const;
  void collect(const TermAxis& axis, bool reduced, std::vector<Item>& out) const;
  void collect(const Form& expr, int replaces, bool reduced, std::vector<Item>& out) const;
  static bool contains(const std::vector<Item>& items, const Item& item);
  static bool on_group(const Item& item) { return item.kind == Kind::group || item.axis >= 0; }
  size_t group_place(const std::vector<Item>& stored) const;
  void finish();
  bool is_window(const std::string& name) const;
  const Item* find(Kind kind, int axis) const;

  const Program& program_;
  const Terms& terms_;
  std::vector<Item> items_;
  std::vector<Axis> axes_;
};

}  // namespace axon
