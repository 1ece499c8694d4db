"""Adagrad."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axon import _runtime
from axon.core.creation import full_like
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).

    With g the gradient plus ``weight_decay`` · p: v ← v + g², p ← p - lr · g / (√v + eps). The
    first v is ``initial``.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-2,
        *,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
        initial: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, eps=eps, weight_decay=weight_decay, initial=initial)

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        if not state:
            state["v"] = full_like(param, options["initial"])
        new_param, state["v"] = _runtime.ops.adagrad_step(
            param,
            grad,
            state["v"],
            lr=options["lr"],
            eps=options["eps"],
            decay=options["weight_decay"],
        )
        param._assign(new_param)
