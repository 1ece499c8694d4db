"""Lion."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer, Params, assign, tensors_of


class Lion(Optimizer):
    """Steps of one size, along the sign of an interpolated momentum (Chen et al., 2023).

    p ← p - lr · (sign(b1 · m + (1 - b1) · g) + ``weight_decay`` · p), m ← b2 · m + (1 - b2) · g.
    Learning rates are three to ten times smaller than those of AdamW.

    Args:
        maximize: whether to climb instead.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize)

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        moments = tensors_of(state, param, "exp_avg")
        values = _runtime.ops.lion_step(
            param,
            grad,
            *moments,
            lr=options["lr"],
            beta1=options["betas"][0],
            beta2=options["betas"][1],
            decay=options["weight_decay"],
        )
        assign((param, *moments), values)
