// The extension module axon._runtime.
#include <nanobind/nanobind.h>

#include "core/error.h"
#include "graph/op_table.h"
#include "python/call.h"
#include "python/gil.h"
#include "python/misfit.h"

namespace axon {
namespace {

/// Each exception of core/error.h becomes the Python exception of its name.
void translate(const std::exception_ptr& raised, void*) {
  try {
    std::rethrow_exception(raised);
  } catch (const ValueError& e) {
    PyErr_SetString(PyExc_ValueError, e.what());
  } catch (const TypeError& e) {
    PyErr_SetString(PyExc_TypeError, e.what());
  } catch (const IndexError& e) {
    PyErr_SetString(PyExc_IndexError, e.what());
  } catch (const OverflowError& e) {
    PyErr_SetString(PyExc_OverflowError, e.what());
  } catch (const MemoryError& e) {
    PyErr_SetString(PyExc_MemoryError, e.what());
  } catch (const Interrupted& e) {
    PyErr_SetString(PyExc_KeyboardInterrupt, e.what());
  } catch (const Error& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
}

void bind_flush(nb::module_& m) {
  m.def(
      "flush", [] { flush_graph(current_graph()); },
      "Computes every value of this thread's graph that is still held.");
  m.def(
      "pending",
      [] {
        Graph& graph = current_graph();
        GraphLock lock(graph);
        return graph.nodes.size();
      },
      "Nodes recorded by this thread and not yet computed.");
  m.def(
      "prune",
      [] {
        Graph& graph = current_graph();
        GraphLock lock(graph);
        prune(graph);
      },
      "Drops the recorded nodes whose results nothing can read any more.");
  m.def(
      "census",
      [] {
        const Census now = census();
        nb::dict counts;
        counts["values"] = now.values;
        counts["nodes"] = now.nodes;
        return counts;
      },
      "Values and nodes in use by the process.");
}

}  // namespace
}  // namespace axon

NB_MODULE(_runtime, m) {
  namespace nb = nanobind;
  m.doc() = "Axon's runtime: tensors, recording, flushing.";
  nb::register_exception_translator(axon::translate);
  nb::set_leak_warnings(false);
  axon::bind_gil(m);
  axon::bind_tensor(m);
  axon::bind_tape(m);
  axon::bind_call(m);
  axon::bind_calls(m);
  axon::bind_convert(m);
  axon::bind_flush(m);
  axon::bind_inspect(m);
  axon::register_all();
  nb::module_ ops = m.def_submodule("ops", "One function an op; see ops.yaml.");
  axon::bind_ops(ops);
  axon::bind_misfit(m);
}
