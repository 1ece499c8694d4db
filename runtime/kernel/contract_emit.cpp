// The text of contract phases: skeletons filled with the operands' bodies and the epilogue.
#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "kernel/contract.h"

namespace axon {

namespace {

constexpr char kTile[] =
#include "device/cpu/skeletons/contract_tile.inc"
    ;
constexpr char kPanel[] =
#include "device/cpu/skeletons/contract_panel.inc"
    ;
constexpr char kWindow[] =
#include "device/cpu/skeletons/contract_window.inc"
    ;
constexpr char kContract[] =
#include "device/cpu/skeletons/contract.inc"
    ;

// The integers are known, and this slot filled, once everything else is printed.
constexpr char kInts[] = "@INTS@";
// Steps up to this are strides that an op declares; baked, divisions by them become shifts.
constexpr int64_t kLargestBakedStep = 8;
// The run axis of an operand that has none.
constexpr int32_t kNoAxis = std::numeric_limits<int32_t>::max();

class ContractEmitter {
 public:
  ContractEmitter(const Kernel& kernel, int number, const std::string& name, Ints& ints)
      : kernel_(kernel),
        phase_(kernel.phases[number]),
        plan_(kernel, phase_, true),
        number_(number),
        name_(name),
        ints_(ints),
        type_(BodyPrinter::register_type(plan_.sum)),
        suffix_(suffix_of(plan_.sum)) {}

  EmittedPhase emit() {
    const size_t first_int = ints_.size();
    const std::string index_type = size_of(plan_.sum) == 8 ? "int64_t" : "int32_t";
    std::string text = fill(kTile, {{"T", type_}, {"S", suffix_}, {"I", index_type}});
    if (!plan_.a.in_place) text += panel(plan_.a, "_a");
    text += has_windows() ? window("_b") : panel(plan_.b, "_b");
    text += skeleton();
    return {fill(text, {{"INTS", ints_.declarations(first_int)}}), plan_.units,
            plan_.scratch_bytes};
  }

 private:
  std::string integer(const std::string& key, int64_t value) {
    return ints_.name(std::to_string(number_) + ".contract." + key, value);
  }
  static std::string i(int32_t axis) { return "i" + std::to_string(axis); }
  /// Where a run begins along its axis.
  static std::string start(int32_t axis) { return "c" + std::to_string(axis); }

  std::string extent(const MergedAxis& a, const std::string& role) {
    return a.baked ? std::to_string(a.extent)
                   : integer(role + ".extent" + std::to_string(a.axis), a.extent);
  }

  /// A printer for loops over `loops` and the batch axes: all others stand at 0.
  BodyPrinter printer(const std::vector<const std::vector<MergedAxis>*>& loops) {
    BodyPrinter p(kernel_, number_, ints_);
    std::vector<std::string> names(p.axes.size(), "0");
    for (const MergedAxis& a : plan_.batch) names[a.axis] = i(a.axis);
    for (const auto* axes : loops) {
      for (const MergedAxis& a : *axes) names[a.axis] = i(a.axis);
    }
    p.axes = names;
    return p;
  }

  std::string batch() {
    std::string text;
    for (size_t q = 0; q < plan_.batch.size(); ++q) {
      text +=
          "  const int64_t " + i(plan_.batch[q].axis) + " = batch[" + std::to_string(q) + "];\n";
    }
    return text;
  }

  /// Declares the coordinates of the point with number `linear`; `name_of_last` is that of the
  /// innermost axis.
  std::string decode(const std::vector<MergedAxis>& axes, const std::string& linear,
                     const std::string& role, const std::string& name_of_last,
                     const std::string& indent) {
    std::string text;
    std::string rest = linear;
    for (size_t q = axes.size(); q-- > 0;) {
      const std::string name = q + 1 == axes.size() ? name_of_last : i(axes[q].axis);
      const std::string n = extent(axes[q], role);
      text += indent + "int64_t " + name + " = " + rest + (q > 0 ? " % " + n : "") + ";\n";
      rest = rest + " / " + n;
    }
    return text;
  }

