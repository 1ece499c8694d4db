"""Random training programs: pipelines of random layers, a loss, an optimizer, some steps.

A program is lists of whole numbers that are read as choices, as in test_fuzz.py. It becomes the
text of a few lines of Python: that text is run, compared step by step with NumPy in float64
(numpy_layers.py), and is what a failure shows. Losses, gradients, parameters, running statistics
and what the model says in evaluation must agree.

What is drawn is well conditioned, so that the tolerance can be tight: initial values of the layers,
normal inputs, learning rates up to 0.1, and an `eps` of norms and of Adam that keeps them from
dividing what float32 has rounded by something near 0. How well is measured: in a second run in
NumPy all that layers hand on is rounded. A program ends where that changes much, or where an
activation comes so near a kink that rounding decides on which side it lies.
"""

from __future__ import annotations

import dataclasses
import math
import textwrap

import numpy as np
from hypothesis import strategies as st
from numpy_layers import ACTIVATIONS, LOSSES, Array, BatchNorm, Chain, Descent
from random_programs import Choices

import axon
from axon import nn, optim

#: What a tensor may differ from NumPy by: a share of its largest value, or of SMALLEST, and a
#: multiple of what changes in NumPy when what layers hand on is rounded to BITS, two less than a
#: float32 has, and gradients of parameters to SUM_BITS. These and the share are those of running
#: sums: up to 64 samples of 600 elements are gathered, and where those are alike, so are the
#: roundings: a sum of 2304 numbers 0.1 is off by 2e-5, as a sum of columns in NumPy is.
TOLERANCE, SAFETY, SMALLEST = 1e-4, 30, 0.1
BITS, SUM_BITS = 22, 16
#: Where that changes more, or values grow beyond this, a program ends.
LARGEST_CHANGE, LARGEST_VALUE = 3e-5, 1e3
NEAR = 1e-5  # how far from a kink what float32 computes may lie

LAYER = st.binary(min_size=12, max_size=12)
HEAD = st.binary(min_size=16, max_size=16)
MODELS = st.tuples(HEAD, st.lists(LAYER, max_size=6), st.lists(HEAD, min_size=1, max_size=5))

WIDTHS = (3, 4, 1, 2, 8, 5, 16, 33)
LENGTHS = (4, 6, 5, 9, 1, 12)
RATES = (0.1, 0.01, 0.0, 0.05)
BATCHES = (3, 2, 4, 1, 8, 17, 64)


# -------------------------------------------------------------------------------------- layers
# Each function gives the text of a layer for samples of a shape, and the shape of what it makes.
# Shapes are (features,), (channels, length) and (channels, height, width).

Made = tuple[str, tuple[int, ...]]


def activation(c: Choices, shape: tuple[int, ...]) -> Made:
    return f"nn.{c.of([*ACTIVATIONS]).__name__}()", shape


def softmax(c: Choices, shape: tuple[int, ...]) -> Made:
    return f"nn.{c.of(('Softmax', 'LogSoftmax'))}({c.of((-1, 1))})", shape


def dropout(c: Choices, shape: tuple[int, ...]) -> Made:
    return "nn.Dropout(0)", shape


def last_norm(c: Choices, shape: tuple[int, ...]) -> Made:
    axes = shape[c.below(len(shape)) :] if c.flag() else shape[-1:]
    affine = "" if c.below(3) else ", elementwise_affine=False"
    # Of one number alone a small eps leaves the sign, and a gradient of nothing but roundings.
    smallest = 1.0 if math.prod(axes) == 1 else eps(c)
    return f"nn.{c.of(('LayerNorm', 'RMSNorm'))}({axes}, eps={smallest}{affine})", shape


def channel_norm(c: Choices, shape: tuple[int, ...]) -> Made:
    if len(shape) > 1 and c.flag():
        groups = c.of([g for g in range(1, shape[0] + 1) if shape[0] % g == 0])
        return f"nn.GroupNorm({groups}, {shape[0]}, eps={eps(c)})", shape
    rank = max(1, len(shape) - 1)
    return f"nn.BatchNorm{rank}d({shape[0]}, eps={eps(c)}, momentum={c.of((0.1, 0.5))})", shape


def eps(c: Choices) -> float:
    return c.of((0.1, 0.01))


