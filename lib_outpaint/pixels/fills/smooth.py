"""A smooth continuation: the push-pull pyramid fill (Gortler et al., The Lumigraph, 1996, section 3.4.2).

Push: known pixels are averaged into ever smaller levels until everything is known. Pull: each level fills its unknown
pixels from the level below, interpolated. Colours flow from the seam outwards and lose detail with distance.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ...parameters.params import Params


def smooth(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Push-pull fill; see the module's description."""
    return push_pull(pixels, known.float())


def push_pull(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Values where weight is 1, a smooth continuation where it is 0, between the two in proportion.

    Args:
        values: float32 (C, H, W).
        weight: float32 (H, W) in 0..1, above 0 somewhere.
    """
    levels = [(values * weight[None], weight[None])]
    while max(levels[-1][1].shape[1:]) > 1 and bool((levels[-1][1] < 1).any()):
        total, mass = levels[-1]
        pad = (0, total.shape[2] % 2, 0, total.shape[1] % 2)
        total, mass = F.pad(total, pad), F.pad(mass, pad)
        # Sums, not means: a level's mass saturates at 1, so one known pixel of four makes its parent known.
        summed, heap = F.avg_pool2d(total[None], 2)[0] * 4, F.avg_pool2d(mass[None], 2)[0] * 4
        scale = heap.clamp(max=1) / heap.clamp(min=1e-12)
        levels.append((summed * scale, heap.clamp(max=1)))
    total, mass = levels.pop()
    filled = total / mass.clamp(min=1e-12)
    while levels:
        total, mass = levels.pop()
        size = (total.shape[1], total.shape[2])
        coarse = F.interpolate(
            filled[None], size=(size[0] + size[0] % 2, size[1] + size[1] % 2), mode="bilinear", align_corners=False
        )[0][:, : size[0], : size[1]]
        filled = total + coarse * (1 - mass)
    return filled
