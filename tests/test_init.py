"""Initial values: the spread that their formulas say."""

import math

import numpy as np
import pytest
from scipy import stats

import axon
from axon.nn import Conv2d, Linear, init


@pytest.fixture(autouse=True)
def seed():
    axon.manual_seed(0)


def values(function, *shape, **options):
    return function(axon.zeros(*shape), **options).numpy().astype(np.float64)


@pytest.mark.parametrize(
    "function, options, std",
    [
        (init.uniform_, {"a": -2.0, "b": 4.0}, 6 / math.sqrt(12)),
        (init.normal_, {"mean": 1.0, "std": 0.5}, 0.5),
        (init.xavier_uniform_, {"gain": 2.0}, 2 * math.sqrt(2 / (64 * 9 + 32 * 9))),
        (init.xavier_normal_, {}, math.sqrt(2 / (64 * 9 + 32 * 9))),
        (init.kaiming_uniform_, {"a": math.sqrt(5)}, 1 / math.sqrt(3 * 32 * 9)),
        (init.kaiming_uniform_, {"nonlinearity": "relu"}, math.sqrt(2 / (32 * 9))),
        (init.kaiming_normal_, {"mode": "fan_out"}, math.sqrt(2 / (64 * 9))),
        (init.kaiming_normal_, {"nonlinearity": "tanh"}, 5 / 3 / math.sqrt(32 * 9)),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_spread(function, options, std):
    drawn = values(function, 64, 32, 3, 3, **options)
    assert abs(drawn.std() / std - 1) < 0.02
    assert abs(drawn.mean() - (1.0 if "mean" in options or "b" in options else 0)) < 4 * std / 135
    if function.__name__.endswith("uniform_"):
        assert abs(np.abs(drawn - drawn.mean()).max() / (std * math.sqrt(3)) - 1) < 0.01


@pytest.mark.parametrize("low, high", [(-2.0, 2.0), (0.5, 0.6), (3.0, 5.0), (-9.0, 1.0)])
def test_truncated_normal(low, high):
    drawn = values(init.trunc_normal_, 20_000, mean=0.5, std=1.5, a=low, b=high)
    assert drawn.min() >= low and drawn.max() <= high
    expected = stats.truncnorm((low - 0.5) / 1.5, (high - 0.5) / 1.5, 0.5, 1.5)
    assert stats.kstest(drawn, expected.cdf).pvalue > 1e-3


def test_orthogonal():
    for shape in ((8, 3), (3, 8), (4, 2, 3)):
        w = values(init.orthogonal_, *shape, gain=2.0).reshape(shape[0], -1)
        gram = w @ w.T if w.shape[0] < w.shape[1] else w.T @ w
        np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-5)


def test_exact_values():
    assert values(init.constant_, 3, val=2.5).tolist() == [2.5] * 3
    assert values(init.ones_, 2).tolist() == [1, 1]
    np.testing.assert_array_equal(values(init.eye_, 2, 3), np.eye(2, 3))
    layer, x = Conv2d(4, 4, 3, padding=1, groups=2, bias=False), axon.randn(2, 4, 5, 5)
    init.dirac_(layer.weight, groups=2)
    np.testing.assert_array_equal(layer(x).numpy(), x.numpy())


def test_handles_and_dtypes_stay():
    layer = Linear(3, 2, dtype=axon.float64)
    weight = layer.weight
    assert init.normal_(weight) is weight is layer.weight
    assert weight.requires_grad and weight.tape is None and weight.dtype == axon.float64


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: init.kaiming_uniform_(axon.zeros(3)), "fan-in"),
        (lambda: init.kaiming_uniform_(axon.zeros(3, 3), nonlinearity="step"), "nonlinearity"),
        (lambda: init.kaiming_normal_(axon.zeros(3, 3), mode="fan"), "fan_out"),
        (lambda: init.trunc_normal_(axon.zeros(3), a=1.0, b=1.0), "empty"),
        (lambda: init.eye_(axon.zeros(3)), "matrix"),
        (lambda: init.dirac_(axon.zeros(3, 3)), "window"),
        (lambda: init.orthogonal_(axon.zeros(3)), "fan-in"),
    ],
)
def test_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_layers_draw_from_one_over_root_fan_in():
    for layer, fan_in in ((Linear(64, 50), 64), (Conv2d(8, 16, 3), 72)):
        for param in layer.params:
            largest = np.abs(param.numpy()).max()
            assert 0.8 / math.sqrt(fan_in) < largest <= 1 / math.sqrt(fan_in)
