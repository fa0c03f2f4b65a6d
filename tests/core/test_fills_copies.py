"""The fills that copy what is there: edge, mirror and mosaic, written out."""

from __future__ import annotations

import pytest
import torch
from fill_shapes import DEFAULTS, mask

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import prefill


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


def taken_from(line: list[bool], i: int, how: str) -> tuple[int, int] | None:
    """Where pixel i of a line takes from, and how far its nearest known pixel is; None without one."""
    there = [j for j, known in enumerate(line) if known]
    if not there:
        return None
    nearest = min(there, key=lambda j: (abs(j - i), j))
    far, step = abs(nearest - i), 1 if nearest > i else -1
    run = 0
    while 0 <= nearest + step * run < len(line) and line[nearest + step * run]:
        run += 1
    inside = 0 if how == "edge" else (far - 1) % (2 * run)
    return nearest + step * min(inside, 2 * run - 1 - inside), far


def written_out(pixels: torch.Tensor, known: torch.Tensor, how: str) -> torch.Tensor:
    """The edge and mirror fills pixel by pixel: from the nearer of row and column, in rounds."""
    filled, done = pixels.clone(), known.clone()
    while not bool(done.all()):
        before, reached = filled.clone(), done.clone()
        for y, x in torch.nonzero(~done).tolist():
            across, down = taken_from(done[y].tolist(), x, how), taken_from(done[:, x].tolist(), y, how)
            if across is not None and (down is None or across[1] <= down[1]):
                filled[:, y, x], reached[y, x] = before[:, y, across[0]], True
            elif down is not None:
                filled[:, y, x], reached[y, x] = before[:, down[0], x], True
        done = reached
    return filled


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
    assert torch.equal(prefill(how, pixels, known, DEFAULTS, 0), written_out(pixels, known, how))


@pytest.mark.parametrize("how", ["edge", "mirror"])
@pytest.mark.parametrize("rows", [["##..", "##..", "####"], ["#....", ".....", "....#"], ["#.#.", ".#.#", "...."]])
def test_other_shapes_take_from_the_nearer_of_row_and_column(how: str, rows: list[str]) -> None:
    known = mask(rows)
    pixels = torch.rand(3, *known.shape, generator=torch.Generator().manual_seed(2))
    assert torch.equal(prefill(how, pixels, known, DEFAULTS, 0), written_out(pixels, known, how))
