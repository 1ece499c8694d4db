"""Programs over a batch: what a program computes for one example, for all of them at once.

Every batched value gets one more named axis, its first; every load and store of one runs along it.
Group, attributes and their axes keep their meaning, which is that of a single example, so examples
broadcast against each other as before. What holds no batched value is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from . import adjoint, programs
from .ir import (
    GROUP,
    Call,
    Input,
    Node,
    Output,
    Program,
    Statement,
    call,
    index_of,
    is_call,
    load,
    transform,
    walk,
)
from .program_parts import names_in
from .terms import split_products

#: How far apart the counters of random draws of two examples are, of the innermost batch first.
DRAWS = (2**32, 2**48)
SIZE = "batch_size"  # an input that lends the extent of the batch where no other has it


class NotBatched(Exception):
    """The program has no form over a batch; the message says what stands in the way."""


def is_opaque(program: Program) -> bool:
    """True iff the program, or one that it applies, calls an opaque kernel."""
    callees = [s.combine for s in program.statements if s.kind == "apply"]
    return any(s.kind == "call" for s in program.statements) or any(
        callee is None or is_opaque(callee) for callee in map(programs.find, callees)
    )


def draws(program: Program, attrs: Mapping[str, object]) -> bool:
    """True iff the program draws random numbers where its flags have the values of ``attrs``."""
    flags = {attr.name for attr in program.attrs if attr.type == "flag"}

    def chosen(node: Node) -> Node:
        if is_call(node, "select") and node.args[0] in flags:
            return node.args[1 if attrs[node.args[0]] else 2]
        return node

    return any(
        is_call(node, "uniform")
        for s in program.statements
        for node in walk(transform(s.expr, chosen))
    )


def batch(
    program: Program,
    name: str,
    inputs: Sequence[bool],
    *,
    draws_differ: bool = False,
    summed: frozenset[str] = frozenset(),
    applied: Callable[[str, tuple[bool, ...]], str] | None = None,
) -> Program:
    """The program over a batch, under another name.

    Args:
        program: a program without opaque kernels.
        name: that of the result.
        inputs: true for those that have the axis of the batch.
        draws_differ: random numbers differ from example to example.
        summed: outputs that are summed over the batch; the others have its axis.
        applied: gives the name of a program that is applied, over a batch, from its own name and
            which of its inputs are batched.

    Raises:
        NotBatched: a load that the axis cannot be added to.
    """
    return _Batch(program, tuple(inputs), draws_differ, summed, applied).program(name)


def batch_gradient(
    program: Program,
    name: str,
    inputs: Sequence[bool],
    *,
    draws_differ: bool = False,
    applied: Callable[[str, tuple[bool, ...]], str] | None = None,
) -> Program | None:
    """The gradient of ``batch(program, name, inputs)``: that of the program, over a batch.

    So a gradient that was written by hand is kept. Inputs that the examples share have the sum of
    their gradients. None if the program has no gradient.
    """
    gradient = programs.find(f"{program.name}.grad")
    if gradient is None:
        return None
    _, gradients = adjoint.gradient_names(program)
    batched = {i.name: flag for i, flag in zip(program.inputs, inputs, strict=True)}
    flags = [batched.get(i.name, True) for i in gradient.inputs]  # cotangents and outputs are
    shared = frozenset(gradients[n] for n, flag in batched.items() if n in gradients and not flag)
    return batch(
        gradient,
        f"{name}.grad",
        flags,
        draws_differ=draws_differ,
        summed=shared & {o.name for o in gradient.outputs},
        applied=applied,
    )


class _Batch:
    def __init__(
        self,
        program: Program,
        inputs: tuple[bool, ...],
        draws_differ: bool,
        summed: frozenset[str],
        applied: Callable[[str, tuple[bool, ...]], str] | None,
    ) -> None:
        self.source = program
        self.flags = inputs
        self.draws_differ = draws_differ
        self.summed = summed
        self.applied = applied
        self.taken = names_in(program.inputs, program.outputs, program.statements, [])
        self.taken |= {i.name for i in program.inputs} | {o.name for o in program.outputs}
        self.taken |= {a.name for a in program.attrs}
        self.taken |= {name for s in program.statements for name in s.written}
        self.taken |= {name for name, _ in program.where}
        self.axis = self.fresh("batch")
        self.batched = {i.name for i, flag in zip(program.inputs, inputs, strict=True) if flag}
        self.renamed: dict[str, str] = {}
        self.statements: list[Statement] = []

    def fresh(self, hint: str) -> str:
        name, number = hint, 1
        while name in self.taken:
            number += 1
            name = f"{hint}{number}"
        self.taken.add(name)
        return name

    def program(self, name: str) -> Program:
        for statement in self.source.statements:
            self.add(statement)
        inputs = [
            replace(i, dims=(self.axis, *i.dims)) if flag else i
            for i, flag in zip(self.source.inputs, self.flags, strict=True)
        ]
        if not any(self.flags):
            inputs.append(Input(self.fresh(SIZE), "any", (self.axis,), ghost=True))
        outputs = [
            o if o.name in self.summed else replace(o, dims=(self.axis, *o.dims))
            for o in self.source.outputs
        ]
        return self.source.replace(
            name=name,
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            statements=tuple(self.statements),
        )

    # ------------------------------------------------------------------------------ statements

    def add(self, s: Statement) -> None:
        if s.kind == "apply":
            self.add_apply(s)
            return
        expr, index, domain = self.over(s.expr), self.terms(s.index), self.terms(s.domain)
        reads = any(map(self.is_batched, (expr, *index)))
        moved = replace(s, expr=expr, index=index, domain=domain)
        if s.value in self.summed:
            self.add_sum(moved)
        elif reads or s.value in self.outputs() or s.value in self.batched:
            self.batched.add(s.value)
            self.statements.append(self.along(moved))
        else:
            self.statements.append(moved)

    def outputs(self) -> set[str]:
        return {o.name for o in self.source.outputs}

    def along(self, s: Statement) -> Statement:
        """The statement with its store, and the points of a scatter, along the batch."""
        domain = (self.axis, *s.domain) if s.kind == "scatter" else s.domain
        return replace(s, index=self.indexed(s.value, s.index), domain=domain)

    def add_sum(self, s: Statement) -> None:
        """An output that the examples share: the sum of what each would have."""
        is_read = any(s.value in other.read for other in self.source.statements)
        runs = any(is_call(n, "recurrence", "recurrence_back") for n in walk(s.expr))
        additive = (s.kind == "set" and not runs) or s.combine == "sum"
        if additive and not is_read:
            kind = "reduce" if s.kind == "set" else s.kind
            domain = (self.axis, *s.domain)
            self.statements.append(replace(s, kind=kind, combine="sum", domain=domain))
            return
        if s.kind == "scatter":
            raise NotBatched(f"{s.combine} of scattered values is shared by the examples")
        each = self.fresh(s.value)
        self.batched.add(each)
        self.renamed[s.value] = each
        self.statements.append(replace(self.along(s), value=each))
        self.add_total(s.value, each, s.index, s.line)

    def add_total(self, value: str, each: str, index: tuple[Node, ...], line: int) -> None:
        read = load(each, (self.axis, *index))
        self.statements.append(
            Statement("reduce", value, index, read, "sum", (self.axis,), line=line)
        )

    def add_apply(self, s: Statement) -> None:
        inputs = tuple(self.renamed.get(name, name) for name in s.inputs)
        flags = tuple(name in self.batched for name in inputs)
        if not any(flags):
            self.statements.append(replace(s, inputs=inputs))
            return
        if self.applied is None:
            raise NotBatched(f"it applies {s.combine}")
        indices = tuple((self.axis, *index) for index in s.indices)
        self.batched |= set(s.outputs)
        combine = self.applied(s.combine, flags)
        self.statements.append(replace(s, combine=combine, inputs=inputs, indices=indices))

    # ----------------------------------------------------------------------------- expressions

    def terms(self, terms: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(map(self.over, terms))

    def is_batched(self, node: Node) -> bool:
        return any(
            (is_call(n, "load") and n.args[0] in self.batched) or n == call("index", self.axis)
            for n in walk(node)
        )

    def over(self, node: Node) -> Node:
        """The expression with its loads along the batch."""

        def visit(n: Node) -> Node:
            if is_call(n, "load"):
                return self.load(self.renamed.get(n.args[0], n.args[0]), index_of(n))
            if self.draws_differ and is_call(n, "uniform"):
                key, counter = n.args
                apart = call("mul", call("index", self.axis), self.stride(counter))
                return call("uniform", key, call("add", counter, apart))
            return n

        return transform(node, visit)

    def stride(self, counter: Node) -> int:
        used = {n.args[1] for n in walk(counter) if is_call(n, "mul")}
        free = [stride for stride in DRAWS if stride not in used]
        if not free:
            raise NotBatched(f"it draws numbers, and batches of batches nest {len(DRAWS)} deep")
        return free[0]

    def load(self, value: str, index: tuple[Node, ...]) -> Call:
        return load(value, self.indexed(value, index) if value in self.batched else index)

    def indexed(self, value: str, index: tuple[Node, ...]) -> tuple[Node, ...]:
        """An index of a value of each example, within the batch."""
        if len(index) == 1 and is_call(index[0], "flat"):
            dims = split_products(self.dims_of(value))
            first = call("*", self.axis, call("count", *dims))
            return (call("flat", call("+", first, index[0].args[0])),)
        return (self.axis, *index)

    def dims_of(self, value: str) -> tuple[Node, ...]:
        declared: list[Input | Output] = [*self.source.inputs, *self.source.outputs]
        dims = next((d.dims for d in declared if d.name == value), None)
        if dims is None or (GROUP in dims and self.shares_group()):
            raise NotBatched(f"{value} is read by a row-major number")
        return dims

    def shares_group(self) -> bool:
        return sum(GROUP in i.dims for i in self.source.inputs) > 1
