"""RMSprop."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer, Params, assign, tensors_of


class RMSprop(Optimizer):
    """Steps divided by a running root mean square of the gradient (Tieleman and Hinton, 2012).

    With g the gradient plus ``weight_decay`` · p: v ← alpha · v + (1 - alpha) · g²,
    m ← momentum · m + g / (√v + eps), p ← p - lr · m. With ``centered`` the square of a running
    mean of g is taken off v under the root (Graves, 2013).

    Args:
        maximize: whether to climb instead.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            maximize=maximize,
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        ops, centered, momentum = _runtime.ops, options["centered"], options["momentum"]
        names = ["square_avg", *["grad_avg"] * centered, *["momentum_buffer"] * bool(momentum)]
        averages = tensors_of(state, param, *names)
        values = (ops.rmsprop_centered_step if centered else ops.rmsprop_step)(
            param,
            grad,
            *averages,
            lr=options["lr"],
            alpha=options["alpha"],
            eps=options["eps"],
            decay=options["weight_decay"],
            momentum=momentum,
        )
        assign((param, *averages), values[: 1 + len(averages)])
