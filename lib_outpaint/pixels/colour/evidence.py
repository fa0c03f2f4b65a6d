"""Evidence of a drift: latent cells in which both the source and what the sampler made of it are known, in levels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

LEVELS = 255.0
CLIP = 0.75  # levels from 0 and 255 within which a value counts as clipped
_TEXTURE = 3.0  # levels: differences of structure below it are noise
_BLOCK = 4  # px: structure is compared in blocks of this side


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
        return replace(
            self,
            sampled=self.sampled[:, where],
            source=self.source[:, where],
            known=self.known[where],
            row=self.row[where],
            column=self.column[where],
        )


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


def usable(cells: Cells) -> torch.Tensor:
    """Bool (3, N, P): known and clipped in neither picture."""
    low, high = CLIP, LEVELS - CLIP
    sampled = (cells.sampled > low) & (cells.sampled < high) & cells.known
    both = sampled & (cells.source > low) & (cells.source < high)
    # A picture that is black or white almost everywhere: better a little bias than no evidence.
    rare = both.sum((1, 2)) * 20 < sampled.sum((1, 2))
    return torch.where(rare[:, None, None], sampled, both)


def places(cells: Cells) -> tuple[torch.Tensor, torch.Tensor]:
    """Middles of the cells, px from the window's middle: x and y, (N,)."""
    rows, columns = cells.grid
    return ((cells.column + 0.5 - columns / 2) * cells.side, (cells.row + 0.5 - rows / 2) * cells.side)


def agreement(cells: Cells, usable: torch.Tensor) -> torch.Tensor:
    """Whether sampled and source show the same structure, 0..1 a cell (N,): 1 where they do, or both are flat.

    The variance of their difference over the blocks of a cell and its neighbours, against that of the two themselves.
    """
    mass = _blocks(usable.float(), cells.side)
    change, sampled, source = (
        _blocks((values - 128) * usable, cells.side) / mass.clamp(min=1e-6)
        for values in (cells.sampled - cells.source + 128, cells.sampled, cells.source)
    )
    sums = [mass] + [mass * part for value in (change, sampled, source) for part in (value, value.square())]
    on_grid = mass.new_zeros(len(sums), 3, *cells.grid)
    on_grid[:, :, cells.row, cells.column] = torch.stack([part.sum(2) for part in sums])
    near = F.avg_pool2d(on_grid, 3, 1, 1)[:, :, cells.row, cells.column]
    count = near[0].clamp(min=1e-6)
    spread = [((near[i + 1] - near[i].square() / count) * (near[0] > 0)).sum(0).clamp(min=0) for i in (1, 3, 5)]
    total = spread[1] + spread[2] + _TEXTURE**2 * near[0].sum(0)
    return smoothstep((1 - spread[0] / total.clamp(min=1e-6) - 0.2) / 0.4)


def _blocks(values: torch.Tensor, side: int) -> torch.Tensor:
    """Sums over the blocks of each cell: (3, N, P) to (3, N, blocks)."""
    block = _BLOCK if side % _BLOCK == 0 else side
    many = side // block
    return values.view(3, -1, many, block, many, block).sum((3, 5)).flatten(2)


def derivatives(cells: Cells) -> list[torch.Tensor]:
    """Mean first derivatives (levels per px) and Laplacian of each cell's source, (3, N) each; 0 if not all known."""
    side = cells.side
    if side < 3:
        return [torch.zeros_like(cells.source[:, :, 0])] * 3
    square = cells.source.view(3, -1, side, side) * cells.known.all(1)[:, None, None]
    edges = [square[:, :, :, -1].mean(2), square[:, :, :, 0].mean(2), square[:, :, -1].mean(2), square[:, :, 0].mean(2)]
    next_to = [square[:, :, :, -2].mean(2), square[:, :, :, 1].mean(2), square[:, :, -2].mean(2), square[:, :, 1].mean(2)]
    bend = torch.stack(edges).sum(0) - torch.stack(next_to).sum(0)
    return [(edges[0] - edges[1]) / (side - 1), (edges[2] - edges[3]) / (side - 1), bend / (side - 2)]


def smoothstep(t: torch.Tensor) -> torch.Tensor:
    t = t.clamp(0, 1)
    return t * t * (3 - 2 * t)
