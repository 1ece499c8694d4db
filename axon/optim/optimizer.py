"""What all optimizers share: groups of parameters, their state, and the one flush of a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from axon import _runtime
from axon.core.autograd import no_grad
from axon.core.tensor import Tensor


class Optimizer:
    """Base of the optimizers; a subclass defines :meth:`update`.

    Args:
        params: tensors such as ``model.params``, or groups of them with options of their own:
            ``[{"params": body.params, "lr": 1e-4}, {"params": head.params}]``.
        options: what holds for groups that do not say otherwise. They are plain numbers in
            ``optimizer.groups``: change them whenever you like, nothing is compiled anew.

    Raises:
        ValueError: no parameter at all, or one in two groups.
        TypeError: something is not a tensor.
    """

    def __init__(self, params: Iterable[Tensor] | Iterable[dict[str, Any]], **options: Any) -> None:
        given = list(params)
        are_groups = len(given) > 0 and isinstance(given[0], dict)
        groups: list[Any] = given if are_groups else [{"params": given}]
        self.groups: list[dict[str, Any]] = []
        for group in groups:
            self.groups.append({**options, **group, "params": list(group["params"])})
        self.state: dict[int, dict[str, Any]] = {}
        self._check()
        # Parameters exist from now on, so a step that fails leaves them as they are.
        _runtime.flush()

    def _check(self) -> None:
        name = type(self).__name__
        params = self.params
        if not params:
            raise ValueError(f"axon.optim.{name}: there are no parameters; pass `model.params`")
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(
                    f"axon.optim.{name}: a parameter is a {type(param).__name__}; "
                    "expected axon.Tensor: pass `model.params`"
                )
        if len({id(param) for param in params}) < len(params):
            raise ValueError(f"axon.optim.{name}: a parameter appears twice; leave one out")

    @property
    def params(self) -> list[Tensor]:
        """The parameters of all groups."""
        return [param for group in self.groups for param in group["params"]]

    @property
    def lr(self) -> float:
        """The learning rate of the first group; setting it sets every group's."""
        return self.groups[0]["lr"]

    @lr.setter
    def lr(self, value: float) -> None:
        for group in self.groups:
            group["lr"] = value

    def zero_grad(self) -> None:
        """Forgets all gradients: the next backward starts from nothing."""
        for param in self.params:
            param.grad = None

    def step(self) -> None:
        """Updates every parameter that has a gradient, then computes all of it in one flush.

        If that fails (an index out of range, no memory, Ctrl-C), parameters and state are what they
        were before the step.
        """
        undo = []
        with no_grad():
            for group in self.groups:
                for param in group["params"]:
                    if param.requires_grad and param.grad is not None:
                        undo.append(self._update_in_place(param, group))
        try:
            _runtime.flush()
        except BaseException:
            for state, numbers, names in undo:
                for name in state.keys() - names:
                    del state[name]
                state.update(numbers)
            raise

    def _update_in_place(self, param: Tensor, group: dict[str, Any]) -> tuple[dict, dict, set]:
        """Records one update; gives its state, the numbers and all names that were in it before.

        A tensor of the state stays the same object and is assigned its new value, as the parameter
        is: a flush that fails brings it back.
        """
        assert param.grad is not None
        state = self.state.setdefault(id(param), {})
        before = dict(state)
        self.update(param, param.grad, state, group)
        numbers = {}
        for name, value in before.items():
            if not isinstance(value, Tensor):
                numbers[name] = value
            elif state[name] is not value:
                value._assign(state[name])
                state[name] = value
        return state, numbers, set(before)

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        """Records the update of one parameter; ``state`` is its own and starts empty."""
        raise NotImplementedError(f"{type(self).__name__}.update is not defined")

    # --------------------------------------------------------------------------------- files

    def state_dict(self) -> dict[str, Any]:
        """The options of each group and the state of each parameter, by its number."""
        options = [{k: v for k, v in g.items() if k != "params"} for g in self.groups]
        state = {
            number: {
                key: value.detach() if isinstance(value, Tensor) else value
                for key, value in self.state[id(param)].items()
            }
            for number, param in enumerate(self.params)
            if id(param) in self.state
        }
        return {"groups": options, "state": state}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, for the same parameters in the same order."""
        if len(saved["groups"]) != len(self.groups):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: {len(saved['groups'])} groups were saved, "
                f"this optimizer has {len(self.groups)}"
            )
        params = self.params
        for group, options in zip(self.groups, saved["groups"], strict=True):
            group.update(options)
        self.state = {
            id(params[int(number)]): {
                key: value.detach() if isinstance(value, Tensor) else value
                for key, value in entries.items()
            }
            for number, entries in saved["state"].items()
        }

    def __repr__(self) -> str:
        options = ", ".join(f"{k}={v}" for k, v in self.groups[0].items() if k != "params")
        return f"{type(self).__name__}({len(self.params)} parameters, {options})"


def clip_grad_norm(params: Iterable[Tensor], max_norm: float) -> Tensor:
    """Scales all gradients down so that their joint 2-norm is at most ``max_norm``.

    Returns:
        The norm before clipping, shape ().
    """
    owners = [param for param in params if param.grad is not None]
    if not owners:
        raise ValueError(
            "axon.optim.clip_grad_norm: no parameter has a gradient; call loss.backward() first"
        )
    with no_grad():
        total = sum((p.grad * p.grad).sum() for p in owners)
        norm = total.sqrt()
        scale = (max_norm / (norm + 1e-6)).clip(high=1.0)
        for param in owners:
            param.grad = param.grad * scale
    return norm
