"""Every op, run by the NumPy interpreter, against its reference and its differences."""

from __future__ import annotations

import numpy as np
import pytest
from op_cases import all_ops, reference, satisfied

from codegen import adjoint
from codegen.entry import differentiable
from codegen.interpret import run
from codegen.samples import cases

ALL = [pytest.param(op, case, id=case.name) for op in all_ops() for case in cases(op)]
WITH_REFERENCE = [p for p in ALL if p.values[0].reference]
WITH_SPEC = [p for p in ALL if p.values[0].spec]
WITH_GRADIENT = [p for p in ALL if p.values[0].grad is not None and not p.values[1].edge]
STEP = 1e-6


def forward(op, case, inputs=None):
    return run(op.program, case.inputs if inputs is None else inputs, case.attrs, dtype=np.float64)


def gradients(program, case, outputs, cotangents):
    known = {**case.inputs, **outputs, **cotangents}
    return run(
        program, {i.name: known[i.name] for i in program.inputs}, case.attrs, dtype=np.float64
    )


def cotangents_of(op, outputs):
    random = np.random.default_rng(3)
    floats = [name for name, y in outputs.items() if y.dtype.kind == "f"]
    return {f"d{name}": random.standard_normal(outputs[name].shape) for name in floats}


def differentiated(op, case):
    """The tensors of the case that receive a gradient."""
    read = [i for i in op.program.inputs if differentiable(i.cls) and not i.ghost]
    inputs = {i.name: case.inputs[i.name] for i in read}
    return {n: x for n, x in inputs.items() if x is not None and x.dtype.kind == "f"}


@pytest.mark.parametrize("op, case", WITH_REFERENCE)
def test_forward_is_the_reference(op, case):
    outputs = forward(op, case)
    expected = reference(op, case)
    assert len(outputs) == len(expected)
    for (name, y), oracle in zip(outputs.items(), expected, strict=True):
        assert y.shape == oracle.shape, name
        np.testing.assert_allclose(y, oracle, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("op, case", WITH_SPEC)
def test_forward_satisfies_its_spec(op, case):
    assert all(satisfied(op, case, forward(op, case)))


@pytest.mark.parametrize("op, case", WITH_GRADIENT)
def test_gradient_is_the_quotient_of_differences(op, case):
    outputs = forward(op, case)
    cotangents = cotangents_of(op, outputs)
    found = gradients(op.grad, case, outputs, cotangents)

    def objective(name, x):
        changed = forward(op, case, {**case.inputs, name: x})
        return sum(np.sum(changed[d[1:]] * dy) for d, dy in cotangents.items())

    for name, x in differentiated(op, case).items():
        gradient = found.get(f"d{name}", np.zeros_like(x))  # none: it must be zero
        assert gradient.shape == x.shape, name
        expected = np.empty_like(x)
        for point in np.ndindex(*x.shape):
            up, down = x.copy(), x.copy()
            up[point] += STEP
            down[point] -= STEP
            expected[point] = (objective(name, up) - objective(name, down)) / (2 * STEP)
        np.testing.assert_allclose(gradient, expected, rtol=2e-6, atol=2e-7, err_msg=name)


@pytest.mark.parametrize(
    "op, case", [p for p in WITH_GRADIENT if p.values[0].program.statements[0].kind != "call"]
)
def test_written_gradient_is_the_derived_one(op, case):
    derived = adjoint.gradient(op.program)
    outputs = forward(op, case)
    cotangents = cotangents_of(op, outputs)
    found = gradients(op.grad, case, outputs, cotangents)
    expected = gradients(derived, case, outputs, cotangents)
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-9, atol=1e-10, err_msg=name)


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
