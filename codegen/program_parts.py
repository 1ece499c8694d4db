"""What the parts of programs determine and need: names, extents, statements, gradients' inputs."""

from __future__ import annotations

from .formula import reads
from .ir import GROUP, Input, Node, Output, Program, Statement, call, is_call, walk
from .signature import CLASSES, Signature

NON_FLOAT = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def differentiable(cls: str) -> bool:
    return cls in ("any", "num", "float") or cls not in (*CLASSES, *NON_FLOAT)


def differentiable_dtype(dtype: Node) -> bool:
    return dtype not in NON_FLOAT


def unbroadcast(program: Program, x: Input) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The dims of the gradient of x, and what must be reduced to bring a formula to them."""
    alone = sum(GROUP in i.dims for i in program.inputs) < 2
    if GROUP not in x.dims or alone:
        return x.dims, ()
    own = tuple(call("own", x.name) if d == GROUP else d for d in x.dims)
    return own, (call("bcast", x.name),)


def names_in(inputs, outputs, statements, nodes: list[Node]) -> set[str]:
    """The names of attributes, axes and values that stand anywhere in these."""
    nodes = nodes + [n for s in statements for n in (s.expr, *s.index, *s.domain, *s.attrs)]
    nodes += [n for s in statements for index in (s.args, *s.indices) for n in index]
    nodes += [n for o in outputs for n in (o.dtype, *o.dims)] + [n for i in inputs for n in i.dims]
    atoms = (atom for node in nodes for atom in walk(node))
    return {atom.split(".")[0] for atom in atoms if isinstance(atom, str)}


def used_where(signature: Signature, inputs, outputs, statements) -> tuple[tuple[str, Node], ...]:
    """The computed extents that a program needs: the others may be those of its gradient alone."""
    used: set[str] = set()
    nodes: list[Node] = [check.condition for check in signature.checks]
    while True:
        found = names_in(inputs, outputs, statements, nodes) & set(signature.where)
        if found == used:
            return tuple((name, e) for name, e in signature.where.items() if name in used)
        used = found
        nodes += [signature.where[name] for name in used]


def live_statements(program: Program, results: set[str]) -> tuple[Statement, ...]:
    """The statements that these results need, in order."""
    needed, kept = set(results), []
    for statement in reversed(program.statements):
        if needed & set(statement.written):
            kept.append(statement)
            needed |= reads([statement])
    return tuple(reversed(kept))


def written_by(statements: tuple[Statement, ...]) -> set[str]:
    return {name for s in statements for name in s.written}


def gradient_inputs(
    values: dict[str, Input],
    cotangents: list[Output],
    outputs: set[str],
    statements: tuple[Statement, ...],
) -> tuple[Input, ...]:
    """Cotangents, then what is read by value, then the other inputs as ghosts for their shapes."""
    read = reads(statements)
    first = [f"d{o.name}" for o in cotangents]
    kept = [v for name, v in values.items() if name in read and name not in first]
    ghosts = [
        Input(v.name, v.cls, v.dims, True, v.default)
        for name, v in values.items()
        if name not in read and name not in first and name not in outputs
    ]
    return (*(values[name] for name in first), *kept, *ghosts)


def solved_axes(dims: list[Node], known: set[str]) -> set[str]:
    """`known` and the names whose extents follow from inputs with these dims."""
    solved = set(known)
    while True:
        before = len(solved)
        for dim in dims:
            term = dim.args[1] if is_call(dim, "sub") else dim
            factors = term.args if is_call(term, "*") else (term,)
            unknown = [f for f in factors if isinstance(f, str) and f not in (*solved, GROUP)]
            if len(unknown) == 1:
                solved.add(unknown[0])
        if len(solved) == before:
            return solved
