"""Which jobs can be sampled together, and what each of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...engine.protocol import Job
from ...errors import ParamError, not_a_choice
from ...models.inspect import ModelInfo
from ...parameters.guidance import ControlNet, Guidance
from ...parameters.loras import Lora, from_prompt
from ...parameters.side_prompts import SidePrompts
from .attention_syntax import pieces, refuse_unknown_syntax
from .defaults import Settings, settled
from .lora_files import merged

CONTROL_MODULES = ("", "inpaint", "inpaint_only", "inpaint_global_harmonious")


@dataclass(frozen=True)
class Common:
    """What jobs must have in common to be sampled together. `control` is weight and mode, None without."""

    height: int
    width: int
    settings: Settings
    mask_weight: float
    loras: tuple[Lora, ...]
    control: tuple[float, str] | None


@dataclass(frozen=True, eq=False)
class Prepared:
    """A job with its prompts freed from LoRA tags; `number` is its place among the jobs."""

    number: int
    job: Job
    common: Common
    prompt: str
    negative: str


def controlled(asked: ControlNet, info: ModelInfo, has_controlnet: bool) -> bool:
    """Whether a pass uses the ControlNet: "auto" does with a model that is not an inpainting one, or when anything else
    about the ControlNet was asked for."""
    if asked.use == "off" or not has_controlnet:
        return False
    return asked.use == "on" or not info.inpainting or bool(asked.asked)


def prepared(
    number: int, job: Job, info: ModelInfo, has_controlnet: bool, always: tuple[Lora, ...], mask_weight: float
) -> Prepared:
    """A job, ready to be grouped."""
    control = controlled(job.controlnet, info, has_controlnet)
    prompt, asked = from_prompt(job.prompt)
    negative, _ = from_prompt(job.negative_prompt)
    common = Common(
        int(job.pixels.shape[1]),
        int(job.pixels.shape[2]),
        settled(job.sampling, info, control),
        mask_weight if job.mask_weight is None else job.mask_weight,
        merged(always, job.loras, asked),
        (job.controlnet.weight, job.controlnet.mode) if control else None,
    )
    return Prepared(number, job, common, prompt, negative)


def groups(found: Sequence[Prepared]) -> list[list[Prepared]]:
    """Jobs that can be sampled together, in the order in which the first of each came."""
    by_common: dict[Common, list[Prepared]] = {}
    for one in found:
        by_common.setdefault(one.common, []).append(one)
    return list(by_common.values())


def loras_asked(guidance: Guidance, prompts: Sequence[str], always: tuple[Lora, ...]) -> list[tuple[Lora, ...]]:
    """Every set of LoRAs that a pass could ask for: main prompt alone, and with each side's."""
    main = from_prompt(prompts[0])[1]
    found = [merged(always, guidance.loras, main)]
    for line in guidance.side_prompts.lines:
        if not line.negative:
            here = from_prompt(line.text)[1]
            found.append(merged(always, guidance.loras, () if line.replaces else main, here))
    return found


def check_prompts(sides: SidePrompts, prompts: tuple[str, str], cfg: float) -> None:
    """Refuses prompt syntax that is not known here, and a negative prompt that would do nothing.

    Raises:
        ParamError
    """
    fields = list(zip(("prompt", "negative_prompt"), prompts, strict=True))
    fields += [("negative_prompt" if line.negative else "side_prompts", line.text) for line in sides.lines]
    for field, text in fields:
        plain, tags = from_prompt(text)
        refuse_unknown_syntax(field, plain)
        pieces(plain)
        if field == "negative_prompt" and tags:
            raise ParamError(field, text, "lora-in-negative")
        if field == "negative_prompt" and text.strip() and cfg == 1:
            raise ParamError(field, text, "negative-at-cfg-1")


def check_control(wanted: ControlNet, model_name: str | None) -> None:
    """Refuses what is asked of a ControlNet and cannot be honoured. `model_name` is the ControlNet's, None without one.

    Raises:
        ParamError
    """
    if model_name is None:
        for field, value in wanted.asked.items():
            raise ParamError(field, value, "controlnet-not-given")
        return
    if wanted.module not in CONTROL_MODULES:
        raise not_a_choice("controlnet_module", wanted.module, CONTROL_MODULES[1:])
    if wanted.model.split(" [")[0].removesuffix(".safetensors") not in ("", model_name):
        raise not_a_choice("controlnet_model", wanted.model, [model_name])
