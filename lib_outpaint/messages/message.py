"""A message: a code and values, and its text in a language."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

LANGUAGES = ("en", "zh")
MOST_SHOWN = 80  # characters of a value


class Formats(NamedTuple):
    """One message in every language."""

    en: str
    zh: str


@dataclass(frozen=True)
class Message:
    """What is to be said. `str` gives it in English.

    Attributes:
        code: a key of `formats()`.
        values: by the names in its formats; messages among them.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in formats():
            raise KeyError(f"no message has the code {self.code!r}")

    def __str__(self) -> str:
        return self.text()

    def __hash__(self) -> int:
        return hash((self.code, str(self)))

    def text(self, language: str = "en", named: Callable[[str], str] | None = None) -> str:
        """The message in a language.

        Args:
            language: one of LANGUAGES.
            named: what people call a parameter, by its name; without it the name itself is shown.
        """
        return _Formatter(language, named).vformat(getattr(formats()[self.code], language), (), self.values)


def message(code: str, **values: Any) -> Message:
    """`message("outside", field="left", value=5000, low=0, high=4096)`.

    Raises:
        KeyError: no such code.
    """
    return Message(code, values)


class _Formatter(string.Formatter):
    def __init__(self, language: str, named: Callable[[str], str] | None) -> None:
        self._language = language
        self._named = named

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs[str(key)]
        if isinstance(value, Message):
            return value.text(self._language, self._named)
        if key == "field":
            # A name that somebody made up can be anything.
            known = value.isprintable() and len(value) <= MOST_SHOWN
            return _shown(value) if not known else self._named(value) if self._named is not None else value
        return value

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return _shown(value) if conversion == "r" else super().convert_field(value, conversion)


def _shown(value: object) -> str:
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except ValueError:  # Python writes no number of over 4300 digits
        text = "a very long number"
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


@cache
def formats() -> Mapping[str, Formats]:
    """Every message's formats, by code."""
    from . import apps, diffusers, engine, evaluate, models, parameters, pictures, planning, webui

    found: dict[str, Formats] = {}
    for area in (parameters, planning, pictures, models, engine, diffusers, webui, evaluate, apps):
        for code, (en, zh) in area.MESSAGES.items():
            if code in found:
                raise KeyError(f"two messages have the code {code!r}")
            found[code] = Formats(en, zh)
    return found
