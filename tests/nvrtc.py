"""NVRTC, NVIDIA's run-time compiler for CUDA, by ctypes. It needs neither a GPU nor a driver."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path


@cache
def library() -> ctypes.CDLL | None:
    """The library of the wheel `nvidia-cuda-nvrtc`; None if it is not installed."""
    try:
        import nvidia
    except ImportError:
        return None

    def loaded(name: str) -> list[ctypes.CDLL]:
        folders = map(Path, nvidia.__path__)
        paths = (path for folder in folders for path in sorted(folder.glob(f"**/{name}")))
        return [ctypes.CDLL(str(path)) for path in paths]

    loaded("libnvrtc-builtins.so.*")  # which the other would look for itself, not everywhere
    return next(iter(loaded("libnvrtc.so.*")), None)


def compile_cuda(text: str, architecture: str) -> str:
    """Compiles CUDA source to machine code, with all warnings; what the compiler had to say.

    Raises RuntimeError, with the compiler's log, if it does not compile.
    """
    nvrtc = library()
    assert nvrtc is not None
    program = ctypes.c_void_p()
    source = ctypes.c_char_p(text.encode())
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, b"kernels.cu", 0, None, None)
    try:
        options = [f"--gpu-architecture={architecture}", "--std=c++17", "--fmad=false"]
        array = (ctypes.c_char_p * len(options))(*(o.encode() for o in options))
        failed = nvrtc.nvrtcCompileProgram(program, len(options), array)
        size = ctypes.c_size_t()
        nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
        log = ctypes.create_string_buffer(size.value)
        nvrtc.nvrtcGetProgramLog(program, log)
        said = log.value.decode().strip()
        if failed:
            raise RuntimeError(f"{architecture}: NVRTC error {failed}\n{said}")
        nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size))
        if size.value == 0:
            raise RuntimeError(f"{architecture}: NVRTC made no machine code")
        return said
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
