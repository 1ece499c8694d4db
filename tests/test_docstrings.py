"""The docstring of every op: complete, and its example is what the runtime computes."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
from op_cases import all_ops

import axon
from axon import _runtime

OPS = [pytest.param(op, id=op.name) for op in all_ops()]


@pytest.mark.parametrize("op", OPS)
def test_every_parameter_and_output_is_described(op):
    doc = getattr(_runtime.ops, op.name).__doc__
    described = {line.strip().partition(":")[0] for line in doc.splitlines()}
    assert {p for p in op.positions if p != "*"} | {o.name for o in op.program.outputs} <= described


@pytest.mark.parametrize("op", OPS)
def test_example(op):
    documented = getattr(_runtime.ops, op.name).__doc__
    examples = doctest.DocTestParser().get_doctest(documented, {"axon": axon}, op.name, None, 0)
    random = any(a.type == "rng" for a in op.program.attrs)
    assert examples.examples or random or op.program.statements[0].kind == "call"
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


def modules():
    inside = pkgutil.walk_packages(axon.__path__, "axon.")
    return sorted(m.name for m in inside if not m.name.startswith(("axon._", "axon.__main__")))


@pytest.mark.parametrize("name", ["axon", *modules()])
def test_examples_of_the_package(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    assert doctest.testmod(module, extraglobs={"axon": axon}).failed == 0
