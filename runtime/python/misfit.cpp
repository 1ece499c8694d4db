// Calls of ops whose arguments do not fit: Python says which, and what was meant, instead of the
// types that a binding lists.
#include "python/misfit.h"

namespace axon {

namespace nb = nanobind;

namespace {

vectorcallfunc plain_call = nullptr;  // of every function with parameters
nb::object* explain = nullptr;        // (function, positional arguments, keywords): text or None

void replace_error(PyObject* function, Py_ssize_t positional, PyObject* keywords) {
  nb::python_error raised;  // takes the error over
  try {
    const nb::object names = keywords ? nb::borrow(keywords) : nb::tuple();
    const nb::object text = (*explain)(nb::handle(function), positional, names);
    if (!text.is_none()) {
      PyErr_SetObject(PyExc_TypeError, text.ptr());
      return;
    }
  } catch (nb::python_error&) {
    // What was raised first is what the user should see.
  }
  raised.restore();
}

PyObject* call_or_explain(PyObject* function, PyObject* const* args, size_t count,
                          PyObject* keywords) {
  PyObject* const result = plain_call(function, args, count, keywords);
  if (result == nullptr && PyErr_ExceptionMatches(PyExc_TypeError)) {
    replace_error(function, PyVectorcall_NARGS(count), keywords);
  }
  return result;
}

vectorcallfunc& call_of(nb::handle function) {
  char* const at = reinterpret_cast<char*>(function.ptr());
  return *reinterpret_cast<vectorcallfunc*>(at + Py_TYPE(function.ptr())->tp_vectorcall_offset);
}

}  // namespace

void bind_misfit(nb::module_& m) {
  m.def(
      "explain_misfits",
      [](nb::list functions, nb::object with) {
        explain = new nb::object(std::move(with));
        for (nb::handle function : functions) {
          vectorcallfunc& call = call_of(function);
          if (plain_call == nullptr) plain_call = call;
          if (call == plain_call) call = call_or_explain;
        }
      },
      nb::arg("functions"), nb::arg("with"),
      "Calls of the functions that raise TypeError ask `with`(function, count of positional "
      "arguments, names of the others) for a better message, or None.");
}

}  // namespace axon
