// Tensor handles, dtypes and ghosts as Python objects.
#include "python/tensor.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <exception>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "graph/record.h"
#include "plan/plan.h"
#include "python/tape.h"

namespace axon {
namespace {

// Borrowed: the module's attributes own them.
PyTypeObject* base_type = nullptr;
PyTypeObject* tensor_type = nullptr;
PyObject* dtype_objects[kDTypes] = {};

struct DTypeBox {
  DType value;
};

/// What a handle was before it was assigned a value that is pending in `graph`.
struct Backup {
  Graph* graph;
  Value* value;      // counted as a backup
  PyObject* source;  // owned
  int32_t output;
  bool requires_grad;
};

/// By handle. Needs the GIL, as handles do; never destroyed, because handles die late.
std::unordered_map<Tensor*, Backup>& backups() {
  static auto& all = *new std::unordered_map<Tensor*, Backup>;
  return all;
}

void forget_backup(Tensor& tensor) {
  if (!std::exchange(tensor.backed_up, false)) return;
  const auto found = backups().find(&tensor);
  const Backup backup = found->second;
  backups().erase(found);
  drop_backup(backup.value);
  dispose(backup.source);
}

/// Before `tensor` is assigned `next`: remembers what it is, unless an older state is remembered
/// that the same flush would bring back.
void back_up(Tensor& tensor, const Value& next) {
  const Node* node = producer(next);
  if (node == nullptr) return forget_backup(tensor);
  if (tensor.backed_up) {
    if (backups().at(&tensor).graph == node->graph) return;
    forget_backup(tensor);
  }
  keep_backup(tensor.value.get());
  Py_XINCREF(tensor.source);
  backups().emplace(&tensor, Backup{node->graph, tensor.value.get(), tensor.source, tensor.output,
                                    tensor.requires_grad});
  tensor.backed_up = true;
}

/// After a flush of `graph`, whose mutex is still held, so that no backup is of a later node:
/// forgets its backups; if it failed, the handles are what they were. Returns what to dispose of.
std::vector<PyObject*> settle(const Graph& graph, bool failed) {
  std::vector<PyObject*> replaced;
  for (auto it = backups().begin(); it != backups().end();) {
    auto& [tensor, backup] = *it;
    if (backup.graph != &graph) {
      ++it;
      continue;
    }
    if (failed) {
      tensor->value = Held(backup.value);
      tensor->output = backup.output;
      tensor->requires_grad = backup.requires_grad;
      std::swap(tensor->source, backup.source);
    }
    tensor->backed_up = false;
    drop_backup(backup.value);
    replaced.push_back(backup.source);
    it = backups().erase(it);
  }
  return replaced;
}

nb::object attr_or_null(nb::handle object, const char* name) {
  PyObject* found = PyObject_GetAttrString(object.ptr(), name);
  if (found == nullptr) {
    PyErr_Clear();
  }
  return nb::steal(found);
}

/// The name that an object gives its dtype, or "" if it is none: "float32" for np.dtype("float32")
/// and np.float32.
std::string name_of_dtype(nb::handle object) {
  if (PyUnicode_Check(object.ptr())) {
    return nb::cast<std::string>(object);
  }
  if (object.ptr() == reinterpret_cast<PyObject*>(&PyFloat_Type)) {
    return "float32";
  }
  if (object.ptr() == reinterpret_cast<PyObject*>(&PyLong_Type)) {
    return "int64";
  }
  nb::object name = attr_or_null(object, PyType_Check(object.ptr()) ? "__name__" : "name");
  return name && PyUnicode_Check(name.ptr()) ? nb::cast<std::string>(name) : "";
}

bool same_dtype(const DTypeBox& self, nb::handle other) {
  DTypeBox* box = nullptr;
  if (nb::try_cast(other, box) && box != nullptr) {
    return box->value == self.value;
  }
  return name_of_dtype(other) == name_of(self.value);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (nb::inst_ready(self)) {
    Tensor* t = nb::inst_ptr<Tensor>(self);
    Py_VISIT(t->source);
    Py_VISIT(t->grad);
  }
  return 0;
}

int clear_references(PyObject* self) {
  Tensor* t = nb::inst_ptr<Tensor>(self);
  dispose(std::exchange(t->source, nullptr));
  dispose(std::exchange(t->grad, nullptr));
  return 0;
}

PyType_Slot tensor_slots[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_references)},
    {0, nullptr},
};

