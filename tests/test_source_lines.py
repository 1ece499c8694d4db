"""A compiler's error in a kernel names the file and the line of the entry that it comes from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from nvrtc import compile_cuda, library
from op_cases import ROOT, all_ops

import axon
from axon import _runtime
from codegen.entry import parse_ops
from codegen.ir import parse

pytestmark = pytest.mark.once

ENTRIES = """
# A comment above the entry.
twice_tanh:
  in: "x: float, axis: axis"
  forward: |
    m = max(x, axis)
    s = sum(tanh(x - m), axis)
    exp(s) * 2
"""

#: A compiler of C that stumbles over every tanh and exp.
WRAPPER = f"""#!{sys.executable}
import re, subprocess, sys
text = re.sub(r"= (ax_(tanh|exp)_f32)", r"= @ \\\\1", sys.stdin.read())
sys.exit(subprocess.run(["cc", *sys.argv[1:]], input=text, text=True).returncode)
"""

PROGRAM = """
import axon
x = axon.tensor([[1.0, 2.0], [3.0, 4.0]])
axon.{call}.numpy()
"""


def line_of(part: str, text: str) -> int:
    """The number of the only line with this part."""
    (found,) = [n for n, line in enumerate(text.splitlines(), 1) if part in line]
    return found


def said_by_the_compiler(call: str, tmp_path) -> str:
    wrapper = tmp_path / "cc"
    wrapper.write_text(WRAPPER.replace("\\\\", "\\"))
    wrapper.chmod(0o755)
    program = PROGRAM.format(call=call)
    known = {"AXON_CC": str(wrapper), "AXON_JIT": "wait", "AXON_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | known, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.compiler
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_an_error_in_c_names_the_line_of_the_entry(tmp_path):
    text = (ROOT / "ops.yaml").read_text()
    entry = next(op for op in all_ops() if op.name == "tanh").program
    line = entry.source[1] + entry.statements[0].line
    assert "tanh(x)" in text.splitlines()[line - 1]
    assert f"ops.yaml:{line}:" in said_by_the_compiler("tanh(x)", tmp_path)


@pytest.mark.compiler
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_an_error_in_an_op_of_run_time_names_its_own_file(tmp_path):
    path = tmp_path / "my ops.yaml"
    path.write_text(ENTRIES)
    said = said_by_the_compiler(f"ops.load({str(path)!r}).twice_tanh(x, axis=1)", tmp_path)
    for part in ("tanh(x - m)", "exp(s)"):
        assert f"{path.name}:{line_of(part, ENTRIES)}:" in said, part


@pytest.mark.skipif(library() is None, reason="the wheel nvidia-cuda-nvrtc is not installed")
def test_an_error_in_cuda_names_the_line_of_the_entry(monkeypatch):
    monkeypatch.setenv("AXON_JIT", "off")
    axon.flush()
    ops = axon.ops.load(ENTRIES)
    (kernel,) = axon.explain(ops.twice_tanh(axon.tensor([[1.0, 2.0]]), axis=1))
    source = kernel.emit_cuda()["source"].replace("= ax_exp_f32", "= @ ax_exp_f32")
    with pytest.raises(RuntimeError, match=rf"\({line_of('exp(s)', ENTRIES)}\): error"):
        compile_cuda(_runtime.cuda_prelude() + source, "sm_90")


def test_moving_an_entry_changes_no_kernel(monkeypatch):
    monkeypatch.setenv("AXON_JIT", "off")
    axon.flush()
    (op,) = parse_ops(ENTRIES)
    x = axon.tensor([[1.0, 2.0], [3.0, 4.0]])
    sources, directives = set(), set()
    for line in (3, 300):
        _runtime.register(str(op.program.replace(name="moved", source=("ops.yaml", line))))
        y = _runtime.call("moved", [x], {"axis": 1})
        (kernel,) = axon.explain(y)
        sources.add((kernel.source, kernel.cuda))
        directives.add(kernel.emit_cuda()["source"])
        y.numpy()
    assert len(sources) == 1
    assert len(directives) == 2
    assert "#line" not in "".join(next(iter(sources)))


def test_lines_after_an_instruction_are_those_of_the_text_shown(monkeypatch):
    monkeypatch.setenv("AXON_JIT", "off")
    axon.flush()
    (kernel,) = axon.explain(axon.softmax(axon.ones((3, 4))))
    shown = kernel.cuda.splitlines()
    own = None
    checked = 0
    for line in kernel.emit_cuda()["source"].splitlines():
        if line.startswith("#line"):
            own = int(line.split()[1]) if '"kernel"' in line else None
        elif own is not None:
            assert shown[own - 1] == line
            own += 1
            checked += 1
    assert checked > 10


def test_every_statement_stands_in_its_entry():
    text = (ROOT / "ops.yaml").read_text().splitlines()
    ends = sorted(op.program.source[1] for op in all_ops())
    for op in all_ops():
        file, first = op.program.source
        assert file == "ops.yaml"
        assert text[first - 1].startswith(f"{op.name}:")
        end = min((n for n in ends if n > first), default=len(text))
        for program in (op.program, op.grad):
            for statement in program.statements if program is not None else ():
                line = first + statement.line
                assert first <= line < end
                assert text[line - 1].strip() and not text[line - 1].startswith("#"), line


def test_a_gradient_names_the_formula_it_is_written_in_or_derived_from():
    (op,) = parse_ops(ENTRIES + '  backward: {x: "dy * y"}\n', "my.yaml")
    assert [s.line for s in op.grad.statements] == [6]
    (op,) = parse_ops(ENTRIES)
    assert {s.line for s in op.grad.statements} <= {3, 4, 5}
    assert [s.line for s in op.program.statements] == [3, 4, 5]
    for program in (op.program, op.grad):
        again = parse(str(program))
        assert again.source == program.source
        assert [s.line for s in again.statements] == [s.line for s in program.statements]
