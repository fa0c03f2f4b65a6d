"""What the host's ControlNet has installed: models, modules, and what a model was made for.

A1111's extension lists them in `external_code`; Forge and reForge in `lib_controlnet.global_state` alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ...models.inspect import BASE_NAMES, inspect

PORTABLE_MODULE = "inpaint_global_harmonious"
LAMA_WEIGHTS = "ControlNetLama.pth"
_FORGE = "lib_controlnet.global_state"
_A1111 = ("internal_controlnet.external_code", "scripts.external_code")
_NAMES = (
    (re.compile(r"sd_?15|sd1[._]?5", re.IGNORECASE), "SD 1"),
    (re.compile(r"sd_?2[01]?", re.IGNORECASE), "SD 2"),
    (re.compile(r"xl|fooocus", re.IGNORECASE), "SDXL"),
)
_USUAL = "v11p_sd15_inpaint"  # the inpaint ControlNet for SD 1 that people have


def models() -> list[str]:
    """All models, as the host spells them."""
    return _listed("get_models", "get_all_controlnet_names")


def modules() -> list[str]:
    """All modules (preprocessors)."""
    return _listed("get_modules", "get_all_preprocessor_names")


def made_for(model: str) -> str:
    """The base a model was made for, "SD 1", "SD 2" or "SDXL": by its file's header, else its name; "" if nothing tells."""
    path = _path(model)
    if path is not None and path.suffix == ".safetensors":
        try:
            base = inspect(path).base
        except ModelError:
            base = ""
        if base:
            return BASE_NAMES[base]
    return next((base for sign, base in _NAMES if sign.search(model)), "")


def inpaint_model(base: str) -> str | None:
    """The installed inpaint model that suits checkpoints of a base best ("" when that is not known), None without one.

    Fooocus's patch for SDXL counts where the host has registered its loader: Forge does.
    """
    fitting = [
        model
        for model in models()
        if "inpaint" in model.lower()
        and (not base or made_for(model) in (base, ""))
        and (not is_fooocus(model) or loads_fooocus())
    ]
    return min(fitting, key=lambda model: (_USUAL not in model, not is_fooocus(model), not made_for(model)), default=None)


def is_fooocus(model: str) -> bool:
    """Whether a model is Fooocus's inpaint patch for SDXL (inpaint_v26.fooocus.patch and its like)."""
    return "fooocus" in model.lower()


def loads_fooocus() -> bool:
    """Whether this host knows how to apply that patch."""
    return "fooocus" in getattr(sys.modules.get("backend.patcher.lora"), "extra_weight_calculators", {})


def is_forge() -> bool:
    """Whether the ControlNet is that of Forge or reForge."""
    return _FORGE in sys.modules


def lama_folder() -> Path | None:
    """Where the module inpaint_only+lama looks for its weights; None when that cannot be told."""
    forge = getattr(sys.modules.get("modules_forge.shared"), "preprocessor_dir", None)
    if forge is not None:
        return Path(forge)
    found = getattr(sys.modules.get("annotator.annotator_path"), "models_path", None)
    return Path(found) / "lama" if found is not None else None


def _listed(a1111: str, forge: str) -> list[str]:
    for module, name in (*((m, a1111) for m in _A1111), (_FORGE, forge)):
        found = getattr(sys.modules.get(module), name, None)
        if found is not None:
            return [str(entry) for entry in found() if str(entry).lower() != "none"]
    return []


def _path(model: str) -> Path | None:
    forge: Any = getattr(sys.modules.get(_FORGE), "controlnet_filename_dict", {})
    known = [forge, *(getattr(getattr(sys.modules.get(m), "global_state", None), "cn_models", {}) for m in _A1111)]
    found = next((names[model] for names in known if names.get(model)), None)
    return Path(found) if found else None
