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

from lib_outpaint.engine.loop import _memory_told
from lib_outpaint.errors import HostError, HostOutOfMemory
from lib_outpaint.images.metadata import infotext
from lib_outpaint.planning.geometry import Extent


@pytest.mark.parametrize("how", [interrupted, ctrl_c, broken, not_a_number], ids=lambda how: how.__name__)
@pytest.mark.parametrize(("at", "size"), [(1, (80, 60)), (2, (100, 60)), (3, (120, 60)), (4, (120, 76))])
def test_finished_passes_are_kept(how: Any, at: int, size: tuple[int, int]) -> None:
    picture = noise_picture(60, 60)
    host = FailingHost(at, how)
    result = run(picture, host, left=60, up=30, step=20, order="one by one")
    (grown,) = result.pictures
    assert (grown.extent.width, grown.extent.height) == size
    assert not grown.complete
    assert result.interrupted == (how in (interrupted, ctrl_c))
    assert result.stopped
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
    assert result.stopped == "the GPU has left"
    assert not result.interrupted


def test_interrupted_before_the_first_pass_gives_no_picture() -> None:
    result = run(noise_picture(30, 30), FailingHost(0, interrupted), left=40)
    assert result.pictures == ()
    assert result.interrupted
    assert result.stopped == "interrupted"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (broken, "the GPU has left"),
        (not_a_number, "NaN or infinite pixels"),
        (infinite, "NaN or infinite pixels"),
        (too_small, "returned 512x504 for a window of 512x512"),
        (black, "a black picture"),
        (one_too_few, "returned 0 pictures for 1 windows"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_failure_with_nothing_finished_is_raised(how: Any, words: str) -> None:
    with pytest.raises(HostError, match=words):
        run(noise_picture(500, 500), FailingHost(0, how), left=100, context=400)


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
    "left": ((600, 500), {"left": 100}, 512 * 300),
    "right": ((600, 500), {"right": 100}, 512 * 300),
    "up": ((500, 600), {"up": 100}, 512 * 300),
    "down": ((500, 600), {"down": 100}, 512 * 300),
    "every-pass": ((600, 500), {"left": 300, "right": 100, "step": 100}, 512 * 300),
    "tiles": ((600, 4000), {"left": 100}, 512 * 800),
    "together": ((500, 500), {"left": 100, "up": 50, "right": 3}, 600 * 500),
    "mask": ((900, 700), {"left": 16, "painted": (slice(50, 600), slice(100, 850))}, 600 * 600),
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
    host = SmallMemoryHost(most)
    result = run(picture, host, **values, count=batch, batch=batch, painted=painted)
    assert result.stopped is None
    assert any("smaller windows" in note for note in result.notes)
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
    with pytest.raises(HostOutOfMemory):
        run(noise_picture(600, 500), host, left=100)
    assert len(host.calls) == 2


def test_out_of_memory_in_the_smallest_window() -> None:
    with pytest.raises(HostOutOfMemory, match="out of memory at 64x64"):
        run(noise_picture(8, 8), SmallMemoryHost(0), left=8)


def test_only_a_lack_of_memory_is_told_as_one() -> None:
    for error in (MemoryError(), RuntimeError("CUDA out of memory. Tried")):
        with pytest.raises(HostOutOfMemory, match="out of memory: "), _memory_told():
            raise error
    with pytest.raises(RuntimeError, match="shapes do not match") as caught, _memory_told():
        raise RuntimeError("shapes do not match")
    assert type(caught.value) is RuntimeError
