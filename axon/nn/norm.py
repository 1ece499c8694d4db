"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.autograd import no_grad
from axon.core.creation import ones, zeros
from axon.core.dtypes import finfo
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init


class _Affine(Module):
    """What normalisations end with: a scale ``weight`` and a shift ``bias``, or neither."""

    weight: Tensor | None
    bias: Tensor | None

    def _make(self, shape: tuple[int, ...], weight: bool, bias: bool, dtype: Any) -> None:
        self.weight = ones(shape, dtype=dtype, requires_grad=True) if weight else None
        self.bias = zeros(shape, dtype=dtype, requires_grad=True) if bias else None

    def reset_parameters(self) -> None:
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class _Statistics(_Affine):
    """Normalisation by channel, the second axis, with running statistics for evaluation."""

    ranks: tuple[int, ...]
    running_mean: Tensor  # None, and so are the next two, without track_running_stats
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        dtype: Any,
    ) -> None:
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._make((num_features,), affine, affine, dtype)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", ones(num_features, dtype=dtype) if tracked else None)
        count = zeros((), dtype=_runtime.int64) if tracked else None
        self.register_buffer("num_batches_tracked", count)

    def reset_parameters(self) -> None:
        super().reset_parameters()
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim not in self.ranks or x.shape[1] != self.num_features:
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected {self.num_features} as the second "
                f"extent and {' or '.join(map(str, self.ranks))} axes"
            )
        if self.training or not self.track_running_stats:
            return self._normalize(x)
        statistics = (self.running_mean, self.running_var)
        return _runtime.ops.batch_norm(x, *statistics, self.weight, self.bias, eps=self.eps)

    def _normalize(self, x: Tensor) -> Tensor:
        """By the statistics of ``x`` itself, which move the running ones."""
        raise NotImplementedError

    def _track(self, mean: Tensor, var: Tensor) -> None:
        """Moves the running statistics toward those of a batch; ``var`` is unbiased."""
        if not self.training or not self.track_running_stats:
            return
        with no_grad():
            self.num_batches_tracked._assign(self.num_batches_tracked + 1)
            share = 1.0 / self.num_batches_tracked if self.momentum is None else self.momentum
            self.running_mean += (share * (mean - self.running_mean)).to(self.running_mean.dtype)
            self.running_var += (share * (var - self.running_var)).to(self.running_var.dtype)


class _BatchNorm(_Statistics):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype)

    def _normalize(self, x: Tensor) -> Tensor:
        count = x.size // self.num_features
        if count < 2 and self.training:
            raise ValueError(
                f"{self!r}: {count} value a channel has no variance; train with larger batches, "
                "or call .eval()"
            )
        y, mean, var = _runtime.ops.batch_norm_train(x, self.weight, self.bias, eps=self.eps)
        self._track(mean.detach(), var.detach() * (count / max(count - 1, 1)))
        return y


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (n, features) or (n, features, length) by feature.

    See :class:`BatchNorm2d` for the formula, the arguments and the attributes.
    """

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (n, features, h, w) by feature (Ioffe and Szegedy, 2015).

    (x - mean) / √(var + eps) · weight + bias. In training the mean and the biased variance of the
    batch are used, and the running ones move toward the batch's mean and unbiased variance; in
    evaluation the running ones are used.

    Args:
        num_features: the second extent of x.
        eps: keeps the root from 0.
        momentum: by what share the running statistics move; None makes them means of all batches.
        affine: whether to learn a weight and a bias.
        track_running_stats: whether to keep running statistics; without, those of the batch are
            used in evaluation too.
        dtype: of parameters and statistics, float32 by default.

    Attributes:
        weight, bias: (num_features,) or None, ones and zeros at first.
        running_mean, running_var: buffers (num_features,) or None, zeros and ones at first.
        num_batches_tracked: a buffer (), int64: batches seen in training.

    Example:
        >>> BatchNorm2d(3)(axon.randn(4, 3, 5, 5)).shape
        (4, 3, 5, 5)
    """

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of volumes (n, features, d, h, w); see :class:`BatchNorm2d`."""

    ranks = (5,)


class _InstanceNorm(_Statistics):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype)

    def _normalize(self, x: Tensor) -> Tensor:
        if self.training and self.track_running_stats:
            axes = tuple(range(2, x.ndim))
            values = x.detach()
            var = values.var(axes, correction=1).mean(0)
            self._track(values.mean(axes).mean(0), var)
        return _runtime.ops.instance_norm(x, self.weight, self.bias, eps=self.eps)


class InstanceNorm1d(_InstanceNorm):
    """Normalisation of sequences (n, features, length); see :class:`InstanceNorm2d`."""

    ranks = (3,)


class InstanceNorm2d(_InstanceNorm):
    """Normalisation of images (n, features, h, w) by image and feature (Ulyanov et al., 2016).

    (x - mean) / √(var + eps) · weight + bias over the last axes. The arguments and attributes are
    those of :class:`BatchNorm2d`; by default nothing is learned and no statistics are kept.
    """

    ranks = (4,)


class InstanceNorm3d(_InstanceNorm):
    """Normalisation of volumes (n, features, d, h, w); see :class:`InstanceNorm2d`."""

    ranks = (5,)


class LayerNorm(_Affine):
    """(x - mean) / √(var + eps) · weight + bias over the last axes (Ba et al., 2016).

    Args:
        normalized_shape: the extents of those axes, one int for the last one.
        eps: keeps the root from 0.
        elementwise_affine: whether to learn a weight and a bias.
        bias: False for a weight alone.
        dtype: of the parameters, float32 by default.

    Attributes:
        weight, bias: of the normalized shape or None, ones and zeros at first.

    Example:
        >>> LayerNorm(64)(axon.randn(8, 64)).shape
        (8, 64)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        affine = elementwise_affine
        self._make(self.normalized_shape, affine, affine and bias, dtype)

    def forward(self, x: Tensor) -> Tensor:
        axes = _last_axes(self, x, self.normalized_shape)
        return _runtime.ops.layer_norm(x, self.weight, self.bias, axis=axes, eps=self.eps)


