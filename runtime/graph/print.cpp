// Statements as text, for explain and for tests.
#include <cstdio>

#include "graph/statement.h"

namespace axon {

namespace {

std::string axis_name(int axis, const std::vector<Axis>& axes) {
  const bool reduced = axis < static_cast<int>(axes.size()) && axes[axis].reduced;
  return (reduced ? "r" : "i") + std::to_string(axis);
}

void add_summand(std::string& text, int64_t coef, const std::string& what) {
  const int64_t size = coef < 0 ? -coef : coef;
  if (!text.empty()) {
    text += coef < 0 ? " - " : " + ";
  } else if (coef < 0) {
    text += "-";
  }
  if (what.empty()) {
    text += std::to_string(size);
  } else {
    text += (size == 1 ? "" : std::to_string(size) + "*") + what;
  }
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string instr_name(int instr) { return "%" + std::to_string(instr); }

std::string call_text(std::string text, const Instr& instr) {
  text += "(";
  for (int i = 0; i < 3 && instr.args[i] >= 0; ++i) {
    text += (i ? ", " : "") + instr_name(instr.args[i]);
  }
  return text + ")";
}

std::string load_text(const Instr& instr, const std::vector<Axis>& axes) {
  std::string text = "v" + std::to_string(instr.index) + "[" + to_string(instr.address, axes) + "]";
  for (size_t i = 0; i < instr.bounds.size(); ++i) {
    text += (i ? " and 0 <= " : " if 0 <= ") + to_string(instr.bounds[i].index, axes) + " < " +
            std::to_string(instr.bounds[i].extent);
  }
  if (instr.bounds.empty()) return text;
  return text + " else " + (instr.args[0] < 0 ? "0" : instr_name(instr.args[0]));
}

std::string instr_text(const Instr& instr, const std::vector<Axis>& axes) {
  switch (instr.kind) {
    case InstrKind::constant:
      return is_float(instr.dtype) ? number_text(instr.number) : std::to_string(instr.integer);
    case InstrKind::scalar:
      return "s" + std::to_string(instr.index);
    case InstrKind::affine:
      return to_string(instr.address, axes);
    case InstrKind::floordiv:
      return "(" + to_string(instr.address, axes) + ") // " + std::to_string(instr.integer);
    case InstrKind::load:
      return load_text(instr, axes);
    case InstrKind::prim:
      return call_text(info(instr.prim).name, instr);
    case InstrKind::cast:
      return call_text("cast", instr);
    case InstrKind::gather:
      return call_text("gather", instr) + " < " + std::to_string(instr.integer);
    case InstrKind::uniform:
      return call_text("uniform", instr) + " key s" + std::to_string(instr.index);
    case InstrKind::result:
      return "reduction " + std::to_string(instr.index);
    case InstrKind::scan:
      return call_text(std::string("scan ") + name_of(instr.combine), instr) +
             (instr.integer ? " before " : " up to ") + to_string(instr.address, axes);
  }
  return "?";
}

}  // namespace

std::string to_string(const Affine& a, const std::vector<Axis>& axes) {
  std::string text;
  for (const Term& t : a.terms) {
    if (t.var >= 0) add_summand(text, t.coef, axis_name(t.var, axes));
  }
  for (const Term& t : a.terms) {
    if (t.var < 0) add_summand(text, t.coef, instr_name(~t.var));
  }
  for (const Term& t : a.slots) add_summand(text, t.coef, "s" + std::to_string(t.var));
  if (a.constant != 0 || text.empty()) add_summand(text, a.constant, "");
  return text;
}

std::string to_string(const Statement& s) {
  std::string text = "v" + std::to_string(s.value);
  if (s.call >= 0) return text + " = call " + std::to_string(s.call) + "\n";
  const std::string sign =
      s.combine == Combine::set ? " = " : " " + std::string(name_of(s.combine)) + "= ";
  text += "[" + to_string(s.store, s.axes) + "]" + (s.scatter ? " scatter" : "") + sign;
  text += instr_name(s.result);
  for (size_t i = 0; i < s.axes.size(); ++i) {
    text += (i ? ", " : "  for ") + axis_name(static_cast<int>(i), s.axes) + " < " +
            std::to_string(s.axes[i].extent) + (s.axes[i].baked ? " (window)" : "");
  }
  text += "\n";
  for (size_t i = 0; i < s.body.size(); ++i) {
    text += "  " + instr_name(static_cast<int>(i)) + " = " + instr_text(s.body[i], s.axes) + " : " +
            std::string(name_of(s.body[i].dtype)) + "\n";
  }
  return text;
}

}  // namespace axon
