"""Fails a test in which NumPy computes while Axon should.

The one door to NumPy is the module of the opaque kernels that it computes (linear algebra, Fourier
transforms): what its functions call is allowed.
"""

import contextlib
import sys
from collections.abc import Iterator

DOOR = "axon._codegen.opaque"


def _in_door(frame) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") == DOOR:
            return True
        frame = frame.f_back
    return False


def _watch(frame, event, arg):
    if event == "c_call":
        module = getattr(arg, "__module__", None) or type(getattr(arg, "__self__", None)).__module__
        name = getattr(arg, "__qualname__", repr(arg))
    elif event == "call":
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
    else:
        return
    if str(module).split(".")[0] == "numpy" and not _in_door(frame):
        sys.setprofile(None)
        raise AssertionError(f"NumPy was called: {module}.{name}")


@contextlib.contextmanager
def no_numpy() -> Iterator[None]:
    """Python-level calls of NumPy functions and array methods raise AssertionError."""
    sys.setprofile(_watch)
    try:
        yield
    finally:
        sys.setprofile(None)
