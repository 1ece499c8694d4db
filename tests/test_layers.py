"""Layers: values by definition, against NumPy."""

import math
import re

import numpy as np
import pytest
from op_cases import all_ops

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
    LayerNorm,
    Linear,
    MaxPool2d,
    Residual,
)

# What layers compute is equal in all tiers: the ops that they apply are tested in each.
pytestmark = pytest.mark.executor


@pytest.fixture(autouse=True)
def seed():
    axon.manual_seed(0)


def double(x):
    return x * 2


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


# ----------------------------------------------------- layers by their definition, step by step


def params(layer):
    return {name: p.numpy().astype(np.float64) for name, p in layer.named_params.items()}


def close(actual, expected, tolerance=1e-4):
    np.testing.assert_allclose(actual.numpy(), expected, rtol=tolerance, atol=tolerance)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def scan(layer, x, end, reverse):
    """(length, n, input) through one layer in one direction, by the formulas."""
    p = params(layer)
    w_ih, w_hh = p[f"weight_ih{end}"], p[f"weight_hh{end}"]
    b_ih, b_hh = p.get(f"bias_ih{end}", 0.0), p.get(f"bias_hh{end}", 0.0)
    h = c = np.zeros((x.shape[1], layer.hidden_size))
    outputs = []
    for step in x[::-1] if reverse else x:
        a, b = step @ w_ih.T + b_ih, h @ w_hh.T + b_hh
        if isinstance(layer, nn.LSTM):
            i, f, g, o = np.split(a + b, 4, -1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        elif isinstance(layer, nn.GRU):
            (ar, az, an), (br, bz, bn) = np.split(a, 3, -1), np.split(b, 3, -1)
            z = sigmoid(az + bz)
            h = (1 - z) * np.tanh(an + sigmoid(ar + br) * bn) + z * h
        else:
            h = np.tanh(a + b)
        outputs.append(h)
    return np.stack(outputs[::-1] if reverse else outputs), h, c


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU], ids=lambda k: k.__name__)
@pytest.mark.parametrize(
    "options", [{}, {"num_layers": 2, "bidirectional": True}, {"bias": False}], ids=str
)
def test_recurrent_layers_by_definition(kind, options):
    layer, x = kind(3, 4, **options), axon.randn(5, 2, 3)
    y, state = layer(x)
    expected, hs, cs = x.numpy().astype(np.float64), [], []
    for number in range(layer.num_layers):
        parts = []
        for suffix in ("", "_reverse") if layer.bidirectional else ("",):
            part, h, c = scan(layer, expected, f"_l{number}{suffix}", bool(suffix))
            parts.append(part), hs.append(h), cs.append(c)
        expected = np.concatenate(parts, -1)
    close(y, expected)
    h, *rest = state if kind is nn.LSTM else (state,)
    close(h, np.stack(hs))
    for c in rest:
        close(c, np.stack(cs))


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU], ids=lambda k: k.__name__)
def test_recurrent_orders_states_and_cells(kind):
    layer, x = kind(3, 4), axon.randn(5, 2, 3)
    y, _ = layer(x)
    other = kind(3, 4, batch_first=True)
    other.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(other(x.movedim(0, 1))[0].movedim(0, 1).numpy(), y.numpy())
    close(layer(x[:, 0])[0], y[:, 0].numpy(), 1e-6)
    # The second half goes on from the state that the first half gave.
    first, middle = layer(x[:3])
    second, _ = layer(x[3:], middle)
    close(axon.concat([first, second]), y.numpy(), 1e-6)
    cell = getattr(nn, kind.__name__ + "Cell")(3, 4)
    cell.load_state_dict({n.removesuffix("_l0"): t for n, t in layer.state_dict().items()})
    h = None
    for step in x:
        h = cell(step, h)
    close(h[0] if kind is nn.LSTM else h, y[-1].numpy(), 1e-6)
    with pytest.raises(ValueError, match=r"initial state.*\(1, 2, 4\)"):
        layer(x, axon.zeros(1, 2, 5))
    with pytest.raises(ValueError, match=r"\(length, n, 3\)"):
        layer(axon.zeros(5, 2, 4))


