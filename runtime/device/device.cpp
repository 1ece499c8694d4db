// The devices that are built in, by name.
#include "device/device.h"

#include "core/error.h"
#include "device/cpu/cpu_device.h"

namespace axon {

Device& device(const std::string& name) {
  if (name == cpu_device().name()) return cpu_device();
  throw ValueError("device: there is no device \"" + name + "\"; built in: cpu");
}

}  // namespace axon
