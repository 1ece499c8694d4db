"""Elementwise functions of the array API standard that are no ops of their own."""

from __future__ import annotations

from axon import _runtime
from axon.core.creation import zeros_like
from axon.core.tensor import Tensor


def clip(
    x: Tensor, /, min: Tensor | float | None = None, max: Tensor | float | None = None
) -> Tensor:
    """The elements limited to [min, max], in the dtype of ``x``; see :func:`axon.clip`."""
    return _runtime.ops.clip(x, min, max)


def positive(x: Tensor, /) -> Tensor:
    """A tensor with the elements of ``x``."""
    return +x


def conj(x: Tensor, /) -> Tensor:
    """Tensors are real: each is its own conjugate and real part."""
    return +x


real = conj


def imag(x: Tensor, /) -> Tensor:
    """Zeros: tensors are real."""
    return zeros_like(x)
