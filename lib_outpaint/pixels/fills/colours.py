"""Colours as a whole: red, green and blue together, never each by itself.

Matching each channel's distribution alone makes colours that the reference has not: with its brown and its blue also
brown's red with blue's blue. Here whole colours are moved, by sliced optimal transport (Rabin et al., Wasserstein
Barycenter and its Application to Texture Mixing, 2011).
"""

from __future__ import annotations

import torch

from ..blend import around

_SIDE = 32  # cells along each axis of the cube of colours; a cell is 8 levels
_NONE = 4096 * _SIDE**3  # farther than any two cells are apart
_SAMPLES = 2048  # colours that stand for all of them while their way is sought
_TURNS = 5  # times that colours are matched, along three directions each
_NEAR = 14 / 255  # how far from the mean colour of the nearest cell a colour may lie


def jointly_matched(values: torch.Tensor, where: torch.Tensor, reference: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """Moves whole colours so that they are spread as those of a reference, and have none that it has not.

    Args:
        values: float32 (3, H, W) in 0..1, best with each channel matched already; only what lies in `where` (bool (H, W))
            is matched and returned changed.
        reference: float32 (3, H, W) in 0..1, of which the px in `of` (bool (H, W), True somewhere) count.
    """
    given, own = picked(values, where), picked(reference, of)
    cells = _cells(given)
    used = torch.nonzero(torch.bincount(cells, minlength=_SIDE**3)).flatten()
    middles = torch.stack([used // _SIDE**2, used // _SIDE % _SIDE, used % _SIDE]).add(0.5) / _SIDE
    moves = given.new_zeros(3, _SIDE**3)
    moves[:, used] = _transported(_sampled(given), _sampled(own), middles) - middles
    given = (given + moves.index_select(1, cells)).clamp_(0, 1)
    return put(values, where, _drawn(given, own))


def _sampled(colours: torch.Tensor) -> torch.Tensor:
    """(3, _SAMPLES) of the colours (3, N), always the same ones."""
    chosen = torch.rand(_SAMPLES, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * colours.shape[1]
    return colours[:, chosen.long().to(colours.device)]


def _transported(start: torch.Tensor, goal: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """Where points (3, P) come to when colours are moved from one distribution to another, both (3, _SAMPLES)."""
    generator = torch.Generator().manual_seed(0)
    for turn in range(_TURNS):
        drawn = torch.randn(3, 3, generator=generator, dtype=torch.float64)
        # Along the channels last: each has the reference's distribution then.
        axes = (torch.linalg.qr(drawn)[0] if turn < _TURNS - 1 else torch.eye(3)).to(start)
        line, order = (axes @ start).contiguous().sort(1)
        steps = (axes @ goal).sort(1).values - line
        start = start + axes.T @ torch.empty_like(steps).scatter_(1, order, steps)
        nearest = torch.searchsorted(line, (axes @ points).contiguous()).clamp_(max=_SAMPLES - 1)
        points = points + axes.T @ steps.gather(1, nearest)
    return points


def drawn_to_own(values: torch.Tensor, where: torch.Tensor, reference: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    """Colours drawn towards those that a reference has, as far as they lie off them.

    Args:
        values: float32 (3, H, W), about 0..1; what lies in `where` (bool (H, W)) is drawn and returned changed.
        reference: float32 (3, H, W) in 0..1, of which the px in `of` (bool (H, W), True somewhere) count.
    """
    return put(values, where, _drawn(picked(values, where).clamp_(0, 1), picked(reference, of)))


def _drawn(given: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Colours (3, N) in 0..1, which are overwritten, at most _NEAR off the nearest cell's mean of `own` (3, M)."""
    target = _nearest_own(own).index_select(1, _cells(given))
    off = given.sub_(target)
    far = off.square().sum(0).sqrt_()
    return target.addcmul_(off, _NEAR / far.clamp_(min=_NEAR))


def picked(values: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """values[:, where], a copy: (C, N). A rectangle, the usual case, is cut out in a fraction of the time."""
    rows, columns = around(where)
    if bool(where[rows, columns].all()):
        return values[:, rows, columns].clone(memory_format=torch.contiguous_format).flatten(1)
    return values[:, where]


def put(values: torch.Tensor, where: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """A copy of `values` (C, H, W) with `given` (C, N) in place of what `picked` finds."""
    result = values.clone()
    rows, columns = around(where)
    if bool(where[rows, columns].all()):
        result[:, rows, columns] = given.view(result[:, rows, columns].shape)
    else:
        result[:, where] = given
    return result


def _cells(colours: torch.Tensor) -> torch.Tensor:
    """The cell of each colour (3, N) in 0..1: int64 (N,)."""
    red, green, blue = (colours * (_SIDE - 1e-3)).long()
    found: torch.Tensor = (red * _SIDE + green) * _SIDE + blue
    return found


def _nearest_own(colours: torch.Tensor) -> torch.Tensor:
    """For every cell of the cube the mean colour of the nearest cell that holds any of `colours` (3, N): (3, cells)."""
    cells = _cells(colours)
    counts = torch.bincount(cells, minlength=_SIDE**3)
    sums = torch.stack([torch.bincount(cells, weights=channel, minlength=_SIDE**3) for channel in colours.double()])
    means = (sums / counts.clamp(min=1)).float()
    # Squared distances one axis after the other, an exact distance transform; each carries the number of its cell.
    nearest = torch.arange(_SIDE**3, device=colours.device, dtype=torch.int32) + torch.where(counts > 0, 0, _NONE)
    nearest = nearest.view(_SIDE, _SIDE, _SIDE)
    for _ in range(3):  # along the first axis, which then becomes the last
        best = nearest.clone()
        for step in range(1, _SIDE):
            cost = step**2 * _SIDE**3
            torch.minimum(best[step:], nearest[:-step] + cost, out=best[step:])
            torch.minimum(best[:-step], nearest[step:] + cost, out=best[:-step])
        nearest = best.permute(1, 2, 0).contiguous()
    return means[:, (nearest % _SIDE**3).flatten().long()]
