"""Losses as modules: the functions of :mod:`axon.metrics` with their options kept."""

from __future__ import annotations

from typing import Any

from axon import metrics
from axon.core.module import Module
from axon.core.tensor import Tensor


class L1Loss(Module):
    """|prediction - target|; see :func:`axon.metrics.l1`."""

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return metrics.l1(prediction, target, reduction=self.reduction)


class MSELoss(Module):
    """(prediction - target)²; see :func:`axon.metrics.mse`."""

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return metrics.mse(prediction, target, reduction=self.reduction)


class HuberLoss(Module):
    """Half the squared error up to delta, then a straight line; see :func:`axon.metrics.huber`."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        self.reduction = reduction
        self.delta = delta

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return metrics.huber(prediction, target, delta=self.delta, reduction=self.reduction)


class SmoothL1Loss(Module):
    """Huber's loss with lines of slope 1; see :func:`axon.metrics.smooth_l1`."""

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        self.reduction = reduction
        self.beta = beta

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return metrics.smooth_l1(prediction, target, beta=self.beta, reduction=self.reduction)


class BCELoss(Module):
    """Binary cross-entropy of probabilities; see :func:`axon.metrics.bce`."""

    def __init__(self, reduction: str = "mean") -> None:
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return metrics.bce(prediction, target, from_logits=False, reduction=self.reduction)


class BCEWithLogitsLoss(Module):
    """Binary cross-entropy of logits; see :func:`axon.metrics.bce`."""

    def __init__(self, reduction: str = "mean", pos_weight: Tensor | None = None) -> None:
        self.reduction = reduction
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        weight = self.pos_weight
        return metrics.bce(prediction, target, pos_weight=weight, reduction=self.reduction)

    pos_weight: Tensor | None


class _ClassLoss(Module):
    """Losses of integer labels; as in PyTorch the classes are the second axis of a batch."""

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction

    def _options(self, prediction: Tensor) -> dict[str, Any]:
        axis = min(1, prediction.ndim - 1)
        return {"weight": self.weight, "axis": axis, "reduction": self.reduction}


class NLLLoss(_ClassLoss):
    """-log_probability[target], (n, classes, ...) with (n, ...); see :func:`axon.metrics.nll`."""

    def forward(self, log_probability: Tensor, target: Tensor) -> Tensor:
        options = self._options(log_probability)
        return metrics.nll(log_probability, target, ignore_index=self.ignore_index, **options)


class CrossEntropyLoss(_ClassLoss):
    """-log softmax(logits)[target], (n, classes, ...) with (n, ...), or with probabilities.

    See :func:`axon.metrics.cross_entropy`.

    Args:
        weight: (classes,), what each class counts.
        ignore_index: a label that counts nothing.
        reduction: "mean", "sum" or "none".
        label_smoothing: the share of each target that is spread over the classes.

    Example:
        >>> CrossEntropyLoss()(axon.zeros(4, 10), axon.tensor([1, 2, 3, 4])).item()
        2.3025851249694824
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, ignore_index, reduction)
        self.label_smoothing = label_smoothing

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        options = self._options(logits)
        if target.shape != logits.shape:
            options["ignore_index"] = self.ignore_index
        smoothing = self.label_smoothing
        return metrics.cross_entropy(logits, target, label_smoothing=smoothing, **options)


class KLDivLoss(Module):
    """Kullback-Leibler divergence; see :func:`axon.metrics.kl_div`."""

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        self.reduction = reduction
        self.log_target = log_target

    def forward(self, log_probability: Tensor, target: Tensor) -> Tensor:
        return metrics.kl_div(
            log_probability, target, log_target=self.log_target, reduction=self.reduction
        )


class TripletMarginLoss(Module):
    """max(margin + |a - p| - |a - n|, 0); see :func:`axon.metrics.triplet_margin`."""

    def __init__(self, margin: float = 1.0, eps: float = 1e-6, reduction: str = "mean") -> None:
        self.margin = margin
        self.eps = eps
        self.reduction = reduction

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        options = {"margin": self.margin, "eps": self.eps}
        return metrics.triplet_margin(
            anchor, positive, negative, reduction=self.reduction, **options
        )
