"""Values and gradients where a plain formula overflows, cancels or has a kink."""

import functools
import math

import ml_dtypes
import numpy as np
import pytest

import axon
from axon import metrics

INF, NAN = math.inf, math.nan


def gradients(op, *values, **attrs):
    """The results of an op and the gradients of their sum."""
    inputs = [axon.tensor(v, dtype=axon.float32, requires_grad=True) for v in values]
    y = op(*inputs, **attrs)
    y.sum().backward()
    return [y.tolist(), *(x.grad.tolist() for x in inputs)]


def close(found, expected, rtol=1e-6):
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=0)


# x, the value and the slope there, as 50 digits of arithmetic give them
ACTIVATIONS = [
    ("gelu", -6.0, -5.9195259e-09, -3.5468709e-08),
    ("gelu_tanh", -6.0, -8.4396467e-11, -7.7099739e-10),
    ("mish", 1000.0, 1000.0, 1.0),
    ("mish", -20.0, -4.1223072e-08, -3.9161918e-08),
    ("softplus", 1000.0, 1000.0, 1.0),
    ("softplus", -50.0, 1.9287498e-22, 1.9287498e-22),
    ("log_sigmoid", -1000.0, -1000.0, 1.0),
    ("log_sigmoid", 50.0, -1.9287498e-22, 1.9287498e-22),
    ("silu", -50.0, -9.6437492e-21, -9.4508742e-21),
    ("softsign", -1e6, -0.999999, 9.9999800e-13),
    ("hardtanh", 1.0, 1.0, 0.0),
    ("hardsigmoid", -3.0, 0.0, 0.0),
    ("relu6", 6.0, 6.0, 0.0),
    ("selu", -1000.0, -1.7580993, 0.0),
]


@pytest.mark.parametrize(("name", "x", "value", "slope"), ACTIVATIONS)
def test_activation(name, x, value, slope):
    y, dx = gradients(getattr(axon, name), [x])
    close(y, [value], 2e-6)
    close(dx, [slope], 2e-6)


@pytest.mark.parametrize("name", ["elu", "celu", "selu", "tanh", "sin", "asinh", "expm1", "erf"])
def test_minus_zero_stays(name):
    (y,) = getattr(axon, name)(axon.tensor([-0.0])).tolist()
    assert y == 0 and math.copysign(1, y) == -1


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16, np.float32, np.float64])
def test_nextafter_is_the_next_float(dtype):
    limits = ml_dtypes.finfo(dtype)
    numbers = [0.0, -0.0, 1.0, -1.0, 1.5, -1e-5, limits.max, limits.smallest_subnormal]
    points = np.array([*map(float, numbers), INF, -INF, NAN], dtype)
    a, b = (grid.ravel() for grid in np.meshgrid(points, points))
    name = np.dtype(dtype).name
    tensors = [axon.tensor(v.astype("float64")).to(name) for v in (a, b)]
    found = axon.nextafter(*tensors).to("float64").numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        expected = np.where(a == b, b, np.nextafter(a, b)).astype("float64")
    same = (found == expected) & (np.signbit(found) == np.signbit(expected))
    assert np.all(same | (np.isnan(found) & np.isnan(expected)))


def test_logaddexp_of_infinities():
    y, da, db = gradients(axon.logaddexp, [-INF, INF, -INF, 1.0], [-INF, INF, 1.0, -INF])
    assert y == [-INF, INF, 1.0, 1.0]
    assert da == [0.5, 0.5, 0.0, 1.0] and db == [0.5, 0.5, 1.0, 0.0]


def test_logsumexp_of_nothing_possible():
    y, dx = gradients(axon.logsumexp, [[-INF, -INF], [-INF, 2.0]], axis=1)
    assert y == [-INF, 2.0] and dx == [[0, 0], [0, 1]]


@pytest.mark.parametrize("name", ["hypot", "atan2"])
def test_the_gradient_at_the_origin_is_zero(name):
    _, da, db = gradients(getattr(axon, name), [0.0], [0.0])
    assert da == [0] and db == [0]


