"""Where the WebUIs differ: a row of facts for each, and a class with the few things it does in its own way.

Nothing else in this package asks what a host has or lacks. A new fork is a row and a subclass, and its place in VARIANTS:

    class Fork(Forge):
        facts = replace(Forge.facts, name="Fork", sign="modules_fork.core")
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from inspect import getattr_static
from typing import Any

from .variants_base import A1111, Facts, Held, loaded
from .variants_forge import Forge, Forge2024, ForgeClassic, ReForge
from .variants_neo import ForgeNeo

__all__ = ["A1111", "VARIANTS", "Facts", "Forge", "Forge2024", "ForgeClassic", "ForgeNeo", "Held", "ReForge", "variant"]

# The first whose sign is found is the host's: what is more special stands first.
VARIANTS: tuple[type[A1111], ...] = (ForgeNeo, Forge, ReForge, ForgeClassic, Forge2024, A1111)


@cache
def variant() -> A1111:
    """The host this runs in, found out once."""
    return next(kind for kind in VARIANTS if not kind.facts.sign or loaded(kind.facts.sign) is not None)()


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
