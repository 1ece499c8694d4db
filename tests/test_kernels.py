"""What random programs are fused into: kernels, operations and traffic, as `kernels.txt` has them.

Whoever changes the fuser writes it anew and reads the difference, the sum of all first:

    AXON_JIT=off python tests/test_kernels.py > tests/kernels.txt
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz_steps import STEPS, backward, update
from test_fuzz import Run

from axon import _runtime

pytestmark = pytest.mark.once

FILE = Path(__file__).with_name("kernels.txt")
PROGRAMS = 400
AMOUNTS = ("flops", "bytes_read", "bytes_written")


def launches(number: int) -> list[dict]:
    """The kernels that a random program of tests/test_fuzz.py launches, in order.

    It has no gradients and updates: they are what autograd records, whatever the fuser does.
    """
    chance = random.Random(number)
    steps = [chance.randbytes(14) for _ in range(chance.randrange(8, 25))]
    steps = [step for step in steps if STEPS[step[0] % len(STEPS)] not in (backward, update)]
    _runtime.profile(True)
    Run((chance.randbytes(24), steps), eager=False).run()
    _runtime.profile(False)
    return _runtime.take_profile()


def measured(kernels: list[dict]) -> Counter[str]:
    found = Counter(kernel["kind"] for kernel in kernels)
    for amount in AMOUNTS:
        found[amount] = sum(kernel[amount] for kernel in kernels)
    return found


def lines() -> Iterator[str]:
    each = [measured(launches(number)) for number in range(PROGRAMS)]
    total = sum(each, Counter())
    names = (*sorted(total.keys() - set(AMOUNTS)), *AMOUNTS)
    for label, found in [("all", total), *enumerate(each)]:
        yield f"{label}: " + ", ".join(f"{found[name]} {name}" for name in names if found[name])


def test_programs_are_fused_as_before():
    command = [sys.executable, __file__]
    environment = {**os.environ, "AXON_JIT": "off"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    remedy = "if that is meant: AXON_JIT=off python tests/test_kernels.py > tests/kernels.txt"
    assert done.stdout.splitlines() == FILE.read_text().splitlines(), remedy


if __name__ == "__main__":
    print("\n".join(lines()))
