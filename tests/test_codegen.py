"""Entries to programs: the text form, golden programs, defaults, and the command line."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import numpy as np
import pytest
from op_cases import ROOT, all_ops

from codegen import __main__ as command
from codegen.diagnostics import SpecError
from codegen.entry import Op, parse_ops
from codegen.interpret import run
from codegen.ir import parse

pytestmark = pytest.mark.once

OPS = [pytest.param(op, id=op.name) for op in all_ops()]


def op_of(text: str) -> Op:
    return parse_ops(text)[0]


def unplaced(program) -> str:
    """The text of a program without where its entry stands."""
    return str(program.replace(source=None))


def statements(text: str) -> list[str]:
    return [str(s) for s in op_of(text).program.statements]


def gradient(text: str) -> list[str]:
    return [str(s) for s in op_of(text).grad.statements]


def test_stubs_are_python():
    ast.parse((ROOT / "generated" / "ops.pyi").read_text())


@pytest.mark.parametrize("op", OPS)
def test_programs_are_their_text(op):
    for program in (op.program, op.grad):
        if program is not None:
            again = parse(str(program))
            assert again == program
            assert str(again) == str(program)


@pytest.mark.parametrize("op", OPS)
def test_entries_are_complete(op):
    assert op.doc.endswith(".")
    assert op.section
    assert op.reference or op.spec or any(a.type == "rng" for a in op.program.attrs)
    parameters = [*(i.name for i in op.program.inputs), *(a.name for a in op.program.attrs)]
    assert sorted(p for p in op.positions if p != "*") == sorted(parameters)


@pytest.mark.parametrize("op", OPS)
def test_values_are_written_before_they_are_read_and_once(op):
    for program in (op.program, op.grad):
        known = [i.name for i in program.inputs if not i.ghost] if program is not None else []
        for statement in program.statements if program is not None else ():
            assert set(statement.read) <= set(known)
            assert not set(statement.written) & set(known)
            known.extend(statement.written)
        assert program is None or {o.name for o in program.outputs} <= set(known)


# ------------------------------------------------------------------------------------ the language

LOGSUMEXP = """\
(program logsumexp
  (in (x float (*)))
  (attr (axis axes all))
  (attr (keepdim flag false))
  (out (y (like x) ((keep axis keepdim))))
  (reduce max t1 ((rest axis)) ((sel axis)) (load x (*)))
  (reduce sum t2 ((rest axis)) ((sel axis)) (exp (sub (load x (*)) (detach (finite (load t1 ((rest axis))))))))
  (set y ((keep axis keepdim)) (add (log (load t2 ((rest axis)))) (detach (finite (load t1 ((rest axis))))))))"""  # noqa: E501

LOGSUMEXP_GRAD = """\
(program logsumexp.grad
  (doc "Gradient of logsumexp.")
  (in (dy float ((keep axis keepdim))))
  (in (x float (*)))
  (in (y any ((keep axis keepdim))))
  (attr (axis axes all))
  (attr (keepdim flag false))
  (out (dx (like x) (*)))
  (set dx (*) (mul (load dy ((keep axis keepdim))) (exp (sub (load x (*)) (load y ((keep axis keepdim))))))))"""  # noqa: E501

CONV1D = """\
(program conv1d
  (in (x float (n (* g c) L)))
  (in (w float ((* g o) c r)))
  (attr (step int2))
  (attr (groups int 1))
  (where (g groups))
  (where (l (+ (// (- L r) step.0) 1)))
  (out (y (promote x w) (n (* g o) l)))
  (reduce sum y (n g o l) (c r) (mul (load w (g o c r)) (guard (load x (n g c (- (+ (* l step.0) r) step.1))) 0))))"""  # noqa: E501


def test_reductions_become_temporaries_over_the_other_axes():
    text = """
logsumexp:
  in: "x: float, axis: axes = all, keepdim: flag = false"
  forward: |
    m = detach(finite(max(x, axis)))
    log(sum(exp(x - m), axis)) + m
  backward: {x: "dy * exp(x - y)"}
"""
    assert unplaced(op_of(text).program) == LOGSUMEXP
    assert unplaced(op_of(text).grad) == LOGSUMEXP_GRAD


def test_a_reduction_that_is_the_whole_output_has_no_temporary():
    assert statements('s: {in: "x: num, axis: axes = all", forward: "sum(x * x, axis)"}') == [
        "(reduce sum y ((rest axis)) ((sel axis)) (mul (load x (*)) (load x (*))))"
    ]


def test_equal_reductions_are_computed_once():
    found = statements('f: {in: "x: float, axis: axis", forward: "max(x, axis) * max(x, axis)"}')
    assert [s.split()[0] for s in found] == ["(reduce", "(set"]


def test_named_axes_products_and_guards():
    text = """
conv1d:
  in: "x: float[n, g*c, L], w: float[g*o, c, r], *, step: int2, groups g: int = 1"
  out: "y[n, g*o, l]"
  where: {l: "(L - r) // step[0] + 1"}
  forward: "sum[c, r](w[g, o, c, r] * guard(x[n, g, c, l*step[0] + r - step[1]], 0))"
"""
    program = op_of(text).program
    assert unplaced(program) == CONV1D


def test_index_computed_from_data():
    text = (
        'e: {in: "t: any[v, d], i: int[...]", out: "y[..., d]: like(t)", forward: "t[i[...], d]"}'
    )
    assert statements(text) == ["(set y (* d) (load t ((gather (load i (*))) d)))"]


def test_several_outputs_read_each_other():
    text = """
f:
  in: "x: float, axis: axis"
  out: "y: like(x), mu[axis]: like(x)"
  forward: |
    mu = mean(x, rest(axis))
    y = x - mu
  backward: none
"""
    assert statements(text) == [
        "(reduce sum t1 ((sel axis)) ((rest axis)) (load x (*)))",
        "(set mu ((sel axis)) (div (load t1 ((sel axis))) (count (rest axis))))",
        "(set y (*) (sub (load x (*)) (load mu ((sel axis)))))",
    ]


def test_written_gradient_of_a_broadcast_tensor_is_reduced():
    text = 'f: {in: "a: float, b: float", forward: "a * b", backward: {a: "dy * b", b: "dy * a"}}'
    assert gradient(text) == [
        "(reduce sum da ((own a)) ((bcast a)) (mul (load dy (*)) (load b (*))))",
        "(reduce sum db ((own b)) ((bcast b)) (mul (load dy (*)) (load a (*))))",
    ]


def test_written_and_derived_gradients_stand_side_by_side():
    op = op_of('f: {in: "a: float, b: float", forward: "a / b", backward: {b: "-dy * y / b"}}')
    assert [o.name for o in op.grad.outputs] == ["da", "db"]
    assert [i.name for i in op.grad.inputs if not i.ghost] == ["dy", "b", "y"]


def test_gradients_that_are_none():
    assert op_of('f: {in: "x: float", forward: "floor(x)", backward: none}').grad is None
    assert op_of('f: {in: "x: float", forward: "x > 0"}').grad is None
    assert op_of('f: {in: "x: int[...]", forward: "x + 1"}').grad is None


def test_an_input_that_is_not_read_is_a_ghost():
    program = op_of('f: {in: "x: any, other: any", forward: "x", out: "y: like(x)"}').program
    assert [i.ghost for i in program.inputs] == [False, True]


@pytest.mark.parametrize(
    "parameters, formula, dtype",
    [
        ("x: num", "x + 1", "(like x)"),
        ("x: num", "x * 0.5", "(float x)"),
        ("x: num, a: real", "a * x", "(float x)"),
        ("x: float, a: real", "a * x", "(like x)"),
        ("a: num, b: num", "a + b", "(promote a b)"),
        ("a: num, b: num", "a / b", "(float a b)"),
        ("a: float, b: float", "exp(a) + b", "(promote a b)"),
        ("x: num", "x > 0", "bool"),
        ("x: num", "1 if x > 0 else x", "(like x)"),
        ("c: bool, a: any, b: any", "a if c else b", "(promote a b)"),
        ("x: any, axis: axis", "sum(x, axis)", "(accum x)"),
        ("x: any, axis: axis", "max(x, axis)", "(like x)"),
        ("x: any, axis: axis", "argmin(x, axis)", "int64"),
        ("x: any, axis: axis", "any(x != 0, axis)", "bool"),
        ("x: any, axis: axis", "mean(x, axis)", "(float x)"),
        ("x: float, i: int[...]", "x + i", "(like x)"),
    ],
)
def test_dtype_of_the_formula(parameters, formula, dtype):
    text = f'f: {{in: "{parameters}", forward: "{formula}", backward: none}}'
    assert str(op_of(text).program.output("y").dtype) == dtype


SAME = 'f: {in: "x: float, a: int2 [a > 0], %s", forward: "x * a[0] * b[1] * c[1]"}'


def test_the_default_of_an_integer_may_be_an_attribute_before_it():
    program = op_of(SAME % "b: int2 = a, *, c: int2 = b").program
    assert parse(str(program)) == program
    x = np.ones((2, 3), "float32")
    for given, product in (({}, 18), ({"b": (4, 5)}, 50), ({"b": 4}, 32)):
        assert (run(program, {"x": x}, {"a": (2, 3), **given})["y"] == product).all()


@pytest.mark.parametrize(
    "attrs", ["b: int2 = c, c: int2 = a", "b: int2 = d", "d: int = a, b: int2"]
)
def test_defaults_that_no_attribute_before_gives(attrs):
    with pytest.raises(SpecError, match="is not a default of type int"):
        op_of(SAME % attrs)


def test_checks_defaults_and_order():
    op = op_of(
        'f: {in: "x: float = 2, *, p: real = 1 [0 <= p <= 1], s: int2 = (1, 2), t: axes = (0, -1)",'
        ' forward: "sum(x * p * s[1], t)", out: "y[rest(t)]"}'
    )
    assert op.positions == ("x", "*", "p", "s", "t")
    assert [a.default for a in op.program.attrs] == [1.0, (1, 2), (0, -1)]
    assert op.program.input("x").default == 2.0
    (check,) = op.program.checks
    assert (str(check.condition), check.message) == (
        "(and (<= 0 p) (<= p 1))",
        "p must satisfy 0 <= p <= 1",
    )


def test_section_is_the_heading_above():
    ops = parse_ops(
        '# -- One ---\nf: {in: "x: num", forward: "x"}\n# a note\ng: {in: "x: num", forward: "x"}\n'
        '# -- Two, too ------\nh: {in: "x: num", forward: "x"}\n'
    )
    assert [op.section for op in ops] == ["One", "One", "Two, too"]


# -------------------------------------------------------------------------------- the command line


@pytest.fixture
def small(tmp_path):
    """Arguments for a file of one op."""
    ops = tmp_path / "ops.yaml"
    ops.write_text('add:\n  doc: Sum.\n  in: "a: num, b: num"\n  forward: "a + b"\n')
    return ops, ["--ops", str(ops), "--out", str(tmp_path / "generated")]


def test_check_passes_only_on_what_was_generated(small, capsys):
    ops, arguments = small
    assert command.main([*arguments, "--check"]) == 1
    assert command.main(arguments) == 0
    assert command.main([*arguments, "--check"]) == 0
    ops.write_text(ops.read_text().replace("a + b", "a - b"))
    capsys.readouterr()
    assert command.main([*arguments, "--check"]) == 1
    printed = capsys.readouterr().out
    assert "--- op_table.cpp (committed)" in printed
    assert any(line.startswith("+") and "(sub" in line for line in printed.splitlines())


def test_writing_leaves_equal_files_alone_and_removes_stale_ones(small):
    _, arguments = small
    assert command.main(arguments) == 0
    folder = command.Path(arguments[-1])
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*.*")}
    (folder / "stale.cpp").write_text("old")
    assert command.main(arguments) == 0
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*.*")} == before


def test_errors_are_printed_and_nothing_is_written(small, capsys):
    ops, arguments = small
    ops.write_text(ops.read_text().replace("a + b", "a + c"))
    assert command.main(arguments) == 1
    assert "ops.yaml:4:17: error: unknown name 'c'" in capsys.readouterr().err
    assert not command.Path(arguments[-1]).exists()


def test_output_is_deterministic(tmp_path):
    texts = []
    for seed in ("0", "1"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-m", "codegen", "--out", str(folder)],
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        texts.append(command.present(folder))
    assert texts[0] == texts[1]
