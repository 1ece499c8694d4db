"""Plans: which graphs replay one, why another is made, and what a repeated step asks for."""

import gc

import numpy as np
import pytest

import axon
from axon import metrics, nn, optim


def train(model, optimizer, batch=8):
    x = axon.tensor(np.ones((batch, 4), "float32"))
    labels = axon.tensor(np.zeros(batch, "int64"))
    optimizer.zero_grad()
    loss = metrics.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss


@pytest.fixture
def step():
    model = nn.Linear(4, 6) >> nn.ReLU() >> nn.Linear(6, 3)
    optimizer = optim.Adam(model.params, lr=1e-3)

    def one(batch=8):
        return train(model, optimizer, batch)

    one.model, one.optimizer = model, optimizer
    for _ in range(3):
        one()
    return one


def counters():
    counts = axon.stats()
    return counts["plans_built"], counts["kernels_compiled"], counts["system_requests"]


def misses_of(run):
    before = axon.stats()["plans_built"]
    run()
    made = axon.stats()["plans_built"] - before
    return axon.plan_misses()[-made:] if made else []


def test_the_third_step_plans_compiles_and_allocates_nothing():
    model = nn.Linear(4, 6) >> nn.ReLU() >> nn.Linear(6, 3)
    optimizer = optim.Adam(model.params, lr=1e-3)
    train(model, optimizer)
    train(model, optimizer)
    before = counters()
    train(model, optimizer)
    assert counters() == before


def test_a_held_view_of_a_parameter_is_the_reason(step):
    array = step.model.params[0].numpy()
    (reason,) = misses_of(step)
    assert "float32 of shape (6, 4), is no longer exclusively owned" in reason
    assert misses_of(step) == []
    assert not np.array_equal(array, step.model.params[0].numpy())


def test_another_batch_size_is_the_reason(step):
    (reason,) = misses_of(lambda: step(9))
    assert "has extent 9, not 8" in reason


def test_a_frozen_layer_is_planned_once(step):
    step.model[0].freeze()
    assert len(misses_of(step)) == 1
    assert misses_of(step) == []
    step.model[0].unfreeze()
    assert misses_of(step) == []


@pytest.mark.parametrize("rate", [0.0, 1.0, 1e-30, float("inf")])
def test_numbers_are_never_structure(step, rate):
    step.optimizer.lr = rate
    assert misses_of(step) == []


def test_seeds_and_offsets_are_never_structure():
    x = axon.tensor(np.arange(24.0, dtype="float32").reshape(6, 4))

    def look(seed, row, scale):
        axon.manual_seed(seed)
        kept = axon.dropout(x, p=scale)
        return kept.sum().item() + x[row : row + 2].sum().item()

    look(0, 0, 0.5)
    assert misses_of(lambda: look(7, 3, 0.25)) == []


def test_growing_lengths_use_the_same_kernels():
    table = axon.randn((50, 8))
    axon.flush()

    def attend(length):
        tokens = axon.embedding(table, axon.tensor(np.arange(length) % 50))
        scores = axon.softmax(tokens @ tokens.T, axis=-1)
        return (scores @ tokens).numpy()

    for length in (33, 34, 36, 40):
        attend(length)
    compiled = axon.stats()["kernels_compiled"]
    for length in (37, 38, 44, 48, 51):
        attend(length)
    assert axon.stats()["kernels_compiled"] == compiled


def test_the_number_of_plans_kept_is_bounded():
    for length in range(2, 400):
        (axon.ones((length,)) * 2.0).numpy()
    before = axon.stats()["plans_built"]
    (axon.ones((399,)) * 2.0).numpy()
    assert axon.stats()["plans_built"] == before
    (axon.ones((2,)) * 2.0).numpy()
    assert axon.stats()["plans_built"] == before + 1
    assert len(axon.plan_misses()) <= 128


def peak_of(run):
    run()
    axon.reset_peak_bytes()
    before = axon.stats()["bytes_in_use"]
    run()
    return axon.stats()["peak_bytes"] - before


