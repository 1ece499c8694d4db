"""The dtype of an output that its entry leaves open: what the formula gives.

Comparisons and any/all give bool; argmax/argmin and numbers of points int64; division and
elementary functions a float; a sum or product of integers adds up as `(accum x)`; all else the
promotion of the inputs.
"""

from __future__ import annotations

from .ir import RECURRENCES, Attr, Call, Input, Node, Statement, call, is_call
from .primitives import PRIMITIVES

# In the order in which they win over each other in arithmetic; numbers are weak.
WEAK, BOOL, INT64, SAME, ACCUM, FLOAT = range(6)
_COMBINED = {"argmax": INT64, "argmin": INT64, "any": BOOL, "all": BOOL}


def result_dtype(
    expr: Node, statements: list[Statement], inputs: list[Input], attrs: dict[str, Attr]
) -> Call | str | None:
    """None iff nothing in the expression has a dtype."""
    kind = _Kinds(statements, attrs).of(expr)
    if kind in (BOOL, INT64):
        return {BOOL: "bool", INT64: "int64"}[kind]
    counted = [i for i in inputs if i.cls in ("any", "num", "float")] or inputs
    names = [i.name for i in counted]
    if kind == WEAK or not names:
        return None
    if all(i.cls.startswith(("float", "bfloat")) for i in counted) or kind == SAME:
        return call("like", *names) if len(names) == 1 else call("promote", *names)
    if kind == ACCUM and len(names) == 1:
        return call("accum", *names)
    return call("float" if kind == FLOAT else "promote", *names)


class _Kinds:
    def __init__(self, statements: list[Statement], attrs: dict[str, Attr]):
        self.temporaries = {s.value: s for s in statements if s.kind in ("set", "reduce")}
        self.attrs = attrs

    def of(self, node: Node) -> int:
        if isinstance(node, str):
            name = node.split(".")[0]
            return FLOAT if name in self.attrs and self.attrs[name].type == "real" else WEAK
        if not isinstance(node, Call):
            return FLOAT if isinstance(node, float) else WEAK
        if is_call(node, "load"):
            return self._value(str(node.args[0]))
        if node.head in ("index", "at", "linear"):
            return INT64
        if node.head == "count":
            return WEAK
        if node.head == "uniform":
            return FLOAT
        if node.head == "cast":
            return self._cast(node.args[0])
        return self._primitive(node)

    def _cast(self, dtype: Node) -> int:
        if isinstance(dtype, str):
            return {"bool": BOOL, "int64": INT64}.get(dtype, FLOAT)
        if is_call(dtype, "accum"):
            return ACCUM
        return FLOAT if is_call(dtype, "float") else SAME

    def _value(self, name: str) -> int:
        statement = self.temporaries.get(name)
        if statement is None:
            return SAME
        if statement.combine in _COMBINED:
            return _COMBINED[statement.combine]
        kind = self.of(statement.expr)
        return ACCUM if statement.combine in ("sum", "prod") and kind != FLOAT else kind

    def _primitive(self, node: Call) -> int:
        result = PRIMITIVES[node.head].result if node.head in PRIMITIVES else "same"
        if result == "pred":
            return BOOL
        if result == "flt":
            return FLOAT
        operands = node.args[1:] if node.head in ("select", *RECURRENCES) else node.args
        has_dtype = any(isinstance(o, Call) and self.of(o) != WEAK for o in operands)
        return max(map(self.of, operands)) if has_dtype else WEAK
