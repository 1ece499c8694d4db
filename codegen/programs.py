"""Programs by name: what the statements `(apply NAME ...)` refer to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator

from .ir import Program

Source = Callable[[str], Program | None]

_known: dict[str, Program] = {}
_sources: list[Source] = []


def add(program: Program) -> None:
    """Makes `program` the one of its name."""
    _known[program.name] = program


def add_source(source: Source) -> None:
    """Asks `source` for programs that are not known."""
    _sources.append(source)


def table(programs: Iterable[Program]) -> Source:
    return {program.name: program for program in programs}.get


@contextlib.contextmanager
def source(first: Source) -> Iterator[None]:
    """Asks `first` before anything else while the block runs."""
    _reading.append(first)
    try:
        yield
    finally:
        _reading.pop()


_reading: list[Source] = []


def find(name: str) -> Program | None:
    """The program of this name; a gradient, NAME.grad, is derived if nothing gives it.

    None if there is no such program, or if NAME has no gradient.
    """
    places: list[Source] = [*reversed(_reading), _known.get, *_sources]
    for ask in places:
        found = ask(name)
        if found is not None:
            return found
    base, dot, last = name.rpartition(".")
    program = find(base) if dot and last == "grad" else None
    if program is None:
        return None
    from . import adjoint

    gradient = adjoint.gradient(program)
    if gradient is not None and not _reading:  # else the name may mean another one elsewhere
        add(gradient)
    return gradient


def applied(program: Program) -> Iterator[Program]:
    """The programs that this one applies, those that they apply first."""
    for statement in program.statements:
        if statement.kind == "apply":
            callee = find(statement.combine)
            if callee is not None:
                yield from applied(callee)
                yield callee
