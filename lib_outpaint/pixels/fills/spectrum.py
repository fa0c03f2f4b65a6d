"""Noise shaped by the picture's own spectrum, after Outpainting mk2 by parlance-zz.

mk2: take the power of coloured noise under the window w = (1 / ((x^2 + 1)(y^2 + 1)))^(1 / pi), times the picture's
amplitude spectrum to the power q ("Fall-off exponent"), with the picture's phase; then match its histogram to the
picture. Here the transform is a real FFT of the window alone, and the colours are those of a band beside the seam, so
that the fill has the colours of its surroundings and not of the whole picture; and they are matched as a whole, not
channel by channel, so that there are none that the band has not.
"""

from __future__ import annotations

import math

import torch

from ...parameters.params import Params
from ..filters import box_sum, dilated
from .colours import jointly_matched, picked, put

BAND = 64  # px of known picture beside the unknown area whose colours the noise takes
_BINS = 256


def noise(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Spectrum-shaped noise; see the module's description. `seed` chooses the noise."""
    _, height, width = pixels.shape
    hard = known.float()
    mean = ((pixels.flatten(1) @ hard.flatten()) / hard.sum())[:, None, None]
    # The mean where nothing is known: a hard black edge would fill the spectrum with its own lines.
    source = torch.fft.rfft2(pixels.sub(mean).mul_(_faded(known)).add_(mean))
    amplitude = _squared(source).sqrt_()
    highest = amplitude.amax()
    shaped = _noise_power(height, width, params.color_variation, seed, pixels.device)
    shaped /= amplitude + (highest * 1e-9 + 1e-12)  # times the source: its phase alone
    # Amplitude relative to its maximum keeps float32 in range for every exponent.
    shaped *= (amplitude / (highest * (1 + 1e-9) + 1e-12)).add_(1e-9) ** params.noise_exponent
    texture = torch.fft.irfft2(source * shaped, s=(height, width))
    hole, band = ~known, _beside(known)
    return jointly_matched(matched(texture, hole, pixels, band), hole, pixels, band)


def matched(values: torch.Tensor, where: torch.Tensor, reference: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """Gives each channel the distribution that the reference has: histogram matching by ranks in bins.

    Args:
        values: float (3, H, W), any range; only what lies in `where` (bool (H, W)) is matched and returned changed.
        reference: float32 (3, H, W) in 0..1, of which the px in `of` (bool (H, W)) count.
    """
    counted = picked(reference, of).mul(_BINS - 1).add_(0.5).long()
    given = picked(values, where)
    low, high = given.amin(1, keepdim=True), given.amax(1, keepdim=True)
    bins = given.sub(low).mul_((_BINS * 8 - 1) / (high - low).clamp(min=1e-20)).long()
    for channel in range(values.shape[0]):
        counts = torch.bincount(bins[channel], minlength=_BINS * 8).double()
        ranks = (counts.cumsum(0) - counts / 2) / counts.sum()  # the middle of each bin in the distribution
        wanted = torch.bincount(counted[channel], minlength=_BINS).double()
        given[channel] = _quantiles(wanted, ranks).to(values.dtype).index_select(0, bins[channel])
    return put(values, where, given)


def _quantiles(counts: torch.Tensor, ranks: torch.Tensor) -> torch.Tensor:
    """The values in 0..1 at the ranks of a histogram over 0..1, linear between the middles of its occupied bins."""
    occupied = torch.nonzero(counts).flatten()
    middles = ((counts.cumsum(0) - counts / 2) / counts.sum())[occupied]
    levels = occupied.double() / (len(counts) - 1)
    if len(occupied) == 1:
        return levels.expand(len(ranks)).clone()
    high = torch.searchsorted(middles, ranks).clamp(1, len(occupied) - 1)
    low = high - 1
    part = ((ranks - middles[low]) / (middles[high] - middles[low])).clamp(0, 1)
    return levels[low] * (1 - part) + levels[high] * part


def _noise_power(height: int, width: int, color_variation: float, seed: int, device: torch.device) -> torch.Tensor:
    # Drawn on the CPU, so that every device gives the same picture for the same seed.
    generator = torch.Generator().manual_seed(seed % 2**63)
    drawn = torch.rand(3, height, width, generator=generator).to(device)
    # The middle grey of the draw is one huge coefficient at frequency 0; the matched histogram sets the mean anyway.
    grey = drawn.mean(0).mul_(1 - color_variation).sub_(0.5)
    power = _squared(torch.fft.rfft2(drawn.mul_(color_variation).add_(grey)))
    return power.mul_(_gaussian_window(height, width, device).square())


def _squared(spectrum: torch.Tensor) -> torch.Tensor:
    """Squared absolute values; a third of the time that abs() takes."""
    parts = torch.view_as_real(spectrum)
    return parts[..., 0].square().add_(parts[..., 1].square())


def _gaussian_window(height: int, width: int, device: torch.device) -> torch.Tensor:
    """mk2's window over frequencies, centred on frequency 0, for a half spectrum: float32 (H, W // 2 + 1)."""
    shorter = min(height, width)
    y = torch.fft.fftfreq(height, device=device) * 2 * (height / shorter)
    x = torch.fft.rfftfreq(width, device=device) * 2 * (width / shorter)
    window: torch.Tensor = (1 / ((x[None, :].square() + 1) * (y[:, None].square() + 1))) ** (1 / math.pi)
    return window


def _faded(known: torch.Tensor) -> torch.Tensor:
    """1 well inside the known area, fading to 0 at its border over a few px: no hard line in the spectrum."""
    soft = box_sum(known.short(), 8) / 17**2
    return ((soft - 0.5) * 2).clamp(0, 1) * known


def _beside(known: torch.Tensor) -> torch.Tensor:
    """Known px at most BAND px from an unknown one; all known px when there are none."""
    band = dilated(~known, BAND) & known
    return torch.where(band.any(), band, known)
