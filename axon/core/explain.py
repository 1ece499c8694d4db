"""What the runtime makes of recorded ops: the kernels of a flush, and where their time goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from axon import _runtime


@dataclass(frozen=True)
class Kernel:
    """One launch.

    Attributes:
        kind: the loop structure: "map", "row", "column", "contract", ...
        ops: the ops that were fused into it, in the order they were recorded.
        shape: the points that it runs over.
        bytes_read, bytes_written, flops: what it moves and computes.
        tier: "compiled", "ahead-of-time" or "executor".
        reasons: why it was not fused further, or not compiled.
        source: the generated source; empty if there is none.
        seconds: time measured by :func:`profile`, of all ``calls``; 0 from :func:`explain`.
        calls: launches measured.
    """

    kind: str
    ops: tuple[str, ...]
    shape: str
    bytes_read: int
    bytes_written: int
    flops: int
    tier: str
    reasons: tuple[str, ...]
    source: str
    seconds: float = 0.0
    calls: int = 0

    @property
    def label(self) -> str:
        """The ops in brief: ``conv2d + add + relu``."""
        return " + ".join(dict.fromkeys(self.ops))


class Kernels(Sequence[Kernel]):
    """Kernels in the order of their launches; printed as a table."""

    def __init__(self, kernels: Iterable[Kernel]) -> None:
        self._kernels = list(kernels)

    def __getitem__(self, key: Any) -> Any:
        found = self._kernels[key]
        return Kernels(found) if isinstance(key, slice) else found

    def __len__(self) -> int:
        return len(self._kernels)

    def __iter__(self) -> Iterator[Kernel]:
        return iter(self._kernels)

    @property
    def seconds(self) -> float:
        """The time of all of them."""
        return sum(kernel.seconds for kernel in self._kernels)

    def by_time(self) -> Kernels:
        """Equal kernels joined, the most expensive first."""
        joined: dict[tuple, Kernel] = {}
        for kernel in self._kernels:
            key = (kernel.kind, kernel.ops, kernel.shape)
            before = joined.get(key)
            seconds = kernel.seconds + (before.seconds if before else 0.0)
            calls = kernel.calls + (before.calls if before else 0)
            joined[key] = _with_time(kernel, seconds, calls)
        return Kernels(sorted(joined.values(), key=lambda kernel: -kernel.seconds))

    def __repr__(self) -> str:
        total = self.seconds
        lines = []
        for kernel in self._kernels:
            time = (
                f"{1e6 * kernel.seconds:9.0f} us {kernel.seconds / total:4.0%}  " if total else ""
            )
            lines.append(f"{time}{kernel.kind:<9}{kernel.tier:<14}{kernel.shape:<20}{kernel.label}")
            lines += [" " * len(time) + f"  {reason}" for reason in kernel.reasons]
        return "\n".join([f"{len(self)} kernels", *lines])


def _kernel(entry: dict[str, Any]) -> Kernel:
    timed = "seconds" in entry
    return Kernel(
        kind=entry["kind"],
        ops=tuple(_names(entry["ops"])),
        shape=str(entry["shape"]),
        bytes_read=entry["bytes_read"],
        bytes_written=entry["bytes_written"],
        flops=entry["flops"],
        tier=entry["tier"],
        reasons=tuple(_names(entry["reasons"])),
        source=entry["source"],
        seconds=entry.get("seconds", 0.0),
        calls=1 if timed else 0,
    )


def _names(listed: str | Iterable[str]) -> list[str]:
    return [listed] if isinstance(listed, str) and listed else list(listed)


def _with_time(kernel: Kernel, seconds: float, calls: int) -> Kernel:
    return Kernel(**{**vars(kernel), "seconds": seconds, "calls": calls})


def explain() -> Kernels:
    """The kernels that computing everything recorded so far by this thread would run.

    Nothing is computed. Results that no tensor holds any more are not part of it.

    Example:
        >>> y = (axon.randn(64, 64) * 2 + 1).relu()
        >>> len(axon.explain())
        1
    """
    return Kernels(map(_kernel, _runtime.explain()))


class profile:
    """Times every launch inside the block.

    Ops recorded inside are computed before the block ends, so that their kernels are seen.

    Example:
        >>> with axon.profile() as run:
        ...     train_one_step()
        >>> print(run.kernels.by_time())
    """

    kernels: Kernels

    def __enter__(self) -> profile:
        _runtime.flush()
        _runtime.take_profile()
        _runtime.profile(True)
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            _runtime.flush()
        _runtime.profile(False)
        self.kernels = Kernels(map(_kernel, _runtime.take_profile()))
