"""Data: samples by number, and loaders that serve them in batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from axon.core.creation import tensor
from axon.core.functional import stack
from axon.core.tensor import Tensor


@runtime_checkable
class Dataset(Protocol):
    """Anything with a length and samples by number; a list is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Any: ...


class TensorDataset:
    """Tensors whose first axes run over the samples; sample ``i`` is the tuple of their rows.

    Args:
        tensors: tensors, or anything that :func:`axon.tensor` takes, of equal first extent.

    Raises:
        ValueError: no tensor, one without axes, or lengths that differ.

    Example:
        >>> dataset = TensorDataset(axon.randn(100, 64), axon.zeros(100, dtype=axon.int64))
        >>> len(dataset), dataset[0][0].shape
        (100, (64,))
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors = tuple(t if isinstance(t, Tensor) else tensor(t) for t in tensors)
        shapes = [t.shape for t in self.tensors]
        if not shapes or any(not shape for shape in shapes) or len({s[0] for s in shapes}) > 1:
            raise ValueError(
                f"axon.data.TensorDataset: shapes {shapes}; expected one tensor or more, "
                "all with the same first extent: the number of samples"
            )

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def __getitem__(self, index: int | slice | Tensor) -> tuple[Tensor, ...]:
        return tuple(t[index] for t in self.tensors)

    def batch(self, indices: Sequence[int]) -> tuple[Tensor, ...]:
        """The samples ``indices`` as one batch: one gather a tensor."""
        return self[tensor(list(indices))]


class DataLoader:
    """Serves a dataset in batches, in a new order each epoch if it shuffles.

    The order depends on ``seed`` and the number of the epoch alone, so a run can be repeated.

    Args:
        dataset: anything with ``__len__`` and ``__getitem__``.
        batch_size: samples a batch; the last batch may be smaller.
        shuffle: whether to draw a new order each epoch.
        drop_last: whether to leave out a smaller last batch.
        seed: of the orders.
        collate: makes a batch of a list of samples; :func:`collate` by default. A dataset with a
            method ``batch(indices)`` makes its own.

    Example:
        >>> dataset = [(axon.ones(3) * n, n) for n in range(100)]
        >>> for x, y in DataLoader(dataset, batch_size=32, shuffle=True):
        ...     pass
        >>> x.shape, y.shape
        ((4, 3), (4,))
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 1,
        *,
        shuffle: bool = False,
        drop_last: bool = False,
        seed: int = 0,
        collate: Callable[[list], Any] | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"axon.data.DataLoader: batch_size is {batch_size}; expected >= 1")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.seed = seed
        self.epoch = 0
        self._collate = collate

    def __len__(self) -> int:
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        order = list(range(len(self.dataset)))
        if self.shuffle:
            random.Random(f"{self.seed}/{self.epoch}").shuffle(order)
        self.epoch += 1
        for batch in range(len(self)):
            yield self._fetch(order[batch * self.batch_size : (batch + 1) * self.batch_size])

    def _fetch(self, indices: list[int]) -> Any:
        if self._collate is None and hasattr(self.dataset, "batch"):
            return self.dataset.batch(indices)
        samples = [self.dataset[index] for index in indices]
        return (self._collate or collate)(samples)


def collate(samples: list) -> Any:
    """One batch from equal samples: tuples, lists and dicts by part, the rest stacked.

    Raises:
        ValueError: the samples have different shapes.
    """
    first = samples[0]
    if isinstance(first, dict):
        return {key: collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, (tuple, list)):
        return tuple(collate(list(part)) for part in zip(*samples, strict=True))
    if isinstance(first, (bool, int, float)):
        return tensor(samples)
    if isinstance(first, str):
        return samples
    return stack([s if isinstance(s, Tensor) else tensor(s) for s in samples])
