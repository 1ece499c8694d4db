"""A strict reader of YAML: mappings, sequences and scalars that all are strings with their place.

Everything in which YAML guesses or hides is refused: anchors, aliases, tags, merge keys, duplicate
keys, several documents. No scalar becomes a number, a bool or a null: `no` and `1_000` mean what
they look like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from .diagnostics import Mark, Scalar, Source, error, unknown

ALIAS_HINT = "a quoted string: YAML reads a leading '*' or '&' as an alias or anchor"


@dataclass(frozen=True)
class Mapping:
    """An ordered mapping; `keys` gives each key with its place."""

    mark: Mark
    items: dict[str, Tree]
    keys: dict[str, Scalar]


@dataclass(frozen=True)
class Sequence:
    mark: Mark
    items: tuple[Tree, ...]


Tree = Mapping | Sequence | Scalar


def read_yaml(text: str, path: str) -> Tree:
    """The one document of the file."""
    source = Source.of(path, text)
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            _refuse_hidden(event, source)
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as failure:
        at = failure.problem_mark or failure.context_mark
        raise error(_mark(at, source), _yaml_problem(failure), _yaml_remedy(failure)) from None
    except yaml.reader.ReaderError as failure:
        line = text.count("\n", 0, failure.position) + 1
        column = failure.position - text.rfind("\n", 0, failure.position)
        raise error(Mark(source, line, column), f"{failure.reason}") from None
    if root is None:
        raise error(Mark(source, 1, 1), "the file is empty", "a mapping of ops")
    return _tree(root, source)


def _mark(at: Any, source: Source) -> Mark:
    """PyYAML's mark, of either of its parsers, as one of ours."""
    return Mark(source, at.line + 1, at.column + 1)


def _yaml_problem(failure: yaml.MarkedYAMLError) -> str:
    context = f" ({failure.context})" if failure.context else ""
    return f"YAML: {failure.problem}{context}"


def _yaml_remedy(failure: yaml.MarkedYAMLError) -> str:
    if "alias" in str(failure) or "anchor" in str(failure):
        return ALIAS_HINT
    if "\\t" in str(failure.problem):
        return "spaces: tabs do not indent"
    return "formulas and signatures in quotes, one 'key: value' a line or '{key: value, ...}'"


def _refuse_hidden(event: yaml.Event, source: Source) -> None:
    at = _mark(event.start_mark, source)
    if isinstance(event, yaml.AliasEvent):
        raise error(at, f"alias '*{event.anchor}' is refused", ALIAS_HINT)
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor is not None:
        raise error(at, f"anchor '&{anchor}' is refused", ALIAS_HINT)
    if tag not in (None, "!"):
        raise error(
            at,
            f"tag {tag!r} is refused",
            "a plain or quoted scalar: every scalar is a string",
        )
    if isinstance(event, yaml.DocumentStartEvent) and event.explicit:
        raise error(at, "a document marker '---' is refused", "one document")


def _tree(node: yaml.Node, source: Source) -> Tree:
    at = _mark(node.start_mark, source)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, source)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(at, tuple(_tree(item, source) for item in node.value))
    items: dict[str, Tree] = {}
    keys: dict[str, Scalar] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise error(_mark(key_node.start_mark, source), "a key must be a name", "name: value")
        key = _scalar(key_node, source)
        if key.text == "<<":
            raise error(key.mark, "merge key '<<' is refused", "the fields themselves")
        if key.text in keys:
            first = keys[key.text].mark.line
            raise error(
                key.mark, f"duplicate key {key.text!r}", f"one entry; the first is on line {first}"
            )
        keys[key.text] = key
        items[key.text] = _tree(value_node, source)
    return Mapping(at, items, keys)


def _scalar(node: yaml.ScalarNode, source: Source) -> Scalar:
    """Places of characters are exact in one-line and literal (`|`) scalars."""
    at = _mark(node.start_mark, source)
    text = node.value
    if node.style == "|":
        return Scalar(text, _literal_starts(node, source))
    shift = 1 if node.style in ("'", '"') else 0
    return Scalar(text, (Mark(source, at.line, at.column + shift),))


def _literal_starts(node: yaml.ScalarNode, source: Source) -> tuple[Mark, ...]:
    first = node.start_mark.line + 1  # the line after '|', counted from 0
    rows = node.value.count("\n") + 1
    lines = source.lines[first : first + rows]
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    indent = indents[0] if indents else 0
    return tuple(Mark(source, first + row + 1, indent + 1) for row in range(rows))


# ----------------------------------------------------------------------- what callers ask of a tree


def expect_mapping(tree: Tree, what: str) -> Mapping:
    if not isinstance(tree, Mapping):
        raise error(tree.mark, f"{what} must be a mapping", "name: value")
    return tree


def expect_scalar(tree: Tree, what: str) -> Scalar:
    if not isinstance(tree, Scalar):
        raise error(
            tree.mark,
            f"{what} must be a string",
            "text in quotes: ',' ':' '{' end a plain scalar in '{...}'",
        )
    if not tree.text.strip():
        raise error(tree.mark, f"{what} is empty", "a value")
    return tree


def expect_list(tree: Tree, what: str) -> list[Scalar]:
    """The strings of a sequence; a lone scalar counts as a list of one."""
    if isinstance(tree, Scalar):
        return [expect_scalar(tree, what)]
    if not isinstance(tree, Sequence):
        raise error(tree.mark, f"{what} must be a list", "[value, ...]")
    return [expect_scalar(item, what) for item in tree.items]


def check_fields(mapping: Mapping, known: tuple[str, ...], what: str) -> None:
    for name, key in mapping.keys.items():
        if name not in known:
            raise unknown(key.mark, "field", name, known, of=f" of {what}")
