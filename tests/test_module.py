"""Modules: registration, hooks, state, and what they refuse."""

import copy
import pickle

import numpy as np
import pytest

import axon
from axon.nn import BatchNorm1d, Lambda, Linear, Module, Pipeline, ReLU


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
        ValueError,
        match=r"missing: steps\n.*unexpected: who\n.*'first.bias' is \(3,\) here, \(7,\) in",
    ):
        net.load_state_dict(state)
    assert net.scale.tolist() == before
    with pytest.raises(TypeError, match=r"Net\.load_state_dict: state is a int"):
        net.load_state_dict(3)
    state["first.bias"] = axon.zeros(3)
    for stranger in (np.zeros(3), 3, [0.0, 0.0, 0.0]):
        with pytest.raises(TypeError, match=r"load_state_dict: 'first.bias' is a \w+; .*tensor"):
            net.load_state_dict(state | {"first.bias": stranger}, strict=False)
    assert net.scale.tolist() == before
    net.load_state_dict(state, strict=False)
    assert net.scale.tolist() == [0.0]


def test_buffers_are_tensors_with_names_of_their_own():
    net = axon.nn.BatchNorm1d(2)
    for assign in (
        lambda: setattr(net, "running_mean", 3.0),
        lambda: net.register_buffer("scale", [1.0, 2.0]),
    ):
        with pytest.raises(TypeError, match=r"BatchNorm1d.\w+ is a buffer; a \w+ cannot be one"):
            assign()
    with pytest.raises(ValueError, match=r"'forward' is an attribute of the class"):
        net.register_buffer("forward", axon.ones(2))
    net.running_mean = axon.ones(2)
    assert net.named_buffers["running_mean"] is net.running_mean and "scale" not in vars(net)
    del net.running_mean
    net.running_mean = 3.0
    assert list(net.named_buffers) == ["running_var", "num_batches_tracked"]


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


def test_tensors_in_lists_are_parameters_and_stay_so_when_frozen():
    class Scales(Module):
        def __init__(self):
            self.scales = [axon.ones(2, requires_grad=True)]
            self.table = {"a": axon.ones(1, requires_grad=True), "note": "text"}
            self.masks = [axon.ones(2)]

    net = Scales()
    net.scales.append(axon.ones(3, requires_grad=True))
    assert list(net.named_params) == ["scales.0", "scales.1", "table.a"]
    net.freeze()
    assert list(net.named_params) == ["scales.0", "scales.1", "table.a"]
    net.to(axon.float64)
    assert [p.dtype for p in net.params] == [axon.float64] * 3
    assert net.masks[0].dtype == axon.float32 and not net.scales[1].requires_grad
    del net.table
    assert list(net.named_params) == ["scales.0", "scales.1"]


def test_a_parameter_cannot_become_a_result_or_a_number():
    net = Net()
    with pytest.raises(TypeError, match=r"scale is a parameter; a int cannot be one.*\[\.\.\.\]"):
        net.scale = 3
    with pytest.raises(TypeError, match=r"scale is a parameter.*\.detach\(\)"):
        net.scale = net.scale * 2
    net.scale = (net.scale * 2).detach()
    assert net.scale.item() == 2.0 and "scale" in net.named_params


def test_children_and_modules():
    net = Net()
    assert [name for name, _ in net.named_children()] == ["first", "blocks.0", "blocks.1.a"]
    assert list(net.children()) == [net.first, net.blocks[0], net.blocks[1]["a"]]
    net.blocks.append(net.first)
    assert [name for name, _ in net.named_modules()] == ["", "first", "blocks.0", "blocks.1.a"]
    every = [name for name, _ in net.named_modules(remove_duplicate=False)]
    assert every == ["", "first", "blocks.0", "blocks.1.a", "blocks.2"]
    assert net.get_submodule("blocks.2") is net.first and net.get_submodule("") is net
    with pytest.raises(KeyError, match=r"blocks\.0"):
        net.get_submodule("blocks.7")


def test_a_module_that_holds_its_parent_is_walked_once():
    child, parent = Linear(1, 1), Net()
    parent.child, child.parent = child, parent
    assert len(list(parent.modules())) == 5
    assert len(list(parent.named_modules(remove_duplicate=False))) == 5


def test_tied_weights_count_once_and_are_saved_under_each_name():
    encoder, decoder = Linear(4, 4), Linear(4, 4)
    decoder.weight = encoder.weight
    model = Pipeline(encoder, decoder)
    assert len(model.params) == 3 and len(model.state_dict()) == 4
    state = model.state_dict()
    del state["1.weight"]
    assert model.load_state_dict(state) == ([], [])
    with axon.no_grad():
        encoder.weight *= 2
    np.testing.assert_array_equal(decoder.weight.numpy(), encoder.weight.numpy())
    twin = copy.deepcopy(model)
    assert twin[0].weight is twin[1].weight and twin[0].weight is not encoder.weight
    read = pickle.loads(pickle.dumps(model))
    assert read[0].weight is read[1].weight and read[0].weight.requires_grad


def test_pickle_and_deepcopy_keep_values_frozenness_and_mode():
    net = BatchNorm1d(3).eval()
    net.weight.requires_grad = False
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert list(twin.named_params) == ["weight", "bias"] and not twin.training
        assert not twin.weight.requires_grad and twin.bias.requires_grad
        assert list(twin.named_buffers) == list(net.named_buffers)
        twin.running_mean += 1
        assert net.running_mean.tolist() == [0.0] * 3


def test_params_is_a_list_of_that_moment():
    net = Net()
    before = net.params
    net.first = Linear(4, 3)
    assert isinstance(before, list) and before.module is net
    assert net.params[1] is net.first.weight and before[1] is not net.first.weight
    assert type(list(before)) is list


