"""`python -m codegen` writes generated/ from ops.yaml; `--check` only says what would change."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from .check import refuse_wrong_gradients
from .diagnostics import SpecError
from .entry import load_ops

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="print a diff and exit 1 if generated/ is stale"
    )
    parser.add_argument("--ops", type=Path, default=ROOT / "ops.yaml", help="the file of ops")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "generated", help="the folder that is written"
    )
    options = parser.parse_args(arguments)
    try:
        ops = load_ops(options.ops)
        refuse_wrong_gradients(ops)
    except SpecError as errors:
        print(errors, file=sys.stderr)
        return 1
    from .render import render

    wanted = {Path(path): text for path, text in render(ops).items()}
    return check(options.out, wanted) if options.check else write(options.out, wanted)


def present(folder: Path, pattern: str = "*") -> dict[Path, str]:
    """The files of the folder by path within it, bytecode aside."""
    files = (
        p for p in sorted(folder.rglob(pattern)) if p.is_file() and "__pycache__" not in p.parts
    )
    return {p.relative_to(folder): p.read_text(encoding="utf-8") for p in files}


def check(
    folder: Path, wanted: dict[Path, str], pattern: str = "*", command: str = "codegen"
) -> int:
    found = present(folder, pattern)
    stale = [p for p in sorted({*found, *wanted}) if found.get(p) != wanted.get(p)]
    for path in stale:
        old, new = found.get(path, "").splitlines(True), wanted.get(path, "").splitlines(True)
        sys.stdout.writelines(
            difflib.unified_diff(old, new, f"{path} (committed)", f"{path} (generated)")
        )
    if stale:
        print(f"{len(stale)} stale files in {folder.name}/; run: nox -s {command}", file=sys.stderr)
    return 1 if stale else 0


def write(folder: Path, wanted: dict[Path, str], pattern: str = "*") -> int:
    """Writes only what differs, so that builds redo little; removes what is not generated."""
    found = present(folder, pattern)
    for path in sorted(set(found) - set(wanted)):
        (folder / path).unlink()
    for path, text in wanted.items():
        if found.get(path) != text:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
