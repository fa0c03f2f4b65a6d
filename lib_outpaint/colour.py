"""Takes the sampler's colour drift out of a window before it is blended."""

from __future__ import annotations

import torch

from .hosts.protocol import KnownPixels
from .masks import Masks


def match(sampled: torch.Tensor, source: torch.Tensor, known: torch.Tensor, masks: Masks, how: str,
          known_pixels: KnownPixels, cell: int) -> torch.Tensor:
    """The sampled window with its drift from the source removed.

    Args:
        sampled, source: float32 (3, H, W) in 0..1; the source counts where `known` (bool (H, W)).
        how: "off", "mean" or "seam".
        known_pixels: whether known pixels carry the drift ("whole") or came back without it ("pinned").
    """
    return sampled
