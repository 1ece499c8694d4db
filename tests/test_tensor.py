"""The handle: creation, values that never change, Python's protocols, text."""

import copy
import pickle

import numpy as np
import pytest

import axon

X = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)


def check(actual, expected):
    assert actual.shape == expected.shape
    assert str(actual.dtype) == expected.dtype.name
    np.testing.assert_array_equal(actual.numpy(), expected)


# ------------------------------------------------------------------------------------- creation


@pytest.mark.parametrize(
    "data, dtype",
    [
        (1.5, "float32"),
        (2, "int64"),
        (True, "bool"),
        ([[1, 2], [3, 4]], "int64"),
        ([0.5], "float32"),
        (np.float64(0.1), "float64"),
        (np.int8(3), "int8"),
    ],
)
def test_python_values(data, dtype):
    check(axon.tensor(data), np.array(data, dtype=dtype))


def test_tensor_copies():
    source = np.ones(3, dtype=np.float32)
    t = axon.tensor(source)
    source[:] = 7
    check(t, np.ones(3, dtype=np.float32))


def test_constants():
    check(axon.zeros(2, 3), np.zeros((2, 3), np.float32))
    check(axon.ones((2, 3), dtype=axon.int32), np.ones((2, 3), np.int32))
    check(axon.full((2,), 7), np.full(2, 7, np.int64))
    check(axon.full(2, True), np.full(2, True))
    check(axon.zeros_like(axon.tensor([1, 2])), np.zeros(2, np.int64))
    check(axon.eye(2, 3), np.eye(2, 3, dtype=np.float32))
    check(axon.zeros(0, 3), np.zeros((0, 3), np.float32))


@pytest.mark.parametrize("args", [(5,), (2, 7), (2, 7, 3), (7, 2, -2), (3, 3), (0.0, 1.0, 0.25)])
def test_arange(args):
    expected = np.arange(*args)
    wanted = np.float32 if expected.dtype == np.float64 else np.int64
    check(axon.arange(*args), expected.astype(wanted))


def test_linspace():
    np.testing.assert_allclose(axon.linspace(0, 1, 7).numpy(), np.linspace(0, 1, 7), rtol=1e-6)
    check(axon.linspace(2.0, 5.0, 1), np.array([2.0], np.float32))


def test_random_draws_repeat_from_a_seed_and_differ_between_draws():
    axon.manual_seed(7)
    a, b = axon.rand(1000), axon.rand(1000)
    axon.manual_seed(7)
    check(axon.rand(1000), a.numpy())
    assert not np.array_equal(a.numpy(), b.numpy())
    assert abs(a.numpy().mean() - 0.5) < 0.05 and a.numpy().min() >= 0 and a.numpy().max() < 1


def test_normal_draws():
    axon.manual_seed(0)
    draws = axon.normal((20_000,), mean=3.0, std=2.0).numpy()
    assert abs(draws.mean() - 3) < 0.1 and abs(draws.std() - 2) < 0.1


def test_randint_covers_its_range():
    axon.manual_seed(0)
    draws = axon.randint(-2, 3, (1000,))
    assert set(draws.tolist()) == {-2, -1, 0, 1, 2} and draws.dtype == axon.int64


def test_in_place_operators_rebind_the_handle():
    t = axon.tensor([1.0, 2.0])
    alias, before = t, t.detach()
    t += 1
    t *= axon.tensor([2.0, 3.0])
    assert alias is t and alias.tolist() == [4.0, 9.0] and before.tolist() == [1.0, 2.0]


# ------------------------------------------------------------------------------ Python protocols


def test_operators_with_numbers_and_arrays_on_either_side():
    t, a = axon.tensor([1.0, 2.0]), np.float32([10, 20])
    check(1 - t, np.float32([0, -1]))
    check(2**t, np.float32([2, 4]))
    check(a - t, np.float32([9, 18]))
    check(t - a, np.float32([-9, -18]))
    check(t / 2, np.float32([0.5, 1]))
    check(-t, np.float32([-1, -2]))
    check(t == axon.tensor([1.0, 3.0]), np.array([True, False]))


def test_unknown_operands_are_left_to_python():
    with pytest.raises(TypeError):
        axon.tensor(1.0) + "a"
    with pytest.raises(TypeError):
        {} - axon.tensor(1.0)


@pytest.mark.parametrize(
    "a, b",
    [
        ((2, 3), (3, 4)),
        ((3,), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((5, 2, 3), (3, 4)),
        ((3,), (5, 3, 2)),
    ],
)
def test_matmul(a, b):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-4, 5, shape).astype(np.float32) for shape in (a, b))
    result = axon.tensor(a) @ axon.tensor(b)
    assert result.shape == (a @ b).shape
    np.testing.assert_array_equal(result.numpy(), a @ b)


