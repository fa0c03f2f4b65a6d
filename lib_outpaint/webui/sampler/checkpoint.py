"""Which checkpoint will be used, and what follows from it. Planning happens before the host loads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from modules import sd_models, shared

from ...errors import ModelError, ParamError
from ...models.families import UNKNOWN, Family
from ...models.inspect import inspect
from ...models.prediction import predicted
from ..variants import variant


@dataclass(frozen=True)
class Checkpoint:
    """What matters of a checkpoint; `native_side` in px."""

    name: str
    family: Family
    native_side: int
    inpainting: bool

    def check(self) -> None:
        """Refuses what no WebUI can outpaint with.

        Raises:
            ParamError: says why.
        """
        ways = set(self.family.inpaints)
        if self.family.known and not ways & {"channels", "latent blend"}:
            code = "checkpoint-only-fills" if "fill" in ways else "checkpoint-cannot-outpaint"
            raise ParamError("sd_model_checkpoint", self.name, code, family=self.family.name)


def checkpoint_for(overrides: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint a job with these `override_settings` will use: theirs, else the settings'.

    Raises:
        ParamError: they name one that is not there.
    """
    override = overrides.get("sd_model_checkpoint")
    info = None
    if isinstance(override, str) and override:
        # The host takes an override only by an exact name, and drops any other without a word.
        info = sd_models.checkpoint_aliases.get(override)
        if info is None:
            raise ParamError("sd_model_checkpoint", override, "no-such-checkpoint")
    if info is None:
        info = sd_models.get_closet_checkpoint_match(shared.opts.sd_model_checkpoint or "")
    # Forge has a stand-in here until the first generation; it knows nothing, so the file's header is read instead.
    loaded = variant().loaded_checkpoint()
    if info is None:
        return from_model(shared.sd_model, loaded.name_for_extra if loaded is not None else "")
    if loaded is not None and loaded.filename == info.filename:
        return from_model(shared.sd_model, info.name_for_extra)
    return _from_file(info)


def inpainting_like(checkpoint: Checkpoint) -> str | None:
    """An installed inpainting checkpoint of the same family, the one with the most similar name; None without one.

    Only files with "inpaint" in their name are looked into: there may be hundreds.
    """
    found: dict[str, float] = {}
    for info in list(sd_models.checkpoint_aliases.values()):
        if "inpaint" not in info.name_for_extra.lower() or info.name_for_extra in found:
            continue
        other = _from_file(info)
        if other.inpainting and other.family == checkpoint.family:
            plain = re.sub(r"[\W_]*inpaint(ing)?", "", other.name.lower())
            found[other.name] = SequenceMatcher(None, plain, checkpoint.name.lower()).ratio()
    return max(found, key=lambda name: found[name], default=None)


def from_model(model: Any, name: str) -> Checkpoint:
    """From a loaded model."""
    here = variant()
    family = here.family(model)
    return Checkpoint(name, family, family.side(here.prediction(model)), here.inpainting(model))


def family_of(path: Path) -> Family:
    """The family a weights file belongs to or was made for, by its header; UNKNOWN when nothing tells."""
    try:
        return inspect(path).family
    except ModelError:
        return UNKNOWN  # an old .pt or .ckpt file says nothing of itself


def _from_file(info: Any) -> Checkpoint:
    """From the file, without loading it; nothing is known of one that is no safetensors file."""
    try:
        found = inspect(Path(info.filename))
        found = replace(found, prediction=predicted(found))
    except ModelError:
        return Checkpoint(info.name_for_extra, UNKNOWN, UNKNOWN.native_side, False)
    side = found.native_side or UNKNOWN.native_side
    return Checkpoint(info.name_for_extra, found.family, side, found.inpainting)
