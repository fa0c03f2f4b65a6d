"""What fails while sampling: every fault at every pass, and what is left of the pictures afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hosts import (
    FailingHost,
    PaintingHost,
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

from lib_outpaint.engine import growing
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.protocol import Job, Outcome, Progress
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown, Result
from lib_outpaint.errors import BackendError, OutOfMemory, ParamError
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels import blend
from lib_outpaint.planning.limits import Limits

PASSES = 4  # of the job below, and the sizes after 0, 1 ... of them
SIZE = (200, 150)
SIZES = [(200, 150), (220, 150), (240, 150), (260, 150), (260, 170)]
SMALL_MODEL: Any = {
    "native_side": 128,
    "inpainting": False,
}  # its windows are smaller than the picture, and can become smaller still


def picture() -> torch.Tensor:
    return torch.randint(1, 256, (3, *reversed(SIZE)), generator=torch.Generator().manual_seed(4)).float() / 255


def run(
    host: Any, count: int = 1, batch: int = 1, on_picture: Callable[[Grown], None] | None = None, **values: Any
) -> Result:
    params = Params(**{"left": 60, "up": 20, "step": 20, "order": "one by one", "overlap": 24, "fill": "edge", **values})
    return outpaint(Request((picture(),), params, numbered_shots(count, 11), batch=batch), host, on_picture)


def raising(error: BaseException) -> Callable[[Sequence[Job]], list[Outcome]]:
    def fail(jobs: Sequence[Job]) -> list[Outcome]:
        raise error

    fail.__name__ = type(error).__name__
    return fail


def too_large(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(torch.nn.functional.pad(job.pixels, (0, 8))) for job in jobs]


def grey(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(job.pixels[:1]) for job in jobs]


FAULTS = {
    broken: "said",
    not_a_number: "returned-nan",
    infinite: "returned-nan",
    black: "returned-black",
    too_small: "returned-size",
    too_large: "returned-size",
    grey: "returned-size",
    one_too_few: "returned-count",
    interrupted: "interrupted",
    ctrl_c: "interrupted",
}


@pytest.mark.parametrize("at", range(PASSES))
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_finished_passes_are_kept_and_the_reason_is_told(fault: Any, at: int) -> None:
    host = FailingHost(at, fault, **SMALL_MODEL)
    seen: list[Grown] = []
    if at == 0 and fault not in (interrupted, ctrl_c):
        with pytest.raises(BackendError) as raised:
            run(host, on_picture=seen.append)
        assert raised.value.code == FAULTS[fault]
        assert seen == []
        return
    result = run(host, on_picture=seen.append)
    assert result.stopped is not None
    assert result.stopped.code == FAULTS[fault]
    assert result.interrupted == (fault in (interrupted, ctrl_c))
    assert len(host.calls) == at + 1, "it sampled on after the fault"
    assert list(result.pictures) == seen
    if at == 0:
        assert seen == []
        return
    (grown,) = seen
    assert (grown.extent.width, grown.extent.height) == SIZES[at]
    assert not grown.complete
    assert grown.pixels.isfinite().all()
    # The new area is what the sampler painted; the original is its own beyond the band.
    new = torch.ones_like(grown.touched)
    new[grown.source.slices] = False
    assert bool((grown.pixels[:, new].amax(dim=0) > 0.5).all()), "an area that was never painted is in the picture"
    rows, columns = grown.source.slices
    assert torch.equal(grown.pixels[:, rows, columns][:, -28:, -28:], picture()[:, -28:, -28:])
    assert not grown.touched[rows, columns][-28:, -28:].any()


class AtBoundaries(PaintingHost):
    """Ctrl-C between two passes: while the next one is reported."""

    def __init__(self, at: int) -> None:
        super().__init__(**SMALL_MODEL)
        self.at = at

    def report(self, progress: Progress) -> None:
        super().report(progress)
        if progress.text.code != "pass-done" and len(self.calls) == self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize("at", range(PASSES))
def test_an_interrupt_at_every_pass_boundary(at: int) -> None:
    result = run(AtBoundaries(at))
    assert result.interrupted
    assert [(g.extent.width, g.extent.height) for g in result.pictures] == ([SIZES[at]] if at else [])


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("at", range(PASSES))
@pytest.mark.parametrize("where", ["matching colours", "blending", "prefilling"])
@pytest.mark.parametrize(
    "fault",
    [KeyboardInterrupt(), RuntimeError("CUDA out of memory. Tried to allocate")],
    ids=lambda fault: type(fault).__name__,
)
def test_a_fault_in_our_own_work_puts_no_half_pass_back(
    fault: BaseException, where: str, at: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the last picture of a batch: the others of that pass are not ahead of it."""
    module, name = {
        "matching colours": (growing, "match"),
        "blending": (blend, "blend_bands"),
        "prefilling": (growing, "prefill"),
    }[where]
    whole, calls = getattr(module, name), []

    def fails(*args: Any, **more: Any) -> Any:
        calls.append(args)
        if len(calls) == at * batch + batch:
            raise fault
        return whole(*args, **more)

    monkeypatch.setattr(module, name, fails)
    result = run(PaintingHost(**SMALL_MODEL), count=batch, batch=batch)
    if isinstance(fault, KeyboardInterrupt):
        assert result.interrupted
        expected = SIZES[at]
        assert len(result.pictures) == (batch if at else 0)
    else:
        assert result.stopped is None, "out of memory is tried once more in smaller windows"
        assert any(note.code == "made-in-smaller-windows" for note in result.notes)
        expected = SIZES[-1]
        assert len(result.pictures) == batch
    monkeypatch.setattr(module, name, whole)
    for grown in result.pictures:
        assert (grown.extent.width, grown.extent.height) == expected
        if isinstance(fault, KeyboardInterrupt):
            # As if the fault had come between the passes: nothing of the half-made one.
            clean = run(AtBoundaries(at), count=batch, batch=batch).pictures[0]
            assert torch.equal(grown.pixels, clean.pixels)
            assert torch.equal(grown.touched, clean.touched)


