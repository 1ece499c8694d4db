"""Bound statements against programs: the plainest interpreter of each must agree.

Statements are evaluated by tests/cpp/test_bind.cpp, programs by NumPy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import op_cases
import pytest

from codegen import interpret, ir, samples

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
    "runtime/core/dtype.cpp",
    "runtime/core/fork.cpp",
    "runtime/graph/*.cpp",
    "runtime/plan/bind*.cpp",
    "runtime/plan/body.cpp",
    "runtime/plan/inline.cpp",
)
DTYPES = (
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
    "bfloat16",
    "float32",
    "float64",
)
COMPILER = shutil.which(os.environ.get("CXX", "c++"))

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.xdist_group("bind"),
    pytest.mark.skipif(COMPILER is None, reason="no C++ compiler"),
]


@pytest.fixture(scope="session")
def evaluator(tmp_path_factory):
    prebuilt = os.environ.get("AXON_TEST_BIND")
    if prebuilt:
        return Path(prebuilt)
    program = tmp_path_factory.mktemp("bind") / "test_bind"
    sources = [str(p) for pattern in SOURCES for p in sorted(ROOT.glob(pattern))]
    command = [
        COMPILER,
        "-std=c++17",
        "-O1",
        "-D_GLIBCXX_ASSERTIONS",
        "-pthread",
        "-Iruntime",
        "-Igenerated",
        "tests/cpp/test_bind.cpp",
        *sources,
        "-o",
        str(program),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return program


# ----------------------------------------------------------------------------------------- requests


def words(values) -> str:
    values = list(values)
    return " ".join(map(str, [len(values), *values]))


def attributes(program: ir.Program, attrs: dict) -> tuple[list, list]:
    """`Node::ints` and `Node::scalars` for normalised attributes."""
    ints: list = []
    scalars: list = []
    for a in program.attrs:
        value = attrs[a.name]
        if a.type == "real":
            scalars.append(f"f {float(value)!r}")
        elif a.type in ("offsets", "rng"):
            scalars.extend(f"i {int(v)}" for v in value)
            if a.type == "offsets":
                ints.append(len(value))
        elif a.type == "dtype":
            ints.append(DTYPES.index(str(value)))
        elif a.type == "str":
            ints.append(0)
        elif a.type in ("axes", "ints", "shape"):
            ints.extend([len(value), *value])
        else:
            ints.extend(map(int, value) if isinstance(value, (tuple, list)) else [int(value)])
    return ints, scalars


def request(
    program: ir.Program, inputs: dict, attrs: dict, wanted: set[str] | None = None
) -> bytes:
    ints, scalars = attributes(program, attrs)
    lines = []
    for declared in program.inputs:
        value = inputs.get(declared.name)
        if value is None:
            lines.append("absent")
        elif isinstance(value, (bool, int, float)):
            dtype = {bool: "bool", int: "int64", float: "float64"}[type(value)]
            lines.append(f"number {len(scalars)} {dtype}")
            scalars.append(f"f {value!r}" if dtype == "float64" else f"i {int(value)}")
        else:
            kind = "ghost" if declared.ghost else "value"
            line = f"{kind} {value.dtype} {words(value.shape)}"
            if not declared.ghost:
                line += " " + " ".join(repr(float(v)) for v in value.ravel())
            lines.append(line)
    marks = [int(wanted is None or o.name in wanted) for o in program.outputs]
    text = str(program).encode()
    head = f"program {len(text)}\n".encode() + text
    tail = [
        "",
        f"ints {words(ints)}",
        f"scalars {words(scalars)}",
        str(len(lines)),
        *lines,
        words(marks),
        "",
    ]
    return head + "\n".join(tail).encode()


class Answer:
    def __init__(self, program: ir.Program, text: str, wanted: set[str] | None):
        lines = text.split("\n")
        self.error = lines[0].removeprefix("error ") if lines[0].startswith("error") else None
        self.message = lines[1] if self.error else ""
        self.values, self.aliases = {}, {}
        if self.error:
            return
        self.count = int(lines[0].split()[1])
        end = lines.index(".")
        self.statements = "\n".join(lines[1:end])
        names = [o.name for o in program.outputs if wanted is None or o.name in wanted]
        for name, line in zip(names, lines[end + 1 :], strict=False):
            dtype, alias, rank, *rest = line.split()
            dims = tuple(map(int, rest[: int(rank)]))
            data = np.array(rest[int(rank) :], dtype=np.float64)
            self.values[name] = data.astype("float32" if "float16" in dtype else dtype).reshape(
                dims
            )
            self.aliases[name] = int(alias)


def run(evaluator, program, inputs, attrs=None, wanted=None) -> Answer:
    """`program` as text or parsed; attributes as its C++ node holds them (axes normalised)."""
    parsed = ir.parse(program) if isinstance(program, str) else program
    done = subprocess.run(
        [str(evaluator)],
        input=request(parsed, inputs, attrs or {}, wanted),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    text = done.stdout.decode()
    assert text.endswith("end\n"), text
    return Answer(parsed, text[:-4], wanted)


def good(evaluator, *args, **kwargs) -> Answer:
    answer = run(evaluator, *args, **kwargs)
    assert answer.error is None, answer.message
    return answer


def normal(*shape) -> np.ndarray:
    rng = np.random.default_rng(sum(shape) + 17 * len(shape))
    return rng.standard_normal(shape).astype(np.float32)


def close(actual, expected, rtol=2e-6, atol=2e-6):
    expected = np.asarray(expected)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(
        actual.astype(np.float64), expected.astype(np.float64), rtol=rtol, atol=atol
    )


# ----------------------------------------------------------------------------------- whole programs

MATMUL = """
(program matmul
  (in (a num (* i k)) (b num (* k j)))
  (out (y (promote a b) (* i j)))
  (reduce sum y (* i j) (k) (mul (load a (* i k)) (load b (* k j)))))
