"""Boxes, sides and margins in whole pixels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib_outpaint.planning.geometry import Box, Extent, Margins, Side, bounding, round_down, round_up

BOX = Box(10, 20, 40, 60)
sizes = st.integers(0, 50)
corners = st.integers(-50, 50)
boxes = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height), corners, corners, sizes, sizes
)


def pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.left, box.right) for y in range(box.top, box.bottom)}


@pytest.mark.parametrize(("value", "up", "down"), [(0, 0, 0), (1, 8, 0), (8, 8, 8), (9, 16, 8), (-1, 0, -8)])
def test_rounding_to_a_multiple(value: int, up: int, down: int) -> None:
    assert (round_up(value, 8), round_down(value, 8)) == (up, down)


@pytest.mark.parametrize(
    ("side", "strip"),
    [
        (Side.LEFT, Box(3, 20, 10, 60)),
        (Side.RIGHT, Box(40, 20, 47, 60)),
        (Side.UP, Box(10, 13, 40, 20)),
        (Side.DOWN, Box(10, 60, 40, 67)),
    ],
    ids=lambda value: value.value if isinstance(value, Side) else "",
)
def test_a_strip_lies_beside_its_side(side: Side, strip: Box) -> None:
    assert BOX.strip(side, 7) == strip
    assert BOX.grown(Margins(**{side.value: 7})) == bounding((BOX, strip))


@pytest.mark.parametrize(
    ("side", "horizontal", "at_start"),
    [(Side.LEFT, True, True), (Side.RIGHT, True, False), (Side.UP, False, True), (Side.DOWN, False, False)],
    ids=lambda value: value.value if isinstance(value, Side) else "",
)
def test_what_a_side_says_about_itself(side: Side, horizontal: bool, at_start: bool) -> None:
    assert (side.horizontal, side.at_start) == (horizontal, at_start)
    assert Margins(**{side.value: 5})[side] == 5
    assert Margins(**{side.value: 5}).sides == (side,)


def test_sizes_and_words() -> None:
    assert (BOX.width, BOX.height, BOX.area, BOX.extent) == (30, 40, 1200, Extent(30, 40))
    assert (str(BOX), str(BOX.extent)) == ("30x40+10+20", "30x40")
    assert Extent(30, 40).box == BOX.within(BOX) == BOX.moved(-10, -20)
    assert BOX.slices == (slice(20, 60), slice(10, 40))


@given(boxes, boxes)
def test_an_intersection_holds_the_common_pixels(one: Box, other: Box) -> None:
    common = one.intersect(other)
    assert pixels(common) == pixels(one) & pixels(other)
    assert common.empty == (not pixels(common))
    assert common.width >= 0
    assert common.height >= 0


@given(boxes, boxes)
def test_a_bounding_box_contains_both(one: Box, other: Box) -> None:
    both = bounding((one, other))
    assert both.contains(one)
    assert both.contains(other)


@given(boxes, boxes, corners, corners)
def test_moving_keeps_relations(one: Box, other: Box, dx: int, dy: int) -> None:
    assert one.moved(dx, dy).within(other.moved(dx, dy)) == one.within(other)
    assert one.moved(dx, dy).contains(other.moved(dx, dy)) == one.contains(other)
