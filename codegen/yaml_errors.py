"""What PyYAML finds wrong, as people who write entries see it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from .diagnostics import Mark, Source, SpecError, error

ALIAS_HINT = "a quoted string: YAML reads a leading '*' or '&' as an alias or anchor"
IN_QUOTES = "the value in quotes"
ONE_VALUE = "one value after 'key:', in quotes where it has quotes or brackets in it"


def explained(failure: yaml.MarkedYAMLError, source: Source) -> SpecError:
    """The error with its cause and remedy."""
    at = _mark(failure.problem_mark or failure.context_mark, source)
    begin = _mark(failure.context_mark or failure.problem_mark, source)
    problem, context = str(failure.problem), str(failure.context or "")
    refused = re.search(r"found character '(.*)' that cannot start", problem)
    got = re.search(r"expected ',' or '(.)', but got '(.*)'", problem)
    if refused and refused[1] == "\\t":
        return error(at, "a tab is refused", "spaces: tabs do not indent")
    if refused:
        return error(at, f"a value cannot start with {refused[1]!r}", IN_QUOTES)
    if "quoted scalar" in context:
        return _open_quote(begin)
    if "scanning an alias" in context or "scanning an anchor" in context:
        return _after_value(begin) if _ends_value(begin) else error(begin, "an alias", ALIAS_HINT)
    if "scanning a tag" in context:
        return error(begin, "a value cannot start with '!'", IN_QUOTES)
    if "mapping values are not allowed" in problem or (got and got[2] == ":"):
        return error(at, "':' within a value that has no quotes", 'quotes: in: "x: float"')
    if got:
        opened = "{" if got[1] == "}" else "["
        if at.line != begin.line:
            return error(begin, f"{opened!r} is never closed", f"{got[1]!r}")
        return _after_value(at)
    if "not allowed here" in problem:
        return error(at, "a value cannot start with '-' or '?' and a blank", IN_QUOTES)
    if "block scalar" in context:
        return error(at, "text after '|'", "the text on the lines below, further in than the key")
    if "could not find expected ':'" in problem:
        return error(
            begin,
            "a line without 'key: value'",
            "a blank after ':', and the lines of a '|' further in than its key",
        )
    if "but found '<block mapping start>'" in problem:
        return error(
            at,
            f"{at.column - 1} blanks before a line of the block that begins on line {begin.line}",
            f"{begin.column - 1}, as there",
        )
    if "expected <block end>" in problem:
        return _after_value(at)
    remedy = "formulas and signatures in quotes, one 'key: value' a line or '{key: value, ...}'"
    return error(at, f"YAML: {problem}", remedy)


def _mark(at: Any, source: Source) -> Mark:
    return Mark(source, at.line + 1, at.column + 1)


def _open_quote(at: Mark) -> SpecError:
    return error(at, "a quote is never closed", "the same quote at the end of the value")


def _ends_value(at: Mark) -> bool:
    """True iff a quoted or bracketed value ends before the mark on its line."""
    before = at.source.lines[at.line - 1][: at.column - 1].rstrip()
    return before.endswith(("'", '"', "]", "}"))


def _after_value(at: Mark) -> SpecError:
    """Text where a value has ended: often one whose quote, opened above, was never closed."""
    before = at.source.lines[at.line - 1][: at.column - 1].rstrip()
    quote = before[-1:]
    if quote in ("'", '"') and before.count(quote) % 2:
        for line in range(at.line - 1, 0, -1):
            text = at.source.lines[line - 1]
            if text.count(quote) % 2:
                return _open_quote(Mark(at.source, line, text.rindex(quote) + 1))
    return error(at, "text after the end of a value", ONE_VALUE)
