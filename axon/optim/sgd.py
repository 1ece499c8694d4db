"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer, Params, assign, tensors_of


class SGD(Optimizer):
    """Stochastic gradient descent with momentum and weight decay.

    With g the gradient plus ``weight_decay`` · p: v ← momentum · v + (1 - dampening) · g,
    p ← p - lr · v; with ``nesterov`` p ← p - lr · (g + momentum · v) (Sutskever et al., 2013). The
    first v is g. Without momentum nothing is remembered.

    Args:
        maximize: whether to climb instead.

    Example:
        >>> model = axon.nn.Linear(4, 2)
        >>> optimizer = SGD(model.params, lr=0.1, momentum=0.9)
        >>> model(axon.ones(3, 4)).sum().backward()
        >>> optimizer.step()
        >>> optimizer.zero_grad()
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        if nesterov and (not momentum or dampening):
            raise ValueError(
                "axon.optim.SGD: nesterov needs momentum and no dampening; pass momentum=0.9"
            )
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        momentum = options["momentum"]
        is_first = "momentum_buffer" not in state
        buffers = tensors_of(state, param, "momentum_buffer") if momentum else []
        new_param, new_buffer = _runtime.ops.sgd_step(
            param,
            grad,
            *buffers,
            lr=options["lr"],
            momentum=momentum,
            dampening=0.0 if is_first else options["dampening"],
            decay=options["weight_decay"],
            nesterov=options["nesterov"],
        )
        assign((param, *buffers), (new_param, new_buffer)[: 1 + len(buffers)])
