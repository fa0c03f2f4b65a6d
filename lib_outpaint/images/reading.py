"""Reading images, and refusing in one line what cannot be kept."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..errors import PictureError
from ..messages import Message, message
from ..pixels.levels import strips as rows_of
from ..planning.geometry import Extent
from . import carried, depth, exif, formats, jxl
from .alpha import without_level
from .formats import READABLE
from .image_strips import DEEP, mode_of
from .picture import Picture, has_alpha
from .silence import quiet
from .tags import ORIENTATION

__all__ = ["READABLE", "from_levels", "in_memory", "read", "taken_over"]

MOST_PIXELS = 89_478_485  # Pillow's own limit, beyond which it warns of decompression bombs
MOST_DPI = 65_535  # what a JPEG can hold
_HEAD = 65_536  # bytes in which AVIF and JPEG 2000 say how deep they are
_SEVERAL = ("MPO", "HEIF")  # formats whose first image is the one that is meant: others are previews or more of the kind
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # libtiff writes to the terminal
Turn = tuple[bool, bool, bool]  # from a file to upright: rows and columns swapped, then upside down, then mirrored
_UPRIGHT: Turn = (False, False, False)
_TURNS: dict[int, Turn] = {  # by EXIF's orientation
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
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


def read(source: str | Path | BinaryIO, most: int = 0) -> Picture:
    """Reads an image file.

    Args:
        most: px that it may have, if these are more than MOST_PIXELS.

    Raises:
        PictureError: not an image, damaged, animated, too large, or in a mode that cannot be kept.
    """
    name = Path(source).name if isinstance(source, (str, Path)) else message("this-image")
    most = max(most, MOST_PIXELS)
    try:
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(open(source, "rb")) if isinstance(source, (str, Path)) else source
            file.seek(0)
            head = file.read(_HEAD)
            stack.enter_context(quiet(native=head[:4] in _TIFF))
            notes = _before_opening(file, head, name, most)
            stack.enter_context(_limit(most))
            image = stack.enter_context(Image.open(file, formats=formats.readable(formats.by_content(head))))
            picture = _taken(image, name, most, notes)
            if image.format == "JXL":  # whose library gives no XMP
                picture = replace(picture, carried=replace(picture.carried, xmp=jxl.xmp(file)))
            return picture
    except PictureError:
        raise
    except FileNotFoundError:
        raise PictureError("no-such-file", name=name) from None
    except UnidentifiedImageError:
        raise PictureError("not-an-image", name=name) from None
    except Image.DecompressionBombError:
        raise PictureError("megapixels", name=name, limit=most / 1e6) from None
    except Exception as error:  # decoders raise anything on damaged files
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise PictureError("unreadable-image", name=name, reason=reason) from error


def _before_opening(file: BinaryIO, head: bytes, name: str | Message, most: int) -> tuple[Message, ...]:
    """What is to be known of a file before Pillow opens it.

    Returns:
        A note where it has more bits a channel than Pillow gives.
    """
    form = formats.by_content(head[:64])
    bits = formats.bits_of(form, head)
    if form in ("HEIF", "JXL"):
        formats.need(form, name)
    if form == "JXL":
        known = jxl.header(file)
        if known is not None:
            _check_size(Extent(known.width, known.height), name, most)
            if known.animated:
                raise PictureError("several-frames", name=name)
            bits = known.bits
    file.seek(0)
    return (message("bits-cut", bits=bits),) if bits > 8 else ()


@contextlib.contextmanager
def _limit(most: int) -> Iterator[None]:
    """Lets Pillow open images of so many px. It refuses twice its limit by itself; `_check_size` refuses all above it."""
    before = Image.MAX_IMAGE_PIXELS
    if before is None or before >= most:
        yield
        return
    Image.MAX_IMAGE_PIXELS = most
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def taken_over(image: Image.Image) -> Picture:
    """An image that is already in memory, in any mode, such as a WebUI hands over.

    Raises:
        PictureError: its mode cannot be kept.
    """
    try:
        with quiet():
            return _taken(image, message("this-image"), MOST_PIXELS)
    except PictureError:
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise PictureError("unreadable-image", name=message("this-image"), reason=reason) from error


def from_levels(levels: NDArray[Any]) -> Picture:
    """An image in memory as uint8 or uint16 (H, W) or (H, W, C), C 2 to 4.

    Raises:
        PictureError: it is too large, or no image.
    """
    if levels.dtype == np.uint16 and levels.ndim == 3 and levels.shape[2] in DEEP:
        _check_size(Extent(levels.shape[1], levels.shape[0]), message("this-image"), MOST_PIXELS)
        return Picture(levels.astype(np.uint16), mode_of(levels))
    return taken_over(Image.fromarray(levels))


def _check_size(size: Extent, name: str | Message, most: int) -> None:
    if size.width * size.height > most:
        raise PictureError("size-megapixels", name=name, size=size, limit=most / 1e6)


def _taken(image: Image.Image, name: str | Message, most: int, notes: tuple[Message, ...] = ()) -> Picture:
    _check_size(Extent(image.width, image.height), name, most)
    if image.format != "PSD" and getattr(image, "n_frames", 1) > 1:  # of a PSD these are layers, and the whole is meant
        if image.format not in _SEVERAL:
            raise PictureError("several-frames", name=name)
        notes += (message("first-of-several"),)
    deep = None
    if depth.is_deep(image):
        deep = depth.levels(image)
        if deep is None:
            raise PictureError("deep-colour", name=name)
    file = getattr(image, "fp", None)
    chunks = carried.colour_chunks(file) if image.format == "PNG" and file is not None else {}
    image.load()
    if image.mode.startswith("I"):
        notes = tuple(note for note in notes if note.code != "bits-cut")
    icc = image.info.get("icc_profile") or None
    if image.mode == "CMYK":
        notes, icc = (*notes, message("cmyk-converted")), None
    if not exif.readable(image):
        notes += (message("exif-dropped"),)
    block, whole = exif.kept(image)
    if not whole:
        notes += (message("exif-dropped" if block is None else "exif-partly"),)
    dpi = _resolution(image)
    turn = _turn(image)
    if deep is None:
        mode, stored = _stored(image, turn, name)
    else:
        mode, stored = mode_of(deep), _upright(deep, turn)
    if stored.dtype == np.uint16 and not has_alpha(mode) and "transparency" in image.info:
        stored = without_level(stored, image.info["transparency"])
        mode = mode_of(stored)
    return Picture(stored, mode, icc, block, dpi, notes, carried.of(image, chunks))


def _turn(image: Image.Image) -> Turn:
    """How an image that is loaded is to be turned to be as its EXIF says that it is to be seen."""
    # Pillow turns TIFFs itself when it loads them; the library of JPEG XL does, but for a JPEG that it holds.
    if image.format == "TIFF" or (image.format == "JXL" and not getattr(image, "jpeg", False)):
        return _UPRIGHT
    return _TURNS.get(image.getexif().get(ORIENTATION, 1), _UPRIGHT)


def _as_stored(levels: NDArray[Any], turn: Turn) -> NDArray[Any]:
    """A view of an upright image's levels (H, W) or (H, W, C) that is as its file has it."""
    swapped, upside_down, mirrored = turn
    levels = levels[:: -1 if upside_down else 1, :: -1 if mirrored else 1]
    return levels.swapaxes(0, 1) if swapped else levels


