"""Every op, its gradient and the gradient of that, on the runtime.

All cases of an op are recorded, computed in one flush, and compared with the reference or the NumPy
interpreter in float64.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from op_cases import all_ops, reference, satisfied
from tripwire import no_numpy

import axon
from axon import _runtime
from codegen import adjoint
from codegen.interpret import run
from codegen.samples import cases


def adjoint_differs(op):
    """True iff the entry writes its gradient although it could be derived."""
    if op.program.statements[0].kind == "call":
        return False
    return adjoint.gradient(op.program).statements != op.grad.statements


OPS = [pytest.param(op, id=op.name) for op in all_ops()]
WITH_GRADIENT = [pytest.param(op, id=op.name) for op in all_ops() if op.grad is not None]
WRITTEN = [p for p in WITH_GRADIENT if adjoint_differs(p.values[0])]
TOLERANCE = {np.float32: {"rtol": 2e-5, "atol": 2e-5}, np.float64: {"rtol": 1e-11, "atol": 1e-11}}
FLOATS = [np.float32, np.float64]


def call(name, program, known, attrs, dtype):
    """Records the op on axon tensors made of `known`, its floats as `dtype`."""
    inputs = []
    for i in program.inputs:
        value = known[i.name]
        if value is not None and value.dtype.kind == "f":
            value = value.astype(dtype)
        inputs.append(None if value is None else axon.tensor(value))
    given = {
        k: "all" if v is None else v
        for k, v in attrs.items()
        if k in {a.name for a in program.attrs}
    }
    given = {k: None if v == "all" else v for k, v in given.items()}
    with no_numpy():
        result = _runtime.call(name, inputs, given)
    return list(result) if isinstance(result, tuple) else [result]


def rounded(known, dtype):
    """The case as the runtime sees it: floats rounded to `dtype`, in float64."""
    return {
        n: v.astype(dtype).astype(np.float64) if v is not None and v.dtype.kind == "f" else v
        for n, v in known.items()
    }


def cotangents_of(outputs):
    random = np.random.default_rng(3)
    return {
        f"d{name}": random.standard_normal(y.shape)
        for name, y in outputs.items()
        if y.dtype.kind == "f"
    }


def oracle(program, known, attrs):
    with np.errstate(all="ignore"):
        return run(
            program, {i.name: known[i.name] for i in program.inputs}, attrs, dtype=np.float64
        )


def check(program, names, results, expected, dtype, label):
    present = [n for n in names if n in expected]
    for name in present:
        y = results[names.index(name)].numpy()
        assert y.shape == expected[name].shape, f"{label}: {name}"
        with np.errstate(over="ignore"):
            right = expected[name].astype(dtype).astype(np.float64)
        # Sums cancel: what counts is the size of the largest result, huge edge values apart.
        size = np.abs(right[np.isfinite(right) & (np.abs(right) < 1e6)])
        tolerance = dict(TOLERANCE[np.float32 if "(uniform" in str(program) else dtype])
        tolerance["atol"] *= size.max(initial=1.0)
        np.testing.assert_allclose(
            y.astype(np.float64), right, **tolerance, err_msg=f"{label}: {name}"
        )


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", OPS)
def test_forward(op, dtype):
    waiting = []
    for case in cases(op):
        known = rounded(case.inputs, dtype)
        results = call(op.name, op.program, known, case.attrs, dtype)
        waiting.append((case, known, results))
    with no_numpy():
        axon.flush()
    names = [o.name for o in op.program.outputs]
    for case, known, results in waiting:
        expected = oracle(op.program, known, case.attrs)
        check(op.program, names, results, expected, dtype, case.name)
        if op.reference and dtype is np.float64:
            with np.errstate(all="ignore"):
                second = dict(zip(names, reference(op, case), strict=True))
            check(op.program, names, results, second, dtype, case.name)
        if op.spec:
            found = {n: y.numpy() for n, y in zip(names, results, strict=True)}
            assert all(satisfied(op, replace(case, inputs=known), found)), case.name


def gradient_case(op, case, dtype):
    """Everything that NAME.grad may read."""
    known = rounded(case.inputs, dtype)
    outputs = oracle(op.program, known, case.attrs)
    return {**known, **rounded(outputs, dtype), **rounded(cotangents_of(outputs), dtype)}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", WITH_GRADIENT)
def test_gradient(op, dtype):
    waiting = []
    for case in cases(op):
        if case.edge:
            continue
        known = gradient_case(op, case, dtype)
        waiting.append((case, known, call(op.grad.name, op.grad, known, case.attrs, dtype)))
    with no_numpy():
        axon.flush()
    names = [o.name for o in op.grad.outputs]
    for case, known, results in waiting:
        check(op.grad, names, results, oracle(op.grad, known, case.attrs), dtype, case.name)


@pytest.mark.parametrize("op", WRITTEN)
def test_derived_gradient_replaces_the_written_one(op):
    derived = adjoint.gradient(op.program, name=f"{op.name}.derived")
    _runtime.register(str(derived))
    waiting = []
    for case in cases(op):
        if case.edge:
            continue
        known = gradient_case(op, case, np.float64)
        waiting.append((case, known, call(derived.name, derived, known, case.attrs, np.float64)))
    with no_numpy():
        axon.flush()
    names = [o.name for o in derived.outputs]
    for case, known, results in waiting:
        expected = oracle(op.grad, known, case.attrs)
        check(op.grad, names, results, expected, np.float64, case.name)


@pytest.mark.parametrize("op", WITH_GRADIENT)
def test_second_gradient(op):
    try:
        program = adjoint.gradient(op.grad)
    except adjoint.NotDifferentiable:
        pytest.skip("its gradient has none")
    if program is None:
        pytest.skip("its gradient is constant")
    _runtime.register(str(program))
    dtype = np.float64
    waiting = []
    for case in cases(op):
        if case.edge:
            continue
        known = gradient_case(op, case, dtype)
        outputs = oracle(op.grad, known, case.attrs)
        known |= outputs
        random = np.random.default_rng(5)
        for name, cotangent in adjoint.gradient_names(op.grad)[0].items():
            absent = name not in outputs
            known[cotangent] = None if absent else random.standard_normal(outputs[name].shape)
        waiting.append((case, known, call(program.name, program, known, case.attrs, dtype)))
    with no_numpy():
        axon.flush()
    names = [o.name for o in program.outputs]
    for case, known, results in waiting:
        check(program, names, results, oracle(program, known, case.attrs), dtype, case.name)
