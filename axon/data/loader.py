"""DataLoader: a dataset in batches, fetched here or ahead by worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from axon.core.random import Generator, next_key
from axon.data.dataset import collate, shuffled
from axon.data.workers import Fetch, Workers


class DataLoader:
    """Serves a dataset in batches, in a new order each epoch if it shuffles.

    Args:
        dataset: anything with ``__len__`` and ``__getitem__``; or an iterable without, which is
            served as it comes.
        batch_size: samples a batch; the last batch may be smaller.
        shuffle: whether to draw a new order each epoch.
        sampler: numbers of samples in the order to serve them, instead of shuffling.
        batch_sampler: the numbers of each batch, instead of the four options that make them.
        num_workers: processes that fetch batches ahead; 0 fetches them here. Batches come in the
            same order for any number.
        collate_fn: makes a batch of a list of samples; :func:`collate` by default. A dataset with a
            method ``batch(indices)`` makes its own.
        drop_last: whether to leave out a smaller last batch.
        seed: the order then depends on it and the number of the epoch alone.
        generator: without a seed, what orders are drawn from; by default the generator of
            :func:`axon.manual_seed`.
        timeout: seconds to wait for a worker's batch; 0 waits for ever.
        worker_init_fn: called in each worker with its number, after its generators (of axon, Python
            and NumPy) were seeded.
        prefetch_factor: batches that each worker is ahead.
        persistent_workers: keep the workers from epoch to epoch.
        multiprocessing_context: how workers are started ("fork", "spawn", "forkserver"); Python's
            default when left out.

    Raises:
        ValueError: options that do not go together.
        RuntimeError: a worker failed, died or was too slow; raised where the batch is asked for.

    Example:
        >>> dataset = [(axon.ones(3) * n, n) for n in range(100)]
        >>> for x, y in DataLoader(dataset, batch_size=32, shuffle=True):
        ...     pass
        >>> x.shape, y.shape
        ((4, 3), (4,))
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[Sequence[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None,
        *,
        drop_last: bool = False,
        seed: int | None = None,
        generator: Generator | None = None,
        timeout: float = 0.0,
        worker_init_fn: Callable[[int], None] | None = None,
        prefetch_factor: int = 2,
        persistent_workers: bool = False,
        multiprocessing_context: str | None = None,
    ) -> None:
        if batch_size < 1 or num_workers < 0 or prefetch_factor < 1 or timeout < 0:
            raise ValueError(
                f"axon.data.DataLoader: batch_size is {batch_size}, num_workers {num_workers}, "
                f"prefetch_factor {prefetch_factor}, timeout {timeout}; expected at least 1, 0, "
                "1 and 0"
            )
        if sampler is not None and shuffle:
            raise ValueError("axon.data.DataLoader: a sampler has its own order; leave out shuffle")
        if batch_sampler is not None and (batch_size, shuffle, sampler, drop_last) != (
            1,
            False,
            None,
            False,
        ):
            raise ValueError(
                "axon.data.DataLoader: a batch_sampler makes the batches; leave out batch_size, "
                "shuffle, sampler and drop_last"
            )
        self.is_iterable = not hasattr(dataset, "__getitem__")
        if self.is_iterable and (shuffle or sampler or batch_sampler or num_workers):
            raise ValueError(
                "axon.data.DataLoader: the dataset has no samples by number; leave out shuffle, "
                "samplers and num_workers, or give it __len__ and __getitem__"
            )
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.seed = seed
        self.generator = generator
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self.multiprocessing_context = multiprocessing_context
        self.epoch = 0
        self._workers: Workers | None = None

    def __len__(self) -> int:
        if self.batch_sampler is not None:
            return len(self.batch_sampler)  # type: ignore[arg-type]
        full, rest = divmod(len(self.sampler or self.dataset), self.batch_size)  # type: ignore[arg-type]
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        key: object = f"{self.seed}/{self.epoch}"
        if self.seed is None:
            key = next_key(self.generator)
        self.epoch += 1
        if self.is_iterable:
            make = self.collate_fn or collate
            return (make(samples) for samples in self._grouped(self.dataset))
        batches = self.batch_sampler
        if batches is None:
            batches = self._grouped(self._order(key))
        fetch = Fetch(self.dataset, self.collate_fn)
        return self._fetched_ahead(fetch, batches, key) if self.num_workers else map(fetch, batches)

    def _order(self, key: object) -> Iterable[int]:
        if self.sampler is not None:
            return self.sampler
        order = range(len(self.dataset))
        return shuffled(list(order), key) if self.shuffle else order

    def _grouped(self, items: Iterable[Any]) -> Iterator[list[Any]]:
        """Lists of ``batch_size`` items."""
        batch = []
        for item in items:
            batch.append(item)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def _fetched_ahead(
        self, fetch: Fetch, batches: Iterable[Sequence[int]], key: object
    ) -> Iterator[Any]:
        """Batches by workers, which end with the loop: also by a break, an error or Ctrl-C."""
        workers, self._workers = self._workers, None
        if workers is None:
            workers = Workers(
                fetch, self.num_workers, key, self.worker_init_fn, self.multiprocessing_context
            )
        is_done = False
        try:
            yield from workers.fetch_all(batches, self.prefetch_factor, self.timeout)
            is_done = True
        finally:
            if is_done and self.persistent_workers:
                self._workers = workers
            else:
                workers.stop()
