"""Initial values of parameters: functions from a shape to a tensor.

A weight has shape (out, in, *window); its fan-in is in · window, its fan-out out · window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from axon.core.autograd import no_grad
from axon.core.creation import full, normal, ones, uniform, zeros
from axon.core.tensor import Tensor

__all__ = [
    "assign",
    "full",
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "ones",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

GAINS = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0),
    "gelu": math.sqrt(2.0),
    "silu": math.sqrt(2.0),
}


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """(fan-in, fan-out) of a weight of shape (out, in, *window).

    Raises:
        ValueError: fewer than two axes.
    """
    if len(shape) < 2:
        raise ValueError(
            f"axon.nn.init.fans: shape {tuple(shape)} has no fan-in; expected (out, in, *window)"
        )
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def _gain(activation: str, slope: float) -> float:
    if activation == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + slope**2))
    if activation not in GAINS:
        raise ValueError(
            f"axon.nn.init: activation {activation!r}; expected 'leaky_relu' or one of {[*GAINS]}"
        )
    return GAINS[activation]


def kaiming_uniform(
    shape: Sequence[int], *, activation: str = "leaky_relu", slope: float = math.sqrt(5.0)
) -> Tensor:
    """Uniform on ±gain · √(3 / fan-in) (He et al., 2015).

    The defaults give ±1/√fan-in, as PyTorch draws the weights of linear and convolution layers.

    Example:
        >>> kaiming_uniform((32, 3, 3, 3), activation="relu").shape
        (32, 3, 3, 3)
    """
    bound = _gain(activation, slope) * math.sqrt(3.0 / max(1, fans(shape)[0]))
    return uniform(shape, -bound, bound)


def kaiming_normal(shape: Sequence[int], *, activation: str = "relu", slope: float = 0.0) -> Tensor:
    """Normal with standard deviation gain / √fan-in (He et al., 2015)."""
    return normal(shape, 0.0, _gain(activation, slope) / math.sqrt(max(1, fans(shape)[0])))


def xavier_uniform(shape: Sequence[int], *, gain: float = 1.0) -> Tensor:
    """Uniform on ±gain · √(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010)."""
    bound = gain * math.sqrt(6.0 / max(1, sum(fans(shape))))
    return uniform(shape, -bound, bound)


def xavier_normal(shape: Sequence[int], *, gain: float = 1.0) -> Tensor:
    """Normal with standard deviation gain · √(2 / (fan-in + fan-out)) (Glorot and Bengio, 2010)."""
    return normal(shape, 0.0, gain * math.sqrt(2.0 / max(1, sum(fans(shape)))))


def assign(param: Tensor, value: Tensor) -> None:
    """Gives ``param`` a new value and keeps its handle, so optimizers keep their hold."""
    with no_grad():
        param._assign(value.to(param.dtype))
