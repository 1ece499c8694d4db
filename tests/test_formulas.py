"""Formulas near the edges of the fuser's rules: the numbers are right, and so is the kernel."""

from __future__ import annotations

import numpy as np
import pytest

import axon
from codegen.entry import parse_ops
from codegen.interpret import run


def kernels_of(text, tensors, **attrs):
    """The kernels of the op that a text declares; its result is that of the NumPy interpreter."""
    entry = parse_ops(text, at_run_time=True)[0]
    given = {a.name: attrs.get(a.name, a.default) for a in entry.program.attrs}
    expected = run(entry.program, tensors, given, dtype=np.float64)["y"]
    y = axon.ops.load(text).op(*map(axon.tensor, tensors.values()), **attrs)
    kernels = axon.explain(y).kernels
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-10, atol=1e-10)
    return kernels


def kinds(kernels):
    return [kernel.kind for kernel in kernels]


# ------------------------------------------------------------------------------------------ scans

SCANS = [
    "sum[n](x[axis: n] if n <= i else 0)",
    "sum[n](x[axis: n] if i >= n else 0)",
    "sum[n](0 if n > i else x[axis: n])",
    "sum[n](x[axis: n] if n < i else 0)",
    "sum[n](0 if i <= n else x[axis: n])",
    "sum[n](x[axis: n] if n >= i else 0)",
    "sum[n](x[axis: n] if n > i else 0)",
    "sum[n](x[axis: n] if i < n else 0)",
    "sum[n](0 if i >= n else x[axis: n])",
    "prod[n](x[axis: n] if n <= i else 1)",
    "max[n](x[axis: n] if n <= i else -inf)",
    "max[n](x[axis: n] if n <= i else x[axis: i])",
    "min[n](x[axis: n] if n >= i else x[axis: i])",
    "any[n](x[axis: n] > 2 if n <= i else false)",
    "all[n](x[axis: n] < 1 if n <= i else true)",
    "max[n]((n if x[axis: n] > 0 else 0) if n <= i else 0)",
]
NO_SCANS = [
    "sum[n](x[axis: n] if n <= i + 1 else 0)",
    "sum[n](x[axis: n] if n < i - 1 else 0)",
    "sum[n](x[axis: n] if n - 1 > i else 0)",
    "sum[n](x[axis: n] if 2 * n <= i else 0)",
    "sum[n](x[axis: n] if n <= 2 * i else 0)",
    "sum[n](x[axis: n] if n + i <= 9 else 0)",
    "sum[n](x[axis: n] if n == i else 0)",
    "sum[n](x[axis: n] if n != i else 0)",
    "sum[n](x[axis: n] if n <= 7 else 0) * (i + 1)",
    "sum[n](x[axis: n] if n <= i else 0.5)",
    "sum[n](x[axis: n] if n <= i else 1)",
    "prod[n](x[axis: n] if n <= i else 0)",
    "max[n](x[axis: n] if n <= i else 0)",
    "min[n](x[axis: n] if n <= i else 0)",
    "sum[n](x[axis: n] if n <= i else x[axis: i])",
    "max[n](x[axis: n] if n < i else x[axis: i])",
    "max[n]((n if x[axis: n] > 9 else -1) if n <= i else 0)",
    "max[n]((-1 if x[axis: n] > -9 else n) if n <= i else 0)",
    "max[n](n - 2 if n <= i else 0) + 0 * x[axis: i]",
    "min[n]((n if x[axis: n] > 0 else 3) if n <= i else 0)",
    "sum[n](x[axis: n] * x[axis: i] if n <= i else 0)",
]


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("forward", SCANS + NO_SCANS)
def test_a_reduction_up_to_a_stored_axis(forward, axis):
    text = f"""
op:
  in: "x: num[axis: n], axis: axis = -1"
  out: "y[axis: i]"
  where: {{i: "n"}}
  forward: "{forward}"
"""
    x = np.random.default_rng(0).standard_normal((30, 40))
    found = kinds(kernels_of(text, {"x": x}, axis=axis))
    assert ("scan" in found) == (forward in SCANS)


@pytest.mark.parametrize("summed", ["x[n] if n <= i else 0", "x[n] if n <= i + by[0] else 0"])
def test_a_reduction_up_to_another_bound_is_no_scan(summed):
    """To an axis of another extent, to one moved by a number."""
    by, extent = (", by: offsets", "n") if "by" in summed else ("", "n + 2")
    text = f"""
op:
  in: "x: num[n]{by}"
  out: "y[i]"
  where: {{i: "{extent}"}}
  forward: "sum[n]({summed})"
"""
    given = {"by": (1,)} if by else {}
    assert "scan" not in kinds(kernels_of(text, {"x": np.arange(5.0)}, **given))


