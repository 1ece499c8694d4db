"""What a model does with an input, step by step: shapes, parameters, kernels and time."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from axon import _runtime
from axon.core import random, tree
from axon.core.autograd import no_grad
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.inspect import Kernel, explain
from axon.nn.steps import Steps


@dataclass
class Row:
    """One call of a module or function.

    ``name`` is its path, ``kind`` its class, ``shape`` that of its result (a list of them where
    there are several). ``params`` counts the elements of its own parameters that no row above
    has. ``kernels`` and ``seconds`` are what computing its result takes on its own, apart from what
    the rows inside it take.
    """

    name: str
    kind: str
    shape: Any = None
    params: int = 0
    kernels: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Summary:
    """The rows, and what the whole takes when its steps are fused: ``kernels`` and ``seconds``."""

    rows: list[Row]
    params: int
    trainable: int
    bytes: int
    kernels: int
    seconds: float

    def __str__(self) -> str:
        head = ("step", "", "output", "parameters", "kernels", "time")
        body = [
            (
                "  " * row.name.count(".") + row.name,
                row.kind,
                str(row.shape),
                f"{row.params:,}" if row.params else "",
                str(row.kernels),
                _time(row.seconds),
            )
            for row in self.rows
        ]
        lines = _table(head, body, "<<<>>>")
        lines.append(
            f"{self.params:,} parameters ({self.bytes / 2**20:.2f} MiB), "
            f"{self.params - self.trainable:,} of them frozen"
        )
        apart = sum(row.kernels for row in self.rows)
        kernels = "1 kernel" if self.kernels == 1 else f"{self.kernels} kernels"
        lines.append(f"fused: {kernels} for the {apart} above, {_time(self.seconds)}")
        return "\n".join(lines)

    __repr__ = __str__


def summarize(model: Module, inputs: Sequence[Any]) -> Summary:
    """See :meth:`axon.nn.Module.summary`."""
    with undisturbed(model), no_grad():
        _watched(model, inputs)  # compiles and fills caches
        rows = _watched(model, inputs)
        _fused(model, inputs)
        kernels, seconds = _fused(model, inputs)
    params = model.params
    return Summary(
        rows,
        sum(p.size for p in params),
        sum(p.size for p in params if p.requires_grad),
        sum(p.nbytes for p in params),
        kernels,
        seconds,
    )


@contextlib.contextmanager
def undisturbed(model: Module) -> Iterator[None]:
    """Takes back what running the model in the block did to buffers and random numbers."""
    _runtime.flush()
    kept = [(buffer, buffer.detach()) for buffer in model.buffers]
    state = random.get_rng_state()
    try:
        yield
    finally:
        random.set_rng_state(state)
        with no_grad():
            for buffer, value in kept:
                buffer._assign(value)


class _Watch:
    """Hooks on every module and function of a model that fill rows in the order of the calls."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.open: list[Row] = []
        self.counted: set[int] = set()
        self.handles: list[Any] = []

    def module(self, name: str, module: Module) -> None:
        def enter(module: Module, inputs: tuple) -> None:
            row = Row(name, type(module).__name__, params=self._new_params(module))
            self.rows.append(row)
            self.open.append(row)

        def leave(module: Module, inputs: tuple, output: Any) -> None:
            self._close(self.open.pop(), output)

        self.handles.append(module.register_forward_pre_hook(enter))
        self.handles.append(module.register_forward_hook(leave))

    def function(self, name: str, steps: Steps, key: str) -> None:
        kind = getattr(steps[key], "__name__", type(steps[key]).__name__)

        def leave(output: Any) -> None:
            self.rows.append(Row(name, kind))
            self._close(self.rows[-1], output)

        self.handles.append(steps.tap(key, leave))

    def _new_params(self, module: Module) -> int:
        own = [p for _, p in module._registered(module._contents()) if id(p) not in self.counted]
        self.counted.update(map(id, own))
        return sum(p.size for p in own)

    def _close(self, row: Row, output: Any) -> None:
        row.kernels, row.seconds = _measured()
        shapes = [y.shape for y in tree.leaves(output) if isinstance(y, Tensor)]
        row.shape = shapes[0] if len(shapes) == 1 else shapes


