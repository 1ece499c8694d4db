"""``x[key]`` and ``x[key] = value`` against NumPy: keys of every kind, gradients, refusals."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import axon

X = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)

KEYS = [
    0,
    -1,
    (1, 2),
    (slice(None), 1),
    (slice(1, None), slice(None, None, 2)),
    (slice(None), slice(None, None, -1), slice(-1, 0, -2)),
    slice(5, 9),
    (Ellipsis, 0),
    (0, Ellipsis, slice(1, 3)),
    (),
    Ellipsis,
    None,
    (None, 0, None, slice(None), None),
    (1, 2, 3),
    [1, 0, 1],
    [],
    [True, False],
    (slice(None), [2, -1]),
    (slice(None), 0, [[0, 1], [2, 3]]),
    (slice(None), slice(1, None), [[0, 1], [2, 3]]),
    (slice(1, 2), [0, 2], slice(None, None, 3)),
    (slice(None), np.array([], dtype=np.int64)),
    ([0, 1, 1], [2, 0, 0]),
    ([[0], [1]], slice(None), [3, -4]),
    (slice(None), [[0], [1]], [3, 0]),
    (0, slice(None), [0, 1]),
    (slice(None), [1], None, [0]),
    (Ellipsis, [0], [1]),
    (slice(None), [0], Ellipsis, [1]),
    (np.array(1), slice(None), np.array(-1)),
    X % 5 == 0,
    (X % 5 == 0)[:, 0, 0],
    (X % 5 == 0)[:, :, 0],
    (slice(None), (X % 5 == 0)[0]),
    (slice(None), np.array([True, False, True]), [0, 1]),
    (np.array([True, False]), slice(None, 2), np.array([True, False, True, True])),
    ([0], X[0] > 99),
    np.zeros((2, 3), bool),
    np.zeros(0, bool),
    (slice(None), np.zeros((3, 0), bool)),
    True,
    False,
    (0, True, [1, 2]),
    (np.array(True), slice(None), None, 0),
    ((1, 0),),
    (slice(None), (0, 2), [1, 3]),
    range(1),
    (slice(None), range(2, 0, -1)),
]


def check(actual, expected):
    assert actual.shape == expected.shape
    assert str(actual.dtype) == expected.dtype.name
    np.testing.assert_array_equal(actual.numpy(), expected)


def with_tensors(key):
    """The key with a tensor in place of each array and list."""
    if isinstance(key, tuple):
        return tuple(map(with_tensors, key))
    if isinstance(key, list) and not key:
        return axon.tensor(key, dtype="int64")
    return axon.tensor(key) if isinstance(key, (list, np.ndarray)) else key


# ------------------------------------------------------------------------------- against NumPy


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_get(key):
    check(axon.tensor(X)[key], X[key])
    check(axon.tensor(X)[with_tensors(key)], X[key])


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("whole", [False, True], ids=["number", "full value"])
def test_set(key, whole):
    expected = X.copy()
    value = -1.0 - np.arange(X[key].size, dtype=np.float32).reshape(X[key].shape) if whole else -1.0
    expected[key] = value
    for form in (key, with_tensors(key)):
        t = axon.tensor(X)
        t[form] = value
        check(t, expected)


@st.composite
def cases(draw):
    """An array and a key for it, of parts of every kind."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    broadcast = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    key, axis = [], 0
    while axis < len(shape) and draw(st.integers(0, 9)):
        kind = draw(st.sampled_from(["slice", "int", "integers", "mask", "none", "ellipsis"]))
        first, extent = axis, shape[axis]
        axis += 1
        if kind == "slice":
            key.append(draw(st.slices(extent)))
        elif kind == "int":
            key.append(draw(st.integers(-extent, extent - 1)))
        elif kind == "integers":
            kept = broadcast[draw(st.integers(0, len(broadcast))) :]
            kept = tuple(n if draw(st.booleans()) else 1 for n in kept)
            elements = st.integers(-extent, extent - 1)
            key.append(draw(hnp.arrays(np.int64, kept, elements=elements)))
        elif kind == "mask":
            axis = draw(st.integers(first, len(shape)))
            key.append(draw(hnp.arrays(np.bool_, shape[first:axis])))
        else:
            axis = first
            again = any(part is Ellipsis for part in key)
            key.append(None if kind == "none" or again else Ellipsis)
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape), tuple(key)


