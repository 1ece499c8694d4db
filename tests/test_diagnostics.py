"""Wrong entries: each is refused with its place, its cause and the remedy, word for word.

`wrong_entries.txt` has them, each with what it must print; run this file to write it anew after a
change of messages, and read the difference.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from op_cases import ROOT

from codegen.diagnostics import SpecError
from codegen.entry import parse_ops
from codegen.yaml_source import Mapping, read_yaml

pytestmark = pytest.mark.once

FILE = Path(__file__).parent / "wrong_entries.txt"


def entries() -> dict[str, tuple[str, str]]:
    """By name: the text of a file of ops, and what is printed for it."""
    sections = re.split(r"^## (.+)\n", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for name, section in zip(sections[::2], sections[1::2], strict=True):
        text, _, told = section.partition("\n->\n")
        assert name not in found, name
        found[name] = (text, told.strip("\n"))
    return found


def told(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        parse_ops(text)
    return str(caught.value)


@pytest.mark.parametrize("name", entries())
def test_wrong_entry(name):
    text, expected = entries()[name]
    assert told(text) == expected


@pytest.mark.parametrize("name", entries())
def test_every_error_has_a_place_and_a_remedy(name):
    text, _ = entries()[name]
    with pytest.raises(SpecError) as caught:
        parse_ops(text)
    for diagnostic in caught.value.diagnostics:
        lines = text.splitlines()
        assert 1 <= diagnostic.mark.line <= len(lines)
        assert 1 <= diagnostic.mark.column <= len(lines[diagnostic.mark.line - 1]) + 1
        assert diagnostic.message and diagnostic.expected


RIGHT = {
    "numbers that YAML would not read as numbers": (
        'f: {in: "x: float, eps: real = 1e-5", forward: "x + eps", samples: {eps: [1e-5, 1e-8]}}'
    ),
    "names that YAML would read as something else": (
        "no: {in: 'x: float, on: real = 1', forward: x * on, samples: {on: [2.0]}}"
    ),
    "comments beside what is no formula": (
        "f: # an op\n  in: 'x: int[...]' # its input\n  forward: |\n    x + 1 # more\n"
        "  method: true # of Tensor"
    ),
    "indices that stay inside": (
        'f: {in: "x: float[n], w: float[r]", out: "y[k]", where: {k: "n - r + 1"},'
        ' forward: "sum[r](x[k + r] * w[r])"}'
    ),
    "an index that may stay inside": (
        'f: {in: "x: float[n], s: int", out: "y[n]", forward: "x[n - s] * x[0]"}'
    ),
    "a bounded index of the selected axis": (
        'f: {in: "x: float, axis: axis", forward: "x[axis: count(axis) - 1 - at(axis)]"}'
    ),
    "squares that do not cancel": 'f: {in: "x: float", forward: "1 + x * x - 2"}',
    "an exponential of a difference": (
        'f: {in: "x: float, axis: axis", forward: "log(sum(exp(x - max(x, axis)), axis))"}'
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_entries_are_taken(name):
    (op,) = parse_ops(RIGHT[name])
    assert op.program.statements


def test_scalars_are_strings():
    (op,) = parse_ops(RIGHT["numbers that YAML would not read as numbers"])
    assert op.samples["eps"] == (1e-5, 1e-8)
    assert parse_ops(RIGHT["names that YAML would read as something else"])[0].name == "no"


def test_errors_of_all_entries_are_shown_in_order():
    text = (
        'f: {in: "x: flaot", forward: "x"}\n'
        'g: {in: "x: int[...]", forward: "x"}\n'
        'h: {in: "x: int[...]", forward: "z"}'
    )
    with pytest.raises(SpecError) as caught:
        parse_ops(text)
    assert [d.mark.line for d in caught.value.diagnostics] == [1, 3]


def test_a_damaged_entry_is_an_error_or_an_op():
    """Whatever a slip of the hand makes of an entry, it is told like any other mistake."""
    text = (ROOT / "ops.yaml").read_text(encoding="utf-8")
    root = read_yaml(text, "ops.yaml")
    assert isinstance(root, Mapping)
    starts = [key.mark.line - 1 for key in root.keys.values()]
    lines = text.splitlines()
    whole = ["\n".join(lines[a:b]) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
    words = sorted(set(re.findall(r"\w+|[^\w\s]", text)))
    chance = random.Random(7)
    refused = 0
    for _ in range(400):
        parts = re.split(r"(\w+|[^\w\s])", chance.choice(whole))
        at = chance.randrange(len(parts))
        parts[at] = chance.choice(["", *chance.choices(words, k=3)])
        try:
            parse_ops("".join(parts))
        except SpecError as failure:
            refused += 1
            assert failure.diagnostics and "error: " in str(failure)
    assert refused > 100


if __name__ == "__main__":
    FILE.write_text(
        "\n".join(f"## {name}\n{text}\n->\n{told(text)}\n" for name, (text, _) in entries().items())
    )
