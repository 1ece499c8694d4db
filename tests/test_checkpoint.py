"""checkpoint: the same gradients, with less kept."""

import numpy as np
import pytest

import axon
from axon import _runtime


def gradients(run, tensors):
    run().backward()
    found = [t.grad.numpy() for t in tensors]
    for t in tensors:
        t.grad = None
    return found


def same(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def block(width=8):
    return axon.nn.Linear(width, width) >> axon.nn.GELU() >> axon.nn.Linear(width, width)


def test_the_gradients_are_those_without_it():
    axon.manual_seed(0)
    net = block()
    x = axon.randn((4, 8)).requires_grad_()
    tensors = [x, *net.params]
    plain = gradients(lambda: net(x * 2).square().sum(), tensors)
    same(gradients(lambda: axon.checkpoint(net, x * 2).square().sum(), tensors), plain)


def test_dropout_is_replayed():
    net = block() >> axon.nn.Dropout(0.5) >> block()
    x = axon.randn((4, 8)).requires_grad_()

    def run(call):
        axon.manual_seed(5)
        y = call(net, x).sum()
        return y + axon.rand(()) * 0  # draws on after the checkpoint

    plain = gradients(lambda: run(lambda f, x: f(x)), [x, *net.params])
    state = axon.get_rng_state()
    same(gradients(lambda: run(axon.checkpoint), [x, *net.params]), plain)
    assert axon.get_rng_state() == state


def test_nested_and_functions_and_other_arguments():
    class Cube(axon.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, dy):
            (x,) = ctx.saved_tensors
            return 3 * x * x * dy

    x = axon.tensor([0.5, -1.5], requires_grad=True)

    def inner(x, power):
        return Cube.apply(x.sin()) ** power

    def outer(pair, call):
        return call(inner, pair["x"] * 2, 2) * pair["y"]

    def run(call):
        return call(outer, {"x": x, "y": x.exp()}, call).sum()

    def plain(f, *args):
        return f(*args)

    same(gradients(lambda: run(axon.checkpoint), [x]), gradients(lambda: run(plain), [x]))


def test_higher_orders_and_a_second_walk():
    x = axon.tensor(0.7, requires_grad=True)
    y = axon.checkpoint(lambda x: x.tanh() * x, x)
    first = axon.grad(y, x, create_graph=True)
    second = axon.grad(first, x, retain_graph=True).item()
    t = np.tanh(0.7)
    assert first.item() == pytest.approx(t + 0.7 * (1 - t * t), rel=1e-6)
    assert second == pytest.approx(2 * (1 - t * t) - 2 * 0.7 * t * (1 - t * t), rel=1e-5)
    y.backward()
    assert x.grad.item() == pytest.approx(first.item())


def test_the_values_of_an_argument_are_those_of_the_call():
    x = axon.tensor(2.0, requires_grad=True)
    y = axon.checkpoint(lambda x: x * x, x)
    with axon.no_grad():
        x *= 100
    y.backward()
    assert x.grad.item() == 4.0


def test_nothing_is_held_between_forward_and_backward():
    x = axon.randn((64, 64)).requires_grad_()

    def deep(x):
        for _ in range(10):
            x = (x * 1.01).tanh()
        return x

    def held(call):
        y = call(deep, x).sum()
        y.item()
        kept = axon.stats()["bytes_in_use"]
        y.backward()
        x.grad.numpy()
        x.grad = None
        return kept

    once = 64 * 64 * 4
    before = axon.stats()["bytes_in_use"]
    assert held(lambda f, x: f(x)) - before >= 10 * once
    assert held(axon.checkpoint) - before < 2 * once


def test_the_peak_of_a_step_falls():
    """Forward and backward in one flush: what is computed twice is not kept in between."""
    blocks = [block(64) for _ in range(8)]
    x = axon.randn((2048, 64))
    params = [p for b in blocks for p in b.params]

    def peak(call):
        _runtime.reset_peak_bytes()
        h = x
        for b in blocks:
            h = call(b, h)
        h.square().mean().backward()
        axon.flush()
        for p in params:
            p.grad = None
        return axon.stats()["peak_bytes"]

    axon.flush()
    assert peak(axon.checkpoint) < 0.7 * peak(lambda f, h: f(h))


def test_a_function_that_does_not_repeat_itself_is_told():
    calls = []

    def f(x):
        calls.append(x)
        return x * x if len(calls) == 1 else x.exp()

    x = axon.tensor(2.0, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"axon\.checkpoint: .*other ops"):
        axon.checkpoint(f, x).backward()
    assert x.grad is None


def test_without_gradients_it_is_a_call():
    calls = []
    with axon.no_grad():
        y = axon.checkpoint(lambda x, *, by: calls.append(by) or x * by, axon.ones(2), by=3)
    assert y.tolist() == [3.0, 3.0] and calls == [3]


def test_within_vmap():
    x = axon.randn((3, 4))

    def f(x):
        return axon.checkpoint(lambda x: x.tanh() * x, x).sum()

    found = axon.vmap(axon.grad(f))(x)
    plain = axon.vmap(axon.grad(lambda x: (x.tanh() * x).sum()))(x)
    assert found.tolist() == plain.tolist()