def _upright(stored: NDArray[Any], turn: Turn) -> NDArray[Any]:
    swapped, upside_down, mirrored = turn
    levels = stored.swapaxes(0, 1) if swapped else stored
    return np.ascontiguousarray(levels[:: -1 if upside_down else 1, :: -1 if mirrored else 1])


def _levels(image: Image.Image, turn: Turn, levels_of: Callable[[Image.Image], NDArray[Any]]) -> NDArray[Any]:
    """An upright image's levels, taken some rows at a time: Pillow keeps its own copy of all of them."""
    found: NDArray[Any] | None = None
    for rows in rows_of(image.height):
        levels = levels_of(image.crop((0, rows.start, image.width, rows.stop)))
        if found is None:
            size = (image.width, image.height) if turn[0] else (image.height, image.width)
            found = np.empty((*size, *levels.shape[2:]), levels.dtype)
        _as_stored(found, turn)[rows] = levels
    assert found is not None
    return found


def _stored(image: Image.Image, turn: Turn, name: str | Message) -> tuple[str, NDArray[Any]]:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM", "TIFF", None)):
        return "I;16", _levels(image, turn, lambda part: _deep_grey(part, name))
    transparent = "transparency" in image.info
    if image.mode == "P":
        mode = "RGBA" if transparent else "RGB"
    elif image.mode not in _KEPT_AS:
        raise PictureError("colour-mode", name=name, mode=image.mode)
    else:
        mode = _KEPT_AS[image.mode]
        if transparent and mode in ("L", "RGB"):
            mode = {"L": "LA", "RGB": "RGBA"}[mode]
    return mode, _levels(image, turn, lambda part: np.asarray(part if part.mode == mode else part.convert(mode)))


def _deep_grey(image: Image.Image, name: str | Message) -> NDArray[Any]:
    array = np.asarray(image)
    if array.size and (array.min() < 0 or array.max() > 65535):
        raise PictureError("deep-grey", name=name)
    return array.astype(np.uint16)


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    """Dots per inch across and down; None where the file names none, or one that no file can hold (0/0 in a TIFF)."""
    across, down = image.info.get("dpi") or (exif.resolution(image) if image.format != "TIFF" else None) or (0, 0)
    return (float(across), float(down)) if 0 < across <= MOST_DPI and 0 < down <= MOST_DPI else None


def in_memory(data: bytes) -> BinaryIO:
    """Bytes as a file for `read`."""
    return io.BytesIO(data)
