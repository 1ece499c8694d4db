"""Programs: the meaning of an op as data, in memory and as text.

`docs/ir.md` describes every form. Terms and expressions are immutable and hashable, so equal
subexpressions are equal objects for every pass. `parse` and `Program.__str__` are inverse.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

# --------------------------------------------------------------------------------------- terms


def _same_type(a: object, b: object) -> bool:
    return type(a) is type(b)


@dataclass(frozen=True)
class Call:
    """`(head args...)`: every compound form of terms and expressions.

    `args` are Call, str (a name), int, float or bool. Constructors below give the forms that
    passes build most.
    """

    head: str
    args: tuple[Any, ...] = ()  # which of them stands where follows from the head
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        # Trees share subtrees; hashing each once keeps passes linear in the distinct nodes.
        object.__setattr__(self, "_hash", hash((self.head, tuple((type(a), a) for a in self.args))))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other) -> bool:
        if self is other:
            return True
        if not isinstance(other, Call) or self._hash != other._hash or self.head != other.head:
            return False
        # 1, 1.0 and True are different constants.
        return self.args == other.args and all(map(_same_type, self.args, other.args))

    def __str__(self) -> str:
        return "(" + " ".join([self.head, *map(text_of, self.args)]) + ")"


Node = Call | str | int | float | bool
GROUP = "*"
LENGTHS = {"int2": 2, "int3": 3}  # how many elements an attribute of the type has
INTEGERS = ("int", *LENGTHS)
NONE = "none"


def call(head: str, *args: Node) -> Call:
    return Call(head, args)


def load(value: str, index: tuple[Node, ...]) -> Call:
    """`(load V (index...))`; the index list is a Call with an empty head."""
    return Call("load", (value, Call("", tuple(index))))


def index_of(node: Call) -> tuple[Node, ...]:
    """The index list of a load."""
    return node.args[1].args


def is_call(node: object, *heads: str) -> TypeGuard[Call]:
    return isinstance(node, Call) and node.head in heads


def walk(node: Node) -> Iterator[Node]:
    """Every subexpression, parents first."""
    yield node
    if isinstance(node, Call):
        for arg in node.args:
            yield from walk(arg)


def transform(node: Node, visit) -> Node:
    """Rebuilds bottom-up: `visit` gets a node whose children are done, returns its replacement."""
    if isinstance(node, Call):
        args = tuple(transform(arg, visit) for arg in node.args)
        node = node if args == node.args else Call(node.head, args)
    return visit(node)


# ---------------------------------------------------------------------------------- statements


#: s = a * s + b along an axis from 0 on, `(recurrence (index k) a b)`, or from the end.
RECURRENCES = ("recurrence", "recurrence_back")


@dataclass(frozen=True)
class Statement:
    """One loop nest: `value[index] combine= expr`.

    `kind` is "set", "reduce", "scatter", "call" or "apply". For "reduce" `domain` holds the reduced
    terms, for "scatter" the whole domain. A "call" has `outputs`, `inputs` and `attrs` instead of
    an expression and its `combine` is the kind of the opaque kernel. For "apply" `combine` is the
    name of a program, `indices` the terms of each of the `outputs`, `args` the values of its
    attributes; an input that is left out is NONE. `line` is that of its formula, counted from the
    line of the entry.
    """

    kind: str
    value: str
    index: tuple[Node, ...] = ()
    expr: Node = 0
    combine: str = "set"
    domain: tuple[Node, ...] = ()
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    attrs: tuple[str, ...] = ()
    indices: tuple[tuple[Node, ...], ...] = ()
    args: tuple[Node, ...] = ()
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        index = text_of(Call("", self.index))
        domain = text_of(Call("", self.domain))
        if self.kind == "set":
            return f"(set {self.value} {index} {text_of(self.expr)})"
        if self.kind in ("reduce", "scatter"):
            head = f"{self.kind} {self.combine} {self.value}"
            return f"({head} {index} {domain} {text_of(self.expr)})"
        if self.kind == "apply":
            pairs = zip(self.outputs, self.indices, strict=True)
            outputs = " ".join(f"({name} {text_of(Call('', index))})" for name, index in pairs)
            args = " ".join(map(text_of, self.args))
            return f"(apply {self.combine} ({outputs}) ({' '.join(self.inputs)}) ({args}))"
        names = (" ".join(part) for part in (self.outputs, self.inputs, self.attrs))
        return "(call {} ({}) ({}) ({}))".format(self.combine, *names)

    @property
    def written(self) -> tuple[str, ...]:
        return self.outputs if self.kind in ("call", "apply") else (self.value,)

    @property
    def read(self) -> tuple[str, ...]:
        """The values that are loaded, each once, in order of appearance."""
        if self.kind in ("call", "apply"):
            return tuple(dict.fromkeys(name for name in self.inputs if name != NONE))
        nodes = [n for e in (self.expr, *self.index) for n in walk(e)]
        return tuple(dict.fromkeys(n.args[0] for n in nodes if is_call(n, "load")))


# ------------------------------------------------------------------------------------- program


@dataclass(frozen=True)
class Input:
    name: str
    cls: str  # any num float int bool, or a dtype
    dims: tuple[Node, ...] = (GROUP,)
    ghost: bool = False  # true iff only shape and dtype are used
    default: float | None = None  # the constant read when the input is absent


@dataclass(frozen=True)
class Attr:
    name: str
    type: str  # real offsets rng int int2 int3 flag axis axes ints shape dtype str
    default: Any = None  # None: required; for axes the string "all"; `same_as` of integers

    @property
    def same_as(self) -> str | None:
        """The attribute whose value this one has where it is left out."""
        return self.default if self.type in INTEGERS and isinstance(self.default, str) else None


@dataclass(frozen=True)
class Output:
    name: str
    dtype: Call | str
    dims: tuple[Node, ...] = (GROUP,)


@dataclass(frozen=True)
class Check:
    condition: Node
    message: str


@dataclass(frozen=True)
class Program:
    name: str
    inputs: tuple[Input, ...]
    attrs: tuple[Attr, ...]
    outputs: tuple[Output, ...]
    statements: tuple[Statement, ...]
    where: tuple[tuple[str, Node], ...] = ()
    checks: tuple[Check, ...] = ()
    doc: str = field(default="", compare=False)
    source: tuple[str, int] | None = field(default=None, compare=False)  # of the entry: file, line

    def replace(self, **changes) -> Program:
        return dataclasses.replace(self, **changes)

    def applying(self, names: Mapping[str, str]) -> Program:
        """The program with the ops that it applies, and their gradients, under other names."""

        def renamed(statement: Statement) -> Statement:
            base, dot, rest = statement.combine.partition(".")
            if statement.kind != "apply" or base not in names:
                return statement
            return dataclasses.replace(statement, combine=names[base] + dot + rest)

        return self.replace(statements=tuple(map(renamed, self.statements)))

    def input(self, name: str) -> Input:
        return next(i for i in self.inputs if i.name == name)

    def output(self, name: str) -> Output:
        return next(o for o in self.outputs if o.name == name)

    def __str__(self) -> str:
        lines = [f"(program {self.name}"]
        if self.doc:
            lines.append(f"  (doc {quote(self.doc)})")
        if self.source:
            lines.append(f"  (source {quote(self.source[0])} {self.source[1]})")
        for i in self.inputs:
            extra = " ghost" if i.ghost else ""
            extra += f" (default {text_of(i.default)})" if i.default is not None else ""
            lines.append(f"  (in ({i.name} {i.cls} {text_of(Call('', i.dims))}{extra}))")
        for a in self.attrs:
            default = "" if a.default is None else " " + text_of_default(a)
            lines.append(f"  (attr ({a.name} {a.type}{default}))")
        for name, expr in self.where:
            lines.append(f"  (where ({name} {text_of(expr)}))")
        for c in self.checks:
            lines.append(f"  (check {text_of(c.condition)} {quote(c.message)})")
        for o in self.outputs:
            lines.append(f"  (out ({o.name} {text_of(o.dtype)} {text_of(Call('', o.dims))}))")
        line = 0
        for s in self.statements:
            if s.line != line and self.source:
                line = s.line
                lines.append(f"  (line {line})")
            lines.append(f"  {s}")
        return "\n".join(lines) + ")"


# ---------------------------------------------------------------------------------------- text


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def text_of(node: Node) -> str:
    if isinstance(node, Call):
        if not node.head:
            return "(" + " ".join(map(text_of, node.args)) + ")"
        return str(node)
    if isinstance(node, Quoted):
        return quote(node)
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, float):
        if math.isnan(node):
            return "nan"
        return repr(node)  # inf and -inf print as such; a float always shows '.', 'e' or inf
    return str(node)


def text_of_default(attr: Attr) -> str:
    value = attr.default
    if isinstance(value, (tuple, list)):
        return "(" + " ".join(map(text_of, value)) + ")"
    if attr.type == "str":
        return quote(value)
    return text_of(value)


_TOKEN = re.compile(r'\s+|;[^\n]*|([()])|"((?:[^"\\]|\\.)*)"|([^\s()";]+)')


class Quoted(str):
    """A string literal of the text form, as against a name."""


def read_sexpr(text: str) -> list:
    """All top-level forms: nested lists of str (names), Quoted, int, float, bool."""
    stack: list[list] = [[]]
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"program text: unexpected {text[at]!r} at offset {at}")
        at = match.end()
        paren, string, atom = match.groups()
        if paren == "(":
            stack.append([])
        elif paren == ")":
            if len(stack) == 1:
                raise ValueError(f"program text: unmatched ')' at offset {at}")
            done = stack.pop()
            stack[-1].append(done)
        elif string is not None:
            text_of_string = string.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
            stack[-1].append(Quoted(text_of_string))
        elif atom is not None:
            stack[-1].append(_atom(atom))
    if len(stack) != 1:
        raise ValueError("program text: '(' was never closed")
    return stack[0]


def _atom(atom: str) -> Node:
    if atom in ("true", "false"):
        return atom == "true"
    if re.fullmatch(r"[+-]?\d+", atom):
        return int(atom)
    if re.fullmatch(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf)|nan", atom):
        return float(atom)
    return atom


def _node(form) -> Node:
    if not isinstance(form, list):
        return form
    if form and isinstance(form[0], str) and form[0] == "load":
        return load(form[1], tuple(map(_node, form[2])))
    return Call(form[0], tuple(map(_node, form[1:])))


def _dtype(form) -> Call | str:
    node = _node(form)
    if not isinstance(node, (Call, str)):
        raise ValueError(f"program text: {text_of(node)} is no dtype")
    return node


def _argument(form) -> Node:
    """The value of an attribute: a list stands for a list of numbers."""
    if isinstance(form, list) and not (form and isinstance(form[0], str)):
        return Call("", tuple(form))
    return _node(form)


def _nodes(form: list) -> tuple[Node, ...]:
    return tuple(map(_node, form))


def node_from_text(text: str) -> Node:
    """One term or expression."""
    (form,) = read_sexpr(text)
    return _node(form)


def _statement(head: str, rest: list[Any], line: int) -> Statement:
    if head == "set":
        value, index, expr = rest
        return Statement("set", value, _nodes(index), _node(expr), line=line)
    if head in ("reduce", "scatter"):
        combine, value, index, domain, expr = rest
        return Statement(
            head, value, _nodes(index), _node(expr), combine, _nodes(domain), line=line
        )
    name, outputs, inputs, given = rest
    if head == "call":
        return Statement(
            "call",
            outputs[0],
            combine=name,
            outputs=tuple(outputs),
            inputs=tuple(inputs),
            attrs=tuple(given),
            line=line,
        )
    return Statement(
        "apply",
        outputs[0][0],
        combine=name,
        outputs=tuple(out for out, _ in outputs),
        inputs=tuple(inputs),
        indices=tuple(_nodes(index) for _, index in outputs),
        args=tuple(map(_argument, given)),
        line=line,
    )


def parse(text: str) -> Program:
    """The program that `text` describes; the inverse of `str(program)`."""
    (form,) = read_sexpr(text)
    _, name, *sections = form
    inputs: list[Input] = []
    attrs: list[Attr] = []
    outputs: list[Output] = []
    statements: list[Statement] = []
    where: list[tuple[str, Node]] = []
    checks: list[Check] = []
    doc = ""
    source: tuple[str, int] | None = None
    line = 0
    for head, *rest in sections:
        if head == "doc":
            doc = str(rest[0])
        elif head == "source":
            source = (str(rest[0]), rest[1])
        elif head == "line":
            line = rest[0]
        elif head == "in":
            for in_name, cls, dims, *extra in rest:
                default = next((e[1] for e in extra if isinstance(e, list)), None)
                inputs.append(Input(in_name, cls, _nodes(dims), "ghost" in extra, default))
        elif head == "attr":
            for attr_name, kind, *default in rest:
                value = default[0] if default else None
                value = tuple(value) if isinstance(value, list) else value
                attrs.append(Attr(attr_name, kind, value))
        elif head == "where":
            where.extend((n, _node(e)) for n, e in rest)
        elif head == "check":
            checks.append(Check(_node(rest[0]), str(rest[1])))
        elif head == "out":
            outputs.extend(Output(n, _dtype(dtype), _nodes(dims)) for n, dtype, dims in rest)
        elif head in ("set", "reduce", "scatter", "apply", "call"):
            statements.append(_statement(head, rest, line))
        else:
            raise ValueError(f"program {name}: unknown section ({head} ...)")
    return Program(
        name,
        tuple(inputs),
        tuple(attrs),
        tuple(outputs),
        tuple(statements),
        tuple(where),
        tuple(checks),
        doc,
        source,
    )
