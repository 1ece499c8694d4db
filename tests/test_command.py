"""`python -m axon op`: new entries are valid, wrong ones are told, every op is explained."""

from __future__ import annotations

import subprocess
import sys

import pytest
from axon._codegen import programs
from axon._codegen.entry import load_ops
from op_cases import ROOT, all_ops

from axon import __main__ as command
from axon.explain_op import explain_op
from codegen import check

pytestmark = pytest.mark.once

WRONG = """\
celu:
  in: "x: float, alpha: real = 1.0 [alpha != 0]"
  forward: "x if x > 0 else alpha * expm1(x / alpha)"
  backward: {x: "dy if x > 0 else dy * exp(x * alpha)"}
  reference: "np.where(x > 0, x, alpha * np.exp(x / alpha))"
  samples: {x: [normal, edge], alpha: [1.0, 0.7]}
shares:
  in: "x: float, axis: axes = -1"
  forward: "exp(-x) / (sum(exp(-x), axis) + 1)"
  backward: {x: "y * (dy - sum(dy, axis))"}
  reference: "np.softmax(x, axis)"
split:
  in: "x: float"
  out: "a: like(x), b: like(x)"
  forward: |
    a = x + 1
    b = x - 1
  reference: "x + 1"
ordered:
  in: "x: float"
  forward: "x"
  reference: "x"
  spec: "np.diff(x) > y.max"
"""

TOLD = """\
wrong.yaml:4:18: error: the gradient of 'x' is not that of the formula
      backward: {x: "dy if x > 0 else dy * exp(x * alpha)"}
                     ^
    expected: the gradient as it is derived, or no backward: for 'x'
    written: dx = dy if x > 0 else dy * exp(x * alpha)
    derived: dx = dy if x > 0 else dy * exp(x / alpha)
    at x = -0.877194, y = -0.500074, dy = 2.04092, alpha = 0.7: written 1.10447, derived 0.582904
wrong.yaml:5:15: error: the formula of 'y' is not its reference
      reference: "np.where(x > 0, x, alpha * np.exp(x / alpha))"
                  ^
    expected: two independent texts that agree on every sample
    at x = -0.877194, y = -0.584051, alpha = 1.0: the formula gives -0.584051, the reference 0.415949
wrong.yaml:10:18: error: the gradient of 'x' is not that of the formula
      backward: {x: "y * (dy - sum(dy, axis))"}
                     ^
    expected: the gradient as it is derived, or no backward: for 'x'
    written: g1 = sum[axis](dy)
    written: dx = y * (dy - g1)
    derived: dt1 = sum[axis](dy * y)
    derived: dx = -((dy - dt1) * y)
    at x = -1.01707, y = 0.301497, dy = 2.04092, axis = -1: written 0.81565, derived -0.542039
wrong.yaml:11:15: error: the reference raises AttributeError: module 'numpy' has no attribute 'softmax'
      reference: "np.softmax(x, axis)"
                  ^
    expected: an expression that runs on shares[]
wrong.yaml:18:15: error: the reference has 1 values for 2 outputs
      reference: "x + 1"
                  ^
    expected: a, b
wrong.yaml:23:10: error: the spec raises TypeError: '>' not supported between instances of 'float' and 'builtin_function_or_method'
      spec: "np.diff(x) > y.max"
             ^
    expected: an expression that runs on ordered[]
"""  # noqa: E501


def run(*arguments: str, cwd=ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, timeout=120
    )


