"""The header of a safetensors file: names, shapes and dtypes of its tensors, and its metadata. Nothing else is read, but a
vector that is asked for.

The format (huggingface/safetensors, "Format"): 8 bytes little-endian length n, n bytes of JSON, the tensors' bytes.
"""

from __future__ import annotations

import gc
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from ..errors import ModelError

HEADER_LIMIT = 4_000_000  # bytes; the format allows 100 MB, but the largest of these models needs less than one
MOST_AXES = 64  # of a tensor, torch's own limit
JSON_LIMIT = 4_000_000  # bytes of a config file
_BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
}
MOST_NUMBERS = 65_536  # of a vector that is read
_FORMATS = {"F16": "e", "BF16": "f", "F32": "f", "F64": "d"}  # struct's
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


class Tensor(NamedTuple):
    """What the header says of a tensor; `dtype` as the format spells it ("F16"), `begin` in bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int = 0

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        count = 1
        for n in self.shape:
            count *= n
        return count


@dataclass(frozen=True)
class Header:
    """A file's header; `file_bytes` is the size of the whole file, `length` that of the header with its own length."""

    path: Path
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]
    file_bytes: int
    length: int = 0

    def shape(self, name: str) -> tuple[int, ...]:
        """A tensor's shape; () when there is no such tensor."""
        found = self.tensors.get(name)
        return found.shape if found else ()


def read_header(path: str | Path) -> Header:
    """Reads and checks a header. The file is never executed, and its tensors are not read.

    Raises:
        ModelError: no such file, a pickle, truncated, a header that is too long, not JSON, with a key twice, or that
            does not fit the file.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            raise ModelError("model-not-a-file", path=path)  # a pipe would never end
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            length = _length(path, start, size)
            raw = file.read(length)
    except OSError as error:
        raise ModelError("model-unreadable", path=path, reason=error.strerror or str(error)) from None
    if len(raw) < length:
        raise ModelError("header-cut", name=path.name)
    entries = _parsed(path, raw)
    metadata = entries.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ModelError("header-metadata", name=path.name)
    room = size - 8 - length
    return Header(
        path, {name: _tensor(path, name, entry, room) for name, entry in entries.items()}, metadata, size, 8 + length
    )


def read_vector(header: Header, name: str) -> list[float]:
    """The numbers of a tensor of one axis; [] when there is none, or it is longer than a model's layers are wide.

    Raises:
        ModelError: the file cannot be read any more.
    """
    tensor = header.tensors.get(name)
    if tensor is None or len(tensor.shape) != 1 or tensor.size > MOST_NUMBERS or tensor.dtype not in _FORMATS:
        return []
    size = tensor.size * _BITS[tensor.dtype] // 8
    try:
        with header.path.open("rb") as file:
            file.seek(header.length + tensor.begin)
            raw = file.read(size)
    except OSError as error:
        raise ModelError("model-unreadable", path=header.path, reason=error.strerror or str(error)) from None
    if len(raw) < size:
        raise ModelError("header-cut", name=header.path.name)
    if tensor.dtype == "BF16":  # the upper half of a single
        raw = b"".join(b"\0\0" + raw[at : at + 2] for at in range(0, size, 2))
    return list(struct.unpack(f"<{tensor.size}{_FORMATS[tensor.dtype]}", raw))


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON file, such as a diffusers config.

    Raises:
        ModelError: it cannot be read, or is no JSON object.
    """
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(JSON_LIMIT))
    except (OSError, ValueError, RecursionError):
        raise ModelError("model-not-json", path=path) from None
    if not isinstance(found, dict):
        raise ModelError("model-not-json-object", path=path)
    return found


def _length(path: Path, start: bytes, size: int) -> int:
    if start[:4] in _PICKLES or start[:2] in _PICKLES or path.suffix.lower() in (".ckpt", ".pt", ".pth", ".bin"):
        raise ModelError("model-pickle", name=path.name)
    if len(start) < 8:
        raise ModelError("model-too-short", name=path.name, size=size)
    length = int(struct.unpack("<Q", start)[0])
    if length > HEADER_LIMIT:
        raise ModelError("header-too-long", name=path.name, length=length, limit=HEADER_LIMIT)
    if length > size - 8:
        raise ModelError("header-truncated", name=path.name, length=length, size=size)
    return length


def _parsed(path: Path, raw: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            raise ModelError("header-name-twice", name=path.name, tensor=twice)
        return found

    collects = gc.isenabled()
    gc.disable()  # a million lists would have it walk through all that a WebUI holds, again and again
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise ModelError("header-not-json", name=path.name) from None
    finally:
        if collects:
            gc.enable()
    if not isinstance(found, dict):
        raise ModelError("header-not-json-object", name=path.name)
    return found


def _tensor(path: Path, name: str, entry: object, room: int) -> Tensor:
    fields = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    if (
        not isinstance(dtype, str)
        or not _counts(shape)
        or not _counts(offsets)
        or len(offsets) != 2
        or len(shape) > MOST_AXES
    ):
        raise ModelError("header-tensor", name=path.name, tensor=name)
    begin, end = offsets
    if end > room:
        raise ModelError("tensor-truncated", name=path.name, tensor=name, missing=end - room)
    tensor = Tensor(dtype, tuple(shape), begin)
    if begin > end or (dtype in _BITS and tensor.size * _BITS[dtype] != (end - begin) * 8):
        raise ModelError("tensor-size", name=path.name, tensor=name, size=end - begin)
    return tensor


def _counts(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)