def test_squares_of_huge_numbers_do_not_overflow():
    close(gradients(axon.hypot, [3e30], [4e30]), [[5e30], [0.6], [0.8]])
    close(gradients(axon.asinh, [1e30])[1], [1e-30])
    close(gradients(axon.acosh, [1e30])[1], [1e-30])


def test_power():
    y, da, db = gradients(axon.pow, [0.0, 0.0, -2.0, 3.0], [0.0, 2.0, 3.0, 0.0])
    assert y == [1, 0, -8, 1] and da == [0, 0, 12, 0] and db[:2] == [0, 0]
    a = axon.tensor([2, -3, 0, 5])
    assert (a ** axon.tensor([10, 3, 0, -1])).tolist() == [1024, -27, 1, 0]


def test_norms_at_zero():
    x = [[0.0, 0.0], [3.0, -4.0], [0.0, 2.0]]
    y, dx = gradients(axon.norm, x, axis=1)
    close(y, [0, 5, 2])
    close(dx, [[0, 0], [0.6, -0.8], [0, 1]])
    for p in (1.0, 1.5, 3.0):
        dx = gradients(axon.norm, x, axis=1, p=p)[1]
        assert np.isfinite(dx).all() and dx[0] == [0, 0] and dx[2] == [0, 1]
    assert gradients(axon.norm, x, axis=1, p=INF) == [[0, 4, 2], [[0, 0], [0, -1], [0, 1]]]


def test_standard_deviation_of_equal_elements():
    y, dx = gradients(axon.std, [[2.0, 2.0, 2.0]], axis=1)
    assert y == [0] and dx == [[0, 0, 0]]


def test_variance_of_a_large_mean():
    x = np.random.default_rng(0).normal(size=10_000).astype(np.float32) + np.float32(1e4)
    expected = x.astype(np.float64).var(ddof=1)
    assert axon.var(axon.tensor(x)).item() == pytest.approx(expected, rel=1e-5)


def test_cosine_with_a_zero_vector():
    y, da, db = gradients(axon.cosine_similarity, [[0.0, 0.0]], [[1.0, 2.0]])
    assert y == [0] and np.isfinite(da).all() and db == [[0, 0]]


def test_clip_of_integers_is_exact():
    big = 2**53 + 1
    x = axon.tensor([-5, 3, big])
    assert x.clip(-1, big).tolist() == [-1, 3, big] and x.clip(low=0).dtype == axon.int64
    assert x.clip(high=big - 1).tolist() == [-5, 3, big - 1]


