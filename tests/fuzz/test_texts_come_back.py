"""Parameters with any texts come back: from an infotext read by the WebUI's own grammar, a dict, a list, a file."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from strange_texts import texts
from written_files import infotext_of

from lib_outpaint import images
from lib_outpaint.engine.request import Shot
from lib_outpaint.engine.result import Grown, Result
from lib_outpaint.images.metadata import infotext
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Param, Params
from lib_outpaint.pixels.composite import composite_of
from lib_outpaint.planning.geometry import Extent, Margins
from lib_outpaint.planning.plan import Plan

# modules/infotext_utils.py of the WebUI, version 1.10: its two patterns and the order of its steps.
RE_PARAM = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
RE_IMAGESIZE = re.compile(r"^(\d+)x(\d+)$")


def parse_generation_parameters(text: str) -> dict[str, str]:
    """What the WebUI reads in a whole infotext, prompts among it."""
    *lines, last = text.strip().split("\n")
    if len(RE_PARAM.findall(last)) < 3:
        lines, last = [*lines, last], ""
    found: dict[str, str] = {}
    prompt, negative, in_negative = "", "", False
    for line in (line.strip() for line in lines):
        if line.startswith("Negative prompt:"):
            in_negative, line = True, line[16:].strip()
        if in_negative:
            negative += ("\n" if negative else "") + line
        else:
            prompt += ("\n" if prompt else "") + line
    for key, value in RE_PARAM.findall(last):
        if not value:
            continue  # the host prints an error and goes on
        if value[0] == '"' and value[-1] == '"':
            with suppress(ValueError):
                value = json.loads(value)
        size = RE_IMAGESIZE.match(value)
        found |= {f"{key}-1": size[1], f"{key}-2": size[2]} if size else {key: value}
    return {**found, "Prompt": prompt, "Negative prompt": negative}


def values_of(param: Param) -> st.SearchStrategy[Any]:
    if param.kind == "choice":
        return st.sampled_from(param.choices)
    if param.kind == "text":
        return texts
    number: st.SearchStrategy[Any] = st.integers(math.ceil(param.low), int(param.high))
    if param.kind == "float":
        number = st.one_of(st.floats(param.low, param.high), number.map(float))
    return st.one_of(st.none(), number) if param.optional else number


@st.composite
def all_params(draw: st.DrawFn) -> Params:
    chosen = draw(st.sets(st.sampled_from([p.name for p in DECLARED])))
    values = {p.name: draw(values_of(p)) for p in DECLARED if p.name in chosen}
    if values.get("unit", "px") == "px":
        values |= {name: float(int(values[name])) for name in ("left", "right", "up", "down") if name in values}
    return Params(**values)


def grown_with(params: Params, shot: Shot, info: dict[str, str]) -> tuple[Grown, Result]:
    source = Extent(4, 4).box
    plan = Plan(Extent(4, 4), source, Margins(), 8)
    grown = Grown(composite_of(torch.zeros(3, 4, 4)), source, 0, shot, params, plan, (), info=info)
    return grown, Result("test", (grown,), (), 0.0)


@settings(max_examples=300)
@given(all_params(), texts, texts, texts)
@example(Params(side_prompts='left: "quoted", \\ and: 天空\nup: b'), "a\nb", "Negative prompt: c", '"')
@example(Params(controlnet_model='"all quoted"', loras=" blanks "), "", "", "512x512")
@example(Params(compare='loras="a:1, b:2"'), "Steps: 1, Seed: 2, Size: 3x4", "", "a, b: c")
def test_a_whole_infotext_comes_back_through_the_webuis_grammar(
    params: Params, prompt: str, negative: str, model: str
) -> None:
    grown, result = grown_with(params, Shot(5, None, prompt, negative), {"Model": model})
    read = parse_generation_parameters(infotext(grown, result.engine))
    assert read["Seed"] == "5"
    assert read["Outpaint engine"] == "test"
    back = codecs.from_infotext(read)
    # A picture tells its size also when the job did not ask for one.
    assert back == params.changed(source_size="4x4")
    if model and not RE_IMAGESIZE.match(model):
        assert read["Model"] == model


@given(all_params())
def test_dict_list_and_infotext_entries_come_back(params: Params) -> None:
    assert codecs.from_dict(json.loads(json.dumps(codecs.to_dict(params)))) == params
    assert codecs.from_dict(json.loads(json.dumps(codecs.to_dict(params, changed_only=True)))) == params
    assert codecs.from_positional(json.loads(json.dumps(codecs.to_positional(params)))) == params
    entries = codecs.to_infotext(params)
    assert codecs.from_infotext({key: codecs.unquoted(codecs.quoted(value)) for key, value in entries.items()}) == params


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


@settings(max_examples=60)
@given(texts, st.sampled_from([".png", ".jpg", ".webp", ".tif"]))
def test_any_infotext_survives_the_file(folder: Path, text: str, suffix: str) -> None:
    path = folder / f"text{suffix}"
    images.save(Image.new("RGB", (3, 3)), path, text)
    if "\0" not in text:
        assert infotext_of(path) == text
