// Data in and out: arrays, nested lists and numbers become leaves; values become arrays, lists and
// numbers. Elements are copied and cast here, so that NumPy is neither needed nor asked to compute.
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "core/error.h"
#include "device/device.h"
#include "graph/record.h"
#include "python/half.h"
#include "python/tensor.h"

namespace axon {
namespace {

using AnyArray = nb::ndarray<nb::ro>;

constexpr size_t kMaxArrayDims = 64;  // NumPy's limit; tensors have none

// -------------------------------------------------------------------------------------- elements

/// How a dtype is stored, for the templates below.
template <DType T>
struct Stored;
#define AXON_STORED(dtype, type) \
  template <>                    \
  struct Stored<DType::dtype> {  \
    using Type = type;           \
  };
AXON_STORED(bool_, uint8_t)
AXON_STORED(int8, int8_t)
AXON_STORED(int16, int16_t)
AXON_STORED(int32, int32_t)
AXON_STORED(int64, int64_t)
AXON_STORED(uint8, uint8_t)
AXON_STORED(uint16, uint16_t)
AXON_STORED(uint32, uint32_t)
AXON_STORED(uint64, uint64_t)
AXON_STORED(float16, Half)
AXON_STORED(bfloat16, BFloat)
AXON_STORED(float32, float)
AXON_STORED(float64, double)
#undef AXON_STORED

/// Calls `f` with the dtype as a compile-time constant.
template <class F>
auto dispatch(DType t, F f) {
  switch (t) {
#define AXON_CASE(dtype) \
  case DType::dtype:     \
    return f(std::integral_constant<DType, DType::dtype>());
    AXON_CASE(bool_)
    AXON_CASE(int8)
    AXON_CASE(int16)
    AXON_CASE(int32)
    AXON_CASE(int64)
    AXON_CASE(uint8)
    AXON_CASE(uint16)
    AXON_CASE(uint32)
    AXON_CASE(uint64)
    AXON_CASE(float16)
    AXON_CASE(bfloat16)
    AXON_CASE(float32)
    AXON_CASE(float64)
#undef AXON_CASE
  }
  throw TypeError("axon: unknown dtype");
}

/// Casts between dtypes go through one of these, whichever holds both sides exactly.
template <class Wide>
using Chunk = Wide[256];

template <class Wide>
void load(DType from, const char* source, int64_t stride_bytes, int64_t count, Wide* to) {
  dispatch(from, [&](auto dtype) {
    using T = typename Stored<dtype()>::Type;
    for (int64_t i = 0; i < count; ++i) {
      T element;
      std::memcpy(&element, source + i * stride_bytes, sizeof element);
      to[i] = static_cast<Wide>(element);
    }
  });
}

template <class T, class Wide>
T narrow(Wide wide) {
  if constexpr (std::is_integral_v<T> && std::is_floating_point_v<Wide>) {
    // Out of range is undefined in C++; saturate as hardware conversions do.
    constexpr Wide low = static_cast<Wide>(std::numeric_limits<T>::min());
    constexpr Wide high = static_cast<Wide>(std::numeric_limits<T>::max());
    if (!(wide > low)) {
      return wide == wide ? std::numeric_limits<T>::min() : T(0);
    }
    return wide < high ? static_cast<T>(wide) : std::numeric_limits<T>::max();
  } else {
    return static_cast<T>(wide);
  }
}

template <class Wide>
void store(DType to, const Wide* from, int64_t count, char* target) {
  dispatch(to, [&](auto dtype) {
    using T = typename Stored<dtype()>::Type;
    for (int64_t i = 0; i < count; ++i) {
      const T element = dtype() == DType::bool_ ? T(from[i] != 0) : narrow<T>(from[i]);
      std::memcpy(target + i * sizeof element, &element, sizeof element);
    }
  });
}

template <class Wide>
void cast_run(DType from, const char* source, int64_t stride_bytes, DType to, char* target,
              int64_t count) {
  Chunk<Wide> chunk;
  for (int64_t at = 0; at < count; at += 256) {
    const int64_t some = std::min<int64_t>(256, count - at);
    load(from, source + at * stride_bytes, stride_bytes, some, chunk);
    store(to, chunk, some, target + at * static_cast<int64_t>(size_of(to)));
  }
}

/// `count` elements `stride_bytes` apart, cast into consecutive ones.
void copy_run(DType from, const char* source, int64_t stride_bytes, DType to, char* target,
              int64_t count) {
  const auto size = static_cast<int64_t>(size_of(from));
  if (from == to && stride_bytes == size) {
    std::memcpy(target, source, static_cast<size_t>(count * size));
  } else if (from == to && !is_float(from)) {
    cast_run<int64_t>(from, source, stride_bytes, to, target, count);
  } else if (is_float(from) || is_float(to)) {
    cast_run<double>(from, source, stride_bytes, to, target, count);
  } else {
    cast_run<int64_t>(from, source, stride_bytes, to, target, count);
  }
}

// -------------------------------------------------------------------------------------------- in

std::shared_ptr<Buffer> new_buffer(DType dtype, int64_t elements) {
  return std::make_shared<Buffer>(device("cpu"), static_cast<size_t>(elements) * size_of(dtype));
}

int64_t count_of(const Dims& dims) {
  int64_t count = 1;
  for (int64_t extent : dims) {
    count *= extent;
  }
  return count;
}

DType dtype_of_array(const nb::dlpack::dtype& t) {
  const int bits = t.bits;
  auto pick = [&](std::initializer_list<DType> candidates) {
    for (DType candidate : candidates) {
      if (static_cast<int>(size_of(candidate)) * 8 == bits) {
        return candidate;
      }
    }
    throw TypeError("axon.tensor: an array of " + std::to_string(bits) +
                    "-bit elements of this kind has no dtype in axon");
  };
  switch (static_cast<nb::dlpack::dtype_code>(t.code)) {
    case nb::dlpack::dtype_code::Int:
      return pick({DType::int8, DType::int16, DType::int32, DType::int64});
    case nb::dlpack::dtype_code::UInt:
      return pick({DType::uint8, DType::uint16, DType::uint32, DType::uint64});
    case nb::dlpack::dtype_code::Float:
      return pick({DType::float16, DType::float32, DType::float64});
    case nb::dlpack::dtype_code::Bfloat:
      return DType::bfloat16;
    case nb::dlpack::dtype_code::Bool:
      return DType::bool_;
    default:
      throw TypeError(
          "axon.tensor: complex and structured arrays are not supported; split them into real "
          "parts");
  }
}

void copy_axis(const AnyArray& array, size_t axis, const char* source, DType from, DType to,
               char*& target) {
  const auto item = static_cast<int64_t>(size_of(from));
  if (axis == array.ndim()) {
    copy_run(from, source, item, to, target, 1);
    target += size_of(to);
    return;
  }
  const auto extent = static_cast<int64_t>(array.shape(axis));
  const int64_t stride = array.stride(axis) * item;
  if (axis + 1 == array.ndim()) {
    copy_run(from, source, stride, to, target, extent);
    target += extent * static_cast<int64_t>(size_of(to));
    return;
  }
  for (int64_t i = 0; i < extent; ++i) {
    copy_axis(array, axis + 1, source + i * stride, from, to, target);
  }
}

bool is_contiguous(const AnyArray& array) {
  int64_t expected = 1;
  for (size_t axis = array.ndim(); axis-- > 0;) {
    if (array.shape(axis) != 1 && array.stride(axis) != expected) {
      return false;
    }
    expected *= static_cast<int64_t>(array.shape(axis));
  }
  return true;
}

nb::object from_array(const AnyArray& array, nb::handle dtype) {
  const DType from = dtype_of_array(array.dtype());
  const DType to = dtype.is_none() ? from : read_dtype(dtype, "axon.tensor: dtype");
  Dims dims;
  for (size_t axis = 0; axis < array.ndim(); ++axis) {
    dims.push_back(static_cast<int64_t>(array.shape(axis)));
  }
  const int64_t elements = count_of(dims);
  std::shared_ptr<Buffer> buffer = new_buffer(to, elements);
  const auto* source = static_cast<const char*>(array.data());
  auto* target = static_cast<char*>(buffer->data);
  if (elements > 0 && is_contiguous(array)) {
    copy_run(from, source, static_cast<int64_t>(size_of(from)), to, target, elements);
  } else if (elements > 0) {
    copy_axis(array, 0, source, from, to, target);
  }
  return wrap(Held(new_leaf(to, std::move(dims), std::move(buffer))));
}

DType dtype_of_numbers(const std::vector<ScalarEntry>& numbers) {
  bool all_bool = !numbers.empty();
  bool all_integer = !numbers.empty();
  bool any_large = false;
  for (const ScalarEntry& number : numbers) {
    all_bool &= number.dtype == DType::bool_;
    all_integer &= number.dtype != DType::float64;
    any_large |= number.dtype == DType::uint64;
  }
  if (all_bool) return DType::bool_;
  if (!all_integer) return DType::float32;
  return any_large ? DType::uint64 : DType::int64;
}

/// Nested sequences of numbers, read in one pass.
struct Nested {
  Dims dims;
  std::vector<ScalarEntry> numbers;

