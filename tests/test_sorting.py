"""sort, argsort, topk, searchsorted, unique and quantiles against NumPy."""

from __future__ import annotations

import os

import numpy as np
import pytest

import axon

DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
DTYPES += ["float16", "float32", "float64"]


def values(dtype, *shape):
    """Few distinct values, so that many are equal; for floats also NaN, infinities and -0."""
    random = np.random.default_rng(len(shape) + sum(shape))
    x = random.integers(-50, 50, shape).astype(dtype)
    if np.dtype(dtype).kind == "f":
        places = random.integers(0, x.size, 8)
        x.flat[places] = np.resize([np.nan, -0.0, np.inf, -np.inf, 0.0], places.size)
    return x


def check_sorted(x, axis, descending):
    """Stable order by definition: NaN the largest, -0 equal to 0, equal elements in place."""
    order = axon.argsort(axon.tensor(x), axis, descending=descending).numpy()
    found = axon.sort(axon.tensor(x), axis, descending=descending).numpy()
    rank = np.unique(x, return_inverse=True)[1].reshape(x.shape)
    expected = np.argsort(-rank if descending else rank, axis, kind="stable")
    np.testing.assert_array_equal(order, expected)
    np.testing.assert_array_equal(found, np.take_along_axis(x, expected, axis))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("shape, axis", [((7, 5, 3), 1), ((300, 4), 0), ((2, 3000), -1), ((1,), 0)])
def test_sort_is_stable(dtype, descending, shape, axis):
    check_sorted(values(dtype, *shape), axis, descending)


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64", "int64"])
def test_a_long_line_whatever_the_threads(dtype):
    x = (np.random.default_rng(0).standard_normal(200_001) * 1000).astype(dtype)
    expected = np.argsort(x, kind="stable")
    try:
        for threads in (1, 3, 7, 2):
            axon.set_threads(threads)
            np.testing.assert_array_equal(axon.argsort(axon.tensor(x)).numpy(), expected)
    finally:
        axon.set_threads(len(os.sched_getaffinity(0)))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_nothing_to_sort(shape):
    assert axon.sort(axon.zeros(shape)).shape == shape


@pytest.mark.parametrize("k", [1, 10, 5000, 9999])
def test_the_first_of_many(k):
    x = np.random.default_rng(k).integers(0, 1000, 10_000)
    found, places = axon.topk(axon.tensor(x), k)
    order = np.argsort(-x, kind="stable")[:k]
    np.testing.assert_array_equal(places.numpy(), order)
    np.testing.assert_array_equal(found.numpy(), x[order])


def test_gradient_goes_where_elements_came_from():
    x = axon.tensor([3.0, 1.0, 2.0], requires_grad=True)
    (axon.sort(x) * axon.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [100.0, 1.0, 10.0]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_searchsorted(side, dtype):
    boundaries = np.sort(values("int32", 40)).astype(dtype)
    x = values("int32", 6, 7).astype(dtype)
    found = axon.searchsorted(axon.tensor(boundaries), axon.tensor(x), side=side)
    np.testing.assert_array_equal(found.numpy(), np.searchsorted(boundaries, x, side))


def test_searchsorted_by_rows():
    boundaries, x = np.sort(values("int32", 2, 3, 9)), values("int32", 3, 4)
    found = axon.searchsorted(axon.tensor(boundaries), axon.tensor(x[None])).numpy()
    for i, j in np.ndindex(2, 3):
        np.testing.assert_array_equal(found[i, j], np.searchsorted(boundaries[i, j], x[j]))
    with pytest.raises(ValueError, match="side is 'middle'"):
        axon.searchsorted(axon.arange(3), axon.arange(3), side="middle")


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float32", "float64"])
@pytest.mark.parametrize("shape", [(0,), (1,), (50,), (3, 4, 5)])
def test_unique(dtype, shape):
    x = np.random.default_rng(1).integers(-5, 5, shape).astype(dtype)
    found = axon.unique(axon.tensor(x), return_inverse=True, return_counts=True)
    expected = np.unique(x, return_inverse=True, return_counts=True)
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.reshape(mine.shape))
    assert found[0].dtype == dtype
    np.testing.assert_array_equal(axon.unique(axon.tensor(x)).numpy(), expected[0])


@pytest.mark.parametrize("x", [[], [0], [3, 1, 3, 0], [[2, 2], [5, 0]]])
@pytest.mark.parametrize("minlength", [0, 4])
def test_bincount(x, minlength):
    x = np.array(x, np.int64)
    found = axon.bincount(axon.tensor(x), minlength)
    np.testing.assert_array_equal(found.numpy(), np.bincount(x.ravel(), minlength=minlength))
    with pytest.raises(ValueError, match="bincount: x has the element -2"):
        axon.bincount(axon.tensor([1, -2]))


@pytest.mark.parametrize("q", [0.0, 0.1, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("extent", [1, 2, 9])
def test_quantiles(q, extent):
    x = np.random.default_rng(extent).standard_normal((3, extent, 2))
    found = axon.quantile(axon.tensor(x), q, 1)
    np.testing.assert_allclose(found.numpy(), np.quantile(x, q, 1), rtol=1e-12)


def test_methods():
    x = axon.tensor([3.0, 1.0, 2.0, 1.0])
    assert x.sort(descending=True).tolist() == [3, 2, 1, 1]
    assert x.argsort().tolist() == [1, 3, 2, 0]
    assert x.unique().tolist() == [1, 2, 3]
    assert x.median().item() == x.quantile(0.5).item() == 1.5


def test_median():
    x = np.random.default_rng(0).standard_normal((4, 6))
    np.testing.assert_allclose(axon.median(axon.tensor(x)).numpy(), np.median(x, -1))
    with pytest.raises(ValueError, match="quantile: q is 2"):
        axon.quantile(axon.tensor(x), 2)


@pytest.mark.parametrize("values", [[3, 1, 7], [2.5, 3.0], []], ids=str)
def test_isin(values):
    x = np.arange(6).reshape(2, 3)
    for invert in (False, True):
        found = axon.isin(axon.tensor(x), axon.tensor(values), invert=invert)
        np.testing.assert_array_equal(found.numpy(), np.isin(x, values, invert=invert))
