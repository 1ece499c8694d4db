"""Rules that hold for the whole of ops.yaml and the code around it (docs/design.md, section 2)."""

import io
import pathlib
import re
import tokenize

import pytest

from codegen import adjoint, render
from codegen.entry import load_ops, parse_ops

pytestmark = pytest.mark.once

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = (ROOT / "ops.yaml").read_text()
OPS = load_ops(ROOT / "ops.yaml")


def code_of(path: pathlib.Path) -> str:
    """The file without its comments and docstrings."""
    text = path.read_text()
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        return " ".join(
            t.string
            for t in tokens
            if t.type != tokenize.COMMENT and not t.string.startswith(('"""', 'r"""'))
        )
    return re.sub(r"//[^\n]*|/\*.*?\*/|\{#.*?#\}", "", text, flags=re.DOTALL)


def test_nothing_below_names_an_op():
    files = [
        p for folder in ("runtime", "codegen") for p in (ROOT / folder).rglob("*") if p.is_file()
    ]
    checked = [p for p in files if p.suffix in {".py", ".cpp", ".h", ".c", ".inc", ".j2", ".in"}]
    assert len(checked) > 50
    named = re.compile(r"\b(softmax|gelu|conv2d|layer_norm|matmul|embedding|dropout|adam_step)\b")
    assert {str(p.relative_to(ROOT)) for p in checked if named.search(code_of(p))} == set()


@pytest.mark.parametrize("old", ["softmax", "conv2d", "adam_step"])
def test_renaming_an_op_changes_the_name_only(old):
    new = "zz" + old
    renamed = parse_ops(re.sub(rf"^{old}:", f"{new}:", TEXT, flags=re.MULTILINE), "ops.yaml")
    for before, after in zip(OPS, renamed, strict=True):
        for a, b in ((before.program, after.program), (before.grad, after.grad)):
            same = str(a) == str(b).replace(f"(program {new}", f"(program {old}")
            assert same or f"Gradient of {new}" in str(b), before.name
            if a is not None:
                assert a.statements == b.statements
    assert [op.name for op in renamed if op.name == new] == [new]


def test_generated_is_what_codegen_writes():
    for path, text in render.render(OPS).items():
        assert (ROOT / "generated" / path).read_text() == text, path


def test_removing_every_written_gradient_leaves_as_many_gradients():
    """That they are equal in value is shown by tests/test_language_ops.py and tests/test_ops.py."""
    for op in OPS:
        if op.grad is None or op.program.statements[0].kind == "call":
            continue
        derived = adjoint.gradient(op.program)
        assert derived is not None, op.name
        assert [o.name for o in derived.outputs] == [o.name for o in op.grad.outputs], op.name
