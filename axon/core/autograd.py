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
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary, ref

from axon import _runtime
from axon._generated.autograd import STUBS, WITHOUT_GRADIENT
from axon.core import anomaly
from axon.core.grad_mode import GradMode, enable_grad, no_grad


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


# --------------------------------------------------------------------------------------- hooks

_node_hooks: WeakKeyDictionary[Any, dict[int, dict[int, Callable]]] = WeakKeyDictionary()
_retained: WeakKeyDictionary[Any, dict[int, ref]] = WeakKeyDictionary()


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


def register_post_accumulate_grad_hook(tensor: Any, hook: Callable) -> Handle:
    """See :meth:`axon.Tensor.register_post_accumulate_grad_hook`."""
    if not tensor.requires_grad or not tensor.is_leaf:
        raise ValueError(
            "Tensor.register_post_accumulate_grad_hook: backward adds to .grad of leaves that "
            f"require gradients only, which this tensor of shape {tensor.shape} is not; "
            "use register_hook"
        )
    return Handle(vars(tensor).setdefault("_grad_hooks", {}), hook)


def retain_grad(tensor: Any) -> None:
    """See :meth:`axon.Tensor.retain_grad`."""
    if not tensor.requires_grad:
        raise ValueError(
            f"Tensor.retain_grad: no gradient will reach the tensor of shape {tensor.shape}; "
            "set requires_grad of what it is computed from first"
        )
    if tensor.tape is not None:
        _retained.setdefault(tensor.tape, {})[tensor.output] = ref(tensor)


def _run_hooks(hooks: dict[int, Callable], gradient: Any) -> Any:
    for hook in tuple(hooks.values()):
        replaced = hook(gradient)
        if replaced is None:
            continue
        if not isinstance(replaced, _runtime.TensorBase):
            raise TypeError(
                f"a hook of a tensor gave a {type(replaced).__name__}; expected the gradient, "
                f"a tensor of shape {tuple(gradient.shape)}, or None to leave it as it is"
            )
        if tuple(replaced.shape) != tuple(gradient.shape):
            raise ValueError(
                f"a hook of a tensor of shape {tuple(gradient.shape)} gave a gradient of shape "
                f"{tuple(replaced.shape)}; they must be equal"
            )
        gradient = replaced
    return gradient


# --------------------------------------------------------------------------------------- stubs


@contextlib.contextmanager
def replace_backward(op: str, stub: Callable) -> Iterator[None]:
    """Within the block, backward calls ``stub`` for every node of an op, not its own gradient.

    Args:
        op: the name of an op, as in ``ops.yaml``.
        stub: gets the tape node, then a gradient for each output whose gradient counts; returns a
            gradient, or None, for each differentiable input, alone or in a tuple. The node has
            ``saved`` and ``attrs``, what the generated stub of ``axon._generated.autograd`` reads;
            each is an attribute of the node, too.

    Raises:
        ValueError: there is no such op, or it has no gradient. In backward: the stub returned
            more or fewer gradients than there are inputs that want one.

    Example: gradients that pass a relu unchanged where its input was negative.
        >>> x = axon.tensor([-1.0, 2.0], requires_grad=True)
        >>> with axon.autograd.replace_backward("relu", lambda node, dy: dy):
        ...     axon.relu(x).sum().backward()
        >>> x.grad
        tensor([1., 1.])
    """
    if not _runtime.is_registered(op):
        raise ValueError(f"axon.autograd.replace_backward: there is no op {op!r}")
    if op in WITHOUT_GRADIENT:
        raise ValueError(
            f"axon.autograd.replace_backward: axon.{op} is never on the tape, since it has no "
            "gradient; write an axon.Function that calls it"
        )

    def counted(node: Any, *cotangents: Any) -> Any:
        gradients = stub(node, *cotangents)
        count = len(gradients) if isinstance(gradients, tuple) else 1
        if count != len(node.edges):
            raise ValueError(
                f"axon.autograd.replace_backward: the stub for axon.{op} returned {count} "
                f"gradients; expected {len(node.edges)}, one for each differentiable input"
            )
        return gradients

    before = STUBS.get(op)
    STUBS[op] = counted
    _replaced.append(op)
    try:
        yield
    finally:
        _replaced.remove(op)
        if before is None:
            del STUBS[op]
        else:
            STUBS[op] = before


