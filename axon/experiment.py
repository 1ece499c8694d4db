"""Experiment: what was tried and what came of it, as plain files that people can read."""

from __future__ import annotations

import datetime
import json
import math
import platform
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Point:
    """One logged value of a metric; ``time`` is in seconds since the epoch."""

    step: int
    value: float
    time: float


class Experiment:
    """Hyperparameters, metrics and artifacts of one run.

    On disk an experiment is a directory: ``experiment.json`` (what it was), ``metrics.jsonl``
    (one logged value a line) and ``artifacts/``.

    Args:
        id: identifies the run; a random UUID when left out.
        name: what people call it.

    Example:
        >>> exp = Experiment(name="digits")
        >>> exp.log_hyperparameters({"lr": 1e-3, "epochs": 10})
        >>> exp.log_metric("loss", 0.7, step=0)
        >>> path = exp.save("runs")
        >>> Experiment.load(path).latest("loss")
        0.7
    """

    def __init__(self, id: str | None = None, name: str = "experiment") -> None:
        self.id = id or str(uuid.uuid4())
        self.name = name
        self.created = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self.hyperparameters: dict[str, Any] = {}
        self.metrics: dict[str, list[Point]] = {}
        self.artifacts: dict[str, Any] = {}

    # ------------------------------------------------------------------------------- logging

    def log_hyperparameter(self, name: str, value: Any) -> None:
        """Notes one hyperparameter: text, a number, a flag, None, or lists and dicts of them.

        Raises:
            TypeError: JSON has no form for the value.
        """
        try:
            json.dumps(value)
        except TypeError as error:
            raise TypeError(
                f"Experiment.log_hyperparameter: {name!r} is a {type(value).__name__}, "
                f"which JSON cannot hold; log str({name}) or a number of it"
            ) from error
        self.hyperparameters[name] = value

    def log_hyperparameters(self, values: Mapping[str, Any] | None = None, **named: Any) -> None:
        """Notes several at once: ``log_hyperparameters({"lr": 1e-3}, epochs=10)``."""
        for name, value in {**(values or {}), **named}.items():
            self.log_hyperparameter(name, value)

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        """Appends one value to the metric ``name``.

        Args:
            value: a number, or a tensor with one element (it is computed now).
            step: the place on the axis of time; by default one after the last.
        """
        points = self.metrics.setdefault(name, [])
        if step is None:
            step = points[-1].step + 1 if points else 0
        points.append(Point(int(step), float(value), time.time()))

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Appends one value to each of several metrics."""
        for name, value in values.items():
            self.log_metric(name, value, step)

    def log_artifact(self, name: str, content: Any) -> None:
        """Keeps a file's worth of something; it is written by :meth:`save`.

        Args:
            name: the file's name in ``artifacts/``.
            content: a path of an existing file, bytes, text, a dict of tensors (written as
                safetensors), a matplotlib figure (written as its suffix says), or else anything
                that JSON can hold. Text is text: use :class:`pathlib.Path` for a path.

        Raises:
            FileNotFoundError: the path does not exist.
            ValueError: ``name`` would leave the directory of artifacts.
        """
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or ".." in parts:
            raise ValueError(
                f"Experiment.log_artifact: {name!r} is not a name inside artifacts/; "
                "give a relative one without '..'"
            )
        if isinstance(content, Path) and not content.exists():
            raise FileNotFoundError(f"Experiment.log_artifact: no file at {content}")
        self.artifacts[name] = content

    # ------------------------------------------------------------------------------- reading

    def values(self, name: str) -> list[float]:
        """All values of a metric, in the order they were logged."""
        return [point.value for point in self._points(name)]

    def steps(self, name: str) -> list[int]:
        """The steps that belong to :meth:`values`."""
        return [point.step for point in self._points(name)]

    def latest(self, name: str) -> float:
        """The value logged last."""
        return self._points(name)[-1].value

    def best(self, name: str, *, mode: str = "min") -> Point:
        """The smallest (``mode="min"``) or largest (``"max"``) value; NaN never wins."""
        choose = {"min": min, "max": max}[mode]
        points = self._points(name)
        numbers = [point for point in points if not math.isnan(point.value)]
        return choose(numbers or points, key=lambda point: point.value)

    def _points(self, name: str) -> list[Point]:
        if not self.metrics.get(name):
            raise KeyError(
                f"Experiment: no metric {name!r} was logged; logged are {sorted(self.metrics)}"
            )
        return self.metrics[name]

    # --------------------------------------------------------------------------------- files

    def save(self, directory: str | Path = "experiments") -> Path:
        """Writes everything to ``directory/NAME-ID`` and returns that path; again to update it."""
        home = Path(directory) / f"{_file_name(self.name)}-{_file_name(self.id)}"
        (home / "artifacts").mkdir(parents=True, exist_ok=True)
        for name, content in self.artifacts.items():
            path = home / "artifacts" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_artifact(path, content)
        lines = [
            json.dumps({"name": name, "step": p.step, "value": _to_json(p.value), "time": p.time})
            for name, points in self.metrics.items()
            for p in points
        ]
        _replace(home / "metrics.jsonl", "".join(line + "\n" for line in lines))
        summary = {
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "python": platform.python_version(),
            "machine": platform.platform(),
            "hyperparameters": self.hyperparameters,
            "latest": {name: _to_json(self.latest(name)) for name in self.metrics},
            "artifacts": sorted(self.artifacts),
        }
        _replace(home / "experiment.json", json.dumps(summary, indent=2) + "\n")
        return home

    @classmethod
    def load(cls, path: str | Path) -> Experiment:
        """The experiment that :meth:`save` wrote; its artifacts are the paths of the files."""
        path = Path(path)
        summary = json.loads((path / "experiment.json").read_text(encoding="utf-8"))
        experiment = cls(id=summary["id"], name=summary["name"])
        experiment.created = summary["created"]
        experiment.hyperparameters = summary["hyperparameters"]
        for line in (path / "metrics.jsonl").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            point = Point(entry["step"], float(entry["value"]), entry["time"])
            experiment.metrics.setdefault(entry["name"], []).append(point)
        experiment.artifacts = {name: path / "artifacts" / name for name in summary["artifacts"]}
        return experiment

    def plot(self, *names: str, path: str | Path | None = None) -> Any:
        """Draws metrics over their steps; needs matplotlib.

        Args:
            names: which metrics; all when left out.
            path: where to save the figure, if given.

        Returns:
            The matplotlib figure.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ImportError(
                "Experiment.plot needs matplotlib: `pip install matplotlib`"
            ) from error
        figure = Figure(figsize=(6, 4), layout="constrained")
        axes = figure.add_subplot()
        for name in names or self.metrics:
            axes.plot(self.steps(name), self.values(name), label=name)
        axes.set_xlabel("step")
        axes.set_title(self.name)
        axes.legend()
        if path is not None:
            figure.savefig(path, dpi=150)
        return figure

    def __repr__(self) -> str:
        return (
            f"Experiment(id={self.id!r}, name={self.name!r}, "
            f"hyperparameters={len(self.hyperparameters)}, metrics={sorted(self.metrics)})"
        )


def _write_artifact(path: Path, content: Any) -> None:
    if isinstance(content, Path):
        if content.resolve() != path.resolve():
            shutil.copy2(content, path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif hasattr(content, "savefig"):
        content.savefig(path, dpi=150)
    elif _holds_tensors(content):
        from axon import io

        io.save(content, path)
    else:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _holds_tensors(content: Any) -> bool:
    from axon.core.tensor import Tensor

    is_full_dict = isinstance(content, Mapping) and len(content) > 0
    return is_full_dict and all(isinstance(value, Tensor) for value in content.values())


def _replace(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _to_json(value: float) -> float | str:
    """JSON knows no NaN and no infinity; ``float`` reads their names."""
    return value if math.isfinite(value) else str(value)


def _file_name(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in text).strip(".") or "unnamed"
