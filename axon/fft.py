"""Discrete Fourier transforms.

Axon has no complex numbers: a complex tensor is a pair of real ones, its real and imaginary part,
and a transform of complex numbers takes and returns such a pair. Every transform can be
differentiated. ``norm`` says which direction divides by the number of points n: ``"backward"`` the
inverse, ``"forward"`` the forward transform, ``"ortho"`` both, by its root.

Example:
    >>> re, im = axon.fft.rfft(axon.tensor([1.0, 2.0, 3.0, 4.0]))
    >>> re, im
    (tensor([10., -2., -2.]), tensor([0., 2., 0.]))
    >>> axon.fft.irfft(re, im)
    tensor([1., 2., 3., 4.])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from axon import _runtime
from axon.core.creation import arange
from axon.core.functional import roll

if TYPE_CHECKING:
    from axon.core.tensor import Tensor

Pair = tuple["Tensor", "Tensor"]
_NORMS = ("backward", "ortho", "forward")


# ------------------------------------------------------------------------------- along one axis


def fft(
    re: Tensor,
    im: Tensor | None = None,
    n: int | None = None,
    axis: int = -1,
    norm: str = "backward",
) -> Pair:
    """The transform y[k] = Σ x[j] exp(-2πi·jk/n) along an axis.

    Args:
        re: the real part, of any floating-point dtype.
        im: the imaginary part, of the same shape; 0 if left out.
        n: how many points are transformed: longer inputs are cut, shorter ones get zeros.
        axis: along which.
        norm: "backward", "ortho" or "forward".

    Returns:
        The real and the imaginary part.

    Raises:
        ValueError: shapes that differ, an axis or a norm that there is not, n < 1.
    """
    return _transform("fft", re, im, n, axis, norm, inverse=False)


def ifft(
    re: Tensor,
    im: Tensor | None = None,
    n: int | None = None,
    axis: int = -1,
    norm: str = "backward",
) -> Pair:
    """The inverse of :func:`fft`: x[j] = Σ y[k] exp(2πi·jk/n) / n.

    Example:
        >>> re, im = axon.fft.ifft(*axon.fft.fft(axon.tensor([1.0, 0.0, 2.0])))
        >>> re.numpy().round(4)
        array([1., 0., 2.], dtype=float32)
    """
    return _transform("ifft", re, im, n, axis, norm, inverse=True)


def rfft(x: Tensor, n: int | None = None, axis: int = -1, norm: str = "backward") -> Pair:
    """The first n // 2 + 1 frequencies of :func:`fft` of real numbers: the others mirror them."""
    x = _resized("rfft", x, n, axis)
    factor = _factor("rfft", x.shape[axis], norm, inverse=False)
    re, im = _runtime.ops.rdft(x, axis=axis)
    return _scaled(re, factor), _scaled(im, factor)


