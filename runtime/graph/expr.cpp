#include "graph/expr.h"

#include <cstring>
#include <string>
#include <unordered_map>

#include "core/error.h"

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

bool Instr::operator==(const Instr& o) const {
  return kind == o.kind && dtype == o.dtype && prim == o.prim && args[0] == o.args[0] &&
         args[1] == o.args[1] && args[2] == o.args[2] && index == o.index &&
         same_bits(number, o.number) && integer == o.integer && address == o.address &&
         bounds == o.bounds;
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
