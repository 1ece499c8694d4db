"""What a new entry starts from: a complete op, each field with what may stand there."""

from __future__ import annotations

TEMPLATE = """\
# Fields and formulas: docs/ops-language.md. What is derived when absent is commented out.
NAME:
  # One or two sentences, with the source of the formula.
  doc: x times the hyperbolic tangent of its softplus, sharpened (author, year).

  # Tensors: 'name: class[dims]', the class any, num, float, int, bool or a dtype; '= 0' makes one
  # optional. Without dims all tensors broadcast; '[..., i, k]' names axes, '[axis]' selects them.
  # Attributes: 'name: type = default [condition]', the type real, int, int2, flag, axis, axes,
  # ints, shape, dtype, str, offsets or rng. Those after '*' are given by keyword.
  in: "x: float, *, sharpness: real = 1.0 [sharpness > 0]"

  # Outputs with dims and dtype, several if need be: "y[..., k]: like(x), n: int64". Absent: one
  # output y with what the formula extends over.
  # out: "y: like(x)"

  # Extents of axes that no input has: {k: "(n - r) // step[0] + 1"}.
  # where: {k: "n"}

  # A Python expression over numbers, or lines 'name = expression' and the result. Reductions:
  # sum(x, axis), sum[k](a[i, k] * b[k, j]), also max, min, prod, mean, any, all, argmax, argmin.
  # Indices: x[k, i], x[axis: k], table[index[...], d]; guard(x[i - 1], 0) where one can leave x.
  forward: "x * tanh(maximum(sharpness * x, 0) + log1p(exp(-abs(sharpness * x))))"

  # The gradient is derived. Write one where the derived one overflows or keeps more alive; it may
  # read the cotangent dy, inputs, outputs and attributes. 'none': no gradient.
  # backward: {x: "dy * ..."}

  # The same in NumPy (np) or SciPy (special), independently of the formula: the oracle of tests.
  reference: "x * np.tanh(np.logaddexp(sharpness * x, 0))"

  # Test values. Tensors: normal, positive, unit, nonzero, wide, edge, bits, counts, below(n), the
  # first kind everywhere. Attributes: values. Axes: extents.
  samples: {x: [normal, edge], sharpness: [1.0, 0.5]}

  # Only in ops.yaml: an operator or a method of Tensor, a class of axon.nn; an op of two that takes
  # a list.
  # operator: "+"
  # method: true
  # module: Squareplus
  # variadic: true
"""


def entry(name: str) -> str:
    """A commented entry for an op of this name; it is valid as it stands."""
    return TEMPLATE.replace("NAME", name, 1)
