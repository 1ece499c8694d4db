"""The steps of random programs (test_fuzz.py): each reads its choices and records an op or two.

A step is a function of the run and the choices `c`. It hands `run.do` a text for the listing, the
op and its NumPy oracle, both of the same operands.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

import axon

SMALL, LARGEST = 1250, 40000  # elements


class Value:
    """A tensor of the program with the name it has in the listing."""

    def __init__(self, name, tensor, trust, hold, traced):
        self.name = name
        self.tensor = tensor
        self.trust = trust
        self.hold = hold  # true iff it is still held at the next flush
        self.traced = traced  # true iff it is on the tape


class Skip(Exception):
    """The step does nothing: no operand fits."""


STEPS = []


def step(weight):
    def register(function):
        STEPS.extend([function] * weight)
        return function

    return register


UNARY = {
    "tanh": (axon.tanh, np.tanh, False),
    "exp": (lambda x: axon.exp(axon.minimum(x, 3.0)), lambda x: np.exp(np.minimum(x, 3)), True),
    "square": (axon.square, np.square, False),
    "neg": (axon.neg, np.negative, False),
    "abs": (axon.abs, np.abs, True),
    "relu": (axon.relu, lambda x: np.maximum(x, 0), True),
    "sigmoid": (axon.sigmoid, special.expit, False),
    "gelu": (axon.gelu, lambda x: x * special.ndtr(x), False),
    "sqrt": (lambda x: axon.sqrt(axon.abs(x) + 1), lambda x: np.sqrt(np.abs(x) + 1), True),
    "floor": (axon.floor, np.floor, True),
    "times": (lambda x: x * 1.5 - 0.25, lambda x: x * 1.5 - 0.25, False),
    "sin": (axon.sin, np.sin, False),
}


@step(1)
def nothing(run, c):
    """What hypothesis turns the steps into that a failure does not need."""


@step(4)
def unary(run, c):
    name, (function, oracle, kink) = c.of(list(UNARY.items()))
    run.do(c, name + "({})", function, oracle, run.pick_float(c), kink=kink)


def safe_div(a, b):
    return a / (b * b + 1)


BINARY = {
    "add": (axon.add, np.add, False),
    "mul": (axon.mul, np.multiply, False),
    "sub": (axon.sub, np.subtract, False),
    "maximum": (axon.maximum, np.maximum, True),
    "safe_div": (safe_div, safe_div, False),
    "minimum": (axon.minimum, np.minimum, True),
}


def broadcast_size(*shapes):
    """How many elements the shapes have together; infinite if they do not fit."""
    try:
        return math.prod(np.broadcast_shapes(*shapes))
    except ValueError:
        return math.inf


def fits_with(shape):
    return lambda t: t.is_floating_point and broadcast_size(shape, t.shape) <= LARGEST


@step(8)
def binary(run, c):
    a = run.pick_float(c)
    b = run.pick(c, fits_with(a.tensor.shape))
    name, (function, oracle, kink) = c.of(list(BINARY.items()))
    if c.flag():
        a, b = b, a
    run.do(c, name + "({}, {})", function, oracle, a, b, kink=kink)


@step(2)
def broadcast_binary(run, c):
    """With axes of extent 1 put where they make the operands meet."""
    a = run.pick_float(c)
    at = c.below(a.tensor.ndim + 1)
    shape = (*a.tensor.shape[:at], 1, *a.tensor.shape[at:])
    b = run.pick(c, fits_with(shape))
    name, (function, oracle, kink) = c.of(list(BINARY.items()))
    run.do(
        c,
        f"{name}({{}}.reshape{shape}, {{}})",
        lambda x, y: function(axon.reshape(x, shape), y),
        lambda x, y: oracle(x.reshape(shape), y),
        a,
        b,
        kink=kink,
    )


REDUCTIONS = {
    "sum": (axon.sum, np.sum, False),
    "max": (axon.max, np.max, True),
    "mean": (axon.mean, np.mean, False),
    "min": (axon.min, np.min, True),
    "logsumexp": (axon.logsumexp, special.logsumexp, False),
}


def axes_of(c, tensor):
    chosen = tuple(axis for axis in range(tensor.ndim) if c.flag())
    return chosen if chosen and c.below(4) else (c.below(tensor.ndim),)


@step(6)
def reduction(run, c):
    name, (function, oracle, kink) = c.of(list(REDUCTIONS.items()))
    x = run.pick_float(c, rank=1)
    axis, keepdim = axes_of(c, x.tensor), c.flag()
    run.do(
        c,
        f"{name}({{}}, axis={axis}, keepdim={keepdim})",
        lambda x: function(x, axis=axis, keepdim=keepdim),
        lambda x: oracle(x, axis=axis, keepdims=keepdim),
        x,
        kink=kink,
        tol=1e-3,
    )


@step(2)
def variance(run, c):
    x = run.pick_float(c, rank=1)
    axis = axes_of(c, x.tensor)
    run.do(
        c,
        f"var({{}}, axis={axis}, correction=0)",
        lambda x: axon.var(x, axis=axis, correction=0),
        lambda x: np.var(x, axis=axis),
        x,
        tol=1e-3,
    )


@step(2)
def arg_reduction(run, c):
    x = run.pick_float(c, rank=1)
    axis, keepdim = c.below(x.tensor.ndim), c.flag()
    name = c.of(("argmax", "argmin"))
    run.do(
        c,
        f"{name}({{}}, axis={axis}, keepdim={keepdim})",
        lambda x: getattr(axon, name)(x, axis=axis, keepdim=keepdim),
        lambda x: getattr(np, name)(x, axis=axis, keepdims=keepdim),
        x,
        kink=True,
    )


def np_layer_norm(x, axis):
    centred = x - x.mean(axis=axis, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axis, keepdims=True) + 1e-5)


NORMS = {
    "softmax": (axon.softmax, special.softmax),
    "layer_norm": (lambda x, axis: axon.layer_norm(x, axis=axis), np_layer_norm),
    "log_softmax": (axon.log_softmax, special.log_softmax),
}


@step(3)
def norm(run, c):
    name, (function, oracle) = c.of(list(NORMS.items()))
    x = run.pick_float(c, rank=1)
    axis = axes_of(c, x.tensor)
    run.do(
        c,
        f"{name}({{}}, axis={axis})",
        lambda x: function(x, axis=axis),
        lambda x: oracle(x, axis=axis),
        x,
        tol=5e-3,
    )


@step(4)
def permute(run, c):
    x = run.pick(c, lambda t: t.ndim >= 2)
    rest = list(range(x.tensor.ndim))
    axes = tuple(rest.pop(c.below(len(rest)) - 1) for _ in range(x.tensor.ndim))
    run.do(
        c,
        f"permute({{}}, {axes})",
        lambda x: axon.permute(x, axes),
        lambda x: np.transpose(x, axes),
        x,
    )


@step(4)
def reshape(run, c):
    """Merges two neighbouring axes, splits one, or does both."""
    x = run.pick(c, lambda t: t.ndim >= 1)
    shape = list(x.tensor.shape)
    if c.flag() and len(shape) > 1:
        at = c.below(len(shape) - 1)
        shape[at : at + 2] = [shape[at] * shape[at + 1]]
    if c.flag():
        at = c.below(len(shape))
        part = c.of([d for d in range(1, shape[at] + 1) if shape[at] % d == 0][::-1])
        shape[at : at + 1] = [part, shape[at] // part]
    size = tuple(shape)
    run.do(
        c,
        f"reshape({{}}, {size})",
        lambda x: axon.reshape(x, size),
        lambda x: x.reshape(size),
        x,
    )


@step(4)
def cut(run, c):
    x = run.pick(c, lambda t: t.ndim >= 1 and t.size > 1)
    key = []
    for extent in x.tensor.shape:
        begin = c.below(extent)
        end = begin + 1 + c.below(extent - begin)
        way = c.below(5)
        whole = slice(None, None, c.of((-1, 2)))
        key.append(slice(None) if way < 2 else whole if way == 2 else slice(begin, end))
    key = tuple(key)
    text = ", ".join(
        ":".join("" if n is None else str(n) for n in (k.start, k.stop, k.step)) for k in key
    )
    run.do(c, f"{{}}[{text}]", lambda x: x[key], lambda x: x[key], x)


@step(2)
def assign(run, c):
    x = run.pick_float(c, rank=1)
    at = tuple(c.below(extent) for extent in x.tensor.shape[: 1 + c.below(x.tensor.ndim)])

    def set_slice(x):
        y = x * 1.0
        y[tuple(slice(n, None) for n in at)] = 2.5
        return y

    def np_set_slice(x):
        y = x.copy()
        y[tuple(slice(n, None) for n in at)] = 2.5
        return y

    run.do(c, f"assign({{}}, from={at}, 2.5)", set_slice, np_set_slice, x)


@step(2)
def pad(run, c):
    x = run.pick(c, lambda t: t.ndim >= 1 and t.is_floating_point and t.size < SMALL)
    before = tuple(c.below(3) - 1 for _ in range(x.tensor.ndim))
    size = tuple(
        max(1, n + b + c.below(3) - 1) for n, b in zip(x.tensor.shape, before, strict=True)
    )

    def np_pad(x):
        y = np.full(size, 0.5)
        for point in np.ndindex(*size):
            source = tuple(i - b for i, b in zip(point, before, strict=True))
            if all(0 <= i < n for i, n in zip(source, x.shape, strict=True)):
                y[point] = x[source]
        return y

    start = tuple(-b for b in before)
    run.do(
        c,
        f"pad({{}}, {size}, start={start}, 0.5)",
        lambda x: axon.constant_pad(x, size, start, 0.5),
        np_pad,
        x,
    )


@step(3)
def concat(run, c):
    a = run.pick(c, lambda t: t.is_floating_point and t.ndim >= 1 and t.size < LARGEST // 2)
    axis = c.below(a.tensor.ndim)

    def others(t):
        return t.shape[:axis] + t.shape[axis + 1 :]

    def fits(t):
        alike = t.dtype == a.tensor.dtype and t.ndim == a.tensor.ndim and t.size < LARGEST // 2
        return alike and others(t) == others(a.tensor)

    b = run.pick(c, fits)
    run.do(
        c,
        f"concat([{{}}, {{}}], axis={axis})",
        lambda x, y: axon.concat([x, y], axis=axis),
        lambda x, y: np.concatenate([x, y], axis=axis),
        a,
        b,
    )


@step(2)
def flip(run, c):
    x = run.pick(c, lambda t: t.ndim >= 1)
    axis = c.below(x.tensor.ndim)
    run.do(c, f"flip({{}}, {axis})", lambda x: axon.flip(x, axis), lambda x: np.flip(x, axis), x)


@step(2)
def cumsum(run, c):
    x = run.pick_float(c, rank=1)
    axis = c.below(x.tensor.ndim)
    run.do(
        c,
        f"cumsum({{}}, {axis})",
        lambda x: axon.cumsum(x, axis=axis),
        lambda x: np.cumsum(x, axis=axis),
        x,
    )


def drawn_index(c, count, extent):
    return [c.below(extent) for _ in range(count)]


@step(2)
def take(run, c):
    x = run.pick(c, lambda t: t.ndim >= 1 and t.size < SMALL)
    axis = c.below(x.tensor.ndim)
    index = drawn_index(c, 3, x.tensor.shape[axis])
    run.do(
        c,
        f"take({{}}, {index}, {axis})",
        lambda x: axon.take(x, axon.tensor(index), axis=axis),
        lambda x: np.take(x, index, axis=axis),
        x,
    )


@step(1)
def embedding(run, c):
    x = run.pick(c, lambda t: t.ndim == 2 and t.is_floating_point)
    index = [drawn_index(c, 2, x.tensor.shape[0]), drawn_index(c, 2, x.tensor.shape[0])]
    run.do(
        c,
        f"embedding({{}}, {index})",
        lambda x: axon.embedding(x, axon.tensor(index)),
        lambda x: x[np.array(index)],
        x,
    )


@step(2)
def take_by_argmax(run, c):
    """An index that the program computes."""
    x = run.pick_float(c, rank=1)
    axis = c.below(x.tensor.ndim)

    def pick_largest(x):
        return axon.take_along(x, axon.argmax(x, axis=axis, keepdim=True), axis=axis)

    run.do(
        c,
        f"take_along({{0}}, argmax({{0}}, {axis}), {axis})",
        pick_largest,
        lambda x: np.max(x, axis=axis, keepdims=True),
        x,
        kink=True,
    )


@step(2)
def scatter(run, c):
    x = run.pick(c, lambda t: t.is_floating_point and t.ndim >= 1 and t.size < SMALL)
    axis = c.below(x.tensor.ndim)
    size = 2 + c.below(3)
    rng = np.random.default_rng(c.below(100))
    index = rng.integers(0, size, x.tensor.shape)

    shape = (*x.tensor.shape[:axis], size, *x.tensor.shape[axis + 1 :])

    def np_scatter(x):
        y = np.zeros(shape)
        for point in np.ndindex(*x.shape):
            target = (*point[:axis], index[point], *point[axis + 1 :])
            y[target] += x[point]
        return y

    run.do(
        c,
        f"scatter_add(zeros({shape}), randint(0, {size}), {{}}, axis={axis})",
        lambda x: axon.scatter_add(
            axon.zeros(shape, dtype=x.dtype), axon.tensor(index), x, axis=axis
        ),
        np_scatter,
        x,
    )


@step(3)
def where(run, c):
    a = run.pick_float(c)
    b = run.pick(c, fits_with(a.tensor.shape))
    run.do(
        c,
        "where({0} > {1}, {0} * 2, {1})",
        lambda x, y: axon.where(x > y, x * 2, y),
        lambda x, y: np.where(x > y, x * 2, y),
        a,
        b,
        kink=True,
    )


@step(2)
def cast(run, c):
    x = run.pick(c)
    name = c.of(("float32", "float64", "float16", "bfloat16", "int32"))
    narrow = name == "bfloat16"
    back = "float32" if narrow or name == "int32" else name

    def convert(x):
        return x.clip(-100.0, 100.0).to(name).to(back) if x.is_floating_point else x.to(back)

    def np_convert(x):
        y = np.clip(x, -100, 100) if x.dtype.kind == "f" else x
        return np.trunc(y) if name == "int32" else y

    run.do(
        c,
        f"{{}}.to({name}).to({back})",
        convert,
        np_convert,
        x,
        kink=True,
        tol=1e-2 if narrow else 2e-3 if name == "float16" else 1e-4,
    )


@step(3)
def matmul(run, c):
    a = run.pick(c, lambda t: t.ndim >= 2 and t.dtype == axon.float32)

    def fits(t):
        if t.ndim < 2 or t.dtype != axon.float32 or a.tensor.shape[-1] not in t.shape[-2:]:
            return False
        return broadcast_size(a.tensor.shape[:-2], t.shape[:-2]) <= LARGEST

    b = run.pick(c, fits)
    turned = b.tensor.shape[-2] != a.tensor.shape[-1] or (
        b.tensor.shape[-1] == a.tensor.shape[-1] and c.flag()
    )
    text = "matmul({}, {}.mT)" if turned else "matmul({}, {})"
    products = math.prod(np.broadcast_shapes(a.tensor.shape[:-2], b.tensor.shape[:-2])) * (
        a.tensor.shape[-2] * b.tensor.size // math.prod(b.tensor.shape[:-2])
    )
    if products > 4 * LARGEST:
        raise Skip
    run.do(
        c,
        text,
        lambda x, y: x @ (axon.transpose(y) if turned else y),
        lambda x, y: x @ (np.swapaxes(y, -1, -2) if turned else y),
        a,
        b,
        contracts=True,
        tol=1e-3,
    )


def np_conv2d(x, w, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], (2, 3))
    return np.einsum("nchwrs,ocrs->nohw", windows[:, :, ::stride, ::stride], w)


@step(2)
def conv2d(run, c):
    x = run.pick(c, lambda t: t.dtype == axon.float32 and t.ndim == 4 and t.size < 1000)
    filters = run.pick(c, lambda t: t.dtype == axon.float32 and t.size >= 1)
    channels, height, width = x.tensor.shape[1:]
    stride, padding = 1 + c.below(2), c.below(2)
    shape = (
        1 + c.below(4),
        channels,
        1 + c.below(min(3, height + 2 * padding)),
        1 + c.below(min(3, width + 2 * padding)),
    )
    count = math.prod(shape)
    if filters.tensor.size < count:
        raise Skip
    run.do(
        c,
        f"conv2d({{}}, {{}}.flat[:{count}].reshape{shape}, stride={stride}, padding={padding})",
        lambda x, w: axon.conv2d(
            x,
            axon.reshape(axon.reshape(w, (w.size,))[:count], shape),
            stride=stride,
            padding=padding,
        ),
        lambda x, w: np_conv2d(x, w.reshape(-1)[:count].reshape(shape), stride, padding),
        x,
        filters,
        contracts=True,
        tol=1e-3,
    )


@step(2)
def max_pool(run, c):
    x = run.pick(
        c, lambda t: t.is_floating_point and t.ndim >= 2 and t.shape[-1] > 1 and t.shape[-2] > 1
    )
    stride = 1 + c.below(2)

    def oracle(x):
        windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (-2, -1))
        return windows[..., ::stride, ::stride, :, :].max((-2, -1))

    run.do(
        c,
        f"max_pool2d({{}}, 2, stride={stride})",
        lambda x: axon.max_pool2d(x, 2, stride),
        oracle,
        x,
        kink=True,
    )


@step(2)
def image(run, c):
    """Something to convolve."""
    x = run.pick(c, lambda t: t.dtype == axon.float32 and t.size >= 16)
    count = 16 * c.of([d for d in (1, 2, 4, 8) if 16 * d <= x.tensor.size])
    shape = (1, count // 16, 4, 4) if c.flag() else (count // 16, 1, 4, 4)
    run.do(
        c,
        f"{{}}.flat[:{count}].reshape{shape}",
        lambda x: axon.reshape(axon.reshape(x, (x.size,))[:count], shape),
        lambda x: x.reshape(-1)[:count].reshape(shape),
        x,
    )


@step(1)
def hold(run, c):
    value = run.pick(c)
    value.hold = not value.hold
    run.listing.append(f"# {value.name}.hold = {value.hold}")


@step(1)
def detach(run, c):
    value = run.pick(c)
    run.number += 1
    name = f"d{run.number}"
    run.listing.append(f"{name} = {value.name}.detach()")
    run.values.append(Value(name, value.tensor.detach(), value.trust, c.flag(), False))


@step(1)
def export(run, c):
    value = c.of(run.params + run.leaves)
    run.listing.append(f"array = {value.name}.numpy()")
    array = value.tensor.numpy()
    run.exported.append((value.name, array, array.copy()))


@step(1)
def flush(run, c):
    run.flush()


@step(4)
def backward(run, c):
    pool = [v for v in reversed(run.values) if v.traced and v.tensor.requires_grad]
    if not pool:
        raise Skip
    value = c.of(pool)
    retain = c.flag()
    way = c.below(3)
    run.listing.append(f"({value.name} * {way + 1}).mean().backward(retain_graph={retain})")
    loss = axon.mean(value.tensor * float(way + 1)) if way else axon.sum(value.tensor)
    try:
        loss.backward(retain_graph=retain)
    except RuntimeError as error:
        assert "freed" in str(error)
        run.listing.append("# the tape was freed before")
    if run.eager:
        axon.flush()


@step(3)
def update(run, c):
    way = c.below(4)
    reset = c.flag()
    rate = c.of((0.1, 0.01))
    run.listing.append(f"p -= {rate} * p.grad, way {way}, reset {reset}")
    with axon.no_grad():
        for n, param in enumerate(run.params):
            p = param.tensor
            if p.grad is None or (way == 3 and n == 0):
                continue
            if way == 1:
                p *= 1 - rate
            if way == 2:
                p._assign(axon.sgd_step(p, p.grad, axon.zeros_like(p), lr=rate, momentum=0.5)[0])
            else:
                p -= rate * p.grad
            if run.eager:
                axon.flush()
            if reset:
                p.grad = None
