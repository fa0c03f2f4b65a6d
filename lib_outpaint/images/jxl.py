"""The header of a JPEG XL file. Its library decodes a file while it is opened: what is too large must be known before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from .formats import boxes

_START = b"\xff\x0a"
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_MOST_XMP = 16_000_000  # bytes


@dataclass(frozen=True)
class Header:
    """What a JPEG XL file says of itself. `bits` are those of a channel."""

    width: int
    height: int
    bits: int = 8
    animated: bool = False


def header(file: BinaryIO) -> Header | None:
    """The header (ISO/IEC 18181-1, annex D); None where there is none."""
    file.seek(0)
    start = file.read(64)
    if not start.startswith(_START):
        start = b""
        for name, at, length in boxes(file):
            if name in (b"jxlc", b"jxlp"):  # the latter is a part, behind its number
                file.seek(at + (4 if name == b"jxlp" else 0))
                start += file.read(min(length, 64))
                if len(start) >= 32:
                    break
    return _parsed(_Bits(start[2:])) if start.startswith(_START) else None


def xmp(file: BinaryIO) -> bytes | None:
    """The XMP of a file that holds any, uncompressed."""
    for name, at, length in boxes(file):
        if name == b"xml " and length <= _MOST_XMP:
            file.seek(at)
            return file.read(length)
    return None


class _Bits:
    """Bits of bytes, the lowest first; zeros behind the end."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        found = self._number & ((1 << count) - 1)
        self._number >>= count
        return found

    def one_of(self, *counts: int) -> int:
        return self.take(counts[self.take(2)])


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)

    def side() -> int:
        return 8 * (bits.take(5) + 1) if small else 1 + bits.one_of(9, 13, 18, 30)

    height = side()
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return side(), height


def _parsed(bits: _Bits) -> Header:
    width, height = _size(bits)
    if bits.take(1):  # all default
        return Header(width, height)
    if bits.take(1):
        bits.take(3)  # orientation, which the library applies
        if bits.take(1):
            _size(bits)  # at which it is meant to be shown
        if bits.take(1):
            return Header(width, height)  # a preview, whose header is none of ours
        if bits.take(1):
            return Header(width, height, animated=True)
    if bits.take(1):  # floating point
        return Header(width, height, 16)
    depth = bits.take(2)
    return Header(width, height, (8, 10, 12)[depth] if depth < 3 else 1 + bits.take(6))
