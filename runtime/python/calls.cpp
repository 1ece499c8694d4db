// Opaque kernels that a Python function computes: `_runtime.register_call(kind, function)`.
#include "device/cpu/calls.h"

#include <nanobind/stl/string.h>

#include <cstring>

#include "core/error.h"
#include "core/math.h"
#include "graph/record.h"
#include "python/half.h"
#include "python/tensor.h"

namespace axon {
namespace {

bool is_half(DType dtype) { return dtype == DType::float16 || dtype == DType::bfloat16; }

int64_t elements_of(const std::vector<int64_t>& dims) {
  int64_t elements = 1;
  for (int64_t extent : dims) elements *= extent;
  return elements;
}

/// Calls one function with the inputs as arrays; what it returns goes to the outputs. Numbers of 16
/// bits are float32 to the function.
class PythonCall {
 public:
  PythonCall(const Kernel& kernel, void* const* buffers)
      : kernel_(kernel), buffers_(buffers), numpy_(nb::module_::import_("numpy")) {}

  void run(nb::handle function) {
    const OpaqueCall& call = kernel_.call;
    nb::list arrays;
    for (size_t i = 0; i < call.inputs.size(); ++i) arrays.append(input(i));
    nb::dict attrs;
    for (const auto& [name, value] : call.attrs) attrs[name.c_str()] = object_of(value);
    nb::object result = function(*nb::tuple(arrays), **attrs);
    if (call.outputs.size() == 1) result = nb::make_tuple(result);
    for (size_t i = 0; i < call.outputs.size(); ++i) store(i, result[i]);
  }

 private:
  /// The buffer in slot `slot` as an array of `dims`, without a copy.
  nb::object view(size_t slot, const std::vector<int64_t>& dims) const {
    const DType dtype = kernel_.buffers[slot].dtype;
    const auto bytes = static_cast<Py_ssize_t>(elements_of(dims) * int64_t(size_of(dtype)));
    const int access = kernel_.buffers[slot].written ? PyBUF_WRITE : PyBUF_READ;
    const nb::object memory =
        nb::steal(PyMemoryView_FromMemory(static_cast<char*>(buffers_[slot]), bytes, access));
    const std::string name(is_half(dtype) ? "uint16" : name_of(dtype));
    return numpy_.attr("frombuffer")(memory, nb::arg("dtype") = name)
        .attr("reshape")(tuple_of(dims));
  }

  nb::object input(size_t i) const {
    const std::vector<int64_t>& dims = kernel_.call.inputs[i].dims;
    const DType dtype = kernel_.buffers[i].dtype;
    if (!is_half(dtype)) return view(i, dims);
    nb::object wide = numpy_.attr("empty")(tuple_of(dims), "float32");
    auto* to = reinterpret_cast<float*>(nb::cast<uintptr_t>(wide.attr("ctypes").attr("data")));
    const auto* from = static_cast<const uint16_t*>(buffers_[i]);
    for (int64_t e = 0; e < elements_of(dims); ++e) {
      to[e] = dtype == DType::float16 ? ax_f32_from_f16(from[e]) : ax_f32_from_bf16(from[e]);
    }
    return wide;
  }

  void store(size_t i, nb::handle result) const {
    const size_t slot = kernel_.call.inputs.size() + i;
    const std::vector<int64_t>& dims = kernel_.call.outputs[i].dims;
    const DType dtype = kernel_.buffers[slot].dtype;
    if (!is_half(dtype)) {
      view(slot, dims)[nb::ellipsis()] = result;
      return;
    }
    const nb::object wide = numpy_.attr("array")(result, "float32", nb::arg("order") = "C");
    const auto* from =
        reinterpret_cast<const float*>(nb::cast<uintptr_t>(wide.attr("ctypes").attr("data")));
    auto* to = static_cast<uint16_t*>(buffers_[slot]);
    for (int64_t e = 0; e < elements_of(dims); ++e) {
      to[e] = dtype == DType::float16 ? Half(from[e]).bits : BFloat(from[e]).bits;
    }
  }

  static nb::object object_of(const OpaqueCall::Attr& attr) {
    if (const auto* flag = std::get_if<bool>(&attr)) return nb::bool_(*flag);
    if (const auto* number = std::get_if<int64_t>(&attr)) return nb::int_(*number);
    if (const auto* text = std::get_if<std::string>(&attr)) return nb::cast(*text);
    return tuple_of(std::get<std::vector<int64_t>>(attr));
  }

  const Kernel& kernel_;
  void* const* buffers_;
  nb::module_ numpy_;
};

/// What went wrong, of which op and shapes.
std::string message_of(const OpaqueCall& call, const nb::python_error& error) {
  std::string text = "axon." + call.op + ": ";
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    text +=
        (i > 0 ? ", " : "") + call.inputs[i].name + " has shape " + shape_text(call.inputs[i].dims);
  }
  return text + "; " + nb::cast<std::string>(nb::str(error.value()));
}

void run_python(nb::handle function, const Kernel& kernel, void* const* buffers) {
  const Locked locked;
  if (!locked) throw Interrupted("axon: the interpreter ends");
  try {
    PythonCall(kernel, buffers).run(function);
  } catch (const nb::python_error& error) {
    if (error.matches(PyExc_KeyboardInterrupt)) throw Interrupted("axon: interrupted");
    const std::string message = message_of(kernel.call, error);
    if (error.matches(PyExc_ValueError)) throw ValueError(message);
    throw Error(message);
  }
}

}  // namespace

void bind_calls(nb::module_& m) {
  m.def(
      "register_call",
      [](const std::string& kind, nb::callable function) {
        // Never freed: a flush may need it as long as the process lives.
        const nb::handle kept = function.release();
        register_call(kind, [kept](const Kernel& kernel, void* const* buffers) {
          run_python(kept, kernel, buffers);
        });
      },
      nb::arg("kind"), nb::arg("function"),
      "Makes a Python function the CPU's opaque kernel of this kind: function(*inputs, **attrs) "
      "gets NumPy arrays and returns one array, or a tuple of them, for the outputs. It runs "
      "within a flush: it must not record or read tensors.");
}

}  // namespace axon
