// Loop phases as C: the printer walks the nest that plan_loops chose and fills the skeletons.
//
// An instruction is printed at the outermost place where everything it depends on is known:
//   tile     it depends on neither the vector axis, a reduced axis nor a result: once a tile (a
//   block of a row, or a row); row      it depends on the vector axis or a result: once a point of
//   the parallel axes; reduced  it depends on reduced axes: in the loop of the innermost of them.
// In columns form the vector axis is innermost, so `row` values that reduced loops need are kept in
// a block.
#include <algorithm>
#include <functional>

#include "kernel/emit.h"
#include "kernel/emit_axes.h"
#include "kernel/emit_phase.h"
#include "kernel/skeletons.h"

namespace axon {

namespace {

constexpr size_t kLargestScratch = 64 << 10;  // bytes of a row of kept values

class LoopPrinter : public PhasePrinter {
 public:
  LoopPrinter(const Kernel& kernel, int number, const std::string& name, Ints& ints)
      : LoopPrinter(kernel, number, name, ints, plan_loops(kernel, kernel.phases[number])) {}

  EmittedPhase print();

 private:
  LoopPrinter(const Kernel& kernel, int number, const std::string& name, Ints& ints,
              const LoopNest& nest)
      : PhasePrinter(kernel, number, ints, nest.vector),
        nest_(nest),
        name_(name),
        sum_(phase_.body.size()) {
    choose_kept();
  }

  bool columns() const { return nest_.form == LoopForm::columns; }
  bool lanes() const { return nest_.form == LoopForm::lanes; }
  bool at_tile(int32_t i) const { return !depends_vector_[i] && depth_[i] == 0 && ready_[i] == 0; }
  bool at_row(int32_t i) const { return !at_tile(i) && depth_[i] == 0; }

  void choose_kept();
  bool expensive_within(int32_t instr) const;

  std::string kept_element(int32_t instr) const;
  std::string instruction(int32_t i, const std::string& indent) override;
  std::string accumulator(size_t r) const override;

  std::string tile(const std::string& indent);
  std::string tile_point(const std::string& indent);
  std::string level_of_point(int32_t level, const std::string& indent) override;
  std::string columns_tile(const std::string& indent);
  std::string level_of_columns(int32_t level, const std::string& indent);
  std::string keep_row_values(int32_t level, const std::string& indent);
  std::string reduced_loops(int32_t level, int32_t depth, const std::string& indent);
  std::string innermost(int32_t level, const std::string& indent);
  std::string run_of_lanes(int32_t level, const std::string& indent);
  std::string run_of_scans(int32_t level, const std::string& indent);
  std::string run_of_chunks(int32_t level, const std::string& indent);
  std::string reduced_loop(const std::string& i, const std::string& n) const;
  Instrs scans(int32_t level) const;
  bool folds(int32_t level) const;
  bool in_chunks(int32_t level) const;
  std::string declare_sum(int32_t scan, int32_t level);
  std::string scan_begin(int32_t scan) const;
  std::string scan_step(int32_t scan, const std::string& sum, const std::string& into) const;
  std::string reductions_begin(int32_t level, const std::string& indent);
  std::string reductions_end(int32_t level, const std::string& indent);
  std::string vector_loop(const std::function<std::string(const std::string&)>& body,
                          const Instrs& guarded, const std::string& indent);
  std::string one_vector_loop(const std::string& first, const std::string& last,
                              const std::string& body, const std::string& indent) const;
  std::string split(const Instrs& guarded, int32_t axis, Instrs* proven, const std::string& indent);
  bool split_bound(int32_t instr, size_t bound, int32_t axis, const std::string& indent,
                   std::string* text);
  std::string decode();
  std::string advance();

  struct Digit {
    std::string name;
    std::string count;
  };
  std::vector<Digit> digits();

