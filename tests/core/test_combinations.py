"""Every combination of some values."""

from __future__ import annotations

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.combinations import MOST, combinations
from lib_outpaint.parameters.params import Params


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [("", {})]),
        ("  ", [("", {})]),
        ("fill=noise,edge", [("fill=noise", {"fill": "noise"}), ("fill=edge", {"fill": "edge"})]),
        ("fill = noise , edge ; ", [("fill=noise", {"fill": "noise"}), ("fill=edge", {"fill": "edge"})]),
        (
            "overlap=16; mask_falloff=0.5,2",
            [
                ("overlap=16, mask_falloff=0.5", {"overlap": 16, "mask_falloff": 0.5}),
                ("overlap=16, mask_falloff=2", {"overlap": 16, "mask_falloff": 2.0}),
            ],
        ),
        (
            "left=8,16\nfill=edge",
            [("left=8, fill=edge", {"left": 8, "fill": "edge"}), ("left=16, fill=edge", {"left": 16, "fill": "edge"})],
        ),
        ('loras="a:1, b:2",c:1', [("loras=a:1, b:2", {"loras": "a:1, b:2"}), ("loras=c:1", {"loras": "c:1"})]),
        ('side_prompts="left: a; b"', [("side_prompts=left: a; b", {"side_prompts": "left: a; b"})]),
        ('side_prompts="left: a\nup: b"', [("side_prompts=left: a\nup: b", {"side_prompts": "left: a\nup: b"})]),
        ('side_prompts="left: say ""hi"""', [('side_prompts=left: say "hi"', {"side_prompts": 'left: say "hi"'})]),
        ("mask_weight=host,0.5", [("mask_weight=None", {"mask_weight": None}), ("mask_weight=0.5", {"mask_weight": 0.5})]),
    ],
    ids=repr,
)
def test_combinations(text: str, wanted: list[tuple[str, dict[str, object]]]) -> None:
    params = Params(down=5, compare=text)
    expected = [(label, params.changed(**values, compare="" if text.strip() else text)) for label, values in wanted]
    assert combinations(params) == expected


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        ("fill", "compare", "compare-form"),
        ("=edge", "compare", "compare-form"),
        ("fill=", "compare", "compare-no-values"),
        ("fill=edge,", "fill", "not-a-choice"),
        ("fill=noize", "fill", "not-a-choice"),
        ("overlap=16,999", "overlap", "outside"),
        ("overlap=nan", "overlap", "outside"),
        ("fil=edge", "fil", "unknown-parameter"),
        ("fill=edge; fill=noise", "compare", "compare-twice"),
        ("compare=a", "compare", "compare-cannot"),
        ("extras=mask,both", "compare", "compare-cannot"),
        ('fill="edge', "compare", "compare-quote"),
        ("left=1.5,2", "left", "not-whole-pixels"),
    ],
    ids=repr,
)
def test_what_cannot_be_compared(text: str, field: str, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        combinations(Params(left=5, compare=text))
    assert (caught.value.field, caught.value.code) == (field, code)


def test_the_limit_is_on_the_product() -> None:
    full = "left=1,2,3,4; fill=edge,mirror,mosaic; overlap=0,8"
    assert len(combinations(Params(compare=full))) == MOST == 24
    with pytest.raises(ParamError) as caught:
        combinations(Params(compare=full + "; unit=px,%"))
    assert caught.value.code == "compare-too-many"
    assert (caught.value.message.values["count"], caught.value.message.values["most"]) == (48, 24)
