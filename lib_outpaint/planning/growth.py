"""How far each side grows, in px, from amounts, an aspect ratio or a size."""

from __future__ import annotations

import re

from ..errors import NO_VALUE, ParamError
from ..parameters.params import Params, declared
from .geometry import Extent, Margins

_SIDES = ("left", "right", "up", "down")


def margins_for(params: Params, source: Extent) -> Margins:
    """The growth of each side of a picture of size `source`.

    Raises:
        ParamError: no side grows, two ways to say it are mixed, the shape cannot be reached by growing, or the
            parameters are for a picture of another size.
    """
    _refuse_other_source(params, source)
    _refuse_mixture(params)
    if params.aspect.strip():
        target = _for_aspect(params.aspect, source)
        grown = _anchored(params.anchor, source, target)
    elif params.size.strip():
        grown = _anchored(params.anchor, source, _for_size(params.size, source))
    elif params.unit == "%":
        grown = Margins(
            _part(params.left, source.width),
            _part(params.right, source.width),
            _part(params.up, source.height),
            _part(params.down, source.height),
        )
    else:
        grown = Margins(int(params.left), int(params.right), int(params.up), int(params.down))
    if not grown.sides:
        raise _nothing_grows(params, source)
    return grown


def _nothing_grows(params: Params, source: Extent) -> ParamError:
    if params.aspect.strip() or params.size.strip():
        code = "already-that-shape"
    elif any(getattr(params, name) for name in _SIDES):  # in per cent: whole px are never rounded away
        code = "less-than-a-pixel"
    else:
        code = "nothing-grows"
    return ParamError("left, right, up, down", NO_VALUE, code, size=source)


def _refuse_other_source(params: Params, source: Extent) -> None:
    text = params.source_size
    if text.strip() and _size("source_size", text, "600x400") != source:
        raise ParamError(
            "source_size",
            text,
            "other-source-size",
            size=source,
            label=declared("source_size").label,
        )


def _refuse_mixture(params: Params) -> None:
    given = [name for name in ("aspect", "size") if getattr(params, name).strip()]
    given += [name for name in _SIDES if getattr(params, name)]
    if len(given) > 1 and given[0] in ("aspect", "size"):
        raise ParamError(given[0], getattr(params, given[0]), "cannot-combine", others=", ".join(given[1:]))


def _part(percent: float, length: int) -> int:
    return int(percent * length / 100 + 0.5)


def _for_aspect(text: str, source: Extent) -> Extent:
    found = re.fullmatch(r"\s*(\d{1,5}(?:\.\d{1,4})?)\s*[:/x×]\s*(\d{1,5}(?:\.\d{1,4})?)\s*", text)
    across, along = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    if across <= 0 or along <= 0:
        raise ParamError("aspect", text, "not-a-ratio")
    wide = int(source.height * across / along + 0.5)
    if wide >= source.width:
        return Extent(wide, source.height)
    return Extent(source.width, max(source.height, int(source.width * along / across + 0.5)))


def _for_size(text: str, source: Extent) -> Extent:
    target = _size("size", text, "1920x1080")
    if target.width < source.width or target.height < source.height:
        raise ParamError("size", text, "smaller-than-image", size=source)
    return target


def _size(field: str, text: str, example: str) -> Extent:
    found = re.fullmatch(r"\s*(\d{1,6})\s*[x×]\s*(\d{1,6})\s*", text)
    if not found:
        raise ParamError(field, text, "not-a-size", example=example)
    return Extent(int(found[1]), int(found[2]))


def _anchored(anchor: str, source: Extent, target: Extent) -> Margins:
    left, right = _split(target.width - source.width, "left" in anchor, "right" in anchor)
    up, down = _split(target.height - source.height, "up" in anchor, "down" in anchor)
    return Margins(left, right, up, down)


def _split(extra: int, stays_at_start: bool, stays_at_end: bool) -> tuple[int, int]:
    if stays_at_start:
        return 0, extra
    if stays_at_end:
        return extra, 0
    return extra // 2, extra - extra // 2
