"""Writing images: format by suffix, metadata, and never a half-written file in a good one's place."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PictureError, SaveError
from ..messages import Message
from ..planning.geometry import Extent
from . import depth, holding
from .formats import format_for, named
from .image_strips import DEEP, Strips, strips_of
from .picture import Picture
from .silence import quiet

_LONGEST = {"JPEG": 65_500, "WEBP": 16_383}  # px of a side, as their libraries have it
_OPAQUE = ("JPEG", "BMP")
_ROOM = 2000  # characters of an infotext besides prompts and parameters
_PART = ".outpaint-part"
_ABOUT_THE_NAME = (errno.ENAMETOOLONG, errno.EILSEQ)  # the next image's may do
_ABANDONED = 3600  # seconds after which a temporary file is nobody's


def save(
    image: Image.Image | NDArray[Any] | Strips, path: str | Path, infotext: str = "", like: Picture | None = None
) -> None:
    """Writes an image so that a file of this name is always whole: to a temporary file first, then in its place.

    Levels are as `Picture.stored` has them, or in strips, which takes less memory; PNG and TIFF hold all their bits.

    PNG holds the infotext as text chunk "parameters", JPEG and WebP as EXIF user comment, both as the WebUI does. JPEG
    is the only format here that does not keep the original's bytes; WebP is written lossless, and TIFF
    uncompressed, because libtiff's encoders refuse EXIF.

    Raises:
        SaveError: the place takes no file.
        PictureError: the format cannot hold the image.
    """
    path = Path(path)
    form = format_for(path)
    image = _fitting(strips_of(image) if isinstance(image, np.ndarray) else image, form, path.name)
    size = (image.extent.width, image.extent.height) if isinstance(image, Strips) else image.size
    try:
        options = holding.options(image.mode, size, form, infotext, like)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=_PART, dir=path.parent)
    except Exception as error:  # values that cannot be written, a place that takes no file
        raise unwritten(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file, quiet():
            if isinstance(image, Strips):
                depth.save(image, file, form, options)
            else:
                image.save(file, form, **options)
        _with_usual_rights(temporary)
        os.replace(temporary, path)
    except Exception as error:  # encoders raise anything over what they cannot write
        raise unwritten(path, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def check_place(path: Path) -> None:
    """Looks, before anything is sampled, whether a file could be written there. Makes nothing.

    Raises:
        SaveError: it is a folder, or the folder it would go to takes no files.
    """
    if path.is_dir():
        raise SaveError("is-a-folder", path=path)
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise SaveError("not-a-folder", path=path, folder=folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SaveError("read-only", path=path, folder=folder)


def remove_leftovers(folder: Path) -> None:
    """Removes the temporary files of runs that were killed while they wrote. Young ones may be another run's."""
    for path in folder.glob(f".*-*{_PART}"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - _ABANDONED:
                path.unlink()


def unwritten(path: Path, error: BaseException) -> PictureError:
    """What is to be raised when writing a file failed: a SaveError where the next file would fare no better."""
    # An error of the system has a number, and is about the place; what encoders raise has none, and is about this image.
    kind = SaveError if isinstance(error, OSError) and error.errno not in (None, *_ABOUT_THE_NAME) else PictureError
    return kind("not-written", path=path, reason=str(getattr(error, "strerror", None) or error) or type(error).__name__)


def check_format(path: Path, picture: Picture, extent: Extent, texts: str = "") -> tuple[Message, ...]:
    """Looks, before anything is sampled, whether an image can be written in this format when it has grown to `extent`:
    a tiny file of its kind is written in memory, with all that is to be written around the pixels.

    Args:
        texts: prompts and parameters, as long as they will be; a JPEG has room for 32 000 characters.

    Returns:
        Notes on what of the image's metadata the format does not hold.

    Raises:
        PictureError: no format that can be written, or one that cannot hold the image.
    """
    form = format_for(path)
    _refuse_format(form, path.name, picture.mode, picture.transparent, extent)
    mode = {"LA": "L", "RGBA": "RGB"}.get(picture.mode, picture.mode) if form in _OPAQUE else picture.mode
    try:
        with quiet():
            data = holding.trial(mode, (extent.width, extent.height), form, texts + " " * _ROOM, picture)
            return holding.not_held(data, form, picture)
    except Exception as error:  # encoders raise anything over what they cannot write
        raise unwritten(path, error) from error


def _refuse_format(form: str, name: str, mode: str, transparent: bool, extent: Extent) -> None:
    if mode.endswith(";16") and form not in depth.FORMATS:
        raise PictureError("format-depth", name=name, format=named(form))
    if transparent and form in _OPAQUE:
        raise PictureError("format-transparency", name=name, format=named(form))
    if max(extent.width, extent.height) > _LONGEST.get(form, 2**31 - 1):
        raise PictureError("format-size", name=name, size=extent, format=named(form), most=_LONGEST[form])


def _fitting(image: Image.Image | Strips, form: str, name: str) -> Image.Image | Strips:
    """What a format takes: an image; strips where Pillow has no mode for it.

    Raises:
        PictureError: it cannot hold the image.
    """
    if isinstance(image, Strips):
        _refuse_format(form, name, image.mode, False, image.extent)
        if image.mode in DEEP.values():
            return image
        image = image.image()
    transparent = image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255)
    _refuse_format(form, name, image.mode, transparent, Extent(*image.size))
    if image.mode in ("LA", "RGBA") and form in _OPAQUE:
        return image.convert("L" if image.mode == "LA" else "RGB")
    return image


def _with_usual_rights(path: str) -> None:
    """Temporary files are readable by their owner alone; give them the rights a plain new file has."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(path, 0o666 & ~mask)
