"""Directional outpainting: makes images larger on the sides you choose.

    from lib_outpaint import Diffusers, outpaint, plan

    outpaint("photo.jpg", right=128, seed=1).save("wide.png")
    sd = Diffusers("sd-v1-5-inpainting.safetensors")
    for image in outpaint("photo.jpg", backend=sd, aspect="16:9", prompt="a cup on a table", count=3):
        image.save(f"cup-{image.seed}.png")
    print(plan((600, 400), left=1024).summary())

Names are loaded when they are first used: `import lib_outpaint` alone does not import PyTorch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .api import OutpaintedImage, OutpaintResult, outpaint, plan
    from .backends.diffusers import Diffusers
    from .backends.draft import Draft
    from .engine.loop import run
    from .engine.protocol import Backend, Job, Outcome, Progress
    from .engine.request import Request, Shot
    from .engine.stepper import Outpainting
    from .errors import (
        BackendError,
        InputError,
        MissingExtra,
        ModelError,
        OutOfMemory,
        OutpaintError,
        ParamError,
        PictureError,
        PlanError,
        SaveError,
    )
    from .messages import Message
    from .models.inspect import inspect
    from .parameters.params import Params
    from .parameters.sampling import Sampling
    from .planning.capabilities import Capabilities
    from .planning.plan import Plan

_PLACES = {
    "api": ("OutpaintResult", "OutpaintedImage", "outpaint", "plan"),
    "backends.diffusers": ("Diffusers",),
    "backends.draft": ("Draft",),
    "engine.loop": ("run",),
    "engine.protocol": ("Backend", "Job", "Outcome", "Progress"),
    "engine.request": ("Request", "Shot"),
    "engine.stepper": ("Outpainting",),
    "errors": (
        "BackendError",
        "InputError",
        "MissingExtra",
        "ModelError",
        "OutOfMemory",
        "OutpaintError",
        "ParamError",
        "PictureError",
        "PlanError",
        "SaveError",
    ),
    "messages": ("Message",),
    "models.inspect": ("inspect",),
    "parameters.params": ("Params",),
    "parameters.sampling": ("Sampling",),
    "planning.capabilities": ("Capabilities",),
    "planning.plan": ("Plan",),
}
_HOME = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "Backend",
    "BackendError",
    "Capabilities",
    "Diffusers",
    "Draft",
    "InputError",
    "Job",
    "Message",
    "MissingExtra",
    "ModelError",
    "OutOfMemory",
    "Outcome",
    "OutpaintError",
    "OutpaintResult",
    "OutpaintedImage",
    "Outpainting",
    "ParamError",
    "Params",
    "PictureError",
    "Plan",
    "PlanError",
    "Progress",
    "Request",
    "Sampling",
    "SaveError",
    "Shot",
    "__version__",
    "inspect",
    "outpaint",
    "plan",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
