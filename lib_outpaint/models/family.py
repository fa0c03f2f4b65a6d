"""What is said of a family of models: the form of a row in families.py."""

from __future__ import annotations

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
        trained_on: what kohya's sd-scripts call such a base model in the metadata of a LoRA, before "_v" for v.
        architecture: what Stability's ModelSpec calls it; architecture_v: one that predicts v, "" for the same.
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
    trained_on: str = ""
    architecture: str = ""
    architecture_v: str = ""


@dataclass(frozen=True)
class Signs:
    """How a family is told; whatever stands here is enough by itself, unless said otherwise.

    Attributes:
        tensors: beginnings of names in a checkpoint of the original layout.
        network: beginnings of names of its transformer's tensors, without the prefix that a file may put before them.
        width: of these files, only those in which this tensor of the transformer has, on this axis, this length.
        path: of these files, only those whose path this regular expression finds; hosts tell some models only so.
        context: width of the text that cross attention takes; 0 when that tells nothing.
        lora: what a LoRA's metadata names its base model by.
        lora_tensors: a regular expression for names of a LoRA's tensors.
        lora_width: of these LoRAs, only those whose modules take this width; 0 for any.
        lora_ratio: of these LoRAs, only those whose modules give this many times what they take; 0 for any.
        embedding: names of tensors that only its embeddings have.
        folder: what a pipeline in diffusers' own layout has only with this family: parts, all of them.
        classes: what diffusers calls its pipelines and transformers in a folder's JSON files.
        file: a regular expression for names of files without a telling header, among those that a host lists as
            ControlNets; controlnet: the same for a file of which only its header says that it is a ControlNet.
        host_flags: attributes that are true of a model of this family once a WebUI has loaded it.
        host_classes: what a WebUI's class of such a model may be called.
        v_spread: a vector of the network in the original layout, and the spread of its numbers above which it predicts v.
        unet: settings of a loaded UNet that are true of this family, for hosts whose flags take it for a later row.
    """

    tensors: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    width: tuple[str, int, int] | None = None
    path: str = ""
    context: int = 0
    lora: tuple[str, ...] = ()
    lora_tensors: str = ""
    lora_width: int = 0
    lora_ratio: int = 0
    embedding: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    file: str = ""
    controlnet: str = ""
    host_flags: tuple[str, ...] = ()
    host_classes: tuple[str, ...] = ()
    unet: tuple[str, ...] = ()
    v_spread: tuple[str, float] = ("", 0.0)


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
        inpaints: how its models outpaint: extra "channels" of the network, a "fill" model, the known image as a
            "reference", or a "latent blend" of any model. None of them: it cannot.
        inpainting_channels: input channels of an inpainting model; 0 without such models.
        predictions: what its models may predict; with several, a file must say, and "" means that it does not.
        batches: whether independent windows may be sampled together.
        first_layer: name and number of axes of the network's first weights, of which the second axis is the network's
            input channels; in a checkpoint of the original layout, of a transformer without the file's prefix.
        token: latent cells that one entry of that axis' channels is repeated for: a transformer's patches.
        adapters: key of the family whose LoRAs and ControlNets fit; "" for its own.
        inpaint_controlnet: the ControlNet for inpainting that people have; "" without one.
        tile_controlnet: the ControlNet that holds a picture to an enlarged small one; "" without one.
        inpaint_patch: what the name of an inpainting patch contains that a host may apply instead; "" without one.
        edit_instruction: what makes an editing model extend a picture, in front of a prompt, with "{towards}" where the
            sides are named ("to the left and upwards"); "" for models that are not instructed.
        signs: how its files are told.
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
    first_layer: tuple[str, int] = ("model.diffusion_model.input_blocks.0.0.weight", 4)
    token: int = 1
    adapters: str = ""
    inpaint_controlnet: str = ""
    tile_controlnet: str = ""
    inpaint_patch: str = ""
    edit_instruction: str = ""
    signs: Signs = field(default=Signs())
    pipeline: Pipeline | None = field(default=None)

    @property
    def known(self) -> bool:
        """Whether this is a family at all; UNKNOWN is none."""
        return bool(self.key)

    @property
    def transformer(self) -> bool:
        """Whether its network is a transformer; else a UNet."""
        return bool(self.signs.network)

    def side(self, prediction: str) -> int:
        """The native side in px of its models that predict this."""
        return self.native_side_v if prediction == "v" and self.native_side_v else self.native_side

    def takes(self, made_for: Family) -> bool:
        """Whether LoRAs and ControlNets made for a family work on this one's models, as far as is known."""
        if not (self.known and made_for.known):
            return True
        return (made_for.adapters or made_for.key) == (self.adapters or self.key)


UNKNOWN = Family("", "unknown base")
