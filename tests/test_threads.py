"""Threads that share tensors: each records, flushes, and reads what the others have not computed
yet, while others look inside and change how many threads kernels use."""

import threading

import numpy as np
import pytest

import axon

SIZE = 1 << 15  # enough for a kernel to be divided
ROUNDS = 25


def run_together(*works) -> None:
    """Each in a thread of its own; raises what the first that failed raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            work()
        except BaseException as error:  # told by the thread that asserts
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def in_rounds(work):
    def repeat():
        for number in range(ROUNDS):
            work(number)

    return repeat


@pytest.fixture(params=["off", pytest.param("async", marks=pytest.mark.compiler)])
def mode(request, monkeypatch, tmp_path):
    monkeypatch.setenv("AXON_JIT", request.param)
    count = axon._runtime.threads()
    yield request.param
    axon.set_threads(count)


@pytest.mark.once
def test_pending_tensors_are_read_by_other_threads(mode):
    numbers = np.arange(SIZE, dtype="float32")
    published = [axon.tensor(numbers + n) for n in range(3)]

    def computing(n):
        def work(number):
            mine = axon.tensor(numbers) + n
            published[n] = mine
            other = (n + 1) % 3
            difference = published[other] - mine
            np.testing.assert_array_equal(difference.numpy(), np.full(SIZE, other - n, "float32"))
            assert axon.sum(difference).item() == SIZE * (other - n)

        return in_rounds(work)

    def look_inside(number):
        pending = axon.exp(published[number % 3]) * 2
        assert axon.explain(pending).kernels
        assert axon._runtime.pending() > 0
        with axon.profile() as profile:
            (pending + 1).numpy()
        assert profile.lines
        assert axon.stats()["kernels_launched"] > 0
        axon.plan_misses()

    def change_threads(number):
        axon.set_threads(1 + number % 4)

    run_together(
        *(computing(n) for n in range(3)), in_rounds(look_inside), in_rounds(change_threads)
    )


@pytest.mark.once
def test_a_tensor_is_read_while_another_thread_assigns_it(mode):
    shared = axon.zeros((SIZE,))

    def assign(number):
        shared.__iadd__(1.0)

    def read(number):
        for values in (shared.numpy(), np.asarray(shared.tolist()), axon.abs(shared).numpy()):
            assert (values == values[0]).all()

    run_together(in_rounds(assign), in_rounds(read), in_rounds(read))
    assert shared.tolist() == [float(ROUNDS)] * SIZE


@pytest.mark.once
def test_each_thread_trains(mode):
    numbers = np.linspace(-1, 1, 64, dtype="float32").reshape(8, 8)
    trained = {}

    def train(n):
        def work():
            weight = axon.tensor(numbers)
            weight.requires_grad = True
            for _ in range(ROUNDS):
                weight.grad = None
                (axon.tanh(weight @ axon.tensor(numbers))).sum().backward()
                with axon.no_grad():
                    weight -= 0.1 * weight.grad
            trained[n] = weight.tolist()

        return work

    run_together(*(train(n) for n in range(4)))
    assert all(weights == trained[0] for weights in trained.values())