  /// The dtype for all numbers: of NumPy's scalars and tensors among them if those can hold the
  /// others, else int64, float32 or bool.
  DType dtype() const {
    const DType plain = dtype_of_numbers(numbers);
    if (!typed_.has_value()) return plain;
    const bool narrow =
        (is_float(plain) && !is_float(*typed_)) || (is_integer(plain) && *typed_ == DType::bool_);
    return narrow ? plain : *typed_;
  }

  void read(nb::handle object, size_t depth) {
    note_dtype(object);
    ScalarEntry entry{};
    if (PyList_Check(object.ptr()) || PyTuple_Check(object.ptr()) || PyRange_Check(object.ptr())) {
      read_items(object, depth);
    } else if (read_large(object, entry) || read_number(object, entry)) {
      finish(depth);
      numbers.push_back(entry);
    } else if (nb::hasattr(object, "tolist")) {
      read(nb::object(object.attr("tolist")()), depth);
    } else {
      throw TypeError(
          "axon.tensor: data must be an array, a number or nested lists of numbers, not " +
          type_text(object));
    }
  }

 private:
  static constexpr size_t kMaxDepth = 64;

  void note_dtype(nb::handle object) {
    PyObject* o = object.ptr();
    if (PyFloat_CheckExact(o) || PyLong_CheckExact(o) || PyBool_Check(o) || PyList_Check(o) ||
        PyTuple_Check(o) || !nb::hasattr(object, "dtype")) {
      return;
    }
    const DType own = read_dtype(object.attr("dtype"), "axon.tensor: dtype");
    typed_ = typed_.has_value() ? promote(*typed_, own) : own;
  }

