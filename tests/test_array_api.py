"""The array API standard: names, signatures, dtypes and values, as array-api-strict has them."""

import inspect
import itertools
import math

import array_api_strict as strict
import numpy as np
import pytest

import axon

pytestmark = [
    pytest.mark.executor,
    pytest.mark.filterwarnings("ignore:Degrees of freedom", "ignore:invalid value"),
]

xp = axon.array_api
strict.set_array_api_strict_flags(api_version="2024.12")

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
INTEGERS = SIGNED + UNSIGNED
FLOATS = ["float32", "float64"]
NUMERIC = INTEGERS + FLOATS

LATER = {"isin", "broadcast_shapes"}  # of a later version of the standard
COMPLEX = {"complex64", "complex128", "fft"}
OWN = {name for name in strict.__all__ if "flags" in name.lower() or name == "Device"}
NAMES = [
    name
    for name in strict.__all__
    if not name.startswith("_") and name not in LATER | COMPLEX | OWN
]
LINALG = [name for name in strict.linalg.__all__ if name not in ("eig", "eigvals")]


def values(dtype, shape=None, seed=0):
    """An array with what is special of the dtype in it."""
    if dtype == "bool":
        special = [True, False, True, True, False, False]
    elif dtype in INTEGERS:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        special = [0, 1, 2, 3, 5, 7, high, high - 1, low, low + 1]
        special += [-1, -2, -5] if dtype in SIGNED else []
    else:
        special = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1e-9, 1e9, 0.9, -0.9]
        special += [math.inf, -math.inf, math.nan]
    array = np.array(special, dtype=dtype)
    if shape is None:
        return array
    return (
        np.random.default_rng(seed).permutation(np.resize(array, math.prod(shape))).reshape(shape)
    )


def tame(dtype, shape, seed=0):
    """Small numbers, none of them 0 or equal in magnitude."""
    count = math.prod(shape)
    ordered = np.arange(1, count + 1) if dtype != "bool" else np.arange(count) % 3 == 0
    return np.random.default_rng(seed).permutation(ordered).reshape(shape).astype(dtype)


def agree(found, expected, rtol=4e-6):
    """Equal structure, shapes, dtypes and values."""
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        fields = getattr(type(expected), "_fields", None)
        assert getattr(type(found), "_fields", None) == fields
        for f, e in zip(found, expected, strict=True):
            agree(f, e, rtol)
    elif isinstance(expected, strict._array_object.Array):
        assert isinstance(found, axon.Tensor)
        assert found.shape == expected.shape
        assert str(found.dtype) == str(expected.dtype).rpartition(".")[2]
        exact = np.asarray(expected._array)
        np.testing.assert_allclose(found.numpy(), exact, rtol=rtol, atol=0 if rtol == 0 else 1e-30)
    else:
        assert found == expected


def both(call, *arrays, rtol=4e-6):
    """`call(xp, *arrays)` in both namespaces."""
    with np.errstate(all="ignore"):
        expected = call(strict, *(strict.asarray(a) for a in arrays))
    agree(call(xp, *(xp.asarray(a) for a in arrays)), expected, rtol)


# -------------------------------------------------------------------------------------- inventory


def test_every_name_of_the_standard_is_there_and_no_other():
    public = {name for name in vars(xp) if not name.startswith("_")}
    modules = {"creation", "elementwise", "info", "manipulation", "searching", "statistics"}
    assert public - modules == set(NAMES)
    assert xp.__array_api_version__ == "2024.12"
    assert set(LINALG) <= set(dir(xp.linalg))


@pytest.mark.parametrize("name", [*NAMES, *(f"linalg.{name}" for name in LINALG)])
def test_signatures(name):
    """What the standard takes by keyword has its name, what by position its place."""
    function, wanted = xp, strict
    for part in name.split("."):
        function, wanted = getattr(function, part), getattr(wanted, part)
    if not (inspect.isfunction(wanted) and inspect.isfunction(function)):
        return  # a constant, a dtype, or an op, all of whose operands are positional
    given = inspect.signature(function).parameters
    flexible = any(p.kind == p.VAR_POSITIONAL for p in given.values())
    for number, p in enumerate(inspect.signature(wanted).parameters.values()):
        if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL):
            assert flexible or list(given.values())[number].kind <= p.POSITIONAL_OR_KEYWORD
        else:
            assert p.name in given
            assert p.kind == p.KEYWORD_ONLY or given[p.name].kind == p.POSITIONAL_OR_KEYWORD


