"""Every op, its gradient and the gradient of that, on the runtime, in every dtype and shape.

The tests of a few ops are a batch: all are recorded, computed in one flush, and compared with the
NumPy interpreter in float64 and the reference of the entry.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np
import op_checks
import pytest
from batches import batched
from op_cases import (
    FLOATS,
    all_ops,
    as_dtype,
    cast,
    dtype_in,
    dtypes_of,
    reference,
    satisfied,
)
from tripwire import no_numpy

import axon
from axon import _runtime
from codegen import adjoint
from codegen.entry import Op
from codegen.ir import Program, is_call, walk
from codegen.primitives import PRIMITIVES
from codegen.samples import Case, cases, free_axes, shaped_case

OPS_A_BATCH = 6
OPS = all_ops()
GROUPS = [pytest.mark.xdist_group(f"ops {n // OPS_A_BATCH}") for n in range(len(OPS))]
DIFFERENTIABLE = [op for op in OPS if op.grad is not None]


def each(ops, dtypes=lambda op: None):
    """Parameters of tests: the op and, where there is a choice, the dtype."""
    parameters = []
    for op in ops:
        group = GROUPS[OPS.index(op)]
        for dtype in dtypes(op) or (None,):
            values = (op,) if dtype is None else (op, dtype)
            label = "-".join([op.name, *([dtype] if dtype else [])])
            parameters.append(pytest.param(*values, id=label, marks=group))
    return parameters


# ---------------------------------------------------------------------------------- expectation

#: Error of a float32 (float64) computation, relative to the largest result.
COMPUTED = {"float64": 1e-11}
#: Primitives that do another thing in each dtype, such as to the next number that it has.
OWN = [p.name for p in PRIMITIVES.values() if p.result == "own"]
#: Half the distance from 1 to the next number that is stored.
STORED = {"float16": 2.0**-11, "bfloat16": 2.0**-8}


def read(tensor) -> np.ndarray:
    if tensor.dtype == axon.bfloat16:
        return np.array(tensor.tolist(), np.float32).reshape(tensor.shape)
    return tensor.numpy()


def check(
    y: np.ndarray, expected: np.ndarray, dtype: str, signed: bool, rounds: int, label: str
) -> None:
    """The result is the exact one, computed in at least float32 and rounded once to its dtype.

    Results of `rounds` other ops were rounded on the way. Where it is `signed`, zeros have their
    sign.
    """
    assert y.shape == expected.shape, f"{label} has shape {y.shape}, expected {expected.shape}"
    if y.dtype.kind != "f":
        np.testing.assert_array_equal(y, expected, err_msg=label)
        return
    right = cast(expected, dtype).astype(np.float64)
    # Sums cancel: what counts is the size of the largest result, huge edge values apart.
    size = np.abs(right[np.isfinite(right) & (np.abs(right) < 1e6)]).max(initial=1.0)
    computed = COMPUTED.get(dtype, 2e-5)
    stored = STORED.get(dtype, 0)
    rtol, atol = computed + stored, (computed + rounds * stored) * size
    exact = np.where(np.isfinite(right), expected.astype(np.float64), right)
    np.testing.assert_allclose(y.astype(np.float64), exact, rtol=rtol, atol=atol, err_msg=label)
    if signed:
        op_checks.check_signs(y, right, label)


@dataclass
class Call:
    """One recorded call of a program and what it must give."""

    label: str
    results: dict[str, object]
    expected: dict[str, np.ndarray]
    precision: str  # the dtype that the results are as exact as
    signed: bool  # true iff no sum of zeros leaves their sign open
    rounds: int  # how many other ops the program applies; a step of the dtype counts as 2

    def check(self) -> None:
        present = [name for name in self.results if name in self.expected]
        assert present, self.label
        for name in present:
            result = self.results[name]
            dtype = str(result.dtype).removeprefix("axon.")
            coarse = self.precision if dtype == "float64" else dtype
            label = f"{self.label}: {name}"
            check(read(result), self.expected[name], coarse, self.signed, self.rounds, label)


def tensors(program: Program, known: dict, dtypes: dict[str, str | None]) -> list:
    return [
        None if known[i.name] is None else axon.tensor(known[i.name], dtype=dtypes.get(i.name))
        for i in program.inputs
    ]


def attributes(program: Program, attrs: dict) -> dict:
    return {a.name: None if attrs[a.name] == "all" else attrs[a.name] for a in program.attrs}


def record(program: Program, inputs: list, attrs: dict) -> dict[str, object]:
    """The outputs of a program, recorded on tensors."""
    with no_numpy():
        result = _runtime.call(program.name, inputs, attributes(program, attrs))
    results = result if isinstance(result, tuple) else (result,)
    return {o.name: y for o, y in zip(program.outputs, results, strict=True)}


def call(program: Program, known: dict, case: Case, dtypes: dict[str, str | None]) -> Call:
    """Records a program in given dtypes; expected is what it gives for the same numbers exactly."""
    random = "(uniform" in str(program)  # random numbers are float32
    kinds = [x.dtype.kind for x in known.values() if x is not None]
    exact = np.float64 if "f" in kinds or not kinds else None
    expected = op_checks.evaluate(program, known, case.attrs, exact)
    results = record(program, tensors(program, known, dtypes), case.attrs)
    precision = "float32" if random else "float64"
    signed = all(s.kind == "set" for s in program.statements)
    rounds = sum(s.kind == "apply" for s in program.statements)
    rounds += 2 * any(is_call(n, *OWN) for s in program.statements for n in walk(s.expr))
    return Call(case.name, results, expected, precision, signed, rounds)


# ------------------------------------------------------------------------------------- forward


@pytest.mark.parametrize("op, dtype", each(OPS, dtypes_of))
@batched
def test_forward(op, dtype):
    chosen = list(cases(op))
    if dtype not in ("float32", "float64", ""):
        chosen = chosen[:1] + [c for c in chosen[1:] if c.edge]
    calls = []
    for case in chosen:
        known = as_dtype(op, case, dtype)
        dtypes = {i.name: dtype_in(op, i.name, dtype) for i in op.program.inputs}
        calls.append(call(op.program, known, case, dtypes))
    yield
    for made in calls:
        made.check()
    if op.reference and dtype == "float64":
        for made, case in zip(calls, chosen, strict=True):
            made.expected = dict(zip(made.results, reference(op, case), strict=True))
            made.check()
    if op.spec and dtype in ("float32", "float64"):
        for made, case in zip(calls, chosen, strict=True):
            found = {name: read(y) for name, y in made.results.items()}
            assert all(satisfied(op, replace(case, inputs=as_dtype(op, case, dtype)), found))


# ------------------------------------------------------------------------------------ gradients


def rounded(known: dict, dtype: str) -> dict:
    """Floats as the runtime sees them."""
    return {
        n: cast(x, dtype).astype(np.float64) if x is not None and x.dtype.kind == "f" else x
        for n, x in known.items()
    }


def gradient_call(program: Program, case: Case, known: dict, dtype: str) -> Call:
    known = rounded(known, dtype)
    floats = [n for n, x in known.items() if x is not None and x.dtype.kind == "f"]
    return call(program, known, case, dict.fromkeys(floats, dtype))


def smooth(op: Op, dtype: str) -> list[Case]:
    """Cases for gradients: all in float32 and float64, the first in others."""
    chosen = [case for case in cases(op) if not case.edge]
    return chosen if dtype in ("float32", "float64") else chosen[:1]


def first_gradients(op: Op, program: Program, dtype: str):
    calls = [
        gradient_call(program, case, op_checks.gradient_values(op, case), dtype)
        for case in smooth(op, dtype)
    ]
    yield
    for made in calls:
        made.check()


@pytest.mark.parametrize("op, dtype", each(DIFFERENTIABLE, lambda op: FLOATS))
@batched
def test_gradient(op, dtype):
    yield from first_gradients(op, op.grad, dtype)


def written(op: Op) -> bool:
    """True iff the entry writes its gradient although it could be derived."""
    if op.program.statements[0].kind == "call":
        return False
    return adjoint.gradient(op.program).statements != op.grad.statements


@pytest.mark.parametrize("op", each(filter(written, DIFFERENTIABLE)))
@batched
def test_derived_gradient_replaces_the_written_one(op):
    derived = adjoint.gradient(op.program, name=f"{op.name}.derived")
    _runtime.register(str(derived))
    yield from first_gradients(op, derived, "float64")


@pytest.mark.parametrize("op, dtype", each(DIFFERENTIABLE, lambda op: ("float32", "float64")))
@batched
def test_second_gradient(op, dtype):
    program = adjoint.gradient(op.grad)
    _runtime.register(str(program))
    calls = []
    for case in smooth(op, dtype):
        known = op_checks.gradient_values(op, case)
        outputs = op_checks.evaluate(op.grad, known, case.attrs)
        known |= outputs | op_checks.cotangents_of(op.grad, outputs, seed=5)
        calls.append(gradient_call(program, case, known, dtype))
    yield
    for made in calls:
        made.check()


def contracts(op: Op) -> bool:
    """True iff the op sums products of two tensors over named axes."""

    def read(node) -> set:
        return {n.args[0] for n in walk(node) if is_call(n, "load")}

    sums = [s for s in op.program.statements if s.combine == "sum" and is_call(s.expr, "mul")]
    factors = [tuple(map(read, s.expr.args)) for s in sums if free_axes(op)]
    return any(a and b and not a & b for a, b in factors)


def large_case(op: Op) -> Case:
    """Extents that fill a tile, a strip and a tail of both; small ones beside a window."""
    axes = free_axes(op)
    sizes = (3, 33, 65) if op.program.where else (65, 33, 129)
    group = (2,) if len(axes) == len(sizes) else sizes[:1]
    return shaped_case(op, group, dict(zip(axes, sizes[-len(axes) :], strict=True)))


@pytest.mark.parametrize("op", each(filter(contracts, OPS)))
@batched
def test_contractions_of_many_tiles(op):
    case = large_case(op)
    known = op_checks.gradient_values(op, case)
    calls = [
        gradient_call(program, case, rounded(known, "float32"), "float32")
        for program in (op.program, op.grad)
    ]
    yield
    for made in calls:
        made.check()


def directional(op: Op, case: Case, known: dict, cotangents: dict, along: dict) -> float:
    """<NAME.grad, along> at the inputs `known`, by the names of the gradients."""
    outputs = op_checks.evaluate(op.program, known, case.attrs)
    found = op_checks.evaluate(op.grad, {**known, **outputs, **cotangents}, case.attrs)
    return sum(float(np.sum(found[dx] * v)) for dx, v in along.items() if dx in found)


TWICE = DIFFERENTIABLE
if os.environ.get("AXON_JIT") == "wait":
    TWICE = TWICE[::8]  # the tape is the same, and the kernels of test_second_gradient are compiled


@pytest.mark.parametrize("op", each(TWICE))
@batched
def test_second_order_through_the_tape(op):
    """axon.grad of axon.grad is the quotient of differences of the first gradient."""
    case = smooth(op, "float64")[0]
    names, gradients = adjoint.gradient_names(op.program)
    outputs = op_checks.evaluate(op.program, case.inputs, case.attrs)
    cotangents = op_checks.cotangents_of(op.program, outputs)
    floats = op_checks.random_like({n: case.inputs[n] for n in gradients}, seed=7)
    along = op_checks.random_like({gradients[n]: case.inputs[n] for n in floats}, seed=11)

    inputs = dict(zip(case.inputs, tensors(op.program, case.inputs, {}), strict=True))
    xs = {name: inputs[name] for name in floats}
    for x in xs.values():
        x.requires_grad = True
    results = record(op.program, list(inputs.values()), case.attrs)
    ys = [y for y in results if cotangents.get(names.get(y)) is not None]
    first = axon.grad(
        [results[y] for y in ys],
        list(xs.values()),
        [axon.tensor(cotangents[names[y]]) for y in ys],
        create_graph=True,
        allow_unused=True,
    )
    total = [
        (dx * axon.tensor(along[gradients[name]])).sum()
        for name, dx in zip(xs, first, strict=True)
        if dx is not None and dx.requires_grad
    ]
    second = axon.grad(total, list(xs.values()), allow_unused=True) if total else [None] * len(xs)
    yield
    for (name, direction), found in zip(floats.items(), second, strict=True):
        x = case.inputs[name]
        up, down = (
            directional(op, case, {**case.inputs, name: x + step * direction}, cotangents, along)
            for step in (op_checks.STEP, -op_checks.STEP)
        )
        terms = np.zeros(()) if found is None else found.numpy() * direction
        within = 1e-6 * (np.sum(np.abs(terms)) + max(1.0, abs(up)) * 1e-1)
        assert abs(np.sum(terms) - (up - down) / (2 * op_checks.STEP)) <= within, name


# ------------------------------------------------------------------- shapes, views, neighbours


def exactly(y, expected, label: str) -> None:
    """Bit for bit, but any NaN equals any other."""
    a, b = read(y), read(expected)
    assert (a.dtype, a.shape) == (b.dtype, b.shape), label
    np.testing.assert_array_equal(a, b, err_msg=label)
    op_checks.check_signs(a, b, label)


def usual_dtype(op: Op) -> str:
    return "float32" if "float32" in dtypes_of(op) else ""


def usual_call(op: Op) -> tuple[dict, dict]:
    """The arrays and attributes of the first case."""
    case = next(cases(op))
    return as_dtype(op, case, usual_dtype(op)), case.attrs


def empty_cases(op: Op):
    """No axes at all, and no elements along each axis, where such arguments can be drawn."""
    rank = 2 if _has_axes_of_its_own(op) else 3
    full = (2, 3, 4)[:rank]
    shapes = [((), {}), *(((*full[:n], 0, *full[n + 1 :]), {}) for n in range(rank))]
    shapes += [(full, {axis: 0}) for axis in free_axes(op)]
    for group, extents in shapes:
        try:
            case = shaped_case(op, group, extents)
            known = as_dtype(op, case, usual_dtype(op))
            yield case, known, op_checks.evaluate(op.program, known, case.attrs)
        except (ValueError, IndexError, ZeroDivisionError):
            continue  # no such arguments, or the op is not defined for them


def _has_axes_of_its_own(op: Op) -> bool:
    return any(free_axes(op)) or bool(op.program.where)


@pytest.mark.parametrize("op", each(OPS))
@batched
def test_empty_and_zero_dimensional_tensors(op):
    calls = []
    for case, known, _ in empty_cases(op):
        dtypes = {i.name: dtype_in(op, i.name, usual_dtype(op)) for i in op.program.inputs}
        calls.append(call(op.program, known, case, dtypes))
    yield
    for made in calls:
        made.check()


def transposed(x: np.ndarray):
    return _runtime.call("permute", [axon.tensor(x.T.copy())], {"axes": tuple(range(x.ndim))[::-1]})


def sliced(x: np.ndarray):
    around = np.zeros([2 * n + 1 for n in x.shape], x.dtype)
    around[(slice(1, None, 2),) * x.ndim] = x
    attrs = {"size": x.shape, "start": (1,) * x.ndim, "step": (2,) * x.ndim}
    return _runtime.call("slice", [axon.tensor(around)], attrs)


def flipped(x: np.ndarray):
    return (
        _runtime.call("flip", [axon.tensor(x[::-1].copy())], {"axis": 0}) if x.ndim else sliced(x)
    )


@pytest.mark.parametrize("op", each(op for op in OPS if op.program.inputs))
@batched
def test_views_as_operands(op):
    known, attrs = usual_call(op)
    results = []
    for view in (axon.tensor, transposed, sliced, flipped):
        operands = [None if x is None else view(x) for x in known.values()]
        results.append(record(op.program, operands, attrs))
    yield
    for other in results[1:]:
        for name, y in other.items():
            exactly(y, results[0][name], f"{op.name}: {name}")


def producer(x: np.ndarray):
    """The same values or, of floats, half of them, as an op that is not computed yet."""
    if x.dtype == bool:
        return axon.tensor(x.astype(np.float32)) > 0
    return axon.tensor(x) * 0.5 if x.dtype.kind == "f" else axon.maximum(axon.tensor(x), 0)


def consumer(y):
    return axon.where(y, 1.0, 2.0) if y.dtype == axon.bool else y * 2 + 1


@pytest.mark.parametrize("op", each(op for op in OPS if op.program.inputs))
@batched
def test_fused_with_its_neighbours_is_alone_between_them(op):
    known, attrs = usual_call(op)

    def operands():
        return [None if x is None else producer(x) for x in known.values()]

    together = {n: consumer(y) for n, y in record(op.program, operands(), attrs).items()}
    apart = operands()
    yield
    middle = record(op.program, apart, attrs)
    yield
    apart = {n: consumer(y) for n, y in middle.items()}
    yield
    for name, y in together.items():
        exactly(y, apart[name], f"{op.name}: {name}")


@pytest.mark.parametrize("op", each(OPS))
@batched
def test_arguments_by_position_and_by_name(op):
    known, attrs = usual_call(op)
    given = {n: None if x is None else axon.tensor(x) for n, x in known.items()}
    expected = record(op.program, list(given.values()), attrs)
    arguments = {**given, **attributes(op.program, attrs)}
    places = op.positions.index("*") if "*" in op.positions else len(op.positions)
    by_place = [arguments[n] for n in op.positions[:places]]
    by_name = {n: arguments[n] for n in op.positions[places + 1 :]}
    function = getattr(_runtime.ops, op.name)
    results = [function(*by_place, **by_name), function(**arguments)]
    with pytest.raises(TypeError, match=op.name):
        function(**arguments, no_such_argument=1)
    yield
    for result in results:
        found = result if isinstance(result, tuple) else (result,)
        for y, (name, right) in zip(found, expected.items(), strict=True):
            exactly(y, right, f"{op.name}: {name}")
