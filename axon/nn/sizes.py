"""Sizes of windows, strides and paddings: one int, or one for each axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

Size = int | Sequence[int]


def per_axis(value: Size, rank: int, what: str, *, least: float = -math.inf) -> tuple[int, ...]:
    """One int for each of ``rank`` axes.

    Raises:
        ValueError: the value has another number of them, or one below ``least``; ``what`` names it.
    """
    sizes = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(sizes) != rank:
        raise ValueError(f"{what} is {value}; expected one int, or {rank}")
    if min(sizes) < least:
        raise ValueError(f"{what} is {value}; expected {least} or more")
    return sizes


def check_windows(
    layer: object,
    extents: tuple[int, ...],
    kernel_size: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
) -> None:
    """Refuses an input in which no window lies.

    Raises:
        ValueError: an extent with its padding is smaller than the window, holes included.
    """
    padded = tuple(n + 2 * p for n, p in zip(extents, padding, strict=True))
    window = tuple(d * (k - 1) + 1 for k, d in zip(kernel_size, dilation, strict=True))
    if any(n < w for n, w in zip(padded, window, strict=True)):
        raise ValueError(
            f"{layer!r}: x has the extents {padded} with padding, a window takes {window}: nothing "
            "would be left; use larger inputs, more padding, or less pooling before this layer"
        )


def as_argument(sizes: tuple[int, ...]) -> int | tuple[int, ...]:
    """Sizes as ops take them: those of one axis are plain ints."""
    return sizes[0] if len(sizes) == 1 else sizes
