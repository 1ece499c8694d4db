"""vmap: a function of one example becomes one of a batch of them.

The function is called once, with tensors that stand for one example and are never computed. Each op
that meets one is recorded for the whole batch at once: as a program derived from the op's own
(``axon._codegen.batch``) and registered like it. So it fuses, is cached and has gradients as every
op has. Tensors of a level stand for examples of its batch; levels nest.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from axon import _runtime
from axon.core import autograd, tree
from axon.core.functional import broadcast_to, moveaxis
from axon.core.tensor import Tensor

_RANDOMNESS = ("error", "different", "same")


def vmap(
    f: Callable, in_axes: Any = 0, out_axes: Any = 0, *, randomness: str = "error"
) -> Callable:
    """The function of batches that calls ``f`` for each example, all at once.

    ``f`` is called once, with tensors without the axis of the batch. It may use every op, draw
    derivatives (``axon.vmap(axon.grad(loss))`` gives a gradient for each example) and use vmap
    itself. It must not ask for values: no branch on a tensor, no ``item()``.

    Args:
        f: a function of tensors, or nested tuples, lists and dicts of them, to the same.
        in_axes: which axis of the arguments counts the examples; None for an argument that they
            share. A tuple has one for each argument, which may be nested as the argument is.
            Keyword arguments are batched along axis 0.
        out_axes: where the results have that axis, nested as they are.
        randomness: whether ``f`` may draw numbers, and the examples draw ``"different"`` ones or
            the ``"same"``.

    Raises:
        ValueError: the examples are not equally many, or no argument has any.
        RuntimeError: ``f`` asks for a value, or draws numbers with ``randomness="error"``.
        NotImplementedError: an op that cannot run over a batch.

    Example:
        >>> a, b = axon.tensor([[1.0, 2.0], [3.0, 4.0]]), axon.tensor([10.0, 100.0])
        >>> axon.vmap(lambda x, y: (x * y).sum(), in_axes=(0, None))(a, b).tolist()
        [210.0, 430.0]
    """
    if randomness not in _RANDOMNESS:
        raise ValueError(
            f"axon.vmap: randomness is {randomness!r}; expected one of {', '.join(_RANDOMNESS)}"
        )

    @functools.wraps(f, updated=())
    def batched(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(
                f"axon.vmap: in_axes has {len(axes)} entries, the function got {len(args)} "
                "arguments; expected one for each"
            )
        values = tree.leaves((list(args), kwargs))
        places = _spread(list(axes), list(args), "in_axes") + _spread(0, kwargs, "in_axes")
        size = _batch_size(values, places)
        with enter_level(size, randomness) as level:
            examples = [level.enter(x, axis) for x, axis in zip(values, places, strict=True)]
            called, named = tree.unflatten((list(args), kwargs), examples)
            output = f(*called, **named)
            results = tree.leaves(output)
            spots = _spread(out_axes, output, "out_axes")
            joined = [level.leave(y, axis) for y, axis in zip(results, spots, strict=True)]
        return tree.unflatten(output, joined)

    return batched


def _spread(axes: Any, values: Any, name: str) -> list[Any]:
    """One axis for each leaf of ``values``; an entry of ``axes`` may stand for a whole subtree."""
    if axes is None or isinstance(axes, int):
        return [axes] * len(tree.leaves(values))
    nested = isinstance(axes, (tuple, list, dict)) and isinstance(values, (tuple, list, dict))
    alike = nested and isinstance(axes, dict) == isinstance(values, dict)
    if not alike or len(axes) != len(values):
        raise ValueError(
            f"axon.vmap: {name} {axes!r} does not fit the structure of {type(values).__name__}; "
            "expected an integer or None, or the same structure of them"
        )
    keys = axes.keys() if isinstance(axes, dict) else range(len(axes))
    return [spread for key in keys for spread in _spread(axes[key], values[key], name)]


def _batch_size(values: Sequence[Any], axes: Sequence[Any]) -> int:
    sizes: dict[int, Any] = {}
    for x, axis in zip(values, axes, strict=True):
        if axis is None:
            continue
        if not isinstance(x, Tensor):
            raise ValueError(
                f"axon.vmap: an argument of type {type(x).__name__} has no axis {axis}; pass a "
                "tensor, or None for it in in_axes"
            )
        if not -x.ndim <= axis < x.ndim:
            raise ValueError(
                f"axon.vmap: in_axes has {axis} for an argument of shape {x.shape}, which has no "
                "such axis"
            )
        sizes.setdefault(x.shape[axis], x.shape)
    if len(sizes) != 1:
        shapes = ", ".join(map(str, sizes.values()))
        raise ValueError(
            "axon.vmap: the arguments have different numbers of examples: shapes " + shapes
            if sizes
            else "axon.vmap: no argument has an axis of examples; in_axes is None for all of them"
        )
    return next(iter(sizes))


# -------------------------------------------------------------------------------------- levels


class _Levels(threading.local):
    """The vmaps that this thread is in, the outermost first."""

    def __init__(self) -> None:
        self.stack: list[Level] = []


_levels = _Levels()


def in_vmap() -> bool:
    """True iff this thread runs a function of examples."""
    return bool(_levels.stack)


def level_of(x: Any) -> int:
    """Of which level ``x`` is an example; 0 if of none."""
    return _runtime.level(x) if isinstance(x, Tensor) else 0


class Level:
    """One vmap at work: what its stand-ins stand for."""

    def __init__(self, number: int, size: int, randomness: str) -> None:
        self.number = number
        self.size = size
        self.randomness = randomness
        self.batches: dict[Any, Tensor] = {}  # by ValueKey of a stand-in

    def holds(self, x: Any) -> bool:
        return level_of(x) == self.number

    def batch_of(self, x: Tensor) -> Tensor:
        """The batch whose example ``x`` is."""
        batch = self.batches.get(_runtime.ValueKey(x))
        if batch is None:
            raise RuntimeError(
                f"axon.vmap: a tensor of shape {x.shape} stands for an example of a vmap that has "
                "ended; the function must return it, not keep it"
            )
        return batch if x.requires_grad or not batch.requires_grad else batch.detach()

    def operand(self, x: Any) -> Any:
        """The batch for an example of it; anything else is what it is."""
        return self.batch_of(x) if self.holds(x) else x

    def assign(self, example: Tensor, batch: Tensor) -> None:
        """Makes ``example`` stand for an example of ``batch``."""
        self.batches[_runtime.ValueKey(example)] = batch

    def stand_in(self, batch: Tensor) -> Tensor:
        """A leaf that stands for an example of ``batch``."""
        example = _runtime.new_example(self.number, batch.shape[1:], batch.dtype)
        self.assign(example, batch)
        example.requires_grad = batch.requires_grad
        return example

    def enter(self, x: Any, axis: int | None) -> Any:
        return x if axis is None else self.stand_in(moveaxis(x, axis, 0))

    def leave(self, y: Any, axis: int | None) -> Any:
        """The batch of what one example gives, its axis at ``axis``."""
        if not isinstance(y, Tensor):
            if isinstance(y, (bool, int, float)):
                y = _runtime.tensor(y)
            else:
                raise TypeError(
                    f"axon.vmap: the function returned a {type(y).__name__}; expected tensors, "
                    "in nested tuples, lists or dicts"
                )
        if self.holds(y):
            if axis is None:
                raise ValueError(
                    f"axon.vmap: out_axes is None for a result of shape {y.shape} that differs "
                    "from example to example"
                )
            return moveaxis(self.batch_of(y), 0, axis)
        return y if axis is None else moveaxis(self.spread(y), 0, axis)

    def spread(self, x: Any) -> Any:
        """What all examples share, once for each."""
        if isinstance(x, _runtime.Ghost):
            return _runtime.Ghost((self.size, *x.shape), x.dtype)
        once = _runtime.ops.reshape(x, (1, *x.shape))
        return broadcast_to(once, (self.size, *x.shape))

    def call(self, name: str, inputs: list[Any], attrs: dict[str, Any], result: Any) -> None:
        """Records for the batch what was called for an example with this ``result``."""
        flags = tuple(map(self.holds, inputs))
        given = list(map(self.operand, inputs))
        results = result if isinstance(result, tuple) else (result,)
        rule = _rule(name, flags, self._draws(name, attrs))
        batches = rule(self, given, attrs, results)
        batches = batches if isinstance(batches, tuple) else (batches,)
        for example, batch in zip(results, batches, strict=True):
            self.assign(example, batch)

    def _draws(self, name: str, attrs: dict[str, Any]) -> bool:
        """Whether the op draws numbers that differ from example to example."""
        if "rng" not in _attribute_types(name).values() or self.randomness == "same":
            return False
        from axon._codegen import batch

        if not batch.draws(_program(name), attrs):
            return False
        if self.randomness == "error":
            raise RuntimeError(
                f"axon.vmap: axon.{name} draws random numbers; say whether the examples draw "
                'their own, randomness="different", or share them, randomness="same"'
            )
        return True


def whole_batch(x: Tensor) -> Tensor:
    """The batch, of all levels, that ``x`` is an example of; ``x`` itself if it is none."""
    while number := level_of(x):
        x = find_level(number).batch_of(x)
    return x


@contextlib.contextmanager
def enter_level(size: int, randomness: str) -> Iterator[Level]:
    level = Level(len(_levels.stack) + 1, size, randomness)
    _levels.stack.append(level)
    before = _runtime.set_random_level(0 if randomness == "same" else level.number)
    try:
        yield level
    finally:
        _levels.stack.pop()
        _runtime.set_random_level(before)


def find_level(number: int) -> Level:
    if number > len(_levels.stack):
        raise RuntimeError(
            "axon.vmap: a tensor stands for an example of a vmap that has ended, or of one of "
            "another thread; the function must return it, not keep it"
        )
    return _levels.stack[number - 1]


def _call_on_batch(
    number: int, name: str, inputs: list[Any], attrs: dict[str, Any], result: Any
) -> None:
    level = find_level(number)
    outer = [other.number for other in _levels.stack[: number - 1] if other.randomness != "same"]
    before = _runtime.set_random_level(max(outer, default=0))
    try:
        level.call(name, inputs, attrs, result)
    finally:
        _runtime.set_random_level(before)


def _detach_example(example: Tensor, detached: Tensor) -> None:
    level = find_level(_runtime.level(example))
    key = _runtime.ValueKey(example)
    if key in level.batches:
        level.assign(detached, level.batches[key].detach())


_runtime.set_batcher(_call_on_batch)
_runtime.set_example_detacher(_detach_example)


# ------------------------------------------------------------------------------ ops on batches

#: Records an op for a batch: (level, operands, attributes, results for an example) -> batches.
_Rule = Callable[[Level, list[Any], dict[str, Any], tuple], Any]


@functools.cache
def _rule(name: str, flags: tuple[bool, ...], draws_differ: bool) -> _Rule:
    from axon._codegen import batch

    with autograd.programs_lock:
        program = _program(name)
        if batch.is_opaque(program):
            return _over_the_group(program, flags)
        known = batched_program(name, flags, draws_differ)
    types = _attribute_types(name)
    shapes = [attr for attr, kind in types.items() if kind == "shape"]

    def rule(level: Level, given: list[Any], attrs: dict[str, Any], results: tuple) -> Any:
        for attr in shapes:
            attrs[attr] = _resolved(attrs[attr], given, flags)
        if not any(flags):
            given = [*given, _runtime.Ghost((level.size,), _runtime.bool)]
        return _runtime.call(known, given, attrs)

    return rule


def _resolved(size: tuple[int, ...], given: list[Any], flags: tuple[bool, ...]) -> tuple[int, ...]:
    """A shape whose -1 is what it is for one example."""
    if -1 not in size:
        return size
    first = next(n for n, x in enumerate(given) if x is not None)
    elements = 1
    for extent in given[first].shape[flags[first] :]:
        elements *= extent
    for extent in size:
        elements //= 1 if extent == -1 else extent
    return tuple(elements if extent == -1 else extent for extent in size)


def batched_program(name: str, flags: tuple[bool, ...], draws_differ: bool = False) -> str:
    """The name of a registered program over a batch, derived when first asked for."""
    from axon._codegen import batch

    known = f"{name}@vmap" + "".join(str(int(flag)) for flag in flags) + "r" * draws_differ
    if _runtime.is_registered(known):
        return known
    program = _program(name)

    def gradient() -> Any:
        if name in autograd.WITHOUT_GRADIENT:
            return None
        return batch.batch_gradient(
            program, known, flags, draws_differ=draws_differ, applied=batched_program
        )

    try:
        derived = batch.batch(
            program, known, flags, draws_differ=draws_differ, applied=batched_program
        )
    except batch.NotBatched as reason:
        raise NotImplementedError(
            f"axon.vmap: axon.{name} cannot run over a batch: {reason}"
        ) from None
    autograd.register_program(derived, gradient)
    return known


def _over_the_group(program: Any, flags: tuple[bool, ...]) -> _Rule:
    """For opaque kernels, which run over leading axes: the batch is one more of them."""
    kinds = {attr.name: attr.type for attr in program.attrs}
    for declared in program.inputs:
        if not declared.dims or not _is_group(declared.dims[0]):
            raise NotImplementedError(
                f"axon.vmap: axon.{program.name} cannot run over a batch: its {declared.name} has "
                "no leading axes"
            )
    named = [len(declared.dims) - 1 for declared in program.inputs]

    def rule(level: Level, given: list[Any], attrs: dict[str, Any], results: tuple) -> Any:
        spread = [
            x if flag or _is_number(x) else level.spread(x)
            for x, flag in zip(given, flags, strict=True)
        ]
        ranks = [
            0 if _is_number(x) else len(x.shape) - 1 - n for x, n in zip(spread, named, strict=True)
        ]
        aligned = [
            x if _is_number(x) else _with_rank(x, max(ranks) - rank)
            for x, rank in zip(spread, ranks, strict=True)
        ]
        for attr, kind in kinds.items():
            if kind == "axis":
                attrs[attr] += 1
            elif kind == "axes":
                attrs[attr] = tuple(axis + 1 for axis in attrs[attr])
        batches = _runtime.call(program.name, aligned, attrs)
        batches = batches if isinstance(batches, tuple) else (batches,)
        return tuple(
            _runtime.ops.reshape(y, (level.size, *example.shape))
            for y, example in zip(batches, results, strict=True)
        )

    return rule


def _is_group(term: Any) -> bool:
    return term == "*" or getattr(term, "head", "") in ("sub", "own")


def _is_number(x: Any) -> bool:
    return x is None or isinstance(x, (bool, int, float))


def _with_rank(x: Any, missing: int) -> Any:
    """``x`` with axes of extent 1 after its first."""
    if not missing:
        return x
    shape = (x.shape[0], *(1,) * missing, *x.shape[1:])
    return _runtime.Ghost(shape, x.dtype) if isinstance(x, _runtime.Ghost) else x.reshape(shape)


def _program(name: str) -> Any:
    program = autograd.known_programs().find(name)
    assert program is not None, name
    return program


@functools.cache
def _attribute_types(name: str) -> dict[str, str]:
    return {attr.name: attr.type for attr in _program(name).attrs}
