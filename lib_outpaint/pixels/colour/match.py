"""Takes the sampler's colour drift out of a window before it is blended.

The drift is what `drift.fitted` finds where the sampler painted over known px. `mean` takes out offset and gain; `seam`
also slopes, and what is left at low frequencies beside the seam, which a membrane carries into the new area and lets
fade. Only a smooth field is subtracted and the contrast scaled by at most some per cent, so grain and detail stay what
they were.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ...planning.capabilities import KnownPixels
from ..blend import around
from ..fills.smooth import push_pull
from ..masks import Masks
from .drift import Fit, fitted, predicted
from .evidence import CLIP, LEVELS, Cells, gathered
from .membrane import membrane

_REACH = 64.0  # px over which what is left at the seam fades in the new area
_STIFFNESS = 0.25  # inverse square levels: what is left varies by about a level
_NOTHING = 0.05  # levels: smaller corrections are not made
_GOLDEN = 0.6180339887498949  # multiples of it modulo 1 are spread evenly
_AGREED = 0.4  # levels: by how much band and other known px may differ and still carry the same drift
_CHANGED = 0.75  # levels: by how much known px that should be pinned must differ to be taken for drifted
_FADED = 0.12  # levels: by how much the band's outermost cells may differ from the rest of it


def match(
    sampled: torch.Tensor,
    source: torch.Tensor,
    known: torch.Tensor,
    masks: Masks,
    how: str,
    known_pixels: KnownPixels,
    cell: int,
    before: Fit | None = None,
) -> tuple[torch.Tensor, Fit | None]:
    """The sampled window with its drift from the source removed, and the drift.

    Args:
        sampled, source: float32 (3, H, W) in 0..1; the source counts where `known` (bool (H, W)).
        how: "off", "mean" or "seam".
        known_pixels: whether known pixels carry the drift ("whole") or came back without it ("pinned").
        cell: side of a latent cell, px; H and W are multiples of it.
        before: the drift of the pass before this one, if that was on the same side.

    Returns:
        float32 (3, H, W) in 0..1, corrected at least where the coverage is not 0, which is all that is used; with no
        evidence, or none that can be believed, `sampled` itself. None without a drift.
    """
    if how == "off":
        return sampled, None
    found = _evidence(sampled, source, known, masks, known_pixels, cell, before, slopes=how == "seam")
    if found is None or not bool(found[1].trust > 0):
        return sampled, None
    cells, fit = found
    field = _field(cells, fit, sampled.shape[1:], carry=how == "seam")
    return _applied(sampled, source, known, fit, field, cell, around(masks.coverage > 0)), fit


def _evidence(
    sampled: torch.Tensor,
    source: torch.Tensor,
    known: torch.Tensor,
    masks: Masks,
    known_pixels: KnownPixels,
    cell: int,
    before: Fit | None,
    *,
    slopes: bool,
) -> tuple[Cells, Fit] | None:
    """The cells that show the drift, and the drift; None without any."""
    band = gathered(sampled, source, known, masks.latent, cell)
    found = _from_band(band, masks.latent, slopes, before) if band.count else None
    if band.count and known_pixels == "pinned" and float(masks.latent.float().mean()) > 0.9:
        return found
    every = gathered(sampled, source, known, _thinned(masks.latent), cell)
    inside = masks.latent[every.row, every.column]
    if known_pixels == "pinned" and (found is None or not _everywhere(every.only(~inside))):
        return found
    if every.count:
        wide = fitted(every, slopes=slopes, before=before)
        if found is None or _agree(*found, wide):
            return every, wide
    return found


def _from_band(band: Cells, latent: torch.Tensor, slopes: bool, before: Fit | None) -> tuple[Cells, Fit]:
    """The drift in the band. A sampler that pins known px may fade at the mask's edge: those cells must agree."""
    edge = (F.max_pool2d((~latent).float()[None, None], 3, 1, 1)[0, 0] > 0)[band.row, band.column]
    if int((~edge).sum()) * 4 < band.count or not bool(edge.any()):
        return band, fitted(band, slopes=slopes, before=before)
    inner = band.only(~edge)
    whole = fitted(band, slopes=slopes, before=before)
    weight = whole.weight * edge
    apart = (weight * whole.left).sum(1).abs() / weight.sum(1).clamp(min=1e-6)
    return (band, whole) if bool((apart <= _FADED).all()) else (inner, fitted(inner, slopes=slopes, before=before))


def _thinned(latent: torch.Tensor) -> torch.Tensor:
    """Which cells to look at for a drift of all known px: every one in the mask, and a thousand or two of the others."""
    rows, columns = latent.shape
    stride = max(1, round((rows * columns / 1500) ** 0.5))
    found = latent.clone()
    found[::stride, ::stride] = True
    return found


def _everywhere(outside: Cells) -> bool:
    """Whether known px that the sampler did not paint are changed too, though the host says that they are pinned."""
    if not outside.count:
        return False
    change = (outside.sampled - outside.source) * outside.known
    return bool(change.mean(2).median(1).values.abs().amax() >= _CHANGED)


