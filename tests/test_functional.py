"""The functions of axon.core.functional and axon.core.creation that no entry stands for alone."""

import numpy as np
import pytest

import axon

X = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)


def same(y, expected):
    np.testing.assert_array_equal(y.numpy(), expected)


class TestShapes:
    @pytest.mark.parametrize("axis", [None, 0, (0, -1)])
    def test_flip(self, axis):
        same(axon.flip(axon.tensor(X), axis), np.flip(X, axis))

    @pytest.mark.parametrize(
        ("shift", "axis"), [(5, None), (-1, 1), (7, -1), ((1, -2), (0, 2)), (1, (0, 1))]
    )
    def test_roll(self, shift, axis):
        same(axon.roll(axon.tensor(X), shift, axis), np.roll(X, shift, axis))

    def test_another_shift_is_no_other_plan(self):
        x = axon.tensor(X)
        axon.roll(x, 1, 2).numpy()
        planned = axon.stats()["plans_built"]
        axon.roll(x, 3, 2).numpy()
        assert axon.stats()["plans_built"] == planned

    @pytest.mark.parametrize(("source", "to"), [(0, -1), ((0, 1), (-1, 0)), (-1, 1)])
    def test_moveaxis(self, source, to):
        same(axon.moveaxis(axon.tensor(X), source, to), np.moveaxis(X, source, to))

    @pytest.mark.parametrize("repeats", [(2,), (1, 3, 2), (2, 1, 2, 1)])
    def test_tile(self, repeats):
        same(axon.tile(axon.tensor(X), *repeats), np.tile(X, repeats))

    @pytest.mark.parametrize("axis", [None, 0, -1])
    def test_repeat(self, axis):
        same(axon.repeat(axon.tensor(X), 3, axis), np.repeat(X, 3, axis))

    @pytest.mark.parametrize("indexing", ["xy", "ij"])
    def test_meshgrid(self, indexing):
        vectors = [np.arange(2), np.arange(3), np.arange(4)]
        found = axon.meshgrid(*map(axon.tensor, vectors), indexing=indexing)
        for y, expected in zip(found, np.meshgrid(*vectors, indexing=indexing), strict=True):
            same(y, expected)

    @pytest.mark.parametrize("offset", [0, 1, 3, -2, 9, -9])
    def test_diagonal(self, offset):
        same(axon.diagonal(axon.tensor(X), offset), np.diagonal(X, offset, -2, -1))
        same(axon.diagonal(axon.tensor(X), offset, 0, 2), np.diagonal(X, offset, 0, 2))

    @pytest.mark.parametrize("offset", [0, 2, -1])
    def test_diag(self, offset):
        same(axon.diag(axon.tensor([1, 2, 3]), offset), np.diag([1, 2, 3], offset))
        same(axon.diag(axon.tensor(X[0]), offset), np.diag(X[0], offset))

    @pytest.mark.parametrize(
        ("mode", "name"),
        [
            ("constant", "constant"),
            ("reflect", "reflect"),
            ("replicate", "edge"),
            ("circular", "wrap"),
        ],
    )
    def test_pad(self, mode, name):
        y = axon.pad(axon.tensor(X), (1, 2, 0, 2), mode)
        same(y, np.pad(X, [(0, 0), (0, 2), (1, 2)], mode=name))

    def test_negative_padding_cuts(self):
        same(axon.pad(axon.tensor(X), (-1, 1), value=7.0)[..., -1:], np.full((2, 3, 1), 7.0))
        same(axon.pad(axon.tensor(X), (-1, -2)), X[..., 1:-2])

    def test_chunk(self):
        assert [part.shape for part in axon.chunk(axon.tensor(X), 3, -1)] == [(2, 3, 2)] * 2

    def test_errors_name_the_function_and_the_remedy(self):
        x = axon.tensor(X)
        with pytest.raises(ValueError, match=r"axon.pad: padding is \(1,\).*the last axis first"):
            axon.pad(x, (1,))
        with pytest.raises(ValueError, match=r"axon.reflection_pad: .*before is 4"):
            axon.pad(x, (4, 0), "reflect")
        with pytest.raises(IndexError, match=r"axon.roll: axis 3 is out of range"):
            axon.roll(x, 1, 3)
        with pytest.raises(ValueError, match="expected either a size or a scale"):
            axon.upsample(x)


