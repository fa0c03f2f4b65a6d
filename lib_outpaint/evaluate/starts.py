"""What a fill is measured by: the colours that the sampler starts from, before anything is sampled.

All take levels: float32 (3, H, W), 0..255.
"""

from __future__ import annotations

import torch

from ..pixels.filters import dilated, gaussian
from ..planning.geometry import Box

BLUR = 16.0  # px: what a Gaussian of this sigma leaves are the low frequencies
DETAIL = 3.0  # px: what a Gaussian of this sigma takes away is detail
MARGIN = 8  # px at the new area's borders where detail is not measured
NEAR = 24.0  # levels: a colour at least so near to one of the band is none of its own
BAND = 64  # px of the original beside the seam: the band of the colours
_CELL = 8  # levels: the side of the cells that colours are counted in
_CELLS = 256 // _CELL


def low_error(result: torch.Tensor, truth: torch.Tensor) -> float:
    """The root mean square of the difference's low frequencies, in levels; a constant offset of s levels is s."""
    return float(gaussian(result - truth, BLUR).square().mean().sqrt())


def detail_share(result: torch.Tensor, truth: torch.Tensor) -> float | None:
    """The standard deviation of the detail over the truth's: 1 is as lively, 0 is flat. None if the area is too thin or
    the truth has no detail."""
    if min(result.shape[1:]) <= 2 * MARGIN:
        return None
    mine, theirs = _liveliness(result), _liveliness(truth)
    return mine / theirs if theirs > 0 else None


def _liveliness(levels: torch.Tensor) -> float:
    inside = (levels - gaussian(levels, DETAIL))[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    return float(inside.double().std(correction=0))


def foreign_share(levels: torch.Tensor, source: Box, new: Box) -> float:
    """The share of new px whose colour is more than NEAR levels (Euclidean, RGB) from every colour that the original has
    within BAND px of the new area: 0 to 1.

    Args:
        levels: a whole picture.
    """
    added = torch.zeros(levels.shape[1:], dtype=torch.bool)
    added[new.slices] = True
    original = torch.zeros_like(added)
    original[source.slices] = True
    band = dilated(added, BAND) & original
    own, _ = _colours(levels[:, band])
    given, counts = _colours(levels[:, added])
    return float(counts[_far(given, own)].sum() / counts.sum())


def _colours(levels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The colours that there are, whole levels, float32 (N, 3), and how often each is: int64 (N,)."""
    red, green, blue = levels.round().clamp(0, 255).long()
    packed, counts = torch.unique((red << 16) + (green << 8) + blue, return_counts=True)
    return torch.stack([packed >> 16, packed >> 8 & 255, packed & 255], 1).float(), counts


def _far(colours: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Which of the colours (N, 3) are more than NEAR levels from all of `own` (M, 3): bool (N,)."""
    # In a cell that any of them lies in, nothing is farther off than its diagonal, 14 levels.
    there = torch.zeros(_CELLS**3, dtype=torch.bool)
    numbers = _cell(own)
    there[numbers] = True
    apart = ~there[_cell(colours)]
    # One colour of each cell settles most of the rest; what is near to none is compared with every colour.
    one_each = torch.zeros(_CELLS**3, 3).index_copy_(0, numbers, own)[there]
    for some in (one_each, own):
        left = torch.nonzero(apart).flatten()
        apart[left] = _nearest(colours[left], some) > NEAR
    return apart


def _cell(colours: torch.Tensor) -> torch.Tensor:
    red, green, blue = (colours / _CELL).long().unbind(1)
    return (red * _CELLS + green) * _CELLS + blue


def _nearest(colours: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    rows = max(1, 4_000_000 // len(own))
    parts = [torch.cdist(part, own).amin(1) for part in torch.split(colours, rows)] if len(colours) else [colours[:, 0]]
    return torch.cat(parts)
