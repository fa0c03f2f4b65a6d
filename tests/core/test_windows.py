"""Windows on one axis, worked out by hand."""

from __future__ import annotations

import pytest

from lib_outpaint.errors import PlanError
from lib_outpaint.planning.geometry import Box, Side
from lib_outpaint.planning.windows import Grid, Interval, across_window, along_windows, side_box


def test_windows_of_one_axis() -> None:
    grid = Grid(8, 512, 3 * 512 * 512, 0, 0, 32)
    assert grid.longest_step == 256
    assert grid.joint == 32
    assert Grid(8, 512, 9, 0, 0, 33).joint == 40
    assert Grid(8, 512, 9, 0, 0, 0).joint == 32
    assert Grid(8, 12, 9, 0, 0, 0).longest_step == 8
    assert grid.steps(600) == [200, 200, 200]
    assert grid.steps(257) == [136, 121]
    assert grid.steps(256) == [256]
    assert Grid(8, 512, 9, 100, 0, 0).steps(250) == [88, 88, 74]
    assert Grid(8, 512, 9, 30, 0, 0).steps(61) == [24, 24, 13]
    assert Grid(8, 512, 9, 3, 0, 0).steps(8) == [3, 3, 2]
    assert across_window(100, 1000, grid) == Interval(-408, 104)
    assert across_window(100, 50, grid) == Interval(-88, 104)
    assert across_window(500, 1000, grid) == Interval(-264, 504)
    assert across_window(8, 1000, Grid(8, 512, 10**6, 0, 20, 100)) == Interval(-120, 8)
    with pytest.raises(PlanError) as caught:
        across_window(8, 3000, Grid(8, 512, 100_000, 0, 2000, 0))
    assert caught.value.code == "window-too-wide"
    assert caught.value.message.values == {"amount": 8, "context": 2000, "width": 2048, "limit": 0.1}
    assert across_window(0, 64, Grid(8, 512, 64 * 64, 0, 64, 0)) == Interval(-64, 0)
    assert along_windows(0, 100, 512, grid) == [(0, 128)]
    assert along_windows(8, 1544, 512, grid) == [(8, 1544)]
    assert along_windows(0, 1500, 520, Grid(8, 512, 520 * 1504, 0, 0, 0)) == [(0, 1504)]
    assert along_windows(0, 2000, 512, grid) == [(0, 1536), (464, 2000)]
    assert along_windows(0, 4000, 512, grid) == [(0, 1536), (816, 2352), (1640, 3176), (2464, 4000)]
    assert along_windows(16, 1016, 512, Grid(8, 512, 512 * 512, 0, 0, 200)) == [(16, 528), (256, 768), (504, 1016)]
    assert side_box(Box(10, 20, 30, 50), Side.UP, (-4, 8), (1, 2)) == Box(1, 12, 2, 24)


@pytest.mark.parametrize(
    ("span", "margins", "window"),
    [
        ((100, 400), (50, 0), (44, 428)),
        ((100, 400), (0, 50), (96, 480)),
        ((100, 401), (0, 50), (97, 481)),
        ((3, 67), (3, 9), (-5, 123)),
        ((0, 64), (0, 0), (0, 64)),
        ((10, 64), (0, 0), (10, 74)),
    ],
)
def test_a_window_around_what_is_known(span: tuple[int, int], margins: tuple[int, int], window: tuple[int, int]) -> None:
    assert Grid(8, 512, 10**9, 0, 0).around(*span, *margins) == window


@pytest.mark.parametrize(
    ("grid", "span", "inside", "windows"),
    [
        # One window of the native side around a small part, kept inside the picture.
        (Grid(8, 256, 10**6, 0, 0, 0), (500, 520), (0, 1000), [((376, 632), (500, 520))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (3, 20), (0, 1000), [((0, 256), (3, 20))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (990, 1000), (0, 1000), [((744, 1000), (990, 1000))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (990, 1001), (0, 1001), [((752, 1008), (990, 1001))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (120, 140), (100, 150), [((100, 164), (120, 140))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (120, 130), (100, 900), [((100, 356), (120, 130))]),
        # At the picture's own edges nothing is missing: one window also where a quarter on both sides would not fit.
        (Grid(8, 512, 512 * 512, 0, 0, 0), (0, 512), (0, 512), [((0, 512), (0, 512))]),
        (Grid(8, 512, 512 * 512, 0, 0, 0), (0, 384), (0, 900), [((0, 512), (0, 384))]),
        (Grid(8, 512, 512 * 512, 0, 0, 0), (0, 385), (0, 900), [((0, 512), (0, 192)), ((32, 544), (192, 385))]),
        (Grid(8, 512, 512 * 512, 0, 0, 0), (516, 900), (0, 900), [((392, 904), (516, 900))]),
        # A wide band needs its own width and a cell around the part: 168 px here, more than a quarter of 512.
        (Grid(8, 512, 512 * 512, 0, 0, 160), (500, 676), (0, 2000), [((328, 840), (500, 676))]),
        (Grid(8, 512, 512 * 512, 0, 0, 160), (500, 677), (0, 2000), [((288, 800), (500, 588)), ((376, 888), (588, 677))]),
        # Several: each repaints a part and sees a quarter, or the band, around it.
        (
            Grid(8, 256, 256 * 256, 0, 0, 0),
            (100, 400),
            (0, 2000),
            [((16, 272), (100, 200)), ((120, 376), (200, 300)), ((216, 472), (300, 400))],
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_windows_over_a_part(
    grid: Grid, span: tuple[int, int], inside: tuple[int, int], windows: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    assert list(grid.covering(*span, *inside)) == windows
