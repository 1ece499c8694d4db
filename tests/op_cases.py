"""Every op of ops.yaml, and the oracle that `reference:` is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from codegen import check
from codegen.entry import Op, load_ops
from codegen.samples import Case

ROOT = Path(__file__).resolve().parent.parent


@cache
def all_ops() -> tuple[Op, ...]:
    return tuple(load_ops(ROOT / "ops.yaml"))


# --------------------------------------------------------------------------------------- reference


def reference(op: Op, case: Case) -> tuple[np.ndarray, ...]:
    """What `reference:` says, one array an output."""
    return check.reference(op, case, all_oracles())


def satisfied(op: Op, case: Case, outputs: dict) -> tuple[bool, ...]:
    """The conditions of `spec:`, each true iff the outputs satisfy it."""
    return check.satisfied(op, case, outputs, all_oracles())


@cache
def all_oracles() -> dict[str, object]:
    return check.oracles_beside(ROOT / "ops.yaml")
