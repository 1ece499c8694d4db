"""Largest errors of every op and its gradient, in units in the last place, against mpmath.

`python -m benchmarks.accuracy` writes docs/accuracy.json. An op that computes element by element
is measured on points over its whole domain, any other on the sampled arguments of its entry.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp

import axon
from axon import _runtime
from codegen import adjoint, exact
from codegen.entry import Op, load_ops
from codegen.ir import GROUP, Program
from codegen.samples import Case, cases

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "accuracy.json"
DTYPES = ("float32", "float64")
#: Where functions have zeros, poles, branch points or the ends of their range.
LANDMARKS = (0.0, 0.5, 1.0, 1.4616321449683623, 1.5707963267948966, 2.0, 3.0, 3.141592653589793)
ENDS = {"float32": (9.0, 13.0, 88.7, 103.9, 127.99), "float64": (19.0, 37.5, 709.7, 745.1, 1023.99)}


@dataclass(frozen=True)
class Figure:
    """The largest error in ulp, and the arguments where it was found, if each is one number."""

    ulp: float
    at: dict[str, float]


#: Where kinds of samples lie.
KINDS = {"positive": (0.0, np.inf), "above_one": (1.0, np.inf), "unit": (0.0, 1.0)}

# ------------------------------------------------------------------------------------------ points


def is_pointwise(op: Op) -> bool:
    """True iff every output element is a formula of the input elements at its place."""
    program = op.program
    return (
        all(s.kind == "set" for s in program.statements)
        and all(x.dims == (GROUP,) for x in (*program.inputs, *program.outputs))
        and all(x.cls in ("any", "num", "float", "bool") for x in program.inputs)
        and all(a.type in ("real", "flag") for a in program.attrs)
    )


def points(random: np.random.Generator, dtype: str, count: int, low, high) -> np.ndarray:
    """Numbers of the dtype in [low, high]: all magnitudes, the usual ones, and near landmarks."""
    info = np.finfo(dtype)
    kind = "u4" if dtype == "float32" else "u8"
    bits = random.integers(0, np.iinfo(kind).max, count, dtype=kind, endpoint=True).view(dtype)
    ends = np.array(LANDMARKS + ENDS[dtype])
    offsets = random.standard_normal(count) * 2.0 ** -random.uniform(0, info.nmant, count)
    signs = random.choice((-1.0, 1.0), count)
    pools = [
        bits,
        random.uniform(-20, 20, count),
        random.uniform(-1, 1, count) * ENDS[dtype][-2],
        random.standard_normal(count),
        signs * random.choice(ends, count) + offsets,
        signs * 2.0 ** random.uniform(-12, 12, count),
    ]
    if np.isfinite(low) and np.isfinite(high):
        pools.append(random.uniform(low, high, count))
    with np.errstate(all="ignore"):
        mixed = np.stack([p.astype(dtype) for p in pools], axis=1).ravel().astype(np.float64)
    mixed = mixed[np.isfinite(mixed) & (mixed >= low) & (mixed <= high)]
    return mixed[:count]


def domain(op: Op, name: str) -> tuple[float, float]:
    """As declared, else the range of the first kind of samples."""
    kind = str(op.samples.get(name, ("",))[0])
    return op.domain.get(name, KINDS.get(kind, (-np.inf, np.inf)))


def pointwise_case(op: Op, dtype: str, count: int, attrs: dict, largest: float) -> Case:
    random = np.random.default_rng(zlib.crc32(f"{op.name} {dtype} {attrs}".encode()))
    inputs: dict[str, np.ndarray | None] = {}
    for x in op.program.inputs:
        if x.cls == "bool":
            inputs[x.name] = random.random(count) < 0.5
            continue
        values = points(random, dtype, count, *domain(op, x.name))
        with np.errstate(divide="ignore", over="ignore"):
            usual = np.maximum(np.abs(values), 1 / np.abs(values)) <= largest
        inputs[x.name] = random.permutation(np.resize(values[usual], count))
    return Case(op.name, inputs, {n: _rounded(v, dtype) for n, v in attrs.items()})


def attributes(op: Op) -> Iterator[dict]:
    """The combinations of attribute values that the entry samples."""
    seen = []
    for case in cases(op):
        if case.attrs not in seen:
            seen.append(case.attrs)
            yield case.attrs


def cases_of(op: Op, dtype: str, count: int, largest: float = np.inf) -> Iterator[Case]:
    """Of an op by elements, points with magnitudes from 1 / largest to `largest`."""
    if is_pointwise(op):
        for attrs in attributes(op):
            yield pointwise_case(op, dtype, count, attrs, largest)
        return
    for case in cases(op):
        if not case.edge:
            inputs = {n: _rounded(v, dtype) for n, v in case.inputs.items()}
            yield Case(case.name, inputs, {n: _rounded(v, dtype) for n, v in case.attrs.items()})


def _rounded(value, dtype: str):
    """Floats as the dtype has them, in float64."""
    if isinstance(value, float):
        return float(np.dtype(dtype).type(value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return value.astype(dtype).astype(np.float64)
    return value


# ------------------------------------------------------------------------------------- measurement


def measure(op: Op, dtype: str, count: int) -> Figure | None:
    """The largest error of the op; None if it has no float result."""
    if not is_measured(op.program):
        return None
    largest = np.inf if unit(op) == "result" else _largest_square_root(dtype)
    return _largest(
        measured(op.program, case, dtype, unit(op)) for case in cases_of(op, dtype, count, largest)
    )


def measure_gradient(op: Op, dtype: str, count: int) -> Figure | None:
    """Likewise of its gradient, relative to what is added up in it, on numbers whose squares are
    neither too large nor too small for the dtype.
    """
    if op.grad is None or not (is_measured(op.program) and is_measured(op.grad)):
        return None
    largest = _largest_square_root(dtype)
    return _largest(
        measured(op.grad, _with_results(op, case, dtype), dtype, "gradient")
        for case in cases_of(op, dtype, count, largest)
    )


def is_measured(program: Program) -> bool:
    """Random numbers are float32 whatever the dtype, and have nothing to be compared with."""
    return exact.supports(program) and all(a.type not in ("rng", "dtype") for a in program.attrs)


def _largest_square_root(dtype: str) -> float:
    return float(np.sqrt(np.finfo(dtype).max)) / 4


def unit(op: Op) -> str:
    """ "result" for a function of one number: all digits count, even where terms cancel. Else
    "terms", the sum of absolute terms.
    """
    return op.ulp.of if is_pointwise(op) and len(op.program.inputs) == 1 else "terms"


def _largest(figures) -> Figure | None:
    return max((f for f in figures if f is not None), key=lambda f: f.ulp, default=None)


def _with_results(op: Op, case: Case, dtype: str) -> Case:
    """The case with the op's exact results, rounded, and cotangents."""
    known = dict(case.inputs)
    for name, y in exact.run(op.program, case.inputs, case.attrs).items():
        is_float = y.dtype == exact.OBJECT
        known[name] = _rounded(y.astype(np.float64), dtype) if is_float else y
    random = np.random.default_rng(zlib.crc32(case.name.encode()))
    for output, cotangent in adjoint.gradient_names(op.program)[0].items():
        known[cotangent] = _rounded(random.uniform(0.5, 1.0, known[output].shape), dtype)
    return Case(case.name, known, case.attrs)


