// Without the GIL and back.
//
// Until Python 3.14 a thread that asks for the GIL when the interpreter ends is ended there and
// then, which takes the process with it if that is within C++. So threads of the runtime do not ask
// any more once it is about to end: they wait for the end of the process, as those of Python 3.14.
#pragma once

#include <nanobind/nanobind.h>

namespace axon {

/// Gives the GIL up.
class Unlocked {
 public:
  Unlocked() : state_(PyEval_SaveThread()) {}
  ~Unlocked();
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* state_;
};

/// Has the GIL, unless the interpreter is about to end: then it is false.
class Locked {
 public:
  Locked();
  ~Locked();
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  explicit operator bool() const { return locked_; }

 private:
  bool locked_;
  PyGILState_STATE state_{};
};

/// Before the interpreter ends: waits for threads that are asking for the GIL, after which none
/// will but this.
void bind_gil(nanobind::module_& m);

}  // namespace axon
