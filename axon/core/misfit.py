"""What is wrong with a call of an op whose arguments do not fit its parameters."""

from __future__ import annotations

import ast
import difflib
from typing import Any

# What PyTorch calls them.
_SYNONYMS = {"dim": "axis", "input": "x"}


def explain(function: Any, positional: int, keywords: tuple[str, ...]) -> str | None:
    """The misfit in words, with the signature; None if names and number of arguments fit."""
    signature = function.__nb_signature__[0][0]
    (definition,) = ast.parse(f"{signature}: ...").body
    assert isinstance(definition, ast.FunctionDef)
    parameters = definition.args
    by_position = [a.arg for a in parameters.args]
    by_name = [a.arg for a in parameters.kwonlyargs]
    optional = by_position[len(by_position) - len(parameters.defaults) :]
    optional += [n for n, d in zip(by_name, parameters.kw_defaults, strict=True) if d is not None]
    given = {*by_position[:positional], *keywords}
    missing = [n for n in (*by_position, *by_name) if n not in given and n not in optional]
    twice = [n for n in keywords if n in by_position[:positional]]
    known = (*by_position, *by_name)
    unknown = [n for n in keywords if n not in known]
    if unknown:
        synonym = _SYNONYMS.get(unknown[0])
        near = [synonym] if synonym in known else difflib.get_close_matches(unknown[0], known, 1)
        what = f"no parameter '{unknown[0]}'"
        what += f"; did you mean '{near[0]}'?" if near else ""
    elif positional > len(by_position):
        what = f"takes {len(by_position)} arguments by position, {positional} were given"
    elif twice:
        what = f"'{twice[0]}' was given by position and by keyword"
    elif missing:
        what = f"no argument for '{missing[0]}'"
    else:
        return None
    return f"axon.{function.__name__}: {what}\n    {signature.removeprefix('def ')}"
