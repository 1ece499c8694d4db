"""The text of a tensor: NumPy's rules for digits, columns and summaries, without NumPy."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

EDGE_ITEMS = 3  # shown at each end of a summarised axis
THRESHOLD = 1000  # elements above which a tensor is summarised
LINE_WIDTH = 75
PRECISION = 8  # digits after the point at most

_PACKED = {"float16": "e", "float32": "f", "float64": "d"}
# The magnitude from which on numbers are written with an exponent.
_LARGE = {"bfloat16": 1e2, "float16": 1e3, "float32": 1e6, "float64": 1e8}


def format_values(
    values: Any, shape: tuple[int, ...], dtype: str, cut: set[int], indent: int
) -> str:
    """The nested list ``values`` as text.

    Args:
        shape: of ``values`` (after summarising).
        cut: the axes of which only the edges are in ``values``.
        indent: columns already used on the first line.
    """
    if 0 in shape:
        return "[]"
    if not shape:
        return _formatter([values], dtype)(values).strip()
    text = _formatter(list(_flatten(values, len(shape))), dtype)
    return _block(values, 0, len(shape), text, cut, indent)


def _flatten(values: Any, depth: int):
    if depth == 0:
        yield values
    else:
        for value in values:
            yield from _flatten(value, depth - 1)


def _block(values: list, axis: int, rank: int, text: Callable, cut: set[int], indent: int) -> str:
    if axis == rank - 1:
        items = [text(value) for value in values]
    else:
        items = [_block(value, axis + 1, rank, text, cut, indent + 1) for value in values]
    if axis in cut:
        items.insert(EDGE_ITEMS, "...")
    if axis == rank - 1:
        return "[" + _wrapped(items, indent + 1, LINE_WIDTH - rank) + "]"
    gap = ",\n" + "\n" * (rank - axis - 2) + " " * (indent + 1)
    return "[" + gap.join(items) + "]"


def _wrapped(items: list[str], indent: int, width: int) -> str:
    """The items in lines, each before its comma or the closing brackets at most ``width`` long."""
    lines = [items[0]]
    for item in items[1:]:
        longer = f"{lines[-1]}, {item}"
        if indent + len(longer) > width:
            lines.append(item)
        else:
            lines[-1] = longer
    return (",\n" + " " * indent).join(lines)


def _formatter(values: list, dtype: str) -> Callable[[Any], str]:
    """One function that gives every value the same width."""
    if dtype == "bool":
        return lambda value: str(value).rjust(len("False"))
    if not any(isinstance(value, float) for value in values):
        width = max((len(str(value)) for value in values), default=0)
        return lambda value: str(value).rjust(width)
    finite = [abs(value) for value in values if math.isfinite(value) and value]
    scientific = finite and (
        max(finite) >= _LARGE[dtype] or min(finite) < 1e-4 or max(finite) / min(finite) > 1e3
    )
    draw = _scientific(values, dtype) if scientific else _fixed(values, dtype)
    width = max((len(draw(value)) for value in values), default=0)
    return lambda value: draw(value).rjust(width)


def _fixed(values: list[float], dtype: str) -> Callable[[float], str]:
    digits = max((_decimals(value, dtype) for value in values), default=0)

    def draw(value: float) -> str:
        if not math.isfinite(value):
            return str(value)
        whole, _, fraction = f"{value:.{_decimals(value, dtype)}f}".partition(".")
        return f"{whole}.{fraction.ljust(digits)}"

    return draw


def _decimals(value: float, dtype: str) -> int:
    """Digits after the point that tell the value from its neighbours, at most PRECISION."""
    if not math.isfinite(value):
        return 0
    shortest = _shortest(value, dtype)
    mantissa, _, exponent = shortest.partition("e")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    rounded = f"{value:.{max(0, min(places, PRECISION))}f}"
    return len(rounded.partition(".")[2].rstrip("0"))


def _scientific(values: list[float], dtype: str) -> Callable[[float], str]:
    finite = [value for value in values if math.isfinite(value)]
    digits = max(_mantissa(value, dtype) for value in finite)
    power = max(len(f"{value:.{digits}e}".partition("e")[2]) for value in finite) - 1

    def draw(value: float) -> str:
        if not math.isfinite(value):
            return str(value)
        mantissa, _, exponent = f"{value:#.{digits}e}".partition("e")
        return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(power)}"

    return draw


def _mantissa(value: float, dtype: str) -> int:
    """Digits after the point of the scientific text, at most PRECISION."""
    shortest = _shortest(value, dtype).partition("e")[0].partition(".")[2]
    rounded = f"{value:.{min(len(shortest), PRECISION)}e}".partition("e")[0]
    return len(rounded.partition(".")[2].rstrip("0"))


def _shortest(value: float, dtype: str) -> str:
    """The shortest scientific text that reads back as the same element of ``dtype``."""
    bits = _bits(value, dtype)
    for digits in range(17):
        text = f"{value:.{digits}e}"
        try:
            if _bits(float(text), dtype) == bits:
                return text
        except OverflowError:
            continue
    return f"{value:.17e}"


def _bits(value: float, dtype: str) -> int:
    """The element of ``dtype`` nearest to ``value``."""
    if dtype == "bfloat16":
        wide = _bits(value, "float32")
        return (wide + 0x7FFF + (wide >> 16 & 1)) >> 16
    return int.from_bytes(struct.pack(f">{_PACKED[dtype]}", value), "big")
