"""How LoRAs are asked for: `<lora:name:weight>` in prompts, and the `loras` parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ParamError

MOST_WEIGHT = 10.0
_TAG = re.compile(r"<lora:([^<>]*)>")


@dataclass(frozen=True)
class Lora:
    """A LoRA by name, and how strongly it changes text encoder and UNet."""

    name: str
    text: float = 1.0
    unet: float = 1.0

    def __str__(self) -> str:
        return f"{self.name}:{self.text:g}" + ("" if self.text == self.unet else f":{self.unet:g}")


def from_prompt(prompt: str) -> tuple[str, tuple[Lora, ...]]:
    """The prompt without its LoRA tags, and the LoRAs: `<lora:name>`, `<lora:name:weight>`,
    `<lora:name:text encoder:UNet>`, or named as in `<lora:name:te=0.5:unet=1>`.

    Raises:
        ParamError: a tag that cannot be read.
    """
    found = tuple(_parsed(tag) for tag in _TAG.findall(prompt))
    return _TAG.sub("", prompt), found


def _parsed(tag: str) -> Lora:
    name, *rest = (part.strip() for part in tag.split(":"))
    named = dict(part.split("=", 1) for part in rest if "=" in part)
    plain = [part for part in rest if "=" not in part]
    if not name or len(plain) > 2 or set(named) - {"te", "unet"}:
        raise ParamError("prompt", f"<lora:{tag}>", "lora-tag-form")
    text = _weight(named.get("te") or (plain[0] if plain else "1"), f"<lora:{tag}>", "prompt")
    unet = named.get("unet") or (plain[1] if len(plain) > 1 else "")
    return Lora(name, text, _weight(unet, f"<lora:{tag}>", "prompt") if unet else text)


def from_list(text: str) -> tuple[Lora, ...]:
    """The `loras` parameter: "name:0.8, other:0.5".

    Raises:
        ParamError: an entry without a name, or a weight that is no number.
    """
    found = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight = entry.rpartition(":") if ":" in entry else (entry, "", "1")
        if not name.strip():
            raise ParamError("loras", entry, "lora-form")
        number = _weight(weight, entry, "loras")
        found.append(Lora(name.strip(), number, number))
    return tuple(found)


def _weight(text: str, entry: str, field: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not -MOST_WEIGHT <= number <= MOST_WEIGHT:
        raise ParamError(field, entry, "lora-weight", weight=text, most=MOST_WEIGHT)
    return number