  /// Advances the innermost axis by `by` and carries into the outer ones.
  std::string advance(const std::vector<MergedAxis>& axes, const std::string& by,
                      const std::string& role, const std::string& name_of_last,
                      const std::string& indent) {
    if (axes.empty()) return "";
    std::string text = indent + name_of_last + " += " + by + ";";
    std::string name = name_of_last;
    std::string close;
    for (size_t q = axes.size(); q-- > 1;) {
      text += " if (" + name + " == " + extent(axes[q], role) + ") { " + name + " = 0; ";
      name = i(axes[q - 1].axis);
      text += "++" + name + ";";
      close += " }";
    }
    return text + close;
  }

  std::string left(const std::vector<MergedAxis>& axes, const std::string& all,
                   const std::string& role) {
    if (axes.empty()) return all;
    return extent(axes.back(), role) + " - " + start(axes.back().axis);
  }

  /// True iff instruction `n` is a floor-division that becomes affine in a run if only every
  /// `period`-th element is visited.
  bool is_quotient(int32_t n, int32_t run_axis, int64_t period) const {
    const Instr& in = phase_.body[n];
    if (in.kind != InstrKind::floordiv || in.address.coef_of(run_axis) * period % in.integer != 0) {
      return false;
    }
    for (const Term& t : in.address.terms) {
      if (t.var < 0) return false;
    }
    return true;
  }

  /// How many interleaved sequences a run is split into so that divisions in its bounds (by the
  /// stride of a convolution whose gradient this is) are affine in each.
  int64_t period(const OperandPlan& o) const {
    for (int32_t n : o.needed) {
      const Instr& in = phase_.body[n];
      if (o.run().empty() || in.kind != InstrKind::floordiv || in.integer > kLargestBakedStep)
        continue;
      const int32_t axis = o.run().back().axis;
      if (in.address.coef_of(axis) != 0 && is_quotient(n, axis, in.integer)) return in.integer;
    }
    return 1;
  }

  /// By how much `index` grows from one visited element of a run to the next; nothing if that is
  /// not constant.
  std::optional<int64_t> step_of(const Affine& index, int32_t run_axis, int64_t period) const {
    int64_t step = index.coef_of(run_axis) * period;
    for (const Term& t : index.terms) {
      if (t.var >= 0) continue;
      if (!is_quotient(~t.var, run_axis, period)) return std::nullopt;
      const Instr& quotient = phase_.body[~t.var];
      step += t.coef * (quotient.address.coef_of(run_axis) * period / quotient.integer);
    }
    return step;
  }

  bool can_clip(const Instr& in, int32_t run_axis, int64_t period) const {
    if (in.kind != InstrKind::load || in.bounds.empty()) return false;
    return std::all_of(in.bounds.begin(), in.bounds.end(), [&](const Guard& g) {
      return step_of(g.index, run_axis, period).has_value();
    });
  }

  /// Narrows [low, high) to where all bounds that are affine in the run hold, and marks
  /// their loads.
  std::string clip(const OperandPlan& o, BodyPrinter& p, int64_t period,
                   std::vector<bool>& inside) {
    const int32_t axis = o.run().empty() ? kNoAxis : o.run().back().axis;
    std::string text;
    for (int32_t n : o.needed) {
      const Instr& in = phase_.body[n];
      inside[n] = can_clip(in, axis, period);
      for (size_t g = 0; inside[n] && g < in.bounds.size(); ++g) {
        const std::string place = p.place(n, g);
        const int64_t step = *step_of(in.bounds[g].index, axis, period);
        const std::string step_text = std::abs(step) <= kLargestBakedStep
                                          ? std::to_string(step)
                                          : ints_.name(place + ".step", step);
        text += "        ax_clip(" + p.affine(in.bounds[g].index, place) + ", " + step_text + ", " +
                p.extent(n, g) + ", &low, &high);\n";
      }
    }
    if (text.empty()) return text;
    std::string quotients;
    for (int32_t n : o.needed) {
      if (!is_quotient(n, axis, period)) continue;
      quotients += "        " + p.statement(n) + "\n        const int64_t " + first_quotient(n) +
                   " = " + BodyPrinter::value_name(n) + ";\n";
    }
    return quotients + text + "        low = ax_min(low, visits);\n" +
           "        high = ax_max(high, low);\n";
  }
  static std::string first_quotient(int32_t n) { return "q" + std::to_string(n); }

