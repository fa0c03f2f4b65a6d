"""What a window costs: latent pixels a UNet step."""

from __future__ import annotations

import pytest

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.plan import Plan, make_plan


def plan(width: int, height: int, **values: int) -> Plan:
    return make_plan(Extent(width, height), Params(**values, hires="off"), Capabilities("test", native_side=512))


def test_512x681_and_128_left() -> None:
    assert plan(512, 681, left=128).latent_pixels <= 5632


def test_512x512_and_128_on_four_sides() -> None:
    found = plan(512, 512, left=128, right=128, up=128, down=128)
    assert len(found.passes) == 1
    assert found.latent_pixels <= 9216


def test_1024x1536_and_256_right() -> None:
    assert plan(1024, 1536, right=256).latent_pixels <= 12288


@pytest.mark.parametrize("side", ["left", "right", "up", "down"])
def test_the_extent_across_costs_nothing(side: str) -> None:
    """A picture of eight times the width costs no more to widen; one of eight times the height no more to heighten."""
    wide = side in ("left", "right")
    costs = [
        plan(across if wide else 681, 681 if wide else across, **{side: 128}).latent_pixels for across in (512, 1024, 4096)
    ]
    assert costs[0] == costs[1] == costs[2]


def test_less_than_the_whole_canvas() -> None:
    found = plan(2048, 681, left=128)
    assert found.latent_pixels * 4 < found.canvas_latent_pixels
