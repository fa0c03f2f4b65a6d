"""EXIF as it is kept: what of it can be read and written again, and what the grown image's says instead."""

from __future__ import annotations

from typing import Any

from PIL import Image

from .carried import IPTC_TAG, PHOTOSHOP_TAG, XMP_TAG
from .tags import EXIF_IFD, GPS_IFD, MAKER_NOTE, ORIENTATION, PIXEL_X, PIXEL_Y, USER_COMMENT

_RESOLUTION_X, _RESOLUTION_Y, _RESOLUTION_UNIT, _INCH, _CENTIMETRE = 282, 283, 296, 2, 3
# TIFF tags that say how the file's pixels lie in it, in another file they would be wrong; and those that are not EXIF's.
_LAYOUT = frozenset(
    (
        *range(254, 267),
        273,
        *range(277, 282),
        284,
        *range(288, 294),
        301,
        *range(317, 326),
        330,
        *range(332, 348),
        *range(512, 522),
        *range(529, 533),
        34675,
        XMP_TAG,
        IPTC_TAG,
        PHOTOSHOP_TAG,
    )
)


def readable(image: Image.Image) -> bool:
    """Whether an image's EXIF can be read at all; where it cannot, Pillow takes it for empty from now on."""
    try:
        image.getexif()
    except Exception:  # noqa: BLE001 - damaged EXIF raises anything, and costs no image
        image.info.pop("exif", None)
        return False
    return True


def kept(image: Image.Image) -> tuple[bytes | None, bool]:
    """An image's EXIF without its orientation and, from a TIFF, without the layout of its pixels.

    Returns:
        The block, None where there is nothing to keep; and whether it has all values that were there.
    """
    found = image.getexif()
    tags: dict[int, Any] = {}
    whole = True
    for tag in list(found):
        if tag == ORIENTATION or tag in _LAYOUT:
            continue
        try:
            value = dict(found.get_ifd(tag)) if tag in (EXIF_IFD, GPS_IFD) else found[tag]
        except Exception:  # noqa: BLE001 - one damaged value costs no other
            whole = False
            continue
        if value is not None and value != {}:
            tags[tag] = value
    block = _block(tags)
    if block is None and tags:
        whole = False
        block = _block(_writable(tags))
    return block, whole


def _writable(tags: dict[int, Any]) -> dict[int, Any]:
    """The tags that can be written, one by one."""
    found: dict[int, Any] = {}
    for tag, value in tags.items():
        if isinstance(value, dict):
            inner = {one: item for one, item in value.items() if _block({tag: {one: item}}) is not None}
            if inner:
                found[tag] = inner
        elif _block({tag: value}) is not None:
            found[tag] = value
    return found


def _block(tags: dict[int, Any]) -> bytes | None:
    """Tags as an EXIF block, None where there are none, or where it would not be read again as it is."""
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    try:
        block = exif.tobytes() if tags else None
        if block is None:
            return None
        again = Image.Exif()
        again.load(block)
        return block if set(again) == set(tags) else None
    except Exception:  # noqa: BLE001 - values of any kind, which Pillow's writer was not made for
        return None


def resolution(image: Image.Image) -> tuple[float, float] | None:
    """Dots per inch across and down, as EXIF has them."""
    exif = image.getexif()
    try:
        across, down = float(exif[_RESOLUTION_X]), float(exif[_RESOLUTION_Y])
        unit = exif.get(_RESOLUTION_UNIT, _INCH)
    except Exception:  # noqa: BLE001 - missing, or damaged
        return None
    inch = {_INCH: 1.0, _CENTIMETRE: 2.54}.get(unit)
    return (across * inch, down * inch) if inch else None


def grown(
    size: tuple[int, int],
    original: bytes | None,
    infotext: str,
    *,
    comment: bool,
    maker_note: bool = True,
    dpi: tuple[float, float] | None = None,
) -> bytes | None:
    """The original's EXIF for the grown image, with the infotext as user comment or without any such comment.

    The source's own infotext must not stay: in a PNG the WebUI reads the user comment rather than the text chunk.

    Args:
        dpi: the resolution, for formats that have no other place for it.
    """
    if not original and not (infotext and comment) and not dpi:
        return None
    exif = Image.Exif()
    if original:
        exif.load(original)
    inner = dict(exif.get_ifd(EXIF_IFD))
    for tag, length in ((PIXEL_X, size[0]), (PIXEL_Y, size[1])):
        if tag in inner:
            inner[tag] = length
    if infotext:
        inner.pop(USER_COMMENT, None)
    if not maker_note:
        inner.pop(MAKER_NOTE, None)
    if infotext and comment:
        inner[USER_COMMENT] = b"UNICODE\0" + infotext.encode("utf-16-be")
    if inner:
        exif[EXIF_IFD] = inner
    elif EXIF_IFD in exif:
        del exif[EXIF_IFD]
    if dpi:
        exif[_RESOLUTION_X], exif[_RESOLUTION_Y], exif[_RESOLUTION_UNIT] = *dpi, _INCH
    return exif.tobytes() if exif else None
