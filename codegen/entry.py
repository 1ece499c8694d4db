"""Entries of ops.yaml to ops: programs, gradients and what callers and tests need to know."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from . import adjoint
from .diagnostics import Collector, Mark, Scalar, SpecError, error, unknown
from .formula import Lowerer, reads
from .ir import GROUP, Call, Input, Node, Output, Program, Statement, call, is_call, walk
from .result_dtype import result_dtype
from .signature import (
    CLASSES,
    Integers,
    Signature,
    flat_dims,
    parse_default,
    parse_outputs,
    parse_parameters,
)
from .syntax import parse_expression
from .yaml_source import (
    Mapping,
    Tree,
    check_fields,
    expect_list,
    expect_mapping,
    expect_scalar,
    read_yaml,
)

FIELDS = (
    "doc",
    "in",
    "out",
    "where",
    "forward",
    "backward",
    "kernel",
    "reference",
    "samples",
    "operator",
    "method",
    "variadic",
)
#: What only entries of ops.yaml have: Tensor's operators and methods are fixed when it is built.
TENSOR_FIELDS = ("operator", "method")
OPERATORS = (
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "@",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&",
    "|",
    "^",
    "~",
    "<<",
    ">>",
    "-x",
    "abs",
)
SAMPLES = (
    "normal",
    "positive",
    "above_one",
    "unit",
    "nonzero",
    "edge",
    "bits",
    "counts",
    "below",
)
NON_FLOAT = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*_?")
_SECTION = re.compile(r"#\s*-{2,}\s*(.+?)\s*-*\s*$")


@dataclass(frozen=True)
class Op:
    """One entry: what an op means, its gradient, and how it is called and tested.

    `positions` lists the parameters in the order of the signature, "*" before those by keyword.
    `samples` gives the kinds of test values of a tensor, the values of an attribute, the extents of
    an axis. `operator` is the Python operator that it implements ("+", "-x", "<", "@"), or "".
    `method` is true iff Tensor has it as a method. A `variadic` op of two operands also takes a
    list, folded as a balanced tree. `marks` say where the entry, its reference and the gradients
    that it writes ("backward.x") stand.
    """

    name: str
    doc: str
    program: Program
    grad: Program | None
    section: str
    positions: tuple[str, ...]
    samples: dict[str, tuple]
    reference: str = ""
    operator: str = ""
    method: bool = False
    variadic: bool = False
    marks: dict[str, Mark] = field(default_factory=dict, compare=False, repr=False)


def load_ops(path: str | Path) -> list[Op]:
    """The ops of the file; SpecError with all errors that independent entries have."""
    path = Path(path)
    return parse_ops(path.read_text(encoding="utf-8"), path.name)


def parse_ops(text: str, path: str = "ops.yaml", at_run_time: bool = False) -> list[Op]:
    """The ops of a text; those declared at run time add nothing to Tensor."""
    root = expect_mapping(read_yaml(text, path), "the file")
    collector = Collector()
    ops = []
    for name, key in root.keys.items():
        with collector:
            entry = _Entry(key, root.items[name])
            if at_run_time:
                entry.refuse(TENSOR_FIELDS)
            ops.append(entry.op())
    with collector:
        _check_unique_operators(ops, root)
    collector.finish()
    return ops


def _check_unique_operators(ops: list[Op], root: Mapping) -> None:
    seen: dict[str, str] = {}
    for op in ops:
        if op.operator and op.operator in seen:
            raise error(
                root.keys[op.name].mark,
                f"operator {op.operator!r} is already that of {seen[op.operator]!r}",
                "one op for each operator",
            )
        seen[op.operator] = op.name


def section_of(mark: Mark) -> str:
    """The heading comment, `# -- Name ---`, last seen above the entry."""
    for line in reversed(mark.source.lines[: mark.line - 1]):
        match = _SECTION.match(line)
        if match:
            return match.group(1)
    return ""


class _Entry:
    """One entry while it is being read."""

    def __init__(self, key: Scalar, tree: Tree):
        self.key = key
        self.name = key.text
        self.fields = expect_mapping(tree, f"op {self.name!r}")
        if not _NAME.fullmatch(self.name):
            raise error(
                key.mark,
                f"not a name of an op: {self.name!r}",
                "lower case letters, digits and '_'",
            )
        check_fields(self.fields, FIELDS, f"op {self.name!r}")

    def refuse(self, fields: tuple[str, ...]) -> None:
        for name in fields:
            if name in self.fields.keys:
                raise error(
                    self.fields.keys[name].mark,
                    f"{name}: is refused in an op declared at run time",
                    "no such field; call the function, or add the entry to ops.yaml",
                )

    def op(self) -> Op:
        self.signature = self._signature()
        program = self._program()
        grad = self._gradient(program)
        self._check_used(program, grad)
        return Op(
            name=self.name,
            doc=program.doc,
            program=program,
            grad=grad,
            section=section_of(self.key.mark),
            positions=tuple(self.signature.order),
            samples=self._samples(),
            reference=self._text("reference"),
            operator=self._operator(),
            method=self._flag("method"),
            variadic=self._variadic(),
            marks=self._marks(),
        )

    # ------------------------------------------------------------------------------------- fields

    def _scalar(self, field: str) -> Scalar | None:
        tree = self.fields.items.get(field)
        return None if tree is None else expect_scalar(tree, f"{field}: of {self.name!r}")

    def _text(self, field: str) -> str:
        scalar = self._scalar(field)
        return "" if scalar is None else scalar.text.strip()

    def _flag(self, field: str) -> bool:
        scalar = self._scalar(field)
        if scalar is not None and scalar.text not in ("true", "false"):
            raise unknown(scalar.mark, "flag", scalar.text, ("true", "false"))
        return scalar is not None and scalar.text == "true"

    def _marks(self) -> dict[str, Mark]:
        marks = {"entry": self.key.mark}
        if "reference" in self.fields.items:
            marks["reference"] = self.fields.items["reference"].mark
        backward = self.fields.items.get("backward")
        if isinstance(backward, Mapping):
            marks |= {f"backward.{name}": tree.mark for name, tree in backward.items.items()}
        return marks

    def _operator(self) -> str:
        scalar = self._scalar("operator")
        if scalar is not None and scalar.text not in OPERATORS:
            raise unknown(scalar.mark, "operator", scalar.text, OPERATORS)
        return "" if scalar is None else scalar.text

    def _variadic(self) -> bool:
        variadic = self._flag("variadic")
        if variadic and len(self.signature.inputs) != 2:
            raise error(
                self.fields.keys["variadic"].mark,
                "a variadic op has two tensors",
                "operands a and b",
            )
        return variadic

    def _samples(self) -> dict[str, tuple]:
        if "samples" not in self.fields.items:
            return {}
        samples = expect_mapping(self.fields.items["samples"], "samples:")
        result: dict[str, tuple] = {}
        for name, tree in samples.items.items():
            items = expect_list(tree, f"samples of {name!r}")
            if name in self.signature.inputs:
                for item in items:
                    if re.split(r"\W", item.text)[0] not in SAMPLES:
                        raise unknown(item.mark, "kind of sample", item.text, SAMPLES)
                result[name] = tuple(item.text for item in items)
            elif name in self.signature.attrs:
                kind = self.signature.attrs[name].type
                result[name] = tuple(parse_default(item, kind) for item in items)
            elif name in self.signature.axes:
                result[name] = tuple(parse_default(item, "int") for item in items)
            else:
                raise unknown(samples.keys[name].mark, "parameter", name, self.signature.names())
        return result

    # ---------------------------------------------------------------------------------- signature

    def _signature(self) -> Signature:
        return parse_parameters(self._parameters())

    def _parameters(self) -> Scalar:
        scalar = self._scalar("in")
        if scalar is None:
            raise error(self.key.mark, f"op {self.name!r} has no 'in:'", 'in: "x: float"')
        return scalar

    def _program(self) -> Program:
        signature = self.signature
        out = self._scalar("out")
        declared = {"y": (None, None)} if out is None else parse_outputs(out, signature)
        self._where(out)
        forward, kernel = self._scalar("forward"), self._scalar("kernel")
        statements: list[Statement] = []
        if forward is None and kernel is not None:
            signature.outputs = self._opaque_outputs(declared, kernel)
            statements.append(_opaque(kernel, signature))
        elif forward is not None and kernel is None:
            lowerer = Lowerer(signature, {i.name: i.dims for i in signature.inputs.values()})
            results = lowerer.formula(forward, tuple(declared))
            for name, expr in results.items():
                dims, dtype = declared[name]
                if dims is None or dtype is None:
                    dims, dtype = self._defaults(lowerer, expr, dims, dtype)
                signature.outputs[name] = Output(name, dtype, dims)
                lowerer.write(signature.outputs[name], expr, flat_dims(dims))
            signature.outputs = {name: signature.outputs[name] for name in declared}
            statements = lowerer.statements
        else:
            raise error(
                self.key.mark, f"op {self.name!r} needs either 'forward:' or 'kernel:'", "a formula"
            )
        read = reads(statements)
        inputs = tuple(
            Input(i.name, i.cls, i.dims, i.name not in read, i.default)
            for i in signature.inputs.values()
        )
        return Program(
            self.name,
            inputs,
            tuple(signature.attrs.values()),
            tuple(signature.outputs.values()),
            tuple(statements),
            used_where(signature, inputs, signature.outputs.values(), statements),
            tuple(signature.checks),
            self._text("doc"),
        )

    def _where(self, out: Scalar | None) -> None:
        signature = self.signature
        if "where" in self.fields.items:
            where = expect_mapping(self.fields.items["where"], "where:")
            for name in where.items:
                signature.declare_axis(name)
            for name, tree in where.items.items():
                parsed = parse_expression(expect_scalar(tree, f"the extent of {name!r}"))
                signature.where[name] = Integers(signature).expression(parsed, parsed.tree)
        known = {name for i in signature.inputs.values() for name in _solved_axes(i.dims)} | set(
            signature.where
        )
        for name in signature.axes:
            if name not in known:
                mark = out.mark if out is not None else self.key.mark
                raise error(
                    mark,
                    f"the extent of axis {name!r} is not known",
                    f"an input with the axis, or where: {{{name}: ...}}",
                )

    def _opaque_outputs(self, declared: dict, kernel: Scalar) -> dict[str, Output]:
        for name, (dims, dtype) in declared.items():
            if dims is None or dtype is None:
                raise error(
                    kernel.mark,
                    f"output {name!r} of a kernel needs dims and dtype",
                    'out: "y[...]: like(x)"',
                )
        return {name: Output(name, dtype, dims) for name, (dims, dtype) in declared.items()}

    def _defaults(
        self,
        lowerer: Lowerer,
        expr: ast.expr,
        dims: tuple[Node, ...] | None,
        dtype: Call | str | None,
    ) -> tuple[tuple[Node, ...], Call | str]:
        """What the formula extends over and its dtype, where `out:` does not say."""
        probe = Lowerer(self.signature, lowerer.values, locals=lowerer.locals)
        probe.parsed = lowerer.parsed
        value = probe.value(expr)
        if dims is None:
            if value.over & set(self.signature.axes):
                raise lowerer.parsed.error(
                    expr,
                    "a formula over named axes needs the dims of its output",
                    'out: "y[..., k]"',
                )
            dims = tuple(map(self._kept, value.over))
        if dtype is None:
            inputs = list(self.signature.inputs.values())
            dtype = result_dtype(value.expr, probe.statements, inputs, self.signature.attrs)
            if dtype is None:
                raise lowerer.parsed.error(
                    expr, "the dtype of the output is not known", 'out: "y: float32"'
                )
        return dims, dtype

    def _kept(self, term: Node) -> Node:
        """Reduced axes are kept with extent 1 when the op has a flag keepdim."""
        if is_call(term, "rest") and self.signature.type_of("keepdim") == "flag":
            return call("keep", term.args[0], "keepdim")
        return term

    def _check_used(self, program: Program, grad: Program | None) -> None:
        """Every attribute and every extent of `where:` has a part in the meaning."""
        where = [name for p in (program, grad) if p is not None for name, _ in p.where]
        nodes = [e for _, e in program.where]
        used = names_in(program.inputs, program.outputs, program.statements, nodes) | set(where)
        for attr in program.attrs:
            if attr.name not in used:
                scalar = self._parameters()
                at = re.search(rf"\b{attr.name}\b[^,:]*:", scalar.text)
                raise error(
                    scalar.at(at.start() if at else 0),
                    f"attribute {attr.name!r} is never used",
                    "a formula with it",
                )
        declared = self.fields.items.get("where")
        for name, key in declared.keys.items() if isinstance(declared, Mapping) else ():
            if name not in used:
                raise unknown(
                    key.mark,
                    "axis",
                    name,
                    self.signature.axes,
                    "an axis of 'in:', 'out:' or of a reduction",
                )

    # ----------------------------------------------------------------------------------- gradient

    def _gradient(self, program: Program) -> Program | None:
        tree = self.fields.items.get("backward")
        if isinstance(tree, Scalar):
            if tree.text != "none":
                raise error(
                    tree.mark, "backward: is not a formula by itself", "none, or {x: formula, ...}"
                )
            return None
        if tree is None:
            return self._derived(program)
        formulas = expect_mapping(tree, "backward:")
        inputs = [i.name for i in program.inputs if differentiable(i.cls)]
        written = {}
        for name, formula in formulas.items.items():
            if name not in inputs:
                raise unknown(formulas.keys[name].mark, "differentiable input", name, inputs)
            written[name] = expect_scalar(formula, f"the gradient of {name!r}")
        return self._written(program, written, [n for n in inputs if n not in written])

    def _derived(self, program: Program) -> Program | None:
        try:
            return adjoint.gradient(program)
        except (ValueError, NotImplementedError) as failure:
            raise error(
                self.key.mark,
                f"no gradient can be derived: {failure}",
                "backward: none, or formulas",
            ) from None

    def _written(self, program: Program, written: dict[str, Scalar], rest: list[str]) -> Program:
        cotangents = [o for o in program.outputs if differentiable_dtype(o.dtype)]
        if not cotangents:
            raise error(
                self.fields.keys["backward"].mark,
                f"{self.name!r} has no float output",
                "no backward:",
            )
        default = 0.0 if len(cotangents) > 1 else None
        values = {
            f"d{o.name}": Input(f"d{o.name}", "float", o.dims, default=default) for o in cotangents
        }
        values |= {i.name: i for i in program.inputs}
        values |= {o.name: Input(o.name, "any", o.dims) for o in program.outputs}
        self._check_names(program, values)
        lowerer = Lowerer(self.signature, {name: v.dims for name, v in values.items()}, prefix="g")
        outputs: dict[str, Output] = {}
        for name, formula in written.items():
            dims, reduced = unbroadcast(program, program.input(name))
            outputs[name] = Output(f"d{name}", call("like", name), dims)
            results = lowerer.formula(formula, (f"d{name}",))
            lowerer.write(outputs[name], results[f"d{name}"], flat_dims(dims), reduced)
        statements = tuple(lowerer.statements)
        derived = self._derived(program) if rest else None
        if derived is not None:
            kept = live_statements(derived, {f"d{name}" for name in rest})
            outputs |= {
                name: derived.output(f"d{name}") for name in rest if f"d{name}" in _written_by(kept)
            }
            statements = kept + statements
        ordered = tuple(outputs[i.name] for i in program.inputs if i.name in outputs)
        names = {o.name for o in program.outputs}
        inputs = _gradient_inputs(values, cotangents, names, statements)
        return Program(
            f"{self.name}.grad",
            inputs,
            program.attrs,
            ordered,
            statements,
            used_where(self.signature, inputs, ordered, statements),
            doc=f"Gradient of {self.name}.",
        )

    def _check_names(self, program: Program, values: dict[str, Input]) -> None:
        for i in program.inputs:
            if f"d{i.name}" in values:
                raise error(
                    self._parameters().mark,
                    f"'d{i.name}' names both a value and a gradient",
                    "other names of parameters",
                )


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


def _written_by(statements: tuple[Statement, ...]) -> set[str]:
    return {name for s in statements for name in s.written}


def _gradient_inputs(
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


def _solved_axes(dims: tuple[Node, ...]) -> list[str]:
    """The names whose extents an input with these dims determines."""
    names = []
    for dim in flat_dims(dims):
        term = dim.args[1] if is_call(dim, "sub") else dim
        if isinstance(term, str) and term != GROUP:
            names.append(term)
    return names


def _opaque(kernel: Scalar, signature: Signature) -> Statement:
    outputs = tuple(signature.outputs)
    return Statement(
        "call",
        outputs[0],
        combine=kernel.text,
        outputs=outputs,
        inputs=tuple(signature.inputs),
        attrs=tuple(signature.attrs),
    )


__all__ = ["Op", "SpecError", "load_ops", "parse_ops"]
