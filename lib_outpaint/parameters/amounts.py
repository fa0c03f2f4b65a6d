"""Amounts with a unit of their own, as people write them: 25%, 64px, 64 px.

The amounts of one picture share the parameter `unit`: units at the amounts set it, and two of them are a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from ..errors import ParamError

SIDES = ("left", "right", "up", "down")
UNITS = "px or %"  # the declared unit of a parameter that is an amount
PATTERN = r"^\s*\d+(\.\d+)?\s*(px|PX|%)\s*$"  # of such texts in the JSON schema, as people write them
_WITH_UNIT = re.compile(r"(?P<number>[^%％]*?)\s*(?P<unit>px|[%％])", re.IGNORECASE)


def split(name: str, value: object) -> tuple[object, str]:
    """An amount's number and the unit that stands at it; what has no unit comes back as it is, with "".

    Raises:
        ParamError: there is a unit, and no number before it.
    """
    found = _WITH_UNIT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value, ""
    try:
        return float(found["number"]), "px" if found["unit"].lower() == "px" else "%"
    except ValueError:
        raise ParamError(name, value, "not-a-number") from None


def unit_of(amounts: Mapping[str, float], own: Mapping[str, str], unit: str) -> str:
    """The unit of all amounts.

    Args:
        amounts: by side; those of 0 have no unit.
        own: the units that stand at the amounts, "" where there is none.
        unit: of the amounts that have none of their own.

    Raises:
        ParamError: some are px and some are %.
    """
    if not any(own.values()):
        return unit
    units = {side: own[side] or unit for side, amount in amounts.items() if amount}
    first = next(iter(units), None)
    for side, other in units.items():
        if first is not None and other != units[first]:
            _refuse(amounts, units, first, side)
    return unit if first is None else units[first]


def _refuse(amounts: Mapping[str, float], units: Mapping[str, str], one: str, other: str) -> NoReturn:
    written = {side: f"{amounts[side]:.10g}{units[side]}" for side in (one, other)}
    raise ParamError(one, written[one], "amounts-mixed", other=other, amount=written[other])
