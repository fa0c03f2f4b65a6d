"""Box filters whose cost hardly depends on their radius: sums of 1, 2, 4, 8 ... px put together (Hillis and Steele)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

Joined = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def box_sum(values: torch.Tensor, radius: int) -> torch.Tensor:
    """Sums over (2 * radius + 1)-px squares, zero beyond the edges: (..., H, W) to the same shape and dtype."""
    return _joined(values, radius, torch.add)


def box_mean(values: torch.Tensor, radius: int) -> torch.Tensor:
    """Means over (2 * radius + 1)-px squares, over the part of each that lies inside: float (..., H, W), same shape."""
    height, width = values.shape[-2:]
    inside = torch.ones(height, width, device=values.device, dtype=values.dtype)
    return box_sum(values, radius) / box_sum(inside, radius)


def dilated(mask: torch.Tensor, radius: int) -> torch.Tensor:
    """Bool (H, W): True within `radius` px (Chebyshev) of a True one."""
    return _joined(mask, radius, torch.logical_or)


def _joined(values: torch.Tensor, radius: int, join: Joined) -> torch.Tensor:
    for dim in (-1, -2):
        # Beyond the picture's own extent there are only zeros.
        reach = min(radius, values.shape[dim] - 1)
        pad = (reach, reach) if dim == -1 else (0, 0, reach, reach)
        values = _in_a_row(F.pad(values, pad), 2 * reach + 1, dim, join)
    return values


def _in_a_row(values: torch.Tensor, count: int, dim: int, join: Joined) -> torch.Tensor:
    """`count` neighbours joined, along a dimension that becomes shorter by count - 1."""
    length = values.shape[dim] - count + 1
    found: torch.Tensor | None = None
    run, start = 1, 0  # values[i] holds px i to i + run - 1 of what was given
    while True:
        if count & run:
            part = values.narrow(dim, start, length)
            found = part if found is None else join(found, part)
            start += run
        if start == count:
            assert found is not None
            return found
        shorter = values.shape[dim] - run
        values = join(values.narrow(dim, 0, shorter), values.narrow(dim, run, shorter))
        run *= 2


def gaussian(values: torch.Tensor, sigma: float) -> torch.Tensor:
    """A Gaussian blur of (C, H, W) with replicated edges; `sigma` in px."""
    reach = max(1, math.ceil(3 * sigma))
    weights = [math.exp(-((step / sigma) ** 2) / 2) for step in range(-reach, reach + 1)]
    for dim in (2, 1):
        # Shifted rows, added up: a convolution of one channel takes four times as long.
        wide = F.pad(values, (reach, reach) if dim == 2 else (0, 0, reach, reach), mode="replicate")
        length = values.shape[dim]
        values = torch.zeros_like(values)
        for step, weight in enumerate(weights):
            values.add_(wide.narrow(dim, step, length), alpha=weight / sum(weights))
    return values


def blurred(values: torch.Tensor, sigma: float) -> torch.Tensor:
    """As `gaussian`, within some thousandths, in a fraction of the time for large `sigma`: worked out on larger px."""
    side = int(sigma / 1.5)
    if side < 2:
        return gaussian(values, sigma)
    height, width = values.shape[1:]
    large = F.avg_pool2d(F.pad(values, (0, -width % side, 0, -height % side), mode="replicate"), side)
    # Means over large px and lines between them blur as well.
    left = max(sigma**2 - (side**2 - 1) / 12 - side**2 / 6, 0.1) ** 0.5
    found: torch.Tensor = F.interpolate(gaussian(large, left / side)[None], scale_factor=side, mode="bilinear")[0]
    return found[:, :height, :width]
