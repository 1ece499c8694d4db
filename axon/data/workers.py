"""Worker processes of a DataLoader.

Each worker has a pipe of its own. Batch k belongs to worker k modulo their number, so results come
in order without being sorted, and a worker that dies is known by its pipe. Workers ignore Ctrl-C,
which the terminal sends to all processes: the loop in the parent gets it and stops them.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import queue
import random
import signal
import threading
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np

from axon.core.random import manual_seed
from axon.data.dataset import collate


class Fetch:
    """Makes a batch of the samples with the given numbers."""

    def __init__(self, dataset: Any, collate_fn: Callable[[list], Any] | None) -> None:
        self.dataset = dataset
        self.collate_fn = collate_fn

    def __call__(self, indices: Sequence[int]) -> Any:
        if self.collate_fn is None and hasattr(self.dataset, "batch"):
            return self.dataset.batch(indices)
        return (self.collate_fn or collate)([self.dataset[index] for index in indices])


class Workers:
    """Processes that fetch batches; :meth:`stop` ends them."""

    def __init__(
        self,
        fetch: Fetch,
        count: int,
        key: object,
        init: Callable[[int], None] | None,
        method: str | None,
    ) -> None:
        context: Any = multiprocessing.get_context(method)
        self.pipes: list[Connection] = []
        self.processes: list[Any] = []
        # The processes end at the latest when nobody can ask them for a batch any more.
        self.stop = weakref.finalize(self, _stop, os.getpid(), self.pipes, self.processes)
        for number in range(count):
            ours, theirs = context.Pipe()
            seed = random.Random(f"{key}/{number}").getrandbits(32)
            process = context.Process(
                target=_work, args=(theirs, fetch, number, seed, init), daemon=True
            )
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)

    def fetch_all(
        self, batches: Iterable[Sequence[int]], ahead: int, timeout: float
    ) -> Iterator[Any]:
        """The batches in order, each worker ``ahead`` of them."""
        asked = 0
        waiting = iter(batches)
        for indices in itertools.islice(waiting, ahead * len(self.pipes)):
            self._ask(asked, indices)
            asked += 1
        served = 0
        while served < asked:
            batch = self._receive(served, timeout)
            for indices in itertools.islice(waiting, 1):
                self._ask(asked, indices)
                asked += 1
            served += 1
            yield batch

    def _ask(self, number: int, indices: Sequence[int]) -> None:
        worker = number % len(self.pipes)
        try:
            self.pipes[worker].send(list(indices))
        except OSError:
            while True:  # it has ended, and may have said why
                self._receive(worker, 0)

    def _receive(self, number: int, timeout: float) -> Any:
        worker = number % len(self.pipes)
        if not wait([self.pipes[worker]], timeout or None):
            raise RuntimeError(
                f"axon.data.DataLoader: worker {worker} gave no batch within {timeout} seconds; "
                "raise timeout=, or look at what the dataset waits for"
            )
        try:
            is_batch, content = self.pipes[worker].recv()
        except (EOFError, OSError) as error:
            raise self._death(worker) from error
        if is_batch:
            return content
        cause, text = content
        raise RuntimeError(f"axon.data.DataLoader: worker {worker} failed:\n{text}") from cause

    def _death(self, worker: int) -> RuntimeError:
        process = self.processes[worker]
        process.join(1.0)
        return RuntimeError(
            f"axon.data.DataLoader: worker {worker} (process {process.pid}) died with exit code "
            f"{process.exitcode}; a negative one is the signal that killed it, -9 often for want "
            "of memory. num_workers=0 shows the error of a dataset here"
        )


def _stop(owner: int, pipes: list[Connection], processes: list[Any]) -> None:
    if os.getpid() != owner:
        return  # a forked child has but a copy of the list
    for pipe in pipes:
        pipe.close()
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


def _work(
    pipe: Connection, fetch: Fetch, number: int, seed: int, init: Callable[[int], None] | None
) -> None:
    """What a worker does until its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    # Read apart, so that the parent can ask while this process waits for it to take a batch.
    asked: queue.SimpleQueue[list[int] | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, asked), daemon=True).start()
    with contextlib.suppress(OSError):
        if init is not None and not _told(pipe, init, number):
            return
        while (indices := asked.get()) is not None:
            _told(pipe, lambda indices: pipe.send((True, fetch(indices))), indices)


def _listen(pipe: Connection, asked: queue.SimpleQueue[list[int] | None]) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            asked.put(pipe.recv())
    asked.put(None)


def _told(pipe: Connection, function: Callable[[Any], Any], argument: Any) -> bool:
    """Calls the function; if that fails, sends how, and gives False."""
    try:
        function(argument)
        return True
    except BrokenPipeError:
        raise
    except Exception as error:
        text = traceback.format_exc()
        try:
            pipe.send((False, (error, text)))
        except Exception:  # the error cannot be pickled: its text must do
            pipe.send((False, (None, text)))
        return False
