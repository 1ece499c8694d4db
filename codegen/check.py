"""What a formula alone cannot show wrong: `python -m codegen.check FILE`, with nothing built.

On the sample arguments of each entry, in float64 with NumPy, a written gradient must be the derived
one and the formula must be its reference.
"""

from __future__ import annotations

import ast
import functools
import runpy
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import adjoint, philox, programs
from .diagnostics import Diagnostic, SpecError
from .entry import Op, load_ops, parse_ops
from .interpret import run
from .ir import GROUP, LENGTHS, Node, Program, is_call
from .pretty import formulas
from .program_parts import live_statements
from .samples import Case, cases

#: Differences between gradients and references, relative to the largest element.
TOLERANCE = 1e-8
_RESULT = ast.Name("result of the last line", ast.Store())


def main(paths: Iterable[str] | None = None) -> int:
    """Checks files and prints what is wrong with them; 1 if anything is."""
    failed = False
    for path in sys.argv[1:] if paths is None else paths:
        try:
            with programs.source(built_in_program):
                checked, unchecked = check_file(path)
        except (SpecError, OSError) as failure:
            print(failure, file=sys.stderr)
            failed = True
            continue
        print(f"{path}: {checked} {'op' if checked == 1 else 'ops'}, nothing wrong")
        for note in unchecked:
            print(f"    {note}")
    return int(failed)


@functools.cache
def _built_in() -> dict[str, Op]:
    """The ops of Axon itself, from beside this package; read when a formula applies one."""
    beside = Path(__file__).resolve().parent.parent
    places = (beside / "ops.yaml", beside / "_generated" / "ops.yaml")
    found = next((place for place in places if place.exists()), None)
    return {op.name: op for op in load_ops(found)} if found else {}


def built_in_program(name: str) -> Program | None:
    """A program of Axon's own ops: what entries of other files may apply."""
    base, _, gradient = name.partition(".")
    op = _built_in().get(base)
    if op is None or gradient not in ("", "grad"):
        return None
    return op.grad if gradient else op.program


def check_file(path: str) -> tuple[int, list[str]]:
    """How many ops the file has, and what was not checked; SpecError if any is wrong."""
    ops = parse_ops(Path(path).read_text(encoding="utf-8"), path)
    oracles = oracles_beside(Path(path))
    diagnostics: list[Diagnostic] = []
    unchecked: list[str] = []
    with programs.source(programs.table(p for op in ops for p in op.programs)):
        for op in ops:
            try:
                diagnostics += _wrong_on_samples(op, oracles)
            except NotRunnable:
                unchecked.append(op.name)
    if diagnostics:
        raise SpecError(diagnostics)
    notes = [f"without SciPy the references of {', '.join(unchecked)} were not run"]
    return len(ops), notes if unchecked else []


def _wrong_on_samples(op: Op, oracles: Mapping[str, Callable]) -> list[Diagnostic]:
    def found() -> list[Diagnostic]:
        for case in cases(op):
            _run(op.program, case.inputs, case.attrs)
        return [
            *wrong_gradients(op),
            *wrong_reference(op, oracles),
            *wrong_spec(op, oracles),
            *wrong_subgradient(op, oracles),
        ]

    return _if_samples_run(op, found)


def _if_samples_run(op: Op, found: Callable[[], list[Diagnostic]]) -> list[Diagnostic]:
    """What is found on the samples of the op, or that they do not run."""
    try:
        return found()
    except (ValueError, IndexError) as failure:
        remedy = "samples: that fit the signature, and guard(x[...], 0) where an index leaves x"
        problem = f"the samples of {op.name!r} do not run: {failure}"
        return [Diagnostic(op.marks["entry"], problem, remedy)]


# --------------------------------------------------------------------------------------- gradients


def refuse_wrong_gradients(ops: Iterable[Op]) -> None:
    """Raises SpecError with every written gradient that is not the derived one."""
    diagnostics: list[Diagnostic] = []
    for op in ops:
        diagnostics += _if_samples_run(op, functools.partial(wrong_gradients, op))
    if diagnostics:
        raise SpecError(diagnostics)


@dataclass
class Worst:
    """The element in which two arrays differ most."""

    difference: float
    found: float
    expected: float
    at: str


