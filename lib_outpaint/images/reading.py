"""Reading images, and refusing in one line what cannot be kept."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ..errors import PictureError
from ..messages import Message, message
from ..planning.geometry import Extent
from . import depth
from .alpha import without_level
from .picture import Picture, has_alpha, mode_of
from .tags import DAMAGE, ORIENTATION
from .writing import FORMATS

MOST_PIXELS = 89_478_485  # Pillow's own limit, beyond which it warns of decompression bombs
MOST_DPI = 65_535  # what a JPEG can hold
_FORMATS = (*dict.fromkeys(FORMATS.values()), "GIF", "PPM", "AVIF", "JPEG2000", "MPO")
READABLE = (*FORMATS, ".gif", ".ppm", ".pgm", ".avif", ".jp2", ".mpo")
# TIFF tags that say how the file's pixels lie in it; in another file they would be wrong.
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
    )
)
_KEPT_AS = {
    "L": "L",
    "LA": "LA",
    "RGB": "RGB",
    "RGBA": "RGBA",
    "1": "L",
    "PA": "RGBA",
    "La": "LA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "CMYK": "RGB",
}


def read(source: str | Path | BinaryIO) -> Picture:
    """Reads an image file.

    Raises:
        PictureError: not an image, damaged, animated, too large, or in a mode that cannot be kept.
    """
    name = Path(source).name if isinstance(source, (str, Path)) else message("this-image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=_formats()) as image:
                return _taken(image, name)
    except PictureError:
        raise
    except FileNotFoundError:
        raise PictureError("no-such-file", name=name) from None
    except UnidentifiedImageError:
        raise PictureError("not-an-image", name=name) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = min(MOST_PIXELS, Image.MAX_IMAGE_PIXELS or MOST_PIXELS)
        raise PictureError("megapixels", name=name, limit=limit / 1e6) from None
    except DAMAGE as error:
        reason = str(error) or type(error).__name__
        raise PictureError("unreadable-image", name=name, reason=reason) from error


def _formats() -> list[str]:
    """The formats of READABLE that this Pillow has. Others run programs (EPS) or hold nothing to be kept."""
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def taken_over(image: Image.Image) -> Picture:
    """An image that is already in memory, in any mode, such as a WebUI hands over.

    Raises:
        PictureError: its mode cannot be kept.
    """
    return _taken(image, message("this-image"))


def from_levels(levels: NDArray[Any]) -> Picture:
    """An image in memory as uint8 or uint16 (H, W) or (H, W, C), C 2 to 4.

    Raises:
        PictureError: it is too large, or no image.
    """
    if levels.dtype == np.uint16 and levels.ndim == 3 and levels.shape[2] in depth.DEEP:
        _check_size(Extent(levels.shape[1], levels.shape[0]), message("this-image"))
        return Picture(levels.astype(np.uint16), mode_of(levels))
    return taken_over(Image.fromarray(levels))


def _check_size(size: Extent, name: str | Message) -> None:
    if size.width * size.height > MOST_PIXELS:
        raise PictureError("size-megapixels", name=name, size=size, limit=MOST_PIXELS / 1e6)


def _taken(image: Image.Image, name: str | Message) -> Picture:
    _check_size(Extent(image.width, image.height), name)
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise PictureError("several-frames", name=name)
    deep = None
    if depth.is_deep(image):
        deep = depth.levels(image)
        if deep is None:
            raise PictureError("deep-colour", name=name)
    image.load()
    notes: tuple[Message, ...] = ()
    icc = image.info.get("icc_profile")
    if image.mode == "CMYK":
        notes, icc = (message("cmyk-converted"),), None
    dpi = _resolution(image)
    if not _readable_exif(image):
        notes += (message("exif-dropped"),)
    # Pillow turns TIFFs itself when it loads them, and before 10.1 would turn them here a second time.
    turned = image if image.format == "TIFF" else ImageOps.exif_transpose(image) or image
    exif = _kept_exif(image)  # after turning: it takes the orientation away
    mode, stored = _stored(turned, name) if deep is None else (mode_of(deep), deep)
    if stored.dtype == np.uint16 and not has_alpha(mode) and "transparency" in image.info:
        stored = without_level(stored, image.info["transparency"])
        mode = mode_of(stored)
    return Picture(stored, mode, icc, exif, dpi, notes)


def _stored(image: Image.Image, name: str | Message) -> tuple[str, NDArray[Any]]:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM", "TIFF", None)):
        array = np.asarray(image)
        if array.size and (array.min() < 0 or array.max() > 65535):
            raise PictureError("deep-grey", name=name)
        return "I;16", array.astype(np.uint16)
    transparent = "transparency" in image.info
    if image.mode == "P":
        mode = "RGBA" if transparent else "RGB"
    elif image.mode not in _KEPT_AS:
        raise PictureError("colour-mode", name=name, mode=image.mode)
    else:
        mode = _KEPT_AS[image.mode]
        if transparent and mode in ("L", "RGB"):
            mode = {"L": "LA", "RGB": "RGBA"}[mode]
    if image.mode != mode:
        image = image.convert(mode)
    return mode, np.array(image)


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    """Dots per inch across and down; None where the file names none, or one that no file can hold (0/0 in a TIFF)."""
    across, down = image.info.get("dpi") or (0, 0)
    return (float(across), float(down)) if 0 < across <= MOST_DPI and 0 < down <= MOST_DPI else None


def _readable_exif(image: Image.Image) -> bool:
    """Whether the image's EXIF can be read; where it cannot, Pillow takes it for empty from now on."""
    try:
        image.getexif()
    except DAMAGE:
        image.info.pop("exif", None)
        return False
    return True


def _kept_exif(image: Image.Image) -> bytes | None:
    """The image's EXIF without its orientation and, from a TIFF, without the layout of its pixels."""
    exif = image.getexif()
    for tag in [tag for tag in exif if tag == ORIENTATION or tag in _LAYOUT]:
        del exif[tag]
    if not exif:
        return None
    try:
        return exif.tobytes()
    except (ValueError, TypeError, OSError, KeyError):
        return None  # EXIF that Pillow read but cannot write again


def in_memory(data: bytes) -> BinaryIO:
    """Bytes as a file for `read`."""
    return io.BytesIO(data)
