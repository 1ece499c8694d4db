"""Functions with a gradient of their own, written in Python."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

from axon import _runtime
from axon.core import anomaly
from axon.core.grad_mode import no_grad
from axon.core.vmap import Level, enter_level, find_level, level_of


class FunctionNode:
    """The ``ctx`` of one call of a :class:`Function`, which is its node on the tape.

    Attributes:
        needs_input_grad: by argument of ``apply``: true iff a gradient flows to it.
        saved_tensors: what ``forward`` gave to :meth:`save_for_backward`.

    ``forward`` may set further attributes for ``backward`` to read.
    """

    def __init__(self, function: type[Function], args: tuple[Any, ...]) -> None:
        taped = _runtime.grad_enabled()
        self.function = function
        self.op = function.__name__
        self.edges = tuple(_runtime.edge(arg) if taped else None for arg in args)
        self.needs_input_grad = tuple(edge is not None for edge in self.edges)
        self._inputs = [
            (tuple(arg.shape), arg.dtype) if needed else None
            for arg, needed in zip(args, self.needs_input_grad, strict=True)
        ]
        self.outputs: list[tuple[tuple[int, ...], Any]] = []
        self.released = False
        self.origin = anomaly.user_line() if anomaly.detecting() else None
        self._saved: tuple[Any, ...] = ()
        self._restore: Callable[[], None] | None = None  # gives back what was dropped of `_saved`
        self._results: tuple[Any, ...] = ()  # as forward gave them: values without a tape
        self._discrete: set[int] = set()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps tensors, inputs or outputs of the function or others, until backward has run."""
        self._saved = tensors

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """No gradient flows through these outputs; ``backward`` gets zeros for them."""
        self._discrete |= {id(output) for output in outputs}

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        if self.released:
            raise RuntimeError(
                f"{self.op}: what backward reads has been freed by an earlier backward; "
                "call that one with retain_graph=True"
            )
        if self._restore is not None:
            self._restore()
        return tuple(map(self._on_tape, self._saved))

    def _on_tape(self, tensor: Any) -> Any:
        """An output that was saved has its place on the tape, which forward did not know."""
        for number, result in enumerate(self._results):
            if tensor is result and self._is_traced(result):
                return _runtime.on_tape(tensor, self, number)
        return tensor

    def _is_traced(self, result: Any) -> bool:
        is_tensor = isinstance(result, _runtime.TensorBase)
        return is_tensor and result.dtype.is_float and id(result) not in self._discrete

    @property
    def cotangents(self) -> range:
        """The numbers of the outputs whose gradients `backward` gets: all."""
        return range(len(self.outputs))

    def release(self) -> None:
        """Frees what was saved."""
        self.released = True
        self._saved = self._results = ()
        self._restore = None

    def drop_saved(self, restore: Callable[[], None]) -> None:
        """Frees the saved tensors until they are read; `restore` must then call `take_saved`."""
        self._saved = self._results = ()
        self._restore = restore

    def take_saved(self, other: FunctionNode) -> None:
        """Takes what another call of the function has saved."""
        if other._restore is not None:
            other._restore()
        self._saved, self._results = other._saved, other._results
        self._restore = None

    def trace(self, results: tuple[Any, ...]) -> tuple[Any, ...]:
        """The results of forward as outputs of this node."""
        # An input that is returned as it is keeps its own place.
        kept = {id(t) for t in self._saved if t is not None and not t.requires_grad}
        self._results = tuple(r if id(r) in kept else None for r in results)
        self.outputs = [
            (tuple(r.shape), r.dtype) if isinstance(r, _runtime.TensorBase) else ((), _runtime.bool)
            for r in results
        ]
        return tuple(
            _runtime.on_tape(result, self, number) if self._is_traced(result) else result
            for number, result in enumerate(results)
        )

    def run_backward(self, *incoming: Any) -> tuple[Any, ...]:
        """The gradient of each argument, checked."""
        gradients = self.function.backward(self, *incoming)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        while len(gradients) > len(self.edges) and gradients[-1] is None:
            gradients = gradients[:-1]  # of arguments that were left to their defaults
        if len(gradients) != len(self.edges):
            raise ValueError(
                f"{self.op}.backward gave {len(gradients)} gradients, {self.op}.apply took "
                f"{len(self.edges)} arguments; expected one for each, None for what is no tensor"
            )
        return tuple(itertools.starmap(self._checked, enumerate(gradients)))

    def _checked(self, number: int, gradient: Any) -> Any:
        wanted = self._inputs[number]
        if gradient is None or wanted is None:
            return None
        shape, dtype = wanted
        if not isinstance(gradient, _runtime.TensorBase):
            raise TypeError(
                f"{self.op}.backward gave a {type(gradient).__name__} for argument {number}; "
                "expected a Tensor or None"
            )
        if tuple(gradient.shape) != shape:
            raise ValueError(
                f"{self.op}.backward gave a gradient of shape {tuple(gradient.shape)} for argument "
                f"{number}, which has shape {shape}; they must be equal"
            )
        return gradient if gradient.dtype == dtype else gradient.to(dtype)

    def __repr__(self) -> str:
        outputs = "".join(f" {dtype}{shape}" for shape, dtype in self.outputs)
        return f"<FunctionNode {self.op}:{outputs}>"


