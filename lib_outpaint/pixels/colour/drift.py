"""How a sampled window's colours differ from its source: evidence in latent cells, and a robust fit of low order.

A drift is modelled, per channel and in levels (0..255), as

    sampled - source = offset + gain * (source - pivot) + slope_x * x + slope_y * y

fitted to the means of latent cells by iteratively reweighted least squares (Beaton and Tukey's biweight, 1974) with
Gaussian priors on all but the offset: what the evidence does not show is not believed. A small shift and a blur of the
content look like colour to first order (the constraint of Horn and Schunck, Determining Optical Flow, 1981), so the
source's derivatives are fitted too, and left out of the drift. Cells count less where the two pictures do not show the
same thing; px that are clipped in either, or that the drift would clip, do not count at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .evidence import LEVELS, Cells, agreement, derivatives, places, smoothstep, usable

LARGEST = 48.0  # levels: no drift; sampled and source show different things
_GAIN_SPAN, _SLOPE_SPAN = 64.0, 256.0  # units of the fit: per 64 levels, per 256 px
_GAIN_PRIOR, _SLOPE_PRIOR = 0.06 * _GAIN_SPAN, 0.01 * _SLOPE_SPAN  # standard deviations
_SHIFT_PRIOR, _BLUR_PRIOR = 2.0, 2.0  # standard deviations: px, px^2
_GAIN_MOST, _SLOPE_MOST = 0.12, 0.02  # hard limits: of 1, and levels per px
_TURNS, _SETTLED = 15, 6  # rounds of weighting, and when coefficients begin to be left out
_SURE = 50.0  # inverse variance of a prior that is not to be left out
_FEW = 4  # cells: nothing is believed of so few, and all of twice as many
_SIGNIFICANT = 6.0  # squares of a coefficient over squares of its error
_STEADY = (0.1, 0.05)  # standard deviations of gain and slope, in the fit's units, around those of the pass before
_SUDDEN = (0.6, 0.4)  # and how much more than their error they may differ from these before they count as new
_FLOOR = 0.3  # levels: a cell mean is never believed to be better than this against another


@dataclass(frozen=True, eq=False)
class Fit:
    """A drift. Tensors are float32 (3,), in levels and px; x and y run from the window's middle.

    `noise` is the standard deviation of a fully trusted cell's mean around the fit, `trust` (a scalar) how far the
    evidence is to be believed at all, 0..1. `weight` and `left` (3, N): each cell's weight, and what the fit leaves of
    its difference. `solved` (3, 7): all coefficients, in the fit's own units.
    """

    offset: torch.Tensor
    gain: torch.Tensor
    pivot: torch.Tensor
    slope_x: torch.Tensor
    slope_y: torch.Tensor
    noise: torch.Tensor
    trust: torch.Tensor
    weight: torch.Tensor
    left: torch.Tensor
    solved: torch.Tensor


def fitted(cells: Cells, *, slopes: bool, before: Fit | None = None) -> Fit:
    """The drift that the evidence shows; without `slopes` offset and gain alone.

    Args:
        before: the drift of the pass before, on the same side. A sampler's gain and slopes change little, while its
            source by now holds what earlier fits left, which a fit of its own would carry on and on.
    """
    counted = usable(cells)
    fit: Fit | None = None
    for _ in range(2):
        if fit is not None:
            counted = counted & ~_would_clip(cells, fit)
        fit = _robust(cells, counted, fit, slopes, before)
    assert fit is not None
    return fit


def predicted(fit: Fit, cells: Cells) -> torch.Tensor:
    """Levels by which the fit changes each px of the evidence: float32 (3, N, P)."""
    x, y = places(cells)
    plane = fit.offset[:, None] + fit.slope_x[:, None] * x + fit.slope_y[:, None] * y
    return plane[:, :, None] + fit.gain[:, None, None] * (cells.source - fit.pivot[:, None, None])


def _would_clip(cells: Cells, fit: Fit) -> torch.Tensor:
    """Px that the drift brings so near to a limit that the sampler's noise decides whether they are clipped."""
    expected = cells.source + predicted(fit, cells)
    margin = 1.5 + 2 * fit.noise[:, None, None]
    return (expected < margin) | (expected > LEVELS - margin)


