"""An inpaint ControlNet on every pass: a fresh unit in a disabled slot of the copy's arguments.

A unit without a picture of its own takes the window and its mask, on every host. Names are checked before sampling, and
what ControlNet's callbacks raise ends the job: the hosts print it and give a picture without ControlNet.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image

from ...errors import HostError, ParamError
from ...parameters.params import Params
from . import control_models
from .checkpoint import Checkpoint
from .control_models import LAMA_WEIGHTS, PORTABLE_MODULE

TITLE = "controlnet"
_CALLBACKS = ("process", "process_before_every_sampling", "process_batch", "postprocess_batch_list")


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
        return {
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


def chosen(p: Any, params: Params, checkpoint: Checkpoint) -> Unit | None:
    """The unit for this job; None without one. A weight of 0 is none: beside an inpainting checkpoint A1111's
    ControlNet would take the conditioning away and give nothing for it.

    Raises:
        ParamError: it was asked for, and ControlNet, the model, the module or a free slot is missing.
    """
    asked = params.controlnet == "on"
    if params.controlnet == "off" or not (asked or _auto(p, checkpoint)):
        return None
    found = control_models.models() if script_of(p) is not None else []
    if not found:
        what = "the ControlNet extension" if script_of(p) is None else "an installed ControlNet model"
        raise ParamError("controlnet", params.controlnet, f"needs {what}, which this WebUI does not have")
    model = _model(params, found, checkpoint)
    module = _module(params)
    if free_slot(p) is None:
        raise ParamError(
            "controlnet",
            params.controlnet,
            "needs a free ControlNet unit, and all are in use; raise their number in the settings of ControlNet",
        )
    if params.controlnet_weight == 0:
        return None
    return Unit(
        module, model, params.controlnet_weight, params.controlnet_mode, _notes(params, checkpoint, module, model, asked)
    )


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
        if unit.module.startswith("inpaint_only"):
            # It pastes what it takes for known over the result: nothing that is repainted may count as that.
            c.image_mask = c.latent_mask.convert("L").resize((c.width, c.height), Image.Resampling.NEAREST)
    c.script_args_value = arguments if isinstance(c.script_args, list) else tuple(arguments)


@contextmanager
def failures_told(c: Any) -> Iterator[None]:
    """What ControlNet's callbacks raise inside ends the pass, before it is sampled where the host calls them that early.

    Without an enabled unit they are left alone, and so is what they raise: the picture is the same without them.

    Raises:
        HostError: with ControlNet's own message.
    """
    script = script_of(c) if in_use(c) else None
    failures: list[Exception] = []
    init = getattr(c, "init", None)

    def checked(*args: Any, **kwargs: Any) -> Any:
        _raise_first(failures, c)
        return init(*args, **kwargs) if init is not None else None

    names = [name for name in _CALLBACKS if callable(getattr(type(script), name, None))] if script is not None else []
    before = {name: vars(script)[name] for name in names if name in vars(script)}
    for name in names:  # on the script itself: the host finds its callbacks by name for every call
        setattr(script, name, _recorded(getattr(script, name), failures))
    if names and init is not None:
        c.init = checked
    try:
        yield
    finally:
        for name in names:
            delattr(script, name)
        for name, callback in before.items():
            setattr(script, name, callback)
    _raise_first(failures, c)


def in_use(p: Any) -> bool:
    """Whether any unit of the user's is enabled: ControlNet then sees only the first picture of a batch."""
    return any(_enabled(unit) for unit in units_of(p))


def inpaints_already(p: Any) -> bool:
    """Whether an enabled unit of the user's is an inpaint one."""
    return any(
        _enabled(unit) and "inpaint" in f"{_field(unit, 'module')} {_field(unit, 'model')}".lower() for unit in units_of(p)
    )


def modules_in_use(p: Any) -> list[str]:
    """The modules of a job's enabled units."""
    return [str(_field(unit, "module")) for unit in units_of(p) if _enabled(unit)]


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
    script = script_of(p)
    if script is None:
        return None
    for index in range(min(script.args_to, len(p.script_args)) - 1, script.args_from - 1, -1):
        unit = p.script_args[index]
        looks_like_one = unit is None or isinstance(unit, dict) or hasattr(unit, "enabled")
        if looks_like_one and not _enabled(unit):
            return index
    return None


