"""The accuracy gate: no result is further from mpmath's than its entry allows."""

from __future__ import annotations

import json

import numpy as np
import pytest
from op_cases import all_ops

import axon
from axon import _runtime
from benchmarks import accuracy
from codegen import exact

pytestmark = pytest.mark.executor

OPS = [pytest.param(op, id=op.name) for op in all_ops() if exact.supports(op.program)]
POINTS = 200
HALVES = ("float16", "bfloat16")


@pytest.mark.parametrize("op", OPS)
def test_errors_are_within_the_declared_bound(op):
    for dtype in accuracy.DTYPES:
        for part, bound in (("forward", getattr(op.ulp, dtype)), ("gradient", op.ulp.gradient)):
            function = accuracy.measure if part == "forward" else accuracy.measure_gradient
            figure = function(op, dtype, POINTS)
            assert figure is None or figure.ulp <= bound, f"{part} {dtype}: {figure}"


def test_committed_figures_are_within_the_bounds_and_of_every_op():
    table = json.loads(accuracy.FIGURES.read_text())
    assert list(table) == [op.name for op in all_ops()], "run: nox -s accuracy"
    for op in all_ops():
        for part, figure in table[op.name].items():
            kind, dtype = part.split()
            bound = op.ulp.gradient if kind == "gradient" else getattr(op.ulp, dtype)
            assert figure["ulp"] <= bound, f"{op.name}, {part}: {figure}"


# --------------------------------------------------------------------------------- known traps

TRAPS = {
    "gelu": (-6.0, -5.9195258702261888e-9),
    "silu": (-80.0, -1.4438811102763321e-33),
    "sigmoid": (-88.0, 6.0546018954011859e-39),
    "softplus": (-80.0, 1.8048513878454153e-35),
    "elu": (-1e-10, -9.9999999995e-11),
    "celu": (-1e-10, -9.9999999995e-11),
    "expm1": (1e-10, 1.00000000005e-10),
    "log1p": (-1e-10, -1.00000000005e-10),
    "erfc": (8.0, 1.1224297172982928e-29),
    "sin": (2.0**70, -0.99817940219330676),
    "acosh": (1.0 + 2.0**-20, 0.0013810678222475812),
}


@pytest.mark.parametrize("dtype", accuracy.DTYPES)
@pytest.mark.parametrize("name, x, y", [(n, *v) for n, v in TRAPS.items()])
def test_a_formula_with_cancellation_would_fail_here(name, x, y, dtype):
    (op,) = (o for o in all_ops() if o.name == name)
    point = np.array([x], dtype)
    attrs = next(accuracy.attributes(op))
    (result,) = accuracy.compute(op.program, {"x": point}, attrs, dtype)
    (right,) = exact.run(op.program, {"x": point.astype(np.float64)}, attrs).values()
    np.testing.assert_allclose(float(right[0]), y, rtol=1e-4 if dtype == "float32" else 1e-12)
    error = accuracy.ulps(result, right, right, dtype)
    assert error[0] <= getattr(op.ulp, dtype)


@pytest.mark.parametrize("dtype", accuracy.DTYPES)
@pytest.mark.parametrize(
    "name",
    [
        "sin",
        "tan",
        "tanh",
        "sinh",
        "asin",
        "atan",
        "asinh",
        "atanh",
        "expm1",
        "log1p",
        "elu",
        "celu",
        "gelu",
        "silu",
        "erf",
        "sqrt",
    ],
)
def test_minus_zero_stays(name, dtype):
    y = getattr(axon, name)(axon.tensor(np.array([-0.0], dtype))).numpy()
    assert y[0] == 0 and np.signbit(y[0])


@pytest.mark.parametrize("dtype", accuracy.DTYPES)
def test_rows_of_huge_and_infinite_numbers(dtype):
    huge = axon.tensor(np.array([[1e30, 1e30, -1e30]], dtype))
    log_half = np.log(0.5)
    np.testing.assert_allclose(axon.log_softmax(huge).numpy()[0, :2], log_half, rtol=1e-6)
    assert axon.log_softmax(huge).numpy()[0, 2] == np.array(-2e30, dtype)
    np.testing.assert_array_equal(axon.softmax(huge).numpy(), [[0.5, 0.5, 0.0]])
    none = axon.tensor(np.full((2, 3), -np.inf, dtype))
    np.testing.assert_array_equal(axon.logsumexp(none, axis=-1).numpy(), [-np.inf, -np.inf])


@pytest.mark.parametrize("dtype, mean", [("float32", 1e4), ("float64", 1e9)])
def test_variance_of_a_large_mean(dtype, mean):
    x = (mean + np.random.default_rng(0).standard_normal((4, 257))).astype(dtype)
    right = np.var(x.astype(np.longdouble), axis=-1, ddof=1).astype(np.float64)
    y = axon.var(axon.tensor(x), axis=-1).numpy()
    rounding = np.finfo(dtype).eps  # of the mean: its square adds to the variance, which is about 1
    np.testing.assert_allclose(y, right, rtol=4 * rounding + (rounding * mean) ** 2)
    normal = axon.layer_norm(axon.tensor(x)).numpy().astype(np.float64)
    np.testing.assert_allclose(normal.std(axis=-1), 1, rtol=2e-5)


# ----------------------------------------------------------------------------------- 16-bit floats


def halves() -> list:
    unary = (op for op in all_ops() if accuracy.is_pointwise(op) and len(op.program.inputs) == 1)
    return [
        pytest.param(op, id=op.name) for op in unary if op.program.inputs[0].cls in ("num", "float")
    ]


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("op", halves())
def test_16_bit_results_are_those_of_float32_rounded_once(op, dtype):
    bits = axon.tensor(np.arange(65536, dtype=np.uint16).view(np.float16))
    if dtype == "bfloat16":
        single = (np.arange(65536, dtype=np.uint32) << 16).view(np.float32)
        bits = axon.tensor(single).astype("bfloat16")
    attrs = next(accuracy.attributes(op))
    given = {n: None if v == "all" else v for n, v in attrs.items()}
    half = _runtime.call(op.name, [bits], given)
    single = _runtime.call(op.name, [bits.astype("float32")], given)
    if str(half.dtype) == dtype:
        single = single.astype(dtype)
    np.testing.assert_array_equal(half.astype("float32").numpy(), single.astype("float32").numpy())