nb::object set_up(nb::object self, Held value, nb::handle source, int32_t output) {
  Tensor* t = new (nb::inst_ptr<Tensor>(self)) Tensor;
  t->value = std::move(value);
  t->source = source.inc_ref().ptr();
  t->output = output;
  t->requires_grad = source.is_valid();
  nb::inst_mark_ready(self);
  return self;
}

void init(Tensor* self, const Tensor& other, bool requires_grad) {
  new (self) Tensor;
  if (other.value->level != 0) {
    throw Error(
        "axon.Tensor: a leaf, such as a parameter, is made within axon.vmap of what differs from "
        "example to example; make it outside");
  }
  self->value = other.value;
  if (requires_grad && !is_float(other.value->dtype)) {
    throw TypeError("axon.Tensor: requires_grad needs a float dtype, not " +
                    std::string(name_of(other.value->dtype)));
  }
  self->requires_grad = requires_grad;
}

void set_requires_grad(Tensor& self, bool requires_grad) {
  if (requires_grad && !is_float(self.value->dtype)) {
    throw TypeError("Tensor.requires_grad: a tensor of dtype " +
                    std::string(name_of(self.value->dtype)) +
                    " has no gradient; use a float dtype, such as x.astype(\"float32\")");
  }
  if (!requires_grad && self.source != nullptr) {
    throw Error(
        "Tensor.requires_grad: this tensor is the result of an op and gradients flow through it; "
        "use x.detach()");
  }
  self.requires_grad = requires_grad;
}

void set_grad(Tensor& self, nb::handle grad) {
  if (!grad.is_none()) {
    Tensor* g = as_tensor(grad);
    if (g == nullptr) {
      throw TypeError("Tensor.grad: expected a Tensor or None, not " + type_text(grad));
    }
    if (g->value->dims != self.value->dims) {
      throw ValueError("Tensor.grad: the tensor has shape " + shape_text(self.value->dims) +
                       ", the gradient " + shape_text(g->value->dims) + "; they must be equal");
    }
  }
  if (!grad.is_none() && as_tensor(grad)->value->level > self.value->level) {
    throw Error(
        "Tensor.grad: within axon.vmap each example has a gradient of its own for this tensor of "
        "shape " +
        shape_text(self.value->dims) + " from outside; use axon.grad, which returns it");
  }
  PyObject* old = std::exchange(self.grad, grad.is_none() ? nullptr : grad.inc_ref().ptr());
  dispose(old);
}

PyObject* example_detacher = nullptr;  // borrowed: the module's attribute owns it

/// A stand-in for an example of a batch, not computed.
nb::object new_example(int32_t level, DType dtype, const Dims& dims) {
  Held value(new_value(dtype, dims));
  value->level = level;
  return wrap(std::move(value));
}

/// Cut off here, it is cut off in the batch, too: so it is another value.
nb::object detach_example(const Tensor& self) {
  nb::object detached = new_example(self.value->level, self.value->dtype, self.value->dims);
  nb::borrow(example_detacher)(wrap(self.value), detached);
  return detached;
}

/// The identity of a value, which it keeps alive.
struct ValueKey {
  Held value;
};

