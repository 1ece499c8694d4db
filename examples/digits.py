"""Watch a small convolutional network learn real handwritten digits: about a minute on two cores.

    pip install -e '.[demo]' && python examples/digits.py

It leaves, in runs/: the weights (safetensors), the experiment (JSON) and a picture of the training.
"""

import time
from itertools import zip_longest

from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.datasets import load_digits

import axon
from axon import metrics
from axon.data import DataLoader, TensorDataset
from axon.experiment import Experiment
from axon.nn import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from axon.optim import Adam

SEED, EPOCHS, BATCH, LR = 0, 20, 64, 2e-3
console = Console()


def digits() -> tuple[TensorDataset, TensorDataset]:
    """1,797 images of 8x8 pixels in a fixed random order: four fifths to learn, one to test."""
    images, labels = load_digits(return_X_y=True)
    images = axon.tensor(images, dtype=axon.float32).reshape(-1, 1, 8, 8) / 16
    axon.manual_seed(SEED)
    _, order = axon.topk(axon.rand(len(labels)), len(labels))
    images, labels = images[order], axon.tensor(labels)[order]
    cut = len(labels) * 4 // 5
    return TensorDataset(images[:cut], labels[:cut]), TensorDataset(images[cut:], labels[cut:])


def network():
    """A model is a pipeline: steps joined by >>, modules or any functions."""
    return (
        (Conv2d(1, 32, 3, padding=1) >> BatchNorm2d(32) >> ReLU())
        >> (Conv2d(32, 64, 3, padding=1) >> BatchNorm2d(64) >> ReLU() >> MaxPool2d(2))
        >> (Conv2d(64, 64, 3, padding=1) >> BatchNorm2d(64) >> ReLU() >> MaxPool2d(2))
        >> (Flatten() >> Dropout(0.3) >> Linear(64 * 2 * 2, 10))
    )


def train_step(model, optimizer, batch) -> axon.Tensor:
    """Forward, backward, update. Everything is recorded, then computed at once in step()."""
    images, labels = batch
    loss = metrics.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


@axon.no_grad()
def predict(model, images) -> axon.Tensor:
    model.eval()
    answers = model(images).argmax(axis=-1)
    model.train()
    return answers


def train(model, optimizer, data, test, experiment) -> None:
    loader = DataLoader(data, batch_size=BATCH, shuffle=True, seed=SEED)
    images, labels = test.tensors
    for epoch in track(range(EPOCHS), description="training", console=console):
        optimizer.lr = LR * (1 - epoch / EPOCHS)
        start = time.perf_counter()
        losses = [train_step(model, optimizer, batch) for batch in loader]
        experiment.log_metric("loss", axon.stack(losses).mean(), step=epoch)
        experiment.log_metric("seconds", time.perf_counter() - start, step=epoch)
        accuracy = metrics.accuracy(predict(model, images), labels)
        experiment.log_metric("accuracy", accuracy, step=epoch)


def show_epochs(experiment) -> None:
    table = Table("epoch", "loss", "test accuracy", "seconds", title="What it learned")
    columns = (experiment.values(name) for name in ("loss", "accuracy", "seconds"))
    for epoch, (loss, accuracy, seconds) in enumerate(zip(*columns, strict=True), 1):
        table.add_row(str(epoch), f"{loss:.4f}", f"{accuracy:.1%}", f"{seconds:.2f}")
    console.print(table)


def show_kernels(model, optimizer, batch) -> None:
    """One more step, seen from below: the kernels that its ops were fused into."""
    with axon.profile() as profile:
        train_step(model, optimizer, batch)
    table = Table("time", "share", "kernel", "ops fused into it", title="One training step")
    for line in profile.lines[:12]:
        ops = " + ".join(dict.fromkeys(line.kernel.ops))
        share = line.seconds / profile.seconds
        table.add_row(f"{1e6 * line.seconds:.0f} µs", f"{share:.0%}", line.kernel.kind, ops)
    console.print(table)
    launches = sum(line.calls for line in profile.lines)
    console.print(f"{launches} kernels, {1e3 * profile.seconds:.2f} ms")


def picture(experiment, images, labels, answers) -> Figure:
    """Loss and accuracy by epoch, and the digits that were misread."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    curves, grid = figure.subfigures(1, 2)
    for axes, name in zip(curves.subplots(2, 1, sharex=True), ("loss", "accuracy"), strict=True):
        axes.plot(experiment.steps(name), experiment.values(name), color="tab:blue")
        axes.set_ylabel(name)
        axes.grid(alpha=0.3)
    axes.set_xlabel("epoch")
    misread = [i for i, wrong in enumerate((answers != labels).tolist()) if wrong]
    grid.suptitle(f"{len(misread)} of {len(labels)} test digits misread")
    for i, axes in zip_longest(misread[:12], grid.subplots(3, 4).flat):
        axes.axis("off")
        if i is not None:
            axes.imshow(images[i, 0].numpy(), cmap="gray_r")
            axes.set_title(f"{labels[i].item()} read as {answers[i].item()}", fontsize=9)
    return figure


def main() -> None:
    data, test = digits()
    model = network()
    optimizer = Adam(model.params, lr=LR)
    experiment = Experiment(id=str(SEED), name="digits")
    experiment.log_hyperparameters(seed=SEED, epochs=EPOCHS, batch=BATCH, lr=LR)
    console.print(model)

    train(model, optimizer, data, test, experiment)
    show_epochs(experiment)
    show_kernels(model, optimizer, data[:BATCH])

    images, labels = test.tensors
    answers = predict(model, images)
    experiment.log_artifact("model.safetensors", model.state_dict())
    experiment.log_artifact("training.png", picture(experiment, images, labels, answers))
    console.print(f"saved to {experiment.save('runs')}")
    console.print(
        f"[bold]test accuracy {100 * metrics.accuracy(answers, labels).item():.1f} %[/bold]"
    )


if __name__ == "__main__":
    main()
