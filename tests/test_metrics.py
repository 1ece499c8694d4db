"""Losses and scores against their definitions in NumPy."""

import functools

import numpy as np
import pytest

import axon
from axon import metrics

RNG = np.random.default_rng(0)
LOGITS = (RNG.normal(size=(20, 5)) * 3).astype(np.float32)
LABELS = RNG.integers(0, 5, 20)
PROBABILITY = RNG.uniform(0.01, 0.99, (6, 3)).astype(np.float32)
TARGET = RNG.integers(0, 2, (6, 3)).astype(np.float32)


def test_cross_entropy():
    x = LOGITS.astype(np.float64)
    expected = (np.log(np.exp(x).sum(1)) - x[np.arange(20), LABELS]).mean()
    logits = axon.tensor(LOGITS, requires_grad=True)
    loss = metrics.cross_entropy(logits, axon.tensor(LABELS))
    assert loss.shape == () and loss.item() == pytest.approx(expected, rel=1e-5)
    loss.backward()
    softmax = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    np.testing.assert_allclose(logits.grad.numpy(), (softmax - np.eye(5)[LABELS]) / 20, atol=1e-6)


def test_cross_entropy_of_sequences():
    logits, labels = LOGITS.reshape(4, 5, 5), LABELS.reshape(4, 5)
    whole = metrics.cross_entropy(axon.tensor(LOGITS), axon.tensor(LABELS)).item()
    assert metrics.cross_entropy(axon.tensor(logits), axon.tensor(labels)).item() == pytest.approx(
        whole
    )


def test_mse():
    loss = metrics.mse(axon.tensor(PROBABILITY), axon.tensor(TARGET))
    assert loss.item() == pytest.approx(((PROBABILITY - TARGET) ** 2).mean(), rel=1e-5)


def test_bce_of_logits_and_of_probabilities():
    p, t = PROBABILITY.astype(np.float64), TARGET
    expected = -(t * np.log(p) + (1 - t) * np.log1p(-p)).mean()
    logits = np.log(p / (1 - p)).astype(np.float32)
    for prediction, from_logits in ((logits, True), (PROBABILITY, False)):
        loss = metrics.bce(axon.tensor(prediction), axon.tensor(t), from_logits=from_logits)
        assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert metrics.bce(axon.tensor(logits), axon.tensor(t)).item() == pytest.approx(
        expected, rel=1e-5
    )
    with pytest.raises(ValueError, match="from_logits"):
        metrics.bce(axon.tensor(logits), axon.tensor(t), from_logits=False, pos_weight=axon.ones(1))


def test_bce_takes_integer_targets():
    loss = metrics.bce(axon.tensor([0.25, 0.25]), axon.tensor([1, 0]), from_logits=False)
    assert loss.item() == pytest.approx(-(np.log(0.25) + np.log(0.75)) / 2, rel=1e-5)


def test_bce_stays_finite_at_the_ends():
    p = axon.tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    loss = metrics.bce(p, axon.tensor([1.0, 0.0, 0.0, 1.0]), from_logits=False)
    loss.backward()
    assert loss.item() == 50.0 and np.isfinite(p.grad.numpy()).all()


def test_bce_of_logits_does_not_overflow():
    x = axon.tensor([1000.0, -1000.0], requires_grad=True)
    loss = metrics.bce(x, axon.tensor([0.0, 1.0]))
    loss.backward()
    assert loss.item() == 1000.0 and x.grad.tolist() == [0.5, -0.5]


def test_accuracy_of_scores_and_of_classes():
    predicted = LOGITS.argmax(1)
    expected = (predicted == LABELS).mean()
    assert metrics.accuracy(axon.tensor(LOGITS), axon.tensor(LABELS)).item() == pytest.approx(
        expected
    )
    assert metrics.accuracy(axon.tensor(predicted), axon.tensor(LABELS)).item() == pytest.approx(
        expected
    )


def counts(predicted, labels, c):
    true = ((predicted == c) & (labels == c)).sum()
    return true, (predicted == c).sum(), (labels == c).sum()


@pytest.mark.parametrize("average", ["macro", "micro", "binary"])
def test_precision_recall_f1(average):
    predicted = LOGITS.argmax(1)
    rows = [counts(predicted, LABELS, c) for c in ([1] if average == "binary" else range(5))]
    if average == "micro":
        rows = [tuple(sum(column) for column in zip(*rows, strict=True))]
    expected = {
        metrics.precision: np.mean([t / max(p, 1) for t, p, _ in rows]),
        metrics.recall: np.mean([t / max(a, 1) for t, _, a in rows]),
        metrics.f1: np.mean([2 * t / max(p + a, 1) for t, p, a in rows]),
    }
    for score, value in expected.items():
        ours = score(axon.tensor(LOGITS), axon.tensor(LABELS), average=average).item()
        assert ours == pytest.approx(value, rel=1e-5), score.__name__


def test_a_class_that_never_occurs_counts_as_zero():
    labels = axon.tensor([0, 0, 1])
    assert metrics.recall(labels, labels, classes=3).item() == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: metrics.cross_entropy(axon.zeros(3, 2), axon.zeros(4, dtype=axon.int64)),
            "numbers of the classes",
        ),
        (lambda: metrics.mse(axon.zeros(3, 1), axon.zeros(3)), r"\(3, 1\).*\(3,\)"),
        (lambda: metrics.f1(axon.tensor([1]), axon.tensor([1])), "classes=10"),
        (lambda: metrics.f1(axon.tensor([1]), axon.tensor([1]), average="all"), "macro"),
    ],
)
def test_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_label_that_nobody_ignores_is_out_of_range():
    loss = metrics.cross_entropy(axon.zeros(2, 3), axon.tensor([1, -100]))
    with pytest.raises(IndexError):
        loss.item()
    assert metrics.cross_entropy(axon.zeros(2, 3), axon.tensor([1, -100]), ignore_index=-100) > 1


@pytest.mark.parametrize("ignored", [None, -100])
@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_labels_of_small_integer_dtypes(dtype, ignored):
    logits, labels = axon.tensor(RNG.normal(size=(4, 200))), axon.tensor([0, 156, 2, 3])
    smoothed = functools.partial(metrics.cross_entropy, label_smoothing=0.1)
    for loss in (metrics.cross_entropy, smoothed, metrics.nll):
        found = loss(logits, labels.to(dtype), ignore_index=ignored)
        assert found.item() == loss(logits, labels, ignore_index=ignored).item()