void bind_examples(nb::module_& m) {
  nb::class_<ValueKey>(m, "ValueKey", "Equal for tensors that are the same value; keeps it alive.")
      .def(
          "__init__",
          [](ValueKey* self, const Tensor& tensor) { new (self) ValueKey{tensor.value}; },
          nb::arg("tensor"))
      .def("__eq__", [](const ValueKey& self,
                        const ValueKey& other) { return self.value.get() == other.value.get(); })
      .def("__hash__",
           [](const ValueKey& self) { return std::hash<const Value*>()(self.value.get()); });
  m.def(
      "new_example",
      [](int32_t level, nb::handle shape, nb::handle dtype) {
        Dims dims;
        for (nb::handle extent : shape) {
          dims.push_back(nb::cast<int64_t>(extent));
        }
        return new_example(level, read_dtype(dtype, "axon.new_example: dtype"), dims);
      },
      nb::arg("level"), nb::arg("shape"), nb::arg("dtype"),
      "A tensor that stands for one example of a batch and is never computed.");
  m.def(
      "level", [](const Tensor& tensor) { return tensor.value->level; }, nb::arg("tensor"),
      "Of which level of `axon.vmap` the tensor is an example; 0: of none.");
  bind_hook(m, "set_example_detacher", "_example_detacher", example_detacher,
            "Sets the function that is told (example, the example detached).");
}

/// In-place semantics: the handle takes the other's value. A leaf that requires gradients stays
/// one, so it may change only where nothing is put on the tape.
void assign(Tensor& self, const Tensor& other) {
  if (self.value->dims != other.value->dims || self.value->dtype != other.value->dtype) {
    throw ValueError("axon: cannot assign " + std::string(name_of(other.value->dtype)) +
                     " of shape " + shape_text(other.value->dims) + " in place to " +
                     std::string(name_of(self.value->dtype)) + " of shape " +
                     shape_text(self.value->dims) + "; write x = x op y to make a new tensor");
  }
  if (other.value->level > self.value->level) {
    throw Error(
        "axon: within axon.vmap a tensor from outside is assigned in place what differs from "
        "example to example; return it instead, or use axon.where");
  }
  if (grad_mode() && self.requires_grad && self.source == nullptr) {
    throw Error(
        "axon: a leaf tensor that requires gradients is assigned in place; do it inside `with "
        "axon.no_grad():`");
  }
  back_up(self, *other.value);
  self.value = other.value;
  if (grad_mode()) {
    PyObject* source = other.source;
    Py_XINCREF(source);
    dispose(std::exchange(self.source, source));
    self.output = other.output;
    self.requires_grad = source != nullptr;
  }
}

void bind_dtype(nb::module_& m) {
  nb::class_<DTypeBox>(
      m, "DType",
      "The type of a tensor's elements; equal to its name and to NumPy's dtype of that name.")
      .def(
          "__init__",
          [](DTypeBox* self, nb::handle of) {
            new (self) DTypeBox{read_dtype(of, "axon.DType: dtype")};
          },
          nb::arg("dtype"))
      .def_prop_ro("name", [](const DTypeBox& self) { return std::string(name_of(self.value)); })
      .def_prop_ro(
          "itemsize", [](const DTypeBox& self) { return size_of(self.value); },
          "Bytes of one element.")
      .def_prop_ro("is_float", [](const DTypeBox& self) { return is_float(self.value); })
      .def_prop_ro(
          "is_integer", [](const DTypeBox& self) { return is_integer(self.value); },
          "True iff an integer; bool is not.")
      .def("__eq__", same_dtype, nb::arg("other").none())
      .def(
          "__ne__", [](const DTypeBox& self, nb::handle other) { return !same_dtype(self, other); },
          nb::arg("other").none())
      .def("__hash__",
           [](const DTypeBox& self) {
             return PyObject_Hash(nb::cast(std::string(name_of(self.value))).ptr());
           })
      .def("__str__", [](const DTypeBox& self) { return std::string(name_of(self.value)); })
      .def("__repr__",
           [](const DTypeBox& self) { return "axon." + std::string(name_of(self.value)); })
      .def("__reduce__", [](const DTypeBox& self) {
        return nb::make_tuple(nb::type<DTypeBox>(),
                              nb::make_tuple(std::string(name_of(self.value))));
      });
  for (int i = 0; i < kDTypes; ++i) {
    nb::object object = nb::cast(DTypeBox{static_cast<DType>(i)});
    dtype_objects[i] = object.ptr();
    m.attr(std::string(name_of(static_cast<DType>(i))).c_str()) = object;
  }
  m.def(
      "promote_types",
      [](nb::handle a, nb::handle b) {
        return dtype_object(promote(read_dtype(a, "axon.promote_types: a"),
                                    read_dtype(b, "axon.promote_types: b")));
      },
      nb::arg("a"), nb::arg("b"), "The dtype that tensors of dtypes a and b promote to.");
}

