"""Functions of tensors whose arguments are friendlier than those of the ops beneath."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.random import Key, next_key
from axon.core.tensor import Tensor

ops = _runtime.ops


def reshape(x: Tensor, *shape: int | Sequence[int]) -> Tensor:
    """The elements in row-major order under another shape; one extent may be -1.

    Example:
        >>> axon.reshape(axon.zeros(2, 6), 3, -1).shape
        (3, 4)
    """
    size = shape_of(shape)
    return x if size == x.shape else ops.reshape(x, size)


def flatten(x: Tensor, start: int = 0) -> Tensor:
    """Joins the axes from ``start`` on: (n, c, h, w) with ``start=1`` to (n, c · h · w)."""
    return reshape(x, *x.shape[:start], math.prod(x.shape[start:]))


def permute(x: Tensor, *axes: int | Sequence[int]) -> Tensor:
    """The axes in another order: axis i of the result is axis ``axes[i]`` of ``x``.

    Raises:
        ValueError: ``axes`` is no permutation of the axes.
    """
    order = [axis + x.ndim if axis < 0 else axis for axis in shape_of(axes)]
    if sorted(order) != list(range(x.ndim)):
        raise ValueError(
            f"axon.permute: x has shape {x.shape}, axes are {shape_of(axes)}; "
            f"expected each of 0..{x.ndim - 1} once"
        )
    return ops.permute(x, tuple(order))


def transpose(x: Tensor, first: int = -2, second: int = -1) -> Tensor:
    """Exchanges two axes, by default the last two."""
    order = list(range(x.ndim))
    order[first], order[second] = order[second], order[first]
    return ops.permute(x, tuple(order))


def expand_dims(x: Tensor, axis: int = 0) -> Tensor:
    """Inserts an axis of extent 1 so that it has number ``axis`` in the result."""
    if not -x.ndim - 1 <= axis <= x.ndim:
        raise IndexError(f"axon.expand_dims: axis {axis} is out of range for shape {x.shape}")
    at = axis + x.ndim + 1 if axis < 0 else axis
    return ops.reshape(x, (*x.shape[:at], 1, *x.shape[at:]))


def squeeze(x: Tensor, axis: int | Sequence[int] | None = None) -> Tensor:
    """Drops axes of extent 1: all of them, or those given.

    Raises:
        ValueError: a given axis has another extent.
    """
    if axis is None:
        return reshape(x, tuple(extent for extent in x.shape if extent != 1))
    given = (axis,) if isinstance(axis, int) else tuple(axis)
    dropped = {number + x.ndim if number < 0 else number for number in given}
    if any(number not in range(x.ndim) or x.shape[number] != 1 for number in dropped):
        raise ValueError(f"axon.squeeze: axes {given} of shape {x.shape} are not all of extent 1")
    return reshape(x, tuple(n for number, n in enumerate(x.shape) if number not in dropped))


def broadcast_to(x: Tensor, *shape: int | Sequence[int]) -> Tensor:
    """``x`` repeated along new axes and axes of extent 1."""
    size = shape_of(shape)
    fits = len(size) >= x.ndim and all(
        have in (1, want) for have, want in zip(reversed(x.shape), reversed(size), strict=False)
    )
    if not fits:
        raise ValueError(
            f"axon.broadcast_to: shape {x.shape} does not broadcast to {size}; "
            "extents must be equal or 1, counted from the last axis"
        )
    return x if size == x.shape else ops.expand_as(x, ops.full(size, 0.0, dtype=x.dtype))


def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    Raises:
        ValueError: the shapes differ, or there is no tensor.
    """
    parts = list(tensors)
    shapes = {part.shape for part in parts}
    if len(shapes) != 1:
        raise ValueError(
            f"axon.stack: shapes {sorted(shapes)}; expected one tensor or more of one shape"
        )
    return ops.concat([expand_dims(part, axis) for part in parts], axis=axis)


def split(x: Tensor, sizes: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """Cuts ``x`` along ``axis`` into parts of the given sizes, or of one size (the last smaller).

    Raises:
        ValueError: the sizes do not add up to the extent.
    """
    extent = x.shape[axis]
    if isinstance(sizes, int):
        sizes = [min(sizes, extent - begin) for begin in range(0, extent, sizes)]
    if sum(sizes) != extent:
        raise ValueError(
            f"axon.split: sizes {list(sizes)} add up to {sum(sizes)}, axis {axis} of shape "
            f"{x.shape} has {extent}"
        )
    before = (slice(None),) * (axis % x.ndim)
    parts, begin = [], 0
    for size in sizes:
        parts.append(x[(*before, slice(begin, begin + size))])
        begin += size
    return parts


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product over the last two axes; leading axes broadcast, vectors act as in NumPy.

    Example:
        >>> axon.matmul(axon.ones(2, 3), axon.ones(3)).shape
        (2,)
    """
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(
            f"axon.matmul: shapes {a.shape} and {b.shape}; expected one axis or more, "
            "use * for numbers"
        )
    if a.ndim > 1 and b.ndim > 1:
        return ops.matmul(a, b)
    y = ops.matmul(expand_dims(a, 0) if a.ndim == 1 else a, expand_dims(b, 1) if b.ndim == 1 else b)
    dropped = ([-2] if a.ndim == 1 else []) + ([-1] if b.ndim == 1 else [])
    return squeeze(y, dropped)


def dropout(x: Tensor, p: float = 0.5, *, key: Key | None = None) -> Tensor:
    """Each element is 0 with probability ``p``, else divided by 1 - p (Srivastava et al., 2014).

    Args:
        key: of the draw; the next of the generator of :func:`axon.manual_seed` when left out.
    """
    return ops.dropout(x, next_key() if key is None else key, p=p)


def shape_of(given: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape from ``f(2, 3)`` or ``f((2, 3))`` alike."""
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        given = tuple(given[0])
    return tuple(extent.__index__() for extent in given)


def _times(self: Tensor, other: Tensor) -> Tensor:
    return matmul(self, other)


for _function in (broadcast_to, expand_dims, flatten, permute, reshape, split, squeeze, transpose):
    setattr(Tensor, _function.__name__, _function)
Tensor.__matmul__ = _times