  LoopNest nest_;
  std::string name_;
  /// the level that keeps the point instruction in scratch; -1: none does
  std::vector<int32_t> kept_at_;
  /// row instructions that are kept in a block, columns form only
  Instrs column_values_;
  std::vector<std::string> sum_;  // the C name of the sum so far of a scan
  size_t scratch_ = 0;
};

bool LoopPrinter::expensive_within(int32_t instr) const {
  for (int32_t i : printer_.closure({instr})) {
    if (depth_[i] > 0 && is_expensive(phase_.body[i])) return true;
  }
  return false;
}

/// Expensive values that several levels need are kept by the first of them, if the row is short
/// enough.
void LoopPrinter::choose_kept() {
  kept_at_.assign(size(), -1);
  if (phase_.levels < 2) return;
  std::vector<int32_t> uses(size(), 0);
  std::vector<int32_t> first(size(), -1);
  std::vector<bool> leaves(size(), false);  // true iff something outside the shared part reads it
  for (int32_t level = 0; level < phase_.levels; ++level) {
    for (int32_t i : printer_.closure(roots(level))) {
      ++uses[i];
      if (first[i] < 0) first[i] = level;
    }
  }
  for (int32_t level = 0; level < phase_.levels; ++level) {
    for (int32_t i : roots(level)) leaves[i] = true;
    for (int32_t i : printer_.closure(roots(level))) {
      if (uses[i] > 1) continue;
      for (int32_t read : printer_.operands(i)) leaves[read] = true;
    }
  }
  int64_t points = lanes() ? 1 : nest_.block;
  for (const Axis& a : phase_.reduced) points *= a.extent;
  for (int32_t i = 0; i < size(); ++i) {
    if (uses[i] < 2 || !leaves[i] || depth_[i] < reduced_ || !expensive_within(i)) continue;
    if (nest_.form == LoopForm::points || (columns() && !depends_vector_[i])) continue;
    if (phase_.body[i].kind == InstrKind::scan) continue;  // to run it again costs no more
    const size_t bytes = (size_t(points) * size_of(phase_.body[i].dtype) * 2 + 63) / 64 * 64;
    if (scratch_ + bytes > kLargestScratch) continue;
    kept_at_[i] = first[i];
    integer("kept" + std::to_string(i), static_cast<int64_t>(scratch_));
    scratch_ += bytes;
  }
}

std::string LoopPrinter::kept_element(int32_t instr) const {
  std::string at = reduced_number();
  if (columns()) {
    at += " * " + ints_.name(std::to_string(printer_.number()) + ".block", nest_.block) + " + j";
  }
  return "k" + std::to_string(instr) + "[" + at + "]";
}

std::string LoopPrinter::instruction(int32_t i, const std::string& indent) {
  const Instr& in = phase_.body[i];
  std::string text = PhasePrinter::instruction(i, indent);
  if (in.kind == InstrKind::scan && text_[i].empty()) {
    const std::string value =
        BodyPrinter::register_type(in.dtype) + " " + BodyPrinter::value_name(i);
    text = indent + scan_step(i, sum_[i], "const " + value) + "\n";
  }
  if (depth_[i] == reduced_ && kept_at_[i] >= 0 && text_[i].empty()) {
    text += indent + kept_element(i) + " = " + BodyPrinter::value_name(i) + ";\n";
  }
  return text;
}

std::string LoopPrinter::accumulator(size_t r) const {
  const std::string name = "a" + std::to_string(r);
  return lanes() ? name + "[l]" : columns() ? name + "[j]" : name;
}

/// The scans that a level evaluates.
Instrs LoopPrinter::scans(int32_t level) const {
  return closure(roots(level), [&](int32_t i) {
    return phase_.body[i].kind == InstrKind::scan && text_[i].empty();
  });
}

/// True iff the level has reductions.
bool LoopPrinter::folds(int32_t level) const {
  return std::any_of(phase_.reductions.begin(), phase_.reductions.end(),
                     [&](const Reduction& r) { return r.level == level; });
}

/// True iff the values that scans read, or what reads scans, are worth vector loops of their own.
bool LoopPrinter::in_chunks(int32_t level) const {
  if (!lanes()) return false;
  const Instrs points = closure(roots(level), [&](int32_t i) { return depth_[i] == reduced_; });
  return std::any_of(points.begin(), points.end(),
                     [&](int32_t i) { return text_[i].empty() && is_expensive(phase_.body[i]); });
}

/// Declares the sum of a scan, which outlives the loops over reduced axes: in columns form it is a
/// block, and beside a chunk an element behind it, lest it take a register from other loops.
std::string LoopPrinter::declare_sum(int32_t scan, int32_t level) {
  const std::string type = BodyPrinter::register_type(phase_.body[scan].dtype) + " ";
  const std::string name = "so" + std::to_string(scan) + "_" + std::to_string(level);
  const bool chunk = in_chunks(level);
  sum_[scan] = name + (columns() ? "[j]" : chunk ? "[64]" : "");
  const std::string count = columns() ? "[" + std::to_string(kLargestColumnBlock) + "]" : "[65]";
  return type + name + (columns() || chunk ? count : "") + ";\n";
}

/// `so7_0 = 0;`
std::string LoopPrinter::scan_begin(int32_t scan) const {
  const Instr& in = phase_.body[scan];
  return sum_[scan] + " = " + BodyPrinter::identity(in.combine, in.dtype) + ";\n";
}

/// Takes the operand's value into the sum; `into` becomes what the scan is at this point.
std::string LoopPrinter::scan_step(int32_t scan, const std::string& sum,
                                   const std::string& into) const {
  const Instr& in = phase_.body[scan];
  const std::string value = BodyPrinter::value_name(in.args[0]);
  std::string before = sum;
  if (in.args[1] >= 0) {
    const std::string factor = BodyPrinter::value_name(in.args[1]);
    before = BodyPrinter::combined(Combine::prod, in.dtype, factor, sum);
  }
  const std::string add =
      sum + " = " + BodyPrinter::combined(in.combine, in.dtype, before, value) + ";";
  const std::string read = into + " = " + sum + ";";
  return in.integer != 0 ? read + " " + add : add + " " + read;
}

std::string LoopPrinter::reductions_begin(int32_t level, const std::string& indent) {
  std::string text;
  for (int32_t scan : scans(level)) {
    text += indent + declare_sum(scan, level);
    text += indent + scan_begin(scan);
  }
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    if (red.level != level) continue;
    const std::string type = BodyPrinter::register_type(dtype_of(red));
    const std::string n = std::to_string(r);
    const std::string identity = BodyPrinter::identity(red.combine, dtype_of(red));
    if (lanes()) {
      text += indent + type + " a" + n + "[16];\n";
      if (keeps_number(red)) text += indent + "int64_t ata" + n + "[16];\n";
      text += indent + "for (int64_t l = 0; l < 16; ++l) {\n";
      text += indent + "  a" + n + "[l] = " + identity + ";\n";
      if (keeps_number(red)) text += indent + "  ata" + n + "[l] = " + kNoNumber + ";\n";
      text += indent + "}\n";
    } else {
      text += indent + type + " a" + n + " = " + identity + ";\n";
      if (keeps_number(red)) text += indent + "int64_t ata" + n + " = " + kNoNumber + ";\n";
    }
  }
  return text;
}

std::string LoopPrinter::reductions_end(int32_t level, const std::string& indent) {
  std::string text;
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    if (red.level != level) continue;
    const std::string a = "a" + std::to_string(r);
    if (lanes()) {
      const std::string combine =
          keeps_number(red)
              ? pair_update(red, a + "[l]", "at" + a + "[l]", a + "[l + w]", "at" + a + "[l + w]")
              : a + "[l] = " +
                    BodyPrinter::combined(red.combine, red.dtype, a + "[l]", a + "[l + w]") + ";";
      text += fill(skeletons::tree, {{"INDENT", indent}, {"COMBINE", combine}});
    }
    text += indent + result(red, (keeps_number(red) ? "at" : "") + a + (lanes() ? "[0]" : ""));
  }
  return text;
}

