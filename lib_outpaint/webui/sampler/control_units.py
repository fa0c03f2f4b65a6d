"""An inpaint ControlNet on every pass: a fresh unit in a disabled slot of the copy's arguments.

A unit without an image of its own takes the window and its mask, on every host. Names are checked before sampling, and
what ControlNet's callbacks raise ends the job: the hosts print it and give an image without ControlNet.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from ...errors import NO_VALUE, ParamError
from ...messages import Message, message
from ...parameters.guidance import ControlNet
from ..variants import is_unit, unit_field, variant
from . import control_models
from .checkpoint import Checkpoint
from .control_models import PORTABLE_MODULE

TITLE = "controlnet"
ENTRY = "Outpaint ControlNet"  # of the unit that we attach, in infotexts
_HIRES = re.compile(r",? *Hr Option: [^,]*")
_TILE_MODULE = "tile_resample"


@dataclass(frozen=True)
class Unit:
    """The unit to attach to every pass, and what the user should know of it."""

    module: str
    model: str
    weight: float
    mode: str
    notes: tuple[Message, ...] = ()
    entry: str = ENTRY

    def fields(self) -> dict[str, Any]:
        """The unit as ControlNet reads it. No image: it takes the window."""
        union = {"type_filter": "Inpaint"} if control_models.is_union(self.model) else {}
        return union | {
            "enabled": True,
            "module": self.module,
            "model": self.model,
            "weight": self.weight,
            "control_mode": self.mode,
            "resize_mode": "Just Resize",
            "guidance_start": 0.0,
            "guidance_end": 1.0,
            "pixel_perfect": True,
            "save_detected_map": False,
        }


def chosen(p: Any, wanted: ControlNet, checkpoint: Checkpoint, *, auto: bool = True) -> Unit | None:
    """The unit for this job; None without one. A weight of 0 is none: beside an inpainting checkpoint A1111's
    ControlNet would take the conditioning away and give nothing for it.

    Args:
        auto: whether one may be attached that was not asked for.

    Raises:
        ParamError: it was asked for, and ControlNet, the model, the module or a free slot is missing.
    """
    asked = wanted.use == "on"
    if wanted.use == "off" or not (asked or (auto and _auto(p, checkpoint))):
        return None
    if script_of(p) is None:
        raise ParamError("controlnet", wanted.use, "controlnet-not-installed")
    found = control_models.models()
    if not found:
        raise ParamError("controlnet", wanted.use, "controlnet-without-models")
    model = _model(wanted, found, checkpoint)
    module = _module(wanted, model)
    if free_slot(p) is None:
        raise ParamError("controlnet", wanted.use, "controlnet-units-in-use")
    if wanted.weight == 0:
        return None
    return Unit(module, model, wanted.weight, wanted.mode, _notes(wanted, checkpoint, module, model, asked))


def tile(p: Any, wanted: ControlNet, checkpoint: Checkpoint, beside: Unit | None) -> Unit | None:
    """The tile unit for the second of two steps (hires); None unless it was asked for.

    Args:
        beside: the unit that is attached too, and takes a slot.

    Raises:
        ParamError: ControlNet, the model or a free slot is missing.
    """
    if wanted.tile != "on":
        return None
    if script_of(p) is None:
        raise ParamError("controlnet_tile", wanted.tile, "controlnet-not-installed")
    model = control_models.tile_model(checkpoint.family)
    if model is None:
        installed = ", ".join(control_models.models()) or message("none-installed")
        raise ParamError("controlnet_tile", wanted.tile, "no-tile-controlnet", installed=installed)
    if len(_free_slots(p)) < (1 if beside is None else 2):
        raise ParamError("controlnet_tile", wanted.tile, "controlnet-units-in-use")
    return Unit(_TILE_MODULE, model, 1.0, wanted.mode, entry=f"{ENTRY} tile")


def check(p: Any, checkpoint: Checkpoint) -> None:
    """Refuses what ControlNet would end the first pass for: an enabled unit of the user's without a model that is there, or
    with one that was made for another family.

    Raises:
        ParamError: names the unit, counted from 1, and what is installed.
    """
    for number, unit in enumerate(units_of(p), 1):
        module, model = (str(unit_field(unit, name) or "None") for name in ("module", "model"))
        if not _enabled(unit) or not variant().controlnet_needs_model(module):
            continue
        known = control_models.models()
        field, installed = f"ControlNet unit {number}", ", ".join(known) or message("none-installed")
        if model.lower() == "none":
            raise ParamError(field, NO_VALUE, "controlnet-unit-without-model", module=module, installed=installed)
        meant = [one for one in known if model.lower() in one.lower()]  # ControlNet takes a part of a name
        if not meant:
            raise ParamError(field, model, "no-such-controlnet-model", installed=installed)
        if len(meant) == 1:
            _suited(field, meant[0], checkpoint)


def attach(c: Any, units: Sequence[Unit]) -> None:
    """Puts units into free slots of a copy's arguments; the user's own units become copies, which ControlNet may change
    as it does."""
    script = script_of(c)
    if script is None:
        return
    arguments = list(c.script_args)
    for index in range(script.args_from, min(script.args_to, len(arguments))):
        arguments[index] = copy.copy(arguments[index])
    for unit, slot in zip(units, _free_slots(c), strict=False):
        arguments[slot] = unit.fields()
        if unit.module.startswith("inpaint_only"):
            # It pastes what it takes for known over the result: nothing that is repainted may count as that.
            c.image_mask = c.latent_mask.convert("L").resize((c.width, c.height), Image.Resampling.NEAREST)
    c.script_args_value = arguments if isinstance(c.script_args, list) else tuple(arguments)


def in_use(p: Any) -> bool:
    """Whether any unit of the user's is enabled: ControlNet then sees only the first image of a batch."""
    return any(_enabled(unit) for unit in units_of(p))


