"""Formulas to statements.

Pointwise expressions stay inline; each reduction becomes a statement with a temporary, unless it is
the whole of an output. Every lowered expression knows the terms that it extends `over`, so that a
temporary gets just the axes it has and an output is checked to have all axes of its formula.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from . import hints
from .diagnostics import Scalar, error
from .formula_checks import axes_text, check_inside, is_float, refuse_float
from .indices import Indices
from .ir import GROUP, RECURRENCES, Call, Node, Output, Statement, call, index_of, is_call, load
from .primitives import PRIMITIVES
from .signature import (
    AXIS_TYPES,
    LISTS,
    Signature,
    attribute_element,
    axis_attribute,
    axis_call,
    dtype_node,
    flat_dims,
)
from .stability import advice
from .syntax import (
    BINARY,
    COMPARE,
    Line,
    Parsed,
    constant,
    elements,
    is_ellipsis,
    is_name,
    is_scatter,
    parse_formula,
    value_names,
)
from .tensor_lines import TensorLines
from .terms import index_in
from .values import Over, Reduction, Value, merge, over_of

SCATTERS = ("sum", "max", "min", "prod", "set")
REDUCTIONS = ("sum", "max", "min", "prod", "any", "all", "argmax", "argmin")
OPERATORS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "&": "bitwise_and",
    "|": "bitwise_or",
    "^": "bitwise_xor",
    "<<": "shift_left",
    ">>": "shift_right",
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
}
CONSTANTS = {"inf": math.inf, "nan": math.nan, "pi": math.pi, "true": True, "false": False}
SPECIAL = ("recurrence", "mean", "guard", "at", "count", "linear", "uniform", "detach", "cast")
FUNCTIONS = tuple(n for n in PRIMITIVES if n not in ("select", *OPERATORS.values()))


@dataclass
class Lowerer(Indices, TensorLines):
    """Lowers the formulas of one program; `values` are the dims of the tensors they may read."""

    signature: Signature
    values: dict[str, tuple[Node, ...]]
    prefix: str = "t"
    statements: list[Statement] = field(default_factory=list)
    locals: dict[str, ast.expr] = field(default_factory=dict)
    tensors: dict[str, str] = field(default_factory=dict)  # assigned with axes: the temporary
    reserved: set[str] = field(default_factory=set)  # names of temporaries yet to be written
    parsed: Parsed = field(init=False)
    functions = FUNCTIONS
    output: Output | None = None  # the one that is being written
    _memo: dict[str, Value] = field(default_factory=dict)

    # ---------------------------------------------------------------------------- whole formulas

    def formula(self, scalar: Scalar, results: tuple[str, ...]) -> dict[str, ast.expr]:
        """Reads the lines; gives the expression of each result, in the order of assignment.

        Other assigned names are temporaries that stand for their expression.
        """
        self.parsed, lines = parse_formula(scalar)
        if not lines:
            raise error(scalar.mark, "the formula is empty", "an expression")
        found: dict[str, ast.expr] = {}
        self.locals.clear()
        self._memo.clear()
        for name in self.tensors:
            del self.values[name]
        self.tensors.clear()
        used: set[str] = set()
        for line in lines:
            if not line.names and len(results) > 1:
                raise self.parsed.error(
                    line.node,
                    f"one value for {len(results)} outputs",
                    "'name = expression' for each",
                )
            used |= self._used(line, lines, results)
            if line.targets:
                self.make_tensors(line, results)
                continue
            for name in line.names or results[:1]:
                self._assign(name, line, results, found)
        for line in lines:
            if line.targets and used & set(line.names):
                continue
            for name in set(line.names) - used - set(results):
                raise self.parsed.error(
                    line.node, f"{name!r} is never used", "a later line with it"
                )
        missing = [r for r in results if r not in found]
        if missing:
            raise self.parsed.error(
                lines[-1].node,
                f"nothing is assigned to {', '.join(missing)}",
                f"a last line with the result, or a line for each of {', '.join(results)}",
            )
        return found

    def _used(self, line: Line, lines: list[Line], results: tuple[str, ...]) -> set[str]:
        """The names that a line reads; those of the formula must be assigned above it."""
        assigned = {name for each in lines for name in each.names}
        names = set()
        for node in value_names(line.expr):
            new = node.id not in self.values and not self.signature.type_of(node.id)
            if new and node.id in (line.names or results[:1]):
                raise self.parsed.error(
                    node,
                    f"{node.id!r} is what this line computes",
                    "a formula of inputs, attributes, axes and names assigned above",
                )
            if node.id in assigned and node.id not in self.locals and node.id not in self.values:
                raise self.parsed.error(
                    node,
                    f"{node.id!r} is used before it is assigned",
                    "lines in order of their use",
                )
            names.add(node.id)
        return names

    def _assign(
        self, name: str, line: Line, results: tuple[str, ...], found: dict[str, ast.expr]
    ) -> None:
        taken = [*self.locals, *self.values, *self.signature.attrs, *self.signature.axes]
        if name in taken:
            raise self.parsed.error(
                line.node, f"the name {name!r} is taken", "a new name: values never change"
            )
        if name in results:
            found[name] = line.expr
        self.locals[name] = line.expr

    def write(
        self,
        output: Output,
        expr: ast.expr,
        index: tuple[Node, ...],
        reduced: tuple[Node, ...] = (),
        shown: str = "",
    ) -> None:
        """`output[index] = expr`, summed over `reduced` where a gradient must be unbroadcast.

        Errors call the output `shown`.
        """
        shown = shown or output.name
        covered = over_of(index + reduced, self.signature)
        self.output = output
        if is_scatter(expr):
            self.statements.append(self._scatter(output.name, output, expr))
            return
        line = self._line(expr)
        reduction = self._reduction(self._resolve(expr))
        if reduction is not None and self._needs_no_temporary(reduction, index, reduced):
            self._check_covered(reduction.over, covered, expr, shown)
            domain = reduced + reduction.domain
            body = reduction.body
            self.statements.append(
                Statement(
                    "reduce",
                    output.name,
                    index,
                    body.expr,
                    reduction.combine,
                    domain,
                    line=reduction.line,
                )
            )
            self._remember(output.name, index)
            return
        value = self._recurrence(self._resolve(expr))
        if value is None or reduced or value.over != over_of(index, self.signature):
            value = self.value(expr)
        self._check_covered(value.over, covered, expr, shown)
        if reduced:
            self.statements.append(
                Statement("reduce", output.name, index, value.expr, "sum", reduced, line=line)
            )
        else:
            self.statements.append(Statement("set", output.name, index, value.expr, line=line))
        self._remember(output.name, index)

    def _line(self, node: ast.expr) -> int:
        """The line of the file that the node is on."""
        return self.parsed.mark(node).line

    def _remember(self, name: str, index: tuple[Node, ...]) -> None:
        """Later lines load the output instead of computing it again."""
        self._memo[name] = Value(load(name, index), over_of(index, self.signature))

    def _needs_no_temporary(
        self, reduction: Reduction, index: tuple[Node, ...], reduced: tuple[Node, ...]
    ) -> bool:
        """True iff one statement can do the reduction and store it: sums of sums are one sum."""
        if reduced:
            return reduction.combine == "sum"
        return reduction.over == over_of(index, self.signature)

    def _check_covered(self, over: Over, covered: Over, expr: ast.expr, shown: str) -> None:
        extra = over - covered
        if GROUP in covered:
            extra = Over(t for t in extra if not is_call(t, "sel", "rest"))
        if extra:
            names = ", ".join(map(axes_text, sorted(extra, key=str)))
            raise self.parsed.error(
                expr,
                f"the formula extends over {names}, the result {shown} does not",
                "a reduction over it, or an output that has it",
            )

    def _scatter(self, name: str, output: Output, expr: Any) -> Statement:
        """`scatter[index](e)`: zeros with the dims of the output, plus e at index for its points.

        `scatter[index](e, max)` combines otherwise.
        """
        combine = expr.args[1] if len(expr.args) == 2 else ast.Name("sum")
        if len(expr.args) not in (1, 2) or expr.keywords or not is_name(combine, SCATTERS):
            raise self.parsed.error(
                expr,
                "scatter takes a value and how values at one place combine",
                "scatter[index](value) or scatter[index](value, " + " | ".join(SCATTERS) + ")",
            )
        value = self.value(expr.args[0])
        index = self.index(
            expr.func, flat_dims(output.dims), elements(expr.func.slice), output.name
        )
        domain = self.terms(merge(value.over, over_of(index, self.signature)))
        line = self._line(expr)
        return Statement("scatter", name, index, value.expr, combine.id, domain, line=line)

    def _scatter_temporary(self, expr: ast.Call) -> Value:
        """A scatter inside a formula; equal ones share a temporary."""
        if self.output is None:
            raise self.parsed.error(
                expr, "the dims and dtype of the scatter's output are not known", "out: with both"
            )
        dims = flat_dims(self.output.dims)
        new = self._scatter(self.fresh(), self.output, expr)
        new = dataclasses.replace(new, index=tuple(map(index_in, dims, new.index)))
        for done in self.statements:
            if dataclasses.replace(done, value=new.value) == new:
                return Value(load(done.value, dims), over_of(dims, self.signature))
        self.statements.append(new)
        return Value(load(new.value, dims), over_of(dims, self.signature))

    # -------------------------------------------------------------------------------- reductions

    def _resolve(self, node: ast.expr) -> ast.expr:
        """The expression behind a name that was assigned."""
        while isinstance(node, ast.Name) and node.id in self.locals:
            node = self.locals[node.id]
        return node

    def _reduction(self, node: ast.expr) -> Reduction | None:
        """The reduction that the node is; None for any other expression."""
        if not isinstance(node, ast.Call):
            return None
        if is_name(node.func, REDUCTIONS):
            return self._axis_reduction(node)
        if isinstance(node.func, ast.Subscript) and is_name(node.func.value, REDUCTIONS):
            return self._named_reduction(node)
        return None

    def _named_reduction(self, node: Any) -> Reduction:
        """`sum[c, r](e)`, `sum[c, ...](e)`."""
        terms = self._named_terms(node)
        (body,) = self._arguments(node, 1)
        for term in terms:
            if term not in body.over:
                what = "the group" if term == GROUP else term
                raise self.parsed.error(
                    node, f"the reduced expression does not extend over {what}", "an axis of it"
                )
        over = body.over - set(terms)
        return Reduction(node.func.value.id, terms, body, over, self._line(node))

    def _named_terms(self, node: Any) -> tuple[Node, ...]:
        """What stands between the brackets of a reduction: named axes and `...`."""
        terms: list[Node] = []
        for item in elements(node.func.slice):
            if is_ellipsis(item):
                terms.append(GROUP)
            elif isinstance(item, ast.Name) and item.id in self.signature.axes:
                terms.append(item.id)
            else:
                raise self.parsed.unknown(item, "axis", self.parsed.text(item), self.signature.axes)
        return tuple(terms)

    def _axis_reduction(self, node: Any) -> Reduction:
        """`sum(e, axis)`, `sum(e, rest(axis))`, `sum(e, ...)`."""
        name = node.func.id
        if len(node.args) != 2 or node.keywords:
            raise self.parsed.error(
                node,
                f"{name} reduces a value over axes",
                f"{name}(x, axis), {name}(x, rest(axis)), {name}(x, ...) or "
                f"{name}[k](x); the pointwise max and min are maximum(a, b) and minimum(a, b)",
            )
        body = self.value(node.args[0])
        term = self._axes_term(node.args[1])
        group = Over(t for t in body.over if t == GROUP or is_call(t, "sel", "rest"))
        if GROUP not in group and term not in group:
            raise self.parsed.error(
                node,
                f"the reduced value does not extend over {axes_text(term)}",
                "a value that does, or sum[k](...) for a named axis",
            )
        over = body.over - group
        if is_call(term, "sel", "rest") and GROUP in group:
            over |= {call("rest" if term.head == "sel" else "sel", term.args[0])}
        return Reduction(name, (term,), body, over, self._line(node))

    def _axes_term(self, node: ast.expr) -> Node:
        """The axes that a reduction, `count` or `linear` names."""
        if is_ellipsis(node):
            return GROUP
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            term = axis_call(self.parsed, node, self.signature)
            if term.head == "rest":
                return term
            raise self.parsed.error(
                node, f"{term.head} names no axes here", "axis, rest(axis) or ..."
            )
        if isinstance(node, ast.Name):
            if self.signature.type_of(node.id) in AXIS_TYPES:
                return call("sel", node.id)
            if self.signature.type_of(node.id) == "shape":
                return call("shape", node.id)
            if node.id in self.signature.axes:
                return node.id
        if isinstance(node, (ast.Constant, ast.UnaryOp, ast.Tuple)):
            raise self.parsed.error(
                node,
                f"axes are attributes, not numbers: {self.parsed.text(node)!r}",
                f"'axis: axes = {self.parsed.text(node)}' in the signature, and axis here",
            )
        attrs = [a.name for a in self.signature.attrs.values() if a.type in (*AXIS_TYPES, "shape")]
        raise self.parsed.unknown(
            node, "axes", self.parsed.text(node), [*attrs, *self.signature.axes, "..."]
        )

    def _store_temporary(self, reduction: Reduction) -> Value:
        """The temporary of a reduction; equal reductions share one."""
        index = self.terms(reduction.over)
        expr = reduction.body.expr
        new = Statement(
            "reduce",
            self.fresh(),
            index,
            expr,
            reduction.combine,
            reduction.domain,
            line=reduction.line,
        )
        return self._loaded(new, reduction.over)

    def _loaded(self, new: Statement, over: Over) -> Value:
        """The temporary that the statement writes, or that an equal one has written."""
        for done in self.statements:
            if dataclasses.replace(done, value=new.value) == new:
                return Value(load(done.value, new.index), over)
        self.statements.append(new)
        return Value(load(new.value, new.index), over)

    # ------------------------------------------------------------------------------- recurrences

    def _recurrence(self, node: ast.expr) -> Value | None:
        """`recurrence[k](a, b)` or `recurrence[-k](a, b)`; None for any other expression."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Subscript):
            return None
        if not is_name(node.func.value, ("recurrence",)):
            return None
        axis = node.func.slice
        back = isinstance(axis, ast.UnaryOp) and isinstance(axis.op, ast.USub)
        axis = axis.operand if isinstance(axis, ast.UnaryOp) else axis
        if not isinstance(axis, ast.Name) or axis.id not in self.signature.axes:
            raise self.parsed.unknown(axis, "axis", self.parsed.text(axis), self.signature.axes)
        factor, summand = self._arguments(node, 2)
        over = merge(factor.over, summand.over)
        if axis.id not in over:
            raise self.parsed.error(
                node, f"the recurrence does not extend over {axis.id}", "values along its axis"
            )
        position = call("index", axis.id)
        return Value(call(RECURRENCES[back], position, factor.expr, summand.expr), over)

    def _special_recurrence(self, node: ast.Call) -> Value:
        raise self.parsed.error(
            node,
            "a recurrence runs along a named axis",
            "recurrence[k](a, b) or recurrence[-k](a, b)",
        )

    def fresh(self) -> str:
        taken = {
            *self.signature.names(),
            *self.signature.outputs,
            *self.values,
            *(name for s in self.statements for name in s.written),
            *self.reserved,
        }
        return next(n for n in (f"{self.prefix}{i}" for i in itertools.count(1)) if n not in taken)

    def terms(self, over: Over) -> tuple[Node, ...]:
        """`over` as an ordered list: the group's axes first, then named axes as declared."""
        names = [a for a in self.signature.axes if a in over]
        group = sorted((t for t in over if t not in names), key=str)
        for at, term in enumerate(group):
            axis = term.args[0] if is_call(term, "rest") else ""
            replacing = [n for n in names if (axis, n) in self.signature.subs]
            if replacing:
                names.remove(replacing[0])
                group[at] = call("sub", axis, replacing[0])
        return (*group, *names)

    # -------------------------------------------------------------------------------- expressions

    def value(self, node: ast.expr) -> Value:
        method: Callable[[ast.expr], Value] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise self.parsed.error(
                node,
                f"not part of the language: {self.parsed.text(node)!r}",
                "docs/ops-language.md",
            )
        value = method(node)
        remedy = advice(value.expr, self.statements)
        if remedy is not None and not isinstance(node, ast.Name):
            raise self.parsed.error(node, f"{self.parsed.text(node)!r} loses digits", remedy)
        return value

    def _Constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, (bool, int, float)):
            return Value(node.value)
        raise self.parsed.error(node, f"not a number: {self.parsed.text(node)}", "a number")

    def _Name(self, node: ast.Name) -> Value:
        name = node.id
        if name in self.locals:
            if name not in self._memo:
                self._memo[name] = self.value(self.locals[name])
            return self._memo[name]
        if name in self.values:
            index = flat_dims(self.values[name])
            value = self.tensors.get(name, name)
            return Value(load(value, index), over_of(index, self.signature))
        kind = self.signature.type_of(name)
        if kind in ("real", "int", "flag"):
            return Value(name)
        if kind:
            raise self.parsed.error(
                node,
                f"{name!r} of type {kind} is not a value",
                f"an element such as '{name}[0]'" if kind in LISTS else "a real, an int or a flag",
            )
        if name in self.signature.axes:
            return Value(call("index", name), Over([name]))
        if name in CONSTANTS:
            return Value(CONSTANTS[name])
        known = [
            *self.values,
            *self.signature.attrs,
            *self.locals,
            *self.signature.axes,
            *CONSTANTS,
        ]
        raise self.parsed.unknown(
            node, "name", name, known, "an input, an attribute, an axis or a name assigned above"
        )

    def _apply(self, primitive: str, *operands: Value) -> Value:
        return Value(
            call(primitive, *(o.expr for o in operands)), merge(*(o.over for o in operands))
        )

    def _BinOp(self, node: ast.BinOp) -> Value:
        sign = BINARY.get(type(node.op))
        if sign is None:
            raise self.parsed.error(
                node, "not an operator of the language", " ".join(sorted(BINARY.values()))
            )
        if sign == "**" and constant(node.right) == 2:
            return self._apply("square", self.value(node.left))
        if sign in ("&", "|", "^"):
            for side in (node.left, node.right):
                refuse_float(self.parsed, side, self.value(side).expr, sign, self.signature)
        return self._apply(OPERATORS[sign], self.value(node.left), self.value(node.right))

    def _condition(self, node: ast.expr) -> Value:
        value = self.value(node)
        if is_float(value.expr, self.signature):
            raise self.parsed.error(
                node,
                f"a condition is true or false, {self.parsed.text(node)!r} is a float",
                f"a comparison such as '{self.parsed.text(node)} != 0'",
            )
        return value

    def _Attribute(self, node: ast.Attribute) -> Value:
        raise self.parsed.error(
            node,
            f"a tensor has no {node.attr!r} in a formula",
            hints.ATTRIBUTES.get(node.attr, "a name without '.'"),
        )

    def _UnaryOp(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.USub):
            number = constant(node)
            if isinstance(number, (int, float)):
                return Value(number)
            return self._apply("neg", self.value(node.operand))
        if isinstance(node.op, ast.Not):
            return self._apply("logical_not", self._condition(node.operand))
        if isinstance(node.op, ast.Invert):
            return self._apply("bitwise_not", self.value(node.operand))
        return self.value(node.operand)

    def _BoolOp(self, node: ast.BoolOp) -> Value:
        primitive = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
        result = self._condition(node.values[0])
        for operand in node.values[1:]:
            result = self._apply(primitive, result, self._condition(operand))
        return result

    def _Compare(self, node: ast.Compare) -> Value:
        sides = [self.value(side) for side in (node.left, *node.comparators)]
        pairs = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if type(op) not in COMPARE:
                raise self.parsed.error(
                    node, "not a comparison of numbers", " ".join(COMPARE.values())
                )
            pairs.append(self._apply(OPERATORS[COMPARE[type(op)]], left, right))
        return functools.reduce(lambda a, b: self._apply("logical_and", a, b), pairs)

    def _IfExp(self, node: ast.IfExp) -> Value:
        test = self._condition(node.test)
        return self._apply("select", test, self.value(node.body), self.value(node.orelse))

    def _Subscript(self, node: ast.Subscript) -> Value:
        value = self._indexed(node)
        if is_call(value.expr, "load") and isinstance(node.value, ast.Name):
            dims = flat_dims(self.values[node.value.id])
            check_inside(self.parsed, node, dims, index_of(value.expr), self.signature)
        return value

    def _indexed(self, node: ast.Subscript) -> Value:
        if isinstance(node.value, ast.Attribute):
            return self._Attribute(node.value)
        if not isinstance(node.value, ast.Name):
            raise self.parsed.error(
                node, "only tensors and list attributes are indexed", "x[i, j] or stride[0]"
            )
        name = node.value.id
        if name not in self.values:
            if self.signature.type_of(name):
                return Value(attribute_element(self.parsed, node, self.signature))
            raise self.parsed.unknown(node, "tensor", name, self.values)
        index = self.index(node, flat_dims(self.values[name]), elements(node.slice), name)
        value = self.tensors.get(name, name)
        return Value(load(value, index), over_of(index, self.signature))

    def _Call(self, node: ast.Call) -> Value:
        reduction = self._reduction(node)
        if reduction is not None:
            return self._store_temporary(reduction)
        if is_scatter(node):
            return self._scatter_temporary(node)
        recurrence = self._recurrence(node)
        if recurrence is not None:
            index = self.terms(recurrence.over)
            new = Statement("set", self.fresh(), index, recurrence.expr, line=self._line(node))
            return self._loaded(new, recurrence.over)
        if isinstance(node.func, ast.Subscript) and is_name(node.func.value, ("mean",)):
            total = dataclasses.replace(self._named_reduction(node), combine="sum")
            return self._mean_of(total, total.domain)
        if not isinstance(node.func, ast.Name):
            attribute = getattr(node.func, "attr", "")
            is_known = attribute in (*FUNCTIONS, *REDUCTIONS, *SPECIAL)
            raise self.parsed.error(
                node,
                f"not a function: {self.parsed.text(node.func)!r}",
                f"{attribute}(...)" if is_known else "name(arguments)",
            )
        name = node.func.id
        if name in hints.FUNCTIONS and name not in FUNCTIONS:
            raise self.parsed.error(node, f"unknown function {name!r}", hints.FUNCTIONS[name])
        if self.callee(node) is not None:
            raise self.parsed.error(
                node,
                f"the result of the op {name} needs axes",
                f"a line of its own: 't[..., k] = {name}(...)'",
            )
        if node.keywords:
            raise self.parsed.error(node, f"{name} takes no keywords", f"{name}(a, b)")
        if name in SPECIAL:
            return getattr(self, f"_special_{name}")(node)
        if name not in FUNCTIONS:
            known = [*FUNCTIONS, *REDUCTIONS, *SPECIAL, "scatter"]
            raise self.parsed.unknown(
                node, "function", name, known, "a scalar primitive, a reduction or a form"
            )
        return self._apply(name, *self._arguments(node, PRIMITIVES[name].arity))

    def _arguments(self, node: ast.Call, count: int) -> list[Value]:
        self._expect_arguments(node, count)
        return [self.value(arg) for arg in node.args]

    def _expect_arguments(self, node: ast.Call, count: int, usage: str = "") -> None:
        if len(node.args) != count:
            what = self.parsed.text(node.func)
            plural = "argument" if count == 1 else "arguments"
            raise self.parsed.error(
                node,
                f"{what} takes {count} {plural}, not {len(node.args)}",
                usage or f"{what}({', '.join('abc'[:count])})",
            )

    # --------------------------------------------------------------------------------- the forms

    def _special_mean(self, node: ast.Call) -> Value:
        self._expect_arguments(node, 2, "mean(x, axis)")
        total = dataclasses.replace(self._axis_reduction(node), combine="sum")
        return self._mean_of(total, (self._axes_term(node.args[1]),))

    def _mean_of(self, total: Reduction, terms: tuple[Node, ...]) -> Value:
        return self._apply("div", self._store_temporary(total), Value(call("count", *terms)))

    def _special_guard(self, node: ast.Call) -> Value:
        self._expect_arguments(node, 2, "guard(x[...], 0)")
        target = node.args[0]
        inner = self._indexed(target) if isinstance(target, ast.Subscript) else self.value(target)
        if not is_call(inner.expr, "load"):
            raise self.parsed.error(
                node.args[0], "only an indexed tensor is guarded", "guard(x[i + 1], 0)"
            )
        outside = self.value(node.args[1])
        if isinstance(outside.expr, Call):
            raise self.parsed.error(
                node.args[1],
                "what a guard gives outside is a number or an attribute",
                "a if i < count(k) else b",
            )
        return self._apply("guard", inner, outside)

    def _special_at(self, node: ast.Call) -> Value:
        self._expect_arguments(node, 1, "at(axis)")
        argument = node.args[0]
        if isinstance(argument, ast.Name) and argument.id in self.signature.axes:
            raise self.parsed.error(
                argument,
                f"{argument.id!r} is a named axis, not an attribute",
                f"{argument.id} alone",
            )
        axis = axis_attribute(self.parsed, argument, self.signature)
        return Value(call("at", axis), Over([call("sel", axis)]))

    def _special_count(self, node: ast.Call) -> Value:
        if not node.args:
            raise self.parsed.error(node, "count counts along axes", "count(axis) or count(...)")
        return Value(call("count", *map(self._axes_term, node.args)))

    def _special_linear(self, node: ast.Call) -> Value:
        terms = tuple(map(self._axes_term, node.args))
        return Value(call("linear", *terms), over_of(terms, self.signature))

    def _special_uniform(self, node: ast.Call) -> Value:
        """`uniform(key)` counts the points of the group, `uniform(key, e)` gives the counter."""
        if len(node.args) not in (1, 2):
            raise self.parsed.error(
                node,
                f"uniform takes 1 or 2 arguments, not {len(node.args)}",
                "uniform(key, counter)",
            )
        key = node.args[0]
        if not isinstance(key, ast.Name) or self.signature.type_of(key.id) != "rng":
            raise self.parsed.error(
                key, "the key of uniform is an attribute of type rng", "'key: rng' in the signature"
            )
        counter = Value(call("linear", GROUP), Over([GROUP]))
        if len(node.args) == 2:
            counter = self.value(node.args[1])
        return Value(call("uniform", key.id, counter.expr), counter.over)

    def _special_detach(self, node: ast.Call) -> Value:
        return self._apply("detach", *self._arguments(node, 1))

    def _special_cast(self, node: ast.Call) -> Value:
        self._expect_arguments(node, 2, "cast(x, float32) or cast(x, like(y))")
        value = self.value(node.args[0])
        return Value(
            call("cast", dtype_node(self.parsed, node.args[1], self.signature), value.expr),
            value.over,
        )

    def is_builtin(self, name: str) -> bool:
        return name in (*FUNCTIONS, *REDUCTIONS, *SPECIAL)


def reads(statements: Iterable[Statement]) -> set[str]:
    """The values that are read anywhere."""
    return {name for statement in statements for name in statement.read}
