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

from typing import TYPE_CHECKING

from axon import _runtime
from axon.core.functional import expand_dims, squeeze, transpose

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


def pinv(a: Tensor, tolerance: float | None = None) -> Tensor:
    """The Moore-Penrose inverses of matrices (..., n, m): a tensor (..., m, n).

    Singular values of at most ``tolerance`` times the largest count as 0; by default the larger
    extent times the distance of 1 from the next number of the dtype.

    Example:
        >>> axon.linalg.pinv(axon.tensor([[2.0, 0.0], [0.0, 0.0]]))
        tensor([[0.5, 0. ],
                [0. , 0. ]])
    """
    u, s, vt = svd(a)
    if tolerance is None:
        digits = {"float64": 52, "float32": 23}.get(str(a.dtype), 10)
        tolerance = max(a.shape[-2:]) * 2.0**-digits
    kept = s > tolerance * s.max(-1, keepdim=True)
    inverse = _runtime.ops.where(kept, 1 / _runtime.ops.where(kept, s, 1.0), 0.0)
    return transpose(vt) @ (expand_dims(inverse, -1) * transpose(u))


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
