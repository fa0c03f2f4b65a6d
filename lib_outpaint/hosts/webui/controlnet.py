"""An inpaint ControlNet on every pass: a fresh unit in a disabled slot of the copy's arguments.

A unit without a picture of its own takes the window and its mask, on every host. Names are checked before sampling: the
hosts swallow errors of their callbacks, and a wrong model would give a picture without ControlNet.
"""

from __future__ import annotations

import copy
import re
import sys
from dataclasses import dataclass
from typing import Any

from ...errors import ParamError
from ...params import Params
from .checkpoint import Checkpoint

TITLE = "controlnet"
PORTABLE_MODULE = "inpaint_global_harmonious"
_API_MODULES = ("internal_controlnet.external_code", "lib_controlnet.external_code", "scripts.external_code")
_INPAINT_SD1 = re.compile(r"v11p_sd15_inpaint|sd15.*inpaint|inpaint.*sd15", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """The unit to attach to every pass, and what the user should know of it."""

    module: str
    model: str
    weight: float
    mode: str
    notes: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """The unit as ControlNet reads it. No picture: it takes the window."""
        return {"enabled": True, "module": self.module, "model": self.model, "weight": self.weight,
                "control_mode": self.mode, "resize_mode": "Just Resize", "guidance_start": 0.0, "guidance_end": 1.0,
                "pixel_perfect": True, "save_detected_map": False}


def chosen(p: Any, params: Params, checkpoint: Checkpoint) -> Unit | None:
    """The unit for this job; None without one.

    Raises:
        ParamError: it was asked for, and ControlNet, the model, the module or a free slot is missing.
    """
    if params.controlnet == "off":
        return None
    asked = params.controlnet == "on"
    models = installed("get_models") if script_of(p) is not None else []
    if not asked and not _auto(params, checkpoint, models):
        return None
    if script_of(p) is None or not models:
        what = "the ControlNet extension" if script_of(p) is None else "an installed ControlNet model"
        raise ParamError("controlnet", params.controlnet, f"needs {what}, which this WebUI does not have")
    unit = Unit(_module(params), _model(params, models, checkpoint), params.controlnet_weight, params.controlnet_mode,
                _notes(params, checkpoint, asked))
    if free_slot(p) is None:
        raise ParamError("controlnet", params.controlnet, "needs a free ControlNet unit, and all are in use; raise "
                         "their number in the settings of ControlNet")
    return unit


def attach(c: Any, unit: Unit | None) -> None:
    """Puts the unit into a free slot of a copy's arguments; the user's own units become copies, which ControlNet may
    change as it does."""
    script = script_of(c)
    if script is None:
        return
    arguments = list(c.script_args)
    for index in range(script.args_from, min(script.args_to, len(arguments))):
        arguments[index] = copy.copy(arguments[index])
    slot = free_slot(c)
    if unit is not None and slot is not None:
        arguments[slot] = unit.fields()
    c.script_args_value = arguments if isinstance(c.script_args, list) else tuple(arguments)


def in_use(p: Any) -> bool:
    """Whether any unit of the user's is enabled: ControlNet then sees only the first picture of a batch."""
    script = script_of(p)
    return script is not None and any(_enabled(unit) for unit in p.script_args[script.args_from:script.args_to])


def script_of(p: Any) -> Any:
    """The host's ControlNet script, None without one."""
    for script in p.scripts.alwayson_scripts if p.scripts is not None else ():
        if str(script.title()).lower() == TITLE:
            return script
    return None


def free_slot(p: Any) -> int | None:
    """The index of the last unit that is not enabled among the arguments. A value that is no unit is none."""
    script = script_of(p)
    if script is None:
        return None
    for index in range(min(script.args_to, len(p.script_args)) - 1, script.args_from - 1, -1):
        unit = p.script_args[index]
        looks_like_one = unit is None or isinstance(unit, dict) or hasattr(unit, "enabled")
        if looks_like_one and not _enabled(unit):
            return index
    return None


def installed(what: str) -> list[str]:
    """What ControlNet lists: "get_models" or "get_modules"."""
    for name in _API_MODULES:
        found = getattr(sys.modules.get(name), what, None)
        if found is not None:
            return [str(entry) for entry in found() if str(entry).lower() != "none"]
    return []


def _auto(params: Params, checkpoint: Checkpoint, models: list[str]) -> bool:
    if checkpoint.inpainting or checkpoint.base != "SD 1":
        return False
    return any(_INPAINT_SD1.search(model) for model in models)


def _module(params: Params) -> str:
    wanted = params.controlnet_module.strip()
    if not wanted:
        return PORTABLE_MODULE
    modules = installed("get_modules")
    # "inpaint" and "inpaint_global_harmonious" are two names of one module on A1111.
    if modules and wanted not in modules and wanted != PORTABLE_MODULE:
        raise ParamError("controlnet_module", wanted, f"is no module of this ControlNet; known are {', '.join(modules)}")
    return wanted


def _model(params: Params, models: list[str], checkpoint: Checkpoint) -> str:
    found = _named(params, models)
    if checkpoint.base not in ("SD 1", "") and re.search(r"sd_?15|sd1[._]5", found, re.IGNORECASE):
        raise ParamError("controlnet_model", found, f"is for SD 1, but {checkpoint.name} is {checkpoint.base}")
    return found


def _named(params: Params, models: list[str]) -> str:
    wanted = params.controlnet_model.strip()
    if not wanted:
        found = next((model for model in models if _INPAINT_SD1.search(model)), None)
        found = found or next((model for model in models if "inpaint" in model.lower()), None)
        if found is None:
            raise ParamError("controlnet_model", wanted, f"finds no inpaint model; installed are {', '.join(models)}")
        return found
    for model in models:
        if wanted in (model, model.split(" [")[0]):
            return model
    raise ParamError("controlnet_model", wanted, f"is no ControlNet model of this WebUI; installed are {', '.join(models)}")


def _notes(params: Params, checkpoint: Checkpoint, asked: bool) -> tuple[str, ...]:
    notes = []
    if not asked:
        notes.append("an inpaint ControlNet was attached, because the checkpoint is SD 1 and no inpainting one")
    if checkpoint.inpainting:
        notes.append("with ControlNet the conditioning mask weight has no effect: it replaces the checkpoint's own "
                     "conditioning")
    if params.controlnet_module.strip() == "inpaint_only":
        notes.append("A1111 uses inpaint_global_harmonious where inpaint_only meets a mask of its own")
    return tuple(notes)


def _enabled(unit: Any) -> bool:
    if isinstance(unit, dict):
        return bool(unit.get("enabled", False))
    return bool(getattr(unit, "enabled", False))
