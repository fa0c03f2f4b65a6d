"""Masks of a window: how much of each pixel is new, where the sampler paints, what the model is told is unknown.

Everything follows from one function of the distance to the new area, so all four sides blend alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ..parameters.params import Params
from ..planning.bands import Bands
from ..planning.geometry import Box, Extent
from ..planning.windows import JOINT_BAND
from .filters import box_mean, dilated

_PER_PX = 16  # samples of the ramp per px


@dataclass(frozen=True, eq=False)
class Masks:
    """Masks of one window.

    Attributes:
        coverage: float32 (H, W) in 0..1, the pixel blend: 1 on every new px, 0 beyond the band.
        latent: bool (H / cell, W / cell), every cell the coverage touches, slack included.
        conditioning: bool (H / cell, W / cell), cells with a px whose coverage is at least 0.5, slack included.
    """

    coverage: torch.Tensor
    latent: torch.Tensor
    conditioning: torch.Tensor


def ramp(overlap: int, blur: int, falloff: float) -> torch.Tensor:
    """Coverage as a function of the distance to the new area: float32 samples at 0, 1/16, 2/16 ... `overlap` px.

    1 at distance 0 and 0 at `overlap`, monotone between. The ramp is (1 - t)^falloff, pulled in from both ends by the
    radius of the raised-cosine kernel that smooths it, so that smoothing never leaves the band.
    """
    count = overlap * _PER_PX
    radius = min(float(blur), overlap / 2)
    t = torch.arange(count + 1, dtype=torch.float64) / _PER_PX
    inner = overlap - 2 * radius
    u = ((overlap - radius - t) / inner).clamp(0, 1) if inner > 0 else (t < radius).double()
    values = u**falloff
    taps = round(radius * _PER_PX)
    if taps > 0:
        angle = torch.arange(-taps, taps + 1, dtype=torch.float64) * (math.pi / (taps + 1))
        kernel = (1 + torch.cos(angle)) / (1 + torch.cos(angle)).sum()
        padded = torch.cat([torch.ones(taps, dtype=torch.float64), values, torch.zeros(taps, dtype=torch.float64)])
        values = F.conv1d(padded[None, None], kernel[None, None])[0, 0]
    values = values.clamp(0, 1)
    values[0], values[-1] = 1.0, 0.0
    return values.float()


def distance(boxes: Sequence[Box], window: Box, device: torch.device) -> torch.Tensor:
    """Float32 (H, W): px from each pixel's centre in the window to the nearest box, 0 inside one."""
    return _distance(boxes, window, device).expand(window.height, window.width).contiguous()


def _distance(
    boxes: Sequence[Box],
    window: Box,
    device: torch.device,
    band: int = 0,
    whole: Box | None = None,
    most: Bands | None = None,
) -> torch.Tensor:
    """As `distance`, but (1, W) or (H, 1) where that says it all: a strip along a whole side.

    Distances are longer where a band may take less than `band` px: towards edges of the window inside `whole` that cut
    it, and where `most` allows less. See `box_coverage`.
    """
    whole = whole or window
    most = most or Bands(band, band)
    x = torch.arange(window.left, window.right, device=device, dtype=torch.float32) + 0.5
    y = torch.arange(window.top, window.bottom, device=device, dtype=torch.float32) + 0.5
    nearest: torch.Tensor | None = None
    for box in boxes:
        left, right, top, bottom = (
            _stretch(room, band, inside, limit)
            for room, inside, limit in (
                (box.left - window.left, window.left > whole.left, most.across),
                (window.right - box.right, window.right < whole.right, most.across),
                (box.top - window.top, window.top > whole.top, most.along),
                (window.bottom - box.bottom, window.bottom < whole.bottom, most.along),
            )
        )
        dx = torch.maximum((box.left - x) * left, (x - box.right) * right).clamp(min=0)[None, :]
        dy = torch.maximum((box.top - y) * top, (y - box.bottom) * bottom).clamp(min=0)[:, None]
        beside = window.left < box.left or window.right > box.right
        above = window.top < box.top or window.bottom > box.bottom
        one = torch.hypot(dx, dy) if beside and above else dx if beside else dy
        nearest = one if nearest is None else torch.minimum(nearest, one)
    assert nearest is not None
    return nearest


