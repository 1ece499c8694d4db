"""Where backward enters and leaves a module: what backward hooks see and change.

Two nodes on the tape that do nothing but call hooks, one behind the outputs of a call and one
before its inputs: so the gradients are those of this call alone, wherever else its inputs are used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from axon.core.function import Function
from axon.core.tensor import Tensor

Gradients = tuple[Any, ...]


class Boundary:
    """One call of ``module`` with its hooks at that time."""

    def __init__(self, module: Any, pre_hooks: Sequence[Callable], hooks: Sequence[Callable]):
        self.module = module
        self.pre_hooks = pre_hooks
        self.hooks = hooks
        self.places: list[int] = []
        self.inputs = 0
        self.grad_output: Gradients = ()

    def enter(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs, those that need gradients behind a node."""
        self.inputs = len(inputs)
        self.places = [n for n, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
        if not self.places:
            return inputs
        entered = dict(
            zip(self.places, _Enter.apply(self, *(inputs[n] for n in self.places)), strict=True)
        )
        return tuple(entered.get(number, x) for number, x in enumerate(inputs))

    def leave(self, output: Any) -> Any:
        """A tensor, or a tuple or list of some, behind a node."""
        results = list(output) if isinstance(output, (tuple, list)) else [output]
        places = [n for n, y in enumerate(results) if isinstance(y, Tensor) and y.requires_grad]
        if not places:
            return output
        left = _Leave.apply(self, *(results[n] for n in places))
        for number, result in zip(places, left, strict=True):
            results[number] = result
        return type(output)(results) if isinstance(output, (tuple, list)) else results[0]

    def behind_outputs(self, gradients: Gradients) -> Gradients:
        for hook in self.pre_hooks:
            gradients = _replaced(self.module, gradients, hook(self.module, gradients))
        self.grad_output = gradients
        if not self.places:
            self.before_inputs(())
        return gradients

    def before_inputs(self, gradients: Gradients) -> Gradients:
        known = dict(zip(self.places, gradients, strict=True))
        grad_input: Gradients = tuple(known.get(number) for number in range(self.inputs))
        for hook in self.hooks:
            replaced = hook(self.module, grad_input, self.grad_output)
            grad_input = _replaced(self.module, grad_input, replaced)
        return tuple(grad_input[number] for number in self.places)


class _Enter(Function):
    @staticmethod
    def forward(ctx: Any, boundary: Boundary, *inputs: Tensor) -> tuple[Tensor, ...]:
        ctx.boundary = boundary
        return inputs

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Gradients:
        return (None, *ctx.boundary.before_inputs(gradients))


class _Leave(Function):
    @staticmethod
    def forward(ctx: Any, boundary: Boundary, *outputs: Tensor) -> tuple[Tensor, ...]:
        ctx.boundary = boundary
        return outputs

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Gradients:
        return (None, *ctx.boundary.behind_outputs(gradients))


def _replaced(module: Any, gradients: Gradients, given: Any) -> Gradients:
    """What a hook returned in place of ``gradients``, unless that is None."""
    if given is None:
        return gradients
    given = given if isinstance(given, tuple) else (given,)
    if len(given) != len(gradients):
        raise ValueError(
            f"{type(module).__name__}: a backward hook returned {len(given)} gradients for "
            f"{len(gradients)}; expected one for each, or None to leave them"
        )
    return given
