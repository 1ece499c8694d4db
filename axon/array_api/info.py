"""Inspection, dtypes and devices of the array API standard."""

from __future__ import annotations

from typing import Any

from axon import _runtime
from axon.core.creation import check_device
from axon.core.dtypes import isdtype
from axon.core.tensor import Tensor

_DTYPES = {
    str(dtype): dtype
    for dtype in (
        _runtime.bool,
        _runtime.int8,
        _runtime.int16,
        _runtime.int32,
        _runtime.int64,
        _runtime.uint8,
        _runtime.uint16,
        _runtime.uint32,
        _runtime.uint64,
        _runtime.float32,
        _runtime.float64,
    )
}


class __array_namespace_info__:
    """What this namespace can do.

    Example:
        >>> info = axon.array_api.__array_namespace_info__()
        >>> info.default_dtypes()["real floating"], list(info.dtypes(kind="complex floating"))
        (axon.float32, [])
    """

    def capabilities(self) -> dict[str, Any]:
        """What of the standard is optional and here."""
        return {
            "boolean indexing": True,
            "data-dependent shapes": True,
            "max dimensions": 64,  # that NumPy's arrays have; tensors have no limit
        }

    def default_device(self) -> str:
        """The device of new tensors."""
        return "cpu"

    def devices(self) -> list[str]:
        """All devices."""
        return ["cpu"]

    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]:
        """The dtypes of new tensors, by kind."""
        check_device("array_api.__array_namespace_info__", device)
        return {
            "real floating": _runtime.float32,
            "integral": _runtime.int64,
            "indexing": _runtime.int64,
        }

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, Any]:
        """The standard's dtypes, by name; there are no complex ones."""
        check_device("array_api.__array_namespace_info__", device)
        return {n: d for n, d in _DTYPES.items() if kind is None or isdtype(d, kind)}


def astype(x: Tensor, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Tensor:
    """``x`` in another dtype; itself with ``copy=False`` if it has it already."""
    check_device("astype", device)
    return x.to(dtype, copy=copy)
