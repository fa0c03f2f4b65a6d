"""What is left of a drift in a finished image, against the truth: levels 0..255, residual = result - truth, (3, H, W)."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from lib_outpaint.evaluate.measures import profile, steepest
from lib_outpaint.pixels.filters import gaussian
from lib_outpaint.planning.geometry import Box, Side

PATCH = 16  # px: residuals are averaged over patches of this side before their size is taken
DETAIL = 2.0  # px: detail is what a Gaussian of this standard deviation takes away


def changed_depth(result: torch.Tensor, truth: torch.Tensor, source: Box, side: Side) -> int:
    """How many columns (rows) of the original, counted from one side, hold a changed px; in whole levels.

    Only px nearer to this side than to any other count, so that the bands of other sides do not.
    """
    changed = ((result.round() - truth.round()).abs() > 0).any(0)
    rows, columns = source.slices
    inside = changed[rows, columns]
    height, width = inside.shape
    y = torch.arange(height, device=inside.device)[:, None].expand(height, width)
    x = torch.arange(width, device=inside.device)[None, :].expand(height, width)
    away = {Side.LEFT: x, Side.RIGHT: width - 1 - x, Side.UP: y, Side.DOWN: height - 1 - y}
    nearest = torch.stack(list(away.values())).amin(0)
    mine = inside & (away[side] == nearest)
    return int(away[side][mine].max()) + 1 if bool(mine.any()) else 0


def slope(residual: torch.Tensor, source: Box, side: Side, amount: int, overlap: int) -> float:
    """The steepest slope across a seam: from 16 px inside the band's end to half of the new area, at most 64 px."""
    depth = source.width if side.horizontal else source.height
    return steepest(profile(residual, source, side, min(overlap + 16, depth), max(min(amount, 64), min(8, amount))))


def drift_left(residual: torch.Tensor, source: Box) -> float:
    """Mean size of the low-passed residual in the new area: means over patches of PATCH px, then over all channels."""
    _, height, width = residual.shape
    new = torch.ones(1, 1, height, width, device=residual.device)
    rows, columns = source.slices
    new[:, :, rows, columns] = 0
    mass = F.avg_pool2d(new, PATCH, ceil_mode=True, count_include_pad=False)[0]
    mean = F.avg_pool2d(residual[None] * new, PATCH, ceil_mode=True, count_include_pad=False)[0] / mass.clamp(min=1e-6)
    return float((mean.abs() * mass).sum() / (mass.sum() * 3))


def detail(levels: torch.Tensor) -> torch.Tensor:
    """What is finer than a few px: (3, H, W)."""
    return levels - gaussian(levels, DETAIL)


def detail_kept(result: torch.Tensor, first: torch.Tensor, second: torch.Tensor, band: torch.Tensor) -> float:
    """Detail of a blend in the band (bool (H, W)) as a share of that of the less detailed of its two pictures.

    The root of the mean square of `detail`, over the band. A plain cross-fade of unlike pictures falls to 0.7 in its
    middle and about 0.8 over the whole band; 1 is no ghost.
    """

    def energy(levels: torch.Tensor) -> float:
        return float(detail(levels)[:, band].square().mean().sqrt())

    return energy(result) / max(min(energy(first), energy(second)), 1e-6)
