// Binds programs read from stdin and evaluates their statements, one point at a time, in the
// plainest way there is. The driver is tests/test_bind.py, which compiles this file and compares
// with the NumPy interpreter. By hand:
//   g++ -std=c++17 -Iruntime -Igenerated tests/cpp/test_bind.cpp runtime/{core,graph}/*.cpp
//   runtime/plan/{bind*,body,inline}.cpp
//
// One request:  program BYTES\n TEXT  then  ints N v...  scalars N (f|i value)...  and for each
// input "value DTYPE RANK dims... elements...", "ghost DTYPE RANK dims...", "number ENTRY DTYPE" or
// "absent"; then for each output "wanted 0|1". The answer: "error TYPE\nmessage" or the statements,
// then each output as "DTYPE RANK dims... elements...".
#include <algorithm>
#include <cmath>
#include <cstring>
#include <iostream>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/math.h"
#include "core/random.h"
#include "graph/record.h"
#include "plan/bind.h"

namespace axon {
namespace {

/// All numbers are doubles: tests keep integers below 2^53.
using Array = std::vector<double>;

double rounded(double x, DType t) {
  switch (t) {
    case DType::bool_:
      return x != 0;
    case DType::float32:
      return static_cast<float>(x);
    case DType::int32:
      return static_cast<int32_t>(x);
    case DType::int64:
      return static_cast<double>(static_cast<int64_t>(x));
    default:
      return x;
  }
}

using Scalar = double (*)(double, double, double);

/// The primitives by the C text that both tiers are made of: in double, bits in int64.
double apply(Prim p, double x, double y, double z) {
#define AX_TILE(prim, suffix, arity, out_t, a_t, b_t, expr)  \
  {{Prim::prim, #suffix}, [](double x, double y, double z) { \
     [[maybe_unused]] const a_t a = static_cast<a_t>(x);     \
     [[maybe_unused]] const b_t b = static_cast<b_t>(y);     \
     [[maybe_unused]] const b_t c = static_cast<b_t>(z);     \
     return static_cast<double>(expr);                       \
   }},
  static const std::map<std::pair<Prim, std::string>, Scalar> functions = {
#include "tile_ops.inc"
  };
#undef AX_TILE
  for (const char* suffix : {"f64", "i64"}) {
    const auto found = functions.find({p, suffix});
    if (found != functions.end()) return found->second(x, y, z);
  }
  throw ValueError(std::string("there is no primitive ") + info(p).name);
}

class Evaluator {
 public:
  Evaluator(const Bound& bound, const Node& node, std::map<ValueId, Array>& arrays)
      : bound_(bound), node_(node), arrays_(arrays) {}

  Array& array(ValueId id) {
    const BoundValue& value = bound_.values.at(id);
    return arrays_[value.alias >= 0 ? value.alias : id];
  }

  void run(const Statement& s) {
    s_ = &s;
    if (s.call >= 0) throw ValueError("the evaluator has no opaque calls");
    check_form();
    Array& out = array(s.value);
    out.assign(s.elements, identity(s.combine, s.dtype));
    winners_.assign(s.elements, NAN);
    written_.assign(s.elements, 0);
    point_.assign(s.axes.size(), 0);
    loop(0, out);
    const bool covers = std::all_of(written_.begin(), written_.end(), [](int n) { return n > 0; });
    const bool empty = std::any_of(s.axes.begin(), s.axes.end(),
                                   [](const Axis& axis) { return axis.extent == 0; });
    if (!covers && !empty && !s.scatter) throw ValueError("a statement leaves elements unwritten");
  }

 private:
  static double identity(Combine c, DType t) {
    const bool is_bool = t == DType::bool_;
    if (c == Combine::max) return is_bool ? 0 : -INFINITY;
    if (c == Combine::min) return is_bool ? 1 : INFINITY;
    return c == Combine::prod || c == Combine::all;
  }

