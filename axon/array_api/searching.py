"""Searching, sorting and set functions of the array API standard."""

from __future__ import annotations

from typing import NamedTuple

from axon import _runtime
from axon.core import sorting
from axon.core.functional import nonzero
from axon.core.tensor import Tensor

__all__ = ["nonzero"]

Axis = int | None


def argmax(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Where the largest element is, in row-major order over the axis or all (int64)."""
    return _runtime.ops.argmax(x, axis, keepdims)


def argmin(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Where the smallest element is, in row-major order over the axis or all (int64)."""
    return _runtime.ops.argmin(x, axis, keepdims)


def searchsorted(
    x1: Tensor, x2: Tensor, /, *, side: str = "left", sorter: Tensor | None = None
) -> Tensor:
    """Where elements of ``x2`` keep ``x1`` in order; see :func:`axon.searchsorted`."""
    ordered = x1 if sorter is None else _runtime.ops.take(x1, sorter)
    return sorting.searchsorted(ordered, x2, side=side)


def sort(x: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """Always stable."""
    return sorting.sort(x, axis, descending=descending)


def argsort(
    x: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Tensor:
    """Always stable."""
    return sorting.argsort(x, axis, descending=descending)


class UniqueAll(NamedTuple):
    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    values: Tensor
    inverse_indices: Tensor


def unique_all(x: Tensor, /) -> UniqueAll:
    """The distinct elements, ascending, where each is first, and as :func:`unique_inverse`."""
    return UniqueAll(*sorting.unique(x, return_index=True, return_inverse=True, return_counts=True))


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """The distinct elements, ascending, and how often each occurs."""
    return UniqueCounts(*sorting.unique(x, return_counts=True))


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """The distinct elements, ascending, and for each of ``x`` its number among them."""
    return UniqueInverse(*sorting.unique(x, return_inverse=True))


def unique_values(x: Tensor, /) -> Tensor:
    """The distinct elements, ascending; see :func:`axon.unique`."""
    return sorting.unique(x)
