"""One place of a text and what stands there instead."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    column: int
    before: str
    after: str
    op: str = ""  # the op whose entry it changes

    def apply(self, text: str) -> str:
        lines = text.split("\n")
        row, at = lines[self.line - 1], self.column - 1
        assert row.startswith(self.before, at), self
        lines[self.line - 1] = row[:at] + self.after + row[at + len(self.before) :]
        return "\n".join(lines)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: {self.op}".rstrip(": ")
        return f"{place}: '{self.before}' -> '{self.after}'"
