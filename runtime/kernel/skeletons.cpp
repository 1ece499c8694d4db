#include "kernel/skeletons.h"

namespace axon::skeletons {

// Each file is one raw string that starts with a newline.
const char* const prelude = 1 +
#include "device/cpu/skeletons/prelude.inc"
    ;
const char* const frame = 1 +
#include "device/cpu/skeletons/frame.inc"
    ;
const char* const dispatch = 1 +
#include "device/cpu/skeletons/dispatch.inc"
    ;
const char* const vector = 1 +
#include "device/cpu/skeletons/vector.inc"
    ;
const char* const lanes = 1 +
#include "device/cpu/skeletons/lanes.inc"
    ;
const char* const lanes_rest = 1 +
#include "device/cpu/skeletons/lanes_rest.inc"
    ;
const char* const chunk = 1 +
#include "device/cpu/skeletons/chunk.inc"
    ;
const char* const scan = 1 +
#include "device/cpu/skeletons/scan.inc"
    ;
const char* const tree = 1 +
#include "device/cpu/skeletons/tree.inc"
    ;

}  // namespace axon::skeletons
