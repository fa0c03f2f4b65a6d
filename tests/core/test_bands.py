"""The band is as wide as the picture allows: what it may take, that it is told, and what is left of small pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from engine_runs import SIDES, noise_picture, one, run
from hosts import PaintingHost, RecordingHost, SeededHost
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lib_outpaint.backends.draft import Draft
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.protocol import Job
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.bands import Bands, bands_for, joints_for, region_band
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, Side
from lib_outpaint.planning.plan import make_plan
from lib_outpaint.planning.plan_json import to_json
from lib_outpaint.planning.strips import Pass

TWO_SIDES = [{"left": 32, "right": 32}, {"left": 32, "up": 32}, {"up": 32, "down": 32}]


@pytest.mark.parametrize(
    ("size", "sides", "bands"),
    [
        (Extent(128, 127), 1, Bands(32, 31)),
        (Extent(192, 191), 2, Bands(32, 31)),
        (Extent(1600, 24), 2, Bands(32, 4)),
        (Extent(1600, 24), 1, Bands(32, 6)),
        (Extent(3, 1), 1, Bands(0, 0)),
        (Extent(4, 5), 1, Bands(1, 1)),
    ],
    ids=str,
)
def test_a_band_takes_a_quarter_at_most_or_a_sixth_of_several(size: Extent, sides: int, bands: Bands) -> None:
    assert bands_for(32, size, sides) == bands


def test_a_regions_band_is_that_of_the_shorter_way() -> None:
    assert region_band(32, Extent(600, 60)) == 10
    assert region_band(8, Extent(600, 60)) == 8
    plan = make_plan(
        Extent(300, 200), Params(), Capabilities("test"), painted=Box(0, 0, 300, 200), kept=Box(0, 88, 300, 112)
    )
    assert (plan.region_band, plan.band) == (4, "4"), "what lies between two bars is what may be spared"


def side(new: Box, known: Box, which: str) -> Pass:
    return Pass("side", Side(which), 1, 1, 1, (new,), (known,), known)


@pytest.mark.parametrize(
    ("new", "known", "source", "joints"),
    [
        # At the picture's own seam: a quarter of all that is known, what was grown included.
        (Box(0, 300, 90, 310), Box(0, 0, 90, 300), Box(0, 200, 90, 300), Bands(40, 40)),
        (Box(0, 100, 90, 110), Box(0, 0, 90, 100), Box(0, 40, 90, 100), Bands(40, 25)),
        # Never through the picture to what was grown behind it.
        (Box(0, 100, 90, 110), Box(0, 0, 90, 100), Box(0, 90, 90, 100), Bands(40, 10)),
        # A strip before ends the joint where the picture begins.
        (Box(0, 400, 90, 410), Box(0, 0, 90, 400), Box(0, 100, 90, 380), Bands(40, 20)),
    ],
    ids=str,
)
def test_the_joint_between_generated_areas(new: Box, known: Box, source: Box, joints: Bands) -> None:
    bands = Bands(10, 10)
    assert joints_for(side(new, known, "down"), source, 40, bands) == joints

    def turned(box: Box) -> Box:
        return Box(box.top, box.left, box.bottom, box.right)

    across = joints_for(side(turned(new), turned(known), "right"), turned(source), 40, bands)
    assert across == Bands(joints.along, joints.across)

    def mirrored(box: Box) -> Box:
        return Box(box.left, -box.bottom, box.right, -box.top)

    assert joints_for(side(mirrored(new), mirrored(known), "up"), mirrored(source), 40, bands) == joints


@settings(max_examples=120)
@given(
    st.integers(1, 220),
    st.integers(1, 220),
    st.lists(st.sampled_from(SIDES), min_size=1, unique=True),
    st.integers(1, 60),
    st.sampled_from(["auto", "one by one"]),
    st.sampled_from([0, 16]),
    st.sampled_from([4, 32, 100]),
)
def test_no_pass_changes_more_of_the_picture_than_the_plan_says(
    width: int, height: int, sides: list[str], amount: int, order: str, step: int, overlap: int
) -> None:
    picture = noise_picture(width, height)
    values = dict.fromkeys(sides, amount)
    grown = one(picture, PaintingHost(native_side=64), **values, order=order, step=step, overlap=overlap)
    share = 4 if len(sides) == 1 else 6
    across, along = min(overlap, width // share), min(overlap, height // share)
    rows, columns = grown.source.slices
    touched = grown.touched[rows, columns]
    used = torch.zeros_like(touched)
    for name in sides:
        deep = across if name in ("left", "right") else along
        part = {"left": used[:, :deep], "right": used[:, width - deep :], "up": used[:deep], "down": used[height - deep :]}
        part[name][:] = True
    assert not bool((touched & ~used).any())
    if len(sides) < 3:
        assert float((~touched).float().mean()) >= (0.75 if len(sides) == 1 else 0.66)


def test_a_shortened_band_is_told_once_with_its_width() -> None:
    told = [note for note in run(noise_picture(90, 48), left=8, up=8, count=3).notes if note.code == "band-shortened"]
    assert [note.values for note in told] == [{"band": "15/8", "asked": 32, "size": Extent(90, 48)}]
    assert not run(noise_picture(192, 48), left=8, order="together").notes, "there is no band up and down"
    assert not run(noise_picture(90, 48), left=8, overlap=20).notes
    assert not run(noise_picture(90, 48), left=8, overlap=0).notes


def test_the_plan_says_how_wide_the_band_is() -> None:
    plan = make_plan(Extent(90, 48), Params(left=8), Capabilities("test"), painted=Box(0, 0, 5, 5))
    assert plan.band == "22/8"
    assert ", band 22/8 px, " in plan.summary(32)
    assert to_json(plan)["bands"] == {"left": 22, "right": 22, "up": 12, "down": 12, "mask": 8}


def test_a_picture_that_is_wide_enough_keeps_its_band() -> None:
    grown = one(noise_picture(128, 40), PaintingHost(), left=16)
    assert [bool(value) for value in grown.touched[0, 16 + 31 : 16 + 33]] == [True, False]
    shorter = one(noise_picture(124, 40), PaintingHost(), left=16)
    assert [bool(value) for value in shorter.touched[0, 16 + 30 : 16 + 32]] == [True, False]


@pytest.mark.parametrize("step", [8, 16, 24])
def test_short_steps_leave_no_line_in_the_picture(step: int) -> None:
    """Each pass is darker than the last: a joint that reaches over a short strip must not end at the picture's edge."""

    class Fading(RecordingHost):
        def sample(self, job: Job) -> torch.Tensor:
            return torch.full_like(job.pixels, 0.9 - 0.2 * job.pass_index)

    host = Fading(known_pixels="whole")
    grown = one(torch.full((3, 60, 300), 0.9), host, left=3 * step, step=step, overlap=0)
    assert len(host.jobs) == 3
    edge = grown.pixels[0, 30, 3 * step - 1 : 3 * step + 1]
    assert float(edge[1]) == pytest.approx(0.9)
    assert float((edge[1] - edge[0]).abs()) < 0.06, "the second and third pass end at the seam"


