"""Random graphs, models and training sessions against NumPy until the time is over: `nox -s soak`.

Rounds of test_fuzz.py, test_random_models.py and test_training_machine.py take turns, in each mode
of the compiler and with one thread and two. Every round has a seed and says how many programs it
ran. What fails is shrunk by hypothesis, shown as a program of a few lines, and ends the soak with
its seed: `nox -s soak -- --seed N` runs that round first. After each turn of all rounds nothing of
them may be left in memory.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import itertools
import os
import pathlib
import random
import sys
import time
import traceback
from typing import NamedTuple

import test_fuzz
import test_random_models
import test_training_machine

import axon

#: Programs a round, by mode: a compiler takes its time.
GRAPHS = {"off": 400, "wait": 4, "async": 100}
MODELS = {"off": 300, "wait": 2, "async": 100}
SESSIONS = {"off": 200, "wait": 2, "async": 100}
ROUNDS = (
    ("graphs", test_fuzz.fuzz, GRAPHS),
    ("models", test_random_models.models, MODELS),
    ("sessions", test_training_machine.train, SESSIONS),
)
TURN = [*itertools.product(ROUNDS, GRAPHS, (1, 2))]
#: What may be left of a turn: the interpreter keeps a few objects of the last program.
BYTES, VALUES = 1 << 16, 64
#: How far the process may grow after the first turn: what an allocator does not give back, and
#: plans and kernels up to their limits.
RESIDENT = 128 << 20


class Left(NamedTuple):
    """What is there once all that is done with is gone."""

    bytes: int  # of tensors
    values: int
    resident: int  # bytes of the process
    kernels: int  # compiled so far

    @classmethod
    def now(cls) -> Left:
        gc.collect()
        axon.flush()
        pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
        stats, values = axon.stats(), axon._runtime.census()["values"]
        resident = pages * os.sysconf("SC_PAGESIZE")
        return cls(stats["bytes_in_use"], values, resident, stats["kernels_compiled"])

    def check(self, first: Left) -> None:
        """Says how much that is; fails where it is more than after the first turn."""
        resident = self.resident - first.resident
        print(
            f"in memory: {self.bytes} bytes, {self.values} values; {self.resident >> 20} MiB "
            f"resident, {resident / 2**20:+.0f} MiB since the first turn; {self.kernels} kernels "
            "compiled"
        )
        is_flat = self.bytes <= first.bytes + BYTES and self.values <= first.values + VALUES
        if not is_flat or resident > RESIDENT:
            raise MemoryError(f"memory grows: {first} after the first turn, {self} now")


def run_round(number: int, of: int) -> None:
    (kind, run, examples), mode, threads = TURN[number % len(TURN)]
    os.environ["AXON_JIT"] = mode
    axon.set_threads(threads)
    count = examples[mode]
    print(f"seed {of}: {count} {kind}, {mode}, {threads} threads", end=" ", flush=True)
    start = time.monotonic()
    run(count, of)
    print(f"all right, {time.monotonic() - start:.1f} s", flush=True)


def soak(minutes: float, first: int) -> None:
    end = time.monotonic() + 60 * minutes
    first_turn = None
    for number in itertools.count():
        if number % len(TURN) == 0 and number > 0:
            now = Left.now()
            first_turn = first_turn or now
            now.check(first_turn)
        if time.monotonic() > end:
            return
        run_round(number, first + number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="of the first round; default: any")
    arguments = parser.parse_args()
    first = random.randrange(10**6) * len(TURN) if arguments.seed is None else arguments.seed
    TURN[:] = TURN[first % len(TURN) :] + TURN[: first % len(TURN)]
    with contextlib.suppress(KeyboardInterrupt):
        try:
            soak(arguments.minutes, first)
        except Exception:
            traceback.print_exc()
            sys.exit(1)


if __name__ == "__main__":
    main()
