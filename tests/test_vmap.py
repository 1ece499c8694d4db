"""vmap: every op over a batch is what it is for each example; gradients, nesting, refusals."""

from __future__ import annotations

import threading
from itertools import islice

import numpy as np
import pytest
from batches import batched
from op_cases import all_ops

import axon
from axon import _runtime
from axon.core import tree
from codegen.samples import cases

SIZE = 2
CLOSE = {"rtol": 1e-9, "atol": 1e-11}


def each():
    """Ops in groups whose kernels are compiled together."""
    taking = [op for op in all_ops() if op.program.inputs]
    for number, op in enumerate(taking):
        mark = pytest.mark.xdist_group(f"vmap{number // 40}")
        yield pytest.param(op, id=op.name, marks=mark)


def chosen(op):
    """Calls with two sets of numbers: the first one, and those whose tensors broadcast."""
    pairs = zip(*(cases(op, seed) for seed in range(SIZE)), strict=True)
    finite = [pair for pair in pairs if not any(case.edge for case in pair)]
    short = [pair for pair in finite if "short" in pair[0].name]
    return [*islice(finite, 2), *(pair for pair in short if pair not in finite[:2])]


class Check:
    """One op over a batch in which some tensors differ from example to example, others do not."""

    def __init__(self, op, pair, flags):
        self.op, self.flags = op, flags
        self.label = f"{pair[0].name}, batched: {flags}"
        self.attrs = {
            a.name: None if pair[0].attrs[a.name] == "all" else pair[0].attrs[a.name]
            for a in op.program.attrs
        }
        names = [i.name for i in op.program.inputs if pair[0].inputs[i.name] is not None]
        self.given = [i.name in names for i in op.program.inputs]
        arrays = [
            np.stack([case.inputs[name] for case in pair]) if flag else pair[0].inputs[name]
            for name, flag in zip(names, flags, strict=True)
        ]
        self.tensors = [
            axon.tensor(a, dtype="float64" if a.dtype.kind == "f" else None) for a in arrays
        ]
        self.axes = tuple(0 if flag else None for flag in flags)
        self.record()

    def function(self, *tensors):
        rest = iter(tensors)
        inputs = [next(rest) if given else None for given in self.given]
        return _runtime.call(self.op.program.name, inputs, self.attrs)

    def vmap(self, f, axes):
        return axon.vmap(f, in_axes=axes, randomness="same")

    def example(self, tensors, number):
        return [x[number] if flag else x for x, flag in zip(tensors, self.flags, strict=True)]

    def record(self):
        self.found = tree.leaves(self.vmap(self.function, self.axes)(*self.tensors))
        one_by_one = [self.function(*self.example(self.tensors, n)) for n in range(SIZE)]
        self.expected = [axon.stack(ys) for ys in zip(*map(tree.leaves, one_by_one), strict=True)]
        self.numbers = [n for n, x in enumerate(self.tensors) if x.is_floating_point]
        outputs = [n for n, y in enumerate(self.expected) if y.is_floating_point]
        if self.numbers and outputs and _runtime.is_registered(f"{self.op.program.name}.grad"):
            self.record_gradients(outputs)

    def record_gradients(self, outputs):
        random = np.random.default_rng(3)
        seeds = [axon.tensor(random.standard_normal(self.expected[n].shape)) for n in outputs]
        seeds = [s.to(self.expected[n].dtype) for s, n in zip(seeds, outputs, strict=True)]

        def pull(seeds, *floats):
            """The gradients of the floats for one example."""
            tensors = list(self.current)
            for number, x in zip(self.numbers, floats, strict=True):
                tensors[number] = x
            ys = tree.leaves(self.function(*tensors))
            traced = [(ys[n], s) for n, s in zip(outputs, seeds, strict=True)]
            traced = [(y, s) for y, s in traced if y.requires_grad]
            if not traced:
                return [axon.zeros_like(x) for x in floats]
            ys, seeds = zip(*traced, strict=True)
            gradients = axon.grad(list(ys), list(floats), list(seeds), allow_unused=True)
            pairs = zip(gradients, floats, strict=True)
            return [axon.zeros_like(x) if g is None else g for g, x in pairs]

        def pull_example(seeds, *tensors):
            self.current = tensors
            floats = [tensors[n].detach().requires_grad_() for n in self.numbers]
            return pull(seeds, *floats)

        each = [
            pull_example([s[n] for s in seeds], *self.example(self.tensors, n)) for n in range(SIZE)
        ]
        each = [axon.stack(gs) for gs in zip(*each, strict=True)]
        self.found += self.vmap(pull_example, (0, *self.axes))(seeds, *self.tensors)
        self.expected += each
        leaves = [self.tensors[n].detach().requires_grad_() for n in self.numbers]
        tensors = list(self.tensors)
        for number, x in zip(self.numbers, leaves, strict=True):
            tensors[number] = x
        self.current = tensors
        ys = tree.leaves(self.vmap(self.function, self.axes)(*tensors))
        traced = [(ys[n], s) for n, s in zip(outputs, seeds, strict=True) if ys[n].requires_grad]
        if traced:
            ys, seeds = map(list, zip(*traced, strict=True))
            gradients = axon.grad(ys, leaves, seeds, allow_unused=True)
            for number, gradient, g in zip(self.numbers, gradients, each, strict=True):
                if gradient is not None:
                    self.found.append(gradient)
                    self.expected.append(g if self.flags[number] else axon.sum(g, axis=0))

    def check(self):
        for found, expected in zip(self.found, self.expected, strict=True):
            assert found.dtype == expected.dtype, self.label
            close = CLOSE if found.dtype != "float32" else {"rtol": 1e-5, "atol": 1e-6}
            np.testing.assert_allclose(found.numpy(), expected.numpy(), **close, err_msg=self.label)


