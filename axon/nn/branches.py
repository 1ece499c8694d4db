"""Branches: steps that get the same input, and how their results meet again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axon import _runtime
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn.pipeline import Pipeline
from axon.nn.steps import Step, Steps


class Parallel(Steps):
    """Gives its input to every branch; the result is the tuple of theirs.

    Args:
        branches, named: modules or callables, edited like the steps of a :class:`Pipeline`.
        combine: makes one result of theirs: ``combine(first, second, ...)``.

    Example:
        >>> from axon.nn import Linear, Parallel, Sigmoid
        >>> gated = Parallel(Linear(4, 3), Linear(4, 3) >> Sigmoid(), combine=lambda a, b: a * b)
        >>> gated(axon.ones(2, 4)).shape
        (2, 3)
    """

    def __init__(
        self, *branches: Step, combine: Callable[..., Any] | None = None, **named: Step
    ) -> None:
        super().__init__(*branches, **named)
        self.combine = combine

    def _empty(self) -> Parallel:
        return Parallel(combine=self.combine)

    def forward(self, *inputs: Any) -> Any:
        outputs = tuple([place(*inputs) for place in self._places])
        return outputs if self.combine is None else self.combine(*outputs)


class Concat(Steps):
    """Gives its input to every branch and joins their results along an axis.

    Args:
        branches, named: modules or callables, edited like the steps of a :class:`Pipeline`.
        dim: the axis; 1 is that of features and channels.

    Example:
        >>> from axon.nn import Concat, Conv2d
        >>> Concat(Conv2d(3, 8, 1), Conv2d(3, 4, 3, padding=1))(axon.ones(1, 3, 5, 5)).shape
        (1, 12, 5, 5)
    """

    def __init__(self, *branches: Step, dim: int = 1, **named: Step) -> None:
        super().__init__(*branches, **named)
        self.dim = dim

    def _empty(self) -> Concat:
        return Concat(dim=self.dim)

    def forward(self, *inputs: Any) -> Tensor:
        return _runtime.ops.concat([place(*inputs) for place in self._places], axis=self.dim)

    def extra_repr(self) -> str:
        return "" if self.dim == 1 else f"dim={self.dim}"


class Residual(Module):
    """x + body(x) (He et al., 2016); ``shortcut`` replaces x where shapes differ.

    Example:
        >>> from axon.nn import Conv2d, ReLU, Residual
        >>> block = Residual(Conv2d(16, 16, 3, padding=1) >> ReLU() >> Conv2d(16, 16, 3, padding=1))
        >>> block(axon.ones(1, 16, 8, 8)).shape
        (1, 16, 8, 8)
    """

    def __init__(self, *body: Step, shortcut: Step | None = None) -> None:
        self.body = body[0] if len(body) == 1 else Pipeline(*body)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        return (x if self.shortcut is None else self.shortcut(x)) + self.body(x)