def _agree(band: Cells, near: Fit, wide: Fit) -> bool:
    """Whether the drift of all known px is that of the band too: a host may say "whole" and yet pin its known px."""
    apart = (predicted(near, band) - predicted(wide, band)).abs().mean(2).mean(1)
    return bool((near.trust * apart <= _AGREED).all())


def _field(cells: Cells, fit: Fit, size: torch.Size, *, carry: bool) -> torch.Tensor:
    """Levels to take from every px, float32 (3, H, W): offset and slopes, and what the membrane carries."""
    rows, columns = cells.grid
    device = fit.offset.device
    x = (torch.arange(size[1], device=device) + 0.5 - size[1] / 2)[None, None]
    y = (torch.arange(size[0], device=device) + 0.5 - size[0] / 2)[None, :, None]
    plane = fit.offset[:, None, None] + fit.slope_x[:, None, None] * x + fit.slope_y[:, None, None] * y
    if not carry:
        return plane.expand(3, *size)
    values = plane.new_zeros(3, rows, columns)
    weight = torch.zeros_like(values)
    values[:, cells.row, cells.column] = fit.left
    weight[:, cells.row, cells.column] = fit.weight / fit.noise[:, None].clamp(min=0.1) ** 2 / 4
    carried = membrane(values, weight, _STIFFNESS, _REACH / cells.side)
    return plane + F.interpolate(carried[None], size=tuple(size), mode="bicubic", align_corners=False)[0]


def _applied(
    sampled: torch.Tensor,
    source: torch.Tensor,
    known: torch.Tensor,
    fit: Fit,
    field: torch.Tensor,
    cell: int,
    part: tuple[slice, slice],
) -> torch.Tensor:
    """Inverts the drift in a part of the window; clipped px get what known px were that the drift would have clipped."""
    gain = 1 + fit.trust * fit.gain[:, None, None]
    shift = fit.trust * (field - fit.gain[:, None, None] * fit.pivot[:, None, None])
    if float(torch.maximum((fit.trust * fit.gain * LEVELS).abs().amax(), shift.abs().amax())) < _NOTHING:
        return sampled
    rows, columns = part
    levels = sampled[:, rows, columns] * LEVELS
    matched = (levels - shift[:, rows, columns]) / gain
    low = (levels < CLIP) & (matched > 0)
    high = (levels > LEVELS - CLIP) & (matched < LEVELS)
    if bool((low | high).any()):
        drifted = source * LEVELS * gain + shift
        usual = _usual(source, known[None] & (drifted < CLIP), 0.0, cell)[:, rows, columns]
        matched = torch.where(low, torch.minimum(usual, matched), matched)
        usual = _usual(source, known[None] & (drifted > LEVELS - CLIP), LEVELS, cell)[:, rows, columns]
        matched = torch.where(high, torch.maximum(usual, matched), matched)
    result = sampled.clone()
    result[:, rows, columns] = _whole_levels(matched.clamp(0, LEVELS), levels) / LEVELS
    return result


def _whole_levels(matched: torch.Tensor, sampled: torch.Tensor) -> torch.Tensor:
    """Whole levels again if the sampler returned whole levels, else unchanged.

    A smooth correction of whole levels, rounded, is a staircase with visible contours. Here a px is rounded up with the
    probability of its fraction, by a hash of the sampled levels around it: the same on every device, and mirrored with
    the picture. Where these are all equal there is nothing to hide a contour in: it is rounded to the nearest level.
    """
    whole = (sampled * 2).round()  # halves: the WebUI's levels, with the half that truncating lost put back
    if bool(((sampled * 2 - whole).abs() > 1e-2).any()):
        return matched
    wide = F.pad(whole[None], (1, 1, 1, 1), mode="replicate")[0]
    row = wide[:, :, :-2] + wide[:, :, 2:]
    cross = row[:, 1:-1] + wide[:, :-2, 1:-1] + wide[:, 2:, 1:-1]
    corners = row[:, :-2] + row[:, 2:]
    mixed = 11 * whole + 7 * cross + 3 * corners + (17 * cross + 5 * corners).sum(0)
    part = mixed * _GOLDEN % 1
    flat = (cross == 4 * whole) & (corners == 4 * whole)
    return torch.where(flat, matched.round(), (matched + part).floor()).clamp(0, LEVELS)


def _usual(source: torch.Tensor, where: torch.Tensor, limit: float, cell: int) -> torch.Tensor:
    """Mean source levels of the px in `where` (bool (3, H, W)), carried smoothly everywhere; `limit` without any."""
    count = F.avg_pool2d(where.float()[None], cell)[0]
    mean = F.avg_pool2d((source * where)[None], cell)[0] * LEVELS / count.clamp(min=1e-6)
    wide = []
    for channel in range(source.shape[0]):
        if bool((count[channel] > 0).any()):
            wide.append(push_pull(mean[channel][None], count[channel]))
        else:
            wide.append(torch.full_like(mean[channel][None], limit))
    return F.interpolate(torch.cat(wide)[None], size=tuple(source.shape[1:]), mode="bilinear", align_corners=False)[0]