def wrong_gradients(op: Op) -> list[Diagnostic]:
    """An error for each written gradient that is not the derived one."""
    written = [i.name for i in op.program.inputs if f"backward.{i.name}" in op.marks]
    derived = derived_gradient(op.program) if written else None
    if derived is None or op.grad is None:
        return []
    worst: dict[str, Worst] = {}
    for case in cases(op):
        if case.edge:
            continue
        known = gradient_arguments(op, case)
        found = _run(op.grad, known, case.attrs)
        expected = _run(derived, known, case.attrs)
        for name in written:
            if f"d{name}" in found:
                right = expected.get(f"d{name}", np.zeros_like(found[f"d{name}"]))
                _note_worst(worst, name, compare(found[f"d{name}"], right, known, case.attrs))
    return [_wrong_gradient(op, derived, name, worst[name]) for name in written if name in worst]


def _note_worst(worst: dict[str, Worst], name: str, new: Worst | None) -> None:
    if new is not None and (name not in worst or new.difference > worst[name].difference):
        worst[name] = new


def derived_gradient(program: Program) -> Program | None:
    try:
        return adjoint.gradient(program, name=f"{program.name}.derived")
    except (ValueError, NotImplementedError):
        return None


def gradient_arguments(op: Op, case: Case) -> dict[str, Any]:
    """All that a gradient of the case may read, with random cotangents."""
    random = np.random.default_rng(3)
    outputs = _run(op.program, case.inputs, case.attrs)
    cotangents = {
        f"d{name}": random.standard_normal(y.shape)
        for name, y in outputs.items()
        if y.dtype.kind == "f"
    }
    return {**case.inputs, **outputs, **cotangents}


def _run(program: Program, known: Mapping[str, Any], attrs: dict) -> dict[str, np.ndarray]:
    inputs = {i.name: known[i.name] for i in program.inputs}
    with np.errstate(all="ignore"):
        return run(program, inputs, attrs, dtype=np.float64)


def compare(
    found: np.ndarray, expected: np.ndarray, known: Mapping[str, Any], attrs: dict
) -> Worst | None:
    """The worst element; None if all agree."""
    found, expected = (np.asarray(a, np.float64) for a in (found, expected))
    if found.shape != expected.shape:
        return Worst(np.inf, np.nan, np.nan, f"shape {found.shape}, not {expected.shape}")
    size = np.abs(expected[np.isfinite(expected) & (np.abs(expected) < 1e6)]).max(initial=1.0)
    with np.errstate(all="ignore"):
        difference = np.abs(found - expected) / np.maximum(size, np.abs(expected))
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    difference = np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference))
    if difference.size == 0 or difference.max() <= TOLERANCE:
        return None
    point = np.unravel_index(int(difference.argmax()), difference.shape)
    return Worst(
        float(difference[point]), float(found[point]), float(expected[point]),
        _place(tuple(map(int, point)), found.shape, known, attrs),
    )  # fmt: skip


def _place(point: tuple[int, ...], shape: tuple, known: Mapping[str, Any], attrs: dict) -> str:
    """The arguments at a point where they have its shape, else the point itself."""
    at = [
        f"{name} = {float(value[point]):.6g}"
        for name, value in known.items()
        if value is not None and np.shape(value) == shape and value.dtype.kind in "fiub"
    ]
    given = [f"{name} = {value}" for name, value in attrs.items()]
    return ", ".join([*(at or [f"element {point}"]), *given])


def _wrong_gradient(op: Op, derived: Program, name: str, worst: Worst) -> Diagnostic:
    assert op.grad is not None
    return Diagnostic(
        op.marks[f"backward.{name}"],
        f"the gradient of {name!r} is not that of the formula",
        f"the gradient as it is derived, or no backward: for {name!r}",
        (
            *(f"written: {line}" for line in formulas(_only(op.grad, name))),
            *(f"derived: {line}" for line in formulas(_only(derived, name))),
            f"at {worst.at}: written {worst.found:.6g}, derived {worst.expected:.6g}",
        ),
    )


def _only(gradient: Program, name: str) -> Program:
    """The statements that one gradient needs."""
    return gradient.replace(statements=live_statements(gradient, {f"d{name}"}))


# --------------------------------------------------------------------------------------- reference


class NotRunnable(Exception):
    """A reference that needs SciPy, which is not there."""


