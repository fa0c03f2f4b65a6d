"""Prompts per side and pass.

A line is `[!]SIDE [N] [-]: text`. SIDE is left, right, up, down or mask (the painted region); N is that side's Nth pass
and takes the place of the side's general line there; `-` makes it a negative prompt; `!` replaces the main prompt
instead of adding to it. Empty lines and lines that start with `#` are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ParamError

_LINE = re.compile(r"(?P<replaces>!)?\s*(?P<side>[A-Za-z]+)\s*(?P<step>[0-9]{1,4})?\s*(?P<negative>-)?\s*:(?P<text>.*)")
_PLACES = ("left", "right", "up", "down", "mask")


@dataclass(frozen=True)
class SidePrompt:
    """One line: where it applies and what it says. `step` counts from 1; 0 is every pass of the side."""

    place: str
    step: int
    negative: bool
    replaces: bool
    text: str

    def __str__(self) -> str:
        step = f" {self.step}" if self.step else ""
        return f"{'!' if self.replaces else ''}{self.place}{step}{' -' if self.negative else ''}: {self.text}"


@dataclass(frozen=True)
class SidePrompts:
    """All lines of the `side_prompts` parameter."""

    lines: tuple[SidePrompt, ...] = ()

    @classmethod
    def parse(cls, text: str) -> SidePrompts:
        """Reads the parameter's text.

        Raises:
            ParamError: a line is not of the form above, or says twice what another line says.
        """
        found: list[SidePrompt] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.strip().startswith("#"):
                continue
            prompt = _parsed(number, line.strip())
            if any((p.place, p.step, p.negative) == (prompt.place, prompt.step, prompt.negative) for p in found):
                raise ParamError("side_prompts", line.strip(), "side-prompt-twice", line=number)
            found.append(prompt)
        return cls(tuple(found))

    def applied(self, place: str, step: int, prompt: str, negative: str) -> tuple[str, str]:
        """The prompt and negative prompt of one pass, from the main ones."""
        return (self._one(place, step, prompt, negative=False), self._one(place, step, negative, negative=True))

    def used(self, passes: Iterable[tuple[str, int]]) -> set[SidePrompt]:
        """The lines that say something about any of the passes: their places and steps."""
        wanted = set(passes)
        return {p for p in self.lines if any(p.place == place and p.step in (0, step) for place, step in wanted)}

    def _one(self, place: str, step: int, main: str, *, negative: bool) -> str:
        matching = [p for p in self.lines if p.place == place and p.negative == negative and p.step in (0, step)]
        if not matching:
            return main
        chosen = max(matching, key=lambda p: p.step)
        if chosen.replaces or not main.strip():
            return chosen.text
        return f"{main}, {chosen.text}" if chosen.text else main


def _parsed(number: int, line: str) -> SidePrompt:
    found = _LINE.fullmatch(line)
    if not found:
        raise ParamError("side_prompts", line, "side-prompt-form", line=number)
    place = found["side"].lower()
    if place not in _PLACES:
        raise ParamError("side_prompts", line, "side-prompt-side", line=number, known=", ".join(_PLACES))
    step = int(found["step"] or 0)
    if found["step"] and step < 1:
        raise ParamError("side_prompts", line, "side-prompt-step", line=number)
    return SidePrompt(place, step, bool(found["negative"]), bool(found["replaces"]), found["text"].strip())
