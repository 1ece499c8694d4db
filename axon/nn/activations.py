"""Activations as modules. Those without parameters come from the entries that name them."""

from __future__ import annotations

import math

from axon import _runtime
from axon.core.creation import zeros
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init


class GELU(Module):
    """x times the normal distribution function of x (Hendrycks and Gimpel, 2016).

    Args:
        approximate: "none", or "tanh" for the distribution function approximated by a hyperbolic
            tangent.
    """

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(
                f"axon.nn.GELU: approximate is {approximate!r}; expected 'none' or 'tanh'"
            )
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        ops = _runtime.ops
        return ops.gelu(x) if self.approximate == "none" else ops.gelu_tanh(x)


class PReLU(Module):
    """x where it is positive, else a learned weight times x (He et al., 2015).

    Args:
        num_parameters: one weight for all, or one for each channel: the second axis.
        init: the weights at first.

    Attributes:
        weight: (num_parameters,).

    Example:
        >>> PReLU()(axon.tensor([[-4.0, 2.0]])).tolist()
        [[-1.0, 2.0]]
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        self.num_parameters = num_parameters
        self.init = init
        self.weight = zeros(num_parameters, requires_grad=True)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.constant_(self.weight, self.init)

    def forward(self, x: Tensor) -> Tensor:
        across = (-1, *(1,) * max(x.ndim - 2, 0)) if x.ndim > 1 else (-1,)
        return _runtime.ops.prelu(x, self.weight.reshape(across))


class XIELU(Module):
    """alpha_p · x² + x / 2 where x is positive, else alpha_n · (eˣ - 1 - x) + x / 2.

    Both factors are learned through softplus, so that alpha_p stays positive and alpha_n above
    1 / 2 (Huang and Schlag, 2025).

    Args:
        alpha_p, alpha_n: the factors at first.

    Attributes:
        alpha_p, alpha_n: what softplus takes, shape ().

    Example:
        >>> round(XIELU()(axon.tensor(2.0)).item(), 4)
        4.2
    """

    beta = 0.5

    def __init__(self, alpha_p: float = 0.8, alpha_n: float = 0.8) -> None:
        if alpha_p <= 0 or alpha_n <= self.beta:
            raise ValueError(
                f"axon.nn.XIELU: alpha_p is {alpha_p}, alpha_n {alpha_n}; expected a positive one "
                f"and one above {self.beta}"
            )
        self._initial = (alpha_p, alpha_n - self.beta)
        self.alpha_p = zeros((), requires_grad=True)
        self.alpha_n = zeros((), requires_grad=True)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        for param, value in zip((self.alpha_p, self.alpha_n), self._initial, strict=True):
            init.constant_(param, math.log(math.expm1(value)))

    def forward(self, x: Tensor) -> Tensor:
        ops = _runtime.ops
        alpha_p, alpha_n = ops.softplus(self.alpha_p), self.beta + ops.softplus(self.alpha_n)
        return ops.xielu(x, alpha_p, alpha_n, beta=self.beta)
