"""What a GGUF file is, from its header alone."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib_outpaint.errors import ModelError
from lib_outpaint.models.inspect import inspect

FLUX = {"img_in.weight": (3072, 64), "double_blocks.0.img_attn.norm.key_norm.scale": (128,)}


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def header(shapes: dict[str, tuple[int, ...]], *, version: int = 3, kind: int = 12) -> bytes:
    """As llama.cpp writes it: an array of texts, one of numbers, a number and a text, then tensors of Q4_K or so."""
    entries = [
        text("general.architecture") + struct.pack("<I", 8) + text("flux"),
        text("general.file_type") + struct.pack("<II", 4, 14),
        text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("bc"),
        text("scores") + struct.pack("<IIQ", 9, 6, 3) + bytes(12),
    ]
    out = b"GGUF" + struct.pack("<IQQ", version, len(shapes), len(entries)) + b"".join(entries)
    for name, shape in shapes.items():
        out += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
        out += struct.pack("<IQ", kind, 0)
    return out


@pytest.mark.parametrize(
    ("name", "shapes", "key"),
    [
        ("flux1-dev-Q4_K_S", FLUX, "flux1"),
        ("flux1-kontext-Q8", FLUX, "flux1-kontext"),
        ("flux1-fill", FLUX | {"img_in.weight": (3072, 384)}, "flux1-fill"),
        ("qwen-image-Q2_K", {"txt_norm.weight": (3584,), "img_in.weight": (3072, 64)}, "qwen-image"),
        ("wan", {"head.modulation": (1, 2, 5120), "patch_embedding.weight": (5120, 16, 1, 2, 2)}, "wan"),
    ],
)
def test_a_gguf_file_is_told_like_any_other(tmp_path: Path, name: str, shapes: dict, key: str) -> None:
    path = tmp_path / f"{name}.gguf"
    path.write_bytes(header(shapes) + bytes(64))
    found = inspect(path)
    assert (found.kind, found.base, found.dtype) == ("checkpoint", key, "GGUF")
    assert found.file_bytes == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GGUX" + header(FLUX)[4:], "gguf-damaged"),
        (header(FLUX, version=1), "gguf-damaged"),
        (header(FLUX)[:-9], "header-cut"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "gguf-damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**50), "gguf-damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("x") + struct.pack("<I", 77), "gguf-damaged"),
    ],
)
def test_a_damaged_header_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        inspect(path)
    assert caught.value.code == code


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.gguf"
    path.write_bytes(header(FLUX)[:24] + tail)
    with contextlib.suppress(ModelError):
        inspect(path)
