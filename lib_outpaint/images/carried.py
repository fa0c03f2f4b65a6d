"""What a file says beside its pixels: XMP, IPTC, comments, a PNG's texts and its statements about colour."""

from __future__ import annotations

import binascii
import contextlib
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from PIL import Image

XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG = 700, 33723, 34377  # of a TIFF
XMP_KEY = "XML:com.adobe.xmp"  # of a PNG's text
COMMENT_KEY = "Comment"
XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"  # of a JPEG's APP1
_XMP_PARTS = b"http://ns.adobe.com/xmp/extension/\0"  # more of it, where one segment does not hold it
_IPTC_RESOURCE, _XMP_RESOURCE = 0x0404, 0x0424  # of Photoshop
_RESOURCE = b"8BIM"
# The image is turned when it is read, and stands upright from then on.
_ORIENTATION = re.compile(rb"(tiff:Orientation(?:=[\"']|>))[0-9]([\"']|<)")
# Chunks of a PNG that say what its numbers mean. They are small, and come before its pixels.
_COLOUR_CHUNKS = (b"cHRM", b"gAMA", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"mDCv", b"cLLi")
_MOST_CHUNK, _MOST_CHUNKS = 64, 1000
_SRGB = {  # gamma in 1/100000, white and primaries likewise
    b"gAMA": struct.pack(">I", 45455),
    b"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
    b"cICP": bytes((1, 13, 0, 1)),
}
_SRGB_ALONE = 1000  # how far gamma and primaries may be off and still be meant as sRGB's


@dataclass(frozen=True)
class Text:
    """A text of a PNG, with its language and its key in that language where it has any."""

    key: str
    value: str
    language: str = ""
    translated: str = ""


@dataclass(frozen=True)
class Carried:
    """What a file says beside pixels, EXIF, colour profile and resolution.

    Attributes:
        xmp_parts: the segments of a JPEG's XMP beyond its first 64 KB.
        iptc: an IPTC-IIM block.
        comment: of a JPEG or GIF; of a PNG it is one of its texts.
        colour: chunks of a PNG about colour by their names.
    """

    xmp: bytes | None = None
    xmp_parts: tuple[bytes, ...] = ()
    iptc: bytes | None = None
    comment: bytes | None = None
    texts: tuple[Text, ...] = ()
    colour: Mapping[bytes, bytes] = field(default_factory=dict)

    @property
    def own_colours(self) -> bool:
        """Whether the file's statements about colour mean anything else than sRGB, which is meant where there are none."""
        if b"cICP" in self.colour:
            return self.colour[b"cICP"] != _SRGB[b"cICP"]
        if b"sRGB" in self.colour:
            return False
        return any(not _near(self.colour[name], _SRGB[name]) for name in (b"gAMA", b"cHRM") if name in self.colour)


def of(image: Image.Image, colour: Mapping[bytes, bytes] | None = None) -> Carried:
    """What a loaded image's file says. Of damaged parts there is nothing.

    Args:
        colour: its `colour_chunks`.
    """
    found: dict[str, Any] = {"colour": colour or {}}
    xmp = image.info.get("xmp")
    if isinstance(xmp, str):
        xmp = xmp.encode()
    comment = image.info.get("comment")
    if isinstance(comment, str):
        comment = comment.encode()
    if comment and image.format != "PNG":
        found["comment"] = bytes(comment)
    with contextlib.suppress(Exception):  # metadata of any bytes, which cost no image
        found |= _READERS.get(str(image.format), lambda image: {})(image)
    xmp = found.get("xmp") or xmp or None
    found["xmp"] = None if xmp is None else _ORIENTATION.sub(rb"\g<1>1\g<2>", bytes(xmp))
    return Carried(**found)


def colour_chunks(file: BinaryIO) -> dict[bytes, bytes]:
    """The chunks of a PNG about colour. The file's place stays as it is."""
    place = file.tell()
    file.seek(8)
    found = {}
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or name == b"IDAT":
            break
        if name in _COLOUR_CHUNKS and length <= _MOST_CHUNK:
            found[name] = file.read(length)
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)
    file.seek(place)
    return found