  /// True iff the clipped loads have the same bounds, so that outside of them all are
  /// out of bounds.
  bool share_bounds(const OperandPlan& o, const std::vector<bool>& clipped) const {
    const std::vector<Guard>* bounds = nullptr;
    for (int32_t n : o.needed) {
      if (!clipped[n]) continue;
      if (bounds != nullptr && !(*bounds == phase_.body[n].bounds)) return false;
      bounds = &phase_.body[n].bounds;
    }
    return true;
  }

  /// The value of a load whose bounds are known not to hold.
  std::string fallback(int32_t n) const {
    const Instr& in = phase_.body[n];
    const std::string value = in.args[0] < 0 ? BodyPrinter::constant(in.dtype, 0, 0)
                                             : BodyPrinter::value_name(in.args[0]);
    return "const " + BodyPrinter::register_type(in.dtype) + " " + BodyPrinter::value_name(n) +
           " = " + value + ";";
  }

  /// The loop over part of a run; loads marked in `outside` (if any) give their fallback. `clipped`
  /// iff first_quotient is known.
  std::string run_loop(const OperandPlan& o, BodyPrinter& p, const std::string& from,
                       const std::string& to, int64_t period, bool clipped,
                       const std::vector<bool>& outside) {
    std::string text = "        for (int64_t t = " + from + "; t < " + to + "; ++t) {\n";
    const int32_t axis = o.run().empty() ? kNoAxis : o.run().back().axis;
    const std::string times = std::to_string(period) + " * t";
    if (axis != kNoAxis) {
      text += "          const int64_t " + i(axis) + " = " + start(axis) + " + phase + " + times +
              ";\n";
    }
    for (int32_t n : o.needed) {
      const Instr& in = phase_.body[n];
      std::string line = p.statement(n);
      if (!outside.empty() && outside[n]) {
        line = fallback(n);
      } else if (clipped && is_quotient(n, axis, period)) {
        line = "const int64_t " + BodyPrinter::value_name(n) + " = " + first_quotient(n) + " + " +
               std::to_string(in.address.coef_of(axis) * period / in.integer) + " * t;";
      }
      text += p.placed(n, "          " + line + "\n");
    }
    text += "          out[phase + " + times + "] = (" + type_ + ")" +
            BodyPrinter::value_name(o.value) + ";\n";
    return text + "        }\n";
  }

  std::string panel(const OperandPlan& o, const std::string& suffix) {
    BodyPrinter p = printer({&o.free, &o.k});
    const std::string run_role = suffix + (o.along_k ? "k" : "f");
    const std::string line_role = suffix + (o.along_k ? "f" : "k");
    const std::vector<MergedAxis>& run = o.run();
    const std::vector<MergedAxis>& line = o.line();
    const std::string run_start = run.empty() ? "" : start(run.back().axis);
    const std::string line_last = line.empty() ? "" : i(line.back().axis);
    const int64_t interleaved = period(o);

    std::vector<bool> inside(phase_.body.size(), false);
    if (!run.empty()) p.axes[run.back().axis] = "(" + run_start + " + phase)";
    const std::string clips = clip(o, p, interleaved, inside);
    if (!run.empty()) p.axes[run.back().axis] = i(run.back().axis);
    std::string loops;
    if (clips.empty()) {
      loops = run_loop(o, p, "low", "high", interleaved, false, {});
    } else {
      const std::vector<bool> outside = share_bounds(o, inside) ? inside : std::vector<bool>();
      loops = run_loop(o, p, "0", "low", interleaved, true, outside);
      p.inside = inside;
      loops += run_loop(o, p, "low", "high", interleaved, true, {});
      p.inside.assign(p.inside.size(), false);
      loops += run_loop(o, p, "high", "visits", interleaved, true, outside);
    }
    const std::map<std::string, std::string> slots = {
        {"INTS", kInts},
        {"NAME", name_ + suffix},
        {"T", type_},
        {"DECLARATIONS", p.declarations()},
        {"BATCH", batch()},
        {"RUN_DECODE", decode(run, "run_first", run_role, run_start, "  ")},
        {"RUN_LEFT", left(run, "runs", run_role)},
        {"RUN_ADVANCE", advance(run, "count", run_role, run_start, "    ")},
        {"LINE_DECODE", decode(line, "line_first", line_role, line_last, "    ")},
        {"LINE_ADVANCE", advance(line, "1", line_role, line_last, "      ")},
        {"PERIOD", std::to_string(interleaved)},
        {"CLIP", clips},
        {"LOOPS", loops},
    };
    return fill(kPanel, slots);
  }

