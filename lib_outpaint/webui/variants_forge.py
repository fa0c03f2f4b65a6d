"""Forge and what descends from it; see variants.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from ..models.families import Family, by_host_class
from .variants_base import A1111, Facts, file_of, listed, loaded, needs_model, unet_of


class Forge2024(A1111):
    """Forge as it was until the summer of 2024, the WebUI v1.8 with a backend from ComfyUI."""

    facts = Facts(
        "Forge of 2024",
        sign="modules_forge.main_thread",
        page_loses_errors=True,
        keeps_inpaint_only=True,
        keeps_conditioning=True,
        piles=("extra_result_images", "latents_after_sampling", "pixels_after_sampling"),
    )
    _CONTROLNET = ("lib_controlnet.global_state",)

    def controlnet_models(self) -> list[str]:
        return listed(self._CONTROLNET, "get_all_controlnet_names")

    def controlnet_modules(self) -> list[str]:
        return listed(self._CONTROLNET, "get_all_preprocessor_names")

    def controlnet_needs_model(self, module: str) -> bool:
        return needs_model(module, map(loaded, self._CONTROLNET))

    def controlnet_file(self, model: str) -> Path | None:
        return file_of(model, [getattr(loaded(name), "controlnet_filename_dict", {}) for name in self._CONTROLNET])

    def lama_folder(self) -> Path | None:
        found = getattr(loaded("modules_forge.shared"), "preprocessor_dir", None)
        return Path(found) if found is not None else None

    _PATCHES: ClassVar[str] = "ldm_patched.modules.model_patcher"  # where extensions put what applies a patch

    def loads_patch(self, name: str) -> bool:
        return name in getattr(loaded(self._PATCHES), "extra_weight_calculators", {})


class ForgeClassic(Forge2024):
    """Forge of 2024, kept up by others. Fooocus's patch is gone there."""

    facts = replace(Forge2024.facts, name="Forge Classic", sign="modules.uni_pc")


class ReForge(Forge2024):
    """reForge."""

    facts = replace(Forge2024.facts, name="reForge", sign="ldm_patched.modules.patcher_extension")

    def loads_patch(self, name: str) -> bool:
        return False  # its Fooocus extension registers, and nothing there asks for what it registers


class Forge(Forge2024):
    """Forge with a backend of its own."""

    facts = replace(
        Forge2024.facts,
        name="Forge",
        sign="modules_forge.main_entry",
        page_loses_errors=False,  # its thread remembers them
        numbers_images=True,
        stored_otherwise=frozenset({"forge_additional_modules"}),  # VAE and text encoders: as paths
        # One field with two meanings: guidance of models that learned it, else Forge Neo's shift of the noise levels.
        pastes=(("distilled_cfg_scale", ("Distilled CFG Scale", "Shift")),),
    )
    _MEMORY: ClassVar[frozenset[str]] = frozenset(
        {"forge_inference_memory", "forge_async_loading", "forge_pin_shared_memory"}
    )

    def family(self, model: Any) -> Family:
        network = getattr(getattr(model, "model_config", None), "unet_config", {})
        channels = network.get("in_channels") or network.get("in_dim") or 0
        told = by_host_class(type(model).__name__, str(getattr(model, "filename", "")), channels)
        return told if told.known else super().family(model)

    def inpainting(self, model: Any) -> bool:
        fills = "fill" in self.family(model).inpaints
        return fills or bool(getattr(model, "is_inpaint", False)) or super().inpainting(model)

    def prediction(self, model: Any) -> str:
        predictor = getattr(unet_of(model), "predictor", None)
        return "v" if getattr(predictor, "prediction_type", "") == "v_prediction" else super().prediction(model)

    def load_again(self, checkpoint: Any) -> None:
        """Nothing: before it samples, it loads what the options say."""

    def options_restored(self, names: set[str]) -> None:
        super().options_restored(names)
        main_entry = loaded(self.facts.sign)
        if names & self._MEMORY:
            main_entry.refresh_memory_management_settings()
        if names & {"sd_model_checkpoint", *self.facts.stored_otherwise, *self._MEMORY}:
            main_entry.refresh_model_loading_parameters()  # what the next generation loads

    _PATCHES = "backend.patcher.lora"
