"""Modules, pipelines and layers: registration, editing, state, and values by definition."""

import copy
import math

import numpy as np
import pytest

import axon
from axon import nn
from axon.nn import (
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    Lambda,
    LayerNorm,
    Linear,
    MaxPool2d,
    Module,
    Pipeline,
    ReLU,
    Residual,
)


@pytest.fixture(autouse=True)
def seed():
    axon.manual_seed(0)


def double(x):
    return x * 2


class Net(Module):
    def __init__(self):
        self.first = Linear(4, 3)
        self.blocks = [Linear(3, 3), {"a": Linear(3, 2, bias=False)}]
        self.scale = axon.ones(1, requires_grad=True)
        self.register_buffer("steps", axon.zeros(1))
        self.register_buffer("cache", axon.zeros(1), persistent=False)
        self.plain = axon.zeros(5)

    def forward(self, x):
        return self.blocks[1]["a"](self.blocks[0](self.first(x))) * self.scale


# -------------------------------------------------------------------------------------- modules


def test_registration():
    names = [
        "scale",
        "first.weight",
        "first.bias",
        "blocks.0.weight",
        "blocks.0.bias",
        "blocks.1.a.weight",
    ]
    net = Net()
    assert list(net.named_params) == names
    assert [p.shape for p in net.params][1:3] == [(3, 4), (3,)]
    assert list(net.named_buffers) == ["steps", "cache"]
    assert net(axon.ones(7, 4)).shape == (7, 2)


def test_shared_parameters_appear_once():
    net = Net()
    net.first = net.blocks[0]
    assert len(net.params) == 4


def test_results_are_not_parameters():
    net = Net()
    net.last = net(axon.ones(1, 4))
    assert "last" not in net.named_params


def test_deleted_parameters_are_gone():
    net = Net()
    del net.scale
    assert "scale" not in net.named_params


def test_freeze_keeps_parameters_and_stops_gradients():
    net = Net()
    names = list(net.named_params)
    net.first.freeze()
    net.scale = axon.ones(1, requires_grad=True)
    net(axon.ones(2, 4)).sum().backward()
    assert list(net.named_params) == names
    assert net.first.weight.grad is None and net.blocks[0].weight.grad is not None
    net.unfreeze()
    assert all(p.requires_grad for p in net.params)


def test_state_dict_is_a_snapshot_that_loads_into_the_same_handles():
    net, x = Net(), axon.randn(2, 4)
    state, before, handles = net.state_dict(), net(x).numpy().copy(), net.params
    assert "steps" in state and "cache" not in state and not state["scale"].requires_grad
    net.reset_parameters()
    assert not np.array_equal(net(x).numpy(), before)
    net.load_state_dict(state)
    np.testing.assert_array_equal(net(x).numpy(), before)
    assert all(a is b for a, b in zip(net.params, handles, strict=True))
    assert all(p.requires_grad for p in net.params)


def test_load_state_dict_refuses_and_changes_nothing():
    net = Net()
    before = net.scale.tolist()
    state = net.state_dict() | {
        "scale": axon.zeros(1),
        "first.bias": axon.zeros(7),
        "who": axon.zeros(1),
    }
    del state["steps"]
    with pytest.raises(
        ValueError, match=r"missing 'steps'.*unknown 'who'.*first.bias.*\(3,\).*\(7,\)"
    ):
        net.load_state_dict(state)
    assert net.scale.tolist() == before
    state["first.bias"] = axon.zeros(3)
    net.load_state_dict(state, strict=False)
    assert net.scale.tolist() == [0.0]


def test_hooks_replace_inputs_and_outputs():
    layer, seen = Lambda(double), []
    pre = layer.register_forward_pre_hook(lambda m, inputs: (inputs[0] + 1,))
    post = layer.register_forward_hook(
        lambda m, inputs, y: seen.append((inputs[0].item(), y.item()))
    )
    last = layer.register_forward_hook(lambda m, inputs, y: y * 100)
    assert layer(axon.tensor(1.0)).item() == 400.0 and seen == [(2.0, 4.0)]
    for handle in (pre, post, last):
        handle.remove()
    assert layer(axon.tensor(1.0)).item() == 2.0 and len(seen) == 1


