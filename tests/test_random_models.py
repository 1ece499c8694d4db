"""Random training programs against NumPy: a few of them here, as many as you like in `nox -s soak`.

AXON_FUZZ=n runs n times as many programs; AXON_FUZZ_SEED=n others.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
import random_models
from numpy_layers import ACTIVATIONS, LOSSES, oracle
from random_programs import Choices, search

import axon
from axon import nn

SCALE = int(os.environ.get("AXON_FUZZ", "1"))
SEED = int(os.environ.get("AXON_FUZZ_SEED", "0"))
STEP = 1e-6


def models(examples: int, of: int) -> None:
    """Runs random programs."""
    search(random_models.check, random_models.MODELS, examples, of)


@pytest.mark.once
@pytest.mark.parametrize(
    ("mode", "examples"), [("off", 60), pytest.param("wait", 8, marks=pytest.mark.compiler)]
)
def test_random_models(mode, examples, monkeypatch):
    monkeypatch.setenv("AXON_JIT", mode)
    models(examples * SCALE, SEED)


@pytest.mark.once
def test_a_wrong_layer_is_found_and_shown_as_a_program(monkeypatch):
    monkeypatch.setattr(nn.Tanh, "forward", lambda self, x: axon.tanh(x) * 1.001)
    tanh = bytes([random_models.LAYERS.index(random_models.activation), 0])
    with pytest.raises(AssertionError, match="NumPy says") as failure:
        random_models.check((bytes(16), [tanh], [bytes(16)]))
    (note,) = failure.value.__notes__
    assert note.count("    nn.") == 2 and "    nn.Tanh(),\n" in note
    names: dict = {}
    exec(note.partition("the program:\n")[2], names)
    assert np.isfinite(names["loss"].item())


# ------------------------------------------------------------------------- NumPy's own gradients

SHAPES = ((4,), (4, 6), (4, 5, 6))


def made_layers() -> dict[str, tuple]:
    """Some layer of each kind and rank, with the shape of a sample."""
    found = {}
    for make in dict.fromkeys(random_models.LAYERS):
        for shape in SHAPES:
            for choice in range(3):
                text, _ = make(Choices(bytes([choice] * 12)), shape)
                found.setdefault(text, shape)
    for kind in ACTIVATIONS:
        found.setdefault(f"nn.{kind.__name__}()", SHAPES[0])
    return found


@pytest.mark.once
@pytest.mark.parametrize(("text", "shape"), made_layers().items())
def test_gradients_of_layers_in_numpy(text, shape):
    axon.manual_seed(0)
    layer = oracle(eval(text, {"nn": nn, "axon": axon}))
    random = np.random.default_rng(0)
    x = random.normal(size=(3, *shape))
    weights = random.normal(size=layer.forward(x).shape)
    for parameter in layer.parameters():
        parameter.grad = np.zeros_like(parameter.value)
    dx = layer.backward(weights)
    values = [(x, dx), *((p.value, p.grad) for p in layer.parameters())]
    for value, gradient in values:
        along = random.normal(size=value.shape)
        ends = []
        for step in (STEP, -2 * STEP):
            value += step * along
            ends.append(np.sum(layer.forward(x) * weights))
        value += STEP * along
        quotient = (ends[0] - ends[1]) / (2 * STEP)
        assert np.isclose(np.sum(gradient * along), quotient, rtol=1e-5, atol=1e-6)


@pytest.mark.once
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_losses_in_numpy(name):
    random = np.random.default_rng(0)
    y, along = random.normal(size=(3, 4)), random.normal(size=(3, 4))
    target = random.integers(0, 2, (3,) if name == "cross_entropy" else (3, 4))
    up, down = (LOSSES[name](y + step * along, target)[0] for step in (STEP, -STEP))
    gradient = LOSSES[name](y, target)[1]
    assert np.isclose(np.sum(gradient * along), (up - down) / (2 * STEP), rtol=1e-5)
