"""The call shapes and names of Outpainting mk2 and poor man's outpainting, for clients written for those scripts.

mk2:         [info, pixels, mask_blur, direction, noise_q, color_variation]
poor man's:  [pixels, mask_blur, inpainting_fill, direction]

direction is a list of sides or "left,right". Their mask blur is the width of the band they repaint: it becomes `overlap`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ParamError, not_a_choice
from ..messages import folded
from .amounts import SIDES, split
from .params import declared, spelled

_OWN_NAMES = {"pixels", "direction", "noise_q", "inpainting_fill"}
# The host's masked content, by index or name, as the nearest prefill of ours.
_FILLS = {
    0: "smooth",
    1: "edge",
    2: "noise",
    3: "smooth",
    "fill": "smooth",
    "original": "edge",
    "latent_noise": "noise",
    "latent_nothing": "smooth",
}


def is_direction(value: object) -> bool:
    """Whether a value says directions as those scripts take them: a list of sides, or "left,right"."""
    if isinstance(value, str):
        value = value.split(",") if value.strip() else None
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) and v.strip().lower() in SIDES for v in value)


def positional(values: Sequence[Any]) -> dict[str, Any] | None:
    """Named values from one of the two positional forms; None when the values have neither form.

    In ours the fourth value is an amount and the fifth a unit: directions, or a number in fifth place, can only be theirs.
    What mk2 gets in its first place, the text of its panel, it ignores, whatever it is.
    """
    without_direction = len(values) > 4 and values[3] is None and _number(values[4]) is not None
    if len(values) < 4 or not (is_direction(values[3]) or without_direction):
        return None
    content = folded(values[2]) if isinstance(values[2], str) else None
    if len(values) == 4 and (_is_amount(values[0]) or content in _FILLS):
        return dict(zip(("pixels", "mask_blur", "inpainting_fill", "direction"), values, strict=True))
    return dict(zip(("pixels", "mask_blur", "direction", "noise_q", "color_variation"), values[1:6], strict=False))


def translated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Named values with those scripts' names replaced by ours; others pass unchanged, and None is the default.

    Raises:
        ParamError: a direction or masked content that those scripts do not know, or two spellings of one name.
    """
    values = spelled(values, _OWN_NAMES)
    if not _OWN_NAMES & set(values):
        return dict(values)
    for name in set(values) - _OWN_NAMES:
        declared(name)
    values = {name: value for name, value in values.items() if value is not None}
    found = {name: value for name, value in values.items() if name not in _OWN_NAMES}
    pixels = values.get("pixels", 128)
    for side in _sides(values.get("direction", SIDES)):
        found.setdefault(side, pixels)
    if "mask_blur" in found:
        found.setdefault("overlap", found["mask_blur"])
        blur = _number(found["mask_blur"])
        found["mask_blur"] = found["mask_blur"] if blur is None else min(found["mask_blur"], 4, key=float)
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
    key = folded(value) if isinstance(value, str) else value
    if isinstance(key, bool) or not isinstance(key, (int, str)) or key not in _FILLS:
        raise not_a_choice("inpainting_fill", value, (str(k).replace("_", " ") for k in _FILLS))
    return _FILLS[key]


def _is_amount(value: object) -> bool:
    try:
        return _number(split("pixels", value)[0]) is not None
    except ParamError:
        return False


def _number(value: object) -> float | None:
    """A number, or a text that is one, as text boxes hold them."""
    try:
        return None if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
