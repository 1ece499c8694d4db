"""Running averages of weights."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from axon import _runtime
from axon.core.autograd import no_grad
from axon.core.module import Module
from axon.core.tensor import Tensor


class EMA:
    """An exponential moving average of a module's parameters and floating buffers.

    average ← decay · average + (1 - decay) · parameter at every :meth:`update`. It follows the
    module: what is new there starts as it is.

    Args:
        module: whose parameters.
        decay: how much of the average stays.

    Raises:
        ValueError: ``decay`` is not in [0, 1].

    Example:
        >>> model = axon.nn.Linear(2, 2)
        >>> ema = EMA(model, decay=0.9)
        >>> ema.update()                    # after each step of the optimizer
        >>> with ema.applied():             # the model with averaged weights
        ...     y = model(axon.ones(1, 2))
    """

    def __init__(self, module: Module, decay: float = 0.999) -> None:
        if not 0 <= decay <= 1:
            raise ValueError(f"axon.optim.EMA: decay is {decay}; expected a number in [0, 1]")
        self.module = module
        self.decay = decay
        self.averages: dict[str, Tensor] = {}
        self._meet()

    def _tensors(self) -> dict[str, Tensor]:
        every = {**self.module.named_params, **self.module.named_buffers}
        return {name: tensor for name, tensor in every.items() if tensor.is_floating_point}

    def _meet(self) -> dict[str, Tensor]:
        """The tensors of the module; averages of new ones start as they are."""
        tensors = self._tensors()
        known = self.averages
        self.averages = {
            name: known[name]
            if name in known and known[name].shape == tensor.shape
            else tensor.detach()
            for name, tensor in tensors.items()
        }
        return tensors

    def update(self) -> None:
        """Moves the averages toward the present values."""
        with no_grad():
            for name, tensor in self._meet().items():
                average = self.averages[name]
                average._assign(_runtime.ops.lerp(tensor.detach(), average, self.decay))
        _runtime.flush()

    @contextlib.contextmanager
    def applied(self) -> Iterator[Module]:
        """The module with its averages in place of its values, for as long as the block runs."""
        tensors = self._meet()
        present = {name: tensor.detach() for name, tensor in tensors.items()}
        _put(tensors, self.averages)
        try:
            yield self.module
        finally:
            _put(tensors, present)

    def state_dict(self) -> dict[str, Any]:
        """The averages by path, as values that later updates do not change."""
        return {name: average.detach() for name, average in self.averages.items()}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Goes on from what :meth:`state_dict` gave."""
        self.averages = {name: tensor.detach() for name, tensor in state.items()}


def _put(tensors: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> None:
    with no_grad():
        for name, tensor in tensors.items():
            tensor._assign(values[name])
