"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axon import _runtime
from axon.core.creation import zeros_like
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent with momentum and weight decay.

    With g the gradient plus ``weight_decay`` · p: v ← momentum · v + g, p ← p - lr · v; with
    ``nesterov`` p ← p - lr · (g + momentum · v) (Sutskever et al., 2013). The first v is g.

    Example:
        >>> model = axon.nn.Linear(4, 2)
        >>> optimizer = SGD(model.params, lr=0.1, momentum=0.9)
        >>> model(axon.ones(3, 4)).sum().backward()
        >>> optimizer.step()
        >>> optimizer.zero_grad()
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-2,
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        if nesterov and not momentum:
            raise ValueError("axon.optim.SGD: nesterov needs momentum; pass momentum=0.9")
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        velocity = state.get("velocity")
        if velocity is None:
            velocity = zeros_like(param)
        new_param, state["velocity"] = _runtime.ops.sgd_step(
            param,
            grad,
            velocity,
            lr=options["lr"],
            momentum=options["momentum"],
            decay=options["weight_decay"],
            nesterov=options["nesterov"],
        )
        param._assign(new_param)
