"""What a format holds of an image's metadata: as options for Pillow, and found out by writing and reading a tiny file."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from PIL import Image

from ..messages import Message, message
from . import carried, depth, exif, formats
from .carried import COMMENT_KEY, IPTC_TAG, XMP_KEY, XMP_SEGMENT, XMP_TAG, Carried, Text
from .image_strips import DEEP

if TYPE_CHECKING:
    from .picture import Picture

_MOST_SEGMENT = 65_533  # bytes of a JPEG's segment
_DPI_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")  # with a place of their own for the resolution; others have EXIF's
_EXIF_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "HEIF", "JXL")
_NOT_OF_COLOURS = (b"GRAY", b"CMYK", b"Lab ")  # spaces of profiles that are not RGB's
_NEAR = 0.05  # of a resolution: PNG has whole px per metre
INFOTEXT_KEY = "parameters"


def options(mode: str, size: tuple[int, int], form: str, infotext: str, like: Picture | None) -> dict[str, Any]:
    """What Pillow's `save` is told besides the pixels.

    Args:
        mode: of the image that is written, as `Picture.mode`.
        size: of the grown image.
    """
    found: dict[str, Any] = {}
    says = like.carried if like else Carried()
    icc = like.icc if like else None
    if icc and form != "BMP" and _of_space(icc, _mode_in(form, mode)):
        found["icc_profile"] = icc
    if like is not None and like.dpi and form in _DPI_FORMATS:
        found["dpi"] = like.dpi
    if form in _EXIF_FORMATS:
        found |= _exif(size, form, infotext, like)
    if form == "PNG":
        found["pnginfo"] = _png_info(says, infotext, _of_space(icc, mode) if icc else True)
    elif form == "JPEG":
        found |= {"quality": 95, "subsampling": 0, "extra": _segments(says)}
        text = _comment_of(says)
        comment = says.comment or (text.encode() if text else b"")
        if comment and len(comment) <= _MOST_SEGMENT:
            found["comment"] = comment
    elif form == "WEBP":
        found |= {"lossless": True, "exact": True}  # exact: the colours under full transparency stay as well
    elif form == "HEIF":
        found |= {"quality": 95, "chroma": 444}
    elif form == "JXL":
        found |= {"lossless": True}
    if form in ("WEBP", "HEIF", "JXL") and says.xmp:
        found["xmp"] = says.xmp
    return found


def not_held(data: bytes, form: str, like: Picture) -> tuple[Message, ...]:
    """What a file written for an image does not say of what the image's own did.

    Args:
        data: such a file, of any size.
    """
    with Image.open(io.BytesIO(data), formats=[form]) as image:
        icc, dpi = image.info.get("icc_profile"), image.info.get("dpi") or exif.resolution(image)
        # Pillow gives 16 bits of grey with alpha in a PNG as colours.
        grey = image.mode in ("L", "LA") or image.mode.startswith("I") or (form == "PNG" and like.mode == "LA;16")
        colour = carried.colour_chunks(io.BytesIO(data)) if form == "PNG" else {}
        image.load()
        found, block = carried.of(image), image.getexif()
    said = like.carried
    if form == "JXL":
        from . import jxl

        found = Carried(xmp=jxl.xmp(io.BytesIO(data)))
    lost = {
        "the-profile": like.icc is not None and icc != like.icc,
        "the-colours": said.own_colours and like.icc is None and colour != dict(said.colour),
        "the-exif": like.exif is not None and not block,
        "the-resolution": like.dpi is not None and not _same_dpi(like.dpi, dpi),
        "the-xmp": said.xmp is not None and (found.xmp != said.xmp or found.xmp_parts != said.xmp_parts),
        "the-iptc": said.iptc is not None and found.iptc != said.iptc,
        "the-comment": _comment_of(said) is not None and _comment_of(found) != _comment_of(said),
        "the-texts": bool(_texts(said)) and not set(_texts(said)) <= set(found.texts),
    }
    notes = tuple(message("not-held", format=formats.named(form), what=message(code)) for code, gone in lost.items() if gone)
    if like.mode.startswith("L") and not grey:
        notes += (message("grey-as-colour", format=formats.named(form)),)
    return notes


def _same_dpi(wanted: tuple[float, float], found: tuple[float, float] | None) -> bool:
    return found is not None and all(abs(float(a) - b) <= _NEAR * b + 0.5 for a, b in zip(found, wanted, strict=True))


def _mode_in(form: str, mode: str) -> str:
    """The mode of an image in a file; some have no grey."""
    if form == "WEBP" or (form == "HEIF" and mode == "LA"):
        return {"L": "RGB", "LA": "RGBA"}.get(mode, mode)
    return mode


def _of_space(icc: bytes, mode: str) -> bool:
    """Whether a colour profile may stand beside an image of a mode. Of a damaged one nobody knows; it travels."""
    return not (mode.startswith("RGB") and icc[16:20] in _NOT_OF_COLOURS)


def _exif(size: tuple[int, int], form: str, infotext: str, like: Picture | None) -> dict[str, bytes]:
    original = like.exif if like else None
    dpi = like.dpi if like and form not in _DPI_FORMATS else None
    comment = form != "PNG"
    block = exif.grown(size, original, infotext, comment=comment, dpi=dpi)
    if block and form == "JPEG" and len(block) > _MOST_SEGMENT:
        block = exif.grown(size, original, infotext, comment=comment, maker_note=False)
        if block and len(block) > _MOST_SEGMENT:
            block = exif.grown(size, None, infotext, comment=comment)
    if form == "TIFF" and like is not None and (like.carried.xmp or like.carried.iptc):
        block = _with_tags(block, like.carried)
    return {"exif": block} if block else {}


def _with_tags(block: bytes | None, says: Carried) -> bytes:
    """A TIFF's tags with XMP and IPTC."""
    tags = Image.Exif()
    if block:
        tags.load(block)
    for tag, value in ((XMP_TAG, says.xmp), (IPTC_TAG, says.iptc)):
        if value:
            tags[tag] = value
    return tags.tobytes()


