"""What is so on a host, and the WebUI that all others are forks of; see variants.py."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import torch
from modules import scripts, sd_models, sd_vae, shared
from PIL import Image

from ..models.families import FAMILIES, UNKNOWN, Family, by_context
from .sampler import known_noise


@dataclass(frozen=True)
class Held:
    """Something that a host keeps from one job to the next: an attribute of an object of one of its modules."""

    module: str
    holder: str
    attribute: str


@dataclass(frozen=True)
class Facts:
    """What is so on a host.

    Attributes:
        name: for people and logs.
        sign: a module that it has loaded by the time scripts are; "" for the host that is left when no sign is found.
        page_loses_errors: its page's jobs run in a thread that drops what they raise; the page then says "'NoneType' object
            is not iterable".
        keeps_inpaint_only: ControlNet's module inpaint_only stays what it is beside a mask; else it becomes
            inpaint_global_harmonious, unseen.
        keeps_conditioning: an inpainting checkpoint keeps its own conditioning beside ControlNet, else replaced by it.
        union_inpaints: a ControlNet for many things inpaints there, when its unit's `type_filter` says so.
        numbers_images: PostprocessImageArgs wants the number of the image in the job.
        piles: lists of the processing object that grow with every call.
        stored_otherwise: options whose stored value is not the one that was set.
        pastes: fields of an API request that the host pastes into txt2img alone, with the infotext entries that hold them.
        takes_cfg: a word; it takes the CFG scale of a pasted infotext that holds it for distilled guidance.
        held: what it keeps from one job to the next, beside options, checkpoint and generators.
    """

    name: str
    sign: str = ""
    page_loses_errors: bool = False
    keeps_inpaint_only: bool = False
    keeps_conditioning: bool = False
    union_inpaints: bool = False
    numbers_images: bool = False
    piles: tuple[str, ...] = ()
    stored_otherwise: frozenset[str] = frozenset()
    pastes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    takes_cfg: str = ""
    held: tuple[Held, ...] = ()


class A1111:
    """AUTOMATIC1111's WebUI, of which all others are forks."""

    facts: ClassVar[Facts] = Facts("A1111")

    # the loaded model

    def loaded_checkpoint(self) -> Any:
        """The host's record of the checkpoint that is loaded; None when none is, or a stand-in for one."""
        return getattr(shared.sd_model, "sd_checkpoint_info", None)

    def family(self, model: Any) -> Family:
        """The family of a loaded model; UNKNOWN when it has no sign of any."""
        unet = unet_settings(model)
        told = by_context(unet.get("context_dim"))
        return told if told.known else next((one for one in FAMILIES if _flagged(one, model, unet)), UNKNOWN)

    def inpainting(self, model: Any) -> bool:
        """Whether a loaded model is an inpainting one."""
        key = getattr(getattr(model, "model", None), "conditioning_key", None)
        flags = (f"{flag}_inpaint" for one in FAMILIES for flag in one.signs.host_flags)
        if key in ("hybrid", "concat") or any(getattr(model, flag, False) for flag in flags):
            return True
        # The Forge of 2024 says "crossattn" of every SDXL model.
        return bool(unet_settings(model).get("in_channels", 0) == self.family(model).inpainting_channels != 0)

    def prediction(self, model: Any) -> str:
        """What a loaded model predicts: "v" or ""."""
        kind = getattr(getattr(unet_of(model), "model_type", None), "name", "")
        return "v" if getattr(model, "parameterization", "") == "v" or kind.startswith("V_PREDICTION") else ""

    def load_again(self, checkpoint: Any) -> None:
        """Loads a checkpoint that a job has replaced, given as the host's record of it."""
        sd_models.reload_model_weights(info=checkpoint)

    # a job

    def holders(self) -> list[tuple[Any, str]]:
        """What the host keeps from one job to the next: objects, and the name of an attribute that each has."""
        found = [(getattr(loaded(one.module), one.holder, None), one.attribute) for one in self.facts.held]
        return [(holder, name) for holder, name in found if hasattr(holder, name)]

    def show(self, picture: torch.Tensor | None) -> None:
        """Makes a picture the one reference that an editing model sees in the pass that is being set up, or shows it none.

        Args:
            picture: float32 (3, H, W) in 0..1, its sides multiples of the family's size multiple.
        """

    # What may noise the known area; A1111 has it too, but draws nothing there.
    _NOISING: ClassVar[tuple[str, ...]] = ("modules.sd_samplers_cfg_denoiser",)

    def stopping(self) -> bool:
        """Whether the user wants the job to end. (Hosts before v1.8 have the harder of the two buttons only.)"""
        return bool(shared.state.interrupted or getattr(shared.state, "stopping_generation", False))

    @contextmanager
    def noise_of_each_image(self, seeds: Sequence[int]) -> Iterator[None]:
        """Inside, an image of a batch is sampled as it would be alone.

        Args:
            seeds: one an image of the batch that is sampled inside.
        """
        places = (loaded(name) for name in self._NOISING)
        with known_noise.of_each_image(seeds, [place for place in places if hasattr(place, "torch")]):
            yield

    def finished(self, f: Any, image: Any, number: int) -> Any:
        """An image after the always-on scripts' callbacks for finished images.

        Args:
            f: the processing object.
            number: of the image in the job.
        """
        place = (number,) if self.facts.numbers_images else ()
        for name in ("postprocess_image", "postprocess_image_after_composite"):
            callback = getattr(f.scripts, name, None)  # hosts before v1.8 lack the second
            if callback is not None:
                wrapped = scripts.PostprocessImageArgs(image, *place)
                callback(f, wrapped)
                image = wrapped.image
        return image

    def keeps_history(self) -> bool:
        """Whether the host writes params.txt. (Hosts before v1.8 always do.)"""
        return not getattr(shared.cmd_opts, "no_prompt_history", False)

    def options_restored(self, names: set[str]) -> None:
        """Does what follows from options that have another value again."""
        if "sd_vae" in names:
            sd_vae.reload_vae_weights()

    def paste_field(self) -> Any:
        """The class of infotext fields that name one of an API request; None on hosts without the API's field `infotext`."""
        try:
            from modules.infotext_utils import PasteField
        except ImportError:
            return None
        return PasteField

    def pastes_sampling(self) -> bool:
        """Whether the API's field `infotext` sets the steps and the sampler by itself. (Hosts before v1.9 do not.)"""
        return hasattr(loaded("modules.sd_samplers"), "get_sampler_from_infotext")

    def samplers(self) -> list[str]:
        """The names of all samplers."""
        return list(getattr(loaded("modules.sd_samplers"), "all_samplers_map", ()))

    def scalers(self) -> dict[str, Any]:
        """What enlarges images, by the names of the page: the host's records of it."""
        return {str(one.name): one for one in getattr(shared, "sd_upscalers", ()) if one.name not in ("", "None")}

    def scaled(self, scaler: Any, image: Image.Image, factor: float) -> Image.Image:
        """An image made larger by one of these, as the host's own "Hires. fix" has it."""
        return cast(Image.Image, scaler.scaler.upscale(image, factor, scaler.data_path))

    # ControlNet and LoRAs

    _CONTROLNET: ClassVar[tuple[str, ...]] = ("internal_controlnet.external_code", "scripts.external_code")

    def controlnet_models(self) -> list[str]:
        """ControlNet models, as the host spells them."""
        return listed(self._CONTROLNET, "get_models")

    def controlnet_modules(self) -> list[str]:
        """ControlNet modules (preprocessors)."""
        return listed(self._CONTROLNET, "get_modules")

    def controlnet_needs_model(self, module: str) -> bool:
        """Whether a ControlNet module works only with a model; False when that cannot be told."""
        return needs_model(module, (getattr(loaded(name), "Preprocessor", None) for name in self._CONTROLNET))

    def controlnet_file(self, model: str) -> Path | None:
        """The file of a ControlNet model; None when that cannot be told."""
        states = (getattr(loaded(name), "global_state", None) for name in self._CONTROLNET)
        return file_of(model, [getattr(state, "cn_models", {}) for state in states])

    def lama_folder(self) -> Path | None:
        """Where the module inpaint_only+lama looks for its weights; None when that cannot be told."""
        found = getattr(loaded("annotator.annotator_path"), "models_path", None)
        return Path(found) / "lama" if found is not None else None

    def loads_patch(self, name: str) -> bool:
        """Whether the host can apply a family's `inpaint_patch` to a checkpoint."""
        return False

    def lora_networks(self) -> Any:
        """The host's own module of LoRAs, which its extension has loaded; None when that is off."""
        found = loaded("networks")
        return found if hasattr(found, "available_networks") else None