def test_gradients_of_bounds():
    x, low, high = ([-2.0, 0.0, 3.0], [-1.0] * 3, [1.0] * 3)
    assert gradients(axon.clip, x, low, high) == [[-1, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_bits():
    a, b = axon.tensor([12, -1, 7]), axon.tensor([10, 3, 70])
    assert (a & b).tolist() == [8, 3, 6] and (a | 1).tolist() == [13, -1, 7]
    assert (a ^ b).tolist() == [6, -4, 65] and (~a).tolist() == [-13, 0, -8]
    assert (a << 2).tolist() == [48, -4, 28] and (a >> b).tolist() == [0, -1, 0]
    yes, no = axon.tensor([True]), axon.tensor([False])
    assert (yes & no).tolist() == [False] and (yes | no).tolist() == [True]
    assert (yes ^ yes).tolist() == [False] and (~no).tolist() == [True]
    with pytest.raises(TypeError, match="bool or an integer dtype"):
        axon.tensor([1.0]) & axon.tensor([1])


def test_logic_of_numbers():
    a, b = axon.tensor([0.0, 0.5, NAN]), axon.tensor([1, 2, 0])
    assert axon.logical_and(a, b).tolist() == [False, True, False]
    assert axon.logical_or(a, b).tolist() == [True, True, True]
    assert axon.logical_xor(a, b).tolist() == [True, False, True]
    assert axon.logical_not(a).tolist() == [True, False, False]


def test_quotients_and_remainders_belong_together():
    a, b = axon.tensor([1.0, -1.0, 7.0, -7.0, -1.0]), axon.tensor([0.1, 0.1, -2.0, 2.0, INF])
    assert (a // b).tolist() == [9, -10, -4, -4, -1]
    assert (axon.tensor([7, -7, 7]) // axon.tensor([-2, 2, 0])).tolist() == [-4, -4, 0]
    close((a % b).tolist()[2:4], [-1, 1])
    assert axon.fmod(a, b).tolist()[2:] == [1, -1, -1]


@pytest.mark.parametrize("values", [[1.0, 2.0], [3.0], []])
def test_a_variance_is_never_negative(values):
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning):
        expected = np.var(values, ddof=3)
    x = axon.tensor(values, dtype=axon.float64)
    for found in (axon.var(x, correction=3), axon.std(x, correction=3)):
        np.testing.assert_equal(found.item(), expected)


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_a_largest_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"axon.{name}"):
        getattr(axon, name)(axon.zeros(0, 3), axis=0)


def test_an_odd_axis_has_no_halves():
    with pytest.raises(ValueError, match=r"axon\.glu.*n // 2"):
        axon.glu(axon.zeros(2, 5))


LABELLED = {
    "cross_entropy": metrics.cross_entropy,
    "weights": functools.partial(metrics.cross_entropy, weight=axon.ones(3)),
    "smoothing": functools.partial(metrics.cross_entropy, label_smoothing=0.1),
    "ignore_index": functools.partial(metrics.cross_entropy, label_smoothing=0.1, ignore_index=1),
    "nll": metrics.nll,
}


@pytest.mark.parametrize("label", [3, -1, -100])
@pytest.mark.parametrize("name", LABELLED)
def test_a_label_out_of_range(name, label):
    loss = LABELLED[name](axon.zeros(2, 3), axon.tensor([0, label]))
    with pytest.raises(IndexError, match="out of range"):
        loss.item()


HALVES = {
    "softmax": axon.softmax,
    "layer_norm": axon.layer_norm,
    "gelu": axon.gelu,
    "mish": axon.mish,
    "var": lambda x: axon.var(x, axis=1),
    "norm": lambda x: axon.norm(x, axis=1),
    "matmul": lambda x: x @ x.T,
    "max": lambda x: axon.max(x, axis=1),
}


@pytest.mark.parametrize("dtype, digits", [("float16", 11), ("bfloat16", 8)])
@pytest.mark.parametrize("name", HALVES)
def test_16_bit_floats_are_rounded_once(name, dtype, digits):
    x = axon.tensor(np.random.default_rng(0).normal(size=(8, 300)) * 9).to(dtype)
    y, expected = HALVES[name](x), HALVES[name](x.to("float32")).numpy()
    assert y.dtype == dtype
    normal = np.abs(expected) > 1e-4
    found, expected = y.to("float32").numpy()[normal], expected[normal]
    # Half a unit in the last place, and the rounding of float32 beside it.
    assert np.max(np.abs(found - expected) / np.abs(expected)) <= 1.01 * 2.0**-digits


def test_squares_of_16_bit_floats_do_not_overflow():
    x = axon.full((1000,), 300.0, dtype="float16")
    assert axon.norm(x).item() == 9488 and axon.var(x).item() == 0


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_gradients_of_the_angle_of_tiny_and_huge_points(size):
    points = np.array([[3, 1], [1, 3], [-2, 2], [0, -1], [-1, 0]], np.float32).T * np.float32(size)
    a, b = (axon.tensor(x, requires_grad=True) for x in points)
    axon.atan2(a, b).sum().backward()
    exact = points.astype(np.float64)
    square = (exact**2).sum(axis=0)
    np.testing.assert_allclose(a.grad.numpy(), exact[1] / square, rtol=1e-6)
    np.testing.assert_allclose(b.grad.numpy(), -exact[0] / square, rtol=1e-6)
