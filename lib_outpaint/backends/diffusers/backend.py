"""The diffusers backend: a real sampler behind the engine, without a WebUI."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch

from ...engine.protocol import Job, Outcome, Progress
from ...errors import BackendError, OutOfMemory, OutpaintError, ParamError, not_a_choice
from ...messages import Message, message
from ...models.inspect import ModelInfo
from ...parameters.guidance import Guidance
from ...parameters.loras import MOST_WEIGHT, Lora
from ...parameters.sampling import Sampling
from ...planning.capabilities import Capabilities
from . import batches, loading, sources
from . import control_residuals as control_module
from .defaults import settled
from .denoising import Interrupted
from .devices import Meter, device_for, dtype_for, is_out_of_memory
from .lora_files import Library
from .passes import Passes


class Diffusers:
    """Samples with a model of Stable Diffusion, plain or inpainting, through diffusers; families.py says of which families.

    The model's header is read at once, the model itself when it is first needed: by `inpaint`, or by `capabilities` when
    the header does not say what the model predicts. Its methods may be called in any order.

    Args:
        model: a diffusers folder, a .safetensors checkpoint, or a hub id ("owner/name").
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        dtype: "auto", "fp16", "bf16" or "fp32".
        config: for a single file: a folder with a CLIP tokenizer (and configs), or the original code's .yaml.
        vae: another VAE, a .safetensors file or a diffusers folder.
        controlnet: an inpaint ControlNet, a .safetensors file or a diffusers folder.
        lora_dir: where LoRAs named in prompts and parameters are looked for.
        loras: LoRA files that act on every pass, with their weights; they can be named too.
        mask_weight: the inpainting conditioning mask weight of passes that do not name one.
        prediction: "epsilon" or "v" for checkpoints that do not say; "auto" asks the model.
        cpu_offload: keeps each network off the device while another one works.
        vae_tiling: encodes and decodes in tiles: less memory, slightly other pixels.
        local_files_only: never asks a hub.
        largest_window: most px of a window; 0 is what suits the model's family.
        on_progress: called with every progress report.
        on_step: called with UNet calls done and in all, during a pass.

    Raises:
        MissingExtra: diffusers, transformers or peft is not installed.
        ModelError: a file is missing, damaged, or not what it was given for.
        ParamError: an unknown device or dtype, or a number out of range.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        device: str = "auto",
        dtype: str = "auto",
        config: str | Path | None = None,
        vae: str | Path | None = None,
        controlnet: str | Path | None = None,
        lora_dir: str | Path | None = None,
        loras: Sequence[tuple[str | Path, float]] = (),
        mask_weight: float = 1.0,
        prediction: str = "auto",
        cpu_offload: bool = False,
        vae_tiling: bool = False,
        local_files_only: bool = False,
        largest_window: int = 0,
        on_progress: Callable[[Progress], None] | None = None,
        on_step: Callable[[int, int], None] | None = None,
    ) -> None:
        if prediction not in ("auto", "epsilon", "v"):
            raise not_a_choice("prediction", prediction, ("auto", "epsilon", "v"))
        if not 0 <= mask_weight <= 1:
            raise ParamError("mask_weight", mask_weight, "outside", low=0, high=1)
        for path, weight in loras:
            if not -MOST_WEIGHT <= weight <= MOST_WEIGHT:  # NaN is not inside either
                raise ParamError("loras", str(path), "lora-weight", weight=weight, most=MOST_WEIGHT)
        self._device = device_for(device)
        self._dtype = dtype_for(dtype, self._device)
        loading.require_diffusers()
        self._local = local_files_only
        self._config, self._vae = _path("config", config), _path("vae", vae)
        self.info: ModelInfo = sources.located(model, local_files_only)
        if prediction != "auto":
            self.info = replace(self.info, prediction=cast(loading.Prediction, prediction))
        if self.info.path.is_file():
            loading.check_file(self.info, self._config, self._vae, local_files_only)
        self._control_info = self._inspected_control(_path("controlnet", controlnet))
        files = [found for path, _ in loras if (found := _path("loras", path)) is not None]
        self._library = Library(_path("lora-dir", lora_dir), files, self.info)
        self._always = tuple(Lora(path.stem, weight, weight) for path, (_, weight) in zip(files, loras, strict=True))
        self._mask_weight, self._prediction = mask_weight, prediction
        self._offload, self._tiling, self._largest = cpu_offload, vae_tiling, largest_window
        self._on_progress, self._on_step = on_progress, on_step
        self._stop = threading.Event()
        self._passes: Passes | None = None
        self._library.check(self._always)

    def capabilities(self) -> Capabilities:
        """What it can do with this model; `mask_weight` only with an inpainting model, `controlnet` only with one given.

        Loads a checkpoint that does not say what it predicts: its native side depends on that.
        """
        family = self.info.family
        side = family.side(self.info.prediction or self.passes.parts.prediction)
        features = {"prompts", "loras", "sampling"}
        features |= {"mask_weight"} if self.info.inpainting else set()
        features |= {"controlnet"} if self._control_info else set()
        return Capabilities(
            engine="diffusers",
            cell=family.cell,
            size_multiple=family.size_multiple,
            native_side=side,
            known_pixels="pinned",
            largest_window=self._largest or round(family.largest_window * side**2),
            inpainting=self.info.inpainting,
            features=frozenset(features),
            device=str(self._device),
            note=self._note(),
            model=self.info.path.name,
        )

    def _note(self) -> Message | None:
        if self.info.inpainting or self._control_info:
            return None
        controlnet = self.info.family.inpaint_controlnet
        code = "diffusers-not-inpainting-controlnet" if controlnet else "diffusers-not-inpainting"
        return message(code, name=self.info.path.name, controlnet=controlnet)

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        """Refuses what cannot be honoured, before anything is sampled. `prompts` are the prompt and the negative one.

        Raises:
            ParamError: names the first such thing.
            ModelError: a LoRA that is asked for does not fit the model.
        """
        if guidance.mask_weight is not None and not self.info.inpainting:
            raise ParamError("mask_weight", guidance.mask_weight, "mask-weight-needs-inpainting", name=self.info.path.name)
        batches.check_control(guidance.controlnet, self._control_name)
        settings = settled(sampling, self.info)
        batches.check_prompts(guidance.side_prompts, prompts, settings.cfg)
        for asked in batches.loras_asked(guidance, prompts, self._always):
            self._library.check(asked)

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Samples windows of one size; those with the same settings together. See `Backend.inpaint`.

        Each window has generators of its own, so it comes out as it would alone, up to rounding.

        Raises:
            ParamError, ModelError: see `check`; nothing was sampled.
            OutOfMemory, BackendError: sampling failed.
        """
        self._stop.clear()
        for job in jobs:
            asked = Guidance(loras=job.loras, controlnet=job.controlnet, mask_weight=job.mask_weight)
            self.check(asked, job.sampling, (job.prompt, job.negative_prompt))
        try:
            return self._sampled(jobs)
        except (KeyboardInterrupt, Interrupted):
            return [Outcome(None) for _ in jobs]
        except OutpaintError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                if self._device.type == "cuda":
                    torch.cuda.empty_cache()
                size = f"{jobs[0].pixels.shape[2]}x{jobs[0].pixels.shape[1]}"
                raise OutOfMemory("out-of-memory-window", device=str(self._device), size=size) from error
            raise BackendError("said", text=f"{type(error).__name__}: {sources.first_line(error)}") from error

    def _sampled(self, jobs: Sequence[Job]) -> list[Outcome]:
        found = [
            batches.prepared(number, job, self.info, self._control_info is not None, self._always, self._mask_weight)
            for number, job in enumerate(jobs)
        ]
        done: dict[int, Outcome] = {}
        for group in batches.groups(found):
            with Meter(self._device) as meter:
                outcomes = self.passes.run(group)
            values = {"number": group[0].job.pass_index + 1, "steps": outcomes[0].steps_run, "seconds": meter.seconds}
            # Windows does not tell the memory of the CPU.
            code = "pass-measured-memory" if meter.peak_bytes else "pass-measured"
            note = message(code, **values, megabytes=meter.peak_bytes / 2**20)
            for number, (one, outcome) in enumerate(zip(group, outcomes, strict=True)):
                notes = (*outcome.notes, note) if number == 0 else outcome.notes
                done[one.number] = Outcome(outcome.pixels, outcome.steps_run, notes, outcome.info)
        return [done[number] for number in range(len(jobs))]

    @property
    def passes(self) -> Passes:
        """The loaded model, loaded now if it was not. Its parts' `info` says what the model really predicts."""
        if self._passes is None:
            parts = loading.load(self.info, self._dtype, self._config, self._vae, self._prediction, self._local)
            if self._control_info is not None:
                parts.controlnet = control_module.load(
                    self._control_info, parts.unet.config.attention_head_dim, self._dtype, self._local
                )
            if self._tiling:
                parts.vae.enable_tiling()
            self._passes = Passes(parts, self._device, self._offload, self._library, self._control_name, self._stepped)
        return self._passes

    def interrupt(self) -> None:
        """Stops a pass that runs in another thread, after its current step; its outcome is an interrupted one."""
        self._stop.set()

    def report(self, progress: Progress) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)

    def _stepped(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Interrupted
        if self._on_step is not None:
            self._on_step(done, total)

    @property
    def _control_name(self) -> str | None:
        return self._control_info.path.stem if self._control_info else None

    def _inspected_control(self, path: Path | None) -> ModelInfo | None:
        return control_module.inspected(path, self.info) if path else None


def _path(field: str, value: str | Path | None) -> Path | None:
    """A path that is there.

    Raises:
        ParamError: it is not.
    """
    if value is None:
        return None
    path = Path(value).expanduser()
    if not path.exists():
        raise ParamError(field, str(value), "path-missing")
    return path
