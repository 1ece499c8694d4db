"""Functions with a gradient written in Python."""

import gc
import weakref

import numpy as np
import pytest

import axon


def leaf(values):
    return axon.tensor(values, dtype=axon.float32, requires_grad=True)


class Square(axon.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        return 2 * x * dy


class Exp(axon.Function):
    """Saves its output."""

    @staticmethod
    def forward(ctx, x):
        y = axon.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        return y * dy


class Power(axon.Function):
    """A non-tensor argument, and two outputs of which one is whole numbers."""

    @staticmethod
    def forward(ctx, x, n):
        ctx.save_for_backward(x)
        ctx.n = n
        return x**n, (x > 0).to("int64")

    @staticmethod
    def backward(ctx, dy, dsign):
        (x,) = ctx.saved_tensors
        assert dsign is None and ctx.needs_input_grad == (True, False)
        return ctx.n * x ** (ctx.n - 1) * dy, None


def test_gradient_and_value():
    x = leaf([1.0, -3.0])
    y = Square.apply(x)
    assert y.tolist() == [1.0, 9.0] and y.tape.op == "Square" and "Square" in repr(y.tape)
    y.sum().backward()
    assert x.grad.tolist() == [2.0, -6.0]


@pytest.mark.parametrize("function, plain", [(Square, axon.square), (Exp, axon.exp)])
def test_higher_orders(function, plain):
    def derivatives(f):
        x = leaf(0.7)
        first = axon.grad(f(x) * x, x, create_graph=True)
        second = axon.grad(first, x, create_graph=True)
        return [t.item() for t in (first, second, axon.grad(second, x))]

    np.testing.assert_allclose(derivatives(function.apply), derivatives(plain), rtol=1e-5)


def test_several_outputs_and_other_arguments():
    x = leaf([2.0, -1.0])
    y, sign = Power.apply(x, 3)
    assert sign.tolist() == [1, 0] and not sign.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [12.0, 3.0]


def test_an_output_that_nothing_reads_has_a_gradient_of_zeros():
    class Two(axon.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, da, db):
            assert db.tolist() == [0.0, 0.0]
            return da

    x = leaf([1.0, 2.0])
    Two.apply(x)[0].sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_non_differentiable_outputs():
    class Both(axon.Function):
        @staticmethod
        def forward(ctx, x):
            y, rounded = x * 2, axon.round(x)
            ctx.mark_non_differentiable(rounded)
            return y, rounded

        @staticmethod
        def backward(ctx, dy, drounded):
            assert drounded.tolist() == [0.0]
            return dy * 2

    x = leaf([1.2])
    y, rounded = Both.apply(x)
    assert y.requires_grad and not rounded.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [2.0]


def test_an_input_that_is_returned_and_saved():
    class Reversed(axon.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x

        @staticmethod
        def backward(ctx, dy):
            return -dy * ctx.saved_tensors[0]

    x = leaf(3.0)
    first = axon.grad(Reversed.apply(x), x, create_graph=True)
    assert first.item() == -3.0 and axon.grad(first, x).item() == -1.0


def test_no_tape_no_node():
    assert Square.apply(axon.ones(2)).tape is None
    with axon.no_grad():
        assert Square.apply(leaf(1.0)).tape is None


def test_needs_input_grad():
    class Mul(axon.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, dy):
            assert ctx.needs_input_grad == (False, True)
            a, _ = ctx.saved_tensors
            return None, dy * a

    b = leaf(3.0)
    Mul.apply(axon.tensor(2.0), b).backward()
    assert b.grad.item() == 2.0


def test_what_was_saved_is_freed():
    x = leaf(2.0)
    y = Square.apply(x)
    y.backward()
    with pytest.raises(RuntimeError, match=r"Square.*retain_graph=True"):
        y.backward()
    node = weakref.ref(y.tape)
    del y
    gc.collect()
    assert node() is None


@pytest.mark.parametrize(
    "returned, message",
    [
        (lambda dy: (dy, dy), "gave 2 gradients.*took 1"),
        (lambda dy: dy.sum(), r"shape \(\) for argument 0, which has shape \(2,\)"),
        (lambda dy: 3.0, "float for argument 0"),
    ],
)
def test_wrong_gradients_are_told(returned, message):
    class Wrong(axon.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, dy):
            return returned(dy)

    with pytest.raises((ValueError, TypeError), match=f"Wrong.backward.*{message}"):
        Wrong.apply(leaf([1.0, 2.0])).sum().backward()


def test_no_gradient_is_needed_of_arguments_left_to_their_defaults():
    class Power(axon.Function):
        @staticmethod
        def forward(ctx, x, n=2):
            ctx.save_for_backward(x)
            ctx.n = n
            return x**n

        @staticmethod
        def backward(ctx, dy):
            (x,) = ctx.saved_tensors
            return dy * ctx.n * x ** (ctx.n - 1), None

    x = leaf([1.0, 2.0])
    assert axon.grad(Power.apply(x).sum(), x).tolist() == [2.0, 4.0]
    assert axon.grad(Power.apply(x, 3).sum(), x).tolist() == [3.0, 12.0]


def test_numpy_inside():
    class Sinc(axon.Function):
        """Computed outside of axon, both ways."""

        @staticmethod
        def forward(ctx, x):
            ctx.x = x.numpy()
            return axon.tensor(np.sinc(ctx.x))

        @staticmethod
        def backward(ctx, dy):
            slope = (np.cos(np.pi * ctx.x) - np.sinc(ctx.x)) / ctx.x
            return dy * axon.tensor(slope)

    x = leaf([0.5, 1.5])
    Sinc.apply(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [-4 / np.pi, 4 / (9 * np.pi)], rtol=1e-6)


# ---------------------------------------------------------------------------------- within vmap


class ScaledSquare(axon.Function):
    """Reads a tensor of all examples, and saves its output."""

    @staticmethod
    def forward(ctx, x, w):
        y = x * x * w
        ctx.save_for_backward(x, w, y)
        return y

    @staticmethod
    def backward(ctx, dy):
        x, w, y = ctx.saved_tensors
        assert x.shape == y.shape == w.shape == (2,)
        return 2 * dy * x * w, dy * y / w


def test_gradients_within_vmap_and_through_it():
    x, w = axon.randn((3, 2)).requires_grad_(), leaf([2.0, 3.0])

    def f(x, call):
        return call(x, w).sum()

    def plain(x, w):
        return x * x * w

    for call in (plain, ScaledSquare.apply):
        each = axon.vmap(axon.grad(lambda x, call=call: f(x, call)))(x)
        np.testing.assert_allclose(each.detach().numpy(), (2 * x * w).detach().numpy(), rtol=1e-6)
        outer = axon.grad(
            axon.vmap(lambda x, call=call: f(x, call))(x).square().sum(), [x, w], create_graph=True
        )
        second = axon.grad(outer[0].sum() + outer[1].sum(), [x, w])
        found = [g.detach().numpy() for g in (*outer, *second)]
        if call is plain:
            expected = found
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_gradients_through_nested_vmaps():
    x, w = axon.randn((3, 4, 2)).requires_grad_(), leaf([2.0, 3.0])
    y = axon.vmap(axon.vmap(lambda x: ScaledSquare.apply(x, w)))(x)
    dx, dw = axon.grad(y.sum(), [x, w])
    np.testing.assert_allclose(dx.numpy(), (2 * x * w).detach().numpy(), rtol=1e-6)
    np.testing.assert_allclose(dw.numpy(), (x * x).sum(axis=(0, 1)).detach().numpy(), rtol=1e-5)


# ---------------------------------------------------------------------------------- gradcheck


def double(*shape):
    return axon.randn(shape, dtype=axon.float64).requires_grad_()


@pytest.mark.executor
def test_gradcheck_of_right_gradients():
    x, y = double(2, 3), double(3)
    assert axon.autograd.gradcheck(lambda x, y: (x * y, {"s": (x @ y).tanh()}), (x, y))
    assert axon.autograd.gradgradcheck(lambda x, y: (x * y).tanh(), (x, y))
    assert axon.autograd.gradcheck(Square.apply, x) and axon.autograd.gradgradcheck(Exp.apply, x)
    assert axon.autograd.gradcheck(lambda x, unused: (x, axon.ones(2)), (x, y))


@pytest.mark.executor
def test_gradcheck_finds_a_wrong_gradient():
    class Wrong(axon.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, dy):
            (x,) = ctx.saved_tensors
            return dy * x.detach() * 2

    x = axon.tensor([1.0, 2.0], dtype=axon.float64, requires_grad=True)
    assert axon.autograd.gradcheck(Wrong.apply, x)
    with pytest.raises(AssertionError, match=r"input 0 of shape \(2,\).*gives 0, .*give 2$"):
        axon.autograd.gradgradcheck(Wrong.apply, x, axon.ones(2, dtype=axon.float64))
    assert not axon.autograd.gradgradcheck(Wrong.apply, x, raise_exception=False)


def test_gradcheck_wants_doubles():
    with pytest.raises(ValueError, match=r"float32.*float64"):
        axon.autograd.gradcheck(axon.exp, leaf([1.0]))
    with pytest.raises(ValueError, match="no input requires"):
        axon.autograd.gradcheck(axon.exp, axon.ones(1, dtype=axon.float64))
