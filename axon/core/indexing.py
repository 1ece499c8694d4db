"""``x[key]`` and ``x[key] = value``: keys as NumPy reads them, as ops.

A key selects of each axis either a range (a slice, an int) or, by integer and boolean tensors, any
elements. Tensors over several axes become one vector of row-major numbers in those axes, so that
reading is one ``take`` and writing one ``scatter``. Numbers of a key are operands, never structure:
a changed offset plans nothing anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from axon import _runtime
from axon.core.functional import broadcast_shapes, broadcast_to, flat_nonzero, repeat
from axon.core.tensor import Tensor

ops = _runtime.ops

_INDEX = -1  # stands in a layout for the axes of the index tensors


@dataclass
class _Range:
    """Of one axis ``count`` elements, every ``step``-th from ``start``."""

    start: int
    step: int
    count: int

    def is_whole(self, extent: int) -> bool:
        return (self.start, self.step, self.count) == (0, 1, extent)


@dataclass
class _Index:
    """Elements of the axes from ``axis`` on: an integer tensor's of one axis, a mask's of several.

    ``places`` are their row-major numbers within those axes; of one axis they may be negative.
    """

    axis: int
    width: int
    places: Tensor

    @property
    def end(self) -> int:
        return self.axis + self.width


@dataclass
class _Selection:
    ranges: list[_Range] = field(default_factory=list)  # one an axis; whole where an index picks
    indices: list[_Index] = field(default_factory=list)
    layout: list[int | None] = field(default_factory=list)  # of the result: axis, _INDEX, None: new

    def is_in_order(self) -> bool:
        """True iff index tensors pick from neighbouring axes, and stand where those are."""
        ends = [index.end for index in self.indices]
        neighbours = all(i.axis == end for i, end in zip(self.indices[1:], ends, strict=False))
        order = [
            self.indices[0].axis if axis == _INDEX else axis
            for axis in self.layout
            if axis is not None
        ]
        return neighbours and ends[-1] > self.indices[0].axis and order == sorted(order)

    def index_shape(self) -> tuple[int, ...]:
        """The shape to which the index tensors broadcast."""
        shapes = [index.places.shape for index in self.indices]
        try:
            return broadcast_shapes(*shapes)
        except ValueError:
            raise IndexError(
                f"axon: index tensors of shapes {', '.join(map(str, shapes))}; "
                "they must broadcast to one shape"
            ) from None

    def shape(self) -> tuple[int, ...]:
        """The shape of ``x[key]``."""
        shape: list[int] = []
        for axis in self.layout:
            if axis == _INDEX:
                shape.extend(self.index_shape())
            else:
                shape.append(1 if axis is None else self.ranges[axis].count)
        return tuple(shape)


def get_item(x: Tensor, key: Any) -> Tensor:
    """``x[key]``.

    ``key`` may hold ints, slices with any step, ``...``, None, and tensors, arrays and lists of
    integers or bool, which broadcast; a boolean one stands for the places where it is true, so
    everything recorded so far is computed. Axes of index tensors stand where those are, or, if
    something else stands between them, first.

    Raises:
        IndexError: too many indices, an int out of range, a mask of another shape, or index tensors
            that do not broadcast; when computed, an index tensor with an element out of range.
        TypeError: something that is no index.
    """
    return _selected(x, _parse(x.shape, key))


def set_item(x: Tensor, key: Any, value: Any) -> Tensor:
    """The tensor that ``x[key] = value`` makes of ``x``; ``value`` broadcasts to ``x[key]``.

    Where index tensors name an element several times, the last in row-major order stays.
    """
    given = isinstance(value, Tensor)
    value = value.to(x.dtype) if given else _runtime.tensor(value, x.dtype)
    mask = _as_mask(key)
    if mask is not None:
        rest = x.shape[mask.ndim :]
        rows = _without_leading_ones(value, len(rest))
        if mask.shape + rest == x.shape and rows.ndim <= len(rest):
            _check_value(value, rows, rest)
            return ops.where(ops.reshape(mask, mask.shape + (1,) * len(rest)), rows, x)
    selection = _parse(x.shape, key)
    shape = selection.shape()
    value = _without_leading_ones(value, len(shape))
    _check_value(value, value, shape)
    if math.prod(shape) == 0:
        return x
    if not selection.indices:
        return _set_ranges(x, selection, value)
    places = _numbers(x.shape, selection)
    value = ops.reshape(broadcast_to(value, shape), (-1,))
    written = ops.scatter(ops.reshape(x, (-1,)), ops.reshape(places, (-1,)), value, axis=0)
    return ops.reshape(written, x.shape)


# ------------------------------------------------------------------------------------- parsing


def _parse(shape: tuple[int, ...], key: Any) -> _Selection:
    parts = [_as_part(part) for part in (key if isinstance(key, tuple) else (key,))]
    _fill_ellipsis(parts, shape)
    selection = _Selection()
    picking = []  # of each int and index tensor: its number, how many axes of the result precede
    for number, part in enumerate(parts):
        axis = len(selection.ranges)
        if part is None:
            selection.layout.append(None)
        elif isinstance(part, slice):
            start, stop, step = part.indices(shape[axis])
            selection.ranges.append(_Range(start, step, len(range(start, stop, step))))
            selection.layout.append(axis)
        elif part is not Ellipsis:
            picking.append((number, len(selection.layout)))
            if isinstance(part, Tensor):
                _add_index(selection, part, shape)
            else:
                selection.ranges.append(_Range(_in_range(part, axis, shape), 1, 1))
    if selection.indices:
        (first, at), (last, _) = picking[0], picking[-1]
        together = last - first == len(picking) - 1
        selection.layout.insert(at if together else 0, _INDEX)
    return selection


def _as_part(part: Any) -> Any:
    """A part of a key: None, ``...``, a slice, an int or a tensor of integers or bool."""
    if part is None or part is Ellipsis or isinstance(part, slice):
        return part
    is_bool = isinstance(part, bool) or (hasattr(part, "dtype") and part.dtype == "bool")
    is_list = isinstance(part, (list, tuple, range))
    if not (isinstance(part, Tensor) or is_list or is_bool or getattr(part, "ndim", 0)):
        if not hasattr(part, "__index__"):
            raise TypeError(
                f"axon: {part!r} is no index; expected ints, slices, '...', None, or tensors, "
                "arrays or lists of integers or bool"
            )
        return part.__index__()
    index = part if isinstance(part, Tensor) else _runtime.tensor(part)
    if index.size == 0 and is_list:
        index = index.to("int64")
    if index.is_floating_point:
        raise TypeError(
            f"axon: an index tensor has dtype {index.dtype}; expected integers or bool, "
            'such as index.to("int64")'
        )
    return index


def _fill_ellipsis(parts: list[Any], shape: tuple[int, ...]) -> None:
    """Puts slices after ``...``, or at the end, so that the parts take every axis.

    The ellipsis itself stays, for it parts index tensors even where it stands for no axis.
    """
    taken = sum(map(_width, parts))
    if taken > len(shape):
        raise IndexError(
            f"axon: {taken} indices for a tensor of shape {shape}, which has {len(shape)} axes"
        )
    ellipses = [number for number, part in enumerate(parts) if part is Ellipsis]
    if len(ellipses) > 1:
        raise IndexError("axon: an index can hold only one '...'")
    at = ellipses[0] + 1 if ellipses else len(parts)
    parts[at:at] = [slice(None)] * (len(shape) - taken)


def _width(part: Any) -> int:
    """How many axes a part of a key takes."""
    if isinstance(part, Tensor) and part.dtype == "bool":
        return part.ndim
    return int(part is not None and part is not Ellipsis)


def _in_range(index: int, axis: int, shape: tuple[int, ...]) -> int:
    if not -shape[axis] <= index < shape[axis]:
        raise IndexError(f"axon: index {index} is out of range for axis {axis} of shape {shape}")
    return index % shape[axis]


def _add_index(selection: _Selection, index: Tensor, shape: tuple[int, ...]) -> None:
    axis, width = len(selection.ranges), _width(index)
    if index.dtype == "bool":
        _check_mask(index, axis, shape)
        index = flat_nonzero(index)
    selection.indices.append(_Index(axis, width, index))
    selection.ranges.extend(_Range(0, 1, extent) for extent in shape[axis : axis + width])


def _check_mask(mask: Tensor, axis: int, shape: tuple[int, ...]) -> None:
    within = shape[axis : axis + mask.ndim]
    if any(have not in (0, want) for have, want in zip(mask.shape, within, strict=True)):
        raise IndexError(
            f"axon: a mask of shape {mask.shape} for a tensor of shape {shape} from axis {axis} "
            "on; their extents must be equal"
        )


def _padded(shape: Sequence[int], rank: int) -> tuple[int, ...]:
    return (1,) * (rank - len(shape)) + tuple(shape)


# ------------------------------------------------------------------------------------- reading


def _selected(x: Tensor, selection: _Selection) -> Tensor:
    shape = selection.shape()
    if not selection.indices:
        y = _sliced(x, selection)
    elif selection.is_in_order():
        y = _taken(_sliced(x, selection), selection.indices)
    else:
        y = ops.take(ops.reshape(x, (-1,)), ops.reshape(_numbers(x.shape, selection), (-1,)))
    return y if shape == y.shape else ops.reshape(y, shape)


def _sliced(x: Tensor, selection: _Selection) -> Tensor:
    if all(r.is_whole(extent) for r, extent in zip(selection.ranges, x.shape, strict=True)):
        return x
    parts = ((r.count, r.start, r.step) for r in selection.ranges)
    return ops.slice(x, *zip(*parts, strict=True))


def _taken(x: Tensor, indices: list[_Index]) -> Tensor:
    """What index tensors of neighbouring axes pick, along one axis in place of those."""
    at, end = indices[0].axis, indices[-1].end
    places = indices[0].places if len(indices) == 1 else _joined(indices, x.shape[:end])
    if end - at != 1:
        x = ops.reshape(x, (*x.shape[:at], math.prod(x.shape[at:end]), *x.shape[end:]))
    return ops.take(x, ops.reshape(places, (-1,)), axis=at)


def _numbers(shape: tuple[int, ...], selection: _Selection) -> Tensor:
    """The row-major number, in a tensor of ``shape``, of each element that the key takes."""
    result = selection.shape()
    total: Any = 0
    behind = len(result)  # axes of the result from the present one on
    for axis in selection.layout:
        behind -= len(selection.index_shape()) if axis == _INDEX else 1
        if axis == _INDEX:
            along = _joined(selection.indices, shape)
        elif axis is None:
            continue
        else:
            along = ops.iota((selection.ranges[axis].count,)) * selection.ranges[axis].step
            along = along * math.prod(shape[axis + 1 :])
        total = total + ops.reshape(along, along.shape + (1,) * behind)
    starts = zip(selection.ranges, range(1, len(shape) + 1), strict=True)
    offset = sum(selected.start * math.prod(shape[end:]) for selected, end in starts)
    return broadcast_to(total + offset, result)


def _joined(indices: list[_Index], shape: tuple[int, ...]) -> Tensor:
    """What the index tensors pick together, as row-major numbers in a tensor of ``shape``."""
    total: Any = 0
    for index in indices:
        numbers = ops.iota((math.prod(shape[index.axis : index.end]),))
        # Taken from 0, 1, 2, ..., so that negative ones count from the end, within these axes.
        places = ops.reshape(
            ops.take(numbers, ops.reshape(index.places, (-1,))), index.places.shape
        )
        total = total + places * math.prod(shape[index.end :])
    return total


# ------------------------------------------------------------------------------------- writing


def _as_mask(key: Any) -> Tensor | None:
    """The mask that is all of a key, or None."""
    if isinstance(key, (tuple, list)) or not hasattr(key, "dtype") or key.dtype != "bool":
        return None
    return key if isinstance(key, Tensor) else _runtime.tensor(key)


def _without_leading_ones(value: Tensor, rank: int) -> Tensor:
    """``value`` with at most ``rank`` axes, if those in front have extent 1."""
    excess = max(value.ndim - rank, 0)
    if excess == 0 or any(extent != 1 for extent in value.shape[:excess]):
        return value
    return ops.reshape(value, value.shape[excess:])


def _check_value(given: Tensor, value: Tensor, shape: tuple[int, ...]) -> None:
    fits = value.ndim <= len(shape) and all(
        have in (1, want)
        for have, want in zip(reversed(value.shape), reversed(shape), strict=False)
    )
    if not fits:
        raise ValueError(
            f"axon: cannot assign a value of shape {given.shape} to an index of shape {shape}; "
            "the value must broadcast to it"
        )


def _set_ranges(x: Tensor, selection: _Selection, value: Tensor) -> Tensor:
    """Every element of the result asks whether the key takes it; ``value`` lies where it goes."""
    extents = dict(zip(selection.layout, _padded(value.shape, len(selection.layout)), strict=True))
    value = ops.reshape(value, tuple(extents.get(axis, 1) for axis in range(x.ndim)))
    taken = None
    size, start = list(value.shape), [0] * x.ndim
    for axis, (selected, extent) in enumerate(zip(selection.ranges, x.shape, strict=True)):
        if selected.is_whole(extent):
            continue
        low = min(selected.start, selected.start + (selected.count - 1) * selected.step)
        step = abs(selected.step)
        if value.shape[axis] != 1:
            value = ops.flip(value, axis=axis) if selected.step < 0 else value
            value = repeat(value, step, axis) if step > 1 else value
            size[axis], start[axis] = extent, -low
        number = ops.iota((extent,)) - low
        inside = (number >= 0) & (number < selected.count * step)
        inside = inside & ops.eq(number % step, 0) if step > 1 else inside
        inside = ops.reshape(inside, (extent,) + (1,) * (x.ndim - axis - 1))
        taken = inside if taken is None else taken & inside
    if taken is None:
        return ops.expand_as(value, x)
    placed = value if tuple(size) == value.shape else ops.constant_pad(value, size, start)
    return ops.where(taken, placed, x)
