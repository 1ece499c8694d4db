"""What a lowered expression is, and which axes it extends over."""

from __future__ import annotations

from dataclasses import dataclass, field

from .ir import GROUP, Call, Node, call, index_of, is_call
from .signature import Signature

Over = frozenset


NOTHING: Over = Over()


@dataclass(frozen=True)
class Value:
    """A lowered expression and the terms that it varies over.

    These are `*`, (sel a), (rest a), (shape s) and named axes.
    """

    expr: Node
    over: Over = NOTHING


@dataclass(frozen=True)
class Reduction:
    combine: str
    domain: tuple[Node, ...]
    body: Value
    over: Over
    line: int = field(default=0, compare=False)  # of the file


def merge(*overs: Over) -> Over:
    """The union; the selected and the other axes together are the group."""
    union = Over().union(*overs)
    halves = {t.args[0] for t in union if is_call(t, "sel")} & {
        t.args[0] for t in union if is_call(t, "rest")
    }
    if halves:
        union |= {GROUP}
    if GROUP in union:
        union = Over(t for t in union if not is_call(t, "sel", "rest"))
    return union


def over_of(terms: tuple[Node, ...], signature: Signature) -> Over:
    """What the terms of dims, a store or an index extend over."""
    return merge(*(_over_of_term(term, signature) for term in terms))


def _over_of_term(term: Node, signature: Signature) -> Over:
    if not isinstance(term, Call):
        return Over([term]) if term == GROUP or term in signature.axes else Over()
    if term.head in ("sel", "rest", "shape"):
        return Over([term])
    if term.head == "keep":
        return Over([call("rest", term.args[0])])
    if term.head in ("perm", "own"):
        return Over([GROUP])
    if term.head == "sub":
        return merge(Over([call("rest", term.args[0])]), _over_of_term(term.args[1], signature))
    if term.head == "at":
        return Over([call("sel", term.args[0])])
    if term.head == "load":
        return over_of(index_of(term), signature)
    if term.head == "count":
        return Over()
    return over_of(term.args, signature)
