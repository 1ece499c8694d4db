"""Convolutions of images that are wide enough to be copied as windows, against NumPy."""

import numpy as np
import oracles
import pytest

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
    (3, 60, 4, 1, (48,), (5,), (1,), (2,), (1,)),
    (3, 5, 40, 1, (4, 224), (3, 3), (1, 1), (1, 1), (1, 1)),
    (2, 2, 4, 1, (8, 16, 16), (3, 3, 3), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_gradients(case, dtype):
    n, channels, filters, groups, image, window, stride, padding, dilation = case
    random = np.random.default_rng(0)
    x, v = (random.standard_normal((n, channels * groups, *image)) for _ in range(2))
    w, u = (random.standard_normal((filters * groups, channels, *window)) for _ in range(2))

    def reference(x, w):
        return oracles.conv(x, w, stride, padding, dilation, groups)

    function = getattr(axon, f"conv{len(image)}d")
    leaves = [axon.tensor(value, dtype=dtype, requires_grad=True) for value in (x, w)]
    sizes = {"stride": stride, "padding": padding, "dilation": dilation}
    if len(image) == 1:
        sizes = {name: size for name, (size,) in sizes.items()}
    y = function(*leaves, **sizes, groups=groups)
    dy = random.standard_normal(y.shape)
    y.backward(axon.tensor(dy, dtype=dtype))
    tolerance = (
        {"rtol": 1e-4, "atol": 1e-4} if dtype == "float32" else {"rtol": 1e-10, "atol": 1e-10}
    )
    np.testing.assert_allclose(y.numpy(), reference(x, w), **tolerance)
    dx, dw = (leaf.grad.numpy() for leaf in leaves)
    # A convolution is linear in each: its gradient meets any direction as dy meets its value there.
    np.testing.assert_allclose((dx * v).sum(), (dy * reference(v, w)).sum(), **tolerance)
    np.testing.assert_allclose((dw * u).sum(), (dy * reference(x, u)).sum(), **tolerance)
