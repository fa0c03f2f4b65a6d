"""Any values and texts, as parameters, infotext, prompts per side, comparison or LoRA list: in range, or one line."""

from __future__ import annotations

import math
from typing import Any

import pytest
from error_lines import one_line
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strange_texts import texts

from lib_outpaint.engine.request import MOST_PROMPT, Shot, numbered_shots
from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.combinations import combinations
from lib_outpaint.parameters.legacy import positional, translated
from lib_outpaint.parameters.loras import from_list, from_prompt
from lib_outpaint.parameters.params import DECLARED, Params
from lib_outpaint.parameters.side_prompts import SidePrompts
from lib_outpaint.planning.geometry import Extent
from lib_outpaint.planning.growth import margins_for

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


@settings(max_examples=300)
@given(st.dictionaries(names, anything, max_size=5))
def test_any_named_values_are_parameters_or_one_line(values: dict[str, Any]) -> None:
    for read in (codecs.from_dict, lambda v: codecs.from_dict(translated(v))):
        try:
            found = read(values)
        except ParamError as error:
            one_line(error, 1500)
        else:
            _in_range(found)


@settings(max_examples=200)
@given(st.lists(anything, max_size=32))
def test_any_positional_values_are_parameters_or_one_line(values: list[Any]) -> None:
    for read in (codecs.from_positional, lambda v: codecs.from_dict(translated(positional(v) or {}))):
        try:
            _in_range(read(values))
        except ParamError as error:
            one_line(error, 1500)


@settings(max_examples=200)
@given(st.dictionaries(st.one_of(st.sampled_from([codecs.infotext_key(p) for p in DECLARED]), texts), texts, max_size=6))
def test_any_infotext_entries_are_parameters_or_one_line(entries: dict[str, str]) -> None:
    try:
        _in_range(codecs.from_infotext(entries))
    except ParamError as error:
        one_line(error, 1500)


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
        one_line(error, 1500)
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
            st.sampled_from(["fill", "overlap", "loras", "=", ",", ";", '"', "edge", "8", "\n", "\r", " ", "a:1", "\0"]),
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
        one_line(error, 1500)
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
            one_line(error, 1500)


@pytest.mark.parametrize("length", [20_001, 10**7])
def test_long_texts_are_refused(length: int) -> None:
    for name in (p.name for p in DECLARED if p.kind == "text"):
        with pytest.raises(ParamError, match=rf"^{name}: 'aaa.*20,000") as caught:
            Params(**{name: "a" * length})
        assert caught.value.code == "text-too-long"
        one_line(caught.value, 1500)


@pytest.mark.parametrize("field", ["prompt", "negative_prompt"])
def test_long_prompts_are_refused(field: str) -> None:
    Shot(1, **{field: "a" * MOST_PROMPT})
    with pytest.raises(ParamError) as caught:
        Shot(1, **{field: "a" * (MOST_PROMPT + 1)})
    assert (caught.value.field, caught.value.code) == (field, "text-too-long")
    one_line(caught.value)


@pytest.mark.parametrize("count", [1001, 10**12])
def test_large_counts_are_refused_at_once(count: int) -> None:
    with pytest.raises(ParamError) as caught:
        numbered_shots(count, 0)
    assert (caught.value.field, caught.value.code) == ("count", "too-many")
