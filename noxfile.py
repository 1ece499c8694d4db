"""The project's commands. `nox -l` lists them; `nox -s tests -- -k softmax` passes options on."""

import nox

nox.needs_version = ">=2024.3.2"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["tests"]

CODEGEN = ["jinja2", "pyyaml"]


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
@nox.parametrize("tool", ["address", "thread"])
def sanitize(session: nox.Session, tool: str) -> None:
    """The suite on a build that checks itself: address and undefined behaviour, or threads."""
    checks = {"address": "address,undefined", "thread": "thread"}[tool]
    build = session.create_tmp() + f"/build-{tool}"
    session.install(
        "-C", f"cmake.define.AXON_SANITIZE={checks}", "-C", f"build-dir={build}", "-e", ".[test]"
    )
    library = {"address": "libasan.so", "thread": "libtsan.so"}[tool]
    path = session.run("cc", f"-print-file-name={library}", external=True, silent=True)
    assert isinstance(path, str)
    env = {
        "LD_PRELOAD": path.strip(),
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "TSAN_OPTIONS": f"suppressions={session.invoked_from}/tests/tsan.txt:exitcode=66",
        "AXON_JIT": "off",
    }
    tests = session.posargs or ["-m", "not compiler", "-n", "auto", "--dist", "loadgroup"]
    session.run("pytest", "-q", *tests, env=env)


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
