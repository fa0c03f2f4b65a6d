"""Parameters as infotext, texts, lists and dicts, word by word."""

from __future__ import annotations

import json

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.codecs import (
    from_infotext,
    from_text,
    infotext_value,
    quoted,
    to_infotext,
    to_positional,
    unquoted,
)
from lib_outpaint.parameters.params import DECLARED, FILLS, Params, declared


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("with blanks inside", "with blanks inside"),
        ("X", "X"),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("a,b", '"a,b"'),
        ("a:b", '"a:b"'),
        ("a\nb", '"a\\nb"'),
        ("a\rb", '"a\\rb"'),
        ('a"b', '"a\\"b"'),
        ("天,", '"天,"'),
        ("", ""),
        ("天", "天"),
    ],
)
def test_quoting(value: str, written: str) -> None:
    assert quoted(value) == written
    assert unquoted(written) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"5"', "5"),
        ("5", "5"),
        ('"', '"'),
        ('""', ""),
        ('"a', '"a'),
        ('a"', 'a"'),
        ('"a" "b"', '"a" "b"'),
        ('"\\x"', '"\\x"'),
    ],
)
def test_unquoting_leaves_what_is_no_quoted_text(text: str, value: str) -> None:
    assert unquoted(text) == value


def test_infotext_in_full() -> None:
    found = to_infotext(Params(left=8, unit="%", mask_falloff=0.5, side_prompts="left: a", color_match="off"))
    assert list(found.items())[1:] == [
        ("Outpaint left", "8"),
        ("Outpaint unit", "%"),
        ("Outpaint mask falloff", "0.5"),
        ("Outpaint side prompts", "left: a"),
        ("Outpaint color match", "off"),
    ]
    assert next(iter(found)) == "Outpaint version"


@pytest.mark.parametrize(
    ("entries", "value"),
    [
        ({"Outpaint size": "5x6"}, "5x6"),
        ({"Outpaint size-1": "5", "Outpaint size-2": "6"}, "5x6"),
        ({"Outpaint size": "1x1", "Outpaint size-1": "5", "Outpaint size-2": "6"}, "1x1"),
        ({"Outpaint size-1": "5"}, None),
        ({"Outpaint size-2": "5"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_size_that_the_host_took_apart(entries: dict[str, str], value: str | None) -> None:
    assert infotext_value(entries, declared("size")) == value
    assert from_infotext(entries).size == (value or "")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("left", "8", 8.0),
        ("left", "8.0", 8.0),
        ("left", " 8 ", 8.0),
        ("overlap", "16", 16),
        ("overlap", "16.0", 16),
        ("mask_falloff", "0.5", 0.5),
        ("mask_weight", "", None),
        ("mask_weight", "NONE", None),
        ("mask_weight", "host", None),
        ("mask_weight", "0.25", 0.25),
        ("fill", "edge", "edge"),
        ("aspect", " 16:9", " 16:9"),
    ],
)
def test_values_from_text(name: str, text: str, value: object) -> None:
    found = from_text(declared(name), text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("left", "", "left: '' is not a number"),
        ("left", "none", "left: 'none' is not a number"),
        ("overlap", "1.5", "overlap: 1.5 is not a whole number"),
        ("overlap", "-1", "overlap: -1 is outside 0..256"),
        ("fill", "Edge", "fill: 'Edge' is none of " + ", ".join(FILLS)),
    ],
)
def test_texts_that_are_no_values(name: str, text: str, words: str) -> None:
    with pytest.raises(ParamError) as caught:
        from_text(declared(name), text)
    assert str(caught.value) == words


def test_lists_in_full() -> None:
    values = to_positional(Params(left=3, color_match="mean"))
    assert len(values) == len(DECLARED)
    assert values[0] == 3
    assert json.dumps(values[:5]) == '[3, 0, 0, 0, "px"]'
    assert codecs.from_positional(values[:1]) == Params(left=3)
    with pytest.raises(ParamError) as caught:
        codecs.from_positional([0] * 99)
    assert str(caught.value) == f"script_args: '99 values' are more than the {len(DECLARED)} parameters"
    assert caught.value.field == "script_args"


def test_dicts_in_full() -> None:
    assert codecs.to_dict(Params(left=3), changed_only=True) == {"left": 3}
    assert list(codecs.to_dict(Params())) == [param.name for param in DECLARED]
    assert isinstance(codecs.to_dict(Params(left=3))["left"], int)
    assert codecs.to_dict(Params(mask_falloff=0.5))["mask_falloff"] == 0.5
    assert codecs.from_dict({}, Params(left=4)) == Params(left=4)
    assert codecs.from_dict({}) == Params()
