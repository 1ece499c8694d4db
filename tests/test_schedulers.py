"""Learning-rate schedules: their formulas, their order, and where they resume."""

import math

import numpy as np
import pytest

import axon
from axon import optim


def optimizer(lr=0.5, groups=1, kind=optim.SGD, **options):
    params = [{"params": [axon.zeros(1, requires_grad=True)]} for _ in range(groups)]
    return kind(params, lr=lr, **options)


def rates(opt, scheduler, epochs):
    seen = []
    for _ in range(epochs):
        seen.append(opt.lr)
        scheduler.step()
    return seen


@pytest.mark.parametrize(
    "make, formula",
    [
        (lambda o: optim.StepLR(o, 3), lambda e: 0.1 ** (e // 3)),
        (
            lambda o: optim.MultiStepLR(o, [7, 2], gamma=0.5),
            lambda e: 0.5 ** ((e >= 2) + (e >= 7)),
        ),
        (lambda o: optim.ConstantLR(o, 0.2, 4), lambda e: 0.2 if e < 4 else 1),
        (lambda o: optim.LinearLR(o, 0.5, 2.0, 6), lambda e: 0.5 + 1.5 * min(e / 6, 1)),
        (lambda o: optim.ExponentialLR(o, 0.9), lambda e: 0.9**e),
        (lambda o: optim.PolynomialLR(o, 8, 2.0), lambda e: max(1 - e / 8, 0) ** 2),
        (lambda o: optim.LambdaLR(o, lambda e: 1 / (1 + e)), lambda e: 1 / (1 + e)),
        (
            lambda o: optim.CosineAnnealingLR(o, 10, eta_min=0.1),
            lambda e: 0.2 + 0.8 * (1 + math.cos(math.pi * e / 10)) / 2,
        ),
        (
            lambda o: optim.CosineAnnealingWarmRestarts(o, 2, 2),
            lambda e: (
                (
                    1
                    + math.cos(
                        math.pi * (e / 2 if e < 2 else (e - 2) / 4 if e < 6 else (e - 6) / 8)
                    )
                )
                / 2
            ),
        ),
    ],
)
def test_formula(make, formula):
    opt = optimizer()
    expected = [0.5 * formula(e) for e in range(12)]
    np.testing.assert_allclose(rates(opt, make(opt), 12), expected, rtol=1e-12)


def test_groups_keep_their_proportions_and_may_have_functions_of_their_own():
    opt = optimizer(groups=2)
    opt.param_groups[1]["lr"] = 0.05
    scheduler = optim.ExponentialLR(opt, 0.5)
    scheduler.step()
    assert scheduler.get_last_lr() == [0.25, 0.025]
    opt = optimizer(groups=2)
    optim.LambdaLR(opt, [lambda e: 1.0, lambda e: 0.1])
    assert [group["lr"] for group in opt.param_groups] == [0.5, 0.05]
    with pytest.raises(ValueError, match="3 functions for 2 groups"):
        optim.LambdaLR(opt, [abs] * 3)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda o: optim.StepLR(o, 0), "StepLR: step_size is 0"),
        (lambda o: optim.CosineAnnealingLR(o, T_max=0), "CosineAnnealingLR: T_max is 0"),
        (lambda o: optim.PolynomialLR(o, total_iters=-1), "PolynomialLR: total_iters is -1"),
    ],
)
def test_a_way_has_a_length(make, words):
    with pytest.raises(ValueError, match=f"axon.optim.{words}; expected 1 or more"):
        make(optimizer())


def test_a_schedule_is_of_an_optimizer():
    with pytest.raises(TypeError, match=r"StepLR: optimizer is a Linear; expected an axon.optim"):
        optim.StepLR(axon.nn.Linear(1, 1), 2)


