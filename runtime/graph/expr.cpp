#include "graph/expr.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/fork.h"

namespace axon {

namespace {

constexpr PrimInfo kPrims[] = {
#define AXON_PRIMITIVE(name, arity, result, text) {#name, arity, PrimResult::result, text},
#include "primitives.inc"
#undef AXON_PRIMITIVE
};
constexpr size_t kPrimCount = sizeof(kPrims) / sizeof(kPrims[0]);

/// Bits, so that a NaN equals itself and -0 is not 0.
bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

const PrimInfo& info(Prim p) { return kPrims[static_cast<size_t>(p)]; }

Prim prim_from_name(std::string_view name) {
  static const auto* const by_name = [] {
    auto* map = new std::unordered_map<std::string_view, Prim>;
    for (size_t i = 0; i < kPrimCount; ++i) map->emplace(kPrims[i].name, static_cast<Prim>(i));
    return map;
  }();
  const auto found = by_name->find(name);
  if (found == by_name->end()) {
    throw ValueError("unknown scalar primitive '" + std::string(name) +
                     "'; codegen/primitives.py lists them");
  }
  return found->second;
}

namespace {

struct Lines {
  ForkSafeMutex mutex;
  std::deque<SourceLine> lines;  // a deque, so that references stay valid
  std::map<std::pair<std::string, int32_t>, int32_t> numbers;
};

Lines& known_lines() {
  static Lines* const instance = new Lines;
  return *instance;
}

}  // namespace

int32_t number_of(const SourceLine& line) {
  Lines& known = known_lines();
  const std::lock_guard<std::mutex> lock(known.mutex);
  const auto [entry, fresh] = known.numbers.emplace(std::pair(line.file, line.line),
                                                    static_cast<int32_t>(known.lines.size()));
  if (fresh) known.lines.push_back(line);
  return entry->second;
}

const SourceLine& source_line(int32_t number) {
  Lines& known = known_lines();
  const std::lock_guard<std::mutex> lock(known.mutex);
  return known.lines[number];
}

bool Instr::operator==(const Instr& o) const {
  return kind == o.kind && dtype == o.dtype && prim == o.prim && combine == o.combine &&
         args[0] == o.args[0] && args[1] == o.args[1] && args[2] == o.args[2] && index == o.index &&
         same_bits(number, o.number) && integer == o.integer && address == o.address &&
         bounds == o.bounds;
}

std::vector<int32_t> operands_of(const Instr& instr) {
  std::vector<int32_t> reads;
  for (int32_t arg : instr.args) {
    if (arg >= 0) reads.push_back(arg);
  }
  const auto add = [&](const Affine& form) {
    for (const Term& t : form.terms) {
      if (t.var < 0) reads.push_back(~t.var);
    }
  };
  add(instr.address);
  for (const Guard& guard : instr.bounds) add(guard.index);
  return reads;
}

std::vector<int32_t> closure_of(const std::vector<Instr>& body, const std::vector<int32_t>& roots) {
  std::vector<bool> needed(body.size(), false);
  for (int32_t root : roots) needed[root] = true;
  std::vector<int32_t> order;
  for (int32_t i = static_cast<int32_t>(body.size()) - 1; i >= 0; --i) {
    if (!needed[i]) continue;
    order.push_back(i);
    for (int32_t read : operands_of(body[i])) needed[read] = true;
  }
  std::reverse(order.begin(), order.end());
  return order;
}

DType accumulator_of(Combine c, DType t) {
  switch (c) {
    case Combine::argmax:
    case Combine::argmin:
      return DType::int64;
    case Combine::any:
    case Combine::all:
      return DType::bool_;
    default:
      return computed_in(t);
  }
}

Instr identity_of(Combine c, DType t) {
  Instr constant;
  constant.kind = InstrKind::constant;
  constant.dtype = t;
  const double inf = std::numeric_limits<double>::infinity();
  const int bits = static_cast<int>(size_of(t)) * 8;
  const bool is_signed = t >= DType::int8 && t <= DType::int64;
  const uint64_t ones = ~uint64_t{0} >> (64 - (is_signed ? bits - 1 : bits));
  const int64_t largest = t == DType::bool_ ? 1 : static_cast<int64_t>(ones);
  switch (c) {
    case Combine::max:
    case Combine::argmax:
      constant.number = -inf;
      constant.integer = is_signed ? -largest - 1 : 0;
      break;
    case Combine::min:
    case Combine::argmin:
      constant.number = inf;
      constant.integer = largest;
      break;
    case Combine::prod:
    case Combine::all:
      constant.number = 1;
      constant.integer = 1;
      break;
    default:
      break;
  }
  if (is_float(t)) constant.integer = 0;
  if (!is_float(t)) constant.number = 0;
  return constant;
}

const char* name_of(Combine c) {
  switch (c) {
    case Combine::set:
      return "set";
    case Combine::sum:
      return "sum";
    case Combine::max:
      return "max";
    case Combine::min:
      return "min";
    case Combine::prod:
      return "prod";
    case Combine::argmax:
      return "argmax";
    case Combine::argmin:
      return "argmin";
    case Combine::any:
      return "any";
    case Combine::all:
      return "all";
  }
  return "?";
}

}  // namespace axon
