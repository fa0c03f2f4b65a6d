"""Which checkpoint will be used, and what follows from it. Planning happens before the host loads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from modules import sd_models, shared

from ...errors import ModelError, ParamError
from ...models.inspect import BASE_NAMES, inspect


@dataclass(frozen=True)
class Checkpoint:
    """What matters of a checkpoint. `base` is "SD 1", "SD 2", "SDXL" or "" when it is not known."""

    name: str
    base: str
    native_side: int
    inpainting: bool


def checkpoint_for(p: Any) -> Checkpoint:
    """The checkpoint this job will use: an override's, else the settings'.

    Raises:
        ParamError: an override names one that is not there.
    """
    override = (p.override_settings or {}).get("sd_model_checkpoint")
    info = None
    if isinstance(override, str) and override:
        # The host takes an override only by an exact name, and drops any other without a word.
        info = sd_models.checkpoint_aliases.get(override)
        if info is None:
            raise ParamError("sd_model_checkpoint", override, "is no checkpoint of this WebUI")
    if info is None:
        info = sd_models.get_closet_checkpoint_match(shared.opts.sd_model_checkpoint or "")
    loaded = _loaded()
    loaded_info = getattr(loaded, "sd_checkpoint_info", None)
    if info is None:
        return from_model(loaded, getattr(loaded_info, "name_for_extra", ""))
    if loaded_info is not None and loaded_info.filename == info.filename:
        return from_model(loaded, info.name_for_extra)
    return _from_file(info)


def inpainting_like(checkpoint: Checkpoint) -> str | None:
    """An installed inpainting checkpoint of the same base, the one with the most similar name; None without one.

    Only files with "inpaint" in their name are looked into: there may be hundreds.
    """
    found: dict[str, float] = {}
    for info in list(sd_models.checkpoint_aliases.values()):
        if "inpaint" not in info.name_for_extra.lower() or info.name_for_extra in found:
            continue
        other = _from_file(info)
        if other.inpainting and other.base == checkpoint.base:
            plain = re.sub(r"[\W_]*inpaint(ing)?", "", other.name.lower())
            found[other.name] = SequenceMatcher(None, plain, checkpoint.name.lower()).ratio()
    return max(found, key=lambda name: found[name], default=None)


def from_model(model: Any, name: str) -> Checkpoint:
    """From a loaded model."""
    if getattr(model, "is_sdxl", False):
        base = "SDXL"
    elif getattr(model, "is_sd2", False):
        base = "SD 2"
    else:
        base = "SD 1" if getattr(model, "is_sd1", True) else ""
    inner = getattr(model, "model", None)
    inpainting = (
        getattr(inner, "conditioning_key", None) in ("hybrid", "concat")
        or bool(getattr(model, "is_sdxl_inpaint", False))
        or bool(getattr(model, "is_inpaint", False))
    )
    return Checkpoint(name, base, _native_side(base, _predicts_velocity(model)), inpainting)


def _predicts_velocity(model: Any) -> bool:
    if getattr(model, "parameterization", "eps") == "v":
        return True
    unet = getattr(getattr(model, "forge_objects", None), "unet", None)
    predictor = getattr(getattr(unet, "model", None), "predictor", None)  # where Forge keeps it
    return getattr(predictor, "prediction_type", "") == "v_prediction"


def _from_file(info: Any) -> Checkpoint:
    """From the file's header, without loading it; a file that is no safetensors file is taken for SD 1."""
    try:
        found = inspect(Path(info.filename))
    except ModelError:
        return Checkpoint(info.name_for_extra, "", 512, False)
    base = BASE_NAMES[found.base] if found.base else ""
    return Checkpoint(info.name_for_extra, base, found.native_side or 512, found.inpainting)


def _native_side(base: str, velocity: bool) -> int:
    if base == "SDXL":
        return 1024
    return 768 if base == "SD 2" and velocity else 512


def _loaded() -> Any:
    # Forge has a stand-in here until the first generation; it knows nothing, so the file's header is read instead.
    return getattr(shared, "sd_model", None)
