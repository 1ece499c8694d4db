"""Losses and scores. Losses are differentiable; scores are counts of what a model got right.

Every function gives a tensor of shape (), lazily: ``.item()`` computes it.
"""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor

# ------------------------------------------------------------------------------------- losses


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean of -log softmax(logits)[target] over the samples, computed stably.

    Args:
        logits: float, shape (..., classes): unnormalised scores.
        target: integers in [0, classes), of the leading shape of ``logits``.

    Raises:
        ValueError: the shapes do not fit.
        IndexError: a class is out of range; raised when the loss is computed.

    Example:
        >>> cross_entropy(axon.zeros(4, 10), axon.tensor([1, 2, 3, 4])).item()
        2.3025851249694824
    """
    _require_classes("cross_entropy", logits, target)
    return _runtime.ops.cross_entropy(logits, target).mean()


def mse(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean squared error: mean of (prediction - target)², for equal shapes."""
    _require_equal("mse", prediction, target)
    return _runtime.ops.mse(prediction, target.to(prediction.dtype))


def bce(probability: Tensor, target: Tensor) -> Tensor:
    """Mean binary cross-entropy -(t · log p + (1 - t) · log(1 - p)), for equal shapes.

    Logarithms are cut off at -100 so that p = 0 and p = 1 stay finite. From logits
    :func:`bce_with_logits` is more accurate.

    Args:
        probability: float in [0, 1].
        target: 0 or 1, or a probability.
    """
    _require_equal("bce", probability, target)
    return _runtime.ops.bce(probability, target.to(probability.dtype))


def bce_with_logits(logits: Tensor, target: Tensor) -> Tensor:
    """:func:`bce` of sigmoid(logits), as max(x, 0) - x · t + log(1 + exp(-|x|))."""
    _require_equal("bce_with_logits", logits, target)
    return _runtime.ops.bce_with_logits(logits, target.to(logits.dtype))


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


def _require_classes(caller: str, logits: Tensor, target: Tensor) -> None:
    if logits.ndim != target.ndim + 1 or logits.shape[:-1] != target.shape:
        raise ValueError(
            f"axon.metrics.{caller}: logits have shape {logits.shape}, the target {target.shape}; "
            "expected (..., classes) and (...): the target holds the numbers of the classes"
        )
