"""Peak memory of a training step, Axon against torch (eager); writes docs/memory.md.

Each library runs in a process of its own: three steps to warm up, then the high-water mark of the
resident set during one more, less what is resident once the library is imported and has computed
something. So parameters, optimizer state, activations, gradients and caches all count.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

PAGE = pathlib.Path(__file__).parent.parent / "docs" / "memory.md"
LIBRARIES = ("axon", "torch")


def resident(field: str) -> int:
    """Bytes, from /proc/self/status: VmRSS or VmHWM."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) << 10
    raise RuntimeError(f"no {field} in /proc/self/status")


def measure(library: str, name: str) -> int:
    """Bytes at the peak of a step of the workload `name`."""
    os.environ.setdefault("AXON_JIT", "wait")
    import workloads

    small = next(w for w in workloads.training() if "2-16-16-2" in w.name)
    small.make[library]()()
    before = resident("VmRSS")
    (workload,) = (w for w in workloads.training() if w.name == name)
    call = workload.make[library]()
    for _ in range(3):
        call()
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # forgets the high-water mark
    call()
    return resident("VmHWM") - before


def main() -> None:
    import workloads

    rows = []
    for workload in workloads.training():
        peak = {}
        for library in LIBRARIES:
            command = [sys.executable, __file__, library, workload.name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peak[library] = int(done.stdout.split()[-1])
        cells = [f"{peak[library] / 2**20:.1f}" for library in LIBRARIES]
        rows.append([workload.name, *cells, f"{peak['axon'] / peak['torch']:.2f}"])
        print("  ".join(rows[-1]), flush=True)
    lines = [
        "# Peak memory of a training step",
        "",
        "Written by `nox -s bench`: MiB at the peak of a step, and Axon's over torch's (below 1",
        "Axon needs less). How it is measured stands in `benchmarks/memory.py`.",
        "",
        "| workload | axon MiB | torch MiB | axon / torch |",
        "|---|---:|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    PAGE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(measure(*sys.argv[1:]))
    else:
        main()
