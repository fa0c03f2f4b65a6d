"""outpaint(request, host): seeds of pictures and passes, and the same bytes alone as in a batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from engine_runs import noise_picture, one, run
from hosts import PaintingHost, RecordingHost, SeededHost

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, Shot, numbered_shots
from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.limits import Limits


@pytest.mark.parametrize("fill", ["noise", "patchmatch"])
def test_same_seed_same_bytes(fill: str, photo: torch.Tensor) -> None:
    def once(seed: int) -> torch.Tensor:
        request = Request((photo[:, :48, :56],), Params(left=20, down=10, fill=fill), numbered_shots(1, seed))
        return outpaint(request, RecordingHost(native_side=64)).pictures[0].pixels

    assert torch.equal(once(5), once(5))
    assert not torch.equal(once(5), once(6))


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_each_of_several_pictures_can_be_made_alone(batch: int, photo: torch.Tensor) -> None:
    picture, params = photo[:, :40, :40], Params(left=40, step=24, fill="noise")
    several = outpaint(
        Request((picture,), params, numbered_shots(3, 100), batch=batch), SeededHost(native_side=128)
    ).pictures
    assert [grown.shot.seed for grown in several] == [100, 101, 102]
    assert [grown.image for grown in several] == [0, 1, 2]
    for grown in several:
        alone = outpaint(
            Request((picture,), params, numbered_shots(1, grown.shot.seed)), SeededHost(native_side=128)
        ).pictures[0]
        assert torch.equal(alone.pixels, grown.pixels)
        assert [p.seed for p in alone.passes] == [p.seed for p in grown.passes]
    assert not torch.equal(several[0].pixels, several[1].pixels)


def test_batches_hold_the_same_pass_of_several_pictures() -> None:
    host = PaintingHost()
    run(noise_picture(40, 40), host, count=3, batch=2, left=40, step=24)
    assert [[(job.image, job.pass_index) for job in call] for call in host.calls] == [
        [(0, 0), (1, 0)],
        [(0, 1), (1, 1)],
        [(2, 0)],
        [(2, 1)],
    ]


def test_pass_seeds() -> None:
    host = PaintingHost()
    grown = one(noise_picture(40, 40), host, left=60, step=20)
    seeds = [job.seed for job in host.jobs]
    assert seeds[0] == 11
    assert len(set(seeds)) == 3
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert [p.seed for p in grown.passes] == seeds


def test_consecutive_seeds_begin_again_after_the_last() -> None:
    assert [shot.seed for shot in numbered_shots(2, 2**32 - 1)] == [2**32 - 1, 0]


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "5"], ids=repr)
def test_seeds_out_of_range(seed: Any) -> None:
    for make in (Shot, lambda value: numbered_shots(1, value)):
        with pytest.raises(ParamError) as caught:
            make(seed)
        assert (caught.value.field, caught.value.code) == ("seed", "seed-range")


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_picture(count: int) -> None:
    with pytest.raises(ParamError) as caught:
        numbered_shots(count, 0)
    assert (caught.value.field, caught.value.code) == ("count", "too-few")


def test_more_images_than_a_job_may_have() -> None:
    assert len(numbered_shots(Limits.pictures, 0)) == Limits.pictures
    with pytest.raises(ParamError) as caught:
        numbered_shots(Limits.pictures + 1, 0)
    assert (caught.value.field, caught.value.code) == ("count", "too-many")
