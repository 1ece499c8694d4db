"""Simplification: constants, identities, common factors, and statements that nobody needs twice.

`simplify` is safe for every expression. `simplify_statements` also reassociates products and sums,
which changes the last digits; it is for derived gradients, whose order of operations nobody wrote.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeGuard

from .ir import RECURRENCES, Call, Node, Statement, call, is_call, load, node_from_text, walk
from .primitives import PRIMITIVES
from .terms import Polynomial, depends, named_axes, polynomial, remaining, same_term, tidy

#: A temporary with at most this many primitives is computed again rather than stored.
CHEAP = 12


def is_number(node: Node) -> TypeGuard[int | float]:
    return isinstance(node, (int, float)) and not isinstance(node, bool)


# ------------------------------------------------------------------------------------ identities


def _compile() -> dict[str, list[tuple[Call, Node]]]:
    table: dict[str, list[tuple[Call, Node]]] = {}
    for primitive in PRIMITIVES.values():
        for pattern, replacement in primitive.identities:
            compiled = node_from_text(pattern)
            assert isinstance(compiled, Call), pattern
            table.setdefault(compiled.head, []).append((compiled, node_from_text(replacement)))
    return table


_IDENTITIES = _compile()


def _match(pattern: Node, node: Node, bound: dict[str, Node]) -> dict[str, Node] | None:
    if isinstance(pattern, str):
        if pattern in bound:
            return bound if bound[pattern] == node and type(bound[pattern]) is type(node) else None
        return {**bound, pattern: node}
    if not isinstance(pattern, Call):
        if isinstance(node, (Call, str)) or isinstance(pattern, bool) != isinstance(node, bool):
            return None
        return bound if pattern == node else None
    if not is_call(node, pattern.head) or len(node.args) != len(pattern.args):
        return None
    orders = [node.args]
    if PRIMITIVES[pattern.head].commutative:
        orders.append(node.args[::-1])
    for operands in orders:
        result: dict[str, Node] | None = bound
        for part, operand in zip(pattern.args, operands, strict=False):
            if result is None:
                break
            result = _match(part, operand, result)
        if result is not None:
            return result
    return None


def _fill(replacement: Node, bound: dict[str, Node]) -> Node:
    if isinstance(replacement, str):
        return bound[replacement]
    if not isinstance(replacement, Call):
        return replacement
    return Call(replacement.head, tuple(_fill(a, bound) for a in replacement.args))


def _fold(node: Call) -> Node:
    """Primitives of numbers, evaluated; a result that is not finite is left to run time."""
    primitive = PRIMITIVES[node.head]
    if not node.args or not all(isinstance(a, (int, float)) for a in node.args):
        return node
    try:
        value = primitive.numpy(*node.args)
    except (ArithmeticError, TypeError):
        return node
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return node
    return value


# ---------------------------------------------------------------------------- integer conditions


def _position(node: Node) -> Polynomial | None:
    """A scalar expression of positions as a polynomial."""
    if is_call(node, "add", "sub"):
        return polynomial(call("+" if node.head == "add" else "-", *node.args))
    if isinstance(node, int) or is_call(node, "index", "at", "linear", "count"):
        return polynomial(node)
    return None


def _is_extent(atom: Node) -> bool:
    return is_call(atom, "count")


def _decide(node: Call, names: frozenset[str]) -> Node:
    """Comparisons of positions that hold for every point, such as `k < count k`."""
    if node.head not in ("lt", "ge") or not any(map(_is_position, node.args)):
        return node
    left, right = map(_position, node.args)
    if left is None or right is None:
        return node
    difference = dict(left)
    for atoms, coefficient in right.items():
        difference[atoms] = difference.get(atoms, 0) - coefficient
    axes = {a for f in difference for a in f if not _is_extent(a)}
    if not all(is_call(a, "at") or a in names for a in axes):
        return node
    if all(c >= 0 for c in difference.values()):
        return node.head == "ge"
    for axis in axes:
        extent = call("count", call("sel", axis.args[0]) if is_call(axis, "at") else axis)
        if difference.get((axis,), 0) > 0 and difference.get((extent,), 0) == -difference[(axis,)]:
            # axis - extent <= -1
            rest = {f: c for f, c in difference.items() if f not in ((axis,), (extent,))}
            if all(c <= 0 for c in rest.values()):
                return node.head == "lt"
    return node


def _is_position(node: Node) -> bool:
    return any(is_call(n, "index", "at", "linear") for n in walk(node))


# ------------------------------------------------------------------------------------ expressions


class Simplifier:
    """Rewrites expressions bottom-up; each distinct subexpression once."""

    def __init__(self, reassociate: bool = False, axes: frozenset[str] = frozenset()):
        self.reassociate = reassociate
        self.axes = axes  # the names that are axes, as against attributes
        self.memo: dict[Node, Node] = {}

    def __call__(self, node: Node) -> Node:
        if not isinstance(node, Call) or node.head in ("count", ""):
            return node
        done = self.memo.get(node)
        if done is None:
            args = tuple(self._argument(node, i) for i in range(len(node.args)))
            done = self._top(node if args == node.args else Call(node.head, args))
            self.memo[node] = done
            self.memo[done] = done
        return done

    def _argument(self, node: Call, position: int) -> Node:
        if node.head in ("load", "index", "at", "linear", "count"):
            return node.args[position]
        return self(node.args[position])

    def _top(self, node: Node) -> Node:
        for _ in range(20):
            if not isinstance(node, Call):
                return node
            changed = self._step(node)
            if changed is node or (changed == node and type(changed) is type(node)):
                return changed
            node = changed
        return node

    def _step(self, node: Call) -> Node:
        if node.head == "index":
            position = tidy(node.args[0])
            plain = is_call(position, "at", "index") or isinstance(position, int)
            return position if plain else call("index", position)
        if node.head not in PRIMITIVES:
            return node
        folded = _fold(node)
        if folded is not node:
            return folded
        decided = _decide(node, self.axes)
        if decided is not node:
            return decided
        for pattern, replacement in _IDENTITIES.get(node.head, ()):
            bound = _match(pattern, node, {})
            if bound is not None:
                return self._refill(replacement, bound)
        if self.reassociate and node.head in _PRODUCTS:
            return rebuild(_logistic(product_of(node)))
        if self.reassociate and node.head in ("add", "sub"):
            return self._sum(node)
        return node

    def _refill(self, replacement: Node, bound: dict[str, Node]) -> Node:
        result = _fill(replacement, bound)
        if isinstance(result, Call) and result not in self.memo:
            args = tuple(self(a) if a not in bound.values() else a for a in result.args)
            return Call(result.head, args)
        return result

    def _sum(self, node: Call) -> Node:
        """Merges selects on one condition and takes out the factors that all terms share."""
        terms = _merge_selects(_summands(node, 1), self)
        if len(terms) == 1:
            return terms[0]
        products = [product_of(t) for t in terms]
        shared = products[0]
        for other in products[1:]:
            shared = Product(1, shared.over & other.over, shared.under & other.under)
        if not shared.over and not shared.under:
            if len(terms) == 2:
                return node if node.head == "sub" else _plain_sum(terms)
            return _plain_sum(self._share_divisors(terms, products))
        rest = [Product(p.number, p.over - shared.over, p.under - shared.under) for p in products]
        if any(is_number(rebuild(p)) for p in rest) and any(p.under for p in rest):
            return node
        inner = self(_plain_sum([rebuild(p) for p in rest]))
        shared.number = 1
        return rebuild(Product(1, shared.over, shared.under).times(product_of(inner)))

    def _share_divisors(self, terms: list[Node], products: list[Product]) -> list[Node]:
        """a + b/n + c/n is a + (b + c)/n."""
        groups: dict[frozenset, list[int]] = {}
        for position, product in enumerate(products):
            if product.under:
                groups.setdefault(frozenset(product.under.items()), []).append(position)
        result: list[Node] = []
        for position, (term, product) in enumerate(zip(terms, products, strict=False)):
            members = groups.get(frozenset(product.under.items()), ())
            if len(members) < 2:
                result.append(term)
            elif members[0] == position:
                tops = [
                    rebuild(Product(products[m].number, products[m].over, Counter()))
                    for m in members
                ]
                top = self(_plain_sum(tops))
                result.append(rebuild(Product(1, Counter(), product.under).times(product_of(top))))
        return result


_PRODUCTS = ("mul", "div", "neg", "square", "reciprocal")


class Product:
    """`number * over / under`, factors with their multiplicities in order of appearance."""

    def __init__(self, number, over: Counter, under: Counter):
        self.number, self.over, self.under = number, over, under

    def times(self, other: Product) -> Product:
        return Product(self.number * other.number, self.over + other.over, self.under + other.under)

    def inverse(self) -> Product:
        return Product(1 / self.number, self.under, self.over)


def product_of(node: Node) -> Product:
    if is_number(node) and node != 0:
        return Product(node, Counter(), Counter())
    if is_call(node, "mul"):
        return product_of(node.args[0]).times(product_of(node.args[1]))
    if is_call(node, "div"):
        return product_of(node.args[0]).times(product_of(node.args[1]).inverse())
    if is_call(node, "neg"):
        inner = product_of(node.args[0])
        return Product(-inner.number, inner.over, inner.under)
    if is_call(node, "square"):
        inner = product_of(node.args[0])
        return inner.times(inner)
    if is_call(node, "reciprocal"):
        return product_of(node.args[0]).inverse()
    return Product(1, Counter({node: 1}), Counter())


def _logistic(product: Product) -> Product:
    """e/(1 + e) is 1 - 1/(1 + e): where e overflows the quotient would be inf/inf."""
    for base in product.under:
        if is_call(base, "add") and base.args[0] == 1 and product.over[base.args[1]]:
            complement = call("sub", 1, call("reciprocal", base))
            over = product.over - Counter([base.args[1]]) + Counter([complement])
            return Product(product.number, over, product.under - Counter([base]))
    return product


def _factors(counter: Counter) -> Node | None:
    result: Node | None = None
    for factor, times in counter.items():
        power: Node = factor
        if times >= 2:
            power = call("square", factor)
            for _ in range(times - 2):
                power = call("mul", power, factor)
        result = power if result is None else call("mul", result, power)
    return result


def _cancel(product: Product) -> Product:
    """Drops attributes and extents above and below: they are never 0 where they divide."""
    both = Counter(
        {
            f: n
            for f, n in (product.over & product.under).items()
            if isinstance(f, str) or is_call(f, "count")
        }
    )
    return Product(product.number, product.over - both, product.under - both)


def rebuild(product: Product) -> Node:
    product = _cancel(product)
    number = product.number
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**24:
        number = int(number)
    over, under = _factors(product.over), _factors(product.under)
    sign = number < 0
    number = abs(number)
    if over is None:
        over = number if under is not None and number != 1 else over
    elif number != 1:
        over = call("mul", number, over)
    if under is None:
        if over is None:
            return -number if sign else number
        result = over
    else:
        result = call("reciprocal", under) if over is None else call("div", over, under)
    return call("neg", result) if sign else result


def _summands(node: Node, sign: int) -> list[Node]:
    if is_call(node, "add"):
        return _summands(node.args[0], sign) + _summands(node.args[1], sign)
    if is_call(node, "sub"):
        return _summands(node.args[0], sign) + _summands(node.args[1], -sign)
    if is_call(node, "neg"):
        return _summands(node.args[0], -sign)
    if sign > 0:
        return [node]
    return (
        [-node]
        if is_number(node)
        else [rebuild(Product(-1, Counter(), Counter()).times(product_of(node)))]
    )


def _plain_sum(terms: list[Node]) -> Node:
    terms = sorted(terms, key=lambda t: is_call(t, "neg"))  # a leading minus costs an operation
    result = terms[0]
    for term in terms[1:]:
        if is_call(term, "neg"):
            result = call("sub", result, term.args[0])
        else:
            result = call("add", result, term)
    return result


def _merge_selects(terms: list[Node], simplify: Callable[[Node], Node]) -> list[Node]:
    """select(c, a, b) + select(c, d, e) is select(c, a + d, b + e)."""
    merged: dict[Node, Call] = {}
    result: list[Node] = []
    for term in terms:
        if is_call(term, "select"):
            condition, a, b = term.args
            if condition in merged:
                _, c, d = merged[condition].args
                sums = (_drop_zero(a, c, simplify), _drop_zero(b, d, simplify))
                new = call("select", condition, *sums)
                result[result.index(merged[condition])] = new
                merged[condition] = new
                continue
            merged[condition] = term
        result.append(term)
    return result


def _drop_zero(a: Node, b: Node, simplify: Callable[[Node], Node]) -> Node:
    if is_number(a) and a == 0:
        return b
    if is_number(b) and b == 0:
        return a
    return simplify(call("add", b, a))


def simplify(node: Node) -> Node:
    """The expression with constants folded and identities applied; rounding is unchanged."""
    return Simplifier()(node)


def count_primitives(statements) -> int:
    """How many primitives a point evaluates, equal subexpressions of one statement once."""
    return sum(
        sum(1 for n in set(walk(s.expr)) if isinstance(n, Call) and n.head in PRIMITIVES)
        for s in statements
    )


# ------------------------------------------------------------------------------------- statements


def simplify_statements(
    statements: list[Statement],
    results: tuple[str, ...],
    definitions: list[tuple[Node, Node]],
) -> list[Statement]:
    """The statements that compute `results`, smaller.

    `definitions` are expressions with the load that equals each (an output that may be read).
    """
    axes = frozenset(n for s in statements for n in named_axes((*s.index, *s.domain)))
    axes |= {n for s in statements for index in s.indices for n in named_axes(index)}
    simplifier = Simplifier(reassociate=True, axes=axes)
    known = _known(definitions, simplifier)
    for _ in range(8):
        before = statements
        statements = [
            replace(s, expr=_recognise(simplifier(s.expr), known, simplifier)) for s in statements
        ]
        statements = _drop_centred(statements, simplifier)
        statements = _factor_out(statements, results, simplifier)
        statements = _merge_equal(statements, results)
        statements = _inline(_drop_dead(statements, results), results)
        statements = _reuse(statements, results)
        if statements == before:
            break
    return _drop_dead(statements, results)


def _known(definitions, simplifier):
    """The outputs by the expressions that equal them, as written and simplified."""
    known = {}
    for expr, read in definitions:
        for form in (expr, simplifier(expr)):
            if isinstance(form, Call) and not is_call(form, "load"):
                known[form] = read
    return known


def _recognise(node: Node, known: dict[Node, Node], simplifier: Simplifier) -> Node:
    """Replaces expressions, and quotients within products, by the outputs that hold them."""
    if not known or not isinstance(node, Call):
        return node
    memo: dict[Node, Node] = {}

    def visit(n: Node) -> Node:
        if not isinstance(n, Call) or n.head in ("load", "index", "at", "linear", "count"):
            return n
        if n not in memo:
            memo[n] = known.get(n) or _recognise_quotient(
                Call(n.head, tuple(visit(a) for a in n.args)), known
            )
        return memo[n]

    found = visit(node)
    return found if found == node else simplifier(found)


def _recognise_quotient(node: Call, known: dict[Node, Node]) -> Node:
    if node.head not in _PRODUCTS:
        return known.get(node, node)
    product = product_of(node)
    for expr, read in known.items():
        if not is_call(expr, "div", "reciprocal"):
            continue
        part = product_of(expr)
        if part.number == 1 and part.over <= product.over and part.under <= product.under:
            over = product.over - part.over + Counter({read: 1})
            product = Product(product.number, over, product.under - part.under)
        (base,) = part.under if len(part.under) == 1 and not part.over else (None,)
        if is_call(base, "add") and base.args[0] == 1:
            # y = 1/(1 + e): e*y is 1 - y, which never is inf*0.
            used = Counter({read: 1}) + Counter({base.args[1]: 1})
            if used <= product.over:
                over = product.over - used + Counter({call("sub", 1, read): 1})
                product = Product(product.number, over, product.under)
    return rebuild(product) if product.over or product.under else node


def _factor_out(statements, results, simplifier) -> list[Statement]:
    """Takes factors that do not depend on the reduced axes out of a sum, into its readers."""
    out: list[Statement] = []
    outside: dict[str, tuple[tuple, Product]] = {}
    for s in statements:
        if outside:
            s = replace(s, expr=simplifier(_scale_loads(s.expr, outside)))
        if s.kind == "reduce" and s.combine == "sum" and s.value not in results:
            factor, inner = _independent_factor(s)
            if factor is not None and _read_plainly(s, statements):
                outside[s.value] = (s.index, factor)
                s = replace(s, expr=simplifier(rebuild(inner)))
        out.append(s)
    return out


def _drop_centred(statements, simplifier) -> list[Statement]:
    """Drops Σ factor·(e - Σe/n) for a constant factor: deviations from a mean cancel."""
    sums = {s.value: s for s in statements if s.kind == "reduce" and s.combine == "sum"}
    out = []
    for s in statements:
        if s.value in sums and is_call(s.expr, "add", "sub"):
            terms = _summands(s.expr, 1)
            kept = [t for t in terms if not _is_centred(t, s, sums)]
            if kept and len(kept) < len(terms):
                s = replace(s, expr=simplifier(_plain_sum(kept)))
        out.append(s)
    return out


def _is_centred(term: Node, s: Statement, sums: dict[str, Statement]) -> bool:
    product = product_of(term)
    moving = [(f, n) for f, n in product.over.items() if depends(f, s.domain)]
    if any(depends(f, s.domain) for f in product.under) or len(moving) != 1 or moving[0][1] != 1:
        return False
    deviation = moving[0][0]
    if not is_call(deviation, "sub") or not is_call(deviation.args[1], "div"):
        return False
    value, (total, points) = deviation.args[0], deviation.args[1].args
    if not is_call(total, "load") or points != Call("count", s.domain):
        return False
    mean = sums.get(total.args[0])
    if mean is None or mean.expr != value or mean.domain != s.domain:
        return False
    return _at(total, mean.index)


def _independent_factor(s: Statement) -> tuple[Product | None, Product]:
    product = product_of(s.expr)
    fixed = [
        Counter({f: n for f, n in side.items() if not depends(f, s.domain)})
        for side in (product.over, product.under)
    ]
    factor = Product(product.number, *fixed)
    inner = Product(1, product.over - fixed[0], product.under - fixed[1])
    if factor.number == 1 and not fixed[0] and not fixed[1]:
        return None, product
    if not inner.over and not inner.under:
        return None, product
    return factor, inner


def _read_plainly(s: Statement, statements) -> bool:
    """True iff every load of the value is at its own store terms, in an expression."""
    for other in statements:
        for node in walk(other.expr):
            if is_call(node, "load") and node.args[0] == s.value and not _at(node, s.index):
                return False
        if any(is_call(n, "load") and n.args[0] == s.value for t in other.index for n in walk(t)):
            return False
        if s.value in other.inputs:
            return False
    return True


def _at(access: Call, index: tuple[Node, ...]) -> bool:
    terms = access.args[1].args
    return len(terms) == len(index) and all(map(same_term, terms, index))


def _scale_loads(node: Node, outside) -> Node:
    if not isinstance(node, Call):
        return node
    if is_call(node, "load"):
        if node.args[0] in outside:
            return rebuild(outside[node.args[0]][1].times(product_of(node)))
        return node
    if is_call(node, "index", "at", "linear", "count"):
        return node
    if is_call(node, "guard"):
        inner = node.args[0]
        if inner.args[0] in outside:
            raise ValueError("a guarded load of a sum that was scaled")
        return call("guard", inner, _scale_loads(node.args[1], outside))
    return Call(node.head, tuple(_scale_loads(a, outside) for a in node.args))


def _merge_equal(statements, results) -> list[Statement]:
    """Statements that compute the same are one; its other names are replaced."""
    seen: dict[tuple, str] = {}
    names: dict[str, str] = {}
    out: list[Statement] = []
    for s in statements:
        s = _rename(s, names)
        if s.kind == "apply":
            same = next((o for o in out if _applies_alike(o, s)), None)
            if same is not None:
                names.update(zip(s.outputs, same.outputs, strict=True))
                continue
        elif s.kind != "call":
            key = (s.kind, s.combine, s.index, s.domain, s.expr)
            if key in seen and s.value not in results:
                names[s.value] = seen[key]
                continue
            seen.setdefault(key, s.value)
        out.append(s)
    return out


def _applies_alike(a: Statement, b: Statement) -> bool:
    return replace(a, value=b.value, outputs=b.outputs) == b


def _rename(s: Statement, names: dict[str, str]) -> Statement:
    if not names or not any(v in names for v in s.read):
        return s

    def visit(n: Node) -> Node:
        if not isinstance(n, Call):
            return n
        args = tuple(visit(a) for a in n.args)
        if n.head == "load":
            args = (names.get(n.args[0], n.args[0]), args[1])
        return n if args == n.args else Call(n.head, args)

    return replace(
        s,
        expr=visit(s.expr),
        index=tuple(visit(t) for t in s.index),
        inputs=tuple(names.get(i, i) for i in s.inputs),
    )


def _drop_dead(statements, results) -> list[Statement]:
    needed = set(results)
    kept = []
    for s in reversed(statements):
        if needed.intersection(s.written):
            kept.append(s)
            needed.update(s.read)
    return kept[::-1]


def _inline(statements, results) -> list[Statement]:
    """Puts cheap pointwise temporaries, and those read by one statement, into their readers."""
    for s in statements:
        inlines = s.kind == "set" and not is_call(s.expr, *RECURRENCES) and s.value not in results
        if not inlines or not _read_plainly(s, statements):
            continue
        readers = [o for o in statements if s.value in o.read]
        if len(readers) > 1 and not all(_recompute(s, o) for o in readers):
            continue
        value = s.expr
        out = []
        for other in statements:
            if other is s:
                continue
            if s.value in other.read:
                other = replace(other, expr=_put(other.expr, s.value, value))
            out.append(other)
        return _inline(out, results)
    return statements


def _reuse(statements, results) -> list[Statement]:
    """Later statements read the temporaries that remain where they would compute the same again."""
    kept: dict[Node, Node] = {}
    out = []
    for s in statements:
        if kept and s.kind not in ("call", "apply"):
            s = replace(s, expr=_substitute(s.expr, kept))
        if s.kind == "set" and s.value not in results and count_primitives([s]) > 1:
            kept[s.expr] = load(s.value, s.index)
        out.append(s)
    return out


def _substitute(node: Node, known: dict[Node, Node]) -> Node:
    if not isinstance(node, Call) or node.head in ("load", "index", "at", "linear", "count"):
        return node
    if node in known:
        return known[node]
    args = tuple(_substitute(a, known) for a in node.args)
    return node if args == node.args else Call(node.head, args)


def _recompute(s: Statement, reader: Statement) -> bool:
    """True iff the reader had better compute the temporary: it is cheap, and not one a row."""
    cost = count_primitives([s])
    return cost <= 1 or (cost <= CHEAP and not remaining((*reader.index, *reader.domain), s.index))


def expand(expr: Node, statements) -> Node:
    """The expression with the pointwise temporaries that it reads at their own points put in."""
    for s in reversed(statements):
        reads = [n for n in walk(expr) if is_call(n, "load") and n.args[0] == s.value]
        if s.kind == "set" and reads and all(_at(n, s.index) for n in reads):
            expr = _put(expr, s.value, s.expr)
    return expr


def _put(node: Node, name: str, value: Node) -> Node:
    if not isinstance(node, Call) or node.head in ("index", "at", "linear", "count"):
        return node
    if is_call(node, "guard") and node.args[0].args[0] == name:
        return value
    if is_call(node, "load"):
        return value if node.args[0] == name else node
    return Call(node.head, tuple(_put(a, name, value) for a in node.args))
