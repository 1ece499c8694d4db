// Looking inside: counters, the kernels of a pending graph, and where the time of launches goes.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "core/buffer.h"
#include "core/threads.h"
#include "device/device.h"
#include "graph/record.h"
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
  m.def("stats", stats, "Counters of this process.");
  m.def(
      "profile", [](bool on) { set_profile(on ? &g_times : nullptr); }, nb::arg("on"),
      "Starts or stops timing every launch.");
  m.def("take_profile", take_profile, "The launches timed since the last call, each as a dict.");
  m.def("set_threads", set_threads, nb::arg("n"), "How many threads kernels use.");
  m.def("threads", threads, "How many threads kernels use.");
}

}  // namespace axon