  /// An integer from 2^63 to 2^64 - 1, which only a uint64 holds.
  static bool read_large(nb::handle object, ScalarEntry& entry) {
    if (!PyLong_Check(object.ptr())) return false;
    int overflow = 0;
    PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
    if (overflow <= 0) return false;
    const unsigned long long number = PyLong_AsUnsignedLongLong(object.ptr());
    if (PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      return false;
    }
    entry = {DType::uint64, static_cast<int64_t>(number)};
    return true;
  }

  void read_items(nb::handle items, size_t depth) {
    const auto extent = static_cast<int64_t>(nb::len(items));
    if (depth == dims.size() && !complete_) {
      dims.push_back(extent);
    }
    if (depth >= dims.size() || dims[depth] != extent || depth >= kMaxDepth) {
      fail(depth, std::to_string(extent) + " items");
    }
    for (nb::handle item : items) {
      read(item, depth + 1);
    }
    if (extent == 0) {
      finish(depth + 1);
    }
  }

  /// All leaves lie at the same depth: that of the first.
  void finish(size_t depth) {
    complete_ = true;
    if (depth != dims.size()) {
      fail(depth, "a number");
    }
  }

  [[noreturn]] void fail(size_t depth, const std::string& found) const {
    throw ValueError("axon.tensor: nested lists must be rectangular; expected shape " +
                     shape_text(dims) + ", found " + found + " at depth " + std::to_string(depth));
  }