/// The statements of the innermost loop of a level: instructions, reductions, stores.
std::string LoopPrinter::innermost(int32_t level, const std::string& indent) {
  const Instrs needed = closure(roots(level), [&](int32_t i) {
    return columns() ? depends_vector_[i] : depth_[i] == reduced_ && depth_[i] > 0;
  });
  return instructions(needed, indent) + accumulate(level, indent) + stores(true, level, indent);
}

/// The innermost reduced axis point by point.
std::string LoopPrinter::run_of_scans(int32_t level, const std::string& indent) {
  if (in_chunks(level)) return run_of_chunks(level, indent);
  const std::string i = printer_.axes[parallel_ + reduced_ - 1];
  std::string text = indent + reduced_loop(i, extent(parallel_ + reduced_ - 1)) + " {\n";
  if (folds(level)) text += indent + "  const int64_t l = " + i + " & 15;\n";
  return text + innermost(level, indent + "  ") + indent + "}\n";
}

/// The innermost reduced axis in chunks. What is scanned is computed for a whole chunk before the
/// scan itself, and what reads the scan after it, so that only the scan runs point by point.
std::string LoopPrinter::run_of_chunks(int32_t level, const std::string& indent) {
  const std::string i = printer_.axes[parallel_ + reduced_ - 1];
  const std::string n = extent(parallel_ + reduced_ - 1);
  const std::string in = indent + "  ";
  const auto each = [&](const Instrs& wanted, const std::string& rest, bool independent) {
    const Instrs needed = closure(wanted, [&](int32_t at) { return depth_[at] == reduced_; });
    return fill(skeletons::chunk, {{"INDENT", in},
                                   {"PRAGMA", independent ? "#pragma GCC ivdep" : ""},
                                   {"I", i},
                                   {"BODY", instructions(needed, in + "  ") + rest}});
  };
  const Instrs all = scans(level);
  std::string text = indent + reduced_loop("q", "(" + n + " + 63) / 64") + " {\n";
  text += in + "const int64_t base = q * 64;\n";
  text += in + "const int64_t count = ax_min(64, " + n + " - base);\n";
  for (int32_t scan : all) {
    const Instr& of = phase_.body[scan];
    const std::string run = sum_[scan].substr(0, sum_[scan].find('['));
    const std::string type = BodyPrinter::register_type(of.dtype);
    std::string keep, operands;
    for (int i = 0; i < 2 && of.args[i] >= 0; ++i) {
      if (i == 1 && of.args[1] == of.args[0]) break;
      const std::string value = BodyPrinter::value_name(of.args[i]);
      const std::string array = i == 0 ? run : run + "f";
      if (i == 1) text += in + type + " " + array + "[64];\n";
      keep += in + "  " + array + "[e] = " + value + ";\n";
      operands += in + "    const " + type + " " + value + " = " + array + "[e];\n";
    }
    text += each(operands_of(of), keep, true);
    text += fill(skeletons::scan, {{"INDENT", in},
                                   {"T", type},
                                   {"SUM", sum_[scan]},
                                   {"LOOP", reduced_loop("e", "count")},
                                   {"OPERANDS", operands},
                                   {"STEP", scan_step(scan, "sum", run + "[e]")}});
    text_[scan] = run + "[e]";
  }
  const std::string lane = folds(level) ? in + "  const int64_t l = e & 15;\n" : "";
  const std::string rest = accumulate(level, in + "  ") + stores(true, level, in + "  ");
  text += each(roots(level), lane + rest, !folds(level));
  for (int32_t scan : all) text_[scan].clear();
  return text + indent + "}\n";
}

