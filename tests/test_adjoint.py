"""Derived gradients of the awkward ops against NumPy and finite differences of both orders."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.adjoint import NotDifferentiable, gradient, gradient_names
from codegen.interpret import run
from codegen.ir import is_call, parse, walk
from codegen.simplify import count_primitives

pytestmark = pytest.mark.once

PROGRAMS = {}


def program(text: str):
    parsed = parse(text)
    assert parse(str(parsed)) == parsed
    PROGRAMS[parsed.name] = parsed
    return parsed


ADD = program("""(program add (in (a num (*)) (b num (*))) (out (y (promote a b) (*)))
  (set y (*) (add (load a (*)) (load b (*)))))""")
MUL = program("""(program mul (in (a num (*)) (b num (*))) (out (y (promote a b) (*)))
  (set y (*) (mul (load a (*)) (load b (*)))))""")
TANH = program(
    """(program tanh (in (x float (*))) (out (y (like x) (*))) (set y (*) (tanh (load x (*)))))"""
)
SIGMOID = program("""(program sigmoid (in (x float (*))) (out (y (like x) (*)))
  (set y (*) (reciprocal (add 1 (exp (neg (load x (*))))))))""")
SILU = program("""(program silu (in (x float (*))) (out (y (like x) (*)))
  (set y (*) (div (load x (*)) (add 1 (exp (neg (load x (*)))))))) """)
CELU = program("""(program celu (in (x float (*))) (attr (alpha real 1.0))
  (check (!= alpha 0) "alpha must not be 0") (out (y (like x) (*)))
  (set y (*) (select (gt (load x (*)) 0) (load x (*)) (mul alpha (expm1 (div (load x
    (*)) alpha))))))""")
SUM = program("""(program sum (in (x num (*))) (attr (axis axes all) (keepdim flag false))
  (out (y (accum x) ((keep axis keepdim))))
  (reduce sum y ((keep axis keepdim)) ((sel axis)) (load x (*))))""")
MAX = program("""(program max (in (x num (*))) (attr (axis axes all)) (out (y (like x)
    ((rest axis))))
  (reduce max y ((rest axis)) ((sel axis)) (load x (*))))""")
PROD = program("""(program prod (in (x num (*))) (attr (axis axes all)) (out (y (accum x)
    ((rest axis))))
  (reduce prod y ((rest axis)) ((sel axis)) (load x (*))))""")
SOFTMAX = program("""(program softmax (in (x float (*))) (attr (axis axis -1)) (out (y (like x)
    (*)))
  (reduce max m ((rest axis)) ((sel axis)) (load x (*)))
  (set e (*) (exp (sub (load x (*)) (detach (finite (load m ((rest axis))))))))
  (reduce sum s ((rest axis)) ((sel axis)) (load e (*)))
  (set y (*) (div (load e (*)) (load s ((rest axis))))))""")
CROSS_ENTROPY = program("""(program cross_entropy (in (x float (*)) (t int ((rest axis)))) (attr
    (axis axis -1))
  (out (y (like x) ((rest axis))))
  (reduce max m ((rest axis)) ((sel axis)) (load x (*)))
  (reduce sum s ((rest axis)) ((sel axis)) (exp (sub (load x (*)) (detach (load m ((rest axis)))))))
  (set y ((rest axis)) (sub (add (log (load s ((rest axis)))) (detach (load m ((rest axis)))))
    (load x ((sub axis (gather (load t ((rest axis))))))))))""")
LAYER_NORM = program("""(program layer_norm
  (in (x float (*)) (w float ((sel axes)) (default 1.0)) (b float ((sel axes)) (default 0.0)))
  (attr (axes axes -1) (eps real 1e-5)) (out (y (like x) (*)))
  (reduce sum t ((rest axes)) ((sel axes)) (load x (*)))
  (set mu ((rest axes)) (div (load t ((rest axes))) (count (sel axes))))
  (set c (*) (sub (load x (*)) (load mu ((rest axes)))))
  (reduce sum q ((rest axes)) ((sel axes)) (square (load c (*))))
  (set r ((rest axes)) (rsqrt (add (div (load q ((rest axes))) (count (sel axes))) eps)))
  (set y (*) (add (mul (mul (load c (*)) (load r ((rest axes)))) (load w ((sel axes)))) (load b
    ((sel axes))))))""")
MATMUL = program("""(program matmul (in (a num (* i k)) (b num (* k j))) (out (y (promote a b)
    (* i j)))
  (reduce sum y (* i j) (k) (mul (load a (* i k)) (load b (* k j)))))""")
CONV2D = program("""(program conv2d (in (x float (n (* g c) H W)) (w float ((* g o) c r s)))
  (attr (stride int2 1) (padding int2 0) (dilation int2 1) (groups int 1))
  (where (g groups)
    (h (+ (// (- (- (+ H (* 2 padding.0)) (* dilation.0 (- r 1))) 1) stride.0) 1))
    (v (+ (// (- (- (+ W (* 2 padding.1)) (* dilation.1 (- s 1))) 1) stride.1) 1)))
  (out (y (promote x w) (n (* g o) h v)))
  (reduce sum y (n g o h v) (c r s) (mul (load w (g o c r s)) (guard (load x (n g c
    (- (+ (* h stride.0) (* r dilation.0)) padding.0)
    (- (+ (* v stride.1) (* s dilation.1)) padding.1))) 0.0))))""")
MAX_POOL = program("""(program max_pool2d (in (x float (n c H W)))
  (attr (window int2) (stride int2 1) (padding int2 0))
  (where (r window.0) (s window.1) (h (+ (// (- (+ H (* 2 padding.0)) r) stride.0) 1))
    (v (+ (// (- (+ W (* 2 padding.1)) s) stride.1) 1)))
  (out (y (like x) (n c h v)))
  (reduce max y (n c h v) (r s) (guard (load x (n c (- (+ (* h stride.0) r) padding.0)
    (- (+ (* v stride.1) s) padding.1))) -inf)))""")
EMBEDDING = program("""(program embedding (in (table float (v d)) (index int (*))) (out (y
    (like table) (* d)))
  (set y (* d) (load table ((gather (load index (*))) d))))""")
CUMSUM = program("""(program cumsum (in (x num (*))) (attr (axis axis -1)) (where (k (count
    (sel axis))))
  (out (y (accum x) (*)))
  (reduce sum y (*) (k) (select (le (index k) (at axis)) (load x ((sub axis k))) 0)))""")
RESHAPE = program("""(program reshape (in (x any (*))) (attr (shape shape)) (out (y (like x)
    ((shape shape))))
  (set y ((shape shape)) (load x ((flat (linear (shape shape)))))))""")
CONCAT = program("""(program concat2 (in (a any ((sub axis p))) (b any ((sub axis q)))) (attr
    (axis axis 0))
  (where (m (+ p q))) (out (y (promote a b) ((sub axis m))))
  (set y ((sub axis m)) (select (lt (index m) (count p)) (guard (load a ((sub axis m))) 0)
    (guard (load b ((sub axis (- m (count p))))) 0))))""")
DROPOUT = program("""(program dropout (in (x float (*))) (attr (key rng) (p real 0.5)) (out (y
    (like x) (*)))
  (set y (*) (select (ge (uniform key (linear *)) p) (div (load x (*)) (sub 1 p)) 0)))""")
BILINEAR = program("""(program bilinear (in (x float (* i)) (w float (o i j)) (z float (* j)))
  (out (y (promote x w z) (* o)))
  (reduce sum y (* o) (i j) (mul (mul (load x (* i)) (load w (o i j))) (load z (* j)))))""")
TOPK = program("""(program topk (in (x float (*))) (attr (k int) (axis axis -1) (largest flag true))
  (where (m k)) (out (y (like x) ((sub axis m))) (index int64 ((sub axis m))))
  (call sort (y index) (x) (k axis largest)))""")
TOPK_GRAD = program("""(program topk.grad
  (in (dy float ((sub axis m))) (index int64 ((sub axis m))) (x float (*) ghost))
  (attr (k int) (axis axis -1) (largest flag true)) (where (m k)) (out (dx (like x) (*)))
  (scatter sum dx ((sub axis (gather (load index ((sub axis m)))))) ((sub axis m)) (load dy
    ((sub axis m)))))""")
SLICE = program("""(program slice (in (x any (*))) (attr (axis axis) (start offsets) (step int)
    (length int))
  (where (m length)) (out (y (like x) ((sub axis m))))
  (set y ((sub axis m)) (load x ((sub axis (+ (* m step) start.0))))))""")
SLICES = program("""(program slices (in (x any (*))) (attr (size shape) (step ints) (start offsets))
  (out (y (like x) ((shape size)))) (set y ((shape size)) (load x ((lin
    (shape size) step start)))))""")
PAD = program("""(program pad (in (x any (*))) (attr (size shape) (low ints) (value real 0.0))
  (out (y (like x) ((shape size)))) (set y ((shape size)) (guard (load x ((unlin
    (shape size) 1 low))) value)))""")
PERMUTE = program("""(program permute (in (x any (*))) (attr (p ints)) (out (y (like x) ((perm p))))
  (set y ((perm p)) (load x (*))))""")
TAKE = program("""(program take (in (x any (*)) (t int (k))) (attr (axis axis 0))
  (out (y (like x) ((sub axis k)))) (set y ((sub axis k)) (load x ((sub axis (gather (load t
    (k))))))))""")
FLIP = program("""(program flip (in (x any (*))) (attr (axis axis 0)) (out (y (like x) (*)))
  (set y (*) (load x ((sub axis (- (- (count (sel axis)) 1) (at axis)))))))""")
SHIFT = program("""(program shift (in (x any (*))) (attr (axis axis 0)) (out (y (like x) (*)))
  (set y (*) (mul (load x (*)) (guard (load x ((sub axis (- (at axis) 2)))) 1.0))))""")
UPSAMPLE = program("""(program upsample (in (x any (n c h))) (attr (scale int)) (where (t
    (* h scale)))
  (out (y (like x) (n c t))) (set y (n c t) (load x (n c (// t scale)))))""")
SCATTER_ADD = program("""(program scatter_add (in (x float (v d)) (t int (k)) (u float (k d)))
  (out (y (like x) (v d)) (z (like x) (v d)))
  (scatter sum z ((gather (load t (k))) d) (k d) (square (load u (k d))))
  (set y (v d) (add (load x (v d)) (square (load z (v d))))))""")
SCATTER_SET = program("""(program scatter_set (in (t int (k)) (u float (k)) (x float (v))) (out
    (y (like u) (v)))
  (scatter set y ((gather (load t (k)))) (k) (square (load u (k)))))""")
DIAGONAL = program("""(program diagonal (in (x any (* i j))) (out (y (like x) (* i)))
  (set y (* i) (guard (load x (* i i)) 0.0)))""")
COLUMN = program("""(program column (in (x any (* j))) (attr (at int)) (out (y (like x) (*)))
  (set y (*) (square (load x (* at)))))""")
OVERSUM = program("""(program oversum (in (x float (* n))) (where (m (// n 2))) (out (y (like x)
    (*)))
  (reduce sum y (*) (m) (exp (load x (* (* 2 m))))))""")


# ------------------------------------------------------------------------------------- helpers


def rng(*key):
    return np.random.default_rng([7, *map(ord, "".join(map(str, key)))])


def arguments(derived, forward, inputs, attrs, cotangents):
    """What a gradient reads, by name."""
    outputs = run(forward, inputs, attrs, np.float64)
    pool = {**inputs, **outputs}
    names, _ = gradient_names(forward)
    pool.update({d: cotangents.get(o) for o, d in names.items()})
    return {i.name: pool[i.name] for i in derived.inputs}


def check(forward, inputs, attrs=None, order=2, written=None, tolerance=1e-6, wrt=None):
    """Finite differences of Σ cotangent·output in float64, for `order` orders."""
    attrs = attrs or {}
    derived = written or gradient(forward)
    outputs = run(forward, inputs, attrs, np.float64)
    cotangents, gradients = gradient_names(forward)
    generator = rng(forward.name, order)
    weights = {o: generator.standard_normal(outputs[o].shape) for o in cotangents if o in outputs}
    given = arguments(derived, forward, inputs, attrs, weights)
    computed = run(derived, given, attrs, np.float64)

    def loss(values):
        results = run(forward, values, attrs, np.float64)
        return sum(float(np.sum(w * results[o])) for o, w in weights.items())

    for name, gradient_name in gradients.items():
        x = inputs.get(name)
        if x is None or np.asarray(x).dtype.kind != "f" or (wrt and name not in wrt):
            continue
        expected = np.zeros(x.shape)
        for at in np.ndindex(x.shape):
            step = 1e-5 * max(1.0, abs(x[at]))
            sides = []
            for sign in (1, -1):
                moved = x.copy()
                moved[at] += sign * step
                sides.append(loss({**inputs, name: moved}))
            expected[at] = (sides[0] - sides[1]) / (2 * step)
        result = computed.get(gradient_name, np.zeros(x.shape))
        assert result.shape == x.shape, (name, result.shape)
        scale = max(1.0, np.abs(expected).max(initial=0.0))
        np.testing.assert_allclose(result / scale, expected / scale, atol=tolerance, err_msg=name)
    if order > 1:
        check(derived, given, attrs, order - 1, tolerance=tolerance)


def forward_equals(text, inputs, attrs, expected):
    y = run(text, inputs, attrs, np.float64)[text.outputs[0].name]
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    assert y.shape == np.shape(expected)


def normal(*shape):
    return np.asarray(rng(*shape).standard_normal(shape))


# ------------------------------------------------------------------------------ the awkward ops

BROADCASTS = [
    ((), ()),
    ((3,), ()),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((2, 1, 3), (4, 1)),
    ((1, 1), (2, 3)),
    ((0, 3), (3,)),
]


@pytest.mark.parametrize("a, b", BROADCASTS)
@pytest.mark.parametrize("op, oracle", [(ADD, np.add), (MUL, np.multiply)])
def test_broadcast(op, oracle, a, b):
    inputs = {"a": normal(*a), "b": normal(*b)}
    forward_equals(op, inputs, {}, oracle(inputs["a"], inputs["b"]))
    check(op, inputs)


@pytest.mark.parametrize("alpha", [1.0, 0.7, -2.0])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_celu(alpha, shape):
    x = np.asarray(normal(*shape) * 2)
    forward_equals(
        CELU, {"x": x}, {"alpha": alpha}, np.where(x > 0, x, alpha * np.expm1(x / alpha))
    )
    check(CELU, {"x": x}, {"alpha": alpha})


def test_celu_branches_do_not_mix():
    """The unselected branch overflows at 1000 and must not reach the gradient."""
    x = np.array([1000.0, -1.0], np.float32)
    dx = run(gradient(CELU), {"dy": np.ones(2, np.float32), "x": x}, {"alpha": 1.0})["dx"]
    assert dx[0] == 1.0
    second = gradient(gradient(CELU))
    ones = np.ones(2, np.float32)
    (result,) = [o.name for o in second.outputs if o.dtype.args == ("x",)]
    values = run(second, {"ddx": ones, "dy": ones, "x": x}, {"alpha": 1.0})
    assert values[result][0] == 0.0
    assert np.all(np.isfinite(values["ddy"]))


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), None])
@pytest.mark.parametrize("keepdim", [False, True])
def test_sum(axis, keepdim):
    x = normal(2, 3, 4)
    attrs = {"axis": axis, "keepdim": keepdim}
    forward_equals(SUM, {"x": x}, attrs, x.sum(axis, keepdims=keepdim))
    check(SUM, {"x": x}, attrs)


@pytest.mark.parametrize("axis", [0, 1, (1, 2), None])
def test_max(axis):
    x = normal(2, 3, 4)
    forward_equals(MAX, {"x": x}, {"axis": axis}, x.max(axis))
    check(MAX, {"x": x}, {"axis": axis})


def test_max_gives_ties_to_the_first():
    x = np.array([[1.0, 3.0, 3.0], [np.nan, 2.0, np.nan]])
    dx = run(gradient(MAX), {"dy": np.ones(2), "x": x}, {"axis": 1})["dx"]
    np.testing.assert_array_equal(dx, [[0, 1, 0], [1, 0, 0]])


@pytest.mark.parametrize("axis", [0, 1, None])
@pytest.mark.parametrize("zeros", [0, 1, 2, 3, 4])
def test_prod(axis, zeros):
    x = normal(3, 3)
    x.T.reshape(-1)[:zeros] = 0
    forward_equals(PROD, {"x": x}, {"axis": axis}, x.prod(axis))
    check(PROD, {"x": x}, {"axis": axis}, order=3)


def test_prod_of_zeros_and_what_overflows():
    x = np.array([0, 1e200, 1e200])
    with np.errstate(over="ignore"):
        dx = run(gradient(PROD), {"dy": np.ones(()), "x": x}, {"axis": None}, np.float64)["dx"]
    np.testing.assert_array_equal(dx, [np.inf, 0, 0])


RECURRENCES = [
    program(f"""(program {head} (in (a float (r n)) (b float (r n))) (out (y (like b) (r n)))
  (set y (r n) ({head} (index n) (mul (load a (r n)) (load b (r n))) (load b (r n)))))""")
    for head in ("recurrence", "recurrence_back")
]


@pytest.mark.parametrize("forward", RECURRENCES, ids=lambda p: p.name)
def test_recurrence(forward):
    a, b = normal(2, 4), normal(2, 4)
    a[0, 1] = b[1, 2] = 0
    y = np.zeros((2, 4))
    order = range(4) if forward.name == "recurrence" else range(3, -1, -1)
    last = np.zeros(2)
    for k in order:
        last = y[:, k] = a[:, k] * b[:, k] * last + b[:, k]
    forward_equals(forward, {"a": a, "b": b}, {}, y)
    check(forward, {"a": a, "b": b}, order=3)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_softmax(axis):
    x = normal(2, 3, 4)
    e = np.exp(x - x.max(axis, keepdims=True))
    forward_equals(SOFTMAX, {"x": x}, {"axis": axis}, e / e.sum(axis, keepdims=True))
    check(SOFTMAX, {"x": x}, {"axis": axis})


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_cross_entropy(axis):
    x = normal(3, 4, 5)
    t = rng("t").integers(-2, 3, np.delete(x.shape, axis))
    logp = x - np.log(np.exp(x).sum(axis, keepdims=True))
    wrapped = np.expand_dims(np.where(t < 0, t + x.shape[axis], t), axis)
    forward_equals(
        CROSS_ENTROPY,
        {"x": x, "t": t},
        {"axis": axis},
        -np.take_along_axis(logp, wrapped, axis).squeeze(axis),
    )
    check(CROSS_ENTROPY, {"x": x, "t": t}, {"axis": axis})


@pytest.mark.parametrize("axes", [-1, (1, 2), (0,)])
@pytest.mark.parametrize("given", ["", "w", "b", "wb"])
def test_layer_norm(axes, given):
    x = normal(3, 2, 4)
    selected = tuple(a % 3 for a in np.atleast_1d(axes))
    inner = tuple(x.shape[a] for a in selected)
    w = normal(*inner, 1)[..., 0] if "w" in given else None
    b = normal(*inner, 2)[..., 1] if "b" in given else None
    c = x - x.mean(selected, keepdims=True)
    y = c / np.sqrt((c * c).mean(selected, keepdims=True) + 1e-5)
    place = [x.shape[a] if a in selected else 1 for a in range(3)]
    y = y * (1 if w is None else w.reshape(place)) + (0 if b is None else b.reshape(place))
    forward_equals(LAYER_NORM, {"x": x, "w": w, "b": b}, {"axes": axes}, y)
    check(LAYER_NORM, {"x": x, "w": w, "b": b}, {"axes": axes}, tolerance=3e-6)


@pytest.mark.parametrize(
    "a, b",
    [
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((2, 1, 2, 3), (3, 3, 1)),
        ((2, 0), (0, 3)),
    ],
)
def test_matmul(a, b):
    inputs = {"a": normal(*a), "b": normal(*b)}
    forward_equals(MATMUL, inputs, {}, inputs["a"] @ inputs["b"])
    check(MATMUL, inputs)


def convolve(x, w, stride, padding, dilation, groups):
    """Convolution by loops over taps."""
    (n, _, height, width), (filters, c, r, s) = x.shape, w.shape
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    h = (height + 2 * padding[0] - dilation[0] * (r - 1) - 1) // stride[0] + 1
    v = (width + 2 * padding[1] - dilation[1] * (s - 1) - 1) // stride[1] + 1
    y = np.zeros((n, filters, h, v))
    o = filters // groups
    for f in range(filters):
        block = x[:, f // o * c : (f // o + 1) * c]
        for i in range(r):
            for j in range(s):
                rows = slice(i * dilation[0], i * dilation[0] + stride[0] * (h - 1) + 1, stride[0])
                columns = slice(
                    j * dilation[1], j * dilation[1] + stride[1] * (v - 1) + 1, stride[1]
                )
                y[:, f] += np.einsum("nchv,c->nhv", block[:, :, rows, columns], w[f, :, i, j])
    return y


CONVOLUTIONS = [
    ((1, 1), (0, 0), (1, 1), 1, (2, 2)),
    ((2, 1), (1, 2), (1, 1), 1, (3, 2)),
    ((1, 2), (1, 1), (2, 1), 2, (2, 3)),
    ((3, 2), (2, 1), (1, 2), 2, (2, 2)),
]


@pytest.mark.parametrize("stride, padding, dilation, groups, window", CONVOLUTIONS)
def test_conv2d(stride, padding, dilation, groups, window):
    x = normal(2, 2, 5, 6)
    w = normal(2, 2 // groups, *window)
    attrs = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    forward_equals(CONV2D, {"x": x, "w": w}, attrs, convolve(x, w, **attrs))
    check(CONV2D, {"x": x, "w": w}, attrs)


@pytest.mark.parametrize(
    "window, stride, padding", [(2, 2, 0), ((3, 2), (1, 2), (1, 0)), (3, 2, 1)]
)
def test_max_pool(window, stride, padding):
    x = normal(2, 2, 5, 6)
    attrs = {"window": window, "stride": stride, "padding": padding}
    wy, wx = np.broadcast_to(window, 2)
    sy, sx = np.broadcast_to(stride, 2)
    py, px = np.broadcast_to(padding, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (py, py), (px, px)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (wy, wx), (2, 3))[:, :, ::sy, ::sx]
    forward_equals(MAX_POOL, {"x": x}, attrs, windows.max((-1, -2)))
    check(MAX_POOL, {"x": x}, attrs)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_embedding(shape):
    table, index = normal(5, 3), rng(shape).integers(-5, 5, shape)
    forward_equals(EMBEDDING, {"table": table, "index": index}, {}, table[index])
    check(EMBEDDING, {"table": table, "index": index})


def test_gather_out_of_range_names_the_op():
    with pytest.raises(
        IndexError, match=r"axon\.embedding: index 5 is out of range for an axis of 5"
    ):
        run(EMBEDDING, {"table": normal(5, 3), "index": np.array([0, 5])})


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_cumsum(axis):
    x = normal(2, 3, 4)
    forward_equals(CUMSUM, {"x": x}, {"axis": axis}, np.cumsum(x, axis))
    check(CUMSUM, {"x": x}, {"axis": axis})


@pytest.mark.parametrize("shape", [(6, 4), (24,), (2, -1, 2), (4, 3, 2, 1)])
def test_reshape(shape):
    x = normal(2, 3, 4)
    forward_equals(RESHAPE, {"x": x}, {"shape": shape}, x.reshape(shape))
    check(RESHAPE, {"x": x}, {"shape": shape})


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_concat(axis):
    shapes = [[2, 3, 4], [2, 3, 4]]
    shapes[1][axis] = 1
    a, b = (normal(*s) for s in shapes)
    forward_equals(CONCAT, {"a": a, "b": b}, {"axis": axis}, np.concatenate([a, b], axis))
    check(CONCAT, {"a": a, "b": b}, {"axis": axis})


def test_dropout():
    x = normal(40, 50)
    attrs = {"key": (3, 11), "p": 0.3}
    y = run(DROPOUT, {"x": x}, attrs, np.float64)["y"]
    kept = y != 0
    assert abs(kept.mean() - 0.7) < 0.04
    np.testing.assert_allclose(y[kept], x[kept] / 0.7)
    check(DROPOUT, {"x": x[:3, :4].copy()}, attrs)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("largest", [True, False])
def test_topk(axis, largest):
    x = normal(4, 5, 3)
    attrs = {"k": 2, "axis": axis, "largest": largest}
    order = np.sort(x, axis)
    expected = np.take(np.flip(order, axis) if largest else order, [0, 1], axis)
    forward_equals(TOPK, {"x": x}, attrs, expected)
    check(TOPK, {"x": x}, attrs, written=TOPK_GRAD)
    with pytest.raises(NotDifferentiable, match="sort"):
        gradient(TOPK)


@pytest.mark.parametrize(
    "x, z", [((3,), (2,)), ((4, 3), (4, 2)), ((4, 3), (2,)), ((2, 1, 3), (4, 2))]
)
def test_bilinear(x, z):
    inputs = {"x": normal(*x), "w": normal(2, 3, 2), "z": normal(*z)}
    forward_equals(BILINEAR, inputs, {}, np.einsum("...i,oij,...j->...o", *inputs.values()))
    check(BILINEAR, inputs)


# ------------------------------------------------------------------------------- views and stores


@pytest.mark.parametrize(
    "start, step, length", [(0, 1, 7), (1, 2, 3), (2, 3, 2), (6, -2, 4), (5, -1, 3)]
)
@pytest.mark.parametrize("axis", [0, 1])
def test_slice(start, step, length, axis):
    x = np.moveaxis(normal(7, 2), 0, axis).copy()
    attrs = {"axis": axis, "start": (start,), "step": step, "length": length}
    taken = start + step * np.arange(length)
    forward_equals(SLICE, {"x": x}, attrs, np.take(x, taken, axis))
    check(SLICE, {"x": x}, attrs)


def test_slices_and_pad_and_permute():
    x = normal(5, 6)
    attrs = {"size": (2, 3), "step": (2, -2), "start": (1, 5)}
    forward_equals(SLICES, {"x": x}, attrs, x[1:5:2, 5::-2])
    check(SLICES, {"x": x}, attrs)
    x = normal(2, 3)
    attrs = {"size": (4, 6), "low": (1, 2), "value": 7.0}
    forward_equals(PAD, {"x": x}, attrs, np.pad(x, ((1, 1), (2, 1)), constant_values=7.0))
    check(PAD, {"x": x}, attrs)
    x = normal(2, 3, 4)
    forward_equals(PERMUTE, {"x": x}, {"p": (2, 0, 1)}, x.transpose(2, 0, 1))
    check(PERMUTE, {"x": x}, {"p": (2, 0, 1)})


@pytest.mark.parametrize("axis", [0, 1])
def test_flip_shift_take(axis):
    x = normal(4, 5)
    forward_equals(FLIP, {"x": x}, {"axis": axis}, np.flip(x, axis))
    check(FLIP, {"x": x}, {"axis": axis})
    behind = np.ones_like(x)
    np.moveaxis(behind, axis, 0)[2:] = np.moveaxis(x, axis, 0)[:-2]
    forward_equals(SHIFT, {"x": x}, {"axis": axis}, x * behind)
    check(SHIFT, {"x": x}, {"axis": axis})
    t = np.array([0, -1, 2, 0])
    forward_equals(TAKE, {"x": x, "t": t}, {"axis": axis}, np.take(x, t, axis))
    check(TAKE, {"x": x, "t": t}, {"axis": axis})


def test_upsample_diagonal_column_oversum():
    x = normal(2, 2, 3)
    forward_equals(UPSAMPLE, {"x": x}, {"scale": 3}, x.repeat(3, 2))
    check(UPSAMPLE, {"x": x}, {"scale": 3})
    x = normal(2, 3, 4)
    forward_equals(DIAGONAL, {"x": x}, {}, np.diagonal(x, axis1=1, axis2=2))
    check(DIAGONAL, {"x": x})
    forward_equals(COLUMN, {"x": x}, {"at": 2}, x[..., 2] ** 2)
    check(COLUMN, {"x": x}, {"at": 2})
    forward_equals(OVERSUM, {"x": x[..., :3]}, {}, np.exp(x[..., 0]))
    check(OVERSUM, {"x": normal(2, 5)})


def test_scatter():
    inputs = {"x": normal(4, 2), "t": np.array([1, 1, -1]), "u": normal(3, 2)}
    z = np.zeros((4, 2))
    np.add.at(z, inputs["t"], inputs["u"] ** 2)
    forward_equals(SCATTER_ADD, inputs, {}, inputs["x"] + z**2)
    check(SCATTER_ADD, inputs)
    inputs = {"t": np.array([1, 3, 1]), "u": normal(3), "x": normal(4)}
    y = np.zeros(4)
    y[inputs["t"]] = inputs["u"] ** 2
    forward_equals(SCATTER_SET, inputs, {}, y)
    check(SCATTER_SET, inputs, order=1)


def test_a_differentiable_fallback_is_refused():
    text = """(program f (in (x float (i)) (z float ())) (out (y (like x) (i)))
      (set y (i) (guard (load x ((+ i 1))) (load z ()))))"""
    with pytest.raises(NotDifferentiable, match="fallback"):
        gradient(parse(text))


# ------------------------------------------------------------------------------------ structure


def scatters(derived) -> int:
    return sum(s.kind == "scatter" for s in derived.statements)


GATHERS = [
    CONV2D,
    MAX_POOL,
    SLICE,
    SLICES,
    PAD,
    PERMUTE,
    RESHAPE,
    CONCAT,
    CUMSUM,
    FLIP,
    SHIFT,
    UPSAMPLE,
    DIAGONAL,
    COLUMN,
    OVERSUM,
    CROSS_ENTROPY,
]


@pytest.mark.parametrize("forward", GATHERS, ids=lambda p: p.name)
def test_affine_stores_become_gathers(forward):
    first = gradient(forward)
    assert scatters(first) == 0
    assert scatters(gradient(first)) == 0


@pytest.mark.parametrize("forward", [EMBEDDING, TAKE], ids=lambda p: p.name)
def test_data_dependent_stores_scatter(forward):
    assert scatters(gradient(forward)) == 1


def test_convolution_keeps_its_window_as_reduced_axes():
    (dx, dw) = gradient(CONV2D).statements
    assert set(dx.domain) == {"o", "r", "s"}
    assert set(dw.domain) == {"n", "h", "v"}


def test_cumsum_transposes_to_a_triangular_sum():
    (dx,) = gradient(CUMSUM).statements
    assert (
        str(dx)
        == "(reduce sum dx (*) (k) (select (le (at axis) (index k)) (load dy ((sub axis k))) 0.0))"
    )


WRITTEN = {
    "tanh": "(set dx (*) (mul (load dy (*)) (sub 1 (square (load y (*))))))",
    "sigmoid": "(set dx (*) (mul (load dy (*)) (mul (load y (*)) (sub 1 (load y (*))))))",
    "softmax": """(reduce sum s ((rest axis)) ((sel axis)) (mul (load dy (*)) (load y (*))))
      (set dx (*) (mul (load y (*)) (sub (load dy (*)) (load s ((rest axis))))))""",
    "celu": """(set dx (*) (select (gt (load x (*)) 0) (load dy (*))
      (mul (load dy (*)) (exp (div (load x (*)) alpha)))))""",
    "layer_norm": """(reduce sum t ((rest axes)) ((sel axes)) (load x (*)))
      (reduce sum q ((rest axes)) ((sel axes)) (square (sub (load x (*)) (div (load t
    ((rest axes))) (count (sel axes))))))
      (set r ((rest axes)) (rsqrt (add (div (load q ((rest axes))) (count (sel axes))) eps)))
      (set h (*) (mul (sub (load x (*)) (div (load t ((rest axes))) (count (sel axes)))) (load r
    ((rest axes)))))
      (set g (*) (mul (load dy (*)) (load w ((sel axes)))))
      (reduce sum s ((rest axes)) ((sel axes)) (load g (*)))
      (reduce sum p ((rest axes)) ((sel axes)) (mul (load g (*)) (load h (*))))
      (set dx (*) (mul (load r ((rest axes))) (sub (load g (*)) (div (add (load s ((rest axes)))
        (mul (load h (*)) (load p ((rest axes))))) (count (sel axes))))))
      (reduce sum dw ((sel axes)) ((rest axes)) (mul (load dy (*)) (load h (*))))
      (reduce sum db ((sel axes)) ((rest axes)) (load dy (*)))""",
}


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softmax", "celu"])
def test_derived_is_as_small_as_written(name):
    derived = gradient(PROGRAMS[name])
    body = WRITTEN[name]
    written = parse(f"(program {name}.written (in (x float (*))) (out (dx (like x) (*))) {body})")
    assert count_primitives(derived.statements) <= count_primitives(written.statements)
    assert len(derived.statements) <= len(written.statements)


def test_layer_norm_is_close_to_written():
    derived = gradient(LAYER_NORM)
    written = parse(
        f"(program w (in (x float (*))) (out (dx (like x) (*))) {WRITTEN['layer_norm']})"
    )
    assert sum(s.kind == "reduce" for s in derived.statements) <= 6
    assert count_primitives(derived.statements) <= 1.5 * count_primitives(written.statements)


def test_gradient_reads_the_output_and_not_the_input():
    for forward in (TANH, SIGMOID, SOFTMAX):
        assert [i.name for i in gradient(forward).inputs] == ["dy", "y"]


def test_shapes_alone_are_ghosts():
    derived = gradient(ADD)
    assert [(i.name, i.ghost) for i in derived.inputs] == [("dy", False), ("a", True), ("b", True)]


def test_sigmoid_stays_finite_where_the_exponential_overflows():
    x = np.array([-1000.0, 1000.0])
    y = run(SIGMOID, {"x": x})["y"]
    dx = run(gradient(SIGMOID), {"dy": np.ones(2), "y": y})["dx"]
    np.testing.assert_array_equal(dx, [0, 0])


def test_silu_stays_finite_where_the_exponential_overflows():
    check(SILU, {"x": normal(7)})
    x = np.array([-1000.0, -30.0, 1000.0])
    (dx,) = run(gradient(SILU), {"dy": np.ones(3), "x": x}).values()
    np.testing.assert_allclose(dx, [0, -29 * np.exp(-30.0), 1], atol=1e-15)


def test_no_gradient_of_discrete_programs():
    assert (
        gradient(parse("(program f (in (x int (*))) (out (y int64 (*))) (set y (*) (load x (*))))"))
        is None
    )
    floor = "(program f (in (x float (*))) (out (y (like x) (*))) (set y (*) (floor (load x (*)))))"
    assert gradient(parse(floor)) is None


def test_names_never_collide():
    derived = gradient(gradient(gradient(LAYER_NORM)))
    names = [i.name for i in derived.inputs] + [o.name for o in derived.outputs]
    assert len(set(names)) == len(names)
    for statement in derived.statements:
        known = set(names) | {s.value for s in derived.statements}
        reads = {n.args[0] for n in walk(statement.expr) if is_call(n, "load")}
        assert reads <= known


def test_gradients_round_trip_as_text():
    for forward in PROGRAMS.values():
        if forward.name.startswith("topk"):
            continue
        derived = gradient(forward)
        assert parse(str(derived)) == derived
