"""The call shapes and names of Outpainting mk2 and poor man's outpainting."""

from __future__ import annotations

from typing import Any

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs, legacy
from lib_outpaint.parameters.params import Params

LEFT = Params(left=128, overlap=8, mask_blur=4)


def of(values: Any) -> Params | None:
    named = legacy.positional(values) if isinstance(values, list) else values
    return None if named is None else codecs.from_dict(legacy.translated(named))


@pytest.mark.parametrize("first", [None, "", "<p>Recommended settings: 100%</p>", 0, 64, True, "64px", ["x"]], ids=repr)
def test_mk2_ignores_its_first_place_and_so_do_we(first: object) -> None:
    assert of([first, 128, 8, ["left"], 1.0, 0.05]) == LEFT
    assert of([first, 128, 8, "left", 1.0]) == LEFT


@pytest.mark.parametrize(
    ("values", "params"),
    [
        (["", 128, 8, ["left"]], LEFT),
        ([128, 8, 0, ["left"]], LEFT.changed(fill="smooth")),
        ([128, 8, "Latent Noise", "LEFT"], LEFT),
        (["25%", 8, "original", ["left"]], Params(left=25, unit="%", overlap=8, fill="edge")),
        ([None, 8, "fill", ["left"]], LEFT.changed(fill="smooth")),
        (
            ["", "64 px", 8, ["left", "up"], 2.0, 0.5],
            Params(left=64, up=64, overlap=8, noise_exponent=2, color_variation=0.5),
        ),
        (["", None, 8, ["left"], None, None], LEFT),
        (["", 128, None, ["left"], 1.0, 0.05], Params(left=128)),
        (["", 128, 8, None, 1.0, 0.05], Params(left=128, right=128, up=128, down=128, overlap=8)),
        ({"Pixels": 128, "Mask-Blur": 8, "DIRECTION": "left"}, LEFT),
        ({"pixels": None, "mask_blur": 8, "direction": ["left"], "noise_q": None, "inpainting_fill": None}, LEFT),
        ({"pixels": 128, "mask_blur": 8, "direction": ["left"], "left": None}, LEFT),
    ],
    ids=str,
)
def test_their_forms(values: Any, params: Params) -> None:
    assert of(values) == params


@pytest.mark.parametrize(
    "values",
    [[], [1, 2, 3], [0, 128, 8, 0, "px"], [128, None, None, None, None], [1, 2, 3, "64px", "px"], ["25%"] * 4],
    ids=str,
)
def test_ours_are_not_theirs(values: list[Any]) -> None:
    assert legacy.positional(values) is None


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"pixels": 8, "direction": "sideways"}, "direction", "not-directions"),
        ({"pixels": 8, "inpainting_fill": "lava"}, "inpainting_fill", "not-a-choice"),
        ({"pixels": 8, "Pixels": 9}, "pixels", "parameter-twice"),
        ({"pixels": 8, "lefft": None}, "lefft", "unknown-parameter"),
        ([128, 8, 7, ["left"]], "inpainting_fill", "not-a-choice"),
    ],
    ids=str,
)
def test_mistakes(values: Any, field: str, code: str) -> None:
    with pytest.raises(ParamError) as caught:
        of(values)
    assert (caught.value.field, caught.value.code) == (field, code)


def test_their_blur_is_our_band_and_at_most_four_px_of_blur_also_as_text() -> None:
    assert legacy.translated({"pixels": 8, "mask_blur": 40}) == legacy.translated({"pixels": 8, "mask_blur": 2}) | {
        "overlap": 40,
        "mask_blur": 4,
    }
    assert legacy.translated({"pixels": 8, "mask_blur": "40"})["mask_blur"] == 4
