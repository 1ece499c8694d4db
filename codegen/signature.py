"""Signatures: the strings `in:` and `out:` and the names that they declare.

x: float[n, g*c, H, W], w: float[g*o, c, r, s], *, groups g: int = 1, p: real = 0.5 [0 <= p <= 1]
"""

from __future__ import annotations

import ast
import dataclasses
import keyword
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .diagnostics import Scalar, error, unknown
from .ir import GROUP, INTEGERS, LENGTHS, Attr, Call, Check, Input, Node, Output, call, is_call
from .syntax import (
    BINARY,
    COMPARE,
    Parsed,
    constant,
    is_ellipsis,
    parse_expression,
    parse_index,
)

DTYPES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
)
CLASSES = ("any", "num", "float", "integral", "int", "bool")
ATTRIBUTES = (
    "real",
    "offsets",
    "rng",
    "int",
    "int2",
    "int3",
    "flag",
    "axis",
    "axes",
    "ints",
    "shape",
    "dtype",
    "str",
)
TYPES = tuple(dict.fromkeys(CLASSES + DTYPES + ATTRIBUTES))
AXIS_TYPES = ("axis", "axes")
LISTS = ("int2", "int3", "ints", "shape", "offsets")

#: Names of constants, which no parameter may have.
RESERVED = ("inf", "nan", "pi", "true", "false")
#: The meaning of conditions and of the integers in them.
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "not": operator.not_,
    "and": lambda *operands: all(operands),
    "or": lambda *operands: any(operands),
}

_PARAMETER = re.compile(r"\s*([A-Za-z_]\w*)(?:\s+([A-Za-z_]\w*))?\s*:\s*([A-Za-z_]\w*)\s*")
_OUTPUT = re.compile(r"\s*([A-Za-z_]\w*)\s*")


@dataclass
class Signature:
    """What an entry declares; `order` has the parameters as callers see them, '*' included."""

    inputs: dict[str, Input] = field(default_factory=dict)
    attrs: dict[str, Attr] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    where: dict[str, Node] = field(default_factory=dict)
    axes: dict[str, None] = field(
        default_factory=dict
    )  # the named axes, in the order of their declaration
    subs: dict[tuple[str, str], None] = field(
        default_factory=dict
    )  # (axis attribute, name) of each `[axis: name]`
    order: list[str] = field(default_factory=list)

    def type_of(self, name: str) -> str:
        """The type of an attribute, '' if there is none with this name."""
        return self.attrs[name].type if name in self.attrs else ""

    def declare_axis(self, name: str) -> None:
        self.axes.setdefault(name)

    def names(self) -> list[str]:
        return [*self.inputs, *self.attrs, *self.axes]


# -------------------------------------------------------------------------------------- splitting


def split_top(scalar: Scalar) -> list[Scalar]:
    """The parts between commas that stand outside all brackets."""
    parts, opened, begin = [], list[int](), 0
    for at, char in enumerate(scalar.text):
        if char in "([{":
            opened.append(at)
        elif char in ")]}":
            if not opened:
                raise error(scalar.at(at), f"{char!r} closes nothing", "balanced brackets")
            opened.pop()
        elif char == "," and not opened:
            parts.append(scalar.part(begin, at))
            begin = at + 1
    if opened:
        bracket = scalar.text[opened[-1]]
        raise error(scalar.at(opened[-1]), f"{bracket!r} is never closed", "balanced brackets")
    parts.append(scalar.part(begin, len(scalar.text)))
    return parts


def bracketed(scalar: Scalar, begin: int) -> tuple[Scalar | None, int]:
    """The text in the brackets that open at `begin`, and the offset behind; None if none do."""
    if not scalar.text.startswith("[", begin):
        return None, begin
    depth = 0
    for at in range(begin, len(scalar.text)):
        depth += {"[": 1, "]": -1}.get(scalar.text[at], 0)
        if depth == 0:
            return scalar.part(begin + 1, at), at + 1
    raise error(scalar.at(begin), "'[' is never closed", "']'")


# ------------------------------------------------------------------------------------- parameters