def test_recurrent_steps_are_few_kernels_and_learn():
    layer, x = nn.LSTM(3, 4), axon.randn(5, 2, 3)
    axon.flush()
    y, _ = layer(x)
    kernels = axon.explain(y).kernels
    # The inputs' product, and for each step the state's product with the cell behind it.
    assert len(kernels) <= 2 + 5 * 2
    y.sum().backward()
    assert all(p.grad is not None for p in layer.params)


def attention(layer, q, k, v, hidden):
    """Multi-head attention by its formula; ``hidden`` is true where nothing is seen."""
    p, heads, width = params(layer), layer.num_heads, layer.head_dim
    w = np.split(p["in_proj_weight"], np.cumsum(layer._parts)[:2])
    b = np.split(p["in_proj_bias"], np.cumsum(layer._parts)[:2])
    q, k, v = (x @ w.T + b for x, w, b in zip((q, k, v), w, b, strict=True))
    shared = heads // layer.num_kv_heads
    n, results, shares = q.shape[0], [], []
    for head in range(heads):
        of_q = slice(head * width, (head + 1) * width)
        of_k = slice(head // shared * width, (head // shared + 1) * width)
        scores = q[:, :, of_q] @ k[:, :, of_k].transpose(0, 2, 1) / math.sqrt(width)
        scores = np.where(np.broadcast_to(hidden, scores.shape), -np.inf, scores)
        share = np.exp(scores - scores.max(-1, keepdims=True))
        share /= share.sum(-1, keepdims=True)
        results.append(share @ v[:, :, of_k]), shares.append(share)
    assert n == len(results[0])
    y = np.concatenate(results, -1) @ p["out_proj.weight"].T + p["out_proj.bias"]
    return y, np.stack(shares, 1)


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_multihead_attention_by_definition(kv_heads):
    layer = nn.MultiheadAttention(8, 4, batch_first=True, num_kv_heads=kv_heads)
    for param in layer.params:
        nn.init.normal_(param)
    q, k, v = axon.randn(2, 5, 8), axon.randn(2, 3, 8), axon.randn(2, 3, 8)
    padding = np.array([[False, False, True], [False, True, False]])
    mask = np.triu(np.ones((5, 3), bool), 2)
    masks = {"key_padding_mask": axon.tensor(padding), "attn_mask": axon.tensor(mask)}
    y, shares = layer(q, k, v, **masks, average_attn_weights=False)
    expected, of_heads = attention(layer, *(x.numpy() for x in (q, k, v)), mask | padding[:, None])
    close(y, expected, 1e-3)
    close(shares, of_heads)
    close(layer(q, k, v, **masks)[1], of_heads.mean(1))
    assert layer(q, k, v, need_weights=False)[1] is None


def test_multihead_attention_alone_causal_and_with_other_widths():
    layer = nn.MultiheadAttention(8, 2)
    x = axon.randn(5, 3, 8)
    y, _ = layer(x, x, x, is_causal=True)
    hidden = np.triu(np.ones((5, 5), bool), 1)
    inputs = [x.numpy().transpose(1, 0, 2)] * 3
    close(y, attention(layer, *inputs, hidden)[0].transpose(1, 0, 2))
    close(layer(x[:, 0], x[:, 0], x[:, 0], is_causal=True)[0], y[:, 0].numpy())
    other = nn.MultiheadAttention(8, 2, kdim=6, vdim=7, bias=False)
    assert list(other.named_params) == [
        "q_proj_weight",
        "k_proj_weight",
        "v_proj_weight",
        "out_proj.weight",
    ]
    assert other(x, axon.randn(4, 3, 6), axon.randn(4, 3, 7))[1].shape == (3, 5, 4)
    with pytest.raises(ValueError, match="key has shape"):
        other(x, x, x)
    with pytest.raises(ValueError, match="multiple"):
        nn.MultiheadAttention(8, 3)


def layer_norm(p, name, x):
    x = x - x.mean(-1, keepdims=True)
    normal = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)
    return normal * p[f"{name}.weight"] + p[f"{name}.bias"]


