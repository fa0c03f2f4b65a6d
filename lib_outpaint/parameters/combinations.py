"""Comparing settings: every combination of some values.

The text is `name=value,value; name=value,value`, or a line for each name. A value that holds a comma, a semicolon or a
line break is put in double quotes; a double quote in it is doubled.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import product

from ..errors import ParamError
from .codecs import from_text
from .params import Params, declared

MOST = 24
_PART = re.compile(r'(?:"[^"]*"|[^;\n"])+')  # up to a semicolon or line break outside quotes


def combinations(params: Params, most: int = MOST) -> list[tuple[str, Params]]:
    """A label and the parameters of every combination `params.compare` asks for; one without a label if it is empty.

    Raises:
        ParamError: the text is not of the form above, names something that cannot be compared, or asks for over `most`.
    """
    if not params.compare.strip():
        return [("", params)]
    axes: list[tuple[str, list[object]]] = []
    if params.compare.count('"') % 2:
        raise ParamError("compare", params.compare, "compare-quote")
    for part in _PART.findall(params.compare):
        if part.strip():
            axes.append(_axis(params.compare, part))
    if len({name for name, _ in axes}) < len(axes):
        raise ParamError("compare", params.compare, "compare-twice")
    total = 1
    for _, values in axes:
        total *= len(values)
    if total > most:
        raise ParamError("compare", params.compare, "compare-too-many", count=total, most=most)
    found = []
    for chosen in product(*(values for _, values in axes)):
        named = {name: value for (name, _), value in zip(axes, chosen, strict=True)}
        label = ", ".join(f"{name}={_shown(value)}" for name, value in named.items())
        found.append((label, params.changed(**named, compare="")))
    return found


def _axis(whole: str, part: str) -> tuple[str, list[object]]:
    name, equals, text = part.partition("=")
    name = name.strip()
    if not equals or not name:
        raise ParamError("compare", whole, "compare-form", part=part.strip())
    param = declared(name)
    name = param.name
    if name in ("compare", "extras"):
        raise ParamError("compare", whole, "compare-cannot", name=name)
    try:
        row = next(csv.reader(io.StringIO(text.strip(), newline=""), skipinitialspace=True), [])
    except csv.Error as error:
        raise ParamError("compare", whole, "compare-unreadable", name=name, reason=str(error)) from None
    if not row:
        raise ParamError("compare", whole, "compare-no-values", name=name)
    return name, [from_text(param, value.strip()) for value in row]


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
