"""The reference pages, docs/ops/: there for every op, and what the entries and the emitter say."""

from __future__ import annotations

import importlib.util

import pytest
from op_cases import ROOT, all_ops

from codegen.latex import formulas

pytestmark = pytest.mark.once

FOLDER = ROOT / "docs" / "ops"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in all_ops()])
def test_page(op, build):
    path = FOLDER / f"{op.name}.md"
    assert path.exists(), f"no page of {op.name}; run: nox -s docs"
    assert path.read_text() == build.page_of(op), f"{path.name} is stale; run: nox -s docs"
    assert path.with_suffix(".svg").exists() == build.is_curve(op)


@pytest.mark.parametrize(
    "name, size",
    [
        ("tanh", "`y`, 4 bytes an element in float32"),
        ("take", "`index`, 8 bytes an element in int64"),
        ("sort", "`indices`, 8 bytes an element in int64"),
        ("where", "`condition`, 1 byte an element in bool"),
        ("nll", "`weight`, 4 bytes an element in float32; `labels`, 8 bytes an element in int64"),
    ],
)
def test_what_backward_keeps(name, size):
    assert f"{size}." in (FOLDER / f"{name}.md").read_text()


def test_pages_are_of_ops_alone(build):
    names = {op.name for op in all_ops()}
    assert {p.stem for p in FOLDER.glob("*.md")} == names | {"README"}
    assert {p.stem for p in FOLDER.glob("*.svg")} <= names
    assert (FOLDER / "README.md").read_text() == build.index(all_ops())


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in all_ops()])
def test_formulas_are_balanced(op):
    for program in op.programs:
        text = formulas(program)
        assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
        plain = text.replace(r"\{", "").replace(r"\}", "")
        assert plain.count("{") == plain.count("}")
        assert text.count(r"\begin{cases}") == text.count(r"\end{cases}")
