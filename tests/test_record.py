"""Recording: shapes, attributes, the tape and the handles, through hand-made programs.

Nothing here needs an op of ops.yaml, and except where a value is asked for nothing is computed.
"""

import gc
import pickle
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

from axon import _runtime as rt

ADD = """(program hand_add (in (a num (*)) (b num (*))) (out (y (promote a b) (*)))
  (set y (*) (add (load a (*)) (load b (*)))))"""
ADD_GRAD = """(program hand_add.grad (in (dy num (*)) (a num (*) ghost) (b num (*) ghost))
  (out (da (like a) ((own a))) (db (like b) ((own b))))
  (reduce sum da ((own a)) ((bcast a)) (load dy (*)))
  (reduce sum db ((own b)) ((bcast b)) (load dy (*))))"""
SUM = """(program hand_sum (in (x num (*))) (attr (axis axes all)) (attr (keepdim flag false))
  (out (y (accum x) ((keep axis keepdim))))
  (reduce sum y ((keep axis keepdim)) ((sel axis)) (load x (*))))"""
SCALE = """(program hand_scale (in (x float (*))) (attr (alpha real 1.5))
  (check (!= alpha 0) "alpha must not be 0")
  (out (y (like x) (*))) (set y (*) (mul alpha (load x (*)))))"""
EXP = """(program hand_exp (in (x float (*))) (out (y (like x) (*)))
  (set y (*) (exp (load x (*)))))"""
EXP_GRAD = """(program hand_exp.grad (in (dy float (*)) (y float (*))) (out (dx (like y) (*)))
  (set dx (*) (mul (load dy (*)) (load y (*)))))"""
SQUARE = """(program hand_square (in (x float (*))) (out (y (like x) (*)))
  (set y (*) (mul (load x (*)) (load x (*)))))"""
SQUARE_GRAD = """(program hand_square.grad (in (dy float (*)) (x float (*))) (out (dx (like x) (*)))
  (set dx (*) (mul (load dy (*)) (mul 2.0 (load x (*))))))"""
ATTRS = """(program hand_attrs (in (x float (*)))
  (attr (n int 3)) (attr (pair int2 (1 2))) (attr (on flag true)) (attr (axis axis -1))
  (attr (axes axes all)) (attr (list ints (4 5 6))) (attr (size shape))
  (attr (to dtype float64)) (attr (alpha real 0.5))
  (attr (start offsets (7 8))) (attr (key rng)) (attr (mode str "fast"))
  (out (y (like x) (*))) (set y (*) (load x (*))))"""
ATTRS_GRAD = """(program hand_attrs.grad (in (dy float (*)))
  (attr (n int 3)) (attr (pair int2 (1 2))) (attr (on flag true)) (attr (axis axis -1))
  (attr (axes axes all)) (attr (list ints (4 5 6))) (attr (size shape))
  (attr (to dtype float64)) (attr (alpha real 0.5))
  (attr (start offsets (7 8))) (attr (key rng)) (attr (mode str "fast"))
  (out (dx (like dy) (*))) (set dx (*) (load dy (*))))"""

for text in (ADD, ADD_GRAD, SUM, SCALE, EXP, EXP_GRAD, SQUARE, SQUARE_GRAD, ATTRS, ATTRS_GRAD):
    rt.register(text)


def add(a, b):
    return rt.call("hand_add", [a, b])


def leaf(data, **options):
    x = rt.tensor(data, **options)
    x.requires_grad = True
    return x


def zeros(*shape, dtype=np.float32):
    return rt.tensor(np.zeros(shape, dtype))


@pytest.fixture(autouse=True)
def grads_on():
    before = rt.set_grad_enabled(True)
    yield
    rt.set_grad_enabled(before)


# ------------------------------------------------------------------------------------ recording


