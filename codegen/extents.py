"""What the shapes and attributes of one call say: the group, named axes, extents.

An axis of a domain is ("g", number), ("s", attribute, number) or ("n", name).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .ir import GROUP, LENGTHS, Attr, Call, Node, Program, is_call, text_of
from .terms import split_products

Axis = tuple

#: Heads of the terms that stand for axes of the group.
GROUP_TERMS = ("sel", "rest", "keep", "sub", "perm", "own", "bcast")


def is_group_term(term: Node) -> bool:
    return term == GROUP or is_call(term, *GROUP_TERMS)


def is_span(term: Node) -> bool:
    """True iff the term stands for as many axes as there are."""
    return is_group_term(term) or is_call(term, "shape")


def integer_operation(head: str, first, rest):
    """`+ - * // min` of integers, or of arrays of them."""
    if head == "-" and not rest:
        return -first
    for value in rest:
        if head == "+":
            first = first + value
        elif head == "-":
            first = first - value
        elif head == "*":
            first = first * value
        elif head == "//":
            first = first // value
        elif head == "min":
            first = min(first, value)
        else:
            raise ValueError(f"unknown integer operation {head}")
    return first


def settled(attrs: Iterable[Attr], given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each attribute: what is given, or its default."""
    values: dict[str, Any] = {}
    for attr in attrs:
        value = given.get(attr.name, attr.default)
        left_out = attr.same_as is not None and value == attr.same_as
        values[attr.name] = values[value] if left_out else value
    return values


