"""Which jobs can be sampled together, and what each of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...engine.protocol import Job
from ...errors import NO_VALUE, ParamError
from ...models.inspect import ModelInfo
from ...parameters.loras import Lora, from_list, from_prompt
from ...parameters.params import CONTROL_MODES, Params
from ...parameters.sampling import Sampling
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


def controlled(params: Params, info: ModelInfo, has_controlnet: bool) -> bool:
    """Whether a pass uses the ControlNet: "auto" does with a model that is not an inpainting one, or when anything else
    about the ControlNet was asked for."""
    if params.controlnet == "off" or not has_controlnet:
        return False
    return params.controlnet == "on" or not info.inpainting or bool(params.asked("controlnet"))


def prepared(
    number: int, job: Job, info: ModelInfo, has_controlnet: bool, always: tuple[Lora, ...], mask_weight: float
) -> Prepared:
    """A job, ready to be grouped."""
    control = controlled(job.params, info, has_controlnet)
    prompt, asked = from_prompt(job.prompt)
    negative, _ = from_prompt(job.negative_prompt)
    weight = mask_weight if job.params.mask_weight is None else job.params.mask_weight
    common = Common(
        int(job.pixels.shape[1]),
        int(job.pixels.shape[2]),
        settled(job.sampling, info, control),
        weight,
        merged(always, from_list(job.params.loras), asked),
        (job.params.controlnet_weight, job.params.controlnet_mode) if control else None,
    )
    return Prepared(number, job, common, prompt, negative)


def groups(found: Sequence[Prepared]) -> list[list[Prepared]]:
    """Jobs that can be sampled together, in the order in which the first of each came."""
    by_common: dict[Common, list[Prepared]] = {}
    for one in found:
        by_common.setdefault(one.common, []).append(one)
    return list(by_common.values())


def loras_asked(params: Params, prompts: Sequence[str], always: tuple[Lora, ...]) -> list[tuple[Lora, ...]]:
    """Every set of LoRAs that a pass could ask for: main prompt alone, and with each side's."""
    main = from_prompt(prompts[0])[1] if prompts else ()
    found = [merged(always, from_list(params.loras), main)]
    for line in SidePrompts.parse(params.side_prompts).lines:
        if not line.negative:
            here = from_prompt(line.text)[1]
            found.append(merged(always, from_list(params.loras), () if line.replaces else main, here))
    return found


def check_prompts(params: Params, prompts: Sequence[str], cfg: float) -> None:
    """Refuses prompt syntax that the engine does not know, and a negative prompt that would do nothing.

    Raises:
        ParamError
    """
    fields = list(zip(("prompt", "negative_prompt"), prompts, strict=False))
    fields += [
        ("negative_prompt" if line.negative else "side_prompts", line.text)
        for line in SidePrompts.parse(params.side_prompts).lines
    ]
    for field, text in fields:
        plain, tags = from_prompt(text)
        refuse_unknown_syntax(field, plain)
        pieces(plain)
        if field == "negative_prompt" and tags:
            raise ParamError(field, text, "names a LoRA; name it in the prompt, it acts on both")
        if field == "negative_prompt" and text.strip() and cfg == 1:
            raise ParamError(field, text, "does nothing at cfg 1")


def check_control(params: Params, model_name: str | None) -> None:
    """Refuses ControlNet parameters that cannot be honoured. `model_name` is the ControlNet's, None without one.

    Raises:
        ParamError
    """
    asked = params.asked("controlnet")
    if model_name is None:
        if asked:
            raise ParamError(asked[0], getattr(params, asked[0]), "needs a ControlNet; none was given")
        return
    if params.controlnet_module not in CONTROL_MODULES:
        raise ParamError("controlnet_module", params.controlnet_module, "is none of " + ", ".join(CONTROL_MODULES[1:]))
    wanted = params.controlnet_model.split(" [")[0].removesuffix(".safetensors")
    if wanted not in ("", model_name):
        raise ParamError("controlnet_model", params.controlnet_model, f"is not there; known is {model_name}")
    if params.controlnet_mode not in CONTROL_MODES:
        raise ParamError("controlnet_mode", NO_VALUE, "is unknown")


def check_sampling(sampling: Sampling, info: ModelInfo) -> Settings:
    """What `settled` raises, before anything runs."""
    return settled(sampling, info)
