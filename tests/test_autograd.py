"""The tape's walk: what it gives, what it keeps, and what it refuses."""

import gc
import threading
import weakref

import numpy as np
import pytest

import axon
from axon import _runtime


def leaf(values):
    return axon.tensor(values, dtype=axon.float32, requires_grad=True)


def test_chain_rule():
    x = leaf([0.5, -1.0, 2.0])
    (x * x * x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 3 * x.numpy() ** 2, rtol=1e-6)


def test_a_tensor_used_twice_gets_the_sum():
    x = leaf(3.0)
    y = x * x
    (y * y + y).backward()
    assert x.grad.item() == 4 * 27 + 2 * 3


def test_gradients_add_up_over_passes():
    x = leaf(2.0)
    (x * 3).backward()
    (x * 5).backward()
    assert x.grad.item() == 8
    x.grad = None
    (x * 7).backward()
    assert x.grad.item() == 7


def test_broadcast_axes_are_summed():
    a, b = leaf(np.ones((2, 1, 3))), leaf(np.ones((4, 1)))
    (a * b).sum().backward()
    assert a.grad.shape == (2, 1, 3) and b.grad.shape == (4, 1)
    np.testing.assert_array_equal(a.grad.numpy(), np.full((2, 1, 3), 4.0))
    np.testing.assert_array_equal(b.grad.numpy(), np.full((4, 1), 6.0))


def test_incoming_gradient():
    x = leaf([1.0, 2.0])
    (x * x).backward(axon.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 40.0]


def test_constants_get_none():
    x, c = leaf(1.0), axon.tensor(2.0)
    (x * c).backward()
    assert c.grad is None


def test_no_grad_and_enable_grad():
    x = leaf(1.0)
    with axon.no_grad():
        y = x * 2
        with axon.enable_grad():
            z = x * 2
    assert not y.requires_grad and z.requires_grad and (x * 2).requires_grad


def test_no_grad_decorates_recursive_functions_and_survives_errors():
    x = leaf(1.0)

    @axon.no_grad()
    def f(depth):
        if depth == 0:
            raise RuntimeError("inside")
        f(depth - 1)

    with pytest.raises(RuntimeError, match="inside"):
        f(3)
    assert (x * 2).requires_grad


def test_detach_cuts():
    x = leaf(3.0)
    (x * x.detach()).backward()
    assert x.grad.item() == 3.0


def test_python_control_flow_runs_each_time():
    def f(x):
        y = x
        while y.item() < 100:
            y = y * 2
        return y

    for start, slope in ((3.0, 64), (30.0, 4)):
        x = leaf(start)
        f(x).backward()
        assert x.grad.item() == slope


# --------------------------------------------------------------------------------- what is kept


