"""Messages: every code in both languages, and what becomes of the values in them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import lib_outpaint
from lib_outpaint.errors import NO_VALUE, BackendError, MissingExtra, ParamError
from lib_outpaint.messages import LANGUAGES, Message, formats, message

CODES = sorted(formats())
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"\b(?!rank\b)[a-z]{4,}\b")  # the WebUI's Chinese users write rank as it is
PACKAGE = Path(lib_outpaint.__file__).parent


def placeholders(text: str) -> dict[str, str]:
    """The names in a format, with the way each is written."""
    return {name: spec for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_the_same_in_both_languages(code: str) -> None:
    english, chinese = formats()[code]
    named = placeholders(english)
    assert set(placeholders(chinese)) <= set(named), "a value that the English message does not have"
    assert not CHINESE.search(english)
    around = re.sub(r"{[^}]*}", "", english)
    assert CHINESE.search(chinese) or not WORD.search(around), "it is not translated"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_written_with_the_values_its_names_ask_for(code: str) -> None:
    named = placeholders(formats()[code].en)
    values: dict[str, object] = {}
    for name, spec in named.items():
        values[name] = 5 if spec and spec[-1] in "dfgn%,eE" else f"<{name}>"
    values |= {"field": "left"} if "field" in named else {}
    found = message(code, **values)
    for language in LANGUAGES:
        text = found.text(language)
        assert text.strip()
        assert "{" not in text
        for name in placeholders(getattr(formats()[code], language)):
            assert str(values[name]) in text, f"{name} is not in it"
    assert str(found) == found.text("en")


@cache
def sources() -> dict[str, ast.Module]:
    """The package's modules, without those in which the messages stand."""
    found = (path for path in sorted(PACKAGE.rglob("*.py")) if path.parent.name != "messages")
    return {str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf8")) for path in found}


def said() -> Iterator[tuple[str, str, set[str], bool]]:
    """Where a message is made: the place, its code, the names of the values it is given, and whether that is all."""
    for name, module in sources().items():
        for call in ast.walk(module):
            if not isinstance(call, ast.Call):
                continue
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            about_a_field = called == "ParamError"
            if called != "message" and not called.endswith("Error") and called != "OutOfMemory":
                continue
            code = call.args[2 if about_a_field else 0] if len(call.args) > 2 * about_a_field else None
            if isinstance(code, ast.Constant) and code.value in formats():
                given = {word.arg for word in call.keywords if word.arg is not None}
                complete = all(word.arg is not None for word in call.keywords)
                yield (
                    f"{name}:{call.lineno}",
                    str(code.value),
                    given | ({"field", "value"} if about_a_field else set()),
                    complete,
                )


def test_every_message_is_made_with_the_values_it_names() -> None:
    calls = list(said())
    assert len(calls) > 100, "the walk does not see them"
    wrong = {
        place: (code, sorted(set(placeholders(formats()[code].en)) - given))
        for place, code, given, complete in calls
        if complete and not set(placeholders(formats()[code].en)) <= given
    }
    assert wrong == {}


def test_no_message_is_never_said() -> None:
    texts = {
        node.value
        for module in sources().values()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    begun = tuple(text for text in texts if text.endswith("-"))  # message(f"pass-{place}")
    assert [code for code in CODES if code not in texts and not code.startswith(begun)] == []


def test_an_unknown_code_is_a_mistake_at_once() -> None:
    with pytest.raises(KeyError, match="no-such-code"):
        message("no-such-code")
    with pytest.raises(KeyError):
        BackendError("no-such-code")


def test_a_value_that_is_missing_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        message("out-of-memory").text()


def test_a_message_in_a_message_follows_the_language() -> None:
    name = message("pass-tile", name=message("pass-left", step=2), tile=1, tiles=3)
    note = message("new-area-black", name=name)
    assert str(note).startswith("pass left 2, tile 1 of 3: the new area is black")
    assert note.text("zh").startswith("采样 左 2，第 1/3 块：新区域是黑的")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("wide", "'wide'"),
        ("it's", '"it\'s"'),
        ("a\nb", "'a\\nb'"),
        (1.5, "1.5"),
        (None, "None"),
        ("x" * 78, repr("x" * 78)),
        ("x" * 79, "'" + "x" * 76 + "..."),
        ("天" * 5000, "'" + "天" * 76 + "..."),
        ([0] * 5000, "[0" + ", 0" * 25 + "..."),
        (10**5000, "a very long number"),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, int) else "int",
)
def test_values_are_quoted_and_cut(value: object, shown: str) -> None:
    assert str(message("not-a-number", field="left", value=value)) == f"left: {shown} is not a number"


@pytest.mark.parametrize("field", ["le\nft", "left\x1b[31m", "x" * 81, "\u202eleft"])
def test_a_name_that_somebody_made_up_is_quoted(field: str) -> None:
    text = str(ParamError(field, 5, "unknown-parameter", known="left", hint=""))
    assert text.isprintable()
    assert text.startswith(("'", '"'))
    assert len(text) < 150
    shown = message("unknown-parameter", field=field, known="left", hint="").text("zh", named=str.upper)
    assert shown.startswith(repr(field)[:20]), "it is nobody's label"


def test_a_parameter_is_called_what_the_reader_calls_it() -> None:
    found = message("outside", field="left", value=5000, low=0, high=4096)
    assert str(found) == "left: 5000 is outside 0..4096"
    assert found.text("en", {"left": "Grow left"}.__getitem__) == "Grow left: 5000 is outside 0..4096"
    assert found.text("zh", {"left": "向左扩展"}.__getitem__) == "向左扩展：5000 超出范围 0..4096"


def test_messages_are_values() -> None:
    one, same = message("out-of-memory", reason="a"), Message("out-of-memory", {"reason": "a"})
    assert one == same
    assert list(dict.fromkeys([one, same, message("out-of-memory", reason="b")])) == [
        one,
        message("out-of-memory", reason="b"),
    ]
    assert one != message("patchmatch-failed", reason="a")


def test_errors_carry_them() -> None:
    error = ParamError("left", 5000, "outside", low=0, high=4096)
    assert (error.code, error.field, error.value) == ("outside", "left", 5000)
    assert error.message.values == {"field": "left", "value": 5000, "low": 0, "high": 4096}
    assert str(error) == str(error.message)
    assert str(BackendError(message("said", text="{braces} stay"))) == "{braces} stay"
    assert str(ParamError("left", NO_VALUE, "nothing-grows")).startswith("nothing grows: ")


def test_a_missing_package_is_told_with_what_installs_it() -> None:
    assert str(MissingExtra("fill 'telea'", "opencv-python-headless", "opencv")) == (
        "fill 'telea' needs opencv-python-headless: run pip install -e \".[opencv]\" in the folder of this program"
    )