def _robust(cells: Cells, counted: torch.Tensor, first: Fit | None, slopes: bool, before: Fit | None) -> Fit:
    count = counted.sum(2).clamp(min=1)  # (3, N)
    change = cells.sampled - cells.source
    mean = (change * counted).sum(2) / count
    level = (cells.source * counted).sum(2) / count
    rest = change if first is None else change - first.gain[:, None, None] * cells.source
    rest_mean = (rest * counted).sum(2) / count
    spread = ((rest - rest_mean[:, :, None]).square() * counted).sum(2) / count
    valid = counted.sum(2) >= min(8, cells.side**2 // 2)
    believed = agreement(cells, counted) * (1 - (mean.abs().amax(0) / LARGEST) ** 2).clamp(min=0) ** 2
    trusted = believed * valid / (1 + spread / count / _FLOOR**2)
    pivot = (level * trusted).sum(1) / trusted.sum(1).clamp(min=1e-6)
    x, y = places(cells)
    basis = torch.stack(
        [
            torch.ones_like(level),
            (level - pivot[:, None]) / _GAIN_SPAN,
            (x / _SLOPE_SPAN).expand_as(level),
            (y / _SLOPE_SPAN).expand_as(level),
            *derivatives(cells),
        ],
        2,
    )  # (3, N, 7)
    solved, tukey, noise = _reweighted(basis, mean, trusted, cells, slopes, before, _SETTLED if first is None else _TURNS)
    left = mean - (basis * solved[:, None]).sum(2)
    trust = _trust(believed * valid * tukey, valid)
    return Fit(
        solved[:, 0],
        (solved[:, 1] / _GAIN_SPAN).clamp(-_GAIN_MOST, _GAIN_MOST),
        pivot,
        (solved[:, 2] / _SLOPE_SPAN).clamp(-_SLOPE_MOST, _SLOPE_MOST),
        (solved[:, 3] / _SLOPE_SPAN).clamp(-_SLOPE_MOST, _SLOPE_MOST),
        noise,
        trust,
        trusted * tukey,
        left,
        solved,
    )


def _reweighted(
    basis: torch.Tensor,
    mean: torch.Tensor,
    trusted: torch.Tensor,
    cells: Cells,
    slopes: bool,
    before: Fit | None,
    turns: int,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Iteratively reweighted least squares: coefficients (3, 7), biweights of the cells (3, N), and the noise (3,)."""
    solved = torch.zeros_like(basis[:, 0])
    solved[:, 0] = _weighted_median(mean, trusted)
    prior = _broad(basis, slopes).expand(3, 7)
    wanted = torch.zeros_like(solved)
    for turn in range(turns):
        left = mean - (basis * solved[:, None]).sum(2)
        scale = (1.4826 * _weighted_median(left.abs(), trusted)).clamp(0.15, 4)
        tukey = (1 - (left / (4.685 * scale[:, None])) ** 2).clamp(min=0) ** 2
        weight = trusted * tukey
        variance = ((weight * left.square()).sum(1) / weight.sum(1).clamp(min=1e-6)).clamp(min=0.02**2)
        loose = _lack_of_fit(weight, left, variance, cells) * variance[:, None]
        normal = (basis * weight[:, :, None]).transpose(1, 2) @ basis
        right = (basis * (weight * mean)[:, :, None]).sum(1)
        solved = torch.linalg.solve(normal + torch.diag_embed(loose * prior), right + loose * prior * wanted)
        if turn >= _SETTLED:
            error = torch.linalg.inv(normal + torch.diag_embed(loose * prior)).diagonal(dim1=1, dim2=2) * loose
            if turn == _SETTLED and before is not None:
                prior, wanted = _remembered(solved, error, prior, before)
            elif turn < turns - 1:
                prior = _pruned(solved, error, prior)
    return solved, tukey, variance.sqrt()


def _broad(basis: torch.Tensor, slopes: bool) -> torch.Tensor:
    """Inverse variances of the coefficients before anything is known: (7,)."""
    prior = basis.new_tensor([1e3, _GAIN_PRIOR, _SLOPE_PRIOR, _SLOPE_PRIOR, _SHIFT_PRIOR, _SHIFT_PRIOR, _BLUR_PRIOR]) ** -2
    if not slopes:
        prior[2:4] = 1e9
    return prior


def _pruned(solved: torch.Tensor, error: torch.Tensor, prior: torch.Tensor) -> torch.Tensor:
    """Priors without the coefficient that the evidence shows least, if it does not stand out of its squared error.

    One at a time, since two that look alike may hide each other: noise does not become slopes that grow with distance.
    Channels share what is there, not how much.
    """
    seen = solved.square().mean(0) / error.mean(0).clamp(min=1e-12)
    seen = torch.where((prior[0] >= _SURE) | (torch.arange(len(seen), device=seen.device) == 0), torch.inf, seen)
    least = (seen == seen.min()) & (seen < _SIGNIFICANT)
    return torch.where(least, torch.full_like(prior, 1e9), prior)


def _remembered(
    solved: torch.Tensor, error: torch.Tensor, prior: torch.Tensor, before: Fit
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inverse variances and means (3, 7): gain and slopes that may well be those of the pass before are taken to be."""
    steady = solved.new_tensor([_STEADY[0], _STEADY[1], _STEADY[1]])
    sudden = solved.new_tensor([_SUDDEN[0], _SUDDEN[1], _SUDDEN[1]])
    known = before.solved[:, 1:4]
    # All channels or none: pruning goes by coefficient.
    same = ((solved[:, 1:4] - known).abs() <= 3 * error[:, 1:4].sqrt() + sudden).all(0) & (before.trust > 0.9)
    prior, wanted = prior.clone(), torch.zeros_like(solved)
    prior[:, 1:4] = torch.where(same, steady**-2, prior[:, 1:4])
    wanted[:, 1:4] = torch.where(same, known, wanted[:, 1:4])
    return prior, wanted


def _lack_of_fit(weight: torch.Tensor, left: torch.Tensor, variance: torch.Tensor, cells: Cells) -> torch.Tensor:
    """By how much each coefficient's variance exceeds that of independent cells: (3, 7).

    What is left of the columns' sums says it for a slope along x, the rows' for y: 1 for white noise, more when the
    residual has a shape that no plane has. Neighbouring cells are never independent: at least 4.
    """

    def ratio(index: torch.Tensor, size: int) -> torch.Tensor:
        sums = left.new_zeros(2, 3, size).index_add_(2, index, torch.stack([weight * left, weight]))
        groups = (sums[1] > 1e-3).sum(1)
        found = (sums[0].square() / sums[1].clamp(min=1e-3)).sum(1) / variance / (groups - 2).clamp(min=1)
        return found.clamp(min=4)

    four = torch.full_like(variance, 4.0)
    return torch.stack(
        [four, four, ratio(cells.column, cells.grid[1]), ratio(cells.row, cells.grid[0]), four, four, four], 1
    )


def _trust(weight: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """How far the evidence is to be believed: from the share of cells that agree with each other and the source."""
    count = valid.sum(1).float()
    share = (weight.sum(1) / count.clamp(min=1))[count > 0]
    if share.numel() == 0:
        return weight.new_zeros(())
    return smoothstep((share.mean() - 0.2) / 0.25) * ((count.amax() - _FEW) / _FEW).clamp(0, 1)


def _weighted_median(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Along the last axis: (3, N) to (3,)."""
    ordered, index = values.sort(1)
    mass = weight.gather(1, index).cumsum(1)
    place = (mass < mass[:, -1:] / 2).sum(1, keepdim=True).clamp(max=values.shape[1] - 1)
    return ordered.gather(1, place)[:, 0]
