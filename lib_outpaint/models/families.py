"""Families of models: one row each. Everything that depends on a family asks its row; no other module names one.

A new family is a row at the end of FAMILIES (see docs/architecture.md). The facts are from the models' own code and cards:
CompVis/stable-diffusion, Stability-AI/stablediffusion and generative-models; how to tell a file from kohya-ss/sd-scripts and
Stability's ModelSpec.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

Inpaints = Literal["channels", "fill", "reference", "latent blend"]
Prediction = Literal["epsilon", "v", "flow", ""]


@dataclass(frozen=True)
class Pipeline:
    """How diffusers runs a family.

    Attributes:
        name: its pipeline's class.
        text_encoders: "clip", "openclip" or both, in the pipeline's order.
        clip, openclip: prefixes of the text encoders in a checkpoint of the original layout.
        latent_scale: factor on the VAE's latents.
        head_channels: channels of an attention head of the UNet; 0 for eight heads at every width.
        half_vae: whether the VAE works in half precision.
        size_conditioning: whether the UNet is told sizes and crops, beside a pooled text.
        cfg: classifier-free guidance that suits it.
        inpainting_denoise: denoising strength that suits its inpainting models.
        zero_padding: whether its first text encoder was trained with padding of zeros.
    """

    name: str
    text_encoders: tuple[Literal["clip", "openclip"], ...]
    clip: str = ""
    openclip: str = ""
    latent_scale: float = 0.18215
    head_channels: int = 0
    half_vae: bool = True
    size_conditioning: bool = False
    cfg: float = 7.0
    inpainting_denoise: float = 1.0
    zero_padding: bool = False


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes:
        key: for programs, as in `outpaint inspect --json`; name: for people.
        cell: side of a latent cell in px.
        size_multiple: sides of windows are multiples of it, in px.
        channels: of a latent.
        native_side: px it was trained at; native_side_v: of its models that predict v, 0 when that is the same.
        largest_window: in native squares; larger windows degrade or do not fit.
        inpaints: how its models outpaint: extra "channels" of the UNet, a "fill" model, the known image as a "reference", or
            a "latent blend" of any model.
        inpainting_channels: input channels of an inpainting model; 0 without such models.
        predictions: what its models may predict; with several, a file must say, and "" means that it does not.
        batches: whether independent windows may be sampled together.
        negative_prompts: whether negative prompts do something at usual settings.
        signs: a checkpoint is of this family when it has tensors whose names begin with one of these.
        context: width of the text that cross attention takes; 0 when that tells nothing.
        lora_signs: what a LoRA's metadata names its base model by; lora_tensors: beginnings of tensor names that tell it.
        file_signs: a regular expression for files without a telling header, such as ControlNets.
        host_flags: attributes that are true of a model of this family once a WebUI has loaded it.
        inpaint_controlnet: the ControlNet for inpainting that people have; "" without one.
        inpaint_patch: what the name of an inpainting patch contains that a host may apply instead; "" without one.
        pipeline: how diffusers runs it; None when the diffusers backend cannot.
    """

    key: str
    name: str
    cell: int = 8
    size_multiple: int = 8
    channels: int = 4
    native_side: int = 512
    native_side_v: int = 0
    largest_window: float = 3.0
    inpaints: tuple[Inpaints, ...] = ("channels", "latent blend")
    inpainting_channels: int = 9
    predictions: tuple[Prediction, ...] = ("epsilon",)
    batches: bool = True
    negative_prompts: bool = True
    signs: tuple[str, ...] = ()
    context: int = 0
    lora_signs: tuple[str, ...] = ()
    lora_tensors: tuple[str, ...] = ()
    file_signs: str = ""
    host_flags: tuple[str, ...] = ()
    inpaint_controlnet: str = ""
    inpaint_patch: str = ""
    pipeline: Pipeline | None = field(default=None)

    @property
    def known(self) -> bool:
        """Whether this is a family at all; UNKNOWN is none."""
        return bool(self.key)

    def side(self, prediction: str) -> int:
        """The native side in px of its models that predict this."""
        return self.native_side_v if prediction == "v" and self.native_side_v else self.native_side