def resource(iptc: bytes) -> bytes:
    """An IPTC block as Photoshop's resource, which JPEG and PNG hold it in."""
    return _RESOURCE + struct.pack(">HHI", _IPTC_RESOURCE, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)


def raw_profile(iptc: bytes) -> str:
    """An IPTC block as a text of a PNG, as ImageMagick and ExifTool write it."""
    digits = binascii.hexlify(resource(iptc)).decode()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\niptc\n{len(digits) // 2:8d}\n{lines}\n"


def _near(chunk: bytes, wanted: bytes) -> bool:
    if len(chunk) != len(wanted):
        return False
    count = f">{len(wanted) // 4}I"
    pairs = zip(struct.unpack(count, chunk), struct.unpack(count, wanted), strict=True)
    return all(abs(one - other) <= _SRGB_ALONE for one, other in pairs)


def _of_png(image: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"texts": ()}
    texts = []
    for key, value in image.text.items():
        kind = key.lower().removeprefix("raw profile type ")
        if key == XMP_KEY:
            found["xmp"] = value.encode()
        elif kind in ("iptc", "8bim"):
            found["iptc"] = _iptc_in(bytes.fromhex("".join(value.split("\n")[3:])))
        elif kind == key.lower():  # others (exif, icc) stand elsewhere as well
            texts.append(Text(key, str(value), getattr(value, "lang", "") or "", getattr(value, "tkey", "") or ""))
    found["texts"] = tuple(texts)
    return found


def _of_jpeg(image: Any) -> dict[str, Any]:
    segments = [data for marker, data in image.applist if marker == "APP1"]
    found: dict[str, Any] = {"xmp_parts": tuple(data for data in segments if data.startswith(_XMP_PARTS))}
    for data in segments:
        if data.startswith(XMP_SEGMENT):
            found["xmp"] = data[len(XMP_SEGMENT) :]
            break
    iptc = image.info.get("photoshop", {}).get(_IPTC_RESOURCE)
    return found | ({"iptc": bytes(iptc)} if iptc else {})


def _of_tiff(image: Any) -> dict[str, Any]:
    tags = image.tag_v2
    found: dict[str, Any] = {}
    if XMP_TAG in tags:
        found["xmp"] = _as_bytes(tags, XMP_TAG)
    if IPTC_TAG in tags:
        found["iptc"] = _as_bytes(tags, IPTC_TAG)
    elif PHOTOSHOP_TAG in tags:
        found["iptc"] = _iptc_in(_as_bytes(tags, PHOTOSHOP_TAG))
    return found


def _as_bytes(tags: Any, tag: int) -> bytes:
    """A tag of bytes, which some writers declare as numbers of four."""
    value = tags[tag]
    if isinstance(value, str):
        return value.encode()
    numbers = value if isinstance(value, tuple) else (value,)
    if isinstance(numbers[0], bytes):
        return b"".join(numbers)
    if tags.tagtype[tag] == 4:
        order = "<" if tags.prefix == b"II" else ">"
        return struct.pack(f"{order}{len(numbers)}I", *numbers)
    return bytes(numbers)


def _of_psd(image: Any) -> dict[str, Any]:
    resources = {number: data for number, _, data in image.resources}
    return {"xmp": resources.get(_XMP_RESOURCE), "iptc": resources.get(_IPTC_RESOURCE)}


def _iptc_in(data: bytes) -> bytes | None:
    """The IPTC block in Photoshop's resources, or what is one by itself."""
    if not data.startswith(_RESOURCE):
        return data or None
    return next((block for number, block in _resources(data) if number == _IPTC_RESOURCE), None)


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while data[at : at + 4] == _RESOURCE:
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6 + (data[at + 6] + 2) // 2 * 2  # a name of even length with its own length before it
        length = int.from_bytes(data[at : at + 4], "big")
        yield number, data[at + 4 : at + 4 + length]
        at += 4 + length + length % 2


_READERS = {"PNG": _of_png, "JPEG": _of_jpeg, "MPO": _of_jpeg, "TIFF": _of_tiff, "PSD": _of_psd}
