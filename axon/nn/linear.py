"""Layers that multiply by a matrix or look rows of one up."""

from __future__ import annotations

import math
from typing import Any

from axon import _runtime
from axon.core.autograd import no_grad
from axon.core.creation import zeros
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init


class Linear(Module):
    """y = x · Wᵀ + b, shape (..., in) to (..., out).

    Args:
        in_features, out_features: the last extents of x and y.
        bias: whether to add b.
        dtype: of the parameters, float32 by default.

    Attributes:
        weight: (out, in), drawn from ±1/√in.
        bias: (out,) or None, drawn alike.

    Example:
        >>> Linear(64, 10)(axon.randn(32, 64)).shape
        (32, 10)
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, dtype: Any = None
    ) -> None:
        self.in_features = in_features
        self.out_features = out_features
        self.weight = zeros(out_features, in_features, dtype=dtype, requires_grad=True)
        self.bias = zeros(out_features, dtype=dtype, requires_grad=True) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        draw(self.weight, self.bias)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected (..., {self.in_features}). "
                "After a convolution put Flatten() before this layer"
            )
        return _runtime.ops.linear(x, self.weight, self.bias)


class Bilinear(Module):
    """y = x1 · W[o] · x2 + b[o] for each output o, shapes (..., in1) and (..., in2) to (..., out).

    Args:
        in1_features, in2_features, out_features: the last extents of x1, x2 and y.
        bias: whether to add b.
        dtype: of the parameters, float32 by default.

    Attributes:
        weight: (out, in1, in2), drawn from ±1/√in1.
        bias: (out,) or None, drawn alike.

    Example:
        >>> Bilinear(4, 3, 2)(axon.ones(5, 4), axon.ones(5, 3)).shape
        (5, 2)
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        shape = (out_features, in1_features, in2_features)
        self.weight = zeros(shape, dtype=dtype, requires_grad=True)
        self.bias = zeros(out_features, dtype=dtype, requires_grad=True) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(max(1, self.in1_features))
        for param in self.params:
            init.uniform_(param, -bound, bound)

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return _runtime.ops.bilinear(x1, x2, self.weight, self.bias)


class Embedding(Module):
    """The rows of a learned table that integers name, (...) to (..., embedding_dim).

    Args:
        num_embeddings: rows of the table.
        embedding_dim: numbers a row.
        padding_idx: a row that starts as zeros and gets no gradient.
        dtype: of the table, float32 by default.

    Attributes:
        weight: (num_embeddings, embedding_dim), drawn from the normal distribution.

    Example:
        >>> Embedding(1000, 64)(axon.tensor([[1, 2], [3, 4]])).shape
        (2, 2, 64)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        dtype: Any = None,
    ) -> None:
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(
                f"axon.nn.Embedding: padding_idx is {padding_idx}; expected one of the "
                f"{num_embeddings} rows"
            )
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = zeros(num_embeddings, embedding_dim, dtype=dtype, requires_grad=True)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0.0

    def forward(self, index: Tensor) -> Tensor:
        y = _runtime.ops.embedding(self.weight, index)
        if self.padding_idx is None:
            return y
        is_padding = _runtime.ops.eq(index, self.padding_idx).unsqueeze(-1)
        return _runtime.ops.where(is_padding, y.detach(), y)


def draw(weight: Tensor, bias: Tensor | None) -> None:
    """Both from ±1/√fan-in, as PyTorch draws them."""
    init.kaiming_uniform_(weight, a=math.sqrt(5.0))
    if bias is not None:
        bound = 1.0 / math.sqrt(max(1, init.fans(weight)[0]))
        init.uniform_(bias, -bound, bound)
