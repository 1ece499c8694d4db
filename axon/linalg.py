"""Linear algebra over the last two axes; leading axes are a batch and broadcast.

LAPACK computes in float32 and float64; float16 and bfloat16 are computed in float32. Every function
can be differentiated, any number of times. Matrices that a function cannot handle (singular, not
positive definite) raise ValueError when the result is computed.

Example:
    >>> a = axon.tensor([[4.0, 2.0], [2.0, 3.0]])
    >>> axon.linalg.cholesky(a)
    tensor([[2.       , 0.       ],
            [1.       , 1.4142135]])
    >>> axon.linalg.solve(a, axon.tensor([2.0, 3.0]))
    tensor([0., 1.])
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from axon import _runtime
from axon.core.creation import eye
from axon.core.dtypes import finfo
from axon.core.functional import broadcast_to, diagonal, expand_dims, roll, squeeze, transpose

if TYPE_CHECKING:
    from axon.core.tensor import Tensor

cholesky = _runtime.ops.cholesky
eigh = _runtime.ops.eigh
inv = _runtime.ops.inv
qr = _runtime.ops.qr
slogdet = _runtime.ops.slogdet
svd = _runtime.ops.svd


def solve(a: Tensor, b: Tensor) -> Tensor:
    """The x with ``a @ x == b``.

    Args:
        a: square matrices, (..., n, n).
        b: right-hand sides, (..., n, k), or one vector, (n,).

    Returns:
        A tensor (..., n, k), or (..., n) for a vector.

    Raises:
        ValueError: shapes that do not fit; when computed, a singular matrix.

    Example:
        >>> a = axon.tensor([[2.0, 0.0], [0.0, 4.0]])
        >>> axon.linalg.solve(a, axon.tensor([[1.0], [1.0]]))
        tensor([[0.5 ],
                [0.25]])
    """
    if b.ndim == 1:
        return squeeze(_runtime.ops.solve(a, expand_dims(b, -1)), -1)
    return _runtime.ops.solve(a, b)


def det(a: Tensor) -> Tensor:
    """Determinants of square matrices (..., n, n): a tensor (...).

    The determinant of a singular matrix is 0 and has no gradient here; :func:`slogdet` neither
    overflows nor underflows.

    Example:
        >>> axon.linalg.det(axon.tensor([[2.0, 1.0], [0.0, 3.0]])).numpy().round(4)
        np.float32(6.0)
    """
    sign, logarithm = slogdet(a)
    return sign * logarithm.exp()


def lstsq(a: Tensor, b: Tensor) -> Tensor:
    """The x for which the Euclidean norm of ``a @ x - b`` is least, by QR.

    Args:
        a: matrices (..., n, m) with independent columns, so n >= m.
        b: right-hand sides, (..., n, k).

    Returns:
        A tensor (..., m, k).

    Raises:
        ValueError: more columns than rows, or shapes that do not fit; when computed, columns that
            depend on each other.

    Example:
        >>> a = axon.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
        >>> axon.linalg.lstsq(a, axon.tensor([[1.0], [3.0], [5.0]])).numpy().round(4)
        array([[1.],
               [2.]], dtype=float32)
    """
    if a.ndim < 2 or a.shape[-2] < a.shape[-1]:
        raise ValueError(
            f"axon.linalg.lstsq: a has shape {a.shape}; expected at least as many rows as columns; "
            "axon.linalg.pinv(a) @ b is the shortest of several solutions"
        )
    q, r = qr(a)
    return _runtime.ops.solve(r, transpose(q) @ b)


def pinv(a: Tensor, tolerance: float | Tensor | None = None) -> Tensor:
    """The Moore-Penrose inverses of matrices (..., n, m): a tensor (..., m, n).

    Singular values of at most ``tolerance`` times the largest count as 0; by default the larger
    extent times the distance of 1 from the next number of the dtype.

    Example:
        >>> axon.linalg.pinv(axon.tensor([[2.0, 0.0], [0.0, 0.0]]))
        tensor([[0.5, 0. ],
                [0. , 0. ]])
    """
    u, s, vt = svd(a)
    kept = _nonzero(a, s, tolerance)
    inverse = _runtime.ops.where(kept, 1 / _runtime.ops.where(kept, s, 1.0), 0.0)
    return transpose(vt) @ (expand_dims(inverse, -1) * transpose(u))


def matrix_rank(a: Tensor, tolerance: float | Tensor | None = None) -> Tensor:
    """How many singular values of matrices (..., n, m) are not 0 (int64); see :func:`pinv`.

    Example:
        >>> axon.linalg.matrix_rank(axon.tensor([[1.0, 2.0], [2.0, 4.0]])).item()
        1
    """
    return _nonzero(a, svdvals(a), tolerance).to("int64").sum(-1)


def _nonzero(a: Tensor, s: Tensor, tolerance: float | Tensor | None) -> Tensor:
    """Which of the singular values s of a are not 0, up to the tolerance (a number a matrix)."""
    if tolerance is None:
        tolerance = max(a.shape[-2:]) * finfo(a.dtype).eps
    elif not isinstance(tolerance, (int, float)):
        tolerance = expand_dims(tolerance, -1)
    return s > tolerance * s.max(-1, keepdim=True)


def matrix_power(a: Tensor, n: int) -> Tensor:
    """The product of n equal square matrices (..., k, k); of their inverses for a negative n.

    Example:
        >>> axon.linalg.matrix_power(axon.tensor([[1.0, 1.0], [0.0, 1.0]]), 5)
        tensor([[1., 5.],
                [0., 1.]])
    """
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(
            f"axon.linalg.matrix_power: a has shape {a.shape}; expected square matrices"
        )
    if n < 0:
        return matrix_power(inv(a), -n)
    if n == 0:
        return broadcast_to(eye(a.shape[-1], dtype=a.dtype), a.shape)
    half = matrix_power(a, n // 2) if n > 1 else None
    power = a if half is None else half @ half
    return power @ a if n > 1 and n % 2 else power


def matrix_norm(a: Tensor, ord: Any = "fro", keepdim: bool = False) -> Tensor:
    """Norms of matrices (..., n, m): a tensor (...).

    Args:
        ord: ``"fro"``, the root of the sum of squares; ``"nuc"``, the sum of the singular values; 2
            or -2, the largest or smallest of them; 1 or -1, the largest or smallest sum of
            magnitudes of a column; inf or -inf, of a row.

    Raises:
        ValueError: another order, or fewer than two axes.

    Example:
        >>> axon.linalg.matrix_norm(axon.tensor([[1.0, -2.0], [3.0, 4.0]]), 1).item()
        6.0
    """
    if ord not in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf) or a.ndim < 2:
        raise ValueError(
            f"axon.linalg.matrix_norm: ord is {ord!r}, a has shape {a.shape}; expected two axes or "
            "more, and 'fro', 'nuc', 1, -1, 2, -2, inf or -inf"
        )
    extreme = _runtime.ops.min if not isinstance(ord, str) and ord < 0 else _runtime.ops.max
    if ord == "fro":
        y = _runtime.ops.norm(a, (-2, -1))
    elif ord == "nuc":
        y = svdvals(a).sum(-1)
    elif abs(ord) == 2:
        y = extreme(svdvals(a), -1)
    else:
        y = extreme(_runtime.ops.sum(_runtime.ops.abs(a), -2 if abs(ord) == 1 else -1), -1)
    return expand_dims(expand_dims(y, -1), -1) if keepdim else y


def trace(a: Tensor, offset: int = 0) -> Tensor:
    """The sums of a diagonal of matrices (..., n, m): a tensor (...).

    Example:
        >>> axon.linalg.trace(axon.tensor([[1.0, 2.0], [3.0, 4.0]])).item()
        5.0
    """
    return diagonal(a, offset).sum(-1)


def cross(a: Tensor, b: Tensor, axis: int = -1) -> Tensor:
    """The cross products of vectors of three elements along an axis; the others broadcast.

    Raises:
        ValueError: an axis of another extent.

    Example:
        >>> axon.linalg.cross(axon.tensor([1.0, 0.0, 0.0]), axon.tensor([0.0, 1.0, 0.0]))
        tensor([0., 0., 1.])
    """
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(
            f"axon.linalg.cross: shapes {a.shape} and {b.shape}; expected an extent of 3 along "
            f"axis {axis}"
        )
    return roll(a, -1, axis) * roll(b, -2, axis) - roll(a, -2, axis) * roll(b, -1, axis)


def eigvalsh(a: Tensor) -> Tensor:
    """The eigenvalues of the symmetric part of matrices (..., n, n), ascending: (..., n).

    Example:
        >>> axon.linalg.eigvalsh(axon.tensor([[2.0, 0.0], [0.0, 1.0]]))
        tensor([1., 2.])
    """
    return eigh(a)[0]


def svdvals(a: Tensor) -> Tensor:
    """The singular values of matrices (..., n, m), descending: (..., min(n, m)).

    Example:
        >>> axon.linalg.svdvals(axon.tensor([[3.0, 0.0], [0.0, 4.0]]))
        tensor([4., 3.])
    """
    return svd(a)[1]
