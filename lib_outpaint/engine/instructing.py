"""What an editing model is told before the user's prompt."""

from __future__ import annotations

from ..planning.geometry import Margins, Side
from ..planning.strips import Pass

_TOWARDS = {Side.LEFT: "to the left", Side.RIGHT: "to the right", Side.UP: "upwards", Side.DOWN: "downwards"}


def instructed(prompt: str, step: Pass, margins: Margins, instruction: str) -> str:
    """A pass's prompt with the instruction to extend the picture in front of it. What is only repainted is not extended.

    Args:
        margins: how far every side grows.
        instruction: with "{towards}" where the sides are named.
    """
    if step.kind == "mask":
        return prompt
    sides = [_TOWARDS[side] for side in ((step.side,) if step.side else margins.sides)]
    towards = " and ".join(part for part in (", ".join(sides[:-1]), sides[-1]) if part)
    return f"{instruction.format(towards=towards)} {prompt}".strip()
