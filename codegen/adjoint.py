"""Gradients of programs, by one rule: for each load A[g] in Y[g0] = Σ e, dA[g] += dY[g0]·∂e/∂A[g].

The statements are swept in reverse. Within an expression the incoming gradient is pushed *inside*
every select, so that the derivative of a branch that was not taken is never evaluated into the
result: the gradient is select(c, dY·∂a, 0) and not select(c, dY, 0)·∂a, which would be 0·inf.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import programs
from .invert import Store, invert, substitute_axes
from .ir import (
    GROUP,
    NONE,
    RECURRENCES,
    Call,
    Input,
    Node,
    Output,
    Program,
    Statement,
    call,
    is_call,
    load,
)
from .needs import Needs
from .primitives import PRIMITIVES, NotDifferentiable
from .simplify import expand, simplify_statements
from .terms import (
    ARITHMETIC,
    Uncovered,
    index_in,
    named_axes,
    plain_index,
    remaining,
    same_term,
    scattered_dims,
    split_products,
)

#: Classes and dtypes of values that never carry a gradient.
_DISCRETE = (
    "integral",
    "int",
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
)


def gradient(program: Program, name: str | None = None, simplified: bool = True) -> Program | None:
    """The gradient of `program` as a program; None if no output depends on a float input.

    Inputs: the cotangents of the float outputs in their order, then the values that are read
    (inputs before outputs), then ghosts. Outputs: one for each float input on which an output
    depends. Their names are those of `gradient_names`.
    """
    return _Sweep(program).gradient(name or program.name + ".grad", simplified)


def gradient_names(program: Program) -> tuple[dict[str, str], dict[str, str]]:
    """Cotangents by output, gradients by input: `d` before the name, repeated if that is taken."""
    taken = {i.name for i in program.inputs} | {o.name for o in program.outputs}
    taken |= {v for s in program.statements for v in s.written} | {a.name for a in program.attrs}
    taken |= {n for n, _ in program.where} | set(_dim_names(program))

    def name(value: str) -> str:
        result = "d" + value
        while result in taken:
            result = "d" + result
        taken.add(result)
        return result

    cotangents = {o.name: name(o.name) for o in program.outputs if _continuous_output(program, o)}
    return cotangents, {i.name: name(i.name) for i in program.inputs if is_float(i)}


def is_float(declared: Input) -> bool:
    return not declared.ghost and declared.cls not in _DISCRETE


def _continuous_output(program: Program, output: Output) -> bool:
    if isinstance(output.dtype, str):
        return output.dtype not in _DISCRETE
    if output.dtype.head in ("float", "attr"):
        return True
    names = {i.name: i for i in program.inputs}
    return any(names[n].cls not in _DISCRETE for n in output.dtype.args)


def _dim_names(program: Program) -> list[str]:
    dims = [d.dims for d in program.inputs] + [d.dims for d in program.outputs]
    return named_axes(tuple(t for each in dims for t in split_products(each)))


def _class_of(program: Program, output: Output) -> str:
    """The class of an output where it is read as an input."""
    if isinstance(output.dtype, str):
        return output.dtype
    if output.dtype.head == "like":
        return program.input(output.dtype.args[0]).cls
    return "float" if output.dtype.head == "float" else "any"


def _add(terms: list[Node]) -> Node:
    result = terms[0]
    for term in terms[1:]:
        result = call("add", result, term)
    return result


class _Sweep:
    def __init__(self, program: Program):
        self.program = program
        self.inputs = {i.name: i for i in program.inputs}
        self.outputs = {o.name: o for o in program.outputs}
        self.cotangents, self.gradients = gradient_names(program)
        self.dims = {i.name: split_products(i.dims) for i in program.inputs}
        for s in program.statements:
            self.dims.update(_stored(s))
        self.dims.update({o.name: split_products(o.dims) for o in program.outputs})
        self.extents = dict(program.where)
        self.where: dict[str, Node] = {}
        self.taken = {*self.dims, *self.cotangents.values(), *self.gradients.values()}
        self.taken |= {a.name for a in program.attrs} | set(_dim_names(program)) | set(self.extents)
        self.pending: dict[str, list[Store]] = {}
        self.emitted: list[Statement] = []
        self.active = self._find_active()
        broadcast = [i for i in program.inputs if GROUP in i.dims]
        self.broadcasts = len(broadcast) > 1

    def fresh(self, hint: str) -> str:
        name, number = hint, 1
        while name in self.taken:
            number += 1
            name = f"{hint}{number}"
        self.taken.add(name)
        return name

    # ------------------------------------------------------------------------------ the sweep

    def gradient(self, name: str, simplified: bool) -> Program | None:
        for statement in reversed(self.program.statements):
            with self._from_line(statement.line):
                self._reverse(statement)
        produced = [i for i in self.gradients if self.pending.get(i)]
        for value in produced:
            reader = next(s for s in self.program.statements if value in s.read)
            with self._from_line(reader.line):
                self._finish(value)
        if not produced:
            return None
        outputs = set(self.outputs)
        forward = [s for s in self.program.statements if not outputs & set(s.written)]
        results = tuple(self.gradients[i] for i in produced)
        statements = [*forward, *self.emitted]
        if simplified:
            statements = simplify_statements(statements, results, self._definitions())
        return self._assemble(name, produced, statements)

    @contextlib.contextmanager
    def _from_line(self, line: int) -> Iterator[None]:
        """The statements emitted within derive from a formula on this line."""
        first = len(self.emitted)
        yield
        self.emitted[first:] = [replace(s, line=line) for s in self.emitted[first:]]

    def _find_active(self) -> set[str]:
        """Values through which a gradient can flow to an input."""
        active = set(self.gradients)
        for s in self.program.statements:
            if any(v in active for v in _differentiated(s)):
                active.update(_continuous(s))
        return active

    def _definitions(self) -> list[tuple[Node, Node]]:
        """(expression, load of the output that equals it): reading beats recomputing."""
        known: list[tuple[Node, Node]] = []
        for at, s in enumerate(self.program.statements):
            if s.kind == "set" and s.value in self.outputs and isinstance(s.expr, Call):
                read = load(s.value, s.index)
                known.append((s.expr, read))
                known.append((expand(s.expr, self.program.statements[:at]), read))
        return known

    def _incoming(self, value: str, index: tuple[Node, ...]) -> Call | None:
        """The gradient of a value at the points of its own store."""
        contributions = self.pending.pop(value, [])
        terms: list[Node] = []
        if value in self.cotangents:
            terms.append(load(self.cotangents[value], index))
        terms += [self._sum_of(value, c, index) for c in contributions]
        if not terms:
            return None
        if len(terms) == 1 and is_call(terms[0], "load"):
            return terms[0]
        total = self.fresh("d" + value)
        self.emitted.append(Statement("set", total, index, _add(terms)))
        return load(total, index)

    def _sum_of(self, value: str, store: Store, index: tuple[Node, ...]) -> Node:
        if not store.reduced and all(map(same_term, store.index, index)):
            return store.expr
        part = self.fresh("d" + value)
        self.emitted.append(_statement(part, store, self.dims[value]))
        return load(part, index)

    def _finish(self, value: str) -> None:
        """The statement that writes the gradient of an input."""
        target = self.gradients[value]
        stores = self.pending.pop(value)
        index = tuple(self._whole(value) if d == GROUP else d for d in self.dims[value])
        if len(stores) == 1:
            self.emitted.append(_statement(target, stores[0]))
            return
        parts: list[Node] = []
        for store in stores:
            if store.reduced:
                part = self.fresh(target)
                self.emitted.append(_statement(part, store, self.dims[value]))
                parts.append(load(part, index))
            else:
                names = zip(named_axes(store.index), named_axes(index), strict=True)
                axes: dict[str, Node] = dict(names)
                parts.append(substitute_axes(store.expr, axes))
        self.emitted.append(Statement("set", target, index, _add(parts)))

    def _whole(self, value: str) -> Node:
        """How a store to the group of an input is written."""
        return call("own", value) if self.broadcasts and value in self.inputs else GROUP

    # --------------------------------------------------------------------------- statements

    def _reverse(self, s: Statement) -> None:
        if s.kind == "call":
            flows = any(v in self.cotangents or v in self.pending for v in s.outputs)
            if flows and any(v in self.active for v in s.inputs):
                self._refuse(f"the opaque kernel {s.combine}")
            return
        if s.kind == "apply":
            self._reverse_apply(s)
            return
        if s.combine in ("argmax", "argmin", "any", "all") or s.value not in self.active:
            self.pending.pop(s.value, None)
            return
        if s.kind == "scatter":
            self._reverse_scatter(s)
            return
        incoming = self._incoming(s.value, s.index)
        if incoming is None:
            return
        domain = (*s.index, *s.domain)
        if s.kind == "reduce" and s.combine in ("max", "min"):
            winner = self.fresh("winner")
            self.emitted.append(replace(s, value=winner, combine="arg" + s.combine))
            number = Call("linear", s.domain)
            incoming = call("select", call("eq", number, load(winner, s.index)), incoming, 0.0)
        elif s.kind == "reduce" and s.combine == "prod":
            incoming = call("mul", incoming, self._exclusive_product(s))
        if is_call(s.expr, *RECURRENCES):
            self._reverse_recurrence(s, s.expr, incoming)
            return
        self._reverse_expr(s.expr, incoming, domain)

    def _reverse_recurrence(self, s: Statement, expr: Call, incoming: Node) -> None:
        """Of y[k] = a[k] y[k-1] + b[k]: db[k] = dy[k] + a[k+1] db[k+1], da[k] = db[k] y[k-1]."""
        position, factor, summand = expr.args
        axis, forward = position.args[0], expr.head == RECURRENCES[0]
        ahead, behind = (
            tuple(substitute_axes(t, {axis: call("+", axis, step)}) for t in s.index)
            for step in ((1, -1) if forward else (-1, 1))
        )
        kept = self.fresh("factor")
        total = self.fresh("d" + s.value)
        next_factor = call("guard", load(kept, ahead), 0.0)
        back = call(RECURRENCES[forward], position, next_factor, incoming)
        self.emitted.append(Statement("set", kept, s.index, factor))
        self.emitted.append(Statement("set", total, s.index, back))
        flow = load(total, s.index)
        before = call("guard", load(s.value, behind), 0.0)
        self._reverse_expr(summand, flow, s.index)
        self._reverse_expr(factor, call("mul", flow, before), s.index)

    def _reverse_apply(self, s: Statement) -> None:
        """The gradient of a program that is applied is its gradient program, applied."""
        callee, grad = programs.find(s.combine), programs.find(f"{s.combine}.grad")
        dims = dict(zip(s.outputs, s.indices, strict=True))
        incoming = {v: self._incoming(v, index) for v, index in dims.items()}
        if callee is None or grad is None or not any(incoming.values()):
            return
        cotangents, gradients = gradient_names(callee)
        outputs = dict(zip((o.name for o in callee.outputs), s.outputs, strict=True))
        inputs = dict(zip((i.name for i in callee.inputs), s.inputs, strict=True))
        known = {**inputs, **outputs}
        for output, cotangent in cotangents.items():
            value = outputs[output]
            known[cotangent] = self._whole_value(value, dims[value], incoming[value])
        input_of = {gradient: inputs[name] for name, gradient in gradients.items()}
        targets = [input_of[o.name] for o in grad.outputs]
        names = [self.fresh("d" + ("none" if t == NONE else t)) for t in targets]
        indices = [() if t == NONE else self._own_dims(t) for t in targets]
        self.emitted.append(
            Statement(
                "apply",
                names[0],
                combine=grad.name,
                outputs=tuple(names),
                inputs=tuple(known[i.name] for i in grad.inputs),
                indices=tuple(indices),
                args=s.args,
            )
        )
        for target, name, index in zip(targets, names, indices, strict=True):
            if target in self.active:
                stores = self.pending.setdefault(target, [])
                stores.append(Store(index, index, load(name, index)))

    def _dims_of(self, value: str) -> tuple[Node, ...]:
        """The dims of a value of the program, a cotangent or a temporary of the sweep."""
        if value in self.dims:
            return self.dims[value]
        for output, cotangent in self.cotangents.items():
            if value == cotangent:
                return self.dims[output]
        return next((s.index for s in self.emitted if s.value == value), ())

    def _own_dims(self, value: str) -> tuple[Node, ...]:
        return tuple(self._whole(value) if d == GROUP else d for d in self.dims[value])

    def _whole_value(self, value: str, index: tuple[Node, ...], incoming: Call | None) -> str:
        """The name of a value that is `incoming` at the points of `index`; zeros for None."""
        if incoming is None:
            incoming = call("cast", call("like", next(iter(self.gradients))), 0.0)
        if is_call(incoming, "load") and incoming.args[1].args == index:
            name = incoming.args[0]
            if any(name == s.value and s.index == index for s in self.emitted):
                return name
        name = self.fresh("d" + value)
        self.emitted.append(Statement("set", name, index, incoming))
        return name

    def _exclusive_product(self, s: Statement) -> Node:
        """The product of all other points: y/e, but right where points are 0.

        So are its first and second derivative: the product of one or two zeros is a polynomial of
        their power sums (Newton's identities), that of more has no such derivative.
        """
        is_zero = call("eq", s.expr, 0)
        zero = call("select", is_zero, s.expr, 0.0)

        def combined(name: str, combine: str, expr: Node) -> Call:
            value = self.fresh(name)
            self.emitted.append(replace(s, value=value, combine=combine, expr=expr))
            return load(value, s.index)

        count = combined("zeros", "sum", call("cast", "int64", is_zero))
        rest = combined("product", "prod", call("select", is_zero, 1.0, s.expr))
        first = combined("first", "sum", zero)
        second = combined("second", "sum", call("square", zero))

        def of_pair(first: Node, second: Node) -> Node:
            return call("mul", 0.5, call("sub", call("square", first), second))

        def by_count(counted: int, factor: Node, first: Node, second: Node) -> Node:
            """The factor times the product of the zeros, of which `counted` are none."""
            value: Node = 0.0
            products = (1.0, first, of_pair(first, second))
            for more, product in reversed(list(enumerate(products))):
                times = call("mul", call("finite", factor), product) if more else factor
                value = call("select", call("eq", count, counted + more), times, value)
            return value

        others = call("sub", first, zero), call("sub", second, call("square", zero))
        elsewhere = by_count(0, call("div", rest, s.expr), first, second)
        return call("select", is_zero, by_count(1, rest, *others), elsewhere)

    def _reverse_scatter(self, s: Statement) -> None:
        dims = tuple(self._whole(s.value) if d == GROUP else d for d in self.dims[s.value])
        incoming = self._incoming(s.value, dims)
        if incoming is None:
            return
        place = plain_index(s.index)
        incoming = load(incoming.args[0], place)
        if any(is_call(t, *ARITHMETIC, "lin", "unlin") for t in place):
            incoming = call("guard", incoming, 0.0)
        if s.combine in ("set", "max", "min"):
            won = self._scatter_winner(s, place)
            incoming = call("select", won, incoming, 0.0)
        elif s.combine != "sum":
            self._refuse(f"a scatter with {s.combine}")
        self._reverse_expr(s.expr, incoming, s.domain)

    def _scatter_winner(self, s: Statement, place: tuple[Node, ...]) -> Node:
        """True at the point whose value a place holds: the last set there, the first extreme."""
        winner = self.fresh("winner")
        number: Node = Call("linear", s.domain)
        index = tuple(map(index_in, self.dims[s.value], s.index))
        if s.combine == "set":
            self.emitted.append(replace(s, value=winner, index=index, expr=number))
        else:
            holds = call("eq", s.expr, load(s.value, place))
            candidate = call("select", holds, number, Call("count", s.domain))
            self.emitted.append(
                replace(s, value=winner, index=index, expr=candidate, combine="min")
            )
        return call("eq", number, call("guard", load(winner, place), -1))

    def _refuse(self, what: str):
        raise NotDifferentiable(
            f"{self.program.name}: no gradient is derived through {what}; "
            "write `backward:` in its entry"
        )

    # -------------------------------------------------------------------------- expressions

    def _reverse_expr(self, expr: Node, incoming: Node, domain: tuple[Node, ...]) -> None:
        order, active = _postorder(expr, self.active)
        adjoint: dict[Node, dict[tuple, list[Node]]] = {expr: {}}
        for context, term in _split(incoming):
            adjoint[expr].setdefault(context, []).append(term)
        for node in reversed(order):
            if node not in active or node not in adjoint:
                continue
            if is_call(node, "load", "guard"):
                access = node.args[0] if node.head == "guard" else node
                if node.head == "guard" and node.args[1] in active:
                    self._refuse("the fallback of a guard")
                self._contribute(access, _join(adjoint[node]), domain)
                continue
            for operand, rule in _rules(node):
                if operand not in active:
                    continue
                into = adjoint.setdefault(operand, {})
                for context, terms in adjoint[node].items():
                    for extra, term in _split(rule(_add(terms))):
                        into.setdefault(context + extra, []).append(term)

    def _contribute(self, access: Call, expr: Node, domain: tuple[Node, ...]) -> None:
        value, index = access.args[0], access.args[1].args
        dims = self.dims[value]
        whole = self._whole(value)
        store = invert(index, domain, expr, dims, self.extents, self.fresh, self._dims_of, whole)
        if store is None:
            own = tuple(self._whole(value) if t == GROUP else t for t in index)
            store = _one_hot(index, domain, expr, dims) or _Scatter(own, domain, expr)
        self.where.update(store.where)
        self.extents.update(store.where)
        stores = self.pending.setdefault(value, [])
        for position, other in enumerate(stores):
            if (
                type(other) is type(store)
                and other.index == store.index
                and other.domain == store.domain
            ):
                stores[position] = replace(other, expr=call("add", other.expr, store.expr))
                return
        stores.append(store)

    # ------------------------------------------------------------------------------ assembly

    def _assemble(self, name: str, produced: list[str], statements: list[Statement]) -> Program:
        read = {v for s in statements for v in s.read}
        several = len(self.cotangents) > 1
        inputs = [
            Input(c, "float", self.outputs[o].dims, default=0.0 if several else None)
            for o, c in self.cotangents.items()
            if c in read
        ]
        inputs += [replace(i, ghost=False) for i in self.program.inputs if i.name in read]
        inputs += [
            Input(o.name, _class_of(self.program, o), o.dims)
            for o in self.program.outputs
            if o.name in read
        ]
        outputs = []
        for value in produced:
            dims = tuple(self._whole(value) if d == GROUP else d for d in self.inputs[value].dims)
            outputs.append(Output(self.gradients[value], self._dtype_of(value, inputs), dims))
        where = {**dict(self.program.where), **self.where}
        needs = Needs(self.program, inputs, outputs, statements, where)
        inputs += needs.ghosts()
        return Program(
            name,
            tuple(inputs),
            self.program.attrs,
            tuple(outputs),
            tuple(statements),
            tuple((n, e) for n, e in where.items() if n in needs.used_where),
            (),
            f"Gradient of {self.program.name}.",
            self.program.source,
        )

    def _dtype_of(self, value: str, inputs: list[Input]) -> Call:
        """Like the input itself; like the cotangent where that has its dtype and saves a ghost."""
        present = {i.name: i for i in inputs}
        if value not in present:
            for output, cotangent in self.cotangents.items():
                same = self.outputs[output].dtype == call("like", value)
                if same and cotangent in present and present[cotangent].default is None:
                    return call("like", cotangent)
        return call("like", value)


@dataclass
class _Scatter(Store):
    """A sum through data-dependent indices: `index` are not axes."""

    @property
    def reduced(self) -> tuple[Node, ...]:
        return self.domain


def _statement(value: str, store: Store, dims: tuple[Node, ...] = ()) -> Statement:
    """The statement that writes `value`; `dims` are given for a temporary, which declares none."""
    if isinstance(store, _Scatter):
        index = store.index
        if dims:
            index = tuple(map(index_in, dims, index))
        return Statement("scatter", value, index, store.expr, "sum", store.domain)
    if store.reduced:
        return Statement("reduce", value, store.index, store.expr, "sum", store.reduced)
    return Statement("set", value, store.index, store.expr)


def _one_hot(index, domain, expr, dims) -> Store | None:
    """A store through a gathered index that no two points share: a comparison at each target."""
    store, condition = [], None
    for dim, term in zip(dims, index, strict=False):
        number: Node | None = None
        extent: Node
        if is_call(term, "sub") and dim == GROUP:
            number, axis, extent = term.args[1], call("at", term.args[0]), call("sel", term.args[0])
        elif isinstance(dim, str) and dim != term and dim != GROUP:
            number, axis, extent = term, call("index", dim), dim
        if number is None:
            if dim != term:
                return None
        elif condition is not None or not is_call(number, "gather"):
            return None
        else:
            count = call("count", extent)
            number = number.args[0]
            number = call("select", call("lt", number, 0), call("add", number, count), number)
            condition = call("eq", axis, number)
        store.append(dim)
    try:
        if condition is None or remaining(domain, index):
            return None
    except Uncovered:
        return None
    names = [n for n in named_axes(tuple(store)) if n in named_axes(domain)]
    if len(names) != len(named_axes(domain)):
        return None
    return Store(tuple(store), tuple(store), call("select", condition, expr, 0.0))


# ---------------------------------------------------------------------------------- expressions


def _stored(s: Statement) -> dict[str, tuple[Node, ...]]:
    """What a statement writes, and the terms of each."""
    if s.kind == "apply":
        return dict(zip(s.outputs, s.indices, strict=True))
    return dict.fromkeys(s.written, scattered_dims(s.index) if s.kind == "scatter" else s.index)


def _continuous(s: Statement) -> tuple[str, ...]:
    """What a statement writes and a gradient may reach."""
    if s.kind != "apply":
        return s.written
    callee = programs.find(s.combine)
    if callee is None or programs.find(f"{s.combine}.grad") is None:
        return ()
    return tuple(
        name
        for name, output in zip(s.outputs, callee.outputs, strict=True)
        if _continuous_output(callee, output)
    )


def _differentiated(s: Statement) -> list[str]:
    if s.kind in ("call", "apply"):
        return list(s.inputs)
    if s.combine in ("argmax", "argmin", "any", "all"):
        return []
    return [n.args[0] for n in _children_first(s.expr) if is_call(n, "load")]


def _operands(node: Node) -> tuple[Node, ...]:
    """The operands through which a gradient may flow."""
    if not isinstance(node, Call) or node.head in (
        "load",
        "index",
        "at",
        "linear",
        "count",
        "uniform",
    ):
        return ()
    if node.head == "detach":
        return ()
    if node.head == "cast":
        return () if node.args[0] in _DISCRETE else node.args[1:]
    return node.args


def _children_first(expr: Node) -> list[Node]:
    """Distinct nodes that a gradient may reach, operands before their users."""
    order: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if not isinstance(node, Call) or node in order:
            return
        for operand in _operands(node):
            visit(operand)
        order[node] = None

    visit(expr)
    return list(order)


def _postorder(expr: Node, active_values: set[str]) -> tuple[list[Call], set[Node]]:
    order = [node for node in _children_first(expr) if isinstance(node, Call)]
    active: set[Node] = set()
    for node in order:
        if is_call(node, "load"):
            if node.args[0] in active_values:
                active.add(node)
        elif any(operand in active for operand in _operands(node) if isinstance(operand, Call)):
            active.add(node)
    return order, active


def _rules(node: Call):
    """(operand, incoming gradient -> gradient of the operand), where that is not zero."""
    if node.head == "cast":
        return [(node.args[1], lambda g: g)]
    if node.head == "and":
        return []
    primitive = PRIMITIVES[node.head]
    names = dict(zip("abc", node.args, strict=False), y=node)
    rules = []
    for position, operand in enumerate(node.args):
        if not isinstance(operand, Call) or primitive.derivatives[position] == "0":
            continue
        rule = primitive.derivative(position)
        rules.append((operand, lambda g, rule=rule: _substitute(rule, {**names, "g": g})))
    return rules


def _substitute(rule: Node, names: dict[str, Node]) -> Node:
    if isinstance(rule, str):
        return names[rule]
    if not isinstance(rule, Call):
        return rule
    return Call(rule.head, tuple(_substitute(a, names) for a in rule.args))


def is_zero(node: Node) -> bool:
    return isinstance(node, (int, float)) and not isinstance(node, bool) and node == 0


def _split(node: Node, context: tuple = ()):
    """The branches of nested selects that are not 0, each with the conditions that lead to it."""
    if is_call(node, "select"):
        condition, taken, other = node.args
        yield from _split(taken, (*context, (condition, True)))
        yield from _split(other, (*context, (condition, False)))
    elif not is_zero(node):
        yield context, node


def _join(branches: dict[tuple, list[Node]]) -> Node:
    """The sum of branches as nested selects: the inverse of `_split`."""
    terms = list(branches.get((), ()))
    nested: dict[Node, tuple[dict, dict]] = {}
    for context, values in branches.items():
        if context:
            (condition, taken), *rest = context
            sides = nested.setdefault(condition, ({}, {}))
            sides[0 if taken else 1].setdefault(tuple(rest), []).extend(values)
    for condition, (taken, other) in nested.items():
        operands = [_join(side) if side else 0.0 for side in (taken, other)]
        terms.append(call("select", condition, *operands))
    return _add(terms)
