"""Manipulation and indexing functions of the array API standard."""

from __future__ import annotations

from collections.abc import Sequence

from axon import _runtime
from axon.core import functional
from axon.core.functional import (
    broadcast_arrays,
    flip,
    moveaxis,
    repeat,
    roll,
    stack,
    tile,
    unstack,
)
from axon.core.tensor import Tensor

__all__ = [
    "broadcast_arrays",
    "flip",
    "moveaxis",
    "repeat",
    "roll",
    "stack",
    "tile",
    "unstack",
]


def broadcast_to(x: Tensor, /, shape: tuple[int, ...]) -> Tensor:
    """``x`` repeated along new axes and axes of extent 1."""
    return functional.broadcast_to(x, shape)


def concat(arrays: Sequence[Tensor], /, *, axis: int | None = 0) -> Tensor:
    """Tensors one after another along an axis, or with None all elements."""
    if axis is None:
        return concat([functional.flatten(x) for x in arrays])
    return _runtime.ops.concat(list(arrays), axis=axis)


def expand_dims(x: Tensor, /, axis: int) -> Tensor:
    """An axis of extent 1 inserted."""
    return functional.expand_dims(x, axis)


def permute_dims(x: Tensor, /, axes: tuple[int, ...]) -> Tensor:
    """The axes in another order."""
    return functional.permute(x, axes)


def reshape(x: Tensor, /, shape: tuple[int, ...], *, copy: bool | None = None) -> Tensor:
    """Tensors are values, so whether a reshape copies cannot be told; both are granted."""
    return functional.reshape(+x if copy else x, shape)


def squeeze(x: Tensor, /, axis: int | tuple[int, ...]) -> Tensor:
    """Axes of extent 1 dropped."""
    return functional.squeeze(x, axis)


def take(x: Tensor, indices: Tensor, /, *, axis: int | None = None) -> Tensor:
    """The slices along an axis that a vector names; a vector needs no axis."""
    if axis is None and x.ndim != 1:
        raise ValueError(f"axon.array_api.take: x has shape {x.shape}; expected an axis")
    return _runtime.ops.take(x, indices, axis=0 if axis is None else axis)


def take_along_axis(x: Tensor, indices: Tensor, /, *, axis: int = -1) -> Tensor:
    """For each index the element with that number along an axis."""
    return _runtime.ops.take_along(x, indices, axis=axis)
