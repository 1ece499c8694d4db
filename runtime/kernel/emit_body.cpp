// Scalar bodies as C statements.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/error.h"
#include "kernel/emit.h"

namespace axon {

namespace {

// Divisors up to this are strides that an op declares; baked, they become shifts and
// multiplications.
constexpr int64_t kLargestBakedDivisor = 64;

// Strides up to this are of windows and of short axes; baked, neighbours are found in the same
// vector.
constexpr int64_t kLargestBakedStride = 8;

// Stands behind the line of an instruction until with_true_lines numbers it.
constexpr char kOwnLine[] = "#line 1 \"kernel\"\n";

bool is_half(DType t) { return t == DType::float16 || t == DType::bfloat16; }

/// The suffix of functions that compute in registers of dtype t.
std::string register_suffix(DType t) {
  return std::string(suffix_of(is_half(t) ? DType::float32 : t));
}

std::string real_constant(double number, bool single) {
  if (std::isnan(number)) return single ? "__builtin_nanf(\"\")" : "__builtin_nan(\"\")";
  if (std::isinf(number)) {
    return std::string(number < 0 ? "-" : "") + (single ? "__builtin_inff()" : "__builtin_inf()");
  }
  char text[64];
  std::snprintf(text, sizeof text, "%a%s", number, single ? "f" : "");
  return number < 0 || std::signbit(number) ? "(" + std::string(text) + ")" : text;
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

bool is_directive(const std::string& line) { return line.rfind("#line ", 0) == 0; }

bool is_power_of_two(int64_t n) { return (n & (n - 1)) == 0; }

int log2_of(int64_t n) {
  int bits = 0;
  while ((int64_t{1} << bits) < n) ++bits;
  return bits;
}

}  // namespace

std::string Ints::name(const std::string& key, int64_t value,
                       const std::vector<Term>& slots_added) {
  auto [entry, fresh] = by_key_.emplace(key, values.size());
  if (fresh) {
    for (const Term& t : slots_added) {
      slots.push_back({static_cast<int32_t>(values.size()), t.var, t.coef});
    }
    values.push_back(value);
  }
  return "n" + std::to_string(entry->second);
}

std::string Ints::declarations(size_t first) const {
  std::string text;
  for (size_t i = first; i < values.size(); ++i) {
    const std::string n = std::to_string(i);
    text += "  const int64_t n" + n + " = args->ints[" + n + "];\n";
  }
  return text;
}

std::string with_true_lines(const std::string& source) {
  std::string text = kOwnLine;
  std::string waiting;  // the last directive, until a line follows it
  int64_t own = 0;
  for (size_t at = 0; at < source.size();) {
    const size_t end = std::min(source.find('\n', at), source.size() - 1) + 1;
    const std::string line = source.substr(at, end - at);
    at = end;
    if (line == kOwnLine) {
      waiting = "#line " + std::to_string(own + 1) + " \"kernel\"\n";
    } else if (is_directive(line)) {
      waiting = line;
    } else {
      text += waiting + line;
      waiting.clear();
      ++own;
    }
  }
  return text;
}

std::string without_lines(const std::string& source) {
  std::string text;
  for (size_t at = 0; at < source.size();) {
    const size_t end = std::min(source.find('\n', at), source.size() - 1) + 1;
    const std::string line = source.substr(at, end - at);
    if (!is_directive(line)) text += line;
    at = end;
  }
  return text;
}

BodyPrinter::BodyPrinter(const Kernel& kernel, int number, Ints& ints)
    : inside(kernel.phases[number].body.size(), false),
      kernel_(kernel),
      phase_(kernel.phases[number]),
      number_(number),
      ints_(ints),
      buffers_used_(kernel.buffers.size(), false),
      scalars_used_(kernel.scalars.size(), false) {
  for (size_t i = 0; i < phase_.parallel.size() + phase_.reduced.size(); ++i) {
    axes.push_back("i" + std::to_string(i));
  }
}

std::string BodyPrinter::key(int32_t instr) const {
  return std::to_string(number_) + "." + std::to_string(instr);
}

std::string BodyPrinter::register_type(DType t) {
  if (t == DType::bool_) return "_Bool";
  return std::string(c_type_of(is_half(t) ? DType::float32 : t));
}

std::string BodyPrinter::constant(DType t, double number, int64_t integer) {
  if (t == DType::bool_) return integer != 0 ? "1" : "0";
  if (t == DType::float64) return real_constant(number, false);
  if (t == DType::float32) return real_constant(static_cast<float>(number), true);
  if (is_half(t)) {
    return convert(real_constant(static_cast<float>(number), true), DType::float32, t);
  }
  const std::string type(c_type_of(t));
  if (t == DType::uint64) return "((uint64_t)" + std::to_string(uint64_t(integer)) + "ULL)";
  if (integer == std::numeric_limits<int64_t>::min()) return "(-9223372036854775807LL - 1)";
  return "((" + type + ")" + std::to_string(integer) + "LL)";
}

std::string BodyPrinter::convert(const std::string& text, DType from, DType to) {
  if (from == to) return text;
  if (to == DType::bool_) return "(" + text + " != 0)";
  if (is_half(to)) {
    return "ax_round_" + std::string(suffix_of(to)) + "((float)" + text + ")";
  }
  if (is_float(from) && is_integer(to)) {
    return "ax_" + std::string(suffix_of(to)) + "_from_" + register_suffix(from) + "(" + text + ")";
  }
  return "((" + register_type(to) + ")" + text + ")";
}

std::string BodyPrinter::to_memory(const std::string& text, DType t) {
  return is_half(t) ? "ax_" + std::string(suffix_of(t)) + "_from_f32(" + text + ")" : text;
}

std::string BodyPrinter::from_memory(const std::string& text, DType t) {
  if (t == DType::bool_) return "(" + text + " != 0)";
  return is_half(t) ? "ax_f32_from_" + std::string(suffix_of(t)) + "(" + text + ")" : text;
}

std::string BodyPrinter::affine(const Affine& form, const std::string& place) {
  std::string text;
  const auto add = [&](const std::string& part) { text += text.empty() ? part : " + " + part; };
  for (const Term& t : form.terms) {
    const std::string variable = t.var >= 0 ? axes[t.var] : "v" + std::to_string(~t.var);
    if (t.coef == 1) {
      add(variable);
    } else if (t.coef > 1 && t.coef <= kLargestBakedStride) {
      add(variable + " * " + std::to_string(t.coef));
    } else {
      add(variable + " * " + ints_.name(place + "." + std::to_string(t.var), t.coef));
    }
  }
  if (form.constant != 0 || !form.slots.empty()) {
    add(ints_.name(place + ".c", form.constant, form.slots));
  }
  return text.empty() ? "0" : text;
}

std::string BodyPrinter::extent(int32_t instr, size_t bound) {
  const std::string place = key(instr) + ".extent" + std::to_string(bound);
  return ints_.name(place, phase_.body[instr].bounds[bound].extent);
}

std::string BodyPrinter::place(int32_t instr, size_t bound) const {
  return key(instr) + ".bound" + std::to_string(bound);
}

std::string BodyPrinter::bounds(int32_t instr) {
  std::string text;
  for (size_t i = 0; i < phase_.body[instr].bounds.size(); ++i) {
    text += text.empty() ? "" : " & ";
    text += "((uint64_t)(" + affine(phase_.body[instr].bounds[i].index, place(instr, i)) +
            ") < (uint64_t)" + extent(instr, i) + ")";
  }
  return text;
}

std::string BodyPrinter::load(int32_t instr) {
  const Instr& in = phase_.body[instr];
  const DType stored = kernel_.buffers[in.index].dtype;
  buffers_used_[in.index] = true;
  const std::string element =
      "b" + std::to_string(in.index) + "[" + affine(in.address, key(instr)) + "]";
  const std::string text = convert(from_memory(element, stored), stored, in.dtype);
  if (in.bounds.empty() || inside[instr]) return text;
  const std::string fallback = in.args[0] < 0 ? constant(in.dtype, 0, 0) : value_name(in.args[0]);
  return bounds(instr) + " ? " + text + " : " + fallback;
}

std::string BodyPrinter::primitive(const Instr& in) {
  const PrimInfo& prim = info(in.prim);
  const DType operand = phase_.body[in.args[prim.arity - 1]].dtype;  // select: args[0] is the bool
  std::string text = prim.c_text;
  const std::string suffix(prim.result == PrimResult::own ? suffix_of(operand)
                                                          : register_suffix(operand));
  text = replace_all(text, "@", suffix);
  text = replace_all(text, "%", register_type(operand));
  for (int i = 0; i < prim.arity; ++i) {
    text = replace_all(text, "$" + std::to_string(i), value_name(in.args[i]));
  }
  // Half precision computes in float and rounds after each instruction, as the executor does.
  const bool rounds = is_half(in.dtype) && in.prim != Prim::select;
  return rounds ? convert(text, DType::float32, in.dtype) : text;
}

int32_t BodyPrinter::gather_number(int32_t instr) const {
  int32_t number = 0;
  for (int p = 0; p <= number_; ++p) {
    const std::vector<Instr>& body = kernel_.phases[p].body;
    const int32_t end = p == number_ ? instr : static_cast<int32_t>(body.size());
    for (int32_t i = 0; i < end; ++i) number += body[i].kind == InstrKind::gather;
  }
  return number;
}

std::string BodyPrinter::statement(int32_t instr) {
  const Instr& in = phase_.body[instr];
  std::string text;
  switch (in.kind) {
    case InstrKind::result:
    case InstrKind::scan:
      return "";
    case InstrKind::constant:
      text = constant(in.dtype, in.number, in.integer);
      break;
    case InstrKind::scalar: {
      const DType stored = kernel_.scalars[in.index].dtype;
      const DType read = is_float(stored) ? DType::float64 : DType::int64;
      scalars_used_[in.index] = true;
      text = convert("s" + std::to_string(in.index), read, in.dtype);
      break;
    }
    case InstrKind::affine:
      text = convert("(" + affine(in.address, key(instr)) + ")", DType::int64, in.dtype);
      break;
    case InstrKind::floordiv: {
      const std::string form = "(" + affine(in.address, key(instr)) + ")";
      if (in.integer > kLargestBakedDivisor) {
        text = "ax_index_floordiv(" + form + ", " + ints_.name(key(instr) + ".d", in.integer) + ")";
      } else if (is_power_of_two(in.integer)) {
        text = form + " >> " + std::to_string(log2_of(in.integer));
      } else {
        text = "ax_index_floordiv(" + form + ", " + std::to_string(in.integer) + ")";
      }
      break;
    }
    case InstrKind::load:
      text = load(instr);
      break;
    case InstrKind::prim:
      text = primitive(in);
      break;
    case InstrKind::cast:
      text = convert(value_name(in.args[0]), phase_.body[in.args[0]].dtype, in.dtype);
      break;
    case InstrKind::gather:
      text = "ax_gather(" + value_name(in.args[0]) + ", " +
             ints_.name(key(instr) + ".n", in.integer) + ", args->status, " +
             std::to_string(gather_number(instr) + 1) + ")";
      break;
    case InstrKind::uniform:
      scalars_used_[in.index] = scalars_used_[in.index + 1] = true;
      text = "ax_uniform(s" + std::to_string(in.index) + ", s" + std::to_string(in.index + 1) +
             ", " + value_name(in.args[0]) + ")";
      break;
  }
  return "const " + register_type(in.dtype) + " " + value_name(instr) + " = " + text + ";";
}

std::string BodyPrinter::placed(int32_t instr, const std::string& text) const {
  const int32_t number = phase_.body[instr].line;
  if (number < 0 || text.empty()) return text;
  const SourceLine& at = source_line(number);
  std::string file = replace_all(replace_all(at.file, "\\", "\\\\"), "\"", "\\\"");
  file = replace_all(file, "@", "\\100");  // which opens a slot
  return "#line " + std::to_string(at.line) + " \"" + file + "\"\n" + text + kOwnLine;
}

std::string BodyPrinter::statements(const std::vector<int32_t>& instrs, const std::string& indent) {
  std::string text;
  for (int32_t i : instrs) {
    const std::string line = statement(i);
    if (!line.empty()) text += placed(i, indent + line + "\n");
  }
  return text;
}

std::string BodyPrinter::store(const Store& store, const std::string& place) {
  const DType to = kernel_.buffers[store.slot].dtype;
  const DType from = phase_.body[store.value].dtype;
  buffers_used_[store.slot] = true;
  const std::string element = "b" + std::to_string(store.slot) + "[" +
                              affine(store.address, std::to_string(number_) + "." + place) + "]";
  const std::string fresh = convert(value_name(store.value), from, to);
  if (store.combine == Combine::set) return element + " = " + to_memory(fresh, to) + ";";
  return "{ const int64_t at = &" + element + " - b" + std::to_string(store.slot) + "; const " +
         register_type(to) +
         " old = " + from_memory("b" + std::to_string(store.slot) + "[at]", to) + "; b" +
         std::to_string(store.slot) +
         "[at] = " + to_memory(combined(store.combine, to, "old", fresh), to) + "; }";
}

std::string BodyPrinter::combined(Combine combine, DType t, const std::string& old,
                                  const std::string& fresh) {
  std::string text;
  switch (combine) {
    case Combine::set:
      return fresh;
    case Combine::sum:
      text = t == DType::bool_ ? "(" + old + " | " + fresh + ")" : "(" + old + " + " + fresh + ")";
      break;
    case Combine::prod:
      text = t == DType::bool_ ? "(" + old + " & " + fresh + ")" : "(" + old + " * " + fresh + ")";
      break;
    case Combine::any:
      return "(" + old + " | (" + fresh + " != 0))";
    case Combine::all:
      return "(" + old + " & (" + fresh + " != 0))";
    case Combine::max:
    case Combine::min: {
      // A NaN wins and stays; of equals the first stays.
      const std::string sign = combine == Combine::max ? " > " : " < ";
      const std::string nan = is_float(t) ? " | (" + fresh + " != " + fresh + ")" : "";
      return "((" + fresh + sign + old + ")" + nan + " ? " + fresh + " : " + old + ")";
    }
    case Combine::argmax:
    case Combine::argmin:
      throw Error("emit: argmax and argmin combine pairs");
  }
  return is_half(t) ? convert(text, DType::float32, t) : text;
}

std::string BodyPrinter::identity(Combine combine, DType t) {
  const Instr start = identity_of(combine, t);
  return constant(t, start.number, start.integer);
}

std::vector<int32_t> BodyPrinter::operands(int32_t instr) const {
  return operands_of(phase_.body[instr]);
}

std::vector<int32_t> BodyPrinter::closure(const std::vector<int32_t>& roots) const {
  return closure_of(phase_.body, roots);
}

std::string BodyPrinter::declarations() const {
  std::string text;
  for (size_t i = 0; i < kernel_.buffers.size(); ++i) {
    if (!buffers_used_[i]) continue;
    const std::string n = std::to_string(i);
    const std::string type(c_type_of(kernel_.buffers[i].dtype));
    text +=
        "  " + type + "* restrict const b" + n + " = (" + type + "*)args->buffers[" + n + "];\n";
  }
  for (size_t i = 0; i < kernel_.scalars.size(); ++i) {
    if (!scalars_used_[i]) continue;
    const std::string n = std::to_string(i);
    if (is_float(kernel_.scalars[i].dtype)) {
      text += "  const double s" + n + " = ax_double((uint64_t)args->scalars[" + n + "]);\n";
    } else {
      text += "  const int64_t s" + n + " = args->scalars[" + n + "];\n";
    }
  }
  return text;
}

}  // namespace axon