@pytest.mark.parametrize("norm_first", [False, True])
def test_transformer_layers_by_definition(norm_first):
    options = {"dim_feedforward": 12, "dropout": 0.0, "batch_first": True}
    encoder = nn.TransformerEncoderLayer(8, 2, norm_first=norm_first, **options)
    decoder = nn.TransformerDecoderLayer(8, 2, norm_first=norm_first, **options)
    x, memory = axon.randn(2, 5, 8), axon.randn(2, 3, 8)

    def expected(layer, x, *sources):
        p = params(layer)

        def feed(x):
            hidden = np.maximum(x @ p["linear1.weight"].T + p["linear1.bias"], 0)
            return hidden @ p["linear2.weight"].T + p["linear2.bias"]

        parts = [lambda x: attention(layer.self_attn, x, x, x, False)[0]]
        parts += [
            lambda x, s=s: attention(layer.multihead_attn, x, s, s, False)[0] for s in sources
        ]
        for number, part in enumerate([*parts, feed], 1):
            name = f"norm{number}"
            x = x + part(layer_norm(p, name, x)) if norm_first else layer_norm(p, name, x + part(x))
        return x

    close(encoder(x), expected(encoder, x.numpy()))
    close(decoder(x, memory), expected(decoder, x.numpy(), memory.numpy()))


def test_transformer_stacks_copy_their_layer():
    layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=12, dropout=0.0)
    stack, x = nn.TransformerEncoder(layer, 2, LayerNorm(8)), axon.randn(5, 2, 8)
    assert "layers.1.self_attn.in_proj_weight" in stack.named_params
    assert stack.layers[0].linear1.weight is not layer.linear1.weight
    close(stack(x), stack.norm(layer(layer(x))).numpy(), 1e-5)
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, dim_feedforward=12), 2).eval()
    once, twice = decoder.layers
    close(
        decoder(x, x, tgt_is_causal=True),
        twice(once(x, x, tgt_is_causal=True), x, tgt_is_causal=True).numpy(),
        1e-5,
    )
    with pytest.raises(ValueError, match="activation"):
        nn.TransformerEncoderLayer(8, 2, activation="step")


def test_positional_encoding():
    x = axon.zeros(2, 6, 4)
    y = nn.PositionalEncoding(4, batch_first=True)(x).numpy()[1]
    p = np.arange(6)
    for column, values in enumerate((np.sin(p), np.cos(p), np.sin(p / 100), np.cos(p / 100))):
        np.testing.assert_allclose(y[:, column], values, atol=1e-6)
    close(nn.PositionalEncoding(4)(axon.zeros(6, 2, 4))[:, 1], y)


