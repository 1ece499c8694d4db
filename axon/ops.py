"""The ops: those of ``ops.yaml``, and :func:`load` for ops that a program declares while it runs.

Every op of ``ops.yaml`` is an attribute here, as its entry declares it. ``load`` reads entries of
the same language from a file or a string. What it gives is recorded, differentiated to any order,
fused and cached exactly as the built-in ops are; nothing is built or installed.

Example:
    >>> ops = axon.ops.load('''
    ... squareplus:
    ...   doc: A softplus without exponentials (Barron, 2021).
    ...   in: "x: float, b: real = 4.0 [b >= 0]"
    ...   forward: "(x + sqrt(x * x + b)) / 2"
    ... ''')
    >>> ops.squareplus(axon.tensor([0.0, 1.5]), b=4.0)
    tensor([1., 2.])
"""

from __future__ import annotations

import difflib
import hashlib
import inspect
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axon import _runtime
from axon._codegen.diagnostics import SpecError
from axon.core import autograd

if TYPE_CHECKING:
    from axon._codegen.entry import Op as Entry
    from axon._codegen.functions import Function, Parameter
    from axon._codegen.ir import Program


def load(source: str | os.PathLike[str]) -> Ops:
    """The ops that a file or a text declares, as functions.

    Args:
        source: the path of a file (``"my_ops.yaml"``), or the text of one. Entries are those of
            ``docs/ops-language.md``, except for ``operator:``, ``method:`` and ``module:``, from
            which files are generated.

    Returns:
        A namespace with a function for each entry, whose signature and docstring are those of the
        entry. Functions and namespaces are pickled with their source, so that another process
        declares the ops when it reads them. Loading a text again gives the same ops; after a
        change it gives new ones, and what was recorded before keeps its meaning and gradient.

    Raises:
        axon.ops.SpecError: entries that are wrong, each with its line, a caret and the remedy; also
            a written gradient that, on the samples, is not the derived one. (References are read
            by ``python -m axon op check`` alone: nothing of a source is run as Python.)
        OSError: the file cannot be read.
        TypeError: neither a path nor a text.

    Example:
        >>> ops = axon.ops.load('shift: {in: "x: float, by: real = 1.0", forward: "x + by"}')
        >>> ops.shift(axon.zeros(2), by=0.5)
        tensor([0.5, 0.5])
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(
            f"axon.ops.load: source is a {type(source).__name__}; expected the path of a file or "
            "the text of one"
        )
    if isinstance(source, os.PathLike) or _is_path(source):
        return _load(Path(source).read_text(encoding="utf-8"), os.fspath(source))
    return _load(source, "<string>")


def _is_path(source: str) -> bool:
    return "\n" not in source and source.endswith((".yaml", ".yml"))


class Ops:
    """The ops of one source, each an attribute; iterating gives their names."""

    def __init__(self, text: str, path: str, ops: dict[str, RuntimeOp]) -> None:
        self._source = (text, path)
        self._ops = ops
        vars(self).update(ops)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ops)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"{self._source[1]} declares no op {name!r}{_nearest(name, self._ops)}"
        )

    def __repr__(self) -> str:
        return f"<ops of {self._source[1]}: {', '.join(self._ops)}>"

    def __reduce__(self) -> tuple:
        return _load, self._source


class RuntimeOp:
    """An op declared at run time: a function of tensors and attributes.

    ``name`` is that of its entry, ``program`` the name under which the runtime knows it.
    """

    def __init__(self, function: Function, program: str, text: str, path: str) -> None:
        self.program = program
        self._source = (text, path)
        self._positional = [p.name for p in function.positional]
        self._inputs = [p.name for p in function.inputs]
        self._names = [p.name for p in function.parameters]
        self._variadic = function.variadic
        self._usage = function.signature.removeprefix("def ")
        self.__name__ = self.__qualname__ = self.name = function.name
        self.__signature__ = _signature(function)
        self.__doc__ = function.doc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) > len(self._positional):
            raise TypeError(
                f"axon.{self.name}: takes {len(self._positional)} arguments by position, "
                f"{len(args)} were given; its signature is {self._usage}"
            )
        given = dict(zip(self._positional, args, strict=False))
        for name, value in kwargs.items():
            if name not in self._names:
                near = _nearest(name, self._names)
                raise TypeError(
                    f"axon.{self.name}: unknown argument {name!r}{near}; "
                    f"its signature is {self._usage}"
                )
            if name in given:
                raise TypeError(f"axon.{self.name}: {name!r} was given by position and by keyword")
            given[name] = value
        inputs = [given.pop(name, None) for name in self._inputs]
        return _runtime.call(self.program, inputs, given, self._variadic)

    def __repr__(self) -> str:
        return f"<op {self._usage}>"

    def __reduce__(self) -> tuple:
        return _restore, (*self._source, self.name)


_loaded: dict[tuple[str, str], Ops] = {}


def _load(text: str, path: str) -> Ops:
    with autograd.programs_lock:
        if (text, path) not in _loaded:
            _loaded[text, path] = _declare(text, path)
        return _loaded[text, path]


def _declare(text: str, path: str) -> Ops:
    from axon._codegen import programs
    from axon._codegen.check import refuse_wrong_gradients
    from axon._codegen.docstring import docstring
    from axon._codegen.entry import parse_ops
    from axon._codegen.functions import function_of

    autograd.known_programs()
    entries = {entry.name: entry for entry in parse_ops(text, path, at_run_time=True)}
    with programs.source(programs.table(p for e in entries.values() for p in e.programs)):
        refuse_wrong_gradients(entries.values())
    ops = {}
    for name, program in register(entries).items():
        function = function_of(entries[name], docstring(entries[name], with_example=False))
        ops[name] = RuntimeOp(function, program, text, path)
    return Ops(text, path, ops)


def _restore(text: str, path: str, name: str) -> RuntimeOp:
    return getattr(_load(text, path), name)


def register(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Registers the ops of one source and their gradients; gives the program's name of each.

    A name never changes its meaning while the process lives, for tape nodes find their gradient by
    it. Where the name of an entry, or of one that it applies, stands for other programs, a digest
    of all of them is added to it.
    """
    names = {}
    for name in entries:
        applied = _applied(name, entries)
        names[name] = name
        if not all(_is_free(entries[each]) for each in applied):
            text = "\n".join(str(p) for each in applied for p in entries[each].programs)
            names[name] = f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    for name, entry in entries.items():
        for program, suffix in zip(entry.programs, ("", ".grad"), strict=False):
            program = program.applying(names).replace(name=names[name] + suffix)
            if not _is_known(program):
                _runtime.register(str(program))
        if entry.grad is None:
            autograd.WITHOUT_GRADIENT.add(names[name])
    return names


