"""The scalar primitives: one table for the C text, the NumPy meaning, derivatives and identities.

Derivative rules and identities are text in the form of programs (`docs/ir.md`). In a derivative
rule `a b c` are the operands, `y` the result and `g` the incoming gradient; the rule gives the
gradient of one operand. In an identity single letters stand for any expression and a number for
that number; operands of commutative primitives match in either order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .ir import Node, node_from_text

#: A derivative rule that says "the gradient is zero everywhere it exists".
ZERO = "0"

LN2 = math.log(2.0)
LN10 = math.log(10.0)
TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)


class NotDifferentiable(ValueError):
    """No gradient can be derived; the entry of the op must write one."""


@dataclass(frozen=True)
class Primitive:
    """One scalar function.

    `result` is the dtype of the result for operands of dtype T: "same" (T), "flt" (T if it is a
    float, else float32; operands are cast to it first), "own" (the same, and computed for the very
    dtype where others compute 16-bit floats in float32), "pred" (bool) or "int_" (int64). In
    `c_text` `$0 $1 $2` are the operands, `@` the suffix of their dtype and `%` its C type.
    """

    name: str
    arity: int
    result: str
    c_text: str
    numpy: Callable
    derivatives: tuple[str | None, ...]  # by operand; None: not differentiable, refused
    identities: tuple[tuple[str, str], ...] = ()
    commutative: bool = False

    def derivative(self, operand: int) -> Node | None:
        """The rule for one operand as an expression over a, b, c, y and g; None if it is zero."""
        rule = self.derivatives[operand]
        if rule is None:
            raise NotDifferentiable(
                f"{self.name} has no derivative with respect to operand {operand}"
            )
        return None if rule == ZERO else node_from_text(rule)


PRIMITIVES: dict[str, Primitive] = {}


def _define(name, result, c_text, numpy, *derivatives, identities=(), commutative=False):
    arity = len(derivatives)
    PRIMITIVES[name] = Primitive(
        name, arity, result, c_text, numpy, derivatives, tuple(identities), commutative
    )


def _function(name, numpy, *derivatives, result="flt", identities=()):
    """A primitive that C calls as `ax_NAME_SUFFIX(...)`."""
    operands = ", ".join(f"${i}" for i in range(len(derivatives)))
    _define(name, result, f"ax_{name}_@({operands})", numpy, *derivatives, identities=identities)


# ---------------------------------------------------------------------- NumPy where it has no name


def _vectorized(scalar: Callable[[float], float]) -> Callable:
    """A NumPy function of a scalar one; keeps the dtype of a float operand."""

    def apply(a):
        a = np.asarray(a)
        values = np.array([scalar(float(v)) for v in a.ravel()], dtype=np.float64)
        return values.reshape(a.shape).astype(a.dtype)

    return apply


def _lgamma(x: float) -> float:
    if math.isnan(x):
        return x
    if math.isinf(x) or (x <= 0 and x == math.floor(x)):
        return math.inf
    return math.lgamma(x)


def _digamma(x: float) -> float:
    """Reflection for x < 0, recurrence up to 6, then the asymptotic series (DLMF 5.5, 5.11)."""
    if math.isnan(x) or x == -math.inf:
        return math.nan
    if x == math.inf:
        return x
    if x == 0:
        return math.copysign(math.inf, -x)
    if x < 0:
        if x == math.floor(x):
            return math.nan
        return _digamma(1 - x) - math.pi / math.tan(math.pi * math.fmod(x, 1.0))
    shift = 0.0
    while x < 12:
        shift -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = square * (
        1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132))))
    )
    return shift + math.log(x) - 0.5 / x - series


def _polygamma(n: float, x: float) -> float:
    """Derivative n >= 1 of digamma: (-1)**(n + 1) * n! times the sum of (x + k)**-(n + 1), k >= 0.

    For x < 0 it is the sum over all integers k without that over k < 0 (DLMF 5.15).
    """
    if n == 0:
        return _digamma(x)
    if not 0 < n <= 170 or n != math.floor(n) or math.isnan(x) or x == -math.inf:
        return math.nan
    s = int(n) + 1
    even = s % 2 == 0
    f = x - round(x) if math.isfinite(x) else 0.0
    if x > 0:
        total = _hurwitz_zeta(s, x)
    elif f == 0:
        total = math.inf if even else math.copysign(math.inf, x) if x == 0 else math.nan
    else:
        below = _hurwitz_zeta(s, 1 - f) - _hurwitz_zeta(s, 1 - x)
        total = _hurwitz_zeta(s, 1 + f) + f**-s + (below if even else -below)
    return (1 if even else -1) * math.factorial(int(n)) * total


def _hurwitz_zeta(s: int, x: float) -> float:
    """The sum of (x + k)**-s over k >= 0, by Euler and Maclaurin (DLMF 25.11.43), x > 0."""
    head = 0.0
    while x < 12 + s:
        head += _inverse_power(x, s)
        x += 1
    term = _inverse_power(x, s)
    tail = term * (x / (s - 1) + 0.5) if x < math.inf else 0.0
    term *= s / x
    for j, coefficient in enumerate(_BERNOULLI_OVER_FACTORIAL):
        tail += coefficient * term
        term *= (s + 2 * j + 1) * (s + 2 * j + 2) / (x * x)
    return head + tail


def _inverse_power(x: float, s: int) -> float:
    try:
        return x**-s
    except OverflowError:
        return math.inf


#: B(2 j) / (2 j)! for j >= 1, B the Bernoulli numbers.
_BERNOULLI_OVER_FACTORIAL = (
    1 / 12,
    -1 / 720,
    1 / 30240,
    -1 / 1209600,
    1 / 47900160,
    -691 / 1307674368000,
    1 / 74724249600,
)


def _integer_or(function: Callable) -> Callable:
    """`function` for floats, the identity for integers and bool."""
    return lambda a: function(a) if np.asarray(a).dtype.kind == "f" else np.asarray(a)


def _floor_divide(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind == "f":
        return np.where(np.isinf(a), a / b, np.floor_divide(a, b))
    return np.where(b == 0, 0, np.floor_divide(a, np.where(b == 0, 1, b)))


def _pow(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind == "f":
        return np.power(a, b)
    return np.where(b < 0, 0, np.power(a, np.maximum(b, 0)))


# ------------------------------------------------------------------------------------- the table

# Arithmetic.
_define(
    "add",
    "same",
    "($0 + $1)",
    np.add,
    "g",
    "g",
    commutative=True,
    identities=[("(add a 0)", "a"), ("(add a (neg b))", "(sub a b)"), ("(add a a)", "(mul 2 a)")],
)
_define(
    "sub",
    "same",
    "($0 - $1)",
    np.subtract,
    "g",
    "(neg g)",
    identities=[
        ("(sub a 0)", "a"),
        ("(sub a (neg b))", "(add a b)"),
        ("(sub (neg a) b)", "(neg (add a b))"),
    ],
)
_define(
    "mul",
    "same",
    "($0 * $1)",
    np.multiply,
    "(mul g b)",
    "(mul g a)",
    commutative=True,
    identities=[
        ("(mul a 1)", "a"),
        ("(mul a -1)", "(neg a)"),
        ("(mul (neg a) (neg b))", "(mul a b)"),
        ("(mul (neg a) b)", "(neg (mul a b))"),
        ("(mul a a)", "(square a)"),
        ("(mul a (reciprocal b))", "(div a b)"),
    ],
)
_define(
    "div",
    "flt",
    "($0 / $1)",
    np.true_divide,
    "(div g b)",
    "(neg (div (mul g y) b))",
    identities=[
        ("(div (neg a) (neg b))", "(div a b)"),
        ("(div (neg a) b)", "(neg (div a b))"),
        ("(div 1 a)", "(reciprocal a)"),
    ],
)
_function("floordiv", _floor_divide, ZERO, ZERO, result="same")
_function("mod", np.mod, "g", "(neg (mul g (floordiv a b)))", result="same")
_function("fmod", np.fmod, "g", "(neg (mul g (trunc (div a b))))", result="same")
_function(
    "pow",
    _pow,
    "(mul g (select (eq b 0) 0 (mul b (pow a (sub b 1)))))",
    # No number below 0 has a logarithm. Of 0 comes no NaN, in gradients of the gradient neither.
    "(mul g (select (le a 0) 0 (mul y (log a))))",
    result="same",
    identities=[
        ("(pow a 1)", "a"),
        ("(pow a 2)", "(square a)"),
    ],
)
_define(
    "neg",
    "same",
    "(-$0)",
    np.negative,
    "(neg g)",
    identities=[("(neg (neg a))", "a"), ("(neg (sub a b))", "(sub b a)")],
)
_function(
    "abs",
    np.abs,
    "(mul g (sign a))",
    result="same",
    identities=[("(abs (neg a))", "(abs a)"), ("(abs (abs a))", "(abs a)")],
)
_function("sign", np.sign, ZERO, result="same")
_define("reciprocal", "flt", "(1 / $0)", lambda a: 1 / np.asarray(a), "(neg (mul g (square y)))")
_define(
    "square",
    "same",
    "($0 * $0)",
    np.square,
    "(mul g (mul 2 a))",
    identities=[("(square (neg a))", "(square a)")],
)
_function(
    "maximum",
    np.maximum,
    "(select (gt a b) g (select (eq a b) (mul 0.5 g) 0))",
    "(select (gt b a) g (select (eq a b) (mul 0.5 g) 0))",
    result="same",
    identities=[("(maximum a a)", "a")],
)
_function(
    "minimum",
    np.minimum,
    "(select (lt a b) g (select (eq a b) (mul 0.5 g) 0))",
    "(select (lt b a) g (select (eq a b) (mul 0.5 g) 0))",
    result="same",
    identities=[("(minimum a a)", "a")],
)
_function("fma", lambda a, b, c: a * b + c, "(mul g b)", "(mul g a)", "g", result="same")

# Comparisons and logic.
for _name, _sign, _numpy in [
    ("eq", "==", np.equal),
    ("ne", "!=", np.not_equal),
    ("lt", "<", np.less),
    ("le", "<=", np.less_equal),
    ("gt", ">", np.greater),
    ("ge", ">=", np.greater_equal),
]:
    _define(_name, "pred", f"($0 {_sign} $1)", _numpy, ZERO, ZERO)
_define(
    "logical_and",
    "pred",
    "($0 && $1)",
    np.logical_and,
    ZERO,
    ZERO,
    commutative=True,
    identities=[
        ("(logical_and a true)", "a"),
        ("(logical_and a false)", "false"),
        ("(logical_and a a)", "a"),
    ],
)
_define(
    "logical_or",
    "pred",
    "($0 || $1)",
    np.logical_or,
    ZERO,
    ZERO,
    commutative=True,
    identities=[
        ("(logical_or a false)", "a"),
        ("(logical_or a true)", "true"),
        ("(logical_or a a)", "a"),
    ],
)
_define(
    "logical_not",
    "pred",
    "(!$0)",
    np.logical_not,
    ZERO,
    identities=[("(logical_not (logical_not a))", "a")],
)
_define("logical_xor", "pred", "(!$0 != !$1)", np.logical_xor, ZERO, ZERO, commutative=True)
_define(
    "select",
    "same",
    "($0 ? $1 : $2)",
    np.where,
    ZERO,
    "(select a g 0)",
    "(select a 0 g)",
    identities=[
        ("(select c a a)", "a"),
        ("(select true a b)", "a"),
        ("(select false a b)", "b"),
        ("(select (logical_not c) a b)", "(select c b a)"),
        ("(select c (select c a b) d)", "(select c a d)"),
        ("(select c a (select c b d))", "(select c a d)"),
    ],
)

# Exponentials and powers.
_function("exp", np.exp, "(mul g y)")
_function("exp2", np.exp2, f"(mul g (mul {LN2!r} y))")
_function(
    "expm1",
    np.expm1,
    "(mul g (exp a))",  # y + 1 would lose digits near y = -1
    identities=[("(sub (exp a) 1)", "(expm1 a)"), ("(add (exp a) -1)", "(expm1 a)")],
)
_function("log", np.log, "(div g a)")
_function("log2", np.log2, f"(div g (mul {LN2!r} a))")
_function("log10", np.log10, f"(div g (mul {LN10!r} a))")
_function("log1p", np.log1p, "(div g (add 1 a))")
_function("sqrt", np.sqrt, "(mul g (div 0.5 y))")
_function(
    "sigmoid",
    lambda a: 1 / (1 + np.exp(-a)),
    "(mul g (mul y (sigmoid (neg a))))",
    identities=[("(sub 1 (sigmoid a))", "(sigmoid (neg a))")],  # keeps its digits where y is near 1
)
_function("rsqrt", lambda a: 1 / np.sqrt(a), "(mul g (mul -0.5 (mul y (square y))))")

# Trigonometric and hyperbolic functions. 1 - a*a is written (1 - a)*(1 + a): digits near 1.
_function("sin", np.sin, "(mul g (cos a))")
_function("cos", np.cos, "(neg (mul g (sin a)))")
_function("tan", np.tan, "(mul g (add 1 (square y)))")
_function("asin", np.arcsin, "(mul g (rsqrt (mul (sub 1 a) (add 1 a))))")
_function("acos", np.arccos, "(neg (mul g (rsqrt (mul (sub 1 a) (add 1 a)))))")
_function("atan", np.arctan, "(div g (add 1 (square a)))")
_function(
    "atan2",  # a*a + b*b would overflow or vanish; b*(1 + (a/b)**2) where b is larger does not
    np.arctan2,
    "(select (eq (maximum (abs a) (abs b)) 0) 0 (select (ge (abs b) (abs a)) "
    "(div g (fma a (div a b) b)) (fma (div b a) (div g (fma b (div b a) a)) 0.0)))",
    "(select (eq (maximum (abs a) (abs b)) 0) 0 (select (ge (abs b) (abs a)) "
    "(fma (neg (div a b)) (div g (fma a (div a b) b)) 0.0) (neg (div g (fma b (div b a) a)))))",
)
_function("sinh", np.sinh, "(mul g (cosh a))")
_function("cosh", np.cosh, "(mul g (sinh a))")
_function("tanh", np.tanh, "(mul g (sub 1 (square y)))")
_function("asinh", np.arcsinh, "(div g (hypot 1 a))")  # 1 + a*a would overflow
_function("acosh", np.arccosh, "(mul g (mul (rsqrt (sub a 1)) (rsqrt (add a 1))))")
_function("atanh", np.arctanh, "(div g (mul (sub 1 a) (add 1 a)))")

# Special functions.


def _exp_of_square(factor: float) -> str:
    """exp(factor * a * a), with what a * a was rounded by: as an exponent it is many units."""
    lost = "(detach (finite (fma a a (neg (square a)))))"
    return f"(mul (exp (mul {factor} (square a))) (fma {factor} {lost} 1))"


_function(
    "erf", _vectorized(math.erf), f"(mul g (mul {TWO_OVER_SQRT_PI!r} {_exp_of_square(-1.0)}))"
)
_function(
    "erfc", _vectorized(math.erfc), f"(mul g (mul {-TWO_OVER_SQRT_PI!r} {_exp_of_square(-1.0)}))"
)
_function(
    "ndtr",  # the normal distribution function, erfc(-a / sqrt(2)) / 2
    _vectorized(lambda a: 0.5 * math.erfc(-a * math.sqrt(0.5))),
    f"(mul g (mul {1 / math.sqrt(2 * math.pi)!r} {_exp_of_square(-0.5)}))",
)
_function("lgamma", _vectorized(_lgamma), "(mul g (digamma a))")
_function("digamma", _vectorized(_digamma), "(mul g (polygamma 1 a))")
_function(  # the derivative of order a of digamma
    "polygamma", np.vectorize(_polygamma, otypes=[float]), None, "(mul g (polygamma (add a 1) b))"
)

# Rounding, classification and parts.
_function("floor", _integer_or(np.floor), ZERO, result="same")
_function("ceil", _integer_or(np.ceil), ZERO, result="same")
_function("round", _integer_or(np.rint), ZERO, result="same")
_function("trunc", _integer_or(np.trunc), ZERO, result="same")
_function("isnan", np.isnan, ZERO, result="pred")
_function("isinf", np.isinf, ZERO, result="pred")
_function("isfinite", np.isfinite, ZERO, result="pred")
_function(
    "finite",
    lambda a: np.where(np.isfinite(a), a, np.zeros_like(a)),
    "(select (isfinite a) g 0)",
    result="same",
    identities=[("(finite (finite a))", "(finite a)")],
)
_function("copysign", np.copysign, "(mul g (mul (sign a) (copysign 1.0 b)))", ZERO)
_function("nextafter", np.nextafter, "g", ZERO, result="own")
_function(
    "hypot",
    np.hypot,
    "(select (eq y 0) 0 (div (mul g a) y))",
    "(select (eq y 0) 0 (div (mul g b) y))",
)

# Bits of integers and bool.
_define("bitwise_and", "same", "($0 & $1)", np.bitwise_and, ZERO, ZERO, commutative=True)
_define("bitwise_or", "same", "($0 | $1)", np.bitwise_or, ZERO, ZERO, commutative=True)
_define("bitwise_xor", "same", "($0 ^ $1)", np.bitwise_xor, ZERO, ZERO, commutative=True)
_function("bitwise_not", np.bitwise_not, ZERO, result="same")
_function("shift_left", np.left_shift, ZERO, ZERO, result="same")
_function("shift_right", np.right_shift, ZERO, ZERO, result="same")


# ----------------------------------------------------------------------------------------- C text


def render_inc() -> str:
    """The text of `generated/primitives.inc`, which `runtime/graph/expr.h` reads."""
    lines = ["// The scalar primitives. Generated from codegen/primitives.py; do not edit."]
    for p in PRIMITIVES.values():
        lines.append(f'AXON_PRIMITIVE({p.name}, {p.arity}, {p.result}, "{p.c_text}")')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = Path(__file__).resolve().parent.parent / "generated" / "primitives.inc"
    target.write_text(render_inc())
