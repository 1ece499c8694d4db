// Attributes: from Python arguments, or defaults, to the integers and scalars of a node.
#include "python/attributes.h"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "graph/record.h"

namespace axon {
namespace {

/// Reads the attributes of one call into a node.
class AttrParser {
 public:
  explicit AttrParser(Node& node) : node_(node), program_(*node.program) {}

  void parse(const AttrDecl& decl, nb::handle value) {
    decl_ = &decl;
    switch (decl.type) {
      case AttrType::real:
        return add_real(value);
      case AttrType::offsets:
        return add_offsets(value);
      case AttrType::rng:
        return add_key(value);
      case AttrType::int_:
        return node_.ints.push_back(integer(value, "an integer"));
      case AttrType::int2:
        return add_tuple(value, 2, "an integer or a pair of integers");
      case AttrType::int3:
        return add_tuple(value, 3, "an integer or three integers");
      case AttrType::flag:
        return add_flag(value);
      case AttrType::axis:
        return node_.ints.push_back(normalize_axis(program_, node_.inputs, decl.name,
                                                   integer(value, "an integer"), rank()));
      case AttrType::axes:
        return add_list(axes(value));
      case AttrType::ints:
      case AttrType::shape:
        return add_list(integers(value, "a tuple of integers"));
      case AttrType::dtype:
        return node_.ints.push_back(static_cast<int64_t>(read_dtype(value, where())));
      case AttrType::str:
        return add_text(value);
    }
  }

 private:
  std::string where() const { return "axon." + program_.name + ": " + decl_->name; }

  [[noreturn]] void fail(const char* expected, nb::handle value) const {
    throw TypeError(where() + " must be " + expected + ", not " + type_text(value));
  }

  int rank() {
    if (rank_ < 0) {
      rank_ = group_rank(program_, node_.inputs);
    }
    return rank_;
  }

  int64_t integer(nb::handle value, const char* expected) const {
    if (!PyIndex_Check(value.ptr())) {
      fail(expected, value);
    }
    nb::object index = nb::steal(PyNumber_Index(value.ptr()));
    if (!index) {
      PyErr_Clear();
      fail(expected, value);
    }
    const long long number = PyLong_AsLongLong(index.ptr());
    if (number == -1 && PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      throw ValueError(where() + " does not fit in 64 bits");
    }
    return number;
  }

  /// One integer stands for a list of one.
  std::vector<int64_t> integers(nb::handle value, const char* expected) const {
    if (!PyTuple_Check(value.ptr()) && !PyList_Check(value.ptr())) {
      return {integer(value, expected)};
    }
    std::vector<int64_t> numbers;
    for (nb::handle item : value) {
      numbers.push_back(integer(item, expected));
    }
    return numbers;
  }

  std::vector<int64_t> axes(nb::handle value) {
    std::vector<int64_t> axes;
    if (value.is_none()) {
      for (int64_t axis = 0; axis < rank(); ++axis) {
        axes.push_back(axis);
      }
      return axes;
    }
    return normalize_axes(program_, node_.inputs, decl_->name,
                          integers(value, "None, an integer or a tuple of integers"), rank());
  }

  void add_list(const std::vector<int64_t>& numbers) {
    node_.ints.push_back(static_cast<int64_t>(numbers.size()));
    node_.ints.insert(node_.ints.end(), numbers.begin(), numbers.end());
  }

  void add_real(nb::handle value) {
    const double real = PyUnicode_Check(value.ptr()) ? -1 : PyFloat_AsDouble(value.ptr());
    if (PyUnicode_Check(value.ptr()) || (real == -1 && PyErr_Occurred() != nullptr)) {
      PyErr_Clear();
      fail("a number", value);
    }
    ScalarEntry entry{DType::float64, 0};
    std::memcpy(&entry.bits, &real, sizeof real);
    node_.scalars.push_back(entry);
  }

  void add_offsets(nb::handle value) {
    const std::vector<int64_t> numbers = integers(value, "a tuple of integers");
    node_.ints.push_back(static_cast<int64_t>(numbers.size()));
    for (int64_t number : numbers) {
      node_.scalars.push_back({DType::int64, number});
    }
  }

