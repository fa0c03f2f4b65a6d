"""How a parameter is declared: as a field of a dataclass, with what it may be and how people read about it.

`Params` and `Sampling` are two such classes. Panel, page, API, infotext, command line, documentation and JSON schema are
derived from their declarations (see codecs.py).
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast

from ..errors import ParamError, not_a_choice
from ..messages import same

Kind = Literal["int", "float", "choice", "text"]

MOST_TEXT = 20_000  # characters of a parameter


@dataclass(frozen=True)
class Param:
    """One parameter: what it may be and how people read about it.

    `low` and `high` bound numbers, both included. `optional` numbers may be None: "the host's own setting".
    `feature` names what a host must be able to do when the value differs from the default.
    """

    name: str
    kind: Kind
    default: Any
    group: str
    label: str
    help: str
    low: float = 0
    high: float = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False
    lines: int = 1
    feature: str = ""

    def checked(self, value: object) -> Any:
        """The value in this parameter's own type; None is the default, and choices are matched without case.

        Raises:
            ParamError: wrong type, NaN, out of range, or none of the choices.
        """
        if value is None:
            return self.default
        if self.kind == "text":
            if not isinstance(value, str):
                raise ParamError(self.name, value, "not-text")
            if len(value) > MOST_TEXT:
                raise ParamError(self.name, value, "text-too-long", most=MOST_TEXT)
            return value
        if self.kind == "choice":
            choice = same(value, self.choices)
            if choice is None:
                raise not_a_choice(self.name, value, self.choices)
            return choice
        return self._number(value)

    def _number(self, value: object) -> int | float:
        if isinstance(value, numbers.Real) and not isinstance(value, (bool, int, float)):
            value = value.item() if hasattr(value, "item") else value  # numpy's numbers
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ParamError(self.name, value, "not-a-number")
        if not self.low <= value <= self.high:  # NaN is not inside either
            raise ParamError(self.name, value, "outside", low=f"{self.low:.10g}", high=f"{self.high:.10g}")
        if self.kind == "float":
            return float(value)
        if value != int(value):
            raise ParamError(self.name, value, "not-whole")
        return int(value)


def param(kind: Kind, default: object, group: str, label: str, help: str, **rest: Any) -> Any:
    return field(default=default, metadata={"kind": kind, "group": group, "label": label, "help": help, **rest})


def declarations(kind: type) -> tuple[Param, ...]:
    """The parameters that are declared as fields of a dataclass, in their order."""
    return tuple(
        Param(name=item.name, default=item.default, **cast("dict[str, Any]", dict(item.metadata))) for item in fields(kind)
    )


def check_fields(values: Any, declared: tuple[Param, ...]) -> None:
    """Puts every field of a frozen dataclass into its own type.

    Raises:
        ParamError: a value is of the wrong type or out of range.
    """
    for one in declared:
        object.__setattr__(values, one.name, one.checked(getattr(values, one.name)))