def attention(c: Choices, shape: tuple[int, ...]) -> Made:
    if len(shape) != 2:
        return activation(c, shape)
    heads = c.of([h for h in range(1, shape[1] + 1) if shape[1] % h == 0])
    options = f"dropout=0.0, activation='gelu', layer_norm_eps={eps(c)}, batch_first=True"
    hidden = c.of(WIDTHS)
    return f"nn.TransformerEncoderLayer({shape[1]}, {heads}, {hidden}, {options})", shape


def linear(c: Choices, shape: tuple[int, ...]) -> Made:
    width = c.of(WIDTHS)
    bias = ", bias=False" if c.flag(3) else ""
    return f"nn.Linear({shape[-1]}, {width}{bias})", (*shape[:-1], width)


def convolution(c: Choices, shape: tuple[int, ...]) -> Made:
    if len(shape) == 1:
        return linear(c, shape)
    channels, *extents = shape
    groups = c.of([g for g in (1, 2, 3, 4) if channels % g == 0])
    outputs = groups * c.of((2, 1, 3, 8))
    window = tuple(1 + c.below(min(3, extent)) for extent in extents)
    stride = tuple(c.of((1, 2)) for _ in extents)
    padding = tuple(c.of((0, 1)) for _ in extents)
    dilation = tuple(
        c.of((1, 2)) if 2 * (size - 1) < extent else 1
        for size, extent in zip(window, extents, strict=True)
    )
    text = (
        f"nn.Conv{len(extents)}d({channels}, {outputs}, {window}, stride={stride}, "
        f"padding={padding}, dilation={dilation}, groups={groups})"
    )
    return text, (outputs, *slid(extents, window, stride, padding, dilation))


