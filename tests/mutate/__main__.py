"""Do the tests notice? `python tests/mutate` changes entries of ops.yaml and rules of the fuser.

Prints each mutant that is not killed. Fails if fewer than 95 % of those that differ are.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import entries  # noqa: E402
import rules  # noqa: E402
from mutant import Mutant  # noqa: E402

from codegen.entry import parse_ops  # noqa: E402

LEAST = 0.95  # the share of mutants that must be killed


def sample(
    mutants: Iterable[Mutant], count: int, seed: int, verdict: Callable[[Mutant], str]
) -> Counter[str]:
    """The fates of `count` mutants; one that is refused is no mutant."""
    waiting = list(mutants)
    random.Random(seed).shuffle(waiting)
    fates: Counter[str] = Counter()
    for mutant in waiting:
        if fates.total() >= count:
            break
        fate = verdict(mutant)
        if fate != "refused":
            fates[fate] += 1
            if fate != "killed":
                print(f"{fate:10} {mutant}", flush=True)
    return fates


def of_entries(count: int, seed: int) -> Counter[str]:
    text = (ROOT / "ops.yaml").read_text(encoding="utf-8")
    originals = {op.name: op for op in parse_ops(text)}
    return sample(
        entries.mutants(text),
        count,
        seed,
        lambda mutant: entries.verdict(mutant, text, originals[mutant.op]),
    )


def of_rules(count: int, seed: int) -> Counter[str]:
    if not count:
        return Counter()
    with tempfile.TemporaryDirectory() as folder:
        workshop = rules.Workshop(ROOT, Path(folder))
        return sample(rules.mutants(ROOT), count, seed, workshop.verdict)


def share(fates: Counter[str]) -> float:
    return fates["killed"] / max(1, fates["killed"] + fates["survived"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=160)
    parser.add_argument("--rules", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for name, run in (("entries", of_entries), ("rules", of_rules)):
        fates = run(getattr(options, name), options.seed)
        total += fates
        print(
            f"{name}: {fates['killed']} killed, {fates['survived']} survived, "
            f"{fates['equivalent']} equivalent: {share(fates):.1%}",
            flush=True,
        )
    return 0 if share(total) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
