"""Where the WebUIs differ: a row of facts for each, and a class with the few things it does in its own way.

Nothing else in this package asks what a host has or lacks. A new fork is a row and a subclass, and its place in VARIANTS:

    class Fork(ReForge):
        facts = replace(ReForge.facts, name="Fork", sign="modules_fork.core")
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from inspect import getattr_static
from pathlib import Path
from typing import Any, ClassVar

from modules import scripts, sd_vae, shared

from ..models.families import FAMILIES, UNKNOWN, Family
from .sampler import known_noise


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
        numbers_images: PostprocessImageArgs wants the number of the image in the job.
        piles: lists of the processing object that grow with every call.
        stored_otherwise: options whose stored value is not the one that was set.
    """

    name: str
    sign: str = ""
    page_loses_errors: bool = False
    keeps_inpaint_only: bool = False
    keeps_conditioning: bool = False
    numbers_images: bool = False
    piles: tuple[str, ...] = ()
    stored_otherwise: frozenset[str] = frozenset()


class A1111:
    """AUTOMATIC1111's WebUI, of which all others are forks."""

    facts: ClassVar[Facts] = Facts("A1111")

    # the loaded model

    def loaded_checkpoint(self) -> Any:
        """The host's record of the checkpoint that is loaded; None when none is, or a stand-in for one."""
        return getattr(shared.sd_model, "sd_checkpoint_info", None)

    def family(self, model: Any) -> Family:
        """The family of a loaded model; UNKNOWN when it has no sign of any."""
        flagged = (one for one in FAMILIES if any(getattr(model, flag, False) for flag in one.host_flags))
        return next(flagged, UNKNOWN)

    def inpainting(self, model: Any) -> bool:
        """Whether a loaded model is an inpainting one."""
        key = getattr(getattr(model, "model", None), "conditioning_key", None)
        flags = (f"{flag}_inpaint" for one in FAMILIES for flag in one.host_flags)
        return key in ("hybrid", "concat") or any(getattr(model, flag, False) for flag in flags)

    def prediction(self, model: Any) -> str:
        """What a loaded model predicts: "v" or ""."""
        return "v" if getattr(model, "parameterization", "") == "v" else ""

    # a job

    def stopping(self) -> bool:
        """Whether the user wants the job to end. (Hosts before v1.8 have the harder of the two buttons only.)"""
        return bool(shared.state.interrupted or getattr(shared.state, "stopping_generation", False))

    @contextmanager
    def noise_of_each_image(self, seeds: Sequence[int]) -> Iterator[None]:
        """Inside, an image of a batch is sampled as it would be alone. Here nothing is drawn but by image.

        Args:
            seeds: one an image of the batch that is sampled inside.
        """
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

    # ControlNet and LoRAs

    _CONTROLNET: ClassVar[tuple[str, ...]] = ("internal_controlnet.external_code", "scripts.external_code")

    def controlnet_models(self) -> list[str]:
        """ControlNet models, as the host spells them."""
        return _listed(self._CONTROLNET, "get_models")

    def controlnet_modules(self) -> list[str]:
        """ControlNet modules (preprocessors)."""
        return _listed(self._CONTROLNET, "get_modules")

    def controlnet_file(self, model: str) -> Path | None:
        """The file of a ControlNet model; None when that cannot be told."""
        states = (getattr(_loaded(name), "global_state", None) for name in self._CONTROLNET)
        return _file(model, [getattr(state, "cn_models", {}) for state in states])

    def lama_folder(self) -> Path | None:
        """Where the module inpaint_only+lama looks for its weights; None when that cannot be told."""
        found = getattr(_loaded("annotator.annotator_path"), "models_path", None)
        return Path(found) / "lama" if found is not None else None

    def loads_patch(self, name: str) -> bool:
        """Whether the host can apply a family's `inpaint_patch` to a checkpoint."""
        return False

    def lora_networks(self) -> Any:
        """The host's own module of LoRAs, which its extension has loaded; None when that is off."""
        found = _loaded("networks")
        return found if hasattr(found, "available_networks") else None


