"""Every op of ops.yaml, the oracle that `reference:` is, and arguments in every dtype."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from codegen import check
from codegen.entry import Op, load_ops
from codegen.samples import Case

ROOT = Path(__file__).resolve().parent.parent
FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
#: The dtype of tensors of class int in a call whose other tensors have a given one.
INDEX_DTYPES = {"float16": "int16", "bfloat16": "uint8", "float32": "int32"}
#: Classes of inputs that a call may give in several dtypes.
_VARIED = {"any": (*FLOATS, *INTEGERS, "bool"), "num": (*FLOATS, *INTEGERS), "float": FLOATS}


@cache
def all_ops() -> tuple[Op, ...]:
    return tuple(load_ops(ROOT / "ops.yaml"))


# --------------------------------------------------------------------------------------- reference


def reference(op: Op, case: Case) -> tuple[np.ndarray, ...]:
    """What `reference:` says, one array an output."""
    return check.reference(op, case, all_oracles())


def satisfied(op: Op, case: Case, outputs: dict) -> tuple[bool, ...]:
    """The conditions of `spec:`, each true iff the outputs satisfy it."""
    return check.satisfied(op, case, outputs, all_oracles())


@cache
def all_oracles() -> dict[str, object]:
    return check.oracles_beside(ROOT / "ops.yaml")


# ------------------------------------------------------------------------------------------ dtypes


def dtypes_of(op: Op) -> tuple[str, ...]:
    """The dtypes that the op's tensors may all have; "" alone if no tensor has a choice."""
    classes = {i.cls for i in op.program.inputs} & set(_VARIED)
    common = tuple(d for d in _VARIED["any"] if all(d in _VARIED[c] for c in classes))
    return common if classes else ("",)


def as_dtype(op: Op, case: Case, dtype: str) -> dict[str, np.ndarray | None]:
    """The tensors of the case in a dtype, those of class int in one that goes with it.

    NumPy has no bfloat16: such values are float32 that bfloat16 holds exactly.
    """
    inputs = {}
    for i in op.program.inputs:
        value = case.inputs[i.name]
        if value is not None and i.cls in _VARIED and dtype:
            value = cast(value, dtype)
        elif value is not None and i.cls == "int":
            value = value.astype(INDEX_DTYPES.get(dtype, "int64"))
        inputs[i.name] = value
    return inputs


def dtype_in(op: Op, name: str, dtype: str) -> str | None:
    """The dtype that input `name` has in `as_dtype`; None where its array says so."""
    return dtype if op.program.input(name).cls in _VARIED and dtype else None


def cast(values: np.ndarray, dtype: str) -> np.ndarray:
    """Sample values in a dtype: whole numbers keep their order, and what is not 0 is not 0."""
    if dtype == "bfloat16":
        return to_bfloat16(values)
    target = np.dtype(dtype)
    with np.errstate(all="ignore"):
        if target.kind == "f":
            return values.astype(target)
        if target.kind == "b":
            return values > 0
        whole = np.where(np.isfinite(values), np.sign(values) * np.ceil(np.abs(values)), values)
        lowest = np.min(whole, initial=0, where=np.isfinite(whole))
        if target.kind == "u" and lowest < 0:
            whole = whole - lowest + 1  # in the same order
    limits = np.iinfo(target)
    whole = np.nan_to_num(whole, nan=0, posinf=limits.max, neginf=limits.min)
    low, high = max(limits.min, -(2**62)), min(limits.max, 2**62)
    return np.clip(whole, low, high).astype(target)


def to_bfloat16(values: np.ndarray) -> np.ndarray:
    """The nearest bfloat16, the even one of two, in float32."""
    with np.errstate(over="ignore"):
        single = np.asarray(values, np.float32)
    bits = single.view(np.uint32)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    kept = bits & np.uint32(0xFFFF0000)
    return np.where(np.isfinite(single), rounded, kept).view(np.float32)
