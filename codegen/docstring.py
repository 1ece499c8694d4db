"""The docstring of an op, from its entry: parameters with shapes and defaults, errors, an example.

The example shows a small call and its values as the NumPy interpreter computes them; the test suite
runs it on the runtime.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import numpy as np

from .entry import Op
from .extents import settled
from .interpret import run
from .ir import GROUP, Attr, Call, Check, Input, Node, Output, Program, is_call, walk
from .pretty import expression
from .samples import Case, example

WIDTH = 92
CLASSES = {
    "any": "a tensor",
    "num": "a tensor of numbers",
    "float": "a floating-point tensor",
    "integral": "a tensor of integers or bools",
    "int": "a tensor of integers",
    "bool": "a tensor of bools",
}
TYPES = {
    "real": "a number",
    "offsets": "an integer or several",
    "rng": "the key of the draw, two integers",
    "int": "an integer",
    "int2": "an integer or a pair",
    "int3": "an integer or three",
    "flag": "a bool",
    "axis": "an axis",
    "axes": "an axis, several, or None for all",
    "ints": "integers",
    "shape": "a shape",
    "dtype": "a dtype",
    "str": "a word",
}
DIGITS = 4  # of the values in examples
LONGEST = 12  # values that an example shows


def docstring(op: Op, with_example: bool = True) -> str:
    """Summary, Args, Returns, Raises and Example, as Google's style has them."""
    program = op.program
    parts = [op.doc, section("Args", parameters(op)), section("Returns", returns(program))]
    parts.append(section("Raises", raises(program)))
    lines = example_lines(op) if with_example else []
    if lines:
        parts.append("Example:\n" + textwrap.indent("\n".join(lines), "    "))
    return "\n\n".join(part for part in parts if part)