def test_a_freed_tape_is_refused_and_nothing_changes():
    x = leaf(3.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()
    assert x.grad.item() == 6.0


def test_retain_graph():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0


def test_the_tape_dies_with_its_tensors():
    x = leaf(3.0)
    node = weakref.ref((x * x).tape)
    gc.collect()
    assert node() is None


# -------------------------------------------------------------------------------- higher orders


def test_second_and_third_order():
    x = leaf(2.0)
    y = x * x * x * x
    (first,) = axon.grad(y, [x], create_graph=True)
    (second,) = axon.grad(first, [x], create_graph=True)
    (third,) = axon.grad(second, [x])
    assert (first.item(), second.item(), third.item()) == (32.0, 48.0, 48.0)


def test_gradient_penalty():
    w = leaf([1.0, -2.0])
    x = leaf([0.3, 0.7])
    y = (w * x).sum().tanh()
    dx = axon.grad(y, x, create_graph=True)
    (dx * dx).sum().backward()

    def penalty(weights):
        t = np.tanh((weights * x.numpy()).sum(dtype=np.float64))
        return ((1 - t * t) ** 2) * (weights * weights).sum()

    eps = 1e-6
    steps = eps * np.eye(2)
    at = w.numpy().astype(np.float64)
    expected = [(penalty(at + s) - penalty(at - s)) / (2 * eps) for s in steps]
    np.testing.assert_allclose(w.grad.numpy(), expected, rtol=1e-4)


def test_create_graph_leaves_differentiable_grads():
    x = leaf(3.0)
    (x * x * x).backward(create_graph=True)
    assert x.grad.requires_grad
    assert axon.grad(x.grad, x).item() == 18.0


# ------------------------------------------------------------------------------------ axon.grad


def test_grad_touches_no_grad_attribute():
    x, z = leaf(3.0), leaf(1.0)
    gradients = axon.grad(x * x * z, (x, z))
    assert [g.item() for g in gradients] == [6.0, 9.0]
    assert x.grad is None and z.grad is None


def test_grad_with_respect_to_an_inner_tensor():
    x = leaf(3.0)
    h = x * x
    assert axon.grad(h * h, h).item() == 18.0


def test_grad_of_several_outputs():
    x = leaf([1.0, 2.0])
    outputs = [x * 2, (x * x).sum()]
    g = axon.grad(outputs, x, [axon.tensor([1.0, 1.0]), None])
    assert g.tolist() == [4.0, 6.0]


def test_grad_of_unused_input():
    x, z = leaf(3.0), leaf(1.0)
    with pytest.raises(ValueError, match="allow_unused"):
        axon.grad(x * 2, z)
    assert axon.grad(x * 2, [x, z], allow_unused=True)[1] is None


# --------------------------------------------------------------------------------------- hooks


def test_hooks_see_the_whole_gradient_once_and_may_replace_it():
    x = leaf(2.0)
    h = x * x
    seen = []
    h.register_hook(lambda g: seen.append(g.item()))
    h.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    (h * 3 + h * 4).backward()
    assert seen == [7.0]
    assert x.grad.item() == 7 * 10 * 4 + 1


def test_a_removed_hook_is_silent():
    x = leaf(2.0)
    handle = x.register_hook(lambda g: g * 100)
    handle.remove()
    handle.remove()
    (x * 3).backward()
    assert x.grad.item() == 3.0


@pytest.mark.parametrize("inputs", [None, 3, "w", [None]], ids=repr)
def test_gradients_are_wanted_of_tensors(inputs):
    y = (axon.ones(2, requires_grad=True) * 2).sum()
    with pytest.raises(TypeError, match=r"axon.grad: inputs holds a \w+; expected the tensor"):
        axon.grad(y, inputs)


@pytest.mark.parametrize("given", [3, "g", (axon.ones(2),)], ids=str)
def test_a_hook_gives_a_tensor_or_none(given):
    x = axon.ones(2, requires_grad=True)
    x.register_hook(lambda gradient: given)
    with pytest.raises(TypeError, match=r"a hook .*expected the gradient.* shape \(2,\), or None"):
        x.sum().backward()


def test_hook_on_a_constant_is_refused():
    with pytest.raises(ValueError, match="requires_grad"):
        axon.tensor(1.0).register_hook(print)


def test_an_error_in_a_hook_leaves_grads_alone():
    x, z = leaf(2.0), leaf(1.0)

    def fail(gradient):
        raise RuntimeError("hook")

    h = x * z
    h.register_hook(fail)
    with pytest.raises(RuntimeError, match="hook"):
        (h + z).backward()
    assert x.grad is None and z.grad is None


# -------------------------------------------------------------------------------------- errors


def test_backward_needs_a_single_element():
    with pytest.raises(ValueError, match=r"shape \(2,\).*\.sum\(\)"):
        (leaf([1.0, 2.0]) * 2).backward()


def test_incoming_gradient_must_have_the_shape():
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        (leaf([1.0, 2.0]) * 2).backward(axon.ones(3))


def test_backward_of_what_was_not_recorded():
    with pytest.raises(ValueError, match="no_grad"):
        axon.tensor(1.0).backward()
    with pytest.raises(ValueError, match="cast"):
        axon.tensor(1).backward()


def test_integers_cannot_require_gradients():
    with pytest.raises(TypeError, match="float"):
        axon.tensor([1, 2], requires_grad=True)


def test_in_place_on_a_leaf_needs_no_grad():
    x = leaf(1.0)
    with pytest.raises(Exception, match="no_grad"):
        x += 1
    with axon.no_grad():
        x += 1
    assert x.item() == 2.0 and x.requires_grad and x.tape is None


def test_in_place_on_an_inner_tensor_is_differentiated():
    x = leaf([1.0, 2.0])
    h = x * 2
    h *= x
    h.sum().backward()
    assert x.grad.tolist() == [4.0, 8.0]


def test_values_saved_for_backward_do_not_change():
    x = leaf(3.0)
    y = x * x
    with axon.no_grad():
        x *= 100
    y.backward()
    assert x.grad.item() == 6.0


def test_second_gradient_of_a_power_with_an_integer_exponent():
    x = axon.tensor(3.0, requires_grad=True)
    dy = axon.grad(x**3, x, create_graph=True)
    assert axon.grad(dy, x).item() == 18.0


# ------------------------------------------------------------------------------------- switches


def test_a_generator_has_its_mode_only_while_it_runs():
    x = leaf(1.0)

    @axon.no_grad()
    def halves():
        received = yield (x * 2).requires_grad
        yield received, (x * 2).requires_grad
        return "end"

    generator = halves()
    assert next(generator) is False and (x * 2).requires_grad
    assert generator.send(7) == (7, False) and (x * 2).requires_grad
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert end.value.value == "end"


def test_a_decorated_generator_sees_what_is_thrown_into_it():
    @axon.no_grad()
    def caught():
        try:
            yield 1
        except KeyError:
            yield axon.is_grad_enabled()

    generator = caught()
    next(generator)
    assert generator.throw(KeyError()) is False


def test_set_grad_enabled_at_once_as_a_block_and_as_a_decorator():
    try:
        axon.set_grad_enabled(False)
        assert not axon.is_grad_enabled()
        with axon.set_grad_enabled(True):
            assert axon.is_grad_enabled()
        assert not axon.is_grad_enabled()
    finally:
        axon.set_grad_enabled(True)

    @axon.set_grad_enabled(False)
    def inside():
        return axon.is_grad_enabled()

    assert axon.is_grad_enabled() and inside() is False and axon.is_grad_enabled()


def test_inference_mode():
    with axon.inference_mode():
        assert not (leaf(1.0) * 2).requires_grad


def test_the_mode_is_that_of_the_thread():
    seen = []
    with axon.no_grad():
        thread = threading.Thread(target=lambda: seen.append(axon.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


# --------------------------------------------------------------------------------- what is asked


def test_backward_to_some_inputs_only():
    x, z = leaf(2.0), leaf(3.0)
    h = x * z
    (h * h).backward(inputs=[x, h])
    assert x.grad.item() == 36.0 and h.grad.item() == 12.0 and z.grad is None


def test_only_the_way_to_the_inputs_is_walked():
    x, z = leaf(2.0), leaf(3.0)
    visited = []
    with axon.autograd.replace_backward("exp", lambda node, dy: visited.append(node)):
        assert axon.grad(x * 3 + axon.exp(z), x).item() == 3.0
    assert visited == []


def test_a_freed_part_of_the_tape_that_is_not_needed_is_no_error():
    x, z = leaf(2.0), leaf(3.0)
    h = x * x
    h.backward()
    assert axon.grad(h + z * z, z).item() == 6.0


def test_retain_grad():
    x = leaf(2.0)
    h = x * x
    h.retain_grad()
    (h * 5).backward()
    assert h.grad.item() == 5.0 and x.grad.item() == 20.0


def test_leaves_and_results():
    x = leaf(1.0)
    y = x * 2
    assert x.is_leaf and not y.is_leaf and y.detach().is_leaf and axon.ones(1).is_leaf
    assert "mul" in repr(y.tape) and y.tape.op == "mul" and y.tape.edges[0] is x
    assert axon.ones(1).requires_grad_().requires_grad


def test_post_accumulate_hooks_see_the_sum():
    x = leaf(2.0)
    seen = []
    handle = x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    (x * 3).backward()
    (x * 4).backward()
    handle.remove()
    (x * 4).backward()
    assert seen == [3.0, 7.0]
    with pytest.raises(ValueError, match="register_hook"):
        (x * 2).register_post_accumulate_grad_hook(print)


def test_after_an_error_in_a_hook_the_tape_is_as_it_was():
    x = leaf(2.0)
    h = x * x

    def fail(gradient):
        raise RuntimeError("hook")

    handle = h.register_hook(fail)
    y = h * h
    with pytest.raises(RuntimeError, match="hook"):
        y.backward()
    handle.remove()
    y.backward()
    assert x.grad.item() == 32.0


def test_a_hook_must_keep_the_shape():
    h = leaf([1.0, 2.0]) * 2
    h.register_hook(lambda g: g.sum())
    with pytest.raises(ValueError, match=r"\(2,\).*\(\)"):
        h.sum().backward()


def test_threads_walk_their_own_tapes():
    w = leaf(2.0)
    results = {}

    def work(number):
        x = leaf(float(number))
        y = x
        for _ in range(200):
            y = y * 1.0 + 0.0
        results[number] = axon.grad(y * w, x).item()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(4), 2.0)


def test_backward_in_another_thread_than_the_forward():
    x = leaf(3.0)
    y = x * x
    thread = threading.Thread(target=y.backward)
    thread.start()
    thread.join()
    assert x.grad.item() == 6.0


def test_memory_is_flat_over_steps():
    x = leaf(np.ones(1000))

    def step():
        h = x
        for _ in range(20):
            h = (h * 1.001).tanh()
        h.sum().backward()
        x.grad.numpy()
        x.grad = None

    step()
    gc.collect()
    before = (axon.stats()["bytes_in_use"], _runtime.census())
    for _ in range(5):
        step()
    assert (axon.stats()["bytes_in_use"], _runtime.census()) == before


def test_a_tape_in_a_reference_cycle_is_collected():
    def make():
        x = leaf(2.0)
        h = x * x
        x.keeps = h  # which holds its node, which holds x
        return weakref.ref(h.tape)

    node = make()
    gc.collect()
    assert node() is None


@pytest.mark.once
def test_a_chain_of_a_million_nodes():
    x = leaf(1.0)
    y = x
    for count in range(1_000_000):
        y = -y
        if count % 1000 == 0:
            axon.flush()
    assert axon.grad(y, x).shape == ()
    _runtime.prune()  # of the gradient, which nobody holds
    assert y.item() == 1.0
    del y


# ------------------------------------------------------------------------- gradients of an op


def test_the_backward_of_an_op_can_be_replaced_for_a_while():
    x = leaf([-1.0, 2.0])

    def straight_through(node, dy):
        assert node.op == "relu" and node.saved["x"].shape == (2,)
        return dy

    def gradient():
        return axon.grad(axon.relu(x).sum(), x).tolist()

    assert gradient() == [0.0, 1.0]
    with axon.autograd.replace_backward("relu", straight_through):
        assert gradient() == [1.0, 1.0]
        with axon.autograd.replace_backward("relu", lambda node, dy: dy * 2):
            assert gradient() == [2.0, 2.0]
        assert gradient() == [1.0, 1.0]
    assert gradient() == [0.0, 1.0]


def test_a_replaced_backward_is_restored_after_an_error():
    x = leaf(2.0)
    with (
        pytest.raises(RuntimeError, match="mine"),
        axon.autograd.replace_backward("exp", lambda node, dy: dy),
    ):
        raise RuntimeError("mine")
    assert axon.grad(axon.exp(x), x).item() == pytest.approx(np.exp(2.0))


def test_what_cannot_be_replaced_is_refused():
    with (
        pytest.raises(ValueError, match="no op 'rellu'"),
        axon.autograd.replace_backward("rellu", print),
    ):
        pass
    with (
        pytest.raises(ValueError, match=r"axon\.Function"),
        axon.autograd.replace_backward("floor", print),
    ):
        pass
    x = leaf([1.0])
    with (
        pytest.raises(ValueError, match=r"stub for axon\.relu returned 2 gradients; expected 1"),
        axon.autograd.replace_backward("relu", lambda node, dy: (dy, dy)),
    ):
        axon.relu(x).sum().backward()
    assert x.grad is None
