"""Datasets and loaders: every sample once, orders that repeat, batches of the right form."""

import numpy as np
import pytest

import axon
from axon.data import DataLoader, Dataset, TensorDataset, collate


def dataset(n=10):
    return TensorDataset(np.arange(2.0 * n, dtype="float32").reshape(n, 2), np.arange(n))


def served(loader):
    return [y.tolist() for _, y in loader]


def test_tensor_dataset():
    data = dataset()
    x, y = data[3]
    assert len(data) == 10 and isinstance(data, Dataset)
    assert x.tolist() == [6.0, 7.0] and y.item() == 3
    assert data[2:4][1].tolist() == [2, 3]


@pytest.mark.parametrize("shapes", [[(3,), (4,)], [()], []])
def test_tensor_dataset_refuses(shapes):
    with pytest.raises(ValueError, match="TensorDataset"):
        TensorDataset(*(np.zeros(shape) for shape in shapes))


@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_in_order(drop_last):
    loader = DataLoader(dataset(), batch_size=4, drop_last=drop_last)
    expected = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]][: 2 if drop_last else 3]
    assert served(loader) == expected
    assert len(loader) == len(expected)


def test_shuffle_serves_every_sample_once_and_rows_stay_together():
    loader = DataLoader(dataset(101), batch_size=7, shuffle=True, seed=3)
    xs, ys = zip(*[(x.numpy(), y.numpy()) for x, y in loader], strict=True)
    x, y = np.concatenate(xs), np.concatenate(ys)
    np.testing.assert_array_equal(np.sort(y), np.arange(101))
    assert not np.array_equal(y, np.arange(101))
    np.testing.assert_array_equal(x[:, 0], 2.0 * y)


def test_orders_repeat_by_seed_and_change_by_epoch():
    def orders(seed):
        loader = DataLoader(dataset(50), batch_size=50, shuffle=True, seed=seed)
        return [served(loader), served(loader)]

    assert orders(1) == orders(1)
    assert orders(1)[0] != orders(1)[1]
    assert orders(1) != orders(2)


def test_any_sequence_is_a_dataset():
    samples = [{"x": axon.tensor([float(i)]), "label": i, "name": str(i)} for i in range(3)]
    (batch,) = DataLoader(samples, batch_size=3)
    assert batch["x"].shape == (3, 1)
    assert batch["label"].tolist() == [0, 1, 2]
    assert batch["name"] == ["0", "1", "2"]


def test_collate_arrays_and_own_collate():
    x, y = collate([(np.float32([1, 2]), 0.5), (np.float32([3, 4]), 1.5)])
    assert x.tolist() == [[1, 2], [3, 4]] and y.tolist() == [0.5, 1.5]
    loader = DataLoader([1, 2, 3], batch_size=2, collate=sum)
    assert list(loader) == [3, 3]


def test_batch_size_must_be_positive():
    with pytest.raises(ValueError, match="batch_size"):
        DataLoader(dataset(), batch_size=0)
