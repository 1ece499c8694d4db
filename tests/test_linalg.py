"""Decompositions, Fourier transforms and what stands on opaque kernels."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from op_cases import all_ops

import axon
from codegen import adjoint
from codegen.interpret import run
from codegen.samples import cases

SECTIONS = ("Linear algebra decompositions", "Fourier transforms")
OPS = [op for op in all_ops() if op.section in SECTIONS and op.grad is not None]
STEP = 1e-5


def floats(names, known):
    return [n for n in names if known[n] is not None and known[n].dtype.kind == "f"]


@pytest.mark.parametrize(
    "op, case", [pytest.param(op, case, id=case.name) for op in OPS for case in cases(op)]
)
def test_second_gradient_is_the_quotient_of_differences(op, case):
    """Along a random direction: what a gradient computes is itself a function to be derived."""
    random = np.random.default_rng(0)
    outputs = run(op.program, case.inputs, case.attrs, dtype=np.float64)
    second = adjoint.gradient(op.grad)
    directions = {
        n: random.standard_normal(case.inputs[n].shape)
        for n in case.inputs
        if case.inputs[n] is not None
    }
    cotangents = {f"d{n}": random.standard_normal(y.shape) for n, y in outputs.items()}

    def first(step):
        """The gradient at the inputs moved along the direction."""
        moved = {n: x if x is None else x + step * directions[n] for n, x in case.inputs.items()}
        known = {**moved, **run(op.program, moved, case.attrs, dtype=np.float64), **cotangents}
        needed = {i.name: known[i.name] for i in op.grad.inputs}
        return known, run(op.grad, needed, case.attrs, dtype=np.float64)

    known, gradients = first(0)
    weights = {n: random.standard_normal(g.shape) for n, g in gradients.items()}
    # d/dstep of sum(weights * gradient), through the inputs and, by the first gradient, the outputs
    names = adjoint.gradient_names(op.grad)
    known |= gradients | {names[0][n]: w for n, w in weights.items()}
    known = {i.name: known.get(i.name) for i in second.inputs}
    found = run(second, known, case.attrs, dtype=np.float64)
    through = {n: found[d] for n, d in names[1].items() if d in found}
    total = sum(np.sum(through[n] * directions[n]) for n in directions if n in through)
    through_outputs = {f"d{n}": through.get(n, np.zeros_like(y)) for n, y in outputs.items()}
    known = {**case.inputs, **outputs, **through_outputs}
    back = run(
        op.grad, {i.name: known[i.name] for i in op.grad.inputs}, case.attrs, dtype=np.float64
    )
    total += sum(np.sum(back[f"d{n}"] * directions[n]) for n in directions if f"d{n}" in back)

    def objective(step):
        return sum(np.sum(w * first(step)[1][n]) for n, w in weights.items())

    expected = (objective(STEP) - objective(-STEP)) / (2 * STEP)
    np.testing.assert_allclose(total, expected, rtol=1e-5, atol=1e-6)


# ----------------------------------------------------------------------------- axon.linalg


def normal(*shape, dtype=np.float64):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def close(x, expected, rtol=1e-10):
    assert x.shape == expected.shape
    np.testing.assert_allclose(x.numpy(), expected, rtol=rtol, atol=rtol)


def test_batches_broadcast():
    a, b = normal(5, 1, 4, 4) + 8 * np.eye(4), normal(3, 4, 2)
    close(axon.linalg.solve(axon.tensor(a), axon.tensor(b)), np.linalg.solve(a, b))
    close(axon.linalg.det(axon.tensor(a)), np.linalg.det(a))
    close(axon.linalg.inv(axon.tensor(a)), np.linalg.inv(a))


def test_a_vector_is_one_right_hand_side():
    a, b = normal(4, 4), normal(4)
    close(axon.linalg.solve(axon.tensor(a), axon.tensor(b)), np.linalg.solve(a, b))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 4, 4), (0, 3, 3), (1, 1)])
def test_shapes_of_decompositions(shape):
    a = normal(*shape)
    q, r = axon.linalg.qr(axon.tensor(a))
    u, s, vt = axon.linalg.svd(axon.tensor(a))
    for found, expected in zip((q, r), np.linalg.qr(a), strict=True):
        close(abs(found), np.abs(expected))
    for found, expected in zip((u, s, vt), np.linalg.svd(a, full_matrices=False), strict=True):
        close(abs(found), np.abs(expected))


def test_least_squares_and_pseudoinverse():
    a, b = normal(3, 6, 4), normal(3, 6, 2)
    close(axon.linalg.lstsq(axon.tensor(a), axon.tensor(b)), np.linalg.pinv(a) @ b)
    close(axon.linalg.pinv(axon.tensor(a)), np.linalg.pinv(a))
    low = normal(5, 2) @ normal(2, 4)
    close(axon.linalg.pinv(axon.tensor(low)), np.linalg.pinv(low))
    with pytest.raises(ValueError, match=r"lstsq: a has shape \(2, 3\)"):
        axon.linalg.lstsq(axon.ones((2, 3)), axon.ones((2, 1)))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(dtype):
    a = (normal(3, 3) + 8 * np.eye(3)).astype(np.float32)
    half = axon.tensor(a).to(dtype)
    y = axon.linalg.inv(half)
    assert y.dtype == dtype
    expected = axon.tensor(np.linalg.inv(half.to("float32").numpy())).to(dtype)
    close(
        y.to("float32"), expected.to("float32").numpy(), rtol=1e-2 if dtype == "bfloat16" else 1e-3
    )


def test_what_cannot_be_computed_is_told_with_its_cause():
    singular = axon.linalg.inv(axon.ones((2, 2)))
    with pytest.raises(ValueError, match=r"axon.inv: a has shape \(2, 2\); .*singular"):
        singular.numpy()
    indefinite = axon.linalg.cholesky(axon.tensor([[1.0, 2.0], [2.0, 1.0]]))
    with pytest.raises(ValueError, match=r"axon.cholesky: .*not positive definite"):
        indefinite.numpy()
    with pytest.raises(ValueError, match=r"axon.eigh: a has shape \(2, 3\)"):
        axon.linalg.eigh(axon.ones((2, 3)))
    assert axon.ones(2).sum().item() == 2  # later flushes are as ever


def test_an_unknown_kind_is_told():
    axon._runtime.register(
        "(program unheard_of (in (x float (*))) (out (y (like x) (*)))"
        " (call unheard_of (y) (x) ()))"
    )
    y = axon._runtime.call("unheard_of", [axon.ones(2)])
    with pytest.raises(RuntimeError, match="the CPU has no opaque kernel 'unheard_of'; known: "):
        y.numpy()


def test_a_function_of_python_may_be_a_kernel():
    axon._runtime.register(
        "(program doubled (in (x float (*))) (attr (by int 2)) (out (y (like x) (*)))"
        " (call doubled (y) (x) (by)))"
    )
    axon._runtime.register_call("doubled", lambda x, by: x * by)
    y = axon._runtime.call("doubled", [axon.ones((2, 3)) + 1], {"by": 5}) + 1
    close(y, np.full((2, 3), 11, np.float32))


def test_gradient_of_a_chain_of_ops():
    """log det through a Cholesky factor, twice differentiated: -inverse transposed, and on."""
    a = normal(3, 3)
    a = axon.tensor(a @ a.T + 3 * np.eye(3), requires_grad=True)
    factor = axon.linalg.cholesky(a)
    logdet = 2 * axon.diagonal(factor).log().sum()
    first = axon.grad(logdet, a, create_graph=True)
    inverse = np.linalg.inv(a.numpy())
    close(first, inverse)
    second = axon.grad((first * first).sum(), a)
    close(second, -2 * inverse @ inverse @ inverse)


def test_not_a_number_stays_in_its_matrix():
    a = normal(2, 3, 3)
    a[1, 0, 2] = np.nan
    for function in (axon.linalg.eigh, axon.linalg.svd):
        for found, alone in zip(function(axon.tensor(a)), function(axon.tensor(a[0])), strict=True):
            close(found[0], alone.numpy())
            assert np.isnan(found.numpy()[1]).any()


def test_threads_of_python_flush_side_by_side():
    """A kernel of NumPy takes the lock of Python in the midst of a flush, which lets go of it."""
    a, b = normal(20, 20) + 40 * np.eye(20), normal(20, 3)
    failures = []

    def work():
        try:
            for _ in range(30):
                x = axon.linalg.solve(axon.tensor(a) + 0, axon.tensor(b) * 1)
                close(x, np.linalg.solve(a, b))
        except BaseException as failure:
            failures.append(failure)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert not worker.is_alive()
    assert not failures


def test_equal_kernels_of_a_flush_run_once():
    a = axon.tensor(normal(4, 4))
    x, y = axon.linalg.eigvalsh(a), axon.linalg.eigh(a)[1]
    assert sum("call" in str(kernel) for kernel in axon.explain(x, y).kernels) == 1


# -------------------------------------------------------------------------------- axon.fft

NORMS = ["backward", "ortho", "forward"]


def pair(z):
    return axon.tensor(z.real.copy()), axon.tensor(z.imag.copy())


def close_pair(found, expected):
    close(found[0], expected.real)
    close(found[1], expected.imag)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n", [None, 3, 7])
@pytest.mark.parametrize("axis", [-1, 0])
def test_transforms_are_those_of_numpy(norm, n, axis):
    z = normal(4, 5) + 1j * normal(5, 4).T
    options = {"n": n, "axis": axis, "norm": norm}
    close_pair(axon.fft.fft(*pair(z), **options), np.fft.fft(z, **options))
    close_pair(axon.fft.ifft(*pair(z), **options), np.fft.ifft(z, **options))
    close_pair(axon.fft.rfft(axon.tensor(z.real.copy()), **options), np.fft.rfft(z.real, **options))
    close(axon.fft.irfft(*pair(z), **options), np.fft.irfft(z, **options))


@pytest.mark.parametrize("norm", NORMS)
def test_transforms_along_several_axes(norm):
    z = normal(2, 4, 6) + 1j * normal(4, 2, 6).swapaxes(0, 1)
    x = axon.tensor(z.real.copy())
    close_pair(axon.fft.fftn(*pair(z), norm=norm), np.fft.fftn(z, norm=norm))
    close_pair(axon.fft.fft2(x, norm=norm), np.fft.fft2(z.real, norm=norm))
    close_pair(axon.fft.ifft2(*pair(z), norm=norm), np.fft.ifft2(z, norm=norm))
    close_pair(axon.fft.rfft2(x, norm=norm), np.fft.rfft2(z.real, norm=norm))
    back = axon.fft.irfftn(*axon.fft.rfftn(x, norm=norm), norm=norm)
    close(back, z.real)


@pytest.mark.parametrize("n", [1, 4, 5])
def test_frequencies(n):
    close(axon.fft.fftfreq(n, 0.5), np.fft.fftfreq(n, 0.5).astype(np.float32), 1e-6)
    close(axon.fft.rfftfreq(n), np.fft.rfftfreq(n).astype(np.float32), 1e-6)
    x = normal(n, 3)
    close(axon.fft.fftshift(axon.tensor(x)), np.fft.fftshift(x))
    close(axon.fft.ifftshift(axon.tensor(x), 0), np.fft.ifftshift(x, 0))


def test_float32_stays():
    re, im = axon.fft.fft(axon.ones(8))
    assert re.dtype == im.dtype == "float32"


def test_arguments_of_transforms_are_checked():
    x = axon.ones((2, 3))
    for wrong, told in [
        (lambda: axon.fft.fft(x, axon.ones(3)), r"fft: re has shape \(2, 3\), im has shape"),
        (lambda: axon.fft.fft(x, axis=2), "fft: axis 2"),
        (lambda: axon.fft.ifft(x, norm="both"), "ifft: norm is 'both'"),
        (lambda: axon.fft.rfft(x, 0), "rfft: n is 0"),
        (lambda: axon.fft.irfft(x[:, :1], x[:, :1]), "irfft: 0 points"),
    ]:
        with pytest.raises(ValueError, match=told):
            wrong()
