"""Figures of a finished picture against the truth. Levels are 0..255; residual = result - truth, (3, H, W)."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ..pixels.filters import gaussian
from ..planning.geometry import Box, Side

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


def profile(residual: torch.Tensor, source: Box, side: Side, inside: int, outside: int) -> torch.Tensor:
    """Mean residual against the distance to the seam: (3, inside + outside), from `inside` px in to `outside` px out.

    Averaged along the seam over the original's length; new corners do not count.
    """
    rows, columns = source.slices
    if side.horizontal:
        along = residual[:, rows].mean(1)
        seam = source.left if side.at_start else source.right
    else:
        along = residual[:, :, columns].mean(2)
        seam = source.top if side.at_start else source.bottom
    if side.at_start:
        return along[:, seam - outside : seam + inside].flip(1)
    return along[:, seam - inside : seam + outside]


def steepest(values: torch.Tensor) -> float:
    """The steepest slope of a profile (3, N), levels per px, over its channels.

    Lightly smoothed: the central difference of the running mean of 3 px, so a step of s levels measures s / 3.
    """
    smooth = F.avg_pool1d(values[:, None], 3, 1)[:, 0]
    return float(((smooth[:, 2:] - smooth[:, :-2]) / 2).abs().max())


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


def seam_slope(residual: torch.Tensor, source: Box, side: Side, overlap: int, around: int = 8) -> float:
    """The steepest slope of the mean residual, levels per px, from `around` px inside the band's end to as many outside.

    Nearer to the seam than `slope`: what is invented farther out differs from the truth whatever the engine does. In a
    band, what was repainted otherwise than it was counts too.
    """
    depth = source.width if side.horizontal else source.height
    return steepest(profile(residual, source, side, min(overlap + around, depth), around))


def colour_step(result: torch.Tensor, truth: torch.Tensor, source: Box, side: Side) -> float:
    """How much more the colour jumps at a seam than it does in the truth, in levels; 0 when it does not.

    A jump is the mean of 2 px outside less that of 2 px inside, over a piece of 32 px along the seam; its size is the
    mean over the channels. Of both pictures the median over the pieces: a seam runs along the whole side, where an object
    that happens to end there does not. A new area that is s levels off beside a plain known one is s. It asks only how
    one area joins the other, not whether what is painted is true.
    """

    def jump(levels: torch.Tensor) -> float:
        rows, columns = source.slices
        across = levels[:, rows] if side.horizontal else levels[:, :, columns].transpose(1, 2)
        seam = {Side.LEFT: source.left, Side.RIGHT: source.right, Side.UP: source.top, Side.DOWN: source.bottom}[side]
        found = across[:, :, seam : seam + 2].mean(2) - across[:, :, seam - 2 : seam].mean(2)
        return float(F.avg_pool1d(found[:, None], 32, ceil_mode=True)[:, 0].abs().mean(0).quantile(0.5))

    return max(0.0, jump(result) - jump(truth))
