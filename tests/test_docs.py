"""The walk-through is tried literally: its files, its commands and its Python."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys

import pytest
from op_cases import ROOT

from codegen import check
from codegen.diagnostics import SpecError
from codegen.entry import parse_ops

pytestmark = pytest.mark.once

README = (ROOT / "README.md").read_text(encoding="utf-8")
WALK = (ROOT / "docs" / "add-an-op.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", WALK, flags=re.DOTALL | re.MULTILINE)
ENTRIES = next(text for kind, text in BLOCKS if kind == "yaml")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the file of the walk-through."""
    (tmp_path / "paper_ops.yaml").write_text(ENTRIES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown_after(at: int) -> str:
    """The output that the walk-through shows for a block."""
    kind, text = BLOCKS[at + 1] if at + 1 < len(BLOCKS) else ("", "")
    return text if kind == "text" else ""


def test_the_commands_print_what_is_shown(folder):
    commands = [
        (at, line)
        for at, (kind, text) in enumerate(BLOCKS)
        if kind == "bash"
        for line in text.splitlines()
        if line.startswith("python ")
    ]
    assert len(commands) == 2
    for at, line in commands:
        done = subprocess.run(
            [sys.executable, *line.split()[1:]], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert shown_after(at) in done.stdout


def test_the_python_prints_what_is_shown(folder):
    names: dict = {}
    for at, (kind, text) in enumerate(BLOCKS):
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, f"docs/add-an-op.md, block {at}", "exec"), names)
            assert printed.getvalue() == shown_after(at)


@pytest.mark.parametrize("name", ["autograd.md", "tensors.md"])
def test_a_page_prints_what_it_shows(name):
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    names: dict = {}
    following = [*blocks[1:], ("", "")]
    for (kind, text), (next_kind, shown) in zip(blocks, following, strict=True):
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, f"docs/{name}", "exec"), names)
            assert printed.getvalue() == (shown if next_kind == "text" else "")


def test_the_error_is_the_one_shown():
    (shown,) = (text for kind, text in BLOCKS if kind == "text" and ": error: " in text)
    with pytest.raises(SpecError) as caught:
        parse_ops(ENTRIES.replace("expm1(x) - x", "exp(x) - 1 - x"), "paper_ops.yaml")
    assert f"{caught.value}\n" == shown


def test_the_entries_are_those_of_ops_yaml():
    text = (ROOT / "ops.yaml").read_text(encoding="utf-8")
    for entry in ENTRIES.strip().split("\n\n"):
        assert f"\n{entry.strip()}\n" in text


def test_the_op_of_the_readme(tmp_path, monkeypatch, capsys):
    section = README[README.index("## Add an op") :]
    entry, code = re.findall(r"^```(?:yaml|python)\n(.*?)^```", section, flags=re.DOTALL | re.M)
    (tmp_path / "my_ops.yaml").write_text(entry)
    monkeypatch.chdir(tmp_path)
    assert check.main(["my_ops.yaml"]) == 0
    exec(code, {})
    assert "1 kernel\n" in capsys.readouterr().out