class ReForge(A1111):
    """reForge, and Forge as it was until the summer of 2024."""

    facts = Facts(
        "reForge",
        sign="modules_forge.main_thread",
        page_loses_errors=True,
        keeps_inpaint_only=True,
        keeps_conditioning=True,
        piles=("extra_result_images", "latents_after_sampling", "pixels_after_sampling"),
    )
    _CONTROLNET = ("lib_controlnet.global_state",)

    def controlnet_models(self) -> list[str]:
        return _listed(self._CONTROLNET, "get_all_controlnet_names")

    def controlnet_modules(self) -> list[str]:
        return _listed(self._CONTROLNET, "get_all_preprocessor_names")

    def controlnet_file(self, model: str) -> Path | None:
        return _file(model, [getattr(_loaded(name), "controlnet_filename_dict", {}) for name in self._CONTROLNET])

    def lama_folder(self) -> Path | None:
        found = getattr(_loaded("modules_forge.shared"), "preprocessor_dir", None)
        return Path(found) if found is not None else None


class Forge(ReForge):
    """Forge with a backend of its own."""

    facts = replace(
        ReForge.facts,
        name="Forge",
        sign="modules_forge.main_entry",
        page_loses_errors=False,  # its thread remembers them
        numbers_images=True,
        stored_otherwise=frozenset({"forge_additional_modules"}),  # VAE and text encoders: as paths
    )
    _MEMORY: ClassVar[frozenset[str]] = frozenset(
        {"forge_inference_memory", "forge_async_loading", "forge_pin_shared_memory"}
    )

    def inpainting(self, model: Any) -> bool:
        return bool(getattr(model, "is_inpaint", False)) or super().inpainting(model)

    def prediction(self, model: Any) -> str:
        unet = getattr(getattr(model, "forge_objects", None), "unet", None)
        predictor = getattr(getattr(unet, "model", None), "predictor", None)
        return "v" if getattr(predictor, "prediction_type", "") == "v_prediction" else super().prediction(model)

    @contextmanager
    def noise_of_each_image(self, seeds: Sequence[int]) -> Iterator[None]:
        with known_noise.of_each_image(seeds):
            yield

    def options_restored(self, names: set[str]) -> None:
        super().options_restored(names)
        main_entry = _loaded(self.facts.sign)
        if names & self._MEMORY:
            main_entry.refresh_memory_management_settings()
        if names & {"sd_model_checkpoint", *self.facts.stored_otherwise, *self._MEMORY}:
            main_entry.refresh_model_loading_parameters()  # what the next generation loads

    def loads_patch(self, name: str) -> bool:
        return name in getattr(_loaded("backend.patcher.lora"), "extra_weight_calculators", {})


# The first whose sign is found is the host's: what is more special stands first.
VARIANTS: tuple[type[A1111], ...] = (Forge, ReForge, A1111)


@cache
def variant() -> A1111:
    """The host this runs in, found out once."""
    return next(kind for kind in VARIANTS if not kind.facts.sign or _loaded(kind.facts.sign) is not None)()


def put(p: Any, **values: Any) -> None:
    """Sets attributes of the host's processing object; those that are read-only there are left out. (Forge Neo's
    `mask_blur_x` and `mask_blur_y` are views of `mask_blur`: set all three.)"""
    for name, value in values.items():
        held = getattr_static(type(p), name, None)
        if not (isinstance(held, property) and held.fset is None):
            setattr(p, name, value)


def callbacks_of(script: Any, names: Iterable[str]) -> list[str]:
    """Which of these callbacks a script of the host has."""
    return [name for name in names if callable(getattr(type(script), name, None))]


def unit_field(unit: Any, name: str) -> Any:
    """A field of a ControlNet unit, which is a dict or an object; None of what is no unit."""
    return unit.get(name) if isinstance(unit, dict) else getattr(unit, name, None)


def is_unit(value: Any) -> bool:
    """Whether a script argument is a ControlNet unit, or a place for one."""
    return value is None or isinstance(value, dict) or hasattr(value, "enabled")


def _loaded(name: str) -> Any:
    """A module that the host or an extension of it has loaded; None when it has not."""
    return sys.modules.get(name)


def _listed(places: Iterable[str], function: str) -> list[str]:
    for place in places:
        found = getattr(_loaded(place), function, None)
        if found is not None:
            return [str(entry) for entry in found() if str(entry).lower() != "none"]
    return []


def _file(model: str, known: Iterable[Mapping[str, Any]]) -> Path | None:
    found = next((names[model] for names in known if names.get(model)), None)
    return Path(found) if found else None
