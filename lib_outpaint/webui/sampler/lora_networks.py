"""LoRAs in the WebUI: names and base models are checked before sampling, never left to the host.

A1111 skips a missing LoRA with a comment; Forge keeps the set of the call before.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...errors import ParamError
from ...messages import Message, message
from ...parameters.guidance import Guidance
from ...parameters.loras import Lora, from_prompt
from ..variants import variant
from .checkpoint import Checkpoint, family_of

_MOST_LISTED = 20


def with_loras(prompt: str, loras: Iterable[Lora]) -> str:
    """A pass's prompt with the tags of the `loras` parameter behind it."""
    return prompt + "".join(f" <lora:{lora.name}:{lora.text:g}>" for lora in loras)


def check(guidance: Guidance, prompt: str, checkpoint: Checkpoint) -> None:
    """Refuses LoRAs that are not installed, or made for another family.

    Args:
        prompt: the main prompt.

    Raises:
        ParamError: names the LoRA, and what is installed.
    """
    asked = [("loras", lora.name) for lora in guidance.loras]
    asked += [("prompt", lora.name) for lora in from_prompt(prompt)[1]]
    asked += [
        ("side_prompts", lora.name)
        for line in guidance.side_prompts.lines
        if not line.negative
        for lora in from_prompt(line.text)[1]
    ]
    for field, name in dict.fromkeys(asked):
        found = _found(name)
        if found is None:
            raise ParamError(field, name, "no-such-lora", installed=_listed())
        made_for = family_of(Path(found.filename))
        if not checkpoint.family.takes(made_for):
            names = {"made_for": made_for.name, "checkpoint": checkpoint.name, "family": checkpoint.family.name}
            raise ParamError(field, name, "lora-other-family", **names)


def keep_hashes(kept: dict[str, dict[str, str]], entries: dict[str, Any]) -> None:
    """The infotext's hashes of LoRAs and embeddings are those of all passes, not of the last one alone.

    Args:
        kept: of the passes before, by entry and name; takes those of this pass.
        entries: this pass's infotext entries; get those of all.
    """
    for key in ("Lora hashes", "TI hashes", "TI"):  # the last is Forge's, names without hashes
        for item in filter(None, str(entries.get(key) or "").split(", ")):
            kept.setdefault(key, {})[item.rpartition(": ")[0] or item] = item
        if key in kept:
            entries[key] = ", ".join(kept[key].values())


def names() -> list[str]:
    """The LoRAs that are installed."""
    module = variant().lora_networks()
    return sorted(module.available_networks) if module is not None else []


def _found(name: str) -> Any:
    """The host's record of a LoRA, by its name or alias, as its own loader looks it up."""
    module = variant().lora_networks()
    if module is None:
        return None
    for _ in range(2):
        alias = name.lower() in module.forbidden_network_aliases
        found = (module.available_networks if alias else module.available_network_aliases).get(name)
        if found is not None:
            return found
        module.list_available_networks()  # a file put there since the last look
    return None


def _listed() -> str | Message:
    found = names()
    shown = ", ".join(found[:_MOST_LISTED])
    if len(found) > _MOST_LISTED:
        return message("and-more", names=shown, count=len(found) - _MOST_LISTED)
    return shown or message("none-installed")
