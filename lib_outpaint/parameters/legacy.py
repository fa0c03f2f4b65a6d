"""The call shapes and names of Outpainting mk2 and poor man's outpainting, for clients written for those scripts.

mk2:         [info, pixels, mask_blur, direction, noise_q, color_variation]
poor man's:  [pixels, mask_blur, inpainting_fill, direction]

direction is a list of sides or "left,right". Their mask blur is the width of the band they repaint: it becomes `overlap`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ParamError
from .amounts import SIDES

_OWN_NAMES = {"pixels", "direction", "noise_q", "inpainting_fill"}
# The host's masked content, by index or name, as the nearest prefill of ours.
_FILLS = {
    0: "smooth",
    1: "edge",
    2: "noise",
    3: "smooth",
    "fill": "smooth",
    "original": "edge",
    "latent noise": "noise",
    "latent nothing": "smooth",
}


def is_direction(value: object) -> bool:
    """Whether a value says directions as those scripts take them: a list of sides, or "left,right"."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else None
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) and v.lower() in SIDES for v in value)


def positional(values: Sequence[Any]) -> dict[str, Any] | None:
    """Named values from one of the two positional forms; None when the values have neither form.

    Raises:
        ParamError: the form is one of them, but a value cannot be read.
    """
    if (
        len(values) >= 4
        and _number(values[1])
        and _number(values[2])
        and is_direction(values[3])
        and (values[0] is None or isinstance(values[0], str))
    ):
        names = ("pixels", "mask_blur", "direction", "noise_q", "color_variation")
        return dict(zip(names, values[1:6], strict=False))
    if len(values) >= 4 and _number(values[0]) and _number(values[1]) and is_direction(values[3]):
        return dict(zip(("pixels", "mask_blur", "inpainting_fill", "direction"), values[:4], strict=False))
    return None


def translated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Named values with those scripts' names replaced by ours; others pass unchanged.

    Raises:
        ParamError: a direction or masked content that those scripts do not know.
    """
    if not _OWN_NAMES & set(values):
        return dict(values)
    found = {name: value for name, value in values.items() if name not in _OWN_NAMES}
    pixels = values.get("pixels", 128)
    for side in _sides(values.get("direction", SIDES)):
        found.setdefault(side, pixels)
    if "mask_blur" in found:
        found.setdefault("overlap", found["mask_blur"])
        found["mask_blur"] = min(found["mask_blur"], 4) if _number(found["mask_blur"]) else found["mask_blur"]
    if "noise_q" in values:
        found.setdefault("noise_exponent", values["noise_q"])
    if "inpainting_fill" in values:
        found.setdefault("fill", _fill(values["inpainting_fill"]))
    return found


def _sides(direction: object) -> list[str]:
    if not is_direction(direction):
        raise ParamError("direction", direction, "not-directions", known=", ".join(SIDES))
    parts = direction.split(",") if isinstance(direction, str) else list(direction)  # type: ignore[call-overload]
    return [part.strip().lower() for part in parts]


def _fill(value: object) -> str:
    key = value.lower() if isinstance(value, str) else value
    if isinstance(key, bool) or not isinstance(key, (int, str)) or key not in _FILLS:
        raise ParamError("inpainting_fill", value, "not-a-choice", known=", ".join(str(k) for k in _FILLS))
    return _FILLS[key]


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
