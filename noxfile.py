"""The project's commands. `nox -l` lists them; `nox -s tests -- -k softmax` passes options on."""

import os

import nox

nox.needs_version = ">=2024.3.2"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["tests"]

CODEGEN = ["jinja2", "pyyaml"]
# What each checks, and its library.
SANITIZERS = {
    "address": ("address,undefined,float-cast-overflow", "libasan.so"),
    "thread": ("thread", "libtsan.so"),
}
# Tests that also run on kernels compiled with the sanitizer.
COMPILED = ["threads", "training_machine", "fuzz", "fusion", "formulas", "sorting", "edge_values"]


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
@nox.parametrize("tool", list(SANITIZERS))
def sanitize(session: nox.Session, tool: str) -> None:
    """The suite on a build that checks itself: address and undefined behaviour, or threads."""
    checks, library = SANITIZERS[tool]
    folder = os.path.abspath(session.create_tmp())
    build = f"{folder}/build-{tool}"
    define = f"AXON_SANITIZE={checks}"
    # Without isolation the build finds what it has built before.
    session.install("scikit-build-core", "nanobind", "cmake", "ninja")
    options = ("-C", f"cmake.define.{define}", "-C", f"build-dir={build}")
    session.install("--no-build-isolation", *options, "-e", ".[test]")
    path = {
        name: str(session.run("cc", f"-print-file-name={name}", external=True, silent=True)).strip()
        for name in (library, "libstdc++.so.6")
    }
    env = {
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "TSAN_OPTIONS": f"suppressions={session.invoked_from}/tests/tsan.txt",
        "AXON_CC": "env -u LD_PRELOAD cc",
        "AXON_CFLAGS": f"-fsanitize={checks} -fno-sanitize-recover=all -O1",
        "AXON_CACHE_DIR": f"{folder}/kernels",
    }
    # Exceptions are seen only if the library that throws them is loaded with the sanitizer's.
    python = {**env, "LD_PRELOAD": " ".join(path.values())}
    pytest = ("pytest", "-q", "-n", "auto", "--dist", "loadgroup")
    rule = "not unsanitized and not compiler"
    if session.posargs:
        session.run("pytest", "-q", *session.posargs, env={"AXON_JIT": "off", **python})
        return
    tests = f"{folder}/tests"
    defines = (f"-D{define}", f"-DAXON_RUNTIME={build}/libaxon_runtime.a")
    session.run("cmake", "-S", "tests/cpp", "-B", tests, "-G", "Ninja", *defines)
    session.run("cmake", "--build", tests)
    session.run("ctest", "--test-dir", tests, "--output-on-failure", env=env)
    session.run(*pytest, "-m", rule, env={**python, "AXON_JIT": "off"})
    compiled = [f"tests/test_{name}.py" for name in COMPILED]
    session.run(*pytest, "-m", "not unsanitized", *compiled, env={**python, "AXON_JIT": "wait"})


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
