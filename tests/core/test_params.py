"""The declaration of the parameters and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from lib_outpaint.errors import InputError, ParamError
from lib_outpaint.parameters.declaration import MOST_TEXT
from lib_outpaint.parameters.params import DECLARED, Param, Params, declared

# Positional calls depend on this order: it only ever grows at the end.
ORDER = (
    "left",
    "right",
    "up",
    "down",
    "unit",
    "aspect",
    "size",
    "anchor",
    "order",
    "step",
    "context",
    "fill",
    "noise_exponent",
    "color_variation",
    "mosaic",
    "overlap",
    "mask_blur",
    "mask_falloff",
    "mask_weight",
    "controlnet",
    "controlnet_module",
    "controlnet_model",
    "controlnet_weight",
    "controlnet_mode",
    "side_prompts",
    "loras",
    "color_match",
    "compare",
    "extras",
    "source_size",
)
NUMBERS = [p for p in DECLARED if p.kind in ("int", "float")]
CHOICES = [p for p in DECLARED if p.kind == "choice"]
TEXTS = [p for p in DECLARED if p.kind == "text"]


def refusal(**values: object) -> ParamError:
    with pytest.raises(ParamError) as caught:
        Params(**values)
    return caught.value


def by_name(param: Param) -> str:
    return param.name


def test_the_order_of_the_declaration_only_grows_at_the_end() -> None:
    assert tuple(p.name for p in DECLARED)[: len(ORDER)] == ORDER


@pytest.mark.parametrize("param", DECLARED, ids=by_name)
def test_defaults_pass_their_own_check_and_are_explained(param: Param) -> None:
    assert param.checked(param.default) == param.default
    assert param.label
    assert param.help.endswith(".")


@pytest.mark.parametrize("param", NUMBERS, ids=by_name)
def test_numbers_include_both_ends_of_their_range(param: Param) -> None:
    for end in (param.low, param.high):
        assert getattr(Params(**{param.name: end}), param.name) == end


@pytest.mark.parametrize("param", NUMBERS, ids=by_name)
@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, -1, 10**400, -(10**400), 1e9],
    ids=["nan", "inf", "-inf", "-1", "huge", "-huge", "1e9"],
)
def test_numbers_out_of_range_name_field_value_and_limit(param: Param, value: float) -> None:
    error = refusal(**{param.name: value})
    assert (error.field, error.value) == (param.name, value)
    assert error.code == "outside"
    assert [float(error.message.values[end]) for end in ("low", "high")] == [param.low, param.high]
    assert len(str(error)) < 200


@pytest.mark.parametrize("param", NUMBERS, ids=by_name)
@pytest.mark.parametrize(
    "value", [True, False, "5", [5], {"value": 5}, object()], ids=["true", "false", "text", "list", "dict", "object"]
)
def test_numbers_of_the_wrong_type(param: Param, value: object) -> None:
    error = refusal(**{param.name: value})
    assert (error.field, error.code) == (param.name, "not-a-number")


@pytest.mark.parametrize("param", DECLARED, ids=by_name)
def test_none_is_the_default(param: Param) -> None:
    assert Params(**{param.name: None}) == Params()
    assert Params(left=3, unit="%").changed(**{param.name: None}) == replace(
        Params(left=3, unit="%"), **{param.name: param.default}
    )


@pytest.mark.parametrize("param", [p for p in NUMBERS if p.kind == "int"], ids=by_name)
def test_whole_numbers(param: Param) -> None:
    whole = getattr(Params(**{param.name: float(param.high)}), param.name)
    assert whole == param.high
    assert isinstance(whole, int)
    assert refusal(**{param.name: param.low + 0.5}).code == "not-whole"


@pytest.mark.parametrize("param", CHOICES, ids=by_name)
@pytest.mark.parametrize("value", ["nonsense", "", 0, True, ["px"]], ids=repr)
def test_choices_list_what_is_accepted(param: Param, value: object) -> None:
    error = refusal(**{param.name: value})
    assert (error.field, error.code) == (param.name, "not-a-choice")
    assert error.message.values["known"] == ", ".join(param.choices)


@pytest.mark.parametrize("param", TEXTS, ids=by_name)
def test_texts(param: Param) -> None:
    assert getattr(Params(**{param.name: None}), param.name) == ""
    for value in (5, True, ["left: sky"], {"left": "sky"}):
        assert refusal(**{param.name: value}).code == "not-text"
    assert len(getattr(Params(**{param.name: "x" * MOST_TEXT}), param.name)) == MOST_TEXT
    assert refusal(**{param.name: "x" * (MOST_TEXT + 1)}).code == "text-too-long"


@pytest.mark.parametrize("name", ["left", "right", "up", "down"])
def test_amounts_in_px_are_whole_and_per_cent_are_not(name: str) -> None:
    assert refusal(**{name: 12.5}).code == "not-whole-pixels"
    assert getattr(Params(**{name: 12.5}, unit="%"), name) == 12.5
    assert getattr(Params(**{name: 12.0}), name) == 12


def test_unknown_names_are_errors_that_list_the_known_ones() -> None:
    for unknown in (lambda: Params().changed(lefft=5), lambda: declared("lefft")):
        with pytest.raises(ParamError) as caught:
            unknown()
        assert (caught.value.field, caught.value.code) == ("lefft", "unknown-parameter")
        assert caught.value.message.values["known"] == ", ".join(p.name for p in DECLARED)


@pytest.mark.parametrize("spelling", ["Mask_Blur", "mask-blur", "MASK BLUR", " mask_blur "])
def test_names_are_matched_without_case(spelling: str) -> None:
    assert declared(spelling).name == "mask_blur"
    assert Params().changed(**{spelling: 9}) == Params(mask_blur=9)
    with pytest.raises(ParamError) as caught:
        Params().changed(**{spelling: 9, "mask_blur": 8})
    assert (caught.value.field, caught.value.code) == ("mask_blur", "parameter-twice")


@pytest.mark.parametrize("param", CHOICES, ids=by_name)
def test_choices_are_matched_without_case(param: Param) -> None:
    for choice in param.choices:
        for spelling in (choice.upper(), choice.replace(" ", "-"), choice.title().replace(" ", "_"), f" {choice} "):
            assert getattr(Params(**{param.name: spelling}), param.name) == choice


def test_unknown_names_and_choices_say_what_may_be_meant() -> None:
    with pytest.raises(ParamError, match=r"lefft: no such parameter \(did you mean left\?\); known"):
        declared("lefft")
    with pytest.raises(ParamError, match=r"'noize' is not one of .* \(did you mean noise\?\)$"):
        Params(fill="noize")
    assert refusal(order="one-by-on").message.text("zh").endswith("（你是不是想写 one by one？）")
    with pytest.raises(ParamError, match=r"^sideways: no such parameter; known"):
        declared("sideways")


def test_a_changed_copy_is_checked_again() -> None:
    params = Params(left=5)
    assert params.changed(right=7) == Params(left=5, right=7)
    assert params == Params(left=5)
    with pytest.raises(ParamError) as caught:
        params.changed(right=5000)
    assert str(caught.value) == "right: 5000 is outside 0..4096"


def test_long_values_are_cut_in_messages() -> None:
    assert len(str(refusal(fill="x" * 5000))) < 250
    assert issubclass(ParamError, InputError)


def test_numbers_of_numpy_are_numbers() -> None:
    found = Params(left=np.int64(8), mask_falloff=np.float32(0.5))  # type: ignore[arg-type]
    assert (found.left, type(found.left)) == (8, float)
    assert (found.mask_falloff, type(found.mask_falloff)) == (0.5, float)
