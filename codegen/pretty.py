"""Programs as people write formulas: the text of docstrings and reference pages."""

from __future__ import annotations

from .ir import GROUP, RECURRENCES, Call, Node, Program, Statement, index_of, is_call, text_of

#: Infix primitives: symbol and how tightly it binds.
INFIX = {
    "logical_or": ("or", 1),
    "or": ("or", 1),
    "logical_and": ("and", 2),
    "and": ("and", 2),
    "eq": ("==", 4),
    "ne": ("!=", 4),
    "lt": ("<", 4),
    "le": ("<=", 4),
    "gt": (">", 4),
    "ge": (">=", 4),
    "bitwise_or": ("|", 5),
    "bitwise_xor": ("^", 6),
    "bitwise_and": ("&", 7),
    "shift_left": ("<<", 8),
    "shift_right": (">>", 8),
    "add": ("+", 9),
    "sub": ("-", 9),
    "mul": ("*", 10),
    "div": ("/", 10),
    "floordiv": ("//", 10),
    "mod": ("%", 10),
    "+": ("+", 9),
    "-": ("-", 9),
    "*": ("*", 10),
    "//": ("//", 10),
    "%": ("%", 10),
    "pow": ("**", 12),
}
SELECT, NOT, NEGATION, ATOM = 0, 3, 11, 13
#: Terms that stand for axes which go without saying.
PLAIN = ("own", "rest", "keep")


def formulas(program: Program) -> list[str]:
    """One line for each statement, in order."""
    return [statement_text(statement) for statement in program.statements]


def statement_text(statement: Statement) -> str:
    if statement.kind == "apply":
        pairs = zip(statement.outputs, statement.indices, strict=True)
        outputs = ", ".join(_subscript(name, index) for name, index in pairs)
        return f"{outputs} = {statement.combine}({', '.join(statement.inputs)})"
    if statement.kind == "call":
        outputs, inputs = ", ".join(statement.outputs), ", ".join(statement.inputs)
        return f"{outputs} = {statement.combine}({inputs})"
    left = _subscript(statement.value, statement.index)
    if statement.kind == "set":
        return f"{left} = {expression(statement.expr)}"
    over = ", ".join(filter(None, map(_term, statement.domain)))
    if statement.kind == "reduce":
        return f"{left} = {statement.combine}[{over}]({expression(statement.expr)})"
    sign = {"sum": "+=", "set": "="}.get(statement.combine, f"{statement.combine}=")
    return f"{left} {sign} {expression(statement.expr)} for {over or 'all points'}"


def expression(node: Node) -> str:
    return _text(node, 0)


def _text(node: Node, outer: int) -> str:
    text, level = _parts(node)
    return f"({text})" if level < outer else text


def _parts(node: Node) -> tuple[str, int]:
    """The text and how tightly its outermost operation binds."""
    if not isinstance(node, Call):
        return _atom(node), ATOM
    head, args = node.head, node.args
    if head == "load":
        return _subscript(args[0], index_of(node)), ATOM
    if head == "select":
        condition, yes, no = args
        return f"{_text(yes, 1)} if {_text(condition, 1)} else {_text(no, SELECT)}", SELECT
    if head in INFIX and len(args) == 2:
        symbol, level = INFIX[head]
        return f"{_text(args[0], level)} {symbol} {_text(args[1], level + 1)}", level
    if head in ("neg", "bitwise_not"):
        return f"{'-' if head == 'neg' else '~'}{_text(args[0], NEGATION)}", NEGATION
    if head in ("not", "logical_not"):
        return f"not {_text(args[0], NOT)}", NOT
    if head in ("detach", "gather"):
        return _parts(args[0])
    if head in ("index", "at"):
        return text_of(args[0]), ATOM
    if head == "cast":
        return f"{_plain(args[0])}({expression(args[1])})", ATOM
    if head in RECURRENCES:
        axis = "-" * RECURRENCES.index(head) + _text(args[0], ATOM)
        return f"recurrence[{axis}]({', '.join(map(expression, args[1:]))})", ATOM
    if head in ("count", "linear"):
        return f"{head}({', '.join(map(_plain, args))})", ATOM
    return f"{head}({', '.join(map(expression, args))})", ATOM


def _atom(node: Node) -> str:
    if isinstance(node, float):
        return f"{node:g}"
    name, _, element = text_of(node).partition(".")
    return f"{name}[{element}]" if element else name


def _subscript(value: str, index: tuple[Node, ...]) -> str:
    """`x` over its whole group, `x[..., k]` where named axes matter."""
    if all(term == GROUP or is_call(term, *PLAIN) for term in index):
        return value
    return f"{value}[{', '.join(filter(None, map(_term, index)))}]"


def _term(term: Node) -> str:
    if term == GROUP or is_call(term, *PLAIN):
        return "..."
    if is_call(term, "bcast"):
        return "broadcast axes"
    if is_call(term, "sel"):
        return str(term.args[0])
    if is_call(term, "sub"):
        return f"{term.args[0]}: {expression(term.args[1])}"
    return expression(term)


def _plain(term: Node) -> str:
    """A term or dtype among the arguments of a function."""
    if term == GROUP:
        return "..."
    return (
        ", ".join(map(text_of, term.args))
        if is_call(term, "sel", "rest", "like", "float", "attr")
        else text_of(term)
    )
