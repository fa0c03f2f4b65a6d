"""The page in another language.

A language is a flat JSON object in `localizations/`, in the form the AUTOMATIC1111 WebUI reads: English text to text.
The same file serves both: labels, hints, buttons and choices are looked up as they stand. A key with {names} in braces
is a template for messages: "{field}: {value} is outside {low}..{high}".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParamError
from ...parameters.params import declared
from ..panel import assets
from .page_texts import MESSAGES

LANGUAGES = {"en": "English", "zh": "简体中文"}
TAGS = {"en": "en", "zh": "zh-CN"}  # BCP 47, for <html lang>
_FILES = {"zh": "zh_CN"}
_NAME = re.compile(r"\{(\w+)\}")

_COUNTS = ("number", "done", "steps", "tile", "tiles", "line")  # of a template: digits alone


class Texts:
    """Looks up texts of one language; English ones come back as they are."""

    def __init__(self, language: str, found: Mapping[str, str] | None = None) -> None:
        self.language = language
        if found is None:
            found = json.loads(assets.localization(_FILES[language])) if language in _FILES else {}
        self.found: Mapping[str, str] = found
        self._templates = [(_pattern(key), found[key]) for key in MESSAGES if key in found and _NAME.search(key)]

    def __call__(self, text: str) -> str:
        """A text as it stands in the file; itself when it is not there."""
        return self.found.get(text, text)

    def message(self, text: str) -> str:
        """A text that was made from a template, such as an error's. Parameters are named as the panel names them."""
        if text in self.found:
            return self.found[text]
        for pattern, translated in self._templates:
            match = pattern.fullmatch(text)
            if match:
                parts = {name: self._part(name, part) for name, part in match.groupdict().items()}
                return _NAME.sub(lambda name: parts[name[1]], translated)  # noqa: B023  called at once
        return text

    def _part(self, name: str, value: str) -> str:
        if name == "pass_name":
            return self.message(value)
        if name != "field":
            return self(value)
        try:
            return self(declared(value).label)
        except ParamError:
            return self(value.replace("_", " ").capitalize())


def _pattern(key: str) -> re.Pattern[str]:
    parts = _NAME.split(key)
    seen: set[str] = set()
    pattern = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P={part})"
        else:
            seen.add(part)
            pattern += f"(?P<{part}>[0-9]+)" if part in _COUNTS else f"(?P<{part}>.+?)"
    return re.compile(pattern, re.DOTALL)


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
