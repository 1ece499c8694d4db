"""Lines of formulas that make tensors: `t[..., k, l] = e`, and ops applied to tensors."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping
from typing import Any

from . import programs
from .ir import NONE, Attr, Call, Node, Output, Program, Quoted, Statement
from .signature import Signature, dim_term, flat_dims
from .syntax import Line, Parsed, constant, elements


class TensorLines:
    """The part of the lowerer that makes temporaries which may be indexed.

    An expression has no order of its axes; a tensor has: `t[..., k, l] = e` is a temporary with
    these dims, `q[..., k], r[..., l] = op(a, b)` are the outputs of another op. Later lines index
    them as they do inputs, and apply ops to them.
    """

    signature: Signature
    values: dict[str, tuple[Node, ...]]
    statements: list[Statement]
    locals: dict[str, ast.expr]
    tensors: dict[str, str]
    reserved: set[str]
    parsed: Parsed

    def fresh(self) -> str:
        raise NotImplementedError

    def integer(self, node: ast.expr) -> Node:
        raise NotImplementedError

    def is_builtin(self, name: str) -> bool:
        raise NotImplementedError

    def write(
        self,
        output: Output,
        expr: ast.expr,
        index: tuple[Node, ...],
        reduced: tuple[Node, ...] = (),
        shown: str = "",
    ) -> None:
        raise NotImplementedError

    def make_tensors(self, line: Line, results: tuple[str, ...]) -> None:
        """`t[..., k] = e`, or the outputs of an op: temporaries that may be indexed."""
        taken = [*self.locals, *self.values, *self.signature.attrs, *self.signature.axes, *results]
        made = {}
        for name, target in zip(line.names, line.targets, strict=True):
            if name in taken or name in made:
                raise self.parsed.error(
                    target, f"the name {name!r} is taken", "a new name: values never change"
                )
            made[name] = self._dims_of_target(target)
        callee = self.callee(line.expr)
        if callee is not None:
            temporaries = self._apply_op(line.expr, callee, tuple(made.values()))
        elif len(made) == 1:
            ((name, dims),) = made.items()
            temporaries = (self._temporary(line.expr, dims, name),)
        else:
            raise self.parsed.error(line.node, "one value for several tensors", "an op's outputs")
        for (name, dims), temporary in zip(made.items(), temporaries, strict=True):
            self.values[name] = dims
            self.tensors[name] = temporary

    def _dims_of_target(self, target: ast.Subscript) -> tuple[Node, ...]:
        for node in ast.walk(target.slice):
            if not isinstance(node, ast.Name) or self.signature.type_of(node.id):
                continue
            if node.id not in self.signature.axes:
                raise self.parsed.unknown(
                    node, "axis", node.id, self.signature.axes, "an axis of 'in:', 'out:', 'where:'"
                )
        return tuple(dim_term(self.parsed, item, self.signature) for item in elements(target.slice))

    def _temporary(self, expr: ast.expr, dims: tuple[Node, ...], name: str) -> str:
        """The temporary with these dims that holds the expression; equal ones are one."""
        fresh = self._reserve()
        before = len(self.statements)
        self.write(Output(fresh, "", dims), expr, flat_dims(dims), shown=name)
        new = self.statements[-1]
        for done in self.statements[:before]:
            if dataclasses.replace(new, value=done.value) == done:
                del self.statements[before:]
                return done.value
        return fresh

    def callee(self, node: ast.expr) -> Program | None:
        """The program of the op that the expression calls, if that is what it does."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return None
        return None if self.is_builtin(node.func.id) else programs.find(node.func.id)

    def _apply_op(
        self, node: Any, callee: Program, indices: tuple[tuple[Node, ...], ...]
    ) -> tuple[str, ...]:
        """`q[..., k], r[..., k] = qr(a)`: the names of the temporaries."""
        if len(indices) != len(callee.outputs):
            raise self.parsed.error(
                node,
                f"{callee.name} has {len(callee.outputs)} outputs, not {len(indices)}",
                "a tensor with axes for each: 'q[..., k], r[..., k] = op(a)'",
            )
        if len(node.args) > len(callee.inputs):
            raise self.parsed.error(
                node,
                f"{callee.name} takes {len(callee.inputs)} tensors, not {len(node.args)}",
                "attributes by keyword",
            )
        inputs = [self._operand(arg) for arg in node.args]
        for missing in callee.inputs[len(inputs) :]:
            if missing.default is None:
                raise self.parsed.error(
                    node, f"{callee.name} also needs {missing.name}", "a tensor for each input"
                )
            inputs.append(NONE)
        given = {k.arg: k.value for k in node.keywords}
        for name, value in given.items():
            if name not in {a.name for a in callee.attrs}:
                raise self.parsed.unknown(
                    value, "attribute", str(name), [a.name for a in callee.attrs]
                )
        statement = Statement(
            "apply",
            "",
            combine=callee.name,
            inputs=tuple(inputs),
            indices=tuple(map(flat_dims, indices)),
            args=self._attributes(node, callee.attrs, given),
            line=self.parsed.mark(node).line,
        )
        for done in self.statements:
            if dataclasses.replace(done, value="", outputs=()) == statement:
                return done.outputs
        outputs = tuple(self._reserve() for _ in indices)
        self.statements.append(dataclasses.replace(statement, value=outputs[0], outputs=outputs))
        return outputs

    def _reserve(self) -> str:
        name = self.fresh()
        self.reserved.add(name)
        return name

    def _operand(self, node: ast.expr) -> str:
        """The value that an op is applied to: a tensor, its axes perhaps in another order."""
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.tensors.get(node.id, node.id)
        if isinstance(node, ast.Subscript):
            return self._temporary(node, self._dims_of_target(node), self.parsed.text(node))
        raise self.parsed.error(
            node, "an op is applied to tensors", "a tensor, or 't[..., k] = ...' in a line before"
        )

    def _attributes(
        self, node: ast.expr, attrs: tuple[Attr, ...], given: Mapping[str | None, ast.expr]
    ) -> tuple[Node, ...]:
        values: dict[str, Node] = {}
        for attr in attrs:
            is_same = attr.same_as is not None and attr.name not in given
            value = given.get(attr.name)
            values[attr.name] = (
                values[attr.default] if is_same else self._argument(node, attr, value)
            )
        return tuple(values.values())

    def _argument(self, node: ast.expr, attr: Attr, value: ast.expr | None) -> Node:
        """The value of an attribute of an op that is applied."""
        if value is None:
            if attr.default is None:
                raise self.parsed.error(node, f"the attribute {attr.name} is missing", attr.name)
            default = attr.default
            if isinstance(default, tuple):
                return Call("", default)
            return Quoted(default) if attr.type == "str" else default
        if isinstance(value, ast.Name) and self.signature.type_of(value.id) == attr.type:
            return value.id
        if attr.type == "str" and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return Quoted(value.value)
        if attr.type == "flag" and isinstance(value, ast.Name) and value.id in ("true", "false"):
            return value.id == "true"
        if attr.type in ("int", "axis"):
            return self.integer(value)
        number = constant(value)
        if attr.type == "real" and isinstance(number, (int, float)):
            return float(number)
        raise self.parsed.error(
            value, f"not a value of type {attr.type}", "an attribute of that type, or a constant"
        )
