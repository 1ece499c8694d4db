"""Samples by number, and batches of them."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from axon.core.creation import tensor
from axon.core.functional import stack
from axon.core.random import next_key
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


class Subset:
    """Some samples of a dataset, by their numbers there.

    Example:
        >>> Subset("abcdef", [5, 0, 2])[1]
        'a'
    """

    def __init__(self, dataset: Dataset, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = list(indices)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[self.indices[index]]


class ConcatDataset:
    """Datasets one after the other.

    Example:
        >>> both = ConcatDataset(["ab", "cde"])
        >>> len(both), both[2], both[-1]
        (5, 'c', 'e')
    """

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.datasets = list(datasets)

    def __len__(self) -> int:
        return sum(map(len, self.datasets))

    def __getitem__(self, index: int) -> Any:
        at = index + len(self) if index < 0 else index
        for dataset in self.datasets:
            if 0 <= at < len(dataset):
                return dataset[at]
            at -= len(dataset)
        raise IndexError(f"axon.data.ConcatDataset: index {index} of {len(self)} samples")


def random_split(
    dataset: Dataset, lengths: Sequence[float], *, seed: int | None = None
) -> list[Subset]:
    """Parts of a dataset that share no sample, drawn at random.

    Args:
        lengths: how many samples each part has, or what share; what shares leave over by rounding
            goes to the first parts.
        seed: of the draw; from the generator of :func:`axon.manual_seed` when left out.

    Raises:
        ValueError: the lengths do not add up to the dataset, the shares not to 1.

    Example:
        >>> train, test = random_split(range(10), [0.8, 0.2], seed=0)
        >>> len(train), len(test), sorted([*train, *test]) == list(range(10))
        (8, 2, True)
    """
    total = len(dataset)
    counts = [int(length) for length in lengths]
    if abs(sum(lengths) - 1) < 1e-9 and total != 1:
        counts = [math.floor(total * share) for share in lengths]
        for part in range(total - sum(counts)):
            counts[part % len(counts)] += 1
    if sum(counts) != total or min(counts, default=0) < 0:
        raise ValueError(
            f"axon.data.random_split: lengths {list(lengths)} for {total} samples; expected "
            "numbers that add up to it, or shares that add up to 1"
        )
    order = list(range(total))
    shuffled(order, next_key() if seed is None else seed)
    ends = list(itertools.accumulate(counts, initial=0))
    return [Subset(dataset, order[a:b]) for a, b in itertools.pairwise(ends)]


def shuffled(order: list[int], key: object) -> list[int]:
    """``order``, put in place into the order that ``key`` alone determines."""
    random.Random(str(key)).shuffle(order)
    return order


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
