"""Colours as a whole: red, green and blue together, never each by itself."""

from __future__ import annotations

import torch

_SIDE = 32  # cells along each axis of the cube of colours; a cell is 8 levels
_NEAR = 12 / 255  # how far from the mean colour of the nearest cell a colour may lie


def drawn_to_own(values: torch.Tensor, where: torch.Tensor, reference: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """Colours drawn towards those that a reference has, as far as they lie off them.

    Args:
        values: float32 (3, H, W), about 0..1; what lies in `where` (bool (H, W)) is drawn and returned changed.
        reference: float32 (3, H, W) in 0..1, of which the px in `of` (bool (H, W), True somewhere) count.
    """
    given = values[:, where].clamp(0, 1)
    target = _nearest_own(reference[:, of]).index_select(1, _cells(given))
    off = given - target
    far = off.square().sum(0).sqrt()
    result = values.clone()
    result[:, where] = target + off * (_NEAR / far.clamp(min=_NEAR))
    return result


def _cells(colours: torch.Tensor) -> torch.Tensor:
    """The cell of each colour (3, N) in 0..1: int64 (N,)."""
    red, green, blue = (colours * (_SIDE - 1e-3)).long()
    return (red * _SIDE + green) * _SIDE + blue


def _nearest_own(colours: torch.Tensor) -> torch.Tensor:
    """For every cell of the cube the mean colour of the nearest cell that holds any of `colours` (3, N): (3, cells)."""
    cells = _cells(colours)
    counts = torch.bincount(cells, minlength=_SIDE**3)
    sums = torch.stack([torch.bincount(cells, weights=channel, minlength=_SIDE**3) for channel in colours.double()])
    means = (sums / counts.clamp(min=1)).float()
    # Squared distances one axis after the other, and with them the cell that is nearest: an exact distance transform.
    steps = torch.arange(_SIDE, device=colours.device)
    apart = (steps[:, None] - steps[None, :]).square().float()
    cost = torch.where(counts > 0, 0.0, 1e9).view(_SIDE, _SIDE, _SIDE)
    nearest = torch.arange(_SIDE**3, device=colours.device).view(_SIDE, _SIDE, _SIDE)
    for axis in range(3):
        lines, held = cost.movedim(axis, -1), nearest.movedim(axis, -1)
        best, index = (lines[..., None, :] + apart).min(-1)
        cost, nearest = best.movedim(-1, axis), held.gather(-1, index).movedim(-1, axis)
    return means[:, nearest.flatten()]
