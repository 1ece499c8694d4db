// The executor's loops for x86-64-v3; compiled with -march=x86-64-v3.
#if defined(__x86_64__)
#define AXON_TILE_TABLE fill_tile_ops_v3
#include "kernel/tile_ops_impl.h"
#endif