class Extents:
    """The axes of a program called with `raw` inputs and the attributes `given`."""

    def __init__(self, program: Program, raw: dict[str, Any], given: dict[str, Any]):
        self.program = program
        self.raw = raw
        self.given = given
        self.attrs: dict[str, Any] = {}
        self.named: dict[str, int] = {}
        self.group: list[int | None] = []
        self._find_group()
        self._normalise_attrs()
        self._find_named()

    def _span(self, name: str) -> tuple[tuple[Node, ...], tuple, tuple, tuple]:
        """Named dims of an input and their extents; its group-like term and the extents of that."""
        dims = self.program.input(name).dims
        shape = np.shape(self.raw[name])
        at = next((i for i, d in enumerate(dims) if is_span(d)), None)
        if at is None:
            self._demand(name, len(shape) == len(dims))
            return dims, shape, (), ()
        after = len(dims) - at - 1
        self._demand(name, len(shape) >= at + after)
        end = len(shape) - after
        return dims[:at] + dims[at + 1 :], shape[:at] + shape[end:], (dims[at],), shape[at:end]

    def _demand(self, name: str, condition: bool) -> None:
        if not condition:
            dims = text_of(Call("", self.program.input(name).dims))
            raise ValueError(
                f"{self.program.name}: {name} has shape {np.shape(self.raw[name])}, expected {dims}"
            )

    def _present(self):
        return [i for i in self.program.inputs if self.raw[i.name] is not None]

    def _find_group(self) -> None:
        group: Any = None
        for declared in self._present():
            _, _, term, extents = self._span(declared.name)
            if term == (GROUP,):
                group = extents if group is None else np.broadcast_shapes(group, extents)
        for declared in self._present():
            _, _, term, extents = self._span(declared.name)
            if group is None and term and is_call(term[0], "perm"):
                order = self.given[term[0].args[0]]
                group = [0] * len(extents)
                for position, axis in enumerate(order):
                    group[axis] = extents[position]
        for declared in self._present():
            _, _, term, extents = self._span(declared.name)
            if group is None and term and is_call(term[0], "sub"):
                group = list(extents)
                axis = self.given[term[0].args[0]]
                group[axis] = None  # the group has no extent of its own there
        self.group = list(group or ())

    def _normalise_attrs(self) -> None:
        rank = len(self.group)
        for a in self.program.attrs:
            value = self.given[a.name]
            if a.type == "axis":
                value = self._axis(a.name, value, rank)
            elif a.type == "axes":
                if value is None or value in ("all", "none"):
                    value = tuple(range(rank))
                value = (value,) if isinstance(value, int) else value
                value = tuple(sorted(self._axis(a.name, v, rank) for v in value))
            elif a.type in LENGTHS and isinstance(value, int):
                value = (value,) * LENGTHS[a.type]
            elif value is None:
                raise ValueError(f"{self.program.name}: attribute {a.name} is missing")
            self.attrs[a.name] = value

    def _axis(self, name: str, value: int, rank: int) -> int:
        if not -rank <= value < rank:
            raise ValueError(f"{self.program.name}: {name}={value} is no axis of {rank} axes")
        return value % rank

    def _find_named(self) -> None:
        pending: list[tuple[Node, int | Node]] = [(n, e) for n, e in self.program.where]
        for declared in self._present():
            dims, shape, _, extents = self._span(declared.name)
            pending.extend(zip(dims, map(int, shape), strict=False))
            for term in self._span(declared.name)[2]:
                if is_call(term, "sub"):
                    pending.append((term.args[1], int(extents[self.attrs[term.args[0]]])))
        while pending:
            rest = [item for item in pending if not self._solve(*item)]
            if len(rest) == len(pending):
                names = ", ".join(text_of(dim) for dim, _ in rest)
                raise ValueError(f"{self.program.name}: the extents of {names} are not determined")
            pending = rest

    def _solve(self, dim: Node, extent: int | Node) -> bool:
        """Takes in `dim == extent`; False if more must be known first."""
        try:
            value = extent if isinstance(extent, int) else self.extent(extent)
        except KeyError:
            return False
        factors = list(dim.args) if is_call(dim, "*") else [dim]
        unknown = [f for f in factors if isinstance(f, str) and f not in self.named]
        if len(unknown) > 1:
            return False
        known = math.prod(self.extent(f) for f in factors if f not in unknown)
        if unknown and known and value % known == 0:
            self.named[unknown[0]] = value // known
        elif unknown or known != value:
            raise ValueError(
                f"{self.program.name}: {text_of(dim)} would be {value}, but is "
                f"{known if not unknown else 'not divisible'}"
            )
        return True

    def extent(self, node: Node) -> int:
        """A dim expression: a dim's name is its extent."""
        if isinstance(node, (int, float)):
            return int(node)
        if isinstance(node, str):
            attribute = node.partition(".")[0] in self.given
            return self.attr(node) if attribute else self.named[node]
        if node.head == "count":
            return self.count(node.args)
        a, *rest = (self.extent(arg) for arg in node.args)
        return integer_operation(node.head, a, rest)

    def attr(self, name: str):
        base, dot, element = name.partition(".")
        if base not in self.attrs:
            return self.named[base]  # in a check the name of an axis is its extent
        value = self.attrs[base]
        return value[int(element)] if dot else value

    def selected(self, attribute: str) -> tuple[int, ...]:
        value = self.attrs[attribute]
        return value if isinstance(value, tuple) else (value,)

    def own(self, name: str) -> tuple[int, ...]:
        """The group's axes on which an input really extends."""
        _, _, term, extents = self._span(name)
        if term and is_call(term[0], "own"):
            return self.own(term[0].args[0])
        missing = len(self.group) - len(extents)
        if term != (GROUP,):
            return tuple(range(len(self.group)))
        return tuple(
            i for i, e in enumerate(self.group) if i >= missing and extents[i - missing] == e
        )

    def shape_of(self, attribute: str) -> list[int]:
        extents = list(self.attrs[attribute])
        if -1 in extents:
            total = np.size(self.raw[self._present()[0].name])
            known = math.prod(e for e in extents if e != -1)
            if known == 0 or total % known:
                raise ValueError(f"{self.program.name}: {attribute} does not fit {total} elements")
            extents[extents.index(-1)] = total // known
        return extents

    def count(self, terms) -> int:
        return math.prod(self.extent_of(axis) for axis in self.axes_of(terms))

    def extent_of(self, axis: Axis) -> int:
        if axis[0] == "g":
            extent = self.group[axis[1]]
            if extent is None:
                raise ValueError(f"{self.program.name}: axis {axis[1]} of the group has no extent")
            return extent
        return self.named[axis[1]] if axis[0] == "n" else self.shape_of(axis[1])[axis[2]]

    def axes_of(self, terms) -> list[Axis]:
        """The axes that terms of a store or domain stand for, in order."""
        return [axis for term in terms for axis in self._slots(term) if axis is not None]

    def _slots(self, term: Node) -> list[Axis | None]:
        """The axes of a term in aligned form; None where it has extent 1."""
        group: list[Axis | None] = [("g", i) for i in range(len(self.group))]
        if term == GROUP:
            return group
        if isinstance(term, str):
            return [("n", term)]
        if is_call(term, "shape"):
            name = term.args[0]
            return [("s", name, i) for i in range(len(self.shape_of(name)))]
        if is_call(term, "perm"):
            return [group[i] for i in self.attrs[term.args[0]]]
        if is_call(term, "sub"):
            group[self.attrs[term.args[0]]] = ("n", term.args[1])
            return group
        if is_call(term, "own", "bcast"):
            kept = self.own(term.args[0])
        elif is_call(term, "sel", "rest", "keep"):
            kept = self.selected(term.args[0])
        else:
            raise ValueError(f"{self.program.name}: {text_of(term)} is no list of axes")
        positive = term.head in ("own", "sel")
        return [axis if (i in kept) == positive else None for i, axis in enumerate(group)]

    # ------------------------------------------------------------------------------- shapes

    def _aligned_shape(self, dims, name: str) -> list[int]:
        shape = []
        for term in split_products(dims):
            if term == GROUP:
                extents = self._span(name)[3]
                shape += [1] * (len(self.group) - len(extents)) + list(extents)
            elif is_call(term, *GROUP_TERMS, "shape"):
                shape += [1 if a is None else self.extent_of(a) for a in self._slots(term)]
            else:
                shape.append(self.extent(term))
        return shape

    def _output_shape(self, dims) -> list[int]:
        shape: list[int] = []
        for term in dims:
            if is_call(term, "own"):
                shape += self._span(term.args[0])[3]
            elif is_call(term, "keep"):
                kept = bool(self.attrs[term.args[1]])
                extents = [1 if a is None else self.extent_of(a) for a in self._slots(term)]
                selected = self.selected(term.args[0])
                shape += [e for i, e in enumerate(extents) if kept or i not in selected]
            elif term == GROUP or is_call(term, *GROUP_TERMS, "shape"):
                shape += [self.extent_of(a) for a in self._slots(term) if a is not None]
            else:
                shape.append(self.extent(term))
        return shape
