#include "core/interrupt.h"

#include <atomic>
#include <string>

#include "core/error.h"

namespace axon {

namespace {

std::atomic<bool (*)()> asked_to_stop{nullptr};

}  // namespace

void set_interrupt_check(bool (*check)()) { asked_to_stop = check; }

void check_interrupt(const char* what) {
  bool (*check)() = asked_to_stop;
  if (check == nullptr || !check()) return;
  throw Interrupted(std::string("axon: interrupted ") + what +
                    "; tensors that it would have assigned are as they were");
}

}  // namespace axon