  bool has_windows() const { return plan_.window.lines != 0; }

  /// B as windows, and the table of where each k stands.
  std::string window(const std::string& suffix) {
    const WindowPlan& w = plan_.window;
    const OperandPlan& b = plan_.b;
    const Instr& load = phase_.body[b.value];
    const std::vector<MergedAxis> lines(b.free.begin(), b.free.end() - 1);
    const std::string line_role = suffix + "f";
    const std::string channel_role = suffix + "k";
    const std::string line_start = start(lines.back().axis);
    const std::string channel_last = w.outer.empty() ? "" : i(w.outer.back().axis);
    BodyPrinter p = printer({&lines, &w.outer});
    p.axes[lines.back().axis] = line_start;

    const std::string first = integer("column_first", w.column_first);
    std::string clips;
    for (int g = 0; g < static_cast<int>(load.bounds.size()); ++g) {
      const bool columns = g == w.column_bound;
      std::string base = p.affine(load.bounds[g].index, p.place(b.value, g));
      if (g == w.row_bound) base += " + y";
      if (columns) base += " - " + first;
      clips += "        ax_clip(" + base + ", " + (columns ? "1" : "0") + ", " +
               p.extent(b.value, g) + ", &low, &high);\n";
    }
    const std::string key = std::to_string(number_) + "." + std::to_string(b.value);
    const std::string address = p.affine(load.address, key) + " + y * " +
                                integer("row_stride", w.row_stride) + " - " + first;
    const std::map<std::string, std::string> slots = {
        {"INTS", kInts},
        {"NAME", name_ + suffix},
        {"T", type_},
        {"DECLARATIONS", p.declarations()},
        {"BATCH", batch()},
        {"LINE_DECODE", decode(lines, "line_first", line_role, line_start, "  ")},
        {"LINE_LEFT", left(lines, "lines", line_role)},
        {"LINE_ADVANCE", advance(lines, "run", line_role, line_start, "    ")},
        {"CHANNEL_DECODE", decode(w.outer, "(k_first / " + integer("points", w.points) + ")",
                                  channel_role, channel_last, "    ")},
        {"CHANNEL_ADVANCE", advance(w.outer, "1", channel_role, channel_last, "      ")},
        {"POINT_DECODE", decode(w.inner, "(k % " + integer("points", w.points) + ")", channel_role,
                                i(w.inner.back().axis), "    ")},
        {"POINT", point()},
        {"POINTS", integer("points", w.points)},
        {"STEP", integer("step", w.step)},
        {"OVERLAP", integer("overlap", w.overlap)},
        {"ROW_FIRST", integer("row_first", w.row_first)},
        {"COLUMN_FIRST", first},
        {"PITCH", integer("window_pitch", w.pitch)},
        {"CHANNEL_PITCH", integer("channel_pitch", w.channel_pitch)},
        {"EXTENT", integer("line_extent", w.columns + w.reach)},
        {"BUFFER", std::to_string(load.index)},
        {"ADDRESS", address},
        {"CLIP", clips},
    };
    return fill(kWindow, slots);
  }

  /// Where a point of a window stands, from its first row and column.
  std::string point() {
    const WindowPlan& w = plan_.window;
    std::string text;
    for (size_t q = 0; q < w.inner.size(); ++q) {
      const int32_t axis = w.inner[q].axis;
      text += (text.empty() ? "" : " + ") + i(axis) + " * " +
              integer("step" + std::to_string(axis), w.steps[q]);
    }
    return text;
  }

  /// The epilogue at one element of C.
  std::string epilogue(BodyPrinter& p) {
    std::string text;
    if (!plan_.n.empty()) {
      const int32_t axis = plan_.n.back().axis;
      text += "        const int64_t " + i(axis) + " = " + start(axis) + " + t;\n";
    }
    if (plan_.result >= 0) {
      const DType t = phase_.body[plan_.result].dtype;
      text += "        const " + BodyPrinter::register_type(t) + " v" +
              std::to_string(plan_.result) + " = " + BodyPrinter::convert("sums[t]", plan_.sum, t) +
              ";\n";
    }
    text += p.statements(plan_.epilogue, "        ");
    for (size_t s = 0; s < phase_.stores.size(); ++s) {
      text += "        " + p.store(phase_.stores[s], "store" + std::to_string(s)) + "\n";
    }
    return text;
  }

