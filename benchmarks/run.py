"""Axon against torch and jax, interleaved.

Each round times every library once, and what is reported is the median over the rounds of the ratio
within a round, so that a machine that drifts slows all of them alike.

    nox -s bench                      # everything, writes docs/benchmarks.md
    nox -s bench -- softmax matmul    # only workloads whose name contains one of these
"""

from __future__ import annotations

import argparse
import os
import pathlib
import platform
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("AXON_JIT", "wait")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np
import workloads

LIBRARIES = ("axon", "torch", "jax")
PAGE = pathlib.Path(__file__).parent.parent / "docs" / "benchmarks.md"


def time_once(call: Callable[[], None], seconds: float) -> float:
    """Seconds a call, over as many calls as fit in `seconds`."""
    start = time.perf_counter()
    calls = 0
    while True:
        call()
        calls += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return elapsed / calls


def measure(
    calls: dict[str, Callable[[], None]], rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Seconds a call by library, one entry a round."""
    for call in calls.values():  # compile and warm up
        for _ in range(3):
            call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        order = list(calls) if number % 2 == 0 else list(reversed(calls))
        for name in order:
            times[name].append(time_once(calls[name], seconds))
    return times


def ratio(times: dict[str, list[float]], peer: str) -> float | None:
    """How many times faster axon is than `peer`: the median over the rounds."""
    if peer not in times:
        return None
    return statistics.median(b / a for a, b in zip(times["axon"], times[peer], strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names of workloads")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.2, help="a library and round")
    args = parser.parse_args()
    rows = []
    for workload in workloads.all_workloads():
        if args.names and not any(part in workload.name for part in args.names):
            continue
        calls = workload.calls(LIBRARIES)
        times = measure(calls, args.rounds, args.seconds)
        cells = [workload.name]
        cells += [
            f"{statistics.median(times[n]) * 1e3:.3f}" if n in times else "" for n in LIBRARIES
        ]
        for peer in LIBRARIES[1:]:
            value = ratio(times, peer)
            cells.append("" if value is None else f"{value:.2f}")
        rows.append(cells)
        print("  ".join(f"{cell:<36}" if i == 0 else f"{cell:>9}" for i, cell in enumerate(cells)))
        sys.stdout.flush()
    if not args.names:
        write_page(rows)


def write_page(rows: list[list[str]]) -> None:
    import jax
    import torch

    head = ["workload", "axon ms", "torch ms", "jax ms", "over torch", "over jax"]
    lines = [
        "# Benchmarks",
        "",
        "Written by `nox -s bench`. Median milliseconds a call, and how many times faster Axon is",
        "than a peer (the median of the ratios within a round; above 1 Axon is faster). All",
        "libraries use the same threads; torch is eager, jax is `jit`.",
        "",
        f"{cpu_name()}, {os.cpu_count()} CPUs; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, torch {torch.__version__}, jax {jax.__version__}.",
        "",
        "| " + " | ".join(head) + " |",
        "|---|" + "---:|" * (len(head) - 1),
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    PAGE.write_text("\n".join(lines) + "\n")


def cpu_name() -> str:
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    names = [
        line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")
    ]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