def test_recording_gives_shape_and_dtype_and_computes_nothing():
    before = rt.pending()
    y = add(zeros(2, 1, 3), zeros(4, 1, dtype=np.int32))
    assert rt.pending() == before + 1
    assert y.is_pending
    assert (y.shape, y.dtype, y.ndim, y.size, y.nbytes) == ((2, 4, 3), "float32", 3, 24, 96)


@pytest.mark.parametrize(
    ("dtype", "number", "expected"),
    [
        ("float32", 2.5, "float32"),
        ("float64", 1, "float64"),
        ("int32", 7, "int32"),
        ("int32", True, "int32"),
        ("bfloat16", 2.5, "bfloat16"),
        ("int64", 0.5, "float32"),
    ],
)
def test_numbers_are_weak(dtype, number, expected):
    x = rt.tensor([1, 2], dtype)
    assert add(x, number).dtype == expected
    assert add(number, x).dtype == expected


@pytest.mark.parametrize(
    "number", [np.float32(2), np.float64(2), np.int64(2), np.bool_(True), np.array(2.0)]
)
def test_numpy_scalars_are_numbers(number):
    assert add(rt.tensor([1.0]), number).dtype == "float32"


@pytest.mark.parametrize(
    ("axis", "keepdim", "shape"),
    [
        (None, False, ()),
        (None, True, (1, 1, 1)),
        (1, False, (2, 4)),
        (-1, True, (2, 3, 1)),
        ((0, -1), False, (3,)),
        ((-1, 0), True, (1, 3, 1)),
        ((), False, (2, 3, 4)),
        ([1], False, (2, 4)),
    ],
)
def test_axes(axis, keepdim, shape):
    assert rt.call("hand_sum", [zeros(2, 3, 4)], {"axis": axis, "keepdim": keepdim}).shape == shape


def test_attributes_arrive_normalised():
    x = leaf([[1.0, 2.0, 3.0]])
    y = rt.call(
        "hand_attrs",
        [x],
        {"size": [3, -1], "key": (11, 12), "axes": (-1, 0), "to": np.dtype("int8")},
    )
    attrs = y.tape.attrs
    assert attrs == {
        "n": 3,
        "pair": (1, 2),
        "on": True,
        "axis": 1,
        "axes": (0, 1),
        "list": (4, 5, 6),
        "size": (3, -1),
        "to": "int8",
        "alpha": 0.5,
        "start": (7, 8),
        "key": (11, 12),
        "mode": "fast",
    }
    assert y.tape.pair == (1, 2) and y.tape.mode == "fast"
    one = rt.call("hand_attrs", [x], {"size": 3, "key": (0, 0), "pair": 9, "list": 3})
    assert (one.tape.size, one.tape.pair, one.tape.list) == ((3,), (9, 9), (3,))


