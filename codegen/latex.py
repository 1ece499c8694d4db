"""Programs as mathematics: the formulas of reference pages."""

from __future__ import annotations

import re

from .ir import GROUP, RECURRENCES, Call, Node, Program, Statement, index_of, is_call, text_of

SELECT, SUM, PRODUCT, NEGATION, POWER, ATOM = 0, 3, 4, 5, 6, 9
#: Infix primitives: symbol and how tightly it binds.
INFIX = {
    "logical_or": (r"\lor", 1),
    "or": (r"\lor", 1),
    "logical_and": (r"\land", 1),
    "and": (r"\land", 1),
    "conj": (r"\land", 1),
    "eq": ("=", 2),
    "ne": (r"\ne", 2),
    "lt": ("<", 2),
    "le": (r"\le", 2),
    "gt": (">", 2),
    "ge": (r"\ge", 2),
    "add": ("+", SUM),
    "sub": ("-", SUM),
    "mul": (r"\,", PRODUCT),
    "+": ("+", SUM),
    "-": ("-", SUM),
    "*": (r"\,", PRODUCT),
    "mod": (r"\bmod", PRODUCT),
}
#: Primitives with a notation of their own around their operands.
AROUND = {
    "abs": r"\left|{}\right|",
    "sqrt": r"\sqrt{{{}}}",
    "rsqrt": r"\frac{{1}}{{\sqrt{{{}}}}}",
    "reciprocal": r"\frac{{1}}{{{}}}",
    "div": r"\frac{{{}}}{{{}}}",
    "floor": r"\left\lfloor {}\right\rfloor",
    "ceil": r"\left\lceil {}\right\rceil",
    "floordiv": r"\left\lfloor \frac{{{}}}{{{}}}\right\rfloor",
    "//": r"\left\lfloor \frac{{{}}}{{{}}}\right\rfloor",
    "exact": r"\frac{{{}}}{{{}}}",
}
#: Those that a power needs parentheses around.
FRACTIONS = ("rsqrt", "reciprocal", "div", "exact")
#: Functions that LaTeX knows.
KNOWN = {
    **{name: f"\\{name}" for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "maximum": r"\max",
    "minimum": r"\min",
    "log2": r"\log_2",
    "log10": r"\log_{10}",
    "lgamma": r"\ln\Gamma",
    "digamma": r"\psi",
    "sign": r"\operatorname{sgn}",
}
GREEK = ("alpha", "beta", "gamma", "delta", "lambda", "mu", "sigma", "theta", "rho")
COMBINED = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}
COMBINED |= {"any": r"\bigvee", "all": r"\bigwedge"}


def formulas(program: Program) -> str:
    """The statements of a program as one aligned block."""
    lines = [_statement(statement) for statement in program.statements]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _statement(s: Statement) -> str:
    if s.kind == "apply":
        pairs = zip(s.outputs, s.indices, strict=True)
        outputs = ",\\; ".join(_subscript(value, index) for value, index in pairs)
        return f"{outputs} &= {_operator(s.combine)}({', '.join(map(name, s.inputs))})"
    if s.kind == "call":
        outputs = ",\\; ".join(map(name, s.outputs))
        return f"{outputs} &= {_operator(s.combine)}({', '.join(map(name, s.inputs))})"
    left = _subscript(s.value, s.index)
    if s.kind == "set":
        return f"{left} &= {expression(s.expr)}"
    over = ",\\,".join(_terms(s.domain)) or r"\dots"
    if s.kind == "reduce":
        return f"{left} &= {_combined(s.combine)}_{{{over}}} {expression(s.expr, PRODUCT)}"
    sign = {"sum": "\\mathrel{+}=", "set": "="}.get(s.combine, f"={_combined(s.combine)}")
    return f"{left} &{sign} {expression(s.expr)} \\quad\\forall\\,{over}"


def _combined(combine: str) -> str:
    return COMBINED.get(combine, f"\\operatorname*{{{combine}}}")


def expression(node: Node, outer: int = 0) -> str:
    text, level = _parts(node)
    return f"\\left({text}\\right)" if level < outer else text


