"""Tensors from data, constants and random draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.functional import broadcast_to, shape_of
from axon.core.random import Generator, next_key
from axon.core.tensor import Tensor

Shape = Sequence[int]
ops = _runtime.ops


def tensor(data: Any, dtype: Any = None, *, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of ``data``.

    Args:
        data: a number, nested lists of numbers, an array of any library, or a tensor.
        dtype: by default that of an array; of Python numbers float32, int64 or bool.
        requires_grad: whether gradients are wanted.

    Raises:
        OverflowError: a Python integer that ``dtype`` does not hold.

    Example:
        >>> axon.tensor([[1, 2], [3, 4]]).dtype
        axon.int64
    """
    if isinstance(data, Tensor):
        made = data.detach() if dtype is None else data.detach().to(dtype)
    else:
        made = _runtime.tensor(data, dtype)
    return _leaf(made, requires_grad)


def asarray(data: Any, dtype: Any = None, *, copy: bool | None = None) -> Tensor:
    """``data`` as a tensor: one that it is already stays itself, with its gradients.

    Args:
        data, dtype: as for :func:`tensor`.
        copy: True for another tensor even then; False for an error where data would be copied.

    Raises:
        ValueError: ``copy=False`` for what is no tensor of that dtype: tensors never change, so
            that of others, who may write to it, is always copied.

    Example:
        >>> x = axon.ones(3)
        >>> axon.asarray(x) is x, axon.asarray([1, 2]).dtype
        (True, axon.int64)
    """
    if not isinstance(data, Tensor):
        if copy is False:
            raise ValueError(
                f"axon.asarray: a {type(data).__name__} can only be copied: tensors never change, "
                "but it may be written to; leave copy out"
            )
        return _runtime.tensor(data, dtype)
    if dtype is not None and data.dtype != dtype:
        if copy is False:
            raise ValueError(f"axon.asarray: {data.dtype} to {dtype} needs a copy; leave copy out")
        return data.to(dtype)
    return data.to(data.dtype, copy=True) if copy else data