"""

CONV = """
(program conv
  (in (x float (n (* g c) H W)) (w float ((* g o) c r s)))
  (attr (stride int2 1) (padding int2 0) (dilation int2 1) (groups int 1))
  (where (g groups))
  (where (h (+ (// (- (+ H (* 2 padding.0)) (* dilation.0 (- r 1)) 1) stride.0) 1)))
  (where (v (+ (// (- (+ W (* 2 padding.1)) (* dilation.1 (- s 1)) 1) stride.1) 1)))
  (out (y (promote x w) (n (* g o) h v)))
  (reduce sum y (n g o h v) (c r s)
    (mul (load w (g o c r s))
         (guard (load x (n g c (- (+ (* h stride.0) (* r dilation.0)) padding.0)
                               (- (+ (* v stride.1) (* s dilation.1)) padding.1))) 0))))
"""

SOFTMAX = """
(program softmax
  (in (x float (*))) (attr (axis axes all))
  (out (y (like x) (*)))
  (reduce max m ((rest axis)) ((sel axis)) (load x (*)))
  (reduce sum z ((rest axis)) ((sel axis)) (exp (sub (load x (*)) (load m ((rest axis))))))
  (set y (*) (div (exp (sub (load x (*)) (load m ((rest axis))))) (load z ((rest axis))))))
"""

MEAN = """
(program mean
  (in (x num (*))) (attr (axis axes all) (keepdim flag false))
  (out (y (float x) ((keep axis keepdim))))
  (reduce sum t ((rest axis)) ((sel axis)) (load x (*)))
  (set y ((keep axis keepdim)) (div (load t ((rest axis))) (count (sel axis)))))
"""

LAYER_NORM = """
(program layer_norm
  (in (x float (*)) (w float ((sel axes)) (default 1.0)) (b float ((sel axes)) (default 0.0)))
  (attr (axes axes all) (eps real 1e-05))
  (out (y (like x) (*)))
  (reduce sum s ((rest axes)) ((sel axes)) (load x (*)))
  (reduce sum q ((rest axes)) ((sel axes))
    (square (sub (load x (*)) (div (load s ((rest axes))) (count (sel axes))))))
  (set y (*) (add (mul (mul (sub (load x (*)) (div (load s ((rest axes))) (count (sel axes))))
                            (rsqrt (add (div (load q ((rest axes))) (count (sel axes))) eps)))
                       (load w ((sel axes))))
                  (load b ((sel axes))))))
"""

CONCAT = """
(program concat
  (in (a any ((sub axis n))) (b any ((sub axis m)))) (attr (axis axis))
  (where (k (+ n m)))
  (out (y (promote a b) ((sub axis k))))
  (set y ((sub axis k))
    (select (lt (index k) (count n)) (guard (load a ((sub axis k))) 0)
            (guard (load b ((sub axis (- k (count n))))) 0))))
"""

SLICE = """
(program slice
  (in (x any (*))) (attr (start offsets) (step ints) (size shape))
  (out (y (like x) ((shape size))))
  (set y ((shape size)) (load x ((lin (shape size) step start)))))
"""

RESHAPE = """
(program reshape
  (in (x any (*))) (attr (dims shape))
  (check (eq (count *) (count (shape dims))) "the shapes hold different numbers of elements")
  (out (y (like x) ((shape dims))))
  (set y ((shape dims)) (load x ((flat (linear (shape dims)))))))
"""

TRANSPOSE = """
(program transpose (in (x any (*))) (attr (order ints))
  (out (y (like x) ((perm order)))) (set y ((perm order)) (load x (*))))
"""

EMBEDDING = """
(program embedding (in (table float (v d)) (i int (*)))
  (out (y (like table) (* d))) (set y (* d) (load table ((gather (load i (*))) d))))
"""

EMBEDDING_GRAD = """
(program embedding.grad (in (dy float (* d)) (table float (v d) ghost) (i int (*)))
  (out (dtable (like table) (v d)))
  (scatter sum dtable ((gather (load i (*))) d) (* d) (load dy (* d))))
"""

MUL_GRAD = """
(program mul.grad (in (dy float (*)) (a float (*)) (b float (*)))
  (out (da (like a) ((own a)))) (out (db (like b) ((own b))))
  (reduce sum da ((own a)) ((bcast a)) (mul (load dy (*)) (load b (*))))
  (reduce sum db ((own b)) ((bcast b)) (mul (load dy (*)) (load a (*)))))
"""


@pytest.mark.parametrize(
    "a, b",
    [
        ((3, 4), (4, 5)),
        ((2, 3, 4), (4, 5)),
        ((2, 1, 3, 4), (5, 4, 2)),
        ((1, 4), (4, 5)),
        ((3, 1), (1, 2)),
        ((3, 0), (0, 2)),
        ((0, 3), (3, 2)),
    ],
)
def test_matmul(evaluator, a, b):
    x, y = normal(*a), normal(*b)
    close(good(evaluator, MATMUL, {"a": x, "b": y}).values["y"], x @ y)


def test_matmul_sums_before_the_last_stored_axis(evaluator):
    answer = good(evaluator, MATMUL, {"a": normal(3, 4), "b": normal(4, 5)})
    assert "for i0 < 3, r1 < 4, i2 < 5" in answer.statements


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
@pytest.mark.parametrize("padding", [(0, 0), (1, 2)])
@pytest.mark.parametrize("dilation, groups", [((1, 1), 1), ((2, 1), 2)])
def test_conv(evaluator, stride, padding, dilation, groups):
    x, w = normal(2, 4, 7, 6), normal(6, 4 // groups, 3, 2)
    attrs = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    answer = good(evaluator, CONV, {"x": x, "w": w}, attrs)
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2)).astype(np.float64)
    h = (padded.shape[2] - dilation[0] * 2 - 1) // stride[0] + 1
    v = (padded.shape[3] - dilation[1] - 1) // stride[1] + 1
    expected = np.zeros((2, 6, h, v))
    for o in range(6):
        group = o // (6 // groups)
        for c in range(4 // groups):
            for r in range(3):
                for s in range(2):
                    rows = slice(
                        r * dilation[0], r * dilation[0] + (h - 1) * stride[0] + 1, stride[0]
                    )
                    columns = slice(
                        s * dilation[1], s * dilation[1] + (v - 1) * stride[1] + 1, stride[1]
                    )
                    expected[:, o] += (
                        w[o, c, r, s] * padded[:, group * (4 // groups) + c, rows, columns]
                    )
    close(answer.values["y"], expected, rtol=1e-5, atol=1e-5)
    assert answer.statements.count("(window)") == 2
    assert (" if 0 <= " in answer.statements) == (padding != (0, 0))


@pytest.mark.parametrize("axes", [(1,), (0, 2), (0, 1, 2), ()])
def test_softmax(evaluator, axes):
    x = normal(3, 4, 5)
    shifted = np.exp(x - x.max(axes, keepdims=True)) if axes else np.ones_like(x)
    answer = good(evaluator, SOFTMAX, {"x": x}, {"axis": axes})
    close(answer.values["y"], shifted / shifted.sum(axes, keepdims=True) if axes else shifted)


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize(
    "shape, axes", [((3, 4, 5), (1,)), ((3, 1, 5), (1,)), ((3, 4), (0, 1)), ((), ())]
)
def test_mean(evaluator, shape, axes, keepdim):
    x = normal(*shape)
    answer = good(evaluator, MEAN, {"x": x}, {"axis": axes, "keepdim": keepdim})
    close(answer.values["y"], x.mean(axes, keepdims=keepdim) if axes else x)


def test_mean_of_integers_is_float32(evaluator):
    x = np.arange(6, dtype=np.int64).reshape(2, 3)
    answer = good(evaluator, MEAN, {"x": x}, {"axis": (0, 1), "keepdim": False})
    assert answer.values["y"].dtype == np.float32 and answer.values["y"] == 2.5


@pytest.mark.parametrize("weight", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_layer_norm(evaluator, weight, bias):
    x = normal(3, 4, 5)
    w = normal(4, 5) if weight else None
    b = normal(4, 5) + 1 if bias else None
    answer = good(evaluator, LAYER_NORM, {"x": x, "w": w, "b": b}, {"axes": (1, 2), "eps": 1e-5})
    mean = x.mean((1, 2), keepdims=True, dtype=np.float64)
    expected = (x - mean) / np.sqrt(((x - mean) ** 2).mean((1, 2), keepdims=True) + 1e-5)
    close(
        answer.values["y"],
        expected * (1 if w is None else w) + (0 if b is None else b),
        rtol=1e-5,
        atol=1e-5,
    )
    last = answer.statements[answer.statements.rindex("v3") :]
    assert last.count("= mul(") == 1 + weight, "a product with an absent weight is left"


def test_extents_are_scalars_not_constants(evaluator):
    small = good(evaluator, MEAN, {"x": normal(3, 4)}, {"axis": (1,), "keepdim": False}).statements
    large = good(evaluator, MEAN, {"x": normal(3, 7)}, {"axis": (1,), "keepdim": False}).statements
    bodies = [
        [line for line in s.split("\n") if "= s" in line or "div" in line] for s in (small, large)
    ]
    assert bodies[0] == bodies[1] and len(bodies[0]) == 2


@pytest.mark.parametrize("axis", [0, 1])
def test_concat(evaluator, axis):
    a, b = normal(3, 4), normal(*((2, 4) if axis == 0 else (3, 1)))
    close(
        good(evaluator, CONCAT, {"a": a, "b": b}, {"axis": axis}).values["y"],
        np.concatenate([a, b], axis),
    )


def test_concat_promotes(evaluator):
    a, b = np.arange(3), normal(2)
    answer = good(evaluator, CONCAT, {"a": a, "b": b}, {"axis": 0})
    assert answer.values["y"].dtype == np.float32
    close(answer.values["y"], np.concatenate([a, b]))


def test_slice_offsets_are_slots(evaluator):
    x = normal(6, 7)
    texts = []
    for start in ((1, 6), (0, 5)):
        answer = good(evaluator, SLICE, {"x": x}, {"start": start, "step": (2, -1), "size": (2, 4)})
        close(answer.values["y"], x[start[0] : start[0] + 3 : 2, start[1] : start[1] - 4 : -1])
        texts.append(answer.statements)
    assert texts[0] == texts[1], "another offset is another structure"


@pytest.mark.parametrize("dims", [(12,), (2, -1), (2, 1, 6), (3, 4)])
def test_reshape_is_the_same_buffer(evaluator, dims):
    x = normal(3, 4)
    answer = good(evaluator, RESHAPE, {"x": x}, {"dims": dims})
    close(answer.values["y"], x.reshape(dims))
    assert answer.count == 0 and answer.aliases["y"] == 0


def test_transposition_of_extents_1_is_the_same_buffer(evaluator):
    answer = good(evaluator, TRANSPOSE, {"x": normal(3, 1, 4)}, {"order": (1, 0, 2)})
    assert answer.count == 0
    x = normal(3, 2, 4)
    answer = good(evaluator, TRANSPOSE, {"x": x}, {"order": (2, 0, 1)})
    close(answer.values["y"], x.transpose(2, 0, 1))
    assert answer.count == 1 and "v1[6*i0 + 2*i1 + i2]" in answer.statements


def test_reduction_over_one_element_is_the_same_buffer(evaluator):
    answer = good(evaluator, MEAN, {"x": normal(3, 1)}, {"axis": (1,), "keepdim": False})
    assert answer.count == 1, "only the division is left"


def test_embedding(evaluator):
    table, i = normal(5, 3), np.array([[4, -5], [0, -1]])
    close(good(evaluator, EMBEDDING, {"table": table, "i": i}).values["y"], table[i])
    assert run(evaluator, EMBEDDING, {"table": table, "i": i + 1}).error == "IndexError"
    dy, expected = normal(2, 2, 3), np.zeros((5, 3))
    np.add.at(expected, i, dy)
    answer = good(evaluator, EMBEDDING_GRAD, {"dy": dy, "table": table, "i": i})
    close(answer.values["dtable"], expected)
    assert "scatter" in answer.statements


@pytest.mark.parametrize(
    "a, b", [((3, 4), (4,)), ((3, 1), (2, 1, 4)), ((), (2, 3)), ((1, 1), (1, 1)), ((3, 4), (3, 4))]
)
def test_gradients_are_unbroadcast(evaluator, a, b):
    x, y = normal(*a), normal(*b)
    dy = normal(*np.broadcast_shapes(a, b))

    def unbroadcast(g, shape):
        g = g.sum(tuple(range(g.ndim - len(shape))), dtype=np.float64)
        return g.sum(tuple(i for i, e in enumerate(shape) if e == 1), keepdims=True)

    answer = good(evaluator, MUL_GRAD, {"dy": dy, "a": x, "b": y})
    close(answer.values["da"], unbroadcast(dy * y, a), rtol=1e-5, atol=1e-5)
    close(answer.values["db"], unbroadcast(dy * x, b), rtol=1e-5, atol=1e-5)


def test_only_wanted_outputs_are_computed(evaluator):
    answer = good(
        evaluator, MUL_GRAD, {"dy": normal(3), "a": normal(3), "b": normal(3)}, wanted={"db"}
    )
    assert answer.count == 1 and list(answer.values) == ["db"]


# --------------------------------------------------------------------------------- types and errors


def binary(body: str, cls: str = "num", dtype: str = "(promote a b)") -> str:
    return f"(program f (in (a {cls} (*)) (b {cls} (*))) (out (y {dtype} (*))) (set y (*) {body}))"


def test_numbers_are_weak(evaluator):
    product = binary("(mul (load a (*)) (load b (*)))")
    half = np.array([1, 2], np.int32)
    for number, dtype in ((3, np.int32), (0.5, np.float32)):
        answer = good(evaluator, product, {"a": half, "b": number})
        assert answer.values["y"].dtype == dtype
        close(answer.values["y"], half * number)
    answer = good(evaluator, product, {"a": normal(2).astype(np.float64), "b": 0.1})
    assert answer.values["y"].dtype == np.float64


def test_numbers_are_not_structure(evaluator):
    product = binary("(mul (load a (*)) (load b (*)))")
    texts = {good(evaluator, product, {"a": normal(2), "b": b}).statements for b in (0.5, 1.0, 2.0)}
    assert len(texts) == 1


def test_division_of_integers_is_float32(evaluator):
    answer = good(
        evaluator,
        binary("(div (load a (*)) (load b (*)))", dtype="(float a b)"),
        {"a": np.array([1, 2]), "b": np.array([4, 4])},
    )
    assert answer.values["y"].dtype == np.float32
    close(answer.values["y"], [0.25, 0.5])


@pytest.mark.parametrize(
    "program, inputs, attrs, error, parts",
    [
        (
            MATMUL,
            {"a": normal(3, 4), "b": normal(5, 6)},
            {},
            "ValueError",
            [
                "axon.matmul: a has shape (3, 4), b has shape (5, 6); "
                "expected a.shape[-1] == b.shape[-2] (k: 4 != 5)"
            ],
        ),
        (
            MATMUL,
            {"a": normal(4), "b": normal(4, 6)},
            {},
            "ValueError",
            ["a has shape (4,)", "(..., i, k)"],
        ),
        (
            MATMUL,
            {"a": normal(2, 3, 4), "b": normal(5, 4, 6)},
            {},
            "ValueError",
            ["extent 5", "2", "reshape"],
        ),
        (
            SOFTMAX,
            {"x": np.arange(3)},
            {"axis": (0,)},
            "TypeError",
            ["axon.softmax: x has dtype int64", "floating-point", "x.astype('float32')"],
        ),
        (
            CONV,
            {"x": normal(1, 3, 4, 4), "w": normal(4, 2, 3, 3)},
            {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1},
            "ValueError",
            ["c: 3 != 2"],
        ),
        (
            CONV,
            {"x": normal(1, 3, 4, 4), "w": normal(4, 3, 3, 3)},
            {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 2},
            "ValueError",
            ["multiple of 2"],
        ),
        (
            CONV,
            {"x": normal(1, 2, 2, 4), "w": normal(4, 2, 5, 3)},
            {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1},
            "ValueError",
            ["h would be -2"],
        ),
        (
            RESHAPE,
            {"x": normal(3, 4)},
            {"dims": (5,)},
            "ValueError",
            ["axon.reshape", "different numbers"],
        ),
        (RESHAPE, {"x": normal(3, 4)}, {"dims": (5, -1)}, "ValueError", ["-1", "12 elements"]),
        (
            CONCAT,
            {"a": normal(3, 4), "b": normal(3, 1)},
            {"axis": 0},
            "ValueError",
            ["do not broadcast"],
        ),
    ],
)
def test_errors_say_what_and_why(evaluator, program, inputs, attrs, error, parts):
    answer = run(evaluator, program, inputs, attrs)
    assert answer.error == error
    for part in parts:
        assert part in answer.message


def test_maximum_of_nothing_is_refused(evaluator):
    program = """(program amax (in (x num (*))) (attr (axis axes all))
      (out (y (like x) ((rest axis))))
      (reduce max y ((rest axis)) ((sel axis)) (load x (*))))"""
    assert run(evaluator, program, {"x": normal(3, 0)}, {"axis": (1,)}).error == "ValueError"
    assert good(evaluator, program, {"x": normal(0, 3)}, {"axis": (1,)}).values["y"].shape == (0,)


@pytest.mark.parametrize(
    "text, part",
    [
        ("(program f (in (x float (*)))", "offset 0"),
        ("(program f (bogus))", "bogus"),
        ("(program f (out (y float32 ())) (set y () 1.0.0))", "malformed number"),
        ("(program f (out (y float32 ())) (set y () (frobnicate 1.0)))", "frobnicate"),
    ],
)
def test_malformed_programs_are_refused(evaluator, text, part):
    request_text = text.encode()
    message = (
        f"program {len(request_text)}\n".encode() + request_text + b"\nints 0\nscalars 0\n0\n1 1\n"
    )
    done = subprocess.run([str(evaluator)], input=message, capture_output=True, check=True)
    answer = done.stdout.decode()
    assert answer.startswith("error ValueError") and part in answer


# -------------------------------------------------------------------------------- every op there is


def is_opaque(program: ir.Program | None) -> bool:
    """True iff a kernel of the library computes it: tests/cpp/test_executor.cpp tests those."""
    return program is not None and any(s.kind == "call" for s in program.statements)


ALL_CASES = [
    pytest.param(op, case, id=f"{number}-{case.name}")
    for op in op_cases.all_ops()
    for number, case in enumerate(samples.cases(op))
    if not is_opaque(op.program)
]
WITH_GRADIENT = [p for p in ALL_CASES if p.values[0].grad is not None and not p.values[1].edge]


def as_float32(inputs: dict) -> dict:
    def convert(x):
        return x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x

    return {name: convert(x) for name, x in inputs.items()}


def normalised(program: ir.Program, inputs: dict, attrs: dict) -> dict:
    """Attributes as a node holds them."""
    return interpret.Interpreter(program, inputs, attrs, None).attrs


def compare(evaluator, program: ir.Program, inputs: dict, attrs: dict) -> None:
    expected = interpret.run(program, inputs, attrs)
    wanted = set(expected)
    answer = good(evaluator, program, inputs, normalised(program, inputs, attrs), wanted)
    for name, value in expected.items():
        assert answer.values[name].dtype == value.dtype, name
        close(answer.values[name], value, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("op, case", ALL_CASES)
def test_op(evaluator, op, case):
    compare(evaluator, op.program, as_float32(case.inputs), case.attrs)


@pytest.mark.parametrize("op, case", WITH_GRADIENT)
def test_gradient(evaluator, op, case):
    inputs = as_float32(case.inputs)
    outputs = interpret.run(op.program, inputs, case.attrs)
    given = {**inputs, **outputs}
    for o in op.program.outputs:
        given[f"d{o.name}"] = normal(*outputs[o.name].shape)
    names = [i.name for i in op.grad.inputs]
    compare(evaluator, op.grad, {n: given[n] for n in names}, case.attrs)
