"""Small photos in several formats, and the command line run in this process."""

from __future__ import annotations

import pytest
from PIL import Image
from skimage import data

from lib_outpaint import cli


@pytest.fixture
def folder(tmp_path):
    """Four photos of 80x64 px: a.png, b.jpg, c.webp and d.tif."""
    source = tmp_path / "in"
    source.mkdir()
    for name, read in (("a.png", data.astronaut), ("b.jpg", data.chelsea), ("c.webp", data.coffee), ("d.tif", data.camera)):
        Image.fromarray(read()[100:228, 100:260]).resize((80, 64)).save(source / name)
    return source


@pytest.fixture
def run():
    return lambda *words: cli.main([str(word) for word in words])
