"""Random numbers: a counter-based generator, so a draw depends on its key alone.

A key is a pair of integers (seed, number of the draw). Every function that draws takes the next key
of the thread's generator, or the one that it is given: the same key gives the same numbers on every
machine, for any number of threads, fused or not.
"""

from __future__ import annotations

import os
import threading

Key = tuple[int, int]


class _Generator(threading.local):
    """Each thread draws from a stream of its own; the main thread starts from seed 0."""

    def __init__(self) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        self.seed = 0 if is_main else int.from_bytes(os.urandom(4), "little")
        self.draws = 0


_generator = _Generator()


def manual_seed(seed: int) -> None:
    """Starts this thread's generator anew from ``seed``, any integer of 63 bits.

    Example:
        >>> axon.manual_seed(7); a = axon.rand(3)
        >>> axon.manual_seed(7); b = axon.rand(3)
        >>> bool((a == b).all())
        True
    """
    _generator.seed = int(seed) & (2**63 - 1)
    _generator.draws = 0


def next_key() -> Key:
    """The key of the next draw."""
    _generator.draws += 1
    return (_generator.seed, _generator.draws)


def get_state() -> Key:
    """Where the generator stands; give it to :func:`set_state` to draw the same again."""
    return (_generator.seed, _generator.draws)


def set_state(state: Key) -> None:
    """Puts the generator where :func:`get_state` found it."""
    _generator.seed, _generator.draws = state
