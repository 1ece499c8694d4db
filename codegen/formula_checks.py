"""What formulas may not do although they parse, and axes as messages write them."""

from __future__ import annotations

import ast

from .bounds import escape
from .ir import GROUP, Call, Node, call, is_call
from .primitives import PRIMITIVES
from .signature import Signature
from .syntax import Parsed, elements


def is_float(expr: Node, signature: Signature) -> bool:
    """True iff the expression certainly is a floating-point number."""
    if isinstance(expr, float):
        return True
    if is_call(expr, "load"):
        declared = signature.inputs.get(expr.args[0])
        return declared is not None and declared.cls == "float"
    if not isinstance(expr, Call) or expr.head not in PRIMITIVES:
        return False
    kind = PRIMITIVES[expr.head].result
    return kind == "flt" or (kind == "same" and any(is_float(a, signature) for a in expr.args))


def refuse_float(
    parsed: Parsed, node: ast.expr, value: Node, sign: str, signature: Signature
) -> None:
    """Refuses an operand of a bitwise operator that is a float."""
    if is_float(value, signature):
        remedy = "'and', 'or', and parentheses around comparisons"
        raise parsed.error(
            node,
            f"{sign!r} is of integers and bools, {parsed.text(node)!r} is a float",
            "'**' for a power" if sign == "^" else remedy,
        )


def check_inside(
    parsed: Parsed,
    node: ast.Subscript,
    dims: tuple[Node, ...],
    index: tuple[Node, ...],
    signature: Signature,
) -> None:
    """Refuses an index without a guard that certainly leaves the tensor at some point."""
    for item, dim, term in zip(elements(node.slice), dims, index, strict=False):
        extent: Node = dim
        if is_call(term, "sub"):
            axis, term = term.args
            extent = dim.args[1] if is_call(dim, "sub") else call("sel", axis)
        if term == dim or not (extent in signature.axes or is_call(extent, "sel")):
            continue
        leaves = escape(term, call("count", extent), signature.axes, signature.where)
        if leaves is not None:
            at = item.upper if isinstance(item, ast.Slice) and item.upper else item
            raise parsed.error(
                at,
                f"the index {parsed.text(at)!r} leaves {parsed.text(node.value)!r}: {leaves}",
                f"guard({parsed.text(node)}, 0), or an axis with fewer points",
            )


def axes_text(term: Node) -> str:
    """Axes as formulas write them."""
    if not isinstance(term, Call):
        return "all axes" if term == GROUP else str(term)
    names = ", ".join(map(str, term.args))
    if term.head == "sub":
        return f"{term.args[0]}: {term.args[1]}"
    return names if term.head in ("sel", "shape") else f"{term.head}({names})"
