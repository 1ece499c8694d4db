"""Recomputation in place of storage: what backward reads of a part of a network is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

from axon import _runtime
from axon.core import random, tree
from axon.core.grad_mode import enable_grad
from axon.core.tensor import Tensor
from axon.core.vmap import in_vmap


def checkpoint(f: Callable, *args: Any, **kwargs: Any) -> Any:
    """``f(*args, **kwargs)``, of which backward keeps the arguments alone.

    Nothing that ``f`` computes in between is held for backward, which calls ``f`` again when it
    gets there (Chen et al., 2016). Random numbers are those of the first call. Calls may be nested,
    and ``f`` may be a module or read any tensors; gradients of every kind and order are those of
    ``f(*args, **kwargs)``.

    Args:
        f: a function or module. It runs twice: what it changes beyond its results (running
            statistics of a batch norm) changes twice.
        args: its arguments, tensors and others, nested or not; kept until backward.

    Within :func:`axon.vmap` it is a plain call, which keeps everything: put it around vmap.

    Raises:
        RuntimeError: within backward, ``f`` did not record the same ops as before.

    Example:
        >>> block = axon.nn.Linear(4, 4) >> axon.nn.Tanh()
        >>> x = axon.ones(2, 4)
        >>> axon.checkpoint(block, x).sum().backward()
        >>> block[0].weight.grad.shape
        (4, 4)
    """
    if not _runtime.grad_enabled() or in_vmap():
        return f(*args, **kwargs)
    region = _Region(f, args, kwargs)
    nodes: list[Any] = []
    output = _collected(nodes, f, args, kwargs)
    region.drop(nodes)
    return output


def _collected(nodes: list[Any], f: Callable, args: Any, kwargs: Any) -> Any:
    """Calls `f` and appends the tape nodes of the call, which an outer call collects, too."""
    outer = _runtime.collect_tape(nodes)
    try:
        return f(*args, **kwargs)
    finally:
        _runtime.collect_tape(outer)
        if outer is not None:
            outer.extend(nodes)


class _Region:
    """One checkpointed call: how to do it again, and the nodes whose values that gives."""

    def __init__(self, f: Callable, args: tuple, kwargs: dict) -> None:
        self.f = f
        self.state = random.get_rng_state()
        # Values as they are now: a handle may be rebound before backward.
        self.args, self.kwargs = tree.map_leaves(_snapshot, (args, kwargs))
        self.nodes: list[ref] = []
        self.ops: list[str] = []

    def drop(self, nodes: list[Any]) -> None:
        self.nodes = [ref(node) for node in nodes]
        self.ops = [node.op for node in nodes]
        for node in nodes:
            node.drop_saved(self.restore)

    def restore(self) -> None:
        """Calls the function again and gives every node what it had saved."""
        before = random.get_rng_state()
        random.set_rng_state(self.state)
        again: list[Any] = []
        try:
            with enable_grad():
                args, kwargs = tree.map_leaves(_apart, (self.args, self.kwargs))
                _collected(again, self.f, args, kwargs)
        finally:
            random.set_rng_state(before)
        ops = [node.op for node in again]
        if ops != self.ops:
            at = next((n for n, (a, b) in enumerate(zip(ops, self.ops, strict=False)) if a != b), 0)
            raise RuntimeError(
                "axon.checkpoint: the function recorded other ops when backward called it again: "
                f"{len(ops)} in place of {len(self.ops)}, of which number {at} differs; it must do "
                "the same each time"
            )
        for old, new in zip(self.nodes, again, strict=True):
            node = old()
            if node is not None and not node.released:
                node.take_saved(new)


def _snapshot(x: Any) -> Any:
    return x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x


def _apart(x: Any) -> Any:
    """Equal to `x`, and not known to be: so what is computed from it is not what was before.

    Otherwise the runtime would see that a value is computed twice, and keep the first after all.
    The factor is a number, and numbers are never taken to be equal.
    """
    if not isinstance(x, Tensor) or not x.is_floating_point:
        return x
    return (x.detach() * 1.0).detach().requires_grad_(x.requires_grad)
