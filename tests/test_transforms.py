"""Derivatives of functions, over nested arguments and modules."""

import numpy as np
import pytest

import axon


def test_grad_of_a_function():
    def f(w, x):
        return (w * x).sum()

    w, x = axon.tensor([1.0, 2.0]), axon.tensor([3.0, 4.0])
    assert axon.grad(f)(w, x).tolist() == [3.0, 4.0]
    dw, dx = axon.grad(f, (0, 1))(w, x)
    assert dw.tolist() == [3.0, 4.0] and dx.tolist() == [1.0, 2.0]
    assert axon.grad(f, -1)(w, x).tolist() == [1.0, 2.0]


def test_results_are_values_without_a_tape():
    value, gradient = axon.value_and_grad(lambda x: x * x)(axon.tensor(3.0))
    assert not value.requires_grad and not gradient.requires_grad
    w = axon.tensor(2.0, requires_grad=True)
    value, gradient = axon.value_and_grad(lambda x: x * x * w)(axon.tensor(3.0))
    assert value.requires_grad and axon.grad(gradient, w).item() == 6.0
    assert w.grad is None
    with axon.no_grad():
        value, gradient = axon.value_and_grad(lambda x: x * x * w)(axon.tensor(3.0))
    assert not value.requires_grad and not gradient.requires_grad


def test_nested_structures():
    def f(tree):
        return (tree["a"][0] * tree["b"]).sum() + tree["a"][1]

    tree = {"a": (axon.tensor([1.0, 2.0]), axon.tensor(5.0)), "b": axon.tensor([3.0, 4.0])}
    value, gradient = axon.value_and_grad(f)(tree)
    assert value.item() == 16.0
    assert gradient["a"][0].tolist() == [3.0, 4.0] and gradient["a"][1].item() == 1.0
    assert gradient["b"].tolist() == [1.0, 2.0]


def test_an_unused_argument_has_a_gradient_of_zeros():
    assert axon.grad(lambda x, y: x * x, (0, 1))(2.0, axon.ones(2).sum())[1].item() == 0.0


def test_a_module_stands_for_its_parameters():
    layer = axon.nn.Linear(2, 1)
    x = axon.tensor([[1.0, 2.0]])
    gradient = axon.grad(lambda m: m(x).sum())(layer)
    assert {name: g.tolist() for name, g in gradient.items()} == {
        "weight": [[1.0, 2.0]],
        "bias": [1.0],
    }
    assert all(p.grad is None for p in layer.params)


def test_functional_call_swaps_and_restores():
    layer = axon.nn.Linear(2, 1)
    weight = layer.weight
    zeros = {name: axon.zeros_like(p) for name, p in layer.named_params.items()}
    assert axon.autograd.functional_call(layer, zeros, axon.ones(1, 2)).tolist() == [[0.0]]
    assert layer.weight is weight
    with pytest.raises(ValueError, match=r"'wait'.*weight, bias"):
        axon.autograd.functional_call(layer, {"wait": weight}, axon.ones(1, 2))


def test_auxiliary_results():
    def f(x):
        return (x * x).sum(), {"x": x, "name": "aux"}

    (value, aux), gradient = axon.value_and_grad(f, has_aux=True)(axon.tensor([3.0]))
    assert value.item() == 9.0 and gradient.tolist() == [6.0]
    assert aux["name"] == "aux" and not aux["x"].requires_grad
    gradient, aux = axon.grad(f, has_aux=True)(axon.tensor([3.0]))
    assert gradient.tolist() == [6.0] and aux["name"] == "aux"


def test_derivatives_of_derivatives():
    f = axon.sin
    for expected in (np.cos(0.7), -np.sin(0.7), -np.cos(0.7)):
        f = axon.grad(f)
        assert f(axon.tensor(0.7)).item() == pytest.approx(expected, rel=1e-5)


def test_inner_and_outer_derivatives_are_not_confused():
    # d/dx (x * d/dy (x * y)) = d/dx x² = 2x; the mistake would give another one.
    outer = axon.grad(lambda x: x * axon.grad(lambda y: x * y)(x))
    assert outer(3.0).item() == 6.0


def test_vjp_may_be_pulled_several_times():
    (y, z), pullback = axon.vjp(lambda a, b: (a * b, a.sum()), axon.ones(2), axon.ones(2) * 3)
    assert y.tolist() == [3.0, 3.0] and z.item() == 2.0
    for scale in (1.0, 2.0):
        da, db = pullback((axon.tensor([1.0, 0.0]) * scale, axon.tensor(10.0)))
        assert da.tolist() == [3.0 * scale + 10, 10.0] and db.tolist() == [scale, 0.0]


def test_jvp_is_the_directional_derivative():
    def f(a, b):
        return {"product": a * b, "sum": (a + b).sum()}

    a, b = axon.tensor([1.0, 2.0]), axon.tensor([3.0, 4.0])
    y, dy = axon.jvp(f, (a, b), (axon.tensor([1.0, 0.0]), axon.tensor([0.0, 1.0])))
    assert y["product"].tolist() == [3.0, 8.0]
    assert dy["product"].tolist() == [3.0, 2.0] and dy["sum"].item() == 2.0


def test_jvp_through_a_network_against_differences():
    axon.manual_seed(0)
    net = axon.nn.Linear(3, 8) >> axon.nn.Tanh() >> axon.nn.Linear(8, 2)
    x, v = axon.randn((5, 3)), axon.randn((5, 3))
    _, dy = axon.jvp(net, (x,), (v,))
    h = 1e-2
    slope = (net(x + v * h) - net(x - v * h)) / (2 * h)
    np.testing.assert_allclose(dy.detach().numpy(), slope.detach().numpy(), atol=2e-3)


def test_jvp_of_a_constant_and_of_a_step_is_zero():
    _, dy = axon.jvp(
        lambda x: (axon.floor(x), axon.ones(2)), (axon.tensor([1.5]),), (axon.ones(1),)
    )
    assert dy[0].tolist() == [0.0] and dy[1].tolist() == [0.0, 0.0]


def test_a_module_is_a_function():
    net = axon.nn.Linear(2, 1)
    gradient = axon.grad(net)(axon.ones(2))
    assert gradient.tolist() == net.weight[0].tolist() and gradient.requires_grad
    assert not hasattr(axon.grad(net), "weight")


def test_the_arguments_to_differentiate_by_keyword():
    a, b = axon.ones(2), axon.tensor([2.0, 3.0])
    first, second = axon.grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(a, b)
    assert first.tolist() == [2.0, 3.0] and second.tolist() == [1.0, 1.0]


def test_errors():
    with pytest.raises(TypeError, match="tensors or a function, not float"):
        axon.grad(3.0)
    with pytest.raises(ValueError, match=r"single element, not shape \(2,\)"):
        axon.grad(lambda x: x * x)(axon.ones(2))
    with pytest.raises(TypeError, match="int64"):
        axon.grad(lambda x: x.sum())(axon.tensor([1, 2]))
    with pytest.raises(ValueError, match="argnums has 1, but 1 arguments"):
        axon.grad(lambda x: x, 1)(1.0)
    with pytest.raises(ValueError, match=r"\[\(3,\)\].*\[\(2,\)\]"):
        axon.jvp(axon.sin, (axon.ones(2),), (axon.ones(3),))
