"""The header of a GGUF file: names, shapes and kinds of its tensors, and its texts. Nothing else is read.

The format (ggml-org/ggml, docs/gguf.md), little-endian: the magic word, its version, how many tensors and entries there are,
the entries (name, type, value), then for each tensor its name, its axes in reverse order, its type and where it begins.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from ..errors import ModelError
from .header import MOST_AXES, Header, Tensor

MAGIC = b"GGUF"
HEADER_LIMIT = 64_000_000  # bytes; a text encoder's words are stored here too
_VERSIONS = (2, 3)
_MOST = 1_000_000  # tensors, entries, or values of an entry
# The types of entries, by number: what struct calls them; 8 is a text and 9 an array.
_NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
_TEXT, _ARRAY = 8, 9
# The kinds of tensors that are no blocks of several numbers.
_KINDS = {0: "F32", 1: "F16", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 30: "BF16"}


def read_gguf(path: Path) -> Header:
    """Reads and checks a header.

    Raises:
        ModelError: it cannot be read, is no GGUF file, or its header is damaged.
    """
    try:
        with path.open("rb") as file:
            return _read(path, _Reader(path, file), path.stat().st_size)
    except OSError as error:
        raise ModelError("model-unreadable", path=path, reason=error.strerror or str(error)) from None


def _read(path: Path, reader: _Reader, size: int) -> Header:
    if reader.bytes(4) != MAGIC or reader.number("I") not in _VERSIONS:
        raise ModelError("gguf-damaged", name=path.name)
    tensors, entries = reader.count("Q"), reader.count("Q")
    metadata: dict[str, str] = {}
    for _ in range(entries):
        name, value = reader.text(), reader.value(reader.number("I"))
        if isinstance(value, str):
            metadata[name] = value
    return Header(path, dict(reader.tensor() for _ in range(tensors)), metadata, size)


class _Reader:
    """Reads values one after the other; every length is checked before anything of it is read."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file, self._left = path, file, HEADER_LIMIT

    def bytes(self, count: int) -> bytes:
        self._left -= count
        if self._left < 0:
            raise ModelError("gguf-damaged", name=self._path.name)
        found = self._file.read(count)
        if len(found) < count:
            raise ModelError("header-cut", name=self._path.name)
        return found

    def number(self, kind: str) -> int:
        return int(struct.unpack("<" + kind, self.bytes(struct.calcsize("<" + kind)))[0])

    def count(self, kind: str, most: int = _MOST) -> int:
        found = self.number(kind)
        if found > most:
            raise ModelError("gguf-damaged", name=self._path.name)
        return found

    def text(self) -> str:
        return self.bytes(self.count("Q")).decode("utf-8", "replace")

    def value(self, kind: int) -> str | None:
        """An entry's value when it is a text; anything else is passed over."""
        if kind == _TEXT:
            return self.text()
        if kind == _ARRAY:
            inner, length = self.number("I"), self.count("Q")
            if inner in _NUMBERS:
                self.bytes(length * struct.calcsize("<" + _NUMBERS[inner]))
            else:
                for _ in range(length):
                    self.value(_TEXT if inner == _TEXT else -1)
            return None
        if kind not in _NUMBERS:
            raise ModelError("gguf-damaged", name=self._path.name)
        self.bytes(struct.calcsize("<" + _NUMBERS[kind]))
        return None

    def tensor(self) -> tuple[str, Tensor]:
        name = self.text()
        shape = tuple(self.number("Q") for _ in range(self.count("I", MOST_AXES)))
        kind = self.number("I")
        self.number("Q")
        return name, Tensor(_KINDS.get(kind, "GGUF"), shape[::-1])
