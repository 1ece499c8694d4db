"""How many kernels run, whatever the ops are called: fusion sees statements."""

import pytest

import axon
from axon import metrics, nn, optim


def rand(*shape):
    """Random numbers that are computed already, so that their kernel is not counted."""
    x = axon.randn(shape)
    axon.flush()
    return x


def kernels(*tensors):
    return axon.explain(*tensors).kernels


def softmax(x, axis):
    e = axon.exp(x - axon.max(x, axis=axis, keepdim=True))
    return e / axon.sum(e, axis=axis, keepdim=True)


def layer_norm(x, axis):
    centred = x - axon.mean(x, axis=axis, keepdim=True)
    variance = axon.mean(centred * centred, axis=axis, keepdim=True)
    return centred * axon.rsqrt(variance + 1e-5)


def cross_entropy(logits, labels, axis):
    shifted = logits - axon.max(logits, axis=axis, keepdim=True)
    log_sum = axon.log(axon.sum(axon.exp(shifted), axis=axis, keepdim=True))
    log_probabilities = shifted - log_sum
    rows = [1 if number == axis else extent for number, extent in enumerate(logits.shape)]
    picked = axon.take_along(log_probabilities, labels.reshape(rows), axis=axis)
    return -axon.mean(picked)


def gelu(x):
    return x * 0.5 * (1 + axon.erf(x * 0.7071067811865476))


@pytest.mark.parametrize(("shape", "axis"), [((64, 300), -1), ((6, 40, 50), 1), ((6, 40, 50), 0)])
class TestRowKernels:
    def test_softmax_is_one_kernel(self, shape, axis):
        assert len(kernels(axon.softmax(rand(*shape), axis=axis))) == 1

    def test_softmax_from_primitives_is_one_kernel(self, shape, axis):
        assert len(kernels(softmax(rand(*shape), axis))) == 1

    def test_layer_norm_is_one_kernel(self, shape, axis):
        assert len(kernels(axon.layer_norm(rand(*shape), axis=axis))) == 1

    def test_layer_norm_from_primitives_is_one_kernel(self, shape, axis):
        assert len(kernels(layer_norm(rand(*shape), axis))) == 1

    def test_rms_norm_is_one_kernel(self, shape, axis):
        assert len(kernels(axon.rms_norm(rand(*shape), axis=axis))) == 1

    def test_standard_deviation_is_one_kernel(self, shape, axis):
        assert len(kernels(axon.std(rand(*shape), axis=axis))) == 1

    def test_primitives_equal_the_built_in_op(self, shape, axis):
        x = rand(*shape)
        ours, built_in = softmax(x, axis).numpy(), axon.softmax(x, axis=axis).numpy()
        assert abs(ours - built_in).max() < 1e-6


@pytest.mark.parametrize("shape", [(8, 12, 5, 7), (8, 12, 40)])
def test_group_and_instance_norm_are_one_kernel(shape):
    x, weight, bias = rand(*shape), rand(12), rand(12)
    assert len(kernels(axon.group_norm(x, 3, weight, bias))) == 1
    assert len(kernels(axon.instance_norm(x, weight, bias))) == 1


def test_cross_entropy_with_its_mean_is_one_kernel():
    logits, labels = rand(128, 10), axon.tensor([n % 10 for n in range(128)])
    assert len(kernels(metrics.cross_entropy(logits, labels))) == 1


def test_cross_entropy_over_a_middle_axis_is_one_kernel():
    logits, labels = rand(8, 10, 30), axon.tensor([[0] * 30] * 8)
    assert len(kernels(axon.mean(axon.cross_entropy(logits, labels, axis=1)))) == 1


def labelled():
    """Logits, labels and a weight for each class."""
    return rand(128, 10), axon.tensor([n % 10 for n in range(128)]), rand(10)


