"""docs/nn.md does what it says: its Python runs top to bottom and prints what is shown."""

from __future__ import annotations

import contextlib
import io
import re

import numpy as np
import pytest
from op_cases import ROOT

import axon
from axon.experiment import Experiment

PAGE = (ROOT / "docs" / "nn.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The page's names after it has run, and by block what it printed and what is shown."""
    names: dict = {}
    outputs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        for (kind, text), (following, shown) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
            if kind == "python":
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(compile(text, "docs/nn.md", "exec"), names)
                outputs.append((printed.getvalue(), shown if following == "text" else None))
        names["loaded"] = Experiment.load(names["folder"])
    return names, outputs


def test_what_is_printed_is_what_is_shown(ran):
    _, outputs = ran
    shown = [pair for pair in outputs if pair[1] is not None]
    assert len(shown) >= 7
    for printed, expected in shown:
        assert printed == expected


def test_the_four_steps_learn_and_are_kept(ran):
    names, outputs = ran
    experiment = names["loaded"]
    assert experiment.hyperparameters == names["hyperparams"]
    assert experiment.name == "MyFirstAxonExperiment" and experiment.id == names["exp"].id
    losses = experiment.values("avg_epoch_train_loss")
    assert losses[-1] < 0.95 * losses[0] and len(experiment.values("train_loss")) == 20
    assert experiment.steps("train_loss") == list(range(20))
    lines = next(printed for printed, _ in outputs if printed.startswith("Epoch")).splitlines()
    assert len(lines) == 10 and lines[9].startswith(f"Epoch 10: Train Loss = {losses[9]:.4f}")


def test_every_layer_of_the_table_exists():
    table = PAGE[PAGE.index("| linear |") : PAGE.index("`nn.init` has")]
    for name in re.findall(r"`(\w+?)(?:\.\.3d)?`", table):
        if name[0].isupper():
            assert hasattr(axon.nn, name) or hasattr(axon.nn, f"{name}2d"), name


def test_swapping_one_layer_leaves_the_others_alone():
    model = axon.nn.Conv2d(3, 64, kernel_size=7) >> axon.nn.Linear(64, 10)
    model[0] = axon.nn.Conv2d(3, 128, kernel_size=3)
    before = [p.numpy().copy() for p in model.params]
    model.reset_parameters()
    assert not any(np.array_equal(p.numpy(), b) for p, b in zip(model.params, before, strict=True))
    kept = model[0].weight.numpy().copy()
    model[1] = axon.nn.Linear(10, 5)
    model[1].reset_parameters()
    np.testing.assert_array_equal(model[0].weight.numpy(), kept)
    model[0].freeze()
    assert not model[0].params[0].requires_grad and model[1].params[0].requires_grad


def test_lazy_until_asked():
    x = axon.ones(4)
    axon.flush()
    y = (x * 2 + 1).relu()
    assert y.is_pending
    assert y.sum().item() == 12.0
    assert not y.is_pending


def test_the_readme_runs(tmp_path, monkeypatch, capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = readme[: readme.index("## Add an op")]
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for text in re.findall(r"^```python\n(.*?)^```", readme, flags=re.DOTALL | re.MULTILINE):
        exec(compile(text, "README.md", "exec"), names)
    assert "kernel" in capsys.readouterr().out
    assert not names["model"][0].weight.requires_grad and len(names["optimizer"].params) == 6