  bool complete_ = false;
  std::optional<DType> typed_;
};

/// An integer must be one that the dtype has; a float is converted as by astype.
void check_fits(const ScalarEntry& number, DType to) {
  const bool large = number.dtype == DType::uint64;
  if (!is_integer(to) || !is_integer(number.dtype)) return;
  if (large ? to == DType::uint64 : holds(to, number.bits)) return;
  throw OverflowError(
      "axon.tensor: data has " +
      (large ? std::to_string(static_cast<uint64_t>(number.bits)) : std::to_string(number.bits)) +
      ", which the dtype " + std::string(name_of(to)) + " does not hold");
}

nb::object from_nested(nb::handle data, nb::handle dtype) {
  Nested nested;
  nested.read(data, 0);
  const DType to = dtype.is_none() ? nested.dtype() : read_dtype(dtype, "axon.tensor: dtype");
  std::shared_ptr<Buffer> buffer = new_buffer(to, static_cast<int64_t>(nested.numbers.size()));
  auto* target = static_cast<char*>(buffer->data);
  for (const ScalarEntry& number : nested.numbers) {
    check_fits(number, to);
    if (number.dtype == DType::uint64 && is_float(to)) {
      const auto real = static_cast<double>(static_cast<uint64_t>(number.bits));
      store(to, &real, 1, target);
    } else if (number.dtype == DType::float64) {
      const double real = real_of(number);
      store(to, &real, 1, target);
    } else {
      store(to, &number.bits, 1, target);
    }
    target += size_of(to);
  }
  return wrap(Held(new_leaf(to, std::move(nested.dims), std::move(buffer))));
}

nb::object tensor(nb::handle data, nb::handle dtype) {
  if (Tensor* t = as_tensor(data)) {
    if (dtype.is_none() || read_dtype(dtype, "axon.tensor: dtype") == t->value->dtype) {
      return wrap(t->value);
    }
    throw TypeError(
        "axon.tensor: data is a Tensor already; change its dtype with data.astype(dtype)");
  }
  if (PyList_Check(data.ptr()) || PyTuple_Check(data.ptr()) || PyFloat_CheckExact(data.ptr()) ||
      PyLong_CheckExact(data.ptr()) || PyBool_Check(data.ptr())) {
    return from_nested(data, dtype);
  }
  AnyArray array;
  if (nb::try_cast(data, array)) {
    return from_array(array, dtype);
  }
  return from_nested(data, dtype);
}

// ------------------------------------------------------------------------------------------- out

nb::dlpack::dtype dlpack_dtype(DType dtype) {
  auto code = nb::dlpack::dtype_code::Float;
  if (dtype == DType::bool_) {
    code = nb::dlpack::dtype_code::Bool;
  } else if (dtype == DType::bfloat16) {
    code = nb::dlpack::dtype_code::Bfloat;
  } else if (is_integer(dtype)) {
    code = name_of(dtype)[0] == 'u' ? nb::dlpack::dtype_code::UInt : nb::dlpack::dtype_code::Int;
  }
  return {static_cast<uint8_t>(code), static_cast<uint8_t>(8 * size_of(dtype)), 1};
}

/// An array of the kind `Array` over a buffer, which it keeps alive: one of the runtime's stays as
/// it is for as long.
template <class Array>
Array array_over(const std::shared_ptr<Buffer>& buffer, const Dims& dims, DType dtype) {
  if (dims.size() > kMaxArrayDims) {
    throw ValueError("axon: a tensor of " + std::to_string(dims.size()) +
                     " axes; arrays have at most " + std::to_string(kMaxArrayDims) +
                     ": reshape it first");
  }
  auto* owner = new std::shared_ptr<Buffer>(buffer);
  nb::capsule capsule(owner,
                      [](void* p) noexcept { delete static_cast<std::shared_ptr<Buffer>*>(p); });
  static char nothing = 0;  // arrays without elements still need an address
  void* data = buffer->data != nullptr ? buffer->data : &nothing;
  const std::vector<size_t> shape(dims.begin(), dims.end());
  return Array(data, shape.size(), shape.data(), capsule, nullptr, dlpack_dtype(dtype));
}

nb::object to_numpy(const Tensor& self) {
  if (self.value->dtype == DType::bfloat16) {
    throw TypeError("Tensor.numpy: NumPy has no bfloat16; use x.astype(\"float32\").numpy()");
  }
  const Held value = realise(self.value);
  nb::object array = nb::cast(
      array_over<nb::ndarray<nb::numpy, nb::ro>>(value->buffer, value->dims, value->dtype));
  // A buffer's 64-bit integers become `long long`, which NumPy tells from its own int64 in print.
  if (value->dtype == DType::int64) return array.attr("view")("int64");
  if (value->dtype == DType::uint64) return array.attr("view")("uint64");
  return array;
}

nb::object bytes_of(const Tensor& self) {
  const Held value = realise(self.value);
  const auto count = static_cast<int64_t>(value->buffer->bytes);
  return nb::cast(
      array_over<nb::ndarray<nb::memview, nb::ro>>(value->buffer, {count}, DType::uint8));
}

nb::object from_bytes(const nb::ndarray<const uint8_t, nb::c_contig>& bytes, nb::handle dtype,
                      const std::vector<int64_t>& shape) {
  const DType to = read_dtype(dtype, "axon: dtype");
  std::shared_ptr<Buffer> buffer = new_buffer(to, count_of(shape));
  if (bytes.size() != buffer->bytes) {
    throw ValueError("axon: " + std::to_string(bytes.size()) + " bytes for " +
                     std::string(name_of(to)) + " of shape " + shape_text(shape) +
                     ", which takes " + std::to_string(buffer->bytes));
  }
  if (buffer->bytes > 0) std::memcpy(buffer->data, bytes.data(), buffer->bytes);
  return wrap(Held(new_leaf(to, shape, std::move(buffer))));
}

nb::object element(DType dtype, const char* source) {
  ScalarEntry entry{};
  if (dtype == DType::uint64) {
    uint64_t number = 0;
    std::memcpy(&number, source, sizeof number);
    return nb::int_(number);
  }
  if (is_float(dtype)) {
    double real = 0;
    load(dtype, source, 0, 1, &real);
    entry.dtype = DType::float64;
    std::memcpy(&entry.bits, &real, sizeof real);
  } else {
    entry.dtype = dtype == DType::bool_ ? DType::bool_ : DType::int64;
    load(dtype, source, 0, 1, &entry.bits);
  }
  return number_object(entry);
}

nb::object item(const Tensor& self) {
  const Value& value = *self.value;
  if (value.elements != 1) {
    throw ValueError("Tensor.item: a tensor of shape " + shape_text(value.dims) + " has " +
                     std::to_string(value.elements) +
                     " elements; expected exactly one, see Tensor.tolist");
  }
  const Held computed = realise(self.value);
  return element(computed->dtype, static_cast<const char*>(computed->buffer->data));
}

nb::object list_axis(const Value& value, size_t axis, const char*& source) {
  if (axis == value.dims.size()) {
    nb::object number = element(value.dtype, source);
    source += size_of(value.dtype);
    return number;
  }
  nb::list items;
  for (int64_t i = 0; i < value.dims[axis]; ++i) {
    items.append(list_axis(value, axis + 1, source));
  }
  return items;
}

nb::object tolist(const Tensor& self) {
  const Held value = realise(self.value);
  const auto* source = static_cast<const char*>(value->buffer->data);
  return list_axis(*value, 0, source);
}

}  // namespace

nb::object dlpack_capsule(const Tensor& self, nb::object stream, nb::object max_version,
                          nb::object dl_device, nb::object copy) {
  const bool flagged = !max_version.is_none() && nb::cast<int64_t>(max_version[0]) >= 1;
  if (!flagged && copy.is(nb::bool_(false))) {
    throw nb::buffer_error(
        "Tensor.__dlpack__: before DLPack 1.0 memory cannot be marked as read-only, so it is "
        "copied; ask for max_version=(1, 0), or leave copy out");
  }
  const Held value = realise(self.value);
  nb::object array;
  if (flagged && !copy.is(nb::bool_(true))) {
    array = nb::cast(
        array_over<nb::ndarray<nb::array_api, nb::ro>>(value->buffer, value->dims, value->dtype));
  } else {
    std::shared_ptr<Buffer> buffer = new_buffer(value->dtype, value->elements);
    if (buffer->bytes > 0) std::memcpy(buffer->data, value->buffer->data, buffer->bytes);
    array = nb::cast(array_over<nb::ndarray<nb::array_api>>(buffer, value->dims, value->dtype));
  }
  return array.attr("__dlpack__")(nb::arg("stream") = stream, nb::arg("max_version") = max_version,
                                  nb::arg("dl_device") = dl_device);
}

void bind_convert(nb::module_& m) {
  m.def("tensor", tensor, nb::arg("data").none(), nb::arg("dtype") = nb::none(),
        "A new tensor with a copy of an array, a number or nested lists of numbers. Python floats "
        "become float32, ints int64.");
  m.def("to_numpy", to_numpy, nb::arg("x"),
        "A read-only NumPy array over the tensor's own memory; copy it to write.");
  m.def("bytes_of", bytes_of, nb::arg("x"),
        "A read-only memoryview of the tensor's memory, whatever the dtype.");
  m.def("from_bytes", from_bytes, nb::arg("bytes"), nb::arg("dtype"), nb::arg("shape"),
        "A new tensor with a copy of what `bytes_of` gave.");
  m.def("item", item, nb::arg("x"), "The only element of a tensor as a Python number.");
  m.def("tolist", tolist, nb::arg("x"), "The elements as nested lists of Python numbers.");
}

}  // namespace axon
