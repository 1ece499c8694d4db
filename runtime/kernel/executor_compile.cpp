// From the scalar body of a phase to vector bytecode.
#include <algorithm>
#include <map>
#include <string>

#include "core/error.h"
#include "kernel/executor_body.h"

namespace axon {

namespace {

bool is_half(DType t) { return t == DType::float16 || t == DType::bfloat16; }

/// Bytes of an element in a register.
size_t register_size(DType t) { return is_half(t) ? sizeof(float) : size_of(t); }

int index_of(DType t) { return static_cast<int>(t); }

}  // namespace

BodyCompiler::BodyCompiler(const Kernel& kernel, const Phase& phase, int32_t axis,
                           bool results_vary)
    : kernel_(kernel),
      phase_(phase),
      code_(std::make_shared<BodyCode>()),
      results_vary_(results_vary) {
  const int32_t parallel = static_cast<int32_t>(phase.parallel.size());
  code_->axis = axis;
  if (axis >= 0) {
    const Axis& run = axis < parallel ? phase.parallel[axis] : phase.reduced[axis - parallel];
    code_->width = std::max<int64_t>(1, std::min(run.extent, kTile));
  }
  code_->sections.resize(1);
  for (const ScalarSlot& s : kernel.scalars) {
    code_->scalars.push_back(is_float(s.dtype) ? DType::float64 : DType::int64);
  }
  code_->buffers = static_cast<int32_t>(kernel.buffers.size());
  code_->written.assign(kernel.buffers.size(), false);
  for (const Phase& p : kernel.phases) {
    for (const Store& s : p.stores) code_->written[s.slot] = true;
  }
  code_->accumulators.resize(phase.reductions.size());
  code_->backwards = phase.backwards;
  value_.assign(phase.body.size(), -1);
  analyse();
}

void BodyCompiler::analyse() {
  const size_t size = phase_.body.size();
  const int32_t parallel = static_cast<int32_t>(phase_.parallel.size());
  point_.assign(size, false);
  varying_.assign(size, false);
  fixed_.assign(size, true);
  ready_.assign(size, 0);
  for (size_t i = 0; i < size; ++i) {
    const Instr& in = phase_.body[i];
    const auto add = [&](const Affine& form) {
      for (const Term& t : form.terms) {
        if (t.var < 0) continue;
        fixed_[i] = false;
        if (t.var >= parallel) point_[i] = true;
        if (t.var == code_->axis) varying_[i] = true;
      }
    };
    add(in.address);
    for (const Guard& g : in.bounds) add(g.index);
    for (int32_t read : operands_of(phase_.body[i])) {
      if (point_[read]) point_[i] = true;
      if (varying_[read]) varying_[i] = true;
      if (!fixed_[read]) fixed_[i] = false;
      ready_[i] = std::max(ready_[i], ready_[read]);
    }
    if (in.kind == InstrKind::scan) varying_[i] = true;
    if (in.kind != InstrKind::result) continue;
    fixed_[i] = false;
    varying_[i] = results_vary_;
    for (const Reduction& r : phase_.reductions) {
      if (r.result == static_cast<int32_t>(i)) ready_[i] = r.level + 1;
    }
  }
}

std::vector<bool> BodyCompiler::closure(const std::vector<int32_t>& roots) const {
  std::vector<bool> needed(phase_.body.size(), false);
  for (int32_t r : roots) needed[r] = true;
  for (int32_t i = static_cast<int32_t>(needed.size()) - 1; i >= 0; --i) {
    if (!needed[i]) continue;
    for (int32_t read : operands_of(phase_.body[i])) needed[read] = true;
  }
  return needed;
}

std::vector<int32_t> BodyCompiler::roots_of(const Store& store) {
  std::vector<int32_t> roots = {store.value};
  for (const Term& t : store.address.terms) {
    if (t.var < 0) roots.push_back(~t.var);
  }
  return roots;
}

// ----------------------------------------------------------------------------------- values

int32_t BodyCompiler::new_value(DType dtype, bool varying, int32_t section) {
  const int32_t defined = static_cast<int32_t>(code_->sections[section].size());
  values_.push_back({dtype, varying, varying ? code_->width : 1, section, defined, defined, false});
  wide_.push_back(-1);
  return static_cast<int32_t>(values_.size()) - 1;
}

void BodyCompiler::use(int32_t value, int32_t section) {
  if (value < 0) return;
  ValueInfo& info = values_[value];
  if (info.section == section) {
    info.last = static_cast<int32_t>(code_->sections[section].size());
  } else {
    info.pinned = true;
  }
}

/// Appends an op to its section and notes what it reads.
void BodyCompiler::emit(TileOp op, int32_t section) {
  const auto use_form = [&](int32_t form) {
    if (form < 0) return;
    for (const Term& t : code_->forms[form].uniform) use(t.var, section);
    for (const Term& t : code_->forms[form].varying) use(t.var, section);
  };
  for (int32_t a : op.args) use(a, section);
  use_form(op.form);
  for (const TileBound& b : op.bounds) use_form(b.form);
  code_->sections[section].push_back(std::move(op));
}

int32_t BodyCompiler::convert(int32_t value, DType from, DType to) {
  if (from == to) return value;
  TileOp op;
  op.code = OpCode::cast;
  op.dtype = to;
  op.varying = values_[value].varying;
  op.dst = new_value(to, op.varying, section_);
  op.args[0] = value;
  op.fn = tile_ops().cast[index_of(from)][index_of(to)];
  const int32_t dst = op.dst;
  emit(std::move(op), section_);
  return dst;
}

/// The value as a tile. A value of an earlier section is widened there, once.
int32_t BodyCompiler::widen(int32_t value) {
  if (values_[value].varying) return value;
  if (wide_[value] >= 0) return wide_[value];
  const int32_t section = values_[value].section;
  const int32_t dst = new_value(values_[value].dtype, true, section);
  TileOp op;
  op.code = OpCode::splat;
  op.dtype = values_[value].dtype;
  op.varying = true;
  op.dst = dst;
  op.args[0] = value;
  emit(std::move(op), section);
  wide_[value] = dst;
  return dst;
}

int32_t BodyCompiler::read(int32_t instr, DType as, bool tile) {
  const int32_t value = convert(value_[instr], values_[value_[instr]].dtype, as);
  return tile ? widen(value) : value;
}

int32_t BodyCompiler::form(const Affine& affine) {
  AddressForm f;
  f.constant = affine.constant;
  f.slots = affine.slots;
  for (const Term& t : affine.terms) {
    if (t.var >= 0) {
      f.axes.push_back(t);
      if (t.var == code_->axis) f.step = t.coef;
    } else if (varying_[~t.var]) {
      f.varying.push_back({read(~t.var, DType::int64, true), t.coef});
    } else {
      f.uniform.push_back({read(~t.var, DType::int64, false), t.coef});
    }
  }
  code_->forms.push_back(std::move(f));
  return static_cast<int32_t>(code_->forms.size()) - 1;
}

// ----------------------------------------------------------------------------- instructions

int32_t BodyCompiler::gather_number(int32_t instr) const {
  int32_t number = 0;
  for (const Phase& p : kernel_.phases) {
    const bool here = &p == &phase_;
    const size_t end = here ? static_cast<size_t>(instr) : p.body.size();
    for (size_t i = 0; i < end; ++i) number += p.body[i].kind == InstrKind::gather;
    if (here) break;
  }
  return number;
}

int32_t BodyCompiler::compile_load(const Instr& in, bool varying) {
  TileOp op;
  op.code = OpCode::load;
  op.dtype = kernel_.buffers[in.index].dtype;
  op.varying = varying;
  op.slot = in.index;
  op.form = form(in.address);
  op.indexed = !code_->forms[op.form].varying.empty();
  for (const Guard& g : in.bounds) {
    op.bounds.push_back({form(g.index), g.extent});
    if (!code_->forms[op.bounds.back().form].varying.empty()) op.indexed = true;
  }
  if (in.args[0] >= 0 && !in.bounds.empty()) op.args[0] = read(in.args[0], op.dtype, varying);
  op.dst = new_value(op.dtype, varying, section_);
  const int32_t dst = op.dst;
  emit(std::move(op), section_);
  return dst;
}

int32_t BodyCompiler::compile_prim(const Instr& in, bool varying) {
  const int arity = info(in.prim).arity;
  TileOp op;
  op.code = OpCode::prim;
  op.dtype = in.dtype;
  op.varying = varying;
  const DType operand = phase_.body[in.args[arity - 1]].dtype;  // select: args[0] is the bool
  for (int i = 0; i < arity; ++i) {
    op.args[i] = read(in.args[i], phase_.body[in.args[i]].dtype, varying);
  }
  op.fn = tile_ops().prim[static_cast<int>(in.prim)][index_of(operand)];
  if (op.fn == nullptr) {
    throw Error(std::string("executor: ") + info(in.prim).name + " is not defined for " +
                std::string(name_of(operand)) + "; cast its operands");
  }
  if (is_half(in.dtype) && in.prim != Prim::select) op.round = tile_ops().round[index_of(in.dtype)];
  op.dst = new_value(in.dtype, varying, section_);
  const int32_t dst = op.dst;
  emit(std::move(op), section_);
  return dst;
}

int32_t BodyCompiler::new_accumulator(DType dtype) {
  const int32_t value = new_value(dtype, !code_->lanes, section_);
  values_[value].elements = code_->lanes ? kLanes : code_->width;
  values_[value].pinned = true;
  return value;
}

int32_t BodyCompiler::compile_scan(const Instr& in) {
  TileOp op;
  op.code = OpCode::scan;
  op.dtype = in.dtype;
  op.combine = in.combine;
  op.varying = true;
  op.integer = in.integer;
  op.slot = static_cast<int32_t>(code_->accumulators.size());
  for (int i = 0; i < 2 && in.args[i] >= 0; ++i) op.args[i] = read(in.args[i], in.dtype, true);
  scans_.push_back(op.slot);
  code_->accumulators.push_back({in.combine, in.dtype, new_accumulator(in.dtype), -1});
  op.dst = new_value(in.dtype, true, section_);
  const int32_t dst = op.dst;
  emit(std::move(op), section_);
  return dst;
}

/// The value of an instruction in its own dtype.
int32_t BodyCompiler::compile(int32_t instr) {
  const Instr& in = phase_.body[instr];
  const bool varying = varying_[instr];
  if (in.kind == InstrKind::load) {
    return convert(compile_load(in, varying), kernel_.buffers[in.index].dtype, in.dtype);
  }
  if (in.kind == InstrKind::prim) return compile_prim(in, varying);
  if (in.kind == InstrKind::scan) return compile_scan(in);
  if (in.kind == InstrKind::cast) {
    return convert(value_[in.args[0]], phase_.body[in.args[0]].dtype, in.dtype);
  }
  TileOp op;
  op.varying = varying;
  op.slot = in.index;
  op.integer = in.integer;
  op.real = in.number;
  switch (in.kind) {
    case InstrKind::constant:
      op.code = OpCode::constant;
      op.dtype = in.dtype;
      break;
    case InstrKind::scalar:
      op.code = OpCode::scalar;
      op.dtype = code_->scalars[in.index];
      break;
    case InstrKind::affine:
    case InstrKind::floordiv:
      op.code = in.kind == InstrKind::affine ? OpCode::affine : OpCode::floordiv;
      op.dtype = DType::int64;
      op.form = form(in.address);
      break;
    case InstrKind::gather:
      op.code = OpCode::gather;
      op.dtype = DType::int64;
      op.number = gather_number(instr) + 1;
      op.args[0] = read(in.args[0], DType::int64, varying);
      break;
    case InstrKind::uniform:
      op.code = OpCode::uniform;
      op.dtype = DType::float32;
      op.args[0] = read(in.args[0], DType::int64, varying);
      break;
    default:
      throw Error("executor: a body reads result " + std::to_string(in.index) +
                  " of a reduction that its phase does not have");
  }
  op.dst = new_value(op.dtype, varying, section_);
  const int32_t dst = op.dst;
  const DType dtype = op.dtype;
  emit(std::move(op), section_);
  return convert(dst, dtype, in.dtype);
}

// --------------------------------------------------------------------------------- sections

void BodyCompiler::begin_section() {
  code_->sections.emplace_back();
  section_ = static_cast<int32_t>(code_->sections.size()) - 1;
}

void BodyCompiler::evaluate(const std::vector<bool>& instrs) {
  const int32_t current = section_;
  for (size_t i = 0; i < instrs.size(); ++i) {
    if (!instrs[i] || value_[i] >= 0) continue;
    section_ = fixed_[i] ? 0 : current;
    value_[i] = compile(static_cast<int32_t>(i));
  }
  section_ = current;
}

void BodyCompiler::forget_points() {
  for (size_t i = 0; i < value_.size(); ++i) {
    if (point_[i] && !fixed_[i]) value_[i] = -1;
  }
}

void BodyCompiler::store(const Store& s) {
  TileOp op;
  op.code = OpCode::store;
  op.dtype = kernel_.buffers[s.slot].dtype;
  op.slot = s.slot;
  op.combine = s.combine;
  op.form = form(s.address);
  const AddressForm& address = code_->forms[op.form];
  op.indexed = !address.varying.empty() || s.combine != Combine::set;
  op.varying = op.indexed || address.step != 0 || varying_[s.value];
  op.args[0] = read(s.value, op.dtype, op.varying);
  emit(std::move(op), section_);
}

void BodyCompiler::fold(int32_t reduction) {
  const Reduction& r = phase_.reductions[reduction];
  const bool pair = r.combine == Combine::argmax || r.combine == Combine::argmin;
  // Of a pair, Reduction::dtype is that of the number.
  const DType dtype = pair ? phase_.body[r.value].dtype : r.dtype;
  const int32_t sums = new_accumulator(dtype);
  const int32_t numbers = pair ? new_accumulator(DType::int64) : -1;
  code_->accumulators[reduction] = {r.combine, dtype, sums, numbers};
  TileOp op;
  op.code = OpCode::fold;
  op.dtype = dtype;
  op.combine = r.combine;
  op.varying = true;
  op.slot = reduction;
  if (pair) {
    Affine number;
    int64_t stride = 1;
    for (size_t a = phase_.reduced.size(); a-- > 0; stride *= phase_.reduced[a].extent) {
      const int32_t axis = static_cast<int32_t>(phase_.parallel.size() + a);
      number.terms.insert(number.terms.begin(), {axis, stride});
    }
    op.form = form(number);
  }
  op.args[0] = read(r.value, dtype, true);
  emit(std::move(op), section_);
}

void BodyCompiler::reduce(int32_t reduction) {
  const Reduction& r = phase_.reductions[reduction];
  const Accumulator& from = code_->accumulators[reduction];
  const bool pair = from.numbers >= 0;
  const int32_t value = pair ? from.numbers : from.sums;
  values_[value].section = section_;
  value_[r.result] = convert(value, pair ? DType::int64 : r.dtype, phase_.body[r.result].dtype);
}

int32_t BodyCompiler::input(int32_t instr) {
  const int32_t value = new_value(phase_.body[instr].dtype, results_vary_, section_);
  const size_t number = static_cast<size_t>(phase_.body[instr].index);
  if (code_->results.size() <= number) code_->results.resize(number + 1, -1);
  if (code_->results[number] < 0) code_->results[number] = value;
  value_[instr] = code_->results[number];
  return value_[instr];
}

int32_t BodyCompiler::keep(int32_t instr) {
  const int32_t value = read(instr, phase_.body[instr].dtype, true);
  values_[value].pinned = true;
  return value;
}

// ---------------------------------------------------------------------------------- storage

/// Values that outlive their section get memory of their own; the others share theirs when their
/// lives do not overlap. A result never shares with the operands of its own op.
void BodyCompiler::assign_storage() {
  const auto bytes_of = [](const ValueInfo& v) {
    const size_t bytes = static_cast<size_t>(v.elements) * register_size(v.dtype);
    return (bytes + 63) / 64 * 64;
  };
  code_->offsets.assign(values_.size(), 0);
  size_t pinned = 0;
  std::vector<std::vector<std::vector<int32_t>>> dying(code_->sections.size());
  std::vector<std::vector<std::vector<int32_t>>> born(code_->sections.size());
  for (size_t s = 0; s < code_->sections.size(); ++s) {
    dying[s].resize(code_->sections[s].size() + 1);
    born[s].resize(code_->sections[s].size() + 1);
  }
  for (size_t v = 0; v < values_.size(); ++v) {
    const ValueInfo& value = values_[v];
    if (value.pinned) {
      code_->offsets[v] = pinned;
      pinned += bytes_of(value);
    } else {
      born[value.section][value.first].push_back(static_cast<int32_t>(v));
      dying[value.section][value.last].push_back(static_cast<int32_t>(v));
    }
  }
  code_->bytes = pinned;
  for (size_t s = 0; s < code_->sections.size(); ++s) {
    std::map<size_t, std::vector<size_t>> free;
    size_t top = pinned;
    for (size_t op = 0; op < born[s].size(); ++op) {
      for (int32_t v : born[s][op]) {
        const size_t bytes = bytes_of(values_[v]);
        std::vector<size_t>& reusable = free[bytes];
        if (reusable.empty()) {
          code_->offsets[v] = top;
          top += bytes;
        } else {
          code_->offsets[v] = reusable.back();
          reusable.pop_back();
        }
      }
      for (int32_t v : dying[s][op]) free[bytes_of(values_[v])].push_back(code_->offsets[v]);
    }
    code_->bytes = std::max(code_->bytes, top);
  }
}

std::shared_ptr<BodyCode> BodyCompiler::finish() {
  assign_storage();
  return code_;
}

}  // namespace axon
