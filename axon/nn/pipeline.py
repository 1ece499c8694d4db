"""Pipeline: a model as a list of steps, composed with ``>>`` and edited like a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axon.core.module import HOOKS
from axon.nn.steps import Step, Steps

if TYPE_CHECKING:
    from axon.nn.summary import PipelineExplanation


class Pipeline(Steps):
    """Runs its steps one after the other. A step is a module or any callable.

    ``a >> b`` gives a new pipeline and leaves ``a`` and ``b`` as they were; the steps themselves
    (and so their parameters) are shared. Positional steps are called by their index, keyword steps
    by their name as well.

    Example:
        >>> from axon.nn import GELU, Linear, Pipeline, ReLU
        >>> model = Linear(64, 32) >> ReLU() >> Linear(32, 10) >> (lambda x: x * 0.5)
        >>> model[0], len(model)
        (Linear(64, 32), 4)
        >>> model[1] = GELU()               # swap
        >>> model.insert(1, lambda x: x)    # inject
        >>> head = model[2:]                # a pipeline that shares its steps
        >>> named = Pipeline(body=model, head=Linear(10, 2))
        >>> named["head"], named["body.0"]
        (Linear(10, 2), Linear(64, 32))
    """

    def _empty(self) -> Pipeline:
        return Pipeline()

    def forward(self, *inputs: Any) -> Any:
        """Feeds ``inputs`` to the first step and each result to the next."""
        if not self._places:
            return inputs[0] if len(inputs) == 1 else inputs
        for place in self._places:
            inputs = (place(*inputs),)
        return inputs[0]

    def trace(self, *inputs: Any) -> list[tuple[str, Any]]:
        """Runs the steps and keeps what each gave: ``[(name, output), ...]``."""
        outputs = []
        for name, place in zip(self.names, self._places, strict=True):
            inputs = (place(*inputs),)
            outputs.append((name, inputs[0]))
        return outputs

    def explain(self, *inputs: Any) -> PipelineExplanation:
        """The fused kernels of a pass, and which steps each of them computes; runs none of them.

        They are those of the present modes: of training or evaluation, with or without gradients.
        Buffers and random numbers stay as they were. A step that only moves data may need none.

        Raises:
            ValueError: a step does not use what it gets.

        Example:
            >>> from axon.nn import Linear, ReLU
            >>> model = Linear(64, 512) >> ReLU() >> (lambda x: x * 2)
            >>> seen = model.explain(axon.ones(128, 64))
            >>> [(step.name, step.kernels) for step in seen.steps]
            [('0', [0]), ('1', [0]), ('2', [0])]
        """
        from axon.nn.summary import explain_steps

        steps = list(zip(self.names, self._places, strict=True))
        return explain_steps(self, steps, inputs)

    @property
    def _is_plain(self) -> bool:
        """True iff running the steps means the same as calling the pipeline."""
        watched = any(getattr(self, hooks) for hooks in HOOKS)
        tapped = any(place.taps for place in self._places)
        return type(self) is Pipeline and not watched and not tapped and "forward" not in vars(self)


def compose(first: Step, second: Step) -> Pipeline:
    """``first >> second``: pipelines are joined, not nested; the operands stay as they were.

    One with hooks or taps becomes a step as a whole, so that they stay what they watch.
    """
    joined = Pipeline()
    for part in (first, second):
        if isinstance(part, Pipeline) and part._is_plain:
            joined.extend(part)
        else:
            joined.append(part)
    return joined
