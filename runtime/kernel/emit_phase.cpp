#include "kernel/emit_phase.h"

#include <algorithm>

namespace axon {

bool keeps_number(const Reduction& r) {
  return r.combine == Combine::argmax || r.combine == Combine::argmin;
}

PhasePrinter::PhasePrinter(const Kernel& kernel, int number, Ints& ints, int32_t vector)
    : kernel_(kernel),
      phase_(kernel.phases[number]),
      ints_(ints),
      first_int_(ints.size()),
      printer_(kernel, number, ints),
      parallel_(static_cast<int32_t>(phase_.parallel.size())),
      reduced_(static_cast<int32_t>(phase_.reduced.size())),
      depends_vector_(phase_.body.size(), false),
      depth_(phase_.body.size(), 0),
      ready_(phase_.body.size(), 0),
      text_(phase_.body.size()) {
  analyse(vector);
}

void PhasePrinter::analyse(int32_t vector) {
  const auto add = [&](int32_t i, const Affine& form) {
    for (const Term& t : form.terms) {
      if (t.var < 0) continue;
      if (t.var >= parallel_) depth_[i] = std::max(depth_[i], t.var - parallel_ + 1);
      if (t.var == vector) depends_vector_[i] = true;
    }
  };
  for (int32_t i = 0; i < size(); ++i) {
    const Instr& in = phase_.body[i];
    add(i, in.address);
    for (const Guard& g : in.bounds) add(i, g.index);
    for (int32_t read : printer_.operands(i)) {
      depth_[i] = std::max(depth_[i], depth_[read]);
      ready_[i] = std::max(ready_[i], ready_[read]);
      if (depends_vector_[read]) depends_vector_[i] = true;
    }
    if (in.kind == InstrKind::scan) depends_vector_[i] = vector >= 0;
    if (in.kind != InstrKind::result) continue;
    depends_vector_[i] = vector >= 0;
    for (const Reduction& r : phase_.reductions) {
      if (r.result == i) ready_[i] = r.level + 1;
    }
  }
  for (int32_t level = 0; level < phase_.levels; ++level) {
    for (int32_t i : roots(level)) needed_.push_back(i);
  }
  for (int32_t i : row_roots()) needed_.push_back(i);
  needed_ = printer_.closure(needed_);
}

Instrs PhasePrinter::roots(int32_t level) const {
  Instrs found;
  for (const Reduction& r : phase_.reductions) {
    if (r.level == level) found.push_back(r.value);
  }
  for (const Store& s : phase_.stores) {
    if (!s.point || s.level != level) continue;
    found.push_back(s.value);
    for (const Term& t : s.address.terms) {
      if (t.var < 0) found.push_back(~t.var);
    }
  }
  return found;
}

Instrs PhasePrinter::row_roots() const {
  Instrs found;
  for (const Store& s : phase_.stores) {
    if (s.point) continue;
    found.push_back(s.value);
    for (const Term& t : s.address.terms) {
      if (t.var < 0) found.push_back(~t.var);
    }
  }
  return found;
}

Instrs PhasePrinter::closure(const Instrs& roots,
                             const std::function<bool(int32_t)>& include) const {
  std::vector<bool> needed(size(), false);
  for (int32_t r : roots) needed[r] = true;
  Instrs order;
  for (int32_t i = size() - 1; i >= 0; --i) {
    if (!needed[i]) continue;
    if (include(i)) order.push_back(i);
    if (!text_[i].empty()) continue;
    for (int32_t read : printer_.operands(i)) needed[read] = true;
  }
  std::reverse(order.begin(), order.end());
  return order;
}

std::string PhasePrinter::integer(const std::string& what, int64_t value) {
  return ints_.name(std::to_string(printer_.number()) + "." + what, value);
}

std::string PhasePrinter::extent(int32_t axis) {
  const Axis& a = axis < parallel_ ? phase_.parallel[axis] : phase_.reduced[axis - parallel_];
  if (a.baked) return std::to_string(a.extent);
  return integer("axis" + std::to_string(axis), a.extent);
}

std::string PhasePrinter::reduced_number() const {
  if (reduced_ == 0) return "0";
  std::string text = printer_.axes[parallel_];
  for (int32_t r = 1; r < reduced_; ++r) {
    const Axis& a = phase_.reduced[r];
    const std::string place =
        std::to_string(printer_.number()) + ".axis" + std::to_string(parallel_ + r);
    const std::string count = a.baked ? std::to_string(a.extent) : ints_.name(place, a.extent);
    text = "(" + text + ") * " + count + " + " + printer_.axes[parallel_ + r];
  }
  return "(" + text + ")";
}

DType PhasePrinter::dtype_of(const Reduction& r) const {
  return keeps_number(r) ? phase_.body[r.value].dtype : r.dtype;
}

std::string PhasePrinter::pair_update(const Reduction& r, const std::string& into,
                                      const std::string& index, const std::string& value,
                                      const std::string& number) const {
  // Comparisons as masks of integers: of conditions that are combined the compiler makes branches.
  const auto mask = [](const std::string& left, const char* sign, const std::string& right) {
    return "(" + left + sign + right + " ? -1 : 0)";
  };
  std::string better = mask(value, r.combine == Combine::argmax ? " > " : " < ", into);
  std::string equal = mask(value, " == ", into);
  if (is_float(dtype_of(r))) {
    const std::string nan = mask(value, " != ", value);
    better += " | (" + nan + " & " + mask(into, " == ", into) + ")";
    equal = "(" + equal + " | (" + nan + " & " + mask(into, " != ", into) + "))";
  }
  return "const int32_t better = " + better + " | (" + equal + " & " + mask(number, " < ", index) +
         "); " + into + " = better ? " + value + " : " + into + "; " + index + " = better ? " +
         number + " : " + index + ";";
}

std::string PhasePrinter::accumulate(int32_t level, const std::string& indent) {
  std::string text;
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    if (red.level != level) continue;
    const DType from = phase_.body[red.value].dtype;
    const bool logical = red.combine == Combine::any || red.combine == Combine::all;
    const std::string name = BodyPrinter::value_name(red.value);
    const std::string value = logical ? name : BodyPrinter::convert(name, from, dtype_of(red));
    const std::string into = accumulator(r);
    text += indent;
    if (keeps_number(red)) {
      text += "{ " + pair_update(red, into, "at" + into, value, reduced_number()) + " }\n";
    } else {
      text += into + " = " + BodyPrinter::combined(red.combine, red.dtype, into, value) + ";\n";
    }
  }
  return text;
}

