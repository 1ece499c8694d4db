"""Pooling: the largest or the mean of each window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn.sizes import Size, as_argument, check_windows, per_axis


class _Pool(Module):
    rank: int

    def _configure(self, **sizes: Any) -> None:
        for name, value in sizes.items():
            what, least = f"axon.nn.{type(self).__name__}: {name}", int(name != "padding")
            setattr(self, name, per_axis(value, self.rank, what, least=least))

    def _apply(self, op: str, x: Tensor, **options: Any) -> Tensor:
        if x.ndim < self.rank:
            raise ValueError(f"{self!r}: x has shape {x.shape}; expected {self.rank} axes or more")
        extents = x.shape[x.ndim - self.rank :]
        check_windows(self, extents, self.kernel_size, self.padding, self.dilation)
        window, stride = as_argument(self.kernel_size), as_argument(self.stride)
        padding = as_argument(self.padding)
        function = getattr(_runtime.ops, f"{op}{self.rank}d")
        return function(x, window, stride, padding=padding, **options)

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]


class _MaxPool(_Pool):
    def __init__(
        self, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1
    ) -> None:
        stride = kernel_size if stride is None else stride
        self._configure(kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return self._apply("max_pool", x, dilation=as_argument(self.dilation))


class MaxPool1d(_MaxPool):
    """The largest element of each window, (..., l) to (..., l'); see :class:`MaxPool2d`."""

    rank = 1


class MaxPool2d(_MaxPool):
    """The largest element of each window, (..., h, w) to (..., h', w').

    h' = ⌊(h + 2 · padding - dilation · (kernel - 1) - 1) / stride⌋ + 1, and w' alike. Padding never
    wins; of equal elements the first gets the gradient.

    Args:
        kernel_size: the window, one int or one for each axis; so are the others.
        stride: step of the window, the window itself when left out.
        padding: what is added at both ends.
        dilation: spacing of the window's elements.

    Example:
        >>> MaxPool2d(2)(axon.ones(1, 3, 8, 6)).shape
        (1, 3, 4, 3)
    """

    rank = 2


class MaxPool3d(_MaxPool):
    """The largest element of each window, (..., d, h, w); see :class:`MaxPool2d`."""

    rank = 3


class _AvgPool(_Pool):
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        *,
        count_include_pad: bool = True,
    ) -> None:
        stride = kernel_size if stride is None else stride
        self._configure(kernel_size=kernel_size, stride=stride, padding=padding, dilation=1)
        self.count_include_pad = count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        return self._apply("avg_pool", x, count_include_pad=self.count_include_pad)


class AvgPool1d(_AvgPool):
    """The mean of each window, (..., l) to (..., l'); see :class:`AvgPool2d`."""

    rank = 1


class AvgPool2d(_AvgPool):
    """The mean of each window, (..., h, w) to (..., h', w').

    h' = ⌊(h + 2 · padding - kernel) / stride⌋ + 1, and w' alike.

    Args:
        kernel_size: the window, one int or one for each axis; so are the others.
        stride: step of the window, the window itself when left out.
        padding: what is added at both ends.
        count_include_pad: whether zeros of the padding count in the mean.

    Example:
        >>> AvgPool2d(2)(axon.ones(1, 3, 8, 6)).shape
        (1, 3, 4, 3)
    """

    rank = 2


class AvgPool3d(_AvgPool):
    """The mean of each window, (..., d, h, w); see :class:`AvgPool2d`."""

    rank = 3


class _AdaptivePool(Module):
    op: str
    rank: int

    def __init__(self, output_size: int | Sequence[int | None]) -> None:
        sizes = (output_size,) * self.rank if isinstance(output_size, int) else tuple(output_size)
        if len(sizes) != self.rank:
            raise ValueError(
                f"axon.nn.{type(self).__name__}: output_size is {output_size}; expected one int, "
                f"or {self.rank}"
            )
        self.output_size = sizes

    def forward(self, x: Tensor) -> Tensor:
        extents = zip(self.output_size, x.shape[x.ndim - self.rank :], strict=True)
        target = tuple(have if want is None else want for want, have in extents)
        return getattr(_runtime.ops, f"{self.op}{self.rank}d")(x, as_argument(target))


class AdaptiveAvgPool1d(_AdaptivePool):
    """Means over windows that cover the last axis, (..., l) to (..., output_size)."""

    op = "adaptive_avg_pool"
    rank = 1


class AdaptiveAvgPool2d(_AdaptivePool):
    """Means over windows that cover the image, (..., h, w) to (..., *output_size).

    Window i goes from ⌊i · h / size⌋ to ⌈(i + 1) · h / size⌉.

    Args:
        output_size: the extents of the result, one int or a pair; None keeps an extent.

    Example:
        >>> AdaptiveAvgPool2d(1)(axon.ones(2, 64, 7, 5)).shape
        (2, 64, 1, 1)
    """

    op = "adaptive_avg_pool"
    rank = 2


class AdaptiveMaxPool1d(_AdaptivePool):
    """Largest elements of windows that cover the last axis, (..., l) to (..., output_size)."""

    op = "adaptive_max_pool"
    rank = 1


class AdaptiveMaxPool2d(_AdaptivePool):
    """Largest elements of windows that cover the image, (..., h, w) to (..., *output_size).

    The windows are those of :class:`AdaptiveAvgPool2d`; of equal elements the first gets the
    gradient.

    Args:
        output_size: the extents of the result, one int or a pair; None keeps an extent.

    Example:
        >>> AdaptiveMaxPool2d((1, None))(axon.ones(2, 64, 7, 5)).shape
        (2, 64, 1, 5)
    """

    op = "adaptive_max_pool"
    rank = 2
