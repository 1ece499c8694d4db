"""Ops declared at run time are ops like any other."""

from __future__ import annotations

import concurrent.futures
import copy
import inspect
import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import axon
from axon import metrics, nn, ops, optim

TEXT = """
squareplus:
  doc: A softplus without exponentials (Barron, 2021).
  in: "x: float, b: real = 4.0 [b >= 0]"
  forward: "(x + sqrt(x * x + b)) / 2"
softmin:
  doc: Softmax of the negated tensor.
  in: "x: float, *, axis: axes = -1"
  forward: |
    e = exp(min(x, axis) - x)
    e / sum(e, axis)
scaled_product:
  doc: A matrix product with a learned scale of each column.
  in: "a: float[..., i, k], b: float[k, j], scale: float[j] = 1"
  out: "y[..., i, j]"
  forward: "sum[k](a[..., i, k] * b[k, j]) * scale[j]"
standardize:
  doc: x with mean 0 and variance 1 over axes, the mean and the scale.
  in: "x: float, axis: axes = all, *, eps: real = 1e-5"
  out: "y: like(x), mu[keep(axis, keepdim)], s[keep(axis, keepdim)]"
  forward: |
    mu = mean(x, axis)
    s = rsqrt(mean((x - mu) ** 2, axis) + eps)
    y = (x - mu) * s
steps:
  doc: The largest integer not above x.
  in: "x: float"
  forward: "floor(x)"
  backward: none
join:
  doc: Tensors one after another.
  in: "a: any[axis: n], b: any[axis: m], axis: axis = 0"
  out: "y[axis: k]"
  where: {k: "n + m"}
  forward: "guard(a[axis: k], 0) if k < count(n) else guard(b[axis: k - count(n)], 0)"
  variadic: true
"""
TEXT = TEXT.replace("*, eps: real", "*, keepdim: flag = true, eps: real")
declared = ops.load(TEXT)


def numeric(f, arrays, at, step=1e-6):
    """The gradient of sum(f) with respect to arrays[at] by central differences."""
    gradient = np.zeros_like(arrays[at])
    for point in np.ndindex(gradient.shape):
        sides = []
        for sign in (1, -1):
            moved = [a.copy() for a in arrays]
            moved[at][point] += sign * step
            sides.append(f(*map(axon.tensor, moved)).sum().item())
        gradient[point] = (sides[0] - sides[1]) / (2 * step)
    return gradient


def weighted(y):
    """Makes every output count differently, so that no gradient cancels."""
    return y * axon.tensor(np.cos(np.arange(y.size, dtype=y.numpy().dtype)).reshape(y.shape))


