"""How a sampled window's colours differ from its source: evidence in latent cells, and a robust fit of low order.

A drift is modelled, per channel and in levels (0..255), as

    sampled - source = offset + gain * (source - pivot) + slope_x * x + slope_y * y

fitted to the means of latent cells by iteratively reweighted least squares (Beaton and Tukey, 1974, biweight) with Gaussian
priors on gain and slopes: what the evidence does not show is not believed. Cells count less where the two pictures do not
show the same thing, and px that are clipped in either, or that the drift would clip, do not count at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

LEVELS = 255.0
LARGEST = 48.0  # levels: no drift; sampled and source show different things
_GAIN_SPAN, _SLOPE_SPAN = 64.0, 256.0  # units of the fit: per 64 levels, per 256 px
_GAIN_PRIOR, _SLOPE_PRIOR = 0.06 * _GAIN_SPAN, 0.01 * _SLOPE_SPAN  # standard deviations
_GAIN_MOST, _SLOPE_MOST = 0.12, 0.02  # hard limits: of 1, and levels per px
_CLIP = 0.5  # levels from 0 and 255 within which a value counts as clipped
_TEXTURE = 4.0  # levels: differences of structure below it are noise
_FLOOR = 0.3  # levels: a cell mean is never believed to be better than this against another


@dataclass(frozen=True, eq=False)
class Cells:
    """Evidence: N latent cells of P px each, levels.

    Attributes:
        sampled, source: float32 (3, N, P).
        known: bool (N, P), px whose source counts.
        row, column: long (N,), place on the window's latent grid.
        grid: the grid's size, rows and columns.
        side: px of a cell's side.
    """

    sampled: torch.Tensor
    source: torch.Tensor
    known: torch.Tensor
    row: torch.Tensor
    column: torch.Tensor
    grid: tuple[int, int]
    side: int

    @property
    def count(self) -> int:
        return int(self.row.shape[0])

    def only(self, where: torch.Tensor) -> Cells:
        """The cells in which `where` (bool (N,)) holds."""
        return replace(self, sampled=self.sampled[:, where], source=self.source[:, where], known=self.known[where],
                       row=self.row[where], column=self.column[where])


@dataclass(frozen=True, eq=False)
class Fit:
    """A drift. Tensors are float32 (3,), in levels and px; x and y run from the window's middle.

    `noise` is the standard deviation of a fully trusted cell's mean around the fit, `trust` (a scalar) how far the evidence
    is to be believed at all, 0..1. `weight` and `left` (3, N): each cell's weight, and what the fit leaves of its
    difference.
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


def gathered(sampled: torch.Tensor, source: torch.Tensor, known: torch.Tensor, where: torch.Tensor, side: int) -> Cells:
    """The cells in which `where` (bool, the latent grid) holds and at least a px is known.

    Args:
        sampled, source: float32 (3, H, W) in 0..1; known: bool (H, W).
    """
    rows, columns = known.shape[0] // side, known.shape[1] // side
    blocks = known.view(rows, side, columns, side).permute(0, 2, 1, 3)
    row, column = torch.nonzero(where & blocks.flatten(2).any(2), as_tuple=True)

    def cut(values: torch.Tensor) -> torch.Tensor:
        cells = values.view(3, rows, side, columns, side).permute(1, 3, 0, 2, 4)[row, column]
        return cells.flatten(2).transpose(0, 1) * LEVELS

    return Cells(cut(sampled), cut(source), blocks[row, column].flatten(1), row, column, (rows, columns), side)


def fitted(cells: Cells, *, slopes: bool) -> Fit:
    """The drift that the evidence shows; without `slopes` offset and gain alone."""
    usable = _usable(cells)
    fit: Fit | None = None
    for _ in range(2):
        if fit is not None:
            usable = usable & ~_would_clip(cells, fit)
        fit = _robust(cells, usable, fit, slopes)
    assert fit is not None
    return fit


