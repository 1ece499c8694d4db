"""Random programs: all of one in a flush against a flush after each op, and each op against NumPy.

A program is a list of steps, each a list of whole numbers that are read as choices: which op, which
operands, which axes. Any list of numbers is a program, so hypothesis shrinks failures well; what
the program does is written down line by line and shown when it fails. It runs twice. *Eagerly*,
each op is flushed at once and compared with NumPy in float64. *Lazily*, only the program's own
flushes compute, and only what it still holds there. Both must agree bit for bit, except where a
contraction, whose order of summation is free, took part.

AXON_FUZZ=n runs n times as many programs; AXON_FUZZ_SEED=n others.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from fuzz_steps import LARGEST, STEPS, Skip, Value
from hypothesis import strategies as st
from random_programs import Choices, search

import axon

pytestmark = pytest.mark.once

SCALE = int(os.environ.get("AXON_FUZZ", "1"))
SEED = int(os.environ.get("AXON_FUZZ_SEED", "0"))
MODES = {"off": 400, "wait": 20}

# Equal extents and extents of 1 are frequent: they are what axes get confused by.
EXTENTS = (
    (4, 4, 3, 1, 2, 4, 6, 16),
    (16,),
    (16, 16, 1),
    (4, 1),
    (2, 3),
    (5, 8, 40, 20),
    (4, 3, 1, 2),
    (128, 90, 1, 300),
)
CONTRACTS = 4096  # products that a sum of them must have to become a contract kernel
EXACT, CLOSE, UNKNOWN = 0, 1, 2  # how well the two runs of a value must agree


class Run:
    """One execution of a program."""

    def __init__(self, program, eager):
        self.program = program
        self.eager = eager
        self.listing = []
        self.results = []  # (name, array, trust) of what was held at each flush
        self.exported = []  # (name, array, copy)
        self.values = []
        self.number = 0
        self.kinks = False
        self.contracted = False
        self.largest = 0.0
        rng = np.random.default_rng(len(program[1]))
        head = Choices(program[0])
        self.extents = head.of(EXTENTS)
        self.params = [self.leaf(head, rng, f"p{n}", traced=True) for n in range(3)]
        self.leaves = [self.leaf(head, rng, f"x{n}") for n in range(3)]
        self.repeats = 1 + head.below(3)
        self.holds_all = head.below(5) == 4
        self.optimizer = None
        axon.flush()

    def leaf(self, head, rng, name, traced=False):
        shape = tuple(head.of(self.extents) for _ in range(head.of((2, 3, 1, 2, 4, 0))))
        while math.prod(shape) > LARGEST // 4:
            shape = shape[1:]
        array = rng.standard_normal(shape).astype(np.float32)
        self.listing.append(f"{name} = randn({shape})")
        tensor = axon.tensor(array, requires_grad=traced)
        return Value(name, tensor, EXACT, True, traced)

    def run(self):
        for _ in range(self.repeats):
            for numbers in self.program[1]:
                choices = Choices(numbers)
                try:
                    choices.of(STEPS)(self, choices)
                except Skip:
                    continue
            self.flush()
            self.values = [v for v in self.values if v.hold]
        for name, array, copy in self.exported:
            assert same(array, copy), f"the array exported from {name} has changed"
        return self

    # ------------------------------------------------------------------------------ operands

    def pick(self, c, fits=lambda t: True):
        """A value that fits, the latest for choice 0."""
        pool = [v for v in reversed(self.values + self.params + self.leaves) if fits(v.tensor)]
        pool = pool[3:] + pool[:3] if len(pool) > 6 else pool
        if not pool:
            raise Skip
        return c.of(pool)

    def pick_float(self, c, rank=0):
        return self.pick(c, lambda t: t.dtype in (axon.float32, axon.float64) and t.ndim >= rank)

    # ------------------------------------------------------------------------------- results

    def do(self, c, text, function, oracle, *operands, kink=False, contracts=False, tol=1e-4):
        """Records one op; eagerly also computes it and compares it with the oracle."""
        before = [v.tensor.numpy().copy() for v in operands] if self.eager else []
        trust = max(v.trust for v in operands)
        if contracts or any(v.tensor.size >= CONTRACTS for v in operands):
            trust = max(trust, CLOSE)
            self.contracted = True
        if kink and trust:
            trust = UNKNOWN
        self.kinks = self.kinks or kink
        self.number += 1
        name = f"v{self.number}"
        result = function(*(v.tensor for v in operands))
        self.listing.append(f"{name} = {text.format(*(v.name for v in operands))}")
        if self.eager:
            self.compare(name, result, oracle, before, tol)
        traced = any(v.traced for v in operands) and result.is_floating_point
        self.values.append(Value(name, result, trust, c.flag(4), traced))

    def compare(self, name, result, oracle, before, tol):
        axon.flush()
        found = result.numpy().copy()
        wide = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in before]
        with np.errstate(all="ignore"):
            expected = np.asarray(oracle(*wide))
        assert found.shape == expected.shape, (name, found.shape, expected.shape)
        if found.dtype.kind == "f" and found.size:
            finite = np.abs(found[np.isfinite(found)])
            self.largest = max(self.largest, finite.max(initial=0))
            half = any(a.dtype == np.float16 for a in (found, *before))
            tol = 2e-2 if half else tol
        largest = max([1.0, *(np.abs(a[np.isfinite(a)]).max(initial=0) for a in wide)])
        if largest > 1e4:
            return
        ok = np.allclose(found, expected, rtol=tol, atol=tol * largest, equal_nan=True)
        assert ok, f"{name} differs from NumPy by {np.abs(found - expected).max()}"

    def flush(self):
        """Drops what is not held, computes the rest and keeps copies of it."""
        self.values = [v for v in self.values if v.hold or self.holds_all]
        axon.flush()
        self.listing.append(f"flush()  # holds {', '.join(v.name for v in self.values)}")
        grad_trust = EXACT if not self.contracted else UNKNOWN if self.kinks else CLOSE
        for value in self.values + self.params + self.leaves:
            trust = max(value.trust, grad_trust) if value in self.params else value.trust
            self.results.append((value.name, value.tensor.numpy().copy(), trust))
            if value.tensor.grad is not None:
                gradient = value.tensor.grad.numpy().copy()
                self.results.append((f"{value.name}.grad", gradient, grad_trust))


def same(a, b):
    """Bit for bit, but any NaN equals any other."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind != "f":
        return np.array_equal(a, b)
    signs = np.isnan(a) | (np.signbit(a) == np.signbit(b))
    return bool(np.array_equal(a, b, equal_nan=True) and signs.all())


