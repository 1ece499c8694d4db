"""Formulas that lose digits, and what keeps them."""

from __future__ import annotations

from .ir import Call, Node, Statement, is_call


def advice(expr: Node, statements: list[Statement]) -> str | None:
    """What to write instead of the outermost operation; None if it is sound."""
    if is_call(expr, "add"):
        return _of_sum(expr)
    if is_call(expr, "sub"):
        return _of_difference(expr, statements)
    if is_call(expr, "log"):
        return _of_logarithm(expr.args[0], statements)
    if is_call(expr, "sqrt"):
        return _of_square_root(expr.args[0])
    if is_call(expr, "div"):
        return _of_quotient(expr, statements)
    return None


def _of_sum(expr: Call) -> str | None:
    if _has_one(expr) and is_call(_other(expr), "erf"):
        return "erfc(-x): 1 + erf(x) cancels for negative x"
    return None


def _of_difference(expr: Call, statements: list[Statement]) -> str | None:
    left, right = expr.args
    if _is_one(right) and is_call(left, "exp"):
        return "expm1(x): exp(x) - 1 cancels near 0"
    if is_call(left, "exp") and is_call(right, "exp") and _negated(left.args[0], right.args[0]):
        return "2 * sinh(x): exp(x) - exp(-x) cancels near 0"
    if _is_one(left):
        return _of_complement(right)
    if _is_mean_of_squares(left, statements) and _squared(right) is not None:
        return "mean((x - mean(x, axis)) ** 2, axis): mean(x * x) - mean(x) ** 2 cancels"
    if _squared(left) is not None and _squared(right) is not None:
        return "(a - b) * (a + b): a * a - b * b cancels where a is near b"
    return None


def _of_complement(operand: Node) -> str | None:
    """1 - operand."""
    if is_call(operand, "erf"):
        return "erfc(x): 1 - erf(x) cancels for positive x"
    if is_call(operand, "cos"):
        return "2 * sin(x / 2) ** 2: 1 - cos(x) cancels near 0"
    if is_call(_squared(operand), "tanh"):
        return "1 / cosh(x) ** 2: 1 - tanh(x) ** 2 cancels for large x"
    return None


def _of_logarithm(operand: Node, statements: list[Statement]) -> str | None:
    if is_call(operand, "add") and _has_one(operand):
        if is_call(_other(operand), "exp"):
            return "maximum(x, 0) + log1p(exp(-abs(x))): log(1 + exp(x)) overflows"
        return "log1p(x): log(1 + x) loses x near 0"
    if is_call(operand, "sub") and _is_one(operand.args[0]):
        return "log1p(-x): log(1 - x) loses x near 0"
    if is_call(operand, "sigmoid") or _is_sigmoid(operand):
        return "minimum(x, 0) - log1p(exp(-abs(x))): log(sigmoid(x)) is -inf where sigmoid is 0"
    if is_call(operand, "div") and is_call(operand.args[0], "exp"):
        return "x - m - log(sum(exp(x - m), axis)): log(e / sum(e, axis)) is -inf where e is 0"
    summed = _sum_of(operand, statements)
    if is_call(summed, "exp") and not is_call(summed.args[0], "sub"):
        return "the largest exponent taken out: log(sum(exp(x - m), axis)) + m"
    return None


def _of_square_root(operand: Node) -> str | None:
    if _squared(operand) is not None:
        return "abs(x): x * x overflows for large x and is 0 for small x"
    if is_call(operand, "add") and None not in map(_squared, operand.args):
        return "hypot(x, y): x * x overflows for large x and is 0 for small x"
    return None


def _of_quotient(expr: Call, statements: list[Statement]) -> str | None:
    numerator, denominator = expr.args
    if is_call(numerator, "exp") and _sum_of(denominator, statements) == numerator:
        exponent = numerator.args[0]
        if not is_call(exponent, "sub"):
            return "exp(x - max(x, axis)) in both: exp(x) overflows"
    return None


# ------------------------------------------------------------------------------------ recognising


def _is_one(node: Node) -> bool:
    return not isinstance(node, (Call, bool)) and node == 1


def _has_one(expr: Call) -> bool:
    return any(map(_is_one, expr.args))


def _other(expr: Call) -> Node:
    return next((a for a in expr.args if isinstance(a, Call)), 1)


def _negated(a: Node, b: Node) -> bool:
    return (is_call(a, "neg") and a.args[0] == b) or (is_call(b, "neg") and b.args[0] == a)


def _squared(node: Node) -> Node | None:
    """The x of x * x, if it is no number."""
    if is_call(node, "square"):
        return node.args[0]
    if is_call(node, "mul") and node.args[0] == node.args[1] and isinstance(node.args[0], Call):
        return node.args[0]
    return None


def _is_sigmoid(node: Node) -> bool:
    """1 / (1 + exp(-x))."""
    if not is_call(node, "div") or not _is_one(node.args[0]):
        return False
    denominator = node.args[1]
    return (
        is_call(denominator, "add")
        and _has_one(denominator)
        and is_call(_other(denominator), "exp")
    )


def _sum_of(node: Node, statements: list[Statement]) -> Node:
    """The summand of a temporary that is a sum; 0 for anything else."""
    if not is_call(node, "load"):
        return 0
    total = next((s for s in statements if s.value == node.args[0]), None)
    return total.expr if total is not None and total.combine == "sum" else 0


def _is_mean_of_squares(node: Node, statements: list[Statement]) -> bool:
    if not is_call(node, "div") or not is_call(node.args[1], "count"):
        return False
    return _squared(_sum_of(node.args[0], statements)) is not None
