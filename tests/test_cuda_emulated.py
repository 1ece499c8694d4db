"""The CUDA source of kernels, run on the CPU, computes what the CPU's own kernels compute."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from cuda_emulator import Program, compiler
from test_cuda_source import COVERED, SCANS, recorded

import axon
from axon import _runtime

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.skipif(compiler is None, reason="g++ is not installed"),
]
#: Within a warp, around its 32 lanes, several warps a row and rows a block, more than a block.
LENGTHS = (1, 7, 31, 32, 33, 300, 1000, 5000)
ROWS = 3
#: Sums in another order: relative to the largest value.
TOLERANCE = {np.float16: 2e-3, np.float32: 2e-6, np.float64: 1e-14}


def row_cases(n: int):
    """Ops over rows of n elements: (name, results)."""
    random = np.random.default_rng(n)
    values = random.standard_normal((ROWS, n)).astype(np.float32)
    x = axon.tensor(values)
    holes = values.copy()
    holes[0, n // 2] = np.nan
    holes[1] = -np.inf
    nans = axon.tensor(holes)
    w = axon.tensor(random.standard_normal(n).astype(np.float32))
    labels = axon.tensor(random.integers(0, n, ROWS))
    whole = axon.tensor(random.integers(-9, 9, (ROWS, n)).astype(np.int32))
    half = axon.tensor(values.astype(np.float16))
    yield "softmax", axon.softmax(x)
    yield "log_softmax", axon.log_softmax(x)
    yield "layer_norm", axon.layer_norm(x, w, w)
    yield "layer_norm__grad", gradients(lambda x, w: axon.layer_norm(x, w, w), x, w)
    yield "cross_entropy", axon.cross_entropy(x, labels)
    yield "cross_entropy__grad", gradients(lambda x: axon.cross_entropy(x, labels), x)
    yield "logsumexp", axon.logsumexp(x, axis=1)
    yield "var", axon.var(x, axis=1)
    yield "prod", axon.prod(axon.where(x > 0, 2.0, -0.5), axis=1)  # exact
    for each in (x, nans, whole, half):
        for function in (axon.argmax, axon.argmin, axon.max, axon.min):
            yield f"{function.__name__} {each.dtype}", function(each, axis=1)
        yield f"any {each.dtype}", axon.any(each > 2, axis=1)
        yield f"all {each.dtype}", axon.all(each > -2, axis=1)
        yield f"sum {each.dtype}", axon.sum(each, axis=1)
    yield "gelu", axon.gelu(x)
    yield "dropout", axon.dropout(x, p=0.25)
    yield "embedding", axon.embedding(x, axon.tensor([2, -1, 0, 2]))
    yield "slice", axon.softmax(x[:, n // 3 :])


def column_cases(n: int):
    """Reductions over columns of n elements."""
    random = np.random.default_rng(n)
    values = random.standard_normal((n, 5)).astype(np.float32)
    x = axon.tensor(values)
    cube = axon.tensor(random.standard_normal((3, n, 4)).astype(np.float32))
    for function in (axon.sum, axon.max, axon.argmin, axon.var):
        yield f"{function.__name__} of columns", function(x, axis=0)
        yield f"{function.__name__} of the middle axis", function(cube, axis=1)
        yield f"{function.__name__} of outer and inner", function(cube, axis=(0, 2))
    yield "sum of all", axon.sum(cube)
    yield "softmax of columns", axon.softmax(x, axis=0)
    yield "batch statistics", axon.batch_norm_train(cube, axis=1)
    yield "wide columns", axon.mean(axon.tensor(np.tile(values, (1, 500))[:, :2100]), axis=0)


def gradients(function, *inputs):
    """The gradients of the sum of squares of a function."""
    leaves = [axon.tensor(x.numpy(), requires_grad=True) for x in inputs]
    y = function(*leaves)
    axon.sum(y * y).backward()
    return [leaf.grad for leaf in leaves]


def as_list(results) -> list:
    return list(results) if isinstance(results, (list, tuple)) else [results]


@pytest.fixture(scope="module")
def emulated(tmp_path_factory):
    """(name, kinds of kernels, emulated outputs, the runtime's outputs) of every case."""
    program = Program()
    waiting = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AXON_JIT", "off")
        cases = chain(
            recorded("float32"),
            *(row_cases(n) for n in LENGTHS),
            *(column_cases(n) for n in LENGTHS),
        )
        for name, results in cases:
            results = as_list(results)
            kinds = {kernel.kind for kernel in axon.explain(*results)}
            plan = _runtime.plan()
            if program.add(plan):
                waiting.append((name, kinds, plan, [y.numpy() for y in results]))
            else:
                axon.flush()
                reasons = {part["cuda"]["reason"] for part in plan["parts"]}
                assert not kinds <= set(COVERED) or SCANS in reasons, name
    program.compile(tmp_path_factory.mktemp("cuda"))
    return [(name, kinds, program.run(plan), expected) for name, kinds, plan, expected in waiting]


def test_emulated_kernels_give_what_the_runtime_gives(emulated):
    kinds_seen = set()
    for name, kinds, outputs, expected in emulated:
        kinds_seen |= kinds
        assert len(outputs) == len(expected), name
        for data, right in zip(outputs, expected, strict=True):
            y = np.frombuffer(data, right.dtype).reshape(right.shape)
            if kinds == {"map"} or right.dtype.kind != "f":
                np.testing.assert_array_equal(y, right, err_msg=name)
                continue
            finite = np.abs(right[np.isfinite(right)]).max(initial=1.0)
            tolerance = TOLERANCE[right.dtype.type]
            np.testing.assert_allclose(
                y, right, rtol=tolerance, atol=tolerance * finite, err_msg=name
            )
    assert kinds_seen >= set(COVERED)