/// The head of a loop over [0, n) in the order of the phase.
std::string LoopPrinter::reduced_loop(const std::string& i, const std::string& n) const {
  if (phase_.backwards) return "for (int64_t " + i + " = " + n + "; " + i + "-- > 0;)";
  return "for (int64_t " + i + " = 0; " + i + " < " + n + "; ++" + i + ")";
}

/// Loops over the reduced axes from number `depth` inwards.
std::string LoopPrinter::reduced_loops(int32_t level, int32_t depth, const std::string& indent) {
  std::string text;
  if (depth > 0) {
    const Instrs here = closure(roots(level), [&](int32_t i) {
      return depth_[i] > 0 && (columns() ? !depends_vector_[i] : true);
    });
    Instrs now;
    for (int32_t i : here) {
      const bool last = depth == reduced_ && !columns();
      if (depth_[i] == depth && !last) now.push_back(i);
    }
    text += instructions(now, indent);
  }
  if (depth == reduced_) {
    if (!columns()) return text + innermost(level, indent);
    const Instrs guarded = closure(roots(level), [&](int32_t i) { return depends_vector_[i]; });
    return text + vector_loop([&](const std::string& in) { return innermost(level, in); }, guarded,
                              indent);
  }
  if (lanes() && depth == reduced_ - 1) {
    return text +
           (scans(level).empty() ? run_of_lanes(level, indent) : run_of_scans(level, indent));
  }
  const std::string i = printer_.axes[parallel_ + depth];
  if (phase_.reduced[depth].baked && !phase_.lanes) {
    text += indent + "#pragma GCC unroll 16\n";
  }
  text += indent + reduced_loop(i, extent(parallel_ + depth)) + " {\n";
  return text + reduced_loops(level, depth + 1, indent + "  ") + indent + "}\n";
}

