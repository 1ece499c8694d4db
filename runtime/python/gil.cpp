#include "python/gil.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace axon {

namespace {

std::atomic<int> asking{0};  // threads that are waiting for the GIL
std::atomic<bool> ending{false};
std::thread::id last;  // the thread that ends the interpreter; set before `ending`

/// True iff this thread may ask for the GIL; then it is counted until it has it.
bool ask() {
  ++asking;
  if (!ending || std::this_thread::get_id() == last) return true;
  --asking;
  return false;
}

void end() {
  last = std::this_thread::get_id();
  ending = true;
  PyThreadState* const state = PyEval_SaveThread();
  while (asking > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  PyEval_RestoreThread(state);
}

}  // namespace

Unlocked::~Unlocked() {
  while (!ask()) pause();
  PyEval_RestoreThread(state_);
  --asking;
}

Locked::Locked() : locked_(ask()) {
  if (!locked_) return;
  state_ = PyGILState_Ensure();
  --asking;
}

Locked::~Locked() {
  if (locked_) PyGILState_Release(state_);
}

void bind_gil(nanobind::module_& m) {
  pthread_atfork(nullptr, nullptr, [] { asking = 0; });  // a child has no other thread
  m.def("end_threads", end,
        "Makes threads that are in the runtime stay there; the last thing before the interpreter "
        "ends.");
  nanobind::module_::import_("atexit").attr("register")(m.attr("end_threads"));
}

}  // namespace axon
