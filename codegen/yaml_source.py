"""A strict reader of YAML: mappings, sequences and scalars that all are strings with their place.

Everything in which YAML guesses or hides is refused: anchors, aliases, tags, merge keys, duplicate
keys, several documents. No scalar becomes a number, a bool or a null: `no` and `1_000` mean what
they look like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from .diagnostics import Diagnostic, Mark, Scalar, Source, SpecError, error, unknown
from .yaml_errors import ALIAS_HINT, explained


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


class _Loader(yaml.SafeLoader):
    """Refuses what YAML hides, at the event in which it appears."""

    source: Source

    def get_event(self) -> Any:
        event = super().get_event()
        if event is not None:
            _refuse_hidden(event, self.source)
        return event


def read_yaml(text: str, path: str) -> Tree:
    """The one document of the file."""
    source = Source.of(path, text)
    try:
        loader = _Loader(text)
        loader.source = source
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as failure:
        raise explained(failure, source) from None
    except yaml.reader.ReaderError as failure:
        line = text.count("\n", 0, failure.position) + 1
        column = failure.position - text.rfind("\n", 0, failure.position)
        raise error(
            Mark(source, line, column),
            f"the character U+{failure.character:04X} is refused",
            "printable characters",
        ) from None
    if root is None:
        raise error(Mark(source, 1, 1), "the file is empty", "a mapping of ops")
    return _tree(root, source)


def _mark(at: Any, source: Source) -> Mark:
    """PyYAML's mark as one of ours."""
    return Mark(source, at.line + 1, at.column + 1)


def _refuse_hidden(event: yaml.Event, source: Source) -> None:
    at = _mark(event.start_mark, source)
    if isinstance(event, yaml.AliasEvent):
        raise error(at, f"alias '*{event.anchor}' is refused", ALIAS_HINT)
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor is not None:
        raise error(at, f"anchor '&{anchor}' is refused", ALIAS_HINT)
    if tag not in (None, "!"):
        raise error(at, f"tag {tag!r} is refused", "no '!': every scalar is a string")
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
        _check_key(key, keys, isinstance(node, yaml.MappingNode) and bool(node.flow_style))
        keys[key.text] = key
        items[key.text] = _tree(value_node, source)
    return Mapping(at, items, keys)


def _check_key(key: Scalar, keys: dict[str, Scalar], flow: bool) -> None:
    if key.text == "<<":
        raise error(key.mark, "merge key '<<' is refused", "the fields themselves")
    if key.text in keys:
        first = keys[key.text].mark.line
        raise error(
            key.mark, f"duplicate key {key.text!r}", f"one entry; the first is on line {first}"
        )
    if flow and not re.fullmatch(r"\w+", key.text):
        raise error(
            key.mark,
            f"{key.text!r} is not the name of a field",
            "the value before it in quotes: in '{...}' a ',' ends a value without them",
        )


def _scalar(node: yaml.ScalarNode, source: Source) -> Scalar:
    """Places of characters are exact in one-line and literal (`|`) scalars."""
    at = _mark(node.start_mark, source)
    if node.style == "|":
        return Scalar(node.value, _literal_starts(node, source))
    shift = 1 if node.style in ("'", '"') else 0
    start = Mark(source, at.line, at.column + shift)
    return Scalar(node.value, (start,), _trap(node, at, source))


def _trap(node: yaml.ScalarNode, at: Mark, source: Source) -> Diagnostic | None:
    """Why the text may not be what its author meant, or where its characters cannot be told."""
    if node.style == ">":
        return Diagnostic(at, "folded text '>' loses its lines", "'|', which keeps them")
    begin, end = node.start_mark, node.end_mark
    if begin.line != end.line and node.value:
        return Diagnostic(
            at, "a formula over several lines needs '|'", "'|' after the colon, then its lines"
        )
    line = source.lines[begin.line] if begin.line < len(source.lines) else ""
    if node.style is None:
        comment = re.match(r"\s+#", line[end.column :])
        if comment:
            return Diagnostic(
                Mark(source, at.line, end.column + comment.end()),
                "'#' starts a comment: what follows is not part of the value",
                "the value in quotes, or the comment on a line of its own",
            )
    if node.style == '"' and "\\" in line[begin.column : end.column]:
        return Diagnostic(
            Mark(source, at.line, line.index("\\", begin.column) + 1),
            "an escape with '\\' is refused in a formula",
            "single quotes, or '|' for several lines",
        )
    return None


def _literal_starts(node: yaml.ScalarNode, source: Source) -> tuple[Mark, ...]:
    first = node.start_mark.line + 1  # the line after '|', counted from 0
    rows = node.value.count("\n") + 1
    lines = source.lines[first : first + rows]
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    indent = indents[0] if indents else 0
    return tuple(Mark(source, first + row + 1, indent + 1) for row in range(rows))


# ----------------------------------------------------------------------- what callers ask of a tree


def expect_mapping(tree: Tree, what: str, expected: str = "name: value") -> Mapping:
    if not isinstance(tree, Mapping):
        raise error(tree.mark, f"{what} must be a mapping", expected)
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


def expect_formula(tree: Tree, what: str) -> Scalar:
    """A string whose every character must stand where it seems to."""
    scalar = expect_scalar(tree, what)
    if scalar.trap is not None:
        raise SpecError([scalar.trap])
    return scalar


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
