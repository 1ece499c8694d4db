"""Optimizers against their formulas in float64, and what they promise about handles and numbers."""

import math

import numpy as np
import pytest

import axon
from axon.nn import Linear, Pipeline, ReLU
from axon.optim import (
    EMA,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    NAdam,
    RMSprop,
    clip_grad_norm_,
    clip_grad_value_,
)

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


def sgd(p, gradients, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    v = None
    for g in gradients:
        g = g + weight_decay * p
        v = g if v is None else momentum * v + (1 - dampening) * g
        p = p - lr * (g if not momentum else g + momentum * v if nesterov else v)
        yield p


def adam(
    p, gradients, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, decoupled=False
):
    m, v, largest = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    for t, g in enumerate(gradients, 1):
        g = g if decoupled else g + weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        largest = np.maximum(largest, v)
        scale = np.sqrt((largest if amsgrad else v) / (1 - betas[1] ** t)) + eps
        update = m / (1 - betas[0] ** t) / scale
        p = p - lr * update - (lr * weight_decay * p if decoupled else 0)
        yield p


def nadam(p, gradients, lr, weight_decay=0.0, momentum_decay=4e-3, decoupled_weight_decay=False):
    m, v, product = np.zeros_like(p), np.zeros_like(p), 1.0
    for t, g in enumerate(gradients, 1):
        decay = lr * weight_decay * p if decoupled_weight_decay else 0
        g = g if decoupled_weight_decay else g + weight_decay * p
        u, following = (0.9 * (1 - 0.5 * 0.96 ** (k * momentum_decay)) for k in (t, t + 1))
        product *= u
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        ahead = (1 - u) * g / (1 - product) + following * m / (1 - product * following)
        p = p - decay - lr * ahead / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
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


def adagrad(p, gradients, lr, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0):
    v = np.full_like(p, initial_accumulator_value)
    for t, g in enumerate(gradients):
        g = g + weight_decay * p
        v = v + g * g
        p = p - lr / (1 + t * lr_decay) * g / (np.sqrt(v) + 1e-10)
        yield p


def adadelta(p, gradients, lr, rho=0.9, eps=1e-6, weight_decay=0.0):
    v, u = np.zeros_like(p), np.zeros_like(p)
    for g in gradients:
        g = g + weight_decay * p
        v = rho * v + (1 - rho) * g * g
        update = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * update * update
        p = p - lr * update
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
        (RMSprop, rmsprop, {"lr": 0.1, "alpha": 0.8, "centered": True, "momentum": 0.9}),
        (Adagrad, adagrad, {"lr": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
        (Adagrad, adagrad, {"lr": 0.1, "lr_decay": 0.5}),
        (Adadelta, adadelta, {"lr": 1.0, "rho": 0.8, "weight_decay": 0.1}),
        (NAdam, nadam, {"lr": 0.1, "weight_decay": 0.1}),
        (NAdam, nadam, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
        (Lion, lion, {"lr": 0.1, "weight_decay": 0.1}),
        (SGD, sgd, {"lr": 0.1}),
        (SGD, sgd, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
        (SGD, sgd, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
        (SGD, sgd, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        (Adam, adam, {"lr": 0.1}),
        (Adam, adam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
        (Adam, adam, {"lr": 0.1, "betas": (0.5, 0.6), "amsgrad": True}),
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


ALL = [SGD, Adam, AdamW, NAdam, RMSprop, Adagrad, Adadelta, Lion]


@pytest.mark.parametrize("optimizer", ALL)
def test_maximize_climbs(optimizer):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 4)), rng.normal(size=(STEPS, 3, 4))
    up = run(lambda params: optimizer(params, maximize=True), start, gradients)
    down = run(optimizer, start, -gradients)
    np.testing.assert_array_equal(up, down)


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


@pytest.mark.parametrize("optimizer", ALL)
def test_training_reduces_the_loss(optimizer):
    model, x, y = model_and_data()
    lr = {SGD: 0.1, Adadelta: 10.0}.get(optimizer, 0.02)
    losses = train(model, optimizer(model.params, lr=lr), x, y, 60)
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
    assert [group["lr"] for group in optimizer.param_groups] == [1.0, 1.0]


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


def test_state_of_another_model_is_refused():
    model, x, y = model_and_data()
    optimizer = Adam(model.params)
    train(model, optimizer, x, y, 1)
    state = optimizer.state_dict()
    with pytest.raises(ValueError, match=r"groups of \[4\] parameters were saved.*\[2\]"):
        Adam(model[0].params).load_state_dict(state)
    other = Linear(3, 16) >> ReLU() >> Linear(16, 2)
    with pytest.raises(ValueError, match=r"'exp_avg' was saved for.*\(1, 16\).*\(2, 16\)"):
        Adam(other.params).load_state_dict(state)
    twin = SGD(model.params)
    with pytest.raises(ValueError, match=r"options \['amsgrad', 'betas', 'eps'\] were saved"):
        twin.load_state_dict(state)
    assert twin.lr == SGD(model.params).lr and not twin.state


def test_a_step_that_fails_leaves_the_state_as_it_was():
    model, x, y = model_and_data()
    optimizer = NAdam(model.params)
    train(model, optimizer, x, y, 2)
    before = optimizer.state_dict()["state"]
    table = axon.ones(3, requires_grad=True)
    bad = table[axon.tensor([7])]
    for param in model.params:
        param.grad = axon.ones(param.shape) * bad.detach()
    with pytest.raises(IndexError):
        optimizer.step()
    after = optimizer.state_dict()["state"]
    for number, entries in before.items():
        for name, value in entries.items():
            now = after[number][name]
            assert (
                value == now if not isinstance(value, axon.Tensor) else bool((value == now).all())
            )


def test_a_step_that_is_interrupted_while_it_records_changes_nothing():
    class Interrupted(Adam):
        def update(self, param, grad, state, options):
            if param.shape == (1,) and state["step"] == 2:
                raise KeyboardInterrupt
            super().update(param, grad, state, options)

    model, x, y = model_and_data()
    optimizer = Interrupted(model.params)
    train(model, optimizer, x, y, 2)
    weights = [p.numpy().copy() for p in model.params]
    moments = optimizer.state[model[0].weight]["exp_avg"].numpy().copy()
    with pytest.raises(KeyboardInterrupt):
        train(model, optimizer, x, y, 1)
    for param, weight in zip(model.params, weights, strict=True):
        np.testing.assert_array_equal(param.numpy(), weight)
    state = optimizer.state[model[0].weight]
    np.testing.assert_array_equal(state["exp_avg"].numpy(), moments)
    assert state["step"] == 2


# -------------------------------------------------------------- layers that come and go, groups


def test_an_optimizer_follows_its_model():
    model, x, y = model_and_data()
    optimizer = Adam(model.params, lr=0.01)
    train(model, optimizer, x, y, 3)
    kept, gone = model[0].weight, model[2].weight
    moments = optimizer.state[kept]["exp_avg"]
    model[2] = Linear(16, 1)
    fresh = model[2].weight
    before = fresh.numpy().copy()
    train(model, optimizer, x, y, 1)
    assert not np.array_equal(fresh.numpy(), before)
    assert optimizer.state[kept]["exp_avg"] is moments and optimizer.state[kept]["step"] == 4
    assert optimizer.state[fresh]["step"] == 1 and gone not in optimizer.state
    assert optimizer.params == model.params
    model.append(ReLU() >> Linear(1, 1))
    assert len(optimizer.params) == 6


def test_a_plain_list_of_parameters_stays():
    model, x, y = model_and_data()
    optimizer = SGD(list(model.params), lr=0.1)
    model[2] = Linear(16, 1)
    before = model[2].weight.numpy().copy()
    train(model, optimizer, x, y, 1)
    np.testing.assert_array_equal(model[2].weight.numpy(), before)
    assert len(optimizer.params) == 4


def test_following_meets_a_parameter_of_two_groups():
    body, head = Pipeline(Linear(2, 2)), Pipeline(Linear(2, 2))
    optimizer = SGD([{"params": body.params}, {"params": head.params, "lr": 0.5}], lr=0.1)
    head[0] = Linear(2, 1)
    assert optimizer.param_groups[1]["lr"] == 0.5
    assert any(param is head[0].weight for param in optimizer.params)
    head[0] = body[0]
    with pytest.raises(ValueError, match="twice"):
        optimizer.step()


def test_one_tensor_is_a_parameter():
    weight = axon.ones(2, 3, requires_grad=True)
    optimizer = SGD(weight, lr=0.5)
    weight.sum().backward()
    optimizer.step()
    np.testing.assert_array_equal(weight.numpy(), np.full((2, 3), 0.5))


def test_groups_added_later():
    a, b = (axon.ones(1, requires_grad=True) for _ in range(2))
    optimizer = SGD([a], lr=0.5)
    optimizer.add_param_group({"params": b, "lr": 0.1})
    a.grad, b.grad = axon.ones(1), axon.ones(1)
    optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], [0.5, 0.9], rtol=1e-6)
    with pytest.raises(ValueError, match="twice"):
        optimizer.add_param_group({"params": [a]})
    with pytest.raises(TypeError, match=r"\['speed'\]"):
        optimizer.add_param_group({"params": axon.ones(1), "speed": 1})
    assert len(optimizer.param_groups) == 2


# ---------------------------------------------------------------------------------------- clipping


def with_gradients(*values):
    params = [axon.zeros(len(value), requires_grad=True) for value in values]
    for param, value in zip(params, values, strict=True):
        param.grad = axon.tensor(value)
    return params


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0, math.inf])
def test_clip_grad_norm(order):
    gradients = [np.float32([3.0, -1.0]), np.float32([-4.0])]
    expected = np.linalg.norm(np.concatenate(gradients), order)
    params = [*with_gradients(*gradients), axon.zeros(3, requires_grad=True)]
    assert clip_grad_norm_(params, 1.0, order).item() == pytest.approx(expected, rel=1e-5)
    for param, gradient in zip(params, gradients, strict=False):
        np.testing.assert_allclose(param.grad.numpy(), gradient / expected, rtol=1e-5)
    clip_grad_norm_(params, 10.0, order)
    np.testing.assert_allclose(params[1].grad.numpy(), [-4.0 / expected], rtol=1e-5)


def test_clip_at_the_ends():
    assert clip_grad_norm_([axon.ones(2)], 1.0).item() == 0.0
    with pytest.raises(RuntimeError, match="nan"):
        clip_grad_norm_(with_gradients(np.float32([np.nan])), 1.0, error_if_nonfinite=True)
    (param,) = with_gradients(np.float32([3.0, -0.5]))
    clip_grad_value_(param, 1.0)
    assert param.grad.tolist() == [1.0, -0.5]


# ---------------------------------------------------------------------------------------- averages


def test_average_of_weights():
    model, x, y = model_and_data()
    optimizer, ema = SGD(model.params, lr=0.1), EMA(model, decay=0.5)
    expected = model[0].bias.numpy().astype(np.float64)
    for _ in range(3):
        train(model, optimizer, x, y, 1)
        ema.update()
        expected = 0.5 * expected + 0.5 * model[0].bias.numpy()
    present, weight = model[0].bias.numpy().copy(), model[0].bias
    with ema.applied() as averaged:
        assert averaged[0].bias is weight
        np.testing.assert_allclose(weight.numpy(), expected, rtol=1e-5)
    np.testing.assert_array_equal(weight.numpy(), present)
    model[2] = Linear(16, 3)
    ema.update()
    assert ema.averages["2.weight"].shape == (3, 16)
    twin = EMA(model)
    twin.load_state_dict(ema.state_dict())
    np.testing.assert_array_equal(twin.averages["0.bias"].numpy(), ema.averages["0.bias"].numpy())
    with pytest.raises(ValueError, match="decay"):
        EMA(model, decay=1.5)


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: SGD([]), ValueError, "no parameters"),
        (lambda: SGD([1.0]), TypeError, "Tensor"),
        (lambda: SGD([axon.ones(1)], nesterov=True), ValueError, "momentum"),
        (lambda: SGD([{"params": [axon.ones(1)], "rate": 1}]), TypeError, "rate"),
        (lambda: Adam([axon.ones(1)], betas=(1.0, 0.9)), ValueError, "betas"),
        (lambda: Adam([axon.ones(1)], lr=-1e-3), ValueError, "lr is -0.001; expected at least 0"),
        (lambda: Adam([axon.ones(1)], betas=0.9), ValueError, "betas is 0.9; expected two"),
        (lambda: Lion([{"params": axon.ones(1), "betas": (0.9, 2)}]), ValueError, "betas"),
        (lambda: SGD([axon.ones(1)], lr=float("nan")), ValueError, "lr is nan; expected at"),
        (lambda: SGD([axon.ones(1)], lr="fast"), TypeError, "lr is 'fast'; expected a number"),
        (lambda: Adam([axon.ones(1)], eps=-1), ValueError, "eps is -1; expected at least 0"),
        (lambda: RMSprop([axon.ones(1)], momentum=-1), ValueError, "momentum is -1"),
        (lambda: SGD([{"parms": [axon.ones(1)]}]), TypeError, "no 'params'"),
        (lambda: SGD([axon.ones(1)]).load_state_dict({}), ValueError, "state_dict"),
        (lambda: (lambda p: SGD([p, p]))(axon.ones(1)), ValueError, "twice"),
        (lambda: SGD([2 * axon.ones(1, requires_grad=True)]), ValueError, "computed from others"),
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


OPTIMIZERS = {
    "sgd": lambda params: SGD(params, momentum=0.9, dampening=0.1),
    "amsgrad": lambda params: Adam(params, amsgrad=True, maximize=True),
    "centered": lambda params: RMSprop(params, centered=True),
    **{kind.__name__: kind for kind in ALL},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_all_updates_are_one_launch_and_a_learning_rate_plans_nothing(name):
    model = Pipeline(*[Linear(3, 3) for _ in range(4)])
    optimizer = OPTIMIZERS[name](model.params)

    def step():
        for param in model.params:
            param.grad = axon.ones(param.shape)
        axon.flush()
        before = axon.stats()
        optimizer.step()
        after = axon.stats()
        return [after[key] - before[key] for key in ("kernels_launched", "plans_built")]

    step(), step(), step()
    for factor in (0.5, 0.0, 3.0):
        optimizer.lr *= factor
        assert step() == [1, 0]


def test_clipped_step_is_a_kernel_for_each_norm_and_two():
    model = Pipeline(*[Linear(3, 3) for _ in range(4)])
    optimizer = Adam(model.params)
    for _ in range(3):
        for param in model.params:
            param.grad = axon.ones(param.shape)
        axon.flush()
        before = axon.stats()["kernels_launched"]
        clip_grad_norm_(model.params, 0.1)
        optimizer.step()
    assert axon.stats()["kernels_launched"] - before <= len(model.params) + 2


def test_a_closure_is_called_first_with_gradients_on():
    weight = axon.ones(2, requires_grad=True)
    optimizer, calls = SGD([weight], lr=0.25), []

    def closure():
        calls.append(weight.tolist())
        optimizer.zero_grad()
        loss = (weight * weight).sum()
        loss.backward()
        return loss

    with axon.no_grad():
        losses = [optimizer.step(closure).item() for _ in range(2)]
    assert losses == [2.0, 0.5] and calls == [[1.0, 1.0], [0.5, 0.5]]
    assert optimizer.step() is None