def predicted(fit: Fit, cells: Cells) -> torch.Tensor:
    """Levels by which the fit changes each px of the evidence: float32 (3, N, P)."""
    x, y = _places(cells)
    plane = fit.offset[:, None] + fit.slope_x[:, None] * x + fit.slope_y[:, None] * y
    return plane[:, :, None] + fit.gain[:, None, None] * (cells.source - fit.pivot[:, None, None])


def _usable(cells: Cells) -> torch.Tensor:
    """Bool (3, N, P): known and clipped in neither picture."""
    low, high = _CLIP, LEVELS - _CLIP
    sampled = (cells.sampled > low) & (cells.sampled < high) & cells.known
    both = sampled & (cells.source > low) & (cells.source < high)
    # A picture that is black or white almost everywhere: better a little bias than no evidence.
    rare = both.sum((1, 2)) * 20 < sampled.sum((1, 2))
    return torch.where(rare[:, None, None], sampled, both)


def _would_clip(cells: Cells, fit: Fit) -> torch.Tensor:
    """Px that the drift brings so near to a limit that the sampler's noise decides whether they are clipped."""
    expected = cells.source + predicted(fit, cells)
    margin = 1.5 + 2 * fit.noise[:, None, None]
    return (expected < margin) | (expected > LEVELS - margin)


def _places(cells: Cells) -> tuple[torch.Tensor, torch.Tensor]:
    """Middles of the cells, px from the window's middle: x and y, (N,)."""
    rows, columns = cells.grid
    return ((cells.column + 0.5 - columns / 2) * cells.side, (cells.row + 0.5 - rows / 2) * cells.side)


