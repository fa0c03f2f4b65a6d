"""outpaint(request, host): what the host is asked for, and what is refused before it is asked for anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from engine_runs import noise_picture, one, run
from hosts import PaintingHost, RecordingHost

from lib_outpaint.engine.loop import begin, outpaint
from lib_outpaint.engine.request import Request, Shot, numbered_shots
from lib_outpaint.errors import InputError, MissingExtra, ParamError
from lib_outpaint.parameters.guidance import ControlNet
from lib_outpaint.parameters.loras import Lora
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.pixels import fills
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.limits import Limits


def test_jobs_carry_what_was_asked_for() -> None:
    host = PaintingHost()
    request = Request(
        (noise_picture(40, 40),),
        Params(left=8, up=8, fill="edge", side_prompts="up: sky\nleft -: people"),
        (Shot(3, None, "a lake", "blur"),),
        sampling=Sampling(steps=7, denoise=0.9),
    )
    result = outpaint(request, host)
    assert [(job.prompt, job.negative_prompt) for job in host.jobs] == [("a lake", "blur, people"), ("a lake, sky", "blur")]
    assert {job.sampling for job in host.jobs} == {Sampling(steps=7, denoise=0.9)}
    assert all((job.loras, job.controlnet.asked, job.mask_weight) == ((), {}, None) for job in host.jobs)
    assert [(p.done, p.total, str(p.text)) for p in host.reports] == [(0, 2, "left 1"), (1, 2, "up 1"), (2, 2, "done")]
    assert host.reports[0].text.text("zh") == "左 1"
    assert result.stopped is None


def test_jobs_carry_what_leads_the_model() -> None:
    host = PaintingHost()
    asked = {"loras": "a:0.5", "controlnet": "on", "controlnet_model": "m", "controlnet_weight": 0.5, "mask_weight": 0.25}
    run(noise_picture(40, 40), host, left=8, **asked)
    (job,) = host.jobs
    assert job.loras == (Lora("a", 0.5, 0.5),)
    assert job.controlnet == ControlNet("on", model="m", weight=0.5)
    assert job.mask_weight == 0.25
    assert job.sampling == Sampling()


@pytest.mark.parametrize(("cell", "multiple"), [(8, 8), (8, 16), (16, 16), (8, 64)])
def test_windows_are_of_the_size_multiple_and_masks_of_the_cell(cell: int, multiple: int) -> None:
    host = PaintingHost(cell=cell, size_multiple=multiple, native_side=64)
    grown = one(noise_picture(75, 210), host, left=21, up=9, overlap=8)
    assert (grown.extent.width, grown.extent.height) == (96, 219)
    assert len(host.jobs) > 1
    for job in host.jobs:
        _, height, width = job.pixels.shape
        assert height % multiple == width % multiple == 0
        assert job.cell == cell
        assert job.latent_mask.shape == job.conditioning_mask.shape == (height // cell, width // cell)
    new = torch.ones_like(grown.touched)
    new[grown.source.slices] = False
    assert bool((grown.pixels[:, new] == host.colour[:, 0]).all())


def test_a_size_multiple_that_is_not_made_of_cells_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="16"):
        Capabilities("test", cell=16, size_multiple=8)


def test_a_backend_is_asked_for_every_pair_of_prompts_before_anything_is_sampled() -> None:
    host = PaintingHost()
    shots = (Shot(1, None, "a", "b"), Shot(2, None, "a", "b"), Shot(3, None, "c"))
    begin(Request((noise_picture(9, 9),), Params(left=8, compare="overlap=0,8"), shots), host)
    assert [prompts for _, _, prompts in host.checked] == [("a", "b"), ("c", "")] * 2
    assert host.jobs == []


@pytest.mark.parametrize(
    ("values", "sampling", "prompt", "field"),
    [
        ({"loras": "a:1"}, Sampling(), "", "loras"),
        ({"controlnet": "on"}, Sampling(), "", "controlnet"),
        ({"controlnet_weight": 0.5}, Sampling(), "", "controlnet_weight"),
        ({"mask_weight": 0.5}, Sampling(), "", "mask_weight"),
        ({"side_prompts": "left: sky"}, Sampling(), "", "side_prompts"),
        ({}, Sampling(), "a lake", "prompt"),
        ({}, Sampling(steps=20), "", "steps"),
        ({}, Sampling(denoise=0.0), "", "denoise"),
        ({"compare": "fill=edge; loras=a:1"}, Sampling(), "", "loras"),
    ],
    ids=str,
)
def test_what_a_host_cannot_do_is_refused_before_sampling(
    values: dict[str, Any], sampling: Sampling, prompt: str, field: str
) -> None:
    host = RecordingHost(Capabilities("plain"))
    request = Request((noise_picture(9, 9),), Params(left=8, **values), (Shot(3, None, prompt),), sampling=sampling)
    with pytest.raises(ParamError) as caught:
        outpaint(request, host)
    assert (caught.value.field, caught.value.code) == (field, "not-supported")
    assert caught.value.message.values["engine"] == "plain"
    assert host.jobs == []
    assert host.reports == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "nothing-grows"),
        ({"left": 8, "side_prompts": "nowhere: x"}, "side-prompt-side"),
        ({"left": 8, "compare": "fill=edge; left=0,8"}, "nothing-grows"),
        ({"left": 8, "compare": "fil=edge"}, "unknown-parameter"),
        ({"left": 8, "limits": Limits(canvas_pixels=100)}, "canvas-too-large"),
        ({"left": 8, "compare": "overlap=0,8", "limits": Limits(pictures=1)}, "too-many-pictures"),
        ({"left": 8, "painted": torch.ones(9, 8, dtype=torch.bool)}, "mask-size"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_bad_input_reaches_no_host(values: dict[str, Any], code: str) -> None:
    host = RecordingHost()
    with pytest.raises(InputError) as caught:
        run(noise_picture(9, 9), host, **values)
    assert caught.value.code == code
    assert host.jobs == []


def test_a_fill_without_its_package_is_found_before_anything_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingExtra("fill 'telea'", "opencv", "opencv")

    monkeypatch.setitem(fills.REGISTRY, "telea", replace(fills.REGISTRY["telea"], look=missing))
    host = RecordingHost()
    with pytest.raises(MissingExtra):
        run(noise_picture(9, 9), host, left=8, compare="fill=edge,telea")
    assert host.jobs == []


@pytest.mark.parametrize("shapes", [[(3, 4, 4), (3, 4, 5)], [(4, 4, 4)], [(4, 4)]], ids=str)
def test_pictures_of_the_wrong_shape(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ParamError) as caught:
        Request(tuple(torch.zeros(shape) for shape in shapes), Params(left=1), numbered_shots(1, 0))
    assert (caught.value.field, caught.value.code) == ("pictures", "images-differ")


def test_a_request_without_a_picture_or_a_shot_is_none() -> None:
    picture = torch.zeros(3, 8, 8)
    for pictures, shots in (((), numbered_shots(1, 1)), ((picture,), ())):
        with pytest.raises(ParamError) as caught:
            Request(pictures, Params(left=8), shots)
        assert (caught.value.field, caught.value.code) == ("count", "too-few")
