"""Module: anything with parameters, buffers or a training mode."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from axon.core.autograd import Handle, no_grad
from axon.core.boundary import Boundary
from axon.core.tensor import Tensor, dtype_of_target

if TYPE_CHECKING:
    from axon.nn.summary import Summary


Named = tuple[str, Tensor]
Contents = Sequence[tuple[str, "Tensor | Module"]]


class Parameters(list[Tensor]):
    """The parameters of a module when they were asked for.

    It is a list of its own that later changes of the module leave alone, and knows its module: an
    optimizer that is given ``model.params`` asks again at each step, so it follows layers that are
    swapped in and out. ``list(model.params)`` is a plain list.
    """

    def __init__(self, module: Module) -> None:
        super().__init__(module.named_params.values())
        self.module = module

    def __reduce__(self) -> tuple:
        return Parameters, (self.module,)


HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")


class Mismatch(NamedTuple):
    """Names in which a state and a module differ."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """A callable step with parameters (learned) and buffers (kept, not learned).

    Assigning an attribute registers it, and no call to ``super().__init__()`` is needed:

    * a leaf tensor with ``requires_grad`` is a parameter, and stays one when it is frozen;
    * a module is a child;
    * a list, tuple or dict is looked through for both;
    * a tensor given to :meth:`register_buffer` is a buffer.

    Example:
        >>> class Scale(Module):
        ...     def __init__(self):
        ...         self.factor = axon.ones(1, requires_grad=True)
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> [p.shape for p in Scale().params]
        [(1,)]
    """

    # What a module has before its attributes: `vars(module)` are those alone.
    __slots__ = ("__dict__", "__weakref__", "_buffer_names", "_param_names", "training", *HOOKS)

    training: bool
    _param_names: dict[str, None]
    _buffer_names: dict[str, bool]
    _forward_pre_hooks: dict[int, Callable]
    _forward_hooks: dict[int, Callable]
    _backward_pre_hooks: dict[int, Callable]
    _backward_hooks: dict[int, Callable]

    def __new__(cls, *args: Any, **kwargs: Any) -> Module:
        self = super().__new__(cls)
        object.__setattr__(self, "training", True)
        for name in ("_param_names", "_buffer_names", *HOOKS):
            object.__setattr__(self, name, {})
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._param_names:
            self._check_parameter(name, value)
        elif name in self._buffer_names:
            self._check_buffer(name, value)
        object.__setattr__(self, name, value)
        self._registered(_found_in(name, value))

    def _check_parameter(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor):
            if value.tape is None:
                return
            what = f"the tensor of shape {value.shape} was computed from others and cannot be one"
            remedy = "assign value.detach()"
        elif value is None:
            return
        else:
            what = f"a {type(value).__name__} cannot be one"
            remedy = f"assign a tensor, or its elements with `module.{name}[...] = value`"
        raise TypeError(
            f"{type(self).__name__}.{name} is a parameter; {what}: {remedy}, or "
            f"`del module.{name}` first to make it a plain attribute"
        )

    def _check_buffer(self, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                f"{type(self).__name__}.{name} is a buffer; a {type(value).__name__} cannot be "
                f"one: use axon.tensor(...), or `del module.{name}` first for a plain attribute"
            )

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._buffer_names.pop(name, None)
        for path in [p for p in self._param_names if p.partition(".")[0] == name]:
            del self._param_names[path]

    def register_buffer(self, name: str, tensor: Tensor | None, *, persistent: bool = True) -> None:
        """Makes ``tensor`` the buffer ``self.NAME``; it is saved iff ``persistent``.

        Raises:
            TypeError: ``tensor`` is neither a tensor nor None.
            ValueError: modules have something else of that name, such as ``forward``.
        """
        self._check_buffer(name, tensor)
        if hasattr(type(self), name):
            raise ValueError(
                f"{type(self).__name__}.register_buffer: {name!r} is an attribute of the class "
                "already; take another name"
            )
        self._param_names.pop(name, None)
        self._buffer_names[name] = persistent
        object.__setattr__(self, name, tensor)

    def _registered(self, contents: Contents) -> list[Named]:
        """The parameters among attributes; noted, so that they stay parameters when frozen."""
        params: list[Named] = []
        for path, value in contents:
            if not isinstance(value, Tensor):
                continue
            if path not in self._param_names:
                is_leaf = value.requires_grad and value.tape is None
                if not is_leaf or path in self._buffer_names:
                    continue
                self._param_names[path] = None
            params.append((path, value))
        return params

    # ------------------------------------------------------------------------------- calling

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes. Subclasses define it; so may an instance, inline."""
        raise NotImplementedError(
            f"{type(self).__name__}.forward is not defined; "
            f"write `def forward(self, x): ...` in class {type(self).__name__}"
        )

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        for hook in tuple(self._forward_pre_hooks.values()):
            replaced = hook(self, inputs)
            if replaced is not None:
                inputs = replaced if isinstance(replaced, tuple) else (replaced,)
        boundary = None
        if self._backward_hooks or self._backward_pre_hooks:
            pre_hooks = tuple(self._backward_pre_hooks.values())
            boundary = Boundary(self, pre_hooks, tuple(self._backward_hooks.values()))
            inputs = boundary.enter(inputs)
        try:
            output = self.forward(*inputs, **options)
        except AttributeError as error:
            self._check_inputs(inputs, error)
            raise
        for hook in tuple(self._forward_hooks.values()):
            replaced = hook(self, inputs, output)
            if replaced is not None:
                output = replaced
        return output if boundary is None else boundary.leave(output)

    def _check_inputs(self, inputs: tuple, error: AttributeError) -> None:
        """Tells of an input that is no tensor, where forward failed because it is none."""
        for number, value in enumerate(inputs):
            if value is error.obj and isinstance(value, (list, tuple, int, float)):
                raise TypeError(
                    f"{type(self).__name__}: input {number} is a {type(value).__name__}, and has "
                    f"no {error.name!r}; make a tensor with axon.tensor(...)"
                ) from error

    def register_forward_pre_hook(self, hook: Callable[[Module, tuple], Any]) -> Handle:
        """Calls ``hook(module, inputs)`` before forward; what it returns replaces the inputs."""
        return Handle(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook: Callable[[Module, tuple, Any], Any]) -> Handle:
        """Calls ``hook(module, inputs, output)`` after forward; its result replaces the output.

        Example:
            >>> layer, shapes = axon.nn.Linear(4, 2), []
            >>> handle = layer.register_forward_hook(lambda m, inputs, y: shapes.append(y.shape))
            >>> y = layer(axon.ones(3, 4))
            >>> shapes
            [(3, 2)]
            >>> handle.remove()
        """
        return Handle(self._forward_hooks, hook)

    def register_full_backward_pre_hook(self, hook: Callable[[Module, tuple], Any]) -> Handle:
        """Calls ``hook(module, grad_output)`` when backward reaches the outputs of a call.

        ``grad_output`` has a gradient for each output that has one; what the hook returns, unless
        None, goes on instead.
        """
        return Handle(self._backward_pre_hooks, hook)

    def register_full_backward_hook(self, hook: Callable[[Module, tuple, tuple], Any]) -> Handle:
        """Calls ``hook(module, grad_input, grad_output)`` when backward leaves through the inputs.

        ``grad_input`` has a gradient for each positional input, None for those that need none; what
        the hook returns, unless None, goes on instead. The gradients are those of this call, even
        where an input is used elsewhere too.

        Example:
            >>> layer, norms = axon.nn.Linear(4, 2), []
            >>> handle = layer.register_full_backward_hook(
            ...     lambda module, grad_input, grad_output: norms.append(grad_output[0].shape)
            ... )
            >>> layer(axon.ones(3, 4)).sum().backward()
            >>> norms
            [(3, 2)]
            >>> handle.remove()
        """
        return Handle(self._backward_hooks, hook)

    def __rshift__(self, step: Callable) -> Module:
        from axon.nn.pipeline import compose

        return compose(self, step)

    def __rrshift__(self, step: Callable) -> Module:
        from axon.nn.pipeline import compose

        return compose(step, self)

    # ------------------------------------------------------------------------------ contents

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, by attribute name (``layers.0`` in a list)."""
        return (item for item in self._contents() if isinstance(item[1], Module))

    def children(self) -> Iterator[Module]:
        """The modules directly inside this one."""
        return (child for _, child in self.named_children())

    def named_modules(self, *, remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """This module (named ``""``) and all inside it, parents first, each once.

        Args:
            remove_duplicate: give a shared module only under the first of its names.
        """
        return ((name, module) for name, module, _ in self._walk(remove_duplicate))

    def _walk(self, remove_duplicate: bool = True) -> Iterator[tuple[str, Module, Contents]]:
        """:meth:`named_modules` with what each holds."""
        seen: set[int] = set()
        stack: list[tuple[str, Module, tuple[int, ...]]] = [("", self, ())]
        while stack:
            name, module, above = stack.pop()
            if id(module) in (seen if remove_duplicate else above):
                continue
            seen.add(id(module))
            contents = module._contents()
            yield name, module, contents
            prefix = name + "." if name else ""
            inside = [
                (prefix + path, found, (*above, id(module)))
                for path, found in contents
                if isinstance(found, Module)
            ]
            stack.extend(reversed(inside))

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, each once."""
        return (module for _, module in self.named_modules())

    def get_submodule(self, path: str) -> Module:
        """The module at a path of :meth:`named_modules`, such as ``"encoder.layers.0"``.

        Raises:
            KeyError: there is none.
        """
        for name, module in self.named_modules(remove_duplicate=False):
            if name == path:
                return module
        names = [name for name, _ in self.named_modules() if name]
        raise KeyError(f"{type(self).__name__}.get_submodule: no module at {path!r}; {names}")

    def _contents(self) -> Contents:
        """The tensors and modules of all attributes, by path."""
        return [found for name, value in vars(self).items() for found in _found_in(name, value)]

    def _own_buffers(self, *, persistent: bool = False) -> Iterable[Named]:
        for name, is_persistent in self._buffer_names.items():
            tensor = getattr(self, name)
            if tensor is not None and (is_persistent or not persistent):
                yield name, tensor

    def _named(
        self,
        own: Callable[[Module, Contents], Iterable[Named]],
        *,
        remove_duplicate: bool = True,
    ) -> dict[str, Tensor]:
        """The tensors that ``own`` finds in this module and all inside it, by path."""
        found: dict[str, Tensor] = {}
        seen: set[int] = set()
        for path, module, contents in self._walk(remove_duplicate):
            for name, tensor in own(module, contents):
                if remove_duplicate and id(tensor) in seen:
                    continue
                seen.add(id(tensor))
                found[f"{path}.{name}" if path else name] = tensor
        return found

    @property
    def named_params(self) -> dict[str, Tensor]:
        """All parameters by path, frozen ones too; a shared one appears once."""
        return self._named(Module._registered)

    @property
    def params(self) -> Parameters:
        """All parameters, in the order of :attr:`named_params`."""
        return Parameters(self)

    @property
    def named_buffers(self) -> dict[str, Tensor]:
        """All buffers by path; a shared one appears once."""
        return self._named(lambda module, _: module._own_buffers())

    @property
    def buffers(self) -> list[Tensor]:
        """All buffers, in the order of :attr:`named_buffers`."""
        return list(self.named_buffers.values())

    # --------------------------------------------------------------------------------- state

    def reset_parameters(self) -> None:
        """Draws fresh initial values for everything inside; optimizers keep their hold."""
        for child in self.children():
            child.reset_parameters()

    def freeze(self) -> Module:
        """No gradients for the parameters from now on. Returns the module."""
        for param in self.params:
            param.requires_grad = False
            param.grad = None
        return self

    def unfreeze(self) -> Module:
        """Gradients for all parameters again. Returns the module."""
        for param in self.params:
            param.requires_grad = True
        return self

    def train(self, mode: bool = True) -> Module:
        """Training mode for this module and all inside it (dropout, batch norm)."""
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self) -> Module:
        """Evaluation mode: ``train(False)``."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forgets the gradients of all parameters."""
        for param in self.params:
            param.grad = None

    def apply(self, function: Callable[[Module], Any]) -> Module:
        """Calls ``function`` on this module and all inside it, parents first."""
        for module in list(self.modules()):
            function(module)
        return self

    def to(self, dtype: Any) -> Module:
        """Casts parameters and floating buffers to ``dtype``. Returns the module.

        They become new tensors, since a handle never changes its dtype: an optimizer that follows
        the module starts their state anew.

        Args:
            dtype: a float dtype; or ``"cpu"``, the device where every module is.

        Raises:
            ValueError: ``dtype`` is no float.
            TypeError: something else, such as another device.
        """
        dtype = dtype_of_target(f"{type(self).__name__}.to", dtype)
        if dtype is None:
            return self
        if not dtype.is_float:
            raise ValueError(
                f"{type(self).__name__}.to: {dtype} is no float; expected a float dtype"
            )
        cast: dict[int, Tensor] = {}
        for tensor in self._named(_own_tensors).values():
            if tensor.is_floating_point:
                cast[id(tensor)] = tensor.detach().to(dtype)
                cast[id(tensor)].requires_grad = tensor.requires_grad
        for module in self.modules():
            for name, value in list(vars(module).items()):
                object.__setattr__(module, name, _replaced(value, cast))
        return self

    def state_dict(self) -> dict[str, Tensor]:
        """Parameters and persistent buffers by path, as values that later steps do not change.

        A shared tensor is under each of its names, as in PyTorch.
        """
        tensors = self._named(_saved, remove_duplicate=False)
        return {name: tensor.detach() for name, tensor in tensors.items()}

    def load_state_dict(self, state: Mapping[str, Tensor], *, strict: bool = True) -> Mismatch:
        """Takes over the values of ``state``; the handles stay, so optimizers keep their hold.

        Args:
            state: tensors by path, as :meth:`state_dict` gives and :func:`axon.load` reads them;
                they are cast to the dtypes of this module.
            strict: whether every name must be in both. A shared tensor needs one of its names.

        Returns:
            The names that are missing in ``state`` and those that are unexpected.

        Raises:
            ValueError: a shape differs, or ``strict`` and a name is missing or unexpected; the
                message lists all of them. Nothing has been changed then.
            TypeError: ``state`` is not a mapping of tensors.

        Example:
            >>> body, head = axon.nn.Linear(4, 3), axon.nn.Linear(3, 2)
            >>> model = axon.nn.Pipeline(body=body, head=head)
            >>> state = {"body." + name: tensor for name, tensor in body.state_dict().items()}
            >>> model.load_state_dict(state, strict=False).missing_keys
            ['head.weight', 'head.bias']
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                f"{type(self).__name__}.load_state_dict: state is a {type(state).__name__}; "
                "expected tensors by name, as state_dict() gives or axon.load(path) reads them"
            )
        for name, value in state.items():
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"{type(self).__name__}.load_state_dict: {name!r} is a {type(value).__name__}; "
                    "expected a tensor: wrap arrays in axon.tensor(...)"
                )
        own = self._named(_own_tensors, remove_duplicate=False)
        saved = self._named(_saved, remove_duplicate=False)
        given = {id(own[name]) for name in state if name in own}
        mismatch = Mismatch(
            [name for name, tensor in saved.items() if id(tensor) not in given],
            [name for name in state if name not in own],
        )
        common = [name for name in state if name in own]
        shapes = [
            f"{name!r} is {own[name].shape} here, {tuple(state[name].shape)} in the state"
            for name in common
            if own[name].shape != tuple(state[name].shape)
        ]
        if shapes or (strict and any(mismatch)):
            raise ValueError(_misfit(type(self).__name__, mismatch if strict else None, shapes))
        with no_grad():
            for name in common:
                own[name]._assign(state[name].detach().to(own[name].dtype))
        return mismatch

    # --------------------------------------------------------------------------------- looking

    def summary(self, *inputs: Any) -> Summary:
        """A table of the calls that a pass makes: shapes, parameters, kernels, time.

        Each row tells what computing its result takes by itself; the last line what the whole takes
        when it is fused, without gradients and in the present mode. It runs the module several
        times; buffers and random numbers stay as they were.

        Args:
            inputs: what the module is called with.

        Example:
            >>> model = axon.nn.Linear(4, 3) >> axon.nn.ReLU()
            >>> [(row.name, row.shape, row.params) for row in model.summary(axon.ones(2, 4)).rows]
            [('0', (2, 3), 15), ('1', (2, 3), 0)]
        """
        from axon.nn.summary import summarize

        return summarize(self, inputs)

    # ---------------------------------------------------------------------------------- repr

    def extra_repr(self) -> str:
        """What :func:`repr` shows: arguments of the constructor that are attributes of that name.

        Those with a default are shown where they differ from it.
        """
        shown = []
        for name, parameter in inspect.signature(type(self).__init__).parameters.items():
            value = getattr(self, name, None)
            if isinstance(parameter.default, bool) and not isinstance(value, bool):
                value = value is not None
            if name == "self" or _found_in(name, value) or name not in vars(self):
                continue
            if parameter.default is parameter.empty:
                shown.append(_shown(value))
            elif not _is_all(value, parameter.default):
                shown.append(f"{name}={_shown(value)}")
        return ", ".join(shown)

    def __repr__(self) -> str:
        head = type(self).__name__
        children = [f"({name}): {child!r}" for name, child in self.named_children()]
        return nested_repr(head, self.extra_repr(), children)


def nested_repr(head: str, extra: str, children: list[str]) -> str:
    """``Head(extra)`` on one line, or with its children indented below."""
    if not children:
        return f"{head}({extra})"
    lines = [extra] if extra else []
    lines += ["\n  ".join(child.splitlines()) for child in children]
    return f"{head}(\n  " + "\n  ".join(lines) + "\n)"


def _shown(value: Any) -> str:
    return getattr(value, "__qualname__", repr(value))


def _is_all(value: Any, default: Any) -> bool:
    """True iff a value, or each of the sizes that it was spread to, is ``default``."""
    return value == default or (isinstance(value, tuple) and all(v == default for v in value))


def _found_in(name: str, value: Any) -> Contents:
    """The tensors and modules of an attribute, within lists, tuples and dicts too."""
    if isinstance(value, (Tensor, Module)):
        return [(name, value)]
    if isinstance(value, (list, tuple)) and not isinstance(value, Parameters):
        items: Iterable[tuple[Any, Any]] = enumerate(value)
    elif isinstance(value, dict):
        items = value.items()
    else:
        return ()
    return [found for key, item in items for found in _found_in(f"{name}.{key}", item)]


def _replaced(value: Any, by_id: dict[int, Tensor]) -> Any:
    """An attribute with tensors exchanged; lists and dicts stay the same objects."""
    if isinstance(value, Tensor):
        return by_id.get(id(value), value)
    if isinstance(value, list):
        value[:] = [_replaced(item, by_id) for item in value]
    elif isinstance(value, dict):
        value.update({key: _replaced(item, by_id) for key, item in value.items()})
    elif type(value) is tuple:
        return tuple(_replaced(item, by_id) for item in value)
    return value


def _own_tensors(module: Module, contents: Contents) -> Iterable[Named]:
    yield from module._registered(contents)
    yield from module._own_buffers()


def _saved(module: Module, contents: Contents) -> Iterable[Named]:
    yield from module._registered(contents)
    yield from module._own_buffers(persistent=True)


def _misfit(module: str, mismatch: Mismatch | None, shapes: list[str]) -> str:
    """What :meth:`Module.load_state_dict` says of a state that does not fit."""
    lines = [f"{module}.load_state_dict: the state does not fit"]
    if mismatch and mismatch.missing_keys:
        lines.append(f"  missing: {', '.join(mismatch.missing_keys)}")
    if mismatch and mismatch.unexpected_keys:
        lines.append(f"  unexpected: {', '.join(mismatch.unexpected_keys)}")
    lines += [f"  shape: {line}" for line in shapes]
    remedy = "Build the module with the sizes it was saved with"
    if mismatch and any(mismatch):
        remedy += ", or pass strict=False to load what both have"
    return "\n".join([*lines, remedy + "."])