class RMSNorm(_Affine):
    """x / √(mean(x²) + eps) · weight over the last axes (Zhang and Sennrich, 2019).

    Args:
        normalized_shape: the extents of those axes, one int for the last one.
        eps: keeps the root from 0; None is the spacing of x's dtype at 1.
        elementwise_affine: whether to learn a weight.
        dtype: of the weight, float32 by default.

    Attributes:
        weight: of the normalized shape or None, ones at first.

    Example:
        >>> RMSNorm(3)(axon.tensor([[3.0, 3.0, -3.0]])).numpy().round(3).tolist()
        [[1.0, 1.0, -1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        self.normalized_shape = _shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._make(self.normalized_shape, elementwise_affine, False, dtype)

    def forward(self, x: Tensor) -> Tensor:
        axes = _last_axes(self, x, self.normalized_shape)
        eps = finfo(x.dtype).eps if self.eps is None else self.eps
        return _runtime.ops.rms_norm(x, self.weight, axis=axes, eps=eps)


class GroupNorm(_Affine):
    """(n, channels, ...) normalised by sample and group of channels (Wu and He, 2018).

    (x - mean) / √(var + eps) · weight + bias, the last two by channel.

    Args:
        num_groups: how many groups; they divide the channels.
        num_channels: the second extent of x.
        eps: keeps the root from 0.
        affine: whether to learn a weight and a bias.
        dtype: of the parameters, float32 by default.

    Attributes:
        weight, bias: (num_channels,) or None, ones and zeros at first.

    Raises:
        ValueError: the channels are no multiple of the groups.

    Example:
        >>> GroupNorm(2, 6)(axon.randn(4, 6, 5, 5)).shape
        (4, 6, 5, 5)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(
                f"axon.nn.GroupNorm: {num_channels} channels cannot be split into {num_groups} "
                "groups; expected a multiple"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._make((num_channels,), affine, affine, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.group_norm(x, self.num_groups, self.weight, self.bias, eps=self.eps)


class DynamicTanh(_Affine):
    """weight · tanh(alpha · x) + bias over the last axis, in place of a norm (Zhu et al., 2025).

    Args:
        num_features: the last extent of x.
        alpha: the slope at first.
        dtype: of the parameters, float32 by default.

    Attributes:
        alpha: (), learned.
        weight, bias: (num_features,), ones and zeros at first.
    """

    def __init__(self, num_features: int, alpha: float = 0.5, *, dtype: Any = None) -> None:
        self.num_features = num_features
        self._initial = alpha
        self.alpha = zeros((), dtype=dtype, requires_grad=True)
        self._make((num_features,), True, True, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        super().reset_parameters()
        init.constant_(self.alpha, self._initial)

    def forward(self, x: Tensor) -> Tensor:
        return _runtime.ops.dynamic_tanh(x, self.alpha, self.weight, self.bias)


def _shape(given: int | Sequence[int]) -> tuple[int, ...]:
    return (given,) if isinstance(given, int) else tuple(given)


def _last_axes(layer: Module, x: Tensor, shape: tuple[int, ...]) -> tuple[int, ...]:
    if x.shape[max(x.ndim - len(shape), 0) :] != shape:
        expected = ", ".join(map(str, ("...", *shape)))
        raise ValueError(f"{layer!r}: x has shape {x.shape}; expected ({expected})")
    return tuple(range(-len(shape), 0))
