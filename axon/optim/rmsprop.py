"""RMSprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axon import _runtime
from axon.core.creation import zeros_like
from axon.core.tensor import Tensor
from axon.optim.optimizer import Optimizer


class RMSprop(Optimizer):
    """Steps divided by a running root mean square of the gradient (Tieleman and Hinton, 2012).

    With g the gradient plus ``weight_decay`` · p: v ← alpha · v + (1 - alpha) · g²,
    m ← momentum · m + g / (√v + eps), p ← p - lr · m. With ``centered`` the square of a running
    mean of g is taken off v under the root (Graves, 2013).
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-2,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
        )

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        names = ("v", "mean", "m") if options["centered"] else ("v", "m")
        if not state:
            state.update((name, zeros_like(param)) for name in names)
        step = (
            _runtime.ops.rmsprop_centered_step if options["centered"] else _runtime.ops.rmsprop_step
        )
        new_param, *fresh = step(
            param,
            grad,
            *(state[name] for name in names),
            lr=options["lr"],
            alpha=options["alpha"],
            eps=options["eps"],
            decay=options["weight_decay"],
            momentum=options["momentum"],
        )
        state.update(zip(names, fresh, strict=True))
        param._assign(new_param)