def oracles_beside(path: Path) -> dict[str, Any]:
    """The functions of tests/oracles.py beside a file of ops: further names of its references."""
    oracles = path.parent / "tests" / "oracles.py"
    names = runpy.run_path(str(oracles)) if oracles.exists() else {}
    return {n: f for n, f in names.items() if callable(f) and not n.startswith("_")}


def wrong_reference(op: Op, oracles: Mapping[str, Any]) -> list[Diagnostic]:
    """An error if the formula and its reference differ on a sample."""
    mark = op.marks.get("reference", op.marks["entry"])
    names = [o.name for o in op.program.outputs]
    worst: dict[str, Worst] = {}
    for case in cases(op) if op.reference else ():
        found = _run(op.program, case.inputs, case.attrs)
        try:
            expected = reference(op, case, oracles)
        except NotRunnable:
            raise
        except Exception as failure:
            return [_raised(op, "reference", case, failure)]
        if len(expected) != len(names):
            problem = f"the reference has {len(expected)} values for {len(names)} outputs"
            return [Diagnostic(mark, problem, ", ".join(names))]
        for name, right in zip(names, expected, strict=True):
            arguments = {**case.inputs, **found}
            _note_worst(worst, name, compare(found[name], right, arguments, case.attrs))
    return [
        Diagnostic(
            mark,
            f"the formula of {name!r} is not its reference",
            "two independent texts that agree on every sample",
            (f"at {w.at}: the formula gives {w.found:.6g}, the reference {w.expected:.6g}",),
        )
        for name, w in worst.items()
    ]


def wrong_spec(op: Op, oracles: Mapping[str, Any]) -> list[Diagnostic]:
    """An error if the outputs do not satisfy the entry's `spec:` on a sample."""
    for case in cases(op) if op.spec else ():
        found = _run(op.program, case.inputs, case.attrs)
        try:
            holds = all(satisfied(op, case, found, oracles))
        except NotRunnable:
            raise
        except Exception as failure:
            return [_raised(op, "spec", case, failure)]
        if not holds:
            problem = f"the outputs of {op.name!r} do not satisfy its spec on {case.name}"
            remedy = "a predicate of inputs, attributes and outputs that holds for every sample"
            return [Diagnostic(op.marks["spec"], problem, remedy)]
    return []


def wrong_subgradient(op: Op, oracles: Mapping[str, Any]) -> list[Diagnostic]:
    """An error if a gradient is not what `subgradient:` says of a point."""
    for case in cases(op):
        try:
            checked = list(subgradients(op, case, oracles))
        except NotRunnable:
            raise
        except Exception as failure:
            return [_raised(op, "subgradient", case, failure)]
        for point, name, found, declared in checked:
            worst = compare(found, declared, {}, case.attrs)
            if worst is not None:
                return [
                    Diagnostic(
                        op.marks["subgradient"],
                        f"the gradient of {name!r} at {point} is not what is declared",
                        "the gradient of the branch that the formula takes there",
                        (f"on {case.name}: {worst.found:.6g}, declared {worst.expected:.6g}",),
                    )
                ]
    return []


def subgradients(
    op: Op, case: Case, oracles: Mapping[str, Any]
) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """At each point of `subgradient:`, the other arguments as in the case: the point, an input, its
    gradient and what is declared of it."""
    if op.grad is None or case.edge:
        return
    for point, gradient in op.subgradient:
        values = _values(op, point, case, oracles)
        if any(case.inputs[name] is None for name in values):
            continue
        moved = {name: np.full_like(case.inputs[name], value) for name, value in values.items()}
        there = replace(case, inputs={**case.inputs, **moved})
        known = gradient_arguments(op, there)
        found = _run(op.grad, known, case.attrs)
        for name, value in _values(op, gradient, there, {**oracles, **known}).items():
            dx = found[name]
            yield point, name[1:], dx, _summed(value, dx.shape)


def _values(op: Op, text: str, case: Case, more: Mapping[str, Any]) -> dict[str, Any]:
    """What an assignment assigns, by name."""
    line = ast.parse(text).body[0]
    assert isinstance(line, ast.Assign)
    names = _run_lines(op, [line], case, more)
    targets = [target.id for target in line.targets if isinstance(target, ast.Name)]
    return {name: names[name] for name in targets}