def parse_parameters(scalar: Scalar) -> Signature:
    """The signature that `in:` declares; dims are read once all attributes are known."""
    signature = Signature()
    dims: list[tuple[str, str, Scalar | None, float | None]] = []
    conditions: list[tuple[str, Scalar]] = []
    taken: set[str] = set()
    parts = split_top(scalar)
    for part in parts:
        if part.text == "*":
            if "*" in signature.order or part is parts[-1]:
                raise error(part.mark, "'*' parts nothing here", "one '*', parameters behind it")
            signature.order.append("*")
            continue
        match = _PARAMETER.match(part.text)
        if match is None:
            what = f"not a parameter: {part.text!r}" if part.text else "a ',' without a parameter"
            raise error(part.mark, what, "'name: type', for example 'x: float'")
        name, alias, kind = match.groups()
        if keyword.iskeyword(name) or name in RESERVED:
            raise error(part.mark, f"{name!r} is a word of the language", "another name")
        if name in taken:
            raise error(part.mark, f"parameter {name!r} is declared twice", "distinct names")
        taken.add(name)
        signature.order.append(name)
        type_at = match.start(3)
        inside, end = bracketed(part, match.end(3))
        if kind in ATTRIBUTES and not (kind in CLASSES and inside is not None):
            condition = _attribute(signature, part, name, alias, kind, match.end())
            if condition is not None:
                conditions.append((name, condition))
        elif kind in CLASSES or kind in DTYPES:
            if alias:
                raise error(part.at(match.start(2)), "a tensor has one name", "'name: class'")
            dims.append((name, kind, inside, _tensor_default(part, end)))
        else:
            raise unknown(part.at(type_at), "type", kind, TYPES)
    defaults = {name: default for name, _, _, default in dims}
    defaults |= {a.name: a.default for a in signature.attrs.values()}
    _check_order(parts, signature.order, defaults)
    for name, kind, inside, default in dims:
        terms = (GROUP,) if inside is None else parse_dims(inside, signature)
        signature.inputs[name] = Input(name, kind, terms, default=default)
    for name, condition in conditions:
        parsed = parse_expression(condition)
        message = f"{name} must satisfy {condition.text}"
        check = Check(Integers(signature).condition(parsed, parsed.tree), message)
        signature.checks.append(check)
        default, same_as = signature.attrs[name].default, signature.attrs[name].same_as
        if default is not None and not same_as and holds(check.condition, {name: default}) is False:
            what = f"the default {default!r} of {name!r} breaks its condition"
            raise error(condition.mark, what, "a default that the op takes")
    return signature


def _check_order(parts: list[Scalar], order: list[str], defaults: dict[str, Any]) -> None:
    """Python's rule: by position, what must be given comes before what may be left out."""
    optional = ""
    for part, name in zip(parts, order, strict=True):
        if name == "*":
            return
        if defaults[name] is not None:
            optional = name
        elif optional:
            raise error(
                part.mark,
                f"{name!r} has no default but follows {optional!r}, which has one",
                f"a default, a place before {optional!r}, or '*' between them",
            )


def _tensor_default(part: Scalar, begin: int) -> float | None:
    rest = part.part(begin, len(part.text))
    if not rest.text:
        return None
    if not rest.text.startswith("="):
        raise error(
            rest.mark, f"unexpected {rest.text!r}", "'= number' for an optional tensor, or ','"
        )
    parsed = parse_expression(rest.part(1, len(rest.text)))
    value = constant(parsed.tree)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise error(parsed.scalar.mark, "the default of a tensor is a number", "for example '= 1'")
    return float(value)


def _attribute(
    signature: Signature, part: Scalar, name: str, alias: str | None, kind: str, end: int
) -> Scalar | None:
    """Declares an attribute; gives its condition, which may name extents that are read later."""
    rest = part.part(end, len(part.text))
    default, condition = None, None
    bracket = rest.text.find("[")
    if bracket >= 0:
        condition, after = bracketed(rest, bracket)
        if rest.text[after:].strip():
            raise error(rest.at(after), "unexpected text after the condition", "','")
        rest = rest.part(0, bracket)
    if rest.text.startswith("="):
        value = rest.part(1, len(rest.text))
        same = signature.attrs.get(value.text)
        is_same = kind in INTEGERS and same is not None and same.type == kind
        also = " or an attribute before it of that type" if kind in INTEGERS else ""
        default = value.text if is_same else parse_default(value, kind, also)
    elif rest.text:
        raise error(rest.mark, f"unexpected {rest.text!r}", "'= default', '[condition]' or ','")
    signature.attrs[name] = Attr(name, kind, default)
    if alias:
        if kind != "int":
            raise error(
                part.mark, f"only an int can name an extent, {name!r} is {kind}", "'groups g: int'"
            )
        signature.where[alias] = name
        signature.declare_axis(alias)
    return condition


def holds(condition: Node, values: dict[str, Any]) -> bool | None:
    """Whether a condition is true of these attributes; None if it reads others too."""
    try:
        return bool(_evaluate(condition, values))
    except (KeyError, IndexError, ZeroDivisionError):
        return None


