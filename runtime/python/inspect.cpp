// Looking inside: counters, the kernels of a pending graph, and where the time of launches goes.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "core/buffer.h"
#include "core/threads.h"
#include "device/cuda/emit.h"
#include "device/device.h"
#include "graph/record.h"
#include "kernel/emit.h"
#include "plan/plan.h"
#include "python/tensor.h"

namespace axon {

namespace {

bool interrupted() {
  nb::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() == 0) return false;
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

/// The plan of this thread's pending graph, or nothing. Python objects are made after the lock is
/// given back: making them may run finalizers that record.
std::shared_ptr<const Plan> pending_plan() {
  Graph& graph = current_graph();
  const GraphLock lock(graph);
  const Snapshot snapshot = take_snapshot(graph);
  return snapshot.nodes.empty() ? nullptr : plan_for(snapshot, device("cpu"));
}

nb::list explain() {
  nb::list kernels;
  if (const std::shared_ptr<const Plan> plan = pending_plan()) {
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
  std::vector<std::string> leaves;
  std::vector<int64_t> scalars;
  std::shared_ptr<const Plan> plan;
  {
    Graph& graph = current_graph();
    const GraphLock lock(graph);
    const Snapshot snapshot = take_snapshot(graph);
    plan = plan_for(snapshot, device("cpu"));
    for (ValueId leaf : snapshot.leaves) {
      const Buffer& buffer = *snapshot.values[leaf]->buffer;
      leaves.emplace_back(static_cast<const char*>(buffer.data), buffer.bytes);
    }
    scalars = read_scalars(*plan, snapshot);
  }
  nb::dict all;
  nb::list contents;
  for (const std::string& leaf : leaves) contents.append(nb::bytes(leaf.data(), leaf.size()));
  all["leaves"] = contents;
  all["scalars"] = scalars;
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

std::vector<LaunchTime> g_times;

nb::list take_profile() {
  nb::list lines;
  for (const LaunchTime& time : g_times) {
    nb::dict line = describe(time.plan->launches[time.launch]);
    line["seconds"] = time.seconds;
    lines.append(line);
  }
  g_times.clear();
  return lines;
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
  m.def("stats", stats, "Counters of this process.");
  m.def(
      "profile", [](bool on) { set_profile(on ? &g_times : nullptr); }, nb::arg("on"),
      "Starts or stops timing every launch.");
  m.def("take_profile", take_profile, "The launches timed since the last call, each as a dict.");
  m.def("set_threads", set_threads, nb::arg("n"), "How many threads kernels use.");
  m.def("threads", threads, "How many threads kernels use.");
}

}  // namespace axon