void bind_ghost(nb::module_& m) {
  nb::class_<Ghost>(m, "Ghost", "The shape and dtype of a tensor without its elements.")
      .def(
          "__init__",
          [](Ghost* self, nb::handle shape, nb::handle dtype) {
            Dims dims;
            for (nb::handle extent : shape) {
              dims.push_back(nb::cast<int64_t>(extent));
            }
            new (self) Ghost{read_dtype(dtype, "axon.Ghost: dtype"), std::move(dims)};
          },
          nb::arg("shape"), nb::arg("dtype"))
      .def_prop_ro("shape", [](const Ghost& self) { return tuple_of(self.dims); })
      .def_prop_ro("dtype", [](const Ghost& self) { return dtype_object(self.dtype); })
      .def_prop_ro("ndim", [](const Ghost& self) { return self.dims.size(); })
      .def("__repr__", [](const Ghost& self) {
        return "Ghost(shape=" + shape_text(self.dims) +
               ", dtype=" + std::string(name_of(self.dtype)) + ")";
      });
}

}  // namespace

Tensor::~Tensor() {
  forget_backup(*this);
  dispose(source);
  dispose(grad);
}

Tensor* as_tensor(nb::handle object) {
  if (!PyObject_TypeCheck(object.ptr(), base_type) || !nb::inst_ready(object)) {
    return nullptr;
  }
  return nb::inst_ptr<Tensor>(object);
}

nb::object wrap(Held value) { return wrap(std::move(value), nb::handle(), 0); }

nb::object wrap(Held value, nb::handle source, int32_t output) {
  return set_up(nb::inst_alloc(reinterpret_cast<PyObject*>(tensor_type)), std::move(value), source,
                output);
}

void dispose(PyObject* object) {
  thread_local std::vector<PyObject*> waiting;
  thread_local bool draining = false;
  if (object == nullptr) {
    return;
  }
  waiting.push_back(object);
  if (draining) {
    return;
  }
  draining = true;
  while (!waiting.empty()) {
    PyObject* next = waiting.back();
    waiting.pop_back();
    Py_DECREF(next);
  }
  draining = false;
}

bool read_number(nb::handle object, ScalarEntry& entry) {
  PyObject* o = object.ptr();
  if (PyFloat_Check(o)) {
    const double real = PyFloat_AS_DOUBLE(o);
    entry.dtype = DType::float64;
    std::memcpy(&entry.bits, &real, sizeof real);
    return true;
  }
  if (PyBool_Check(o)) {
    entry = {DType::bool_, o == Py_True};
    return true;
  }
  if (PyLong_Check(o)) {
    entry = {DType::int64, PyLong_AsLongLong(o)};
    if (entry.bits == -1 && PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      throw ValueError("axon: the number " + std::string(nb::str(object).c_str()) +
                       " does not fit in 64 bits; write it as a float");
    }
    return true;
  }
  if (PyObject_TypeCheck(o, base_type)) {
    return false;
  }
  // NumPy's scalars, without NumPy: they have a dtype, no axes, and say what they are in Python's
  // types.
  nb::object ndim = attr_or_null(object, "ndim");
  if (ndim && ndim.equal(nb::int_(0)) && nb::hasattr(object, "item")) {
    nb::object item = object.attr("item")();
    return !nb::hasattr(item, "ndim") && read_number(item, entry);
  }
  return false;
}

