"""The plans of many programs, a digest a line: a fuser that prints the same plans is the same.

They are every case of every op and of its gradient, and random programs that the tests do not have.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import op_checks
import test_kernels
from op_cases import all_ops

from axon.explain_op import kernels_of
from codegen.entry import Op
from codegen.samples import cases

RANDOM = range(test_kernels.PROGRAMS, test_kernels.PROGRAMS + 2000)


def of_op(op: Op) -> Iterator[tuple]:
    for case in cases(op):
        known = op_checks.gradient_values(op, case) if op.grad else case.inputs
        for program in op.programs:
            for kernel in kernels_of(program, program.name, known, case.attrs):
                yield kernel.kind, kernel.shape, kernel.source


def of_random_program(number: int) -> Iterator[tuple]:
    for kernel in test_kernels.launches(number):
        yield tuple(kernel[name] for name in ("kind", "shape", "parts", "in_place", "source"))


def digest(kernels: Iterable[tuple]) -> str:
    return hashlib.sha256(repr(list(kernels)).encode()).hexdigest()


if __name__ == "__main__":
    for op in all_ops():
        print(op.name, digest(of_op(op)))
    for number in RANDOM:
        print(number, digest(of_random_program(number)))