def _evaluate(node: Node, values: dict[str, Any]) -> Any:
    if isinstance(node, str):
        name, dot, element = node.partition(".")
        value = values[name]
        pair = value if isinstance(value, tuple) else (value, value)
        return pair[int(element)] if dot else value
    if not isinstance(node, Call):
        return node
    operands = [_evaluate(arg, values) for arg in node.args]
    return _OPERATIONS[node.head](*operands)


def parse_default(scalar: Scalar, kind: str, also: str = "") -> object:
    """A default, or a sample, as programs store it; `also` is what else the caller takes."""
    text = scalar.text
    expected = {
        "flag": "true or false",
        "dtype": "a dtype",
        "str": "a word",
        "real": "a number",
        "int": "an integer",
        "axis": "an integer",
        "int2": "an integer or (a, b)",
        "int3": "an integer or (a, b, c)",
        "axes": "all, an integer or a tuple of integers",
        "rng": "no default",
    }.get(kind, "a tuple of integers")
    if kind == "flag" and text in ("true", "false"):
        return text == "true"
    if kind == "axes" and text == "all":
        return "all"
    if kind == "dtype":
        if text not in DTYPES:
            raise unknown(scalar.mark, "dtype", text, DTYPES)
        return text
    if kind == "str" and text.isidentifier():
        return text
    value: Any = _number(scalar)
    is_int = isinstance(value, int)
    is_tuple = isinstance(value, tuple)
    if kind == "real" and isinstance(value, (int, float)):
        return float(value)
    if kind in ("int", "axis") and is_int:
        return value
    if kind in LENGTHS and (is_int or (is_tuple and len(value) == LENGTHS[kind])):
        return value
    if kind == "axes" and (is_int or is_tuple):
        return value
    if kind in ("ints", "shape", "offsets") and is_tuple:
        return value
    raise error(scalar.mark, f"{text!r} is not a default of type {kind}", expected + also)


def _number(scalar: Scalar) -> object | None:
    tree = parse_expression(scalar).tree
    if isinstance(tree, ast.Tuple):
        values = tuple(constant(element) for element in tree.elts)
        return values if all(type(v) is int for v in values) else None
    value = constant(tree)
    return None if isinstance(value, bool) else value


# ------------------------------------------------------------------------------------------- dims


def parse_dims(scalar: Scalar, signature: Signature) -> tuple[Node, ...]:
    """The terms of `[..., i, k]`; declares the axes that it names."""
    parsed, items = parse_index(scalar)
    terms = tuple(dim_term(parsed, item, signature) for item in items)
    if terms.count(GROUP) > 1:
        raise error(parsed.scalar.mark, "'...' stands for all axes of the group", "'...' once")
    return terms