/// The innermost reduced axis in runs of 16, the last run short.
std::string LoopPrinter::run_of_lanes(int32_t level, const std::string& indent) {
  const int32_t axis = parallel_ + reduced_ - 1;
  const std::string i = printer_.axes[axis];
  const std::string n = extent(axis);
  const Instrs guarded = closure(roots(level), [&](int32_t at) { return depth_[at] == reduced_; });
  const std::string pragma =
      phase_.scatter ? "" : "#pragma GCC ivdep\n" + indent + "  #pragma GCC unroll 1";
  const auto runs = [&](const std::string& first, const std::string& last) {
    return fill(skeletons::lanes, {{"INDENT", indent},
                                   {"PRAGMA", pragma},
                                   {"I", i},
                                   {"FIRST", first},
                                   {"LAST", last},
                                   {"BODY", innermost(level, indent + "    ")}});
  };
  std::string text =
      indent + "const int64_t full" + std::to_string(level) + " = " + n + " & ~(int64_t)15;\n";
  const std::string full = "full" + std::to_string(level);
  Instrs proven;
  const std::string bounds = split(guarded, axis, &proven, indent + "  ");
  if (proven.empty()) {
    text += runs("0", full);
  } else {
    text += indent + "{\n" + indent + "  int64_t lo = 0;\n" + indent + "  int64_t hi = " + full +
            ";\n" + bounds;
    text += indent + "  lo = ax_min((lo + 15) & ~(int64_t)15, " + full + ");\n";
    text += indent + "  hi = ax_max(hi & ~(int64_t)15, lo);\n";
    text += runs("0", "lo");
    for (int32_t p : proven) printer_.inside[p] = true;
    text += runs("lo", "hi");
    for (int32_t p : proven) printer_.inside[p] = false;
    text += runs("hi", full) + indent + "}\n";
  }
  return text + fill(skeletons::lanes_rest, {{"INDENT", indent},
                                             {"I", i},
                                             {"FULL", full},
                                             {"EXTENT", n},
                                             {"BODY", innermost(level, indent + "  ")}});
}

std::string LoopPrinter::one_vector_loop(const std::string& first, const std::string& last,
                                         const std::string& body, const std::string& indent) const {
  return fill(skeletons::vector, {{"INDENT", indent},
                                  {"PRAGMA", nest_.independent ? "#pragma GCC ivdep" : ""},
                                  {"I", printer_.axes[nest_.vector]},
                                  {"FIRST", first},
                                  {"LAST", last},
                                  {"BODY", body}});
}