def _auto(p: Any, checkpoint: Checkpoint) -> bool:
    """An inpaint ControlNet for SD 1, or on Forge Fooocus's patch for SDXL, beside a checkpoint that does not inpaint."""
    if checkpoint.inpainting or checkpoint.base not in ("SD 1", "SDXL") or script_of(p) is None or inpaints_already(p):
        return False
    model = control_models.inpaint_model(checkpoint.base)
    if model is None or control_models.made_for(model) != checkpoint.base:
        return False
    return checkpoint.base == "SD 1" or control_models.is_fooocus(model)


def _module(params: Params) -> str:
    wanted = params.controlnet_module.strip()
    if not wanted:
        return PORTABLE_MODULE
    known = control_models.modules()
    # "inpaint" and "inpaint_global_harmonious" are two names of one module on A1111.
    if known and wanted not in known and wanted != PORTABLE_MODULE:
        raise ParamError("controlnet_module", wanted, f"is no module of this ControlNet; known are {', '.join(known)}")
    # A1111 would do this itself, unseen, and the infotext would go on naming what was not used.
    return PORTABLE_MODULE if wanted == "inpaint_only" and not control_models.is_forge() else wanted


def _model(params: Params, models: list[str], checkpoint: Checkpoint) -> str:
    found = _named(params.controlnet_model.strip(), models, checkpoint)
    base = control_models.made_for(found)
    if base and checkpoint.base and base != checkpoint.base:
        raise ParamError("controlnet_model", found, f"is for {base}, but {checkpoint.name} is {checkpoint.base}")
    return found


def _named(wanted: str, models: list[str], checkpoint: Checkpoint) -> str:
    if not wanted:
        found = control_models.inpaint_model(checkpoint.base) or next((m for m in models if "inpaint" in m.lower()), None)
        if found is None:
            raise ParamError("controlnet_model", wanted, f"finds no inpaint model; installed are {', '.join(models)}")
        return found
    found = next((model for model in models if wanted in (model, model.split(" [")[0])), None)
    if found is None:
        raise ParamError(
            "controlnet_model", wanted, f"is no ControlNet model of this WebUI; installed are {', '.join(models)}"
        )
    return found


def _notes(params: Params, checkpoint: Checkpoint, module: str, model: str, asked: bool) -> tuple[str, ...]:
    notes = []
    if not asked:
        notes.append(
            f"the inpaint ControlNet {model.split(' [')[0]} was attached, because the checkpoint is "
            f"{checkpoint.base} and no inpainting one"
        )
    if checkpoint.inpainting and not control_models.is_forge():  # Forge and reForge keep both
        notes.append(
            "with ControlNet the conditioning mask weight has no effect: it replaces the checkpoint's own conditioning"
        )
    if params.controlnet_module.strip() == "inpaint_only" != module:
        notes.append("A1111 uses inpaint_global_harmonious where inpaint_only meets a mask of its own, so that was attached")
    return tuple(notes)


def _recorded(callback: Callable[..., Any], failures: list[Exception]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except Exception as error:
            failures.append(error)
            raise

    return wrapped


def _raise_first(failures: list[Exception], c: Any) -> None:
    if not failures:
        return
    error = failures[0]
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if any(module.endswith("+lama") for module in modules_in_use(c)):
        folder = control_models.lama_folder()
        if folder is not None and not (folder / LAMA_WEIGHTS).is_file():
            text += f"; inpaint_only+lama needs {LAMA_WEIGHTS}, which ControlNet downloads into its folder {folder.name}"
    raise HostError(f"ControlNet failed: {text}") from error


def _enabled(unit: Any) -> bool:
    return bool(_field(unit, "enabled"))


def _field(unit: Any, name: str) -> Any:
    return unit.get(name) if isinstance(unit, dict) else getattr(unit, name, None)
