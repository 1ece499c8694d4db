"""Losses and scores. Losses are differentiable; scores are counts of what a model got right.

Everything is lazy: ``.item()`` computes it. The losses take ``reduction``: "mean" and "sum" over
all elements give shape (), "none" gives the losses one by one.
"""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor

# ------------------------------------------------------------------------------------- losses


NO_LABEL = -(2**63)  # what no label is: every other one is counted, or out of range


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    axis: int = -1,
    reduction: str = "mean",
) -> Tensor:
    """-log softmax(logits)[target] of each sample, computed stably.

    Args:
        logits: float, shape (..., classes): unnormalised scores.
        target: integers in [0, classes), of the shape of ``logits`` without its classes; or the
            probabilities of the classes, of the shape of ``logits``.
        weight: (classes,): what each class counts. The mean is over the weights of the labels.
        label_smoothing: the share of each target that is spread evenly over the classes (Szegedy
            et al., 2016).
        ignore_index: a label whose samples count nothing, not even in the mean.
        axis: where the classes are, the last axis unless said otherwise.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes do not fit.
        IndexError: a class is out of range; raised when the loss is computed.

    Example:
        >>> cross_entropy(axon.zeros(4, 10), axon.tensor([1, 2, 3, 4])).item()
        2.3025851249694824
    """
    if target.shape == logits.shape:
        if ignore_index is not None:
            raise ValueError(
                "axon.metrics.cross_entropy: ignore_index is a label, the target holds "
                f"probabilities of shape {target.shape}; give labels without the axis of classes"
            )
        target = _smoothed(target.to(logits.dtype), label_smoothing, axis)
        losses = _runtime.ops.soft_cross_entropy(logits, target, weight, axis=axis)
        return _reduced(losses, reduction)
    _require_classes("cross_entropy", logits, target, axis)
    ignored = _ignored(ignore_index)
    losses = _runtime.ops.cross_entropy(logits, target, weight, axis=axis, **ignored)
    if label_smoothing != 0:
        even = 1 / logits.shape[axis]
        spread = _runtime.ops.soft_cross_entropy(logits, even, weight, axis=axis)
        if ignore_index is not None:
            spread = _runtime.ops.where(_is_counted(target, ignore_index), spread, 0.0)
        losses = (1 - label_smoothing) * losses + label_smoothing * spread
    return _reduced(losses, reduction, _label_weights(target, weight, ignore_index))


def nll(
    log_probability: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    ignore_index: int | None = None,
    axis: int = -1,
    reduction: str = "mean",
) -> Tensor:
    """-log_probability[target] of each sample; the arguments are those of :func:`cross_entropy`."""
    _require_classes("nll", log_probability, target, axis)
    ignored = _ignored(ignore_index)
    losses = _runtime.ops.nll(log_probability, target, weight, axis=axis, **ignored)
    return _reduced(losses, reduction, _label_weights(target, weight, ignore_index))


