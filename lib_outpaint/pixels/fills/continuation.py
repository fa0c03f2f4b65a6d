"""Known values carried into the unknown: the farther from them, the wider they are averaged.

At every px the means under Gaussians of growing width are taken over the known px alone (normalised convolution,
Knutsson and Westin 1993). The narrowest one that holds enough that is known decides, and what it lacks the next one
adds. So a px at the seam goes on from its neighbour, and one far from it has the mean of a long stretch of the seam.
Works on any shape of known area; nothing here is random.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ..filters import gaussian

CELL = 8  # px: colours far from detail are worked out on cells of this side
_ENOUGH = 0.03  # of a Gaussian's weight known: a straight seam about twice its sigma away
_WIDTHS = tuple(0.5 * 2**step for step in range(7))  # cells: from 4 px to 256 px
_PLAIN = 1.0  # cells: the blur that parts a known px's colour from its texture


def spread(values: torch.Tensor, mass: torch.Tensor, sigmas: Sequence[float], gains: Sequence[float]) -> torch.Tensor:
    """Values carried outwards; where even the widest Gaussian finds too little they fade to 0.

    Args:
        values: float32 (C, H, W), 0 where nothing is known and in proportion to `mass` elsewhere.
        mass: float32 (H, W) in 0..1, how much of each px is known.
        sigmas: of the Gaussians, px, growing; gains: what each one's means are multiplied by.
    """
    weighted = torch.cat([values, mass[None]])
    found = torch.zeros_like(values)
    left = torch.ones_like(mass)
    for sigma, gain in zip(sigmas, gains, strict=True):
        blurred = gaussian(weighted, sigma)
        share = left * (blurred[-1] / _ENOUGH).clamp(max=1)
        found += blurred[:-1] / blurred[-1].clamp(min=1e-12) * (share * gain)
        left = left - share
    return found


def low_frequencies(pixels: torch.Tensor, of: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The colours that px go on with, and the plain colours of the known ones: two of float32 (3, H, W).

    Args:
        pixels: float32 (3, H, W).
        of: bool (H, W), True somewhere: the px that count.
    """
    _, height, width = pixels.shape
    counted = torch.cat([pixels * of, of[None].float()])
    counted = F.pad(counted, (0, -width % CELL, 0, -height % CELL))
    total, mass = F.avg_pool2d(counted[None], CELL)[0].split([3, 1])
    mean = (total.sum((1, 2)) / mass.sum())[:, None, None]
    # Less the mean: what is too far from all that is known fades to it.
    total = total - mean * mass
    onward = spread(total, mass[0], _WIDTHS, [1.0] * len(_WIDTHS))
    blurred = gaussian(torch.cat([total, mass]), _PLAIN)
    plain = blurred[:-1] / blurred[-1:].clamp(min=1e-12)
    both = F.interpolate(torch.cat([onward, plain])[None], scale_factor=CELL, mode="bilinear", align_corners=False)[0]
    return both[:3, :height, :width] + mean, both[3:, :height, :width] + mean
