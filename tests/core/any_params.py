"""Parameters and text for tests of codecs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lib_outpaint.parameters.params import DECLARED, Param, Params


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
