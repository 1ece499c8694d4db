"""Store inversion: a sum scattered through an affine index map, written as a gather.

    A[g(p)] += e(p)  for p of a domain      becomes      A[t] = Σ e(p)  over the p with g(p) = t.

Each composite index term gives a new target axis t and one source axis is solved for: from
`t = h*stride + r*dilation - padding` follows `h = exact(t + padding - r*dilation, stride)`. The
other axes (r) stay and are reduced. Where the solved axis falls outside its extent, or the division
leaves a rest, the guarded loads give 0. Only stores through data (`gather`) cannot be inverted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .ir import GROUP, Call, Node, call, is_call, load, walk
from .terms import ARITHMETIC, Uncovered, group_part, named_axes, remaining, same_term, tidy


@dataclass
class Store:
    """`target[index] += expr` over `domain`; after inversion index terms are axes."""

    index: tuple[Node, ...]
    domain: tuple[Node, ...]
    expr: Node
    where: dict[str, Node] = field(default_factory=dict)  # extents of axes that the inversion made

    @property
    def reduced(self) -> tuple[Node, ...]:
        return remaining(self.domain, self.index)


def invert(
    index: tuple[Node, ...],
    domain: tuple[Node, ...],
    expr: Node,
    dims: tuple[Node, ...],
    extents: dict[str, Node],
    fresh: Callable[[str], str],
    dims_of: Callable[[str], tuple[Node, ...]],
    group: Node = GROUP,
) -> Store | None:
    """The store of `expr` at `index` into a value of `dims` as a gather; None if it must scatter.

    `extents` are the named axes whose extent is an expression (`where`), `fresh` makes names,
    `dims_of` gives the dims of a value that `expr` loads (empty if they are not known),
    `group` is what a store to the whole group is written as (`*` or `(own x)`).
    """
    try:
        if len(index) == 1 and is_call(index[0], "flat"):
            return _invert_flat(index[0], domain, expr, dims, group)
        if any(is_call(t, "lin", "unlin") for t in index):
            return _invert_linear_group(index, domain, expr, dims, group)
        return _Inversion(index, domain, expr, dims, extents, fresh, dims_of, group).run()
    except (Uncovered, _NotAffine):
        return None


class _NotAffine(Exception):
    pass


# ----------------------------------------------------------------------------- whole-value maps


def _own_terms(dims: tuple[Node, ...], group: Node) -> tuple[Node, ...]:
    return tuple(group if d == GROUP else d for d in dims)


def _replace_loads(node: Node, change: Callable[[tuple], tuple | None]) -> Node:
    """Gives every load the index `change(index)`, guarded; raises if `change` gives None."""
    if not isinstance(node, Call):
        return node
    if is_call(node, "index", "at", "linear", "uniform"):
        raise _NotAffine
    inner = node.args[0] if is_call(node, "guard") else node
    if is_call(inner, "load"):
        index = change(inner.args[1].args)
        if index is None:
            raise _NotAffine
        fallback = node.args[1] if is_call(node, "guard") else 0.0
        if index == inner.args[1].args:
            return node
        return call("guard", load(inner.args[0], index), fallback)
    return Call(node.head, tuple(_replace_loads(a, change) for a in node.args))


def _invert_flat(term: Call, domain, expr, dims, group) -> Store:
    """A reshape: both sides number the same elements row by row."""
    number = term.args[0]
    if not is_call(number, "linear") or number.args != domain:
        raise _NotAffine
    target = _own_terms(dims, group)

    def renumber(index):
        return (call("flat", Call("linear", target)),) if index == domain else None

    return Store(target, target, _replace_loads(expr, renumber))


def _invert_linear_group(index, domain, expr, dims, group) -> Store:
    """A slice with steps, or a padding, of all axes of a group at once."""
    if len(index) != len(dims):
        raise _NotAffine
    at = next(i for i, t in enumerate(index) if is_call(t, "lin", "unlin"))
    others = index[:at] + index[at + 1 :]
    if others != dims[:at] + dims[at + 1 :]:
        raise _NotAffine
    source, scale, offset = index[at].args
    target = dims[at]
    inverse = call("unlin" if index[at].head == "lin" else "lin", target, scale, offset)

    def substitute(terms):
        if any(t != source and not isinstance(t, str) for t in terms):
            return None
        return tuple(inverse if t == source else t for t in terms)

    replaced = _replace_loads(expr, substitute)
    new_domain = tuple(target if t == source else t for t in domain)
    own = tuple(group if t == GROUP else t for t in new_domain)
    stored = tuple(group if t == GROUP else t for t in dims)
    return Store(stored, own, replaced)


# -------------------------------------------------------------------------------- axis by axis


def _sum(terms: list[Node]) -> Node:
    """A sum of integer expressions as nested `(+ a b)` and `(- a b)`."""
    result: Node = 0
    for term in terms:
        if term == 0 and not isinstance(term, Call):
            continue
        if isinstance(result, int) and result == 0:
            result = term
        elif is_call(term, "-") and len(term.args) == 1:
            result = call("-", result, term.args[0])
        else:
            result = call("+", result, term)
    return result


def _product(a: Node, b: Node) -> Node:
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    if isinstance(a, int) and a == 1:
        return b
    if isinstance(b, int) and b == 1:
        return a
    return call("*", a, b)


def _negate(node: Node) -> Node:
    if isinstance(node, int):
        return -node
    if is_call(node, "-") and len(node.args) == 1:
        return node.args[0]
    if is_call(node, "-") and len(node.args) == 2:
        return call("-", node.args[1], node.args[0])
    return call("-", node)


def affine(node: Node, variables: Callable[[Node], bool]) -> tuple[dict[Node, Node], list[Node]]:
    """Coefficients by variable, and the other summands; raises if `node` is not affine.

    A division of variables is a summand like any other: it can be subtracted, not solved.
    """
    if variables(node):
        return {node: 1}, []
    if not isinstance(node, Call) or node.head == "count":
        return {}, [node]
    if node.head == "index":
        return affine(node.args[0], variables)
    if node.head in ("+", "-"):
        coefficients: dict[Node, Node] = {}
        constants: list[Node] = []
        for position, arg in enumerate(node.args):
            minus = node.head == "-" and (position > 0 or len(node.args) == 1)
            part, rest = affine(arg, variables)
            for variable, coefficient in part.items():
                if variable in coefficients:
                    raise _NotAffine
                coefficients[variable] = _negate(coefficient) if minus else coefficient
            constants.extend(_negate(c) if minus else c for c in rest)
        return coefficients, constants
    if node.head == "*":
        parts = [affine(arg, variables) for arg in node.args]
        moving = [p for p in parts if p[0]]
        if len(moving) > 1:
            raise _NotAffine
        factor: Node = 1
        for coefficients, constants in parts:
            if not coefficients:
                factor = _product(factor, _sum(constants))
        if not moving:
            return {}, [factor]
        coefficients, constants = moving[0]
        return (
            {v: _product(c, factor) for v, c in coefficients.items()},
            [_product(c, factor) for c in constants],
        )
    if not is_call(node, "//", "exact") and any(variables(n) for n in walk(node)):
        raise _NotAffine
    return {}, [node]


class _Inversion:
    def __init__(self, index, domain, expr, dims, extents, fresh, dims_of, group) -> None:
        self.index, self.domain, self.expr, self.dims = index, domain, expr, dims
        self.extents, self.fresh, self.group = dict(extents), fresh, group
        self.dims_of = dims_of
        self.values: dict[str, Node] = {}  # solved axis of the domain -> its integer expression
        self.total: set[str] = set()  # solved axes that can never be out of range
        self.plain: set[str] = set()  # axes of the domain that are target axes themselves
        self.conditions: list[Node] = []
        self.where: dict[str, Node] = {}
        self.part = group_part(domain)
        self.names = named_axes(domain)

    def run(self) -> Store:
        if len(self.index) != len(self.dims):
            raise _NotAffine
        self._name_selected()
        self._claim_plain()
        store = tuple(
            self._target(dim, term) for dim, term in zip(self.dims, self.index, strict=False)
        )
        expr = self._rewrite(self.expr)
        for condition in self.conditions:
            expr = call("select", condition, expr, 0.0)
        kept = [n for n in self.names if n not in self.values]
        kept += [n for n in named_axes(store) if n not in kept]
        domain = (() if self.part is None else (self.part,)) + tuple(kept)
        result = Store(store, domain, expr, self.where)
        return self._reuse_name(result)

    # ------------------------------------------------------------------------------- targets

    def _name_selected(self) -> None:
        """Where a selected axis is both source and target, the source gets a name of its own."""
        at = [
            t.args[0]
            for d, t in zip(self.dims, self.index, strict=False)
            if is_call(t, "sub") and (d == GROUP or call("at", t.args[0]) in walk(t.args[1]))
        ]
        if not at or self.part != GROUP:
            return
        attribute = at[0]
        name = self._axis("w", call("count", call("sel", attribute)))
        self.names.append(name)
        self.part = call("rest", attribute)
        self.expr = _name_axis(self.expr, attribute, name)
        self.index = tuple(_name_in_term(t, attribute, name) for t in self.index)

    def _axis(self, hint: str, extent: Node) -> str:
        name = self.fresh(hint)
        self.where[name] = extent
        self.extents[name] = extent
        return name

    def _reuse_name(self, store: Store) -> Store:
        """A source takes the name of a solved axis of its extent: triangular sums keep theirs."""
        for name, extent in self.where.items():
            for axis in self.total:
                if self.extents.get(axis) == extent and axis not in named_axes(store.domain):
                    change: dict[str, Node] = {name: axis}
                    where = {n: e for n, e in self.where.items() if n != name}
                    index = tuple(substitute_axes(t, change) for t in store.index)
                    domain = tuple(substitute_axes(t, change) for t in store.domain)
                    return Store(index, domain, substitute_axes(store.expr, change), where)
        return store

    def _claim_plain(self) -> None:
        for dim, term in zip(self.dims, self.index, strict=False):
            if is_call(dim, "sub") and is_call(term, "sub"):
                dim, term = dim.args[1], term.args[1]
            if isinstance(dim, str) and dim == term and dim != GROUP:
                if dim in self.plain:
                    raise _NotAffine
                self.plain.add(dim)

    def _target(self, dim: Node, term: Node) -> Node:
        """The store term for one dim; solves the index term for one axis of the domain."""
        if is_call(term, "sub") and is_call(dim, "sub") and term.args[0] == dim.args[0]:
            return call("sub", dim.args[0], self._named_target(dim.args[1], term.args[1]))
        if is_call(term, "sub") and dim == GROUP:
            attribute, source = term.args
            if self.part != call("rest", attribute):
                raise _NotAffine
            self.part = GROUP
            self._solve(source, call("at", attribute), call("count", call("sel", attribute)))
            return self.group
        if isinstance(dim, str) and dim != GROUP:
            return self._named_target(dim, term)
        if not same_term(dim, term):
            raise _NotAffine
        return self.group if dim == GROUP else term

    def _named_target(self, dim: Node, term: Node) -> Node:
        if dim == term:
            return dim
        if not isinstance(dim, str):
            raise _NotAffine
        extent = self.extents.get(dim, call("count", dim))
        target = self._axis(dim, extent) if dim in self.names else dim
        self._solve(term, target, extent)
        return target

    # ------------------------------------------------------------------------------- solving

    def _is_axis(self, node: Node) -> bool:
        return (isinstance(node, str) and node in self.names) or is_call(node, "at")

    def _solve(self, term: Node, target: Node, extent: Node) -> None:
        """Eliminates one axis v by `term == target`, or makes it a condition if none is free."""
        if any(is_call(n, "gather") for n in walk(term)):
            raise _NotAffine
        term = substitute_axes(term, self.values)
        value = target
        while is_call(term, "exact", "//"):
            value = _product(value, term.args[1])
            if term.head == "//":
                phase = self._axis("phase", term.args[1])  # the rest of the division, reduced over
                self.names.append(phase)
                value = call("+", value, phase)
            term = term.args[0]
        coefficients, constants = affine(term, self._is_axis)
        divided = {n for constant in constants for n in walk(constant)}
        free = [n for n in self.names if n in coefficients and self._is_free(n)]
        # A window stays, to be reduced: its extent is given, that of what slides is computed.
        free.sort(key=lambda n: not isinstance(self.extents.get(n), Call))
        axis = next((n for n in free if n not in divided), None)
        if axis is None:
            self.conditions.append(call("eq", call("index", value), call("index", term)))
            return
        coefficient = coefficients.pop(axis)
        rest = [_negate(_product(v, c)) for v, c in coefficients.items()]
        solved = _sum([value, *(_negate(c) for c in constants), *rest])
        if coefficient == -1:
            solved = _negate(solved)
        elif coefficient != 1:
            solved = call("exact", solved, coefficient)
        solved = tidy(solved)
        self.values = {k: substitute_axes(v, {axis: solved}) for k, v in self.values.items()}
        self.conditions = [substitute_axes(c, {axis: solved}) for c in self.conditions]
        self.values[axis] = solved
        if solved == target and self.extents.get(axis, call("count", axis)) == extent:
            self.total.add(axis)
        elif not zero_outside(self.expr, axis, self.dims_of):
            self._keep_inside(axis, solved, coefficient)

    def _is_free(self, name: str) -> bool:
        return name not in self.plain and name not in self.values and name not in self._phases()

    def _phases(self) -> set[str]:
        return {n for n in self.where if n.startswith("phase")}

    def _keep_inside(self, axis: str, solved: Node, coefficient: Node) -> None:
        low = call("ge", call("index", solved), 0)
        high = call("lt", call("index", solved), call("count", axis))
        inside = call("logical_and", low, high)
        if is_call(solved, "exact"):
            divides = call(
                "eq", call("mod", call("index", solved.args[0]), call("index", coefficient)), 0
            )
            inside = call("logical_and", inside, divides)
        self.conditions.append(inside)

    # ----------------------------------------------------------------------------- rewriting

    def _rewrite(self, node: Node) -> Node:
        """The expression over the new axes; loads at solved positions are guarded."""
        if not isinstance(node, Call) or node.head == "count":
            return node
        if node.head == "guard":
            moved = self._rewrite(node.args[0])
            moved = moved.args[0] if is_call(moved, "guard") else moved
            return call("guard", moved, self._rewrite(node.args[1]))
        if node.head == "load":
            index = tuple(self._index_term(t) for t in node.args[1].args)
            moved = load(node.args[0], index)
            solved = {n for t in node.args[1].args for n in walk(t) if n in self.values}
            return call("guard", moved, 0.0) if solved - self.total else moved
        if node.head == "index":
            return call("index", tidy(substitute_axes(node.args[0], self.values)))
        if node.head == "linear":
            return self._linear(node)
        return Call(node.head, tuple(self._rewrite(a) for a in node.args))

    def _index_term(self, term: Node) -> Node:
        if is_call(term, "sub"):
            value = self._integer(term.args[1])
            return GROUP if value == call("at", term.args[0]) else call("sub", term.args[0], value)
        if is_call(term, "flat", "lin", "unlin") and self.values:
            raise _NotAffine
        if term == GROUP or is_call(term, "rest", "sel", "keep", "shape", "own", "bcast", "perm"):
            return term
        return self._integer(term)

    def _integer(self, node: Node) -> Node:
        """An integer expression; a gather inside it reads at the new axes too."""
        if is_call(node, "gather"):
            return call("gather", self._rewrite(node.args[0]))
        if is_call(node, *ARITHMETIC):
            return tidy(Call(node.head, tuple(self._integer(a) for a in node.args)))
        return tidy(substitute_axes(node, self.values))

    def _linear(self, node: Call) -> Node:
        if not any(n in self.values for n in named_axes(node.args)):
            return node
        if not all(isinstance(n, str) and n != GROUP for n in node.args):
            raise _NotAffine
        number: Node = 0
        for name in node.args:
            value = substitute_axes(name, self.values)
            number = (
                value if number == 0 else call("+", call("*", number, call("count", name)), value)
            )
        return call("index", number)


def substitute_axes(node: Node, values: dict[str, Node]) -> Node:
    """Axes by their values in every index; extents keep their names."""
    if isinstance(node, str):
        return values.get(node, node)
    if not isinstance(node, Call) or node.head == "count":
        return node
    if node.head == "load":
        return load(node.args[0], tuple(substitute_axes(t, values) for t in node.args[1].args))
    return Call(node.head, tuple(substitute_axes(a, values) for a in node.args))


def _name_axis(node: Node, attribute: str, name: str) -> Node:
    """The expression with the selected axis of the domain as the named axis `name`."""
    if not isinstance(node, Call) or node.head == "count":
        return node
    if node == call("at", attribute) or node == call("linear", call("sel", attribute)):
        return call("index", name)
    if node.head == "load":
        terms = (_name_in_term(t, attribute, name) for t in node.args[1].args)
        return load(node.args[0], tuple(terms))
    if node.head == "linear" and any(not isinstance(t, str) or t == GROUP for t in node.args):
        raise _NotAffine
    return Call(node.head, tuple(_name_axis(a, attribute, name) for a in node.args))


def _name_in_term(term: Node, attribute: str, name: str) -> Node:
    if term == GROUP:
        return call("sub", attribute, name)
    if term == call("at", attribute):
        return name
    if is_call(term, "own", "bcast", "perm", "sel", "lin", "unlin"):
        raise _NotAffine
    if is_call(term, "gather"):
        return call("gather", _name_axis(term.args[0], attribute, name))
    if is_call(term, "sub", "flat", *ARITHMETIC):
        return Call(term.head, tuple(_name_in_term(a, attribute, name) for a in term.args))
    return term


def zero_outside(expr: Node, axis: str, dims_of: Callable[[str], tuple[Node, ...]]) -> bool:
    """True iff `expr` is 0 wherever `axis` is out of range, once its loads are guarded with 0."""

    def zero(node: Node) -> bool:
        return zero_outside(node, axis, dims_of)

    if is_call(expr, "guard"):
        return expr.args[1] in (0, 0.0) and zero(expr.args[0])
    if is_call(expr, "load"):
        pairs = zip(dims_of(expr.args[0]), expr.args[1].args, strict=False)
        return any(dim == term and axis in (term, *_replacing(term)) for dim, term in pairs)
    if is_call(expr, "mul"):
        return any(map(zero, expr.args)) and _finite_factors(expr)
    if is_call(expr, "div") and not any(is_call(n, "load") for n in walk(expr.args[1])):
        return zero(expr.args[0])
    if is_call(expr, "neg", "cast"):
        return zero(expr.args[-1])
    if is_call(expr, "add", "sub"):
        return all(map(zero, expr.args))
    if is_call(expr, "select"):
        return all(a in (0, 0.0) or zero(a) for a in expr.args[1:])
    return False


def _replacing(term: Node) -> tuple[Node, ...]:
    """What stands in the place of the selected axis."""
    return term.args[1:] if is_call(term, "sub") else ()


def _finite_factors(expr: Node) -> bool:
    """True iff guarding the loads with 0 cannot make a factor infinite."""
    allowed = ("mul", "neg", "add", "sub", "square", "load", "guard", "cast")
    if is_call(expr, "load"):
        return True
    if is_call(expr, "count"):
        return True
    if isinstance(expr, Call):
        return expr.head in allowed and all(_finite_factors(a) for a in expr.args)
    return True