def _summed(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A gradient with respect to each use of an element, summed over its broadcast uses."""
    full = np.broadcast_to(value, np.broadcast_shapes(np.shape(value), shape))
    new = full.ndim - len(shape)
    repeated = [new + axis for axis, extent in enumerate(shape) if extent == 1]
    return full.sum((*range(new), *repeated), keepdims=True).reshape(shape)


def _raised(op: Op, field: str, case: Case, failure: Exception) -> Diagnostic:
    problem = f"the {field} raises {type(failure).__name__}: {failure}"
    return Diagnostic(op.marks[field], problem, f"an expression that runs on {case.name}")


def reference(op: Op, case: Case, oracles: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    """What `reference:` says, one array an output; `oracles` are further names that it may use."""
    return tuple(map(np.asarray, _evaluate(op, op.reference, case, oracles)))


def satisfied(
    op: Op, case: Case, outputs: Mapping[str, Any], oracles: Mapping[str, Any]
) -> tuple[bool, ...]:
    """The conditions of `spec:`, each true iff the outputs satisfy it."""
    return tuple(map(bool, _evaluate(op, op.spec, case, {**oracles, **outputs})))


def _evaluate(op: Op, text: str, case: Case, more: Mapping[str, Any]) -> tuple:
    """The values of the last line; `more` are names beside those of inputs and attributes."""
    *lines, last = ast.parse(text).body
    assert isinstance(last, ast.Expr), op.name
    result = _run_lines(op, [*lines, ast.Assign([_RESULT], last.value)], case, more)[_RESULT.id]
    return result if isinstance(result, tuple) else (result,)


def _run_lines(op: Op, lines: list[ast.stmt], case: Case, more: Mapping[str, Any]) -> dict:
    """All names after lines of Python that see those of inputs, attributes and `more`."""
    names: dict[str, Any] = {"np": np, "uniform": _uniform, **more}
    try:
        from scipy import special

        names["special"] = special
    except ImportError:
        pass
    for i in op.program.inputs:
        tensor = case.inputs[i.name]
        names[i.name] = np.float64(i.default or 0.0) if tensor is None else tensor
    for attr in op.program.attrs:
        value = case.attrs[attr.name]
        several = LENGTHS.get(attr.type, 0) if isinstance(value, int) else 0
        names[attr.name] = (value,) * several or (None if value == "all" else value)
    whole = (case.inputs[i.name] for i in op.program.inputs if any(map(_is_whole, i.dims)))
    rank = max((np.ndim(x) for x in whole if x is not None), default=0)
    names["along"] = lambda v, axis: along(v, axis, rank)
    names["close"] = closeness(more.values())
    module = ast.fix_missing_locations(ast.Module(lines, []))
    with np.errstate(all="ignore"):
        try:
            exec(compile(module, op.name, "exec"), names)
        except NameError as missing:
            if missing.name == "special":
                raise NotRunnable from None
            raise
    return names


def _uniform(key: tuple[int, int], counter: np.ndarray) -> np.ndarray:
    """The numbers that `uniform(key, counter)` of a formula draws, in float64."""
    return philox.uniform(key, counter).astype(np.float64)


def closeness(outputs: Iterable[Any]) -> Callable[[Any, Any], bool]:
    """close(a, b): True iff two arrays are equal up to rounding in the dtype of the outputs."""
    dtypes = [y.dtype for y in outputs if isinstance(y, np.ndarray) and y.dtype.kind == "f"]
    eps = max((float(np.finfo(dtype).eps) for dtype in dtypes), default=0.0)

    def close(a: Any, b: Any) -> bool:
        size = max(1.0, float(np.max(np.abs(b), initial=0.0)))
        return bool(np.all(np.abs(a - b) <= 100 * eps * size))

    return close


def _is_whole(dim: Node) -> bool:
    """True iff the dim stands for as many axes as the group has."""
    return dim == GROUP or is_call(dim, "sub", "perm")


def along(values: Any, axis: Any, rank: int) -> Any:
    """A tensor over the selected axes, shaped to broadcast over all axes."""
    if np.ndim(values) == 0:
        return values
    axes = sorted(a % rank for a in (axis if isinstance(axis, tuple) else (axis,)))
    shape = [1] * rank
    for a, extent in zip(axes, np.shape(values), strict=True):
        shape[a] = extent
    return np.reshape(values, shape)


if __name__ == "__main__":
    sys.exit(main())
