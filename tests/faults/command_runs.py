"""The command line run in this process, and what it has written."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from lib_outpaint import cli


def run(*words: object) -> int:
    return cli.main([str(word) for word in words])


def whole(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        image.load()
        return image.size
