"""Labels of a comparison's grid: each stays above its own picture, however narrow that is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFont

from lib_outpaint.images.grid import _wrapped, labelled_grid

LONG = "fill=patchmatch, overlap=16, mask_falloff=1, side_prompts=left: a very_long_word_without_any_blank_in_it\nup: sea"


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
def test_wrapping_loses_no_letter(width: int) -> None:
    font = ImageFont.load_default()
    lines = _wrapped(LONG, font, width)
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "").replace("\n", "")
    assert all(font.getlength(line) <= width or len(line) == 1 for line in lines)


def test_a_label_that_fits_takes_one_line() -> None:
    one = labelled_grid([Image.new("RGB", (200, 30))], ["fill=edge"])
    assert one.size == (200 + 2 * 4, 30 + 2 * 4 + 18)
