"""Pipeline: a model as a list of steps, composed with ``>>`` and edited like a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from axon.core.module import Module, nested_repr

Step = Callable[..., Any]


class Pipeline(Module):
    """Runs its steps one after the other. A step is a module or any callable.

    Positional steps are called by their index, keyword steps by their name as well.
    ``a >> b`` gives a new pipeline and leaves ``a`` and ``b`` as they were; the steps themselves
    (and so their parameters) are shared.

    Example:
        >>> from axon.nn import GELU, Linear, Pipeline, ReLU
        >>> model = Linear(64, 32) >> ReLU() >> Linear(32, 10) >> (lambda x: x * 0.5)
        >>> model[0], len(model)
        (Linear(64, 32), 4)
        >>> model[1] = GELU()               # swap
        >>> model.insert(1, lambda x: x)    # inject
        >>> head = model[2:]                # a pipeline that shares its steps
        >>> named = Pipeline(body=model, head=Linear(10, 2))
        >>> named["head"]
        Linear(10, 2)
    """

    def __init__(self, *steps: Step, **named: Step) -> None:
        self._steps: list[Step] = []
        self._names: list[str | None] = []
        for step in steps:
            self.append(step)
        for name, step in named.items():
            self.append(step, name=name)

    def forward(self, *inputs: Any) -> Any:
        """Feeds ``inputs`` to the first step and each result to the next."""
        if not self._steps:
            return inputs[0] if len(inputs) == 1 else inputs
        value = self._steps[0](*inputs)
        for step in self._steps[1:]:
            value = step(value)
        return value

    def trace(self, *inputs: Any) -> list[tuple[str, Any]]:
        """Runs the steps and keeps what each gave: ``[(name, output), ...]``."""
        outputs = []
        for name, step in zip(self.names, self._steps, strict=True):
            value = step(*inputs)
            inputs = (value,)
            outputs.append((name, value))
        return outputs

    # ------------------------------------------------------------------------------- editing

    @property
    def names(self) -> list[str]:
        """The steps' names; one without a name is called by its index."""
        return [str(i) if name is None else name for i, name in enumerate(self._names)]

    def append(self, step: Step, *, name: str | None = None) -> None:
        """Adds a step at the end."""
        self.insert(len(self), step, name=name)

    def insert(self, index: int, step: Step, *, name: str | None = None) -> None:
        """Adds a step before ``index``.

        Raises:
            TypeError: the step is not callable.
            ValueError: the name is taken.
        """
        _check_step(step)
        if name is not None and name.isdigit():
            raise ValueError(f"Pipeline.insert: the name {name!r} would look like an index")
        if name is not None and name in self._names:
            raise ValueError(f"Pipeline.insert: the name {name!r} is taken; names: {self.names}")
        self._steps.insert(index, step)
        self._names.insert(index, name)

    def _find(self, key: int | str) -> int:
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"Pipeline: no step is named {key!r}; names: {self.names}")
            return self.names.index(key)
        if not -len(self) <= key < len(self):
            raise IndexError(f"Pipeline: index {key} is out of range for {len(self)} steps")
        return key

    def __getitem__(self, key: int | str | slice) -> Any:
        if isinstance(key, slice):
            part = Pipeline()
            for step, name in zip(self._steps[key], self._names[key], strict=True):
                part.append(step, name=name)
            return part
        return self._steps[self._find(key)]

    def __setitem__(self, key: int | str | slice, value: Any) -> None:
        if isinstance(key, slice):
            steps = list(value)
            for step in steps:
                _check_step(step)
            names = value._names if isinstance(value, Pipeline) else [None] * len(steps)
            kept = list(self._names)
            kept[key] = names
            _check_names(kept)
            self._steps[key] = steps
            self._names = kept
        else:
            _check_step(value)
            self._steps[self._find(key)] = value

    def __delitem__(self, key: int | str | slice) -> None:
        where = key if isinstance(key, slice) else self._find(key)
        del self._steps[where]
        del self._names[where]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)

    def __bool__(self) -> bool:
        return True

    # ------------------------------------------------------------------------------ contents

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The steps that are modules, by name."""
        for name, step in zip(self.names, self._steps, strict=True):
            if isinstance(step, Module):
                yield name, step

    def __repr__(self) -> str:
        lines = [
            f"({name}): {_repr_of(step)}"
            for name, step in zip(self.names, self._steps, strict=True)
        ]
        return nested_repr(type(self).__name__, "", lines)


def compose(first: Step, second: Step) -> Pipeline:
    """``first >> second``: pipelines are joined, not nested; the operands stay as they were."""
    joined = Pipeline()
    for part in (first, second):
        _check_step(part)
        if isinstance(part, Pipeline) and _is_plain(part):
            for step, name in zip(part._steps, part._names, strict=True):
                joined.append(step, name=name)
        else:
            joined.append(part)
    return joined


def _is_plain(part: Pipeline) -> bool:
    """True iff running the steps of ``part`` means the same as calling it."""
    hooked = part._forward_hooks or part._forward_pre_hooks
    return type(part) is Pipeline and not hooked and "forward" not in vars(part)


def _check_step(step: Any) -> None:
    if not callable(step):
        raise TypeError(
            f"Pipeline: a step must be a module or a callable, not {type(step).__name__}; "
            "wrap a value in a function, such as `lambda x: x + value`"
        )


def _check_names(names: list[str | None]) -> None:
    given = [name for name in names if name is not None]
    if len(given) != len(set(given)):
        raise ValueError(f"Pipeline: a name would appear twice: {given}")


def _repr_of(step: Step) -> str:
    if isinstance(step, Module):
        return repr(step)
    return getattr(step, "__qualname__", repr(step))