@pytest.mark.parametrize(
    ("op", "inputs", "attrs", "error", "message"),
    [
        (
            "hand_sum",
            [(2, 3)],
            {"axis": 3},
            IndexError,
            "axon.hand_sum: axis 3 is out of range for x of shape (2, 3)",
        ),
        ("hand_sum", [()], {"axis": 0}, IndexError, "x of shape (), which has no axis"),
        (
            "hand_sum",
            [(2, 3)],
            {"axis": (1, -1)},
            ValueError,
            "axon.hand_sum: axis names axis 1 twice",
        ),
        (
            "hand_sum",
            [(2, 3)],
            {"axis": "k"},
            TypeError,
            "axon.hand_sum: axis must be None, an integer or a tuple",
        ),
        ("hand_sum", [(2, 3)], {"axis": 1.0}, TypeError, "not float"),
        (
            "hand_sum",
            [(2, 3)],
            {"keepdim": 1},
            TypeError,
            "axon.hand_sum: keepdim must be True or False, not int",
        ),
        (
            "hand_sum",
            [(2, 3)],
            {"keepdims": True},
            TypeError,
            "unknown attribute keepdims; known: axis, keepdim",
        ),
        ("hand_add", [(2, 3), (4,)], {}, ValueError, "axon.hand_add"),
        ("hand_add", [(2, 3)], {}, TypeError, "axon.hand_add: b is missing"),
        ("hand_add", [(2, 3), None], {}, TypeError, "axon.hand_add: b is missing"),
        (
            "hand_add",
            [(2, 3), "two"],
            {},
            TypeError,
            "axon.hand_add: b must be a Tensor or a number, not str",
        ),
        ("hand_add", [(2,), [1.0]], {}, TypeError, "not list; make one with axon.tensor(...)"),
        ("hand_add", [(2,), (2,), (2,)], {}, TypeError, "takes 2 inputs, more were given"),
        ("hand_add", [(2,), 1 << 70], {}, ValueError, "does not fit in 64 bits"),
        ("hand_scale", [(2,)], {"alpha": 0.0}, ValueError, "alpha must not be 0"),
        (
            "hand_scale",
            [(2,)],
            {"alpha": "1"},
            TypeError,
            "axon.hand_scale: alpha must be a number, not str",
        ),
        (
            "hand_attrs",
            [(2,)],
            {"size": 2},
            TypeError,
            "axon.hand_attrs: the argument key is missing",
        ),
        (
            "hand_attrs",
            [(2,)],
            {"size": 2, "key": (1, 2, 3)},
            ValueError,
            "key must be a pair of integers",
        ),
        (
            "hand_attrs",
            [(2,)],
            {"size": 2, "key": (1, 2), "pair": (1, 2, 3)},
            ValueError,
            "pair must be an integer or a pair",
        ),
        (
            "hand_attrs",
            [(2,)],
            {"size": 2, "key": (1, 2), "to": "floot"},
            TypeError,
            'to "floot" is not a dtype; known: bool',
        ),
        ("hand_nothing", [], {}, ValueError, "no program hand_nothing"),
    ],
)
def test_errors_name_function_argument_and_remedy(op, inputs, attrs, error, message):
    before = rt.pending()
    values = [zeros(*x) if isinstance(x, tuple) else x for x in inputs]
    with pytest.raises(error) as raised:
        rt.call(op, values, attrs)
    assert message in str(raised.value)
    assert rt.pending() == before


def test_a_check_reads_the_number_of_each_call():
    x = zeros(2)
    rt.call("hand_scale", [x], {"alpha": 2.0})
    with pytest.raises(ValueError, match="alpha must not be 0"):
        rt.call("hand_scale", [x], {"alpha": 0})
    rt.call("hand_scale", [x], {"alpha": 2.0})


def test_the_registry_is_one_door():
    assert rt.register(ADD) == "hand_add"
    assert rt.program_text("hand_add") == ADD
    assert rt.is_registered("hand_add") and not rt.is_registered("hand_nothing")


# -------------------------------------------------------------------------------------- release


def in_small_stack(function):
    """Runs it where recursion of any depth worth the name would crash."""
    failures = []

    def guarded():
        try:
            function()
        except BaseException as failure:
            failures.append(failure)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=guarded)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    if failures:
        raise failures[0]


def test_a_long_chain_of_pending_values_is_released():
    def chain():
        start = rt.census()
        x = rt.tensor([1.0])
        for _ in range(100_000):
            x = add(x, 1)
        assert rt.census()["nodes"] >= start["nodes"] + 100_000
        del x
        rt.prune()
        assert rt.pending() == 0
        assert rt.census()["nodes"] <= start["nodes"]
        assert rt.census()["values"] <= start["values"]

    in_small_stack(chain)


def test_a_million_tape_nodes_are_released():
    def chain():
        start = rt.census()
        x = leaf([1.0])
        last = weakref.ref(x)
        for _ in range(1_000_000):
            x = add(x, 1)
        del x
        assert last() is None
        rt.prune()
        assert rt.census()["values"] <= start["values"]

    in_small_stack(chain)


def test_results_that_nothing_reads_do_not_pile_up():
    rt.prune()
    x = zeros(3)
    before = rt.pending()
    for _ in range(50_000):
        add(x, 1)
    assert rt.pending() <= before * 2 + 4096