def inpaints_already(p: Any) -> bool:
    """Whether an enabled unit of the user's is an inpaint one."""
    return any(
        _enabled(unit) and "inpaint" in f"{unit_field(unit, 'module')} {unit_field(unit, 'model')}".lower()
        for unit in units_of(p)
    )


def modules_in_use(p: Any) -> list[str]:
    """The modules of a job's enabled units."""
    return [str(unit_field(unit, "module")) for unit in units_of(p) if _enabled(unit)]


def units_of(p: Any) -> list[Any]:
    """The arguments of the host's ControlNet script: the user's units, enabled or not."""
    script = script_of(p)
    return [] if script is None else list(p.script_args[script.args_from : script.args_to])


def script_of(p: Any) -> Any:
    """The host's ControlNet script, None without one."""
    for script in p.scripts.alwayson_scripts if p.scripts is not None else ():
        if str(script.title()).lower() == TITLE:
            return script
    return None


def free_slot(p: Any) -> int | None:
    """The index of the last unit that is not enabled among the arguments. A value that is no unit is none."""
    return next(iter(_free_slots(p)), None)


def _free_slots(p: Any) -> list[int]:
    """The indices of all such units, the last one first."""
    script = script_of(p)
    if script is None:
        return []
    places = range(min(script.args_to, len(p.script_args)) - 1, script.args_from - 1, -1)
    return [place for place in places if is_unit(p.script_args[place]) and not _enabled(p.script_args[place])]


def _auto(p: Any, checkpoint: Checkpoint) -> bool:
    """Whether there is an inpaint ControlNet of the checkpoint's family, or a patch that goes for one, beside a checkpoint
    that does not inpaint."""
    if checkpoint.inpainting or script_of(p) is None or inpaints_already(p):
        return False
    model = control_models.inpaint_model(checkpoint.family)
    return model is not None and control_models.suits(model, checkpoint.family)


def _module(wanted: ControlNet, model: str) -> str:
    name = wanted.module.strip()
    if not name:
        return control_models.module_for(model)
    known = control_models.modules()
    # "inpaint" and "inpaint_global_harmonious" are two names of one module on A1111.
    if known and name not in known and name != PORTABLE_MODULE:
        raise ParamError("controlnet_module", name, "no-such-controlnet-module", known=", ".join(known))
    # A1111 would do this itself, unseen, and the infotext would go on naming what was not used.
    return PORTABLE_MODULE if name == "inpaint_only" and not variant().facts.keeps_inpaint_only else name


def _model(wanted: ControlNet, models: list[str], checkpoint: Checkpoint) -> str:
    found = _named(wanted.model.strip(), models, checkpoint)
    _suited("controlnet_model", found, checkpoint)
    return found


def _suited(field: str, model: str, checkpoint: Checkpoint) -> None:
    family = control_models.made_for(model)
    if not checkpoint.family.takes(family):
        names = {"made_for": family.name, "checkpoint": checkpoint.name, "family": checkpoint.family.name}
        raise ParamError(field, model, "controlnet-other-family", **names)


def _named(name: str, models: list[str], checkpoint: Checkpoint) -> str:
    installed = ", ".join(models)
    if not name:
        usual = control_models.inpaint_model(checkpoint.family) or next((m for m in models if "inpaint" in m.lower()), None)
        if usual is None:
            raise ParamError("controlnet_model", name, "no-inpaint-controlnet", installed=installed)
        return usual
    found = next((model for model in models if name in (model, model.split(" [")[0])), None)
    if found is None:
        raise ParamError("controlnet_model", name, "no-such-controlnet-model", installed=installed)
    return found


def _notes(wanted: ControlNet, checkpoint: Checkpoint, module: str, model: str, asked: bool) -> tuple[Message, ...]:
    notes = []
    if not asked:
        notes.append(message("controlnet-attached", model=model.split(" [")[0], family=checkpoint.family.name))
    if checkpoint.inpainting and not variant().facts.keeps_conditioning:
        notes.append(message("controlnet-replaces-conditioning"))
    if wanted.module.strip() == "inpaint_only" != module:
        notes.append(message("inpaint-only-replaced"))
    return tuple(notes)


def _enabled(unit: Any) -> bool:
    return bool(unit_field(unit, "enabled"))


def own_unit(entries: dict[str, Any], unit: Unit) -> None:
    """Gives a unit that we attach a key of our own, in place.

    ControlNet restores every entry of its own into the panel of a unit: pasting would switch one on, beside ours.
    """
    own = [key for key, value in entries.items() if key.startswith("ControlNet ") and f"Model: {unit.model}," in str(value)]
    if own:
        # Ours is in the last free slot. Forge Neo tells of hires. fix there, which has no part in it.
        entries[unit.entry] = _HIRES.sub("", str(entries.pop(own[-1])))
