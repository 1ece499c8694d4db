"""Arguments of an op drawn from `samples:` of its entry, for tests, pages and tools."""

from __future__ import annotations

import functools
import itertools
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .entry import Op
from .extents import integer_operation, settled
from .ir import GROUP, Call, Node, is_call

EXTENTS = (3, 2, 4, 5)
KEY = (7, 11)
EDGE = (0.0, -0.0, 1.0, -1.0, 1e-30, -1e-30, 700.0, -700.0, np.inf, -np.inf, np.nan)


@dataclass
class Case:
    """Arguments of one call. An absent optional tensor is None."""

    name: str
    inputs: dict[str, np.ndarray | None]
    attrs: dict[str, object]
    edge: bool = False  # true iff some input holds infinities, NaN or zeros: not for gradients


def cases(op: Op, seed: int = 0) -> Iterator[Case]:
    """Every pair of sampled attributes, broadcast and absent tensors, kinds of values.

    Another seed gives the same calls with other random numbers.
    """
    build = functools.partial(_Builder, op, seed=seed)
    choices = _choices(op)
    for values in pairwise(choices):
        attrs = {a.name: v for a, v in zip(op.program.attrs, values, strict=True)}
        label = ",".join(f"{k}={v}" for k, v in attrs.items() if k in op.samples)
        yield build(attrs).case(label)
    first = first_attrs(op)
    for extents in _other_extents(op):
        label = ",".join(f"{k}={v}" for k, v in extents.items())
        yield build(first, extents=extents).case(label)
    group = [i.name for i in op.program.inputs if GROUP in i.dims]
    for name in group if len(group) > 1 else ():
        for shape in ("ones", "short", "scalar"):
            yield build(first, {name: shape}).case(f"{name} {shape}")
    if any(i.default is not None for i in op.program.inputs):
        yield build(first, absent=True).case("optional absent")
    for i in op.program.inputs:
        for kind in op.samples.get(i.name, ())[1:]:
            for kinds in _with_equal(op, i.name, kind):
                label = ",".join(f"{name} {k}" for name, k in kinds.items())
                yield build(first, kinds=kinds).case(label)


def _with_equal(op: Op, name: str, kind: str) -> Iterator[dict[str, str]]:
    """The kind of a tensor, and where that is to equal another, each kind of the other."""
    if not kind.startswith("equal"):
        yield {name: kind}
        return
    other = kind[6:-1]
    for of in op.samples.get(other, ("normal",)):
        yield {name: kind, other: of}


def _other_extents(op: Op) -> Iterator[dict[str, int]]:
    """Combinations of the sampled extents of axes, without the first."""
    parameters = {i.name for i in op.program.inputs} | {a.name for a in op.program.attrs}
    axes = [name for name in op.samples if name not in parameters]
    for values in list(itertools.product(*(op.samples[a] for a in axes)))[1:]:
        yield dict(zip(axes, values, strict=True))


def example(op: Op) -> Case:
    """One small call with short numbers: what has a default is left at it."""
    attrs = {a.name: _default(a) for a in op.program.attrs}
    for a in op.program.attrs:
        if a.default is None and a.name in op.samples:
            attrs[a.name] = op.samples[a.name][0]
    case = _Builder(op, attrs, absent=True, group=_example_group(op)).case("example")
    for name, value in case.inputs.items():
        if value is not None and value.dtype.kind == "f":
            case.inputs[name] = value.round(1) + 0.0  # no -0.0
    return case


def _example_group(op: Op) -> tuple[int, ...]:
    kinds = {a.type for a in op.program.attrs}
    if kinds & {"ints", "shape"}:
        return (2, 3, 4)
    if kinds & {"axis", "axes"} or not _has_named_axes(op):
        return (2, 3)
    return (2,) if max(len(i.dims) for i in op.program.inputs) < 3 else ()


def _has_named_axes(op: Op) -> bool:
    dims = (i.dims for i in op.program.inputs if len(i.dims) > 1)
    return any(isinstance(d, str) and d != GROUP for each in dims for d in each)


def first_attrs(op: Op) -> dict[str, object]:
    """The first sample of each attribute."""
    return {a.name: c[0] for a, c in zip(op.program.attrs, _choices(op), strict=True)}


def shaped_case(op: Op, group: tuple[int, ...], extents: dict[str, int] | None = None) -> Case:
    """A call whose group has the given extents, and so have some named axes."""
    builder = _Builder(op, first_attrs(op), group=group, extents=extents)
    return builder.case(f"{group} {extents or ''}".strip())


def free_axes(op: Op) -> tuple[str, ...]:
    """The named axes of the inputs whose extents no attribute or sample fixes."""
    fixed = {n for n, e in op.program.where if isinstance(e, str)} | set(op.samples)
    names = [n for i in op.program.inputs for d in i.dims for n in _Builder.names(d)]
    return tuple(dict.fromkeys(n for n in names if n not in fixed))


def pairwise(choices: list[tuple]) -> Iterator[tuple]:
    """Few combinations in which any two values of any two choices meet; the first is all firsts."""
    combinations = list(itertools.product(*(range(len(c)) for c in choices)))

    def pairs(row: tuple[int, ...]) -> set:
        cells = list(enumerate(row))
        return {(cell,) for cell in cells} | set(itertools.combinations(cells, 2))

    missing = set().union(*map(pairs, combinations))
    while missing:
        row = max(combinations, key=lambda row: len(missing & pairs(row)))
        missing -= pairs(row)
        yield tuple(c[number] for c, number in zip(choices, row, strict=True))
    if not choices:
        yield ()


def _choices(op: Op) -> list[tuple]:
    return [op.samples.get(a.name, (_default(a),)) for a in op.program.attrs]


