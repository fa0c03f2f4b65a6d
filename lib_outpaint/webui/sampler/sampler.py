"""The WebUI's sampler as a backend of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from modules import devices, processing, sd_samplers_common, shared

from ...engine.protocol import Job, Outcome, Progress
from ...errors import BackendError, OutOfMemory
from ...messages import Message, message
from ...parameters.guidance import ControlNet, Guidance
from ...parameters.sampling import Sampling, nothing_sampled
from ...planning.capabilities import Capabilities
from ..settings import Settings
from ..variants import put, variant
from . import control_failures, control_units, guard, lora_networks
from .checkpoint import Checkpoint
from .pass_copies import pass_copy, release
from .scalers import scalers

TRUNCATED = 0.5 / 255  # the host truncates to 8 bits: half a level darker on average


def capabilities_of(checkpoint: Checkpoint, settings: Settings) -> Capabilities:
    """What this WebUI can do with a checkpoint."""
    family, features = checkpoint.family, {"prompts", "loras", "controlnet"}
    if checkpoint.inpainting:
        features.add("mask_weight")
    if "reference" in family.inpaints:
        features.add("reference")
    if family.edit_instruction:
        features.add("edit_instruction")
    if family.tile_controlnet:
        features.add("controlnet_tile")
    return Capabilities(
        "webui",
        cell=family.cell,
        size_multiple=family.size_multiple,
        native_side=checkpoint.native_side,
        largest_window=settings.window_area(family, checkpoint.native_side),
        inpainting=checkpoint.inpainting,
        known_pixels="pinned",
        features=frozenset(features),
        device=str(shared.device if shared.device is not None else devices.cpu),
        model=checkpoint.name,
        edit_instruction=family.edit_instruction,
        scalers=scalers(),
    )


class WebUISampler:
    """Samples windows with the host's own img2img, on a fresh copy of the processing object for every pass.

    Args:
        p: the job's processing object; it is not changed.
        checkpoint: what will be loaded.
        settings: of the job.
        overrides: is told which options the host's calls have set.
        entries: of the infotext, beside what the host and the engine put there.

    Attributes:
        checkpoint: what will be loaded.
        last: the copy of the last pass that was sampled, for the host's own infotext.
    """

    def __init__(
        self,
        p: Any,
        checkpoint: Checkpoint,
        settings: Settings,
        overrides: guard.Overrides | None = None,
        entries: Mapping[str, str] | None = None,
    ) -> None:
        self._p = p
        self._overrides = overrides
        self.checkpoint = checkpoint
        self._settings = settings
        self._entries = dict(entries or {})
        self._hashes: dict[str, dict[str, str]] = {}
        self.last: Any = None

    def capabilities(self) -> Capabilities:
        return capabilities_of(self.checkpoint, self._settings)

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        """Refuses checkpoints that cannot outpaint here, and LoRAs and ControlNet models that are missing or made for
        another family.

        Raises:
            ParamError: names the first such thing, and what is installed.
        """
        self.checkpoint.check()
        lora_networks.check(guidance, prompts[0], self.checkpoint)
        control_units.check(self._p, self.checkpoint)
        self._tile(guidance.controlnet, self._unit(guidance.controlnet))

    def report(self, progress: Progress) -> None:
        number = min(progress.done + 1, progress.total)
        told = message("webui-progress", number=number, total=progress.total, text=progress.text)
        state = shared.state
        state.job_count, state.job_no = progress.total, progress.done
        state.job = state.textinfo = str(told)

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        """One call of the host's sampler for all jobs; one each with ControlNet, which sees only the first image, and
        with families whose pictures of a batch see each other.

        Raises:
            OutOfMemory, BackendError: with the host's own message.
        """
        unit = self._unit(jobs[0].controlnet)
        tile = self._tile(jobs[0].controlnet, unit) if jobs[0].refines else None
        units = [one for one in (unit, tile) if one is not None]
        if self.checkpoint.family.batches and not units and not control_units.in_use(self._p):
            return self._sampled(jobs, units)
        outcomes: list[Outcome] = []
        for job in jobs:
            outcomes += self._sampled([job], units)
            if outcomes[-1].pixels is None:
                return [outcomes[-1] for _ in jobs]
        return outcomes

    def _unit(self, wanted: ControlNet) -> control_units.Unit | None:
        return control_units.chosen(self._p, wanted, self.checkpoint, auto=self._settings.auto_controlnet)

    def _tile(self, wanted: ControlNet, beside: control_units.Unit | None) -> control_units.Unit | None:
        return control_units.tile(self._p, wanted, self.checkpoint, beside)

    def _sampled(self, jobs: Sequence[Job], units: Sequence[control_units.Unit]) -> list[Outcome]:
        here, state = variant(), shared.state
        if here.stopping():
            return [Outcome(None) for _ in jobs]
        decoded: list[torch.Tensor] = []
        c = pass_copy(self._p, jobs, decoded, self.checkpoint.family)
        control_units.attach(c, units)
        job, textinfo, job_no = state.job, state.textinfo, state.job_no
        try:
            with control_failures.failures_told(c), here.noise_of_each_image([one.seed for one in jobs]):
                processed = processing.process_images(c)
        except Exception as error:  # the host's samplers and extensions raise anything
            devices.torch_gc()
            raise _as_backend_error(error) from error
        finally:
            state.job, state.textinfo, state.job_no = job, textinfo, job_no
            release(c)
            if self._overrides is not None:
                self._overrides.note(c.override_settings)
        # "Stop after this image" has let the sampler finish: that pass counts, and the next one does not begin.
        if state.interrupted:
            return [Outcome(None) for _ in jobs]
        if state.skipped:
            state.skipped = False
            return [Outcome(None, stop="images") for _ in jobs]
        put(c, extra_generation_params=self._whole_entries(c.extra_generation_params, jobs[0], units))
        self.last = c
        # Of the steps the last share is run, as the denoising strength says.
        steps, run = (int(count) for count in sd_samplers_common.setup_img2img_steps(c))
        idle = nothing_sampled(steps, run + 1, c.denoising_strength)
        notes = (*(note for unit in units for note in unit.notes), *self._another_checkpoint(c), *([idle] if idle else []))
        return [Outcome(pixels, run + 1, notes) for pixels in _pixels(processed, decoded, len(jobs))]

    def _whole_entries(self, of_pass: Mapping[str, Any], job: Job, units: Sequence[control_units.Unit]) -> dict[str, Any]:
        """The infotext's entries for the image so far."""
        found = {**of_pass, **self._entries}
        if job.pass_index == 0:
            self._hashes = {}
        lora_networks.keep_hashes(self._hashes, found)
        for unit in units:
            control_units.own_unit(found, unit)
        return found

    def _another_checkpoint(self, c: Any) -> list[Message]:
        """Extensions may exchange the checkpoint inside the host's call, when the plan is made already."""
        used, planned = c.sd_model_name, self.checkpoint.name
        if not used or not planned or used == planned:
            return []
        return [message("checkpoint-exchanged", used=used, planned=planned)]


def _pixels(processed: Any, decoded: list[torch.Tensor], count: int) -> list[torch.Tensor]:
    if len(decoded) == count:
        return [image.clamp(0, 1) for image in decoded]
    first = processed.index_of_first_image
    images = processed.images[first : first + count]
    if len(images) < count:
        raise BackendError("returned-count", got=len(images), wanted=count)
    arrays = [np.array(image.convert("RGB")) for image in images]
    return [(torch.from_numpy(a).permute(2, 0, 1).float() / 255 + TRUNCATED).clamp(0, 1) for a in arrays]


def _as_backend_error(error: Exception) -> BackendError:
    text = str(error).strip()
    reason = text.splitlines()[0] if text else type(error).__name__
    if isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)) or "out of memory" in text.lower():
        return OutOfMemory("out-of-memory", reason=reason)
    return error if isinstance(error, BackendError) else BackendError("webui-failed", reason=reason)