def section(title: str, items: list[tuple[str, str]]) -> str:
    if not items:
        return ""
    wrapped = (
        textwrap.fill(
            f"{name}: {text}",
            WIDTH,
            initial_indent="    ",
            subsequent_indent="        ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for name, text in items
    )
    return "\n".join([f"{title}:", *wrapped])


# -------------------------------------------------------------------------------------- parameters


def parameters(op: Op) -> list[tuple[str, str]]:
    """Each parameter with what it may be, in the order of the signature."""
    inputs = {i.name: i for i in op.program.inputs}
    attrs = {a.name: a for a in op.program.attrs}
    checks = op.program.checks
    return [
        (name, tensor_text(inputs[name], op) if name in inputs else attr_text(attrs[name], checks))
        for name in op.positions
        if name != "*"
    ]


def tensor_text(declared: Input, op: Op) -> str:
    text = CLASSES.get(declared.cls, f"a {declared.cls} tensor")
    if declared.dims != (GROUP,):
        text += f" of shape {shape_text(declared.dims)}"
    elif sum(GROUP in i.dims for i in op.program.inputs) > 1:
        text += " that broadcasts with the others"
    if op.variadic and declared is op.program.inputs[0]:
        text += ", or a list of tensors"
    if declared.ghost:
        text += "; only its shape matters"
    if declared.default is not None:
        text += f"; {declared.default:g} where left out"
    return text + "."


def attr_text(declared: Attr, checks: tuple[Check, ...]) -> str:
    text = TYPES[declared.type]
    conditions = [
        c.message.partition(" must satisfy ")[2] for c in checks if declared.name in names_of(c)
    ]
    if conditions:
        text += f" with {' and '.join(conditions)}"
    if declared.default is not None:
        default = "None" if declared.default == "all" else repr(declared.default)
        text += f", by default {declared.same_as or default}"
    return text + "."


def names_of(check: Check) -> set[str]:
    return {n.split(".")[0] for n in walk(check.condition) if isinstance(n, str)}


def returns(program: Program) -> list[tuple[str, str]]:
    extents = dict(program.where)
    result = []
    for output in program.outputs:
        text = f"{dtype_text(output)}, of shape {shape_text(output.dims)}"
        named = [n for d in output.dims for n in walk(d) if isinstance(n, str) and n in extents]
        computed = [f"{n} = {expression(extents[n])}" for n in dict.fromkeys(named)]
        if computed:
            text += " with " + ", ".join(computed)
        result.append((output.name, text + "."))
    return result


def dtype_text(output: Output) -> str:
    dtype = output.dtype
    if isinstance(dtype, str):
        return dtype
    names = " and ".join(map(str, dtype.args))
    return {
        "like": f"the dtype of {names}",
        "promote": f"the promoted dtype of {names}",
        "float": f"the promoted floating-point dtype of {names}",
        "accum": f"the dtype of {names}, int64 for smaller integers and bools",
        "attr": f"the dtype that {names} names",
    }[dtype.head]


def shape_text(dims: tuple[Node, ...]) -> str:
    if len(dims) == 1 and (dims[0] == GROUP or (isinstance(dims[0], Call) and dims[0].head != "*")):
        return dim_text(dims[0])
    texts = ["..." if dim == GROUP else dim_text(dim) for dim in dims]
    return "(" + ", ".join(texts) + ("," if len(dims) == 1 else "") + ")"


def dim_text(dim: Node) -> str:
    """A dim, or what a dim that stands for many axes says of them."""
    if dim == GROUP:
        return "(...)"
    if not isinstance(dim, Call):
        return str(dim)
    name = dim.args[0]
    return {
        "sel": f"(extents along {name})",
        "rest": f"(...) without {name}",
        "keep": f"(...) without {name}, which stays with extent 1 if {dim.args[-1]}",
        "sub": f"(...) with {dim.args[-1]} along {name}",
        "shape": str(name),
        "perm": f"(...) in the order of {name}",
    }.get(dim.head) or expression(dim).replace(" ", "")


# ------------------------------------------------------------------------------------------ errors


def raises(program: Program) -> list[tuple[str, str]]:
    """The errors that follow from the declaration."""
    errors: list[tuple[str, str]] = []
    shapes = len(program.inputs) > 1 or any(d != GROUP for i in program.inputs for d in i.dims)
    reasons = ["the shapes do not fit"] if shapes else []
    reasons += [c.message.replace("must satisfy", "does not satisfy") for c in program.checks]
    if any(s.combine in ("max", "min", "argmax", "argmin") for s in program.statements):
        reasons.append("a largest or smallest of no elements is asked for")
    if reasons:
        errors.append(("ValueError", "; ".join(reasons) + "."))
    narrow = [i.name for i in program.inputs if i.cls in ("float", "integral", "int", "bool")]
    if narrow:
        errors.append(("TypeError", f"{' or '.join(narrow)} has a dtype of another kind."))
    ranges = []
    if any(a.type in ("axis", "axes") for a in program.attrs):
        ranges.append("an axis is out of range")
    if any(is_call(n, "gather") for n in _nodes(program)):
        ranges.append("an index is out of range: raised when the values are computed")
    if ranges:
        errors.append(("IndexError", "; ".join(ranges) + "."))
    return errors


def _nodes(program: Program) -> Iterator[Node]:
    for s in program.statements:
        for root in (s.expr, *s.index):
            yield from walk(root)


# ----------------------------------------------------------------------------------------- example


def example_lines(op: Op) -> list[str]:
    """A call in the console and its values; nothing for random numbers and huge results."""
    program = op.program
    if any(a.type == "rng" for a in program.attrs) or any(
        s.kind == "call" for s in program.statements
    ):
        return []
    case = example(op)
    lines = []
    for name, value in case.inputs.items():
        if value is None:
            continue
        if value.size > LONGEST and value.dtype.kind == "f":
            case.inputs[name] = (np.arange(value.size) % 7 - 3).reshape(value.shape) / 4
            extents = ", ".join(map(str, value.shape))
            counted = f"(axon.arange({value.size}) % 7 - 3).reshape({extents}) / 4"
            lines.append(f">>> {name} = {counted}")
        else:
            lines.append(f">>> {name} = axon.tensor({value.tolist()!r})")
    results = [o.name for o in program.outputs]
    lines.append(f">>> {', '.join(results)} = axon.{op.name}({', '.join(arguments(op, case))})")
    with np.errstate(all="ignore"):
        outputs = run(program, float32(case.inputs), case.attrs, dtype=np.float32)
    for output in program.outputs:
        if is_call(output.dtype, "attr"):
            dtype = str(case.attrs[output.dtype.args[0]])
            outputs[output.name] = outputs[output.name].astype(dtype)
    for name in results:
        lines += shown(name, outputs[name])
    return lines


def shown(name: str, value: np.ndarray) -> list[str]:
    """What the console shows of an output: its values, or its shape where they are many."""
    if value.size > LONGEST or value.ndim > 2:
        return [f">>> {name}.shape", repr(value.shape)]
    if value.ndim == 0:
        rounded = value.dtype.kind == "f"
        call = f"round({name}.item(), {DIGITS})" if rounded else f"{name}.item()"
        return [f">>> {call}", repr(round(value.item(), DIGITS) if rounded else value.item())]
    if value.dtype.kind == "f":
        return [f">>> {name}.numpy().round({DIGITS})", *repr(value.round(DIGITS)).splitlines()]
    return [f">>> {name}.numpy()", *repr(value).splitlines()]


def float32(inputs: dict[str, np.ndarray | None]) -> dict[str, np.ndarray | None]:
    return {
        name: value.astype(np.float32) if value is not None and value.dtype.kind == "f" else value
        for name, value in inputs.items()
    }


def arguments(op: Op, case: Case) -> list[str]:
    """The call as people write it: what has its default is left out."""
    texts, keyword = [], False
    given = {a.name: case.attrs[a.name] for a in op.program.attrs if a.default is None}
    defaults = settled(op.program.attrs, given)
    optional = {a.name for a in op.program.attrs} - set(given)
    for name in op.positions:
        if name == "*":
            keyword = True
        elif name in case.inputs:
            if case.inputs[name] is None:
                keyword = True
            else:
                texts.append(f"{name}={name}" if keyword else name)
        elif name in optional and case.attrs[name] == defaults[name]:
            keyword = True
        else:
            value = _argument(case.attrs[name])
            texts.append(f"{name}={value}" if keyword else value)
    return texts


def _argument(value: object) -> str:
    return "None" if value == "all" else repr(value)
