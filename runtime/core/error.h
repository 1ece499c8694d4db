// Exceptions of the runtime. The bindings translate each to the Python exception of the same name.
#pragma once

#include <stdexcept>
#include <string>

namespace axon {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct ValueError : Error {
  using Error::Error;
};
struct TypeError : Error {
  using Error::Error;
};
struct IndexError : Error {
  using Error::Error;
};
struct OverflowError : Error {
  using Error::Error;
};
/// Out of memory: raised before any kernel of the flush has run.
struct MemoryError : Error {
  using Error::Error;
};
/// Ctrl-C was seen at a point where nothing had been changed.
struct Interrupted : Error {
  using Error::Error;
};

}  // namespace axon
