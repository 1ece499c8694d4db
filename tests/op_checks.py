"""What an entry promises, checked with the NumPy interpreter alone: nothing is built or compiled.

Each check takes an op, usually with the arguments of one call, and raises AssertionError.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from op_cases import as_dtype, dtypes_of, reference, satisfied

from codegen import adjoint, check
from codegen.entry import Op
from codegen.interpret import run
from codegen.ir import Program, call
from codegen.samples import Case

STEP = 1e-5
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def evaluate(program: Program, known: dict, attrs: dict, dtype=np.float64) -> dict[str, np.ndarray]:
    """The outputs of `program` for those of the `known` values that it reads."""
    with np.errstate(all="ignore"):
        return run(program, {i.name: known[i.name] for i in program.inputs}, attrs, dtype=dtype)


def random_like(values: dict[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Random numbers, none of them small, for those of the values that are floats."""
    random = np.random.default_rng(seed)
    return {
        name: random.uniform(0.5, 1.5, np.shape(y)) * random.choice([-1.0, 1.0], np.shape(y))
        for name, y in values.items()
        if y is not None and np.asarray(y).dtype.kind == "f"
    }


def cotangents_of(program: Program, outputs: dict[str, np.ndarray], seed: int = 3) -> dict:
    """Random cotangents of the float outputs by the names that its gradient knows them by."""
    names, _ = adjoint.gradient_names(program)
    drawn = random_like(outputs, seed)
    return {cotangent: drawn.get(output) for output, cotangent in names.items()}


def gradient_values(op: Op, case: Case, seed: int = 3) -> dict[str, np.ndarray | None]:
    """Everything that NAME.grad may read."""
    outputs = evaluate(op.program, case.inputs, case.attrs)
    return {**case.inputs, **outputs, **cotangents_of(op.program, outputs, seed)}


# -------------------------------------------------------------------------------------- values


def check_reference(op: Op, case: Case) -> None:
    """The formula gives what `reference:` gives, zeros with their signs and NaN included."""
    outputs = evaluate(op.program, case.inputs, case.attrs)
    expected = reference(op, case)
    assert len(outputs) == len(expected)
    for (name, y), oracle in zip(outputs.items(), expected, strict=True):
        assert y.shape == oracle.shape, f"{name} has shape {y.shape}, expected {oracle.shape}"
        scale = np.abs(oracle[np.isfinite(oracle)]).max(initial=1.0) if oracle.size else 1.0
        within = {"rtol": EXACT["rtol"], "atol": EXACT["atol"] * min(scale, 1e6)}
        np.testing.assert_allclose(y, oracle, **within, err_msg=name)
        check_signs(y, oracle, name)


def check_spec(op: Op, case: Case) -> None:
    """The outputs satisfy `spec:`."""
    outputs = evaluate(op.program, case.inputs, case.attrs)
    assert all(satisfied(op, case, outputs)), f"{op.name}: the spec does not hold"


def check_signs(y: np.ndarray, expected: np.ndarray, name: str) -> None:
    zero = (y == 0) & (expected == 0)
    same = np.signbit(y[zero].astype(float)) == np.signbit(expected[zero].astype(float))
    assert same.all(), f"{name}: zeros of the wrong sign"


def check_dtypes(op: Op, case: Case, dtype: str) -> None:
    """Dtypes as the array API has them: those of the reference, but floats as wide as the widest
    input, float32 for integers. Whole numbers are those of the reference exactly."""
    inputs = as_dtype(op, case, dtype)
    outputs = evaluate(op.program, inputs, case.attrs, dtype=None)
    expected = reference(op, Case(case.name, inputs, case.attrs))
    for (name, y), oracle in zip(outputs.items(), expected, strict=True):
        kind = y.dtype.kind
        assert kind == oracle.dtype.kind, f"{name} is {y.dtype}, expected {oracle.dtype}"
        declared = str(op.program.output(name).dtype)
        if kind == "f" and declared.startswith(("(like", "(promote", "(float")):
            assert y.dtype == (np.float64 if dtype == "float64" else np.float32), name
        if kind in "iub":
            assert y.dtype == oracle.dtype, f"{name} is {y.dtype}, expected {oracle.dtype}"
            np.testing.assert_array_equal(y, oracle, err_msg=name)


def check_extents(op: Op, cases: list[Case]) -> None:
    """No loop over an axis of `where:` is longer than the result needs: with one point fewer some
    call gives another result, or none."""
    for program in op.programs:
        for axis, _ in () if program.statements[0].kind == "call" else program.where:
            shorter = _with_shorter(program, axis)
            assert any(_differ(op, program, shorter, case) for case in cases), (
                f"{program.name}: no result needs the last point of {axis}"
            )


