"""Every op of ops.yaml, and the oracle that `reference:` is."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import numpy as np
import oracles
from scipy import special

from codegen.entry import Op, load_ops
from codegen.samples import Case

ROOT = Path(__file__).resolve().parent.parent


@cache
def all_ops() -> tuple[Op, ...]:
    return tuple(load_ops(ROOT / "ops.yaml"))


# --------------------------------------------------------------------------------------- reference


def reference(op: Op, case: Case) -> tuple[np.ndarray, ...]:
    """What `reference:` says, one array an output."""
    names: dict[str, object] = {"np": np, "special": special, **public_functions(oracles)}
    for i in op.program.inputs:
        value = case.inputs[i.name]
        names[i.name] = np.float64(i.default) if value is None else value
    for attr in op.program.attrs:
        value = case.attrs[attr.name]
        value = None if value == "all" else value
        names[attr.name] = (
            (value, value) if attr.type == "int2" and isinstance(value, int) else value
        )
    first = next(iter(case.inputs.values()), None)
    names["along"] = lambda v, axis: oracles.along(v, axis, np.ndim(first))
    tree = ast.parse(op.reference)
    *lines, last = tree.body
    with np.errstate(all="ignore"):
        exec(compile(ast.Module(lines, []), op.name, "exec"), names)
        result = eval(compile(ast.Expression(last.value), op.name, "eval"), names)
    return tuple(map(np.asarray, result if isinstance(result, tuple) else (result,)))


def public_functions(module) -> dict[str, object]:
    return {n: f for n, f in vars(module).items() if callable(f) and not n.startswith("_")}
