"""Every parameter, declared once.

The fields of `Params` are the declaration: their order is the positional order of the API and only ever grows at the end.
They stand in fields_picture.py and, with the end, in fields_model.py. Panel, API, infotext, command line, documentation
and JSON schema are derived from `DECLARED` (see codecs.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..errors import NO_VALUE, ParamError, did_you_mean
from ..messages import same
from . import amounts
from .declaration import Param, check_fields, declarations
from .fields_model import HIRES, ModelFields
from .fields_picture import ANCHORS, FILLS
from .guidance import CONTROL_MODES, ControlNet, Guidance
from .loras import from_list
from .side_prompts import SidePrompts

__all__ = [
    "ANCHORS",
    "CONTROL_MODES",
    "DECLARED",
    "FILLS",
    "HIRES",
    "MASKED_CONTENT",
    "Param",
    "Params",
    "declared",
    "spelled",
]

MASKED_CONTENT = ("fill", "original")  # what the sampler starts from under a painted mask


@dataclass(frozen=True)
class Params(ModelFields):
    """A full set of parameters, checked. `Params(left=128)` takes the defaults for everything else.

    Amounts may be texts with a unit of their own: `Params(left="25%")` is `Params(left=25, unit="%")`.

    Raises:
        ParamError: a value is of the wrong type or out of range.
    """

    def __post_init__(self) -> None:
        given = {side: amounts.split(side, getattr(self, side)) for side in amounts.SIDES}
        for side, (number, _) in given.items():
            object.__setattr__(self, side, number)
        check_fields(self, DECLARED)
        own = {side: unit for side, (_, unit) in given.items()}
        object.__setattr__(self, "unit", amounts.unit_of({s: getattr(self, s) for s in own}, own, self.unit))
        if self.unit == "px":
            for name in amounts.SIDES:
                if getattr(self, name) != int(getattr(self, name)):
                    raise ParamError(name, getattr(self, name), "not-whole-pixels")

    def changed(self, **values: Any) -> Params:
        """A copy with some values changed; None is a parameter's default.

        Raises:
            ParamError: an unknown name or a bad value.
        """
        for name in values:
            declared(name)
        return replace(self, **spelled(values))

    @cached_property
    def guidance(self) -> Guidance:
        """What these parameters ask of the model, parsed.

        Raises:
            ParamError: prompts per side or LoRAs that cannot be read.
        """
        return Guidance(
            SidePrompts.parse(self.side_prompts),
            from_list(self.loras),
            ControlNet(
                self.controlnet,
                self.controlnet_module,
                self.controlnet_model,
                self.controlnet_weight,
                self.controlnet_mode,
                self.controlnet_tile,
            ),
            self.mask_weight,
            self.reference,
            self.edit_instruction,
        )


DECLARED: tuple[Param, ...] = declarations(Params)
_BY_NAME = {one.name: one for one in DECLARED}


def declared(name: str) -> Param:
    """The declaration of one parameter; its name is matched without case, and with - or blanks for _.

    Raises:
        ParamError: there is no such parameter.
    """
    found = same(name, _BY_NAME)
    if found is None:
        hint = did_you_mean(name, _BY_NAME)
        raise ParamError(str(name), NO_VALUE, "unknown-parameter", known=", ".join(_BY_NAME), hint=hint)
    return _BY_NAME[found]


def spelled(values: Mapping[str, Any], also: Iterable[str] = ()) -> dict[str, Any]:
    """Values by the parameters' names as they are declared. Names that are neither of those nor in `also` stay as they are.

    Raises:
        ParamError: two spellings of one name.
    """
    known = (*_BY_NAME, *also)
    found: dict[str, str] = {}
    for given in values:
        name = same(given, known) or given
        if name in found:
            raise ParamError(name, NO_VALUE, "parameter-twice", one=found[name], other=given)
        found[name] = given
    return {name: values[given] for name, given in found.items()}
