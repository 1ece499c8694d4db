// The counter-based generator behind `(uniform key E)`; plain C, so that generated kernels include
// its text (which defines AX_FN and the integer types). docs/ir.md, "Random numbers", is its
// definition.
#ifndef AXON_RANDOM_H
#define AXON_RANDOM_H

#ifndef AX_FN
#include <stdint.h>
#define AX_FN static inline
#endif

/// The two key words of Philox in one: the low half is word 0. Call once a kernel, not once
/// an element.
AX_FN uint64_t ax_uniform_key(uint64_t key0, uint64_t key1) {
  uint64_t z = key0 + 0x9E3779B97F4A7C15ull * (key1 + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

/// Uniform in [0, 1) with 24 random bits, from a key of ax_uniform_key: Philox4x32-10 of counter
/// (lo, hi, 0, 0), first word.
AX_FN float ax_uniform_mixed(uint64_t key, uint64_t counter) {
  uint32_t c0 = (uint32_t)counter;
  uint32_t c1 = (uint32_t)(counter >> 32);
  uint32_t c2 = 0;
  uint32_t c3 = 0;
  uint32_t k0 = (uint32_t)key;
  uint32_t k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = 0xD2511F53ull * c0;
    const uint64_t p1 = 0xCD9E8D57ull * c2;
    const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    const uint32_t n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (float)(c0 >> 8) * 0x1p-24f;
}

AX_FN float ax_uniform(uint64_t key0, uint64_t key1, uint64_t counter) {
  return ax_uniform_mixed(ax_uniform_key(key0, key1), counter);
}

#endif
