"""What the script was called with, by panel or API, as parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import ParamError
from ...parameters import codecs, legacy
from ...parameters.params import DECLARED, Params


def params_from(args: Sequence[Any]) -> Params:
    """Parameters from script arguments: the panel's values, our names, or the forms of mk2 and poor man's.

    Raises:
        ParamError: an unknown name, too many values or a bad value.
    """
    if args and isinstance(args[0], Mapping):
        return named(args[0])
    old = legacy.positional(args)
    if old is not None:
        return named(old)
    if len(args) > len(DECLARED):
        raise too_many(len(args))
    return named({p.name: value for p, value in zip(DECLARED, args, strict=False) if value is not None})


def too_many(count: int) -> ParamError:
    """More values than there are parameters."""
    return ParamError("script_args", count, "too-many-values", count=count, most=len(DECLARED))


def given_count(total: int, place: tuple[int, int], runner: Any) -> int:
    """How many positional arguments the caller really gave.

    The API puts `script_args` into the shared list by slice assignment: a list of another length moves everything behind
    it. The list's own length tells how many came.

    Args:
        total: length of the processing object's script_args.
        place: where the script's arguments start and end in the shared list.
        runner: the script runner, whose scripts know their own places.
    """
    expected = max(script.args_to or 0 for script in runner.scripts)
    return (place[1] - place[0]) - (expected - total)


def named(values: Mapping[str, Any]) -> Params:
    """Parameters by our names or those of mk2 and poor man's; numbers may be text, as text boxes hold them.

    Raises:
        ParamError: an unknown name or a bad value.
    """
    found = {}
    for name, value in legacy.translated(values).items():
        param = next((p for p in DECLARED if p.name == name), None)
        if param is not None and param.kind in ("int", "float") and isinstance(value, str):
            value = codecs.from_text(param, value)  # text boxes hold numbers as text
        found[name] = value
    return codecs.from_dict(found)