def _default(attr) -> object:
    if attr.type == "rng":
        return KEY
    if attr.default is None:
        return {"axis": 1, "real": 0.5}.get(attr.type)
    return attr.default


class _Builder:
    def __init__(
        self,
        op: Op,
        attrs: dict,
        shrunk: dict | None = None,
        absent: bool = False,
        kinds: dict | None = None,
        group: tuple[int, ...] | None = None,
        extents: dict[str, int] | None = None,
        seed: int = 0,
    ):
        self.op, self.attrs, self.absent = op, settled(op.program.attrs, attrs), absent
        self.shrunk, self.kinds = shrunk or {}, kinds or {}
        self.random = np.random.default_rng(zlib.crc32(op.name.encode()) + seed)
        program = op.program
        usual = (2, 3) if _has_named_axes(op) else (2, 3, 4)
        self.group: tuple[int, ...] = usual if group is None else group
        self.extents: dict[str, int] = dict(extents or {})
        free = itertools.cycle(EXTENTS)
        for name in (n for i in program.inputs for d in i.dims for n in self.names(d)):
            if name not in self.extents:
                extent = self._computed(dict(program.where).get(name))
                if extent is None:
                    extent = op.samples[name][0] if name in op.samples else next(free)
                self.extents[name] = extent

    def _computed(self, node: Node | None) -> int | None:
        """An expression of `where:`; None if it depends on what is not known yet."""
        if isinstance(node, str):
            value = self.attrs.get(node, self.extents.get(node))
            return value if isinstance(value, int) else None
        if not isinstance(node, Call):
            return None if node is None else int(node)
        args = [self._computed(arg) for arg in node.args]
        known = [arg for arg in args if arg is not None]
        return integer_operation(node.head, known[0], known[1:]) if known == args else None

    @staticmethod
    def names(dim: Node) -> tuple[str, ...]:
        """The named axes of a dim."""
        if is_call(dim, "*"):
            return dim.args
        if is_call(dim, "sub"):
            return dim.args[1:]
        return (dim,) if isinstance(dim, str) and dim != GROUP else ()

    def selected(self, name: str) -> tuple[int, ...]:
        value = self.attrs[name]
        if value == "all":
            return tuple(range(len(self.group)))
        return tuple(
            sorted(v % len(self.group) for v in (value if isinstance(value, tuple) else (value,)))
        )

    def shape(self, dims: tuple[Node, ...], name: str = "") -> tuple[int, ...]:
        result: list[int] = []
        for dim in dims:
            result.extend(self._extents(dim, name))
        return tuple(result)

    def _extents(self, dim: Node, name: str) -> list[int]:
        group = list(self.group)
        if dim == GROUP:
            shape = self.shrunk.get(name)
            return {
                None: group,
                "ones": [1 if i % 2 == 0 else e for i, e in enumerate(group)],
                "short": group[1:],
                "scalar": [],
            }[shape]
        if isinstance(dim, str):
            return [self.extents[dim]]
        assert isinstance(dim, Call)
        if dim.head == "*":
            return [math.prod(self.extents[f] for f in dim.args)]
        chosen = self.selected(dim.args[0])
        if dim.head == "sub":
            group[chosen[0]] = self.extents[dim.args[1]]
            return group
        return [e for i, e in enumerate(group) if (i in chosen) == (dim.head == "sel")]

    def case(self, label: str) -> Case:
        inputs: dict[str, np.ndarray | None] = {}
        edge = False
        for i in self.op.program.inputs:
            if self.absent and i.default is not None:
                inputs[i.name] = None
                continue
            kind = self.kinds.get(i.name, self.op.samples.get(i.name, ("",))[0])
            edge |= kind in ("edge", "tails")
            shape = self.shape(i.dims, i.name)
            if kind.startswith("equal"):
                inputs[i.name] = inputs[kind[6:-1]]
            else:
                inputs[i.name] = np.asarray(self.tensor(i.cls, kind, shape))
        return Case(f"{self.op.name}[{label}]", inputs, self.attrs, edge)

    def tensor(self, cls: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
        random = self.random
        if kind.startswith("below"):
            return random.integers(0, self._bound(kind[6:-1]), shape)
        if cls == "bool":
            return random.random(shape) < 0.5
        if cls in ("int", "integral"):
            return random.integers(0, 3, shape)
        if kind == "counts":
            return random.integers(0, 3, shape).astype(np.float64)
        if kind == "edge":
            return np.resize(np.array(EDGE), shape)
        normal = random.standard_normal(shape)
        if kind == "positive":
            return np.abs(normal) + 0.1
        if kind == "above_one":
            return np.abs(normal) + 1.1
        if kind == "unit":
            return random.uniform(0.05, 0.95, shape)
        if kind == "tails":
            small = 10.0 ** -(0.3 * 1000 ** random.random(shape))
            return np.where(random.random(shape) < 0.5, small, 1 - small)
        if kind == "fractional":
            return np.floor(2 * normal) + random.uniform(0.2, 0.8, shape)
        if kind == "nonzero":
            return np.sign(normal) * (np.abs(normal) + 0.5)
        if kind == "spread":
            return np.linspace(-8, 8, math.prod(shape)).reshape(shape)
        if kind == "wide":
            return 1000 * normal
        if kind == "ascending":
            return np.sort(normal, -1)
        if kind == "definite":
            return normal + 2 * shape[-1] * np.eye(shape[-1])
        if kind == "bits":
            return (normal > 0).astype(np.float64)
        return normal

    def _bound(self, name: str) -> int:
        if name in self.extents:
            return self.extents[name]
        value = self.attrs[name]
        is_axis = next(a for a in self.op.program.attrs if a.name == name).type == "axis"
        return self.group[value] if is_axis else value
