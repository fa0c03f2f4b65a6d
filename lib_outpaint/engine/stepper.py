"""One run of a request, step by step and without I/O: what is to be sampled next, and what is made of the answer.

    work = Outpainting(request, capabilities)     # plans and checks everything, once
    while jobs := work.next_jobs():
        work.receive(backend.inpaint(jobs))
    result = work.result()

`outpaint` (loop.py) is such a loop; a graph of nodes, a remote WebUI or a cluster drive it as well. It is for one thread,
and knows neither a clock nor a file nor a sampler.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import BackendError, OutOfMemory, ParamError, PlanError
from ..messages import Message, message
from ..parameters.combinations import combinations
from ..parameters.params import Params
from ..planning.capabilities import Capabilities
from ..planning.plan import Pass, Plan, make_plan, split_pass
from .foreseen import idle_prompts, short_bands, two_steps
from .growing import Growing, Window
from .protocol import Job, Outcome, Progress
from .refusals import check
from .request import Request
from .result import Grown, Result


@dataclass(frozen=True)
class Variant:
    """One combination of what is compared, planned; the only one has no label."""

    label: str
    params: Params
    plan: Plan


@dataclass(eq=False)
class _Batch:
    """Images that are sampled together, on their way. `split` are passes made of one that ran out of memory."""

    variant: Variant
    images: list[Growing]
    waiting: list[Pass]
    made: list[Pass] = field(default_factory=list)
    split: list[Pass] = field(default_factory=list)


class Outpainting:
    """A request on its way to a result.

    `next_jobs` and `receive` take turns, beginning with `next_jobs`; anything else is a RuntimeError. `finished`,
    `progress`, `interrupt` and `result` may be called at any time.

    Args:
        keep: whether `result` holds the images' pixels; without it they are in what `finished` gives alone, and there
            as floats only while a later window looks at them: made of levels, they are rounded to their depth.

    Attributes:
        variants: what is made of every image: one, or one a combination.

    Raises:
        ParamError, PlanError, MissingExtra: the first thing that cannot be done. Nothing was sampled.
    """

    def __init__(self, request: Request, capabilities: Capabilities, *, keep: bool = True) -> None:
        self.request = request
        self.capabilities = capabilities
        self.variants = planned(request, capabilities)
        self._keep = keep
        count = len(request.shots)
        self._todo = [
            (variant, range(first, min(first + request.batch, count)))
            for variant in self.variants
            for first in range(0, count, request.batch)
        ]
        self._total = sum(len(variant.plan.passes) for variant in self.variants) * count
        self._done = 0
        self._batch: _Batch | None = None
        self._open: list[Window] | None = None
        self._finished: list[Grown] = []
        self._made: list[Grown] = []
        plans = [(variant.params, variant.plan) for variant in self.variants]
        self._notes = ([capabilities.note] if capabilities.note else []) + idle_prompts(plans)
        self._notes += short_bands(plans) + two_steps(plans)
        self._stopped: Message | None = None
        self._interrupted = False
        self._error: BackendError | None = None

    @property
    def progress(self) -> Progress:
        """How many passes are done, and which comes next."""
        if self._ended:
            return Progress(self._total, self._total)
        step = self._batch.waiting[0] if self._batch is not None else self._todo[0][0].plan.passes[0]
        return Progress(self._done, self._total, step.label)

    def next_jobs(self) -> list[Job]:
        """The windows to sample next, which are independent of each other; none when the run has ended."""
        if self._open is not None:
            raise RuntimeError("receive() the outcomes of the last jobs first")
        while not self._ended:
            try:
                with memory_told():
                    if self._batch is None:
                        self._batch = self._begun(*self._todo[0])
                        self._todo.pop(0)
                    step, number = self._batch.waiting[0], len(self._batch.made)
                    self._open = [image.window(step, number) for image in self._batch.images]
            except OutOfMemory as error:
                self._failed(error)
            else:
                return [window.job for window in self._open]
        return []

    def receive(self, outcomes: Sequence[Outcome] | BackendError, seconds: float = 0.0) -> None:
        """Puts a pass back whole, splits it when memory ran out, or ends the run.

        Args:
            outcomes: one a job of `next_jobs`, in their order; or what the backend raised.
            seconds: how long the pass took, for the reports.
        """
        if self._open is None or self._batch is None:
            raise RuntimeError("next_jobs() first")
        windows, self._open = self._open, None
        try:
            if isinstance(outcomes, BackendError):
                raise outcomes
            if len(outcomes) != len(windows):
                raise BackendError("returned-count", got=len(outcomes), wanted=len(windows))
            stops = {outcome.stop for outcome in outcomes if outcome.pixels is None}
            if "images" in stops:
                self._skip(self._batch)
            elif stops:
                self.interrupt()
            else:
                self._put_back(self._batch, windows, outcomes, seconds)
        except BackendError as error:
            self._failed(error)

    def interrupt(self) -> None:
        """Ends the run: finished passes are kept, one that is being sampled is dropped."""
        if not self._ended:
            self._open = None
            self._interrupted = True
            self._stop(message("interrupted"))

    def finished(self) -> list[Grown]:
        """The images that went as far as they will since the last call; each is given once."""
        found, self._finished = self._finished, []
        return found

    def result(self, seconds: float = 0.0) -> Result:
        """All images, as far as they were made.

        Raises:
            BackendError: the backend failed and no pass at all had finished.
        """
        if self._error is not None and not self._made:
            raise self._error
        notes = tuple(dict.fromkeys(self._notes))
        return Result(self.capabilities.engine, tuple(self._made), notes, seconds, self._stopped, self._interrupted)

    @property
    def _ended(self) -> bool:
        return self._stopped is not None or (self._batch is None and not self._todo)

    def _begun(self, variant: Variant, images: range) -> _Batch:
        growing = [Growing(self.request, variant.params, variant.plan, image, self.capabilities) for image in images]
        return _Batch(variant, growing, list(variant.plan.passes))

    def _put_back(self, batch: _Batch, windows: list[Window], outcomes: Sequence[Outcome], seconds: float) -> None:
        step, number = batch.waiting[0], len(batch.made)
        with memory_told():
            # All or none: a pass that ends here in part of its images is made again, or dropped.
            blended = [
                image.blended(step, window, outcome)
                for image, window, outcome in zip(batch.images, windows, outcomes, strict=True)
            ]
            for image, window, new in zip(batch.images, windows, blended, strict=True):
                image.put(step, window, new)
                if not self._keep:
                    image.settle(batch.waiting[1:])
        if any(new.black for new in blended):
            self._notes.append(message("new-area-black", name=step.label))
        for image, outcome in zip(batch.images, outcomes, strict=True):
            image.note(step, number, outcome, seconds)
            self._notes += outcome.notes
        batch.waiting.pop(0)
        batch.made.append(step)
        self._done += len(batch.images)
        if not batch.waiting:
            self._close()

    def _skip(self, batch: _Batch) -> None:
        self._notes.append(message("pictures-stopped", name=batch.waiting[0].label))
        self._done += len(batch.images) * len(batch.waiting)
        self._close()

    def _failed(self, error: BackendError) -> None:
        if isinstance(error, OutOfMemory) and self._batch is not None:
            try:
                self._split(self._batch, error)
            except BackendError as final:
                error = final
            else:
                return
        self._error = error
        self._stop(error.message)

    def _split(self, batch: _Batch, error: OutOfMemory) -> None:
        step = batch.waiting[0]
        if any(step is part for part in batch.split):
            raise error
        try:
            parts = split_pass(batch.variant.plan, step, batch.variant.params, self.capabilities)
        except PlanError:
            raise error from None
        batch.waiting[:1] = parts
        batch.split += parts
        self._total += (len(parts) - 1) * len(batch.images)
        told = message("made-in-smaller-windows", size=step.window.extent, name=step.label, count=len(parts))
        self._notes.append(told)

    def _stop(self, reason: Message) -> None:
        self._stopped = reason
        self._close()

    def _close(self) -> None:
        """The images of the batch are as far as they will come."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        # A strip is no rectangle before its last tile: without a whole strip there is nothing to give. Nor is there with
        # the small picture of hires alone.
        made = [step for step in batch.made if not step.small]
        if not batch.waiting or any(not _same_strip(step, batch.waiting[0]) for step in made):
            for image in batch.images:
                grown = image.grown(batch.variant.label, batch.made, batch.waiting)
                self._finished.append(grown)
                self._made.append(grown if self._keep else grown.without_pixels())


