"""What a gradient must be given besides values, so that its extents and dtypes are known."""

from __future__ import annotations

from dataclasses import replace

from .ir import GROUP, Call, Input, Node, is_call, walk
from .terms import named_axes, split_products


class Needs:
    """The ghosts and `where` entries that determine the extents and dtypes of a gradient."""

    def __init__(self, program, inputs, outputs, statements, where) -> None:
        self.program, self.where = program, where
        self.present = {i.name: i for i in inputs}
        self.full = {o.name for o in program.outputs}
        self.full |= set(self.present) - {i.name for i in program.inputs}
        self.ghosted: dict[str, Input] = {}
        self.used_where: set[str] = set()
        self.names: set[str] = set()
        self.group = False
        self.attrs = {a.name for a in program.attrs}
        for output in outputs:
            self._note_terms(output.dims)
            self._demand(output.dtype.args[0])
        for declared in inputs:
            self._note_terms(tuple(d for d in declared.dims if not is_call(d, "keep", "rest")))
        for statement in statements:
            self._note_terms(statement.index)
            self._note_terms(statement.domain)
            for index in statement.indices:
                self._note_terms(index)
            self._note_terms(n for n in statement.args if isinstance(n, Call))
            for node in walk(statement.expr):
                if is_call(node, "count", "linear"):
                    self._note_terms(node.args)
                elif is_call(node, "load"):
                    self._note_terms(node.args[1].args)
                elif is_call(node, "cast") and isinstance(node.args[0], Call):
                    for name in node.args[0].args:
                        self._demand(name)
        self._close()

    def ghosts(self) -> list[Input]:
        return [self.ghosted[i.name] for i in self.program.inputs if i.name in self.ghosted]

    def _demand(self, name: str) -> None:
        """A ghost of input `name`, unless it is there."""
        if name in self.present or name not in {i.name for i in self.program.inputs}:
            return
        ghost = replace(self.program.input(name), ghost=True)
        self.ghosted[name] = self.present[name] = ghost

    def _note_terms(self, terms) -> None:
        for term in terms:
            for node in walk(term):
                if is_call(node, "own", "bcast"):
                    self._demand(node.args[0])
                if node == GROUP or is_call(
                    node, "sel", "rest", "keep", "sub", "perm", "own", "at"
                ):
                    self.group = True
                if is_call(node, "keep", "rest", "sel", "at", "own", "bcast", "perm", "shape"):
                    continue
                if isinstance(node, str):
                    self._note_name(node)

    def _note_name(self, name: str) -> None:
        known = {n for i in self.program.inputs for n in named_axes(split_products(i.dims))}
        if name in known or name in self.where:
            self.names.add(name)

    def _close(self) -> None:
        while True:
            self._close_group()
            missing = self.names - self._determined()
            todo = [n for n in sorted(missing) if n not in self.used_where]
            if not todo:
                return
            name = todo[0]
            if name in self.where:
                self.used_where.add(name)
                self._note_terms((self.where[name],))
                self._note_counts(self.where[name])
            else:
                owner = next(
                    i for i in self.program.inputs if name in named_axes(split_products(i.dims))
                )
                if owner.name in self.present:
                    # A product with two unknowns: an entry of `where` gives the other.
                    self.names |= set(named_axes(split_products(owner.dims)))
                    factors = [
                        f for d in owner.dims if is_call(d, "*") and name in d.args for f in d.args
                    ]
                    helpful = [f for f in factors if f in self.where and f not in self.used_where]
                    if not helpful:
                        raise ValueError(
                            f"{self.program.name}: the extent of {name} is not determined"
                        )
                    self.used_where.add(helpful[0])
                    self._note_terms((self.where[helpful[0]],))
                else:
                    self._demand(owner.name)

    def _note_counts(self, node: Node) -> None:
        if any(is_call(n, "sel", "rest") or n == GROUP for n in walk(node)):
            self.group = True

    def _close_group(self) -> None:
        if not self.group:
            return
        if any(GROUP in i.dims and n in self.full for n, i in self.present.items()):
            return
        spanning = [i for i in self.program.inputs if GROUP in i.dims and i.default is None]
        if not spanning:
            spanning = [
                i for i in self.program.inputs if any(is_call(d, "perm", "sub") for d in i.dims)
            ]
        for declared in spanning:
            self._demand(declared.name)

    def _determined(self) -> set[str]:
        """Named dims that the present inputs and the chosen `where` entries determine."""
        known = set(self.used_where)
        while True:
            before = len(known)
            for declared in self.present.values():
                if declared.default is not None:
                    continue
                for dim in declared.dims:
                    factors = dim.args if is_call(dim, "*") else (dim,)
                    unknown = [n for n in named_axes(tuple(factors)) if n not in known]
                    if len(unknown) == 1:
                        known.add(unknown[0])
            if len(known) == before:
                return known