std::string type_text(nb::handle object) { return Py_TYPE(object.ptr())->tp_name; }

double real_of(const ScalarEntry& entry) {
  if (entry.dtype != DType::float64) {
    return static_cast<double>(entry.bits);
  }
  double real = 0;
  std::memcpy(&real, &entry.bits, sizeof real);
  return real;
}

nb::object number_object(const ScalarEntry& entry) {
  if (entry.dtype == DType::bool_) {
    return nb::bool_(entry.bits != 0);
  }
  if (entry.dtype == DType::int64) {
    return nb::int_(entry.bits);
  }
  return nb::float_(real_of(entry));
}

nb::tuple tuple_of(const std::vector<int64_t>& numbers) {
  nb::object tuple = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(numbers.size())));
  for (size_t i = 0; i < numbers.size(); ++i) {
    PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), PyLong_FromLongLong(numbers[i]));
  }
  return nb::borrow<nb::tuple>(tuple);
}

nb::object dtype_object(DType dtype) { return nb::borrow(dtype_objects[static_cast<int>(dtype)]); }

DType read_dtype(nb::handle object, const std::string& what) {
  DTypeBox* box = nullptr;
  if (nb::try_cast(object, box) && box != nullptr) {
    return box->value;
  }
  const std::string name = name_of_dtype(object);
  if (name.empty()) {
    throw TypeError(what + " must be a dtype such as axon.float32 or \"float32\", not " +
                    type_text(object));
  }
  for (int i = 0; i < kDTypes; ++i) {
    if (name == name_of(static_cast<DType>(i))) {
      return static_cast<DType>(i);
    }
  }
  std::string known;
  for (int i = 0; i < kDTypes; ++i) {
    known += (i == 0 ? "" : ", ") + std::string(name_of(static_cast<DType>(i)));
  }
  throw TypeError(what + " \"" + name + "\" is not a dtype; known: " + known);
}

void flush_graph(Graph& graph) {
  if (graph.is_orphan) {
    throw Error(
        "axon: this tensor was recorded or computed by another thread while the process forked; "
        "record it again, or call axon.flush() in that thread before the fork");
  }
  std::exception_ptr failure;
  std::vector<PyObject*> replaced;
  {
    GraphLock lock(graph);
    try {
      const Unlocked unlocked;
      GraphScope scope(graph);
      flush();
    } catch (...) {
      failure = std::current_exception();
    }
    replaced = settle(graph, failure != nullptr);
  }
  // Without the lock: Python code that runs when objects die may record.
  for (PyObject* source : replaced) dispose(source);
  if (failure != nullptr) std::rethrow_exception(failure);
}

Held realise(Held value) {
  // Another thread may flush the graph first, and its next node may take this one's place: so ask
  // again.
  while (Node* node = producer(*value)) {
    flush_graph(*node->graph);
  }
  if (value->level != 0) {
    throw Error(
        "axon.vmap: the value of a tensor of shape " + shape_text(value->dims) +
        " is asked for, but it differs from example to example: the function must not branch on "
        "it, print or convert it; choose with axon.where, or do it outside of vmap");
  }
  check_computed(*value);
  return value;
}

void check_computed(const Value& value) {
  if (value.buffer == nullptr) {
    throw Error(
        "axon: this tensor was never computed, because the flush that should have done so failed; "
        "record it again");
  }
}

void bind_hook(nb::module_& m, const char* name, const char* attribute, PyObject*& place,
               const char* doc) {
  m.def(
      name,
      [module = nb::handle(m), attribute, &place](nb::handle hook) {
        const nb::object before = place == nullptr ? nb::none() : nb::borrow(place);
        module.attr(attribute) = hook;
        place = hook.is_none() ? nullptr : hook.ptr();
        return before;
      },
      nb::arg("hook").none(), doc);
}

