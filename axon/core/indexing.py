"""``x[key]`` and ``x[key] = value``: keys as NumPy reads them, as ops."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from axon import _runtime
from axon.core.functional import flat_nonzero
from axon.core.tensor import Tensor

ops = _runtime.ops


@dataclass
class _Axis:
    """What a key takes of one axis: ``count`` elements, every ``step``-th from ``start``.

    ``dropped`` is true iff the key is an int, so that the axis goes; ``index`` is an integer tensor
    that picks elements instead, or None.
    """

    start: int
    step: int
    count: int
    dropped: bool = False
    index: Tensor | None = None


@dataclass
class _Selection:
    axes: list[_Axis]  # one for each axis of the tensor
    layout: list[int | None]  # the result's axes: the number of an axis of the tensor, None if new


def get_item(x: Tensor, key: Any) -> Tensor:
    """``x[key]``.

    ``key`` may hold ints, slices with any step, ``...``, None and one integer tensor, list or
    array; or be one boolean tensor over the leading axes, which is computed now.

    Raises:
        IndexError: too many indices, an int out of range, or a mask of another shape.
        TypeError: something that is no index.
        NotImplementedError: several integer tensors, or one that a slice parts from an int.
    """
    mask = _as_mask(key)
    if mask is not None:
        return _masked(x, mask)
    selection = _parse(x, key)
    axes = selection.axes
    y = x
    if any((a.start, a.step, a.count) != (0, 1, n) for a, n in zip(axes, x.shape, strict=True)):
        counts, starts, steps = zip(*((a.count, a.start, a.step) for a in axes), strict=True)
        y = ops.slice(x, counts, starts, steps)
    for number, axis in enumerate(axes):
        if axis.index is not None:
            y = ops.take(y, ops.reshape(axis.index, (-1,)), axis=number)
    shape = _result_shape(selection)
    return y if shape == y.shape else ops.reshape(y, shape)


def set_item(x: Tensor, key: Any, value: Any) -> Tensor:
    """The tensor that ``x[key] = value`` makes of ``x``; ``value`` broadcasts to ``x[key]``.

    Every element of the result asks whether the key takes it and, if so, which of ``value`` it is.
    The numbers of the key are operands, not structure: a changed offset plans nothing anew.
    """
    value = (value if isinstance(value, Tensor) else _runtime.tensor(value)).to(x.dtype)
    mask = _as_mask(key)
    if mask is not None:
        return _set_masked(x, mask, value)
    selection = _parse(x, key)
    value = _align(selection, value, x.ndim)
    if math.prod(_result_shape(selection)) == 0:
        return x
    taken = None
    for number, (axis, extent) in enumerate(zip(selection.axes, x.shape, strict=True)):
        if axis.index is None and (axis.start, axis.step, axis.count) == (0, 1, extent):
            continue
        inside, place = _inverse(axis, extent)
        if value.shape[number] != 1:
            value = ops.take(value, place, axis=number)
        across = tuple(extent if other == number else 1 for other in range(x.ndim))
        inside = ops.reshape(inside, across)
        taken = inside if taken is None else taken & inside
    if taken is None:
        return ops.expand_as(value, x)
    return ops.where(taken, value, x)


# ------------------------------------------------------------------------------------- parsing


def _parse(x: Tensor, key: Any) -> _Selection:
    keys = list(key) if isinstance(key, tuple) else [key]
    consuming = sum(part is not None and part is not Ellipsis for part in keys)
    if consuming > x.ndim:
        raise IndexError(
            f"axon: {consuming} indices for a tensor of shape {x.shape}, which has {x.ndim} axes"
        )
    ellipses = [number for number, part in enumerate(keys) if part is Ellipsis]
    if len(ellipses) > 1:
        raise IndexError("axon: an index can hold only one '...'")
    at = ellipses[0] if ellipses else len(keys)
    keys[at : at + 1] = [slice(None)] * (x.ndim - consuming)
    axes: list[_Axis] = []
    layout: list[int | None] = []
    for part in keys:
        if part is None:
            layout.append(None)
            continue
        axis = _parse_one(part, len(axes), x.shape)
        if not axis.dropped:
            layout.append(len(axes))
        axes.append(axis)
    if sum(axis.index is not None for axis in axes) > 1:
        raise NotImplementedError(
            "axon: several integer tensors in one index; use axon.take_along, or join them "
            "into one index of x.reshape(...): i * columns + j"
        )
    _refuse_moved_axes(keys, axes)
    return _Selection(axes, layout)


def _refuse_moved_axes(keys: list[Any], axes: list[_Axis]) -> None:
    """NumPy moves the axes of an index to the front when a slice parts it from an int."""
    consuming = [place for place, part in enumerate(keys) if part is not None]
    picked = [
        p for p, axis in zip(consuming, axes, strict=True) if axis.dropped or axis.index is not None
    ]
    has_index = any(axis.index is not None for axis in axes)
    if has_index and picked[-1] - picked[0] >= len(picked):
        raise NotImplementedError(
            "axon: an int and an integer tensor with a slice between them; "
            "index in two steps: x[0][:, index] instead of x[0, :, index]"
        )


def _parse_one(part: Any, number: int, shape: tuple[int, ...]) -> _Axis:
    extent = shape[number]
    if isinstance(part, slice):
        start, stop, step = part.indices(extent)
        return _Axis(start, step, len(range(start, stop, step)))
    index = _as_index(part)
    if isinstance(index, Tensor):
        return _Axis(0, 1, extent, index=index)
    if not -extent <= index < extent:
        raise IndexError(f"axon: index {index} is out of range for axis {number} of shape {shape}")
    return _Axis(index % extent, 1, 1, dropped=True)


def _as_index(part: Any) -> int | Tensor:
    if not isinstance(part, (Tensor, list)) and not getattr(part, "ndim", 0):
        if isinstance(part, bool) or not hasattr(part, "__index__"):
            raise TypeError(
                f"axon: {part!r} is no index; expected ints, slices, '...', None "
                "or integers in a tensor, list or array"
            )
        return part.__index__()
    index = part if isinstance(part, Tensor) else _runtime.tensor(part)
    if index.size == 0 and not isinstance(part, Tensor):
        index = index.to("int64")
    if index.dtype == "bool":
        raise NotImplementedError(
            "axon: a boolean mask beside other indices; index with it alone, or use axon.where"
        )
    if index.is_floating_point:
        raise TypeError(f"axon: an index must hold integers, not {index.dtype}")
    return index


def _result_shape(selection: _Selection) -> tuple[int, ...]:
    shape: list[int] = []
    for number in selection.layout:
        if number is None:
            shape.append(1)
            continue
        axis = selection.axes[number]
        shape.extend((axis.count,) if axis.index is None else axis.index.shape)
    return tuple(shape)


# --------------------------------------------------------------------------------------- setting


def _align(selection: _Selection, value: Tensor, ndim: int) -> Tensor:
    """``value`` with one axis for each of the tensor's: 1, or as many elements as the key takes."""
    shape = _result_shape(selection)
    fits = value.ndim <= len(shape) and all(
        have in (1, want)
        for have, want in zip(reversed(value.shape), reversed(shape), strict=False)
    )
    if not fits:
        raise ValueError(
            f"axon: cannot assign a value of shape {value.shape} to an index of shape {shape}; "
            "the value must broadcast to it"
        )
    extents = [1] * (len(shape) - value.ndim) + list(value.shape)
    aligned = [1] * ndim
    for number in selection.layout:
        index = None if number is None else selection.axes[number].index
        width = 1 if index is None else index.ndim
        here, extents = extents[:width], extents[width:]
        if index is not None and width > 1 and 1 < math.prod(here) < index.size:
            raise NotImplementedError(
                f"axon: a value of shape {value.shape} for an index tensor of shape {index.shape}; "
                "broadcast the value first: axon.broadcast_to(value, ...)"
            )
        if number is not None:
            aligned[number] = math.prod(here)
    return ops.reshape(value, tuple(aligned))


