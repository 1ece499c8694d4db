/* The table that generated/kernels/cpu_map.c defines, once an instruction set. C and C++. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct AxonMap {
  const char* key;
  void (*function)(void* const* buffers, int64_t begin, int64_t end);
};
/* Ends with a null key. */
extern const struct AxonMap axon_maps_base[];
extern const struct AxonMap axon_maps_v3[];
extern const struct AxonMap axon_maps_v4[];

#ifdef __cplusplus
}
#endif
