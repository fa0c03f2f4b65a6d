"""The fills that copy what is there: edge, mirror and mosaic, written out."""

from __future__ import annotations

import pytest
import torch
from fill_shapes import DEFAULTS, mask

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import copies, prefill


def row(values: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A window of one row: digits are known tenths, dots are not known."""
    pixels = torch.tensor([0.0 if c == "." else int(c) / 10 for c in values])
    return pixels.expand(3, 1, -1).clone(), mask(["".join("." if c == "." else "#" for c in values)])


def shown(pixels: torch.Tensor) -> str:
    return "".join(str(round(10 * float(value))) for value in pixels[0, 0])


@pytest.mark.parametrize(
    ("fill", "given_row", "filled"),
    [
        ("edge", "...123", "111123"),
        ("edge", "123...", "123333"),
        ("edge", "1...45", "111445"),
        ("mirror", "...123", "321123"),
        ("mirror", "123...", "123321"),
        ("mirror", "........123", "21123321123"),
        ("mirror", "12.......", "122112211"),
        ("mirror", "5.....", "555555"),
        ("mirror", "12...34", "1221334"),
    ],
)
def test_copies_of_a_row(fill: str, given_row: str, filled: str) -> None:
    pixels, known = row(given_row)
    assert shown(prefill(fill, pixels, known, DEFAULTS, 0)) == filled


def test_mirror_fills_a_corner_from_both_mirrors(photo: torch.Tensor) -> None:
    whole = photo[:, :60, :60]
    big = torch.zeros(3, 80, 80)
    known = torch.zeros(80, 80, dtype=torch.bool)
    big[:, 20:, 20:], known[20:, 20:] = whole, True
    filled = prefill("mirror", big, known, DEFAULTS, 0)
    assert torch.equal(filled[:, 20:, :20], whole[:, :, :20].flip(2))
    assert torch.equal(filled[:, :20, 20:], whole[:, :20, :].flip(1))
    assert torch.equal(filled[:, :20, :20], whole[:, :20, :20].flip((1, 2)))


@pytest.mark.parametrize("tile", [2, 8, 16, 128])
def test_mosaic_is_made_of_tiles_of_the_mirrors_mean(tile: int, photo: torch.Tensor) -> None:
    known = torch.ones(64, 128, dtype=torch.bool)
    known[:, :64] = False
    pixels = photo[:, :64, :128]
    filled = prefill("mosaic", pixels, known, Params(left=1, mosaic=tile), 0)
    mirrored = prefill("mirror", pixels, known, DEFAULTS, 0)
    first = filled[:, :tile, : min(tile, 64)]
    assert float((first - first[:, :1, :1]).abs().max()) == 0
    if tile <= 64:
        assert torch.allclose(first[:, 0, 0], mirrored[:, :tile, :tile].mean((1, 2)), atol=1e-5)
        assert len(torch.unique(filled[0, :, :64])) <= (64 // tile) ** 2


@pytest.mark.parametrize("how", ["edge", "mirror"])
@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("####", "..####.."),
        ("..##..", "########"),
        ("...####..", ".#####......."),
        (".#..##..", "#...###"),
        ("#", "..#"),
    ],
)
def test_rectangles_are_filled_as_any_other_shape(how: str, rows: str, columns: str) -> None:
    known_rows, known_columns = (torch.tensor([mark == "#" for mark in line]) for line in (rows, columns))
    known = known_rows[:, None] & known_columns[None, :]
    pixels = torch.rand(3, *known.shape, generator=torch.Generator().manual_seed(1))
    expected = copies._in_rounds(pixels, known, how)
    assert torch.equal(copies._extended(pixels, known, how), expected)
