"""Creation functions of the array API standard: those of ``axon`` with a device."""

from __future__ import annotations

from typing import Any

from axon.core import creation
from axon.core.creation import check_device, from_dlpack
from axon.core.functional import meshgrid
from axon.core.tensor import Tensor

__all__ = ["from_dlpack", "meshgrid"]

Shape = int | tuple[int, ...]


def asarray(
    obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None
) -> Tensor:
    """``obj`` as a tensor; see :func:`axon.asarray`."""
    check_device("asarray", device)
    return creation.asarray(obj, dtype, copy=copy)


def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Evenly spaced numbers from ``start``, below ``stop``; see :func:`axon.arange`."""
    check_device("arange", device)
    return creation.arange(start, stop, step, dtype=dtype)


def linspace(
    start: float,
    stop: float,
    /,
    num: int,
    *,
    dtype: Any = None,
    device: Any = None,
    endpoint: bool = True,
) -> Tensor:
    """``num`` evenly spaced numbers; see :func:`axon.linspace`."""
    check_device("linspace", device)
    return creation.linspace(start, stop, num, endpoint=endpoint, dtype=dtype)


def full(shape: Shape, fill_value: float, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of ``shape`` with ``fill_value`` everywhere."""
    check_device("full", device)
    return creation.full(shape, fill_value, dtype=dtype)


def zeros(shape: Shape, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros, float32 by default."""
    check_device("zeros", device)
    return creation.zeros(shape, dtype=dtype)


def ones(shape: Shape, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones, float32 by default."""
    check_device("ones", device)
    return creation.ones(shape, dtype=dtype)


def empty(shape: Shape, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor whose elements are of no meaning yet, float32 by default."""
    check_device("empty", device)
    return creation.empty(shape, dtype=dtype)


def full_like(x: Tensor, /, fill_value: float, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``fill_value`` everywhere, of the shape and dtype of ``x``."""
    check_device("full_like", device)
    return creation.full_like(x, fill_value, dtype=dtype)


def zeros_like(x: Tensor, /, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros of the shape and dtype of ``x``."""
    check_device("zeros_like", device)
    return creation.zeros_like(x, dtype=dtype)


def ones_like(x: Tensor, /, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones of the shape and dtype of ``x``."""
    check_device("ones_like", device)
    return creation.ones_like(x, dtype=dtype)


def empty_like(x: Tensor, /, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of the shape and dtype of ``x``, its elements of no meaning yet."""
    check_device("empty_like", device)
    return creation.empty_like(x, dtype=dtype)


def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Ones on the k-th diagonal, zeros elsewhere, float32 by default."""
    check_device("eye", device)
    return creation.eye(n_rows, n_cols, k, dtype=dtype)


def tril(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The elements on and below the k-th diagonal of the last two axes, zeros above it."""
    return x.tril(k)


def triu(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The elements on and above the k-th diagonal of the last two axes, zeros below it."""
    return x.triu(k)
