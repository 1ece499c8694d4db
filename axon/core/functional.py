"""Functions of tensors whose arguments are friendlier than those of the ops beneath."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.random import Generator, next_key
from axon.core.tensor import Tensor, attach_operator

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
    """Exchanges two axes, by default the last two.

    Raises:
        IndexError: an axis that there is not.
    """
    order = list(range(x.ndim))
    for axis in (first, second):
        _axes("transpose", x, axis)
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


def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape to which tensors of these shapes broadcast.

    Raises:
        ValueError: extents that are neither equal nor 1, counted from the last axis.

    Example:
        >>> axon.broadcast_shapes((3, 1), (4,))
        (3, 4)
    """
    rank = max(map(len, shapes), default=0)
    columns = zip(*((1,) * (rank - len(shape)) + tuple(shape) for shape in shapes), strict=True)
    extents = [set(column) - {1} for column in columns]
    if any(len(different) > 1 for different in extents):
        raise ValueError(
            f"axon.broadcast_shapes: shapes {', '.join(str(tuple(s)) for s in shapes)} do not "
            "broadcast; extents must be equal or 1, counted from the last axis"
        )
    return tuple(different.pop() if different else 1 for different in extents)


def broadcast_arrays(*tensors: Tensor) -> list[Tensor]:
    """The tensors broadcast to one shape; see :func:`broadcast_shapes`.

    Example:
        >>> [x.shape for x in axon.broadcast_arrays(axon.ones(3, 1), axon.ones(4))]
        [(3, 4), (3, 4)]
    """
    shape = broadcast_shapes(*(x.shape for x in tensors))
    return [broadcast_to(x, shape) for x in tensors]


def unstack(x: Tensor, axis: int = 0) -> tuple[Tensor, ...]:
    """The slices along an axis, which they lack: what :func:`stack` joins.

    Example:
        >>> [row.tolist() for row in axon.unstack(axon.eye(2))]
        [[1.0, 0.0], [0.0, 1.0]]
    """
    (axis,) = _axes("unstack", x, axis)
    before = (slice(None),) * axis
    return tuple(x[(*before, number)] for number in range(x.shape[axis]))


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


