"""Sets of axes: what terms cover and expressions depend on; and integer expressions of axes."""

from __future__ import annotations

from .ir import GROUP, Call, Node, is_call, walk

_COMPLEMENT = {"sel": "rest", "rest": "sel", "own": "bcast", "bcast": "own"}
#: Forms of integer arithmetic in an index.
ARITHMETIC = ("+", "-", "*", "//", "exact")


class Uncovered(Exception):
    """A set of axes that the terms of programs cannot write."""


def split_products(dims: tuple[Node, ...]) -> tuple[Node, ...]:
    """Dims with every product `(* g c)` written as its factors."""
    return tuple(f for d in dims for f in (d.args if is_call(d, "*") else (d,)))


def index_in(dim: Node, term: Node) -> Node:
    """The index term of a scatter with the named dim whose extent it runs over."""
    if is_call(dim, "sub") and is_call(term, "sub") and dim != term:
        return Call("sub", (term.args[0], index_in(dim.args[1], term.args[1])))
    named = isinstance(dim, str) and dim != GROUP and dim != term and not is_call(term, "in")
    return Call("in", (dim, term)) if named else term


def plain_index(index: tuple[Node, ...]) -> tuple[Node, ...]:
    """An index without the dims that a scatter names."""
    return tuple(_plain_term(term) for term in index)


def _plain_term(term: Node) -> Node:
    if is_call(term, "sub"):
        return Call("sub", (term.args[0], _plain_term(term.args[1])))
    return term.args[1] if is_call(term, "in") else term


def scattered_dims(index: tuple[Node, ...]) -> tuple[Node, ...]:
    """The dims of a temporary from the index that is scattered to."""
    return tuple(_scattered_dim(term) for term in index)


def _scattered_dim(term: Node) -> Node:
    if is_call(term, "sub"):
        named = is_call(term.args[1], "in")
        return Call("sub", (term.args[0], term.args[1].args[0])) if named else GROUP
    return term.args[0] if is_call(term, "in") else term


def same_term(a: Node, b: Node) -> bool:
    """True iff both terms cover the same axes; `(keep a f)` covers those of `(rest a)`."""
    return _plain(a) == _plain(b)


def _plain(term: Node) -> Node:
    return Call("rest", term.args[:1]) if is_call(term, "keep") else term


def group_part(terms: tuple[Node, ...]) -> Node | None:
    """The part of the group that the terms cover: one term, or None."""
    part: Node | None = None
    for term in terms:
        new: Node
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
        if whole != GROUP or not isinstance(part, Call):
            raise Uncovered
        rest.append(complement(part))
    shape = shape_part(domain)
    if shape is not None and shape_part(stored) is None:
        rest.append(shape)
    kept = set(named_axes(stored))
    rest.extend(dict.fromkeys(n for n in named_axes(domain) if n not in kept))
    return tuple(rest)


def index_terms(node: Node) -> list[Node]:
    """All that refers to axes in an expression: index terms of loads, index, at and linear."""
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


# --------------------------------------------------------------------------- integer expressions

#: A polynomial with integer coefficients: sorted atoms -> coefficient.
Polynomial = dict


def polynomial(node: Node) -> Polynomial:
    """An integer expression multiplied out; atoms are names, extents and divisions."""
    if isinstance(node, int):
        return {(): node} if node else {}
    if is_call(node, "index"):
        return polynomial(node.args[0])
    if is_call(node, "+", "-"):
        total: Polynomial = {}
        for position, arg in enumerate(node.args):
            minus = node.head == "-" and (position > 0 or len(node.args) == 1)
            for atoms, coefficient in polynomial(arg).items():
                total[atoms] = total.get(atoms, 0) + (-coefficient if minus else coefficient)
        return {atoms: c for atoms, c in total.items() if c}
    if is_call(node, "*"):
        total = {(): 1}
        for arg in node.args:
            factor = polynomial(arg)
            product: Polynomial = {}
            for left, c in total.items():
                for right, d in factor.items():
                    atoms = tuple(sorted(left + right, key=str))
                    product[atoms] = product.get(atoms, 0) + c * d
            total = product
        return _cancel_divisions({atoms: c for atoms, c in total.items() if c})
    if is_call(node, "//", "exact"):
        divided = Call(node.head, tuple(tidy(a) for a in node.args))
        quotient = _divide(polynomial(divided.args[0]), divided.args[1])
        return {(divided,): 1} if quotient is None else quotient
    return {(node,): 1}


def _cancel_divisions(total: Polynomial) -> Polynomial:
    """c·(exact E c) is E: what masks a rest of the division is not this expression's business."""
    result: Polynomial = {}
    for atoms, coefficient in total.items():
        expanded = {atoms: coefficient}
        for at, atom in enumerate(atoms):
            if not is_call(atom, "exact"):
                continue
            others = atoms[:at] + atoms[at + 1 :]
            factor = _divide({others: coefficient}, atom.args[1])
            if factor is not None:
                ((others, factor),) = factor.items()
                expanded = {
                    tuple(sorted(others + inner, key=str)): factor * c
                    for inner, c in polynomial(atom.args[0]).items()
                }
                break
        for key, c in expanded.items():
            result[key] = result.get(key, 0) + c
    return {atoms: c for atoms, c in result.items() if c}


def _divide(dividend: Polynomial, divisor: Node) -> Polynomial | None:
    """The quotient if every summand has the divisor as a factor."""
    quotient: Polynomial = {}
    for atoms, coefficient in dividend.items():
        if isinstance(divisor, int):
            if divisor == 0 or coefficient % divisor:
                return None
            quotient[atoms] = coefficient // divisor
        elif divisor in atoms:
            at = atoms.index(divisor)
            quotient[atoms[:at] + atoms[at + 1 :]] = coefficient
        else:
            return None
    return quotient


def tidy(node: Node) -> Node:
    """An integer expression in a canonical form: equal polynomials give equal text."""
    if not isinstance(node, Call) or not is_call(node, *ARITHMETIC):
        return node
    if any(is_call(n, "gather") for n in walk(node)):
        return node
    positive: list[Node] = []
    negative: list[Node] = []
    for atoms, coefficient in sorted(polynomial(node).items(), key=_monomial_order):
        factors = list(atoms)
        if abs(coefficient) != 1 or not factors:
            factors.append(abs(coefficient))
        monomial = factors[0]
        for factor in factors[1:]:
            monomial = Call("*", (monomial, factor))
        (positive if coefficient > 0 else negative).append(monomial)
    result: Node = 0
    for number, term in enumerate(positive):
        result = term if number == 0 else Call("+", (result, term))
    for term in negative:
        if isinstance(result, int) and result == 0:
            result = -term if isinstance(term, int) else Call("-", (term,))
        else:
            result = Call("-", (result, term))
    return result


def _monomial_order(item) -> tuple:
    """Axes and products of them first, constants last; then by text."""
    atoms, _ = item
    return (not atoms, -len(atoms), [str(a) for a in atoms])
