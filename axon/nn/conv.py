"""Convolutions and transposed convolutions of one to three axes."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.creation import zeros
from axon.core.functional import expand_dims, pad, squeeze
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn.linear import draw
from axon.nn.sizes import Size, as_argument, check_windows, per_axis

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
_SIZES = {1: "length", 2: "height, width", 3: "depth, height, width"}


class _Convolution(Module):
    """What convolutions share: parameters, arguments, inputs with or without the axis of samples.

    Subclasses say over how many axes (``rank``) they go, and which op they apply.
    """

    rank: int

    def _configure(
        self,
        channels: tuple[int, int],
        kernel_size: Size,
        stride: Size,
        dilation: Size,
        groups: int,
    ) -> None:
        name = f"axon.nn.{type(self).__name__}"
        if groups < 1 or any(count % groups for count in channels):
            raise ValueError(
                f"{name}: {channels[0]} and {channels[1]} channels cannot be split into "
                f"{groups} groups; both must be multiples of it"
            )
        self.in_channels, self.out_channels = channels
        self.kernel_size = per_axis(kernel_size, self.rank, f"{name}: kernel_size", least=1)
        self.stride = per_axis(stride, self.rank, f"{name}: stride", least=1)
        self.dilation = per_axis(dilation, self.rank, f"{name}: dilation", least=1)
        self.groups = groups

    def _make(self, leading: tuple[int, int], bias: bool, dtype: Any) -> None:
        self.weight = zeros((*leading, *self.kernel_size), dtype=dtype, requires_grad=True)
        self.bias = zeros(self.out_channels, dtype=dtype, requires_grad=True) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        draw(self.weight, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        is_single = x.ndim == self.rank + 1
        if x.ndim - (not is_single) != self.rank + 1 or x.shape[-1 - self.rank] != self.in_channels:
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected (n, {self.in_channels}, "
                f"{_SIZES[self.rank]}), or one sample without n"
            )
        y = self._convolve(expand_dims(x, 0) if is_single else x)
        if self.bias is not None:
            y = y + self.bias.reshape(-1, *(1,) * self.rank)
        return squeeze(y, 0) if is_single else y

    def _convolve(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class _Conv(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        dtype: Any = None,
    ) -> None:
        name = type(self).__name__
        self._configure((in_channels, out_channels), kernel_size, stride, dilation, groups)
        if padding_mode not in PADDING_MODES:
            raise ValueError(
                f"axon.nn.{name}: padding_mode is {padding_mode!r}; expected one of {PADDING_MODES}"
            )
        if isinstance(padding, str):
            if padding not in ("valid", "same") or (padding == "same" and set(self.stride) != {1}):
                raise ValueError(
                    f"axon.nn.{name}: padding is {padding!r}, stride {self.stride}; expected ints, "
                    "'valid', or with stride 1 'same'"
                )
            self.padding: tuple[int, ...] | str = padding
        else:
            self.padding = per_axis(padding, self.rank, f"axon.nn.{name}: padding", least=0)
        self.padding_mode = padding_mode
        self._make((out_channels, in_channels // groups), bias, dtype)

    def _widths(self) -> list[tuple[int, int]]:
        """What is added before and after, by axis."""
        if self.padding == "valid":
            return [(0, 0)] * self.rank
        if self.padding == "same":
            sizes = zip(self.kernel_size, self.dilation, strict=True)
            totals = [dilation * (kernel - 1) for kernel, dilation in sizes]
            return [(total // 2, total - total // 2) for total in totals]
        return [(int(width), int(width)) for width in self.padding]

    def _convolve(self, x: Tensor) -> Tensor:
        widths = self._widths()
        padding = tuple(before for before, _ in widths)
        is_even = all(before == after for before, after in widths)
        if not is_even or (self.padding_mode != "zeros" and any(padding)):
            mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
            x = pad(x, [width for pair in reversed(widths) for width in pair], mode)
            padding = (0,) * self.rank
        extents = x.shape[x.ndim - self.rank :]
        check_windows(self, extents, self.kernel_size, padding, self.dilation)
        return getattr(_runtime.ops, f"conv{self.rank}d")(
            x,
            self.weight,
            stride=as_argument(self.stride),
            padding=as_argument(padding),
            dilation=as_argument(self.dilation),
            groups=self.groups,
        )


class Conv1d(_Conv):
    """Cross-correlation of sequences with learned windows, (n, in, l) to (n, out, l').

    See :class:`Conv2d` for the arguments and attributes.

    Example:
        >>> Conv1d(4, 8, 3, padding="same")(axon.ones(2, 4, 10)).shape
        (2, 8, 10)
    """

    rank = 1


class Conv2d(_Conv):
    """Cross-correlation of images with learned windows, (n, in, h, w) to (n, out, h', w').

    h' = ⌊(h + 2 · padding - dilation · (kernel - 1) - 1) / stride⌋ + 1, and w' alike. One sample
    (in, h, w) gives (out, h', w').

    Args:
        in_channels, out_channels: the channels of x and y.
        kernel_size: the window, one int or one for each axis; so are the next three.
        stride: step of the window.
        padding: what is added at both ends; "valid" is nothing, "same" keeps the extents.
        dilation: spacing of the window's elements.
        groups: channels are split into so many groups that do not mix.
        bias: whether to add one number a channel.
        padding_mode: what is added: "zeros", "reflect", "replicate" or "circular".
        dtype: of the parameters, float32 by default.

    Attributes:
        weight: (out, in / groups, *kernel), drawn from ±1/√fan-in.
        bias: (out,) or None, drawn alike.

    Raises:
        ValueError: groups do not divide the channels, or another argument that does not fit.

    Example:
        >>> Conv2d(3, 32, 3, padding=1)(axon.randn(8, 3, 28, 28)).shape
        (8, 32, 28, 28)
    """

    rank = 2


class Conv3d(_Conv):
    """Cross-correlation of volumes with learned windows, (n, in, d, h, w) to (n, out, d', h', w').

    See :class:`Conv2d` for the arguments and attributes.

    Example:
        >>> Conv3d(1, 2, 3)(axon.ones(1, 1, 5, 6, 7)).shape
        (1, 2, 3, 4, 5)
    """

    rank = 3


class _ConvTranspose(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        *,
        dtype: Any = None,
    ) -> None:
        name = type(self).__name__
        self._configure((in_channels, out_channels), kernel_size, stride, dilation, groups)
        self.padding = per_axis(padding, self.rank, f"axon.nn.{name}: padding", least=0)
        self.output_padding = per_axis(output_padding, self.rank, f"axon.nn.{name}: output_padding")
        self._make((in_channels, out_channels // groups), bias, dtype)

    def _convolve(self, x: Tensor) -> Tensor:
        return getattr(_runtime.ops, f"conv_transpose{self.rank}d")(
            x,
            self.weight,
            stride=as_argument(self.stride),
            padding=as_argument(self.padding),
            output_padding=as_argument(self.output_padding),
            dilation=as_argument(self.dilation),
            groups=self.groups,
        )


class ConvTranspose1d(_ConvTranspose):
    """The transpose of a strided convolution of sequences, (n, in, l) to (n, out, l').

    See :class:`ConvTranspose2d` for the arguments and attributes.

    Example:
        >>> ConvTranspose1d(4, 2, 2, stride=2)(axon.ones(1, 4, 5)).shape
        (1, 2, 10)
    """

    rank = 1


class ConvTranspose2d(_ConvTranspose):
    """The transpose of a strided convolution of images, (n, in, h, w) to (n, out, h', w').

    h' = (h - 1) · stride - 2 · padding + dilation · (kernel - 1) + output_padding + 1, and w'
    alike: the extent that a :class:`Conv2d` of these arguments takes to h.

    Args:
        in_channels, out_channels: the channels of x and y.
        kernel_size: the window, one int or one for each axis; so are the others.
        stride, padding, dilation: those of the convolution.
        output_padding: added to the extents, since with a stride several lead to the same h.
        groups: channels are split into so many groups that do not mix.
        bias: whether to add one number a channel.
        dtype: of the parameters, float32 by default.

    Attributes:
        weight: (in, out / groups, *kernel), drawn from ±1/√fan-in, which here counts out channels.
        bias: (out,) or None, drawn alike.

    Example:
        >>> ConvTranspose2d(8, 3, 4, stride=2, padding=1)(axon.ones(1, 8, 7, 7)).shape
        (1, 3, 14, 14)
    """

    rank = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of a strided convolution of volumes, (n, in, d, h, w).

    See :class:`ConvTranspose2d` for the arguments and attributes.

    Example:
        >>> ConvTranspose3d(4, 2, 2, stride=2)(axon.ones(1, 4, 2, 3, 3)).shape
        (1, 2, 4, 6, 6)
    """

    rank = 3