@pytest.mark.parametrize("at", range(PASSES))
def test_out_of_memory_at_any_pass_goes_on_in_smaller_windows(at: int) -> None:
    host = FailingHost(at, raising(OutOfMemory("out-of-memory", reason="8 GiB")), **SMALL_MODEL)
    result = run(host)
    assert result.stopped is None
    (grown,) = result.pictures
    assert grown.complete
    assert (grown.extent.width, grown.extent.height) == SIZES[-1]
    failed, next_one = host.calls[at][0].pixels, host.calls[at + 1][0].pixels
    assert next_one[0].numel() <= failed[0].numel() // 2
    assert [note.code for note in result.notes] == ["made-in-smaller-windows"]


class NoMemoryFrom(PaintingHost):
    """Has no memory for anything from call `at` on."""

    def __init__(self, at: int) -> None:
        super().__init__(**SMALL_MODEL)
        self.at = at

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        if len(self.calls) >= self.at:
            self.calls.append(list(jobs))
            raise OutOfMemory("out-of-memory", reason="8 GiB")
        return super().inpaint(jobs)


@pytest.mark.parametrize("at", range(1, PASSES))
def test_out_of_memory_twice_keeps_what_is_finished(at: int) -> None:
    host = NoMemoryFrom(at)
    result = run(host)
    assert result.stopped is not None
    assert result.stopped.code == "out-of-memory"
    assert len(host.calls) == at + 2, "tried more than once in smaller windows"
    assert [(g.extent.width, g.extent.height) for g in result.pictures] == [SIZES[at]]


def test_out_of_memory_from_the_start_is_one_clear_error() -> None:
    with pytest.raises(OutOfMemory, match="out of memory"):
        run(SmallMemoryHost(0))


def test_black_written_up_by_half_a_level_is_still_black() -> None:
    """NaN becomes 0 where a WebUI checks for none; reading its 8 bits adds half a level."""

    def lifted(jobs: Sequence[Job]) -> list[Outcome]:
        return [Outcome(torch.full_like(job.pixels, 0.5 / 255)) for job in jobs]

    with pytest.raises(BackendError) as raised:
        run(FailingHost(0, lifted, inpainting=False))
    assert raised.value.code == "returned-black"


@pytest.mark.parametrize(
    ("colour_of_new", "inpainting", "noted"),
    [((0.0, 0.0, 0.0), False, True), ((0.0, 0.0, 0.0), None, False), ((0.0, 0.1, 0.0), False, False)],
    ids=["black", "black from a host without a model", "dark green"],
)
def test_a_black_new_area_is_returned_with_a_note(
    colour_of_new: tuple[float, float, float], inpainting: bool | None, noted: bool
) -> None:
    """A night sky may be black: the picture is returned, and the user is told what else it may be."""
    result = run(PaintingHost(colour_of_new, inpainting=inpainting))
    assert result.stopped is None
    assert result.pictures[0].complete
    assert any(note.code == "new-area-black" for note in result.notes) == noted


def test_a_failure_in_a_later_picture_keeps_the_finished_ones() -> None:
    seen: list[Grown] = []
    result = run(FailingHost(PASSES + 1, broken), count=3, on_picture=seen.append)
    assert [grown.complete for grown in seen] == [True, False]
    assert str(result.stopped) == "the GPU has left"


def test_a_fault_that_is_no_error_of_the_backend_is_not_hidden() -> None:
    """A bug is a bug: it reaches the caller with its traceback."""
    with pytest.raises(ZeroDivisionError):
        run(FailingHost(1, raising(ZeroDivisionError())))


class Untouched(RecordingHost):
    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        raise AssertionError("it sampled")


@pytest.mark.parametrize(("count", "compare", "limit"), [(11, "", 10), (6, "fill=edge,noise", 10), (1, "overlap=0,8,16", 2)])
def test_too_many_pictures_are_refused_before_sampling(count: int, compare: str, limit: int) -> None:
    request = Request((picture(),), Params(left=8, compare=compare), numbered_shots(count, 0), limits=Limits(pictures=limit))
    with pytest.raises(ParamError) as raised:
        outpaint(request, Untouched())
    assert (raised.value.field, raised.value.message.values["most"]) == ("count", limit)
