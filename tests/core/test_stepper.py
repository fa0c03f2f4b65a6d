"""Outpainting, the engine without I/O: its turns, and the same pixels as outpaint() gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hosts import PaintingHost, RecordingHost, SeededHost
from stepping import CAPS, driven, painted, request, same

from lib_outpaint.engine.loop import begin, outpaint, run
from lib_outpaint.engine.protocol import Job
from lib_outpaint.engine.stepper import Outpainting
from lib_outpaint.errors import ParamError
from lib_outpaint.pixels.masks import as_pixels
from lib_outpaint.planning.capabilities import Capabilities


def test_jobs_and_outcomes_take_turns() -> None:
    work = Outpainting(request(), CAPS)
    with pytest.raises(RuntimeError, match="next_jobs"):
        work.receive([])
    jobs = work.next_jobs()
    with pytest.raises(RuntimeError, match="receive"):
        work.next_jobs()
    work.receive(painted(jobs))
    with pytest.raises(RuntimeError, match="next_jobs"):
        work.receive(painted(jobs))
    result = driven(work)
    assert result.pictures[0].complete
    assert work.next_jobs() == []
    with pytest.raises(RuntimeError, match="next_jobs"):
        work.receive([])
    assert same(work.result(), result)


def test_a_request_is_planned_once_and_what_was_planned_is_made() -> None:
    backend = SeededHost(CAPS)
    work = begin(request(compare="overlap=0,8"), backend)
    variants = work.variants
    assert [variant.label for variant in variants] == ["overlap=0", "overlap=8"]
    result = run(work, backend)
    assert work.variants is variants
    for variant, grown in zip(variants, result.pictures, strict=True):
        assert grown.params is variant.params
        assert all(made is step for made, step in zip(grown.plan.passes, variant.plan.passes, strict=True))
    assert [job.pixels.shape[1:] for job in backend.jobs] == [
        (step.window.height, step.window.width) for variant in variants for step in variant.plan.passes
    ]


def test_what_cannot_be_done_is_told_before_there_is_anything_to_step() -> None:
    with pytest.raises(ParamError) as caught:
        Outpainting(request(loras="a:1"), CAPS)
    assert (caught.value.field, caught.value.code) == ("loras", "not-supported")


def test_progress_counts_passes_and_names_the_next_one() -> None:
    work = Outpainting(request(count=2, batch=2), CAPS)
    seen = [work.progress]
    while jobs := work.next_jobs():
        assert work.progress == seen[-1], "it goes on with what is received"
        work.receive(painted(jobs))
        seen.append(work.progress)
    assert [(p.done, p.total, str(p.text)) for p in seen] == [(0, 4, "left 1"), (2, 4, "left 2"), (4, 4, "done")]


def test_each_image_is_given_once_as_soon_as_it_is_made() -> None:
    work = Outpainting(request(count=3, batch=2), CAPS)
    assert work.finished() == []
    given = []
    while jobs := work.next_jobs():
        work.receive(painted(jobs))
        given.append([grown.image for grown in work.finished()])
        assert work.finished() == []
    assert given == [[], [0, 1], [], [2]]
    assert [grown.image for grown in work.result().pictures] == [0, 1, 2]


def test_an_interrupted_image_is_given_too() -> None:
    work = Outpainting(request(), CAPS)
    work.receive(painted(work.next_jobs()))
    work.interrupt()
    (grown,) = work.finished()
    assert grown.extent.width == 70
    assert grown is work.result().pictures[0]


def test_without_keep_pixels_are_in_what_is_given_alone() -> None:
    work = Outpainting(request(), CAPS, keep=False)
    result = driven(work)
    (given,) = work.finished()
    assert float(given.pixels.max()) > 0
    (known,) = result.pictures
    assert known.extent == given.extent
    assert known.pixels.untyped_storage().nbytes() <= 4, "it takes no memory"
    assert (known.shot, known.passes, known.plan) == (given.shot, given.passes, given.plan)


CASES: dict[str, dict[str, Any]] = {
    "one": {"fill": "noise", "color_match": "seam"},
    "batches": {"count": 3, "batch": 2},
    "every side": {"right": 9, "up": 20, "down": 5},
    "compared": {"compare": "fill=edge,mirror; overlap=0,8", "count": 2},
    "extras": {"extras": "both", "color_match": "mean"},
    "a side prompt too many": {"side_prompts": "up: sky"},
}


@pytest.mark.parametrize("case", CASES)
def test_a_run_by_hand_is_what_outpaint_does(case: str) -> None:
    wanted = outpaint(request(**CASES[case]), SeededHost(CAPS))
    found = driven(Outpainting(request(**CASES[case]), CAPS))
    assert same(found, wanted)
    for one, other in zip(found.pictures, wanted.pictures, strict=True):
        if other.canvas is not None and other.mask is not None:
            assert torch.equal(one.canvas, other.canvas)
            assert torch.equal(one.mask, other.mask)


def test_two_at_once_are_what_each_is_alone() -> None:
    asked = [request(count=2), request(right=30, up=11, fill="noise")]
    wanted = [driven(Outpainting(one, CAPS)) for one in asked]
    works = [Outpainting(one, CAPS) for one in asked]
    while turns := [(work, jobs) for work in works if (jobs := work.next_jobs())]:
        for work, jobs in reversed(turns):
            work.receive(painted(jobs))
    assert all(same(work.result(), alone) for work, alone in zip(works, wanted, strict=True))


def test_a_request_can_be_run_again() -> None:
    asked = request(count=2)
    first = driven(Outpainting(asked, CAPS))
    assert same(driven(Outpainting(asked, CAPS)), first)


def test_reports_and_seconds_are_those_that_were_told() -> None:
    work = Outpainting(request(), CAPS)
    for seconds in (1.5, 2.5):
        work.receive(painted(work.next_jobs()), seconds)
    result = work.result(5.0)
    assert result.seconds == 5.0
    assert [(report.seconds, report.steps_run) for report in result.pictures[0].passes] == [(1.5, 3), (2.5, 3)]


def test_a_new_area_that_is_black_is_noted_for_checkpoints() -> None:
    class Black(RecordingHost):
        def sample(self, job: Job) -> torch.Tensor:
            return torch.where(as_pixels(job.conditioning_mask, job.cell), 0.0, job.pixels)

    asked = request(left=20, color_match="off")
    noted = outpaint(asked, Black(Capabilities("test", native_side=64, inpainting=True))).notes
    assert [note.code for note in noted] == ["new-area-black"]
    assert outpaint(asked, Black(CAPS)).notes == ()
    assert outpaint(asked, PaintingHost(caps=CAPS)).notes == ()
