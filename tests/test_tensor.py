"""The handle: creation, values that never change, Python's protocols, text."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

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
        ([2**64 - 1, 0], "uint64"),
        ([np.float64(0.1), 2], "float64"),
        ([[np.int8(3), 2], [1, True]], "int8"),
        ([np.int8(3), 2.5], "float32"),
        ([np.bool_(True), 3], "int64"),
    ],
)
def test_python_values(data, dtype):
    check(axon.tensor(data), np.array(data, dtype=dtype))


def test_tensors_in_lists_keep_their_dtype():
    x = axon.tensor([[1, 2], [3, 4]], dtype="float64")
    check(axon.tensor(list(x)), x.numpy())
    check(axon.tensor([x[0, 1], 1]), np.array([2.0, 1.0]))


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
    check(axon.full(2, 2**62 + 1), np.full(2, 2**62 + 1))
    check(axon.full(2, 2**64 - 1, dtype="uint64"), np.full(2, 2**64 - 1, np.uint64))
    check(axon.zeros_like(axon.tensor([1, 2])), np.zeros(2, np.int64))
    check(axon.eye(2, 3), np.eye(2, 3, dtype=np.float32))
    check(axon.zeros(0, 3), np.zeros((0, 3), np.float32))


def test_constants_like_another_tensor():
    x = axon.zeros(2, 3, dtype="float64")
    for made, value in (
        (axon.empty_like(x), 0),
        (axon.ones_like(x), 1),
        (axon.full_like(x, 2.5), 2.5),
    ):
        check(made, np.full((2, 3), float(value)))
    assert axon.empty(2, 3).shape == (2, 3)
    for draw in (axon.rand_like, axon.randn_like, lambda x: axon.randint_like(x, 0, 5)):
        assert draw(x).shape == (2, 3) and draw(x).dtype == "float64"
    assert axon.randint_like(x, 0, 5, dtype="int8").dtype == "int8"


@pytest.mark.parametrize("diagonal", [-2, 0, 1])
def test_ones_on_and_below_a_diagonal(diagonal):
    check(axon.tri(3, 4, diagonal), np.tri(3, 4, diagonal, dtype=np.float32))
    check(axon.eye(3, 4, diagonal, dtype="int64"), np.eye(3, 4, diagonal, dtype=np.int64))


@pytest.mark.parametrize("args", [(5,), (2, 7), (2, 7, 3), (7, 2, -2), (3, 3), (0.0, 1.0, 0.25)])
def test_arange(args):
    expected = np.arange(*args)
    wanted = np.float32 if expected.dtype == np.float64 else np.int64
    check(axon.arange(*args), expected.astype(wanted))


def test_linspace():
    np.testing.assert_allclose(axon.linspace(0, 1, 7).numpy(), np.linspace(0, 1, 7), rtol=1e-6)
    check(axon.linspace(2.0, 5.0, 1), np.array([2.0], np.float32))
    ends = axon.linspace(-1.54, 0.241, 8, dtype="float64").tolist()
    assert ends[0] == -1.54 and ends[-1] == 0.241
    check(axon.linspace(0, 4, 4, endpoint=False), np.arange(4, dtype=np.float32))
    np.testing.assert_allclose(axon.logspace(-1, 2, 5, 2.0), np.logspace(-1, 2, 5, base=2), 1e-6)
    with pytest.raises(ValueError, match="count is -1"):
        axon.linspace(0, 1, -1)


def test_random_draws_repeat_from_a_seed_and_differ_between_draws():
    axon.manual_seed(7)
    a, b = axon.rand(1000), axon.rand(1000)
    axon.manual_seed(7)
    check(axon.rand(1000), a.numpy())
    assert not np.array_equal(a.numpy(), b.numpy())
    assert abs(a.numpy().mean() - 0.5) < 0.05 and a.numpy().min() >= 0 and a.numpy().max() < 1


def test_generators_are_streams_of_their_own():
    axon.manual_seed(7)
    own = axon.rand(5)
    axon.manual_seed(7)
    generator = axon.Generator(3)
    given = [draw(generator=generator) for draw in DRAWS]
    check(axon.rand(5), own.numpy())  # the thread's generator did not move
    generator.manual_seed(3)
    assert generator.initial_seed() == 3
    for draw, before in zip(DRAWS, given, strict=True):
        state = generator.get_state()
        check(draw(generator=generator), before.numpy())
        moved = generator.get_state()
        generator.set_state(state)
        check(draw(generator=copy.deepcopy(generator)), before.numpy())
        assert moved != state
        generator.set_state(moved)
    assert axon.Generator().initial_seed() != axon.Generator().initial_seed()
    with pytest.raises(ValueError, match="pair of integers"):
        generator.set_state(3.5)
    for other in (3, np.random.default_rng(0)):
        with pytest.raises(TypeError, match=r"generator is a \w+; expected an axon.Generator"):
            axon.rand(3, generator=other)


P = [0.2, 0.5, 0.3]
DRAWS = [
    lambda **options: axon.rand(9, **options),
    lambda **options: axon.randn(9, **options),
    lambda **options: axon.uniform(9, -1, 1, **options),
    lambda **options: axon.normal(9, 5.0, **options),
    lambda **options: axon.randint(0, 100, 9, **options),
    lambda **options: axon.exponential(9, **options),
    lambda **options: axon.permutation(9, **options),
    lambda **options: axon.bernoulli(axon.full(9, 0.5), **options),
    lambda **options: axon.multinomial(axon.tensor(P), 9, True, **options),
    lambda **options: axon.multinomial(axon.tensor(P), 3, **options),
    lambda **options: axon.rand_like(axon.ones(9), **options),
    lambda **options: axon.randn_like(axon.ones(9), **options),
    lambda **options: axon.randint_like(axon.ones(9), 0, 9, **options),
    lambda **options: axon.dropout(axon.ones(9), **options),
]


def test_the_state_of_the_threads_generator():
    state = axon.get_rng_state()
    a = axon.rand(3)
    axon.set_rng_state(state)
    check(axon.rand(3), a.numpy())


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
    for result in (axon.tensor(a) @ axon.tensor(b), axon.tensor(a) @ b, a @ axon.tensor(b)):
        assert result.shape == (a @ b).shape
        np.testing.assert_array_equal(result.numpy(), a @ b)


def test_matmul_in_place():
    x = axon.ones(2)
    x @= axon.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.tolist() == [4.0, 6.0]


@pytest.mark.parametrize("operand", [2, 2.0, axon.tensor(2.0), np.float32(2)], ids=repr)
def test_matmul_refuses_what_has_no_axes(operand):
    x = axon.ones(2)
    for product in (lambda: x @ operand, lambda: operand @ x):
        with pytest.raises(ValueError, match=r"axon.matmul: .*\(\).*use \* for numbers"):
            product()


@pytest.mark.parametrize("make", [axon.zeros, axon.ones, axon.empty, axon.rand, axon.randn])
@pytest.mark.parametrize("shape", [(-1,), (2, -1), (-2, 3)], ids=str)
def test_no_extent_is_negative(make, shape):
    with pytest.raises(ValueError, match=r"would have shape .*-"):
        make(shape)


@pytest.mark.parametrize("given", [(), ([1, 2],), (2, 3)], ids=str)
def test_data_is_for_the_function(given):
    with pytest.raises(TypeError, match=r"axon.Tensor: .*use axon.tensor\(data\)"):
        axon.Tensor(*given)


@pytest.mark.parametrize("shape", [2.0, (2, 2.5), "23", None, (2, None)], ids=repr)
def test_extents_are_integers(shape):
    with pytest.raises(TypeError, match="extents are ints"):
        axon.zeros(shape)
    with pytest.raises(TypeError, match="extents are ints"):
        axon.ones(6).reshape(shape)


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


@pytest.mark.parametrize(
    "moved", [axon.tensor([1.5]), axon.nn.Linear(2, 1)], ids=["Tensor", "Linear"]
)
def test_to_the_only_device(moved):
    assert moved.to("cpu") is moved
    for elsewhere in ("cuda", "cuda:0", "mps"):
        words = rf"{type(moved).__name__}.to: '{elsewhere}' .* neither a dtype nor .*'cpu'"
        with pytest.raises(TypeError, match=words):
            moved.to(elsewhere)


def test_numpy_is_read_only_and_array_protocol_casts():
    t = axon.tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        t.numpy()[0] = 5
    assert np.asarray(t, dtype=np.float64).dtype == np.float64
    own = np.array(t)
    own[0] = 5
    assert t.tolist() == [1.0, 2.0]


INTEGERS = [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
DTYPES = ["bool", *INTEGERS, "float16", "bfloat16", "float32", "float64"]


def test_copies_and_pickles():
    x = axon.tensor([1.0, 2.0], requires_grad=True)
    for twin in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert twin is not x and twin.requires_grad and twin.tolist() == [1.0, 2.0]


def test_a_shallow_copy_stays_on_the_tape_and_a_deep_one_is_a_leaf():
    x = axon.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    (copy.copy(y) * 2).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert twin.tape is None and not twin.requires_grad and twin.tolist() == [3.0, 6.0]


def test_membership():
    x = axon.tensor([[1.0, 2.0], [3.0, np.nan]])
    assert 3 in x and 4 not in x and np.nan not in x


@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_pickled(dtype, protocol):
    for x in (axon.tensor([[1, 0], [1, 1]]).to(dtype), axon.zeros(0, 3, dtype=dtype)):
        twin = pickle.loads(pickle.dumps(x, protocol))
        assert twin.dtype == dtype and twin.shape == x.shape and twin.tolist() == x.tolist()


def test_pickling_out_of_band_copies_nothing():
    x, buffers = axon.ones(1000), []
    text = pickle.dumps(x, 5, buffer_callback=buffers.append)
    assert len(text) < 500 and pickle.loads(text, buffers=buffers).tolist() == x.tolist()


# --------------------------------------------------------------------------------------- exchange


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("dtype", [name for name in DTYPES if name != "bfloat16"])
def test_dlpack_shares_memory_with_those_that_only_read(dtype):
    x = axon.tensor([[1, 0, 1], [1, 1, 0]]).to(dtype)
    array = np.from_dlpack(x)
    assert address(array) == address(x.numpy()) and not array.flags.writeable
    check(x, array)
    check(axon.from_dlpack(array), array)


def test_what_is_exported_stays_as_it_is():
    x = axon.zeros(1000)
    array, capsule = np.from_dlpack(x), x.__dlpack__(max_version=(1, 0))
    for _ in range(3):
        x += 1
        axon.flush()
    assert not array.any() and x.tolist() == [3.0] * 1000
    del capsule


class Versionless:
    """What a library older than DLPack 1.0 sees of a tensor."""

    def __init__(self, x):
        self.x = x

    def __dlpack__(self, **options):
        return self.x.__dlpack__()

    def __dlpack_device__(self):
        return self.x.__dlpack_device__()


def test_those_that_may_write_get_a_copy():
    x = axon.ones(3)
    assert address(np.from_dlpack(Versionless(x))) != address(x.numpy())
    array = np.from_dlpack(x, copy=True)
    array[0] = 7
    assert x.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(BufferError, match="copied"):
        x.__dlpack__(copy=False)
    with pytest.raises(BufferError):
        x.__dlpack__(max_version=(1, 0), dl_device=(2, 0))


def test_what_is_imported_is_copied():
    array = np.arange(6.0).reshape(2, 3).T
    for x in (axon.from_dlpack(array), axon.asarray(array)):
        array[0] = -1
        check(x, np.arange(6.0).reshape(2, 3).T)
        array[0] = [0, 3]
    with pytest.raises(BufferError, match="copied"):
        axon.from_dlpack(array, copy=False)
    with pytest.raises(ValueError, match="copied"):
        axon.asarray(array, copy=False)
    with pytest.raises(TypeError, match="__dlpack__"):
        axon.from_dlpack([1, 2])
    with pytest.raises(ValueError, match="device is 'gpu'"):
        axon.from_dlpack(array, device="gpu")


def test_bfloat16_goes_through_dlpack():
    x = axon.tensor([1.5, -2.0]).to("bfloat16")
    twin = axon.from_dlpack(Versionless(x))
    assert twin.dtype == "bfloat16" and twin.tolist() == [1.5, -2.0]
    with pytest.raises(TypeError, match=r"astype\(\"float32\"\)"):
        x.numpy()
    np.testing.assert_array_equal(np.asarray(x, dtype=np.float64), [1.5, -2.0])


def test_asarray_keeps_tensors_and_their_gradients():
    x = axon.ones(2, requires_grad=True)
    assert axon.asarray(x) is x and axon.asarray(x, dtype="float32", copy=False) is x
    axon.asarray(x, copy=True).sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    assert axon.asarray(x, "float64").dtype == "float64"
    with pytest.raises(ValueError, match="needs a copy"):
        axon.asarray(x, "float64", copy=False)


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


FLOATS = st.floats(-1e-3, 1e-3) | st.floats(-1e3, 1e3) | st.floats(allow_subnormal=False)


@pytest.mark.executor
@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.3.0", reason="exponents from 1e8 on")
@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_any_values_are_shown_as_numpy_shows_them(data):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=12))
    dtype = data.draw(st.sampled_from(["float64", "float32", "float16", "int64", "bool"]))
    elements = FLOATS | st.integers(-9, 9).map(float) if "float" in dtype else None
    with np.errstate(over="ignore"):
        source = "float64" if "float" in dtype else dtype
        array = data.draw(hnp.arrays(source, shape, elements=elements)).astype(dtype)
    expected = np.array2string(array, separator=", ", prefix="tensor(", threshold=1000)
    assert repr(axon.tensor(array)).startswith("tensor(" + expected)


def test_what_else_is_shown():
    assert repr(axon.tensor([0.1, 3.0]).to("bfloat16")) == "tensor([0.1, 3. ], dtype=bfloat16)"
    assert repr(axon.zeros(2, 0, 3)) == "tensor([], shape=(2, 0, 3))"
    assert repr(axon.tensor([1.0], requires_grad=True)) == "tensor([1.], requires_grad=True)"
    assert repr(axon.tensor([1.0], dtype=axon.float64)) == "tensor([1.], dtype=float64)"
    assert repr(axon.zeros(0, 3)) == "tensor([], shape=(0, 3))"


# ------------------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: axon.softmax(x, axs=0), "no parameter 'axs'; did you mean 'axis'?"),
        (lambda x: x.softmax(axs=0), "no parameter 'axs'; did you mean 'axis'?"),
        (lambda x: axon.softmax(x, dim=0), "no parameter 'dim'; did you mean 'axis'?"),
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
