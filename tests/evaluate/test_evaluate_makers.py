"""The engine as a maker of an evaluation: what its results follow from, and what it refuses before the first image."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hosts import PaintingHost, RecordingHost

from lib_outpaint.errors import ParamError
from lib_outpaint.evaluate.cut import Case
from lib_outpaint.evaluate.makers import EngineMaker
from lib_outpaint.parameters.params import Params
from lib_outpaint.parameters.sampling import SAMPLING, Sampling
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Side

CASE = Case("a.png", "a", np.zeros((64, 48, 3), np.uint8), Side.LEFT, 16)
SET = {"steps": 7, "sampler": "Euler", "scheduler": "Karras", "cfg": 3.5, "denoise": 0.5, "seed": 4}


def maker(**more: object) -> EngineMaker:
    return EngineMaker("default", Params(), "test", **{"backend": RecordingHost(), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [one.name for one in SAMPLING])
def test_every_sampling_setting_is_named_in_what_a_result_follows_from(name: str) -> None:
    changed = maker(sampling=Sampling(**{name: SET[name]})).identity(CASE)
    assert changed != maker().identity(CASE)
    assert json.loads(changed)[-1] == {name: SET[name]}


def test_checking_asks_the_backend_and_samples_nothing() -> None:
    backend = PaintingHost()
    one = maker(backend=backend, sampling=Sampling(steps=3), prompt="sea", negative_prompt="people")
    one.check()
    assert [(sampling, prompts) for _, sampling, prompts in backend.checked] == [(Sampling(steps=3), ("sea", "people"))]
    assert backend.jobs == []


def test_what_the_engine_cannot_do_is_refused_before_the_first_image() -> None:
    with pytest.raises(ParamError) as caught:
        maker(backend=RecordingHost(Capabilities("test")), sampling=Sampling(steps=3)).check()
    assert (caught.value.field, caught.value.code) == ("steps", "not-supported")


@pytest.mark.parametrize(
    "params", [Params(left=8), Params(size="512x512"), Params(compare="fill=edge"), Params(extras="mask")]
)
def test_what_the_evaluation_chooses_itself_cannot_be_set(params: Params) -> None:
    with pytest.raises(ParamError) as caught:
        EngineMaker("default", params, "test", RecordingHost())
    assert caught.value.code == "evaluation-sets-it"