RULES = settings(
    max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.executor
@RULES
@given(cases(), st.booleans(), st.data())
def test_any_key(case, tensors, data):
    array, key = case
    form = with_tensors(key) if tensors else key
    try:
        expected = array[key]
    except IndexError:
        with pytest.raises(IndexError, match="axon"):
            axon.tensor(array)[form].numpy()
        return
    check(axon.tensor(array)[form], np.asarray(expected))
    value = -1 - np.arange(expected.size, dtype=np.float32).reshape(expected.shape)
    narrowed = tuple(slice(0, data.draw(st.sampled_from([1, None]))) for _ in expected.shape)
    value = value[narrowed] if expected.size else value
    written, t = array.copy(), axon.tensor(array)
    written[key] = value
    t[form] = value
    check(t, written)


def gradient(x):
    """An array; zeros where nothing flowed, for then there is no gradient."""
    return np.zeros(x.shape) if x.grad is None else x.grad.numpy()


@pytest.mark.executor
@RULES
@given(cases())
def test_gradients_of_any_key(case):
    """x[key] is linear, and so is the assignment: their gradients are NumPy's own transposes."""
    array, key = case
    try:
        shape = array[key].shape
    except IndexError:
        return
    weight = 1 + np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    x = axon.tensor(array.astype(np.float64), requires_grad=True)
    (x[key] * axon.tensor(weight)).sum().backward()
    expected = np.zeros(array.shape)
    np.add.at(expected, key, weight)
    np.testing.assert_array_equal(x.grad.numpy(), expected)

    v = axon.tensor(weight, requires_grad=True)
    cotangent = np.sqrt(1 + np.arange(array.size, dtype=np.float64)).reshape(array.shape)
    y = x * 1
    y[key] = v
    x.grad = None
    (y * axon.tensor(cotangent)).sum().backward()
    owner = np.full(array.shape, -1)
    owner[key] = np.arange(v.size).reshape(shape)
    np.testing.assert_array_equal(gradient(x), np.where(owner < 0, cotangent, 0))
    flowed = np.zeros(v.size)
    flowed[owner[owner >= 0]] = cotangent[owner >= 0]
    np.testing.assert_array_equal(gradient(v), flowed.reshape(shape))


# ------------------------------------------------------------------------------------ assignment


def test_set_broadcasts_the_value():
    expected, t = X.copy(), axon.tensor(X)
    row = np.float32([1, 2, 3, 4])
    expected[:, 1:] = row
    t[:, 1:] = row
    check(t, expected)
    t[0] = row.reshape(1, 1, 1, 4)  # axes of extent 1 in front do not count
    expected[0] = row
    check(t, expected)


def test_in_place_operators_on_a_selection():
    expected, t = X.copy(), axon.tensor(X)
    for x in (expected, t):
        x[...] += 1
        x[[1, 0], :, 2] *= 3
        x[x > 20] -= 5
    check(t, expected)


def test_assigning_to_repeated_places_keeps_the_last():
    t = axon.zeros(3)
    t[axon.tensor([0, 2, 0])] = axon.tensor([1.0, 2.0, 3.0])
    assert t.tolist() == [3.0, 0.0, 2.0]


def test_a_value_takes_the_dtype():
    t = axon.tensor([1, 2, 3])
    t[1:] = 7.9
    assert t.dtype == "int64" and t.tolist() == [1, 7, 7]


def test_filling_where_a_mask_is_true_computes_nothing():
    t = axon.tensor(X)
    t[t > 5] = 0.0
    t[t[:, :, 0] > 3] = axon.ones(4)
    assert t.is_pending


def test_tensors_are_values():
    t = axon.tensor(X)
    view, alias = t[0], t
    t[0] = 0.0
    check(view, X[0])
    assert alias is t and alias[0].sum().item() == 0


def test_gradients_flow_through_get_and_set():
    x = axon.tensor(X, requires_grad=True)
    v = axon.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    y[0, 1, ::2] = v
    y[y.detach() > 20] = v[0]
    (y * axon.tensor(X)).sum().backward()
    expected = X.copy()
    expected[0, 1, ::2] = 0
    expected[X > 20] = 0
    np.testing.assert_array_equal(x.grad.numpy(), expected)
    np.testing.assert_array_equal(v.grad.numpy(), X[0, 1, ::2] + [X[X > 20].sum(), 0])


# --------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "key, error, words",
    [
        (2, IndexError, r"index 2 is out of range for axis 0 of shape \(2, 3, 4\)"),
        ((0, 0, 0, 0), IndexError, "4 indices for a tensor of shape"),
        ((Ellipsis, Ellipsis), IndexError, "only one '...'"),
        (1.0, TypeError, "1.0 is no index"),
        ("a", TypeError, "'a' is no index"),
        ([0.5], TypeError, "dtype float32; expected integers or bool"),
        (np.zeros((3, 3), bool), IndexError, r"a mask of shape \(3, 3\)"),
        ((slice(None), np.zeros(2, bool)), IndexError, "from axis 1 on"),
        (([0, 1], [0, 1, 2]), IndexError, r"shapes \(2,\), \(3,\); they must broadcast"),
    ],
    ids=str,
)
def test_refused_keys(key, error, words):
    with pytest.raises(error, match=f"axon: .*{words}"):
        axon.tensor(X)[key]


@pytest.mark.parametrize("key", [[2], ([0], [3]), ([0, -3], slice(None), [0, 1])], ids=str)
def test_an_index_tensor_out_of_range_is_told_when_computed(key):
    t = axon.tensor(X)
    with pytest.raises(IndexError, match="axon"):
        t[key].numpy()
    t[key] = 0.0
    with pytest.raises(IndexError, match="axon"):
        t.numpy()


def test_a_kernel_that_overwrites_what_it_reads_tells_it_too():
    y = axon.tensor([1])[axon.tensor([4])]  # both leaves die here
    with pytest.raises(IndexError, match="axon"):
        y.numpy()


@pytest.mark.parametrize("key", [0, (slice(None), [0, 1]), X[:, :, 0] > 3], ids=str)
def test_set_refuses_a_value_that_does_not_broadcast(key):
    t = axon.tensor(X)
    with pytest.raises(ValueError, match=r"\(5,\).*must broadcast"):
        t[key] = np.zeros(5)


# ------------------------------------------------------------------- numbers are never structure


@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
@pytest.mark.parametrize("tensors", [False, True], ids=["slice", "tensor"])
def test_moving_an_index_plans_nothing_anew(write, tensors):
    t = axon.zeros(100)
    axon.flush()
    plans = []
    for i in range(8):
        key = axon.tensor([i, 9, i + 1]) if tensors else slice(i, i + 10)
        if write:
            t[key] = float(i)
            value = t
        else:
            value = t[key] + i
        value.numpy()
        plans.append(axon.stats()["plans_built"])
    assert plans[-1] == plans[1]