def _comment_of(says: Carried) -> str | None:
    """The comment as a text, of a PNG its text of that name."""
    if says.comment:
        return _decoded(says.comment)
    return next((one.value for one in says.texts if one.key == COMMENT_KEY), None)


def _decoded(comment: bytes) -> str:
    """A comment, which may be in any encoding and end in a zero byte."""
    try:
        text = comment.decode("utf-8")
    except UnicodeDecodeError:
        text = comment.decode("latin-1")
    return text.rstrip("\0").replace("\0", " ")


def _texts(says: Carried) -> tuple[Text, ...]:
    """The texts that are neither the comment nor an infotext, which gives way to the new one."""
    return tuple(one for one in says.texts if one.key not in (COMMENT_KEY, INFOTEXT_KEY))


def _segments(says: Carried) -> bytes:
    """XMP and IPTC as segments of a JPEG, as far as one has room for them."""
    xmp = [(0xE1, XMP_SEGMENT + says.xmp)] if says.xmp else []
    xmp += [(0xE1, part) for part in says.xmp_parts]
    if any(len(data) > _MOST_SEGMENT for _, data in xmp):
        xmp = []
    iptc = [(0xED, b"Photoshop 3.0\0" + carried.resource(says.iptc))] if says.iptc else []
    fitting = [(marker, data) for marker, data in (*xmp, *iptc) if len(data) <= _MOST_SEGMENT]
    return b"".join(struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in fitting)


def _png_info(says: Carried, infotext: str, colours: bool) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if colours:
        for name, data in says.colour.items():
            info.add(name, data)
    if infotext:
        _add_text(info, Text(INFOTEXT_KEY, infotext))
    for text in says.texts:
        if not (infotext and text.key == INFOTEXT_KEY):
            _add_text(info, text)
    if says.comment:
        _add_text(info, Text(COMMENT_KEY, _decoded(says.comment)))
    if says.xmp:
        info.add_itxt(XMP_KEY, says.xmp.decode("utf-8", "replace"))
    if says.iptc:
        info.add_text("Raw profile type iptc", carried.raw_profile(says.iptc), zip=True)
    return info


def _add_text(info: Any, text: Text) -> None:
    if text.language or text.translated or _beyond_latin(text.value):
        info.add_itxt(text.key, text.value, text.language, text.translated)
    else:
        info.add_text(text.key, text.value)


def _beyond_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return True
    return False


def trial(mode: str, size: tuple[int, int], form: str, infotext: str, like: Picture) -> bytes:
    """A file of a few pixels with all that is to be written around the real ones.

    Raises:
        Exception: whatever the encoder raises that could not write them either.
    """
    file = io.BytesIO()
    told = options(mode, size, form, infotext, like)
    if mode in DEEP.values():
        import numpy as np

        from .image_strips import strips_of

        channels = next(count for count, name in DEEP.items() if name == mode)
        depth.save(strips_of(np.zeros((2, 2, channels), np.uint16)), file, form, told)
    else:
        Image.new(mode, (2, 2)).save(file, form, **told)
    return file.getvalue()
