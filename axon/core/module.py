"""Module: anything with parameters, buffers or a training mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from axon.core.autograd import Handle, no_grad
from axon.core.tensor import Tensor


class Module:
    """A callable step with parameters (learned) and buffers (kept, not learned).

    Assigning an attribute registers it, and no call to ``super().__init__()`` is needed:

    * a leaf tensor with ``requires_grad`` is a parameter, and stays one when it is frozen;
    * a module, or a list, tuple or dict with modules in it, is a child;
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

    training: bool
    _param_names: dict[str, None]
    _buffer_names: dict[str, bool]
    _forward_pre_hooks: dict[int, Callable]
    _forward_hooks: dict[int, Callable]

    def __new__(cls, *args: Any, **kwargs: Any) -> Module:
        self = super().__new__(cls)
        object.__setattr__(self, "training", True)
        object.__setattr__(self, "_param_names", {})
        object.__setattr__(self, "_buffer_names", {})
        object.__setattr__(self, "_forward_pre_hooks", {})
        object.__setattr__(self, "_forward_hooks", {})
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        is_leaf = isinstance(value, Tensor) and value.requires_grad and value.tape is None
        if is_leaf and name not in self._buffer_names:
            self._param_names[name] = None
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._param_names.pop(name, None)
        self._buffer_names.pop(name, None)

    def register_buffer(self, name: str, tensor: Tensor | None, *, persistent: bool = True) -> None:
        """Makes ``tensor`` the buffer ``self.NAME``; it is saved iff ``persistent``."""
        self._param_names.pop(name, None)
        self._buffer_names[name] = persistent
        object.__setattr__(self, name, tensor)

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
        output = self.forward(*inputs, **options)
        for hook in tuple(self._forward_hooks.values()):
            replaced = hook(self, inputs, output)
            if replaced is not None:
                output = replaced
        return output

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

    def __rshift__(self, step: Callable) -> Module:
        from axon.nn.pipeline import compose

        return compose(self, step)

    def __rrshift__(self, step: Callable) -> Module:
        from axon.nn.pipeline import compose

        return compose(step, self)

    # ------------------------------------------------------------------------------ contents

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, by attribute name (``layers.0`` in a list)."""
        for name, value in vars(self).items():
            if not name.startswith("_"):
                yield from _modules_in(name, value)

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (named ``""``) and all inside it, parents first, each once."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:
            name, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            prefix = name + "." if name else ""
            children = [
                (prefix + child_name, child) for child_name, child in module.named_children()
            ]
            stack.extend(reversed(children))

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, each once."""
        return (module for _, module in self.named_modules())

    def _named_tensors(self, names_of: Callable[[Module], Any]) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name in names_of(module):
                tensor = getattr(module, name)
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    found[f"{path}.{name}" if path else name] = tensor
        return found

    @property
    def named_params(self) -> dict[str, Tensor]:
        """All parameters by path, frozen ones too; a shared one appears once."""
        return self._named_tensors(lambda module: module._param_names)

    @property
    def params(self) -> list[Tensor]:
        """All parameters, in the order of :attr:`named_params`."""
        return list(self.named_params.values())

    @property
    def named_buffers(self) -> dict[str, Tensor]:
        """All buffers by path."""
        return self._named_tensors(lambda module: module._buffer_names)

    @property
    def buffers(self) -> list[Tensor]:
        """All buffers, in the order of :attr:`named_buffers`."""
        return list(self.named_buffers.values())

    # --------------------------------------------------------------------------------- state

    def reset_parameters(self) -> None:
        """Draws fresh initial values for everything inside; optimizers keep their hold."""
        for _, child in self.named_children():
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

        They become new tensors, since a handle never changes its dtype: cast first, then make the
        optimizer.
        """
        cast: dict[int, Tensor] = {}
        for module in self.modules():
            for name in [*module._param_names, *module._buffer_names]:
                tensor = getattr(module, name)
                if tensor is None or not tensor.is_floating_point:
                    continue
                if id(tensor) not in cast:
                    cast[id(tensor)] = tensor.detach().to(dtype)
                    cast[id(tensor)].requires_grad = tensor.requires_grad
                object.__setattr__(module, name, cast[id(tensor)])
        return self

    def state_dict(self) -> dict[str, Tensor]:
        """Parameters and persistent buffers by path, as values that later steps do not change."""
        saved = self._named_tensors(
            lambda m: [*m._param_names, *(n for n, keep in m._buffer_names.items() if keep)]
        )
        return {name: tensor.detach() for name, tensor in saved.items()}

    def load_state_dict(self, state: Mapping[str, Tensor], *, strict: bool = True) -> None:
        """Takes over the values of ``state``; the handles stay, so optimizers keep their hold.

        Raises:
            ValueError: a shape differs, or ``strict`` and a name is missing or unknown.
                Nothing has been changed then.
        """
        own = self._named_tensors(lambda m: [*m._param_names, *m._buffer_names])
        saved = self.state_dict()
        problems = []
        if strict:
            problems += [f"missing {name!r}" for name in saved if name not in state]
            problems += [f"unknown {name!r}" for name in state if name not in own]
        common = [name for name in own if name in state]
        problems += [
            f"{name!r} has shape {own[name].shape}, the state has {state[name].shape}"
            for name in common
            if tuple(own[name].shape) != tuple(state[name].shape)
        ]
        if problems:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: the state does not fit: "
                + "; ".join(problems)
                + ". Build the module with the sizes it was saved with"
                + (", or pass strict=False for missing and unknown names." if strict else ".")
            )
        with no_grad():
            for name in common:
                own[name]._assign(state[name].to(own[name].dtype))

    # ---------------------------------------------------------------------------------- repr

    def extra_repr(self) -> str:
        """The arguments that :func:`repr` shows."""
        return ""

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


def _modules_in(name: str, value: Any) -> Iterator[tuple[str, Module]]:
    if isinstance(value, Module):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _modules_in(f"{name}.{index}", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _modules_in(f"{name}.{key}", item)
