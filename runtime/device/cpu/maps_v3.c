/* Compiled for x86-64-v3: see CMakeLists.txt. */
#define AXON_MAPS axon_maps_v3
#include "kernels/cpu_map.c"
