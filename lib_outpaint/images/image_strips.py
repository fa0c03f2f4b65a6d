"""Images that are made some rows at a time: what becomes a file is never in memory as a whole array as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..pixels.levels import strips as rows_of
from ..planning.geometry import Extent

DEEP = {2: "LA;16", 3: "RGB;16", 4: "RGBA;16"}  # by channels: `Picture.mode` of images that Pillow has no mode for


@dataclass(frozen=True, eq=False)
class Strips:
    """An image of uint8 or uint16.

    Attributes:
        shape: (H, W) or (H, W, 2 to 4).
        make: the levels of some of its rows; asked anew every time.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    make: Callable[[slice], NDArray[Any]]

    @property
    def extent(self) -> Extent:
        return Extent(self.shape[1], self.shape[0])

    @property
    def mode(self) -> str:
        """As `Picture.mode`."""
        return mode_of(self)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        for rows in rows_of(self.shape[0]):
            yield self.make(rows)

    def array(self) -> NDArray[Any]:
        """All of it."""
        found = np.empty(self.shape, self.dtype)
        for rows in rows_of(self.shape[0]):
            found[rows] = self.make(rows)
        return found

    def image(self) -> Image.Image:
        """As a PIL image of mode L, LA, RGB, RGBA or I;16; colours of 16 bits a channel are rounded to 8."""
        mode = self.mode if self.mode == "I;16" else self.mode.partition(";")[0]
        image = Image.new(mode, (self.shape[1], self.shape[0]))
        for rows, levels in zip(rows_of(self.shape[0]), self, strict=True):
            image.paste(_image(levels, self.mode), (0, rows.start))
        return image


def mode_of(levels: NDArray[Any] | Strips) -> str:
    """The mode (as `Picture.mode`) of uint8 or uint16 (H, W) or (H, W, 2 to 4)."""
    if len(levels.shape) == 2:
        return "I;16" if levels.dtype == np.uint16 else "L"
    mode = DEEP[levels.shape[2]]
    return mode if levels.dtype == np.uint16 else mode.partition(";")[0]


def strips_of(array: NDArray[Any]) -> Strips:
    """An array (H, W) or (H, W, 2 to 4) of uint8 or uint16 in strips, which are views."""
    return Strips(array.shape, array.dtype, lambda rows: array[rows])


def _image(levels: NDArray[Any], mode: str) -> Image.Image:
    if mode == "I;16":
        levels = levels.astype("<u2")
    elif mode in DEEP.values():
        levels, mode = ((levels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8), mode.partition(";")[0]
    height, width = levels.shape[:2]
    return Image.frombytes(mode, (width, height), np.ascontiguousarray(levels).tobytes())