def _agreement(cells: Cells, usable: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
    """Whether sampled and source show the same structure, 0..1 a cell (N,): 1 where they do or both are flat."""
    def spread(values: torch.Tensor) -> torch.Tensor:
        mean = (values * usable).sum(2) / count
        return ((values - mean[:, :, None]).square() * usable).sum(2).sum(0)

    change = spread(cells.sampled - cells.source)
    total = spread(cells.sampled) + spread(cells.source) + _TEXTURE**2 * count.sum(0)
    on_grid = change.new_zeros(2, *cells.grid)
    on_grid[:, cells.row, cells.column] = torch.stack([change, total])
    near = F.avg_pool2d(on_grid[None], 3, 1, 1)[0][:, cells.row, cells.column]
    alike = 1 - near[0] / near[1].clamp(min=1e-6)
    return _smoothstep((alike - 0.2) / 0.4)


def _robust(cells: Cells, usable: torch.Tensor, before: Fit | None, slopes: bool) -> Fit:
    count = usable.sum(2).clamp(min=1)  # (3, N)
    change = cells.sampled - cells.source
    mean = (change * usable).sum(2) / count
    level = (cells.source * usable).sum(2) / count
    rest = change if before is None else change - before.gain[:, None, None] * cells.source
    rest_mean = (rest * usable).sum(2) / count
    spread = ((rest - rest_mean[:, :, None]).square() * usable).sum(2) / count
    valid = usable.sum(2) >= min(8, cells.side**2 // 2)
    believed = _agreement(cells, usable, count) * (1 - (mean.abs().amax(0) / LARGEST) ** 2).clamp(min=0) ** 2
    trusted = believed * valid / (1 + spread / count / _FLOOR**2)
    pivot = (level * trusted).sum(1) / trusted.sum(1).clamp(min=1e-6)
    x, y = _places(cells)
    basis = torch.stack([torch.ones_like(level), (level - pivot[:, None]) / _GAIN_SPAN,
                         (x / _SLOPE_SPAN).expand_as(level), (y / _SLOPE_SPAN).expand_as(level)], 2)  # (3, N, 4)
    solved, tukey, noise = _reweighted(basis, mean, trusted, cells, slopes)
    left = mean - (basis * solved[:, None]).sum(2)
    trust = _trust(believed * valid * tukey, valid)
    return Fit(solved[:, 0], (solved[:, 1] / _GAIN_SPAN).clamp(-_GAIN_MOST, _GAIN_MOST), pivot,
               (solved[:, 2] / _SLOPE_SPAN).clamp(-_SLOPE_MOST, _SLOPE_MOST),
               (solved[:, 3] / _SLOPE_SPAN).clamp(-_SLOPE_MOST, _SLOPE_MOST), noise, trust, trusted * tukey, left)


def _reweighted(basis: torch.Tensor, mean: torch.Tensor, trusted: torch.Tensor, cells: Cells,
                slopes: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Coefficients (3, 4), the biweight of each cell (3, N) and the noise (3,) of iteratively reweighted least squares."""
    solved = torch.zeros_like(basis[:, 0])
    solved[:, 0] = _weighted_median(mean, trusted)
    prior = basis.new_tensor([1e3, _GAIN_PRIOR, _SLOPE_PRIOR, _SLOPE_PRIOR]) ** -2
    if not slopes:
        prior[2:] = 1e9
    for _ in range(12):
        left = mean - (basis * solved[:, None]).sum(2)
        scale = (1.4826 * _weighted_median(left.abs(), trusted)).clamp(0.15, 4)
        tukey = (1 - (left / (4.685 * scale[:, None])) ** 2).clamp(min=0) ** 2
        weight = trusted * tukey
        variance = ((weight * left.square()).sum(1) / weight.sum(1).clamp(min=1e-6)).clamp(min=0.02**2)
        loose = _lack_of_fit(weight, left, variance, cells)
        normal = (basis * weight[:, :, None]).transpose(1, 2) @ basis
        normal = normal + torch.diag_embed(loose * prior * variance[:, None])
        right = (basis * (weight * mean)[:, :, None]).sum(1)
        solved = torch.linalg.solve(normal, right)
    return solved, tukey, variance.sqrt()


def _lack_of_fit(weight: torch.Tensor, left: torch.Tensor, variance: torch.Tensor, cells: Cells) -> torch.Tensor:
    """By how much each coefficient's variance exceeds that of independent cells: (3, 4).

    What is left of the columns' sums says it for a slope along x, the rows' for y: 1 for white noise, more when the
    residual has a shape that no plane has. Neighbouring cells are never independent: at least 4.
    """
    def ratio(index: torch.Tensor, size: int) -> torch.Tensor:
        sums = left.new_zeros(2, 3, size).index_add_(2, index, torch.stack([weight * left, weight]))
        groups = (sums[1] > 1e-3).sum(1)
        found = (sums[0].square() / sums[1].clamp(min=1e-3)).sum(1) / variance / (groups - 2).clamp(min=1)
        return found.clamp(min=4)

    four = torch.full_like(variance, 4.0)
    return torch.stack([four, four, ratio(cells.column, cells.grid[1]), ratio(cells.row, cells.grid[0])], 1)


def _trust(weight: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """How far the evidence is to be believed, from the share of cells that agree with each other and with the source."""
    count = valid.sum(1).float()
    share = (weight.sum(1) / count.clamp(min=1))[count > 0]
    if share.numel() == 0:
        return weight.new_zeros(())
    return _smoothstep((share.mean() - 0.2) / 0.25) * (count.amax() / 8).clamp(max=1)


def _weighted_median(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Along the last axis: (3, N) to (3,)."""
    ordered, index = values.sort(1)
    mass = weight.gather(1, index).cumsum(1)
    place = (mass < mass[:, -1:] / 2).sum(1, keepdim=True).clamp(max=values.shape[1] - 1)
    return ordered.gather(1, place)[:, 0]


def _smoothstep(t: torch.Tensor) -> torch.Tensor:
    t = t.clamp(0, 1)
    return t * t * (3 - 2 * t)
