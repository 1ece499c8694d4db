"""The project's commands. `nox -l` lists them; `nox -s tests -- -k softmax` passes options on."""

import os
import pathlib
import shutil

import nox

nox.needs_version = ">=2024.3.2"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["tests"]

CODEGEN = ["jinja2", "pyyaml"]
# What each checks.
SANITIZERS = {"address": "address,undefined,float-cast-overflow", "thread": "thread"}
# Tests that each cannot run.
UNSANITIZED = {"address": "unsanitized", "thread": "unsanitized or forks"}
# Tests that also run on kernels compiled with the sanitizer.
COMPILED = [
    "convolutions",
    "edge_values",
    "formulas",
    "fusion",
    "sorting",
    "threads",
    "training_machine",
]


@nox.session
def codegen(session: nox.Session) -> None:
    """Regenerate generated/ from ops.yaml; `-- --check` fails and prints a diff if it is stale."""
    session.install(*CODEGEN, "numpy")
    session.run("python", "-m", "codegen", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Watch a network learn real handwritten digits."""
    session.install("-e", ".[demo]")
    session.run("python", "examples/digits.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """The whole suite: kernels compiled, then once more with no compiler to be found."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "codegen", "--check")
    pytest = ("pytest", "-q", "-n", "auto", "--dist", "loadgroup")
    session.run(*pytest, "-m", "not executor", *session.posargs, env={"AXON_JIT": "wait"})
    without = {"AXON_JIT": "off", "PATH": ""}
    session.run(*pytest, "-m", "not compiler and not once", *session.posargs, env=without)


@nox.session
def docs(session: nox.Session) -> None:
    """Write docs/ops/, a reference page an op; `-- --check` prints what would change."""
    session.install("-e", ".[docs]")
    session.run("python", "docs/build.py", *session.posargs)


@nox.session
def accuracy(session: nox.Session) -> None:
    """Measure every op against mpmath; writes docs/accuracy.json."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "benchmarks.accuracy", *session.posargs)


@nox.session
def mutate(session: nox.Session) -> None:
    """Change 160 places of entries, 40 of the fuser's rules: tests must fail; `-- --rules 0`."""
    session.install(*CODEGEN, "numpy", "scipy", "ml_dtypes", "safetensors", "pytest", "hypothesis")
    session.install("cmake", "ninja", "nanobind")
    session.run("python", "tests/mutate", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Random graphs and models against NumPy for ten minutes; `-- --minutes 60 --seed 7`."""
    session.install("-e", ".[test]")
    session.run("python", "tests/soak.py", *session.posargs)


@nox.session
@nox.parametrize("tool", list(SANITIZERS))
def sanitize(session: nox.Session, tool: str) -> None:
    """The suite on a build that checks itself: address and undefined behaviour, or threads."""
    folder = os.path.abspath(session.create_tmp())
    build = f"{folder}/build-{tool}"
    define = f"AXON_SANITIZE={SANITIZERS[tool]}"
    # Without isolation the build finds what it has built before.
    session.install("scikit-build-core", "nanobind", "cmake", "ninja")
    options = (
        "-C",
        f"cmake.define.{define}",
        "-C",
        f"build-dir={build}",
        "-C",
        "install.strip=false",
    )
    session.install("--no-build-isolation", *options, "-e", ".[test]")
    tests = f"{folder}/tests"
    defines = (f"-D{define}", f"-DAXON_RUNTIME={build}/libaxon_runtime.a")
    session.run("cmake", "-S", "tests/cpp", "-B", tests, "-G", "Ninja", *defines)
    session.run("cmake", "--build", tests)
    found = pathlib.Path(folder, "found")
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir()
    env = {
        "ASAN_OPTIONS": f"detect_leaks=0:allocator_may_return_null=1:log_path={found}/address",
        "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={found}/undefined",
        "TSAN_OPTIONS": f"die_after_fork=0:log_path={found}/thread"
        f":suppressions={os.path.abspath('tests/suppressions.txt')}",
        "AXON_CFLAGS": f"-fsanitize={SANITIZERS[tool]} -fno-sanitize-recover=all -O1",
        "AXON_CACHE_DIR": f"{folder}/kernels",
        "AXON_CC_TIMEOUT": "1000",
        "OPENBLAS_NUM_THREADS": "1",  # NumPy's threads are not compiled to be watched
    }
    pytest = (f"{session.bin}/python-sanitized", "-m", "pytest", "-q")
    try:
        if session.posargs:
            session.run(*pytest, *session.posargs, env={"AXON_JIT": "off", **env})
            return
        session.run("ctest", "--test-dir", tests, "--output-on-failure", env=env)
        rule = f"not ({UNSANITIZED[tool]})"
        workers = ("-n", "auto", "--dist", "loadgroup", "-m", f"{rule} and not compiler")
        session.run(*pytest, *workers, env={**env, "AXON_JIT": "off"})
        compiled = [f"tests/test_{name}.py" for name in COMPILED]
        session.run(*pytest, "-m", rule, *compiled, env={**env, "AXON_JIT": "wait"})
    finally:
        reports = [text for file in found.iterdir() if "SUMMARY:" in (text := file.read_text())]
        if reports:
            session.error("\n".join(reports))


@nox.session
def lint(session: nox.Session) -> None:
    """Style and types: ruff, mypy, clang-format."""
    session.install("ruff", "mypy", "clang-format==18.1.8", "numpy", *CODEGEN, "types-PyYAML")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("python", ".ci/format.py", "--check")


@nox.session
def bench(session: nox.Session) -> None:
    """Timings and peak memory against torch and jax; writes docs/benchmarks.md and memory.md."""
    session.install("-e", ".[demo]", "torch==2.13.0", "jax")
    session.run("python", "benchmarks/run.py", *session.posargs)
    if not session.posargs:
        session.run("python", "benchmarks/memory.py")