def irfft(
    re: Tensor, im: Tensor, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """The inverse of :func:`rfft`: n real numbers, by default 2·(frequencies - 1).

    The imaginary parts of frequency 0 and, for even n, of n/2 do not count.
    """
    n = 2 * (re.shape[axis] - 1) if n is None else n
    factor = _factor("irfft", n, norm, inverse=True)
    half = n // 2 + 1
    re, im = (_resized("irfft", part, half, axis) for part in (re, im))
    return _scaled(_runtime.ops.irdft(re, im, n=n, axis=axis), factor)


# ---------------------------------------------------------------------------- along several axes


def fftn(
    re: Tensor,
    im: Tensor | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Pair:
    """:func:`fft` along several axes, by default all."""
    for axis in range(re.ndim) if axes is None else axes:
        re, im = fft(re, im, axis=axis, norm=norm)
    return re, _imaginary(re, im)


def ifftn(
    re: Tensor,
    im: Tensor | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Pair:
    """The inverse of :func:`fftn`."""
    for axis in range(re.ndim) if axes is None else axes:
        re, im = ifft(re, im, axis=axis, norm=norm)
    return re, _imaginary(re, im)


def rfftn(x: Tensor, axes: Sequence[int] | None = None, norm: str = "backward") -> Pair:
    """:func:`rfft` along the last of the axes, then :func:`fft` along the others."""
    *others, last = range(x.ndim) if axes is None else axes
    re, im = rfft(x, axis=last, norm=norm)
    return fftn(re, im, others, norm)


def irfftn(
    re: Tensor,
    im: Tensor,
    n: int | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Tensor:
    """The inverse of :func:`rfftn`, n its extent along the last of the axes."""
    *others, last = range(re.ndim) if axes is None else axes
    return irfft(*ifftn(re, im, others, norm), n=n, axis=last, norm=norm)


def fft2(
    re: Tensor, im: Tensor | None = None, axes: tuple[int, int] = (-2, -1), norm: str = "backward"
) -> Pair:
    """:func:`fftn` along two axes."""
    return fftn(re, im, axes, norm)


def ifft2(
    re: Tensor, im: Tensor | None = None, axes: tuple[int, int] = (-2, -1), norm: str = "backward"
) -> Pair:
    """:func:`ifftn` along two axes."""
    return ifftn(re, im, axes, norm)


def rfft2(x: Tensor, axes: tuple[int, int] = (-2, -1), norm: str = "backward") -> Pair:
    """:func:`rfftn` along two axes.

    Example:
        >>> x = axon.arange(6.0).reshape(2, 3)
        >>> axon.fft.irfft2(*axon.fft.rfft2(x), n=3).numpy().round(4)
        array([[0., 1., 2.],
               [3., 4., 5.]], dtype=float32)
    """
    return rfftn(x, axes, norm)


def irfft2(
    re: Tensor,
    im: Tensor,
    n: int | None = None,
    axes: tuple[int, int] = (-2, -1),
    norm: str = "backward",
) -> Tensor:
    """:func:`irfftn` along two axes."""
    return irfftn(re, im, n, axes, norm)


# -------------------------------------------------------------------------------- frequencies


def fftfreq(n: int, d: float = 1.0) -> Tensor:
    """The frequencies of the points of :func:`fft` for samples at distance d: (n,), float32.

    Example:
        >>> axon.fft.fftfreq(4)
        tensor([ 0.  ,  0.25, -0.5 , -0.25])
    """
    k = arange(n)
    return _runtime.ops.div(_runtime.ops.where(2 * k < n, k, k - n), n * d)


def rfftfreq(n: int, d: float = 1.0) -> Tensor:
    """The frequencies of the points of :func:`rfft`: (n // 2 + 1,), float32."""
    return _runtime.ops.div(arange(n // 2 + 1), n * d)


def fftshift(x: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """Frequency 0 in the middle of the axes, by default of all.

    Example:
        >>> axon.fft.fftshift(axon.tensor([0, 1, 2, -2, -1]))
        tensor([-2, -1,  0,  1,  2])
    """
    chosen = _chosen(x, axes)
    return roll(x, [x.shape[axis] // 2 for axis in chosen], chosen)


def ifftshift(x: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """The inverse of :func:`fftshift`."""
    chosen = _chosen(x, axes)
    return roll(x, [-(x.shape[axis] // 2) for axis in chosen], chosen)


# --------------------------------------------------------------------------------------- parts


def _transform(
    name: str, re: Tensor, im: Tensor | None, n: int | None, axis: int, norm: str, inverse: bool
) -> Pair:
    if im is not None and im.shape != re.shape:
        raise ValueError(
            f"axon.fft.{name}: re has shape {re.shape}, im has shape {im.shape}; "
            "they are parts of one tensor: broadcast one of them"
        )
    re = _resized(name, re, n, axis)
    im = None if im is None else _resized(name, im, n, axis)
    factor = _factor(name, re.shape[axis], norm, inverse)
    y, z = _runtime.ops.dft(re, im, axis=axis, inverse=inverse)
    return _scaled(y, factor), _scaled(z, factor)


def _resized(name: str, x: Tensor, n: int | None, axis: int) -> Tensor:
    """x cut or with zeros behind it, so that the axis has n points."""
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"axon.fft.{name}: axis {axis} of a tensor of shape {x.shape}")
    if n is None or n == x.shape[axis]:
        return x
    if n < 1:
        raise ValueError(f"axon.fft.{name}: n is {n}; expected at least 1")
    if n < x.shape[axis]:
        return x[(slice(None),) * (axis % x.ndim) + (slice(n),)]
    size = list(x.shape)
    size[axis] = n
    return _runtime.ops.constant_pad(x, size, (0,) * x.ndim)


def _factor(name: str, n: int, norm: str, inverse: bool) -> float:
    if norm not in _NORMS:
        raise ValueError(f"axon.fft.{name}: norm is {norm!r}; expected one of {', '.join(_NORMS)}")
    if n < 1:
        raise ValueError(f"axon.fft.{name}: {n} points; expected at least 1")
    if norm == "ortho":
        return n**-0.5
    return 1 / n if (norm == "backward") == inverse else 1.0


def _scaled(x: Tensor, factor: float) -> Tensor:
    return x if factor == 1.0 else _runtime.ops.mul(x, factor)


def _imaginary(re: Tensor, im: Tensor | None) -> Tensor:
    return _runtime.ops.mul(re, 0) if im is None else im


def _chosen(x: Tensor, axes: int | Sequence[int] | None) -> list[int]:
    if axes is None:
        return list(range(x.ndim))
    return [axes] if isinstance(axes, int) else list(axes)
