// Ctrl-C, polled where nothing has been changed yet.
#pragma once

namespace axon {

/// Who knows whether the user asked to stop: set once, by the bindings.
void set_interrupt_check(bool (*check)());

/// Throws Interrupted, saying `what` was interrupted, if the user asked to stop. Hold no lock that
/// a thread running Python may wait for.
void check_interrupt(const char* what);

}  // namespace axon
