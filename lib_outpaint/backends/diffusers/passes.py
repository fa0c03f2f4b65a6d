"""A loaded model at work: encodes, samples and decodes groups of jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from ...engine.protocol import Outcome
from ...messages import Message, message
from ...parameters.loras import Lora
from ...parameters.sampling import nothing_sampled, steps_run
from .batches import Common, Prepared
from .conditioning import control_image, decode_latents, encode_pixels, inpainting_channels
from .control_residuals import Control
from .denoising import Batch, sample
from .devices import on_device
from .loading import Parts
from .lora_files import Library
from .schedulers import Run
from .text_encoding import Encoded, encode

KEPT_TEXTS = 64


class Passes:
    """A model on its device.

    Args:
        offload: keep every network off the device while it does not work.
        on_step: see `denoising.sample`.
    """

    def __init__(
        self,
        parts: Parts,
        device: torch.device,
        offload: bool,
        library: Library,
        control_name: str | None,
        on_step: Callable[[int, int], None],
    ) -> None:
        self.parts = parts
        self.device = device
        self.offload = offload
        self.loras = library
        self.control_name = control_name
        self.on_step = on_step
        self._encoded: dict[tuple[tuple[Lora, ...], str, bool], Encoded] = {}

    @torch.no_grad()
    def run(self, group: Sequence[Prepared]) -> list[Outcome]:
        """Samples jobs of one `Common`; one outcome a job, in order."""
        common = group[0].common
        self.loras.use(common.loras, self.parts.pipe)
        texts = self._texts(group)
        batches = [self._batch(members, texts, common) for members in _of_one_length(group, texts)]
        found: dict[int, Outcome] = {}
        for members, batch in batches:
            settings = common.settings
            run = Run(settings.sampler, settings.schedule, settings.steps, settings.denoise, self.parts.alphas_cumprod)
            networks = [self.parts.unet] + ([self.parts.controlnet] if batch.control is not None else [])
            with on_device(networks, self.device, self.offload):
                latents = sample(self.parts, batch, run, self.on_step)
            with on_device([self.parts.vae], self.device, self.offload):
                for one, single in zip(members, latents, strict=True):
                    pixels = decode_latents(self.parts.vae, single[None], self.parts.vae_dtype)
                    found[one.number] = Outcome(pixels, len(run), self._notes(common), self._info(common))
        return [found[one.number] for one in group]

    def _texts(self, group: Sequence[Prepared]) -> dict[str, tuple[Encoded, Encoded]]:
        """Every job's prompts, encoded. They are kept for the passes to come, which mostly have the same."""
        loras, encoders, pipeline = group[0].common.loras, self.parts.encoders, self.parts.info.pipeline
        wanted = dict.fromkeys(
            (loras, text, negative) for one in group for text, negative in ((one.prompt, False), (one.negative, True))
        )
        if len(self._encoded) > KEPT_TEXTS:
            self._encoded.clear()
        missing = [key for key in wanted if key not in self._encoded]
        if missing:
            with on_device([encoder for _, encoder in encoders], self.device, self.offload):
                for key in missing:
                    self._encoded[key] = encode(key[1], encoders, pipeline, negative=key[2])
        return {
            _key(one): (self._encoded[loras, one.prompt, False], self._encoded[loras, one.negative, True]) for one in group
        }

    def _batch(
        self, members: Sequence[Prepared], texts: dict[str, tuple[Encoded, Encoded]], common: Common
    ) -> tuple[Sequence[Prepared], Batch]:
        parts, jobs = self.parts, [one.job for one in members]
        clean, extra = [], []
        with on_device([parts.vae], self.device, self.offload):
            for job in jobs:
                pixels = job.pixels.to(self.device) * 2 - 1
                mask = job.conditioning_mask.to(self.device)
                clean.append(encode_pixels(parts.vae, pixels, parts.vae_dtype))
                if parts.info.inpainting:
                    extra.append(inpainting_channels(parts.vae, pixels, mask, job.cell, common.mask_weight, parts.vae_dtype))
        control = None
        if common.control is not None:
            images = [
                control_image(job.pixels.to(self.device), job.conditioning_mask.to(self.device), job.cell) for job in jobs
            ]
            control = Control(torch.cat(images), *common.control)
        pairs = [texts[_key(one)] for one in members]
        return members, Batch(
            torch.cat(clean),
            torch.stack([job.latent_mask[None] for job in jobs]).to(self.device),
            torch.cat(extra) if extra else None,
            [p for p, _ in pairs],
            [n for _, n in pairs],
            [torch.Generator().manual_seed(job.seed) for job in jobs],
            common.settings.cfg,
            control,
        )

    def _notes(self, common: Common) -> tuple[Message, ...]:
        info, most = self.parts.info, self.parts.info.pipeline.inpainting_denoise
        steps, denoise = common.settings.steps, common.settings.denoise
        if info.inpainting and denoise > most:
            return (message("inpainting-fringe", family=info.family_name, most=most),)
        idle = nothing_sampled(steps, steps_run(steps, denoise), denoise)
        return () if idle is None else (idle,)

    def _info(self, common: Common) -> dict[str, str]:
        settings = common.settings
        found = {
            "Steps": str(settings.steps),
            "Sampler": settings.sampler.name,
            "Schedule type": settings.schedule,
            "CFG scale": f"{settings.cfg:g}",
            "Denoising strength": f"{settings.denoise:g}",
            "Model": self.parts.info.path.stem,
        }
        if self.parts.info.inpainting:
            found["Conditional mask weight"] = f"{common.mask_weight:g}"
        if common.control is not None:
            weight, mode = common.control
            found["Outpaint ControlNet"] = f"{self.control_name}, weight {weight:g}, {mode}"
        if common.loras:
            found["Outpaint LoRAs used"] = ", ".join(map(str, common.loras))
        return found


def _key(one: Prepared) -> str:
    return f"{one.prompt}\0{one.negative}"


def _of_one_length(group: Sequence[Prepared], texts: dict[str, tuple[Encoded, Encoded]]) -> list[list[Prepared]]:
    """Jobs whose prompts take the same number of chunks."""
    found: dict[tuple[int, int], list[Prepared]] = {}
    for one in group:
        prompt, negative = texts[_key(one)]
        found.setdefault((prompt.text.shape[1], negative.text.shape[1]), []).append(one)
    return list(found.values())
