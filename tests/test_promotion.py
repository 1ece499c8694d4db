"""Two operands of different dtypes, or one of them a Python number, for every op that takes two.

The promotion table is that of the Python array API standard; where it is silent (a float and an
integer) the float stays. A Python number is weak: it takes the dtype of the tensor beside it,
unless it is of a higher kind.
"""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest
from batches import batched
from op_cases import FLOATS, INTEGERS, all_ops, cast
from test_ops import exactly

import axon
from axon import _runtime
from codegen.ir import GROUP, is_call
from codegen.samples import cases

DTYPES = (*FLOATS, *INTEGERS, "bool")
if os.environ.get("AXON_JIT") == "wait":  # a compilation a pair: the executor has all of them
    DTYPES = ("float32", "int32")


def promoted(a: str, b: str) -> str | None:
    """The table of the standard and the rule for a float and an integer; None: no common dtype."""
    floats = [t for t in (a, b) if t in FLOATS]
    if len(floats) == 1 or a == b:
        return floats[0] if floats else a
    if floats:
        return "float32" if set(floats) == {"float16", "bfloat16"} else _wider(a, b)
    if "bool" in (a, b):
        return b if a == "bool" else a
    if {"uint64"} & {a, b} and not (a.startswith("u") and b.startswith("u")):
        return None
    return str(np.promote_types(a, b))


def _wider(a: str, b: str) -> str:
    return max(a, b, key=("float16", "bfloat16", "float32", "float64").index)


PAIRS = list(itertools.product(DTYPES, repeat=2))


@pytest.mark.parametrize("a, b", PAIRS)
def test_the_table(a, b):
    expected = promoted(a, b)
    if expected is not None:
        assert str(axon.promote_types(a, b)).removeprefix("axon.") == expected
    assert axon.promote_types(a, b) == axon.promote_types(b, a)


# --------------------------------------------------------------------------------- two tensors


def accepted(cls: str) -> tuple[str, ...]:
    known = {"any": DTYPES, "num": (*FLOATS, *INTEGERS), "float": FLOATS}.get(cls, ())
    return tuple(dtype for dtype in known if dtype in DTYPES)


def takes_two(op) -> bool:
    """True iff the op promotes two tensors; sums over one of them alone have its own precision."""
    inputs, statements = op.program.inputs, op.program.statements
    return (
        len(inputs) == 2
        and all(accepted(i.cls) for i in inputs)
        and all(
            is_call(o.dtype, "promote", "float") or o.dtype == "bool" for o in op.program.outputs
        )
        and (len(statements) == 1 or all(s.kind == "set" for s in statements))
    )


TWO = [
    pytest.param(op, id=op.name, marks=pytest.mark.xdist_group(f"pairs {n // 8}"))
    for n, op in enumerate(filter(takes_two, all_ops()))
]


def small(x: np.ndarray, dtype: str) -> np.ndarray:
    """Numbers that every dtype holds exactly."""
    return cast(np.clip(np.abs(np.rint(x)), 1, 3) if x.dtype.kind == "f" else x, dtype)


def attributes(attrs: dict) -> dict:
    return {name: None if value == "all" else value for name, value in attrs.items()}


@pytest.mark.parametrize("op", TWO)
@batched
def test_tensors_of_two_dtypes_are_first_promoted(op):
    case = next(cases(op))
    attrs = attributes(case.attrs)
    made = []
    names = [i.name for i in op.program.inputs]
    masks = {"num": {"bool"} & set(DTYPES)}  # which stand beside numbers
    choices = ((*accepted(i.cls), *masks.get(i.cls, ())) for i in op.program.inputs)
    for a, b in itertools.product(*choices):
        common = axon.promote_types(a, b)
        if a == b or str(common).removeprefix("axon.") not in DTYPES:
            continue
        operands = [
            axon.tensor(small(case.inputs[name], dtype), dtype=dtype)
            for name, dtype in zip(names, (a, b), strict=True)
        ]
        mixed = _runtime.call(op.name, operands, attrs)
        same = _runtime.call(op.name, [x.astype(common) for x in operands], attrs)
        made.append((f"{op.name} of {a} and {b}", mixed, same))
    yield
    for label, mixed, same in made:
        for y, right in zip(*map(as_tuple, (mixed, same)), strict=True):
            exactly(y, right, label)


MASKED = {
    "mul": lambda x, m: x * m,
    "rsub": lambda x, m: m - x,
    "div": lambda x, m: m / x,
    "matmul": lambda x, m: m @ x,
    "maximum": axon.maximum,
    "clip": lambda x, m: axon.clip(x, m),
}


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_a_mask_beside_numbers_is_0_and_1_of_their_dtype(name, dtype):
    f = MASKED[name]
    mask = axon.tensor([True, False, True])
    x = axon.tensor([-2, 3, 4], dtype=dtype, requires_grad=dtype == "float32")
    exactly(f(x, mask), f(x, mask.astype(dtype)), name)
    if x.requires_grad:
        for derivative in (axon.grad, axon.hessian):
            mine, right = (derivative(lambda x, m=m: f(x, m).sum())(x) for m in (mask, 1.0 * mask))
            exactly(mine, right, name)


