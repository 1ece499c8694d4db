"""Sets of axes: what the terms of stores, loads and domains cover, and what an expression depends on."""

from __future__ import annotations

from codegen.ir import GROUP, Call, Node, is_call, walk

_COMPLEMENT = {"sel": "rest", "rest": "sel", "own": "bcast", "bcast": "own"}
#: Forms of integer arithmetic in an index.
ARITHMETIC = ("+", "-", "*", "//", "exact")


class Uncovered(Exception):
    """A set of axes that the terms of programs cannot write."""


def split_products(dims: tuple[Node, ...]) -> tuple[Node, ...]:
    """Dims with every product `(* g c)` written as its factors."""
    return tuple(f for d in dims for f in (d.args if is_call(d, "*") else (d,)))


def same_term(a: Node, b: Node) -> bool:
    """True iff both terms cover the same axes; `(keep a f)` covers those of `(rest a)`."""
    return _plain(a) == _plain(b)


def _plain(term: Node) -> Node:
    return Call("rest", term.args[:1]) if is_call(term, "keep") else term


def group_part(terms: tuple[Node, ...]) -> Node | None:
    """The part of the group that the terms cover: one term, or None."""
    part = None
    for term in terms:
        if term == GROUP or is_call(term, "perm"):
            new = GROUP
        elif is_call(term, "sub"):
            new = Call("rest", term.args[:1])
        elif is_call(term, "keep", "rest", "sel", "own", "bcast"):
            new = _plain(term)
        else:
            continue
        if part is None:
            part = new
        elif is_call(part, *_COMPLEMENT) and new == complement(part):
            part = GROUP
        else:
            raise Uncovered
    return part


def complement(term: Call) -> Call:
    return Call(_COMPLEMENT[term.head], term.args[:1])


def shape_part(terms: tuple[Node, ...]) -> Node | None:
    return next((t for t in terms if is_call(t, "shape")), None)


def named_axes(terms: tuple[Node, ...]) -> list[str]:
    names = []
    for term in terms:
        if is_call(term, "sub"):
            term = term.args[1]
        if isinstance(term, str) and term != GROUP:
            names.append(term)
    return names


def remaining(domain: tuple[Node, ...], stored: tuple[Node, ...]) -> tuple[Node, ...]:
    """The axes of a domain that a store does not cover: the reduced terms."""
    rest: list[Node] = []
    whole, part = group_part(domain), group_part(stored)
    if part is None and whole is not None:
        rest.append(whole)
    elif whole != part:
        if whole != GROUP:
            raise Uncovered
        rest.append(complement(part))
    shape = shape_part(domain)
    if shape is not None and shape_part(stored) is None:
        rest.append(shape)
    kept = set(named_axes(stored))
    rest.extend(dict.fromkeys(n for n in named_axes(domain) if n not in kept))
    return tuple(rest)


def index_terms(node: Node) -> list[Node]:
    """Everything in an expression that refers to axes: index terms of loads, index, at and linear."""
    found: list[Node] = []
    for n in walk(node):
        if is_call(n, "load"):
            found.extend(n.args[1].args)
        elif is_call(n, "index", "linear"):
            found.extend(n.args)
        elif is_call(n, "at"):
            found.append(n)
    return found


def depends(node: Node, reduced: tuple[Node, ...]) -> bool:
    """True unless the expression certainly has the same value along all reduced axes."""
    names = set(named_axes(reduced))
    groups = [t for t in reduced if not isinstance(t, str) or t == GROUP]
    for term in index_terms(node):
        if any(n in names for n in walk(term) if isinstance(n, str)):
            return True
        for group in groups:
            if not _independent(term, group):
                return True
    return False


def _independent(term: Node, group: Node) -> bool:
    if isinstance(term, int) or (isinstance(term, str) and term != GROUP):
        return True
    if is_call(group, "shape"):
        return not any(is_call(n, "shape") for n in walk(term))
    if is_call(term, *ARITHMETIC, "gather", "shape"):
        return all(
            _independent(n, group)
            for n in walk(term)
            if n == GROUP or is_call(n, "at", "sel", "rest", "keep", "sub", "perm", "own", "bcast")
        )
    return is_call(group, *_COMPLEMENT) and _plain(term) == complement(group)
