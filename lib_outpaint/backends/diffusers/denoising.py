"""The sampling loop: guidance, and known latents put back into every estimate of the clean picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from .control_residuals import Control
from .loading import Parts
from .schedulers import Run
from .text_encoding import Encoded


class Interrupted(Exception):
    """Raised between two steps when the run is to stop."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Windows of one size that are sampled together, B of them.

    Attributes:
        clean: float32 (B, 4, h, w), latents of the prefilled windows.
        paint: bool (B, 1, h, w), True where the sampler paints.
        extra: float32 (B, 5, h, w) for a 9-channel UNet, else None.
        prompts, negatives: one a window; all prompts of a batch are of one length, and all negatives.
        generators: one a window, on the CPU, so that a window's noise does not depend on device or batch.
    """

    clean: torch.Tensor
    paint: torch.Tensor
    extra: torch.Tensor | None
    prompts: Sequence[Encoded]
    negatives: Sequence[Encoded]
    generators: Sequence[torch.Generator]
    cfg: float
    control: Control | None = None


@torch.no_grad()
def sample(parts: Parts, batch: Batch, run: Run, on_step: Callable[[int, int], None]) -> torch.Tensor:
    """Samples a batch: float32 (B, 4, h, w). Outside `paint` the result is `clean` itself.

    As in the WebUI (CFGDenoiser), the known latents replace the model's estimate of the clean picture at every step
    where it must not paint; what the scheduler then makes of it is noised as everything else.

    Args:
        on_step: called with calls of the UNet done and in all; may raise `Interrupted`.
    """
    shape = (1, *batch.clean.shape[1:])
    noise = torch.cat([torch.randn(shape, generator=g) for g in batch.generators]).to(batch.clean.device)
    x = run.start(batch.clean, noise)
    guide = _Guide(parts, batch)
    for index in range(len(run)):
        on_step(index, len(run))
        alpha, sigma = run.mix(index)
        given = run.scaled(x, index)
        predicted = guide(given, run.time(index))
        clean = alpha * given - sigma * predicted if parts.prediction == "v" else (given - sigma * predicted) / alpha
        clean = torch.where(batch.paint, clean, batch.clean)
        x = run.step((given - alpha * clean) / sigma, index, x, batch.generators)
    on_step(len(run), len(run))
    return torch.where(batch.paint, x.float(), batch.clean)


class _Guide:
    """Calls the UNet with and without the prompt, and mixes: classifier-free guidance (arXiv:2207.12598)."""

    def __init__(self, parts: Parts, batch: Batch) -> None:
        self.parts = parts
        self.batch = batch
        device, dtype = batch.clean.device, parts.dtype
        self.sides = [_joined(batch.negatives, device, dtype), _joined(batch.prompts, device, dtype)]
        if batch.cfg == 1:
            self.sides = self.sides[1:]
        self.one_call = len({text.shape[1] for text, _ in self.sides}) == 1
        height, width = (parts.info.family.cell * n for n in batch.clean.shape[-2:])
        # Size conditioning: original height and width, top and left of the crop, target height and width.
        self.sizes = torch.tensor([[height, width, 0, 0, height, width]], device=device, dtype=dtype)

    def __call__(self, given: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        if self.one_call:
            both = self._unet(
                given,
                time,
                torch.cat([text for text, _ in self.sides]),
                [pooled for _, pooled in self.sides],
                list(range(len(self.sides))),
            )
            outs = list(both.chunk(len(self.sides)))
        else:
            outs = [self._unet(given, time, text, [pooled], [side]) for side, (text, pooled) in enumerate(self.sides)]
        if len(outs) == 1:
            return outs[0]
        return outs[0] + self.batch.cfg * (outs[1] - outs[0])

    def _unet(
        self,
        given: torch.Tensor,
        time: torch.Tensor,
        text: torch.Tensor,
        pooled: Sequence[torch.Tensor | None],
        sides: Sequence[int],
    ) -> torch.Tensor:
        parts, batch = self.parts, self.batch
        latents = given.repeat(len(sides), 1, 1, 1).to(parts.dtype)
        times = time.to(latents.device).expand(latents.shape[0])
        added = None
        vectors = [p for p in pooled if p is not None]
        if vectors:
            added = {"text_embeds": torch.cat(vectors), "time_ids": self.sizes.expand(latents.shape[0], -1)}
        residuals = {}
        if batch.control is not None:
            negative_first = [side == 0 and len(self.sides) == 2 for side in sides]
            residuals = batch.control.residuals(parts.controlnet, latents, times, text, negative_first)
        whole = latents
        if batch.extra is not None:
            whole = torch.cat([latents, batch.extra.repeat(len(sides), 1, 1, 1).to(parts.dtype)], dim=1)
        out: torch.Tensor = parts.unet(
            whole, times, encoder_hidden_states=text, added_cond_kwargs=added, return_dict=False, **residuals
        )[0]
        return out.float()


def _joined(found: Sequence[Encoded], device: torch.device, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor | None]:
    text = torch.cat([one.text for one in found]).to(device, dtype)
    pooled = [one.pooled for one in found if one.pooled is not None]
    return text, torch.cat(pooled).to(device, dtype) if pooled else None