def unet_of(model: Any) -> Any:
    """What a host with Forge's loader samples with; None on others."""
    return getattr(getattr(getattr(model, "forge_objects", None), "unet", None), "model", None)


def unet_settings(model: Any) -> Mapping[str, Any]:
    """How the loaded UNet is built; nothing where the host does not tell."""
    found = getattr(getattr(unet_of(model), "model_config", None), "unet_config", None)
    return found if isinstance(found, Mapping) else {}


def _flagged(family: Family, model: Any, unet: Mapping[str, Any]) -> bool:
    return any(getattr(model, flag, False) for flag in family.signs.host_flags) or any(map(unet.get, family.signs.unet))


def loaded(name: str) -> Any:
    """A module that the host or an extension of it has loaded; None when it has not."""
    return sys.modules.get(name)


def listed(places: Iterable[str], function: str) -> list[str]:
    for place in places:
        found = getattr(loaded(place), function, None)
        if found is not None:
            return [str(entry) for entry in found() if str(entry).lower() != "none"]
    return []


def needs_model(module: str, registries: Iterable[Any]) -> bool:
    for registry in registries:
        find = getattr(registry, "get_preprocessor", None)
        try:
            found = find(module) if find is not None else None
        except KeyError:
            found = None
        if found is not None:
            return not getattr(found, "do_not_need_model", True)
    return False


def file_of(model: str, known: Iterable[Mapping[str, Any]]) -> Path | None:
    found = next((names[model] for names in known if names.get(model)), None)
    return Path(found) if found else None
