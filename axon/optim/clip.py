"""Gradients held within bounds before a step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from axon import _runtime
from axon.core.autograd import no_grad
from axon.core.creation import zeros
from axon.core.tensor import Tensor


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scales all gradients down so that their joint norm is at most ``max_norm``.

    Args:
        parameters: a tensor or several; those without a gradient are passed over.
        max_norm: the largest norm that is left as it is.
        norm_type: the order of the norm, ``math.inf`` for the largest magnitude.
        error_if_nonfinite: whether to compute the norm at once and raise if it is NaN or infinite.

    Returns:
        The norm before clipping, shape ().

    Raises:
        RuntimeError: ``error_if_nonfinite``, and the norm is NaN or infinite.

    Example:
        >>> weight = axon.ones(2, requires_grad=True)
        >>> (weight * axon.tensor([3.0, 4.0])).sum().backward()
        >>> clip_grad_norm_(weight, 1.0).item()
        5.0
        >>> weight.grad.numpy().round(2).tolist()
        [0.6000000238418579, 0.800000011920929]
    """
    owners = _with_gradient(parameters)
    if not owners:
        return zeros(())
    with no_grad():
        norms = [_power_sum(param.grad, norm_type) for param in owners]
        if norm_type == math.inf:
            norm = _runtime.ops.max(_runtime.ops.concat([n.reshape(1) for n in norms]))
        else:
            norm = sum(norms[1:], norms[0]) ** (1.0 / norm_type)
        if error_if_nonfinite and not math.isfinite(norm.item()):
            raise RuntimeError(
                f"axon.optim.clip_grad_norm_: the norm of the gradients is {norm.item()}; look for "
                "the op with axon.debug_nans(), or pass error_if_nonfinite=False"
            )
        scale = _runtime.ops.clip(max_norm / (norm + 1e-6), high=1.0)
        for param in owners:
            param.grad = param.grad * scale
    return norm


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Limits every element of all gradients to [-clip_value, clip_value].

    Example:
        >>> weight = axon.ones(2, requires_grad=True)
        >>> (weight * axon.tensor([3.0, -0.5])).sum().backward()
        >>> clip_grad_value_(weight, 1.0)
        >>> weight.grad.tolist()
        [1.0, -0.5]
    """
    with no_grad():
        for param in _with_gradient(parameters):
            param.grad = _runtime.ops.clip(param.grad, -clip_value, clip_value)


def _with_gradient(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    return [param for param in given if param.grad is not None]


def _power_sum(x: Tensor, order: float) -> Tensor:
    """What the parts of a norm add up from; for the largest magnitude that of each."""
    ops = _runtime.ops
    if order == math.inf:
        return ops.max(ops.abs(x))
    return ops.sum(x * x) if order == 2 else ops.sum(ops.abs(x) ** order)
