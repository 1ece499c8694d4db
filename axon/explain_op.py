"""Everything that follows from one entry, as text: `python -m axon op explain NAME`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

import axon
from axon import _runtime
from axon._codegen import adjoint
from axon._codegen.check import gradient_arguments
from axon._codegen.entry import Op
from axon._codegen.ir import Program
from axon._codegen.pretty import formulas
from axon._codegen.samples import Case, cases
from axon.inspect import Kernel


def explain_op(op: Op, text: str, program: str) -> str:
    """The entry, its statements and gradients, what backward keeps, and the kernels of a sample.

    `text` is the file of the op, `program` the name under which the runtime knows it.
    """
    case = next(cases(op))
    sections = [
        (f"{op.name}, line {op.marks['entry'].line}", _entry(op, text)),
        ("statements", formulas(op.program)),
        *_gradients(op),
        ("kept for backward", _kept(op, case)),
        *_kernels(op, case, program),
    ]
    return "\n\n".join(
        f"{title}\n" + textwrap.indent("\n".join(lines), "    ") for title, lines in sections
    )


def _entry(op: Op, text: str) -> list[str]:
    """The lines of the entry: from its name to the next that is not indented."""
    lines = text.splitlines()
    begin = op.marks["entry"].line - 1
    end = begin + 1
    while end < len(lines) and (lines[end].startswith((" ", "\t")) or not lines[end].strip()):
        end += 1
    return "\n".join(lines[begin:end]).rstrip().splitlines()


# --------------------------------------------------------------------------------------- gradient


def _gradients(op: Op) -> Iterator[tuple[str, list[str]]]:
    written = [name for name in op.marks if name.startswith("backward.")]
    if op.grad is not None and written:
        names = ", ".join(name.removeprefix("backward.") for name in written)
        yield f"gradient, written for {names}", formulas(op.grad)
    try:
        raw, derived = adjoint.gradient(op.program, simplified=False), adjoint.gradient(op.program)
    except adjoint.NotDifferentiable as reason:
        yield "gradient, derived", [f"none: {reason}"]
        return
    if raw is None or derived is None:
        yield "gradient", ["none: no output depends on a float input"]
        return
    if op.grad is None:
        yield "gradient", ["none: the entry says so"]
    yield "gradient, derived", formulas(raw)
    yield "gradient, derived and simplified", formulas(derived)


def _kept(op: Op, case: Case) -> list[str]:
    """The values that the tape holds, and their size by element of the first output."""
    if op.grad is None:
        return ["nothing: there is no gradient"]
    values = gradient_arguments(op, case)
    kept = [i for i in op.saved if not i.ghost]
    if not kept:
        return ["nothing but shapes"]
    output = values[op.program.outputs[0].name]
    sizes = {i.name: _bytes(values[i.name]) for i in kept if values[i.name] is not None}
    each = sum(sizes.values()) / max(output.size, 1)
    lines = [f"{name}: shape {values[name].shape}, {size} bytes" for name, size in sizes.items()]
    return [*lines, f"{each:.3g} bytes an element of {op.program.outputs[0].name}, in float32"]


def _bytes(value: Any) -> int:
    """The size in memory, floats as float32."""
    return value.size * 4 if value.dtype.kind == "f" else value.nbytes


# ---------------------------------------------------------------------------------------- kernels


def _kernels(op: Op, case: Case, program: str) -> Iterator[tuple[str, list[str]]]:
    shapes = [f"{name} {x.shape}" for name, x in case.inputs.items() if x is not None]
    attrs = [f"{name} = {value}" for name, value in case.attrs.items()]
    at = ", ".join([*shapes, *attrs])
    yield f"kernels for {at}", _lines(kernels_of(op.program, program, case.inputs, case.attrs))
    if op.grad is not None:
        known = gradient_arguments(op, case)
        kernels = kernels_of(op.grad, f"{program}.grad", known, case.attrs)
        yield "kernels of the gradient", _lines(kernels)


def kernels_of(program: Program, name: str, known: dict, attrs: dict) -> list[Kernel]:
    """What recording the program on these arguments, its floats as float32, would run."""
    inputs = [_tensor(known[i.name]) for i in program.inputs]
    axon.flush()
    given = {a.name: attrs[a.name] for a in program.attrs}
    results = _runtime.call(
        name, inputs, {key: None if value == "all" else value for key, value in given.items()}
    )
    return axon.explain(*(results if isinstance(results, tuple) else (results,))).kernels


def _tensor(value: np.ndarray | None) -> Any:
    if value is None:
        return None
    return axon.tensor(value.astype(np.float32) if value.dtype.kind == "f" else value)


def _lines(kernels: Iterable[Kernel]) -> list[str]:
    lines = [line for kernel in kernels for line in str(kernel).splitlines()]
    return lines or ["none: no value is computed"]
