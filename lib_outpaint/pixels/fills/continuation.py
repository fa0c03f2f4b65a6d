"""Known values carried into the unknown: the farther from them, the wider they are averaged.

At every px the means under Gaussians of growing width are taken over the known px alone (normalised convolution,
Knutsson and Westin 1993). The narrowest one that holds enough that is known decides, and what it lacks the next one
adds. So a px at the seam goes on from its neighbour, and one far from it has the mean of a long stretch of the seam.
Works on any shape of known area; nothing here is random.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

CELL = 8  # px: colours far from detail are worked out on cells of this side
_ENOUGH = 0.03  # of a Gaussian's weight known: a straight seam about twice its sigma away
# How far a colour holds is not known, so that the mean is taken of guesses: from narrow means near to wide ones.
_GUESSES = (3e-5, _ENOUGH, 0.3)
_WIDTHS = tuple(0.5 * 2**step for step in range(7))  # cells: from 4 px to 256 px
# Beside the mean: what is far is known less well. Measured on photos other than those in docs/performance.md.
_TRUST = (1.0, 1.0, 1.0, 0.95, 0.9, 0.85, 0.8)
_PLAIN = 1.0  # cells: the blur that parts a known px's colour from its texture
_LED, _LED_GAINS = (0.5, 1.0, 2.0, 4.0), (1.0, 1.0, 0.7, 0.35)  # cells: how far a small picture's colours are led on
_OTHER = 8 / 255  # colours that differ by more are of other things
_SHORT = 256  # px: up to here a product of matrices is faster than a sum of shifted rows


def spread(
    values: torch.Tensor, mass: torch.Tensor, sigmas: Sequence[float], gains: Sequence[float], enough: float = _ENOUGH
) -> torch.Tensor:
    """Values carried outwards; where even the widest Gaussian finds too little they fade to 0.

    Args:
        values: float32 (C, H, W), 0 where nothing is known and in proportion to `mass` elsewhere.
        mass: float32 (H, W) in 0..1, how much of each px is known.
        sigmas: of the Gaussians, px, growing; gains: what each one's means are multiplied by.
        enough: the share of a Gaussian's weight that must be known for it to decide alone.
    """
    weighted = torch.cat([values, mass[None]])
    found = torch.zeros_like(values)
    left = torch.ones_like(mass)
    for sigma, gain in zip(sigmas, gains, strict=True):
        blurred = _blurred(weighted, sigma)
        share = left * (blurred[-1] / enough).clamp(max=1)
        found += blurred[:-1] * (share * gain / blurred[-1].clamp(min=1e-12))
        left = left - share
    return found


def low_frequencies(pixels: torch.Tensor, of: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The colours that px go on with, and the plain colours of the known ones: two of float32 (3, H, W).

    Args:
        pixels: float32 (3, H, W).
        of: bool (H, W), True somewhere: the px that count.
    """
    _, height, width = pixels.shape
    total, mass = in_cells(pixels * of), in_cells(of[None].float())
    mean = (total.sum((1, 2)) / mass.sum())[:, None, None]
    # Less the mean: what is too far from all that is known fades to it.
    total = total - mean * mass
    guesses = [spread(total, mass[0], _WIDTHS, _TRUST, enough) for enough in _GUESSES]
    onward = torch.stack(guesses).mean(0)
    blurred = _blurred(torch.cat([total, mass]), _PLAIN)
    plain = blurred[:-1] / blurred[-1:].clamp(min=1e-12)
    both = F.interpolate(torch.cat([onward, plain])[None], scale_factor=CELL, mode="bilinear", align_corners=False)[0]
    both = both[:, :height, :width]
    return both[:3] + mean, both[3:] + mean


def led_on(start: torch.Tensor, pixels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """A picture with the colours of known px beside them: float32 (3, H, W) in 0..1.

    What the two differ by on cells of known px fades within some 64 px. Where they show different things nothing is led
    on: that is no difference of colour.

    Args:
        start: float32 (3, H, W) in 0..1, also where px are known.
        pixels: float32 (3, H, W) in 0..1; known: bool (H, W).
    """
    if not bool(known.any()):
        return start
    apart, mass = in_cells((pixels - start) * known), in_cells(known[None].float())[0]
    apart = apart / mass.clamp(min=1e-6)
    weight = mass * (-(apart.square().mean(0) / _OTHER**2)).exp()
    moved = spread(apart * weight, weight, _LED, _LED_GAINS)
    moved = F.interpolate(moved[None], scale_factor=CELL, mode="bilinear", align_corners=False)[0]
    moved = moved[:, : start.shape[1], : start.shape[2]]
    return (start + moved).clamp(0, 1)


def in_cells(values: torch.Tensor) -> torch.Tensor:
    """Means over cells of CELL px, 0 beyond the edges: float32 (C, H, W) to (C, H / CELL, W / CELL), rounded up."""
    channels, height, width = values.shape
    padded = F.pad(values, (0, -width % CELL, 0, -height % CELL))
    rows = padded.view(channels, -1, CELL, padded.shape[2]).mean(2)
    return rows.view(channels, rows.shape[1], -1, CELL).mean(3)


def _blurred(values: torch.Tensor, sigma: float) -> torch.Tensor:
    """A Gaussian blur of (C, H, W) with replicated edges; `sigma` in px."""
    return _along(_along(values, sigma, 2), sigma, 1)


def _along(values: torch.Tensor, sigma: float, dim: int) -> torch.Tensor:
    length, reach = values.shape[dim], math.ceil(3 * sigma)
    if length <= _SHORT:
        weights = _weights(length, reach, sigma, values.device)
        return values @ weights if dim == 2 else weights.T @ values
    padded = F.pad(values, (reach, reach) if dim == 2 else (0, 0, reach, reach), mode="replicate")
    found = torch.zeros_like(values)
    for step, weight in enumerate(_bell(torch.arange(-reach, reach + 1), sigma).tolist()):
        found.add_(padded.narrow(dim, step, length), alpha=weight)
    return found


def _weights(length: int, reach: int, sigma: float, device: torch.device) -> torch.Tensor:
    """What each px gives to each: float32 (length, length); the edges stand for all beyond them."""
    places = torch.arange(-reach, length + reach, dtype=torch.float32, device=device)
    weights = _bell(places[:, None] - torch.arange(length, device=device)[None, :], sigma)
    inner = weights[reach : reach + length].clone()
    inner[0] += weights[:reach].sum(0)
    inner[-1] += weights[reach + length :].sum(0)
    return inner


def _bell(distance: torch.Tensor, sigma: float) -> torch.Tensor:
    """Weights of a Gaussian that ends at 3 sigma; their sum over whole px is 1."""
    reach = math.ceil(3 * sigma)
    scale = sum(math.exp(-((step / sigma) ** 2) / 2) for step in range(-reach, reach + 1))
    return torch.where(distance.abs() <= reach, torch.exp(-((distance / sigma) ** 2) / 2) / scale, 0.0)
