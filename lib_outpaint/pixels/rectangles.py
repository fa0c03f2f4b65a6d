"""Rectangles of what is known, for models that are shown a picture of their own."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

Rectangle = tuple[slice, slice]  # of rows and of columns


def known_rectangle(known: torch.Tensor, multiple: int) -> Rectangle | None:
    """A large rectangle of known pixels, with sides that are multiples of some px; None where there is no such rectangle.

    When all that is known is one rectangle, as when growing, that is the one. What it has too much is cut off where it meets
    the border of the window, not beside what is unknown.

    Args:
        known: bool (H, W).
    """
    found = known.cpu().numpy()
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    if not len(rows):
        return None
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    if not found[box].all():
        return _largest(found, multiple)
    cut = tuple(_cut(side, length, multiple) for side, length in zip(box, found.shape, strict=True))
    return (cut[0], cut[1]) if all(side.stop > side.start for side in cut) else None


def _cut(side: slice, length: int, multiple: int) -> slice:
    """A side of a rectangle within a length, made a multiple."""
    more = (side.stop - side.start) % multiple
    return (
        slice(side.start + more, side.stop)
        if side.start == 0 and side.stop < length
        else slice(side.start, side.stop - more)
    )


def _largest(found: NDArray[np.bool_], multiple: int) -> Rectangle | None:
    """The largest rectangle of cells that are known as a whole."""
    height, width = (side // multiple for side in found.shape)
    blocks = found[: height * multiple, : width * multiple].reshape(height, multiple, width, multiple)
    cells: NDArray[np.bool_] = np.logical_and.reduce(blocks, axis=(1, 3))
    tall = np.zeros(width, int)
    best: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    for bottom, row in enumerate(cells, 1):
        tall = np.where(row, tall + 1, 0)  # known cells above each other, down to this row
        for left in range(width):
            lows = np.minimum.accumulate(tall[left:])
            areas = lows * np.arange(1, width - left + 1)
            at = int(areas.argmax())
            if areas[at] > best[0]:
                best = (int(areas[at]), bottom - int(lows[at]), bottom, left, left + at + 1)
    area, top, bottom, left, right = best
    return (_scaled(top, bottom, multiple), _scaled(left, right, multiple)) if area else None


def _scaled(start: int, stop: int, multiple: int) -> slice:
    return slice(start * multiple, stop * multiple)
