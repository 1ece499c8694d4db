"""What other libraries call a function, and how the language says it."""

from __future__ import annotations

FUNCTIONS = {
    "arccos": "acos(x)",
    "arcsin": "asin(x)",
    "arctan": "atan(x)",
    "arctan2": "atan2(y, x)",
    "argsort": "kernel: sort",
    "clamp": "minimum(maximum(x, low), high)",
    "fabs": "abs(x)",
    "float": "cast(x, float32)",
    "int": "cast(x, int64)",
    "len": "count(axis)",
    "ln": "log(x)",
    "mod": "a % b",
    "pow": "a ** b",
    "power": "a ** b",
    "rand": "uniform(key)",
    "random": "uniform(key)",
    "select": "a if c else b",
    "shape": "count(axis)",
    "size": "count(...)",
    "sort": "kernel: sort",
    "where": "a if c else b",
    "zeros_like": "0",
}

ATTRIBUTES = {
    "T": "the indices in another order, x[j, i]",
    "dtype": "cast(e, like(x))",
    "ndim": "axes of the group, '...'",
    "shape": "count(axis), count(k) or count(...)",
    "size": "count(...)",
}
