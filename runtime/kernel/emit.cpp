// A kernel as one C function: its phases behind a switch.
#include "kernel/emit.h"

#include <algorithm>

#include "core/error.h"
#include "kernel/contract.h"
#include "kernel/emit_axes.h"
#include "kernel/skeletons.h"

namespace axon {

std::string fill(const std::string& text, const std::map<std::string, std::string>& values) {
  std::string filled;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    std::string out;
    size_t from = 0;
    bool has_slot = false;
    for (size_t open = line.find('@'); open != std::string::npos; open = line.find('@', from)) {
      const size_t close = line.find('@', open + 1);
      out += line.substr(from, open - from) + values.at(line.substr(open + 1, close - open - 1));
      from = close + 1;
      has_slot = true;
    }
    out += line.substr(from);
    while (has_slot && !out.empty() && out.back() == '\n') out.pop_back();
    if (!has_slot || out.find_first_not_of(" \n") != std::string::npos) filled += out + "\n";
  }
  return filled;
}

Emitted emit(const Kernel& kernel) {
  if (kernel.kind == KernelKind::call) throw Error("emit: an opaque call has no source");
  Kernel merged = kernel;
  for (Phase& phase : merged.phases) {
    if (!phase.contract) phase = unroll_short_axis(collapse_axes(phase));
  }
  Ints ints;
  Emitted done;
  std::string phases;
  std::string cases;
  for (size_t p = 0; p < merged.phases.size(); ++p) {
    const std::string number = std::to_string(p);
    const std::string name = "AXON_KERNEL_" + number;
    const auto print = merged.phases[p].contract ? emit_contract : emit_loops;
    const EmittedPhase phase = print(merged, static_cast<int>(p), name, ints);
    phases += phase.source;
    cases += "    case " + number + ":\n      " + name + "(args, begin, end);\n      break;\n";
    done.phases.push_back({phase.units});
    done.scratch_bytes = std::max(done.scratch_bytes, phase.scratch_bytes);
  }
  done.source = with_true_lines(fill(skeletons::dispatch, {{"PHASES", phases}, {"CASES", cases}}));
  done.ints = ints.values;
  done.slot_ints = ints.slots;
  return done;
}

}  // namespace axon
