"""The page in another language.

Labels, help, buttons and choices stand in `localizations/`, a flat JSON object in the form the AUTOMATIC1111 WebUI reads:
English text to text. Messages bring their own languages (lib_outpaint/messages).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...messages import Message
from ..panel import assets
from .page_texts import LABELS

LANGUAGES = {"en": "English", "zh": "简体中文"}
TAGS = {"en": "en", "zh": "zh-CN"}  # BCP 47, for <html lang>
_FILES = {"zh": "zh_CN"}


class Texts:
    """Looks up texts of one language; English ones come back as they are."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.found: Mapping[str, str] = json.loads(assets.localization(_FILES[language])) if language in _FILES else {}

    def __call__(self, text: str) -> str:
        """A text as it stands in the file; itself when it is not there."""
        return self.found.get(text, text)

    def message(self, message: Message) -> str:
        """A message, in which settings are named as their controls are."""
        values = {name: self(value) if name == "label" else value for name, value in message.values.items()}
        return Message(message.code, values).text(self.language, self._named)

    def _named(self, field: str) -> str:
        return self(LABELS.get(field, field))


def language_for(accepted: str) -> str:
    """The language of an Accept-Language header: the first of ours that it names, English without one."""
    weighed = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, rest = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.[0-9]*)?)\s*", rest or "q=1")
        if weight and float(weight[1]) > 0:
            weighed.append((-float(weight[1]), place, tag.split("-")[0].lower()))
    return next((tag for _, _, tag in sorted(weighed) if tag in LANGUAGES), "en")


def translate_choices(components: Iterable[Any], texts: Texts) -> None:
    """What people read in lists and radio buttons; the values stay."""
    for component in components:
        choices = getattr(component, "choices", None)
        if choices:
            component.choices = [(texts(shown), value) for shown, value in choices]