  void add_key(nb::handle value) {
    const std::vector<int64_t> key = integers(value, "a pair of integers");
    if (key.size() != 2) {
      throw ValueError(where() + " must be a pair of integers (seed, counter), not " +
                       std::to_string(key.size()));
    }
    node_.scalars.push_back({DType::int64, key[0]});
    node_.scalars.push_back({DType::int64, key[1]});
  }

  /// `count` entries; one integer stands for as many of it.
  void add_tuple(nb::handle value, size_t count, const char* expected) {
    std::vector<int64_t> entries = integers(value, expected);
    if (entries.size() == 1 && !PyTuple_Check(value.ptr()) && !PyList_Check(value.ptr())) {
      entries.resize(count, entries[0]);
    }
    if (entries.size() != count) {
      throw ValueError(where() + " must be " + expected + ", not " + shape_text(entries));
    }
    node_.ints.insert(node_.ints.end(), entries.begin(), entries.end());
  }

  void add_flag(nb::handle value) {
    if (!PyBool_Check(value.ptr())) {
      fail("True or False", value);
    }
    node_.ints.push_back(value.ptr() == Py_True);
  }

  void add_text(nb::handle value) {
    if (!PyUnicode_Check(value.ptr())) {
      fail("a string", value);
    }
    node_.ints.push_back(intern(nb::cast<std::string>(value)));
  }

  Node& node_;
  const Program& program_;
  const AttrDecl* decl_ = nullptr;
  int rank_ = -1;
};

nb::object default_object(const Form& form) {
  switch (form.kind) {
    case Form::Kind::integer:
      return nb::int_(form.integer);
    case Form::Kind::real:
      return nb::float_(form.real);
    case Form::Kind::boolean:
      return nb::bool_(form.integer != 0);
    case Form::Kind::string:
      return nb::cast(form.text);
    case Form::Kind::name:
      return form.text == "all" || form.text == "none" ? nb::none() : nb::cast(form.text);
    case Form::Kind::list:
      break;
  }
  nb::list items;
  for (const Form& item : form.items) {
    items.append(default_object(item));
  }
  return nb::tuple(items);
}

/// The value of attribute `i`; null if it is missing.
nb::handle argument(const Op& op, const nb::handle* attrs, size_t i) {
  nb::handle value = attrs[i];
  while (op.same_as[i] >= 0 && (!value.is_valid() || value.is_none())) {
    i = static_cast<size_t>(op.same_as[i]);
    value = attrs[i];
  }
  return value.is_valid() ? value : nb::handle(op.defaults[i]);
}

}  // namespace

int32_t same_as(const Program& program, const AttrDecl& decl) {
  const bool integers =
      decl.type == AttrType::int_ || decl.type == AttrType::int2 || decl.type == AttrType::int3;
  if (!integers || !decl.fallback || decl.fallback->kind != Form::Kind::name) return -1;
  const auto found = std::find_if(program.attrs.begin(), program.attrs.end(),
                                  [&](const AttrDecl& a) { return a.name == decl.fallback->text; });
  if (found - program.attrs.begin() >= &decl - program.attrs.data()) {
    throw ValueError("program " + program.name + ": the default of " + decl.name + ", " +
                     decl.fallback->text + ", is no attribute before it");
  }
  return static_cast<int32_t>(found - program.attrs.begin());
}

nb::object default_of(const Program& program, const AttrDecl& decl) {
  if (same_as(program, decl) >= 0) return nb::none();
  return decl.fallback.has_value() ? default_object(*decl.fallback) : nb::object();
}

void read_attributes(const Op& op, Node& node, const nb::handle* attrs) {
  const Program& program = *op.program;
  AttrParser parser(node);
  for (size_t i = 0; i < program.attrs.size(); ++i) {
    const nb::handle value = argument(op, attrs, i);
    if (!value.is_valid()) {
      throw TypeError("axon." + program.name + ": the argument " + program.attrs[i].name +
                      " is missing");
    }
    parser.parse(program.attrs[i], value);
  }
}

}  // namespace axon
