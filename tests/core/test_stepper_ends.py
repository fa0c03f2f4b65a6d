"""How a run by hand ends: interrupted, out of memory, failed, stopped."""

from __future__ import annotations

import pytest
import torch
from engine_runs import noise_picture
from hosts import broken, interrupted
from stepping import CAPS, driven, painted, request, same

from lib_outpaint.engine.protocol import Outcome
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.stepper import Outpainting
from lib_outpaint.errors import BackendError, OutOfMemory
from lib_outpaint.messages import message
from lib_outpaint.parameters.params import Params


def tall() -> Request:
    """One pass, in a window that can be split."""
    return Request((noise_picture(40, 150),), Params(left=20, overlap=8, fill="edge"), numbered_shots(1, 7))


@pytest.mark.parametrize("passes", [0, 1, 2, 3])
@pytest.mark.parametrize("sampling", [False, True], ids=["between passes", "while a pass is sampled"])
def test_interrupt_at_any_time(passes: int, sampling: bool) -> None:
    work = Outpainting(request(count=2), CAPS)  # two images of two passes
    for _ in range(passes):
        work.receive(painted(work.next_jobs()))
    if sampling:
        assert work.next_jobs()
    work.interrupt()
    work.interrupt()
    assert work.next_jobs() == []
    with pytest.raises(RuntimeError):
        work.receive([])
    result = work.result()
    assert result.interrupted
    assert result.stopped == message("interrupted")
    assert [grown.complete for grown in result.pictures] == [True] * (passes // 2) + [False] * (passes % 2)
    assert [grown.extent.width for grown in result.pictures] == [90] * (passes // 2) + [70] * (passes % 2)
    whole = driven(Outpainting(request(count=2), CAPS))
    for grown, complete in zip(result.pictures, whole.pictures, strict=False):
        if grown.complete:
            assert torch.equal(grown.pixels, complete.pixels)


def test_interrupt_after_the_end_changes_nothing() -> None:
    work = Outpainting(request(), CAPS)
    result = driven(work)
    work.interrupt()
    assert same(work.result(), result)
    assert not work.result().interrupted


def test_a_pass_that_ran_out_of_memory_is_split() -> None:
    work = Outpainting(tall(), CAPS)
    (job,) = work.next_jobs()
    work.receive(OutOfMemory("out-of-memory", reason="no room"))
    parts = []
    while jobs := work.next_jobs():
        parts += jobs
        work.receive(painted(jobs))
    assert len(parts) > 1
    assert max(part.pixels[0].numel() for part in parts) < job.pixels[0].numel()
    result = work.result()
    assert result.stopped is None
    assert result.pictures[0].complete
    (note,) = result.notes
    assert (note.code, note.values["count"]) == ("made-in-smaller-windows", len(parts))
    assert work.progress.done == work.progress.total == len(parts)


def test_a_part_is_not_split_again() -> None:
    work = Outpainting(tall(), CAPS)
    for _ in range(2):
        work.next_jobs()
        work.receive(OutOfMemory("out-of-memory", reason="no room"))
    assert work.next_jobs() == []
    with pytest.raises(OutOfMemory, match="no room"):
        work.result()


@pytest.mark.parametrize("passes", [0, 1])
def test_what_the_backend_raised_ends_the_run(passes: int) -> None:
    work = Outpainting(request(), CAPS)
    for _ in range(passes):
        work.receive(painted(work.next_jobs()))
    jobs = work.next_jobs()
    with pytest.raises(BackendError) as caught:
        broken(jobs)
    work.receive(caught.value)
    assert work.next_jobs() == []
    if not passes:
        with pytest.raises(BackendError) as again:
            work.result()
        assert again.value is caught.value
        return
    result = work.result()
    assert result.stopped == caught.value.message
    assert not result.interrupted
    assert [grown.complete for grown in result.pictures] == [False]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_as_many_outcomes_as_jobs(count: int) -> None:
    work = Outpainting(request(count=2, batch=2), CAPS)
    outcomes = [*painted(work.next_jobs()), Outcome(None)]
    work.receive(outcomes[:count])
    with pytest.raises(BackendError) as caught:
        work.result()
    assert (caught.value.code, caught.value.message.values) == ("returned-count", {"got": count, "wanted": 2})


def test_an_outcome_that_stops_ends_the_run_and_drops_its_pass() -> None:
    work = Outpainting(request(count=2, batch=2), CAPS)
    work.receive(painted(work.next_jobs()))
    sampled = painted(work.next_jobs())
    work.receive([sampled[0], *interrupted([None])])  # type: ignore[list-item]
    assert work.next_jobs() == []
    result = work.result()
    assert result.interrupted
    assert [(grown.complete, grown.extent.width) for grown in result.pictures] == [(False, 70), (False, 70)]


@pytest.mark.parametrize("passes", [0, 1])
def test_stopping_the_images_of_a_batch_goes_on_with_the_next(passes: int) -> None:
    work = Outpainting(request(count=3, batch=2), CAPS)
    for _ in range(passes):
        work.receive(painted(work.next_jobs()))
    sampled = painted(work.next_jobs())
    work.receive([sampled[0], Outcome(None, stop="images")])
    jobs = work.next_jobs()
    assert [job.image for job in jobs] == [2]
    work.receive(painted(jobs))
    result = driven(work)
    assert result.stopped is None
    assert not result.interrupted
    wanted = [(0, False, 70), (1, False, 70)] * passes + [(2, True, 90)]
    assert [(grown.image, grown.complete, grown.extent.width) for grown in result.pictures] == wanted
    assert [note.code for note in result.notes] == ["pictures-stopped"]
    assert work.progress.done == work.progress.total == 6
