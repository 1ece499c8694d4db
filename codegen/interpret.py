"""Programs run by NumPy: the independent oracle of the tests, any rank, extents found at run time.

Every statement is evaluated over its whole domain at once with integer index arrays. Each value
is kept in *aligned* form: a term of the group takes as many axes as the group has, those that it
does not cover with extent 1, so that positions agree whatever the term.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import programs
from .extents import Axis, Extents, integer_operation, is_group_term, is_span, settled
from .ir import (
    GROUP,
    NONE,
    RECURRENCES,
    Call,
    Node,
    Program,
    Quoted,
    Statement,
    is_call,
    text_of,
)
from .opaque import KERNELS
from .philox import uniform
from .primitives import PRIMITIVES
from .terms import plain_index, split_products


def run(
    program: Program, inputs: dict, attrs: dict | None = None, dtype=None
) -> dict[str, np.ndarray]:
    """The outputs of `program` by name.

    `inputs` are arrays, Python numbers (weak) or None (absent); a ghost may be any array of the
    right shape. `attrs` are Python values. With `dtype` all floating arithmetic is done in it.
    """
    return Interpreter(program, inputs, attrs or {}, dtype).outputs()


# -------------------------------------------------------------------------------------- dtypes


def is_weak(value) -> bool:
    return isinstance(value, (bool, int, float))


def _promote(values: list, default_float) -> np.dtype | None:
    """The common dtype; None if every operand is weak."""
    strong = [np.asarray(v).dtype for v in values if not is_weak(v)]
    if not strong:
        return None
    floats = [t for t in strong if t.kind == "f"]
    integers = [t for t in strong if t.kind in "iu"]
    result = np.result_type(*(floats or integers or strong))
    if result.kind != "f" and any(isinstance(v, float) for v in values):
        return np.dtype(default_float)
    if result.kind == "b" and any(is_weak(v) and not isinstance(v, bool) for v in values):
        return np.dtype(np.int64)
    return result


# -------------------------------------------------------------------------------------- domain


@dataclass
class _Domain:
    """Axes of one statement and the index array of each, shaped to broadcast over all of them."""

    axes: list[Axis]
    extents: list[int]
    memo: dict = field(default_factory=dict)

    def index(self, axis: Axis | None):
        if axis not in self.axes:
            raise ValueError(f"axis {axis} is not in the domain {self.axes}")
        position = self.axes.index(axis)
        shape = [1] * len(self.axes)
        shape[position] = self.extents[position]
        return np.arange(self.extents[position], dtype=np.int64).reshape(shape)


class Interpreter(Extents):
    def __init__(self, program: Program, inputs: dict, attrs: dict, dtype):
        self.float = np.dtype(dtype) if dtype is not None else np.dtype(np.float32)
        self.forced = dtype is not None
        raw: dict[str, Any] = {}
        for declared in program.inputs:
            value = inputs.get(declared.name)
            if value is not None and not is_weak(value):
                value = np.asarray(value)
                if self.forced and value.dtype.kind == "f":
                    value = value.astype(self.float)
            raw[declared.name] = value
        given = settled(program.attrs, attrs)
        unknown = set(attrs) - set(given) | set(inputs) - set(raw)
        if unknown:
            raise ValueError(f"{program.name}: unknown inputs or attributes {sorted(unknown)}")
        super().__init__(program, raw, given)
        self.values: dict[str, Any] = {}
        self.indices: dict[str, tuple[Node, ...]] = {}  # the terms that temporaries were stored at
        self._align_inputs()

    def _align_inputs(self) -> None:
        for declared in self._present():
            value = self.raw[declared.name]
            if not is_weak(value):
                value = value.reshape(self._aligned_shape(declared.dims, declared.name))
            self.values[declared.name] = value

    # --------------------------------------------------------------------------- statements

    def outputs(self) -> dict[str, np.ndarray]:
        for check in self.program.checks:
            if not self._scalar(check.condition, _Domain([], [])):
                raise ValueError(f"{self.program.name}: {check.message}")
        declared = {o.name: o for o in self.program.outputs if self._produced(o)}
        for statement in self._needed(set(declared)):
            self._execute(statement, declared)
        return {
            name: self.values[name].reshape(self._output_shape(o.dims))
            for name, o in declared.items()
        }

    def _needed(self, values: set[str]) -> list[Statement]:
        """The statements that these values need, in order."""
        needed = []
        for statement in reversed(self.program.statements):
            if values.intersection(statement.written):
                needed.append(statement)
                values.update(statement.read)
        return needed[::-1]

    def _produced(self, output) -> bool:
        """A gradient of an absent input is not produced."""
        names = [d.args[0] for d in output.dims if is_call(d, "own")]
        if is_call(output.dtype, "like"):
            names.append(output.dtype.args[0])
        return all(self.raw.get(n, 0) is not None for n in names)

    def _execute(self, statement: Statement, declared: dict) -> None:
        if statement.kind == "call":
            self._call(statement)
            return
        if statement.kind == "apply":
            self._apply(statement)
            return
        scatter = statement.kind == "scatter"
        stored = self.axes_of(statement.domain if scatter else statement.index)
        reduced = [] if scatter else self.axes_of(statement.domain)
        axes = stored + reduced
        if len(set(axes)) != len(axes):
            raise ValueError(f"{self.program.name}: an axis twice in the domain of {statement}")
        domain = _Domain(axes, [self.extent_of(a) for a in axes])
        result = self._array(self._scalar(statement.expr, domain))
        result = np.broadcast_to(result, domain.extents)
        if scatter:
            result = self._scatter(statement, domain, result, declared)
        else:
            if statement.kind == "reduce":
                kept = result.shape[: len(stored)]
                result = result.reshape([*kept, math.prod(domain.extents[len(stored) :])])
                if statement.value in declared and statement.combine in ("sum", "prod"):
                    result = result.astype(self.dtype_of(declared[statement.value].dtype))
                result = self._reduce(statement.combine, result)
            slots = [s for term in statement.index for s in self._slots(term)]
            result = result.reshape([1 if a is None else self.extent_of(a) for a in slots])
        if statement.value in declared:
            result = result.astype(self.dtype_of(declared[statement.value].dtype))
        self.values[statement.value] = result
        self.indices[statement.value] = statement.index

    def _array(self, value) -> np.ndarray:
        if isinstance(value, float):
            return np.asarray(value, self.float)
        return np.asarray(value)

    @staticmethod
    def _reduce(combine: str, points: np.ndarray) -> np.ndarray:
        """Combines the last axis."""
        if combine in ("sum", "prod"):
            function = np.sum if combine == "sum" else np.prod
            return function(points, axis=-1, dtype=None if points.dtype == bool else points.dtype)
        return getattr(np, combine)(points, axis=-1)

    def _scatter(self, statement, domain, points, declared) -> np.ndarray:
        if statement.value in declared:
            dims = declared[statement.value].dims
            shape = [
                e
                for term in split_products(dims)
                for e in (
                    [1 if a is None else self.extent_of(a) for a in self._slots(term)]
                    if is_span(term)
                    else [self.extent(term)]
                )
            ]
        else:
            shape = [self._target_extent(t, i) for t in statement.index for i in self._target(t)]
        dims = declared[statement.value].dims if statement.value in declared else statement.index
        indices, inside = self._index(self._aligned(statement.index, dims), domain, shape)
        kept = np.broadcast_to(inside, domain.extents)
        flat = np.zeros((), np.int64)
        for index, extent in zip(indices, shape, strict=False):
            flat = flat * extent + index
        flat = np.broadcast_to(flat, domain.extents)[kept]
        points = points[kept]
        combine = statement.combine
        result = np.full(math.prod(shape), _identity(combine, points.dtype), points.dtype)
        if combine == "set":
            result[flat] = points
        else:
            _COMBINE[combine].at(result, flat, points)
        return result.reshape(shape)

    def _target(self, term: Node) -> range:
        return range(len(self._slots(term)) if is_span(term) else 1)

    def _target_extent(self, term: Node, position: int) -> int:
        """Extents of a scattered temporary: an index of the group has the group's extents."""
        if is_call(term, "sub"):
            replaced = is_call(term.args[1], "in") and position == self.attrs[term.args[0]]
            axis = ("n", term.args[1].args[0]) if replaced else ("g", position)
            return self.extent_of(axis)
        if term == GROUP:
            return self.extent_of(("g", position))
        if is_call(term, "in"):
            return self.named[term.args[0]]
        if isinstance(term, str):
            return self.named[term]
        raise ValueError(
            f"{self.program.name}: a scatter into a temporary at {text_of(term)} has no extent"
        )

    def _call(self, statement: Statement) -> None:
        """An opaque kernel, as NumPy computes it."""
        if statement.combine not in KERNELS:
            raise ValueError(f"{self.program.name}: unknown call {statement.combine}")
        inputs = []
        for name in statement.inputs:
            value = self._whole(name)
            inputs.append(self.program.input(name).default if value is None else value)
        attrs = {name: self.attrs[name] for name in statement.attrs}
        results = KERNELS[statement.combine](*inputs, **attrs)
        results = results if isinstance(results, tuple) else (results,)
        for name, result in zip(statement.outputs, results, strict=True):
            output = self.program.output(name)
            result = np.asarray(result).astype(self.dtype_of(output.dtype))
            self.values[name] = self._align(result, output.dims)

    def _apply(self, statement: Statement) -> None:
        """Another program, on values of this one."""
        callee = programs.find(statement.combine)
        if callee is None:
            raise ValueError(f"{self.program.name}: there is no program {statement.combine}")
        inputs = {
            declared.name: None if name == NONE else self._whole(name)
            for declared, name in zip(callee.inputs, statement.inputs, strict=True)
        }
        attrs = {
            declared.name: self._argument(node)
            for declared, node in zip(callee.attrs, statement.args, strict=True)
        }
        results = run(callee, inputs, attrs, self.float if self.forced else None)
        outputs = zip(callee.outputs, statement.outputs, statement.indices, strict=True)
        for declared, name, index in outputs:
            if declared.name in results:
                self.values[name] = self._align(results[declared.name], index)
                self.indices[name] = index

    def _argument(self, node: Node):
        if isinstance(node, Quoted):
            return str(node)
        if isinstance(node, str):
            return self.attr(node) if node.partition(".")[0] in self.attrs else node
        if isinstance(node, Call) and not node.head:
            return node.args
        return self.extent(node) if isinstance(node, Call) else node

    def _whole(self, name: str):
        """A value in its own shape."""
        if name in self.raw:
            return self.raw[name]
        output = next((o for o in self.program.outputs if o.name == name), None)
        dims = self.indices[name] if output is None else output.dims
        return self.values[name].reshape(self._output_shape(dims))

    def _align(self, value, dims) -> np.ndarray:
        slots = [s for term in split_products(dims) for s in self._slots(term)]
        return value.reshape([1 if a is None else self.extent_of(a) for a in slots])

    # -------------------------------------------------------------------------- expressions

    def dtype_of(self, node: Call | str) -> np.dtype:
        result: np.dtype | None
        if isinstance(node, str):
            result = np.dtype("bool" if node in ("bool", "bool_") else node)
        elif node.head == "attr":
            result = np.dtype(self.attrs[node.args[0]])
        else:
            values = [self._sample(name) for name in node.args]
            result = _promote(values, self.float)
            if result is None:
                result = self._array(values[0]).dtype
            if node.head == "float" and result.kind != "f":
                result = self.float
            if node.head == "accum" and result.kind in "biu" and result.itemsize < 8:
                result = np.dtype(np.uint64 if result.kind == "u" else np.int64)
        return self.float if self.forced and result.kind == "f" else result

    def _sample(self, name: str):
        """A value of the dtype of an input or of a value already computed."""
        value = self.values.get(name)
        if value is None:
            return self.program.input(name).default
        return value if is_weak(value) else np.zeros((), value.dtype)

    def _scalar(self, node: Node, domain: _Domain):
        """The value of an expression at every point: an array that broadcasts, or a weak number."""
        if isinstance(node, str):
            return self.attr(node)
        if not isinstance(node, Call):
            return node
        if node not in domain.memo:
            with np.errstate(all="ignore"):
                domain.memo[node] = self._compute(node, domain)
        return domain.memo[node]

    def _compute(self, node: Call, domain: _Domain):
        head, args = node.head, node.args
        if head == "load":
            return self._load(node, domain, None)
        if head == "guard":
            return self._load(args[0], domain, self._scalar(args[1], domain))
        if head == "cast":
            value = self._array(self._scalar(args[1], domain))
            return value.astype(self.dtype_of(args[0]))
        if head == "index":
            return self._integer(args[0], domain)[0]
        if head == "at":
            return self._integer(node, domain)[0]
        if head == "count":
            return self.count(args)
        if head == "linear":
            return self._integer(node, domain)[0]
        if head == "uniform":
            return uniform(self.attrs[args[0]], self._scalar(args[1], domain)).astype(self.float)
        if head == "detach":
            return self._scalar(args[0], domain)
        if head in RECURRENCES:
            return self._recurrence(node, domain)
        if head == "and":
            return np.logical_and.reduce([self._scalar(a, domain) for a in args])
        return self._primitive(head, [self._scalar(a, domain) for a in args])

    def _recurrence(self, node: Call, domain: _Domain) -> np.ndarray:
        along = domain.axes.index(("n", node.args[0].args[0]))
        operands = [self._array(self._scalar(a, domain)) for a in node.args[1:]]
        factors, summands = (
            np.moveaxis(np.broadcast_to(o, domain.extents), along, 0) for o in operands
        )
        found: list = [None] * len(factors)
        order = range(len(found))
        total: Any = np.zeros(summands.shape[1:], np.result_type(*operands))
        for k in order if node.head == "recurrence" else reversed(order):
            product = self._primitive("mul", [factors[k], total])
            found[k] = total = self._primitive("add", [product, summands[k]])
        return np.moveaxis(np.stack(found), 0, along) if found else summands

    def _primitive(self, head: str, operands: list):
        # Checks write comparisons with their signs.
        signs = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
        if head in ("+", "-", "*", "//"):
            return integer_operation(head, operands[0], operands[1:])
        primitive = PRIMITIVES.get(signs.get(head, head))
        if primitive is None:
            raise ValueError(f"{self.program.name}: unknown primitive {head}")
        first = [np.asarray(operands.pop(0), bool)] if head == "select" else []
        common = _promote(operands, self.float)
        if primitive.result in ("flt", "own") and common is not None and common.kind != "f":
            common = self.float
        if common is not None:
            operands = [np.asarray(v).astype(common) for v in operands]
        result = primitive.numpy(*first, *operands)
        if common is None and primitive.result != "pred" and np.ndim(result) == 0:
            return np.asarray(result).item()
        return result

    def _load(self, node: Call, domain: _Domain, fallback):
        name = node.args[0]
        terms = node.args[1].args
        value = self.values.get(name)
        if value is None:
            if name in self.raw:
                return self.program.input(name).default
            raise ValueError(f"{self.program.name}: {name} is read before it is written")
        if is_weak(value):
            return value
        if any(is_call(t, "flat") for t in terms):
            value = value.reshape(-1)
        for declared in self.program.inputs:
            if declared.name == name:
                terms = self._aligned(terms, declared.dims)
        broadcast = any(i.name == name and GROUP in i.dims for i in self.program.inputs)
        indices, inside = self._index(terms, domain, value.shape, name if broadcast else None)
        if len(indices) != value.ndim:
            raise ValueError(f"{self.program.name}: {text_of(node)} has {len(indices)} indices")
        if fallback is None:
            if not np.all(inside):
                raise ValueError(f"{self.program.name}: {text_of(node)} is outside without a guard")
            return value[tuple(indices)] if indices else value
        safe = tuple(np.where(inside, i, 0) for i in indices)
        loaded = np.zeros(np.shape(inside), value.dtype) if value.size == 0 else value[safe]
        return self._primitive("select", [inside, loaded, fallback])

    def _aligned(self, terms, dims) -> list[Node]:
        """The terms; an integer index of the axis that an attribute selects says which axis."""
        pairs = itertools.zip_longest(terms, split_products(dims))
        return [
            Call("pick", (dim.args[0], term)) if is_call(dim, "sel") and not is_span(term) else term
            for term, dim in pairs
            if term is not None
        ]

    def _index(self, terms, domain, shape, broadcast: str | None = None):
        """Index arrays for a value of aligned `shape`, and where all of them are inside it."""
        indices: list[Any] = []
        inside: Any = np.ones((), bool)
        for term in terms:
            for position, (index, ok) in enumerate(self._term(term, domain, shape, len(indices))):
                extent = shape[len(indices)]
                stretched = (
                    broadcast is not None
                    and extent == 1
                    and is_group_term(term)
                    and self.group[position] != 1
                )
                if stretched:
                    index = np.zeros((), np.int64)
                else:
                    inside = inside & ok & (index >= 0) & (index < extent)
                indices.append(index)
        return indices, inside

    def _term(self, term: Node, domain: _Domain, shape, at: int):
        """Pairs (index, divides) for each aligned axis of a term."""
        zero, yes = np.zeros((), np.int64), np.ones((), bool)
        if is_call(term, "sub"):
            (replaced,) = plain_index(term.args[1:])
            pairs = []
            for i in range(len(self.group)):
                if i == self.attrs[term.args[0]]:
                    pairs.append(self._integer(replaced, domain, shape[at + i]))
                else:
                    pairs.append((domain.index(("g", i)), yes))
            return pairs
        if is_call(term, "pick"):
            axis = self.attrs[term.args[0]]
            picked = self._integer(term.args[1], domain, shape[at + axis])
            return [picked if i == axis else (zero, yes) for i in range(len(self.group))]
        if is_call(term, "lin", "unlin"):
            axes = self._slots(term.args[0])
            scale, offset = (self._per_axis(a, len(axes)) for a in term.args[1:])
            pairs = []
            for axis, s, o in zip(axes, scale, offset, strict=False):
                index = domain.index(axis)
                if term.head == "lin":
                    pairs.append((index * s + o, yes))
                else:
                    pairs.append(((index - o) // s, (index - o) % s == 0))
            return pairs
        if is_call(term, "flat"):
            return [self._integer(term.args[0], domain)]
        if is_call(term, "in"):
            return [self._integer(term.args[1], domain, shape[at])]
        if is_span(term):
            slots = self._slots(term)
            return [(zero if a is None else domain.index(a), yes) for a in slots]
        return [self._integer(term, domain, shape[at])]

    def _per_axis(self, node: str | int, count: int) -> list[int]:
        value = self.attr(node) if isinstance(node, str) else node
        return list(value) if isinstance(value, (tuple, list)) else [value] * count

    def _integer(self, node: Node, domain: _Domain, extent: int | None = None):
        """An integer expression of an index, and where its exact divisions are exact."""
        yes = np.ones((), bool)
        if isinstance(node, (bool, int)):
            return np.int64(node), yes
        if isinstance(node, float):
            raise ValueError(f"{self.program.name}: {node} is no integer")
        if isinstance(node, str):
            if ("n", node) in domain.axes:
                return domain.index(("n", node)), yes
            return np.int64(self.attr(node)), yes
        if node.head == "at":
            (position,) = self.selected(node.args[0])
            return domain.index(("g", position)), yes
        if node.head == "index":
            return self._integer(node.args[0], domain)
        if node.head == "count":
            return np.int64(self.count(node.args)), yes
        if node.head == "linear":
            result: Any = np.zeros((), np.int64)
            for axis in self.axes_of(node.args):
                result = result * self.extent_of(axis) + domain.index(axis)
            return result, yes
        if node.head == "gather":
            return self._gather(node, domain, extent), yes
        if node.head not in ("+", "-", "*", "//", "exact"):
            return np.asarray(self._scalar(node, domain)), yes
        pairs = [self._integer(a, domain) for a in node.args]
        values = [v for v, _ in pairs]
        ok = np.logical_and.reduce([np.asarray(o) for _, o in pairs]) if len(pairs) == 1 else yes
        for _, each in pairs:
            ok = ok & each
        if node.head == "exact":
            return values[0] // values[1], ok & (values[0] % values[1] == 0)
        return integer_operation(node.head, values[0], values[1:]), ok

    def _gather(self, node: Call, domain: _Domain, extent: int | None):
        assert extent is not None, "only the index of an axis is gathered"
        index = np.asarray(self._scalar(node.args[0], domain)).astype(np.int64)
        bad = (index < -extent) | (index >= extent)
        if np.any(bad):
            raise IndexError(
                f"axon.{self.program.name}: index {index[bad].flat[0]} is out of range for an axis "
                f"of {extent} elements; indices lie in [{-extent}, {extent})"
            )
        return np.where(index < 0, index + extent, index)


_COMBINE = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


def _identity(combine: str, dtype: np.dtype):
    """What a scattered element starts with: it changes nothing when it is combined."""
    if combine in ("max", "min"):
        if dtype.kind == "b":
            return combine == "min"
        if dtype.kind in "fO":
            return -np.inf if combine == "max" else np.inf
        limits = np.iinfo(dtype)
        return limits.min if combine == "max" else limits.max
    return combine == "prod"