def flags_of(op, case):
    """All tensors batched, and each alone."""
    count = sum(case.inputs[i.name] is not None for i in op.program.inputs)
    yield (True,) * count
    if count > 1:
        yield from (tuple(n == number for n in range(count)) for number in range(count))


@pytest.mark.executor
@pytest.mark.parametrize("op", list(each()))
@batched
def test_every_op(op):
    checks = [Check(op, pair, flags) for pair in chosen(op) for flags in flags_of(op, pair[0])]
    yield
    for check in checks:
        check.check()


def ones_into(ys):
    """The tensors of `ys` that are on the tape, and ones to flow into them."""
    ys = [y for y in ys if y is not None and y.requires_grad]
    return ys, [axon.ones_like(y) for y in ys]


def gradients(ys, xs, seeds, create_graph=False):
    """Zeros where nothing flows."""
    if not ys:
        return [axon.zeros_like(x) for x in xs]
    found = axon.grad(ys, xs, seeds, create_graph=create_graph, allow_unused=True)
    return [axon.zeros_like(x) if g is None else g for g, x in zip(found, xs, strict=True)]


class Twice:
    """Second derivatives of one op, of each example and over the batch."""

    def __init__(self, op, pair):
        self.first = Check(op, pair, (True,) * len(next(flags_of(op, pair[0]))))
        self.numbers = self.first.numbers

    def outputs(self, floats, tensors):
        """The op with other floats among its tensors."""
        given = list(tensors)
        for number, x in zip(self.numbers, floats, strict=True):
            given[number] = x
        return [y for y in tree.leaves(self.first.function(*given)) if y.is_floating_point]

    def floats(self, tensors):
        return [tensors[n].detach().requires_grad_() for n in self.numbers]

    def squared(self, ys, floats):
        """The gradients of half the squared gradients of the sum of `ys`."""
        ys, seeds = ones_into(ys)
        slopes, _ = ones_into(gradients(ys, floats, seeds, create_graph=True))
        return gradients(slopes, floats, [slope.detach() for slope in slopes])

    def of_one(self, *tensors):
        floats = self.floats(tensors)
        return self.squared(self.outputs(floats, tensors), floats)

    def check(self):
        tensors = self.first.tensors
        one_by_one = [self.of_one(*self.first.example(tensors, n)) for n in range(SIZE)]
        expected = [axon.stack(hs) for hs in zip(*one_by_one, strict=True)]
        axes = self.first.axes
        inside = self.first.vmap(self.of_one, axes)(*tensors)
        floats = self.floats(tensors)
        given = list(tensors)
        for number, x in zip(self.numbers, floats, strict=True):
            given[number] = x
        ys = tree.leaves(self.first.vmap(self.first.function, axes)(*given))
        outside = self.squared(ys, floats)
        for found in (inside, outside):
            for x, y in zip(found, expected, strict=True):
                np.testing.assert_allclose(x.numpy(), y.numpy(), rtol=1e-6, atol=1e-8)

    def check_forward_mode(self):
        """What a direction does to the output, weighed, is what the weights do to the input."""
        tensors = self.first.example(self.first.tensors, 0)
        floats = [tensors[n] for n in self.numbers]
        random = np.random.default_rng(5)

        def f(*floats):
            return self.outputs(floats, tensors)

        directions = [axon.tensor(random.standard_normal(x.shape)) for x in floats]
        ys, slopes = axon.jvp(f, floats, directions)
        weights = [axon.tensor(random.standard_normal(y.shape)).to(y.dtype) for y in ys]
        _, pullback = axon.vjp(f, *floats)
        pulled = pullback(weights)
        ahead = sum((w * s).sum().item() for w, s in zip(weights, slopes, strict=True))
        back = sum((g * d).sum().item() for g, d in zip(pulled, directions, strict=True))
        np.testing.assert_allclose(ahead, back, rtol=1e-6, atol=1e-8)