LOSSES = {
    "weights": lambda x, labels, w: axon.cross_entropy(x, labels, w),
    "ignore_index": lambda x, labels, w: axon.cross_entropy(x, labels, ignore_index=3),
    "smoothing": lambda x, labels, w: metrics.cross_entropy(x, labels, label_smoothing=0.1),
    "probabilities": lambda x, labels, w: metrics.cross_entropy(x, rand(128, 10)),
    "nll": lambda x, labels, w: metrics.nll(x, labels),
    "huber": lambda x, labels, w: metrics.huber(x, rand(128, 10)),
    "kl_div": lambda x, labels, w: metrics.kl_div(x, rand(128, 10)),
    "triplet": lambda x, labels, w: metrics.triplet_margin(x, rand(128, 10), rand(128, 10)),
    "cosine": lambda x, labels, w: axon.cosine_similarity(x, rand(128, 10)).mean(),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_one_kernel(name):
    assert len(kernels(LOSSES[name](*labelled()))) == 1


def test_backward_of_elementwise_losses_is_one_kernel():
    for loss in (metrics.mse, metrics.huber, metrics.bce):
        x, target = rand(128, 10), rand(128, 10)
        x.requires_grad = True
        loss(x, target).backward()
        assert len(kernels(x.grad)) == 1, loss.__name__


@pytest.mark.parametrize(("shape", "axis"), [((128, 10), 1), ((8, 10, 30), 1)])
def test_cross_entropy_from_primitives_is_one_kernel(shape, axis):
    rows = [extent for number, extent in enumerate(shape) if number != axis]
    labels = axon.zeros(rows, dtype="int64")
    assert len(kernels(cross_entropy(rand(*shape), labels, axis))) == 1


def test_linear_bias_gelu_is_one_kernel():
    x, w, b = rand(64, 96), rand(96, 128), rand(128)
    assert len(kernels(axon.gelu(x @ w + b))) == 1
    assert len(kernels(gelu(x @ w + b))) == 1
    assert [k.kind for k in kernels(gelu(x @ w + b))] == ["contract"]


def test_transposes_are_loads():
    x, w = rand(64, 96), rand(128, 96)
    found = kernels(axon.relu(x @ w.T))
    assert [k.kind for k in found] == ["contract"]


def test_elementwise_chain_with_views_is_one_kernel():
    x = rand(32, 48)
    y = axon.exp(x.T * 2 + 1)[3:, ::2] - 4
    assert [k.kind for k in kernels(y)] == ["map"]


@pytest.mark.parametrize("rule", [optim.Adam, optim.RMSprop, optim.Adagrad, optim.Lion])
def test_all_parameter_updates_are_one_launch(rule):
    model = nn.Linear(20, 30) >> nn.ReLU() >> nn.Linear(30, 40) >> nn.ReLU() >> nn.Linear(40, 5)
    optimizer = rule(model.params, lr=1e-3)
    x, labels = rand(16, 20), axon.tensor([n % 5 for n in range(16)])
    for _ in range(2):
        loss = metrics.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        with axon.profile() as profile:
            optimizer.step()
    updates = [line for line in profile.lines if line.kernel.in_place]
    assert [(line.calls, line.kernel.parts) for line in updates] == [(1, 6)]


def test_backward_of_softmax_joins_what_feeds_it():
    x = rand(64, 100)
    x.requires_grad = True
    y = axon.softmax(x)
    (y * y).sum().backward()
    assert len(kernels(x.grad)) <= 2


def test_source_is_c_and_the_reasons_are_told():
    x, w = rand(300, 64), rand(64, 300)
    found = axon.explain(axon.softmax(x @ w))
    assert len(found) == 2
    assert any(kernel.reasons for kernel in found)
    assert "for" in found.kernels[0].source


@pytest.mark.parametrize(("shape", "axis"), [((64, 300), 1), ((64, 300), 0), ((1000,), 0)])
class TestScans:
    def test_a_running_sum_is_one_scan(self, shape, axis):
        found = kernels(axon.cumsum(rand(*shape), axis))
        assert [(k.kind, k.flops) for k in found] == [("scan", rand(*shape).size)]

    def test_its_gradient_is_one_scan(self, shape, axis):
        x, weights = rand(*shape), rand(*shape)
        x.requires_grad = True
        y = axon.cumsum(x, axis)
        axon.flush()
        (y * weights).sum().backward()
        assert [k.kind for k in kernels(x.grad)] == ["scan"]

    def test_maps_before_and_after_join(self, shape, axis):
        x = rand(*shape)
        assert [k.kind for k in kernels(axon.cumsum(x * 2 + 1, axis))] == ["scan"]
        assert [k.kind for k in kernels(axon.tanh(axon.cumsum(axon.exp(x), axis)) + x)] == ["scan"]


def test_scans_in_opposite_directions_are_two_kernels_and_say_why():
    x = rand(64, 3000)
    x.requires_grad = True
    axon.cumsum(x, 1).sum().backward()
    found = kernels(axon.cumsum(x.grad * x.detach(), 1))
    assert [k.kind for k in found] == ["scan", "scan"]
    assert any("other direction" in reason for k in found for reason in k.reasons)


class TestStridePhases:
    """Of the points of a strided window only those that its stride hits are visited."""

    @pytest.mark.parametrize("padding", [0, 1])
    def test_a_transposed_convolution_multiplies_what_the_convolution_does(self, padding):
        x, w = rand(4, 8, 16, 16), rand(8, 8, 4, 4)
        y = axon.conv_transpose2d(x, w, stride=2, padding=padding)
        products = 2 * y.size * 8 * (4 // 2) ** 2
        assert sum(kernel.flops for kernel in kernels(y)) < 1.3 * products

    def test_the_gradient_of_pooling_reads_each_window_once(self):
        x = rand(4, 8, 16, 16)
        x.requires_grad = True
        y = axon.avg_pool2d(x, 2, 2)
        y.backward(rand(4, 8, 8, 8))
        assert sum(kernel.flops for kernel in kernels(x.grad)) <= 2 * x.size


@pytest.mark.parametrize("axis", [0, 1])
def test_a_running_sum_of_a_product_is_no_epilogue(axis):
    x, w = rand(300, 64), rand(64, 300)
    y = axon.cumsum(x @ w, axis)
    assert [k.kind for k in kernels(y)] == ["contract", "scan"]
    expected = (x.numpy() @ w.numpy()).cumsum(axis)
    assert abs(y.numpy() - expected).max() < 1e-2


@pytest.mark.parametrize("dtype", ["float32", "float16", "int16"])
@pytest.mark.parametrize("axis", [0, 1])
def test_running_sums_maxima_and_log_sums_are_one_scan(axis, dtype):
    x = axon.cast(rand(64, 300), dtype)
    axon.flush()
    assert [k.kind for k in kernels(*axon.cummax(x, axis))] == ["scan"]
    assert [k.kind for k in kernels(axon.cumsum(x, axis))] == ["scan"]
    if dtype != "int16":
        assert [k.kind for k in kernels(axon.logcumsumexp(x, axis))] == ["scan"]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("op", [axon.cumprod, axon.logcumsumexp], ids=["cumprod", "logcumsumexp"])
def test_gradients_of_running_products_and_log_sums_are_scans(op, axis):
    x = rand(64, 3000)
    x.requires_grad = True
    op(x, axis).sum().backward()
    assert {k.kind for k in kernels(x.grad)} == {"scan"}


def test_a_temporary_that_is_added_joins_the_contraction():
    """Not an update in place of the temporary: the sum of products would be stored for it."""
    x, w, z = rand(64, 96), rand(96, 128), rand(64, 128)
    y = x @ w + z
    del z
    assert [k.kind for k in kernels(y)] == ["contract"]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda row, matrix: axon.sin(row) + matrix, 2),
        (lambda row, matrix: axon.sin(row) + matrix[0], 1),
        (lambda row, matrix: row * 2 + matrix, 1),
    ],
)
def test_what_is_expensive_is_computed_once_and_not_for_each_row(formula, expected):
    assert len(kernels(formula(rand(300), rand(64, 300)))) == expected


def test_a_sum_that_only_reads_the_same_leaf_is_no_second_phase():
    x = rand(40, 50)
    first, total = axon.sin(x[0]), axon.sum(x)
    assert len(kernels(first, total)) == 2


def test_a_short_innermost_axis_is_unrolled_within_the_next():
    """Vectors run over the long axis; its stride is known, so that neighbours share loads."""
    (kernel,) = kernels(rand(1000, 3) * rand(3))
    assert "i1 < 3; ++i1" in kernel.source and "i0 * 3 + i1" in kernel.source