def test_forward_can_be_replaced_on_an_instance():
    layer = ReLU()
    layer.forward = lambda x: x - 1
    assert layer(axon.tensor(0.5)).item() == -0.5


def test_a_module_without_forward_says_so():
    class Empty(Module):
        pass

    with pytest.raises(NotImplementedError, match="def forward"):
        Empty()(axon.ones(1))


def test_deepcopy_is_independent():
    net = Net()
    twin = copy.deepcopy(net)
    with axon.no_grad():
        twin.scale *= 5
    assert net.scale.item() == 1.0 and twin.scale.item() == 5.0
    assert list(twin.named_params) == list(net.named_params)


def test_to_casts_parameters_and_keeps_sharing():
    net = Net()
    net.first.bias = net.blocks[0].bias
    net.to(axon.float64)
    assert net.first.bias is net.blocks[0].bias and net.first.weight.requires_grad
    assert net(axon.ones(1, 4, dtype=axon.float64)).dtype == axon.float64


def test_axon_core_tensor_has_module():
    import axon.core.tensor as T

    assert T.Module is Module and isinstance(Linear(1, 1), T.Module)


# ------------------------------------------------------------------------------------ pipelines


def test_composition_never_changes_its_operands():
    a, b = Pipeline(ReLU(), double), Linear(2, 2) >> ReLU()
    steps_a, steps_b = list(a), list(b)
    c = a >> b >> double
    assert list(a) == steps_a and list(b) == steps_b
    assert list(c) == [*steps_a, *steps_b, double]
    assert list(double >> b) == [double, *steps_b]


def test_pipeline_runs_in_order():
    x = axon.tensor([-1.0, 2.0])
    assert (ReLU() >> double >> (lambda t: t + 1))(x).tolist() == [1.0, 5.0]
    assert Pipeline()(x) is x
    assert Pipeline(lambda a, b: a + b, double)(x, x).tolist() == [-4.0, 8.0]


def test_trace_gives_every_output():
    trace = (ReLU() >> double).trace(axon.tensor([-1.0, 2.0]))
    assert [(name, y.tolist()) for name, y in trace] == [("0", [0.0, 2.0]), ("1", [0.0, 4.0])]


def test_editing():
    p = Pipeline(ReLU(), double)
    layer = Linear(2, 2)
    p[0] = layer
    p.insert(1, ReLU())
    p.append(double)
    assert p[0] is layer and len(p) == 4 and p[-1] is double
    del p[1]
    assert list(p) == [layer, double, double]
    p[1:] = [ReLU()]
    assert len(p) == 2 and isinstance(p[1], ReLU)
    assert [type(s) for s in p[::-1]] == [ReLU, Linear] and isinstance(p[:1], Pipeline)
    assert p[:1][0] is layer


def test_names():
    p = Pipeline(body=Linear(3, 2), act=ReLU(), head=Linear(2, 1))
    assert p.names == ["body", "act", "head"] and p["act"] is p[1]
    assert list(p.named_params) == ["body.weight", "body.bias", "head.weight", "head.bias"]
    p["act"] = double
    p.insert(0, ReLU())
    assert p.names == ["0", "body", "act", "head"] and p["act"] is double
    del p["body"]
    assert p.names == ["0", "act", "head"]
    assert (p >> ReLU())["head"] is p["head"]
    with pytest.raises(KeyError, match="head"):
        p["tail"]
    with pytest.raises(ValueError, match="taken"):
        p.append(ReLU(), name="head")


def test_hooked_pipelines_stay_whole_when_composed():
    p, seen = Pipeline(ReLU(), double), []
    p.register_forward_hook(lambda m, inputs, y: seen.append(y.item()))
    (p >> double)(axon.tensor(1.0))
    assert seen == [2.0]


@pytest.mark.parametrize("step", [3, "relu", None])
def test_steps_must_be_callable(step):
    with pytest.raises(TypeError, match="callable"):
        Pipeline(step)
    with pytest.raises(TypeError, match="callable"):
        ReLU() >> step


