"""Putting a sampled window back: once, in float, by coverage."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .errors import HostError
from .masks import as_pixels

_COLOURS = 13  # px: the filter that parts colours from detail
_DETAIL = (0.35, 0.65)  # coverage between which detail changes over
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
    band = where & (coverage > 0)
    if not bool(band.any()):
        return blend(known, sampled, coverage)
    rows, columns = around(band, _COLOURS)
    inside = where[rows, columns].float()
    apart = (sampled - known)[:, rows, columns] * inside
    mass = _averaged(inside[None]).clamp(min=1e-6)
    low = _averaged(apart) / mass
    share = coverage[rows, columns]
    steep = ((share - _DETAIL[0]) / (_DETAIL[1] - _DETAIL[0])).clamp(0, 1)
    steep = steep * steep * (3 - 2 * steep)
    moved = share * low + steep * (apart - low)
    # What differs nearby must not colour a px on which both pictures agree.
    moved = torch.minimum(torch.maximum(moved, -apart.abs() + apart.clamp(max=0)), apart.abs() + apart.clamp(min=0))
    mixed = (known[:, rows, columns] + moved).clamp(0, 1)
    result = blend(known, sampled, coverage)
    result[:, rows, columns] = torch.where((share > 0) & (share < 1) & (inside > 0), mixed, result[:, rows, columns])
    return result


def around(where: torch.Tensor, margin: int = 0) -> tuple[slice, slice]:
    """The smallest rows and columns that hold a region (bool (H, W)) and `margin` px around it; none without one."""
    if not bool(where.any()):
        return slice(0, 0), slice(0, 0)
    found = []
    for axis in (1, 0):
        index = torch.nonzero(where.any(axis)).flatten()
        found.append(slice(max(int(index[0]) - margin, 0), min(int(index[-1]) + 1 + margin, where.shape[1 - axis])))
    return found[0], found[1]


def _averaged(values: torch.Tensor) -> torch.Tensor:
    """Two box filters in a row: (C, H, W). Zeros outside; divide by what becomes of a weight."""
    size = _COLOURS + 1 - _COLOURS % 2
    for _ in range(2):
        values = F.avg_pool2d(values[None], (1, size), 1, (0, size // 2))[0]
        values = F.avg_pool2d(values[None], (size, 1), 1, (size // 2, 0))[0]
    return values


def checked(sampled: torch.Tensor, prefilled: torch.Tensor) -> torch.Tensor:
    """The host's pixels on the window's device, or an error that says what is wrong with them.

    Raises:
        HostError: another size, NaN or infinity, or a black picture for one that was not.
    """
    if sampled.shape != prefilled.shape:
        raise HostError(f"the sampler returned {_size(sampled)} for a window of {_size(prefilled)}")
    sampled = sampled.to(device=prefilled.device, dtype=torch.float32)
    if not bool(torch.isfinite(sampled).all()):
        raise HostError("the sampler returned NaN or infinite pixels; try the VAE or model in full precision")
    if float(sampled.max()) <= BLACK and float(prefilled.max()) > 0.1:
        raise HostError("the sampler returned a black picture, as models do that overflow; try full precision")
    return sampled.clamp(0, 1)


def black_where(cells: torch.Tensor, sampled: torch.Tensor, prefilled: torch.Tensor, cell: int) -> bool:
    """Whether a window is black in these latent cells (bool (H / cell, W / cell)) and its prefill there was not dark."""
    where = as_pixels(cells, cell)
    if not bool(where.any()):
        return False
    return float(sampled[:, where].max()) <= BLACK and float(prefilled[:, where].mean()) > 0.1


def _size(pixels: torch.Tensor) -> str:
    return f"{pixels.shape[-1]}x{pixels.shape[-2]}" if pixels.dim() >= 2 else str(tuple(pixels.shape))
