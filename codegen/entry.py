"""Entries of ops.yaml to ops: programs, gradients and what callers and tests need to know."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from . import adjoint, programs
from .diagnostics import Collector, Mark, Scalar, SpecError, error, unknown
from .fields import (
    FIELDS,
    GENERATED_FIELDS,
    INTEGER_SAMPLES,
    OPERATORS,
    SAMPLES,
    UNARY_OPERATORS,
)
from .formula import Lowerer, reads
from .ir import Call, Input, Node, Output, Program, Statement, call, is_call, walk
from .precision import Ulp, default_ulp, parse_domain, parse_ulp
from .program_parts import (
    NON_FLOAT,
    differentiable,
    differentiable_dtype,
    gradient_inputs,
    live_statements,
    names_in,
    solved_axes,
    unbroadcast,
    used_where,
    written_by,
)
from .result_dtype import result_dtype
from .signature import (
    Integers,
    Signature,
    flat_dims,
    holds,
    parse_default,
    parse_outputs,
    parse_parameters,
)
from .syntax import parse_expression, parse_formula, parse_statements
from .yaml_source import (
    Mapping,
    Tree,
    check_fields,
    expect_formula,
    expect_list,
    expect_mapping,
    expect_scalar,
    read_yaml,
)

ENTRY_HINT = 'entries such as \'double: {in: "x: num", forward: "2 * x"}\''
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*_?")
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
_SECTION = re.compile(r"#\s*-{2,}\s*(.+?)\s*-*\s*$")


@dataclass(frozen=True)
class Op:
    """One entry: what an op means, its gradient, and how it is called and tested.

    `positions` lists the parameters in the order of the signature, "*" before those by keyword.
    `samples` gives the kinds of test values of a tensor, the values of an attribute, the extents of
    an axis. `subgradient` pairs points with the gradients there. `ulp` bounds the error of results
    and gradients, for inputs in `domain`. `operator` is the Python operator that it implements
    ("+", "-x", "<", "@"), or "". `method` is true iff Tensor has it as a method, `module` the class
    of axon.nn that applies it, or "". A `variadic` op of two operands also takes a list, folded as
    a balanced tree. `marks` say where the entry, its reference, spec and subgradient and the
    gradients that it writes ("backward.x") stand.
    """

    name: str
    doc: str
    program: Program
    grad: Program | None
    section: str
    positions: tuple[str, ...]
    samples: dict[str, tuple]
    ulp: Ulp
    domain: dict[str, tuple[float, float]]
    reference: str = ""
    spec: str = ""
    subgradient: tuple[tuple[str, str], ...] = ()
    operator: str = ""
    method: bool = False
    module: str = ""
    variadic: bool = False
    marks: dict[str, Mark] = field(default_factory=dict, compare=False, repr=False)

    @property
    def programs(self) -> list[Program]:
        """Its own, and its gradient's if it has one."""
        return [self.program] if self.grad is None else [self.program, self.grad]

    @property
    def saved(self) -> list[Input]:
        """The inputs and outputs that the tape keeps for backward; ghosts only lend their shape."""
        known = {i.name for i in self.program.inputs} | {o.name for o in self.program.outputs}
        return [] if self.grad is None else [i for i in self.grad.inputs if i.name in known]


def load_ops(path: str | Path) -> list[Op]:
    """The ops of the file, which any formula may apply from now on; SpecError as `parse_ops`."""
    path = Path(path)
    ops = parse_ops(path.read_text(encoding="utf-8"), path.name)
    for program in (p for op in ops for p in op.programs):
        programs.add(program)
    return ops


def parse_ops(text: str, path: str = "ops.yaml", at_run_time: bool = False) -> list[Op]:
    """The ops of a text; SpecError with all errors that independent entries have.

    Those declared at run time add nothing to Tensor.
    """
    root = expect_mapping(read_yaml(text, path), "the file", ENTRY_HINT)
    collector = Collector()
    entries = _Entries(root)
    ops = []
    with programs.source(entries.find):
        for name in root.keys:
            with collector:
                entry = entries.entry(name)
                if at_run_time:
                    entry.refuse(GENERATED_FIELDS)
                ops.append(entry.op())
    with collector:
        _check_unique(ops, root, "operator")
        _check_unique(ops, root, "module")
    collector.finish()
    return ops


