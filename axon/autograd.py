"""Derivatives: the tape, and functions that differentiate functions.

The common ones are also names of the package: ``axon.grad``, ``axon.no_grad`` and so on.
``docs/autograd.md`` shows them at work.
"""

from axon.core.anomaly import debug_nans, detect_anomaly
from axon.core.autograd import backward, replace_backward
from axon.core.checkpoint import checkpoint
from axon.core.function import Function
from axon.core.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from axon.core.gradcheck import gradcheck, gradgradcheck
from axon.core.transforms import (
    functional_call,
    grad,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    value_and_grad,
    vjp,
)
from axon.core.vmap import vmap

__all__ = [
    "Function",
    "backward",
    "checkpoint",
    "debug_nans",
    "detect_anomaly",
    "enable_grad",
    "functional_call",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "hessian",
    "inference_mode",
    "is_grad_enabled",
    "jacfwd",
    "jacrev",
    "jvp",
    "no_grad",
    "replace_backward",
    "set_grad_enabled",
    "value_and_grad",
    "vjp",
    "vmap",
]