def planned(request: Request, caps: Capabilities) -> tuple[Variant, ...]:
    """Every combination with its plan, after all that can be checked before anything is sampled.

    Raises:
        ParamError, PlanError, MissingExtra: the first thing that cannot be done.
    """
    painted, kept, limits = request.painted_box(), request.kept_box(), request.limits
    found = tuple(
        Variant(label, params, make_plan(request.extent, params, caps, painted=painted, kept=kept, limits=limits))
        for label, params in combinations(request.params, limits.combinations)
    )
    for variant in found:
        check(request, variant.params, caps)
    count = len(found) * len(request.shots)
    if count > limits.pictures:
        raise ParamError("count", count, "too-many-pictures", most=limits.pictures)
    return found


def _same_strip(one: Pass, other: Pass) -> bool:
    """Whether two passes are tiles of one strip, which is no rectangle before its last tile. A repainted picture is one."""
    return one.kind != "mask" and not other.small and (one.kind, one.side, one.step) == (other.kind, other.side, other.step)


@contextmanager
def memory_told() -> Iterator[None]:
    """Our own work shares the backend's device: when that is full, finished images are kept as when the backend fails."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
            reason = str(error).splitlines()[0] if str(error) else "no message"
            raise OutOfMemory("out-of-memory", reason=reason) from error
        raise
