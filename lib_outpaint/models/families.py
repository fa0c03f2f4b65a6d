"""Families of models: one row each. Everything that depends on a family asks its row; no other module names one.

A new family is a row at the end of FAMILIES (see docs/architecture.md). The facts are from the models' own code and cards:
CompVis/stable-diffusion, Stability-AI/stablediffusion and generative-models; how to tell a file from kohya-ss/sd-scripts and
Stability's ModelSpec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
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
        inpainting_denoise: denoising strength that suits its inpainting models, and the most that does.
        penultimate: whether the text is what the text encoders' last layer but one gives, without their last norm.
        zero_negative: whether an empty negative prompt is all zeros, as in training.
        safety_checker: whether its class takes one; it gets none.
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
    penultimate: bool = False
    zero_negative: bool = False
    safety_checker: bool = False


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes:
        key: for programs, as in `outpaint inspect --json`; name: for people.
        cell: side of a latent cell in px.
        size_multiple: sides of windows are multiples of it, in px; a divisor of 64.
        channels: of a latent.
        native_side: px it was trained at; native_side_v: of its models that predict v, 0 when that is the same.
        largest_window: in native squares; larger windows degrade or do not fit.
        inpaints: how its models outpaint: extra "channels" of the UNet, a "fill" model, the known image as a "reference", or
            a "latent blend" of any model.
        inpainting_channels: input channels of an inpainting model; 0 without such models.
        predictions: what its models may predict; with several, a file must say, and "" means that it does not.
        batches: whether independent windows may be sampled together.
        negative_prompts: whether negative prompts do something at usual settings.
        first_layer: name and number of axes of the network's first weights in a checkpoint of the original layout; their
            second axis is the network's input channels.
        signs: a checkpoint is of this family when it has tensors whose names begin with one of these.
        context: width of the text that cross attention takes; 0 when that tells nothing.
        lora_signs: what a LoRA's metadata names its base model by; lora_tensors: beginnings of tensor names that tell it.
        embedding_tensors: names of tensors that only its embeddings have.
        folder_parts: what a pipeline in diffusers' own layout has only with this family.
        file_signs: a regular expression for names of files without a telling header, among those that a host lists as
            ControlNets; controlnet_signs: the same for a file of which only its header says that it is a ControlNet.
        host_flags: attributes that are true of a model of this family once a WebUI has loaded it.
        unet_signs: settings of a loaded UNet that are true of this family, for hosts whose flags take it for a later row.
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
    first_layer: tuple[str, int] = ("model.diffusion_model.input_blocks.0.0.weight", 4)
    signs: tuple[str, ...] = ()
    context: int = 0
    lora_signs: tuple[str, ...] = ()
    lora_tensors: tuple[str, ...] = ()
    embedding_tensors: tuple[str, ...] = ()
    folder_parts: tuple[str, ...] = ()
    file_signs: str = ""
    controlnet_signs: str = ""
    host_flags: tuple[str, ...] = ()
    unet_signs: tuple[str, ...] = ()
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
        embedding_tensors=("clip_g",),
        folder_parts=("text_encoder", "text_encoder_2"),
        file_signs=r"xl|fooocus",
        controlnet_signs=r"sdxl|_xl|^(?=.*xl).*sd(_?15|1[._]?5)",
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
            penultimate=True,
            zero_negative=True,
        ),
    ),
    Family(
        "sdxl-refiner",
        "SDXL refiner",
        native_side=1024,
        signs=("conditioner.embedders.0.model.",),
        context=1280,
        folder_parts=("text_encoder_2",),
    ),
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
        unet_signs=("use_linear_in_transformer",),
        pipeline=Pipeline(
            "StableDiffusionPipeline", ("openclip",), openclip=_OPENCLIP, head_channels=64, safety_checker=True
        ),
    ),
    Family(
        "sd1",
        "SD 1",
        signs=("cond_stage_model.transformer.",),
        context=768,
        lora_signs=("sd_v1", "diffusion-v1"),
        file_signs=r"sd_?15|sd1[._]?5",
        controlnet_signs=r"sd_?15|sd1[._]?5",
        host_flags=("is_sd1",),
        inpaint_controlnet="control_v11p_sd15_inpaint",
        pipeline=Pipeline("StableDiffusionPipeline", ("clip",), clip=_CLIP, safety_checker=True),
    ),
)


def by_key(key: str) -> Family:
    """The family of a key; UNKNOWN for any other."""
    return _first(lambda family: family.key == key)


def by_signs(names: Collection[str]) -> Family:
    """The family of a checkpoint, by the names of its tensors."""
    return _first(lambda family: _any_begins(names, family.signs))


def by_context(width: object) -> Family:
    """The family by the width of the text that cross attention takes."""
    return _first(lambda family: family.context != 0 and family.context == width)


def by_lora_metadata(said: str) -> Family:
    """The family that a LoRA's metadata names as its base model."""
    return _first(lambda family: any(sign in said.lower() for sign in family.lora_signs))


def by_lora_tensors(names: Collection[str]) -> Family:
    """The family by names of a LoRA's tensors that only it has."""
    return _first(lambda family: _any_begins(names, family.lora_tensors))


def by_embedding(names: Collection[str], width: int) -> Family:
    """The family of an embedding, by the names of its tensors, else by its width."""
    found = _first(lambda family: any(name in names for name in family.embedding_tensors))
    return found if found.known else by_context(width)


def by_folder(parts: Collection[str], context: object) -> Family:
    """The family of a pipeline in diffusers' own layout, by the parts it has, else by `context` (see `by_context`).

    Parts go first: small test models have other widths. The plain pipeline with a width that nobody knows is SD 1's.
    """
    found = _first(lambda family: family.folder_parts != () and all(part in parts for part in family.folder_parts))
    found = found if found.known else by_context(context)
    return found if found.known else by_key("sd1")


def by_file_name(name: str) -> Family:
    """The family that tells by the name of a file that a host lists as a ControlNet."""
    return _first(lambda family: _fits(family.file_signs, name), reversed(FAMILIES))


def by_controlnet_name(name: str) -> Family:
    """The family that tells by the name of a ControlNet whose header does not."""
    return _first(lambda family: _fits(family.controlnet_signs, name))


def _first(fits: Callable[[Family], bool], families: Iterable[Family] | None = None) -> Family:
    return next((family for family in (FAMILIES if families is None else families) if fits(family)), UNKNOWN)


def _any_begins(names: Collection[str], signs: tuple[str, ...]) -> bool:
    return signs != () and any(name.startswith(signs) for name in names)


def _fits(pattern: str, name: str) -> bool:
    return pattern != "" and re.search(pattern, name, re.IGNORECASE | re.DOTALL) is not None
