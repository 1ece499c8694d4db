"""Tensors without elements, with many axes, and with more elements than 32 bits count.

The last need 8 GiB of memory and half a minute, so they run when they are asked for:
`AXON_TEST_LARGE=1 pytest tests/test_extremes.py`.
"""

import os
import pickle

import numpy as np
import pytest

import axon

# ------------------------------------------------------------------------------------ no elements


EMPTY = np.zeros((2, 0, 3), np.float32)


@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda x: x * 2 + x.exp(), EMPTY),
        (lambda x: x + axon.ones(2, 1, 3), EMPTY),
        (lambda x: x.sum(), np.float32(0)),
        (lambda x: x.sum(1), np.zeros((2, 3), np.float32)),
        (lambda x: x.sum(0), np.zeros((0, 3), np.float32)),
        (lambda x: x.prod(1), np.ones((2, 3), np.float32)),
        (lambda x: x.mean(1), np.full((2, 3), np.nan, np.float32)),
        (lambda x: x.max(0), np.zeros((0, 3), np.float32)),
        (lambda x: axon.all(x), np.bool_(True)),
        (lambda x: axon.any(x, 1), np.zeros((2, 3), bool)),
        (lambda x: x.softmax(1), EMPTY),
        (lambda x: axon.cumsum(x, 1), EMPTY),
        (lambda x: axon.sort(x, 1), EMPTY),
        (lambda x: x.mT @ x, np.zeros((2, 3, 3), np.float32)),
        (lambda x: x @ axon.ones(3, 4), np.zeros((2, 0, 4), np.float32)),
        (lambda x: x.reshape(0, 6), np.zeros((0, 6), np.float32)),
        (lambda x: x.permute(1, 2, 0), np.zeros((0, 3, 2), np.float32)),
        (lambda x: axon.concat([x, axon.ones(2, 1, 3)], axis=1), np.ones((2, 1, 3), np.float32)),
        (lambda x: axon.stack([x, x]), np.zeros((2, 2, 0, 3), np.float32)),
        (lambda x: axon.unique(x), np.zeros(0, np.float32)),
        (lambda x: axon.argwhere(x), np.zeros((0, 3), np.int64)),
        (lambda x: x[x > 0], np.zeros(0, np.float32)),
        (lambda x: x[:, [], 1:], np.zeros((2, 0, 2), np.float32)),
        (lambda x: x[1], np.zeros((0, 3), np.float32)),
        (lambda x: axon.pad(x, (0, 0, 1, 1)), np.zeros((2, 2, 3), np.float32)),
        (lambda x: axon.repeat(x, 3, 1), EMPTY),
        (lambda x: axon.flip(x), EMPTY),
        (lambda x: axon.where(x > 0, x, -x), EMPTY),
    ],
)
def test_no_elements(call, expected):
    x = axon.zeros(2, 0, 3, requires_grad=True)
    y = call(x)
    assert y.shape == expected.shape and y.dtype == expected.dtype.name
    np.testing.assert_array_equal(y.numpy(), expected)
    if y.requires_grad:
        y.sum().backward()
        assert x.grad.shape == x.shape and x.grad.tolist() == [[], []]


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_the_largest_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"axon.{name}"):
        getattr(axon.zeros(2, 0, 3), name)(1)


def test_empty_tensors_go_in_and_out():
    x = axon.tensor(EMPTY)
    assert x.size == x.nbytes == 0 and len(x) == 2 and x.tolist() == [[], []]
    assert pickle.loads(pickle.dumps(x)).shape == np.from_dlpack(x).shape == (2, 0, 3)
    x[:, :, 1] = 5.0
    x[x > 0] = 1.0
    assert x.shape == (2, 0, 3)
    with pytest.raises(IndexError, match="index 0 is out of range for axis 1"):
        x[:, 0]
    with pytest.raises(ValueError, match="0 elements"):
        x.item()


# -------------------------------------------------------------------------------------- many axes


def test_many_axes():
    shape = (1, 2) * 5 + (1,) * 22
    array = np.arange(32, dtype=np.float32).reshape(shape)
    x = axon.tensor(array, requires_grad=True)
    assert x.ndim == 32
    order = tuple(reversed(range(32)))
    for y, expected in (
        (x * x + 1, array * array + 1),
        (x.permute(order), array.transpose(order)),
        (x.sum((1, 5, 20)), array.sum((1, 5, 20))),
        (x[0, 1, ..., 0], array[0, 1, ..., 0]),
        (x[:, [1, 0], ..., None], array[:, [1, 0], ..., None]),
        (x + axon.arange(3.0), array + np.arange(3, dtype=np.float32)),
        (axon.concat([x, x], axis=30), np.concatenate([array, array], 30)),
        (x.reshape(4, 8), array.reshape(4, 8)),
        (x.softmax(3), np.exp(array) / np.exp(array).sum(3, keepdims=True)),
    ):
        assert y.shape == expected.shape
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-6)
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), 2 * array)


def test_arrays_have_fewer_axes_than_tensors_may():
    x = axon.ones((1,) * 200) * 2
    assert x.ndim == 200 and x.sum().item() == x.reshape(1)[0].item() == 2
    for export in (lambda: x.numpy(), lambda: x.__dlpack__(max_version=(1, 0))):
        with pytest.raises(ValueError, match="200 axes; arrays have at most 64: reshape it first"):
            export()


# ---------------------------------------------------------------------------------- many elements


def test_a_tensor_that_no_memory_holds_is_refused():
    x = axon.ones(2**20, 1) + axon.ones(1, 2**30)  # is nothing but a record
    assert x.size == 2**50
    with pytest.raises(MemoryError, match="axon: out of memory"):
        x.numpy()


@pytest.mark.skipif("AXON_TEST_LARGE" not in os.environ, reason="takes 8 GiB")
def test_more_elements_than_32_bits_count():
    size = 2**31 + 8
    x = axon.full((size,), 3, dtype="int8")
    x[size - 2] = 7
    assert x.size == x.nbytes == size and x.numpy().shape == (size,)
    assert x[-4:].tolist() == [3, 3, 7, 3]
    assert x[axon.tensor([size - 2, 0, -1])].tolist() == [7, 3, 3]
    assert x.sum().item() == 3 * size + 4
    assert x.argmax().item() == size - 2
    assert (x + x)[-3:].tolist() == [6, 14, 6]
    assert x.reshape(8, -1).max(1).tolist() == [3] * 7 + [7]
    assert x.reshape(-1, 8).max(0).tolist() == [3] * 6 + [7, 3]
    assert axon.concat([x[-3:], x])[-2:].tolist() == [7, 3]
    assert axon.arange(size)[-1].item() == size - 1
    assert repr(x).startswith("tensor([3, 3, 3, ..., 3, 7, 3]")
