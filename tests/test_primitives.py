"""The scalar primitives, and the random generator that C and NumPy share."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from pathlib import Path

import mpmath
import numpy as np
import pytest

import axon
from codegen.interpret import run
from codegen.ir import Call, Input, Output, Program, Statement, load, node_from_text, walk
from codegen.philox import uniform
from codegen.primitives import PRIMITIVES, ZERO, render_inc
from codegen.simplify import Simplifier, simplify

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent

#: Where a primitive is defined, when that is not everywhere.
DOMAINS = {
    "log": (0.2, 3),
    "log2": (0.2, 3),
    "log10": (0.2, 3),
    "log1p": (-0.7, 3),
    "sqrt": (0.2, 3),
    "rsqrt": (0.2, 3),
    "asin": (-0.9, 0.9),
    "acos": (-0.9, 0.9),
    "atanh": (-0.9, 0.9),
    "acosh": (1.2, 4),
    "lgamma": (0.3, 5),
    "pow": (0.3, 2.5),
    "reciprocal": (0.4, 3),
    "div": (0.4, 3),
    "tan": (-1.2, 1.2),
    "digamma": (0.3, 5),
    "polygamma": (0.3, 5),
}
FLOATING = [
    p for p in PRIMITIVES.values() if not p.name.startswith(("bitwise", "shift", "logical"))
]


def evaluate(node, values: dict[str, np.ndarray]) -> np.ndarray:
    """An expression over single letters at points."""

    def bind(n):
        if isinstance(n, str):
            return load(n, ("*",))
        return Call(n.head, tuple(map(bind, n.args))) if isinstance(n, Call) else n

    inputs = tuple(Input(n, "any") for n in values)
    expr = bind(node)
    program = Program(
        "p", inputs, (), (Output("out", "float64"),), (Statement("set", "out", ("*",), expr),)
    )
    return run(program, values, {}, np.float64)["out"]


def points(primitive, count=64):
    low, high = DOMAINS.get(primitive.name, (-2.0, 2.0))
    generator = np.random.default_rng(5)
    values = {n: generator.uniform(low, high, count) for n in "abc"[: primitive.arity]}
    if primitive.name == "select":
        values["a"] = values["a"] > 0
    if primitive.name == "polygamma":
        values["a"] = np.floor(values["a"])
    return values


@pytest.mark.parametrize("primitive", FLOATING, ids=lambda p: p.name)
def test_derivatives_by_central_differences(primitive):
    values = points(primitive)
    for name, rule in zip("abc", primitive.derivatives, strict=False):
        if rule is None or values[name].dtype == bool:
            continue
        step = 1e-6
        moved = [
            evaluate(
                Call(primitive.name, tuple("abc"[: primitive.arity])),
                {**values, name: values[name] + s},
            )
            for s in (step, -step)
        ]
        expected = (moved[0] - moved[1]) / (2 * step)
        if rule == ZERO:
            assert np.count_nonzero(expected) <= 1, "a derivative declared zero is not"
            continue
        y = evaluate(Call(primitive.name, tuple("abc"[: primitive.arity])), values)
        g = np.full_like(y, 1.7)
        computed = evaluate(node_from_text(rule), {**values, "y": y, "g": g})
        np.testing.assert_allclose(computed, 1.7 * expected, rtol=2e-6, atol=1e-7)


def test_power_at_zero():
    a, b = np.array([0.0, 0.0, 0.0, -2.0]), np.array([0.0, 1.0, 2.0, 3.0])
    rules = [node_from_text(r) for r in PRIMITIVES["pow"].derivatives]
    values = {"a": a, "b": b, "y": a**b, "g": np.ones(4)}
    np.testing.assert_array_equal(evaluate(rules[0], values), [0, 1, 0, 12])
    np.testing.assert_array_equal(evaluate(rules[1], values)[:3], [0, 0, 0])


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_ties_share_and_nan_propagates(name):
    primitive = PRIMITIVES[name]
    ones = np.ones(1)
    parts = [
        evaluate(node_from_text(r), {"a": ones, "b": ones, "g": ones})
        for r in primitive.derivatives
    ]
    assert [float(p[0]) for p in parts] == [0.5, 0.5]
    assert np.isnan(primitive.numpy(np.nan, 1.0)) and np.isnan(primitive.numpy(1.0, np.nan))


IDENTITIES = [(p.name, *rule) for p in PRIMITIVES.values() for rule in p.identities]


@pytest.mark.parametrize("name, before, after", IDENTITIES, ids=[i[1] for i in IDENTITIES])
def test_identities_hold(name, before, after):
    generator = np.random.default_rng(3)
    logical = name.startswith("logical")
    pattern, replacement = node_from_text(before), node_from_text(after)
    letters = {n for n in walk(pattern) if isinstance(n, str)}
    values = {n: generator.uniform(0.3, 3, 32) for n in letters}
    booleans = letters if logical else letters & {"c"}
    for letter in booleans:
        values[letter] = generator.uniform(size=32) > 0.5
    values.setdefault("a", generator.uniform(size=32))
    left, right = evaluate(pattern, values), evaluate(replacement, values)
    # One rounding of a number below 1 remains where an identity avoids a cancellation.
    np.testing.assert_allclose(left, right, rtol=1e-15, atol=2.3e-16)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("(mul (load x (*)) 1.0)", "(load x (*))"),
        ("(add 0 (load x (*)))", "(load x (*))"),
        ("(neg (neg (load x (*))))", "(load x (*))"),
        ("(select (lt (load x (*)) 0) (load x (*)) (load x (*)))", "(load x (*))"),
        ("(mul 2 (mul 3 0.5))", "3.0"),
        ("(mul (load x (*)) 0)", "(mul (load x (*)) 0)"),  # inf*0 is NaN
        ("(pow (load x (*)) 2)", "(square (load x (*)))"),
        ("(lt (index (+ k (count p))) (count p))", "false"),
        ("(lt (at a) (count (sel a)))", "true"),
        ("(ge (index k) 0)", "true"),
        ("(lt (index k) (index start))", "(lt (index k) (index start))"),  # start is an attribute
    ],
)
def test_simplify(text, expected):
    simplified = Simplifier(axes=frozenset("k"))(node_from_text(text))
    assert simplified == node_from_text(expected) or str(simplified) == expected


def test_simplify_keeps_rounding():
    kept = node_from_text("(sub (add (load a (*)) (load b (*))) (load a (*)))")
    assert simplify(kept) == kept


def test_inc_is_what_the_table_says():
    assert (ROOT / "generated" / "primitives.inc").read_text() == render_inc()


def test_c_text_uses_every_operand():
    for p in PRIMITIVES.values():
        assert set(re.findall(r"\$\d", p.c_text)) == {f"${i}" for i in range(p.arity)}, p.name
        assert p.result in ("same", "flt", "own", "pred", "int_")


def test_digamma_against_known_values():
    digamma = PRIMITIVES["digamma"].numpy
    x = np.array([1.0, 0.5, 10.0, -0.5])
    expected = [-0.5772156649015329, -1.9635100260214235, 2.251752589066721, 0.03648997397857652]
    np.testing.assert_allclose(digamma(x), expected, rtol=1e-13)


# ------------------------------------------------------------------------------------- random


def philox(counter, key):
    """Philox4x32-10, written from the paper."""
    c, k = list(counter), list(key)
    for _ in range(10):
        hi0, lo0 = divmod(0xD2511F53 * c[0], 1 << 32)
        hi1, lo1 = divmod(0xCD9E8D57 * c[2], 1 << 32)
        c = [hi1 ^ c[1] ^ k[0], lo1, hi0 ^ c[3] ^ k[1], lo0]
        k = [(k[0] + 0x9E3779B9) % (1 << 32), (k[1] + 0xBB67AE85) % (1 << 32)]
    return c


def test_philox_known_answer():
    """Of the Random123 distribution: zero counter and key."""
    assert philox([0] * 4, [0] * 2)[0] == 0x6627E8D5


def test_c_and_numpy_agree_bit_for_bit(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler")
    source = """