/// A loop over the block of the vector axis; where bounds can be solved for it, a checked head and
/// tail and a middle without checks.
std::string LoopPrinter::vector_loop(const std::function<std::string(const std::string&)>& body,
                                     const Instrs& guarded, const std::string& indent) {
  const auto loop = [&](const std::string& first, const std::string& last, const std::string& in) {
    const std::string j = in + "  const int64_t j = " + printer_.axes[nest_.vector] + " - first;\n";
    return one_vector_loop(first, last, (columns() ? j : "") + body(in + "  "), in);
  };
  Instrs proven;
  const std::string bounds = split(guarded, nest_.vector, &proven, indent + "  ");
  if (proven.empty()) return loop("first", "last", indent);
  const std::string in = indent + "  ";
  std::string text = indent + "{\n" + in + "int64_t lo = first;\n" + in + "int64_t hi = last;\n" +
                     bounds + in + "lo = ax_min(lo, last);\n" + in + "hi = ax_max(hi, lo);\n";
  text += loop("first", "lo", in);
  for (int32_t p : proven) printer_.inside[p] = true;
  text += loop("lo", "hi", in);
  for (int32_t p : proven) printer_.inside[p] = false;
  return text + loop("hi", "last", in) + indent + "}\n";
}

/// Statements that shrink [lo, hi) to where the bounds of `proven` hold.
std::string LoopPrinter::split(const Instrs& guarded, int32_t axis, Instrs* proven,
                               const std::string& indent) {
  std::string text;
  for (int32_t i : guarded) {
    const Instr& in = phase_.body[i];
    if (in.kind != InstrKind::load || in.bounds.empty() || !text_[i].empty()) continue;
    std::string all;
    bool solvable = true;
    for (size_t b = 0; b < in.bounds.size() && solvable; ++b) {
      solvable = split_bound(i, b, axis, indent, &all);
    }
    if (!solvable) continue;
    proven->push_back(i);
    text += all;
  }
  return text;
}

bool LoopPrinter::split_bound(int32_t instr, size_t bound, int32_t axis, const std::string& indent,
                              std::string* text) {
  const Guard& guard = phase_.body[instr].bounds[bound];
  const std::string place = printer_.place(instr, bound);
  const int64_t coef = guard.index.coef_of(axis);
  if (coef < -1) return false;
  // In points form the reduced axes run inside: the bound must hold at both of their ends.
  Affine fixed = guard.index;
  fixed.terms.clear();
  std::string least;
  std::string most;
  for (const Term& t : guard.index.terms) {
    if (t.var == axis) continue;
    if (t.var < 0) {
      const int32_t read = ~t.var;
      const bool moves = depends_vector_[read] ||
                         (lanes() ? depth_[read] == reduced_ : !columns() && depth_[read] > 0);
      if (moves) return false;
    }
    const bool inner = nest_.form == LoopForm::points && t.var >= parallel_;
    if (!inner) {
      fixed.terms.push_back(t);
      continue;
    }
    const std::string last = "(" + extent(t.var) + " - 1)";
    Affine one;
    one.terms.push_back(t);
    std::string factor = t.coef == 1 ? "" : ints_.name(place + "." + std::to_string(t.var), t.coef);
    (t.coef > 0 ? most : least) += " + " + last + (factor.empty() ? "" : " * " + factor);
  }
  const std::string base = printer_.affine(fixed, place);
  const std::string low = "(" + base + least + ")";
  const std::string high = "(" + base + most + ")";
  const std::string n = printer_.extent(instr, bound);
  const auto raise = [&](const std::string& to) {
    *text += indent + "lo = ax_max(lo, " + to + ");\n";
  };
  const auto lower = [&](const std::string& to) {
    *text += indent + "hi = ax_min(hi, " + to + ");\n";
  };
  if (coef == 0) {
    *text += indent + "hi = " + low + " >= 0 && " + high + " < " + n + " ? hi : lo;\n";
  } else if (coef == 1) {
    raise("-" + low);
    lower(n + " - " + high);
  } else if (coef == -1) {
    lower(low + " + 1");
    raise(high + " - " + n + " + 1");
  } else {
    const std::string step = ints_.name(place + "." + std::to_string(axis), coef);
    raise("ax_ceildiv(-" + low + ", " + step + ")");
    lower("ax_ceildiv(" + n + " - " + high + ", " + step + ")");
  }
  return true;
}

std::string LoopPrinter::level_of_point(int32_t level, const std::string& indent) {
  std::string text = reductions_begin(level, indent);
  text += indent + "{\n" + reduced_loops(level, 0, indent + "  ") + indent + "}\n";
  text += reductions_end(level, indent);
  for (int32_t i = 0; i < size(); ++i) {
    if (kept_at_[i] == level) text_[i] = kept_element(i);
  }
  return text;
}

