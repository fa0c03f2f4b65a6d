"""Detail for an enlarged picture, copied from the picture that it was made of.

An enlarged picture has colours and shapes and nothing finer. What is finer is copied here, block by block, from where the
original looks alike when it is made as coarse (Freeman, Jones and Pasztor, Example-Based Super-Resolution, 2002). Blocks
overlap by half; of the four at a px, the one whose coarse picture agrees best there leads.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from .blend import around
from .filters import blurred, gaussian

_HOP = 4  # cells from one block to the next; a block is two hops wide
_WIDTH = 2.5  # px of the small picture: the blur that parts what stays from what is replaced when all is replaced
_TRIED = 16_384  # places that every block is compared with, at most
_REACHES = (1, 4, 2, 1)  # blocks: how far off are those whose places are tried as well, round by round
_AT_ONCE = 256  # blocks: bounds the memory
_FEATURES = 32  # principal components that blocks are compared by
_SAMPLES = 2048  # blocks that these are found from
_ALIKE = 6 / 255  # how far two coarse pictures that show the same thing may differ
_NEARER = 2 / 255  # a difference that is worth being a length of _FAR nearer, or a lucky draw
_FAR = 64  # cells
_LEAD = 6  # how sharply one block leads


@dataclass(frozen=True, eq=False)
class Example:
    """Px to copy from: float32 (3, h, w) in 0..1, and where their top left corner lies in the window, px."""

    pixels: torch.Tensor
    top: int
    left: int


def refined(
    pixels: torch.Tensor, hole: torch.Tensor, example: Example, scale: float, replaced: float, seed: int
) -> torch.Tensor:
    """A window that is an enlarged picture in part, with detail there.

    Args:
        pixels: float32 (3, H, W) in 0..1.
        hole: bool (H, W): the part.
        scale: how many times it was enlarged, above 1.
        replaced: 0 keeps the enlarged picture, 1 all but its coarse shapes, 0.4 what is finer than its px.
        seed: chooses among places that look alike.

    Returns:
        float32 (3, H, W) in 0..1; `pixels` where the example is too small to copy from.
    """
    sigma = _WIDTH * scale * replaced
    if sigma <= 0 or not bool(hole.any()):
        return pixels
    cell = max(2, round(scale))
    rows, columns = around(hole)
    # Whole cells, and the px that the blur looks at.
    top, left = rows.start // cell * cell, columns.start // cell * cell
    part = _whole_cells(pixels[:, top : rows.stop, left : columns.stop], cell)
    source = example.pixels[:, : example.pixels.shape[1] // cell * cell, : example.pixels.shape[2] // cell * cell]
    if min(source.shape[1:]) < cell * 2:
        return pixels
    coarse, own = _cells(part, cell), _cells(source, cell)
    hop = max(min(_HOP, min(own.shape[1:]) // 2), 1)
    offset = ((example.top - top) / cell, (example.left - left) / cell)
    places = _places(coarse, own, hop, offset, seed)
    detail = _copied(source - blurred(source, sigma), coarse, own, places, cell, hop)
    made = blurred(pixels, sigma)
    made[:, rows, columns] += detail[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return torch.where(hole, made.clamp(0, 1), pixels)


def _whole_cells(pixels: torch.Tensor, cell: int) -> torch.Tensor:
    _, height, width = pixels.shape
    return F.pad(pixels[None], (0, -width % cell, 0, -height % cell), mode="replicate")[0]


def _cells(pixels: torch.Tensor, cell: int) -> torch.Tensor:
    # As pictures are made small: means of cells would hold some of what enlarging lost.
    size = (pixels.shape[1] // cell, pixels.shape[2] // cell)
    return F.interpolate(pixels[None], size=size, mode="bicubic", antialias=True)[0]


def _places(coarse: torch.Tensor, own: torch.Tensor, hop: int, offset: tuple[float, float], seed: int) -> torch.Tensor:
    """Where each block is copied from: int64 (2, R, C), top and left in cells of `own`; block i begins at (i - 1) * hop.

    Args:
        coarse, own: float32 (3, h, w), the part and the example in cells.
        offset: where the example begins in the part, cells.
    """
    block = 2 * hop
    rows, columns = (-(-length // hop) + 1 for length in coarse.shape[1:])
    room = (hop, columns * hop - coarse.shape[2], hop, rows * hop - coarse.shape[1])
    filters = _filters(own, block, seed)
    wanted = F.conv2d(F.pad(coarse[None], room, mode="replicate"), filters, stride=hop)[0].flatten(1)
    every = F.conv2d(own[None], filters)[0]
    generator = torch.Generator().manual_seed(seed % 2**63)
    at = torch.cartesian_prod(*(torch.arange(length) for length in every.shape[1:]))
    at = at[torch.randperm(len(at), generator=generator)[:_TRIED]]
    starts = (torch.cartesian_prod(torch.arange(rows), torch.arange(columns)) - 1) * hop
    there = (at + torch.tensor(offset)) / _FAR
    # |a - b|^2 of features and places at once, less what is the same for every place.
    mine = torch.cat([wanted.T, starts / _FAR * _NEARER], 1)
    theirs = torch.cat([every[:, at[:, 0], at[:, 1]], there.T * _NEARER])
    power = theirs.square().sum(0) + torch.rand(len(at), generator=generator) * _NEARER**2
    found = torch.empty(len(starts), dtype=torch.long)
    for some in torch.split(torch.arange(len(starts)), _AT_ONCE):
        cost = torch.addmm(power[None], mine[some], theirs, alpha=-2)
        found[some] = torch.from_numpy(cost.numpy().argmin(1))  # in a sixth of the time that torch takes
    return _agreed(at[found].T.reshape(2, rows, columns), wanted.view(-1, rows, columns), every, hop)


def _agreed(places: torch.Tensor, wanted: torch.Tensor, every: torch.Tensor, hop: int) -> torch.Tensor:
    """Places (2, R, C), each going on from a neighbour's where that looks more alike: not every place was tried.

    Args:
        wanted: float32 (features, R, C), the blocks'; every: float32 (features, h, w), those of every place.
    """
    lowest = torch.zeros(2, 1, 1, dtype=torch.long)
    highest = torch.tensor(every.shape[1:])[:, None, None] - 1
    rows, columns = places.shape[1:]

    def apart(tried: torch.Tensor) -> torch.Tensor:
        return (every[:, tried[0], tried[1]] - wanted).square().sum(0)

    cost = apart(places)
    for reach in _REACHES:
        for down, along in ((0, -reach), (0, reach), (-reach, 0), (reach, 0)):
            y = (torch.arange(rows) - down).clamp(0, rows - 1)
            x = (torch.arange(columns) - along).clamp(0, columns - 1)
            moved = torch.stack(
                [(torch.arange(rows) - y)[:, None].expand(-1, columns), (torch.arange(columns) - x).expand(rows, -1)]
            )
            tried = (places[:, y[:, None], x] + moved * hop).clamp(min=lowest, max=highest)
            found = apart(tried)
            places = torch.where(found < cost, tried, places)
            cost = torch.minimum(found, cost)
    return places


def _filters(own: torch.Tensor, block: int, seed: int) -> torch.Tensor:
    """Principal components of the example's blocks as filters: float32 (features, 3, block, block).

    A difference of d in every px of a block is one of d times the square root of 3 in them.
    """
    bell = torch.hann_window(block + 2, periodic=False)[1:-1]
    bell = (bell[:, None] * bell[None, :]).sqrt().expand(3, -1, -1)
    bell = bell / bell[0].norm()
    generator = torch.Generator().manual_seed(seed % 2**63)
    rows, columns = own.shape[1] - block + 1, own.shape[2] - block + 1
    top = (torch.rand(_SAMPLES, generator=generator, dtype=torch.float64) * rows).long()
    left = (torch.rand(_SAMPLES, generator=generator, dtype=torch.float64) * columns).long()
    inside = torch.arange(block)
    some = own[:, (top[:, None] + inside)[:, :, None], (left[:, None] + inside)[:, None, :]].permute(1, 0, 2, 3)
    some = ((some - some.mean(0)) * bell).flatten(1).double()
    _, vectors = torch.linalg.eigh(some.T @ some)
    chosen: torch.Tensor = vectors[:, -_FEATURES:].T.float()
    filters: torch.Tensor = chosen.view(-1, 3, block, block) * bell
    return filters


def _copied(
    fine: torch.Tensor, coarse: torch.Tensor, own: torch.Tensor, places: torch.Tensor, cell: int, hop: int
) -> torch.Tensor:
    """The detail that the blocks bring: float32 (3, H, W)."""
    y, x = torch.arange(coarse.shape[1]), torch.arange(coarse.shape[2])
    taken, weights, errors = [], [], []
    for down in (0, 1):
        for along in (0, 1):
            i, row, u = _blocks(y, hop, down)
            j, column, v = _blocks(x, hop, along)
            top, left = places[:, i[:, None], j[None, :]]
            place = (top + row[:, None]) * own.shape[2] + left + column[None, :]
            apart = (own.flatten(1)[:, place.flatten()].view(coarse.shape) - coarse).square().sum(0)
            errors.append(gaussian(apart[None], 1.0)[0])
            weights.append(u[:, None] * v[None, :])
            taken.append(place)
    error = torch.stack(errors)
    weight = torch.stack(weights) * (-(error - error.amin(0)) / (3 * _ALIKE**2)).exp()
    weight = weight.add_(1e-9) ** _LEAD
    weight /= weight.sum(0)
    share = F.interpolate(weight[None], scale_factor=cell, mode="bilinear", align_corners=False)[0]
    flat = fine.view(3, own.shape[1], cell, own.shape[2], cell).permute(1, 3, 0, 2, 4).reshape(-1, 3 * cell * cell)
    total = torch.zeros(3, len(y) * cell, len(x) * cell)
    for place, one in zip(taken, share, strict=True):
        px = flat[place.flatten()].view(len(y), len(x), 3, cell, cell).permute(2, 0, 3, 1, 4)
        total += px.reshape(total.shape) * one
    return total / F.interpolate(_spread(weight, taken)[None, None], scale_factor=cell, mode="bilinear")[0]


def _spread(weight: torch.Tensor, taken: list[torch.Tensor]) -> torch.Tensor:
    """By how much the mean of what several places bring varies less than each of them: float32 (h, w) in 0..1."""
    found = weight.square().sum(0)
    for one in range(len(taken)):
        for other in range(one):
            found += 2 * weight[one] * weight[other] * (taken[one] == taken[other])
    return found.sqrt()


def _blocks(cells: torch.Tensor, hop: int, parity: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of every cell (int64 (N,)) the block of one parity that it lies in, its place in that, and that block's weight
    there, 0..1."""
    first = cells // hop
    index = torch.where((first + 1) % 2 == parity, first + 1, first)
    inside = cells - (index - 1) * hop
    return index, inside, 1 - ((inside + 0.5) / hop - 1).abs()
