/* Compiled for any CPU of the architecture: see CMakeLists.txt. */
#define AXON_MAPS axon_maps_base
#include "kernels/cpu_map.c"
