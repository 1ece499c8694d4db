"""Sizes of windows, strides and paddings: one int, or one for each axis."""

from __future__ import annotations

from collections.abc import Sequence

Size = int | Sequence[int]


def per_axis(value: Size, rank: int, what: str) -> tuple[int, ...]:
    """One int for each of ``rank`` axes.

    Raises:
        ValueError: the value has another number of them; ``what`` names it.
    """
    sizes = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(sizes) != rank:
        raise ValueError(f"{what} is {value}; expected one int, or {rank}")
    return sizes


def as_argument(sizes: tuple[int, ...]) -> int | tuple[int, ...]:
    """Sizes as ops take them: those of one axis are plain ints."""
    return sizes[0] if len(sizes) == 1 else sizes
