"""Prompts per side and pass."""

from __future__ import annotations

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.side_prompts import SidePrompts

MAIN, NEGATIVE = "a castle", "blur"


@pytest.mark.parametrize(
    ("text", "place", "step", "wanted"),
    [
        ("", "left", 1, (MAIN, NEGATIVE)),
        ("left: a tower", "left", 1, ("a castle, a tower", NEGATIVE)),
        ("left: a tower", "left", 3, ("a castle, a tower", NEGATIVE)),
        ("left: a tower", "right", 1, (MAIN, NEGATIVE)),
        ("left: a tower\nleft 2: a moat", "left", 1, ("a castle, a tower", NEGATIVE)),
        ("left: a tower\nleft 2: a moat", "left", 2, ("a castle, a moat", NEGATIVE)),
        ("left 2: a moat\nleft: a tower", "left", 2, ("a castle, a moat", NEGATIVE)),
        ("!left: a tower", "left", 1, ("a tower", NEGATIVE)),
        ("! LEFT : a tower", "left", 1, ("a tower", NEGATIVE)),
        ("left -: people", "left", 1, (MAIN, "blur, people")),
        ("!left -: people", "left", 1, (MAIN, "people")),
        ("left 2 -: people\nleft: a tower", "left", 2, ("a castle, a tower", "blur, people")),
        ("left2-:people", "left", 2, (MAIN, "blur, people")),
        ("left:", "left", 1, (MAIN, NEGATIVE)),
        ("!left:", "left", 1, ("", NEGATIVE)),
        ("left: a: b, c", "left", 1, ("a castle, a: b, c", NEGATIVE)),
        ("# left: a tower\n\n  \nup: sky", "up", 1, ("a castle, sky", NEGATIVE)),
        ("mask: a door", "mask", 1, ("a castle, a door", NEGATIVE)),
        ("up: 天空", "up", 1, ("a castle, 天空", NEGATIVE)),
    ],
    ids=repr,
)
def test_applied(text: str, place: str, step: int, wanted: tuple[str, str]) -> None:
    assert SidePrompts.parse(text).applied(place, step, MAIN, NEGATIVE) == wanted


def test_a_line_stands_alone_where_there_is_no_main_prompt() -> None:
    assert SidePrompts.parse("left: a tower").applied("left", 1, "  ", "") == ("a tower", "")


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("a tower", 1, "side-prompt-form"),
        ("up: sky\nleft a tower", 2, "side-prompt-form"),
        ("lefft: a tower", 1, "side-prompt-side"),
        ("together: a tower", 1, "side-prompt-side"),
        ("left 0: a tower", 1, "side-prompt-step"),
        ("left: a\n\nleft: b", 3, "side-prompt-twice"),
        ("left 2: a\n!left 2: b", 2, "side-prompt-twice"),
        ("left -2: a", 1, "side-prompt-form"),
    ],
    ids=repr,
)
def test_lines_that_cannot_be_read(text: str, line: int, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        SidePrompts.parse(text)
    assert (caught.value.field, caught.value.code) == ("side_prompts", code)
    assert caught.value.message.values["line"] == line


def test_a_line_that_names_no_side_is_told_with_those_there_are() -> None:
    with pytest.raises(ParamError) as caught:
        SidePrompts.parse("lefft: a tower")
    assert str(caught.value) == (
        "side_prompts: 'lefft: a tower' (line 1) does not start with a side; sides are left, right, up, down, mask"
    )


def test_the_same_place_may_have_a_prompt_a_negative_one_and_one_a_pass() -> None:
    assert len(SidePrompts.parse("left: a\nleft -: b\nleft 2: c\nleft 2 -: d\nright: e").lines) == 5
