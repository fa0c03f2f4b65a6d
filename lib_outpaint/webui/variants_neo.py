"""Forge Neo, the member of the family that is kept up today; see variants.py."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import torch
from modules import sd_samplers_common, shared

from .variants_base import Held, loaded
from .variants_forge import Forge

_DYNAMIC = ("backend.args", "dynamic_args")


class ForgeNeo(Forge):
    """Forge with the model families of today. Each has a class of its own there, and a list of references to look at."""

    facts = replace(
        Forge.facts,
        name="Forge Neo",
        sign="modules_forge.presets",
        union_inpaints=True,
        takes_cfg="flux",  # for infotexts of a site that writes one for the other; "flux" is in many a model's name
        held=(
            # The reference is set only when the host's cache of prompts misses: it would stay our last window.
            Held(*_DYNAMIC, "ref_latents"),
            Held(*_DYNAMIC, "concat_latent"),
            Held(*_DYNAMIC, "last_extra_generation_params"),
            Held("modules.shared", "sd_model", "ini_latent"),
            Held("modules.shared", "sd_model", "ref_latents"),
        ),
    )
    _MAIN: ClassVar[str] = "modules_forge.main_entry"

    def show(self, picture: torch.Tensor | None) -> None:
        if shared.sd_model.ini_latent is None:
            return  # this model looks at none, or the settings say that it should not
        if picture is None:
            shared.sd_model.ini_latent = None
        else:  # what is encoded last is the reference
            sd_samplers_common.images_tensor_to_samples(picture[None].to(shared.device), None, shared.sd_model)

    def options_restored(self, names: set[str]) -> None:
        # A VAE is one of the additional modules there; the host itself puts an override of it back.
        if names & {"sd_model_checkpoint", *self.facts.stored_otherwise, "forge_unet_storage_dtype"}:
            loaded(self._MAIN).refresh_model_loading_parameters()