def test_bilinear():
    layer, a, b = nn.Bilinear(3, 4, 2), axon.randn(5, 3), axon.randn(5, 4)
    p = params(layer)
    close(layer(a, b), np.einsum("ni,oij,nj->no", a.numpy(), p["weight"], b.numpy()) + p["bias"])
    assert abs(p["weight"]).max() <= 1 / math.sqrt(3)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_padding_of_convolutions(mode):
    layer, x = nn.Conv1d(2, 3, 4, padding="same", padding_mode=mode), axon.randn(2, 2, 9)
    numpy_mode = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}.get(mode, mode)
    padded = np.pad(x.numpy().astype(np.float64), ((0, 0), (0, 0), (1, 2)), numpy_mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 4, axis=2)
    p = params(layer)
    close(layer(x), np.einsum("nclr,ocr->nol", windows, p["weight"]) + p["bias"][:, None])
    close(layer(x[0]), layer(x)[0].numpy(), 1e-6)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Conv2d(3, 4, 3, padding="full"), "'same'"),
        (lambda: Conv2d(3, 4, 3, stride=2, padding="same"), "stride 1"),
        (lambda: Conv2d(3, 4, 3, stride=(1, 0)), r"stride is \(1, 0\); expected 1 or more"),
        (lambda: Conv2d(3, 4, 3, padding=-1), "Conv2d: padding is -1; expected 0 or more"),
        (lambda: nn.ConvTranspose2d(3, 4, 0), "kernel_size is 0; expected 1 or more"),
        (lambda: nn.MaxPool2d(0), "kernel_size is 0; expected 1 or more"),
        (lambda: Conv2d(3, 4, (3, 3, 3)), "kernel_size is .*; expected one int, or 2"),
        (lambda: Conv2d(3, 4, 3, padding_mode="mirror"), "padding_mode"),
        (lambda: Conv2d(3, 4, 3)(axon.ones(1, 4, 5, 5)), r"\(n, 3, height, width\), or one"),
        (lambda: nn.Conv1d(3, 4, 3)(axon.ones(1, 4, 5)), r"\(n, 3, length\), or one"),
        (lambda: nn.GroupNorm(3, 4), "multiple"),
        (lambda: nn.Embedding(3, 4, padding_idx=3), "padding_idx"),
        (lambda: LayerNorm(4)(axon.ones(3)), r"expected \(..., 4\)"),
        (lambda: nn.Dropout2d()(axon.ones(3)), "4 axes"),
        (lambda: nn.AdaptiveAvgPool2d((1, 2, 3)), "output_size"),
        (lambda: nn.GELU("erf"), "approximate"),
        (lambda: nn.XIELU(alpha_n=0.5), "alpha_n"),
        (lambda: nn.RNN(3, 4, nonlinearity="step"), "nonlinearity"),
        (lambda: nn.LSTM(3, 4, num_layers=0), "num_layers"),
        (lambda: nn.GRU(3, 4)(axon.ones(0, 2, 3)), r"GRU\(3, 4\): the sequences have no steps"),
        (lambda: nn.PositionalEncoding(3), "even"),
        (lambda: Flatten(2, 1)(axon.ones(2, 3, 4)), "not before"),
    ],
)
def test_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_convolution_is_the_gradient_of_a_convolution(rank):
    sizes = {"kernel_size": 3, "stride": 2, "padding": 1, "bias": False}
    down = getattr(nn, f"Conv{rank}d")(3, 4, **sizes)
    up = getattr(nn, f"ConvTranspose{rank}d")(4, 3, **sizes, output_padding=1)
    up.load_state_dict(down.state_dict())
    x, dy = axon.randn(2, 3, *(8,) * rank, requires_grad=True), axon.randn(2, 4, *(4,) * rank)
    down(x).backward(dy)
    close(up(dy), x.grad.numpy(), 1e-5)


def test_shapes_of_a_transposed_convolution_of_sequences():
    line = nn.ConvTranspose1d(2, 3, 2, stride=2)
    assert line(axon.ones(1, 2, 5)).shape == (1, 3, 10) and line.weight.shape == (2, 3, 2)


def test_embedding_of_padding_gets_no_gradient():
    layer = Embedding(5, 2, padding_idx=-4)
    assert layer.padding_idx == 1 and layer.weight[1].tolist() == [0.0, 0.0]
    layer(axon.tensor([1, 1, 4])).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy()[:, 0], [0, 0, 0, 0, 1])


def test_norms_by_definition():
    x = axon.randn(3, 4, 5) * 2 + 1
    values = x.numpy().astype(np.float64)

    def normal(x, axes):
        return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)

    close(LayerNorm((4, 5))(x), normal(values, (1, 2)))
    close(nn.InstanceNorm1d(4)(x), normal(values, 2))
    close(nn.GroupNorm(2, 4)(x), normal(values.reshape(3, 2, -1), 2).reshape(values.shape))
    close(nn.RMSNorm(5)(x), values / np.sqrt((values**2).mean(-1, keepdims=True)))
    close(nn.DynamicTanh(5)(x), np.tanh(0.5 * values))
    assert [*LayerNorm(5, bias=False).named_params] == ["weight"]
    assert LayerNorm(5, elementwise_affine=False).params == []


