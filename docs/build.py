"""Writes docs/ops/: a page an op with its kernels, and plots. `--check` only says what is stale."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from axon.explain_op import kernels_of
from axon.inspect import Kernel
from codegen.__main__ import ROOT, check, write
from codegen.check import gradient_arguments
from codegen.entry import Op, load_ops
from codegen.interpret import run
from codegen.ir import GROUP
from codegen.pages import KernelText, index, page
from codegen.samples import cases

FOLDER = ROOT / "docs" / "ops"
FIGURES = ROOT / "docs" / "accuracy.json"
POINTS = 801


def pages(ops: list[Op]) -> dict[Path, str]:
    """The text of every page, by path within docs/ops/."""
    texts = {Path(f"{op.name}.md"): page_of(op) for op in ops}
    texts[Path("README.md")] = index(ops)
    return texts


def page_of(op: Op) -> str:
    case = next(cases(op))
    shapes = [f"`{n}` of shape {x.shape}" for n, x in case.inputs.items() if x is not None]
    kernels = texts_of("forward", kernels_of(op.program, op.name, case.inputs, case.attrs))
    if op.grad is not None:
        known = gradient_arguments(op, case)
        kernels += texts_of("backward", kernels_of(op.grad, op.grad.name, known, case.attrs))
    return page(op, kernels, ", ".join(shapes) or "the sample", accuracy_of(op), is_curve(op))


def texts_of(part: str, kernels: list[Kernel]) -> list[KernelText]:
    return [
        KernelText(
            part,
            kernel.kind,
            kernel.shape,
            kernel.flops,
            kernel.bytes_read,
            kernel.bytes_written,
            tuple((name, text.strip()) for name, text in sources_of(kernel) if text),
            kernel.no_cuda,
        )
        for kernel in kernels
    ]


def sources_of(kernel: Kernel) -> tuple[tuple[str, str], ...]:
    return ("C", kernel.source), ("CUDA", kernel.cuda)


def accuracy_of(op: Op) -> list[tuple[str, str, float, str]]:
    """What, dtype, largest error in ulp and where, as `nox -s accuracy` measured them."""
    measured = json.loads(FIGURES.read_text()).get(op.name, {})
    return [(*part.split(), f["ulp"], _place(f["at"])) for part, f in measured.items()]


def _place(at: dict[str, float]) -> str:
    """`x = 1.5, dy = 0.25`, or the samples of an op that is measured on them."""
    return ", ".join(f"{n} = {x:.9g}" for n, x in at.items()) or "its samples"


# ------------------------------------------------------------------------------------------- plots


def is_curve(op: Op) -> bool:
    """True iff the op is a function of one floating-point tensor, element by element."""
    tensors, outputs = op.program.inputs, op.program.outputs
    return (
        len(tensors) == len(outputs) == 1
        and tensors[0].dims == outputs[0].dims == (GROUP,)
        and tensors[0].cls in ("num", "float")
        and [s.kind for s in op.program.statements] == ["set"]
        and all(a.type in ("real", "flag") for a in op.program.attrs)
    )


def plot(op: Op, folder: Path) -> None:
    """NAME.svg: the function and its gradient."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = op.name
    from matplotlib import pyplot

    attrs = next(cases(op)).attrs
    name = op.program.inputs[0].name
    x = np.linspace(0.01 if op.samples.get(name, ("",))[0] == "positive" else -4.0, 4.0, POINTS)
    with np.errstate(all="ignore"):
        known = {name: x, **run(op.program, {name: x}, attrs, dtype=np.float64)}
        output = op.program.outputs[0].name
        curves = {op.name: known[output].astype(np.float64)}
        if op.grad is not None:
            known[f"d{output}"] = np.ones_like(x)
            inputs = {i.name: known[i.name] for i in op.grad.inputs}
            curves["gradient"] = run(op.grad, inputs, attrs, dtype=np.float64)[f"d{name}"]
    figure, axes = pyplot.subplots(figsize=(5, 3))
    for (label, y), style in zip(curves.items(), ("-", "--"), strict=False):
        axes.plot(x, np.where(np.abs(y) < 50, y, np.nan), style, label=label)
    axes.grid(alpha=0.3)
    axes.legend()
    axes.set_xlabel(name)
    figure.tight_layout()
    figure.savefig(folder / f"{op.name}.svg", metadata={"Date": None})
    pyplot.close(figure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="print a diff, exit 1 if any is stale")
    options = parser.parse_args()
    ops = load_ops(ROOT / "ops.yaml")
    texts = pages(ops)
    if options.check:
        return check(FOLDER, texts, "*.md", "docs")
    write(FOLDER, texts, "*.md")
    curves = [op for op in ops if is_curve(op)]
    for path in FOLDER.glob("*.svg"):
        if path.stem not in {op.name for op in curves}:
            path.unlink()
    for op in curves:
        plot(op, FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
