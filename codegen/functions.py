"""How ops look to Python callers: the names, types and defaults of their parameters.

Shared by what is generated for ops.yaml and by ops that are declared at run time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .entry import Op
from .ir import Attr, Input, Program

ATTRIBUTE_TYPES = {
    "real": "float",
    "offsets": "int | Sequence[int]",
    "rng": "tuple[int, int]",
    "int": "int",
    "int2": "int | tuple[int, int]",
    "int3": "int | tuple[int, int, int]",
    "flag": "bool",
    "axis": "int",
    "axes": "int | Sequence[int] | None",
    "ints": "int | Sequence[int]",
    "shape": "int | Sequence[int]",
    "dtype": "DType | str",
    "str": "str",
}
NUMBER_TYPES = {
    "any": "float",
    "num": "float",
    "float": "float",
    "integral": "int",
    "int": "int",
    "bool": "bool",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function; it takes `value` where it is left out, unless it is required.

    `slot` is its number among the inputs or the attributes of the program.
    """

    name: str
    type: str
    is_input: bool
    slot: int
    required: bool = True
    value: object = None

    @property
    def default(self) -> str:
        """As Python source; "" if the parameter is required."""
        if self.required:
            return ""
        infinite = isinstance(self.value, float) and math.isinf(self.value)
        return f'float("{self.value}")' if infinite else repr(self.value)


@dataclass(frozen=True)
class Function:
    """One generated function: `positional` parameters, then those by keyword only."""

    name: str
    program: Program
    doc: str
    positional: tuple[Parameter, ...]
    keyword: tuple[Parameter, ...]
    variadic: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.positional + self.keyword

    @property
    def inputs(self) -> list[Parameter]:
        return sorted((p for p in self.parameters if p.is_input), key=lambda p: p.slot)

    @property
    def attrs(self) -> list[Parameter]:
        return sorted((p for p in self.parameters if not p.is_input), key=lambda p: p.slot)

    @property
    def signature(self) -> str:
        return self._signature(_declarations(self.positional))

    @property
    def method(self) -> str:
        """The signature as a method of its first parameter."""
        return self._signature(["self", *_declarations(self.positional[1:])])

    def _signature(self, parts: list[str]) -> str:
        if self.keyword:
            parts += ["*", *map(_declaration, self.keyword)]
        return f"def {self.name}({', '.join(parts)}) -> {self.result}"

    @property
    def result(self) -> str:
        """The type of what is returned."""
        outputs = len(self.program.outputs)
        return "Tensor" if outputs == 1 else "tuple[" + ", ".join(["Tensor"] * outputs) + "]"


def _declarations(positional: tuple[Parameter, ...]) -> list[str]:
    """In Python nothing required stands behind a default: before it, None must be written out."""
    required = [at for at, p in enumerate(positional) if not p.default]
    last = max(required, default=-1)
    return [
        f"{p.name}: {p.type}" if at < last else _declaration(p) for at, p in enumerate(positional)
    ]


def _declaration(parameter: Parameter) -> str:
    default = f" = {parameter.default}" if parameter.default else ""
    return f"{parameter.name}: {parameter.type}{default}"


def function_of(op: Op, doc: str = "") -> Function:
    """The function that users call; its parameters in the order of the entry."""
    parameters = {p.name: p for p in _parameters(op.program)}
    order = list(op.positions)
    cut = order.index("*") if "*" in order else len(order)
    positional = [parameters[name] for name in order[:cut]]
    keyword = [parameters[name] for name in order[cut + 1 :]]
    if op.variadic:
        first, second = op.program.inputs
        positional = [_also_list(p, first.name, second.name) for p in positional]
    return Function(op.name, op.program, doc, tuple(positional), tuple(keyword), op.variadic)


def _also_list(parameter: Parameter, first: str, second: str) -> Parameter:
    if parameter.name == first:
        return replace(parameter, type=f"{parameter.type} | Sequence[Tensor]")
    if parameter.name == second:
        return replace(parameter, type=f"{parameter.type} | None", required=False)
    return parameter


def gradient_of(op: Op) -> Function:
    """The gradient program as a function: cotangents, what it reads, then attributes by keyword."""
    assert op.grad is not None, op.name
    parameters = _parameters(op.grad)
    inputs = tuple(p for p in parameters if p.is_input)
    attrs = tuple(p for p in parameters if not p.is_input)
    return Function(f"{op.name}__grad", op.grad, f"Gradient of {op.name}.", inputs, attrs)


def _parameters(program: Program) -> list[Parameter]:
    inputs = [_input_parameter(i, slot) for slot, i in enumerate(program.inputs)]
    return inputs + [_attribute_parameter(a, slot) for slot, a in enumerate(program.attrs)]


def _input_parameter(declared: Input, slot: int) -> Parameter:
    kind = f"Tensor | {'Ghost' if declared.ghost else NUMBER_TYPES.get(declared.cls, 'float')}"
    if declared.default is None:
        return Parameter(declared.name, kind, True, slot)
    return Parameter(declared.name, f"{kind} | None", True, slot, required=False)


def _attribute_parameter(declared: Attr, slot: int) -> Parameter:
    kind, value = ATTRIBUTE_TYPES[declared.type], declared.default
    if value is None:
        return Parameter(declared.name, kind, False, slot)
    if declared.same_as:
        kind, value = f"{kind} | None", None
    if declared.type == "axes" and value == "all":
        value = None
    return Parameter(declared.name, kind, False, slot, required=False, value=value)