def mse(prediction: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Squared error (prediction - target)², for equal shapes."""
    _require_equal("mse", prediction, target)
    return _reduced(_runtime.ops.mse(prediction, target.to(prediction.dtype)), reduction)


def l1(prediction: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Absolute error |prediction - target|, for equal shapes."""
    _require_equal("l1", prediction, target)
    return _reduced(_runtime.ops.l1(prediction, target.to(prediction.dtype)), reduction)


def huber(
    prediction: Tensor, target: Tensor, *, delta: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """Half the squared error up to ``delta``, then a straight line (Huber, 1964)."""
    _require_equal("huber", prediction, target)
    losses = _runtime.ops.huber(prediction, target.to(prediction.dtype), delta=delta)
    return _reduced(losses, reduction)


def smooth_l1(
    prediction: Tensor, target: Tensor, *, beta: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """:func:`huber` divided by ``beta``, so that its lines have slope 1 (Girshick, 2015)."""
    _require_equal("smooth_l1", prediction, target)
    losses = _runtime.ops.smooth_l1(prediction, target.to(prediction.dtype), beta=beta)
    return _reduced(losses, reduction)


def bce(
    prediction: Tensor,
    target: Tensor,
    *,
    from_logits: bool = True,
    pos_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross-entropy -(t · log p + (1 - t) · log(1 - p)), for equal shapes.

    Args:
        prediction: logits, as :func:`cross_entropy` takes them: p is their sigmoid, computed
            without overflow. Or the probabilities p in [0, 1] themselves.
        target: 0 or 1, or a probability.
        from_logits: False for probabilities; their logarithms are cut off at -100, so that p = 0
            and p = 1 stay finite.
        pos_weight: what a positive counts, for logits; broadcasts with them.
        reduction: "mean", "sum" or "none".

    Example:
        >>> bce(axon.zeros(4), axon.tensor([0.0, 1.0, 1.0, 0.0])).item()
        0.6931471824645996
    """
    _require_equal("bce", prediction, target)
    target = target.to(prediction.dtype)
    if from_logits:
        return _reduced(_runtime.ops.bce_with_logits(prediction, target, pos_weight), reduction)
    if pos_weight is not None:
        raise ValueError("axon.metrics.bce: pos_weight is for logits; leave from_logits True")
    return _reduced(_runtime.ops.bce(prediction, target), reduction)


def kl_div(
    log_probability: Tensor, target: Tensor, *, log_target: bool = False, reduction: str = "mean"
) -> Tensor:
    """Kullback-Leibler divergence: target · (log(target) - log_probability), element by element.

    Args:
        log_target: ``target`` holds logarithms of probabilities.
        reduction: "batchmean" (the sum over the first extent, the divergence by its definition),
            "mean", "sum" or "none".
    """
    _require_equal("kl_div", log_probability, target)
    losses = _runtime.ops.kl_div(log_probability, target, log_target=log_target)
    if reduction == "batchmean":
        return losses.sum() / losses.shape[0]
    return _reduced(losses, reduction)


def triplet_margin(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    margin: float = 1.0,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """max(margin + |anchor - positive| - |anchor - negative|, 0) along the last axis.

    The distances are Euclidean (Schroff et al., 2015); ``eps`` keeps their gradients finite.
    """
    losses = _runtime.ops.triplet_margin(anchor, positive, negative, margin=margin, eps=eps)
    return _reduced(losses, reduction)


def _reduced(losses: Tensor, reduction: str, counts: Tensor | None = None) -> Tensor:
    """The losses together; their mean is over ``counts`` where there are some."""
    if reduction == "mean":
        return losses.mean() if counts is None else losses.sum() / counts.sum()
    if reduction == "sum":
        return losses.sum()
    if reduction == "none":
        return losses
    raise ValueError(f"axon.metrics: reduction is {reduction!r}; expected 'mean', 'sum' or 'none'")


def _smoothed(target: Tensor, smoothing: float, axis: int) -> Tensor:
    if smoothing == 0:
        return target
    return target * (1 - smoothing) + smoothing / target.shape[axis]


def _ignored(ignore_index: int | None) -> dict[str, int]:
    return {"ignore_index": NO_LABEL if ignore_index is None else ignore_index}


def _is_counted(target: Tensor, ignore_index: int) -> Tensor:
    """False where a label is the ignored one, which a small dtype may not hold."""
    return _runtime.ops.ne(target.to(_runtime.int64), ignore_index)


def _label_weights(
    target: Tensor, weight: Tensor | None, ignore_index: int | None
) -> Tensor | None:
    """What each sample counts in a mean; None if all count the same."""
    counts = None
    if ignore_index is not None:
        counts = _is_counted(target, ignore_index)
        target = _runtime.ops.where(counts, target, 0)
    if weight is not None:
        counts = (
            weight[target] if counts is None else _runtime.ops.where(counts, weight[target], 0.0)
        )
    return counts


# ------------------------------------------------------------------------------------- scores


def accuracy(prediction: Tensor, target: Tensor) -> Tensor:
    """The share of samples that are right, float32.

    Args:
        prediction: scores of shape (..., classes), or classes of the shape of ``target``.
        target: integers: the true classes.

    Example:
        >>> accuracy(axon.tensor([0, 1, 1, 0]), axon.tensor([0, 1, 0, 0])).item()
        0.75
    """
    return _runtime.ops.eq(_classes(prediction, target, "accuracy"), target).mean()


def precision(
    prediction: Tensor, target: Tensor, *, average: str = "macro", classes: int | None = None
) -> Tensor:
    """True positives over predicted positives; 0 for a class that is never predicted.

    Args:
        prediction: as for :func:`accuracy`.
        target: integers: the true classes.
        average: "macro" (mean over classes), "micro" (over samples) or "binary" (of class 1).
        classes: how many there are; needed when ``prediction`` holds classes and not "binary".
    """
    true, predicted, _ = _counts("precision", prediction, target, average, classes)
    return _ratio(true, predicted)


def recall(
    prediction: Tensor, target: Tensor, *, average: str = "macro", classes: int | None = None
) -> Tensor:
    """True positives over actual positives; 0 for a class that never occurs.

    The arguments are those of :func:`precision`.
    """
    true, _, actual = _counts("recall", prediction, target, average, classes)
    return _ratio(true, actual)


def f1(
    prediction: Tensor, target: Tensor, *, average: str = "macro", classes: int | None = None
) -> Tensor:
    """Harmonic mean of precision and recall: 2 · TP / (predicted + actual), by class.

    The arguments are those of :func:`precision`.
    """
    true, predicted, actual = _counts("f1", prediction, target, average, classes)
    return _ratio(2 * true, predicted + actual)


def _ratio(part: Any, whole: Any) -> Tensor:
    return (part / whole.clip(low=1.0)).mean()


def _classes(prediction: Tensor, target: Tensor, caller: str) -> Tensor:
    if prediction.ndim == target.ndim + 1:
        prediction = prediction.argmax(axis=-1)
    _require_equal(caller, prediction, target)
    return prediction


def _counts(
    caller: str, prediction: Tensor, target: Tensor, average: str, classes: int | None
) -> tuple[Tensor, Tensor, Tensor]:
    """True positives, predicted and actual positives: a number for each class, or one."""
    if average not in ("macro", "micro", "binary"):
        raise ValueError(
            f"axon.metrics.{caller}: average is {average!r}; expected 'macro', 'micro' or 'binary'"
        )
    if prediction.ndim == target.ndim + 1:
        classes = prediction.shape[-1]
    elif average == "binary":
        classes = 2
    elif classes is None:
        raise ValueError(
            f"axon.metrics.{caller}: prediction holds classes; say how many: classes=10, "
            "or average='binary'"
        )
    labels = _classes(prediction, target, caller)
    predicted = _runtime.ops.one_hot(labels.reshape(-1), classes)
    actual = _runtime.ops.one_hot(target.reshape(-1), classes)
    counts = [(predicted * actual).sum(axis=0), predicted.sum(axis=0), actual.sum(axis=0)]
    if average == "micro":
        counts = [count.sum() for count in counts]
    elif average == "binary":
        counts = [count[1] for count in counts]
    return counts[0], counts[1], counts[2]


def _require_equal(caller: str, a: Tensor, b: Tensor) -> None:
    if a.shape != b.shape:
        raise ValueError(
            f"axon.metrics.{caller}: the prediction has shape {a.shape}, the target {b.shape}; "
            "they must be equal: reshape one, or index what belongs together"
        )


def _require_classes(caller: str, logits: Tensor, target: Tensor, axis: int) -> None:
    samples = list(logits.shape)
    if -len(samples) <= axis < len(samples):
        del samples[axis]
    if logits.ndim != target.ndim + 1 or tuple(samples) != target.shape:
        raise ValueError(
            f"axon.metrics.{caller}: logits have shape {logits.shape}, the target {target.shape}; "
            f"expected the shape of the logits without axis {axis}: the target holds the numbers "
            "of the classes"
        )
