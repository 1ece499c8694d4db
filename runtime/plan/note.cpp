#include "plan/note.h"

#include <algorithm>

namespace axon {

namespace {

std::string extents_text(const std::vector<Axis>& axes) {
  std::string text = "[";
  for (const Axis& axis : axes) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(axis.extent);
  }
  return text + "]";
}

int64_t points_of(const std::vector<Axis>& axes) {
  int64_t result = 1;
  for (const Axis& axis : axes) result *= axis.extent;
  return result;
}

/// Primitive operations of a phase, each instruction counted once a point that it depends on.
int64_t flops_of(const Phase& phase) {
  const int64_t rows = points_of(phase.parallel);
  const int64_t points = rows * points_of(phase.reduced);
  if (phase.contract) return 2 * points;
  int64_t prims = static_cast<int64_t>(phase.reductions.size());
  for (const Instr& instr : phase.body) {
    prims += instr.kind == InstrKind::prim || instr.kind == InstrKind::scan;
  }
  return prims * points;
}

void put(std::string& out, int64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put(std::string& out, const Affine& a) {
  put(out, a.constant);
  for (const Term& t : a.terms) {
    put(out, t.var);
    put(out, t.coef);
  }
  for (const Term& t : a.slots) {
    put(out, t.var);
    put(out, t.coef);
  }
  put(out, -1);
}

}  // namespace

KernelNote note_of(const Kernel& kernel, const Group& group, const Fused& fused, const Bound& bound,
                   const Snapshot& snapshot) {
  KernelNote note;
  note.kind = kernel.kind;
  note.reasons = group.reasons;
  for (int32_t statement : kernel.statements) {
    const int32_t node = fused.statements[statement].node;
    if (node < 0) continue;
    if (note.nodes.empty() || note.nodes.back() != node) note.nodes.push_back(node);
    const std::string& name = snapshot.nodes[node]->program->name;
    if (note.ops.empty() || note.ops.back() != name) note.ops.push_back(name);
  }
  for (const Phase& phase : kernel.phases) {
    if (!note.shape.empty()) note.shape += ", then ";
    note.shape += extents_text(phase.parallel);
    if (!phase.reduced.empty()) note.shape += " x " + extents_text(phase.reduced);
    note.flops += flops_of(phase);
  }
  for (const BufferSlot& slot : kernel.buffers) {
    const BoundValue& value = bound.values[slot.value];
    const int64_t bytes = value.elements * static_cast<int64_t>(size_of(value.dtype));
    if (slot.read) note.bytes_read += bytes;
    if (slot.written) note.bytes_written += bytes;
  }
  return note;
}

std::string structure_of(const Kernel& kernel) {
  std::string key;
  for (const BufferSlot& slot : kernel.buffers) {
    put(key, static_cast<int64_t>(slot.dtype) * 4 + slot.written * 2 + slot.read);
  }
  for (const ScalarSlot& slot : kernel.scalars) put(key, static_cast<int64_t>(slot.dtype));
  for (const Phase& phase : kernel.phases) {
    put(key, static_cast<int64_t>(phase.parallel.size()));
    put(key, static_cast<int64_t>(phase.reduced.size()));
    for (const Instr& instr : phase.body) {
      put(key, static_cast<int64_t>(instr.kind) * 4096 + static_cast<int64_t>(instr.dtype) * 512 +
                   static_cast<int64_t>(instr.prim));
      for (int32_t arg : instr.args) put(key, arg);
      put(key, instr.index);
      key.append(reinterpret_cast<const char*>(&instr.number), sizeof instr.number);
      put(key, instr.integer);
      put(key, instr.address);
    }
    for (const Store& store : phase.stores) {
      put(key, store.slot);
      put(key, store.value);
      put(key, store.address);
    }
  }
  return key;
}

}  // namespace axon
