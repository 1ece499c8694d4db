"""Random numbers: counter-based generators, so a draw depends on its key alone.

A key is a pair of integers (seed, number of the draw). Every function that draws takes the next key
of a generator, the thread's own or the one it is given: the same key gives the same numbers on
every machine, for any number of threads, fused or not.
"""

from __future__ import annotations

import os
import threading

Key = tuple[int, int]


class Generator:
    """A stream of random draws, given to functions that draw as ``generator=``.

    Args:
        seed: where the stream starts, any integer of 63 bits; from the system's entropy if None.

    Example:
        >>> a = axon.rand(3, generator=axon.Generator(7))
        >>> b = axon.rand(3, generator=axon.Generator(7))
        >>> bool((a == b).all())
        True
    """

    def __init__(self, seed: int | None = None) -> None:
        self.manual_seed(int.from_bytes(os.urandom(7), "little") if seed is None else seed)

    def manual_seed(self, seed: int) -> Generator:
        """Starts the stream anew from ``seed``; gives the generator itself."""
        self._seed = int(seed) & (2**63 - 1)
        self._draws = 0
        return self

    def initial_seed(self) -> int:
        """The seed that the stream started from."""
        return self._seed

    def next_key(self) -> Key:
        """The key of the next draw."""
        self._draws += 1
        return (self._seed, self._draws)

    def get_state(self) -> Key:
        """Where the stream stands; give it to :meth:`set_state` to draw the same again."""
        return (self._seed, self._draws)

    def set_state(self, state: Key) -> None:
        """Puts the stream where :meth:`get_state` found it.

        Raises:
            ValueError: something else than a pair of integers.
        """
        pair = isinstance(state, tuple) and len(state) == 2
        if not pair or not all(isinstance(number, int) for number in state):
            raise ValueError(
                f"axon.Generator.set_state: the state is {state!r}; expected the pair of integers "
                "that get_state gives"
            )
        self._seed, self._draws = state

    def __repr__(self) -> str:
        return f"Generator(seed={self._seed}, draws={self._draws})"


class _Default(threading.local):
    """Each thread draws from a stream of its own; the main thread starts from seed 0."""

    def __init__(self) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        self.generator = Generator(0 if is_main else None)


_default = _Default()


def manual_seed(seed: int) -> Generator:
    """Starts this thread's generator anew from ``seed``, any integer of 63 bits; gives it.

    Example:
        >>> _ = axon.manual_seed(7); a = axon.rand(3)
        >>> _ = axon.manual_seed(7); b = axon.rand(3)
        >>> bool((a == b).all())
        True
    """
    return _default.generator.manual_seed(seed)


def next_key(generator: Generator | None = None) -> Key:
    """The key of the next draw of ``generator``, by default the thread's own."""
    if generator is None:
        return _default.generator.next_key()
    if not isinstance(generator, Generator):
        raise TypeError(
            f"axon: generator is a {type(generator).__name__}; expected an axon.Generator, or None "
            "for the thread's own"
        )
    return generator.next_key()


def get_rng_state() -> Key:
    """Where this thread's generator stands, for :func:`set_rng_state` to draw the same again.

    Example:
        >>> state = axon.get_rng_state(); a = axon.rand(3)
        >>> axon.set_rng_state(state); b = axon.rand(3)
        >>> bool((a == b).all())
        True
    """
    return _default.generator.get_state()


def set_rng_state(state: Key) -> None:
    """Puts this thread's generator where :func:`get_rng_state` found it."""
    _default.generator.set_state(state)
