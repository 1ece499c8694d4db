"""Layers, losses and optimizers in NumPy with float64: what random models are compared with.

`oracle(module)` is the layer of a module: it takes the module's values of now and from then on goes
its own way. Backward is written by hand; tests/test_random_models.py holds it to finite
differences. `margin` is how near the latest inputs came to a kink, where a rounding in float32 may
take the other branch and no comparison says anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import singledispatch

import numpy as np
from scipy import special

import axon
from axon import nn

Array = np.ndarray


class Parameter:
    """The values and the gradient that a tensor should have."""

    def __init__(self, tensor: axon.Tensor) -> None:
        self.tensor = tensor
        self.value = tensor.numpy().astype(np.float64)
        self.grad = np.zeros_like(self.value)


class Layer:
    """`forward` keeps what `backward` needs; `backward` adds to the gradients of parameters."""

    margin = math.inf

    def handed_on(self, values: Array) -> Array:
        """What becomes of a value on its way to the next formula: nothing, unless replaced."""
        return values

    def forward(self, x: Array) -> Array:
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        raise NotImplementedError

    def layers(self) -> Iterator[Layer]:
        """This one and all inside."""
        yield self

    def parameters(self) -> list[Parameter]:
        found = [v for layer in self.layers() for v in vars(layer).values()]
        return [v for v in found if isinstance(v, Parameter)]


@singledispatch
def oracle(module: Callable) -> Layer:
    raise NotImplementedError(f"no layer in NumPy stands for {module!r}")


def optional(tensor: axon.Tensor | None) -> Parameter | None:
    return None if tensor is None else Parameter(tensor)


# --------------------------------------------------------------------------------- containers


class Branches(Layer):
    """Layers that get the same input."""

    def __init__(self, *inner: Layer) -> None:
        self.inner = inner

    def layers(self) -> Iterator[Layer]:
        yield self
        for layer in self.inner:
            yield from layer.layers()


@oracle.register(nn.Pipeline)
class Chain(Branches):
    def __init__(self, pipeline: nn.Pipeline) -> None:
        super().__init__(*map(oracle, pipeline))

    def forward(self, x: Array) -> Array:
        for layer in self.inner:
            x = self.handed_on(layer.forward(x))
        return x

    def backward(self, dy: Array) -> Array:
        for layer in reversed(self.inner):
            dy = self.handed_on(layer.backward(dy))
        return dy


class Sum(Branches):
    def forward(self, x: Array) -> Array:
        return sum(layer.forward(x) for layer in self.inner)

    def backward(self, dy: Array) -> Array:
        return sum(layer.backward(dy) for layer in self.inner)


class Product(Branches):
    def forward(self, x: Array) -> Array:
        self.a, self.b = (layer.forward(x) for layer in self.inner)
        return self.a * self.b

    def backward(self, dy: Array) -> Array:
        first, second = self.inner
        return first.backward(dy * self.b) + second.backward(dy * self.a)


@oracle.register(nn.Concat)
class Concat(Branches):
    def __init__(self, module: nn.Concat) -> None:
        super().__init__(*map(oracle, module))
        self.axis = module.dim

    def forward(self, x: Array) -> Array:
        parts = [layer.forward(x) for layer in self.inner]
        self.ends = np.cumsum([part.shape[self.axis] for part in parts])[:-1]
        return np.concatenate(parts, self.axis)

    def backward(self, dy: Array) -> Array:
        parts = np.split(dy, self.ends, self.axis)
        return sum(layer.backward(part) for layer, part in zip(self.inner, parts, strict=True))


@oracle.register(nn.Parallel)
def parallel(module: nn.Parallel) -> Layer:
    kind = {axon.add: Sum, axon.mul: Product}[module.combine]
    return kind(*map(oracle, module))


@oracle.register(nn.Residual)
def residual(module: nn.Residual) -> Layer:
    return Sum(Identity(module.shortcut), oracle(module.body))


@oracle.register(nn.Identity)
@oracle.register(nn.Dropout)  # in evaluation, or of probability 0
class Identity(Layer):
    def __init__(self, module: object) -> None:
        assert not getattr(module, "p", 0)

    def forward(self, x: Array) -> Array:
        return x

    def backward(self, dy: Array) -> Array:
        return dy


@oracle.register(nn.Flatten)
class Flatten(Layer):
    def __init__(self, module: nn.Flatten) -> None:
        pass

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self.shape)


# ----------------------------------------------------------------------------- sums of products


@oracle.register(nn.Linear)
class Linear(Layer):
    def __init__(self, module: nn.Linear) -> None:
        self.weight, self.bias = Parameter(module.weight), optional(module.bias)

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.weight.value.T + (0 if self.bias is None else self.bias.value)

    def backward(self, dy: Array) -> Array:
        rows = dy.reshape(-1, dy.shape[-1])
        self.weight.grad += rows.T @ self.x.reshape(-1, self.x.shape[-1])
        if self.bias is not None:
            self.bias.grad += rows.sum(0)
        return dy @ self.weight.value


@oracle.register(nn.Embedding)
class Embedding(Layer):
    def __init__(self, module: nn.Embedding) -> None:
        self.weight = Parameter(module.weight)

    def forward(self, x: Array) -> Array:
        self.index = x
        return self.weight.value[x]

    def backward(self, dy: Array) -> Array:
        np.add.at(self.weight.grad, self.index, dy)
        return np.zeros(self.index.shape)


class Windows:
    """Where each element of a window lies: the part of the padded input that it meets."""

    def __init__(self, x: Array, module: nn.Conv2d | nn.MaxPool2d, fill: float) -> None:
        rank = len(module.kernel_size)
        self.steps = module.stride
        self.dilation = getattr(module, "dilation", (1,) * rank)
        self.padding = module.padding
        self.taps = list(np.ndindex(*module.kernel_size))
        widths = ((0, 0),) * (x.ndim - rank) + tuple((p, p) for p in self.padding)
        self.padded = np.pad(x, widths, constant_values=fill)
        extents = zip(self.padded.shape[-rank:], module.kernel_size, strict=True)
        self.counts = [
            (extent - d * (size - 1) - 1) // step + 1
            for (extent, size), d, step in zip(extents, self.dilation, self.steps, strict=True)
        ]

    def key(self, tap: tuple[int, ...]) -> tuple:
        along = zip(tap, self.dilation, self.steps, self.counts, strict=True)
        return (..., *(slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, s, n in along))

    def inside(self, padded: Array) -> Array:
        along = zip(self.padding, padded.shape[-len(self.padding) :], strict=True)
        return padded[(..., *(slice(p, extent - p) for p, extent in along))]


@oracle.register(nn.Conv1d)
@oracle.register(nn.Conv2d)
class Conv(Layer):
    def __init__(self, module: nn.Conv2d) -> None:
        self.module = module
        self.weight, self.bias = Parameter(module.weight), optional(module.bias)

    def grouped(self, x: Array) -> Array:
        """The axis of channels as groups and the channels of one."""
        groups = self.module.groups
        return x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])

    def taps(self) -> Iterator[tuple[tuple, tuple]]:
        """For each element of the window where it lies in the input and in the weight."""
        for tap in self.windows.taps:
            yield self.windows.key(tap), (..., *tap)

    def split_weight(self, value: Array) -> Array:
        return value.reshape(self.module.groups, -1, *value.shape[1:])

    def forward(self, x: Array) -> Array:
        self.windows = Windows(x, self.module, 0.0)
        padded, weight = self.grouped(self.windows.padded), self.split_weight(self.weight.value)
        y = sum(
            np.einsum("ngc...,goc->ngo...", padded[key], weight[tap]) for key, tap in self.taps()
        )
        y = y.reshape(x.shape[0], -1, *y.shape[3:])
        if self.bias is None:
            return y
        return y + self.bias.value.reshape(-1, *(1,) * (x.ndim - 2))

    def backward(self, dy: Array) -> Array:
        if self.bias is not None:
            self.bias.grad += dy.sum((0, *range(2, dy.ndim)))
        dy = self.grouped(dy)
        padded, weight = self.grouped(self.windows.padded), self.split_weight(self.weight.value)
        d_padded, d_weight = np.zeros_like(padded), np.zeros_like(weight)
        for key, tap in self.taps():
            d_padded[key] += np.einsum("ngo...,goc->ngc...", dy, weight[tap])
            met = padded[key].reshape(*padded.shape[:3], -1)
            d_weight[tap] += np.einsum("ngop,ngcp->goc", dy.reshape(*dy.shape[:3], -1), met)
        self.weight.grad += d_weight.reshape(self.weight.value.shape)
        return self.windows.inside(d_padded.reshape(self.windows.padded.shape))


# -------------------------------------------------------------------------------------- pooling


@oracle.register(nn.MaxPool1d)
@oracle.register(nn.MaxPool2d)
class MaxPool(Layer):
    def __init__(self, module: nn.MaxPool2d) -> None:
        self.module = module

    def forward(self, x: Array) -> Array:
        windows = self.windows = Windows(x, self.module, -np.inf)
        parts = np.stack([windows.padded[windows.key(tap)] for tap in windows.taps])
        self.winner = parts.argmax(0)
        best = np.sort(parts, 0)[-2:]
        self.margin = np.min(best[-1] - best[0]) if len(best) > 1 else math.inf
        return best[-1]

    def backward(self, dy: Array) -> Array:
        d_padded = np.zeros(self.windows.padded.shape)
        for number, tap in enumerate(self.windows.taps):
            d_padded[self.windows.key(tap)] += dy * (self.winner == number)
        return self.windows.inside(d_padded)


@oracle.register(nn.AvgPool1d)
@oracle.register(nn.AvgPool2d)
class AvgPool(Layer):
    def __init__(self, module: nn.AvgPool2d) -> None:
        self.module = module

    def forward(self, x: Array) -> Array:
        windows = self.windows = Windows(x, self.module, 0.0)
        ones = Windows(np.ones(x.shape), self.module, float(self.module.count_include_pad))
        self.count = sum(ones.padded[ones.key(tap)] for tap in ones.taps)
        return sum(windows.padded[windows.key(tap)] for tap in windows.taps) / self.count

    def backward(self, dy: Array) -> Array:
        d_padded = np.zeros(self.windows.padded.shape)
        for tap in self.windows.taps:
            d_padded[self.windows.key(tap)] += dy / self.count
        return self.windows.inside(d_padded)


@oracle.register(nn.AdaptiveAvgPool1d)
@oracle.register(nn.AdaptiveAvgPool2d)
class AdaptiveAvgPool(Layer):
    """By a matrix of shares an axis."""

    def __init__(self, module: nn.AdaptiveAvgPool2d) -> None:
        self.sizes = module.output_size

    def shares(self, extent: int, size: int) -> Array:
        matrix = np.zeros((size, extent))
        for i in range(size):
            start, end = i * extent // size, -(-(i + 1) * extent // size)
            matrix[i, start:end] = 1 / (end - start)
        return matrix

    def forward(self, x: Array) -> Array:
        along = zip(x.shape[-len(self.sizes) :], self.sizes, strict=True)
        self.matrices = [self.shares(extent, size) for extent, size in along]
        return self.apply(x, self.matrices)

    def backward(self, dy: Array) -> Array:
        return self.apply(dy, [matrix.T for matrix in self.matrices])

    def apply(self, x: Array, matrices: list[Array]) -> Array:
        for axis, matrix in enumerate(reversed(matrices), 1):
            x = np.moveaxis(np.moveaxis(x, -axis, -1) @ matrix.T, -1, -axis)
        return x


# -------------------------------------------------------------------------------- normalisation


class Norm(Layer):
    """Rows of a matrix made of the input: centred or not, and of mean square 1."""

    centred = True

    def __init__(self, module: nn.LayerNorm) -> None:
        self.module = module
        self.weight = optional(module.weight)
        self.bias = optional(getattr(module, "bias", None))

    def rows(self, x: Array) -> Array:
        """x with what is normalised together along the last axis."""
        raise NotImplementedError

    def unrows(self, rows: Array, shape: tuple[int, ...]) -> Array:
        return rows.reshape(shape)

    def spread(self, value: Array, x: Array) -> Array:
        """A weight as it stands beside x."""
        return value

    def forward(self, x: Array) -> Array:
        rows = self.rows(x)
        self.mean = self.handed_on(rows.mean(-1, keepdims=True)) if self.centred else 0.0
        deviation = self.handed_on(rows - self.mean)
        self.var = (deviation**2).mean(-1, keepdims=True)
        self.scale = self.handed_on(1 / np.sqrt(self.var + self.module.eps))
        self.normal = self.unrows(deviation * self.scale, x.shape)
        y = self.normal
        if self.weight is not None:
            y = y * self.spread(self.weight.value, x)
        return y if self.bias is None else y + self.spread(self.bias.value, x)

    def backward(self, dy: Array) -> Array:
        if self.bias is not None:
            self.bias.grad += self.gathered(dy, self.bias)
        if self.weight is not None:
            self.weight.grad += self.gathered(dy * self.normal, self.weight)
            dy = dy * self.spread(self.weight.value, dy)
        d, normal = self.rows(dy), self.handed_on(self.rows(self.normal))
        dx = d - normal * (d * normal).mean(-1, keepdims=True)
        if self.centred:
            dx = dx - d.mean(-1, keepdims=True)
        return self.unrows(dx * self.scale, dy.shape)

    def gathered(self, dy: Array, parameter: Parameter) -> Array:
        """Of all places where a weight stands."""
        spread = self.spread(parameter.value, dy).shape
        spread = (1,) * (dy.ndim - len(spread)) + spread
        axes = tuple(axis for axis, extent in enumerate(spread) if extent == 1)
        return dy.sum(axes).reshape(parameter.value.shape)


@oracle.register(nn.LayerNorm)
class LayerNorm(Norm):
    def rows(self, x: Array) -> Array:
        return x.reshape(*x.shape[: x.ndim - len(self.module.normalized_shape)], -1)


@oracle.register(nn.RMSNorm)
class RMSNorm(LayerNorm):
    centred = False


class ByChannel(Norm):
    def spread(self, value: Array, x: Array) -> Array:
        return value.reshape(-1, *(1,) * (x.ndim - 2))


@oracle.register(nn.GroupNorm)
class GroupNorm(ByChannel):
    def rows(self, x: Array) -> Array:
        return x.reshape(x.shape[0], self.module.num_groups, -1)


@oracle.register(nn.BatchNorm1d)
@oracle.register(nn.BatchNorm2d)
class BatchNorm(ByChannel):
    """In training; with the running statistics in evaluation."""

    def __init__(self, module: nn.BatchNorm2d) -> None:
        super().__init__(module)
        self.running_mean = module.running_mean.numpy().astype(np.float64)
        self.running_var = module.running_var.numpy().astype(np.float64)

    def rows(self, x: Array) -> Array:
        return np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)

    def unrows(self, rows: Array, shape: tuple[int, ...]) -> Array:
        return np.moveaxis(rows.reshape(shape[1], shape[0], *shape[2:]), 0, 1)

    def forward(self, x: Array) -> Array:
        if not self.module.training:
            mean, var = (self.spread(v, x) for v in (self.running_mean, self.running_var))
            y = (x - mean) / np.sqrt(var + self.module.eps)
            return y * self.spread(self.weight.value, x) + self.spread(self.bias.value, x)
        y = super().forward(x)
        count, share = self.rows(x).shape[1], self.module.momentum
        self.running_mean += share * (self.mean[:, 0] - self.running_mean)
        self.running_var += share * (self.var[:, 0] * count / (count - 1) - self.running_var)
        return y


# --------------------------------------------------------------------------- activations, softmax


def softplus(x: Array) -> Array:
    return np.logaddexp(x, 0)


def elu(alpha: float) -> Callable:
    return lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def slope_of_elu(alpha: float) -> Callable:
    return lambda x: np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)))


def density(x: Array) -> Array:
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def slope_of_mish(x: Array) -> Array:
    t = np.tanh(softplus(x))
    return t + x * (1 - t**2) * special.expit(x)


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
KINK = (0.0,)

#: By module: the function, its derivative, and where the derivative jumps.
ACTIVATIONS: dict[type, tuple[Callable, Callable, tuple[float, ...]]] = {
    nn.Tanh: (np.tanh, lambda x: 1 - np.tanh(x) ** 2, ()),
    nn.ReLU: (lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0), KINK),
    nn.LeakyReLU: (lambda x: np.where(x > 0, x, x / 100), lambda x: np.where(x > 0, 1, 0.01), KINK),
    nn.ELU: (elu(1), slope_of_elu(1), ()),
    nn.SELU: (
        lambda x: SELU_SCALE * elu(SELU_ALPHA)(x),
        lambda x: SELU_SCALE * slope_of_elu(SELU_ALPHA)(x),
        KINK,
    ),
    nn.Sigmoid: (special.expit, lambda x: special.expit(x) * special.expit(-x), ()),
    nn.LogSigmoid: (lambda x: -softplus(-x), lambda x: special.expit(-x), ()),
    nn.SiLU: (
        lambda x: x * special.expit(x),
        lambda x: special.expit(x) * (1 + x * special.expit(-x)),
        (),
    ),
    nn.GELU: (lambda x: x * special.ndtr(x), lambda x: special.ndtr(x) + x * density(x), ()),
    nn.Mish: (lambda x: x * np.tanh(softplus(x)), slope_of_mish, ()),
    nn.Softplus: (softplus, special.expit, ()),
    nn.Softsign: (lambda x: x / (1 + np.abs(x)), lambda x: (1 + np.abs(x)) ** -2.0, ()),
    nn.Hardtanh: (lambda x: np.clip(x, -1, 1), lambda x: 1.0 * (np.abs(x) < 1), (-1.0, 1.0)),
    nn.Hardswish: (
        lambda x: x * np.clip(x + 3, 0, 6) / 6,
        lambda x: np.where(np.abs(x) < 3, (2 * x + 3) / 6, x > 0),
        (-3.0, 3.0),
    ),
}


class Activation(Layer):
    def __init__(self, module: nn.Module) -> None:
        self.function, self.slope, self.kinks = ACTIVATIONS[type(module)]

    def forward(self, x: Array) -> Array:
        self.x = x
        self.margin = min((np.abs(x - kink).min() for kink in self.kinks), default=math.inf)
        return self.function(x)

    def backward(self, dy: Array) -> Array:
        return dy * self.slope(self.x)


for kind in ACTIVATIONS:
    oracle.register(kind, Activation)


@oracle.register(nn.Softmax)
class Softmax(Layer):
    def __init__(self, module: nn.Softmax) -> None:
        self.axis = module.dim

    def forward(self, x: Array) -> Array:
        self.y = special.softmax(x, self.axis)
        return self.y

    def backward(self, dy: Array) -> Array:
        return self.y * (dy - (dy * self.y).sum(self.axis, keepdims=True))


@oracle.register(nn.LogSoftmax)
class LogSoftmax(Softmax):
    def forward(self, x: Array) -> Array:
        super().forward(x)
        return special.log_softmax(x, self.axis)

    def backward(self, dy: Array) -> Array:
        return dy - self.y * dy.sum(self.axis, keepdims=True)


# ------------------------------------------------------------------------------------ attention


class SelfAttention(Layer):
    """nn.MultiheadAttention of a batch (n, length, features) with itself."""

    def __init__(self, module: nn.MultiheadAttention) -> None:
        self.heads = module.num_heads
        self.weight = Parameter(module.in_proj_weight)
        self.bias = Parameter(module.in_proj_bias)
        self.out = Linear(module.out_proj)

    def layers(self) -> Iterator[Layer]:
        yield self
        yield self.out

    def split(self, x: Array) -> Array:
        """(n, length, parts · features) to (parts, n, heads, length, width)."""
        n, length, _ = x.shape
        width = self.weight.value.shape[1] // self.heads
        return x.reshape(n, length, -1, self.heads, width).transpose(2, 0, 3, 1, 4)

    def join(self, parts: Array) -> Array:
        n, length = parts.shape[1], parts.shape[3]
        return parts.transpose(1, 3, 0, 2, 4).reshape(n, length, -1)

    def forward(self, x: Array) -> Array:
        self.x = x
        self.q, self.k, self.v = self.split(x @ self.weight.value.T + self.bias.value)
        scores = self.q @ np.swapaxes(self.k, -1, -2) / math.sqrt(self.q.shape[-1])
        self.shares = special.softmax(scores, -1)
        return self.out.forward(self.join((self.shares @ self.v)[None]))

    def backward(self, dy: Array) -> Array:
        (dy,) = self.split(self.out.backward(dy))
        d_shares = dy @ np.swapaxes(self.v, -1, -2)
        d_scores = self.shares * (d_shares - (d_shares * self.shares).sum(-1, keepdims=True))
        d_scores = d_scores / math.sqrt(self.q.shape[-1])
        dq, dk = d_scores @ self.k, np.swapaxes(d_scores, -1, -2) @ self.q
        d = self.join(np.stack([dq, dk, np.swapaxes(self.shares, -1, -2) @ dy]))
        rows = d.reshape(-1, d.shape[-1])
        self.weight.grad += rows.T @ self.x.reshape(-1, self.x.shape[-1])
        self.bias.grad += rows.sum(0)
        return d @ self.weight.value


@oracle.register(nn.TransformerEncoderLayer)
class TransformerEncoderLayer(Chain):
    """With norms at the end of each half, and GELU in between."""

    def __init__(self, module: nn.TransformerEncoderLayer) -> None:
        assert not module.norm_first and not module.dropout.p
        attention = Sum(Identity(None), SelfAttention(module.self_attn))
        hidden = oracle(nn.Pipeline(module.linear1, nn.GELU(), module.linear2))
        ends = oracle(module.norm1), oracle(module.norm2)
        self.inner = (attention, ends[0], Sum(Identity(None), hidden), ends[1])


# -------------------------------------------------------------------------------------- losses


def mse(y: Array, target: Array) -> tuple[float, Array]:
    return np.mean((y - target) ** 2), 2 * (y - target) / y.size


def bce(y: Array, target: Array) -> tuple[float, Array]:
    return np.mean(np.logaddexp(y, 0) - target * y), (special.expit(y) - target) / y.size


def cross_entropy(y: Array, target: Array) -> tuple[float, Array]:
    likely = np.eye(y.shape[-1])[target]
    loss = -np.sum(likely * special.log_softmax(y, -1)) / target.size
    return loss, (special.softmax(y, -1) - likely) / target.size


#: By the name in axon.metrics: the loss and its gradient.
LOSSES = {"mse": mse, "cross_entropy": cross_entropy, "bce": bce}


# ----------------------------------------------------------------------------------- optimizers


class Descent:
    """What an axon.optim.SGD, Adam or AdamW does, with the options that it has at each step."""

    def __init__(self, optimizer: axon.optim.Optimizer, parameters: list[Parameter]) -> None:
        self.optimizer = optimizer
        self.parameters = parameters
        self.rule = self.sgd if isinstance(optimizer, axon.optim.SGD) else self.adam
        self.moments = [[np.zeros_like(p.value), np.zeros_like(p.value)] for p in parameters]
        self.steps = 0

    def step(self) -> None:
        (options,) = self.optimizer.param_groups
        self.steps += 1
        for parameter, moments in zip(self.parameters, self.moments, strict=True):
            parameter.value = parameter.value - self.rule(parameter, moments, options)

    def sgd(self, parameter: Parameter, moments: list[Array], options: dict) -> Array:
        momentum = options["momentum"]
        gradient = parameter.grad + options["weight_decay"] * parameter.value
        moments[0] = momentum * moments[0] + gradient
        ahead = gradient + momentum * moments[0] if options["nesterov"] else moments[0]
        return options["lr"] * ahead

    def adam(self, parameter: Parameter, moments: list[Array], options: dict) -> Array:
        decoupled = isinstance(self.optimizer, axon.optim.AdamW)
        decay = options["weight_decay"] * parameter.value
        gradient = parameter.grad + (0 if decoupled else decay)
        unbiased = []
        for order, beta in enumerate(options["betas"]):
            moments[order] = beta * moments[order] + (1 - beta) * gradient ** (order + 1)
            unbiased.append(moments[order] / (1 - beta**self.steps))
        change = unbiased[0] / (np.sqrt(unbiased[1]) + options["eps"])
        return options["lr"] * (change + (decay if decoupled else 0))
