"""The command line run in this process, and what it has written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint.apps import cli


def run(*words: object) -> int:
    """Its exit code."""
    return cli.main([str(word) for word in words])


def pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.array(image)


def whole(path: Path) -> tuple[int, int]:
    """The size of a picture that can be read to its end."""
    with Image.open(path) as image:
        image.load()
        return image.size
