"""Every parameter, declared once.

The fields of `Params` are the declaration: their order is the positional order of the API and only ever grows at the
end. Panel, API, infotext, command line, documentation and JSON schema are derived from `DECLARED` (see codecs.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..errors import NO_VALUE, ParamError, did_you_mean
from ..messages import same
from . import amounts
from .declaration import Param, check_fields, declarations, param
from .guidance import CONTROL_MODES, REFERENCES, ControlNet, Guidance
from .loras import from_list
from .side_prompts import SidePrompts

ANCHORS = ("center", "left", "right", "up", "down", "up left", "up right", "down left", "down right")
MASKED_CONTENT = ("fill", "original")  # what the sampler starts from under a painted mask
FILLS = ("edge", "mirror", "mosaic", "smooth", "noise", "patchmatch", "telea", "texture")
HIRES = ("auto", "off", "on")


def _amount(side: str) -> Any:
    return param(
        "float",
        0.0,
        "Amounts",
        f"Grow {side}",
        f"How far the picture grows {_TOWARDS[side]}.",
        low=0,
        high=4096,
        unit=amounts.UNITS,
    )


_TOWARDS = {"left": "to the left", "right": "to the right", "up": "upwards", "down": "downwards"}


@dataclass(frozen=True)
class Params:
    """A full set of parameters, checked. `Params(left=128)` takes the defaults for everything else.

    Amounts may be texts with a unit of their own: `Params(left="25%")` is `Params(left=25, unit="%")`.

    Raises:
        ParamError: a value is of the wrong type or out of range.
    """

    left: float = _amount("left")
    right: float = _amount("right")
    up: float = _amount("up")
    down: float = _amount("down")
    unit: str = param(
        "choice",
        "px",
        "Amounts",
        "Unit",
        "Whether the amounts are pixels or per cent of the picture's width or height.",
        choices=("px", "%"),
    )
    aspect: str = param(
        "text",
        "",
        "Shape",
        "Aspect ratio",
        "Grow to a shape such as 16:9 instead of by amounts; nothing is cropped or scaled.",
    )
    size: str = param(
        "text",
        "",
        "Shape",
        "Size",
        "Grow to an exact size such as 1920x1080 instead of by amounts; nothing is cropped or scaled.",
    )
    anchor: str = param(
        "choice",
        "center",
        "Shape",
        "Anchor",
        "Where the picture stays when it grows to an aspect ratio or a size.",
        choices=ANCHORS,
    )
    order: str = param(
        "choice",
        "auto",
        "Passes",
        "Order",
        "Grow all sides in one pass or one after the other; auto takes one pass when it is small.",
        choices=("auto", "together", "one by one"),
    )
    step: int = param(
        "int",
        0,
        "Passes",
        "Longest pass",
        "The most that one pass grows a side; 0 is half the model's native side.",
        low=0,
        high=2048,
        unit="px",
    )
    context: int = param(
        "int",
        0,
        "Passes",
        "Context",
        "How deep into the picture a pass sees (the reference area); 0 chooses it.",
        low=0,
        high=2048,
        unit="px",
    )
    fill: str = param("choice", "noise", "Prefill", "Fill", "What the new area holds before it is sampled.", choices=FILLS)
    noise_exponent: float = param(
        "float",
        1.0,
        "Prefill",
        "Fall-off exponent",
        "Noise fill: lower keeps more detail, higher makes it smoother.",
        low=0,
        high=4,
    )
    color_variation: float = param(
        "float",
        0.05,
        "Prefill",
        "Color variation",
        "Noise fill: how far its colours vary apart from its brightness; they are those beside the seam.",
        low=0,
        high=1,
    )
    mosaic: int = param("int", 16, "Prefill", "Mosaic tile", "Mosaic fill: the side of a tile.", low=2, high=128, unit="px")
    overlap: int = param(
        "int",
        32,
        "Mask",
        "Overlap",
        "The band of the original that may be repainted to hide the seam; 0 keeps every pixel.",
        low=0,
        high=256,
        unit="px",
    )
    mask_blur: int = param("int", 4, "Mask", "Mask blur", "Smooths the ramp inside the band.", low=0, high=64, unit="px")
    mask_falloff: float = param(
        "float",
        1.0,
        "Mask",
        "Mask fall-off",
        "Exponent of the ramp across the band: higher keeps more of the original.",
        low=0.25,
        high=4,
    )
    mask_weight: float | None = param(
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
    controlnet: str = param(
        "choice",
        "auto",
        "Model help",
        "Inpaint ControlNet",
        "Attach an inpaint ControlNet; auto does when the model can use one.",
        choices=("auto", "off", "on"),
        feature="controlnet",
    )
    controlnet_module: str = param(
        "text", "", "Model help", "Inpaint ControlNet module", "The preprocessor; empty chooses it.", feature="controlnet"
    )
    controlnet_model: str = param(
        "text",
        "",
        "Model help",
        "Inpaint ControlNet model",
        "The model as the host lists it; empty chooses it.",
        feature="controlnet",
    )
    controlnet_weight: float = param(
        "float", 1.0, "Model help", "Inpaint ControlNet weight", "How strongly it acts.", low=0, high=2, feature="controlnet"
    )
    controlnet_mode: str = param(
        "choice",
        CONTROL_MODES[0],
        "Model help",
        "Inpaint ControlNet mode",
        "Whether the prompt or ControlNet leads.",
        choices=CONTROL_MODES,
        feature="controlnet",
    )
    side_prompts: str = param(
        "text",
        "",
        "Prompts",
        "Prompts per side",
        "A line a side: 'left: text', 'left 2: text', '!left: text', 'left -: negative text'.",
        lines=3,
        feature="prompts",
    )
    loras: str = param("text", "", "Prompts", "LoRAs", "Added to every pass: 'name:0.8, other:0.5'.", feature="loras")
    color_match: str = param(
        "choice",
        "seam",
        "Output",
        "Color match",
        "Takes the sampler's colour drift out of the new area.",
        choices=("off", "mean", "seam"),
    )
    compare: str = param("text", "", "Output", "Compare", "Runs every combination: 'fill=noise,edge; overlap=16,48'.")
    extras: str = param(
        "choice",
        "none",
        "Output",
        "Extra pictures",
        "Also return the prefilled canvas or the mask.",
        choices=("none", "canvas", "mask", "both"),
    )
    source_size: str = param(
        "text",
        "",
        "Amounts",
        "Only for a picture of",
        "Refuses a picture of another size than this, such as 600x400; empty takes any. Pasted "
        "parameters set it, so that a grown picture does not grow again by mistake.",
    )
    reference: str = param(
        "choice",
        "auto",
        "Model help",
        "Reference",
        "Whether a model made for editing is shown the known picture, without the prefill; auto does.",
        choices=REFERENCES,
        feature="reference",
    )
    hires: str = param(
        "choice",
        "auto",
        "Hires",
        "Hires",
        "Make the new area as a small picture first, which sees more of the whole, and refine it at full size; auto "
        "does for pictures of which a pass would see too little.",
        choices=HIRES,
    )
    hires_denoise: float = param(
        "float",
        0.4,
        "Hires",
        "Hires denoising strength",
        "How much of the enlarged small picture the passes at full size replace.",
        low=0,
        high=1,
    )
    hires_scaler: str = param(
        "text",
        "",
        "Hires",
        "Hires scaler",
        "What enlarges the small picture: an upscaler as the host lists it; empty is Lanczos.",
        feature="scalers",
    )

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
            ),
            self.mask_weight,
            self.reference,
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
