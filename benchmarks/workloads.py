"""What is timed: the same computation in each library, its result computed in full."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Call = Callable[[], None]


@dataclass(frozen=True)
class Workload:
    """`make[library]()` gives a function that computes the workload once."""

    name: str
    make: dict[str, Callable[[], Call]]

    def calls(self, libraries: tuple[str, ...]) -> dict[str, Call]:
        return {name: self.make[name]() for name in libraries if name in self.make}


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def formula(name: str, arrays: list[np.ndarray], axon_fn, torch_fn, jax_fn) -> Workload:
    """A function of arrays."""

    def make_axon() -> Call:
        import axon

        inputs = [axon.tensor(a) for a in arrays]

        def call() -> None:
            result = axon_fn(*inputs)  # noqa: F841  held, so that it is computed
            axon.flush()

        return call

    def make_torch() -> Call:
        import torch

        inputs = [torch.from_numpy(a) for a in arrays]

        def call() -> None:
            with torch.no_grad():
                torch_fn(*inputs)

        return call

    def make_jax() -> Call:
        import jax

        inputs = [jax.numpy.asarray(a) for a in arrays]
        jitted = jax.jit(jax_fn)
        return lambda: jitted(*inputs).block_until_ready()

    return Workload(name, {"axon": make_axon, "torch": make_torch, "jax": make_jax})


def elementwise() -> Iterator[Workload]:
    import jax
    import torch

    import axon

    n = 1 << 24
    yield formula(
        "silu(a*b+c), 2^24",
        [random(n), random(n), random(n)],
        lambda a, b, c: axon.silu(a * b + c),
        lambda a, b, c: torch.nn.functional.silu(a * b + c),
        lambda a, b, c: jax.nn.silu(a * b + c),
    )
    yield formula(
        "softmax(a*0.125), 4096x4096",
        [random(4096, 4096)],
        lambda a: axon.softmax(a * 0.125, axis=-1),
        lambda a: torch.softmax(a * 0.125, -1),
        lambda a: jax.nn.softmax(a * 0.125, -1),
    )
    yield formula(
        "gelu(layer_norm(a)), 8192x1024",
        [random(8192, 1024), random(1024), random(1024)],
        lambda a, w, b: axon.gelu(axon.layer_norm(a, w, b)),
        lambda a, w, b: torch.nn.functional.gelu(torch.nn.functional.layer_norm(a, (1024,), w, b)),
        lambda a, w, b: jax.nn.gelu(
            (a - a.mean(-1, keepdims=True)) * jax.lax.rsqrt(a.var(-1, keepdims=True) + 1e-5) * w
            + b,
            approximate=False,
        ),
    )
    yield formula(
        "(a*a).sum(0), 4096x4096",
        [random(4096, 4096)],
        lambda a: axon.sum(a * a, axis=0),
        lambda a: (a * a).sum(0),
        lambda a: (a * a).sum(0),
    )
    for axis in (0, 1):
        yield formula(
            f"cumsum(a, {axis}), 4096x4096",
            [random(4096, 4096)],
            lambda a, axis=axis: axon.cumsum(a, axis),
            lambda a, axis=axis: torch.cumsum(a, axis),
            lambda a, axis=axis: jax.numpy.cumsum(a, axis),
        )


def contractions() -> Iterator[Workload]:
    import jax
    import torch

    import axon

    for n in (64, 256, 512, 1024):
        yield formula(
            f"matmul {n}x{n}x{n}",
            [random(n, n), random(n, n)],
            lambda a, b: a @ b,
            lambda a, b: a @ b,
            lambda a, b: a @ b,
        )
    yield formula(
        "gelu(x@w+b), 512x768x3072",
        [random(512, 768), random(768, 3072), random(3072)],
        lambda x, w, b: axon.gelu(x @ w + b),
        lambda x, w, b: torch.nn.functional.gelu(x @ w + b),
        lambda x, w, b: jax.nn.gelu(x @ w + b, approximate=False),
    )
    yield formula(
        "relu(conv2d 3x3), 32x64x32x32 to 64",
        [random(32, 64, 32, 32), random(64, 64, 3, 3)],
        lambda x, w: axon.relu(axon.conv2d(x, w, padding=1)),
        lambda x, w: torch.relu(torch.nn.functional.conv2d(x, w, padding=1)),
        lambda x, w: jax.nn.relu(jax.lax.conv(x, w, (1, 1), "SAME")),
    )


def windows() -> Iterator[Workload]:
    import jax
    import torch

    import axon

    def torch_gradient(x: Any) -> Any:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            return torch.autograd.grad(torch.nn.functional.max_pool2d(x, 2).sum(), x)

    def jax_pool(x: Any) -> Any:
        window = (1, 1, 2, 2)
        return jax.lax.reduce_window(x, -np.inf, jax.lax.max, window, window, "VALID")

    yield formula(
        "gradient of max_pool2d 2x2, 64x32x32x32",
        [random(64, 32, 32, 32)],
        axon.grad(lambda x: axon.max_pool2d(x, 2, 2).sum()),
        torch_gradient,
        jax.grad(lambda x: jax_pool(x).sum()),
    )


def training_step(
    name: str, optimizer: str, shape: tuple[int, ...], classes: int, build: Callable[..., Any]
) -> Workload:
    """A training step with cross-entropy. `build(nn, pipeline)` makes the model: layers have the
    same names and arguments in both libraries."""
    x = random(*shape)
    labels = np.random.default_rng(1).integers(0, classes, shape[0])

    def make_axon() -> Call:
        import axon
        from axon import metrics, nn, optim

        model = build(nn, nn.Pipeline)
        opt = getattr(optim, optimizer)(model.params, lr=1e-3)
        inputs, targets = axon.tensor(x), axon.tensor(labels)

        def call() -> None:
            loss = metrics.cross_entropy(model(inputs), targets)
            opt.zero_grad()
            loss.backward()
            opt.step()

        return call

    def make_torch() -> Call:
        import torch

        model = build(torch.nn, torch.nn.Sequential)
        opt = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-3)
        inputs, targets = torch.from_numpy(x), torch.from_numpy(labels)

        def call() -> None:
            loss = torch.nn.functional.cross_entropy(model(inputs), targets)
            opt.zero_grad()
            loss.backward()
            opt.step()

        return call

    return Workload(name, {"axon": make_axon, "torch": make_torch})


def mlp(*sizes: int) -> Callable[..., Any]:
    def build(nn: Any, pipeline: Any) -> Any:
        layers: list = []
        for fan_in, fan_out in itertools.pairwise(sizes):
            layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
        return pipeline(*layers[:-1])

    return build


def convnet(nn: Any, pipeline: Any) -> Any:
    return pipeline(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 10),
    )


def transformer(nn: Any, pipeline: Any) -> Any:
    block = nn.TransformerEncoderLayer(
        256, 8, dim_feedforward=1024, dropout=0.0, activation="gelu", batch_first=True
    )
    return pipeline(block, nn.Flatten(), nn.Linear(128 * 256, 10))


def training() -> Iterator[Workload]:
    yield training_step(
        "MLP 784-512-256-10, batch 128, Adam step", "Adam", (128, 784), 10, mlp(784, 512, 256, 10)
    )
    yield training_step("MLP 2-16-16-2, batch 32, SGD step", "SGD", (32, 2), 2, mlp(2, 16, 16, 2))
    yield training_step(
        "MLP 1024-1024-1024-10, batch 4096, Adam step",
        "Adam",
        (4096, 1024),
        10,
        mlp(1024, 1024, 1024, 10),
    )
    yield training_step(
        "convolutions 3-32-64, batch 64 of 32x32, Adam step", "Adam", (64, 3, 32, 32), 10, convnet
    )
    yield training_step(
        "transformer block 256, batch 8 of 128, Adam step", "Adam", (8, 128, 256), 10, transformer
    )


def sorting() -> Iterator[Workload]:
    import jax
    import torch

    import axon

    for label, shape in (("2^20", (1 << 20,)), ("rows of 4096x256", (4096, 256))):
        yield formula(
            f"argsort, {label}",
            [random(*shape)],
            axon.argsort,
            lambda a: torch.argsort(a, stable=True),
            lambda a: jax.numpy.argsort(a, axis=-1),
        )


def all_workloads() -> Iterator[Workload]:
    yield from elementwise()
    yield from sorting()
    yield from contractions()
    yield from windows()
    yield from training()
