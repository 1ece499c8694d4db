"""Mutants of the fuser: one comparison, connective, negation or verdict of a legality rule changed.

The project is copied and built once; each mutant rebuilds the one file that it changes. Then the
tests of fusion must fail, crash or hang. A survivor that plans many other programs exactly as the
fuser does counts as equivalent.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import site
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

from mutant import Mutant

FILES = ("fuse", "inline", "body", "contraction", "scan", "phases")
COPIED = ("CMakeLists.txt", "pyproject.toml", "ops.yaml")
COPIED_FOLDERS = ("axon", "codegen", "docs", "generated", "runtime", "tests")
OPERATORS = {
    "==": "!=",
    "!=": "==",
    "<=": "<",
    ">=": ">",
    "<": "<=",
    ">": ">=",
    "&&": "||",
    "||": "&&",
    "return false": "return true",
    "return true": "return false",
    "!": "",
}
_MUTABLE = re.compile(r"(?<= )(?:[=!<>]=|[<>]|&&|\|\|)(?= |$)|\breturn (?:false|true)\b|!(?=[\w(])")
_NO_RULE = re.compile(r"for \([^:]*;[^:]*;|//.*|\"[^\"]*\"|template <.*>")
OPS = "softmax or norm or matmul or conv or pool or cum or take_along"
TESTS = (
    ["tests/test_kernels.py"],
    ["tests/test_formulas.py", "tests/test_fusion.py"],
    ["tests/test_runtime.py", "-k", "out_of_range"],
    ["tests/test_ops.py", "-k", OPS],
    ["tests/test_fuzz.py"],
    ["tests/test_pages.py", "-k", "test_page"],
)


def mutants(root: Path) -> Iterator[Mutant]:
    for name in FILES:
        file = f"runtime/plan/{name}.cpp"
        for number, line in enumerate((root / file).read_text("utf-8").split("\n"), 1):
            code = _NO_RULE.sub(lambda found: " " * len(found[0]), line)
            for found in _MUTABLE.finditer(code):
                before = found[0]
                yield Mutant(file, number, found.start() + 1, before, OPERATORS[before])


class Workshop:
    """A copy of the project in a folder of its own, built, with a Python that knows no other."""

    def __init__(self, root: Path, folder: Path):
        self.tree, self.python = folder / "tree", folder / "venv" / "bin" / "python"
        for name in COPIED_FOLDERS:
            skipped = shutil.ignore_patterns("__pycache__", "*.so")
            shutil.copytree(root / name, self.tree / name, ignore=skipped)
        for name in COPIED:
            shutil.copy(root / name, self.tree)
        venv.create(folder / "venv")
        paths = [str(self.tree), *site.getsitepackages()]
        self.environment = {**os.environ, "AXON_JIT": "off", "PYTHONPATH": os.pathsep.join(paths)}
        ccache = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        options = ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1", *ccache]
        python = f"-DPython_EXECUTABLE={sys.executable}"
        self._run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", python, *options)
        self.build()
        begin = time.monotonic()
        assert self.passes(limit=3600), "the tests fail without a mutant"
        self.limit = max(60.0, 10 * (time.monotonic() - begin))
        self.plans = self.planned()

    def _run(self, *command: str) -> None:
        kept = {**os.environ, "CCACHE_BASEDIR": str(self.tree)}
        subprocess.run(command, cwd=self.tree, env=kept, check=True, capture_output=True)

    def build(self) -> None:
        self._run("cmake", "--build", "build")
        self._run("cmake", "--install", "build", "--prefix", str(self.tree))

    def passes(self, limit: float) -> bool:
        """True iff the tests pass, each file within the limit in seconds."""
        return all(self._passes(tests, limit) for tests in TESTS)

    def _passes(self, tests: list[str], limit: float) -> bool:
        command = [str(self.python), "-m", "pytest", "-q", "-x", "-m", "not compiler", *tests]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(
            command, cwd=self.tree, env=self.environment, start_new_session=True, **quiet
        ) as process:
            try:
                return process.wait(limit) == 0
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return False

    def planned(self) -> str:
        """The plans of many programs, and how planning them ends."""
        command = [str(self.python), "tests/mutate/plans.py"]
        done = subprocess.run(
            command, cwd=self.tree, env=self.environment, capture_output=True, text=True
        )
        return f"{done.stdout}{done.returncode}"

    def verdict(self, mutant: Mutant) -> str:
        """ "refused" by the compiler, "killed" by a test, "equivalent" or "survived"."""
        path = self.tree / mutant.file
        original = path.read_text("utf-8")
        path.write_text(mutant.apply(original), "utf-8")
        try:
            self.build()
            if not self.passes(self.limit):
                return "killed"
            return "equivalent" if self.planned() == self.plans else "survived"
        except subprocess.CalledProcessError:
            return "refused"
        finally:
            path.write_text(original, "utf-8")