void bind_tensor(nb::module_& m) {
  bind_dtype(m);
  bind_ghost(m);
  bind_examples(m);
  auto cls =
      nb::class_<Tensor>(m, "TensorBase", nb::is_weak_referenceable(), nb::type_slots(tensor_slots),
                         "A handle to a value: recorded, pending or in memory.");
  cls.def("__init__", init, nb::arg("other"), nb::arg("requires_grad") = false,
          "A new leaf with the value of `other`; used by subclasses such as parameters.")
      .def("__init__",
           [](Tensor*, const nb::args& args, const nb::kwargs&) {
             const std::string given = args.size() == 0 ? "nothing" : type_text(args[0]);
             throw TypeError("axon.Tensor: made of a tensor alone, not of " + given +
                             "; use axon.tensor(data), or axon.zeros(shape) and the like");
           })
      .def_prop_ro("shape", [](const Tensor& self) { return tuple_of(self.value->dims); })
      .def_prop_ro("dtype", [](const Tensor& self) { return dtype_object(self.value->dtype); })
      .def_prop_ro("ndim", [](const Tensor& self) { return self.value->dims.size(); })
      .def_prop_ro(
          "size", [](const Tensor& self) { return self.value->elements; }, "Elements.")
      .def_prop_ro(
          "nbytes",
          [](const Tensor& self) { return self.value->elements * size_of(self.value->dtype); })
      .def_prop_ro(
          "is_pending", [](const Tensor& self) { return producer(*self.value) != nullptr; },
          "True iff recorded and not yet computed.")
      .def_prop_rw(
          "requires_grad", [](const Tensor& self) { return self.requires_grad; }, set_requires_grad)
      .def_prop_rw(
          "grad",
          [](const Tensor& self) {
            return self.grad != nullptr ? nb::borrow(self.grad) : nb::none();
          },
          set_grad, nb::for_setter(nb::arg("grad").none()))
      .def_prop_ro(
          "tape",
          [](const Tensor& self) -> nb::object {
            const bool made = self.source != nullptr && as_tensor(self.source) == nullptr;
            return made ? nb::borrow(self.source) : nb::none();
          },
          "The tape node that made this tensor, or None.")
      .def_prop_ro(
          "is_leaf", [](const Tensor& self) { return self.source == nullptr; },
          "True iff no recorded op that gradients flow through made this tensor.")
      .def_prop_ro(
          "output", [](const Tensor& self) { return self.output; },
          "Which output of `tape` this tensor is.")
      .def(
          "detach",
          [](const Tensor& self) {
            return self.value->level != 0 ? detach_example(self) : wrap(self.value);
          },
          "The same value, cut off from the tape.")
      .def("__dlpack__", dlpack_capsule, nb::kw_only(), nb::arg("stream") = nb::none(),
           nb::arg("max_version") = nb::none(), nb::arg("dl_device") = nb::none(),
           nb::arg("copy") = nb::none(),
           "A DLPack capsule: read-only over the tensor's own memory, or of a copy where `copy` "
           "asks "
           "for one or the consumer is older than version 1.0, which has no read-only memory.")
      .def("__dlpack_device__",
           [](const Tensor&) { return nb::make_tuple(nb::device::cpu::value, 0); })
      .def("_assign", assign, nb::arg("other"), "Rebinds this handle to the value of `other`.");
  base_type = tensor_type = reinterpret_cast<PyTypeObject*>(cls.ptr());
  m.def(
      "set_tensor_type",
      [module = nb::handle(m)](nb::handle type) {
        if (!PyType_Check(type.ptr()) ||
            !PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type.ptr()), base_type)) {
          throw TypeError("axon.set_tensor_type: expected a subclass of TensorBase");
        }
        module.attr("_tensor_type") = type;
        tensor_type = reinterpret_cast<PyTypeObject*>(type.ptr());
      },
      nb::arg("type"), "The Python class that results are made of.");
}

}  // namespace axon
