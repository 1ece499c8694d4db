"""Padding as modules: what comes in at the ends of the last one to three axes."""

from __future__ import annotations

from axon.core.functional import pad
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn.sizes import Size, per_axis


class _Pad(Module):
    """Adds elements before and after the last ``rank`` axes.

    Args:
        padding: how many, one int for every end or (left, right, top, bottom, front, back).
    """

    rank: int
    mode: str

    def __init__(self, padding: Size) -> None:
        name = f"axon.nn.{type(self).__name__}: padding"
        self.padding = per_axis(padding, 2 * self.rank, name)

    def forward(self, x: Tensor) -> Tensor:
        return pad(x, self.padding, self.mode)


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Size, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        return pad(x, self.padding, self.mode, self.value)


class ConstantPad1d(_ConstantPad):
    """``value`` at both ends of the last axis, as many as ``padding`` (left, right) says."""

    rank = 1


class ConstantPad2d(_ConstantPad):
    """``value`` around images: ``padding`` is one int or (left, right, top, bottom).

    Example:
        >>> ConstantPad2d((1, 0, 0, 0), 7.0)(axon.zeros(1, 1, 1, 2)).tolist()
        [[[[7.0, 0.0, 0.0]]]]
    """

    rank = 2


class ConstantPad3d(_ConstantPad):
    """``value`` around volumes: ``padding`` is one int or six."""

    rank = 3


class _ZeroPad(_Pad):
    mode = "constant"


class ZeroPad1d(_ZeroPad):
    """Zeros at both ends of the last axis, as many as ``padding`` (left, right) says."""

    rank = 1


class ZeroPad2d(_ZeroPad):
    """Zeros around images: ``padding`` is one int or (left, right, top, bottom)."""

    rank = 2


class ZeroPad3d(_ZeroPad):
    """Zeros around volumes: ``padding`` is one int or six."""

    rank = 3


class _ReflectionPad(_Pad):
    mode = "reflect"


class ReflectionPad1d(_ReflectionPad):
    """The reflection in the outer elements at both ends of the last axis."""

    rank = 1


class ReflectionPad2d(_ReflectionPad):
    """The reflection in the outer elements around images."""

    rank = 2


class ReflectionPad3d(_ReflectionPad):
    """The reflection in the outer elements around volumes."""

    rank = 3


class _ReplicationPad(_Pad):
    mode = "replicate"


class ReplicationPad1d(_ReplicationPad):
    """The outer elements again at both ends of the last axis."""

    rank = 1


class ReplicationPad2d(_ReplicationPad):
    """The outer elements again around images."""

    rank = 2


class ReplicationPad3d(_ReplicationPad):
    """The outer elements again around volumes."""

    rank = 3


class _CircularPad(_Pad):
    mode = "circular"


class CircularPad1d(_CircularPad):
    """The other end of the last axis at both ends."""

    rank = 1


class CircularPad2d(_CircularPad):
    """The other ends of images around them."""

    rank = 2


class CircularPad3d(_CircularPad):
    """The other ends of volumes around them."""

    rank = 3
