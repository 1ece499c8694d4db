"""Adam and AdamW."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axon import _runtime
from axon.core.creation import zeros_like
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015): steps scaled by running moments of the gradient.

    With g the gradient plus ``weight_decay`` · p and t the number of the step:
    m ← b1 · m + (1 - b1) · g, v ← b2 · v + (1 - b2) · g²,
    p ← p - lr · m / (1 - b1ᵗ) / (√(v / (1 - b2ᵗ)) + eps).

    Example:
        >>> model = axon.nn.Linear(4, 2)
        >>> optimizer = Adam(model.params, lr=1e-3)
        >>> optimizer.lr *= 0.5
    """

    decoupled = False

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"axon.optim.{type(self).__name__}: betas {betas}; expected [0, 1)")
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        if not state:
            state.update(step=0, m=zeros_like(param), v=zeros_like(param))
        state["step"] += 1
        beta1, beta2 = options["betas"]
        new_param, state["m"], state["v"] = _runtime.ops.adam_step(
            param,
            grad,
            state["m"],
            state["v"],
            lr=options["lr"],
            step=state["step"],
            beta1=beta1,
            beta2=beta2,
            eps=options["eps"],
            decay=options["weight_decay"],
            decoupled=self.decoupled,
        )
        param._assign(new_param)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019).

    The decay p ← p - lr · ``weight_decay`` · p does not pass through the moments.
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas=betas, eps=eps, weight_decay=weight_decay)