def test_the_arena_is_laid_out_by_liveness():
    x = axon.randn((64, 64))
    axon.flush()

    def deep(depth):
        def run():
            y = x
            for _ in range(depth):
                y = axon.softmax(axon.softmax(y, axis=0), axis=1)
            y.numpy()

        return run

    assert peak_of(deep(40)) == peak_of(deep(10))


def test_updates_are_in_place():
    p = axon.randn((256, 256)).detach()
    p.requires_grad = True
    optimizer = optim.Adam([p])

    def step():
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()

    assert peak_of(step) < p.nbytes / 2


class TestFailedFlush:
    """A flush that fails assigns nothing."""

    @staticmethod
    def fail(table):
        with pytest.raises(IndexError, match="out of range"):
            axon.embedding(table, axon.tensor([0, 99])).numpy()

    def test_a_parameter_of_which_an_array_is_held(self):
        p = axon.ones((4, 3), requires_grad=True)
        optimizer = optim.SGD([p], lr=1.0, momentum=0.9)
        held = p.numpy()
        axon.embedding(p, axon.tensor([0, 9])).sum().backward()
        with pytest.raises(IndexError):
            optimizer.step()
        assert p.tolist() == held.tolist() == [[1.0] * 3] * 4

    def test_an_update_that_itself_selects_by_index(self):
        table, other, index = axon.ones((4, 3)), axon.ones((3,)), axon.tensor([0, 9, 1])
        p = axon.zeros((3, 3))
        axon.flush()
        p += axon.embedding(table, index) * 2.0
        other *= 7.0
        with pytest.raises(IndexError):
            axon.flush()
        assert p.tolist() == [[0.0] * 3] * 3
        assert other.tolist() == [1.0] * 3

    def test_all_or_nothing(self):
        table = axon.ones((4, 3))
        x = axon.zeros((2,))
        x[0] = 1.0
        x += 3.0
        self.fail(table)
        assert x.tolist() == [0.0, 0.0]
        x += 3.0
        assert x.tolist() == [3.0, 3.0]

    def test_what_was_pending_before_it_was_assigned_is_still_pending(self):
        axon.manual_seed(3)
        expected = axon.randn((5,)).tolist()
        axon.manual_seed(3)
        x = axon.randn((5,))
        x += 1.0
        x *= axon.take(axon.ones((4,)), axon.tensor([99]))
        with pytest.raises(IndexError):
            x.numpy()
        assert x.is_pending
        assert x.tolist() == expected

    def test_gradients_flow_to_what_it_was(self):
        w = axon.ones((3,), requires_grad=True)
        x = w * 2.0
        axon.flush()
        x += axon.take(axon.ones((4,)), axon.tensor([99]))
        with pytest.raises(IndexError):
            axon.flush()
        x.sum().backward()
        assert w.grad.tolist() == [2.0] * 3

    def test_handles_that_die_are_forgotten(self):
        gc.collect()
        axon.flush()
        values = axon._runtime.census()["values"]
        x = axon.zeros((2,))
        x += 1.0
        del x
        axon._runtime.prune()
        assert axon._runtime.census()["values"] == values

    def test_an_op_that_cannot_be_planned_is_lost_alone(self):
        x = axon.randn((12,))
        y = x * 2.0
        wrong = axon._runtime.ops.slice(x, (4,), (10,), (1,))  # elements 10 to 13 of 12
        after = wrong + y[:4]
        with pytest.raises(ValueError, match="give offsets within it"):
            y.numpy()
        assert np.array_equal(y.numpy(), 2 * x.numpy())
        with pytest.raises(RuntimeError, match="never computed"):
            after.numpy()

    def test_what_replaces_a_leaf_is_not_lost_with_it(self):
        """The leaf is gone with its last name, so its successor stays recorded."""
        table = axon.ones((4, 3))
        x, p = axon.ones((5,)), axon.ones((3,))
        axon.flush()
        x = x * 2.0
        p = p - axon.embedding(table, axon.tensor([99]))[0]
        with pytest.raises(IndexError):
            axon.flush()
        assert x.tolist() == [2.0] * 5
        with pytest.raises(RuntimeError, match="never computed"):
            p.tolist()
