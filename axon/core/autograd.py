"""The tape's walk: gradients of recorded tensors, in Python.

While gradients are enabled the runtime records, beside each op, a tape node: the op's name, its
attributes, the values that its backward formula reads, and an edge for each differentiable input.
Backward visits the nodes in reverse topological order and calls the op's stub of
``axon._generated.autograd``, which records the ops of the gradient. Nothing here computes.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from axon import _runtime
from axon._generated.autograd import STUBS, WITHOUT_GRADIENT


class Handle:
    """A registered hook; :meth:`remove` takes it away."""

    _numbers = itertools.count()

    def __init__(self, hooks: dict[int, Callable], hook: Callable) -> None:
        if not callable(hook):
            raise TypeError(f"a hook must be callable, not {type(hook).__name__}")
        self._hooks = hooks
        self._number = next(self._numbers)
        hooks[self._number] = hook

    def remove(self) -> None:
        """Removes the hook; doing so twice is harmless."""
        self._hooks.pop(self._number, None)


# ------------------------------------------------------------------------------------ switches


class _GradMode(contextlib.ContextDecorator):
    enabled: bool

    def _recreate_cm(self) -> _GradMode:
        return type(self)()  # a decorated function may recurse or run in several threads

    def __enter__(self) -> None:
        self._before = _runtime.set_grad_enabled(self.enabled)

    def __exit__(self, *error: object) -> None:
        _runtime.set_grad_enabled(self._before)


class no_grad(_GradMode):
    """Records no tape inside: ``with axon.no_grad(): ...``, or as a decorator."""

    enabled = False


class enable_grad(_GradMode):
    """Records the tape again inside a :class:`no_grad` block."""

    enabled = True


# --------------------------------------------------------------------------------------- hooks

_node_hooks: WeakKeyDictionary[Any, dict[int, dict[int, Callable]]] = WeakKeyDictionary()


def register_hook(tensor: Any, hook: Callable) -> Handle:
    """See :meth:`axon.Tensor.register_hook`."""
    if not tensor.requires_grad:
        raise ValueError(
            f"Tensor.register_hook: no gradient will reach the tensor of shape {tensor.shape}; "
            "set its requires_grad first"
        )
    if tensor.tape is None:
        return Handle(vars(tensor).setdefault("_hooks", {}), hook)
    return Handle(_node_hooks.setdefault(tensor.tape, {}).setdefault(tensor.output, {}), hook)


def _run_hooks(hooks: dict[int, Callable], gradient: Any) -> Any:
    for hook in tuple(hooks.values()):
        replaced = hook(gradient)
        gradient = gradient if replaced is None else replaced
    return gradient


# ----------------------------------------------------------------------------------- interface


def backward(
    outputs: Sequence[Any],
    cotangents: Sequence[Any],
    *,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> None:
    """Adds the gradients of ``outputs`` to ``.grad`` of every leaf that they depend on.

    See :meth:`axon.Tensor.backward`. An error leaves every ``.grad`` as it was.
    """
    walk = _Walk("Tensor.backward", retain_graph or create_graph, create_graph)
    walk.run(outputs, cotangents)
    with _mode(create_graph):
        for leaf, gradient in walk.leaves.values():
            leaf.grad = gradient if leaf.grad is None else leaf.grad + gradient


def grad(
    outputs: Any,
    inputs: Any,
    cotangents: Any = None,
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> Any:
    """The gradients of ``outputs`` with respect to ``inputs``; no ``.grad`` is touched.

    Args:
        outputs: a tensor or several.
        inputs: a tensor or several, leaves or not.
        cotangents: what flows into each output, of its shape; ones where left out, which only an
            output with a single element may be.
        retain_graph: keep the tape for another pass; by default iff ``create_graph``.
        create_graph: record the gradients' own tape, so that they can be differentiated again.
        allow_unused: give None for an input that the outputs do not depend on.

    Returns:
        A tensor for a tensor, else a tuple: each of the shape and dtype of its input.

    Raises:
        ValueError: an input that the outputs do not depend on, or shapes that do not fit.
        RuntimeError: an earlier backward freed the tape.

    Example:
        >>> x = axon.tensor(3.0, requires_grad=True)
        >>> dy = axon.grad(x ** 3, x, create_graph=True)
        >>> axon.grad(dy, x).item()
        18.0
    """
    single = not isinstance(inputs, (list, tuple))
    wanted = [inputs] if single else list(inputs)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    if cotangents is None:
        cotangents = [None] * len(outputs)
    elif not isinstance(cotangents, (list, tuple)):
        cotangents = [cotangents]
    retain = create_graph if retain_graph is None else retain_graph
    walk = _Walk("axon.grad", retain, create_graph, wanted)
    walk.run(outputs, cotangents)
    gradients = tuple(walk.gradient_of(tensor) for tensor in wanted)
    for number, gradient in enumerate(gradients):
        if gradient is None and not allow_unused:
            raise ValueError(
                f"axon.grad: the outputs do not depend on input {number} of shape "
                f"{tuple(wanted[number].shape)}; set its requires_grad before computing them, "
                "or pass allow_unused=True to get None"
            )
    return gradients[0] if single else gradients


# ---------------------------------------------------------------------------------- the walk


class _Walk:
    """One pass over the tape.

    ``leaves`` maps the id of each leaf reached to (leaf, gradient); ``captured`` maps
    (tape node, output number) to the gradient of a tensor that is no leaf.
    """

    def __init__(
        self, caller: str, retain: bool, create_graph: bool, wanted: Iterable[Any] = ()
    ) -> None:
        self.caller = caller
        self.retain = retain
        self.create_graph = create_graph
        self.leaves: dict[int, tuple[Any, Any]] = {}
        self.captured: dict[tuple[Any, int], Any] = {}
        self.wanted = {_place(t) for t in wanted if t.tape is not None}
        self.incoming: dict[Any, dict[int, Any]] = {}

    def run(self, outputs: Sequence[Any], cotangents: Sequence[Any]) -> None:
        if len(outputs) != len(cotangents):
            raise ValueError(
                f"{self.caller}: {len(outputs)} outputs, {len(cotangents)} cotangents; "
                "expected one for each"
            )
        seeds = [self._seed(y, dy) for y, dy in zip(outputs, cotangents, strict=True)]
        roots = dict.fromkeys(y.tape for y in outputs if y.tape is not None)
        edges, waiting = self._reach(roots)
        with _mode(self.create_graph):
            for output, seed in zip(outputs, seeds, strict=True):
                self._send(_place(output) if output.tape is not None else output, seed)
            ready = [node for node in roots if node not in waiting]
            while ready:
                node = ready.pop()
                gradients = self._visit(node)
                for number, edge in enumerate(edges.pop(node)):
                    if edge is None:
                        continue
                    if gradients is not None and gradients[number] is not None:
                        self._send(edge, gradients[number])
                    if isinstance(edge, tuple):
                        waiting[edge[0]] -= 1
                        if waiting[edge[0]] == 0:
                            ready.append(edge[0])
                if not self.retain:
                    node.release()
            for key, (leaf, gradient) in self.leaves.items():
                self.leaves[key] = (leaf, _run_hooks(vars(leaf).get("_hooks", {}), gradient))

    def gradient_of(self, tensor: Any) -> Any:
        if tensor.tape is not None:
            return self.captured.get(_place(tensor))
        return self.leaves.get(id(tensor), (None, None))[1]

    def _seed(self, output: Any, cotangent: Any) -> Any:
        """Checks one output and gives what flows into it."""
        shape = tuple(output.shape)
        if not output.requires_grad:
            raise ValueError(
                f"{self.caller}: the tensor of shape {shape} and dtype {output.dtype} was not "
                "recorded on the tape: " + _why_unrecorded(output)
            )
        if cotangent is None:
            if output.size != 1:
                raise ValueError(
                    f"{self.caller}: the output has shape {shape}; a gradient flows from a single "
                    "element: reduce it first (.sum(), .mean()) or give the incoming gradient, "
                    "a tensor of the same shape"
                )
            return _full(shape, 1.0, output.dtype)
        if tuple(cotangent.shape) != shape:
            raise ValueError(
                f"{self.caller}: the incoming gradient has shape {tuple(cotangent.shape)}, the "
                f"output has {shape}; they must be equal: broadcast it first"
            )
        return cotangent if cotangent.dtype == output.dtype else cotangent.to(output.dtype)

    def _reach(self, roots: Iterable[Any]) -> tuple[dict[Any, tuple], dict[Any, int]]:
        """The edges of every node that is reached, and how many edges lead to it (if any)."""
        edges: dict[Any, tuple] = {}
        waiting: dict[Any, int] = {}
        stack = list(roots)
        while stack:
            node = stack.pop()
            if node in edges:
                continue
            if node.released:
                raise RuntimeError(
                    f"{self.caller}: the tape of axon.{node.op} was freed by an earlier backward; "
                    "pass retain_graph=True to that one, or compute the outputs again"
                )
            edges[node] = node.edges
            for edge in edges[node]:
                if isinstance(edge, tuple):
                    source = edge[0]
                    waiting[source] = waiting.get(source, 0) + 1
                    stack.append(source)
        return edges, waiting

    def _send(self, edge: Any, gradient: Any) -> None:
        """Adds a gradient to what flows into a leaf or an output of a node."""
        if isinstance(edge, tuple):
            node, output = edge
            flow = self.incoming.setdefault(node, {})
            flow[output] = flow[output] + gradient if output in flow else gradient
        elif edge.requires_grad:
            known = self.leaves.get(id(edge))
            self.leaves[id(edge)] = (edge, gradient if known is None else known[1] + gradient)

    def _visit(self, node: Any) -> Sequence[Any] | None:
        """The gradients of a node's inputs, from those of its outputs; None if none flow."""
        flow = self.incoming.pop(node, None)
        if flow is None:
            return None
        for output, hooks in _node_hooks.get(node, {}).items():
            if output in flow:
                flow[output] = _run_hooks(hooks, flow[output])
        for output in flow:
            if (node, output) in self.wanted:
                self.captured[node, output] = flow[output]
        cotangents = [
            flow[output] if output in flow else _zero(node, output) for output in node.cotangents
        ]
        gradients = (STUBS.get(node.op) or _derived_stub(node.op))(node, *cotangents)
        return gradients if isinstance(gradients, tuple) else (gradients,)


