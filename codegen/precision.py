"""The fields `ulp:` and `domain:` of an entry: how exact an op is, and where."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from .diagnostics import Scalar, error, unknown
from .ir import Call, Program, walk
from .primitives import PRIMITIVES
from .yaml_source import Tree, check_fields, expect_mapping, expect_scalar

#: Largest errors in units in the last place where an entry says nothing.
ONE_FUNCTION = 2.0
FORMULA = 4.0
GRADIENT = 8.0
UNITS = ("result", "terms")
_NUMBER = r"\s*(-?inf|-?\d+\.?\d*(?:[eE][-+]?\d+)?)\s*"
_INTERVAL = re.compile(rf"\[{_NUMBER},{_NUMBER}\]")


@dataclass(frozen=True)
class Ulp:
    """Bounds of the error in units in the last place, by dtype, and of the gradient in both; the
    units are those of the result or, with `of` "terms", of what is added up in it.
    """

    float32: float
    float64: float
    gradient: float
    of: str = "result"


def default_ulp(program: Program) -> Ulp:
    """2 for a scalar function alone, 4 for any other formula, 8 for a gradient."""
    nodes = [n for s in program.statements for n in walk(s.expr) if isinstance(n, Call)]
    plain = all(s.combine == "set" for s in program.statements)
    alone = plain and sum(n.head in PRIMITIVES for n in nodes) <= 1
    bound = ONE_FUNCTION if alone else FORMULA
    return Ulp(bound, bound, GRADIENT)


def parse_ulp(tree: Tree, program: Program) -> Ulp:
    """`ulp: 3`, or `ulp: {float32: 3, gradient: 10, of: terms}`, the others as by default."""
    default = default_ulp(program)
    if isinstance(tree, Scalar):
        bound = _bound(tree)
        return replace(default, float32=bound, float64=bound)
    fields = expect_mapping(tree, "ulp:")
    check_fields(fields, ("float32", "float64", "gradient", "of"), "ulp:")
    scalars = {n: expect_scalar(t, f"ulp of {n}") for n, t in fields.items.items()}
    of = scalars.pop("of", None)
    if of is not None and of.text not in UNITS:
        raise unknown(of.mark, "unit", of.text, UNITS)
    given: dict[str, Any] = {n: _bound(s) for n, s in scalars.items()}
    return replace(default, **given, of=default.of if of is None else of.text)


def _bound(scalar: Scalar) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", scalar.text) or float(scalar.text) < 0.5:
        raise error(scalar.mark, f"not a bound: {scalar.text!r}", "a number from 0.5, as ulp: 4")
    return float(scalar.text)


def parse_domain(tree: Tree, inputs: Collection[str]) -> dict[str, tuple[float, float]]:
    """`domain: {x: "[-10, 10]"}`."""
    fields = expect_mapping(tree, "domain:")
    result = {}
    for name, item in fields.items.items():
        if name not in inputs:
            raise unknown(fields.keys[name].mark, "input", name, inputs)
        scalar = expect_scalar(item, f"domain of {name!r}")
        match = _INTERVAL.fullmatch(scalar.text.strip())
        if match is None or float(match[1]) >= float(match[2]):
            raise error(scalar.mark, f"not an interval: {scalar.text!r}", '"[-10, 10]", "[0, inf]"')
        result[name] = (float(match[1]), float(match[2]))
    return result
