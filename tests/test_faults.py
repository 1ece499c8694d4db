"""What happens when something goes wrong: a clear exception or one warning, parameters as they were
before the step, and the next step works."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import axon
from axon import nn, optim

pytestmark = pytest.mark.once

TRAINING = """
import axon, os, signal, sys, threading, time
import numpy as np
from axon import metrics, nn, optim
axon.manual_seed(0)
model = nn.Linear(8, 16) >> nn.ReLU() >> nn.Linear(16, 4)
optimizer = optim.Adam(model.params, lr=1e-2)
def step(batch=12):
    x = axon.tensor(np.ones((batch, 8), "float32"))
    labels = axon.tensor(np.arange(batch) % 4)
    optimizer.zero_grad()
    loss = metrics.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    return loss.item()
def parameters():
    return [p.tolist() for p in model.params]
"""


def start(code: str, **env: str) -> subprocess.Popen:
    """`code` after TRAINING, in an interpreter of its own."""
    program = TRAINING + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
    )


def finish(process: subprocess.Popen, seconds: float = 120) -> tuple[str, str]:
    """What it printed and complained of; it must end well."""
    try:
        out, complaints = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, complaints
    return out, complaints


def run(code: str, **env: str) -> tuple[str, str]:
    return finish(start(code, **env))


@pytest.fixture(scope="module")
def right():
    """What three steps print where nothing goes wrong."""
    return run("print([step() for _ in range(3)])", AXON_JIT="off")[0]


THREE = "print([step() for _ in range(3)])"


def compiler(folder: Path, script: str) -> str:
    """The path of a C compiler that does what `script` says; `real` is the true one."""
    path = folder / "fake-cc"
    path.write_text(f'#!/bin/sh\nreal() {{ exec cc "$@"; }}\n{script}\n')
    path.chmod(0o755)
    return str(path)


def warnings_in(complaints: str) -> int:
    return complaints.count("axon: warning:")


@pytest.mark.compiler
class TestCompiler:
    @pytest.mark.parametrize(
        "script",
        [
            "exit 1",
            "kill -9 $$",
            "echo nonsense; exit 0",
            "sleep 60",
            "printf x > /dev/full; exit 1",
        ],
        ids=["fails", "is killed", "writes nothing", "hangs", "has no room"],
    )
    def test_one_that_goes_wrong_is_one_warning(self, script, tmp_path, right):
        env = {
            "AXON_CC": compiler(tmp_path, script),
            "AXON_CACHE_DIR": str(tmp_path / "cache"),
            "AXON_CC_TIMEOUT": "0.5",
        }
        out, complaints = run(THREE, AXON_JIT="wait", **env)
        assert out == right
        assert warnings_in(complaints) == 1

    def test_one_that_hangs_delays_nobody_who_does_not_wait(self, tmp_path, right):
        began = time.monotonic()
        env = {"AXON_CC": compiler(tmp_path, "sleep 60"), "AXON_CACHE_DIR": str(tmp_path / "cache")}
        out, complaints = run(THREE, AXON_JIT="async", **env)
        assert out == right
        assert complaints == ""
        assert time.monotonic() - began < 30

    def test_the_environment_may_change_while_it_runs(self, tmp_path):
        out, complaints = run(
            """
            x = axon.ones((8,))
            for n in range(6):
                x = axon.exp(x) if n % 2 else axon.tanh(x * x)
                x = x.reshape((2,) * (n % 3 + 1) + (-1,))
                axon.flush()
                for number in range(4000):
                    os.environ[f"AXON_NUMBER_{n}_{number}"] = "1"
            axon._runtime.wait_for_compiler()
            print(axon.stats()["kernels_compiled"] > 3)
            """,
            AXON_JIT="async",
            AXON_CACHE_DIR=str(tmp_path),
        )
        assert (out, complaints) == ("True\n", "")

    def test_the_interpreter_may_exit_while_it_runs(self, tmp_path):
        note = tmp_path / "pid"
        env = {
            "AXON_CC": compiler(tmp_path, f"echo $$ > {note}; exec sleep 60"),
            "AXON_CACHE_DIR": str(tmp_path / "cache"),
        }
        waiting = f"step()\nwhile not os.path.exists({str(note)!r}): time.sleep(0.01)"
        run(waiting, AXON_JIT="async", **env)
        time.sleep(0.1)
        assert not Path("/proc", note.read_text().strip()).exists()

    def test_async_swaps_kernels_in_and_changes_nothing(self, tmp_path, right):
        out, _ = run(
            """
            losses = [step() for _ in range(3)]
            launched = axon.stats()["kernels_launched"]
            step()
            executor = axon.stats()["kernels_launched"] - launched
            axon._runtime.wait_for_compiler()
            with axon.profile() as p:
                step()
            assert all(line.kernel.tier == "compiled" for line in p.lines), p
            assert sum(line.calls for line in p.lines) == executor
            print(losses)
            """,
            AXON_JIT="async",
            AXON_CACHE_DIR=str(tmp_path),
        )
        assert out == right


@pytest.mark.compiler
class TestDiskCache:
    def entries(self, folder):
        return sorted(folder.glob("*.so"))

    @pytest.mark.parametrize("damage", ["corrupt", "truncated", "empty", "foreign"])
    def test_a_damaged_entry_is_compiled_again(self, damage, tmp_path, right):
        env = {"AXON_JIT": "wait", "AXON_CACHE_DIR": str(tmp_path)}
        run(THREE, **env)
        sound = {entry: entry.read_bytes() for entry in self.entries(tmp_path)}
        whole = list(sound.values())
        for number, (entry, content) in enumerate(sound.items()):
            entry.unlink()  # entries of one batch are links to one file
            entry.write_bytes(
                {
                    "corrupt": content[:100] + bytes([content[100] ^ 1]) + content[101:],
                    "truncated": content[: len(content) // 2],
                    "empty": b"",
                    "foreign": whole[number - 1] if whole[number - 1] != content else b"\x7fELF",
                }[damage]
            )
        out, complaints = run(THREE, **env)
        assert (out, complaints) == (right, "")

    @pytest.mark.parametrize("kind", ["a file", "no such device"])
    def test_a_cache_that_cannot_be_written_is_done_without(self, kind, tmp_path, right):
        (tmp_path / "file").write_text("")
        folder = {"a file": tmp_path / "file" / "x", "no such device": Path("/proc/axon")}[kind]
        out, complaints = run(THREE, AXON_JIT="wait", AXON_CACHE_DIR=str(folder))
        assert out == right
        assert warnings_in(complaints) <= 1

    def test_a_full_disk_is_one_warning(self, tmp_path, right):
        # Files may grow to 4 KiB: what cc and the cache write ends as on a full disk.
        out, complaints = run(
            "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n" + THREE,
            AXON_JIT="wait",
            AXON_CACHE_DIR=str(tmp_path),
        )
        assert out == right
        assert warnings_in(complaints) == 1

    def test_processes_that_share_one(self, tmp_path, right):
        env = {"AXON_JIT": "wait", "AXON_CACHE_DIR": str(tmp_path)}
        running = [start(THREE, **env) for _ in range(4)]
        for process in running:
            assert finish(process) == (right, "")
        assert not list(tmp_path.glob("new-*"))


@pytest.mark.unsanitized
def test_out_of_memory_in_the_middle_of_a_step():
    out, _ = run(
        """
        import resource
        step(); step()
        before = parameters()
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20),) * 2)
        inputs = axon.ones((1 << 14, 8))
        try:
            wide = axon.ones((1 << 14, 1)) * axon.ones((1, 1 << 14))
            optimizer.zero_grad()
            loss = (model(inputs).sum(1, keepdim=True) * wide).sum() + wide.max()
            loss.backward()
            optimizer.step()
            wide.numpy()
        except MemoryError as error:
            print("in use by tensors" in str(error))
        del wide, loss
        print(parameters() == before)
        print(step() > 0, parameters() != before)
        """,
        AXON_JIT="off",
    )
    assert out.split() == ["True"] * 4


class TestCtrlC:
    # SIGINT comes from a thread of the program itself, at a random moment of the work.
    INTERRUPT = """
        signal.signal(signal.SIGINT, signal.default_int_handler)
        def interrupt_after(seconds):
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
        """

    @pytest.mark.parametrize("seconds", [0.05, 0.2, 0.31])
    def test_while_it_trains(self, seconds):
        out, _ = run(
            textwrap.dedent(self.INTERRUPT)
            + textwrap.dedent(
                f"""
                step()
                states = [parameters()]
                interrupt_after({seconds})
                try:
                    while True:
                        step(1000)
                        states.append(parameters())
                except KeyboardInterrupt:
                    now = parameters()
                # as before the step, or, where the signal came after it, as after it: no mixture
                changed = [a != b for a, b in zip(now, states[-1])]
                print(len(set(changed)) == 1)
                print(step() > 0)
                """
            ),
            AXON_JIT="off",
        )
        assert out.split() == ["True", "True"]

    @pytest.mark.compiler
    def test_while_a_kernel_is_compiled(self, tmp_path):
        began = time.monotonic()
        out, _ = run(
            textwrap.dedent(self.INTERRUPT)
            + textwrap.dedent(
                """
                before = parameters()
                os.environ["AXON_JIT"] = "wait"
                interrupt_after(0.5)
                try:
                    step()
                except KeyboardInterrupt as error:
                    print("while kernels were compiled" in str(error))
                print(parameters() == before)
                os.environ["AXON_JIT"] = "off"
                print(step() > 0)
                """
            ),
            AXON_JIT="off",
            AXON_CC=compiler(tmp_path, "sleep 100"),
            AXON_CACHE_DIR=str(tmp_path / "cache"),
        )
        assert out.split() == ["True"] * 3
        assert time.monotonic() - began < 60

    def test_between_two_kernels(self):
        out, _ = run(
            textwrap.dedent(self.INTERRUPT)
            + textwrap.dedent(
                """
                step()
                before = parameters()
                optimizer.zero_grad()
                x = axon.randn((700, 700))
                for _ in range(300):
                    x = x @ x / axon.norm(x)
                loss = metrics.cross_entropy(model(x[:12, :8]), axon.tensor(np.arange(12) % 4))
                loss.backward()
                launched = axon.stats()["kernels_launched"]
                def interrupt_early():
                    while axon.stats()["kernels_launched"] < launched + 3:
                        time.sleep(0.001)
                    os.kill(os.getpid(), signal.SIGINT)
                threading.Thread(target=interrupt_early).start()
                try:
                    optimizer.step()
                except KeyboardInterrupt as error:
                    print("between two kernels" in str(error))
                print(parameters() == before)
                print(step() > 0)
                """
            ),
            AXON_JIT="off",
        )
        assert out.split() == ["True"] * 3


@pytest.mark.parametrize("mode", ["off", pytest.param("async", marks=pytest.mark.compiler)])
def test_the_interpreter_may_exit_while_threads_train(mode, tmp_path):
    out, complaints = run(
        """
        def train():
            while True:
                step(2 + int(time.monotonic() * 1000) % 20)
        for _ in range(3):
            threading.Thread(target=train, daemon=True).start()
        time.sleep(0.3)
        print(step() > 0)
        """,
        AXON_JIT=mode,
        AXON_CACHE_DIR=str(tmp_path),
    )
    assert (out, complaints) == ("True\n", "")


class TestFork:
    CHILD = """
        def child(work):
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    work()
                    code = 0
                finally:
                    os._exit(code)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        """

    @pytest.mark.parametrize("mode", ["off", "async"])
    @pytest.mark.parametrize("used", [False, True])
    def test_both_sides_compute(self, used, mode, tmp_path):
        out, _ = run(
            textwrap.dedent(self.CHILD)
            + textwrap.dedent(
                f"""
                if {used}:
                    axon.set_threads(2)
                    (axon.ones((1 << 20,)) * 2).sum().item()
                pending = axon.ones((3,)) + 1
                def work():
                    assert pending.tolist() == [2.0] * 3
                    assert (axon.ones((1 << 20,)) * 2).sum().item() == 1 << 21
                    first, last = step(), [step() for _ in range(20)][-1]
                    assert last < first
                print(child(work))
                print(pending.tolist() == [2.0] * 3)
                work()
                """
            ),
            AXON_JIT=mode,
            AXON_CACHE_DIR=str(tmp_path),
        )
        assert out.split() == ["0", "True"]

    @pytest.mark.unsanitized  # an allocator that checks may be locked at the fork
    def test_while_another_thread_trains(self):
        out, _ = run(
            textwrap.dedent(self.CHILD)
            + textwrap.dedent(
                """
                running = True
                def train():
                    while running:
                        step()
                thread = threading.Thread(target=train)
                thread.start()
                def work():
                    assert (axon.ones((1 << 16,)) * 2).sum().item() == 1 << 17
                print([child(work) for _ in range(30)] == [0] * 30)
                running = False
                thread.join()
                """
            ),
            AXON_JIT="off",
        )
        assert out.split() == ["True"]

    @pytest.mark.unsanitized
    def test_in_the_middle_of_another_threads_flush(self):
        """What was computed then is refused in the child, at once; the rest serves."""
        out, _ = run(
            textwrap.dedent(self.CHILD)
            + textwrap.dedent(
                """
                x = axon.ones((3000, 3000)) + 1
                y, mine = x, axon.ones((3,))
                record = threading.Barrier(2)
                def multiply():
                    global y
                    for _ in range(4):
                        y = y @ x
                    record.wait()
                    y.numpy()
                thread = threading.Thread(target=multiply)
                thread.start()
                record.wait()
                time.sleep(0.2)
                def work():
                    try:
                        y.numpy()
                    except RuntimeError as fault:
                        assert "by another thread while the process forked" in str(fault)
                    else:
                        raise AssertionError("the flush was over before the fork")
                    assert (mine + 1).tolist() == [2.0] * 3
                print(child(work))
                thread.join()
                print(y.shape)
                """
            ),
            AXON_JIT="off",
        )
        assert out.split("\n")[:2] == ["0", "(3000, 3000)"]


class TestUserCode:
    """An exception of a hook or a layer passes through, and leaves nothing behind."""

    @pytest.fixture
    def model(self):
        return nn.Linear(3, 4) >> nn.Tanh() >> nn.Linear(4, 2)

    def step(self, model, optimizer):
        optimizer.zero_grad()
        model(axon.ones((5, 3))).sum().backward()
        optimizer.step()

    @pytest.mark.parametrize("kind", ["layer", "hook"])
    def test_exceptions(self, model, kind):
        def broken(*values):
            raise ZeroDivisionError("mine")

        optimizer = optim.SGD(model.params, lr=0.1)
        self.step(model, optimizer)
        before = [p.tolist() for p in model.params]
        if kind == "layer":
            wrong = model >> broken
            remove = lambda: None  # noqa: E731
        else:
            wrong = model
            remove = model.params[0].register_hook(broken).remove
        with pytest.raises(ZeroDivisionError, match="mine"):
            self.step(wrong, optimizer)
        assert [p.tolist() for p in model.params] == before
        remove()
        self.step(model, optimizer)
        assert all(p.tolist() != b for p, b in zip(model.params, before, strict=True))


def test_backward_through_a_hundred_thousand_ops():
    x = axon.ones((2,), requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