def _with_shorter(program: Program, axis: str) -> Program:
    where = ((name, call("-", e, 1) if name == axis else e) for name, e in program.where)
    return dataclasses.replace(program, where=tuple(where))


def _differ(op: Op, program: Program, other: Program, case: Case) -> bool:
    known = case.inputs if program is op.program else gradient_values(op, case)
    expected = evaluate(program, known, case.attrs)
    try:
        found = evaluate(other, known, case.attrs)
    except (ValueError, IndexError):
        return True
    return any(not np.array_equal(found[n], y, equal_nan=True) for n, y in expected.items())


def checked_dtypes(op: Op) -> list[str]:
    """The dtypes in which the reference can be asked for the dtype of the result."""
    known = [d for d in dtypes_of(op) if d not in ("float16", "bfloat16")]
    return known if op.reference else []


# ----------------------------------------------------------------------------------- gradients


def check_gradient(program: Program, gradient: Program, known: dict, attrs: dict) -> None:
    """<dx, v> is the difference quotient of <y, dy> along a random v, for each float input x."""
    names, gradients = adjoint.gradient_names(program)
    outputs = evaluate(program, known, attrs)
    cotangents = cotangents_of(program, outputs)
    found = evaluate(gradient, {**known, **outputs, **cotangents}, attrs)

    def objective(name: str, x: np.ndarray) -> float:
        changed = evaluate(program, {**known, name: x}, attrs)
        terms = (changed[y] * cotangents[dy] for y, dy in names.items() if y in changed)
        return float(sum(np.sum(t) for t in terms))

    directions = random_like({n: known[n] for n in gradients}, seed=7)
    for name, direction in directions.items():
        x = known[name]
        up, down = objective(name, x + STEP * direction), objective(name, x - STEP * direction)
        expected = (up - down) / (2 * STEP)
        dx = found.get(gradients[name], np.zeros_like(x))
        assert dx.shape == x.shape, f"{gradients[name]} has shape {dx.shape}, {name} {x.shape}"
        within = 1e-6 * (np.sum(np.abs(dx * direction)) + max(1.0, abs(up)) * 1e-1)
        if not abs(np.sum(dx * direction) - expected) <= within:
            raise AssertionError(
                _worst(objective, name, x, dx, f"{program.name}: {gradients[name]}")
            )


def _worst(objective, name: str, x: np.ndarray, dx: np.ndarray, label: str) -> str:
    """The element whose gradient is furthest from the quotient of differences."""
    quotients = np.empty_like(x)
    for point in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[point] = STEP
        quotients[point] = (objective(name, x + step) - objective(name, x - step)) / (2 * STEP)
    distance = np.nan_to_num(np.abs(dx - quotients), nan=np.inf)
    at = np.unravel_index(np.argmax(distance), x.shape)
    return (
        f"{label}{list(map(int, at))} is {dx[at]}, the quotient of differences {quotients[at]}, "
        f"where {name} is {x[at]}"
    )


def check_first_gradient(op: Op, case: Case) -> None:
    check_gradient(op.program, op.grad, case.inputs, case.attrs)


def check_second_gradient(op: Op, case: Case) -> None:
    """The gradient of NAME.grad, each of its inputs changed by itself."""
    gradient = adjoint.gradient(op.grad)
    check_gradient(op.grad, gradient, gradient_values(op, case), case.attrs)


def check_written_gradient(op: Op, case: Case) -> None:
    """What `backward:` says is what is derived without it."""
    if op.program.statements[0].kind == "call":
        return
    derived = adjoint.gradient(op.program)
    known = gradient_values(op, case)
    found = evaluate(op.grad, known, case.attrs)
    expected = evaluate(derived, known, case.attrs)
    assert found.keys() == expected.keys()
    for name, dx in found.items():
        np.testing.assert_allclose(dx, expected[name], rtol=1e-9, atol=1e-10, err_msg=name)


def check_subgradient(op: Op, case: Case) -> None:
    """The gradient is what `subgradient:` says, where it speaks."""
    for point, name, dx, declared in check.subgradients(op, case, {}):
        np.testing.assert_allclose(dx, declared, **EXACT, err_msg=f"d{name} at {point}")


# ---------------------------------------------------------------------------------- everything


def check_all(op: Op, cases: list[Case]) -> None:
    """All of the above for one op."""
    for case in cases:
        if op.reference:
            check_reference(op, case)
        if op.spec:
            check_spec(op, case)
        if op.grad is not None and not case.edge:
            check_first_gradient(op, case)
            check_second_gradient(op, case)
            check_written_gradient(op, case)
            check_subgradient(op, case)
    check_extents(op, cases)
    for dtype in checked_dtypes(op):
        check_dtypes(op, cases[0], dtype)
