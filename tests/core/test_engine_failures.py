"""outpaint(request, host): interruption, failing hosts and lack of memory."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from engine_runs import SIDES, noise_picture, one, outside_the_band, run
from hosts import (
    FailingHost,
    RecordingHost,
    SmallMemoryHost,
    black,
    broken,
    ctrl_c,
    infinite,
    interrupted,
    not_a_number,
    one_too_few,
    too_small,
)

from lib_outpaint.backends.draft import Draft
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.stepper import memory_told
from lib_outpaint.errors import BackendError, OutOfMemory
from lib_outpaint.images.metadata import infotext
from lib_outpaint.messages import message
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.geometry import Extent


@pytest.mark.parametrize(
    ("how", "code"),
    [(interrupted, "interrupted"), (ctrl_c, "interrupted"), (broken, "said"), (not_a_number, "returned-nan")],
    ids=lambda value: getattr(value, "__name__", ""),
)
@pytest.mark.parametrize(("at", "size"), [(1, (80, 60)), (2, (100, 60)), (3, (120, 60)), (4, (120, 76))])
def test_finished_passes_are_kept(how: Any, code: str, at: int, size: tuple[int, int]) -> None:
    picture = noise_picture(60, 60)
    host = FailingHost(at, how)
    result = run(picture, host, left=60, up=30, step=20, order="one by one")
    (grown,) = result.pictures
    assert (grown.extent.width, grown.extent.height) == size
    assert not grown.complete
    assert result.interrupted == (how in (interrupted, ctrl_c))
    assert result.stopped is not None
    assert result.stopped.code == code
    assert len(host.calls) == at + 1, "it went on after the failure"
    assert len(grown.passes) == len(grown.plan.passes) == at
    assert grown.pixels.shape[1:] == grown.touched.shape == (size[1], size[0])
    new = torch.ones_like(grown.touched)
    new[grown.source.slices] = False
    assert bool((grown.pixels[:, new] == host.colour[:, 0]).all()), "a half-made strip is in the picture"
    rows, columns = grown.source.slices
    assert torch.equal(grown.pixels[:, rows, columns][:, -28:, -28:], picture[:, -28:, -28:])
    assert "Outpaint complete: no" in infotext(grown, result.engine)


def test_interrupted_within_the_first_strips_tiles_gives_no_picture() -> None:
    """Some tiles of a strip are no rectangle, and without them nothing has grown."""
    result = run(noise_picture(40, 500), FailingHost(2, interrupted, native_side=64), left=8)
    assert result.pictures == ()
    assert result.interrupted


def test_interrupted_within_a_later_strips_tiles_crops_what_is_not_complete() -> None:
    whole = run(noise_picture(40, 500), FailingHost(99, interrupted, native_side=64), left=8, right=8).pictures[0]
    tiles = whole.plan.passes[0].tiles
    assert tiles > 2
    grown = run(noise_picture(40, 500), FailingHost(tiles + 1, interrupted, native_side=64), left=8, right=8).pictures[0]
    assert grown.extent == Extent(48, 500)
    assert not grown.complete


def test_pictures_finished_before_the_failure_are_whole() -> None:
    result = run(noise_picture(30, 30), FailingHost(3, broken), count=3, left=40, step=20)
    assert [(grown.image, grown.complete) for grown in result.pictures] == [(0, True), (1, False)]
    assert result.stopped == message("said", text="the GPU has left")
    assert not result.interrupted


def test_interrupted_before_the_first_pass_gives_no_picture() -> None:
    result = run(noise_picture(30, 30), FailingHost(0, interrupted), left=40)
    assert result.pictures == ()
    assert result.interrupted
    assert result.stopped == message("interrupted")


@pytest.mark.parametrize(
    ("how", "code", "values"),
    [
        (broken, "said", {"text": "the GPU has left"}),
        (not_a_number, "returned-nan", {}),
        (infinite, "returned-nan", {}),
        (too_small, "returned-size", {"got": "512x504", "wanted": "512x512"}),
        (black, "returned-black", {}),
        (one_too_few, "returned-count", {"got": 0, "wanted": 1}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_failure_with_nothing_finished_is_raised(how: Any, code: str, values: dict[str, Any]) -> None:
    with pytest.raises(BackendError) as caught:
        run(noise_picture(500, 500), FailingHost(0, how, inpainting=False), left=100, context=400)
    assert (caught.value.code, caught.value.message.values) == (code, values)


def night_sky(width: int = 150) -> torch.Tensor:
    """Black with two stars, which lie in the band of a left side."""
    sky = torch.zeros(3, 150, width)
    sky[:, 40, 3] = sky[:, 90, 10] = 0.9
    return sky


def test_a_night_sky_with_two_stars_is_no_failure() -> None:
    for host in (FailingHost(0, black), FailingHost(0, black, inpainting=True)):
        result = run(night_sky(), host, left=64)
        assert result.stopped is None
        assert not result.notes, "black beside black is what was wanted"
        assert float(result.pictures[0].pixels[:, :, :64].max()) == 0


def test_a_draft_of_a_night_sky() -> None:
    pytest.importorskip("patchmatch")
    result = outpaint(Request((night_sky(),), Params(left=64), numbered_shots(1, 1)), Draft())
    assert result.stopped is None
    assert {note.code for note in result.notes} == {"draft"}
    assert result.pictures[0].complete


def test_black_is_a_failure_of_models_alone() -> None:
    """Without a model nothing overflows: what comes back black is meant to be."""
    picture = noise_picture(150, 150)
    for caps in ({"inpainting": True}, {"inpainting": False}):
        with pytest.raises(BackendError) as caught:
            run(picture, FailingHost(0, black, **caps), left=64)
        assert caught.value.code == "returned-black"
    result = run(picture, FailingHost(0, black), left=64)
    assert result.stopped is None
    assert not result.notes


def test_black_is_fine_for_a_black_picture() -> None:
    grown = one(torch.zeros(3, 30, 30), FailingHost(0, black), left=8)
    assert float(grown.pixels.max()) == 0


def test_a_host_may_return_half_precision_and_overshoot() -> None:
    class Half(RecordingHost):
        def sample(self, job: Any) -> torch.Tensor:
            return (job.pixels * 0 + 1.5).half()

    grown = one(noise_picture(30, 30), Half(), left=8)
    assert float(grown.pixels[:, :, :8].min()) == float(grown.pixels.max()) == 1
    assert grown.pixels.dtype == torch.float32


# Out of memory

SPLITS: dict[str, tuple[tuple[int, int], dict[str, Any], int]] = {
    "left": ((300, 250), {"left": 50}, 256 * 150),
    "right": ((300, 250), {"right": 50}, 256 * 150),
    "up": ((250, 300), {"up": 50}, 256 * 150),
    "down": ((250, 300), {"down": 50}, 256 * 150),
    "every-pass": ((300, 250), {"left": 100, "right": 50, "step": 50}, 256 * 150),
    "tiles": ((300, 1250), {"left": 50}, 256 * 400),
    "together": ((250, 250), {"left": 50, "up": 25, "right": 3}, 300 * 250),
    "mask": ((450, 350), {"left": 8, "painted": (slice(25, 300), slice(50, 425))}, 300 * 300),
}


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("batch", [1, 2])
def test_out_of_memory_goes_on_in_smaller_windows(kind: str, batch: int) -> None:
    size, values, most = SPLITS[kind]
    values = dict(values)
    picture = noise_picture(*size)
    painted = None
    if "painted" in values:
        painted = torch.zeros(size[1], size[0], dtype=torch.bool)
        painted[values.pop("painted")] = True
    host = SmallMemoryHost(most, native_side=256)
    result = run(picture, host, **values, count=batch, batch=batch, painted=painted)
    assert result.stopped is None
    assert {note.code for note in result.notes} - {"band-shortened"} == {"made-in-smaller-windows"}
    for grown in result.pictures:
        grow = [values.get(side, 0) for side in SIDES]
        assert grown.extent == Extent(size[0] + grow[0] + grow[1], size[1] + grow[2] + grow[3])
        new = torch.ones_like(grown.touched)
        new[grown.source.slices] = False if painted is None else painted
        assert bool((grown.pixels[:, new] == host.colour[:, 0]).all())
        far = outside_the_band(grown, 32)
        rows, columns = grown.source.slices
        kept = far[rows, columns] & ~grown.touched[rows, columns]
        if painted is None:
            assert torch.equal(kept, far[rows, columns])
        assert torch.equal(grown.pixels[:, rows, columns][:, kept], picture[:, kept])
    assert host.reports[-1].done == host.reports[-1].total == sum(len(g.passes) for g in result.pictures)


def test_out_of_memory_in_the_smaller_windows_too_is_the_end() -> None:
    host = SmallMemoryHost(64 * 64)
    with pytest.raises(OutOfMemory):
        run(noise_picture(600, 500), host, left=100)
    assert len(host.calls) == 2


def test_out_of_memory_in_the_smallest_window() -> None:
    with pytest.raises(OutOfMemory) as caught:
        run(noise_picture(8, 8), SmallMemoryHost(0), left=8)
    assert str(caught.value) == "out of memory: 16x8"


def test_only_a_lack_of_memory_is_told_as_one() -> None:
    for error in (MemoryError(), RuntimeError("CUDA out of memory. Tried")):
        with pytest.raises(OutOfMemory) as found, memory_told():
            raise error
        assert found.value.code == "out-of-memory"
    with pytest.raises(RuntimeError, match="shapes do not match") as caught, memory_told():
        raise RuntimeError("shapes do not match")
    assert type(caught.value) is RuntimeError
