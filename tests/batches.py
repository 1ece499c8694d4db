"""Tests that record first: what many of them record is computed, and compiled, in one flush.

A test decorated with `batched` is a generator. It records, and yields; what all tests of its group
have recorded is then computed together, and it goes on to compare, or to record again and yield.
The marker `xdist_group` names the group. What a test raises is raised where that test is reported.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator

import pytest
from tripwire import no_numpy

import axon
from axon import _runtime

Outcomes = dict[str, BaseException | None]


def batched(steps: Callable[..., Iterator[None]]) -> Callable[..., None]:
    """Makes a test of a generator function; see above."""

    @functools.wraps(steps)
    def test(**arguments: object) -> None:
        raise AssertionError("a batched test is run by tests/conftest.py")

    test.steps = steps  # type: ignore[attr-defined]
    return test


def run(item: pytest.Function) -> None:
    """Runs the item's group when its first test comes, then says how this item fared."""
    outcomes: Outcomes = item.session.__dict__.setdefault("outcomes_of_batches", {})
    if item.nodeid not in outcomes:
        outcomes.update(_run_group([i for i in item.session.items if _group(i) == _group(item)]))
    failure = outcomes.pop(item.nodeid)
    if failure is not None:
        raise failure


def _group(item: pytest.Item) -> tuple[object, ...] | None:
    if not hasattr(getattr(item, "obj", None), "steps"):
        return None
    marker = item.get_closest_marker("xdist_group")
    return (item.path, marker.args if marker else item.nodeid)


def _run_group(items: list) -> Outcomes:
    """How each of them fared; when a flush fails they run one by one, to find which makes it."""
    outcomes: Outcomes = {item.nodeid: None for item in items}
    running = {item.nodeid: item.obj.steps(**item.callspec.params) for item in items}
    while running:
        for name, steps in list(running.items()):
            try:
                next(steps)
            except StopIteration:
                del running[name]
            except Exception as failure:
                outcomes[name] = failure
                del running[name]
        try:
            _flush()
        except Exception as failure:
            if len(items) > 1:
                return dict(entry for item in items for entry in _run_group([item]).items())
            outcomes[items[0].nodeid] = failure
            break
    return outcomes


def _flush() -> None:
    kernels = _runtime.explain()
    # Kernels of the library may be NumPy's.
    own = all(k["kind"] != "call" for k in kernels)
    with no_numpy() if own else contextlib.nullcontext():
        axon.flush()
    if os.environ.get("AXON_JIT") == "wait":
        late = [f"{k['kind']} of {k['ops']}" for k in kernels if k["tier"] == "executor"]
        assert not late, f"the compiler made no kernel of {'; '.join(late[:3])}"
