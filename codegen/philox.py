"""Random numbers: the same as those of runtime/core/random.h, bit for bit."""

from __future__ import annotations

import numpy as np


def mix_key(key: tuple[int, int]) -> int:
    """The key words of Philox from the two words of a key; see docs/ir.md."""
    mask = (1 << 64) - 1
    z = (key[0] + 0x9E3779B97F4A7C15 * (key[1] + 1)) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def uniform(key: tuple[int, int], counter) -> np.ndarray:
    """Float32 in [0, 1): the same numbers as runtime/core/random.h."""
    first, second = (int(k) & ((1 << 64) - 1) for k in key)
    mixed = mix_key((first, second))
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    counter = np.asarray(counter).astype(np.uint64)
    c0, c1 = counter & low, counter >> half
    c2, c3 = np.zeros_like(c0), np.zeros_like(c0)
    k0, k1 = mixed & 0xFFFFFFFF, mixed >> 32
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c0
        p1 = np.uint64(0xCD9E8D57) * c2
        c0 = (p1 >> half) ^ c1 ^ np.uint64(k0)
        c2 = (p0 >> half) ^ c3 ^ np.uint64(k1)
        c1, c3 = p1 & low, p0 & low
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF
        k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return ((c0 >> np.uint64(8)).astype(np.float32)) * np.float32(2.0**-24)
