"""Parameters to and from dicts, positional lists, infotext, command-line flags, a JSON schema and a table.

All of it is derived from declarations (`params.DECLARED`, `sampling.SAMPLING`); nothing here knows a parameter by name.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import NO_VALUE, ParamError
from ..version import __version__
from . import amounts
from .declaration import Param
from .params import DECLARED, Params, declared

MARKER = "Outpaint version"


def from_dict(values: Mapping[str, Any], base: Params | None = None) -> Params:
    """Named parameters, as JSON or Python gives them; names left out keep the value of `base` or the default.

    Raises:
        ParamError: an unknown name or a bad value.
    """
    return (base or Params()).changed(**{str(name): value for name, value in values.items()})


def to_dict(params: Params, *, changed_only: bool = False) -> dict[str, Any]:
    """All parameters by name, or only those that differ from their default. Amounts in whole px are ints."""
    found = {p.name: _plain(getattr(params, p.name)) for p in DECLARED}
    return {name: value for name, value in found.items() if not changed_only or value != declared(name).default}


def from_positional(values: Sequence[Any]) -> Params:
    """Parameters in the order of their declaration; missing ones at the end keep their defaults.

    None stands for the default. Values beyond the last parameter are an error.

    Raises:
        ParamError: too many values, or a bad value.
    """
    if len(values) > len(DECLARED):
        raise ParamError("script_args", NO_VALUE, "too-many-values", count=len(values), most=len(DECLARED))
    given = {p.name: value for p, value in zip(DECLARED, values, strict=False) if value is not None}
    return from_dict(given)


def to_positional(params: Params) -> list[Any]:
    """All values in the order of their declaration."""
    return list(to_dict(params).values())


def infotext_key(param: Param) -> str:
    """The parameter's name in an infotext. The WebUI's grammar allows word characters, blanks, - and / in it."""
    return "Outpaint " + param.name.replace("_", " ")


def to_infotext(params: Params) -> dict[str, str]:
    """Infotext entries: the marker, then what differs from the defaults. Values are not yet quoted."""
    entries = {MARKER: __version__}
    for name, value in to_dict(params, changed_only=True).items():
        entries[infotext_key(declared(name))] = "" if value is None else str(value)
    return entries


def from_infotext(entries: Mapping[str, str]) -> Params:
    """Parameters from infotext entries, other programs' entries among them.

    Raises:
        ParamError: a value that cannot be read.
    """
    found = {}
    for param in DECLARED:
        text = infotext_value(entries, param)
        if text is not None:
            found[param.name] = from_text(param, text)
    return Params(**found)


def infotext_value(entries: Mapping[str, str], param: Param) -> str | None:
    """The text of one parameter among infotext entries; None when it is not there."""
    key = infotext_key(param)
    if key not in entries and f"{key}-1" in entries and f"{key}-2" in entries:
        # The WebUI takes a value such as 512x512 for a size and makes two entries of it.
        return f"{entries[key + '-1']}x{entries[key + '-2']}"
    return entries.get(key)


def quoted(value: str) -> str:
    """A value as the WebUI writes it: in double quotes when its grammar would otherwise cut it."""
    plain = value == value.strip() and not any(c in value for c in ',:\n\r"')
    return value if plain else json.dumps(value, ensure_ascii=False)


def unquoted(value: str) -> str:
    """The opposite of `quoted`; what is no quoted string comes back as it is."""
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, str) else value


def from_text(param: Param, text: str) -> Any:
    """One value from text, as a command line or an infotext gives it. An amount with a unit (25%, 64px) stays a text.

    Raises:
        ParamError: the text is no such value.
    """
    if param.kind in ("text", "choice"):
        return param.checked(text)
    if param.optional and text.strip().lower() in ("", "none", "host"):
        return None
    if param.unit == amounts.UNITS and amounts.split(param.name, text)[1]:
        return text.strip()  # `Params` reads it, with its unit
    try:
        number = float(text)
    except ValueError:
        raise ParamError(param.name, text, "not-a-number") from None
    return param.checked(int(number) if number.is_integer() else number)


def add_flags(
    parser: argparse.ArgumentParser,
    of: Sequence[Param] = DECLARED,
    short: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
    more: Callable[[Param], str] = lambda param: "",
) -> None:
    """Adds a flag for every parameter that is declared, grouped as the panel groups them.

    Args:
        short: one-letter flags by the parameters' names.
        groups: what a group is about, by its title.
        more: a sentence that follows a parameter's help; may be empty.
    """
    found: dict[str, Any] = {}
    for param in of:
        title = param.group.lower()
        if title not in found:
            found[title] = parser.add_argument_group(title, (groups or {}).get(title))
        choices = f" One of: {', '.join(param.choices)}." if param.choices else ""
        text = f"{param.help}{choices}{_range(param)} Default: {shown_default(param)}. {more(param)}".strip()
        letters = [short[param.name]] if short and param.name in short else []
        found[title].add_argument(
            *letters,
            "--" + param.name.replace("_", "-"),
            dest=f"param_{param.name}",
            metavar=_metavar(param),
            help=text.replace("%", "%%"),
        )


def from_flags(flags: argparse.Namespace, of: Sequence[Param] = DECLARED) -> dict[str, Any]:
    """What was set of the flags that `add_flags` added, by name.

    Raises:
        ParamError: a bad value.
    """
    given = {}
    for param in of:
        text = getattr(flags, f"param_{param.name}")
        if text is not None:
            given[param.name] = from_text(param, text)
    return given


def json_schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) of the named parameters. null is a parameter's default."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Directional outpaint",
        "type": "object",
        "additionalProperties": False,
        "properties": {p.name: _schema(p) for p in DECLARED},
    }


def markdown_table(of: Sequence[Param] = DECLARED, *, numbered: bool = True) -> str:
    """The documentation's table of what is declared."""
    columns = ["name", "default", "range", "meaning"]
    rows = [[f"`{p.name}`", shown_default(p), shown_range(p, mark="`"), p.help] for p in of]
    if numbered:
        columns, rows = ["#", *columns], [[str(number), *row] for number, row in enumerate(rows)]
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def shown_range(param: Param, mark: str = "") -> str:
    """What a parameter may be, in words; choices stand between two `mark`s."""
    if param.kind in ("text", "choice"):
        return ", ".join(f"{mark}{choice}{mark}" for choice in param.choices) or "text"
    return f"{param.low:.10g}..{param.high:.10g} {param.unit}".strip()


def shown_default(param: Param) -> str:
    """The default in words."""
    if param.default is None:
        return "the engine's own" if param.feature else "random"
    if param.default == "":
        return "the engine's own" if param.feature == "sampling" else "empty"
    return f"{param.default:g}" if isinstance(param.default, float) else str(param.default)


def _schema(param: Param) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": param.label, "description": param.help, "default": _plain(param.default)}
    if param.kind == "choice":
        return {**schema, "type": ["string", "null"], "enum": [*param.choices, None]}
    if param.kind == "text":
        return {**schema, "type": ["string", "null"]}
    schema |= {"minimum": _plain(float(param.low)), "maximum": _plain(float(param.high))}
    if param.unit == amounts.UNITS:
        return {**schema, "type": ["number", "string", "null"], "pattern": amounts.PATTERN}
    return {**schema, "type": ["integer" if param.kind == "int" else "number", "null"]}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value


def _range(param: Param) -> str:
    return "" if param.kind in ("text", "choice") else f" {shown_range(param)}."


def _metavar(param: Param) -> str:
    if param.kind == "choice":
        return "NAME"
    return "TEXT" if param.kind == "text" else (param.unit.upper().replace(" OR %", "") or "N")
