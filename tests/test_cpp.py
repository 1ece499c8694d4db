"""Builds and runs the C++ tests.

Executor and emitter against a naive interpreter of kernels, contractions, elementary functions, the
compiler service.
"""

import fcntl
import os
import pathlib
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.compiler, pytest.mark.xdist_group("cpp")]
ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def build() -> pathlib.Path:
    folder = ROOT / "build" / "cpp-tests"
    python = "cp{}{}".format(*sys.version_info[:2])
    built = sorted(ROOT.glob(f"build/{python}-*/libaxon_runtime.a"), key=os.path.getmtime)
    assert built, "no library of the extension below build/; run `pip install -e .`"
    configure = ["cmake", "-S", ROOT / "tests" / "cpp", "-B", folder, "-G", "Ninja"]
    configure.append(f"-DAXON_RUNTIME={built[-1]}")
    with open(ROOT / "build" / "cpp-tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may have been given some of these tests
        for command in (configure, ["cmake", "--build", folder]):
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize(
    "command",
    [["test_emit"], ["test_executor", "400"], ["test_contract"], ["test_math"], ["test_compile"]],
    ids=lambda c: c[0],
)
def test_cpp(build, command, tmp_path, monkeypatch):
    monkeypatch.setenv("AXON_CACHE_DIR", str(tmp_path))
    done = subprocess.run(
        [build / command[0], *command[1:]], capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