UNKNOWN = Family("", "unknown base")

_CLIP, _CLIP_XL = "cond_stage_model.transformer.text_model.", "conditioner.embedders.0.transformer.text_model."
_OPENCLIP, _OPENCLIP_XL = "cond_stage_model.model.", "conditioner.embedders.1.model."

# In the order in which signs are looked for: what a later row's signs also fit stands first.
FAMILIES: tuple[Family, ...] = (
    Family(
        "sdxl",
        "SDXL",
        native_side=1024,
        signs=("conditioner.embedders.1.",),
        context=2048,
        lora_signs=("xl",),
        lora_tensors=("lora_te2_", "text_encoder_2."),
        file_signs=r"sdxl|_xl|xl|fooocus",
        host_flags=("is_sdxl",),
        inpaint_patch="fooocus",
        pipeline=Pipeline(
            "StableDiffusionXLPipeline",
            ("clip", "openclip"),
            clip=_CLIP_XL,
            openclip=_OPENCLIP_XL,
            latent_scale=0.13025,
            head_channels=64,
            half_vae=False,  # overflows in half precision
            size_conditioning=True,
            cfg=6.0,
            inpainting_denoise=0.99,  # its inpainting models leave a fringe at full denoise
        ),
    ),
    Family("sdxl-refiner", "SDXL refiner", native_side=1024, signs=("conditioner.embedders.0.model.",), context=1280),
    Family(
        "sd2",
        "SD 2",
        native_side_v=768,
        predictions=("epsilon", "v"),
        signs=(_OPENCLIP,),
        context=1024,
        lora_signs=("sd_v2", "diffusion-v2"),
        file_signs=r"sd_?2[01]?",
        host_flags=("is_sd2",),
        pipeline=Pipeline("StableDiffusionPipeline", ("openclip",), openclip=_OPENCLIP, head_channels=64, zero_padding=True),
    ),
    Family(
        "sd1",
        "SD 1",
        signs=("cond_stage_model.transformer.",),
        context=768,
        lora_signs=("sd_v1", "diffusion-v1"),
        file_signs=r"sd_?15|sd1[._]?5",
        host_flags=("is_sd1",),
        inpaint_controlnet="control_v11p_sd15_inpaint",
        pipeline=Pipeline("StableDiffusionPipeline", ("clip",), clip=_CLIP),
    ),
)


def by_key(key: str) -> Family:
    """The family of a key; UNKNOWN for any other."""
    return next((family for family in FAMILIES if family.key == key), UNKNOWN)


def by_signs(names: Collection[str]) -> Family:
    """The family of a checkpoint, by the names of its tensors."""
    for family in FAMILIES:
        if family.signs and any(name.startswith(family.signs) for name in names):
            return family
    return UNKNOWN


def by_context(width: int) -> Family:
    """The family by the width of the text that cross attention takes."""
    return next((family for family in FAMILIES if family.context and family.context == width), UNKNOWN)


def by_lora_metadata(said: str) -> Family:
    """The family that a LoRA's metadata names as its base model."""
    text = said.lower()
    return next((family for family in FAMILIES if any(sign in text for sign in family.lora_signs)), UNKNOWN)


def by_lora_tensors(names: Collection[str]) -> Family:
    """The family by names of a LoRA's tensors that only it has."""
    for family in FAMILIES:
        if family.lora_tensors and any(name.startswith(family.lora_tensors) for name in names):
            return family
    return UNKNOWN


def by_file_name(name: str) -> Family:
    """The family that a file's name tells; for files whose header does not."""
    for family in reversed(FAMILIES):
        if family.file_signs and re.search(family.file_signs, name, re.IGNORECASE):
            return family
    return UNKNOWN