class TestIndices:
    def test_nonzero(self):
        x = axon.tensor(X % 3)
        for found, expected in zip(axon.nonzero(x), np.nonzero(X % 3), strict=True):
            same(found, expected)
        same(axon.argwhere(x), np.argwhere(X % 3))

    def test_nonzero_of_nothing(self):
        assert [i.shape for i in axon.nonzero(axon.zeros(2, 3))] == [(0,), (0,)]
        assert [i.shape for i in axon.nonzero(axon.zeros(2, 0))] == [(0,), (0,)]

    def test_gather_of_a_shorter_index(self):
        index = np.array([[[2, 0]], [[1, 1]]])
        y = axon.gather(axon.tensor(X), 1, axon.tensor(index))
        same(y, np.take_along_axis(X[:, :, :2], index, 1))

    def test_an_index_out_of_range_names_the_op(self):
        x, source = axon.zeros(3), axon.ones(2)
        for name in ("scatter", "scatter_add", "scatter_max"):
            y = getattr(axon, name)(x, axon.tensor([0, 3]), source, axis=0)
            with pytest.raises(IndexError, match=name):
                y.numpy()

    def test_nothing_is_scattered(self):
        x, index = axon.zeros(0, 3), axon.zeros(0, 2, dtype="int64")
        assert axon.scatter(x, index, axon.zeros(0, 2)).shape == (0, 3)
        same(axon.scatter(axon.ones(3), axon.zeros(0, dtype="int64"), axon.zeros(0)), [1, 1, 1])

    def test_of_equal_places_the_last_is_set_whatever_the_threads(self):
        rows, index = 5000, axon.tensor(np.zeros((5000, 64), np.int64))
        source = axon.tensor(np.arange(rows * 64.0).reshape(rows, 64))
        y = axon.scatter(axon.zeros(2, 64, dtype="float64"), index, source, axis=0)
        same(y[0], np.arange((rows - 1) * 64.0, rows * 64.0))


class TestShapesOfSeveral:
    def test_broadcast(self):
        shapes = [(3, 1), (4,), (2, 1, 1)]
        assert axon.broadcast_shapes(*shapes) == np.broadcast_shapes(*shapes)
        assert axon.broadcast_shapes() == () and axon.broadcast_shapes((0,), (1,)) == (0,)
        arrays = [np.arange(np.prod(s)).reshape(s) for s in shapes]
        found = axon.broadcast_arrays(*map(axon.tensor, arrays))
        for y, expected in zip(found, np.broadcast_arrays(*arrays), strict=True):
            same(y, expected)
        with pytest.raises(ValueError, match=r"shapes \(2,\), \(3,\) do not broadcast"):
            axon.broadcast_shapes((2,), (3,))

    @pytest.mark.parametrize("axis", [0, -1])
    def test_unstack(self, axis):
        for y, expected in zip(
            axon.unstack(axon.tensor(X), axis), np.unstack(X, axis=axis), strict=True
        ):
            same(y, expected)

    def test_allclose(self):
        x = axon.tensor([1.0, np.inf])
        assert axon.allclose(x, x + 1e-7) and not axon.allclose(x, x + 1e-3)
        assert axon.allclose(axon.tensor(np.nan), axon.tensor(np.nan), equal_nan=True)


class TestDraws:
    def test_permutation(self):
        assert sorted(axon.permutation(1000).tolist()) == list(range(1000))

    def test_randint_is_exact_beyond_float32(self):
        draws = axon.randint(2**40, 2**40 + 2**30, 4000).numpy() - 2**40
        assert draws.min() >= 0 and draws.max() < 2**30
        assert len(np.unique(draws % 64)) == 64
        assert abs(draws.mean() / 2**30 - 0.5) < 0.03

    def test_multinomial_follows_its_probabilities(self):
        axon.manual_seed(3)
        p = np.array([0.1, 0.0, 0.6, 0.3], np.float32)
        drawn = axon.multinomial(axon.tensor(p * 5), 20000, replacement=True).numpy()
        np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 20000, p, atol=0.015)

    def test_multinomial_without_replacement_draws_each_once(self):
        p = axon.rand(200, 6) + 0.1
        drawn = np.sort(axon.multinomial(p, 6).numpy(), -1)
        np.testing.assert_array_equal(drawn, np.broadcast_to(np.arange(6), (200, 6)))
        with pytest.raises(ValueError, match="7 draws without replacement"):
            axon.multinomial(p, 7)

    def test_bernoulli_and_exponential(self):
        axon.manual_seed(4)
        assert abs(axon.bernoulli(axon.full((20000,), 0.3)).mean().item() - 0.3) < 0.015
        assert abs(axon.exponential((20000,), 4.0).mean().item() - 0.25) < 0.01


