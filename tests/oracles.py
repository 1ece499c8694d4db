"""Independent oracles in NumPy: every public function here is a name in `reference:`."""

from __future__ import annotations

import numpy as np
from scipy import special


def power(a, b) -> np.ndarray:
    """a ** b, where a whole number to a negative one, which NumPy refuses, is 0."""
    if np.result_type(a, b).kind == "f":
        return np.power(a, b)
    return np.where(b < 0, 0, np.power(a, np.maximum(b, 0)))


def windows(x, window, stride, padding, dilation, fill) -> np.ndarray:
    """The windows of the last axes, as as many more axes."""
    window, stride, padding, dilation = map(np.atleast_1d, (window, stride, padding, dilation))
    spatial = tuple(range(-len(window), 0))
    widths = [(0, 0)] * (x.ndim - len(window)) + [(p, p) for p in padding]
    x = np.pad(x, widths, constant_values=fill)
    reach = tuple(d * (r - 1) + 1 for r, d in zip(window, dilation, strict=True))
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axis=spatial)
    return view[(..., *(slice(None, None, step) for step in (*stride, *dilation)))]


def average_windows(x, window, stride, padding, count_include_pad) -> np.ndarray:
    """The mean of each window of the last axes; padding counts as zeros or not at all."""
    each = windows(x, window, stride, padding, np.ones_like(window), np.nan)
    axes = tuple(range(-np.size(window), 0))
    return np.nan_to_num(each).mean(axis=axes) if count_include_pad else np.nanmean(each, axis=axes)


def adaptive_pool(x, size, reduce) -> np.ndarray:
    """What `reduce` makes of each of `size` windows that cover the last axes."""
    y = np.zeros((*x.shape[: x.ndim - len(size)], *size))
    for point in np.ndindex(*size):
        extents = x.shape[x.ndim - len(size) :]
        cut = (
            slice(i * n // m, -(-(i + 1) * n // m))
            for i, n, m in zip(point, extents, size, strict=True)
        )
        y[(..., *point)] = reduce(x[(..., *cut)], axis=tuple(range(-len(size), 0)))
    return y


def conv(x, weight, stride, padding, dilation, groups) -> np.ndarray:
    """Cross-correlation over any number of spatial axes, from the windows of x."""
    each = windows(x, weight.shape[2:], stride, padding, dilation, 0.0)
    n, channels = x.shape[:2]
    spatial = weight.ndim - 2
    grouped = each.reshape(n, groups, channels // groups, *each.shape[2:])
    filters = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    letters = "xyz"[:spatial], "rst"[:spatial]
    rule = "ngc{0}{1},goc{1}->ngo{0}".format(*letters)
    return np.einsum(rule, grouped, filters).reshape(n, len(weight), *each.shape[2 : 2 + spatial])


def conv_transpose(x, weight, stride, padding, output_padding, dilation, groups) -> np.ndarray:
    """Each element of x adds its multiple of the weight to the place of its window."""
    lists = map(np.atleast_1d, (stride, padding, output_padding, dilation))
    stride, padding, output_padding, dilation = lists
    n, channels, *extents = x.shape
    per_group, filters, window = channels // groups, weight.shape[1], weight.shape[2:]
    whole = [
        (e - 1) * s + d * (r - 1) + 1 + o
        for e, s, d, r, o in zip(extents, stride, dilation, window, output_padding, strict=True)
    ]
    y = np.zeros((n, groups * filters, *whole))
    for channel in range(channels):
        first = channel // per_group * filters
        for point in np.ndindex(*extents, *window):
            at, tap = point[: len(extents)], point[len(extents) :]
            to = tuple(i * s + r * d for i, s, r, d in zip(at, stride, tap, dilation, strict=True))
            product = np.outer(x[(slice(None), channel, *at)], weight[(channel, slice(None), *tap)])
            y[(slice(None), slice(first, first + filters), *to)] += product
    cut = (slice(p, e - p) for p, e in zip(padding, whole, strict=True))
    return y[(..., *cut)]


def unfold(x, window, stride, padding, dilation) -> np.ndarray:
    """The windows of images as columns."""
    each = windows(x, window, stride, padding, dilation, 0.0)
    n, c, h, w, r, s = each.shape
    return each.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * r * s, h * w)


def sliding_window(x, window, step, axis) -> np.ndarray:
    view = np.lib.stride_tricks.sliding_window_view(x, window, axis)
    return np.take(view, range(0, view.shape[axis % x.ndim], step), axis % x.ndim)


def interpolate_linear(x, size, axis, align_corners) -> np.ndarray:
    """`np.interp` at the places of the new elements, line by line."""
    n = x.shape[axis]
    places = np.arange(size) * ((n - 1) / max(size - 1, 1))
    if not align_corners:
        places = (np.arange(size) + 0.5) * n / size - 0.5
    return np.apply_along_axis(lambda line: np.interp(places, np.arange(n), line), axis, x)


def padded(x, before, after, axis, mode) -> np.ndarray:
    widths = [(0, 0)] * x.ndim
    widths[axis] = (before, after)
    return np.pad(x, widths, mode=mode)


def diagonal_matrix(x, size, row, column) -> np.ndarray:
    y = np.zeros((*x.shape[:-1], *size), x.dtype)
    for k in range(x.shape[-1]):
        if row + k < size[0] and column + k < size[1]:
            y[..., row + k, column + k] = x[..., k]
    return y


def scattered(x, index, source, axis, combine) -> np.ndarray:
    """x with each element of source combined, in row-major order, at the place of its index."""
    y = x.copy()
    for point in np.ndindex(*source.shape):
        place = list(point)
        place[axis] = index[point]
        y[tuple(place)] = combine(y[tuple(place)], source[point])
    return y


def index_add(x, index, source, axis) -> np.ndarray:
    y = np.moveaxis(x.copy(), axis, 0)
    for place, part in zip(index, np.moveaxis(source, axis, 0), strict=True):
        y[place] += part
    return np.moveaxis(y, 0, axis)


def attention(q, k, v, mask, scale, causal, kept) -> np.ndarray:
    """Softmax of masked products, times v; a row without any key is zeros. The shares are
    multiplied by `kept` of their numbers in row-major order."""
    scores = np.einsum("...id,...jd->...ij", q, k) * scale + mask
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    shares = np.nan_to_num(special.softmax(scores, axis=-1))
    return shares * kept(np.arange(shares.size).reshape(shares.shape)) @ v
