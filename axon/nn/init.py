"""Initial values of parameters: functions that give a tensor new values in place.

The handle stays, so optimizers keep their hold. A weight has shape (out, in, *window); its fan-in
is in · window, its fan-out out · window. Every function returns its tensor.

Example:
    >>> layer = axon.nn.Linear(64, 32)
    >>> kaiming_normal_(layer.weight, nonlinearity="relu").shape
    (32, 64)
"""

from __future__ import annotations

import math

import numpy as np

from axon import _runtime, linalg
from axon.core import creation
from axon.core.autograd import no_grad
from axon.core.tensor import Tensor

GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0),
    "gelu": math.sqrt(2.0),
    "silu": math.sqrt(2.0),
    "selu": 0.75,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much a nonlinearity shrinks the standard deviation of what passes through it.

    Args:
        param: the slope of "leaky_relu", 0.01 when left out.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise ValueError(
            f"axon.nn.init.calculate_gain: nonlinearity is {nonlinearity!r}; expected "
            f"'leaky_relu' or one of {[*GAINS]}"
        )
    return GAINS[nonlinearity]


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan-in, fan-out) of a weight of shape (out, in, *window).

    Raises:
        ValueError: fewer than two axes.
    """
    if tensor.ndim < 2:
        raise ValueError(
            f"axon.nn.init: a tensor of shape {tensor.shape} has no fan-in; expected "
            "(out, in, *window)"
        )
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


def _assign(tensor: Tensor, value: Tensor) -> Tensor:
    with no_grad():
        tensor._assign(value.to(tensor.dtype))
    return tensor


# ------------------------------------------------------------------------------- simple values


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Spread evenly over [a, b)."""
    return _assign(tensor, creation.uniform(tensor.shape, a, b, dtype=tensor.dtype))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Normally distributed."""
    return _assign(tensor, creation.normal(tensor.shape, mean, std, dtype=tensor.dtype))


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0
) -> Tensor:
    """Normally distributed within [a, b]: the quantiles of evenly spread probabilities.

    Raises:
        ValueError: the interval is empty.
    """
    if not a < b:
        raise ValueError(f"axon.nn.init.trunc_normal_: [{a}, {b}] is empty; expected a < b")
    low, high = (0.5 * math.erfc((mean - bound) / (std * math.sqrt(2.0))) for bound in (a, b))
    share = creation.uniform(tensor.shape, low, high, dtype=_runtime.float64)
    value = _runtime.ops.ndtri(share) * std + mean
    return _assign(tensor, _runtime.ops.clip(value, a, b))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """``val`` everywhere."""
    return _assign(tensor, creation.full(tensor.shape, val, dtype=tensor.dtype))


def ones_(tensor: Tensor) -> Tensor:
    """Ones everywhere."""
    return constant_(tensor, 1)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros everywhere."""
    return constant_(tensor, 0)


def eye_(tensor: Tensor) -> Tensor:
    """Ones on the diagonal of a matrix, zeros elsewhere.

    Raises:
        ValueError: the tensor is no matrix.
    """
    if tensor.ndim != 2:
        raise ValueError(
            f"axon.nn.init.eye_: the tensor has shape {tensor.shape}; expected a matrix"
        )
    return _assign(tensor, creation.eye(*tensor.shape, dtype=tensor.dtype))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that hands each channel on: one in the middle of its window.

    Raises:
        ValueError: the tensor is no weight of a convolution, or groups do not divide its filters.

    Example:
        >>> dirac_(axon.zeros(2, 2, 3)).tolist()
        [[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    """
    if tensor.ndim not in (3, 4, 5) or tensor.shape[0] % groups:
        raise ValueError(
            f"axon.nn.init.dirac_: the tensor has shape {tensor.shape}, groups is {groups}; "
            "expected (out, in, *window) with one to three axes of the window, out a multiple of "
            "groups"
        )
    values = np.zeros(tensor.shape)
    filters = tensor.shape[0] // groups
    middle = tuple(extent // 2 for extent in tensor.shape[2:])
    for group in range(groups):
        for channel in range(min(filters, tensor.shape[1])):
            values[(group * filters + channel, channel, *middle)] = 1
    return _assign(tensor, creation.tensor(values))


# ---------------------------------------------------------------------------- scaled by the fans


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Uniform on ±gain · √(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010)."""
    bound = gain * math.sqrt(6.0 / max(1, sum(fans(tensor))))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Normal with standard deviation gain · √(2 / (fan-in + fan-out)) (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / max(1, sum(fans(tensor)))))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Uniform on ±gain · √(3 / fan) (He et al., 2015).

    Args:
        a: the slope of "leaky_relu"; √5 gives ±1/√fan, as linear and convolution layers start.
        mode: "fan_in" keeps the variance in the forward pass, "fan_out" in the backward pass.
        nonlinearity: what follows; see :func:`calculate_gain`.
    """
    bound = math.sqrt(3.0) * _he_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Normal with standard deviation gain / √fan; arguments as for :func:`kaiming_uniform_`."""
    return normal_(tensor, 0.0, _he_std(tensor, a, mode, nonlinearity))


def _he_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"axon.nn.init: mode is {mode!r}; expected 'fan_in' or 'fan_out'")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(1, fan))


def orthogonal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """A random (semi-)orthogonal matrix of (out, in · window), times ``gain`` (Saxe et al., 2014).

    Raises:
        ValueError: fewer than two axes.

    Example:
        >>> w = orthogonal_(axon.zeros(2, 3))
        >>> bool(((w @ w.T - axon.eye(2)).abs() < 1e-5).all())
        True
    """
    fans(tensor)
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    drawn = creation.normal((max(rows, columns), min(rows, columns)), dtype=_runtime.float64)
    q, _ = linalg.qr(drawn)  # uniform among them, since the diagonal of r is positive
    return _assign(tensor, (q.T if rows < columns else q).reshape(tensor.shape) * gain)
