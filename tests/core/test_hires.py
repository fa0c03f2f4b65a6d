"""Hires: when a small picture is made first, what its windows see, and what becomes of the original."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from engine_runs import levels, noise_picture, one, outside_the_band, run
from hosts import FailingHost, PaintingHost, RecordingHost, SmallMemoryHost

from lib_outpaint.engine.protocol import Job, Outcome
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.stepper import Outpainting
from lib_outpaint.errors import OutOfMemory, ParamError
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.scaling import part_resized
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.plan import Plan, make_plan
from lib_outpaint.planning.plan_json import to_json


def planned(width: int, height: int, native: int = 512, **values: object) -> Plan:
    return make_plan(Extent(width, height), Params(**values), Capabilities("test", native_side=native))  # type: ignore[arg-type]


def smooth_picture(width: int, height: int) -> torch.Tensor:
    """What can be scaled down and up again without loss, nearly: a few slow waves."""
    x, y = torch.arange(width) / 97, torch.arange(height) / 71
    waves = [torch.sin(x + k)[None] * torch.cos(y - k)[:, None] for k in range(3)]
    return torch.stack(waves) * 0.3 + 0.5


# the rule


@pytest.mark.parametrize(
    ("size", "native", "values", "first"),
    [
        ((4000, 3000), 512, {"right": 1000}, "1280x768"),
        ((4000, 3000), 1024, {"right": 1000}, "2560x1536"),
        ((4000, 3000), 512, {"right": 1000, "hires": "off"}, None),
        ((4000, 3000), 512, {"right": 100}, None),
        ((512, 512), 512, {"left": 512}, None),
        ((600, 400), 512, {"left": 128, "up": 64}, None),
        ((1536, 1024), 1024, {"left": 256}, None),
        ((512, 512), 512, {"left": 512, "hires": "on"}, "512x256"),
    ],
)
def test_which_pictures_are_made_small_first(
    size: tuple[int, int], native: int, values: dict[str, object], first: str | None
) -> None:
    hires = planned(*size, native=native, **values).hires
    assert (None if hires is None else str(hires.plan.canvas)) == first


@pytest.mark.parametrize(("side", "size"), [("right", (4000, 3000)), ("up", (3000, 4000))])
def test_every_px_of_the_new_area_has_seen_much_of_the_photo(side: str, size: tuple[int, int]) -> None:
    plan = planned(*size, **{side: 1000})
    assert plan.hires is not None
    new = torch.zeros(plan.canvas.height, plan.canvas.width, dtype=torch.bool)
    new[:] = True
    new[plan.source.slices] = False
    for step in plan.hires.plan.passes:
        seen = plan.hires.on_canvas(step.window).intersect(plan.source)
        along, deep = (seen.height, seen.width) if side == "right" else (seen.width, seen.height)
        if along >= 2000 and deep >= 1000:
            for box in step.new:
                new[plan.hires.on_canvas(box).intersect(plan.canvas.box).slices] = False
    assert not bool(new.any())


def test_the_plan_as_json_has_both_steps_in_canvas_px() -> None:
    found = to_json(planned(4000, 3000, right=1000))
    assert found["hires"]["canvas"] == [1280, 768]
    small, full = ([step for step in found["passes"] if step["small"] is which] for which in (True, False))
    assert [step["sampled"] for step in small] == [[512, 768]]
    assert small[0]["window"][1::2] == [0, 3000]
    assert all(step["window"][2] - step["window"][0] == step["sampled"][0] for step in full)
    assert to_json(planned(600, 400, left=128))["hires"] is None


# pixels


def test_a_host_that_returns_what_it_is_given_leaves_the_original_and_no_borders() -> None:
    picture = smooth_picture(600, 450)
    host = RecordingHost(native_side=128)
    grown = one(picture, host, right=150, fill="smooth", color_match="seam")
    assert any(job.refines for job in host.jobs)
    assert not all(job.refines for job in host.jobs)
    rows, columns = grown.source.slices
    far = outside_the_band(grown, 32)[rows, columns]
    assert torch.equal(levels(grown.pixels)[:, rows, columns][:, far], levels(picture)[:, far])
    steps = (grown.pixels[:, 1:, 620:] - grown.pixels[:, :-1, 620:]).abs().mean(dim=(0, 2))
    borders = {box.top for step in grown.plan.passes if not step.small for box in step.new} - {0}
    inside = [number for number in range(len(steps)) if all(abs(number + 1 - border) > 2 for border in borders)]
    assert borders
    assert max(float(steps[border - 1]) for border in borders) <= 1.5 * float(steps[inside].max())


class Truth(RecordingHost):
    """Returns the true picture at whatever scale it is asked for."""

    def __init__(self, truth: torch.Tensor, plan: Plan, native: int) -> None:
        super().__init__(native_side=native)
        self.truth, self.plan = truth, plan

    def sample(self, job: Job) -> torch.Tensor:
        step, hires = self.plan.passes[job.pass_index], self.plan.hires
        x, y, across, along = (0.0, 0.0, 1.0, 1.0)
        if step.small:
            assert hires is not None
            (x, y), across, along = hires.origin, hires.across, hires.along
        box = step.window
        place = (x + box.left * across, y + box.top * along, x + box.right * across, y + box.bottom * along)
        return part_resized(self.truth, place, box.extent)


@pytest.mark.parametrize("values", [{"right": 150}, {"left": 120, "up": 130}])
def test_a_host_that_returns_the_truth_gives_the_truth(values: dict[str, int]) -> None:
    caps = Capabilities("test", native_side=128)
    plan = make_plan(Extent(600, 450), Params(**values, hires="on"), caps)  # type: ignore[arg-type]
    assert plan.hires is not None
    truth = smooth_picture(plan.canvas.width, plan.canvas.height)
    rows, columns = plan.source.slices
    grown = one(truth[:, rows, columns], Truth(truth, plan, 128), **values, hires="on")
    assert float((grown.pixels - truth).abs().max()) <= 1 / 255


def test_the_second_step_is_sampled_at_its_own_strength_and_sees_the_first() -> None:
    host = PaintingHost(colour=(1.0, 0.0, 1.0), native_side=128)
    one(smooth_picture(600, 450), host, right=150, hires_denoise=0.3)
    small = [job for job in host.jobs if not job.refines]
    full = [job for job in host.jobs if job.refines]
    assert {job.sampling.denoise for job in small} == {None}
    assert {job.sampling.denoise for job in full} == {0.3}
    for job in full:  # the prefill is the painted small picture: magenta
        assert job.known is not None
        new = job.pixels[:, ~job.known]
        assert float((new - torch.tensor([1.0, 0.0, 1.0])[:, None]).abs().max(dim=0).values.median()) < 0.02


# runs


@pytest.mark.parametrize(("finished", "width"), [(0, 0), (1, 0), (2, 0)])
def test_an_interrupt_before_a_strip_is_whole_gives_nothing(finished: int, width: int) -> None:
    assert interrupted(finished) == []


def test_an_interrupt_between_two_strips_gives_the_first() -> None:
    plan = planned(600, 450, native=128, right=150, step=80)
    small = sum(step.small for step in plan.passes)
    tiles = sum(not step.small and step.step == 1 for step in plan.passes)
    (grown,) = interrupted(small + tiles)
    assert not grown.complete
    assert grown.extent == Extent(680, 450)


def interrupted(finished: int) -> list:
    caps = Capabilities("test", native_side=128)
    params = Params(right=150, step=80, fill="edge")
    work = Outpainting(Request((smooth_picture(600, 450),), params, numbered_shots(1, 3)), caps)
    for _ in range(finished):
        work.receive([Outcome(job.pixels) for job in work.next_jobs()])
    work.next_jobs()
    work.interrupt()
    return list(work.result().pictures)


def test_pictures_of_a_batch_have_small_pictures_of_their_own() -> None:
    values = {"right": 60, "fill": "noise", "native_side": 64}
    native = values.pop("native_side")
    picture = noise_picture(300, 200)
    both = run(picture, RecordingHost(native_side=native), count=2, batch=2, **values).pictures
    first = run(picture, RecordingHost(native_side=native), count=1, **values).pictures
    assert any(step.small for step in both[0].plan.passes)
    assert torch.equal(both[0].pixels, first[0].pixels)
    assert not torch.equal(both[0].pixels, both[1].pixels)


def test_windows_at_full_size_are_split_when_memory_runs_out() -> None:
    host = SmallMemoryHost(128 * 192, native_side=128)
    grown = one(smooth_picture(600, 450), host, right=150)
    assert grown.complete
    assert {step.small for step in grown.plan.passes} == {True, False}


def test_windows_of_the_small_picture_are_split_too() -> None:
    def full(jobs: Sequence[Job]) -> list[Outcome]:
        raise OutOfMemory("out-of-memory", reason="full")

    grown = one(smooth_picture(600, 450), FailingHost(0, full, native_side=128), right=150)
    assert grown.complete
    assert sum(step.small for step in grown.plan.passes) > 1


def test_it_is_told() -> None:
    notes = run(smooth_picture(600, 450), RecordingHost(native_side=128), right=150).notes
    assert [note.code for note in notes] == ["hires-two-steps"]
    notes = run(smooth_picture(512, 512), RecordingHost(native_side=512), right=64, hires="on").notes
    assert [note.code for note in notes] == ["hires-idle"]


# what enlarges


def test_a_scaler_of_the_hosts() -> None:
    asked: list[float] = []

    def grey(pixels: torch.Tensor, factor: float) -> torch.Tensor:
        asked.append(factor)
        size = [int(length * factor) for length in pixels.shape[1:]]
        return torch.full((3, *size), 0.25)

    host = RecordingHost(Capabilities("test", native_side=128, scalers={"R-ESRGAN 4x+": grey}))
    one(smooth_picture(600, 450), host, right=150, hires_scaler="r-esrgan 4x+")
    assert len(asked) == 1
    full = [job for job in host.jobs if job.refines]
    assert full
    assert all(job.known is not None and bool(((job.pixels[:, ~job.known] - 0.25).abs() < 0.01).all()) for job in full)


@pytest.mark.parametrize(("scalers", "code"), [({}, "not-supported"), ({"Lanczos": None}, "not-a-choice")])
def test_a_scaler_that_is_not_there(scalers: dict, code: str) -> None:
    host = RecordingHost(Capabilities("test", scalers=scalers))
    with pytest.raises(ParamError) as failed:
        run(noise_picture(60, 40), host, right=32, hires_scaler="ESRGAN")
    assert failed.value.message.code == code
