"""What is derived from the declaration of the parameters: flags, JSON schema, the documentation's table."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

import pytest
from any_params import all_params
from hypothesis import given

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.amounts import PATTERN
from lib_outpaint.parameters.params import ANCHORS, CONTROL_MODES, DECLARED, FILLS, Params, declared


def flag(name: str) -> argparse.Action:
    parser = argparse.ArgumentParser()
    codecs.add_flags(parser)
    return next(action for action in parser._actions if action.dest == f"param_{name}")


@pytest.mark.parametrize(
    ("name", "metavar", "ends"),
    [
        ("left", "PX", " 0..4096 px or %%. Default: 0."),
        ("unit", "NAME", " One of: px, %%. Default: px."),
        ("aspect", "TEXT", " Default: empty."),
        ("step", "PX", " 0..2048 px. Default: 0."),
        ("noise_exponent", "N", " 0..4. Default: 1."),
        ("mask_falloff", "N", " 0.25..4. Default: 1."),
        ("mask_weight", "N", " 0..1. Default: the engine's own."),
        ("color_variation", "N", " 0..1. Default: 0.05."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_flags_in_full(name: str, metavar: str, ends: str) -> None:
    found = flag(name)
    assert found.option_strings == ["--" + name.replace("_", "-")]
    assert found.metavar == metavar
    assert found.help == declared(name).help.replace("%", "%%") + ends
    assert found.default is None


def test_flags_stand_in_groups() -> None:
    parser = argparse.ArgumentParser()
    codecs.add_flags(parser)
    titles = [group.title for group in parser._action_groups[2:]]
    assert titles == list(dict.fromkeys(param.group.lower() for param in DECLARED))
    for group in parser._action_groups[2:]:
        assert [action.dest for action in group._group_actions] == [
            f"param_{param.name}" for param in DECLARED if param.group.lower() == group.title
        ]


def parsed(*flags: str) -> dict[str, Any]:
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
    assert Params(**parsed(*flags)) == params


@pytest.mark.parametrize(
    ("flag", "field", "code"),
    [
        ("--left=wide", "left", "not-a-number"),
        ("--left=nan", "left", "outside"),
        ("--left=1e999", "left", "outside"),
        ("--left=", "left", "not-a-number"),
        ("--overlap=1.5", "overlap", "not-whole"),
        ("--fill=noize", "fill", "not-a-choice"),
    ],
)
def test_flags_with_mistakes(flag: str, field: str, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        parsed(flag)
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize("text", ["", "none", "host", " None "])
def test_no_mask_weight_is_the_hosts_own(text: str) -> None:
    assert parsed(f"--mask-weight={text}") == {"mask_weight": None}
    assert parsed() == {}


def test_the_help_names_every_default() -> None:
    parser = argparse.ArgumentParser()
    codecs.add_flags(parser)
    text = " ".join(parser.format_help().split())
    assert text.count("Default: ") == len(DECLARED)
    assert "0..4096 px or %. Default: 0." in text


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        (
            "left",
            {
                "title": "Grow left",
                "default": 0,
                "type": ["number", "string", "null"],
                "minimum": 0,
                "maximum": 4096,
                "pattern": PATTERN,
            },
        ),
        ("unit", {"title": "Unit", "default": "px", "type": ["string", "null"], "enum": ["px", "%", None]}),
        ("anchor", {"title": "Anchor", "default": "center", "type": ["string", "null"], "enum": [*ANCHORS, None]}),
        ("aspect", {"title": "Aspect ratio", "default": "", "type": ["string", "null"]}),
        ("fill", {"title": "Fill", "default": "noise", "type": ["string", "null"], "enum": [*FILLS, None]}),
        ("mosaic", {"title": "Mosaic tile", "default": 16, "type": ["integer", "null"], "minimum": 2, "maximum": 128}),
        (
            "mask_falloff",
            {"title": "Mask fall-off", "default": 1, "type": ["number", "null"], "minimum": 0.25, "maximum": 4},
        ),
        (
            "mask_weight",
            {
                "title": "Conditioning mask weight",
                "default": None,
                "type": ["number", "null"],
                "minimum": 0,
                "maximum": 1,
            },
        ),
        (
            "controlnet_mode",
            {
                "title": "Inpaint ControlNet mode",
                "default": CONTROL_MODES[0],
                "type": ["string", "null"],
                "enum": [*CONTROL_MODES, None],
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_schema_in_full(name: str, schema: dict[str, Any]) -> None:
    assert codecs.json_schema()["properties"][name] == schema | {"description": declared(name).help}


def test_the_schemas_head() -> None:
    schema = codecs.json_schema()
    assert {key: value for key, value in schema.items() if key != "properties"} == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Directional outpaint",
        "type": "object",
        "additionalProperties": False,
    }
    assert all(isinstance(value, int) for value in (schema["properties"]["left"][key] for key in ("minimum", "maximum")))


def test_the_schema_has_every_parameter_and_is_json() -> None:
    schema = codecs.json_schema()
    assert list(schema["properties"]) == [p.name for p in DECLARED]
    json.dumps(schema, allow_nan=False)


@pytest.mark.parametrize("text", ["25%", "12.5 %", "64px", " 64 PX "])
def test_the_schemas_amounts_with_a_unit_are_read(text: str) -> None:
    assert re.search(PATTERN, text)
    assert Params(left=text).left > 0


def test_the_table_in_full() -> None:
    lines = codecs.markdown_table().split("\n")
    assert lines[:2] == ["| # | name | default | range | meaning |", "|---|---|---|---|---|"]
    assert lines[-1] == ""
    rows = lines[2:-1]
    assert len(rows) == len(DECLARED)
    assert all(row.count("|") == 6 for row in rows)
    number = {param.name: i for i, param in enumerate(DECLARED)}
    for name, cells in (
        ("left", "0 | 0..4096 px or %"),
        ("unit", "px | `px`, `%`"),
        ("aspect", "empty | text"),
        ("fill", "noise | " + ", ".join(f"`{fill}`" for fill in FILLS)),
        ("mask_weight", "the engine's own | 0..1"),
        ("overlap", "32 | 0..256 px"),
    ):
        assert rows[number[name]] == f"| {number[name]} | `{name}` | {cells} | {declared(name).help} |"