_replaced: list[str] = []


# ----------------------------------------------------------------------------------- interface


def backward(
    outputs: Any,
    grad_outputs: Any = None,
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds the gradients of ``outputs`` to ``.grad`` of every leaf that they depend on.

    An error leaves every ``.grad`` and the tape as they were.

    Args:
        outputs: a tensor or several.
        grad_outputs: what flows into each, of its shape; None for 1, of a single element.
        retain_graph, create_graph, inputs: as for :meth:`axon.Tensor.backward`.

    Example:
        >>> x = axon.ones(2, requires_grad=True)
        >>> axon.autograd.backward([x.sum(), x * 2], [None, axon.tensor([1.0, 3.0])])
        >>> x.grad
        tensor([3., 7.])
    """
    outputs = _as_list(outputs)
    grad_outputs = [None] * len(outputs) if grad_outputs is None else _as_list(grad_outputs)
    wanted = None if inputs is None else _as_wanted("Tensor.backward", inputs)
    retain = create_graph if retain_graph is None else retain_graph
    walk = _Walk("Tensor.backward", retain, create_graph, wanted)
    walk.run(outputs, grad_outputs)
    owners = walk.leaves.values() if wanted is None else walk.gradients_of(wanted)
    with _mode(create_graph):
        for owner, gradient in (*owners, *walk.retained):
            if gradient is None:
                continue
            owner.grad = gradient if owner.grad is None else owner.grad + gradient
            for hook in tuple(vars(owner).get("_grad_hooks", {}).values()):
                hook(owner)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> Any:
    """The gradients of tensors with respect to tensors: the form of :func:`axon.grad` for them."""
    single = not isinstance(inputs, (list, tuple))
    wanted = _as_wanted("axon.grad", inputs)
    outputs = _as_list(outputs)
    seeds = [None] * len(outputs) if grad_outputs is None else _as_list(grad_outputs)
    retain = create_graph if retain_graph is None else retain_graph
    walk = _Walk("axon.grad", retain, create_graph, wanted)
    walk.run(outputs, seeds)
    gradients = tuple(gradient for _, gradient in walk.gradients_of(wanted))
    for number, gradient in enumerate(gradients):
        if gradient is None and not allow_unused:
            raise ValueError(
                f"axon.grad: the outputs do not depend on input {number} of shape "
                f"{tuple(wanted[number].shape)}; set its requires_grad before computing them, "
                "or pass allow_unused=True to get None"
            )
    return gradients[0] if single else gradients


def depends_on_others(outputs: Iterable[Any], inputs: Iterable[Any]) -> bool:
    """True iff a gradient of the outputs reaches a leaf other than through the inputs only."""
    known = {_place(x) for x in inputs}
    inner = {place for place in known if isinstance(place, tuple)}
    if inner:
        return True  # inputs of an outer tape
    seen: set[Any] = set()
    stack = [edge for edge in map(_runtime.edge, outputs) if edge is not None]
    while stack:
        edge = stack.pop()
        if not isinstance(edge, tuple):
            if id(edge) not in known:
                return True
        elif edge[0] not in seen:
            seen.add(edge[0])
            stack += [source for source in edge[0].edges if source is not None]
    return False


def _as_list(tensors: Any) -> list[Any]:
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]


def _as_wanted(caller: str, inputs: Any) -> list[Any]:
    wanted = _as_list(inputs)
    for x in wanted:
        if not isinstance(x, _runtime.TensorBase):
            raise TypeError(
                f"{caller}: inputs holds a {type(x).__name__}; expected the tensor or tensors "
                "whose gradients are wanted"
            )
    return wanted


# ---------------------------------------------------------------------------------- the walk


class _Walk:
    """One pass over the tape.

    ``leaves`` maps the id of each leaf reached to (leaf, gradient); ``captured`` maps
    (tape node, output number) to the gradient of a wanted tensor that is no leaf; ``retained`` has
    (tensor, gradient) where `retain_grad` was called. With ``wanted`` only the nodes on a way to
    one of these tensors are visited.
    """

    def __init__(
        self,
        caller: str,
        retain: bool,
        create_graph: bool,
        wanted: Sequence[Any] | None = None,
    ) -> None:
        self.caller = caller
        self.retain = retain
        self.create_graph = create_graph
        self.leaves: dict[int, tuple[Any, Any]] = {}
        self.captured: dict[tuple[Any, int], Any] = {}
        self.retained: list[tuple[Any, Any]] = []
        self.wanted = None if wanted is None else {_place(t) for t in wanted}
        self.live: set[Any] = set()  # nodes whose outputs' gradients count
        self.incoming: dict[Any, dict[int, Any]] = {}

    def run(self, outputs: Sequence[Any], grad_outputs: Sequence[Any]) -> None:
        if len(outputs) != len(grad_outputs):
            raise ValueError(
                f"{self.caller}: {len(outputs)} outputs, {len(grad_outputs)} incoming gradients; "
                "expected one for each"
            )
        seeds = [self._seed(y, dy) for y, dy in zip(outputs, grad_outputs, strict=True)]
        edges = self._reach(dict.fromkeys(y.tape for y in outputs if y.tape is not None))
        with _mode(self.create_graph):
            for output, seed in zip(outputs, seeds, strict=True):
                self._send(_runtime.edge(output), seed)
            self._visit_all(edges)
            for key, (leaf, gradient) in self.leaves.items():
                self.leaves[key] = (leaf, _run_hooks(vars(leaf).get("_hooks", {}), gradient))
        if not self.retain:
            for node in edges:
                node.release()

    def gradients_of(self, tensors: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each tensor and its gradient, None where the outputs do not depend on it."""
        for tensor in tensors:
            place = _place(tensor)
            if isinstance(place, tuple):
                yield tensor, self.captured.get(place)
            else:
                yield tensor, self.leaves.get(place, (None, None))[1]

    def _seed(self, output: Any, gradient: Any) -> Any:
        """Checks one output and gives what flows into it."""
        shape = tuple(output.shape)
        if not output.requires_grad:
            raise ValueError(
                f"{self.caller}: the tensor of shape {shape} and dtype {output.dtype} was not "
                "recorded on the tape: " + _why_unrecorded(output)
            )
        if gradient is None:
            if output.size != 1:
                raise ValueError(
                    f"{self.caller}: the output has shape {shape}; a gradient flows from a single "
                    "element: reduce it first (.sum(), .mean()) or give the incoming gradient, "
                    "a tensor of the same shape"
                )
            return _full(shape, 1.0, output.dtype)
        if tuple(gradient.shape) != shape:
            raise ValueError(
                f"{self.caller}: the incoming gradient has shape {tuple(gradient.shape)}, the "
                f"output has {shape}; they must be equal: broadcast it first"
            )
        return gradient if gradient.dtype == output.dtype else gradient.to(output.dtype)

    def _reach(self, roots: Iterable[Any]) -> dict[Any, tuple]:
        """The edges of every node through which a gradient flows to where it is wanted."""
        edges: dict[Any, tuple] = {}
        readers: dict[Any, list[Any]] = {}
        useful: dict[Any, None] = {}
        stack = list(roots)
        while stack:
            node = stack.pop()
            if node in edges:
                continue
            edges[node] = node.edges
            for edge in edges[node]:
                if isinstance(edge, tuple):
                    readers.setdefault(edge[0], []).append(node)
                    stack.append(edge[0])
                if self._is_wanted(edge):
                    useful[node] = None
        stack = list(useful)
        while stack:
            for reader in readers.get(stack.pop(), ()):
                if reader not in useful:
                    useful[reader] = None
                    stack.append(reader)
        wanted = self.wanted or ()
        self.live = {*useful, *(place[0] for place in wanted if isinstance(place, tuple))}
        for node in useful:
            if node.released:
                raise RuntimeError(
                    f"{self.caller}: the tape of axon.{node.op} was freed by an earlier backward; "
                    "pass retain_graph=True to that one, or compute the outputs again"
                )
        return {node: edges[node] for node in edges if node in useful}

    def _is_wanted(self, edge: Any) -> bool:
        if edge is None or self.wanted is None:
            return edge is not None
        return (edge if isinstance(edge, tuple) else id(edge)) in self.wanted

    def _visit_all(self, edges: dict[Any, tuple]) -> None:
        waiting: dict[Any, int] = {}
        for node in edges:
            for edge in edges[node]:
                if isinstance(edge, tuple) and edge[0] in self.live:
                    waiting[edge[0]] = waiting.get(edge[0], 0) + 1
        ready = [node for node in self.incoming if node not in waiting]
        while ready:
            node = ready.pop()
            flow = self._arrive(node)
            if node not in edges:
                continue
            gradients = self._visit(node, flow) if flow else itertools.repeat(None)
            for edge, gradient in zip(edges[node], gradients, strict=False):
                if edge is not None and gradient is not None:
                    self._send(edge, gradient)
                if isinstance(edge, tuple) and edge[0] in self.live:
                    waiting[edge[0]] -= 1
                    if waiting[edge[0]] == 0:
                        ready.append(edge[0])

    def _send(self, edge: Any, gradient: Any) -> None:
        """Adds a gradient to what flows into a leaf or an output of a node."""
        if isinstance(edge, tuple):
            node, output = edge
            if node in self.live:
                flow = self.incoming.setdefault(node, {})
                flow[output] = flow[output] + gradient if output in flow else gradient
        elif edge.requires_grad and self._is_wanted(edge):
            known = self.leaves.get(id(edge))
            self.leaves[id(edge)] = (edge, gradient if known is None else known[1] + gradient)

    def _arrive(self, node: Any) -> dict[int, Any]:
        """The whole gradients of a node's outputs, shown to hooks and to who wants them."""
        flow = self.incoming.pop(node, {})
        for output, hooks in _node_hooks.get(node, {}).items():
            if output in flow:
                flow[output] = _run_hooks(hooks, flow[output])
        for output, tensor in _retained.get(node, {}).items():
            handle = tensor()
            if handle is not None and output in flow:
                self.retained.append((handle, flow[output]))
        for output in flow:
            if self.wanted is not None and (node, output) in self.wanted:
                self.captured[node, output] = flow[output]
        return flow

    def _visit(self, node: Any, flow: dict[int, Any]) -> Sequence[Any]:
        """The gradients of a node's inputs, from those of its outputs."""
        incoming = [
            flow[output] if output in flow else _zero(node, output) for output in node.cotangents
        ]
        gradients = stub_of(node)(node, *incoming)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        if anomaly.detecting():
            anomaly.check_gradients(node, incoming, gradients)
        return gradients


def _zero(node: Any, output: int) -> Any:
    """The cotangent of an output that nothing depends on; None if it is an integer."""
    shape, dtype = node.outputs[output]
    return _full(shape, 0.0, dtype) if dtype.is_float else None


def stub_of(node: Any) -> Callable:
    """The function that gives the gradients of a node's inputs from those of its outputs."""
    if not isinstance(node, _runtime.TapeNode):
        return type(node).run_backward
    if _replaced and node.op not in _replaced and node.op.partition("@vmap")[0] in _replaced:
        raise NotImplementedError(
            "axon.autograd.replace_backward: the backward of an op is replaced, but the node "
            f"{node.op} stands for a whole batch; take the gradient within axon.vmap, too"
        )
    return STUBS.get(node.op) or _derived_stub(node.op)


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
        known_programs()
        given = _given_gradients.get(op)
        gradient = given() if given else adjoint.gradient(ir.parse(_runtime.program_text(op)))
        if gradient is not None:
            _register(gradient)


def register_program(program: Any, gradient: Callable[[], Any]) -> None:
    """Registers a program and where its gradient comes from, when that is needed: None for none."""
    with programs_lock:
        _given_gradients[program.name] = gradient
        _register(program)


def _register(program: Any) -> None:
    for each in (*known_programs().applied(program), program):
        if not _runtime.is_registered(each.name):
            _runtime.register(str(each))


_given_gradients: dict[str, Callable[[], Any]] = {}


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


def _mode(enabled: bool) -> GradMode:
    return enable_grad() if enabled else no_grad()


def _place(tensor: Any) -> Any:
    """Where gradients of a tensor arrive: (node, output number), or the id of a leaf."""
    return id(tensor) if tensor.tape is None else (tensor.tape, tensor.output)


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
