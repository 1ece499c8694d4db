#include "kernel/kernel.h"

#include <algorithm>

namespace axon {

const char* name_of(KernelKind k) {
  switch (k) {
    case KernelKind::map:
      return "map";
    case KernelKind::row:
      return "row";
    case KernelKind::column:
      return "column";
    case KernelKind::nest:
      return "nest";
    case KernelKind::contract:
      return "contract";
    case KernelKind::scatter:
      return "scatter";
    case KernelKind::scan:
      return "scan";
    case KernelKind::call:
      return "call";
  }
  return "";
}

bool has_scan(const Phase& phase) {
  return std::any_of(phase.body.begin(), phase.body.end(),
                     [](const Instr& in) { return in.kind == InstrKind::scan; });
}

}  // namespace axon
