#include "plan/body.h"

#include <algorithm>
#include <cstring>

namespace axon {

namespace {

void mix(size_t& seed, size_t value) {
  seed ^= value + 0x9e3779b97f4a7c15ull + (seed << 6) + (seed >> 2);
}

}  // namespace

size_t hash_of(const Affine& a) {
  size_t seed = static_cast<size_t>(a.constant);
  for (const Term& t : a.terms) {
    mix(seed, static_cast<size_t>(t.var) * 31 + static_cast<size_t>(t.coef));
  }
  for (const Term& t : a.slots) {
    mix(seed, static_cast<size_t>(t.var) * 37 + static_cast<size_t>(t.coef));
  }
  return seed;
}

size_t hash_of(const Instr& instr) {
  size_t seed = static_cast<size_t>(instr.kind) * 64 + static_cast<size_t>(instr.dtype);
  mix(seed, static_cast<size_t>(instr.prim) * 16 + static_cast<size_t>(instr.combine));
  for (int32_t arg : instr.args) mix(seed, static_cast<size_t>(arg));
  mix(seed, static_cast<size_t>(instr.index));
  uint64_t bits;
  std::memcpy(&bits, &instr.number, sizeof bits);
  mix(seed, bits);
  mix(seed, static_cast<size_t>(instr.integer));
  mix(seed, hash_of(instr.address));
  for (const Guard& guard : instr.bounds) {
    mix(seed, hash_of(guard.index));
    mix(seed, static_cast<size_t>(guard.extent));
  }
  return seed;
}

BodyBuilder::BodyBuilder(std::vector<Instr> body) : body_(std::move(body)) {
  for (size_t i = 0; i < body_.size(); ++i) {
    by_hash_.emplace(hash_of(body_[i]), static_cast<int>(i));
  }
}

int BodyBuilder::add(Instr instr) {
  if (instr.kind == InstrKind::cast && body_[instr.args[0]].dtype == instr.dtype) {
    return instr.args[0];
  }
  const size_t hash = hash_of(instr);
  auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (body_[it->second] == instr) return it->second;
  }
  body_.push_back(std::move(instr));
  const int number = static_cast<int>(body_.size()) - 1;
  by_hash_.emplace(hash, number);
  return number;
}

int BodyBuilder::prim(Prim prim, DType dtype, int a, int b, int c) {
  Instr instr;
  instr.kind = InstrKind::prim;
  instr.dtype = dtype;
  instr.prim = prim;
  instr.args[0] = a;
  instr.args[1] = b;
  instr.args[2] = c;
  return add(std::move(instr));
}

int BodyBuilder::constant(DType dtype, int64_t value) {
  Instr instr;
  instr.kind = InstrKind::constant;
  instr.dtype = dtype;
  if (is_float(dtype)) {
    instr.number = static_cast<double>(value);
  } else {
    instr.integer = value;
  }
  return add(std::move(instr));
}

int BodyBuilder::in_bounds(const std::vector<Guard>& guards) {
  int all = -1;
  for (const Guard& guard : guards) {
    Instr index;
    index.kind = InstrKind::affine;
    index.dtype = DType::int64;
    index.address = guard.index;
    const int at = add(std::move(index));
    const int low = prim(Prim::ge, DType::bool_, at, constant(DType::int64, 0));
    const int high = prim(Prim::lt, DType::bool_, at, constant(DType::int64, guard.extent));
    const int both = prim(Prim::logical_and, DType::bool_, low, high);
    all = all < 0 ? both : prim(Prim::logical_and, DType::bool_, all, both);
  }
  return all;
}

Affine remap(const Affine& a, const std::vector<Affine>& axes, const std::vector<int>& instrs) {
  Affine result(a.constant);
  result.slots = a.slots;
  for (const Term& t : a.terms) {
    result += (t.var >= 0 ? axes[t.var] : Affine::instr(instrs[~t.var])) * t.coef;
  }
  return result;
}

void mark_needed(const std::vector<Instr>& body, int root, std::vector<bool>& needed) {
  needed.resize(body.size(), false);
  needed[root] = true;
  for (int i = root; i >= 0; --i) {  // operands come before their users
    if (!needed[i]) continue;
    for (int32_t arg : body[i].args) {
      if (arg >= 0) needed[arg] = true;
    }
    for_each_affine(body[i], [&](const Affine& a) {
      for (const Term& t : a.terms) {
        if (t.var < 0) needed[~t.var] = true;
      }
    });
  }
}

/// Keeps the bounds whose instructions are copied too.
static void remap_known(std::vector<Guard>& inside, const std::vector<Affine>& axes,
                        const std::vector<int>& number) {
  std::vector<Guard> kept;
  for (const Guard& guard : inside) {
    const auto& terms = guard.index.terms;
    const bool copied = std::all_of(terms.begin(), terms.end(), [&](const Term& t) {
      return t.var >= 0 || number[~t.var] >= 0;
    });
    if (copied) kept.push_back({remap(guard.index, axes, number), guard.extent});
  }
  inside = std::move(kept);
}

std::vector<int> copy_expressions(const std::vector<Instr>& from, const std::vector<int>& roots,
                                  const CopyRules& rules, BodyBuilder& to) {
  std::vector<bool> needed(from.size(), false);
  for (int root : roots) mark_needed(from, root, needed);
  std::vector<int> number(from.size(), -1);
  for (size_t i = 0; i < from.size(); ++i) {
    if (!needed[i]) continue;
    Instr instr = from[i];
    for (int32_t& arg : instr.args) {
      if (arg >= 0) arg = number[arg];
    }
    instr.address = remap(instr.address, rules.axes, number);
    for (Guard& guard : instr.bounds) guard.index = remap(guard.index, rules.axes, number);
    remap_known(instr.inside, rules.axes, number);
    if (instr.kind == InstrKind::load && rules.on_load) number[i] = rules.on_load(instr);
    if (number[i] < 0) number[i] = to.add(std::move(instr));
  }
  std::vector<int> result;
  result.reserve(roots.size());
  for (int root : roots) result.push_back(number[root]);
  return result;
}

int copy_expression(const std::vector<Instr>& from, int root, const CopyRules& rules,
                    BodyBuilder& to) {
  return copy_expressions(from, {root}, rules, to).front();
}

}  // namespace axon
