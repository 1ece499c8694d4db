"""Derivatives of functions: what is differentiated is called, and its tape is walked.

Arguments and results may be nested tuples, lists and dicts of tensors. A module as an argument
stands for its parameters: its gradient is a dict by their names.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from axon import _runtime
from axon.core import autograd, tree
from axon.core.creation import eye, tensor, zeros_like
from axon.core.grad_mode import enable_grad
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.core.vmap import vmap


def grad(outputs: Any, inputs: Any = None, grad_outputs: Any = None, **options: Any) -> Any:
    """Gradients of tensors, or of a function.

    ``axon.grad(y, x)`` gives the gradients of recorded tensors, as ``torch.autograd.grad`` does; no
    ``.grad`` is touched.

    Args:
        outputs: a tensor or several.
        inputs: a tensor or several, leaves or not.
        grad_outputs: what flows into each output, of its shape; ones where left out, which only an
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

    ``axon.grad(f)`` is the function that gives the gradient of ``f``, as ``jax.grad`` does: of a
    function that returns a single number, with respect to its first argument, or to those that
    ``argnums`` names. See :func:`axon.value_and_grad` for the arguments.

    Example:
        >>> axon.grad(axon.grad(lambda x: x ** 3))(3.0).item()
        18.0
    """
    if isinstance(outputs, (Tensor, list, tuple)):
        return autograd.grad(outputs, inputs, grad_outputs, **options)
    if not callable(outputs):
        raise TypeError(f"axon.grad: expected tensors or a function, not {type(outputs).__name__}")
    return _grad_of_function(outputs, *(() if inputs is None else (inputs,)), **options)


def _grad_of_function(f: Callable, argnums: Any = 0, *, has_aux: bool = False) -> Callable:
    both = value_and_grad(f, argnums, has_aux=has_aux)

    @functools.wraps(f, updated=())
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, gradients = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return gradient


def value_and_grad(
    f: Callable, argnums: int | Sequence[int] = 0, *, has_aux: bool = False
) -> Callable:
    """The function that gives the value of ``f`` and its gradient.

    Args:
        f: a function of tensors, of nested tuples, lists and dicts of them, or of modules, that
            returns a tensor with a single element.
        argnums: the number of the argument, or the numbers of those, to differentiate.
        has_aux: ``f`` returns (value, anything else); so does the new function in place of value.

    Returns:
        A function of the same arguments that gives ``(value, gradient)``. A gradient has the
        structure of its argument; that of a module is a dict by the names of its parameters. With
        several ``argnums`` it is a tuple.

    Raises:
        ValueError: the value has more than one element.
        TypeError: an argument that holds integers.

    Example:
        >>> value, gradient = axon.value_and_grad(lambda w: (w["a"] * w["b"]).sum())(
        ...     {"a": axon.tensor([1.0, 2.0]), "b": axon.tensor([3.0, 4.0])}
        ... )
        >>> value.item(), gradient["a"].tolist()
        (11.0, [3.0, 4.0])
    """

    @functools.wraps(f, updated=())
    def both(*args: Any, **kwargs: Any) -> Any:
        traced = _Traced("axon.value_and_grad", f, args, kwargs, argnums)
        output = traced.output
        value = output[0] if has_aux else output
        if not isinstance(value, Tensor) or value.size != 1:
            found = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
            raise ValueError(
                "axon.value_and_grad: the function must return a tensor with a single element, not "
                f"{found}; reduce it (.sum(), .mean()), or use axon.vjp or axon.jacrev"
            )
        gradients = traced.pull([None], [value], retain=traced.is_nested)
        return traced.cut(output), gradients

    return both


def vjp(f: Callable, *primals: Any, has_aux: bool = False) -> Any:
    """The value of ``f`` and its pullback: vector-Jacobian products (reverse mode).

    Args:
        f: a function of tensors or nested tuples, lists and dicts of them.
        primals: its arguments, all differentiated.
        has_aux: ``f`` returns (output, anything else).

    Returns:
        ``(output, pullback)``, with the aux as a third. ``pullback(gradients)`` takes what flows
        into the output, of its structure, and gives a tuple with a gradient for each of
        ``primals``; it may be called any number of times.

    Example:
        >>> y, pullback = axon.vjp(lambda x: x * x, axon.tensor([1.0, 2.0]))
        >>> pullback(axon.tensor([1.0, 10.0]))[0].tolist()
        [2.0, 40.0]
    """
    traced = _Traced("axon.vjp", f, primals, {}, tuple(range(len(primals))))
    output, aux = traced.output if has_aux else (traced.output, None)

    def pullback(gradients: Any) -> tuple:
        return traced.pull(tree.leaves(gradients), tree.leaves(output), retain=True)

    shown = traced.cut(output)
    return (shown, pullback, traced.cut(aux)) if has_aux else (shown, pullback)


def jvp(f: Callable, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of ``f`` and its derivative along ``tangents`` (forward mode).

    A pullback is linear in what flows into it, and its own pullback is the derivative of ``f``:
    two reverse passes, the first of which is never computed, for nothing reads its values. So every
    op that can be differentiated twice has a forward mode.

    Args:
        f: a function of tensors or nested tuples, lists and dicts of them.
        primals: the list or tuple of its arguments.
        tangents: a direction for each, of its structure and shapes.

    Returns:
        ``(output, derivative)``, of one structure.

    Example:
        >>> y, dy = axon.jvp(axon.sin, (axon.tensor(0.0),), (axon.tensor(2.0),))
        >>> dy.item()
        2.0
    """
    traced = _Traced("axon.jvp", f, primals, {}, tuple(range(len(primals))))
    derivative = traced.push(tree.leaves(list(tangents)))
    return traced.cut(traced.output), derivative


