"""Gradients held against differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from axon import _runtime
from axon.core import autograd, tree
from axon.core.creation import eye, randn, zeros_like
from axon.core.grad_mode import no_grad
from axon.core.tensor import Tensor


def gradcheck(
    f: Callable,
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether backward through ``f`` gives what central differences of ``f`` give.

    Args:
        f: a function of tensors and others to a tensor or nested tuples, lists and dicts of them.
        inputs: its arguments. Those that require gradients are checked; they must be float64.
        eps: the step of the differences.
        atol, rtol: ``|backward - difference|`` is at most ``atol + rtol * |difference|``.
        raise_exception: else False is returned for a wrong gradient.

    Raises:
        ValueError: no input requires gradients, or one is not float64.
        AssertionError: a gradient is wrong; says which, and both numbers.

    Example:
        >>> x = axon.randn(3, dtype=axon.float64).requires_grad_()
        >>> axon.autograd.gradcheck(lambda x: axon.softmax(x, axis=0), x)
        True
    """
    args = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [n for n, x in enumerate(args) if isinstance(x, Tensor) and x.requires_grad]
    _require_double(args, checked)
    for number in checked:
        slopes = _differences(f, args, number, eps)
        for output, (found, expected) in enumerate(
            zip(_rows(f, args, number), slopes, strict=True)
        ):
            wrong = _first_wrong(found, expected, atol, rtol)
            if wrong is None:
                continue
            if not raise_exception:
                return False
            (row, column), pair = wrong
            raise AssertionError(
                f"axon.autograd.gradcheck: the gradient of output {output} with respect to input "
                f"{number} of shape {args[number].shape} is wrong: at element {row} of the output "
                f"and element {column} of the input (row-major), backward gives {pair[0]:.6g}, "
                f"differences give {pair[1]:.6g}"
            )
    return True


def gradgradcheck(
    f: Callable, inputs: Tensor | Sequence[Any], grad_outputs: Any = None, **options: Any
) -> bool:
    """Whether the gradients of the gradients of ``f`` are those of differences.

    Args:
        f, inputs: as for :func:`gradcheck`.
        grad_outputs: what flows into the outputs, one a tensor; random by default.
        options: those of :func:`gradcheck`.

    Example:
        >>> x = axon.randn(3, dtype=axon.float64).requires_grad_()
        >>> axon.autograd.gradgradcheck(axon.tanh, x)
        True
    """
    args = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [n for n, x in enumerate(args) if isinstance(x, Tensor) and x.requires_grad]
    if grad_outputs is None:
        outputs = _outputs(f, args)
        seeds = [randn(y.shape, dtype=y.dtype).requires_grad_() for y in outputs]
    else:
        seeds = tree.leaves(grad_outputs)

    def gradient(*both: Any) -> list[Any]:
        given, flowing = both[: len(args)], both[len(args) :]
        wanted = [given[n] for n in checked]
        pairs = [
            (y, dy) for y, dy in zip(_outputs(f, given), flowing, strict=True) if y.requires_grad
        ]
        ys, dys = map(list, zip(*pairs, strict=True))
        found = autograd.grad(ys, wanted, dys, create_graph=True, allow_unused=True)
        return [g for g in found if g is not None]

    return gradcheck(gradient, [*args, *seeds], **options)


def _require_double(args: list[Any], checked: list[int]) -> None:
    if not checked:
        raise ValueError("axon.autograd.gradcheck: no input requires gradients")
    for number in checked:
        if args[number].dtype != "float64":
            raise ValueError(
                f"axon.autograd.gradcheck: input {number} has dtype {args[number].dtype}; "
                "differences need float64"
            )


def _outputs(f: Callable, args: Sequence[Any]) -> list[Tensor]:
    """The float tensors among the results."""
    ys = [y for y in tree.leaves(f(*args)) if isinstance(y, Tensor)]
    return [y for y in ys if y.is_floating_point]


def _rows(f: Callable, args: list[Any], number: int) -> list[Any]:
    """The Jacobian of each output with respect to one input, by backward: arrays."""
    rows: list[list[Tensor]] = []
    x = args[number]
    for y in _outputs(f, args):
        seeds = _runtime.ops.reshape(eye(y.size, dtype=y.dtype), (y.size, *y.shape))
        rows.append([_gradient(y, x, seeds[k]) for k in range(y.size)])
    return [[g.numpy().reshape(-1) for g in row] for row in rows]


def _gradient(y: Tensor, x: Tensor, seed: Tensor) -> Tensor:
    if not y.requires_grad:
        return zeros_like(x)
    found = autograd.grad(y, x, seed, retain_graph=True, allow_unused=True)
    return zeros_like(x) if found is None else found


def _differences(f: Callable, args: list[Any], number: int, eps: float) -> list[Any]:
    """The same by central differences: all are recorded, then computed."""
    x = args[number].detach()
    steps = _runtime.ops.reshape(eye(x.size, dtype=x.dtype), (x.size, *x.shape))
    columns = []
    for k in range(x.size):
        sides = []
        for step in (eps, -eps):
            moved = list(args)
            moved[number] = (x + steps[k] * step).requires_grad_()
            sides.append(_outputs(f, moved))
        with no_grad():
            columns.append([(a - b) / (2 * eps) for a, b in zip(*sides, strict=True)])
    by_output = zip(*columns, strict=True)
    return [[y.numpy().reshape(-1) for y in column] for column in by_output]


def _first_wrong(rows: Any, columns: Any, atol: float, rtol: float) -> Any:
    """((row, column), (found, expected)) of the first element that differs, or None."""
    for k, row in enumerate(rows):
        for c, found in enumerate(row):
            expected = columns[c][k]
            if not abs(found - expected) <= atol + rtol * abs(expected):
                return (k, c), (float(found), float(expected))
    return None