def _zero(node: Any, output: int) -> Any:
    """The cotangent of an output that nothing depends on; None if it is an integer."""
    shape, dtype = node.outputs[output]
    return _full(shape, 0.0, dtype) if dtype.is_float else None


def _derived_stub(op: str) -> Callable:
    """The stub of an op without a generated one: it records the op's gradient program."""

    def stub(node: Any, *cotangents: Any) -> Any:
        return _runtime.call(f"{op}.grad", [*cotangents, *node.saved.values()], node.attrs)

    return stub


def _derive(op: str) -> None:
    """Registers OP.grad if it can be derived: called when an op without one meets the tape."""
    if op in WITHOUT_GRADIENT:
        return
    from axon._codegen import adjoint, ir

    with programs_lock:
        programs = known_programs()
        gradient = adjoint.gradient(ir.parse(_runtime.program_text(op)))
        if gradient is not None:
            for program in (*programs.applied(gradient), gradient):
                if not _runtime.is_registered(program.name):
                    _runtime.register(str(program))


#: Held by a thread that reads entries or derives gradients: the programs that these apply are
#: looked up in one table, and a name must not be given a meaning twice.
programs_lock = threading.RLock()


@functools.cache
def known_programs() -> Any:
    """The table of the adjoint's programs; what it lacks, the runtime may have."""
    from axon._codegen import ir, programs

    def registered(name: str) -> Any:
        return ir.parse(_runtime.program_text(name)) if _runtime.is_registered(name) else None

    programs.add_source(registered)
    return programs


_runtime.set_deriver(_derive)


def _mode(enabled: bool) -> _GradMode:
    return enable_grad() if enabled else no_grad()


def _place(tensor: Any) -> tuple[Any, int]:
    return (tensor.tape, tensor.output)


def _full(shape: tuple[int, ...], value: float, dtype: Any) -> Any:
    from axon.core.creation import full

    return full(shape, value, dtype=dtype)


def _why_unrecorded(output: Any) -> str:
    if not output.is_floating_point:
        return "integers and bools have no gradients; cast the inputs: x.to(axon.float32)"
    return (
        "none of what it was computed from requires a gradient, or it was computed under "
        "axon.no_grad() or after detach(); set x.requires_grad = True before computing"
    )
