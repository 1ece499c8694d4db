# ruff: noqa: F401, F403, E402
"""Axon: deep learning where one entry in ``ops.yaml`` is a complete, differentiable, fused op.

Example:
    >>> import axon
    >>> from axon.nn import Linear, ReLU
    >>> model = Linear(64, 32) >> ReLU() >> Linear(32, 10)
    >>> loss = axon.metrics.cross_entropy(model(axon.randn(8, 64)), axon.arange(8))
    >>> loss.backward()

Every op of ``ops.yaml`` is a function of this package. Tensors are lazy: an op records, and what
was recorded is computed, fused, when a value is asked for or an optimizer steps.
"""

from typing import TYPE_CHECKING

from axon import _runtime

if TYPE_CHECKING:
    from axon._generated.ops import *

from axon._runtime import (
    bfloat16,
    bool,
    float16,
    float32,
    float64,
    flush,
    int8,
    int16,
    int32,
    int64,
    promote_types,
    reset_peak_bytes,
    set_threads,
    uint8,
    uint16,
    uint32,
    uint64,
)

from axon.core.tensor import Tensor  # isort: skip
from axon.core.anomaly import debug_nans, detect_anomaly
from axon.core.checkpoint import checkpoint
from axon.core.creation import (
    arange,
    asarray,
    bernoulli,
    empty,
    empty_like,
    exponential,
    eye,
    from_dlpack,
    full,
    full_like,
    linspace,
    logspace,
    multinomial,
    normal,
    ones,
    ones_like,
    permutation,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    tensor,
    tri,
    uniform,
    zeros,
    zeros_like,
)
from axon.core.dtypes import can_cast, finfo, iinfo, isdtype, result_type
from axon.core.einsum import einsum, tensordot
from axon.core.function import Function
from axon.core.functional import (
    allclose,
    argwhere,
    broadcast_arrays,
    broadcast_shapes,
    broadcast_to,
    chunk,
    diag,
    diagonal,
    dropout,
    expand,
    expand_dims,
    flatten,
    flip,
    gather,
    matmul,
    meshgrid,
    moveaxis,
    movedim,
    nonzero,
    norm,
    pad,
    permute,
    repeat,
    reshape,
    roll,
    scaled_dot_product_attention,
    split,
    squeeze,
    stack,
    swapaxes,
    tile,
    transpose,
    unsqueeze,
    unstack,
    upsample,
)
from axon.core.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from axon.core.kernels import register_kernels
from axon.core.random import Generator, get_rng_state, manual_seed, set_rng_state
from axon.core.sorting import argsort, bincount, isin, median, quantile, searchsorted, sort, unique
from axon.core.transforms import grad, hessian, jacfwd, jacrev, jvp, value_and_grad, vjp
from axon.core.vmap import vmap
from axon.inspect import explain, plan_misses, profile, stats

globals().update(
    (name, function)
    for name, function in vars(_runtime.ops).items()
    if "__" not in name and name not in globals()
)

from axon import array_api, autograd, data, experiment, fft, io, linalg, metrics, nn, ops, optim
from axon.io import load, save

register_kernels()

__version__ = "0.1.0"
