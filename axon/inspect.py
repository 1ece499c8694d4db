"""Looking inside: which kernels would run, what they fuse and why not more, and where time goes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from axon import _runtime
from axon.core.tensor import Tensor


@dataclass(frozen=True)
class Kernel:
    """One launch of a plan.

    `ops` are the ops whose statements it computes, in order, and `nodes` their numbers among the
    pending ones in the order they were recorded; `shape` its parallel and, after `x`,
    its reduced extents; `parts` how many tensors it runs over (parameter updates share a launch);
    `reasons` why neighbouring statements are not part of it.
    """

    kind: str
    ops: list[str]
    nodes: list[int] = field(repr=False)
    shape: str
    bytes_read: int
    bytes_written: int
    flops: int
    parts: int
    in_place: bool
    tier: str
    reasons: list[str]
    source: str = field(repr=False)
    emit_cuda: Callable[[], dict] = field(repr=False, compare=False)

    @property
    def cuda(self) -> str:
        """The kernel as CUDA source; empty where `no_cuda` says why there is none."""
        return self.emit_cuda()["text"]

    @property
    def no_cuda(self) -> str:
        """Why the kernel has no CUDA source; empty if it has."""
        return self.emit_cuda()["reason"]

    def __str__(self) -> str:
        shown = self.shape if len(self.shape) <= 60 else self.shape[:57] + "..."
        times = f" ({self.parts} tensors)" if self.parts > 1 else ""
        moved = _size(self.bytes_read + self.bytes_written)
        line = f"{self.kind:<8} {' + '.join(self.ops) or 'combine'}{times}  {shown}"
        line += f"  {moved}, {_count(self.flops)} flops, {self.tier}"
        return "\n".join([line, *(f"         apart: {reason}" for reason in self.reasons)])


@dataclass(frozen=True)
class Explanation:
    """The kernels of one flush, in the order they run."""

    kernels: list[Kernel]

    def __len__(self) -> int:
        return len(self.kernels)

    def __iter__(self) -> Iterator[Kernel]:
        return iter(self.kernels)

    def __str__(self) -> str:
        if not self.kernels:
            return "nothing is pending: every value is already computed"
        lines = [f"{number:>3}  {kernel}" for number, kernel in enumerate(self.kernels)]
        noun = "kernel" if len(self.kernels) == 1 else "kernels"
        return "\n".join([f"{len(self.kernels)} {noun}", *lines])

    __repr__ = __str__


def explain(*tensors: Tensor) -> Explanation:
    """The kernels that computing `tensors` would run, without running them.

    Recording is lazy and a flush computes everything that is still held, so kernels of other
    pending tensors of this thread are listed too. Tensors that are already computed need none.

    Raises:
        TypeError: something is not a tensor.

    >>> x = axon.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> len(axon.explain(axon.softmax(x)).kernels)
    1
    """
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"axon.explain: expected tensors, got a {type(tensor).__name__}")
    if tensors and not any(tensor.is_pending for tensor in tensors):
        return Explanation([])
    return Explanation([Kernel(**kernel) for kernel in _runtime.explain()])


def stats() -> dict[str, int]:
    """Counters of this process.

    `nodes_recorded`, `plans_built`, `plans_replayed`, `kernels_compiled`, `kernels_launched`,
    `bytes_in_use`, `peak_bytes` (of tensors and temporaries) and `system_requests` (blocks of
    memory that the system was asked for; released ones are used again). The peak is counted since
    the start or the last :func:`axon.reset_peak_bytes`.
    """
    return _runtime.stats()


def plan_misses() -> list[str]:
    """Why each of the latest plans had to be made, the last one last.

    A graph that was computed before is replayed. Where a training step keeps being planned anew,
    the reason is the first thing in which it differs from the nearest known graph: a shape, an op,
    a leaf that is no longer exclusively owned because a view of it is held.

    >>> for count in (2, 3):
    ...     x = axon.tensor([1.0] * count)
    ...     _ = axon.exp(x).numpy()
    >>> axon.plan_misses()[-1]
    'axis 0 of leaf 0, float32 of shape (3,), has extent 3, not 2'
    """
    return _runtime.plan_misses()


@dataclass
class ProfileLine:
    """All launches of one kernel while a profile was on; `seconds` is their sum."""

    kernel: Kernel
    calls: int
    seconds: float


class Profile:
    """Where the time of a `with axon.profile() as p:` block went, the slowest kernel first."""

    def __init__(self) -> None:
        self.lines: list[ProfileLine] = []

    @property
    def seconds(self) -> float:
        """Time spent in kernels."""
        return sum(line.seconds for line in self.lines)

    def _collect(self) -> None:
        by_kernel: dict[tuple, ProfileLine] = {}
        for launch in _runtime.take_profile():
            seconds = launch.pop("seconds")
            kernel = Kernel(**launch)
            key = (kernel.kind, tuple(kernel.ops), kernel.shape)
            line = by_kernel.setdefault(key, ProfileLine(kernel, 0, 0.0))
            line.calls += 1
            line.seconds += seconds
        self.lines = sorted(by_kernel.values(), key=lambda line: -line.seconds)

    def __str__(self) -> str:
        total = self.seconds or 1.0
        lines = [f"{self.seconds * 1e3:.2f} ms in {sum(x.calls for x in self.lines)} launches"]
        for line in self.lines:
            share = f"{100 * line.seconds / total:5.1f} %"
            lines.append(f"{share} {line.seconds * 1e3:9.3f} ms {line.calls:>5} x  {line.kernel}")
        return "\n".join(lines)

    __repr__ = __str__


@contextlib.contextmanager
def profile() -> Iterator[Profile]:
    """Times every launch of a block.

    >>> with axon.profile() as p:
    ...     y = axon.softmax(axon.ones((64, 64))).numpy()
    >>> [line.kernel.kind for line in p.lines]
    ['row']
    """
    _runtime.flush()
    _runtime.take_profile()
    result = Profile()
    _runtime.profile(True)
    try:
        yield result
        _runtime.flush()
    finally:
        _runtime.profile(False)
        result._collect()


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def _count(number: float) -> str:
    for unit in ("", "k", "M"):
        if number < 1000:
            return f"{number:.0f}{unit}" if not unit else f"{number:.1f}{unit}"
        number /= 1000
    return f"{number:.1f}G"
