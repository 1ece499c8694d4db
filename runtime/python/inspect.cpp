// Looking inside: counters, the kernels of a pending graph, and where the time of launches goes.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/threads.h"
#include "device/cuda/emit.h"
#include "device/device.h"
#include "graph/record.h"
#include "kernel/compile.h"
#include "kernel/emit.h"
#include "plan/plan.h"
#include "python/gil.h"
#include "python/tensor.h"

namespace axon {

namespace {

bool interrupted() {
  const Locked locked;
  if (!locked || PyErr_CheckSignals() == 0) return false;
  PyErr_Clear();
  return true;
}

/// The kernel as CUDA source, with what a launch needs (device/cuda/emit.h).
nb::dict cuda_of(const Kernel& kernel) {
  const EmittedCuda emitted = emit_cuda(kernel);
  nb::dict cuda;
  cuda["source"] = emitted.source;
  cuda["text"] = without_lines(emitted.source);
  cuda["reason"] = emitted.reason;
  cuda["ints"] = emitted.ints;
  nb::list slot_ints;
  for (const Emitted::SlotInt& s : emitted.slot_ints) {
    slot_ints.append(nb::make_tuple(s.at, s.slot, s.coef));
  }
  cuda["slot_ints"] = slot_ints;
  nb::list launches;
  for (const EmittedCuda::Launch& l : emitted.launches) {
    launches.append(nb::make_tuple(l.blocks, l.block_x, l.block_y, l.shared_bytes));
  }
  cuda["launches"] = launches;
  return cuda;
}

nb::object cuda_on_demand(const std::shared_ptr<Launchable>& code) {
  return nb::cpp_function([code] { return cuda_of(code->kernel()); });
}

nb::dict describe(const Launch& launch) {
  nb::dict kernel;
  const Launchable& code = *launch.parts.front().code;
  kernel["kind"] = std::string(name_of(launch.note.kind));
  kernel["ops"] = launch.note.ops;
  kernel["nodes"] = launch.note.nodes;
  kernel["shape"] = launch.note.shape;
  kernel["bytes_read"] = launch.note.bytes_read;
  kernel["bytes_written"] = launch.note.bytes_written;
  kernel["flops"] = launch.note.flops;
  kernel["parts"] = launch.parts.size();
  kernel["in_place"] = launch.update;
  kernel["tier"] = std::string(code.tier());
  kernel["reasons"] = launch.note.reasons;
  kernel["source"] = code.source();
  kernel["emit_cuda"] = cuda_on_demand(launch.parts.front().code);
  return kernel;
}

/// What a flush of this thread's graph would run, and the bytes and bits that it would start from.
struct Pending {
  std::shared_ptr<const Plan> plan;  // nullptr: nothing is pending
  std::vector<std::string> leaves;
  std::vector<int64_t> scalars;
};

/// Planned like a flush, without the GIL: a flush elsewhere that is waited for may need it.
Pending look_at_pending(bool contents) {
  const Unlocked unlocked;
  Graph& graph = current_graph();
  const std::lock_guard<std::mutex> lock(graph.mutex);
  const std::lock_guard<std::mutex> turn(flush_turn());
  const Snapshot snapshot = take_snapshot(graph);
  if (snapshot.nodes.empty()) return {};
  try {
    Pending pending{plan_for(snapshot, device("cpu")), {}, {}};
    if (!contents) return pending;
    for (ValueId leaf : snapshot.leaves) {
      const Buffer& buffer = *snapshot.values[leaf]->buffer;
      pending.leaves.emplace_back(static_cast<const char*>(buffer.data), buffer.bytes);
    }
    pending.scalars = read_scalars(*pending.plan, snapshot);
    return pending;
  } catch (const NodeFault& fault) {
    std::rethrow_exception(fault.cause);
  }
}

nb::list explain() {
  nb::list kernels;
  if (const std::shared_ptr<const Plan> plan = look_at_pending(false).plan) {
    for (const Launch& launch : plan->launches) kernels.append(describe(launch));
  }
  return kernels;
}

nb::dict describe(const Part& part) {
  nb::list buffers;
  for (const BufferRef& ref : part.buffers) {
    const char* kind = ref.kind == BufferRef::Kind::leaf     ? "leaf"
                       : ref.kind == BufferRef::Kind::output ? "fresh"
                                                             : "arena";
    buffers.append(nb::make_tuple(kind, ref.index, ref.offset));
  }
  nb::dict made;
  made["buffers"] = buffers;
  made["scalars"] = part.scalars;
  made["emit_cuda"] = cuda_on_demand(part.code);
  return made;
}

/// The plan of the pending graph with the data it would start from.
nb::dict plan() {
  const Pending pending = look_at_pending(true);
  const std::shared_ptr<const Plan>& plan = pending.plan;
  if (plan == nullptr) throw ValueError("axon._runtime.plan: nothing is pending");
  nb::dict all;
  nb::list contents;
  for (const std::string& leaf : pending.leaves)
    contents.append(nb::bytes(leaf.data(), leaf.size()));
  all["leaves"] = contents;
  all["scalars"] = pending.scalars;
  nb::list fresh;
  for (const FreshBuffer& f : plan->fresh) fresh.append(nb::make_tuple(f.bytes, f.donor));
  all["fresh"] = fresh;
  all["arena_bytes"] = plan->arena_bytes;
  nb::list outputs;
  for (const OutputPlan& output : plan->outputs) outputs.append(output.source);
  all["outputs"] = outputs;
  nb::list parts;
  for (const Launch& launch : plan->launches) {
    for (const Part& part : launch.parts) parts.append(describe(part));
  }
  all["parts"] = parts;
  return all;
}

/// How many ops a flush of this thread's graph would compute.
size_t pending_nodes() {
  const Unlocked unlocked;
  Graph& graph = current_graph();
  const std::lock_guard<std::mutex> lock(graph.mutex);
  prune(graph);
  return graph.nodes.size();
}

nb::dict stats() {
  const PlanStats plans = plan_stats();
  const KernelStats kernels = kernel_stats();
  const host_memory::Counters memory = host_memory::counters();
  nb::dict counters;
  counters["nodes_recorded"] = nodes_recorded();
  counters["plans_built"] = plans.plans_built;
  counters["plans_replayed"] = plans.plans_replayed;
  counters["kernels_compiled"] = kernels.kernels_compiled;
  counters["kernels_launched"] = plans.launches;
  counters["bytes_in_use"] = memory.bytes_in_use;
  counters["peak_bytes"] = memory.peak_bytes;
  counters["system_requests"] = memory.system_requests;
  return counters;
}

nb::list profiled() {
  nb::list lines;
  for (const LaunchTime& time : take_profile()) {
    nb::dict line = describe(time.plan->launches[time.launch]);
    line["seconds"] = time.seconds;
    lines.append(line);
  }
  return lines;
}

/// Between two flushes: a launch has memory for as many threads as there were when it began.
void change_threads(int n) {
  const std::lock_guard<std::mutex> turn(flush_turn());
  set_threads(n);
}

}  // namespace

void bind_inspect(nb::module_& m) {
  set_interrupt_check(interrupted);
  m.def("explain", explain,
        "The kernels that a flush of this thread's graph would run, in order, each as a dict.");
  m.def("plan", plan,
        "How a flush of this thread's graph would compute: the bytes of the leaves, the scalars' "
        "bits, the (bytes, donor) of fresh buffers, outputs as fresh buffers n or leaves ~n, and "
        "the kernels in order, each with its (kind, index, offset) buffers and its scalars.");
  m.def("cuda_prelude", cuda_prelude, "What CUDA source of kernels starts with.");
  m.def("plan_misses", plan_misses, "Why each of the latest plans was made, the last one last.");
  m.def("pending_nodes", pending_nodes,
        "How many recorded ops of this thread a flush would compute: the numbers that kernels give "
        "as their `nodes` are below it.");
  m.def("stats", stats, "Counters of this process.");
  m.def("reset_peak_bytes", host_memory::reset_peak,
        "Starts counting `peak_bytes` of stats anew, from what is in use now.");
  m.def("profile", set_profiling, nb::arg("on"), "Starts or stops timing every launch.");
  m.def("take_profile", profiled, "The launches timed since the last call, each as a dict.");
  m.def("wait_for_compiler", wait_for_compiler, nb::call_guard<Unlocked>(),
        "Returns when every kernel that was asked for is compiled.");
  m.def("set_threads", change_threads, nb::arg("n"), nb::call_guard<Unlocked>(),
        "How many threads kernels use.");
  m.def("threads", threads, "How many threads kernels use.");
}

}  // namespace axon
