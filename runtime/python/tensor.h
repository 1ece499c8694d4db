// The handle that users hold, and what every part of the bindings needs of it.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>

#include "graph/node.h"
#include "python/gil.h"

namespace axon {

namespace nb = nanobind;

/// A Python tensor: a name for a value. Assigning in place rebinds the handle; values never change.
struct Tensor {
  Held value;
  /// Where gradients of this tensor go, owned: the TapeNode that made it, or a leaf Tensor that it
  /// is an older value of; nullptr for a leaf or a constant.
  PyObject* source = nullptr;
  PyObject* grad = nullptr;    // owned; nullptr: None
  int32_t output = 0;          // which output of `source`
  bool requires_grad = false;  // true iff gradients reach this tensor
  bool backed_up = false;      // true iff a flush that fails rebinds it to what it was

  Tensor() = default;
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;
  ~Tensor();
};
static_assert(sizeof(Tensor) <= 32, "one for every live result");

/// The shape and dtype of a tensor without its elements: what a gradient reads of an input that it
/// does not need by value.
struct Ghost {
  DType dtype;
  Dims dims;
};

/// The handle behind `object`, or nullptr if it is not a tensor.
Tensor* as_tensor(nb::handle object);
/// A new handle of the registered Python type.
nb::object wrap(Held value);
nb::object wrap(Held value, nb::handle source, int32_t output);

/// Drops an owned reference; nullptr is fine. Objects that die meanwhile wait their turn, so that a
/// tape of any length is released in a loop, not by recursion.
void dispose(PyObject* object);

/// A Python number as an entry of the scalar table: bool, int64 or float64. False if `object` is
/// not a number.
bool read_number(nb::handle object, ScalarEntry& entry);
nb::object number_object(const ScalarEntry& entry);
double real_of(const ScalarEntry& entry);

/// The name of an object's type, for messages.
std::string type_text(nb::handle object);
nb::tuple tuple_of(const std::vector<int64_t>& numbers);

/// The Python object of a dtype: one for each, equal to its name and to NumPy's dtype of that name.
nb::object dtype_object(DType dtype);
/// From a DType, a name, a NumPy dtype or one of bool, int, float. Throws TypeError/ValueError
/// starting with `what`.
DType read_dtype(nb::handle object, const std::string& what);

/// Flushes `graph`, without the GIL and under its mutex. If that fails, tensors that were assigned
/// in place since the last flush are what they were then.
void flush_graph(Graph& graph);
/// Makes a value readable, flushing the graph it is pending in, whichever thread recorded it.
/// Returns it, as other threads may meanwhile have rebound the handle that it is of.
Held realise(Held value);
/// Throws for what is not pending any more and has no contents: a failed flush lost it.
void check_computed(const Value& value);

/// Holds a graph's mutex; waits for it without the GIL, so that a flush elsewhere can finish.
class GraphLock {
 public:
  explicit GraphLock(Graph& graph) : graph_(graph) {
    if (!graph_.mutex.try_lock()) {
      const Unlocked unlocked;
      graph_.mutex.lock();
    }
  }
  ~GraphLock() { graph_.mutex.unlock(); }
  GraphLock(const GraphLock&) = delete;
  GraphLock& operator=(const GraphLock&) = delete;

 private:
  Graph& graph_;
};

/// A DLPack capsule, see Tensor.__dlpack__.
nb::object dlpack_capsule(const Tensor& self, nb::object stream, nb::object max_version,
                          nb::object dl_device, nb::object copy);

/// A function of the module that keeps `hook`, or None, for `place` and returns the one before. The
/// module's attribute owns it.
void bind_hook(nb::module_& m, const char* name, const char* attribute, PyObject*& place,
               const char* doc);

void bind_tensor(nb::module_& m);
void bind_tape(nb::module_& m);
void bind_convert(nb::module_& m);
void bind_call(nb::module_& m);
/// `register_call`: opaque kernels in Python.
void bind_calls(nb::module_& m);
/// Counts, plans and reasons for `axon.explain`.
void bind_inspect(nb::module_& m);

}  // namespace axon