def dim_term(parsed: Parsed, node: ast.expr, signature: Signature) -> Node:
    if is_ellipsis(node):
        return GROUP
    if isinstance(node, ast.Name):
        return _named_dim(parsed, node, signature)
    if isinstance(node, ast.Slice):
        return _sub_dim(parsed, node, signature)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        factors = _factors(node)
        names = [f.id for f in factors if isinstance(f, ast.Name) and not signature.type_of(f.id)]
        if len(names) == len(factors):
            for name in names:
                signature.declare_axis(name)
            return call("*", *names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return axis_call(parsed, node, signature)
    raise parsed.error(
        node,
        f"not a dim: {parsed.text(node)!r}",
        "'...', a name, a product 'g*c', an axis attribute, 'axis: k', rest(axis), "
        "keep(axis, flag), perm(axes) or a shape attribute; where: names computed extents",
    )


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _factors(node.left) + _factors(node.right)
    return [node]


def _named_dim(parsed: Parsed, node: ast.Name, signature: Signature) -> Node:
    kind = signature.type_of(node.id)
    if kind in AXIS_TYPES:
        return call("sel", node.id)
    if kind == "shape":
        return call("shape", node.id)
    if kind:
        raise parsed.error(
            node,
            f"{node.id!r} is an attribute of type {kind}, not an axis",
            "a name whose extent where: gives, or an attribute of type axis, axes or shape",
        )
    if node.id in signature.inputs:
        raise parsed.error(node, f"{node.id!r} is a tensor, not an axis", "the name of an axis")
    signature.declare_axis(node.id)
    return node.id


def _sub_dim(parsed: Parsed, node: ast.Slice, signature: Signature) -> Node:
    axis = axis_attribute(parsed, node.lower, signature)
    if (
        node.step is not None
        or not isinstance(node.upper, ast.Name)
        or signature.type_of(node.upper.id)
    ):
        raise parsed.error(node, "the extent of a replaced axis is a name", f"'{axis}: k'")
    signature.declare_axis(node.upper.id)
    signature.subs[axis, node.upper.id] = None
    return call("sub", axis, node.upper.id)


def axis_attribute(parsed: Parsed, node: ast.expr | None, signature: Signature) -> str:
    known = [a.name for a in signature.attrs.values() if a.type in AXIS_TYPES]
    if not isinstance(node, ast.Name):
        raise error(parsed.scalar.mark, "expected an axis attribute", "one of " + ", ".join(known))
    if node.id not in known:
        raise parsed.unknown(node, "axis attribute", node.id, known)
    return node.id


def axis_call(parsed: Parsed, node: Any, signature: Signature) -> Call:
    """`rest(a)`, `keep(a, f)` or `perm(p)`."""
    name = node.func.id
    kinds = {"rest": ("axis",), "keep": ("axis", "flag"), "perm": ("ints",)}
    if name not in kinds:
        raise parsed.unknown(node, "kind of dim", name, kinds)
    if len(node.args) != len(kinds[name]) or node.keywords:
        raise parsed.error(
            node,
            f"{name} takes {len(kinds[name])} arguments",
            "rest(axis), keep(axis, flag), perm(axes)",
        )
    args = []
    for arg, kind in zip(node.args, kinds[name], strict=True):
        if kind == "axis":
            args.append(axis_attribute(parsed, arg, signature))
        elif isinstance(arg, ast.Name) and signature.type_of(arg.id) == kind:
            args.append(arg.id)
        else:
            raise parsed.error(
                arg,
                f"{parsed.text(arg)!r} is not an attribute of type {kind}",
                f"{name}({', '.join(kinds[name])})",
            )
    return call(name, *args)


def flat_dims(dims: tuple[Node, ...]) -> tuple[Node, ...]:
    """Dims as indices see them: a product counts as its factors."""
    return tuple(f for d in dims for f in (d.args if is_call(d, "*") else (d,)))


# ----------------------------------------------------------------------------- integers and checks


@dataclass
class Integers:
    """Integer expressions over attributes and extents, as `where:` and conditions use them.

    A condition on attributes with several elements holds for each: `element` is the one at hand.
    """

    signature: Signature
    element: int | None = None

    def expression(self, parsed: Parsed, node: ast.expr) -> Node:
        value = constant(node)
        if isinstance(value, (int, float)):
            return value
        if isinstance(node, ast.Name):
            return self._name(parsed, node)
        if isinstance(node, ast.Subscript):
            return attribute_element(parsed, node, self.signature)
        if isinstance(node, ast.BinOp) and BINARY.get(type(node.op)) in ("+", "-", "*", "//"):
            return call(
                BINARY[type(node.op)],
                self.expression(parsed, node.left),
                self.expression(parsed, node.right),
            )
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return call("-", 0, self.expression(parsed, node.operand))
        if isinstance(node, ast.IfExp):
            sides = (self.expression(parsed, side) for side in (node.body, node.orelse))
            return chosen_integer(parsed, node, self.signature, *sides)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "min":
            return call("min", *(self.expression(parsed, arg) for arg in node.args))
        raise parsed.error(
            node,
            f"not an integer expression: {parsed.text(node)!r}",
            "numbers, extents, attributes, attribute[0], + - * //, min(a, b) and a if flag else b",
        )

    def _name(self, parsed: Parsed, node: ast.Name) -> Node:
        kind = self.signature.type_of(node.id)
        if kind in ("int", "real", "flag") or node.id in self.signature.axes:
            return node.id
        if kind in LENGTHS and self.element is not None:
            return f"{node.id}.{self.element}"
        if kind:
            raise parsed.error(
                node, f"{node.id!r} of type {kind} is not a number", f"for a list '{node.id}[0]'"
            )
        numbers = [
            a.name for a in self.signature.attrs.values() if a.type in ("int", "real", "flag")
        ]
        known = [*numbers, *self.signature.axes]
        expected = "a number known when the op is called, not the elements of a tensor: "
        expected += ", ".join(known) or "an int or real attribute, an extent"
        raise parsed.unknown(node, "name", node.id, known, expected)

    def condition(self, parsed: Parsed, node: ast.expr) -> Node:
        if isinstance(node, ast.BoolOp):
            head = "and" if isinstance(node.op, ast.And) else "or"
            return call(head, *(self.condition(parsed, value) for value in node.values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return call("not", self.condition(parsed, node.operand))
        if not isinstance(node, ast.Compare):
            raise parsed.error(
                node, f"not a condition: {parsed.text(node)!r}", "a comparison such as 'alpha != 0'"
            )
        names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
        elements = max(LENGTHS.get(self.signature.type_of(name), 0) for name in names or [""])
        if not elements or self.element is not None:
            return self._compare(parsed, node)
        each = [dataclasses.replace(self, element=i) for i in range(elements)]
        return call("and", *(one._compare(parsed, node) for one in each))

    def _compare(self, parsed: Parsed, node: ast.Compare) -> Node:
        sides = [self.expression(parsed, side) for side in (node.left, *node.comparators)]
        pairs = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if type(op) not in COMPARE:
                raise parsed.error(node, "not a comparison of numbers", "== != < <= > >=")
            pairs.append(call(COMPARE[type(op)], left, right))
        return pairs[0] if len(pairs) == 1 else call("and", *pairs)


def chosen_integer(
    parsed: Parsed, node: ast.IfExp, signature: Signature, body: Node, other: Node
) -> Node:
    """`body if flag else other`: affine, because a flag is 0 or 1."""
    flags = [a.name for a in signature.attrs.values() if a.type == "flag"]
    if not isinstance(node.test, ast.Name) or node.test.id not in flags:
        raise parsed.unknown(node.test, "flag", parsed.text(node.test), flags)
    flag = node.test.id
    return call("+", call("*", flag, body), call("*", call("-", 1, flag), other))


def attribute_element(parsed: Parsed, node: ast.Subscript, signature: Signature) -> str:
    """`stride[0]` as programs name it."""
    if isinstance(node.value, ast.Name):
        kind = signature.type_of(node.value.id)
        index = constant(node.slice)
        lists = [a.name for a in signature.attrs.values() if a.type in LISTS]
        if not kind:
            raise parsed.unknown(node, "list attribute", node.value.id, lists)
        if kind in LISTS and type(index) is int and index >= 0:
            if index >= LENGTHS.get(kind, index + 1):
                count = LENGTHS[kind]
                raise parsed.error(
                    node, f"{node.value.id!r} has {count} elements", f"an index below {count}"
                )
            return f"{node.value.id}.{index}"
    raise parsed.error(
        node,
        f"not an element of a list attribute: {parsed.text(node)!r}",
        "for example 'stride[0]'",
    )


# ---------------------------------------------------------------------------------------- outputs


def parse_outputs(
    scalar: Scalar, signature: Signature
) -> dict[str, tuple[tuple[Node, ...] | None, Call | str | None]]:
    """By name the dims and the dtype of each output of `out:`; None where the formula decides."""
    outputs: dict[str, tuple[tuple[Node, ...] | None, Call | str | None]] = {}
    for part in split_top(scalar):
        match = _OUTPUT.match(part.text)
        if match is None:
            raise error(
                part.mark, f"not an output: {part.text!r}", "'y', 'y[dims]' or 'y[dims]: dtype'"
            )
        name = match.group(1)
        if name in outputs or name in signature.names():
            raise error(
                part.mark, f"the name {name!r} is taken", "an output name that nothing else has"
            )
        inside, end = bracketed(part, match.end())
        dims = None if inside is None else parse_dims(inside, signature)
        rest = part.part(end, len(part.text))
        dtype = None
        if rest.text.startswith(":"):
            dtype = parse_dtype(rest.part(1, len(rest.text)), signature)
        elif rest.text:
            raise error(rest.mark, f"unexpected {rest.text!r}", "': dtype' or ','")
        outputs[name] = (dims, dtype)
    return outputs


def parse_dtype(scalar: Scalar, signature: Signature) -> Call | str:
    parsed = parse_expression(scalar)
    return dtype_node(parsed, parsed.tree, signature)


def dtype_node(parsed: Parsed, node: ast.expr, signature: Signature) -> Call | str:
    """A dtype of an output or cast."""
    heads = {"like": "like", "promote": "promote", "float_promote": "float", "accum": "accum"}
    if isinstance(node, ast.Name):
        if node.id in DTYPES:
            return node.id
        if signature.type_of(node.id) == "dtype":
            return call("attr", node.id)
        raise parsed.unknown(node, "dtype", node.id, [*heads, *DTYPES])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id not in heads:
            raise parsed.unknown(node, "dtype", node.func.id, [*heads, *DTYPES])
        names = []
        for arg in node.args:
            if not isinstance(arg, ast.Name) or arg.id not in signature.inputs:
                raise parsed.unknown(arg, "input", parsed.text(arg), signature.inputs)
            names.append(arg.id)
        if names and (len(names) == 1 or node.func.id in ("promote", "float_promote")):
            return call(heads[node.func.id], *names)
    raise parsed.error(
        node,
        f"not a dtype: {parsed.text(node)!r}",
        "like(x), promote(a, b), float_promote(a, b), accum(x) or a dtype",
    )
