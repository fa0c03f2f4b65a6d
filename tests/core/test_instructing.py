"""The instruction that editing models get in front of the prompt."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from engine_runs import noise_picture, run
from hosts import ALL_FEATURES, RecordingHost

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, Shot
from lib_outpaint.errors import ParamError
from lib_outpaint.models.families import FAMILIES
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities


def editing() -> RecordingHost:
    features = ALL_FEATURES | {"edit_instruction"}
    return RecordingHost(Capabilities("test", inpainting=False, features=features, edit_instruction="Grow it {towards}."))


def prompts(prompt: str = "", painted: torch.Tensor | None = None, **asked: Any) -> list[str]:
    host = editing()
    outpaint(
        Request((noise_picture(40, 40),), Params(fill="edge", **asked), (Shot(3, None, prompt),), painted=painted), host
    )
    return [job.prompt for job in host.jobs]


def test_it_is_said_only_when_asked_for() -> None:
    assert prompts(left=8, prompt="a lake") == ["a lake"]
    assert prompts(left=8, prompt="a lake", edit_instruction="on") == ["Grow it to the left. a lake"]
    assert prompts(left=8, edit_instruction="on") == ["Grow it to the left."]


@pytest.mark.parametrize(
    ("sides", "towards"),
    [
        (("right",), "to the right"),
        (("left", "up"), "to the left and upwards"),
        (("left", "right", "up", "down"), "to the left, to the right, upwards and downwards"),
    ],
    ids=str,
)
def test_it_names_the_sides_of_a_pass(sides: tuple[str, ...], towards: str) -> None:
    together = prompts(**dict.fromkeys(sides, 8), order="together", edit_instruction="on")
    assert together == [f"Grow it {towards}."]
    assert len(prompts(**dict.fromkeys(sides, 8), order="one by one", edit_instruction="on")) == len(sides)


def test_each_side_is_named_in_its_own_pass_before_its_own_prompt() -> None:
    said = prompts(left=8, up=8, order="one by one", prompt="a lake", side_prompts="up: sky", edit_instruction="on")
    assert said == ["Grow it to the left. a lake", "Grow it upwards. a lake, sky"]


def test_what_is_painted_is_not_extended() -> None:
    painted = torch.zeros(40, 40, dtype=torch.bool)
    painted[10:20, 10:20] = True
    said = prompts("a lake", painted, left=8, edit_instruction="on")
    assert said == ["a lake", "Grow it to the left. a lake"]


@pytest.mark.parametrize(("inpainting", "code"), [(False, "edit-instruction-needs-editing"), (None, "not-supported")])
def test_other_models_are_not_instructed(inpainting: bool | None, code: str) -> None:
    host = RecordingHost(Capabilities("test", inpainting=inpainting, features=ALL_FEATURES))
    with pytest.raises(ParamError) as refused:
        run(noise_picture(40, 40), host, left=8, edit_instruction="on")
    assert (refused.value.field, refused.value.code) == ("edit_instruction", code)
    assert host.jobs == []


def test_every_editing_family_has_one_that_names_the_sides() -> None:
    instructed = [family for family in FAMILIES if family.edit_instruction]
    assert instructed == [family for family in FAMILIES if "reference" in family.inpaints]
    for family in instructed:
        said = family.edit_instruction.format(towards="upwards")
        assert "upwards" in said
        # What hosts read in a prompt as emphasis, a choice or a network.
        assert not set(said) & set("()[]{}<>|\\:")
