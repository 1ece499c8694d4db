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

_SHORTEST = {"float16": "e", "float32": "f", "float64": "d"}


def format_values(
    values: Any, shape: tuple[int, ...], dtype: str, cut: set[int], indent: int
) -> str:
    """The nested list ``values`` as text.

    Args:
        shape: of ``values`` (after summarising).
        cut: the axes of which only the edges are in ``values``.
        indent: columns already used on the first line.
    """
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
        return "[" + _wrapped(items, indent + 1) + "]"
    gap = ",\n" + "\n" * (rank - axis - 2) + " " * (indent + 1)
    return "[" + gap.join(items) + "]"


def _wrapped(items: list[str], indent: int) -> str:
    lines = [""]
    for number, item in enumerate(items):
        piece = item + "," if number + 1 < len(items) else item
        gap = " " if lines[-1] else ""
        if lines[-1] and indent + len(lines[-1] + gap + piece) > LINE_WIDTH:
            lines.append("")
            gap = ""
        lines[-1] += gap + piece
    return ("\n" + " " * indent).join(lines)


def _formatter(values: list, dtype: str) -> Callable[[Any], str]:
    """One function that gives every value the same width."""
    if dtype == "bool" or not any(isinstance(value, float) for value in values):
        width = max((len(str(value)) for value in values), default=0)
        return lambda value: str(value).rjust(width)
    finite = [abs(value) for value in values if math.isfinite(value) and value]
    scientific = finite and (
        max(finite) >= 1e8 or min(finite) < 1e-4 or max(finite) / min(finite) > 1e3
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
    shortest = [_shortest(value, dtype).partition("e")[0] for value in finite]
    digits = max((len(text.partition(".")[2].rstrip("0")) for text in shortest), default=0)
    digits = min(digits, PRECISION)

    def draw(value: float) -> str:
        if not math.isfinite(value):
            return str(value)
        text = f"{value:.{digits}e}"
        return text if digits else text.replace("e", ".e")

    return draw


def _shortest(value: float, dtype: str) -> str:
    """The shortest scientific text that reads back as the same element of ``dtype``."""
    code = _SHORTEST.get(dtype)
    if code is None:
        return f"{value:.3e}"
    bits = struct.pack(code, value)
    for digits in range(17):
        text = f"{value:.{digits}e}"
        try:
            if struct.pack(code, float(text)) == bits:
                return text
        except OverflowError:
            continue
    return f"{value:.17e}"