def _stretch(room: int, band: int, inside: bool, limit: int) -> float:
    """By what distances grow where a band of `band` px may only take `limit` px, or as many as lie between the new area
    and a window's edge inside the picture."""
    half = 0.5  # a px's centre is half a px from the edge
    reach = min(float(limit), room - half) if inside and 0 < room < band else float(limit)
    return max(band / max(reach, half), 1.0)


def box_coverage(
    boxes: Sequence[Box],
    window: Box,
    params: Params,
    source: Box,
    device: torch.device,
    whole: Box | None = None,
    bands: Bands | None = None,
    joints: Bands | None = None,
) -> torch.Tensor:
    """Coverage of a window whose new area is the union of `boxes`.

    The parameters' band applies inside `source`; between generated areas the band is at least JOINT_BAND, so that
    overlap 0, which protects the original, does not leave a hard line between two passes.

    Args:
        whole: all that is known after the pass. Where the window ends inside it, as small tiles do, and less than the
            band wide of the new area, the ramp is as much shorter: it ends in 0, not in a line along the window's edge.
        bands: what the band may take inside the source, `joints` what it may take between generated areas; the ramp is
            as much shorter. None where there is room for all of it.
    """
    joint = max(params.overlap, JOINT_BAND)
    bands, joints = bands or Bands(params.overlap, params.overlap), joints or Bands(joint, joint)
    coverage = _banded(boxes, window, params.overlap, params, device, whole, bands)
    if joints != bands:
        loose = _banded(boxes, window, joint, params, device, whole, joints)
        rows, columns = source.intersect(window).within(window).slices
        loose[rows, columns] = coverage[rows, columns]
        coverage = loose
    return coverage


def _banded(
    boxes: Sequence[Box], window: Box, band: int, params: Params, device: torch.device, whole: Box | None, most: Bands
) -> torch.Tensor:
    away = _distance(boxes, window, device, band, whole, most)
    return _looked_up(away, band, params).expand(window.height, window.width).contiguous()


def region_coverage(painted: torch.Tensor, params: Params, band: int | None = None) -> torch.Tensor:
    """Coverage of a painted region of any shape: bool (H, W) to float32 (H, W).

    1 on every painted px, 0 from `band` px (Chebyshev; None for the parameter `overlap`) outwards: half the band is a
    dilation, the other half a box blur of the same radius, so the support is the band.
    """
    radius = (params.overlap if band is None else band) // 2
    hard = painted.float()
    if radius < 1:
        return hard
    wide = box_mean(dilated(painted, radius).float(), radius)
    return torch.maximum(wide.clamp(0, 1) ** params.mask_falloff, hard)


def masks_for(coverage: torch.Tensor, known: torch.Tensor, cell: int) -> Masks:
    """All masks of a window from its coverage and what is known (bool (H, W)); the rest of the unknown px is slack."""
    painted = torch.where(known, coverage, 1)
    highest = F.max_pool2d(painted[None], cell)[0]
    return Masks(coverage, highest > 0, highest >= 0.5)


def as_pixels(cells: torch.Tensor, cell: int) -> torch.Tensor:
    """A mask of latent cells as one of pixels: (h, w) to (h * cell, w * cell), same dtype."""
    return cells.repeat_interleave(cell, 0).repeat_interleave(cell, 1)


def latent_extent(extent: Extent, cell: int) -> Extent:
    """The size in latent cells of a window that is a multiple of the cell."""
    return Extent(extent.width // cell, extent.height // cell)


def _looked_up(away: torch.Tensor, overlap: int, params: Params) -> torch.Tensor:
    if overlap == 0:
        return (away <= 0).float()
    table = ramp(overlap, params.mask_blur, params.mask_falloff).to(away.device)
    position = (away * _PER_PX).clamp(max=float(len(table) - 1))
    low = position.floor().long()
    part = position - low
    high = (low + 1).clamp(max=len(table) - 1)
    return table[low] * (1 - part) + table[high] * part