def pool(c: Choices, shape: tuple[int, ...]) -> Made:
    if len(shape) == 1:
        return linear(c, shape)
    channels, *extents = shape
    rank = len(extents)
    kind = c.of(("MaxPool", "AvgPool", "AdaptiveAvgPool"))
    if kind == "AdaptiveAvgPool":
        size = tuple(1 + c.below(extent) for extent in extents)
        return f"nn.{kind}{rank}d({size})", (channels, *size)
    window = tuple(1 + c.below(min(3, extent)) for extent in extents)
    stride = tuple(c.of((1, 2, 3)) for _ in extents)
    padding = tuple(c.below(size // 2 + 1) for size in window)
    counted = f", count_include_pad={c.flag()}" if kind == "AvgPool" else ""
    text = f"nn.{kind}{rank}d({window}, {stride}, padding={padding}{counted})"
    return text, (channels, *slid(extents, window, stride, padding, (1,) * rank))


def slid(extents, window, stride, padding, dilation):
    """How often a window fits, by axis."""
    along = zip(extents, window, stride, padding, dilation, strict=True)
    return [(extent + 2 * p - d * (size - 1) - 1) // s + 1 for extent, size, s, p, d in along]


def flatten(c: Choices, shape: tuple[int, ...]) -> Made:
    return "nn.Flatten()", (math.prod(shape),)


def residual(c: Choices, shape: tuple[int, ...]) -> Made:
    return f"nn.Residual({same(c, shape)})", shape


def parallel(c: Choices, shape: tuple[int, ...]) -> Made:
    combine = c.of(("add", "mul"))
    return f"nn.Parallel({same(c, shape)}, {same(c, shape)}, combine=axon.{combine})", shape


def concat(c: Choices, shape: tuple[int, ...]) -> Made:
    text = f"nn.Concat({same(c, shape)}, nn.Identity(), {same(c, shape)})"
    return text, (3 * shape[0], *shape[1:])


def same(c: Choices, shape: tuple[int, ...]) -> str:
    """A branch that keeps the shape: a product, then a layer that keeps it."""
    if len(shape) == 1 or c.flag():
        first = f"nn.Linear({shape[-1]}, {shape[-1]})"
    else:
        window = (c.of((1, 3)),) * (len(shape) - 1)
        padding = tuple(size // 2 for size in window)
        rank = len(shape) - 1
        first = f"nn.Conv{rank}d({shape[0]}, {shape[0]}, {window}, padding={padding})"
    second, _ = c.of((activation, last_norm, channel_norm, softmax))(c, shape)
    return f"{first} >> {second}"


LAYERS = (
    *(linear,) * 3,
    *(activation,) * 4,
    *(convolution,) * 4,
    *(last_norm,) * 2,
    *(channel_norm,) * 2,
    *(pool,) * 2,
    residual,
    parallel,
    concat,
    softmax,
    attention,
    flatten,
    dropout,
)
LARGEST = 600  # elements of a sample


# ------------------------------------------------------------------------------------- programs


@dataclasses.dataclass
class Program:
    """The text of a training program: what comes once, and what each step does."""

    setup: str
    step: str
    steps: list[tuple[int, float]]  # how many samples, and the learning rate

    def __str__(self) -> str:
        body = textwrap.indent(self.step, "    ")
        return f"{self.setup}\nfor n, lr in {self.steps}:\n{body}"


IMPORTS = "import axon\nimport numpy as np\nfrom axon import metrics, nn, optim\n"
STEP = """\
x = axon.tensor({x})
y = model(x)
target = axon.tensor({target})
loss = metrics.{loss}(y, target)
optimizer.lr = lr
optimizer.zero_grad()
loss.backward()
optimizer.step()"""
TARGETS = {
    "mse": 'random.normal(size=y.shape).astype("float32")',
    "cross_entropy": "random.integers(0, y.shape[-1], y.shape[:-1])",
    "bce": 'random.integers(0, 2, y.shape).astype("float32")',
}
OPTIMIZERS = (
    "SGD(model.params, momentum=0.5)",
    "SGD(model.params)",
    "SGD(model.params, momentum=0.9, nesterov=True, weight_decay=0.01)",
    "Adam(model.params, eps=0.1)",
    "Adam(model.params, betas=(0.5, 0.9), eps=0.03, weight_decay=0.01)",
    "AdamW(model.params, eps=0.03)",
)


def program_of(numbers: tuple[bytes, list[bytes], list[bytes]]) -> Program:
    head, layers, steps = numbers
    c = Choices(head)
    shape = (c.of(WIDTHS), *(c.of(LENGTHS) for _ in range(c.below(3))))
    loss, optimizer = c.of([*LOSSES]), c.of(OPTIMIZERS)
    texts = []
    has_tokens = len(shape) == 2 and c.flag(4)
    if has_tokens:
        texts.append(f"nn.Embedding(10, {shape[1]})")
    x = f"random.integers(0, 10, (n, {shape[0]}))" if has_tokens else normal(shape)
    for layer in layers:
        text, made = layer_of(Choices(layer), shape)
        if 0 < math.prod(made) <= LARGEST:
            texts.append(text)
            shape = made
    texts.append(f"nn.Linear({shape[-1]}, {c.of(WIDTHS)})")
    lines = "".join(f"    {text},\n" for text in texts)
    setup = (
        f"{IMPORTS}axon.manual_seed({c.below(100)})\nrandom = np.random.default_rng(0)\n"
        f"model = nn.Pipeline(\n{lines})\noptimizer = optim.{optimizer}"
    )
    step = STEP.format(x=x, target=TARGETS[loss], loss=loss)
    smallest = 2 if "BatchNorm" in setup else 1
    return Program(setup, step, [step_of(Choices(numbers), smallest) for numbers in steps])


def layer_of(c: Choices, shape: tuple[int, ...]) -> Made:
    return c.of(LAYERS)(c, shape)


def step_of(c: Choices, smallest: int) -> tuple[int, float]:
    return max(smallest, c.of(BATCHES)), c.of(RATES)


def normal(shape: tuple[int, ...]) -> str:
    return f'random.normal(size=(n, {", ".join(map(str, shape))})).astype("float32")'


# -------------------------------------------------------------------------------------- checks


def rounded(values: Array, bits: int = BITS) -> Array:
    """With so many bits of mantissa; what is alike remains so, as in float32."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(mantissa * 2.0**bits), exponent - bits)


class Twin:
    """The program's model and optimizer in NumPy, perhaps with rounding between its layers."""

    def __init__(self, model: nn.Pipeline, optimizer: optim.Optimizer, is_rounded: bool) -> None:
        self.layers = Chain(model)
        order = {id(p): number for number, p in enumerate(model.params)}
        self.parameters = sorted(self.layers.parameters(), key=lambda p: order[id(p.tensor)])
        self.descent = Descent(optimizer, self.parameters)
        self.is_rounded = is_rounded
        if is_rounded:
            for layer in self.layers.layers():
                layer.handed_on = rounded

    def train(self, x: Array, target: Array, loss: str) -> float:
        for parameter in self.parameters:
            parameter.grad = np.zeros_like(parameter.value)
        value, dy = LOSSES[loss](self.layers.forward(x), target)
        self.layers.backward(dy)
        for parameter in self.parameters if self.is_rounded else ():
            parameter.grad = rounded(parameter.grad, SUM_BITS)
        self.descent.step()
        return value

    def margin(self) -> float:
        return min(layer.margin for layer in self.layers.layers())

    def results(self, names: list[str]) -> dict[str, Array]:
        """All that a step changes."""
        found = {}
        for name, parameter in zip(names, self.parameters, strict=True):
            found[f"the gradient of {name}"] = parameter.grad
            found[name] = parameter.value
        for number, layer in enumerate(self.norms()):
            found[f"running_mean {number}"] = layer.running_mean
            found[f"running_var {number}"] = layer.running_var
        return found

    def norms(self) -> list[BatchNorm]:
        return [layer for layer in self.layers.layers() if isinstance(layer, BatchNorm)]


class Comparison:
    """A program that runs beside NumPy."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.loss = next(name for name in LOSSES if f"metrics.{name}(" in program.step)
        self.names: dict = {}
        exec(program.setup, self.names)
        self.model, optimizer = self.names["model"], self.names["optimizer"]
        self.exact, self.rounded = (Twin(self.model, optimizer, flag) for flag in (False, True))
        self.unread: list[tuple] = []

    def run(self) -> None:
        for number, (n, lr) in enumerate(self.program.steps):
            self.names.update(n=n, lr=lr)
            exec(self.program.step, self.names)
            if not self.step(number):
                break
        else:
            self.evaluate()
        for comparison in self.unread:
            close(*comparison)

    def step(self, number: int) -> bool:
        """Compares a step of the program; false where rounding alone decides what it does."""
        x, target = wide(self.names["x"]), wide(self.names["target"])
        losses = [twin.train(x, target, self.loss) for twin in (self.exact, self.rounded)]
        names = list(self.model.named_params)
        expected, rounded = (t.results(names) for t in (self.exact, self.rounded))
        if self.exact.margin() < NEAR or not well_conditioned(expected, rounded):
            return False
        for what, found in self.found(names).items():
            close(f"{what} after step {number}", found, expected[what], rounded[what])
        self.unread.append((f"the loss of step {number}", self.names["loss"], *losses))
        return True

    def found(self, names: list[str]) -> dict[str, axon.Tensor]:
        found = {}
        for name, parameter in zip(names, self.exact.parameters, strict=True):
            found[f"the gradient of {name}"] = parameter.tensor.grad
            found[name] = parameter.tensor
        for number, layer in enumerate(self.exact.norms()):
            found[f"running_mean {number}"] = layer.module.running_mean
            found[f"running_var {number}"] = layer.module.running_var
        return found

    def evaluate(self) -> None:
        self.model.eval()
        x = self.names["x"]
        with axon.no_grad():
            found = self.model(x)
        expected, rounded = (t.layers.forward(wide(x)) for t in (self.exact, self.rounded))
        if self.exact.margin() >= NEAR:
            close("the model in evaluation", found, expected, rounded)


def wide(tensor: axon.Tensor) -> Array:
    array = tensor.numpy()
    return array.astype(np.float64) if array.dtype.kind == "f" else array.copy()


def size(values: Array | float) -> float:
    return max(SMALLEST, np.abs(values).max(initial=0))


def well_conditioned(expected: dict[str, Array], rounded: dict[str, Array]) -> bool:
    changes = [np.abs(v - rounded[k]).max(initial=0) / size(v) for k, v in expected.items()]
    sizes = [size(v) for v in expected.values()]
    return bool(max(changes) < LARGEST_CHANGE and max(sizes) < LARGEST_VALUE)


def close(what: str, tensor: axon.Tensor, expected: Array, rounded: Array) -> None:
    found, expected = tensor.numpy(), np.asarray(expected)
    assert found.shape == expected.shape, f"{what} has shape {found.shape}, not {expected.shape}"
    difference = np.abs(found - expected)
    bound = TOLERANCE * size(expected) + SAFETY * np.abs(expected - rounded).max(initial=0)
    if not (difference <= bound).all():
        at = tuple(map(int, np.unravel_index(np.argmax(difference), expected.shape)))
        raise AssertionError(f"{what}, at {at}: {found[at]}; NumPy says {expected[at]}")


def check(numbers: tuple[bytes, list[bytes], list[bytes]]) -> None:
    """Runs the program that the numbers are; a failure shows it."""
    program = program_of(numbers)
    try:
        Comparison(program).run()
    except Exception as error:
        error.add_note(f"the program:\n{program}")
        raise
