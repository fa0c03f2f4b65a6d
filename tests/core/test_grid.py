"""The grid of a comparison: all its images, each under its own label, however narrow it is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from lib_outpaint.images.grid import labelled_grid

LONG = "fill=patchmatch, overlap=16, mask_falloff=1, side_prompts=left: a very_long_word_without_any_blank_in_it\nup: sea"


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 2), (9, 3, 3), (10, 4, 3), (24, 5, 5)]
)
def test_the_grid_holds_all_pictures_and_is_near_to_square(count: int, columns: int, rows: int) -> None:
    colours = [(40 + 8 * i, 0, 255 - 8 * i) for i in range(count)]
    grid = labelled_grid([Image.new("RGB", (40, 30), colour) for colour in colours], ["x"] * count)
    found = {colour for _, colour in grid.getcolors(grid.width * grid.height)}
    assert set(colours) <= found
    assert grid.width // 40 == columns
    assert grid.height // 48 == rows


def test_each_picture_stands_under_its_label() -> None:
    first, second = Image.new("RGB", (80, 30), "red"), Image.new("RGB", (60, 50), "blue")
    grid = np.asarray(labelled_grid([first, second], ["fill=edge", "天空"]))
    red = (grid == (255, 0, 0)).all(2)
    assert red.sum() == 80 * 30
    top, left = np.argwhere(red)[0]
    label = grid[:top, left : left + 80]
    assert (label < 128).any(), "there is no label above the picture"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_the_grid_takes_every_mode(mode: str) -> None:
    grey = Image.new("L", (16, 16), 100)
    if mode == "I;16":
        picture = Image.fromarray(np.full((16, 16), 100 * 257, np.uint16))
    else:
        picture = grey.convert(mode)
    grid = np.asarray(labelled_grid([picture], ["x"]))
    wanted = {0, 255} if mode == "1" else {100}
    assert set(grid[22:38, 4:20].flatten().tolist()) <= wanted


@pytest.mark.parametrize("width", [16, 48, 72, 200, 1000])
def test_no_label_reaches_into_the_next_column(width: int) -> None:
    pictures = [Image.new("RGB", (width, 20), "red") for _ in range(2)]
    grid = np.asarray(labelled_grid(pictures, [LONG, ""]))
    beside = grid[:, 4 + width :]
    assert set(map(tuple, beside.reshape(-1, 3))) == {(255, 255, 255), (255, 0, 0)}, "a label reaches too far"


@pytest.mark.parametrize("width", [48, 72, 200])
def test_no_label_is_under_its_picture(width: int) -> None:
    grid = np.asarray(labelled_grid([Image.new("RGB", (width, 20), "red")], [LONG]))
    red = (grid == (255, 0, 0)).all(2)
    assert red.sum() == width * 20
    top = int(np.argwhere(red)[0][0])
    dark = (grid[:top].max(2) < 128).any(1)
    assert dark.any()
    assert not dark[-1], "the last line touches the picture"


@pytest.mark.parametrize("width", [8, 48, 72, 200, 1000])
def test_wrapping_loses_no_letter(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []

    def text(self: ImageDraw.ImageDraw, xy: object, line: str, **more: object) -> None:
        lines.append(line)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    labelled_grid([Image.new("RGB", (width, 20))], [LONG])
    font = ImageFont.load_default()
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "").replace("\n", "")
    assert all(font.getlength(line) <= width or len(line) == 1 for line in lines)


def test_a_label_that_fits_takes_one_line() -> None:
    one = labelled_grid([Image.new("RGB", (200, 30))], ["fill=edge"])
    assert one.size == (200 + 2 * 4, 30 + 2 * 4 + 18)
