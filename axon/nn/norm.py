"""Normalisation layers."""

from __future__ import annotations

from axon import _runtime
from axon.core.autograd import no_grad
from axon.core.creation import ones, zeros
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init


class _BatchNorm(Module):
    """Normalisation over all axes but the second."""

    ranks: tuple[int, ...]
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, features: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.features = features
        self.eps = eps
        self.momentum = momentum
        self.weight = ones(features, requires_grad=True)
        self.bias = zeros(features, requires_grad=True)
        self.register_buffer("running_mean", zeros(features))
        self.register_buffer("running_var", ones(features))

    def reset_parameters(self) -> None:
        init.assign(self.weight, ones(self.features))
        init.assign(self.bias, zeros(self.features))
        init.assign(self.running_mean, zeros(self.features))
        init.assign(self.running_var, ones(self.features))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim not in self.ranks or x.shape[1] != self.features:
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected {self.features} as the second extent "
                f"and {' or '.join(map(str, self.ranks))} axes"
            )
        if not self.training:
            statistics = (self.running_mean, self.running_var)
            return _runtime.ops.batch_norm(x, *statistics, self.weight, self.bias, eps=self.eps)
        count = x.size // self.features
        if count < 2:
            raise ValueError(
                f"{self!r}: {count} value a channel has no variance; train with larger batches, "
                "or call .eval()"
            )
        y, mean, var = _runtime.ops.batch_norm_train(x, self.weight, self.bias, eps=self.eps)
        with no_grad():
            self._move(self.running_mean, mean)
            self._move(self.running_var, var * (count / (count - 1)))
        return y

    def _move(self, running: Tensor, batch: Tensor) -> None:
        running._assign(running + self.momentum * (batch - running))

    def extra_repr(self) -> str:
        return str(self.features)


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (n, features) or (n, features, length) by feature.

    See :class:`BatchNorm2d` for the formula and the attributes.
    """

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (n, features, h, w) by feature (Ioffe and Szegedy, 2015).

    (x - mean) / √(var + eps) · weight + bias. In training the mean and the biased variance of the
    batch are used, and the running ones move by ``momentum`` toward the batch's mean and unbiased
    variance; in evaluation the running ones are used.

    Attributes:
        weight, bias: (features,), ones and zeros at first.
        running_mean, running_var: buffers of shape (features,), zeros and ones at first.
    """

    ranks = (4,)


class LayerNorm(Module):
    """(x - mean) / √(var + eps) · weight + bias over the last axis (Ba et al., 2016).

    Attributes:
        weight, bias: (features,), ones and zeros at first.

    Example:
        >>> LayerNorm(64)(axon.randn(8, 64)).shape
        (8, 64)
    """

    def __init__(self, features: int, *, eps: float = 1e-5) -> None:
        self.features = features
        self.eps = eps
        self.weight = ones(features, requires_grad=True)
        self.bias = zeros(features, requires_grad=True)

    def reset_parameters(self) -> None:
        init.assign(self.weight, ones(self.features))
        init.assign(self.bias, zeros(self.features))

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.layer_norm(x, self.weight, self.bias, eps=self.eps)

    def extra_repr(self) -> str:
        return str(self.features)
