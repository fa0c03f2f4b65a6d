"""Texts of any kind: infotext through the WebUI's own grammar, dicts, lists, flags, prompts, comparisons."""

from __future__ import annotations

import io
import json
import math
import re
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from lib_outpaint import cli, codecs, picture_io
from lib_outpaint.compare import combinations
from lib_outpaint.errors import InputError, ParamError
from lib_outpaint.geometry import Extent
from lib_outpaint.growth import margins_for
from lib_outpaint.legacy import positional, translated
from lib_outpaint.lora_syntax import from_list, from_prompt
from lib_outpaint.metadata import infotext
from lib_outpaint.params import DECLARED, Param, Params
from lib_outpaint.plan import Plan
from lib_outpaint.plan_json import from_json
from lib_outpaint.prompts import SidePrompts
from lib_outpaint.request import MOST_PROMPT, Shot, numbered_shots
from lib_outpaint.result import Grown, Result

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


letters = st.characters(exclude_categories=("Cs",))
pieces = st.sampled_from(
    [
        "left: sky",
        "512x512",
        "16:9",
        "\n",
        "\r",
        '"',
        '""',
        "\\",
        "\\\\",
        ",",
        ", ",
        ":",
        ";",
        "<lora:a:1>",
        "天空",
        "🙂",
        " ",
        "\t",
        "\u2028",
        "\x85",
        "\0",
        "Steps: 20",
        "Negative prompt: x",
        "Outpaint left: 7",
        "{",
        "}",
        "'",
    ]
)
texts = st.one_of(st.lists(pieces, max_size=6).map("".join), st.text(letters, max_size=30)).map(
    lambda t: t.rstrip("\n")
)


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
    import torch

    source = Extent(4, 4).box
    from lib_outpaint.geometry import Margins

    grown = Grown(
        torch.zeros(3, 4, 4),
        torch.zeros(4, 4, dtype=torch.bool),
        source,
        0,
        shot,
        params,
        Plan(Extent(4, 4), source, Margins(), 8),
        (),
        info=info,
    )
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
def test_dict_list_and_flags_come_back(params: Params) -> None:
    assert codecs.from_dict(json.loads(json.dumps(codecs.to_dict(params)))) == params
    assert codecs.from_dict(json.loads(json.dumps(codecs.to_dict(params, changed_only=True)))) == params
    assert codecs.from_positional(json.loads(json.dumps(codecs.to_positional(params)))) == params
    entries = codecs.to_infotext(params)
    assert (
        codecs.from_infotext({key: codecs.unquoted(codecs.quoted(value)) for key, value in entries.items()}) == params
    )


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(10**30), 10**30),
        st.floats(),
        texts,
        st.sampled_from(["left", "left,right", "1", "1e999", "nan", "128", "", "px", "%"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
names = st.one_of(
    st.sampled_from([*(p.name for p in DECLARED), "pixels", "direction", "noise_q", "inpainting_fill"]),
    st.text(max_size=5),
)


def one_line(error: InputError) -> None:
    assert str(error)
    # A value is shown as Python writes it: line breaks in it are not line breaks in the message.
    assert "\n" not in str(error).replace("\\n", "")
    assert len(str(error)) < 1500


@settings(max_examples=300)
@given(st.dictionaries(names, anything, max_size=5))
def test_any_named_values_are_parameters_or_one_line(values: dict[str, Any]) -> None:
    for read in (codecs.from_dict, lambda v: codecs.from_dict(translated(v))):
        try:
            found = read(values)
        except ParamError as error:
            one_line(error)
        else:
            _in_range(found)


@settings(max_examples=200)
@given(st.lists(anything, max_size=32))
def test_any_positional_values_are_parameters_or_one_line(values: list[Any]) -> None:
    for read in (codecs.from_positional, lambda v: codecs.from_dict(translated(positional(v) or {}))):
        try:
            _in_range(read(values))
        except ParamError as error:
            one_line(error)


@settings(max_examples=200)
@given(
    st.dictionaries(st.one_of(st.sampled_from([codecs.infotext_key(p) for p in DECLARED]), texts), texts, max_size=6)
)
def test_any_infotext_entries_are_parameters_or_one_line(entries: dict[str, str]) -> None:
    try:
        _in_range(codecs.from_infotext(entries))
    except ParamError as error:
        one_line(error)


def _in_range(params: Params) -> None:
    for param in DECLARED:
        value = getattr(params, param.name)
        if param.kind in ("int", "float") and value is not None:
            assert math.isfinite(value)
            assert param.low <= value <= param.high
        elif param.kind == "choice":
            assert value in param.choices


@settings(max_examples=300)
@given(
    st.one_of(
        texts,
        st.lists(
            st.sampled_from(["left", "up", "mask", " ", "2", "99999999999999", "٣", "-", "!", ":", "a", "\n", "#"]),
            max_size=9,
        ).map("".join),
    )
)
def test_any_side_prompts(text: str) -> None:
    try:
        found = SidePrompts.parse(text)
    except ParamError as error:
        one_line(error)
        return
    for place in ("left", "right", "up", "down", "mask", "together"):
        for step in (1, 2):
            prompt, negative = found.applied(place, step, "main", "not this")
            if not any(line.place == place for line in found.lines):
                assert (prompt, negative) == ("main", "not this")


@settings(max_examples=300)
@given(
    st.one_of(
        texts,
        st.lists(
            st.sampled_from(
                ["fill", "overlap", "loras", "=", ",", ";", '"', "edge", "8", "\n", "\r", " ", "a:1", "\0"]
            ),
            max_size=10,
        ).map("".join),
    )
)
@example("fill=a\rb")
@example("loras=" + "a" * 200_000)
def test_any_comparison(text: str) -> None:
    try:
        params = Params(compare=text)
        found = combinations(params)
    except ParamError as error:
        one_line(error)
        return
    assert 1 <= len(found) <= 24
    assert all(p.compare == "" or not p.compare.strip() for _, p in found)


@settings(max_examples=200)
@given(texts)
def test_any_loras_and_shapes(text: str) -> None:
    for read in (
        from_list,
        from_prompt,
        lambda t: from_prompt(f"a <lora:{t}> b"),
        lambda t: margins_for(Params(aspect=t), Extent(7, 9)),
        lambda t: margins_for(Params(size=t), Extent(7, 9)),
    ):
        try:
            read(text)
        except ParamError as error:
            one_line(error)


@settings(max_examples=200)
@given(anything)
def test_any_value_for_a_plan(value: Any) -> None:
    try:
        from_json(value)
    except InputError as error:
        one_line(error)
    else:
        pytest.fail("that was no plan")


@pytest.mark.parametrize("length", [20_001, 10**7])
def test_long_texts_are_refused(length: int) -> None:
    for name in (p.name for p in DECLARED if p.kind == "text"):
        with pytest.raises(ParamError, match=rf"^{name}: 'aaa.* is longer than 20,000 characters$") as caught:
            Params(**{name: "a" * length})
        one_line(caught.value)


@pytest.mark.parametrize("field", ["prompt", "negative_prompt"])
def test_long_prompts_are_refused(field: str) -> None:
    Shot(1, **{field: "a" * MOST_PROMPT})
    with pytest.raises(ParamError, match=rf"^{field}: 'aaa.* is longer than 100,000 characters$"):
        Shot(1, **{field: "a" * (MOST_PROMPT + 1)})


@pytest.mark.parametrize("count", [1001, 10**12])
def test_large_counts_are_refused_at_once(count: int) -> None:
    with pytest.raises(ParamError, match=r"^count: \d+ is over the limit of 1000 pictures$"):
        numbered_shots(count, 0)


# The command line

FLAGS = [f"--{p.name.replace('_', '-')}" for p in DECLARED if p.name not in ("compare",)]
OTHER_FLAGS = ["--seed", "--count", "--steps", "--max-megapixels", "--prompt", "--sampler"]
VALUES = st.one_of(
    st.sampled_from(
        [
            "0",
            "8",
            "16",
            "-1",
            "nan",
            "inf",
            "1e9",
            "edge",
            "noise",
            "px",
            "%",
            "16:9",
            "200x99",
            "none",
            "both",
            "together",
            "left: a",
            "",
            " ",
            "--",
            "-o",
            "/",
            "天",
            "1.5",
            "off",
            "auto",
            "1_0",
            "0x10",
        ]
    ),
    texts,
)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "photo.png"
    Image.new("RGB", (40, 30), "teal").save(path)
    return path


@settings(max_examples=80)
@given(st.lists(st.tuples(st.sampled_from([*FLAGS, *OTHER_FLAGS]), VALUES), max_size=4))
def test_any_flags_end_with_0_or_2_and_never_a_traceback(photo: Path, flags: list[tuple[str, str]]) -> None:
    out, said, told = photo.parent / "out.png", io.StringIO(), io.StringIO()
    words = [
        "-q",
        "image",
        str(photo),
        "-o",
        str(out),
        "--left",
        "8",
        "--fill",
        "edge",
        *(f"{name}={value}" for name, value in flags),
        "--dry-run",
    ]
    with redirect_stdout(said), redirect_stderr(told):
        try:
            code: Any = cli.main(words)
        except SystemExit as error:  # argparse
            code = error.code
    assert code in (0, 2)
    assert not out.exists()
    if code == 0:
        assert json.loads(said.getvalue())["canvas"]
    else:
        assert said.getvalue() == ""
        assert "Traceback" not in told.getvalue()
        assert told.getvalue().strip()


@settings(max_examples=60)
@given(texts, st.sampled_from([".png", ".jpg", ".webp", ".tif"]))
def test_any_infotext_survives_the_file(photo: Path, text: str, suffix: str) -> None:
    path = photo.parent / f"text{suffix}"
    picture_io.save(Image.new("RGB", (3, 3)), path, text)
    if "\0" not in text:
        assert picture_io.infotext_of(path) == text