CASES = {
    "squareplus": (lambda x: declared.squareplus(x, b=1.5), [(2, 3)]),
    "softmin": (lambda x: declared.softmin(x, axis=0), [(3, 4)]),
    "scaled_product": (declared.scaled_product, [(2, 3, 4), (4, 2), (2,)]),
    "standardize": (lambda x: declared.standardize(x, -1)[0], [(2, 4)]),
    "several outputs": (lambda x: sum(declared.standardize(x, -1)[1:]), [(2, 4)]),
    "join": (lambda a, b: declared.join([a, b, a], axis=1), [(2, 3), (2, 2)]),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_of_first_and_second_order(name):
    function, shapes = CASES[name]
    random = np.random.default_rng(1)
    arrays = [random.standard_normal(shape) for shape in shapes]
    tensors = [axon.tensor(a) for a in arrays]
    for tensor in tensors:
        tensor.requires_grad = True

    def value(*xs):
        return weighted(function(*xs))

    def slope(*xs):
        for x in xs:
            x.requires_grad = True
        first = axon.grad(value(*xs).sum(), xs, create_graph=True)
        return sum(weighted(g).sum() for g in first)

    first = axon.grad(value(*tensors).sum(), tensors)
    for at, gradient in enumerate(first):
        np.testing.assert_allclose(gradient, numeric(value, arrays, at), rtol=1e-6, atol=1e-8)
    second = axon.grad(slope(*tensors), tensors, allow_unused=True)
    for at, gradient in enumerate(second):
        expected = numeric(slope, arrays, at)
        found = np.zeros_like(expected) if gradient is None else gradient.numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_values():
    x = axon.tensor([0.0, 1.5, -2.0])
    assert declared.squareplus(x).tolist() == pytest.approx([1.0, 2.0, 0.41421356])
    assert declared.steps(x).tolist() == [0.0, 1.0, -2.0]
    np.testing.assert_allclose(declared.softmin(x), axon.softmax(-x), rtol=1e-6)
    a, b = axon.randn((2, 3, 4)), axon.randn((4, 5))
    np.testing.assert_allclose(declared.scaled_product(a, b), axon.matmul(a, b), rtol=1e-5)
    assert declared.join([x, x[:1], x]).shape == (7,)


def test_it_fuses_with_what_stands_around_it():
    x = axon.randn((64, 32), requires_grad=True)
    y = declared.squareplus(axon.tanh(x) * 2, b=0.5) + 1
    assert len(axon.explain(y)) == 1
    y.sum().backward()
    assert len(axon.explain(y, x.grad)) == 1
    assert len(axon.explain(declared.softmin(x * 3) - 1)) == 1


def test_numbers_are_not_structure():
    x = axon.tensor([0.5, -0.5])
    declared.squareplus(x, b=0.5).numpy()
    before = axon.stats()
    declared.squareplus(x, b=0.25).numpy()
    after = axon.stats()
    assert after["plans_built"] == before["plans_built"]
    assert after["kernels_compiled"] == before["kernels_compiled"]


def test_an_attribute_that_is_left_out_is_that_before_it():
    x = axon.randn((1, 6, 8), requires_grad=True)
    expected = axon.max_pool2d(x, (2, 3), (2, 3))
    for y in (axon.max_pool2d(x, (2, 3)), axon.max_pool2d(x, (2, 3), None)):
        assert y.tolist() == expected.tolist()
        assert axon.autograd.grad(y.sum(), [x])[0].sum().item() == y.size


def test_an_op_that_is_applied_has_its_defaults():
    halved = axon.ops.load(
        """
        halved:
          in: "x: float[..., L], size: int = 2 [size > 0]"
          out: "y[..., l]"
          where: {l: "(L - size) // size + 1"}
          forward: |
            p[..., l] = max_pool1d(x, window=size)
            p[..., l] * 2
        """
    ).halved
    x = axon.randn((3, 8))
    assert halved(x).tolist() == (axon.max_pool1d(x, 2, 2) * 2).tolist()


def test_conditions_of_attributes_come_before_what_is_computed_from_them():
    with pytest.raises(ValueError, match=r"axon\.max_pool2d: .*stride > 0; stride is \(0, 1\)"):
        axon.max_pool2d(axon.ones(6, 8), 2, (0, 1))


def test_no_gradient_where_the_entry_has_none():
    x = axon.ones((2,), requires_grad=True)
    assert not declared.steps(x).requires_grad
    assert not axon.sgd_step(x, x, x, lr=0.1)[0].requires_grad


def test_signature_and_docstring():
    signature = inspect.signature(declared.standardize)
    assert list(signature.parameters) == ["x", "axis", "keepdim", "eps"]
    kinds = [p.kind.name for p in signature.parameters.values()]
    assert kinds == ["POSITIONAL_OR_KEYWORD"] * 2 + ["KEYWORD_ONLY"] * 2
    defaults = [p.default for p in signature.parameters.values()]
    assert defaults == [inspect.Parameter.empty, None, True, 1e-5]
    assert signature.return_annotation == "tuple[Tensor, Tensor, Tensor]"
    doc = declared.squareplus.__doc__
    assert doc.startswith("A softplus without exponentials (Barron, 2021).\n\nArgs:\n    x: ")
    assert "b: a number with b >= 0, by default 4.0." in doc
    assert repr(declared.squareplus) == (
        "<op squareplus(x: Tensor | float, b: float = 4.0) -> Tensor>"
    )
    assert list(declared)[:2] == ["squareplus", "softmin"]


X = axon.ones((2, 2))
WRONG_CALLS = {
    "unknown keyword": (lambda: declared.softmin(X, axes=0), "'axes'; did you mean 'axis'"),
    "missing input": (lambda: declared.squareplus(b=1.0), "x is missing"),
    "too many": (lambda: declared.softmin(X, 0), "1 arguments by position, 2 were given"),
    "twice": (lambda: declared.squareplus(X, x=X), "'x' was given by position and by keyword"),
    "wrong type": (lambda: declared.squareplus("x"), "must be a Tensor or a number"),
    "list": (lambda: declared.squareplus([1.0]), "axon.tensor"),
    "condition": (lambda: declared.squareplus(X, b=-1.0), "b must satisfy b >= 0"),
    "no such op": (lambda: declared.squarplus, "no op 'squarplus'; did you mean 'squareplus'"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_wrong_calls_name_the_cause(name):
    call, message = WRONG_CALLS[name]
    with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
        call()
    assert message in str(caught.value)


# ----------------------------------------------------------------------------------- declaring


def test_loading_again_gives_the_same_ops():
    assert ops.load(TEXT) is declared
    longer = ops.load("half: {in: 'x: float', forward: 'x / 2'}\n" + TEXT)
    assert longer.squareplus.program == declared.squareplus.program


def test_a_changed_entry_leaves_old_tensors_as_they_were():
    text = "half_of: {in: 'x: float', forward: 'x / 2', backward: {x: 'dy / 2'}}"
    first = ops.load(text)
    x = axon.ones((2,), requires_grad=True)
    old = first.half_of(x)
    changed = ops.load(text.replace("/ 2", "/ 4"))
    new = changed.half_of(x)
    assert changed.half_of.program != first.half_of.program
    old.sum().backward()
    assert x.grad.tolist() == [0.5, 0.5]
    x.grad = None
    new.sum().backward()
    assert x.grad.tolist() == [0.25, 0.25]
    assert first.half_of(x).tolist() == [0.5, 0.5]


def test_a_changed_gradient_is_another_op():
    text = "id: {in: 'x: float', forward: 'x', backward: {x: 'dy if x < 1e3 else 2 * dy'}}"
    first, second = ops.load(text), ops.load(text.replace("2 * dy", "3 * dy"))
    for declared_ops, expected in ((first, 2.0), (second, 3.0)):
        x = axon.tensor(2e3, requires_grad=True)  # larger than any sample
        declared_ops.id(x).backward()
        assert x.grad.item() == expected


def test_names_of_built_in_ops_may_be_used():
    x = axon.tensor([-2.0, 3.0], requires_grad=True)
    own = ops.load("relu: {in: 'x: float', forward: 'maximum(x, 1)'}")
    assert own.relu(x).tolist() == [1.0, 3.0]
    assert axon.relu(x).tolist() == [0.0, 3.0]
    axon.relu(x).sum().backward()
    assert x.grad.tolist() == [0.0, 1.0]


def test_built_in_ops_are_attributes():
    assert ops.softmax is axon.softmax
    assert not hasattr(ops, "softmax__grad")


def test_files(tmp_path):
    path = tmp_path / "my_ops.yaml"
    path.write_text("double: {in: 'x: num', forward: 'x + x'}")
    for source in (path, str(path)):
        assert ops.load(source).double(axon.tensor([3])).tolist() == [6]
    path.write_text("triple: {in: 'x: num', forward: 'x + z'}")
    with pytest.raises(ops.SpecError) as caught:
        ops.load(path)
    assert str(caught.value) == (
        f"{path}:1:38: error: unknown name 'z'\n"
        "    triple: {in: 'x: num', forward: 'x + z'}\n"
        "                                         ^\n"
        "    expected: an input, an attribute, an axis or a name assigned above"
    )
    with pytest.raises(OSError, match=r"no\.yaml"):
        ops.load("no.yaml")


def test_all_errors_of_a_text_are_shown():
    with pytest.raises(ops.SpecError) as caught:
        ops.load("f: {in: 'x: flot', forward: 'x'}\ng: {in: 'x: float', forward: 'expp(x)'}")
    assert [d.mark.source.path for d in caught.value.diagnostics] == ["<string>"] * 2


def test_a_wrong_gradient_is_refused():
    with pytest.raises(ops.SpecError, match="the gradient of 'x' is not that of the formula"):
        ops.load("f: {in: 'x: float', forward: 'x * x', backward: {x: 'dy * x'}}")


def test_samples_of_a_written_gradient_must_run():
    with pytest.raises(ops.SpecError, match="the samples of 'rows' do not run"):
        ops.load("""
rows:
  in: "x: float[axis: n], index: int[m], axis: axis = 0"
  out: "y[axis: m]: like(x)"
  forward: "x[axis: index[m]]"
  backward: {x: "scatter[axis: index[m]](dy[axis: m])"}
  samples: {n: [1], index: [counts]}
""")


@pytest.mark.parametrize("source", [3, None, ["f.yaml"]])
def test_a_source_is_a_path_or_a_text(source):
    with pytest.raises(TypeError, match=r"axon\.ops\.load: source"):
        ops.load(source)


@pytest.mark.parametrize("field", ["operator: '+'", "method: true", "module: Double"])
def test_tensor_gets_no_operators_or_methods(field):
    with pytest.raises(ops.SpecError, match="refused in an op declared at run time"):
        ops.load("f: {in: 'x: float', forward: 'x', " + field + "}")


APPLYING = """
mahalanobis:
  doc: The squared length of x in the metric of a positive definite a.
  in: "a: float[n, m], x: float[k, n]"
  out: "y[k]: like(x)"
  where: {m: "n"}
  forward: |
    b[n, k] = x[k, n]
    z[n, k] = scaled(b, by=1.0)
    w[m, k] = solve(a, z)
    sum[m](w[m, k] * x[k, m])
scaled:
  doc: x times a number.
  in: "x: float, by: real"
  forward: "x * by"
"""


def test_ops_apply_other_ops():
    random = np.random.default_rng(0)
    root, points = random.standard_normal((3, 3)), random.standard_normal((4, 3))
    metric = root @ root.T + np.eye(3)
    for factor in (1.0, 2.0):
        own = ops.load(APPLYING.replace("scaled(b, by=1.0)", f"scaled(b, by={factor})"))
        a, x = axon.tensor(metric), axon.tensor(points)
        a.requires_grad = x.requires_grad = True
        y = own.mahalanobis(a, x)
        inverse = np.linalg.inv(metric)
        right = factor * np.einsum("kn,nm,km->k", points, inverse, points)
        np.testing.assert_allclose(y, right, rtol=1e-10)
        y.sum().backward()
        np.testing.assert_allclose(x.grad, 2 * factor * points @ inverse, rtol=1e-10)
        for at, tensor in enumerate((a, x)):
            expected = numeric(own.mahalanobis, [metric, points], at)
            np.testing.assert_allclose(tensor.grad, expected, rtol=1e-6, atol=1e-8)


def test_a_changed_op_changes_those_that_apply_it():
    first = ops.load(APPLYING)
    second = ops.load(APPLYING.replace('"x * by"', '"x * by * 3"'))
    assert second.scaled.program != first.scaled.program
    assert second.mahalanobis.program != first.mahalanobis.program
    a, x = axon.eye(2), axon.ones((1, 2))
    assert first.mahalanobis(a, x).tolist() == [2.0]
    assert second.mahalanobis(a, x).tolist() == [6.0]


def test_an_index_that_leaves_its_tensor_is_told():
    shift = ops.load('shift: {in: "x: float[n], by: int", out: "y[n]", forward: "x[n - by]"}').shift
    x = axon.tensor([1.0, 2.0, 3.0])
    assert shift(x, 0).tolist() == [1.0, 2.0, 3.0]
    for by, first in ((1, -1), (10**6, -(10**6))):
        with pytest.raises(ValueError, match=rf"axon.shift\S*: an index of x runs from {first} "):
            shift(x, by).numpy()
    assert (x * 2).tolist() == [2.0, 4.0, 6.0]


def test_what_a_failed_flush_lost_is_told_each_time():
    shift = ops.load('shift: {in: "x: float[n], by: int", out: "y[n]", forward: "x[n - by]"}').shift
    kept = axon.ones(3) * 2
    lost = shift(kept, 1)
    with pytest.raises(ValueError, match="guard"):
        lost.numpy()
    assert kept.tolist() == [2.0] * 3
    other = axon.ones(3) * 3
    for _ in range(3):
        with pytest.raises(RuntimeError, match="never computed"):
            lost + 1
    assert other.tolist() == [3.0] * 3


# ------------------------------------------------------------------------------------- pickling


def test_pickling_in_this_process_gives_the_same_ops():
    assert pickle.loads(pickle.dumps(declared)) is declared
    assert pickle.loads(pickle.dumps(declared.softmin)) is declared.softmin
    assert copy.deepcopy(declared.squareplus) is declared.squareplus


def test_pickling_to_another_process(tmp_path):
    path = tmp_path / "pickled"
    path.write_bytes(pickle.dumps((declared.squareplus, declared)))
    code = f"""
        import pickle, axon
        data = open({str(path)!r}, "rb").read()
        squareplus, ops = pickle.loads(data)
        again, _ = pickle.loads(data)
        assert squareplus is ops.squareplus is again
        x = axon.tensor([1.5], requires_grad=True)
        squareplus(x).backward()
        print(squareplus(x).item(), x.grad.item())
    """
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert [float(text) for text in done.stdout.split()] == pytest.approx([2.0, 0.8])


def test_a_model_is_pickled_with_its_ops():
    model = nn.Linear(3, 2) >> declared.squareplus
    x = axon.ones((1, 3))
    again = pickle.loads(pickle.dumps(model))
    assert again[1] is declared.squareplus
    assert again(x).tolist() == model(x).tolist()


# ------------------------------------------------------------------------------------- in a whole


def run(code, **env):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        cwd="/",
        timeout=300,
    )


def test_both_tiers_agree():
    code = f"""
        import axon
        ops = axon.ops.load({TEXT!r})
        x = axon.linspace(-3, 3, 1000).reshape(10, 100)
        x.requires_grad = True
        y = ops.softmin(ops.squareplus(x) * 2)
        (y * y).sum().backward()
        print(y.sum().item(), x.grad.numpy().tobytes().hex())
    """
    results = []
    for mode in ("off", "wait") if os.environ.get("PATH") else ("off",):
        done = run(code, AXON_JIT=mode)
        assert done.returncode == 0, done.stderr
        results.append(done.stdout)
    assert len(set(results)) == 1


@pytest.fixture
def eager_threads():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_threads_load_at_once(eager_threads):
    """Each text has its own meaning of the name that it applies; one text is loaded once."""

    def text(factor: int) -> str:
        return f"""
scaled_here: {{in: "x: float[..., k]", out: "y[..., k]", forward: "x * {factor}"}}
applies_scaled:
  in: "x: float[..., k]"
  out: "y[..., k]"
  forward: |
    t[..., k] = scaled_here(x)
    t * t
"""

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda n: ops.load(text(2 + n // 2)), range(16)))
    assert all(loaded[i] is loaded[i + 1] for i in range(0, 16, 2))
    for n, each in enumerate(loaded[::2]):
        x = axon.tensor([1.0, 3.0])
        x.requires_grad = True
        y = each.applies_scaled(x)
        y.sum().backward()
        factor = float(n + 2) ** 2
        np.testing.assert_array_equal(y.numpy(), factor * x.numpy() ** 2)
        np.testing.assert_array_equal(x.grad.numpy(), 2 * factor * x.numpy())


def test_a_network_trains_with_it():
    axon.manual_seed(0)
    model = nn.Linear(8, 32) >> declared.squareplus >> nn.Linear(32, 1)
    optimizer = optim.Adam(model.params, lr=1e-2)
    x = axon.randn((64, 8))
    target = (x * x).sum(axis=1, keepdim=True)
    losses = []
    for _ in range(150):
        loss = metrics.mse(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 10
