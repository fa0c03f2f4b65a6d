"""How far each side grows, from amounts, an aspect ratio or a size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.params import ANCHORS, Params
from lib_outpaint.planning.geometry import Extent, Margins
from lib_outpaint.planning.growth import margins_for

PHOTO = Extent(371, 681)
SIDES = "left, right, up, down"
extents = st.builds(Extent, st.integers(1, 3000), st.integers(1, 3000))


@pytest.mark.parametrize(
    ("values", "margins"),
    [
        ({"left": 128}, Margins(left=128)),
        ({"left": 1, "right": 2, "up": 3, "down": 4}, Margins(1, 2, 3, 4)),
        ({"left": 50, "unit": "%"}, Margins(left=186)),  # 185.5 px: halves round up
        ({"up": 10, "unit": "%"}, Margins(up=68)),
        ({"right": 0.2, "unit": "%"}, Margins(right=1)),
        ({"size": "499x681", "anchor": "right"}, Margins(left=128)),
        ({"size": "400 x 700", "anchor": "center"}, Margins(14, 15, 9, 10)),
        ({"size": "400×700", "anchor": "up left"}, Margins(right=29, down=19)),
        ({"size": "400x700", "anchor": "down right"}, Margins(left=29, up=19)),
        ({"size": "400x700", "anchor": "left"}, Margins(right=29, up=9, down=10)),
        ({"size": "400x700", "anchor": "down"}, Margins(left=14, right=15, up=19)),
        ({"aspect": "1:1"}, Margins(left=155, right=155)),
        ({"aspect": "1:2"}, Margins(up=30, down=31)),
        ({"aspect": " 16 / 9 ", "anchor": "left"}, Margins(right=840)),
        ({"aspect": "1.5:1", "anchor": "right"}, Margins(left=651)),
        ({"left": 5, "source_size": "371x681"}, Margins(left=5)),
        ({"left": 5, "source_size": " 371 × 681 "}, Margins(left=5)),
        ({"left": 5, "source_size": " "}, Margins(left=5)),
    ],
    ids=str,
)
def test_margins(values: dict[str, object], margins: Margins) -> None:
    assert margins_for(Params(**values), PHOTO) == margins


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({}, SIDES, "nothing-grows"),
        ({"unit": "%"}, SIDES, "nothing-grows"),
        ({"left": 0.1, "unit": "%"}, SIDES, "less-than-a-pixel"),
        ({"up": 0.07, "down": 0.07, "unit": "%"}, SIDES, "less-than-a-pixel"),
        ({"size": "371x681"}, SIDES, "already-that-shape"),
        ({"aspect": "371:681"}, SIDES, "already-that-shape"),
        ({"size": "370x900"}, "size", "smaller-than-image"),
        ({"size": "900"}, "size", "not-a-size"),
        ({"size": "-900x900"}, "size", "not-a-size"),
        ({"size": "9999999x900"}, "size", "not-a-size"),
        ({"aspect": "wide"}, "aspect", "not-a-ratio"),
        ({"aspect": "16:0"}, "aspect", "not-a-ratio"),
        ({"aspect": "0:9"}, "aspect", "not-a-ratio"),
        ({"aspect": "16:-9"}, "aspect", "not-a-ratio"),
        ({"aspect": "nan:9"}, "aspect", "not-a-ratio"),
        ({"aspect": "16:9", "left": 5}, "aspect", "cannot-combine"),
        ({"size": "900x900", "up": 5, "down": 6}, "size", "cannot-combine"),
        ({"aspect": "16:9", "size": "900x900"}, "aspect", "cannot-combine"),
        ({"left": 5, "source_size": "243x681"}, "source_size", "other-source-size"),
        ({"left": 5, "source_size": "681x371"}, "source_size", "other-source-size"),
        ({"left": 5, "source_size": "371"}, "source_size", "not-a-size"),
        ({"size": "371x681", "source_size": "200x681"}, "source_size", "other-source-size"),
    ],
    ids=str,
)
def test_what_cannot_be_grown(values: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        margins_for(Params(**values), PHOTO)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert caught.value.message.values.get("size", PHOTO) == PHOTO


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "nothing grows: set an amount for at least one side, an aspect ratio or a size"),
        ({"left": 0.1, "unit": "%"}, "nothing grows: for an image of 371x681 that is less than half a pixel"),
        ({"aspect": "371:681"}, "nothing grows: the image already is 371x681"),
        ({"size": "900x900", "up": 5, "down": 6}, "size: '900x900' cannot be combined with up, down"),
        ({"size": "900"}, "size: '900' is not a size such as 1920x1080"),
        ({"left": 5, "source_size": "371"}, "source_size: '371' is not a size such as 600x400"),
    ],
    ids=str,
)
def test_what_is_told_asks_for_nothing_that_was_given(values: dict[str, object], text: str) -> None:
    with pytest.raises(ParamError) as caught:
        margins_for(Params(**values), PHOTO)
    assert str(caught.value) == text


@given(extents, st.integers(0, 500), st.integers(0, 500), st.sampled_from(ANCHORS))
def test_a_size_is_reached_exactly(source: Extent, wider: int, taller: int, anchor: str) -> None:
    if wider + taller == 0:
        wider = 1
    target = Extent(source.width + wider, source.height + taller)
    margins = margins_for(Params(size=str(target), anchor=anchor), source)
    assert source.box.grown(margins).extent == target
    assert min(margins.left, margins.right, margins.up, margins.down) >= 0


@given(extents, st.integers(1, 40), st.integers(1, 40), st.sampled_from(ANCHORS))
def test_an_aspect_is_reached_to_the_pixel_by_growing_one_axis(source: Extent, across: int, along: int, anchor: str) -> None:
    try:
        margins = margins_for(Params(aspect=f"{across}:{along}", anchor=anchor), source)
    except ParamError:
        # Nothing grows only when the picture already has the shape, to the nearest pixel.
        assert (
            abs(source.width - source.height * across / along) <= 0.5
            or abs(source.height - source.width * along / across) <= 0.5
        )
        return
    grown = source.box.grown(margins).extent
    assert grown.width == source.width or grown.height == source.height
    if grown.height == source.height:
        assert abs(grown.width - grown.height * across / along) <= 0.5
    else:
        assert abs(grown.height - grown.width * along / across) <= 0.5


@given(extents, st.floats(0, 400), st.sampled_from(["left", "right", "up", "down"]))
def test_per_cent_are_of_the_side_they_lengthen(source: Extent, percent: float, side: str) -> None:
    length = source.width if side in ("left", "right") else source.height
    if percent * length / 100 < 0.5:
        return
    margins = margins_for(Params(**{side: percent}, unit="%"), source)
    assert abs(getattr(margins, side) - percent * length / 100) <= 0.5
