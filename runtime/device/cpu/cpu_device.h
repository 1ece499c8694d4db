// The CPU as a device.
#pragma once

#include "device/device.h"

namespace axon {

/// Lives as long as the process.
Device& cpu_device();

}  // namespace axon