def test_batch_norm_without_momentum_averages_and_without_statistics_stays():
    layer, batches = BatchNorm1d(2, momentum=None), [axon.randn(8, 2) for _ in range(3)]
    for batch in batches:
        layer(batch)
    close(layer.running_mean, np.mean([b.numpy().mean(0) for b in batches], 0))
    assert layer.num_batches_tracked.item() == 3
    layer.reset_parameters()
    assert layer.running_mean.tolist() == [0, 0] and layer.num_batches_tracked.item() == 0
    plain = BatchNorm1d(2, affine=False, track_running_stats=False)
    assert plain.params == [] and plain.buffers == []
    np.testing.assert_array_equal(plain.eval()(batch).numpy(), plain.train()(batch).numpy())
    tracked = nn.InstanceNorm2d(2, track_running_stats=True)
    tracked(axon.randn(4, 2, 3, 3) + 5)
    assert (tracked.running_mean.numpy() > 0.3).all()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_dropout_of_channels(rank):
    layer = getattr(nn, f"Dropout{rank}d")(0.5)
    y = layer(axon.ones(20, 30, *(2,) * rank)).numpy().reshape(600, -1)
    assert (y == y[:, :1]).all() and set(np.unique(y)) == {0.0, 2.0}
    assert layer.eval()(axon.ones(2, 3, *(2,) * rank)).numpy().min() == 1


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Constant", "Zero", "Reflection", "Replication", "Circular"])
def test_paddings(rank, kind):
    padding = (1, 2, 2, 1, 0, 1)[: 2 * rank]
    options = (7.0,) if kind == "Constant" else ()
    x = axon.randn(2, 3, *(4, 5, 6)[:rank])
    y = getattr(nn, f"{kind}Pad{rank}d")(padding, *options)(x)
    widths = [(0, 0)] * 2 + [padding[2 * a : 2 * a + 2] for a in reversed(range(rank))]
    mode = {"Reflection": "reflect", "Replication": "edge", "Circular": "wrap"}.get(kind)
    fill = {"mode": mode} if mode else {"constant_values": options[0] if options else 0}
    np.testing.assert_array_equal(y.numpy(), np.pad(x.numpy(), widths, **fill))
    assert getattr(nn, f"ZeroPad{rank}d")(1)(x).shape[-1] == x.shape[-1] + 2


def test_pools_of_one_and_three_axes():
    x = axon.randn(2, 3, 4, 4, 6)
    blocks = x.numpy().reshape(2, 3, 2, 2, 2, 2, 3, 2)
    np.testing.assert_array_equal(nn.MaxPool3d(2)(x).numpy(), blocks.max((3, 5, 7)))
    close(nn.AvgPool3d(2)(x), blocks.mean((3, 5, 7)))
    pairs = x.numpy().reshape(2, 3, 4, 4, 3, 2)
    close(nn.AvgPool1d(2)(x), pairs.mean(-1))
    np.testing.assert_array_equal(nn.MaxPool1d(2)(x).numpy(), pairs.max(-1))
    close(nn.AdaptiveAvgPool2d((1, None))(x), x.numpy().mean(3, keepdims=True))
    close(nn.AdaptiveAvgPool1d(3)(x), pairs.mean(-1))
    np.testing.assert_array_equal(nn.AdaptiveMaxPool2d((None, 3))(x).numpy(), pairs.max(-1))
    np.testing.assert_array_equal(nn.AdaptiveMaxPool1d(3)(x).numpy(), pairs.max(-1))
    inner = nn.AvgPool2d(2, padding=1, count_include_pad=False)(axon.ones(1, 1, 4, 4))
    assert inner.numpy().min() == 1


@pytest.mark.parametrize(
    "layer, extents, padded, window",
    [
        (nn.Conv2d(3, 4, 9), (8, 9), (8, 9), (9, 9)),
        (nn.Conv2d(3, 4, 3, padding=1, dilation=(1, 4)), (1, 6), (3, 8), (3, 9)),
        (nn.Conv1d(3, 4, 3), (2,), (2,), (3,)),
        (nn.Conv1d(3, 4, 5, padding=1, padding_mode="replicate"), (2,), (4,), (5,)),
        (nn.MaxPool2d(2), (1, 4), (1, 4), (2, 2)),
        (nn.MaxPool1d(3, dilation=2), (4,), (4,), (5,)),
        (nn.AvgPool3d(4, padding=1), (4, 4, 1), (6, 6, 3), (4, 4, 4)),
    ],
    ids=str,
)
def test_windows_lie_within_the_input(layer, extents, padded, window):
    words = f"{layer}: x has the extents {padded} with padding, a window takes {window}"
    with pytest.raises(ValueError, match=re.escape(words)):
        layer(axon.ones(2, 3, *extents))
    assert layer(axon.ones(0, 3, *[extent + 8 for extent in extents])).shape[0] == 0