  /// What the header of statements promises.
  void check_form() const {
    bool reduced = false;
    for (const Axis& axis : s_->axes) {
      if (axis.extent == 1) throw ValueError("an axis of extent 1");
      reduced = reduced || axis.reduced;
    }
    const bool scans = std::any_of(s_->body.begin(), s_->body.end(),
                                   [](const Instr& in) { return in.kind == InstrKind::scan; });
    if (!s_->scatter && reduced != (scans || s_->combine != Combine::set)) {
      throw ValueError("a set has reduced axes, or a scan or a reduction has none");
    }
    const bool winner = s_->combine == Combine::argmax || s_->combine == Combine::argmin;
    if (!winner && s_->body.at(s_->result).dtype != s_->dtype)
      throw ValueError("no cast to the stored dtype");
    for (size_t i = 0; i < s_->body.size(); ++i) {
      const Instr& in = s_->body[i];
      for (size_t j = 0; j < i; ++j) {
        if (in == s_->body[j]) throw ValueError("an instruction twice");
      }
      if (in.kind == InstrKind::prim) check_operands(in);
    }
  }

  void check_operands(const Instr& in) const {
    const int first = in.prim == Prim::select ? 1 : 0;
    if (first == 1 && s_->body[in.args[0]].dtype != DType::bool_)
      throw ValueError("a condition is not bool");
    const DType dtype = s_->body[in.args[first]].dtype;
    for (int k = first; k < info(in.prim).arity; ++k) {
      if (s_->body[in.args[k]].dtype != dtype) throw ValueError("operands of several dtypes");
    }
    const PrimResult result = info(in.prim).result;
    if ((result == PrimResult::flt || result == PrimResult::own) && !is_float(dtype))
      throw ValueError("a float primitive of integers");
    if (in.dtype != (result == PrimResult::pred ? DType::bool_ : dtype))
      throw ValueError("a wrong result dtype");
  }

  void loop(size_t axis, Array& out) {
    if (axis == s_->axes.size()) return point(out);
    for (int64_t i = 0; i < s_->axes[axis].extent; ++i) {
      point_[axis] = i;
      loop(axis + 1, out);
    }
  }

  void point(Array& out) {
    registers_.assign(s_->body.size(), 0);
    evaluate(s_->body.size());
    const int64_t at = address(s_->store);
    double& to = out.at(at);
    const double x = registers_[s_->result];
    ++written_[at];
    switch (s_->combine) {
      case Combine::set:
        to = x;
        break;
      case Combine::sum:
        to += x;
        break;
      case Combine::prod:
        to *= x;
        break;
      case Combine::max:
        to = std::isnan(to) ? to : apply(Prim::maximum, to, x, 0);
        break;
      case Combine::min:
        to = std::isnan(to) ? to : apply(Prim::minimum, to, x, 0);
        break;
      case Combine::any:
        to = to != 0 || x != 0;
        break;
      case Combine::all:
        to = to != 0 && x != 0;
        break;
      case Combine::argmax:
      case Combine::argmin: {
        const double best = winners_[at];
        const bool better = s_->combine == Combine::argmax ? x > best : x < best;
        if (written_[at] == 1 || better || (std::isnan(x) && !std::isnan(best))) {
          winners_[at] = x;
          to = static_cast<double>(reduced_number());
        }
      }
    }
  }

  /// The first instructions of the body.
  void evaluate(size_t count) {
    for (size_t i = 0; i < count; ++i)
      registers_[i] = rounded(compute(s_->body[i]), s_->body[i].dtype);
  }

  /// A recurrence from its first point up to this one, anew at each.
  double scan(const Instr& in) {
    const Term step = in.address.terms.front();
    const int64_t last = address(in.address);
    double state = 0;
    for (int64_t i = 0; i <= last; ++i) {
      point_[step.var] = step.coef > 0 ? i : in.address.constant - i;
      evaluate(&in - s_->body.data());
      state = rounded(registers_[in.args[1]] * state, in.dtype) + registers_[in.args[0]];
    }
    return state;
  }