def attention(q, k, v, mask=0.0, causal=False):
    """Float64, head by head; every group of query heads has its key head."""
    group = q.shape[-3] // k.shape[-3]
    k, v = np.repeat(k, group, -3), np.repeat(v, group, -3)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]) + mask
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    top = scores.max(-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    return weights / np.maximum(weights.sum(-1, keepdims=True), 1e-300) @ v


def heads(random, count, length, width):
    return random.standard_normal((2, count, length, width))


class TestAttention:
    @pytest.mark.parametrize("key_heads", [6, 2, 1])
    @pytest.mark.parametrize("causal", [False, True])
    @pytest.mark.parametrize("kind", ["none", "bool", "row", "heads"])
    def test_forward(self, key_heads, causal, kind):
        random = np.random.default_rng(0)
        q, k, v = (
            heads(random, 6, 5, 8),
            heads(random, key_heads, 7, 8),
            heads(random, key_heads, 7, 3),
        )
        shape = {"none": (), "bool": (5, 7), "row": (2, 1, 1, 7), "heads": (1, 6, 5, 7)}[kind]
        numbers = random.standard_normal(shape)
        mask = {"none": None, "bool": numbers > 0}.get(kind, numbers)
        if kind == "bool":
            mask[2] = False  # a query that sees nothing
            numbers = np.where(mask, 0.0, -np.inf)
        given = None if mask is None else axon.tensor(mask)
        tensors = map(axon.tensor, (q, k, v))
        y = axon.scaled_dot_product_attention(*tensors, given, causal=causal).numpy()
        expected = attention(q, k, v, 0.0 if mask is None else numbers, causal)
        np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-12)
        assert kind != "bool" or not np.any(y[:, :, 2])

    def test_without_heads(self):
        random = np.random.default_rng(1)
        q, k, v = (random.standard_normal((4, 3)) for _ in range(3))
        y = axon.scaled_dot_product_attention(*map(axon.tensor, (q, k, v)), scale=2.0)
        expected = attention(q[None] * 2 * np.sqrt(3), k[None], v[None])[0]
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-10)

    @pytest.mark.parametrize("dropout", [0.0, 0.4])
    def test_gradient_is_the_quotient_of_differences(self, dropout):
        random = np.random.default_rng(2)
        arrays = [heads(random, 4, 3, 2), heads(random, 2, 5, 2), heads(random, 2, 5, 2)]
        arrays.append(random.standard_normal((3, 5)))
        weight = random.standard_normal((2, 4, 3, 2))

        def loss(*values):
            options = {"causal": True, "dropout": dropout, "generator": axon.Generator(5)}
            y = axon.scaled_dot_product_attention(*values, **options)
            return (y * axon.tensor(weight)).sum()

        leaves = [axon.tensor(a, requires_grad=True) for a in arrays]
        loss(*leaves).backward()
        for number, leaf in enumerate(leaves):
            step = random.standard_normal(leaf.shape)
            ends = []
            for sign in (1e-6, -1e-6):
                moved = [a + sign * step if i == number else a for i, a in enumerate(arrays)]
                ends.append(loss(*map(axon.tensor, moved)).item())
            slope = (ends[0] - ends[1]) / 2e-6
            assert abs(np.sum(leaf.grad.numpy() * step) - slope) < 1e-6 * max(1, abs(slope))

    def test_three_kernels_forward_and_five_more_backward(self):
        q, k, v, dy = (axon.randn((2, 8, 128, 64), requires_grad=n < 3) for n in range(4))
        axon.flush()
        y = axon.scaled_dot_product_attention(q, k, v, causal=True)
        assert len(axon.explain(y).kernels) == 3
        y.backward(dy)
        assert len(axon.explain(y, q.grad, k.grad, v.grad).kernels) == 8

    def test_heads_that_do_not_divide(self):
        q, k = axon.zeros(6, 2, 4), axon.zeros(4, 2, 4)
        with pytest.raises(ValueError, match="6 heads of query to be a multiple of the 4 of key"):
            axon.scaled_dot_product_attention(q, k, k)


@pytest.mark.parametrize("shape", [(5, 5), (2, 3), (0,)])
def test_a_shape_that_does_not_fit_is_refused_where_it_is_asked_for(shape):
    with pytest.raises(ValueError, match=r"axon.reshape: x has shape \(4, 3\); 12 elements"):
        axon.zeros(4, 3).reshape(*shape)
