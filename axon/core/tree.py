"""Nested tuples, lists and dicts of tensors, as one flat list and back.

A leaf is anything else. None stands for no leaf at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any


def leaves(tree: Any) -> list[Any]:
    """The leaves in order; those of a dict in the order of its keys."""
    return list(_leaves(tree))


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, (tuple, list)):
        for item in tree:
            yield from _leaves(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from _leaves(item)
    elif tree is not None:
        yield tree


def unflatten(tree: Any, values: Iterable[Any]) -> Any:
    """A tree like ``tree`` with the leaves ``values``."""
    rest = iter(values)
    return map_leaves(lambda _: next(rest), tree)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """A tree like ``tree`` with ``function`` of each leaf."""
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_leaves(function, item) for item in tree))
    if isinstance(tree, (tuple, list)):
        return type(tree)(map_leaves(function, item) for item in tree)
    if isinstance(tree, dict):
        return {key: map_leaves(function, item) for key, item in tree.items()}
    return None if tree is None else function(tree)
