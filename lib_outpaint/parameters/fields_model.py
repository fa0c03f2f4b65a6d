"""The other fields of `Params`: what the model is asked for, what comes out, and whatever was added later."""

from __future__ import annotations

from dataclasses import dataclass

from .declaration import param
from .fields_picture import PictureFields
from .guidance import CONTROL_MODES, INSTRUCTIONS, REFERENCES

HIRES = ("auto", "off", "on")


@dataclass(frozen=True)
class ModelFields(PictureFields):
    """See `Params`. A new parameter is a field at the end: the order is that of the API."""

    controlnet: str = param(
        "choice",
        "auto",
        "Model help",
        "Inpaint ControlNet",
        "Attach an inpaint ControlNet; auto does when the model can use one.",
        choices=("auto", "off", "on"),
        feature="controlnet",
    )
    controlnet_module: str = param(
        "text", "", "Model help", "Inpaint ControlNet module", "The preprocessor; empty chooses it.", feature="controlnet"
    )
    controlnet_model: str = param(
        "text",
        "",
        "Model help",
        "Inpaint ControlNet model",
        "The model as the host lists it; empty chooses it.",
        feature="controlnet",
    )
    controlnet_weight: float = param(
        "float", 1.0, "Model help", "Inpaint ControlNet weight", "How strongly it acts.", low=0, high=2, feature="controlnet"
    )
    controlnet_mode: str = param(
        "choice",
        CONTROL_MODES[0],
        "Model help",
        "Inpaint ControlNet mode",
        "Whether the prompt or ControlNet leads.",
        choices=CONTROL_MODES,
        feature="controlnet",
    )
    side_prompts: str = param(
        "text",
        "",
        "Prompts",
        "Prompts per side",
        "A line a side: 'left: text', 'left 2: text', '!left: text', 'left -: negative text'.",
        lines=3,
        feature="prompts",
    )
    loras: str = param("text", "", "Prompts", "LoRAs", "Added to every pass: 'name:0.8, other:0.5'.", feature="loras")
    color_match: str = param(
        "choice",
        "seam",
        "Output",
        "Color match",
        "Takes the sampler's colour drift out of the new area.",
        choices=("off", "mean", "seam"),
    )
    compare: str = param("text", "", "Output", "Compare", "Runs every combination: 'fill=noise,edge; overlap=16,48'.")
    extras: str = param(
        "choice",
        "none",
        "Output",
        "Extra pictures",
        "Also return the prefilled canvas or the mask.",
        choices=("none", "canvas", "mask", "both"),
    )
    source_size: str = param(
        "text",
        "",
        "Amounts",
        "Only for a picture of",
        "Refuses a picture of another size than this, such as 600x400; empty takes any. Pasted "
        "parameters set it, so that a grown picture does not grow again by mistake.",
    )
    reference: str = param(
        "choice",
        "auto",
        "Model help",
        "Reference",
        "Whether a model made for editing is shown the known picture, without the prefill; auto does.",
        choices=REFERENCES,
        feature="reference",
    )
    hires: str = param(
        "choice",
        "auto",
        "Hires",
        "Hires",
        "Make the new area as a small picture first, which sees more of the whole, and refine it at full size; auto "
        "does for pictures of which a pass would see too little.",
        choices=HIRES,
    )
    hires_denoise: float = param(
        "float",
        0.4,
        "Hires",
        "Hires denoising strength",
        "How much of the enlarged small picture the passes at full size replace.",
        low=0,
        high=1,
    )
    hires_scaler: str = param(
        "text",
        "",
        "Hires",
        "Hires scaler",
        "What enlarges the small picture: an upscaler as the host lists it; empty is Lanczos.",
        feature="scalers",
    )
    edit_instruction: str = param(
        "choice",
        "off",
        "Prompts",
        "Edit instruction",
        "Puts an instruction to extend the picture before the prompt, for models made for editing.",
        choices=INSTRUCTIONS,
        feature="edit_instruction",
    )
    controlnet_tile: str = param(
        "choice",
        "off",
        "Hires",
        "Hires ControlNet tile",
        "A tile ControlNet holds the passes at full size to the small picture.",
        choices=("off", "on"),
        feature="controlnet_tile",
    )