  std::string fill_a() {
    const OperandPlan& a = plan_.a;
    if (a.in_place) return "";
    const std::string k = "k_first, depth, ";
    const std::string rows = "row_first, rows, ";
    return "      " + name_ + "_a(args, batch, " + (a.along_k ? rows + k : k + rows) + "a_panel, " +
           integer("a_pitch", plan_.a_pitch) + ");";
  }

  std::string fill_b() {
    const std::string pitch = integer("b_pitch", plan_.b_pitch);
    const std::string call = "          " + name_ + "_b(args, batch, ";
    if (has_windows()) {
      const std::string width = integer("line_columns", plan_.window.columns);
      return call + "k_first, depth, (column_first + panel_first) / " + width + ", width / " +
             width + ", b_panel, line_at);";
    }
    const std::string padded =
        "          const int64_t padded = (width + strip - 1) / strip * strip;\n";
    return padded + packed_b(call, pitch);
  }

  std::string packed_b(const std::string& call, const std::string& pitch) {
    if (!plan_.b.along_k) {
      return call + "k_first, depth, column_first + panel_first, width, b_panel, " + pitch +
             ");\n" + "          for (int64_t k = 0; k < depth; ++k) {\n" +
             "            for (int64_t j = width; j < padded; ++j) b_panel[k * " + pitch +
             " + j] = 0;\n          }";
    }
    const std::string turn_pitch = integer("turn_pitch", plan_.turn_pitch);
    return call + "column_first + panel_first, width, k_first, depth, turn, " + turn_pitch +
           ");\n" + "          for (int64_t j = width; j < padded; ++j) {\n" +
           "            for (int64_t k = 0; k < depth; ++k) turn[j * " + turn_pitch +
           " + k] = 0;\n          }\n" + "          ax_turn_" + suffix_ + "(depth, padded, turn, " +
           turn_pitch + ", b_panel, " + pitch + ");";
  }

  /// Tables of windows, and how columns of C lie in its tile: as they are, or lines of whole
  /// vectors.
  std::map<std::string, std::string> layout() {
    if (!has_windows()) {
      return {{"TABLES", ""},
              {"COLUMN_RUN", "columns - done"},
              {"COLUMN_AT", "done"},
              {"PANEL_AT", "panel_first"},
              {"SPAN", "width"},
              {"LEFT", "j"},
              {"RIGHT", "j + AX_LANES_" + suffix_},
              {"K_AT", "0"}};
    }
    const std::string columns = integer("line_columns", plan_.window.columns);
    const std::string width = integer("line_width", plan_.window.width);
    const auto table = [&](const std::string& name, int64_t offset) {
      return "  int64_t* const " + name + " = (int64_t*)(a_panel + " +
             integer(name + "_offset", offset) + ");\n";
    };
    const auto place = [&](const std::string& j) {
      return "line_at[(" + j + ") / " + width + "] + (" + j + ") % " + width;
    };
    return {{"TABLES", table("k_at", plan_.k_at_offset) + table("line_at", plan_.line_at_offset) +
                           "  " + name_ + "_b_at(args, ax_min(" +
                           integer("depth_block", plan_.depth_block) + ", " +
                           integer("depth", plan_.depth) + "), k_at);"},
            {"COLUMN_RUN", "ax_min(columns - done, " + columns + " - done % " + columns + ")"},
            {"COLUMN_AT", "done / " + columns + " * " + width + " + done % " + columns},
            {"PANEL_AT", "panel_first / " + columns + " * " + width},
            {"SPAN", "width / " + columns + " * " + width},
            {"LEFT", place("j")},
            {"RIGHT", place("j + AX_LANES_" + suffix_)},
            {"K_AT", "k_at"}};
  }