  int64_t reduced_number() const {
    int64_t number = 0;
    for (size_t i = 0; i < point_.size(); ++i) {
      if (s_->axes[i].reduced) number = number * s_->axes[i].extent + point_[i];
    }
    return number;
  }

  int64_t address(const Affine& a) const {
    int64_t value = a.constant;
    for (const Term& t : a.terms) {
      value += t.coef * (t.var >= 0 ? point_[t.var] : static_cast<int64_t>(registers_[~t.var]));
    }
    for (const Term& t : a.slots) value += t.coef * bits(t.var);
    return value;
  }

  int64_t bits(int slot) const {
    const Bound::Scalar& scalar = bound_.scalars.at(slot);
    return scalar.node < 0 ? scalar.constant : node_.scalars.at(scalar.entry).bits;
  }

  double slot_value(int slot) const {
    const int64_t word = bits(slot);
    if (!is_float(bound_.scalars[slot].dtype)) return static_cast<double>(word);
    double value;
    std::memcpy(&value, &word, sizeof value);
    return value;
  }

  static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b != 0 && a < 0); }

  double compute(const Instr& in) {
    const auto arg = [&](int i) { return in.args[i] < 0 ? 0.0 : registers_[in.args[i]]; };
    switch (in.kind) {
      case InstrKind::constant:
        return is_float(in.dtype) ? in.number : static_cast<double>(in.integer);
      case InstrKind::scalar:
        return slot_value(in.index);
      case InstrKind::affine:
        return static_cast<double>(address(in.address));
      case InstrKind::floordiv:
        return static_cast<double>(floor_divide(address(in.address), in.integer));
      case InstrKind::cast:
        return arg(0);
      case InstrKind::gather: {
        const double i = arg(0) < 0 ? arg(0) + in.integer : arg(0);
        if (i < 0 || i >= in.integer) throw IndexError("index out of range");
        return i;
      }
      case InstrKind::uniform:
        return ax_uniform(bits(in.index), bits(in.index + 1), static_cast<uint64_t>(arg(0)));
      case InstrKind::load:
        for (const Guard& guard : in.bounds) {
          const int64_t i = address(guard.index);
          if (i < 0 || i >= guard.extent) return arg(0);
        }
        return array(in.index).at(address(in.address));
      case InstrKind::prim:
        if (in.prim == Prim::select) return arg(0) != 0 ? arg(1) : arg(2);
        return apply(in.prim, arg(0), arg(1), arg(2));
      case InstrKind::scan:
        return scan(in);
      default:
        throw ValueError("unexpected instruction");
    }
  }

  const Bound& bound_;
  const Node& node_;
  std::map<ValueId, Array>& arrays_;
  const Statement* s_ = nullptr;
  std::vector<int64_t> point_;
  Array registers_, winners_;
  std::vector<int> written_;
};

double read_number() {
  std::string text;
  std::cin >> text;
  return std::strtod(text.c_str(), nullptr);
}

/// One request: what was read, bound and evaluated.
class Session {
 public:
  void read() {
    std::string word, text;
    size_t bytes;
    std::cin >> word >> bytes;
    std::cin.get();
    text.resize(bytes);
    std::cin.read(text.data(), static_cast<std::streamsize>(bytes));
    read_attributes();
    std::cin >> inputs_;
    for (size_t i = 0; i < inputs_; ++i) read_input(static_cast<ValueId>(i));
    size_t outputs;
    std::cin >> outputs;
    wanted_.resize(outputs);
    for (int& wanted : wanted_) std::cin >> wanted;
    node_.program = &register_program(text);
  }

