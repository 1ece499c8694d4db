"""Lay out the C++ sources with clang-format; `--check` only prints what is off."""

import argparse
import difflib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATTERNS = ("runtime/**/*.h", "runtime/**/*.cpp", "tests/cpp/*.h", "tests/cpp/*.cpp")
SKELETONS = ROOT / "runtime/device/cpu/skeletons"  # texts with open slots, not C++ yet


def sources() -> list[pathlib.Path]:
    found = {path for pattern in PATTERNS for path in ROOT.glob(pattern)}
    return sorted(path for path in found if SKELETONS not in path.parents)


def formatted(path: pathlib.Path) -> str:
    command = ["clang-format", "--style=file", str(path)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if any is off")
    check = parser.parse_args().check
    off = False
    for path in sources():
        before = path.read_text()
        after = formatted(path)
        if before == after:
            continue
        off = True
        name = str(path.relative_to(ROOT))
        if check:
            lines = (before.splitlines(keepends=True), after.splitlines(keepends=True))
            sys.stdout.writelines(difflib.unified_diff(*lines, name, f"{name} (formatted)"))
        else:
            path.write_text(after)
            print("formatted", name)
    return 1 if check and off else 0


if __name__ == "__main__":
    sys.exit(main())