def _watched(model: Module, inputs: Sequence[Any]) -> list[Row]:
    """Runs the model with each result computed at once, and tells what each took."""
    watch = _Watch()
    for name, module in model.named_modules():
        watch.module(name, module)
        if isinstance(module, Steps):
            for key, step in zip(module.names, module, strict=True):
                if not isinstance(step, Module):
                    watch.function(f"{name}.{key}" if name else key, module, key)
    try:
        with _timed():
            model(*inputs)
    finally:
        for handle in watch.handles:
            handle.remove()
    return watch.rows[1:] if len(watch.rows) > 1 and not watch.rows[0].kernels else watch.rows


def _fused(model: Module, inputs: Sequence[Any]) -> tuple[int, float]:
    """Launches and seconds of the model as it runs when nobody watches."""
    with _timed():
        output = model(*inputs)
        measured = _measured()
    del output
    return measured


@contextlib.contextmanager
def _timed() -> Iterator[None]:
    _runtime.flush()
    _runtime.take_profile()
    _runtime.profile(True)
    try:
        yield
    finally:
        _runtime.profile(False)
        _runtime.take_profile()


def _measured() -> tuple[int, float]:
    """Computes what is pending: how many launches, how many seconds."""
    _runtime.flush()
    launches = _runtime.take_profile()
    return len(launches), sum(launch["seconds"] for launch in launches)


# ------------------------------------------------------------------------------ kernels over steps


@dataclass(frozen=True)
class StepKernels:
    """A step and the numbers of the kernels that compute something of it."""

    name: str
    step: str
    kernels: list[int]


@dataclass(frozen=True)
class PipelineExplanation:
    """The kernels of a pipeline's pass, and which steps each of them computes."""

    steps: list[StepKernels]
    kernels: list[Kernel]

    def __str__(self) -> str:
        body = [
            (step.name, step.step, ", ".join(map(str, step.kernels)) or "-") for step in self.steps
        ]
        noun = "kernel" if len(self.kernels) == 1 else "kernels"
        title = f"{len(self.steps)} steps in {len(self.kernels)} {noun}"
        kernels = [f"{number:>3}  {kernel}" for number, kernel in enumerate(self.kernels)]
        return "\n".join([title, *_table(("step", "", "kernels"), body, "<<<"), "", *kernels])

    __repr__ = __str__


def explain_steps(
    model: Module, steps: Sequence[tuple[str, Callable[..., Any]]], inputs: tuple[Any, ...]
) -> PipelineExplanation:
    """See :meth:`axon.nn.Pipeline.explain`; each of ``steps`` gets what the one before gave."""
    with undisturbed(model):
        held, ends = [], []
        for _, step in steps:
            inputs = (step(*inputs),)
            held.append(inputs)
            ends.append(_runtime.pending_nodes())
        held.clear()
        results = [leaf for leaf in tree.leaves(inputs) if isinstance(leaf, Tensor)]
        kernels = explain(*results).kernels
        if ends and _runtime.pending_nodes() != ends[-1]:
            raise ValueError(
                f"{type(model).__name__}.explain: a step does not use what it gets, so the steps "
                "before it are not computed; explain the part from there on"
            )
        del inputs, results
    found: list[list[int]] = [[] for _ in steps]
    for number, kernel in enumerate(kernels):
        for at in sorted({bisect_right(ends, node) for node in kernel.nodes}):
            found[at].append(number)
    rows = [
        StepKernels(name, _short(step), numbers)
        for (name, step), numbers in zip(steps, found, strict=True)
    ]
    return PipelineExplanation(rows, kernels)


def _short(step: Any) -> str:
    step = getattr(step, "step", step)  # what stands at a place of a pipeline
    if isinstance(step, Module):
        text = repr(step)
        return text if "\n" not in text else type(step).__name__
    return getattr(step, "__qualname__", repr(step))


def _table(head: Sequence[str], body: Sequence[Sequence[str]], align: str) -> list[str]:
    """Lines with columns of equal width under a heading."""
    columns = zip(head, *body, strict=True)
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(
            f"{text:{side}{width}}" for text, side, width in zip(row, align, widths, strict=True)
        )
        for row in [head, *body]
    ]
    return [line.rstrip() for line in lines]


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"
