"""A painted region without any amount: repainted at the same size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from engine_runs import levels, noise_picture, one, run
from hosts import FailingHost, PaintingHost, RecordingHost, interrupted
from PIL import Image

from lib_outpaint.api import outpaint as outpaint_image
from lib_outpaint.engine.preview import plan_document, preview
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.stepper import Outpainting
from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, Margins
from lib_outpaint.planning.plan import make_plan

SD1 = Capabilities("test")


def spot(width: int, height: int, left: int, top: int, right: int, bottom: int) -> torch.Tensor:
    mask = torch.zeros(height, width, dtype=torch.bool)
    mask[top:bottom, left:right] = True
    return mask


def test_a_mask_alone_repaints_at_the_same_size() -> None:
    picture, mask = noise_picture(120, 90), spot(120, 90, 40, 30, 70, 60)
    host = PaintingHost()
    grown = one(picture, host, painted=mask, overlap=8)
    assert grown.extent == Extent(120, 90)
    assert grown.complete
    assert [step.kind for step in grown.plan.passes] == ["mask"]
    assert bool((grown.pixels[:, mask] == host.colour[:, 0]).all())
    assert torch.equal(grown.pixels[:, ~grown.touched], picture[:, ~grown.touched])
    around = spot(120, 90, 32, 22, 78, 68)
    assert not bool((grown.touched & ~around).any())
    assert bool(grown.touched[mask].all())


def test_what_lies_under_the_paint_is_there_for_the_sampler_or_filled() -> None:
    picture, mask = noise_picture(120, 90), spot(120, 90, 40, 30, 70, 60)
    host = RecordingHost()
    one(picture, host, painted=mask)
    (job,) = host.jobs
    assert torch.equal(levels(job.pixels[:, :90, :120]), levels(picture))
    assert job.known is not None
    assert torch.equal(job.known[:90, :120], ~mask)
    filled = RecordingHost()
    one(picture, filled, painted=mask, painted_fill="smooth")
    assert not torch.equal(filled.jobs[0].pixels[:, :90, :120][:, mask], picture[:, mask])


def test_masked_content_is_the_fill_unless_the_original_is_asked_for() -> None:
    picture = (noise_picture(64, 48) * 255).round().byte().permute(1, 2, 0).numpy()
    picture[20:30] = 0
    bars = np.zeros((48, 64), np.uint8)
    bars[20:30] = 255
    brightness = {}
    for content in ("fill", "original"):
        host = RecordingHost()
        outpaint_image(picture, backend=host, mask=bars, masked_content=content, fill="smooth", overlap=0, seed=1)
        brightness[content] = float(host.jobs[0].pixels[:, 20:30, :64].mean())
    assert brightness["original"] == 0
    assert brightness["fill"] > 0.3
    with pytest.raises(ParamError) as refused:
        outpaint_image(picture, mask=bars, masked_content="noise")
    assert (refused.value.field, refused.value.code) == ("masked_content", "not-a-choice")


@pytest.mark.parametrize(
    "values", [{}, {"unit": "%"}, {"aspect": "4:3"}, {"size": "120x90"}, {"order": "together"}], ids=str
)
def test_every_way_to_ask_for_no_growth(values: dict[str, Any]) -> None:
    plan = make_plan(Extent(120, 90), Params(**values), SD1, painted=Box(1, 2, 30, 40))
    assert (plan.canvas, plan.margins, plan.source) == (Extent(120, 90), Margins(), Box(0, 0, 120, 90))
    assert [step.name for step in plan.passes] == ["mask"]


@pytest.mark.parametrize("painted", [None, torch.zeros(9, 9, dtype=torch.bool)], ids=["no mask", "an empty one"])
def test_neither_a_mask_nor_an_amount_is_nothing_to_do(painted: torch.Tensor | None) -> None:
    host = RecordingHost()
    with pytest.raises(ParamError) as caught:
        run(noise_picture(9, 9), host, painted=painted)
    assert caught.value.code == "nothing-grows"
    assert host.jobs == []


def test_an_amount_too_small_for_a_pixel_is_not_ignored_for_a_mask() -> None:
    with pytest.raises(ParamError) as caught:
        run(noise_picture(9, 9), painted=spot(9, 9, 1, 1, 3, 3), left=1, unit="%")
    assert caught.value.code == "less-than-a-pixel"


def test_plan_json_and_preview() -> None:
    request = Request(
        (noise_picture(120, 90),), Params(), numbered_shots(1, 1), painted=spot(120, 90, 40, 30, 70, 60), painted_fill="edge"
    )
    document = plan_document(Outpainting(request, SD1))
    assert (document["canvas"], document["source"]) == ([120, 90], [0, 0, 120, 90])
    assert document["margins"] == {"left": 0, "right": 0, "up": 0, "down": 0}
    assert [step["kind"] for step in document["passes"]] == ["mask"]
    assert document["cost"]["latents_a_step"] <= 9 / 8 * document["cost"]["whole_canvas_latents_a_step"]
    assert document["summary"].startswith("120x90, 1 pass, ")
    seen = preview(request, SD1)
    assert seen.canvas is not None
    assert seen.mask is not None
    assert torch.equal(seen.mask > 0, seen.touched)
    assert float(seen.mask[30:60, 40:70].min()) == 1


def test_an_interrupted_repaint_is_what_was_done_of_it() -> None:
    picture = noise_picture(700, 100)
    mask = torch.ones(100, 700, dtype=torch.bool)
    host = FailingHost(1, interrupted, native_side=64)
    (grown,) = run(picture, host, painted=mask).pictures
    assert grown.extent == Extent(700, 100)
    assert not grown.complete
    (done,) = grown.plan.passes
    rows, columns = done.new[0].slices
    assert bool((grown.pixels[:, rows, columns] == host.colour).all())
    rest = ~grown.touched
    assert bool(rest.any())
    assert torch.equal(grown.pixels[:, rest], picture[:, rest])


def test_black_bars_are_replaced_at_the_same_size() -> None:
    pytest.importorskip("patchmatch")
    from skimage import data

    photo = Image.fromarray(data.chelsea()).resize((240, 160), Image.Resampling.LANCZOS)
    pixels = np.asarray(photo).copy()
    pixels[:24] = pixels[-24:] = 0
    mask = np.zeros((160, 240), np.uint8)
    mask[:25] = mask[-25:] = 255
    made = outpaint_image(pixels, mask=mask, seed=1)
    result = made.numpy()
    assert result.shape == pixels.shape
    for bar, beside in ((result[:24], pixels[25:49]), (result[-24:], pixels[-49:-25])):
        assert (bar.max(2) < 16).mean() < 0.02, "still black"
        assert np.abs(bar.mean((0, 1)) - beside.mean((0, 1))).max() < 40, "another colour than beside it"
        assert 0.3 < bar.std() / beside.std() < 2
    assert (result[45:-45] == pixels[45:-45]).all(), "what is not beside a bar is the original's"


def test_the_windows_of_a_region_cost_no_more_than_the_picture() -> None:
    for size in (Extent(136, 136), Extent(1500, 400), Extent(520, 520), Extent(61, 45)):
        plan = make_plan(size, Params(), SD1, painted=size.box)
        assert plan.latent_pixels <= 9 / 8 * plan.canvas_latent_pixels, size
        assert all(step.window.contains(box) for step in plan.passes for box in step.new)
