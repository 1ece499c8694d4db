"""Order: sorted elements, places in them, distinct ones, quantiles."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.creation import arange, ones, zeros
from axon.core.functional import reshape
from axon.core.tensor import Tensor

ops = _runtime.ops


def sort(x: Tensor, axis: int = -1, *, descending: bool = False) -> Tensor:
    """The elements along an axis in order; NaN counts as the largest.

    The gradient goes back to where each element came from.

    Example:
        >>> axon.sort(axon.tensor([3, 1, 2]), descending=True).tolist()
        [3, 2, 1]
    """
    return ops.sort(x, axis=axis, descending=descending)[0]


def argsort(x: Tensor, axis: int = -1, *, descending: bool = False) -> Tensor:
    """The indices that put the elements along an axis in order (int64); equal ones keep theirs.

    Example:
        >>> axon.argsort(axon.tensor([3, 1, 3, 2]), descending=True).tolist()
        [0, 2, 3, 1]
    """
    return ops.sort(x, axis=axis, descending=descending)[1]


def searchsorted(boundaries: Tensor, x: Tensor, *, side: str = "left") -> Tensor:
    """The places at which elements of x keep the boundaries in order (int64, the shape of x).

    Args:
        boundaries: ascending along the last axis: (n,), or a row for each row of x.
        x: what is looked up.
        side: "left" for the first such place, before equal boundaries, "right" for the last.

    Raises:
        ValueError: another side, or shapes that do not fit.

    Example:
        >>> axon.searchsorted(axon.tensor([1, 3, 3, 5]), axon.tensor([0, 3, 9])).tolist()
        [0, 1, 4]
    """
    if side not in ("left", "right"):
        raise ValueError(f"axon.searchsorted: side is {side!r}; expected 'left' or 'right'")
    dtype = _runtime.promote_types(boundaries.dtype, x.dtype)
    boundaries, wanted = boundaries.to(dtype), x.to(dtype)
    if boundaries.ndim > 1:
        return ops.searchsorted(boundaries, wanted, right=side == "right")
    places = ops.searchsorted(boundaries, reshape(wanted, -1), right=side == "right")
    return reshape(places, x.shape)


def isin(x: Tensor, values: Tensor, *, invert: bool = False) -> Tensor:
    """True where an element of x is one of the values; with ``invert`` where it is none.

    Example:
        >>> axon.isin(axon.tensor([1, 2, 5]), axon.tensor([5, 1])).tolist()
        [True, False, True]
    """
    dtype = _runtime.promote_types(x.dtype, values.dtype)
    wanted, ordered = x.to(dtype), sort(reshape(values.to(dtype), -1))
    if values.size == 0:
        return ops.full(x.shape, float(invert), dtype="bool")
    place = ops.minimum(searchsorted(ordered, wanted), values.size - 1)
    found = ops.take(ordered, reshape(place, -1))
    return (ops.ne if invert else ops.eq)(reshape(found, x.shape), wanted)


def unique(
    x: Tensor,
    *,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
) -> Any:
    """The distinct elements of x, ascending.

    How many there are is data, so everything recorded so far is computed. NaN equals nothing:
    each is distinct.

    Args:
        x: any shape.
        return_index: also give the row-major number of the first element of x equal to each.
        return_inverse: also give, for each element of x, its number among the distinct ones.
        return_counts: also give how often each occurs.

    Returns:
        A tensor (n,), or a tuple of it, the indices (int64, (n,)), the inverse (int64, the shape of
        x) and the counts (int64, (n,)), as asked for.

    Example:
        >>> values, counts = axon.unique(axon.tensor([2, 1, 2]), return_counts=True)
        >>> values.tolist(), counts.tolist()
        ([1, 2], [1, 2])
    """
    values, order = ops.sort(reshape(x, -1), axis=0)
    if x.size == 0:
        found, first, inverse, counts = values, order, reshape(order, x.shape), order
    else:
        changes = ops.ne(values[1:], values[:-1]).to("int64")
        rank = ops.cumsum(ops.concat([zeros(1, dtype="int64"), changes]), 0)
        numbers = arange(int(rank[-1]) + 1)
        starts = ops.searchsorted(rank, numbers)
        found, first = ops.take(values, starts), ops.take(order, starts)
        counts = ops.searchsorted(rank, numbers, right=True) - starts
        inverse = reshape(ops.scatter(rank, order, rank, axis=0), x.shape)
    results = [found] + [first] * return_index
    results += [inverse] * return_inverse + [counts] * return_counts
    return tuple(results) if len(results) > 1 else found


def bincount(x: Tensor, minlength: int = 0) -> Tensor:
    """How often each of the numbers 0, 1, 2, ... occurs in a tensor of integers (int64).

    The largest number is data, so everything recorded so far is computed.

    Args:
        x: integers from 0 on, of any shape.
        minlength: the least extent of the result.

    Raises:
        ValueError: a negative number.

    Example:
        >>> axon.bincount(axon.tensor([1, 3, 1])).tolist()
        [0, 2, 0, 1]
    """
    if x.size and int(x.min()) < 0:
        raise ValueError(f"axon.bincount: x has the element {int(x.min())}; expected none below 0")
    size = max(int(x.max()) + 1 if x.size else 0, minlength)
    places = reshape(x, -1).to("int64")
    counted = ones(x.size, dtype="int64")
    return ops.scatter_add(zeros(size, dtype="int64"), places, counted, axis=0)


def quantile(x: Tensor, q: float, axis: int = -1) -> Tensor:
    """The q-quantile along an axis, interpolated between the two nearest elements.

    Raises:
        ValueError: q outside of [0, 1], or an axis without elements.

    Example:
        >>> axon.quantile(axon.tensor([1.0, 2.0, 3.0, 4.0]), 0.5).item()
        2.5
    """
    if not 0 <= q <= 1 or x.shape[axis] == 0:
        raise ValueError(
            f"axon.quantile: q is {q}, x has shape {x.shape}; expected 0 <= q <= 1 and an axis "
            "that is not empty"
        )
    place = q * (x.shape[axis] - 1)
    low = min(int(place), max(x.shape[axis] - 2, 0))
    ordered = sort(x, axis)
    before = (slice(None),) * (axis % x.ndim)
    first = ordered[(*before, low)]
    second = ordered[(*before, min(low + 1, x.shape[axis] - 1))]
    return ops.lerp(first, second, place - low)


def median(x: Tensor, axis: int = -1) -> Tensor:
    """The 0.5-:func:`quantile`.

    Example:
        >>> axon.median(axon.tensor([3.0, 1.0, 2.0])).item()
        2.0
    """
    return quantile(x, 0.5, axis)


for _function in (argsort, median, quantile, sort, unique):
    setattr(Tensor, _function.__name__, _function)
