"""Fills that copy known pixels: the nearest one, a mirror of the picture, a mosaic of that mirror.

They work on any shape of known area, one axis at a time: a pixel takes from the run of known pixels nearest to it in
its row or its column; what has none in either (corners) takes from what the first round filled.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F

from ...parameters.params import Params


def edge(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Repeats the nearest known pixel of the row or column."""
    return _extended(pixels, known, "edge")


def mirror(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Mirrors the known area at the seam, and again where it is shorter than the new area."""
    return _extended(pixels, known, "mirror")


def mosaic(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """The mirror fill in square tiles of one colour, as the mosaic outpaint extension prepares pictures."""
    mirrored = _extended(pixels, known, "mirror")
    _, height, width = mirrored.shape
    tile = params.mosaic
    padded = F.pad(mirrored[None], (0, -width % tile, 0, -height % tile), mode="replicate")
    tiles = F.avg_pool2d(padded, tile)[0]
    return tiles.repeat_interleave(tile, 1).repeat_interleave(tile, 2)[:, :height, :width]


def _extended(pixels: torch.Tensor, known: torch.Tensor, how: Literal["edge", "mirror"]) -> torch.Tensor:
    rows, columns = known.any(1), known.any(0)
    if bool((known == rows[:, None] & columns[None, :]).all()):
        return _on_a_grid(pixels, rows, columns, how)
    return _in_rounds(pixels, known, how)


def _on_a_grid(pixels: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor, how: str) -> torch.Tensor:
    """Known is where a known row (bool (H)) and a known column (bool (W)) meet, as a rectangle is: all rows copy from the
    same columns, then all columns from the same rows."""
    filled = pixels.clone()
    for dim, line in ((2, columns), (1, rows)):
        unknown = torch.nonzero(~line).flatten()
        source, _ = _sources(line[None], how)
        filled.index_copy_(dim, unknown, filled.index_select(dim, source[0, unknown]))
    return filled


def _in_rounds(pixels: torch.Tensor, known: torch.Tensor, how: str) -> torch.Tensor:
    filled, done = pixels, known
    while not bool(done.all()):
        across, far_x = _sources(done, how)
        down, far_y = (part.T for part in _sources(done.T, how))
        rows = torch.arange(done.shape[0], device=done.device)[:, None].expand_as(done)
        columns = torch.arange(done.shape[1], device=done.device)[None, :].expand_as(done)
        by_row = far_x <= far_y
        y = torch.where(by_row, rows, down)
        x = torch.where(by_row, across, columns)
        reachable = torch.minimum(far_x, far_y) < _FAR
        filled = torch.where(reachable & ~done, filled[:, y, x], filled)
        done = done | reachable
    return filled


_FAR = 1 << 30


def _sources(known: torch.Tensor, how: str) -> tuple[torch.Tensor, torch.Tensor]:
    """For each pixel, the column to take from in its row, and how far the nearest known pixel is (_FAR: none)."""
    width = known.shape[1]
    x = torch.arange(width, device=known.device)[None, :].expand_as(known)
    before = torch.where(known, x, -1).cummax(1).values  # nearest known column at or before
    after = torch.where(known, x, 2 * width).flip(1).cummin(1).values.flip(1)
    to_before = torch.where(before >= 0, x - before, _FAR)
    to_after = torch.where(after < width, after - x, _FAR)
    distance = torch.minimum(to_before, to_after)
    if how == "edge":
        return torch.where(to_before <= to_after, before, after).clamp(0, width - 1), distance
    starts, ends = _runs(known, x, width)
    left = _folded(to_before, before.clamp(0), starts, -1)
    right = _folded(to_after, after.clamp(max=width - 1), ends, 1)
    return torch.where(to_before <= to_after, left, right).clamp(0, width - 1), distance


def _runs(known: torch.Tensor, x: torch.Tensor, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """For each known pixel, the first and the last column of the run it lies in."""
    gap_before = torch.where(known, -1, x).cummax(1).values
    gap_after = torch.where(known, width, x).flip(1).cummin(1).values.flip(1)
    return gap_before + 1, gap_after - 1


def _folded(distance: torch.Tensor, nearest: torch.Tensor, far_ends: torch.Tensor, direction: int) -> torch.Tensor:
    """The column `distance` px inside the run that `nearest` bounds, folded at the run's ends."""
    far = far_ends.gather(1, nearest)
    length = (nearest - far).abs() + 1
    k = (distance - 1).clamp(0) % (2 * length)
    inside = torch.where(k < length, k, 2 * length - 1 - k)
    return nearest + direction * inside