def test_reset_parameters_of_one_and_all():
    p = Linear(3, 3) >> Linear(3, 3)
    first, second = (layer.weight.numpy().copy() for layer in p)
    p[1].reset_parameters()
    np.testing.assert_array_equal(p[0].weight.numpy(), first)
    assert not np.array_equal(p[1].weight.numpy(), second)
    p.reset_parameters()
    assert not np.array_equal(p[0].weight.numpy(), first)


def test_train_and_eval_reach_every_step():
    p = Dropout(0.5) >> Residual(Dropout(0.5))
    x = axon.ones(100)
    assert p(x).numpy().min() + 1 > 0 and not np.array_equal(p(x).numpy(), 2 * np.ones(100))
    np.testing.assert_array_equal(p.eval()(x).numpy(), 2 * np.ones(100))
    assert p.train()[1].body.training


def test_repr_shows_structure():
    p = (
        Pipeline(conv=Conv2d(1, 8, 3, padding=1), act=ReLU())
        >> Residual(Linear(2, 2, bias=False))
        >> double
    )
    assert repr(p) == (
        "Pipeline(\n"
        "  (conv): Conv2d(1, 8, kernel_size=(3, 3), padding=(1, 1))\n"
        "  (act): ReLU()\n"
        "  (2): Residual(\n"
        "    (body): Linear(2, 2, bias=False)\n"
        "  )\n"
        "  (3): double\n"
        ")"
    )


# --------------------------------------------------------------------------------------- layers


def test_linear():
    layer, x = Linear(4, 3), axon.randn(2, 5, 4)
    expected = x.numpy() @ layer.weight.numpy().T + layer.bias.numpy()
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"Flatten\(\)"):
        layer(axon.ones(2, 5))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": 1, "stride": 2},
        {"dilation": 2, "bias": False},
        {"groups": 2, "padding": (0, 2)},
    ],
    ids=str,
)
def test_conv2d_by_definition(options):
    layer, x = Conv2d(4, 6, (3, 2), **options), axon.randn(2, 4, 8, 7)
    (sh, sw), (ph, pw), (dh, dw) = layer.stride, layer.padding, layer.dilation
    padded = np.pad(x.numpy().astype(np.float64), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    w = layer.weight.numpy().astype(np.float64)
    y = layer(x)
    expected = np.zeros(y.shape)
    per_group = 6 // layer.groups
    for o in range(6):
        g = o // per_group
        channels = padded[:, g * w.shape[1] : (g + 1) * w.shape[1]]
        for r in range(3):
            for s in range(2):
                part = channels[:, :, r * dh :: sh, s * dw :: sw][:, :, : y.shape[2], : y.shape[3]]
                expected[:, o] += np.einsum("nchw,c->nhw", part, w[o, :, r, s])
        if layer.bias is not None:
            expected[:, o] += layer.bias.numpy()[o]
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-4, atol=1e-5)


def test_conv2d_refuses_groups_that_do_not_divide():
    with pytest.raises(ValueError, match="groups"):
        Conv2d(3, 4, 3, groups=2)


def test_pools():
    x = axon.randn(2, 3, 4, 6)
    windows = x.numpy().reshape(2, 3, 2, 2, 3, 2)
    np.testing.assert_array_equal(MaxPool2d(2)(x).numpy(), windows.max((3, 5)))
    np.testing.assert_allclose(AvgPool2d(2)(x).numpy(), windows.mean((3, 5)), rtol=1e-5)
    assert MaxPool2d(3, stride=1, padding=1)(-axon.ones(1, 1, 3, 3)).numpy().max() == -1


def test_embedding_gradient_adds_up_repeated_rows():
    layer = Embedding(5, 2)
    y = layer(axon.tensor([[1, 1], [4, 1]]))
    np.testing.assert_array_equal(y.numpy(), layer.weight.numpy()[[[1, 1], [4, 1]]])
    y.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy()[:, 0], [0, 3, 0, 0, 1])


def test_layer_norm():
    layer, x = LayerNorm(8), axon.randn(3, 8) * 5 + 2
    y = layer(x).numpy()
    np.testing.assert_allclose(y.mean(-1), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(-1), 1, rtol=1e-3)


