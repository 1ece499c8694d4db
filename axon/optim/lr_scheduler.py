"""Learning rates that change from epoch to epoch.

A scheduler says what the learning rates are after so many steps of it, from those that they started
with (``group["initial_lr"]``): it keeps no running product, so it can be put anywhere. A changed
learning rate is a number; nothing is planned or compiled anew.

Example:
    >>> optimizer = axon.optim.SGD(axon.nn.Linear(2, 2).params, lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> schedule = SequentialLR(optimizer, [warm_up, ExponentialLR(optimizer, 0.5)], milestones=[3])
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates.append(optimizer.lr)
    ...     schedule.step()
    >>> rates
    [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from axon.optim.optimizer import Optimizer


class LRScheduler:
    """Base of the schedulers; a subclass defines :meth:`rate`.

    Making one sets the learning rates of epoch 0; :meth:`step`, called after each epoch (or batch,
    whatever the numbers count), those of the next.

    Args:
        optimizer: whose ``param_groups`` are set.
        last_epoch: where to start from: -1 begins at epoch 0.

    Attributes:
        last_epoch: the epoch that the learning rates are set for.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"axon.optim.{type(self).__name__}: optimizer is a {type(optimizer).__name__}; "
                "expected an axon.optim.Optimizer"
            )
        self.optimizer = optimizer
        self.last_epoch = last_epoch
        self.step()

    def _length(self, name: str, epochs: int) -> int:
        """A number of epochs; ValueError if there are none."""
        if epochs < 1:
            raise ValueError(
                f"axon.optim.{type(self).__name__}: {name} is {epochs}; expected 1 or more"
            )
        return epochs

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        """The learning rate at ``epoch`` of the group with that number and initial rate."""
        raise NotImplementedError(f"{type(self).__name__}.rate is not defined")

    def apply(self, epoch: int) -> None:
        """Sets the learning rates to those of ``epoch``."""
        for number, group in enumerate(self.optimizer.param_groups):
            base_lr = group.setdefault("initial_lr", group["lr"])
            group["lr"] = self.rate(base_lr, epoch, number)

    def step(self) -> None:
        """Sets the learning rates of the next epoch."""
        self.last_epoch += 1
        self.apply(self.last_epoch)

    def get_last_lr(self) -> list[float]:
        """The present learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is."""
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes to where :meth:`state_dict` was."""
        self.last_epoch = state["last_epoch"]
        self.apply(self.last_epoch)


class LambdaLR(LRScheduler):
    """The initial rate times ``lr_lambda(epoch)``.

    Args:
        lr_lambda: a function, or one for each group.

    Raises:
        ValueError: there are more groups or fewer than functions.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ValueError(
                f"axon.optim.LambdaLR: {len(self.lr_lambdas)} functions for {groups} groups; "
                "expected one for each, or one for all"
            )
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return base_lr * self.lr_lambdas[group](epoch)


