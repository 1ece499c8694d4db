"""Convolutions, also of images that are wide enough to be copied as windows, against NumPy."""

import numpy as np
import oracles
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import axon

# n, channels and filters of a group, groups; image; window; stride, padding, dilation
CASES = [
    (2, 3, 4, 1, (8, 16), (3, 3), (1, 1), (1, 1), (1, 1)),
    (3, 2, 7, 2, (5, 16), (3, 3), (1, 1), (1, 1), (1, 1)),
    (2, 40, 13, 1, (9, 28), (3, 5), (1, 1), (1, 2), (1, 1)),
    (2, 3, 4, 1, (20, 14), (3, 3), (2, 1), (1, 1), (1, 2)),
    (1, 2, 30, 1, (33, 56), (5, 5), (1, 1), (2, 2), (1, 1)),
    (4, 70, 3, 1, (1, 32), (1, 3), (1, 1), (0, 1), (1, 1)),
    (5, 2, 4, 1, (3, 16), (3, 3), (1, 1), (0, 1), (1, 1)),
    (5, 2, 4, 1, (3, 16), (2, 3), (1, 1), (1, 0), (1, 1)),
    (2, 2, 4, 2, (17, 13), (3, 3), (3, 1), (2, 1), (2, 1)),
    (2, 3, 4, 1, (10, 18), (3, 3), (1, 1), (0, 0), (1, 1)),
    (3, 40, 13, 1, (9, 30), (3, 3), (2, 1), (0, 0), (1, 1)),
    (2, 5, 3, 2, (9, 36), (3, 2), (1, 1), (0, 0), (2, 4)),
    (2, 2, 4, 1, (6, 18, 18), (3, 3, 3), (1, 1, 1), (0, 0, 0), (1, 1, 1)),
    (3, 4, 2, 1, (20,), (5,), (1,), (0,), (1,)),
    (2, 2, 5, 1, (6, 47), (5, 5), (2, 1), (0, 0), (1, 3)),
    (0, 2, 4, 1, (6, 16), (3, 3), (1, 1), (1, 1), (1, 1)),
    (0, 2, 4, 1, (16,), (3,), (1,), (1,), (1,)),
    (2, 3, 4, 1, (40, 32), (3, 3), (1, 1), (12, 12), (12, 12)),
    (3, 60, 4, 1, (48,), (5,), (1,), (2,), (1,)),
    (3, 5, 40, 1, (4, 224), (3, 3), (1, 1), (1, 1), (1, 1)),
    (2, 2, 4, 1, (8, 16, 16), (3, 3, 3), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
]


TOLERANCE = {"float32": 1e-4, "float64": 1e-10}


def check(name, reference, x, w, sizes, dtype="float64"):
    """Values and gradients of an op that is linear in x and in w."""
    leaves = [axon.tensor(value, dtype=dtype, requires_grad=True) for value in (x, w)]
    unwrapped = {k: v[0] if isinstance(v, tuple) and len(v) == 1 else v for k, v in sizes.items()}
    y = getattr(axon, name)(*leaves, **unwrapped)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    np.testing.assert_allclose(y.numpy(), reference(x, w, **sizes), **tolerance)
    random = np.random.default_rng(1)
    dy, v, u = (random.standard_normal(z.shape) for z in (y, x, w))
    y.backward(axon.tensor(dy, dtype=dtype))
    dx, dw = (leaf.grad.numpy() for leaf in leaves)
    # What is linear has a gradient that meets any direction as dy meets its value there.
    np.testing.assert_allclose((dx * v).sum(), (dy * reference(v, w, **sizes)).sum(), **tolerance)
    np.testing.assert_allclose((dw * u).sum(), (dy * reference(x, u, **sizes)).sum(), **tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_gradients(case, dtype):
    n, channels, filters, groups, image, window, stride, padding, dilation = case
    random = np.random.default_rng(0)
    x = random.standard_normal((n, channels * groups, *image))
    w = random.standard_normal((filters * groups, channels, *window))
    sizes = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    check(f"conv{len(image)}d", oracles.conv, x, w, sizes, dtype)


@st.composite
def convolutions(draw):
    """Arguments of `check` for any convolution or transposed one of one or two axes."""

    def sizes(least, most):
        return draw(st.tuples(*[st.integers(least, most)] * rank))

    rank = draw(st.integers(1, 2))
    n, groups, window, stride, dilation = (
        draw(st.integers(1, 4)), draw(st.integers(1, 2)), sizes(1, 5), sizes(1, 3), sizes(1, 3)
    )  # fmt: skip
    channels, filters = (draw(st.sampled_from((1, 2, 3, 5, 40))) for _ in range(2))
    padding = draw(st.sampled_from(((0,) * rank, sizes(0, 3))))
    image = (*sizes(1, 9)[1:], draw(st.integers(1, 70) | st.integers(100, 270)))
    random = np.random.default_rng(0)
    shared = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    reach = [d * (r - 1) + 1 for d, r in zip(dilation, window, strict=True)]
    if draw(st.booleans()):
        x = random.standard_normal((n, channels * groups, *image))
        w = random.standard_normal((channels * groups, filters, *window))
        extents = zip(image, stride, padding, reach, strict=True)
        assume(all((e - 1) * s - 2 * p + r > 0 for e, s, p, r in extents))
        extra = tuple(draw(st.integers(0, s - 1)) for s in stride)
        return (
            f"conv_transpose{rank}d",
            oracles.conv_transpose,
            x,
            w,
            shared | {"output_padding": extra},
        )
    image = tuple(max(e, r - 2 * p) for e, r, p in zip(image, reach, padding, strict=True))
    x = random.standard_normal((n, channels * groups, *image))
    w = random.standard_normal((filters * groups, channels, *window))
    return f"conv{rank}d", oracles.conv, x, w, shared


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(convolutions())
def test_any_convolution(arguments):
    check(*arguments)