def measured(program: Program, case: Case, dtype: str, of: str) -> Figure | None:
    """The largest error in one call, in units of the "result" or of its "terms"; those of a
    "gradient" where they are far from overflow.
    """
    inputs = {i.name: case.inputs[i.name] for i in program.inputs}
    attrs = {a.name: case.attrs[a.name] for a in program.attrs}
    results = compute(program, inputs, attrs, dtype)
    right = exact.run(exact.with_terms(program), inputs, attrs)
    found = []
    for output, y in zip(program.outputs, results, strict=True):
        if output.name not in right or right[output.name].dtype != exact.OBJECT:
            continue
        scale = right[output.name if of == "result" else f"{output.name}.terms"]
        errors = ulps(y, right[output.name], scale, dtype)
        if of == "gradient":
            errors[abs(scale) > float(np.finfo(dtype).max) / 4] = 0
        if errors.size == 0:
            continue
        worst = int(np.argmax(errors))
        flat = all(np.shape(v) == errors.shape == (errors.size,) for v in inputs.values())
        at = {n: float(v[worst]) for n, v in inputs.items()} | attrs if flat else {}
        found.append(Figure(float(errors.ravel()[worst]), at))
    return _largest(found)


def compute(program: Program, inputs: dict, attrs: dict, dtype: str) -> list[np.ndarray]:
    """The results of the runtime."""
    tensors = [None if v is None else axon.tensor(_stored(v, dtype)) for v in inputs.values()]
    given = {n: None if v == "all" else v for n, v in attrs.items()}
    results = _runtime.call(program.name, tensors, given)
    results = results if isinstance(results, tuple) else (results,)
    return [None if r is None else r.numpy() for r in results]


