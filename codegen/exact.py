"""Programs run by mpmath: what their formulas are exactly, and how large their terms are.

Floats are `mpf` numbers in arrays of objects, integers and bools as they are. A value that does not
exist (the logarithm of -1, 1 / 0) is NaN, so zeros have no sign here.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
from mpmath import mp

from .interpret import Interpreter, is_weak
from .ir import (
    RECURRENCES,
    Call,
    Node,
    Output,
    Program,
    Statement,
    call,
    index_of,
    is_call,
    load,
    walk,
)
from .primitives import PRIMITIVES
from .signature import flat_dims

OBJECT = np.dtype(object)
#: Binary digits of a first evaluation, of one that must agree with it, and where they do not.
PRECISIONS = (150, 400, 5000)


def supports(program: Program) -> bool:
    """True iff the program means the same for numbers of any precision."""
    nodes = (n for s in program.statements for n in walk(s.expr))
    return all(_is_loop(s) for s in program.statements) and not any(
        is_call(n, "nextafter") for n in nodes
    )


def _is_loop(s: Statement) -> bool:
    return s.kind in ("set", "reduce", "scatter") or (s.kind == "call" and s.combine == "sort")


def run(program: Program, inputs: dict, attrs: dict) -> dict[str, np.ndarray]:
    """The outputs of `program` to at least 100 correct bits, as arrays of `mpf`, by name.

    `inputs` are as for `interpret.run`. The program is evaluated with more and more digits until
    two evaluations agree.
    """
    before: dict[str, np.ndarray] = {}
    for precision in PRECISIONS:
        with mp.workprec(precision):
            after = _Exact(program, inputs, attrs).outputs()
            if before and all(map(_agree, before.values(), after.values())):
                return after
        before = after
    return before


def _agree(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype != OBJECT:
        return True
    near = np.frompyfunc(_near, 2, 1)
    return bool(np.all(near(a, b)))


def _near(a, b) -> bool:
    a, b = mp.mpf(a), mp.mpf(b)
    if not (mpmath.isfinite(a) and mpmath.isfinite(b)):
        return bool(a == b or (mpmath.isnan(a) and mpmath.isnan(b)))
    return abs(a - b) <= mpmath.ldexp(abs(b), -100)


class _Exact(Interpreter):
    """The interpreter with `mpf` for floats."""

    def __init__(self, program: Program, inputs: dict, attrs: dict):
        super().__init__(program, {n: _exact(v) for n, v in inputs.items()}, attrs, OBJECT)

    def dtype_of(self, node: Call | str) -> np.dtype:
        if is_call(node, "like", "promote", "float", "accum"):
            values = [self._sample(name) for name in node.args]
            if any(map(_is_exact, values)):
                return OBJECT
        dtype = super().dtype_of(node)
        return OBJECT if dtype.kind == "f" else dtype

    @staticmethod
    def _reduce(combine: str, points: np.ndarray) -> np.ndarray:
        return np.asarray(Interpreter._reduce(combine, points))

    def _primitive(self, head: str, operands: list):
        primitive = PRIMITIVES.get(head)
        values = operands[1:] if head == "select" else operands
        floats = any(map(_is_exact, values)) or any(isinstance(v, float) for v in values)
        if primitive is None or not (floats or primitive.result in ("flt", "own")):
            return super()._primitive(head, operands)
        if head == "select":
            first = np.asarray(operands[0], bool)
            return np.where(first, *(np.asarray(v, OBJECT) for v in values))
        result = np.frompyfunc(_total(FUNCTIONS[head]), len(values), 1)(*values)
        return np.asarray(result, bool if primitive.result == "pred" else OBJECT)


def _exact(value):
    """An input as objects, if it holds floats."""
    if value is None or isinstance(value, (bool, int)):
        return value
    array = np.asarray(value)
    return np.frompyfunc(_number, 1, 1)(array) + 0 if array.dtype.kind == "f" else array


def _is_exact(value) -> bool:
    return not is_weak(value) and np.asarray(value).dtype == OBJECT


def _number(value) -> mpmath.mpf:
    if isinstance(value, mp.mpf):
        return value
    return mp.mpf(int(value) if isinstance(value, (np.integer, np.bool_)) else float(value))


def _total(function: Callable) -> Callable:
    """The function, NaN where it has no real value."""

    def apply(*operands):
        try:
            return function(*map(_number, operands))
        except (ZeroDivisionError, ValueError, TypeError, OverflowError):
            return mp.nan

    return apply


# --------------------------------------------------------------------------------------- functions


def _real(function: Callable) -> Callable:
    """The function where it is real."""

    def apply(*operands):
        result = function(*operands)
        if isinstance(result, mp.mpc):
            raise ValueError("not real")
        return result

    return apply


def _lgamma(x):
    if x <= 0 and mpmath.isint(x):
        return mp.inf
    if x > 0:
        return mpmath.loggamma(x)
    return mpmath.log(mp.pi / abs(mpmath.sinpi(x))) - mpmath.loggamma(1 - x)


def _sign(x):
    return mp.mpf(int(x > 0) - int(x < 0))


def _remainder(a, b):
    return a - b * mpmath.floor(a / b)


def _truncated(x):
    return mpmath.floor(x) if x > 0 else mpmath.ceil(x)


FUNCTIONS: dict[str, Callable] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "floordiv": lambda a, b: mpmath.floor(a / b),
    "mod": _remainder,
    "fmod": lambda a, b: a - b * _truncated(a / b),
    "pow": _real(mpmath.power),
    "neg": lambda a: -a,
    "abs": abs,
    "sign": _sign,
    "reciprocal": lambda a: 1 / a,
    "square": lambda a: a * a,
    "maximum": max,
    "minimum": min,
    "fma": lambda a, b, c: a * b + c,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_or": lambda a, b: bool(a) or bool(b),
    "logical_xor": lambda a, b: bool(a) != bool(b),
    "logical_not": lambda a: not a,
    "exp": mpmath.exp,
    "exp2": lambda a: mpmath.power(2, a),
    "expm1": mpmath.expm1,
    "log": _real(mpmath.log),
    "log2": _real(lambda a: mpmath.log(a) / mpmath.ln2),
    "log10": _real(mpmath.log10),
    "log1p": _real(mpmath.log1p),
    "sqrt": _real(mpmath.sqrt),
    "rsqrt": _real(lambda a: 1 / mpmath.sqrt(a)),
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": _real(mpmath.asin),
    "acos": _real(mpmath.acos),
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": _real(mpmath.acosh),
    "atanh": _real(mpmath.atanh),
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "ndtr": lambda a: mpmath.erfc(-a / mpmath.sqrt(2)) / 2,
    "lgamma": _lgamma,
    "digamma": mpmath.digamma,
    "polygamma": lambda n, a: mpmath.psi(int(n), a),
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round": mpmath.nint,
    "trunc": _truncated,
    "isnan": mpmath.isnan,
    "isinf": mpmath.isinf,
    "isfinite": mpmath.isfinite,
    "finite": lambda a: a if mpmath.isfinite(a) else mp.zero,
    "copysign": lambda a, b: abs(a) if b >= 0 else -abs(a),
    "hypot": mpmath.hypot,
}


# ------------------------------------------------------------------------------------------- terms


def with_terms(program: Program) -> Program:
    """The program, and for each output y one more, `y.terms`: the sum of the absolute values of
    what was added up to y. Where terms cancel, no rounded computation is exact relative to y.
    """
    outputs = {o.name: o for o in program.outputs}
    written: set[str] = set()
    statements: list[Statement] = []
    for s in program.statements:
        statements.append(s)
        if s.kind != "call" and s.combine in ("set", "sum") and not _is_scattered_set(s):
            terms = _Terms(written)(s.expr)
            name = f"{s.value}.terms"
            statements.append(Statement(s.kind, name, s.index, terms, s.combine, s.domain))
            written.add(s.value)
            continue
        for name in s.written:
            if name in outputs:
                dims = flat_dims(outputs[name].dims)
                size = call("abs", load(name, dims))
                statements.append(Statement("set", f"{name}.terms", dims, size))
    more = tuple(Output(f"{o.name}.terms", o.dtype, o.dims) for o in program.outputs)
    return program.replace(outputs=program.outputs + more, statements=tuple(statements))


def _is_scattered_set(s: Statement) -> bool:
    return s.kind == "scatter" and s.combine == "set"


class _Terms:
    """Expressions of the sum of absolute terms of an expression."""

    def __init__(self, written: set[str]):
        self.written = written
        self.memo: dict[Node, Node] = {}

    def __call__(self, node: Node) -> Node:
        if node not in self.memo:
            self.memo[node] = self._of(node)
        return self.memo[node]

    def _of(self, node: Node) -> Node:
        if is_call(node, "load") and node.args[0] in self.written:
            return load(f"{node.args[0]}.terms", index_of(node))
        if is_call(node, "guard") and node.args[0].args[0] in self.written:
            return call("guard", self(node.args[0]), call("abs", node.args[1]))
        if is_call(node, "add", "sub"):
            return call("add", *map(self, node.args))
        if is_call(node, "neg", "detach", "finite"):
            return self(node.args[0])
        if is_call(node, "cast"):
            return call("cast", node.args[0], self(node.args[1]))
        if is_call(node, "select"):
            return call("select", node.args[0], *map(self, node.args[1:]))
        if is_call(node, "mul"):
            a, b = node.args
            cross = call("mul", _excess(self, a), call("abs", b))
            return call("add", call("mul", call("abs", a), self(b)), cross)
        if is_call(node, *RECURRENCES):
            position, factor, summand = node.args
            return call(node.head, position, call("abs", factor), self(summand))
        if is_call(node, "div"):
            return call("div", self(node.args[0]), call("abs", node.args[1]))
        return call("abs", node)


def _excess(terms: _Terms, node: Node) -> Node:
    return call("sub", terms(node), call("abs", node))
