"""Datasets and loaders: every sample once, orders that repeat, batches of the right form."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import axon
from axon.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
    collate,
    random_split,
)


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
    loader = DataLoader([1, 2, 3], batch_size=2, collate_fn=sum)
    assert list(loader) == [3, 3]


def test_batch_size_must_be_positive():
    with pytest.raises(ValueError, match="batch_size"):
        DataLoader(dataset(), batch_size=0)


def test_orders_come_from_generators():
    def orders():
        loader = DataLoader(dataset(50), batch_size=50, shuffle=True)
        return [served(loader), served(loader)]

    axon.manual_seed(3)
    first = orders()
    axon.manual_seed(3)
    assert orders() == first and first[0] != first[1]
    loaders = [
        DataLoader(dataset(50), batch_size=50, shuffle=True, generator=axon.Generator(5))
        for _ in range(2)
    ]
    assert served(loaders[0]) == served(loaders[1]) != first[0]


def test_samplers():
    numbers = [9, 0, 4]
    assert served(DataLoader(dataset(), 2, sampler=numbers)) == [[9, 0], [4]]
    loader = DataLoader(dataset(), batch_sampler=[[1], [2, 3]])
    assert served(loader) == [[1], [2, 3]] and len(loader) == 2
    assert len(DataLoader(dataset(), 2, sampler=numbers)) == 2


def test_iterables_are_served_as_they_come():
    def numbers():
        yield from range(5)

    assert [b.tolist() for b in DataLoader(numbers(), 2)] == [[0, 1], [2, 3], [4]]
    assert len(list(DataLoader(numbers(), 2, drop_last=True))) == 2


def test_parts_of_datasets():
    data = dataset()
    assert Subset(data, [7, 1])[0][1].item() == 7 and len(Subset(data, [7, 1])) == 2
    joined = ConcatDataset([data, Subset(data, [3])])
    assert len(joined) == 11 and joined[10][1].item() == 3 and joined[-2][1].item() == 9
    with pytest.raises(IndexError, match="11 of 11"):
        joined[11]
    for lengths, counts in (([0.5, 0.25, 0.25], [6, 2, 2]), ([7, 3], [7, 3])):
        parts = random_split(data, lengths, seed=1)
        assert [len(part) for part in parts] == counts
        assert sorted(y.item() for part in parts for _, y in part) == list(range(10))
    with pytest.raises(ValueError, match="10 samples"):
        random_split(data, [4, 4])


@pytest.mark.parametrize(
    "options, words",
    [
        ({"shuffle": True, "sampler": [1]}, "own order"),
        ({"batch_sampler": [[1]], "batch_size": 2}, "batch_sampler"),
        ({"num_workers": -1}, "num_workers"),
    ],
)
def test_options_that_do_not_go_together(options, words):
    with pytest.raises(ValueError, match=words):
        DataLoader(dataset(), **options)
    with pytest.raises(ValueError, match="by number"):
        DataLoader(iter([1]), num_workers=1)


# ---------------------------------------------------------------------------------------- workers


class Squares:
    """Sample n is n squared as a tensor, and the process that made it."""

    def __init__(self, count=20, fail_at=None, how=None):
        self.count, self.fail_at, self.how = count, fail_at, how

    def __len__(self):
        return self.count

    def __getitem__(self, n):
        if n == self.fail_at:
            self.how()
        return axon.tensor([float(n)]) ** 2, os.getpid()


def fail():
    raise KeyError("no such sample")


def wait_long():
    time.sleep(60)


def die():
    os._exit(3)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.forks
def test_workers_serve_the_same_batches_in_order():
    axon.ones(2).sum().item()  # the runtime's threads exist before the fork
    alone = DataLoader(Squares(), 3, shuffle=True, seed=1)
    loader = DataLoader(Squares(), 3, shuffle=True, seed=1, num_workers=2)
    for _ in range(2):
        expected = [x.numpy() for x, _ in alone]
        pairs = [(x.numpy(), pids) for x, pids in loader]
        for (x, _), y in zip(pairs, expected, strict=True):
            np.testing.assert_array_equal(x, y)
        pids = {pid for _, batch in pairs for pid in batch.tolist()}
        assert len(pids) == 2 and os.getpid() not in pids
        assert not any(map(is_running, pids))


@pytest.mark.forks
def test_persistent_workers_stay_until_the_loader_goes():
    loader = DataLoader(Squares(), 5, num_workers=1, persistent_workers=True)
    pids = {pid for _ in range(2) for _, batch in loader for pid in batch.tolist()}
    assert len(pids) == 1 and all(map(is_running, pids))
    next(iter(loader))  # an epoch that is left takes its workers with it
    assert not any(map(is_running, pids))
    assert len(list(loader)) == 4
    del loader


def draw(n):
    return float(axon.rand(()).item()), random.random(), float(np.random.rand())


class Draws(Squares):
    def __getitem__(self, n):
        return draw(n)


@pytest.mark.forks
def test_workers_draw_from_seeds_of_their_own():
    def drawn():
        axon.manual_seed(4)
        return [axon.stack(batch).tolist() for batch in DataLoader(Draws(4), 2, num_workers=2)]

    first = drawn()
    assert first == drawn()
    values = [value for batch in first for column in batch for value in column]
    assert len(set(values)) == len(values)


def refuse(number):
    if number == 0:  # of several that fail the parent may meet any first
        raise RuntimeError(f"worker {number} is not wanted")


@pytest.mark.forks
@pytest.mark.parametrize(
    "options, words",
    [
        ({"dataset": Squares(6, 4, fail)}, r"worker 0 failed:[\s\S]*no such sample"),
        ({"dataset": Squares(6, 2, die)}, r"worker 1 .*died with exit code 3"),
        ({"dataset": Squares(6, 0, wait_long), "timeout": 0.3}, "no batch within 0.3 seconds"),
        ({"dataset": Squares(6), "worker_init_fn": refuse}, "worker 0 is not wanted"),
    ],
)
def test_faults_of_workers_are_told_and_end_them_all(options, words):
    loader = DataLoader(batch_size=2, num_workers=2, **options)
    begun = time.perf_counter()
    with pytest.raises(RuntimeError, match=words) as caught:
        list(loader)
    assert time.perf_counter() - begun < 30
    if options["dataset"].how is fail:
        assert isinstance(caught.value.__cause__, KeyError)


def test_ctrl_c_ends_the_loop_and_its_workers(tmp_path):
    script = tmp_path / "loop.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal, time
            from axon.data import DataLoader

            signal.signal(signal.SIGINT, signal.default_int_handler)  # a job may ignore it

            class Slow:
                def __len__(self):
                    return 1000

                def __getitem__(self, n):
                    time.sleep(0.02)
                    return os.getpid()

            if __name__ == "__main__":
                try:
                    for batch in DataLoader(Slow(), 2, num_workers=2):
                        print(*batch.tolist(), flush=True)
                except KeyboardInterrupt:
                    print("stopped", flush=True)
            """
        )
    )
    process = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    seen = [process.stdout.readline() for _ in range(4)]
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of the group
    rest = process.communicate(timeout=30)[0]
    assert rest.splitlines()[-1] == "stopped" and process.returncode == 0
    assert not any(is_running(int(pid)) for line in seen for pid in line.split())
