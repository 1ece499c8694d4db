"""Opaque kernels as NumPy computes them: arrays and attributes in, an array for each output.

They are the meaning of every kind of `kernel:`. The NumPy interpreter runs all of them; the runtime
runs those for which a device has no code of its own (`LIBRARY`), where NumPy's LAPACK and FFT are
the well-kept implementation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# -------------------------------------------------------------------------------------- sorting


def sort(
    x: np.ndarray, axis: int, k: int | None = None, largest: bool = False, descending: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The first k elements in stable order and their indices; NaN counts as the largest."""
    # Dense ranks, so that a stable descending order is a negation.
    rank = np.unique(x, return_inverse=True)[1].reshape(x.shape).astype(np.int64)
    order = np.argsort(-rank if largest or descending else rank, axis=axis, kind="stable")
    if k is not None:
        order = np.take(order, np.arange(k), axis=axis)
    return np.take_along_axis(x, order, axis=axis), order


def searchsorted(boundaries: np.ndarray, x: np.ndarray, right: bool) -> np.ndarray:
    """For each row of x the places in the same row of boundaries, which is in ascending order."""
    rows = np.broadcast_shapes(boundaries.shape[:-1], x.shape[:-1])
    boundaries = np.broadcast_to(boundaries, (*rows, boundaries.shape[-1]))
    x = np.broadcast_to(x, (*rows, x.shape[-1]))
    places = np.empty(x.shape, np.int64)
    for row in np.ndindex(*rows):
        places[row] = np.searchsorted(boundaries[row], x[row], "right" if right else "left")
    return places


# --------------------------------------------------------------------------------- linear algebra


def symmetric(a: np.ndarray) -> np.ndarray:
    """The symmetric part of matrices."""
    return (a + a.mT) / 2


def positive(x: np.ndarray) -> np.ndarray:
    """1 where x is at least 0, else -1."""
    return np.where(x < 0, -1, 1).astype(x.dtype)


def cholesky(a: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.cholesky(symmetric(a))
    except np.linalg.LinAlgError:
        raise ValueError("its symmetric part is not positive definite") from None


def solve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        raise ValueError("a matrix is singular") from None


def inv(a: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        raise ValueError("a matrix is singular") from None


def slogdet(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sign, logarithm = np.linalg.slogdet(a)
    return sign, logarithm


def qr(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The diagonal of r is not negative."""
    q, r = np.linalg.qr(a)
    sign = positive(np.diagonal(r, axis1=-2, axis2=-1))
    return q * sign[..., None, :], r * sign[..., :, None]


def eigh(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest component of each eigenvector is positive."""
    finite = _finite(a)
    values, vectors = np.linalg.eigh(np.where(finite, symmetric(a), 0))
    vectors = vectors * positive(_largest(vectors))
    return np.where(finite[..., 0], values, np.nan), np.where(finite, vectors, np.nan)


def svd(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest component of each left singular vector is positive."""
    finite = _finite(a)
    u, s, vt = np.linalg.svd(np.where(finite, a, 0), full_matrices=False)
    sign = positive(_largest(u))
    return (
        np.where(finite, u * sign, np.nan),
        np.where(finite[..., 0], s, np.nan),
        np.where(finite, vt * sign.mT, np.nan),
    )


def _finite(a: np.ndarray) -> np.ndarray:
    """True for the matrices without infinities and NaN, whose iterations end: (..., 1, 1)."""
    return np.isfinite(a).all(axis=(-2, -1), keepdims=True)


def _largest(columns: np.ndarray) -> np.ndarray:
    """The component of each column that is largest by absolute value."""
    if columns.shape[-2] == 0:
        return np.ones((*columns.shape[:-2], 1, columns.shape[-1]), columns.dtype)
    place = np.argmax(np.abs(columns), axis=-2, keepdims=True)
    return np.take_along_axis(columns, place, axis=-2)


# ------------------------------------------------------------------------------ Fourier transforms


def fft(
    re: np.ndarray, im: np.ndarray | float, axis: int, inverse: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of exponentials, without a factor."""
    x = _complex(re, im)
    y = np.fft.ifft(x, axis=axis, norm="forward") if inverse else np.fft.fft(x, axis=axis)
    return y.real, y.imag


def rfft(x: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """The first half of the transform of real numbers."""
    y = np.fft.rfft(x, axis=axis)
    return y.real, y.imag


def irfft(re: np.ndarray, im: np.ndarray, n: int, axis: int) -> np.ndarray:
    """n real numbers from the first half of their transform, without a factor."""
    return np.fft.irfft(_complex(re, im), n, axis=axis, norm="forward")


def _complex(re: np.ndarray, im: np.ndarray | float) -> np.ndarray:
    z = np.empty(re.shape, np.result_type(re.dtype, np.complex64))
    z.real, z.imag = re, im
    return z


LIBRARY: dict[str, Callable] = {
    "cholesky": cholesky,
    "solve": solve,
    "inv": inv,
    "slogdet": slogdet,
    "qr": qr,
    "eigh": eigh,
    "svd": svd,
    "fft": fft,
    "rfft": rfft,
    "irfft": irfft,
}
KERNELS: dict[str, Callable] = {"sort": sort, "searchsorted": searchsorted, **LIBRARY}
