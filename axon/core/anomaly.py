"""Where invalid values arise: checks of gradients and of results, and the lines they come from."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from axon import _runtime

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_detectors = 0


def detecting() -> bool:
    """True iff gradients are checked."""
    return _detectors > 0


@contextlib.contextmanager
def detect_anomaly() -> Iterator[None]:
    """Within the block, backward stops where a gradient becomes infinite or NaN.

    Every op remembers the line that recorded it: the error names the op, its shapes and that line.
    So does an error of a flush, such as an index out of range. Each gradient is computed at once,
    which is slow: use it to look for a fault. It holds for all threads.

    Raises:
        FloatingPointError: within a backward, a gradient is infinite or NaN although what flowed
            into its op was finite.

    Example:
        >>> x = axon.tensor([0.0, 1.0], requires_grad=True)
        >>> with axon.detect_anomaly():  # doctest: +ELLIPSIS
        ...     x.sqrt().sum().backward()
        Traceback (most recent call last):
        FloatingPointError: axon.detect_anomaly: the gradient of axon.sqrt is not finite ...
    """
    global _detectors
    _detectors += 1
    _runtime.set_locator(user_line)
    try:
        yield
    finally:
        _detectors -= 1
        if not _detectors:
            _runtime.set_locator(None)


def check_gradients(node: Any, incoming: Sequence[Any], gradients: Sequence[Any]) -> None:
    """Raises where `gradients`, of the inputs of a tape node, are the first that are not finite."""
    bad = [g for g in gradients if g is not None and not _is_finite(g)]
    if not bad or not all(g is None or _is_finite(g) for g in incoming):
        return
    outputs = ", ".join(f"{dtype} of shape {shape}" for shape, dtype in node.outputs)
    shapes = ", ".join(str(tuple(g.shape)) for g in bad)
    name = f"axon.{node.op}" if isinstance(node, _runtime.TapeNode) else node.op
    raise FloatingPointError(
        f"axon.detect_anomaly: the gradient of {name} is not finite (of shape {shapes}), "
        f"although the one that flows in is; its output is {outputs}"
        f"{_recorded_at(node.origin)}"
    )


def _recorded_at(origin: str | None) -> str:
    if origin is None:
        return "; it was recorded outside of axon.detect_anomaly(), so that its line is not known"
    return f"; it was recorded at\n  {origin}"


@contextlib.contextmanager
def debug_nans() -> Iterator[None]:
    """Within the block, an op that makes NaN of numbers that are none raises where it is called.

    Every result is computed at once, which is slow: use it to look for a fault. NaN that is already
    in the inputs passes. It holds for all threads.

    Raises:
        FloatingPointError: naming the op, the shapes and the line.

    Example:
        >>> with axon.debug_nans():  # doctest: +ELLIPSIS
        ...     axon.tensor([-1.0]).log()
        Traceback (most recent call last):
        FloatingPointError: axon.log: the result of shape (1,) has NaN in 1 of 1 elements, ...
    """
    before = _runtime.set_observer(_raise_at_nan)
    try:
        yield
    finally:
        _runtime.set_observer(before)


def _raise_at_nan(op: str, inputs: list[Any], result: Any) -> None:
    given = [x for x in inputs if x is not None and not isinstance(x, _runtime.Ghost)]
    tensors = [x for x in given if isinstance(x, _runtime.TensorBase)]
    for y in result if isinstance(result, tuple) else (result,):
        count = _nans(y)
        if not count or not tensors or any(map(_nans, given)):
            continue
        shapes = ", ".join(str(x.shape) for x in tensors)
        base = op.partition(".")[0].partition("@vmap")[0]
        name = f"the gradient of axon.{base}" if ".grad" in op else f"axon.{base}"
        raise FloatingPointError(
            f"{name}: the result of shape {y.shape} has NaN in {count} of {y.size} elements, "
            f"computed from numbers of shape {shapes}, none of which is NaN, at\n  {user_line()}"
        )


def _nans(x: Any) -> int:
    if not isinstance(x, _runtime.TensorBase):
        return int(x != x)
    if not x.dtype.is_float:
        return 0
    with _untaped():
        return int(_runtime.ops.sum(_runtime.ops.isnan(x)).item())


def _is_finite(x: Any) -> bool:
    from axon.core.vmap import whole_batch

    with _untaped():
        return bool(_runtime.ops.all(_runtime.ops.isfinite(whole_batch(x))).item())


@contextlib.contextmanager
def _untaped() -> Iterator[None]:
    before = _runtime.set_grad_enabled(False)
    try:
        yield
    finally:
        _runtime.set_grad_enabled(before)


def user_line() -> str:
    """The innermost line that runs outside of this package, with its source."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    path, line = frame.f_code.co_filename, frame.f_lineno
    source = linecache.getline(path, line, frame.f_globals).strip()
    where = f"{path}:{line} in {frame.f_code.co_name}"
    return f"{where}: {source}" if source else where