#include <stdio.h>
#include "core/random.h"
int main(void) {
  for (uint64_t c = 0; c < 1000; ++c) {
    uint64_t counter = c * UINT64_C(10000000019);
    printf("%a\\n", (double)ax_uniform(UINT64_C(12345678901234567890), 42, counter));
  }
}
"""
    (tmp_path / "t.c").write_text(source)
    binary = tmp_path / "t"
    command = [
        compiler,
        "-std=c11",
        "-I",
        str(ROOT / "runtime"),
        str(tmp_path / "t.c"),
        "-o",
        str(binary),
    ]
    subprocess.run(command, check=True)
    lines = subprocess.run([str(binary)], check=True, capture_output=True, text=True).stdout.split()
    counters = np.arange(1000, dtype=np.uint64) * np.uint64(10000000019)
    expected = uniform((12345678901234567890, 42), counters)
    np.testing.assert_array_equal([float.fromhex(v) for v in lines], expected)


def test_uniform_is_uniform():
    u = uniform((1, 2), np.arange(200000))
    assert u.dtype == np.float32 and u.min() >= 0 and u.max() < 1
    histogram = np.histogram(u, 100, (0, 1))[0]
    chi = ((histogram - 2000) ** 2 / 2000).sum()
    assert chi < 160  # 99 degrees of freedom: p < 1e-4 beyond
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.01
    assert not np.array_equal(u, uniform((1, 3), np.arange(200000)))


@pytest.mark.parametrize("order", [1, 2, 3, 6])
@pytest.mark.parametrize("low, high", [(0.001, 3), (3, 30), (30, 1e6), (-40, 0)])
def test_derivatives_of_digamma_against_mpmath(order, low, high):
    """Within 16 units, plus 4 of the larger of the two sums that a reflection subtracts."""
    x = np.random.default_rng(7).uniform(low, high, 64)
    found = _derivative_of_digamma(order, x)
    expected = np.array([float(mpmath.psi(order, mpmath.mpf(float(v)))) for v in x])
    size = np.array([_pole(order, float(v)) for v in x])
    bound = 16 * np.spacing(np.abs(expected)) + 4 * np.spacing(size)
    assert np.all(np.abs(found - expected) <= bound)


def _derivative_of_digamma(order: int, x: np.ndarray) -> np.ndarray:
    at = axon.tensor(x, requires_grad=True)
    y = axon.digamma(at)
    for _ in range(order):
        (y,) = axon.grad(y.sum(), [at], create_graph=True)
    return y.detach().numpy()


def _pole(order: int, x: float) -> float:
    """What the pole nearest to x < 0 contributes to derivative `order` of digamma; else 0."""
    return math.factorial(order) * abs(x - round(x)) ** -(order + 1) if x < 0 else 0.0


def test_derivatives_of_digamma_at_its_poles_and_infinity():
    polygamma = PRIMITIVES["polygamma"].numpy
    x = np.array([0.0, -0.0, -1.0, math.inf, -math.inf, math.nan])
    inf, nan = math.inf, math.nan
    expected = {1: [inf, inf, inf, 0, nan, nan], 2: [-inf, inf, nan, 0, nan, nan]}
    for order, values in expected.items():
        np.testing.assert_array_equal(polygamma(order, x), values)
        np.testing.assert_array_equal(_derivative_of_digamma(order, x), values)
    np.testing.assert_array_equal(polygamma(1.5, x), [nan] * len(x))
