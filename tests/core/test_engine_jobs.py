"""outpaint(request, host): what the host is asked for, and what is refused before it is asked for anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from engine_runs import noise_picture, run
from hosts import PaintingHost, RecordingHost

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, Shot, numbered_shots
from lib_outpaint.errors import MissingExtra, OutpaintError, ParamError, PlanError
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
    assert all(job.params is request.params for job in host.jobs)
    assert [(p.done, p.total, p.text) for p in host.reports] == [(0, 2, "left 1"), (1, 2, "up 1"), (2, 2, "done")]
    assert result.stopped is None


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
    with pytest.raises(ParamError, match=r"is nothing the plain engine can do; leave it out$") as caught:
        outpaint(request, host)
    assert caught.value.field == field
    assert host.jobs == []
    assert host.reports == []


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({}, ParamError, "no side grows"),
        ({"left": 8, "side_prompts": "nowhere: x"}, ParamError, "names no side"),
        ({"left": 8, "compare": "fill=edge; left=0,8"}, ParamError, "no side grows"),
        ({"left": 8, "compare": "fil=edge"}, ParamError, "is no parameter"),
        ({"left": 8, "limits": Limits(canvas_pixels=100)}, PlanError, "canvas: 17x9 is"),
        ({"left": 8, "painted": torch.ones(9, 8, dtype=torch.bool)}, ParamError, "painted: (9, 8) is no mask"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_bad_input_reaches_no_host(values: dict[str, Any], error: type[OutpaintError], words: str) -> None:
    host = RecordingHost()
    with pytest.raises(error) as caught:
        run(noise_picture(9, 9), host, **values)
    assert words in str(caught.value)
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
    with pytest.raises(ParamError, match=r"^pictures: "):
        Request(tuple(torch.zeros(shape) for shape in shapes), Params(left=1), numbered_shots(1, 0))


def test_a_request_without_a_picture_or_a_shot_is_none() -> None:
    with pytest.raises(ParamError, match="is less than 1"):
        Request((), Params(left=8), numbered_shots(1, 1))
    with pytest.raises(ParamError, match="is less than 1"):
        Request((torch.zeros(3, 8, 8),), Params(left=8), ())
