"""Families of models: one row each. Everything that depends on a family asks its row; no other module names one.

A new family is a row at the end of FAMILIES (see docs/architecture.md). What stands in a row is told in family.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from .families_transformer import TRANSFORMERS
from .families_unet import UNETS
from .family import UNKNOWN, Family, Inpaints, Pipeline, Prediction, Signs

__all__ = ["FAMILIES", "UNKNOWN", "Family", "Inpaints", "Pipeline", "Prediction", "Signs"]

# In the order in which signs are looked for: what a later row's signs also fit stands first.
FAMILIES: tuple[Family, ...] = (
    *UNETS,
    *TRANSFORMERS,
)


def by_key(key: str) -> Family:
    """The family of a key; UNKNOWN for any other."""
    return _first(lambda family: family.key == key)


def by_tensors(names: Collection[str]) -> Family:
    """The family of a checkpoint, by the names of its tensors."""
    return _first(lambda family: _any_begins(names, family.signs.tensors))


def by_network(shapes: Mapping[str, tuple[int, ...]], path: str) -> Family:
    """The family of a transformer, by the names and shapes of its tensors without a file's prefix, and by its path."""
    return _first(
        lambda family: _any_begins(shapes, family.signs.network) and _as_wide(shapes, family) and _on_path(family, path)
    )


def by_context(width: object) -> Family:
    """The family by the width of the text that cross attention takes."""
    return _first(lambda family: family.signs.context != 0 and family.signs.context == width)


def by_lora_metadata(said: str) -> Family:
    """The family that a LoRA's metadata names as its base model."""
    return _first(lambda family: any(sign in said.lower() for sign in family.signs.lora))


def by_lora_modules(modules: Mapping[str, tuple[int, int]]) -> Family:
    """The family by a LoRA's modules that only it has: by the name of each, what it takes and what it gives (0: unknown)."""
    return _first(lambda family: any(_changes(family, name, *sides) for name, sides in modules.items()))


def by_embedding(names: Collection[str], width: int) -> Family:
    """The family of an embedding, by the names of its tensors, else by its width."""
    found = _first(lambda family: any(name in names for name in family.signs.embedding))
    return found if found.known else by_context(width)


def by_folder(parts: Collection[str], context: object) -> Family:
    """The family of a pipeline in diffusers' own layout, by the parts it has, else by `context` (see `by_context`).

    Parts go first: small test models have other widths. The plain pipeline with a width that nobody knows is SD 1's.
    """
    found = _first(lambda family: family.signs.folder != () and all(part in parts for part in family.signs.folder))
    found = found if found.known else by_context(context)
    return found if found.known else by_key("sd1")


def by_class(*names: object) -> Family:
    """The family by what diffusers calls its pipeline or its transformer; the first name that tells."""
    told = (_first(lambda family, name=name: name in family.signs.classes) for name in names)  # type: ignore[misc]
    return next((family for family in told if family.known), UNKNOWN)


def by_host_class(name: str, path: str, channels: int) -> Family:
    """The family of a loaded model, by the name of its class in a WebUI, its file's path, and its input channels."""
    return _first(
        lambda family: (
            name in family.signs.host_classes and _on_path(family, path) and _as_wide(_first_layer(family, channels), family)
        )
    )


def by_file_name(name: str) -> Family:
    """The family that tells by the name of a file that a host lists as a ControlNet."""
    return _first(lambda family: _fits(family.signs.file, name), reversed(FAMILIES))


def by_controlnet_name(name: str) -> Family:
    """The family that tells by the name of a ControlNet whose header does not."""
    return _first(lambda family: _fits(family.signs.controlnet, name))


def _first(fits: Callable[[Family], bool], families: Iterable[Family] | None = None) -> Family:
    return next((family for family in (FAMILIES if families is None else families) if fits(family)), UNKNOWN)


def _any_begins(names: Collection[str], signs: tuple[str, ...]) -> bool:
    return signs != () and any(name.startswith(signs) for name in names)


def _as_wide(shapes: Mapping[str, tuple[int, ...]], family: Family) -> bool:
    if family.signs.width is None:
        return True
    name, axis, width = family.signs.width
    shape = shapes.get(name, ())
    return len(shape) > axis and shape[axis] == width


def _first_layer(family: Family, channels: int) -> dict[str, tuple[int, ...]]:
    """The shape of a loaded network's first layer, with every other name told as the sign wants it."""
    name, axis, width = family.signs.width or ("", 0, 0)
    return {name: (0,) * axis + (channels * family.token if name == family.first_layer[0] else width,)}


def _on_path(family: Family, path: str) -> bool:
    return family.signs.path == "" or _fits(family.signs.path, path)


def _changes(family: Family, name: str, takes: int, gives: int) -> bool:
    signs = family.signs
    return (
        _fits(signs.lora_tensors, name)
        and signs.lora_width in (0, takes)
        and (signs.lora_ratio == 0 or (takes != 0 and gives == signs.lora_ratio * takes))
    )


def _fits(pattern: str, name: str) -> bool:
    return pattern != "" and re.search(pattern, name, re.IGNORECASE | re.DOTALL) is not None
