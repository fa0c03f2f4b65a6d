"""What an area's texture is like, wherever in it things lie: its spectrum and its colours.

All take levels: float32 (3, H, W), 0..255.
"""

from __future__ import annotations

import torch

LEAST = 32  # px: a thinner area has no spectrum
EDGES = tuple(2.0 ** (half / 2 - 5) for half in range(9))  # cycles a px: half octaves from 1/32 to 1/2
_DETAIL = 4  # the bins from 1/8 cycles a px on: structures of 8 px and finer
_FLOOR = 1 / 12  # levels^2: what rounding to whole levels leaves in every bin
_LUMA = (0.299, 0.587, 0.114)


def radial_spectrum(levels: torch.Tensor) -> torch.Tensor | None:
    """The power of the luma (Rec. 601) against the spatial frequency: float64 (8,), levels^2 a px; None if too thin.

    The mean is taken off, a Hann window laid over, and the power averaged over rings of half an octave. White noise
    of variance v has v in every bin.
    """
    height, width = levels.shape[1:]
    if min(height, width) < LEAST:
        return None
    luma = (levels.double() * torch.tensor(_LUMA, dtype=torch.float64)[:, None, None]).sum(0)
    window = torch.outer(
        torch.hann_window(height, False, dtype=torch.float64), torch.hann_window(width, False, dtype=torch.float64)
    )
    mean = (luma * window).sum() / window.sum()
    power = torch.fft.fft2((luma - mean) * window).abs().square() / window.square().sum()
    radius = torch.hypot(
        torch.fft.fftfreq(height, dtype=torch.float64)[:, None], torch.fft.fftfreq(width, dtype=torch.float64)[None, :]
    )
    rings = torch.bucketize(radius, torch.tensor(EDGES, dtype=torch.float64), right=True) - 1
    return torch.stack([power[rings == ring].mean() for ring in range(len(EDGES) - 1)])


def spectrum_distance(result: torch.Tensor, truth: torch.Tensor) -> float | None:
    """Mean size of the difference of two radial spectra, in dB over the bins; 0 is the same. None if too thin."""
    ratio = _ratio(result, truth)
    return None if ratio is None else float(ratio.abs().mean())


def detail_difference(result: torch.Tensor, truth: torch.Tensor) -> float | None:
    """How much more power a result has in structures of 8 px and finer, in dB: below 0 is blurrier, above 0 rougher."""
    ratio = _ratio(result, truth)
    return None if ratio is None else float(ratio[_DETAIL:].mean())


def _ratio(result: torch.Tensor, truth: torch.Tensor) -> torch.Tensor | None:
    mine, theirs = radial_spectrum(result), radial_spectrum(truth)
    if mine is None or theirs is None:
        return None
    return 10 * torch.log10((mine + _FLOOR) / (theirs + _FLOOR))


def histogram_distance(result: torch.Tensor, truth: torch.Tensor) -> float:
    """How far levels must move for the colours to be distributed alike: the 1-Wasserstein distance, in levels.

    Of whole levels, each channel's histogram alone, the mean of the three. A constant offset of s levels is s.
    """
    moved = 0.0
    for mine, theirs in zip(result, truth, strict=True):
        moved += float((_cumulated(mine) - _cumulated(theirs)).abs().sum())
    return moved / len(result)


def _cumulated(channel: torch.Tensor) -> torch.Tensor:
    counts = torch.bincount(channel.round().clamp(0, 255).long().flatten(), minlength=256).double()
    return counts.cumsum(0) / counts.sum()
