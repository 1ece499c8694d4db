// The ops of ops.yaml as programs; generated.
#pragma once

namespace axon {

/// Registers every op and its gradient.
void register_all();

}  // namespace axon
