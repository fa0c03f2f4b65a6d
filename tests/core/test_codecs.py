"""Parameters to and from dicts, lists, texts and infotext."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from any_params import all_params
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Param, Params, declared

# The WebUI's own grammar: modules/infotext_utils.py of version 1.10.
RE_PARAM = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
RE_IMAGESIZE = re.compile(r"^(\d+)x(\d+)$")


def webui_reads(line: str) -> dict[str, str]:
    """The entries of an infotext's last line as the WebUI's `parse_generation_parameters` reads them."""
    found = {}
    for key, text in RE_PARAM.findall(line):
        value = json.loads(text) if text[0] == '"' and text[-1] == '"' else text
        size = RE_IMAGESIZE.match(value)
        if size:
            found[f"{key}-1"], found[f"{key}-2"] = size.groups()
        else:
            found[key] = value
    return found


def webui_line(entries: dict[str, str]) -> str:
    return ", ".join(f"{key}: {codecs.quoted(value)}" for key, value in entries.items())


@given(all_params())
def test_dicts_and_lists_come_back(params: Params) -> None:
    for changed_only in (False, True):
        as_json = json.loads(json.dumps(codecs.to_dict(params, changed_only=changed_only)))
        assert codecs.from_dict(as_json) == params
    assert codecs.from_positional(json.loads(json.dumps(codecs.to_positional(params)))) == params


@settings(max_examples=150)
@given(all_params())
@example(Params(size="1920x1080"))
@example(Params(aspect="16x9"))
@example(Params(loras="512x512"))
@example(Params(side_prompts='left: a "quoted", word\\\nup: 天空'))
@example(Params(controlnet_model="back\\slash"))
@example(Params(compare='fill=noise,edge; loras="a:1, b:2"'))
def test_infotext_comes_back_through_the_webuis_grammar(params: Params) -> None:
    entries = {"Steps": "20", "Size": "512x512", **codecs.to_infotext(params), "Version": "v1.10.1"}
    read = webui_reads(webui_line(entries))
    assert read["Version"] == "v1.10.1"
    assert codecs.from_infotext(read) == params
    # And read by this program itself, without the WebUI's splitting of sizes.
    assert codecs.from_infotext(entries) == params


def test_infotext_in_full() -> None:
    found = codecs.to_infotext(Params(left=8, unit="%", mask_falloff=0.5, side_prompts="left: a", color_match="off"))
    assert list(found.items())[1:] == [
        ("Outpaint left", "8"),
        ("Outpaint unit", "%"),
        ("Outpaint mask falloff", "0.5"),
        ("Outpaint side prompts", "left: a"),
        ("Outpaint color match", "off"),
    ]
    assert next(iter(found)) == codecs.MARKER == "Outpaint version"
    assert list(codecs.to_infotext(Params())) == [codecs.MARKER]


@pytest.mark.parametrize("param", DECLARED, ids=lambda p: p.name)
def test_infotext_keys_fit_the_grammar_and_differ(param: Param) -> None:
    key = codecs.infotext_key(param)
    assert re.fullmatch(r"\w[\w \-/]+", key)
    assert [codecs.infotext_key(p) for p in DECLARED].count(key) == 1


def test_other_programs_entries_are_left_alone() -> None:
    assert codecs.from_infotext({"Steps": "20", "Outpaint left": "7", "Mask blur": "99"}) == Params(left=7)
    with pytest.raises(ParamError) as caught:
        codecs.from_infotext({"Outpaint left": "wide"})
    assert (caught.value.field, caught.value.value, caught.value.code) == ("left", "wide", "not-a-number")


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
    assert codecs.infotext_value(entries, declared("size")) == value
    assert codecs.from_infotext(entries).size == (value or "")


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_quoting_comes_back(text: str) -> None:
    assert codecs.unquoted(codecs.quoted(text)) == text


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
    assert codecs.quoted(value) == written
    assert codecs.unquoted(written) == value


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
    assert codecs.unquoted(text) == value


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
    found = codecs.from_text(declared(name), text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("left", "", "not-a-number"),
        ("left", "none", "not-a-number"),
        ("overlap", "1.5", "not-whole"),
        ("overlap", "-1", "outside"),
        ("fill", "Edges and more", "not-a-choice"),
    ],
)
def test_texts_that_are_no_values(name: str, text: str, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        codecs.from_text(declared(name), text)
    assert (caught.value.field, caught.value.code) == (name, code)


@pytest.mark.parametrize(
    ("values", "params"),
    [
        ([], Params()),
        ([128], Params(left=128)),
        ([None, 128], Params(right=128)),
        ([1, 2, 3, 4, "%"], Params(left=1, right=2, up=3, down=4, unit="%")),
        ([None] * len(DECLARED), Params()),
    ],
    ids=["none", "one", "none-stands-for-the-default", "five", "all-defaults"],
)
def test_positional(values: list[Any], params: Params) -> None:
    assert codecs.from_positional(values) == params


def test_lists_in_full() -> None:
    values = codecs.to_positional(Params(left=3, color_match="mean"))
    assert len(values) == len(DECLARED)
    assert values[0] == 3
    assert json.dumps(values[:5]) == '[3, 0, 0, 0, "px"]'
    assert codecs.from_positional(values[:1]) == Params(left=3)
    with pytest.raises(ParamError) as caught:
        codecs.from_positional([None] * (len(DECLARED) + 1))
    assert (caught.value.field, caught.value.code) == ("script_args", "too-many-values")
    assert caught.value.message.values["count"] == len(DECLARED) + 1
    assert caught.value.message.values["most"] == len(DECLARED)


def test_dicts_in_full() -> None:
    assert codecs.to_dict(Params(left=3), changed_only=True) == {"left": 3}
    assert list(codecs.to_dict(Params())) == [param.name for param in DECLARED]
    assert isinstance(codecs.to_dict(Params(left=3))["left"], int)
    assert codecs.to_dict(Params(mask_falloff=0.5))["mask_falloff"] == 0.5
    assert codecs.from_dict({}, Params(left=4)) == Params(left=4)
    assert codecs.from_dict({}) == Params()


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"lefft": 1}, "lefft", "unknown-parameter"),
        ({"left": "1"}, "left", "not-a-number"),
        ({"left": math.nan}, "left", "outside"),
        ({"fill": "noize"}, "fill", "not-a-choice"),
        ({"": 1}, "", "unknown-parameter"),
        ({5: 1}, "5", "unknown-parameter"),
        ({"overlap": True}, "overlap", "not-a-number"),
        ({"lefft": None}, "lefft", "unknown-parameter"),
        ({"left": 1, "LEFT": 2}, "left", "parameter-twice"),
    ],
    ids=str,
)
def test_dicts_with_mistakes(values: dict[Any, Any], field: str, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        codecs.from_dict(values)
    assert (caught.value.field, caught.value.code) == (field, code)


def test_a_dict_over_a_base() -> None:
    assert codecs.from_dict({"right": 5}, Params(left=7)) == Params(left=7, right=5)
