"""Plans hold no pixels: every direction and size is a table or a property."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import SD1, SDXL, SIDES, cases, drawn, planned

from lib_outpaint.errors import ParamError, PlanError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, round_up
from lib_outpaint.planning.limits import Limits
from lib_outpaint.planning.plan import Pass, make_plan, split_pass


@settings(max_examples=300)
@given(cases())
def test_every_plan_makes_exactly_the_size_asked_for(case: tuple[Extent, Params, Capabilities]) -> None:
    source, params, _ = case
    plan = planned(case)
    if params.unit == "px":
        wanted = Extent(int(source.width + params.left + params.right), int(source.height + params.up + params.down))
    else:
        part = {
            side: int(length * getattr(params, side) / 100 + 0.5)
            for side, length in zip(SIDES, (source.width,) * 2 + (source.height,) * 2, strict=True)
        }
        wanted = Extent(source.width + part["left"] + part["right"], source.height + part["up"] + part["down"])
    assert plan.canvas == wanted
    assert plan.source.extent == source
    assert plan.source.grown(plan.margins) == plan.canvas.box


@settings(max_examples=150)
@given(cases())
def test_the_passes_make_every_new_pixel_and_know_what_was_made(case: tuple[Extent, Params, Capabilities]) -> None:
    plan = planned(case)
    made = drawn(plan, [plan.source])
    for step in plan.passes:
        known = drawn(plan, list(step.known))
        assert ((known > 0) <= (made > 0)).all(), "a pass counts on pixels that nobody has made"
        new = drawn(plan, list(step.new)) > 0
        assert new.any()
        if step.kind == "side":
            assert not made[new].any(), "a pixel is made twice"
        made[new] = 1
        assert all(step.window.contains(box) for box in step.new)
    assert made.all()


def in_units(window: Box) -> Box:
    return Box(0, 0, round_up(window.width, 64), round_up(window.height, 64))


@settings(max_examples=150)
@given(cases())
def test_windows(case: tuple[Extent, Params, Capabilities]) -> None:
    _, params, caps = case
    plan = planned(case)
    for step in plan.passes:
        window = step.window
        assert window.width % caps.size_multiple == window.height % caps.size_multiple == 0
        assert window.area <= caps.window_area
        up = in_units(window)
        canvas = round_up(plan.canvas.width, caps.size_multiple) * round_up(plan.canvas.height, caps.size_multiple)
        strip = [other for other in plan.passes if (other.kind, other.side, other.step) == (step.kind, step.side, step.step)]
        dear = sum(in_units(tile.window).area for tile in strip) > 9 / 8 * canvas
        assert window.extent == up.extent or up.area > caps.window_area or dear, "not a multiple of 64 though one would fit"
        if step.kind == "side":
            check_side_window(step, params, caps)


def check_side_window(step: Pass, params: Params, caps: Capabilities) -> None:
    assert step.side is not None
    rect, window = step.known[0], step.window
    low, high = (window.left, window.right) if step.side.horizontal else (window.top, window.bottom)
    first, last = (rect.left, rect.right) if step.side.horizontal else (rect.top, rect.bottom)
    seam = first if step.side.at_start else last
    assert (seam - low) % caps.size_multiple == 0, "the seam is off the window's latent grid"
    amount = step.new[0].width if step.side.horizontal else step.new[0].height
    assert amount <= (params.step or caps.native_side // 2)
    slack = (seam - low if step.side.at_start else high - seam) - amount
    assert 0 <= slack < caps.size_multiple, "slack beyond the new area is more than rounding up takes"
    seen = high - seam if step.side.at_start else seam - low
    assert seen < (last - first) + 64, "the window reaches beyond the picture by more than rounding up takes"
    assert seen >= min(max(params.context, params.overlap), last - first), "less context than asked for, or than the band"


@pytest.mark.parametrize(
    ("side", "window"),
    [
        ("left", Box(0, 0, 512, 704)),
        ("right", Box(-13, 0, 499, 704)),
    ],
    ids=["left", "right"],
)
def test_the_photo_of_the_issue(side: str, window: Box) -> None:
    plan = make_plan(Extent(371, 681), Params(**{side: 128}), SD1)
    assert plan.canvas == Extent(499, 681)
    assert [step.window for step in plan.passes] == [window]
    assert plan.latent_pixels == 64 * 88
    assert plan.summary(32) == "499x681, 1 pass, window 512x704, band 32 px, 5,632 latents a step"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("caps", [SD1, SDXL], ids=["512", "1024"])
def test_cost_does_not_depend_on_the_extent_across(side: str, caps: Capabilities) -> None:
    costs = set()
    for depth in (1024, 2048, 6000):
        source = Extent(depth, 700) if side in ("left", "right") else Extent(700, depth)
        costs.add(make_plan(source, Params(**{side: 256}, hires="off"), caps).latent_pixels)
    assert len(costs) == 1


@pytest.mark.parametrize(
    ("source", "values", "kinds"),
    [
        (Extent(400, 400), {"left": 100}, ["left 1"]),
        (Extent(400, 400), {"left": 100, "up": 100}, ["together"]),
        (Extent(400, 400), {"left": 100, "up": 100, "order": "one by one"}, ["left 1", "up 1"]),
        (Extent(400, 400), {"left": 100, "up": 100, "side_prompts": "up: sky"}, ["left 1", "up 1"]),
        (Extent(400, 400), {"left": 100, "order": "together"}, ["together"]),
        (Extent(1100, 600), {"left": 100, "up": 100}, ["left 1", "up 1"]),
        (Extent(700, 400), {"left": 100, "up": 100}, ["together"]),
        (Extent(200, 200), {"left": 300, "up": 10}, ["left 1", "left 2", "up 1"]),
        (Extent(400, 400), {"left": 300, "step": 100}, ["left 1", "left 2", "left 3"]),
        (Extent(400, 400), dict.fromkeys(SIDES, 8) | {"order": "one by one"}, ["left 1", "right 1", "up 1", "down 1"]),
        (
            Extent(2000, 4000),
            {"left": 8},
            ["left 1, tile 1 of 4", "left 1, tile 2 of 4", "left 1, tile 3 of 4", "left 1, tile 4 of 4"],
        ),
    ],
    ids=str,
)
def test_which_passes(source: Extent, values: dict[str, Any], kinds: list[str]) -> None:
    assert [step.name for step in make_plan(source, Params(**values), SD1).passes] == kinds


@pytest.mark.parametrize("side", SIDES)
def test_tiles_overlap_by_a_quarter_and_see_the_ones_before(side: str) -> None:
    source = Extent(600, 5000) if side in ("left", "right") else Extent(5000, 600)
    plan = make_plan(source, Params(**{side: 100}), SD1)
    assert len(plan.passes) > 2
    for before, step in zip(plan.passes, plan.passes[1:], strict=False):
        common = before.window.intersect(step.window)
        assert common.area >= step.window.area / 4
        assert any(common.intersect(known).area for known in step.known[1:]), "the tile before is not seen"


@given(cases(), st.integers(0, 1 << 30))
def test_a_pass_splits_into_smaller_windows_that_make_the_same(
    case: tuple[Extent, Params, Capabilities], which: int
) -> None:
    _, params, caps = case
    plan = planned(case)
    failed = plan.passes[which % len(plan.passes)]
    try:
        parts = split_pass(plan, failed, params, caps)
    except PlanError:
        # Only windows that are small already, or too narrow to be halved along their side.
        assert failed.window.area <= 256 * 256 or min(failed.window.width, failed.window.height) <= 448
        return
    assert max(part.window.area for part in parts) < failed.window.area
    wanted = drawn(plan, list(failed.new)) > 0
    made = np.zeros_like(wanted)
    for part in parts:
        made |= drawn(plan, list(part.new)) > 0
        assert all(part.window.contains(box) for box in part.new)
        assert part.window.width % caps.size_multiple == part.window.height % caps.size_multiple == 0
    assert (made == wanted).all()


@pytest.mark.parametrize("source", [Extent(1500, 64), Extent(100, 100), Extent(901, 1203)], ids=str)
@given(data=st.data())
@settings(max_examples=60)
def test_a_painted_region_has_passes_of_its_own_first(source: Extent, data: st.DataObject) -> None:
    left, top = data.draw(st.integers(0, source.width - 1)), data.draw(st.integers(0, source.height - 1))
    painted = Box(left, top, data.draw(st.integers(left + 1, source.width)), data.draw(st.integers(top + 1, source.height)))
    caps = Capabilities("test", size_multiple=data.draw(st.sampled_from([8, 16, 64])))
    plan = make_plan(source, Params(left=10, up=3, overlap=data.draw(st.sampled_from([0, 32, 256]))), caps, painted=painted)
    masks = [step for step in plan.passes if step.kind == "mask"]
    assert plan.passes[: len(masks)] == tuple(masks)
    repainted = drawn(plan, [box for step in masks for box in step.new])
    assert (repainted > 0).sum() == repainted.sum() == painted.area, "not the region, or a part of it twice"
    assert (repainted[painted.moved(10, 3).slices] == 1).all()
    for step in masks:
        assert step.place == "mask"
        assert step.window.area <= caps.window_area
        assert step.window.width % caps.size_multiple == step.window.height % caps.size_multiple == 0
        assert all(step.window.contains(box) for box in step.new)


@pytest.mark.parametrize(
    ("source", "values", "limits", "code"),
    [
        (Extent(0, 5), {"left": 8}, Limits(), "image-empty"),
        (Extent(5, 5), {}, Limits(), "nothing-grows"),
        (Extent(8000, 7990), {"left": 16}, Limits(), "canvas-too-large"),
        (Extent(100, 100), {"left": 10}, Limits(canvas_pixels=10_999), "canvas-too-large"),
        (Extent(100, 100), {"size": "999999x999999"}, Limits(), "canvas-too-large"),
        (Extent(100, 100), {"left": 600, "step": 1}, Limits(), "too-many-passes"),
        (Extent(100, 100), {"left": 8, "order": "together", "side_prompts": "left: a"}, Limits(), "together-has-one-pass"),
        (Extent(3000, 3000), {"left": 8, "order": "together"}, Limits(), "together-too-large"),
        (Extent(100, 100), {"left": 8, "side_prompts": "nowhere: a"}, Limits(), "side-prompt-side"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_no_plan(source: Extent, values: dict[str, Any], limits: Limits, code: str) -> None:
    with pytest.raises((ParamError, PlanError)) as caught:
        make_plan(source, Params(**values), SD1, limits=limits)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("source", "values", "text"),
    [
        (Extent(0, 5), {"left": 8}, "the image is empty: 0x5"),
        (Extent(8000, 7990), {"left": 16}, "canvas: 8016x7990 is 64.0 MP, over the limit of 64 MP"),
        (
            Extent(3000, 3000),
            {"left": 8, "order": "together"},
            "order: 'together' needs a window of 3008x3008, over the largest window of 0.79 MP; use 'one by one'",
        ),
    ],
    ids=str,
)
def test_what_is_told_without_a_plan(source: Extent, values: dict[str, Any], text: str) -> None:
    with pytest.raises(PlanError) as caught:
        make_plan(source, Params(**values), SD1)
    assert str(caught.value) == text


@given(cases())
def test_a_size_multiple_changes_windows_and_not_what_latents_are_counted_in(
    case: tuple[Extent, Params, Capabilities],
) -> None:
    source, params, caps = case
    plan = planned(case)
    assert plan.cell == caps.cell
    assert plan.latent_pixels * caps.cell**2 == sum(step.window.area for step in plan.passes)
    # The cell has no say in where windows lie: only the multiple has.
    other = make_plan(source, params, replace(caps, cell=8))
    assert other.passes == plan.passes


def test_a_canvas_just_at_the_limit_is_fine() -> None:
    assert make_plan(Extent(100, 100), Params(left=10), SD1, limits=Limits(canvas_pixels=11_000)).canvas.area == 11_000


def test_a_window_that_cannot_be_small_enough() -> None:
    tight = Capabilities("test", largest_window=256 * 256)
    with pytest.raises(PlanError) as caught:
        make_plan(Extent(3000, 100), Params(left=64, context=2048), tight)
    assert str(caught.value) == (
        "a pass of 64 px with 2048 px of context needs a window 2112 px wide, over the largest window of 0.07 MP; "
        "lower step or context"
    )


def test_a_window_that_cannot_become_smaller() -> None:
    params = Params(left=8, overlap=0)
    plan = make_plan(Extent(8, 8), params, SD1, painted=Box(2, 2, 5, 5))
    for step, code in zip(plan.passes, ("pass-cannot-shrink", "window-too-wide"), strict=True):
        with pytest.raises(PlanError) as caught:
            split_pass(plan, step, params, SD1)
        assert caught.value.code == code


def test_limits_are_included() -> None:
    """Just at every limit is fine, and one beyond it is not."""
    at = Extent(512, 512), Params(left=256, up=256)  # 1.5 native sides, and the longest step
    just, less = Capabilities("test", largest_window=768 * 768), Capabilities("test", largest_window=768 * 768 - 1)
    assert [step.kind for step in make_plan(*at, just).passes] == ["together"]
    assert [step.kind for step in make_plan(*at, less).passes] == ["side", "side"]
    together = at[1].changed(order="together")
    (whole,) = make_plan(at[0], together, just).passes
    assert (whole.kind, whole.side, whole.step, whole.tile, whole.tiles) == ("together", None, 1, 1, 1)
    with pytest.raises(PlanError) as caught:
        make_plan(at[0], together, less)
    assert caught.value.code == "together-too-large"
    assert caught.value.message.values == {"size": Extent(768, 768), "limit": (768 * 768 - 1) / 1e6}
    with pytest.raises(PlanError) as caught:
        make_plan(at[0], together.changed(side_prompts="left: a"), just)
    assert caught.value.code == "together-has-one-pass"
    assert [step.kind for step in make_plan(at[0], together.changed(step=256), just).passes] == ["together"]
    with pytest.raises(PlanError) as caught:
        make_plan(at[0], together.changed(step=255), just)
    assert (caught.value.code, caught.value.message.values) == ("together-over-step", {"step": 255})
    three = Extent(100, 100), Params(left=60, step=20)
    assert len(make_plan(*three, SD1, limits=Limits(passes=3)).passes) == 3
    with pytest.raises(PlanError) as caught:
        make_plan(*three, SD1, limits=Limits(passes=2))
    assert (caught.value.code, caught.value.message.values) == ("too-many-passes", {"step": 20, "most": 2})
