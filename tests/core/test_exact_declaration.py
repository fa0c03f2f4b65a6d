"""What is derived from the declaration of the parameters, word by word: flags, JSON schema, the documentation's table."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import ANCHORS, CONTROL_MODES, DECLARED, FILLS


def flag(name: str) -> argparse.Action:
    parser = argparse.ArgumentParser()
    codecs.add_flags(parser)
    return next(action for action in parser._actions if action.dest == f"param_{name}")


@pytest.mark.parametrize(
    ("name", "metavar", "text"),
    [
        ("left", "PX", "How far the picture grows to the left. 0..4096 px or %%. Default: 0."),
        (
            "unit",
            "NAME",
            "Whether the amounts are pixels or per cent of the picture's width or height. One of: px, %%. Default: px.",
        ),
        (
            "aspect",
            "TEXT",
            "Grow to a shape such as 16:9 instead of by amounts; nothing is cropped or scaled. Default: empty.",
        ),
        (
            "step",
            "PX",
            "The most that one pass grows a side; 0 is half the model's native side. 0..2048 px. Default: 0.",
        ),
        ("noise_exponent", "N", "Noise fill: lower keeps more detail, higher makes it smoother. 0..4. Default: 1."),
        (
            "mask_falloff",
            "N",
            "Exponent of the ramp across the band: higher keeps more of the original. 0.25..4. Default: 1.",
        ),
        (
            "mask_weight",
            "N",
            "Inpainting conditioning mask weight; empty is the host's own setting. 0..1. Default: host's setting.",
        ),
        (
            "color_variation",
            "N",
            "Noise fill: how colourful the noise is, from grey to fully coloured. 0..1. Default: 0.05.",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_flags_in_full(name: str, metavar: str, text: str) -> None:
    found = flag(name)
    assert found.option_strings == ["--" + name.replace("_", "-")]
    assert found.metavar == metavar
    assert found.help == text
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


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        (
            "unit",
            {
                "title": "Unit",
                "description": "Whether the amounts are pixels or per cent of the picture's width or height.",
                "default": "px",
                "type": "string",
                "enum": ["px", "%"],
            },
        ),
        (
            "anchor",
            {
                "title": "Anchor",
                "description": "Where the picture stays when it grows to an aspect ratio or a size.",
                "default": "center",
                "type": "string",
                "enum": list(ANCHORS),
            },
        ),
        (
            "aspect",
            {
                "title": "Aspect ratio",
                "description": "Grow to a shape such as 16:9 instead of by amounts; nothing is cropped or scaled.",
                "default": "",
                "type": "string",
            },
        ),
        (
            "mosaic",
            {
                "title": "Mosaic tile",
                "description": "Mosaic fill: the side of a tile.",
                "default": 16,
                "type": "integer",
                "minimum": 2,
                "maximum": 128,
            },
        ),
        (
            "mask_falloff",
            {
                "title": "Mask fall-off",
                "description": "Exponent of the ramp across the band: higher keeps more of the original.",
                "default": 1,
                "type": "number",
                "minimum": 0.25,
                "maximum": 4,
            },
        ),
        (
            "mask_weight",
            {
                "title": "Conditioning mask weight",
                "description": "Inpainting conditioning mask weight; empty is the host's own setting.",
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
                "description": "Whether the prompt or ControlNet leads.",
                "default": CONTROL_MODES[0],
                "type": "string",
                "enum": list(CONTROL_MODES),
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_schema_in_full(name: str, schema: dict[str, Any]) -> None:
    assert codecs.json_schema()["properties"][name] == schema


def test_the_schemas_head() -> None:
    schema = codecs.json_schema()
    assert {key: value for key, value in schema.items() if key != "properties"} == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Directional outpaint",
        "type": "object",
        "additionalProperties": False,
    }
    assert all(isinstance(value, int) for value in (schema["properties"]["left"][key] for key in ("minimum", "maximum")))


def test_the_table_in_full() -> None:
    lines = codecs.markdown_table().split("\n")
    assert lines[:2] == ["| # | name | default | range | meaning |", "|---|---|---|---|---|"]
    assert lines[-1] == ""
    number = {param.name: i for i, param in enumerate(DECLARED)}
    for name, row in (
        (
            "unit",
            "`unit` | px | `px`, `%` | Whether the amounts are pixels or per cent of the picture's width or height.",
        ),
        (
            "aspect",
            "`aspect` | empty | text | Grow to a shape such as 16:9 instead of by amounts; nothing is cropped or scaled.",
        ),
        (
            "fill",
            "`fill` | noise | "
            + ", ".join(f"`{fill}`" for fill in FILLS)
            + " | What the new area holds before it is sampled.",
        ),
        (
            "mask_weight",
            "`mask_weight` | host's setting | 0..1 | Inpainting conditioning mask weight; empty is the host's own setting.",
        ),
        (
            "overlap",
            "`overlap` | 32 | 0..256 px | The band of the original that may be repainted to hide the seam; 0 keeps "
            "every pixel.",
        ),
    ):
        assert lines[2 + number[name]] == f"| {number[name]} | {row} |"
