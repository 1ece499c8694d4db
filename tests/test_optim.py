"""Optimizers against their formulas in float64, and what they promise about handles and numbers."""

import numpy as np
import pytest

import axon
from axon.nn import Linear, ReLU
from axon.optim import SGD, Adagrad, Adam, AdamW, Lion, RMSprop, clip_grad_norm

STEPS = 5


def run(optimizer_of, start, gradients):
    """The parameter after each step."""
    p = axon.tensor(start, dtype=axon.float32, requires_grad=True)
    optimizer, seen = optimizer_of([p]), []
    for g in gradients:
        p.grad = axon.tensor(g, dtype=axon.float32)
        optimizer.step()
        seen.append(p.numpy().copy())
    return seen


def sgd(p, gradients, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
    v = np.zeros_like(p)
    for g in gradients:
        g = g + weight_decay * p
        v = momentum * v + g
        p = p - lr * (g + momentum * v if nesterov else v)
        yield p


def adam(p, gradients, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(gradients, 1):
        g = g if decoupled else g + weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        update = m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
        p = p - lr * update - (lr * weight_decay * p if decoupled else 0)
        yield p


def rmsprop(p, gradients, lr, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False):
    v, mean, m = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    for g in gradients:
        g = g + weight_decay * p
        v = alpha * v + (1 - alpha) * g * g
        mean = alpha * mean + (1 - alpha) * g
        m = momentum * m + g / (np.sqrt(v - mean * mean if centered else v) + eps)
        p = p - lr * m
        yield p


def adagrad(p, gradients, lr, eps=1e-10, weight_decay=0.0, initial=0.0):
    v = np.full_like(p, initial)
    for g in gradients:
        g = g + weight_decay * p
        v = v + g * g
        p = p - lr * g / (np.sqrt(v) + eps)
        yield p


def lion(p, gradients, lr, betas=(0.9, 0.99), weight_decay=0.0):
    m = np.zeros_like(p)
    for g in gradients:
        p = p - lr * (np.sign(betas[0] * m + (1 - betas[0]) * g) + weight_decay * p)
        m = betas[1] * m + (1 - betas[1]) * g
        yield p


@pytest.mark.parametrize(
    "optimizer, formula, options",
    [
        (RMSprop, rmsprop, {"lr": 0.1}),
        (RMSprop, rmsprop, {"lr": 0.1, "alpha": 0.8, "momentum": 0.9, "weight_decay": 0.1}),
        (RMSprop, rmsprop, {"lr": 0.1, "alpha": 0.8, "centered": True}),
        (Adagrad, adagrad, {"lr": 0.1, "weight_decay": 0.1, "initial": 0.5}),
        (Lion, lion, {"lr": 0.1, "weight_decay": 0.1}),
        (SGD, sgd, {"lr": 0.1}),
        (SGD, sgd, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
        (SGD, sgd, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        (Adam, adam, {"lr": 0.1}),
        (Adam, adam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
        (AdamW, lambda *a, **k: adam(*a, **k, decoupled=True), {"lr": 0.1, "weight_decay": 0.3}),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_formula(optimizer, formula, options):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 4)), rng.normal(size=(STEPS, 3, 4))
    actual = run(lambda params: optimizer(params, **options), start, gradients)
    for ours, expected in zip(actual, formula(start, gradients, **options), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)


def model_and_data():
    axon.manual_seed(0)
    model = Linear(3, 16) >> ReLU() >> Linear(16, 1)
    x = axon.randn(64, 3)
    return model, x, x.sum(axis=1, keepdim=True).tanh()


def train(model, optimizer, x, y, steps):
    losses = []
    for _ in range(steps):
        loss = axon.metrics.mse(model(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


@pytest.mark.parametrize("optimizer", [SGD, Adam, AdamW, RMSprop, Adagrad, Lion])
def test_training_reduces_the_loss(optimizer):
    model, x, y = model_and_data()
    losses = train(
        model, optimizer(model.params, lr=0.02 if optimizer is not SGD else 0.1), x, y, 60
    )
    assert losses[-1] < 0.25 * losses[0]


def test_step_leaves_nothing_pending_and_keeps_handles():
    model, x, y = model_and_data()
    handles = model.params
    train(model, Adam(model.params), x, y, 2)
    assert all(a is b for a, b in zip(model.params, handles, strict=True))
    assert all(p.requires_grad and p.tape is None and not p.is_pending for p in handles)


def test_lr_is_a_number_that_may_change():
    start, gradients = np.ones(3), np.ones((2, 3))
    p = axon.tensor(start, dtype=axon.float32, requires_grad=True)
    optimizer = SGD([p], lr=1.0)
    for lr, g in zip((1.0, 0.25), gradients, strict=True):
        optimizer.lr = lr
        p.grad = axon.tensor(g, dtype=axon.float32)
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), start - 1.25)


def test_groups_have_options_of_their_own():
    a, b = (axon.ones(1, requires_grad=True) for _ in range(2))
    optimizer = SGD([{"params": [a], "lr": 0.5}, {"params": [b]}], lr=0.1)
    a.grad, b.grad = axon.ones(1), axon.ones(1)
    optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], [0.5, 0.9], rtol=1e-6)
    optimizer.lr = 1.0
    assert [group["lr"] for group in optimizer.groups] == [1.0, 1.0]


def test_frozen_and_unused_parameters_stay():
    model, x, y = model_and_data()
    unused = axon.ones(1, requires_grad=True)
    optimizer = Adam([*model.params, unused], lr=0.1)
    model[0].freeze()
    before = model[0].weight.numpy().copy()
    train(model, optimizer, x, y, 3)
    np.testing.assert_array_equal(model[0].weight.numpy(), before)
    assert unused.item() == 1.0


def test_state_dict_resumes_exactly():
    model, x, y = model_and_data()
    optimizer = Adam(model.params, lr=0.02)
    train(model, optimizer, x, y, 5)
    weights, state = model.state_dict(), optimizer.state_dict()
    expected = train(model, optimizer, x, y, 5)

    twin, _, _ = model_and_data()
    twin.load_state_dict(weights)
    resumed = Adam(twin.params, lr=1.0)
    resumed.load_state_dict(state)
    assert train(twin, resumed, x, y, 5) == expected


def test_clip_grad_norm():
    a, b = axon.ones(2, requires_grad=True), axon.ones(1, requires_grad=True)
    a.grad, b.grad = axon.tensor([3.0, 0.0]), axon.tensor([4.0])
    assert clip_grad_norm([a, b], 1.0).item() == pytest.approx(5.0)
    np.testing.assert_allclose(a.grad.numpy(), [0.6, 0.0], rtol=1e-5)
    np.testing.assert_allclose(b.grad.numpy(), [0.8], rtol=1e-5)
    clip_grad_norm([a, b], 10.0)
    np.testing.assert_allclose(b.grad.numpy(), [0.8], rtol=1e-5)


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: SGD([]), ValueError, "no parameters"),
        (lambda: SGD([1.0]), TypeError, "Tensor"),
        (lambda: SGD([axon.ones(1)], nesterov=True), ValueError, "momentum"),
        (lambda: Adam([axon.ones(1)], betas=(1.0, 0.9)), ValueError, "betas"),
        (lambda: (lambda p: SGD([p, p]))(axon.ones(1)), ValueError, "twice"),
    ],
)
def test_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


# ---------------------------------------------------------------------- what a long run relies on


def test_a_repeated_step_plans_nothing_and_holds_nothing():
    """Changed numbers (learning rate, step count, dropout's key) are not structure."""
    model, x, y = model_and_data()
    model = model >> axon.nn.Dropout(0.1)
    optimizer = Adam(model.params, lr=0.02)
    train(model, optimizer, x, y, 3)
    axon.flush()
    plans, values = axon.stats()["plans_built"], axon._runtime.census()
    memory = axon.stats()["bytes_in_use"]
    for _ in range(5):
        optimizer.lr *= 0.9
        train(model, optimizer, x, y, 2)
    assert axon.stats()["plans_built"] == plans
    assert axon._runtime.census() == values
    assert axon.stats()["bytes_in_use"] == memory
