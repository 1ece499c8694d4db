/* Compiled for x86-64-v4: see CMakeLists.txt. */
#define AXON_MAPS axon_maps_v4
#include "kernels/cpu_map.c"