std::string LoopPrinter::tile_point(const std::string& indent) {
  for (int32_t i = 0; i < size(); ++i) {
    if (kept_at_[i] >= 0) text_[i].clear();
  }
  Instrs rows;
  for (int32_t i : needed_) {
    if (at_row(i)) rows.push_back(i);
  }
  return point(rows, indent);
}

/// Row values that reduced loops read: computed once a column before the first level that may.
std::string LoopPrinter::keep_row_values(int32_t level, const std::string& indent) {
  Instrs now;
  for (int32_t i : column_values_) {
    if (text_[i].empty() && ready_[i] <= level) now.push_back(i);
  }
  if (now.empty()) return "";
  const Instrs needed = closure(now, [&](int32_t i) { return at_row(i); });
  const std::string text = vector_loop(
      [&](const std::string& in) {
        std::string body = instructions(needed, in);
        for (int32_t i : now) {
          const std::string v = BodyPrinter::value_name(i);
          body += in + "r" + v.substr(1) + "[j] = " + v + ";\n";
        }
        return body;
      },
      needed, indent);
  for (int32_t i : now) text_[i] = "r" + std::to_string(i) + "[j]";
  return text;
}

std::string LoopPrinter::level_of_columns(int32_t level, const std::string& indent) {
  std::string text = keep_row_values(level, indent);
  const auto clear = [&](const std::string& in) {
    std::string body;
    for (int32_t scan : scans(level)) body += in + scan_begin(scan);
    for (size_t r = 0; r < phase_.reductions.size(); ++r) {
      const Reduction& red = phase_.reductions[r];
      if (red.level != level) continue;
      const std::string a = "a" + std::to_string(r);
      body += in + a + "[j] = " + BodyPrinter::identity(red.combine, dtype_of(red)) + ";\n";
      if (keeps_number(red)) body += in + "at" + a + "[j] = " + kNoNumber + ";\n";
    }
    return body;
  };
  text += vector_loop(clear, {}, indent);
  text += indent + "{\n" + reduced_loops(level, 0, indent + "  ") + indent + "}\n";
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    if (red.level != level) continue;
    const std::string name = (keeps_number(red) ? "ata" : "a") + std::to_string(r) + "[j]";
    const DType from = keeps_number(red) ? DType::int64 : red.dtype;
    text_[red.result] = BodyPrinter::convert(name, from, phase_.body[red.result].dtype);
  }
  for (int32_t i = 0; i < size(); ++i) {
    if (kept_at_[i] == level) text_[i] = kept_element(i);
  }
  return text;
}

std::string LoopPrinter::columns_tile(const std::string& indent) {
  const std::string block = std::to_string(kLargestColumnBlock);
  std::string text;
  for (size_t r = 0; r < phase_.reductions.size(); ++r) {
    const Reduction& red = phase_.reductions[r];
    const std::string n = std::to_string(r);
    text += indent + BodyPrinter::register_type(dtype_of(red)) + " a" + n + "[" + block + "];\n";
    if (keeps_number(red)) text += indent + "int64_t ata" + n + "[" + block + "];\n";
  }
  for (int32_t i : needed_) {
    if (phase_.body[i].kind == InstrKind::scan) text += indent + declare_sum(i, 0);
  }
  std::vector<bool> read(size(), false);
  for (int32_t i : needed_) {
    if (depth_[i] == 0) continue;
    for (int32_t r : printer_.operands(i)) read[r] = true;
  }
  for (int32_t i : needed_) {
    const InstrKind kind = phase_.body[i].kind;
    const bool computed = kind == InstrKind::prim || kind == InstrKind::cast ||
                          kind == InstrKind::gather || kind == InstrKind::uniform;
    if (!at_row(i) || !read[i] || !computed) continue;
    column_values_.push_back(i);
    text += indent + BodyPrinter::register_type(phase_.body[i].dtype) + " r" + std::to_string(i) +
            "[" + block + "];\n";
  }
  for (int32_t level = 0; level < phase_.levels; ++level) text += level_of_columns(level, indent);
  const Instrs rows = closure(row_roots(), [&](int32_t i) { return at_row(i); });
  if (row_roots().empty()) return text;
  return text +
         vector_loop(
             [&](const std::string& in) { return instructions(rows, in) + stores(false, 0, in); },
             rows, indent);
}

