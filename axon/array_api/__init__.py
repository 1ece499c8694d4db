# ruff: noqa: F401
"""The Python array API standard, version 2024.12: ``x.__array_namespace__()``.

Exactly the standard's names, with its arguments: code that is written for any array library runs on
tensors, and is differentiated, fused and compiled like all else. The functions are those of
``axon`` where these agree; where the standard has other names or arguments (``keepdims``,
``correction=0``, ``device``), they are thin ones around them. There are no complex dtypes, so there
is no ``fft`` extension (``axon.fft`` works on pairs of tensors); ``linalg`` is complete.

Example:
    >>> def standardize(x):
    ...     xp = x.__array_namespace__()
    ...     return (x - xp.mean(x, axis=0)) / xp.std(x, axis=0)
    >>> standardize(axon.tensor([[1.0, 2.0], [3.0, 6.0]]))
    tensor([[-1., -1.],
            [ 1.,  1.]])
"""

from math import e, inf, nan, pi

from axon import _runtime as _runtime
from axon._runtime import (
    bool,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from axon._runtime.ops import (
    abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    bitwise_and,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    ceil,
    copysign,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    floor_divide,
    hypot,
    isfinite,
    isinf,
    isnan,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    nextafter,
    pow,
    reciprocal,
    remainder,
    round,
    sign,
    signbit,
    sin,
    sinh,
    sqrt,
    square,
    tan,
    tanh,
    trunc,
    where,
)
from axon._runtime.ops import bitwise_not as bitwise_invert
from axon._runtime.ops import div as divide
from axon._runtime.ops import eq as equal
from axon._runtime.ops import ge as greater_equal
from axon._runtime.ops import gt as greater
from axon._runtime.ops import le as less_equal
from axon._runtime.ops import lt as less
from axon._runtime.ops import mul as multiply
from axon._runtime.ops import ne as not_equal
from axon._runtime.ops import neg as negative
from axon._runtime.ops import sub as subtract
from axon.array_api import linalg
from axon.array_api.creation import (
    arange,
    asarray,
    empty,
    empty_like,
    eye,
    from_dlpack,
    full,
    full_like,
    linspace,
    meshgrid,
    ones,
    ones_like,
    tril,
    triu,
    zeros,
    zeros_like,
)
from axon.array_api.elementwise import clip, conj, imag, positive, real
from axon.array_api.info import __array_namespace_info__, astype
from axon.array_api.linalg import matmul, matrix_transpose, tensordot, vecdot
from axon.array_api.manipulation import (
    broadcast_arrays,
    broadcast_to,
    concat,
    expand_dims,
    flip,
    moveaxis,
    permute_dims,
    repeat,
    reshape,
    roll,
    squeeze,
    stack,
    take,
    take_along_axis,
    tile,
    unstack,
)
from axon.array_api.searching import (
    argmax,
    argmin,
    argsort,
    nonzero,
    searchsorted,
    sort,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
)
from axon.array_api.statistics import (
    all,
    any,
    count_nonzero,
    cumulative_prod,
    cumulative_sum,
    diff,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from axon.core.dtypes import can_cast, finfo, iinfo, isdtype, result_type

newaxis = None

__array_api_version__ = "2024.12"
