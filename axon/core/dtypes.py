"""What can be said of dtypes: their limits, their kinds, what they promote to."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.tensor import Tensor

# Of each float: bits of the significand, the hidden one included, and the largest exponent.
_FLOATS = {"float16": (11, 15), "bfloat16": (8, 127), "float32": (24, 127), "float64": (53, 1023)}

_SIGNED = ("int8", "int16", "int32", "int64")
_UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
_KINDS = {
    "bool": ("bool",),
    "signed integer": _SIGNED,
    "unsigned integer": _UNSIGNED,
    "integral": _SIGNED + _UNSIGNED,
    "real floating": tuple(_FLOATS),
    "complex floating": (),
    "numeric": _SIGNED + _UNSIGNED + tuple(_FLOATS),
}


class finfo:
    """The limits of a floating-point dtype.

    Attributes:
        bits: of an element.
        eps: the distance of 1 from the next larger number.
        max, min: the largest finite number, and the same negated.
        smallest_normal: the smallest positive number with full precision.
        dtype: that was asked for.

    Args:
        type: a floating-point dtype, or a tensor of one.

    Raises:
        TypeError: another dtype.

    Example:
        >>> axon.finfo("float32").eps
        1.1920928955078125e-07
    """

    def __init__(self, type: Any) -> None:
        self.dtype = _dtype_of(type)
        if not self.dtype.is_float:
            raise TypeError(f"axon.finfo: {self.dtype} is no float; see axon.iinfo")
        significand, exponent = _FLOATS[str(self.dtype)]
        self.bits = 8 * self.dtype.itemsize
        self.eps = 2.0 ** (1 - significand)
        self.max = (2.0 - self.eps) * 2.0**exponent
        self.min = -self.max
        self.smallest_normal = 2.0 ** (1 - exponent)

    def __repr__(self) -> str:
        return (
            f"finfo(bits={self.bits}, eps={self.eps}, max={self.max}, min={self.min}, "
            f"smallest_normal={self.smallest_normal}, dtype={self.dtype})"
        )


class iinfo:
    """The limits of an integer dtype.

    Attributes:
        bits: of an element.
        max, min: the largest and the smallest number.
        dtype: that was asked for.

    Args:
        type: an integer dtype, or a tensor of one.

    Raises:
        TypeError: another dtype.

    Example:
        >>> axon.iinfo("int8")
        iinfo(bits=8, max=127, min=-128, dtype=int8)
    """

    def __init__(self, type: Any) -> None:
        self.dtype = _dtype_of(type)
        if not self.dtype.is_integer:
            raise TypeError(f"axon.iinfo: {self.dtype} is no integer; see axon.finfo")
        self.bits = 8 * self.dtype.itemsize
        signed = str(self.dtype) in _SIGNED
        self.max = 2 ** (self.bits - signed) - 1
        self.min = -self.max - 1 if signed else 0

    def __repr__(self) -> str:
        return f"iinfo(bits={self.bits}, max={self.max}, min={self.min}, dtype={self.dtype})"


def isdtype(dtype: Any, kind: Any) -> bool:
    """True iff a dtype is of a kind.

    Args:
        dtype: such as ``axon.float32``.
        kind: a dtype; "bool", "signed integer", "unsigned integer", "integral", "real floating",
            "complex floating" (which no dtype is) or "numeric"; or a tuple of such.

    Raises:
        ValueError: another kind.

    Example:
        >>> axon.isdtype(axon.uint8, "integral"), axon.isdtype(axon.uint8, (axon.int8, "bool"))
        (True, False)
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, each) for each in kind)
    if isinstance(kind, str) and kind in _KINDS:
        return str(_dtype_of(dtype)) in _KINDS[kind]
    try:
        return bool(_dtype_of(dtype) == _dtype_of(kind))
    except TypeError:
        raise ValueError(
            f"axon.isdtype: kind is {kind!r}; expected a dtype or one of {', '.join(_KINDS)}"
        ) from None


def can_cast(from_: Any, to: Any) -> bool:
    """True iff the dtype ``to`` is what ``from_``, a dtype or tensor, and ``to`` promote to.

    Example:
        >>> axon.can_cast("int8", "int16"), axon.can_cast("float32", "int64")
        (True, False)
    """
    return bool(_runtime.promote_types(_dtype_of(from_), _dtype_of(to)) == to)


def result_type(*operands: Any) -> Any:
    """The dtype that tensors, dtypes and Python numbers promote to.

    A Python number takes the dtype of the others if that can hold its kind.

    Raises:
        ValueError: neither a tensor nor a dtype among the operands.

    Example:
        >>> axon.result_type(axon.ones(2), axon.int64), axon.result_type(axon.int8, 3)
        (axon.float32, axon.int8)
    """
    numbers = [value for value in operands if isinstance(value, (bool, int, float))]
    dtypes = [_dtype_of(v) for v in operands if not isinstance(v, (bool, int, float))]
    if not dtypes:
        raise ValueError("axon.result_type: expected a tensor or a dtype among the operands")
    result = dtypes[0]
    for dtype in dtypes[1:]:
        result = _runtime.promote_types(result, dtype)
    if any(isinstance(number, float) for number in numbers) and not result.is_float:
        return _runtime.float32
    whole = any(not isinstance(number, bool) for number in numbers)
    return _runtime.int64 if whole and result == "bool" else result


def _dtype_of(value: Any) -> Any:
    return value.dtype if isinstance(value, Tensor) else _runtime.DType(value)