@pytest.mark.executor
@pytest.mark.parametrize("op", [p for p in each() if p.values[0].grad is not None])
def test_second_derivatives_of_every_op(op):
    twice = Twice(op, chosen(op)[0])
    twice.check()
    twice.check_forward_mode()


# ------------------------------------------------------------------------------- as a function


def test_axes_structures_and_shared_arguments():
    def f(x, tree, scale):
        return {"sum": x.sum() + tree["b"], "x": (x * scale, 3.0)}

    x, b = axon.arange(6).reshape(3, 2).to("float32"), axon.tensor([10.0, 20.0])
    y = axon.vmap(f, in_axes=(1, {"b": 0}, None), out_axes={"sum": 0, "x": (1, 0)})(
        x, {"b": b}, 2.0
    )
    assert y["sum"].tolist() == [16.0, 29.0]
    assert y["x"][0].tolist() == (x * 2).tolist() and y["x"][1].tolist() == [3.0, 3.0]


def test_a_result_that_the_examples_share():
    x, c = axon.ones(3, 2), axon.tensor([1.0, 2.0])
    shared, own = axon.vmap(lambda x: (c * 2, x), out_axes=(None, 0))(x)
    assert shared.shape == (2,) and own.shape == (3, 2)
    assert axon.vmap(lambda x: c * 2)(x).tolist() == [[2.0, 4.0]] * 3


def test_keyword_arguments_are_batched():
    assert axon.vmap(lambda x, *, y: x + y)(axon.ones(2), y=axon.arange(2)).tolist() == [1.0, 2.0]


def test_nested():
    a, b = axon.tensor([1.0, 2.0]), axon.tensor([3.0, 4.0, 5.0])
    outer = axon.vmap(lambda x: axon.vmap(lambda y: x * y + a.sum())(b))(a)
    assert outer.tolist() == [[6.0, 7.0, 8.0], [9.0, 11.0, 13.0]]
    m = axon.randn((4, 2, 3))
    twice = axon.vmap(axon.vmap(lambda row: row.sum()), in_axes=2)(m)
    np.testing.assert_allclose(twice.numpy(), m.numpy().sum(1).T, rtol=1e-5)


def test_indexing_reshaping_and_einsum_inside():
    x = axon.randn((4, 3, 5))

    def f(m):
        flat = m[1:, ::2].reshape(-1)
        return axon.einsum("i,j->ij", flat, m[0]) @ m.T, axon.concat([flat, m[:, -1]])

    y, z = axon.vmap(f)(x)
    for n in range(4):
        one, other = f(x[n])
        np.testing.assert_allclose(y[n].numpy(), one.numpy(), rtol=1e-4, atol=1e-5)
        assert z[n].tolist() == other.tolist()


def test_it_fuses():
    x = axon.randn((8, 16))
    y = axon.vmap(lambda row: axon.softmax(row * 2, axis=0))(x)
    assert len(axon.explain(y).kernels) == 1


def test_a_second_call_plans_and_derives_nothing():
    def step():
        return axon.vmap(axon.grad(lambda x: (x.tanh() * x).sum()))(axon.ones(3, 4)).numpy()

    step()
    before = axon.stats()["plans_built"]
    step()
    assert axon.stats()["plans_built"] == before


# --------------------------------------------------------------------------------- derivatives


def network():
    axon.manual_seed(0)
    return axon.nn.Linear(3, 8) >> axon.nn.Tanh() >> axon.nn.LayerNorm(8) >> axon.nn.Linear(8, 4)


def test_gradients_for_each_sample():
    net = network()
    params = {name: p.detach() for name, p in net.named_params.items()}
    x, labels = axon.randn((5, 3)), axon.tensor([0, 3, 1, 2, 2])

    def loss(params, x, label):
        y = axon.autograd.functional_call(net, params, x.reshape(1, -1))
        return axon.metrics.cross_entropy(y, label.reshape(1))

    each = axon.vmap(axon.grad(loss), in_axes=(None, 0, 0))(params, x, labels)
    for n in range(5):
        one = axon.grad(loss)(params, x[n], labels[n])
        for name in params:
            np.testing.assert_allclose(
                each[name][n].numpy(), one[name].numpy(), rtol=1e-4, atol=1e-6, err_msg=name
            )


