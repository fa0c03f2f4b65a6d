"""What leads the model: parsed once from the parameters, as typed values."""

from __future__ import annotations

import pytest

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters.guidance import CONTROL_MODES, ControlNet, Guidance
from lib_outpaint.parameters.loras import Lora
from lib_outpaint.parameters.params import Params


def test_parameters_are_parsed_once() -> None:
    params = Params(side_prompts="left: sky", loras="a:0.5, b")
    assert params.guidance is params.guidance
    assert [str(line) for line in params.guidance.side_prompts.lines] == ["left: sky"]
    assert [lora.name for lora in params.guidance.loras] == ["a", "b"]


def test_the_parameters_stay_what_they_are() -> None:
    params, fresh = Params(side_prompts="left: sky"), Params(side_prompts="left: sky")
    assert params.guidance.side_prompts == fresh.guidance.side_prompts
    assert params == fresh
    assert hash(params) == hash(fresh)
    changed = params.changed(side_prompts="up: sea")
    assert [str(line) for line in changed.guidance.side_prompts.lines] == ["up: sea"]
    assert [str(line) for line in params.guidance.side_prompts.lines] == ["left: sky"]


def test_without_anything_asked_it_is_the_default() -> None:
    assert Params().guidance == Guidance()


def test_every_parameter_of_controlnet_and_the_mask_weight_arrive() -> None:
    found = Params(
        controlnet="on",
        controlnet_module="inpaint_only",
        controlnet_model="m",
        controlnet_weight=0.5,
        controlnet_mode=CONTROL_MODES[2],
        mask_weight=0.25,
        loras="a:0.5",
    ).guidance
    assert found.controlnet == ControlNet("on", "inpaint_only", "m", 0.5, CONTROL_MODES[2])
    assert found.mask_weight == 0.25
    assert found.loras == (Lora("a", 0.5, 0.5),)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"side_prompts": "nowhere: sky"}, "side_prompts", "side-prompt-side"),
        ({"loras": "a:b"}, "loras", "lora-weight"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_told_when_it_is_parsed(values: dict[str, str], field: str, code: str) -> None:
    params = Params(**values)
    with pytest.raises(ParamError) as caught:
        _ = params.guidance
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (ControlNet(), {}),
        (ControlNet("off"), {}),
        (ControlNet("on"), {"controlnet": "on"}),
        (ControlNet("off", model="m"), {"controlnet_model": "m"}),
        (ControlNet(module="inpaint_only", weight=0.5), {"controlnet_module": "inpaint_only", "controlnet_weight": 0.5}),
        (ControlNet(mode=CONTROL_MODES[1]), {"controlnet_mode": CONTROL_MODES[1]}),
    ],
    ids=str,
)
def test_what_is_asked_of_controlnet(asked: ControlNet, wanted: dict[str, object]) -> None:
    assert asked.asked == wanted
    given = {"controlnet" if key == "use" else f"controlnet_{key}": value for key, value in vars(asked).items()}
    assert Params(**given).guidance.controlnet.asked == wanted
