#pragma once

#include <nanobind/nanobind.h>

namespace axon {

/// Binds what asks Python why the arguments of a call do not fit.
void bind_misfit(nanobind::module_& m);

}  // namespace axon
