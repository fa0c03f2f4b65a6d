"""A sampler that knows the true picture: what the engine makes of it differs from the truth by the engine's own doing.

Two kinds, after what real samplers do to known pixels. "whole": the entire window drifts. "pinned": only what the
latent mask lets the sampler paint does, fading over FADE px into the known side, where the window's own pixels come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from laboratory.drifts import NONE, Drift, clipped_bytes
from lib_outpaint.engine.protocol import Job, Outcome, Progress
from lib_outpaint.parameters.guidance import Guidance
from lib_outpaint.parameters.sampling import Sampling
from lib_outpaint.pixels.masks import as_pixels, distance
from lib_outpaint.planning.capabilities import Capabilities, KnownPixels
from lib_outpaint.planning.geometry import Box
from lib_outpaint.planning.plan import Plan

FADE = 6.0  # px over which a pinned drift fades into the known side


@dataclass(eq=False)
class TruthBackend:
    """A backend that returns the true picture, drifted.

    Attributes:
        truth: float32 (3, H, W), levels of the finished canvas.
        plan: the plan that will be run; a job's window is looked up in it by its pass.
        drift: what it does to the colours.
        kind: how known pixels really come back.
        declared: what it says about that; None says the truth.
        other: levels of another picture, (3, H, W) as `truth`, painted in the band instead of the truth.
        everywhere: whether `other` is also painted in the new area.
        fractions: whether the truth has levels between whole ones, as a decoder's floats do (it still truncates to the
            true picture when nothing drifts). Without, a slow gradient comes back as steps of one whole level.
        native_side, largest_window: see Capabilities.
        device: where it works, as torch spells it.
        jobs: every job it got.
    """

    truth: torch.Tensor
    plan: Plan
    drift: Drift = NONE
    kind: KnownPixels = "pinned"
    declared: KnownPixels | None = None
    other: torch.Tensor | None = None
    everywhere: bool = False
    fractions: bool = True
    native_side: int = 512
    largest_window: int = 0
    device: str = "cpu"
    jobs: list[Job] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return Capabilities(
            engine="truth",
            native_side=self.native_side,
            largest_window=self.largest_window,
            known_pixels=self.declared or self.kind,
            device=self.device,
        )

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        """Nothing is left to refuse."""

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        self.jobs += jobs
        return [Outcome(self._sampled(job), steps_run=1) for job in jobs]

    def report(self, progress: Progress) -> None:
        pass

    def _sampled(self, job: Job) -> torch.Tensor:
        step = self.plan.passes[job.pass_index]
        painted = as_pixels(job.latent_mask, job.cell)
        content = cut(self.truth.to(self.device), step.window)
        if self.other is not None:
            new = distance(step.new, step.window, torch.device(self.device)) <= 0
            instead = painted if self.everywhere else painted & ~new
            content = torch.where(instead[None], cut(self.other.to(self.device), step.window), content)
        if self.fractions:
            content = content + _fractions(step.window).to(self.device)
        drifted = self.drift.applied(content, job.seed, job.pass_index)
        if self.kind == "pinned":
            drifted = torch.lerp(job.pixels * 255, drifted, faded(painted)[None])
        return clipped_bytes(drifted) / 255


def _fractions(window: Box) -> torch.Tensor:
    """Parts of a level, uniform in [0, 1): float32 (3, H, W), drawn on the CPU so that every device has the same."""
    drawn = torch.rand(3, window.height, window.width, generator=torch.Generator().manual_seed(0))
    return drawn.clamp(max=0.999)


def cut(levels: torch.Tensor, window: Box) -> torch.Tensor:
    """A window of the canvas (3, H, W); its edge px go on beyond it."""
    height, width = levels.shape[1:]
    rows = torch.arange(window.top, window.bottom, device=levels.device).clamp(0, height - 1)
    columns = torch.arange(window.left, window.right, device=levels.device).clamp(0, width - 1)
    return levels[:, rows[:, None], columns[None, :]]


def faded(painted: torch.Tensor) -> torch.Tensor:
    """1 in a region (bool (H, W)), falling linearly to 0 at FADE px (Chebyshev) around it: float32 (H, W)."""
    value = painted.float()
    reached = painted[None, None].float()
    for away in range(1, int(FADE)):
        reached = torch.nn.functional.max_pool2d(reached, 3, 1, 1)
        value = torch.maximum(value, reached[0, 0] * (1 - away / FADE))
    return value


def shifted(truth: torch.Tensor, dx: int, dy: int) -> torch.Tensor:
    """The picture moved by some px, its edges replicated."""
    height, width = truth.shape[1:]
    return cut(truth, Box(-dx, -dy, width - dx, height - dy))