def jacrev(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The function that gives the Jacobian of ``f``, a row for each output (reverse mode).

    Best where ``f`` has few outputs. The rows are one pullback under :func:`axon.vmap`.

    Returns:
        A function of the same arguments. For each tensor of the output, in its structure, the
        structure of the argument with tensors of shape ``output.shape + input.shape``.

    Example:
        >>> axon.jacrev(lambda x: x * x)(axon.tensor([1.0, 2.0])).tolist()
        [[2.0, 0.0], [0.0, 4.0]]
    """

    @functools.wraps(f, updated=())
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        traced = _Traced("axon.jacrev", f, args, kwargs, argnums)
        outputs = tree.leaves(traced.output)
        zeros = [zeros_like(y) for y in outputs]

        def rows(number: int, y: Tensor) -> Any:
            def row(seed: Tensor) -> Any:
                seeds = [*zeros[:number], seed, *zeros[number + 1 :]]
                return traced.pull(seeds, outputs, retain=True)

            stacked = vmap(row)(_basis(y))
            return tree.map_leaves(
                lambda g: _runtime.ops.reshape(g, y.shape + g.shape[1:]), stacked
            )

        return tree.unflatten(traced.output, [rows(n, y) for n, y in enumerate(outputs)])

    return jacobian


def jacfwd(f: Callable, argnums: int = 0) -> Callable:
    """The function that gives the Jacobian of ``f``, a column for each input (forward mode).

    Best where ``f`` has few inputs; the result is that of :func:`axon.jacrev`.

    Example:
        >>> axon.jacfwd(lambda x: axon.stack([x, x * x]))(axon.tensor(3.0)).tolist()
        [1.0, 6.0]
    """

    @functools.wraps(f, updated=())
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        traced = _Traced("axon.jacfwd", f, args, kwargs, argnums)
        inputs = traced.inputs
        zeros = [zeros_like(x) for x in inputs]

        def columns(number: int, x: Tensor) -> list[Tensor]:
            def column(direction: Tensor) -> Any:
                return traced.push([*zeros[:number], direction, *zeros[number + 1 :]])

            stacked = tree.leaves(vmap(column, out_axes=-1)(_basis(x)))
            return [_runtime.ops.reshape(t, t.shape[:-1] + x.shape) for t in stacked]

        by_input = [columns(number, x) for number, x in enumerate(inputs)]
        by_output = zip(*by_input, strict=True)
        return tree.unflatten(traced.output, [traced.like_arguments(row) for row in by_output])

    return jacobian


def hessian(f: Callable, argnums: int = 0) -> Callable:
    """The function that gives the second derivatives of ``f``, which returns a single number.

    Forward over reverse mode: ``jacfwd(jacrev(f))``.

    Example:
        >>> axon.hessian(lambda x: (x ** 3).sum())(axon.tensor([1.0, 2.0])).tolist()
        [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacfwd(jacrev(f, argnums), argnums)


def _basis(x: Tensor) -> Tensor:
    """One-hot tensors of the shape of ``x``, along a first axis."""
    return _runtime.ops.reshape(eye(x.size, dtype=x.dtype), (x.size, *x.shape))


def functional_call(module: Module, params: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    """``module(*args)`` with other tensors in place of parameters and buffers, by name.

    So a network is a function of its parameters: ``axon.grad`` and ``axon.vmap`` take it.

    Raises:
        ValueError: a name that is none of a parameter or buffer.

    Example:
        >>> layer = axon.nn.Linear(2, 1)
        >>> zeros = {name: axon.zeros_like(p) for name, p in layer.named_params.items()}
        >>> axon.autograd.functional_call(layer, zeros, axon.ones(1, 2)).tolist()
        [[0.0]]
    """
    with _swapped(module, params):
        return module(*args, **kwargs)


@contextlib.contextmanager
def _swapped(module: Module, tensors: dict[str, Any]) -> Iterator[None]:
    known = {**module.named_params, **module.named_buffers}
    unknown = [name for name in tensors if name not in known]
    if unknown:
        raise ValueError(
            f"axon.autograd.functional_call: {type(module).__name__} has no parameter or buffer "
            f"{unknown[0]!r}; it has {', '.join(known)}"
        )
    replaced = {id(known[name]): value for name, value in tensors.items()}
    before = []
    for part in list(module.modules()):
        for name in (*part._param_names, *part._buffer_names):
            held = getattr(part, name)
            if id(held) in replaced:
                before.append((part, name, held))
                object.__setattr__(part, name, replaced[id(held)])
    try:
        yield
    finally:
        for part, name, held in before:
            object.__setattr__(part, name, held)


class _Traced:
    """One call of a function with its differentiated arguments as fresh inputs of the tape.

    ``is_nested`` is true iff the result also depends on tensors of an outer tape (an enclosing
    derivative, or parameters that the function closes over): then the derivatives must be on it.
    """

    def __init__(
        self, caller: str, f: Callable, args: Sequence[Any], kwargs: dict, argnums: Any
    ) -> None:
        self.caller = caller
        self.single = isinstance(argnums, int)
        taped = _runtime.grad_enabled()
        numbers = [self._checked(n, len(args)) for n in ([argnums] if self.single else argnums)]
        self.arguments = []
        self.inputs: list[Tensor] = []
        called = list(args)
        with contextlib.ExitStack() as swaps, enable_grad():
            for number in numbers:
                argument = args[number]
                is_module = isinstance(argument, Module)
                values = argument.named_params if is_module else argument
                fresh = tree.map_leaves(functools.partial(self._input, taped), values)
                self.arguments.append(fresh)
                self.inputs += tree.leaves(fresh)
                if is_module:
                    swaps.enter_context(_swapped(argument, fresh))
                else:
                    called[number] = fresh
            self.output = f(*called, **kwargs)
        results = [y for y in tree.leaves(self.output) if isinstance(y, Tensor)]
        self.is_nested = taped and autograd.depends_on_others(results, self.inputs)

    def _checked(self, number: int, count: int) -> int:
        if not -count <= number < count:
            raise ValueError(
                f"{self.caller}: argnums has {number}, but {count} arguments are given"
            )
        return number % count

    def _input(self, taped: bool, value: Any) -> Tensor:
        x = value if isinstance(value, Tensor) else tensor(value)
        if isinstance(value, (int, float)) and not x.is_floating_point:
            x = x.to(_runtime.float32)
        if not x.is_floating_point:
            raise TypeError(
                f"{self.caller}: an argument of shape {x.shape} has dtype {x.dtype}; only floats "
                "can be differentiated: cast it, or leave it out of argnums"
            )
        if taped and x.requires_grad:
            return _runtime.ops.cast(x, dtype=x.dtype)  # a place of its own, on the outer tape
        return x.detach().requires_grad_()

    def pull(self, seeds: list[Any], outputs: list[Any], retain: bool) -> Any:
        """The gradients of the inputs, in the structure of the arguments."""
        if len(seeds) != len(outputs):
            raise ValueError(
                f"{self.caller}: the output has {len(outputs)} tensors, {len(seeds)} gradients "
                "were given; expected one for each, in the structure of the output"
            )
        return self.like_arguments(self._pull(seeds, outputs, retain, self.is_nested))

    def _pull(
        self, seeds: list[Any], outputs: list[Any], retain: bool, create_graph: bool
    ) -> list[Tensor]:
        pairs = [(y, dy) for y, dy in zip(outputs, seeds, strict=True) if y.requires_grad]
        gradients: tuple[Any, ...] = (None,) * len(self.inputs)
        if pairs and self.inputs:
            gradients = autograd.grad(
                [y for y, _ in pairs],
                self.inputs,
                [dy for _, dy in pairs],
                retain_graph=retain,
                create_graph=create_graph,
                allow_unused=True,
            )
        given = zip(gradients, self.inputs, strict=True)
        return [zeros_like(x) if g is None else g for g, x in given]

    def push(self, tangents: list[Any]) -> Any:
        """The derivative of the output along ``tangents``, in the structure of the output."""
        shapes = [tuple(x.shape) for x in self.inputs]
        given = [tuple(t.shape) for t in tangents]
        if given != shapes:
            raise ValueError(
                f"{self.caller}: the tangents have shapes {given}, the primals {shapes}; "
                "they must be equal"
            )
        outputs = tree.leaves(self.output)
        seeds = [zeros_like(y).requires_grad_() for y in outputs]
        with enable_grad():
            pulled = self._pull(seeds, outputs, retain=True, create_graph=True)
        pairs = [(g, t) for g, t in zip(pulled, tangents, strict=True) if g.requires_grad]
        derivatives: tuple[Any, ...] = (None,) * len(seeds)
        if pairs:
            derivatives = autograd.grad(
                [g for g, _ in pairs],
                seeds,
                [t for _, t in pairs],
                create_graph=self.is_nested,
                allow_unused=True,
            )
        shown = zip(derivatives, outputs, strict=True)
        return tree.unflatten(self.output, [zeros_like(y) if d is None else d for d, y in shown])

    def like_arguments(self, gradients: Sequence[Tensor]) -> Any:
        """One tensor an input in the structure of the arguments."""
        rebuilt = tuple(tree.unflatten(self.arguments, gradients))
        return rebuilt[0] if self.single else rebuilt

    def cut(self, output: Any) -> Any:
        """The output without the tape of this call, unless an outer one needs it."""
        if self.is_nested:
            return output
        return tree.map_leaves(lambda y: y.detach() if isinstance(y, Tensor) else y, output)
