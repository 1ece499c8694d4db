"""`python -m axon op new|check|explain`: writing, checking and understanding ops."""

from __future__ import annotations

import argparse
import difflib
import sys
from importlib import resources
from pathlib import Path

from axon._codegen import check, new_entry, programs
from axon._codegen.diagnostics import SpecError
from axon._codegen.entry import Op, parse_ops

BUILT_IN = Path(str(resources.files("axon._generated"))) / "ops.yaml"


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (SpecError, OSError, ValueError) as failure:
        print(failure, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m axon", description=__doc__)
    topics = parser.add_subparsers(required=True, metavar="op")
    commands = topics.add_parser("op", help="entries of ops.yaml").add_subparsers(
        required=True, metavar="new|check|explain"
    )
    new = commands.add_parser("new", help="a commented entry to start from")
    new.add_argument("name", help="of the op: lower case letters, digits and '_'")
    new.add_argument("--file", type=Path, help="append the entry to this file")
    new.set_defaults(run=_new)
    checked = commands.add_parser("check", help="check files of entries; nothing is built")
    checked.add_argument("files", nargs="+", metavar="FILE")
    checked.set_defaults(run=lambda options: check.main(options.files))
    explained = commands.add_parser(
        "explain", help="statements, gradient, kernels and cost of an op"
    )
    explained.add_argument("name", help="of the op")
    explained.add_argument("--file", type=Path, help="where its entry is; else ops.yaml")
    explained.set_defaults(run=_explain)
    return parser


def _new(options: argparse.Namespace) -> int:
    text = new_entry.entry(options.name)
    parse_ops(text, "<template>")
    if options.file is None:
        print(text, end="")
        return 0
    old = options.file.read_text(encoding="utf-8") if options.file.exists() else ""
    if old and options.name in {op.name for op in parse_ops(old, str(options.file))}:
        raise ValueError(f"{options.file} has an entry {options.name!r} already")
    gap = "" if not old else "\n" if old.endswith("\n") else "\n\n"
    options.file.write_text(old + gap + text, encoding="utf-8")
    print(f"appended {options.name} to {options.file}")
    return 0


def _explain(options: argparse.Namespace) -> int:
    from axon.core.autograd import known_programs
    from axon.explain_op import explain_op
    from axon.ops import register

    path = BUILT_IN if options.file is None else options.file
    text = path.read_text(encoding="utf-8")
    known_programs()
    ops = {op.name: op for op in parse_ops(text, str(path))}
    op = _find(ops, options.name, path)
    with programs.source(programs.table(p for op in ops.values() for p in op.programs)):
        print(explain_op(op, text, register(ops)[op.name]))
    return 0


def _find(ops: dict[str, Op], name: str, path: Path) -> Op:
    if name in ops:
        return ops[name]
    near = difflib.get_close_matches(name, ops, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{path} has no entry {name!r}{hint}")


if __name__ == "__main__":
    sys.exit(main())
