"""The sampling settings: declared as parameters are."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.sampling import SAMPLING, SEED_LIMIT, Sampling, nothing_sampled, steps_run

RANGES = {"steps": (1, 500), "cfg": (1, 100), "denoise": (0, 1), "seed": (0, SEED_LIMIT - 1)}


def parsed(*flags: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser(exit_on_error=False)
    codecs.add_flags(parser, of=SAMPLING)
    return codecs.from_flags(parser.parse_args(flags), of=SAMPLING)


def refusal(**values: Any) -> ParamError:
    with pytest.raises(ParamError) as caught:
        Sampling(**values)
    return caught.value


def test_which_there_are() -> None:
    assert [one.name for one in SAMPLING] == ["steps", "sampler", "scheduler", "cfg", "denoise", "seed"]
    assert Sampling() == Sampling(None, "", "", None, None, None)
    assert {one.name: (one.low, one.high) for one in SAMPLING if one.kind != "text"} == RANGES
    assert {one.name for one in SAMPLING if one.kind == "int"} == {"steps", "seed"}
    assert all(one.label and one.help.endswith(".") for one in SAMPLING)


@pytest.mark.parametrize("name", RANGES)
def test_both_ends_of_a_range_are_in_it(name: str) -> None:
    for end in RANGES[name]:
        assert getattr(Sampling(**{name: end}), name) == end  # type: ignore[arg-type]
    for beyond in (RANGES[name][0] - 1, RANGES[name][1] + 1, float("nan")):
        error = refusal(**{name: beyond})
        assert (error.field, error.code) == (name, "outside")


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"steps": 1.5}, "steps", "not-whole"),
        ({"steps": True}, "steps", "not-a-number"),
        ({"seed": "5"}, "seed", "not-a-number"),
        ({"sampler": 5}, "sampler", "not-text"),
        ({"scheduler": ["karras"]}, "scheduler", "not-text"),
    ],
    ids=str,
)
def test_what_is_no_setting(values: dict[str, Any], field: str, code: str) -> None:
    error = refusal(**values)
    assert (error.field, error.code) == (field, code)


def test_numbers_take_the_declared_type_and_none_is_the_backends_own() -> None:
    found = Sampling(steps=20.0, cfg=7, sampler=None)  # type: ignore[arg-type]
    assert (type(found.steps), type(found.cfg), found.sampler) == (int, float, "")


def test_asked_is_what_was_set_of_what_a_backend_must_be_able_to_do() -> None:
    assert Sampling().asked() == {}
    assert Sampling(seed=5).asked() == {}, "every backend has seeds"
    assert Sampling(steps=20, denoise=0.0, sampler="Euler").asked() == {"steps": 20, "sampler": "Euler", "denoise": 0.0}
    assert Sampling(scheduler="Karras", cfg=5.0).asked() == {"scheduler": "Karras", "cfg": 5.0}


@given(
    st.builds(
        Sampling,
        st.none() | st.integers(1, 500),
        st.sampled_from(["", "Euler a", "DPM++ 2M", "采样器"]),
        st.sampled_from(["", "Karras"]),
        st.none() | st.floats(1, 100),
        st.none() | st.floats(0, 1),
        st.none() | st.integers(0, SEED_LIMIT - 1),
    )
)
def test_every_setting_is_a_flag(sampling: Sampling) -> None:
    flags = [f"--{one.name}={value}" for one in SAMPLING if (value := getattr(sampling, one.name)) not in (None, "")]
    assert Sampling(**parsed(*flags)) == sampling


def test_only_flags_that_were_set_are_given() -> None:
    assert parsed() == {}
    assert parsed("--steps=20", "--cfg=none") == {"steps": 20, "cfg": None}
    with pytest.raises(ParamError) as caught:
        parsed("--steps=0")
    assert (caught.value.field, caught.value.code) == ("steps", "outside")


@pytest.mark.parametrize(
    ("steps", "denoise", "run", "idle"),
    [
        (20, 0.0, 1, True),
        (20, 0.049, 1, True),
        (20, 0.05, 2, False),
        (20, 1.0, 20, False),
        (1, 0.9, 1, False),
        (2, 0.4, 1, True),
    ],
)
def test_a_run_of_the_last_step_alone_samples_nothing(steps: int, denoise: float, run: int, idle: bool) -> None:
    assert steps_run(steps, denoise) == run
    told = nothing_sampled(steps, run, denoise)
    assert (told.code if told is not None else None) == ("nothing-sampled" if idle else None)
