"""The linear algebra extension of the array API standard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from axon import _runtime, linalg
from axon.array_api.statistics import sum
from axon.core import functional
from axon.core.creation import eye
from axon.core.einsum import tensordot as _tensordot
from axon.core.functional import matmul
from axon.core.tensor import Tensor
from axon.linalg import det, eigvalsh, inv, matrix_power, solve, svdvals

__all__ = ["det", "eigvalsh", "inv", "matmul", "matrix_power", "solve", "svdvals"]

ops = _runtime.ops


class EighResult(NamedTuple):
    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    Q: Tensor
    R: Tensor


class SlogdetResult(NamedTuple):
    sign: Tensor
    logabsdet: Tensor


class SVDResult(NamedTuple):
    U: Tensor
    S: Tensor
    Vh: Tensor


def cholesky(x: Tensor, /, *, upper: bool = False) -> Tensor:
    """The triangular root of positive definite matrices; see :func:`axon.linalg.cholesky`."""
    lower = linalg.cholesky(x)
    return lower.mT if upper else lower


def cross(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """Cross products of vectors of three elements; see :func:`axon.linalg.cross`."""
    return linalg.cross(x1, x2, axis)


def diagonal(x: Tensor, /, *, offset: int = 0) -> Tensor:
    """A diagonal of the last two axes, as the last axis."""
    return functional.diagonal(x, offset)


def eigh(x: Tensor, /) -> EighResult:
    """Eigenvalues and -vectors of symmetric matrices; see :func:`axon.linalg.eigh`."""
    return EighResult(*linalg.eigh(x))


def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """Norms of matrices; see :func:`axon.linalg.matrix_norm`."""
    return linalg.matrix_norm(x, ord, keepdims)


def matrix_rank(x: Tensor, /, *, rtol: float | Tensor | None = None) -> Tensor:
    """Ranks of matrices, up to ``rtol`` times the largest singular value."""
    return linalg.matrix_rank(x, rtol)


def matrix_transpose(x: Tensor, /) -> Tensor:
    """The last two axes exchanged."""
    return x.mT


def outer(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The products of all pairs of elements of two vectors."""
    return ops.outer(x1, x2)


def pinv(x: Tensor, /, *, rtol: float | Tensor | None = None) -> Tensor:
    """Pseudo-inverses, up to ``rtol`` times the largest singular value."""
    return linalg.pinv(x, rtol)


def qr(x: Tensor, /, *, mode: str = "reduced") -> QRResult:
    """Orthogonal times triangular; the whole basis with mode "complete"."""
    if mode not in ("reduced", "complete"):
        raise ValueError(
            f"axon.array_api.linalg.qr: mode is {mode!r}; expected 'reduced' or 'complete'"
        )
    q, r = linalg.qr(x)
    if mode == "complete":
        missing = q.shape[-2] - q.shape[-1]
        q = _completed(q)
        r = functional.pad(r, (0, 0, 0, missing))
    return QRResult(q, r)


def slogdet(x: Tensor, /) -> SlogdetResult:
    """Sign and logarithm of determinants; see :func:`axon.linalg.slogdet`."""
    return SlogdetResult(*linalg.slogdet(x))


def svd(x: Tensor, /, *, full_matrices: bool = True) -> SVDResult:
    """Singular value decomposition; with ``full_matrices`` U and Vh are square."""
    u, s, vt = linalg.svd(x)
    if full_matrices:
        u, vt = _completed(u), _completed(vt.mT).mT
    return SVDResult(u, s, vt)


def _completed(q: Tensor) -> Tensor:
    """Orthonormal columns continued to a basis of the whole space.

    Of q and columns of the identity the QR decomposition keeps q and makes the others orthogonal.
    """
    *batch, rows, columns = q.shape
    if rows == columns:
        return q
    others = eye(rows, rows - columns, dtype=q.dtype)
    others = functional.broadcast_to(others, (*batch, *others.shape))
    basis = linalg.qr(ops.concat([q.detach(), others], axis=-1))[0]
    return ops.concat([q, basis[..., columns:].detach()], axis=-1)


def tensordot(
    x1: Tensor, x2: Tensor, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
) -> Tensor:
    """Sums of products over axes; see :func:`axon.tensordot`."""
    return _tensordot(x1, x2, axes)


def trace(x: Tensor, /, *, offset: int = 0, dtype: Any = None) -> Tensor:
    """The sums of a diagonal of the last two axes."""
    return sum(functional.diagonal(x, offset), axis=-1, dtype=dtype)


def vecdot(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The sums of products along an axis."""
    return ops.vecdot(x1, x2, axis)


def vector_norm(
    x: Tensor,
    /,
    *,
    axis: int | tuple[int, ...] | None = None,
    keepdims: bool = False,
    ord: float = 2,
) -> Tensor:
    """The ``ord``-norm over axes; see :func:`axon.norm`."""
    return functional.norm(x, axis, keepdims, p=ord)