std::string PhasePrinter::result(const Reduction& r, const std::string& last) const {
  const DType dtype = phase_.body[r.result].dtype;
  const DType from = keeps_number(r) ? DType::int64 : r.dtype;
  return "const " + BodyPrinter::register_type(dtype) + " " + BodyPrinter::value_name(r.result) +
         " = " + BodyPrinter::convert(last, from, dtype) + ";\n";
}

std::string PhasePrinter::stores(bool point, int32_t level, const std::string& indent) {
  std::string text;
  for (size_t s = 0; s < phase_.stores.size(); ++s) {
    const Store& store = phase_.stores[s];
    if (store.point != point || (point && store.level != level)) continue;
    text += indent + printer_.store(store, "store" + std::to_string(s)) + "\n";
  }
  return text;
}

std::string PhasePrinter::instruction(int32_t i, const std::string& indent) {
  std::string line = printer_.statement(i);
  if (!text_[i].empty()) {
    line = "const " + BodyPrinter::register_type(phase_.body[i].dtype) + " " +
           BodyPrinter::value_name(i) + " = " + text_[i] + ";";
  }
  return line.empty() ? "" : printer_.placed(i, indent + line + "\n");
}

std::string PhasePrinter::instructions(const Instrs& instrs, const std::string& indent) {
  std::string text;
  for (int32_t i : instrs) text += instruction(i, indent);
  return text;
}

std::string PhasePrinter::point(const Instrs& rows, const std::string& indent) {
  std::string text;
  std::vector<bool> printed(size(), false);
  const auto print = [&](int32_t ready) {
    for (int32_t i : rows) {
      if (printed[i] || ready_[i] > ready) continue;
      printed[i] = true;
      text += instruction(i, indent);
    }
  };
  print(0);
  for (int32_t level = 0; level < phase_.levels; ++level) {
    text += level_of_point(level, indent);
    print(level + 1);
  }
  return text + stores(false, 0, indent);
}

}  // namespace axon