def test_numbers():
    assert float(axon.tensor([2.5])) == 2.5 and int(axon.tensor(3)) == 3
    assert [10, 20, 30][axon.tensor(1)] == 20
    assert f"{axon.tensor(0.5):.3f}" == "0.500"
    assert not axon.tensor(0.0) and axon.tensor([[1]])
    with pytest.raises(ValueError, match=r"\.any\(\)"):
        bool(axon.tensor([1, 2]))
    with pytest.raises(TypeError, match="integer"):
        [1, 2][axon.tensor(1.0)]


def test_length_and_iteration():
    t = axon.tensor(X)
    assert len(t) == 2
    for row, expected in zip(t, X, strict=True):
        check(row, expected)
    with pytest.raises(TypeError, match="no axes"):
        len(axon.tensor(1.0))
    with pytest.raises(TypeError, match="no axes"):
        iter(axon.tensor(1.0))


def test_numpy_is_read_only_and_array_protocol_casts():
    t = axon.tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        t.numpy()[0] = 5
    assert np.asarray(t, dtype=np.float64).dtype == np.float64
    own = np.array(t)
    own[0] = 5
    assert t.tolist() == [1.0, 2.0]


def test_copies_and_pickles():
    x = axon.tensor([1.0, 2.0], requires_grad=True)
    for twin in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert twin is not x and twin.requires_grad and twin.tolist() == [1.0, 2.0]


def test_tensors_are_hashable_by_identity():
    a, b = axon.tensor(1.0), axon.tensor(1.0)
    assert len({a, b, a}) == 2


# ---------------------------------------------------------------------------------------- shapes


def test_shapes():
    t = axon.tensor(X)
    check(t.reshape(4, -1), X.reshape(4, -1))
    check(t.reshape((24,)), X.reshape(24))
    check(t.T, X.T)
    check(t.transpose(0, 1), X.swapaxes(0, 1))
    check(t.permute(2, 0, -2), X.transpose(2, 0, 1))
    check(t.flatten(1), X.reshape(2, 12))
    check(t.expand_dims(-1), X[..., None])
    check(t[:1].squeeze(), X[0])
    check(t[:1].squeeze(0), X[0])
    check(axon.broadcast_to(t[:, :1], 5, 2, 3, 4), np.broadcast_to(X[:, :1], (5, 2, 3, 4)))
    check(axon.stack([t, t * 2], axis=1), np.stack([X, X * 2], 1))
    check(axon.concat([t, t, t], axis=-1), np.concatenate([X, X, X], -1))
    for part, expected in zip(axon.split(t, [1, 3], axis=2), np.split(X, [1], 2), strict=True):
        check(part, expected)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda t: t.squeeze(1), "squeeze"),
        (lambda t: t.permute(0, 1), "permute"),
        (lambda t: axon.broadcast_to(t, 3, 4), "broadcast_to"),
        (lambda t: axon.stack([t, t[0]]), "stack"),
        (lambda t: axon.split(t, [1, 1], axis=2), "split"),
        (lambda t: axon.arange(1, 2, 0), "arange"),
    ],
)
def test_refused_shapes(call, words):
    with pytest.raises(ValueError, match=words):
        call(axon.tensor(X))


# ------------------------------------------------------------------------------------------ text


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.float32([0.1, 0.25, 3]),
        np.float32([np.nan, 1, -np.inf]),
        np.float32([1e-9, 1]),
        np.float64([1e10, 1.5]),
        np.array([[True], [False]]),
        X,
        np.linspace(-1, 1, 7, dtype=np.float32) ** 3,
        np.arange(3000.0, dtype=np.float32).reshape(3, 1000),
        np.sin(np.arange(40.0 * 40)).reshape(40, 40).astype(np.float32),
        np.float32(2.5),
    ],
    ids=str,
)
def test_values_are_shown_as_numpy_shows_them(array):
    expected = np.array2string(array, separator=", ", prefix="tensor(", threshold=1000)
    assert repr(axon.tensor(array)).startswith("tensor(" + expected)


def test_what_else_is_shown():
    assert repr(axon.tensor([1.0], requires_grad=True)) == "tensor([1.], requires_grad=True)"
    assert repr(axon.tensor([1.0], dtype=axon.float64)) == "tensor([1.], dtype=float64)"
    assert repr(axon.zeros(0, 3)) == "tensor([], shape=(0, 3))"


# ------------------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: axon.softmax(x, axs=0), "no parameter 'axs'; did you mean 'axis'?"),
        (lambda x: x.softmax(axs=0), "no parameter 'axs'; did you mean 'axis'?"),
        (lambda x: axon.softmax(x, 0, 1), "takes 2 arguments by position, 3 were given"),
        (lambda x: axon.softmax(x, 0, axis=1), "'axis' was given by position and by keyword"),
        (lambda x: axon.softmax(axis=1), "no argument for 'x'"),
    ],
)
def test_arguments_that_do_not_fit_are_told(call, message):
    with pytest.raises(TypeError) as raised:
        call(axon.zeros((2, 3)))
    first, signature = str(raised.value).split("\n")
    assert first == f"axon.softmax: {message}"
    assert signature.strip().startswith("softmax(x: ")
