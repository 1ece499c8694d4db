"""Formulas that lose digits, and what keeps them."""

from __future__ import annotations

from .ir import Call, Node, Statement, is_call


def advice(expr: Node, statements: list[Statement]) -> str | None:
    """What to write instead of the outermost operation; None if it is sound."""
    if is_call(expr, "add") and _has_one(expr) and is_call(_other(expr), "erf"):
        return "erfc(-x): 1 + erf(x) cancels for negative x"
    if is_call(expr, "sub") and expr.args[0] == 1 and is_call(expr.args[1], "erf"):
        return "erfc(x): 1 - erf(x) cancels for positive x"
    if is_call(expr, "sub") and expr.args[1] == 1 and is_call(expr.args[0], "exp"):
        return "expm1(x): exp(x) - 1 cancels near 0"
    if is_call(expr, "log"):
        return _of_logarithm(expr.args[0], statements)
    return None


def _of_logarithm(operand: Node, statements: list[Statement]) -> str | None:
    if is_call(operand, "add") and _has_one(operand):
        return "log1p(x): log(1 + x) loses x near 0"
    if is_call(operand, "sub") and operand.args[0] == 1:
        return "log1p(-x): log(1 - x) loses x near 0"
    if is_call(operand, "load"):
        total = next((s for s in statements if s.value == operand.args[0]), None)
        summed = total.expr if total is not None and total.combine == "sum" else 0
        if is_call(summed, "exp") and not is_call(summed.args[0], "sub"):
            return "the largest exponent taken out: log(sum(exp(x - m), axis)) + m"
    return None


def _has_one(expr: Call) -> bool:
    return any(not isinstance(a, Call) and a == 1 for a in expr.args)


def _other(expr: Call) -> Node:
    return next((a for a in expr.args if isinstance(a, Call)), 1)