def _parts(node: Node) -> tuple[str, int]:
    """The text and how tightly its outermost operation binds."""
    if not isinstance(node, Call):
        return _atom(node)
    head = node.head
    args: tuple = node.args
    if head == "load":
        return _subscript(args[0], index_of(node)), ATOM
    if head == "guard":
        inside, outside = expression(args[0]), expression(args[1])
        return f"\\left[{inside}\\right]_{{{outside}}}", ATOM
    if head == "select":
        return _cases(node), ATOM
    if head in INFIX and len(args) >= 2:
        symbol, level = INFIX[head]
        text = expression(args[0], level)
        for operand in (expression(a, level + 1) for a in args[1:]):
            sign = r"\cdot" if symbol == r"\," and operand[0].isdigit() else symbol
            text += f" {sign} {operand}"
        return text, level
    if head in AROUND:
        level = POWER if head in FRACTIONS else ATOM
        return AROUND[head].format(*map(expression, args)), level
    if head == "exp":
        return f"e^{{{expression(args[0])}}}", POWER
    if head in ("pow", "square"):
        exponent = "2" if head == "square" else expression(args[1])
        return f"{expression(args[0], ATOM)}^{{{exponent}}}", POWER
    if head in ("neg", "-"):
        return f"-{expression(args[0], NEGATION)}", NEGATION
    if head in ("not", "logical_not"):
        return f"\\lnot {expression(args[0], ATOM)}", NEGATION
    if head in ("detach", "gather", "index", "at"):
        return expression(args[0]) if isinstance(args[0], Call) else name(str(args[0])), ATOM
    if head in ("cast", "bitcast"):
        return f"\\operatorname{{cast}}({expression(args[1])})", ATOM
    if head in RECURRENCES:
        axis = "-" * RECURRENCES.index(head) + expression(args[0])
        operands = ", ".join(map(expression, args[1:]))
        return f"\\operatorname{{recurrence}}_{{{axis}}}({operands})", ATOM
    if head in ("count", "linear"):
        inside = ",".join(_terms(args)) or r"\dots"
        return (f"\\left|{inside}\\right|" if head == "count" else f"\\#({inside})"), ATOM
    return f"{KNOWN.get(head) or _operator(head)}({', '.join(map(expression, args))})", ATOM


def _cases(node: Call) -> str:
    rows = []
    rest: Node = node
    while is_call(rest, "select"):
        condition, taken, rest = rest.args
        rows.append(f"{expression(taken)} & {expression(condition)}")
    rows.append(f"{expression(rest)} & \\text{{otherwise}}")
    return "\\begin{cases}" + r" \\ ".join(rows) + "\\end{cases}"


def _atom(node: Node) -> tuple[str, int]:
    if isinstance(node, bool):
        return f"\\text{{{text_of(node)}}}", ATOM
    if isinstance(node, (int, float)):
        text = f"{node:.7g}".replace("inf", r"\infty").replace("nan", r"\text{NaN}")
        if "e" in text:
            digits, exponent = text.split("e")
            text = f"{digits} \\cdot 10^{{{int(exponent)}}}"
        return text, NEGATION if node < 0 else ATOM
    return name(str(node)), ATOM


def name(text: str) -> str:
    """A name in italics if it is one letter, else upright; `stride.0` has an index."""
    base, _, element = text.partition(".")
    if base in GREEK:
        shown = f"\\{base}"
    elif len(base) == 1:
        shown = base
    elif base[0] in "tg" and base[1:].isdigit():
        shown = f"{base[0]}_{{{base[1:]}}}"
    elif base[0] == "d" and (base[1:] in GREEK or re.fullmatch(r"d*([a-z]|[tg]\d+)", base[1:])):
        shown = f"\\mathrm{{d}}{name(base[1:])}"
    else:
        shown = "\\mathrm{" + base.replace("_", r"\_") + "}"
    return f"{shown}_{{{element}}}" if element else shown


def _operator(text: str) -> str:
    return "\\operatorname{" + text.replace("_", r"\_") + "}"


def _subscript(value: str, index: tuple[Node, ...]) -> str:
    """`x` where only whole groups of axes are meant, else with its indices."""
    if all(term == GROUP or is_call(term, "own", "rest", "keep", "sel") for term in index):
        return name(value)
    return f"{name(value)}[{', '.join(_terms(index))}]"


def _terms(terms: tuple[Node, ...]) -> list[str]:
    return [text for text in map(_term, terms) if text]


def _term(term: Node) -> str:
    if term == GROUP:
        return r"\dots"
    if not isinstance(term, Call):
        return expression(term)
    if term.head in ("own", "rest", "keep"):
        return r"\dots"
    if term.head == "bcast":
        return r"\text{broadcast axes}"
    if term.head in ("sel", "shape", "perm"):
        return name(str(term.args[0]))
    if term.head == "sub":
        return f"\\text{{{term.args[0]}}}{{:}}\\,{expression(term.args[1])}"
    if term.head in ("lin", "unlin"):
        return _linear(term)
    if term.head == "in":
        return expression(term.args[1])
    return expression(term)


def _linear(term: Call) -> str:
    """`i * scale + offset` for each axis, or its inverse."""
    axes, scale, offset = term.args
    shown, factor, shift = _term(axes), expression(scale), expression(offset)
    if term.head == "unlin":
        top = shown if offset == 0 else f"{shown} - {shift}"
        return top if scale == 1 else f"\\frac{{{top}}}{{{factor}}}"
    product = shown if scale == 1 else f"{shown} \\cdot {factor}"
    return product if offset == 0 else f"{product} + {shift}"