  /// The decoded batch number, and A's address when it is read in place, need names of their own in
  /// the main function.
  std::string skeleton() {
    BodyPrinter store = printer({&plan_.m, &plan_.n});
    const std::string column_start = plan_.n.empty() ? "" : start(plan_.n.back().axis);
    const std::string row_last = plan_.m.empty() ? "" : i(plan_.m.back().axis);
    const std::string body = epilogue(store);

    BodyPrinter main = printer({});
    std::string batch_decode;
    std::string rest = "(column_tile / column_blocks)";
    for (size_t q = plan_.batch.size(); q-- > 0;) {
      const std::string n = extent(plan_.batch[q], "batch");
      const std::string at = "batch[" + std::to_string(q) + "]";
      main.axes[plan_.batch[q].axis] = at;
      batch_decode += "    " + at + " = " + rest + (q > 0 ? " % " + n : "") + ";\n";
      rest += " / " + n;
    }
    const OperandPlan& a = plan_.a;
    std::string a_panel = "a_panel";
    std::string a_declaration;
    const std::string a_pitch = integer("a_pitch", plan_.a_pitch);
    std::string a_row = a.along_k ? a_pitch : "1";
    std::string a_k = a.along_k ? "1" : a_pitch;
    if (a.in_place) {
      const Instr& load = phase_.body[a.value];
      if (!a.free.empty()) main.axes[a.free[0].axis] = "row_first";
      if (!a.k.empty()) main.axes[a.k[0].axis] = "k_first";
      const std::string slot = std::to_string(load.index);
      a_declaration =
          "  const " + type_ + "* restrict const in_place = args->buffers[" + slot + "];\n";
      a_panel = "in_place + " +
                main.affine(load.address, std::to_string(number_) + "." + std::to_string(a.value));
      a_row = integer("a_row", a.free_stride);
      a_k = std::to_string(a.k_stride);
    }
    std::map<std::string, std::string> slots = {
        {"INTS", kInts},
        {"NAME", name_},
        {"T", type_},
        {"S", suffix_},
        {"DECLARATIONS", store.declarations()},
        {"DECLARATIONS_MAIN", a_declaration},
        {"BATCH", batch()},
        {"BATCH_RANK", std::to_string(plan_.batch.size() + 1)},
        {"BATCH_DECODE", batch_decode},
        {"ROW_DECODE", decode(plan_.m, "row_first", "m", row_last, "  ")},
        {"ROW_ADVANCE", advance(plan_.m, "1", "m", row_last, "    ")},
        {"COLUMN_DECODE", decode(plan_.n, "column_first", "n", column_start, "    ")},
        {"COLUMN_LEFT", left(plan_.n, "columns", "n")},
        {"COLUMN_ADVANCE", advance(plan_.n, "count", "n", column_start, "      ")},
        {"PRAGMA", "#pragma GCC ivdep"},
        {"BODY", body},
        {"FILL_A", fill_a()},
        {"FILL_B", fill_b()},
        {"A_PANEL", a_panel},
        {"A_ROW", a_row},
        {"A_K", a_k},
        {"B_OFFSET", integer("b_offset", plan_.b_offset)},
        {"TURN_OFFSET", integer("turn_offset", plan_.turn_offset)},
        {"C_OFFSET", integer("c_offset", plan_.c_offset)},
        {"B_PITCH", integer("b_pitch", plan_.b_pitch)},
        {"C_PITCH", integer("c_pitch", plan_.c_pitch)},
        {"ROWS", integer("rows", plan_.rows)},
        {"COLUMNS", integer("columns", plan_.columns)},
        {"DEPTH", integer("depth", plan_.depth)},
        {"ROW_BLOCK", integer("row_block", plan_.row_block)},
        {"COLUMN_BLOCK", integer("column_block", plan_.column_block)},
        {"PANEL", integer("panel", plan_.panel)},
        {"DEPTH_BLOCK", integer("depth_block", plan_.depth_block)},
        {"TILES", integer("tiles", plan_.tiles)},
        {"GRAIN", integer("tiles_per_unit", plan_.tiles_per_unit)},
    };
    slots.merge(layout());
    return fill(kContract, slots);
  }

  const Kernel& kernel_;
  const Phase& phase_;
  const ContractPlan plan_;
  const int number_;
  const std::string name_;
  Ints& ints_;
  const std::string type_;
  const std::string suffix_;
};

}  // namespace

EmittedPhase emit_contract(const Kernel& kernel, int number, const std::string& name, Ints& ints) {
  return ContractEmitter(kernel, number, name, ints).emit();
}

}  // namespace axon