def _applied(name: str, entries: Mapping[str, Entry]) -> list[str]:
    """The entry and those that it and its gradient apply, directly or not."""
    found, waiting = {name}, [name]
    while waiting:
        programs = entries[waiting.pop()].programs
        for base in (s.combine.partition(".")[0] for p in programs for s in p.statements):
            if base in entries and base not in found:
                found.add(base)
                waiting.append(base)
    return sorted(found)


def _is_free(entry: Entry) -> bool:
    """True iff the entry's name stands for no program yet, or for the same ones."""
    if not _runtime.is_registered(entry.name):
        return True
    if entry.grad is None and entry.name not in autograd.WITHOUT_GRADIENT:
        return False
    return all(map(_is_known, entry.programs))


def _is_known(program: Program) -> bool:
    """True iff the runtime has this very program, wherever it was written and documented."""
    from axon._codegen import ir

    name = program.name
    return _runtime.is_registered(name) and ir.parse(_runtime.program_text(name)) == program


def _signature(function: Function) -> inspect.Signature:
    def parameter(declared: Parameter, kind: Any) -> inspect.Parameter:
        default = inspect.Parameter.empty if declared.required else declared.value
        return inspect.Parameter(declared.name, kind, default=default, annotation=declared.type)

    positional = [
        parameter(p, inspect.Parameter.POSITIONAL_OR_KEYWORD) for p in function.positional
    ]
    keyword = [parameter(p, inspect.Parameter.KEYWORD_ONLY) for p in function.keyword]
    return inspect.Signature([*positional, *keyword], return_annotation=function.result)


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def __getattr__(name: str) -> Any:
    """The ops of ops.yaml, looked up rather than defined: `all` and `sum` are Python's in here."""
    if "__" in name or not hasattr(_runtime.ops, name):
        raise AttributeError(f"module 'axon.ops' has no op {name!r}")
    return getattr(_runtime.ops, name)


def __dir__() -> list[str]:
    return [*__all__, *(name for name in dir(_runtime.ops) if "__" not in name)]


__all__ = ["Ops", "RuntimeOp", "SpecError", "load"]
