"""CUDA source of the kernels of every op: NVIDIA's compiler takes it, without a word."""

from __future__ import annotations

from itertools import chain

import pytest
from nvrtc import compile_cuda, library
from op_cases import all_ops
from op_checks import gradient_values
from test_ops import attributes, tensors

import axon
from axon import _runtime
from codegen.samples import cases

pytestmark = pytest.mark.once

needs_nvrtc = pytest.mark.skipif(
    library() is None, reason="the wheel nvidia-cuda-nvrtc is not installed"
)
COVERED = ("map", "row", "column", "nest")
ARCHITECTURES = ("sm_75", "sm_90", "sm_120")
FLOATS = ("float32", "float64", "float16")
DTYPES = (*FLOATS, "bfloat16", "bool", *(f"{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64)))
SCANS = "scans have no CUDA source yet"  # nor have loops around them
#: Kernels of one translation unit: a compiler error names few, and memory stays small.
BATCH = 100


def recorded(dtype: str):
    """The first sample case of every op, then of its gradient, each recorded alone."""
    for op in all_ops():
        case = next(cases(op))
        yield op.name, record(op.program, case.inputs, case, dtype)
        if op.grad is not None:
            yield op.grad.name, record(op.grad, gradient_values(op, case), case, dtype)


def record(program, known: dict, case, dtype: str) -> list:
    """The outputs of a program, recorded on tensors whose floats have that dtype."""
    floats = [n for n, x in known.items() if x is not None and x.dtype.kind == "f"]
    inputs = tensors(program, known, dict.fromkeys(floats, dtype))
    results = _runtime.call(program.name, inputs, attributes(program, case.attrs))
    return list(results) if isinstance(results, tuple) else [results]


def converted():
    """Arithmetic and reductions of every dtype, between conversions from and to every other."""
    for dtype in DTYPES:
        x = axon.tensor([[3, 0, 2]]).astype(dtype)
        axon.flush()
        for other in DTYPES:
            yield f"{dtype} to {other}", [x.astype(other)]
        if dtype != "bool":
            yield dtype, [x + x, axon.max(x, 1), axon.argmin(x, 1), axon.sum(x, 0), axon.prod(x)]


def distinct(recordings) -> list:
    """(op, kernel) pairs, of equal CUDA sources the first."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AXON_JIT", "off")
        for name, results in recordings:
            for kernel in axon.explain(*results):
                found.setdefault(kernel.cuda or (name, kernel.kind), (name, kernel))
            results.clear()
    return list(found.values())


@pytest.fixture(scope="module")
def kernels():
    """Of every op in float32."""
    return distinct(recorded("float32"))


@pytest.fixture(scope="module")
def more_kernels():
    """Of every op in the other dtypes."""
    return distinct(chain(*map(recorded, FLOATS[1:]), converted()))


def test_every_loop_kernel_has_cuda_source(kernels, more_kernels):
    seen = {kind: 0 for kind in COVERED}
    for name, kernel in kernels + more_kernels:
        if kernel.kind in COVERED and SCANS not in kernel.no_cuda:
            seen[kernel.kind] += 1
            assert kernel.cuda, f"{name}: {kernel.no_cuda}"
        assert bool(kernel.cuda) != bool(kernel.no_cuda), name
    assert all(seen.values()), seen


def assert_compiles(kernels, architecture):
    sources = [kernel.emit_cuda()["source"] for _, kernel in kernels if kernel.cuda]
    assert sources
    for first in range(0, len(sources), BATCH):
        unit = _runtime.cuda_prelude()
        for number, source in enumerate(sources[first : first + BATCH]):
            unit += source.replace("AXON_KERNEL", f"kernel_{first + number}")
        assert compile_cuda(unit, architecture) == ""


@pytest.mark.compiler
@needs_nvrtc
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_source_compiles_without_warnings(kernels, architecture):
    assert_compiles(kernels, architecture)


@pytest.mark.compiler
@needs_nvrtc
def test_source_of_other_dtypes_compiles_without_warnings(more_kernels):
    assert_compiles(more_kernels, ARCHITECTURES[0])
