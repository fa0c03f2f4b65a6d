"""Request -> plan -> result: what holds for every picture, every set of parameters and every backend."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from error_lines import one_line
from hosts import RecordingHost
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.preview import preview
from lib_outpaint.engine.protocol import Job, Outcome
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.errors import InputError
from lib_outpaint.images import Picture, assembled, pixels_of
from lib_outpaint.parameters.params import ANCHORS, Params
from lib_outpaint.pixels.masks import as_pixels
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Margins
from lib_outpaint.planning.growth import margins_for
from lib_outpaint.planning.plan import Plan, make_plan
from lib_outpaint.planning.plan_json import to_json

SIDES = ("left", "right", "up", "down")
lengths = st.one_of(st.sampled_from([1, 2, 8, 63, 64, 65]), st.integers(1, 150))
amounts = st.one_of(st.just(0), st.just(0), st.sampled_from([1, 7, 8, 64]), st.integers(1, 130))


class Sampler(RecordingHost):
    """Paints by seed where the latent mask is set; counts steps; drifts everywhere if it does not pin known pixels."""

    def sample(self, job: Job) -> torch.Tensor:
        drawn = torch.rand(job.pixels.shape, generator=torch.Generator().manual_seed(job.seed)) * 0.8 + 0.2
        known = job.pixels if self.caps.known_pixels == "pinned" else (job.pixels * 0.9 + 0.05)
        return torch.where(as_pixels(job.latent_mask, job.cell)[None], drawn, known)

    def inpaint(self, jobs: Any) -> list[Outcome]:
        self.calls.append(list(jobs))
        return [Outcome(self.sample(job), steps_run=len(self.calls)) for job in jobs]


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    how = draw(st.sampled_from(["px", "px", "px", "%", "aspect", "size"]))
    if how == "px":
        return {name: draw(amounts) for name in SIDES}
    if how == "%":
        return {"unit": "%", **{name: draw(st.one_of(st.just(0), st.floats(0, 120))) for name in SIDES}}
    anchor = {"anchor": draw(st.sampled_from(ANCHORS))}
    if how == "aspect":
        return {"aspect": f"{draw(st.integers(1, 30))}:{draw(st.integers(1, 30))}", **anchor}
    return {"size": f"{draw(st.integers(1, 300))}x{draw(st.integers(1, 300))}", **anchor}


@st.composite
def jobs(draw: st.DrawFn) -> tuple[Request, Capabilities, np.ndarray]:
    width, height = draw(lengths), draw(lengths)
    stored = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 256, (height, width, 3), dtype=np.uint8)
    params = {
        **draw(shapes()),
        "order": draw(st.sampled_from(["auto", "auto", "one by one", "together"])),
        "step": draw(st.sampled_from([0, 0, 20, 64])),
        "context": draw(st.sampled_from([0, 0, 8, 100])),
        "fill": draw(st.sampled_from(["edge", "mirror", "mosaic", "smooth", "noise"])),
        "overlap": draw(st.sampled_from([0, 1, 8, 32, 100])),
        "mask_blur": draw(st.sampled_from([0, 4, 64])),
        "mask_falloff": draw(st.sampled_from([0.25, 1.0, 4.0])),
        "color_match": draw(st.sampled_from(["off", "mean", "seam"])),
        "extras": draw(st.sampled_from(["none", "both"])),
        "side_prompts": draw(st.sampled_from(["", "", "left: sea", "!up 2: sky\ndown -: people"])),
    }
    painted = None
    if draw(st.integers(0, 4)) == 0:
        painted = torch.zeros(height, width, dtype=torch.bool)
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        painted[top : top + draw(st.integers(1, 60)), left : left + draw(st.integers(1, 60))] = True
    native = draw(st.sampled_from([64, 128, 512]))
    caps = Capabilities(
        "test",
        native_side=native,
        largest_window=draw(st.sampled_from([0, 0, 4 * native * native])),
        known_pixels=draw(st.sampled_from(["pinned", "whole"])),
        features=frozenset({"prompts"}),
    )
    count = draw(st.integers(1, 2))
    request = Request(
        (pixels_of(stored, "RGB"),),
        Params(**params),
        numbered_shots(count, draw(st.integers(0, 2**32 - 1))),
        batch=draw(st.integers(1, 2)),
        painted=painted,
    )
    return request, caps, stored


# What each of these says is to be changed, and how.
TOLD = {
    "nothing-grows",
    "already-that-shape",
    "less-than-a-pixel",
    "smaller-than-image",
    "window-too-wide",
    "together-has-one-pass",
    "together-over-step",
    "together-too-large",
}


def planned(request: Request, caps: Capabilities) -> Plan:
    painted = request.painted_box()
    return make_plan(request.extent, request.params, caps, painted=painted, limits=request.limits)


def plan_of(request: Request, caps: Capabilities) -> Plan:
    """The plan; a case without one is left out when its error is one line that names what to change."""
    try:
        return planned(request, caps)
    except InputError as error:
        refused = error
    one_line(refused)
    assert refused.code in TOLD
    assume(False)
    raise refused


@pytest.mark.long
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(jobs())
def test_from_request_to_result(case: tuple[Request, Capabilities, np.ndarray]) -> None:
    request, caps, stored = case
    plan = plan_of(request, caps)
    assert json.loads(json.dumps(to_json(plan))) == to_json(plan)
    assert planned(request, caps) == plan, "same inputs, another plan"
    try:
        margins = margins_for(request.params, request.extent)
    except InputError:
        assert request.painted is not None, "a plan without anything to do"
        margins = Margins()
    host = Sampler(caps)
    result = outpaint(request, host)
    _check_windows(plan, host, caps, request)
    assert result.stopped is None
    assert len(result.pictures) == len(request.shots)
    assert host.reports[-1].done == host.reports[-1].total == len(plan.passes) * len(request.shots)
    height, width = stored.shape[:2]
    for grown in result.pictures:
        # The size is exactly what was asked for, and the source lies where its margins say.
        assert grown.pixels.shape == (3, height + margins.up + margins.down, width + margins.left + margins.right)
        assert (grown.source.left, grown.source.top) == (margins.left, margins.up)
        assert grown.source.extent == request.extent
        assert grown.complete
        assert grown.pixels.isfinite().all()
        assert float(grown.pixels.min()) >= 0
        assert float(grown.pixels.max()) <= 1
        # The cost is counted: each pass's latent pixels times the steps its backend says it ran.
        assert [p.latent_pixels for p in grown.passes] == [p.window.area // 64 for p in plan.passes]
        assert grown.cost == sum(p.latent_pixels * p.steps_run for p in grown.passes) > 0
        if request.params.extras == "both":
            assert grown.canvas is not None
            assert grown.mask is not None
            assert grown.canvas.shape == grown.pixels.shape
            assert grown.mask.shape == grown.touched.shape
        _check_pixels(grown, request, stored)


def _check_windows(plan: Plan, host: Sampler, caps: Capabilities, request: Request) -> None:
    for step in plan.passes:
        assert step.window.width % caps.cell == step.window.height % caps.cell == 0
        assert step.window.area <= caps.window_area
    windows = [(step.window.width, step.window.height) for step in plan.passes]
    batches = -(-len(request.shots) // request.batch)
    assert [tuple(reversed(call[0].pixels.shape[1:])) for call in host.calls] == windows * batches
    sampled = torch.zeros(plan.canvas.height, plan.canvas.width, dtype=torch.bool)
    for step, call in zip(plan.passes, host.calls, strict=False):
        part = step.window.intersect(plan.canvas.box)
        sampled[part.slices] |= as_pixels(call[0].latent_mask, caps.cell)[part.within(step.window).slices]
    sampled[plan.source.slices] = True
    assert bool(sampled.all()), "a new pixel that no pass has sampled"
    for job in host.jobs:
        assert job.pixels.isfinite().all()
        assert job.latent_mask.shape == job.conditioning_mask.shape == tuple(n // 8 for n in job.pixels.shape[1:])
        assert bool((job.latent_mask | ~job.conditioning_mask).all()), "told it is unknown and does not paint it"


def _check_pixels(grown: Any, request: Request, stored: np.ndarray) -> None:
    height, width = grown.touched.shape
    overlap = request.params.overlap
    image = np.asarray(assembled(Picture(stored, "RGB"), grown))
    assert image.shape == (height, width, 3)
    new = np.ones((height, width), bool)
    new[grown.source.slices] = False
    assert grown.touched.numpy()[new].all()
    # Every original byte outside the band is the source's own.
    box = grown.source
    rows, columns = np.ogrid[:height, :width]
    away = np.full((height, width), 10**6)
    for grows, far in (
        (box.left, columns - box.left + 1),
        (width - box.right, box.right - columns),
        (box.top, rows - box.top + 1),
        (height - box.bottom, box.bottom - rows),
    ):
        if grows:
            away = np.minimum(away, far)
    kept = (away > overlap) & ~new
    if request.painted is not None:
        ys, xs = np.nonzero(request.painted.numpy())
        reach = max(overlap // 2 * 2, 0)
        near = np.zeros_like(kept)
        near[
            max(ys.min() - reach, 0) + box.top : ys.max() + reach + 1 + box.top,
            max(xs.min() - reach, 0) + box.left : xs.max() + reach + 1 + box.left,
        ] = True
        kept &= ~near
    source = np.zeros((height, width, 3), np.uint8)
    source[grown.source.slices] = stored
    np.testing.assert_array_equal(image[kept], source[kept])
    assert not grown.touched.numpy()[kept].any()


@pytest.mark.long
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(jobs())
def test_the_same_request_gives_the_same_bytes_and_any_of_its_pictures_alone(
    case: tuple[Request, Capabilities, np.ndarray],
) -> None:
    request, caps, _ = case
    plan_of(request, caps)
    first = outpaint(request, Sampler(caps))
    again = outpaint(request, Sampler(caps))
    for one, other in zip(first.pictures, again.pictures, strict=True):
        assert torch.equal(one.pixels, other.pixels)
        assert torch.equal(one.touched, other.touched)
    alone = outpaint(Request(request.pictures, request.params, request.shots[-1:], painted=request.painted), Sampler(caps))
    assert torch.equal(alone.pictures[0].pixels, first.pictures[-1].pixels)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(jobs())
def test_a_preview_has_the_size_and_the_source_of_the_result(case: tuple[Request, Capabilities, np.ndarray]) -> None:
    request, caps, stored = case
    plan = plan_of(request, caps)
    shown = preview(request, caps)
    assert shown.extent == plan.canvas
    assert shown.canvas is not None
    assert shown.mask is not None
    if request.painted is None:
        inside = shown.canvas[:, plan.source.top : plan.source.bottom, plan.source.left : plan.source.right]
        assert torch.equal((inside * 255).round().byte(), torch.from_numpy(stored).permute(2, 0, 1))
    new = torch.ones(plan.canvas.height, plan.canvas.width, dtype=torch.bool)
    new[plan.source.slices] = False
    assert bool((shown.mask[new] == 1).all())


@pytest.mark.parametrize("values", [{"size": "999999x64"}, {"size": "8000x8000"}, {"aspect": "99999:1"}], ids=str)
def test_plans_over_their_limit_are_refused_at_once(values: dict[str, Any]) -> None:
    """A step of one px over a picture of a million: counted only up to the limit."""
    import time

    request = Request((torch.zeros(1, 1, 1).expand(3, 64, 1),), Params(step=1, **values), numbered_shots(1, 0))
    began = time.process_time()
    with pytest.raises(InputError) as caught:
        planned(request, Capabilities("test"))
    assert caught.value.code in ("canvas-too-large", "too-many-passes")
    assert time.process_time() - began < 1