def test_partial_loading_says_what_was_left_out():
    net, state = Net(), {"first.weight": axon.zeros(3, 4), "first.scale": axon.zeros(1)}
    missing, unexpected = net.load_state_dict(state, strict=False)
    assert unexpected == ["first.scale"] and "first.bias" in missing and "cache" not in missing
    assert net.first.weight.numpy().max() == 0
    with pytest.raises(ValueError, match=r"'scale' is \(1,\) here, \(2,\) in the state"):
        net.load_state_dict({"scale": axon.zeros(2)}, strict=False)


def test_loading_casts_to_the_dtype_of_the_module():
    net = Linear(2, 2).to(axon.float16)
    net.load_state_dict({"weight": axon.ones(2, 2), "bias": axon.zeros(2)})
    assert net.weight.dtype == axon.float16 and net.weight.numpy().min() == 1
    with pytest.raises(ValueError, match="no float"):
        net.to(axon.int32)


def test_apply_visits_parents_first_and_zero_grad_forgets():
    net, seen = Net(), []
    net(axon.ones(2, 4)).sum().backward()
    assert net.apply(lambda m: seen.append(type(m).__name__)) is net
    assert seen == ["Net", "Linear", "Linear", "Linear"]
    net.zero_grad()
    assert all(p.grad is None for p in net.params)


def test_an_exception_within_a_layer_leaves_parameters_and_the_next_step_alone():
    def fail(x):
        raise KeyError("mistake of the user's")

    model, x = Linear(3, 2) >> fail, axon.ones(4, 3)
    before = model[0].weight.numpy().copy()
    with pytest.raises(KeyError, match="mistake"):
        model(x)
    np.testing.assert_array_equal(model[0].weight.numpy(), before)
    model[1] = ReLU()
    model(x).sum().backward()
    assert model[0].weight.grad is not None


def test_repr_shows_arguments_that_differ_from_their_defaults():
    class Wide(Module):
        def __init__(self, width, depth=2, bias=True):
            self.width, self.depth, self.bias = width, depth, None

    assert repr(Wide(3)) == "Wide(3, bias=False)" and repr(Wide(3, depth=4)).endswith(
        "3, depth=4, bias=False)"
    )


# ------------------------------------------------------------------------------ backward hooks


def test_backward_hooks_see_the_gradients_of_their_call():
    layer, seen = Lambda(double), []
    layer.register_full_backward_pre_hook(lambda m, out: seen.append(("out", out[0].tolist())))
    layer.register_full_backward_hook(
        lambda m, into, out: seen.append((into[0].tolist(), out[0].tolist()))
    )
    x = axon.ones(2, requires_grad=True)
    (layer(x) * 3 + x).sum().backward()
    assert seen == [("out", [3.0, 3.0]), ([6.0, 6.0], [3.0, 3.0])]
    assert x.grad.tolist() == [7.0, 7.0]


def test_backward_hooks_replace_gradients_until_removed():
    layer, x = Lambda(double), axon.ones(2, requires_grad=True)
    pre = layer.register_full_backward_pre_hook(lambda m, out: (out[0] * 10,))
    post = layer.register_full_backward_hook(lambda m, into, out: into[0] + out[0])
    layer(x).sum().backward()
    assert x.grad.tolist() == [30.0, 30.0]
    pre.remove(), post.remove()
    x.grad = None
    layer(x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_backward_hooks_of_several_inputs_and_outputs():
    class Swap(Module):
        def forward(self, a, n, b):
            return b * n, a

    layer, seen = Swap(), []
    layer.register_full_backward_hook(lambda m, into, out: seen.append((into, out)))
    a, b = axon.ones(2, requires_grad=True), axon.ones(3, requires_grad=True)
    y, z = layer(a, 4.0, b)
    (y.sum() + (z * 5).sum()).backward()
    ((into, out),) = seen
    assert into[0].tolist() == [5.0, 5.0] and into[1] is None and into[2].tolist() == [4.0] * 3
    assert [g.shape for g in out] == [(3,), (2,)]


def test_backward_hooks_where_no_input_needs_a_gradient():
    layer, seen = Linear(2, 1), []
    layer.register_full_backward_hook(lambda m, into, out: seen.append((into, out[0].shape)))
    layer(axon.ones(3, 2)).sum().backward()
    assert seen == [((None,), (3, 1))] and layer.weight.grad is not None
    with axon.no_grad():
        layer(axon.ones(3, 2))
    assert len(seen) == 1


def test_a_backward_hook_that_returns_too_many_gradients_says_so():
    layer = Lambda(double)
    layer.register_full_backward_hook(lambda m, into, out: (into[0], into[0]))
    with pytest.raises(ValueError, match="returned 2 gradients for 1"):
        layer(axon.ones(2, requires_grad=True)).sum().backward()


@pytest.mark.parametrize("layer", [Linear(2, 3), Linear(2, 2) >> ReLU()])
@pytest.mark.parametrize("given", [[[1.0, 2.0]], (1.0, 2.0), 3.0])
def test_an_input_that_is_no_tensor_is_told(layer, given):
    with pytest.raises(TypeError, match=rf"Linear: input 0 is a {type(given).__name__}.*axon.ten"):
        layer(given)


def test_errors_of_a_forward_that_are_not_its_inputs_go_through():
    class Broken(Module):
        def forward(self, x):
            return x.misspelt if isinstance(x, axon.Tensor) else self.misspelt

    for given in (axon.ones(1), [1.0]):
        with pytest.raises(AttributeError, match="misspelt"):
            Broken()(given)