def test_namespace():
    x = axon.ones(2)
    assert x.__array_namespace__() is xp is x.__array_namespace__(api_version="2024.12")
    with pytest.raises(ValueError, match="1999"):
        x.__array_namespace__(api_version="1999.01")
    info, other = xp.__array_namespace_info__(), strict.__array_namespace_info__()
    assert set(info.capabilities()) == set(other.capabilities())
    assert info.default_device() == info.devices()[0] == x.device == "cpu"
    assert info.default_dtypes()["integral"] == "int64"
    for kind in ("bool", "signed integer", "integral", "real floating", "numeric"):
        wanted = {n for n in other.dtypes(kind=kind) if "complex" not in n}
        assert set(info.dtypes(kind=kind)) == wanted
    assert info.dtypes(kind="complex floating") == {}
    assert x.to_device("cpu") is x
    with pytest.raises(ValueError, match="expected 'cpu'"):
        x.to_device("gpu")
    with pytest.raises(ValueError, match="expected 'cpu'"):
        xp.zeros(2, device="gpu")


# ------------------------------------------------------------------------------------ elementwise


UNARY = {
    "abs negative positive sign square": NUMERIC,
    "ceil floor round trunc": NUMERIC,
    "isfinite isinf isnan": NUMERIC,
    "acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 sin sinh sqrt tan "
    "tanh reciprocal signbit": FLOATS,
    "bitwise_invert": ["bool", *INTEGERS],
    "logical_not": ["bool"],
}
BINARY = {
    "add subtract multiply maximum minimum": NUMERIC,
    "divide atan2 copysign hypot logaddexp nextafter": FLOATS,
    "floor_divide remainder pow": FLOATS,
    "equal not_equal": ["bool", *NUMERIC],
    "less less_equal greater greater_equal": NUMERIC,
    "bitwise_and bitwise_or bitwise_xor": ["bool", *INTEGERS],
    "logical_and logical_or logical_xor": ["bool"],
}


def each(table):
    return [
        (name, dtype)
        for names, dtypes in table.items()
        for name in names.split()
        for dtype in dtypes
    ]


@pytest.mark.parametrize("name, dtype", each(UNARY))
def test_unary(name, dtype):
    both(lambda ns, x: getattr(ns, name)(x), values(dtype))


