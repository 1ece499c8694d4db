"""Tensors in files: the safetensors format, which any framework reads and which runs no code.

A flat dict of tensors is a file as others write them. What is nested (a checkpoint with a model, an
optimizer and the number of the epoch) keeps its tensors likewise, and its form as JSON in the
header.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from axon import _runtime
from axon.core.tensor import Tensor

_FORM = "axon.form"


def save(
    state: Mapping[str, Any],
    path: str | os.PathLike,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Writes ``state`` to ``path`` in one go; an interrupted save leaves the old file whole.

    Args:
        state: tensors by name, such as ``model.state_dict()``; or dicts, lists and tuples of
            tensors, numbers, text, flags and None within each other.
        path: the file, by custom ``*.safetensors``.
        metadata: text kept in the file's header.

    Raises:
        TypeError: something in ``state`` has another type; nothing is written.

    Example:
        >>> model = axon.nn.Linear(4, 2)
        >>> optimizer = axon.optim.Adam(model.params)
        >>> axon.save(model.state_dict(), "model.safetensors")
        >>> checkpoint = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        >>> axon.save({**checkpoint, "epoch": 3}, "checkpoint.safetensors")
        >>> read = axon.load("checkpoint.safetensors")
        >>> optimizer.load_state_dict(read["optimizer"])
        >>> model.load_state_dict(read["model"]), read["epoch"]
        (Mismatch(missing_keys=[], unexpected_keys=[]), 3)
    """
    from safetensors.numpy import save_file

    tensors: dict[str, Tensor] = {}
    form = _packed(state, "", tensors)
    header = dict(metadata or {})
    if not all(isinstance(value, Tensor) for value in state.values()):
        header[_FORM] = json.dumps(form)
    _runtime.flush()
    arrays = {name: _array(value) for name, value in tensors.items()}
    path = Path(path)
    unfinished = path.with_name(path.name + ".unfinished")
    save_file(arrays, unfinished, metadata=header)
    os.replace(unfinished, path)


def load(path: str | os.PathLike, names: Iterable[str] | None = None) -> dict[str, Any]:
    """What :func:`save` wrote, or the tensors of any safetensors file by name.

    Args:
        path: the file.
        names: read only these tensors, by their names in the file; the rest is not touched.

    Raises:
        FileNotFoundError: there is no such file.
        KeyError: a name is not in the file.
        ValueError: the file is damaged or of another format.
    """
    import ml_dtypes  # noqa: F401  (NumPy's bfloat16)

    with _opened("axon.load", path) as file:
        present = list(file.keys())
        wanted = present if names is None else list(names)
        for name in wanted:
            if name not in present:
                raise KeyError(f"axon.load: no tensor {name!r} in {os.fspath(path)}; {present}")
        tensors = {name: _tensor(file.get_tensor(name)) for name in wanted}
        form = (file.metadata() or {}).get(_FORM)
    return tensors if form is None or names is not None else _unpacked(json.loads(form), tensors)


def metadata(path: str | os.PathLike) -> dict[str, str]:
    """The text that :func:`save` put into the header. It raises what :func:`load` does."""
    with _opened("axon.io.metadata", path) as file:
        header = dict(file.metadata() or {})
    header.pop(_FORM, None)
    return header


def _opened(function: str, path: str | os.PathLike) -> Any:
    from safetensors import SafetensorError, safe_open

    try:
        return safe_open(path, framework="numpy")
    except SafetensorError as fault:
        raise ValueError(
            f"{function}: {os.fspath(path)} is damaged or no safetensors file: {fault}; expected "
            "what axon.save or another library wrote in that format"
        ) from fault


def _array(value: Tensor) -> Any:
    """The elements as an array over the same memory; of bfloat16 as ml_dtypes has them."""
    if value.dtype != "bfloat16":
        return value.numpy()
    import ml_dtypes

    contents = np.frombuffer(_runtime.bytes_of(value), dtype=ml_dtypes.bfloat16)
    return contents.reshape(value.shape)


def _tensor(array: Any) -> Tensor:
    contents = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return _runtime.from_bytes(contents, array.dtype.name, array.shape)


def _packed(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """The form of ``value`` as JSON: [kind, content]; its tensors go to ``tensors`` by path."""
    if isinstance(value, Tensor):
        while name in tensors:
            name += "_"
        tensors[name] = value
        return ["tensor", name]
    prefix = name + "." if name else ""
    if isinstance(value, Mapping):
        items = [[key, _packed(item, f"{prefix}{key}", tensors)] for key, item in value.items()]
        if all(isinstance(key, (str, int)) for key in value):
            return ["dict", items]
    elif isinstance(value, (list, tuple)):
        parts = [_packed(item, f"{prefix}{number}", tensors) for number, item in enumerate(value)]
        return ["tuple" if isinstance(value, tuple) else "list", parts]
    elif value is None or isinstance(value, (bool, int, float, str)):
        return ["value", value]
    raise TypeError(
        f"axon.save: {name or 'the state'} is a {type(value).__name__}; expected tensors, numbers, "
        "text, and dicts (by text or integers), lists and tuples of them; wrap arrays in "
        "axon.tensor(...)"
    )


def _unpacked(form: list, tensors: Mapping[str, Tensor]) -> Any:
    kind, content = form
    if kind == "tensor":
        return tensors[content]
    if kind == "dict":
        return {key: _unpacked(item, tensors) for key, item in content}
    if kind == "value":
        return content
    parts = [_unpacked(item, tensors) for item in content]
    return tuple(parts) if kind == "tuple" else parts
