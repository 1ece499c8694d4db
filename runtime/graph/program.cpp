// The text form of programs: a reader of s-expressions, their interpretation, and the registry.
//
// A registered program is never freed, so that nodes and plans may point to it without counting.
#include "graph/program.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/error.h"

namespace axon {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Form read_all() {
    Form form = read();
    skip_space();
    if (at_ != text_.size()) fail("unexpected text after the program");
    return form;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw ValueError("program text: " + what + " at offset " + std::to_string(at_));
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ';') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else {
        return;
      }
    }
  }

  Form read() {
    skip_space();
    if (at_ == text_.size()) fail("expected a form");
    if (text_[at_] == '(') return read_list();
    if (text_[at_] == ')') fail("unmatched ')'");
    if (text_[at_] == '"') return read_string();
    return read_atom();
  }

  Form read_list() {
    const size_t open = at_++;
    Form form;
    while (true) {
      skip_space();
      if (at_ == text_.size()) {
        at_ = open;
        fail("'(' was never closed");
      }
      if (text_[at_] == ')') break;
      form.items.push_back(read());
    }
    ++at_;
    return form;
  }

  Form read_string() {
    const size_t open = at_++;
    Form form;
    form.kind = Form::Kind::string;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        if (c == 'n') c = '\n';
      }
      form.text += c;
    }
    if (at_ == text_.size()) {
      at_ = open;
      fail("'\"' was never closed");
    }
    ++at_;
    return form;
  }

  Form read_atom() {
    const size_t begin = at_;
    while (at_ < text_.size() && !std::strchr(" \t\r\n()\";", text_[at_])) ++at_;
    if (at_ == begin) fail("unexpected character");
    Form form;
    form.text = std::string(text_.substr(begin, at_ - begin));
    const std::string& text = form.text;
    if (text == "true" || text == "false") {
      form.kind = Form::Kind::boolean;
      form.integer = text == "true";
    } else if (!read_number(text, form)) {
      form.kind = Form::Kind::name;
    }
    return form;
  }

  bool read_number(const std::string& text, Form& form) const {
    const char* digits = text.c_str() + (text[0] == '-' || text[0] == '+');
    const bool word = !std::strcmp(digits, "inf") || text == "nan";
    const bool numeric = *digits >= '0' && *digits <= '9';
    const bool fraction = *digits == '.' && digits[1] >= '0' && digits[1] <= '9';
    if (!word && !numeric && !fraction) return false;
    char* end = nullptr;
    if (!word && text.find_first_of(".eE") == std::string::npos) {
      form.kind = Form::Kind::integer;
      errno = 0;
      form.integer = std::strtoll(text.c_str(), &end, 10);
      if (errno != 0) fail("integer '" + text + "' does not fit 64 bits");
    } else {
      form.kind = Form::Kind::real;
      form.real = std::strtod(text.c_str(), &end);
    }
    if (*end != 0) fail("malformed number '" + text + "'");
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// Turns the sections of `(program NAME ...)` into declarations.
class Interpreter {
 public:
  Program run(const Form& form) {
    expect(form.is("program") && form.items.size() >= 2 && is_name(form.items[1]),
           "expected (program NAME ...)");
    program_.name = form.items[1].text;
    for (size_t i = 2; i < form.items.size(); ++i) section(form.items[i]);
    expect(!program_.outputs.empty(), "expected at least one (out ...)");
    program_.pointwise = is_pointwise();
    return std::move(program_);
  }

 private:
  void expect(bool condition, const std::string& what) const {
    if (!condition) throw ValueError("program " + program_.name + ": " + what);
  }

  bool is_pointwise() const {
    const auto is_group = [](const auto& decl) {
      return decl.dims.size() == 1 && is_name(decl.dims[0]) && decl.dims[0].text == "*";
    };
    return program_.where.empty() &&
           std::all_of(program_.inputs.begin(), program_.inputs.end(), is_group) &&
           std::all_of(program_.outputs.begin(), program_.outputs.end(), is_group);
  }

  static bool is_name(const Form& f) { return f.kind == Form::Kind::name; }
  static bool is_list(const Form& f) { return f.kind == Form::Kind::list; }

  const std::string& name(const Form& f) const {
    expect(is_name(f), "expected a name");
    return f.text;
  }

  const std::vector<Form>& list(const Form& f, size_t at_least = 0) const {
    expect(is_list(f) && f.items.size() >= at_least, "expected a list");
    return f.items;
  }

  std::vector<std::string> names(const Form& f) const {
    std::vector<std::string> result;
    for (const Form& item : list(f)) result.push_back(name(item));
    return result;
  }

  void section(const Form& form) {
    const std::string& head = name(list(form, 1)[0]);
    const std::vector<Form> rest(form.items.begin() + 1, form.items.end());
    if (head == "doc") {
      expect(rest.size() == 1, "(doc TEXT) takes one string");
      program_.doc = rest[0].text;
    } else if (head == "source") {
      expect(rest.size() == 2, "(source FILE LINE) takes two forms");
      entry_ = line_ = {rest[0].text, static_cast<int32_t>(rest[1].integer)};
    } else if (head == "line") {
      expect(rest.size() == 1, "(line NUMBER) takes one number");
      line_.line = entry_.line + static_cast<int32_t>(rest[0].integer);
    } else if (head == "in") {
      for (const Form& f : rest) input(f);
    } else if (head == "attr") {
      for (const Form& f : rest) attribute(f);
    } else if (head == "where") {
      for (const Form& f : rest) program_.where.emplace_back(name(list(f, 2)[0]), f.items[1]);
    } else if (head == "check") {
      expect(rest.size() == 2, "(check CONDITION TEXT) takes two forms");
      program_.checks.push_back({rest[0], rest[1].text});
    } else if (head == "out") {
      for (const Form& f : rest) {
        list(f, 3);
        program_.outputs.push_back({name(f.items[0]), f.items[1], list(f.items[2])});
      }
    } else {
      statement(head, rest);
    }
  }

  void input(const Form& f) {
    list(f, 3);
    InputDecl decl;
    decl.name = name(f.items[0]);
    decl.cls = name(f.items[1]);
    decl.dims = list(f.items[2]);
    for (size_t i = 3; i < f.items.size(); ++i) {
      const Form& extra = f.items[i];
      if (is_name(extra) && extra.text == "ghost") {
        decl.ghost = true;
      } else {
        expect(extra.is("default") && extra.items.size() == 2,
               "input " + decl.name + ": expected ghost or (default NUMBER)");
        const Form& number = extra.items[1];
        decl.fallback =
            number.kind == Form::Kind::real ? number.real : static_cast<double>(number.integer);
      }
    }
    program_.inputs.push_back(std::move(decl));
  }

  void attribute(const Form& f) {
    static const std::pair<const char*, AttrType> types[] = {
        {"real", AttrType::real}, {"offsets", AttrType::offsets}, {"rng", AttrType::rng},
        {"int", AttrType::int_},  {"int2", AttrType::int2},       {"int3", AttrType::int3},
        {"flag", AttrType::flag}, {"axis", AttrType::axis},       {"axes", AttrType::axes},
        {"ints", AttrType::ints}, {"shape", AttrType::shape},     {"dtype", AttrType::dtype},
        {"str", AttrType::str},
    };
    list(f, 2);
    AttrDecl decl;
    decl.name = name(f.items[0]);
    const std::string& type = name(f.items[1]);
    const auto* found = types;
    while (found != std::end(types) && type != found->first) ++found;
    expect(found != std::end(types), "attribute " + decl.name + " has unknown type " + type);
    decl.type = found->second;
    if (f.items.size() > 2) decl.fallback = f.items[2];
    program_.attrs.push_back(std::move(decl));
  }

  Combine combine(const Form& f) const {
    for (int i = 0; i <= static_cast<int>(Combine::all); ++i) {
      if (name(f) == name_of(static_cast<Combine>(i))) return static_cast<Combine>(i);
    }
    throw ValueError("program " + program_.name + ": unknown reduction '" + f.text + "'");
  }

  void statement(const std::string& head, const std::vector<Form>& rest) {
    StatementDecl decl;
    if (head == "set") {
      expect(rest.size() == 3, "(set VALUE (TERM...) EXPR) takes three forms");
      decl.kind = StatementDecl::Kind::set;
      decl.value = name(rest[0]);
      decl.index = list(rest[1]);
      decl.expr = rest[2];
    } else if (head == "reduce" || head == "scatter") {
      expect(rest.size() == 5, "(" + head + " OP VALUE (...) (...) EXPR) takes five forms");
      decl.kind = head == "reduce" ? StatementDecl::Kind::reduce : StatementDecl::Kind::scatter;
      decl.combine = combine(rest[0]);
      decl.value = name(rest[1]);
      decl.index = list(rest[2]);
      decl.domain = list(rest[3]);
      decl.expr = rest[4];
    } else if (head == "call") {
      expect(rest.size() == 4, "(call KIND (OUT...) (IN...) (ATTR...)) takes four forms");
      decl.kind = StatementDecl::Kind::call;
      decl.call = name(rest[0]);
      decl.outputs = names(rest[1]);
      decl.inputs = names(rest[2]);
      decl.attrs = names(rest[3]);
      expect(!decl.outputs.empty(), "(call " + decl.call + " ...) has no outputs");
      decl.value = decl.outputs[0];
    } else if (head == "apply") {
      expect(rest.size() == 4,
             "(apply OP ((OUT (TERM...))...) (IN...) (ATTR...)) takes four forms");
      decl.kind = StatementDecl::Kind::apply;
      decl.call = name(rest[0]);
      for (const Form& output : list(rest[1])) {
        decl.outputs.push_back(name(list(output, 2)[0]));
        decl.indices.push_back(list(output.items[1]));
      }
      decl.inputs = names(rest[2]);
      decl.args = list(rest[3]);
      expect(!decl.outputs.empty(), "(apply " + decl.call + " ...) has no outputs");
      decl.value = decl.outputs[0];
    } else {
      expect(false, "unknown section (" + head + " ...)");
    }
    if (!line_.file.empty()) decl.line = number_of(line_);
    program_.statements.push_back(std::move(decl));
  }

  Program program_;
  SourceLine entry_{};  // where the entry begins
  SourceLine line_{};   // of the statements that follow
};

struct Registry {
  std::mutex mutex;
  std::deque<Program> programs;  // by id; a deque, so that references stay valid
  std::unordered_map<std::string_view, int32_t> by_text;
  std::unordered_map<std::string_view, int32_t> newest;
};

Registry& registry() {
  static Registry* const instance = new Registry;
  return *instance;
}

}  // namespace

bool Form::is(std::string_view head) const {
  return kind == Kind::list && !items.empty() && items[0].kind == Kind::name &&
         items[0].text == head;
}

const Program& register_program(std::string_view text) {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  const auto known = r.by_text.find(text);
  if (known != r.by_text.end()) {
    const Program& program = r.programs[known->second];
    r.newest[program.name] = program.id;
    return program;
  }
  Program parsed = Interpreter().run(Reader(text).read_all());
  parsed.id = static_cast<int32_t>(r.programs.size());
  parsed.text = std::string(text);
  r.programs.push_back(std::move(parsed));
  const Program& program = r.programs.back();
  r.by_text.emplace(program.text, program.id);
  r.newest[program.name] = program.id;
  return program;
}

const Program* find_program(std::string_view name) {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  const auto found = r.newest.find(name);
  return found == r.newest.end() ? nullptr : &r.programs[found->second];
}

const Program& program(int32_t id) {
  Registry& r = registry();
  std::lock_guard<std::mutex> lock(r.mutex);
  if (id < 0 || id >= static_cast<int32_t>(r.programs.size())) {
    throw ValueError("no program has id " + std::to_string(id));
  }
  return r.programs[id];
}

}  // namespace axon
