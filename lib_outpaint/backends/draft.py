"""The draft engine: no model, texture from the picture itself by PatchMatch.

It makes the command line and the page work on a fresh machine in seconds. It continues texture and simple structure, or
colours alone where there is too little to copy from; it invents nothing, and says in the metadata and on the terminal that
it is a draft.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from ..engine.protocol import Job, Outcome, Progress
from ..messages import message
from ..parameters.guidance import Guidance
from ..parameters.sampling import Sampling
from ..pixels.detail import Example, refined
from ..pixels.fills.libraries import patchmatch_bytes, patchmatch_library
from ..pixels.fills.smooth import push_pull
from ..pixels.filters import dilated
from ..pixels.masks import as_pixels
from ..planning.capabilities import Capabilities
from ..planning.geometry import Box

REACH = 16  # px
EXAMPLE = 2_000_000  # px of the original that detail is copied from


class Draft:
    """A backend that copies texture. Runs on the CPU.

    Args:
        on_progress: called with every progress report.

    Raises:
        MissingExtra: PyPatchMatch is not installed.
    """

    def __init__(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        self._on_progress = on_progress
        patchmatch_library()

    def capabilities(self) -> Capabilities:
        return Capabilities(engine="draft", known_pixels="pinned", note=message("draft"))

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        """Nothing is left to refuse: it has no features."""

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        return [
            Outcome(_refined(job) if job.refines else self._texture(job), info={"Model": "draft (PyPatchMatch)"})
            for job in jobs
        ]

    def report(self, progress: Progress) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)

    def _texture(self, job: Job) -> torch.Tensor:
        unknown = as_pixels(job.conditioning_mask, job.cell) if job.known is None else ~job.known
        # The whole band is made anew, unless the picture is so small that it is needed to copy from.
        for hole in (as_pixels(job.latent_mask, job.cell), unknown):
            if _something_to_copy(hole):
                image = (job.pixels.permute(1, 2, 0) * 255).round().clamp(0, 255).byte().numpy()
                filled = patchmatch_bytes(np.ascontiguousarray(image), hole.numpy(), job.seed)
                result = torch.from_numpy(np.ascontiguousarray(filled)).permute(2, 0, 1).float() / 255
                return torch.where(hole[None], result, job.pixels)
        if bool(unknown.all()):
            return torch.full_like(job.pixels, 0.5)
        return torch.where(unknown[None], push_pull(job.pixels, (~unknown).float()).clamp(0, 1), job.pixels)


def _refined(job: Job) -> torch.Tensor:
    """An enlarged small picture with the original's detail."""
    given = job.enlarged
    assert given is not None
    assert job.known is not None
    assert job.sampling.denoise is not None
    hole = as_pixels(job.latent_mask, job.cell) | ~job.known
    box = beside(given.original, Box(0, 0, hole.shape[1], hole.shape[0]))
    example = Example(given.look(box), box.top, box.left)
    pixels = torch.where(hole[None], given.pixels, job.pixels)
    return refined(pixels, hole, example, given.times, job.sampling.denoise, job.seed)


def beside(original: Box, window: Box) -> Box:
    """The part of the original nearest to a window, of at most EXAMPLE px where the window itself shows no more."""
    reach = max(original.width, original.height)
    while True:
        box = Box(window.left - reach, window.top - reach, window.right + reach, window.bottom + reach).intersect(original)
        if box.area <= EXAMPLE or not reach:
            return box
        reach = reach * 7 // 8


def _something_to_copy(hole: torch.Tensor) -> bool:
    """Whether a square of 2 * REACH + 1 px lies beside the hole (bool (H, W)): from less no texture can be told."""
    frame = F.pad(hole, (REACH, REACH, REACH, REACH), value=True)
    return not bool(dilated(frame, REACH).all())
