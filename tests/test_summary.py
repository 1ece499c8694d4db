"""What a model does, step by step: rows of calls, and fused kernels over steps."""

import numpy as np
import pytest

import axon
from axon.nn import (
    BatchNorm1d,
    Concat,
    Dropout,
    Flatten,
    Linear,
    MultiheadAttention,
    Pipeline,
    ReLU,
    Residual,
)


def double(x):
    return x * 2


def test_rows_are_the_calls_with_shapes_and_parameters():
    model = Pipeline(
        Linear(4, 8), act=ReLU(), more=Pipeline(Linear(8, 8), double), head=Linear(8, 2)
    )
    model["head"].freeze()
    summary = model.summary(axon.ones(3, 4))
    assert [(row.name, row.kind, row.shape) for row in summary.rows] == [
        ("0", "Linear", (3, 8)),
        ("act", "ReLU", (3, 8)),
        ("more", "Pipeline", (3, 8)),
        ("more.0", "Linear", (3, 8)),
        ("more.1", "double", (3, 8)),
        ("head", "Linear", (3, 2)),
    ]
    assert [row.params for row in summary.rows] == [40, 0, 0, 72, 0, 18]
    assert (summary.params, summary.trainable, summary.bytes) == (130, 112, 520)
    assert [row.kernels for row in summary.rows] == [1, 1, 0, 1, 1, 1]
    assert 1 <= summary.kernels < 5 and summary.seconds > 0
    text = str(summary)
    assert "130 parameters" in text and "18 of them frozen" in text and "for the 5 above" in text
    assert all(not place.taps for place in model._places) and not model[0]._forward_hooks


def test_tied_weights_and_repeated_calls_count_once():
    layer = Linear(4, 4)
    summary = (layer >> layer >> double).summary(axon.ones(2, 4))
    assert [row.params for row in summary.rows] == [20, 0, 0] and summary.params == 20


def test_a_layer_alone_and_one_with_several_results():
    assert [row.kind for row in Linear(4, 2).summary(axon.ones(3, 4)).rows] == ["Linear"]
    x = axon.ones(2, 5, 8)
    rows = MultiheadAttention(8, 2, batch_first=True).summary(x, x, x).rows
    assert rows[0].shape == [(2, 5, 8), (2, 5, 5)] and rows[1].name == "out_proj"


@pytest.mark.parametrize("look", ["summary", "explain"])
def test_looking_changes_nothing(look):
    model = Linear(4, 3) >> BatchNorm1d(3) >> Dropout(0.5)
    x = axon.randn(8, 4)
    buffers = [b.numpy().copy() for b in model.buffers]
    state = axon.get_rng_state()
    getattr(model, look)(x)
    assert axon.get_rng_state() == state
    for buffer, before in zip(model.buffers, buffers, strict=True):
        np.testing.assert_array_equal(buffer.numpy(), before)


def test_kernels_over_steps():
    model = Pipeline(
        Linear(64, 512), act=ReLU(), flat=Flatten(), twice=double, head=Linear(512, 10)
    )
    seen = model.explain(axon.ones(256, 64))
    assert [step.name for step in seen.steps] == ["0", "act", "flat", "twice", "head"]
    first, last = seen.steps[0].kernels, seen.steps[4].kernels
    assert seen.steps[1].kernels == seen.steps[3].kernels == first != last
    assert seen.steps[2].kernels == []
    assert "relu" in seen.kernels[first[0]].ops and "mul" in seen.kernels[first[0]].ops
    assert f"5 steps in {len(seen.kernels)} kernels" in str(seen)


def test_kernels_of_branches_and_changed_activations():
    model = Concat(Linear(4, 3), Linear(4, 5)) >> Residual(double)
    assert len(model.explain(axon.ones(2, 4)).steps) == 2
    model.tap(1, axon.exp)
    assert any("exp" in kernel.ops for kernel in model.explain(axon.ones(2, 4)).kernels)


def test_a_step_that_ignores_its_input_is_told():
    model = Linear(4, 4) >> (lambda x: axon.ones(2))
    with pytest.raises(ValueError, match="does not use what it gets"):
        model.explain(axon.ones(2, 4))


def test_results_may_be_numbers_but_only_tensors_are_explained():
    model = Linear(4, 4) >> (lambda x: (axon.exp(x), 3))
    assert len(model.explain(axon.ones(2, 4)).kernels) == 1
    with pytest.raises(TypeError, match=r"axon\.explain: expected tensors, got a int"):
        axon.explain(axon.ones(2), 3)