def test_a_new_entry_is_valid_as_it_stands(tmp_path, capsys):
    assert command.main(["op", "new", "mish_like"]) == 0
    assert capsys.readouterr().out.count("mish_like:") == 1
    path = tmp_path / "new.yaml"
    path.write_text("one: {in: 'x: float', forward: 'x'}")
    for name in ("two", "three"):
        assert command.main(["op", "new", name, "--file", str(path)]) == 0
    assert check.main([str(path)]) == 0
    assert "3 ops, nothing wrong" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["new", "Mish"], "not a name of an op: 'Mish'"),
        (["new", "one", "--file", "new.yaml"], "new.yaml has an entry 'one' already"),
        (["explain", "one", "--file", "none.yaml"], "No such file"),
        (["explain", "on", "--file", "new.yaml"], "no entry 'on'; did you mean 'one'?"),
        (["explain", "softmx"], "no entry 'softmx'; did you mean 'softmax'?"),
        (["check", "none.yaml"], "No such file"),
    ],
)
def test_what_is_wrong_is_told(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.yaml").write_text("one: {in: 'x: float', forward: 'x'}")
    assert command.main(["op", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_wrong_gradients_and_references_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text(WRONG)
    assert command.main(["op", "check", "wrong.yaml"]) == 1
    assert capsys.readouterr().err == TOLD


def test_a_checked_entry_takes_no_name_from_others(tmp_path, capsys):
    known = [programs.find(name) for name in ("mish", "mish.grad")]
    path = tmp_path / "mine.yaml"
    path.write_text("mish: {in: 'x: float', forward: '3 * x'}\nown: {in: 'x: float', forward: 'x'}")
    assert command.main(["op", "check", str(path)]) == 0
    assert "2 ops, nothing wrong" in capsys.readouterr().out
    assert [programs.find(name) for name in ("mish", "mish.grad")] == known
    assert programs.find("own") is None


def test_oracles_beside_the_file_are_names_of_references(tmp_path, capsys):
    path = tmp_path / "one.yaml"
    path.write_text('one: {in: "x: float", forward: "x", reference: "my_oracle(x)"}')
    assert check.main([str(path)]) == 1
    assert "NameError: name 'my_oracle' is not defined" in capsys.readouterr().err
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "oracles.py").write_text("def my_oracle(x):\n    return x\n")
    assert check.main([str(path)]) == 0


def test_entries_may_apply_ops_of_axon_and_of_their_file(tmp_path, capsys):
    path = tmp_path / "one.yaml"
    path.write_text(
        "whitened:\n"
        "  in: 'a: float[n, m], x: float[n, k]'\n"
        "  out: 'y[m, k]: like(x)'\n"
        "  where: {m: 'n'}\n"
        "  forward: |\n"
        "    z[n, k] = doubled(x)\n"
        "    w[m, k] = solve(a, z)\n"
        "    w[m, k]\n"
        "  samples: {n: [3], a: [definite]}\n"
        "doubled: {in: 'x: float', forward: '2 * x'}\n"
    )
    assert check.main([str(path)]) == 0
    assert command.main(["op", "explain", "whitened", "--file", str(path)]) == 0
    assert "solve" in capsys.readouterr().out


def test_without_scipy_its_references_are_a_note(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "scipy", None)
    path = tmp_path / "one.yaml"
    path.write_text('one: {in: "x: float", forward: "erf(x)", reference: "special.erf(x)"}')
    assert check.main([str(path)]) == 0
    assert "without SciPy the references of one were not run" in capsys.readouterr().out


def test_checking_needs_no_runtime():
    code = "import sys; from codegen import check; print(check.main(['ops.yaml']), *sys.modules)"
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert f"{len(all_ops())} ops, nothing wrong" in done.stdout
    assert "\n0 " in done.stdout
    assert "axon" not in done.stdout.split() and "jinja2" not in done.stdout.split()


def test_the_installed_command(tmp_path):
    done = run("-m", "axon", "op", "explain", "celu", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for part in (
        'forward: "x if x > 0 else alpha * expm1(x / alpha)"',
        "y = x if x > 0 else alpha * expm1(x / alpha)",
        "gradient, derived\n    dx = dy if x > 0 else dy * alpha * exp(x / alpha) / alpha",
        "gradient, derived and simplified\n    dx = dy if x > 0 else dy * exp(x / alpha)",
        "4 bytes an element of y",
        "map      celu.grad  [24]  288 B, 264 flops",
    ):
        assert part in done.stdout


# The command explains the ops of the installed code generator, not those of codegen/.
INSTALLED = {op.name: op for op in load_ops(ROOT / "ops.yaml")}


@pytest.mark.parametrize("name", list(INSTALLED)[::4])  # a quarter: each compiles kernels
def test_every_op_is_explained(name):
    op = INSTALLED[name]
    text = explain_op(op, (ROOT / "ops.yaml").read_text(), name)
    assert text.startswith(f"{name}, line ")
    assert ("kernels of the gradient" in text) == (op.grad is not None)
