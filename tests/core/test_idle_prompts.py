"""Prompts per side that no pass has are told: a side that does not grow, a pass that there is not."""

from __future__ import annotations

import pytest
import torch
from hosts import RecordingHost

from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.messages import message
from lib_outpaint.parameters.params import Params

SMALL = RecordingHost(native_side=64).caps


@pytest.mark.parametrize(
    ("values", "idle"),
    [
        ({"left": 8, "side_prompts": "left: a door"}, []),
        ({"left": 8, "side_prompts": "!right -: people\nleft: a door"}, ["!right -: people"]),
        ({"left": 64, "step": 32, "side_prompts": "left 2: a door\nleft 3: the sea"}, ["left 3: the sea"]),
        ({"left": 8, "side_prompts": "mask: a cat"}, ["mask: a cat"]),
        ({"compare": "left=8,0; up=8", "side_prompts": "left: a door\ndown: grass"}, ["down: grass"]),
        ({"left": 8, "compare": 'side_prompts="left: a","up: b"'}, ["up: b"]),
    ],
    ids=["used", "no such side", "no such pass", "no mask", "used in one combination", "compared"],
)
def test_a_side_prompt_that_no_pass_has_is_told(values: dict[str, object], idle: list[str]) -> None:
    result = outpaint(
        Request((torch.rand(3, 40, 40),), Params(**values, overlap=4), numbered_shots(1, 1)), RecordingHost(SMALL)
    )
    assert list(result.notes) == [message("side-prompt-unused", line=line) for line in idle]


def test_the_mask_of_a_painted_picture_is_a_place() -> None:
    painted = torch.zeros(40, 40, dtype=torch.bool)
    painted[10:20, 10:20] = True
    params = Params(left=8, side_prompts="mask: a cat", overlap=4)
    asked = Request((torch.rand(3, 40, 40),), params, numbered_shots(1, 1), painted=painted)
    assert outpaint(asked, RecordingHost(SMALL)).notes == ()
