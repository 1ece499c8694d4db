"""Python's grammar, read with `ast` and never evaluated; every node knows its place in ops.yaml."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import Any

from .diagnostics import Mark, Scalar, SpecError, error, unknown

BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}

Located = ast.expr | ast.stmt

#: What other languages and typesetting write, and what Python does.
FOREIGN = {
    "&&": "and",
    "||": "or",
    "?": "a if c else b",
    "!": "not",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{MULTIPLICATION SIGN}": "*",
    "·": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "²": "** 2",
    "³": "** 3",
    "√": "sqrt(x)",
    "∞": "inf",
    "π": "pi",
    "∑": "sum(x, axis)",
    "Σ": "sum(x, axis)",
}
_FOREIGN = re.compile("|".join(re.escape(text) for text in FOREIGN if text != "!") + "|!(?!=)")
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)")


@dataclass(frozen=True)
class Parsed:
    """A syntax tree and the scalar it was read from, `shift` characters behind what was parsed."""

    scalar: Scalar
    tree: Any
    shift: int = 0

    def mark(self, node: Located) -> Mark:
        return self.scalar.at(_offset(self.scalar.text, node.lineno, node.col_offset, self.shift))

    def text(self, node: Located) -> str:
        begin = _offset(self.scalar.text, node.lineno, node.col_offset, self.shift)
        row, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        end = _offset(self.scalar.text, row, column, self.shift)
        return self.scalar.text[begin:end]

    def error(self, node: Located, message: str, expected: str = "") -> SpecError:
        return error(self.mark(node), message, expected)

    def unknown(self, node: Located, what: str, name: str, known, expected: str = "") -> SpecError:
        return unknown(self.mark(node), what, name, known, expected)


def _offset(text: str, line: int, column: int, shift: int) -> int:
    """Where ast's line and byte column lie in `text`, which the parser saw after `shift` others."""
    rows = (" " * shift + text).split("\n")
    before = sum(len(row) + 1 for row in rows[: line - 1])
    inside = len(rows[line - 1].encode()[:column].decode(errors="ignore"))
    return min(max(before + inside - shift, 0), len(text))


def _parse(scalar: Scalar, prefix: str, suffix: str, mode: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            return ast.parse(prefix + scalar.text + suffix, mode=mode)
    except SyntaxError as failure:
        _refuse_foreign(scalar)
        row = failure.lineno or 1
        offset = _offset(scalar.text, row, 0, len(prefix)) + max((failure.offset or 1) - 1, 0)
        offset = min(max(offset - (len(prefix) if row == 1 else 0), 0), len(scalar.text))
        raise error(scalar.at(offset), f"syntax: {failure.msg}", "a Python expression") from None


def _refuse_foreign(scalar: Scalar) -> None:
    """Raises for what is not Python in a text that does not parse."""
    foreign = _FOREIGN.search(scalar.text)
    if foreign:
        raise error(
            scalar.at(foreign.start()), f"{foreign[0]!r} is not Python", FOREIGN[foreign[0]]
        )
    assigns = _ASSIGNS.search(scalar.text)
    if assigns and not re.match(r"\w+\s*=", scalar.text):
        raise error(scalar.at(assigns.start()), "'=' assigns", "'==', which compares")


def parse_expression(scalar: Scalar) -> Parsed:
    scalar = scalar.part(0, len(scalar.text))
    return Parsed(scalar, _parse(scalar, "(", ")", "eval").body, 1)


def parse_statements(scalar: Scalar) -> Parsed:
    """Lines of Python."""
    if "\n" not in scalar.text.strip():
        scalar = scalar.part(0, len(scalar.text))
    return Parsed(scalar, _parse(scalar, "", "", "exec"))


def parse_index(scalar: Scalar) -> tuple[Parsed, list[ast.expr]]:
    """The elements of `..., i, axis: k` as they stand between the brackets of an index."""
    scalar = scalar.part(0, len(scalar.text))
    if not scalar.text:
        return Parsed(scalar, ast.Tuple([])), []
    tree = _parse(scalar, "_[", "]", "eval").body
    return Parsed(scalar, tree, 2), elements(tree.slice)


def elements(index: ast.expr) -> list[ast.expr]:
    return list(index.elts) if isinstance(index, ast.Tuple) else [index]


@dataclass(frozen=True)
class Line:
    """One line of a formula: `names = expr`, or the result when there are no names.

    `targets` are the assigned names with their axes, `y[..., k]`, where a tensor is made.
    """

    names: tuple[str, ...]
    expr: ast.expr
    node: ast.stmt
    targets: tuple[ast.Subscript, ...] = ()


def parse_formula(scalar: Scalar) -> tuple[Parsed, list[Line]]:
    """Assignments, the last line optionally an expression."""
    parsed = parse_statements(scalar)
    lines = []
    body = parsed.tree.body
    for statement in body:
        if isinstance(statement, ast.Expr) and statement is body[-1]:
            lines.append(Line((), statement.value, statement))
        elif isinstance(statement, ast.Assign) and len(_targets(statement)) == len(
            statement.targets
        ):
            lines.append(Line(_targets(statement), statement.value, statement))
        elif isinstance(statement, ast.Assign) and (tensors := _tensors(statement)):
            names = tuple(t.value.id for t in tensors if isinstance(t.value, ast.Name))
            lines.append(Line(names, statement.value, statement, tensors))
        elif isinstance(statement, ast.Expr):
            raise parsed.error(
                statement, "the value of this line is not used", "'name = expression'"
            )
        else:
            raise parsed.error(
                statement, "not a formula", "lines 'name = expression', the result last"
            )
    return parsed, lines


def _targets(statement: ast.Assign) -> tuple[str, ...]:
    return tuple(t.id for t in statement.targets if isinstance(t, ast.Name))


def _tensors(statement: ast.Assign) -> tuple[ast.Subscript, ...]:
    """The targets of `y[..., k] = expr` and `q[..., k], r[..., k] = expr`; else nothing."""
    if len(statement.targets) != 1:
        return ()
    targets = elements(statement.targets[0])
    tensors = tuple(
        t for t in targets if isinstance(t, ast.Subscript) and isinstance(t.value, ast.Name)
    )
    return tensors if len(tensors) == len(targets) else ()


def constant(node: ast.expr) -> object | None:
    """The value of a literal number or Ellipsis, signs included; None for anything else."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
        return node.value
    if isinstance(node, ast.Name) and node.id == "inf":
        return float("inf")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant(node.operand)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return -value
    return None


def is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def value_names(node: ast.expr) -> list[ast.Name]:
    """The names that an expression reads, without those of functions."""
    functions = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    return [n for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in functions]


def is_name(node: ast.expr, names: tuple[str, ...]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def is_scatter(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Subscript)
        and is_name(node.func.value, ("scatter",))
    )
