"""outpaint(request, host) -> Result: the one way from a request to larger pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from ..errors import HostError, HostOutOfMemory, ParamError, PlanError
from ..parameters.combinations import combinations
from ..parameters.params import Params
from ..parameters.side_prompts import SidePrompt, SidePrompts
from ..pixels import blend as composite
from ..pixels.fills import require
from ..planning.capabilities import Capabilities
from ..planning.plan import Pass, Plan, make_plan, split_pass
from .growing import Picture
from .protocol import ChecksRequests, Host, Outcome, Progress, refused
from .request import Request
from .result import Grown, Result


def outpaint(
    request: Request, host: Host, on_picture: Callable[[Grown], None] | None = None, *, keep: bool = True
) -> Result:
    """Makes every picture a request asks for.

    `on_picture` is called with each picture as soon as it is as far as it will come, before the next batch begins.
    Without `keep` only that call holds its pixels: many large pictures would not fit into memory.

    A host that fails or is interrupted after some passes ends the run early: pictures that are finished, and what the
    finished passes made of the others, come back with the reason. A pass that did not finish leaves nothing behind.

    Raises:
        ParamError, PlanError, MissingExtra: before anything is sampled.
        HostError: the host failed and no pass at all had finished.
    """
    began = time.perf_counter()
    caps = host.capabilities()
    plans = checked_plans(request, host, caps)
    run = _Run(request, host, caps, on_picture, keep, sum(len(plan.passes) for _, _, plan in plans) * len(request.shots))
    notes = ([caps.note] if caps.note else []) + _idle_prompts(plans)
    for label, params, plan in plans:
        for first in range(0, len(request.shots), request.batch):
            if run.stopped is None:
                run.batch(label, params, plan, range(first, min(first + request.batch, len(request.shots))))
    if run.error is not None and not run.pictures:
        raise run.error
    if run.stopped is None:
        host.report(Progress(run.total, run.total, "done"))
    notes += run.notes
    return Result(
        caps.engine,
        tuple(run.pictures),
        tuple(dict.fromkeys(notes)),
        time.perf_counter() - began,
        run.stopped,
        run.interrupted,
    )


def checked_plans(request: Request, host: Host, caps: Capabilities) -> list[tuple[str, Params, Plan]]:
    """Label, parameters and plan of every combination, after all that can be checked before anything is sampled.

    Raises:
        ParamError, PlanError, MissingExtra: the first thing that cannot be done.
    """
    plans = [
        (label, params, planned(request, params, caps))
        for label, params in combinations(request.params, request.limits.combinations)
    ]
    for _, params, _ in plans:
        check(request, params, caps)
        if isinstance(host, ChecksRequests):
            for prompts in dict.fromkeys((shot.prompt, shot.negative_prompt) for shot in request.shots):
                host.check(params, request.sampling, prompts)
    _check_count(len(plans) * len(request.shots), request)
    return plans


def planned(request: Request, params: Params, caps: Capabilities) -> Plan:
    """The plan for one set of parameters.

    Raises:
        ParamError, PlanError: see `make_plan`.
    """
    return make_plan(request.extent, params, caps, painted=request.painted_box(), limits=request.limits)


def check(request: Request, params: Params, caps: Capabilities) -> None:
    """Refuses what the host cannot do, texts that cannot be read and missing packages, before anything is sampled.

    Raises:
        ParamError: names the first such thing.
        MissingExtra: a fill's package is not installed.
    """
    SidePrompts.parse(params.side_prompts)
    require(params.fill)
    if request.painted_fill:
        require(request.painted_fill)
    for shot in request.shots:
        bad = refused(params, request.sampling, (shot.prompt, shot.negative_prompt), caps)
        for name, value in bad.items():
            raise ParamError(name, value, f"is nothing the {caps.engine} engine can do; leave it out")


def _idle_prompts(plans: Sequence[tuple[str, Params, Plan]]) -> list[str]:
    """A note for every prompt per side that no pass has: its side does not grow, or not in so many passes."""
    every: dict[SidePrompt, None] = {}
    used: set[SidePrompt] = set()
    for _, params, plan in plans:
        found = SidePrompts.parse(params.side_prompts)
        every |= dict.fromkeys(found.lines)
        used |= found.used((step.place, step.step) for step in plan.passes)
    return [f"no pass of this picture has the side prompt {str(line)!r}" for line in every if line not in used]


def _check_count(pictures: int, request: Request) -> None:
    if pictures > request.limits.pictures:
        raise ParamError(
            "count", pictures, f"pictures, combinations among them, are over the limit of {request.limits.pictures}"
        )


class _Run:
    """The state of one call of `outpaint`."""

    def __init__(
        self,
        request: Request,
        host: Host,
        caps: Capabilities,
        on_picture: Callable[[Grown], None] | None,
        keep: bool,
        total: int,
    ) -> None:
        self.on_picture = on_picture
        self.keep = keep
        self.request = request
        self.host = host
        self.caps = caps
        self.total = total
        self.done = 0
        self.pictures: list[Grown] = []
        self.notes: list[str] = []
        self.stopped: str | None = None
        self.interrupted = False
        self.error: HostError | None = None

    def batch(self, label: str, params: Params, plan: Plan, images: Iterable[int]) -> None:
        """All passes of some pictures that are sampled together."""
        try:
            with _memory_told():
                pictures = [Picture(self.request, params, plan, image, self.host.device, self.caps) for image in images]
        except HostOutOfMemory as error:
            self._stop(error)
            return
        except KeyboardInterrupt:
            self.stopped, self.interrupted = "interrupted", True
            return
        waiting = list(plan.passes)
        made: list[Pass] = []
        small: list[Pass] = []  # passes made of one that ran out of memory: they are not split again
        while waiting and self.stopped is None:
            step = waiting[0]
            try:
                outcomes = self._sampled(pictures, step, len(made), waiting)
            except HostOutOfMemory as error:
                try:
                    parts = self._in_smaller(
                        plan, step, params, error, len(pictures), tried=any(step is part for part in small)
                    )
                except HostError as final:
                    self._stop(final)
                else:
                    waiting[:1] = parts
                    small += parts
                continue
            except HostError as error:
                self._stop(error)
                continue
            if outcomes is None:
                self.stopped, self.interrupted = "interrupted", True
                continue
            if outcomes[0].skipped:
                self.notes.append(f"skipped in pass {step.name}: the pictures of this batch are as far as they came")
                self.done += len(pictures) * len(waiting)
                break
            waiting.pop(0)
            made.append(step)
            self.done += len(pictures)
        if not waiting or any(not _same_strip(step, waiting[0]) for step in made):
            for picture in pictures:
                grown = picture.grown(label, made, waiting)
                self.pictures.append(grown if self.keep else grown.without_pixels())
                if self.on_picture is not None:
                    self.on_picture(grown)

    def _sampled(self, pictures: list[Picture], step: Pass, number: int, waiting: list[Pass]) -> list[Outcome] | None:
        """One pass of a batch, put back into its canvases unless it was skipped; None when it was interrupted."""
        try:
            self.host.report(Progress(self.done, self.total, step.name))
            return self._made(pictures, step, number)
        except KeyboardInterrupt:
            return None

    def _made(self, pictures: list[Picture], step: Pass, number: int) -> list[Outcome] | None:
        began = time.perf_counter()
        with _memory_told():
            jobs = [picture.job(step, number) for picture in pictures]
        outcomes = self.host.inpaint(jobs)
        if len(outcomes) != len(jobs):
            raise HostError(f"the sampler returned {len(outcomes)} pictures for {len(jobs)} windows")
        if any(outcome.skipped for outcome in outcomes):
            return outcomes
        if any(outcome.interrupted for outcome in outcomes):
            return None
        sampled = [
            composite.checked(outcome.pixels, job.pixels)
            for outcome, job in zip(outcomes, jobs, strict=True)
            if outcome.pixels is not None
        ]
        with _memory_told():
            # All or none: a pass that ends here in part of its pictures is made again, or dropped.
            blended = [picture.blended(step, pixels) for picture, pixels in zip(pictures, sampled, strict=True)]
            for picture, pixels in zip(pictures, blended, strict=True):
                picture.put(step, pixels)
        if self.caps.inpainting is not None and any(picture.came_out_black() for picture in pictures):
            self.notes.append(
                f"pass {step.name}: the new area came out black, as it does when a model overflows; if it "
                "should not be black, try full precision"
            )
        seconds = time.perf_counter() - began
        for picture, outcome in zip(pictures, outcomes, strict=True):
            picture.note(step, number, outcome, seconds)
            self.notes += outcome.notes
        return outcomes

    def _in_smaller(
        self, plan: Plan, step: Pass, params: Params, error: HostError, pictures: int, tried: bool
    ) -> list[Pass]:
        if tried:
            raise error
        try:
            parts = split_pass(plan, step, params, self.caps)
        except PlanError:
            raise error from None
        self.total += (len(parts) - 1) * pictures
        self.notes.append(
            f"out of memory at a window of {step.window.extent}: pass {step.name} was made in {len(parts)} smaller windows"
        )
        return parts

    def _stop(self, error: HostError) -> None:
        self.stopped, self.error = str(error), error


def _same_strip(one: Pass, other: Pass) -> bool:
    """Whether two passes are tiles of one strip, which is no rectangle before its last tile."""
    return (one.kind, one.side, one.step) == (other.kind, other.side, other.step)


@contextmanager
def _memory_told() -> Iterator[None]:
    """Our own work shares the host's device: when that is full, finished pictures are kept as when the host fails."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
            raise HostOutOfMemory(f"out of memory: {str(error).splitlines()[0] if str(error) else 'no message'}") from error
        raise
