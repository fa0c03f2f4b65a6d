"""Formats of files: which are read and written, by suffix and by their first bytes, and what comes with an extra.

Not read is what only a program draws (EPS, WMF), what only a library unknown here could (BUFR, GRIB, HDF5), and video.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from ..errors import PictureError
from ..messages import Message

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".heic": "HEIF",
    ".jxl": "JXL",
}
_SUFFIXES = {
    "PNG": ".png .apng",
    "JPEG": ".jpg .jpeg .jpe .jfif",
    "WEBP": ".webp",
    "TIFF": ".tif .tiff",
    "BMP": ".bmp",
    "GIF": ".gif",
    "PPM": ".ppm .pgm .pbm .pnm .pfm",
    "AVIF": ".avif .avifs",
    "JPEG2000": ".jp2 .j2k .j2c .jpc .jpf .jpx",
    "MPO": ".mpo",
    "HEIF": ".heic .heif .hif .heics .heifs",
    "JXL": ".jxl",
    "PSD": ".psd",
    "TGA": ".tga .icb .vda .vst",
    "ICO": ".ico",
    "ICNS": ".icns",
    "CUR": ".cur",
    "DIB": ".dib",
    "DDS": ".dds",
    "DCX": ".dcx",
    "PCX": ".pcx",
    "PCD": ".pcd",
    "QOI": ".qoi",
    "SGI": ".sgi .rgb .rgba .bw",
    "SUN": ".ras",
    "BLP": ".blp",
    "FITS": ".fits .fit",
    "FLI": ".fli .flc",
    "FTEX": ".ftc .ftu",
    "GBR": ".gbr",
    "IM": ".im",
    "IMT": ".imt",
    "IPTC": ".iim",
    "MCIDAS": "",
    "MSP": ".msp",
    "PIXAR": ".pxr",
    "SPIDER": ".spi .spider",
    "XBM": ".xbm",
    "XPM": ".xpm",
    "XVTHUMB": ".p7",
}
READABLE = tuple(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes.split())
_EXTRAS = {"HEIF": ("HEIC", "pillow-heif", "heic"), "JXL": ("JPEG XL", "pillow-jxl-plugin", "jxl")}
# The first bytes of files that Pillow cannot open by itself.
_BARE_JXL, _BOXED_JXL = b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"
_J2K, _JP2 = b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n"  # of which the former starts the latter's codestream too
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")
_MOST_BOXES = 10_000


def named(form: str) -> str:
    """A format as people call it."""
    return _EXTRAS[form][0] if form in _EXTRAS else "JPEG 2000" if form == "JPEG2000" else form


def readable(first: str | None = None) -> list[str]:
    """The formats of READABLE that this Pillow has, in its order: some have no sign of their own and come last.

    Args:
        first: the one that a file's first bytes are of, see `by_content`.
    """
    Image.init()
    found = [form for form in Image.ID if form in _SUFFIXES]
    return found if first not in found else [first, *(form for form in found if form != first)]


def format_for(path: Path) -> str:
    """The format of a file to be written, by its suffix.

    Raises:
        PictureError: no format that can be written, or one whose extra is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        if suffix:
            raise PictureError("suffix", name=path.name, suffix=suffix, known=known)
        raise PictureError("no-suffix", name=path.name, known=known)
    need(FORMATS[suffix], path.name)
    return FORMATS[suffix]


def need(form: str, name: str | Message) -> None:
    """Makes a format that comes with an extra known to Pillow.

    Raises:
        PictureError: the extra is not installed.
    """
    if form not in _EXTRAS or (form in Image.OPEN and form in Image.SAVE):
        return
    called, package, extra = _EXTRAS[form]
    try:
        if form == "HEIF":
            import pillow_heif

            pillow_heif.register_heif_opener()
        else:
            import pillow_jxl  # noqa: F401 - it registers itself
    except ImportError:
        raise PictureError("format-extra", name=name, format=called, package=package, extra=extra) from None


def by_content(head: bytes) -> str | None:
    """HEIF, JXL or AVIF by the first 64 bytes of a file; None for any other."""
    if head.startswith((_BARE_JXL, _BOXED_JXL)):
        return "JXL"
    if head[4:8] != b"ftyp":
        return None
    size = int.from_bytes(head[:4], "big")
    brands = [head[at : at + 4] for at in (8, *range(16, min(size, len(head)), 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return "AVIF"
    return "HEIF" if any(brand in _HEIF_BRANDS for brand in brands) else None


def bits_of(form: str | None, head: bytes) -> int:
    """Bits a channel of an AVIF, HEIF or JPEG 2000 file by its first kilobytes; 8 of any other."""
    if form in ("AVIF", "HEIF"):
        found = [8]
        for at in _places(head, b"av1C"):  # AV1 codec configuration: the third byte's second and third bit
            found.append({0: 8, 2: 10, 3: 12}.get(head[at + 6] >> 5 & 3, 8) if at + 6 < len(head) else 8)
        for at in _places(head, b"hvcC"):  # HEVC's: the low three bits of byte 17
            found.append(8 + (head[at + 21] & 7) if at + 21 < len(head) else 8)
        return max(found)
    at = head.find(_J2K) if head.startswith((_J2K, _JP2)) else -1
    parts = head[at + 42 : at + 42 + 3 * int.from_bytes(head[at + 40 : at + 42], "big") : 3]
    return max((8, *((part & 0x7F) + 1 for part in parts))) if at >= 0 else 8


def _places(data: bytes, name: bytes) -> Iterator[int]:
    at = data.find(name)
    while at >= 0:
        yield at
        at = data.find(name, at + 4)


def boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and length of what each box of a file of boxes (HEIF, JPEG XL, JPEG 2000) holds, outermost ones."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        size, start = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, start = int.from_bytes(head[8:16], "big"), 16
        if size == 0:  # to the end of the file
            yield head[4:8], at + start, file.seek(0, 2) - at - start
            return
        if size < start:
            return
        yield head[4:8], at + start, size - start
        at += size
