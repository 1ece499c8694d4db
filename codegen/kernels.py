"""Map kernels compiled with the library: the pointwise formulas of ops.yaml as C.

A formula is printed as the scalar statements that `runtime/kernel/emit_body.cpp` prints at run
time, into the same skeleton. Its key is the canonical text by which
`runtime/device/cpu/ahead_of_time.cpp` knows a kernel:
`float32 (add float32#0 (mul float32#1 float32:2))`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .entry import Op
from .ir import GROUP, Call, Node, Program, index_of, is_call, walk
from .jinja import environment
from .primitives import PRIMITIVES

ROOT = Path(__file__).resolve().parent.parent
#: Where the skeletons are, beside this package in the sources.
DEVICES = ROOT / "runtime" / "device"

SUFFIX = {"float32": "f32", "float64": "f64"}
REGISTER = {"float32": "float", "float64": "double", "bool": "_Bool"}
STORED = {"float32": "float", "float64": "double", "bool": "uint8_t"}
LONGEST_KEY = 2000  # as in ahead_of_time.cpp


class NotAMap(Exception):
    """The program is something else than one pointwise formula of floats."""


@dataclass
class Map:
    """One formula for one dtype: its statements in SSA form and its key."""

    name: str
    dtype: str
    inputs: list[str] = field(default_factory=list)  # in order of first appearance
    lines: list[str] = field(default_factory=list)
    result: str = ""
    stored: str = ""
    key: str = ""


def formula_of(program: Program) -> Node:
    """The expression of a program that is one `set` over the group from loads over the group."""
    if len(program.statements) != 1 or len(program.outputs) != 1:
        raise NotAMap
    statement = program.statements[0]
    if statement.kind != "set" or statement.index != (GROUP,):
        raise NotAMap
    classes = {i.name: i.cls for i in program.inputs}
    for node in walk(statement.expr):
        if is_call(node, "load"):
            floating = classes[node.args[0]] in ("any", "num", "float")
            if not floating or index_of(node) != (GROUP,):
                raise NotAMap
    return statement.expr


def is_cast_among_inputs(node: Call) -> bool:
    """True iff the cast is to a dtype of inputs: in a map all have the same, a float."""
    return isinstance(node.args[0], Call) and node.args[0].head != "attr"


class Printer:
    """Prints the statements of one formula; equal subexpressions are one value."""

    def __init__(self, program: Program, dtype: str) -> None:
        self.map = Map(f"{program.name.replace('.', '_')}_{SUFFIX[dtype]}", dtype)
        self.values: dict[tuple[type, Node], tuple[str, str]] = {}  # C name and dtype

    def define(self, key: tuple[type, Node], dtype: str, text: str) -> tuple[str, str]:
        name = f"v{len(self.map.lines)}"
        self.map.lines.append(f"const {REGISTER[dtype]} {name} = {text};")
        self.values[key] = (name, dtype)
        return name, dtype

    def value(self, node: Node) -> tuple[str, str]:
        """The C name and the dtype of an expression."""
        key = (type(node), node)  # 1, 1.0 and true are equal to Python
        if key in self.values:
            return self.values[key]
        dtype = self.map.dtype
        if isinstance(node, (int, float)) and not isinstance(node, bool):
            return self.define(key, dtype, constant(float(node), dtype))
        if is_call(node, "detach"):
            return self.value(node.args[0])
        if is_call(node, "cast") and is_cast_among_inputs(node):
            inner = self.value(node.args[1])
            if inner[1] != dtype:
                raise NotAMap
            return inner
        if is_call(node, "cast") and node.args[0] == "bool":
            return self.define(key, "bool", f"({self.value(node.args[1])[0]} != 0)")
        if is_call(node, "load"):
            name = node.args[0]
            if name not in self.map.inputs:
                self.map.inputs.append(name)
            return self.define(key, dtype, f"b{self.map.inputs.index(name)}[i]")
        if not is_call(node, *PRIMITIVES):
            raise NotAMap
        primitive = PRIMITIVES[node.head]
        operands = [self.value(arg) for arg in node.args]
        operand = operands[-1][1]
        if operand == "bool" and primitive.result in ("flt", "own"):
            raise NotAMap
        suffix = "b8" if operand == "bool" else SUFFIX[operand]
        text = primitive.c_text.replace("@", suffix).replace("%", REGISTER[operand])
        for number, (name, _) in enumerate(operands):
            text = text.replace(f"${number}", name)
        result = {"pred": "bool", "int_": "int64"}.get(primitive.result, operand)
        if result == "int64":
            raise NotAMap
        return self.define(key, result, text)

    def key(self, node: Node) -> str:
        """The canonical text of an expression."""
        if is_call(node, "detach"):
            return self.key(node.args[0])
        if is_call(node, "cast") and is_cast_among_inputs(node):
            return self.key(node.args[1])
        if is_call(node, "load"):
            return f"{self.map.dtype}#{self.map.inputs.index(node.args[0])}"
        if isinstance(node, (int, float)):
            return f"{self.map.dtype}:{float(node):.17g}"
        if isinstance(node, str):  # a dtype
            return node
        return "(" + " ".join([node.head, *map(self.key, node.args)]) + ")"


def constant(number: float, dtype: str) -> str:
    """A literal that every compiler reads as exactly this number."""
    if number != number or number in (float("inf"), float("-inf")):
        raise NotAMap
    if dtype == "float32":
        (number,) = struct.unpack("f", struct.pack("f", number))
    text = number.hex() + ("f" if dtype == "float32" else "")
    return f"({text})" if text.startswith("-") else text


def print_map(program: Program, dtype: str) -> Map:
    """Raises NotAMap unless the program is a pointwise formula."""
    expr = formula_of(program)
    printer = Printer(program, dtype)
    printer.map.result, printer.map.stored = printer.value(expr)
    declared = program.outputs[0].dtype
    if (declared == "bool") != (printer.map.stored == "bool") or is_call(declared, "attr"):
        raise NotAMap
    if not printer.map.inputs:
        raise NotAMap
    printer.map.key = f"{printer.map.stored} {printer.key(expr)}"
    return printer.map


def maps_of(ops: Iterable[Op]) -> list[Map]:
    """All maps of the ops and their gradients; of equal formulas the first."""
    found: dict[str, Map] = {}
    for op in ops:
        for program in op.programs:
            for dtype in SUFFIX:
                try:
                    printed = print_map(program, dtype)
                except NotAMap:
                    continue
                found.setdefault(printed.key, printed)
    return list(found.values())


def skeleton(path: str) -> str:
    """The text of a skeleton: the raw string in a `.inc` file, without its first newline."""
    text = (DEVICES / path).read_text(encoding="utf-8")
    return text.removeprefix('R"skeleton(\n').removesuffix(')skeleton"\n')


def fill(text: str, slots: dict[str, str]) -> str:
    """`text` with each `@NAME@` replaced, as `fill` in runtime/kernel/emit.cpp does it.

    Lines that become empty go.
    """
    filled = []
    for line in text.splitlines():
        parts = line.split("@")
        done = "".join(slots[p] if n % 2 else p for n, p in enumerate(parts)).rstrip("\n")
        if len(parts) == 1 or done.strip():
            filled.append(done)
    return "\n".join(filled) + "\n"


def body(printed: Map, indent: str) -> str:
    lines = [*printed.lines, f"b{len(printed.inputs)}[i] = {printed.result};"]
    return "\n".join(indent + line for line in lines)


def cpu_loop(printed: Map) -> str:
    slots = {
        "INDENT": "  ", "PRAGMA": "#pragma GCC ivdep", "I": "i", "FIRST": "begin", "LAST": "end",
        "BODY": body(printed, "    "),
    }  # fmt: skip
    return fill(skeleton("cpu/skeletons/vector.inc"), slots).rstrip("\n")


def render_kernels(ops: Iterable[Op]) -> dict[str, str]:
    """The files of generated/kernels/ by path within generated/."""
    templates = environment()
    templates.globals |= {"cpu_loop": cpu_loop, "STORED": STORED}
    maps = [m for m in maps_of(ops) if len(m.key) < LONGEST_KEY]
    return {
        "kernels/cpu_map.c": templates.get_template("kernels/cpu_map.c.j2").render(maps=maps),
    }