def from_dlpack(data: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor of what another library's array holds, through DLPack.

    Elements are copied: tensors never change, but the other library may write to its array. The
    other direction shares memory: ``numpy.from_dlpack(x)`` and the like get a read-only view, and
    the tensor's memory stays as it is for as long as that lives.

    Args:
        data: an object with ``__dlpack__`` and ``__dlpack_device__``, on the CPU.
        device: None or "cpu".
        copy: False for an error instead of a copy.

    Raises:
        BufferError: ``copy=False``, unless ``data`` is a tensor.

    Example:
        >>> import numpy as np
        >>> axon.from_dlpack(np.arange(3))
        tensor([0, 1, 2])
    """
    check_device("from_dlpack", device)
    if isinstance(data, Tensor):
        return data.to(data.dtype, copy=True) if copy else data.detach()
    if not hasattr(data, "__dlpack__"):
        raise TypeError(
            f"axon.from_dlpack: a {type(data).__name__} has no __dlpack__; use axon.tensor(...)"
        )
    if copy is False:
        raise BufferError(
            f"axon.from_dlpack: a {type(data).__name__} can only be copied: tensors never change, "
            "but it may be written to; leave copy out"
        )
    return _runtime.tensor(data)


def check_device(name: str, device: Any) -> None:
    """Refuses a device that there is not."""
    if device not in (None, "cpu"):
        raise ValueError(f"axon.{name}: device is {device!r}; expected 'cpu'")


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
    """A tensor of ``shape`` with ``value`` everywhere; by default of the dtype of the value.

    Raises:
        OverflowError: a Python integer that ``dtype`` does not hold.
    """
    size = shape_of((shape,))
    if isinstance(value, int) and not 0 <= value < 128:  # which not every dtype holds
        made = broadcast_to(_runtime.tensor(value, dtype), size)
    else:
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


def empty(*shape: int | Shape, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose elements are of no meaning yet, float32 by default; they are zeros."""
    return zeros(*shape, dtype=dtype, requires_grad=requires_grad)


def zeros_like(x: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the shape and dtype of ``x``."""
    return zeros(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def ones_like(x: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of the shape and dtype of ``x``."""
    return ones(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def empty_like(x: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """:func:`empty` of the shape and dtype of ``x``."""
    return zeros_like(x, dtype=dtype, requires_grad=requires_grad)


def full_like(x: Tensor, value: float, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """``value`` everywhere, of the shape and dtype of ``x``."""
    return full(x.shape, value, dtype=dtype or x.dtype, requires_grad=requires_grad)


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


def linspace(
    start: float, stop: float, count: int, *, endpoint: bool = True, dtype: Any = None
) -> Tensor:
    """``count`` numbers at equal distances from ``start`` to ``stop``, float32 by default.

    Args:
        endpoint: whether ``stop`` is the last of them, or would be the next.

    Raises:
        ValueError: a negative count.
    """
    if count < 0:
        raise ValueError(f"axon.linspace: count is {count}; expected 0 or more")
    gaps = count - 1 if endpoint else count
    step = (stop - start) / gaps if gaps > 0 else 0.0
    line = _line(count, float(start), float(step), _runtime.float64)
    if endpoint and count > 1:  # whatever the steps add up to
        line = ops.where(ops.eq(ops.iota((count,)), count - 1), float(stop), line)
    return line.to(dtype or _runtime.float32)


def logspace(
    start: float,
    stop: float,
    count: int,
    base: float = 10.0,
    *,
    endpoint: bool = True,
    dtype: Any = None,
) -> Tensor:
    """``base`` to the powers of :func:`linspace`, float32 by default.

    Example:
        >>> axon.logspace(0, 3, 4).tolist()
        [1.0, 10.0, 100.0, 1000.0]
    """
    exponents = linspace(start, stop, count, endpoint=endpoint, dtype="float64")
    return ops.pow(base, exponents).to(dtype or _runtime.float32)


def _line(count: int, start: float, step: float, dtype: Any) -> Tensor:
    numbers = ops.iota((count,))
    if isinstance(start, float) or isinstance(step, float):
        numbers = ops.cast(numbers, dtype=_runtime.float64)
    return (numbers * step + start).to(dtype)


def eye(rows: int, columns: int | None = None, diagonal: int = 0, *, dtype: Any = None) -> Tensor:
    """Ones on a diagonal, above the main one if positive, zeros elsewhere; float32 by default."""
    return _compared(ops.eq, rows, columns, diagonal, dtype)


def tri(rows: int, columns: int | None = None, diagonal: int = 0, *, dtype: Any = None) -> Tensor:
    """Ones on and below a diagonal, zeros above it; float32 by default."""
    return _compared(ops.le, rows, columns, diagonal, dtype)


def _compared(op: Any, rows: int, columns: int | None, diagonal: int, dtype: Any) -> Tensor:
    """1 where the op holds for the numbers of column and row, moved by the diagonal."""
    columns = rows if columns is None else columns
    down = ops.reshape(ops.iota((rows,)), (rows, 1)) + diagonal
    across = ops.reshape(ops.iota((columns,)), (1, columns))
    return op(across, down).to(dtype or _runtime.float32)


# -------------------------------------------------------------------------------------- random


def rand(
    *shape: int | Shape,
    dtype: Any = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Numbers spread evenly over [0, 1), float32 by default.

    Args:
        generator: of the draw, by default the thread's own; see :func:`axon.manual_seed`.
    """
    return uniform(shape_of(shape), dtype=dtype, requires_grad=requires_grad, generator=generator)


def randn(
    *shape: int | Shape,
    dtype: Any = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed numbers of mean 0 and deviation 1; arguments as for :func:`rand`."""
    return normal(shape_of(shape), dtype=dtype, requires_grad=requires_grad, generator=generator)


def uniform(
    shape: int | Shape,
    low: float = 0.0,
    high: float = 1.0,
    *,
    dtype: Any = None,
    requires_grad: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """Numbers spread evenly over [low, high)."""
    made = ops.random_uniform(
        shape_of((shape,)),
        next_key(generator),
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
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed numbers."""
    made = ops.random_normal(
        shape_of((shape,)),
        next_key(generator),
        mean=mean,
        std=std,
        dtype=dtype or _runtime.float32,
    )
    return _leaf(made, requires_grad)


def randint(
    low: int,
    high: int,
    shape: int | Shape,
    *,
    dtype: Any = None,
    generator: Generator | None = None,
) -> Tensor:
    """Integers spread evenly over [low, high), int64 by default.

    They are remainders of 53 random bits, so no integer is favoured by more than
    (high - low) / 2**53.

    Raises:
        ValueError: there is no integer in [low, high), or more than 2**53.
    """
    if not 0 < high - low <= 2**53:
        raise ValueError(
            f"axon.randint: [{low}, {high}) holds {high - low} integers; expected some"
        )
    drawn = ops.random_integers(shape_of((shape,)), next_key(generator), low, high)
    return drawn if dtype is None else drawn.to(dtype)


def rand_like(x: Tensor, *, dtype: Any = None, generator: Generator | None = None) -> Tensor:
    """:func:`rand` of the shape and dtype of ``x``."""
    return uniform(x.shape, dtype=dtype or x.dtype, generator=generator)


def randn_like(x: Tensor, *, dtype: Any = None, generator: Generator | None = None) -> Tensor:
    """:func:`randn` of the shape and dtype of ``x``."""
    return normal(x.shape, dtype=dtype or x.dtype, generator=generator)


def randint_like(
    x: Tensor, low: int, high: int, *, dtype: Any = None, generator: Generator | None = None
) -> Tensor:
    """:func:`randint` of the shape and dtype of ``x``."""
    return randint(low, high, x.shape, dtype=dtype or x.dtype, generator=generator)


def bernoulli(p: Tensor, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability that each element of ``p`` gives, else 0."""
    return ops.bernoulli(p, next_key(generator))


def exponential(
    shape: int | Shape, rate: float = 1.0, *, dtype: Any = None, generator: Generator | None = None
) -> Tensor:
    """Exponentially distributed numbers of mean 1 / rate."""
    dtype = dtype or _runtime.float32
    return ops.random_exponential(shape_of((shape,)), next_key(generator), rate=rate, dtype=dtype)


def permutation(count: int, *, generator: Generator | None = None) -> Tensor:
    """The integers 0 to count - 1 in random order."""
    return ops.sort(randint(0, 2**53, count, generator=generator))[1]


def multinomial(
    p: Tensor, draws: int, replacement: bool = False, *, generator: Generator | None = None
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
        return ops.multinomial(p, next_key(generator), draws)
    if p.ndim == 0 or draws > p.shape[-1]:
        raise ValueError(
            f"axon.multinomial: {draws} draws without replacement from p of shape {p.shape}; "
            "expected at most as many as the last axis has classes"
        )
    times = ops.where(p > 0, exponential(p.shape, dtype=p.dtype, generator=generator) / p, math.inf)
    return ops.topk(times, draws, largest=False)[1]