  void answer() {
    std::vector<InputInfo> infos;
    for (const Operand& o : node_.inputs) {
      infos.push_back(
          {o.kind != Operand::Kind::absent, o.kind == Operand::Kind::number, o.dtype, o.dims});
    }
    const Axes axes =
        solve(*node_.program, infos, AttrReader(*node_.program, node_.ints, node_.scalars));
    std::vector<ValueId> inputs, outputs;
    Bound bound;
    for (size_t i = 0; i < inputs_; ++i) {
      Operand& o = node_.inputs[i];
      if (o.kind == Operand::Kind::value) {
        o.value = new_value(o.dtype, o.dims);
      }
      inputs.push_back(o.kind == Operand::Kind::value ? static_cast<ValueId>(i) : -1);
      bound.values.push_back(
          {o.dtype, static_cast<int64_t>(arrays_[static_cast<ValueId>(i)].size()), nullptr, -1});
    }
    for (size_t i = 0; i < wanted_.size(); ++i) {
      int64_t elements = 1;
      for (int64_t extent : axes.output_dims.at(i)) elements *= extent;
      outputs.push_back(wanted_[i] ? static_cast<ValueId>(bound.values.size()) : -1);
      bound.values.push_back({axes.output_dtypes[i], elements, nullptr, -1});
    }
    axon::bind(node_, 0, inputs, outputs,
               bound);  // qualified: std::bind would be found and preferred
    Evaluator evaluator(bound, node_, arrays_);
    std::string text;
    for (const Statement& s : bound.statements) {
      text += to_string(s);
      evaluator.run(s);
    }
    std::cout << "statements " << bound.statements.size() << "\n" << text << ".\n";
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (!wanted_[i]) continue;
      print(axes.output_dims[i], axes.output_dtypes[i], evaluator.array(outputs[i]),
            bound.values[outputs[i]].alias);
    }
  }

 private:
  void read_attributes() {
    std::string word;
    size_t count;
    std::cin >> word >> count;
    node_.ints.resize(count);
    for (int64_t& value : node_.ints) std::cin >> value;
    std::cin >> word >> count;
    for (size_t i = 0; i < count; ++i) {
      std::cin >> word;
      int64_t bits;
      if (word == "f") {
        const double value = read_number();
        std::memcpy(&bits, &value, sizeof bits);
      } else {
        std::cin >> bits;
      }
      node_.scalars.push_back({word == "f" ? DType::float64 : DType::int64, bits});
    }
  }

  void read_input(ValueId id) {
    std::string kind, dtype;
    Operand o;
    std::cin >> kind;
    if (kind == "number") {
      o.kind = Operand::Kind::number;
      std::cin >> o.scalar >> dtype;
      o.dtype = dtype_from_name(dtype);
    } else if (kind != "absent") {
      size_t rank;
      int64_t elements = 1;
      std::cin >> dtype >> rank;
      o.dtype = dtype_from_name(dtype);
      o.dims.resize(rank);
      for (int64_t& extent : o.dims) std::cin >> extent;
      for (int64_t extent : o.dims) elements *= extent;
      o.kind = kind == "ghost" ? Operand::Kind::ghost : Operand::Kind::value;
      for (int64_t i = 0; i < elements && kind == "value"; ++i)
        arrays_[id].push_back(read_number());
    }
    node_.inputs.push_back(o);
  }

  static void print(const Dims& dims, DType dtype, const Array& array, int alias) {
    std::cout << name_of(dtype) << " " << alias << " " << dims.size();
    for (int64_t extent : dims) std::cout << " " << extent;
    char text[32];
    for (double value : array) {
      std::snprintf(text, sizeof text, " %.17g", value);
      std::cout << text;
    }
    std::cout << "\n";
  }

  Node node_;
  size_t inputs_ = 0;
  std::vector<int> wanted_;
  std::map<ValueId, Array> arrays_;
};

template <class E>
void report(const char* type, const E& error) {
  std::cout << "error " << type << "\n" << error.what() << "\n";
}

}  // namespace
}  // namespace axon

int main() {
  while (std::cin >> std::ws && std::cin.peek() != EOF) {
    axon::Session session;
    try {
      session.read();
      session.answer();
    } catch (const axon::TypeError& error) {
      axon::report("TypeError", error);
    } catch (const axon::IndexError& error) {
      axon::report("IndexError", error);
    } catch (const axon::Error& error) {
      axon::report("ValueError", error);
    }
    std::cout << "end" << std::endl;
  }
}