class StepLR(LRScheduler):
    """Times ``gamma`` after every ``step_size`` epochs."""

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = self._length("step_size", step_size)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return base_lr * self.gamma ** (epoch // self.step_size)


class MultiStepLR(LRScheduler):
    """Times ``gamma`` at each of the ``milestones``."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Sequence[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = sorted(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return base_lr * self.gamma ** bisect_right(self.milestones, epoch)


class ConstantLR(LRScheduler):
    """Times ``factor`` for the first ``total_iters`` epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return base_lr * self.factor if epoch < self.total_iters else base_lr


class LinearLR(LRScheduler):
    """Times a factor on a line from ``start_factor`` to ``end_factor``: a warm-up, or its opposite.

    Args:
        start_factor, end_factor: at epoch 0, and from epoch ``total_iters`` on.
        total_iters: how long the way is.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        share = min(epoch / self.total_iters, 1.0) if self.total_iters else 1.0
        return base_lr * (self.start_factor + (self.end_factor - self.start_factor) * share)


class ExponentialLR(LRScheduler):
    """Times ``gamma`` after every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return base_lr * self.gamma**epoch


class PolynomialLR(LRScheduler):
    """Times (1 - epoch / total_iters)^power, down to 0."""

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters = self._length("total_iters", total_iters)
        self.power = power
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return base_lr * (1.0 - min(epoch / self.total_iters, 1.0)) ** self.power


class CosineAnnealingLR(LRScheduler):
    """Down to ``eta_min`` along half a cosine in ``T_max`` epochs (Loshchilov and Hutter, 2017).

    After that it rises again.
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = self._length("T_max", T_max)
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        return _cosine(base_lr, self.eta_min, epoch / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Down along half a cosine, again and again (Loshchilov and Hutter, 2017).

    Args:
        T_0: epochs of the first round.
        T_mult: how many times as long each round is as the one before.
        eta_min: the learning rate at the end of a round.

    Raises:
        ValueError: ``T_0`` or ``T_mult`` is no positive integer.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 < 1 or T_mult < 1:
            raise ValueError(
                f"axon.optim.CosineAnnealingWarmRestarts: T_0 is {T_0}, T_mult {T_mult}; expected "
                "positive integers"
            )
        self.T_0 = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        length, begun = self.T_0, 0
        while epoch >= begun + length:
            begun += length
            length *= self.T_mult
        return _cosine(base_lr, self.eta_min, (epoch - begun) / length)


class OneCycleLR(LRScheduler):
    """Up to ``max_lr``, then far down, within one cycle (Smith and Topin, 2018).

    It is made to be stepped after each batch. The momentum (or the first beta) goes the other way.

    Args:
        max_lr: the highest learning rate, or that of each group.
        total_steps: of the cycle; or ``epochs`` times ``steps_per_epoch``.
        pct_start: the share of the way up.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: whether momentum is set too.
        base_momentum, max_momentum: its bounds.
        div_factor: max_lr over the learning rate at the start.
        final_div_factor: the learning rate at the start over that at the end.
        three_phase: whether to come down to the start before the last descent.

    Raises:
        ValueError: no length was given, or the optimizer has no momentum to be set.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        groups = optimizer.param_groups
        if total_steps is None:
            total_steps = (epochs or 0) * (steps_per_epoch or 0)
        if total_steps < 1 or anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"axon.optim.OneCycleLR: {total_steps} steps, anneal_strategy {anneal_strategy!r}; "
                "expected total_steps, or epochs and steps_per_epoch; 'cos' or 'linear'"
            )
        if cycle_momentum and not all("momentum" in g or "betas" in g for g in groups):
            raise ValueError(
                "axon.optim.OneCycleLR: the optimizer has no momentum; pass cycle_momentum=False"
            )
        self.total_steps = total_steps
        self.cycle_momentum = cycle_momentum
        self.momenta = (max_momentum, base_momentum)
        self.final_div_factor = final_div_factor
        self.between = _cosine if anneal_strategy == "cos" else _line
        self.ends = self._ends(pct_start, three_phase)
        self.div_factor = div_factor
        rates = [max_lr] * len(groups) if isinstance(max_lr, (int, float)) else list(max_lr)
        for group, highest in zip(groups, rates, strict=True):
            group["initial_lr"] = highest / div_factor
        super().__init__(optimizer, last_epoch)

    def _ends(self, pct_start: float, three_phase: bool) -> list[float]:
        """The steps at which the phases end."""
        peak, last = pct_start * self.total_steps - 1, self.total_steps - 1
        return [peak, 2 * peak, last] if three_phase else [peak, last]

    def _along(self, epoch: int, values: Sequence[float]) -> float:
        """The value at a step, between those at the ends of the phases."""
        begin = 0.0
        for end, first, second in zip(self.ends, values, values[1:], strict=False):
            if epoch <= end or end == self.ends[-1]:
                return self.between(first, second, (epoch - begin) / (end - begin))
            begin = end
        raise AssertionError("the last phase has no end")

    def rate(self, base_lr: float, epoch: int, group: int) -> float:
        if epoch >= self.total_steps:
            raise ValueError(
                f"axon.optim.OneCycleLR: step {epoch} of a cycle of {self.total_steps}; "
                "make it as long as the training"
            )
        middle = [base_lr] if len(self.ends) == 3 else []
        highest = base_lr * self.div_factor
        return self._along(epoch, [base_lr, highest, *middle, base_lr / self.final_div_factor])

    def apply(self, epoch: int) -> None:
        super().apply(epoch)
        if not self.cycle_momentum:
            return
        high, low = self.momenta
        momentum = self._along(epoch, [high, low, high, high][: len(self.ends) + 1])
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum


class SequentialLR(LRScheduler):
    """One scheduler after the other: each starts from its epoch 0 at a milestone.

    Args:
        schedulers: schedulers of the same optimizer.
        milestones: when each but the first begins.

    Raises:
        ValueError: there are not as many milestones as changes, or schedulers of other optimizers.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if len(milestones) != len(schedulers) - 1 or any(
            scheduler.optimizer is not optimizer for scheduler in schedulers
        ):
            raise ValueError(
                f"axon.optim.SequentialLR: {len(schedulers)} schedulers, {len(milestones)} "
                "milestones; expected one milestone fewer, and schedulers of this optimizer"
            )
        self.schedulers = list(schedulers)
        self.milestones = list(milestones)
        super().__init__(optimizer, last_epoch)

    def apply(self, epoch: int) -> None:
        number = bisect_right(self.milestones, epoch)
        begun = self.milestones[number - 1] if number else 0
        self.schedulers[number].apply(epoch - begun)


class ReduceLROnPlateau:
    """Times ``factor`` when a metric has not improved for ``patience`` epochs.

    Args:
        optimizer: whose ``param_groups`` are set.
        mode: "min" if lower is better, else "max".
        factor: what learning rates are multiplied by.
        patience: epochs without improvement that are borne.
        threshold: how much better counts as better.
        threshold_mode: "rel" for a share of the best value, "abs" for a difference.
        cooldown: epochs after a reduction that do not count.
        min_lr: where it ends, a number or one for each group.
        eps: smaller changes are not made.

    Example:
        >>> optimizer = axon.optim.SGD(axon.nn.Linear(2, 2).params, lr=1.0)
        >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        >>> for loss in (1.0, 0.9, 0.9, 0.9):
        ...     scheduler.step(loss)
        >>> optimizer.lr
        0.5
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs") or factor >= 1:
            raise ValueError(
                f"axon.optim.ReduceLROnPlateau: mode {mode!r}, threshold_mode {threshold_mode!r}, "
                f"factor {factor}; expected 'min' or 'max', 'rel' or 'abs', and less than 1"
            )
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.eps = eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self.last_epoch = 0

    def step(self, metrics: Any) -> None:
        """Takes note of the metric after an epoch: a number, or a tensor with one element."""
        value = float(metrics)
        self.last_epoch += 1
        if self._is_better(value):
            self.best = value
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _is_better(self, value: float) -> bool:
        sign = 1.0 if self.mode == "min" else -1.0
        margin = self.threshold
        if self.threshold_mode == "rel":
            margin *= abs(self.best) if math.isfinite(self.best) else 1.0
        return sign * value < sign * self.best - margin

    def _reduce(self) -> None:
        for number, group in enumerate(self.optimizer.param_groups):
            lowest = self.min_lr if isinstance(self.min_lr, (int, float)) else self.min_lr[number]
            reduced = max(group["lr"] * self.factor, lowest)
            if group["lr"] - reduced > self.eps:
                group["lr"] = reduced

    def get_last_lr(self) -> list[float]:
        """The present learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """What it has seen."""
        names = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from what :meth:`state_dict` gave."""
        vars(self).update(state)


def _line(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def _cosine(start: float, end: float, share: float) -> float:
    """From ``start`` (share 0) to ``end`` (share 1) along half a cosine."""
    return end + (start - end) * (1.0 + math.cos(math.pi * share)) / 2.0