def test_outer_gradients_reach_through_inner_ones():
    w = axon.tensor([0.3, -0.7], requires_grad=True)
    x = axon.randn((4, 2))

    def slope(x):
        return axon.grad(lambda x: (w * x).sum().tanh())(x)

    axon.vmap(slope)(x).square().sum().backward()
    found = w.grad
    w.grad = None
    axon.stack([slope(row) for row in x]).square().sum().backward()
    np.testing.assert_allclose(found.numpy(), w.grad.numpy(), rtol=1e-5)


def test_detached_inside_is_detached_outside():
    x = axon.tensor([1.0, 2.0], requires_grad=True)
    axon.vmap(lambda x: x * x.detach())(x).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]
    with axon.no_grad():
        assert not axon.vmap(lambda x: x * x)(x).requires_grad


def test_jacobians_and_hessian():
    def f(x, y):
        return axon.stack([x[0] * y, x[1] ** 2 * y, x.sum()])

    x, y = axon.tensor([2.0, 3.0]), axon.tensor(5.0)
    expected = [[5.0, 0.0], [0.0, 30.0], [1.0, 1.0]], [2.0, 9.0, 0.0]
    for transform in (axon.jacrev, axon.jacfwd):
        dx, dy = transform(f, (0, 1))(x, y)
        assert (dx.tolist(), dy.tolist()) == expected
    h = axon.hessian(lambda x: (x.sin() * x.flip(0)).sum())(x)
    cross = np.cos(2.0) + np.cos(3.0)
    expected = [[-3 * np.sin(2.0), cross], [cross, -2 * np.sin(3.0)]]
    np.testing.assert_allclose(h.numpy(), expected, rtol=1e-5)


def test_jacobian_of_structures():
    jacobian = axon.jacrev(lambda t: {"y": t["a"] * 2, "z": t["b"].sum()})
    result = jacobian({"a": axon.ones(2), "b": axon.ones(3)})
    assert result["y"]["a"].tolist() == [[2.0, 0.0], [0.0, 2.0]]
    assert result["y"]["b"].shape == (2, 3) and result["z"]["b"].tolist() == [1.0] * 3


# ----------------------------------------------------------------------------- random numbers


def test_examples_draw_different_numbers_or_the_same():
    x = axon.ones(6, 50)

    def f(x):
        return axon.dropout(x, 0.5) + axon.rand(50)

    axon.manual_seed(3)
    different = axon.vmap(f, randomness="different")(x).numpy()
    assert len({row.tobytes() for row in different}) == 6
    axon.manual_seed(3)
    same = axon.vmap(f, randomness="same")(x).numpy()
    assert len({row.tobytes() for row in same}) == 1
    axon.manual_seed(3)
    assert same[0].tobytes() == f(x[0]).numpy().tobytes()
    with pytest.raises(RuntimeError, match=r'axon\.dropout draws.*randomness="different"'):
        axon.vmap(f)(x)


def test_nested_levels_draw_different_numbers():
    x = axon.zeros(2, 3, 4)
    draw = axon.vmap(
        axon.vmap(lambda x: x + axon.rand(4), randomness="different"), randomness="different"
    )
    assert len(np.unique(draw(x).numpy())) == 24
    inner = axon.vmap(
        axon.vmap(lambda x: x + axon.rand(4), randomness="different"), randomness="same"
    )(x).numpy()
    assert inner[0].tobytes() == inner[1].tobytes() and len(np.unique(inner)) == 12


def test_what_may_draw_but_does_not_needs_no_word():
    q = axon.randn((3, 5, 4))
    found = axon.vmap(lambda q: axon.scaled_dot_product_attention(q, q, q))(q)
    expected = axon.scaled_dot_product_attention(q, q, q)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)
    with pytest.raises(RuntimeError, match="randomness="):
        axon.vmap(lambda q: axon.scaled_dot_product_attention(q, q, q, dropout=0.5))(q)


def test_the_gradient_meets_the_same_random_numbers():
    x = axon.ones(3, 20, requires_grad=True)
    y = axon.vmap(lambda x: axon.dropout(x, 0.5), randomness="different")(x)
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()


# ------------------------------------------------------------------------------------ refusals


