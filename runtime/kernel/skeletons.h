// The loop structures of CPU kernels: text with @SLOTS@, one file each in device/cpu/skeletons/.
#pragma once

namespace axon::skeletons {

extern const char* const prelude;     // types and helpers in front of every kernel
extern const char* const frame;       // a phase: work units, tiles
extern const char* const dispatch;    // the entry point: phases by number
extern const char* const vector;      // the loop over a block of the vector axis
extern const char* const lanes;       // full runs of 16 lanes
extern const char* const lanes_rest;  // the short run
extern const char* const chunk;       // a part of the work of a chunk of a scan
extern const char* const scan;        // the scan of a chunk, point by point
extern const char* const tree;        // lanes combined

}  // namespace axon::skeletons
