"""The limits of the paired seam test: each side and all four together, both kinds of drift, four photos."""

from __future__ import annotations

import pytest
import torch
from laboratory import drifts
from laboratory.drifts import GAIN, GRADIENT_X, GRADIENT_Y, OFFSET, Drift
from laboratory.photos import photo
from laboratory.seam import Report, measured

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.geometry import Extent

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
QUICK = "coffee"  # the photo of the default run
EACH = pytest.mark.parametrize(
    "name", [name if name == QUICK else pytest.param(name, marks=pytest.mark.long) for name in PHOTOS]
)
CLIPPED = ("astronaut", "retina", "hubble")  # large areas at or near 0
DRIFTS = pytest.mark.parametrize(
    "drift",
    [OFFSET, pytest.param(GAIN, marks=pytest.mark.long), pytest.param(GRADIENT_X, marks=pytest.mark.long), GRADIENT_Y],
    ids=["offset", "gain", "gradient x", "gradient y"],
)
KINDS = pytest.mark.parametrize(
    ("kind", "declared"), [("whole", "whole"), ("whole", "pinned"), ("pinned", "pinned"), ("pinned", "whole")]
)
SLOPE = {"offset": 0.10, "gain": 0.25, "gradient": 0.25}
LEFT = {"offset": 0.20, "gain": 0.60, "gradient": 0.60}


def clips(truth: torch.Tensor, drift: Drift) -> bool:
    """Whether the drift clips over a tenth of a channel: what these px were is lost, and the limits are a little wider."""
    moved = drift.applied(truth, 0)
    return float(((moved < 0) | (moved > 255)).float().mean((1, 2)).max()) > 0.1


def check(found: Report, drift: Drift, clipped: bool = False) -> None:
    assert found.exact
    assert found.changed <= 32
    assert found.slope <= (0.25 if clipped else SLOPE[drift.name])
    assert found.drift <= (max(0.40, LEFT[drift.name]) if clipped else LEFT[drift.name])


@pytest.mark.long
@DRIFTS
@pytest.mark.parametrize("kind", ["whole", "pinned"])
@pytest.mark.parametrize("name", PHOTOS)
def test_512x681_and_128_px_left(name: str, kind: str, drift: Drift) -> None:
    found = measured(photo(name, Extent(640, 681)), Params(left=128), drift, kind)
    check(found, drift)
    assert found.latent_pixels <= 5632


@DRIFTS
@KINDS
@pytest.mark.parametrize("side", ["left", "right", "up", "down"])
@EACH
def test_each_side(name: str, side: str, kind: str, declared: str, drift: Drift) -> None:
    """A quarter of the size, so that every side, kind and declaration is seen."""
    truth = photo(name, Extent(320, 340) if side in ("left", "right") else Extent(340, 320))
    found = measured(truth, Params(fill="edge", **{side: 64}), drift, kind, declared=declared, native_side=256)
    check(found, drift, clips(truth, drift))


@DRIFTS
@pytest.mark.parametrize("order", ["together", "one by one"])
@pytest.mark.parametrize("kind", ["whole", "pinned"])
@EACH
def test_all_four_sides(name: str, kind: str, order: str, drift: Drift) -> None:
    values = {"left": 64, "right": 64, "up": 64, "down": 64}
    truth = photo(name, Extent(384, 384))
    found = measured(truth, Params(fill="edge", order=order, **values), drift, kind, native_side=256)
    check(found, drift, clips(truth, drift))
    assert len(found.plan.passes) == (1 if order == "together" else 4)


def test_512x512_and_128_px_on_four_sides_in_one_call() -> None:
    values = {"left": 128, "right": 128, "up": 128, "down": 128}
    found = measured(photo("coffee", Extent(768, 768)), Params(fill="edge", **values), OFFSET, "pinned")
    check(found, OFFSET)
    assert len(found.plan.passes) == 1
    assert found.latent_pixels <= 9216


@pytest.mark.parametrize("name", CLIPPED)
@pytest.mark.parametrize("side", ["left", pytest.param("right", marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["whole", "pinned"])
def test_photos_with_large_clipped_areas(kind: str, side: str, name: str) -> None:
    found = measured(photo(name, Extent(640, 681)), Params(fill="edge", **{side: 128}), OFFSET, kind)
    assert found.slope <= 0.25
    assert found.drift <= 0.40


@pytest.mark.parametrize("kind", ["whole", "pinned"])
@pytest.mark.parametrize("how", ["off", "mean", "seam"])
def test_an_undisturbed_sampler_gives_the_truth(how: str, kind: str) -> None:
    for name in sorted({*PHOTOS, *CLIPPED}):
        found = measured(
            photo(name, Extent(320, 340)), Params(left=64, fill="edge", color_match=how), drifts.NONE, kind, native_side=256
        )
        assert found.worst <= 1
        assert found.drift < 0.05
        assert found.changed == 0


def test_without_overlap_no_original_pixel_changes() -> None:
    found = measured(
        photo("coffee", Extent(320, 320)), Params(left=64, overlap=0, fill="edge"), OFFSET, "pinned", native_side=256
    )
    assert found.changed == 0
    assert found.drift > 4, "there was no evidence to correct anything by"


def test_without_overlap_a_whole_drift_is_still_seen() -> None:
    found = measured(
        photo("coffee", Extent(320, 340)), Params(left=64, overlap=0, fill="edge"), OFFSET, "whole", native_side=256
    )
    assert found.changed == 0
    assert found.drift <= 0.2


@pytest.mark.parametrize("how", ["mean", "seam"])
def test_colour_match_is_what_removes_the_drift(how: str) -> None:
    truth = photo("coffee", Extent(320, 340))
    off = measured(truth, Params(left=64, fill="edge", color_match="off"), OFFSET, "pinned", native_side=256)
    on = measured(truth, Params(left=64, fill="edge", color_match=how), OFFSET, "pinned", native_side=256)
    assert off.drift > 4.5
    assert on.drift < 0.2


def test_a_slow_wave_along_the_seam_is_carried_into_the_new_area() -> None:
    """What `seam` does beyond `mean`: low frequencies beside the seam."""
    wave = Drift("wave", wave=3, axis="y")
    truth = photo("rocket", Extent(576, 681))
    mean = measured(truth, Params(left=64, fill="edge", color_match="mean"), wave, "pinned")
    seam = measured(truth, Params(left=64, fill="edge"), wave, "pinned")
    assert seam.drift < 0.8 * mean.drift