std::string LoopPrinter::tile(const std::string& indent) {
  Instrs now;
  for (int32_t i : needed_) {
    if (at_tile(i)) now.push_back(i);
  }
  std::string text = instructions(now, indent);
  if (nest_.vector >= 0) {
    const std::string block = integer("block", nest_.block);
    text += indent + "const int64_t first = block * " + block + ";\n";
    text += indent + "const int64_t last = ax_min(first + " + block + ", " + extent(nest_.vector) +
            ");\n";
  }
  if (columns()) return text + columns_tile(indent);
  if (nest_.vector < 0) return text + tile_point(indent);
  Instrs guarded;
  for (int32_t i : needed_) {
    if (!at_tile(i)) guarded.push_back(i);
  }
  return text + vector_loop([&](const std::string& in) { return tile_point(in); }, guarded, indent);
}

std::vector<LoopPrinter::Digit> LoopPrinter::digits() {
  std::vector<Digit> found;
  for (int32_t axis : nest_.outer) found.push_back({printer_.axes[axis], extent(axis)});
  if (nest_.vector >= 0) {
    const int64_t n = phase_.parallel[nest_.vector].extent;
    const int64_t blocks = (n + nest_.block - 1) / nest_.block;
    found.insert(found.begin() + nest_.block_digit, {"block", integer("blocks", blocks)});
  }
  return found;
}

/// The coordinates of the first tile of a unit.
std::string LoopPrinter::decode() {
  const std::vector<Digit> all = digits();
  if (all.empty()) return "";
  std::string text = "    int64_t rest = tile;\n";
  for (size_t d = all.size(); d-- > 1;) {
    text += "    int64_t " + all[d].name + " = rest % " + all[d].count + ";\n";
    text += "    rest /= " + all[d].count + ";\n";
  }
  return text + "    int64_t " + all[0].name + " = rest;\n";
}

/// The coordinates of the next tile.
std::string LoopPrinter::advance() {
  const std::vector<Digit> all = digits();
  std::string text;
  std::string close;
  std::string indent = "      ";
  for (size_t d = all.size(); d-- > 1;) {
    text += indent + "if (++" + all[d].name + " == " + all[d].count + ") {\n";
    close = indent + "}\n" + close;
    indent += "  ";
    text += indent + all[d].name + " = 0;\n";
  }
  if (!all.empty()) text += indent + "++" + all[0].name + ";\n";
  return text + close;
}

EmittedPhase LoopPrinter::print() {
  const std::string tile_text = tile("      ");
  std::string declarations = printer_.declarations();
  for (int32_t i = 0; i < size(); ++i) {
    if (kept_at_[i] < 0) continue;
    const std::string type = BodyPrinter::register_type(phase_.body[i].dtype);
    declarations += "  " + type + "* restrict const k" + std::to_string(i) + " = (" + type +
                    "*)((char*)args->scratch + " + integer("kept" + std::to_string(i), 0) + ");\n";
  }
  std::map<std::string, std::string> slots = {{"NAME", name_},
                                              {"TILE", tile_text},
                                              {"DECODE", decode()},
                                              {"ADVANCE", advance()},
                                              {"GRAIN", integer("grain", nest_.grain)},
                                              {"TILES", integer("tiles", nest_.tiles)},
                                              {"DECLARATIONS", declarations}};
  slots["INTS"] = ints_.declarations(first_int_);
  EmittedPhase done;
  done.source = fill(skeletons::frame, slots);
  done.units = (nest_.tiles + nest_.grain - 1) / nest_.grain;
  done.scratch_bytes = scratch_;
  return done;
}

}  // namespace

EmittedPhase emit_loops(const Kernel& kernel, int number, const std::string& name, Ints& ints) {
  return LoopPrinter(kernel, number, name, ints).print();
}

}  // namespace axon
