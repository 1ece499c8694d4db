"""Invalid values are found where they arise, with the line that recorded the op."""

import inspect

import pytest

import axon


def line_of(text):
    """Where `text` stands in this file."""
    source = inspect.getsource(inspect.getmodule(line_of)).splitlines()
    (number,) = (n for n, line in enumerate(source, 1) if text in line and "line_of" not in line)
    return f"{__file__}:{number} "


def test_backward_names_op_shapes_and_line():
    x = axon.tensor([0.0, 4.0], requires_grad=True)
    with axon.detect_anomaly():
        root = axon.sqrt(x)  # here
        with pytest.raises(FloatingPointError) as caught:
            (root * 2).sum().backward()
    message = str(caught.value)
    assert "axon.sqrt" in message and "(2,)" in message
    assert line_of("axon.sqrt(x)  # here") in message and "root = axon.sqrt(x)" in message
    assert x.grad is None


def test_the_line_is_that_of_the_user_not_of_a_layer():
    layer = axon.nn.Linear(2, 2)
    x = axon.tensor([[1e38, 1e38]], requires_grad=True)
    with axon.detect_anomaly():
        y = layer(x) * 1e38  # overflows
        y.retain_grad()
        with pytest.raises(FloatingPointError, match=r"test_anomaly\.py"):
            (y * y).sum().backward()


def test_without_it_nothing_is_raised_or_kept():
    x = axon.tensor([0.0], requires_grad=True)
    y = axon.sqrt(x)
    y.sum().backward()
    assert x.grad.tolist() == [float("inf")] and y.tape.origin is None


def test_a_gradient_that_comes_in_infinite_is_not_blamed_on_the_op():
    x = axon.tensor([1.0], requires_grad=True)
    with axon.detect_anomaly():
        (x * 2).backward(axon.tensor([float("inf")]))
    assert x.grad.tolist() == [float("inf")]


def test_an_op_recorded_before_says_so():
    y = axon.sqrt(axon.tensor([0.0], requires_grad=True))
    with axon.detect_anomaly(), pytest.raises(FloatingPointError, match=r"outside of axon\.detect"):
        y.sum().backward()


def test_an_error_of_the_flush_names_the_line():
    table, index = axon.ones(3, 2), axon.tensor([0, 7])
    with axon.detect_anomaly():
        rows = axon.embedding(table, index)  # out of range
        with pytest.raises(IndexError) as caught:
            rows.numpy()
    assert line_of("axon.embedding(table, index)  # out of range") in str(caught.value)
    with pytest.raises(IndexError) as caught:
        axon.embedding(table, index).numpy()
    assert "recorded at" not in str(caught.value)


def test_debug_nans_raises_where_the_nan_arises():
    x = axon.tensor([1.0, -1.0])
    with axon.debug_nans():
        axon.exp(x) + 1
        with pytest.raises(FloatingPointError) as caught:
            axon.log(x)  # of a negative number
    message = str(caught.value)
    assert "axon.log" in message and "1 of 2" in message
    assert line_of("axon.log(x)  # of a negative number") in message
    assert axon.isnan(axon.log(x)).tolist() == [False, True]


def test_debug_nans_lets_nan_of_the_input_pass():
    with axon.debug_nans():
        x = axon.tensor([float("nan"), 1.0]) * 2
        assert axon.where(axon.isnan(x), 0.0, x).tolist() == [0.0, 2.0]


def test_debug_nans_within_backward():
    x = axon.tensor([0.0], requires_grad=True)
    with axon.debug_nans(), pytest.raises(FloatingPointError, match="the gradient of axon"):
        (axon.sqrt(x) * 0).sum().backward()


def test_a_function_written_in_python_is_named_with_its_line():
    class Broken(axon.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, dy):
            return dy / 0.0

    x = axon.tensor([1.0], requires_grad=True)
    with axon.detect_anomaly():
        y = Broken.apply(x)  # breaks in backward
        with pytest.raises(FloatingPointError, match="gradient of Broken is") as caught:
            y.sum().backward()
    assert line_of("Broken.apply(x)  # breaks in backward") in str(caught.value)


def test_within_vmap():
    x = axon.tensor([1.0, 0.0])
    with axon.detect_anomaly(), pytest.raises(FloatingPointError, match=r"axon\.sqrt"):
        axon.vmap(axon.grad(axon.sqrt))(x).numpy()
    with axon.debug_nans(), pytest.raises(FloatingPointError, match=r"axon\.log: .* 1 of 2"):
        axon.vmap(axon.log)(x - 1)