def test_a_leaf_is_freed_with_its_last_handle():
    rt.prune()
    before = rt.census()["values"]
    x = zeros(5)
    other = x.detach()
    del x
    assert rt.census()["values"] == before + 1
    del other
    assert rt.census()["values"] == before


# ----------------------------------------------------------------------------------------- tape


def test_edges_follow_the_gradient_program():
    x, c = leaf([[1.0, 2.0]]), rt.tensor([3.0])
    y = add(x, c)
    assert y.requires_grad and not c.requires_grad
    assert y.tape.op == "hand_add"
    assert y.tape.edges[0] is x and y.tape.edges[1] is None
    z = add(c, y)
    assert z.tape.edges[0] is None and z.tape.edges[1] == (y.tape, 0)
    assert z.tape.outputs == (((1, 2), "float32"),)
    assert add(y, 1).tape.edges == ((y.tape, 0), None)


def test_names_of_gradients_that_are_taken():
    """The gradient of input `a` of an op with an output `da` is `ddda`: `dda` is the cotangent."""
    rt.register("""(program hand_mul (in (a float (*)) (b float (*))) (out (y (like a) (*)))
      (set y (*) (mul (load a (*)) (load b (*)))))""")
    rt.register("""(program hand_mul.grad (in (dy float (*)) (a float (*)) (b float (*)))
      (out (da (like a) (*)) (db (like b) (*)))
      (set da (*) (mul (load dy (*)) (load b (*))))
      (set db (*) (mul (load dy (*)) (load a (*)))))""")
    rt.register("""(program hand_mul.grad.grad
      (in (dda float (*)) (ddb float (*)) (dy float (*)) (a float (*)) (b float (*)))
      (out (ddy (like dy) (*)) (dddb (like b) (*)) (ddda (like a) (*)))
      (set ddy (*) (add (mul (load dda (*)) (load b (*))) (mul (load ddb (*)) (load a (*)))))
      (set dddb (*) (mul (load dda (*)) (load dy (*))))
      (set ddda (*) (mul (load ddb (*)) (load dy (*)))))""")
    a, b, dy = leaf([1.0]), leaf([2.0]), leaf([3.0])
    da, db = rt.call("hand_mul.grad", [dy, a, b])
    edges = da.tape.edges
    assert edges[0] is dy and edges[1] is b and edges[2] is a
    assert list(da.tape.saved) == ["dy", "a", "b"] and (da.output, db.output) == (0, 1)


def test_no_tape_without_need():
    x = leaf([1.0])
    assert add(zeros(1), 1).tape is None
    rt.set_grad_enabled(False)
    y = add(x, 1)
    assert y.tape is None and not y.requires_grad
    rt.set_grad_enabled(True)
    assert add(x.detach(), 1).tape is None


def test_grad_mode_is_of_the_thread():
    rt.set_grad_enabled(False)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(rt.grad_enabled()))
    thread.start()
    thread.join()
    assert seen == [True] and rt.grad_enabled() is False


def test_a_ghost_keeps_no_value():
    rt.prune()
    x = leaf(np.zeros((2, 3), np.float32))
    before = rt.census()["values"]
    y = add(add(x, 1), 2)
    ghost = y.tape.saved["a"]
    assert isinstance(ghost, rt.Ghost) and (ghost.shape, ghost.dtype) == ((2, 3), "float32")
    assert y.tape.saved["b"] == 2
    rt.flush()
    assert rt.census()["values"] == before + 1


def test_saved_outputs_make_no_cycle():
    gc.disable()
    try:
        x = leaf([1.0])
        y = rt.call("hand_exp", [x])
        assert y.tape.y.shape == (1,)
        dead = weakref.ref(y), weakref.ref(y.tape)
        del y
        assert dead[0]() is None and dead[1]() is None
    finally:
        gc.enable()


