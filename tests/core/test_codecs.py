"""Parameters to and from dicts, lists, infotext, flags, JSON schema and table."""

from __future__ import annotations

import argparse
import json
import math
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Param, Params

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


def values_of(param: Param) -> st.SearchStrategy[Any]:
    if param.kind == "choice":
        return st.sampled_from(param.choices)
    if param.kind == "text":
        pieces = st.sampled_from(["left: sky", "512x512", "16:9", "\n", '"', "\\", ",", ";", "<lora:a:1>", "天空", " "])
        anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
        # The WebUI's size pattern swallows a line break at the end of "512x512\n": nothing is lost.
        return st.one_of(st.just(""), st.lists(pieces, max_size=5).map("".join), anything).map(lambda t: t.rstrip("\n"))
    if param.kind == "int":
        return st.integers(int(param.low), int(param.high))
    number = st.floats(param.low, param.high)
    return st.one_of(st.none(), number) if param.optional else number


@st.composite
def all_params(draw: st.DrawFn) -> Params:
    values = {p.name: draw(st.one_of(st.just(p.default), values_of(p))) for p in DECLARED}
    if values["unit"] == "px":
        values |= {name: float(int(values[name])) for name in ("left", "right", "up", "down")}
    return Params(**values)


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


def test_infotext_holds_the_version_and_what_differs() -> None:
    entries = codecs.to_infotext(Params(left=128, fill="edge", mask_weight=0.5))
    assert list(entries) == [codecs.MARKER, "Outpaint left", "Outpaint fill", "Outpaint mask weight"]
    assert entries["Outpaint left"] == "128"
    assert list(codecs.to_infotext(Params())) == [codecs.MARKER]


@pytest.mark.parametrize("param", DECLARED, ids=lambda p: p.name)
def test_infotext_keys_fit_the_grammar_and_differ(param: Param) -> None:
    key = codecs.infotext_key(param)
    assert re.fullmatch(r"\w[\w \-/]+", key)
    assert [codecs.infotext_key(p) for p in DECLARED].count(key) == 1


def test_other_programs_entries_are_left_alone() -> None:
    assert codecs.from_infotext({"Steps": "20", "Outpaint left": "7", "Mask blur": "99"}) == Params(left=7)
    with pytest.raises(ParamError, match=r"^left: 'wide' is not a number$"):
        codecs.from_infotext({"Outpaint left": "wide"})


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_quoting_comes_back(text: str) -> None:
    assert codecs.unquoted(codecs.quoted(text)) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ('"a, b"', "a, b"),
        ('"', '"'),
        ('""', ""),
        ('"broken" quote"', '"broken" quote"'),
        ('"never closed', '"never closed'),
        ("", ""),
    ],
)
def test_unquoting(text: str, value: str) -> None:
    assert codecs.unquoted(text) == value


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


def test_too_many_values() -> None:
    with pytest.raises(ParamError, match=rf"^script_args: '{len(DECLARED) + 1} values' are more than"):
        codecs.from_positional([None] * (len(DECLARED) + 1))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lefft": 1}, "lefft"),
        ({"left": "1"}, "left"),
        ({"left": math.nan}, "left"),
        ({"fill": "noize"}, "fill"),
        ({"": 1}, ""),
        ({5: 1}, "5"),
        ({"overlap": True}, "overlap"),
        ({"fill": None}, "fill"),
    ],
    ids=str,
)
def test_dicts_with_mistakes(values: dict[Any, Any], field: str) -> None:
    with pytest.raises(ParamError) as caught:
        codecs.from_dict(values)
    assert caught.value.field == field


def test_a_dict_over_a_base() -> None:
    assert codecs.from_dict({"right": 5}, Params(left=7)) == Params(left=7, right=5)


def parsed(*flags: str) -> Params:
    parser = argparse.ArgumentParser(exit_on_error=False)
    codecs.add_flags(parser)
    return codecs.from_flags(parser.parse_args(flags))


@given(all_params())
def test_every_parameter_is_a_flag(params: Params) -> None:
    flags = [
        f"--{p.name.replace('_', '-')}={'' if value is None else value}"
        for p in DECLARED
        if (value := getattr(params, p.name)) != p.default
    ]
    assert parsed(*flags) == params


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--left=wide", "left: 'wide' is not a number"),
        ("--left=nan", "left: nan is outside 0..4096"),
        ("--left=1e999", "left: inf is outside 0..4096"),
        ("--left=", "left: '' is not a number"),
        ("--overlap=1.5", "overlap: 1.5 is not a whole number"),
        ("--fill=noize", "fill: 'noize' is none of edge,"),
    ],
)
def test_flags_with_mistakes(flag: str, words: str) -> None:
    with pytest.raises(ParamError) as caught:
        parsed(flag)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("text", ["", "none", "host", " None "])
def test_no_mask_weight_is_the_hosts_own(text: str) -> None:
    assert parsed(f"--mask-weight={text}").mask_weight is None


def test_the_help_names_every_default() -> None:
    parser = argparse.ArgumentParser()
    codecs.add_flags(parser)
    text = " ".join(parser.format_help().split())
    assert text.count("Default: ") == len(DECLARED)
    assert "0..4096 px or %. Default: 0." in text


def test_schema_and_table_follow_the_declaration() -> None:
    schema = codecs.json_schema()
    assert list(schema["properties"]) == [p.name for p in DECLARED]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["left"] == {
        "title": "Grow left",
        "description": "How far the picture grows to the left.",
        "default": 0,
        "type": "number",
        "minimum": 0,
        "maximum": 4096,
    }
    assert schema["properties"]["mask_weight"]["type"] == ["number", "null"]
    assert schema["properties"]["fill"]["enum"] == list(codecs.declared("fill").choices)
    json.dumps(schema, allow_nan=False)
    rows = codecs.markdown_table().splitlines()
    assert len(rows) == len(DECLARED) + 2
    assert rows[2] == "| 0 | `left` | 0 | 0..4096 px or % | How far the picture grows to the left. |"
    assert all(row.count("|") == 6 for row in rows)
