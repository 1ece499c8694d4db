"""Lion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axon import _runtime
from axon.core.creation import zeros_like
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer


class Lion(Optimizer):
    """Steps of one size, along the sign of an interpolated momentum (Chen et al., 2023).

    p ← p - lr · (sign(b1 · m + (1 - b1) · g) + ``weight_decay`` · p), m ← b2 · m + (1 - b2) · g.
    Learning rates are three to ten times smaller than those of AdamW.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-4,
        *,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"axon.optim.Lion: betas {betas}; expected [0, 1)")
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay)

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        if not state:
            state["m"] = zeros_like(param)
        beta1, beta2 = options["betas"]
        new_param, state["m"] = _runtime.ops.lion_step(
            param,
            grad,
            state["m"],
            lr=options["lr"],
            beta1=beta1,
            beta2=beta2,
            decay=options["weight_decay"],
        )
        param._assign(new_param)
