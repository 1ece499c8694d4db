// Parsed programs: docs/ir.md section 1 in memory, and the registry behind `runtime.register`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "graph/expr.h"

namespace axon {

/// An s-expression: a list, or an atom (name, quoted string, integer or real).
struct Form {
  enum class Kind : uint8_t { list, name, string, integer, real, boolean };
  Kind kind = Kind::list;
  std::string text;     // name or string
  int64_t integer = 0;  // also the boolean
  double real = 0;
  std::vector<Form> items;  // list

  bool is(std::string_view head) const;  // a list whose first item is this name
};

enum class AttrType : uint8_t {
  real,
  offsets,
  rng,
  int_,
  int2,
  int3,
  flag,
  axis,
  axes,
  ints,
  shape,
  dtype,
  str
};

struct InputDecl {
  std::string name;
  std::string cls;  // any num float int bool, or a dtype
  std::vector<Form> dims;
  bool ghost = false;              // true iff only shape and dtype are used
  std::optional<double> fallback;  // the constant read when the input is absent
};

struct AttrDecl {
  std::string name;
  AttrType type;
  std::optional<Form> fallback;  // default; nothing: required
};

struct OutputDecl {
  std::string name;
  Form dtype;
  std::vector<Form> dims;
};

struct StatementDecl {
  enum class Kind : uint8_t { set, reduce, scatter, call, apply };
  Kind kind;
  Combine combine = Combine::set;
  std::string value;
  std::vector<Form> index;
  std::vector<Form> domain;  // reduced terms, or scatter's domain
  Form expr;
  std::string call;   // kind == call: which opaque kernel; kind == apply: which program
  int32_t line = -1;  // of its formula (source_line)
  std::vector<std::string> outputs, inputs, attrs;
  std::vector<std::vector<Form>> indices;  // kind == apply: the terms of each output
  std::vector<Form> args;                  // kind == apply: the attributes of what is applied
};

struct CheckDecl {
  Form condition;
  std::string message;
};

/// Immutable once registered; lives as long as the process.
struct Program {
  int32_t id = -1;
  std::string name;
  std::string doc;
  std::vector<InputDecl> inputs;
  std::vector<AttrDecl> attrs;
  std::vector<OutputDecl> outputs;
  std::vector<std::pair<std::string, Form>> where;
  std::vector<CheckDecl> checks;
  std::vector<StatementDecl> statements;
  std::string text;        // as registered
  bool pointwise = false;  // true iff the dims of every input and output are just `*`
};

/// Parses and stores a program; the same text again gives the same program. Throws ValueError with
/// the offset in the text.
const Program& register_program(std::string_view text);
/// nullptr if no such program.
const Program* find_program(std::string_view name);
const Program& program(int32_t id);

}  // namespace axon
