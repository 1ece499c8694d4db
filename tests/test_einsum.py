"""axon.einsum against numpy.einsum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import axon

EXTENTS = {"i": 2, "j": 3, "k": 4, "l": 1, "m": 5}
GROUP = (2, 3)


def array(shape, seed=0):
    return np.random.default_rng(seed + sum(shape)).standard_normal(shape)


def shape_of(term, extents=EXTENTS, group=GROUP):
    shape: list[int] = []
    for part in term.replace("...", "*"):
        shape += group if part == "*" else [extents[part]]
    return tuple(shape)


def check(equation, arrays):
    expected = np.einsum(equation, *arrays)
    tensors = [axon.tensor(x, requires_grad=True) for x in arrays]
    y = axon.einsum(equation, *tensors)
    assert y.shape == expected.shape, equation
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-10, atol=1e-10, err_msg=equation)
    weights = array(expected.shape, 7)
    gradients = axon.grad(y, tensors, axon.tensor(weights))
    for at, (x, dx) in enumerate(zip(arrays, gradients, strict=True)):
        direction = array(x.shape, 3)
        moved = [direction if i == at else other for i, other in enumerate(arrays)]
        # The sum is linear in each operand: its derivative along a direction is its value there.
        slope = np.sum(weights * np.einsum(equation, *moved))
        np.testing.assert_allclose(np.sum(dx.numpy() * direction), slope, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "equation",
    [
        "ij,jk->ik",
        "ij,jk",
        "ij->ji",
        "ij->",
        "ij->i",
        "i,j->ij",
        "ijk,ijm->kmi",
        "ij,ij->",
        "...ij,...jk->...ik",
        "...ij,jk",
        "i...,j...->...ji",
        "ij,jk,km->im",
        "ij,jk,km,ml->il",
        "i,i,i->i",
        "ij,j,k->k",
        " i j , j k -> i k ",
        "jm,m...->...j",
    ],
)
def test_equation(equation):
    terms = equation.replace(" ", "").partition("->")[0].split(",")
    check(equation, [array(shape_of(term), n) for n, term in enumerate(terms)])


@pytest.mark.parametrize("equation", ["ii", "ii->i", "iji->j", "iji,jk->ik", "...ii->...i"])
def test_diagonals(equation):
    terms = equation.partition("->")[0].split(",")
    check(equation, [array(shape_of(term), n) for n, term in enumerate(terms)])


def test_axes_of_extent_1_broadcast():
    check("ij,jk->ik", [array((2, 1)), array((3, 4))])
    check("...i,...i->...", [array((4, 1, 3)), array((2, 3))])
    check("i,i->i", [array((1,)), array((3,))])


def test_a_scalar_operand():
    check("i,->i", [array((3,)), array(())])


@st.composite
def equations(draw):
    letters = "ijkm"
    terms = draw(
        st.lists(
            st.lists(st.sampled_from(letters), max_size=3, unique=True), min_size=1, max_size=3
        )
    )
    present = sorted({c for term in terms for c in term})
    result = draw(st.permutations(present))[: draw(st.integers(0, len(present)))]
    grouped = draw(st.lists(st.booleans(), min_size=len(terms), max_size=len(terms)))
    texts = ["".join(t) + "..." * g for t, g in zip(terms, grouped, strict=True)]
    return f"{','.join(texts)}->{'...' * any(grouped)}{''.join(result)}"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(equations())
def test_any_equation(equation):
    terms = equation.partition("->")[0].split(",")
    check(equation, [array(shape_of(term), n) for n, term in enumerate(terms)])


def test_second_derivative():
    a, b = axon.tensor(array((2, 3)), requires_grad=True), axon.tensor(array((3, 4)))
    square = axon.einsum("ij,jk->ik", a, b).square().sum()
    (first,) = axon.grad([square], [a], create_graph=True)
    second = axon.grad(first.sum(), a)
    expected = 2 * np.ones((2, 3)) @ (b.numpy() @ b.numpy().T)
    np.testing.assert_allclose(second.numpy(), expected, rtol=1e-10)


def test_it_is_a_contraction_with_what_follows():
    q, k = axon.tensor(array((2, 4, 30, 8))), axon.tensor(array((2, 4, 50, 8)))
    explained = axon.explain(axon.einsum("bhid,bhjd->bhij", q, k) * 0.5)
    assert [kernel.kind for kernel in explained.kernels] == ["contract"]


def test_the_cheapest_pair_goes_first():
    a, b, c = (axon.tensor(array(shape)) for shape in ((2, 50), (50, 60), (60,)))
    kernels = axon.explain(axon.einsum("ij,jk,k->i", a, b, c)).kernels
    assert sum(kernel.flops for kernel in kernels) < 2 * 50 * 60 + 3 * 2 * 50 + 50 * 60


def test_integers_and_dtypes():
    x = axon.arange(6).reshape(2, 3)
    y = axon.einsum("ij,ij->i", x, x)
    assert y.dtype == "int64"
    assert y.tolist() == [5, 50]
    assert axon.einsum("i,i", axon.ones(3), axon.ones(3).to("float64")).dtype == "float64"


def test_tensordot():
    a, b = array((2, 3, 4)), array((3, 4, 5))
    for axes in (2, ([1, 2], [0, 1]), ([-1], [1]), 0):
        y = axon.tensordot(axon.tensor(a), axon.tensor(b), axes)
        np.testing.assert_allclose(y.numpy(), np.tensordot(a, b, axes), rtol=1e-12)
    with pytest.raises(ValueError, match=r"tensordot: a has shape \(2, 3\)"):
        axon.tensordot(axon.ones((2, 3)), axon.ones(3), ([5], [0]))


@pytest.mark.parametrize(
    "equation, shapes, told",
    [
        ("ij,jk->ik", [(2, 3)], "2 parts for 1 operands"),
        ("ij,jk->ik", [(2, 3), (4, 5)], r"j is 3 in the operand of shape \(2, 3\), but 4 in"),
        ("ijk->i", [(2, 3)], r"'ijk' has 3 letters for an operand of shape \(2, 3\)"),
        ("i1->i", [(2, 3)], "'i1'; expected letters"),
        ("ij->ii", [(2, 3)], "the result has 'i' twice"),
        ("ij->ik", [(2, 3)], "the result has 'k', which no operand has"),
        ("i->i...", [(2,)], r"the result has '...', which no operand has"),
        ("...i->i", [(2, 3)], "operands have '...', the result has not"),
        ("ii->i", [(2, 3)], "i is 2 in the operand"),
    ],
)
def test_wrong_equations(equation, shapes, told):
    with pytest.raises(ValueError, match=told):
        axon.einsum(equation, *(axon.ones(shape) for shape in shapes))
