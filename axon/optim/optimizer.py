"""What all optimizers share: groups of parameters, their state, and the one flush of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from axon import _runtime
from axon.core.autograd import enable_grad, no_grad
from axon.core.creation import zeros_like
from axon.core.module import Parameters
from axon.core.tensor import Tensor

Params = Tensor | Iterable[Tensor] | Iterable[dict[str, Any]]

_NOT_NEGATIVE = {"lr", "weight_decay", "momentum", "eps", "alpha", "rho", "lr_decay"}


class Optimizer:
    """Base of the optimizers; a subclass defines :meth:`update`.

    An optimizer that is given ``model.params`` follows the model: each step it asks for the
    parameters anew. Those of a layer that was swapped in are updated and start without state, those
    that stayed keep theirs, and those that are gone are forgotten. Any other list, such as
    ``list(model.params)``, stays as it is.

    Args:
        params: ``model.params``, a tensor or several; or groups of them with options of their own:
            ``[{"params": body.params, "lr": 1e-4}, {"params": head.params}]``.
        options: what holds for groups that do not say otherwise. They are plain numbers in
            ``optimizer.param_groups``: change them whenever you like, nothing is compiled anew.

    Attributes:
        param_groups: a dict of options for each group, its tensors under "params".
        state: by parameter, what the rule remembers.

    Raises:
        ValueError: no parameter at all, one in two groups, or one that was computed from others; an
            option out of its range, such as a negative learning rate.
        TypeError: something is not a tensor, or an option is unknown.
    """

    def __init__(self, params: Params, **options: Any) -> None:
        self.defaults = options
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Tensor, dict[str, Any]] = {}
        given: Any = params if isinstance(params, Tensor | Parameters) else list(params)
        are_groups = isinstance(given, list) and len(given) > 0 and isinstance(given[0], dict)
        for group in given if are_groups else [{"params": given}]:
            self.add_param_group(group)
        # Parameters exist from now on, so a step that fails leaves them as they are.
        _runtime.flush()

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Adds parameters, with options of their own where ``group`` has them.

        Example:
            >>> body, head = axon.nn.Linear(4, 3), axon.nn.Linear(3, 2)
            >>> optimizer = axon.optim.SGD(body.params, lr=0.1)
            >>> optimizer.add_param_group({"params": head.params, "lr": 0.01})
            >>> [group["lr"] for group in optimizer.param_groups]
            [0.1, 0.01]
        """
        if "params" not in group:
            raise TypeError(
                f"axon.optim.{type(self).__name__}: a group has options {[*group]}, but no 'params'"
            )
        params = group["params"]
        if isinstance(params, Tensor):
            params = [params]
        params = params if isinstance(params, Parameters) else list(params)
        unknown = set(group) - set(self.defaults) - {"params", "initial_lr"}
        if unknown:
            raise TypeError(
                f"axon.optim.{type(self).__name__}: a group has options {sorted(unknown)}; "
                f"expected some of {[*self.defaults]}"
            )
        added = {**self.defaults, **group, "params": params}
        self._check([*self.param_groups, added])
        self.param_groups.append(added)

    def _check(self, groups: list[dict[str, Any]]) -> None:
        name = f"axon.optim.{type(self).__name__}"
        params = [param for group in groups for param in group["params"]]
        if not params:
            raise ValueError(f"{name}: there are no parameters; pass `model.params`")
        for group in groups:
            _check_options(name, group)
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(
                    f"{name}: a parameter is a {type(param).__name__}; "
                    "expected axon.Tensor: pass `model.params`"
                )
            if not param.is_leaf:
                raise ValueError(
                    f"{name}: a parameter of shape {param.shape} was computed from others, so "
                    "backward gives it no gradient; pass those, or its .detach()"
                )
        if len({id(param) for param in params}) < len(params):
            raise ValueError(f"{name}: a parameter appears twice; leave one out")

    @property
    def params(self) -> list[Tensor]:
        """The parameters of all groups, as they are now."""
        self._follow()
        return [param for group in self.param_groups for param in group["params"]]

    def _follow(self) -> None:
        """Asks modules that are followed for their parameters; forgets the state of lost ones."""
        has_changed = False
        for group in self.param_groups:
            if isinstance(group["params"], Parameters):
                now = group["params"].module.params
                has_changed |= list(map(id, now)) != list(map(id, group["params"]))
                group["params"] = now
        if has_changed:
            self._check(self.param_groups)
            kept = {id(param) for group in self.param_groups for param in group["params"]}
            self.state = {p: state for p, state in self.state.items() if id(p) in kept}

    @property
    def lr(self) -> float:
        """The learning rate of the first group; setting it sets every group's."""
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value: float) -> None:
        for group in self.param_groups:
            group["lr"] = value

    def zero_grad(self) -> None:
        """Forgets all gradients: the next backward starts from nothing."""
        for param in self.params:
            param.grad = None

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Updates every parameter that has a gradient, then computes all of it in one flush.

        When it fails (an interrupt, no memory), parameters and state are as they were before.

        Args:
            closure: called first, with gradients on; it forgets the old gradients, runs backward
                and gives the loss.

        Returns:
            What ``closure`` gave, or None.

        Example:
            >>> weight = axon.ones(2, requires_grad=True)
            >>> optimizer = axon.optim.SGD([weight], lr=0.25)
            >>> def closure():
            ...     optimizer.zero_grad()
            ...     loss = (weight * weight).sum()
            ...     loss.backward()
            ...     return loss
            >>> optimizer.step(closure).item(), weight.tolist()
            (2.0, [0.5, 0.5])
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self._follow()
        before: dict[Tensor, dict[str, Any]] = {}
        try:
            with no_grad():
                self._record(before)
            _runtime.flush()
        except BaseException:
            self.state.update(before)
            raise
        for param in before:
            self.state[param]["step"] += 1
        return loss

    def _record(self, before: dict[Tensor, dict[str, Any]]) -> None:
        """Records all updates; ``before`` gets the state that each parameter had.

        An error on the way takes back what was recorded. One in the flush is taken back by it, so
        old values need not be held then, and new ones may take their place in memory.
        """
        old: list[tuple[Tensor, Tensor]] = []
        try:
            for group in self.param_groups:
                for param in group["params"]:
                    if param.requires_grad and param.grad is not None:
                        state = self.state.setdefault(param, {"step": 0})
                        before[param] = dict(state)
                        handles = [v for v in (param, *state.values()) if isinstance(v, Tensor)]
                        old += [(handle, handle.detach()) for handle in handles]
                        self._update(param, state, group)
        except BaseException:
            for handle, value in old:
                handle._assign(value)
            raise

    def _update(self, param: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
        assert param.grad is not None
        grad = -param.grad if group.get("maximize") else param.grad
        self.update(param, grad, state, group)

    def update(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], options: dict[str, Any]
    ) -> None:
        """Records the update of one parameter.

        ``state`` is its own. At first it only holds "step", the number of steps that it was updated
        before.
        """
        raise NotImplementedError(f"{type(self).__name__}.update is not defined")

    # --------------------------------------------------------------------------------- files

    def state_dict(self) -> dict[str, Any]:
        """The options of each group and the state of each parameter, by its number.

        The values are those of now; :func:`axon.save` writes them to a file.
        """
        numbers = {id(param): number for number, param in enumerate(self.params)}
        groups = [
            {**group, "params": [numbers[id(param)] for param in group["params"]]}
            for group in self.param_groups
        ]
        state = {numbers[id(p)]: _detached(entries) for p, entries in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Takes over what :meth:`state_dict` gave, for the same parameters in the same order.

        Raises:
            ValueError: it is something else, or there were other groups, other options, or
                parameters of other shapes. Nothing has been changed then.
        """
        if not isinstance(saved, Mapping) or not {"state", "param_groups"} <= set(saved):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: expected what its state_dict() gives, "
                "with 'state' and 'param_groups'"
            )
        params, groups = self.params, saved["param_groups"]
        sizes = [len(group["params"]) for group in self.param_groups]
        if [len(group["params"]) for group in groups] != sizes:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: groups of "
                f"{[len(group['params']) for group in groups]} parameters were saved, this "
                f"optimizer has {sizes}"
            )
        unknown = set().union(*groups) - set(self.defaults) - {"params", "initial_lr"}
        if unknown:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: options {sorted(unknown)} were saved; "
                f"this optimizer has {[*self.defaults]}: load it into one of the class it is from"
            )
        state = {params[int(n)]: _detached(entries) for n, entries in saved["state"].items()}
        for param, entries in state.items():
            for name, value in entries.items():
                if isinstance(value, Tensor) and value.shape != param.shape:
                    raise ValueError(
                        f"{type(self).__name__}.load_state_dict: {name!r} was saved for a "
                        f"parameter of shape {value.shape}, this one is {param.shape}"
                    )
        for group, options in zip(self.param_groups, groups, strict=True):
            group.update({k: v for k, v in options.items() if k != "params"})
        self.state = state

    def __repr__(self) -> str:
        options = {k: v for k, v in self.param_groups[0].items() if k != "params"}
        shown = ", ".join(f"{name}={value}" for name, value in options.items())
        return f"{type(self).__name__}({len(self.params)} parameters, {shown})"


def tensors_of(state: dict[str, Any], like: Tensor, *names: str) -> list[Tensor]:
    """Entries of a state, zeros of the shape of ``like`` at first."""
    for name in names:
        if name not in state:
            state[name] = zeros_like(like)
    return [state[name] for name in names]


def assign(handles: Iterable[Tensor], values: Iterable[Tensor]) -> None:
    """Gives handles new values, which a step that fails takes back."""
    for handle, value in zip(handles, values, strict=True):
        handle._assign(value)


def _check_options(name: str, group: Mapping[str, Any]) -> None:
    for option in _NOT_NEGATIVE & set(group):
        value = group[option]
        if not hasattr(value, "__float__"):
            raise TypeError(f"{name}: {option} is {value!r}; expected a number")
        if not value >= 0:  # nor is NaN
            raise ValueError(f"{name}: {option} is {value}; expected at least 0")
    betas = group.get("betas", (0, 0))
    is_pair = isinstance(betas, (tuple, list)) and len(betas) == 2
    if not is_pair or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"{name}: betas is {betas}; expected two numbers in [0, 1)")


def _detached(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.detach() if isinstance(v, Tensor) else v for k, v in entries.items()}