def test_saved_tensors_keep_their_place_on_the_tape():
    x = leaf([1.0])
    y = rt.call("hand_exp", [x])
    assert y.tape.y.tape is y.tape
    z = rt.call("hand_square", [y])
    assert z.tape.x.tape is y.tape
    assert rt.call("hand_square", [x]).tape.x is x
    once_more = rt.call("hand_exp.grad", [rt.tensor([1.0]), y.tape.y])
    assert once_more.requires_grad is rt.is_registered("hand_exp.grad.grad")


def test_backward_sees_the_value_before_an_assignment():
    x = leaf([1.0, 2.0])
    y = rt.call("hand_square", [x])
    rt.set_grad_enabled(False)
    x._assign(rt.tensor([5.0, 6.0]))
    rt.set_grad_enabled(True)
    saved = y.tape.x
    assert saved is not x and rt.tolist(saved) == [1.0, 2.0] and rt.tolist(x) == [5.0, 6.0]
    assert saved.requires_grad and rt.call("hand_square", [saved]).tape.edges[0] is x


def test_a_freed_tape_says_how_to_keep_it():
    rt.prune()
    x = leaf([1.0])
    y = rt.call("hand_exp", [x])
    tape = y.tape
    assert not tape.released
    tape.release()
    assert tape.released
    with pytest.raises(RuntimeError, match=r"axon\.hand_exp: .*retain_graph=True"):
        _ = tape.y
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        _ = tape.saved
    with pytest.raises(AttributeError, match="no nothing"):
        _ = tape.nothing


def test_the_deriver_is_asked_once():
    text = """(program hand_neg_{} (in (x float (*))) (out (y (like x) (*)))
      (set y (*) (neg (load x (*)))))"""
    grad = """(program hand_neg_1.grad (in (dy float (*))) (out (dx (like dy) (*)))
      (set dx (*) (neg (load dy (*)))))"""
    rt.register(text.format(0))
    rt.register(text.format(1))
    asked = []

    def derive(name):
        asked.append(name)
        if name == "hand_neg_1":
            rt.register(grad)

    before = rt._deriver if hasattr(rt, "_deriver") else None
    rt.set_deriver(derive)
    try:
        x = leaf([1.0])
        for _ in range(2):
            assert rt.call("hand_neg_0", [x]).tape is None
            assert rt.call("hand_neg_1", [x]).tape.op == "hand_neg_1"
        assert asked == ["hand_neg_0", "hand_neg_1"]
        rt.register(grad.replace("hand_neg_1", "hand_neg_0"))
        assert rt.call("hand_neg_0", [x]).tape.op == "hand_neg_0"
    finally:
        rt.set_deriver(before)


# -------------------------------------------------------------------------------------- handles


def test_assignment_rebinds_the_handle_only():
    x = rt.tensor([1.0, 2.0])
    other = x.detach()
    y = add(x, 1)
    x._assign(y)
    assert x.is_pending and not other.is_pending
    assert rt.tolist(other) == [1.0, 2.0]
    with pytest.raises(
        ValueError, match=r"float32 of shape \(3,\) in place to float32 of shape \(2,\)"
    ):
        x._assign(zeros(3))
    with pytest.raises(ValueError, match="int32"):
        x._assign(zeros(2, dtype=np.int32))


def test_assignment_and_gradients():
    x = leaf([1.0])
    y = add(x, 1)
    with pytest.raises(RuntimeError, match="no_grad"):
        x._assign(y)
    z = zeros(1)
    z._assign(y)
    assert z.requires_grad and z.tape is y.tape
    rt.set_grad_enabled(False)
    x._assign(y)
    assert x.requires_grad and x.tape is None


def test_requires_grad_and_grad_are_checked():
    with pytest.raises(TypeError, match="int64 has no gradient"):
        rt.tensor([1]).requires_grad = True
    y = add(leaf([1.0]), 1)
    with pytest.raises(RuntimeError, match="detach"):
        y.requires_grad = False
    x = leaf([1.0])
    with pytest.raises(ValueError, match=r"shape \(1,\), the gradient \(2,\)"):
        x.grad = zeros(2)
    with pytest.raises(TypeError, match="not list"):
        x.grad = [1.0]
    x.grad = zeros(1)
    x.grad = None
    assert x.grad is None