def test_values_cannot_be_asked_for():
    x = axon.ones(3, 2)
    for ask in (lambda x: x.sum().item(), lambda x: x if x.sum() > 0 else -x, lambda x: x.numpy()):
        with pytest.raises(RuntimeError, match=r"differs from example to example.*axon\.where"):
            axon.vmap(ask)(x)
    shown = []
    axon.vmap(lambda x: shown.append(repr(x)) or x)(x)
    assert "one example" in shown[0] and "(2,)" in shown[0]


def test_what_escapes_is_refused():
    kept = []
    axon.vmap(lambda x: kept.append(x) or x)(axon.ones(3))
    with pytest.raises(RuntimeError, match="has ended"):
        kept[0] + 1


def test_gradients_do_not_escape_to_outer_leaves():
    w = axon.tensor(2.0, requires_grad=True)

    def f(x):
        (w * x).backward()
        return x

    with pytest.raises(RuntimeError, match=r"axon\.grad"):
        axon.vmap(f)(axon.ones(3))
    assert w.grad is None


def test_outer_tensors_are_not_assigned():
    total = axon.zeros(())

    def f(x):
        nonlocal total
        total += x
        return x

    with pytest.raises(RuntimeError, match="from outside is assigned"):
        axon.vmap(f)(axon.ones(3))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: axon.vmap(lambda x, y: x)(axon.ones(2), axon.ones(3)), r"\(2,\), \(3,\)"),
        (lambda: axon.vmap(lambda x: x, in_axes=None)(axon.ones(2)), "no argument has an axis"),
        (lambda: axon.vmap(lambda x: x, in_axes=2)(axon.ones(2)), r"in_axes has 2.*shape \(2,\)"),
        (lambda: axon.vmap(lambda x: x, in_axes=(0, 0))(axon.ones(2)), "2 entries.*1"),
        (lambda: axon.vmap(lambda x, n: x)(axon.ones(2), 3), "type int has no axis"),
        (lambda: axon.vmap(lambda x: x, out_axes=None)(axon.ones(2)), "out_axes is None"),
        (lambda: axon.vmap(lambda x: x, randomness="no"), "randomness is 'no'"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_error_of_an_op_shows_the_shapes_of_one_example():
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        axon.vmap(lambda x: x + axon.ones(3))(axon.ones(4, 2))


def test_after_an_error_nothing_is_batched():
    with pytest.raises(ZeroDivisionError):
        axon.vmap(lambda x: 1 / 0, randomness="different")(axon.ones(2))
    assert axon.rand(3).shape == (3,) and axon.rand(3).numpy().shape == (3,)


def test_threads_have_levels_of_their_own():
    results = {}

    def work(n):
        results[n] = axon.vmap(lambda x: (x * n).sum())(axon.ones(4, 3)).tolist()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [3.0 * n] * 4 for n in range(4)}


def test_opaque_kernels():
    a = axon.randn((3, 2, 2)) + 4 * axon.eye(2)
    b = axon.randn((2, 1))
    x = axon.vmap(lambda a: axon.linalg.solve(a, b))(a)
    np.testing.assert_allclose(x.numpy(), np.linalg.solve(a.numpy(), b.numpy()[None]), rtol=1e-4)
    values = axon.randn((3, 5))
    assert axon.vmap(axon.sort)(values).tolist() == np.sort(values.numpy(), -1).tolist()


def test_a_replaced_backward_within_and_through_vmap():
    x = axon.tensor([-1.0, 2.0], requires_grad=True)
    with axon.autograd.replace_backward("relu", lambda node, dy: dy * 3):
        assert axon.vmap(axon.grad(axon.relu))(x).tolist() == [3.0, 3.0]
        with pytest.raises(NotImplementedError, match=r"relu@vmap1 stands for a whole batch"):
            axon.vmap(axon.relu)(x).sum().backward()


@pytest.mark.parametrize("exponent", [2, 3, 2.0])
def test_the_hessian_of_a_power_of_what_is_not_positive(exponent):
    """The gradient of the exponent, which nobody asks for, has no NaN to give."""
    x = np.array([-1.5, 0.0, 2.0])
    found = axon.hessian(lambda x: (x**exponent).sum())(axon.tensor(x))
    expected = exponent * (exponent - 1) * x ** (exponent - 2)
    np.testing.assert_allclose(found.numpy(), np.diag(expected), rtol=1e-12)


def test_the_hessian_through_a_reshape():
    """The gradient of a gradient of a reshape scatters to row-major numbers."""
    x = np.array([-1.5, 0.5, 2.0])
    found = axon.hessian(lambda x: ((x.reshape(3, 1) * x).reshape(9) ** 2).sum())(axon.tensor(x))
    expected = 8 * np.outer(x, x) + 4 * np.diag(np.full(3, x @ x))  # of (x @ x) ** 2
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
