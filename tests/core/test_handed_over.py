"""Pictures that are handed over as they are made: nobody else holds their memory."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import torch
from hosts import SeededHost
from PIL import Image

from lib_outpaint import images
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.images.metadata import infotext
from lib_outpaint.images.outputs import Files
from lib_outpaint.parameters.params import Params


def request(params: Params, count: int) -> Request:
    return Request((torch.rand(3, 40, 48, generator=torch.Generator().manual_seed(1)),), params, numbered_shots(count, 7))


def held(things: list[weakref.ref[torch.Tensor]]) -> int:
    gc.collect()
    return sum(one() is not None for one in things)


def test_a_picture_that_was_handed_over_is_not_kept() -> None:
    seen: list[weakref.ref[torch.Tensor]] = []
    most = 0

    def take(grown: Grown) -> None:
        nonlocal most
        assert grown.prefilled is not None
        assert grown.coverage is not None
        for layer in (grown.made, grown.prefilled, grown.coverage):
            seen.extend(weakref.ref(patch.where) for patch in layer.patches)
        most = max(most, held(seen))

    result = outpaint(request(Params(left=8, extras="both"), 4), SeededHost(), take, keep=False)
    assert len(seen) == 12
    assert most == 3, "only the picture that is being handed over is in memory"
    assert held(seen) == 0
    assert [grown.shot.seed for grown in result.pictures] == [7, 8, 9, 10]


def test_what_stays_of_it_says_the_same() -> None:
    taken: list[Grown] = []
    result = outpaint(request(Params(left=8, up=3), 1), SeededHost(), taken.append, keep=False)
    kept = result.pictures[0]
    assert kept.extent == taken[0].extent
    assert infotext(kept, "x") == infotext(taken[0], "x")
    assert kept.pixels.untyped_storage().nbytes() <= 4


def test_unless_said_otherwise_they_are_in_the_result() -> None:
    result = outpaint(request(Params(left=8), 2), SeededHost(), lambda grown: None)
    assert [bool(grown.pixels.any()) and bool(grown.touched.any()) for grown in result.pictures] == [True, True]


def test_a_comparisons_pictures_are_not_kept_either(tmp_path: Path) -> None:
    asked = request(Params(left=8, compare="overlap=0,8,16"), 1)
    source = images.taken_over(Image.new("RGB", (48, 40)))
    files = Files(source, tmp_path / "c.png", 3, "x", asked.params)
    seen: list[weakref.ref[torch.Tensor]] = []

    def take(grown: Grown) -> None:
        seen.extend(weakref.ref(patch.where) for patch in grown.made.patches)
        files.take(grown)

    outpaint(asked, SeededHost(), take, keep=False)
    assert len(seen) == 3
    assert held(seen) == 0
    files.finish()
    with Image.open(tmp_path / "c-grid.png") as grid:
        assert "Size: 56x40" in grid.info["parameters"]
