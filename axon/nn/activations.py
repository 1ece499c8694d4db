"""Activations as modules: pointwise functions without parameters."""

from __future__ import annotations

from axon import _runtime
from axon.core.module import Module
from axon.core.tensor import Tensor


class ReLU(Module):
    """max(x, 0), any shape."""

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.relu(x)


class GELU(Module):
    """x · Φ(x) with the exact normal distribution function Φ (Hendrycks and Gimpel, 2016)."""

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.gelu(x)


class SiLU(Module):
    """x · sigmoid(x), any shape."""

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.silu(x)


class Tanh(Module):
    """tanh(x), any shape."""

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x)), any shape."""

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.sigmoid(x)


class Softmax(Module):
    """exp(x) / Σ exp(x) along ``axis``: positive, and one in sum."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.softmax(x, axis=self.axis)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"