@pytest.mark.parametrize("name, dtype", each(BINARY))
def test_binary(name, dtype):
    pairs = np.array(list(itertools.product(values(dtype), repeat=2)), dtype=dtype)
    if name == "floor_divide":  # of an infinity by a number it is one too; NumPy's is NaN
        pairs = pairs[~np.isinf(pairs[:, 0])]
    both(lambda ns, a, b: getattr(ns, name)(a, b), pairs[:, 0], pairs[:, 1])


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integer_division_powers_and_shifts(dtype):
    a, b = values(dtype), tame(dtype, (4,))
    both(lambda ns, a, b: (a[:, None] // b, a[:, None] % b), a, b)
    both(lambda ns, a, b: ns.pow(a[:, None], b[:2]), a[1:6], b)
    both(lambda ns, a, b: (a[:, None] << b, a[:, None] >> b), a, b)


PROMOTED = [
    (a, b) for kinds in (SIGNED, UNSIGNED, FLOATS) for a, b in itertools.product(kinds, repeat=2)
] + [("int8", "uint8"), ("uint16", "int32"), ("int64", "uint32"), ("uint32", "int16")]


@pytest.mark.parametrize("a, b", PROMOTED)
def test_promotion(a, b):
    both(lambda ns, x, y: ns.add(x, y), tame(a, (3,)), tame(b, (3,)))
    both(lambda ns, x, y: ns.concat([x, y]), tame(a, (3,)), tame(b, (3,)))
    both(lambda ns, x, y: ns.where(x > 1, x, y), tame(a, (3,)), tame(b, (3,)))
    both(lambda ns, x, y: ns.meshgrid(x, x), tame(a, (3,)), tame(b, (3,)))
    found = xp.result_type(getattr(xp, a), getattr(xp, b))
    assert (
        str(found)
        == str(strict.result_type(getattr(strict, a), getattr(strict, b)))[
            len("array_api_strict.") :
        ]
    )
    cast = strict.can_cast(getattr(strict, a), getattr(strict, b))
    assert xp.can_cast(getattr(xp, a), getattr(xp, b)) == cast


@pytest.mark.parametrize("dtype", NUMERIC)
def test_python_scalars(dtype):
    x = tame(dtype, (5,))
    number = 2.5 if dtype in FLOATS else 2
    for name in ("add", "subtract", "multiply", "less", "maximum", "equal"):
        both(lambda ns, x, name=name: getattr(ns, name)(x, number), x)
        both(lambda ns, x, name=name: getattr(ns, name)(number, x), x)
    both(lambda ns, x: ns.clip(x, 2, 4), x)
    both(lambda ns, x: ns.clip(x, max=3), x)
    both(lambda ns, x: ns.where(x > 2, x, 1), x)
    assert xp.result_type(getattr(xp, dtype), 1) == dtype


def test_real_tensors_are_their_own_conjugates():
    x = xp.asarray([1.0, -2.0])
    assert xp.real(x).tolist() == xp.conj(x).tolist() == [1.0, -2.0]
    assert xp.imag(x).tolist() == [0.0, 0.0]


# --------------------------------------------------------------------------------------- creation


@pytest.mark.parametrize(
    "call",
    [
        lambda ns: ns.arange(5),
        lambda ns: ns.arange(1, 8, 3, dtype=ns.uint8),
        lambda ns: ns.arange(5.0, -1.0, -0.5, dtype=ns.float64),
        lambda ns: ns.linspace(0, 1, 5, dtype=ns.float64),
        lambda ns: ns.linspace(0, 1, num=4, endpoint=False, dtype=ns.float32),
        lambda ns: ns.full((2, 3), 7),
        lambda ns: ns.full(3, True),
        lambda ns: ns.full((), 1.5, dtype=ns.float32),
        lambda ns: ns.zeros((2, 0), dtype=ns.int8),
        lambda ns: ns.ones(4, dtype=ns.bool),
        lambda ns: ns.eye(3, dtype=ns.float32),
        lambda ns: ns.eye(3, 4, k=-1, dtype=ns.int64),
        lambda ns: ns.tril(ns.ones((3, 3), dtype=ns.int64), k=1),
        lambda ns: ns.triu(ns.ones((2, 3, 4), dtype=ns.int64), k=-1),
        lambda ns: ns.zeros_like(ns.ones(3, dtype=ns.uint16)),
        lambda ns: ns.ones_like(ns.ones(3, dtype=ns.uint16), dtype=ns.float64),
        lambda ns: ns.full_like(ns.ones(3, dtype=ns.uint16), 9),
        lambda ns: ns.empty((2, 3), dtype=ns.float64) * 0,
        lambda ns: ns.asarray([[1, 2], [3, 4]]),
        lambda ns: ns.asarray(True),
        lambda ns: ns.asarray([1, 2], dtype=ns.float64),
        lambda ns: ns.astype(ns.asarray([1.7, -1.7, 0.0], dtype=ns.float64), ns.int8),
        lambda ns: ns.astype(ns.asarray([2, 0]), ns.bool),
    ],
)
def test_creation(call):
    agree(call(xp), call(strict))


def test_limits_of_dtypes():
    for dtype in FLOATS:
        found, wanted = xp.finfo(getattr(xp, dtype)), np.finfo(dtype)
        for name in ("bits", "eps", "max", "min", "smallest_normal"):
            assert getattr(found, name) == getattr(wanted, name)
    for dtype in INTEGERS:
        found, wanted = xp.iinfo(xp.ones(1, dtype=dtype)), np.iinfo(dtype)
        assert (found.bits, found.max, found.min) == (wanted.bits, wanted.max, wanted.min)
    assert axon.finfo("float16").max == 65504 and axon.finfo("bfloat16").eps == 2**-7
    with pytest.raises(TypeError, match="iinfo"):
        xp.finfo(xp.int8)
    with pytest.raises(TypeError, match="finfo"):
        xp.iinfo(xp.bool)


def test_kinds_of_dtypes():
    kinds = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "numeric"]
    for dtype, kind in itertools.product(["bool", *NUMERIC], [*kinds, "complex floating"]):
        wanted = strict.isdtype(getattr(strict, dtype), kind)
        assert xp.isdtype(getattr(xp, dtype), kind) == wanted
    assert xp.isdtype(xp.int8, ("bool", xp.int8)) and not xp.isdtype(xp.int8, xp.int16)
    with pytest.raises(ValueError, match="kind is 'whole'"):
        xp.isdtype(xp.int8, "whole")


# -------------------------------------------------------------- statistics, sorting, manipulation


@pytest.mark.parametrize("dtype", NUMERIC)
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(dtype, axis, keepdims):
    x = tame(dtype, (2, 3, 4))
    options = {"axis": axis, "keepdims": keepdims}
    for name in ("sum", "max", "min", "count_nonzero", "all", "any"):
        both(lambda ns, x, name=name: getattr(ns, name)(x, **options), x)
    both(lambda ns, x: ns.prod(x[:, :1, :2] % 3 + 1, **options), x)
    both(lambda ns, x: ns.sum(x, dtype=ns.int64, **options), x)
    if dtype in FLOATS:
        for name in ("mean", "std", "var"):
            both(lambda ns, x, name=name: getattr(ns, name)(x, **options), x)
        both(lambda ns, x: ns.var(x, correction=1, **options), x)
    if not isinstance(axis, tuple):
        both(lambda ns, x: (ns.argmax(x, **options), ns.argmin(x, **options)), x)


@pytest.mark.parametrize("dtype", NUMERIC)
def test_along_an_axis(dtype):
    x = tame(dtype, (3, 4))
    both(lambda ns, x: ns.cumulative_sum(x, axis=1), x)
    both(lambda ns, x: ns.cumulative_sum(x[0, :], include_initial=True), x)
    both(lambda ns, x: ns.cumulative_sum(x, axis=0, dtype=ns.float64, include_initial=True), x)
    both(lambda ns, x: ns.cumulative_prod(x[:, :2], axis=-1, include_initial=True), x)
    both(lambda ns, x: ns.diff(x, n=2), x)
    both(lambda ns, x: ns.diff(x, n=0), x)
    both(lambda ns, x: ns.diff(x, axis=0, prepend=x[:1, :], append=x[1:, :]), x)
    both(lambda ns, x: (ns.sort(x), ns.sort(x, axis=0, descending=True)), x)
    both(lambda ns, x: (ns.argsort(x), ns.argsort(x, axis=0, descending=True)), x)
    both(lambda ns, x: ns.argsort(x % 2, stable=True), x)
    for side in ("left", "right"):
        both(lambda ns, x, s=side: ns.searchsorted(ns.sort(x[0, :]), x[1:, :], side=s), x)
        both(
            lambda ns, x, s=side: ns.searchsorted(
                x[0, :], x[1, :], side=s, sorter=ns.argsort(x[0, :])
            ),
            x,
        )


@pytest.mark.parametrize("dtype", ["bool", *NUMERIC])
def test_manipulation(dtype):
    x = tame(dtype, (2, 1, 3))
    for call in MANIPULATIONS:
        both(call, x, rtol=0)


MANIPULATIONS = [
    lambda ns, x: ns.broadcast_to(x, (4, 2, 5, 3)),
    lambda ns, x: ns.broadcast_arrays(x, x[:, 0, :], x[0, 0, :1]),
    lambda ns, x: ns.concat([x, x], axis=-1),
    lambda ns, x: ns.concat([x, x[:, 0, :]], axis=None),
    lambda ns, x: ns.expand_dims(x, axis=-1),
    lambda ns, x: ns.flip(x),
    lambda ns, x: ns.flip(x, axis=(0, 2)),
    lambda ns, x: ns.moveaxis(x, 0, -1),
    lambda ns, x: ns.permute_dims(x, (2, 0, 1)),
    lambda ns, x: ns.repeat(x, 2, axis=0),
    lambda ns, x: ns.repeat(x, 3),
    lambda ns, x: ns.repeat(x, ns.asarray([0, 2, 1]), axis=2),
    lambda ns, x: ns.reshape(x, (3, -1)),
    lambda ns, x: ns.reshape(x, (6,), copy=True),
    lambda ns, x: ns.roll(x, 2),
    lambda ns, x: ns.roll(x, (1, -1), axis=(0, 2)),
    lambda ns, x: ns.squeeze(x, axis=1),
    lambda ns, x: ns.stack([x, x], axis=1),
    lambda ns, x: ns.take(x, ns.asarray([1, 0, 1]), axis=0),
    lambda ns, x: ns.take(x[0, 0, :], ns.asarray([2, 0])),
    lambda ns, x: ns.take_along_axis(x, ns.asarray([[[2, 0]], [[1, 1]]]), axis=2),
    lambda ns, x: ns.tile(x, (2, 1, 2, 1)),
    lambda ns, x: ns.unstack(x, axis=2),
    lambda ns, x: ns.nonzero(x),
    lambda ns, x: x[..., None, 1:],
    lambda ns, x: x.mT,
    lambda ns, x: x[:, 0, :].T,
    lambda ns, x: x[x == x[0, 0, 0]],
]


@pytest.mark.parametrize(
    "call",
    [
        lambda ns, x: (ns.flip(x), ns.roll(x, 3), ns.reshape(x, (1, 1)), ns.expand_dims(x, axis=0)),
        lambda ns, x: (ns.concat([x, x], axis=None), ns.stack([x, x]), ns.broadcast_to(x, (2,))),
        lambda ns, x: (ns.sum(x), ns.max(x, axis=()), ns.argmax(x), ns.count_nonzero(x)),
        lambda ns, x: (x[()], x[...], x[None], ns.permute_dims(x, ()), ns.tile(x, (2, 2))),
        lambda ns, x: (ns.unique_values(x), ns.repeat(x, 2), ns.where(x > 0, x, -x)),
    ],
)
def test_no_axes(call):
    both(call, np.float64(3.5))


@pytest.mark.parametrize("dtype", ["bool", *NUMERIC])
def test_sets(dtype):
    x = tame(dtype, (3, 4)) if dtype == "bool" else tame(dtype, (3, 4)) % 5
    both(lambda ns, x: ns.unique_values(x), x)
    both(lambda ns, x: ns.unique_counts(x), x)
    both(lambda ns, x: ns.unique_inverse(x), x)
    both(lambda ns, x: ns.unique_all(x), x)


def test_each_nan_is_distinct():
    x = np.array([math.nan, 1.0, math.nan, 1.0, -0.0, 0.0])
    both(lambda ns, x: ns.unique_counts(x), x)
    assert xp.unique_values(xp.asarray(x)).shape == (4,)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: xp.take(x, xp.asarray([0])), "expected an axis"),
        (lambda x: xp.cumulative_sum(x), "expected an axis"),
        (lambda x: xp.diff(x, n=-1), "n is -1"),
        (lambda x: xp.repeat(x, xp.asarray([1, 2, 3])), "one for each of the 4"),
        (lambda x: xp.repeat(x, xp.asarray([1, -2]), axis=0), "none below 0"),
        (lambda x: xp.linalg.qr(x, mode="r"), "'complete'"),
        (lambda x: xp.linalg.matrix_norm(x, ord=3), "ord is 3"),
        (lambda x: xp.linalg.cross(x, x), "an extent of 3"),
        (lambda x: xp.linalg.matrix_power(x[:1], 2), "square"),
        (lambda x: xp.broadcast_arrays(x, xp.ones(3)), "do not broadcast"),
    ],
)
def test_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(xp.ones((2, 2)))


