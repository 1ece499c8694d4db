"""Statistical and utility functions of the array API standard."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor

ops = _runtime.ops

Axis = int | tuple[int, ...] | None


def max(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest elements over axes."""
    return ops.max(x, axis, keepdims)


def min(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The smallest elements over axes."""
    return ops.min(x, axis, keepdims)


def mean(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Means over axes."""
    return ops.mean(x, axis, keepdims)


def sum(x: Tensor, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """Sums over axes; of small integers int64 or uint64."""
    return _in_dtype(ops.sum, x, dtype, axis, keepdims)


def prod(x: Tensor, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """Products over axes; of small integers int64 or uint64."""
    return _in_dtype(ops.prod, x, dtype, axis, keepdims)


def std(
    x: Tensor, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Tensor:
    """Standard deviations over axes, of n - correction degrees of freedom."""
    return ops.std(x, axis, correction=correction, keepdim=keepdims)


def var(
    x: Tensor, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Tensor:
    """Variances over axes, of n - correction degrees of freedom."""
    return ops.var(x, axis, correction=correction, keepdim=keepdims)


def all(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """True where all elements over axes are."""
    return ops.all(x, axis, keepdims)


def any(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """True where any element over axes is."""
    return ops.any(x, axis, keepdims)


def count_nonzero(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """How many elements over axes are not 0 (int64)."""
    return ops.count_nonzero(x, axis, keepdims)


def cumulative_sum(
    x: Tensor, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Tensor:
    """Running sums along an axis, after a first 0 with ``include_initial``."""
    return _cumulative(ops.cumsum, x, axis, dtype, 0 if include_initial else None)


def cumulative_prod(
    x: Tensor, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Tensor:
    """Running products along an axis, after a first 1 with ``include_initial``."""
    return _cumulative(ops.cumprod, x, axis, dtype, 1 if include_initial else None)


def diff(
    x: Tensor,
    /,
    *,
    axis: int = -1,
    n: int = 1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
) -> Tensor:
    """The n-th differences of neighbours along an axis."""
    if n < 0:
        raise ValueError(f"axon.array_api.diff: n is {n}; expected 0 or more")
    parts = [part for part in (prepend, x, append) if part is not None]
    y = ops.concat(parts, axis=axis) if len(parts) > 1 else x
    for _ in range(n):
        y = ops.diff(y, axis)
    return y


def _cumulative(op: Any, x: Tensor, axis: int | None, dtype: Any, initial: int | None) -> Tensor:
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"axon.{op.__name__}: x has shape {x.shape}; expected an axis")
        axis = 0
    y = _in_dtype(op, x, dtype, axis)
    if initial is None:
        return y
    shape = list(x.shape)
    shape[axis] = 1
    return ops.concat([ops.full(shape, initial, dtype=y.dtype), y], axis=axis)


def _in_dtype(op: Any, x: Tensor, dtype: Any, *options: Any) -> Tensor:
    """The op in the given dtype: what comes in is cast, and, where it is narrow, what comes out."""
    if dtype is None:
        return op(x, *options)
    return op(x.to(dtype), *options).to(dtype)
