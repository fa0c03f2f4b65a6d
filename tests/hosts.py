"""Tiny hosts for tests. Every one records the jobs it was given: assert on `host.jobs`, not on patched functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from lib_outpaint.engine.protocol import Job, Outcome, Progress
from lib_outpaint.errors import BackendError, OutOfMemory
from lib_outpaint.parameters.guidance import Guidance
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.pixels.masks import as_pixels
from lib_outpaint.planning.capabilities import Capabilities

ALL_FEATURES = frozenset({"prompts", "loras", "controlnet", "mask_weight", "sampling"})


class RecordingHost:
    """Returns every window as it was given; subclasses change `sample`.

    Attributes:
        jobs: every job, in order, those that failed among them.
        calls: the jobs of each call of `inpaint`.
        reports: every progress report.
        checked: what `check` was asked.
    """

    def __init__(self, caps: Capabilities | None = None, **more: object) -> None:
        self.caps = caps or Capabilities("test", features=ALL_FEATURES, **more)  # type: ignore[arg-type]
        self.calls: list[list[Job]] = []
        self.reports: list[Progress] = []
        self.checked: list[tuple[Guidance, Sampling, tuple[str, str]]] = []

    @property
    def jobs(self) -> list[Job]:
        return [job for call in self.calls for job in call]

    def capabilities(self) -> Capabilities:
        return self.caps

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        self.checked.append((guidance, sampling, prompts))

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        self.calls.append(list(jobs))
        return [Outcome(self.sample(job)) for job in jobs]

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def sample(self, job: Job) -> torch.Tensor:
        return job.pixels


class PaintingHost(RecordingHost):
    """Paints one colour where the latent mask is set and leaves the window as given elsewhere."""

    def __init__(
        self, colour: tuple[float, float, float] = (0.0, 1.0, 0.0), caps: Capabilities | None = None, **more: object
    ) -> None:
        super().__init__(caps, **more)
        self.colour = torch.tensor(colour)[:, None, None]

    def sample(self, job: Job) -> torch.Tensor:
        return torch.where(as_pixels(job.latent_mask, job.cell)[None], self.colour, job.pixels)


class SeededHost(RecordingHost):
    """Paints noise that follows the job's seed where the latent mask is set."""

    def sample(self, job: Job) -> torch.Tensor:
        drawn = torch.rand(job.pixels.shape, generator=torch.Generator().manual_seed(job.seed))
        return torch.where(as_pixels(job.latent_mask, job.cell)[None], drawn, job.pixels)


class WholeWindowHost(RecordingHost):
    """Returns another picture for the whole window, known pixels too, as a sampler that does not pin them."""

    def sample(self, job: Job) -> torch.Tensor:
        return 1 - job.pixels


class FailingHost(PaintingHost):
    """Behaves well until call `at` (from 0), which `failure` answers instead: by raising or with its own outcomes."""

    def __init__(self, at: int, failure: Callable[[Sequence[Job]], list[Outcome]], **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.at = at
        self.failure = failure

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        if len(self.calls) == self.at:
            self.calls.append(list(jobs))
            return self.failure(jobs)
        return super().inpaint(jobs)


class SmallMemoryHost(PaintingHost):
    """Runs out of memory on windows of more than `most` px."""

    def __init__(self, most: int, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.most = most

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        if jobs[0].pixels[0].numel() > self.most:
            self.calls.append(list(jobs))
            raise OutOfMemory("out-of-memory", reason=f"{jobs[0].pixels.shape[2]}x{jobs[0].pixels.shape[1]}")
        return super().inpaint(jobs)


def interrupted(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(None) for _ in jobs]


def ctrl_c(jobs: Sequence[Job]) -> list[Outcome]:
    raise KeyboardInterrupt


def broken(jobs: Sequence[Job]) -> list[Outcome]:
    raise BackendError("said", text="the GPU has left")


def not_a_number(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(torch.full_like(job.pixels, float("nan"))) for job in jobs]


def infinite(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(torch.full_like(job.pixels, float("inf"))) for job in jobs]


def too_small(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(job.pixels[:, :-8]) for job in jobs]


def black(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(torch.zeros_like(job.pixels)) for job in jobs]


def one_too_few(jobs: Sequence[Job]) -> list[Outcome]:
    return [Outcome(job.pixels) for job in jobs[1:]]
