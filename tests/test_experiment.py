"""Experiments: what is logged is what comes back, and the files are readable without axon."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import axon
from axon.experiment import Experiment


@pytest.fixture
def experiment():
    exp = Experiment(id="run/1", name="first try")
    exp.log_hyperparameters({"lr": 1e-3, "layers": [3, 32]}, optimizer="Adam")
    for step, value in enumerate([0.9, 0.5, 0.7]):
        exp.log_metric("loss", value, step=10 * step)
    return exp


def test_round_trip(experiment, tmp_path):
    loaded = Experiment.load(experiment.save(tmp_path))
    assert (loaded.id, loaded.name) == ("run/1", "first try")
    assert loaded.created == experiment.created
    assert loaded.hyperparameters == {"lr": 1e-3, "layers": [3, 32], "optimizer": "Adam"}
    assert loaded.values("loss") == [0.9, 0.5, 0.7]
    assert loaded.steps("loss") == [0, 10, 20]
    assert loaded.metrics == experiment.metrics


def test_files_stay_inside_the_directory_and_are_json(experiment, tmp_path):
    home = experiment.save(tmp_path)
    assert home.parent == tmp_path
    summary = json.loads((home / "experiment.json").read_text())
    assert summary["hyperparameters"]["optimizer"] == "Adam"
    lines = (home / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["value"] for line in lines] == [0.9, 0.5, 0.7]


def test_saving_again_updates(experiment, tmp_path):
    first = experiment.save(tmp_path)
    experiment.log_metric("loss", 0.1)
    assert experiment.save(tmp_path) == first
    assert Experiment.load(first).latest("loss") == 0.1
    assert Experiment.load(first).steps("loss")[-1] == 21


def test_non_finite_values_are_valid_json(tmp_path):
    exp = Experiment()
    for value in (math.nan, math.inf, -math.inf):
        exp.log_metric("loss", value)
    home = exp.save(tmp_path)
    for line in (home / "metrics.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    values = Experiment.load(home).values("loss")
    assert math.isnan(values[0]) and values[1:] == [math.inf, -math.inf]


def test_tensors_are_metrics():
    exp = Experiment()
    exp.log_metric("loss", axon.tensor(0.5) * 3)
    assert exp.values("loss") == [1.5]


def test_best_ignores_nan():
    exp = Experiment()
    for value in (math.nan, 3.0, 1.0, 2.0):
        exp.log_metric("x", value)
    assert exp.best("x").step == 2
    assert exp.best("x", mode="max").value == 3.0


def test_artifacts(tmp_path):
    source = tmp_path / "source.bin"
    source.write_bytes(b"\x00\x01")
    exp = Experiment(name="artifacts")
    exp.log_artifact("copied.bin", source)
    exp.log_artifact("raw.bin", b"raw")
    exp.log_artifact("notes/readme.txt", "text")
    exp.log_artifact("table.json", {"rows": [1, 2]})
    exp.log_artifact("weights.safetensors", {"w": axon.tensor([1.0, 2.0])})
    loaded = Experiment.load(exp.save(tmp_path))
    assert loaded.artifacts["copied.bin"].read_bytes() == b"\x00\x01"
    assert loaded.artifacts["raw.bin"].read_bytes() == b"raw"
    assert loaded.artifacts["notes/readme.txt"].read_text() == "text"
    assert json.loads(loaded.artifacts["table.json"].read_text()) == {"rows": [1, 2]}
    weights = axon.io.load(loaded.artifacts["weights.safetensors"])
    np.testing.assert_array_equal(weights["w"].numpy(), [1.0, 2.0])
    loaded.log_metric("again", 1.0)
    assert loaded.save(tmp_path).name == "artifacts-" + exp.id


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../b", ""])
def test_artifacts_cannot_leave_the_directory(name):
    with pytest.raises(ValueError, match="artifacts"):
        Experiment().log_artifact(name, "text")


def test_missing_artifact_is_refused_at_once():
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Experiment().log_artifact("a", Path("/nowhere"))


def test_unserialisable_hyperparameter_names_itself():
    with pytest.raises(TypeError, match="'model'"):
        Experiment().log_hyperparameter("model", object())


def test_unknown_metric_lists_the_known(experiment):
    with pytest.raises(KeyError, match="loss"):
        experiment.values("accuracy")


def test_plot_draws_every_metric(experiment, tmp_path):
    pytest.importorskip("matplotlib")
    experiment.log_metric("accuracy", 0.9, step=0)
    figure = experiment.plot(path=tmp_path / "curve.png")
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert set(lines) == {"loss", "accuracy"}
    np.testing.assert_array_equal(lines["loss"].get_ydata(), [0.9, 0.5, 0.7])
    assert (tmp_path / "curve.png").stat().st_size > 1000
