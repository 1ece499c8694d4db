"""Wrong entries: each must be refused with its place, its cause and the remedy."""

from __future__ import annotations

import pytest

from codegen.diagnostics import SpecError
from codegen.entry import parse_ops

# name: (the file, `«` before the character pointed at; the message; part of what was expected)
WRONG = {
    # YAML and its traps
    "unknown field": (
        'celu: {in: "x: float", «forwards: "x"}',
        "unknown field 'forwards' of op 'celu'",
        "did you mean 'forward'?",
    ),
    "duplicate field": (
        'f:\n  in: "x: float"\n  forward: "x"\n  «in: "a: float"',
        "duplicate key 'in'",
        "first is on line 2",
    ),
    "duplicate op": (
        'f: {in: "x: int[...]", forward: "x"}\n«f: {in: "x: int[...]", forward: "x"}',
        "duplicate key 'f'",
        "one entry",
    ),
    "unquoted signature": (
        "f: {in: x«: float, forward: x}",
        "expected ',' or '}', but got ':'",
        "signatures in quotes",
    ),
    "alias": ('f: {in: "x: float", forward: «*x}', "alias '*x' is refused", "a quoted string"),
    "anchor": (
        'f: «&a {in: "x: float", forward: "x"}',
        "anchor '&a' is refused",
        "a quoted string",
    ),
    "tag": (
        'f: {in: «!!str "x: float", forward: "x"}',
        "tag 'tag:yaml.org,2002:str' is refused",
        "every scalar is a string",
    ),
    "merge key": (
        'f: {«<<: {in: "x: float"}, forward: "x"}',
        "merge key '<<' is refused",
        "the fields themselves",
    ),
    "tab": ('f:\n«\tin: "x: float"', "found character", "tabs do not indent"),
    "list for a formula": (
        'f: {in: "x: float", forward: «[x]}',
        "forward: of 'f' must be a string",
        "text in quotes",
    ),
    "yes for a flag": (
        'f: {in: "x: int[...]", forward: "x", method: «yes}',
        "unknown flag 'yes'",
        "true, false",
    ),
    "empty file": ("«# nothing", "the file is empty", "a mapping of ops"),
    "name of an op": (
        '«Relu: {in: "x: float", forward: "x"}',
        "not a name of an op: 'Relu'",
        "lower case",
    ),
    # signatures
    "no signature": ('«f: {forward: "x"}', "op 'f' has no 'in:'", "x: float"),
    "no formula": ('«f: {in: "x: float"}', "needs either 'forward:' or 'kernel:'", "a formula"),
    "unknown type": (
        'f: {in: "x: «flaot", forward: "x"}',
        "unknown type 'flaot'",
        "did you mean 'float'?",
    ),
    "duplicate parameter": (
        'f: {in: "x: float, «x: int[n]", forward: "x"}',
        "parameter 'x' is declared twice",
        "distinct",
    ),
    "wrong default": (
        'f: {in: "x: float, a: int = «1.5", forward: "x * a"}',
        "'1.5' is not a default of type int",
        "an integer",
    ),
    "not a condition": (
        'f: {in: "x: float, a: real [«a]", forward: "x * a"}',
        "not a condition: 'a'",
        "a comparison",
    ),
    "computed dim": ('f: {in: "x: float[«n + 1]", forward: "x"}', "not a dim: 'n + 1'", "where:"),
    "attribute as dim": (
        'f: {in: "x: float[«k], k: int", forward: "x"}',
        "'k' is an attribute of type int, not an axis",
        "where:",
    ),
    "open bracket": (
        'f: {in: "«x: float[n", forward: "x"}',
        "a bracket is never closed",
        "balanced",
    ),
    "output named as input": (
        'f: {in: "x: float", out: "«x", forward: "x"}',
        "the name 'x' is taken",
        "nothing else has",
    ),
    "unknown dtype": (
        'f: {in: "x: float", out: "y: «lik(x)", forward: "x"}',
        "unknown dtype 'lik'",
        "did you mean 'like'?",
    ),
    "dtype of no input": (
        'f: {in: "x: float", out: "y: like(«z)", forward: "x"}',
        "unknown input 'z'",
        "one of x",
    ),
    "unknown extent": (
        'f: {in: "x: num[i]", out: "«y[j]", forward: "x[j]"}',
        "the extent of axis 'j' is not known",
        "where: {j: ...}",
    ),
    "unused extent": (
        'f: {in: "x: int[n]", out: "y[n]", where: {«h: "n"}, forward: "x"}',
        "unknown axis 'h'",
        "a reduction",
    ),
    "unknown name in where": (
        'f:\n  {in: "x: int[n], stride: int2", out: "y[h]", where: {h: "n // «sride[0]"},\n'
        '   forward: "x[h*stride[0]]"}',
        "unknown list attribute 'sride'",
        "did you mean 'stride'?",
    ),
    "third of two": (
        'f: {in: "x: int[n], stride: int2", out: "y[h]", where: {h: "n // «stride[2]"}, '
        'forward: "x[h]"}',
        "'stride' has 2 elements",
        "an index below 2",
    ),
    # formulas
    "unknown name": (
        'celu:\n  in: "x: float, alpha: real"\n'
        '  forward: "x if x > 0 else «alhpa * expm1(x / alpha)"',
        "unknown name 'alhpa'",
        "did you mean 'alpha'?",
    ),
    "unknown name on line two": (
        'f:\n  in: "x: float"\n  forward: |\n    e = exp(x)\n\n    e / («ee + 1)',
        "unknown name 'ee'",
        "assigned above",
    ),
    "unknown function": (
        'f: {in: "x: float", forward: "2 * «expm(x)"}',
        "unknown function 'expm'",
        "did you mean 'expm1'?",
    ),
    "syntax": (
        'f:\n  in: "x: float"\n  forward: |\n    e = x + 1\n    e + «* 3',
        "syntax",
        "a Python expression",
    ),
    "wrong number of arguments": (
        'f: {in: "a: num, b: num", forward: "«maximum(a)"}',
        "maximum takes 2 arguments, not 1",
        "",
    ),
    "pointwise max": (
        'f: {in: "a: num", forward: "«max(a)"}',
        "max reduces a value over axes",
        "maximum(a, b)",
    ),
    "unknown axis": (
        'f: {in: "x: num, axs: axis", forward: "sum(x, «axis)"}',
        "unknown axes 'axis'",
        "did you mean 'axs'?",
    ),
    "unknown named axis": (
        'f: {in: "x: num[i, j]", out: "y[i]", forward: "sum[«k](x[i, j])"}',
        "unknown axis 'k'",
        "i, j",
    ),
    "axis not there": (
        'f: {in: "x: num[i, j]", out: "y[i]", forward: "«sum[j](x[i, i])"}',
        "does not extend over j",
        "an axis of it",
    ),
    "result without the axes": (
        'f: {in: "x: num, axis: axis", out: "y[rest(axis)]", forward: "«x + sum(x, axis)"}',
        "the formula extends over all axes, the result y does not",
        "a reduction",
    ),
    "too few indices": (
        'f: {in: "x: num[i, j]", out: "y[i]", forward: "«x[i]"}',
        "x has 2 dims [i, j], indexed with 1",
        "one index a dim",
    ),
    "real as index": (
        'f: {in: "x: num[i], r: real", out: "y[i]", forward: "x[i + «r]"}',
        "unknown index 'r'",
        "one of i",
    ),
    "guard of a value": (
        'f: {in: "x: num", forward: "guard(«x + 1, 0)"}',
        "only an indexed tensor is guarded",
        "guard(x[",
    ),
    "tensor outside a guard": (
        'f: {in: "x: num[i], z: num[i]", out: "y[i]", forward: "guard(x[i - 1], «z[i])"}',
        "a number or an attribute",
        "count(k)",
    ),
    "key of another type": (
        'f: {in: "x: float, key: real", forward: "uniform(«key) * x"}',
        "the key of uniform is an attribute of type rng",
        "rng",
    ),
    "list as value": (
        'f: {in: "x: num, p: int2", forward: "x + «p"}',
        "'p' of type int2 is not a value",
        "an element such as 'p[0]'",
    ),
    "method call": (
        'f: {in: "x: num", forward: "«x.exp()"}',
        "not a function: 'x.exp'",
        "name(arguments)",
    ),
    "keyword": (
        'f: {in: "x: num", forward: "«abs(x, out=x)"}',
        "abs takes no keywords",
        "abs(a, b)",
    ),
    "string": ('f: {in: "x: num", forward: "x + «\'a\'"}', "not a number: 'a'", "a number"),
    "comprehension": (
        'f: {in: "x: num", forward: "«[x for x in x]"}',
        "not part of the language",
        "docs/ops-language.md",
    ),
    "loop": (
        'f:\n  in: "x: num"\n  forward: |\n    «while x: x\n    x',
        "not a formula",
        "the result last",
    ),
    "name assigned twice": (
        'f:\n  in: "x: num"\n  forward: |\n    «x = x * x\n    x',
        "the name 'x' is taken",
        "never change",
    ),
    "used too early": (
        'f:\n  in: "x: num"\n  forward: |\n    e = «d + x\n    d = x * x\n    e',
        "'d' is used before it is assigned",
        "order",
    ),
    "never used": (
        'f:\n  in: "x: num"\n  forward: |\n    «d = x * x\n    x',
        "'d' is never used",
        "a later line",
    ),
    "1 + erf": ('f: {in: "x: float", forward: "x * («1 + erf(x))"}', "loses digits", "erfc(-x)"),
    "exp - 1": (
        'f: {in: "x: float", forward: "«exp(x) - 1"}',
        "'exp(x) - 1' loses digits",
        "expm1",
    ),
    "log of 1 + x": ('f: {in: "x: float", forward: "«log(x + 1)"}', "loses digits", "log1p(x)"),
    "log of sum of exp": (
        'f: {in: "x: float, axis: axis", forward: "«log(sum(exp(x), axis))"}',
        "loses digits",
        "the largest exponent taken out",
    ),
    "attribute never used": (
        'f: {in: "x: num, «alpha: real [alpha > 0]", forward: "x"}',
        "attribute 'alpha' is never used",
        "a formula",
    ),
    "one value for two outputs": (
        'f: {in: "x: num", out: "y, z", forward: "«x"}',
        "one value for 2 outputs",
        "for each",
    ),
    "missing output": (
        'f: {in: "x: num", out: "y, z", forward: "«y = x"}',
        "nothing is assigned to z",
        "y, z",
    ),
    "scatter within": (
        'f:\n  in: "x: num[axis: m], i: int[axis: m], axis: axis"\n  out: "y[axis: m]"\n'
        '  forward: "1 + «scatter[axis: i](x)"',
        "the dims and dtype of the scatter's output are not known",
        "out: with both",
    ),
    "combination of a scatter": (
        'f:\n  in: "x: num[axis: m], i: int[axis: m], axis: axis"\n  out: "y[axis: m]: like(x)"\n'
        '  forward: "«scatter[axis: i](x, mean)"',
        "scatter takes a value and how values at one place combine",
        "scatter[index](value) or scatter[index](value, sum | max | min | prod | set)",
    ),
    "choice by a number": (
        'f:\n  in: "x: num[n], s: int, b: flag"\n  out: "y[n]: like(x)"\n'
        '  forward: "x[n // 2 if «s else n // 3] if b else 0"',
        "unknown flag 's'",
        "b",
    ),
    # gradients and the rest
    "gradient of nothing": (
        'f: {in: "x: float", forward: "x", backward: {«z: "dy"}}',
        "unknown differentiable input 'z'",
        "one of x",
    ),
    "gradient that is no mapping": (
        'f: {in: "x: float", forward: "x", backward: "«dy"}',
        "backward: is not a formula by itself",
        "{x: formula, ...}",
    ),
    "gradient of integers": (
        'f: {in: "x: float", out: "y: int64", forward: "x", «backward: {x: "x"}}',
        "'f' has no float output",
        "no backward:",
    ),
    "unknown operator": (
        'f: {in: "x: int[...]", forward: "x", operator: "«+="}',
        "unknown operator '+='",
        "did you mean '+'?",
    ),
    "operator taken": (
        'f: {in: "x: int[...]", forward: "x", operator: "+"}\n'
        '«g: {in: "x: int[...]", forward: "x", operator: "+"}',
        "operator '+' is already that of 'f'",
        "one op",
    ),
    "variadic of one": (
        'f: {in: "x: int[...]", forward: "x", «variadic: true}',
        "a variadic op has two tensors",
        "a and b",
    ),
    "kind of sample": (
        'f: {in: "x: int[...]", forward: "x", samples: {x: [«normla]}}',
        "unknown kind of sample 'normla'",
        "did you mean 'normal'?",
    ),
    "sample of nothing": (
        'f: {in: "x: int[...]", forward: "x", samples: {«q: [normal]}}',
        "unknown parameter 'q'",
        "one of x",
    ),
    "sample of another type": (
        'f: {in: "x: int[...], p: real", forward: "x * p", samples: {p: [«high]}}',
        "'high' is not a default of type real",
        "a number",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_entry(name):
    marked, message, expected = WRONG[name]
    at = marked.index("«")
    text = marked.replace("«", "")
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    with pytest.raises(SpecError) as caught:
        parse_ops(text)
    first, source, caret, *rest = str(caught.value.diagnostics[0]).split("\n")
    assert first.startswith(f"ops.yaml:{line}:{column}: error: ")
    assert message in first
    assert source == "    " + text.splitlines()[line - 1]
    assert caret == " " * (4 + column - 1) + "^"
    assert expected in "\n".join(rest)


def test_whole_message():
    with pytest.raises(SpecError) as caught:
        parse_ops(
            'celu:\n  in: "x: float, alpha: real"\n'
            '  forward: "x if x > 0 else alhpa * expm1(x / alpha)"\n'
        )
    assert str(caught.value) == (
        "ops.yaml:3:29: error: unknown name 'alhpa'\n"
        '      forward: "x if x > 0 else alhpa * expm1(x / alpha)"\n'
        "                                ^\n"
        "    expected: an input, an attribute, an axis or a name assigned above; "
        "did you mean 'alpha'?"
    )


def test_errors_of_all_entries_are_shown_in_order():
    text = (
        'f: {in: "x: flaot", forward: "x"}\n'
        'g: {in: "x: int[...]", forward: "x"}\n'
        'h: {in: "x: int[...]", forward: "z"}'
    )
    with pytest.raises(SpecError) as caught:
        parse_ops(text)
    assert [d.mark.line for d in caught.value.diagnostics] == [1, 3]
