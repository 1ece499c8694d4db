"""Switches: whether this thread puts ops on the tape."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from typing import Any, TypeVar, cast

from axon import _runtime

Function = TypeVar("Function", bound=Callable)


def is_grad_enabled() -> bool:
    """True iff ops of this thread are put on the tape."""
    return _runtime.grad_enabled()


class GradMode:
    """A mode for a block, a function or a generator."""

    enabled: bool

    def __call__(self, function: Function) -> Function:
        mode = enable_grad if self.enabled else no_grad  # a new one a call: functions may recurse
        if inspect.isgeneratorfunction(function):
            return cast(Function, _decorate_generator(mode, function))

        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with mode():
                return function(*args, **kwargs)

        return cast(Function, decorated)

    def __enter__(self) -> None:
        self._before = _runtime.set_grad_enabled(self.enabled)

    def __exit__(self, *error: object) -> None:
        _runtime.set_grad_enabled(self._before)


def _decorate_generator(mode: type[GradMode], function: Callable) -> Callable:
    """The mode holds while the generator's own code runs, not where it is read."""

    @functools.wraps(function)
    def decorated(*args: Any, **kwargs: Any) -> Generator:
        generator = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, generator)
        while True:
            try:
                with mode():
                    item = resume()
            except StopIteration as end:
                return end.value
            try:
                sent = yield item
            except GeneratorExit:
                generator.close()
                raise
            except BaseException as error:
                resume = functools.partial(generator.throw, error)
            else:
                resume = functools.partial(generator.send, sent)

    return decorated


class no_grad(GradMode):
    """Records no tape inside: ``with axon.no_grad(): ...``, or as a decorator.

    Example:
        >>> x = axon.ones(2, requires_grad=True)
        >>> with axon.no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    enabled = False


class enable_grad(GradMode):
    """Records the tape again inside a :class:`no_grad` block."""

    enabled = True


class inference_mode(GradMode):
    """PyTorch's name for a block that needs no gradients: as :class:`no_grad`.

    Tensors have no version counters that it could save.
    """

    enabled = False


class set_grad_enabled(GradMode):
    """Sets whether ops are put on the tape: at once, or for a block or function.

    Example:
        >>> x = axon.ones(2, requires_grad=True)
        >>> with axon.set_grad_enabled(False):
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    def __init__(self, mode: bool) -> None:
        self.enabled = bool(mode)
        self._before = _runtime.set_grad_enabled(self.enabled)

    def __call__(self, function: Function) -> Function:
        _runtime.set_grad_enabled(self._before)  # a decorator switches within the function only
        return super().__call__(function)

    def __enter__(self) -> None:
        _runtime.set_grad_enabled(self.enabled)
