"""The picture's colours carried across the seam, and noise like the texture beside it on top.

Three parts are added up. The low frequencies go on from the seam, blurred more the farther they are from it. The texture
is random-phase noise (Galerne, Gousseau and Morel, Random Phase Textures, 2011): white noise convolved with a window of the
band's own texture, so that it has that window's spectrum, orientation and correlated colours; another window for every
block, the nearest one, blended. Last, what the sum misses at the seam is carried on for a few px, so that it has no line.
Colours that the band does not have are pulled to its nearest one.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from ...parameters.params import Params
from ..blend import around
from ..filters import dilated
from .colours import drawn_to_own
from .continuation import CELL, in_cells, low_frequencies, spread
from .spectrum import BAND

_RIM = 16  # px of the known area where the texture is made too, to see what it misses at the seam
_HOP = 64  # px from one block of texture to the next
_FADE = 16  # px that a block reaches beyond its place on each side, over twice which it changes over to its neighbour
_BLOCK = _HOP + 2 * _FADE
_SAMPLE = 64  # px: the side of the window of the band that a block takes its texture from
_STRIDE = 16  # px between the places such a window may have
_AT_ONCE = 64  # blocks: bounds the memory
_JOIN = (0.4, 0.8, 1.6, 3.2, 6.4)  # px: how far what is missed at the seam is carried
_GAINS = (1.0, 1.0, 0.9, 0.6, 0.3)
_REACH = 16  # px: beyond it nothing of that is left


def texture(pixels: torch.Tensor, known: torch.Tensor, params: Params, seed: int) -> torch.Tensor:
    """Continued colours and noise like the texture beside them; see the module's description. `seed` chooses the noise."""
    rows, columns = around(~known, BAND)
    here, hole = pixels[:, rows, columns], ~known[rows, columns]
    reach = dilated(hole, BAND)
    band = reach & ~hole
    onward, plain = low_frequencies(here, band)
    made = onward + _lively((here - plain) * band, band, dilated(hole, _RIM), seed)
    made = _joined(made, here, hole)
    result = pixels.clone()
    result[:, rows, columns] = torch.where(hole, drawn_to_own(made, hole, here, band), here)
    return result


