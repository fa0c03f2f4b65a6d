"""The WebUI's prompt syntax: (more), [less], (word:1.3), BREAK, and backslashes before brackets that are meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import ParamError

MORE, LESS = 1.1, 1 / 1.1
_WEIGHT = re.compile(r":\s*([+-]?[.\d]+)\s*\)")
_BREAK = re.compile(r"\s*\bBREAK\b\s*", re.DOTALL)
_EDIT = re.compile(r"\[[^\[\]]*:[^\[\]]*:\s*[.\d]+\s*\]|\[[^\[\]]*\|[^\[\]]*\]")
_AND = re.compile(r"\bAND\b")


@dataclass
class Piece:
    """Some text of one weight; `text` None is a BREAK: what follows starts a new chunk."""

    text: str | None
    weight: float = 1.0


def refuse_unknown_syntax(field: str, text: str) -> None:
    """Refuses what the WebUI does with a prompt and this backend does not.

    Raises:
        ParamError: prompt editing ([from:to:when], [a|b]) or composition (AND).
    """
    plain = re.sub(r"\\.", "", text)
    found = _EDIT.search(plain)
    if found:
        raise ParamError(field, found[0], "prompt-editing")
    if _AND.search(plain):
        raise ParamError(field, text, "prompt-and")


def pieces(text: str) -> list[Piece]:
    """A prompt cut into pieces of one weight each; neighbours of equal weight are one piece.

    Brackets that nothing closes count to the end. A round bracket closed with a number multiplies by it, instead of by
    1.1; a square one divides by 1.1.
    """
    found: list[Piece] = []
    opened: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "\\" and at + 1 < len(text) and text[at + 1] in "()[]\\":
            found.append(Piece(text[at + 1]))
            at += 2
            continue
        weight = _WEIGHT.match(text, at) if letter == ":" else None
        innermost = {kind: index for index, (kind, _) in enumerate(opened)}
        if letter in "([":
            opened.append((letter, len(found)))
        elif weight is not None and "(" in innermost:
            _multiply(found, opened.pop(innermost["("])[1], _number(weight[1]))
            at = weight.end() - 1
        elif letter == ")" and "(" in innermost:
            _multiply(found, opened.pop(innermost["("])[1], MORE)
        elif letter == "]" and "[" in innermost:
            _multiply(found, opened.pop(innermost["["])[1], LESS)
        else:
            end = _plain_end(text, at)
            found += _with_breaks(text[at:end])
            at = end - 1
        at += 1
    for kind, first in opened:
        _multiply(found, first, MORE if kind == "(" else LESS)
    return _joined(found) or [Piece("")]


def _plain_end(text: str, at: int) -> int:
    end = at + 1
    while text[at] not in "()[]:\\" and end < len(text) and text[end] not in "()[]:\\":
        end += 1
    return end


def _with_breaks(text: str) -> list[Piece]:
    found: list[Piece] = []
    for number, part in enumerate(_BREAK.split(text)):
        found += [Piece(None)] * (number > 0) + [Piece(part)]
    return found


def _multiply(found: list[Piece], first: int, weight: float) -> None:
    for piece in found[first:]:
        piece.weight *= weight


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParamError("prompt", text, "not-a-number") from None


def _joined(found: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in found:
        last = joined[-1] if joined else None
        if last and last.text is not None and piece.text is not None and last.weight == piece.weight:
            last.text += piece.text
        else:
            joined.append(Piece(piece.text, piece.weight))
    return joined
