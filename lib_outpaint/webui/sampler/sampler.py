"""The WebUI's sampler as a host of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from modules import devices, processing, shared

from ...engine.protocol import Job, Outcome, Progress
from ...errors import HostError, HostOutOfMemory
from ...parameters.params import Params
from ...parameters.sampling import Sampling
from ...planning.capabilities import Capabilities
from ..script import infotext
from ..script.settings import Settings
from . import control_units as controlnet
from . import guard, known_noise
from . import lora_networks as networks
from .checkpoint import Checkpoint
from .pass_copies import pass_copy, release

TRUNCATED = 0.5 / 255  # the host truncates to 8 bits: half a level darker on average


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

    @property
    def device(self) -> torch.device:
        return torch.device(shared.device if shared.device is not None else devices.cpu)

    def capabilities(self) -> Capabilities:
        features = {"prompts", "loras", "controlnet"}
        if self.checkpoint.inpainting:
            features.add("mask_weight")
        side = self.checkpoint.native_side
        return Capabilities(
            "webui", 8, side, self._settings.window_area(side), self.checkpoint.inpainting, "pinned", frozenset(features)
        )

    def check(self, params: Params, sampling: Sampling, prompts: Sequence[str]) -> None:
        """Refuses LoRAs and ControlNet models that are missing or made for another base model.

        Raises:
            ParamError: names the first such thing, and what is installed.
        """
        networks.check(params, prompts[:1], self.checkpoint)
        unit = self._unit(params)
        for note in unit.notes if unit is not None else ():
            self._p.comment(note)

    def report(self, progress: Progress) -> None:
        shared.state.job_count = progress.total
        shared.state.job_no = progress.done
        shared.state.job = f"Outpaint pass {min(progress.done + 1, progress.total)} of {progress.total}: {progress.text}"
        shared.state.textinfo = shared.state.job

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        """One call of the host's sampler for all jobs; one each with ControlNet, which sees only the first picture.

        Raises:
            HostOutOfMemory, HostError: with the host's own message.
        """
        unit = self._unit(jobs[0].params)
        if unit is None and not controlnet.in_use(self._p):
            return self._sampled(jobs, None)
        outcomes: list[Outcome] = []
        for job in jobs:
            outcomes += self._sampled([job], unit)
            if outcomes[-1].pixels is None:
                return [outcomes[-1] for _ in jobs]
        return outcomes

    def _unit(self, params: Params) -> controlnet.Unit | None:
        return controlnet.chosen(self._p, self._settings.allowed(params), self.checkpoint)

    def _sampled(self, jobs: Sequence[Job], unit: controlnet.Unit | None) -> list[Outcome]:
        state = shared.state
        if _stopping():
            return [Outcome(None) for _ in jobs]
        decoded: list[torch.Tensor] = []
        c = pass_copy(self._p, jobs, decoded)
        controlnet.attach(c, unit)
        job, textinfo, job_no = state.job, state.textinfo, state.job_no
        try:
            with controlnet.failures_told(c), known_noise.of_each_picture([one.seed for one in jobs]):
                processed = processing.process_images(c)
        except Exception as error:  # the host's samplers and extensions raise anything
            devices.torch_gc()
            raise _as_host_error(error) from error
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
            return [Outcome(None, skipped=True) for _ in jobs]
        self._tell_of_another_checkpoint(c)
        c.extra_generation_params.update(self._entries)
        if jobs[0].pass_index == 0:
            self._hashes = {}
        networks.keep_hashes(self._hashes, c.extra_generation_params)
        if unit is not None:
            infotext.own_unit(c.extra_generation_params, unit.model)
        self.last = c
        steps = _steps_run(c)
        return [Outcome(pixels, steps) for pixels in _pixels(processed, decoded, len(jobs))]

    def _tell_of_another_checkpoint(self, c: Any) -> None:
        """Extensions may exchange the checkpoint inside the host's call, when the plan is made already."""
        used, planned = getattr(c, "sd_model_name", None), self.checkpoint.name
        if used and planned and used != planned:
            self._p.comment(
                f"the checkpoint {used} was loaded in mid-job, by an extension: the windows are those planned for {planned}"
            )


def _pixels(processed: Any, decoded: list[torch.Tensor], count: int) -> list[torch.Tensor]:
    if len(decoded) == count:
        return [image.clamp(0, 1) for image in decoded]
    first = getattr(processed, "index_of_first_image", 0)
    pictures = processed.images[first : first + count]
    if len(pictures) < count:
        raise HostError(f"the WebUI returned {len(pictures)} pictures for {count} windows")
    arrays = [np.array(picture.convert("RGB")) for picture in pictures]
    return [(torch.from_numpy(a).permute(2, 0, 1).float() / 255 + TRUNCATED).clamp(0, 1) for a in arrays]


def _steps_run(c: Any) -> int:
    """UNet steps of img2img: the host runs only the last denoise share of them (sd_samplers_common.setup_img2img_steps)."""
    try:
        from modules.sd_samplers_common import setup_img2img_steps
    except ImportError:
        return int(c.steps)
    _, t_enc = setup_img2img_steps(c)
    return int(t_enc) + 1


def _stopping() -> bool:
    state = shared.state
    return bool(state.interrupted or getattr(state, "stopping_generation", False))


def _as_host_error(error: Exception) -> HostError:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    memory = isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)) or "out of memory" in str(error).lower()
    if memory:
        return HostOutOfMemory(f"out of memory: {text}")
    return error if isinstance(error, HostError) else HostError(f"the WebUI failed: {text}")
