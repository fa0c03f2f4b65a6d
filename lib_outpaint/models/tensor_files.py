"""Reading and writing safetensors a piece of a tensor at a time, so that files of any size take a few megabytes of memory.

The header is ours (header.py); `safetensors` itself reads whole tensors and writes whole files.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import torch

from ..errors import ModelError, SaveError
from .header import Header, read_header

PIECE = 1 << 20  # numbers of a tensor that are worked on at once
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


class TensorFile:
    """A safetensors file that is open for reading.

    Raises:
        ModelError: it cannot be read, or its header is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.header: Header = read_header(path)
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise ModelError("model-unreadable", path=path, reason=error.strerror or str(error)) from None

    def __enter__(self) -> TensorFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def pieces(self, name: str) -> Iterator[torch.Tensor]:
        """A tensor's numbers in their order, at most PIECE at a time: each of one axis, in the file's dtype."""
        tensor = self.header.tensors[name]
        for first in range(0, tensor.size, PIECE):
            yield self._read(name, first, min(PIECE, tensor.size - first))

    def whole(self, name: str) -> torch.Tensor:
        """A small tensor, in the file's dtype."""
        tensor = self.header.tensors[name]
        return self._read(name, 0, tensor.size).reshape(tensor.shape)

    def _read(self, name: str, first: int, count: int) -> torch.Tensor:
        tensor = self.header.tensors[name]
        dtype = DTYPES[tensor.dtype]
        if count == 0:
            return torch.empty(0, dtype=dtype)
        try:
            self._file.seek(self.header.length + tensor.begin + first * dtype.itemsize)
            raw = bytearray(self._file.read(count * dtype.itemsize))
        except OSError as error:
            raise ModelError("model-unreadable", path=self.header.path, reason=error.strerror or str(error)) from None
        if len(raw) < count * dtype.itemsize:
            raise ModelError("header-cut", name=self.header.path.name)  # it was cut while we read
        return torch.frombuffer(raw, dtype=dtype)


class TensorWriter:
    """Writes a safetensors file in a good one's place: it has another name until it is whole.

    Use it as a context; `add` every tensor of `layout`, in its order, a piece at a time.

    Args:
        layout: dtype (as the format spells it) and shape of every tensor, in the order in which they will come.
    """

    def __init__(self, path: Path, layout: Mapping[str, tuple[str, tuple[int, ...]]], metadata: Mapping[str, str]) -> None:
        self._path = path
        self._head = file_head(layout, metadata)
        self._file: BinaryIO | None = None
        self._temporary = ""

    def __enter__(self) -> TensorWriter:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, self._temporary = tempfile.mkstemp(
                prefix=f".{self._path.stem[:40]}-", suffix=".outpaint-part", dir=self._path.parent
            )
            self._file = os.fdopen(handle, "wb")
            self._file.write(self._head)
        except OSError as error:
            self._drop()
            raise _unwritten(self._path, error) from error
        return self

    def add(self, piece: torch.Tensor) -> None:
        """The next numbers, in the dtype that the layout says."""
        assert self._file is not None
        try:
            self._file.write(piece.contiguous().view(-1).view(torch.uint8).numpy().data)
        except OSError as error:
            raise _unwritten(self._path, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None and self._file is not None:
                self._file.close()
                mask = os.umask(0)
                os.umask(mask)
                os.chmod(self._temporary, 0o666 & ~mask)  # mkstemp keeps others out
                os.replace(self._temporary, self._path)
        except OSError as failed:
            raise _unwritten(self._path, failed) from failed
        finally:
            self._drop()

    def _drop(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._temporary)


def file_head(layout: Mapping[str, tuple[str, tuple[int, ...]]], metadata: Mapping[str, str]) -> bytes:
    """What a safetensors file begins with: the header's length and the header, which ends on a multiple of 8 bytes."""
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name, (dtype, shape) in layout.items():
        size = torch.Size(shape).numel() * DTYPES[dtype].itemsize
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _unwritten(path: Path, error: OSError) -> SaveError:
    return SaveError("not-written", path=path, reason=error.strerror or str(error))