def test_a_mask_beside_a_python_number():
    mask = axon.tensor([True, False])
    exactly(1 - mask, axon.tensor([0, 1]), "int64")
    exactly(mask * 2.5, axon.tensor([2.5, 0.0]), "float32")


def test_masks_alone_are_no_numbers():
    mask, index = axon.tensor([True, False]), axon.tensor([0])
    for refused in (
        lambda: mask + mask,
        lambda: -mask,
        lambda: mask * True,
        lambda: axon.clip(mask, 0, 1),
        lambda: axon.scatter_add(mask, index, axon.tensor([1.0])),
    ):
        with pytest.raises(TypeError, match="has dtype bool; expected a numeric dtype"):
            refused()


def as_tuple(results) -> tuple:
    return results if isinstance(results, tuple) else (results,)


# ---------------------------------------------------------------------------- a Python number


def is_pointwise(op) -> bool:
    return takes_two(op) and all(i.dims == (GROUP,) for i in op.program.inputs)


POINTWISE = [p for p in TWO if is_pointwise(*p.values)]
NUMBERS = (2, 2.0, True)


def of_number(dtype: str, number: bool | int | float) -> str | None:
    """The dtype that the standard gives a number beside a tensor; None: it allows none."""
    kinds = [bool, int, float]
    highest = 2 if dtype in FLOATS else 1 if dtype in INTEGERS else 0
    return dtype if kinds.index(type(number)) <= highest else None


@pytest.mark.parametrize("op", POINTWISE)
@batched
def test_a_number_takes_the_dtype_of_the_tensor_beside_it(op):
    case = next(cases(op))
    attrs = attributes(case.attrs)
    made = []
    names = [i.name for i in op.program.inputs]
    for at, number in itertools.product((0, 1), NUMBERS):
        for dtype in accepted(op.program.inputs[1 - at].cls):
            taken = of_number(dtype, number)
            if taken is None or taken not in accepted(op.program.inputs[at].cls):
                continue
            x = axon.tensor(small(case.inputs[names[1 - at]], dtype), dtype=dtype)
            filled = axon.full(x.shape, number, dtype=taken)
            weak, strong = (
                _runtime.call(op.name, [other, x] if at == 0 else [x, other], attrs)
                for other in (number, filled)
            )
            made.append((f"{op.name} of {dtype} and {number}", weak, strong))
    yield
    for label, weak, strong in made:
        for y, right in zip(*map(as_tuple, (weak, strong)), strict=True):
            exactly(y, right, label)


def test_a_number_of_a_higher_kind():
    whole = axon.tensor([1, 2], dtype="int16")
    assert (whole * 2.0).dtype == (2.0 * whole).dtype == axon.float32


@pytest.mark.parametrize("dtype, number", [("uint8", 300), ("uint8", -1), ("int16", 2**15)])
@pytest.mark.parametrize("name", ["add", "eq", "maximum", "clip", "where", "masked_fill"])
def test_a_number_that_the_dtype_does_not_hold(name, dtype, number):
    x = axon.tensor([1, 2], dtype=dtype)
    others = {"where": [x > 1, x, number], "masked_fill": [x, x > 1, number]}
    operands = others.get(name, [x, number])
    with pytest.raises(OverflowError, match=rf"axon\.{name}: \w+ is {number}.*{dtype}.*astype"):
        getattr(axon, name)(*operands)


@pytest.mark.parametrize(
    "dtype, number", [("uint8", 300), ("uint64", -1), ("int16", 2**15), ("int64", 2**63)]
)
def test_data_that_the_dtype_does_not_hold(dtype, number):
    with pytest.raises(OverflowError, match=rf"axon\.tensor: .*{number}.*{dtype}"):
        axon.tensor([[0, number]], dtype=dtype)
    with pytest.raises(OverflowError, match=rf"{number}.*{dtype}"):
        axon.zeros(2, dtype=dtype)[0] = number
    with pytest.raises(OverflowError, match=rf"{number}.*{dtype}"):
        axon.full((2,), number, dtype=dtype)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_a_number_at_the_ends_of_the_dtype(dtype):
    x, ends = axon.zeros(2, dtype=dtype), axon.iinfo(dtype)
    for end in (ends.min, min(ends.max, 2**63 - 1)):
        assert axon.maximum(axon.tensor([end], dtype=dtype), end).tolist() == [end]
        assert (x == end).tolist() == [end == 0] * 2
        assert axon.full((1,), end, dtype=dtype).tolist() == [end]