def _stored(value: np.ndarray, dtype: str) -> np.ndarray:
    value = np.asarray(value)
    return value.astype(dtype) if value.dtype.kind == "f" else value


def ulps(y: np.ndarray, right: np.ndarray, scale: np.ndarray, dtype: str) -> np.ndarray:
    """|y - right| in units in the last place of `scale`; 0 where `right` does not exist."""
    info = np.finfo(dtype)
    digits, least, most = info.nmant + 1, info.minexp + 1, info.maxexp
    error = np.frompyfunc(lambda *each: _ulps(*each, digits, least, most), 3, 1)
    with mp.workprec(200):
        return np.asarray(error(y.astype(np.float64), right, scale), np.float64)


def _ulps(y: float, right, scale, digits: int, least: int, most: int) -> float:
    right, scale = mp.mpf(right), max(abs(mp.mpf(scale)), abs(mp.mpf(right)))
    if not mpmath.isfinite(scale):
        return 0.0
    limit = mpmath.ldexp(1, most)
    if scale >= limit / 4 and scale > abs(right):
        return 0.0  # terms overflow, the result does not
    if np.isnan(y):
        return np.inf
    y = limit if y == np.inf else -limit if y == -np.inf else mp.mpf(y)
    if abs(y) == limit and abs(right) >= limit and (y > 0) == (right > 0):
        return 0.0
    exponent = min(max(mpmath.frexp(scale)[1], least), most)
    return float(mpmath.ldexp(abs(y - right), digits - exponent))


# ----------------------------------------------------------------------------------------- figures


def figures(op: Op, count: int) -> dict[str, dict]:
    """What docs/accuracy.json has on an op."""
    result: dict[str, dict] = {}
    for part, function in (("forward", measure), ("gradient", measure_gradient)):
        for dtype in DTYPES:
            figure = function(op, dtype, count)
            if figure is not None:
                result[f"{part} {dtype}"] = {"ulp": round(figure.ulp, 2), "at": figure.at}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ops", nargs="*", help="the ops to measure anew; all by default")
    parser.add_argument("--points", type=int, default=400, help="points an op and dtype")
    options = parser.parse_args()
    before = json.loads(FIGURES.read_text())
    table = {}
    for op in load_ops(ROOT / "ops.yaml"):
        if options.ops and op.name not in options.ops:
            table[op.name] = before.get(op.name, {})
            continue
        table[op.name] = figures(op, options.points)
        print(op.name, {k: v["ulp"] for k, v in table[op.name].items()}, flush=True)
    FIGURES.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
