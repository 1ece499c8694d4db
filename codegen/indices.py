"""Indices: what stands between the brackets of a tensor, as terms."""

from __future__ import annotations

import ast

from .formula_checks import axes_text, is_float
from .ir import GROUP, Node, call, is_call
from .signature import Signature, attribute_element, axis_attribute, chosen_integer
from .syntax import BINARY, Parsed, constant, is_ellipsis, is_name
from .values import Value, over_of


class Indices:
    """The part of the lowerer that reads indices."""

    signature: Signature
    values: dict[str, tuple[Node, ...]]
    locals: dict[str, ast.expr]
    parsed: Parsed
    functions: tuple[str, ...]  # the scalar functions of the language

    def value(self, node: ast.expr) -> Value:
        raise NotImplementedError

    def _resolve(self, node: ast.expr) -> ast.expr:
        raise NotImplementedError

    def _axes_term(self, node: ast.expr) -> Node:
        raise NotImplementedError

    def _expect_arguments(self, node: ast.Call, count: int, usage: str = "") -> None:
        raise NotImplementedError

    def index(
        self, node: ast.expr, dims: tuple[Node, ...], items: list[ast.expr], name: str
    ) -> tuple[Node, ...]:
        """The terms of `name[items]` for a tensor with these dims."""
        if len(items) == 1 and len(dims) == 1 and dims[0] == GROUP:
            return (self._group_index(items[0]),)
        if (
            len(items) == 1
            and isinstance(items[0], ast.Call)
            and self._is_function(items[0], "flat")
        ):
            return (self._group_index(items[0]),)
        if len(items) != len(dims):
            shape = ", ".join("..." if d == GROUP else axes_text(d) for d in dims)
            raise self.parsed.error(
                node,
                f"{name} has {len(dims)} dims [{shape}], indexed with {len(items)}",
                f"one index a dim: {name}[{shape}]",
            )
        return tuple(self._dim_index(item, dim) for item, dim in zip(items, dims, strict=True))

    def _dim_index(self, item: ast.expr, dim: Node) -> Node:
        if dim == GROUP:
            return self._group_index(item)
        if is_call(dim, "rest", "keep"):
            term = self._axes_term(item)
            if term != call("rest", dim.args[0]):
                raise self.parsed.error(
                    item, "this dim stands for several axes", f"rest({dim.args[0]})"
                )
            return dim
        if is_call(dim, "sub"):
            return self._sub_index(item)
        if is_call(dim, "sel", "shape") and isinstance(item, ast.Name) and item.id == dim.args[0]:
            return dim
        return self.integer(item)

    def _group_index(self, item: ast.expr) -> Node:
        """An index of the whole group: `...`, `axis: e`, `size`, `size*step + start`, `flat(e)`."""
        if is_ellipsis(item):
            return GROUP
        if isinstance(item, ast.Slice):
            return self._sub_index(item)
        if isinstance(item, ast.Call) and self._is_function(item, "flat"):
            self._expect_arguments(item, 1, "x[flat(e)]")
            return call("flat", self.integer(item.args[0]))
        term = self._many(item)
        if term is not None:
            return term
        scale: Node = 1
        offset: Node = 0
        base = item
        if isinstance(base, ast.BinOp) and isinstance(base.op, ast.Add):
            offset = self._per_axis(base.right)
            base = base.left
        if isinstance(base, ast.BinOp) and isinstance(base.op, ast.Mult):
            scale = self._per_axis(base.right)
            base = base.left
        term = self._many(base)
        if term is None:
            raise self.parsed.error(
                item,
                f"not an index of a whole group: {self.parsed.text(item)!r}",
                "'...', 'axis: e', a shape attribute, 'size*step + start' or 'flat(e)'; for x[i] "
                "the signature names the axis: 'x: float[i]'",
            )
        return call("lin", term, scale, offset)

    def _many(self, item: ast.expr) -> Node | None:
        if is_ellipsis(item):
            return GROUP
        if isinstance(item, ast.Name) and self.signature.type_of(item.id) == "shape":
            return call("shape", item.id)
        return None

    def _per_axis(self, node: ast.expr) -> Node:
        number = constant(node)
        if type(number) is int:
            return number
        if isinstance(node, ast.Name) and self.signature.type_of(node.id) in ("ints", "offsets"):
            return node.id
        known = [a.name for a in self.signature.attrs.values() if a.type in ("ints", "offsets")]
        raise self.parsed.unknown(node, "list of integers", self.parsed.text(node), known)

    def _sub_index(self, item: ast.expr) -> Node:
        if (
            not isinstance(item, ast.Slice)
            or item.lower is None
            or item.upper is None
            or item.step is not None
        ):
            raise self.parsed.error(
                item, "this dim is the group with one axis replaced", "'axis: index'"
            )
        axis = axis_attribute(self.parsed, item.lower, self.signature)
        return call("sub", axis, self.integer(item.upper))

    def _is_function(self, node: ast.Call, name: str) -> bool:
        return isinstance(node.func, ast.Name) and node.func.id == name

    def integer(self, node: ast.expr) -> Node:
        """An index: affine in axes, or one value computed from data or by functions."""
        node = self._resolve(node)
        if self._is_computed(node):
            number = self.value(node).expr
            if is_float(number, self.signature):
                raise self.parsed.error(
                    node,
                    f"an index is an integer, {self.parsed.text(node)!r} is a float",
                    "a tensor of integers: 'index: int[...]'",
                )
            return call("gather", number)
        value = constant(node)
        if type(value) is int:
            return value
        if isinstance(node, ast.Name):
            if node.id in self.signature.axes or self.signature.type_of(node.id) == "int":
                return node.id
            ints = [a.name for a in self.signature.attrs.values() if a.type == "int"]
            raise self.parsed.unknown(
                node, "index", node.id, [*self.signature.axes, *ints, *self.values]
            )
        if isinstance(node, ast.BinOp) and BINARY.get(type(node.op)) in ("+", "-", "*", "//"):
            sign, left, right = (
                BINARY[type(node.op)],
                self.integer(node.left),
                self.integer(node.right),
            )
            moving = [side for side in (left, right) if over_of((side,), self.signature)]
            if (sign == "*" and len(moving) == 2) or (sign == "//" and right in moving):
                raise self.parsed.error(
                    node,
                    f"an index is affine in axes, {self.parsed.text(node)!r} is not",
                    "an axis times a number, an attribute or an extent; divided by a number",
                )
            return call(sign, left, right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return call("-", 0, self.integer(node.operand))
        if isinstance(node, ast.Subscript):
            return attribute_element(self.parsed, node, self.signature)
        if isinstance(node, ast.Call) and is_name(node.func, ("count", "at", "linear")):
            return self.value(node).expr
        if isinstance(node, ast.Call) and is_name(node.func, ("exact",)):
            self._expect_arguments(node, 2, "exact(i - 1, c)")
            return call("exact", *map(self.integer, node.args))
        if isinstance(node, ast.IfExp):
            sides = (self.integer(side) for side in (node.body, node.orelse))
            return chosen_integer(self.parsed, node, self.signature, *sides)
        raise self.parsed.error(
            node,
            f"not an index: {self.parsed.text(node)!r}",
            "axes, integers, attributes, count(k), at(axis), + - * //, exact(e, c), "
            "a if flag else b, or an integer tensor",
        )

    def _is_computed(self, node: ast.expr) -> bool:
        """True iff an index must be evaluated as a value; names stand for their expressions."""
        for n in ast.walk(node):
            if isinstance(n, ast.Name):
                known = self.locals.get(n.id)
                if n.id in self.values or (known is not None and self._is_computed(known)):
                    return True
            if isinstance(n, ast.Call) and is_name(n.func, (*self.functions, "cast")):
                return True
        return False