# What is left of small pictures


def photo(name: str, width: int, height: int) -> torch.Tensor:
    from skimage import data

    image = Image.fromarray(getattr(data, name)()).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255


def drafted(picture: torch.Tensor, **values: Any) -> Grown:
    pytest.importorskip("patchmatch")
    return outpaint(Request((picture,), Params(**values), numbered_shots(1, 5)), Draft()).pictures[0]


def changes(grown: Grown, picture: torch.Tensor) -> torch.Tensor:
    """Levels of 255 by which px of the original differ: (H, W), the most of any channel."""
    rows, columns = grown.source.slices
    return ((grown.pixels[:, rows, columns] * 255).round() - (picture * 255).round()).abs().amax(0)


@pytest.mark.parametrize("size", [48, 64, pytest.param(96, marks=pytest.mark.long)])
@pytest.mark.parametrize("values", TWO_SIDES, ids=str)
def test_32_px_on_two_sides_change_at_most_a_quarter(size: int, values: dict[str, int]) -> None:
    picture = photo("astronaut", size, size)
    for grown in (drafted(picture, **values), one(picture, SeededHost(), **values)):
        assert float((changes(grown, picture) > 16).float().mean()) <= 0.25


@pytest.mark.parametrize(
    ("size", "values"), [((1600, 24), {"up": 40, "down": 16}), ((24, 900), {"left": 30, "right": 7})], ids=str
)
@pytest.mark.parametrize("order", ["auto", pytest.param("one by one", marks=pytest.mark.long)])
def test_strips_keep_half_of_their_px(size: tuple[int, int], values: dict[str, int], order: str) -> None:
    picture = photo("astronaut", *size)
    for grown in (drafted(picture, **values, order=order), one(picture, SeededHost(), **values, order=order)):
        assert float((changes(grown, picture) == 0).float().mean()) >= 0.5
        rows, columns = grown.source.slices
        kept = ~grown.touched[rows, columns]
        assert float(kept.float().mean()) >= 0.5
        assert torch.equal(grown.pixels[:, rows, columns][:, kept], picture[:, kept])


@pytest.mark.long
def test_64_px_grown_tenfold_keep_a_recognisable_original() -> None:
    picture = photo("astronaut", 64, 64)
    grown = drafted(picture, size="640x640")
    assert (grown.extent.width, grown.extent.height) == (640, 640)
    change = changes(grown, picture)
    assert not bool(change[10:54, 10:54].any()), "the middle is the original's"
    assert float((change > 16).float().mean()) < 0.4


@pytest.mark.parametrize("size", [(32, 32), (24, 24), (16, 16), (8, 8), (3, 2), (1, 1), (400, 24), (24, 300)], ids=str)
def test_without_anything_to_copy_colours_go_on_smoothly(size: tuple[int, int]) -> None:
    width, height = size
    picture = photo("chelsea", width, height)
    grown = drafted(picture, left=20, up=30)
    rows, columns = grown.source.slices
    assert torch.equal(grown.pixels[:, rows, columns], picture)
    new = ~torch.zeros_like(grown.touched)
    new[rows, columns] = False
    outer = grown.pixels[:, :, :20]
    assert float(outer.diff(dim=1).abs().max()) < 0.1, "noise"
    assert float(outer.diff(dim=2).abs().max()) < 0.1, "noise"
    low, high = picture.amin((1, 2)), picture.amax((1, 2))
    found = grown.pixels[:, new]
    assert bool((found.amin(1) >= low - 1e-4).all())
    assert bool((found.amax(1) <= high + 1e-4).all())


def test_the_draft_copies_where_there_is_enough() -> None:
    picture = photo("coffee", 48, 48)
    grown = drafted(picture, left=32, right=32)
    assert float(grown.pixels[:, :, :32].diff(dim=1).abs().mean()) > 0.02, "texture, not a smooth continuation"