# ----------------------------------------------------------------------------------------- linalg


def matrices(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize(
    "call",
    [
        lambda la, a, b: la.cholesky(a @ a.mT, upper=True),
        lambda la, a, b: la.cross(a, b),
        lambda la, a, b: la.cross(a, b, axis=-2),
        lambda la, a, b: la.det(a),
        lambda la, a, b: la.diagonal(a, offset=1),
        lambda la, a, b: la.eigh(a + a.mT)[0],
        lambda la, a, b: la.eigvalsh(a + a.mT),
        lambda la, a, b: la.inv(a),
        lambda la, a, b: la.matmul(a, b),
        lambda la, a, b: [la.matrix_norm(a, ord=o) for o in ("fro", "nuc", 1, -1, 2, -2)],
        lambda la, a, b: la.matrix_norm(a, ord=math.inf, keepdims=True),
        lambda la, a, b: [la.matrix_power(a, n) for n in (-2, 0, 1, 2, 3, 6)],
        lambda la, a, b: la.matrix_rank(a[..., :1] @ b[..., :1, :]),
        lambda la, a, b: la.matrix_rank(a, rtol=0.5),
        lambda la, a, b: la.matrix_transpose(a),
        lambda la, a, b: la.outer(a[0, 0, :], b[0, 0, :]),
        lambda la, a, b: la.pinv(a[..., :2]),
        lambda la, a, b: la.slogdet(a),
        lambda la, a, b: la.solve(a, b),
        lambda la, a, b: la.solve(a[0, ...], b[0, :, 0]),
        lambda la, a, b: la.svd(a, full_matrices=False)[1],
        lambda la, a, b: la.svdvals(a[..., :2, :]),
        lambda la, a, b: la.tensordot(a, b, axes=((0, 2), (0, 1))),
        lambda la, a, b: la.trace(a, offset=-1),
        lambda la, a, b: la.vecdot(a, b),
        lambda la, a, b: la.vecdot(a, b, axis=-2),
        lambda la, a, b: [la.vector_norm(a, ord=o) for o in (0, 1, 2, 3, -1, math.inf, -math.inf)],
        lambda la, a, b: la.vector_norm(a, axis=(0, 2), keepdims=True),
    ],
)
def test_linalg(call):
    a, b = matrices(2, 3, 3), matrices(2, 3, 3, seed=1)
    both(lambda ns, a, b: call(ns.linalg, a, b), a, b, rtol=1e-9)


@pytest.mark.parametrize("shape", [(2, 4, 3), (3, 4), (3, 3), (2, 0, 3)], ids=str)
def test_complete_decompositions(shape):
    a = matrices(*shape)
    n, m = shape[-2:]
    q, r = xp.linalg.qr(xp.asarray(a), mode="complete")
    assert q.shape[-2:] == (n, n) and r.shape[-2:] == (n, m)
    u, s, vh = xp.linalg.svd(xp.asarray(a))
    assert u.shape[-2:] == (n, n) and vh.shape[-2:] == (m, m)
    sigma = np.zeros(shape)
    np.einsum("...ii->...i", sigma[..., : min(n, m), : min(n, m)])[...] = s.numpy()
    for product in (q.numpy() @ r.numpy(), u.numpy() @ sigma @ vh.numpy()):
        np.testing.assert_allclose(product, a, atol=1e-12)
    for basis in (q.numpy(), u.numpy(), vh.numpy()):
        one = np.broadcast_to(np.eye(basis.shape[-1]), basis.shape)
        np.testing.assert_allclose(basis @ basis.mT, one, atol=1e-12)


def test_gradients_flow_through_the_standard():
    def loss(x):
        ns = x.__array_namespace__()
        z = (x - ns.mean(x, axis=0)) / ns.std(x, axis=0)
        return ns.sum(ns.cumulative_sum(ns.sort(z, axis=0), axis=0) ** 2)

    a = matrices(4, 3)
    x = axon.tensor(a, requires_grad=True)
    loss(x).backward()
    step = matrices(4, 3, seed=1)
    ends = [float(loss(strict.asarray(a + h * step))) for h in (1e-6, -1e-6)]
    slope = (ends[0] - ends[1]) / 2e-6
    np.testing.assert_allclose(np.sum(x.grad.numpy() * step), slope, rtol=1e-6)
