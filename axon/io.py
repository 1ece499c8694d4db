"""Tensors in files: the safetensors format, which any framework reads and which runs no code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from axon import _runtime
from axon.core.creation import tensor
from axon.core.tensor import Tensor


def save(
    tensors: Mapping[str, Tensor],
    path: str | os.PathLike,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Writes ``tensors`` to ``path`` in one go; an interrupted save leaves the old file whole.

    Args:
        tensors: any shapes, by name, such as ``model.state_dict()``; bfloat16 excepted.
        path: the file, by custom ``*.safetensors``.
        metadata: text kept in the file's header.

    Example:
        >>> model = axon.nn.Linear(4, 2)
        >>> axon.io.save(model.state_dict(), "model.safetensors")
        >>> model.load_state_dict(axon.io.load("model.safetensors"))
        Mismatch(missing_keys=[], unexpected_keys=[])
    """
    from safetensors.numpy import save_file

    for name, value in tensors.items():
        if not isinstance(value, Tensor):
            raise TypeError(
                f"axon.io.save: {name!r} is a {type(value).__name__}; expected axon.Tensor: "
                "wrap it in axon.tensor(...)"
            )
    _runtime.flush()
    arrays = {name: _runtime.to_numpy(value) for name, value in tensors.items()}
    path = Path(path)
    unfinished = path.with_name(path.name + ".unfinished")
    save_file(arrays, unfinished, metadata=dict(metadata or {}))
    os.replace(unfinished, path)


def load(path: str | os.PathLike) -> dict[str, Tensor]:
    """The tensors of a safetensors file, by name.

    Raises:
        FileNotFoundError: there is no such file.
        safetensors.SafetensorError: the file is damaged or of another format.
    """
    from safetensors.numpy import load_file

    return {name: tensor(array) for name, array in load_file(path).items()}


def metadata(path: str | os.PathLike) -> dict[str, str]:
    """The text that :func:`save` put into the header."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        return dict(file.metadata() or {})
