"""PNGs written by hand, for what Pillow does not write: any size in the header, 16 bits a colour, chunks of any kind."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB = 2


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, rows: bytes = bytes(1000), depth: int = 8, colour: int = RGB) -> bytes:
    """A PNG that promises `width` x `height` px and holds `rows`, each with its filter's byte before it."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
