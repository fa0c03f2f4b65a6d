"""The first fields of `Params`: how far a picture grows, in which passes, what the new area holds before, and the masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import amounts
from .declaration import param

ANCHORS = ("center", "left", "right", "up", "down", "up left", "up right", "down left", "down right")
FILLS = ("edge", "mirror", "mosaic", "smooth", "noise", "patchmatch", "telea", "texture")


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
class PictureFields:
    """See `Params`."""

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
