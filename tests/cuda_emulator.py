"""Plans of the runtime run by their CUDA source on the CPU (cuda_emulator.h), for comparison."""

from __future__ import annotations

import ctypes
import shutil
import struct
import subprocess
from pathlib import Path

from axon import _runtime

HEADER = Path(__file__).resolve().parent / "cuda_emulator.h"
FLAGS = ["-std=c++17", "-O1", "-w", "-fPIC", "-shared"]
FLAGS += ["-ffp-contract=off", "-fno-math-errno", "-fwrapv"]
FILL = 0xA5  # what memory holds before a kernel writes it

compiler = shutil.which("g++")


class Program:
    """Kernels of many plans, compiled at once; of equal sources one."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._library: ctypes.CDLL | None = None

    def add(self, plan: dict) -> bool:
        """Takes a plan of `_runtime.plan()`; False if a kernel of it has no CUDA source."""
        for part in plan["parts"]:
            part["cuda"] = part["emit_cuda"]()
        if not all(part["cuda"]["source"] for part in plan["parts"]):
            return False
        for part in plan["parts"]:
            source = part["cuda"]["source"]
            name = self._names.setdefault(source, f"kernel_{len(self._names)}")
            part["name"] = name
        return True

    def compile(self, directory: Path) -> None:
        text = f'#include "{HEADER}"\n' + _runtime.cuda_prelude()
        for source, name in self._names.items():
            text += source.replace("AXON_KERNEL", name)
            for phase in range(source.count("__global__")):
                text += (
                    f'extern "C" void launch_{name}_{phase}(const void* args, int64_t blocks, '
                    f"int x, int y, int shared) {{\n"
                    f"  emulator::launch({name}_{phase}, args, blocks, x, y, shared);\n}}\n"
                )
        binary = directory / "kernels.so"
        (directory / "kernels.cpp").write_text(text)
        command = [compiler, *FLAGS, str(directory / "kernels.cpp"), "-o", str(binary)]
        subprocess.run(command, check=True)
        self._library = ctypes.CDLL(str(binary))

    def run(self, plan: dict) -> list[bytes]:
        """The bytes of the plan's outputs, every kernel of it emulated in order."""
        leaves = [bytearray(leaf) for leaf in plan["leaves"]]
        fresh = [
            leaves[donor] if donor >= 0 else bytearray([FILL]) * size
            for size, donor in plan["fresh"]
        ]
        arena = bytearray([FILL]) * plan["arena_bytes"]
        memory = {"leaf": leaves, "fresh": fresh}
        for part in plan["parts"]:
            buffers = [
                address(arena, offset) if kind == "arena" else address(memory[kind][index])
                for kind, index, offset in part["buffers"]
            ]
            scalars = [plan["scalars"][n] for n in part["scalars"]]
            self._launch(part, buffers, scalars)
        return [bytes(fresh[n] if n >= 0 else leaves[~n]) for n in plan["outputs"]]

    def _launch(self, part: dict, buffers: list[int], scalars: list[int]) -> None:
        cuda = part["cuda"]
        ints = list(cuda["ints"])
        for at, slot, coefficient in cuda["slot_ints"]:
            ints[at] += coefficient * scalars[slot]
        status = ctypes.c_int32(0)
        entries = [*(buffers or [0]), *(ints or [0]), *(scalars or [0]), ctypes.addressof(status)]
        arguments = struct.pack(f"{len(entries)}q", *entries)
        for phase, (blocks, x, y, shared) in enumerate(cuda["launches"]):
            launch = getattr(self._library, f"launch_{part['name']}_{phase}")
            launch(arguments, ctypes.c_int64(blocks), x, y, shared)
        if status.value:
            raise IndexError("an index is out of range")


def address(memory: bytearray, offset: int = 0) -> int:
    """Where the bytes are; they must outlive its use and keep their length."""
    if not memory:
        return 0
    return ctypes.addressof(ctypes.c_char.from_buffer(memory)) + offset