def test_a_cycle_through_grad_is_collected():
    x = leaf([1.0])
    dead = weakref.ref(x)
    x.grad = add(x, 1)
    del x
    gc.collect()
    assert dead() is None


def test_subclasses_start_as_leaves():
    class Parameter(rt.TensorBase):
        pass

    data = rt.tensor([1.0])
    p = Parameter(data, requires_grad=True)
    assert p.requires_grad and p.tape is None and rt.tolist(p) == [1.0]
    assert add(p, 1).tape.edges[0] is p
    with pytest.raises(TypeError, match="float dtype"):
        Parameter(rt.tensor([1]), requires_grad=True)
    with pytest.raises(TypeError, match="must be a Tensor"):
        add(Parameter.__new__(Parameter), 1)


def test_dtypes():
    assert (
        rt.float32 == "float32" == rt.DType(float)
        and rt.float32 == np.dtype("float32") == rt.float32
    )
    assert rt.float32 != "float64" and rt.float32 != 3 and rt.float32 is zeros(1).dtype
    assert hash(rt.int8) == hash("int8") and {rt.int8: 1}["int8"] == 1
    assert pickle.loads(pickle.dumps(rt.bfloat16)) == rt.bfloat16
    assert (rt.float16.itemsize, rt.float16.is_float, rt.int8.is_integer, rt.bool.is_integer) == (
        2,
        True,
        True,
        False,
    )
    assert str(rt.bool) == "bool" and repr(rt.bool) == "axon.bool"
    assert rt.promote_types("int32", rt.float16) == "float16"


# --------------------------------------------------------------------------------------- arrays


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, "int64", ()),
        (1.5, "float32", ()),
        (True, "bool", ()),
        ([1, 2.5], "float32", (2,)),
        ([True, 2], "int64", (2,)),
        ([[1, 2], [3, 4]], "int64", (2, 2)),
        ([], "float32", (0,)),
        ([[], []], "float32", (2, 0)),
        (((1,),), "int64", (1, 1)),
        ([np.float64(1), np.float64(2)], "float64", (2,)),
        ([np.array([1, 2]), np.array([3, 4])], "int64", (2, 2)),
    ],
)
def test_nested_numbers(data, dtype, shape):
    x = rt.tensor(data)
    assert (x.dtype, x.shape) == (dtype, shape)
    assert np.array_equal(rt.tolist(x), np.array(data))


@pytest.mark.parametrize("data", [[[1], [2, 3]], [1, [2]], [[1], 2], [[[1]], [2]], [[], [1]]])
def test_ragged_lists_are_refused(data):
    with pytest.raises(ValueError, match="rectangular"):
        rt.tensor(data)


def test_what_is_no_data_is_refused():
    with pytest.raises(TypeError, match=r"axon\.tensor: data must be an array.*not dict"):
        rt.tensor({})
    with pytest.raises(TypeError, match="complex"):
        rt.tensor(np.zeros(2, complex))


NUMPY_DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
]


@pytest.mark.parametrize("to", NUMPY_DTYPES)
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_arrays_are_cast_as_numpy_does(dtype, to):
    array = np.array([[0, 1, 2], [3, 100, 7]]).astype(dtype)
    x = rt.tensor(array.T, to)
    assert x.shape == (3, 2)
    np.testing.assert_array_equal(rt.to_numpy(x), array.T.astype(to))
    assert rt.tolist(x) == array.T.astype(to).tolist()


@pytest.mark.parametrize(
    "view", [np.s_[::2, 1:], np.s_[::-1], np.s_[:, ::-3], np.s_[1:1], np.s_[..., None], np.s_[2, 3]]
)
def test_strided_arrays_are_copied(view):
    array = np.arange(35, dtype=np.float32).reshape(5, 7)
    x = rt.tensor(array[view])
    expected = array[view].copy()
    array[:] = -1
    np.testing.assert_array_equal(rt.to_numpy(x), expected)
    assert x.shape == expected.shape


