"""Every parameter, declared once.

The fields of `Params` are the declaration: their order is the positional order of the API and only ever grows at the
end. Panel, API, infotext, command line, documentation and JSON schema are derived from `DECLARED` (see codecs.py).
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, cast

from ..errors import NO_VALUE, ParamError

Kind = Literal["int", "float", "choice", "text"]
Group = Literal["Amounts", "Shape", "Passes", "Prefill", "Mask", "Model help", "Prompts", "Output"]

MOST_TEXT = 20_000  # characters of a parameter
CONTROL_MODES = ("Balanced", "My prompt is more important", "ControlNet is more important")
ANCHORS = ("center", "left", "right", "up", "down", "up left", "up right", "down left", "down right")
FILLS = ("edge", "mirror", "mosaic", "smooth", "noise", "patchmatch", "telea")


@dataclass(frozen=True)
class Param:
    """One parameter: what it may be and how people read about it.

    `low` and `high` bound numbers, both included. `optional` numbers may be None: "the host's own setting".
    `feature` names what a host must be able to do when the value differs from the default.
    """

    name: str
    kind: Kind
    default: Any
    group: Group
    label: str
    help: str
    low: float = 0
    high: float = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False
    lines: int = 1
    feature: str = ""

    @property
    def limit(self) -> str:
        """The accepted values, in words."""
        if self.kind == "choice":
            return "is none of " + ", ".join(self.choices)
        if self.kind == "text":
            return "is not text"
        return f"is outside {self.low:g}..{self.high:g}"

    def checked(self, value: object) -> Any:
        """The value in this parameter's own type.

        Raises:
            ParamError: wrong type, NaN, out of range, or none of the choices.
        """
        if self.kind == "text":
            if value is None:
                return ""
            if not isinstance(value, str):
                raise ParamError(self.name, value, self.limit)
            if len(value) > MOST_TEXT:
                raise ParamError(self.name, value, f"is longer than {MOST_TEXT:,} characters")
            return value
        if self.kind == "choice":
            if not isinstance(value, str) or value not in self.choices:
                raise ParamError(self.name, value, self.limit)
            return value
        if value is None and self.optional:
            return None
        return self._number(value)

    def _number(self, value: object) -> int | float:
        if isinstance(value, numbers.Real) and not isinstance(value, (bool, int, float)):
            value = value.item() if hasattr(value, "item") else value  # numpy's numbers
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ParamError(self.name, value, "is not a number")
        if not self.low <= value <= self.high:  # NaN is not inside either
            raise ParamError(self.name, value, self.limit)
        if self.kind == "float":
            return float(value)
        if value != int(value):
            raise ParamError(self.name, value, "is not a whole number")
        return int(value)


def _param(kind: Kind, default: object, group: Group, label: str, help: str, **rest: Any) -> Any:
    return field(default=default, metadata={"kind": kind, "group": group, "label": label, "help": help, **rest})


def _amount(side: str) -> Any:
    return _param(
        "float",
        0.0,
        "Amounts",
        f"Grow {side}",
        f"How far the picture grows {_TOWARDS[side]}.",
        low=0,
        high=4096,
        unit="px or %",
    )


_TOWARDS = {"left": "to the left", "right": "to the right", "up": "upwards", "down": "downwards"}


@dataclass(frozen=True)
class Params:
    """A full set of parameters, checked. `Params(left=128)` takes the defaults for everything else.

    Raises:
        ParamError: a value is of the wrong type or out of range.
    """

    left: float = _amount("left")
    right: float = _amount("right")
    up: float = _amount("up")
    down: float = _amount("down")
    unit: str = _param(
        "choice",
        "px",
        "Amounts",
        "Unit",
        "Whether the amounts are pixels or per cent of the picture's width or height.",
        choices=("px", "%"),
    )
    aspect: str = _param(
        "text",
        "",
        "Shape",
        "Aspect ratio",
        "Grow to a shape such as 16:9 instead of by amounts; nothing is cropped or scaled.",
    )
    size: str = _param(
        "text",
        "",
        "Shape",
        "Size",
        "Grow to an exact size such as 1920x1080 instead of by amounts; nothing is cropped or scaled.",
    )
    anchor: str = _param(
        "choice",
        "center",
        "Shape",
        "Anchor",
        "Where the picture stays when it grows to an aspect ratio or a size.",
        choices=ANCHORS,
    )
    order: str = _param(
        "choice",
        "auto",
        "Passes",
        "Order",
        "Grow all sides in one pass or one after the other; auto takes one pass when it is small.",
        choices=("auto", "together", "one by one"),
    )
    step: int = _param(
        "int",
        0,
        "Passes",
        "Longest pass",
        "The most that one pass grows a side; 0 is half the model's native side.",
        low=0,
        high=2048,
        unit="px",
    )
    context: int = _param(
        "int",
        0,
        "Passes",
        "Context",
        "How deep into the picture a pass sees (the reference area); 0 chooses it.",
        low=0,
        high=2048,
        unit="px",
    )
    fill: str = _param("choice", "noise", "Prefill", "Fill", "What the new area holds before it is sampled.", choices=FILLS)
    noise_exponent: float = _param(
        "float",
        1.0,
        "Prefill",
        "Fall-off exponent",
        "Noise fill: lower keeps more detail, higher makes it smoother.",
        low=0,
        high=4,
    )
    color_variation: float = _param(
        "float",
        0.05,
        "Prefill",
        "Color variation",
        "Noise fill: how colourful the noise is, from grey to fully coloured.",
        low=0,
        high=1,
    )
    mosaic: int = _param("int", 16, "Prefill", "Mosaic tile", "Mosaic fill: the side of a tile.", low=2, high=128, unit="px")
    overlap: int = _param(
        "int",
        32,
        "Mask",
        "Overlap",
        "The band of the original that may be repainted to hide the seam; 0 keeps every pixel.",
        low=0,
        high=256,
        unit="px",
    )
    mask_blur: int = _param("int", 4, "Mask", "Mask blur", "Smooths the ramp inside the band.", low=0, high=64, unit="px")
    mask_falloff: float = _param(
        "float",
        1.0,
        "Mask",
        "Mask fall-off",
        "Exponent of the ramp across the band: higher keeps more of the original.",
        low=0.25,
        high=4,
    )
    mask_weight: float | None = _param(
        "float",
        None,
        "Mask",
        "Conditioning mask weight",
        "Inpainting conditioning mask weight; empty is the host's own setting.",
        low=0,
        high=1,
        optional=True,
        feature="mask_weight",
    )
    controlnet: str = _param(
        "choice",
        "auto",
        "Model help",
        "Inpaint ControlNet",
        "Attach an inpaint ControlNet; auto does when the model can use one.",
        choices=("auto", "off", "on"),
        feature="controlnet",
    )
    controlnet_module: str = _param(
        "text", "", "Model help", "Inpaint ControlNet module", "The preprocessor; empty chooses it.", feature="controlnet"
    )
    controlnet_model: str = _param(
        "text",
        "",
        "Model help",
        "Inpaint ControlNet model",
        "The model as the host lists it; empty chooses it.",
        feature="controlnet",
    )
    controlnet_weight: float = _param(
        "float", 1.0, "Model help", "Inpaint ControlNet weight", "How strongly it acts.", low=0, high=2, feature="controlnet"
    )
    controlnet_mode: str = _param(
        "choice",
        CONTROL_MODES[0],
        "Model help",
        "Inpaint ControlNet mode",
        "Whether the prompt or ControlNet leads.",
        choices=CONTROL_MODES,
        feature="controlnet",
    )
    side_prompts: str = _param(
        "text",
        "",
        "Prompts",
        "Prompts per side",
        "A line a side: 'left: text', 'left 2: text', '!left: text', 'left -: negative text'.",
        lines=3,
        feature="prompts",
    )
    loras: str = _param("text", "", "Prompts", "LoRAs", "Added to every pass: 'name:0.8, other:0.5'.", feature="loras")
    color_match: str = _param(
        "choice",
        "seam",
        "Output",
        "Color match",
        "Takes the sampler's colour drift out of the new area.",
        choices=("off", "mean", "seam"),
    )
    compare: str = _param("text", "", "Output", "Compare", "Runs every combination: 'fill=noise,edge; overlap=16,48'.")
    extras: str = _param(
        "choice",
        "none",
        "Output",
        "Extra pictures",
        "Also return the prefilled canvas or the mask.",
        choices=("none", "canvas", "mask", "both"),
    )
    source_size: str = _param(
        "text",
        "",
        "Amounts",
        "Only for a picture of",
        "Refuses a picture of another size than this, such as 600x400; empty takes any. Pasted "
        "parameters set it, so that a grown picture does not grow again by mistake.",
    )

    def __post_init__(self) -> None:
        for param in DECLARED:
            object.__setattr__(self, param.name, param.checked(getattr(self, param.name)))
        if self.unit == "px":
            for name in ("left", "right", "up", "down"):
                if getattr(self, name) != int(getattr(self, name)):
                    raise ParamError(name, getattr(self, name), "px is not a whole number")

    def changed(self, **values: Any) -> Params:
        """A copy with some values changed.

        Raises:
            ParamError: an unknown name or a bad value.
        """
        for name in values:
            declared(name)
        return replace(self, **values)

    def asked(self, feature: str) -> list[str]:
        """Names of the parameters of a feature whose value differs from the default."""
        return [
            p.name
            for p in DECLARED
            if p.feature == feature
            and getattr(self, p.name) != p.default
            and not (p.name == "controlnet" and self.controlnet == "off")
        ]


def _declared() -> tuple[Param, ...]:
    found = []
    for item in fields(Params):
        found.append(Param(name=item.name, default=item.default, **cast("dict[str, Any]", dict(item.metadata))))
    return tuple(found)


DECLARED: tuple[Param, ...] = _declared()
_BY_NAME = {param.name: param for param in DECLARED}


def declared(name: str) -> Param:
    """The declaration of one parameter.

    Raises:
        ParamError: there is no such parameter.
    """
    if name not in _BY_NAME:
        raise ParamError(str(name), NO_VALUE, "is no parameter; known are " + ", ".join(_BY_NAME))
    return _BY_NAME[name]