def _inverse(axis: _Axis, extent: int) -> tuple[Tensor, Tensor]:
    """For each place of an axis: whether the key takes it, and as which of its elements."""
    places = ops.iota((extent,))
    if axis.index is None:
        forward = axis.step > 0
        low = axis.start if forward else axis.start + (axis.count - 1) * axis.step
        step = abs(axis.step)
        number = (places - low) // step
        divides = ops.eq((places - low) % step, 0)
        inside = divides & (number >= 0) & (number < axis.count)
        number = ops.maximum(ops.minimum(number, axis.count - 1), 0)
        return inside, number if forward else (axis.count - 1) - number
    index = ops.take(
        places, ops.reshape(axis.index, (-1,)), axis=0
    )  # checks, and counts from the end
    hits = ops.eq(ops.reshape(index, (-1, 1)), ops.reshape(places, (1, -1)))
    last = ops.argmax(ops.flip(hits, axis=0).to("int64"), axis=0)  # of equal places the last wins
    return ops.any(hits, axis=0), (index.size - 1) - last


# ----------------------------------------------------------------------------------------- masks


def _as_mask(key: Any) -> Tensor | None:
    if isinstance(key, Tensor) and key.dtype == "bool":
        return key
    is_array = hasattr(key, "dtype") and hasattr(key, "ndim") and not isinstance(key, Tensor)
    return _runtime.tensor(key) if is_array and key.ndim and key.dtype == "bool" else None


def _check_mask(x: Tensor, mask: Tensor) -> None:
    if mask.ndim == 0 or x.shape[: mask.ndim] != mask.shape:
        raise IndexError(
            f"axon: a mask of shape {mask.shape} for a tensor of shape {x.shape}; "
            "its extents must be the leading ones of the tensor"
        )


def _masked(x: Tensor, mask: Tensor) -> Tensor:
    _check_mask(x, mask)
    rows = ops.reshape(x, (mask.size, *x.shape[mask.ndim :]))
    return ops.take(rows, flat_nonzero(mask), axis=0)


def _set_masked(x: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    _check_mask(x, mask)
    if value.ndim > x.ndim - mask.ndim and value.size != 1:
        raise NotImplementedError(
            f"axon: x[mask] = value of shape {value.shape}; expected a value that broadcasts to "
            f"{x.shape[mask.ndim :]}, or use axon.where(mask, value, x)"
        )
    if value.size == 1:
        value = ops.reshape(value, ())
    chosen = ops.reshape(mask, (*mask.shape, *([1] * (x.ndim - mask.ndim))))
    return ops.where(chosen, value, x)