def test_shapes():
    x = axon.randn(2, 3, 4, 5)
    assert Flatten(0, 1)(x).shape == (6, 4, 5) and Flatten(-2)(x).shape == (2, 3, 20)
    assert nn.Unflatten(-1, (5, 1))(x).shape == (2, 3, 4, 5, 1)
    assert nn.Reshape(-1, 10)(x).shape == (12, 10) and nn.Identity()(x) is x
    assert nn.Upsample(size=(8, 10))(x).shape == (2, 3, 8, 10)
    np.testing.assert_array_equal(nn.Upsample(scale_factor=2)(x).numpy()[..., ::2, ::2], x.numpy())


MODULES = [op for op in all_ops() if op.module]


@pytest.mark.parametrize("op", MODULES, ids=lambda op: op.module)
def test_modules_of_entries_apply_their_op(op):
    kind, x = getattr(nn, op.module), axon.randn(4, 6) * 2
    function = getattr(axon._runtime.ops, op.name)
    np.testing.assert_array_equal(kind()(x).numpy(), function(x).numpy())
    for attr in op.program.attrs:
        name = "dim" if attr.type in ("axis", "axes") else attr.name
        for value in op.samples.get(attr.name, ()):
            if value == attr.default or not isinstance(value, int | float):
                continue
            given = kind(**{name: value})
            expected = function(x, **{attr.name: value}).numpy()
            np.testing.assert_array_equal(given(x).numpy(), expected)
            assert repr(given) == f"{op.module}({name}={value!r})"


def test_activations_with_parameters():
    x = axon.randn(3, 2, 5)
    values = x.numpy()
    prelu = nn.PReLU(2, init=0.1)
    assert prelu.weight.shape == (2,)
    close(prelu(x), np.where(values > 0, values, 0.1 * values), 1e-6)
    positive, negative = 0.8 * values**2, 0.8 * (np.expm1(values) - values)
    close(nn.XIELU()(x), np.where(values > 0, positive, negative) + 0.5 * values, 1e-5)
    close(nn.GELU("tanh")(x), axon.gelu_tanh(x).numpy(), 0)


# ------------------------------------------------------------------------------------------ losses


def test_losses_are_the_functions_with_their_options():
    logits, labels = axon.randn(4, 3, 5), axon.tensor(np.arange(20).reshape(4, 5) % 3)
    moved, metrics = logits.movedim(1, -1), axon.metrics
    weight = axon.tensor([0.5, 1.0, 2.0])
    for options in ({}, {"label_smoothing": 0.1}, {"weight": weight}, {"ignore_index": 1}):
        close(
            nn.CrossEntropyLoss(**options)(logits, labels),
            metrics.cross_entropy(moved, labels, **options).numpy(),
            1e-6,
        )
    likely = logits.softmax(axis=1)
    close(
        nn.CrossEntropyLoss()(logits, likely),
        metrics.cross_entropy(moved, likely.movedim(1, -1)).numpy(),
        1e-6,
    )
    close(
        nn.NLLLoss(weight)(likely.log(), labels),
        metrics.cross_entropy(moved, labels, weight=weight).numpy(),
        1e-5,
    )
    a, b = axon.randn(4, 3), axon.rand(4, 3)
    close(nn.MSELoss("sum")(a, b), ((a - b) ** 2).sum().numpy(), 1e-5)
    close(nn.L1Loss()(a, b), (a - b).abs().mean().numpy(), 1e-6)
    close(nn.HuberLoss(delta=0.5)(a, b), metrics.huber(a, b, delta=0.5).numpy(), 0)
    close(nn.SmoothL1Loss(beta=0.5)(a, b), metrics.smooth_l1(a, b, beta=0.5).numpy(), 0)
    close(nn.BCEWithLogitsLoss()(a, b), nn.BCELoss()(a.sigmoid(), b).numpy(), 1e-5)
    close(
        nn.BCEWithLogitsLoss(pos_weight=b[0])(a, b), metrics.bce(a, b, pos_weight=b[0]).numpy(), 0
    )
    close(nn.KLDivLoss("batchmean")(a, b), metrics.kl_div(a, b, reduction="batchmean").numpy(), 0)
    close(
        nn.TripletMarginLoss(margin=0.2)(a, b, a + b),
        metrics.triplet_margin(a, b, a + b, margin=0.2).numpy(),
        0,
    )