# -------------------------------------------------------------------------------- exact divisions

# X is an element of x at an index that 2 must divide, else 0: sums that skip those zeros,
SKIPPING = [
    "X",
    "w[r] * X",
    "w[r] * v[h] * X",
    "-X * w[r]",
    "w[r] * (X + X * v[h])",
    "w[r] * (X - v[h] * X)",
    "X / (w[r] + 9)",
    "w[r] * (X if w[r] > 0 else 0)",
    "w[r] * (0 if w[r] > 0 else X)",
]
# and sums to which the points of those zeros contribute.
WHOLE = [
    "w[r] + X",
    "w[r] - X",
    "X + w[r]",
    "X + w[r] * guard(v[r - 1], 0)",
    "(9 + w[r]) / (X + 5)",
    "X if w[r] > 0 else w[r]",
    "w[r] if w[r] > 0 else X",
    "w[r] * maximum(X, v[h])",
]
INDICES = {
    "h + shift - r": True,
    "h + shift - 3*r": True,
    "h + shift - 2*r": False,
    "2*h + shift - r": False,
    "h + shift + r": False,
}
DIVISIONS = [(s, next(iter(INDICES)), s in SKIPPING) for s in SKIPPING + WHOLE]
DIVISIONS += [("w[r] * X", index, skips) for index, skips in INDICES.items()]


@pytest.mark.parametrize(("length", "shift"), [(40, 0), (41, 0), (40, 1), (7, 3), (40, -1)])
@pytest.mark.parametrize(("summed", "index", "skips"), DIVISIONS)
def test_a_sum_over_an_exact_division(summed, index, skips, length, shift):
    formula = summed.replace("X", f"guard(x[exact({index}, s)], 0)")
    text = f"""
op:
  in: "x: float[a], w: float[r], v: float[h], *, s: int, shift: int"
  out: "y[h]"
  forward: "sum[r]({formula})"
"""
    rng = np.random.default_rng(1)
    tensors = {"x": rng.standard_normal(20), "w": rng.standard_normal(6)}
    tensors["v"] = rng.standard_normal(length)
    first = kernels_of(text, tensors, s=2, shift=shift)[0]
    assert first.shape.endswith(" x [3]" if skips else " x [6]")


def test_a_bound_into_an_extent_of_1_is_no_exact_division():
    text = """
op:
  in: "x: float[a], w: float[r], v: float[h], u: float[c], *, s: int"
  out: "y[h]"
  forward: "sum[r](guard(x[exact(h - r, s)], 0) * v[h] + w[r] * guard(u[r - 1], 0))"
"""
    shapes = {"x": 20, "w": 6, "v": 40, "u": 1}
    tensors = {name: np.arange(1.0, extent + 1) for name, extent in shapes.items()}
    assert kernels_of(text, tensors, s=2)[0].shape.endswith(" x [6]")


# ----------------------------------------------------------------------------------- contractions

OPERANDS = {"ik": "a", "kj": "b", "ij": "c", "i": "d", "j": "e", "k": "f"}
CONTRACTIONS = ["ik,kj", "kj,ik", "ik,k,kj", "k,ik,kj", "ik,kj,j", "ik,j,kj", "ik,i,kj", "i,kj,ik"]
NO_CONTRACTIONS = ["ik,kj,ij", "ij,ik,kj", "ik", "ik,i", "k,kj", "i,j,k", "ik,k,i"]


@pytest.mark.parametrize(("extents", "large"), [((20, 20, 20), True), ((4, 5, 6), False)])
@pytest.mark.parametrize("factors", CONTRACTIONS + NO_CONTRACTIONS)
def test_a_sum_of_products(factors, extents, large):
    product = " * ".join(f"{OPERANDS[axes]}[{', '.join(axes)}]" for axes in factors.split(","))
    text = f"""
op:
  in: "a: float[i, k], b: float[k, j], c: float[i, j], d: float[i], e: float[j], f: float[k]"
  out: "y[i, j]"
  forward: "sum[k]({product})"
"""
    rng = np.random.default_rng(2)
    size = dict(zip("ikj", extents, strict=True))
    tensors = {n: rng.standard_normal([size[a] for a in axes]) for axes, n in OPERANDS.items()}
    found = kinds(kernels_of(text, tensors))
    assert ("contract" in found) == (large and factors in CONTRACTIONS)
