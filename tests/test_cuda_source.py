"""The generated CUDA source: complete, and accepted by CUDA's compiler where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from codegen.entry import load_ops
from codegen.ir import GROUP
from codegen.kernels import maps_of, render_kernels

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def ops():
    return load_ops(ROOT / "ops.yaml")


@pytest.fixture(scope="module")
def source(ops) -> str:
    return render_kernels(ops)["kernels/cuda_map.cu"]


def test_committed_source_is_current(source):
    assert (ROOT / "generated" / "kernels" / "cuda_map.cu").read_text() == source


def test_every_formula_has_a_kernel_in_both_precisions(ops, source):
    kernels = re.findall(r"__global__ void (\w+)\(", source)
    assert len(kernels) == len(set(kernels)) == len(maps_of(ops)) > 0
    for op in ops:
        statements = op.program.statements
        pointwise = len(statements) == 1 and statements[0].kind == "set"
        over_group = pointwise and statements[0].index == (GROUP,)
        floating = all(
            i.cls in ("any", "num", "float") and i.dims == (GROUP,) for i in op.program.inputs
        )
        simple = all(a.type == "real" for a in op.program.attrs) and not any(
            i.ghost for i in op.program.inputs
        )
        if over_group and floating and simple:
            assert {f"axon_map_{op.name}_f32", f"axon_map_{op.name}_f64"} <= set(kernels)


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="CUDA's compiler is not installed")
def test_source_compiles(tmp_path):
    cubin = tmp_path / "map.cubin"
    result = subprocess.run(
        ["nvcc", "-cubin", "-arch=sm_90", "-Werror", "all-warnings", "-I", str(ROOT / "runtime"),
         str(ROOT / "generated" / "kernels" / "cuda_map.cu"), "-o", str(cubin)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert cubin.stat().st_size > 0
