"""Sums of products in Einstein's notation.

An equation becomes contractions of two tensors at a time, the cheapest first; each is a program of
one statement, registered once and from then on an op like any other: recorded, fused, compiled as a
contraction and differentiated by the same adjoint.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from axon import _runtime
from axon.core.functional import squeeze

if TYPE_CHECKING:
    from axon.core.tensor import Tensor

GROUP = "*"  # the axes that an ellipsis stands for


def einsum(equation: str, *operands: Tensor) -> Tensor:
    """The sum over products of elements that ``equation`` describes, as ``numpy.einsum`` reads it.

    Args:
        equation: a letter for each axis of each operand, then ``->`` and the axes of the result:
            ``"ik,kj->ij"``. Axes that the result lacks are summed over. Without ``->`` the result
            has the letters that occur once, in alphabetical order. A letter twice in an operand is
            its diagonal, ``...`` stands for the other axes, which broadcast.
        operands: a tensor for each part of the equation.

    Returns:
        A tensor of the operands' common dtype.

    Raises:
        ValueError: an equation that is not of this form or does not fit the shapes.

    Example:
        >>> q, k = axon.ones((2, 3, 4)), axon.ones((2, 5, 4))
        >>> axon.einsum("bid,bjd->bij", q, k).shape
        (2, 3, 5)
        >>> axon.einsum("ii", axon.tensor([[1.0, 2.0], [3.0, 4.0]])).item()
        5.0
    """
    parsed = _parse(equation, len(operands))
    terms, tensors, extents = _fit(equation, parsed.terms, operands)
    pending = list(zip(terms, tensors, strict=True))
    for at, (term, tensor) in enumerate(pending):
        rest = [other for i, (other, _) in enumerate(pending) if i != at]
        kept = _kept(term, rest, parsed.result)
        if kept != term:
            pending[at] = (kept, _contract((term,), kept, (tensor,)))
    while len(pending) > 1:
        first, second = _cheapest([term for term, _ in pending], extents)
        (a, left), (b, right) = pending[first], pending[second]
        pending = [pair for i, pair in enumerate(pending) if i not in (first, second)]
        rest = [term for term, _ in pending]
        kept = _kept(a + b, rest, parsed.result) if rest else parsed.result
        pending.append((kept, _contract((a, b), kept, (left, right))))
    ((term, tensor),) = pending
    return tensor if term == parsed.result else _contract((term,), parsed.result, (tensor,))


def tensordot(a: Tensor, b: Tensor, axes: int | Sequence[Sequence[int]] = 2) -> Tensor:
    """The sum of products over pairs of axes.

    Args:
        a: any shape.
        b: any shape.
        axes: how many last axes of ``a`` are summed with the first ones of ``b``, or the axes of
            ``a`` and those of ``b``.

    Returns:
        A tensor with the other axes of ``a``, then those of ``b``.

    Raises:
        ValueError: axes that there are not or whose extents differ.

    Example:
        >>> axon.tensordot(axon.ones((2, 3)), axon.ones((3, 4)), 1).shape
        (2, 4)
    """
    if isinstance(axes, int):
        first, second = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        first, second = (list(side) for side in axes)
    fits = len(first) == len(second) and all(-a.ndim <= i < a.ndim for i in first)
    if not fits or not all(-b.ndim <= i < b.ndim for i in second):
        raise ValueError(
            f"axon.tensordot: a has shape {a.shape}, b has shape {b.shape}; axes {axes} are not "
            "pairs of axes of both"
        )
    letters = [chr(ord("a") + i) for i in range(a.ndim)]
    others = [chr(ord("A") + i) for i in range(b.ndim)]
    for i, j in zip(first, second, strict=True):
        others[j] = letters[i]
    result = [x for x in letters if x not in others] + [x for x in others if x not in letters]
    return einsum(f"{''.join(letters)},{''.join(others)}->{''.join(result)}", a, b)


# ------------------------------------------------------------------------------------- equations


@dataclass(frozen=True)
class _Equation:
    """The axes of each operand and of the result; GROUP stands for an ellipsis."""

    terms: tuple[str, ...]
    result: str


@functools.cache
def _parse(equation: str, operands: int) -> _Equation:
    def fail(why: str) -> ValueError:
        return ValueError(f"axon.einsum: {equation!r}: {why}")

    left, arrow, right = equation.replace(" ", "").partition("->")
    texts = left.split(",")
    if len(texts) != operands:
        raise fail(f"{len(texts)} parts for {operands} operands; expected one for each")
    for text in (*texts, right):
        letters = text.replace("...", "", 1)
        if not all(c.isascii() and c.isalpha() for c in letters):
            raise fail(f"{text!r}; expected letters, and '...' at most once")
    terms = tuple(text.replace("...", GROUP) for text in texts)
    result = right.replace("...", GROUP)
    counts = Counter(letter for term in terms for letter in term)
    if not arrow:
        once = sorted(c for c, n in counts.items() if n == 1 and c != GROUP)
        result = GROUP * (GROUP in counts) + "".join(once)
    for letter, number in Counter(result).items():
        if number > 1:
            raise fail(f"the result has {letter!r} twice")
        if letter not in counts:
            name = "..." if letter == GROUP else letter
            raise fail(f"the result has {name!r}, which no operand has")
    if GROUP in counts and GROUP not in result:
        raise fail("operands have '...', the result has not; add it or name the axes to be summed")
    return _Equation(terms, result)


def _fit(
    equation: str, terms: Sequence[str], operands: Sequence[Tensor]
) -> tuple[list[str], list[Tensor], dict[str, int]]:
    """The operands without axes of extent 1 that broadcast, and the extent of each letter."""
    axes = [_axes(equation, term, x) for term, x in zip(terms, operands, strict=True)]
    extents: dict[str, int] = {}
    source: dict[str, Tensor] = {}
    for found, x in zip(axes, operands, strict=True):
        for letter, extent in found:
            if extents.setdefault(letter, extent) == 1:
                extents[letter] = extent
            source.setdefault(letter, x)
            if extent not in (1, extents[letter]):
                raise ValueError(
                    f"axon.einsum: {equation!r}: {letter} is {extents[letter]} in the operand of "
                    f"shape {source[letter].shape}, but {extent} in that of shape {x.shape}"
                )
    kept_terms, kept = [], []
    for term, found, x in zip(terms, axes, operands, strict=True):
        groups = term.index(GROUP) if GROUP in term else len(term)
        hidden = x.ndim - len(found)
        places = [i if i < groups else i + hidden for i in range(len(found))]
        stretched = [i for i, (c, n) in enumerate(found) if n == 1 and extents[c] != 1]
        dropped = [places[i] for i in stretched]
        letters = [c for i, (c, _) in enumerate(found) if i not in stretched]
        before = sum(1 for i in range(min(groups, len(found))) if i not in stretched)
        if GROUP in term:
            letters.insert(before, GROUP)
        kept_terms.append("".join(letters))
        kept.append(squeeze(x, dropped) if dropped else x)
    extents[GROUP] = max(
        (math.prod(x.shape) for term, x in zip(terms, operands, strict=True) if GROUP in term),
        default=1,
    )
    return kept_terms, kept, extents


def _axes(equation: str, term: str, x: Tensor) -> list[tuple[str, int]]:
    """The letters of an operand, each with its extent."""
    letters = term.replace(GROUP, "")
    short = x.ndim < len(letters)
    if short or (GROUP not in term and x.ndim != len(letters)):
        raise ValueError(
            f"axon.einsum: {equation!r}: {term.replace(GROUP, '...')!r} has {len(letters)} letters "
            f"for an operand of shape {x.shape}; expected one for each axis"
        )
    after = len(term.partition(GROUP)[2]) if GROUP in term else 0
    shape = (*x.shape[: len(letters) - after], *(x.shape[x.ndim - after :] if after else ()))
    return list(zip(letters, shape, strict=True))


def _kept(term: str, others: Sequence[str], result: str) -> str:
    """The axes of a term that the other operands or the result still need, each once."""
    needed = set(result).union(*others)
    return "".join(c for c in dict.fromkeys(term) if c in needed)


def _cheapest(terms: Sequence[str], extents: dict[str, int]) -> tuple[int, int]:
    """The pair of operands whose contraction visits the fewest points."""

    def points(pair: tuple[int, int]) -> int:
        return math.prod(extents[c] for c in set(terms[pair[0]] + terms[pair[1]]))

    pairs = [(i, j) for j in range(len(terms)) for i in range(j)]
    return min(pairs, key=points)


# -------------------------------------------------------------------------------------- programs


def _contract(terms: tuple[str, ...], result: str, operands: tuple[Tensor, ...]) -> Tensor:
    return _runtime.call(_program(terms, result), list(operands))


@functools.cache
def _program(terms: tuple[str, ...], result: str) -> str:
    """Registers the program of one contraction; gives its name."""
    names = "ab"[: len(terms)]
    lines, loads = [], []
    for name, term in zip(names, terms, strict=True):
        dims: list[str] = []
        for letter in term:
            axis = _axis(letter)
            if axis in dims:  # a diagonal: an axis of the same extent, indexed alike
                lines.append(f"(where ({axis}{len(dims)} {axis}))")
                axis += str(len(dims))
            dims.append(axis)
        lines.append(f"(in ({name} num ({' '.join(dims)})))")
        loads.append(f"(load {name} ({' '.join(map(_axis, term))}))")
    axes = " ".join(map(_axis, result))
    summed = [c for c in dict.fromkeys("".join(terms)) if c not in result]
    value = loads[0] if len(loads) == 1 else f"(mul {' '.join(loads)})"
    statement = f"(set y ({axes}) {value})"
    if summed:
        statement = f"(reduce sum y ({axes}) ({' '.join(map(_axis, summed))}) {value})"
    name = f"einsum[{','.join(terms)}->{result}]"
    output = f"(out (y (promote {' '.join(names)}) ({axes})))"
    return _runtime.register(f"(program {name} {' '.join(lines)} {output} {statement})")


def _axis(letter: str) -> str:
    return letter if letter == GROUP else f"axis_{letter}"
