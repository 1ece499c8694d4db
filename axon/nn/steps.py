"""Steps: a list of modules and functions, with names, taps and a list's editing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from axon.core.autograd import Handle
from axon.core.module import Contents, Module, nested_repr

Step = Callable[..., Any]


@dataclass(eq=False)
class _Place:
    """One place of the list: what stands there, its name if it has one, and who watches."""

    step: Step
    name: str | None = None
    taps: dict[int, Callable[[Any], Any]] = field(default_factory=dict)

    def __call__(self, *inputs: Any) -> Any:
        value = self.step(*inputs)
        for tap in tuple(self.taps.values()):
            changed = tap(value)
            if changed is not None:
                value = changed
        return value


class Steps(Module):
    """What :class:`Pipeline` and :class:`Parallel` share: steps that are edited like a list.

    A step is a module or any callable. Positional steps are called by their index, keyword steps by
    their name as well; a path such as ``steps["block.body.0"]`` reaches into nested ones, and into
    modules.
    """

    def __init__(self, *steps: Step, **named: Step) -> None:
        self._places: list[_Place] = []
        for step in steps:
            self.append(step)
        for name, step in named.items():
            self.append(step, name=name)

    # ------------------------------------------------------------------------------- editing

    @property
    def names(self) -> list[str]:
        """The steps' names; one without a name is called by its index."""
        return [str(i) if p.name is None else p.name for i, p in enumerate(self._places)]

    def append(self, step: Step, *, name: str | None = None) -> None:
        """Adds a step at the end."""
        self.insert(len(self), step, name=name)

    def extend(self, steps: Iterable[Step]) -> None:
        """Adds several steps at the end, with the names that they have in a pipeline."""
        self[len(self) :] = steps

    def insert(self, key: int | str, step: Step, *, name: str | None = None) -> None:
        """Adds a step before the one with index or name ``key``.

        Raises:
            TypeError: the step is not callable.
            ValueError: the name is taken, or is none.
        """
        at = self._find(key) if isinstance(key, str) else key
        places = list(self._places)
        places.insert(at, _Place(self._checked(step), name))
        self._rearrange(places)

    def rename(self, key: int | str, name: str | None) -> None:
        """Gives a step another name, or with None its index.

        Example:
            >>> from axon.nn import Linear, Pipeline, ReLU
            >>> model = Pipeline(ReLU(), Linear(4, 2))
            >>> model.rename(1, "head")
            >>> model.names
            ['0', 'head']
        """
        at, places = self._find(key), list(self._places)
        places[at] = _Place(places[at].step, name, places[at].taps)
        self._rearrange(places)

    def index(self, key: str | Step) -> int:
        """Where the step with that name, or that very step, stands."""
        if isinstance(key, str):
            return self._find(key)
        for at, place in enumerate(self._places):
            if place.step is key:
                return at
        raise ValueError(f"{type(self).__name__}.index: {_repr_of(key)} is none of the steps")

    def _find(self, key: int | str) -> int:
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"{type(self).__name__}: no step is named {key!r}; {self.names}")
            return self.names.index(key)
        if not -len(self) <= key < len(self):
            raise IndexError(
                f"{type(self).__name__}: index {key} is out of range for {len(self)} steps"
            )
        return key % len(self)

    def _inside(self, path: str) -> tuple[Module, str]:
        """The first steps that a path leads to, "body" of "body.0", and what is left of it.

        Where it leads to none, the module that its first name gives.
        """
        head, _, rest = path.partition(".")
        inner = self[head]
        if not isinstance(inner, Module):
            raise KeyError(f"{type(self).__name__}: {path!r}: step {head!r} is no module")
        if not isinstance(inner, Steps):
            modules = dict(inner.named_modules(remove_duplicate=False))
            for at in (at for at, letter in enumerate(rest) if letter == "."):
                if isinstance(modules.get(rest[:at]), Steps):
                    return modules[rest[:at]], rest[at + 1 :]
        return inner, rest

    def _steps_at(self, path: str) -> tuple[Steps, str]:
        """The steps that a path leads to, and its rest, to be edited there."""
        inner, rest = self._inside(path)
        if not isinstance(inner, Steps):
            raise KeyError(
                f"{type(self).__name__}: {path!r} is an attribute of a {type(inner).__name__}, not "
                "a step; assign to that attribute"
            )
        return inner, rest

    def _empty(self) -> Steps:
        """Another one of this kind, without steps."""
        raise NotImplementedError

    def __getitem__(self, key: int | str | slice) -> Any:
        if isinstance(key, slice):
            part = self._empty()
            part._places = [_Place(place.step, place.name) for place in self._places[key]]
            return part
        if isinstance(key, str) and "." in key:
            inner, rest = self._inside(key)
            return inner[rest] if isinstance(inner, Steps) else inner.get_submodule(rest)
        return self._places[self._find(key)].step

    def __setitem__(self, key: int | str | slice, value: Any) -> None:
        places = list(self._places)
        if isinstance(key, slice):
            fresh = value._places if isinstance(value, Steps) else map(_Place, value)
            places[key] = [_Place(self._checked(place.step), place.name) for place in fresh]
            self._rearrange(places)
        elif isinstance(key, str) and "." in key:
            inner, rest = self._steps_at(key)
            inner[rest] = value
        else:
            self._places[self._find(key)].step = self._checked(value)

    def __delitem__(self, key: int | str | slice) -> None:
        if isinstance(key, str) and "." in key:
            inner, rest = self._steps_at(key)
            del inner[rest]
        else:
            del self._places[key if isinstance(key, slice) else self._find(key)]

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Step]:
        return iter([place.step for place in self._places])

    def __bool__(self) -> bool:
        return True

    def _checked(self, step: Any) -> Step:
        if not callable(step):
            raise TypeError(
                f"{type(self).__name__}: a step must be a module or a callable, not "
                f"{type(step).__name__}; wrap a value in a function, such as `lambda x: x + value`"
            )
        return step

    def _rearrange(self, places: list[_Place]) -> None:
        """Takes over an edited list if its names can stand."""
        names = [place.name for place in places if place.name is not None]
        for name in names:
            if name.isdigit() or "." in name or not name:
                raise ValueError(
                    f"{type(self).__name__}: the name {name!r} would look like an index or a path; "
                    "expected letters, such as 'head'"
                )
            if names.count(name) > 1:
                raise ValueError(
                    f"{type(self).__name__}: the name {name!r} is taken; names: {self.names}"
                )
        self._places = places

    # ------------------------------------------------------------------------------ watching

    def tap(self, name: int | str, function: Callable[[Any], Any]) -> Handle:
        """Calls ``function(activation)`` with what a step gives, at each pass.

        Unless None, what it returns goes on instead. The tap belongs to the place: it stays when
        another step is put there and goes when the place is deleted.

        Args:
            name: the index or name of a step, or a path such as ``"encoder.0"`` to a step or module
                inside one.

        Returns:
            A handle whose ``remove()`` ends the tap.

        Raises:
            KeyError: there is no step of that name.

        Example:
            >>> from axon.nn import Linear, Pipeline, ReLU
            >>> model = Pipeline(Linear(4, 3), act=ReLU())
            >>> watch = model.tap(0, lambda y: print(y.shape))
            >>> halve = model.tap("act", lambda y: y * 0.5)
            >>> y = model(axon.ones(2, 4))
            (2, 3)
            >>> watch.remove(), halve.remove()
            (None, None)
        """
        if isinstance(name, str) and "." in name:
            inner, rest = self._inside(name)
            if isinstance(inner, Steps):
                return inner.tap(rest, function)
            target = inner.get_submodule(rest)
            return target.register_forward_hook(lambda module, inputs, output: function(output))
        return Handle(self._places[self._find(name)].taps, function)

    # ------------------------------------------------------------------------------ contents

    def _contents(self) -> Contents:
        """The steps that are modules, by name, and what other attributes hold."""
        steps = zip(self.names, self._places, strict=True)
        modules = [(name, place.step) for name, place in steps if isinstance(place.step, Module)]
        return [*modules, *super()._contents()]

    def __repr__(self) -> str:
        lines = [
            f"({name}): {_repr_of(place.step)}"
            for name, place in zip(self.names, self._places, strict=True)
        ]
        return nested_repr(type(self).__name__, self.extra_repr(), lines)


def _repr_of(step: Step) -> str:
    if isinstance(step, Module):
        return repr(step)
    return getattr(step, "__qualname__", repr(step))
