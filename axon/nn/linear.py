"""Layers that multiply by a weight: linear, convolution, embedding."""

from __future__ import annotations

import math

from axon import _runtime
from axon.core.creation import zeros
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init

Pair = int | tuple[int, int]


class Linear(Module):
    """y = x · Wᵀ + b, shape (..., in) to (..., out).

    Args:
        in_features, out_features: the last extents of x and y.
        bias: whether to add b.

    Attributes:
        weight: (out, in), float32, drawn from ±1/√in.
        bias: (out,) or None, drawn alike.

    Example:
        >>> Linear(64, 10)(axon.randn(32, 64)).shape
        (32, 10)
    """

    def __init__(self, in_features: int, out_features: int, *, bias: bool = True) -> None:
        self.in_features = in_features
        self.out_features = out_features
        self.weight = zeros(out_features, in_features, requires_grad=True)
        self.bias = zeros(out_features, requires_grad=True) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        _draw(self.weight, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected (..., {self.in_features}). "
                "After a convolution put Flatten() before this layer"
            )
        return _runtime.ops.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        without = "" if self.bias is not None else ", bias=False"
        return f"{self.in_features}, {self.out_features}{without}"


class Conv2d(Module):
    """Cross-correlation of images with learned windows, (n, in, h, w) to (n, out, h', w').

    h' = ⌊(h + 2 · padding - dilation · (kernel - 1) - 1) / stride⌋ + 1, and w' alike.

    Args:
        in_channels, out_channels: the second extents of x and y.
        kernel_size: the window, one int or (height, width); so are the next three.
        stride, padding, dilation: step, zeros around the image, spacing of the window's elements.
        groups: channels are split into so many groups that do not mix.
        bias: whether to add one number a channel.

    Attributes:
        weight: (out, in / groups, *kernel), float32, drawn from ±1/√fan-in.
        bias: (out,) or None, drawn alike.

    Example:
        >>> Conv2d(3, 32, 3, padding=1)(axon.randn(8, 3, 28, 28)).shape
        (8, 32, 28, 28)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        *,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"axon.nn.Conv2d: {in_channels} and {out_channels} channels cannot be split into "
                f"{groups} groups; both must be multiples of it"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        self.dilation = pair(dilation)
        self.groups = groups
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = zeros(shape, requires_grad=True)
        self.bias = zeros(out_channels, requires_grad=True) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        _draw(self.weight, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        y = _runtime.ops.conv2d(
            x,
            self.weight,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )
        return y if self.bias is None else y + self.bias.reshape((-1, 1, 1))

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"]
        for name, usual in (
            ("stride", (1, 1)),
            ("padding", (0, 0)),
            ("dilation", (1, 1)),
            ("groups", 1),
        ):
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        if self.bias is None:
            parts.append("bias=False")
        return ", ".join(parts)


class Embedding(Module):
    """Rows of a learned table, integers of shape (...) to (..., features).

    Attributes:
        weight: (entries, features), float32, drawn from the standard normal distribution.

    Raises:
        IndexError: a number is out of range; raised when the result is computed.

    Example:
        >>> Embedding(100, 16)(axon.tensor([[1, 2, 3]])).shape
        (1, 3, 16)
    """

    def __init__(self, entries: int, features: int) -> None:
        self.entries = entries
        self.features = features
        self.weight = zeros(entries, features, requires_grad=True)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.assign(self.weight, init.normal(self.weight.shape))

    def forward(self, index: Tensor) -> Tensor:
        return _runtime.ops.embedding(self.weight, index)

    def extra_repr(self) -> str:
        return f"{self.entries}, {self.features}"


def pair(value: Pair) -> tuple[int, int]:
    """(value, value) for one int."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _draw(weight: Tensor, bias: Tensor | None) -> None:
    """Both from ±1/√fan-in, as PyTorch does."""
    init.assign(weight, init.kaiming_uniform(weight.shape))
    if bias is not None:
        bound = 1.0 / math.sqrt(max(1, init.fans(weight.shape)[0]))
        init.assign(bias, init.uniform(bias.shape, -bound, bound))
