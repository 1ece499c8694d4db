"""Every op, run by the NumPy interpreter, against its reference and its differences."""

from __future__ import annotations

import numpy as np
import op_checks
import pytest
from op_cases import all_ops

from codegen.interpret import run
from codegen.samples import cases

pytestmark = pytest.mark.once

ALL = [pytest.param(op, case, id=case.name) for op in all_ops() for case in cases(op)]
WITH_REFERENCE = [p for p in ALL if p.values[0].reference]
WITH_SPEC = [p for p in ALL if p.values[0].spec]
WITH_GRADIENT = [p for p in ALL if p.values[0].grad is not None and not p.values[1].edge]
DTYPES = [
    pytest.param(op, dtype, id=f"{op.name}-{dtype}")
    for op in all_ops()
    for dtype in op_checks.checked_dtypes(op)
]


@pytest.mark.parametrize("op, case", WITH_REFERENCE)
def test_forward_is_the_reference(op, case):
    op_checks.check_reference(op, case)


@pytest.mark.parametrize("op, case", WITH_SPEC)
def test_forward_satisfies_its_spec(op, case):
    op_checks.check_spec(op, case)


@pytest.mark.parametrize("op, dtype", DTYPES)
def test_dtypes_are_those_of_the_reference(op, dtype):
    op_checks.check_dtypes(op, next(cases(op)), dtype)


@pytest.mark.parametrize("op", [op for op in all_ops() if op.program.where], ids=lambda op: op.name)
def test_no_loop_is_longer_than_need_be(op):
    op_checks.check_extents(op, list(cases(op)))


@pytest.mark.parametrize("op, case", WITH_GRADIENT)
def test_gradient_is_the_quotient_of_differences(op, case):
    op_checks.check_first_gradient(op, case)


@pytest.mark.parametrize("op, case", WITH_GRADIENT)
def test_second_gradient_is_the_quotient_of_differences(op, case):
    op_checks.check_second_gradient(op, case)


@pytest.mark.parametrize("op, case", WITH_GRADIENT)
def test_written_gradient_is_the_derived_one(op, case):
    op_checks.check_written_gradient(op, case)


@pytest.mark.parametrize("op, case", [p for p in WITH_GRADIENT if p.values[0].subgradient])
def test_gradient_at_kinks_is_the_declared_one(op, case):
    op_checks.check_subgradient(op, case)


ACTIVATIONS = [p for p in ALL if p.values[0].section == "Activations" and p.values[1].edge]


@pytest.mark.parametrize("op, case", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_of_an_activation_is_finite_wherever_x_is(op, case, dtype):
    x = np.array([1e4, 1000, 90, 0, -0.0, -90, -1000, -1e4], dtype)
    y = run(op.program, {"x": x}, case.attrs, dtype=dtype)["y"]
    known = {"x": x, "y": y, "dy": np.ones_like(x)}
    inputs = {i.name: known[i.name] for i in op.grad.inputs}
    dx = run(op.grad, inputs, case.attrs, dtype=dtype)["dx"]
    assert np.all(np.isfinite(dx))
    # For huge x they are constants or lines of slope 1; two others say so in their formula.
    assert dx[0] in (0, 1) or op.name in ("selu", "softsign")