@pytest.mark.parametrize("layer, shape", [(BatchNorm2d(3), (4, 3, 2, 5)), (BatchNorm1d(3), (9, 3))])
def test_batch_norm_trains_on_the_batch_and_evaluates_on_the_running_statistics(layer, shape):
    x = axon.randn(*shape) * 3 + 1
    axes = tuple(a for a in range(len(shape)) if a != 1)
    across = (1, 3) + (1,) * (len(shape) - 2)
    mean, var = x.numpy().mean(axes), x.numpy().var(axes)
    count = math.prod(shape) // 3
    y = layer(x)
    expected = (x.numpy() - mean.reshape(across)) / np.sqrt(var.reshape(across) + 1e-5)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(layer.running_mean.numpy(), 0.1 * mean, rtol=1e-4)
    unbiased = var * count / (count - 1)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.9 + 0.1 * unbiased, rtol=1e-4)
    assert not layer.running_mean.requires_grad and y.requires_grad
    running_mean, running_var = layer.running_mean.numpy(), layer.running_var.numpy()
    expected = (x.numpy() - running_mean.reshape(across)) / np.sqrt(
        running_var.reshape(across) + 1e-5
    )
    np.testing.assert_allclose(layer.eval()(x).numpy(), expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="second extent"):
        layer(axon.ones(2, 4))


def test_batch_norm_of_a_single_value_is_refused():
    with pytest.raises(ValueError, match="larger batches"):
        BatchNorm1d(3)(axon.ones(1, 3))


def test_dropout_scales_and_draws_anew():
    layer, x = Dropout(0.25), axon.ones(10_000)
    first, second = layer(x).numpy(), layer(x).numpy()
    assert set(np.unique(first)) == {0, np.float32(1 / 0.75)}
    assert abs((first == 0).mean() - 0.25) < 0.03 and not np.array_equal(first, second)
    with pytest.raises(ValueError, match="probability"):
        Dropout(1.5)


def test_flatten_and_residual():
    x = axon.randn(2, 3, 4)
    assert Flatten()(x).shape == (2, 12)
    np.testing.assert_array_equal(Residual(double)(x).numpy(), x.numpy() + 2 * x.numpy())
    assert Residual(Linear(4, 5), shortcut=Linear(4, 5))(x).shape == (2, 3, 5)


@pytest.mark.parametrize(
    "layer, reference",
    [
        (nn.ReLU(), lambda x: np.maximum(x, 0)),
        (nn.GELU(), lambda x: x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))),
        (nn.SiLU(), lambda x: x / (1 + np.exp(-x))),
        (nn.Tanh(), np.tanh),
        (nn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x))),
        (nn.Softmax(), lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_activations(layer, reference):
    x = axon.randn(4, 50) * 2
    np.testing.assert_allclose(
        layer(x).numpy(), reference(x.numpy().astype(np.float64)), rtol=1e-4, atol=1e-6
    )


# --------------------------------------------------------------------------------- initial values


def test_initial_values_have_the_spread_of_their_formula():
    shape = (64, 32, 3, 3)
    bound = 1 / math.sqrt(32 * 9)
    uniform = nn.init.kaiming_uniform(shape).numpy()
    assert (
        np.abs(uniform).max() <= bound and abs(uniform.std() - bound / math.sqrt(3)) < 0.01 * bound
    )
    relu = nn.init.kaiming_normal(shape).numpy()
    assert abs(relu.std() - math.sqrt(2 / (32 * 9))) < 1e-3
    xavier = nn.init.xavier_uniform((100, 300)).numpy()
    assert abs(np.abs(xavier).max() - math.sqrt(6 / 400)) < 1e-3
    with pytest.raises(ValueError, match="fan-in"):
        nn.init.kaiming_uniform((3,))
    with pytest.raises(ValueError, match="activation"):
        nn.init.kaiming_uniform((3, 3), activation="step")


def test_layers_draw_from_one_over_root_fan_in():
    for layer, fan_in in ((Linear(64, 50), 64), (Conv2d(8, 16, 3), 72)):
        for param in layer.params:
            largest = np.abs(param.numpy()).max()
            assert 0.8 / math.sqrt(fan_in) < largest <= 1 / math.sqrt(fan_in)
