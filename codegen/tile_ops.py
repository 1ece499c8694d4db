"""Renders `generated/tile_ops.inc`: the executor's loops, one a primitive and register dtype.

The expression is the primitive's C text, the same that compiled kernels contain, so both tiers give
the same bits.
"""

from __future__ import annotations

from pathlib import Path

from .primitives import PRIMITIVES, Primitive

#: Register dtypes: suffix and C type. 16-bit floats live in registers as float.
INTEGERS = {
    f"{kind}{bits}": f"{'u' if kind == 'u' else ''}int{bits}_t"
    for kind in "iu"
    for bits in (8, 16, 32, 64)
}
FLOATS = {"f32": "float", "f64": "double"}
HALVES = {"f16": "float", "bf16": "float"}
BOOL = {"b8": "uint8_t"}
REGISTERS = BOOL | INTEGERS | FLOATS


def operand_dtypes(p: Primitive) -> dict[str, str]:
    """The dtypes that the primitive is defined for."""
    if p.result == "flt":
        return FLOATS
    if p.result == "own":
        return FLOATS | HALVES
    if p.name.startswith(("bitwise_", "shift_")):
        return BOOL | INTEGERS
    return REGISTERS


def result_type(p: Primitive, ctype: str) -> str:
    return {"pred": "uint8_t", "int_": "int64_t"}.get(p.result, ctype)


def expression(p: Primitive, suffix: str, ctype: str) -> str:
    text = p.c_text.replace("@", suffix).replace("%", ctype)
    for i, name in enumerate("abc"):
        text = text.replace(f"${i}", name)
    is_bool = p.result == "pred" or (suffix == "b8" and p.result == "same")
    return f"({text} != 0)" if is_bool else text


def render() -> str:
    lines = [
        "// Loops of the executor over tiles. Generated from codegen/primitives.py; do not edit.",
        "// AX_TILE(primitive, dtype suffix, number of operands,",
        "//         types of the result, of operand a and of operands b and c, expression)",
    ]
    for p in PRIMITIVES.values():
        for suffix, ctype in operand_dtypes(p).items():
            first = "uint8_t" if p.name == "select" else ctype
            types = f"{result_type(p, ctype)}, {first}, {ctype}"
            text = expression(p, suffix, ctype)
            lines.append(f"AX_TILE({p.name}, {suffix}, {p.arity}, {types}, {text})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = Path(__file__).resolve().parent.parent / "generated" / "tile_ops.inc"
    target.write_text(render())
