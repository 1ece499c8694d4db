"""Adagrad and Adadelta."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.creation import full_like
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer, Params, assign, tensors_of


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).

    With g the gradient plus ``weight_decay`` · p and t the number of the step: v ← v + g²,
    p ← p - lr / (1 + (t - 1) · lr_decay) · g / (√v + eps). The first v is
    ``initial_accumulator_value``.

    Args:
        maximize: whether to climb instead.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            maximize=maximize,
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        if "sum" not in state:
            state["sum"] = full_like(param, options["initial_accumulator_value"])
        values = _runtime.ops.adagrad_step(
            param,
            grad,
            state["sum"],
            lr=options["lr"] / (1 + state["step"] * options["lr_decay"]),
            eps=options["eps"],
            decay=options["weight_decay"],
        )
        assign((param, state["sum"]), values)


class Adadelta(Optimizer):
    """Steps of the size of the updates before, relative to the gradients' (Zeiler, 2012).

    With g the gradient plus ``weight_decay`` · p: v ← rho · v + (1 - rho) · g²,
    d = √(u + eps) / √(v + eps) · g, u ← rho · u + (1 - rho) · d², p ← p - lr · d.

    Args:
        maximize: whether to climb instead.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        averages = tensors_of(state, param, "square_avg", "acc_delta")
        values = _runtime.ops.adadelta_step(
            param,
            grad,
            *averages,
            lr=options["lr"],
            rho=options["rho"],
            eps=options["eps"],
            decay=options["weight_decay"],
        )
        assign((param, *averages), values)
