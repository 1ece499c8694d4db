"""Adam and its kin."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer, Params, assign, tensors_of


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015): steps scaled by running moments of the gradient.

    With g the gradient plus ``weight_decay`` · p and t the number of the step:
    m ← b1 · m + (1 - b1) · g, v ← b2 · v + (1 - b2) · g²,
    p ← p - lr · m / (1 - b1ᵗ) / (√(v / (1 - b2ᵗ)) + eps).

    Args:
        amsgrad: whether the largest v that there was stands in its place (Reddi et al., 2018).
        maximize: whether to climb instead.

    Example:
        >>> model = axon.nn.Linear(4, 2)
        >>> optimizer = Adam(model.params, lr=1e-3)
        >>> optimizer.lr *= 0.5
    """

    decoupled = False

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[: 3 if options["amsgrad"] else 2]
        moments = tensors_of(state, param, *names)
        step = _runtime.ops.amsgrad_step if options["amsgrad"] else _runtime.ops.adam_step
        values = step(
            param,
            grad,
            *moments,
            lr=options["lr"],
            step=state["step"] + 1,
            beta1=options["betas"][0],
            beta2=options["betas"][1],
            eps=options["eps"],
            decay=options["weight_decay"],
            decoupled=self.decoupled,
        )
        assign((param, *moments), values)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019).

    The decay p ← p - lr · ``weight_decay`` · p does not pass through the moments.
    """

    decoupled = True

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)


class NAdam(Optimizer):
    """Adam with Nesterov's momentum (Dozat, 2016).

    With g the gradient plus ``weight_decay`` · p, uₜ = b1 · (1 - 0.96^(t · momentum_decay) / 2) and
    Uₜ = u₁ · … · uₜ: m and v as in :class:`Adam`,
    p ← p - lr · ((1 - uₜ) · g / (1 - Uₜ) + uₜ₊₁ · m / (1 - Uₜ₊₁)) / (√(v / (1 - b2ᵗ)) + eps).

    Args:
        decoupled_weight_decay: whether the decay is that of :class:`AdamW`.
        maximize: whether to climb instead.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        beta1, beta2 = options["betas"]
        step = state["step"] + 1
        now, following = (
            beta1 * (1 - 0.5 * 0.96 ** (t * options["momentum_decay"])) for t in (step, step + 1)
        )
        product = state.get("mu_product", 1.0) * now
        moments = tensors_of(state, param, "exp_avg", "exp_avg_sq")
        values = _runtime.ops.nadam_step(
            param,
            grad,
            *moments,
            lr=options["lr"],
            step=step,
            share_g=(1 - now) / (1 - product),
            share_m=following / (1 - product * following),
            beta1=beta1,
            beta2=beta2,
            eps=options["eps"],
            decay=options["weight_decay"],
            decoupled=options["decoupled_weight_decay"],
        )
        state["mu_product"] = product
        assign((param, *moments), values)
