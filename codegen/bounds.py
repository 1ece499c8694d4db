"""Affine indices that certainly leave their tensor: intervals of polynomials in extents.

An axis k runs from 0 to count(k) - 1. Where the lowest index is a negative number, or the highest
is at least the extent whatever the extents are, some point lies outside.
"""

from __future__ import annotations

from collections.abc import Mapping

from .ir import Call, Node, call, is_call, transform, walk
from .terms import Polynomial, polynomial


def escape(index: Node, extent: Node, axes: Mapping, where: Mapping[str, Node]) -> str | None:
    """Where an index of an axis with this extent leaves it; None unless that is certain."""
    low, high = _bound(index, axes, upper=False), _bound(index, axes, upper=True)
    if low is None or high is None:
        return None
    lowest = _number(_expanded(low, axes, where))
    if lowest is not None and lowest < 0:
        return f"it begins at {lowest}"
    beyond = _number(_expanded(call("-", high, extent), axes, where))
    if beyond is not None and beyond >= 0:
        return f"it reaches {_extent_text(extent)}{f' + {beyond}' if beyond else ''}"
    return None


def _bound(index: Node, axes: Mapping, upper: bool) -> Node | None:
    """The largest or the smallest value of an affine index; None if it cannot be told."""
    total: Node = 0
    for atoms, coefficient in polynomial(index).items():
        moving = [a for a in atoms if a in axes or is_call(a, "at")]
        if any(_varies(a, axes) for a in atoms if a not in moving):
            return None
        if not moving:
            term: Node = coefficient
            for atom in atoms:
                term = call("*", term, atom)
        elif len(atoms) > 1:
            return None
        elif (coefficient > 0) == upper:
            term = call("*", coefficient, call("-", _count(atoms[0]), 1))
        else:
            continue
        total = call("+", total, term)
    return total


def _varies(atom: Node, axes: Mapping) -> bool:
    """True iff a compound atom, such as a division, may depend on an axis."""
    if is_call(atom, "count"):
        return False
    return isinstance(atom, Call) and any(
        n in axes or is_call(n, "at", "linear", "gather") for n in walk(atom)
    )


def _count(atom: Node) -> Node:
    """The extent of the axis along which a name or `(at a)` is the number."""
    return call("count", call("sel", atom.args[0]) if isinstance(atom, Call) else atom)


def _expanded(node: Node, axes: Mapping, where: Mapping[str, Node]) -> Polynomial:
    """The polynomial with every extent that `where` gives written out."""

    def written_out(n: Node) -> Node:
        if is_call(n, "count") and len(n.args) == 1 and n.args[0] in where:
            return transform(_extents(where[n.args[0]], axes), written_out)
        return n

    return polynomial(transform(node, written_out))


def _extents(node: Node, axes: Mapping) -> Node:
    """An expression of `where`, in which a bare name is an extent."""
    if isinstance(node, str):
        return call("count", node) if node in axes else node
    if not isinstance(node, Call):
        return node
    return Call(node.head, tuple(_extents(a, axes) for a in node.args))


def _number(value: Polynomial) -> int | None:
    return value.get((), 0) if set(value) <= {()} else None


def _extent_text(extent: Node) -> str:
    (axis,) = extent.args if isinstance(extent, Call) else (extent,)
    return f"count({axis.args[0] if isinstance(axis, Call) else axis})"
