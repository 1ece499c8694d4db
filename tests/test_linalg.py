"""Decompositions, Fourier transforms and what stands on opaque kernels."""

from __future__ import annotations

import numpy as np
import pytest
from op_cases import all_ops

from codegen import adjoint
from codegen.interpret import run
from codegen.samples import cases

SECTIONS = ("Linear algebra decompositions", "Fourier transforms")
OPS = [op for op in all_ops() if op.section in SECTIONS and op.grad is not None]
STEP = 1e-5


def floats(names, known):
    return [n for n in names if known[n] is not None and known[n].dtype.kind == "f"]


@pytest.mark.parametrize(
    "op, case", [pytest.param(op, case, id=case.name) for op in OPS for case in cases(op)]
)
def test_second_gradient_is_the_quotient_of_differences(op, case):
    """Along a random direction: what a gradient computes is itself a function to be derived."""
    random = np.random.default_rng(0)
    outputs = run(op.program, case.inputs, case.attrs, dtype=np.float64)
    second = adjoint.gradient(op.grad)
    directions = {
        n: random.standard_normal(case.inputs[n].shape)
        for n in case.inputs
        if case.inputs[n] is not None
    }
    cotangents = {f"d{n}": random.standard_normal(y.shape) for n, y in outputs.items()}

    def first(step):
        """The gradient at the inputs moved along the direction."""
        moved = {n: x if x is None else x + step * directions[n] for n, x in case.inputs.items()}
        known = {**moved, **run(op.program, moved, case.attrs, dtype=np.float64), **cotangents}
        needed = {i.name: known[i.name] for i in op.grad.inputs}
        return known, run(op.grad, needed, case.attrs, dtype=np.float64)

    known, gradients = first(0)
    weights = {n: random.standard_normal(g.shape) for n, g in gradients.items()}
    # d/dstep of sum(weights * gradient), through the inputs and, by the first gradient, the outputs
    names = adjoint.gradient_names(op.grad)
    known |= gradients | {names[0][n]: w for n, w in weights.items()}
    known = {i.name: known.get(i.name) for i in second.inputs}
    found = run(second, known, case.attrs, dtype=np.float64)
    through = {n: found[d] for n, d in names[1].items() if d in found}
    total = sum(np.sum(through[n] * directions[n]) for n in directions if n in through)
    through_outputs = {f"d{n}": through.get(n, np.zeros_like(y)) for n, y in outputs.items()}
    known = {**case.inputs, **outputs, **through_outputs}
    back = run(
        op.grad, {i.name: known[i.name] for i in op.grad.inputs}, case.attrs, dtype=np.float64
    )
    total += sum(np.sum(back[f"d{n}"] * directions[n]) for n in directions if f"d{n}" in back)

    def objective(step):
        return sum(np.sum(w * first(step)[1][n]) for n, w in weights.items())

    expected = (objective(STEP) - objective(-STEP)) / (2 * STEP)
    np.testing.assert_allclose(total, expected, rtol=1e-5, atol=1e-6)
