"""Tensors from data, constants and random draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.functional import shape_of
from axon.core.random import Key, next_key
from axon.core.tensor import Tensor

Shape = Sequence[int]
ops = _runtime.ops


def tensor(data: Any, dtype: Any = None, *, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of ``data``.

    Args:
        data: a number, nested lists of numbers, a NumPy array or a tensor.
        dtype: by default that of an array; of Python numbers float32, int64 or bool.
        requires_grad: whether gradients are wanted.

    Example:
        >>> axon.tensor([[1, 2], [3, 4]]).dtype
        axon.int64
    """
    if isinstance(data, Tensor):
        made = data.detach() if dtype is None else data.detach().to(dtype)
    else:
        made = _runtime.tensor(data, dtype)
    return _leaf(made, requires_grad)


def _leaf(made: Tensor, requires_grad: bool) -> Tensor:
    if requires_grad:
        made.requires_grad = True
    return made


def _dtype_of(value: float) -> Any:
    if isinstance(value, bool):
        return _runtime.bool
    return _runtime.int64 if isinstance(value, int) else _runtime.float32


def full(
    shape: int | Shape, value: float, *, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of ``shape`` with ``value`` everywhere; by default of the dtype of the value."""
    size = shape_of((shape,))
    made = ops.full(size, value, dtype=_dtype_of(value) if dtype is None else dtype)
    return _leaf(made, requires_grad)


def zeros(*shape: int | Shape, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros: ``zeros(2, 3)`` or ``zeros((2, 3))``, float32 by default."""
    return _constant(shape, 0, dtype, requires_grad)


def ones(*shape: int | Shape, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones: ``ones(2, 3)`` or ``ones((2, 3))``, float32 by default."""
    return _constant(shape, 1, dtype, requires_grad)


def _constant(shape: tuple, value: int, dtype: Any, requires_grad: bool) -> Tensor:
    dtype = _runtime.float32 if dtype is None else dtype
    return full(shape_of(shape), value, dtype=dtype, requires_grad=requires_grad)


def zeros_like(x: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the shape and dtype of ``x``."""
    return zeros(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def ones_like(x: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of the shape and dtype of ``x``."""
    return ones(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def full_like(x: Tensor, value: float, *, dtype: Any = None) -> Tensor:
    """``value`` everywhere, of the shape and dtype of ``x``."""
    return full(x.shape, value, dtype=dtype or x.dtype)


def arange(
    start: float, stop: float | None = None, step: float = 1, *, dtype: Any = None
) -> Tensor:
    """start, start + step, ... below ``stop``; ``arange(n)`` counts from 0.

    Integers give int64, a float among the arguments float32.

    Raises:
        ValueError: the step is 0.
    """
    if stop is None:
        start, stop = 0, start
    if step == 0:
        raise ValueError("axon.arange: step is 0; the numbers would never reach stop")
    count = max(0, math.ceil((stop - start) / step))
    if dtype is None:
        whole = all(isinstance(number, int) for number in (start, stop, step))
        dtype = _runtime.int64 if whole else _runtime.float32
    return _line(count, start, step, dtype)


def linspace(start: float, stop: float, count: int, *, dtype: Any = None) -> Tensor:
    """``count`` numbers from ``start`` to ``stop``, both included, float32 by default."""
    step = (stop - start) / (count - 1) if count > 1 else 0.0
    return _line(count, float(start), float(step), dtype or _runtime.float32)


def _line(count: int, start: float, step: float, dtype: Any) -> Tensor:
    numbers = ops.iota((count,))
    if isinstance(start, float) or isinstance(step, float):
        numbers = ops.cast(numbers, dtype=_runtime.float64)
    return (numbers * step + start).to(dtype)


def eye(rows: int, columns: int | None = None, *, dtype: Any = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere, float32 by default."""
    columns = rows if columns is None else columns
    across = ops.reshape(ops.iota((columns,)), (1, columns))
    return ops.eq(ops.reshape(ops.iota((rows,)), (rows, 1)), across).to(dtype or _runtime.float32)


# -------------------------------------------------------------------------------------- random


def rand(
    *shape: int | Shape, dtype: Any = None, requires_grad: bool = False, key: Key | None = None
) -> Tensor:
    """Numbers spread evenly over [0, 1), float32 by default.

    Args:
        key: of the draw; the next of the generator of :func:`axon.manual_seed` when left out.
    """
    return uniform(shape_of(shape), dtype=dtype, requires_grad=requires_grad, key=key)


def randn(
    *shape: int | Shape, dtype: Any = None, requires_grad: bool = False, key: Key | None = None
) -> Tensor:
    """Normally distributed numbers of mean 0 and deviation 1; arguments as for :func:`rand`."""
    return normal(shape_of(shape), dtype=dtype, requires_grad=requires_grad, key=key)


def uniform(
    shape: int | Shape,
    low: float = 0.0,
    high: float = 1.0,
    *,
    dtype: Any = None,
    requires_grad: bool = False,
    key: Key | None = None,
) -> Tensor:
    """Numbers spread evenly over [low, high)."""
    made = ops.random_uniform(
        shape_of((shape,)),
        _key(key),
        low=low,
        high=high,
        dtype=dtype or _runtime.float32,
    )
    return _leaf(made, requires_grad)


def normal(
    shape: int | Shape,
    mean: float = 0.0,
    std: float = 1.0,
    *,
    dtype: Any = None,
    requires_grad: bool = False,
    key: Key | None = None,
) -> Tensor:
    """Normally distributed numbers."""
    made = ops.random_normal(
        shape_of((shape,)),
        _key(key),
        mean=mean,
        std=std,
        dtype=dtype or _runtime.float32,
    )
    return _leaf(made, requires_grad)


def randint(low: int, high: int, shape: int | Shape, *, key: Key | None = None) -> Tensor:
    """Integers spread evenly over [low, high), int64.

    They are remainders of 53 random bits, so no integer is favoured by more than
    (high - low) / 2**53.

    Raises:
        ValueError: there is no integer in [low, high), or more than 2**53.
    """
    if not 0 < high - low <= 2**53:
        raise ValueError(
            f"axon.randint: [{low}, {high}) holds {high - low} integers; expected some"
        )
    return ops.random_integers(shape_of((shape,)), _key(key), low, high)


def bernoulli(p: Tensor, *, key: Key | None = None) -> Tensor:
    """1 with the probability that each element of ``p`` gives, else 0."""
    return ops.bernoulli(p, _key(key))


def exponential(
    shape: int | Shape, rate: float = 1.0, *, dtype: Any = None, key: Key | None = None
) -> Tensor:
    """Exponentially distributed numbers of mean 1 / rate."""
    dtype = dtype or _runtime.float32
    return ops.random_exponential(shape_of((shape,)), _key(key), rate=rate, dtype=dtype)


def permutation(count: int, *, key: Key | None = None) -> Tensor:
    """The integers 0 to count - 1 in random order."""
    return ops.sort(randint(0, 2**53, count, key=key))[1]


def multinomial(
    p: Tensor, draws: int, replacement: bool = False, *, key: Key | None = None
) -> Tensor:
    """Numbers of classes, drawn with probabilities in proportion to the last axis of ``p``.

    Each draw is the winner of a race of exponential times with rates ``p``; without replacement
    the draws are the first to arrive (Efraimidis and Spirakis, 2006).

    Raises:
        ValueError: more draws than classes without replacement.

    Example:
        >>> axon.multinomial(axon.tensor([0.0, 1.0]), 3, replacement=True).tolist()
        [1, 1, 1]
    """
    if replacement:
        return ops.multinomial(p, _key(key), draws)
    if p.ndim == 0 or draws > p.shape[-1]:
        raise ValueError(
            f"axon.multinomial: {draws} draws without replacement from p of shape {p.shape}; "
            "expected at most as many as the last axis has classes"
        )
    times = ops.where(p > 0, exponential(p.shape, dtype=p.dtype, key=key) / p, math.inf)
    return ops.topk(times, draws, largest=False)[1]


def _key(given: Key | None) -> Key:
    return next_key() if given is None else given
