"""16-bit grey pictures: a level that is transparent becomes alpha."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from lib_outpaint.images import read


def test_a_transparent_level_becomes_alpha(tmp_path: Path) -> None:
    grey = Image.fromarray(np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000)
    grey.save(tmp_path / "plain.png")
    data = (tmp_path / "plain.png").read_bytes()
    chunk = b"tRNS" + struct.pack(">H", 5000)  # which Pillow 9.5 reads and does not write
    chunk = struct.pack(">I", 2) + chunk + struct.pack(">I", zlib.crc32(chunk))
    at = data.index(b"IDAT") - 4
    (tmp_path / "see-through.png").write_bytes(data[:at] + chunk + data[at:])
    assert read(tmp_path / "plain.png").mode == "I;16"
    found = read(tmp_path / "see-through.png")
    assert (found.mode, found.notes) == ("LA;16", ())
    assert np.array_equal(found.stored[:, :, 0], np.asarray(grey))
    assert np.array_equal(found.stored[:, :, 1] == 0, np.asarray(grey) == 5000)
    assert set(np.unique(found.stored[:, :, 1])) == {0, 65535}
