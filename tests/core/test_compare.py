"""Every combination of some values, and the grid that shows them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.errors import ParamError
from lib_outpaint.images.grid import labelled_grid
from lib_outpaint.parameters.combinations import MOST, combinations
from lib_outpaint.parameters.params import Params


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [("", {})]),
        ("  ", [("", {})]),
        ("fill=noise,edge", [("fill=noise", {"fill": "noise"}), ("fill=edge", {"fill": "edge"})]),
        ("fill = noise , edge ; ", [("fill=noise", {"fill": "noise"}), ("fill=edge", {"fill": "edge"})]),
        (
            "overlap=16; mask_falloff=0.5,2",
            [
                ("overlap=16, mask_falloff=0.5", {"overlap": 16, "mask_falloff": 0.5}),
                ("overlap=16, mask_falloff=2", {"overlap": 16, "mask_falloff": 2.0}),
            ],
        ),
        (
            "left=8,16\nfill=edge",
            [("left=8, fill=edge", {"left": 8, "fill": "edge"}), ("left=16, fill=edge", {"left": 16, "fill": "edge"})],
        ),
        ('loras="a:1, b:2",c:1', [("loras=a:1, b:2", {"loras": "a:1, b:2"}), ("loras=c:1", {"loras": "c:1"})]),
        ('side_prompts="left: a; b"', [("side_prompts=left: a; b", {"side_prompts": "left: a; b"})]),
        ('side_prompts="left: a\nup: b"', [("side_prompts=left: a\nup: b", {"side_prompts": "left: a\nup: b"})]),
        ('side_prompts="left: say ""hi"""', [('side_prompts=left: say "hi"', {"side_prompts": 'left: say "hi"'})]),
        ("mask_weight=host,0.5", [("mask_weight=None", {"mask_weight": None}), ("mask_weight=0.5", {"mask_weight": 0.5})]),
    ],
    ids=repr,
)
def test_combinations(text: str, wanted: list[tuple[str, dict[str, object]]]) -> None:
    params = Params(down=5, compare=text)
    expected = [(label, params.changed(**values, compare="" if text.strip() else text)) for label, values in wanted]
    assert combinations(params) == expected


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("fill", "compare", "has 'fill', which is not of the form name=value,value"),
        ("=edge", "compare", "which is not of the form"),
        ("fill=", "compare", "has no values for fill"),
        ("fill=edge,", "fill", "is none of edge"),
        ("fill=noize", "fill", "'noize' is none of edge"),
        ("overlap=16,999", "overlap", "999 is outside 0..256"),
        ("overlap=nan", "overlap", "is outside"),
        ("fil=edge", "fil", "is no parameter"),
        ("fill=edge; fill=noise", "compare", "names a parameter twice"),
        ("compare=a", "compare", "cannot compare compare"),
        ("extras=mask,both", "compare", "cannot compare extras"),
        ('fill="edge', "compare", "has a double quote without its other half"),
        ("left=1.5,2", "left", "px is not a whole number"),
    ],
    ids=repr,
)
def test_what_cannot_be_compared(text: str, field: str, words: str) -> None:
    with pytest.raises(ParamError) as caught:
        combinations(Params(left=5, compare=text))
    assert caught.value.field == field
    assert words in str(caught.value)


def test_the_limit_is_on_the_product() -> None:
    full = "left=1,2,3,4; fill=edge,mirror,mosaic; overlap=0,8"
    assert len(combinations(Params(compare=full))) == MOST == 24
    with pytest.raises(ParamError, match="is 48 combinations, over the limit of 24"):
        combinations(Params(compare=full + "; unit=px,%"))


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