def _joined(made: torch.Tensor, pixels: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """With what it misses at the known px beside the hole carried a few px into it."""
    near = dilated(~hole, _REACH) & dilated(hole, _RIM)
    rows, columns = around(near)
    there = ~hole[rows, columns] & near[rows, columns]
    missed = (pixels[:, rows, columns] - made[:, rows, columns]) * there
    made = made.clone()
    made[:, rows, columns] += spread(missed, there.float(), _JOIN, _GAINS)
    return made


def _lively(residual: torch.Tensor, band: torch.Tensor, wanted: torch.Tensor, seed: int) -> torch.Tensor:
    """Noise with the local texture of a band: float32 (3, H, W), about 0.

    Args:
        residual: float32 (3, H, W): the band's texture, 0 outside.
        wanted: bool (H, W), where it is wanted; elsewhere it may be 0.
    """
    _, height, width = residual.shape
    blocks = _blocks(wanted)
    samples, chosen = _chosen(in_cells(band[None].float())[0].cpu(), blocks)
    spectra = _spectra(residual, band, samples)
    generator = torch.Generator().manual_seed(seed % 2**63)  # on the CPU: every device gives the same picture
    down, across = -(-height // _HOP) * _HOP, -(-width // _HOP) * _HOP
    canvas = residual.new_zeros(3, down + 2 * _FADE, across + 2 * _FADE)
    window = _fading(residual.device)
    for start in range(0, len(blocks), _AT_ONCE):
        some = blocks[start : start + _AT_ONCE]
        white = torch.rand(len(some), 1, _BLOCK, _BLOCK, generator=generator).to(residual.device)
        white.sub_(0.5).mul_(math.sqrt(12) * window)
        made = torch.fft.irfft2(torch.fft.rfft2(white) * spectra[chosen[start : start + _AT_ONCE]], s=(_BLOCK, _BLOCK))
        for (top, left), one in zip(some.tolist(), made, strict=True):
            canvas[:, top : top + _BLOCK, left : left + _BLOCK] += one
    return canvas[:, _FADE : _FADE + height, _FADE : _FADE + width]


def _blocks(wanted: torch.Tensor) -> torch.Tensor:
    """Top and left of the blocks that reach a wanted px, on a canvas with _FADE px around: int64 (N, 2), on the CPU."""
    height, width = wanted.shape
    cells = in_cells(wanted[None].float())
    down, across = (-(-length // _HOP) * _HOP // CELL for length in (height, width))
    fade = _FADE // CELL
    padded = F.pad(cells, (fade, across - cells.shape[2] + fade, fade, down - cells.shape[1] + fade))
    return torch.nonzero(F.max_pool2d(padded, _BLOCK // CELL, _HOP // CELL)[0]).cpu() * _HOP


def _chosen(band: torch.Tensor, blocks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Top and left of the windows to take texture from, int64 (M, 2), and each block's: int64 (N,).

    The nearest to the block, but rather one that is all band.

    Args:
        band: float32, how much of each cell is band.
        blocks: top and left, as `_blocks` finds them.
    """
    height, width = (length * CELL for length in band.shape)
    counted = F.pad(band[None], (0, _padding(width) // CELL, 0, _padding(height) // CELL))
    share = F.avg_pool2d(counted, _SAMPLE // CELL, _STRIDE // CELL)[0]
    places = torch.nonzero(share > 0)
    apart = (blocks[:, None] - _FADE + _BLOCK // 2) - (places[None] * _STRIDE + _SAMPLE // 2)
    cost = (apart / _SAMPLE).square().sum(2).sqrt() + 2 * (1 - share[places[:, 0], places[:, 1]])
    used, chosen = torch.unique(cost.argmin(1), return_inverse=True)
    return places[used] * _STRIDE, chosen


def _padding(length: int) -> int:
    """Px to add to a whole number of cells so that windows, _STRIDE apart, reach all of it."""
    return _SAMPLE - length if length < _SAMPLE else (_SAMPLE - length) % _STRIDE


def _spectra(residual: torch.Tensor, band: torch.Tensor, samples: torch.Tensor) -> torch.Tensor:
    """What turns white noise of variance 1 into the texture of each window: complex64 (M, 3, _BLOCK, _BLOCK // 2 + 1)."""
    height, width = (-(-length // CELL) * CELL for length in band.shape)
    more = (0, width - band.shape[1] + _padding(width), 0, height - band.shape[0] + _padding(height))
    counted = F.pad(torch.cat([residual, band[None].float()]), more)
    cut = torch.stack([counted[:, top : top + _SAMPLE, left : left + _SAMPLE] for top, left in samples.tolist()])
    bell = torch.hann_window(_SAMPLE + 1, periodic=False, device=band.device)[:-1] + 1e-3
    weight = cut[:, 3:] * (bell[:, None] * bell[None, :])
    mean = (cut[:, :3] * weight).sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True)
    spots = (cut[:, :3] - mean) * weight / weight.square().sum((2, 3), keepdim=True).sqrt()
    spots = F.pad(spots, (0, _BLOCK - _SAMPLE, 0, _BLOCK - _SAMPLE))
    found: torch.Tensor = torch.fft.rfft2(
        spots.roll((-_SAMPLE // 2, -_SAMPLE // 2), (2, 3))
    )  # about 0, so that it moves nothing
    return found


def _fading(device: torch.device) -> torch.Tensor:
    """A block's weights, whose squares add up to 1 with its neighbours': float32 (_BLOCK, _BLOCK)."""
    steps = (torch.arange(2 * _FADE, device=device) + 0.5) / (2 * _FADE)
    rise = (steps * (math.pi / 2)).sin()
    line = torch.cat([rise, torch.ones(_BLOCK - 4 * _FADE, device=device), rise.flip(0)])
    return line[:, None] * line[None, :]
