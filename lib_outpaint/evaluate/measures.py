"""Figures of a finished picture against the truth. Levels are 0..255; residual = result - truth, (3, H, W)."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ..planning.geometry import Box, Side


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


def seam_slope(residual: torch.Tensor, source: Box, side: Side, overlap: int, around: int = 8) -> float:
    """The steepest slope of the mean residual, levels per px, from `around` px inside the band's end to as many outside.

    Not far from the seam: what is invented farther out differs from the truth whatever the engine does. In a
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
