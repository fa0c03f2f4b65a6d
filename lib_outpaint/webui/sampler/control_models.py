"""What the host's ControlNet has installed, and what a model was made for."""

from __future__ import annotations

import re

from ...errors import ModelError
from ...models.families import FAMILIES, UNKNOWN, Family, by_file_name
from ...models.header import read_header
from ..variants import variant
from .checkpoint import family_of

PORTABLE_MODULE = "inpaint_global_harmonious"
NOOBAI_MODULE = "inpaint_noobai"
NO_MODULE = "None"
LAMA_WEIGHTS = "ControlNetLama.pth"


def models() -> list[str]:
    """All models, as the host spells them."""
    return variant().controlnet_models()


def modules() -> list[str]:
    """All modules (preprocessors)."""
    return variant().controlnet_modules()


def made_for(model: str) -> Family:
    """The family a model was made for: by its file's header, else its name; UNKNOWN if neither tells."""
    path = variant().controlnet_file(model)
    found = family_of(path) if path is not None and path.suffix == ".safetensors" else None
    return found if found is not None and found.known else by_file_name(model)


def inpaint_model(family: Family) -> str | None:
    """The installed inpaint model that suits checkpoints of a family best (any when that is unknown), None without one.

    A patch that goes for a ControlNet, such as Fooocus's for SDXL on Forge, counts where the host can load it.
    """
    fitting = [
        model
        for model in models()
        if ("inpaint" in model.lower() or is_union(model) or takes_mask(model))
        and (not family.known or not made_for(model).known or made_for(model) == family)
        and (not patch_in(model) or variant().loads_patch(patch_in(model)))
    ]
    return min(fitting, key=_rank, default=None)


def takes_mask(model: str) -> bool:
    """Whether a model is a ControlNet-LLLite that takes the mask beside the picture; its header says so."""
    path = variant().controlnet_file(model)
    if path is None or path.suffix != ".safetensors":
        return False
    try:
        return read_header(path).metadata.get("lllite.inpaint_masked_input") == "true"
    except ModelError:
        return False  # ControlNet itself will say what is wrong with it


def module_for(model: str) -> str:
    """The module that prepares the picture and its mask as a model has learned them."""
    if takes_mask(model):
        return NO_MODULE  # the others keep the mask for themselves
    if "noob" in model.lower() and NOOBAI_MODULE in modules():
        return NOOBAI_MODULE
    return PORTABLE_MODULE


def tile_model(family: Family) -> str | None:
    """The installed tile model of a family; None without one."""
    usual = family.tile_controlnet.removeprefix("control_")
    fitting = [model for model in models() if "tile" in model.lower() and made_for(model) in (family, UNKNOWN)]
    return min(fitting, key=lambda model: usual not in model, default=None) if usual else None


def is_union(model: str) -> bool:
    """Whether a model is for many things, and the host can have it inpaint."""
    return variant().facts.union_inpaints and re.search("union|promax|unicontrol", model, re.IGNORECASE) is not None


def _rank(model: str) -> tuple[bool, ...]:
    """The less, the better."""
    return not _usual(model), not patch_in(model), is_union(model), not made_for(model).known


def _usual(model: str) -> bool:
    """Whether a model is the inpaint ControlNet that people have."""
    return any(one.inpaint_controlnet.removeprefix("control_") in model for one in FAMILIES if one.inpaint_controlnet)


def patch_in(model: str) -> str:
    """The inpainting patch that a model is ("fooocus" of inpaint_v26.fooocus.patch); "" for a ControlNet."""
    return next((one.inpaint_patch for one in FAMILIES if one.inpaint_patch and one.inpaint_patch in model.lower()), "")


def suits(model: str, family: Family) -> bool:
    """Whether `auto` may attach a model beside a checkpoint of this family that does not inpaint."""
    if not family.known or made_for(model) != family:
        return False
    return bool(family.inpaint_controlnet) or patch_in(model) == family.inpaint_patch != ""
