"""outpaint(request, host): what comes with the pictures (comparisons, extras, infotext), and the preview."""

from __future__ import annotations

import json

import pytest
import torch
from engine_runs import noise_picture, one, run
from hosts import PaintingHost, WholeWindowHost

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.preview import preview
from lib_outpaint.engine.request import Request, Shot, numbered_shots
from lib_outpaint.images.metadata import infotext
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities


def test_compare_makes_every_combination() -> None:
    host = PaintingHost()
    result = run(noise_picture(30, 30), host, count=2, left=8, compare="fill=edge,mirror; overlap=0,8")
    assert [(grown.label, grown.image) for grown in result.pictures] == [
        (f"fill={fill}, overlap={overlap}", image) for fill in ("edge", "mirror") for overlap in (0, 8) for image in (0, 1)
    ]
    assert [grown.params.fill for grown in result.pictures][::4] == ["edge", "mirror"]
    assert host.reports[-1].total == len(host.calls) == 8


@pytest.mark.parametrize(
    ("extras", "canvas", "mask"),
    [("none", False, False), ("canvas", True, False), ("mask", False, True), ("both", True, True)],
)
def test_extras(extras: str, canvas: bool, mask: bool) -> None:
    picture = noise_picture(40, 30)
    grown = one(picture, left=60, step=30, extras=extras, overlap=4)
    assert (grown.canvas is not None, grown.mask is not None) == (canvas, mask)
    if grown.canvas is not None:
        assert grown.canvas.shape == grown.pixels.shape
        assert torch.equal(grown.canvas[:, :, 60:], picture)
        assert torch.equal(grown.canvas[:, :, 30:60], picture[:, :, :1].expand(-1, -1, 30))
    if grown.mask is not None:
        assert bool((grown.mask[:, :60] == 1).all())
        assert bool((grown.mask[:, 64:] == 0).all())
        assert torch.equal(grown.mask > 0, grown.touched)


def test_preview_is_the_prefilled_canvas_and_samples_nothing() -> None:
    picture = noise_picture(40, 30)
    request = Request((picture,), Params(left=16, fill="mirror", compare="overlap=0,8"), numbered_shots(3, 0))
    grown = preview(request, Capabilities("test"))
    assert grown.canvas is not None
    assert grown.mask is not None
    assert torch.equal(grown.canvas[:, :, :16], picture[:, :, :16].flip(2))
    assert torch.equal(grown.canvas[:, :, 16:], picture)
    assert bool((grown.mask[:, :16] == 1).all())


def test_infotext_of_a_run() -> None:
    request = Request(
        (noise_picture(30, 30),),
        Params(left=40, step=20, fill="edge", side_prompts="left: a, b"),
        (Shot(7, 9, "a lake", "blur"),),
    )
    result = outpaint(request, PaintingHost())
    text = infotext(result.pictures[0], result.engine)
    prompt, negative, entries = text.split("\n")
    assert (prompt, negative) == ("a lake", "Negative prompt: blur")
    seeds = " ".join(str(p.seed) for p in result.pictures[0].passes)
    for entry in (
        "Seed: 7, Size: 70x30, Variation seed: 9",
        "Outpaint left: 40",
        "Outpaint fill: edge",
        'Outpaint side prompts: "left: a, b"',
        "Outpaint engine: test",
        "Outpaint passes: 2",
        f"Outpaint pass seeds: {seeds}",
    ):
        assert entry in entries
    assert json.loads(entries.split("side prompts: ")[1].split(", Outpaint")[0]) == "left: a, b"


def test_the_request_is_left_as_it_was() -> None:
    picture = noise_picture(30, 30)
    before = picture.clone()
    run(picture, WholeWindowHost(), left=40, overlap=16)
    assert torch.equal(picture, before)
