"""Layers without parameters that reshape, resize or call."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from axon.core.functional import reshape, upsample
from axon.core.module import Module
from axon.core.tensor import Tensor


class Identity(Module):
    """Gives back what it gets; a place for something to be swapped in."""

    def forward(self, x: Any) -> Any:
        return x


class Lambda(Module):
    """Any function as a module, so that it can be hooked: ``Lambda(lambda x: x * 0.5)``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def forward(self, *inputs: Any) -> Any:
        return self.function(*inputs)


class Flatten(Module):
    """Joins the axes from ``start_dim`` to ``end_dim``: (n, c, h, w) to (n, c · h · w).

    Example:
        >>> Flatten()(axon.ones(8, 3, 4, 4)).shape
        (8, 48)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Tensor) -> Tensor:
        start, end = self.start_dim % max(x.ndim, 1), self.end_dim % max(x.ndim, 1)
        if start > end or self.start_dim >= max(x.ndim, 1):
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; axis {self.start_dim} is not before axis "
                f"{self.end_dim}"
            )
        return reshape(
            x, *x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :]
        )


class Unflatten(Module):
    """Splits an axis into several: (n, c · h · w) to (n, c, h, w) for dim 1 and (c, h, w).

    Args:
        dim: the axis.
        unflattened_size: the extents of the axes in its place; one may be -1.

    Example:
        >>> Unflatten(1, (3, 4, -1))(axon.ones(8, 48)).shape
        (8, 3, 4, 4)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, x: Tensor) -> Tensor:
        if not -x.ndim <= self.dim < x.ndim:
            raise IndexError(f"{self!r}: axis {self.dim} is out of range for shape {x.shape}")
        dim = self.dim % x.ndim
        return reshape(x, *x.shape[:dim], *self.unflattened_size, *x.shape[dim + 1 :])


class Reshape(Module):
    """The elements in row-major order under another shape; one extent may be -1.

    Example:
        >>> Reshape(-1, 3, 4, 4)(axon.ones(8, 48)).shape
        (8, 3, 4, 4)
    """

    def __init__(self, *shape: int) -> None:
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return reshape(x, *self.shape)

    def extra_repr(self) -> str:
        return ", ".join(map(str, self.shape))


class Upsample(Module):
    """(n, channels, length), (n, channels, h, w) or more axes of another size.

    Args:
        size: the extents from axis 2 on, or one for all of them.
        scale_factor: instead of a size how many times as large.
        mode: "nearest", or "linear" ("bilinear" for images).
        align_corners: of "linear": the centres of the outer elements stay in place, not their
            edges.

    Example:
        >>> Upsample(scale_factor=2)(axon.ones(1, 3, 4, 5)).shape
        (1, 3, 8, 10)
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | None = None,
        mode: str = "nearest",
        align_corners: bool = False,
    ) -> None:
        self.size = size
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Tensor) -> Tensor:
        return upsample(x, self.size, self.scale_factor, self.mode, self.align_corners)
