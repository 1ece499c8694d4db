"""Errors in ops.yaml, written like a compiler's.

    ops.yaml:41:17: error: unknown name 'alhpa'
        forward: "x if x > 0 else alhpa * expm1(x / alpha)"
                                  ^
        expected: an input, an attribute, an axis or a temporary; did you mean 'alpha'?

A `Scalar` is a string of the file that remembers where each of its characters stands.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """A file: its name as errors print it, and its lines."""

    path: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        return cls(path, tuple(text.splitlines()))


@dataclass(frozen=True)
class Mark:
    """A position in a source; line and column count from 1."""

    source: Source
    line: int
    column: int


@dataclass(frozen=True)
class Diagnostic:
    mark: Mark
    message: str
    expected: str = ""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        source = self.mark.source
        lines = [f"{source.path}:{self.mark.line}:{self.mark.column}: error: {self.message}"]
        if 1 <= self.mark.line <= len(source.lines):
            line = source.lines[self.mark.line - 1]
            before = line[: self.mark.column - 1].ljust(self.mark.column - 1)
            lines.append("    " + line)
            lines.append("    " + re.sub(r"[^\t]", " ", before) + "^")
        if self.expected:
            lines.append("    expected: " + self.expected)
        lines.extend("    " + note for note in self.notes)
        return "\n".join(lines)


@dataclass(frozen=True)
class Scalar:
    """A string of the file; `starts` holds the mark at which each line of `text` begins.

    `trap` says why it must not be read as a formula, if it must not.
    """

    text: str
    starts: tuple[Mark, ...]
    trap: Diagnostic | None = None

    @property
    def mark(self) -> Mark:
        return self.starts[0]

    def at(self, offset: int) -> Mark:
        """The mark of the character with this number."""
        before = self.text[:offset]
        row = min(before.count("\n"), len(self.starts) - 1)
        start = self.starts[row]
        return Mark(start.source, start.line, start.column + offset - (before.rfind("\n") + 1))

    def part(self, begin: int, end: int) -> Scalar:
        """The characters [begin, end) with their marks; blanks around them are dropped."""
        text = self.text[begin:end]
        begin += len(text) - len(text.lstrip())
        text = text.strip()
        rows = text.count("\n") + 1
        first = self.text[:begin].count("\n")
        starts = (self.at(begin), *self.starts[first + 1 : first + rows])
        return Scalar(text, starts)


class SpecError(Exception):
    """One or more errors in ops.yaml."""

    def __init__(self, diagnostics: Iterable[Diagnostic]):
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))


@dataclass
class Collector:
    """Gathers the errors of independent parts, so that one run shows all of them."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, kind, error, traceback) -> bool:
        if isinstance(error, SpecError):
            self.diagnostics.extend(error.diagnostics)
            return True
        return False

    def finish(self) -> None:
        if self.diagnostics:
            raise SpecError(sorted(self.diagnostics, key=lambda d: (d.mark.line, d.mark.column)))


def error(mark: Mark, message: str, expected: str = "") -> SpecError:
    return SpecError([Diagnostic(mark, message, expected)])


def unknown(
    mark: Mark, what: str, name: str, known: Iterable[str], expected: str = "", of: str = ""
) -> SpecError:
    """The error for a name that is not among the `known` ones, with the nearest of them."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    expected = expected or ("one of " + ", ".join(known) if known else "none is declared here")
    if near:
        expected += f"; did you mean {near[0]!r}?"
    return error(mark, f"unknown {what} {name!r}{of}", expected)