class _Entries:
    """The entries of a file: formulas may apply any of them, in whatever order they stand."""

    def __init__(self, root: Mapping):
        self.root = root
        self.entries: dict[str, _Entry] = {}

    def entry(self, name: str) -> _Entry:
        if name not in self.entries:
            self.entries[name] = _Entry(self.root.keys[name], self.root.items[name])
        return self.entries[name]

    def find(self, name: str) -> Program | None:
        base, _, gradient = name.partition(".")
        if base not in self.root.keys or gradient not in ("", "grad"):
            return None
        return self.entry(base).gradient if gradient else self.entry(base).program


def _check_unique(ops: list[Op], root: Mapping, kind: str) -> None:
    """No two entries have one operator or module."""
    seen: dict[str, str] = {}
    for op in ops:
        value = getattr(op, kind)
        if value and value in seen:
            raise error(
                root.keys[op.name].mark,
                f"{kind} {value!r} is already that of {seen[value]!r}",
                f"one op for each {kind}",
            )
        seen[value] = op.name


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
        self.assigned: dict[str, Mark] = {}  # gradients that one formula gives, and where
        self.reading = False
        if self.name in FIELDS and not isinstance(tree, Mapping):
            raise error(
                key.mark,
                f"{self.name}: stands outside of an entry",
                "blanks before it, as before the other fields of its op",
            )
        self.fields = expect_mapping(tree, f"op {self.name!r}", ENTRY_HINT)
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

    @cached_property
    def program(self) -> Program:
        if self.reading:
            raise error(self.key.mark, f"{self.name!r} applies itself", "other ops")
        self.reading = True
        try:
            return self._program()
        finally:
            self.reading = False

    @cached_property
    def gradient(self) -> Program | None:
        return self._gradient(self.program)

    def op(self) -> Op:
        signature = self.signature
        collector = Collector()
        program: Program | None = None
        grad: Program | None = None
        with collector:
            program = self.program
        with collector:
            grad = self.gradient if program is not None else None
            if program is not None:
                self._check_used(program, grad)
        rest: dict[str, Any] = {}
        for field_name, read in (
            ("samples", self._samples),
            ("ulp", lambda: self._ulp(program)),
            ("domain", self._domain),
            ("reference", self._reference),
            ("spec", self._spec),
            ("subgradient", self._subgradient),
            ("operator", self._operator),
            ("method", self._method),
            ("module", self._module),
            ("variadic", self._variadic),
        ):
            with collector:
                rest[field_name] = read()
        collector.finish()
        assert program is not None
        return Op(
            name=self.name,
            doc=program.doc,
            program=program,
            grad=grad,
            section=section_of(self.key.mark),
            positions=tuple(signature.order),
            marks=self._marks(),
            **rest,
        )

    # ------------------------------------------------------------------------------------- fields

    def _scalar(self, field: str) -> Scalar | None:
        tree = self.fields.items.get(field)
        return None if tree is None else expect_scalar(tree, f"{field}: of {self.name!r}")

    def _formula(self, field: str) -> Scalar | None:
        tree = self.fields.items.get(field)
        return None if tree is None else expect_formula(tree, f"{field}: of {self.name!r}")

    def _doc(self) -> str:
        scalar = self._scalar("doc")
        return "" if scalar is None else scalar.text.strip()

    def _reference(self) -> str:
        return self._python("reference")

    def _spec(self) -> str:
        return self._python("spec")

    def _python(self, field: str) -> str:
        """The text of the field, once it is known to be lines of Python and a value."""
        scalar = self._formula(field)
        if scalar is None:
            return ""
        parsed = parse_statements(scalar)
        body = parsed.tree.body
        if not body or not isinstance(body[-1], ast.Expr):
            at = parsed.mark(body[-1]) if body else scalar.mark
            raise error(at, f"the {field} has no value", "an expression as its last line")
        return scalar.text.strip()

    def _subgradient(self) -> tuple[tuple[str, str], ...]:
        """Each line `dx = 0 at x = 0`, as the point and the gradient there."""
        scalar = self._formula("subgradient")
        if scalar is None:
            return ()
        inputs = list(self.signature.inputs)
        result = []
        begin = 0
        for line in scalar.text.split("\n"):
            gradient, _, point = line.partition(" at ")
            middle, end = begin + len(line) - len(point), begin + len(line)
            if line.strip():
                self._check_assigns(scalar.part(begin, begin + len(gradient)), "d", inputs)
                self._check_assigns(scalar.part(middle, end), "", inputs)
                result.append((point.strip(), gradient.strip()))
            begin = end + 1
        return tuple(result)

    def _check_assigns(self, scalar: Scalar, prefix: str, inputs: list[str]) -> None:
        parsed = parse_statements(scalar)
        lines = parsed.tree.body
        if len(lines) != 1 or not isinstance(lines[0], ast.Assign):
            name = inputs[0]
            raise error(scalar.mark, "not a gradient at a point", f"d{name} = 0 at {name} = 0")
        names = [prefix + name for name in inputs]
        for target in lines[0].targets:
            if parsed.text(target) not in names:
                raise unknown(parsed.mark(target), "name", parsed.text(target), names)

    def _flag(self, field: str) -> bool:
        scalar = self._scalar(field)
        if scalar is not None and scalar.text not in ("true", "false"):
            raise unknown(scalar.mark, "flag", scalar.text, ("true", "false"))
        return scalar is not None and scalar.text == "true"

    def _marks(self) -> dict[str, Mark]:
        marks = {"entry": self.key.mark}
        for name in ("reference", "spec", "subgradient"):
            if name in self.fields.items:
                marks[name] = self.fields.items[name].mark
        backward = self.fields.items.get("backward")
        if isinstance(backward, Mapping):
            marks |= {f"backward.{name}": tree.mark for name, tree in backward.items.items()}
        return marks | {f"backward.{name}": mark for name, mark in self.assigned.items()}

    def _operator(self) -> str:
        scalar = self._scalar("operator")
        if scalar is None:
            return ""
        if scalar.text not in OPERATORS:
            raise unknown(scalar.mark, "operator", scalar.text, OPERATORS)
        operands = 1 if scalar.text in UNARY_OPERATORS else 2
        if len(self.signature.inputs) != operands:
            raise error(
                scalar.mark,
                f"operator {scalar.text!r} of an op with {len(self.signature.inputs)} tensors",
                "two tensors" if operands == 2 else "one tensor",
            )
        return scalar.text

    def _method(self) -> bool:
        method = self._flag("method")
        if method and self.signature.order[0] not in self.signature.inputs:
            raise error(
                self.fields.keys["method"].mark,
                f"a method of Tensor has the tensor first, {self.name!r} has "
                f"{self.signature.order[0]!r}",
                "a tensor as the first parameter",
            )
        return method

    def _module(self) -> str:
        scalar = self._scalar("module")
        if scalar is None:
            return ""
        if not _CLASS.fullmatch(scalar.text):
            raise error(
                scalar.mark, f"not a name of a class: {scalar.text!r}", "such as 'LeakyReLU'"
            )
        order, kinds = self.signature.order, [a.type for a in self.signature.attrs.values()]
        if list(self.signature.inputs) != order[:1] or "rng" in kinds:
            raise error(
                scalar.mark,
                f"a module applies an op to one tensor, {self.name!r} has {', '.join(order)}",
                "one tensor, first; then attributes that are set when the module is made",
            )
        return scalar.text

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
                    self._check_kind(item, self.signature.inputs[name])
                result[name] = tuple(item.text for item in items)
            elif name in self.signature.attrs:
                result[name] = tuple(self._sample_value(item, name) for item in items)
            elif name in self.signature.axes:
                result[name] = tuple(parse_default(item, "int") for item in items)
            else:
                raise unknown(samples.keys[name].mark, "parameter", name, self.signature.names())
        return result

    def _check_kind(self, item: Scalar, declared: Input) -> None:
        """A kind of test values that the tensor can have."""
        match = re.fullmatch(r"(\w*)(?:\((\w+)\))?", item.text)
        kind, of = match.groups("") if match else (item.text, "")
        if kind not in SAMPLES:
            raise unknown(item.mark, "kind of sample", item.text, SAMPLES)
        if (kind in ("below", "equal")) != bool(of):
            expected = "below(n), equal(x), others bare"
            raise error(item.mark, f"not a kind of sample: {item.text!r}", expected)
        sizes = [n for n, a in self.signature.attrs.items() if a.type in ("int", "axis")]
        if kind == "below" and of not in (*sizes, *self.signature.axes):
            raise unknown(item.mark, "extent", of, [*self.signature.axes, *sizes])
        before = list(self.signature.inputs)
        before = before[: before.index(declared.name)]
        if kind == "equal" and of not in before:
            raise unknown(item.mark, "tensor before it", of, before)
        if declared.cls in ("int", *NON_FLOAT[1:]) and kind not in INTEGER_SAMPLES:
            raise error(
                item.mark,
                f"{kind!r} are samples of floats, {declared.name!r} has integers",
                ", ".join(INTEGER_SAMPLES).replace("below", "below(n)"),
            )

    def _sample_value(self, item: Scalar, name: str) -> object:
        value = parse_default(item, self.signature.attrs[name].type)
        for check in self.signature.checks:
            if holds(check.condition, {name: value}) is False:
                raise error(item.mark, f"the sample {value!r} is refused by the op", check.message)
        return value

    def _ulp(self, program: Program | None) -> Ulp | None:
        if program is None:
            return None
        tree = self.fields.items.get("ulp")
        return default_ulp(program) if tree is None else parse_ulp(tree, program)

    def _domain(self) -> dict[str, tuple[float, float]]:
        tree = self.fields.items.get("domain")
        return {} if tree is None else parse_domain(tree, self.signature.inputs)

    # ---------------------------------------------------------------------------------- signature

    @cached_property
    def signature(self) -> Signature:
        return parse_parameters(self._parameters())

    def _parameters(self) -> Scalar:
        scalar = self._formula("in")
        if scalar is None:
            raise error(self.key.mark, f"op {self.name!r} has no 'in:'", 'in: "x: float"')
        return scalar

    def _program(self) -> Program:
        signature = self.signature
        out = self._formula("out")
        if out is None and "y" in signature.names():
            raise error(
                self._parameters().mark,
                "'y' names a parameter and the output",
                "another name, or out: with another name of the output",
            )
        declared = {"y": (None, None)} if out is None else parse_outputs(out, signature)
        self._where(out)
        forward, kernel = self._formula("forward"), self._scalar("kernel")
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
            statements = self._relative(lowerer.statements)
        else:
            both = self.fields.keys["kernel"].mark if kernel is not None else self.key.mark
            what = "has 'forward:' and 'kernel:'" if kernel else "needs 'forward:' or 'kernel:'"
            raise error(both, f"op {self.name!r} {what}", "one of them: a formula, as a rule")
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
            self._doc(),
            self._source(),
        )

    def _source(self) -> tuple[str, int]:
        return self.key.mark.source.path, self.key.mark.line

    def _relative(self, statements: list[Statement]) -> list[Statement]:
        """With lines counted from the entry's own, so that it can move."""
        return [replace(s, line=s.line - self.key.mark.line) for s in statements]

    def _where(self, out: Scalar | None) -> None:
        signature = self.signature
        if "where" in self.fields.items:
            where = expect_mapping(self.fields.items["where"], "where:")
            for name in where.items:
                signature.declare_axis(name)
            for name, tree in where.items.items():
                parsed = parse_expression(expect_formula(tree, f"the extent of {name!r}"))
                signature.where[name] = Integers(signature).expression(parsed, parsed.tree)
        dims = [d for i in signature.inputs.values() for d in i.dims]
        known = solved_axes(dims, set(signature.where))
        self._check_where_ends(known - set(signature.where))
        for name in signature.axes:
            if name not in known:
                product = any(is_call(d, "*") and name in d.args for d in dims)
                mark = out.mark if out is not None else self.key.mark
                raise error(
                    self._parameters().mark if product else mark,
                    f"the extent of axis {name!r} is not known"
                    + (": a product does not tell its factors" if product else ""),
                    f"an input with the axis, an attribute 'count {name}: int', or "
                    f"where: {{{name}: ...}}",
                )

    def _check_where_ends(self, solved: set[str]) -> None:
        """No extent of `where:` may follow from itself."""
        known = set(solved)
        waiting = {n: e for n, e in self.signature.where.items() if n not in known}
        while waiting:
            ready = [
                name
                for name, extent in waiting.items()
                if not any(n in waiting for n in walk(extent) if isinstance(n, str))
            ]
            if not ready:
                where = self.fields.items.get("where")
                name = next(iter(waiting))
                assert isinstance(where, Mapping)
                raise error(
                    where.keys[name].mark,
                    f"the extent of {name!r} follows from itself",
                    "extents that inputs or attributes determine",
                )
            for name in ready:
                del waiting[name]

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
        probe = Lowerer(
            self.signature, lowerer.values, locals=lowerer.locals, tensors=lowerer.tensors
        )
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
            statements = [*lowerer.statements, *probe.statements]
            dtype = result_dtype(value.expr, statements, inputs, self.signature.attrs)
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
        """Every attribute, tensor and extent of `where:` has a part in the meaning."""
        programs = [p for p in (program, grad) if p is not None]
        extents = {name: extent for p in programs for name, extent in p.where}
        statements = [s for p in programs for s in p.statements]
        nodes = list(extents.values())
        meaning = names_in((), program.outputs, statements, nodes) | set(extents)
        used = meaning | names_in(program.inputs, (), (), [])
        for attr in program.attrs:
            if attr.name not in used:
                expected = "a formula with it"
                if attr.name == "keepdim":
                    expected = "a formula that ends in a reduction over axis, or "
                    expected += 'out: "y[keep(axis, keepdim)]"'
                raise self._unused("attribute", attr.name, expected)
        read = reads(statements)
        meaning |= names_in((), (), (), [check.condition for check in program.checks])
        for i in program.inputs:
            if i.name not in read and not names_in([i], (), (), []) & meaning:
                expected = "a formula with it, or with an axis that it has"
                raise self._unused("tensor", i.name, expected)
        declared = self.fields.items.get("where")
        for name, key in declared.keys.items() if isinstance(declared, Mapping) else ():
            if name not in used:
                expected = "an axis of 'in:', of 'out:', of a reduction or of another extent"
                raise error(key.mark, f"the extent of {name!r} is never used", expected)

    def _unused(self, what: str, name: str, expected: str) -> SpecError:
        scalar = self._parameters()
        at = re.search(rf"\b{name}\b[^,:]*:", scalar.text)
        mark = scalar.at(at.start() if at else 0)
        return error(mark, f"{what} {name!r} is never used", expected)

    # ----------------------------------------------------------------------------------- gradient

    def _gradient(self, program: Program) -> Program | None:
        tree = self.fields.items.get("backward")
        if tree is None:
            return self._derived(program)
        inputs = [i.name for i in program.inputs if differentiable(i.cls)]
        if isinstance(tree, Scalar):
            if tree.text == "none":
                return None
            return self._written(program, self._several(tree, inputs), inputs)
        formulas = expect_mapping(tree, "backward:")
        written: dict[tuple[str, ...], Scalar] = {}
        for name, formula in formulas.items.items():
            if name not in inputs:
                self._refuse_gradient(name, formulas.keys[name].mark, inputs)
            written[name,] = expect_formula(formula, f"the gradient of {name!r}")
        return self._written(program, written, inputs)

    def _several(self, formula: Scalar, inputs: list[str]) -> dict[tuple[str, ...], Scalar]:
        """One formula that assigns `dx` for each of several inputs."""
        _, lines = parse_formula(formula)
        assigned = {name for line in lines for name in line.names}
        names = tuple(name for name in inputs if f"d{name}" in assigned)
        if not names:
            raise error(
                formula.mark,
                "backward: assigns no gradient",
                "none, {x: formula, ...} or lines such as 'dx = formula'",
            )
        self.assigned = {name: formula.mark for name in names}
        return {names: formula}

    def _refuse_gradient(self, name: str, mark: Mark, inputs: list[str]) -> None:
        if name in self.signature.inputs:
            kind = self.signature.inputs[name].cls
            raise error(mark, f"{name!r} of class {kind} has no gradient", "float tensors only")
        if name in self.signature.attrs:
            raise error(
                mark,
                f"{name!r} is an attribute: gradients are of tensors",
                f"a tensor without axes instead, '{name}: float[]'",
            )
        raise unknown(mark, "differentiable input", name, inputs)

    def _check_cotangent(self, lowerer: Lowerer, formula: Scalar, name: str, known: list[str]):
        """A gradient is linear in what flows in, so it reads it or is a constant."""
        names = {n.id for n in ast.walk(lowerer.parsed.tree) if isinstance(n, ast.Name)}
        if names & set(lowerer.values) and not names & set(known):
            raise error(
                formula.mark,
                f"the gradient of {name!r} does not read {' or '.join(known)}",
                f"a formula that is linear in it, such as '{known[0]} * ...'",
            )

    def _derived(self, program: Program) -> Program | None:
        try:
            return adjoint.gradient(program)
        except (ValueError, NotImplementedError) as failure:
            reason = str(failure).removeprefix(f"{program.name}: ").partition("; write ")[0]
            field = "kernel" if "kernel" in self.fields.keys else "forward"
            raise error(
                self.fields.keys[field].mark,
                f"the gradient must be written: {reason}",
                "backward: {x: formula}, or none",
            ) from None

    def _written(
        self, program: Program, written: dict[tuple[str, ...], Scalar], wanted: list[str]
    ) -> Program:
        """The gradient from formulas for some inputs; for the others it is derived."""
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
        for names, formula in written.items():
            results = lowerer.formula(formula, tuple(f"d{name}" for name in names))
            for name in names:
                dims, reduced = unbroadcast(program, program.input(name))
                outputs[name] = Output(f"d{name}", call("like", name), dims)
                lowerer.write(outputs[name], results[f"d{name}"], flat_dims(dims), reduced)
                self._check_cotangent(lowerer, formula, name, [f"d{o.name}" for o in cotangents])
        statements = tuple(self._relative(lowerer.statements))
        rest = [name for name in wanted if name not in outputs]
        derived = self._derived(program) if rest else None
        if derived is not None:
            kept = live_statements(derived, {f"d{name}" for name in rest})
            outputs |= {
                name: derived.output(f"d{name}") for name in rest if f"d{name}" in written_by(kept)
            }
            statements = kept + statements
        ordered = tuple(outputs[i.name] for i in program.inputs if i.name in outputs)
        given = {o.name for o in program.outputs}
        inputs = gradient_inputs(values, cotangents, given, statements)
        return Program(
            f"{self.name}.grad",
            inputs,
            program.attrs,
            ordered,
            statements,
            used_where(self.signature, inputs, ordered, statements),
            doc=f"Gradient of {self.name}.",
            source=self._source(),
        )

    def _check_names(self, program: Program, values: dict[str, Input]) -> None:
        for i in program.inputs:
            if f"d{i.name}" in values:
                raise error(
                    self._parameters().mark,
                    f"'d{i.name}' names both a value and a gradient",
                    "other names of parameters",
                )


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