class _BatchNode(FunctionNode):
    """The node of a call on examples of a batch, for the batch: each example runs its backward."""

    def __init__(self, level: Level, node: FunctionNode, args: tuple[Any, ...]) -> None:
        super().__init__(node.function, tuple(map(level.operand, args)))
        self.size = level.size
        self.node = node
        self.batched = tuple(map(level.holds, args))
        self._saved_batched = tuple(map(level.holds, node._saved))
        self._saved = tuple(map(level.operand, node._saved))

    def run_backward(self, *incoming: Any) -> tuple[Any, ...]:
        saved = zip(self.saved_tensors, self._saved_batched, strict=True)
        with enter_level(self.size, "same") as level:
            example = copy.copy(self.node)
            example._saved = tuple(level.stand_in(x) if flag else x for x, flag in saved)
            example._results = ()
            seeds = [None if dy is None else level.stand_in(dy) for dy in incoming]
            found = zip(example.run_backward(*seeds), self.batched, strict=True)
            gradients = [self._gathered(level, g, flag) for g, flag in found]
        return tuple(itertools.starmap(self._checked, enumerate(gradients)))

    @staticmethod
    def _gathered(level: Level, gradient: Any, batched: bool) -> Any:
        if gradient is None:
            return None
        batch = level.leave(gradient, 0)
        return batch if batched else _runtime.ops.sum(batch, axis=0)


def _trace_batches(
    node: FunctionNode, args: tuple[Any, ...], results: tuple[Any, ...], traced: tuple[Any, ...]
) -> None:
    """Puts the batches whose examples are `traced` on the tape, level by level."""
    while number := max(map(level_of, results), default=0):
        level = find_level(number)
        batch_node = _BatchNode(level, node, args)
        batches = tuple(map(level.operand, results))
        pairs = zip(results, batches, strict=True)
        batch_node._discrete = {id(batch) for r, batch in pairs if id(r) in node._discrete}
        shown = batch_node.trace(batches)
        for example, batch in zip(traced, shown, strict=True):
            if level.holds(example):
                level.assign(example, batch)
        node, results, traced = batch_node, batches, shown
        args = tuple(map(level.operand, args))


class Function:
    """A function of tensors whose gradient is written in Python, too.

    Subclasses define two static methods and are called with ``NAME.apply(...)``:

    * ``forward(ctx, *args)`` computes, from tensors and other arguments, a tensor or a tuple. It
      keeps what backward reads with ``ctx.save_for_backward(...)`` or as attributes of ``ctx``.
      Nothing in it is put on the tape.
    * ``backward(ctx, *gradients)`` gets a gradient for each output (zeros where none flows) and
      returns one for each argument of ``forward``, None for those that are no tensors or need none
      (``ctx.needs_input_grad``). Built of axon's ops, it can be differentiated again.

    Where a formula is enough, ``axon.ops.load`` is simpler, and the op fuses.

    Example:
        >>> class Square(axon.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x
        ...     @staticmethod
        ...     def backward(ctx, dy):
        ...         (x,) = ctx.saved_tensors
        ...         return 2 * x * dy
        >>> x = axon.tensor(3.0, requires_grad=True)
        >>> Square.apply(x).backward()
        >>> x.grad
        tensor(6.)
    """

    @staticmethod
    def forward(ctx: FunctionNode, *args: Any) -> Any:
        """What the function computes; see :class:`Function`."""
        raise NotImplementedError("an axon.Function needs a static method forward(ctx, *args)")

    @staticmethod
    def backward(ctx: FunctionNode, *gradients: Any) -> Any:
        """The gradients of the arguments; see :class:`Function`."""
        raise NotImplementedError("an axon.Function needs a static method backward(ctx, *grads)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Calls the function: ``forward``, and the tape node that will call ``backward``."""
        ctx = FunctionNode(cls, args)
        with no_grad():
            output = cls.forward(ctx, *args)
        if not any(ctx.needs_input_grad):
            return output
        results = output if isinstance(output, tuple) else (output,)
        traced = ctx.trace(results)
        _runtime.announce_tape(ctx)
        _trace_batches(ctx, args, results, traced)
        return traced if isinstance(output, tuple) else traced[0]
