"""Hires: when the new area is first made in a small picture that sees more of the whole, and how small that is.

A model sees a window of its native size. Beside a photo of 12 megapixels that is a keyhole: it paints small things again
and again into a large picture. So the new area is first made beside the picture scaled down, where a window sees a
quarter of its depth and as much of its length as a model can take; enlarged, that is the prefill of the windows at full
size. (The two steps of the WebUI's "Hires. fix"; Krita AI Diffusion does the same for outpainting.)

The rule of "auto". A window sees enough when it sees a quarter of the picture, or the picture beside the new area to four
times the depth of that area and eight times along it (or all there is of it). There are two steps when a picture larger
than three native squares has a window that sees less, and the small picture would be less than two thirds its size.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..parameters.params import Params
from .geometry import Box, Extent, Margins, Side
from .strips import Pass

_SHARE = 4  # a window sees enough with a quarter of the picture ...
_DEEP, _LONG = 4, 8  # ... or with so many times the new area's depth of it, across and along the side
_LONGEST = 1.5  # native sides along a side of the small picture; a model repeats itself in longer windows
_THINNEST = 8  # the new area of the small picture is an eighth of a native side deep, at least, where it can be
_WORTH = 1.5  # auto: a small picture of more than two thirds the size sees hardly more
_LEAST = 64  # px of the small picture's shorter side


def small_scale(wanted: str, passes: Sequence[Pass], source: Box, margins: Margins, native: int) -> float:
    """How many times smaller the first step's picture is; 0 where there is one step only.

    Args:
        wanted: the parameter: "auto", "off" or "on".
        passes: the passes at full size.
        source: the picture's place on the canvas.
        native: native side of the model, px.
    """
    growing = [step for step in passes if step.kind != "mask"]
    if wanted == "off" or not growing:
        return 0.0
    if wanted == "auto" and (source.area <= 3 * native**2 or all(_enough(step, source, margins) for step in growing)):
        return 0.0
    scale = _scale(source.extent, margins, native)
    return scale if scale > (_WORTH if wanted == "auto" else 1) else 0.0


def _enough(step: Pass, source: Box, margins: Margins) -> bool:
    seen = step.window.intersect(source)
    if seen.area * _SHARE >= source.area:
        return True
    sides = (step.side,) if step.side is not None else margins.sides
    for side in sides:
        amount = margins[side]
        deep, long = (seen.width, seen.height) if side.horizontal else (seen.height, seen.width)
        all_deep, all_long = (source.width, source.height) if side.horizontal else (source.height, source.width)
        if seen.empty or deep < min(_DEEP * amount, all_deep) or long < min(_LONG * amount, all_long):
            return False
    return True


def _scale(source: Extent, margins: Margins, native: int) -> float:
    """A side is made in one pass that sees as deep as it is, and a quarter of the picture; the whole length of the picture
    too, unless the new area would be too thin to show anything."""
    amounts = {side: margins[side] for side in margins.sides}
    across = max(2 * max(amount, _depth(source, side) / _SHARE) / native for side, amount in amounts.items())
    along = max(_length(source, side) / (_LONGEST * native) for side in amounts)
    most = _THINNEST * max(amounts.values()) / native
    deepest = 2 * max(amounts.values()) / native
    scale = max(min(max(across, along), most), deepest)
    return min(scale, min(source.width, source.height) / _LEAST)


def _depth(source: Extent, side: Side) -> int:
    return source.width if side.horizontal else source.height


def _length(source: Extent, side: Side) -> int:
    return source.height if side.horizontal else source.width


def small_picture(source: Extent, margins: Margins, params: Params, scale: float) -> tuple[Extent, Params]:
    """The small picture's size and the parameters it grows by, for a picture of size `source`."""
    # Rounded down, so that a px of it is never less than `scale` px: nothing it sees becomes less than was planned.
    size = Extent(max(int(source.width / scale), 1), max(int(source.height / scale), 1))
    amounts = {side.value: -(-margins[side] * _depth(size, side) // _depth(source, side)) for side in Side}
    own = {"unit": "px", "aspect": "", "size": "", "source_size": "", "step": 0, "context": 0, "hires": "off"}
    smaller = {
        "overlap": round(params.overlap / scale) or min(params.overlap, 1),
        "mask_blur": round(params.mask_blur / scale),
        "mosaic": max(round(params.mosaic / scale), 2),
        "extras": "none",
    }
    return size, params.changed(**amounts, **own, **smaller)
