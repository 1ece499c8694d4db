"""Mutants of entries of ops.yaml: one operator, comparison, function, constant, sign or branch of a
`forward:`, `backward:` or `where:` formula changed.

Its op is checked by the NumPy interpreter, as tests/test_language_ops.py does; nothing is built. A
survivor that gives exactly what the entry gives, gradients and dtypes included, on many random and
extreme arguments, counts as equivalent.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator

import numpy as np
import op_checks
from mutant import Mutant

from codegen.diagnostics import Scalar, SpecError
from codegen.entry import Op, parse_ops
from codegen.samples import EDGE, Case, cases
from codegen.syntax import Parsed, parse_formula
from codegen.yaml_source import Mapping, read_yaml

OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
_PAIRS = "exp expm1, log log1p, sqrt rsqrt, sin cos, sinh cosh, asin acos, tanh sin, erf erfc"
_PAIRS += ", floor ceil, round trunc, maximum minimum, max min, any all, argmax argmin, mean sum"
FUNCTIONS = {a: b for pair in _PAIRS.split(", ") for a, b in [pair.split(), pair.split()[::-1]]}


# ------------------------------------------------------------------------------------- mutants


def mutants(text: str) -> Iterator[Mutant]:
    root = read_yaml(text, "ops.yaml")
    assert isinstance(root, Mapping)
    for name, entry in root.items.items():
        assert isinstance(entry, Mapping)
        for field in ("forward", "backward", "where"):
            tree = entry.items.get(field)
            for scalar in tree.items.values() if isinstance(tree, Mapping) else (tree,):
                if isinstance(scalar, Scalar) and scalar.text != "none":
                    yield from _of_formula(name, scalar)


def _of_formula(name: str, scalar: Scalar) -> Iterator[Mutant]:
    try:
        parsed, lines = parse_formula(scalar)
    except SpecError:
        return  # index notation that Python's grammar lacks
    for line in lines:
        for node in ast.walk(line.expr):
            if isinstance(node, ast.expr):
                for offset, before, after in _of_node(parsed, node):
                    mark = parsed.scalar.at(offset)
                    yield Mutant("ops.yaml", mark.line, mark.column, before, after, name)


def _of_node(parsed: Parsed, node: ast.expr) -> Iterator[tuple[int, str, str]]:
    """Places, what stands there and what to put instead."""
    if isinstance(node, ast.BinOp):
        yield from _between(parsed, node.left, node.right, node.op)
    elif isinstance(node, ast.Compare):
        yield from _between(parsed, node.left, node.comparators[0], node.ops[0])
    elif isinstance(node, ast.BoolOp):
        yield from _between(parsed, node.values[0], node.values[1], node.op)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _begin(parsed, node), "-", "+"
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        text = parsed.text(node)
        changed = node.value + 1 if isinstance(node.value, int) else node.value * 1.01 or 1.0
        yield _begin(parsed, node), text, repr(changed)
    elif isinstance(node, ast.Name) and node.id in FUNCTIONS:
        yield _begin(parsed, node), node.id, FUNCTIONS[node.id]
    elif isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
        yield _begin(parsed, node), node.func.id + "(", "("
    elif isinstance(node, ast.IfExp) and "\n" not in parsed.text(node):
        a, c, b = (parsed.text(part) for part in (node.body, node.test, node.orelse))
        yield _begin(parsed, node), parsed.text(node), f"({b}) if {c} else ({a})"


def _between(parsed: Parsed, left: ast.expr, right: ast.expr, op) -> Iterator[tuple[int, str, str]]:
    if type(op) in OPERATORS:
        before, after = OPERATORS[type(op)]
        begin = _begin(parsed, left) + len(parsed.text(left))
        at = parsed.scalar.text.find(before, begin, _begin(parsed, right))
        if at >= 0:
            yield at, before, after


def _begin(parsed: Parsed, node: ast.expr) -> int:
    mark = parsed.mark(node)
    for row, start in enumerate(parsed.scalar.starts):
        if start.line == mark.line:
            above = parsed.scalar.text.split("\n")[:row]
            return sum(len(line) + 1 for line in above) + mark.column - start.column
    raise ValueError("a node outside its formula")


# ------------------------------------------------------------------------------------ verdicts


def verdict(mutant: Mutant, text: str, original: Op) -> str:
    """ "refused" by the language, "killed" by a check, "equivalent" or "survived"."""
    try:
        op = next(op for op in parse_ops(mutant.apply(text)) if op.name == mutant.op)
    except (SpecError, ValueError, NotImplementedError):
        return "refused"
    try:
        op_checks.check_all(op, list(cases(op)))
    except Exception:
        return "killed"
    return "equivalent" if _equal(op, original) else "survived"


def _equal(a: Op, b: Op) -> bool:
    """True iff both give the same bits everywhere it was looked."""
    for case in cases(b):
        for seed in range(9):
            changed = _other_values(case, seed)
            if _results(a, changed) != _results(b, changed):
                return False
    return True


def _other_values(case: Case, seed: int) -> Case:
    draw = np.random.default_rng(seed)
    inputs = {
        n: x if x is None or x.dtype.kind != "f" else _other(x, seed, draw)
        for n, x in case.inputs.items()
    }
    attrs = {n: _other_numbers(v, draw) if seed > 4 else v for n, v in case.attrs.items()}
    return dataclasses.replace(case, inputs=inputs, attrs=attrs)


def _other_numbers(value: object, draw: np.random.Generator) -> object:
    """Whole numbers, such as strides and paddings, changed; half of the time left."""
    if isinstance(value, tuple):
        return tuple(_other_numbers(v, draw) for v in value)
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return int(draw.integers(0, 4)) if whole and draw.random() < 0.5 else value


def _other(x: np.ndarray, seed: int, draw: np.random.Generator) -> np.ndarray:
    if seed == 0:
        return np.zeros_like(x)
    if seed < 3:
        return draw.choice(np.array(EDGE), x.shape)
    return x * 10.0 ** draw.uniform(-3, 3) * draw.choice([-1.0, 1.0, 1.0], x.shape)


def _results(op: Op, case: Case) -> list[tuple] | str:
    try:
        found = list(op_checks.evaluate(op.program, case.inputs, case.attrs, None).items())
        if op.grad is not None:
            known = op_checks.gradient_values(op, case)
            found += op_checks.evaluate(op.grad, known, case.attrs).items()
    except (ValueError, IndexError, ArithmeticError) as failure:
        return type(failure).__name__
    return [(name, y.dtype, y.shape, np.where(y != y, 0, y).tobytes()) for name, y in found]