# --------------------------------------------------------------------------------- what was found


def test_an_epilogue_has_no_axis_of_its_product():
    """An axis of a map that only has the extent of k was once run as k."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.standard_normal(shape).astype("f") for shape in ((16, 16), (16, 16), (16, 16, 16))
    ]
    x, w, z = map(axon.tensor, arrays)
    y = axon.reshape(x @ w, (16, 16, 1)) + z
    expected = (arrays[0] @ arrays[1])[:, :, None] + arrays[2]
    assert np.allclose(y.numpy(), expected, atol=1e-4)


def test_padding_an_axis_of_extent_1_does_not_broadcast_it():
    assert axon.constant_pad(axon.tensor([7.0]), (3,), (-1,), 0.5).tolist() == [0.5, 7.0, 0.5]


def test_a_run_wholly_beyond_its_bounds_reads_nothing():
    x = axon.tensor(np.ones((3, 8), "f"))
    y = axon.constant_pad(x, (5, 20), (-1, -25), 0.5)
    assert (y.numpy() == 0.5).all()


# ------------------------------------------------------------------------------ random programs

STEP = st.binary(min_size=14, max_size=14)
PROGRAMS = st.tuples(st.binary(min_size=24, max_size=24), st.lists(STEP, min_size=8, max_size=24))


def check(program):
    eager = lazy = None
    try:
        eager = Run(program, eager=True)
        eager.run()
        lazy = Run(program, eager=False)
        lazy.run()
        agree(eager, lazy)
    except Exception as error:
        run = lazy or eager
        error.add_note("\n".join(["the program:", *(run.listing if run else [])]))
        raise


def agree(eager, lazy):
    assert [name for name, _, _ in eager.results] == [name for name, _, _ in lazy.results]
    for (name, alone, trust), (_, fused, _) in zip(eager.results, lazy.results, strict=True):
        if trust == EXACT:
            assert same(alone, fused), f"{name} differs: {fused} in one flush, {alone} op by op"
        elif trust == CLOSE and eager.largest < 100:
            largest = max(1.0, np.abs(alone[np.isfinite(alone)]).max(initial=0))
            close = np.allclose(alone, fused, rtol=1e-3, atol=1e-3 * largest, equal_nan=True)
            assert close, f"{name} differs: {fused} in one flush, {alone} op by op"


def fuzz(examples, of):
    """Runs random programs."""
    search(check, PROGRAMS, examples, of)


@pytest.mark.parametrize("mode", ["off", pytest.param("wait", marks=pytest.mark.compiler)])
def test_random_programs(mode, tmp_path):
    environment = {**os.environ, "AXON_JIT": mode, "AXON_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, __file__, str(MODES[mode])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"seed {SEED}\n{done.stdout}{done.stderr}"


if __name__ == "__main__":
    fuzz(int(sys.argv[1]) * SCALE, SEED)
