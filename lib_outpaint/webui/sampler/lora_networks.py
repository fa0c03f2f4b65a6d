"""LoRAs in the WebUI: names and base models are checked before sampling, never left to the host.

A1111 skips a missing LoRA with a comment; Forge keeps the set of the call before.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...errors import ModelError, ParamError
from ...models.inspect import BASE_NAMES, inspect
from ...parameters.loras import from_list, from_prompt
from ...parameters.params import Params
from ...parameters.side_prompts import SidePrompts
from .checkpoint import Checkpoint


def with_loras(prompt: str, params: Params) -> str:
    """A pass's prompt with the tags of the `loras` parameter behind it."""
    tags = "".join(f" <lora:{lora.name}:{lora.text:g}>" for lora in from_list(params.loras))
    return prompt + tags


def check(params: Params, prompts: Iterable[str], checkpoint: Checkpoint) -> None:
    """Refuses LoRAs that are not installed, or made for another base model.

    Args:
        prompts: the main prompts.

    Raises:
        ParamError: names the LoRA, and what is installed.
    """
    asked = [("loras", lora.name) for lora in from_list(params.loras)]
    asked += [("prompt", lora.name) for prompt in prompts for lora in from_prompt(prompt)[1]]
    asked += [
        ("side_prompts", lora.name)
        for line in SidePrompts.parse(params.side_prompts).lines
        if not line.negative
        for lora in from_prompt(line.text)[1]
    ]
    for field, name in dict.fromkeys(asked):
        found = _found(name)
        if found is None:
            raise ParamError(field, name, f"is no LoRA of this WebUI; installed are {_listed()}")
        _refuse_other_base(field, name, found, checkpoint)


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
    module = _networks()
    return sorted(module.available_networks) if module is not None else []


def _found(name: str) -> Any:
    """The host's record of a LoRA, by its name or alias, as its own loader looks it up."""
    module = _networks()
    if module is None:
        return None
    for _ in range(2):
        alias = name.lower() in getattr(module, "forbidden_network_aliases", {})
        found = (module.available_networks if alias else module.available_network_aliases).get(name)
        if found is not None:
            return found
        module.list_available_networks()  # a file put there since the last look
    return None


def _refuse_other_base(field: str, name: str, found: Any, checkpoint: Checkpoint) -> None:
    try:
        base = BASE_NAMES.get(inspect(Path(found.filename)).base, "") if checkpoint.base else ""
    except ModelError:
        return  # an old .pt or .ckpt file says nothing of itself
    if base in ("", BASE_NAMES[""]) or base == checkpoint.base:
        return
    raise ParamError(field, name, f"is a LoRA for {base}, but {checkpoint.name} is {checkpoint.base}")


def _listed() -> str:
    found = names()
    return ", ".join(found[:20]) + (f" and {len(found) - 20} more" if len(found) > 20 else "") if found else "none"


def _networks() -> Any:
    """The host's own module, which its LoRA extension has loaded; None when that extension is off."""
    module = sys.modules.get("networks")
    return module if hasattr(module, "available_networks") else None
