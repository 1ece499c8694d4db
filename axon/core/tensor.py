"""Tensor: the handle that users hold.

A tensor names a value that may not be computed yet: ops only record. Values never change; what
changes a tensor in place (``x += 1``, ``x[0] = v``) rebinds this handle to a new value, so no
other tensor is ever affected. Operators and methods come from the tables that ``ops.yaml`` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

from axon import _runtime
from axon._generated.autograd import METHODS, OPERATORS
from axon.core import autograd, misfit, printing
from axon.core.autograd import Handle

if TYPE_CHECKING:
    from axon._generated.ops import Methods
else:
    Methods = _runtime.TensorBase  # methods and operators are attached below


class Tensor(Methods):
    """An n-dimensional array of one dtype, computed when it is needed.

    Made by :func:`axon.tensor`, :func:`axon.zeros` and the like, never by calling the class.

    Attributes:
        shape: the extents, a tuple of ints.
        dtype: such as ``axon.float32``.
        ndim, size, nbytes: number of axes, of elements, of bytes.
        requires_grad: true iff gradients reach this tensor; settable on leaves.
        is_leaf: true iff no op on the tape made this tensor: backward then adds to its ``grad``.
        tape: the node of the tape that made this tensor, or None: its ``op``, ``attrs``, ``saved``
            values and ``edges`` can be read.
        grad: the gradient that backward has added up, or None.
        is_pending: true iff the value is recorded and not yet computed.

    Example:
        >>> x = axon.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([[2., 4.],
                [6., 8.]])
    """

    # --------------------------------------------------------------------------------- values

    def numpy(self) -> Any:
        """The elements as a read-only NumPy array over the same memory; computed if need be."""
        return _runtime.to_numpy(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        narrow = self.dtype == "bfloat16" and dtype is not None  # NumPy has no such dtype
        array = (self.to("float32") if narrow else self).numpy()
        if dtype is not None and array.dtype != dtype:
            if copy is False:
                raise ValueError(
                    f"axon.Tensor: no {dtype} array without copying {array.dtype} data"
                )
            return array.astype(dtype)
        return array.copy() if copy else array

    def item(self) -> bool | int | float:
        """The only element as a Python number.

        Raises:
            ValueError: the tensor has more or fewer elements than one.
        """
        return _runtime.item(self)

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; a number for shape ()."""
        return _runtime.tolist(self)

    def to(self, dtype: Any, *, copy: bool = False) -> Tensor:
        """The elements cast to ``dtype``; the tensor itself if it has it already.

        Args:
            dtype: or ``"cpu"``, the device where every tensor is.
            copy: give another tensor even then.

        Raises:
            TypeError: something else, such as another device.
        """
        dtype = dtype_of_target("Tensor.to", dtype) or self.dtype
        if self.dtype == dtype and not copy:
            return self
        return _runtime.ops.cast(self, dtype=dtype)

    astype = to

    def _single(self, wanted: str) -> bool | int | float:
        if self.size != 1:
            raise ValueError(
                f"{wanted} of a tensor of shape {self.shape}: expected a single element; "
                "reduce it first, for example with .any(), .all(), .sum() or .mean()"
            )
        return self.item()

    def __bool__(self) -> bool:
        return bool(self._single("bool"))

    def __float__(self) -> float:
        return float(self._single("float"))

    def __int__(self) -> int:
        return int(self._single("int"))

    def __index__(self) -> int:
        if self.size != 1 or not self.dtype.is_integer:
            raise TypeError(
                f"an index must be a single integer; this tensor has dtype {self.dtype} and "
                f"shape {self.shape}"
            )
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec and self.size == 1 else repr(self)

    # ---------------------------------------------------------------------------------- shape

    @property
    def T(self) -> Tensor:
        """The tensor with its axes reversed."""
        return _runtime.ops.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Tensor:
        """The tensor with its last two axes exchanged.

        Raises:
            ValueError: the tensor has fewer than two axes.
        """
        if self.ndim < 2:
            raise ValueError(f"Tensor.mT: the shape is {self.shape}; expected two axes or more")
        return _runtime.ops.permute(self, (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))

    @property
    def device(self) -> str:
        """Where the elements are: ``"cpu"``."""
        return "cpu"

    def to_device(self, device: str, /, *, stream: None = None) -> Tensor:
        """The tensor itself: there is one device, ``"cpu"``.

        Raises:
            ValueError: another device.
        """
        if device != "cpu" or stream is not None:
            raise ValueError(
                f"Tensor.to_device: device is {device!r}, stream is {stream!r}; expected 'cpu' and "
                "no stream"
            )
        return self

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        """The functions of the Python array API standard: :mod:`axon.array_api`.

        Raises:
            ValueError: a version that is not supported.
        """
        from axon import array_api

        if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
            raise ValueError(
                f"axon: there is no version {api_version!r} of the array API standard here; "
                f"expected {array_api.__array_api_version__!r} or an earlier one"
            )
        return array_api

    @property
    def is_floating_point(self) -> bool:
        """True iff the dtype is a float."""
        return self.dtype.is_float

    def __pos__(self) -> Tensor:
        return self.to(self.dtype, copy=True)

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("len of a tensor of shape (): it has no axes")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise TypeError("iteration over a tensor of shape (): it has no axes")
        return (self[index] for index in range(self.shape[0]))

    def __contains__(self, element: Any) -> bool:
        return bool((self == element).any())

    def __getitem__(self, key: Any) -> Tensor:
        from axon.core.indexing import get_item

        return get_item(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        from axon.core.indexing import set_item

        self._assign(set_item(self, key, value))

    # ------------------------------------------------------------------------------ gradients

    def backward(
        self,
        gradient: Tensor | None = None,
        *,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Adds the gradients of this tensor to ``.grad`` of every leaf it depends on.

        Args:
            gradient: what flows in, of this tensor's shape; 1 for a single element.
            retain_graph: keep the tape, so that backward can run over it again; by default iff
                ``create_graph``.
            create_graph: record the gradients' own tape too, for gradients of gradients.
            inputs: the tensor or tensors, leaves or not, whose ``.grad`` alone is added to.

        Raises:
            ValueError: the tensor was not recorded, or has several elements and no ``gradient``.
            RuntimeError: an earlier backward freed the tape.
        """
        autograd.backward(
            [self],
            [gradient],
            retain_graph=retain_graph,
            create_graph=create_graph,
            inputs=inputs,
        )

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets ``requires_grad`` of a leaf. Returns the tensor."""
        self.requires_grad = requires_grad
        return self

    def retain_grad(self) -> None:
        """Makes backward add to ``.grad`` of this tensor, too, although it is no leaf.

        Example:
            >>> x = axon.tensor(3.0, requires_grad=True)
            >>> square = x * x
            >>> square.retain_grad()
            >>> (square * 2).backward()
            >>> square.grad
            tensor(2.)
        """
        autograd.retain_grad(self)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Handle:
        """Calls ``hook(gradient)`` when backward knows the whole gradient of this tensor.

        What it returns, unless None, is used instead.

        Example:
            >>> hidden = axon.tensor(3.0, requires_grad=True) * 2
            >>> handle = hidden.register_hook(lambda g: g.clip(-1, 1))
            >>> handle.remove()
        """
        return autograd.register_hook(self, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> Handle:
        """Calls ``hook(tensor)`` after backward has added to this leaf's ``.grad``.

        Example: forget a gradient as soon as it is used.
            >>> w = axon.ones(2, requires_grad=True)
            >>> def step(w):
            ...     with axon.no_grad():
            ...         w -= 0.5 * w.grad
            ...     w.grad = None
            >>> handle = w.register_post_accumulate_grad_hook(step)
            >>> (w * w).sum().backward()
            >>> w.tolist()
            [0.0, 0.0]
        """
        return autograd.register_post_accumulate_grad_hook(self, hook)

    # -------------------------------------------------------------------------------- copying

    def __copy__(self) -> Tensor:
        return +self if self.tape is not None else self.__deepcopy__({})

    def __deepcopy__(self, memo: dict) -> Tensor:
        """The value without its history: a leaf, that requires gradients iff this one does."""
        copied = self.detach()
        copied.requires_grad = self.requires_grad and self.tape is None
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple:
        contents = _runtime.bytes_of(self)
        contents = PickleBuffer(contents) if protocol >= 5 else bytes(contents)
        return _rebuild, (
            contents,
            self.dtype,
            self.shape,
            self.requires_grad and self.tape is None,
        )

    # ----------------------------------------------------------------------------------- repr

    def __repr__(self) -> str:
        level = _runtime.level(self)
        if level:
            return f"tensor(<one example>, shape={self.shape}, dtype={self.dtype}, vmap={level})"
        shown, cut = self.detach(), set()
        if self.size > printing.THRESHOLD:
            edge = printing.EDGE_ITEMS
            ends = _runtime.tensor([*range(edge), *range(-edge, 0)])
            for axis, extent in enumerate(self.shape):
                if extent > 2 * edge:
                    shown = _runtime.ops.take(shown, ends, axis=axis)
                    cut.add(axis)
        name = str(self.dtype)
        notes = [] if name in ("float32", "int64", "bool") else [f"dtype={name}"]
        notes += [f"shape={self.shape}"] if self.size == 0 or cut else []
        notes += ["requires_grad=True"] if self.requires_grad else []
        values = printing.format_values(shown.tolist(), shown.shape, name, cut, len("tensor("))
        return "tensor(" + ", ".join([values, *notes]) + ")"

    # NumPy leaves `array + tensor` to the tensor.
    __array_ufunc__ = None
    __hash__ = object.__hash__


def dtype_of_target(function: str, target: Any) -> _runtime.DType | None:
    """The dtype that a ``to`` is asked for; None for the device where everything is already."""
    if isinstance(target, _runtime.DType):
        return target
    if isinstance(target, str) and target == "cpu":
        return None
    try:
        return _runtime.DType(target)
    except TypeError as error:
        raise TypeError(
            f"{function}: {target!r} is neither a dtype nor the only device, 'cpu': {error}"
        ) from None


def _rebuild(contents: Any, dtype: Any, shape: tuple[int, ...], requires_grad: bool) -> Tensor:
    restored = _runtime.from_bytes(contents, dtype, shape)
    restored.requires_grad = requires_grad
    return restored


def _method(op: str) -> Callable[..., Any]:
    function = getattr(_runtime.ops, op)

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


def _operator(function: Callable, reflected: bool) -> Callable[[Tensor, Any], Any]:
    def operator(self: Tensor, other: Any) -> Any:
        operand = _operand(other)
        if operand is NotImplemented:
            return NotImplemented
        return function(operand, self) if reflected else function(self, operand)

    return operator


def _in_place(function: Callable) -> Callable[[Tensor, Any], Any]:
    def operator(self: Tensor, other: Any) -> Any:
        operand = _operand(other)
        if operand is NotImplemented:
            return NotImplemented
        self._assign(function(self, operand))
        return self

    return operator


def _operand(other: Any) -> Any:
    """What an operator takes: tensors and numbers as they are, arrays as tensors."""
    if isinstance(other, (Tensor, int, float)):
        return other
    if hasattr(other, "__array__"):
        return _runtime.tensor(other)
    return NotImplemented


def attach_operator(name: str, function: Callable) -> None:
    """Makes a function the operator of that name, for exchanged operands and in place too."""
    stem, doc = name[2:], function.__doc__
    setattr(Tensor, name, _named(_operator(function, reflected=False), name, doc))
    setattr(Tensor, f"__r{stem}", _named(_operator(function, reflected=True), f"__r{stem}", doc))
    setattr(Tensor, f"__i{stem}", _named(_in_place(function), f"__i{stem}", doc))


def _attach() -> None:
    """Gives Tensor the operators and methods of the generated tables."""
    for op in METHODS:
        setattr(Tensor, op, _named(_method(op), op, getattr(_runtime.ops, op).__doc__))
    for name, (op, exchanged) in OPERATORS.items():
        function = getattr(_runtime.ops, op)
        if f"__r{name[2:]}" in OPERATORS:
            attach_operator(name, function)
        elif not exchanged:
            make = _method(op) if name in UNARY else _operator(function, reflected=False)
            setattr(Tensor, name, _named(make, name, function.__doc__))


def _named(function: Callable, name: str, doc: str | None) -> Callable:
    function.__name__ = name
    function.__qualname__ = f"Tensor.{name}"
    function.__doc__ = doc
    return function


UNARY = ("__neg__", "__abs__", "__invert__")
_attach()

Tensor.__module__ = "axon"
_runtime.set_tensor_type(Tensor)
_ops = [f for f in vars(_runtime.ops).values() if hasattr(f, "__nb_signature__")]
_runtime.explain_misfits(_ops, misfit.explain)

# At the end, because it needs Tensor: `import axon.core.tensor as T; T.Module` is a promise.
from axon.core.module import Module  # noqa: E402, F401
