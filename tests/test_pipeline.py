"""Pipelines and branches: composition, editing, names, taps."""

import numpy as np
import pytest

import axon
from axon.nn import Concat, Conv2d, Dropout, Linear, Parallel, Pipeline, ReLU, Residual


@pytest.fixture(autouse=True)
def seed():
    axon.manual_seed(0)


def double(x):
    return x * 2


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
        "  (conv): Conv2d(1, 8, (3, 3), padding=(1, 1))\n"
        "  (act): ReLU()\n"
        "  (2): Residual(\n"
        "    (body): Linear(2, 2, bias=False)\n"
        "  )\n"
        "  (3): double\n"
        ")"
    )


# ------------------------------------------------------------------------------------ names, paths


def test_paths_reach_into_nested_pipelines():
    model = Pipeline(body=Pipeline(Linear(4, 3), act=ReLU()), head=Linear(3, 2))
    assert model["body.act"] is model[0][1]
    model["body.0"] = Linear(4, 3, bias=False)
    assert list(model.named_params) == ["body.0.weight", "head.weight", "head.bias"]
    del model["body.act"]
    assert len(model["body"]) == 1
    assert model.state_dict().keys() == model.named_params.keys()


def test_paths_lead_through_modules_that_are_no_steps():
    block = Residual(Linear(3, 3), double, ReLU())
    encoder = axon.nn.TransformerEncoder(axon.nn.TransformerEncoderLayer(4, 2, 8), 2)
    model = Pipeline(block=block, encoder=encoder, last=double)
    assert model["block.body.0"] is block.body[0] and model["block.body"] is block.body
    assert model["encoder.layers.1.linear1"] is encoder.layers[1].linear1
    for name, module in model.named_modules():
        if name:
            assert model[name] is module
    model["block.body.0"] = Linear(3, 3, bias=False)
    assert block.body[0].bias is None
    seen = []
    handle = model.tap("block.body.1", lambda y: seen.append(y.shape))
    block(axon.ones(2, 3))
    handle.remove()
    block(axon.ones(2, 3))
    assert seen == [(2, 3)]
    del model["block.body.1"]
    assert len(block.body) == 2
    with pytest.raises(KeyError, match=r"'block.body' is an attribute of a Residual, not a step"):
        model["block.body"] = ReLU()
    with pytest.raises(KeyError, match=r"step 'last' is no module"):
        model["last.0"]
    with pytest.raises(KeyError, match=r"no module at 'layers.2'"):
        model["encoder.layers.2"]


def test_rename_index_extend_and_refused_names():
    model = Pipeline(ReLU(), double)
    model.rename(1, "twice")
    model.extend(Pipeline(head=Linear(2, 1)))
    assert model.names == ["0", "twice", "head"]
    assert model.index("head") == 2 and model.index(double) == 1
    model.insert("head", ReLU(), name="act")
    assert model.names == ["0", "twice", "act", "head"]
    for name in ("twice", "3", "a.b", ""):
        with pytest.raises(ValueError, match="name"):
            model.rename(0, name)
    with pytest.raises(ValueError, match="name"):
        model.extend(Pipeline(act=ReLU()))
    assert model.names == ["0", "twice", "act", "head"]
    with pytest.raises(ValueError, match="none of the steps"):
        model.index(ReLU())
    with pytest.raises(IndexError, match="out of range"):
        model[4]


# -------------------------------------------------------------------------------------------- taps


def test_taps_watch_and_change_until_removed():
    model, seen = Pipeline(double, act=ReLU()), []
    watch = model.tap(0, lambda y: seen.append(y.tolist()))
    change = model.tap("act", lambda y: y + 1)
    x = axon.tensor([-1.0, 2.0])
    assert model(x).tolist() == [1.0, 5.0] and seen == [[-2.0, 4.0]]
    model[0] = ReLU()
    model.insert(0, double)
    assert model(x).tolist() == [1.0, 5.0] and seen[1:] == [[0.0, 4.0]]
    watch.remove(), change.remove()
    assert model(x).tolist() == [0.0, 4.0] and len(seen) == 2
    with pytest.raises(KeyError, match="act"):
        model.tap("nothing", print)


def test_taps_by_path_and_through_composition():
    inner = Pipeline(Linear(2, 2), Residual(ReLU()))
    model, seen = Pipeline(body=inner) >> double, []
    model.tap("body.0", lambda y: seen.append("linear"))
    model.tap("body.1.body", lambda y: seen.append("relu"))
    handle = inner.tap(1, lambda y: y * 0)
    composed = inner >> double
    assert model(axon.ones(1, 2)).tolist() == [[0.0, 0.0]] and seen == ["linear", "relu"]
    assert composed(axon.ones(1, 2)).tolist() == [[0.0, 0.0]] and len(composed) == 2
    handle.remove()
    assert composed(axon.ones(1, 2)).numpy().any()


def test_gradients_flow_through_what_a_tap_changes():
    model = Pipeline(double)
    model.tap(0, lambda y: y * 3)
    x = axon.ones(2, requires_grad=True)
    model(x).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


# ---------------------------------------------------------------------------------------- branches


def test_parallel_and_concat():
    x = axon.tensor([[1.0, -2.0]])
    a, b = Parallel(ReLU(), twice=double)(x)
    assert a.tolist() == [[1.0, 0.0]] and b.tolist() == [[2.0, -4.0]]
    product = Parallel(ReLU(), double, combine=lambda a, b: a * b)
    assert product(x).tolist() == [[2.0, 0.0]]
    joined = Concat(ReLU(), double)
    assert joined(x).tolist() == [[1.0, 0.0, 2.0, -4.0]]
    joined[0] = double
    del joined[1]
    assert joined(x).tolist() == [[2.0, -4.0]] and Concat(double, double, dim=0)(x).shape == (2, 2)
    assert product[1:].combine is product.combine and Concat(double, dim=0)[:1].dim == 0


def test_branches_hold_parameters_and_taps():
    model = Concat(Linear(2, 3), deep=Linear(2, 4) >> ReLU()) >> Linear(7, 1)
    assert [p.shape for p in model.params][:2] == [(3, 2), (3,)] and len(model.params) == 6
    assert list(model.named_params)[2] == "0.deep.0.weight"
    model.tap("0.deep", lambda y: y * 0)
    assert model(axon.ones(5, 2)).shape == (5, 1)
    assert repr(Concat(ReLU(), dim=2)).startswith("Concat(\n  dim=2\n  (0): ReLU()")