def test_half_precision_rounds_to_even():
    rng = np.random.default_rng(0)
    numbers = np.concatenate(
        [
            rng.standard_normal(2000) * 10.0 ** rng.integers(-9, 6, 2000),
            np.arange(0, 65536, 1).astype(np.uint16).view(np.float16).astype(np.float64),
            [
                0.0,
                -0.0,
                np.inf,
                -np.inf,
                np.nan,
                65519.9,
                65520.0,
                2.0**-25,
                2.0**-25 * 1.0001,
                1 + 2.0**-11,
            ],
        ]
    )
    with np.errstate(over="ignore"):
        expected = numbers.astype(np.float16)
    np.testing.assert_array_equal(rt.to_numpy(rt.tensor(numbers, "float16")), expected)

    def to_bfloat16(x):  # exact: integers of the last place, ties to even
        scale = 2.0 ** (np.floor(np.log2(np.abs(x))) - 7)
        return np.round(x / scale) * scale

    normal = np.concatenate(
        [rng.standard_normal(2000), [1 + 2.0**-8, 1 + 3 * 2.0**-8, 1 + 2.0**-8 + 2.0**-40, -3.0]]
    )
    assert rt.tolist(rt.tensor(normal, "bfloat16")) == to_bfloat16(normal).tolist()


def test_numpy_views_share_memory_and_outlive_the_tensor():
    x = rt.tensor([[1.0, 2.0]])
    array, again = rt.to_numpy(x), rt.to_numpy(x)
    assert array.__array_interface__["data"][0] == again.__array_interface__["data"][0]
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 3
    del x, again
    gc.collect()
    np.testing.assert_array_equal(array, [[1.0, 2.0]])


def test_dlpack_shares_memory():
    x = rt.tensor([[1.0, 2.0], [3.0, 4.0]])
    array = np.from_dlpack(x)
    assert array.__array_interface__["data"][0] == rt.to_numpy(x).__array_interface__["data"][0]
    del x
    np.testing.assert_array_equal(array, [[1.0, 2.0], [3.0, 4.0]])


def test_item():
    assert rt.item(rt.tensor([[2.5]])) == 2.5 and type(rt.item(rt.tensor(3))) is int
    assert rt.item(rt.tensor([True])) is True
    assert rt.item(rt.tensor(np.array(2**64 - 1, np.uint64))) == 2**64 - 1
    with pytest.raises(
        ValueError, match=r"Tensor\.item: a tensor of shape \(2, 2\) has 4 elements"
    ):
        rt.item(zeros(2, 2))


def test_data_needs_no_numpy():
    script = """
import sys
sys.modules["numpy"] = None
import importlib.machinery, importlib.util
spec = importlib.util.spec_from_file_location("axon._runtime", sys.argv[1])
rt = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rt)
x = rt.tensor([[1, 2], [3, 4.5]])
assert rt.tolist(x) == [[1.0, 2.0], [3.0, 4.5]] and x.shape == (2, 2)
"""
    subprocess.run([sys.executable, "-c", script, rt.__file__], check=True)


# -------------------------------------------------------------------------------------- threads


def test_a_value_pending_in_another_thread_is_computed_at_the_crossing():
    made = []
    thread = threading.Thread(target=lambda: made.append(add(rt.tensor([1.0]), 1)))
    thread.start()
    thread.join()
    x = made[0]
    assert x.is_pending
    y = add(x, 3)
    assert not x.is_pending
    assert rt.tolist(x) == [2.0] and rt.tolist(y) == [5.0]


def test_threads_record_at_the_same_time():
    results = []

    def work(seed):
        x = rt.tensor([float(seed)])
        for _ in range(2000):
            x = add(x, 1)
        results.append((seed, rt.item(x)))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(seed, seed + 2000.0) for seed in range(4)]
