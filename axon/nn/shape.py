"""Layers without parameters that reshape, pool, wrap or drop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axon import _runtime
from axon.core.functional import dropout, flatten
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn.linear import Pair, pair
from axon.nn.pipeline import Pipeline


class Flatten(Module):
    """Joins the axes from ``start`` on: (n, c, h, w) to (n, c · h · w)."""

    def __init__(self, start: int = 1) -> None:
        self.start = start

    def forward(self, x: Tensor) -> Tensor:
        return flatten(x, self.start)

    def extra_repr(self) -> str:
        return "" if self.start == 1 else f"start={self.start}"


class _Pool2d(Module):
    def __init__(self, kernel_size: Pair, *, stride: Pair | None = None, padding: Pair = 0) -> None:
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
        self.padding = pair(padding)

    def extra_repr(self) -> str:
        return f"{self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool2d(_Pool2d):
    """The largest element of each window, (n, c, h, w) to (n, c, h', w').

    h' = ⌊(h + 2 · padding - kernel) / stride⌋ + 1; ``stride`` is the kernel when left out.
    Padding never wins; of equal elements the first gets the gradient.
    """

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.max_pool2d(x, self.kernel_size, self.stride, padding=self.padding)


class AvgPool2d(_Pool2d):
    """The mean of each window, (n, c, h, w) to (n, c, h', w'); zeros of the padding count.

    h' = ⌊(h + 2 · padding - kernel) / stride⌋ + 1; ``stride`` is the kernel when left out.
    """

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.avg_pool2d(x, self.kernel_size, self.stride, padding=self.padding)


class Dropout(Module):
    """In training each element is 0 with probability ``p``, else divided by 1 - p.

    The key of each pass comes from the generator of :func:`axon.manual_seed`
    (Srivastava et al., 2014). In evaluation x is returned as it is.
    """

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"axon.nn.Dropout: p is {p}; expected a probability in [0, 1]")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return dropout(x, self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class Lambda(Module):
    """Any function as a module, so that it can be hooked: ``Lambda(lambda x: x * 0.5)``."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def forward(self, *inputs: Any) -> Any:
        return self.function(*inputs)

    def extra_repr(self) -> str:
        return getattr(self.function, "__qualname__", repr(self.function))


class Residual(Module):
    """x + body(x) (He et al., 2016); ``shortcut`` replaces x where shapes differ.

    Example:
        >>> from axon.nn import Conv2d, ReLU, Residual
        >>> block = Residual(Conv2d(16, 16, 3, padding=1) >> ReLU() >> Conv2d(16, 16, 3, padding=1))
    """

    def __init__(
        self, *body: Callable[..., Any], shortcut: Callable[..., Any] | None = None
    ) -> None:
        self.body = body[0] if len(body) == 1 else Pipeline(*body)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        return (x if self.shortcut is None else self.shortcut(x)) + self.body(x)
