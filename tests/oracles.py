"""Independent oracles in NumPy: every public function here is a name in `reference:`."""

from __future__ import annotations

import itertools

import numpy as np


def windows(x, window, stride, padding, fill) -> np.ndarray:
    """The windows of the last two axes, as two more axes."""
    widths = [(0, 0)] * (x.ndim - 2) + [(p, p) for p in padding]
    x = np.pad(x, widths, constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(x, window, axis=(-2, -1))
    return view[..., :: stride[0], :: stride[1], :, :]


def conv2d(x, weight, stride, padding, dilation, groups) -> np.ndarray:
    x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)])
    n, _, height, width = x.shape
    filters, per_group, r, s = weight.shape
    out_height = (height - dilation[0] * (r - 1) - 1) // stride[0] + 1
    out_width = (width - dilation[1] * (s - 1) - 1) // stride[1] + 1
    y = np.zeros((n, filters, out_height, out_width))
    for f, i, j in itertools.product(range(filters), range(r), range(s)):
        first = f // (filters // groups) * per_group
        top, left = i * dilation[0], j * dilation[1]
        part = x[
            :, first : first + per_group, top : top + (out_height - 1) * stride[0] + 1 : stride[0]
        ]
        part = part[..., left : left + (out_width - 1) * stride[1] + 1 : stride[1]]
        y[:, f] += np.einsum("nchw,c->nhw", part, weight[f, :, i, j])
    return y


def scatter_sum(x, index, size: int, axis: int) -> np.ndarray:
    moved, places = np.moveaxis(x, axis, 0), np.moveaxis(index, axis, 0)
    y = np.zeros((size, *moved.shape[1:]))
    for point in np.ndindex(*moved.shape):
        y[(places[point], *point[1:])] += moved[point]
    return np.moveaxis(y, 0, axis)