def test_one_after_the_other():
    opt = optimizer(lr=1.0)
    warm_up = optim.LinearLR(opt, 0.25, total_iters=3)
    cosine = optim.CosineAnnealingLR(opt, 4)
    schedule = optim.SequentialLR(opt, [warm_up, cosine], [3])
    expected = [0.25, 0.5, 0.75] + [(1 + math.cos(math.pi * e / 4)) / 2 for e in range(4)]
    np.testing.assert_allclose(rates(opt, schedule, 7), expected, rtol=1e-12)
    with pytest.raises(ValueError, match="milestones"):
        optim.SequentialLR(opt, [warm_up, cosine], [])


def test_one_cycle_moves_rate_and_momentum_against_each_other():
    opt = optimizer(momentum=0.9)
    scheduler = optim.OneCycleLR(opt, 1.0, total_steps=10)
    seen = []
    for _ in range(9):
        seen.append((opt.lr, opt.param_groups[0]["momentum"]))
        scheduler.step()
    lrs, momenta = np.array(seen).T
    assert lrs.argmax() == 2 and lrs[2] == 1.0 and lrs[0] == pytest.approx(0.04)
    assert momenta.argmin() == 2 and momenta[0] == 0.95 and momenta[2] == pytest.approx(0.85)
    assert opt.lr == pytest.approx(0.04 / 1e4)
    with pytest.raises(ValueError, match="cycle of 10"):
        scheduler.step()
    adam = optimizer(kind=optim.Adam)
    optim.OneCycleLR(adam, 1.0, epochs=2, steps_per_epoch=5, anneal_strategy="linear")
    assert adam.param_groups[0]["betas"] == (0.95, 0.999)
    with pytest.raises(ValueError, match="cycle_momentum=False"):
        optim.OneCycleLR(optimizer(kind=optim.Adagrad), 1.0, total_steps=10)
    with pytest.raises(ValueError, match="total_steps"):
        optim.OneCycleLR(opt, 1.0)


def test_plateau():
    opt = optimizer(lr=1.0)
    scheduler = optim.ReduceLROnPlateau(
        opt, factor=0.5, patience=1, cooldown=1, min_lr=0.2, threshold=0.1
    )
    seen = []
    for loss in [1.0, 0.95, 0.95, 0.95, 0.95, 0.95, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]:
        scheduler.step(axon.tensor(loss))
        seen.append(opt.lr)
    assert seen == [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2]
    twin = optim.ReduceLROnPlateau(optimizer())
    twin.load_state_dict(scheduler.state_dict())
    assert (twin.best, twin.last_epoch) == (0.5, 13)
    upward = optim.ReduceLROnPlateau(
        opt, mode="max", patience=0, threshold_mode="abs", threshold=0.0
    )
    upward.step(1.0), upward.step(2.0)
    assert upward.num_bad_epochs == 0
    with pytest.raises(ValueError, match="factor"):
        optim.ReduceLROnPlateau(opt, factor=2.0)


def test_schedules_resume():
    opt = optimizer()
    scheduler = optim.SequentialLR(
        opt, [optim.LinearLR(opt, 0.1), optim.StepLR(opt, 2)], milestones=[4]
    )
    rates(opt, scheduler, 5)
    saved, of_optimizer = scheduler.state_dict(), opt.state_dict()
    expected = rates(opt, scheduler, 5)
    opt = optimizer()
    opt.load_state_dict(of_optimizer)
    scheduler = optim.SequentialLR(
        opt, [optim.LinearLR(opt, 0.1), optim.StepLR(opt, 2)], milestones=[4]
    )
    scheduler.load_state_dict(saved)
    assert rates(opt, scheduler, 5) == expected


def test_a_group_added_later_is_scheduled_from_its_own_rate():
    opt = optimizer()
    scheduler = optim.ExponentialLR(opt, 0.5)
    scheduler.step()
    opt.add_param_group({"params": axon.zeros(1), "lr": 0.1})
    scheduler.step()
    assert scheduler.get_last_lr() == [0.125, 0.025]
