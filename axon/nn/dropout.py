"""Dropout: parts of a tensor that are zero in training, by chance."""

from __future__ import annotations

from axon.core.creation import ones
from axon.core.functional import dropout
from axon.core.module import Module
from axon.core.tensor import Tensor


class Dropout(Module):
    """In training each element is 0 with probability ``p``, else divided by 1 - p.

    The key of each pass comes from the generator of :func:`axon.manual_seed`
    (Srivastava et al., 2014). In evaluation x is returned as it is.

    Raises:
        ValueError: ``p`` is no probability.
    """

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ValueError(
                f"axon.nn.{type(self).__name__}: p is {p}; expected a probability in [0, 1]"
            )
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return self._drop(x)

    def _drop(self, x: Tensor) -> Tensor:
        return dropout(x, self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class _ChannelDropout(Dropout):
    """Whole channels, the second axis of a batch, instead of elements."""

    rank: int

    def _drop(self, x: Tensor) -> Tensor:
        if x.ndim not in (self.rank + 1, self.rank + 2):
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected {self.rank + 2} axes, or "
                f"{self.rank + 1} of one sample"
            )
        channels = x.shape[: x.ndim - self.rank]
        return x * dropout(ones(*channels, *(1,) * self.rank, dtype=x.dtype), self.p)


class Dropout1d(_ChannelDropout):
    """:class:`Dropout` of whole channels of sequences (n, channels, length)."""

    rank = 1


class Dropout2d(_ChannelDropout):
    """:class:`Dropout` of whole channels of images (n, channels, h, w) (Tompson et al., 2015)."""

    rank = 2


class Dropout3d(_ChannelDropout):
    """:class:`Dropout` of whole channels of volumes (n, channels, d, h, w)."""

    rank = 3
