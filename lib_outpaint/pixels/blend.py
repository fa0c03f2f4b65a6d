"""Putting a sampled window back: once, in float, by coverage."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from ..errors import BackendError
from .filters import box_sum
from .masks import as_pixels

_RADIUS = 6  # px, of the two box filters that part colours from detail
_DETAIL = (0.35, 0.65)  # coverage between which detail changes over
DARK = 0.1  # mean level up to which black may be right
BLACK = 0.6 / 255  # 0, and what a host adds to make up for truncation


def blend(known: torch.Tensor, sampled: torch.Tensor, coverage: torch.Tensor) -> torch.Tensor:
    """known * (1 - coverage) + sampled * coverage; float32 (3, H, W), coverage (H, W).

    Where coverage is exactly 0 or 1 the result is exactly one of the two, whatever the other holds.
    """
    mixed = torch.lerp(known, sampled, coverage[None])
    mixed = torch.where(coverage[None] >= 1, sampled, mixed)
    return torch.where(coverage[None] <= 0, known, mixed)


def blend_bands(known: torch.Tensor, sampled: torch.Tensor, coverage: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """As `blend`, but detail changes over within a few px in the middle of the band, and only colours over all of it.

    A cross-fade of two pictures that do not show the same thing is a double exposure. In two bands (Burt and Adelson, A
    Multiresolution Spline With Application to Image Mosaics, 1983) every px has the detail of one of them.

    Args:
        where: bool (H, W), the px whose `known` counts. Where coverage is below 1, it must hold.
    """
    result = torch.where(coverage[None] > 0, sampled, known)
    rows, columns = around((coverage > 0) & (coverage < 1), 2 * _RADIUS)
    if rows.stop == 0:
        return result
    old, new, share = known[:, rows, columns], sampled[:, rows, columns], coverage[rows, columns]
    inside = where[rows, columns].float()
    apart = (new - old) * inside
    spread = _averaged(torch.cat([apart, inside[None]]))
    low = spread[:3] / spread[3:].clamp(min=1e-6)
    steep = ((share - _DETAIL[0]) / (_DETAIL[1] - _DETAIL[0])).clamp(0, 1)
    steep = steep * steep * (3 - 2 * steep)
    moved = share * low + steep * (apart - low)
    # What differs nearby must not colour a px on which both pictures agree.
    moved = torch.minimum(torch.maximum(moved, -apart.abs() + apart.clamp(max=0)), apart.abs() + apart.clamp(min=0))
    mixed = (old + moved).clamp(0, 1)
    soft = (share > 0) & (share < 1) & (inside > 0)
    result[:, rows, columns] = torch.where(soft, mixed, blend(old, new, share))
    return result


def around(where: torch.Tensor, margin: int = 0) -> tuple[slice, slice]:
    """The smallest rows and columns that hold a region (bool (H, W)) and `margin` px around it; none without one."""
    found = []
    for axis in (1, 0):
        index = torch.nonzero(where.any(axis)).flatten()
        if len(index) == 0:
            return slice(0, 0), slice(0, 0)
        found.append(slice(max(int(index[0]) - margin, 0), min(int(index[-1]) + 1 + margin, where.shape[1 - axis])))
    return found[0], found[1]


def _averaged(values: torch.Tensor) -> torch.Tensor:
    """Two box filters in a row: (C, H, W). Zeros outside; divide by what becomes of a weight."""
    area = (2 * _RADIUS + 1) ** 2
    return box_sum(box_sum(values, _RADIUS) / area, _RADIUS) / area


def checked(sampled: torch.Tensor, prefilled: torch.Tensor, *, can_fail: bool = True) -> torch.Tensor:
    """The host's pixels on the window's device, or an error that says what is wrong with them.

    Args:
        can_fail: whether black can be a failure, as it is of models that overflow.

    Raises:
        BackendError: another size, NaN or infinity, or a black picture for one that was not.
    """
    if sampled.shape != prefilled.shape:
        raise BackendError("returned-size", got=_size(sampled), wanted=_size(prefilled))
    sampled = sampled.to(device=prefilled.device, dtype=torch.float32)
    low, high = (float(end) for end in sampled.aminmax())  # NaN if one px is
    if not (math.isfinite(low) and math.isfinite(high)):
        raise BackendError("returned-nan")
    if can_fail and high <= BLACK and _not_dark(prefilled):
        raise BackendError("returned-black")
    return sampled.clamp(0, 1)


def black_where(cells: torch.Tensor, sampled: torch.Tensor, prefilled: torch.Tensor, cell: int) -> bool:
    """Whether a window is black in these latent cells (bool (H / cell, W / cell)) and its prefill there was not dark."""
    if not bool(cells.any()) or float(F.max_pool2d(sampled.amax(0, keepdim=True), cell)[0][cells].max()) > BLACK:
        return False
    return _not_dark(prefilled[:, as_pixels(cells, cell)])


def _not_dark(prefilled: torch.Tensor) -> bool:
    """On the whole: a night sky with stars is dark."""
    return float(prefilled.mean()) > DARK


def _size(pixels: torch.Tensor) -> str:
    return f"{pixels.shape[-1]}x{pixels.shape[-2]}" if pixels.dim() >= 2 else str(tuple(pixels.shape))