def chunk(x: Tensor, chunks: int, axis: int = 0) -> list[Tensor]:
    """Cuts ``x`` along ``axis`` into at most ``chunks`` parts of one size, the last smaller.

    Raises:
        ValueError: ``chunks`` is not positive.
    """
    if chunks < 1:
        raise ValueError(f"axon.chunk: chunks is {chunks}; expected at least 1")
    return split(x, max(1, -(-x.shape[axis] // chunks)), axis)


def moveaxis(x: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Moves axes to other places; the rest stay in their order.

    Example:
        >>> axon.moveaxis(axon.zeros(2, 3, 4), 0, -1).shape
        (3, 4, 2)
    """
    moved, places = _axes("moveaxis", x, source), _axes("moveaxis", x, destination)
    if len(moved) != len(places):
        raise ValueError(
            f"axon.moveaxis: {len(moved)} axes to {len(places)} places; expected as many places"
        )
    order = [axis for axis in range(x.ndim) if axis not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return ops.permute(x, tuple(order))


def flip(x: Tensor, axis: int | Sequence[int] | None = None) -> Tensor:
    """The elements in reverse order along the given axes, or along all."""
    for number in range(x.ndim) if axis is None else _axes("flip", x, axis):
        x = ops.flip(x, axis=number)
    return x


def roll(x: Tensor, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Tensor:
    """Moves the elements along axes by ``shift`` places; those that leave enter at the other end.

    Args:
        shift: a number for each axis, or one for all.
        axis: where to move; without it the elements move in row-major order.

    Example:
        >>> axon.roll(axon.arange(4), 1).tolist()
        [3, 0, 1, 2]
    """
    if axis is None:
        return reshape(roll(reshape(x, -1), shift, 0), x.shape)
    axes = _axes("roll", x, axis)
    shifts = [shift] * len(axes) if isinstance(shift, int) else list(shift)
    if len(shifts) != len(axes):
        raise ValueError(f"axon.roll: {len(shifts)} shifts for {len(axes)} axes")
    for number, places in zip(axes, shifts, strict=True):
        x = ops.roll(x, places % max(x.shape[number], 1), axis=number)
    return x


def tile(x: Tensor, *repeats: int | Sequence[int]) -> Tensor:
    """``x`` laid side by side, so many times along each axis; axes are added in front if need be.

    Example:
        >>> axon.tile(axon.tensor([1, 2]), 2, 2).tolist()
        [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    times = shape_of(repeats)
    times = (1,) * (x.ndim - len(times)) + times
    shape = (1,) * (len(times) - x.ndim) + x.shape
    apart = [extent for n in shape for extent in (1, n)]
    copied = [extent for pair in zip(times, shape, strict=True) for extent in pair]
    joined = [r * n for r, n in zip(times, shape, strict=True)]
    return reshape(broadcast_to(reshape(x, apart), copied), joined)


def repeat(x: Tensor, repeats: int | Tensor, axis: int | None = None) -> Tensor:
    """Each element ``repeats`` times, one after the other, along an axis or in row-major order.

    Args:
        repeats: a number, or a vector with one for each element; then the shape is data, and
            everything recorded so far is computed.

    Raises:
        ValueError: a vector of another length, or a negative number in it.

    Example:
        >>> axon.repeat(axon.tensor([1, 2]), 2).tolist()
        [1, 1, 2, 2]
        >>> axon.repeat(axon.tensor([1, 2]), axon.tensor([3, 1])).tolist()
        [1, 1, 1, 2]
    """
    if axis is None:
        return repeat(reshape(x, -1), repeats, 0)
    (axis,) = _axes("repeat", x, axis)
    if isinstance(repeats, Tensor):
        return _repeat_each(x, repeats, axis)
    before, after = x.shape[: axis + 1], x.shape[axis + 1 :]
    copied = broadcast_to(expand_dims(x, axis + 1), *before, repeats, *after)
    return reshape(copied, *before[:-1], before[-1] * repeats, *after)


def _repeat_each(x: Tensor, repeats: Tensor, axis: int) -> Tensor:
    extent = x.shape[axis]
    if repeats.shape not in ((extent,), (1,), ()):
        raise ValueError(
            f"axon.repeat: x has shape {x.shape}, repeats has shape {repeats.shape}; "
            f"expected a number or one for each of the {extent} elements of axis {axis}"
        )
    counts = broadcast_to(repeats.to("int64"), extent)
    if extent and int(counts.min()) < 0:
        raise ValueError(f"axon.repeat: repeats is {counts.tolist()}; expected none below 0")
    ends = ops.cumsum(counts, 0)
    total = int(ends[-1]) if extent else 0
    return ops.take(x, ops.searchsorted(ends, ops.iota((total,)), right=True), axis=axis)


def meshgrid(*vectors: Tensor, indexing: str = "xy") -> list[Tensor]:
    """Tensors over the grid of the vectors, each constant along the axes of the others.

    With ``indexing="ij"`` vector i runs along axis i; with ``"xy"`` the first two axes change
    places.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"axon.meshgrid: indexing is {indexing!r}; expected 'xy' or 'ij'")
    order = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        order[:2] = [1, 0]
    shape = [vectors[axis].size for axis in order]
    along = [[n if order[a] == v else 1 for a, n in enumerate(shape)] for v in range(len(vectors))]
    return [
        broadcast_to(reshape(vector, extents), shape)
        for vector, extents in zip(vectors, along, strict=True)
    ]


def diagonal(x: Tensor, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Tensor:
    """A diagonal of two axes, as the last axis: above the main one for a positive ``offset``.

    Example:
        >>> axon.diagonal(axon.reshape(axon.arange(6), 2, 3), 1).tolist()
        [1, 5]
    """
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    row, column = max(-offset, 0), max(offset, 0)
    size = max(min(x.shape[-2] - row, x.shape[-1] - column), 0)
    return ops.matrix_diagonal(x, size, row, column)


def diag(x: Tensor, offset: int = 0) -> Tensor:
    """A vector as a diagonal of a square matrix of zeros; of a matrix that diagonal.

    Raises:
        ValueError: ``x`` has neither one nor two axes.
    """
    if x.ndim == 2:
        return diagonal(x, offset)
    if x.ndim != 1:
        raise ValueError(f"axon.diag: x has shape {x.shape}; expected a vector or a matrix")
    return ops.diagonal_matrix(x, x.size + abs(offset), max(-offset, 0), max(offset, 0))


_PADDING = {
    "reflect": ops.reflection_pad,
    "replicate": ops.replication_pad,
    "circular": ops.circular_pad,
}


def pad(
    x: Tensor, padding: int | Sequence[int], mode: str = "constant", value: float = 0.0
) -> Tensor:
    """``x`` made larger (or with negative numbers smaller) at the ends of its last axes.

    Args:
        padding: numbers of elements before and after, for the last axis first:
            ``(left, right, top, bottom, ...)``; one number is for both ends of the last axis.
        mode: what comes in: ``"constant"`` the value, ``"reflect"`` the reflection in the outer
            elements, ``"replicate"`` those elements, ``"circular"`` the other end of the axis.

    Raises:
        ValueError: no integers, an odd number of them, more than two an axis, or an unknown mode.

    Example:
        >>> axon.pad(axon.tensor([1.0, 2.0]), (1, 2), "replicate").tolist()
        [1.0, 1.0, 2.0, 2.0, 2.0]
    """
    widths = [padding, padding] if isinstance(padding, int) else list(padding)
    whole = all(isinstance(width, int) for width in widths)
    if not whole or len(widths) % 2 or len(widths) > 2 * x.ndim:
        raise ValueError(
            f"axon.pad: padding is {tuple(widths)} for shape {x.shape}; expected a number before "
            "and one after for each of the last axes, the last axis first"
        )
    before, after = widths[::2], widths[1::2]
    if mode == "constant":
        left = (0,) * (x.ndim - len(before)) + tuple(reversed(before))
        right = (0,) * (x.ndim - len(after)) + tuple(reversed(after))
        size = tuple(a + n + b for a, n, b in zip(left, x.shape, right, strict=True))
        return ops.constant_pad(x, size, tuple(-a for a in left), value)
    if mode not in _PADDING:
        raise ValueError(
            f"axon.pad: mode is {mode!r}; expected 'constant', 'reflect', 'replicate' or 'circular'"
        )
    for number, (low, high) in enumerate(zip(before, after, strict=True)):
        x = _PADDING[mode](x, low, high, axis=-1 - number)
    return x


def upsample(
    x: Tensor,
    size: int | Sequence[int] | None = None,
    scale: float | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
) -> Tensor:
    """Signals (n, channels, length) or images (n, channels, height, width, ...) of another size.

    Args:
        size: the extents from axis 2 on; one number is for all of them.
        scale: instead of a size how many times as large, rounded down.
        mode: ``"nearest"``, or ``"linear"`` along each axis (``"bilinear"`` for images).
        align_corners: ``"linear"`` only: the centres of the outer elements stay in place, not
            their edges.

    Raises:
        ValueError: neither or both of size and scale, another mode, or extents that do not fit.
    """
    extents = x.shape[2:]
    if (size is None) == (scale is None):
        raise ValueError("axon.upsample: expected either a size or a scale")
    if scale is not None:
        target = [int(extent * scale) for extent in extents]
    else:
        target = [size] * len(extents) if isinstance(size, int) else list(size or ())
    if len(target) != len(extents) or not extents:
        raise ValueError(
            f"axon.upsample: x has shape {x.shape}, size is {tuple(target)}; "
            "expected an extent for each axis from the third on"
        )
    if mode not in ("nearest", "linear", "bilinear"):
        raise ValueError(f"axon.upsample: mode is {mode!r}; expected 'nearest' or 'linear'")
    for axis, extent in enumerate(target, 2):
        if mode == "nearest":
            x = ops.interpolate_nearest(x, extent, axis=axis)
        else:
            x = ops.interpolate_linear(x, extent, axis=axis, align_corners=align_corners)
    return x


def gather(x: Tensor, axis: int, index: Tensor) -> Tensor:
    """``y[i, j] = x[index[i, j], j]`` for axis 0: of ``x`` the element that each index names.

    As :func:`axon.take_along`, but along the other axes ``index`` may be shorter than ``x``.
    """
    if not isinstance(index, Tensor):
        raise TypeError(
            f"axon.gather: index is a {type(index).__name__}; expected gather(x, axis, index) with "
            "a tensor of integers"
        )
    if index.ndim != x.ndim:
        raise ValueError(
            f"axon.gather: x has shape {x.shape}, index has shape {index.shape}; "
            "expected as many axes"
        )
    (axis,) = _axes("gather", x, axis)
    cut = [slice(0, extent) for extent in index.shape]
    cut[axis] = slice(None)
    return ops.take_along(x[tuple(cut)], index, axis=axis)


def nonzero(x: Tensor) -> tuple[Tensor, ...]:
    """The places of the elements that are not 0, in row-major order: an index for each axis.

    How many there are is data, so everything recorded so far is computed.

    Raises:
        ValueError: ``x`` has no axes.

    Example:
        >>> [i.tolist() for i in axon.nonzero(axon.tensor([[0, 1], [1, 1]]))]
        [[0, 1, 1], [1, 0, 1]]
    """
    if x.ndim == 0:
        raise ValueError("axon.nonzero: x has shape (); expected one axis or more")
    place = flat_nonzero(x)
    index = []
    for extent in reversed(x.shape):
        index.append(place % max(extent, 1))
        place = place // max(extent, 1)
    return tuple(reversed(index))


def argwhere(x: Tensor) -> Tensor:
    """The places of the elements that are not 0, one a row; see :func:`nonzero`."""
    return stack(nonzero(x), -1)


def flat_nonzero(x: Tensor) -> Tensor:
    """The row-major numbers of the elements that are not 0; computes what was recorded so far."""
    hit = reshape(x if x.dtype == "bool" else ops.ne(x, 0), -1)
    if x.size == 0:
        return ops.iota((0,))
    rank = ops.cumsum(hit.to("int64"), 0)
    count = int(rank[-1])
    place = ops.where(hit, rank - 1, count)  # the others all go to one more place, which is cut off
    numbers = ops.scatter(ops.iota((count + 1,)), place, ops.iota((x.size,)), axis=0)
    return numbers[:count]


def allclose(
    a: Tensor, b: Tensor, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """True iff all elements are close, see :func:`axon.isclose`; computes what was recorded so far.

    Example:
        >>> axon.allclose(axon.tensor([0.1 + 0.2]), axon.tensor([0.3]))
        True
    """
    return bool(ops.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan).all())


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product over the last two axes; leading axes broadcast, vectors act as in NumPy.

    Example:
        >>> axon.matmul(axon.ones(2, 3), axon.ones(3)).shape
        (2,)
    """
    shapes = [getattr(operand, "shape", ()) for operand in (a, b)]
    if () in shapes:
        raise ValueError(
            f"axon.matmul: shapes {shapes[0]} and {shapes[1]}; expected one axis or more, "
            "use * for numbers"
        )
    if a.ndim > 1 and b.ndim > 1:
        return ops.matmul(a, b)
    y = ops.matmul(expand_dims(a, 0) if a.ndim == 1 else a, expand_dims(b, 1) if b.ndim == 1 else b)
    dropped = ([-2] if a.ndim == 1 else []) + ([-1] if b.ndim == 1 else [])
    return squeeze(y, dropped)


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    causal: bool = False,
    scale: float | None = None,
    dropout: float = 0.0,
    generator: Generator | None = None,
) -> Tensor:
    """Values averaged by the softmax of the products of queries and keys (Vaswani et al., 2017).

    Args:
        query: shape (..., heads, L, d).
        key: shape (..., key heads, S, d); each key head serves heads / key heads of the query's
            in turn (grouped-query attention, Ainslie et al., 2023).
        value: shape (..., key heads, S, e).
        mask: broadcasts to (..., heads, L, S); bool, true where a query may see a key, or numbers
            that are added to the products.
        causal: query i sees the keys 0 to i alone.
        scale: of the products, 1 / sqrt(d) when left out.
        dropout: each share is 0 with this probability, else divided by 1 - dropout.
        generator: of that draw, by default the thread's own.

    Returns:
        Shape (..., heads, L, e). A query that sees no key gets zeros.

    Raises:
        ValueError: fewer than two axes, or heads that are no multiple of the key heads.

    Example:
        >>> q, kv = axon.randn(2, 8, 5, 16), axon.randn(2, 2, 7, 16)
        >>> axon.scaled_dot_product_attention(q, kv, kv).shape
        (2, 8, 5, 16)
    """
    shapes = f"query has shape {query.shape}, key {key.shape}, value {value.shape}"
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ValueError(
            f"axon.scaled_dot_product_attention: {shapes}; expected two axes or more each"
        )
    heads = query.shape[-3] if query.ndim > 2 else 1
    shared = key.shape[-3] if key.ndim > 2 else 1
    grouped = shared not in (1, heads)
    if grouped and heads % shared:
        raise ValueError(
            f"axon.scaled_dot_product_attention: {shapes}; "
            f"expected the {heads} heads of query to be a multiple of the {shared} of key"
        )
    if mask is not None:
        mask = _additive(mask, query, key)
    if grouped:
        query, key, value = (
            _split_heads(query, shared),
            expand_dims(key, -3),
            expand_dims(value, -3),
        )
        mask = mask if mask is None or mask.ndim == 2 else _split_heads(mask, shared)
    y = ops.attention(
        query,
        key,
        value,
        mask,
        key=next_key(generator) if dropout else (0, 0),
        scale=1 / math.sqrt(query.shape[-1]) if scale is None else scale,
        causal=causal,
        drop=dropout > 0,
        p=dropout,
    )
    return reshape(y, *y.shape[:-4], heads, *y.shape[-2:]) if grouped else y


def _additive(mask: Tensor, query: Tensor, key: Tensor) -> Tensor:
    """A mask as numbers to add, over all queries and keys."""
    if mask.dtype == "bool":
        mask = ops.where(mask, 0.0, -math.inf).to(query.dtype)
    return broadcast_to(mask, *mask.shape[:-2], query.shape[-2], key.shape[-2])


def _split_heads(x: Tensor, shared: int) -> Tensor:
    """The axis of heads as two: those of the keys, and how many queries share each."""
    split = (1, 1) if x.shape[-3] == 1 else (shared, x.shape[-3] // shared)
    return reshape(x, *x.shape[:-3], *split, *x.shape[-2:])


def norm(
    x: Tensor,
    axis: int | Sequence[int] | None = None,
    keepdim: bool = False,
    *,
    p: float = 2.0,
) -> Tensor:
    """The p-norm over axes, by default the Euclidean norm; its gradient at 0 is 0.

    Args:
        p: the order: sum(abs(x) ** p) ** (1 / p); inf and -inf are the largest and the smallest
            magnitude, 0 counts the elements that are not 0.

    Example:
        >>> axon.norm(axon.tensor([[3.0, -4.0], [0.0, 2.0]]), axis=1).tolist()
        [5.0, 2.0]
    """
    if p == 2:
        return ops.norm(x, axis, keepdim)
    if p == 1:
        return ops.sum(ops.abs(x), axis, keepdim)
    if p == math.inf:
        return ops.max(ops.abs(x), axis, keepdim)
    if p == -math.inf:
        return ops.min(ops.abs(x), axis, keepdim)
    if p == 0:
        return ops.count_nonzero(x, axis, keepdim).to(x.dtype)
    if p < 0:
        return ops.sum(ops.abs(x) ** p, axis, keepdim) ** (1 / p)
    return ops.norm_p(x, p, axis, keepdim)


def dropout(x: Tensor, p: float = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Each element is 0 with probability ``p``, else divided by 1 - p (Srivastava et al., 2014).

    Args:
        generator: of the draw, by default the thread's own; see :func:`axon.manual_seed`.
    """
    return ops.dropout(x, next_key(generator), p=p)


def shape_of(given: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape from ``f(2, 3)`` or ``f((2, 3))`` alike."""
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        given = tuple(given[0])
    try:
        return tuple(map(operator.index, given))
    except TypeError:
        raise TypeError(f"axon: the shape is {given}; extents are ints") from None


def _axes(name: str, x: Tensor, given: int | Sequence[int]) -> list[int]:
    """The given axes, each once and counted from the front."""
    axes = [given] if isinstance(given, int) else list(given)
    for axis in axes:
        if not -x.ndim <= axis < x.ndim:
            raise IndexError(f"axon.{name}: axis {axis} is out of range for shape {x.shape}")
    axes = [axis % x.ndim for axis in axes]
    if len(set(axes)) != len(axes):
        raise ValueError(f"axon.{name}: axes {given} of shape {x.shape} hold one twice")
    return axes


for _function in (
    broadcast_to,
    chunk,
    diag,
    diagonal,
    expand_dims,
    flatten,
    flip,
    gather,
    matmul,
    moveaxis,
    nonzero,
    norm,
    permute,
    repeat,
    reshape,
    roll,
    split,
    squeeze,
    tile,
    transpose,
    unstack,
):
    setattr(Tensor, _function.__name__, _function)

attach_operator("__matmul__", matmul)

# The names by which PyTorch's users know functions of the array API.
expand = Tensor.expand = broadcast_to
movedim = Tensor.movedim = moveaxis
swapaxes = Tensor.swapaxes = transpose
unsqueeze = Tensor.unsqueeze = expand_dims
