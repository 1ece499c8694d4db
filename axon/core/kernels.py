"""Opaque kernels that NumPy computes: linear algebra by LAPACK, Fourier transforms.

The runtime calls them while it flushes, wherever an entry's ``kernel:`` names one of these kinds.
A function of your own takes the place of one, or makes a new kind, by the same door::

    axon._runtime.register_call("cholesky", my_cholesky)   # arrays and attributes in, arrays out
"""

from axon import _runtime
from axon._codegen.opaque import LIBRARY


def register_kernels() -> None:
    """Registers them all."""
    for kind, function in LIBRARY.items():
        _runtime.register_call(kind, function)
